/* SPDX-License-Identifier: MIT */
/* tl-intern: merge identical sequences of a record stream. */
#include <stddef.h>

#include <tl/dedup.h>
#include <tl/tool.h>

struct opts {
	struct tl_tool_common common;
};

static const struct tl_opt options[] = {
	TL_TOOL_STREAM_OPTS(struct opts, common),
	TL_TOOL_MEMORY_OPTS(struct opts, common),
	TL_TOOL_OPTS(struct opts, common),
};

static const char *const usage[] = {"[options] [STREAM ...] > STREAM", NULL};

static const struct tl_opt_tool tool = {
	.name = "tl-intern", .what = "merge identical sequences of a record stream",
	.usage = usage, .memory = "O(unique records), residues up to -M", .pipe_part = 2, .disk_percent = 70, .opts = options,
	.n = sizeof options / sizeof options[0], .operands = true,
};

/* All blocks of the reader through d, then this tool's line of provenance and the end. */
static enum tl_status pass(const struct tl_tool_run *run, const struct opts *opts,
			   struct tl_reader *r, struct tl_dedup *d, struct tl_writer *w,
			   struct tl_err *err)
{
	struct tl_item *item;
	struct tl_reader_totals totals;
	enum tl_status st;
	while ((st = tl_reader_next(r, &item, err)) == TL_OK && item) {
		st = tl_dedup_put(d, item, err);
		tl_reader_recycle(r, item);
		if (st != TL_OK)
			return st;
	}
	if (st != TL_OK || (st = tl_dedup_end(d, err)) != TL_OK ||
	    (st = tl_tool_prov(run, opts, "", w, err)) != TL_OK)
		return st;
	tl_reader_totals_get(r, &totals);
	return tl_writer_end(w, totals.next, err);
}

static void report(const struct tl_tool_run *run, const struct tl_dedup *d)
{
	struct tl_dedup_sum sum;
	tl_dedup_sum(d, &sum);
	tl_tool_tell(run, "%llu of %llu sequences are duplicates, %llu of %llu residues",
		     (unsigned long long)sum.merged, (unsigned long long)sum.records,
		     (unsigned long long)sum.merged_residues, (unsigned long long)sum.residues);
}

static enum tl_status work(const void *fields, const struct tl_tool_run *run, struct tl_err *err)
{
	const struct opts *opts = fields;
	struct tl_reader_opts ropts = {.raw_edge = true, .uniform = true};
	struct tl_out *out = NULL;
	struct tl_reader *r = NULL;
	struct tl_writer *w = NULL;
	struct tl_dedup *d = NULL;
	enum tl_status st = tl_tool_output(run, true, &out, err);
	if (st == TL_OK)
		st = tl_tool_reader(run, &ropts, &r, err);
	if (st == TL_OK)
		st = tl_tool_writer(run, out, tl_reader_flags(r) | TL_STREAM_INTERNED,
				    tl_reader_flags(r) & TL_STREAM_REDUCED, &w, err);
	if (st == TL_OK)
		st = tl_dedup_new(w, run->budget, &d, err);
	if (st == TL_OK)
		st = pass(run, opts, r, d, w, err);
	if (st == TL_OK)
		report(run, d);
	tl_dedup_free(d);
	tl_writer_free(w);
	tl_reader_close(r);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
