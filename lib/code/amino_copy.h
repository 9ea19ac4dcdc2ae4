/* SPDX-License-Identifier: MIT */
/* amino_copy: places before that go like this one, the best first.
 *
 * Found by the last six residues, or by four where enough of those before are alike too; followed
 * over many differences, and over a few residues more or less.  Threads: one at a time for an
 * object.
 */
#ifndef TL_AMINO_COPY_H
#define TL_AMINO_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

#define TL_AMINO_COPIES 3
#define TL_AMINO_COPY_CLASSES 65 /* of how a copy held; 0: there is none */

struct tl_amino_copy {
	size_t from;              /* what comes next */
	uint32_t len;             /* residues alike since the last difference */
	uint32_t misses;          /* a 1 for each of the last 32 that differed */
	uint32_t few, some, many; /* ones in its last 8, 16, 32 */
	uint32_t badness;         /* how copies are ordered */
	bool on;
};

struct tl_amino_copies {
	struct tl_amino_copy copy[TL_AMINO_COPIES];
	uint32_t *seen[2]; /* [1 << bits] where the last six, and four, were last */
	int bits[2];
};

enum tl_status tl_amino_copy_open(struct tl_amino_copies *c, size_t n, struct tl_err *err);
void tl_amino_copy_close(struct tl_amino_copies *c);

/* Moves on behind bytes[i - 1]; past: the last eight residues, a byte each. */
void tl_amino_copy_move(struct tl_amino_copies *c, const uint8_t *bytes, size_t i, uint64_t past);

/* How a copy held. */
uint32_t tl_amino_copy_class(const struct tl_amino_copy *c);

#endif
