/* SPDX-License-Identifier: MIT */
/* rebase: the script that makes one member out of another, from the scripts that make both out of
 * one reference.
 *
 * No alignment is made: what both have of a place of the reference stands side by side.  So it is
 * good for members that share differences from their reference, and right for any two.
 * Threads: pure but for their arguments.
 */
#ifndef TL_REBASE_H
#define TL_REBASE_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/delta.h>
#include <tl/err.h>
#include <tl/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The residues of the reference. */
struct tl_rebase_ref {
	const uint8_t *residues;     /* NULL: they are in */
	const struct tl_store *text; /* which holds nothing else */
	uint64_t length;
	bool minus; /* both scripts take it as its reverse complement */
};

/* Where a script is made.  A struct of zeros is empty. */
struct tl_rebase_room {
	struct tl_buf ops, subs, lits, runs, residues, scratch;
};

/* The script of member out of base, both given as scripts over ref; its strings lie in room.
 * Scripts must have been checked (tl_delta_measure), and stay inside ref: else TL_DATA. */
enum tl_status tl_rebase_make(const struct tl_delta *member, const struct tl_delta *base,
			      const struct tl_rebase_ref *ref, struct tl_rebase_room *room,
			      struct tl_delta *ret, struct tl_err *err) TL_CHECK;

void tl_rebase_free(struct tl_rebase_room *room);

#ifdef __cplusplus
}
#endif
#endif
