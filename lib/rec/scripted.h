/* SPDX-License-Identifier: MIT */
/* scripted: what the scripts of a block's deltas say of its other columns.
 *
 * From ORDN, FLAG, RLEN, BASE and LITR follows what each script is applied to and what it makes; with
 * that, from OPSV, where each script ends, how many residues it substitutes, and where, and how
 * many literals it has.  A record in pieces has its script in the first of them.
 * Threads: pure but for its arguments.
 */
#ifndef TL_SCRIPTED_H
#define TL_SCRIPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/col.h>
#include <tl/err.h>

/* Open struct, zeros are empty. */
struct tl_scripted {
	size_t entries, items;   /* items: those with which a record begins */
	bool *first;             /* [entries] it is an item */
	uint64_t *base, *length; /* [items] ordinal of the base, less the block's first; residues */
	uint64_t *ops, *subs, *lits; /* [items] bytes of the script; residues */
	uint64_t *lent;              /* [items] of its literals, those that are loans */
	uint64_t *key;               /* [keys] of each substituted residue: its place in its base */
	size_t keys, key_cap;
};

/* Fills all but what follows from OPSV.  TL_DATA where the columns do not fit each other. */
enum tl_status tl_scripted_open(struct tl_scripted *s, struct tl_str ordn, struct tl_str flag,
				struct tl_str rlen, struct tl_str base, struct tl_str litr,
				struct tl_err *err) TL_CHECK;

/* The rest.  TL_DATA where the scripts are not as many, or make other lengths. */
enum tl_status tl_scripted_walk(struct tl_scripted *s, struct tl_str opsv,
				struct tl_err *err) TL_CHECK;

/* Writes a column of lengths, [items] values, 0 for entries that are no items.  *ret: its bytes,
 * 0 where they are more than room. */
void tl_scripted_put(const struct tl_scripted *s, const uint64_t *values, uint8_t *dst, size_t room,
		     size_t *ret);

void tl_scripted_free(struct tl_scripted *s); /* empty then */

#endif
