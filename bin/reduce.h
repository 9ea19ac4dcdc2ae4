/* SPDX-License-Identifier: MIT */
/* reduce: what the parts of tl-reduce share. */
#ifndef TL_BIN_REDUCE_H
#define TL_BIN_REDUCE_H

#include <tl/clusters.h>
#include <tl/lineage.h>
#include <tl/names.h>
#include <tl/taxtable.h>
#include <tl/tool.h>

struct reduce_opts {
	struct tl_tool_common common;
	int by, cov_mode, overhang, refs_id;
	int64_t ratio, identity, coverage;
	const char *prefer, *refs, *clusters, *ids, *nodes, *rank, *taxtable, *lift, *base, *range, *taxid, *queries, *edges;
	bool extract, strict_ids;
};

/* Files that stand beside the archive. */
struct reduce_outputs {
	struct tl_out *archive, *refs, *clusters, *taxtable;
	enum tl_clusters_format format;
	enum tl_taxtable_format taxtable_format;
};

/* The archive, and what is written beside it. */
enum tl_status reduce_outputs_open(const struct reduce_opts *opts, const struct tl_tool_run *run,
				   struct reduce_outputs *o, struct tl_err *err) TL_CHECK;

/* All of them, or none. */
enum tl_status reduce_outputs_close(struct reduce_outputs *o, enum tl_status st,
				    struct tl_err *err) TL_CHECK;

/* Says what of a list of ids was not found or found often; strict: TL_DATA for the former. */
enum tl_status reduce_outputs_names(const struct tl_tool_run *run, const char *option,
				    const struct tl_names *opt_names, bool strict,
				    struct tl_err *err) TL_CHECK;

/* --extract: an archive as sequences, or hits on its references as hits on all. */
enum tl_status reduce_extract(const struct reduce_opts *opts, const struct tl_tool_run *run,
			      const struct tl_lineage *opt_tree, struct reduce_outputs *o,
			      struct tl_err *err) TL_CHECK;

#endif
