/* SPDX-License-Identifier: MIT */
/* rescore: hits that were carried over to other sequences, aligned and scored again.
 *
 * E-values are no decisions: they alone are floating-point numbers.
 */
#include <tl/rescore.h>

#include <stdio.h>

#include <tl/align.h>
#include <tl/bank.h>
#include <tl/cigar.h>
#include <tl/expand.h>
#include <tl/hash.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/names.h>
#include <tl/score.h>

#define PAD 24             /* diagonals on both sides of those that the hit has */
#define MAX_CELLS (1u << 28)
#define OPEN 12            /* of BLAST's 11/1: the first residue's extension included */

struct tl_rescore {
	struct tl_score score;
	struct tl_align *align;
	struct tl_align_path path;
	struct tl_bank query, target;
	struct tl_map by_name;
	struct tl_bank_room q_room, t_room;
	/* The hit at hand: */
	uint64_t at_query;     /* UINT64_MAX: none was read */
	struct tl_str residues; /* of its query */
	double expect, bits;
	int64_t worth;          /* of its own alignment, in millionths of a bit */
};

/* 1. Queries. */

static enum tl_status take_entry(void *ctx, const struct tl_expand_event *ev, size_t i,
				 struct tl_str residues, struct tl_err *err)
{
	struct tl_rescore *r = ctx;
	struct tl_entry e;
	uint64_t other;
	tl_batch_get(ev->batch, ev->at + i, &e);
	if (ev->batch->alphabet != TL_PROTEIN && residues.n)
		return tl_err_set(err, TL_USAGE, "the queries are nucleotides: only hits of proteins on proteins are scored again");
	enum tl_status st = TL_OK;
	if (!(e.flags & TL_REC_IN)) {
		struct tl_str word = tl_names_word(e.head);
		uint64_t key = tl_hash_64(word.p, word.n) >> 1;
		if (!tl_map_get(&r->by_name, key, &other))
			st = tl_map_put(&r->by_name, key, r->query.n, err);
	}
	return st == TL_OK ? tl_bank_add(&r->query, e.ordinal, residues, e.flags & TL_REC_OUT, err)
			   : st;
}

enum tl_status tl_rescore_new(struct tl_reader *queries, struct tl_budget *budget,
			      struct tl_rescore **ret, struct tl_err *err)
{
	const struct tl_expand_opts opts = {.opt_budget = budget, .bytes = 1u << 20};
	struct tl_rescore *r = tl_mem_zalloc(1, sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	r->score = *tl_score_of(TL_PROTEIN);
	r->query.budget = r->target.budget = budget;
	r->query.share = r->target.share = tl_budget_share(budget, 1, 4, TL_STORE_CHUNK);
	r->at_query = UINT64_MAX;
	enum tl_status st = tl_score_gap(&r->score, OPEN, 1, err);
	if (st == TL_OK)
		st = tl_score_finish(&r->score, err);
	if (st == TL_OK)
		st = tl_align_new(&r->score, &r->align, err);
	if (st == TL_OK)
		st = tl_expand_each(queries, &opts, take_entry, r, err);
	if (st == TL_OK)
		*ret = r;
	else
		tl_rescore_free(r);
	return st;
}

enum tl_status tl_rescore_add(struct tl_rescore *r, uint64_t ordinal, bool nucleotide,
			      struct tl_str residues, bool more, struct tl_err *err)
{
	if (nucleotide && residues.n)
		return tl_err_set(err, TL_USAGE, "record tl|%llu is of nucleotides: only hits of proteins on proteins are scored again",
				  (unsigned long long)ordinal);
	return tl_bank_add(&r->target, ordinal, residues, more, err);
}

void tl_rescore_free(struct tl_rescore *r)
{
	if (!r)
		return;
	tl_align_free(r->align);
	tl_buf_free(&r->path.ops);
	tl_bank_free(&r->query);
	tl_bank_free(&r->target);
	tl_map_free(&r->by_name);
	tl_bank_leave(&r->q_room);
	tl_bank_leave(&r->t_room);
	tl_mem_free(r);
}

/* 2. Alignments. */

/* The best one in the band of the place; *ret_worth in millionths of a bit. */
static enum tl_status align(struct tl_rescore *r, size_t target,
			    const struct tl_rescore_place *at, int64_t *ret_worth,
			    struct tl_err *err)
{
	struct tl_str t;
	enum tl_status st = tl_bank_read(&r->target, target, &r->t_room, &t, err);
	if (st != TL_OK)
		return st;
	int64_t first = (int64_t)at->t_from - (int64_t)at->q_from;
	int64_t last = (int64_t)at->t_to - (int64_t)at->q_to;
	const struct tl_align_job job = {.a = r->residues.p,
					 .a_len = r->residues.n,
					 .b = t.p,
					 .b_len = t.n,
					 .lo = (first < last ? first : last) - PAD,
					 .hi = (first < last ? last : first) + PAD,
					 .max_cells = MAX_CELLS};
	st = tl_align_pair(r->align, &job, &r->path, err);
	*ret_worth = 0;
	if (st == TL_OK && r->path.score > 0)
		(void)tl_score_bits(&r->score, r->path.score, ret_worth);
	return st;
}

enum tl_status tl_rescore_begin(struct tl_rescore *r, struct tl_str query, size_t own,
				const struct tl_rescore_place *at, double expect, double bits,
				struct tl_err *err)
{
	uint64_t q;
	if (!tl_map_get(&r->by_name, tl_hash_64(query.p, query.n) >> 1, &q))
		return tl_err_set(err, TL_DATA, "the queries have no %.*s",
				  (int)(query.n < 200 ? query.n : 200), (const char *)query.p);
	enum tl_status st = TL_OK;
	if (q != r->at_query)
		st = tl_bank_read(&r->query, (size_t)q, &r->q_room, &r->residues, err);
	r->at_query = st == TL_OK ? q : UINT64_MAX;
	if (st == TL_OK && at->q_to > r->residues.n)
		return tl_err_set(err, TL_DATA, "the hit goes beyond the end of its query");
	r->expect = expect;
	r->bits = bits;
	return st == TL_OK ? align(r, own, at, &r->worth, err) : st;
}

/* 2 to the power of x millionths, by halving or doubling and, for the rest, the series of the exponential. */
static double power(int64_t x)
{
	const double rest = (double)(x % 1000000) * 0.693147181e-6;
	double y = 1 + rest * (1 + rest / 2 * (1 + rest / 3 * (1 + rest / 4 * (1 + rest / 5 * (1 + rest / 6)))));
	for (x /= 1000000; x > 0 && y < 1e290; x--)
		y *= 2;
	for (; x < 0 && y > 1e-290; x++)
		y /= 2;
	return y;
}

enum tl_status tl_rescore_put(struct tl_rescore *r, size_t target, const struct tl_rescore_place *at,
			      struct tl_buf *out, bool *ret_any, struct tl_err *err)
{
	struct tl_cigar_sum sum;
	int64_t worth;
	uint64_t gaps = 0, n;
	size_t pos = 0;
	enum tl_cigar_op op;
	char text[400];
	enum tl_status st = align(r, target, at, &worth, err);
	const struct tl_align_path *p = &r->path;
	const struct tl_str runs = {p->ops.data, p->ops.len};
	*ret_any = st == TL_OK && p->score > 0 && tl_cigar_measure(runs, &sum);
	if (!*ret_any)
		return st;
	while (tl_cigar_next(runs, &pos, &op, &n))
		gaps += op == TL_CIGAR_INS || op == TL_CIGAR_DEL;
	const unsigned identity = tl_cigar_identity(&sum);
	int len = snprintf(text, sizeof text,
			   "\t%u.%03u\t%llu\t%llu\t%llu\t%zu\t%zu\t%zu\t%zu\t%.2e\t%.1f",
			   identity / 10000, identity % 10000 / 10, (unsigned long long)p->columns,
			   (unsigned long long)sum.subst, (unsigned long long)gaps, p->a_start + 1,
			   p->a_end, p->b_start + 1, p->b_end, r->expect * power(r->worth - worth),
			   r->bits + (double)(worth - r->worth) / 1e6);
	return tl_buf_add(out, text, len < 0 ? 0 : (size_t)len, err);
}
