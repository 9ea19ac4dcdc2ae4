/* SPDX-License-Identifier: MIT */
/* test_seeds: pairs against all k-mers of all sequences compared with each other; diagonals,
 * strands, order; the same for any number of threads. */
#include <tl/seeds.h>

#include "banks.h"

#define LEN 400

static struct tl_sketch_scratch scratch[2];

static struct tl_pool *make_pool(unsigned threads)
{
	struct tl_pool_opts opts = {.threads = threads};
	struct tl_err err = {0};
	struct tl_pool *pool;
	tl_test_ok(tl_pool_new(&opts, &pool, &err), err);
	return pool;
}

static void free_pairs(struct pairs *f)
{
	free(f->pair);
	*f = (struct pairs){0};
}

/* With a budget that is far too small for some of them: half the calls sort on disk. */
static struct pairs find(const struct tl_bank *bank, const struct tl_sketch_params *params,
			 unsigned threads)
{
	struct tl_budget_opts opts = {.limit = 24u << 20};
	struct tl_budget *budget = NULL;
	struct tl_err err = {0};
	struct tl_pool *pool = make_pool(threads);
	if (tl_test_below(2))
		tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	struct pairs f = bank_pairs(pool, budget, bank, params);
	tl_pool_free(pool);
	struct tl_budget_sum sum;
	tl_budget_sum(budget, &sum);
	tl_test_eq(sum.used, 0);
	tl_budget_free(budget);
	return f;
}

static uint8_t letter(enum tl_alphabet alphabet)
{
	const char *s = alphabet == TL_NUCLEOTIDE ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY";
	return (uint8_t)s[tl_test_below(strlen(s))];
}

static void add(struct tl_bank *bank, const uint8_t *p, size_t n)
{
	struct tl_err err = {0};
	tl_test_ok(tl_bank_add(bank, 3 * bank->n + 1, (struct tl_str){p, n}, 0, &err), err);
}

/* Families: copies of some roots with changes, parts of them, on either strand, alike ones too. */
static void fill(struct tl_bank *bank, enum tl_alphabet alphabet, size_t n)
{
	uint8_t root[4][LEN], seq[LEN], turned[LEN];
	for (size_t i = 0; i < 4 * LEN; i++)
		root[i / LEN][i % LEN] = letter(alphabet);
	memcpy(root[3] + 200, root[3], 150); /* a repeat */
	while (bank->n < n) {
		size_t from = tl_test_below(3) ? 0 : tl_test_below(LEN), len = LEN - from;
		size_t every = tl_test_below(3) ? 5 + tl_test_below(40) : 0;
		memcpy(seq, root[tl_test_below(4)] + from, len);
		for (size_t i = 0; every && i < len; i++)
			if (!tl_test_below(every))
				seq[i] = tl_test_below(20) ? letter(alphabet) : 'X';
		if (tl_test_below(3) == 0)
			len = tl_test_below(len + 1);
		tl_alphabet_revcomp(turned, seq, len);
		add(bank, alphabet == TL_NUCLEOTIDE && tl_test_below(2) ? turned : seq, len);
	}
}

/* The sketch of sequence i of a bank in scratch[which]. */
static size_t sketch(const struct tl_bank *bank, const struct tl_sketch_params *params, size_t i,
		     int which)
{
	struct tl_err err = {0};
	size_t n;
	tl_test_ok(tl_sketch_make(params, bank_get(bank, i), &scratch[which], &n, &err), err);
	return n;
}

/* How many k-mers of the sketches of a pair's sequences are the same on its strand and its
 * diagonals; *ret_ends: 1 if one is on lo, 2 if one is on hi. */
static size_t shared(const struct tl_bank *bank, const struct tl_sketch_params *params,
		     const struct tl_pair *p, unsigned *ret_ends)
{
	size_t n = sketch(bank, params, p->member, 0), m = sketch(bank, params, p->centre, 1);
	size_t hits = 0;
	*ret_ends = 0;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < m; j++) {
			const struct tl_sketch_seed *s = &scratch[0].seed[i],
						    *t = &scratch[1].seed[j];
			if (s->hash != t->hash || (s->flipped != t->flipped) != p->minus)
				continue;
			int64_t at = (int64_t)t->pos;
			if (p->minus)
				at = (int64_t)bank_get(bank, p->centre).n - params->k - at;
			int64_t d = at - (int64_t)s->pos;
			hits += d >= p->lo && d <= p->hi;
			*ret_ends |= (d == p->lo ? 1u : 0) | (d == p->hi ? 2u : 0);
		}
	}
	return hits;
}

static int before(const struct tl_pair *p, const struct tl_pair *q)
{
	if (p->member != q->member)
		return p->member < q->member;
	return p->centre != q->centre ? p->centre < q->centre : p->minus < q->minus;
}

/* What holds of each pair and of their order. */
static void check_pairs(const struct tl_bank *bank, const struct tl_sketch_params *params,
			const struct pairs *seeds)
{
	for (size_t i = 0; i < seeds->n; i++) {
		const struct tl_pair *p = &seeds->pair[i];
		unsigned ends;
		tl_test(p->member < bank->n && p->centre < bank->n && p->member != p->centre);
		tl_test(tl_bank_before(bank, p->centre, p->member));
		tl_test(i == 0 || before(&seeds->pair[i - 1], p));
		tl_test(params->alphabet == TL_NUCLEOTIDE || !p->minus);
		tl_test(p->lo <= p->hi && p->hits > 0);
		tl_test(shared(bank, params, p, &ends) >= p->hits);
		tl_test_eq(ends, 3);
	}
}

static bool has_pair(const struct pairs *seeds, size_t member, size_t centre, bool minus)
{
	struct tl_pair p = {.member = (uint32_t)member, .centre = (uint32_t)centre, .minus = minus};
	size_t lo = 0, hi = seeds->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (before(&seeds->pair[mid], &p))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < seeds->n && !before(&p, &seeds->pair[lo]);
}

/* One seed of any sequence. */
struct seed {
	uint64_t hash;
	size_t seq;
	bool flipped;
};

static int by_hash(const void *x, const void *y)
{
	const struct seed *a = x, *b = y;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* The sequences of a group in their order, each once: their number. */
static size_t order_group(const struct tl_bank *bank, const struct seed *seed, size_t n,
			  size_t *order)
{
	size_t k = 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = k;
		if (i && seed[i].seq == seed[i - 1].seq)
			continue;
		for (; at && tl_bank_before(bank, seed[i].seq, order[at - 1]); at--)
			order[at] = order[at - 1];
		order[at] = seed[i].seq;
		k++;
	}
	return k;
}

/* Each member of a group is paired with those of the `leads` first that go before it. */
static void check_group(const struct tl_bank *bank, const struct pairs *seeds,
			const struct seed *seed, size_t n, unsigned leads)
{
	size_t *order = malloc(n * sizeof *order);
	tl_test(order != NULL);
	size_t k = order_group(bank, seed, n, order);
	for (size_t i = 1; i < k; i++)
		for (size_t j = 0; j < i && j < leads; j++)
			tl_test(has_pair(seeds, order[i], order[j], false) ||
				has_pair(seeds, order[i], order[j], true));
	free(order);
}

static void check_complete(const struct tl_bank *bank, const struct tl_sketch_params *params,
			   const struct pairs *seeds)
{
	struct seed *seed = NULL;
	size_t n = 0, groups = 0;
	for (size_t i = 0; i < bank->n; i++) {
		size_t k = sketch(bank, params, i, 0);
		seed = realloc(seed, (n + k + 1) * sizeof *seed);
		tl_test(seed != NULL);
		for (size_t j = 0; j < k; j++)
			seed[n++] = (struct seed){scratch[0].seed[j].hash, i,
						  scratch[0].seed[j].flipped};
	}
	tl_test_eq(seeds->seeds, bank->n > 1 ? n : 0);
	if (n)
		qsort(seed, n, sizeof *seed, by_hash);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i; j < n && seed[j].hash == seed[i].hash; j++) {
		}
		groups += seed[j - 1].seq != seed[i].seq;
		check_group(bank, seeds, seed + i, j - i, params->leads);
	}
	tl_test(seeds->groups >= groups);
	free(seed);
}

static struct tl_sketch_params random_params(enum tl_alphabet alphabet)
{
	struct tl_sketch_params p = tl_sketch_choose(alphabet, (int64_t)tl_test_below(1000001));
	if (tl_test_below(2))
		p.m = 1 + (unsigned)tl_test_below(LEN);
	p.leads = 1 + (unsigned)tl_test_below(8);
	p.centres = UINT32_MAX; /* all */
	return p;
}

static void test_families(void)
{
	for (int round = 0; round < 16; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		struct tl_sketch_params params = random_params(alphabet);
		struct tl_bank bank = {0};
		fill(&bank, alphabet, round < 4 ? (size_t)round : 2 + tl_test_below(60));
		struct pairs seeds = find(&bank, &params, 2);
		check_pairs(&bank, &params, &seeds);
		check_complete(&bank, &params, &seeds);
		free_pairs(&seeds);
		tl_test(seeds.n == 0 && !seeds.pair);
		tl_bank_free(&bank);
	}
}

/* Of each member's pairs so many are kept, as they were, the one with most hits among them.  Which
 * others is left to the module. */
static void check_best(const struct pairs *all, const struct pairs *some, unsigned most)
{
	size_t at = 0;
	for (size_t i = 0, j; i < all->n; i = j) {
		uint32_t best = 0, lost = 0, kept = 0;
		for (j = i; j < all->n && all->pair[j].member == all->pair[i].member; j++) {
			const struct tl_pair *p = &all->pair[j], *q = &some->pair[at];
			if (at < some->n && !before(p, q) && !before(q, p)) {
				tl_test(p->lo == q->lo && p->hi == q->hi && p->hits == q->hits);
				best = p->hits > best ? p->hits : best;
				kept++;
				at++;
			} else if (p->hits > lost) {
				lost = p->hits;
			}
		}
		tl_test_eq(kept, j - i < most ? j - i : most);
		tl_test(lost <= best);
	}
	tl_test_eq(at, some->n);
}

static void test_centres(void)
{
	for (int round = 0; round < 6; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		struct tl_sketch_params params = random_params(alphabet);
		struct tl_bank bank = {0};
		fill(&bank, alphabet, 80);
		struct pairs all = find(&bank, &params, 2), some;
		for (params.centres = 1; params.centres < 8; params.centres *= 2) {
			some = find(&bank, &params, 2);
			check_best(&all, &some, params.centres);
			free_pairs(&some);
		}
		free_pairs(&all);
		tl_bank_free(&bank);
	}
}

/* Two random sequences that share one stretch: the pair, its strand, its diagonal, its hits. */
static void check_planted(enum tl_alphabet alphabet, bool minus)
{
	struct tl_sketch_params params = tl_sketch_choose(alphabet, 950000);
	struct tl_bank bank = {0};
	uint8_t a[300], b[LEN], turned[LEN];
	size_t len = 40 + tl_test_below(60), p = tl_test_below(300 - len),
	       q = tl_test_below(LEN - len);
	bool swap = tl_test_below(2);
	unsigned ends;
	params.m = 1000; /* all k-mers */
	for (size_t i = 0; i < LEN; i++)
		b[i] = letter(alphabet);
	for (size_t i = 0; i < 300; i++)
		a[i] = letter(alphabet);
	memcpy(a + p, b + q, len);
	tl_alphabet_revcomp(turned, b, LEN);
	if (swap)
		add(&bank, a, 300);
	add(&bank, minus ? turned : b, LEN);
	if (!swap)
		add(&bank, a, 300);
	struct pairs seeds = find(&bank, &params, 2);
	tl_test_eq(seeds.n, 1);
	tl_test_eq(seeds.pair[0].member, !swap);
	tl_test_eq(seeds.pair[0].centre, swap);
	tl_test_eq(seeds.pair[0].minus, minus);
	tl_test_eq(seeds.pair[0].lo, (int64_t)q - (int64_t)p);
	tl_test_eq(seeds.pair[0].hi, (int64_t)q - (int64_t)p);
	tl_test_eq(shared(&bank, &params, &seeds.pair[0], &ends), seeds.pair[0].hits);
	tl_test(seeds.pair[0].hits >= len - params.k + 1);
	free_pairs(&seeds);
	tl_bank_free(&bank);
}

static void test_planted(void)
{
	for (int round = 0; round < 40; round++) {
		check_planted(TL_PROTEIN, false);
		check_planted(TL_NUCLEOTIDE, round % 2);
	}
}

/* Two stretches on diagonals far apart: the longer one's is the pair's. */
static void test_densest(void)
{
	struct tl_sketch_params params = tl_sketch_choose(TL_NUCLEOTIDE, 950000);
	params.m = 1000;
	for (int round = 0; round < 20; round++) {
		struct tl_bank bank = {0};
		uint8_t a[300], b[LEN];
		size_t first = round % 2 ? 30 : 70, second = round % 2 ? 70 : 30;
		for (size_t i = 0; i < LEN; i++)
			b[i] = letter(TL_NUCLEOTIDE);
		for (size_t i = 0; i < 300; i++)
			a[i] = letter(TL_NUCLEOTIDE);
		memcpy(a + 10, b + 20, first);
		memcpy(a + 150, b + 320, second);
		add(&bank, b, LEN);
		add(&bank, a, 300);
		struct pairs seeds = find(&bank, &params, 1);
		tl_test_eq(seeds.n, 1);
		tl_test_eq(seeds.pair[0].lo, round % 2 ? 170 : 10);
		tl_test_eq(seeds.pair[0].hi, round % 2 ? 170 : 10);
		tl_test(seeds.pair[0].hits >= 70 - params.k + 1);
		free_pairs(&seeds);
		tl_bank_free(&bank);
	}
}

/* Nothing to pair: none, one, short ones, of one letter; and sequences that are all the same. */
static void test_edges(void)
{
	struct tl_sketch_params params = tl_sketch_choose(TL_NUCLEOTIDE, 950000);
	struct tl_bank bank = {0};
	struct pairs seeds;
	uint8_t poly[100], seq[LEN];
	memset(poly, 'A', sizeof poly);
	for (int i = 0; i < 6; i++) {
		seeds = find(&bank, &params, 2);
		tl_test_eq(seeds.n, 0);
		free_pairs(&seeds);
		add(&bank,
		    i < 2   ? (const uint8_t *)""
		    : i < 4 ? (const uint8_t *)"ACGTC"
			    : poly,
		    i < 2   ? 0
		    : i < 4 ? 5
			    : sizeof poly);
	}
	tl_bank_free(&bank);
	for (size_t i = 0; i < LEN; i++)
		seq[i] = letter(TL_NUCLEOTIDE);
	for (int i = 0; i < 50; i++)
		add(&bank, seq, LEN);
	seeds = find(&bank, &params, 3);
	check_pairs(&bank, &params, &seeds);
	tl_test(seeds.n >= 49);
	for (size_t i = 1; i < 50; i++)
		tl_test(has_pair(&seeds, i, 0,
				 false)); /* alike: the smallest ordinal is the centre */
	free_pairs(&seeds);
	tl_bank_free(&bank);
}

static int same_pair(const struct tl_pair *p, const struct tl_pair *q)
{
	return !before(p, q) && !before(q, p) && p->lo == q->lo && p->hi == q->hi &&
	       p->hits == q->hits;
}

static void test_threads(void)
{
	static const unsigned threads[] = {2, 7};
	for (int alphabet = 0; alphabet < 2; alphabet++) {
		struct tl_sketch_params params =
			tl_sketch_choose((enum tl_alphabet)alphabet, 900000);
		struct tl_bank bank = {0};
		fill(&bank, (enum tl_alphabet)alphabet, 700);
		struct pairs one = find(&bank, &params, 1);
		tl_test(one.n > 500);
		for (int t = 0; t < 2; t++) {
			struct pairs more = find(&bank, &params, threads[t]);
			tl_test_eq(more.n, one.n);
			tl_test_eq(more.seeds, one.seeds);
			tl_test_eq(more.groups, one.groups);
			for (size_t i = 0; i < one.n; i++)
				tl_test(same_pair(&one.pair[i], &more.pair[i]));
			free_pairs(&more);
		}
		free_pairs(&one);
		tl_bank_free(&bank);
	}
}

int main(void)
{
	TL_RUN(test_families);
	TL_RUN(test_centres);
	TL_RUN(test_planted);
	TL_RUN(test_densest);
	TL_RUN(test_edges);
	TL_RUN(test_threads);
	tl_sketch_free(&scratch[0]);
	tl_sketch_free(&scratch[1]);
	return tl_test_end();
}
