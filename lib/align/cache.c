/* SPDX-License-Identifier: MIT */
/* cache: what was computed once, in an LMDB file.
 *
 * Three tables: "data", key to {checksum 8, value}; "used", key to {run 4, runs 4}, the last run
 * that used it (FIFO: that put it) and how many did; "meta", with the number of runs.  Keys are
 * hashes, so that writes go all over the tree: they are sorted, many to a transaction, and what
 * was used is written once a run.
 *
 * LMDB checks next to nothing of what stands in its pages: a damaged one makes it follow pointers
 * that lead nowhere, or write beyond its memory.  What only reads runs under a guard.  What writes,
 * or reads all, opens and closes the file itself, so that another process can do it.
 *
 * Contents: 1. opening  2. looking through  3. looking up  4. writing  5. letting go  6. closing.
 */
#include <tl/cache.h>

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <tl/bits.h>
#include <tl/guard.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/store.h>

#define KEY 16
#define SUM 8                       /* of the checksum */
#define ROOM ((size_t)64 << 20)     /* the file may be larger than twice the size by so much */
#define ROUNDS 20                   /* of letting go, at most */
#define BATCH 65536                 /* entries of a transaction, at most */
#define FREE 0                      /* LMDB's own tables: pages that are free, */
#define NAMES 1                     /* and names of the others */
#define FORMAT "talyra alignments 1" /* to be changed with what stands in the tables */

struct desk {
	MDB_txn *txn;           /* a view of the file as it was opened */
	struct tl_store *fresh; /* {key, u32 length, value}: what is new */
	struct tl_store *used;  /* keys that were found */
	struct tl_buf item;
	struct tl_buf value;    /* that was found */
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
	    rc == MDB_PAGE_NOTFOUND || rc == MDB_PANIC || rc == MDB_INCOMPATIBLE ||
	    rc == MDB_NOTFOUND || rc == MDB_MAP_RESIZED)
		return tl_err_set(err, TL_DATA, "%s: no cache of alignments, or a damaged one (%s): "
						"remove it", path, mdb_strerror(rc));
	return tl_err_set(err, rc == ENOENT || rc == EACCES || rc == EISDIR ? TL_CANTCREATE : TL_IO,
			  "%s: the cache cannot be opened: %s", path, mdb_strerror(rc));
}

/* What LMDB cannot believe would end the process.  This ends what tl_guard_run called, if that is
 * where we are. */
static void doubt(MDB_env *env, const char *text)
{
	(void)env;
	(void)text;
	tl_guard_leave();
}

/* The tables and the mark of ours; MDB_NOTFOUND where there is nothing at all. */
static int find_tables(struct tl_cache *c, MDB_txn *txn)
{
	static const char *const name[] = {"meta", "data", "used"};
	MDB_dbi *const table[] = {&c->meta, &c->data, &c->used};
	MDB_val key = {6, "format"}, v;
	MDB_stat s;
	unsigned flags;
	int rc = mdb_stat(txn, NAMES, &s);
	if (!rc && !s.ms_entries)
		return MDB_NOTFOUND;
	for (int i = 0; i < 3 && !rc; i++) {
		rc = mdb_dbi_open(txn, name[i], 0, table[i]);
		if (!rc)
			rc = mdb_dbi_flags(txn, *table[i], &flags);
		if (rc == MDB_NOTFOUND || (!rc && flags))
			rc = MDB_INCOMPATIBLE; /* it is another program's */
	}
	if (!rc)
		rc = mdb_get(txn, c->meta, &key, &v);
	if (!rc && (v.mv_size != strlen(FORMAT) || memcmp(v.mv_data, FORMAT, v.mv_size) != 0))
		rc = MDB_VERSION_MISMATCH;
	return rc == MDB_NOTFOUND ? MDB_INCOMPATIBLE : rc;
}

static int make_tables(struct tl_cache *c, MDB_txn *txn)
{
	MDB_val key = {6, "format"}, v = {strlen(FORMAT), FORMAT};
	int rc = mdb_dbi_open(txn, "meta", MDB_CREATE, &c->meta);
	if (!rc)
		rc = mdb_dbi_open(txn, "data", MDB_CREATE, &c->data);
	if (!rc)
		rc = mdb_dbi_open(txn, "used", MDB_CREATE, &c->used);
	return rc ? rc : mdb_put(txn, c->meta, &key, &v, 0);
}

/* flags: 0 (they are made where there are none) or MDB_RDONLY. */
static int open_tables(struct tl_cache *c, unsigned flags)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(c->env, NULL, flags, &txn);
	if (rc)
		return rc;
	rc = find_tables(c, txn);
	if (rc == MDB_NOTFOUND && !flags)
		rc = make_tables(c, txn);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* Whether as much as we want to map can be mapped. */
static bool fits(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p != MAP_FAILED && !munmap(p, bytes);
}

static int open_env(struct tl_cache *c, unsigned flags)
{
	int rc = mdb_env_create(&c->env);
	const size_t most = c->opts.size < SIZE_MAX / 4 ? (size_t)c->opts.size * 2 : SIZE_MAX / 2;
	const size_t map = (most + ROOM) & ~(size_t)0xfffff;
	if (!rc)
		rc = mdb_env_set_maxdbs(c->env, 3);
	if (!rc)
		rc = mdb_env_set_assert(c->env, doubt);
	if (!rc)
		rc = mdb_env_set_mapsize(c->env, map);
	if (!rc)
		rc = mdb_env_set_maxreaders(c->env, 4096);
	if (rc)
		return rc;
	flags |= MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD;
	rc = mdb_env_open(c->env, c->opts.path, flags, 0644);
	/* What we ask for is right: it is the file that asks for too much. */
	return rc == EINVAL || (rc == ENOMEM && fits(map)) ? MDB_INVALID : rc;
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
	t->rc = open_env(c, MDB_RDONLY);
	if (!t->rc)
		t->rc = open_tables(c, MDB_RDONLY);
	for (unsigned w = 0; w < c->opts.workers && !t->rc; w++)
		t->rc = mdb_txn_begin(c->env, NULL, MDB_RDONLY, &c->desk[w].txn);
}

static void close_view(void *arg)
{
	struct tl_cache *c = arg;
	for (unsigned w = 0; w < c->opts.workers; w++)
		if (c->desk[w].txn)
			mdb_txn_abort(c->desk[w].txn);
	mdb_env_close(c->env);
}

static enum tl_status open_desks(struct tl_cache *c, struct tl_err *err)
{
	c->desk = tl_mem_zalloc(c->opts.workers, sizeof *c->desk, err);
	enum tl_status st = c->desk ? TL_OK : TL_NOMEM;
	const uint64_t share =
		tl_budget_share(c->budget, 1, 8 * c->opts.workers, TL_STORE_CHUNK);
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
	c->budget = budget;
	enum tl_status st = open_desks(c, err);
	if (st == TL_OK && (!tl_guard_run(open_view, &task) || task.rc))
		st = fail(err, opts->path, task.rc ? task.rc : MDB_CORRUPTED);
	if (st != TL_OK) {
		tl_cache_end(c, &sum);
		tl_cache_free(c);
		return st;
	}
	*ret = c;
	return TL_OK;
}

/* 2. Looking through. */

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

static int walk(const struct tl_cache *c)
{
	const MDB_dbi table[] = {FREE, NAMES, c->meta, c->data, c->used};
	MDB_txn *txn;
	int rc = mdb_txn_begin(c->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof table / sizeof *table && !rc; i++)
		rc = walk_table(txn, table[i]) ? 0 : MDB_CORRUPTED;
	mdb_txn_abort(txn);
	return rc;
}

enum tl_status tl_cache_prepare(const struct tl_cache_opts *opts, struct tl_err *err)
{
	struct tl_cache c = {.opts = *opts};
	int rc = open_env(&c, 0);
	if (!rc)
		rc = open_tables(&c, MDB_RDONLY);
	if (rc == MDB_NOTFOUND)
		rc = open_tables(&c, 0);
	if (!rc)
		rc = walk(&c);
	mdb_env_close(c.env);
	return rc ? fail(err, opts->path, rc) : TL_OK;
}

/* 3. Looking up. */

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

/* The value, copied: what is mapped may go at any time.  Not found is no damage; all else is. */
static void look_up(void *arg)
{
	struct task *t = arg;
	struct tl_buf *value = &t->desk->value;
	MDB_val k = {KEY, (void *)(uintptr_t)t->key}, v;
	tl_buf_reset(value);
	t->rc = mdb_get(t->desk->txn, t->c->data, &k, &v);
	if (t->rc)
		return;
	if (v.mv_size < SUM || v.mv_size > t->c->opts.size + SUM ||
	    tl_buf_add(value, v.mv_data, v.mv_size, NULL) != TL_OK)
		t->rc = MDB_CORRUPTED;
}

bool tl_cache_get(struct tl_cache *c, unsigned worker, struct tl_hash128 hash, struct tl_str *ret)
{
	struct desk *d = &c->desk[worker];
	uint8_t key[KEY];
	struct task task = {c, d, key, MDB_CORRUPTED};
	put_key(key, hash);
	const bool fine = tl_guard_run(look_up, &task) && !task.rc;
	if (fine)
		*ret = (struct tl_str){d->value.data + SUM, d->value.len - SUM};
	/* What cannot be noted as used is only let go sooner. */
	if (!fine || tl_bits_get64(d->value.data) != check(key, *ret) ||
	    (c->opts.evict != TL_CACHE_FIFO && tl_store_put(d->used, key, KEY, NULL) != TL_OK)) {
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

/* 4. Writing. */

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

/* The number of this run. */
static int count_run(struct tl_cache *c)
{
	MDB_txn *txn;
	MDB_val runs = {4, "runs"}, v;
	uint8_t number[4];
	int rc = mdb_txn_begin(c->env, NULL, 0, &txn);
	if (rc)
		return rc;
	if (!mdb_get(txn, c->meta, &runs, &v) && v.mv_size == sizeof number)
		c->run = tl_bits_get32(v.mv_data);
	c->run++;
	tl_bits_put32(number, c->run);
	v = (MDB_val){sizeof number, number};
	rc = mdb_put(txn, c->meta, &runs, &v, 0);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int write_all(struct tl_cache *c)
{
	struct batch b = {tl_mem_alloc(BATCH, sizeof *b.item, NULL), 0};
	int rc = b.item ? count_run(c) : ENOMEM;
	for (unsigned w = 0; w < c->opts.workers && !rc; w++) {
		rc = write_store(c, c->desk[w].used, &b, false);
		if (!rc)
			rc = write_store(c, c->desk[w].fresh, &b, true);
	}
	free(b.item);
	return rc;
}

/* 5. Letting go. */

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

/* 6. Closing. */

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
	if (c->env)
		(void)tl_guard_run(close_view, c);
	c->env = NULL;
}

void tl_cache_write(struct tl_cache *c, struct tl_cache_sum *sum)
{
	int rc = open_env(c, 0);
	if (!rc)
		rc = open_tables(c, 0);
	if (!rc)
		rc = write_all(c);
	if (!rc || rc == MDB_MAP_FULL) {
		int go = let_go(c, sum);
		for (int i = 0; i < ROUNDS && !go && sum->bytes > c->opts.size; i++)
			go = let_go(c, sum);
		rc = rc ? rc : go;
	}
	sum->lost = rc;
	if (rc)
		snprintf(sum->why, sizeof sum->why, "%s", mdb_strerror(rc));
	mdb_env_close(c->env);
	c->env = NULL;
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
