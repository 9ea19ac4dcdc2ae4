/* SPDX-License-Identifier: MIT */
/* test_sketch: the k-mers of lowest hash indeed, the same on both strands, none with other letters.
 *
 * What a k-mer's hash is, is asked of the module itself: a sequence of k letters has but one k-mer.
 * So nothing here depends on how letters are packed. */
#include <tl/sketch.h>

#include "tltest.h"

#define MOST 6000

static struct tl_sketch_scratch scratch, one;

struct window {
	uint64_t hash;
	bool counts, flipped;
};

static struct window window[MOST];
static uint8_t seq[MOST], turned[MOST];

/* The only k-mer of k letters, if it counts. */
static struct window single(const struct tl_sketch_params *params, const uint8_t *p)
{
	struct tl_sketch_params all = *params;
	struct tl_err err = {0};
	struct tl_str s = {p, params->k};
	size_t n;
	all.m = 1;
	tl_test_ok(tl_sketch_make(&all, s, &one, &n, &err), err);
	tl_test(n <= 1);
	if (!n)
		return (struct window){0};
	tl_test_eq(one.seed[0].pos, 0);
	return (struct window){one.seed[0].hash, true, one.seed[0].flipped};
}

/* All windows of seq; returns how many count. */
static size_t all_windows(const struct tl_sketch_params *params, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i + params->k <= len; i++) {
		window[i] = single(params, seq + i);
		n += window[i].counts;
	}
	return n;
}

/* Letters with repeats (stretches copied from before), runs of one letter, and others. */
static size_t random_seq(enum tl_alphabet alphabet, size_t len)
{
	const char *letters = alphabet == TL_NUCLEOTIDE ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY";
	for (size_t i = 0; i < len; i++)
		seq[i] = (uint8_t)letters[tl_test_below(strlen(letters))];
	for (size_t n = tl_test_below(4); n && len > 50; n--) {
		size_t k = tl_test_below(len / 2), from = tl_test_below(len - k);
		size_t to = tl_test_below(len - k);
		switch (tl_test_below(3)) {
		case 0:
			memmove(seq + to, seq + from, k);
			break;
		case 1:
			memset(seq + to, seq[from], k / 4);
			break;
		default:
			seq[to] = alphabet == TL_NUCLEOTIDE ? (uint8_t) "NRYW"[tl_test_below(4)]
							    : 'X';
		}
	}
	return len;
}

static struct tl_sketch_params random_params(enum tl_alphabet alphabet)
{
	struct tl_sketch_params p = {.alphabet = alphabet, .m = 1 + (unsigned)tl_test_below(70)};
	p.k = 1 + (unsigned)tl_test_below(alphabet == TL_NUCLEOTIDE ? 31 : 12);
	p.reduced = alphabet == TL_PROTEIN && tl_test_below(2);
	return p;
}

static int by_hash(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return a < b ? -1 : a > b;
}

/* The hashes of a sketch, sorted. */
static size_t hashes(const struct tl_sketch_params *params, const uint8_t *p, size_t len,
		     uint64_t *ret)
{
	struct tl_err err = {0};
	struct tl_str s = {p, len};
	size_t n;
	tl_test_ok(tl_sketch_make(params, s, &scratch, &n, &err), err);
	for (size_t i = 0; i < n; i++)
		ret[i] = scratch.seed[i].hash;
	qsort(ret, n, sizeof *ret, by_hash);
	return n;
}

/* Every seed is a window of its own, and together they are the lowest. */
static void check_sketch(const struct tl_sketch_params *params, size_t len)
{
	static uint64_t want[MOST], got[MOST];
	static bool used[MOST];
	size_t count = all_windows(params, len), n = 0, most = tl_sketch_most(params, len);
	for (size_t i = 0; i + params->k <= len; i++) {
		used[i] = false;
		if (window[i].counts)
			want[n++] = window[i].hash;
	}
	qsort(want, n, sizeof *want, by_hash);
	n = hashes(params, seq, len, got);
	tl_test_eq(n, count < most ? count : most);
	tl_test(!memcmp(got, want, n * sizeof *got));
	for (size_t i = 0; i < n; i++) {
		const struct tl_sketch_seed *s = &scratch.seed[i];
		tl_test(s->pos + params->k <= len && !used[s->pos]);
		used[s->pos] = true;
		tl_test(window[s->pos].counts && window[s->pos].hash == s->hash);
		tl_test_eq(window[s->pos].flipped, s->flipped);
	}
}

static void test_lowest(void)
{
	for (int round = 0; round < 300; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		struct tl_sketch_params params = random_params(alphabet);
		size_t most = round % 10 ? 700 : MOST;
		check_sketch(&params, random_seq(alphabet, tl_test_below(most)));
	}
}

/* The reverse complement has the same hashes, at the mirrored places, on the other strand. */
static void test_strands(void)
{
	static uint64_t here[MOST], there[MOST];
	for (int round = 0; round < 100; round++) {
		struct tl_sketch_params params = random_params(TL_NUCLEOTIDE);
		size_t len = random_seq(TL_NUCLEOTIDE, tl_test_below(2000));
		tl_alphabet_revcomp(turned, seq, len);
		size_t n = hashes(&params, seq, len, here);
		tl_test_eq(hashes(&params, turned, len, there), n);
		tl_test(!memcmp(here, there, n * sizeof *here));
		(void)all_windows(&params, len);
		for (size_t i = 0; i < n; i++) {
			const struct tl_sketch_seed *s = &scratch.seed[i];
			const struct window *w = &window[len - params.k - s->pos];
			tl_test(w->counts && w->hash == s->hash);
			tl_test(params.k % 2 == 0 || w->flipped != s->flipped);
		}
	}
}

/* k-mers are different where their letters are, but for the strand. */
static void test_distinct(void)
{
	for (int round = 0; round < 2000; round++) {
		struct tl_sketch_params params = random_params((enum tl_alphabet)(round % 2));
		uint8_t a[32], b[32];
		random_seq(params.alphabet, params.k);
		memcpy(a, seq, params.k);
		memcpy(b, seq, params.k);
		tl_alphabet_revcomp(turned, a, params.k);
		size_t at = tl_test_below(params.k);
		b[at] = (uint8_t)(params.alphabet ? "ACGT" : "ACDEFGHIKLMNPQRSTVWY")[tl_test_below(
			params.alphabet ? 4 : 20)];
		struct window x = single(&params, a), y = single(&params, b);
		bool same = a[at] == b[at] ||
			    (params.alphabet == TL_NUCLEOTIDE && !memcmp(turned, b, params.k));
		if (x.counts && y.counts && !params.reduced)
			tl_test_eq(x.hash == y.hash, same);
		else if (x.counts && y.counts && same)
			tl_test(x.hash == y.hash);
	}
}

/* Reduced: the letters fall into 13 groups, those that are alike into one. */
static void test_reduced(void)
{
	struct tl_sketch_params full = {.alphabet = TL_PROTEIN, .k = 5, .m = 1}, few = full;
	static const char letters[] = "ACDEFGHIKLMNPQRSTVWY";
	uint64_t group[20];
	size_t groups = 0;
	few.reduced = true;
	for (size_t i = 0; i < 20; i++) {
		uint8_t kmer[6] = "AWCHG";
		kmer[2] = (uint8_t)letters[i];
		struct window w = single(&few, kmer), v = single(&full, kmer);
		size_t g = 0;
		tl_test(w.counts && v.counts);
		while (g < groups && group[g] != w.hash)
			g++;
		group[g] = w.hash;
		groups += g == groups;
	}
	tl_test_eq(groups, 13);
	static const char alike[] = "IVLMKRDNEQFYST";
	for (size_t i = 0; i + 1 < sizeof alike; i += 2) {
		uint8_t x[6] = "AWCHG", y[6] = "AWCHG";
		x[4] = (uint8_t)alike[i];
		y[4] = (uint8_t)alike[i + 1];
		tl_test(single(&few, x).hash == single(&few, y).hash);
		tl_test(single(&full, x).hash != single(&full, y).hash);
	}
}

/* Of spaced k-mers the letters between do not count, all others do; looked at one by one they are the same. */
static void test_shape(void)
{
	for (int round = 0; round < 500; round++) {
		struct tl_sketch_params params = {.alphabet = TL_PROTEIN, .k = 2 + tl_test_below(11), .m = 1};
		uint8_t kmer[12];
		params.reduced = round % 2;
		params.shape = 1 | tl_test_below(1u << params.k) | 1u << (params.k - 1);
		for (unsigned i = 0; i < params.k; i++)
			kmer[i] = (uint8_t)"ACDFGHI"[(i + tl_test_below(3)) % 7];
		const struct window was = single(&params, kmer);
		struct tl_sketch_seed seed;
		tl_test_eq(tl_sketch_at(&params, (struct tl_str){kmer, params.k}, 0, UINT64_MAX, &seed), was.counts);
		tl_test(!was.counts || seed.hash == was.hash);
		const unsigned at = tl_test_below(params.k);
		kmer[at] = 'W';
		const struct window is = single(&params, kmer);
		tl_test(!was.counts || !is.counts ||
			(is.hash == was.hash) == !(params.shape >> at & 1));
	}
	struct tl_sketch_params whole = {.alphabet = TL_PROTEIN, .k = 10, .m = 1}, other = whole;
	other.shape = 0x377;
	tl_test(tl_sketch_sum(&whole) != tl_sketch_sum(&other));
}

/* Letters outside the alphabet, and k-mers of one letter, do not count: every place of each. */
static void test_not_counted(void)
{
	static const char *const outside[2] = {"X", "NRYKMSWBDHVX*"};
	for (int round = 0; round < 200; round++) {
		struct tl_sketch_params params = random_params((enum tl_alphabet)(round % 2));
		const char *bad = outside[params.alphabet];
		uint8_t kmer[32];
		memset(kmer, params.alphabet ? 'G' : 'W', params.k);
		tl_test(!single(&params, kmer).counts);
		random_seq(params.alphabet, params.k);
		memcpy(kmer, seq, params.k);
		kmer[tl_test_below(params.k)] = (uint8_t)bad[tl_test_below(strlen(bad))];
		tl_test(!single(&params, kmer).counts);
		memcpy(kmer, "ACACACACACACACACACACACACACACACA", 31);
		tl_test_eq(single(&params, kmer).counts, params.k > 1);
	}
}

static void test_sizes(void)
{
	for (int round = 0; round < 500; round++) {
		struct tl_sketch_params params = random_params((enum tl_alphabet)(round % 2));
		size_t len = tl_test_below(round % 3 ? 300 : 200000);
		size_t all = len < params.k ? 0 : len - params.k + 1;
		size_t most = tl_sketch_most(&params, len);
		tl_test(most <= all);
		if (all <= params.m)
			tl_test_eq(most, all);
		else if (all <= 32 * params.m)
			tl_test_eq(most, params.m);
		else
			tl_test(most >= params.m && most >= all / 33 && most <= all / 31);
	}
}

/* What is chosen for any identity can be packed. */
static void test_choose(void)
{
	for (int64_t identity = 0; identity <= 1000000; identity += 10000) {
		struct tl_sketch_params p = tl_sketch_choose(TL_PROTEIN, identity);
		tl_test(p.alphabet == TL_PROTEIN && p.k >= 1 && p.k <= 12 && p.m > 0);
		p = tl_sketch_choose(TL_NUCLEOTIDE, identity);
		tl_test(p.alphabet == TL_NUCLEOTIDE && p.k >= 1 && p.k <= 31 && p.m > 0);
		tl_test(!p.reduced);
		check_sketch(&p, random_seq(TL_NUCLEOTIDE, 500));
	}
}

/* Looked at one by one, k-mers are what they are in a sketch, and nearly all of it is below. */
static void test_at(void)
{
	for (int round = 0; round < 200; round++) {
		struct tl_sketch_params params = random_params((enum tl_alphabet)(round % 2));
		size_t len = random_seq(params.alphabet, tl_test_below(2000)), n, below = 0, wanted = 0;
		struct tl_str s = {seq, len};
		struct tl_sketch_seed seed;
		struct tl_err err = {0};
		uint64_t bar = tl_sketch_below(&params, len);
		(void)all_windows(&params, len);
		for (size_t i = 0; i + params.k <= len; i++) {
			bool counts = window[i].counts && window[i].hash < UINT64_MAX;
			tl_test_eq(tl_sketch_at(&params, s, i, UINT64_MAX, &seed), counts);
			tl_test_eq(tl_sketch_at(&params, s, i, bar, &seed), counts && window[i].hash < bar);
			if (!counts)
				continue;
			tl_test(seed.hash == window[i].hash && seed.pos == i);
			tl_test_eq(seed.flipped, window[i].flipped);
			below += seed.hash < bar;
		}
		tl_test_ok(tl_sketch_make(&params, s, &scratch, &n, &err), err);
		for (size_t i = 0; i < n; i++)
			wanted += scratch.seed[i].hash < bar;
		tl_test(len < 100 || params.k < 8 || wanted * 10 >= n * 9);
		tl_test(below >= wanted);
	}
}

/* Another seed takes other k-mers of a sequence that has many, and the same of one that has few. */
static void test_seed(void)
{
	static uint64_t here[MOST], there[MOST];
	for (int alphabet = 0; alphabet < 2; alphabet++) {
		struct tl_sketch_params p = tl_sketch_choose((enum tl_alphabet)alphabet, 900000);
		size_t len = random_seq(p.alphabet, 1000);
		size_t n = hashes(&p, seq, len, here), common = 0;
		uint32_t at[60];
		tl_test(n == 60 && p.m == 60);
		for (size_t i = 0; i < n; i++)
			at[i] = scratch.seed[i].pos;
		p.seed = 1;
		tl_test_eq(hashes(&p, seq, len, there), n);
		for (size_t i = 0; i < n * n; i++)
			common += at[i / n] == scratch.seed[i % n].pos;
		tl_test(common < n / 2);
		check_sketch(&p, len);
		len = random_seq(p.alphabet, 40);
		n = hashes(&p, seq, len, here);
		p.seed = 0;
		tl_test_eq(hashes(&p, seq, len, there), n);
	}
}

/* More effort is more of everything. */
static void test_tune(void)
{
	for (int64_t identity = 0; identity <= 1000000; identity += 50000) {
		struct tl_sketch_params p = tl_sketch_choose(TL_PROTEIN, identity), less = p,
					more = p, same = p;
		tl_sketch_tune(&less, TL_SKETCH_FAST);
		tl_sketch_tune(&same, TL_SKETCH_DEFAULT);
		tl_sketch_tune(&more, TL_SKETCH_SENSITIVE);
		tl_test(less.m < p.m && less.leads <= p.leads && less.centres < p.centres);
		tl_test(same.m == p.m && same.leads == p.leads && same.centres == p.centres);
		tl_test(more.m > p.m && more.leads > p.leads && more.centres > p.centres);
		tl_test(less.k == p.k && more.k == p.k);
	}
}

/* Short sequences: all k-mers of few letters, marked, besides the others; long ones: none. */
static void test_small(void)
{
	struct tl_sketch_params params = tl_sketch_choose(TL_PROTEIN, 900000);
	static const uint8_t letters[] = "MKVLATGQWERTYIPASDFGHKLCVNMEDRRSTLLKAVGI";
	struct tl_err err = {0};
	size_t n = 0, usual = 0, small = 0;
	params.small = 5;
	for (size_t len = 0; len <= 40; len++) {
		const size_t k = params.k, most = tl_sketch_most(&params, len);
		usual = small = 0;
		tl_test_ok(tl_sketch_make(&params, (struct tl_str){letters, len}, &scratch, &n, &err),
			   err);
		tl_test_eq(n, most);
		for (size_t i = 0; i < n; i++) {
			const uint32_t pos = scratch.seed[i].pos;
			small += pos >= TL_SKETCH_SMALL;
			usual += pos < TL_SKETCH_SMALL;
			tl_test(pos >= TL_SKETCH_SMALL ? pos - TL_SKETCH_SMALL + 5 <= len
						       : pos + k <= len);
		}
		tl_test_eq(usual, len < k ? 0 : len - k + 1);
		tl_test_eq(small, len < 5 || len >= 4 * k ? 0 : len - 4);
	}
}

int main(void)
{
	TL_RUN(test_lowest);
	TL_RUN(test_strands);
	TL_RUN(test_distinct);
	TL_RUN(test_reduced);
	TL_RUN(test_shape);
	TL_RUN(test_not_counted);
	TL_RUN(test_sizes);
	TL_RUN(test_choose);
	TL_RUN(test_at);
	TL_RUN(test_seed);
	TL_RUN(test_tune);
	TL_RUN(test_small);
	tl_sketch_free(&scratch);
	tl_sketch_free(&one);
	return tl_test_end();
}
