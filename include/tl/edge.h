/* SPDX-License-Identifier: MIT */
/* edge: verified alignments between records, as EDGE blocks.  man tl-stream(5) section 6.
 *
 * An edge reads both ways: where it says that a may be a member of b it holds all residues of a
 * that are not those of b, and the other way round.  ops is {a_start, a_tail, b_start, b_tail} as
 * varints (residues before and behind the alignment), then one varint {length << 2 | op} for each
 * run, op as in tl/cigar.h with a as the query (TL_CIGAR_INS consumes a).  With TL_EDGE_MINUS the
 * alignment is between a and the reverse complement of b, and b_start, b_tail, subb and litb are
 * meant of that.  suba, lita (subb, litb) are there with TL_EDGE_A (TL_EDGE_B): the residues of a
 * at substitutions; and those of a before the alignment, at insertions, and behind it.
 * Threads: one at a time.
 */
#ifndef TL_EDGE_H
#define TL_EDGE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TL_EDGE_A = 1,     /* the criterion holds for a as member of b */
	TL_EDGE_B = 2,     /* the criterion holds for b as member of a */
	TL_EDGE_MINUS = 4, /* b is taken as its reverse complement */
};

struct tl_edge {
	uint64_t a, b; /* ordinals, a != b */
	uint8_t flags;
	struct tl_str ops, suba, subb, lita, litb;
};

struct tl_edges {
	size_t n, cap;
	uint64_t *a, *b;                           /* [n] */
	uint8_t *flags;                            /* [n] */
	struct tl_col ops, suba, subb, lita, litb; /* n items each */
};

enum tl_status tl_edge_add(struct tl_edges *edges, const struct tl_edge *e,
			   struct tl_err *err) TL_CHECK;
void tl_edge_get(const struct tl_edges *edges, size_t i, struct tl_edge *ret);
size_t tl_edge_bytes(const struct tl_edges *edges); /* about what the columns hold */
void tl_edge_reset(struct tl_edges *edges);
void tl_edge_free(struct tl_edges *edges);

/* The same where the strings were appended to the bytes of their columns already, so that nothing is
 * copied.  After a failure the edges can only be freed or reset. */
enum tl_status tl_edge_end(struct tl_edges *edges, uint64_t a, uint64_t b, uint8_t flags,
			   struct tl_err *err) TL_CHECK;

/* As in tl/record.h; a and b are stored relative to first.  The decoder checks a, b, flags and
 * lengths of columns, and that suba, lita (subb, litb) are empty without their flag; who reads ops
 * checks those. */
enum tl_status tl_edge_encode(const struct tl_edges *edges, uint64_t first,
			      struct tl_payload *payload, struct tl_err *err) TL_CHECK;
enum tl_status tl_edge_decode(const struct tl_block *block, uint64_t shift, struct tl_edges *edges,
			      struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
