/* SPDX-License-Identifier: MIT */
/* set: all records of a stream, and what was decided for each.
 *
 * Contents: 1. taking blocks in  2. deciding  3. looking up.
 */
#include <tl/set.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>
#include <tl/taxon.h>
#include <tl/text.h>

#include "set_arc.h"
#include "set_chain.h"
#include "set_edge.h"
#include "set_script.h"

/* 1. Taking blocks in. */

static enum tl_status add_word(struct tl_set *set, const struct tl_entry *e, struct tl_err *err)
{
	enum tl_status st = tl_budget_grow(set->budget, &set->word, &set->word_cap, set->n, sizeof *set->word, "the table of names",
			       err);
	if (st != TL_OK)
		return st;
	struct tl_str w = tl_text_word(e->head);
	if ((st = tl_budget_need(set->budget, w.n + 1, "the names for --clusters", err)) != TL_OK)
		return st;
	set->charged += w.n + 1;
	set->word[set->n - 1] = set->words.len;
	st = tl_buf_add(&set->words, w.p, w.n, err);
	return st == TL_OK ? tl_buf_add(&set->words, "\n", 1, err) : st;
}

static uint32_t taxon_of(const struct tl_set *set, const struct tl_entry *e)
{
	size_t pos = 0;
	uint32_t all = set->want_taxa ? tl_taxon_each(e->head, e->taxa, &pos) : 0;
	for (uint32_t id; all && set->opt_lineage && (id = tl_taxon_each(e->head, e->taxa, &pos));)
		all = tl_lineage_common(set->opt_lineage, all, id);
	return all;
}

static enum tl_status add_record(struct tl_set *set, const struct tl_entry *e,
				 const struct tl_batch *b, size_t i, struct tl_err *err)
{
	enum tl_status st =
		tl_budget_grow(set->budget, &set->record, &set->cap, set->n + 1, sizeof *set->record, "the table of records",
			       err);
	if (st != TL_OK)
		return st;
	bool whole = b->kind == TL_KIND_SEQ;
	set->current[b->kind] = set->n;
	set->record[set->n++] =
		(struct tl_set_record){.ordinal = e->ordinal,
				       .base = whole ? e->ordinal : e->base,
				       .block = (uint32_t)tl_spool_count(set->spool),
				       .entry = (uint32_t)i,
				       .node = TL_SELECT_NONE,
				       .taxon = taxon_of(set, e),
				       .kind = (uint8_t)b->kind,
				       .role = whole ? TL_SET_REF : TL_SET_COPY,
				       .nucleotide = b->alphabet == TL_NUCLEOTIDE,
				       .prefer = b->kind == TL_KIND_DUP && set->opt_prefer &&
						 tl_names_match(set->opt_prefer, e->head,
								e->ordinal)};
	return set->want_words ? add_word(set, e, err) : TL_OK;
}

static enum tl_status add_node(struct tl_set *set, const struct tl_entry *e, struct tl_err *err)
{
	enum tl_status st =
		tl_budget_grow(set->budget, &set->node, &set->node_cap, set->nodes + 1, sizeof *set->node, "the table of records",
			       err);
	if (st != TL_OK)
		return st;
	set->node[set->nodes] = (struct tl_select_node){
		.prefer = set->opt_prefer && tl_names_match(set->opt_prefer, e->head, e->ordinal)};
	set->record[set->n - 1].node = (uint32_t)set->nodes++;
	return TL_OK;
}

/* A piece of a record that stands whole; the last one fills in its node. */
static enum tl_status add_piece(struct tl_set *set, const struct tl_entry *e, struct tl_err *err)
{
	const struct tl_set_record *r = &set->record[set->current[TL_KIND_SEQ]];
	bool first = !(e->flags & TL_REC_IN), last = !(e->flags & TL_REC_OUT);
	enum tl_status st = first ? add_node(set, e, err) : TL_OK;
	if (st != TL_OK)
		return st;
	if (first)
		tl_hash_reset(set->hash);
	tl_hash_put(set->hash, e->resi.p, e->resi.n);
	if (last) {
		struct tl_select_node *node = &set->node[r->node];
		node->length = r->length;
		node->hash = tl_hash_get(set->hash).lo;
		node->cost = tl_select_whole(r->length, r->nucleotide);
	}
	return TL_OK;
}

/* A piece of a delta; with the last one its script is looked at. */
static enum tl_status add_delta(struct tl_set *set, const struct tl_entry *e, struct tl_err *err)
{
	struct tl_set_record *r = &set->record[set->current[TL_KIND_DELTA]];
	struct tl_delta_sum sum;
	if (!(e->flags & TL_REC_IN))
		tl_buf_reset(&set->ops);
	enum tl_status st = tl_buf_add(&set->ops, e->ops.p, e->ops.n, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	if (!tl_delta_look((struct tl_str){set->ops.data, set->ops.len}, &sum))
		return tl_err_set(err, TL_DATA, "record tl|%llu: a broken delta script",
				  (unsigned long long)e->ordinal);
	r->identity = tl_cigar_identity(&sum.cigar);
	r->minus = sum.minus;
	return TL_OK;
}

static enum tl_status put_batch(struct tl_set *set, const struct tl_batch *b, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		if (!(e.flags & TL_REC_IN))
			st = add_record(set, &e, b, i, err);
		if (st != TL_OK)
			break;
		set->record[set->current[b->kind]].length += e.length;
		if (b->kind == TL_KIND_SEQ)
			st = add_piece(set, &e, err);
		else if (b->kind == TL_KIND_DELTA)
			st = add_delta(set, &e, err);
	}
	return st;
}

enum tl_status tl_set_put(struct tl_set *set, const struct tl_item *item, struct tl_err *err)
{
	uint32_t type = item->block.head.type;
	enum tl_status st;
	if (type == TL_BLOCK_EDGE)
		st = tl_set_edge_put(set, &item->edges, err);
	else if (type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA)
		st = put_batch(set, &item->batch, err);
	else if (type == TL_BLOCK_FILE)
		st = TL_OK;
	else
		return TL_OK;
	size_t n = tl_spool_count(set->spool);
	if (st == TL_OK)
		st = tl_mem_grow(&set->shift, &set->shift_cap, n + 1, sizeof *set->shift, err);
	if (st != TL_OK)
		return st;
	set->shift[n] = item->shift;
	return tl_spool_put(set->spool, &item->block, err);
}

/* 2. Deciding. */

enum tl_status tl_set_new(struct tl_budget *budget, struct tl_set **ret, struct tl_err *err)
{
	struct tl_set *set = tl_mem_zalloc(1, sizeof *set, err);
	if (!set)
		return TL_NOMEM;
	set->budget = budget;
	enum tl_status st = tl_spool_new(budget, tl_budget_share(budget, 1, 8, 0), &set->spool,
					 err);
	if (st == TL_OK)
		st = tl_store_new(budget, tl_budget_share(budget, 1, 16, 0), &set->scripts, err);
	if (st == TL_OK)
		st = tl_store_new(budget, tl_budget_share(budget, 1, 8, 0), &set->edge, err);
	if (st == TL_OK)
		st = (set->hash = tl_hash_new(err)) ? TL_OK : TL_NOMEM;
	if (st != TL_OK) {
		tl_set_free(set);
		return st;
	}
	*ret = set;
	return TL_OK;
}

enum tl_status tl_set_select(struct tl_set *set, const struct tl_select_params *params,
			     struct tl_err *err)
{
	uint64_t bytes = set->nodes * (sizeof *set->of_node + sizeof *set->script +
				       sizeof *set->script_bytes + 12 /* of the result */);
	enum tl_status st = tl_set_chain_sort(set, err);
	if (st == TL_OK)
		st = tl_budget_need(set->budget, bytes, "what is decided", err);
	if (st != TL_OK)
		return st;
	set->charged += bytes;
	set->of_node = tl_mem_zalloc(set->nodes, sizeof *set->of_node, err);
	set->script = tl_mem_zalloc(set->nodes, sizeof *set->script, err);
	set->script_bytes = tl_mem_zalloc(set->nodes, sizeof *set->script_bytes, err);
	if (!set->of_node || !set->script || !set->script_bytes)
		return TL_NOMEM;
	if ((st = tl_set_arc_select(set, params, err)) != TL_OK)
		return st;
	if ((st = tl_set_script_make(set, err)) != TL_OK)
		return st;
	tl_set_edge_drop(set);
	return tl_set_place(set, err);
}

enum tl_status tl_set_recode(struct tl_set *set, struct tl_set_record *r,
			     const struct tl_set_record *base, const struct tl_delta *d,
			     struct tl_err *err)
{
	r->base = base->ordinal;
	return tl_set_script_put(set, r->node, d, err);
}

enum tl_status tl_set_place(struct tl_set *set, struct tl_err *err)
{
	enum tl_status st = tl_set_chain_measure(set, NULL, err);
	if (st == TL_OK)
		tl_set_chain_place(set);
	return st;
}

/* 3. Looking up. */

struct tl_set_record *tl_set_find(const struct tl_set *set, uint64_t ordinal)
{
	size_t lo = 0, hi = set->n;
	/* Ordinals rise by one at least, so none stands behind that place, and mostly it is that.
	 */
	if (hi && ordinal >= set->record[0].ordinal && ordinal - set->record[0].ordinal < hi) {
		hi = (size_t)(ordinal - set->record[0].ordinal);
		if (set->record[hi].ordinal == ordinal)
			return &set->record[hi];
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (set->record[mid].ordinal < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->n && set->record[lo].ordinal == ordinal ? &set->record[lo] : NULL;
}

enum tl_status tl_set_script(const struct tl_set *set, const struct tl_set_record *r,
			     struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	return tl_set_script_get(set, r->node, true, scratch, ret, err);
}

enum tl_status tl_set_coded(const struct tl_set *set, const struct tl_set_record *r,
			    struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	return tl_set_script_get(set, r->node, false, scratch, ret, err);
}

const struct tl_set_record *tl_set_root(const struct tl_set *set, const struct tl_set_record *r)
{
	while (r && (r->role == TL_SET_MEMBER || r->role == TL_SET_COPY))
		r = tl_set_find(set, r->base);
	return r;
}

struct tl_str tl_set_word(const struct tl_set *set, const struct tl_set_record *r)
{
	const uint8_t *p = set->words.data + set->word[r - set->record];
	const uint8_t *end = memchr(p, '\n', set->words.len - (size_t)(p - set->words.data));
	return (struct tl_str){p, (size_t)(end - p)};
}

void tl_set_free(struct tl_set *set)
{
	if (!set)
		return;
	tl_spool_free(set->spool);
	free(set->shift);
	free(set->record);
	free(set->node);
	free(set->of_node);
	tl_set_edge_drop(set);
	tl_budget_give(set->budget, set->charged + set->cap * sizeof *set->record +
					    set->node_cap * sizeof *set->node +
					    set->word_cap * sizeof *set->word);
	tl_buf_free(&set->words);
	free(set->word);
	tl_select_free(&set->result);
	tl_store_free(set->scripts);
	free(set->script);
	free(set->script_bytes);
	tl_hash_free(set->hash);
	tl_buf_free(&set->ops);
	free(set);
}
