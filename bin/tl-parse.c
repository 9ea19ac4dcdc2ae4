/* SPDX-License-Identifier: MIT */
/* tl-parse: sequence text into a record stream, and any record stream into text again. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <tl/ingest.h>
#include <tl/press.h>
#include <tl/restore.h>
#include <tl/tool.h>

struct opts {
	struct tl_tool_common common;
	bool decode, refs, fasta, keep_names, upper, lower, names_only, strict;
	int alphabet;
	int64_t wrap, file, min_length, max_length, head;
	const char *filter, *taxonmap, *compress;
	struct tl_opt_pair sample, shard;
};

static const struct tl_opt options[] = {
	{"alphabet", 'a', TL_OPT_WORD, offsetof(struct opts, alphabet), "auto|protein|nucleotide",
	 "auto", "NAME", "Input",
	 "What the letters are. `auto` decides for each file: nucleotide where at least nine tenths "
	 "of its first residues are A, C, G, T, U or N and none lies outside the IUPAC nucleotide "
	 "codes. The alphabet matters to alignment and size, never to what comes back."},
	{"strict", 0, TL_OPT_FLAG, offsetof(struct opts, strict), NULL, NULL, NULL, "Input",
	 "Refuse sequences with a byte that is no residue of the file's alphabet. A protein has letters "
	 "and `*`; a nucleotide sequence has A, C, G, T, U and the IUPAC codes N, R, Y, S, W, K, M, B, "
	 "D, H, V; both in either case. Digits, `-`, `.` and blanks within a line are refused. "
	 "Without this any byte is carried."},
	{"keep-names", 0, TL_OPT_FLAG, offsetof(struct opts, keep_names), NULL, NULL, NULL, "Input",
	 "Keep the names of the input files in the stream."},
	{"taxonmap", 0, TL_OPT_PATH, offsetof(struct opts, taxonmap), NULL, NULL, "FILE", "Input",
	 "Taxonomy ids by name, for headers that do not say them: lines of a first word or accession, "
	 "a tab and an id; or NCBI's accession2taxid; or names.dmp, for `[Organism name]`. It may be "
	 "compressed. The stream carries an id only where the header says another or none."},
	{"filter", 'f', TL_OPT_TEXT, offsetof(struct opts, filter), NULL, NULL, "EXPR", "Filter",
	 "Keep the records of which the expression is true, such as `length >= 100 && id =~ \"^sp\"`; "
	 "see tl-filter(7). With `--verbose` its op-codes are shown."},
	{"min-length", 0, TL_OPT_INT, offsetof(struct opts, min_length), "0:", "0", "N", "Filter",
	 "Keep the records of at least `N` residues (letters and `*`)."},
	{"max-length", 0, TL_OPT_INT, offsetof(struct opts, max_length), "-1:", "-1", "N", "Filter",
	 "Keep the records of at most `N` residues; -1 means no limit."},
	{"head", 0, TL_OPT_INT, offsetof(struct opts, head), "0:", "0", "N", "Filter",
	 "Keep the first `N` records of those that the other options keep, and read no further; 0 "
	 "means all."},
	{"sample", 0, TL_OPT_SAMPLE, offsetof(struct opts, sample), NULL, "1", "P[:SEED]", "Filter",
	 "Keep about this share of the records, from 0 to 1, chosen at random: by ordinal and "
	 "`SEED` (1) alone, so the same ones each time."},
	{"shard", 0, TL_OPT_PART, offsetof(struct opts, shard), NULL, "1/1", "I/N", "Filter",
	 "Keep shard `I` of `N`: the records whose ordinal is I-1 modulo N, so that each record is in "
	 "one of `N` jobs. With `--decode` too."},
	{"decode", 'd', TL_OPT_FLAG, offsetof(struct opts, decode), NULL, NULL, NULL, "Decoding",
	 "Turn a stream back into the text that it came from, byte for byte. Each file is compared "
	 "with its length and hash."},
	{"refs", 'r', TL_OPT_FLAG, offsetof(struct opts, refs), NULL, NULL, NULL, "Decoding",
	 "With `--decode`: write references only, each in its own layout, as FASTA."},
	{"fasta", 0, TL_OPT_FLAG, offsetof(struct opts, fasta), NULL, NULL, NULL, "Decoding",
	 "With `--decode`: write FASTQ records as FASTA, without their qualities."},
	{"wrap", 'w', TL_OPT_INT, offsetof(struct opts, wrap), "-1:", "-1", "N", "Decoding",
	 "With `--decode`: lay sequences and qualities out anew, in lines of `N` characters that end in a line "
	 "feed; 0 means one line a sequence, -1 as they were."},
	{"upper", 0, TL_OPT_FLAG, offsetof(struct opts, upper), NULL, NULL, NULL, "Decoding",
	 "With `--decode`: write residues in upper case."},
	{"lower", 0, TL_OPT_FLAG, offsetof(struct opts, lower), NULL, NULL, NULL, "Decoding",
	 "With `--decode`: write residues in lower case."},
	{"names-only", 0, TL_OPT_FLAG, offsetof(struct opts, names_only), NULL, NULL, NULL,
	 "Decoding",
	 "With `--decode`: write the headers only, whole, without their `>` or `@`, one a line."},
	{"file", 0, TL_OPT_INT, offsetof(struct opts, file), "1:", NULL, "N", "Decoding",
	 "With `--decode`: give back only the `N`th of the files that went into the stream, counted "
	 "from 1 over all streams read."},
	{"compress", 0, TL_OPT_TEXT, offsetof(struct opts, compress), NULL, NULL, "FORMAT[:LEVEL]",
	 "Decoding",
	 "With `--decode`: compress the text: `gz` (one member of gzip, `LEVEL` 1 to 9, else 6), "
	 "`bgzf` (as bgzip, 1 to 12, else 6) or `zstd` (1 to 19, else 3), on all threads."},
	TL_TOOL_STREAM_OPTS(struct opts, common),
	TL_TOOL_MEMORY_OPTS(struct opts, common),
	TL_TOOL_OPTS(struct opts, common),
};

static const char *const usage[] = {
	"[options] [FILE ...] > STREAM",
	"-d [options] [STREAM ...] > FILE",
	NULL,
};

static const struct tl_opt_tool tool = {
	.name = "tl-parse", .what = "turn FASTA or FASTQ into a record stream, and any stream into text",
	.usage = usage, .memory = "O(block); with -d O(bases)", .pipe_part = 1, .disk_percent = 300, .opts = options,
	.n = sizeof options / sizeof options[0], .operands = true,
};

/* One file, and a word where a part of it is in no record. */
static enum tl_status encode_file(const struct tl_tool_run *run, struct tl_ingest *in,
				  const char *path, struct tl_err *err)
{
	enum tl_status st = tl_ingest_file(in, path, err);
	if (st == TL_OK && tl_ingest_stray(in))
		tl_tool_say(run, "%s: %llu bytes in front of the first record are kept, but are no record",
			    strcmp(path, "-") ? path : "standard input",
			    (unsigned long long)tl_ingest_stray(in));
	return st;
}

static enum tl_status encode_files(const struct tl_tool_run *run, struct tl_ingest *in,
				   struct tl_writer *w, struct tl_err *err)
{
	enum tl_status st = run->n ? TL_OK : encode_file(run, in, "-", err);
	for (size_t i = 0; i < run->n && st == TL_OK; i++)
		st = encode_file(run, in, run->operands[i], err);
	if (st == TL_OK)
		st = tl_writer_end(w, tl_ingest_records(in), err);
	if (st == TL_OK)
		tl_tool_tell(run, "%llu records, %llu bytes of text",
			     (unsigned long long)tl_ingest_records(in),
			     (unsigned long long)tl_ingest_bytes(in));
	return st;
}

/* Each line of a list, which ends with a line feed, as a message of its own. */
static void tell_lines(const struct tl_tool_run *run, const struct tl_buf *list)
{
	const char *line = (const char *)list->data, *end = line + list->len;
	for (const char *next; line < end; line = next + 1) {
		next = memchr(line, '\n', (size_t)(end - line));
		tl_tool_tell(run, "filter: %.*s", (int)(next - line), line);
	}
}

/* The filter, and with -v what became of it. */
static enum tl_status compile(const struct tl_tool_run *run, const char *text, struct tl_expr **ret,
			      struct tl_err *err)
{
	struct tl_buf list = {0};
	enum tl_status st = tl_expr_compile(text, ret, err);
	if (st == TL_OK)
		st = tl_expr_list(*ret, &list, err);
	if (st == TL_OK)
		tell_lines(run, &list);
	tl_buf_free(&list);
	return st;
}

/* Is any record to be left out?  And how. */
static bool sieve_opts(const struct opts *opts, struct tl_sieve_opts *ret)
{
	*ret = TL_SIEVE_ALL;
	ret->min = (uint64_t)opts->min_length;
	if (opts->max_length >= 0)
		ret->max = (uint64_t)opts->max_length;
	if (opts->head)
		ret->head = (uint64_t)opts->head;
	ret->share = (uint64_t)opts->sample.first;
	ret->seed = opts->sample.second;
	ret->shard = (uint64_t)opts->shard.first;
	ret->shards = opts->shard.second;
	return opts->filter || ret->min || opts->max_length >= 0 || opts->head ||
	       ret->share < TL_SIEVE_WHOLE || ret->shards > 1;
}

static enum tl_status load_map(const struct tl_tool_run *run, const char *path,
			       struct tl_taxonmap **ret, struct tl_err *err)
{
	enum tl_status st = tl_tool_check_input(run, "--taxonmap", path, err);
	if (st == TL_OK)
		st = tl_taxonmap_load(path, run->pool, ret, err);
	if (st == TL_OK)
		tl_tool_tell(run, "--taxonmap: %llu names",
			     (unsigned long long)tl_taxonmap_names(*ret));
	return st;
}

static enum tl_status encode_all(const struct opts *opts, const struct tl_tool_run *run,
				 const struct tl_taxonmap *opt_map, struct tl_sieve *opt_sieve,
				 struct tl_writer *w, struct tl_err *err)
{
	struct tl_ingest_opts iopts = {.window = run->common->level ? TL_INGEST_WINDOW_LONG : 0,
				       .alphabet = opts->alphabet - 1,
				       .strict = opts->strict,
				       .keep_names = opts->keep_names,
				       .pool = run->pool,
				       .taxonmap = opt_map,
				       .sieve = opt_sieve};
	struct tl_ingest *in = NULL;
	struct tl_sieve_sum sum;
	enum tl_status st = tl_tool_prov(run, opts, "Input|Filter", w, err);
	if (st == TL_OK)
		st = tl_ingest_new(w, &iopts, &in, err);
	if (st == TL_OK)
		st = encode_files(run, in, w, err);
	if (st == TL_OK && opt_sieve) {
		tl_sieve_sum(opt_sieve, &sum);
		tl_tool_say(run, "%llu of %llu records dropped", (unsigned long long)sum.dropped,
			    (unsigned long long)(sum.kept + sum.dropped));
	}
	tl_writer_free(w);
	tl_ingest_free(in);
	return st;
}

static enum tl_status encode(const struct opts *opts, const struct tl_tool_run *run,
			     struct tl_out *out, struct tl_err *err)
{
	struct tl_sieve_opts sopts;
	struct tl_expr *expr = NULL;
	struct tl_sieve *sieve = NULL;
	struct tl_taxonmap *map = NULL;
	struct tl_writer *w = NULL;
	bool sifts = sieve_opts(opts, &sopts);
	enum tl_status st = opts->filter ? compile(run, opts->filter, &expr, err) : TL_OK;
	if (st == TL_OK && opts->taxonmap)
		st = load_map(run, opts->taxonmap, &map, err);
	if (st == TL_OK)
		st = tl_tool_writer(run, out, sifts ? TL_STREAM_SUBSET : 0, false, &w, err);
	sopts.opt_expr = expr;
	if (st == TL_OK && sifts)
		st = tl_sieve_new(w, tl_pool_threads(run->pool), &sopts, &sieve, err);
	if (st == TL_OK)
		st = encode_all(opts, run, map, sieve, w, err);
	else
		tl_writer_free(w);
	tl_sieve_free(sieve);
	tl_taxonmap_free(map);
	tl_expr_free(expr);
	return st;
}

static void restore_opts(const struct opts *opts, struct tl_restore_opts *ret)
{
	*ret = (struct tl_restore_opts){
		.refs_only = opts->refs,
		.fasta = opts->fasta,
		.wrap = opts->wrap >= 0,
		.width = opts->wrap > 0 ? (uint64_t)opts->wrap : 0,
		.names_only = opts->names_only,
		.letters = opts->upper ? TL_TEXT_UPPER
			   : opts->lower ? TL_TEXT_LOWER
					 : TL_TEXT_AS_IT_WAS,
		.file = (uint64_t)opts->file,
	};
	if (opts->shard.second > 1) {
		ret->part = (uint64_t)opts->shard.first + 1;
		ret->parts = opts->shard.second;
	}
}

static enum tl_status decode(const struct opts *opts, const struct tl_tool_run *run,
			     const struct tl_press_how *opt_how, struct tl_out *out,
			     struct tl_err *err)
{
	const struct tl_reader_opts ropts = {.raw_edge = true};
	struct tl_restore_opts xopts;
	struct tl_restore_sum sum;
	struct tl_reader *reader;
	struct tl_press *press = NULL;
	enum tl_status st = tl_tool_reader(run, &ropts, &reader, err);
	if (st != TL_OK)
		return st;
	if (opt_how)
		st = tl_press_open(run->pool, out, opt_how, &press, err);
	restore_opts(opts, &xopts);
	xopts.opt_pool = run->pool;
	xopts.opt_budget = run->budget;
	xopts.opt_press = press;
	if (st == TL_OK)
		st = tl_restore_text(reader, &xopts, out, &sum, err);
	if (st == TL_OK && press)
		st = tl_press_end(press, err);
	tl_press_free(press);
	tl_reader_close(reader);
	if (st == TL_OK)
		tl_tool_tell(run, "%llu records, %llu bytes of text, %llu files compared",
			     (unsigned long long)sum.records, (unsigned long long)sum.text,
			     (unsigned long long)sum.files);
	return st;
}

/* What options say each for itself but not together. */
static enum tl_status check_usage(const struct opts *opts, struct tl_err *err)
{
	bool shape = opts->fasta || opts->wrap >= 0 || opts->upper || opts->lower;
	if (!opts->decode && (shape || opts->refs || opts->names_only || opts->file || opts->compress))
		return tl_err_set(err, TL_USAGE,
				  "--refs, --fasta, --wrap, --upper, --lower, --names-only, --file "
				  "and --compress go with --decode (-z compresses a stream)");
	if (opts->decode && (opts->alphabet || opts->strict || opts->keep_names || opts->taxonmap ||
			     opts->common.level || opts->common.metrics))
		return tl_err_set(err, TL_USAGE, "--alphabet, --strict, --keep-names, --taxonmap, --zstd "
						 "and --metrics do not go with --decode");
	struct opts filter = *opts;
	struct tl_sieve_opts sopts;
	filter.shard = (struct tl_opt_pair){0, 1}; /* goes with both */
	if (opts->decode && sieve_opts(&filter, &sopts))
		return tl_err_set(err, TL_USAGE,
				  "the options of the filter, but for --shard, do not go with --decode");
	if (opts->upper && opts->lower)
		return tl_err_set(err, TL_USAGE, "--upper and --lower exclude each other");
	if (opts->names_only && shape)
		return tl_err_set(err, TL_USAGE,
				  "--fasta, --wrap, --upper and --lower do not go with --names-only");
	return TL_OK;
}

static enum tl_status work(const void *fields, const struct tl_tool_run *run, struct tl_err *err)
{
	const struct opts *opts = fields;
	struct tl_press_how how;
	struct tl_out *out;
	enum tl_status st = check_usage(opts, err);
	if (st == TL_OK && opts->compress) {
		st = tl_press_parse(opts->compress, &how, err);
		if (st != TL_OK)
			(void)tl_err_prefix(err, "--compress");
	}
	if (st == TL_OK)
		st = tl_tool_output(run, !opts->decode || opts->compress, &out, err);
	if (st != TL_OK)
		return st;
	st = opts->decode ? decode(opts, run, opts->compress ? &how : NULL, out, err)
			  : encode(opts, run, out, err);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
