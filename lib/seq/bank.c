/* SPDX-License-Identifier: MIT */
/* bank: sequences by a dense index, five bits a residue.
 *
 * Sequences begin anywhere within a group of eight (fives), so what is read begins with the group and
 * the few residues in front are passed over.
 */
#include <tl/bank.h>

#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>

#include "fives.h"

#define WHAT "the table of sequences"
#define GROUPS 512 /* packed at a time */

/* Appends whole groups. */
static enum tl_status put_groups(struct tl_bank *bank, const uint8_t *p, size_t groups,
				 struct tl_err *err)
{
	uint8_t out[GROUPS * 5];
	enum tl_status st = TL_OK;
	while (groups && st == TL_OK) {
		size_t n = groups < GROUPS ? groups : GROUPS;
		tl_fives_pack(out, p, n);
		st = tl_store_put(bank->store, out, 5 * n, err);
		groups -= n;
		p += 8 * n;
	}
	return st;
}

static enum tl_status put_residues(struct tl_bank *bank, struct tl_str s, struct tl_err *err)
{
	size_t has = bank->residues % 8, fill = has ? 8 - has : 0;
	enum tl_status st = TL_OK;
	if (!bank->store)
		st = tl_store_new(bank->budget, bank->share ? bank->share : UINT64_MAX,
				  &bank->store, err);
	if (st != TL_OK || !s.n)
		return st;
	fill = fill < s.n ? fill : s.n;
	memcpy(bank->tail + has, s.p, fill);
	if (has + fill == 8)
		st = put_groups(bank, bank->tail, 1, err);
	size_t groups = (s.n - fill) / 8, rest = (s.n - fill) % 8;
	if (st == TL_OK)
		st = put_groups(bank, s.p + fill, groups, err);
	if (rest)
		memcpy(bank->tail, s.p + s.n - rest, rest);
	bank->residues += s.n;
	return st;
}

static enum tl_status grow(struct tl_bank *bank, struct tl_err *err)
{
	size_t n = bank->n + 1;
	enum tl_status st = tl_budget_grow(bank->budget, &bank->end, &bank->end_cap, n,
					   sizeof *bank->end, WHAT, err);
	if (st == TL_OK)
		st = tl_budget_grow(bank->budget, &bank->ordinal, &bank->ordinal_cap, n,
				    sizeof *bank->ordinal, WHAT, err);
	if (st == TL_OK)
		st = tl_budget_grow(bank->budget, &bank->hash, &bank->hash_cap, n,
				    sizeof *bank->hash, WHAT, err);
	return st;
}

enum tl_status tl_bank_add(struct tl_bank *bank, uint64_t ordinal, struct tl_str residues, int more,
			   struct tl_err *err)
{
	enum tl_status st = put_residues(bank, residues, err);
	bank->pieces |= more;
	if (st != TL_OK || more)
		return st;
	if ((st = grow(bank, err)) != TL_OK)
		return st;
	bank->end[bank->n] = bank->residues;
	bank->ordinal[bank->n] = ordinal;
	if (bank->pieces) {
		struct tl_bank_room room = {0};
		st = tl_bank_read(bank, bank->n, &room, &residues, err);
		bank->hash[bank->n] = st == TL_OK ? tl_hash_64(residues.p, residues.n) : 0;
		tl_bank_leave(&room);
		bank->pieces = false;
	} else {
		bank->hash[bank->n] = tl_hash_64(residues.p, residues.n);
	}
	bank->n += st == TL_OK;
	return st;
}

enum tl_status tl_bank_read_part(const struct tl_bank *bank, size_t i, uint64_t begin, uint64_t end,
				 struct tl_bank_room *room, struct tl_str *ret, struct tl_err *err)
{
	const uint64_t start = i ? bank->end[i - 1] : 0, from = start + begin, to = start + end;
	uint64_t group = from / 8, packed = bank->residues / 8; /* groups in the store */
	uint64_t last = to / 8 < packed ? (to + 7) / 8 : packed;
	size_t groups = last > group ? (size_t)(last - group) : 0, over = (size_t)(from % 8);
	struct tl_str bits = {NULL, 0};
	tl_buf_reset(&room->letters);
	enum tl_status st = tl_buf_reserve(&room->letters, 8 * groups + 8, err);
	if (st == TL_OK)
		st = tl_store_get(bank->store, group * 5, groups * 5, &room->packed, &bits, err);
	if (st != TL_OK)
		return st;
	uint8_t *out = room->letters.data;
	tl_fives_unpack(out, bits.p, groups);
	memcpy(out + 8 * groups, bank->tail, 8); /* what is not in the store yet */
	*ret = (struct tl_str){out + over, (size_t)(to - from)};
	return TL_OK;
}

enum tl_status tl_bank_read(const struct tl_bank *bank, size_t i, struct tl_bank_room *room,
			    struct tl_str *ret, struct tl_err *err)
{
	/* The sequence that is being added has its end already, but is not counted. */
	return tl_bank_read_part(bank, i, 0, tl_bank_length(bank, i), room, ret, err);
}

void tl_bank_fetch(const struct tl_bank *bank, size_t i)
{
	const uint64_t from = i ? bank->end[i - 1] : 0;
	if (bank->store)
		tl_store_fetch(bank->store, from / 8 * 5, (size_t)(tl_bank_length(bank, i) / 8 * 5));
}

void tl_bank_leave(struct tl_bank_room *room)
{
	tl_buf_free(&room->packed);
	tl_buf_free(&room->letters);
}

int tl_bank_before(const struct tl_bank *bank, size_t i, size_t j)
{
	uint64_t li = tl_bank_length(bank, i), lj = tl_bank_length(bank, j);
	if (li != lj)
		return li > lj;
	if (bank->hash[i] != bank->hash[j])
		return bank->hash[i] < bank->hash[j];
	return bank->ordinal[i] < bank->ordinal[j];
}

uint64_t tl_bank_sum(const struct tl_bank *bank)
{
	const uint64_t part[4] = {bank->n, tl_hash_64(bank->end, bank->n * sizeof *bank->end),
				  tl_hash_64(bank->ordinal, bank->n * sizeof *bank->ordinal),
				  tl_hash_64(bank->hash, bank->n * sizeof *bank->hash)};
	return tl_hash_64(part, sizeof part);
}

void tl_bank_free(struct tl_bank *bank)
{
	tl_budget_give(bank->budget, (bank->end_cap + bank->ordinal_cap + bank->hash_cap) *
					     sizeof *bank->end);
	tl_store_free(bank->store);
	free(bank->end);
	free(bank->ordinal);
	free(bank->hash);
	*bank = (struct tl_bank){0};
}
