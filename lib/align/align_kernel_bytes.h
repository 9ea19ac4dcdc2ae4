/* SPDX-License-Identifier: MIT */
/* align_kernel_bytes: the body of rows8, the banded kernel in lanes of 8 bits; included once per ISA.
 *
 * A lane x stands for the score x + 128 + shift; shift is chosen anew before each block of
 * TL_ALIGN_BLOCK rows, so that the best score of the block before is at `aim` or lower.  No row adds more than
 * the best score of a pair, so none of the block passes 127 (tl_align_kernel_aim), not even with
 * what SCAN needs on top.  At the lower end lanes saturate: a score below shift is taken for
 * shift, which is right where shift is 0, the floor of a local alignment, and else too high.  How
 * that is found out: tl/align_kernel.h.
 *
 * Parameters, all undefined again at the end: LANES, VEC, LOAD, STORE, SET, SCORES, TABLE, HALF, DOWN,
 * SCAN, LAST as in align_kernel_template.h, for int8_t (SCAN may count -128 as a lane), and
 *   ADD(x, y) SUB(x, y) MAX(x, y)   signed, saturating
 *   TOP(x)                          the highest lane, an int
 *   BITS(p, x, y)                   a bit for each lane at p: where x and y are equal
 */

struct bytes {
	VEC ramp, tail, span, open, extend;
};

static inline struct bytes bytes_begin(const struct tl_score *score)
{
	int8_t steps[LANES];
	struct bytes c;
	for (int k = 0; k < LANES; k++)
		steps[k] = (int8_t)(k * score->extend);
	c.ramp = LOAD(steps);
	c.tail = ADD(c.ramp, SET((int8_t)(score->open - score->extend)));
	c.span = SET((int8_t)(LANES * score->extend));
	c.open = SET((int8_t)score->open);
	c.extend = SET((int8_t)score->extend);
	return c;
}

/* As in align_kernel_template.h; straight is the diagonal's way to each cell. */
static inline VEC bytes_cells(const struct bytes *c, VEC straight, VEC down, VEC *carry)
{
	const VEC x = MAX(straight, down);
	const VEC scan = SCAN(ADD(x, c->ramp));
	const VEC f = SUB(MAX(scan, *carry), c->tail);
	*carry = SUB(MAX(*carry, LAST(scan)), c->span);
	return MAX(x, f);
}

/* Where a block ends: notes its best score; returns what goes off the lanes before the next. */
static inline int bytes_turn(struct tl_align_rows *job, size_t row, int top, int32_t *shift)
{
	const int32_t best = top + 128 + *shift;
	int32_t more = top - tl_align_kernel_aim(job->score);
	job->shift[row / TL_ALIGN_BLOCK] = *shift;
	if (best > job->best) {
		job->best = best;
		job->best_row = (int64_t)row;
	}
	more = more < -*shift ? -*shift : more;
	more = more < -127 ? -127 : more;
	*shift += more;
	return more;
}

/* The lanes of row r that stand for columns of b: [*from, returned). */
static inline size_t bytes_reach(const struct tl_align_rows *job, size_t r, size_t *from)
{
	const int64_t col = job->col + (int64_t)r, left = job->b_len - col;
	*from = col < 0 ? (size_t)-col : 0;
	return left < (int64_t)job->width ? (size_t)left : job->width;
}

/* From the block of the best score to its row. */
static inline void bytes_find(struct tl_align_rows *job)
{
	if (job->best_row < 0)
		return;
	const size_t block = (size_t)job->best_row / TL_ALIGN_BLOCK;
	const int value = (int)(job->best - 128 - job->shift[block]);
	for (size_t r = (size_t)job->best_row;; r++) {
		size_t from, end = bytes_reach(job, r, &from);
		const int8_t *row = (const int8_t *)job->keep + r * job->width;
		if (from < end && memchr(row + from, (uint8_t)value, end - from)) {
			job->best_row = (int64_t)r;
			return;
		}
	}
}

/* A band of N vectors, N a small constant. */
static inline __attribute__((always_inline)) void bytes_narrow(struct tl_align_rows *job, const int N)
{
	const struct bytes c = bytes_begin(job->score);
	const VEC low = SET(-128);
	int8_t *keep = job->keep;
	uint8_t *bits = job->straight;
	int32_t shift = 0;
	VEC hs[4], es[5];
#pragma GCC unroll 5
	for (int v = 0; v <= N; v++)
		hs[v < N ? v : 0] = es[v] = low;
	for (size_t row = 0; row < job->rows; row += TL_ALIGN_BLOCK) {
		const size_t end = job->rows - row < TL_ALIGN_BLOCK ? job->rows : row + TL_ALIGN_BLOCK;
		VEC top = low;
		for (size_t r = row; r < end; r++, keep += N * LANES) {
			const uint8_t *codes = job->codes + (job->col + (int64_t)r);
			const int8_t *pairs = job->score->pair[job->a[r] & 31];
			const HALF lo = TABLE(pairs), hi = TABLE(pairs + 16);
			VEC carry = low;
#pragma GCC unroll 4
			for (int v = 0; v < N; v++) {
				const VEC down = DOWN(es[v], es[v + 1]);
				const VEC straight =
					ADD(hs[v], SCORES(lo, hi, codes + v * LANES));
				hs[v] = bytes_cells(&c, straight, down, &carry);
				es[v] = MAX(SUB(hs[v], c.open), SUB(down, c.extend));
				top = MAX(top, hs[v]);
				STORE(keep + v * LANES, hs[v]);
				BITS(bits + v * LANES / 8, hs[v], straight);
			}
			bits += N * LANES / 8;
		}
		const VEC more = SET((int8_t)bytes_turn(job, row, TOP(top), &shift));
#pragma GCC unroll 4
		for (int v = 0; v < N; v++) {
			hs[v] = SUB(hs[v], more);
			es[v] = SUB(es[v], more);
		}
	}
}

/* One row of a band of any width, its state in memory; vectors all of whose columns are outside b
 * are left out. */
static inline VEC bytes_row(const struct tl_align_rows *job, const struct bytes *c, size_t r, VEC top)
{
	int8_t *const h = job->h, *const e = job->e;
	int8_t *keep = (int8_t *)job->keep + r * job->width;
	uint8_t *bits = job->straight + r * job->width / 8;
	size_t from, end = bytes_reach(job, r, &from);
	const uint8_t *codes = job->codes + (job->col + (int64_t)r);
	const int8_t *pairs = job->score->pair[job->a[r] & 31];
	const HALF lo = TABLE(pairs), hi = TABLE(pairs + 16);
	from = from / LANES * LANES;
	VEC carry = SET(-128), next = LOAD(e + from);
	for (size_t k = from; k < end; k += LANES) {
		const VEC cur = next;
		next = LOAD(e + k + LANES);
		const VEC down = DOWN(cur, next);
		const VEC straight = ADD(LOAD(h + k), SCORES(lo, hi, codes + k));
		const VEC x = bytes_cells(c, straight, down, &carry);
		top = MAX(top, x);
		STORE(h + k, x);
		STORE(e + k, MAX(SUB(x, c->open), SUB(down, c->extend)));
		STORE(keep + k, x);
		BITS(bits + k / 8, x, straight);
	}
	return top;
}

static inline void bytes_any_width(struct tl_align_rows *job)
{
	const struct bytes c = bytes_begin(job->score);
	int8_t *const h = job->h, *const e = job->e;
	int32_t shift = 0;
	memset(h, -128, job->width);
	memset(e, -128, job->width + LANES);
	for (size_t row = 0; row < job->rows; row += TL_ALIGN_BLOCK) {
		const size_t end = job->rows - row < TL_ALIGN_BLOCK ? job->rows : row + TL_ALIGN_BLOCK;
		VEC top = SET(-128);
		for (size_t r = row; r < end; r++)
			top = bytes_row(job, &c, r, top);
		const int more = bytes_turn(job, row, TOP(top), &shift);
		for (size_t k = 0; more && k < job->width; k += LANES) {
			STORE(h + k, SUB(LOAD(h + k), SET((int8_t)more)));
			STORE(e + k, SUB(LOAD(e + k), SET((int8_t)more)));
		}
	}
}

static void rows8(struct tl_align_rows *job)
{
	job->best = 0;
	job->best_row = -1;
	if (job->width == LANES)
		bytes_narrow(job, 1);
	else if (job->width == 2 * LANES)
		bytes_narrow(job, 2);
	else if (job->width == 4 * LANES)
		bytes_narrow(job, 4);
	else
		bytes_any_width(job);
	bytes_find(job);
}

#undef LANES
#undef VEC
#undef LOAD
#undef STORE
#undef SET
#undef ADD
#undef SUB
#undef MAX
#undef SCORES
#undef TABLE
#undef HALF
#undef DOWN
#undef SCAN
#undef LAST
#undef TOP
#undef BITS
