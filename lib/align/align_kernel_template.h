/* SPDX-License-Identifier: MIT */
/* align_kernel_template: the body of the banded kernels; included once per ISA and lane width.
 *
 * Parameters, all undefined again at the end:
 *   NAME     the function to define
 *   LANE     int16_t or int32_t
 *   LANES    lanes in a vector: 4, 8, 16 or 32
 *   VEC      the vector type
 *   LOAD(p) STORE(p, x)      a vector at p
 *   SET(c)                   c in every lane
 *   ADD(x, y)                signed, saturating where LANE is 16 bits
 *   SUB(x, y)                at 16 bits saturating at 0 (unsigned); plain at 32
 *   MAX(x, y)                signed
 *   FLOOR(x)                 max(x, 0), or x where SUB saturates at 0
 *   SCORES(lo, hi, p)        the scores of the codes at p; lo and hi are the halves of a row
 *   TABLE, HALF              HALF x = TABLE(p) prepares 16 scores at p for SCORES
 *   DOWN(x, next)            lane k = lane k + 1 of x, the last one from next's first
 *   SCAN(x)                  lane k = the maximum of lanes 0 .. k; may count 0 as one of them
 *   LAST(x)                  the last lane in every lane
 *   MARK(at, row, x, best)   at, with row in the lanes where x > best
 *
 * The horizontal gap F[k] = max over k' < k of H[k'] - open - (k - k' - 1) extend is a prefix
 * maximum of H[k'] + k' extend.  k' = k may be let in: it stands for H[k] - open + extend, which
 * is not above H[k].  Within a vector SCAN finds it, between vectors it is carried; to leave out
 * the part of H that F itself brought loses nothing, as a gap is never cheaper to open twice.
 */

#define CAT2(x, y) x##_##y
#define CAT(x, y) CAT2(x, y)
#define CONSTANTS CAT(NAME, constants)
#define CELLS CAT(NAME, cells)
#define REDUCE CAT(NAME, reduce)
#define NARROW CAT(NAME, narrow)
#define ANY_WIDTH CAT(NAME, any_width)

struct CONSTANTS {
	VEC ramp, tail, span, open, extend;
};

static inline struct CONSTANTS CONSTANTS(const struct tl_score *score)
{
	LANE steps[LANES];
	struct CONSTANTS c;
	for (int k = 0; k < LANES; k++)
		steps[k] = (LANE)(k * score->extend);
	c.ramp = LOAD(steps);
	c.tail = ADD(c.ramp, SET((LANE)(score->open - score->extend)));
	c.span = SET((LANE)(LANES * score->extend));
	c.open = SET((LANE)score->open);
	c.extend = SET((LANE)score->extend);
	return c;
}

/* One vector of cells: h is H of the row before, down is E; returns H; *carry goes from vector to
 * vector. */
static inline VEC CELLS(const struct CONSTANTS *c, VEC h, VEC down, VEC scores, VEC *carry)
{
	const VEC x = FLOOR(MAX(ADD(h, scores), down));
	const VEC scan = SCAN(ADD(x, c->ramp));
	const VEC f = SUB(MAX(scan, *carry), c->tail);
	*carry = SUB(MAX(*carry, LAST(scan)), c->span);
	return MAX(x, f);
}

/* The best score and its first row, from those of each lane. */
static inline void REDUCE(struct tl_align_rows *job, VEC best, VEC at)
{
	LANE scores[LANES], rows[LANES];
	STORE(scores, best);
	STORE(rows, at);
	job->best_row = -1;
	for (int k = 0; k < LANES; k++)
		if (scores[k] > job->best ||
		    (scores[k] == job->best && rows[k] >= 0 &&
		     (job->best_row < 0 || rows[k] < job->best_row))) {
			job->best = scores[k];
			job->best_row = rows[k];
		}
}

/* A band of N vectors, N a small constant: its state stays in registers. */
static inline __attribute__((always_inline)) void NARROW(struct tl_align_rows *job, const int N)
{
	const struct CONSTANTS c = CONSTANTS(job->score);
	const VEC zero = SET(0), one = SET(1);
	LANE *const h = job->h, *const e = job->e;
	LANE *keep = job->keep;
	VEC hs[4], es[5];
	VEC best = SET((LANE)job->best), at = SET(-1), number = zero;
#pragma GCC unroll 4
	for (int v = 0; v < N; v++) {
		hs[v] = LOAD(h + v * LANES);
		es[v] = LOAD(e + v * LANES);
	}
	es[N] = zero;
	for (size_t r = 0; r < job->rows; r++) {
		const uint8_t *codes = job->codes + (job->col + (int64_t)r);
		const int8_t *pairs = job->score->pair[job->a[r] & 31];
		const HALF lo = TABLE(pairs), hi = TABLE(pairs + 16);
		VEC carry = zero, top = zero;
#pragma GCC unroll 4
		for (int v = 0; v < N; v++) {
			const VEC down = DOWN(es[v], es[v + 1]);
			const VEC s = SCORES(lo, hi, codes + v * LANES);
			hs[v] = CELLS(&c, hs[v], down, s, &carry);
			es[v] = MAX(SUB(hs[v], c.open), SUB(down, c.extend));
			top = MAX(top, hs[v]);
			if (keep)
				STORE(keep + v * LANES, hs[v]);
		}
		if (keep)
			keep += N * LANES;
		at = MARK(at, number, top, best);
		best = MAX(best, top);
		number = ADD(number, one);
	}
#pragma GCC unroll 4
	for (int v = 0; v < N; v++) {
		STORE(h + v * LANES, hs[v]);
		STORE(e + v * LANES, es[v]);
	}
	REDUCE(job, best, at);
}

/* A band of any width, its state in memory; vectors all of whose columns are outside b are left
 * out. */
static inline void ANY_WIDTH(struct tl_align_rows *job)
{
	const struct CONSTANTS c = CONSTANTS(job->score);
	const VEC zero = SET(0), one = SET(1);
	LANE *const h = job->h, *const e = job->e;
	LANE *keep = job->keep;
	VEC best = SET((LANE)job->best), at = SET(-1), number = zero;
	for (size_t r = 0; r < job->rows; r++) {
		const int64_t col = job->col + (int64_t)r, left = job->b_len - col;
		const size_t from = col < 0 ? (size_t)-col / LANES * LANES : 0;
		const size_t end = left < (int64_t)job->width ? (size_t)left : job->width;
		const int8_t *pairs = job->score->pair[job->a[r] & 31];
		const HALF lo = TABLE(pairs), hi = TABLE(pairs + 16);
		VEC carry = zero, top = zero, next = LOAD(e + from);
		for (size_t k = from; k < end; k += LANES) {
			const VEC cur = next;
			next = LOAD(e + k + LANES);
			const VEC down = DOWN(cur, next);
			const VEC s = SCORES(lo, hi, job->codes + (col + (int64_t)k));
			const VEC x = CELLS(&c, LOAD(h + k), down, s, &carry);
			top = MAX(top, x);
			STORE(h + k, x);
			STORE(e + k, MAX(SUB(x, c.open), SUB(down, c.extend)));
			if (keep)
				STORE(keep + k, x);
		}
		if (keep)
			keep += job->width;
		at = MARK(at, number, top, best);
		best = MAX(best, top);
		number = ADD(number, one);
	}
	REDUCE(job, best, at);
}

static void NAME(struct tl_align_rows *job)
{
	if (job->width == LANES)
		NARROW(job, 1);
	else if (job->width == 2 * LANES)
		NARROW(job, 2);
	else if (job->width == 4 * LANES)
		NARROW(job, 4);
	else
		ANY_WIDTH(job);
}

#undef CAT2
#undef CAT
#undef CONSTANTS
#undef CELLS
#undef REDUCE
#undef NARROW
#undef ANY_WIDTH
#undef NAME
#undef LANE
#undef LANES
#undef VEC
#undef LOAD
#undef STORE
#undef SET
#undef ADD
#undef SUB
#undef MAX
#undef FLOOR
#undef SCORES
#undef TABLE
#undef HALF
#undef DOWN
#undef SCAN
#undef LAST
#undef MARK
