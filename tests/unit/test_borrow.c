/* SPDX-License-Identifier: MIT */
/* test_borrow: loans come back as they were put, literals as they were; what does not fit is refused. */
#include <tl/borrow.h>

#include <string.h>

#include <tl/alphabet.h>

#include "tltest.h"

static struct tl_err err;

#define LENDERS 5

static uint8_t lender[LENDERS][600];
static size_t length[LENDERS];

static enum tl_status get(void *ctx, const struct tl_loan *loan, struct tl_str *ret, struct tl_err *e)
{
	uint64_t place;
	(void)ctx;
	if (loan->source >= LENDERS || !tl_borrow_place(loan, length[loan->source], &place))
		return tl_err_set(e, TL_DATA, "not there");
	*ret = (struct tl_str){lender[loan->source] + place, loan->length};
	return TL_OK;
}

static void fill_lenders(void)
{
	for (size_t i = 0; i < LENDERS; i++) {
		length[i] = 1 + tl_test_below(sizeof lender[i]);
		for (size_t k = 0; k < length[i]; k++)
			lender[i][k] = (uint8_t) "ACGT"[tl_test_below(4)];
	}
}

/* A loan, and what it makes appended to all. */
static struct tl_loan some_loan(struct tl_buf *all)
{
	uint8_t turned[sizeof lender[0]];
	struct tl_loan l = {.own = tl_test_below(4) ? tl_test_below(9) : 0,
			    .source = tl_test_below(LENDERS),
			    .minus = tl_test_below(2)};
	l.place = tl_test_below(length[l.source]);
	l.length = 1 + tl_test_below(length[l.source] - l.place);
	for (uint64_t i = 0; i < l.own; i++)
		tl_test_ok(tl_buf_fill(all, 'N', 1, &err), err);
	tl_alphabet_revcomp(turned, lender[l.source], length[l.source]);
	tl_test_ok(tl_buf_add(all, (l.minus ? turned : lender[l.source]) + l.place, l.length, &err),
		   err);
	return l;
}

static void test_round(void)
{
	struct tl_buf all = {0}, loans = {0}, own = {0}, out = {0};
	for (int round = 0; round < 500; round++) {
		struct tl_borrow b = tl_borrow_begin(77);
		uint64_t lent = 0, before = 0, residues, unlent;
		size_t n = tl_test_below(12), behind = tl_test_below(5);
		tl_buf_reset(&all);
		tl_buf_reset(&loans);
		tl_buf_reset(&own);
		tl_buf_reset(&out);
		fill_lenders();
		for (size_t i = 0; i < n; i++) {
			struct tl_loan l = some_loan(&all);
			tl_test_ok(tl_borrow_put(&b, &l, &loans, &err), err);
			lent += l.length;
			before += l.own;
		}
		tl_test_ok(tl_buf_fill(&all, 'N', behind, &err), err);
		tl_test_ok(tl_buf_fill(&own, 'N', before + behind, &err), err);
		const struct tl_str s = {loans.data, loans.len}, o = {own.data, own.len};
		tl_test(tl_borrow_measure(s, &residues, &unlent));
		tl_test_eq(residues, lent);
		tl_test_eq(unlent, before);
		tl_test_ok(tl_borrow_fill(s, 77, o, all.len, get, NULL, &out, &err), err);
		tl_test_eq(out.len, all.len);
		tl_test(!out.len || !memcmp(out.data, all.data, all.len));
		/* A residue less than there are. */
		if (all.len && n)
			tl_test_eq(tl_borrow_fill(s, 77, o, all.len - 1, get, NULL, &out, &err), TL_DATA);
		if (before && !behind)
			tl_test_eq(tl_borrow_fill(s, 77, (struct tl_str){o.p, o.n - 1}, all.len, get, NULL,
						  &out, &err),
				   TL_DATA);
		tl_test_eq(out.len, all.len);
	}
	tl_buf_free(&all);
	tl_buf_free(&loans);
	tl_buf_free(&own);
	tl_buf_free(&out);
}

static enum tl_status fill_from(const struct tl_loan *l)
{
	struct tl_buf loans = {0}, out = {0};
	struct tl_borrow b = tl_borrow_begin(9);
	tl_test_ok(tl_borrow_put(&b, l, &loans, &err), err);
	enum tl_status st = tl_borrow_fill((struct tl_str){loans.data, loans.len}, 9,
					   (struct tl_str){NULL, 0}, 1000, get, NULL, &out, &err);
	tl_test_eq(st == TL_OK, out.len > 0);
	tl_buf_free(&loans);
	tl_buf_free(&out);
	return st;
}

static void test_refused(void)
{
	fill_lenders();
	length[2] = 100;
	struct tl_loan good = {0, 2, 60, 40, false}, l = good;
	uint64_t residues, own;
	tl_test_ok(fill_from(&good), err);
	l.minus = true;
	tl_test_ok(fill_from(&l), err);
	l.length = 41;
	tl_test_eq(fill_from(&l), TL_DATA);
	l = good;
	l.place = 61;
	tl_test_eq(fill_from(&l), TL_DATA);
	l.place = (uint64_t)-1;
	tl_test_eq(fill_from(&l), TL_DATA);
	l = good;
	l.source = LENDERS;
	tl_test_eq(fill_from(&l), TL_DATA);
	l = good;
	l.own = 1;
	tl_test_eq(fill_from(&l), TL_DATA);
	/* No residues; cut off; a number that does not end. */
	tl_test(!tl_borrow_measure((struct tl_str){(const uint8_t *)"\0\0\0\0", 4}, &residues, &own));
	tl_test(!tl_borrow_measure((struct tl_str){(const uint8_t *)"\0\0\0", 3}, &residues, &own));
	tl_test(!tl_borrow_measure((struct tl_str){(const uint8_t *)"\0\0\0\x80", 4}, &residues, &own));
}

static void test_column(void)
{
	struct tl_col col = {0}, again = {0};
	struct tl_buf packed = {0};
	for (int round = 0; round < 200; round++) {
		size_t n = 1 + tl_test_below(30);
		tl_col_reset(&col);
		tl_buf_reset(&packed);
		for (size_t i = 0; i < n; i++) {
			for (size_t k = tl_test_below(3) ? 0 : tl_test_below(4); k; k--)
				tl_test_ok(tl_buf_add(&col.bytes, "\0\0\0\5", 4, &err), err);
			tl_test_ok(tl_col_end(&col, &err), err);
		}
		tl_test_ok(tl_borrow_pack(&col, n, &packed, &err), err);
		const struct tl_str s = {packed.data, packed.len};
		tl_test_ok(tl_borrow_unpack(s, n, &again, &err), err);
		tl_test_eq(again.n, col.bytes.len ? n : 0);
		for (size_t i = 0; i < again.n; i++) {
			struct tl_str a = tl_col_get(&col, i), b = tl_col_get(&again, i);
			tl_test(a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n)));
		}
		if (s.n) /* cut off, or of fewer entries than it says */
			tl_test_eq(tl_borrow_unpack((struct tl_str){s.p, s.n - 1}, n, &again, &err), TL_DATA);
		if (tl_col_get(&col, n - 1).n)
			tl_test_eq(tl_borrow_unpack(s, n - 1, &again, &err), TL_DATA);
	}
	tl_col_free(&col);
	tl_col_free(&again);
	tl_buf_free(&packed);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_refused);
	TL_RUN(test_column);
	return tl_test_end();
}
