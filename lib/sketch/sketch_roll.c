/* SPDX-License-Identifier: MIT */
/* sketch_roll: all k-mers of nucleotides whose hash is low enough.
 *
 * The last 32 letters stand in one word, the newest lowest, and their complements in another, the
 * newest highest; a k-mer is some bits of the first, its reverse complement of the second.  With
 * AVX-512 the words are those of eight letters later, and each of eight lanes shifts by its own
 * distance, which leaves k-mers of up to 25 letters whole.  Eight letters that are not all known, or
 * come too soon behind one that is not, are rolled through one by one.
 */
#include "sketch_roll.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/hash.h>

struct roll {
	uint64_t fwd, rev;
	size_t good; /* letters known up to here */
	uint64_t mask, shift;
	unsigned k, spare; /* spare: bits of rev that are not of the k-mer */
	const uint8_t *codes;
};

/* Are there other letters in a k-mer than its last one? */
static inline bool is_mixed(uint64_t word, uint64_t mask)
{
	return (word ^ word >> 2) & mask >> 2;
}

static inline void step(struct roll *r, const uint8_t *p, size_t i, struct tl_sketch_sink *sink)
{
	const uint8_t c = r->codes[p[i] & 31];
	const uint64_t base = (c - 1u) & 3;
	r->good = c ? r->good + 1 : 0;
	r->fwd = r->fwd << 2 | base;
	r->rev = r->rev >> 2 | (3 - base) << 62;
	if (r->good < r->k)
		return;
	const uint64_t fwd = r->fwd & r->mask, rev = r->rev >> r->spare;
	const uint64_t hash = tl_hash_mix((fwd < rev ? fwd : rev) + r->shift);
	/* Always written, counted only if wanted: no branch to guess. */
	sink->seed[sink->n] =
		(struct tl_sketch_seed){hash, (uint32_t)(i + 1 - r->k), rev < fwd};
	sink->n += (hash < sink->below) & is_mixed(fwd, r->mask);
}

static size_t steps(struct roll *r, const uint8_t *p, size_t i, size_t end,
		    struct tl_sketch_sink *sink)
{
	struct roll here = *r; /* copies, which no store of a seed can change */
	struct tl_sketch_sink out = *sink;
	for (; i < end; i++)
		step(&here, p, i, &out);
	*r = here;
	*sink = out;
	return end;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi2")))
#define LANES 8
#define WIDE 64 /* letters that are looked at together */
#define MOST_K 25

/* Which of WIDE letters are A, C, G, T or U. */
AVX512 static inline uint64_t known(const uint8_t *p)
{
	const __m512i x = _mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(31));
	return _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('A' & 31)) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('C' & 31)) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('G' & 31)) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('T' & 31)) |
	       _mm512_cmpeq_epi8_mask(x, _mm512_set1_epi8('U' & 31));
}

/* Eight letters into the words.  Bits 1 and 2 of A, C, G, T, U are 0, 1, 3, 2, 2. */
AVX512 static inline void push(struct roll *r, const uint8_t *p)
{
	const uint64_t pairs = 0x0303030303030303u, x = tl_bits_get64(p) >> 1 & pairs;
	const uint64_t bases = x ^ (x >> 1 & 0x0101010101010101u);
	r->fwd = r->fwd << 16 | _pext_u64(__builtin_bswap64(bases), pairs);
	r->rev = r->rev >> 16 | (uint64_t)(~_pext_u64(bases, pairs) & 0xffff) << 48;
}

AVX512 static inline __m512i mix(__m512i z)
{
	const __m512i one = _mm512_set1_epi64((long long)0xBF58476D1CE4E5B9u);
	const __m512i two = _mm512_set1_epi64((long long)0x94D049BB133111EBu);
	z = _mm512_mullo_epi64(_mm512_xor_si512(z, _mm512_srli_epi64(z, 30)), one);
	z = _mm512_mullo_epi64(_mm512_xor_si512(z, _mm512_srli_epi64(z, 27)), two);
	return _mm512_xor_si512(z, _mm512_srli_epi64(z, 31));
}

/* The k-mers that end with the last eight letters, of which p[i] is the first. */
AVX512 static inline void eight(const struct roll *r, size_t i, struct tl_sketch_sink *sink)
{
	const __m512i to_come = _mm512_setr_epi64(14, 12, 10, 8, 6, 4, 2, 0);
	const __m512i mask = _mm512_set1_epi64((long long)r->mask);
	const __m512i fwd = _mm512_and_si512(
		_mm512_srlv_epi64(_mm512_set1_epi64((long long)r->fwd), to_come), mask);
	const __m512i rev = _mm512_srl_epi64(
		_mm512_sllv_epi64(_mm512_set1_epi64((long long)r->rev), to_come),
		_mm_cvtsi32_si128((int)r->spare));
	const __m512i hash = mix(_mm512_add_epi64(_mm512_min_epu64(fwd, rev),
						  _mm512_set1_epi64((long long)r->shift)));
	unsigned found = _mm512_cmplt_epu64_mask(hash,
						 _mm512_set1_epi64((long long)sink->below));
	if (!found)
		return;
	const unsigned flipped = _mm512_cmplt_epu64_mask(rev, fwd);
	uint64_t all[LANES];
	_mm512_storeu_si512(all, hash);
	for (; found; found &= found - 1) {
		const unsigned lane = (unsigned)__builtin_ctz(found);
		const uint64_t word = r->fwd >> 2 * (LANES - 1 - lane) & r->mask;
		sink->seed[sink->n] = (struct tl_sketch_seed){
			all[lane], (uint32_t)(i + lane + 1 - r->k), flipped >> lane & 1};
		sink->n += is_mixed(word, r->mask);
	}
}

/* As far as whole WIDE letters go; returns how far. */
AVX512 static size_t roll_avx512(struct roll *r, struct tl_str seq, struct tl_sketch_sink *sink)
{
	size_t i = 0;
	while (seq.n - i >= WIDE) {
		uint64_t good = known(seq.p + i);
		for (size_t end = i + WIDE; i < end; good >>= LANES) {
			if ((good & 0xff) != 0xff || r->good + 1 < r->k) {
				i = steps(r, seq.p, i, i + LANES, sink);
				continue;
			}
			push(r, seq.p + i);
			eight(r, i, sink);
			r->good += LANES;
			i += LANES;
		}
	}
	return i;
}
#endif

void tl_sketch_roll(struct tl_str seq, const uint8_t *codes, unsigned k, uint64_t shift,
		    enum tl_cpu_isa isa, struct tl_sketch_sink *sink)
{
	struct roll r = {.mask = ((uint64_t)1 << 2 * k) - 1, .shift = shift, .k = k,
			 .spare = 64 - 2 * k, .codes = codes};
	size_t i = 0;
#if defined(AVX512)
	if (isa >= TL_CPU_AVX512BW && k <= MOST_K)
		i = roll_avx512(&r, seq, sink);
#endif
	(void)isa;
	(void)steps(&r, seq.p, i, seq.n, sink);
}
