/* SPDX-License-Identifier: MIT */
/* align_kernel_bytes256: rows8 on 256-bit vectors, for AVX2 and AVX-512: with the narrowest band in
 * one vector, wider ones would be half empty. */
#ifndef ALIGN_KERNEL_BYTES256_H
#define ALIGN_KERNEL_BYTES256_H

#include <immintrin.h>
#include <string.h>

static inline __m256i bytes_table(const int8_t *p)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
}

/* The scores of codes: one half of the table answers, the other gives 0. */
static inline __m256i bytes_scores(__m256i lo, __m256i hi, const uint8_t *p)
{
	const __m256i codes = _mm256_loadu_si256((const __m256i *)p);
	const __m256i other = _mm256_xor_si256(codes, _mm256_set1_epi8(-128));
	return _mm256_or_si256(_mm256_shuffle_epi8(lo, codes), _mm256_shuffle_epi8(hi, other));
}

/* Shifts stay within halves; the last step hands the low half's maximum to the high half. */
static inline __m256i bytes_scan(__m256i x)
{
	const __m256i low = _mm256_set1_epi8(-128);
	x = _mm256_max_epi8(x, _mm256_alignr_epi8(x, low, 15));
	x = _mm256_max_epi8(x, _mm256_alignr_epi8(x, low, 14));
	x = _mm256_max_epi8(x, _mm256_alignr_epi8(x, low, 12));
	x = _mm256_max_epi8(x, _mm256_alignr_epi8(x, low, 8));
	const __m256i half = _mm256_permute2x128_si256(x, low, 0x02);
	return _mm256_max_epi8(x, _mm256_shuffle_epi8(half, _mm256_set1_epi8(15)));
}

static inline int bytes_top(__m256i x)
{
	__m128i y = _mm_max_epi8(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
	/* Turned round, unsigned: the least byte of all, by the least of pairs. */
	y = _mm_xor_si128(y, _mm_set1_epi8(127));
	y = _mm_minpos_epu16(_mm_min_epu8(y, _mm_srli_epi16(y, 8)));
	return (int8_t)(_mm_cvtsi128_si32(y) ^ 127);
}

static inline void bytes_bits(uint8_t *p, __m256i x, __m256i y)
{
	const int bits = _mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y));
	memcpy(p, &bits, 4);
}

#define LANES 32
#define VEC __m256i
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define STORE(p, x) _mm256_storeu_si256((__m256i *)(p), x)
#define SET(c) _mm256_set1_epi8(c)
#define ADD(x, y) _mm256_adds_epi8(x, y)
#define SUB(x, y) _mm256_subs_epi8(x, y)
#define MAX(x, y) _mm256_max_epi8(x, y)
#define SCORES(lo, hi, p) bytes_scores(lo, hi, p)
#define TABLE(p) bytes_table(p)
#define HALF __m256i
#define DOWN(x, next) _mm256_alignr_epi8(_mm256_permute2x128_si256(x, next, 0x21), x, 1)
#define SCAN(x) bytes_scan(x)
#define LAST(x) _mm256_shuffle_epi8(_mm256_permute4x64_epi64(x, 0xff), _mm256_set1_epi8(15))
#define TOP(x) bytes_top(x)
#define BITS(p, x, y) bytes_bits(p, x, y)
#include "align_kernel_bytes.h"

#endif
