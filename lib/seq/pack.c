/* SPDX-License-Identifier: MIT */
/* pack: nucleotides at two bits each, with the exceptions as runs. */
#include <tl/pack.h>

#include <stdbool.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <tl/bits.h>

#define QUAD(b) {"ACGT"[(b) & 3], "ACGT"[(b) >> 2 & 3], "ACGT"[(b) >> 4 & 3], "ACGT"[(b) >> 6 & 3]}
#define QUAD4(b) QUAD(b), QUAD(b + 1), QUAD(b + 2), QUAD(b + 3)
#define QUAD16(b) QUAD4(b), QUAD4(b + 4), QUAD4(b + 8), QUAD4(b + 12)
#define QUAD64(b) QUAD16(b), QUAD16(b + 16), QUAD16(b + 32), QUAD16(b + 48)

/* [packed byte]: its four residues. */
static const uint8_t quads[256][4] = {QUAD64(0), QUAD64(64), QUAD64(128), QUAD64(192)};

static bool is_plain(uint8_t c)
{
	return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* A C G T differ in bits 1 and 2, as 0 1 3 2; anything else is packed as A. */
static unsigned code(uint8_t c)
{
	unsigned v = c >> 1 & 3;
	return is_plain(c) ? v ^ v >> 1 : 0;
}

/* Packs what is left and is no whole vector; 4 at a time, n > 0. */
static void pack_scalar(uint8_t *dst, const uint8_t *src, size_t n)
{
	size_t i = 0;
	for (; n - i >= 4; i += 4)
		*dst++ = (uint8_t)(code(src[i]) | code(src[i + 1]) << 2 | code(src[i + 2]) << 4 |
				   code(src[i + 3]) << 6);
	unsigned last = 0;
	for (size_t k = i; k < n; k++)
		last |= code(src[k]) << 2 * (k - i);
	if (i < n)
		*dst = (uint8_t)last;
}

#ifdef __SSE2__
/* All ones where a byte is A, C, G or T. */
static inline __m128i plain_bytes(__m128i c)
{
	return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('A')),
					 _mm_cmpeq_epi8(c, _mm_set1_epi8('C'))),
			    _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('G')),
					 _mm_cmpeq_epi8(c, _mm_set1_epi8('T'))));
}

/* Packs whole vectors of 16; returns how many residues were done. */
static size_t pack_vectors(uint8_t *dst, const uint8_t *src, size_t n)
{
	const __m128i three = _mm_set1_epi8(3), one = _mm_set1_epi8(1);
	const __m128i low4 = _mm_set1_epi16(15), low8 = _mm_set1_epi32(255);
	size_t i = 0;
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(src + i));
		__m128i plain = plain_bytes(c);
		__m128i v = _mm_and_si128(_mm_srli_epi16(c, 1), three);
		v = _mm_xor_si128(v, _mm_and_si128(_mm_srli_epi16(v, 1), one));
		v = _mm_and_si128(v, plain);
		v = _mm_and_si128(_mm_or_si128(v, _mm_srli_epi16(v, 6)), low4);
		v = _mm_and_si128(_mm_or_si128(v, _mm_srli_epi32(v, 12)), low8);
		v = _mm_packs_epi32(v, v);
		v = _mm_packus_epi16(v, v);
		tl_bits_put32(dst + i / 4, (uint32_t)_mm_cvtsi128_si32(v));
	}
	return i;
}

/* How many plain residues src begins with. */
static size_t plain_run(const uint8_t *src, size_t n)
{
	size_t i = 0;
	for (; n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(src + i));
		__m128i plain = plain_bytes(c);
		unsigned other = (unsigned)_mm_movemask_epi8(plain) ^ 0xffff;
		if (other)
			return i + (size_t)__builtin_ctz(other);
	}
	while (i < n && is_plain(src[i]))
		i++;
	return i;
}
#else
static size_t pack_vectors(uint8_t *dst, const uint8_t *src, size_t n)
{
	(void)dst, (void)src, (void)n;
	return 0;
}

static size_t plain_run(const uint8_t *src, size_t n)
{
	size_t i = 0;
	while (i < n && is_plain(src[i]))
		i++;
	return i;
}
#endif

static enum tl_status list_exceptions(const uint8_t *src, size_t n, struct tl_buf *odd,
				      struct tl_err *err)
{
	enum tl_status st;
	for (size_t i = 0;;) {
		size_t gap = plain_run(src + i, n - i);
		i += gap;
		if (i == n)
			return TL_OK;
		size_t from = i;
		while (i < n && src[i] == src[from])
			i++;
		if ((st = tl_buf_add_varint(odd, gap, err)) != TL_OK ||
		    (st = tl_buf_add_varint(odd, i - from, err)) != TL_OK ||
		    (st = tl_buf_add(odd, src + from, 1, err)) != TL_OK)
			return st;
	}
}

enum tl_status tl_pack_put(const uint8_t *residues, size_t n, struct tl_buf *packed,
			   struct tl_buf *odd, struct tl_err *err)
{
	enum tl_status st = tl_buf_reserve(packed, n / 4 + 1, err);
	size_t before = odd->len;
	if (st != TL_OK)
		return st;
	if ((st = list_exceptions(residues, n, odd, err)) != TL_OK) {
		odd->len = before;
		return st;
	}
	uint8_t *dst = packed->data + packed->len;
	size_t done = pack_vectors(dst, residues, n);
	if (done < n)
		pack_scalar(dst + done / 4, residues + done, n - done);
	packed->len += n / 4 + (n % 4 != 0);
	return TL_OK;
}

enum tl_status tl_pack_get(const uint8_t *packed, size_t packed_len, const uint8_t *odd,
			   size_t odd_len, uint8_t *out, size_t n, struct tl_err *err)
{
	if (packed_len != n / 4 + (n % 4 != 0))
		return tl_err_set(err, TL_DATA, "%zu bytes of packed residues instead of %zu",
				  packed_len, n / 4 + (n % 4 != 0));
	for (size_t i = 0; i < packed_len; i++)
		memcpy(out + 4 * i, quads[packed[i]], 4);
	for (size_t pos = 0, at = 0; pos < odd_len;) {
		uint64_t gap, repeats;
		if (!tl_bits_get_varint(odd, odd_len, &pos, &gap) ||
		    !tl_bits_get_varint(odd, odd_len, &pos, &repeats) || pos == odd_len)
			return tl_err_set(err, TL_DATA, "the list of packed exceptions is broken");
		if (gap > n - at || repeats > n - at - gap)
			return tl_err_set(err, TL_DATA, "a packed exception lies outside");
		memset(out + at + gap, odd[pos++], (size_t)repeats);
		at += (size_t)(gap + repeats);
	}
	return TL_OK;
}
