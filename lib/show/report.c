/* SPDX-License-Identifier: MIT */
/* report: what a stream holds and what it costs.
 *
 * Contents: 1. counting  2. lengths  3. fields  4. text  5. JSON  6. the object.
 */
#include <tl/report.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/cigar.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/quote.h>
#include <tl/radix.h>
#include <tl/taxon.h>

#include "report_metr.h"

#define TYPES 16   /* block types told apart */
#define COLUMNS 64 /* (type, column) pairs told apart */
#define QUANTILES 5

struct cost {
	uint32_t type, tag; /* tag 0: the whole block */
	uint64_t blocks, raw, stored;
};

struct tl_report {
	struct cost type[TYPES], column[COLUMNS];
	size_t types, columns;
	uint64_t records[3]; /* by enum tl_kind */
	uint64_t residues[3];
	uint64_t references, loose; /* of records that stand whole */
	uint64_t hidden, hidden_residues; /* records that are only copied from: not among the others */
	uint64_t nucleotide;        /* residues in blocks of that alphabet */
	uint64_t letters[256];      /* of residues that stand whole */
	uint64_t identity[101];     /* members by percent of identity, rounded down */
	uint64_t matched, substituted, literals, borrowed, edges, cands;
	struct tl_map depth; /* by ordinal, of deltas and their duplicates */
	uint64_t deepest, indirect;
	uint64_t growing[3];  /* by enum tl_kind: residues of the record at hand so far */
	struct tl_buf ops;    /* of the delta at hand */
	struct tl_map length; /* length: records */
	struct tl_map taxa;   /* taxonomy ids there are */
	uint64_t with_taxon;  /* records */
	uint64_t files, text;
	struct tl_buf prov; /* lines */
	struct tl_report_metrs metrs;
	struct tl_reader_totals totals;
	bool verified;
	/* Worked out by tl_report_end. */
	uint64_t quantile[QUANTILES], n50;
};

/* 1. Counting. */

static struct cost *cost_of(struct cost *table, size_t *n, size_t cap, uint32_t type, uint32_t tag)
{
	size_t i = 0;
	while (i < *n && (table[i].type != type || table[i].tag != tag))
		i++;
	if (i == cap)
		return &table[cap - 1]; /* too many unknown types: the last one takes them */
	if (i == *n)
		table[(*n)++] = (struct cost){.type = type, .tag = tag};
	return &table[i];
}

static void count_costs(struct tl_report *r, const struct tl_block *b)
{
	struct cost *whole = cost_of(r->type, &r->types, TYPES, b->head.type, 0);
	whole->blocks++;
	whole->raw += b->head.raw;
	whole->stored += b->head.stored + TL_BLOCK_HEADER + TL_BLOCK_CHECK;
	for (size_t i = 0; i < b->columns; i++) {
		struct cost *c =
			cost_of(r->column, &r->columns, COLUMNS, b->head.type, b->col[i].tag);
		c->blocks++;
		c->raw += b->col[i].raw;
		c->stored += b->col[i].stored;
	}
}

static enum tl_status count_length(struct tl_report *r, uint64_t length, struct tl_err *err)
{
	uint64_t n = 0;
	if (length == UINT64_MAX)
		length--; /* which a map cannot hold, and nothing can have */
	(void)tl_map_get(&r->length, length, &n);
	return tl_map_put(&r->length, length, n + 1, err);
}

/* The script of the delta at hand: three varints, then runs; see tl-stream(5), section 5. */
static void count_script(struct tl_report *r)
{
	struct tl_cigar_sum sum;
	uint64_t skip;
	size_t pos = 0;
	for (int i = 0; i < 3; i++)
		if (!tl_bits_get_varint(r->ops.data, r->ops.len, &pos, &skip))
			return;
	struct tl_str runs = {r->ops.data + pos, r->ops.len - pos};
	if (tl_cigar_measure(runs, &sum)) {
		r->matched += sum.match;
		r->identity[tl_cigar_identity(&sum) / 10000]++;
	}
}

/* A duplicate is as deep as its base, a delta one deeper. */
static enum tl_status count_depth(struct tl_report *r, const struct tl_entry *e, bool delta,
				  struct tl_err *err)
{
	uint64_t depth = 0;
	(void)tl_map_get(&r->depth, e->base, &depth);
	depth += delta;
	if (depth > r->deepest)
		r->deepest = depth;
	r->indirect += delta && depth > 1;
	return depth ? tl_map_put(&r->depth, e->ordinal, depth, err) : TL_OK;
}

/* A piece of a delta. */
static enum tl_status count_delta(struct tl_report *r, const struct tl_entry *e, struct tl_err *err)
{
	uint64_t lent, own;
	enum tl_status st = TL_OK;
	if (!(e->flags & TL_REC_IN)) {
		tl_buf_reset(&r->ops);
		st = count_depth(r, e, true, err);
	}
	if (st == TL_OK)
		st = tl_buf_add(&r->ops, e->ops.p, e->ops.n, err);
	r->literals += e->lits.n;
	r->borrowed += tl_borrow_measure(e->loans, &lent, &own) ? lent : 0;
	r->substituted += e->subs.n;
	if (st == TL_OK && !(e->flags & TL_REC_OUT))
		count_script(r);
	return st;
}

static enum tl_status count_taxa(struct tl_report *r, const struct tl_entry *e, struct tl_err *err)
{
	size_t pos = 0;
	bool any = false;
	uint64_t one;
	enum tl_status st = TL_OK;
	for (uint32_t id; st == TL_OK && (id = tl_taxon_each(e->head, e->taxa, &pos)); any = true)
		if (!tl_map_get(&r->taxa, id, &one))
			st = tl_map_put(&r->taxa, id, 1, err);
	r->with_taxon += any;
	return st;
}

static enum tl_status count_entry(struct tl_report *r, const struct tl_batch *b, size_t i,
				  struct tl_err *err)
{
	struct tl_entry e;
	enum tl_status st = TL_OK;
	tl_batch_get(b, i, &e);
	if (!(e.flags & TL_REC_IN)) {
		r->records[b->kind]++;
		r->growing[b->kind] = 0;
		if (b->kind == TL_KIND_DUP)
			st = count_depth(r, &e, false, err);
		if (st == TL_OK)
			st = count_taxa(r, &e, err);
	}
	if (st == TL_OK && b->kind == TL_KIND_DELTA)
		st = count_delta(r, &e, err);
	r->growing[b->kind] += e.length;
	r->residues[b->kind] += e.length;
	r->nucleotide += b->alphabet == TL_NUCLEOTIDE ? e.length : 0;
	for (size_t j = 0; j < e.resi.n && b->kind == TL_KIND_SEQ; j++)
		r->letters[e.resi.p[j]]++;
	if (st == TL_OK && !(e.flags & TL_REC_OUT))
		st = count_length(r, r->growing[b->kind], err);
	return st;
}

/* They deepen chains, but count for nothing else. */
static enum tl_status count_hidden(struct tl_report *r, const struct tl_batch *b, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		r->hidden_residues += e.length;
		if (e.flags & TL_REC_IN)
			continue;
		r->hidden++;
		if (b->kind != TL_KIND_SEQ)
			st = count_depth(r, &e, b->kind == TL_KIND_DELTA, err);
	}
	return st;
}

static enum tl_status count_batch(struct tl_report *r, const struct tl_item *item,
				  struct tl_err *err)
{
	const struct tl_batch *b = &item->batch;
	if (item->stream_flags & TL_STREAM_REDUCED && item->block.head.flags & TL_BLOCK_HIDDEN)
		return count_hidden(r, b, err);
	bool reference =
		!(item->stream_flags & TL_STREAM_REDUCED) || item->block.head.flags & TL_BLOCK_REF;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		if (b->kind == TL_KIND_SEQ && !(b->flags[i] & TL_REC_IN)) {
			r->references += reference;
			r->loose += !reference;
		}
		st = count_entry(r, b, i, err);
	}
	return st;
}

enum tl_status tl_report_item(struct tl_report *r, const struct tl_item *item, struct tl_err *err)
{
	count_costs(r, &item->block);
	switch (item->block.head.type) {
	case TL_BLOCK_SEQS:
	case TL_BLOCK_DUPS:
	case TL_BLOCK_DLTA:
		return count_batch(r, item, err);
	case TL_BLOCK_EDGE:
		r->edges += item->block.head.records;
		return TL_OK;
	case TL_BLOCK_CAND:
		r->cands += item->block.head.records;
		return TL_OK;
	case TL_BLOCK_FILE:
		r->files++;
		r->text += item->file.text;
		return TL_OK;
	case TL_BLOCK_PROV: {
		struct tl_str text = tl_note_get_prov(&item->block);
		enum tl_status st = tl_buf_add(&r->prov, text.p, text.n, err);
		return st == TL_OK ? tl_buf_add(&r->prov, "\n", 1, err) : st;
	}
	case TL_BLOCK_METR:
		return tl_report_metr_add(&r->metrs, &item->block, err);
	default:
		return TL_OK;
	}
}

/* 2. Lengths. */

static void work_out_lengths(struct tl_report *r)
{
	static const unsigned part[QUANTILES] = {0, 25, 50, 75, 100};
	struct tl_radix_item *item = malloc((r->length.n + 1) * sizeof *item);
	uint64_t records = 0, residues = 0, seen = 0, sum = 0;
	size_t n = 0;
	for (size_t i = 0; item && i < r->length.size; i++)
		if (r->length.slot[i].key != UINT64_MAX)
			item[n++] = (struct tl_radix_item){r->length.slot[i].key,
							   r->length.slot[i].value};
	if (item)
		tl_radix_items(item, n);
	for (size_t i = 0; i < n; i++) {
		records += item[i].value;
		residues += item[i].key * item[i].value;
	}
	for (size_t i = 0; i < n; i++) {
		seen += item[i].value;
		for (size_t q = 0; q < QUANTILES; q++)
			if (seen - item[i].value <= (records - 1) * part[q] / 100 &&
			    (records - 1) * part[q] / 100 < seen)
				r->quantile[q] = item[i].key;
	}
	for (size_t i = n; i-- > 0 && !r->n50;) {
		sum += item[i].key * item[i].value;
		if (sum * 2 >= residues)
			r->n50 = item[i].key;
	}
	free(item);
}

void tl_report_end(struct tl_report *r, const struct tl_reader_totals *totals, bool verified)
{
	r->totals = *totals;
	r->verified = verified;
	work_out_lengths(r);
}

/* 3. Fields: numbers with a name, the same for both forms. */

struct field {
	const char *name, *label;
	uint64_t value;
};

static size_t list_fields(const struct tl_report *r, struct field *f)
{
	const uint64_t *n = r->records, *s = r->residues, *q = r->quantile;
	size_t k = 0;
	f[k++] = (struct field){"records", "records", n[0] + n[1] + n[2]};
	f[k++] = (struct field){"residues", "residues", s[0] + s[1] + s[2]};
	f[k++] = (struct field){"nucleotides", "  of them nucleotides", r->nucleotide};
	f[k++] = (struct field){"references", "references", r->references};
	f[k++] = (struct field){"reference_residues", "  residues that stand whole", s[0]};
	f[k++] = (struct field){"members", "members (deltas)", n[2]};
	f[k++] = (struct field){"member_residues", "  residues", s[2]};
	f[k++] = (struct field){"duplicates", "duplicates", n[1]};
	f[k++] = (struct field){"duplicate_residues", "  residues", s[1]};
	f[k++] = (struct field){"loose", "loose records", r->loose};
	f[k++] = (struct field){"hidden", "hidden records", r->hidden};
	f[k++] = (struct field){"hidden_residues", "  residues", r->hidden_residues};
	f[k++] = (struct field){"edges", "edges", r->edges};
	f[k++] = (struct field){"delta_matched", "residues of deltas copied", r->matched};
	f[k++] = (struct field){"delta_substituted", "  substituted", r->substituted};
	f[k++] = (struct field){"delta_literals", "  literals", r->literals};
	f[k++] = (struct field){"delta_borrowed", "  from other references", r->borrowed};
	f[k++] = (struct field){"delta_depth", "deepest chain of deltas", r->deepest};
	f[k++] = (struct field){"delta_indirect", "deltas of deltas", r->indirect};
	f[k++] = (struct field){"candidates", "candidate pairs, by diagonal", r->cands};
	f[k++] = (struct field){"length_min", "length, least", q[0]};
	f[k++] = (struct field){"length_q1", "  first quartile", q[1]};
	f[k++] = (struct field){"length_median", "  median", q[2]};
	f[k++] = (struct field){"length_q3", "  third quartile", q[3]};
	f[k++] = (struct field){"length_max", "  greatest", q[4]};
	f[k++] = (struct field){"n50", "  N50", r->n50};
	f[k++] = (struct field){"with_taxon", "records with a taxon", r->with_taxon};
	f[k++] = (struct field){"taxa", "  different taxa", r->taxa.n};
	f[k++] = (struct field){"files", "files", r->files};
	f[k++] = (struct field){"text_bytes", "bytes of text", r->text};
	f[k++] = (struct field){"stream_bytes", "bytes of stream", r->totals.bytes};
	return k;
}

#define FIELDS 32

/* stream / text in hundredths of a percent. */
static uint64_t ratio(const struct tl_report *r)
{
	return r->text ? r->totals.bytes * 10000 / r->text : 0;
}

/* 4. Text. */

static enum tl_status put_cost(const struct cost *c, struct tl_out *out, struct tl_err *err)
{
	return tl_out_printf(
		out, err, "%s %-5s %10llu %15llu %15llu\n", tl_block_type_name(c->type).s,
		c->tag ? tl_block_type_name(c->tag).s : "", (unsigned long long)c->blocks,
		(unsigned long long)c->raw, (unsigned long long)c->stored);
}

static enum tl_status put_costs(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_printf(out, err, "\n%-10s %10s %15s %15s\n", "block", "blocks",
					  "raw bytes", "stored bytes");
	for (size_t t = 0; t < r->types && st == TL_OK; t++) {
		st = put_cost(&r->type[t], out, err);
		for (size_t c = 0; c < r->columns && st == TL_OK; c++)
			if (r->column[c].type == r->type[t].type)
				st = put_cost(&r->column[c], out, err);
	}
	return st;
}

static enum tl_status put_histogram(const struct tl_report *r, struct tl_out *out,
				    struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (r->records[TL_KIND_DELTA])
		st = tl_out_printf(out, err, "\nidentity %%       members\n");
	for (int i = 100; i >= 0 && st == TL_OK; i--)
		if (r->identity[i])
			st = tl_out_printf(out, err, "%10d %13llu\n", i,
					   (unsigned long long)r->identity[i]);
	return st;
}

static enum tl_status put_letters(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
{
	uint64_t all = 0;
	enum tl_status st = tl_out_printf(out, err, "\nresidue   whole records         %%\n");
	for (int c = 0; c < 256; c++)
		all += r->letters[c];
	for (int c = 0; c < 256 && st == TL_OK; c++) {
		if (!r->letters[c])
			continue;
		uint64_t p = (uint64_t)((double)r->letters[c] / (double)all * 10000 + 0.5);
		st = tl_out_printf(out, err, "%7c %15llu %6llu.%02llu\n", c,
				   (unsigned long long)r->letters[c], (unsigned long long)(p / 100),
				   (unsigned long long)(p % 100));
	}
	return st;
}

enum tl_status tl_report_text(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
{
	struct field f[FIELDS];
	size_t n = list_fields(r, f);
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = tl_out_printf(out, err, "%-28s %15llu\n", f[i].label,
				   (unsigned long long)f[i].value);
	if (st == TL_OK && r->text)
		st = tl_out_printf(out, err, "%-28s %12llu.%02llu %%\n", "stream by text",
				   (unsigned long long)(ratio(r) / 100),
				   (unsigned long long)(ratio(r) % 100));
	if (st == TL_OK)
		st = tl_out_printf(out, err, "%-28s %15s\n", "verified",
				   r->verified ? "yes" : "not asked for");
	if (st == TL_OK)
		st = put_costs(r, out, err);
	if (st == TL_OK)
		st = put_histogram(r, out, err);
	if (st == TL_OK)
		st = put_letters(r, out, err);
	if (st == TL_OK)
		st = tl_report_metr_text(&r->metrs, out, err);
	if (st == TL_OK)
		st = tl_out_printf(out, err, "\nmade by\n");
	/* What a stream says is not to move the cursor of a terminal. */
	for (size_t i = 0; i < r->prov.len && st == TL_OK; i++) {
		uint8_t c = r->prov.data[i];
		bool control = (c < 32 && c != '\n' && c != '\t') || c == 127;
		st = tl_out_put(out, control ? (const uint8_t *)"?" : &c, 1, err);
	}
	return st;
}

/* 5. JSON. */

static enum tl_status json_costs(const struct cost *c, size_t n, const char *name,
				 struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_printf(out, err, ",\n  \"%s\": [", name);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		uint8_t id[8];
		tl_bits_put32(id, c[i].type);
		tl_bits_put32(id + 4, c[i].tag);
		st = tl_out_printf(out, err, "%s\n    {\"type\": ", i ? "," : "");
		if (st == TL_OK)
			st = tl_quote_put(id, 4, out, err);
		if (st == TL_OK && c[i].tag)
			st = tl_out_printf(out, err, ", \"column\": ");
		if (st == TL_OK && c[i].tag)
			st = tl_quote_put(id + 4, 4, out, err);
		if (st == TL_OK)
			st = tl_out_printf(
				out, err, ", \"blocks\": %llu, \"raw\": %llu, \"stored\": %llu}",
				(unsigned long long)c[i].blocks, (unsigned long long)c[i].raw,
				(unsigned long long)c[i].stored);
	}
	return st == TL_OK ? tl_out_printf(out, err, "\n  ]") : st;
}

/* {"KEY": count, ...} of the counts that are not 0; letters: the keys are characters. */
static enum tl_status json_counts(const uint64_t *count, size_t n, bool letters, const char *name,
				  struct tl_out *out, struct tl_err *err)
{
	const char *comma = "";
	enum tl_status st = tl_out_printf(out, err, ",\n  \"%s\": {", name);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		uint8_t letter = (uint8_t)i;
		if (!count[i])
			continue;
		st = tl_out_printf(out, err, "%s", comma);
		if (st == TL_OK)
			st = letters ? tl_quote_put(&letter, 1, out, err)
				     : tl_out_printf(out, err, "\"%zu\"", i);
		if (st == TL_OK)
			st = tl_out_printf(out, err, ": %llu", (unsigned long long)count[i]);
		comma = ", ";
	}
	return st == TL_OK ? tl_out_printf(out, err, "}") : st;
}

static enum tl_status json_prov(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_printf(out, err, ",\n  \"provenance\": [");
	for (size_t at = 0; at < r->prov.len && st == TL_OK;) {
		const uint8_t *p = r->prov.data + at;
		const uint8_t *end = memchr(p, '\n', r->prov.len - at);
		st = tl_out_printf(out, err, "%s\n    ", at ? "," : "");
		if (st == TL_OK)
			st = tl_quote_put(p, (size_t)(end - p), out, err);
		at += (size_t)(end - p) + 1;
	}
	return st == TL_OK ? tl_out_printf(out, err, "\n  ]\n}\n") : st;
}

enum tl_status tl_report_json(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
{
	struct field f[FIELDS];
	size_t n = list_fields(r, f);
	enum tl_status st = tl_out_printf(out, err, "{");
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = tl_out_printf(out, err, "%s\n  \"%s\": %llu", i ? "," : "", f[i].name,
				   (unsigned long long)f[i].value);
	if (st == TL_OK)
		st = tl_out_printf(out, err, ",\n  \"verified\": %s",
				   r->verified ? "true" : "false");
	if (st == TL_OK)
		st = json_costs(r->type, r->types, "blocks", out, err);
	if (st == TL_OK)
		st = json_costs(r->column, r->columns, "columns", out, err);
	if (st == TL_OK)
		st = json_counts(r->identity, 101, false, "identity", out, err);
	if (st == TL_OK)
		st = json_counts(r->letters, 256, true, "composition", out, err);
	if (st == TL_OK && r->metrs.n)
		st = tl_report_metr_json(&r->metrs, out, err);
	return st == TL_OK ? json_prov(r, out, err) : st;
}

/* 6. The object. */

enum tl_status tl_report_new(struct tl_report **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	return *ret ? TL_OK : TL_NOMEM;
}

void tl_report_free(struct tl_report *r)
{
	if (!r)
		return;
	tl_map_free(&r->depth);
	tl_map_free(&r->length);
	tl_map_free(&r->taxa);
	tl_buf_free(&r->prov);
	tl_report_metr_free(&r->metrs);
	tl_buf_free(&r->ops);
	free(r);
}
