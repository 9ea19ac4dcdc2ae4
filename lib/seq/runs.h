/* SPDX-License-Identifier: MIT */
/* runs: the inner loops of parsing: how far a run of like bytes goes, copying as it is read.
 * With SSE2 sixteen bytes at a time; the scalar code gives the same result. */
#ifndef TL_SEQ_RUNS_H
#define TL_SEQ_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Which residues a run may hold. */
struct tl_runs_want {
	uint8_t banned; /* upper-case letter at which a run ends, 0: none */
	uint8_t turned; /* upper-case letter copied as the one before it (U as T), 0: none */
};

#ifdef __SSE2__
/* The constants of tl_runs_copy in vectors. */
struct tl_runs_vectors {
	__m128i banned, turned;
	bool lower;
};

/* Copies sixteen bytes; returns a bit for each that does not belong to the run. */
static inline unsigned tl_runs_copy16(uint8_t *dst, const uint8_t *src, struct tl_runs_vectors v)
{
	__m128i c = _mm_loadu_si128((const __m128i *)src);
	__m128i u = v.lower ? _mm_sub_epi8(c, _mm_set1_epi8(32)) : c;
	__m128i from_a = _mm_sub_epi8(u, _mm_set1_epi8('A'));
	__m128i good = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
	if (!v.lower)
		good = _mm_or_si128(good, _mm_cmpeq_epi8(c, _mm_set1_epi8('*')));
	good = _mm_andnot_si128(_mm_cmpeq_epi8(u, v.banned), good);
	/* A comparison gives -1 where true. */
	_mm_storeu_si128((__m128i *)dst, _mm_add_epi8(u, _mm_cmpeq_epi8(u, v.turned)));
	return (unsigned)_mm_movemask_epi8(good) ^ 0xffff;
}
#endif

/* Copies residues of one case from src[0..n) to dst, in upper case, up to the first other
 * byte; '*' is upper case. Returns how many; up to TL_RUNS_OVER bytes behind them are
 * overwritten too. Four vectors at once take a usual line in one step. guess is what will likely
 * be returned: the result does not depend on it, but where it holds the processor goes on to the
 * next line before it knows where this one ended. */
#define TL_RUNS_OVER 63
static inline size_t tl_runs_copy(uint8_t *dst, const uint8_t *src, size_t n, bool lower,
				  struct tl_runs_want want, size_t guess)
{
	const uint8_t down = lower ? 32 : 0;
	size_t i = 0;
#ifdef __SSE2__
	const struct tl_runs_vectors v = {_mm_set1_epi8((char)want.banned),
					  _mm_set1_epi8((char)want.turned), lower};
	for (; n - i >= 64; i += 64) {
		uint64_t a = tl_runs_copy16(dst + i, src + i, v);
		uint64_t b = tl_runs_copy16(dst + i + 16, src + i + 16, v);
		uint64_t c = tl_runs_copy16(dst + i + 32, src + i + 32, v);
		uint64_t d = tl_runs_copy16(dst + i + 48, src + i + 48, v);
		uint64_t other = a | b << 16 | c << 32 | d << 48;
		if (!other)
			continue;
		/* Is the first bit that of the guess? */
		size_t k = guess - i;
		if (k < 64 && (other & ~(UINT64_MAX << 1 << k)) == 1ULL << k)
			return guess;
		return i + (size_t)__builtin_ctzll(other);
	}
#endif
	(void)guess;
	for (; i < n; i++) {
		uint8_t u = (uint8_t)(src[i] - down);
		bool good = (uint8_t)(u - 'A') < 26 || (!lower && u == '*');
		if (!good || u == want.banned)
			break;
		dst[i] = (uint8_t)(u - (u == want.turned));
	}
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
