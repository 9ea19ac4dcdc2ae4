/* SPDX-License-Identifier: MIT */
/* compare: candidate pairs aligned in parallel. */
#include <tl/compare.h>

#include <stdlib.h>

#include <tl/budget.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/score.h>

#include "compare_pair.h"
#include "recall.h"

#define PAIRS_A_TASK 128
#define LANE_DEPTH 16        /* tasks for each worker: a long one must not stop the others */
#define KEPT_MOST (1u << 20) /* bytes of edges whose memory is kept with an idle task */
#define AHEAD 6 /* pairs by which centres are fetched before they are aligned */

struct comparison {
	struct tl_compare_set set;
	const struct tl_pair_source *source;
	struct tl_compare_bench *bench; /* [2 * workers] */
	struct task *idle;   /* list; of the thread that takes tasks */
	uint8_t *opt_large;  /* written in order, by the thread that takes tasks */
};

struct task {
	const struct comparison *c;
	struct task *next; /* among those that are idle */
	struct tl_pair *pair; /* [n] of whole members */
	size_t n, cap;
	struct tl_edges edges;
	struct tl_compare_sum sum;
	uint32_t *large; /* sequences in pairs that were too large */
	size_t larges, large_cap;
};

static bool same_pair(const struct tl_pair *p, const struct tl_pair *q)
{
	return p->member == q->member && p->centre == q->centre;
}

static enum tl_status note_large(struct task *t, const struct tl_pair *p, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&t->large, &t->large_cap, t->larges + 2, sizeof *t->large,
					err);
	if (st == TL_OK) {
		t->large[t->larges++] = p->member;
		t->large[t->larges++] = p->centre;
	}
	return st;
}

/* The edge of an alignment of a pair, if it is one; b is what the centre was taken as. */
static enum tl_status put_edge(struct task *t, const struct tl_compare_bench *w,
			       const struct tl_pair *p, const struct tl_align_path *path,
			       struct tl_str b, struct tl_err *err)
{
	const struct tl_compare_set *set = &t->c->set;
	const struct tl_str a = w->member.s;
	if (path->too_large)
		return note_large(t, p, err);
	const struct tl_link_sum sum = tl_link_of_path(path, a.n, b.n);
	uint8_t flags = tl_link_judge(&set->params->criterion, &sum, p->minus);
	if (!flags)
		return TL_OK;
	flags |= p->minus ? TL_EDGE_MINUS : 0;
	t->sum.edges++;
	return tl_link_put(&t->edges, set->bank->ordinal[p->member], set->bank->ordinal[p->centre],
			   flags, path, a, b, err);
}

/* The edge of what has ended on a bench. */
static enum tl_status put_ended(struct task *t, const struct tl_compare_bench *w,
				struct tl_err *err)
{
	return put_edge(t, w, w->at.pair, w->at.path, w->at.b, err);
}

/* A pair on both strands: the better one counts. */
static enum tl_status compare_both(struct task *t, struct tl_compare_bench *w,
				   const struct tl_pair *p, struct tl_err *err)
{
	const struct tl_compare_set *set = &t->c->set;
	enum tl_status st = tl_compare_pair_begin(set, w, p, &w->path, err);
	if (st == TL_OK)
		st = tl_compare_pair_end(set, w, err);
	const struct tl_str b = w->at.b;
	if (st == TL_OK)
		st = tl_compare_pair_begin(set, w, p + 1, &w->other, err);
	if (st == TL_OK)
		st = tl_compare_pair_end(set, w, err);
	if (st != TL_OK)
		return st;
	return w->other.score > w->path.score ? put_ended(t, w, err)
					      : put_edge(t, w, p, &w->path, b, err);
}

/* Ends the pair that waits on the first bench, if one does. */
static enum tl_status end_first(struct task *t, struct tl_compare_bench *w, struct tl_err *err)
{
	if (!w->at.waits)
		return TL_OK;
	enum tl_status st = tl_compare_pair_end(&t->c->set, w, err);
	return st == TL_OK ? put_ended(t, w, err) : st;
}

/* A pair on one strand.  One that is to be aligned waits on the first bench for another: the two are
 * done together.  Edges are put in the order of pairs. */
static enum tl_status compare_one(struct task *t, struct tl_compare_bench w[2],
				  const struct tl_pair *p, struct tl_err *err)
{
	const struct tl_compare_set *set = &t->c->set;
	const bool second = w[0].at.waits;
	struct tl_compare_bench *mine = &w[second];
	enum tl_status st = tl_compare_pair_begin(set, mine, p, &mine->path, err);
	if (st != TL_OK || (mine->at.waits && !second) || (!mine->at.waits && !mine->path.score))
		return st;
	if (mine->at.waits) {
		st = tl_compare_pair_end_two(set, &w[0], &w[1], err);
		if (st == TL_OK)
			st = put_ended(t, &w[0], err);
	} else {
		st = end_first(t, &w[0], err);
	}
	return st == TL_OK ? put_ended(t, mine, err) : st;
}

static enum tl_status run_task(void *item, unsigned worker, struct tl_err *err)
{
	struct task *t = item;
	const struct tl_pair *pair = t->pair;
	enum tl_status st = TL_OK;
	struct tl_compare_bench *bench = &t->c->bench[2 * worker];
	bench[0].sum = bench[1].sum = &t->sum;
	bench[0].at.waits = false; /* whatever a task that failed left */
	for (size_t i = 0; i < t->n && st == TL_OK; i++) {
		if (i + 2 * AHEAD < t->n)
			__builtin_prefetch(&t->c->set.bank->end[pair[i + 2 * AHEAD].centre], 0, 1);
		if (i + AHEAD < t->n)
			tl_bank_fetch(t->c->set.bank, pair[i + AHEAD].centre);
		/* The second strand of a pair was dealt with together with the first. */
		if (i && same_pair(&pair[i], &pair[i - 1]))
			continue;
		if (i + 1 == t->n || !same_pair(&pair[i], &pair[i + 1])) {
			st = compare_one(t, bench, &pair[i], err);
			continue;
		}
		st = end_first(t, bench, err);
		if (st == TL_OK)
			st = compare_both(t, bench, &pair[i], err);
	}
	return st == TL_OK ? end_first(t, bench, err) : st;
}

static void free_task(void *item)
{
	struct task *t = item;
	tl_edge_free(&t->edges);
	free(t->large);
	free(t->pair);
	free(t);
}

/* A task without pairs: one that was taken before, with its memory, or a new one. */
static struct task *idle_task(struct comparison *c, struct tl_err *err)
{
	struct task *t = c->idle;
	if (!t) {
		t = tl_mem_zalloc(1, sizeof *t, err);
		if (t)
			t->c = c;
		return t;
	}
	c->idle = t->next;
	t->n = t->larges = 0;
	t->sum = (struct tl_compare_sum){0};
	tl_edge_reset(&t->edges);
	return t;
}

/* Keeps what a task had until the next one, but not what an uncommonly large one had. */
static void lay_by(struct comparison *c, struct task *t)
{
	if (tl_edge_bytes(&t->edges) > KEPT_MOST) {
		free_task(t);
		return;
	}
	t->next = c->idle;
	c->idle = t;
}

/* Takes the oldest task: adds up, passes its edges on. */
static enum tl_status take_task(struct comparison *c, struct tl_lane *lane,
				tl_compare_emit emit, void *ctx, struct tl_compare_sum *sum,
				struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(lane, &item, err);
	struct task *t = item;
	sum->pairs += t->sum.pairs;
	sum->screened += t->sum.screened;
	sum->recalled += t->sum.recalled;
	sum->widened += t->sum.widened;
	sum->edges += t->sum.edges;
	sum->cells += t->sum.cells;
	sum->too_large += t->sum.too_large;
	sum->unproven += t->sum.unproven;
	for (size_t i = 0; c->opt_large && i < t->larges; i++)
		c->opt_large[t->large[i]] = 1;
	if (st == TL_OK && t->edges.n)
		st = emit(ctx, &t->edges, err);
	lay_by(c, t);
	return st;
}

/* Adds the pairs that are on a strand that is wanted. */
static void add_pairs(const struct comparison *c, struct task *t, const struct tl_pair *pair,
		      size_t n)
{
	const enum tl_compare_strand strand = c->set.params->strand;
	for (size_t i = 0; i < n; i++)
		if (strand == TL_COMPARE_BOTH || pair[i].minus == (strand == TL_COMPARE_MINUS))
			t->pair[t->n++] = pair[i];
}

/* Takes whole members from the source until the task has enough; *ret_end: there are no more. */
static enum tl_status fill_task(const struct comparison *c, struct task *t, bool *ret_end,
				struct tl_err *err)
{
	const struct tl_pair *pair;
	size_t n = 1;
	enum tl_status st = TL_OK;
	while (st == TL_OK && n && t->n < PAIRS_A_TASK) {
		st = c->source->next(c->source->ctx, &pair, &n, err);
		if (st == TL_OK && n)
			st = tl_mem_grow(&t->pair, &t->cap, t->n + n, sizeof *pair, err);
		if (st != TL_OK || !n)
			break;
		add_pairs(c, t, pair, n);
	}
	*ret_end = !n;
	return st;
}

static enum tl_status run_all(struct comparison *c, struct tl_lane *lane,
			      tl_compare_emit emit, void *ctx, struct tl_compare_sum *sum,
			      struct tl_err *err)
{
	enum tl_status st = TL_OK;
	bool end = false;
	while (st == TL_OK && !end) {
		struct task *t = idle_task(c, err);
		if (!t)
			return TL_NOMEM;
		st = fill_task(c, t, &end, err);
		if (st == TL_OK && tl_lane_full(lane))
			st = take_task(c, lane, emit, ctx, sum, err);
		if (st == TL_OK && t->n)
			tl_lane_put(lane, t);
		else
			lay_by(c, t);
	}
	while (st == TL_OK && tl_lane_pending(lane))
		st = take_task(c, lane, emit, ctx, sum, err);
	return st;
}

static enum tl_status open_benches(struct comparison *c, unsigned workers, struct tl_err *err)
{
	c->bench = tl_mem_zalloc(2 * (size_t)workers, sizeof *c->bench, err);
	enum tl_status st = c->bench ? TL_OK : TL_NOMEM;
	for (size_t i = 0; i < 2 * (size_t)workers && st == TL_OK; i++) {
		c->bench[i].number = (unsigned)(i / 2);
		st = tl_align_new(c->set.score, &c->bench[i].ws, err);
	}
	return st;
}

static void close_benches(struct comparison *c, unsigned workers)
{
	for (size_t i = 0; c->bench && i < 2 * (size_t)workers; i++) {
		struct tl_compare_bench *w = &c->bench[i];
		tl_align_free(w->ws);
		tl_bank_leave(&w->member.room);
		tl_bank_leave(&w->glance);
		tl_bank_leave(&w->centre.room);
		tl_buf_free(&w->path.ops);
		tl_buf_free(&w->other.ops);
		tl_buf_free(&w->turned);
		tl_buf_free(&w->value);
	}
	free(c->bench);
}

/* Where odd residues of nucleotides are noted; there is nothing where the budget has no room. */
static enum tl_status open_odd(struct tl_compare_set *set, struct tl_err *err)
{
	const size_t n = set->bank->n;
	if (set->params->alphabet != TL_NUCLEOTIDE || !tl_budget_take(set->bank->budget, n))
		return TL_OK;
	set->opt_odd = tl_mem_zalloc(n, 1, err);
	if (!set->opt_odd)
		tl_budget_give(set->bank->budget, n);
	return set->opt_odd ? TL_OK : TL_NOMEM;
}

static void close_odd(struct tl_compare_set *set)
{
	if (set->opt_odd)
		tl_budget_give(set->bank->budget, set->bank->n);
	free(set->opt_odd);
}

enum tl_status tl_compare_pairs(struct tl_pool *pool, const struct tl_bank *bank,
				const struct tl_pair_source *source,
				const struct tl_compare_params *params, uint8_t *opt_large,
				tl_compare_emit emit, void *ctx, struct tl_compare_sum *ret,
				struct tl_err *err)
{
	unsigned workers = tl_pool_threads(pool);
	const struct tl_score *score =
		params->opt_score ? params->opt_score : tl_score_of(params->alphabet);
	struct comparison c = {.set = {bank, params, score, 0, NULL},
			       .source = source, .opt_large = opt_large};
	struct tl_lane *lane = NULL;
	*ret = (struct tl_compare_sum){0};
	if (params->opt_cache)
		c.set.how = tl_recall_how(&c.set);
	enum tl_status st = open_benches(&c, workers, err);
	if (st == TL_OK)
		st = open_odd(&c.set, err);
	if (st == TL_OK)
		st = tl_lane_new(pool, LANE_DEPTH * (size_t)workers, run_task, &lane, err);
	if (st == TL_OK)
		st = run_all(&c, lane, emit, ctx, ret, err);
	tl_lane_free(lane, free_task);
	while (c.idle) {
		struct task *t = c.idle;
		c.idle = t->next;
		free_task(t);
	}
	close_odd(&c.set);
	close_benches(&c, workers);
	return st;
}
