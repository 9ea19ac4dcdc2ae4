/* SPDX-License-Identifier: MIT */
/* delta: the script that makes one record's residues out of another's.
 *
 * Contents: 1. reading a script  2. applying it  3. making one out of an edge.
 */
#include <tl/delta.h>

#include <string.h>

#include <tl/alphabet.h>
#include <tl/bits.h>

/* 1. Reading a script. */

struct header {
	uint64_t b_start, a_start, a_tail;
	bool minus;
	struct tl_str runs;
};

static bool read_header(struct tl_str ops, struct header *h)
{
	size_t pos = 0;
	uint64_t first;
	if (!tl_bits_get_varint(ops.p, ops.n, &pos, &first) ||
	    !tl_bits_get_varint(ops.p, ops.n, &pos, &h->a_start) ||
	    !tl_bits_get_varint(ops.p, ops.n, &pos, &h->a_tail))
		return false;
	h->b_start = first >> 1;
	h->minus = first & 1;
	h->runs = (struct tl_str){ops.p + pos, ops.n - pos};
	return true;
}

bool tl_delta_look(struct tl_str ops, struct tl_delta_sum *ret)
{
	struct header h;
	if (!read_header(ops, &h) || !tl_cigar_measure(h.runs, &ret->cigar))
		return false;
	const struct tl_cigar_sum *c = &ret->cigar;
	ret->b_start = h.b_start;
	ret->minus = h.minus;
	return tl_bits_add(h.a_start, h.a_tail, &ret->literals) &&
	       tl_bits_add(ret->literals, c->ins, &ret->literals) &&
	       tl_bits_add(ret->literals, c->match + c->subst, &ret->length);
}

static bool are_residues(struct tl_str s)
{
	bool bad = false;
	for (size_t i = 0; i < s.n; i++)
		bad |= !tl_alphabet_upper(s.p[i]);
	return !bad;
}

enum tl_status tl_delta_measure(const struct tl_delta *d, struct tl_delta_sum *ret,
				struct tl_err *err)
{
	if (!tl_delta_look(d->ops, ret))
		return tl_err_set(err, TL_DATA, "a broken delta script");
	if (ret->literals != d->lits.n || ret->cigar.subst != d->subs.n)
		return tl_err_set(err, TL_DATA, "a delta script that does not fit its literals");
	if (!are_residues(d->subs) || !are_residues(d->lits))
		return tl_err_set(err, TL_DATA,
				  "a delta script with literals that are no residues");
	return TL_OK;
}

/* 2. Applying it. */

/* Copies run after run; the sums were checked, so that nothing is left to check but the base. */
static bool copy_runs(const struct tl_delta *d, const struct header *h, const uint8_t *base,
		      size_t base_len, uint8_t *out)
{
	const uint8_t *lits = d->lits.p, *subs = d->subs.p;
	size_t at = (size_t)h->b_start, pos = 0;
	enum tl_cigar_op op;
	uint64_t len;
	if (h->b_start > base_len)
		return false;
	while (tl_cigar_next(h->runs, &pos, &op, &len)) {
		const uint8_t **from = op == TL_CIGAR_INS ? &lits : &subs;
		if (op != TL_CIGAR_INS && len > base_len - at)
			return false;
		if (op == TL_CIGAR_MATCH) {
			memcpy(out, base + at, len);
		} else if (op != TL_CIGAR_DEL) {
			memcpy(out, *from, len);
			*from += len;
		}
		out += op == TL_CIGAR_DEL ? 0 : len;
		at += op == TL_CIGAR_INS ? 0 : len;
	}
	if (h->a_tail)
		memcpy(out, lits, h->a_tail);
	return true;
}

enum tl_status tl_delta_apply(const struct tl_delta *d, const uint8_t *base, size_t base_len,
			      struct tl_buf *scratch, struct tl_buf *out, struct tl_err *err)
{
	struct tl_delta_sum sum;
	struct header h;
	enum tl_status st = tl_delta_measure(d, &sum, err);
	if (st != TL_OK)
		return st;
	if (!read_header(d->ops, &h) || sum.cigar.match > base_len)
		return tl_err_set(err, TL_DATA,
				  "a delta script that copies more than its base has");
	if (sum.minus) {
		tl_buf_reset(scratch);
		if ((st = tl_buf_reserve(scratch, base_len, err)) != TL_OK)
			return st;
		tl_alphabet_revcomp(scratch->data, base, base_len);
		base = scratch->data;
	}
	if ((st = tl_buf_reserve(out, (size_t)sum.length, err)) != TL_OK)
		return st;
	uint8_t *to = out->data + out->len;
	if (h.a_start)
		memcpy(to, d->lits.p, h.a_start);
	struct tl_delta rest = *d;
	if (h.a_start)
		rest.lits = (struct tl_str){d->lits.p + h.a_start, d->lits.n - h.a_start};
	if (!copy_runs(&rest, &h, base, base_len, to + h.a_start))
		return tl_err_set(err, TL_DATA, "a delta script that leaves its base");
	out->len += (size_t)sum.length;
	return TL_OK;
}

/* 3. Making one out of an edge. */

struct ends {
	uint64_t a_start, a_tail, b_start, b_tail;
	struct tl_str runs;
};

static bool read_ends(struct tl_str ops, struct ends *e)
{
	size_t pos = 0;
	if (!tl_bits_get_varint(ops.p, ops.n, &pos, &e->a_start) ||
	    !tl_bits_get_varint(ops.p, ops.n, &pos, &e->a_tail) ||
	    !tl_bits_get_varint(ops.p, ops.n, &pos, &e->b_start) ||
	    !tl_bits_get_varint(ops.p, ops.n, &pos, &e->b_tail))
		return false;
	e->runs = (struct tl_str){ops.p + pos, ops.n - pos};
	return true;
}

static enum tl_status put_header(struct tl_buf *out, uint64_t b_start, bool minus, uint64_t a_start,
				 uint64_t a_tail, struct tl_err *err)
{
	if (b_start > UINT64_MAX >> 1)
		return tl_err_set(err, TL_DATA, "a broken edge");
	enum tl_status st = tl_buf_add_varint(out, b_start << 1 | minus, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(out, a_start, err);
	return st == TL_OK ? tl_buf_add_varint(out, a_tail, err) : st;
}

/* Appends the reverse complement of s and lets s point to it; out has the room already. */
static void complement_into(struct tl_buf *out, struct tl_str *s)
{
	if (!s->n)
		return;
	tl_alphabet_revcomp(out->data + out->len, s->p, s->n);
	s->p = out->data + out->len;
	out->len += s->n;
}

/* b out of a: a becomes the target.  Where b was taken in reverse, the whole alignment is read from
 * the other end, so that b stands forwards and a in reverse. */
static enum tl_status turn(const struct tl_edge *e, const struct ends *ends, struct tl_buf *out,
			   struct tl_delta *ret, struct tl_err *err)
{
	bool minus = e->flags & TL_EDGE_MINUS;
	uint64_t base_start = minus ? ends->a_tail : ends->a_start;
	enum tl_status st = put_header(out, base_start, minus, minus ? ends->b_tail : ends->b_start,
				       minus ? ends->b_start : ends->b_tail, err);
	if (st == TL_OK)
		st = tl_cigar_turn(ends->runs, minus, out, err);
	size_t ops = out->len;
	if (st == TL_OK)
		st = tl_buf_reserve(out, e->subb.n + e->litb.n, err);
	if (st != TL_OK)
		return st;
	*ret = (struct tl_delta){{out->data, ops}, e->subb, e->litb};
	if (minus) {
		complement_into(out, &ret->subs);
		complement_into(out, &ret->lits);
	}
	return TL_OK;
}

/* a out of b, as the edge has it. */
static enum tl_status keep(const struct tl_edge *e, const struct ends *ends, struct tl_buf *out,
			   struct tl_delta *ret, struct tl_err *err)
{
	enum tl_status st = put_header(out, ends->b_start, e->flags & TL_EDGE_MINUS, ends->a_start,
				       ends->a_tail, err);
	if (st == TL_OK)
		st = tl_buf_add(out, ends->runs.p, ends->runs.n, err);
	if (st == TL_OK)
		*ret = (struct tl_delta){{out->data, out->len}, e->suba, e->lita};
	return st;
}

enum tl_status tl_delta_from_edge(const struct tl_edge *e, bool b_from_a, struct tl_buf *out,
				  struct tl_delta *ret, struct tl_err *err)
{
	struct tl_delta_sum sum;
	struct ends ends;
	tl_buf_reset(out);
	if (!(e->flags & (b_from_a ? TL_EDGE_B : TL_EDGE_A)) || !read_ends(e->ops, &ends))
		return tl_err_set(err, TL_DATA, "a broken edge");
	enum tl_status st =
		b_from_a ? turn(e, &ends, out, ret, err) : keep(e, &ends, out, ret, err);
	return st == TL_OK ? tl_delta_measure(ret, &sum, err) : st;
}
