/* SPDX-License-Identifier: MIT */
/* align_trace: the way back from the best cell, by values of H alone.
 *
 * A cell whose H is above 0 came by the diagonal, or by a gap from a cell of H higher by exactly
 * the gap's cost.  Which gap is searched for only where the diagonal does not explain H.  Long
 * gaps are looked for along the row first, and no further than the shortest, so that rows of an
 * earlier stretch are fetched only where the path goes there, or NEAR as many rows up.
 */
#include "align_trace.h"

#include <tl/cigar.h>
#include <tl/mem.h>

#define NEAR 128 /* the longest gap of which the longest is taken, see tl/align.h */

/* A cell on the way: row, column, H. */
struct spot {
	int64_t i, j, h;
};

/* H of a cell; 0 outside the matrix, -1 outside the band: no gap explains that. */
static int64_t value(struct tl_align *ws, int64_t i, int64_t j)
{
	if (i < 0 || j < 0)
		return 0;
	const int64_t k = j - i - ws->lo;
	if (k < 0 || k >= (int64_t)ws->width || i < (int64_t)ws->first)
		return -1;
	const struct tl_align_kept *kept = tl_align_band_fetch(ws, (size_t)i);
	return tl_align_band_get(ws, kept, (size_t)i, (size_t)k);
}

static int64_t smaller(int64_t x, int64_t y)
{
	return x < y ? x : y;
}

/* The longest gap that can lead to h: none starts above the best score. */
static int64_t longest(const struct tl_align *ws, int64_t h)
{
	const int64_t spare = ws->best - h - ws->score->open;
	if (spare < 0)
		return 0;
	return ws->score->extend > 0 ? 1 + spare / ws->score->extend : INT64_MAX;
}

/* A gap of more than `from` and at most `to` residues that explains the cell, up the column or
 * along the row: the longest one, or the shortest; 0: none. */
static int64_t find_gap(struct tl_align *ws, const struct spot *at, bool up, int64_t from,
			int64_t to, bool far)
{
	const int64_t k = at->j - at->i - ws->lo;
	const int64_t room = up ? smaller(at->i, (int64_t)ws->width - 1 - k) : smaller(at->j, k);
	int64_t cost = ws->score->open + from * ws->score->extend, found = 0;
	to = smaller(to, smaller(longest(ws, at->h), room));
	for (int64_t g = from + 1; g <= to; g++, cost += ws->score->extend) {
		if (value(ws, up ? at->i - g : at->i, up ? at->j : at->j - g) != at->h + cost)
			continue;
		found = g;
		if (!far)
			break;
	}
	return found;
}

/* The gap that leads to the cell, by the rule of tl/align.h. */
static int64_t choose_gap(struct tl_align *ws, const struct spot *at, bool *up)
{
	int64_t g = find_gap(ws, at, *up = true, 0, NEAR, true);
	if (g == 0)
		g = find_gap(ws, at, *up = false, 0, NEAR, true);
	if (g == 0)
		g = find_gap(ws, at, *up = false, NEAR, INT64_MAX, false);
	if (g == 0)
		g = find_gap(ws, at, *up = true, NEAR, INT64_MAX, false);
	return g;
}

/* Notes a run that ends where the noted ones start. */
static enum tl_status note(struct tl_align *ws, size_t *n, enum tl_cigar_op op, int64_t len,
			   struct tl_err *err)
{
	if (*n && (ws->runs[*n - 1] & 3) == (uint64_t)op) {
		ws->runs[*n - 1] += (uint64_t)len << 2;
		return TL_OK;
	}
	enum tl_status st = tl_mem_grow(&ws->runs, &ws->runs_cap, *n + 1, sizeof *ws->runs, err);
	if (st == TL_OK)
		ws->runs[(*n)++] = (uint64_t)len << 2 | (uint64_t)op;
	return st;
}

/* Goes back over the gap that leads to the cell; *ret_lost: there is none. */
static enum tl_status step_gap(struct tl_align *ws, struct spot *at, size_t *n, bool *ret_lost,
			       struct tl_err *err)
{
	bool up;
	const int64_t g = choose_gap(ws, at, &up);
	*ret_lost = g == 0;
	if (g == 0)
		return TL_OK;
	at->h += ws->score->open + (g - 1) * ws->score->extend;
	if (up)
		at->i -= g;
	else
		at->j -= g;
	return note(ws, n, up ? TL_CIGAR_INS : TL_CIGAR_DEL, g, err);
}

static bool explains(const struct tl_align *ws, const struct spot *at, int64_t before)
{
	return before >= 0 &&
	       before + ws->score->pair[ws->a[at->i] & 31][ws->b[at->j] & 31] == at->h;
}

/* Goes back over one run of equal or of different letters, as far as the stretch in keep goes;
 * *ret_moved is false where the diagonal does not explain the cell. */
static enum tl_status step_run(struct tl_align *ws, struct spot *at, size_t *n, bool *ret_moved,
			       struct tl_err *err)
{
	const bool same = ws->a[at->i] == ws->b[at->j];
	int64_t before = value(ws, at->i - 1, at->j - 1), len = 0;
	*ret_moved = explains(ws, at, before);
	if (!*ret_moved)
		return TL_OK;
	const struct tl_align_kept *kept = tl_align_band_fetch(ws, (size_t)at->i);
	size_t row = (size_t)at->i;
	const size_t lane = (size_t)(at->j - at->i - ws->lo);
	do {
		at->i--;
		at->j--;
		at->h = before;
		len++;
		if (row < kept->first + 2 || at->h == 0 || at->i < 0 || at->j < 0)
			break;
		row--;
		before = at->j && at->i ? tl_align_band_get(ws, kept, row - 1, lane) : 0;
	} while ((ws->a[at->i] == ws->b[at->j]) == same && explains(ws, at, before));
	return note(ws, n, same ? TL_CIGAR_MATCH : TL_CIGAR_SUBST, len, err);
}

/* Notes the runs of so many columns, the last one first: bits say where letters are equal. */
static enum tl_status note_runs(struct tl_align *ws, size_t *n, uint64_t equal, unsigned columns,
				struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (columns && st == TL_OK) {
		const bool same = equal & 1;
		const uint64_t others = same ? ~equal : equal;
		unsigned len = others ? (unsigned)__builtin_ctzll(others) : 64;
		len = len < columns ? len : columns;
		st = note(ws, n, same ? TL_CIGAR_MATCH : TL_CIGAR_SUBST, len, err);
		columns -= len;
		equal = len < 64 ? equal >> len : 0;
	}
	return st;
}

/* Goes back over up to 64 columns without a gap, by the bits of lanes of one byte.  Letters are compared
 * without a branch: of far relatives nobody can foretell them.  *ret_lost: it leads to nowhere. */
static enum tl_status step_bits(struct tl_align *ws, struct spot *at, size_t *n, bool *ret_moved,
				bool *ret_lost, struct tl_err *err)
{
	const int64_t k = at->j - at->i - ws->lo, stride = (int64_t)(ws->width / 8);
	const uint8_t bit = (uint8_t)(1u << (k & 7));
	const uint8_t *a = ws->a + at->i, *b = ws->b + at->j;
	const uint8_t *bits = ws->straight.p + (at->i - (int64_t)ws->first) * stride + k / 8;
	const int64_t most = smaller(at->i, at->j) + 1, end = smaller(most, 64);
	uint64_t equal = 0;
	int64_t c = 0, h = at->h;
	for (; c < end && h > 0 && bits[-c * stride] & bit; c++) {
		const uint8_t x = a[-c], y = b[-c];
		h -= ws->score->pair[x & 31][y & 31];
		equal |= (uint64_t)(x == y) << c;
	}
	*ret_moved = c > 0;
	*ret_lost = h < 0 || (c == most && h > 0);
	at->i -= c;
	at->j -= c;
	at->h = h;
	return note_runs(ws, n, equal, (unsigned)c, err);
}

/* Goes back to where H is 0; the runs are noted last one first.  at starts at the best cell and
 * ends at the cell before the first; *ret_lost: or where nothing leads to. */
static enum tl_status walk(struct tl_align *ws, struct spot *at, size_t *n, bool *ret_lost,
			   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	*ret_lost = false;
	while (at->h > 0 && st == TL_OK && !*ret_lost) {
		bool moved;
		st = ws->lane == 1 ? step_bits(ws, at, n, &moved, ret_lost, err)
				   : step_run(ws, at, n, &moved, err);
		if (st == TL_OK && !moved && !*ret_lost)
			st = step_gap(ws, at, n, ret_lost, err);
	}
	return st;
}

enum tl_status tl_align_trace_path(struct tl_align *ws, struct tl_align_path *path, bool *ret_lost,
				   struct tl_err *err)
{
	struct spot at = {ws->best_row, (int64_t)tl_align_band_column(ws), ws->best};
	size_t n = 0;
	const struct spot end = at;
	enum tl_status st = walk(ws, &at, &n, ret_lost, err);
	if (*ret_lost)
		return st;
	path->score = ws->best;
	path->a_end = (size_t)end.i + 1;
	path->b_end = (size_t)end.j + 1;
	path->a_start = (size_t)(at.i + 1);
	path->b_start = (size_t)(at.j + 1);
	while (n && st == TL_OK) {
		const uint64_t run = ws->runs[--n];
		path->columns += run >> 2;
		path->match += (run & 3) == TL_CIGAR_MATCH ? run >> 2 : 0;
		st = tl_cigar_add(&path->ops, (enum tl_cigar_op)(run & 3), run >> 2, err);
	}
	return st;
}
