/* SPDX-License-Identifier: MIT */
/* test_align: every kernel against the scalar one, that one against a plain Gotoh written here. */
#include <tl/align.h>

#include <stdlib.h>
#include <string.h>

#include <tl/cigar.h>
#include <tl/cpu.h>

#include "align_band.h"
#include "align_diagonal.h"
#include "align_fill_row.h"
#include "tltest.h"

#define MAX_LEN 8000

struct pair {
	uint8_t a[MAX_LEN], b[MAX_LEN];
	size_t a_len, b_len;
};

static const char protein_letters[] = "ACDEFGHIKLMNPQRSTVWYACDEFGHIKLMNPQRSTVWYBZXUOJ*";
static const char nucleotide_letters[] = "ACGTACGTACGTACGTACGTACGTNNRYU";

static uint8_t letter(enum tl_alphabet alphabet)
{
	const char *s = alphabet == TL_PROTEIN ? protein_letters : nucleotide_letters;
	return (uint8_t)s[tl_test_below(strlen(s))];
}

static size_t random_seq(uint8_t *s, size_t n, enum tl_alphabet alphabet)
{
	for (size_t i = 0; i < n; i++)
		s[i] = letter(alphabet);
	return n;
}

/* b is a copy of part of a, with one change in `every` residues; gaps of up to 40. */
static size_t mutate(const uint8_t *a, size_t n, uint8_t *b, size_t every,
		     enum tl_alphabet alphabet)
{
	size_t m = 0;
	for (size_t i = 0; i < n && m + 50 < MAX_LEN; i++) {
		size_t kind = tl_test_below(every) ? 9 : tl_test_below(6);
		if (kind == 0)
			i += tl_test_below(tl_test_below(4) ? 3 : 40);
		else if (kind == 1)
			m += random_seq(b + m, tl_test_below(tl_test_below(4) ? 3 : 40), alphabet);
		if (i < n)
			b[m++] = kind < 6 && kind > 1 ? letter(alphabet) : a[i];
	}
	return m;
}

static void random_pair(struct pair *p, enum tl_alphabet alphabet, size_t most)
{
	static const size_t rates[] = {2, 4, 8, 15, 40, 200, 1000};
	size_t n = tl_test_below(5) ? tl_test_below(most) : tl_test_below(4);
	p->a_len = random_seq(p->a, n, alphabet);
	if (tl_test_below(4) == 0) {
		p->b_len = random_seq(p->b, tl_test_below(most), alphabet);
		return;
	}
	size_t from = tl_test_below(3) ? 0 : tl_test_below(n + 1);
	p->b_len = mutate(p->a + from, n - from, p->b, rates[tl_test_below(7)], alphabet);
	if (tl_test_below(3) == 0 && p->b_len + 300 < MAX_LEN) {
		size_t lead = tl_test_below(200);
		memmove(p->b + lead, p->b, p->b_len);
		random_seq(p->b, lead, alphabet);
		p->b_len += lead;
	}
	if (tl_test_below(8) == 0 && n > 20)
		memset(p->a + n / 3, alphabet == TL_PROTEIN ? 'X' : 'N', n / 4);
}

static int64_t most(int64_t x, int64_t y)
{
	return x > y ? x : y;
}

#define NONE (-1000000000)

/* Gotoh's recurrence over the whole matrix in two layers: paths that keep to the diagonals [lo,
 * hi], and paths that have met a cell outside.  *ret_in and *ret_out are the best
 * scores of both. */
static void plain(const struct tl_score *score, const struct pair *p, int64_t lo, int64_t hi,
		  int64_t *ret_in, int64_t *ret_out)
{
	static int64_t h[2][MAX_LEN + 2], e[2][MAX_LEN + 2];
	int64_t best[2] = {0, 0};
	for (size_t j = 0; j <= p->b_len; j++)
		h[0][j] = h[1][j] = e[0][j] = e[1][j] = NONE;
	for (size_t i = 1; i <= p->a_len; i++) {
		int64_t diag[2] = {NONE, NONE}, f[2] = {NONE, NONE}, x[2] = {NONE, NONE};
		for (size_t j = 1; j <= p->b_len; j++) {
			const int64_t d = (int64_t)j - (int64_t)i;
			const int s = score->pair[p->a[i - 1] & 31][p->b[j - 1] & 31];
			for (int l = 0; l < 2; l++) {
				e[l][j] = most(e[l][j] - score->extend, h[l][j] - score->open);
				f[l] = most(f[l] - score->extend, x[l] - score->open);
				x[l] = most(l == 0 ? most(diag[l], 0) + s : diag[l] + s,
					    most(e[l][j], f[l]));
			}
			if (d < lo || d > hi) {
				x[1] = most(x[1], x[0]);
				e[1][j] = most(e[1][j], e[0][j]);
				f[1] = most(f[1], f[0]);
				x[0] = e[0][j] = f[0] = NONE;
			}
			for (int l = 0; l < 2; l++) {
				diag[l] = h[l][j];
				h[l][j] = x[l];
				best[l] = most(best[l], x[l]);
			}
		}
	}
	*ret_in = best[0];
	*ret_out = best[1];
}

static struct tl_align *workspace_of(const struct tl_score *score, enum tl_cpu_isa isa)
{
	struct tl_align *ws;
	struct tl_err err;
	tl_test_ok(tl_align_new_isa(score, isa, &ws, &err), err);
	return ws;
}

static struct tl_align *workspace(enum tl_alphabet alphabet, enum tl_cpu_isa isa)
{
	return workspace_of(tl_score_of(alphabet), isa);
}

/* Other scores: gaps without extension's rebate, the largest ones, cheap gaps beside dear letters. */
static struct tl_score scores_of(enum tl_alphabet alphabet, int round)
{
	static const struct { const char *name; int match, differ, open, extend; } all[] = {
		{"PAM30", 1, 1, 8, 8}, {"BLOSUM45", 63, 63, 1000, 200}, {"PAM250", 1, 63, 2, 1},
		{"BLOSUM90", 5, 4, 17, 1}};
	struct tl_score score = *tl_score_of(alphabet);
	struct tl_err err;
	if (alphabet == TL_PROTEIN)
		tl_test(tl_score_name(&score, all[round % 4].name));
	else
		tl_test_ok(tl_score_match(&score, all[round % 4].match,
					  (uint64_t)all[round % 4].differ, &err), err);
	tl_test_ok(tl_score_gap(&score, all[round % 4].open, (uint64_t)all[round % 4].extend, &err),
		   err);
	tl_test_ok(tl_score_finish(&score, &err), err);
	return score;
}

static struct tl_align_job job_of(const struct pair *p, int64_t lo, int64_t hi, bool prove)
{
	return (struct tl_align_job){p->a, p->b, p->a_len, p->b_len, lo, hi, UINT64_MAX, 0, prove, 0, 0, false, 0};
}

/* The path's runs lead from its start to its end and are worth its score. */
static void check_path(const struct tl_score *score, const struct pair *p,
		       const struct tl_align_path *path)
{
	struct tl_str ops = {path->ops.data, path->ops.len};
	struct tl_cigar_sum sum = {0};
	size_t i = path->a_start, j = path->b_start, pos = 0;
	int64_t total = 0;
	enum tl_cigar_op op;
	uint64_t len;
	tl_test(tl_cigar_measure(ops, &sum));
	while (tl_cigar_next(ops, &pos, &op, &len)) {
		if (op == TL_CIGAR_INS || op == TL_CIGAR_DEL) {
			total -= score->open + (int64_t)(len - 1) * score->extend;
			*(op == TL_CIGAR_INS ? &i : &j) += len;
			continue;
		}
		for (; len; len--, i++, j++) {
			total += score->pair[p->a[i] & 31][p->b[j] & 31];
			tl_test((p->a[i] == p->b[j]) == (op == TL_CIGAR_MATCH));
			tl_test(total > 0);
		}
	}
	tl_test_eq(i, path->a_end);
	tl_test_eq(j, path->b_end);
	tl_test_eq(total, path->score);
	tl_test_eq(sum.match, path->match);
	tl_test_eq(sum.match + sum.subst + sum.ins + sum.del, path->columns);
	tl_test(path->a_end <= p->a_len && path->b_end <= p->b_len);
}

static void check_same(const struct tl_align_path *x, const struct tl_align_path *y)
{
	tl_test_eq(x->score, y->score);
	tl_test_eq(x->a_start, y->a_start);
	tl_test_eq(x->a_end, y->a_end);
	tl_test_eq(x->b_start, y->b_start);
	tl_test_eq(x->b_end, y->b_end);
	tl_test_eq(x->match, y->match);
	tl_test_eq(x->columns, y->columns);
	tl_test_eq(x->cells, y->cells);
	tl_test_eq(x->proven, y->proven);
	tl_test_eq(x->too_large, y->too_large);
	tl_test_eq(x->ops.len, y->ops.len);
	tl_test(x->ops.len == 0 || memcmp(x->ops.data, y->ops.data, x->ops.len) == 0);
}

static void random_band(const struct pair *p, int64_t *lo, int64_t *hi)
{
	int64_t d = (int64_t)tl_test_below(p->a_len + p->b_len + 100) - (int64_t)p->a_len - 50;
	*lo = (tl_test_below(2) ? d : 0) - (int64_t)tl_test_below(tl_test_below(3) ? 40 : 400);
	*hi = *lo + (int64_t)tl_test_below(tl_test_below(3) ? 80 : 800);
	if (tl_test_below(10) == 0)
		*lo = INT64_MIN;
	if (tl_test_below(10) == 0)
		*hi = INT64_MAX;
}

/* The scalar kernel against the plain recurrence, in the band and over all. */
static void scalar_is_right(enum tl_alphabet alphabet, const struct tl_score *score, int rounds)
{
	static struct pair p;
	struct tl_align *ws = workspace_of(score, TL_CPU_SCALAR);
	struct tl_align_path path = {0};
	struct tl_err err;
	for (int round = 0; round < rounds; round++) {
		int64_t lo, hi, in, out;
		random_pair(&p, alphabet, round % 50 ? 120 : 700);
		random_band(&p, &lo, &hi);
		struct tl_align_job job = job_of(&p, lo, hi, false);
		tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
		check_path(score, &p, &path);
		if (ws->width) {
			lo = ws->lo;
			hi = ws->lo + (int64_t)ws->width - 1;
			tl_test_eq(ws->width % 32, 0);
		}
		plain(score, &p, lo, hi, &in, &out);
		tl_test_eq(path.score, in);
		tl_test(!path.proven || out <= in);
		tl_test(tl_align_bound(score, p.a, p.a_len, p.b, p.b_len, lo, hi) >= out);
		tl_test_eq(path.proven, in >= tl_align_bound(score, p.a, p.a_len, p.b, p.b_len,
							     lo, hi));
		job.prove = true;
		tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
		check_path(score, &p, &path);
		tl_test(path.proven);
		tl_test_eq(path.score, most(in, out));
	}
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}

static void test_scalar_proteins(void)
{
	scalar_is_right(TL_PROTEIN, tl_score_of(TL_PROTEIN), 600);
}

static void test_scalar_nucleotides(void)
{
	scalar_is_right(TL_NUCLEOTIDE, tl_score_of(TL_NUCLEOTIDE), 600);
}

static void test_scalar_other_scores(void)
{
	for (int i = 0; i < 8; i++) {
		const struct tl_score score = scores_of((enum tl_alphabet)(i % 2), i / 2);
		scalar_is_right((enum tl_alphabet)(i % 2), &score, 100);
	}
}

/* Every kernel against the scalar one with other scores; of the largest ones some pairs pass 16
 * bits. */
static void test_other_scores(void)
{
	static struct pair p;
	struct tl_err err;
	for (int i = 0; i < 8; i++) {
		const enum tl_alphabet alphabet = (enum tl_alphabet)(i % 2);
		const struct tl_score score = scores_of(alphabet, i / 2);
		struct tl_align *one = workspace_of(&score, TL_CPU_SCALAR);
		for (int isa = TL_CPU_SCALAR + 1; isa <= (int)tl_cpu_best(); isa++) {
			struct tl_align *two = workspace_of(&score, (enum tl_cpu_isa)isa);
			struct tl_align_path x = {0}, y = {0};
			for (int round = 0; round < 150; round++) {
				int64_t lo, hi;
				random_pair(&p, alphabet, round % 20 ? 200 : 1500);
				random_band(&p, &lo, &hi);
				struct tl_align_job job = job_of(&p, lo, hi, tl_test_below(2));
				tl_test_ok(tl_align_pair(one, &job, &x, &err), err);
				tl_test_ok(tl_align_pair(two, &job, &y, &err), err);
				check_same(&x, &y);
				check_path(&score, &p, &x);
				job.later = true; /* in lanes of one byte where they do */
				tl_test_ok(tl_align_pair(one, &job, &x, &err), err);
				tl_test_ok(tl_align_pair(two, &job, &y, &err), err);
				check_same(&x, &y);
			}
			tl_buf_free(&x.ops);
			tl_buf_free(&y.ops);
			tl_align_free(two);
		}
		tl_align_free(one);
	}
}

/* A kernel of this machine against the scalar one. */
static void same_as_scalar(enum tl_cpu_isa isa)
{
	static struct pair p;
	struct tl_err err;
	if (isa > tl_cpu_best())
		tl_test_skip("this CPU does not have it");
	for (int alphabet = TL_PROTEIN; alphabet <= TL_NUCLEOTIDE; alphabet++) {
		struct tl_align *one = workspace(alphabet, TL_CPU_SCALAR);
		struct tl_align *two = workspace(alphabet, isa);
		struct tl_align_path x = {0}, y = {0};
		for (int round = 0; round < 2000; round++) {
			int64_t lo, hi;
			random_pair(&p, alphabet, round % 100 ? 200 : 1500);
			random_band(&p, &lo, &hi);
			struct tl_align_job job = job_of(&p, lo, hi, tl_test_below(2));
			tl_test_ok(tl_align_pair(one, &job, &x, &err), err);
			tl_test_ok(tl_align_pair(two, &job, &y, &err), err);
			check_same(&x, &y);
			tl_test_ok(tl_align_score(two, &job, &y, &err), err);
			tl_test_eq(x.score, y.score);
			tl_test_eq(x.a_end, y.a_end);
			tl_test_eq(x.b_end, y.b_end);
			job.later = true;
			tl_test_ok(tl_align_pair(one, &job, &x, &err), err);
			tl_test_ok(tl_align_pair(two, &job, &y, &err), err);
			check_same(&x, &y);
		}
		tl_buf_free(&x.ops);
		tl_buf_free(&y.ops);
		tl_align_free(one);
		tl_align_free(two);
	}
}

/* Two pairs at a time give what each gives by itself: bands of the same width, of different ones, empty
 * and too large. */
static void test_two(void)
{
	static struct pair p[2];
	struct tl_err err;
	for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++) {
		const enum tl_alphabet alphabet = (enum tl_alphabet)(isa % 2);
		struct tl_align *one = workspace(alphabet, TL_CPU_SCALAR);
		struct tl_align *ws[2] = {workspace(alphabet, (enum tl_cpu_isa)isa),
					  workspace(alphabet, (enum tl_cpu_isa)isa)};
		struct tl_align_path x = {0}, y[2] = {{0}, {0}};
		size_t large = 0, narrow = 0;
		for (int round = 0; round < 1000; round++) {
			struct tl_align_job job[2];
			for (int i = 0; i < 2; i++) {
				int64_t lo, hi;
				random_pair(&p[i], alphabet, round % 100 ? 200 : 1500);
				random_band(&p[i], &lo, &hi);
				hi = round % 3 ? lo + 20 + 30 * (round % 2) : hi;
				job[i] = job_of(&p[i], lo, hi, false);
				job[i].later = true;
				job[i].max_cells = round % 7 ? UINT64_MAX : 5000;
				job[i].least = round % 5 ? 0 : 60;
			}
			tl_test_ok(tl_align_two((struct tl_align *[]){ws[0], ws[1]},
						(const struct tl_align_job *[]){&job[0], &job[1]},
						(struct tl_align_path *[]){&y[0], &y[1]}, &err), err);
			narrow += ws[0]->width == ws[1]->width && ws[0]->width <= 64;
			for (int i = 0; i < 2; i++) {
				tl_test_ok(tl_align_pair(one, &job[i], &x, &err), err);
				tl_test_eq(x.too_large, y[i].too_large);
				large += x.too_large;
				if (x.score >= job[i].least || y[i].score >= job[i].least)
					check_same(&x, &y[i]);
			}
		}
		tl_test(large > 20 && narrow > 200);
		tl_buf_free(&x.ops);
		tl_align_free(one);
		for (int i = 0; i < 2; i++) {
			tl_buf_free(&y[i].ops);
			tl_align_free(ws[i]);
		}
	}
}

/* Two stretches in the other order: the first raises the scores that one byte can hold, so the
 * second begins too high, which its way back tells. */
static void test_bytes_lost(void)
{
	static struct pair p, turned;
	struct tl_err err;
	size_t redone = 0;
	for (int round = 0; round < 40; round++) {
		const enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		const size_t n = 150 + tl_test_below(300), m = 150 + tl_test_below(300);
		struct tl_align *one = workspace(alphabet, TL_CPU_SCALAR);
		struct tl_align *two = workspace(alphabet, tl_cpu_best());
		struct tl_align_path x = {0}, y = {0};
		p.a_len = random_seq(p.a, n + m, alphabet);
		turned.b_len = mutate(p.a, p.a_len, turned.b, 10, alphabet);
		const size_t cut = n < turned.b_len ? n : turned.b_len;
		p.b_len = turned.b_len;
		memcpy(p.b, turned.b + cut, p.b_len - cut);
		memcpy(p.b + (p.b_len - cut), turned.b, cut);
		struct tl_align_job job = job_of(&p, -600, 600, false);
		job.later = true;
		tl_test_ok(tl_align_pair(one, &job, &x, &err), err);
		tl_test_ok(tl_align_pair(two, &job, &y, &err), err);
		check_same(&x, &y);
		tl_test(x.score > 0);
		redone += two->lane != 1;
		tl_buf_free(&x.ops);
		tl_buf_free(&y.ops);
		tl_align_free(one);
		tl_align_free(two);
	}
	tl_test(redone > 5);
}

static void test_sse41(void)
{
	same_as_scalar(TL_CPU_SSE41);
}

static void test_avx2(void)
{
	same_as_scalar(TL_CPU_AVX2);
}

static void test_avx512bw(void)
{
	same_as_scalar(TL_CPU_AVX512BW);
}

/* Scores beyond 16 bits, and about where 16-bit lanes give up; rows in many stretches. */
static void test_overflow(void)
{
	const size_t n = 20000;
	uint8_t *a = malloc(n), *b = malloc(n + 100);
	struct tl_align_path x = {0}, y = {0};
	struct tl_err err;
	memset(a, 'W', n);
	memcpy(b, a, n);
	b[1500] = 'A';
	memmove(b + 1800, b + 1700, n - 1700);
	memset(b + 1700, 'K', 100);
	for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++) {
		struct tl_align *ws = workspace(TL_PROTEIN, isa);
		static const size_t sizes[] = {2970, 2972, 2973, 2974, 2975,
					       2976, 2977, 2990, 20000};
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			const size_t len = sizes[k];
			struct tl_align_job job = {a, a, len, len, -3, 3, UINT64_MAX, 0, true, 0, 0, false, 0};
			tl_test_ok(tl_align_pair(ws, &job, &x, &err), err);
			tl_test_eq(x.score, 11 * (int64_t)sizes[k]);
			tl_test_eq(x.match, sizes[k]);
		}
		struct tl_align_job job = {a, b, n, n + 100, -3, 103, UINT64_MAX, 0, false, 0, 0, false, 0};
		tl_test_ok(tl_align_pair(ws, &job, &y, &err), err);
		tl_test_eq(y.score, 11 * (int64_t)(n - 1) - 3 - 11 - 99);
		tl_test_eq(y.columns, n + 100);
		tl_align_free(ws);
	}
	tl_buf_free(&x.ops);
	tl_buf_free(&y.ops);
	free(a);
	free(b);
}

/* Gaps longer than those of which the longest is taken, over many stretches of rows. */
static void test_long_gaps(void)
{
	static struct pair p, turned;
	struct tl_align_path x = {0}, y = {0};
	struct tl_err err;
	for (p.a_len = 0; p.a_len < 6000; p.a_len++)
		p.a[p.a_len] = (uint8_t)"ACGT"[tl_test_below(4)];
	memcpy(p.b, p.a, 2000);
	memcpy(p.b + 2000, p.a + 2700, 1300);
	random_seq(p.b + 3300, 900, TL_NUCLEOTIDE);
	memcpy(p.b + 4200, p.a + 4000, 2000);
	p.b_len = 6200;
	memcpy(turned.a, p.b, turned.a_len = p.b_len);
	memcpy(turned.b, p.a, turned.b_len = p.a_len);
	for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++) {
		struct tl_align *ws = workspace(TL_NUCLEOTIDE, isa);
		struct tl_align_job job = job_of(&p, -1000, 1000, true);
		tl_test_ok(tl_align_pair(ws, &job, &x, &err), err);
		tl_test(ws->stretch < p.a_len);
		check_path(ws->score, &p, &x);
		tl_test(x.proven && x.a_start == 0 && x.a_end == 6000 && x.b_end == 6200);
		tl_test(x.score >= 2 * (2000 + 1300 + 2000) - 10 - 2 * (699 + 899));
		job = job_of(&turned, -1000, 1000, true);
		tl_test_ok(tl_align_pair(ws, &job, &y, &err), err);
		check_path(ws->score, &turned, &y);
		tl_test_eq(x.score, y.score);
		tl_align_free(ws);
	}
	tl_buf_free(&x.ops);
	tl_buf_free(&y.ops);
}

/* Nothing before or behind the sequences is read. */
static void test_guard(void)
{
	static struct pair p;
	struct tl_align *ws = workspace(TL_PROTEIN, tl_cpu_best());
	struct tl_align_path path = {0}, diagonal = {0};
	struct tl_err err;
	for (int round = 0; round < 200; round++) {
		random_pair(&p, TL_PROTEIN, 200);
		uint8_t *a = tl_test_guarded(p.a_len), *b = tl_test_guarded(p.b_len);
		memcpy(a, p.a, p.a_len);
		memcpy(b, p.b, p.b_len);
		struct tl_align_job job = {a, b, p.a_len, p.b_len, -50, 50, UINT64_MAX, 0, true, 0, 0, false, 0};
		tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
		for (int64_t d = -210; d <= 210; d += 7) {
			tl_align_diagonal(ws->score, a, p.a_len, b, p.b_len, d, &diagonal);
			tl_test(diagonal.score <= path.score);
		}
	}
	tl_buf_free(&path.ops);
	tl_buf_free(&diagonal.ops);
	tl_align_free(ws);
}

/* The widening goes as far as it may, and says so. */
static void test_limits(void)
{
	static struct pair p;
	struct tl_align *ws = workspace(TL_PROTEIN, tl_cpu_best());
	struct tl_align_path path = {0};
	struct tl_err err;
	p.a_len = random_seq(p.a, 300, TL_PROTEIN);
	p.b_len = random_seq(p.b, 1000, TL_PROTEIN);
	memcpy(p.b + 400, p.a, 300);
	p.b[500] = p.a[100] == 'W' ? 'A' : 'W';
	struct tl_align_job job = job_of(&p, 390, 410, false);
	job.max_cells = 300 * 32 - 1;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(path.too_large && !path.proven && path.score == 0 && path.cells == 0);
	job.max_cells++;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(!path.too_large && path.match == 299 && path.cells == 300 * 32);
	job.prove = true;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(!path.too_large && !path.proven && path.match == 299 && path.a_end == 300);
	check_path(ws->score, &p, &path);
	job.max_cells = UINT64_MAX;
	job.prove_cells = 300 * 64;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(!path.too_large && !path.proven && path.match == 299);
	job.prove_cells = 0;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(path.proven && path.match == 299 && path.b_start == 400);
	job.lo = 5000;
	job.hi = 5001;
	job.prove = false;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(path.score == 0 && !path.proven && path.ops.len == 0);
	job.prove = true;
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test(path.proven && path.match == 299);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}

/* The best stretch of a diagonal, by trying all. */
static void test_diagonal(void)
{
	static struct pair p;
	const struct tl_score *score = tl_score_of(TL_PROTEIN);
	struct tl_align_path path = {0};
	for (int round = 0; round < 300; round++) {
		random_pair(&p, TL_PROTEIN, 60);
		int64_t d = (int64_t)tl_test_below(80) - 40, best = 0;
		tl_align_diagonal(score, p.a, p.a_len, p.b, p.b_len, d, &path);
		for (int64_t from = 0; from < (int64_t)p.a_len; from++) {
			int64_t sum = 0;
			for (int64_t i = from; i < (int64_t)p.a_len; i++) {
				if (i + d < 0 || i + d >= (int64_t)p.b_len)
					break;
				sum += score->pair[p.a[i] & 31][p.b[i + d] & 31];
				best = most(best, sum);
			}
		}
		tl_test_eq(path.score, best);
		const struct tl_align_job job = job_of(&p, 0, 0, false);
		tl_test(tl_align_diagonal_reaches(score, &job, d, best));
		tl_test(!tl_align_diagonal_reaches(score, &job, d, best + 1));
		int64_t sum = 0;
		uint64_t match = 0;
		for (size_t i = path.a_start; i < path.a_end; i++) {
			sum += score->pair[p.a[i] & 31][p.b[i + (size_t)d] & 31];
			match += p.a[i] == p.b[i + (size_t)d];
		}
		tl_test_eq(sum, best);
		tl_test_eq(match, path.match);
		tl_test_eq(path.columns, path.a_end - path.a_start);
		tl_test_eq(path.b_end - path.b_start, path.columns);
		tl_test(best == 0 || (int64_t)path.b_start - (int64_t)path.a_start == d);
	}
	tl_align_diagonal(score, p.a, p.a_len, p.b, p.b_len, INT64_MIN, &path);
	tl_test_eq(path.score, 0);
	tl_align_diagonal(score, p.a, p.a_len, p.b, p.b_len, INT64_MAX, &path);
	tl_test_eq(path.score, 0);
}

/* With runs: as above, and as many as the columns say; not where too many letters differ. */
static void test_ungapped(void)
{
	static struct pair p;
	struct tl_align_path path = {0}, plain = {0};
	struct tl_err err;
	for (int round = 0; round < 400; round++) {
		const struct tl_score *score = tl_score_of((enum tl_alphabet)(round % 2));
		random_pair(&p, (enum tl_alphabet)(round % 2), 700);
		int64_t d = (int64_t)tl_test_below(9) - 4;
		struct tl_align_job job = job_of(&p, 0, 0, false);
		job.odd = tl_score_odd(score, (struct tl_str){p.a, p.a_len}) +
			  tl_score_odd(score, (struct tl_str){p.b, p.b_len});
		tl_align_diagonal(score, p.a, p.a_len, p.b, p.b_len, d, &plain);
		tl_test_ok(tl_align_ungapped(score, &job, d, 700, &path, &err), err);
		tl_test_eq(path.score, plain.score);
		tl_test_eq(path.a_start, plain.a_start);
		tl_test_eq(path.b_end, plain.b_end);
		tl_test_eq(path.match, plain.match);
		tl_test_eq(path.columns, plain.columns);
		if (path.score)
			check_path(score, &p, &path);
		size_t other = 0;
		for (size_t i = 0; i < p.a_len; i++)
			if ((int64_t)i + d >= 0 && i + (size_t)d < p.b_len)
				other += p.a[i] != p.b[i + (size_t)d];
		tl_test_ok(tl_align_ungapped(score, &job, d, other, &path, &err), err);
		tl_test_eq(path.score, plain.score);
		if (other == 0)
			continue;
		tl_test_ok(tl_align_ungapped(score, &job, d, other - 1, &path, &err), err);
		tl_test(path.score == plain.score && path.ops.len == 0);
		tl_test_eq(path.b_end, plain.b_end);
		tl_test_eq(path.match, plain.match);
	}
	tl_buf_free(&path.ops);
	tl_buf_free(&plain.ops);
}

/* Copies with few changes, with runs of N in either, with a stretch of their own, moved ones. */
static void long_pair(struct pair *p, int round)
{
	p->a_len = random_seq(p->a, 1000 + tl_test_below(700), TL_NUCLEOTIDE);
	p->b_len = mutate(p->a, p->a_len, p->b, 20 + tl_test_below(90), TL_NUCLEOTIDE);
	if (round % 3 == 1) {
		memset(p->a + tl_test_below(p->a_len - 90), 'N', 1 + tl_test_below(90));
		memset(p->b + tl_test_below(p->b_len - 90), 'N', 1 + tl_test_below(90));
	}
	if (round % 5 == 2)
		(void)random_seq(p->b + tl_test_below(p->b_len - 90), 1 + tl_test_below(90),
				 TL_NUCLEOTIDE);
	if (round % 7 == 3) {
		size_t from = tl_test_below(p->b_len - 300), n = 1 + tl_test_below(200);
		memmove(p->b + from, p->b + from + n, p->b_len - from - n);
		p->b_len -= n;
	}
}

/* By anchors: a valid path, never better than the best of all, and nearly always as good. */
static void test_long(void)
{
	static struct pair p;
	struct tl_align *ws = workspace(TL_NUCLEOTIDE, tl_cpu_best());
	struct tl_align_path path = {0}, best = {0}, same = {0};
	struct tl_err err;
	size_t less = 0, rounds = 300;
	for (int round = 0; round < (int)rounds; round++) {
		long_pair(&p, round);
		struct tl_align_job job = job_of(&p, 0, 0, true);
		tl_test_ok(tl_align_pair(ws, &job, &best, &err), err);
		tl_test(best.proven);
		job.odd = tl_score_odd(ws->score, (struct tl_str){p.a, p.a_len});
		job.a_id = (uint64_t)round + 1;
		tl_test_ok(tl_align_long(ws, &job, &path, &err), err);
		check_path(ws->score, &p, &path);
		tl_test(path.score > 0 && path.score <= best.score && !path.proven);
		less += path.score < best.score;
		tl_test(path.score * 10 >= best.score * 6);
		tl_test_ok(tl_align_long(ws, &job, &same, &err), err);
		tl_test(same.score == path.score && same.a_start == path.a_start);
	}
	tl_test(less < rounds / 20);
	p.b_len = random_seq(p.b, 300, TL_NUCLEOTIDE);
	struct tl_align_job none = job_of(&p, 0, 0, true);
	tl_test_ok(tl_align_long(ws, &none, &path, &err), err);
	tl_test(path.score == 0 && path.ops.len == 0 && !path.too_large);
	none.b_len = 5;
	tl_test_ok(tl_align_long(ws, &none, &path, &err), err);
	tl_test_eq(path.score, 0);
	tl_buf_free(&path.ops);
	tl_buf_free(&best.ops);
	tl_buf_free(&same.ops);
	tl_align_free(ws);
}

#define ROW_MOST 100

/* What a row needs, and what it gives. */
struct row_data {
	int32_t score[ROW_MOST], up[ROW_MOST], plain[ROW_MOST], left[ROW_MOST];
	uint8_t from[ROW_MOST];
};

/* Rows below one another, of widths about those of vectors, some cells out of reach. */
static void test_fill_row(void)
{
	for (int round = 0; round < 4000; round++) {
		struct row_data data[2];
		int8_t pair[ROW_MOST];
		const size_t n = 1 + tl_test_below(ROW_MOST);
		const int32_t open = 1 + (int32_t)tl_test_below(12);
		memset(data, 0, sizeof data);
		for (size_t j = 0; j < n; j++) {
			const bool out = tl_test_below(9) == 0;
			data[0].score[j] = out ? TL_FILL_NONE : (int32_t)tl_test_below(40) - 20;
			data[0].up[j] = tl_test_below(3) ? TL_FILL_NONE : data[0].score[j];
		}
		for (int isa = TL_CPU_SSE41; isa <= (int)tl_cpu_best(); isa++) {
			data[1] = data[0];
			struct row_data one = data[0];
			for (int i = 0; i < 3; i++) {
				for (size_t j = 0; j < n; j++)
					pair[j] = tl_test_below(2) ? 2 : -3;
				struct tl_fill_row row = {one.score, one.up, one.plain, one.left, pair,
							  one.from, n, TL_FILL_NONE, open,
							  1 + (int32_t)tl_test_below((size_t)open)};
				tl_align_fill_row_isa(&row, TL_CPU_SCALAR);
				row.score = data[1].score;
				row.up = data[1].up;
				row.plain = data[1].plain;
				row.left = data[1].left;
				row.from = data[1].from;
				tl_align_fill_row_isa(&row, (enum tl_cpu_isa)isa);
				tl_test(!memcmp(one.score, data[1].score, sizeof one.score));
				tl_test(!memcmp(one.up, data[1].up, sizeof one.up));
				tl_test(!memcmp(one.from, data[1].from, sizeof one.from));
			}
		}
	}
}

/* Where less than `least` is scored, no path; what was left for later comes later. */
static void test_later(void)
{
	static struct pair p;
	struct tl_align *ws = workspace(TL_NUCLEOTIDE, tl_cpu_best());
	struct tl_align_path path = {0}, same = {0};
	struct tl_err err;
	for (int round = 0; round < 100; round++) {
		random_pair(&p, TL_NUCLEOTIDE, 300);
		struct tl_align_job job = job_of(&p, -5, 5, false);
		tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
		job.later = true;
		job.least = path.score;
		tl_test_ok(tl_align_pair(ws, &job, &same, &err), err);
		tl_test(!same.proven && same.need_cells == 0 && same.columns == path.columns);
		tl_align_prove(ws, &job, &same);
		tl_test(same.proven == path.proven && same.need_cells == path.need_cells &&
			same.need_lo == path.need_lo && same.need_hi == path.need_hi);
		job.least++;
		tl_test_ok(tl_align_pair(ws, &job, &same, &err), err);
		tl_test(same.score == path.score && same.columns == 0 && same.ops.len == 0);
	}
	tl_buf_free(&path.ops);
	tl_buf_free(&same.ops);
	tl_align_free(ws);
}

/* U and *, O and J score as one, yet are different letters. */
static void test_letters(void)
{
	struct tl_align *ws = workspace(TL_PROTEIN, tl_cpu_best());
	struct tl_align_path path = {0};
	struct tl_err err;
	const uint8_t *a = (const uint8_t *)"MKVLUAWGHW", *b = (const uint8_t *)"MKVL*AWGHW";
	struct tl_align_job job = {a, b, 10, 10, 0, 0, UINT64_MAX, 0, true, 0, 0, false, 0};
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	tl_test_eq(path.score, 5 + 5 + 4 + 4 + 1 + 4 + 11 + 6 + 8 + 11);
	tl_test_eq(path.match, 9);
	tl_test_eq(path.columns, 10);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
	tl_align_free(NULL);
}

int main(void)
{
	TL_RUN(test_scalar_proteins);
	TL_RUN(test_scalar_nucleotides);
	TL_RUN(test_scalar_other_scores);
	TL_RUN(test_other_scores);
	TL_RUN(test_bytes_lost);
	TL_RUN(test_sse41);
	TL_RUN(test_avx2);
	TL_RUN(test_avx512bw);
	TL_RUN(test_overflow);
	TL_RUN(test_long_gaps);
	TL_RUN(test_guard);
	TL_RUN(test_limits);
	TL_RUN(test_diagonal);
	TL_RUN(test_ungapped);
	TL_RUN(test_long);
	TL_RUN(test_fill_row);
	TL_RUN(test_later);
	TL_RUN(test_letters);
	TL_RUN(test_two);
	return tl_test_end();
}
