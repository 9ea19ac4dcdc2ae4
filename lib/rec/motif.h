/* SPDX-License-Identifier: MIT */
/* motif: does a sequence hold a motif?
 *
 * A letter of the motif stands for a set of residues, as the IUPAC codes say: R for A and G, N for
 * any nucleotide, X for any amino acid, B J Z for two each.  A residue fits where all that it may
 * be is in the set: N fits N only.  U is T. */
#ifndef TL_MOTIF_H
#define TL_MOTIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/alphabet.h>
#include <tl/col.h>

/* A bit for each residue that fits, for each letter of the motif. */
struct tl_motif {
	uint32_t fits[255];
	size_t n;
	bool plain; /* each letter fits itself alone */
	uint8_t letter[255];
};

/* The motif (1 to 255 letters and '*') in an alphabet. */
void tl_motif_make(struct tl_str letters, enum tl_alphabet alphabet, struct tl_motif *ret);

bool tl_motif_find(const struct tl_motif *motif, const uint8_t *p, size_t n);

#endif
