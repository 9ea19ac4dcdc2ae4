/* SPDX-License-Identifier: MIT */
/* bench_align_peers: pairs that tl-align accepted, aligned again by its kernels and by others.
 *
 *   tl-parse FILE.fa | tl-intern | tl-align --format m8 > HITS.m8
 *   bench_align_peers aa|nt FILE.fa HITS.m8 [PAIRS]
 *
 * Prints TSV: who, identity in percent (from, to), pairs, pairs a second, GCUPS of the whole matrix
 * (cells of both lengths by time, whatever was computed), GCUPS of what was computed (0: not
 * known), pairs whose score is the same as ours.  CPU time of one thread.  edlib and WFA2 align
 * from end to end, so for them take pairs of about one length; their scores are others.
 * Peers are there where their headers are: parasail.h, edlib.h, wfa2lib.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <tl/align.h>
#include <tl/alphabet.h>
#include <tl/cpu.h>

#include "align_band.h"

#ifdef TL_PARASAIL
#include <parasail.h>
#include <parasail/matrices/blosum62.h>
#endif
#ifdef TL_EDLIB
#include <edlib.h>
#endif
#ifdef TL_WFA2
#include <wavefront/wavefront_align.h>
#endif

struct seq {
	char *name;
	uint8_t *s;
	size_t n;
};

struct pair {
	const struct seq *a, *b;
	int64_t d, score;
	double identity;
};

struct bench {
	enum tl_alphabet alphabet;
	struct seq *seqs;
	size_t n_seqs;
	struct pair *pairs;
	size_t n;
	double from, to; /* identity of the pairs in hand */
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void must(enum tl_status st, const struct tl_err *err)
{
	if (st != TL_OK) {
		fprintf(stderr, "bench_align_peers: %s\n", err->msg);
		exit(1);
	}
}

static FILE *open_file(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f) {
		perror(path);
		exit(1);
	}
	return f;
}

static void add_residues(struct seq *q, const char *line, size_t n, bool nucleotide)
{
	q->s = realloc(q->s, q->n + n + 1);
	for (size_t i = 0; i < n; i++)
		if (isalpha((unsigned char)line[i]) || line[i] == '*') {
			const uint8_t c = (uint8_t)toupper((unsigned char)line[i]);
			q->s[q->n++] = nucleotide && c == 'U' ? 'T' : c;
		}
}

static int by_name(const void *x, const void *y)
{
	return strcmp(((const struct seq *)x)->name, ((const struct seq *)y)->name);
}

static void load(struct bench *b, const char *path)
{
	FILE *f = open_file(path);
	char *line = NULL;
	size_t cap = 0, room = 0;
	ssize_t got;
	while ((got = getline(&line, &cap, f)) > 0) {
		if (line[0] != '>') {
			if (b->n_seqs)
				add_residues(&b->seqs[b->n_seqs - 1], line, (size_t)got,
					     b->alphabet == TL_NUCLEOTIDE);
			continue;
		}
		if (b->n_seqs == room)
			b->seqs = realloc(b->seqs, (room = room * 2 + 1024) * sizeof *b->seqs);
		line[1 + strcspn(line + 1, " \t\r\n")] = '\0';
		b->seqs[b->n_seqs++] = (struct seq){strdup(line + 1), NULL, 0};
	}
	free(line);
	fclose(f);
	qsort(b->seqs, b->n_seqs, sizeof *b->seqs, by_name);
}

static const struct seq *find(const struct bench *b, char *name)
{
	const struct seq key = {name, NULL, 0};
	return bsearch(&key, b->seqs, b->n_seqs, sizeof *b->seqs, by_name);
}

/* The pairs of an m8 file on the plus strand, evenly drawn where there are more than `most`. */
static void load_hits(struct bench *b, const char *path, size_t most)
{
	FILE *f = open_file(path);
	char a[1024], c[1024], line[8192];
	size_t room = 0;
	while (fgets(line, sizeof line, f)) {
		struct pair p = {0};
		long long a_start, a_end, b_start, b_end;
		if (sscanf(line, "%1023s %1023s %lf %*s %*s %*s %lld %lld %lld %lld", a, c, &p.identity,
			   &a_start, &a_end, &b_start, &b_end) != 7 || b_start > b_end)
			continue;
		p.a = find(b, a);
		p.b = find(b, c);
		p.d = b_start - a_start;
		if (!p.a || !p.b)
			continue;
		if (b->n == room)
			b->pairs = realloc(b->pairs, (room = room * 2 + 1024) * sizeof p);
		b->pairs[b->n++] = p;
	}
	fclose(f);
	for (size_t i = 0; b->n > most && i < most; i++)
		b->pairs[i] = b->pairs[i * b->n / most];
	b->n = b->n > most ? most : b->n;
}

/* The next pair in hand from i on; b->n: none. */
static size_t next(const struct bench *b, size_t i)
{
	while (i < b->n && !(b->pairs[i].identity >= b->from && b->pairs[i].identity < b->to))
		i++;
	return i;
}

static void tell(const struct bench *b, const char *who, double took, uint64_t computed, size_t same)
{
	uint64_t cells = 0;
	size_t n = 0;
	for (size_t i = next(b, 0); i < b->n; i = next(b, i + 1), n++)
		cells += b->pairs[i].a->n * b->pairs[i].b->n;
	if (n)
		printf("%s\t%.0f\t%.0f\t%zu\t%.0f\t%.2f\t%.2f\t%zu\n", who, b->from, b->to, n,
		       (double)n / took, (double)cells / took * 1e-9,
		       (double)computed / took * 1e-9, same);
}

/* Our band of 25 diagonals about the known one with its path, as tl-align does first. */
static void bench_ours(struct bench *b, enum tl_cpu_isa isa, bool bytes)
{
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err;
	char who[64];
	uint64_t cells = 0;
	must(tl_align_new_isa(tl_score_of(b->alphabet), isa, &ws, &err), &err);
	const double start = now();
	for (size_t i = next(b, 0); i < b->n; i = next(b, i + 1)) {
		struct pair *p = &b->pairs[i];
		const struct tl_align_job job = {
			.a = p->a->s, .b = p->b->s, .a_len = p->a->n, .b_len = p->b->n,
			.lo = p->d - 12, .hi = p->d + 12, .max_cells = UINT64_MAX, .later = bytes};
		must(tl_align_pair(ws, &job, &path, &err), &err);
		p->score = path.score;
		cells += path.cells;
	}
	snprintf(who, sizeof who, "talyra-%s-%d", tl_cpu_name(isa), bytes ? 8 : 16);
	tell(b, who, now() - start, cells, 0);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}

#ifdef TL_PARASAIL
/* The best ones of each kind, with and without a trace; saturating: 8 bits, then 16. */
static const char *const functions[] = {
	"sw_striped_sat", "sw_scan_sat", "sw_striped_16", "sw_trace_striped_sat",
	"sw_trace_scan_sat", "sw_trace_striped_16"};

static void bench_parasail(const struct bench *b)
{
	parasail_matrix_t *dna = parasail_matrix_create("ACGT", 2, -3);
	const bool aa = b->alphabet == TL_PROTEIN;
	const parasail_matrix_t *matrix = aa ? &parasail_blosum62 : dna;
	for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
		parasail_function_t *f = parasail_lookup_function(functions[k]);
		char who[64];
		size_t same = 0;
		uint64_t cells = 0;
		if (!f)
			continue;
		const double start = now();
		for (size_t i = next(b, 0); i < b->n; i = next(b, i + 1)) {
			const struct pair *p = &b->pairs[i];
			parasail_result_t *r =
				f((const char *)p->a->s, (int)p->a->n, (const char *)p->b->s,
				  (int)p->b->n, aa ? 11 : 5, aa ? 1 : 2, matrix);
			same += parasail_result_get_score(r) == p->score;
			cells += p->a->n * p->b->n;
			parasail_result_free(r);
		}
		snprintf(who, sizeof who, "parasail-%s", functions[k]);
		tell(b, who, now() - start, cells, same);
	}
	parasail_matrix_free(dna);
}
#endif

#ifdef TL_EDLIB
/* The member inside the other with its path (HW), and the distance from end to end alone (NW). */
static void bench_edlib(const struct bench *b)
{
	for (int path = 0; path < 2; path++) {
		const EdlibAlignConfig config = edlibNewAlignConfig(
			-1, path ? EDLIB_MODE_HW : EDLIB_MODE_NW,
			path ? EDLIB_TASK_PATH : EDLIB_TASK_DISTANCE, NULL, 0);
		const double start = now();
		for (size_t i = next(b, 0); i < b->n; i = next(b, i + 1)) {
			const struct pair *p = &b->pairs[i];
			edlibFreeAlignResult(edlibAlign((const char *)p->a->s, (int)p->a->n,
							(const char *)p->b->s, (int)p->b->n,
							config));
		}
		tell(b, path ? "edlib-HW-path" : "edlib-NW-distance", now() - start, 0, 0);
	}
}
#endif

#ifdef TL_WFA2
/* Affine gaps; match 0, mismatch 4, open 6, extend 2: the library's own choice. */
static void bench_wfa2(const struct bench *b)
{
	for (int path = 0; path < 2; path++) {
		wavefront_aligner_attr_t attr = wavefront_aligner_attr_default;
		attr.distance_metric = gap_affine;
		attr.alignment_scope = path ? compute_alignment : compute_score;
		wavefront_aligner_t *wf = wavefront_aligner_new(&attr);
		const double start = now();
		for (size_t i = next(b, 0); i < b->n; i = next(b, i + 1)) {
			const struct pair *p = &b->pairs[i];
			wavefront_align(wf, (const char *)p->a->s, (int)p->a->n,
					(const char *)p->b->s, (int)p->b->n);
		}
		tell(b, path ? "wfa2-affine-path" : "wfa2-affine-score", now() - start, 0, 0);
		wavefront_aligner_delete(wf);
	}
}
#endif

static void bench_range(struct bench *b, double from, double to)
{
	b->from = from;
	b->to = to;
	for (int isa = TL_CPU_SCALAR; isa <= (int)tl_cpu_best(); isa++) {
		bench_ours(b, (enum tl_cpu_isa)isa, false);
		if (isa > TL_CPU_SCALAR)
			bench_ours(b, (enum tl_cpu_isa)isa, true);
	}
#ifdef TL_PARASAIL
	bench_parasail(b);
#endif
#ifdef TL_EDLIB
	bench_edlib(b);
#endif
#ifdef TL_WFA2
	bench_wfa2(b);
#endif
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	if (argc == 1)
		return 0; /* nothing to align: make bench has no hits at hand */
	if (argc < 4 || (strcmp(argv[1], "aa") && strcmp(argv[1], "nt"))) {
		fprintf(stderr, "usage: bench_align_peers aa|nt FILE.fa HITS.m8 [PAIRS]\n");
		return 64;
	}
	b.alphabet = strcmp(argv[1], "aa") ? TL_NUCLEOTIDE : TL_PROTEIN;
	load(&b, argv[2]);
	load_hits(&b, argv[3], argc > 4 ? strtoull(argv[4], NULL, 10) : 20000);
	puts("who\tfrom\tto\tpairs\tpairs_s\tgcups_matrix\tgcups_computed\tsame_score");
	bench_range(&b, 0, 101);
	bench_range(&b, 90, 99);
	bench_range(&b, 99, 101);
	for (size_t i = 0; i < b.n_seqs; i++) {
		free(b.seqs[i].name);
		free(b.seqs[i].s);
	}
	free(b.seqs);
	free(b.pairs);
	return 0;
}
