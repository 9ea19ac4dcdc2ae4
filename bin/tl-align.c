/* SPDX-License-Identifier: MIT */
/* tl-align: find sequences that are alike, align them, and add the alignments to the stream. */
#include "aligner.h"

#include <stddef.h>
#include <stdlib.h>

#include <tl/reassign.h>

#define WIDEST 1000000000000 /* more diagonals than two sequences have */

static const struct tl_opt options[] = {
	{"target", 0, TL_OPT_WORD, offsetof(struct align_opts, target),
	 "any|diamond|blast|mmseqs2|lambda|kraken", "any", "NAME", "Criterion",
	 "What is to search the references. It sets other options, unless they are given: `diamond` and "
	 "`lambda` the gap of BLAST (12:1), `kraken` identity 0.99 and coverage 0.95 of both."},
	{"identity", 'i', TL_OPT_SHARE, offsetof(struct align_opts, identity), "0:1", "0.9", "SHARE",
	 "Criterion",
	 "Least identity: identical columns by all columns of the local alignment."},
	{"coverage", 'c', TL_OPT_SHARE, offsetof(struct align_opts, coverage), "0:1", "0.8", "SHARE",
	 "Criterion",
	 "Least coverage: residues between the ends of the local alignment by the length."},
	{"cov-mode", 0, TL_OPT_WORD, offsetof(struct align_opts, cov_mode), "member|both", "member", "WHO",
	 "Criterion", "Whose coverage counts: the member's, or that of both records."},
	{"overhang", 0, TL_OPT_WORD, offsetof(struct align_opts, overhang), "count|ignore", "count", "HOW",
	 "Criterion",
	 "Where an alignment begins with the first residue of one record but inside the other, "
	 "`count` takes the residues of the other before it as columns, as parasail's CIGAR does; "
	 "`ignore` does not."},
	{"max-align-cells", 0, TL_OPT_INT, offsetof(struct align_opts, max_cells), "1M:", "4G", "N",
	 "Criterion",
	 "A pair whose alignment needs more than `N` cells is not aligned; its records then become "
	 "references, unless other pairs serve them, and are counted."},
	{"matrix", 0, TL_OPT_TEXT, offsetof(struct align_opts, matrix), NULL, "BLOSUM62", "NAME|FILE",
	 "Criterion",
	 "Scores of amino acids: BLOSUM45, BLOSUM50, BLOSUM62, BLOSUM80, BLOSUM90, PAM30, PAM70, "
	 "PAM250, or a file in NCBI's format."},
	{"gap", 0, TL_OPT_COUPLE, offsetof(struct align_opts, gap), NULL, NULL, "OPEN:EXTEND", "Criterion",
	 "A gap of n residues costs `OPEN` + (n - 1) `EXTEND`; without it 11:1, between nucleotides "
	 "5:2. BLAST's existence is `OPEN` - `EXTEND`."},
	{"score", 0, TL_OPT_COUPLE, offsetof(struct align_opts, score), NULL, "2:3", "MATCH:MISMATCH",
	 "Criterion", "What equal nucleotides score, and what different ones cost."},
	{"strand", 0, TL_OPT_WORD, offsetof(struct align_opts, strand), "both|plus|minus", "both", "WHICH",
	 "Criterion",
	 "Align nucleotides only with records on the same strand (`plus`) or on the other."},
	{"approx", 0, TL_OPT_FLAG, offsetof(struct align_opts, approx), NULL, NULL, NULL, "Criterion",
	 "Take the first alignment of a pair that meets the criterion, along a diagonal that its k-mers "
	 "share or in the first band, without proof that it is the best; see APPROXIMATION."},
	{"band", 0, TL_OPT_COUPLE, offsetof(struct align_opts, band), NULL, "0:0", "MIN:MAX", "Criterion",
	 "The first band of a pair has at least `MIN` diagonals; none has more than `MAX`. 0 leaves "
	 "that to tl-align."},
	{"sensitivity", 's', TL_OPT_WORD, offsetof(struct align_opts, sensitivity),
	 "fast|default|sensitive", "default", "HOW", "Candidates",
	 "How much is done to find pairs: `sensitive` takes five times as many k-mers and more pairs "
	 "of each record, and aligns them in wider bands, `fast` fewer."},
	{"seed", 0, TL_OPT_INT, offsetof(struct align_opts, seed), "1:", "1", "N", "Candidates",
	 "Which k-mers are taken: another `N` gives others, so that a second round finds what a first "
	 "one left alone."},
	{"base", 0, TL_OPT_PATH, offsetof(struct align_opts, base), NULL, NULL, "OLD", "Candidates",
	 "Update: align only what is new since the archive `OLD`, to its references and to itself; "
	 "for tl-reduce `--base` `OLD`."},
	{"cache", 0, TL_OPT_PATH, offsetof(struct align_opts, cache), NULL, NULL, "FILE", "Cache",
	 "Keep alignments in `FILE` for later runs, which align only what is new. It is made where it "
	 "is not there. It changes the time, never the bytes."},
	{"cache-size", 0, TL_OPT_SIZE, offsetof(struct align_opts, cache_size), "1M:", "1G", "SIZE",
	 "Cache", "What `--cache` holds at most."},
	{"cache-evict", 0, TL_OPT_WORD, offsetof(struct align_opts, cache_evict), "lru|lfu|fifo", "lru",
	 "WHICH", "Cache", "What goes first when it is full: what no run has used for longest, what the "
	 "fewest runs have used, or what came first."},
	{"candidates", 0, TL_OPT_FLAG, offsetof(struct align_opts, candidates), NULL, NULL, NULL, "Partitions",
	 "Align nothing: write a stream of candidate pairs, for `--from`."},
	{"part", 0, TL_OPT_PART, offsetof(struct align_opts, part), NULL, NULL, "I/P", "Partitions",
	 "Of `P` parts only the `I`-th: with `--candidates` of the k-mers, with `--from` of the "
	 "members, and then the edges are written without the records, for `tl-reduce --edges`."},
	{"from", 0, TL_OPT_PATH, offsetof(struct align_opts, from), NULL, NULL, "FILE ...", "Partitions",
	 "Align the candidate pairs in these streams, all parts of them, instead of looking for some. "
	 "Of the files named the last one has the records."},
	{"reassign", 0, TL_OPT_FLAG, offsetof(struct align_opts, reassign), NULL, NULL, NULL, "Rounds",
	 "Look for no pairs: in an archive of several rounds align each member that hangs on another "
	 "member to the reference at its chain's end, and where that meets the criterion make it a "
	 "delta of that."},
	{"format", 0, TL_OPT_WORD, offsetof(struct align_opts, format), "stream|paf|m8|sam", "stream", "FORM",
	 "Output", "Write the records and edges as a stream, or only the alignments, as text: PAF, the "
	 "table of BLAST's outfmt 6, or SAM."},
	TL_TOOL_STREAM_OPTS(struct align_opts, common),
	TL_TOOL_MEMORY_OPTS(struct align_opts, common),
	TL_TOOL_OPTS(struct align_opts, common),
};

static const char *const usage[] = {
	"[options] [STREAM ...] > STREAM",
	"--candidates [--part I/P] [options] [STREAM ...] > PART",
	"--from PART ... [--part I/P] [options] STREAM > STREAM",
	NULL,
};

static const struct tl_opt_tool tool = {
	.name = "tl-align", .what = "add verified alignments to a record stream",
	.usage = usage, .memory = "O(records), residues and seeds up to -M",
	.pipe_part = 3, .disk_percent = 500, .opts = options, .preset = align_target_preset,
	.n = sizeof options / sizeof options[0], .operands = true,
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
	if (st == TL_OK && a->opts->base)
		st = align_base_put(&a->base, a->run, b, i, a->bank[b->alphabet].n, err);
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
	const bool passed = a->writer && !a->bare;
	if (item->block.head.type == TL_BLOCK_FILE && !passed)
		return TL_OK;
	if (item->block.head.type == TL_BLOCK_FILE)
		return tl_writer_put_file(a->writer, &item->file, err);
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		starts += !(b->flags[i] & TL_REC_IN);
		residues += b->length[i];
		if (b->kind == TL_KIND_SEQ && item->block.head.type == TL_BLOCK_SEQS)
			st = take_record(a, b, i, err);
	}
	return st == TL_OK && passed ? tl_writer_forward(a->writer, item, last, starts, residues, err) : st;
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

/* Members of members become members of references. */
static enum tl_status reassign_all(struct aligner *a, struct tl_err *err)
{
	const struct tl_compare_params params[2] = {align_params(a, TL_PROTEIN),
						    align_params(a, TL_NUCLEOTIDE)};
	struct tl_reassign *r;
	struct tl_reassign_sum sum;
	struct tl_item *item;
	enum tl_status st = tl_reassign_new(a->run->pool, a->run->budget, params, a->writer, &r,
					    err);
	if (st != TL_OK)
		return st;
	while ((st = tl_reader_next(a->reader, &item, err)) == TL_OK && item) {
		st = tl_reassign_put(r, item, err);
		tl_reader_recycle(a->reader, item);
		if (st != TL_OK)
			break;
	}
	tl_reassign_sum(r, &sum);
	tl_reassign_free(r);
	if (st == TL_OK)
		tl_tool_say(a->run, "%llu of %llu members that hung on members are linked to their "
				    "references now", (unsigned long long)sum.direct,
			    (unsigned long long)(sum.deep + sum.pieces));
	return st;
}

static enum tl_status align_all(struct aligner *a, struct tl_err *err)
{
	struct tl_reader_totals totals;
	enum tl_status st = a->opts->reassign ? reassign_all(a, err) : take_all(a, err);
	tl_reader_totals_get(a->reader, &totals);
	tl_reader_close(a->reader); /* what it holds is worth having from here on */
	a->reader = NULL;
	if (st == TL_OK && a->opts->base)
		st = align_base_end(&a->base, a->run, totals.next, err);
	if (st == TL_OK && !a->opts->reassign)
		st = align_search(a, err);
	if (st != TL_OK || a->list)
		return st;
	struct align_opts said = *a->opts;
	said.matrix = a->scheme.matrix;
	st = tl_tool_prov(a->run, &said, "Criterion|Candidates|Rounds", a->writer, err);
	return st == TL_OK ? tl_writer_end(a->writer, totals.next, err) : st;
}

/* What options say each for itself but not together. */
static enum tl_status check_usage(const struct align_opts *o, struct tl_err *err)
{
	if (o->band.first > WIDEST || o->band.second > WIDEST)
		return tl_err_set(err, TL_USAGE, "--band: no band has more than 10^12 diagonals");
	if (o->band.second && o->band.second < (uint64_t)o->band.first)
		return tl_err_set(err, TL_USAGE, "--band: MAX is less than MIN");
	if (o->reassign && (o->candidates || o->from || o->format != TL_HITS_NONE))
		return tl_err_set(err, TL_USAGE, "--reassign goes with none of --candidates, --from and "
						 "--format");
	if (o->candidates && o->from)
		return tl_err_set(err, TL_USAGE, "--candidates writes what --from reads: one at a time");
	if (o->candidates && o->format != TL_HITS_NONE)
		return tl_err_set(err, TL_USAGE, "--candidates writes a stream, nothing to be had by "
						 "--format");
	if (o->base && o->reassign)
		return tl_err_set(err, TL_USAGE, "--base and --reassign: one at a time");
	if (o->base && o->from)
		return tl_err_set(err, TL_USAGE, "--base goes with --candidates, not with --from: what is to be aligned is known then");
	if (o->part.second && !o->candidates && !o->from)
		return tl_err_set(err, TL_USAGE, "--part goes with --candidates or --from");
	if (o->part.second > UINT32_MAX)
		return tl_err_set(err, TL_USAGE, "--part: there are less than 2^32 parts");
	return TL_OK;
}

static enum tl_status open_writer(struct aligner *a, struct tl_out *out, struct tl_err *err)
{
	const uint16_t flags = tl_reader_flags(a->reader);
	if (a->opts->reassign && !(flags & TL_STREAM_REDUCED))
		return tl_err_set(err, TL_DATA, "--reassign wants an archive, as tl-reduce writes it");
	a->bare = a->opts->candidates || (a->opts->from && a->opts->part.second);
	if (a->bare)
		return tl_tool_writer(a->run, out, 0, false, &a->writer, err);
	return tl_tool_writer(a->run, out, flags, flags & TL_STREAM_REDUCED, &a->writer, err);
}

static void close_all(struct aligner *a)
{
	tl_writer_free(a->writer);
	tl_hitlist_free(a->list);
	tl_reader_close(a->reader);
	align_base_close(&a->base, a->run);
	tl_edge_free(&a->edges);
	for (int i = 0; i < 2; i++) {
		tl_pairs_free(a->pairs[i]);
		tl_bank_free(&a->bank[i]);
	}
	free(a->parts);
}

static enum tl_status work(const void *fields, const struct tl_tool_run *whole, struct tl_err *err)
{
	const struct align_opts *opts = fields;
	const struct tl_reader_opts ropts = {.raw_edge = !opts->reassign, .uniform = true};
	const struct tl_scheme_wish wish = {opts->matrix, opts->score.first,
					    (int64_t)opts->score.second, opts->gap.first,
					    (int64_t)opts->gap.second};
	struct tl_tool_run run = *whole;
	struct aligner a = {.opts = opts, .run = &run};
	struct tl_out *out = NULL;
	for (int i = 0; i < 2; i++) {
		a.bank[i].budget = run.budget;
		a.bank[i].share = tl_budget_share(run.budget, 1, 4, TL_STORE_CHUNK);
	}
	enum tl_status st = check_usage(opts, err);
	if (st == TL_OK)
		st = tl_scheme_make(&wish, &a.scheme, err);
	if (st == TL_OK && opts->from)
		st = tl_tool_split(whole, "--from", opts->from, &a.parts, &a.n_parts, &run, err);
	if (st == TL_OK)
		st = tl_tool_output(&run, opts->format == TL_HITS_NONE, &out, err);
	if (st == TL_OK && opts->base)
		st = align_base_open(&a.base, opts->base, &run, err);
	if (st == TL_OK)
		st = tl_tool_reader(&run, &ropts, &a.reader, err);
	if (st == TL_OK && opts->base && tl_reader_flags(a.reader) & TL_STREAM_REDUCED)
		st = tl_err_set(err, TL_DATA, "--base takes sequences, not an archive (tl-reduce -x makes them)");
	if (st == TL_OK && opts->format != TL_HITS_NONE)
		st = tl_hitlist_new((enum tl_hits_format)opts->format, a.scheme.score,
				    run.budget, out, &a.list, err);
	else if (st == TL_OK)
		st = open_writer(&a, out, err);
	if (st == TL_OK)
		st = align_cache_open(&a, err);
	if (st == TL_OK)
		st = align_all(&a, err);
	close_all(&a);
	/* When the banks are gone, so that a child has little to inherit. */
	align_cache_close(&a, st == TL_OK);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct align_opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
