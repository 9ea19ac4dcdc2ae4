/* SPDX-License-Identifier: MIT */
/* former_turn: a reference that is gone as a delta of its heir, which was a delta of it. */
#include "former_old.h"

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/cigar.h>

/* The heir a and the reference b, aligned, as an edge that reads both ways. */
struct turning {
	struct tl_buf ops, subb, litb, flipped, out, script;
	struct tl_bank_room room;
};

static enum tl_status put_ends(struct turning *t, const struct tl_delta *d, uint64_t length,
			       struct tl_edge *e, struct tl_err *err)
{
	struct tl_delta_sum sum;
	uint64_t a_start = 0, a_tail = 0, b_start;
	size_t pos = 0;
	if (!tl_delta_look(d->ops, &sum) || !tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &b_start) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &a_start) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &pos, &a_tail))
		return tl_err_set(err, TL_DATA, "a broken delta script");
	uint64_t aligned = sum.cigar.match + sum.cigar.subst + sum.cigar.del;
	b_start >>= 1;
	if (b_start > length || aligned > length - b_start)
		return tl_err_set(err, TL_DATA, "a delta script that leaves its base");
	const uint64_t end[4] = {a_start, a_tail, b_start, length - b_start - aligned};
	enum tl_status st = TL_OK;
	for (int i = 0; i < 4 && st == TL_OK; i++)
		st = tl_buf_add_varint(&t->ops, end[i], err);
	if (st == TL_OK)
		st = tl_buf_add(&t->ops, d->ops.p + pos, d->ops.n - pos, err);
	e->flags = (uint8_t)(TL_EDGE_A | TL_EDGE_B | (sum.minus ? TL_EDGE_MINUS : 0));
	return st;
}

/* The residues of b at substitutions, and those that a has not. */
static enum tl_status put_literals(struct turning *t, struct tl_str runs, const uint8_t *b,
				   uint64_t b_start, uint64_t length, struct tl_err *err)
{
	uint64_t at = b_start, n;
	size_t pos = 0;
	enum tl_cigar_op op;
	enum tl_status st = tl_buf_add(&t->litb, b, (size_t)b_start, err);
	while (st == TL_OK && tl_cigar_next(runs, &pos, &op, &n)) {
		if (op == TL_CIGAR_SUBST)
			st = tl_buf_add(&t->subb, b + at, (size_t)n, err);
		else if (op == TL_CIGAR_DEL)
			st = tl_buf_add(&t->litb, b + at, (size_t)n, err);
		at += op == TL_CIGAR_INS ? 0 : n;
	}
	return st == TL_OK ? tl_buf_add(&t->litb, b + at, (size_t)(length - at), err) : st;
}

static enum tl_status turn(const struct tl_former *f, const struct old *o, struct turning *t,
			   struct tl_delta *ret, struct tl_err *err)
{
	struct tl_edge e = {0};
	struct tl_delta d;
	struct tl_str b = {NULL, 0};
	size_t pos = 0;
	uint64_t start = 0, b_start = 0;
	enum tl_status st = tl_former_keep_read(f, &f->old[o->heir], &t->script, &d, err);
	if (st == TL_OK)
		st = put_ends(t, &d, o->length, &e, err);
	if (st == TL_OK)
		st = tl_bank_read(&f->bank[o->nucleotide], o->bank, &t->room, &b, err);
	if (st == TL_OK && e.flags & TL_EDGE_MINUS) {
		st = tl_buf_reserve(&t->flipped, b.n, err);
		if (st == TL_OK)
			tl_alphabet_revcomp(t->flipped.data, b.p, b.n);
		b.p = t->flipped.data;
	}
	if (st != TL_OK)
		return st;
	for (int i = 0; i < 3; i++)
		(void)tl_bits_get_varint(d.ops.p, d.ops.n, &pos, i ? &start : &b_start);
	const struct tl_str runs = {d.ops.p + pos, d.ops.n - pos};
	if ((st = put_literals(t, runs, b.p, b_start >> 1, b.n, err)) != TL_OK)
		return st;
	e.ops = (struct tl_str){t->ops.data, t->ops.len};
	e.subb = (struct tl_str){t->subb.data, t->subb.len};
	e.litb = (struct tl_str){t->litb.data, t->litb.len};
	return tl_delta_from_edge(&e, true, &t->out, ret, err);
}

/* The strings of d in scratch. */
static enum tl_status settle_in(struct tl_buf *scratch, struct tl_delta *d, struct tl_err *err)
{
	enum tl_status st = tl_buf_add(scratch, d->ops.p, d->ops.n, err);
	if (st == TL_OK)
		st = tl_buf_add(scratch, d->subs.p, d->subs.n, err);
	if (st == TL_OK)
		st = tl_buf_add(scratch, d->lits.p, d->lits.n, err);
	const uint8_t *p = scratch->data;
	*d = (struct tl_delta){{p, d->ops.n}, {p + d->ops.n, d->subs.n},
			       {p + d->ops.n + d->subs.n, d->lits.n}};
	return st;
}

enum tl_status tl_former_turn_script(const struct tl_former *f, const struct old *o,
				     struct tl_buf *scratch, struct tl_delta *ret,
				     struct tl_err *err)
{
	struct turning t = {0};
	tl_buf_reset(scratch);
	enum tl_status st = turn(f, o, &t, ret, err);
	if (st == TL_OK)
		st = settle_in(scratch, ret, err);
	tl_buf_free(&t.ops);
	tl_buf_free(&t.subb);
	tl_buf_free(&t.litb);
	tl_buf_free(&t.flipped);
	tl_buf_free(&t.out);
	tl_buf_free(&t.script);
	tl_bank_leave(&t.room);
	return st;
}
