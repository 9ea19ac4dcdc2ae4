/* SPDX-License-Identifier: MIT */
/* reassign: members that hang on others aligned to their roots.
 *
 * What may be copied from, and every member that hangs on a member, lies in a bank; of each is
 * known the root, how many steps it is away, and on which of its diagonals the chain's scripts lie.
 * A block of deltas comes after all that its scripts copy from, so one pass is enough.
 *
 * Contents: 1. what is known of a record  2. chains  3. blocks of deltas  4. the interface.
 */
#include <tl/reassign.h>

#include <stdlib.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/delta.h>
#include <tl/map.h>
#include <tl/mem.h>

#define SLOT_BYTES 48 /* of the map of ordinals, for a record, at most */

/* A record in its bank. */
struct place {
	uint32_t root;  /* its index; of a record that stands whole, its own */
	uint32_t depth; /* deltas down to the root */
	int64_t lo, hi; /* diagonals: place in the root (with minus, reversed) less place in it */
	bool minus;
};

struct shelf {
	struct tl_bank bank;
	struct place *place; /* [bank.n] */
	size_t cap;
};

struct tl_reassign {
	struct tl_pool *pool;
	struct tl_budget *budget;
	const struct tl_compare_params *params;
	struct tl_writer *writer;
	struct shelf shelf[2]; /* by alphabet */
	struct tl_map index;   /* ordinal to twice the index in its shelf, plus its alphabet */
	uint64_t charged;
	struct tl_bank_room room, lender;
	struct tl_buf scratch, residues, script, literals;
	/* Of the block in hand: */
	struct tl_pair *pair; /* [pairs], in the order of entries */
	size_t pairs, pair_cap, given;
	struct tl_edges edges; /* of the pairs that make a link, in their order */
	struct tl_reassign_sum sum;
};

/* 1. What is known of a record. */

static enum tl_status add_place(struct tl_reassign *r, struct shelf *s, uint64_t ordinal,
				const struct place *p, struct tl_err *err)
{
	const size_t i = s->bank.n - 1;
	if (i >= UINT32_MAX)
		return tl_err_set(err, TL_DATA, "more than 2^32 records that others hang on");
	enum tl_status st = tl_budget_grow(r->budget, &s->place, &s->cap, i + 1, sizeof *s->place,
					   "the table of chains", err);
	if (st == TL_OK)
		st = tl_budget_need(r->budget, SLOT_BYTES, "the table of ordinals", err);
	if (st != TL_OK)
		return st;
	r->charged += SLOT_BYTES;
	s->place[i] = *p;
	return tl_map_put(&r->index, ordinal, (uint64_t)i << 1 | (s != r->shelf), err);
}

/* Where a record is in a shelf; false where it is not. */
static bool find(const struct tl_reassign *r, const struct shelf *s, uint64_t ordinal, uint32_t *ret)
{
	uint64_t at;
	if (!tl_map_get(&r->index, ordinal, &at) || (at & 1) != (s != r->shelf))
		return false;
	*ret = (uint32_t)(at >> 1);
	return true;
}

/* An entry of a record that stands whole. */
static enum tl_status add_whole(struct tl_reassign *r, struct shelf *s, const struct tl_entry *e,
				struct tl_err *err)
{
	const struct place own = {.root = (uint32_t)s->bank.n};
	const bool more = e->flags & TL_REC_OUT;
	enum tl_status st = tl_bank_add(&s->bank, e->ordinal, e->resi, more, err);
	return st == TL_OK && !more ? add_place(r, s, e->ordinal, &own, err) : st;
}

static enum tl_status take_wholes(struct tl_reassign *r, const struct tl_batch *b,
				  struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		st = add_whole(r, &r->shelf[b->alphabet], &e, err);
	}
	return st;
}

/* What a duplicate is copied from stands for it. */
static enum tl_status take_twins(struct tl_reassign *r, const struct tl_batch *b,
				 struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		uint64_t base;
		if (!(b->flags[i] & TL_REC_IN) && tl_map_get(&r->index, b->base[i], &base))
			st = tl_map_put(&r->index, b->ordinal[i], base, err);
	}
	return st;
}

/* 2. Chains. */

/* The diagonals that a script visits. */
static void script_span(struct tl_str ops, const struct tl_delta_sum *sum, int64_t *lo, int64_t *hi)
{
	uint64_t number, a_start = 0, len;
	enum tl_cigar_op op;
	size_t pos = 0;
	for (int i = 0; i < 3; i++) {
		(void)tl_bits_get_varint(ops.p, ops.n, &pos, &number);
		a_start = i == 1 ? number : a_start;
	}
	const struct tl_str runs = {ops.p + pos, ops.n - pos};
	int64_t d = (int64_t)sum->b_start - (int64_t)a_start;
	*lo = *hi = d;
	pos = 0;
	while (tl_cigar_next(runs, &pos, &op, &len)) {
		d += op == TL_CIGAR_DEL ? (int64_t)len : op == TL_CIGAR_INS ? -(int64_t)len : 0;
		*lo = d < *lo ? d : *lo;
		*hi = d > *hi ? d : *hi;
	}
}

/* Where a member is whose base is known: its place in the root follows from that in the base.  Place
 * q of the reversed base is place Lb-1-q of the base, and with it Lr-1-(Lb-1-q+d) of the reversed
 * root, d being the base's diagonal. */
static struct place chain(const struct shelf *s, uint32_t base, struct tl_str ops,
			  const struct tl_delta_sum *sum)
{
	const struct place *b = &s->place[base];
	struct place p = {.root = b->root, .depth = b->depth + 1, .minus = b->minus != sum->minus};
	int64_t lo, hi;
	script_span(ops, sum, &lo, &hi);
	if (!sum->minus) {
		p.lo = lo + b->lo;
		p.hi = hi + b->hi;
		return p;
	}
	const int64_t off = (int64_t)tl_bank_length(&s->bank, b->root) -
			    (int64_t)tl_bank_length(&s->bank, base);
	p.lo = lo + off - b->hi;
	p.hi = hi + off - b->lo;
	return p;
}

static enum tl_status add_pair(struct tl_reassign *r, uint32_t member, const struct place *p,
			       struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&r->pair, &r->pair_cap, r->pairs + 1, sizeof *r->pair, err);
	if (st != TL_OK)
		return st;
	/* Two hits: it is to be aligned, whatever a glance says. */
	r->pair[r->pairs++] = (struct tl_pair){.member = member, .centre = p->root, .lo = p->lo,
					       .hi = p->hi, .hits = 2, .minus = p->minus};
	return TL_OK;
}

struct borrower {
	struct tl_reassign *r;
	struct shelf *s;
};

static enum tl_status get_loan(void *ctx, const struct tl_loan *loan, struct tl_str *ret,
			       struct tl_err *err)
{
	const struct borrower *b = ctx;
	const struct tl_bank *bank = &b->s->bank;
	uint32_t i;
	uint64_t from;
	if (!find(b->r, b->s, loan->source, &i) || b->s->place[i].depth ||
	    !tl_borrow_place(loan, tl_bank_length(bank, i), &from))
		return tl_err_set(err, TL_DATA, "literals of it stand in a record that is not there");
	return tl_bank_read_part(bank, i, from, from + loan->length, &b->r->lender, ret, err);
}

/* The script of a delta with all its literals. */
static enum tl_status whole_script(struct tl_reassign *r, struct shelf *s, const struct tl_entry *e,
				   struct tl_delta *ret, struct tl_err *err)
{
	struct borrower b = {r, s};
	*ret = (struct tl_delta){e->ops, e->subs, e->lits};
	if (!e->loans.n)
		return TL_OK;
	tl_buf_reset(&r->literals);
	enum tl_status st = tl_borrow_fill(e->loans, e->ordinal, e->lits, e->length, get_loan,
					   &b, &r->literals, err);
	ret->lits = (struct tl_str){r->literals.data, r->literals.len};
	return st;
}

/* Looks at a delta: is it needed by others, does it hang on one? */
static enum tl_status take_delta(struct tl_reassign *r, struct shelf *s, const struct tl_entry *e,
				 bool is_base, struct tl_err *err)
{
	struct tl_delta d;
	struct tl_delta_sum sum;
	struct tl_str base;
	uint32_t i;
	if (!find(r, s, e->base, &i) || e->flags & (TL_REC_IN | TL_REC_OUT)) {
		r->sum.pieces += !(e->flags & TL_REC_IN);
		return TL_OK;
	}
	if (!is_base && !s->place[i].depth)
		return TL_OK;
	enum tl_status st = whole_script(r, s, e, &d, err);
	if (st == TL_OK)
		st = tl_delta_measure(&d, &sum, err);
	if (st == TL_OK)
		st = tl_bank_read(&s->bank, i, &r->room, &base, err);
	tl_buf_reset(&r->residues);
	if (st == TL_OK)
		st = tl_delta_apply(&d, base.p, base.n, &r->scratch, &r->residues, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "record tl|%llu", (unsigned long long)e->ordinal);
	const struct place p = chain(s, i, e->ops, &sum);
	const uint32_t member = (uint32_t)s->bank.n;
	st = tl_bank_add(&s->bank, e->ordinal,
			 (struct tl_str){r->residues.data, r->residues.len}, 0, err);
	if (st == TL_OK)
		st = add_place(r, s, e->ordinal, &p, err);
	if (st == TL_OK && p.depth > 1) {
		r->sum.deep++;
		st = add_pair(r, member, &p, err);
	}
	return st;
}

/* 3. Blocks of deltas. */

static enum tl_status give_pairs(void *ctx, const struct tl_pair **ret, size_t *ret_n,
				 struct tl_err *err)
{
	struct tl_reassign *r = ctx;
	(void)err;
	*ret_n = r->given < r->pairs;
	*ret = &r->pair[r->given];
	r->given += *ret_n;
	return TL_OK;
}

static enum tl_status take_edges(void *ctx, struct tl_edges *edges, struct tl_err *err)
{
	struct tl_reassign *r = ctx;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < edges->n && st == TL_OK; i++) {
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		if (e.flags & TL_EDGE_A)
			st = tl_edge_add(&r->edges, &e, err);
	}
	return st;
}

/* The entries of a block, those with an edge as deltas of the root. */
static enum tl_status rewrite(struct tl_reassign *r, const struct tl_item *item, struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	struct tl_batch to = {0};
	enum tl_status st = TL_OK;
	size_t at = 0;
	tl_batch_become(&to, TL_KIND_DELTA, b);
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		struct tl_edge edge;
		struct tl_delta d;
		tl_batch_get(b, i, &e);
		if (at < r->edges.n && r->edges.a[at] == e.ordinal) {
			tl_edge_get(&r->edges, at++, &edge);
			st = tl_delta_from_edge(&edge, false, &r->script, &d, err);
			e.base = edge.b;
			e.ops = d.ops;
			e.subs = d.subs;
			e.lits = d.lits;
			e.loans = (struct tl_str){NULL, 0};
		}
		if (st == TL_OK)
			st = tl_batch_add(&to, &e, err);
	}
	r->sum.direct += at;
	if (st == TL_OK)
		st = tl_writer_put_batch(r->writer, &to, item->block.head.flags,
					 item->has_sum ? &item->sum : NULL, err);
	tl_batch_free(&to);
	return st;
}

static enum tl_status forward(struct tl_reassign *r, struct tl_item *item, struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	uint64_t starts = 0, residues = 0;
	for (size_t i = 0; i < b->n; i++) {
		starts += !(b->flags[i] & TL_REC_IN);
		residues += b->length[i];
	}
	return tl_writer_forward(r->writer, item, b->n ? b->ordinal[b->n - 1] : item->first, starts,
				 residues, err);
}

static enum tl_status take_deltas(struct tl_reassign *r, struct tl_item *item, struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	struct shelf *s = &r->shelf[b->alphabet];
	const struct tl_pair_source source = {give_pairs, r};
	struct tl_compare_sum sum;
	enum tl_status st = TL_OK;
	r->pairs = r->given = 0;
	tl_edge_reset(&r->edges);
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		st = take_delta(r, s, &e, item->block.head.flags & TL_BLOCK_BASE || e.flags & TL_REC_BASE, err);
	}
	if (st == TL_OK && r->pairs)
		st = tl_compare_pairs(r->pool, &s->bank, &source, &r->params[b->alphabet], NULL,
				      take_edges, r, &sum, err);
	if (st != TL_OK)
		return st;
	return r->edges.n ? rewrite(r, item, err) : forward(r, item, err);
}

/* 4. The interface. */

enum tl_status tl_reassign_new(struct tl_pool *pool, struct tl_budget *budget,
			       const struct tl_compare_params params[2], struct tl_writer *writer,
			       struct tl_reassign **ret, struct tl_err *err)
{
	struct tl_reassign *r = tl_mem_zalloc(1, sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	r->pool = pool;
	r->budget = budget;
	r->params = params;
	r->writer = writer;
	for (int i = 0; i < 2; i++) {
		r->shelf[i].bank.budget = budget;
		r->shelf[i].bank.share = tl_budget_share(budget, 1, 4, TL_STORE_CHUNK);
	}
	*ret = r;
	return TL_OK;
}

enum tl_status tl_reassign_put(struct tl_reassign *r, struct tl_item *item, struct tl_err *err)
{
	const uint32_t type = item->block.head.type;
	const bool is_base = item->block.head.flags & TL_BLOCK_BASE;
	enum tl_status st = TL_OK;
	if (type == TL_BLOCK_DLTA)
		return take_deltas(r, item, err);
	if (type == TL_BLOCK_FILE)
		return tl_writer_put_file(r->writer, &item->file, err);
	if (type == TL_BLOCK_SEQS && is_base)
		st = take_wholes(r, &item->batch, err);
	else if (type == TL_BLOCK_DUPS && is_base)
		st = take_twins(r, &item->batch, err);
	return st == TL_OK ? forward(r, item, err) : st;
}

void tl_reassign_sum(const struct tl_reassign *r, struct tl_reassign_sum *ret)
{
	*ret = r->sum;
}

void tl_reassign_free(struct tl_reassign *r)
{
	if (!r)
		return;
	for (int i = 0; i < 2; i++) {
		tl_budget_give(r->budget, r->shelf[i].cap * sizeof *r->shelf[i].place);
		free(r->shelf[i].place);
		tl_bank_free(&r->shelf[i].bank);
	}
	tl_budget_give(r->budget, r->charged);
	tl_map_free(&r->index);
	tl_bank_leave(&r->room);
	tl_bank_leave(&r->lender);
	tl_buf_free(&r->literals);
	tl_buf_free(&r->scratch);
	tl_buf_free(&r->residues);
	tl_buf_free(&r->script);
	tl_edge_free(&r->edges);
	free(r->pair);
	free(r);
}
