/* SPDX-License-Identifier: MIT */
/* align_fill: the exact alignment of what lies between two anchors, or behind the last.
 *
 * Gotoh's recurrence, a byte for each cell that says how it was reached.  Rows hold the columns
 * [first, end) only; between anchors these are all, behind the last anchor those that are not
 * too far below the best score (the X-drop of BLAST: Altschul et al., NAR 1997).
 */
#include "align_fill.h"

#include <string.h>

#include <tl/mem.h>

#include "align_fill_row.h"

#define NONE TL_FILL_NONE
#define LETTERS 8 /* of a that have a row of pair each; where there are more it is made anew */
#define MOST_CELLS ((size_t)1 << 26) /* of one alignment behind the last anchor */

enum {
	DIAGONAL = TL_FILL_DIAGONAL,
	UP = TL_FILL_UP,
	LEFT = TL_FILL_LEFT,
	WAY = TL_FILL_WAY,
	UP_GOES_ON = TL_FILL_UP_GOES_ON,
	LEFT_GOES_ON = TL_FILL_LEFT_GOES_ON,
};

enum tl_status tl_align_fill_put(struct tl_align_fill *f, enum tl_cigar_op op, uint64_t len,
				 struct tl_err *err)
{
	if (len == 0)
		return TL_OK;
	if (f->n_runs && (f->runs[f->n_runs - 1] & 3) == (uint64_t)op) {
		f->runs[f->n_runs - 1] += len << 2;
		return TL_OK;
	}
	enum tl_status st = tl_mem_grow(&f->runs, &f->runs_cap, f->n_runs + 1, sizeof *f->runs, err);
	if (st == TL_OK)
		f->runs[f->n_runs++] = len << 2 | (uint64_t)op;
	return st;
}

enum tl_status tl_align_fill_straight(struct tl_align_fill *f, const uint8_t *a, const uint8_t *b,
				      size_t n, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0, end; i < n && st == TL_OK; i = end) {
		const bool same = a[i] == b[i];
		for (end = i + 1; end < n && (a[end] == b[end]) == same; end++) {
		}
		st = tl_align_fill_put(f, same ? TL_CIGAR_MATCH : TL_CIGAR_SUBST, end - i, err);
	}
	return st;
}

static uint8_t letter(const uint8_t *p, size_t i, bool down)
{
	return down ? *(p - i) : p[i];
}

static int32_t larger(int32_t x, int32_t y)
{
	return x > y ? x : y;
}

/* Room for row i, of so many columns. */
static enum tl_status room_for_row(struct tl_align_fill *f, size_t i, size_t columns,
				   struct tl_err *err)
{
	const size_t used = i ? f->row[i] : 0;
	enum tl_status st = tl_mem_grow(&f->from, &f->from_cap, used + columns, 1, err);
	if (st == TL_OK)
		st = tl_mem_grow(&f->row, &f->row_cap, i + 2, sizeof *f->row, err);
	if (st == TL_OK)
		st = tl_mem_grow(&f->col, &f->col_cap, i + 2, sizeof *f->col, err);
	return st;
}

/* Row 0: a gap of b's residues, as far as it scores more than `least`.  Returns the columns. */
static size_t first_row(struct tl_align_fill *f, const struct tl_score *score, size_t m,
			int32_t least)
{
	int32_t cost = score->open;
	size_t j = 1;
	f->h[0] = 0;
	f->e[0] = NONE;
	for (; j <= m && -cost > least; j++, cost += score->extend) {
		f->h[j] = -cost;
		f->e[j] = NONE;
		f->from[j] = LEFT | (j > 1 ? LEFT_GOES_ON : 0);
	}
	f->row[0] = f->col[0] = 0;
	f->row[1] = j;
	return j;
}

/* A window of columns of one row. */
struct window {
	size_t first, end; /* of the row before, but first may have grown for the next */
	size_t limit;      /* the next row ends before this column */
	int32_t best, least;
	size_t best_i, best_j;
};

/* One step back from cell (i, j), where `way` is what the step before asks for. */
static enum tl_cigar_op step_back(const struct tl_align_fill *f, const struct tl_align_span *s,
				  size_t *i, size_t *j, int *way)
{
	const uint8_t how = f->from[f->row[*i] + (*j - f->col[*i])];
	*way = *way == DIAGONAL ? how & WAY : *way;
	if (*way == DIAGONAL) {
		bool same = letter(s->a, --*i, s->down) == letter(s->b, --*j, s->down);
		return same ? TL_CIGAR_MATCH : TL_CIGAR_SUBST;
	}
	if (*way == UP) {
		--*i;
		*way = how & UP_GOES_ON ? UP : DIAGONAL;
		return TL_CIGAR_INS;
	}
	--*j;
	*way = how & LEFT_GOES_ON ? LEFT : DIAGONAL;
	return TL_CIGAR_DEL;
}

/* Appends the way from the first cell to cell (i, j), or, downwards, from there to the first. */
static enum tl_status put_way(struct tl_align_fill *f, const struct tl_align_span *s, size_t i,
			      size_t j, struct tl_err *err)
{
	size_t n = 0;
	int way = DIAGONAL;
	enum tl_status st = TL_OK;
	while ((i || j) && st == TL_OK) {
		const uint64_t op = step_back(f, s, &i, &j, &way);
		if (n && (f->back[n - 1] & 3) == op) {
			f->back[n - 1] += 4;
			continue;
		}
		st = tl_mem_grow(&f->back, &f->back_cap, n + 1, sizeof *f->back, err);
		if (st == TL_OK)
			f->back[n++] = 4 | op;
	}
	for (size_t k = 0; k < n && st == TL_OK; k++) {
		const uint64_t run = f->back[s->down ? k : n - 1 - k];
		st = tl_align_fill_put(f, (enum tl_cigar_op)(run & 3), run >> 2, err);
	}
	return st;
}

static size_t smaller(size_t x, size_t y)
{
	return x < y ? x : y;
}

static enum tl_status room_for_columns(struct tl_align_fill *f, size_t m, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&f->h, &f->h_cap, m + 2, sizeof *f->h, err);
	return st == TL_OK ? tl_mem_grow(&f->e, &f->e_cap, m + 2, sizeof *f->e, err) : st;
}

/* What the letters of a score with those of b, for each a row that is made when it is needed and as
 * far. */
struct profile {
	const struct tl_score *score;
	const struct tl_align_span *s;
	uint8_t letter[LETTERS];
	size_t known[LETTERS]; /* columns */
	size_t letters;
};

/* Of the columns before `end`. */
static const int8_t *profile_of(struct tl_align_fill *f, struct profile *p, uint8_t of, size_t end)
{
	const struct tl_align_span *s = p->s;
	size_t k = 0;
	while (k < p->letters && p->letter[k] != of)
		k++;
	if (k == p->letters) {
		if (k < LETTERS)
			p->letters++;
		else
			k = LETTERS - 1;
		p->letter[k] = of;
		p->known[k] = 1;
		f->pair[k * (s->m + 1)] = 0;
	}
	int8_t *row = f->pair + k * (s->m + 1);
	const int8_t *pair = p->score->pair[of & 31];
	for (; p->known[k] < end; p->known[k]++)
		row[p->known[k]] = pair[letter(s->b, p->known[k] - 1, s->down) & 31];
	return row;
}

/* Row i over columns [w->first, end), all of them. */
static void full_row(struct tl_align_fill *f, struct profile *p, size_t i, size_t end,
		     struct window *w)
{
	const struct tl_score *score = p->score;
	const size_t first = w->first;
	const bool has_diagonal = first > f->col[i - 1] && first <= w->end;
	for (size_t j = w->end; j < end; j++)
		f->h[j] = f->e[j] = NONE;
	const struct tl_fill_row row = {
		.score = f->h + first,
		.up = f->e + first,
		.plain = f->plain,
		.left = f->left,
		.pair = profile_of(f, p, letter(p->s->a, i - 1, p->s->down), end) + first,
		.from = f->from + f->row[i],
		.columns = end - first,
		.diagonal = has_diagonal ? f->h[first - 1] : NONE,
		.open = score->open,
		.extend = score->extend,
	};
	tl_align_fill_row(&row);
	f->row[i + 1] = f->row[i] + row.columns;
	f->col[i] = first;
	f->cells += row.columns;
	w->end = end;
}

/* Row i over columns from w->first on, up to w->end and further as long as a gap along the row scores
 * more than least. */
static void one_row(struct tl_align_fill *f, struct profile *p, size_t i, struct window *w)
{
	const struct tl_score *score = p->score;
	full_row(f, p, i, smaller(w->end + 1, w->limit), w);
	size_t j = w->end;
	const int32_t best = tl_align_fill_row_best(f->h + w->first, j - w->first);
	if (best > w->best) {
		w->best = best;
		w->best_i = i;
		w->best_j = w->first;
		while (f->h[w->best_j] != best)
			w->best_j++;
	}
	int32_t gap = f->left[j - 1 - w->first], x = f->h[j - 1];
	uint8_t *from = f->from + f->row[i] - w->first;
	for (; j < w->limit && (gap > w->least || x - score->open > w->least); j++) {
		const bool goes_on = gap - score->extend > x - score->open;
		gap = x = larger(gap - score->extend, x - score->open);
		f->h[j] = x;
		f->e[j] = NONE;
		from[j] = LEFT | (goes_on ? LEFT_GOES_ON : 0);
	}
	f->cells += j - w->end;
	f->row[i + 1] += j - w->end;
	w->end = j;
}

static enum tl_status room_for_profile(struct tl_align_fill *f, size_t m, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&f->plain, &f->plain_cap, m + 2, sizeof *f->plain, err);
	if (st == TL_OK)
		st = tl_mem_grow(&f->left, &f->left_cap, m + 2, sizeof *f->left, err);
	return st == TL_OK ? tl_mem_grow(&f->pair, &f->pair_cap, LETTERS * (m + 1), 1, err) : st;
}

enum tl_status tl_align_fill_between(struct tl_align_fill *f, const struct tl_score *score,
				     const struct tl_align_span *s, size_t margin,
				     struct tl_err *err)
{
	/* Columns left and right of i that belong to row i. */
	const size_t left = s->n > s->m ? s->n - s->m + margin : margin;
	const size_t right = s->m > s->n ? s->m - s->n + margin : margin;
	const size_t width = smaller(left + right, s->m) + 2;
	struct window w = {.best = INT32_MAX, .least = NONE};
	struct profile p = {.score = score, .s = s};
	enum tl_status st = room_for_columns(f, s->m, err);
	if (st == TL_OK)
		st = room_for_profile(f, s->m, err);
	if (st == TL_OK)
		st = room_for_row(f, 0, width, err);
	if (st != TL_OK)
		return st;
	w.end = first_row(f, score, smaller(s->m, right), NONE);
	for (size_t i = 1; i <= s->n; i++) {
		w.first = i > left ? i - left : 0;
		w.limit = smaller(s->m, i + right) + 1;
		if ((st = room_for_row(f, i, width, err)) != TL_OK)
			return st;
		full_row(f, &p, i, w.limit, &w);
	}
	return put_way(f, s, s->n, s->m, err);
}

/* Leaves out columns at both ends of the window that are too far below the best. */
static void shrink(const struct tl_align_fill *f, struct window *w, int32_t drop)
{
	w->least = w->best - drop;
	while (w->first < w->end && f->h[w->first] <= w->least)
		w->first++;
	while (w->first < w->end && f->h[w->end - 1] <= w->least)
		w->end--;
}

/* The letters of p that are read, a bit each. */
static uint32_t letters_of(const uint8_t *p, size_t n, bool down)
{
	uint32_t seen = 0;
	for (size_t i = 0; i < n; i++)
		seen |= 1u << (letter(p, i, down) & 31);
	return seen;
}

/* Can nothing score more than the empty alignment?  A column of two letters that do not score, and a
 * residue in a gap, costs 1 at least; so what has come `drop` rows or columns far is given up, and only
 * letters before that can score. */
static bool is_barren(const struct tl_score *score, const struct tl_align_span *s, int32_t drop)
{
	const size_t reach = (size_t)drop + 1;
	const uint32_t a = letters_of(s->a, smaller(s->n, reach), s->down);
	const uint32_t b = letters_of(s->b, smaller(s->m, reach), s->down);
	if (a & b)
		return false; /* nearly always enough: equal letters score */
	for (uint32_t x = a; x; x &= x - 1)
		for (uint32_t y = b; y; y &= y - 1)
			if (score->pair[__builtin_ctz(x)][__builtin_ctz(y)] >= 0)
				return false;
	return true;
}

enum tl_status tl_align_fill_beyond(struct tl_align_fill *f, const struct tl_score *score,
				    const struct tl_align_span *s, int32_t drop, size_t *ret_n,
				    size_t *ret_m, struct tl_err *err)
{
	struct window w = {.least = -drop, .limit = s->m + 1};
	/* A gap along the row can make it that much longer. */
	const size_t gap = (size_t)drop / (size_t)larger(score->extend, 1) + 3;
	struct profile p = {.score = score, .s = s};
	enum tl_status st = room_for_columns(f, s->m, err);
	*ret_n = *ret_m = 0;
	if (st == TL_OK)
		st = room_for_profile(f, s->m, err);
	if (st == TL_OK)
		st = room_for_row(f, 0, gap, err);
	if (st != TL_OK || is_barren(score, s, drop))
		return st;
	w.end = first_row(f, score, s->m, w.least);
	for (size_t i = 1; i <= s->n && w.first < w.end && f->row[i] < MOST_CELLS; i++) {
		if ((st = room_for_row(f, i, w.end - w.first + gap, err)) != TL_OK)
			return st;
		one_row(f, &p, i, &w);
		shrink(f, &w, drop);
	}
	*ret_n = w.best_i;
	*ret_m = w.best_j;
	return put_way(f, s, w.best_i, w.best_j, err);
}

void tl_align_fill_free(struct tl_align_fill *f)
{
	tl_mem_free(f->h);
	tl_mem_free(f->e);
	tl_mem_free(f->plain);
	tl_mem_free(f->left);
	tl_mem_free(f->pair);
	tl_mem_free(f->from);
	tl_mem_free(f->row);
	tl_mem_free(f->col);
	tl_mem_free(f->runs);
	tl_mem_free(f->back);
	*f = (struct tl_align_fill){0};
}
