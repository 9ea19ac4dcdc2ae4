/* SPDX-License-Identifier: MIT */
/* cache: what was computed once, in an LMDB file.
 *
 * What only reads the file runs under a guard.  What writes, or reads all, opens and closes the file
 * itself, so that another process can do it: cache_file.c says why.
 *
 * Contents: 1. opening  2. looking up  3. closing.
 */
#include <tl/cache.h>

#include <stdio.h>
#include <stdlib.h>

#include "cache_evict.h"
#include "cache_file.h"
#include "cache_writer.h"

#include <tl/bits.h>
#include <tl/guard.h>
#include <tl/mem.h>

struct desk {
	MDB_txn *txn;           /* a view of the file as it was opened */
	struct tl_store *fresh; /* {key, u32 length, value}: what is new */
	struct tl_store *used;  /* keys that were found */
	struct tl_buf item;
	struct tl_buf value; /* that was found */
	uint64_t hits, misses, damaged, put;
};

struct tl_cache {
	struct tl_cache_opts opts;
	struct tl_budget *budget;
	struct tl_cache_file file;
	struct desk *desk;
};

/* 1. Opening. */

enum tl_status tl_cache_prepare(const struct tl_cache_opts *opts, struct tl_err *err)
{
	struct tl_cache_file f = {.opts = opts};
	int rc = tl_cache_file_open(&f, 0);
	if (!rc)
		rc = tl_cache_file_tables(&f, MDB_RDONLY);
	if (rc == MDB_NOTFOUND)
		rc = tl_cache_file_tables(&f, 0);
	if (!rc)
		rc = tl_cache_file_walk(&f);
	mdb_env_close(f.env);
	return rc ? tl_cache_file_fail(err, opts->path, rc) : TL_OK;
}

/* What is done under the guard comes back through this. */
struct task {
	struct tl_cache *c;
	struct desk *desk;
	const uint8_t *key;
	int rc;
};

static void open_view(void *arg)
{
	struct task *t = arg;
	struct tl_cache *c = t->c;
	MDB_stat s;
	t->rc = tl_cache_file_open(&c->file, MDB_RDONLY);
	if (!t->rc)
		t->rc = tl_cache_file_tables(&c->file, MDB_RDONLY);
	for (unsigned w = 0; w < c->opts.workers && !t->rc; w++) {
		t->rc = mdb_txn_begin(c->file.env, NULL, MDB_RDONLY, &c->desk[w].txn);
		/* Reads where the table is: later, a file that was cut could read as having none. */
		if (!t->rc)
			t->rc = mdb_stat(c->desk[w].txn, c->file.data, &s);
	}
}

static void close_view(void *arg)
{
	struct tl_cache *c = arg;
	for (unsigned w = 0; w < c->opts.workers; w++)
		if (c->desk[w].txn)
			mdb_txn_abort(c->desk[w].txn);
	mdb_env_close(c->file.env);
}

static enum tl_status open_desks(struct tl_cache *c, struct tl_err *err)
{
	c->desk = tl_mem_zalloc(c->opts.workers, sizeof *c->desk, err);
	enum tl_status st = c->desk ? TL_OK : TL_NOMEM;
	const uint64_t share = tl_budget_share(c->budget, 1, 8 * c->opts.workers, TL_STORE_CHUNK);
	for (unsigned w = 0; w < c->opts.workers && st == TL_OK; w++) {
		st = tl_store_new(c->budget, share, &c->desk[w].fresh, err);
		if (st == TL_OK)
			st = tl_store_new(c->budget, share, &c->desk[w].used, err);
	}
	return st;
}

enum tl_status tl_cache_open(const struct tl_cache_opts *opts, struct tl_budget *budget,
			     struct tl_cache **ret, struct tl_err *err)
{
	struct tl_cache *c = tl_mem_zalloc(1, sizeof *c, err);
	struct task task = {.c = c};
	struct tl_cache_sum sum;
	if (!c)
		return TL_NOMEM;
	c->opts = *opts;
	c->file.opts = &c->opts;
	c->budget = budget;
	enum tl_status st = open_desks(c, err);
	if (st == TL_OK && (!tl_guard_run(open_view, &task) || task.rc))
		st = tl_cache_file_fail(err, opts->path, task.rc ? task.rc : MDB_CORRUPTED);
	if (st != TL_OK) {
		tl_cache_end(c, &sum);
		tl_cache_free(c);
		return st;
	}
	*ret = c;
	return TL_OK;
}

/* 2. Looking up. */

static void put_key(uint8_t to[TL_CACHE_KEY], struct tl_hash128 key)
{
	tl_bits_put64(to, key.lo);
	tl_bits_put64(to + 8, key.hi);
}

/* The value, copied: what is mapped may go at any time.  Not found is no damage; all else is. */
static void look_up(void *arg)
{
	struct task *t = arg;
	struct tl_buf *value = &t->desk->value;
	MDB_val k = {TL_CACHE_KEY, (void *)(uintptr_t)t->key}, v;
	tl_buf_reset(value);
	t->rc = mdb_get(t->desk->txn, t->c->file.data, &k, &v);
	if (t->rc)
		return;
	if (v.mv_size < TL_CACHE_SUM || v.mv_size > t->c->opts.size + TL_CACHE_SUM ||
	    tl_buf_add(value, v.mv_data, v.mv_size, NULL) != TL_OK)
		t->rc = MDB_CORRUPTED;
}

bool tl_cache_get(struct tl_cache *c, unsigned worker, struct tl_hash128 hash, struct tl_str *ret)
{
	struct desk *d = &c->desk[worker];
	uint8_t key[TL_CACHE_KEY];
	struct task task = {c, d, key, MDB_CORRUPTED};
	put_key(key, hash);
	const bool fine = tl_guard_run(look_up, &task) && !task.rc;
	if (fine)
		*ret = (struct tl_str){d->value.data + TL_CACHE_SUM, d->value.len - TL_CACHE_SUM};
	/* What cannot be noted as used is only let go sooner. */
	if (!fine || tl_bits_get64(d->value.data) != tl_cache_file_check(key, *ret) ||
	    (c->opts.evict != TL_CACHE_FIFO &&
	     tl_store_put(d->used, key, TL_CACHE_KEY, NULL) != TL_OK)) {
		d->misses++;
		d->damaged += task.rc != MDB_NOTFOUND;
		return false;
	}
	d->hits++;
	return true;
}

void tl_cache_refuse(struct tl_cache *c, unsigned worker)
{
	c->desk[worker].hits--;
	c->desk[worker].misses++;
	c->desk[worker].damaged++;
}

enum tl_status tl_cache_put(struct tl_cache *c, unsigned worker, struct tl_hash128 hash,
			    struct tl_str value, struct tl_err *err)
{
	struct desk *d = &c->desk[worker];
	uint8_t head[TL_CACHE_KEY + 4];
	put_key(head, hash);
	tl_bits_put32(head + TL_CACHE_KEY, (uint32_t)value.n);
	tl_buf_reset(&d->item);
	enum tl_status st = tl_buf_add(&d->item, head, sizeof head, err);
	if (st == TL_OK)
		st = tl_buf_add(&d->item, value.p, value.n, err);
	if (st == TL_OK)
		st = tl_store_put(d->fresh, d->item.data, d->item.len, err);
	d->put++;
	return st;
}

/* 3. Closing. */

void tl_cache_end(struct tl_cache *c, struct tl_cache_sum *ret_sum)
{
	*ret_sum = (struct tl_cache_sum){0};
	for (unsigned w = 0; c->desk && w < c->opts.workers; w++) {
		const struct desk *d = &c->desk[w];
		ret_sum->hits += d->hits;
		ret_sum->misses += d->misses;
		ret_sum->damaged += d->damaged;
		ret_sum->put += d->put;
	}
	if (c->file.env)
		(void)tl_guard_run(close_view, c);
	c->file.env = NULL;
}

static int write_all(struct tl_cache *c)
{
	struct tl_cache_writer writer;
	int rc = tl_cache_writer_begin(&writer, &c->file);
	for (unsigned w = 0; w < c->opts.workers && !rc; w++) {
		rc = tl_cache_writer_put(&writer, c->desk[w].used, false);
		if (!rc)
			rc = tl_cache_writer_put(&writer, c->desk[w].fresh, true);
	}
	tl_cache_writer_end(&writer);
	return rc;
}

void tl_cache_write(struct tl_cache *c, struct tl_cache_sum *sum)
{
	int rc = tl_cache_file_open(&c->file, 0);
	if (!rc)
		rc = tl_cache_file_tables(&c->file, 0);
	if (!rc)
		rc = write_all(c);
	if (!rc || rc == MDB_MAP_FULL) {
		const int gone = tl_cache_evict(&c->file, sum);
		rc = rc ? rc : gone;
	}
	sum->lost = rc;
	if (rc)
		snprintf(sum->why, sizeof sum->why, "%s", mdb_strerror(rc));
	mdb_env_close(c->file.env);
	c->file.env = NULL;
}

void tl_cache_free(struct tl_cache *c)
{
	if (!c)
		return;
	for (unsigned w = 0; c->desk && w < c->opts.workers; w++) {
		struct desk *d = &c->desk[w];
		tl_store_free(d->fresh);
		tl_store_free(d->used);
		tl_buf_free(&d->item);
		tl_buf_free(&d->value);
	}
	free(c->desk);
	free(c);
}
