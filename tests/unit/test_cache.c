/* SPDX-License-Identifier: MIT */
/* test_cache: what was put is found by a later run and by no other key; what goes first; damage. */
#include <tl/cache.h>

#include <sys/stat.h>

#include "streams.h"

static const char *path;

static void renew(void)
{
	char lock[200];
	path = streams_path("cache");
	snprintf(lock, sizeof lock, "%s-lock", path);
	(void)streams_path("cache-lock"); /* so that it is removed in the end */
	unlink(path);
	unlink(lock);
}

static struct tl_cache *open_cache(uint64_t size, enum tl_cache_evict evict, unsigned workers)
{
	const struct tl_cache_opts opts = {path, size, evict, workers};
	struct tl_err err = {0};
	struct tl_cache *c;
	tl_test_ok(tl_cache_open(&opts, NULL, &c, &err), err);
	return c;
}

static struct tl_cache_sum close_cache(struct tl_cache *c, bool keep)
{
	struct tl_cache_sum sum;
	tl_cache_close(c, keep, &sum);
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
	tl_cache_close(NULL, true, &sum);
	tl_test(tl_cache_walk(path) && tl_cache_walk("/does/not/exist"));
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

static void test_no_cache(void)
{
	const struct tl_cache_opts opts = {streams_path("cache"), 1 << 20, TL_CACHE_LRU, 1};
	const struct tl_cache_opts nowhere = {"/does/not/exist", 1 << 20, TL_CACHE_LRU, 1};
	struct tl_err err = {0};
	struct tl_cache *c;
	renew();
	streams_write("cache", "this is a text and no cache of alignments", 41);
	tl_test_eq(tl_cache_open(&opts, NULL, &c, &err), TL_DATA);
	tl_test_eq(tl_cache_open(&nowhere, NULL, &c, &err), TL_CANTCREATE);
}

int main(void)
{
	streams_make();
	TL_RUN(test_keep);
	TL_RUN(test_evict);
	TL_RUN(test_damage);
	TL_RUN(test_no_cache);
	streams_remove();
	return tl_test_end();
}
