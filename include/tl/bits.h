/* SPDX-License-Identifier: MIT */
/* bits: little-endian loads and stores, LEB128 varints, zigzag, overflow-checked arithmetic.
 *
 * Header only, pure functions, any thread.  Varints are unsigned LEB128 of at most 10 bytes
 * (DWARF standard, section 7.6); a decoder refuses longer ones and values above 2^64-1.
 */
#ifndef TL_BITS_H
#define TL_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TL_VARINT_MAX 10

static inline uint16_t tl_bits_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t tl_bits_get32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t tl_bits_get64(const uint8_t *p)
{
	return (uint64_t)tl_bits_get32(p) | (uint64_t)tl_bits_get32(p + 4) << 32;
}

static inline void tl_bits_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void tl_bits_put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static inline void tl_bits_put64(uint8_t *p, uint64_t v)
{
	tl_bits_put32(p, (uint32_t)v);
	tl_bits_put32(p + 4, (uint32_t)(v >> 32));
}

/* Writes v to p, which has room for TL_VARINT_MAX bytes; returns the bytes written. */
static inline size_t tl_bits_put_varint(uint8_t *p, uint64_t v)
{
	size_t n = 0;
	while (v >= 0x80) {
		p[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	p[n++] = (uint8_t)v;
	return n;
}

/* Reads a varint at *pos of data[0..len); advances *pos.  False where the data end first, or the
 * value does not fit 64 bits; *pos is then unspecified. */
static inline bool tl_bits_get_varint(const uint8_t *data, size_t len, size_t *pos, uint64_t *ret)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		if (*pos >= len)
			return false;
		uint8_t byte = data[(*pos)++];
		if (shift == 63 && byte > 1)
			return false;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

static inline uint64_t tl_bits_zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t tl_bits_unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* *ret = a + b, or a * b; false on overflow. */
static inline bool tl_bits_add(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

static inline bool tl_bits_mul(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_mul_overflow(a, b, ret);
}

/* v rounded up to a multiple of to, a power of two; the caller has made sure it fits. */
static inline size_t tl_bits_round(size_t v, size_t to)
{
	return (v + to - 1) & ~(to - 1);
}

#endif
