/* SPDX-License-Identifier: MIT */
/* set_chain: the records of a set by ordinal, and what hangs on what. */
#include "set_chain.h"

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/expand.h>
#include <tl/mem.h>

#include "renew.h"
#include "set_row.h"

#define WHAT "the table of records"

/* 1. Order. */

static enum tl_status new_columns(struct tl_set *set, struct tl_err *err)
{
	size_t samples = set->n / TL_SET_SAMPLE + 1;
	uint64_t bytes = samples * sizeof *set->sample +
			 set->n * (sizeof *set->base + sizeof *set->length + sizeof *set->state);
	if (set->n >= TL_SET_NONE)
		return tl_err_set(err, TL_DATA, "more than 2^32 records to select from");
	enum tl_status st = tl_budget_need(set->budget, bytes, WHAT, err);
	if (st != TL_OK)
		return st;
	set->charged += bytes;
	set->sample = tl_mem_alloc(samples, sizeof *set->sample, err);
	set->base = tl_mem_alloc(set->n, sizeof *set->base, err);
	set->length = tl_mem_alloc(set->n, sizeof *set->length, err);
	set->state = tl_mem_alloc(set->n, sizeof *set->state, err);
	if (!set->sample || !set->base || !set->length || !set->state)
		return TL_NOMEM;
	return tl_table_new(set->budget, tl_budget_share(set->budget, 1, 8, 0),
			    TL_SET_ROW * sizeof(uint64_t), &set->row, err);
}

/* The next row by ordinal, which is that of record i. */
static enum tl_status add_row(struct tl_set *set, uint32_t i, const uint64_t *row,
			      struct tl_err *err)
{
	unsigned kind = row[ROW_WORD] & ROW_KIND;
	if (i && row[ROW_ORDINAL] == set->last)
		return tl_err_set(err, TL_DATA, "record tl|%llu stands twice in the stream",
				  (unsigned long long)set->last);
	if (i % TL_SET_SAMPLE == 0)
		set->sample[i / TL_SET_SAMPLE] = row[ROW_ORDINAL];
	set->last = row[ROW_ORDINAL];
	set->base[i] = i;
	set->length[i] = row[ROW_LENGTH] < UINT32_MAX ? (uint32_t)row[ROW_LENGTH] : UINT32_MAX;
	set->state[i] = (uint16_t)(kind | (row[ROW_WORD] & ROW_NUCLEOTIDE ? STATE_NUCLEOTIDE : 0) |
				   (row[ROW_WORD] & ROW_PREFER ? STATE_PREFER : 0));
	set_state(set, i, STATE_ROLE, 3,
		  row[ROW_WORD] & ROW_OLD ? TL_SET_MEMBER
		  : kind == TL_KIND_SEQ	  ? TL_SET_REF
					  : TL_SET_COPY);
	return tl_table_put(set->row, row, err);
}

static enum tl_status order_rows(struct tl_set *set, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *row;
	uint64_t renewed[TL_SET_ROW];
	struct tl_buf scratch = {0};
	uint32_t i = 0;
	enum tl_status st = tl_sort_open(set->reading, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &row, err)) == TL_OK && row) {
		if (set->opt_former) {
			memcpy(renewed, row, sizeof renewed);
			row = renewed;
			st = tl_renew_row(set, renewed, &scratch, err);
		}
		if (st == TL_OK)
			st = add_row(set, i++, row, err);
		if (st != TL_OK)
			break;
	}
	tl_sort_close(pass);
	tl_buf_free(&scratch);
	return st;
}

enum tl_status tl_set_chain_missing(struct tl_err *err, uint64_t ordinal)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu is named but not there",
			  (unsigned long long)ordinal);
}

static enum tl_status find_bases(struct tl_set *set, struct tl_err *err)
{
	for (uint32_t i = 0; i < set->n; i++) {
		const void *p;
		if (is_node(set, i))
			continue;
		enum tl_status st = tl_table_get(set->row, &set->row_view, i, &p, err);
		if (st != TL_OK)
			return st;
		const uint64_t *row = p;
		uint64_t base = row[ROW_WORD] & ROW_OLD
					? tl_former_from(set->opt_former, (uint32_t)row[ROW_BASE])
					: row[ROW_BASE];
		if ((st = tl_set_find(set, base, &set->base[i], err)) != TL_OK)
			return st;
		if (set->base[i] == TL_SET_NONE)
			return tl_set_chain_missing(err, base);
	}
	return TL_OK;
}

enum tl_status tl_set_chain_sort(struct tl_set *set, struct tl_err *err)
{
	enum tl_status st = set->opt_former ? tl_renew_settle(set, err) : TL_OK;
	if (st == TL_OK)
		st = tl_sort_end(set->reading, err);
	if (st == TL_OK)
		st = new_columns(set, err);
	if (st == TL_OK)
		st = order_rows(set, err);
	tl_sort_free(set->reading);
	set->reading = NULL;
	return st == TL_OK ? find_bases(set, err) : st;
}

enum tl_status tl_set_chain_ordinal(struct tl_set *set, uint32_t i, uint64_t *ret,
				    struct tl_err *err)
{
	const void *row;
	uint32_t from = i / TL_SET_SAMPLE * TL_SET_SAMPLE;
	uint64_t first = set->sample[i / TL_SET_SAMPLE], next;
	/* Nothing is missing between two samples: so it is with whole databases. */
	next = set->n - from > TL_SET_SAMPLE ? set->sample[i / TL_SET_SAMPLE + 1] : set->last + 1;
	uint64_t n = set->n - from > TL_SET_SAMPLE ? TL_SET_SAMPLE : set->n - from;
	*ret = first + (i - from);
	if (next - first == n)
		return TL_OK;
	enum tl_status st = tl_table_get(set->row, &set->find_view, i, &row, err);
	if (st == TL_OK)
		*ret = ((const uint64_t *)row)[ROW_ORDINAL];
	return st;
}

/* 2. Copies of copies. */

static enum tl_status refuse(struct tl_set *set, uint32_t i, const char *why, struct tl_err *err)
{
	uint64_t ordinal;
	enum tl_status st = tl_set_chain_ordinal(set, i, &ordinal, err);
	return st != TL_OK ? st
			   : tl_err_set(err, TL_DATA, "record tl|%llu %s",
					(unsigned long long)ordinal, why);
}

/* Follows a record down to one that stands whole: how many copies, and how many deltas among them.
 */
static enum tl_status walk(struct tl_set *set, uint32_t i, unsigned *ret_copies,
			   unsigned *ret_deltas, uint32_t *ret_root, struct tl_err *err)
{
	unsigned copies = 0, deltas = 0;
	bool twin = false;
	while (set->base[i] != i || kind_of(set, i) != TL_KIND_SEQ) {
		uint32_t base = set->base[i];
		bool dup = kind_of(set, i) == TL_KIND_DUP;
		if (is_nucleotide(set, base) != is_nucleotide(set, i))
			return refuse(set, i, "is copied from one of another alphabet", err);
		set->state[base] |= STATE_BASE;
		copies++;
		deltas += !dup;
		/* As no duplicate is one of a duplicate, a circle has deltas in it. */
		if (deltas > TL_EXPAND_DEPTH || (twin && dup))
			return refuse(set, i,
				      "hangs on a chain of copies that is too long, a circle, or a "
				      "duplicate of a duplicate", err);
		twin = dup;
		i = base;
	}
	*ret_copies = copies;
	*ret_deltas = deltas;
	*ret_root = i;
	return TL_OK;
}

/* What literals stand in is copied from, and as high as can be, so that it becomes no member. */
static enum tl_status pin_lenders(struct tl_set *set, struct tl_err *err)
{
	struct tl_map *m = &set->lenders;
	for (size_t k = 0; m->n && k < m->size; k++) {
		uint64_t ordinal = m->slot[k].key;
		uint32_t i;
		if (ordinal == UINT64_MAX)
			continue;
		enum tl_status st = tl_set_find(set, ordinal, &i, err);
		if (st != TL_OK)
			return st;
		if (i == TL_SET_NONE)
			return tl_set_chain_missing(err, ordinal);
		uint64_t to = m->slot[k].value & 3;
		if (to != TL_SET_LENDS << is_nucleotide(set, i))
			return refuse(set, i, "has literals of records of another alphabet", err);
		m->slot[k].value = (uint64_t)i << 2 | to;
		set->state[i] |= STATE_BASE;
		if (kind_of(set, i) == TL_KIND_DUP)
			i = set->base[i];
		if (kind_of(set, i) != TL_KIND_SEQ)
			return refuse(set, i, "does not stand whole, but literals of others stand in it", err);
		set_state(set, i, STATE_HEIGHT, 15, TL_EXPAND_DEPTH);
	}
	return TL_OK;
}

enum tl_status tl_set_chain_measure(struct tl_set *set, struct tl_err *err)
{
	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t root = i;
		unsigned copies = 0, deltas = 0;
		enum tl_status st = walk(set, i, &copies, &deltas, &root, err);
		if (st != TL_OK)
			return st;
		set_state(set, i, STATE_DEPTH, 31, copies);
		if (set->state[i] & STATE_PREFER && !deltas)
			set->state[root] |= STATE_PREFER;
		if (height_of(set, root) < deltas)
			set_state(set, root, STATE_HEIGHT, 15, deltas);
	}
	return pin_lenders(set, err);
}

/* 3. What stands in front. */

static bool is_delta(const struct tl_set *set, uint32_t i)
{
	return tl_set_role(set, i) == TL_SET_MEMBER ||
	       (tl_set_role(set, i) == TL_SET_COPY && kind_of(set, i) == TL_KIND_DELTA);
}

/* What deltas of higher ordinals only are copied from may stand between other records, if it is a
 * delta itself: in the order of ordinals it comes first all the same.  All else that something is
 * copied from stands in front, and so what that is copied from. */
static bool find_front(struct tl_set *set)
{
	bool changed = false;
	for (uint32_t i = (uint32_t)set->n; i-- > 0;) {
		uint32_t b = set->base[i];
		if (b == i)
			continue;
		bool front = !is_delta(set, b) || !is_delta(set, i) || i < b ||
			     tl_set_is_front(set, i);
		if (!front || tl_set_is_front(set, b))
			continue;
		set->state[b] |= STATE_FRONT;
		changed = true;
	}
	return changed;
}

static void front_lenders(struct tl_set *set)
{
	const struct tl_map *m = &set->lenders;
	for (size_t k = 0; m->n && k < m->size; k++)
		if (m->slot[k].key != UINT64_MAX)
			set->state[m->slot[k].value >> 2] |= STATE_FRONT;
}

void tl_set_chain_place(struct tl_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		set->state[i] &= (uint16_t)~STATE_FRONT;
	front_lenders(set);
	while (find_front(set))
		;
}
