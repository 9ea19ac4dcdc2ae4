/* SPDX-License-Identifier: MIT */
/* align_chain: long nucleotides aligned by exact matches, chained, and what lies between them.
 *
 * Between two anchors of the chain lies a rectangle.  Where its letters say that nothing is better than one
 * gap, of what one side is longer, that is it (align_margin).  If it is small it is done cell by cell, as far from
 * its corners as a better alignment may go.  Else it is anchored again, by all of its own k-mers; and where it
 * has none, and is too large, it is left as two gaps.  Before the first anchor and behind the
 * last one the alignment goes on as far as X-drop lets it.  Of all that the part of highest score
 * is kept.
 *
 * So the alignment is the best of those that go through the chain's anchors; that none other is
 * better is not proven.
 */
#include "align_chain.h"

#include <tl/cigar.h>
#include <tl/mem.h>

#include "align_anchor.h"
#include "align_margin.h"

#define FIRST_K 17
#define EVERY_LEAST 8 /* of the whole sequences one k-mer in so many is taken, at least */
#define EVERY_MOST 256
#define SAMPLED 16384 /* k-mers, about, between these; where there are fewer, all */
#define SMALL ((uint64_t)1 << 14)   /* cells that are done at once */
#define LARGE ((uint64_t)1 << 22)   /* cells that are done where there are no anchors */
#define DEPTH 4
#define DROP 40                     /* X-drop at the ends, in columns that cost most */
#define REACH ((size_t)1 << 20)     /* residues, at most, beyond the last anchor */

struct stretch {
	const uint8_t *a, *b;
	size_t n, m;
};

static size_t smaller(size_t x, size_t y)
{
	return x < y ? x : y;
}

/* k so long that a k-mer is found by chance in one such rectangle of 16. */
static unsigned k_for(const struct stretch *s)
{
	unsigned k = 8;
	while (k < FIRST_K && (uint64_t)1 << 2 * k < 16 * (uint64_t)s->n * s->m)
		k++;
	return k;
}

struct run {
	struct tl_align_chain *c;
	const struct tl_score *score;
	struct tl_align_margin_letters letters;
	bool plain; /* no odd residues */
};

static enum tl_status fill_links(const struct run *r, const struct stretch *s, size_t base,
				 unsigned depth, struct tl_err *err);

/* A rectangle by anchors of its own; *ret_done is false where there are none. */
static enum tl_status fill_anchored(const struct run *r, const struct stretch *s, unsigned depth,
				    bool *ret_done, struct tl_err *err)
{
	const size_t base = r->c->n_link;
	const struct tl_str a = {s->a, s->n}, b = {s->b, s->m};
	const unsigned k = k_for(s);
	enum tl_status st = tl_align_anchor_index(&r->c->part, a, k, 1, err);
	if (st == TL_OK)
		st = tl_align_anchor_find(r->c, &r->c->part, a, b, k, 1, err);
	if (st == TL_OK)
		st = tl_align_anchor_chain(r->c, r->score, err);
	*ret_done = r->c->n_link > base;
	if (st == TL_OK && *ret_done)
		st = fill_links(r, s, base, depth, err);
	r->c->n_link = base;
	return st;
}

/* Two gaps where the rectangle is too much for anything else. */
static enum tl_status fill_gap(const struct run *r, const struct stretch *s, struct tl_err *err)
{
	enum tl_status st = tl_align_fill_put(&r->c->fill, TL_CIGAR_INS, s->n, err);
	return st == TL_OK ? tl_align_fill_put(&r->c->fill, TL_CIGAR_DEL, s->m, err) : st;
}

/* So many columns, a gap of what one side is longer, and the rest. */
static enum tl_status fill_simple(const struct run *r, const struct stretch *s, size_t split,
				  struct tl_err *err)
{
	struct tl_align_fill *f = &r->c->fill;
	const size_t n = smaller(s->n, s->m);
	const struct stretch rest = {s->a + split, s->b + split, s->n - n, s->m - n};
	enum tl_status st = tl_align_fill_straight(f, s->a, s->b, split, err);
	if (st == TL_OK)
		st = fill_gap(r, &rest, err);
	return st == TL_OK ? tl_align_fill_straight(f, rest.a + rest.n, rest.b + rest.m, n - split, err)
			   : st;
}

/* From corner to corner. */
static enum tl_status fill_stretch(const struct run *r, const struct stretch *s, unsigned depth,
				   struct tl_err *err)
{
	struct tl_align_fill *f = &r->c->fill;
	const struct tl_align_span span = {s->a, s->b, s->n, s->m, false};
	bool done = false;
	enum tl_status st = TL_OK;
	if (s->n == 0 || s->m == 0)
		return fill_gap(r, s, err);
	const struct tl_align_margin g = tl_align_margin_of(&r->letters, r->score, s->a, s->n, s->b, s->m);
	if (g.simple)
		return fill_simple(r, s, g.split, err);
	const uint64_t width = s->n > s->m ? s->n - s->m : s->m - s->n;
	const uint64_t all = (uint64_t)s->n * s->m;
	const size_t within = smaller(g.within, s->n > s->m ? s->n : s->m);
	const uint64_t cells = smaller(all, (width + 2 * (uint64_t)within + 1) * s->n);
	if (cells > SMALL && depth < DEPTH)
		st = fill_anchored(r, s, depth + 1, &done, err);
	if (st != TL_OK || done)
		return st;
	return cells <= LARGE ? tl_align_fill_between(f, r->score, &span, within, err)
			      : fill_gap(r, s, err);
}

/* The anchors from c->link[base] on, all of the stretch s, and what lies between them and to its
 * corners. */
static enum tl_status fill_links(const struct run *r, const struct stretch *s, size_t base,
				 unsigned depth, struct tl_err *err)
{
	const size_t end = r->c->n_link;
	size_t i = 0, j = 0;
	enum tl_status st = TL_OK;
	for (size_t k = base; k < end && st == TL_OK; k++) {
		const struct tl_align_anchor x = r->c->link[k];
		const struct stretch gap = {s->a + i, s->b + j, x.a - i, x.b - j};
		st = fill_stretch(r, &gap, depth, err);
		if (st == TL_OK)
			st = tl_align_fill_put(&r->c->fill, TL_CIGAR_MATCH, x.len, err);
		i = (size_t)x.a + x.len;
		j = (size_t)x.b + x.len;
	}
	const struct stretch tail = {s->a + i, s->b + j, s->n - i, s->m - j};
	return st == TL_OK ? fill_stretch(r, &tail, depth, err) : st;
}

/* What goes on before the first anchor (i, j), or (not down) behind the last one, which ends
 * there; returns how far. */
static enum tl_status reach_out(const struct run *r, const struct tl_align_job *job, bool down,
				size_t *i, size_t *j, struct tl_err *err)
{
	size_t n = down ? *i : job->a_len - *i, m = down ? *j : job->b_len - *j;
	n = smaller(n, REACH);
	const int32_t drop = DROP * r->score->worst;
	m = smaller(m, n + (size_t)drop);
	const struct tl_align_span s = {job->a + *i - down, job->b + *j - down, n, m, down};
	size_t go_a = 0, go_b = 0;
	if (n == 0 || m == 0)
		return TL_OK;
	enum tl_status st = tl_align_fill_beyond(&r->c->fill, r->score, &s, drop, &go_a, &go_b, err);
	*i = down ? *i - go_a : *i + go_a;
	*j = down ? *j - go_b : *j + go_b;
	return st;
}

/* The runs of the whole chain; *i, *j is where they begin. */
static enum tl_status join(const struct run *r, const struct tl_align_job *job, size_t *i,
			   size_t *j, struct tl_err *err)
{
	struct tl_align_chain *c = r->c;
	const struct tl_align_anchor first = c->link[0], last = c->link[c->n_link - 1];
	struct stretch s = {job->a + first.a, job->b + first.b, 0, 0};
	size_t end_a = (size_t)last.a + last.len, end_b = (size_t)last.b + last.len;
	s.n = end_a - first.a;
	s.m = end_b - first.b;
	*i = first.a;
	*j = first.b;
	for (size_t k = 0; k < c->n_link; k++) {
		c->link[k].a -= first.a;
		c->link[k].b -= first.b;
	}
	enum tl_status st = reach_out(r, job, true, i, j, err);
	if (st == TL_OK)
		st = fill_links(r, &s, 0, 0, err);
	return st == TL_OK ? reach_out(r, job, false, &end_a, &end_b, err) : st;
}

static int64_t score_of(const struct run *r, const uint8_t *a, const uint8_t *b, uint64_t run)
{
	const uint64_t len = run >> 2;
	int64_t sum = 0;
	if ((run & 3) == TL_CIGAR_INS || (run & 3) == TL_CIGAR_DEL)
		return -r->score->open - r->score->extend * ((int64_t)len - 1);
	if ((run & 3) == TL_CIGAR_MATCH && r->plain)
		return r->score->best * (int64_t)len;
	for (uint64_t k = 0; k < len; k++)
		sum += r->score->pair[a[k] & 31][b[k] & 31];
	return sum;
}

/* A run, and where it begins. */
struct mark {
	size_t run, a, b;
};

/* The runs from..end of highest score (Kadane), into path; they begin at i, j. */
static void choose_runs(const struct run *r, const struct tl_align_job *job, size_t i, size_t j,
			struct tl_align_path *path, size_t *ret_from, size_t *ret_end)
{
	const struct tl_align_fill *f = &r->c->fill;
	struct mark begin = {0, i, j};
	int64_t sum = 0;
	*ret_from = *ret_end = 0;
	for (size_t k = 0; k < f->n_runs; k++) {
		const uint64_t run = f->runs[k], len = run >> 2;
		sum += score_of(r, job->a + i, job->b + j, run);
		i += (run & 3) == TL_CIGAR_DEL ? 0 : len;
		j += (run & 3) == TL_CIGAR_INS ? 0 : len;
		if (sum > path->score) {
			path->score = sum;
			path->a_start = begin.a;
			path->b_start = begin.b;
			path->a_end = i;
			path->b_end = j;
			*ret_from = begin.run;
			*ret_end = k + 1;
		}
		if (sum <= 0) {
			sum = 0;
			begin = (struct mark){k + 1, i, j};
		}
	}
}

/* Takes columns that score nothing from both ends of the path: odd letters. */
static void trim(const struct run *r, const struct tl_align_job *job, size_t *from, size_t *end,
		 struct tl_align_path *path)
{
	uint64_t *runs = r->c->fill.runs;
	while (*from < *end && r->score->pair[job->a[path->a_start] & 31]
					     [job->b[path->b_start] & 31] <= 0) {
		path->a_start++;
		path->b_start++;
		runs[*from] -= 4;
		*from += runs[*from] < 4;
	}
	while (*from < *end && r->score->pair[job->a[path->a_end - 1] & 31]
					     [job->b[path->b_end - 1] & 31] <= 0) {
		path->a_end--;
		path->b_end--;
		runs[*end - 1] -= 4;
		*end -= runs[*end - 1] < 4;
	}
}

static enum tl_status put_path(const struct run *r, size_t from, size_t end,
			       struct tl_align_path *path, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t k = from; k < end && st == TL_OK; k++) {
		const uint64_t run = r->c->fill.runs[k];
		path->columns += run >> 2;
		path->match += (run & 3) == TL_CIGAR_MATCH ? run >> 2 : 0;
		st = tl_cigar_add(&path->ops, (enum tl_cigar_op)(run & 3), run >> 2, err);
	}
	return st;
}

static uint32_t every_for(const struct tl_align_job *job)
{
	const size_t n = job->a_len / SAMPLED;
	if (n == 0)
		return 1;
	return (uint32_t)(n < EVERY_LEAST ? EVERY_LEAST : smaller(n, EVERY_MOST));
}

/* The chain of the whole sequences, on c->link. */
static enum tl_status find_chain(struct tl_align_chain *c, const struct tl_score *score,
				 const struct tl_align_job *job, struct tl_err *err)
{
	const struct tl_str a = {job->a, job->a_len}, b = {job->b, job->b_len};
	const uint32_t every = every_for(job);
	enum tl_status st = TL_OK;
	c->n_link = 0;
	if (job->a_id == 0 || job->a_id != c->a_id)
		st = tl_align_anchor_index(&c->whole, a, FIRST_K, every, err);
	c->a_id = st == TL_OK ? job->a_id : 0;
	if (st == TL_OK)
		st = tl_align_anchor_find(c, &c->whole, a, b, FIRST_K, every, err);
	return st == TL_OK ? tl_align_anchor_chain(c, score, err) : st;
}

enum tl_status tl_align_chain_run(struct tl_align_chain *c, const struct tl_score *score,
				  const struct tl_align_job *job, struct tl_align_path *path,
				  struct tl_err *err)
{
	const struct run r = {c, score, tl_align_margin_letters(score), job->odd == 0};
	size_t i, j, from, end;
	c->fill.n_runs = 0;
	c->fill.cells = 0;
	enum tl_status st = find_chain(c, score, job, err);
	if (st != TL_OK || c->n_link == 0)
		return st;
	if ((st = join(&r, job, &i, &j, err)) != TL_OK)
		return st;
	path->cells = c->fill.cells;
	choose_runs(&r, job, i, j, path, &from, &end);
	trim(&r, job, &from, &end, path);
	return put_path(&r, from, end, path, err);
}

void tl_align_chain_free(struct tl_align_chain *c)
{
	tl_align_fill_free(&c->fill);
	tl_mem_free(c->anchor);
	tl_mem_free(c->link);
	tl_mem_free(c->score);
	tl_mem_free(c->before);
	tl_mem_free(c->whole.slot);
	tl_mem_free(c->part.slot);
	tl_mem_free(c->last);
}
