/* SPDX-License-Identifier: MIT */
/* test_glance: k-mers that were put are found wherever they are, few others, by any instruction set. */
#include "glance.h"

#include <tl/alphabet.h>

#include "tltest.h"

#define MOST 5000

static const char *const letters[2] = {"ACDEFGHIKLMNPQRSTVWY", "ACGT"};

static struct tl_str random_seq(enum tl_alphabet alphabet, size_t len)
{
	const char *of = letters[alphabet];
	uint8_t *p = tl_test_guarded(len); /* nothing behind it may be read */
	for (size_t i = 0; i < len; i++)
		p[i] = tl_test_below(500) ? (uint8_t)of[tl_test_below((unsigned)strlen(of))]
					  : (uint8_t) "XN*YJ"[tl_test_below(5)];
	return (struct tl_str){p, len};
}

static struct tl_sketch_params random_params(enum tl_alphabet alphabet, unsigned least)
{
	struct tl_sketch_params p = {.alphabet = alphabet, .m = 60};
	p.k = least + tl_test_below((alphabet == TL_NUCLEOTIDE ? 32 : 13) - least);
	p.reduced = alphabet == TL_PROTEIN && tl_test_below(2);
	if (alphabet == TL_PROTEIN && p.k >= 8 && tl_test_below(2))
		p.shape = 1u << (p.k - 1) | 1 | (tl_test_below(2) ? 0x37 : 0xf6);
	return p;
}

/* Which positions are found, [position]; their number. */
static size_t find_all(const struct glance *g, struct tl_str seq, bool *found)
{
	uint32_t at[GLANCE_CHUNK];
	size_t sum = 0;
	memset(found, 0, MOST * sizeof *found);
	for (size_t from = 0; from < seq.n; from += GLANCE_CHUNK) {
		size_t n = tl_glance_find(g, seq, from, at);
		tl_test(n <= GLANCE_CHUNK);
		for (size_t i = 0; i < n; i++) {
			tl_test(at[i] < GLANCE_CHUNK && from + at[i] < seq.n);
			tl_test(!i || at[i] > at[i - 1]);
			found[from + at[i]] = true;
		}
		sum += n;
	}
	return sum;
}

/* k-mers of one sequence in another, that has some of them. */
static void check(enum tl_alphabet alphabet, unsigned least, size_t *others, size_t *places)
{
	static bool scalar[MOST], vectors[MOST], is[MOST];
	static uint8_t turned[MOST];
	struct tl_sketch_params params = random_params(alphabet, least);
	size_t len = params.k + tl_test_below(MOST / 2);
	struct tl_str a = random_seq(alphabet, len), b = random_seq(alphabet, tl_test_below(MOST));
	struct glance *g[2];
	bool large = !tl_test_below(4); /* asked ahead */
	struct tl_err err = {0};
	memset(is, 0, sizeof is);
	for (int i = 0; i < 2; i++)
		tl_test_ok(tl_glance_new(NULL, &params, large ? 100000 : 100,
					 i ? tl_cpu_best() : TL_CPU_SCALAR, &g[i], &err),
			   err);
	tl_alphabet_revcomp(turned, a.p, a.n);
	for (int i = 0; i < 100; i++) {
		size_t pos = tl_test_below((unsigned)(a.n - params.k + 1));
		struct tl_sketch_seed seed;
		bool turn = alphabet == TL_NUCLEOTIDE && i % 2;
		if (!tl_sketch_at(&params, a, pos, UINT64_MAX, &seed))
			continue;
		tl_glance_put(g[0], a, pos);
		tl_glance_put(g[1], a, pos);
		if (b.n < params.k)
			continue;
		size_t to = tl_test_below((unsigned)(b.n - params.k + 1));
		memcpy((uint8_t *)b.p + to, turn ? turned + a.n - params.k - pos : a.p + pos,
		       params.k);
		for (unsigned j = 0; params.shape && j < params.k; j++)
			if (!(params.shape >> j & 1))
				((uint8_t *)b.p)[to + j] = "ACDEFGHIKL"[tl_test_below(10)];
		for (size_t j = to < params.k ? 0 : to - params.k; j < to + params.k && j < b.n;
		     j++)
			is[j] = false; /* written over */
		is[to] = true;
	}
	size_t n = find_all(g[0], b, scalar);
	tl_test_eq(find_all(g[1], b, vectors), n);
	tl_test(!memcmp(scalar, vectors, sizeof scalar));
	for (size_t i = 0; i < b.n; i++) {
		tl_test(!is[i] || scalar[i]);
		*others += scalar[i] && !is[i];
	}
	*places += b.n;
	tl_glance_free(g[0]);
	tl_glance_free(g[1]);
}

static void test_all_found(void)
{
	size_t others = 0, places = 0;
	for (int round = 0; round < 400; round++)
		check((enum tl_alphabet)(round % 2), 1, &others, &places);
}

/* 100 k-mers in a table of 65536 bits. */
static void test_few_others(void)
{
	size_t others = 0, places = 0;
	for (int round = 0; round < 200; round++)
		check((enum tl_alphabet)(round % 2), 12, &others, &places);
	tl_test(others < places / 50);
}

int main(void)
{
	TL_RUN(test_all_found);
	TL_RUN(test_few_others);
	return tl_test_end();
}
