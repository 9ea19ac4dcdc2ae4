/* SPDX-License-Identifier: MIT */
/* sibling_family: the members of one reference: which of them are coded from others.
 *
 * Model: who works on a family has a desk, begins with the family and goes through its members in order.
 * What is found is written down, so that the set stays as it is meanwhile and many desks are
 * used side by side.
 * Memory: tl_sibling_family_bytes a desk, 20 bytes a member.  Threads: one at a desk.
 */
#ifndef TL_SIBLING_FAMILY_H
#define TL_SIBLING_FAMILY_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/rebase.h>
#include <tl/set.h>

/* A member; record is set by the caller, the rest belongs to the desk and is 0 at first. */
struct tl_sibling_kin {
	uint32_t record;      /* of the set */
	uint32_t differences; /* that were looked at */
	uint32_t shared, who; /* with member who - 1, as far as was counted */
	uint8_t depth;        /* deltas down to the reference */
	bool minus;
};

/* A member that is to be coded from another one, in front of the strings of its script. */
struct tl_sibling_found {
	uint32_t record, base;
	uint64_t ops, subs, lits; /* bytes of each */
};

struct tl_sibling_desk;

extern const uint64_t tl_sibling_family_bytes;

enum tl_status tl_sibling_family_new(struct tl_set *set, struct tl_sibling_desk **ret,
				     struct tl_err *err) TL_CHECK;

/* The residues stay where they are, and kin the caller's, until the next family. */
void tl_sibling_family_begin(struct tl_sibling_desk *s, uint32_t reference,
			     const struct tl_rebase_ref *ref, struct tl_sibling_kin *kin);

/* The next member, which is number i: appends to out what was found, if anything was. */
enum tl_status tl_sibling_family_link(struct tl_sibling_desk *s, uint32_t i, struct tl_buf *out,
				      struct tl_err *err) TL_CHECK;

void tl_sibling_family_free(struct tl_sibling_desk *s); /* NULL is fine */

#endif
