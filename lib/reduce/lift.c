/* SPDX-License-Identifier: MIT */
/* lift: hits on references as hits on every member.
 *
 * Contents: 1. subjects  2. records  3. coordinates  4. writing.
 */
#include <tl/lift.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/delta.h>
#include <tl/expand.h>
#include <tl/map.h>
#include <tl/hash.h>
#include <tl/mem.h>

#include "lift_hit.h"

#define CHAIN (2 * TL_EXPAND_DEPTH + 2) /* copies between a record and its root, at most */

struct member {
	uint64_t ordinal, base, root, length;
	size_t name, name_n, ops, ops_n; /* in bytes */
	uint8_t kind;                    /* enum tl_kind */
};

/* A record by one of its ids. */
struct answer {
	uint64_t hash;
	size_t member;
};

struct tl_lift {
	struct member *member; /* by ordinal */
	size_t n, cap;
	struct tl_buf bytes;
	struct answer *answer; /* by hash, then member */
	size_t answers, answer_cap;
	struct tl_map by_ordinal;
	size_t *family; /* [n] members by root, then ordinal */
	struct tl_rescore *opt_rescore;
	struct tl_buf line; /* of a hit that is scored again */
};

/* 1. Subjects. */

enum tl_status tl_lift_subjects(const struct tl_buf *text, const char *name, struct tl_buf *list,
				struct tl_err *err)
{
	struct tl_str line;
	struct tl_lift_hit h;
	size_t at = 0;
	enum tl_status st = TL_OK;
	for (uint64_t n = 1; st == TL_OK && tl_lift_hit_line(text, &at, &line); n++) {
		if (tl_lift_hit_is_comment(line))
			continue;
		if (!tl_lift_hit_read(line, &h))
			st = tl_lift_hit_wrong(err, name, n, "not a hit: 12 columns between tabs, the 9th and 10th "
						 "numbers from 1");
		if (st == TL_OK)
			st = tl_buf_add(list, h.subject.p, h.subject.n, err);
		if (st == TL_OK)
			st = tl_buf_fill(list, '\n', 1, err);
	}
	return st;
}

/* 2. Records. */

static enum tl_status add_answer(struct tl_lift *l, const void *p, size_t n, struct tl_err *err)
{
	if (!n)
		return TL_OK;
	enum tl_status st = tl_mem_grow(&l->answer, &l->answer_cap, l->answers + 1,
					sizeof *l->answer, err);
	if (st == TL_OK)
		l->answer[l->answers++] = (struct answer){tl_hash_64(p, n), l->n - 1};
	return st;
}

/* The ids of a record: as tl/names.h has them. */
static enum tl_status add_answers(struct tl_lift *l, struct tl_str head, uint64_t ordinal,
				  struct tl_err *err)
{
	char tl[32];
	int n = snprintf(tl, sizeof tl, "tl|%llu", (unsigned long long)ordinal);
	enum tl_status st = add_answer(l, tl, (size_t)n, err);
	while (st == TL_OK && head.n) {
		struct tl_str word = tl_names_word(head), inner = tl_names_inner(word);
		st = add_answer(l, word.p, word.n, err);
		if (st == TL_OK)
			st = add_answer(l, inner.p, inner.n, err);
		const uint8_t *next = memchr(head.p, 1, head.n);
		if (!next)
			break;
		head.n -= (size_t)(next + 1 - head.p);
		head.p = next + 1;
	}
	return st;
}

static enum tl_status add_record(struct tl_lift *l, const struct tl_expand_event *ev,
				 const struct tl_entry *e, struct tl_err *err)
{
	struct tl_str word = tl_names_word(e->head);
	enum tl_status st = tl_mem_grow(&l->member, &l->cap, l->n + 1, sizeof *l->member, err);
	if (st != TL_OK)
		return st;
	l->member[l->n] = (struct member){.ordinal = e->ordinal,
					  .base = e->base,
					  .root = ev->root,
					  .name = l->bytes.len,
					  .name_n = word.n,
					  .ops = l->bytes.len + word.n,
					  .kind = (uint8_t)ev->batch->kind};
	if ((st = tl_map_put(&l->by_ordinal, e->ordinal, l->n, err)) != TL_OK)
		return st;
	l->n++;
	st = tl_buf_add(&l->bytes, word.p, word.n, err);
	return st == TL_OK ? add_answers(l, e->head, e->ordinal, err) : st;
}

/* Pieces of a record follow each other, so what is added to its script stays in one. */
static enum tl_status add_entries(struct tl_lift *l, const struct tl_expand_event *ev,
				  struct tl_expand_room *room, struct tl_str *ret_residues,
				  struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ev->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(ev->batch, ev->at + i, &e);
		if (!(e.flags & TL_REC_IN))
			st = add_record(l, ev, &e, err);
		if (st != TL_OK)
			break;
		struct member *m = &l->member[l->n - 1];
		m->length += e.length;
		if (ev->batch->kind == TL_KIND_DELTA) {
			st = tl_buf_add(&l->bytes, e.ops.p, e.ops.n, err);
			m->ops_n += e.ops.n;
		}
		if (st != TL_OK || !l->opt_rescore)
			continue;
		tl_buf_reset(&room->residues);
		st = tl_expand_residues(ev, i, room, ret_residues, err);
		if (st == TL_OK)
			st = tl_rescore_add(l->opt_rescore, e.ordinal,
					    ev->batch->alphabet == TL_NUCLEOTIDE, *ret_residues,
					    e.flags & TL_REC_OUT, err);
	}
	return st;
}

static int by_hash(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;
	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

static int by_root(const void *a, const void *b, void *ctx)
{
	const struct member *m = ctx, *x = &m[*(const size_t *)a], *y = &m[*(const size_t *)b];
	if (x->root != y->root)
		return x->root < y->root ? -1 : 1;
	return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static enum tl_status sort_all(struct tl_lift *l, struct tl_err *err)
{
	l->family = tl_mem_alloc(l->n, sizeof *l->family, err);
	if (!l->family)
		return TL_NOMEM;
	for (size_t i = 0; i < l->n; i++)
		l->family[i] = i;
	if (l->n)
		qsort_r(l->family, l->n, sizeof *l->family, by_root, l->member);
	if (l->answers)
		qsort(l->answer, l->answers, sizeof *l->answer, by_hash);
	return TL_OK;
}

enum tl_status tl_lift_load(struct tl_reader *reader, struct tl_names *names, bool partial,
			    struct tl_rescore *opt_rescore, struct tl_lift **ret,
			    struct tl_err *err)
{
	const struct tl_expand_opts opts = {.opt_names = names, .partial = partial};
	struct tl_expand_room room = {{0}, {0}};
	struct tl_expand *x = NULL;
	struct tl_expand_event ev;
	struct tl_lift *l = tl_mem_zalloc(1, sizeof *l, err);
	if (l)
		l->opt_rescore = opt_rescore;
	enum tl_status st = l ? tl_expand_new(reader, &opts, &x, err) : TL_NOMEM;
	while (st == TL_OK && (st = tl_expand_next(x, &ev, err)) == TL_OK &&
	       ev.what != TL_EXPAND_END) {
		struct tl_str residues = {NULL, 0};
		if (ev.what == TL_EXPAND_ENTRIES)
			st = add_entries(l, &ev, &room, &residues, err);
		if (st == TL_OK)
			st = tl_expand_done(x, &ev, residues, err);
	}
	tl_expand_free(x);
	tl_buf_free(&room.residues);
	tl_buf_free(&room.scratch);
	if (st == TL_OK)
		st = sort_all(l, err);
	if (st == TL_OK)
		*ret = l;
	else
		tl_lift_free(l);
	return st;
}

void tl_lift_free(struct tl_lift *l)
{
	if (!l)
		return;
	tl_mem_free(l->member);
	tl_mem_free(l->answer);
	tl_mem_free(l->family);
	tl_buf_free(&l->bytes);
	tl_buf_free(&l->line);
	tl_map_free(&l->by_ordinal);
	tl_mem_free(l);
}

/* 3. Coordinates. */

struct interval {
	uint64_t from, to;
	bool minus;
};

/* [from, to) of a base of that length as an interval of what the script makes of it: between the
 * first and the last aligned residue.  False where none is aligned. */
static bool carry(struct tl_str ops, uint64_t length, struct interval *v)
{
	uint64_t b, a, tail, run, low = v->from, high = v->to;
	size_t at = 0;
	bool any = false;
	if (!tl_bits_get_varint(ops.p, ops.n, &at, &b) || !tl_bits_get_varint(ops.p, ops.n, &at, &a) ||
	    !tl_bits_get_varint(ops.p, ops.n, &at, &tail))
		return false;
	if (b & 1) {
		low = length - v->to;
		high = length - v->from;
		v->minus = !v->minus;
	}
	for (b >>= 1; b < high && tl_bits_get_varint(ops.p, ops.n, &at, &run);) {
		uint64_t n = run >> 2, op = run & 3;
		bool aligned = op < TL_CIGAR_INS;
		uint64_t from = b > low ? b : low, to = b + n < high ? b + n : high;
		if (aligned && from < to) {
			v->from = any ? v->from : a + (from - b);
			v->to = a + (to - b);
			any = true;
		}
		a += op == TL_CIGAR_DEL ? 0 : n;
		b += op == TL_CIGAR_INS ? 0 : n;
	}
	return any;
}

static const struct member *find(const struct tl_lift *l, uint64_t ordinal)
{
	uint64_t i;
	return tl_map_get(&l->by_ordinal, ordinal, &i) ? &l->member[i] : NULL;
}

/* An interval of its root carried to m, through all that stands between; false where it is lost. */
static bool carry_to(const struct tl_lift *l, const struct member *m, struct interval *v)
{
	const struct member *chain[CHAIN];
	size_t n = 0;
	for (; m->kind != TL_KIND_SEQ; m = find(l, m->base)) {
		if (n == CHAIN || !find(l, m->base))
			return false;
		chain[n++] = m;
	}
	uint64_t length = m->length;
	while (n--) {
		struct tl_str ops = {l->bytes.data + chain[n]->ops, chain[n]->ops_n};
		if (v->to > length || (chain[n]->kind == TL_KIND_DELTA && !carry(ops, length, v)))
			return false;
		length = chain[n]->length;
	}
	return v->to <= length;
}

/* 4. Writing. */

/* What the hit calls a record: by name, or by ordinal where the subject was; members of a reference that
 * was called by its number have none. */
static struct tl_str name_of(const struct tl_lift *l, const struct tl_lift_hit *h, const struct member *m,
			     char *tl, size_t size)
{
	struct tl_str name = {l->bytes.data + m->name, m->name_n};
	if (h->numbered && m->ordinal == h->ordinal)
		return h->subject;
	if (h->numbered || (h->subject.n > 3 && !memcmp(h->subject.p, "tl|", 3))) {
		name.p = (const uint8_t *)tl;
		name.n = (size_t)snprintf(tl, size, "tl|%llu", (unsigned long long)m->ordinal);
	}
	return name;
}

static enum tl_status put_hit(const struct tl_lift *l, const struct tl_lift_hit *h, const struct member *m,
			      const struct interval *v, struct tl_out *out, struct tl_err *err)
{
	char tl[32], ends[48];
	struct tl_str name = name_of(l, h, m, tl, sizeof tl);
	unsigned long long from = v->from + 1, to = v->to;
	int n = snprintf(ends, sizeof ends, "%llu\t%llu", v->minus ? to : from, v->minus ? from : to);
	const struct tl_str part[] = {h->before, name, h->between,
				      {(const uint8_t *)ends, (size_t)n}, h->behind,
				      {(const uint8_t *)"\n", 1}};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < sizeof part / sizeof *part && st == TL_OK; i++)
		st = tl_out_put(out, part[i].p, part[i].n, err);
	return st;
}

/* The same with the columns of an alignment of its own; *ret_any false where there is none. */
static enum tl_status put_again(struct tl_lift *l, const struct tl_lift_hit *h, const struct member *m,
				const struct interval *v, struct tl_out *out, bool *ret_any,
				struct tl_err *err)
{
	const struct tl_rescore_place at = {h->place.q_from, h->place.q_to, v->from, v->to};
	char tl[32];
	struct tl_str name = name_of(l, h, m, tl, sizeof tl);
	tl_buf_reset(&l->line);
	enum tl_status st = tl_buf_add(&l->line, h->before.p, h->before.n, err);
	if (st == TL_OK)
		st = tl_buf_add(&l->line, name.p, name.n, err);
	if (st == TL_OK)
		st = tl_rescore_put(l->opt_rescore, (size_t)(m - l->member), &at, &l->line, ret_any, err);
	if (st != TL_OK || !*ret_any)
		return st;
	st = tl_buf_fill(&l->line, '\n', 1, err);
	return st == TL_OK ? tl_out_put(out, l->line.data, l->line.len, err) : st;
}

/* The first member of a root in family. */
static size_t first_of(const struct tl_lift *l, uint64_t root)
{
	size_t low = 0, high = l->n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->member[l->family[mid]].root < root)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The hit on r is what others are measured by. */
static enum tl_status begin_again(struct tl_lift *l, const struct tl_lift_hit *h, const struct member *r,
				  struct tl_err *err)
{
	const struct tl_rescore_place at = {h->place.q_from, h->place.q_to, h->from, h->to};
	if (!at.q_to || h->minus)
		return tl_err_set(err, TL_DATA, "no hit of a protein on a protein");
	return tl_rescore_begin(l->opt_rescore, h->query, (size_t)(r - l->member), &at, h->expect,
				h->bits, err);
}

/* A hit on record r: for itself, and where others are made from it, for them. */
static enum tl_status lift_hit(struct tl_lift *l, const struct tl_lift_hit *h, const struct member *r,
			       struct tl_out *out, struct tl_lift_sum *sum, struct tl_err *err)
{
	struct interval own = {h->from, h->to, h->minus};
	bool begun = false;
	enum tl_status st = put_hit(l, h, r, &own, out, err);
	sum->written++;
	for (size_t i = first_of(l, r->ordinal); st == TL_OK && i < l->n; i++) {
		const struct member *m = &l->member[l->family[i]];
		struct interval v = own;
		if (m->root != r->ordinal)
			break;
		if (m == r)
			continue;
		bool there = carry_to(l, m, &v);
		if (there && l->opt_rescore && !begun) {
			st = begin_again(l, h, r, err);
			begun = true;
		}
		if (st == TL_OK && there)
			st = l->opt_rescore ? put_again(l, h, m, &v, out, &there, err)
					    : put_hit(l, h, m, &v, out, err);
		sum->lost += !there;
		sum->written += there;
	}
	return st;
}

static enum tl_status put_line(struct tl_str line, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_put(out, line.p, line.n, err);
	return st == TL_OK ? tl_out_put(out, "\n", 1, err) : st;
}

/* As the answers have it: that of tl|ORDINAL where the subject is a number. */
static uint64_t hash_of_subject(struct tl_lift_hit *h, const struct tl_refids *opt_ids)
{
	char tl[32];
	uint64_t id;
	h->numbered = opt_ids && tl_names_number(h->subject, &id) &&
		      tl_refid_find(opt_ids, id, &h->ordinal);
	if (!h->numbered)
		return tl_hash_64(h->subject.p, h->subject.n);
	int n = snprintf(tl, sizeof tl, "tl|%llu", (unsigned long long)h->ordinal);
	return tl_hash_64(tl, (size_t)n);
}

static enum tl_status lift_line(struct tl_lift *l, struct tl_str line,
				const struct tl_refids *opt_ids, const char *name,
				uint64_t number_of, struct tl_out *out, struct tl_lift_sum *sum,
				struct tl_err *err)
{
	struct tl_lift_hit h;
	enum tl_status st = TL_OK;
	if (tl_lift_hit_is_comment(line))
		return put_line(line, out, err);
	if (!tl_lift_hit_read(line, &h))
		return tl_lift_hit_wrong(err, name, number_of, "not a hit");
	uint64_t hash = hash_of_subject(&h, opt_ids);
	size_t low = 0, high = l->answers;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (l->answer[mid].hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	sum->hits++;
	bool known = low < l->answers && l->answer[low].hash == hash;
	if (!known) {
		sum->unknown++;
		sum->written++;
		return put_line(line, out, err);
	}
	size_t last = SIZE_MAX;
	for (; low < l->answers && l->answer[low].hash == hash && st == TL_OK; low++) {
		const struct member *m = &l->member[l->answer[low].member];
		if (l->answer[low].member == last)
			continue; /* two of its ids are the same */
		last = l->answer[low].member;
		if (h.to > m->length)
			return tl_lift_hit_wrong(err, name, number_of, "the hit goes beyond the end of its subject");
		st = lift_hit(l, &h, m, out, sum, err);
	}
	return st == TL_OK || !l->opt_rescore || st == TL_IO || st == TL_PIPE ? st : tl_err_prefix(err, "%s:%llu", name, (unsigned long long)number_of);
}

enum tl_status tl_lift_write(struct tl_lift *l, const struct tl_buf *text,
			     const struct tl_refids *opt_ids, const char *name, struct tl_out *out,
			     struct tl_lift_sum *ret, struct tl_err *err)
{
	struct tl_str line;
	size_t at = 0;
	enum tl_status st = TL_OK;
	*ret = (struct tl_lift_sum){0};
	for (uint64_t n = 1; st == TL_OK && tl_lift_hit_line(text, &at, &line); n++)
		st = lift_line(l, line, opt_ids, name, n, out, ret, err);
	return st;
}
