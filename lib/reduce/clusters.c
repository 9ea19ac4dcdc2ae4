/* SPDX-License-Identifier: MIT */
/* clusters: which record belongs to which reference, as a table.
 *
 * Contents: 1. one record  2. the formats  3. grouping  4. the interface.
 */
#include <tl/clusters.h>

#include <string.h>

#include <tl/bits.h>
#include <tl/sort.h>

/* 1. One record. */

/* A record, its index and its name. */
struct named {
	uint32_t i;
	struct tl_set_record r;
	struct tl_str word;
	struct tl_buf scratch; /* of the word */
};

/* What a line says of a member besides names. */
struct link {
	uint64_t length;
	uint32_t identity; /* parts per million */
	bool minus, nucleotide, duplicate;
	bool direct;            /* it is a member of it by a script that is at hand */
	struct tl_delta script; /* where direct */
};

/* 2. The formats. */

struct table {
	struct tl_set *set;
	struct tl_out *out;
	uint64_t cluster; /* number of the one at hand */
	uint64_t size;    /* lines of it so far */
	uint32_t common;  /* ancestor of its taxa */
	struct tl_buf scratch; /* of a script */
	struct named ref, member; /* of the line at hand */
};

static enum tl_status name(struct tl_set *set, uint32_t i, struct named *ret, struct tl_err *err)
{
	ret->i = i;
	enum tl_status st = tl_set_get(set, i, &ret->r, err);
	return st == TL_OK ? tl_set_word(set, &ret->r, &ret->scratch, &ret->word, err) : st;
}

/* A record's link to its reference.  A duplicate is described by what it is a duplicate of; a
 * record that was a delta before, by its link to what it is copied from. */
static enum tl_status describe(struct table *t, struct link *ret, struct tl_err *err)
{
	struct link *l = ret;
	struct tl_set_record m = t->member.r;
	struct tl_delta_sum sum;
	uint32_t i = t->member.i;
	enum tl_status st = TL_OK;
	*l = (struct link){.identity = 1000000,
			   .nucleotide = m.nucleotide,
			   .length = m.length,
			   .direct = true};
	while (st == TL_OK && m.role == TL_SET_COPY && m.kind == TL_KIND_DUP) {
		l->duplicate = true;
		i = t->set->base[i];
		st = tl_set_get(t->set, i, &m, err);
	}
	if (st != TL_OK || i == t->ref.i)
		return st;
	l->duplicate = false;
	l->direct = m.role == TL_SET_MEMBER && (!m.old || t->set->base[i] == t->ref.i);
	l->identity = m.identity;
	l->minus = m.minus;
	if (!l->direct)
		return TL_OK;
	st = tl_set_script(t->set, i, &t->scratch, &l->script, err);
	if (st == TL_OK && tl_delta_measure(&l->script, &sum, NULL) == TL_OK) {
		l->identity = tl_cigar_identity(&sum.cigar);
		l->minus = sum.minus;
	}
	return st;
}

/* One line: of a record of the cluster, the reference itself first; or behind the last one. */
typedef enum tl_status (*line_fn)(struct table *t, struct tl_err *err);

static enum tl_status put_words(struct table *t, struct tl_err *err)
{
	struct tl_str a = t->ref.word, b = t->member.word;
	enum tl_status st = tl_out_put(t->out, a.p, a.n, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, "\t", 1, err);
	return st == TL_OK ? tl_out_put(t->out, b.p, b.n, err) : st;
}

static enum tl_status tsv_line(struct table *t, struct tl_err *err)
{
	enum tl_status st = put_words(t, err);
	return st == TL_OK ? tl_out_put(t->out, "\n", 1, err) : st;
}

static enum tl_status tsvplus_line(struct table *t, struct tl_err *err)
{
	enum tl_status st = put_words(t, err);
	if (st != TL_OK)
		return st;
	return tl_out_printf(t->out, err, "\t%llu\t%llu\n", (unsigned long long)t->ref.r.ordinal,
			     (unsigned long long)t->member.r.ordinal);
}

static enum tl_status taxa_line(struct table *t, struct tl_err *err)
{
	enum tl_status st = put_words(t, err);
	return st == TL_OK ? tl_out_printf(t->out, err, "\t%u\t%u\n", t->member.r.taxon, t->common) : st;
}

static enum tl_status clstr_line(struct table *t, struct tl_err *err)
{
	struct link l;
	struct tl_str word = t->member.word;
	enum tl_status st = describe(t, &l, err);
	if (st == TL_OK && t->size == 0)
		st = tl_out_printf(t->out, err, ">Cluster %llu\n", (unsigned long long)t->cluster);
	if (st == TL_OK)
		st = tl_out_printf(t->out, err, "%llu\t%llu%s, >", (unsigned long long)t->size,
				   (unsigned long long)l.length, l.nucleotide ? "nt" : "aa");
	if (st == TL_OK)
		st = tl_out_put(t->out, word.p, word.n, err);
	if (st != TL_OK)
		return st;
	if (t->member.i == t->ref.i)
		return tl_out_put(t->out, "... *\n", 6, err);
	uint32_t h = (l.identity + 50) / 100;
	return tl_out_printf(t->out, err, "... at %s%u.%02u%%\n",
			     !l.nucleotide ? ""
			     : l.minus     ? "-/"
					   : "+/",
			     h / 100, h % 100);
}

/* A run of one has no number, a run of none is not there. */
static enum tl_status put_run(struct table *t, uint64_t len, char op, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (len > 1)
		st = tl_out_printf(t->out, err, "%llu", (unsigned long long)len);
	return st == TL_OK && len ? tl_out_put(t->out, &op, 1, err) : st;
}

/* Run lengths of the local alignment, "=" or "*". */
static enum tl_status put_cigar(struct table *t, const struct link *l, struct tl_err *err)
{
	uint64_t skip, len, run = 0;
	size_t pos = 0;
	enum tl_cigar_op op;
	if (l->duplicate || !l->direct)
		return tl_out_put(t->out, l->duplicate ? "=" : "*", 1, err);
	for (int i = 0; i < 3; i++)
		(void)tl_bits_get_varint(l->script.ops.p, l->script.ops.n, &pos, &skip);
	struct tl_str runs = {l->script.ops.p + pos, l->script.ops.n - pos};
	enum tl_status st = TL_OK;
	pos = 0;
	while (st == TL_OK && tl_cigar_next(runs, &pos, &op, &len)) {
		if (op == TL_CIGAR_MATCH || op == TL_CIGAR_SUBST) {
			run += len;
			continue;
		}
		if ((st = put_run(t, run, 'M', err)) == TL_OK)
			st = put_run(t, len, op == TL_CIGAR_INS ? 'D' : 'I', err);
		run = 0;
	}
	return st == TL_OK ? put_run(t, run, 'M', err) : st;
}

static const struct tl_str star = {(const uint8_t *)"*", 1};

static enum tl_status uc_names(struct table *t, struct tl_str a, struct tl_str b,
			       struct tl_err *err)
{
	enum tl_status st = tl_out_put(t->out, a.p, a.n, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, "\t", 1, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, b.p, b.n, err);
	return st == TL_OK ? tl_out_put(t->out, "\n", 1, err) : st;
}

static enum tl_status uc_line(struct table *t, struct tl_err *err)
{
	struct link l;
	enum tl_status st = describe(t, &l, err);
	unsigned long long cluster = t->cluster, length = l.length;
	if (st != TL_OK)
		return st;
	if (t->member.i == t->ref.i) {
		st = tl_out_printf(t->out, err, "S\t%llu\t%llu\t*\t*\t*\t*\t*\t", cluster, length);
		return st == TL_OK ? uc_names(t, t->ref.word, star, err) : st;
	}
	uint32_t h = (l.identity + 500) / 1000;
	st = tl_out_printf(t->out, err, "H\t%llu\t%llu\t%u.%u\t%s\t0\t0\t", cluster, length, h / 10,
			   h % 10,
			   !l.nucleotide ? "."
			   : l.minus     ? "-"
					 : "+");
	if (st == TL_OK)
		st = put_cigar(t, &l, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, "\t", 1, err);
	return st == TL_OK ? uc_names(t, t->member.word, t->ref.word, err) : st;
}

static enum tl_status uc_end(struct table *t, struct tl_err *err)
{
	enum tl_status st =
		tl_out_printf(t->out, err, "C\t%llu\t%llu\t*\t*\t*\t*\t*\t",
			      (unsigned long long)t->cluster, (unsigned long long)t->size);
	return st == TL_OK ? uc_names(t, t->ref.word, star, err) : st;
}

/* 3. Grouping. */

/* Hidden records have no lines. */
static enum tl_status is_hidden(struct tl_set *set, uint32_t i, bool *ret, struct tl_err *err)
{
	struct tl_set_record r;
	*ret = false;
	enum tl_status st = set->hidden ? tl_set_get(set, i, &r, err) : TL_OK;
	if (st == TL_OK && set->hidden)
		*ret = r.hidden;
	return st;
}

/* Records by reference; the reference, then the others by ordinal, as their index and one. */
static enum tl_status group(struct tl_set *set, struct tl_sort *sort, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
		uint32_t root = tl_set_root(set, i);
		bool hidden;
		if ((st = is_hidden(set, i, &hidden, err)) == TL_OK && !hidden)
			st = tl_sort_put(sort, 0, (uint64_t[]){root, root == i ? 0 : (uint64_t)i + 1}, err);
	}
	return st == TL_OK ? tl_sort_end(sort, err) : st;
}

/* A way through them. */
struct walk {
	struct tl_sort_pass *pass;
	uint32_t ref, i; /* of the record at hand */
	bool there;      /* there is one */
};

static enum tl_status step(struct walk *w, struct tl_err *err)
{
	const uint64_t *r;
	enum tl_status st = tl_sort_next(w->pass, &r, err);
	w->there = st == TL_OK && r;
	if (w->there) {
		w->ref = (uint32_t)r[0];
		w->i = (uint32_t)(r[1] ? r[1] - 1 : r[0]);
	}
	return st;
}

static enum tl_status begin(const struct tl_sort *sort, struct walk *w, struct tl_err *err)
{
	enum tl_status st = tl_sort_open(sort, 0, UINT64_MAX, &w->pass, err);
	return st == TL_OK ? step(w, err) : st;
}

/* 4. The interface. */

static const struct {
	const char *name;
	line_fn line, end;
} formats[] = {
	[TL_CLUSTERS_TSV] = {"tsv", tsv_line, NULL},
	[TL_CLUSTERS_TSVPLUS] = {"tsv+", tsvplus_line, NULL},
	[TL_CLUSTERS_CLSTR] = {"clstr", clstr_line, NULL},
	[TL_CLUSTERS_UC] = {"uc", uc_line, uc_end},
	[TL_CLUSTERS_TAXA] = {"taxa", taxa_line, NULL},
};

enum tl_clusters_format tl_clusters_parse(const char *spec, int *ret_path_len)
{
	const char *colon = strrchr(spec, ':');
	for (size_t f = 0; colon && f < sizeof formats / sizeof formats[0]; f++) {
		if (strcmp(colon + 1, formats[f].name) == 0) {
			*ret_path_len = (int)(colon - spec);
			return (enum tl_clusters_format)f;
		}
	}
	*ret_path_len = (int)strlen(spec);
	return TL_CLUSTERS_TSV;
}

/* The ancestor of all ids of the cluster of ref, at which w stands; records without one do not
 * count. */
static enum tl_status find_common(struct table *t, struct walk *w, uint32_t ref, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	t->common = 0;
	while (st == TL_OK && w->there && w->ref == ref) {
		struct tl_set_record r;
		if ((st = tl_set_get(t->set, w->i, &r, err)) != TL_OK)
			break;
		if (r.taxon && t->common)
			r.taxon = tl_lineage_common(t->set->opt_lineage, t->common, r.taxon);
		if (r.taxon)
			t->common = r.taxon;
		st = step(w, err);
	}
	return st;
}

/* All lines; with taxa, ahead goes before w by a cluster. */
static enum tl_status put_lines(struct table *t, enum tl_clusters_format format, struct walk *w,
				struct walk *ahead, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (; st == TL_OK && w->there; t->cluster++) {
		uint32_t ref = w->ref;
		st = name(t->set, ref, &t->ref, err);
		if (st == TL_OK && ahead->pass)
			st = find_common(t, ahead, ref, err);
		for (t->size = 0; st == TL_OK && w->there && w->ref == ref; t->size++) {
			st = name(t->set, w->i, &t->member, err);
			if (st == TL_OK)
				st = formats[format].line(t, err);
			if (st == TL_OK)
				st = step(w, err);
		}
		if (st == TL_OK && formats[format].end)
			st = formats[format].end(t, err);
	}
	return st;
}

enum tl_status tl_clusters_write(struct tl_set *set, enum tl_clusters_format format,
				 struct tl_out *out, struct tl_err *err)
{
	struct table t = {.set = set, .out = out};
	struct walk w = {0}, ahead = {0};
	struct tl_sort *sort;
	uint64_t share = tl_budget_share(set->budget, 1, 8, 0);
	enum tl_status st = tl_sort_new(set->pool, set->budget, share, 2, &sort, err);
	if (st != TL_OK)
		return st;
	st = group(set, sort, err);
	if (st == TL_OK)
		st = begin(sort, &w, err);
	if (st == TL_OK && format == TL_CLUSTERS_TAXA)
		st = begin(sort, &ahead, err);
	if (st == TL_OK)
		st = put_lines(&t, format, &w, &ahead, err);
	tl_sort_close(w.pass);
	tl_sort_close(ahead.pass);
	tl_sort_free(sort);
	tl_buf_free(&t.scratch);
	tl_buf_free(&t.ref.scratch);
	tl_buf_free(&t.member.scratch);
	return st;
}
