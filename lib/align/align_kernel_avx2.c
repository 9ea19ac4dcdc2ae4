/* SPDX-License-Identifier: MIT */
/* align_kernel_avx2: the banded kernel on 256-bit vectors; built with -mavx2. */
#include "align_kernel.h"

#ifdef TL_ALIGN_X86
#include <immintrin.h>

#include "align_kernel_bytes256.h"

typedef __m256i vec;

static inline __m128i table(const int8_t *p)
{
	return _mm_loadu_si128((const __m128i *)p);
}

/* The scores of codes, a byte each: one half of the table answers, the other gives 0. */
static inline __m128i look_up(__m128i lo, __m128i hi, __m128i codes)
{
	return _mm_or_si128(_mm_shuffle_epi8(lo, codes),
			    _mm_shuffle_epi8(hi, _mm_xor_si128(codes, _mm_set1_epi8(-128))));
}

static inline vec scores16(__m128i lo, __m128i hi, const uint8_t *codes)
{
	return _mm256_cvtepi8_epi16(look_up(lo, hi, _mm_loadu_si128((const __m128i *)codes)));
}

static inline vec scores32(__m128i lo, __m128i hi, const uint8_t *codes)
{
	return _mm256_cvtepi8_epi32(look_up(lo, hi, _mm_loadl_epi64((const __m128i *)codes)));
}

/* Shifts stay within halves; the last step hands the low half's maximum to the high half. */
static inline vec scan16(vec x)
{
	x = _mm256_max_epi16(x, _mm256_slli_si256(x, 2));
	x = _mm256_max_epi16(x, _mm256_slli_si256(x, 4));
	x = _mm256_max_epi16(x, _mm256_slli_si256(x, 8));
	const vec low = _mm256_permute2x128_si256(x, x, 0x08);
	return _mm256_max_epi16(x, _mm256_shuffle_epi8(low, _mm256_set1_epi16(0x0f0e)));
}

static inline vec scan32(vec x)
{
	x = _mm256_max_epi32(x, _mm256_slli_si256(x, 4));
	x = _mm256_max_epi32(x, _mm256_slli_si256(x, 8));
	const vec low = _mm256_permute2x128_si256(x, x, 0x08);
	return _mm256_max_epi32(x, _mm256_shuffle_epi32(low, 0xff));
}

static inline vec last16(vec x)
{
	return _mm256_shuffle_epi8(_mm256_permute4x64_epi64(x, 0xff), _mm256_set1_epi16(0x0f0e));
}

#define NAME rows16
#define LANE int16_t
#define LANES 16
#define VEC vec
#define LOAD(p) _mm256_loadu_si256((const vec *)(p))
#define STORE(p, x) _mm256_storeu_si256((vec *)(p), x)
#define SET(c) _mm256_set1_epi16(c)
#define ADD(x, y) _mm256_adds_epi16(x, y)
#define SUB(x, y) _mm256_subs_epu16(x, y)
#define MAX(x, y) _mm256_max_epi16(x, y)
#define FLOOR(x) (x)
#define SCORES(lo, hi, p) scores16(lo, hi, p)
#define TABLE(p) table(p)
#define HALF __m128i
#define DOWN(x, next) _mm256_alignr_epi8(_mm256_permute2x128_si256(x, next, 0x21), x, 2)
#define SCAN(x) scan16(x)
#define LAST(x) last16(x)
#define MARK(at, row, x, best) _mm256_blendv_epi8(at, row, _mm256_cmpgt_epi16(x, best))
#include "align_kernel_template.h"

#define NAME rows32
#define LANE int32_t
#define LANES 8
#define VEC vec
#define LOAD(p) _mm256_loadu_si256((const vec *)(p))
#define STORE(p, x) _mm256_storeu_si256((vec *)(p), x)
#define SET(c) _mm256_set1_epi32(c)
#define ADD(x, y) _mm256_add_epi32(x, y)
#define SUB(x, y) _mm256_sub_epi32(x, y)
#define MAX(x, y) _mm256_max_epi32(x, y)
#define FLOOR(x) _mm256_max_epi32(x, _mm256_setzero_si256())
#define SCORES(lo, hi, p) scores32(lo, hi, p)
#define TABLE(p) table(p)
#define HALF __m128i
#define DOWN(x, next) _mm256_alignr_epi8(_mm256_permute2x128_si256(x, next, 0x21), x, 4)
#define SCAN(x) scan32(x)
#define LAST(x) _mm256_permutevar8x32_epi32(x, _mm256_set1_epi32(7))
#define MARK(at, row, x, best) _mm256_blendv_epi8(at, row, _mm256_cmpgt_epi32(x, best))
#include "align_kernel_template.h"

const struct tl_align_kernel tl_align_kernel_avx2 = {"avx2", rows8, pair8, rows16, rows32};
#endif
