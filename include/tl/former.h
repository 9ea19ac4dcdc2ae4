/* SPDX-License-Identifier: MIT */
/* former: an older archive, for an update: which of its records are there again, and what of how it
 * codes them can stay.
 *
 * Model: tl_former_load reads the archive through; the records of the new input are claimed one by one, by
 * their residues; then tl_former_settle decides.  An old reference that is there again stays one.  An old
 * delta that is there again stays the delta it was, where what it is copied from is there too, or can be hidden:
 * kept in the new archive, though it is no record of the new input.  Of a reference that is gone its heir takes the
 * place, the member that has most of it; it stands whole from then on, and the one that is gone is hidden, as
 * a delta of its heir.  Members that have less than four fifths of their alignment where the heir
 * has one are treated as new ones, so that whoever finds the heir finds what it stands for.
 * Nobody decides by a name: only residues count.
 * Memory: about 110 bytes for each old record, accounted; scripts and the residues of references go
 * where the budget says.  Threads: one.
 */
#ifndef TL_FORMER_H
#define TL_FORMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/buf.h>
#include <tl/delta.h>
#include <tl/err.h>
#include <tl/hash.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_former;

#define TL_FORMER_NONE UINT32_MAX

/* What a record of the new input is, seen from the old archive. */
enum tl_former_state {
	TL_FORMER_NEW,    /* not in it, or nothing of how it was coded can stay */
	TL_FORMER_REF,    /* a reference, from before or as an heir */
	TL_FORMER_MEMBER, /* a delta, as it was */
};

/* Reads the archive at path.  residues: those of records that stand whole are kept, which
 * tl_former_script needs.  TL_DATA where it is no archive. */
enum tl_status tl_former_load(const char *path, bool residues, struct tl_pool *pool,
			      struct tl_budget *budget, struct tl_former **ret,
			      struct tl_err *err) TL_CHECK;

/* The record of the new input with that ordinal has residues of that hash (XXH3-128): the number of the old record
 * that has them too, or TL_FORMER_NONE; each is given once. */
uint32_t tl_former_claim(struct tl_former *f, struct tl_hash128 hash, uint64_t length,
			 bool nucleotide, uint64_t ordinal);

/* It will be claimed soon. */
void tl_former_fetch(const struct tl_former *f, struct tl_hash128 hash);

/* All were claimed: decides, and gives hidden records ordinals from next on. */
enum tl_status tl_former_settle(struct tl_former *f, uint64_t next, struct tl_err *err) TL_CHECK;

enum tl_former_state tl_former_state(const struct tl_former *f, uint32_t i);

/* Hidden ones, by rising ordinals from next on: their number, and the k-th of them. */
size_t tl_former_hidden(const struct tl_former *f);
uint32_t tl_former_hidden_at(const struct tl_former *f, size_t k);

/* Of one that is there again or hidden. */
uint64_t tl_former_length(const struct tl_former *f, uint32_t i);
bool tl_former_nucleotide(const struct tl_former *f, uint32_t i);
/* Was it a reference, not only now an heir?  Then *ret is its number. */
bool tl_former_is_ref(const struct tl_former *f, uint32_t i, uint64_t *ret);

/* Of a MEMBER or a hidden one: the new ordinal of what it is copied from, and the script, in scratch or
 * in f; valid until scratch is used again. */
uint64_t tl_former_from(const struct tl_former *f, uint32_t i);
enum tl_status tl_former_script(const struct tl_former *f, uint32_t i, struct tl_buf *scratch,
				struct tl_delta *ret, struct tl_err *err) TL_CHECK;

struct tl_former_sum {
	uint64_t records;    /* of the old archive that are no duplicates */
	uint64_t again;      /* of them, claimed */
	uint64_t refs, members, heirs, hidden;
};
void tl_former_sum(const struct tl_former *f, struct tl_former_sum *ret);

uint64_t tl_former_next_id(const struct tl_former *f); /* greater than all reference ids so far */

void tl_former_free(struct tl_former *f); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
