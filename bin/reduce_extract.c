/* SPDX-License-Identifier: MIT */
/* reduce_extract: tl-reduce --extract. */
#include "reduce.h"

#include <tl/access.h>
#include <tl/extract.h>
#include <tl/lift.h>
#include <tl/refid.h>
#include <tl/want.h>

/* What was read of an archive by its index. */
static void tell_access(const struct tl_tool_run *run, const struct tl_access *opt_access,
			uint64_t bytes)
{
	struct tl_access_sum sum;
	if (!opt_access)
		return;
	tl_access_sum_get(opt_access, &sum);
	tl_tool_tell(run, "by the index: %llu of %llu blocks of records; %llu bytes of the index and "
			  "%llu of blocks read, of %llu",
		     (unsigned long long)sum.picked, (unsigned long long)sum.blocks,
		     (unsigned long long)sum.index_bytes, (unsigned long long)bytes,
		     (unsigned long long)sum.file_bytes);
}

static enum tl_status extract_from(const struct reduce_opts *opts, const struct tl_tool_run *run,
				   struct reduce_outputs *o, struct tl_reader *r, struct tl_names *names,
				   const struct tl_want *opt_want,
				   const struct tl_access *opt_access, struct tl_err *err)
{
	struct tl_writer *w = NULL;
	struct tl_extract_sum sum;
	struct tl_reader_totals totals;
	uint16_t kept = tl_reader_flags(r) & TL_STREAM_SUBSET;
	enum tl_status st =
		tl_tool_writer(run, o->archive, names || opt_want ? TL_STREAM_SUBSET : kept, false, &w, err);
	if (st == TL_OK)
		st = tl_extract_all(r, run->budget, names, opt_want, opt_access != NULL, w, &sum, err);
	if (st == TL_OK)
		st = tl_tool_prov(run, opts, "Extraction", w, err);
	if (st == TL_OK)
		st = reduce_outputs_names(run, "--ids", names, opts->strict_ids, err);
	tl_reader_totals_get(r, &totals);
	if (st == TL_OK)
		st = tl_writer_end(w, totals.next, err);
	if (st == TL_OK)
		tl_tool_tell(run, "%llu of %llu records", (unsigned long long)sum.written,
			     (unsigned long long)sum.records);
	if (st == TL_OK)
		tell_access(run, opt_access, totals.bytes);
	tl_writer_free(w);
	return st;
}

static enum tl_status load_queries(const char *path, const struct tl_tool_run *run,
				   struct tl_rescore **ret, struct tl_err *err)
{
	const struct tl_reader_opts ropts = {.raw_edge = true};
	struct tl_reader *r = NULL;
	enum tl_status st = tl_reader_open(run->pool, &path, 1, &ropts, &r, err);
	if (st == TL_OK)
		st = tl_rescore_new(r, run->budget, ret, err);
	tl_reader_close(r);
	return st;
}

/* Hits are text, so the output is no stream. */
static enum tl_status lift_hits(const struct reduce_opts *opts, const struct tl_tool_run *run,
				struct reduce_outputs *o, struct tl_reader *r, const struct tl_buf *text,
				struct tl_names *names, const struct tl_refids *opt_ids, bool partial,
				struct tl_err *err)
{
	struct tl_lift *lift = NULL;
	struct tl_lift_sum sum = {0};
	struct tl_rescore *rescore = NULL;
	enum tl_status st = opts->queries ? load_queries(opts->queries, run, &rescore, err) : TL_OK;
	if (st == TL_OK)
		st = tl_lift_load(r, names, partial, rescore, &lift, err);
	if (st == TL_OK)
		st = reduce_outputs_names(run, "--lift", names, opts->strict_ids, err);
	if (st == TL_OK)
		st = tl_tool_output(run, false, &o->archive, err);
	if (st == TL_OK)
		st = tl_lift_write(lift, text, opt_ids, opts->lift, o->archive, &sum, err);
	if (st == TL_OK)
		tl_tool_tell(run, "%llu hits became %llu; %llu members have nothing of a hit's "
				  "interval; %llu hits on unknown subjects",
			     (unsigned long long)sum.hits, (unsigned long long)sum.written,
			     (unsigned long long)sum.lost, (unsigned long long)sum.unknown);
	tl_lift_free(lift);
	tl_rescore_free(rescore);
	return st;
}

/* Names, of which those of references, tlr|NUMBER, are said by their ordinals where *ret_numbered: ids
 * then is that of the archive.  Else tlr|NUMBER is a name as others are. */
static enum tl_status make_names(const struct tl_buf *text, const struct tl_tool_run *run,
				 struct tl_refids *ids, bool *ret_numbered, struct tl_names **ret,
				 struct tl_err *err)
{
	struct tl_buf said = {0};
	enum tl_status st = TL_OK;
	if (run->n == 1 && tl_names_numbered(text))
		st = tl_refid_load(run->operands[0], ids, ret_numbered, err);
	if (st == TL_OK)
		st = *ret_numbered ? tl_names_translate(text, ids, &said, err) : TL_OK;
	if (st == TL_OK)
		st = tl_names_make(*ret_numbered ? &said : text, ret, err);
	tl_buf_free(&said);
	return st;
}

/* What is asked for: ids, or those that hits name. */
static enum tl_status load_names(const struct reduce_opts *opts, const struct tl_tool_run *run,
				 struct tl_buf *hits, struct tl_refids *ids, bool *ret_numbered,
				 struct tl_names **ret, struct tl_err *err)
{
	struct tl_buf text = {0};
	enum tl_status st = TL_OK;
	if (!opts->ids && !opts->lift)
		return TL_OK;
	if (opts->lift)
		st = tl_names_read(opts->lift, hits, err);
	if (st == TL_OK)
		st = opts->lift ? tl_lift_subjects(hits, opts->lift, &text, err)
				: tl_names_read(opts->ids, &text, err);
	if (st == TL_OK)
		st = make_names(&text, run, ids, ret_numbered, ret, err);
	tl_buf_free(&text);
	return st;
}

/* What is asked for otherwise; *ret is w then, else NULL. */
static enum tl_status load_want(const struct reduce_opts *opts, const struct tl_lineage *opt_tree,
				struct tl_want *w, const struct tl_want **ret, struct tl_err *err)
{
	enum tl_status st = opts->range ? tl_want_range(w, opts->range, err) : TL_OK;
	if (st == TL_OK && opts->taxid)
		st = tl_want_taxa(w, opts->taxid, opt_tree, err);
	*ret = opts->range || opts->taxid ? w : NULL;
	return st;
}

/* A few records of one archive in a file are looked up in its index. */
enum tl_status reduce_extract(const struct reduce_opts *opts, const struct tl_tool_run *run,
			      const struct tl_lineage *opt_tree, struct reduce_outputs *o,
			      struct tl_err *err)
{
	struct tl_reader_opts ropts = {.raw_edge = true, .uniform = true};
	struct tl_names *names = NULL;
	struct tl_access *access = NULL;
	struct tl_reader *r = NULL;
	struct tl_buf hits = {0};
	struct tl_want w = {0};
	struct tl_refids ids = {0};
	bool numbered = false;
	const struct tl_want *want = NULL;
	enum tl_status st = load_names(opts, run, &hits, &ids, &numbered, &names, err);
	if (st == TL_OK)
		st = load_want(opts, opt_tree, &w, &want, err);
	if (st == TL_OK && (names || want) && run->n < 2)
		st = tl_access_plan(run->n ? run->operands[0] : "-", names, want, &access, err);
	if (access)
		tl_access_follow(access, &ropts);
	if (st == TL_OK)
		st = tl_tool_reader(run, &ropts, &r, err);
	if (st == TL_OK && !opts->lift)
		st = reduce_outputs_open(opts, run, o, err);
	if (st == TL_OK)
		st = opts->lift ? lift_hits(opts, run, o, r, &hits, names, numbered ? &ids : NULL,
					    access != NULL, err)
				: extract_from(opts, run, o, r, names, want, access, err);
	tl_buf_free(&hits);
	tl_reader_close(r);
	tl_access_free(access);
	tl_want_free(&w);
	tl_refid_free(&ids);
	tl_names_free(names);
	return st;
}
