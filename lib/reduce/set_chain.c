/* SPDX-License-Identifier: MIT */
/* set_chain: the records of a set by ordinal, and what hangs on what. */
#include "set_chain.h"

#include <stddef.h>
#include <stdlib.h>

#include <tl/expand.h>
#include <tl/mem.h>
#include <tl/radix.h>

/* A record is sorted as six words of which the first is its ordinal. */
_Static_assert(sizeof(struct tl_set_record) == 6 * sizeof(uint64_t) &&
		       offsetof(struct tl_set_record, ordinal) == 0,
	       "records are six words");

/* Puts the offsets of names into the order of ordinals. */
static enum tl_status sort_words(struct tl_set *set, struct tl_err *err)
{
	uint64_t bytes = set->n * sizeof(struct tl_radix_item);
	enum tl_status st = tl_budget_need(set->budget, bytes, "the order of names", err);
	struct tl_radix_item *item = st == TL_OK ? tl_mem_alloc(set->n, sizeof *item, err) : NULL;
	for (size_t i = 0; item && i < set->n; i++)
		item[i] = (struct tl_radix_item){set->record[i].ordinal, set->word[i]};
	if (item)
		tl_radix_items(item, set->n);
	for (size_t i = 0; item && i < set->n; i++)
		set->word[i] = item[i].value;
	if (st == TL_OK)
		tl_budget_give(set->budget, bytes);
	if (st == TL_OK && !item)
		st = TL_NOMEM;
	free(item);
	return st;
}

enum tl_status tl_set_chain_sort(struct tl_set *set, struct tl_err *err)
{
	enum tl_status st = set->want_words && set->n ? sort_words(set, err) : TL_OK;
	if (st != TL_OK)
		return st;
	tl_radix_sort((uint64_t *)(void *)set->record, set->n, 6);
	for (size_t i = 1; i < set->n; i++)
		if (set->record[i].ordinal == set->record[i - 1].ordinal)
			return tl_err_set(err, TL_DATA, "record tl|%llu stands twice in the stream",
					  (unsigned long long)set->record[i].ordinal);
	return TL_OK;
}

enum tl_status tl_set_chain_missing(struct tl_err *err, uint64_t ordinal)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu is named but not there",
			  (unsigned long long)ordinal);
}

/* Follows a record down to one that stands whole: how many copies, and how many deltas among them.
 */
static enum tl_status walk(struct tl_set *set, const struct tl_set_record *r, unsigned *ret_copies,
			   unsigned *ret_deltas, const struct tl_set_record **ret_root,
			   struct tl_err *err)
{
	unsigned copies = 0, deltas = 0;
	bool twin = false;
	while (r->role == TL_SET_COPY || r->role == TL_SET_MEMBER) {
		struct tl_set_record *base = tl_set_find(set, r->base);
		if (!base)
			return tl_set_chain_missing(err, r->base);
		if (base->nucleotide != r->nucleotide)
			return tl_err_set(err, TL_DATA,
					  "record tl|%llu is copied from one of another alphabet",
					  (unsigned long long)r->ordinal);
		base->is_base = true;
		copies++;
		deltas += r->role == TL_SET_MEMBER || r->kind == TL_KIND_DELTA;
		bool again = twin && r->kind == TL_KIND_DUP;
		twin = r->kind == TL_KIND_DUP;
		/* As no duplicate is one of a duplicate, a circle has deltas in it. */
		if (deltas > TL_EXPAND_DEPTH || again)
			return tl_err_set(
				err, TL_DATA,
				"record tl|%llu hangs on a chain of copies that is too long, a "
				"circle, or a duplicate of a duplicate",
				(unsigned long long)r->ordinal);
		r = base;
	}
	*ret_copies = copies;
	*ret_deltas = deltas;
	*ret_root = r;
	return TL_OK;
}

enum tl_status tl_set_chain_measure(struct tl_set *set, uint8_t *opt_height, struct tl_err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		const struct tl_set_record *root = r;
		unsigned copies = 0, deltas = 0;
		enum tl_status st = walk(set, r, &copies, &deltas, &root, err);
		if (st != TL_OK)
			return st;
		r->depth = (uint8_t)copies;
		if (r->prefer && !deltas)
			set->node[root->node].prefer = 1;
		if (opt_height && opt_height[root->node] < deltas)
			opt_height[root->node] = (uint8_t)deltas;
	}
	return TL_OK;
}

static bool is_delta(const struct tl_set_record *r)
{
	return r->role == TL_SET_MEMBER ||
	       (r->role == TL_SET_COPY && r->kind == TL_KIND_DELTA);
}

/* What deltas of higher ordinals only are copied from may stand between other records, if it is a
 * delta itself: in the order of ordinals it comes first all the same.  All else that something is
 * copied from stands in front, and so what that is copied from. */
static bool find_front(struct tl_set *set)
{
	bool changed = false;
	for (size_t i = set->n; i-- > 0;) {
		const struct tl_set_record *r = &set->record[i];
		if (r->role == TL_SET_REF || r->role == TL_SET_LOOSE)
			continue;
		struct tl_set_record *b = tl_set_find(set, r->base);
		bool front = !is_delta(b) || !is_delta(r) || r->ordinal < b->ordinal || r->front;
		changed = changed || (front && !b->front);
		b->front = b->front || front;
	}
	return changed;
}

void tl_set_chain_place(struct tl_set *set)
{
	while (find_front(set))
		;
}
