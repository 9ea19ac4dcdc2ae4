/* SPDX-License-Identifier: MIT */
/* merge: batches that wait until all that must stand before them is written.
 *
 * A batch of copies may be cut anywhere: its entries are taken one by one from the batches that
 * wait, smallest ordinal first.  All others are written as they are. */
#include "merge.h"

#include <stdlib.h>

#include <tl/mem.h>

#define FULL (4u << 20) /* bytes of a batch of copies that is not made larger */

struct tl_merge_item {
	struct tl_batch batch;
	size_t pos; /* entry that is next */
	uint8_t flags;
	bool has_sum;
	struct tl_hash128 sum; /* of the whole batch */
};

enum tl_status tl_merge_put(struct tl_merge *m, struct tl_batch *batch, uint8_t flags,
			    const struct tl_hash128 *opt_sum, struct tl_err *err)
{
	enum tl_status st = tl_mem_grow(&m->item, &m->cap, m->n + 1, sizeof *m->item, err);
	if (st != TL_OK || !batch->n)
		return st;
	m->item[m->n] = (struct tl_merge_item){.batch = *batch, .flags = flags};
	if (opt_sum) {
		m->item[m->n].has_sum = true;
		m->item[m->n].sum = *opt_sum;
	}
	m->n++;
	*batch = (struct tl_batch){.kind = batch->kind, .alphabet = batch->alphabet};
	return TL_OK;
}

static uint64_t next_of(const struct tl_merge_item *item)
{
	return item->batch.ordinal[item->pos];
}

/* The item that has the smallest ordinal, the one that came first of several; of copies only, or
 * of others only.  NULL: none lies below limit. */
static struct tl_merge_item *smallest(const struct tl_merge *m, bool copies, uint64_t limit)
{
	struct tl_merge_item *best = NULL;
	for (size_t i = 0; i < m->n; i++) {
		struct tl_merge_item *item = &m->item[i];
		uint64_t next = next_of(item);
		if ((item->batch.kind == TL_KIND_DUP) == copies && next < limit) {
			best = item;
			limit = next;
		}
	}
	return best;
}

static void drop(struct tl_merge *m, struct tl_merge_item *item)
{
	tl_batch_free(&item->batch);
	m->n--;
	for (struct tl_merge_item *p = item; p < m->item + m->n; p++)
		*p = p[1];
}

/* Writes all of an item. */
static enum tl_status put_all(struct tl_merge *m, struct tl_merge_item *item, struct tl_err *err)
{
	struct tl_batch *b = &item->batch;
	for (size_t i = 0; i < b->n && b->kind != TL_KIND_SEQ; i++)
		(void)tl_map_get(m->moved, b->base[i], &b->base[i]);
	enum tl_status st = tl_writer_put_batch(m->writer, b, item->flags,
						item->has_sum ? &item->sum : NULL, err);
	drop(m, item);
	return st;
}

/* Do all entries of item lie below limit and before those of other copies? */
static bool alone(const struct tl_merge *m, const struct tl_merge_item *item, uint64_t limit)
{
	uint64_t last = item->batch.ordinal[item->batch.n - 1];
	if (item->pos || last >= limit)
		return false;
	for (size_t i = 0; i < m->n; i++) {
		const struct tl_merge_item *other = &m->item[i];
		if (other != item && other->batch.kind == TL_KIND_DUP && next_of(other) < last)
			return false;
	}
	return true;
}

/* May the next entry of item stand behind those in out, which are from blocks with these flags? */
static bool fits(const struct tl_batch *out, uint8_t flags, const struct tl_merge_item *item)
{
	const struct tl_batch *b = &item->batch;
	return out->alphabet == b->alphabet && out->width == b->width && out->eol == b->eol &&
	       out->format == b->format && flags == item->flags &&
	       !(b->flags[item->pos] & TL_REC_IN) && tl_batch_bytes(out) < FULL;
}

/* Writes one batch of copies that lie below limit; one at least does. */
static enum tl_status put_copies(struct tl_merge *m, uint64_t limit, struct tl_err *err)
{
	struct tl_merge_item *item = smallest(m, true, limit);
	if (alone(m, item, limit))
		return put_all(m, item, err);
	struct tl_batch out = {0};
	tl_batch_become(&out, TL_KIND_DUP, &item->batch);
	uint8_t flags = item->flags;
	enum tl_status st = TL_OK;
	while (st == TL_OK && item && (!out.n || fits(&out, flags, item))) {
		struct tl_entry e;
		tl_batch_get(&item->batch, item->pos, &e);
		(void)tl_map_get(m->moved, e.base, &e.base);
		st = tl_batch_add(&out, &e, err);
		if (++item->pos == item->batch.n)
			drop(m, item);
		item = smallest(m, true, limit);
	}
	if (st == TL_OK)
		st = tl_writer_put_batch(m->writer, &out, flags, NULL, err);
	tl_batch_free(&out);
	return st;
}

enum tl_status tl_merge_below(struct tl_merge *m, uint64_t ordinal, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK) {
		struct tl_merge_item *other = smallest(m, false, ordinal);
		uint64_t limit = other ? next_of(other) : ordinal;
		if (smallest(m, true, limit))
			st = put_copies(m, limit, err);
		else if (other)
			st = put_all(m, other, err);
		else
			break;
	}
	return st;
}

void tl_merge_free(struct tl_merge *m)
{
	for (size_t i = 0; i < m->n; i++)
		tl_batch_free(&m->item[i].batch);
	free(m->item);
	*m = (struct tl_merge){0};
}
