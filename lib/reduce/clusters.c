/* SPDX-License-Identifier: MIT */
/* clusters: which record belongs to which reference, as a table.
 *
 * Contents: 1. one record  2. the formats  3. grouping  4. the interface.
 */
#include <tl/clusters.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/radix.h>

/* 1. One record. */

/* What a line says of a member besides names. */
struct link {
	uint64_t length;
	uint32_t identity; /* parts per million */
	bool minus, nucleotide, duplicate;
	bool direct;            /* it became a member in this round: its script is at hand */
	struct tl_delta script; /* where direct */
};

/* 2. The formats. */

struct table {
	const struct tl_set *set;
	struct tl_out *out;
	uint64_t cluster; /* number of the one at hand */
	uint64_t size;    /* lines of it so far */
	uint32_t common;  /* ancestor of its taxa */
	struct tl_buf scratch; /* of a script */
};

/* A record's link to its reference r.  A duplicate is described by what it is a duplicate of; a
 * record that was a delta before, by its link to what it is copied from. */
static enum tl_status describe(struct table *t, const struct tl_set_record *m,
			       const struct tl_set_record *r, struct link *ret, struct tl_err *err)
{
	struct link *l = ret;
	struct tl_delta_sum sum;
	*l = (struct link){.identity = 1000000,
			   .nucleotide = r->nucleotide,
			   .length = m->length,
			   .direct = true};
	while (m->role == TL_SET_COPY && m->kind == TL_KIND_DUP) {
		l->duplicate = true;
		m = tl_set_find(t->set, m->base);
	}
	if (m == r)
		return TL_OK;
	l->duplicate = false;
	l->direct = m->role == TL_SET_MEMBER;
	l->identity = m->identity;
	l->minus = m->minus;
	if (!l->direct)
		return TL_OK;
	enum tl_status st = tl_set_script(t->set, m, &t->scratch, &l->script, err);
	if (st == TL_OK && tl_delta_measure(&l->script, &sum, NULL) == TL_OK) {
		l->identity = tl_cigar_identity(&sum.cigar);
		l->minus = sum.minus;
	}
	return st;
}

/* One line: m is a record of the cluster of r, or r itself, which comes first. */
typedef enum tl_status (*line_fn)(struct table *t, const struct tl_set_record *r,
				  const struct tl_set_record *m, struct tl_err *err);
/* Behind the last line of the cluster of r. */
typedef enum tl_status (*end_fn)(struct table *t, const struct tl_set_record *r,
				 struct tl_err *err);

static enum tl_status put_words(struct table *t, const struct tl_set_record *r,
				const struct tl_set_record *m, struct tl_err *err)
{
	struct tl_str a = tl_set_word(t->set, r), b = tl_set_word(t->set, m);
	enum tl_status st = tl_out_put(t->out, a.p, a.n, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, "\t", 1, err);
	return st == TL_OK ? tl_out_put(t->out, b.p, b.n, err) : st;
}

static enum tl_status tsv_line(struct table *t, const struct tl_set_record *r,
			       const struct tl_set_record *m, struct tl_err *err)
{
	enum tl_status st = put_words(t, r, m, err);
	return st == TL_OK ? tl_out_put(t->out, "\n", 1, err) : st;
}

static enum tl_status tsvplus_line(struct table *t, const struct tl_set_record *r,
				   const struct tl_set_record *m, struct tl_err *err)
{
	enum tl_status st = put_words(t, r, m, err);
	if (st != TL_OK)
		return st;
	return tl_out_printf(t->out, err, "\t%llu\t%llu\n", (unsigned long long)r->ordinal,
			     (unsigned long long)m->ordinal);
}

static enum tl_status taxa_line(struct table *t, const struct tl_set_record *r,
				const struct tl_set_record *m, struct tl_err *err)
{
	enum tl_status st = put_words(t, r, m, err);
	return st == TL_OK ? tl_out_printf(t->out, err, "\t%u\t%u\n", m->taxon, t->common) : st;
}

static enum tl_status clstr_line(struct table *t, const struct tl_set_record *r,
				 const struct tl_set_record *m, struct tl_err *err)
{
	struct link l;
	struct tl_str word = tl_set_word(t->set, m);
	enum tl_status st = describe(t, m, r, &l, err);
	if (st == TL_OK && t->size == 0)
		st = tl_out_printf(t->out, err, ">Cluster %llu\n", (unsigned long long)t->cluster);
	if (st == TL_OK)
		st = tl_out_printf(t->out, err, "%llu\t%llu%s, >", (unsigned long long)t->size,
				   (unsigned long long)l.length, l.nucleotide ? "nt" : "aa");
	if (st == TL_OK)
		st = tl_out_put(t->out, word.p, word.n, err);
	if (st != TL_OK)
		return st;
	if (m == r)
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

static enum tl_status uc_names(struct table *t, const struct tl_set_record *m,
			       const struct tl_set_record *opt_r, struct tl_err *err)
{
	struct tl_str a = tl_set_word(t->set, m), b = {(const uint8_t *)"*", 1};
	if (opt_r)
		b = tl_set_word(t->set, opt_r);
	enum tl_status st = tl_out_put(t->out, a.p, a.n, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, "\t", 1, err);
	if (st == TL_OK)
		st = tl_out_put(t->out, b.p, b.n, err);
	return st == TL_OK ? tl_out_put(t->out, "\n", 1, err) : st;
}

static enum tl_status uc_line(struct table *t, const struct tl_set_record *r,
			      const struct tl_set_record *m, struct tl_err *err)
{
	struct link l;
	enum tl_status st = describe(t, m, r, &l, err);
	unsigned long long cluster = t->cluster, length = l.length;
	if (st != TL_OK)
		return st;
	if (m == r) {
		st = tl_out_printf(t->out, err, "S\t%llu\t%llu\t*\t*\t*\t*\t*\t", cluster, length);
		return st == TL_OK ? uc_names(t, m, NULL, err) : st;
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
	return st == TL_OK ? uc_names(t, m, r, err) : st;
}

static enum tl_status uc_end(struct table *t, const struct tl_set_record *r, struct tl_err *err)
{
	enum tl_status st =
		tl_out_printf(t->out, err, "C\t%llu\t%llu\t*\t*\t*\t*\t*\t",
			      (unsigned long long)t->cluster, (unsigned long long)t->size);
	return st == TL_OK ? uc_names(t, r, NULL, err) : st;
}

/* 3. Grouping. */

/* Records by reference; the reference, then the others by ordinal. */
static struct tl_radix_item *group(const struct tl_set *set, struct tl_err *err)
{
	struct tl_radix_item *item = tl_mem_alloc(set->n, sizeof *item, err);
	for (size_t i = 0; item && i < set->n; i++) {
		const struct tl_set_record *root = tl_set_root(set, &set->record[i]);
		size_t r = (size_t)(root - set->record);
		item[i] = (struct tl_radix_item){r, r == i ? 0 : i + 1};
	}
	if (item)
		tl_radix_items(item, set->n);
	return item;
}

/* 4. The interface. */

static const struct {
	const char *name;
	line_fn line;
	end_fn end;
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

/* The record of an item. */
static const struct tl_set_record *record_of(const struct tl_set *set,
					     const struct tl_radix_item *item)
{
	return &set->record[item->value ? item->value - 1 : item->key];
}

/* Of all ids in the cluster that begins at item i; records without one do not count. */
static uint32_t find_common(const struct tl_set *set, const struct tl_radix_item *item, size_t i)
{
	uint32_t all = 0;
	for (size_t j = i; j < set->n && item[j].key == item[i].key; j++) {
		uint32_t id = record_of(set, &item[j])->taxon;
		if (id && all)
			id = tl_lineage_common(set->opt_lineage, all, id);
		if (id)
			all = id;
	}
	return all;
}

enum tl_status tl_clusters_write(const struct tl_set *set, enum tl_clusters_format format,
				 struct tl_out *out, struct tl_err *err)
{
	struct table t = {.set = set, .out = out};
	uint64_t bytes = set->n * sizeof(struct tl_radix_item);
	enum tl_status st = tl_budget_need(set->budget, bytes, "the order of clusters", err);
	struct tl_radix_item *item = st == TL_OK ? group(set, err) : NULL;
	if (!item)
		return st == TL_OK ? TL_NOMEM : st;
	for (size_t i = 0, j; i < set->n && st == TL_OK; i = j, t.cluster++) {
		const struct tl_set_record *r = &set->record[item[i].key];
		t.size = 0;
		t.common = set->opt_lineage ? find_common(set, item, i) : 0;
		for (j = i; j < set->n && item[j].key == item[i].key && st == TL_OK; j++) {
			st = formats[format].line(&t, r, record_of(set, &item[j]), err);
			t.size++;
		}
		if (st == TL_OK && formats[format].end)
			st = formats[format].end(&t, r, err);
	}
	tl_buf_free(&t.scratch);
	free(item);
	tl_budget_give(set->budget, bytes);
	return st;
}
