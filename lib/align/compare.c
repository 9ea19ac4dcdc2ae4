/* SPDX-License-Identifier: MIT */
/* compare: candidate pairs aligned in parallel. */
#include <tl/compare.h>

#include <stdlib.h>

#include <tl/align.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/score.h>

#define PAIRS_A_TASK 128
#define PAD 12 /* diagonals added on both sides of those that a pair's k-mers lie on */
#define NEAR 20000 /* an alignment that misses the identity by more than this is not proven */

/* [alphabet]: a wider band than this is not computed to prove an alignment.  Measured at identity
 * 0.9: with none, 0.07 % of the links of proteins are refused by an exact judge, with 2^18 cells
 * 0.01 %, with 2^22 none; of nucleotides, whose scores prove little, proofs would take most of
 * the time and change no link. */
static const uint64_t prove_cells[] = {[TL_PROTEIN] = 1u << 22, [TL_NUCLEOTIDE] = 1u << 16};

/* What a worker aligns with. */
struct bench {
	struct tl_align *ws;
	struct tl_align_path path, other; /* other: the second strand */
	struct tl_buf turned;             /* the reverse complement of a centre */
};

struct comparison {
	const struct tl_bank *bank;
	const struct tl_pair *pair;
	size_t n;
	const struct tl_compare_params *params;
	struct bench *bench; /* [workers] */
	uint8_t *opt_large;  /* written in order, by the thread that takes tasks */
};

struct task {
	const struct comparison *c;
	size_t begin, end;
	struct tl_edges edges;
	struct tl_compare_sum sum;
	uint32_t *large; /* sequences in pairs that were too large */
	size_t larges, large_cap;
};

static bool same_pair(const struct tl_pair *p, const struct tl_pair *q)
{
	return p->member == q->member && p->centre == q->centre;
}

/* Could a pair with this score in its first band meet the criterion?  An alignment that does has at
 * least coverage x length columns, identity of them matches, which score at least `least` each; the
 * other columns cost at most a gap's opening each.  (X, U, O, J and IUPAC letters that match score
 * less, and what lies behind a gap longer than the band is not counted: a pair that hangs on
 * those is lost.) */
static bool promising(const struct comparison *c, const struct tl_align_path *path, size_t length)
{
	__extension__ typedef __int128 wide;
	const struct tl_link_criterion *k = &c->params->criterion;
	int64_t least = c->params->alphabet == TL_NUCLEOTIDE ? 2 : 4;
	int64_t open = tl_score_of(c->params->alphabet)->open;
	int64_t rate = least * k->identity - open * (1000000 - k->identity);
	return rate <= 0 ||
	       (wide)path->score * 1000000 * 1000000 >= (wide)rate * k->coverage * (int64_t)length;
}

/* What the centre of a pair is taken as. */
static enum tl_status take_centre(const struct comparison *c, struct bench *w,
				  const struct tl_pair *p, struct tl_str *ret, struct tl_err *err)
{
	*ret = tl_bank_get(c->bank, p->centre);
	if (!p->minus)
		return TL_OK;
	tl_buf_reset(&w->turned);
	enum tl_status st = tl_buf_reserve(&w->turned, ret->n, err);
	if (st != TL_OK)
		return st;
	tl_alphabet_revcomp(w->turned.data, ret->p, ret->n);
	ret->p = w->turned.data;
	return TL_OK;
}

/* Aligns one pair on its strand into path; b is what the centre was taken as.  First in the
 * narrow band of its k-mers; what could meet the criterion then again in one wide enough to prove
 * it. */
static enum tl_status align_one(struct task *t, struct bench *w, const struct tl_pair *p,
				struct tl_align_path *path, struct tl_str *ret_b, struct tl_err *err)
{
	const struct comparison *c = t->c;
	struct tl_str a = tl_bank_get(c->bank, p->member), b;
	enum tl_status st = take_centre(c, w, p, &b, err);
	if (st != TL_OK)
		return st;
	struct tl_align_job job = {.a = a.p, .a_len = a.n, .b = b.p, .b_len = b.n, .lo = p->lo - PAD,
				   .hi = p->hi + PAD, .max_cells = c->params->max_cells};
	*ret_b = b;
	st = tl_align_pair(w->ws, &job, path, err);
	t->sum.pairs++;
	t->sum.cells += path->cells;
	t->sum.too_large += path->too_large;
	if (st != TL_OK || path->too_large || path->proven ||
	    !promising(c, path, a.n < b.n ? a.n : b.n) ||
	    !tl_link_reaches(path->match, path->columns, c->params->criterion.identity - NEAR))
		return st;
	if (path->need_cells > prove_cells[c->params->alphabet] ||
	    path->need_cells > c->params->max_cells) {
		t->sum.unproven++;
		return TL_OK;
	}
	job.lo = path->need_lo;
	job.hi = path->need_hi;
	st = tl_align_pair(w->ws, &job, path, err);
	t->sum.cells += path->cells;
	t->sum.widened++;
	return st;
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

/* One pair, on one strand or on both. */
static enum tl_status compare_pair(struct task *t, struct bench *w, const struct tl_pair *p,
				   bool both, struct tl_err *err)
{
	const struct comparison *c = t->c;
	struct tl_align_path *path = &w->path;
	struct tl_str a = tl_bank_get(c->bank, p->member), b, other_b;
	bool minus = p->minus;
	enum tl_status st = align_one(t, w, p, path, &b, err);
	if (st == TL_OK && both) {
		st = align_one(t, w, p + 1, &w->other, &other_b, err);
		if (st == TL_OK && w->other.score > path->score) {
			path = &w->other;
			minus = p[1].minus;
			b = other_b;
		}
	}
	if (st != TL_OK)
		return st;
	if (path->too_large)
		return note_large(t, p, err);
	struct tl_link_sum sum = tl_link_of_path(path, a.n, b.n);
	uint8_t flags = tl_link_judge(&c->params->criterion, &sum, minus);
	if (!flags)
		return TL_OK;
	flags |= minus ? TL_EDGE_MINUS : 0;
	t->sum.edges++;
	return tl_link_put(&t->edges, c->bank->ordinal[p->member], c->bank->ordinal[p->centre],
			   flags, path, a, b, err);
}

static enum tl_status run_task(void *item, unsigned worker, struct tl_err *err)
{
	struct task *t = item;
	const struct tl_pair *pair = t->c->pair;
	enum tl_status st = TL_OK;
	for (size_t i = t->begin; i < t->end && st == TL_OK; i++) {
		/* The second strand of a pair was dealt with together with the first. */
		if (i && same_pair(&pair[i], &pair[i - 1]))
			continue;
		bool both = i + 1 < t->c->n && same_pair(&pair[i], &pair[i + 1]);
		st = compare_pair(t, &t->c->bench[worker], &pair[i], both, err);
	}
	return st;
}

static void free_task(void *item)
{
	struct task *t = item;
	tl_edge_free(&t->edges);
	free(t->large);
	free(t);
}

/* Takes the oldest task: adds up, passes its edges on. */
static enum tl_status take_task(const struct comparison *c, struct tl_lane *lane,
				tl_compare_emit emit, void *ctx, struct tl_compare_sum *sum,
				struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(lane, &item, err);
	struct task *t = item;
	sum->pairs += t->sum.pairs;
	sum->widened += t->sum.widened;
	sum->edges += t->sum.edges;
	sum->cells += t->sum.cells;
	sum->too_large += t->sum.too_large;
	sum->unproven += t->sum.unproven;
	for (size_t i = 0; c->opt_large && i < t->larges; i++)
		c->opt_large[t->large[i]] = 1;
	if (st == TL_OK && t->edges.n)
		st = emit(ctx, &t->edges, err);
	free_task(t);
	return st;
}

static enum tl_status run_all(const struct comparison *c, struct tl_lane *lane,
			      tl_compare_emit emit, void *ctx, struct tl_compare_sum *sum,
			      struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < c->n && st == TL_OK; i += PAIRS_A_TASK) {
		if (tl_lane_full(lane))
			st = take_task(c, lane, emit, ctx, sum, err);
		struct task *t = st == TL_OK ? tl_mem_zalloc(1, sizeof *t, err) : NULL;
		if (!t)
			return st == TL_OK ? TL_NOMEM : st;
		t->c = c;
		t->begin = i;
		t->end = c->n - i < PAIRS_A_TASK ? c->n : i + PAIRS_A_TASK;
		tl_lane_put(lane, t);
	}
	while (st == TL_OK && tl_lane_pending(lane))
		st = take_task(c, lane, emit, ctx, sum, err);
	return st;
}

static enum tl_status open_benches(struct comparison *c, unsigned workers, struct tl_err *err)
{
	c->bench = tl_mem_zalloc(workers, sizeof *c->bench, err);
	enum tl_status st = c->bench ? TL_OK : TL_NOMEM;
	for (unsigned w = 0; w < workers && st == TL_OK; w++)
		st = tl_align_new(tl_score_of(c->params->alphabet), &c->bench[w].ws, err);
	return st;
}

static void close_benches(struct comparison *c, unsigned workers)
{
	for (unsigned w = 0; c->bench && w < workers; w++) {
		tl_align_free(c->bench[w].ws);
		tl_buf_free(&c->bench[w].path.ops);
		tl_buf_free(&c->bench[w].other.ops);
		tl_buf_free(&c->bench[w].turned);
	}
	free(c->bench);
}

enum tl_status tl_compare_pairs(struct tl_pool *pool, const struct tl_bank *bank,
				const struct tl_pair *pair, size_t n,
				const struct tl_compare_params *params, uint8_t *opt_large,
				tl_compare_emit emit, void *ctx, struct tl_compare_sum *ret,
				struct tl_err *err)
{
	unsigned workers = tl_pool_threads(pool);
	struct comparison c = {.bank = bank, .pair = pair, .n = n, .params = params,
			       .opt_large = opt_large};
	struct tl_lane *lane = NULL;
	*ret = (struct tl_compare_sum){0};
	enum tl_status st = open_benches(&c, workers, err);
	if (st == TL_OK)
		st = tl_lane_new(pool, 4 * (size_t)workers, run_task, &lane, err);
	if (st == TL_OK)
		st = run_all(&c, lane, emit, ctx, ret, err);
	tl_lane_free(lane, free_task);
	close_benches(&c, workers);
	return st;
}
