/* SPDX-License-Identifier: MIT */
/* align_fill_row: one row of Gotoh's recurrence, many columns at a time.
 *
 * What comes from the row above does not depend on the row itself, and is done in vectors by the
 * compiler (this file is built with -O3).  A gap along the row is a chain of one subtraction and
 * one maximum a column: as opening costs no less than going on, a gap need not begin where one has
 * just ended, so it depends on `plain` alone.  Then all is put together, in vectors again.
 */
#include "align_fill_row.h"

#include <stdbool.h>

#include <tl/cpu.h>

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))
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

FROM_ABOVE(from_above, )
ALONG(along, )
#if defined(AVX2)
FROM_ABOVE(from_above_avx2, AVX2)
ALONG(along_avx2, AVX2)
#endif

/* left[j] from column `from` on, where left[from - 1] is known. */
static void chain(const struct tl_fill_row *r, size_t from)
{
	const int32_t open = r->open, extend = r->extend;
	int32_t gap = r->left[from - 1];
	for (size_t j = from; j < r->columns; j++) {
		gap = larger(gap - extend, r->plain[j - 1] - open);
		r->left[j] = gap;
	}
}

#if defined(AVX2)
#include <immintrin.h>

/* The same: with extend x i added to what column i gives, the chain is the maximum of all before, which eight
 * lanes find in three steps (Hillis and Steele, CACM 1986). */
AVX2 static void chain_avx2(const struct tl_fill_row *r)
{
	const __m256i one = _mm256_setr_epi32(0, 0, 1, 2, 3, 4, 5, 6), open = _mm256_set1_epi32(r->open);
	const __m256i two = _mm256_setr_epi32(0, 1, 0, 1, 2, 3, 4, 5), last = _mm256_set1_epi32(7);
	const __m256i step = _mm256_set1_epi32(8 * r->extend);
	__m256i ramp = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
					  _mm256_set1_epi32(r->extend));
	__m256i before = _mm256_set1_epi32(r->left[0] + r->open - r->extend);
	size_t j = 0;
	for (; j + 8 < r->columns; j += 8) {
		__m256i v = _mm256_loadu_si256((const __m256i *)(r->plain + j));
		v = _mm256_add_epi32(v, ramp);
		/* Lanes without one so far before them keep their own. */
		v = _mm256_max_epi32(v, _mm256_permutevar8x32_epi32(v, one));
		v = _mm256_max_epi32(v, _mm256_permutevar8x32_epi32(v, two));
		v = _mm256_max_epi32(v, _mm256_permute2x128_si256(v, v, 0x00));
		v = _mm256_max_epi32(v, before);
		before = _mm256_permutevar8x32_epi32(v, last);
		v = _mm256_sub_epi32(_mm256_sub_epi32(v, open), ramp);
		_mm256_storeu_si256((__m256i *)(r->left + j + 1), v);
		ramp = _mm256_add_epi32(ramp, step);
	}
	chain(r, j + 1);
}
#endif

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

void tl_align_fill_row(const struct tl_fill_row *row)
{
	first_column(row); /* but for its score: from_above reads the old one */
#if defined(AVX2)
	if (tl_cpu_best() >= TL_CPU_AVX2) {
		from_above_avx2(row);
		chain_avx2(row);
		along_avx2(row);
		row->score[0] = row->plain[0];
		return;
	}
#endif
	from_above(row);
	chain(row, 1);
	along(row);
	row->score[0] = row->plain[0];
}
