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
	ROW_BASE,   /* of a copy: the ordinal of its base; of an old one: its number in opt_former; else
		     * the hash of its residues */
	ROW_LENGTH,
	ROW_PLACE,  /* block of the spool, 32 bits; entry */
	ROW_TAXON,  /* taxon, 32 bits; of what is no delta and not old, with opt_former: the number there,
		     * else identity */
	ROW_WORD,   /* offset in words, 56 bits; flags */
};

/* Flags of a row. */
#define ROW_KIND 3u
#define ROW_NUCLEOTIDE 4u
#define ROW_MINUS 8u
#define ROW_PREFER 16u /* opt_prefer names it, or it was a reference in opt_former */
#define ROW_OLD 32u    /* a member as it was in opt_former */
#define ROW_HIDDEN 64u /* no record of the input */

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

/* Does the selection decide upon it? */
static inline bool is_node(const struct tl_set *set, uint32_t i)
{
	return kind_of(set, i) == TL_KIND_SEQ && (set->state[i] >> STATE_ROLE & 3) != TL_SET_MEMBER;
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
