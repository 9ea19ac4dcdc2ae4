/* SPDX-License-Identifier: MIT */
/* select: which records become references, and of which reference each other record is a member.
 *
 * Nodes are records that stand whole; an arc says that a node may be a member of another, and
 * what its delta would cost.  Three ways:
 *   COUNT   fewest references: greedy set cover (Chvatal, Mathematics of OR 1979), then
 *   references that are not needed are dropped.
 *   LENGTH  longest first: a node that no reference chosen before covers becomes one.
 *   BYTES   fewest coded bytes: greedy by saving, then a pruning pass.
 * Ties go by (length descending, hash, id), so the result does not depend on the order of arcs.
 *
 * Nodes that no chain of arcs joins do not decide over each other.  So each component is chosen from
 * by itself, and what it needs is in memory only then: 33 bytes a node, and 24 an arc where there is
 * room for them, else they are read from disk.  Of all nodes 16 bytes stay while they are put into
 * order, then 8; all else goes where the budget says.  With a ratio, which all nodes share, everything
 * is one component.
 * Threads: one.
 */
#ifndef TL_SELECT_H
#define TL_SELECT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/pool.h>

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
	uint32_t member, ref; /* ids of nodes */
	uint32_t cost;        /* of the member's delta, in the model's units */
	uint32_t identity;    /* parts per million, higher is better where costs are equal */
	uint64_t source;      /* the caller's: which edge this is */
};

#define TL_SELECT_NONE UINT32_MAX

struct tl_select_params {
	enum tl_select_by by;
	int64_t ratio; /* stop when references hold this share of the residues (parts per million); 1000000: do not stop */
};

struct tl_select;

/* Ids are below ids; not all of them need to be nodes. */
enum tl_status tl_select_new(struct tl_pool *pool, struct tl_budget *budget,
			     const struct tl_select_params *params, uint32_t ids,
			     struct tl_select **ret, struct tl_err *err) TL_CHECK;

/* A node, each once; in any order. */
enum tl_status tl_select_node(struct tl_select *s, uint32_t id, const struct tl_select_node *node,
			      struct tl_err *err) TL_CHECK;

/* An arc between nodes that were put.  Parallel arcs (same member and ref) are allowed, the cheapest
 * counts; one of a node to itself says nothing. */
enum tl_status tl_select_arc(struct tl_select *s, const struct tl_select_arc *arc,
			     struct tl_err *err) TL_CHECK;

struct tl_select_sum {
	uint64_t refs, members, loose;
};

/* Told of each node once, in no certain order: ref is its own id for a reference, TL_SELECT_NONE for a
 * loose one; source is that of the arc of a member. */
typedef enum tl_status (*tl_select_told)(void *ctx, uint32_t id, uint32_t ref, uint64_t source,
					 struct tl_err *err);

/* Chooses, once. */
enum tl_status tl_select_run(struct tl_select *s, tl_select_told told, void *ctx,
			     struct tl_select_sum *ret, struct tl_err *err) TL_CHECK;

void tl_select_free(struct tl_select *s); /* NULL is fine */

/* The integer model of coded bytes, in 1/16 byte: a protein residue 17/32 byte (4.2 bits), a
 * nucleotide 1/4; a delta 4 bytes, 3/4 byte for each byte of ops, and the residues in its subs
 * and lits. */
uint32_t tl_select_whole(uint64_t length, int nucleotide);
uint32_t tl_select_delta(uint64_t ops, uint64_t residues, int nucleotide);

#ifdef __cplusplus
}
#endif
#endif
