/* SPDX-License-Identifier: MIT */
/* cache_writer: what a run has found and made, into the file. */
#include "cache_writer.h"

#include <errno.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#define BATCH 65536 /* entries of a transaction, at most */

static int write_used(struct tl_cache_writer *w, MDB_txn *txn, const uint8_t key[TL_CACHE_KEY],
		      bool fresh)
{
	MDB_val k = {TL_CACHE_KEY, (void *)(uintptr_t)key}, v;
	uint8_t used[8] = {0};
	int rc = mdb_get(txn, w->file->used, &k, &v);
	if (!rc && v.mv_size == sizeof used)
		memcpy(used, v.mv_data, sizeof used);
	else if (rc && rc != MDB_NOTFOUND)
		return rc;
	/* Once a run; what came first stays what it was. */
	if (!rc &&
	    (tl_bits_get32(used) == w->run || (fresh && w->file->opts->evict == TL_CACHE_FIFO)))
		return 0;
	tl_bits_put32(used, w->run);
	tl_bits_put32(used + 4, tl_bits_get32(used + 4) + 1);
	v = (MDB_val){sizeof used, used};
	return mdb_put(txn, w->file->used, &k, &v, 0);
}

static int write_fresh(struct tl_cache_writer *w, MDB_txn *txn, const uint8_t *entry,
		       struct tl_buf *room)
{
	const struct tl_str value = {entry + TL_CACHE_KEY + 4, tl_bits_get32(entry + TL_CACHE_KEY)};
	uint8_t sum[TL_CACHE_SUM];
	MDB_val k = {TL_CACHE_KEY, (void *)(uintptr_t)entry};
	tl_bits_put64(sum, tl_cache_file_check(entry, value));
	tl_buf_reset(room);
	if (tl_buf_add(room, sum, TL_CACHE_SUM, NULL) != TL_OK ||
	    tl_buf_add(room, value.p, value.n, NULL) != TL_OK)
		return ENOMEM;
	MDB_val v = {room->len, room->data};
	int rc = mdb_put(txn, w->file->data, &k, &v, 0);
	return rc ? rc : write_used(w, txn, entry, true);
}

/* One transaction of entries that stand in a store. */
static int write_batch(struct tl_cache_writer *w, const struct tl_store *s, bool fresh)
{
	struct tl_buf scratch = {0}, room = {0};
	MDB_txn *txn;
	int rc = mdb_txn_begin(w->file->env, NULL, 0, &txn);
	tl_radix_items(w->item, w->n);
	for (size_t i = 0; i < w->n && !rc; i++) {
		struct tl_str e;
		size_t n = TL_CACHE_KEY;
		if (fresh && tl_store_get(s, w->item[i].value, TL_CACHE_KEY + 4, &scratch, &e,
					  NULL) == TL_OK)
			n += 4 + tl_bits_get32(e.p + TL_CACHE_KEY);
		if (tl_store_get(s, w->item[i].value, n, &scratch, &e, NULL) != TL_OK)
			rc = EIO;
		else
			rc = fresh ? write_fresh(w, txn, e.p, &room)
				   : write_used(w, txn, e.p, false);
		if (rc)
			mdb_txn_abort(txn);
	}
	tl_buf_free(&scratch);
	tl_buf_free(&room);
	w->n = 0;
	return rc ? rc : mdb_txn_commit(txn);
}

int tl_cache_writer_put(struct tl_cache_writer *w, const struct tl_store *opt_s, bool fresh)
{
	const uint64_t end = opt_s ? tl_store_bytes(opt_s) : 0;
	struct tl_buf scratch = {0};
	int rc = 0;
	for (uint64_t at = 0; at < end && !rc;) {
		struct tl_str e;
		const size_t n = fresh ? TL_CACHE_KEY + 4 : TL_CACHE_KEY;
		if (tl_store_get(opt_s, at, n, &scratch, &e, NULL) != TL_OK) {
			rc = EIO;
			break;
		}
		w->item[w->n++] = (struct tl_radix_item){tl_bits_get64(e.p), at};
		at += n + (fresh ? tl_bits_get32(e.p + TL_CACHE_KEY) : 0);
		if (w->n == BATCH || at >= end)
			rc = write_batch(w, opt_s, fresh);
	}
	tl_buf_free(&scratch);
	return rc;
}

/* The number of this run. */
static int count_run(struct tl_cache_writer *w)
{
	MDB_txn *txn;
	MDB_val runs = {4, "runs"}, v;
	uint8_t number[4];
	int rc = mdb_txn_begin(w->file->env, NULL, 0, &txn);
	if (rc)
		return rc;
	if (!mdb_get(txn, w->file->meta, &runs, &v) && v.mv_size == sizeof number)
		w->run = tl_bits_get32(v.mv_data);
	w->run++;
	tl_bits_put32(number, w->run);
	v = (MDB_val){sizeof number, number};
	rc = mdb_put(txn, w->file->meta, &runs, &v, 0);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

int tl_cache_writer_begin(struct tl_cache_writer *w, struct tl_cache_file *f)
{
	*w = (struct tl_cache_writer){.file = f};
	w->item = tl_mem_alloc(BATCH, sizeof *w->item, NULL);
	return w->item ? count_run(w) : ENOMEM;
}

void tl_cache_writer_end(struct tl_cache_writer *w)
{
	tl_mem_free(w->item);
	w->item = NULL;
}
