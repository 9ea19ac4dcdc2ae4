/* SPDX-License-Identifier: MIT */
/* align_fill_row: one row of Gotoh's recurrence, many columns at a time.
 *
 * What comes from the row above does not depend on the row itself, and is done in vectors by the
 * compiler (this file is built with -O3).  A gap along the row is a chain of one subtraction and
 * one maximum a column: as opening costs no less than going on, a gap need not begin where one has
 * just ended, so it depends on `plain` alone.  Then all is put together, in vectors again.
 *
 * With AVX-512 all of that is done for 16 columns at once: of a gap along the row each column takes the
 * best of those that begin 1, 2, 4, 8 columns before it (a prefix maximum that decays), and then that
 * of the 16 before.  Lanes into which nothing is shifted keep what they have, so the numbers are the
 * same to the last bit.
 */
#include "align_fill_row.h"

#include <stdbool.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))
#endif

static inline int32_t larger(int32_t x, int32_t y)
{
	return x > y ? x : y;
}

/* From above and from the diagonal.  The scores above are read one column behind. */
#define FROM_ABOVE(name, target)                                                                   \
	target static void name(const struct tl_fill_row *r)                                       \
	{                                                                                          \
		const int32_t *restrict score = r->score;                                          \
		int32_t *restrict up = r->up, *restrict plain = r->plain;                          \
		const int8_t *restrict pair = r->pair;                                             \
		uint8_t *restrict from = r->from;                                                  \
		const int32_t open = r->open, extend = r->extend;                                  \
		const size_t columns = r->columns;                                                 \
		for (size_t j = 1; j < columns; j++) {                                             \
			const int32_t goes_on = up[j] - extend, opens = score[j] - open;           \
			const int32_t above = larger(goes_on, opens);                              \
			const int32_t diagonal = score[j - 1] + pair[j];                           \
			from[j] = (uint8_t)((goes_on > opens ? TL_FILL_UP_GOES_ON : 0) |           \
					    (above > diagonal ? TL_FILL_UP : 0));                  \
			up[j] = above;                                                             \
			plain[j] = larger(diagonal, above);                                        \
		}                                                                                  \
	}

/* With gaps along the row. */
#define ALONG(name, target)                                                                        \
	target static void name(const struct tl_fill_row *r)                                       \
	{                                                                                          \
		int32_t *restrict score = r->score, *restrict up = r->up;                          \
		const int32_t *restrict plain = r->plain, *restrict left = r->left;                \
		uint8_t *restrict from = r->from;                                                  \
		const int32_t open = r->open, extend = r->extend;                                  \
		const size_t columns = r->columns;                                                 \
		for (size_t j = 1; j < columns; j++) {                                             \
			const int32_t before = larger(plain[j - 1], left[j - 1]);                  \
			const uint8_t goes_on =                                                    \
				left[j - 1] - extend > before - open ? TL_FILL_LEFT_GOES_ON : 0;   \
			const uint8_t above = from[j];                                             \
			const bool is_left = left[j] > plain[j];                                   \
			from[j] = (uint8_t)((is_left ? (above & TL_FILL_UP_GOES_ON) | TL_FILL_LEFT \
						     : above) |                                    \
					    goes_on);                                              \
			score[j] = larger(larger(plain[j], left[j]), TL_FILL_NONE);                \
			up[j] = larger(up[j], TL_FILL_NONE);                                       \
		}                                                                                  \
	}

#define BEST(name, target)                                                                         \
	target static int32_t name(const int32_t *score, size_t columns)                           \
	{                                                                                          \
		int32_t best = TL_FILL_NONE;                                                       \
		for (size_t j = 0; j < columns; j++)                                               \
			best = larger(best, score[j]);                                             \
		return best;                                                                       \
	}

FROM_ABOVE(from_above, )
ALONG(along, )
BEST(best_of, )
#if defined(AVX2)
FROM_ABOVE(from_above_avx2, AVX2)
ALONG(along_avx2, AVX2)
BEST(best_of_avx2, AVX2)
#endif

static void chain(const struct tl_fill_row *r)
{
	const int32_t open = r->open, extend = r->extend;
	int32_t gap = r->left[0];
	for (size_t j = 1; j < r->columns; j++) {
		gap = larger(gap - extend, r->plain[j - 1] - open);
		r->left[j] = gap;
	}
}

/* The first column has nothing on its left. */
static void first_column(const struct tl_fill_row *r)
{
	const int32_t goes_on = r->up[0] - r->extend, opens = r->score[0] - r->open;
	const int32_t above = larger(goes_on, opens), diagonal = r->diagonal + r->pair[0];
	r->from[0] = (uint8_t)((goes_on > opens ? TL_FILL_UP_GOES_ON : 0) |
			       (above > diagonal ? TL_FILL_UP : 0));
	r->up[0] = larger(above, TL_FILL_NONE);
	r->plain[0] = larger(larger(diagonal, above), TL_FILL_NONE);
	r->left[0] = TL_FILL_NONE;
}

#if defined(AVX512)
/* What 16 columns leave for the next ones: the scores above, `plain` and `left`, of which the last
 * lane counts. */
struct edge {
	__m512i above, plain, left;
};

struct costs {
	__m512i open, extend, ramp; /* ramp: extend times lane + 1 */
};

/* The lanes of x one further on, behind the last one of before. */
AVX512 static inline __m512i behind(__m512i x, __m512i before)
{
	return _mm512_alignr_epi32(x, before, 15);
}

/* The best gap that ends in each column: what opens there, or one that goes on. */
AVX512 static inline __m512i gaps(__m512i x, const struct costs *c, __m512i before)
{
	const __m512i zero = _mm512_setzero_si512(), e = c->extend;
	const __m512i e2 = _mm512_add_epi32(e, e), e4 = _mm512_add_epi32(e2, e2);
	const __m512i e8 = _mm512_add_epi32(e4, e4), last = _mm512_set1_epi32(15);
	x = _mm512_mask_max_epi32(x, 0xfffe, x,
				  _mm512_sub_epi32(_mm512_alignr_epi32(x, zero, 15), e));
	x = _mm512_mask_max_epi32(x, 0xfffc, x,
				  _mm512_sub_epi32(_mm512_alignr_epi32(x, zero, 14), e2));
	x = _mm512_mask_max_epi32(x, 0xfff0, x,
				  _mm512_sub_epi32(_mm512_alignr_epi32(x, zero, 12), e4));
	x = _mm512_mask_max_epi32(x, 0xff00, x,
				  _mm512_sub_epi32(_mm512_alignr_epi32(x, zero, 8), e8));
	before = _mm512_permutexvar_epi32(last, before);
	return _mm512_max_epi32(x, _mm512_sub_epi32(before, c->ramp));
}

/* The columns j.. of the mask. */
AVX512 static inline void sixteen(const struct tl_fill_row *r, size_t j, __mmask16 m,
				  const struct costs *c, struct edge *edge)
{
	const __m512i none = _mm512_set1_epi32(TL_FILL_NONE);
	const __m512i old = _mm512_maskz_loadu_epi32(m, r->score + j);
	const __m512i goes_on =
		_mm512_sub_epi32(_mm512_maskz_loadu_epi32(m, r->up + j), c->extend);
	const __m512i opens = _mm512_sub_epi32(old, c->open);
	const __m512i above = _mm512_max_epi32(goes_on, opens);
	const __m512i pair = _mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(m, r->pair + j));
	const __m512i diagonal = _mm512_add_epi32(behind(old, edge->above), pair);
	const __m512i plain = _mm512_max_epi32(diagonal, above);
	const __m512i plain_before = behind(plain, edge->plain);
	const __m512i left = gaps(_mm512_sub_epi32(plain_before, c->open), c, edge->left);
	const __m512i left_before = behind(left, edge->left);
	const __m512i before = _mm512_max_epi32(plain_before, left_before);
	const __mmask16 longer = _mm512_cmpgt_epi32_mask(_mm512_sub_epi32(left_before, c->extend),
							 _mm512_sub_epi32(before, c->open));
	const __mmask16 is_left = _mm512_cmpgt_epi32_mask(left, plain);
	const __mmask16 not_left = _mm512_cmple_epi32_mask(left, plain);
	const __mmask16 is_up = _mm512_mask_cmpgt_epi32_mask(not_left, above, diagonal);
	const __mmask16 up_longer = _mm512_cmpgt_epi32_mask(goes_on, opens);
	__m128i from = _mm_maskz_mov_epi8(up_longer, _mm_set1_epi8(TL_FILL_UP_GOES_ON));
	from = _mm_mask_add_epi8(from, longer, from, _mm_set1_epi8(TL_FILL_LEFT_GOES_ON));
	from = _mm_mask_add_epi8(from, is_up, from, _mm_set1_epi8(TL_FILL_UP));
	from = _mm_mask_add_epi8(from, is_left, from, _mm_set1_epi8(TL_FILL_LEFT));
	_mm_mask_storeu_epi8(r->from + j, m, from);
	_mm512_mask_storeu_epi32(r->score + j, m,
				 _mm512_max_epi32(_mm512_max_epi32(plain, left), none));
	_mm512_mask_storeu_epi32(r->up + j, m, _mm512_max_epi32(above, none));
	_mm512_mask_storeu_epi32(r->left + j, m, left);
	*edge = (struct edge){old, plain, left};
}

AVX512 static void row_avx512(const struct tl_fill_row *row)
{
	const struct tl_fill_row here = *row, *r = &here; /* which no store of a byte can change */
	const __m512i lane = _mm512_setr_epi32(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
	const struct costs c = {_mm512_set1_epi32(r->open), _mm512_set1_epi32(r->extend),
				_mm512_mullo_epi32(_mm512_set1_epi32(r->extend), lane)};
	struct edge edge = {_mm512_set1_epi32(r->score[0]), _mm512_set1_epi32(r->plain[0]),
			    _mm512_set1_epi32(r->left[0])};
	size_t j = 1;
	for (; j + 16 <= r->columns; j += 16)
		sixteen(r, j, 0xffff, &c, &edge);
	if (j < r->columns)
		sixteen(r, j, (__mmask16)((1u << (r->columns - j)) - 1), &c, &edge);
}
#endif

void tl_align_fill_row_isa(const struct tl_fill_row *row, enum tl_cpu_isa isa)
{
	first_column(row); /* but for its score: what follows reads the old one */
#if defined(AVX2)
	if (isa >= TL_CPU_AVX512BW) {
		row_avx512(row);
	} else if (isa >= TL_CPU_AVX2) {
		from_above_avx2(row);
		chain(row);
		along_avx2(row);
	} else
#endif
	{
		(void)isa;
		from_above(row);
		chain(row);
		along(row);
	}
	row->score[0] = row->plain[0];
}

void tl_align_fill_row(const struct tl_fill_row *row)
{
	tl_align_fill_row_isa(row, tl_cpu_best());
}

int32_t tl_align_fill_row_best(const int32_t *score, size_t columns)
{
#if defined(AVX2)
	if (tl_cpu_best() >= TL_CPU_AVX2)
		return best_of_avx2(score, columns);
#endif
	return best_of(score, columns);
}
