/* SPDX-License-Identifier: MIT */
/* test_reuse: literals that stand in references are found, on both strands; what comes back is what was
 * there, for any budget. */
#include <tl/reuse.h>

#include <string.h>

#include <tl/alphabet.h>
#include <tl/borrow.h>

#include "streams.h"
#include "tltest.h"

#define REFS 12
#define LONG 30000
#define MEMBERS 60

static struct tl_err err;
static uint8_t ref[REFS][LONG];
static size_t length[REFS];
static uint8_t literals[MEMBERS][4000];
static size_t own[MEMBERS];    /* literals of each */
static size_t stands[MEMBERS]; /* of them, those that were copied from references */

static void fill(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t) "ACGT"[tl_test_below(4)];
}

static void make_refs(void)
{
	for (size_t i = 0; i < REFS; i++) {
		length[i] = i ? 100 + tl_test_below(LONG - 100) : 5;
		fill(ref[i], length[i]);
		for (size_t k = tl_test_below(3); k && i; k--)
			memset(ref[i] + tl_test_below(length[i] - 20), 'N', 1 + tl_test_below(20));
	}
}

/* Letters of its own and stretches of references, some with a substitution. */
static void make_member(size_t i)
{
	uint8_t *p = literals[i];
	size_t n = 0;
	stands[i] = 0;
	while (n < sizeof literals[i] - 1200 && tl_test_below(5)) {
		size_t r = 1 + tl_test_below(REFS - 1), len = 1 + tl_test_below(1000), at;
		size_t alone = tl_test_below(60);
		fill(p + n, alone);
		n += alone;
		if (len > length[r])
			len = length[r];
		at = tl_test_below(length[r] - len + 1);
		if (tl_test_below(2))
			tl_alphabet_revcomp(p + n, ref[r] + at, len);
		else
			memcpy(p + n, ref[r] + at, len);
		if (len > 300 && tl_test_below(2))
			p[n + 150] = p[n + 150] == 'A' ? 'C' : 'A';
		stands[i] += len;
		n += len;
	}
	own[i] = n;
}

static enum tl_status get(void *ctx, const struct tl_loan *loan, struct tl_str *ret, struct tl_err *e)
{
	const uint64_t i = loan->source / 10;
	uint64_t place = 0;
	(void)ctx;
	(void)e;
	tl_test(loan->source % 10 == 3 && i < REFS && tl_borrow_place(loan, length[i], &place));
	*ret = (struct tl_str){ref[i] + place, loan->length};
	return TL_OK;
}

/* All of it under a budget; the loans of all members, appended to out. */
static uint64_t run(uint64_t bytes, struct tl_buf *out)
{
	struct tl_budget *budget = NULL;
	struct tl_pool *pool = streams_pool(1);
	struct tl_reuse *r;
	struct tl_buf whole = {0};
	uint64_t all = 0, residues, before;
	if (bytes)
		tl_test_ok(tl_budget_new(&(struct tl_budget_opts){.limit = bytes}, &budget, &err), err);
	tl_test_ok(tl_reuse_new(pool, budget, &r, &err), err);
	for (uint32_t i = 0; i < MEMBERS; i++)
		tl_test_ok(tl_reuse_ask(r, 5 + 2 * i, (struct tl_str){literals[i], own[i]}, &err), err);
	for (size_t i = 0; i < REFS; i++) {
		size_t half = length[i] / 3;
		tl_test_ok(tl_reuse_begin(r, 10 * i + 3, length[i], &err), err);
		tl_test_ok(tl_reuse_add(r, (struct tl_str){ref[i], half}, false, &err), err);
		tl_test_ok(tl_reuse_add(r, (struct tl_str){ref[i] + half, length[i] - half}, true, &err),
			   err);
	}
	tl_test_ok(tl_reuse_settle(r, &err), err);
	for (uint32_t i = 0; i < MEMBERS; i++) {
		struct tl_str left = {literals[i], own[i]}, loans;
		if (i % 7 == 6)
			continue; /* nobody asks for it */
		tl_test_ok(tl_reuse_cut(r, 5 + 2 * i, 1000 + i, &left, &loans, &err), err);
		tl_buf_reset(&whole);
		tl_test_ok(tl_borrow_fill(loans, 1000 + i, left, own[i], get, NULL, &whole, &err), err);
		tl_test_eq(whole.len, own[i]);
		tl_test(!whole.len || !memcmp(whole.data, literals[i], own[i]));
		tl_test(tl_borrow_measure(loans, &residues, &before));
		all += residues;
		tl_test_ok(tl_buf_add(out, loans.p, loans.n, &err), err);
	}
	tl_reuse_free(r);
	tl_budget_free(budget);
	tl_pool_free(pool);
	tl_buf_free(&whole);
	return all;
}

static void test_found(void)
{
	for (int round = 0; round < 5; round++) {
		struct tl_buf large = {0}, small = {0};
		size_t there = 0;
		make_refs();
		for (size_t i = 0; i < MEMBERS; i++) {
			make_member(i);
			there += i % 7 == 6 ? 0 : stands[i];
		}
		/* Little of what stands in a reference is missed: short pieces, and what is at an N. */
		uint64_t found = run(0, &large);
		tl_test(found > there * 8 / 10);
		tl_test_eq(run(2000000, &small), found);
		tl_test(streams_same(&large, &small));
		tl_buf_free(&large);
		tl_buf_free(&small);
	}
}

/* No literals, no references, none that are long enough. */
static void test_nothing(void)
{
	struct tl_pool *pool = streams_pool(1);
	for (int asked = 0; asked < 3; asked++) {
		struct tl_reuse *r;
		static const uint8_t s[] = "ACGTTGCAAACCGGTTTTACGATCATTTACCGA";
		struct tl_str left = {s, asked == 1 ? 31 : 33}, loans;
		tl_test_ok(tl_reuse_new(pool, NULL, &r, &err), err);
		if (asked)
			tl_test_ok(tl_reuse_ask(r, 0, left, &err), err);
		if (asked < 2) {
			tl_test_ok(tl_reuse_begin(r, 0, 33, &err), err);
			tl_test_ok(tl_reuse_add(r, (struct tl_str){s, 33}, true, &err), err);
		}
		tl_test_ok(tl_reuse_settle(r, &err), err);
		tl_test_ok(tl_reuse_cut(r, 0, 7, &left, &loans, &err), err);
		tl_test_eq(loans.n, 0);
		tl_test(left.p == s);
		tl_reuse_free(r);
	}
	tl_pool_free(pool);
}

int main(void)
{
	TL_RUN(test_found);
	TL_RUN(test_nothing);
	return tl_test_end();
}
