/* SPDX-License-Identifier: MIT */
/* tl-stats: what a record stream holds and what it costs; verify it; pass it on. */
#include "stats_diff.h"

#include <stddef.h>

#include <tl/report.h>
#include <tl/restore.h>
#include <tl/tool.h>
#include <tl/topology.h>

struct opts {
	struct tl_tool_common common;
	bool json, verify, topology, diff;
	const char *tee;
};

static const struct tl_opt options[] = {
	{"json", 'j', TL_OPT_FLAG, offsetof(struct opts, json), NULL, NULL, NULL, "Report",
	 "Write the report as JSON."},
	{"verify", 0, TL_OPT_FLAG, offsetof(struct opts, verify), NULL, NULL, NULL, "Report",
	 "Decode everything: checks, counts and digest as always, and each file's text compared "
	 "with its length and hash."},
	{"diff", 0, TL_OPT_FLAG, offsetof(struct opts, diff), NULL, NULL, NULL, "Report",
	 "Compare two streams, the old one and the new one: how many records are the same by name and "
	 "residues, and which were changed, added, removed or renamed."},
	{"topology", 0, TL_OPT_FLAG, offsetof(struct opts, topology), NULL, NULL, NULL, "Report",
	 "Read no stream; print which processors and NUMA nodes a tool with the same options would "
	 "use, and why."},
	{"tee", 0, TL_OPT_PATH, offsetof(struct opts, tee), NULL, NULL, "FILE", "Report",
	 "Pass the stream on to `FILE` (`-` is standard output; the report then needs `--output`), "
	 "byte for byte."},
	TL_TOOL_MEMORY_OPTS(struct opts, common),
	TL_TOOL_OPTS(struct opts, common),
};

static const char *const usage[] = {"[options] [STREAM ...]", "--diff [options] OLD NEW", NULL};

static const struct tl_opt_tool tool = {
	.name = "tl-stats", .what = "report on a record stream, and verify it",
	.usage = usage, .memory = "O(distinct lengths + deltas); with --verify O(bases)", .pipe_part = 1, .disk_percent = 300,
	.opts = options, .n = sizeof options / sizeof options[0], .operands = true,
};

static enum tl_status count(void *ctx, const struct tl_item *item, struct tl_err *err)
{
	return tl_report_item(ctx, item, err);
}

/* Reads the stream through; the reader shows each block to the report. */
static enum tl_status read_through(const struct tl_tool_run *run, struct tl_reader *r, bool verify,
				   struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st;
	if (verify) {
		const struct tl_restore_opts ropts = {.opt_pool = run->pool,
						      .opt_budget = run->budget};
		struct tl_restore_sum sum;
		struct tl_out *nowhere;
		if ((st = tl_out_null(&nowhere, err)) != TL_OK)
			return st;
		st = tl_restore_text(r, &ropts, nowhere, &sum, err);
		tl_out_discard(nowhere);
		return st;
	}
	while ((st = tl_reader_next(r, &item, err)) == TL_OK && item)
		tl_reader_recycle(r, item);
	return st;
}

static enum tl_status make_report(const struct opts *opts, const struct tl_tool_run *run,
				  struct tl_report *report, struct tl_out *out, struct tl_out *tee,
				  struct tl_err *err)
{
	struct tl_reader_opts ropts = {.observe = count, .observe_ctx = report, .tee = tee, .cand = true};
	struct tl_reader_totals totals;
	struct tl_reader *r;
	enum tl_status st = tl_tool_reader(run, &ropts, &r, err);
	if (st != TL_OK)
		return st;
	st = read_through(run, r, opts->verify, err);
	tl_reader_totals_get(r, &totals);
	tl_reader_close(r);
	if (st != TL_OK)
		return st;
	tl_report_end(report, &totals, opts->verify);
	return opts->json ? tl_report_json(report, out, err) : tl_report_text(report, out, err);
}

static enum tl_status tell_topology(const struct opts *opts, const struct tl_tool_run *run,
				    struct tl_out *out, struct tl_err *err)
{
	struct tl_topo_opts topts = *tl_topo_opts_of(tl_pool_topo(run->pool));
	struct tl_topo *topo;
	if (run->n || opts->verify || opts->tee || opts->diff)
		return tl_err_set(err, TL_USAGE, "--topology reads no stream");
	topts.full = true;
	enum tl_status st = tl_topo_new(&topts, &topo, err);
	if (st != TL_OK)
		return st;
	st = opts->json ? tl_topology_json(topo, out, err) : tl_topology_text(topo, out, err);
	tl_topo_free(topo);
	return st;
}

static enum tl_status work(const void *fields, const struct tl_tool_run *run, struct tl_err *err)
{
	const struct opts *opts = fields;
	struct tl_out *out = NULL, *tee = NULL;
	struct tl_report *report;
	static const char *const names[] = {"--tee", "the report"};
	const char *const paths[] = {opts->tee, run->common->output};
	enum tl_status st = tl_tool_check_outputs(names, paths, 2, err);
	if (st == TL_OK)
		st = tl_report_new(&report, err);
	if (st != TL_OK)
		return st;
	st = tl_tool_output(run, false, &out, err);
	if (st == TL_OK && opts->topology) {
		tl_report_free(report);
		return tl_out_finish(out, tell_topology(opts, run, out, err), err);
	}
	if (st == TL_OK && opts->diff) {
		tl_report_free(report);
		st = opts->verify || opts->tee
			     ? tl_err_set(err, TL_USAGE, "--diff goes with neither --verify nor --tee")
			     : stats_diff(run, opts->json, out, err);
		return tl_out_finish(out, st, err);
	}
	if (st == TL_OK && opts->tee)
		st = tl_out_open(opts->tee, &tee, err);
	if (st == TL_OK && tee && tl_out_tty(tee))
		st = tl_err_set(err, TL_USAGE, "a stream is not written to a terminal");
	if (st == TL_OK)
		st = make_report(opts, run, report, out, tee, err);
	tl_report_free(report);
	if (tee)
		st = tl_out_finish(tee, st, err);
	return tl_out_finish(out, st, err);
}

int main(int argc, char **argv)
{
	struct opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
