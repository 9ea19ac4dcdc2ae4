/* SPDX-License-Identifier: MIT */
/* cache: what was computed once, in an LMDB file.
 *
 * Three tables: "data", key to {checksum 8, value}; "used", key to {run 4, runs 4}, the last run
 * that used it (FIFO: that put it) and how many did; "meta", with the number of runs.  Keys are
 * hashes, so that writes go all over the tree: they are sorted, many to a transaction, and what
 * was used is written once a run.
 *
 * Contents: 1. opening  2. looking up  3. writing  4. letting go  5. closing.
 */
#include <tl/cache.h>

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <tl/bits.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/store.h>

#define KEY 16
#define SUM 8                       /* of the checksum */
#define ROOM ((size_t)64 << 20)     /* the file may be larger than twice the size by so much */
#define ROUNDS 20                   /* of letting go, at most */
#define BATCH 65536                 /* entries of a transaction, at most */
#define FORMAT "talyra alignments 1" /* to be changed with what stands in the tables */

struct desk {
	MDB_txn *txn;           /* a view of the file as it was opened */
	struct tl_store *fresh; /* {key, u32 length, value}: what is new */
	struct tl_store *used;  /* keys that were found */
	struct tl_buf item;
	uint64_t hits, misses, damaged, put;
};

struct tl_cache {
	struct tl_cache_opts opts;
	struct tl_budget *budget;
	MDB_env *env;
	MDB_dbi data, used, meta;
	uint32_t run; /* the number of this one */
	struct desk *desk;
};

/* 1. Opening. */

static enum tl_status fail(struct tl_err *err, const char *path, int rc)
{
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == MDB_CORRUPTED ||
	    rc == MDB_PAGE_NOTFOUND || rc == MDB_PANIC || rc == MDB_INCOMPATIBLE)
		return tl_err_set(err, TL_DATA, "%s: no cache of alignments, or a damaged one (%s): "
						"remove it", path, mdb_strerror(rc));
	return tl_err_set(err, rc == ENOENT || rc == EACCES || rc == EISDIR ? TL_CANTCREATE : TL_IO,
			  "%s: the cache cannot be opened: %s", path, mdb_strerror(rc));
}

/* The number of this run; a new file gets its mark. */
static int open_tables(struct tl_cache *c)
{
	MDB_txn *txn;
	MDB_val key = {6, "format"}, runs = {4, "runs"}, v;
	uint8_t number[4];
	int rc = mdb_txn_begin(c->env, NULL, 0, &txn);
	if (rc)
		return rc;
	rc = mdb_dbi_open(txn, "meta", MDB_CREATE, &c->meta);
	if (!rc)
		rc = mdb_dbi_open(txn, "data", MDB_CREATE, &c->data);
	if (!rc)
		rc = mdb_dbi_open(txn, "used", MDB_CREATE, &c->used);
	if (!rc && (rc = mdb_get(txn, c->meta, &key, &v)) == MDB_NOTFOUND) {
		v = (MDB_val){strlen(FORMAT), FORMAT};
		rc = mdb_put(txn, c->meta, &key, &v, 0);
	} else if (!rc && (v.mv_size != strlen(FORMAT) || memcmp(v.mv_data, FORMAT, v.mv_size))) {
		rc = MDB_VERSION_MISMATCH;
	}
	if (!rc && !mdb_get(txn, c->meta, &runs, &v) && v.mv_size == sizeof number)
		c->run = tl_bits_get32(v.mv_data);
	c->run++;
	tl_bits_put32(number, c->run);
	v = (MDB_val){sizeof number, number};
	if (!rc)
		rc = mdb_put(txn, c->meta, &runs, &v, 0);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int open_env(struct tl_cache *c)
{
	int rc = mdb_env_create(&c->env);
	const size_t most = c->opts.size < SIZE_MAX / 4 ? (size_t)c->opts.size * 2 : SIZE_MAX / 2;
	if (!rc)
		rc = mdb_env_set_maxdbs(c->env, 3);
	if (!rc)
		rc = mdb_env_set_mapsize(c->env, (most + ROOM) & ~(size_t)0xfffff);
	if (!rc)
		rc = mdb_env_set_maxreaders(c->env, 4096);
	if (!rc)
		rc = mdb_env_open(c->env, c->opts.path, MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD,
				  0644);
	return rc ? rc : open_tables(c);
}

static enum tl_status open_desks(struct tl_cache *c, struct tl_err *err)
{
	c->desk = tl_mem_zalloc(c->opts.workers, sizeof *c->desk, err);
	enum tl_status st = c->desk ? TL_OK : TL_NOMEM;
	const uint64_t share =
		tl_budget_share(c->budget, 1, 8 * c->opts.workers, TL_STORE_CHUNK);
	for (unsigned w = 0; w < c->opts.workers && st == TL_OK; w++) {
		int rc = mdb_txn_begin(c->env, NULL, MDB_RDONLY, &c->desk[w].txn);
		st = rc ? fail(err, c->opts.path, rc)
			: tl_store_new(c->budget, share, &c->desk[w].fresh, err);
		if (st == TL_OK)
			st = tl_store_new(c->budget, share, &c->desk[w].used, err);
	}
	return st;
}

enum tl_status tl_cache_open(const struct tl_cache_opts *opts, struct tl_budget *budget,
			     struct tl_cache **ret, struct tl_err *err)
{
	struct tl_cache *c = tl_mem_zalloc(1, sizeof *c, err);
	struct tl_cache_sum sum;
	if (!c)
		return TL_NOMEM;
	c->opts = *opts;
	c->budget = budget;
	int rc = open_env(c);
	enum tl_status st = rc ? fail(err, opts->path, rc) : open_desks(c, err);
	if (st != TL_OK) {
		tl_cache_close(c, false, &sum);
		return st;
	}
	*ret = c;
	return TL_OK;
}

/* All entries of a table, and all pages behind them. */
static bool walk_table(MDB_txn *txn, MDB_dbi dbi)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	MDB_stat s;
	uint64_t sum = 0, n = 0;
	if (mdb_stat(txn, dbi, &s) || mdb_cursor_open(txn, dbi, &cursor))
		return false;
	int rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) && n++ <= s.ms_entries)
		sum += tl_hash_64(k.mv_data, k.mv_size) ^ tl_hash_64(v.mv_data, v.mv_size);
	mdb_cursor_close(cursor);
	/* The sum is looked at so that the bytes are. */
	return rc == MDB_NOTFOUND && n == s.ms_entries && (sum || !n);
}

bool tl_cache_walk(const char *path)
{
	static const char *const tables[] = {"meta", "data", "used"};
	struct stat st;
	struct tl_cache c = {0};
	MDB_txn *txn = NULL;
	MDB_dbi dbi;
	bool fine = true;
	if (stat(path, &st) || !S_ISREG(st.st_mode) || mdb_env_create(&c.env))
		return true;
	(void)mdb_env_set_maxdbs(c.env, 3);
	if (!mdb_env_open(c.env, path, MDB_NOSUBDIR | MDB_NOTLS | MDB_RDONLY, 0644) &&
	    !mdb_txn_begin(c.env, NULL, MDB_RDONLY, &txn))
		fine = walk_table(txn, 0) && walk_table(txn, 1);
	for (int i = 0; i < 3 && txn && fine; i++)
		if (!mdb_dbi_open(txn, tables[i], 0, &dbi))
			fine = walk_table(txn, dbi);
	if (txn)
		mdb_txn_abort(txn);
	mdb_env_close(c.env);
	return fine;
}

/* 2. Looking up. */

static void put_key(uint8_t to[KEY], struct tl_hash128 key)
{
	tl_bits_put64(to, key.lo);
	tl_bits_put64(to + 8, key.hi);
}

static uint64_t check(const uint8_t key[KEY], struct tl_str value)
{
	const uint64_t part[3] = {tl_hash_64(key, KEY), value.n, tl_hash_64(value.p, value.n)};
	return tl_hash_64(part, sizeof part);
}

bool tl_cache_get(struct tl_cache *c, unsigned worker, struct tl_hash128 hash, struct tl_str *ret)
{
	struct desk *d = &c->desk[worker];
	uint8_t key[KEY];
	put_key(key, hash);
	MDB_val k = {KEY, key}, v;
	if (mdb_get(d->txn, c->data, &k, &v)) {
		d->misses++;
		return false;
	}
	*ret = (struct tl_str){(const uint8_t *)v.mv_data + SUM, v.mv_size - SUM};
	/* What cannot be noted as used is only let go sooner. */
	if (v.mv_size < SUM || tl_bits_get64(v.mv_data) != check(key, *ret) ||
	    (c->opts.evict != TL_CACHE_FIFO && tl_store_put(d->used, key, KEY, NULL) != TL_OK)) {
		d->misses++;
		d->damaged++;
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
	uint8_t head[KEY + 4];
	put_key(head, hash);
	tl_bits_put32(head + KEY, (uint32_t)value.n);
	tl_buf_reset(&d->item);
	enum tl_status st = tl_buf_add(&d->item, head, sizeof head, err);
	if (st == TL_OK)
		st = tl_buf_add(&d->item, value.p, value.n, err);
	if (st == TL_OK)
		st = tl_store_put(d->fresh, d->item.data, d->item.len, err);
	d->put++;
	return st;
}

/* 3. Writing. */

/* Some entries of a store, by key. */
struct batch {
	struct tl_radix_item *item; /* {first half of the key, offset in the store} */
	size_t n;
};

static int write_used(struct tl_cache *c, MDB_txn *txn, const uint8_t key[KEY], bool fresh)
{
	MDB_val k = {KEY, (void *)(uintptr_t)key}, v;
	uint8_t used[8] = {0};
	int rc = mdb_get(txn, c->used, &k, &v);
	if (!rc && v.mv_size == sizeof used)
		memcpy(used, v.mv_data, sizeof used);
	else if (rc && rc != MDB_NOTFOUND)
		return rc;
	/* Once a run; what came first stays what it was. */
	if (!rc && (tl_bits_get32(used) == c->run || (fresh && c->opts.evict == TL_CACHE_FIFO)))
		return 0;
	tl_bits_put32(used, c->run);
	tl_bits_put32(used + 4, tl_bits_get32(used + 4) + 1);
	v = (MDB_val){sizeof used, used};
	return mdb_put(txn, c->used, &k, &v, 0);
}

static int write_fresh(struct tl_cache *c, MDB_txn *txn, const uint8_t *entry, struct tl_buf *room)
{
	const struct tl_str value = {entry + KEY + 4, tl_bits_get32(entry + KEY)};
	uint8_t sum[SUM];
	MDB_val k = {KEY, (void *)(uintptr_t)entry};
	tl_bits_put64(sum, check(entry, value));
	tl_buf_reset(room);
	if (tl_buf_add(room, sum, SUM, NULL) != TL_OK ||
	    tl_buf_add(room, value.p, value.n, NULL) != TL_OK)
		return ENOMEM;
	MDB_val v = {room->len, room->data};
	int rc = mdb_put(txn, c->data, &k, &v, 0);
	return rc ? rc : write_used(c, txn, entry, true);
}

/* One transaction of entries that stand in a store. */
static int write_batch(struct tl_cache *c, const struct tl_store *s, struct batch *b, bool fresh)
{
	struct tl_buf scratch = {0}, room = {0};
	MDB_txn *txn;
	int rc = mdb_txn_begin(c->env, NULL, 0, &txn);
	tl_radix_items(b->item, b->n);
	for (size_t i = 0; i < b->n && !rc; i++) {
		struct tl_str e;
		size_t n = KEY;
		if (fresh && tl_store_get(s, b->item[i].value, KEY + 4, &scratch, &e, NULL) == TL_OK)
			n += 4 + tl_bits_get32(e.p + KEY);
		if (tl_store_get(s, b->item[i].value, n, &scratch, &e, NULL) != TL_OK)
			rc = EIO;
		else
			rc = fresh ? write_fresh(c, txn, e.p, &room) : write_used(c, txn, e.p, false);
		if (rc)
			mdb_txn_abort(txn);
	}
	tl_buf_free(&scratch);
	tl_buf_free(&room);
	b->n = 0;
	return rc ? rc : mdb_txn_commit(txn);
}

static int write_store(struct tl_cache *c, const struct tl_store *s, struct batch *b, bool fresh)
{
	const uint64_t end = s ? tl_store_bytes(s) : 0;
	struct tl_buf scratch = {0};
	int rc = 0;
	for (uint64_t at = 0; at < end && !rc;) {
		struct tl_str e;
		const size_t n = fresh ? KEY + 4 : KEY;
		if (tl_store_get(s, at, n, &scratch, &e, NULL) != TL_OK) {
			rc = EIO;
			break;
		}
		b->item[b->n++] = (struct tl_radix_item){tl_bits_get64(e.p), at};
		at += n + (fresh ? tl_bits_get32(e.p + KEY) : 0);
		if (b->n == BATCH || at >= end)
			rc = write_batch(c, s, b, fresh);
	}
	tl_buf_free(&scratch);
	return rc;
}

static int write_all(struct tl_cache *c)
{
	struct batch b = {tl_mem_alloc(BATCH, sizeof *b.item, NULL), 0};
	int rc = b.item ? 0 : ENOMEM;
	for (unsigned w = 0; w < c->opts.workers && !rc; w++) {
		mdb_txn_abort(c->desk[w].txn);
		c->desk[w].txn = NULL;
	}
	for (unsigned w = 0; w < c->opts.workers && !rc; w++) {
		rc = write_store(c, c->desk[w].used, &b, false);
		if (!rc)
			rc = write_store(c, c->desk[w].fresh, &b, true);
	}
	free(b.item);
	return rc;
}

/* 4. Letting go. */

static uint64_t pages_of(MDB_txn *txn, MDB_dbi dbi, uint64_t *ret_entries)
{
	MDB_stat s;
	if (mdb_stat(txn, dbi, &s))
		return 0;
	*ret_entries = s.ms_entries;
	return (s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages) * s.ms_psize;
}

static uint64_t bytes_in_use(const struct tl_cache *c, MDB_txn *txn, uint64_t *ret_entries)
{
	uint64_t other;
	return pages_of(txn, c->used, &other) + pages_of(txn, c->data, ret_entries);
}

/* The lower it is, the sooner an entry goes. */
static uint64_t rank(const struct tl_cache *c, const MDB_val *used)
{
	if (used->mv_size != 8)
		return 0;
	const uint64_t run = tl_bits_get32(used->mv_data);
	const uint64_t runs = tl_bits_get32((const uint8_t *)used->mv_data + 4);
	return c->opts.evict == TL_CACHE_LFU ? runs << 32 | run : run;
}

/* How many entries there are of each rank. */
static int count_ranks(const struct tl_cache *c, MDB_txn *txn, struct tl_map *ranks)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn, c->used, &cursor);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))) {
		uint64_t n = 0;
		(void)tl_map_get(ranks, rank(c, &v), &n);
		if (tl_map_put(ranks, rank(c, &v), n + 1, NULL) != TL_OK) {
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
			item[k++] = (struct tl_radix_item){ranks->slot[i].key,
							   ranks->slot[i].value};
	tl_radix_items(item, k);
	*ret_below = UINT64_MAX;
	*ret_more = 0;
	for (size_t i = 0; i < k; n -= item[i++].value)
		if (item[i].value >= n) {
			*ret_below = item[i].key;
			*ret_more = n;
			break;
		}
	free(item);
	return 0;
}

static int drop_entries(const struct tl_cache *c, MDB_txn *txn, uint64_t below, uint64_t more,
			uint64_t *ret_n)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	uint8_t key[KEY];
	int rc = mdb_cursor_open(txn, c->used, &cursor);
	if (rc)
		return rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))) {
		const uint64_t r = rank(c, &v);
		if (r > below || (r == below && !more))
			continue;
		more -= r == below;
		memcpy(key, k.mv_data, k.mv_size < KEY ? k.mv_size : KEY);
		MDB_val own = {KEY, key};
		rc = mdb_del(txn, c->data, &own, NULL);
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
static int let_go(struct tl_cache *c, struct tl_cache_sum *sum)
{
	struct tl_map ranks = {0};
	MDB_txn *txn;
	uint64_t below, more;
	int rc = mdb_txn_begin(c->env, NULL, 0, &txn);
	if (rc)
		return rc;
	const uint64_t bytes = bytes_in_use(c, txn, &sum->entries);
	if (bytes > c->opts.size) {
		const uint64_t keep = sum->entries * (c->opts.size >> 10) / (bytes >> 10) * 9 / 10;
		rc = count_ranks(c, txn, &ranks);
		if (!rc)
			rc = find_border(&ranks, sum->entries - keep, &below, &more);
		if (!rc)
			rc = drop_entries(c, txn, below, more, &sum->evicted);
		tl_map_free(&ranks);
	}
	sum->bytes = bytes_in_use(c, txn, &sum->entries);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* 5. Closing. */

void tl_cache_close(struct tl_cache *c, bool keep, struct tl_cache_sum *ret)
{
	int rc = 0;
	*ret = (struct tl_cache_sum){0};
	if (!c)
		return;
	if (keep)
		rc = write_all(c);
	for (unsigned w = 0; c->desk && w < c->opts.workers; w++) {
		struct desk *d = &c->desk[w];
		ret->hits += d->hits;
		ret->misses += d->misses;
		ret->damaged += d->damaged;
		ret->put += d->put;
		if (d->txn)
			mdb_txn_abort(d->txn);
		tl_store_free(d->fresh);
		tl_store_free(d->used);
		tl_buf_free(&d->item);
	}
	if (keep && (!rc || rc == MDB_MAP_FULL)) {
		int go = let_go(c, ret);
		for (int i = 0; i < ROUNDS && !go && ret->bytes > c->opts.size; i++)
			go = let_go(c, ret);
		rc = rc ? rc : go;
	}
	ret->lost = rc;
	if (rc)
		snprintf(ret->why, sizeof ret->why, "%s", mdb_strerror(rc));
	if (c->env)
		mdb_env_close(c->env);
	free(c->desk);
	free(c);
}
