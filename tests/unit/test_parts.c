/* SPDX-License-Identifier: MIT */
/* test_parts: the hits of any number of buckets, through streams, give the pairs of one process;
 * what does not belong together is refused. */
#include <tl/parts.h>

#include "banks.h"
#include "streams.h"

#define LEN 200

static struct tl_pool *pool;
static struct tl_sketch_params sketch;

/* Families of sequences, their ordinals rising or not. */
static void fill(struct tl_bank *bank, size_t n, bool rises)
{
	static const char letters[] = "ACDEFGHIKLMNPQRSTVWY";
	uint8_t root[LEN], seq[LEN];
	struct tl_err err = {0};
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; i % 10 == 0 && j < LEN; j++)
			root[j] = (uint8_t)letters[tl_test_below(20)];
		memcpy(seq, root, LEN);
		for (size_t j = 0; j < 10; j++)
			seq[tl_test_below(LEN)] = (uint8_t)letters[tl_test_below(20)];
		const size_t len = LEN - tl_test_below(LEN / 2);
		const uint64_t ordinal = rises ? 2 * i : i % 2 ? i : 10 * n - i;
		tl_test_ok(tl_bank_add(bank, ordinal, (struct tl_str){seq, len}, 0, &err), err);
	}
}

static const char *part_name(uint32_t part, uint32_t parts)
{
	char name[40];
	snprintf(name, sizeof name, "%u-%u", part, parts);
	return streams_path(name);
}

static const char *write_part(const struct tl_bank *bank, uint32_t part, uint32_t parts)
{
	const struct tl_writer_opts opts = {0};
	const struct tl_cand_part p = {part, parts, tl_bank_sum(bank), tl_sketch_sum(&sketch),
				       TL_PROTEIN};
	struct tl_err err = {0};
	struct tl_pairs *pairs;
	struct tl_seeds_sum sum;
	struct tl_writer *w;
	struct tl_out *out;
	const char *name = part_name(part, parts);
	sketch.part = part;
	sketch.parts = parts;
	tl_test_ok(tl_seeds_find(pool, NULL, bank, &sketch, &pairs, &sum, &err), err);
	tl_test_ok(tl_out_open(name, &out, &err), err);
	tl_test_ok(tl_writer_open(pool, out, &opts, &w, &err), err);
	tl_test_ok(tl_parts_write(pairs, bank, &p, w, &err), err);
	tl_test_ok(tl_writer_end(w, 1 << 20, &err), err);
	tl_writer_free(w);
	tl_test_ok(tl_out_commit(out, &err), err);
	tl_pairs_free(pairs);
	sketch.part = sketch.parts = 0;
	return name;
}

/* Reads parts for the members in share part of parts; *ret_st: what came of it. */
static struct pairs read_parts(const struct tl_bank *bank, const char *const *names, size_t n,
			       uint64_t part, uint64_t parts, enum tl_status *ret_st)
{
	const struct tl_bank none = {0};
	struct tl_parts_want want[2] = {
		{.bank = bank, .how = tl_sketch_sum(&sketch), .part = part, .parts = parts},
		{.bank = &none, .parts = 1}};
	struct tl_err err = {0};
	struct pairs f = {0};
	const struct tl_pair *pair;
	size_t k;
	tl_test_ok(tl_pairs_new(pool, NULL, sketch.centres, &want[0].pairs, &err), err);
	*ret_st = tl_parts_read(pool, NULL, names, n, want, &err);
	tl_test_ok(tl_pairs_end(want[0].pairs, &err), err);
	for (;;) {
		tl_test_ok(tl_pairs_next(want[0].pairs, &pair, &k, &err), err);
		if (!k)
			break;
		f.pair = realloc(f.pair, (f.n + k) * sizeof *pair);
		memcpy(f.pair + f.n, pair, k * sizeof *pair);
		f.n += k;
	}
	tl_pairs_free(want[0].pairs);
	return f;
}

static void test_same(void)
{
	for (int round = 0; round < 4; round++) {
		struct tl_bank bank = {0};
		const uint32_t parts = round ? 1u << round : 1;
		const char *names[8];
		enum tl_status st;
		fill(&bank, 150, round % 2);
		struct pairs whole = bank_pairs(pool, NULL, &bank, &sketch);
		tl_test(whole.n > 100);
		for (uint32_t i = 0; i < parts; i++)
			names[parts - 1 - i] = write_part(&bank, i, parts);
		size_t at = 0;
		for (uint32_t i = 0; i < 3; i++) {
			struct pairs f = read_parts(&bank, names, parts, i, 3, &st);
			tl_test_eq(st, TL_OK);
			tl_test(f.n <= whole.n - at);
			for (size_t j = 0; j < f.n; j++, at++) {
				const struct tl_pair *p = &f.pair[j], *q = &whole.pair[at];
				tl_test(p->member == q->member && p->centre == q->centre);
				tl_test(p->lo == q->lo && p->hi == q->hi && p->hits == q->hits);
			}
			free(f.pair);
		}
		tl_test_eq(at, whole.n);
		free(whole.pair);
		tl_bank_free(&bank);
	}
}

static void refused(const struct tl_bank *bank, const char *const *names, size_t n)
{
	enum tl_status st;
	struct pairs f = read_parts(bank, names, n, 0, 1, &st);
	tl_test_eq(st, TL_DATA);
	free(f.pair);
}

static void test_mixed(void)
{
	struct tl_bank bank = {0}, other = {0};
	enum tl_status st;
	fill(&bank, 60, true);
	fill(&other, 60, true);
	const char *names[3] = {write_part(&bank, 0, 3), write_part(&bank, 1, 3),
				write_part(&bank, 2, 3)};
	const char *twice[4] = {names[0], names[1], names[2], names[1]};
	const char *of_two[3] = {names[0], names[1], write_part(&bank, 1, 2)};
	struct pairs f = read_parts(&bank, names, 3, 0, 1, &st);
	tl_test_eq(st, TL_OK);
	free(f.pair);
	refused(&bank, names, 2);
	refused(&bank, twice, 4);
	refused(&bank, of_two, 3);
	refused(&other, names, 3);
	sketch.seed++;
	refused(&bank, names, 3);
	sketch.seed--;
	tl_bank_free(&bank);
	tl_bank_free(&other);
}

int main(void)
{
	const struct tl_pool_opts opts = {.threads = 2};
	if (tl_pool_new(&opts, &pool, NULL) != TL_OK)
		return 1;
	sketch = tl_sketch_choose(TL_PROTEIN, 900000);
	sketch.centres = 5;
	streams_make();
	TL_RUN(test_same);
	TL_RUN(test_mixed);
	streams_remove();
	tl_pool_free(pool);
	return tl_test_end();
}
