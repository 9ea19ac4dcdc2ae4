/* SPDX-License-Identifier: MIT */
/* set: all records of a stream, and what was decided for each.
 *
 * Contents: 1. taking blocks in  2. order by ordinal  3. copies of copies  4. the selection
 * 5. scripts  6. the interface.
 */
#include <tl/set.h>

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/expand.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/taxon.h>
#include <tl/text.h>

struct tl_set_edge {
	uint64_t a, b;
	uint32_t block, index; /* of the spool; in the block */
	uint32_t ops, extra_a,
		extra_b; /* bytes of the script, residues that it holds for each side */
	uint32_t identity;
	uint8_t flags;
};

#define EDGES_AT_A_TIME 4096

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

static uint32_t clip(size_t n)
{
	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

static enum tl_status add_edge(struct tl_set *set, size_t i, const struct tl_edge *e, uint8_t flags,
			       uint32_t identity, struct tl_err *err)
{
	struct tl_set_edge kept;
	memset(&kept, 0, sizeof kept); /* bytes between fields may go to disk */
	kept.a = e->a;
	kept.b = e->b;
	kept.block = (uint32_t)tl_spool_count(set->spool);
	kept.index = (uint32_t)i;
	kept.flags = flags;
	kept.identity = identity;
	kept.ops = clip(e->ops.n);
	kept.extra_a = clip(e->suba.n + e->lita.n);
	kept.extra_b = clip(e->subb.n + e->litb.n);
	set->edges++;
	set->arcs += !!(flags & TL_EDGE_A) + !!(flags & TL_EDGE_B);
	return tl_store_put(set->edge, &kept, sizeof kept, err);
}

/* Edges [first, first + n) of those kept, in scratch or the store. */
static enum tl_status get_edges(const struct tl_set *set, size_t first, size_t n,
				struct tl_buf *scratch, const struct tl_set_edge **ret,
				struct tl_err *err)
{
	struct tl_str s;
	enum tl_status st = tl_store_get(set->edge, first * sizeof **ret, n * sizeof **ret, scratch,
					 &s, err);
	if (st == TL_OK)
		*ret = (const void *)s.p;
	return st;
}

static enum tl_status put_edges(struct tl_set *set, const struct tl_edges *edges,
				struct tl_err *err)
{
	for (size_t i = 0; i < edges->n; i++) {
		struct tl_edge e;
		struct tl_link_sum sum;
		tl_edge_get(edges, i, &e);
		enum tl_status st = tl_link_measure(&e, &sum, err);
		if (st != TL_OK)
			return st;
		/* The criterion may be stricter than the aligner's was, never looser. */
		uint8_t flags =
			e.flags & tl_link_judge(&set->criterion, &sum, e.flags & TL_EDGE_MINUS);
		if (!flags)
			continue;
		if ((st = add_edge(set, i, &e, flags, tl_cigar_identity(&sum.cigar), err)) != TL_OK)
			return st;
	}
	return TL_OK;
}

enum tl_status tl_set_put(struct tl_set *set, const struct tl_item *item, struct tl_err *err)
{
	uint32_t type = item->block.head.type;
	enum tl_status st;
	if (type == TL_BLOCK_EDGE)
		st = put_edges(set, &item->edges, err);
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

/* 2. Order by ordinal. */

/* A record is sorted as six words of which the first is its ordinal. */
_Static_assert(sizeof(struct tl_set_record) == 6 * sizeof(uint64_t) &&
		       offsetof(struct tl_set_record, ordinal) == 0,
	       "records are six words");

/* Puts the offsets of names into the order of ordinals. */
static enum tl_status sort_words(struct tl_set *set, struct tl_err *err)
{
	uint64_t bytes = set->n * sizeof(struct tl_radix_item);
	enum tl_status st = tl_budget_need(set->budget, bytes, "the order of names", err);
	struct tl_radix_item *item = st == TL_OK ? tl_mem_alloc(set->n, sizeof *item, err) : NULL;
	for (size_t i = 0; item && i < set->n; i++)
		item[i] = (struct tl_radix_item){set->record[i].ordinal, set->word[i]};
	if (item)
		tl_radix_items(item, set->n);
	for (size_t i = 0; item && i < set->n; i++)
		set->word[i] = item[i].value;
	if (st == TL_OK)
		tl_budget_give(set->budget, bytes);
	if (st == TL_OK && !item)
		st = TL_NOMEM;
	free(item);
	return st;
}

static enum tl_status sort_records(struct tl_set *set, struct tl_err *err)
{
	enum tl_status st = set->want_words && set->n ? sort_words(set, err) : TL_OK;
	if (st != TL_OK)
		return st;
	tl_radix_sort((uint64_t *)(void *)set->record, set->n, 6);
	for (size_t i = 1; i < set->n; i++)
		if (set->record[i].ordinal == set->record[i - 1].ordinal)
			return tl_err_set(err, TL_DATA, "record tl|%llu stands twice in the stream",
					  (unsigned long long)set->record[i].ordinal);
	return TL_OK;
}

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

static enum tl_status missing(struct tl_err *err, uint64_t ordinal)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu is named but not there",
			  (unsigned long long)ordinal);
}

/* 3. Copies of copies. */

/* Follows a record down to one that stands whole: how many copies, and how many deltas among them.
 */
static enum tl_status walk(struct tl_set *set, const struct tl_set_record *r, unsigned *ret_copies,
			   unsigned *ret_deltas, const struct tl_set_record **ret_root,
			   struct tl_err *err)
{
	unsigned copies = 0, deltas = 0;
	bool twin = false;
	while (r->role == TL_SET_COPY || r->role == TL_SET_MEMBER) {
		struct tl_set_record *base = tl_set_find(set, r->base);
		if (!base)
			return missing(err, r->base);
		if (base->nucleotide != r->nucleotide)
			return tl_err_set(err, TL_DATA,
					  "record tl|%llu is copied from one of another alphabet",
					  (unsigned long long)r->ordinal);
		base->is_base = true;
		copies++;
		deltas += r->role == TL_SET_MEMBER || r->kind == TL_KIND_DELTA;
		bool again = twin && r->kind == TL_KIND_DUP;
		twin = r->kind == TL_KIND_DUP;
		/* As no duplicate is one of a duplicate, a circle has deltas in it. */
		if (deltas > TL_EXPAND_DEPTH || again)
			return tl_err_set(
				err, TL_DATA,
				"record tl|%llu hangs on a chain of copies that is too long, a "
				"circle, or a duplicate of a duplicate",
				(unsigned long long)r->ordinal);
		r = base;
	}
	*ret_copies = copies;
	*ret_deltas = deltas;
	*ret_root = r;
	return TL_OK;
}

/* Sets the depths of all records, and, for each node, the longest chain of deltas that hangs on it,
 * so that no new link makes one too long. */
static enum tl_status find_depths(struct tl_set *set, uint8_t *opt_height, struct tl_err *err)
{
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		const struct tl_set_record *root = r;
		unsigned copies = 0, deltas = 0;
		enum tl_status st = walk(set, r, &copies, &deltas, &root, err);
		if (st != TL_OK)
			return st;
		r->depth = (uint8_t)copies;
		if (r->prefer && !deltas)
			set->node[root->node].prefer = 1;
		if (opt_height && opt_height[root->node] < deltas)
			opt_height[root->node] = (uint8_t)deltas;
	}
	return TL_OK;
}

/* 4. The selection. */

/* May the records be linked as far as their taxa go? */
static bool kin(const struct tl_set *set, const struct tl_set_record *a,
		const struct tl_set_record *b)
{
	if (!set->same_taxon)
		return true;
	uint32_t x = tl_lineage_at(set->opt_lineage, a->taxon, set->rank);
	return x && x == tl_lineage_at(set->opt_lineage, b->taxon, set->rank);
}

/* The arcs of one edge, of which there are at most two. */
static enum tl_status edge_arcs(const struct tl_set *set, const uint8_t *height,
				const struct tl_set_edge *e, uint64_t source,
				struct tl_select_arc *arc, size_t *n, struct tl_err *err)
{
	const struct tl_set_record *a = tl_set_find(set, e->a), *b = tl_set_find(set, e->b);
	if (!a || !b)
		return missing(err, a ? e->b : e->a);
	bool nt = a->nucleotide;
	if (b->nucleotide != nt)
		return tl_err_set(err, TL_DATA,
				  "an edge between records tl|%llu and tl|%llu of different "
				  "alphabets",
				  (unsigned long long)e->a, (unsigned long long)e->b);
	if (a->node == TL_SELECT_NONE || b->node == TL_SELECT_NONE)
		return TL_OK; /* one of them is a copy by now */
	if (!kin(set, a, b))
		return TL_OK;
	if (e->flags & TL_EDGE_A && height[a->node] < TL_EXPAND_DEPTH)
		arc[(*n)++] = (struct tl_select_arc){a->node, b->node,
						     tl_select_delta(e->ops, e->extra_a, nt),
						     e->identity, source};
	if (e->flags & TL_EDGE_B && height[b->node] < TL_EXPAND_DEPTH)
		arc[(*n)++] = (struct tl_select_arc){b->node, a->node,
						     tl_select_delta(e->ops, e->extra_b, nt),
						     e->identity, source | 1};
	return TL_OK;
}

static enum tl_status make_arcs(struct tl_set *set, const uint8_t *height,
				struct tl_select_arc *arc, size_t *ret_n, struct tl_err *err)
{
	struct tl_buf scratch = {0};
	const struct tl_set_edge *e = NULL;
	enum tl_status st = TL_OK;
	*ret_n = 0;
	for (size_t i = 0; i < set->edges && st == TL_OK; i++) {
		size_t left = set->edges - i;
		if (i % EDGES_AT_A_TIME == 0)
			st = get_edges(set, i, left < EDGES_AT_A_TIME ? left : EDGES_AT_A_TIME,
				       &scratch, &e, err);
		if (st == TL_OK)
			st = edge_arcs(set, height, &e[i % EDGES_AT_A_TIME], (uint64_t)i << 1, arc,
				       ret_n, err);
	}
	tl_buf_free(&scratch);
	return st;
}

static enum tl_status run_selection(struct tl_set *set, const struct tl_select_params *params,
				    struct tl_err *err)
{
	/* What tl_select_run takes for a node and for an arc is counted here. */
	uint64_t bytes = set->nodes * 80 + set->arcs * (sizeof(struct tl_select_arc) + 4);
	enum tl_status st = tl_budget_need(set->budget, bytes, "the selection", err);
	if (st != TL_OK)
		return st;
	uint8_t *height = tl_mem_zalloc(set->nodes, 1, err);
	struct tl_select_arc *arc = tl_mem_alloc(set->arcs, sizeof *arc, err);
	size_t arcs = 0;
	st = height && arc ? find_depths(set, height, err) : TL_NOMEM;
	if (st == TL_OK)
		st = make_arcs(set, height, arc, &arcs, err);
	if (st == TL_OK)
		st = tl_select_run(set->node, set->nodes, arc, arcs, params, &set->result, err);
	free(height);
	free(arc);
	tl_budget_give(set->budget, bytes);
	return st;
}

static void set_roles(struct tl_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		if (r->node != TL_SELECT_NONE)
			set->of_node[r->node] = (uint32_t)i;
	}
	for (size_t i = 0; i < set->n; i++) {
		struct tl_set_record *r = &set->record[i];
		if (r->node == TL_SELECT_NONE)
			continue;
		uint32_t ref = set->result.ref[r->node];
		r->role = ref == TL_SELECT_NONE ? TL_SET_LOOSE
			  : ref == r->node      ? TL_SET_REF
						: TL_SET_MEMBER;
		if (r->role == TL_SET_MEMBER)
			r->base = set->record[set->of_node[ref]].ordinal;
	}
}

/* 5. Scripts. */

/* Appends a script as three varint lengths and three strings. */
static enum tl_status put_script(struct tl_set *set, uint32_t node, const struct tl_delta *d,
				 struct tl_err *err)
{
	const struct tl_str part[3] = {d->ops, d->subs, d->lits};
	uint8_t head[3 * TL_VARINT_MAX];
	size_t n = 0;
	for (int i = 0; i < 3; i++)
		n += tl_bits_put_varint(head + n, part[i].n);
	set->script[node] = tl_store_bytes(set->scripts);
	enum tl_status st = tl_store_put(set->scripts, head, n, err);
	for (int i = 0; i < 3 && st == TL_OK; i++)
		st = tl_store_put(set->scripts, part[i].p, part[i].n, err);
	uint64_t bytes = tl_store_bytes(set->scripts) - set->script[node];
	if (st == TL_OK && bytes > UINT32_MAX)
		st = tl_err_set(err, TL_DATA, "a script of more than 4 GiB");
	set->script_bytes[node] = (uint32_t)bytes;
	return st;
}

enum tl_status tl_set_script(const struct tl_set *set, const struct tl_set_record *r,
			     struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	uint64_t n[3];
	size_t pos = 0;
	struct tl_str s;
	enum tl_status st = tl_store_get(set->scripts, set->script[r->node],
					 set->script_bytes[r->node], scratch, &s, err);
	if (st != TL_OK)
		return st;
	for (int i = 0; i < 3; i++)
		(void)tl_bits_get_varint(s.p, s.n, &pos, &n[i]);
	const uint8_t *p = s.p + pos;
	*ret = (struct tl_delta){{p, n[0]}, {p + n[0], n[1]}, {p + n[0] + n[1], n[2]}};
	return TL_OK;
}

/* Does the script make the member of a node out of its reference? */
static bool fits(const struct tl_set *set, uint32_t node, const struct tl_delta *d)
{
	struct tl_delta_sum sum;
	uint64_t end;
	return tl_delta_look(d->ops, &sum) && sum.length == set->node[node].length &&
	       tl_bits_add(sum.b_start, sum.cigar.match + sum.cigar.subst + sum.cigar.del, &end) &&
	       end <= set->node[set->result.ref[node]].length;
}

static enum tl_status make_script(struct tl_set *set, const struct tl_edges *edges,
				  const struct tl_set_edge *e, uint64_t source, uint32_t node,
				  struct tl_buf *turned, struct tl_err *err)
{
	struct tl_edge edge;
	struct tl_delta d;
	tl_edge_get(edges, e->index, &edge);
	enum tl_status st = tl_delta_from_edge(&edge, source & 1, turned, &d, err);
	if (st == TL_OK && !fits(set, node, &d))
		st = tl_err_set(err, TL_DATA, "it does not fit their residues");
	if (st == TL_OK)
		return put_script(set, node, &d, err);
	(void)tl_err_prefix(err, "the edge of records tl|%llu and tl|%llu",
			    (unsigned long long)e->a, (unsigned long long)e->b);
	return st;
}

/* The nodes of members in the order of their edges, so that each block of edges is decoded once. */
static enum tl_status order_members(const struct tl_set *set, struct tl_radix_item **ret,
				    size_t *ret_n, struct tl_err *err)
{
	struct tl_radix_item *item = tl_mem_alloc(set->nodes, sizeof *item, err);
	if (!item)
		return TL_NOMEM;
	*ret_n = 0;
	for (size_t v = 0; v < set->nodes; v++)
		if (set->record[set->of_node[v]].role == TL_SET_MEMBER)
			item[(*ret_n)++] = (struct tl_radix_item){set->result.source[v], v};
	tl_radix_items(item, *ret_n);
	*ret = item;
	return TL_OK;
}

static enum tl_status make_scripts(struct tl_set *set, struct tl_err *err)
{
	struct tl_radix_item *item;
	struct tl_block block = {0};
	struct tl_edges edges = {0};
	struct tl_buf turned = {0}, scratch = {0};
	const struct tl_set_edge *e = NULL;
	size_t n;
	uint32_t open = UINT32_MAX;
	enum tl_status st = order_members(set, &item, &n, err);
	if (st != TL_OK)
		return st;
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		st = get_edges(set, item[i].key >> 1, 1, &scratch, &e, err);
		if (st == TL_OK && e->block != open) {
			open = e->block;
			st = tl_spool_get(set->spool, open, &block, err);
			if (st == TL_OK)
				st = tl_edge_decode(&block, set->shift[open], &edges, err);
		}
		if (st == TL_OK)
			st = make_script(set, &edges, e, item[i].key, (uint32_t)item[i].value,
					 &turned, err);
	}
	free(item);
	tl_block_free(&block);
	tl_edge_free(&edges);
	tl_buf_free(&turned);
	tl_buf_free(&scratch);
	return st;
}

/* 6. The interface. */

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

static void drop_edges(struct tl_set *set)
{
	tl_store_free(set->edge);
	set->edge = NULL;
	set->edges = set->arcs = 0;
}

enum tl_status tl_set_select(struct tl_set *set, const struct tl_select_params *params,
			     struct tl_err *err)
{
	uint64_t bytes = set->nodes * (sizeof *set->of_node + sizeof *set->script +
				       sizeof *set->script_bytes + 12 /* of the result */);
	enum tl_status st = sort_records(set, err);
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
	if ((st = run_selection(set, params, err)) != TL_OK)
		return st;
	set_roles(set);
	if ((st = make_scripts(set, err)) != TL_OK)
		return st;
	drop_edges(set);
	return find_depths(set, NULL, err);
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
	drop_edges(set);
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
