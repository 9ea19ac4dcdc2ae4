/* SPDX-License-Identifier: MIT */
/* set: all records of a stream, and what was decided for each.
 *
 * Contents: 1. taking blocks in  2. deciding  3. looking up.
 */
#include <tl/set.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/mem.h>
#include <tl/taxon.h>
#include <tl/text.h>

#include "renew.h"
#include "set_arc.h"
#include "set_chain.h"
#include "set_edge.h"
#include "set_row.h"
#include "set_script.h"

#define LENDER_BYTES 24 /* of a map, for each key, on the average */
#define WORD_READ 64 /* bytes of a word that are asked for before its length is known */

/* 1. Taking blocks in. */

/* Appends the first word of a header, behind its length. */
static enum tl_status add_word(struct tl_set *set, const struct tl_entry *e, struct tl_err *err)
{
	struct tl_str w = tl_text_word(e->head);
	uint8_t head[TL_VARINT_MAX];
	enum tl_status st =
		tl_store_put(set->words, head, tl_bits_put_varint(head, w.n), err);
	return st == TL_OK ? tl_store_put(set->words, w.p, w.n, err) : st;
}

static uint32_t taxon_of(const struct tl_set *set, const struct tl_entry *e)
{
	size_t pos = 0;
	uint32_t all = set->want_taxa ? tl_taxon_each(e->head, e->taxa, &pos) : 0;
	for (uint32_t id; all && set->opt_lineage && (id = tl_taxon_each(e->head, e->taxa, &pos));)
		all = tl_lineage_common(set->opt_lineage, all, id);
	return all;
}

/* The first piece of a record. */
static enum tl_status begin_record(struct tl_set *set, const struct tl_entry *e,
				   const struct tl_batch *b, size_t i, struct tl_err *err)
{
	struct tl_set_open *o = &set->current[b->kind];
	uint64_t flags = b->kind;
	if (o->open)
		return tl_err_set(err, TL_DATA, "the last piece of a record is missing");
	if (b->alphabet == TL_NUCLEOTIDE)
		flags |= ROW_NUCLEOTIDE;
	if (b->kind != TL_KIND_DELTA && set->opt_prefer &&
	    tl_names_match(set->opt_prefer, e->head, e->ordinal))
		flags |= ROW_PREFER;
	o->open = true;
	o->row[ROW_ORDINAL] = e->ordinal;
	o->row[ROW_BASE] = e->base;
	o->row[ROW_LENGTH] = 0;
	o->row[ROW_PLACE] = (uint64_t)tl_spool_count(set->spool) << 32 | i;
	o->row[ROW_TAXON] = (uint64_t)taxon_of(set, e) << 32;
	o->row[ROW_WORD] = tl_store_bytes(set->words) << 8 | flags;
	set->n++;
	set->nodes += b->kind == TL_KIND_SEQ;
	return set->want_words ? add_word(set, e, err) : TL_OK;
}

static void hash_piece(struct tl_set *set, const struct tl_entry *e, uint64_t *row)
{
	if (!(e->flags & TL_REC_IN))
		tl_hash_reset(set->hash);
	tl_hash_put(set->hash, e->resi.p, e->resi.n);
	if (e->flags & TL_REC_OUT)
		return;
	row[ROW_BASE] = tl_hash_get(set->hash).lo;
	if (set->opt_former)
		tl_renew_claim(set, row, tl_hash_get(set->hash));
}

/* What the literals of a delta stand in. */
static enum tl_status note_lenders(struct tl_set *set, const struct tl_entry *e, bool nucleotide,
				   struct tl_err *err)
{
	struct tl_borrow b = tl_borrow_begin(e->ordinal);
	struct tl_loan loan;
	uint64_t last = e->ordinal, had;
	enum tl_status st = TL_OK;
	while (st == TL_OK && tl_borrow_next(&b, e->loans, &loan)) {
		if (loan.source == last)
			continue;
		last = loan.source;
		if (!tl_map_get(&set->lenders, last, &had)) {
			had = 0;
			st = tl_budget_need(set->budget, LENDER_BYTES, "the table of lenders", err);
			set->charged += st == TL_OK ? LENDER_BYTES : 0;
		}
		if (st == TL_OK)
			st = tl_map_put(&set->lenders, last, had | TL_SET_LENDS << nucleotide, err);
	}
	return st;
}

/* A piece of a delta; with the last one its script is looked at. */
static enum tl_status add_delta(struct tl_set *set, const struct tl_entry *e, bool nucleotide,
				uint64_t *row, struct tl_err *err)
{
	struct tl_delta_sum sum;
	if (!(e->flags & TL_REC_IN))
		tl_buf_reset(&set->ops);
	enum tl_status st = tl_buf_add(&set->ops, e->ops.p, e->ops.n, err);
	if (st == TL_OK)
		st = note_lenders(set, e, nucleotide, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	if (!tl_delta_look((struct tl_str){set->ops.data, set->ops.len}, &sum))
		return tl_err_set(err, TL_DATA, "record tl|%llu: a broken delta script",
				  (unsigned long long)e->ordinal);
	row[ROW_TAXON] |= tl_cigar_identity(&sum.cigar);
	row[ROW_WORD] |= sum.minus ? ROW_MINUS : 0;
	return TL_OK;
}

static enum tl_status put_batch(struct tl_set *set, const struct tl_batch *b, bool hidden,
				struct tl_err *err)
{
	struct tl_set_open *o = &set->current[b->kind];
	enum tl_status st = TL_OK;
	set->fasta |= b->n && b->format == TL_FORMAT_FASTA;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		if (!(e.flags & TL_REC_IN))
			st = begin_record(set, &e, b, i, err);
		if (st != TL_OK)
			break;
		o->row[ROW_LENGTH] += e.length;
		if (b->kind == TL_KIND_SEQ)
			hash_piece(set, &e, o->row);
		else if (b->kind == TL_KIND_DELTA)
			st = add_delta(set, &e, b->alphabet == TL_NUCLEOTIDE, o->row, err);
		if (st == TL_OK && !(e.flags & TL_REC_OUT)) {
			o->open = false;
			o->row[ROW_WORD] |= hidden ? ROW_HIDDEN : 0;
			set->hidden += hidden;
			st = tl_sort_put(set->reading, 0, o->row, err);
		}
	}
	return st;
}

enum tl_status tl_set_put(struct tl_set *set, struct tl_item *item, struct tl_err *err)
{
	uint32_t type = item->block.head.type;
	enum tl_status st;
	if (type == TL_BLOCK_EDGE)
		st = tl_set_edge_put(set, &item->edges, err);
	else if (type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA)
		st = put_batch(set, &item->batch, item->block.head.flags & TL_BLOCK_HIDDEN, err);
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
	return tl_spool_give(set->spool, set->pool, &item->block, err);
}

/* 2. Deciding. */

enum tl_status tl_set_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_set **ret,
			  struct tl_err *err)
{
	uint64_t eighth = tl_budget_share(budget, 1, 8, 0), sixteenth = eighth / 2;
	struct tl_set *set = tl_mem_zalloc(1, sizeof *set, err);
	if (!set)
		return TL_NOMEM;
	set->pool = pool;
	set->budget = budget;
	enum tl_status st = tl_spool_new(budget, eighth, &set->spool, err);
	if (st == TL_OK)
		st = tl_sort_new(pool, budget, eighth, TL_SET_ROW, &set->reading, err);
	if (st == TL_OK)
		st = tl_table_new(budget, sixteenth, sizeof(struct tl_set_edge), &set->edge, err);
	if (st == TL_OK)
		st = tl_store_new(budget, sixteenth, &set->words, err);
	if (st == TL_OK)
		st = tl_store_new(budget, sixteenth, &set->scripts, err);
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
	for (int kind = 0; kind < 3; kind++)
		if (set->current[kind].open)
			return tl_err_set(err, TL_DATA, "the last piece of a record is missing");
	enum tl_status st = tl_spool_settle(set->spool, err);
	if (st == TL_OK)
		st = tl_set_chain_sort(set, err);
	if (st == TL_OK)
		st = tl_set_chain_measure(set, err);
	if (st == TL_OK)
		st = tl_set_arc_select(set, params, err);
	if (st == TL_OK)
		st = tl_set_script_make(set, err);
	if (st != TL_OK)
		return st;
	tl_set_edge_drop(set);
	return tl_set_place(set, err);
}

enum tl_status tl_set_recode(struct tl_set *set, uint32_t i, uint32_t base, const struct tl_delta *d,
			     struct tl_err *err)
{
	set->base[i] = base;
	return tl_set_script_again(set, i, d, err);
}

enum tl_status tl_set_place(struct tl_set *set, struct tl_err *err)
{
	enum tl_status st = tl_set_script_settle(set, err);
	if (st == TL_OK)
		st = tl_set_chain_measure(set, err);
	if (st == TL_OK)
		tl_set_chain_place(set);
	return st;
}

/* 3. Looking up. */

/* Among the records behind a sample, of which some ordinals between are missing. */
static enum tl_status search(struct tl_set *set, uint32_t from, uint32_t n, uint64_t ordinal,
			     uint32_t *ret, struct tl_err *err)
{
	uint32_t lo = from, hi = from + n;
	*ret = TL_SET_NONE;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const void *row;
		enum tl_status st = tl_table_get(set->row, &set->find_view, mid, &row, err);
		if (st != TL_OK)
			return st;
		uint64_t at = ((const uint64_t *)row)[ROW_ORDINAL];
		if (at == ordinal)
			*ret = mid;
		lo = at < ordinal ? mid + 1 : lo;
		hi = at < ordinal ? hi : mid;
	}
	return TL_OK;
}

enum tl_status tl_set_find(struct tl_set *set, uint64_t ordinal, uint32_t *ret, struct tl_err *err)
{
	uint32_t lo = 0, hi = (uint32_t)((set->n + TL_SET_SAMPLE - 1) / TL_SET_SAMPLE);
	*ret = TL_SET_NONE;
	if (!set->n || ordinal < set->sample[0] || ordinal > set->last)
		return TL_OK;
	/* Ordinals rise by one at least, so no sample stands behind this one. */
	uint64_t most = (ordinal - set->sample[0]) / TL_SET_SAMPLE;
	if (most < hi && set->sample[most] <= ordinal)
		lo = (uint32_t)most;
	hi = most < hi ? (uint32_t)most + 1 : hi;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (set->sample[mid] <= ordinal)
			lo = mid;
		else
			hi = mid;
	}
	uint32_t from = lo * TL_SET_SAMPLE, left = (uint32_t)set->n - from;
	uint64_t past = left > TL_SET_SAMPLE ? set->sample[lo + 1] : set->last + 1;
	uint32_t n = left > TL_SET_SAMPLE ? TL_SET_SAMPLE : left;
	if (past - set->sample[lo] != n)
		return search(set, from, n, ordinal, ret, err);
	*ret = from + (uint32_t)(ordinal - set->sample[lo]);
	return TL_OK;
}

enum tl_status tl_set_get(struct tl_set *set, uint32_t i, struct tl_set_record *ret,
			  struct tl_err *err)
{
	const void *p;
	enum tl_status st = tl_table_get(set->row, &set->row_view, i, &p, err);
	if (st != TL_OK)
		return st;
	const uint64_t *row = p;
	bool old = row[ROW_WORD] & ROW_OLD, ours = set->opt_former && kind_of(set, i) == TL_KIND_SEQ;
	uint32_t known = (uint32_t)row[ROW_TAXON];
	*ret = (struct tl_set_record){
		.ordinal = row[ROW_ORDINAL], .base = row[ROW_BASE], .length = row[ROW_LENGTH],
		.word = row[ROW_WORD] >> 8,
		.block = (uint32_t)(row[ROW_PLACE] >> 32), .entry = (uint32_t)row[ROW_PLACE],
		.taxon = (uint32_t)(row[ROW_TAXON] >> 32), .identity = ours && !old ? 0 : known,
		.kind = (enum tl_kind)kind_of(set, i), .role = tl_set_role(set, i),
		.depth = tl_set_depth(set, i), .is_base = tl_set_is_base(set, i),
		.is_front = tl_set_is_front(set, i),
		.minus = row[ROW_WORD] & ROW_MINUS, .nucleotide = is_nucleotide(set, i),
		.old = old, .hidden = row[ROW_WORD] & ROW_HIDDEN,
		.former = old ? (uint32_t)row[ROW_BASE] : ours ? known : TL_FORMER_NONE,
	};
	if (ret->role == TL_SET_MEMBER)
		return tl_set_chain_ordinal(set, set->base[i], &ret->base, err);
	if (ret->role != TL_SET_COPY)
		ret->base = ret->ordinal;
	return TL_OK;
}

enum tl_set_role tl_set_role(const struct tl_set *set, uint32_t i)
{
	return (enum tl_set_role)(set->state[i] >> STATE_ROLE & 3);
}

bool tl_set_is_base(const struct tl_set *set, uint32_t i)
{
	return set->state[i] & STATE_BASE;
}

bool tl_set_is_front(const struct tl_set *set, uint32_t i)
{
	return set->state[i] & STATE_FRONT;
}

bool tl_set_is_nucleotide(const struct tl_set *set, uint32_t i)
{
	return is_nucleotide(set, i);
}

unsigned tl_set_depth(const struct tl_set *set, uint32_t i)
{
	return set->state[i] >> STATE_DEPTH & 31;
}

uint32_t tl_set_root(const struct tl_set *set, uint32_t i)
{
	while (set->base[i] != i)
		i = set->base[i];
	return i;
}

/* The script by which i is a member, or is coded. */
static enum tl_status get_script(struct tl_set *set, uint32_t i, bool membership,
				 struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	const void *row = NULL;
	enum tl_status st =
		set->opt_former ? tl_table_get(set->row, &set->find_view, i, &row, err) : TL_OK;
	if (st != TL_OK)
		return st;
	if (row && ((const uint64_t *)row)[ROW_WORD] & ROW_OLD)
		return tl_former_script(set->opt_former, (uint32_t)((const uint64_t *)row)[ROW_BASE],
					scratch, ret, err);
	return tl_set_script_get(set, i, membership, scratch, ret, err);
}

enum tl_status tl_set_script(struct tl_set *set, uint32_t i, struct tl_buf *scratch,
			     struct tl_delta *ret, struct tl_err *err)
{
	return get_script(set, i, true, scratch, ret, err);
}

enum tl_status tl_set_coded(struct tl_set *set, uint32_t i, struct tl_buf *scratch,
			    struct tl_delta *ret, struct tl_err *err)
{
	return get_script(set, i, false, scratch, ret, err);
}

enum tl_status tl_set_word(const struct tl_set *set, const struct tl_set_record *r,
			   struct tl_buf *scratch, struct tl_str *ret, struct tl_err *err)
{
	uint64_t left = tl_store_bytes(set->words) - r->word, n = 0;
	size_t pos = 0;
	enum tl_status st = tl_store_get(set->words, r->word, left < WORD_READ ? (size_t)left : WORD_READ,
					 scratch, ret, err);
	if (st != TL_OK)
		return st;
	(void)tl_bits_get_varint(ret->p, ret->n, &pos, &n);
	if (pos + n > ret->n)
		st = tl_store_get(set->words, r->word, pos + n, scratch, ret, err);
	*ret = (struct tl_str){ret->p + pos, n};
	return st;
}

void tl_set_free(struct tl_set *set)
{
	if (!set)
		return;
	tl_spool_free(set->spool);
	free(set->shift);
	tl_sort_free(set->reading);
	tl_table_free(set->row);
	free(set->sample);
	free(set->base);
	free(set->length);
	free(set->state);
	tl_budget_give(set->budget, set->charged);
	tl_set_edge_drop(set);
	tl_store_free(set->words);
	tl_sort_free(set->member);
	tl_store_free(set->scripts);
	tl_table_free(set->script);
	tl_table_free(set->coded);
	tl_sort_free(set->recoded);
	tl_table_leave(&set->row_view);
	tl_table_leave(&set->find_view);
	tl_table_leave(&set->script_view);
	tl_table_leave(&set->coded_view);
	tl_hash_free(set->hash);
	tl_buf_free(&set->ops);
	tl_map_free(&set->lenders);
	free(set);
}
