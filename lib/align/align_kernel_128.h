/* SPDX-License-Identifier: MIT */
/* align_kernel_128: the kernels on 128-bit vectors, in the names of SSE4.1: on x86 they are the
 * compiler's, on ARM SIMDe's, which stand for NEON instructions.  Included by one file for each. */
#ifndef ALIGN_KERNEL_128_H
#define ALIGN_KERNEL_128_H

#include <string.h>

typedef __m128i vec;

static inline vec table(const int8_t *p)
{
	return _mm_loadu_si128((const vec *)p);
}

/* The scores of codes, a byte each: one half of the table answers, the other gives 0. */
static inline vec look_up(vec lo, vec hi, vec codes)
{
	return _mm_or_si128(_mm_shuffle_epi8(lo, codes),
			    _mm_shuffle_epi8(hi, _mm_xor_si128(codes, _mm_set1_epi8(-128))));
}

static inline vec scores16(vec lo, vec hi, const uint8_t *codes)
{
	return _mm_cvtepi8_epi16(look_up(lo, hi, _mm_loadl_epi64((const vec *)codes)));
}

static inline vec scores32(vec lo, vec hi, const uint8_t *codes)
{
	int32_t four;
	memcpy(&four, codes, sizeof four);
	return _mm_cvtepi8_epi32(look_up(lo, hi, _mm_cvtsi32_si128(four)));
}

static inline vec scan16(vec x)
{
	x = _mm_max_epi16(x, _mm_slli_si128(x, 2));
	x = _mm_max_epi16(x, _mm_slli_si128(x, 4));
	return _mm_max_epi16(x, _mm_slli_si128(x, 8));
}

static inline vec scan32(vec x)
{
	x = _mm_max_epi32(x, _mm_slli_si128(x, 4));
	return _mm_max_epi32(x, _mm_slli_si128(x, 8));
}

static inline vec scan8(vec x)
{
	const vec low = _mm_set1_epi8(-128);
	x = _mm_max_epi8(x, _mm_alignr_epi8(x, low, 15));
	x = _mm_max_epi8(x, _mm_alignr_epi8(x, low, 14));
	x = _mm_max_epi8(x, _mm_alignr_epi8(x, low, 12));
	return _mm_max_epi8(x, _mm_alignr_epi8(x, low, 8));
}

/* Turned round, unsigned: the least byte of all, by the least of pairs. */
static inline int top8(vec x)
{
	const vec y = _mm_xor_si128(x, _mm_set1_epi8(127));
	const vec least = _mm_minpos_epu16(_mm_min_epu8(y, _mm_srli_epi16(y, 8)));
	return (int8_t)(_mm_cvtsi128_si32(least) ^ 127);
}

static inline void bits8(uint8_t *p, vec x, vec y)
{
	const uint16_t bits = (uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
	memcpy(p, &bits, sizeof bits);
}

#define LANES 16
#define VEC vec
#define LOAD(p) _mm_loadu_si128((const vec *)(p))
#define STORE(p, x) _mm_storeu_si128((vec *)(p), x)
#define SET(c) _mm_set1_epi8(c)
#define ADD(x, y) _mm_adds_epi8(x, y)
#define SUB(x, y) _mm_subs_epi8(x, y)
#define MAX(x, y) _mm_max_epi8(x, y)
#define SCORES(lo, hi, p) look_up(lo, hi, LOAD(p))
#define TABLE(p) table(p)
#define HALF vec
#define DOWN(x, next) _mm_alignr_epi8(next, x, 1)
#define SCAN(x) scan8(x)
#define LAST(x) _mm_shuffle_epi8(x, _mm_set1_epi8(15))
#define TOP(x) top8(x)
#define BITS(p, x, y) bits8(p, x, y)
#include "align_kernel_bytes.h"

#define NAME rows16
#define LANE int16_t
#define LANES 8
#define VEC vec
#define LOAD(p) _mm_loadu_si128((const vec *)(p))
#define STORE(p, x) _mm_storeu_si128((vec *)(p), x)
#define SET(c) _mm_set1_epi16(c)
#define ADD(x, y) _mm_adds_epi16(x, y)
#define SUB(x, y) _mm_subs_epu16(x, y)
#define MAX(x, y) _mm_max_epi16(x, y)
#define FLOOR(x) (x)
#define SCORES(lo, hi, p) scores16(lo, hi, p)
#define TABLE(p) table(p)
#define HALF vec
#define DOWN(x, next) _mm_alignr_epi8(next, x, 2)
#define SCAN(x) scan16(x)
#define LAST(x) _mm_shuffle_epi8(x, _mm_set1_epi16(0x0f0e))
#define MARK(at, row, x, best) _mm_blendv_epi8(at, row, _mm_cmpgt_epi16(x, best))
#include "align_kernel_template.h"

#define NAME rows32
#define LANE int32_t
#define LANES 4
#define VEC vec
#define LOAD(p) _mm_loadu_si128((const vec *)(p))
#define STORE(p, x) _mm_storeu_si128((vec *)(p), x)
#define SET(c) _mm_set1_epi32(c)
#define ADD(x, y) _mm_add_epi32(x, y)
#define SUB(x, y) _mm_sub_epi32(x, y)
#define MAX(x, y) _mm_max_epi32(x, y)
#define FLOOR(x) _mm_max_epi32(x, _mm_setzero_si128())
#define SCORES(lo, hi, p) scores32(lo, hi, p)
#define TABLE(p) table(p)
#define HALF vec
#define DOWN(x, next) _mm_alignr_epi8(next, x, 4)
#define SCAN(x) scan32(x)
#define LAST(x) _mm_shuffle_epi32(x, 0xff)
#define MARK(at, row, x, best) _mm_blendv_epi8(at, row, _mm_cmpgt_epi32(x, best))
#include "align_kernel_template.h"

#endif
