/* SPDX-License-Identifier: MIT */
/* test_intern: against a plain list of strings; equal hashes of different bytes. */
#include <tl/intern.h>

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
		 struct tl_hash128 (*hash)(const void *p, size_t n))
{
	struct tl_err err;
	model.n = 0;
	for (size_t round = 0; model.n < want; round++) {
		uint8_t s[24];
		size_t n = random_string(s), at = place(s, n);
		struct tl_hash128 h = hash(s, n);
		uint64_t id = 0;
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
	uint64_t id;
	tl_test_ok(tl_intern_new(&in, &err), err);
	tl_test_eq(tl_intern_count(in), 0);
	tl_test(!tl_intern_find(in, tl_hash_128("A", 1), "A", 1, &id));
	fill(in, STRINGS, tl_hash_128);
	tl_test(!tl_intern_find(in, tl_hash_128("TTT", 3), "TTT", 3, &id));
	tl_intern_free(in);
	tl_intern_free(NULL);
}

static struct tl_hash128 same_hash(const void *p, size_t n)
{
	(void)p, (void)n;
	return (struct tl_hash128){12345, 0xffffffffffffffff};
}

/* The same slot, another tag; the same tag, another slot. */
static struct tl_hash128 half_hash(const void *p, size_t n)
{
	struct tl_hash128 h = tl_hash_128(p, n);
	return h.lo & 1 ? (struct tl_hash128){h.lo, 3} : (struct tl_hash128){12345, h.hi};
}

/* Fewer strings than the first table has room for, as hashes are made anew when it grows. */
static void test_collisions(void)
{
	struct tl_intern *in;
	struct tl_err err;
	tl_test_ok(tl_intern_new(&in, &err), err);
	fill(in, 500, same_hash);
	tl_intern_free(in);
	tl_test_ok(tl_intern_new(&in, &err), err);
	fill(in, 500, half_hash);
	tl_intern_free(in);
}

/* Bytes are compared to their end: strings that are the beginning of each other, and none. */
static void test_prefixes(void)
{
	static uint8_t zeros[300];
	struct tl_intern *in;
	struct tl_err err;
	uint64_t id;
	bool is_new;
	tl_test_ok(tl_intern_new(&in, &err), err);
	for (int round = 0; round < 2; round++) {
		for (size_t n = 0; n < sizeof zeros; n++) {
			struct tl_hash128 h = same_hash(zeros, n);
			tl_test_ok(tl_intern_put(in, h, n ? zeros : NULL, n, &id, &is_new, &err),
				   err);
			tl_test_eq(id, n);
			tl_test_eq(is_new, round == 0);
			tl_test_eq(tl_intern_get(in, id).n, n);
		}
	}
	tl_intern_free(in);
}

int main(void)
{
	TL_RUN(test_model);
	TL_RUN(test_collisions);
	TL_RUN(test_prefixes);
	return tl_test_end();
}
