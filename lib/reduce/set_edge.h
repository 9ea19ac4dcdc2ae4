/* SPDX-License-Identifier: MIT */
/* set_edge: the edges of a set, a few bytes each, until its roles are decided. */
#ifndef TL_SET_EDGE_H
#define TL_SET_EDGE_H

#include <stddef.h>
#include <stdint.h>

#include <tl/edge.h>
#include <tl/set.h>

struct tl_set_edge {
	uint64_t a, b;
	uint32_t block, index; /* of the spool; in the block */
	uint32_t ops, extra_a,
		extra_b; /* bytes of the script, residues that it holds for each side */
	uint32_t identity;
	uint32_t flags;
	uint32_t none; /* 0: no byte of it is unset, as it may go to disk */
};

/* Keeps those of a block, which goes to the spool next, that meet the criterion. */
enum tl_status tl_set_edge_put(struct tl_set *set, const struct tl_edges *edges,
			       struct tl_err *err) TL_CHECK;

/* Edge i of those kept; valid until the next call. */
enum tl_status tl_set_edge_get(struct tl_set *set, uint64_t i, const struct tl_set_edge **ret,
			       struct tl_err *err) TL_CHECK;

void tl_set_edge_drop(struct tl_set *set); /* all of them */

#endif
