/* SPDX-License-Identifier: MIT */
/* bank: sequences in memory, by a dense index. */
#include <tl/bank.h>

#include <stdlib.h>

#include <tl/hash.h>
#include <tl/mem.h>

enum tl_status tl_bank_add(struct tl_bank *bank, uint64_t ordinal, struct tl_str residues, int more,
			   struct tl_err *err)
{
	enum tl_status st = tl_buf_add(&bank->residues, residues.p, residues.n, err);
	if (st != TL_OK || more)
		return st;
	size_t n = bank->n + 1;
	st = tl_mem_grow(&bank->end, &bank->end_cap, n, sizeof *bank->end, err);
	if (st == TL_OK)
		st = tl_mem_grow(&bank->ordinal, &bank->ordinal_cap, n, sizeof *bank->ordinal, err);
	if (st == TL_OK)
		st = tl_mem_grow(&bank->hash, &bank->hash_cap, n, sizeof *bank->hash, err);
	if (st != TL_OK)
		return st;
	bank->end[bank->n] = bank->residues.len;
	bank->ordinal[bank->n] = ordinal;
	struct tl_str whole = tl_bank_get(bank, bank->n);
	bank->hash[bank->n++] = tl_hash_64(whole.p, whole.n);
	return TL_OK;
}

int tl_bank_before(const struct tl_bank *bank, size_t i, size_t j)
{
	size_t li = tl_bank_get(bank, i).n, lj = tl_bank_get(bank, j).n;
	if (li != lj)
		return li > lj;
	if (bank->hash[i] != bank->hash[j])
		return bank->hash[i] < bank->hash[j];
	return bank->ordinal[i] < bank->ordinal[j];
}

void tl_bank_free(struct tl_bank *bank)
{
	tl_buf_free(&bank->residues);
	free(bank->end);
	free(bank->ordinal);
	free(bank->hash);
	*bank = (struct tl_bank){0};
}
