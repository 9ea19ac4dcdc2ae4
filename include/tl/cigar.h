/* SPDX-License-Identifier: MIT */
/* cigar: the runs of an alignment between a query a and a target b.
 *
 * A run is length << 2 | op, stored as a varint; neighbouring runs differ in op, lengths are > 0.
 * Threads: pure but for their arguments.
 */
#ifndef TL_CIGAR_H
#define TL_CIGAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_cigar_op {
	TL_CIGAR_MATCH = 0, /* equal letters: a and b */
	TL_CIGAR_SUBST = 1, /* different letters: a and b */
	TL_CIGAR_INS = 2,   /* residues of a only */
	TL_CIGAR_DEL = 3,   /* residues of b only */
};

/* What runs add up to. */
struct tl_cigar_sum {
	uint64_t match, subst, ins, del; /* residues by op */
	uint64_t runs;
};

/* Adds up the varints of ops; false where they are broken (zero length, overflow, an op twice in
 * a row, an unended varint). */
bool tl_cigar_measure(struct tl_str ops, struct tl_cigar_sum *ret);

/* Reads the next run at *pos; false at the end or where it is broken. */
bool tl_cigar_next(struct tl_str ops, size_t *pos, enum tl_cigar_op *ret_op, uint64_t *ret_len);

/* Appends a run; one that goes on with the last one must have been merged by the caller. */
enum tl_status tl_cigar_add(struct tl_buf *ops, enum tl_cigar_op op, uint64_t len,
			    struct tl_err *err) TL_CHECK;

/* Appends to out the runs of the same alignment with a and b exchanged, and, where reverse is
 * set, read from the other end. */
enum tl_status tl_cigar_turn(struct tl_str ops, bool reverse, struct tl_buf *out,
			     struct tl_err *err) TL_CHECK;

/* Parts per million of identity: floor(matches * 1e6 / columns); 0 for no columns. */
uint32_t tl_cigar_identity(const struct tl_cigar_sum *sum);

#ifdef __cplusplus
}
#endif
#endif
