/* SPDX-License-Identifier: MIT */
/* test_rebase: scripts of two members over one reference, at random, become one of the one out of
 * the other; what members share costs nothing then. */
#include <tl/rebase.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/cigar.h>

#include "tltest.h"

#define MAX 3000

static struct tl_err err;

static uint8_t letter(void)
{
	return (uint8_t) "ACGTN"[tl_test_below(5)];
}

/* A script over a reference that is not looked at: it may substitute a residue by the same. */
struct made {
	struct tl_buf runs, ops, subs, lits, residues;
	struct tl_delta d;
};

static void literals(struct tl_buf *to, uint64_t n)
{
	for (; n; n--)
		tl_test_ok(tl_buf_fill(to, letter(), 1, &err), err);
}

static void make(struct made *m, const uint8_t *ref, uint64_t length, bool minus)
{
	struct tl_buf scratch = {0};
	uint64_t at = length && tl_test_below(2) ? tl_test_below(length) : 0, before = 0, behind = 0;
	int last = -1;
	tl_buf_reset(&m->runs);
	tl_buf_reset(&m->ops);
	tl_buf_reset(&m->subs);
	tl_buf_reset(&m->lits);
	tl_buf_reset(&m->residues);
	uint64_t start = at;
	before = tl_test_below(3) ? 0 : tl_test_below(20);
	literals(&m->lits, before);
	for (uint64_t n = tl_test_below(30); n; n--) {
		int op = (int)tl_test_below(4);
		uint64_t len = 1 + tl_test_below(tl_test_below(4) ? 5 : 100);
		if (op == last || (op != TL_CIGAR_INS && len > length - at))
			continue;
		tl_test_ok(tl_cigar_add(&m->runs, (enum tl_cigar_op)op, len, &err), err);
		if (op == TL_CIGAR_SUBST)
			literals(&m->subs, len);
		if (op == TL_CIGAR_INS)
			literals(&m->lits, len);
		at += op == TL_CIGAR_INS ? 0 : len;
		last = op;
	}
	behind = tl_test_below(3) ? 0 : tl_test_below(20);
	literals(&m->lits, behind);
	tl_test_ok(tl_buf_add_varint(&m->ops, start << 1 | minus, &err), err);
	tl_test_ok(tl_buf_add_varint(&m->ops, before, &err), err);
	tl_test_ok(tl_buf_add_varint(&m->ops, behind, &err), err);
	tl_test_ok(tl_buf_add(&m->ops, m->runs.data, m->runs.len, &err), err);
	m->d = (struct tl_delta){{m->ops.data, m->ops.len},
				 {m->subs.data, m->subs.len},
				 {m->lits.data, m->lits.len}};
	tl_test_ok(tl_delta_apply(&m->d, ref, length, &scratch, &m->residues, &err), err);
	tl_buf_free(&scratch);
}

static void release(struct made *m)
{
	tl_buf_free(&m->runs);
	tl_buf_free(&m->ops);
	tl_buf_free(&m->subs);
	tl_buf_free(&m->lits);
	tl_buf_free(&m->residues);
}

/* a out of b is a. */
static void check(struct made *a, const struct made *b, const struct tl_rebase_ref *ref,
		  struct tl_rebase_room *room)
{
	struct tl_buf scratch = {0}, out = {0};
	struct tl_delta d;
	tl_test_ok(tl_rebase_make(&a->d, &b->d, ref, room, &d, &err), err);
	tl_test_ok(tl_delta_apply(&d, b->residues.data, b->residues.len, &scratch, &out, &err), err);
	tl_test_eq(out.len, a->residues.len);
	tl_test(!out.len || !memcmp(out.data, a->residues.data, out.len));
	tl_buf_free(&scratch);
	tl_buf_free(&out);
}

static void test_random(void)
{
	uint8_t ref[MAX];
	struct made a = {0}, b = {0};
	struct tl_rebase_room room = {0};
	for (unsigned round = 0; round < 3000; round++) {
		uint64_t length = tl_test_below(round % 3 ? 60 : MAX);
		struct tl_store *text = NULL;
		for (uint64_t i = 0; i < length; i++)
			ref[i] = letter();
		bool minus = tl_test_below(2);
		make(&a, ref, length, minus);
		make(&b, ref, length, minus);
		struct tl_rebase_ref of = {ref, NULL, length, minus};
		check(&a, &b, &of, &room);
		tl_test_ok(tl_store_new(NULL, 0, &text, &err), err);
		tl_test_ok(tl_store_put(text, ref, length, &err), err);
		of.residues = NULL;
		of.text = text;
		check(&b, &a, &of, &room);
		tl_store_free(text);
	}
	release(&a);
	release(&b);
	tl_rebase_free(&room);
}

/* The one is the other, but for a residue. */
static void test_shared(void)
{
	static const uint8_t ref[] = "ACGTACGTACGTACGTACGT", subs[] = "TTA";
	uint8_t ops[2][8] = {{0, 0, 0, 3 << 2, 2 << 2 | 1, 15 << 2}, /* ACG TT CGT... */
			     {0, 0, 0, 3 << 2, 2 << 2 | 1, 4 << 2, 1 << 2 | 1, 10 << 2}};
	struct tl_delta base = {{ops[0], 6}, {subs, 2}, {NULL, 0}},
			member = {{ops[1], 8}, {subs, 3}, {NULL, 0}}, d;
	struct tl_rebase_ref of = {ref, NULL, 20, false};
	struct tl_rebase_room room = {0};
	static const uint8_t expect[] = {0, 0, 0, 9 << 2, 1 << 2 | 1, 10 << 2};
	tl_test_ok(tl_rebase_make(&member, &base, &of, &room, &d, &err), err);
	tl_test_eq(d.ops.n, sizeof expect);
	tl_test(!memcmp(d.ops.p, expect, sizeof expect));
	tl_test(d.subs.n == 1 && d.subs.p[0] == 'A' && d.lits.n == 0);
	/* Nothing is left to say. */
	tl_test_ok(tl_rebase_make(&base, &base, &of, &room, &d, &err), err);
	tl_test(d.ops.n == 4 && d.subs.n == 0 && d.lits.n == 0);
	tl_rebase_free(&room);
}

static void test_refused(void)
{
	static const uint8_t ref[] = "ACGTACGT", far[] = {0, 0, 0, 9 << 2}, good[] = {0, 0, 0, 8 << 2};
	struct tl_delta a = {{far, 4}, {NULL, 0}, {NULL, 0}}, b = {{good, 4}, {NULL, 0}, {NULL, 0}}, d;
	struct tl_rebase_ref of = {ref, NULL, 8, false};
	struct tl_rebase_room room = {0};
	tl_test_eq(tl_rebase_make(&a, &b, &of, &room, &d, &err), TL_DATA);
	tl_test_eq(tl_rebase_make(&b, &a, &of, &room, &d, &err), TL_DATA);
	a.ops.n = 2;
	tl_test_eq(tl_rebase_make(&a, &b, &of, &room, &d, &err), TL_DATA);
	tl_rebase_free(&room);
}

int main(void)
{
	TL_RUN(test_random);
	TL_RUN(test_shared);
	TL_RUN(test_refused);
	return tl_test_end();
}
