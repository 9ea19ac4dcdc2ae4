/* SPDX-License-Identifier: MIT */
/* select: which records become references.
 *
 * Contents: 1. the graph  2. the queue  3. by count  4. by length  5. by bytes  6. members
 * 7. the interface.
 */
#include <tl/select.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/radix.h>

/* 1. The graph. */

struct graph {
	const struct tl_select_node *node;
	size_t n;
	struct tl_select_arc *arc; /* by member, the best first; one for each pair */
	size_t arcs;
	uint32_t *out;            /* [n + 1] arcs of member u: arc[out[u] .. out[u + 1]) */
	uint32_t *in;             /* [n + 1] arcs to ref v: arc[by_ref[in[v] .. in[v + 1])] */
	uint32_t *by_ref;         /* [arcs] */
	uint32_t *rank;           /* [n] place in the order of ties, 0 first */
	uint32_t *order;          /* [n] the other way round */
	uint32_t *first, *second; /* [n] see best_arc */
	bool *is_ref;             /* [n] */
	uint64_t limit, held;     /* residues that references may hold, and do */
};

/* Preferred ones first, then by length descending, hash, index. */
static enum tl_status rank_nodes(struct graph *g, struct tl_err *err)
{
	uint64_t *r = tl_mem_alloc(g->n, 3 * sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	for (size_t i = 0; i < g->n; i++) {
		uint64_t rank = (uint64_t)!g->node[i].prefer << 63 |
				(INT64_MAX - g->node[i].length);
		memcpy(r + 3 * i, (uint64_t[]){rank, g->node[i].hash, i}, 3 * sizeof *r);
	}
	tl_radix_sort(r, g->n, 3);
	for (size_t i = 0; i < g->n; i++) {
		g->rank[r[3 * i + 2]] = (uint32_t)i;
		g->order[i] = (uint32_t)r[3 * i + 2];
	}
	free(r);
	return TL_OK;
}

/* Arcs are sorted as three words, in their own place. */
_Static_assert(sizeof(struct tl_select_arc) == 3 * sizeof(uint64_t), "arcs are three words");

/* By member, then ref (its rank), the best of parallel ones first. */
static void sort_parallel(struct tl_select_arc *arc, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_select_arc a = arc[i];
		memcpy(&arc[i], (uint64_t[]){(uint64_t)a.member << 32 | a.ref,
					     (uint64_t)a.cost << 32 | (UINT32_MAX - a.identity),
					     a.source}, sizeof a);
	}
	tl_radix_sort((uint64_t *)(void *)arc, n, 3);
	for (size_t i = 0; i < n; i++) {
		uint64_t w[3];
		memcpy(w, &arc[i], sizeof w);
		arc[i] = (struct tl_select_arc){(uint32_t)(w[0] >> 32), (uint32_t)w[0],
						(uint32_t)(w[1] >> 32),
						UINT32_MAX - (uint32_t)w[1], w[2]};
	}
}

/* By member, then what they are worth: cost, identity, ref (its rank). */
static void sort_worth(struct tl_select_arc *arc, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_select_arc a = arc[i];
		memcpy(&arc[i], (uint64_t[]){(uint64_t)a.member << 32 | a.cost,
					     (uint64_t)(UINT32_MAX - a.identity) << 32 | a.ref,
					     a.source}, sizeof a);
	}
	tl_radix_sort((uint64_t *)(void *)arc, n, 3);
	for (size_t i = 0; i < n; i++) {
		uint64_t w[3];
		memcpy(w, &arc[i], sizeof w);
		arc[i] = (struct tl_select_arc){(uint32_t)(w[0] >> 32), (uint32_t)w[1],
						(uint32_t)w[0], UINT32_MAX - (uint32_t)(w[1] >> 32),
						w[2]};
	}
}

/* Keeps the best arc of each pair, and sorts those of a member by what they are worth; ranks stand
 * in for nodes meanwhile. */
static void sort_arcs(struct graph *g)
{
	size_t kept = 0;
	for (size_t i = 0; i < g->arcs; i++)
		g->arc[i].ref = g->rank[g->arc[i].ref];
	sort_parallel(g->arc, g->arcs);
	for (size_t i = 0; i < g->arcs; i++) {
		const struct tl_select_arc *a = &g->arc[i];
		bool again = kept && g->arc[kept - 1].member == a->member &&
			     g->arc[kept - 1].ref == a->ref;
		if (!again && g->order[a->ref] != a->member)
			g->arc[kept++] = *a;
	}
	g->arcs = kept;
	sort_worth(g->arc, g->arcs);
	for (size_t i = 0; i < g->arcs; i++)
		g->arc[i].ref = g->order[g->arc[i].ref];
}

/* Indexes the arcs from both sides. */
static void index_arcs(struct graph *g)
{
	for (size_t i = 0; i < g->arcs; i++) {
		g->out[g->arc[i].member + 1]++;
		g->in[g->arc[i].ref + 1]++;
	}
	for (size_t i = 0; i < g->n; i++) {
		g->out[i + 1] += g->out[i];
		g->in[i + 1] += g->in[i];
	}
	for (size_t i = 0; i < g->arcs; i++)
		g->by_ref[g->in[g->arc[i].ref]++] = (uint32_t)i;
	/* in[v] has moved to where the arcs of v end, which is where those of v + 1 begin. */
	for (size_t v = g->n; v > 0; v--)
		g->in[v] = g->in[v - 1];
	g->in[0] = 0;
}

static void close_graph(struct graph *g)
{
	free(g->out);
	free(g->in);
	free(g->by_ref);
	free(g->rank);
	free(g->order);
	free(g->first);
	free(g->second);
	free(g->is_ref);
}

static enum tl_status open_graph(struct graph *g, int64_t ratio, struct tl_err *err)
{
	__extension__ typedef unsigned __int128 wide;
	uint64_t total = 0;
	if (g->n >= TL_SELECT_NONE || g->arcs >= UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 records or edges to select from");
	g->out = tl_mem_zalloc(g->n + 1, sizeof *g->out, err);
	g->in = tl_mem_zalloc(g->n + 1, sizeof *g->in, err);
	g->by_ref = tl_mem_alloc(g->arcs, sizeof *g->by_ref, err);
	g->rank = tl_mem_alloc(g->n, sizeof *g->rank, err);
	g->order = tl_mem_alloc(g->n, sizeof *g->order, err);
	g->first = tl_mem_alloc(g->n, sizeof *g->first, err);
	g->second = tl_mem_alloc(g->n, sizeof *g->second, err);
	g->is_ref = tl_mem_zalloc(g->n, sizeof *g->is_ref, err);
	if (!g->out || !g->in || !g->by_ref || !g->rank || !g->order || !g->first || !g->second ||
	    !g->is_ref || rank_nodes(g, err) != TL_OK)
		return TL_NOMEM;
	sort_arcs(g);
	index_arcs(g);
	for (size_t i = 0; i < g->n; i++)
		total += g->node[i].length;
	g->limit =
		ratio >= 1000000 ? UINT64_MAX : (uint64_t)((wide)total * (uint64_t)ratio / 1000000);
	return TL_OK;
}

/* Makes v a reference where the limit allows it. */
static bool make_ref(struct graph *g, uint32_t v)
{
	if (!g->node[v].prefer && g->node[v].length > g->limit - g->held)
		return false;
	g->is_ref[v] = true;
	g->held += g->node[v].length;
	if (g->held > g->limit)
		g->held = g->limit; /* preferred ones may pass it */
	return true;
}

/* 2. The queue: a heap of nodes by (gain descending, rank); gains only fall, so a node whose gain
 * fell since it was put in is put in again when it comes up. */

struct queue {
	struct entry {
		int64_t gain;
		uint32_t rank, v;
	} * heap;
	size_t n;
};

static bool ahead(const struct entry *a, const struct entry *b)
{
	return a->gain != b->gain ? a->gain > b->gain : a->rank < b->rank;
}

static void sink(struct queue *q, size_t i)
{
	struct entry x = q->heap[i];
	for (;;) {
		size_t c = 2 * i + 1;
		if (c + 1 < q->n && ahead(&q->heap[c + 1], &q->heap[c]))
			c++;
		if (c >= q->n || !ahead(&q->heap[c], &x))
			break;
		q->heap[i] = q->heap[c];
		i = c;
	}
	q->heap[i] = x;
}

static enum tl_status fill_queue(struct queue *q, const struct graph *g, const int64_t *gain,
				 struct tl_err *err)
{
	q->heap = tl_mem_alloc(g->n, sizeof *q->heap, err);
	if (!q->heap)
		return TL_NOMEM;
	for (size_t v = 0; v < g->n; v++)
		q->heap[q->n++] = (struct entry){gain[v], g->rank[v], (uint32_t)v};
	for (size_t i = q->n; i-- > 0;)
		sink(q, i);
	return TL_OK;
}

/* The node of highest gain as gain[] says now; it leaves the queue.  False where none is above
 * floor. */
static bool pop(struct queue *q, const int64_t *gain, int64_t above, uint32_t *ret)
{
	while (q->n) {
		struct entry *top = &q->heap[0];
		bool fresh = top->gain == gain[top->v];
		if (fresh && top->gain <= above)
			return false;
		*ret = top->v;
		if (fresh || gain[top->v] <= above)
			q->heap[0] = q->heap[--q->n];
		else
			top->gain = gain[top->v];
		if (q->n)
			sink(q, 0);
		if (fresh)
			return true;
	}
	return false;
}

/* Preferred nodes become references before the queue is asked; they are first by rank. */
static void take_preferred(struct graph *g, void (*take)(struct graph *, uint32_t, void *),
			   void *ctx)
{
	for (size_t v = 0; v < g->n; v++)
		if (g->node[v].prefer && make_ref(g, (uint32_t)v))
			take(g, (uint32_t)v, ctx);
}

/* 3. By count. */

struct cover {
	bool *covered; /* [n] */
	int64_t *gain; /* [n] nodes that would be newly covered */
};

static void cover_node(struct graph *g, struct cover *c, uint32_t u)
{
	if (c->covered[u])
		return;
	c->covered[u] = true;
	c->gain[u]--;
	for (uint32_t i = g->out[u]; i < g->out[u + 1]; i++)
		c->gain[g->arc[i].ref]--;
}

static void cover_by(struct graph *g, uint32_t v, void *ctx)
{
	struct cover *c = ctx;
	cover_node(g, c, v);
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
		cover_node(g, c, g->arc[g->by_ref[i]].member);
}

/* References only go from here on: the cursors of best_arc begin anew. */
static void begin_best(struct graph *g)
{
	for (size_t u = 0; u < g->n; u++)
		g->first[u] = g->second[u] = g->out[u];
}

static const struct tl_select_arc *next_arc(const struct graph *g, uint32_t u, uint32_t *at)
{
	while (*at < g->out[u + 1] && !g->is_ref[g->arc[*at].ref])
		++*at;
	return *at < g->out[u + 1] ? &g->arc[*at] : NULL;
}

/* The best arc of u to a reference, and the next best; NULL for none.  A cursor never goes back, so
 * that all calls together take no more steps than there are arcs. */
static const struct tl_select_arc *best_arc(const struct graph *g, uint32_t u)
{
	return next_arc(g, u, &g->first[u]);
}

static const struct tl_select_arc *second_arc(const struct graph *g, uint32_t u)
{
	if (best_arc(g, u) && g->second[u] <= g->first[u])
		g->second[u] = g->first[u] + 1;
	return next_arc(g, u, &g->second[u]);
}

/* A reference goes where it has a reference of its own and none of its members needs it; the ones
 * chosen last cover least and are asked first, which here is by rank from the end. */
static enum tl_status drop_needless(struct graph *g, struct tl_err *err)
{
	uint32_t *covers = tl_mem_zalloc(g->n, sizeof *covers, err); /* references of each node */
	if (!covers)
		return TL_NOMEM;
	for (size_t i = 0; i < g->arcs; i++)
		covers[g->arc[i].member] += g->is_ref[g->arc[i].ref];
	for (size_t r = g->n; r-- > 0;) {
		uint32_t v = g->order[r];
		bool needed = !g->is_ref[v] || g->node[v].prefer || !covers[v];
		for (uint32_t i = g->in[v]; !needed && i < g->in[v + 1]; i++) {
			uint32_t u = g->arc[g->by_ref[i]].member;
			needed = !g->is_ref[u] && covers[u] == 1;
		}
		if (needed)
			continue;
		g->is_ref[v] = false;
		for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++)
			covers[g->arc[g->by_ref[i]].member]--;
	}
	free(covers);
	return TL_OK;
}

static enum tl_status by_count(struct graph *g, struct tl_err *err)
{
	struct cover c = {tl_mem_zalloc(g->n, sizeof *c.covered, err),
			  tl_mem_alloc(g->n, sizeof *c.gain, err)};
	struct queue q = {0};
	uint32_t v;
	enum tl_status st = TL_NOMEM;
	if (!c.covered || !c.gain)
		goto out;
	for (size_t i = 0; i < g->n; i++)
		c.gain[i] = 1 + (int64_t)(g->in[i + 1] - g->in[i]);
	take_preferred(g, cover_by, &c);
	if ((st = fill_queue(&q, g, c.gain, err)) != TL_OK)
		goto out;
	while (pop(&q, c.gain, 0, &v))
		if (make_ref(g, v))
			cover_by(g, v, &c);
	st = drop_needless(g, err);
out:
	free(c.covered);
	free(c.gain);
	free(q.heap);
	return st;
}

/* 4. By length. */

static bool covered(const struct graph *g, uint32_t u)
{
	bool any = false;
	for (uint32_t i = g->out[u]; !any && i < g->out[u + 1]; i++)
		any = g->is_ref[g->arc[i].ref];
	return any;
}

static enum tl_status by_length(struct graph *g, struct tl_err *err)
{
	(void)err;
	for (size_t r = 0; r < g->n; r++) {
		uint32_t v = g->order[r];
		if (g->node[v].prefer || !covered(g, v))
			(void)make_ref(g, v);
	}
	return TL_OK;
}

/* 5. By bytes.  Every node begins whole, as if a reference without members; making v a centre saves
 * what its members' deltas are cheaper than what they cost now, less what v itself costs more than
 * now. */

struct costs {
	int64_t *now;  /* [n] what the node costs as things stand */
	int64_t *gain; /* [n] an upper bound of what making it a centre saves */
	bool *centre;  /* [n] */
};

static int64_t saving(const struct graph *g, const struct costs *c, uint32_t v)
{
	int64_t sum = c->now[v] - (int64_t)g->node[v].cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		const struct tl_select_arc *a = &g->arc[g->by_ref[i]];
		if (!c->centre[a->member] && c->now[a->member] > a->cost)
			sum += c->now[a->member] - (int64_t)a->cost;
	}
	return sum;
}

static void centre_on(struct graph *g, uint32_t v, void *ctx)
{
	struct costs *c = ctx;
	c->centre[v] = true;
	c->now[v] = g->node[v].cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		const struct tl_select_arc *a = &g->arc[g->by_ref[i]];
		if (!c->centre[a->member] && c->now[a->member] > a->cost)
			c->now[a->member] = a->cost;
	}
}

/* What is saved if reference v becomes a member and its members go elsewhere; INT64_MIN where they
 * cannot. */
static int64_t demotion(const struct graph *g, uint32_t v)
{
	const struct tl_select_arc *own = best_arc(g, v);
	if (!own)
		return INT64_MIN;
	int64_t sum = (int64_t)g->node[v].cost - own->cost;
	for (uint32_t i = g->in[v]; i < g->in[v + 1]; i++) {
		uint32_t u = g->arc[g->by_ref[i]].member;
		if (g->is_ref[u])
			continue;
		const struct tl_select_arc *here = best_arc(g, u);
		if (!here || here->ref != v)
			continue;
		const struct tl_select_arc *there = second_arc(g, u);
		if (!there)
			return INT64_MIN;
		sum -= (int64_t)there->cost - here->cost;
	}
	return sum;
}

static void prune(struct graph *g)
{
	begin_best(g);
	for (size_t r = g->n; r-- > 0;) {
		uint32_t v = g->order[r];
		if (g->is_ref[v] && !g->node[v].prefer && demotion(g, v) > 0)
			g->is_ref[v] = false;
	}
}

/* Takes centres while they save; a gain that fell since it was computed goes back into the queue.
 */
static void take_centres(struct graph *g, struct costs *c, struct queue *q)
{
	uint32_t v;
	while (pop(q, c->gain, 0, &v)) {
		int64_t now = c->centre[v] ? 0 : saving(g, c, v);
		if (now == c->gain[v]) {
			if (make_ref(g, v))
				centre_on(g, v, c);
		} else if (now > 0) {
			c->gain[v] = now;
			q->heap[q->n] = (struct entry){now, g->rank[v], v};
			for (size_t i = q->n++; i && ahead(&q->heap[i], &q->heap[(i - 1) / 2]);
			     i = (i - 1) / 2) {
				struct entry t = q->heap[i];
				q->heap[i] = q->heap[(i - 1) / 2];
				q->heap[(i - 1) / 2] = t;
			}
		}
	}
}

/* What no centre covers stands whole, and may still serve others. */
static void rest_whole(struct graph *g, const struct costs *c)
{
	for (size_t v = 0; v < g->n; v++)
		if (!g->is_ref[v] && c->now[v] >= (int64_t)g->node[v].cost)
			(void)make_ref(g, (uint32_t)v);
}

static enum tl_status by_bytes(struct graph *g, struct tl_err *err)
{
	struct costs c = {tl_mem_alloc(g->n, sizeof *c.now, err),
			  tl_mem_alloc(g->n, sizeof *c.gain, err),
			  tl_mem_zalloc(g->n, sizeof *c.centre, err)};
	struct queue q = {0};
	enum tl_status st = TL_NOMEM;
	if (!c.now || !c.gain || !c.centre)
		goto out;
	for (size_t v = 0; v < g->n; v++)
		c.now[v] = g->node[v].cost;
	take_preferred(g, centre_on, &c);
	for (size_t v = 0; v < g->n; v++)
		c.gain[v] = c.centre[v] ? 0 : saving(g, &c, (uint32_t)v);
	if ((st = fill_queue(&q, g, c.gain, err)) != TL_OK)
		goto out;
	take_centres(g, &c, &q);
	rest_whole(g, &c);
	prune(g);
	st = TL_OK;
out:
	free(c.now);
	free(c.gain);
	free(c.centre);
	free(q.heap);
	return st;
}

/* 6. Members. */

static void assign(struct graph *g, struct tl_select_result *r)
{
	begin_best(g);
	for (size_t u = 0; u < g->n; u++) {
		if (g->is_ref[u]) {
			r->ref[u] = (uint32_t)u;
			r->refs++;
			continue;
		}
		const struct tl_select_arc *a = best_arc(g, (uint32_t)u);
		r->ref[u] = a ? a->ref : TL_SELECT_NONE;
		r->source[u] = a ? a->source : 0;
		r->members += a != NULL;
		r->loose += a == NULL;
	}
}

/* 7. The interface. */

enum tl_status tl_select_run(const struct tl_select_node *node, size_t nodes,
			     struct tl_select_arc *arc, size_t arcs,
			     const struct tl_select_params *params, struct tl_select_result *ret,
			     struct tl_err *err)
{
	static enum tl_status (*const how[])(struct graph *,
					     struct tl_err *) = {[TL_SELECT_BYTES] = by_bytes,
								 [TL_SELECT_COUNT] = by_count,
								 [TL_SELECT_LENGTH] = by_length};
	struct graph g = {.node = node, .n = nodes, .arc = arc, .arcs = arcs};
	*ret = (struct tl_select_result){.ref = tl_mem_alloc(nodes, sizeof *ret->ref, err),
					 .source = tl_mem_zalloc(nodes, sizeof *ret->source, err)};
	enum tl_status st = ret->ref && ret->source ? open_graph(&g, params->ratio, err) : TL_NOMEM;
	if (st == TL_OK)
		st = how[params->by](&g, err);
	if (st == TL_OK)
		assign(&g, ret);
	else
		tl_select_free(ret);
	close_graph(&g);
	return st;
}

void tl_select_free(struct tl_select_result *result)
{
	free(result->ref);
	free(result->source);
	*result = (struct tl_select_result){0};
}

static uint32_t clip(uint64_t v)
{
	return v < UINT32_MAX / 4 ? (uint32_t)v : UINT32_MAX / 4;
}

uint32_t tl_select_whole(uint64_t length, int nucleotide)
{
	return clip(length < UINT32_MAX ? length * (nucleotide ? 8 : 17) / 2 : UINT32_MAX);
}

uint32_t tl_select_delta(uint64_t ops, uint64_t residues, int nucleotide)
{
	if (ops > UINT32_MAX || residues > UINT32_MAX)
		return clip(UINT32_MAX);
	return clip(4 * 16 + ops * 12 + residues * (nucleotide ? 8 : 17) / 2);
}
