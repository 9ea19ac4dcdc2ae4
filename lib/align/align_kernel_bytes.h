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

/* A band of N vectors, N a small constant: its state, which stays in registers. */
struct bytes_band {
	VEC h[4], e[5], top;
	int8_t *keep;
	uint8_t *bits;
	int32_t shift;
};

static inline __attribute__((always_inline)) void bytes_open(struct bytes_band *x,
							     struct tl_align_rows *job,
							     const int N)
{
	const VEC low = SET(-128);
#pragma GCC unroll 5
	for (int v = 0; v <= N; v++)
		x->h[v < N ? v : 0] = x->e[v] = low;
	x->top = low;
	x->keep = job->keep;
	x->bits = job->straight;
	x->shift = 0;
	job->best = 0;
	job->best_row = -1;
}

/* Row r. */
static inline __attribute__((always_inline)) void bytes_narrow(struct bytes_band *x,
							       const struct bytes *c,
							       const struct tl_align_rows *job,
							       size_t r, const int N)
{
	const uint8_t *codes = job->codes + (job->col + (int64_t)r);
	const int8_t *pairs = job->score->pair[job->a[r] & 31];
	const HALF lo = TABLE(pairs), hi = TABLE(pairs + 16);
	VEC carry = SET(-128);
#pragma GCC unroll 4
	for (int v = 0; v < N; v++) {
		const VEC down = DOWN(x->e[v], x->e[v + 1]);
		const VEC straight = ADD(x->h[v], SCORES(lo, hi, codes + v * LANES));
		x->h[v] = bytes_cells(c, straight, down, &carry);
		x->e[v] = MAX(SUB(x->h[v], c->open), SUB(down, c->extend));
		x->top = MAX(x->top, x->h[v]);
		STORE(x->keep + v * LANES, x->h[v]);
		BITS(x->bits + v * LANES / 8, x->h[v], straight);
	}
	x->keep += N * LANES;
	x->bits += N * LANES / 8;
}

/* The end of the block that began with this row. */
static inline __attribute__((always_inline)) void bytes_close(struct bytes_band *x,
							      struct tl_align_rows *job, size_t row,
							      const int N)
{
	const VEC more = SET((int8_t)bytes_turn(job, row, TOP(x->top), &x->shift));
#pragma GCC unroll 4
	for (int v = 0; v < N; v++) {
		x->h[v] = SUB(x->h[v], more);
		x->e[v] = SUB(x->e[v], more);
	}
	x->top = SET(-128);
}

/* The rows from `row` on. */
static inline __attribute__((always_inline)) void bytes_rest(struct bytes_band *x,
							     const struct bytes *c,
							     struct tl_align_rows *job, size_t row,
							     const int N)
{
	for (; row < job->rows; row += TL_ALIGN_BLOCK) {
		const size_t end = job->rows - row < TL_ALIGN_BLOCK ? job->rows : row + TL_ALIGN_BLOCK;
		for (size_t r = row; r < end; r++)
			bytes_narrow(x, c, job, r, N);
		bytes_close(x, job, row, N);
	}
}

static inline __attribute__((always_inline)) void bytes_one(struct tl_align_rows *job, const int N)
{
	const struct bytes c = bytes_begin(job->score);
	struct bytes_band x;
	bytes_open(&x, job, N);
	bytes_rest(&x, &c, job, 0, N);
}

/* Two bands of the same scores at a time: a row of one waits for its row before, not for the other. */
static inline __attribute__((always_inline)) void bytes_two(struct tl_align_rows *one,
							    struct tl_align_rows *two, const int N)
{
	const struct bytes c = bytes_begin(one->score);
	const size_t both = (one->rows < two->rows ? one->rows : two->rows) / TL_ALIGN_BLOCK *
			    TL_ALIGN_BLOCK;
	struct bytes_band x, y;
	bytes_open(&x, one, N);
	bytes_open(&y, two, N);
	for (size_t row = 0; row < both; row += TL_ALIGN_BLOCK) {
		for (size_t r = row; r < row + TL_ALIGN_BLOCK; r++) {
			bytes_narrow(&x, &c, one, r, N);
			bytes_narrow(&y, &c, two, r, N);
		}
		bytes_close(&x, one, row, N);
		bytes_close(&y, two, row, N);
	}
	bytes_rest(&x, &c, one, both, N);
	bytes_rest(&y, &c, two, both, N);
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
	job->best = 0;
	job->best_row = -1;
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
	if (job->width == LANES)
		bytes_one(job, 1);
	else if (job->width == 2 * LANES)
		bytes_one(job, 2);
	else if (job->width == 4 * LANES)
		bytes_one(job, 4);
	else
		bytes_any_width(job);
	bytes_find(job);
}

static void pair8(struct tl_align_rows *one, struct tl_align_rows *two)
{
	if (one->width == two->width && one->width == LANES) {
		bytes_two(one, two, 1);
	} else if (one->width == two->width && one->width == 2 * LANES) {
		bytes_two(one, two, 2);
	} else {
		rows8(one);
		rows8(two);
		return;
	}
	bytes_find(one);
	bytes_find(two);
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
