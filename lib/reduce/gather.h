/* SPDX-License-Identifier: MIT */
/* gather: the script of a delta of several pieces, put together as they come. */
#ifndef TL_REDUCE_GATHER_H
#define TL_REDUCE_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include <tl/buf.h>
#include <tl/delta.h>
#include <tl/err.h>

#include "held.h"

/* A struct of zeros is empty. */
struct tl_gather {
	struct tl_buf ops, subs, lits, loans;
	uint64_t residues;  /* of the pieces so far */
	struct tl_held *at; /* where the last piece so far is; NULL: none */
	size_t i;
	struct tl_held *begin; /* and the first one */
	size_t begin_i;
};

/* Piece by piece, by whoever follows them: empties it, adds the strings of a piece, gives those of all
 * so far, which lie in g; literals without loans. */
void tl_gather_begin(struct tl_gather *g);
enum tl_status tl_gather_add(struct tl_gather *g, const struct tl_entry *e,
			     struct tl_err *err) TL_CHECK;
struct tl_delta tl_gather_delta(const struct tl_gather *g);

/* Out of batches that wait: the script, the loans and the residues of the delta whose first piece is entry i
 * of h, in an entry of all its pieces; *ret_whole false where later pieces are not there yet: asked again, it goes on with those.  The
 * strings of *ret lie in the batch or in g. */
enum tl_status tl_gather_script(struct tl_gather *g, struct tl_held *h, size_t i,
				struct tl_entry *ret, bool *ret_whole, struct tl_err *err) TL_CHECK;

void tl_gather_free(struct tl_gather *g);

#endif
