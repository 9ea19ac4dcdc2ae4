/* SPDX-License-Identifier: MIT */
/* former_old: the records of an older archive, as tl/former.h has them. */
#ifndef TL_REDUCE_FORMER_OLD_H
#define TL_REDUCE_FORMER_OLD_H

#include <tl/former.h>

#include <tl/bank.h>
#include <tl/refid.h>
#include <tl/store.h>

#define FORMER_ABSENT UINT64_MAX /* no ordinal of the new input */

struct old {
	uint64_t lo, hi; /* of its residues, as tl_former_claim is given them */
	uint64_t length, ordinal;
	uint64_t base;   /* copies: ordinal of what they are copied from, while loading */
	uint64_t now;    /* its ordinal in the new input, or as a hidden one; FORMER_ABSENT */
	uint64_t script; /* deltas: offset in scripts; references: the reference id */
	uint32_t from;   /* copies: number of what they are copied from, which is no duplicate */
	uint32_t script_bytes;
	uint32_t bank;   /* what stands whole: number in the bank */
	uint32_t heir;   /* of one that stood whole and is gone; TL_FORMER_NONE */
	uint8_t kind;    /* enum tl_kind */
	uint8_t state;   /* enum tl_former_state */
	uint8_t depth;   /* deltas down to one that stands whole; see former_keep.c */
	bool nucleotide : 1, reference : 1;
	bool there : 1;     /* claimed */
	bool is_heir : 1;
	bool needed : 1;    /* gone, and something is copied from it: hidden */
};

/* A record by its hash: its number plus one (0: free), and the upper half of lo. */
struct old_slot {
	uint32_t number, tag;
};

struct tl_former {
	struct tl_budget *budget;
	bool residues;   /* of what stands whole are kept */
	struct old *old; /* [n] by ordinal */
	size_t n, cap;
	struct old_slot *slot;   /* [slots] by lo, open addressing */
	size_t slots;            /* a power of two */
	struct tl_store *scripts;
	struct tl_bank bank[2];  /* of what stands whole, by alphabet; where residues */
	uint32_t *hidden;        /* [hiddens] */
	size_t hiddens, hidden_cap;
	struct tl_refids ids; /* of its references */
	uint64_t next_id;
	struct tl_former_sum sum;
};

/* The script of a delta as it was; as tl_former_script. */
enum tl_status tl_former_keep_read(const struct tl_former *f, const struct old *o,
				   struct tl_buf *scratch, struct tl_delta *ret,
				   struct tl_err *err) TL_CHECK;

/* What record i is copied from in the new archive. */
uint32_t tl_former_keep_source(const struct tl_former *f, uint32_t i);

enum tl_status tl_former_keep_decide(struct tl_former *f, uint64_t next, struct tl_err *err) TL_CHECK;

/* The script of one that stood whole out of its heir. */
enum tl_status tl_former_turn_script(const struct tl_former *f, const struct old *o,
				     struct tl_buf *scratch, struct tl_delta *ret,
				     struct tl_err *err) TL_CHECK;

#endif
