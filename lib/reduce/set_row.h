/* SPDX-License-Identifier: MIT */
/* set_row: how a record of a set is laid out: in its row, and in the column state. */
#ifndef TL_SET_ROW_H
#define TL_SET_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include <tl/set.h>

/* The words of a row. */
enum {
	ROW_ORDINAL,
	ROW_BASE,   /* of a copy: the ordinal of its base; else the hash of its residues */
	ROW_LENGTH,
	ROW_PLACE,  /* block of the spool, 32 bits; entry */
	ROW_TAXON,  /* taxon, 32 bits; identity */
	ROW_WORD,   /* offset in words, 56 bits; flags */
};

/* Flags of a row. */
#define ROW_KIND 3u
#define ROW_NUCLEOTIDE 4u
#define ROW_MINUS 8u
#define ROW_PREFER 16u /* opt_prefer names it */

/* Bits of a state.  The height is that of a record that stood whole: the longest chain of deltas that
 * hangs on it. */
#define STATE_KIND 3u
#define STATE_ROLE 2 /* two bits from here */
#define STATE_NUCLEOTIDE 16u
#define STATE_BASE 32u   /* something is copied from it */
#define STATE_PREFER 64u /* until the selection; afterwards: */
#define STATE_FRONT 64u  /* what is copied from it cannot stand behind it by ordinal */
#define STATE_DEPTH 7    /* five bits */
#define STATE_HEIGHT 12  /* four bits */

static inline unsigned kind_of(const struct tl_set *set, uint32_t i)
{
	return set->state[i] & STATE_KIND;
}

static inline bool is_nucleotide(const struct tl_set *set, uint32_t i)
{
	return set->state[i] & STATE_NUCLEOTIDE;
}

static inline unsigned height_of(const struct tl_set *set, uint32_t i)
{
	return set->state[i] >> STATE_HEIGHT & 15;
}

/* Sets bits from shift on. */
static inline void set_state(struct tl_set *set, uint32_t i, int shift, unsigned mask, unsigned value)
{
	unsigned state = set->state[i] & ~(mask << shift);
	set->state[i] = (uint16_t)(state | value << shift);
}

#endif
