/* SPDX-License-Identifier: MIT */
/* compare_pair: one candidate pair aligned: what is tried first, and what is proven.
 *
 * 0. A pair of proteins with one k-mer in common is looked at along its diagonal (screen).
 *    One of proteins with at most FEW, below identity TL_WIDEN_FAR, is given up where it scores a QUARTER of
 *    what it must without gaps, unless thoroughness is wanted.
 * 1. Nucleotides all of whose k-mers lie on one diagonal: the alignment without gaps is taken if
 *    it is a link and its score alone makes it certain (tl_link_certain), or if it leaves no room.
 *    Where the diagonal is WHOLE it decides against the pair as well: gaps would not make a link
 *    of what misses the identity by SLACK.
 * 2. Else the narrow band of the k-mers.  What scores too little there is not a link; what scores
 *    enough to be certain is one.
 * 3. Where both are LONG, exact matches are chained instead (tl_align_long); the band is for those
 *    that have none.  What is not certain then is counted as not proven.
 * 4. Else the band is widened where that may change the verdict (widen).
 *
 * Where it need not be exact (approx) what is a link without gaps is taken before all that, HALF counts for a
 * QUARTER, and no band is widened.
 *
 * What the way by one diagonal is worth was measured at identity 0.9, against bands that prove: of 36,800
 * alignments without gaps that were links, not certain and without room, 3,732 were not the best, and
 * none of the links was refused by the best.  A gap shows as a span of the diagonal with about a
 * quarter of its letters equal: of all links of MLST, Listeria and rRNA that costs 76 of 1,182,663.
 */
#include "compare_pair.h"

#include <tl/score.h>

#include "align_diagonal.h"
#include "recall.h"
#include "screen.h"
#include "widen.h"

#define WHOLE 18   /* equal letters in each TL_SCREEN_SPAN of a diagonal */
#define SLACK 8000 /* parts per million of identity that small gaps may gain, */
#define REST 30000 /* and of coverage */
#define PAD 12     /* diagonals added on both sides of those that a pair's k-mers lie on */
#define LONG 8192  /* nucleotides */
#define FEW 2      /* k-mers in common */
#define QUARTER 4  /* see `faint' */
#define HALF 2     /* the same, where it is said that it need not be exact */

/* A wider band than this is not computed to prove an alignment.  Measured at identity 0.9: with
 * none, 0.07 % of the links of proteins are refused by an exact judge, with 2^18 cells 0.01 %,
 * with 2^22 none. */
#define PROVE_CELLS (1u << 22)

static size_t smaller(size_t x, size_t y)
{
	return x < y ? x : y;
}

/* rate (millionths) x coverage x length, rounded up. */
static int64_t score_at(const struct tl_compare_set *set, const struct tl_align_job *job,
			int64_t rate)
{
	__extension__ typedef __int128 wide;
	const wide million = 1000000, length = (wide)smaller(job->a_len, job->b_len);
	if (rate <= 0)
		return 0;
	return (int64_t)(((wide)rate * set->params->criterion.coverage * length +
			  million * million - 1) / (million * million));
}

/* What an alignment has to score in its first band to meet the criterion: one that does has at
 * least coverage x length columns, identity of them matches, which score at least `least` (4, of
 * nucleotides 2) each; the other columns cost at most `worst` (a gap's opening) each.  (X, U, O, J and IUPAC letters that match score
 * less, and what lies behind a gap longer than the band is not counted: a pair that hangs on
 * those is lost.)  Of proteins that says ever less below identity 0.8, and nothing below 0.73.  What
 * scores less than 2.5 x identity a residue, about half of what such alignments do, is not even
 * traced: measured at 0.5, that costs 206 of 78,012 edges.  (Of other matrices, so much of what
 * residues score with themselves as that is of BLOSUM62.) */
static int64_t least_score(const struct tl_compare_set *set, struct tl_align_job *job)
{
	const int64_t identity = set->params->criterion.identity;
	const bool nucleotide = set->params->alphabet == TL_NUCLEOTIDE;
	const int64_t bound = score_at(set, job, set->score->least * identity -
						 set->score->worst * (1000000 - identity));
	const int64_t usual = tl_score_of(TL_PROTEIN)->own;
	/* Identical letters score 2 or, where they are odd, 0: what is not traced is no link. */
	job->least = nucleotide ? bound - set->score->best * (int64_t)job->odd
				: score_at(set, job, identity * 5 * set->score->own / (2 * usual));
	return bound > job->least ? bound : job->least;
}

/* The odd residues of sequence i, counted once: the same centre comes again and again. */
static uint64_t odd_of(const struct tl_compare_set *set, uint32_t i, struct tl_str s)
{
	if (!set->opt_odd)
		return tl_score_odd(set->score, s);
	const uint8_t known = atomic_load_explicit(&set->opt_odd[i], memory_order_relaxed);
	if (known && known < UINT8_MAX)
		return known - 1u;
	const size_t n = tl_score_odd(set->score, s);
	atomic_store_explicit(&set->opt_odd[i], (uint8_t)(n < UINT8_MAX - 1 ? n + 1 : UINT8_MAX),
			      memory_order_relaxed);
	return n;
}

static enum tl_status sit(const struct tl_compare_set *set, struct tl_compare_seat *seat,
			  uint32_t i, struct tl_err *err)
{
	if (seat->taken && seat->i == i)
		return TL_OK;
	seat->taken = false;
	enum tl_status st = tl_bank_read(set->bank, i, &seat->room, &seat->s, err);
	if (st != TL_OK)
		return st;
	if (set->params->alphabet == TL_NUCLEOTIDE)
		seat->odd = odd_of(set, i, seat->s);
	seat->i = i;
	seat->taken = true;
	return TL_OK;
}

/* What the centre of a pair is taken as. */
static enum tl_status take_centre(const struct tl_compare_set *set, struct tl_compare_bench *w,
				  const struct tl_pair *p, struct tl_str *ret, struct tl_err *err)
{
	enum tl_status st = sit(set, &w->centre, p->centre, err);
	*ret = w->centre.s;
	if (st != TL_OK || !p->minus)
		return st;
	tl_buf_reset(&w->turned);
	if ((st = tl_buf_reserve(&w->turned, ret->n, err)) != TL_OK)
		return st;
	tl_alphabet_revcomp(w->turned.data, ret->p, ret->n);
	ret->p = w->turned.data;
	return TL_OK;
}

/* An empty path. */
static void give_up(struct tl_align_path *path)
{
	struct tl_buf ops = path->ops;
	*path = (struct tl_align_path){.ops = ops};
	tl_buf_reset(&path->ops);
}

/* Would a path be no link even if it were a little better?  Then it is emptied. */
static bool hopeless(const struct tl_compare_set *set, const struct tl_align_job *job,
		     int64_t d, bool minus, struct tl_align_path *path)
{
	struct tl_link_criterion lax = set->params->criterion;
	struct tl_link_sum sum = tl_link_of_path(path, job->a_len, job->b_len);
	lax.identity -= SLACK;
	lax.coverage -= REST;
	if (tl_link_judge(&lax, &sum, minus) ||
	    tl_screen_fewest(job->a, job->a_len, job->b, job->b_len, d) < WHOLE)
		return false;
	give_up(path);
	return true;
}

/* The alignment without gaps, where it decides. */
static enum tl_status try_diagonal(const struct tl_compare_set *set, const struct tl_pair *p,
				   const struct tl_align_job *job, struct tl_align_path *path,
				   bool *ret_done, struct tl_err *err)
{
	const int64_t miss = 1000000 - set->params->criterion.identity;
	const uint64_t most = smaller(job->a_len, job->b_len) * (uint64_t)miss / 1000000;
	*ret_done = false;
	if (p->lo != p->hi || set->params->alphabet != TL_NUCLEOTIDE)
		return TL_OK;
	enum tl_status st = tl_align_ungapped(set->score, job, p->lo, most, path, err);
	if (st != TL_OK || path->score == 0)
		return st;
	bool link, sure = tl_widen_certain(set, job, path, p->minus, &link);
	*ret_done = path->ops.len ? sure || (link && !tl_widen_room(job, path)) : false;
	*ret_done = *ret_done || hopeless(set, job, p->lo, p->minus, path);
	return TL_OK;
}

/* Without gaps, on the diagonals of the k-mers: a link so is taken, whatever gaps would make of it. */
static enum tl_status try_first(const struct tl_compare_set *set, const struct tl_pair *p,
				const struct tl_align_job *job, struct tl_align_path *path,
				bool *ret_done, struct tl_err *err)
{
	const int64_t d[2] = {p->lo, p->hi};
	enum tl_status st = TL_OK;
	*ret_done = false;
	for (int k = 0; k < 1 + (p->lo != p->hi) && st == TL_OK && !*ret_done; k++) {
		st = tl_align_ungapped(set->score, job, d[k], 0, path, err);
		const struct tl_link_sum sum = tl_link_of_path(path, job->a_len, job->b_len);
		*ret_done = st == TL_OK && path->score > 0 &&
			    tl_link_judge(&set->params->criterion, &sum, p->minus);
		if (*ret_done) /* now with its runs */
			st = tl_align_ungapped(set->score, job, d[k], UINT64_MAX, path, err);
	}
	return st;
}

/* By anchors; *ret_done is false where there are none. */
static enum tl_status try_long(const struct tl_compare_set *set, struct tl_compare_bench *w,
			       const struct tl_align_job *job, bool minus,
			       struct tl_align_path *path, bool *ret_done, struct tl_err *err)
{
	bool link = false;
	*ret_done = false;
	if (smaller(job->a_len, job->b_len) < LONG || set->params->alphabet != TL_NUCLEOTIDE)
		return TL_OK;
	enum tl_status st = tl_align_long(w->ws, job, path, err);
	*ret_done = st == TL_OK && path->score > 0;
	w->sum->cells += path->cells;
	if (*ret_done && !tl_widen_certain(set, job, path, minus, &link) && link)
		w->sum->unproven++;
	return st;
}

/* The wider band, if it is wanted. */
static enum tl_status prove(const struct tl_compare_set *set, struct tl_compare_bench *w,
			    struct tl_align_job *job, bool minus, struct tl_align_path *path,
			    struct tl_err *err)
{
	const uint64_t most = set->params->most_width;
	if (set->params->approx || !tl_widen_wanted(set, job, path, minus))
		return TL_OK;
	tl_align_prove(w->ws, job, path);
	if (path->proven)
		return TL_OK;
	tl_widen_expect(set, job, minus, path);
	if ((most && (uint64_t)(path->need_hi - path->need_lo) >= most) ||
	    path->need_cells > PROVE_CELLS || path->need_cells > job->max_cells) {
		w->sum->unproven++;
		return TL_OK;
	}
	job->lo = path->need_lo;
	job->hi = path->need_hi;
	enum tl_status st = tl_align_pair(w->ws, job, path, err);
	w->sum->cells += path->cells;
	w->sum->widened++;
	return st;
}

/* May a pair come to something?  One that shares a single k-mer is looked at; of the centre only what
 * lies on the diagonal is read for that. */
static enum tl_status promising(const struct tl_compare_set *set, struct tl_compare_bench *w,
				const struct tl_pair *p, bool *ret, struct tl_err *err)
{
	const unsigned least =
		tl_screen_least(set->params->alphabet, set->params->criterion.identity);
	*ret = true;
	if (p->hits != 1 || least == 0)
		return TL_OK;
	const int64_t n = (int64_t)w->member.s.n;
	const int64_t m = (int64_t)tl_bank_length(set->bank, p->centre);
	const int64_t begin = p->lo > 0 ? p->lo : 0, end = n + p->lo < m ? n + p->lo : m;
	struct tl_str b;
	*ret = begin < end;
	if (begin >= end)
		return TL_OK;
	enum tl_status st = tl_bank_read_part(set->bank, p->centre, (uint64_t)begin,
					      (uint64_t)end, &w->glance, &b, err);
	if (st == TL_OK)
		*ret = tl_screen_pass(w->member.s.p, w->member.s.n, b.p, b.n, p->lo - begin, least);
	return st;
}

/* Does a pair of proteins with FEW k-mers score too little on their diagonals?  Measured at identity
 * 0.5: of 433,138 pairs that passed the screen 106,000 had at most a quarter of what they must score
 * in the end on one of them, and 176 of these became one of 105,558 edges. */
static bool faint(const struct tl_compare_set *set, const struct tl_pair *p,
		  const struct tl_align_job *job, int64_t least)
{
	if (p->hits > FEW || set->params->thorough || set->params->alphabet != TL_PROTEIN ||
	    set->params->criterion.identity >= TL_WIDEN_FAR)
		return false;
	const int64_t part = least / (set->params->approx ? HALF : QUARTER) + 1;
	return !tl_align_diagonal_reaches(set->score, job, p->lo, part) &&
	       (p->lo == p->hi || !tl_align_diagonal_reaches(set->score, job, p->hi, part));
}

/* Widens and narrows the first band about its middle, as the options say. */
static void limit_band(const struct tl_compare_params *params, struct tl_align_job *job)
{
	const uint64_t width = (uint64_t)(job->hi - job->lo) + 1;
	if (params->least_width > width) {
		const uint64_t more = params->least_width - width;
		job->lo -= (int64_t)(more / 2);
		job->hi += (int64_t)(more - more / 2);
	} else if (params->most_width && params->most_width < width) {
		job->lo += (int64_t)((width - params->most_width) / 2);
		job->hi = job->lo + (int64_t)params->most_width - 1;
	}
}

/* The pair as it lies on the bench, so far as it goes without a band. */
static enum tl_status begin_anew(const struct tl_compare_set *set, struct tl_compare_bench *w,
				 struct tl_err *err)
{
	bool done = false;
	struct tl_compare_begun *at = &w->at;
	const struct tl_pair *p = at->pair;
	const struct tl_str a = w->member.s;
	at->job = (struct tl_align_job){
		.a = a.p, .a_len = a.n, .b = at->b.p, .b_len = at->b.n,
		.lo = p->lo - PAD, .hi = p->hi + PAD, .max_cells = set->params->max_cells,
		.odd = w->member.odd + w->centre.odd,
		.later = true, .a_id = (uint64_t)p->member + 1};
	limit_band(set->params, &at->job);
	at->least = least_score(set, &at->job);
	if (faint(set, p, &at->job, at->least)) {
		w->sum->screened++;
		give_up(at->path);
		return TL_OK;
	}
	enum tl_status st = set->params->approx ? try_first(set, p, &at->job, at->path, &done, err)
						: TL_OK;
	if (st == TL_OK && !done)
		st = try_diagonal(set, p, &at->job, at->path, &done, err);
	if (st == TL_OK && !done)
		st = try_long(set, w, &at->job, p->minus, at->path, &done, err);
	at->waits = !done;
	return st;
}

static enum tl_status keep(const struct tl_compare_set *set, struct tl_compare_bench *w,
			   uint64_t unproven, struct tl_err *err)
{
	const struct tl_compare_begun *at = &w->at;
	if (!set->params->opt_cache)
		return TL_OK;
	return tl_recall_keep(set, w, at->key, at->pair->minus, w->sum->unproven > unproven,
			      w->member.s, at->b, at->path, err);
}

enum tl_status tl_compare_pair_begin(const struct tl_compare_set *set,
				     struct tl_compare_bench *w, const struct tl_pair *p,
				     struct tl_align_path *path, struct tl_err *err)
{
	bool done;
	enum tl_status st = sit(set, &w->member, p->member, err);
	w->at.pair = p;
	w->at.path = path;
	w->at.waits = false;
	w->sum->pairs++;
	if (st == TL_OK)
		st = promising(set, w, p, &done, err);
	if (st == TL_OK && !done) {
		w->sum->screened++;
		give_up(path);
		return TL_OK;
	}
	if (st == TL_OK)
		st = take_centre(set, w, p, &w->at.b, err);
	if (st != TL_OK)
		return st;
	if (set->params->opt_cache) {
		w->at.key = tl_recall_key(set, p, w->member.s, w->at.b);
		if (tl_recall_find(set, w, w->at.key, w->member.s, w->at.b, path))
			return TL_OK;
	}
	const uint64_t unproven = w->sum->unproven;
	st = begin_anew(set, w, err);
	return st == TL_OK && !w->at.waits ? keep(set, w, unproven, err) : st;
}

/* What comes behind the first band. */
static enum tl_status go_on(const struct tl_compare_set *set, struct tl_compare_bench *w,
			    struct tl_err *err)
{
	struct tl_compare_begun *at = &w->at;
	const uint64_t unproven = w->sum->unproven;
	enum tl_status st = TL_OK;
	at->waits = false;
	w->sum->cells += at->path->cells;
	w->sum->too_large += at->path->too_large;
	if (!at->path->too_large && at->path->score >= at->least)
		st = prove(set, w, &at->job, at->pair->minus, at->path, err);
	return st == TL_OK ? keep(set, w, unproven, err) : st;
}

enum tl_status tl_compare_pair_end(const struct tl_compare_set *set, struct tl_compare_bench *w,
				   struct tl_err *err)
{
	if (!w->at.waits)
		return TL_OK;
	enum tl_status st = tl_align_pair(w->ws, &w->at.job, w->at.path, err);
	return st == TL_OK ? go_on(set, w, err) : st;
}

enum tl_status tl_compare_pair_end_two(const struct tl_compare_set *set,
				       struct tl_compare_bench *one, struct tl_compare_bench *two,
				       struct tl_err *err)
{
	struct tl_align *const ws[2] = {one->ws, two->ws};
	const struct tl_align_job *const job[2] = {&one->at.job, &two->at.job};
	struct tl_align_path *const path[2] = {one->at.path, two->at.path};
	enum tl_status st = tl_align_two(ws, job, path, err);
	if (st == TL_OK)
		st = go_on(set, one, err);
	return st == TL_OK ? go_on(set, two, err) : st;
}
