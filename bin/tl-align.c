/* SPDX-License-Identifier: MIT */
/* tl-align: find sequences that are alike, align them, and add the alignments to the stream. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <tl/bank.h>
#include <tl/compare.h>
#include <tl/hash.h>
#include <tl/hitlist.h>
#include <tl/io.h>
#include <tl/mem.h>
#include <tl/seeds.h>
#include <tl/tool.h>

#define WIDEST 1000000000000 /* more diagonals than two sequences have */

struct opts {
	struct tl_tool_common common;
	int64_t identity, coverage, max_cells, seed;
	int sensitivity, cov_mode, overhang, format, strand;
	const char *matrix;
	struct tl_opt_pair gap, score, band;
};

static const struct tl_opt options[] = {
	{"identity", 'i', TL_OPT_SHARE, offsetof(struct opts, identity), "0:1", "0.9", "SHARE",
	 "Criterion",
	 "Least identity: identical columns by all columns of the local alignment."},
	{"coverage", 'c', TL_OPT_SHARE, offsetof(struct opts, coverage), "0:1", "0.8", "SHARE",
	 "Criterion",
	 "Least coverage: residues between the ends of the local alignment by the length."},
	{"cov-mode", 0, TL_OPT_WORD, offsetof(struct opts, cov_mode), "member|both", "member", "WHO",
	 "Criterion", "Whose coverage counts: the member's, or that of both records."},
	{"overhang", 0, TL_OPT_WORD, offsetof(struct opts, overhang), "count|ignore", "count", "HOW",
	 "Criterion",
	 "Where an alignment begins with the first residue of one record but inside the other, "
	 "`count` takes the residues of the other before it as columns, as parasail's CIGAR does; "
	 "`ignore` does not."},
	{"max-align-cells", 0, TL_OPT_INT, offsetof(struct opts, max_cells), "1M:", "4G", "N",
	 "Criterion",
	 "A pair whose alignment needs more than `N` cells is not aligned; its records then become "
	 "references, unless other pairs serve them, and are counted."},
	{"matrix", 0, TL_OPT_TEXT, offsetof(struct opts, matrix), NULL, "BLOSUM62", "NAME|FILE",
	 "Criterion",
	 "Scores of amino acids: BLOSUM45, BLOSUM50, BLOSUM62, BLOSUM80, BLOSUM90, PAM30, PAM70, "
	 "PAM250, or a file in NCBI's format."},
	{"gap", 0, TL_OPT_COUPLE, offsetof(struct opts, gap), NULL, NULL, "OPEN:EXTEND", "Criterion",
	 "A gap of n residues costs `OPEN` + (n - 1) `EXTEND`; without it 11:1, between nucleotides "
	 "5:2. BLAST's existence is `OPEN` - `EXTEND`."},
	{"score", 0, TL_OPT_COUPLE, offsetof(struct opts, score), NULL, "2:3", "MATCH:MISMATCH",
	 "Criterion", "What equal nucleotides score, and what different ones cost."},
	{"strand", 0, TL_OPT_WORD, offsetof(struct opts, strand), "both|plus|minus", "both", "WHICH",
	 "Criterion",
	 "Align nucleotides only with records on the same strand (`plus`) or on the other."},
	{"band", 0, TL_OPT_COUPLE, offsetof(struct opts, band), NULL, "0:0", "MIN:MAX", "Criterion",
	 "The first band of a pair has at least `MIN` diagonals; none has more than `MAX`. 0 leaves "
	 "that to tl-align."},
	{"sensitivity", 's', TL_OPT_WORD, offsetof(struct opts, sensitivity),
	 "fast|default|sensitive", "default", "HOW", "Candidates",
	 "How much is done to find pairs: `sensitive` takes four times as many k-mers and more pairs "
	 "of each record, `fast` fewer."},
	{"seed", 0, TL_OPT_INT, offsetof(struct opts, seed), "1:", "1", "N", "Candidates",
	 "Which k-mers are taken: another `N` gives others, so that a second round finds what a first "
	 "one left alone."},
	{"format", 0, TL_OPT_WORD, offsetof(struct opts, format), "stream|paf|m8|sam", "stream", "FORM",
	 "Output", "Write the records and edges as a stream, or only the alignments, as text: PAF, the "
	 "table of BLAST's outfmt 6, or SAM."},
	TL_TOOL_STREAM_OPTS(struct opts, common),
	TL_TOOL_MEMORY_OPTS(struct opts, common),
	TL_TOOL_OPTS(struct opts, common),
};

static const char *const usage[] = {"[options] [STREAM ...] > STREAM", NULL};

static const struct tl_opt_tool tool = {
	.name = "tl-align", .what = "add verified alignments to a record stream",
	.usage = usage, .memory = "O(records), residues and seeds up to -M",
	.pipe_part = 3, .disk_percent = 500, .opts = options,
	.n = sizeof options / sizeof options[0], .operands = true,
};

struct aligner {
	const struct opts *opts;
	const struct tl_tool_run *run;
	struct tl_reader *reader;
	struct tl_writer *writer;  /* or list: */
	struct tl_hitlist *list;   /* of a text */
	enum tl_alphabet alphabet; /* of the bank in hand */
	struct tl_bank bank[2];    /* by alphabet */
	struct tl_score score[2];  /* by alphabet */
	char matrix[40];           /* what prov calls the matrix: its name, or what is in the file */
	struct tl_edges edges;  /* of a block under construction */
};

/* Keeps an entry that stands whole. */
static enum tl_status take_record(struct aligner *a, const struct tl_batch *b, size_t i,
				  struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (a->list && !(b->flags[i] & TL_REC_IN)) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		st = tl_hitlist_name(a->list, b->alphabet, e.ordinal, e.head, err);
	}
	return st == TL_OK ? tl_bank_add(&a->bank[b->alphabet], b->ordinal[i],
					 tl_col_get(&b->resi, i), b->flags[i] & TL_REC_OUT, err)
			   : st;
}

/* Keeps the sequences of a SEQS block; every block but edges of a former round goes on as it is. */
static enum tl_status take_item(struct aligner *a, struct tl_item *item, struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	uint64_t starts = 0, residues = 0, last = b->n ? b->ordinal[b->n - 1] : item->first;
	enum tl_status st = TL_OK;
	if (item->block.head.type == TL_BLOCK_FILE && a->list)
		return TL_OK;
	if (item->block.head.type == TL_BLOCK_FILE)
		return tl_writer_put_file(a->writer, &item->file, err);
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		starts += !(b->flags[i] & TL_REC_IN);
		residues += b->length[i];
		if (b->kind == TL_KIND_SEQ && item->block.head.type == TL_BLOCK_SEQS)
			st = take_record(a, b, i, err);
	}
	return st == TL_OK && a->writer ? tl_writer_forward(a->writer, item, last, starts, residues, err) : st;
}

static enum tl_status take_all(struct aligner *a, struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st;
	while ((st = tl_reader_next(a->reader, &item, err)) == TL_OK && item) {
		st = take_item(a, item, err);
		tl_reader_recycle(a->reader, item);
		if (st != TL_OK)
			return st;
	}
	return st;
}

static enum tl_status emit(void *ctx, struct tl_edges *edges, struct tl_err *err)
{
	struct aligner *a = ctx;
	enum tl_status st = TL_OK;
	if (a->list)
		return tl_hitlist_put(a->list, a->alphabet, edges, err);
	for (size_t i = 0; i < edges->n && st == TL_OK; i++) {
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		st = tl_edge_add(&a->edges, &e, err);
	}
	if (st == TL_OK && tl_edge_bytes(&a->edges) >= 1u << 20)
		st = tl_writer_put_edges(a->writer, &a->edges, err);
	return st;
}

static void report(const struct aligner *a, const struct tl_seeds *seeds,
		   const struct tl_compare_sum *sum, const uint8_t *large, size_t n)
{
	unsigned long long records = 0;
	struct tl_seeds_sum found;
	tl_seeds_sum(seeds, &found);
	for (size_t i = 0; i < n; i++)
		records += large[i];
	tl_tool_tell(a->run, "%zu sequences, %llu seeds, %llu pairs, %llu screened, %llu widened, %llu cells, %llu edges",
		     n, (unsigned long long)found.seeds, (unsigned long long)sum->pairs,
		     (unsigned long long)sum->screened, (unsigned long long)sum->widened,
		     (unsigned long long)sum->cells, (unsigned long long)sum->edges);
	if (sum->unproven)
		tl_tool_tell(a->run, "%llu alignments are best in their band, not proven best of all",
			     (unsigned long long)sum->unproven);
	if (sum->too_large)
		tl_tool_say(a->run, "%llu pairs of %llu records need more than --max-align-cells "
				    "and were not aligned",
			    (unsigned long long)sum->too_large, records);
}

/* Takes the matrix out of a file. */
static enum tl_status read_matrix(struct aligner *a, struct tl_err *err)
{
	const char *path = a->opts->matrix;
	uint8_t text[1 << 16];
	size_t n = 0, got = 1;
	int fd;
	enum tl_status st = tl_io_open(path, &fd, err);
	if (st != TL_OK)
		return st;
	while (st == TL_OK && got && n < sizeof text) {
		st = tl_io_read(fd, text + n, sizeof text - n, &got, err);
		n += got;
	}
	tl_io_close(fd);
	if (st == TL_OK && n == sizeof text)
		return tl_err_set(err, TL_DATA, "%s: no matrix has 64 KiB", path);
	if (st == TL_OK)
		st = tl_score_read(&a->score[TL_PROTEIN], path, (struct tl_str){text, n}, err);
	snprintf(a->matrix, sizeof a->matrix, "FILE-%016llx", (unsigned long long)tl_hash_64(text, n));
	return st;
}

/* The scores that the options ask for. */
static enum tl_status choose_scores(struct aligner *a, struct tl_err *err)
{
	const struct opts *o = a->opts;
	enum tl_status st = TL_OK;
	a->score[TL_PROTEIN] = *tl_score_of(TL_PROTEIN);
	a->score[TL_NUCLEOTIDE] = *tl_score_of(TL_NUCLEOTIDE);
	if (tl_score_name(&a->score[TL_PROTEIN], o->matrix)) {
		snprintf(a->matrix, sizeof a->matrix, "%s", o->matrix);
		for (char *p = a->matrix; *p; p++)
			*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	} else {
		st = read_matrix(a, err);
	}
	if (st == TL_OK)
		st = tl_score_match(&a->score[TL_NUCLEOTIDE], o->score.first, o->score.second, err);
	for (int i = 0; i < 2 && st == TL_OK; i++) {
		if (o->gap.first || o->gap.second)
			st = tl_score_gap(&a->score[i], o->gap.first, o->gap.second, err);
		if (st == TL_OK)
			st = tl_score_finish(&a->score[i], err);
	}
	if (st == TL_OK && (o->band.first > WIDEST || o->band.second > WIDEST))
		return tl_err_set(err, TL_USAGE, "--band: no band has more than 10^12 diagonals");
	if (st == TL_OK && o->band.second && o->band.second < (uint64_t)o->band.first)
		st = tl_err_set(err, TL_USAGE, "--band: MAX is less than MIN");
	return st;
}

static enum tl_status align_bank(struct aligner *a, enum tl_alphabet alphabet, struct tl_err *err)
{
	const struct tl_bank *bank = &a->bank[alphabet];
	struct tl_sketch_params sketch = tl_sketch_choose(alphabet, a->opts->identity);
	sketch.seed = (uint64_t)a->opts->seed - 1;
	tl_sketch_tune(&sketch, (enum tl_sketch_effort)a->opts->sensitivity);
	struct tl_compare_params params = {
		.alphabet = alphabet,
		.criterion = {a->opts->identity, a->opts->coverage, a->opts->cov_mode == 1,
			      a->opts->overhang == 0},
		.max_cells = (uint64_t)a->opts->max_cells,
		.opt_score = &a->score[alphabet],
		.strand = alphabet == TL_NUCLEOTIDE ? (enum tl_compare_strand)a->opts->strand
						    : TL_COMPARE_BOTH,
		.least_width = (uint64_t)a->opts->band.first,
		.most_width = a->opts->band.second};
	struct tl_compare_sum sum;
	struct tl_seeds *seeds;
	a->alphabet = alphabet;
	enum tl_status st = tl_seeds_find(a->run->pool, a->run->budget, bank, &sketch, &seeds, err);
	if (st != TL_OK)
		return st;
	struct tl_pair_source source = {tl_seeds_next, seeds};
	uint8_t *large = tl_mem_zalloc(bank->n, 1, err);
	st = large ? tl_compare_pairs(a->run->pool, bank, &source, &params, large, emit, a, &sum,
				      err)
		   : TL_NOMEM;
	if (st == TL_OK && a->edges.n)
		st = tl_writer_put_edges(a->writer, &a->edges, err);
	if (st == TL_OK && bank->n)
		report(a, seeds, &sum, large, bank->n);
	free(large);
	tl_seeds_free(seeds);
	return st;
}

static enum tl_status align_all(struct aligner *a, struct tl_err *err)
{
	struct tl_reader_totals totals;
	enum tl_status st = take_all(a, err);
	tl_reader_totals_get(a->reader, &totals);
	tl_reader_close(a->reader); /* what it holds is worth having from here on */
	a->reader = NULL;
	if (st == TL_OK && a->list)
		st = tl_hitlist_begin(a->list, a->bank, err);
	if (st == TL_OK)
		st = align_bank(a, TL_PROTEIN, err);
	if (st == TL_OK)
		st = align_bank(a, TL_NUCLEOTIDE, err);
	if (st != TL_OK || a->list)
		return st;
	struct opts said = *a->opts;
	said.matrix = a->matrix;
	if (st == TL_OK)
		st = tl_tool_prov(a->run, &said, "Criterion|Candidates", a->writer, err);
	return st == TL_OK ? tl_writer_end(a->writer, totals.next, err) : st;
}

static enum tl_status work(const void *fields, const struct tl_tool_run *run, struct tl_err *err)
{
	const struct opts *opts = fields;
	struct tl_reader_opts ropts = {.raw_edge = true, .uniform = true};
	struct aligner a = {.opts = opts, .run = run};
	struct tl_out *out = NULL;
	for (int i = 0; i < 2; i++) {
		a.bank[i].budget = run->budget;
		a.bank[i].share = tl_budget_share(run->budget, 1, 4, TL_STORE_CHUNK);
	}
	enum tl_status st = choose_scores(&a, err);
	if (st == TL_OK)
		st = tl_tool_output(run, opts->format == TL_HITS_NONE, &out, err);
	if (st == TL_OK)
		st = tl_tool_reader(run, &ropts, &a.reader, err);
	if (st == TL_OK && opts->format != TL_HITS_NONE)
		st = tl_hitlist_new((enum tl_hits_format)opts->format, a.score, out, &a.list, err);
	else if (st == TL_OK)
		st = tl_tool_writer(run, out, tl_reader_flags(a.reader),
				    tl_reader_flags(a.reader) & TL_STREAM_REDUCED, &a.writer, err);
	if (st == TL_OK)
		st = align_all(&a, err);
	tl_writer_free(a.writer);
	tl_hitlist_free(a.list);
	tl_reader_close(a.reader);
	tl_edge_free(&a.edges);
	tl_bank_free(&a.bank[0]);
	tl_bank_free(&a.bank[1]);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
