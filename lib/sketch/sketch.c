/* SPDX-License-Identifier: MIT */
/* sketch: the k-mers of lowest hash.
 *
 * Contents: 1. letters  2. rolling through a sequence  3. choosing the lowest  4. the interface.
 */
#include <tl/sketch.h>

#include <stdlib.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "sketch_roll.h"

#define LONG_SHARE 32              /* of a long sequence one k-mer in so many */
#define VERSION 2 /* to be raised where the same parameters give other seeds than before */
#define SMALL_SEED 0x51ed2701 /* of k-mers of few letters, more than the usual one's */

/* Letters of a k-mer that count, read from either end: a changed letter takes fewer k-mers with it
 * than where all stand side by side (Ma, Tromp and Li, Bioinformatics 2002).  Of those tried, of 9 to 12
 * places, these gave the fewest references. */
#define SHAPE_10 0xf6f /* 1111 01101111 */
#define SHAPE_8 0x377  /* 11 0111 0111 */

/* 1. Letters: [byte & 31], 0 for those outside. */

/* All letters but X, and '*' (in the place of J). */
static const uint8_t protein_full[32] = {
	0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 0,  25, 26, 0,  0,  0,  0,  0,
};

/* AST C DNB EQZ FY G H IV KR LM P W: the usual groups of alike residues; O as K, U as C. */
static const uint8_t protein_reduced[32] = {
	['A' & 31] = 1, ['S' & 31] = 12, ['T' & 31] = 12, ['C' & 31] = 2, ['U' & 31] = 2,
	['D' & 31] = 3, ['N' & 31] = 3, ['B' & 31] = 3, ['E' & 31] = 4, ['Q' & 31] = 4,
	['Z' & 31] = 4, ['F' & 31] = 5, ['Y' & 31] = 5, ['G' & 31] = 6, ['H' & 31] = 7,
	['I' & 31] = 8, ['V' & 31] = 8, ['K' & 31] = 9, ['R' & 31] = 9, ['O' & 31] = 9,
	['L' & 31] = 10, ['M' & 31] = 10, ['P' & 31] = 11, ['W' & 31] = 13,
};

static const uint8_t nucleotide[32] = {
	['A' & 31] = 1, ['C' & 31] = 2, ['G' & 31] = 3, ['T' & 31] = 4, ['U' & 31] = 4,
};

const uint8_t *tl_sketch_codes(const struct tl_sketch_params *params)
{
	if (params->alphabet == TL_NUCLEOTIDE)
		return nucleotide;
	return params->reduced ? protein_reduced : protein_full;
}

/* 2. Rolling through a sequence. */

static inline void take(struct tl_sketch_sink *sink, uint64_t hash, size_t pos, bool flipped)
{
	struct tl_sketch_seed s = {hash, (uint32_t)pos, flipped};
	sink->seed[sink->n] = s; /* always written, counted only if wanted: no branch to guess */
	sink->n += hash < sink->below;
}

/* What is added to packed letters before they are mixed: different k-mers stay different. */
static inline uint64_t shift_of(const struct tl_sketch_params *params)
{
	return params->seed * 0x9e3779b97f4a7c15u;
}

/* Five bits for each letter of a k-mer that counts, where it is in the word. */
static uint64_t mask_of(const struct tl_sketch_params *params)
{
	uint64_t mask = 0;
	if (!params->shape)
		return UINT64_MAX;
	for (unsigned i = 0; i < params->k; i++)
		mask = mask << 5 | (params->shape >> i & 1 ? 31 : 0);
	return mask;
}

/* How many letters count. */
static unsigned letters_of(const struct tl_sketch_params *params)
{
	return params->shape ? (unsigned)__builtin_popcount(params->shape) : params->k;
}

static void roll_protein(const struct tl_sketch_params *params, struct tl_str seq, struct tl_sketch_sink *sink)
{
	const uint8_t *code = tl_sketch_codes(params);
	const uint64_t all = ((uint64_t)1 << 5 * params->k) - 1, mask = mask_of(params);
	const uint64_t shift = shift_of(params);
	uint64_t word = 0;
	unsigned good = 0, same = 0;
	uint8_t last = 0;
	for (size_t i = 0; i < seq.n; i++) {
		uint8_t c = code[seq.p[i] & 31];
		good = c ? good + 1 : 0;
		same = c == last ? same + 1 : 1;
		last = c;
		word = (word << 5 | c) & all;
		if (good >= params->k && same < params->k)
			take(sink, tl_hash_mix((word & mask) + shift), i + 1 - params->k, false);
	}
}

static void roll_nucleotide(const struct tl_sketch_params *params, struct tl_str seq,
			    struct tl_sketch_sink *sink)
{
	tl_sketch_roll(seq, nucleotide, params->k, shift_of(params) + 1, tl_cpu_best(), sink);
}

/* The k-mer at p, as roll_protein packs it; does it count? */
static bool word_of_protein(const uint8_t *code, const uint8_t *p, unsigned k, uint64_t *ret)
{
	const uint64_t ones = 0x0084210842108421 & (((uint64_t)1 << 5 * k) - 1); /* 1 in each letter */
	uint64_t word = 0;
	for (unsigned i = 0; i < k; i++)
		word = word << 5 | code[p[i] & 31];
	*ret = word;
	/* A letter that is 0 borrows from its top bit; one letter only is a multiple of ones. */
	return !((word - ones) & ~word & ones << 4) && word != (word & 31) * ones;
}

static bool words_of_nucleotide(const uint8_t *p, unsigned k, uint64_t *ret_fwd, uint64_t *ret_rev)
{
	uint64_t fwd = 0, rev = 0;
	bool good = true;
	for (unsigned i = 0; i < k; i++) {
		uint8_t c = nucleotide[p[i] & 31];
		uint64_t base = (c - 1u) & 3;
		good &= c != 0;
		fwd = fwd << 2 | base;
		rev |= (3 - base) << 2 * i;
	}
	*ret_fwd = fwd;
	*ret_rev = rev;
	return good && fwd != (fwd & 3) * (0x5555555555555555 & (((uint64_t)1 << 2 * k) - 1));
}

bool tl_sketch_at(const struct tl_sketch_params *params, struct tl_str seq, size_t pos,
		  uint64_t below, struct tl_sketch_seed *ret)
{
	const uint8_t *p = seq.p + pos;
	uint64_t fwd, rev = 0, shift = shift_of(params);
	bool good, flipped = false;
	if (params->alphabet == TL_NUCLEOTIDE) {
		good = words_of_nucleotide(p, params->k, &fwd, &rev);
		flipped = rev < fwd;
		shift++;
	} else {
		good = word_of_protein(tl_sketch_codes(params), p, params->k, &fwd);
		fwd &= mask_of(params);
	}
	*ret = (struct tl_sketch_seed){tl_hash_mix((flipped ? rev : fwd) + shift), (uint32_t)pos, flipped};
	return good && ret->hash < below;
}

/* 3. Choosing the lowest. */

/* By hash, then position: a total order, so that what is chosen does not depend on the machine. */
static inline bool lower(const struct tl_sketch_seed *a, const struct tl_sketch_seed *b)
{
	return a->hash != b->hash ? a->hash < b->hash : a->pos < b->pos;
}

/* Moves the want lowest of n seeds to the front (quickselect, Hoare's partition). */
static void select_lowest(struct tl_sketch_seed *seed, size_t n, size_t want)
{
	size_t lo = 0, hi = n; /* the border between wanted and not lies in [lo, hi] */
	while (hi - lo > 1) {
		struct tl_sketch_seed pivot = seed[lo + (hi - lo - 1) / 2];
		size_t i = lo, j = hi - 1;
		for (;; i++, j--) {
			while (lower(&seed[i], &pivot))
				i++;
			while (lower(&pivot, &seed[j]))
				j--;
			if (i >= j)
				break;
			struct tl_sketch_seed t = seed[i];
			seed[i] = seed[j];
			seed[j] = t;
		}
		/* Nothing in [lo, j] is higher than anything in (j, hi). */
		if (want == j + 1)
			return;
		if (want <= j)
			hi = j + 1;
		else
			lo = j + 1;
	}
}

/* 4. The interface. */

/* Measured on 153,029 proteins: references by set cover, and millions of cells in bands that prove
 * (bands below 0.8 are narrower now, with a third of the cells at 0.5 and half at 0.7):
 *
 *	identity  letters  k   m    leads  centres  references  Mcells
 *	0.9       all      10   60  1      12       139,477      2,703
 *	0.9       all      10   60  2      12       139,452      3,277
 *	0.8       all      10   60  1      12       134,963      4,240
 *	0.8       all      10   60  2      12       134,897      5,043
 *	0.7       13       10   60  1      12       128,655      8,076
 *	0.7       13       10   60  2      12       128,475      9,723
 *	0.7       13       10  100  2      24       128,392     11,059
 *	0.7       all      10  100  2      24       128,513      9,506
 *	0.5       13        8   60  1      12       110,672     27,415
 *	0.5       13        8   80  2      24       109,011
 *	0.5       13        8  100  1      24       109,422     34,717
 *	0.5       13        8  100  2      24       108,717     42,586
 *	0.5       13        8  100  3      24       108,558
 *	0.5       13        8  200  3     100       107,946     61,000
 *	0.5       13        7  200  3     100       108,005
 *
 * With spaced k-mers (`k' then is how many letters count), pairs that are looked at, before and now, and
 * references: 0.9 142,254 and 133,931, 139,445; 0.7 245,825 and 240,008, 128,429; 0.5 2,402,007 and 2,388,295,
 * 108,963.  Other shapes at 0.5: 1110110111 108,979, 110111111 108,997, 11011010111 109,011, 110110010111
 * 109,013; with seven letters, 111011011 110,132, 11101100101 110,252.
 *
 * K-mers of few different letters are not left out, but for those of one: with five or six of ten places at
 * least, at 0.5, 2,112,005 and 1,631,692 pairs gave 108,970 and 109,095 references; to count the letters of each
 * k-mer took what aligning fewer pairs saved. */
struct tl_sketch_params tl_sketch_choose(enum tl_alphabet alphabet, int64_t identity)
{
	struct tl_sketch_params p = {.alphabet = alphabet, .m = 60, .leads = 2, .centres = 12};
	if (alphabet == TL_NUCLEOTIDE) {
		p.k = identity >= 850000 ? 17 : 13;
		p.leads = 1;
		p.centres = 8; /* alleles share their k-mers with very many others */
	} else {
		p.reduced = identity < 800000;
		p.k = identity >= 600000 ? 12 : 10;
		p.shape = identity >= 600000 ? SHAPE_10 : SHAPE_8;
		if (identity < 600000) {
			p.m = 80;
			p.centres = 24;
		}
	}
	return p;
}

/* Measured on the same proteins, references and CPU seconds of tl-align: at 0.9 fast 139,496 in 2.1,
 * default 139,452 in 3.0, sensitive, when it had four times as many k-mers, 139,425 in 6.3; at 0.5, later
 * and on a loaded machine, default 109,103 in 8.3, sensitive 107,679 in 28; with spaced k-mers, on a quiet
 * one, 139,445 in 2.1, sensitive 139,427 in 4.9, and at 0.5 108,963 in 5.0, sensitive 107,503 in 18.5. */
void tl_sketch_tune(struct tl_sketch_params *params, enum tl_sketch_effort effort)
{
	params->small = params->alphabet == TL_NUCLEOTIDE ? 8 : letters_of(params) / 2;
	if (effort == TL_SKETCH_FAST) {
		params->m = params->m * 2 / 3;
		params->leads = 1;
		params->centres = params->centres / 2;
	} else if (effort == TL_SKETCH_SENSITIVE) {
		params->m = params->m * 5;
		params->leads = 8;
		params->centres = params->centres * 12;
	}
}

uint64_t tl_sketch_sum(const struct tl_sketch_params *params)
{
	const uint64_t part[] = {VERSION, params->alphabet, params->k, params->m, params->leads,
				 params->seed, params->reduced, params->small, params->shape};
	return tl_hash_64(part, sizeof part);
}

/* Small k-mers of a sequence. */
static size_t small_of(const struct tl_sketch_params *params, size_t len)
{
	if (!params->small || len < params->small || len >= TL_SKETCH_SHORT * params->k)
		return 0;
	return len - params->small + 1;
}

size_t tl_sketch_most(const struct tl_sketch_params *params, size_t len)
{
	size_t all = len < params->k ? 0 : len - params->k + 1;
	size_t most = all / LONG_SHARE > params->m ? all / LONG_SHARE : params->m;
	return (all < most ? all : most) + small_of(params, len);
}

/* A quarter more than are wanted are to have lower hashes. */
uint64_t tl_sketch_below(const struct tl_sketch_params *params, size_t len)
{
	uint64_t all = len < params->k ? 0 : len - params->k + 1;
	uint64_t most = tl_sketch_most(params, len) - small_of(params, len);
	uint64_t guess = most + most / 4 + 16;
	return all > guess ? UINT64_MAX / all * guess : UINT64_MAX;
}

/* The seeds whose hash is below `below`; those that are too many are left out. */
static size_t roll(const struct tl_sketch_params *params, struct tl_str seq, uint64_t below,
		   size_t most, struct tl_sketch_scratch *scratch)
{
	struct tl_sketch_sink sink = {scratch->seed, 0, below};
	if (params->alphabet == TL_NUCLEOTIDE)
		roll_nucleotide(params, seq, &sink);
	else
		roll_protein(params, seq, &sink);
	if (sink.n < most && below != UINT64_MAX)
		return sink.n;
	if (sink.n > most)
		select_lowest(sink.seed, sink.n, most);
	return sink.n < most ? sink.n : most;
}

/* All k-mers of small letters, to where `to` is: how many. */
static size_t roll_small(const struct tl_sketch_params *params, struct tl_str seq,
			 struct tl_sketch_seed *to)
{
	struct tl_sketch_params small = *params;
	struct tl_sketch_sink sink = {to, 0, UINT64_MAX};
	small.k = params->small;
	small.shape = 0;
	small.seed += SMALL_SEED; /* they are no k-mers of others */
	if (params->alphabet == TL_NUCLEOTIDE)
		roll_nucleotide(&small, seq, &sink);
	else
		roll_protein(&small, seq, &sink);
	for (size_t i = 0; i < sink.n; i++)
		to[i].pos |= TL_SKETCH_SMALL;
	return sink.n;
}

enum tl_status tl_sketch_make(const struct tl_sketch_params *params, struct tl_str seq,
			      struct tl_sketch_scratch *scratch, size_t *ret_n, struct tl_err *err)
{
	return tl_sketch_again(params, seq, UINT32_MAX, scratch, ret_n, err);
}

enum tl_status tl_sketch_again(const struct tl_sketch_params *params, struct tl_str seq,
			       uint32_t top, struct tl_sketch_scratch *scratch, size_t *ret_n,
			       struct tl_err *err)
{
	if (seq.n > TL_SKETCH_LAST)
		seq.n = TL_SKETCH_LAST;
	size_t small = small_of(params, seq.n), most = tl_sketch_most(params, seq.n) - small;
	size_t all = seq.n < params->k ? 0 : seq.n - params->k + 1;
	*ret_n = 0;
	enum tl_status st = tl_mem_grow(&scratch->seed, &scratch->cap, all + small + 1,
					sizeof *scratch->seed, err);
	if (st != TL_OK)
		return st;
	if (!most) {
		*ret_n = small ? roll_small(params, seq, scratch->seed) : 0;
		return TL_OK;
	}
	/* Where a first guess lets too few through, all come. */
	uint64_t below = top < UINT32_MAX ? ((uint64_t)top + 1) << 32 : tl_sketch_below(params, seq.n);
	*ret_n = roll(params, seq, below, most, scratch);
	if (top == UINT32_MAX && *ret_n < most && below != UINT64_MAX)
		*ret_n = roll(params, seq, UINT64_MAX, most, scratch);
	if (small)
		*ret_n += roll_small(params, seq, scratch->seed + *ret_n);
	return TL_OK;
}

uint32_t tl_sketch_top(const struct tl_sketch_scratch *scratch, size_t n)
{
	uint64_t top = 0;
	for (size_t i = 0; i < n; i++)
		top = scratch->seed[i].hash > top ? scratch->seed[i].hash : top;
	return (uint32_t)(top >> 32);
}

void tl_sketch_free(struct tl_sketch_scratch *scratch)
{
	free(scratch->seed);
	*scratch = (struct tl_sketch_scratch){0};
}
