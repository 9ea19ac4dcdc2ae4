/* SPDX-License-Identifier: MIT */
/* borrow: literals of a delta that stand in references other than its base. */
#include <tl/borrow.h>

#include <tl/alphabet.h>
#include <tl/bits.h>

bool tl_borrow_next(struct tl_borrow *b, struct tl_str loans, struct tl_loan *ret)
{
	size_t pos = b->pos;
	uint64_t own, source, place, length;
	if (pos >= loans.n || !tl_bits_get_varint(loans.p, loans.n, &pos, &own) ||
	    !tl_bits_get_varint(loans.p, loans.n, &pos, &source) ||
	    !tl_bits_get_varint(loans.p, loans.n, &pos, &place) ||
	    !tl_bits_get_varint(loans.p, loans.n, &pos, &length) || !length)
		return false;
	ret->minus = place & 1;
	ret->source = b->source + (uint64_t)tl_bits_unzigzag(source);
	ret->own = own;
	ret->length = length;
	bool on = !source && ret->minus == b->minus;
	ret->place = (on ? b->next + own : 0) + (uint64_t)tl_bits_unzigzag(place >> 1);
	*b = (struct tl_borrow){ret->source, ret->place + length, ret->minus, pos};
	return true;
}

enum tl_status tl_borrow_put(struct tl_borrow *b, const struct tl_loan *loan, struct tl_buf *loans,
			     struct tl_err *err)
{
	bool on = loan->source == b->source && loan->minus == b->minus;
	uint64_t place = loan->place - (on ? b->next + loan->own : 0);
	const uint64_t v[4] = {loan->own, tl_bits_zigzag((int64_t)(loan->source - b->source)),
			       tl_bits_zigzag((int64_t)place) << 1 | loan->minus, loan->length};
	enum tl_status st = TL_OK;
	for (int i = 0; i < 4 && st == TL_OK; i++)
		st = tl_buf_add_varint(loans, v[i], err);
	*b = (struct tl_borrow){loan->source, loan->place + loan->length, loan->minus, 0};
	return st;
}

bool tl_borrow_measure(struct tl_str loans, uint64_t *ret_residues, uint64_t *ret_own)
{
	struct tl_borrow b = tl_borrow_begin(0);
	struct tl_loan loan;
	*ret_residues = *ret_own = 0;
	while (tl_borrow_next(&b, loans, &loan))
		if (!tl_bits_add(*ret_residues, loan.length, ret_residues) ||
		    !tl_bits_add(*ret_own, loan.own, ret_own))
			return false;
	return b.pos == loans.n;
}

static enum tl_status broken(struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "broken literals that stand in other records");
}

bool tl_borrow_place(const struct tl_loan *loan, uint64_t length, uint64_t *ret)
{
	if (loan->place > length || loan->length > length - loan->place)
		return false;
	*ret = loan->minus ? length - loan->place - loan->length : loan->place;
	return true;
}

/* Appends residues of a source, which are not none. */
static enum tl_status lend(struct tl_str s, bool minus, struct tl_buf *out, struct tl_err *err)
{
	enum tl_status st = tl_buf_reserve(out, s.n, err);
	if (st != TL_OK || !minus)
		return st == TL_OK ? tl_buf_add(out, s.p, s.n, err) : st;
	tl_alphabet_revcomp(out->data + out->len, s.p, s.n);
	out->len += s.n;
	return TL_OK;
}

/* Appends the next n literals of the record's own. */
static enum tl_status keep(struct tl_str *own, size_t n, struct tl_buf *out, struct tl_err *err)
{
	if (!n)
		return TL_OK;
	enum tl_status st = tl_buf_add(out, own->p, n, err);
	*own = (struct tl_str){own->p + n, own->n - n};
	return st;
}

static enum tl_status fill(struct tl_str loans, uint64_t ordinal, struct tl_str own,
			   tl_borrow_source get, void *ctx, struct tl_buf *out, struct tl_err *err)
{
	struct tl_borrow b = tl_borrow_begin(ordinal);
	struct tl_loan loan;
	enum tl_status st = TL_OK;
	while (st == TL_OK && tl_borrow_next(&b, loans, &loan)) {
		struct tl_str s = {NULL, 0};
		st = keep(&own, (size_t)loan.own, out, err);
		if (st == TL_OK)
			st = get(ctx, &loan, &s, err);
		if (st == TL_OK)
			st = lend(s, loan.minus, out, err);
	}
	return st == TL_OK ? keep(&own, own.n, out, err) : st;
}

enum tl_status tl_borrow_fill(struct tl_str loans, uint64_t ordinal, struct tl_str own, uint64_t limit,
			      tl_borrow_source get, void *ctx, struct tl_buf *out, struct tl_err *err)
{
	uint64_t lent, before;
	size_t len = out->len;
	if (!tl_borrow_measure(loans, &lent, &before) || before > own.n || own.n > limit ||
	    lent > limit - own.n)
		return broken(err);
	enum tl_status st = fill(loans, ordinal, own, get, ctx, out, err);
	if (st != TL_OK)
		out->len = len;
	return st;
}

enum tl_status tl_borrow_pack(const struct tl_col *col, size_t n, struct tl_buf *out,
			      struct tl_err *err)
{
	enum tl_status st = TL_OK;
	uint64_t since = 0;
	for (size_t i = 0; i < n && i < col->n && st == TL_OK; i++) {
		const struct tl_str s = tl_col_get(col, i);
		since++;
		if (!s.n)
			continue;
		st = tl_buf_add_varint(out, since - 1, err);
		if (st == TL_OK)
			st = tl_buf_add_varint(out, s.n, err);
		if (st == TL_OK)
			st = tl_buf_add(out, s.p, s.n, err);
		since = 0;
	}
	return st;
}

bool tl_borrow_entry(struct tl_str column, size_t *pos, uint64_t *entry, struct tl_str *ret)
{
	uint64_t since, bytes;
	size_t at = *pos;
	if (at >= column.n || !tl_bits_get_varint(column.p, column.n, &at, &since) ||
	    !tl_bits_get_varint(column.p, column.n, &at, &bytes) || !bytes ||
	    bytes > column.n - at || !tl_bits_add(*entry, since, entry))
		return false;
	*ret = (struct tl_str){column.p + at, (size_t)bytes};
	*pos = at + (size_t)bytes;
	return true;
}

enum tl_status tl_borrow_unpack(struct tl_str column, size_t n, struct tl_col *col,
				struct tl_err *err)
{
	size_t pos = 0;
	uint64_t entry = 0, residues, own;
	struct tl_str s;
	enum tl_status st = TL_OK;
	tl_col_reset(col);
	while (st == TL_OK && tl_borrow_entry(column, &pos, &entry, &s)) {
		if (entry >= n || !tl_borrow_measure(s, &residues, &own))
			return broken(err);
		while (col->n < entry && st == TL_OK)
			st = tl_col_end(col, err);
		if (st == TL_OK)
			st = tl_buf_add(&col->bytes, s.p, s.n, err);
		if (st == TL_OK)
			st = tl_col_end(col, err);
		entry++;
	}
	if (st == TL_OK && pos != column.n)
		return broken(err);
	/* Where one has loans, each has an item. */
	while (col->n && col->n < n && st == TL_OK)
		st = tl_col_end(col, err);
	return st;
}
