/* SPDX-License-Identifier: MIT */
/* bench_align: the speed of the alignment kernels, as lines of name, size, value, unit.
 *
 *   bench_align [FILE.fa [PAIRS]]
 *
 * Without a file: cells per second of every kernel at several band widths.  With one: pairs of
 * its sequences that share a 10-mer, aligned in bands about the k-mer's diagonal; how many are
 * proven at which width, pairs per second, and, built with -DTL_PARASAIL (-lparasail), the same
 * by parasail and how often both agree.  Private headers of lib/align are used to name a kernel.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tl/align.h>
#include <tl/cigar.h>
#include <tl/cpu.h>

#include "align_band.h"

#ifdef TL_PARASAIL
#include <parasail.h>
#include <parasail/matrices/blosum62.h>
#endif

struct seq {
	uint8_t *s;
	size_t n;
};

struct pair {
	struct seq a, b;
	int64_t d;
};

/* Seconds of CPU time: all here is one thread, and the machine may have other work. */
static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(enum tl_status st, const struct tl_err *err)
{
	if (st != TL_OK) {
		fprintf(stderr, "bench_align: %s\n", err->msg);
		exit(1);
	}
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
	x = (x ^ x >> 27) * 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

/* One kernel over one band of random residues. */
static void bench_width(enum tl_cpu_isa isa, size_t n, int64_t width, uint8_t *a, uint8_t *b)
{
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err;
	must(tl_align_new_isa(tl_score_of(TL_PROTEIN), isa, &ws, &err), &err);
	struct tl_align_job job = {a, b, n, n, -width / 2, width / 2 - 1, UINT64_MAX, 0,
				   false, 0, 0, false, 0};
	double start = now(), end;
	uint64_t cells = 0;
	do {
		must(tl_align_score(ws, &job, &path, &err), &err);
		cells += path.cells;
	} while ((end = now()) < start + 0.2);
	printf("gcups-%s-%d\t%lld\t%.3f\tGCUPS\n", tl_cpu_name(isa), (int)ws->lane * 8,
	       (long long)width, (double)cells / (end - start) * 1e-9);
	tl_align_free(ws);
}

static void bench_kernels(void)
{
	const size_t n = 4000;
	uint8_t *a = malloc(n), *b = malloc(n);
	for (size_t i = 0; i < n; i++)
		a[i] = b[i] = (uint8_t)"ACDEFGHIKLMNPQRSTVWY"[mix(i + 1) % 20];
	for (int wide = 0; wide < 2; wide++) {
		for (int isa = 0; isa <= (int)tl_cpu_best(); isa++)
			for (int64_t width = 32; width <= 1024; width *= 2)
				bench_width(isa, wide ? n : 1000, width, a, b);
		memset(a, 'W', n);
		memset(b, 'W', n);
	}
	free(a);
	free(b);
}

static struct seq *load(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(1);
	}
	struct seq *seqs = NULL;
	char *line = NULL;
	size_t cap = 0, n = 0, room = 0, used = 0;
	ssize_t got;
	while ((got = getline(&line, &cap, f)) > 0) {
		if (line[0] == '>') {
			if (n == room)
				seqs = realloc(seqs, (room = room * 2 + 1024) * sizeof *seqs);
			seqs[n++] = (struct seq){NULL, used = 0};
			continue;
		}
		for (ssize_t i = 0; n && i < got; i++) {
			struct seq *q = &seqs[n - 1];
			if (!isalpha((unsigned char)line[i]) && line[i] != '*')
				continue;
			if (q->n == used)
				q->s = realloc(q->s, used = used * 2 + 512);
			q->s[q->n++] = (uint8_t)toupper((unsigned char)line[i]);
		}
	}
	free(line);
	fclose(f);
	*ret_n = n;
	return seqs;
}

#define K 10
#define SLOTS (1u << 22)

/* Pairs each sequence with the first longer-or-equal one that holds one of its 8 lowest k-mers.
 * */
static size_t make_pairs(const struct seq *seqs, size_t n, struct pair *pairs, size_t most)
{
	struct { uint64_t key; uint32_t seq, at; } *slots = calloc(SLOTS, sizeof *slots);
	size_t got = 0;
	for (size_t s = 0; s < n && got < most; s++) {
		uint64_t last = 0;
		size_t mate = SIZE_MAX;
		for (int round = 0; round < 8 && seqs[s].n >= K; round++) {
			uint64_t low = UINT64_MAX;
			size_t at = 0;
			for (size_t i = 0; i + K <= seqs[s].n; i++) {
				uint64_t x = 1;
				for (size_t k = 0; k < K; k++)
					x = x << 5 | (seqs[s].s[i + k] & 31);
				x = mix(x);
				if (x > last && x < low) {
					low = x;
					at = i;
				}
			}
			last = low;
			size_t slot = low & (SLOTS - 1);
			if (slots[slot].key != low) {
				if (!slots[slot].key) {
					slots[slot].key = low;
					slots[slot].seq = (uint32_t)s;
					slots[slot].at = (uint32_t)at;
				}
				continue;
			}
			const struct seq *c = &seqs[slots[slot].seq];
			if (mate != SIZE_MAX || slots[slot].seq == s ||
			    (c->n == seqs[s].n && memcmp(c->s, seqs[s].s, c->n) == 0))
				continue;
			mate = slots[slot].seq;
			bool shorter = seqs[s].n <= c->n;
			int64_t d = (int64_t)slots[slot].at - (int64_t)at;
			if (got < most)
				pairs[got++] = (struct pair){shorter ? seqs[s] : *c,
							     shorter ? *c : seqs[s],
							     shorter ? d : -d};
		}
	}
	free(slots);
	return got;
}

/* All pairs in bands of one width; at least identity in ppm where `only` is given. */
static void bench_band(const struct pair *pairs, size_t n, int64_t width, bool prove,
		       const uint8_t *only, enum tl_cpu_isa isa, const char *what)
{
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err;
	must(tl_align_new_isa(tl_score_of(TL_PROTEIN), isa, &ws, &err), &err);
	size_t proven = 0, done = 0;
	uint64_t cells = 0;
	double start = now();
	for (size_t i = 0; i < n; i++) {
		if (!only[i])
			continue;
		struct tl_align_job job = {pairs[i].a.s, pairs[i].b.s, pairs[i].a.n, pairs[i].b.n,
					   pairs[i].d - width / 2, pairs[i].d + width / 2 - 1,
					   UINT64_MAX, 0, prove, 0, 0, false, 0};
		must(tl_align_pair(ws, &job, &path, &err), &err);
		proven += path.proven;
		cells += path.cells;
		done++;
	}
	double took = now() - start;
	printf("%s-%s%s\t%lld\t%.0f\tpairs/s\t%.2f GCUPS\t%.2f%% proven\t%zu pairs\n", what,
	       tl_cpu_name(isa), prove ? "-prove" : "", (long long)width, (double)done / took,
	       (double)cells / took * 1e-9,
	       100.0 * (double)proven / (double)(done ? done : 1), done);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}

static void bench_diagonals(const struct pair *pairs, size_t n)
{
	struct tl_align_path path = {0};
	uint64_t columns = 0;
	double start = now();
	for (size_t i = 0; i < n; i++) {
		const struct pair *p = &pairs[i];
		tl_align_diagonal(tl_score_of(TL_PROTEIN), p->a.s, p->a.n, p->b.s, p->b.n, p->d,
				  &path);
		columns += p->a.n < p->b.n ? p->a.n : p->b.n;
	}
	double took = now() - start;
	printf("diagonal\t0\t%.0f\tpairs/s\t%.2f G residues/s\n", (double)n / took,
	       (double)columns / took * 1e-9);
}

#ifdef TL_PARASAIL
static void bench_parasail(const struct pair *pairs, size_t n, const uint8_t *only)
{
	double start = now();
	uint64_t cells = 0;
	size_t done = 0;
	for (size_t i = 0; i < n; i++) {
		if (!only[i])
			continue;
		const struct pair *p = &pairs[i];
		parasail_result_free(parasail_sw_trace_striped_sat(
			(char *)p->a.s, (int)p->a.n, (char *)p->b.s, (int)p->b.n, 11, 1,
			&parasail_blosum62));
		done++;
	}
	double took = now() - start;
	printf("parasail-trace\t0\t%.0f\tpairs/s\n", (double)done / took);
	start = now();
	for (size_t i = 0; i < n; i++) {
		if (!only[i])
			continue;
		const struct pair *p = &pairs[i];
		parasail_result_free(parasail_sw_striped_sat((char *)p->a.s, (int)p->a.n,
							     (char *)p->b.s, (int)p->b.n, 11, 1,
							     &parasail_blosum62));
		cells += p->a.n * p->b.n;
	}
	took = now() - start;
	printf("parasail-score\t0\t%.0f\tpairs/s\t%.2f GCUPS\n", (double)done / took,
	       (double)cells / took * 1e-9);
}

/* One pair by both; counts how they differ. */
static void compare(const struct pair *p, const struct tl_align_path *path, size_t *count)
{
	parasail_result_t *r = parasail_sw_trace_striped_sat((char *)p->a.s, (int)p->a.n,
							     (char *)p->b.s, (int)p->b.n, 11, 1,
							     &parasail_blosum62);
	parasail_cigar_t *g = parasail_result_get_cigar(r, (char *)p->a.s, (int)p->a.n,
							(char *)p->b.s, (int)p->b.n,
							&parasail_blosum62);
	uint64_t match = 0, columns = 0, skip_a = 0, skip_b = 0;
	for (int k = 0; k < g->len; k++) {
		uint64_t len = parasail_cigar_decode_len(g->seq[k]);
		char op = parasail_cigar_decode_op(g->seq[k]);
		/* Where the path begins at one sequence's first residue, parasail adds a gap over
		 * what the other one has before it, which is in neither the path nor the score.
		 * */
		if (k == 0 && op != '=' && op != 'X') {
			*(op == 'I' ? &skip_a : &skip_b) = len;
			continue;
		}
		columns += len;
		match += op == '=' ? len : 0;
	}
	bool same = parasail_result_get_score(r) == path->score;
	bool ends = parasail_result_get_end_query(r) + 1 == (int)path->a_end &&
		    parasail_result_get_end_ref(r) + 1 == (int)path->b_end;
	bool starts = (uint64_t)g->beg_query + skip_a == path->a_start &&
		      (uint64_t)g->beg_ref + skip_b == path->b_start;
	bool counts = match == path->match && columns == path->columns;
	count[0]++;
	count[1] += !same;
	count[2] += same && !ends;
	count[3] += same && ends && !starts;
	count[4] += same && ends && starts && !counts;
	double x = (double)match / (double)(columns ? columns : 1);
	double y = (double)path->match / (double)(path->columns ? path->columns : 1);
	count[5] += same && (x >= 0.9) != (y >= 0.9);
	count[6] += !path->proven && !same;
	count[7] += skip_a || skip_b;
	parasail_cigar_free(g);
	parasail_result_free(r);
}

static void bench_agreement(const struct pair *pairs, size_t n, const uint8_t *only, int64_t width,
			    bool prove)
{
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err;
	size_t count[8] = {0};
	must(tl_align_new(tl_score_of(TL_PROTEIN), &ws, &err), &err);
	for (size_t i = 0; i < n; i++) {
		if (!only[i])
			continue;
		struct tl_align_job job = {pairs[i].a.s, pairs[i].b.s, pairs[i].a.n, pairs[i].b.n,
					   pairs[i].d - width / 2, pairs[i].d + width / 2 - 1,
					   UINT64_MAX, 0, prove, 0, 0, false, 0};
		must(tl_align_pair(ws, &job, &path, &err), &err);
		compare(&pairs[i], &path, count);
	}
	printf("agreement%s\t%lld\t%zu\tpairs\tscore differs %zu (unproven %zu)\tends %zu\tstarts "
	       "%zu\tcounts %zu\tother side of 0.9 %zu\tadded gaps %zu\n",
	       prove ? "-prove" : "", (long long)width, count[0], count[1], count[6], count[2],
	       count[3], count[4], count[5], count[7]);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}
#endif

/* Marks the pairs that are 0.9 identical over 0.8 of a. */
static size_t mark_good(const struct pair *pairs, size_t n, uint8_t *good)
{
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err;
	size_t count = 0;
	must(tl_align_new(tl_score_of(TL_PROTEIN), &ws, &err), &err);
	for (size_t i = 0; i < n; i++) {
		struct tl_align_job job = {pairs[i].a.s, pairs[i].b.s, pairs[i].a.n, pairs[i].b.n,
					   pairs[i].d - 32, pairs[i].d + 31, UINT64_MAX, 0,
					   false, 0, 0, false, 0};
		must(tl_align_pair(ws, &job, &path, &err), &err);
		good[i] = path.match * 10 >= path.columns * 9 &&
			  (path.a_end - path.a_start) * 10 >= pairs[i].a.n * 8;
		count += good[i];
	}
	tl_buf_free(&path.ops);
	tl_align_free(ws);
	return count;
}

static void bench_file(const char *path, size_t most)
{
	size_t n_seqs;
	struct seq *seqs = load(path, &n_seqs);
	struct pair *pairs = malloc(most * sizeof *pairs);
	size_t n = make_pairs(seqs, n_seqs, pairs, most);
	uint8_t *good = calloc(n + 1, 1), *all = malloc(n + 1);
	memset(all, 1, n + 1);
	printf("pairs\t0\t%zu\tpairs\t%zu good at 0.9/0.8\n", n, mark_good(pairs, n, good));
	bench_diagonals(pairs, n);
	for (int isa = 0; isa <= (int)tl_cpu_best(); isa++) {
		bench_band(pairs, n, 64, false, good, isa, "good");
		bench_band(pairs, n, 64, true, good, isa, "good");
		bench_band(pairs, n, 64, true, all, isa, "all");
	}
	for (int64_t width = 32; width <= 1024; width *= 2)
		bench_band(pairs, n, width, false, good, tl_cpu_best(), "good");
#ifdef TL_PARASAIL
	bench_parasail(pairs, n, good);
	bench_agreement(pairs, n, good, 64, false);
	bench_agreement(pairs, n, good, 64, true);
	bench_agreement(pairs, n, all, 64, true);
#endif
	for (size_t i = 0; i < n_seqs; i++)
		free(seqs[i].s);
	free(seqs);
	free(pairs);
	free(good);
	free(all);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		bench_file(argv[1], argc > 2 ? strtoull(argv[2], NULL, 10) : 20000);
	else
		bench_kernels();
	return 0;
}
