/* SPDX-License-Identifier: MIT */
/* rebase: the script that makes one member out of another.
 *
 * Each script is read as runs over the whole of the reference: what lies outside its alignment is a
 * deletion, what literals stand at its ends an insertion.
 *
 * Contents: 1. reading  2. writing  3. runs side by side  4. the interface.
 */
#include <tl/rebase.h>

#include <string.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/cigar.h>

/* 1. Reading. */

enum part { START, BEFORE, RUNS, BEHIND, REST, OVER };

/* A place in a script: left residues of a run are still to be read. */
struct cursor {
	struct tl_str ops;
	size_t pos;
	enum part part;
	enum tl_cigar_op op;
	uint64_t left, b_start, before, behind;
	const uint8_t *subs, *lits;
};

static bool begin(struct cursor *c, const struct tl_delta *d)
{
	*c = (struct cursor){.ops = d->ops, .subs = d->subs.p, .lits = d->lits.p};
	if (!tl_bits_get_varint(d->ops.p, d->ops.n, &c->pos, &c->b_start) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &c->pos, &c->before) ||
	    !tl_bits_get_varint(d->ops.p, d->ops.n, &c->pos, &c->behind))
		return false;
	c->b_start >>= 1;
	return true;
}

/* The next part of a script begins. */
static void step(struct cursor *c, uint64_t rest)
{
	switch (c->part) {
	case START:
		c->op = TL_CIGAR_DEL;
		c->left = c->b_start;
		c->part = BEFORE;
		break;
	case BEFORE:
		c->op = TL_CIGAR_INS;
		c->left = c->before;
		c->part = RUNS;
		break;
	case RUNS:
		if (!tl_cigar_next(c->ops, &c->pos, &c->op, &c->left))
			c->part = BEHIND;
		break;
	case BEHIND:
		c->op = TL_CIGAR_INS;
		c->left = c->behind;
		c->part = REST;
		break;
	default:
		c->op = TL_CIGAR_DEL;
		c->left = rest;
		c->part = OVER;
	}
}

/* At a run with something left, or at the end; rest: residues of the reference that are left. */
static void settle(struct cursor *c, uint64_t rest)
{
	while (!c->left && c->part != OVER)
		step(c, rest);
}

static bool has_residue(const struct cursor *c)
{
	return c->op == TL_CIGAR_MATCH || c->op == TL_CIGAR_SUBST;
}

/* n residues of the run are done. */
static void pass(struct cursor *c, uint64_t n)
{
	c->left -= n;
	if (c->op == TL_CIGAR_SUBST)
		c->subs += n;
	if (c->op == TL_CIGAR_INS)
		c->lits += n;
}

/* 2. Writing. */

/* Runs are written when another one begins.  What is inserted or deleted before the first column
 * and behind the last one is no run. */
struct making {
	struct tl_rebase_room *room;
	const struct tl_rebase_ref *ref;
	enum tl_cigar_op op;
	uint64_t len;            /* of the open run; 0: none */
	bool any;                /* a column was written */
	uint64_t b_start, before; /* deleted and inserted before it */
	uint64_t behind;         /* inserted behind the last one */
	size_t end;              /* of the runs up to the last one */
	struct tl_err *err;
};

static enum tl_status close_run(struct making *m)
{
	bool column = m->op == TL_CIGAR_MATCH || m->op == TL_CIGAR_SUBST;
	if (!m->len)
		return TL_OK;
	m->any = m->any || column;
	enum tl_status st = TL_OK;
	if (m->any)
		st = tl_cigar_add(&m->room->runs, m->op, m->len, m->err);
	else if (m->op == TL_CIGAR_INS)
		m->before += m->len;
	else
		m->b_start += m->len;
	if (column) {
		m->end = m->room->runs.len;
		m->behind = 0;
	} else if (m->any && m->op == TL_CIGAR_INS) {
		m->behind += m->len;
	}
	m->len = 0;
	return st;
}

/* residues: those that the run brings along, of SUBST and INS. */
static enum tl_status put(struct making *m, enum tl_cigar_op op, uint64_t len,
			  const uint8_t *residues)
{
	enum tl_status st = TL_OK;
	if (!len)
		return TL_OK;
	if (m->op != op)
		st = close_run(m);
	m->op = op;
	m->len += len;
	if (st == TL_OK && op == TL_CIGAR_SUBST)
		st = tl_buf_add(&m->room->subs, residues, len, m->err);
	if (st == TL_OK && op == TL_CIGAR_INS)
		st = tl_buf_add(&m->room->lits, residues, len, m->err);
	return st;
}

/* n residues of the member against n others of the base. */
static enum tl_status put_pairs(struct making *m, const uint8_t *member, const uint8_t *base,
				uint64_t n)
{
	enum tl_status st = TL_OK;
	for (uint64_t i = 0, to; i < n && st == TL_OK; i = to) {
		bool same = member[i] == base[i];
		for (to = i + 1; to < n && (member[to] == base[to]) == same; to++)
			;
		st = put(m, same ? TL_CIGAR_MATCH : TL_CIGAR_SUBST, to - i, member + i);
	}
	return st;
}

/* Residues [p, p + n) of the reference, as the scripts take it. */
static enum tl_status fetch(struct making *m, uint64_t p, uint64_t n, const uint8_t **ret)
{
	const struct tl_rebase_ref *ref = m->ref;
	uint64_t at = ref->minus ? ref->length - p - n : p;
	struct tl_str s = {ref->residues ? ref->residues + at : NULL, n};
	enum tl_status st = TL_OK;
	if (!ref->residues)
		st = tl_store_get(ref->text, at, n, &m->room->scratch, &s, m->err);
	*ret = s.p;
	if (st != TL_OK || !ref->minus)
		return st;
	if ((st = tl_buf_reserve(&m->room->residues, n, m->err)) == TL_OK)
		tl_alphabet_revcomp(m->room->residues.data, s.p, n);
	*ret = m->room->residues.data;
	return st;
}

/* 3. Runs side by side. */

/* Both have something between two residues of the reference, or one has. */
static enum tl_status put_insertions(struct making *m, struct cursor *a, struct cursor *b)
{
	uint64_t na = a->op == TL_CIGAR_INS ? a->left : 0, nb = b->op == TL_CIGAR_INS ? b->left : 0;
	uint64_t least = na < nb ? na : nb, head = 0, tail = 0;
	while (head < least && a->lits[head] == b->lits[head])
		head++;
	while (tail < least - head && a->lits[na - 1 - tail] == b->lits[nb - 1 - tail])
		tail++;
	uint64_t pairs = least - head - tail;
	enum tl_status st = put(m, TL_CIGAR_MATCH, head, NULL);
	if (st == TL_OK && pairs)
		st = put_pairs(m, a->lits + head, b->lits + head, pairs);
	if (st == TL_OK)
		st = put(m, TL_CIGAR_INS, na - least, a->lits + head + pairs);
	if (st == TL_OK)
		st = put(m, TL_CIGAR_DEL, nb - least, NULL);
	if (st == TL_OK)
		st = put(m, TL_CIGAR_MATCH, tail, NULL);
	pass(a, na);
	pass(b, nb);
	return st;
}

/* n places of the reference from p on, of which both runs say what becomes of them. */
static enum tl_status put_places(struct making *m, const struct cursor *a, const struct cursor *b,
				 uint64_t p, uint64_t n)
{
	const uint8_t *ref = NULL;
	bool subst = a->op == TL_CIGAR_SUBST || b->op == TL_CIGAR_SUBST;
	enum tl_status st = TL_OK;
	if (!has_residue(a))
		return has_residue(b) ? put(m, TL_CIGAR_DEL, n, NULL) : TL_OK;
	if (!has_residue(b) && a->op == TL_CIGAR_SUBST)
		return put(m, TL_CIGAR_INS, n, a->subs);
	if (has_residue(b) && !subst)
		return put(m, TL_CIGAR_MATCH, n, NULL);
	if (a->op == TL_CIGAR_MATCH || b->op == TL_CIGAR_MATCH)
		st = fetch(m, p, n, &ref);
	if (st != TL_OK)
		return st;
	if (!has_residue(b))
		return put(m, TL_CIGAR_INS, n, ref);
	return put_pairs(m, a->op == TL_CIGAR_MATCH ? ref : a->subs,
			 b->op == TL_CIGAR_MATCH ? ref : b->subs, n);
}

static enum tl_status put_all(struct making *m, struct cursor *a, struct cursor *b)
{
	uint64_t p = 0, length = m->ref->length;
	enum tl_status st = TL_OK;
	while (st == TL_OK) {
		settle(a, length - p);
		settle(b, length - p);
		if (!a->left && !b->left)
			return close_run(m);
		bool inserts = (a->left && a->op == TL_CIGAR_INS) ||
			       (b->left && b->op == TL_CIGAR_INS);
		if (inserts) {
			st = put_insertions(m, a, b);
			continue;
		}
		uint64_t n = a->left < b->left ? a->left : b->left;
		if (!n || n > length - p)
			return tl_err_set(m->err, TL_DATA, "a delta script that leaves its base");
		if ((st = put_places(m, a, b, p, n)) != TL_OK)
			return st;
		pass(a, n);
		pass(b, n);
		p += n;
	}
	return st;
}

/* 4. The interface. */

static enum tl_status finish(struct making *m, struct tl_delta *ret)
{
	struct tl_rebase_room *room = m->room;
	if (!m->any)
		m->b_start = 0;
	enum tl_status st = tl_buf_add_varint(&room->ops, m->b_start << 1, m->err);
	if (st == TL_OK)
		st = tl_buf_add_varint(&room->ops, m->before, m->err);
	if (st == TL_OK)
		st = tl_buf_add_varint(&room->ops, m->behind, m->err);
	if (st == TL_OK)
		st = tl_buf_add(&room->ops, room->runs.data, m->end, m->err);
	*ret = (struct tl_delta){{room->ops.data, room->ops.len},
				 {room->subs.data, room->subs.len},
				 {room->lits.data, room->lits.len}};
	return st;
}

enum tl_status tl_rebase_make(const struct tl_delta *member, const struct tl_delta *base,
			      const struct tl_rebase_ref *ref, struct tl_rebase_room *room,
			      struct tl_delta *ret, struct tl_err *err)
{
	struct making m = {.room = room, .ref = ref, .err = err};
	struct cursor a, b;
	tl_buf_reset(&room->ops);
	tl_buf_reset(&room->subs);
	tl_buf_reset(&room->lits);
	tl_buf_reset(&room->runs);
	if (!begin(&a, member) || !begin(&b, base))
		return tl_err_set(err, TL_DATA, "a broken delta script");
	enum tl_status st = put_all(&m, &a, &b);
	return st == TL_OK ? finish(&m, ret) : st;
}

void tl_rebase_free(struct tl_rebase_room *room)
{
	tl_buf_free(&room->ops);
	tl_buf_free(&room->subs);
	tl_buf_free(&room->lits);
	tl_buf_free(&room->runs);
	tl_buf_free(&room->residues);
	tl_buf_free(&room->scratch);
	*room = (struct tl_rebase_room){0};
}
