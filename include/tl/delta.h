/* SPDX-License-Identifier: MIT */
/* delta: the script that makes one record's residues out of another's.
 *
 * A script is three strings, the columns ops, subs and lits of a DLTA block.  ops: the varints
 * {b_start << 1 | minus, a_start, a_tail}, then runs as in tl/cigar.h with the member as the
 * query a and the base as the target b.  minus: the base is taken as its reverse complement, and
 * b_start counts on that.  The member is: a_start literals; then for each run base residues
 * (match), substituted residues from subs (which take as many of the base), literals (insertion),
 * or base residues skipped (deletion); then a_tail literals.  lits holds the literals in that
 * order.
 * Threads: pure but for their arguments.
 */
#ifndef TL_DELTA_H
#define TL_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/cigar.h>
#include <tl/col.h>
#include <tl/edge.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_delta {
	struct tl_str ops, subs, lits;
};

/* What a script says, without the base. */
struct tl_delta_sum {
	struct tl_cigar_sum cigar;
	uint64_t literals; /* residues in lits */
	uint64_t length;   /* of the member */
	uint64_t b_start;
	bool minus;
};

/* Reads the ops of a script alone; false where they are broken. */
bool tl_delta_look(struct tl_str ops, struct tl_delta_sum *ret);

/* Reads a script through and checks it against subs and lits, which must be residues; TL_DATA. */
enum tl_status tl_delta_measure(const struct tl_delta *d, struct tl_delta_sum *ret,
				struct tl_err *err) TL_CHECK;

/* Appends the member's residues to out.  TL_DATA where the script is broken or leaves the base;
 * out is as it was then.  scratch is used where the base is taken in reverse. */
enum tl_status tl_delta_apply(const struct tl_delta *d, const uint8_t *base, size_t base_len,
			      struct tl_buf *scratch, struct tl_buf *out, struct tl_err *err)
	TL_CHECK;

/* The script that makes a out of b (b_from_a false) or b out of a (true).  The strings lie in the
 * edge or in out, which is reset first and must live as long as *ret. 
 * The edge must have the flag of that direction.  TL_DATA where it is broken, or the script does
 * not fit its literals. */
enum tl_status tl_delta_from_edge(const struct tl_edge *e, bool b_from_a, struct tl_buf *out,
				  struct tl_delta *ret, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
