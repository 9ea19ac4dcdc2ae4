/* SPDX-License-Identifier: MIT */
/* test_intern: against a plain list of strings; equal hashes of different bytes. */
#include <tl/intern.h>

#include <stdatomic.h>

#include <tl/metrics.h>
#include <tl/pool.h>

#include "tltest.h"

#define STRINGS 3000

struct model {
	uint8_t bytes[STRINGS][24];
	size_t len[STRINGS], n;
};

static struct model model;

/* The place of a string in the list, or its length. */
static size_t place(const uint8_t *p, size_t n)
{
	size_t i = 0;
	while (i < model.n && (model.len[i] != n || memcmp(model.bytes[i], p, n)))
		i++;
	return i;
}

static size_t random_string(uint8_t *p)
{
	size_t n = tl_test_below(tl_test_below(3) ? 8 : 24);
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)("ACG\0"[tl_test_below(4)]);
	return n;
}

/* Puts random strings, hashed by hash, until the list has want of them; looks each up as well. */
static void fill(struct tl_intern *in, size_t want,
		 uint64_t (*hash)(const void *p, size_t n))
{
	struct tl_err err;
	model.n = 0;
	for (size_t round = 0; model.n < want; round++) {
		uint8_t s[24];
		size_t n = random_string(s), at = place(s, n);
		uint64_t h = hash(s, n);
		uint32_t id = 0;
		bool is_new;
		tl_test_eq(tl_intern_find(in, h, s, n, &id), at < model.n);
		tl_test(at == model.n || id == at);
		tl_test_ok(tl_intern_put(in, h, s, n, &id, &is_new, &err), err);
		tl_test_eq(id, at);
		tl_test_eq(is_new, at == model.n);
		if (is_new) {
			memcpy(model.bytes[at], s, n);
			model.len[at] = n;
			model.n++;
		}
		tl_test_eq(tl_intern_count(in), model.n);
	}
	for (size_t i = 0; i < model.n; i++) {
		struct tl_str s = tl_intern_get(in, i);
		tl_test_eq(s.n, model.len[i]);
		tl_test(!memcmp(s.p, model.bytes[i], s.n));
	}
}

static void test_model(void)
{
	struct tl_intern *in;
	struct tl_err err;
	uint32_t id;
	tl_test_ok(tl_intern_new(NULL, &in, &err), err);
	tl_test_eq(tl_intern_count(in), 0);
	tl_test(!tl_intern_find(in, tl_intern_hash("A", 1), "A", 1, &id));
	fill(in, STRINGS, tl_intern_hash);
	tl_test(!tl_intern_find(in, tl_intern_hash("TTT", 3), "TTT", 3, &id));
	tl_intern_free(in);
	tl_intern_free(NULL);
}

static uint64_t same_hash(const void *p, size_t n)
{
	(void)p, (void)n;
	return 0xffffffffffffffff;
}

/* The same slot, another tag; the same tag, another shard. */
static uint64_t half_hash(const void *p, size_t n)
{
	uint64_t h = tl_intern_hash(p, n);
	return h & 1 ? h << 40 | 3 : (h & 0xffffffff00000000) | 12345;
}

static void test_collisions(void)
{
	struct tl_intern_opts shared = {.shared = true};
	struct tl_intern *in;
	struct tl_err err;
	tl_test_ok(tl_intern_new(NULL, &in, &err), err);
	fill(in, 500, same_hash);
	tl_intern_free(in);
	tl_test_ok(tl_intern_new(&shared, &in, &err), err);
	fill(in, 500, half_hash);
	tl_intern_free(in);
}

/* Bytes are compared to their end: strings that are the beginning of each other, and none. */
static void test_prefixes(void)
{
	static uint8_t zeros[300];
	struct tl_intern *in;
	struct tl_err err;
	uint32_t id;
	bool is_new;
	tl_test_ok(tl_intern_new(NULL, &in, &err), err);
	for (int round = 0; round < 2; round++) {
		for (size_t n = 0; n < sizeof zeros; n++) {
			uint64_t h = same_hash(zeros, n);
			tl_test_ok(tl_intern_put(in, h, n ? zeros : NULL, n, &id, &is_new, &err),
				   err);
			tl_test_eq(id, n);
			tl_test_eq(is_new, round == 0);
			tl_test_eq(tl_intern_get(in, id).n, n);
		}
	}
	tl_intern_free(in);
}

/* Word i of a made language: short and long ones. */
static size_t word_of(uint32_t i, char *p)
{
	return (size_t)sprintf(p, i % 3 ? "w%u" : "a longer word, number %u, that a line has no room for", i);
}

static uint32_t put_word(struct tl_intern *in, uint32_t i, bool *ret_new)
{
	char w[80];
	size_t n = word_of(i, w);
	struct tl_err err;
	uint32_t id;
	tl_test_ok(tl_intern_put(in, tl_intern_hash(w, n), w, n, &id, ret_new, &err), err);
	return id;
}

/* The words [from, from + n) looked up together; *ret_known of them are known, each rightly. */
static void look(struct tl_intern *in, struct tl_intern_cache *cache, uint32_t from, size_t n,
		 size_t *ret_known)
{
	static char text[700][80];
	static struct tl_intern_word word[700];
	for (size_t k = 0; k < n; k++)
		word[k] = (struct tl_intern_word){
			.p = (uint8_t *)text[k],
			.n = (uint32_t)word_of(from + (uint32_t)k, text[k]),
		};
	tl_test_eq(tl_intern_look(in, cache, word, n), tl_intern_generation(in));
	*ret_known = 0;
	for (size_t k = 0; k < n; k++) {
		if (word[k].id == TL_INTERN_NONE)
			continue;
		struct tl_str s = tl_intern_get(in, word[k].id);
		tl_test_eq(s.n, word[k].n);
		tl_test(!memcmp(s.p, text[k], s.n));
		++*ret_known;
	}
}

/* Look-ups of many, through a cache of each size, with counts. */
static void test_look(void)
{
	struct tl_intern *in;
	struct tl_intern_cache *cache;
	struct tl_metrics before, after;
	struct tl_err err;
	bool is_new;
	size_t known;
	tl_test_ok(tl_intern_new(NULL, &in, &err), err);
	for (uint32_t i = 0; i < 500; i++)
		tl_test_eq(put_word(in, i, &is_new), i);
	for (size_t lines = 1; lines < 1000; lines *= 3) {
		tl_test_ok(tl_intern_cache_new(lines, &cache, &err), err);
		tl_metrics_get(&before);
		for (int round = 0; round < 2; round++) {
			look(in, cache, 0, 700, &known);
			tl_test_eq(known, 500);
			look(in, cache, 470, 20, &known);
			look(in, cache, 470, 20, &known);
			tl_test_eq(known, 20);
		}
		tl_metrics_get(&after);
		tl_test_eq(after.count[TL_METRICS_INTERN_LOOKS] -
			   before.count[TL_METRICS_INTERN_LOOKS], 1480);
		uint64_t hits = after.count[TL_METRICS_INTERN_HITS] -
				before.count[TL_METRICS_INTERN_HITS];
		tl_test(hits > 20 && hits < 1000);
		tl_test(after.count[TL_METRICS_INTERN_PROBES] -
			before.count[TL_METRICS_INTERN_PROBES] >= 1480 - hits);
		tl_intern_cache_free(cache);
	}
	tl_intern_cache_free(NULL);
	tl_intern_free(in);
}

/* An endless stream of words in a table with a limit: what is held stays, what is forgotten is told,
 * its ids come again from the lowest on, and the memory does not grow. */
static void test_limit(void)
{
	struct tl_intern_opts opts = {.max = 1000};
	struct tl_intern_cache *cache;
	struct tl_intern *in;
	struct tl_intern_sum sum, first = {0};
	struct tl_err err;
	uint32_t *ids = NULL;
	size_t cap = 0, n = 0, known, collections = 0;
	bool is_new;
	tl_test_ok(tl_intern_new(&opts, &in, &err), err);
	tl_test_ok(tl_intern_cache_new(64, &cache, &err), err);
	for (uint32_t i = 0; i < 100; i++)
		tl_intern_hold(in, put_word(in, i, &is_new));
	for (uint32_t i = 100; i < 50000; i++) {
		uint32_t id = put_word(in, i, &is_new);
		tl_test(is_new && id != TL_INTERN_NONE);
		tl_test_eq(id, 100 + (i - 100) % 700);
		if (!tl_intern_crowded(in))
			continue;
		look(in, cache, i - 50, 51, &known);
		tl_test_eq(known, 51);
		tl_test_ok(tl_intern_collect(in, &ids, &cap, &n, &err), err);
		tl_test_eq(n, 700);
		for (size_t k = 0; k < n; k++)
			tl_test_eq(ids[k], 100 + k);
		look(in, cache, i - 50, 51, &known); /* the cache forgot them too */
		tl_test_eq(known, 0);
		look(in, cache, 0, 101, &known);
		tl_test_eq(known, 100);
		tl_intern_sum(in, &sum);
		tl_test_eq(sum.live, 100);
		tl_test_eq(sum.forgotten, 700 * ++collections);
		first = first.live ? first : sum;
		tl_test(sum.memory <= first.memory + 8192);
	}
	tl_test_eq(collections, 49900 / 700);
	for (uint32_t i = 0; i < 100; i += 2)
		tl_intern_drop(in, i);
	tl_test_ok(tl_intern_collect(in, &ids, &cap, &n, &err), err);
	tl_test(n >= 50 && ids[0] == 0 && ids[49] == 98);
	tl_test_eq(put_word(in, 1, &is_new), 1);
	tl_test(!is_new);
	tl_test_eq(put_word(in, 0, &is_new), 0);
	tl_test_eq(put_word(in, 99999, &is_new), 2);
	free(ids);
	tl_intern_cache_free(cache);
	tl_intern_free(in);
}

/* All ids are held: no more are given, and those that are there are still found. */
static void test_full(void)
{
	struct tl_intern_opts opts = {.max = 70, .shared = true};
	struct tl_intern *in;
	struct tl_err err;
	uint32_t *ids = NULL;
	size_t cap = 0, n = 1;
	bool is_new;
	tl_test_ok(tl_intern_new(&opts, &in, &err), err);
	for (uint32_t i = 0; i < 70; i++) {
		tl_test_eq(tl_intern_crowded(in), i >= 56);
		tl_intern_hold(in, put_word(in, i, &is_new));
	}
	tl_test_ok(tl_intern_collect(in, &ids, &cap, &n, &err), err);
	tl_test_eq(n, 0);
	tl_test_eq(put_word(in, 70, &is_new), TL_INTERN_NONE);
	tl_test(is_new);
	tl_test_eq(put_word(in, 69, &is_new), 69);
	tl_test_eq(tl_intern_count(in), 70);
	free(ids);
	tl_intern_free(in);
}

/* Threads that look while one lane puts, holds and collects, and others put words of their own. */
#define THRASH_WORDS 6000

struct thrash {
	struct tl_intern *in;
	_Atomic unsigned wrong;
};

static enum tl_status thrash_looker(struct thrash *t, size_t at, struct tl_err *err)
{
	struct tl_intern_cache *cache;
	struct tl_intern_word word[64];
	char text[64][80], first[80];
	word_of(0, first);
	enum tl_status st = tl_intern_cache_new(64, &cache, err);
	for (uint32_t round = 0; round < 150 && st == TL_OK; round++) {
		for (uint32_t k = 0; k < 64; k++) {
			uint32_t i = (round * 40 + k * (uint32_t)(at + 1)) % THRASH_WORDS;
			word[k] = (struct tl_intern_word){.p = (uint8_t *)text[k],
							  .n = (uint32_t)word_of(i, text[k])};
		}
		tl_intern_look(t->in, cache, word, 64);
		for (uint32_t k = 0; k < 64; k++) /* word 0 is held before all others, as id 0 */
			if (word[k].id == 0 && strcmp(text[k], first))
				t->wrong++;
	}
	tl_intern_cache_free(cache);
	return st;
}

/* Words 0, 10, 20 ... are held, and must keep their ids; all others come and go. */
static enum tl_status thrash_lane(struct thrash *t, struct tl_err *err)
{
	static uint32_t held[THRASH_WORDS];
	uint32_t *ids = NULL, id;
	size_t cap = 0, n;
	bool is_new;
	char w[80];
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; i < THRASH_WORDS && st == TL_OK; i++) {
		size_t len = word_of(i, w);
		st = tl_intern_put(t->in, tl_intern_hash(w, len), w, len, &id, &is_new, err);
		if (st != TL_OK || i % 10)
			continue;
		tl_intern_hold(t->in, id);
		held[i] = id;
		if (i % 500 == 0)
			st = tl_intern_collect(t->in, &ids, &cap, &n, err);
	}
	for (uint32_t i = 0; i < THRASH_WORDS && st == TL_OK; i += 10) {
		size_t len = word_of(i, w);
		if (!tl_intern_find(t->in, tl_intern_hash(w, len), w, len, &id) || id != held[i])
			t->wrong++;
	}
	free(ids);
	return st;
}

static enum tl_status thrash_putter(struct thrash *t, size_t at, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	uint32_t id;
	bool is_new;
	char w[80];
	for (uint32_t i = 0; i < 4000 && st == TL_OK; i++) {
		size_t len = word_of(10000 + (uint32_t)at * 2000 + i, w);
		st = tl_intern_put(t->in, tl_intern_hash(w, len), w, len, &id, &is_new, err);
	}
	return st;
}

static enum tl_status thrash(void *ctx, size_t begin, size_t end, unsigned worker,
			     struct tl_err *err)
{
	enum tl_status st = TL_OK;
	(void)worker;
	for (size_t at = begin; at < end && st == TL_OK; at++)
		st = at == 0 ? thrash_lane(ctx, err)
		   : at % 2 ? thrash_looker(ctx, at, err) : thrash_putter(ctx, at, err);
	return st;
}

static void test_thrash(void)
{
	struct tl_intern_opts opts = {.shared = true};
	struct tl_pool_opts pool_opts = {.threads = 5, .max_chunk = 1};
	struct thrash t = {0};
	struct tl_pool *pool;
	struct tl_err err;
	bool is_new;
	tl_test_ok(tl_intern_new(&opts, &t.in, &err), err);
	tl_intern_hold(t.in, put_word(t.in, 0, &is_new));
	tl_test_ok(tl_pool_new(&pool_opts, &pool, &err), err);
	tl_test_ok(tl_pool_for(pool, 9, 1, thrash, &t, &err), err);
	tl_test_eq(t.wrong, 0);
	tl_pool_free(pool);
	tl_intern_free(t.in);
}

int main(void)
{
	TL_RUN(test_model);
	TL_RUN(test_collisions);
	TL_RUN(test_prefixes);
	TL_RUN(test_look);
	TL_RUN(test_limit);
	TL_RUN(test_full);
	TL_RUN(test_thrash);
	return tl_test_end();
}
