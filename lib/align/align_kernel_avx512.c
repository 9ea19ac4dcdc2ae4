/* SPDX-License-Identifier: MIT */
/* align_kernel_avx512: the banded kernel on 512-bit vectors; built with -mavx512bw. */
#include "align_kernel.h"

#ifdef TL_ALIGN_X86
#include <immintrin.h>

#include "align_kernel_bytes256.h"

typedef __m512i vec;

static inline __m256i table(const int8_t *p)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
}

/* The scores of codes, a byte each: one half of the table answers, the other gives 0. */
static inline __m256i look_up(__m256i lo, __m256i hi, __m256i codes)
{
	const __m256i other = _mm256_xor_si256(codes, _mm256_set1_epi8(-128));
	return _mm256_or_si256(_mm256_shuffle_epi8(lo, codes), _mm256_shuffle_epi8(hi, other));
}

static inline vec scores16(__m256i lo, __m256i hi, const uint8_t *codes)
{
	const __m256i c = _mm256_loadu_si256((const __m256i *)codes);
	return _mm512_cvtepi8_epi16(look_up(lo, hi, c));
}

static inline vec scores32(__m256i lo, __m256i hi, const uint8_t *codes)
{
	const __m256i c = _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)codes));
	return _mm512_cvtepi8_epi32(_mm256_castsi256_si128(look_up(lo, hi, c)));
}

/* The last lane of the quarter before, and of the one two before. */
#define EIGHT(x) x, x, x, x, x, x, x, x
#define FOUR(x) x, x, x, x
static const int16_t before16[32] = {EIGHT(0), EIGHT(7), EIGHT(15), EIGHT(23)};
static const int16_t second16[32] = {EIGHT(0), EIGHT(0), EIGHT(7), EIGHT(15)};
static const int32_t before32[16] = {FOUR(0), FOUR(3), FOUR(7), FOUR(11)};
static const int32_t second32[16] = {FOUR(0), FOUR(0), FOUR(3), FOUR(7)};
static const int16_t down16[32] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
				   17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

static inline vec scan16(vec x)
{
	x = _mm512_max_epi16(x, _mm512_bslli_epi128(x, 2));
	x = _mm512_max_epi16(x, _mm512_bslli_epi128(x, 4));
	x = _mm512_max_epi16(x, _mm512_bslli_epi128(x, 8));
	vec up = _mm512_maskz_permutexvar_epi16(0xffffff00u, _mm512_loadu_si512(before16), x);
	x = _mm512_max_epi16(x, up);
	up = _mm512_maskz_permutexvar_epi16(0xffff0000u, _mm512_loadu_si512(second16), x);
	return _mm512_max_epi16(x, up);
}

static inline vec scan32(vec x)
{
	x = _mm512_max_epi32(x, _mm512_bslli_epi128(x, 4));
	x = _mm512_max_epi32(x, _mm512_bslli_epi128(x, 8));
	vec up = _mm512_maskz_permutexvar_epi32(0xfff0, _mm512_loadu_si512(before32), x);
	x = _mm512_max_epi32(x, up);
	up = _mm512_maskz_permutexvar_epi32(0xff00, _mm512_loadu_si512(second32), x);
	return _mm512_max_epi32(x, up);
}

#define NAME rows16
#define LANE int16_t
#define LANES 32
#define VEC vec
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, x) _mm512_storeu_si512(p, x)
#define SET(c) _mm512_set1_epi16(c)
#define ADD(x, y) _mm512_adds_epi16(x, y)
#define SUB(x, y) _mm512_subs_epu16(x, y)
#define MAX(x, y) _mm512_max_epi16(x, y)
#define FLOOR(x) (x)
#define SCORES(lo, hi, p) scores16(lo, hi, p)
#define TABLE(p) table(p)
#define HALF __m256i
#define DOWN(x, next) _mm512_permutex2var_epi16(x, _mm512_loadu_si512(down16), next)
#define SCAN(x) scan16(x)
#define LAST(x) _mm512_permutexvar_epi16(_mm512_set1_epi16(31), x)
#define MARK(at, row, x, best) _mm512_mask_mov_epi16(at, _mm512_cmpgt_epi16_mask(x, best), row)
#include "align_kernel_template.h"

#define NAME rows32
#define LANE int32_t
#define LANES 16
#define VEC vec
#define LOAD(p) _mm512_loadu_si512(p)
#define STORE(p, x) _mm512_storeu_si512(p, x)
#define SET(c) _mm512_set1_epi32(c)
#define ADD(x, y) _mm512_add_epi32(x, y)
#define SUB(x, y) _mm512_sub_epi32(x, y)
#define MAX(x, y) _mm512_max_epi32(x, y)
#define FLOOR(x) _mm512_max_epi32(x, _mm512_setzero_si512())
#define SCORES(lo, hi, p) scores32(lo, hi, p)
#define TABLE(p) table(p)
#define HALF __m256i
#define DOWN(x, next) _mm512_alignr_epi32(next, x, 1)
#define SCAN(x) scan32(x)
#define LAST(x) _mm512_permutexvar_epi32(_mm512_set1_epi32(15), x)
#define MARK(at, row, x, best) _mm512_mask_mov_epi32(at, _mm512_cmpgt_epi32_mask(x, best), row)
#include "align_kernel_template.h"

const struct tl_align_kernel tl_align_kernel_avx512 = {"avx512bw", rows8, pair8, rows16, rows32};
#endif
