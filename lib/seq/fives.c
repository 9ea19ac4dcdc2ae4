/* SPDX-License-Identifier: MIT */
/* fives: residues at five bits each: the low bits of a letter, and for '*' the 27 that no letter has. */
#include "fives.h"

#include <tl/bits.h>

#define STAR 27
#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Eight residues to 40 bits. */
static inline uint64_t pack(uint64_t x)
{
	uint64_t star = ~x >> 6 & EACH(1); /* '*' is the only one without that bit */
	x = (x & EACH(0x1f)) ^ star * ('*' ^ STAR);
	x &= EACH(0x1f);
	x = (x & 0x001f001f001f001fULL) | (x & 0x1f001f001f001f00ULL) >> 3;
	x = (x & 0x000003ff000003ffULL) | (x & 0x03ff000003ff0000ULL) >> 6;
	return (x & 0xfffff) | (x >> 12 & 0xfffff00000ULL);
}

/* And back. */
static inline uint64_t unpack(uint64_t x)
{
	x = (x & 0xfffff) | (x & 0xfffff00000ULL) << 12;
	x = (x & 0x000003ff000003ffULL) | (x & 0x000ffc00000ffc00ULL) << 6;
	x = (x & 0x001f001f001f001fULL) | (x & 0x03e003e003e003e0ULL) << 3;
	uint64_t star = (x + EACH(32 - STAR)) >> 5 & EACH(1);
	return (x | EACH(0x40)) ^ star * (('*' ^ STAR) ^ 0x40);
}

static void pack_all(uint8_t *dst, const uint8_t *src, size_t groups)
{
	for (size_t i = 0; i < groups; i++) {
		const uint64_t v = pack(tl_bits_get64(src + 8 * i));
		tl_bits_put32(dst + 5 * i, (uint32_t)v);
		dst[5 * i + 4] = (uint8_t)(v >> 32);
	}
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define WHOLE 4 /* groups done together; one more is read for the last of them */

/* Two groups, a residue in each 16 bits: the two bytes that have its bits, moved up so that what is
 * above them is lost, and down again. */
AVX2 static inline __m256i spread(const uint8_t *src)
{
	const __m256i pairs = _mm256_setr_epi8(0, 1, 0, 1, 1, 2, 1, 2, 2, 3, 3, 4, 3, 4, 4, 5,
					       5, 6, 5, 6, 6, 7, 6, 7, 7, 8, 8, 9, 8, 9, 9, 10);
	const __m256i up = _mm256_set1_epi64x(1LL << 11 | 1LL << (6 + 16) | 1LL << (9 + 32) |
					      1LL << (4 + 48));
	const __m256i up2 = _mm256_set1_epi64x(1LL << 7 | 1LL << (10 + 16) | 1LL << (5 + 32) |
					       1LL << (8 + 48));
	__m256i v = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)src));
	v = _mm256_shuffle_epi8(v, pairs);
	v = _mm256_mullo_epi16(v, _mm256_unpacklo_epi64(up, up2));
	return _mm256_srli_epi16(v, 11);
}

/* Pairs of codes, then pairs of pairs, then of those; of each 16 bytes then two groups are at the front. */
AVX2 static void pack_avx2(uint8_t *dst, const uint8_t *src, size_t groups)
{
	const __m256i front = _mm256_setr_epi8(0, 1, 2, 3, 4, 8, 9, 10, 11, 12, -1, -1, -1, -1, -1, -1,
					       0, 1, 2, 3, 4, 8, 9, 10, 11, 12, -1, -1, -1, -1, -1, -1);
	size_t i = 0;
	/* Six bytes behind what is packed are written, which the next groups write again. */
	for (; i + WHOLE + 2 <= groups; i += WHOLE) {
		__m256i c = _mm256_loadu_si256((const __m256i *)(src + 8 * i));
		__m256i v = _mm256_and_si256(c, _mm256_set1_epi8(31));
		v = _mm256_blendv_epi8(v, _mm256_set1_epi8(STAR),
				       _mm256_cmpeq_epi8(c, _mm256_set1_epi8('*')));
		v = _mm256_maddubs_epi16(v, _mm256_set1_epi16(32 << 8 | 1));
		v = _mm256_madd_epi16(v, _mm256_set1_epi32(1024 << 16 | 1));
		v = _mm256_or_si256(
			_mm256_and_si256(v, _mm256_set1_epi64x(0xfffff)),
			_mm256_and_si256(_mm256_srli_epi64(v, 12), _mm256_set1_epi64x(0xfffff00000)));
		v = _mm256_shuffle_epi8(v, front);
		_mm_storeu_si128((__m128i *)(dst + 5 * i), _mm256_castsi256_si128(v));
		_mm_storeu_si128((__m128i *)(dst + 5 * i + 10), _mm256_extracti128_si256(v, 1));
	}
	pack_all(dst + 5 * i, src + 8 * i, groups - i);
}

AVX2 static void unpack_avx2(uint8_t *dst, const uint8_t *src, size_t groups)
{
	size_t i = 0;
	for (; i + WHOLE + 1 <= groups; i += WHOLE) {
		__m256i v = _mm256_packus_epi16(spread(src + 5 * i), spread(src + 5 * i + 10));
		v = _mm256_permute4x64_epi64(v, 0xd8);
		const __m256i star = _mm256_cmpeq_epi8(v, _mm256_set1_epi8(STAR));
		v = _mm256_or_si256(v, _mm256_set1_epi8(0x40));
		v = _mm256_blendv_epi8(v, _mm256_set1_epi8('*'), star);
		_mm256_storeu_si256((__m256i *)(dst + 8 * i), v);
	}
	for (; i < groups; i++)
		tl_bits_put64(dst + 8 * i, unpack(tl_bits_get64(src + 5 * i) & 0xffffffffffULL));
}

#define VBMI __attribute__((target("avx512bw,avx512vbmi")))

/* Eight groups at once: each to the front of 64 bits, from which eight fields of five are taken. */
VBMI static void unpack_vbmi(uint8_t *dst, const uint8_t *src, size_t groups)
{
	const __m512i apart = _mm512_set_epi64(0x2726252423, 0x2221201f1e, 0x1d1c1b1a19, 0x1817161514,
					       0x131211100f, 0x0e0d0c0b0a, 0x0908070605, 0x0403020100);
	const __m512i fields = _mm512_set1_epi64(0x231e19140f0a0500);
	size_t i = 0;
	for (; i + 8 <= groups; i += 8) {
		__m512i v = _mm512_maskz_loadu_epi8(0xffffffffff, src + 5 * i);
		v = _mm512_multishift_epi64_epi8(fields, _mm512_permutexvar_epi8(apart, v));
		v = _mm512_and_si512(v, _mm512_set1_epi8(31));
		const __mmask64 star = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(STAR));
		v = _mm512_or_si512(v, _mm512_set1_epi8(0x40));
		v = _mm512_mask_blend_epi8(star, v, _mm512_set1_epi8('*'));
		_mm512_storeu_si512(dst + 8 * i, v);
	}
	unpack_avx2(dst + 8 * i, src + 5 * i, groups - i);
}
#endif

void tl_fives_pack_isa(uint8_t *dst, const uint8_t *src, size_t groups, enum tl_cpu_isa isa)
{
#ifdef __x86_64__
	if (isa >= TL_CPU_AVX2) {
		pack_avx2(dst, src, groups);
		return;
	}
#endif
	(void)isa;
	pack_all(dst, src, groups);
}

void tl_fives_pack(uint8_t *dst, const uint8_t *src, size_t groups)
{
	tl_fives_pack_isa(dst, src, groups, tl_cpu_best());
}

void tl_fives_unpack_isa(uint8_t *dst, const uint8_t *src, size_t groups, enum tl_cpu_isa isa)
{
#ifdef __x86_64__
	if (isa >= TL_CPU_AVX512BW && __builtin_cpu_supports("avx512vbmi")) {
		unpack_vbmi(dst, src, groups);
		return;
	}
	if (isa >= TL_CPU_AVX2) {
		unpack_avx2(dst, src, groups);
		return;
	}
#endif
	(void)isa;
	for (size_t i = 0; i < groups; i++)
		tl_bits_put64(dst + 8 * i, unpack(tl_bits_get64(src + 5 * i) & 0xffffffffffULL));
}

void tl_fives_unpack(uint8_t *dst, const uint8_t *src, size_t groups)
{
	tl_fives_unpack_isa(dst, src, groups, tl_cpu_best());
}
