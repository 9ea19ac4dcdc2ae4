/* SPDX-License-Identifier: MIT */
/* bank: sequences by a dense index, five bits a residue.
 *
 * Model: residues (A-Z and '*', upper case) of all sequences stand one behind the other in a store
 * (tl/store.h), so that they are in memory or on disk as the budget allows; what is known of each
 * sequence, 24 bytes, is in memory.  Open struct, read freely; a struct of zeros is an empty bank
 * without a limit, budget and share may be set before the first sequence is added.
 * Threads: one writer; any number of readers, each with its own scratch, while nothing is added.
 */
#ifndef TL_BANK_H
#define TL_BANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/store.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_bank {
	struct tl_budget *budget;
	uint64_t share;         /* bytes of packed residues in memory, at most; 0: no limit */
	struct tl_store *store; /* eight residues in five bytes */
	uint64_t *end;          /* [n] residues up to the end of sequence i */
	uint64_t *ordinal;      /* [n] */
	uint64_t *hash;         /* [n] XXH3-64 of the residues, for ties */
	size_t n, end_cap, ordinal_cap, hash_cap;
	/* The sequence under construction: */
	uint8_t tail[8];        /* residues that do not yet make eight */
	uint64_t residues;      /* put so far */
	bool pieces;            /* it came in several */
};

/* Appends residues; more: the sequence goes on with the next call (same ordinal). */
enum tl_status tl_bank_add(struct tl_bank *bank, uint64_t ordinal, struct tl_str residues, int more,
			   struct tl_err *err) TL_CHECK;

/* What a reader unpacks into. */
struct tl_bank_room {
	struct tl_buf packed, letters;
};

/* The residues of sequence i, in room; valid until room is used again. */
enum tl_status tl_bank_read(const struct tl_bank *bank, size_t i, struct tl_bank_room *room,
			    struct tl_str *ret, struct tl_err *err) TL_CHECK;

/* The same of residues begin .. end-1 (at most the length). */
enum tl_status tl_bank_read_part(const struct tl_bank *bank, size_t i, uint64_t begin, uint64_t end,
				 struct tl_bank_room *room, struct tl_str *ret, struct tl_err *err)
	TL_CHECK;

/* Sequence i will be read soon: memory is far. */
void tl_bank_fetch(const struct tl_bank *bank, size_t i);
void tl_bank_leave(struct tl_bank_room *room);

static inline uint64_t tl_bank_length(const struct tl_bank *bank, size_t i)
{
	return bank->end[i] - (i ? bank->end[i - 1] : 0);
}

/* True where sequence i goes before j by (length descending, hash, ordinal). */
int tl_bank_before(const struct tl_bank *bank, size_t i, size_t j);

/* A number that tells banks of different sequences, ordinals or orders apart. */
uint64_t tl_bank_sum(const struct tl_bank *bank);

void tl_bank_free(struct tl_bank *bank); /* empty and usable afterwards */

#ifdef __cplusplus
}
#endif
#endif
