/* SPDX-License-Identifier: MIT */
/* fuzz_borrow: any column of loans, unpacked, and any string of loans, filled from records of the input:
 * what comes out has the length that was measured, and is the same when the loans are put again.
 *
 * Input: 1 byte entries, 1 byte own literals, 1 byte residues of each of four lenders, then bytes of a
 * column or, with the highest bit of the first, of a string of loans.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/borrow.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t lender[4][64];
static size_t lenders;

static void must(int fine)
{
	if (!fine)
		abort();
}

static enum tl_status get(void *ctx, const struct tl_loan *loan, struct tl_str *ret, struct tl_err *err)
{
	uint64_t place;
	(void)ctx;
	if (loan->source >= 4 || !tl_borrow_place(loan, lenders, &place))
		return tl_err_set(err, TL_DATA, "not there");
	*ret = (struct tl_str){lender[loan->source] + place, loan->length};
	return TL_OK;
}

static void fill(struct tl_str loans, size_t own_n)
{
	struct tl_buf out = {0}, again = {0};
	struct tl_borrow b = tl_borrow_begin(1), c = b;
	struct tl_loan loan, put;
	uint64_t residues = 0, own = 0;
	uint8_t literals[256];
	memset(literals, 'N', sizeof literals);
	bool good = tl_borrow_measure(loans, &residues, &own);
	enum tl_status st = tl_borrow_fill(loans, 1, (struct tl_str){literals, own_n}, 5000, get, NULL,
					   &out, NULL);
	must(st == TL_OK || (st == TL_DATA && !out.len));
	must(st != TL_OK || (good && out.len == own_n + residues && own <= own_n));
	for (size_t from = 0; tl_borrow_next(&b, loans, &loan); from = 0) {
		struct tl_borrow d = c;
		tl_buf_reset(&again);
		must(!tl_borrow_put(&c, &loan, &again, NULL));
		d.pos = from;
		must(tl_borrow_next(&d, (struct tl_str){again.data, again.len}, &put));
		must(st != TL_OK || (put.source == loan.source && put.place == loan.place &&
				     put.length == loan.length && put.minus == loan.minus &&
				     put.own == loan.own));
	}
	tl_buf_free(&out);
	tl_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_col col = {0};
	struct tl_buf packed = {0};
	if (size < 3 || size > 1 << 12)
		return 0;
	size_t n = data[0] & 127;
	struct tl_str s = {size > 3 ? data + 3 : NULL, size - 3};
	lenders = data[2] % 65;
	for (size_t i = 0; i < sizeof lender; i++)
		lender[i / 64][i % 64] = (uint8_t) "ACGT"[(i * 7 + i / 5) % 4];
	if (data[0] & 128) {
		fill(s, data[1]);
		return 0;
	}
	enum tl_status st = tl_borrow_unpack(s, n, &col, NULL);
	must(st == TL_OK || st == TL_DATA);
	must(st != TL_OK || col.n == 0 || col.n == n);
	for (size_t i = 0; i < col.n && st == TL_OK; i++)
		fill(tl_col_get(&col, i), data[1]);
	if (st == TL_OK) {
		struct tl_col again = {0};
		must(!tl_borrow_pack(&col, n, &packed, NULL));
		must(!tl_borrow_unpack((struct tl_str){packed.data, packed.len}, n, &again, NULL));
		must(again.n == col.n && again.bytes.len == col.bytes.len);
		tl_col_free(&again);
	}
	tl_col_free(&col);
	tl_buf_free(&packed);
	return 0;
}
