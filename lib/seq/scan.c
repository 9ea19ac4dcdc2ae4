/* SPDX-License-Identifier: MIT */
/* scan: the inner loops of reading and packing residues.
 *
 * The loops are those of scan_template.h, once for each instruction set; here stand the steps of 64
 * bytes that they are made of.
 */
#include "scan.h"

#include <string.h>

static inline bool is_plain(uint8_t c)
{
	return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

/* A C G T differ in bits 1 and 2, as 0 1 3 2; anything else is packed as A. */
static inline unsigned code_of(uint8_t c)
{
	unsigned v = c >> 1 & 3;
	return is_plain(c) ? v ^ v >> 1 : 0;
}

#define QUAD(b) {"ACGT"[(b) & 3], "ACGT"[(b) >> 2 & 3], "ACGT"[(b) >> 4 & 3], "ACGT"[(b) >> 6 & 3]}
#define QUAD4(b) QUAD(b), QUAD(b + 1), QUAD(b + 2), QUAD(b + 3)
#define QUAD16(b) QUAD4(b), QUAD4(b + 4), QUAD4(b + 8), QUAD4(b + 12)
#define QUAD64(b) QUAD16(b), QUAD16(b + 16), QUAD16(b + 32), QUAD16(b + 48)

/* [packed byte]: its four residues. */
static const uint8_t quads[256][4] = {QUAD64(0), QUAD64(64), QUAD64(128), QUAD64(192)};

#define SCAN(name) name##_scalar
#define TARGET
#include "scan_template.h"

#ifdef __x86_64__
#include <immintrin.h>

/* SSE2, which every one of them has. */

static inline uint64_t residues16(uint8_t *dst, const uint8_t *src, struct tl_scan_want want,
				  bool lower)
{
	__m128i c = _mm_loadu_si128((const __m128i *)src);
	__m128i u = lower ? _mm_sub_epi8(c, _mm_set1_epi8(32)) : c;
	__m128i from_a = _mm_sub_epi8(u, _mm_set1_epi8('A'));
	__m128i good = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
	if (!lower)
		good = _mm_or_si128(good, _mm_cmpeq_epi8(c, _mm_set1_epi8('*')));
	good = _mm_andnot_si128(_mm_cmpeq_epi8(u, _mm_set1_epi8((char)want.banned)), good);
	/* A comparison gives -1 where true. */
	u = _mm_add_epi8(u, _mm_cmpeq_epi8(u, _mm_set1_epi8((char)want.turned)));
	_mm_storeu_si128((__m128i *)dst, u);
	return (unsigned)_mm_movemask_epi8(good) ^ 0xffff;
}

static inline uint64_t residues64_sse2(uint8_t *dst, const uint8_t *src, struct tl_scan_want want,
				       bool lower)
{
	uint64_t a = residues16(dst, src, want, lower);
	uint64_t b = residues16(dst + 16, src + 16, want, lower);
	uint64_t c = residues16(dst + 32, src + 32, want, lower);
	uint64_t d = residues16(dst + 48, src + 48, want, lower);
	return a | b << 16 | c << 32 | d << 48;
}

static inline uint64_t pack16(uint8_t *dst, const uint8_t *src)
{
	const __m128i low4 = _mm_set1_epi16(15), low8 = _mm_set1_epi32(255);
	__m128i c = _mm_loadu_si128((const __m128i *)src);
	__m128i ac = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('A')),
				  _mm_cmpeq_epi8(c, _mm_set1_epi8('C')));
	__m128i gt = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('G')),
				  _mm_cmpeq_epi8(c, _mm_set1_epi8('T')));
	__m128i plain = _mm_or_si128(ac, gt);
	__m128i v = _mm_and_si128(_mm_srli_epi16(c, 1), _mm_set1_epi8(3));
	v = _mm_xor_si128(v, _mm_and_si128(_mm_srli_epi16(v, 1), _mm_set1_epi8(1)));
	v = _mm_and_si128(v, plain);
	v = _mm_and_si128(_mm_or_si128(v, _mm_srli_epi16(v, 6)), low4);
	v = _mm_and_si128(_mm_or_si128(v, _mm_srli_epi32(v, 12)), low8);
	v = _mm_packs_epi32(v, v);
	v = _mm_packus_epi16(v, v);
	uint32_t four = (uint32_t)_mm_cvtsi128_si32(v);
	memcpy(dst, &four, sizeof four);
	return (unsigned)_mm_movemask_epi8(plain) ^ 0xffff;
}

static inline uint64_t pack64_sse2(uint8_t *dst, const uint8_t *src)
{
	uint64_t a = pack16(dst, src), b = pack16(dst + 4, src + 16);
	uint64_t c = pack16(dst + 8, src + 32), d = pack16(dst + 12, src + 48);
	return a | b << 16 | c << 32 | d << 48;
}

#define SCAN(name) name##_sse2
#define TARGET
#define BLOCKS
#include "scan_template.h"

/* By the low four bits of a letter: its code, and the one letter of A C G T that has them.  Where
 * there is none stands what has other low bits. */
#define CODES 0, 0, 0, 1, 3, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0
#define PLAIN -1, 'A', 0, 'C', 'T', 0, 0, 'G', 0, 0, 0, 0, 0, 0, 0, 0

/* AVX2. */

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t residues32(uint8_t *dst, const uint8_t *src, struct tl_scan_want want,
				       bool lower)
{
	__m256i c = _mm256_loadu_si256((const __m256i *)src);
	__m256i u = lower ? _mm256_sub_epi8(c, _mm256_set1_epi8(32)) : c;
	__m256i from_a = _mm256_sub_epi8(u, _mm256_set1_epi8('A'));
	__m256i good = _mm256_cmpeq_epi8(_mm256_min_epu8(from_a, _mm256_set1_epi8(25)), from_a);
	if (!lower)
		good = _mm256_or_si256(good, _mm256_cmpeq_epi8(c, _mm256_set1_epi8('*')));
	good = _mm256_andnot_si256(_mm256_cmpeq_epi8(u, _mm256_set1_epi8((char)want.banned)), good);
	u = _mm256_add_epi8(u, _mm256_cmpeq_epi8(u, _mm256_set1_epi8((char)want.turned)));
	_mm256_storeu_si256((__m256i *)dst, u);
	return (uint32_t)~_mm256_movemask_epi8(good);
}

AVX2 static inline uint64_t residues64_avx2(uint8_t *dst, const uint8_t *src,
					    struct tl_scan_want want, bool lower)
{
	uint64_t a = residues32(dst, src, want, lower);
	return a | residues32(dst + 32, src + 32, want, lower) << 32;
}

/* Eight packed bytes, each in the lowest of four. */
AVX2 static inline __m256i pack32(const uint8_t *src, uint64_t *other)
{
	const __m256i codes = _mm256_setr_epi8(CODES, CODES), letters = _mm256_setr_epi8(PLAIN, PLAIN);
	__m256i c = _mm256_loadu_si256((const __m256i *)src);
	__m256i plain = _mm256_cmpeq_epi8(_mm256_shuffle_epi8(letters, c), c);
	__m256i v = _mm256_and_si256(_mm256_shuffle_epi8(codes, c), plain);
	*other = (uint32_t)~_mm256_movemask_epi8(plain);
	v = _mm256_maddubs_epi16(v, _mm256_set1_epi16(4 << 8 | 1));
	return _mm256_madd_epi16(v, _mm256_set1_epi32(16 << 16 | 1));
}

AVX2 static inline uint64_t pack64_avx2(uint8_t *dst, const uint8_t *src)
{
	uint64_t low, high;
	__m256i v = pack32(src, &low), w = pack32(src + 32, &high);
	v = _mm256_packus_epi32(v, w);
	v = _mm256_packus_epi16(v, v);
	v = _mm256_permutevar8x32_epi32(v, _mm256_setr_epi32(0, 4, 1, 5, 0, 4, 1, 5));
	_mm_storeu_si128((__m128i *)dst, _mm256_castsi256_si128(v));
	return low | high << 32;
}

/* Each byte stands four times in a row first; then nibbles choose by their lower or upper half. */
AVX2 static inline void unpack32(uint8_t *dst, const uint8_t *src)
{
	const __m256i four_times = _mm256_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
						    4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
	const __m256i by_lower = _mm256_set1_epi32('A' | 'C' << 8 | 'G' << 16 | 'T' << 24);
	const __m256i by_upper =
		_mm256_setr_epi32('A' * 0x01010101, 'C' * 0x01010101, 'G' * 0x01010101,
				  'T' * 0x01010101, 'A' * 0x01010101, 'C' * 0x01010101,
				  'G' * 0x01010101, 'T' * 0x01010101);
	const __m256i low4 = _mm256_set1_epi8(15);
	uint64_t eight;
	memcpy(&eight, src, sizeof eight);
	__m256i v = _mm256_shuffle_epi8(_mm256_set1_epi64x((long long)eight), four_times);
	__m256i low = _mm256_and_si256(v, low4);
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), low4);
	v = _mm256_blend_epi16(low, high, 0xaa);
	__m256i even = _mm256_shuffle_epi8(by_lower, v), odd = _mm256_shuffle_epi8(by_upper, v);
	v = _mm256_blendv_epi8(even, odd, _mm256_set1_epi16((short)0xff00));
	_mm256_storeu_si256((__m256i *)dst, v);
}

#define SCAN(name) name##_avx2
#define TARGET AVX2
#define BLOCKS
#define UNPACKS
#include "scan_template.h"

/* AVX-512. */

#define AVX512 __attribute__((target("avx512f,avx512bw")))

AVX512 static inline uint64_t residues64_avx512(uint8_t *dst, const uint8_t *src,
						struct tl_scan_want want, bool lower)
{
	__m512i c = _mm512_loadu_si512(src);
	__m512i u = lower ? _mm512_sub_epi8(c, _mm512_set1_epi8(32)) : c;
	__m512i from_a = _mm512_sub_epi8(u, _mm512_set1_epi8('A'));
	uint64_t good = _mm512_cmple_epu8_mask(from_a, _mm512_set1_epi8(25));
	if (!lower)
		good |= _mm512_cmpeq_epi8_mask(c, _mm512_set1_epi8('*'));
	good &= ~_mm512_cmpeq_epi8_mask(u, _mm512_set1_epi8((char)want.banned));
	__mmask64 turned = _mm512_cmpeq_epi8_mask(u, _mm512_set1_epi8((char)want.turned));
	_mm512_storeu_si512(dst, _mm512_mask_sub_epi8(u, turned, u, _mm512_set1_epi8(1)));
	return ~good;
}

AVX512 static inline uint64_t pack64_avx512(uint8_t *dst, const uint8_t *src)
{
	const __m512i codes = _mm512_broadcast_i32x4(_mm_setr_epi8(CODES));
	const __m512i letters = _mm512_broadcast_i32x4(_mm_setr_epi8(PLAIN));
	__m512i c = _mm512_loadu_si512(src);
	uint64_t plain = _mm512_cmpeq_epi8_mask(_mm512_shuffle_epi8(letters, c), c);
	__m512i v = _mm512_maskz_shuffle_epi8(plain, codes, c);
	v = _mm512_maddubs_epi16(v, _mm512_set1_epi16(4 << 8 | 1));
	v = _mm512_madd_epi16(v, _mm512_set1_epi32(16 << 16 | 1));
	_mm_storeu_si128((__m128i *)dst, _mm512_cvtepi32_epi8(v));
	return ~plain;
}

#define SCAN(name) name##_avx512
#define TARGET AVX512
#define BLOCKS
#define UNPACKS
#include "scan_template.h"

const struct tl_scan *tl_scan_of(enum tl_cpu_isa isa)
{
	static const struct tl_scan *const tables[TL_CPU_ISAS] = {
		[TL_CPU_SCALAR] = &table_scalar,
		[TL_CPU_SSE41] = &table_sse2,
		[TL_CPU_AVX2] = &table_avx2,
		[TL_CPU_AVX512BW] = &table_avx512,
	};
	return tables[isa];
}
#else
const struct tl_scan *tl_scan_of(enum tl_cpu_isa isa)
{
	(void)isa;
	return &table_scalar;
}
#endif

const struct tl_scan *tl_scan_best(void)
{
	return tl_scan_of(tl_cpu_best());
}
