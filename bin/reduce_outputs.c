/* SPDX-License-Identifier: MIT */
/* reduce_outputs: the files that tl-reduce writes, and what it says of lists of ids. */
#include "reduce.h"

#include <stdlib.h>
#include <string.h>

/* A format that is none, such as FILE:clust, is no file name. */
static enum tl_status check_format(const char *option, const char *spec, int path_len,
				   const char *formats, struct tl_err *err)
{
	const char *colon = strrchr(spec, ':');
	if (spec[path_len] || !colon || !colon[1] ||
	    colon[1 + strspn(colon + 1, "abcdefghijklmnopqrstuvwxyz+")])
		return TL_OK;
	return tl_err_set(err, TL_USAGE, "%s: there is no format '%s': %s", option, colon + 1,
			  formats);
}

/* The paths of the tables, without their formats; allocated. */
static enum tl_status read_tables(const struct reduce_opts *opts, struct reduce_outputs *o, char *path[2],
				  struct tl_err *err)
{
	const char *spec[2] = {opts->clusters, opts->taxtable};
	int len[2] = {0, 0};
	if (spec[0])
		o->format = tl_clusters_parse(spec[0], &len[0]);
	if (spec[1])
		o->taxtable_format = tl_taxtable_parse(spec[1], &len[1]);
	for (int i = 0; i < 2; i++)
		if (spec[i] && !(path[i] = strndup(spec[i], (size_t)len[i])))
			return tl_err_nomem(err, (size_t)len[i]);
	enum tl_status st = TL_OK;
	if (spec[0])
		st = check_format("--clusters", spec[0], len[0], "tsv, tsv+, clstr, uc or taxa", err);
	if (st == TL_OK && spec[1])
		st = check_format("--taxonmap-out", spec[1], len[1], "blast or diamond", err);
	if (st == TL_OK && spec[0] && o->format == TL_CLUSTERS_TAXA && !opts->nodes)
		st = tl_err_set(err, TL_USAGE, "--clusters FILE:taxa needs --nodes");
	return st;
}

enum tl_status reduce_outputs_open(const struct reduce_opts *opts, const struct tl_tool_run *run,
				   struct reduce_outputs *o, struct tl_err *err)
{
	static const char *const names[] = {"--refs", "--clusters", "--taxonmap-out", "the archive"};
	char *table[2] = {NULL, NULL};
	enum tl_status st = read_tables(opts, o, table, err);
	const char *paths[] = {opts->refs, table[0], table[1], run->common->output};
	if (st == TL_OK)
		st = tl_tool_check_outputs(names, paths, 4, err);
	if (st == TL_OK)
		st = tl_tool_output(run, true, &o->archive, err);
	if (st == TL_OK && opts->refs)
		st = tl_out_open(opts->refs, &o->refs, err);
	if (st == TL_OK && table[0])
		st = tl_out_open(table[0], &o->clusters, err);
	if (st == TL_OK && table[1])
		st = tl_out_open(table[1], &o->taxtable, err);
	free(table[0]);
	free(table[1]);
	return st;
}

enum tl_status reduce_outputs_close(struct reduce_outputs *o, enum tl_status st, struct tl_err *err)
{
	struct tl_out *all[] = {o->refs, o->clusters, o->taxtable, o->archive};
	for (int i = 0; i < 4 && st == TL_OK; i++)
		st = tl_out_flush(all[i], err);
	for (int i = 0; i < 4; i++) {
		if (all[i] && st == TL_OK)
			st = tl_out_commit(all[i], err);
		else
			tl_out_discard(all[i]);
	}
	return st;
}

enum tl_status reduce_outputs_names(const struct tl_tool_run *run, const char *option,
				  const struct tl_names *opt_names, bool strict, struct tl_err *err)
{
	struct tl_names_count c;
	if (!opt_names)
		return TL_OK;
	tl_names_count(opt_names, &c);
	struct tl_str id = tl_names_unknown(opt_names);
	if (c.unknown && strict)
		return tl_err_set(err, TL_DATA, "%s: no record has the id %.*s (%llu ids are unknown)",
				  option, (int)(id.n < 200 ? id.n : 200), (const char *)id.p,
				  (unsigned long long)c.unknown);
	if (c.unknown)
		tl_tool_say(run, "%s: %llu of %llu ids belong to no record, the first is %.*s", option,
			    (unsigned long long)c.unknown, (unsigned long long)c.ids,
			    (int)(id.n < 200 ? id.n : 200), (const char *)id.p);
	if (c.ambiguous)
		tl_tool_say(run, "%s: %llu of %llu ids belong to several records each: all are taken",
			    option, (unsigned long long)c.ambiguous, (unsigned long long)c.ids);
	return TL_OK;
}
