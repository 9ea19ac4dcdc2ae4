/* SPDX-License-Identifier: MIT */
/* cache_evict: entries go until a cache has its size. */
#include "cache_evict.h"

#include <errno.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/radix.h>

#define ROUNDS 20 /* of letting go, at most */

static uint64_t pages_of(MDB_txn *txn, MDB_dbi dbi, uint64_t *ret_entries)
{
	MDB_stat s;
	if (mdb_stat(txn, dbi, &s))
		return 0;
	*ret_entries = s.ms_entries;
	return (s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages) * s.ms_psize;
}

static uint64_t bytes_in_use(const struct tl_cache_file *f, MDB_txn *txn, uint64_t *ret_entries)
{
	uint64_t other;
	return pages_of(txn, f->used, &other) + pages_of(txn, f->data, ret_entries);
}

/* The lower it is, the sooner an entry goes. */
static uint64_t rank(const struct tl_cache_file *f, const MDB_val *used)
{
	if (used->mv_size != 8)
		return 0;
	const uint64_t run = tl_bits_get32(used->mv_data);
	const uint64_t runs = tl_bits_get32((const uint8_t *)used->mv_data + 4);
	return f->opts->evict == TL_CACHE_LFU ? runs << 32 | run : run;
}

/* How many entries there are of each rank. */
static int count_ranks(const struct tl_cache_file *f, MDB_txn *txn, struct tl_map *ranks)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn, f->used, &cursor);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))) {
		uint64_t n = 0;
		(void)tl_map_get(ranks, rank(f, &v), &n);
		if (tl_map_put(ranks, rank(f, &v), n + 1, NULL) != TL_OK) {
			rc = ENOMEM;
			break;
		}
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* All of ranks below *ret_below go, and *ret_more of that one, to make it n in all. */
static int find_border(const struct tl_map *ranks, uint64_t n, uint64_t *ret_below,
		       uint64_t *ret_more)
{
	struct tl_radix_item *item = tl_mem_alloc(ranks->n + 1, sizeof *item, NULL);
	size_t k = 0;
	if (!item)
		return ENOMEM;
	for (size_t i = 0; i < ranks->size; i++)
		if (ranks->slot[i].key != UINT64_MAX)
			item[k++] =
				(struct tl_radix_item){ranks->slot[i].key, ranks->slot[i].value};
	tl_radix_items(item, k);
	*ret_below = UINT64_MAX;
	*ret_more = 0;
	for (size_t i = 0; i < k; n -= item[i++].value)
		if (item[i].value >= n) {
			*ret_below = item[i].key;
			*ret_more = n;
			break;
		}
	tl_mem_free(item);
	return 0;
}

static int drop_entries(const struct tl_cache_file *f, MDB_txn *txn, uint64_t below, uint64_t more,
			uint64_t *ret_n)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	uint8_t key[TL_CACHE_KEY];
	int rc = mdb_cursor_open(txn, f->used, &cursor);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))) {
		const uint64_t r = rank(f, &v);
		if (r > below || (r == below && !more))
			continue;
		more -= r == below;
		memcpy(key, k.mv_data, k.mv_size < TL_CACHE_KEY ? k.mv_size : TL_CACHE_KEY);
		MDB_val own = {TL_CACHE_KEY, key};
		rc = mdb_del(txn, f->data, &own, NULL);
		if (!rc || rc == MDB_NOTFOUND)
			rc = mdb_cursor_del(cursor, 0);
		if (rc)
			break;
		++*ret_n;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Down to nine tenths of the size, so that it is not done in every run.  Pages that lose some of their
 * entries remain, so that once may not be enough. */
static int let_go(struct tl_cache_file *f, struct tl_cache_sum *sum)
{
	struct tl_map ranks = {0};
	MDB_txn *txn;
	uint64_t below, more;
	int rc = mdb_txn_begin(f->env, NULL, 0, &txn);
	if (rc)
		return rc;
	const uint64_t bytes = bytes_in_use(f, txn, &sum->entries);
	if (bytes > f->opts->size) {
		const uint64_t keep = sum->entries * (f->opts->size >> 10) / (bytes >> 10) * 9 / 10;
		rc = count_ranks(f, txn, &ranks);
		if (!rc)
			rc = find_border(&ranks, sum->entries - keep, &below, &more);
		if (!rc)
			rc = drop_entries(f, txn, below, more, &sum->evicted);
		tl_map_free(&ranks);
	}
	sum->bytes = bytes_in_use(f, txn, &sum->entries);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

int tl_cache_evict(struct tl_cache_file *f, struct tl_cache_sum *sum)
{
	int rc = let_go(f, sum);
	for (int i = 0; i < ROUNDS && !rc && sum->bytes > f->opts->size; i++)
		rc = let_go(f, sum);
	return rc;
}
