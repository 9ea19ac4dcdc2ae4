/* SPDX-License-Identifier: MIT */
/* test_select: the choice of references, against naive implementations and the optimum of small
 * graphs. */
#include <tl/select.h>

#include <stdbool.h>
#include <stdlib.h>

#include "tltest.h"

/* What a selection of these few nodes takes with their arcs on disk, and not with them in memory. */
#define LITTLE (220u << 10)
#define NODES 12
#define ARCS 60

struct graph {
	struct tl_select_node node[NODES];
	struct tl_select_arc arc[ARCS];
	size_t n, arcs;
	uint32_t rank[NODES]; /* by (prefer, length descending, hash, index) */
};

static bool before(const struct graph *g, size_t i, size_t j)
{
	const struct tl_select_node *a = &g->node[i], *b = &g->node[j];
	if (a->prefer != b->prefer)
		return a->prefer;
	if (a->length != b->length)
		return a->length > b->length;
	return a->hash != b->hash ? a->hash < b->hash : i < j;
}

static void rank_nodes(struct graph *g)
{
	for (size_t i = 0; i < g->n; i++) {
		g->rank[i] = 0;
		for (size_t j = 0; j < g->n; j++)
			g->rank[i] += j != i && before(g, j, i);
	}
}

static struct graph random_graph(void)
{
	struct graph g = {.n = tl_test_below(NODES + 1)};
	g.arcs = g.n > 1 ? tl_test_below(ARCS + 1) : 0;
	for (size_t i = 0; i < g.n; i++) {
		g.node[i].length = 50 + tl_test_below(6) * 10;
		g.node[i].hash = tl_test_below(3);
		g.node[i].cost = tl_select_whole(g.node[i].length, 0);
	}
	for (size_t i = 0; i < g.arcs; i++) {
		uint32_t member = (uint32_t)tl_test_below(g.n);
		uint32_t ref = (uint32_t)((member + 1 + tl_test_below(g.n - 1)) % g.n);
		g.arc[i] =
			(struct tl_select_arc){member, ref, 64 + (uint32_t)tl_test_below(6) * 120,
					       900000 + (uint32_t)tl_test_below(3), i};
	}
	rank_nodes(&g);
	return g;
}

struct result {
	uint32_t *ref;
	uint64_t *source;
	uint64_t refs, members, loose;
	size_t n, told;
};

/* Ids of nodes are 2 i + 1 here: there are others that are none. */
static enum tl_status told(void *ctx, uint32_t id, uint32_t ref, uint64_t source,
			   struct tl_err *err)
{
	struct result *r = ctx;
	(void)err;
	tl_test(id % 2 == 1 && id / 2 < r->n && r->ref[id / 2] == TL_SELECT_NONE - 1);
	r->ref[id / 2] = ref == TL_SELECT_NONE ? ref : ref / 2;
	r->source[id / 2] = source;
	r->told++;
	return TL_OK;
}

static struct result choose(const struct tl_select_node *node, size_t n,
			    const struct tl_select_arc *arc, size_t arcs,
			    const struct tl_select_params *params, uint64_t limit)
{
	const struct tl_pool_opts popts = {.threads = 1};
	const struct tl_budget_opts bopts = {.limit = limit};
	static struct tl_pool *pool;
	struct tl_budget *budget;
	struct tl_budget_sum used;
	struct tl_select *s;
	struct tl_select_sum sum;
	struct tl_err err = {0};
	struct result r = {.ref = malloc((n + 1) * sizeof *r.ref),
			   .source = calloc(n + 1, sizeof *r.source), .n = n};
	tl_test(r.ref && r.source);
	for (size_t i = 0; i < n; i++)
		r.ref[i] = TL_SELECT_NONE - 1;
	if (!pool)
		tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_budget_new(&bopts, &budget, &err), err);
	tl_test_ok(tl_select_new(pool, budget, params, (uint32_t)(2 * n + 2), &s, &err), err);
	for (size_t i = n; i-- > 0;)
		tl_test_ok(tl_select_node(s, (uint32_t)(2 * i + 1), &node[i], &err), err);
	for (size_t i = 0; i < arcs; i++) {
		struct tl_select_arc a = arc[i];
		a.member = 2 * a.member + 1;
		a.ref = 2 * a.ref + 1;
		tl_test_ok(tl_select_arc(s, &a, &err), err);
	}
	tl_test_ok(tl_select_run(s, told, &r, &sum, &err), err);
	tl_select_free(s);
	tl_budget_sum(budget, &used);
	tl_test_eq(used.used, 0);
	tl_budget_free(budget);
	tl_test_eq(r.told, n);
	r.refs = sum.refs;
	r.members = sum.members;
	r.loose = sum.loose;
	return r;
}

static void drop(struct result *r)
{
	free(r->ref);
	free(r->source);
}

/* Runs the selection, once with the arcs on disk, and checks what holds for every way. */
static struct result run(const struct graph *g, enum tl_select_by by, int64_t ratio)
{
	struct tl_select_params params = {by, ratio};
	uint64_t refs = 0, members = 0, loose = 0;
	struct result r = choose(g->node, g->n, g->arc, g->arcs, &params, 0);
	struct result little = choose(g->node, g->n, g->arc, g->arcs, &params, LITTLE);
	tl_test(!memcmp(r.ref, little.ref, g->n * sizeof *r.ref));
	drop(&little);
	for (size_t u = 0; u < g->n; u++) {
		if (r.ref[u] == TL_SELECT_NONE) {
			loose++;
			continue;
		}
		tl_test(r.ref[u] < g->n && r.ref[r.ref[u]] == r.ref[u]);
		if (r.ref[u] == u) {
			refs++;
			continue;
		}
		members++;
		/* Its arc is there, and no other to a reference is cheaper. */
		tl_test(r.source[u] < g->arcs);
		const struct tl_select_arc *own = &g->arc[r.source[u]];
		tl_test(own->member == u && own->ref == r.ref[u]);
		for (size_t i = 0; i < g->arcs; i++)
			tl_test(g->arc[i].member != u || r.ref[g->arc[i].ref] != g->arc[i].ref ||
				g->arc[i].cost >= own->cost);
	}
	tl_test(refs == r.refs && members == r.members && loose == r.loose);
	tl_test(ratio < 1000000 || !loose);
	return r;
}

static uint32_t covers(const struct graph *g, size_t v)
{
	uint32_t mask = 1u << v;
	for (size_t i = 0; i < g->arcs; i++)
		mask |= g->arc[i].ref == v ? 1u << g->arc[i].member : 0;
	return mask;
}

static unsigned plain_greedy(const struct graph *g)
{
	uint32_t done = 0, all = (1u << g->n) - 1;
	unsigned n = 0;
	while (done != all) {
		size_t best = g->n;
		int gain = 0;
		for (size_t v = 0; v < g->n; v++) {
			int now = __builtin_popcount(covers(g, v) & ~done);
			if (now > gain || (now && now == gain && g->rank[v] < g->rank[best])) {
				best = v;
				gain = now;
			}
		}
		done |= covers(g, best);
		n++;
	}
	return n;
}

static unsigned fewest(const struct graph *g)
{
	uint32_t cover[NODES], all = (1u << g->n) - 1;
	unsigned best = (unsigned)g->n;
	for (size_t v = 0; v < g->n; v++)
		cover[v] = covers(g, v);
	for (uint32_t set = 0; set <= all; set++) {
		uint32_t done = 0;
		for (size_t v = 0; v < g->n; v++)
			done |= set >> v & 1 ? cover[v] : 0;
		if (done == all && (unsigned)__builtin_popcount(set) < best)
			best = (unsigned)__builtin_popcount(set);
	}
	return best;
}

static void test_count(void)
{
	uint64_t ours = 0, optimum = 0;
	for (int i = 0; i < 400; i++) {
		struct graph g = random_graph();
		struct result r = run(&g, TL_SELECT_COUNT, 1000000);
		unsigned greedy = plain_greedy(&g), least = fewest(&g);
		tl_test(r.refs <= greedy && r.refs >= least);
		ours += r.refs;
		optimum += least;
		drop(&r);
	}
	printf("# count: %llu references, at least %llu needed\n", (unsigned long long)ours,
	       (unsigned long long)optimum);
	tl_test(ours * 100 <= optimum * 104);
}

/* What a set of references costs; members take their cheapest arc, the others stand whole. */
static uint64_t cost_of(const struct graph *g, uint32_t refs)
{
	uint64_t sum = 0;
	for (size_t u = 0; u < g->n; u++) {
		uint64_t cost = g->node[u].cost;
		for (size_t i = 0; i < g->arcs && !(refs >> u & 1); i++)
			if (g->arc[i].member == u && refs >> g->arc[i].ref & 1 &&
			    g->arc[i].cost < cost)
				cost = g->arc[i].cost;
		sum += cost;
	}
	return sum;
}

static void test_bytes(void)
{
	uint64_t ours = 0, optimum = 0, whole = 0;
	for (int i = 0; i < 300; i++) {
		struct graph g = random_graph();
		struct result r = run(&g, TL_SELECT_BYTES, 1000000);
		uint64_t all = cost_of(&g, 0), best = all, cost = 0;
		for (uint32_t set = 0; set < 1u << g.n; set++) {
			uint64_t c = cost_of(&g, set);
			best = c < best ? c : best;
		}
		for (size_t u = 0; u < g.n; u++)
			cost += r.ref[u] == u ? g.node[u].cost : g.arc[r.source[u]].cost;
		tl_test(cost <= all && cost >= best);
		ours += cost;
		optimum += best;
		whole += all;
		drop(&r);
	}
	printf("# bytes: cost %llu, optimum %llu, all whole %llu\n", (unsigned long long)ours,
	       (unsigned long long)optimum, (unsigned long long)whole);
	tl_test(ours * 100 <= optimum * 104);
}

static void test_length(void)
{
	for (int i = 0; i < 300; i++) {
		struct graph g = random_graph();
		struct result r = run(&g, TL_SELECT_LENGTH, 1000000);
		uint32_t refs = 0;
		for (uint32_t rank = 0; rank < g.n; rank++) {
			uint32_t v = 0, covered = 0;
			while (g.rank[v] != rank)
				v++;
			for (size_t k = 0; k < g.arcs; k++)
				covered |= g.arc[k].member == v && refs >> g.arc[k].ref & 1;
			refs |= covered ? 0 : 1u << v;
		}
		for (uint32_t u = 0; u < g.n; u++)
			tl_test_eq(r.ref[u] == u, refs >> u & 1);
		drop(&r);
	}
}

static void test_ratio(void)
{
	unsigned loose = 0;
	for (int i = 0; i < 600; i++) {
		struct graph g = random_graph();
		uint64_t total = 0, held = 0;
		int64_t ratio = (int64_t)tl_test_below(1000000);
		for (size_t u = 0; u < g.n; u++)
			total += g.node[u].length;
		struct result r = run(&g, (enum tl_select_by)(i % 3), ratio);
		for (size_t u = 0; u < g.n; u++)
			held += r.ref[u] == u ? g.node[u].length : 0;
		tl_test(held * 1000000 <= total * (uint64_t)ratio);
		loose += r.loose > 0;
		drop(&r);
	}
	tl_test(loose > 100);
}

static void test_prefer(void)
{
	for (int i = 0; i < 600; i++) {
		struct graph g = random_graph();
		uint64_t total = 0, other = 0, preferred = 0;
		int64_t ratio = i % 2 ? 1000000 : (int64_t)tl_test_below(1000000);
		for (size_t u = 0; u < g.n; u++) {
			total += g.node[u].length;
			g.node[u].prefer = !tl_test_below(4);
		}
		rank_nodes(&g);
		struct result r = run(&g, (enum tl_select_by)(i % 3), ratio);
		for (size_t u = 0; u < g.n; u++) {
			tl_test(!g.node[u].prefer || r.ref[u] == u);
			preferred += g.node[u].prefer ? g.node[u].length : 0;
			other += r.ref[u] == u && !g.node[u].prefer ? g.node[u].length : 0;
		}
		/* Preferred ones may pass the limit, but leave nothing for others then. */
		tl_test(ratio == 1000000 || other == 0 ||
			(other + preferred) * 1000000 <= total * (uint64_t)ratio);
		drop(&r);
	}
}

static void test_order_of_arcs(void)
{
	for (int i = 0; i < 300; i++) {
		struct graph g = random_graph(), h = g;
		for (size_t k = h.arcs; k > 1; k--) {
			size_t j = tl_test_below(k);
			struct tl_select_arc t = h.arc[j];
			h.arc[j] = h.arc[k - 1];
			h.arc[k - 1] = t;
		}
		for (size_t k = 0; k < h.arcs; k++)
			h.arc[k].source = k;
		int64_t ratio = i % 2 ? 1000000 : 600000;
		struct result a = run(&g, (enum tl_select_by)(i % 3), ratio);
		struct result b = run(&h, (enum tl_select_by)(i % 3), ratio);
		tl_test(g.n == 0 || !memcmp(a.ref, b.ref, g.n * sizeof *a.ref));
		drop(&a);
		drop(&b);
	}
}

/* An arc of a node to itself says nothing. */
static void test_own_arcs(void)
{
	for (int by = 0; by < 3; by++) {
		struct graph g = {.n = 2, .arcs = 3};
		g.node[0] = (struct tl_select_node){90, 1, tl_select_whole(90, 0), 0};
		g.node[1] = (struct tl_select_node){80, 2, tl_select_whole(80, 0), 0};
		g.arc[0] = (struct tl_select_arc){1, 1, 1, 1000000, 0};
		g.arc[1] = (struct tl_select_arc){0, 0, 1, 1000000, 1};
		g.arc[2] = (struct tl_select_arc){1, 0, 100, 900000, 2};
		struct tl_select_params params = {(enum tl_select_by)by, 1000000};
		struct result r = choose(g.node, 2, g.arc, 3, &params, 0);
		tl_test(r.ref[0] == 0 && r.ref[1] == 0 && r.source[1] == 2);
		drop(&r);
	}
}

/* Hubs that could each be a member of thousands of references: must not take a step for each pair.
 */
static void test_hubs(void)
{
	enum { LEAVES = 40000, HUBS = 4 };
	const size_t n = LEAVES + HUBS, arcs = 2 * (size_t)LEAVES * HUBS;
	struct tl_select_node *node = calloc(n, sizeof *node);
	struct tl_select_arc *arc = calloc(arcs, sizeof *arc);
	tl_test(node && arc);
	for (int by = 0; by < 3; by++) {
		size_t k = 0;
		for (size_t i = 0; i < n; i++)
			node[i] = (struct tl_select_node){100 + i, i, 1000, 0};
		for (uint32_t hub = LEAVES; hub < n; hub++)
			for (uint32_t leaf = 0; leaf < LEAVES; leaf++) {
				/* The hubs are members of the leaves, and only a few leaves theirs.
				 */
				arc[k] = (struct tl_select_arc){hub, leaf, 500 + leaf % 7, 900000,
								k};
				k++;
				if (leaf % 50 == 0) {
					arc[k] = (struct tl_select_arc){leaf, hub, 400, 900000, k};
					k++;
				}
			}
		struct tl_select_params params = {(enum tl_select_by)by, 1000000};
		struct result r = choose(node, n, arc, k, &params, 0);
		struct result little = choose(node, n, arc, k, &params, 3u << 20);
		tl_test_eq(r.refs + r.members, n);
		tl_test(r.members >= HUBS - 1 && r.loose == 0);
		tl_test(!memcmp(r.ref, little.ref, n * sizeof *r.ref));
		drop(&r);
		drop(&little);
	}
	free(node);
	free(arc);
}

static void test_model(void)
{
	tl_test_eq(tl_select_whole(0, 0), 0);
	tl_test_eq(tl_select_whole(32, 0), 17 * 16);
	tl_test_eq(tl_select_whole(32, 1), 8 * 16);
	tl_test_eq(tl_select_delta(0, 0, 0), 64);
	tl_test_eq(tl_select_delta(4, 32, 0), 64 + 3 * 16 + 17 * 16);
	tl_test_eq(tl_select_delta(4, 32, 1), 64 + 3 * 16 + 8 * 16);
	/* Beyond what the model can hold it only stays large. */
	tl_test_eq(tl_select_whole(UINT64_MAX, 0), tl_select_whole(UINT32_MAX, 1));
	tl_test_eq(tl_select_delta(UINT64_MAX, 0, 0), tl_select_delta(0, UINT64_MAX, 1));
	tl_test(tl_select_delta(UINT32_MAX, UINT32_MAX, 0) <= INT32_MAX);
}

int main(void)
{
	TL_RUN(test_count);
	TL_RUN(test_bytes);
	TL_RUN(test_length);
	TL_RUN(test_ratio);
	TL_RUN(test_prefer);
	TL_RUN(test_order_of_arcs);
	TL_RUN(test_own_arcs);
	TL_RUN(test_hubs);
	TL_RUN(test_model);
	return tl_test_end();
}
