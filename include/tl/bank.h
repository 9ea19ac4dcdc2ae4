/* SPDX-License-Identifier: MIT */
/* bank: sequences in memory, by a dense index.
 *
 * Open struct, read freely; a struct of zeros is an empty bank.  Threads: one writer; any number of
 * readers once it is filled.
 */
#ifndef TL_BANK_H
#define TL_BANK_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_bank {
	struct tl_buf residues; /* of all sequences, one behind the other, upper case */
	uint64_t *end;          /* [n] offset in residues behind sequence i */
	uint64_t *ordinal;      /* [n] */
	uint64_t *hash;         /* [n] XXH3-64 of the residues, for ties */
	size_t n, end_cap, ordinal_cap, hash_cap;
};

/* Appends residues; more: the sequence goes on with the next call (same ordinal). */
enum tl_status tl_bank_add(struct tl_bank *bank, uint64_t ordinal, struct tl_str residues, int more,
			   struct tl_err *err) TL_CHECK;

static inline struct tl_str tl_bank_get(const struct tl_bank *bank, size_t i)
{
	uint64_t from = i ? bank->end[i - 1] : 0;
	struct tl_str s = {bank->residues.data + from, bank->end[i] - from};
	return s;
}

/* True where sequence i goes before j by (length descending, hash, ordinal). */
int tl_bank_before(const struct tl_bank *bank, size_t i, size_t j);

void tl_bank_free(struct tl_bank *bank); /* empty and usable afterwards */

#ifdef __cplusplus
}
#endif
#endif
