/* SPDX-License-Identifier: MIT */
/* test_compare: in made families the planted links are found, and every edge is what it says: its
 * alignment is a best one by a plain Gotoh written here, or the best one meets the criterion as
 * well, and it meets the criterion by its own columns.
 * The same edges for any number of threads and every instruction set. */
#include <tl/compare.h>

#include <tl/delta.h>
#include <tl/hash.h>
#include <tl/score.h>
#include <tl/seeds.h>

#include "banks.h"

#define LEN 260
#define MOST 400
#define FAMILIES 6
#define MEMBERS 10 /* of a family, its root included */

struct found {
	struct tl_edges edges;
	struct tl_compare_sum sum;
	enum tl_status fail; /* what emit returns */
};

static enum tl_status emit(void *ctx, struct tl_edges *edges, struct tl_err *err)
{
	struct found *f = ctx;
	if (f->fail != TL_OK)
		return tl_err_set(err, f->fail, "no more");
	for (size_t i = 0; i < edges->n; i++) {
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		enum tl_status st = tl_edge_add(&f->edges, &e, err);
		if (st != TL_OK)
			return st;
	}
	return TL_OK;
}

/* Seeds and edges of a bank. */
static enum tl_status compare(const struct tl_bank *bank, const struct tl_compare_params *params,
			      unsigned threads, uint8_t *opt_large, struct found *f,
			      struct tl_err *err)
{
	struct tl_pool_opts opts = {.threads = threads};
	struct tl_sketch_params sketch =
		tl_sketch_choose(params->alphabet, params->criterion.identity);
	struct tl_pool *pool;
	tl_test_ok(tl_pool_new(&opts, &pool, err), *err);
	struct pairs found = bank_pairs(pool, NULL, bank, &sketch);
	struct pair_list list = {found.pair, found.n, 0};
	struct tl_pair_source source = {pair_list_next, &list};
	enum tl_status st = tl_compare_pairs(pool, bank, &source, params, opt_large, emit, f,
					     &f->sum, err);
	free(found.pair);
	tl_pool_free(pool);
	return st;
}

static uint8_t letter(enum tl_alphabet alphabet)
{
	const char *s = alphabet == TL_NUCLEOTIDE ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY";
	return (uint8_t)s[tl_test_below(strlen(s))];
}

/* A copy of n residues with a change, of any kind, in one of `every`. */
static size_t mutate(const uint8_t *from, size_t n, size_t every, enum tl_alphabet alphabet,
		     uint8_t *to)
{
	size_t m = 0;
	for (size_t i = 0; i < n && m + 5 < MOST; i++) {
		size_t kind = tl_test_below(every) ? 9 : tl_test_below(5);
		if (kind == 0)
			continue;
		for (size_t k = kind == 1 ? 1 + tl_test_below(4) : 0; k; k--)
			to[m++] = letter(alphabet);
		to[m++] = kind < 9 && kind > 1 ? letter(alphabet) : from[i];
	}
	return m;
}

/* Families one behind the other: a root, and members with few changes; of nucleotides, half of the
 * members on the other strand; some with an end of their own or one that is missing. */
static void fill(struct tl_bank *bank, enum tl_alphabet alphabet, size_t every)
{
	uint8_t root[LEN], seq[MOST + 50], turned[MOST + 50];
	struct tl_err err = {0};
	for (size_t i = 0; i < FAMILIES * MEMBERS; i++) {
		size_t n = LEN;
		for (size_t k = 0; k < LEN && i % MEMBERS == 0; k++)
			root[k] = letter(alphabet);
		memcpy(seq, root, LEN);
		if (i % MEMBERS)
			n = mutate(root, LEN, every, alphabet, seq);
		if (i % MEMBERS > 6)
			n -= tl_test_below(40);
		for (size_t k = i % 5 == 2 ? tl_test_below(30) : 0; k; k--)
			seq[n++] = letter(alphabet);
		tl_alphabet_revcomp(turned, seq, n);
		struct tl_str s = {alphabet == TL_NUCLEOTIDE && i % 2 ? turned : seq, n};
		tl_test_ok(tl_bank_add(bank, 2 * i, s, 0, &err), err);
	}
}

/* Gotoh, JMB 1982, without a band: the best score of a local alignment. */
static int64_t gotoh(const struct tl_score *score, struct tl_str a, struct tl_str b)
{
	static int64_t h[MOST + 60], e[MOST + 60];
	int64_t best = 0;
	for (size_t j = 0; j <= b.n; j++) {
		h[j] = 0;
		e[j] = INT32_MIN;
	}
	for (size_t i = 0; i < a.n; i++) {
		int64_t f = INT32_MIN, diagonal = 0;
		for (size_t j = 1; j <= b.n; j++) {
			int64_t x = diagonal + score->pair[a.p[i] & 31][b.p[j - 1] & 31];
			diagonal = h[j];
			e[j] = e[j] - score->extend > h[j] - score->open ? e[j] - score->extend
									 : h[j] - score->open;
			f = f - score->extend > h[j - 1] - score->open ? f - score->extend
								       : h[j - 1] - score->open;
			x = x > e[j] ? x : e[j];
			x = x > f ? x : f;
			h[j] = x > 0 ? x : 0;
			best = h[j] > best ? h[j] : best;
		}
	}
	return best;
}

/* An edge taken apart: what its columns say, from the sequences themselves. */
struct columns {
	uint64_t start[2], end[2], match, columns;
	int64_t score;
};

static struct columns walk(const struct tl_score *score, const struct tl_edge *e, struct tl_str a,
			   struct tl_str b)
{
	struct columns c = {0};
	struct tl_link_sum sum;
	struct tl_err err = {0};
	enum tl_cigar_op op;
	uint64_t len;
	size_t pos = 0, i, j;
	tl_test_ok(tl_link_measure(e, &sum, &err), err);
	tl_test(sum.a_len == a.n && sum.b_len == b.n);
	for (int k = 0; k < 4; k++) /* the four varints before the runs */
		while (e->ops.p[pos++] & 0x80) {
		}
	struct tl_str runs = {e->ops.p + pos, e->ops.n - pos};
	c.start[0] = i = sum.a_start;
	c.start[1] = j = sum.b_start;
	for (pos = 0; tl_cigar_next(runs, &pos, &op, &len);) {
		bool gap = op == TL_CIGAR_INS || op == TL_CIGAR_DEL;
		c.columns += len;
		c.score -= gap ? score->open + score->extend * ((int64_t)len - 1) : 0;
		for (; len; len--) {
			if (!gap) {
				tl_test((a.p[i] == b.p[j]) == (op == TL_CIGAR_MATCH));
				c.match += a.p[i] == b.p[j];
				c.score += score->pair[a.p[i] & 31][b.p[j] & 31];
			}
			i += op != TL_CIGAR_DEL;
			j += op != TL_CIGAR_INS;
		}
	}
	c.end[0] = i;
	c.end[1] = j;
	tl_test(i <= a.n && j <= b.n);
	return c;
}

/* Does the member meet the criterion?  side: 0: a, 1: b. */
static bool meets(const struct tl_link_criterion *k, const struct columns *c, const uint64_t len[2],
		  int side, bool minus)
{
	bool reverse = minus && side == 0;
	uint64_t out[2], columns = c->columns;
	for (int s = 0; s < 2; s++) {
		out[s] = reverse ? len[s] - c->end[s] : c->start[s];
		if ((k->both || s == side) &&
		    (c->end[s] - c->start[s]) * 1000000 < len[s] * (uint64_t)k->coverage)
			return false;
	}
	if (k->overhang && (!out[0] || !out[1]))
		columns += out[0] + out[1];
	return c->match * 1000000 >= columns * (uint64_t)k->identity;
}

/* Does the best alignment of all say what the flags do? */
static bool best_agrees(const struct tl_compare_params *params, struct tl_str a, struct tl_str b,
			uint8_t flags)
{
	struct tl_align_job job = {.a = a.p, .b = b.p, .a_len = a.n, .b_len = b.n, .hi = 1,
				   .max_cells = UINT64_MAX, .prove = true};
	struct tl_align_path path = {0};
	struct tl_align *ws;
	struct tl_err err = {0};
	tl_test_ok(tl_align_new(tl_score_of(params->alphabet), &ws, &err), err);
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(path.proven);
	struct tl_link_sum sum = tl_link_of_path(&path, a.n, b.n);
	uint8_t says = tl_link_judge(&params->criterion, &sum, flags & TL_EDGE_MINUS);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
	return says == (flags & (TL_EDGE_A | TL_EDGE_B));
}

/* All that an edge says; returns whether its score is the best there is on its strand, or what it
 * says holds of the best too. */
static bool check_edge(const struct tl_bank *bank, const struct tl_compare_params *params,
		       const struct tl_edge *e)
{
	static uint8_t turned[MOST + 50];
	const struct tl_score *score = tl_score_of(params->alphabet);
	bool minus = e->flags & TL_EDGE_MINUS;
	tl_test(e->a % 2 == 0 && e->b % 2 == 0 && e->a != e->b);
	struct tl_str a = bank_get(bank, e->a / 2), b = bank_get(bank, e->b / 2);
	if (minus) {
		tl_alphabet_revcomp(turned, b.p, b.n);
		b.p = turned;
	}
	tl_test(e->flags & (TL_EDGE_A | TL_EDGE_B));
	tl_test(!minus || params->alphabet == TL_NUCLEOTIDE);
	struct columns c = walk(score, e, a, b);
	const uint64_t len[2] = {a.n, b.n};
	tl_test_eq(meets(&params->criterion, &c, len, 0, minus), !!(e->flags & TL_EDGE_A));
	tl_test_eq(meets(&params->criterion, &c, len, 1, minus), !!(e->flags & TL_EDGE_B));
	int64_t best = gotoh(score, a, b);
	tl_test(c.score <= best);
	/* Proteins below 0.8 are spared bands that change few verdicts, see widen.c. */
	const bool spared =
		params->alphabet == TL_NUCLEOTIDE || params->criterion.identity < 800000;
	return c.score == best || (spared && best_agrees(params, a, b, e->flags));
}

/* Each member of a family hangs together with its root by edges. */
static void check_families(const struct tl_bank *bank, const struct tl_edges *edges)
{
	size_t group[FAMILIES * MEMBERS];
	for (size_t i = 0; i < bank->n; i++)
		group[i] = i;
	for (size_t i = 0; i < edges->n; i++) {
		size_t from = group[edges->a[i] / 2], to = group[edges->b[i] / 2];
		for (size_t k = 0; k < bank->n; k++)
			group[k] = group[k] == from ? to : group[k];
	}
	for (size_t i = 0; i < bank->n; i++) {
		tl_test_eq(group[i], group[i - i % MEMBERS]);
		tl_test(i < MEMBERS || group[i] != group[i - MEMBERS]);
	}
}

static void check_bank(const struct tl_bank *bank, const struct tl_compare_params *params,
		       bool planted)
{
	struct found f = {0};
	struct tl_err err = {0};
	size_t not_best = 0;
	tl_test_ok(compare(bank, params, 2, NULL, &f, &err), err);
	tl_test_eq(f.sum.edges, f.edges.n);
	tl_test_eq(f.sum.too_large, 0);
	for (size_t i = 0; i < f.edges.n; i++) {
		struct tl_edge e;
		tl_edge_get(&f.edges, i, &e);
		not_best += !check_edge(bank, params, &e);
		for (size_t k = 0; k < i; k++)
			tl_test(f.edges.a[k] != e.a || f.edges.b[k] != e.b);
	}
	tl_test(not_best <= f.sum.unproven);
	if (planted)
		check_families(bank, &f.edges);
	tl_edge_free(&f.edges);
}

static struct tl_compare_params params_of(enum tl_alphabet alphabet, int64_t identity,
					  int64_t coverage)
{
	return (struct tl_compare_params){
		.alphabet = alphabet,
		.max_cells = (uint64_t)1 << 32,
		.criterion = {.identity = identity, .coverage = coverage, .overhang = true}};
}

/* Members with one change in 25 and a criterion far below: each is found. */
static void test_planted(void)
{
	for (int round = 0; round < 4; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		struct tl_compare_params params = params_of(alphabet, 750000, 600000);
		struct tl_bank bank = {0};
		params.criterion.overhang = round > 1;
		fill(&bank, alphabet, 25);
		check_bank(&bank, &params, true);
		tl_bank_free(&bank);
	}
}

/* Criteria that hold for some: none of the others is given. */
static void test_criteria(void)
{
	for (int round = 0; round < 24; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		struct tl_compare_params params = params_of(alphabet, 700000, 500000);
		struct tl_bank bank = {0};
		params.criterion.identity += (int64_t)tl_test_below(7) * 50000;
		params.criterion.coverage += (int64_t)tl_test_below(6) * 100000;
		params.criterion.both = tl_test_below(2);
		params.criterion.overhang = tl_test_below(2);
		fill(&bank, alphabet, 4 + tl_test_below(20));
		check_bank(&bank, &params, false);
		tl_bank_free(&bank);
	}
}

/* A member alike on both strands: the better one counts, whichever it is. */
static void test_both_strands(void)
{
	struct tl_compare_params params = params_of(TL_NUCLEOTIDE, 900000, 100000);
	for (int round = 0; round < 10; round++) {
		struct tl_bank bank = {0};
		struct found f = {0};
		struct tl_err err = {0};
		struct tl_edge e;
		uint8_t centre[LEN], turned[LEN], member[LEN - 60];
		size_t plus = round % 2 ? 60 : 140;
		for (size_t i = 0; i < LEN; i++)
			centre[i] = letter(TL_NUCLEOTIDE);
		tl_alphabet_revcomp(turned, centre, LEN);
		memcpy(member, centre, plus);
		memcpy(member + plus, turned, LEN - 60 - plus);
		params.criterion.overhang = false;
		tl_test_ok(tl_bank_add(&bank, 0, (struct tl_str){centre, LEN}, 0, &err), err);
		tl_test_ok(tl_bank_add(&bank, 2, (struct tl_str){member, LEN - 60}, 0, &err), err);
		tl_test_ok(compare(&bank, &params, 1, NULL, &f, &err), err);
		tl_test_eq(f.sum.pairs, 2);
		tl_test_eq(f.edges.n, 1);
		tl_edge_get(&f.edges, 0, &e);
		tl_test_eq(!!(e.flags & TL_EDGE_MINUS), round % 2);
		(void)check_edge(&bank, &params, &e);
		tl_edge_free(&f.edges);
		tl_bank_free(&bank);
	}
}

/* A pair that needs more cells than allowed is not aligned, and counted. */
static void test_too_large(void)
{
	struct tl_compare_params params = params_of(TL_PROTEIN, 750000, 600000);
	struct tl_bank bank = {0};
	struct found f = {0};
	struct tl_err err = {0};
	uint8_t large[FAMILIES * MEMBERS] = {0};
	fill(&bank, TL_PROTEIN, 25);
	params.max_cells = 1000;
	tl_test_ok(compare(&bank, &params, 2, large, &f, &err), err);
	tl_test_eq(f.edges.n, 0);
	tl_test(f.sum.too_large > 0);
	for (size_t i = 0; i < bank.n; i++)
		tl_test_eq(large[i], 1);
	params.max_cells = (uint64_t)1 << 32;
	memset(large, 0, sizeof large);
	tl_test_ok(compare(&bank, &params, 2, large, &f, &err), err);
	for (size_t i = 0; i < bank.n; i++)
		tl_test_eq(large[i], 0);
	tl_edge_free(&f.edges);
	tl_bank_free(&bank);
}

/* Nothing to compare; and who takes the edges fails. */
static void test_ends(void)
{
	struct tl_compare_params params = params_of(TL_PROTEIN, 750000, 600000);
	struct tl_bank bank = {0};
	struct found f = {0};
	struct tl_err err = {0};
	tl_test_ok(compare(&bank, &params, 3, NULL, &f, &err), err);
	tl_test_eq(f.edges.n, 0);
	fill(&bank, TL_PROTEIN, 25);
	f.fail = TL_IO;
	tl_test_eq(compare(&bank, &params, 3, NULL, &f, &err), TL_IO);
	tl_test(!strcmp(err.msg, "no more"));
	tl_bank_free(&bank);
}

/* A number for all edges of families of both alphabets. */
static uint64_t digest(unsigned threads)
{
	uint64_t sum = 0;
	tltest_state = 42;
	for (int alphabet = 0; alphabet < 2; alphabet++) {
		struct tl_compare_params params =
			params_of((enum tl_alphabet)alphabet, 800000, 700000);
		struct tl_bank bank = {0};
		struct found f = {0};
		struct tl_err err = {0};
		fill(&bank, (enum tl_alphabet)alphabet, 12);
		tl_test_ok(compare(&bank, &params, threads, NULL, &f, &err), err);
		tl_test(f.edges.n > 0);
		for (size_t i = 0; i < f.edges.n; i++) {
			struct tl_edge e;
			tl_edge_get(&f.edges, i, &e);
			uint64_t h[] = {sum,
					e.a,
					e.b,
					e.flags,
					tl_hash_64(e.ops.p, e.ops.n),
					tl_hash_64(e.suba.p, e.suba.n),
					tl_hash_64(e.subb.p, e.subb.n),
					tl_hash_64(e.lita.p, e.lita.n),
					tl_hash_64(e.litb.p, e.litb.n)};
			sum = tl_hash_64(h, sizeof h);
		}
		tl_edge_free(&f.edges);
		tl_bank_free(&bank);
	}
	return sum;
}

static void test_threads(void)
{
	uint64_t one = digest(1);
	tl_test(digest(2) == one);
	tl_test(digest(7) == one);
}

/* The digest that this program prints when started anew with some instruction sets hidden. */
static uint64_t digest_without(const char *hidden)
{
	char self[1000], command[1200];
	unsigned long long sum = 0;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	tl_test(n > 0);
	self[n] = '\0';
	snprintf(command, sizeof command, "TL_CPU_DISABLE=%s '%s' digest", hidden, self);
	FILE *f = popen(command, "r");
	tl_test(f != NULL);
	int fields = fscanf(f, "digest %llx", &sum);
	while (getc(f) != EOF) {
	}
	tl_test_eq(pclose(f), 0);
	tl_test_eq(fields, 1);
	return sum;
}

static void test_instruction_sets(void)
{
	static const char *const hidden[] = {"avx512bw", "avx2", "sse41"};
	uint64_t best = digest(2);
	for (size_t i = 0; i < 3; i++)
		tl_test(digest_without(hidden[i]) == best);
}

static void print_digest(void)
{
	printf("digest %llx\n", (unsigned long long)digest(2));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "digest")) {
		TL_RUN(print_digest);
		return tl_test_end();
	}
	TL_RUN(test_planted);
	TL_RUN(test_criteria);
	TL_RUN(test_both_strands);
	TL_RUN(test_too_large);
	TL_RUN(test_ends);
	TL_RUN(test_threads);
	TL_RUN(test_instruction_sets);
	return tl_test_end();
}
