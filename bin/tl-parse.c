/* SPDX-License-Identifier: MIT */
/* tl-parse: sequence text into a record stream, and any record stream into text again. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <tl/ingest.h>
#include <tl/restore.h>
#include <tl/tool.h>

struct opts {
	struct tl_tool_common common;
	bool decode, refs, fasta, keep_names;
	int alphabet;
	int64_t wrap;
};

static const struct tl_opt options[] = {
	{"alphabet", 'a', TL_OPT_WORD, offsetof(struct opts, alphabet), "auto|protein|nucleotide",
	 "auto", "NAME", "Input",
	 "What the letters are. `auto` decides for each file: nucleotide where at least nine tenths "
	 "of its first residues are A, C, G, T, U or N and none lies outside the IUPAC nucleotide "
	 "codes. The alphabet matters to alignment and size, never to what comes back."},
	{"keep-names", 0, TL_OPT_FLAG, offsetof(struct opts, keep_names), NULL, NULL, NULL, "Input",
	 "Keep the names of the input files in the stream."},
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
	TL_TOOL_STREAM_OPTS(struct opts, common),
	TL_TOOL_OPTS(struct opts, common),
};

static const char *const usage[] = {
	"[options] [FILE ...] > STREAM",
	"-d [options] [STREAM ...] > FILE",
	NULL,
};

static const struct tl_opt_tool tool = {
	.name = "tl-parse", .what = "turn FASTA or FASTQ into a record stream, and any stream into text",
	.usage = usage, .memory = "O(block); with -d O(bases)", .opts = options,
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

static enum tl_status encode(const struct opts *opts, const struct tl_tool_run *run,
			     struct tl_out *out, struct tl_err *err)
{
	struct tl_ingest_opts iopts = {.alphabet = opts->alphabet - 1,
				       .keep_names = opts->keep_names,
				       .pool = run->pool};
	struct tl_writer *w = NULL;
	struct tl_ingest *in = NULL;
	enum tl_status st = tl_tool_writer(run, out, 0, false, &w, err);
	if (st == TL_OK)
		st = tl_tool_prov(run, opts, "Input", w, err);
	if (st == TL_OK)
		st = tl_ingest_new(w, &iopts, &in, err);
	if (st == TL_OK)
		st = encode_files(run, in, w, err);
	tl_writer_free(w);
	tl_ingest_free(in);
	return st;
}

static enum tl_status decode(const struct opts *opts, const struct tl_tool_run *run,
			     struct tl_out *out, struct tl_err *err)
{
	struct tl_reader_opts ropts = {.raw_edge = true};
	struct tl_restore_opts xopts = {.refs_only = opts->refs, .fasta = opts->fasta,
					.wrap = opts->wrap >= 0,
					.width = opts->wrap > 0 ? (uint64_t)opts->wrap : 0};
	struct tl_restore_sum sum;
	struct tl_reader *reader;
	enum tl_status st = tl_tool_reader(run, &ropts, &reader, err);
	if (st != TL_OK)
		return st;
	st = tl_restore_text(reader, &xopts, out, &sum, err);
	tl_reader_close(reader);
	if (st == TL_OK)
		tl_tool_tell(run, "%llu records, %llu bytes of text, %llu files compared",
			     (unsigned long long)sum.records, (unsigned long long)sum.text,
			     (unsigned long long)sum.files);
	return st;
}

static enum tl_status work(const void *fields, const struct tl_tool_run *run, struct tl_err *err)
{
	const struct opts *opts = fields;
	struct tl_out *out;
	if (!opts->decode && (opts->refs || opts->fasta || opts->wrap >= 0))
		return tl_err_set(err, TL_USAGE, "--refs, --fasta and --wrap go with --decode");
	if (opts->decode && (opts->alphabet || opts->keep_names || opts->common.level))
		return tl_err_set(err, TL_USAGE,
				  "--alphabet, --keep-names and --compress do not go with --decode");
	enum tl_status st = tl_tool_output(run, !opts->decode, &out, err);
	if (st != TL_OK)
		return st;
	st = opts->decode ? decode(opts, run, out, err) : encode(opts, run, out, err);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
