/* SPDX-License-Identifier: MIT */
/* align_band: the forward pass over one band, in stretches of rows that can be done again. */
#include "align_band.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

/* Up to this many bytes of H rows are kept in the forward pass itself; where there are more, two
 * stretches of half as much are, unless the root of all rows asks for more. */
#define KEEP (4 << 20)

static enum tl_status need(struct tl_align_room *room, uint64_t bytes, struct tl_err *err)
{
	const uint64_t slack = 64 + TL_ALIGN_PAD;
	if (bytes > (uint64_t)PTRDIFF_MAX - slack)
		return tl_err_nomem(err, bytes);
	enum tl_status st = tl_mem_grow(&room->base, &room->cap, (size_t)(bytes + slack), 1, err);
	if (st == TL_OK)
		room->p = room->base + (-(uintptr_t)room->base & 63);
	return st;
}

static uint64_t product(uint64_t x, uint64_t y)
{
	uint64_t z;
	return tl_bits_mul(x, y, &z) ? z : UINT64_MAX;
}

uint64_t tl_align_band_plan(struct tl_align *ws, int64_t lo, int64_t hi)
{
	const int64_t n = (int64_t)ws->a_len, m = (int64_t)ws->b_len;
	ws->first = ws->end = ws->width = 0;
	if (n == 0 || m == 0 || hi <= -n || lo >= m)
		return 0;
	lo = lo <= -n ? 1 - n : lo;
	hi = hi >= m ? m - 1 : hi;
	ws->width = tl_bits_round((size_t)(hi - lo + 1), TL_ALIGN_STEP);
	ws->lo = lo - ((int64_t)ws->width - (hi - lo + 1)) / 2;
	hi = ws->lo + (int64_t)ws->width - 1;
	ws->first = hi < 0 ? (size_t)-hi : 0;
	ws->end = m - ws->lo < n ? (size_t)(m - ws->lo) : (size_t)n;
	return product(ws->end - ws->first, ws->width);
}

static uint64_t mask_of(uint64_t byte)
{
	return byte * 0x0101010101010101u;
}

/* b's codes with a band's width of padding on both sides. */
static enum tl_status encode(struct tl_align *ws, struct tl_err *err)
{
	const size_t pad = ws->width;
	enum tl_status st = need(&ws->codes, ws->b_len + 2 * (uint64_t)pad, err);
	if (st != TL_OK)
		return st;
	uint8_t *p = ws->codes.p + pad;
	size_t j = 0;
	memset(ws->codes.p, 0, pad);
	for (; j + 8 <= ws->b_len; j += 8) {
		uint64_t x;
		memcpy(&x, ws->b + j, sizeof x);
		x = (x & mask_of(15)) | (x & mask_of(16)) << 3;
		memcpy(p + j, &x, sizeof x);
	}
	for (; j < ws->b_len; j++)
		p[j] = tl_align_kernel_code(ws->b[j]);
	memset(p + ws->b_len, 0, pad + TL_ALIGN_PAD);
	return TL_OK;
}

/* H and E lie one behind the other, each with room for a vector behind its last lane. */
static size_t state_half(const struct tl_align *ws)
{
	return ws->width * ws->lane + TL_ALIGN_PAD;
}

/* Chooses the rows of a stretch: what KEEP holds, but at least about the root of all, which makes
 * marks and keep equally large. */
static void choose_stretch(struct tl_align *ws)
{
	const size_t rows = ws->end - ws->first;
	const uint64_t held = KEEP / (ws->width * (uint64_t)ws->lane);
	size_t k = 16;
	ws->stretch = rows;
	if (rows <= held && rows <= TL_ALIGN_ROWS_MAX)
		return;
	while (k < TL_ALIGN_ROWS_MAX && (k < held / 2 || k * (uint64_t)k < (uint64_t)rows))
		k += 16;
	ws->stretch = k < rows ? k : rows;
}

static size_t stretches(const struct tl_align *ws)
{
	return (ws->end - ws->first + ws->stretch - 1) / ws->stretch;
}

static enum tl_status make_room(struct tl_align *ws, struct tl_err *err)
{
	const uint64_t row = ws->width * (uint64_t)ws->lane;
	enum tl_status st = need(&ws->state, 2 * (uint64_t)state_half(ws), err);
	if (st == TL_OK)
		st = need(&ws->keep, product(row * (stretches(ws) > 1 ? 2 : 1), ws->stretch), err);
	if (st == TL_OK && stretches(ws) > 1)
		st = need(&ws->marks, product(2 * (uint64_t)state_half(ws), stretches(ws)), err);
	if (st == TL_OK && ws->lane == 1)
		st = need(&ws->shift, (ws->stretch / TL_ALIGN_BLOCK + 1) * sizeof(int32_t), err);
	if (st == TL_OK && ws->lane == 1)
		st = need(&ws->straight, ws->stretch * (ws->width / 8), err);
	return st;
}

/* Does the rows of stretch s, up to limit, from the state as it is. */
static struct tl_align_rows do_stretch(struct tl_align *ws, size_t s, size_t limit, void *keep)
{
	const size_t row = ws->first + s * ws->stretch;
	struct tl_align_rows job = {
		.score = ws->score,
		.a = ws->a + row,
		.rows = limit - row < ws->stretch ? limit - row : ws->stretch,
		.codes = ws->codes.p + ws->width,
		.col = (int64_t)row + ws->lo,
		.b_len = (int64_t)ws->b_len,
		.width = ws->width,
		.h = ws->state.p,
		.e = ws->state.p + state_half(ws),
		.keep = keep,
		.best = ws->best,
	};
	(ws->lane == 4 ? ws->kernel->rows32 : ws->kernel->rows16)(&job);
	return job;
}

/* Divides keep into its slots, both empty. */
static void keep_none(struct tl_align *ws)
{
	const size_t bytes = ws->stretch * ws->width * ws->lane;
	for (size_t slot = 0; slot < 2; slot++)
		ws->kept[slot] = (struct tl_align_kept){ws->first, ws->first,
							ws->keep.p + slot * bytes};
}

static enum tl_status forward(struct tl_align *ws, struct tl_err *err)
{
	choose_stretch(ws);
	enum tl_status st = make_room(ws, err);
	if (st != TL_OK)
		return st;
	const size_t n = stretches(ws), state = 2 * state_half(ws);
	ws->best = 0;
	ws->best_row = -1;
	keep_none(ws);
	if (n == 1)
		ws->kept[0].end = ws->end;
	memset(ws->state.p, 0, state);
	for (size_t s = 0; s < n; s++) {
		if (n > 1)
			memcpy(ws->marks.p + s * state, ws->state.p, state);
		struct tl_align_rows job =
			do_stretch(ws, s, ws->end, n == 1 ? ws->keep.p : NULL);
		if (job.best_row >= 0)
			ws->best_row = (int64_t)(ws->first + s * ws->stretch) + job.best_row;
		ws->best = job.best;
		if (ws->lane == 2 && ws->best >= tl_align_kernel_limit(ws->score))
			break;
	}
	return TL_OK;
}

/* Whether lanes of one byte will do, for rows that can all be kept. */
static bool small(struct tl_align *ws)
{
	ws->lane = 1;
	if (!ws->bytes || !ws->kernel->rows8 || !tl_align_kernel_small(ws->score))
		return false;
	choose_stretch(ws);
	return stretches(ws) == 1;
}

static enum tl_status begin_bytes(struct tl_align *ws, struct tl_align_rows *job,
				  struct tl_err *err)
{
	enum tl_status st = make_room(ws, err);
	if (st != TL_OK)
		return st;
	*job = (struct tl_align_rows){
		.score = ws->score,
		.a = ws->a + ws->first,
		.rows = ws->end - ws->first,
		.codes = ws->codes.p + ws->width,
		.col = (int64_t)ws->first + ws->lo,
		.b_len = (int64_t)ws->b_len,
		.width = ws->width,
		.h = ws->state.p,
		.e = ws->state.p + state_half(ws),
		.keep = ws->keep.p,
		.shift = (int32_t *)(void *)ws->shift.p,
		.straight = ws->straight.p,
	};
	keep_none(ws);
	ws->kept[0].end = ws->end;
	return TL_OK;
}

static void end_bytes(struct tl_align *ws, const struct tl_align_rows *job)
{
	ws->best = job->best;
	ws->best_row = job->best_row < 0 ? -1 : (int64_t)ws->first + job->best_row;
}

static void reset(struct tl_align *ws)
{
	ws->best = 0;
	ws->best_row = -1;
}

enum tl_status tl_align_band_run(struct tl_align *ws, struct tl_err *err)
{
	struct tl_align_rows job;
	reset(ws);
	if (ws->first == ws->end)
		return TL_OK;
	enum tl_status st = encode(ws, err);
	if (st != TL_OK)
		return st;
	if (small(ws)) {
		if ((st = begin_bytes(ws, &job, err)) == TL_OK) {
			ws->kernel->rows8(&job);
			end_bytes(ws, &job);
		}
		return st;
	}
	ws->lane = 2;
	st = forward(ws, err);
	if (st == TL_OK && ws->best >= tl_align_kernel_limit(ws->score)) {
		ws->lane = 4;
		st = forward(ws, err);
	}
	return st;
}

enum tl_status tl_align_band_run_two(struct tl_align *x, struct tl_align *y, struct tl_err *err)
{
	struct tl_align_rows one, two;
	enum tl_status st;
	if (x->first == x->end || y->first == y->end || !small(x) || !small(y)) {
		st = tl_align_band_run(x, err);
		return st == TL_OK ? tl_align_band_run(y, err) : st;
	}
	reset(x);
	reset(y);
	st = encode(x, err);
	if (st == TL_OK)
		st = encode(y, err);
	if (st == TL_OK)
		st = begin_bytes(x, &one, err);
	if (st == TL_OK)
		st = begin_bytes(y, &two, err);
	if (st != TL_OK)
		return st;
	x->kernel->pair8(&one, &two);
	end_bytes(x, &one);
	end_bytes(y, &two);
	return TL_OK;
}

const struct tl_align_kept *tl_align_band_fetch(struct tl_align *ws, size_t row)
{
	struct tl_align_kept *kept = ws->kept;
	for (int slot = 0; slot < 2; slot++, kept++)
		if (row >= kept->first && row < kept->end)
			return kept;
	const size_t s = (row - ws->first) / ws->stretch, state = 2 * state_half(ws);
	kept = &ws->kept[s & 1];
	memcpy(ws->state.p, ws->marks.p + s * state, state);
	kept->first = ws->first + s * ws->stretch;
	kept->end = kept->first + do_stretch(ws, s, (size_t)ws->best_row + 1, kept->p).rows;
	return kept;
}

size_t tl_align_band_column(struct tl_align *ws)
{
	const size_t row = (size_t)ws->best_row;
	const struct tl_align_kept *kept = tl_align_band_fetch(ws, row);
	const int64_t col = (int64_t)row + ws->lo;
	size_t k = col < 0 ? (size_t)-col : 0;
	while (tl_align_band_get(ws, kept, row, k) != ws->best)
		k++;
	return (size_t)(col + (int64_t)k);
}

void tl_align_band_free(struct tl_align *ws)
{
	tl_mem_free(ws->codes.base);
	tl_mem_free(ws->state.base);
	tl_mem_free(ws->marks.base);
	tl_mem_free(ws->keep.base);
	tl_mem_free(ws->shift.base);
	tl_mem_free(ws->straight.base);
	tl_mem_free(ws->runs);
	tl_align_chain_free(&ws->chain);
}
