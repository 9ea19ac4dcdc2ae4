/* SPDX-License-Identifier: MIT */
/* test_cache: what was put is found by a later run and by no other key; what goes first; damage, and
 * files of others. */
#include <tl/cache.h>

#include <lmdb.h>
#include <sys/wait.h>

#include "streams.h"

static const char *path, *lock;

static void renew(void)
{
	path = streams_path("cache");
	lock = streams_path("cache-lock");
	unlink(path);
	unlink(lock);
}

static struct tl_cache *open_cache(uint64_t size, enum tl_cache_evict evict, unsigned workers)
{
	const struct tl_cache_opts opts = {path, size, evict, workers};
	struct tl_err err = {0};
	struct tl_cache *c;
	tl_test_ok(tl_cache_prepare(&opts, &err), err);
	tl_test_ok(tl_cache_open(&opts, NULL, &c, &err), err);
	return c;
}

static struct tl_cache_sum close_cache(struct tl_cache *c, bool keep)
{
	struct tl_cache_sum sum;
	tl_cache_end(c, &sum);
	if (keep)
		tl_cache_write(c, &sum);
	tl_cache_free(c);
	tl_test(!sum.lost);
	return sum;
}

static struct tl_hash128 key_of(uint64_t i)
{
	return tl_hash_128(&i, sizeof i);
}

/* The value that belongs to i: so many bytes. */
static struct tl_str value_of(uint64_t i)
{
	static uint8_t bytes[4000];
	memset(bytes, (int)(i * 7 + 1), sizeof bytes);
	return (struct tl_str){bytes, i % 97 == 5 ? 3000 + i % 900 : i % 60};
}

static void put(struct tl_cache *c, unsigned worker, uint64_t i)
{
	struct tl_err err = {0};
	tl_test_ok(tl_cache_put(c, worker, key_of(i), value_of(i), &err), err);
}

static bool has(struct tl_cache *c, unsigned worker, uint64_t i)
{
	const struct tl_str want = value_of(i);
	struct tl_str got;
	if (!tl_cache_get(c, worker, key_of(i), &got))
		return false;
	tl_test_eq(got.n, want.n);
	tl_test(!want.n || !memcmp(got.p, want.p, want.n));
	return true;
}

static void test_keep(void)
{
	renew();
	struct tl_cache *c = open_cache(64 << 20, TL_CACHE_LRU, 3);
	for (uint64_t i = 0; i < 3000; i++)
		put(c, i % 3, i);
	tl_test(!has(c, 0, 1)); /* not before the next run */
	struct tl_cache_sum sum = close_cache(c, true);
	tl_test(sum.put == 3000 && sum.entries == 3000 && sum.misses == 1 && !sum.hits);
	c = open_cache(64 << 20, TL_CACHE_LRU, 2);
	for (uint64_t i = 0; i < 4000; i++)
		tl_test_eq(has(c, i % 2, i), i < 3000);
	put(c, 0, 5000);
	sum = close_cache(c, false); /* the run failed: nothing is written */
	tl_test(sum.hits == 3000 && sum.misses == 1000 && !sum.damaged);
	c = open_cache(64 << 20, TL_CACHE_LFU, 1);
	tl_test(has(c, 0, 7) && !has(c, 0, 5000));
	put(c, 0, 7); /* again */
	tl_test_eq(close_cache(c, true).entries, 3000);
	tl_cache_free(NULL);
}

/* Three runs put a third each; then one uses some of the first and second.  Who goes then? */
static uint64_t survivors(enum tl_cache_evict evict, uint64_t from, uint64_t end)
{
	const uint64_t n = 9000;
	renew();
	struct tl_cache *c;
	for (uint64_t run = 0; run < 3; run++) {
		c = open_cache(64 << 20, evict, 1);
		for (uint64_t i = run * n / 3; i < (run + 1) * n / 3; i++)
			put(c, 0, i);
		(void)close_cache(c, true);
	}
	for (int again = 0; again < 2; again++) {
		c = open_cache(64 << 20, evict, 1);
		for (uint64_t i = 0; i < 1000; i++)
			tl_test(has(c, 0, i));
		(void)close_cache(c, true);
	}
	c = open_cache(1 << 20, evict, 1);
	put(c, 0, n);
	const struct tl_cache_sum sum = close_cache(c, true);
	tl_test(sum.evicted > 1000 && sum.bytes <= 1 << 20);
	tl_test_eq(sum.entries, n + 1 - sum.evicted);
	c = open_cache(64 << 20, evict, 1);
	tl_test(has(c, 0, n));
	uint64_t left = 0;
	for (uint64_t i = from; i < end; i++)
		left += has(c, 0, i);
	(void)close_cache(c, false);
	return left;
}

static void test_evict(void)
{
	/* LRU and LFU keep what was used; FIFO lets go of it, as it came first. */
	tl_test_eq(survivors(TL_CACHE_LRU, 0, 1000), 1000);
	tl_test_eq(survivors(TL_CACHE_LFU, 0, 1000), 1000);
	tl_test_eq(survivors(TL_CACHE_FIFO, 0, 1000), 0);
	/* Of what was not used, what is older goes first. */
	tl_test(survivors(TL_CACHE_LRU, 6000, 9000) > survivors(TL_CACHE_LRU, 1000, 3000));
	tl_test(survivors(TL_CACHE_FIFO, 6000, 9000) > 2000);
}

/* A byte of a value is another one: that entry is not found, and nothing else is lost. */
static void test_damage(void)
{
	renew();
	struct tl_cache *c = open_cache(64 << 20, TL_CACHE_LRU, 1);
	for (uint64_t i = 0; i < 500; i++)
		put(c, 0, i);
	(void)close_cache(c, true);
	struct tl_buf file = streams_slurp("cache");
	const struct tl_str v = value_of(59); /* 59 bytes of one kind, only there */
	uint8_t *at = memmem(file.data, file.len, v.p, v.n);
	tl_test(at != NULL);
	at[20] ^= 1;
	streams_write("cache", file.data, file.len);
	c = open_cache(64 << 20, TL_CACHE_LRU, 1);
	uint64_t found = 0;
	for (uint64_t i = 0; i < 500; i++)
		found += has(c, 0, i);
	tl_cache_refuse(c, 0);
	const struct tl_cache_sum sum = close_cache(c, false);
	tl_test_eq(found, 499);
	tl_test(sum.hits == 498 && sum.misses == 2 && sum.damaged == 2);
	tl_buf_free(&file);
}

/* Somebody cuts the files short while they are open: nothing is found any more, and no more. */
static void test_cut(void)
{
	struct tl_cache_sum sum;
	struct tl_str got;
	renew();
	struct tl_cache *c = open_cache(64 << 20, TL_CACHE_LRU, 2);
	for (uint64_t i = 0; i < 3000; i++)
		put(c, 0, i);
	(void)close_cache(c, true);
	for (off_t size = 3 * 4096; size >= 0; size -= 4096) {
		struct tl_buf file = streams_slurp("cache");
		c = open_cache(64 << 20, TL_CACHE_LRU, 2);
		tl_test(has(c, 0, 1) && has(c, 1, 2));
		tl_test(!truncate(path, size));
		for (uint64_t i = 0; i < 3000; i++)
			tl_test(!tl_cache_get(c, i % 2, key_of(i), &got));
		put(c, 0, 4000);
		tl_cache_end(c, &sum);
		tl_test(sum.hits == 2 && sum.damaged == 3000 && sum.put == 1);
		tl_cache_free(c);
		streams_write("cache", file.data, file.len);
		tl_buf_free(&file);
	}
}

/* The same with the lock: what LMDB held is lost, in a child, so that nobody counts that as a leak. */
static void test_cut_lock(void)
{
	int status = -1;
	struct tl_cache_sum sum;
	renew();
	struct tl_cache *c = open_cache(64 << 20, TL_CACHE_LRU, 1);
	put(c, 0, 1);
	(void)close_cache(c, true);
	const pid_t child = fork();
	if (child == 0) {
		c = open_cache(64 << 20, TL_CACHE_LRU, 1);
		if (truncate(lock, 0) || !has(c, 0, 1))
			_exit(1);
		tl_cache_end(c, &sum);
		_exit(sum.hits != 1);
	}
	tl_test(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

/* A file of LMDB's with one table. */
static void make_foreign(const char *name, unsigned flags)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val k = {6, "format"}, v = {19, "talyra alignments 1"};
	renew();
	tl_test(!mdb_env_create(&env) && !mdb_env_set_maxdbs(env, 4));
	tl_test(!mdb_env_open(env, path, MDB_NOSUBDIR, 0644) && !mdb_txn_begin(env, NULL, 0, &txn));
	tl_test(!mdb_dbi_open(txn, name, MDB_CREATE | flags, &dbi) && !mdb_put(txn, dbi, &k, &v, 0));
	for (int i = 0; name && i < 2; i++)
		tl_test(!mdb_dbi_open(txn, i ? "data" : "used", MDB_CREATE | flags, &dbi));
	tl_test(!mdb_txn_commit(txn));
	mdb_env_close(env);
}

/* What another program keeps in LMDB is refused, and stays as it is. */
static void test_foreign(void)
{
	static const struct {
		const char *name;
		unsigned flags;
	} kinds[] = {{NULL, 0}, {"theirs", 0}, {"meta", MDB_DUPSORT}, {"meta", MDB_REVERSEKEY}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		make_foreign(kinds[i].name, kinds[i].flags);
		const struct tl_cache_opts opts = {path, 1 << 20, TL_CACHE_LRU, 1};
		struct tl_err err = {0};
		struct tl_cache *c;
		struct tl_buf was = streams_slurp("cache");
		tl_test_eq(tl_cache_prepare(&opts, &err), TL_DATA);
		tl_test(strstr(err.msg, path) && strstr(err.msg, "remove it"));
		tl_test_eq(tl_cache_open(&opts, NULL, &c, &err), TL_DATA);
		struct tl_buf is = streams_slurp("cache");
		tl_test(streams_same(&was, &is));
		tl_buf_free(&was);
		tl_buf_free(&is);
	}
	make_foreign("meta", 0);
	tl_test_eq(close_cache(open_cache(1 << 20, TL_CACHE_LRU, 1), true).entries, 0);
}

static void test_no_cache(void)
{
	const struct tl_cache_opts opts = {streams_path("cache"), 1 << 20, TL_CACHE_LRU, 1};
	const struct tl_cache_opts nowhere = {"/does/not/exist", 1 << 20, TL_CACHE_LRU, 1};
	struct tl_err err = {0};
	struct tl_cache *c;
	renew();
	streams_write("cache", "this is a text and no cache of alignments", 41);
	tl_test_eq(tl_cache_prepare(&opts, &err), TL_DATA);
	tl_test_eq(tl_cache_open(&opts, NULL, &c, &err), TL_DATA);
	tl_test_eq(tl_cache_prepare(&nowhere, &err), TL_CANTCREATE);
	tl_test_eq(tl_cache_open(&nowhere, NULL, &c, &err), TL_CANTCREATE);
}

int main(void)
{
	streams_make();
	TL_RUN(test_keep);
	TL_RUN(test_evict);
	TL_RUN(test_damage);
	TL_RUN(test_cut);
	TL_RUN(test_cut_lock);
	TL_RUN(test_foreign);
	TL_RUN(test_no_cache);
	streams_remove();
	return tl_test_end();
}
