/* SPDX-License-Identifier: MIT */
/* sketch: the k-mers by which a sequence is found: those of lowest hash.
 *
 * Bottom-m sketch (Broder, SEQUENCES 1997), as Linclust uses it (Steinegger and Soeding, Nature
 * Communications 2018).  A k-mer's hash is tl_hash_mix of its packed letters; for nucleotides of
 * the smaller of it and its reverse complement, both strands giving the same.  k-mers of one
 * letter only, and those with letters outside the alphabet, do not count ('*' is a letter of the
 * full protein alphabet only).  Sequences of more than 32 x m k-mers give one in 32.
 * Threads: pure but for the scratch, which belongs to one thread at a time.
 */
#ifndef TL_SKETCH_H
#define TL_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A sequence that is to find others; one that is to be found, but not by others of its kind; one that is left out. */
enum tl_sketch_role { TL_SKETCH_NEW, TL_SKETCH_OLD, TL_SKETCH_OUT };

struct tl_sketch_params {
	enum tl_alphabet alphabet;
	unsigned k;   /* letters in a k-mer, from its first to its last: up to 12 for proteins, up to 31 for nucleotides */
	unsigned m;   /* k-mers of a sequence, at most (see above for long ones) */
	/* For tl_seeds_find: */
	unsigned leads;   /* with so many of a group each of its members is paired */
	unsigned centres; /* of a member's pairs this many are kept, those with most shared k-mers */
	/* Only k-mers of bucket part, from 0, of parts; 0, 0: all of them.  Which bucket a k-mer is
	 * in has nothing to do with whether it is among the lowest. */
	uint32_t part, parts;
	uint64_t seed;    /* another one makes other k-mers the lowest */
	const uint8_t *opt_role; /* [sequences] enum tl_sketch_role: only pairs that have a new one are
				  * wanted; NULL: all are new */
	bool reduced; /* proteins: 13 letters, alike ones taken together */
	/* Proteins: of a k-mer only letters whose bit is set count, the first one's is the lowest; 0: all.
	 * Not of small ones. */
	uint32_t shape;
	/* Of sequences shorter than TL_SKETCH_SHORT x k all k-mers of so many letters are seeds too, so
	 * that the shortest are found; 0: they are not.  Set by tl_sketch_tune. */
	unsigned small;
};

#define TL_SKETCH_SHORT 4
#define TL_SKETCH_LAST ((size_t)1 << 31) /* residues from here on are not sketched */
#define TL_SKETCH_SMALL ((uint32_t)1 << 30) /* in pos: it is of params.small letters */

struct tl_sketch_seed {
	uint64_t hash;
	uint32_t pos;  /* of the k-mer's first residue, below 2^31; further ones are not sketched; of short
			* sequences perhaps with TL_SKETCH_SMALL */
	bool flipped;  /* nucleotides: the reverse complement was the smaller one */
};

/* What fits an alphabet and an identity (parts per million). */
struct tl_sketch_params tl_sketch_choose(enum tl_alphabet alphabet, int64_t identity);

/* How much is done to find pairs, and the same parameters for less or more of it. */
enum tl_sketch_effort { TL_SKETCH_FAST, TL_SKETCH_DEFAULT, TL_SKETCH_SENSITIVE };
void tl_sketch_tune(struct tl_sketch_params *params, enum tl_sketch_effort effort);

/* A number that tells parameters apart that give other seeds. */
uint64_t tl_sketch_sum(const struct tl_sketch_params *params);

/* The most seeds that a sequence of len residues can give. */
size_t tl_sketch_most(const struct tl_sketch_params *params, size_t len);

struct tl_sketch_scratch {
	struct tl_sketch_seed *seed;
	size_t cap;
};

/* Puts the seeds of a sequence into scratch->seed; *ret_n of them, in no particular order, but
 * which ones is determined by the sequence alone. */
enum tl_status tl_sketch_make(const struct tl_sketch_params *params, struct tl_str seq,
			      struct tl_sketch_scratch *scratch, size_t *ret_n, struct tl_err *err)
	TL_CHECK;

/* For looking a sequence's k-mers up among those of others.  Nearly all of its seeds, and perhaps a
 * quarter more k-mers, have hashes below tl_sketch_below of its length.  tl_sketch_at: whether that at pos
 * counts, has letters of the alphabet only and a hash below `below`; then *ret is it. */
uint64_t tl_sketch_below(const struct tl_sketch_params *params, size_t len);
bool tl_sketch_at(const struct tl_sketch_params *params, struct tl_str seq, size_t pos,
		  uint64_t below, struct tl_sketch_seed *ret);

/* The codes of letters by [byte & 31], 1 and up; 0: not in the alphabet.  k-mers of the same codes, where
 * they count, are the same; a nucleotide and its complement have codes that add up to 5. */
const uint8_t *tl_sketch_codes(const struct tl_sketch_params *params);

/* What tl_sketch_make needs to find the same seeds again in less time: of the n seeds it made. */
uint32_t tl_sketch_top(const struct tl_sketch_scratch *scratch, size_t n);
enum tl_status tl_sketch_again(const struct tl_sketch_params *params, struct tl_str seq,
			       uint32_t top, struct tl_sketch_scratch *scratch, size_t *ret_n,
			       struct tl_err *err) TL_CHECK;

void tl_sketch_free(struct tl_sketch_scratch *scratch);

#ifdef __cplusplus
}
#endif
#endif
