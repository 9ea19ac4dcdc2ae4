/* SPDX-License-Identifier: MIT */
/* runs: inner loops over a run of like bytes, short ones, so that they are inlined (scan.h has the
 * others).  With SSE2 sixteen bytes at a time; the scalar code gives the same result. */
#ifndef TL_SEQ_RUNS_H
#define TL_SEQ_RUNS_H

#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Copies src[0..n) up to the first line feed to dst; returns how many bytes.  Up to 15 bytes behind
 * them are overwritten too. */
static inline size_t tl_runs_line(uint8_t *dst, const uint8_t *src, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	const __m128i lf = _mm_set1_epi8('\n');
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(src + i));
		_mm_storeu_si128((__m128i *)(dst + i), c);
		unsigned found = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, lf));
		if (found)
			return i + (size_t)__builtin_ctz(found);
	}
#endif
	for (; i < n && src[i] != '\n'; i++)
		dst[i] = src[i];
	return i;
}

/* How many bytes of src[0..n) equal the first one; n > 0. */
static inline size_t tl_runs_same(const uint8_t *src, size_t n)
{
	size_t i = 1;
#ifdef __SSE2__
	const __m128i byte = _mm_set1_epi8((char)src[0]);
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(src + i));
		unsigned other = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(c, byte)) ^ 0xffff;
		if (other)
			return i + (size_t)__builtin_ctz(other);
	}
#endif
	while (i < n && src[i] == src[0])
		i++;
	return i;
}

/* Makes the upper-case letters of p[0..n) lower case. */
static inline void tl_runs_lower(uint8_t *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i from_a = _mm_sub_epi8(c, _mm_set1_epi8('A'));
		__m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
		c = _mm_or_si128(c, _mm_and_si128(letter, _mm_set1_epi8(32)));
		_mm_storeu_si128((__m128i *)(p + i), c);
	}
#endif
	for (; i < n; i++)
		p[i] |= (uint8_t)(p[i] - 'A') < 26 ? 32 : 0;
}

/* Makes the T of p[0..n) to U. */
static inline void tl_runs_rna(uint8_t *p, size_t n)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(p + i));
		c = _mm_sub_epi8(c, _mm_cmpeq_epi8(c, _mm_set1_epi8('T')));
		_mm_storeu_si128((__m128i *)(p + i), c);
	}
#endif
	for (; i < n; i++)
		p[i] = (uint8_t)(p[i] + (p[i] == 'T'));
}

#endif
