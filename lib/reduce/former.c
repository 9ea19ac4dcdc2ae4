/* SPDX-License-Identifier: MIT */
/* former: an older archive, for an update.
 *
 * Contents: 1. reading it  2. what copies are copied from  3. claims  4. the object.
 */
#include <tl/former.h>

#include <string.h>

#include <tl/bits.h>
#include <tl/expand.h>
#include <tl/mem.h>

#include "former_old.h"

#define EVENT_BYTES (1u << 20)
#define AHEAD 16 /* records */
#define SCRIPT_MOST (16u << 20) /* a script with more is not kept: its record is treated as new */

/* 1. Reading it. */

/* The record whose pieces are being read. */
struct loading {
	struct tl_former *f;
	struct tl_hash_state *hash;
	struct tl_buf part[3]; /* of its script: ops, subs, lits */
};

static enum tl_status begin(struct loading *l, const struct tl_expand_event *ev,
			    const struct tl_entry *e, struct tl_err *err)
{
	struct tl_former *f = l->f;
	enum tl_kind kind = ev->batch->kind;
	if (f->n >= TL_FORMER_NONE)
		return tl_err_set(err, TL_DATA, "more than 2^32 records");
	enum tl_status st = tl_budget_grow(f->budget, &f->old, &f->cap, f->n + 1, sizeof *f->old,
					   "the table of old records", err);
	if (st != TL_OK)
		return st;
	f->old[f->n++] = (struct old){.ordinal = e->ordinal,
				      .base = kind == TL_KIND_SEQ ? e->ordinal : e->base,
				      .now = FORMER_ABSENT,
				      .bank = TL_FORMER_NONE,
				      .heir = TL_FORMER_NONE,
				      .kind = (uint8_t)kind,
				      .nucleotide = ev->batch->alphabet == TL_NUCLEOTIDE,
				      .reference = kind == TL_KIND_SEQ && ev->reference};
	if (e->flags & TL_REC_OUT)
		tl_hash_reset(l->hash);
	for (int i = 0; i < 3; i++)
		tl_buf_reset(&l->part[i]);
	return TL_OK;
}

/* The script of a delta: three varint lengths, three strings. */
static enum tl_status keep_script(struct loading *l, struct old *o, struct tl_err *err)
{
	struct tl_former *f = l->f;
	uint8_t head[3 * TL_VARINT_MAX];
	size_t n = 0, all = 0;
	enum tl_status st = TL_OK;
	for (int i = 0; i < 3; i++) {
		n += tl_bits_put_varint(head + n, l->part[i].len);
		all += l->part[i].len;
	}
	o->script = tl_store_bytes(f->scripts);
	if (all > SCRIPT_MOST)
		return TL_OK;
	o->script_bytes = (uint32_t)(n + all);
	st = tl_store_put(f->scripts, head, n, err);
	for (int i = 0; i < 3 && st == TL_OK; i++)
		st = tl_store_put(f->scripts, l->part[i].data, l->part[i].len, err);
	return st;
}

static enum tl_status end(struct loading *l, struct tl_hash128 h, struct tl_err *err)
{
	struct tl_former *f = l->f;
	struct old *o = &f->old[f->n - 1];
	enum tl_status st = TL_OK;
	o->lo = h.lo;
	o->hi = h.hi;
	if (o->kind == TL_KIND_DELTA)
		st = keep_script(l, o, err);
	if (o->reference)
		o->script = tl_refid_of(&f->ids, o->ordinal);
	f->sum.records += o->kind != TL_KIND_DUP;
	return st;
}

static enum tl_status take_entry(struct loading *l, const struct tl_expand_event *ev, size_t i,
				 struct tl_str residues, struct tl_err *err)
{
	struct tl_former *f = l->f;
	struct tl_entry e;
	tl_batch_get(ev->batch, ev->at + i, &e);
	const struct tl_str part[3] = {e.ops, e.subs, ev->borrowed ? ev->literals : e.lits};
	bool delta = ev->batch->kind == TL_KIND_DELTA;
	enum tl_status st = e.flags & TL_REC_IN ? TL_OK : begin(l, ev, &e, err);
	if (st != TL_OK)
		return st;
	struct old *o = &f->old[f->n - 1];
	bool alone = !(e.flags & (TL_REC_IN | TL_REC_OUT));
	if (o->kind == TL_KIND_DUP)
		return TL_OK; /* what is there again is what it is a duplicate of */
	o->length += residues.n;
	if (!alone)
		tl_hash_put(l->hash, residues.p, residues.n);
	for (int j = 0; j < 3 && delta && st == TL_OK; j++)
		st = tl_buf_add(&l->part[j], part[j].p, part[j].n, err);
	if (st == TL_OK && f->residues && ev->batch->kind == TL_KIND_SEQ) {
		struct tl_bank *bank = &f->bank[o->nucleotide];
		o->bank = (uint32_t)bank->n;
		st = tl_bank_add(bank, o->ordinal, residues, e.flags & TL_REC_OUT, err);
	}
	if (st != TL_OK || e.flags & TL_REC_OUT)
		return st;
	return end(l, alone ? tl_hash_128(residues.p, residues.n) : tl_hash_get(l->hash), err);
}

static enum tl_status take_entries(struct loading *l, struct tl_expand *x,
				   const struct tl_expand_event *ev, struct tl_expand_room *room,
				   struct tl_err *err)
{
	struct tl_str residues = {NULL, 0};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ev->n && st == TL_OK; i++) {
		tl_buf_reset(&room->residues);
		if (ev->batch->kind != TL_KIND_DUP)
			st = tl_expand_residues(ev, i, room, &residues, err);
		if (st == TL_OK)
			st = take_entry(l, ev, i, residues, err);
	}
	return st == TL_OK ? tl_expand_done(x, ev, residues, err) : st;
}

static enum tl_status take_all(struct loading *l, struct tl_reader *r, struct tl_err *err)
{
	const struct tl_expand_opts opts = {
		.hidden = true, .opt_budget = l->f->budget, .bytes = EVENT_BYTES};
	struct tl_expand_room room = {{0}, {0}};
	struct tl_expand_event ev;
	struct tl_expand *x = NULL;
	enum tl_status st = tl_expand_new(r, &opts, &x, err);
	while (st == TL_OK && (st = tl_expand_next(x, &ev, err)) == TL_OK &&
	       ev.what != TL_EXPAND_END)
		if (ev.what == TL_EXPAND_ENTRIES)
			st = take_entries(l, x, &ev, &room, err);
	tl_expand_free(x);
	tl_buf_free(&room.residues);
	tl_buf_free(&room.scratch);
	return st;
}

/* 2. What copies are copied from. */

static uint32_t find(const struct tl_former *f, uint64_t ordinal)
{
	size_t lo = 0, hi = f->n;
	/* Mostly there are no gaps. */
	if (ordinal < hi && f->old[ordinal].ordinal == ordinal)
		return (uint32_t)ordinal;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (f->old[mid].ordinal < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint32_t)lo; /* the archive was read through, so it is there */
}

static void resolve(struct tl_former *f)
{
	for (size_t i = 0; i < f->n; i++) {
		uint32_t from = (uint32_t)i;
		if (f->old[i].kind != TL_KIND_SEQ)
			from = find(f, f->old[i].base);
		/* The base of a duplicate is none. */
		if (f->old[from].kind == TL_KIND_DUP)
			from = find(f, f->old[from].base);
		f->old[i].from = from;
	}
}

/* It will be looked for soon: memory is far. */
static void fetch(const struct tl_former *f, uint64_t lo)
{
	__builtin_prefetch(&f->slot[(size_t)lo & (f->slots - 1)], 1);
}

/* A table of all that are no duplicates, by their hashes; of equal ones the first counts. */
static enum tl_status make_table(struct tl_former *f, struct tl_err *err)
{
	size_t size = 64;
	while (size * 2 < f->n * 3)
		size *= 2;
	enum tl_status st = tl_budget_need(f->budget, size * sizeof *f->slot,
					   "the table of old records", err);
	if (st != TL_OK)
		return st;
	f->slots = size;
	f->slot = tl_mem_zalloc(size, sizeof *f->slot, err);
	if (!f->slot)
		return TL_NOMEM;
	for (size_t i = 0; i < f->n; i++) {
		if (i + AHEAD < f->n)
			fetch(f, f->old[i + AHEAD].lo);
		size_t at = (size_t)f->old[i].lo & (size - 1);
		if (f->old[i].kind == TL_KIND_DUP)
			continue;
		while (f->slot[at].number && f->slot[at].tag != (uint32_t)(f->old[i].lo >> 32))
			at = (at + 1) & (size - 1);
		/* Two of one tag here are the same, or, once in a great while, one of them is treated as new. */
		if (!f->slot[at].number)
			f->slot[at] = (struct old_slot){(uint32_t)i + 1, (uint32_t)(f->old[i].lo >> 32)};
	}
	return TL_OK;
}

static enum tl_status read_through(struct tl_former *f, const char *path, struct tl_pool *pool,
				   struct tl_err *err)
{
	const struct tl_reader_opts ropts = {.raw_edge = true, .nameless = true, .uniform = true};
	struct loading l = {.f = f};
	struct tl_reader *r = NULL;
	struct tl_reader_totals totals;
	bool found = false;
	enum tl_status st = tl_reader_open(pool, &path, 1, &ropts, &r, err);
	if (st == TL_OK && !(tl_reader_flags(r) & TL_STREAM_REDUCED))
		st = tl_err_set(err, TL_DATA, "%s: not an archive, as tl-reduce makes them", path);
	if (st == TL_OK)
		st = tl_refid_load(path, &f->ids, &found, err);
	if (st == TL_OK && !found)
		st = tl_err_set(err, TL_DATA, "%s: not one archive in a file", path);
	if (st == TL_OK)
		st = (l.hash = tl_hash_new(err)) ? TL_OK : TL_NOMEM;
	if (st == TL_OK)
		st = take_all(&l, r, err);
	if (st == TL_OK) {
		tl_reader_totals_get(r, &totals);
		f->next_id = f->ids.next ? f->ids.next : totals.next;
		resolve(f);
		st = make_table(f, err);
	}
	tl_reader_close(r);
	tl_hash_free(l.hash);
	for (int i = 0; i < 3; i++)
		tl_buf_free(&l.part[i]);
	return st;
}

/* 3. Claims. */

void tl_former_fetch(const struct tl_former *f, struct tl_hash128 hash)
{
	fetch(f, hash.lo);
}

uint32_t tl_former_claim(struct tl_former *f, struct tl_hash128 hash, uint64_t length,
			 bool nucleotide, uint64_t ordinal)
{
	size_t at = (size_t)hash.lo & (f->slots - 1);
	while (f->slot[at].number && f->slot[at].tag != (uint32_t)(hash.lo >> 32))
		at = (at + 1) & (f->slots - 1);
	if (!f->slot[at].number)
		return TL_FORMER_NONE;
	uint32_t i = f->slot[at].number - 1;
	struct old *o = &f->old[i];
	if (o->there || o->lo != hash.lo || o->length != length || o->nucleotide != nucleotide ||
	    o->hi != hash.hi)
		return TL_FORMER_NONE;
	o->there = true;
	o->now = ordinal;
	f->sum.again++;
	return i;
}

/* 4. The object. */

enum tl_status tl_former_load(const char *path, bool residues, struct tl_pool *pool,
			      struct tl_budget *budget, struct tl_former **ret, struct tl_err *err)
{
	struct tl_former *f = tl_mem_zalloc(1, sizeof *f, err);
	if (!f)
		return TL_NOMEM;
	f->budget = budget;
	f->residues = residues;
	for (int i = 0; i < 2; i++) {
		f->bank[i].budget = budget;
		f->bank[i].share = tl_budget_share(budget, 1, 8, TL_STORE_CHUNK);
	}
	enum tl_status st =
		tl_store_new(budget, tl_budget_share(budget, 1, 8, 0), &f->scripts, err);
	if (st == TL_OK)
		st = read_through(f, path, pool, err);
	if (st != TL_OK) {
		tl_former_free(f);
		return st;
	}
	*ret = f;
	return TL_OK;
}

enum tl_status tl_former_settle(struct tl_former *f, uint64_t next, struct tl_err *err)
{
	return tl_former_keep_decide(f, next, err);
}

enum tl_former_state tl_former_state(const struct tl_former *f, uint32_t i)
{
	return i == TL_FORMER_NONE ? TL_FORMER_NEW : (enum tl_former_state)f->old[i].state;
}

size_t tl_former_hidden(const struct tl_former *f)
{
	return f->hiddens;
}

uint32_t tl_former_hidden_at(const struct tl_former *f, size_t k)
{
	return f->hidden[k];
}

uint64_t tl_former_from(const struct tl_former *f, uint32_t i)
{
	return f->old[tl_former_keep_source(f, i)].now;
}

enum tl_status tl_former_script(const struct tl_former *f, uint32_t i, struct tl_buf *scratch,
				struct tl_delta *ret, struct tl_err *err)
{
	const struct old *o = &f->old[i];
	return o->kind == TL_KIND_SEQ ? tl_former_turn_script(f, o, scratch, ret, err)
				      : tl_former_keep_read(f, o, scratch, ret, err);
}

uint64_t tl_former_length(const struct tl_former *f, uint32_t i)
{
	return f->old[i].length;
}

bool tl_former_nucleotide(const struct tl_former *f, uint32_t i)
{
	return f->old[i].nucleotide;
}

bool tl_former_is_ref(const struct tl_former *f, uint32_t i, uint64_t *ret)
{
	if (i == TL_FORMER_NONE || !f->old[i].reference)
		return false;
	*ret = f->old[i].script;
	return true;
}

uint64_t tl_former_next_id(const struct tl_former *f)
{
	return f->next_id;
}

void tl_former_sum(const struct tl_former *f, struct tl_former_sum *ret)
{
	*ret = f->sum;
}

void tl_former_free(struct tl_former *f)
{
	if (!f)
		return;
	tl_budget_give(f->budget, f->cap * sizeof *f->old + f->slots * sizeof *f->slot +
					  f->hidden_cap * sizeof *f->hidden);
	tl_mem_free(f->old);
	tl_mem_free(f->hidden);
	tl_mem_free(f->slot);
	tl_refid_free(&f->ids);
	tl_store_free(f->scripts);
	tl_bank_free(&f->bank[0]);
	tl_bank_free(&f->bank[1]);
	tl_mem_free(f);
}
