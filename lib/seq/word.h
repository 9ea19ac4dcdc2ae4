/* SPDX-License-Identifier: MIT */
/* word: hash and comparison of short strings, without a call.
 *
 * Pure functions; no byte outside of the string is read.
 */
#ifndef TL_WORD_H
#define TL_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tl/hash.h>

static inline uint64_t tl_word_load64(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, 8);
	return v;
}

static inline uint64_t tl_word_load32(const uint8_t *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return v;
}

/* Up to eight bytes as a number; of one length, other bytes give another number. */
static inline uint64_t tl_word_key(const uint8_t *p, size_t n)
{
	if (n == 8)
		return tl_word_load64(p);
	if (n >= 4)
		return tl_word_load32(p) | tl_word_load32(p + n - 4) << 32;
	return n ? p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16 : 0;
}

/* XXH3 from 17 bytes on; below that, it takes longer than this.  For up to eight bytes this is a
 * bijection of their number, so that two words of one length and hash are the same. */
static inline uint64_t tl_word_hash(const uint8_t *p, size_t n)
{
	if (n <= 8)
		return tl_hash_mix(tl_word_key(p, n) ^ n * 0x9E3779B97F4A7C15ULL);
	if (n > 16)
		return tl_hash_64(p, n);
	return tl_hash_mix(tl_word_load64(p) ^ tl_hash_mix(tl_word_load64(p + n - 8) + n));
}

static inline bool tl_word_same(const uint8_t *a, const uint8_t *b, size_t n)
{
	if (n <= 8)
		return tl_word_key(a, n) == tl_word_key(b, n);
	if (n <= 16)
		return tl_word_load64(a) == tl_word_load64(b) &&
		       tl_word_load64(a + n - 8) == tl_word_load64(b + n - 8);
	return !memcmp(a, b, n);
}

#endif
