/* SPDX-License-Identifier: MIT */
/* glance: where in a sequence k-mers may stand that are among given ones.
 *
 * A table of bits, in which a k-mer has one.  Which one, is a sum of products: of four letters at a
 * time, a byte each, read as one number, with constants (multilinear hashing).  So nothing is
 * carried from one position to the next, and eight go side by side.  The letters that count are
 * the first four, the next four, ... and the last four; of k-mers of more than 16 letters not all.
 */
#include "glance.h"

#include <stdatomic.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#define SHIFT_LEAST 16
#define SHIFT_MOST 30
#define WINDOWS 4
#define NEAR_BYTES                                                                                 \
	(256u << 10) /* a table up to that size is in a cache that needs no asking ahead */
#define LETTERS                                                                                    \
	(GLANCE_CHUNK + 64) /* a chunk's, those of its last k-mer, and what vectors read behind */

static const uint32_t factor[WINDOWS] = {0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f};

struct glance {
	struct tl_budget *budget;
	const uint8_t *code; /* of letters */
	enum tl_cpu_isa isa;
	unsigned k, shift;
	unsigned windows, at[WINDOWS]; /* four letters from there on; none: k is too small */
	uint32_t mask[WINDOWS];        /* of them, those that count: a byte each */
	bool both;                     /* strands */
	_Atomic uint32_t cell
		[]; /* 32 bits of the table each; set by any worker, relaxed: bits are only set */
};

static uint64_t bytes_of(unsigned shift)
{
	return sizeof(struct glance) + ((uint64_t)1 << shift) / 8;
}

/* Which of four letters of a k-mer count. */
static uint32_t mask_at(const struct tl_sketch_params *params, unsigned at)
{
	uint32_t mask = 0;
	for (unsigned i = 0; i < 4; i++)
		mask |= !params->shape || params->shape >> (at + i) & 1 ? (uint32_t)0xff << 8 * i : 0;
	return mask;
}

enum tl_status tl_glance_new(struct tl_budget *budget, const struct tl_sketch_params *params,
			     uint64_t n, enum tl_cpu_isa isa, struct glance **ret,
			     struct tl_err *err)
{
	unsigned shift = SHIFT_LEAST;
	/* 32 to 64 bits for each k-mer. */
	while (shift < SHIFT_MOST && (uint64_t)1 << shift < 32 * n)
		shift++;
	while (shift > SHIFT_LEAST && bytes_of(shift) > tl_budget_share(budget, 1, 8, 0))
		shift--;
	enum tl_status st = tl_budget_need(budget, bytes_of(shift), "the filter of k-mers", err);
	if (st != TL_OK)
		return st;
	struct glance *g = tl_mem_map((size_t)bytes_of(shift), err);
	if (!g) {
		tl_budget_give(budget, bytes_of(shift));
		return TL_NOMEM;
	}
	tl_mem_use(g, 0, (size_t)bytes_of(shift));
	g->budget = budget;
	g->code = tl_sketch_codes(params);
	g->isa = isa;
	g->k = params->k;
	g->shift = 32 - shift;
	g->both = params->alphabet == TL_NUCLEOTIDE;
	for (unsigned at = 0; g->k >= 4 && g->windows < WINDOWS; at += 4) {
		bool last = at + 4 >= g->k || g->windows + 1 == WINDOWS;
		g->mask[g->windows] = mask_at(params, last ? g->k - 4 : at);
		g->at[g->windows++] = last ? g->k - 4 : at;
		if (last)
			break;
	}
	*ret = g;
	return TL_OK;
}

void tl_glance_free(struct glance *g)
{
	if (!g)
		return;
	tl_budget_give(g->budget, bytes_of(32 - g->shift));
	tl_mem_unmap(g, (size_t)bytes_of(32 - g->shift));
}

static inline uint32_t hash_of(const struct glance *g, const uint8_t *letter)
{
	uint32_t h = 0;
	for (unsigned w = 0; w < g->windows; w++)
		h += (tl_bits_get32(letter + g->at[w]) & g->mask[w]) * factor[w];
	return h >> g->shift;
}

static void put(struct glance *g, const uint8_t *letter)
{
	uint32_t h = hash_of(g, letter), bit = (uint32_t)1 << (h & 31);
	_Atomic uint32_t *cell = &g->cell[h >> 5]; /* as above */
	if (!(atomic_load_explicit(cell, memory_order_relaxed) & bit))
		(void)atomic_fetch_or_explicit(cell, bit, memory_order_relaxed);
}

void tl_glance_put(struct glance *g, struct tl_str seq, size_t pos)
{
	uint8_t letter[32] = {0}, turned[32] = {0};
	for (unsigned i = 0; i < g->k; i++) {
		letter[i] = g->code[seq.p[pos + i] & 31];
		turned[g->k - 1 - i] = (uint8_t)(5 - letter[i]);
	}
	put(g, letter);
	if (g->both)
		put(g, turned);
}

static size_t look(const struct glance *g, const uint8_t *letter, size_t n, uint32_t *at)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t h = hash_of(g, letter + i);
		at[found] = (uint32_t)i;
		found += atomic_load_explicit(&g->cell[h >> 5], memory_order_relaxed) >> (h & 31) &
			 1;
	}
	return found;
}

static void translate(const uint8_t *code, uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = code[from[i] & 31];
}

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

/* Where the bits of eight positions are. */
AVX2 static inline __m256i hash8(const struct glance *g, const uint8_t *letter, unsigned windows)
{
	const __m256i four = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6, 4, 5,
					      6, 7, 5, 6, 7, 8, 6, 7, 8, 9, 7, 8, 9, 10);
	__m256i h = _mm256_setzero_si256();
	for (unsigned w = 0; w < windows; w++) {
		__m128i v = _mm_loadu_si128((const __m128i *)(letter + g->at[w]));
		__m256i x = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(v), four);
		x = _mm256_and_si256(x, _mm256_set1_epi32((int)g->mask[w]));
		h = _mm256_add_epi32(h, _mm256_mullo_epi32(x, _mm256_set1_epi32((int)factor[w])));
	}
	return _mm256_srl_epi32(h, _mm_cvtsi32_si128((int)g->shift));
}

/* A bit for each of eight positions that may be one. */
AVX2 static inline unsigned look8(const struct glance *g, __m256i h)
{
	/* The bit goes to the top, where it is the sign. */
	__m256i cell = _mm256_i32gather_epi32((const int *)g->cell, _mm256_srli_epi32(h, 5), 4);
	__m256i up = _mm256_andnot_si256(h, _mm256_set1_epi32(31));
	return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_sllv_epi32(cell, up)));
}

/* First it is found out where to look, and, where the table is far, all of that is on its way before
 * the first look.  What was found comes last, as that is guessed wrong often. */
AVX2 static inline __attribute__((always_inline)) size_t look_by(const struct glance *g,
								 const uint8_t *letter, size_t n,
								 uint32_t *at, unsigned windows,
								 bool far)
{
	uint32_t where[GLANCE_CHUNK];
	uint8_t bits[GLANCE_CHUNK / 8 + 8] = {0};
	size_t found = 0;
	for (size_t i = 0; i < n && far; i += 8) {
		_mm256_storeu_si256((__m256i *)(where + i), hash8(g, letter + i, windows));
		for (size_t k = 0; k < 8; k++)
			__builtin_prefetch((const void *)&g->cell[where[i + k] >> 5]);
	}
	for (size_t i = 0; i < n; i += 8) {
		__m256i h = far ? _mm256_loadu_si256((const __m256i *)(where + i))
				: hash8(g, letter + i, windows);
		bits[i / 8] = (uint8_t)look8(g, h);
	}
	if (n % 8)
		bits[n / 8] &= (uint8_t)((1u << n % 8) - 1);
	for (size_t i = 0; i < n; i += 64)
		for (uint64_t v = tl_bits_get64(bits + i / 8); v; v &= v - 1)
			at[found++] = (uint32_t)i + (uint32_t)__builtin_ctzll(v);
	return found;
}

/* A constant each: loops without a branch. */
AVX2 static size_t look_avx2(const struct glance *g, const uint8_t *letter, size_t n, uint32_t *at)
{
	bool far = bytes_of(32 - g->shift) > NEAR_BYTES;
	switch (g->windows) {
	case 1:
		return look_by(g, letter, n, at, 1, false);
	case 2:
		return far ? look_by(g, letter, n, at, 2, true)
			   : look_by(g, letter, n, at, 2, false);
	case 3:
		return far ? look_by(g, letter, n, at, 3, true)
			   : look_by(g, letter, n, at, 3, false);
	default:
		return far ? look_by(g, letter, n, at, 4, true)
			   : look_by(g, letter, n, at, 4, false);
	}
}

AVX2 static void translate_avx2(const uint8_t *code, uint8_t *to, const uint8_t *from, size_t n)
{
	const __m128i *half = (const __m128i *)code;
	__m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128(half));
	__m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128(half + 1));
	size_t i = 0;
	for (; n - i >= 32; i += 32) {
		__m256i c = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)(from + i)),
					     _mm256_set1_epi8(31));
		__m256i x =
			_mm256_blendv_epi8(_mm256_shuffle_epi8(low, c),
					   _mm256_shuffle_epi8(high, c), _mm256_slli_epi16(c, 3));
		_mm256_storeu_si256((__m256i *)(to + i), x);
	}
	translate(code, to + i, from + i, n - i);
}
#endif

size_t tl_glance_find(const struct glance *g, struct tl_str seq, size_t from,
		      uint32_t at[GLANCE_CHUNK])
{
	uint8_t letter[LETTERS];
	size_t n = seq.n - from < g->k ? 0 : seq.n - from - g->k + 1;
	n = n < GLANCE_CHUNK ? n : GLANCE_CHUNK;
	if (!g->windows)
		for (size_t i = 0; i < n; i++)
			at[i] = (uint32_t)i;
	if (!n || !g->windows)
		return n;
	memset(letter + n + g->k - 1, 0, 16); /* what vectors read behind has a value */
#ifdef __x86_64__
	if (g->isa >= TL_CPU_AVX2) {
		translate_avx2(g->code, letter, seq.p + from, n + g->k - 1);
		return look_avx2(g, letter, n, at);
	}
#endif
	translate(g->code, letter, seq.p + from, n + g->k - 1);
	return look(g, letter, n, at);
}
