/* SPDX-License-Identifier: MIT */
/* tl-reduce: choose references, turn their members into deltas; and an archive into sequences again. */
#include "reduce.h"

#include <stddef.h>
#include <stdlib.h>

#include <tl/archive.h>
#include <tl/attach.h>
#include <tl/sibling.h>

static const struct tl_opt options[] = {
	{"by", 'b', TL_OPT_WORD, offsetof(struct reduce_opts, by), "bytes|count|length", "bytes", "WHAT",
	 "Selection",
	 "Choose references so that the archive has fewest `bytes`; so that their `count` is "
	 "smallest; or by `length`, longest first, which is stable when records are added."},
	{"ratio", 0, TL_OPT_SHARE, offsetof(struct reduce_opts, ratio), "0:1", "1", "SHARE", "Selection",
	 "Take no reference that would have references hold more than this share of the residues. "
	 "What no reference serves is then loose: stored whole, but not written to `--refs`."},
	{"prefer", 0, TL_OPT_PATH, offsetof(struct reduce_opts, prefer), NULL, NULL, "FILE", "Selection",
	 "The records named in `FILE`, one id a line, become references before all others."},
	{"base", 0, TL_OPT_PATH, offsetof(struct reduce_opts, base), NULL, NULL, "OLD", "Selection",
	 "Update: keep the references of the archive `OLD`, and how it codes what is there again; "
	 "only new sequences are decided upon, by the alignments of tl-align `--base` `OLD`."},
	{"identity", 'i', TL_OPT_SHARE, offsetof(struct reduce_opts, identity), "0:1", "0", "SHARE",
	 "Selection", "Use only alignments of at least this identity, above tl-align's."},
	{"coverage", 'c', TL_OPT_SHARE, offsetof(struct reduce_opts, coverage), "0:1", "0", "SHARE",
	 "Selection", "Use only alignments of at least this coverage, above tl-align's."},
	{"cov-mode", 0, TL_OPT_WORD, offsetof(struct reduce_opts, cov_mode), "member|both", "member", "WHO",
	 "Selection", "Whose coverage counts: the member's, or that of both records."},
	{"overhang", 0, TL_OPT_WORD, offsetof(struct reduce_opts, overhang), "count|ignore", "count", "HOW",
	 "Selection", "What `--identity` counts as columns, see tl-align(1)."},
	{"same-taxon", 0, TL_OPT_TEXT, offsetof(struct reduce_opts, rank), NULL, NULL, "RANK", "Selection",
	 "Use only alignments between records of one taxon of that rank, such as `species`, by "
	 "`--nodes`. A record without such a taxon is no member and has none. Identical sequences "
	 "that tl-intern merged stay so."},
	{"nodes", 0, TL_OPT_PATH, offsetof(struct reduce_opts, nodes), NULL, NULL, "FILE", "Selection",
	 "The tree of taxa: nodes.dmp of NCBI's taxonomy, perhaps compressed."},
	{"edges", 0, TL_OPT_PATH, offsetof(struct reduce_opts, edges), NULL, NULL, "FILE ...", "Input",
	 "Take the edges in these streams, as `tl-align --part` writes them, too. Of the files named "
	 "the last one has the records."},
	{"refs", 'r', TL_OPT_PATH, offsetof(struct reduce_opts, refs), NULL, NULL, "FILE", "Output",
	 "Write the references to `FILE` as FASTA, to be indexed by an aligner."},
	{"refs-id", 0, TL_OPT_WORD, offsetof(struct reduce_opts, refs_id), "header|ordinal|reference", "header",
	 "WHAT", "Output",
	 "`ordinal` puts `tl|ORDINAL` and a space in front of each header in `--refs`, where names "
	 "are not unique; `reference` puts `tlr|NUMBER` there, which stays the same in updates."},
	{"clusters", 'C', TL_OPT_PATH, offsetof(struct reduce_opts, clusters), NULL, NULL, "FILE[:FORMAT]",
	 "Output",
	 "Write which record belongs to which reference: `tsv` (representative, tab, member; the "
	 "default), `tsv+` (both ordinals too), `clstr` (as CD-HIT), `uc` (as USEARCH), or, with "
	 "`--nodes`, `taxa` (the member's taxonomy id and the cluster's lowest common ancestor too)."},
	{"taxonmap-out", 0, TL_OPT_PATH, offsetof(struct reduce_opts, taxtable), NULL, NULL,
	 "FILE[:FORMAT]", "Output",
	 "Write the taxonomy ids of the references, by accession: `blast` (for makeblastdb -taxid_map; "
	 "the default) or `diamond` (with a heading, for diamond makedb --taxonmap)."},
	{"extract", 'x', TL_OPT_FLAG, offsetof(struct reduce_opts, extract), NULL, NULL, NULL, "Extraction",
	 "Turn an archive into a stream of sequences again."},
	{"ids", 0, TL_OPT_PATH, offsetof(struct reduce_opts, ids), NULL, NULL, "FILE", "Extraction",
	 "With `--extract`: only the references named in `FILE` (`-` is standard input), one id a "
	 "line, with all their members; and members named there."},
	{"range", 0, TL_OPT_TEXT, offsetof(struct reduce_opts, range), NULL, NULL, "A-B", "Extraction",
	 "With `--extract`: only the records with the ordinals `A` to `B`, counted from 0; one of "
	 "both may be left out, or be all there is."},
	{"taxid", 0, TL_OPT_TEXT, offsetof(struct reduce_opts, taxid), NULL, NULL, "N,...", "Extraction",
	 "With `--extract`: only the records with one of these taxonomy ids, or, with `--nodes`, with "
	 "one that descends from them."},
	{"lift", 0, TL_OPT_PATH, offsetof(struct reduce_opts, lift), NULL, NULL, "FILE", "Extraction",
	 "With `--extract`: write the hits in `FILE` (BLAST's tabular format; `-` is standard input) "
	 "again, each hit on a reference once more for each of its members."},
	{"queries", 0, TL_OPT_PATH, offsetof(struct reduce_opts, queries), NULL, NULL, "STREAM", "Extraction",
	 "With `--lift`: align the query of each hit, a protein of this record stream, with the member "
	 "itself, and give score, e-value and ends of that."},
	{"strict-ids", 0, TL_OPT_FLAG, offsetof(struct reduce_opts, strict_ids), NULL, NULL, NULL,
	 "Extraction", "An id that no record has is an error (65), in `--ids` and `--prefer`."},
	TL_TOOL_STREAM_OPTS(struct reduce_opts, common),
	TL_TOOL_MEMORY_OPTS(struct reduce_opts, common),
	TL_TOOL_OPTS(struct reduce_opts, common),
};

static const char *const usage[] = {
	"[options] [STREAM ...] > ARCHIVE",
	"--edges EDGES ... [options] STREAM > ARCHIVE",
	"-x [--ids FILE] [options] [ARCHIVE ...] > STREAM",
	"-x --range A-B | --taxid N [options] [ARCHIVE ...] > STREAM",
	"-x --lift HITS [--queries STREAM] [ARCHIVE ...] > HITS",
	NULL,
};

static const struct tl_opt_tool tool = {
	.name = "tl-reduce", .what = "choose references and turn their members into deltas",
	.usage = usage, .memory = "O(records), all else up to -M; with -x O(bases)", .pipe_part = 2,
	.disk_percent = 400,
	.opts = options, .n = sizeof options / sizeof options[0], .operands = true,
};

/* What options say each for itself but not together. */
static enum tl_status check_usage(const struct reduce_opts *opts, const struct tl_tool_run *run,
				  struct tl_err *err)
{
	if (opts->ids && !opts->extract)
		return tl_err_set(err, TL_USAGE, "--ids goes with --extract");
	if (opts->queries && !opts->lift)
		return tl_err_set(err, TL_USAGE, "--queries goes with --lift");
	if ((opts->range || opts->taxid) && (!opts->extract || opts->ids || opts->lift))
		return tl_err_set(err, TL_USAGE, "--range and --taxid go with --extract, and not with --ids or --lift");
	if (opts->lift && (!opts->extract || opts->ids))
		return tl_err_set(err, TL_USAGE, "--lift goes with --extract, and not with --ids");
	if (opts->extract && (opts->refs || opts->clusters || opts->prefer || opts->by ||
			      opts->identity || opts->coverage || opts->ratio < 1000000 ||
			      opts->rank || opts->taxtable))
		return tl_err_set(err, TL_USAGE, "options of selection and output do not go with --extract");
	if (opts->edges && opts->extract)
		return tl_err_set(err, TL_USAGE, "--edges does not go with --extract");
	if (opts->base && opts->extract)
		return tl_err_set(err, TL_USAGE, "--base does not go with --extract");
	if (opts->rank && !opts->nodes)
		return tl_err_set(err, TL_USAGE, "--same-taxon needs --nodes");
	if (opts->nodes && !opts->rank && !opts->clusters && !opts->taxtable && !opts->taxid)
		return tl_err_set(err, TL_USAGE, "--nodes goes with --same-taxon, --clusters, --taxonmap-out or --taxid");
	if (opts->strict_ids && !opts->ids && !opts->prefer && !opts->lift)
		return tl_err_set(err, TL_USAGE, "--strict-ids goes with --ids, --lift or --prefer");
	enum tl_status st = tl_tool_check_input(run, "--ids", opts->ids, err);
	if (st == TL_OK)
		st = tl_tool_check_input(run, "--lift", opts->lift, err);
	if (st == TL_OK)
		st = tl_tool_check_input(run, "--queries", opts->queries, err);
	if (st == TL_OK)
		st = tl_tool_check_input(run, "--nodes", opts->nodes, err);
	return st == TL_OK ? tl_tool_check_input(run, "--prefer", opts->prefer, err) : st;
}

static enum tl_status take_all(struct tl_reader *r, struct tl_writer *w, struct tl_set *set,
			       struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st;
	while ((st = tl_reader_next(r, &item, err)) == TL_OK && item) {
		if (tl_block_ancillary(item->block.head.type))
			st = tl_writer_forward(w, item, item->first, 0, 0, err);
		else
			st = tl_set_put(set, item, err);
		tl_reader_recycle(r, item);
		if (st != TL_OK)
			break;
	}
	return st;
}

static enum tl_status decide(const struct reduce_opts *opts, const struct tl_tool_run *run,
			     struct tl_set *set, struct tl_err *err)
{
	struct tl_select_params params = {.by = (enum tl_select_by)opts->by, .ratio = opts->ratio};
	uint64_t linked = 0;
	enum tl_status st = reduce_outputs_names(run, "--prefer", set->opt_prefer, opts->strict_ids, err);
	if (st == TL_OK)
		st = tl_set_select(set, &params, err);
	/* The models of the best level know what scripts over one base share, and lose by chains. */
	if (st == TL_OK && opts->common.level < TL_TOOL_BEST_LEVEL)
		st = tl_sibling_link(set, &linked, err);
	if (st == TL_OK)
		tl_tool_tell(run, "%zu records: %llu references, %llu new members (%llu coded from "
				  "others), %llu loose, %llu copies before; "
				  "%llu bytes put aside, %llu of them on disk",
			     set->n, (unsigned long long)set->result.refs,
			     (unsigned long long)set->result.members, (unsigned long long)linked,
			     (unsigned long long)set->result.loose,
			     (unsigned long long)(set->n - set->nodes),
			     (unsigned long long)tl_spool_bytes(set->spool),
			     (unsigned long long)tl_spool_spilled(set->spool));
	return st;
}

/* The smaller an archive is to be, the farther back repeats are to be found, and the more is read
 * for a single record. */
static size_t block_bytes(int level)
{
	if (level >= TL_TOOL_BEST_LEVEL)
		return (size_t)48 << 20;
	return level > 9 ? (size_t)8 << 20 : 0;
}

static enum tl_status write_all(const struct reduce_opts *opts, const struct tl_tool_run *run,
				struct reduce_outputs *o, struct tl_set *set, uint64_t next,
				struct tl_writer *w, struct tl_err *err)
{
	const bool by_zstd = opts->common.level > 0 && opts->common.level < TL_TOOL_BEST_LEVEL;
	/* Higher levels are asked for the smallest archive. */
	struct tl_archive_opts aopts = {
		.opt_refs = o->refs,
		.ordinal_ids = opts->refs_id == 1,
		.reference_ids = opts->refs_id == 2,
		.block_bytes = block_bytes(opts->common.level),
		.repeats = by_zstd,
		.apart = by_zstd,
		.base_bytes = opts->common.level <= 3 ? tl_archive_base_bytes(set) : 0,
	};
	enum tl_status st = tl_tool_prov(run, opts, "Selection", w, err);
	if (st == TL_OK)
		st = tl_archive_write(set, &aopts, w, err);
	if (st == TL_OK)
		st = tl_writer_end(w, next, err);
	if (st == TL_OK && o->clusters)
		st = tl_clusters_write(set, o->format, o->clusters, err);
	if (st == TL_OK && o->taxtable)
		st = tl_taxtable_write(set, o->taxtable_format, (enum tl_taxtable_ids)opts->refs_id,
				       o->taxtable, err);
	return st;
}

static enum tl_status reduce(const struct reduce_opts *opts, const struct tl_tool_run *run,
			     struct reduce_outputs *o, const struct tl_lineage *opt_lineage,
			     const char *const *edges, size_t n_edges, struct tl_reader **reader,
			     struct tl_err *err)
{
	struct tl_reader *r = *reader;
	struct tl_reader_totals totals;
	struct tl_set *set;
	struct tl_writer *w = NULL;
	uint16_t flags = tl_reader_flags(r), kept = flags & TL_STREAM_SUBSET;
	enum tl_status st = tl_set_new(run->pool, run->budget, &set, err);
	if (st != TL_OK)
		return st;
	set->want_words = o->clusters || o->taxtable;
	set->want_taxa = opts->nodes || o->taxtable;
	set->same_taxon = opts->rank;
	set->opt_lineage = opt_lineage;
	if (opts->rank)
		st = tl_lineage_rank(opt_lineage, opts->rank, &set->rank, err);
	set->criterion = (struct tl_link_criterion){opts->identity, opts->coverage,
						    opts->cov_mode == 1, opts->overhang == 0};
	if (st == TL_OK && opts->prefer)
		st = tl_names_load(opts->prefer, &set->opt_prefer, err);
	if (st == TL_OK && opts->base && flags & TL_STREAM_REDUCED)
		st = tl_err_set(err, TL_DATA, "--base takes sequences, not an archive (tl-reduce -x makes them)");
	if (st == TL_OK && opts->base)
		st = tl_former_load(opts->base, true, run->pool, run->budget, &set->opt_former, err);
	if (st == TL_OK)
		st = tl_tool_writer(run, o->archive, kept | TL_STREAM_REDUCED, true, &w, err);
	if (st == TL_OK)
		st = take_all(r, w, set, err);
	tl_reader_totals_get(r, &totals);
	tl_reader_close(r); /* what it holds is worth having from here on */
	*reader = NULL;
	if (st == TL_OK && n_edges)
		st = tl_attach_edges(run->pool, edges, n_edges, set, w, err);
	if (st == TL_OK && set->nodes > 1 && !set->edges && !(flags & TL_STREAM_REDUCED) && !opts->base)
		tl_tool_say(run, "there are no alignments in the stream, so every record stands whole "
				 "(is tl-align missing in front?)");
	set->next = totals.next;
	if (st == TL_OK)
		st = decide(opts, run, set, err);
	if (st == TL_OK && opts->base)
		totals.next += tl_former_hidden(set->opt_former);
	if (st == TL_OK)
		st = write_all(opts, run, o, set, totals.next, w, err);
	tl_writer_free(w);
	tl_names_free(set->opt_prefer);
	tl_former_free(set->opt_former);
	tl_set_free(set);
	return st;
}

static enum tl_status work(const void *fields, const struct tl_tool_run *whole, struct tl_err *err)
{
	const struct reduce_opts *opts = fields;
	struct tl_reader_opts ropts = {.uniform = true};
	struct reduce_outputs o = {0};
	struct tl_reader *r = NULL;
	struct tl_lineage *lineage = NULL;
	struct tl_tool_run run = *whole;
	const char **edges = NULL;
	size_t n_edges = 0;
	enum tl_status st = check_usage(opts, whole, err);
	if (st == TL_OK && opts->edges)
		st = tl_tool_split(whole, "--edges", opts->edges, &edges, &n_edges, &run, err);
	if (st == TL_OK && opts->nodes)
		st = tl_lineage_load(opts->nodes, run.pool, &lineage, err);
	if (st == TL_OK && opts->extract)
		st = reduce_extract(opts, &run, lineage, &o, err);
	else if (st == TL_OK)
		st = tl_tool_reader(&run, &ropts, &r, err);
	if (st == TL_OK && !opts->extract)
		st = reduce_outputs_open(opts, &run, &o, err);
	if (st == TL_OK && !opts->extract)
		st = reduce(opts, &run, &o, lineage, edges, n_edges, &r, err);
	free(edges);
	tl_lineage_free(lineage);
	tl_reader_close(r);
	return reduce_outputs_close(&o, st, err);
}

int main(int argc, char **argv)
{
	struct reduce_opts opts = {0};
	return tl_tool_main(&tool, argc, argv, &opts, &opts.common, work);
}
