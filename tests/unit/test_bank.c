/* SPDX-License-Identifier: MIT */
/* test_bank: sequences come back, those in pieces too; the order of sequences is a total one. */
#include <tl/bank.h>

#include <tl/hash.h>

#include "banks.h"
#include "fives.h"

#define SEQS 400

static uint8_t model[SEQS][64];
static size_t model_len[SEQS];

/* Random sequences, many alike, added whole or in pieces, some of them empty. */
static void fill(struct tl_bank *bank)
{
	struct tl_err err = {0};
	for (size_t i = 0; i < SEQS; i++) {
		size_t len = tl_test_below(12), at = 0;
		model_len[i] = len;
		for (size_t k = 0; k < len; k++)
			model[i][k] = "AC*Z"[tl_test_below(4)];
		while (tl_test_below(3) == 0) {
			size_t n = tl_test_below(len - at + 1);
			struct tl_str s = {model[i] + at, n};
			tl_test_ok(tl_bank_add(bank, 7 * i + 1, s, 1, &err), err);
			tl_test_eq(bank->n, i);
			at += n;
		}
		struct tl_str rest = {model[i] + at, len - at};
		tl_test_ok(tl_bank_add(bank, 7 * i + 1, rest, 0, &err), err);
		tl_test_eq(bank->n, i + 1);
	}
}

/* Any part of a sequence. */
static void check_part(const struct tl_bank *bank, size_t i)
{
	struct tl_bank_room room = {0};
	struct tl_err err = {0};
	struct tl_str s;
	size_t begin = tl_test_below(model_len[i] + 1);
	size_t end = begin + tl_test_below(model_len[i] - begin + 1);
	tl_bank_fetch(bank, i);
	tl_test_ok(tl_bank_read_part(bank, i, begin, end, &room, &s, &err), err);
	tl_test_eq(s.n, end - begin);
	tl_test(!s.n || !memcmp(s.p, model[i] + begin, s.n));
	tl_bank_leave(&room);
}

/* All letters come back, with every instruction set, and nothing is written behind them. */
static void test_fives(void)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
	static uint8_t plain[8 * 40], packed[5 * 40 + TL_FIVES_OVER], back[8 * 40 + 1], again[5 * 40 + 1];
	for (size_t groups = 0; groups <= 40; groups++) {
		for (size_t i = 0; i < 8 * groups; i++)
			plain[i] = (uint8_t)letters[tl_test_below(27)];
		tl_fives_pack_isa(packed, plain, groups, TL_CPU_SCALAR);
		for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++) {
			memset(back, 'x', sizeof back);
			tl_fives_unpack_isa(back, packed, groups, (enum tl_cpu_isa)isa);
			tl_test(!memcmp(back, plain, 8 * groups));
			tl_test_eq(back[8 * groups], 'x');
			memset(again, 'x', sizeof again);
			tl_fives_pack_isa(again, plain, groups, (enum tl_cpu_isa)isa);
			tl_test(!memcmp(again, packed, 5 * groups));
			tl_test_eq(again[5 * groups], 'x');
		}
	}
}

static void test_get(void)
{
	struct tl_bank bank = {0};
	fill(&bank);
	for (size_t i = 0; i < SEQS; i++) {
		struct tl_str s = bank_get(&bank, i);
		tl_test_eq(s.n, model_len[i]);
		tl_test(!s.n || !memcmp(s.p, model[i], s.n));
		tl_test_eq(bank.ordinal[i], 7 * i + 1);
		check_part(&bank, i);
		tl_test(bank.hash[i] == tl_hash_64(model[i], model_len[i]));
	}
	tl_bank_free(&bank);
	tl_test_eq(bank.n, 0);
	fill(&bank);
	tl_bank_free(&bank);
}

/* Longer ones first, then smaller hashes, then smaller ordinals; never both ways, transitive. */
static void test_before(void)
{
	struct tl_bank bank = {0};
	fill(&bank);
	for (size_t i = 0; i < SEQS; i++) {
		tl_test(!tl_bank_before(&bank, i, i));
		for (size_t j = 0; j < i; j++) {
			int before = tl_bank_before(&bank, i, j);
			tl_test(before == !tl_bank_before(&bank, j, i));
			if (model_len[i] != model_len[j])
				tl_test(before == (model_len[i] > model_len[j]));
			else if (bank.hash[i] != bank.hash[j])
				tl_test(before == (bank.hash[i] < bank.hash[j]));
			else
				tl_test(!before);
			size_t k = tl_test_below(SEQS);
			if (before && tl_bank_before(&bank, j, k))
				tl_test(tl_bank_before(&bank, i, k));
		}
	}
	tl_bank_free(&bank);
}

static void test_no_residues(void)
{
	struct tl_bank bank = {0};
	struct tl_err err;
	struct tl_str none = {NULL, 0};
	tl_test_ok(tl_bank_add(&bank, 5, none, 0, &err), err);
	tl_test_ok(tl_bank_add(&bank, 6, none, 0, &err), err);
	tl_test_eq(bank_get(&bank, 0).n, 0);
	tl_test_eq(bank_get(&bank, 1).n, 0);
	tl_test(tl_bank_before(&bank, 0, 1) && !tl_bank_before(&bank, 1, 0));
	tl_bank_free(&bank);
}

int main(void)
{
	TL_RUN(test_fives);
	TL_RUN(test_get);
	TL_RUN(test_before);
	TL_RUN(test_no_residues);
	return tl_test_end();
}
