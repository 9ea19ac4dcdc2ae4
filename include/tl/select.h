/* SPDX-License-Identifier: MIT */
/* select: which records become references, and of which reference each other record is a member.
 *
 * Nodes are records that stand whole; an arc says that a node may be a member of another, and
 * what its delta would cost.  Three ways:
 *   COUNT   fewest references: greedy set cover (Chvatal, Mathematics of OR 1979), then
 *   references that are not needed are dropped.
 *   LENGTH  longest first: a node that no reference chosen before covers becomes one.
 *   BYTES   fewest coded bytes: greedy by saving, then a pruning pass.
 * Ties go by (length descending, hash, index), so the result does not depend on the order of arcs.
 * Memory: about 100 bytes for each node and each arc.  Threads: one.
 */
#ifndef TL_SELECT_H
#define TL_SELECT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_select_by { TL_SELECT_BYTES, TL_SELECT_COUNT, TL_SELECT_LENGTH };

struct tl_select_node {
	uint64_t length; /* residues */
	uint64_t hash;   /* of the residues, for ties */
	uint32_t cost;   /* of storing it whole, in the model's units (1/16 byte), see tl_select_whole */
	uint8_t prefer;  /* becomes a reference before all others */
};

struct tl_select_arc {
	uint32_t member, ref; /* indices of nodes */
	uint32_t cost;        /* of the member's delta, in the model's units */
	uint32_t identity;    /* parts per million, higher is better where costs are equal */
	uint64_t source;      /* the caller's: which edge this is */
};

#define TL_SELECT_NONE UINT32_MAX

struct tl_select_params {
	enum tl_select_by by;
	int64_t ratio; /* stop when references hold this share of the residues (parts per million); 1000000: do not stop */
};

struct tl_select_result {
	uint32_t *ref;  /* [nodes] a reference: itself; a member: its reference; loose: TL_SELECT_NONE */
	uint64_t *source; /* [nodes] of the arc of a member; unspecified for others */
	uint64_t refs, members, loose;
};

/* arcs are sorted in place.  Parallel arcs (same member and ref) are allowed: the cheapest
 * counts. */
enum tl_status tl_select_run(const struct tl_select_node *node, size_t nodes,
			     struct tl_select_arc *arc, size_t arcs,
			     const struct tl_select_params *params, struct tl_select_result *ret,
			     struct tl_err *err) TL_CHECK;

void tl_select_free(struct tl_select_result *result);

/* The integer model of coded bytes, in 1/16 byte: a protein residue 17/32 byte (4.2 bits), a
 * nucleotide 1/4; a delta 4 bytes, 3/4 byte for each byte of ops, and the residues in its subs
 * and lits. */
uint32_t tl_select_whole(uint64_t length, int nucleotide);
uint32_t tl_select_delta(uint64_t ops, uint64_t residues, int nucleotide);

#ifdef __cplusplus
}
#endif
#endif
