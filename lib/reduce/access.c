/* SPDX-License-Identifier: MIT */
/* access: which blocks of an archive hold what a few ids ask for.
 *
 * A record stands behind what it is copied from.  So one walk forwards over the rows finds the
 * records that answer and the members of references; one backwards over the blocks adds what those are copied
 * from.
 *
 * Contents: 1. ids  2. ledgers  3. the walks  4. pieces  5. the plan  6. checking.
 */
#include <tl/access.h>

#include <string.h>

#include <tl/hash.h>
#include <tl/index.h>
#include <tl/ledger.h>
#include <tl/map.h>
#include <tl/mem.h>

enum { WANTED = 1, FAMILY = 2 }; /* of a record; FAMILY: its members are wanted too */

/* A block of records. */
struct place {
	uint32_t block;             /* its number */
	uint32_t page;              /* of the ledger */
	struct tl_ledger_walk from; /* its first row; of use while that page is loaded */
	uint64_t hash;              /* of its rows */
	bool in, out;               /* its first record began before, its last one goes on */
	bool needed;
};

struct tl_access {
	struct tl_index *index;
	const struct tl_note_index *entry;
	size_t n;
	struct place *place;
	size_t places;
	uint32_t *page; /* [pages] block numbers of the ledgers */
	size_t pages, loaded;
	struct tl_block block; /* of the one that is loaded */
	struct tl_map keys;    /* of ids */
	struct tl_map records; /* ordinal: WANTED, FAMILY */
	const struct tl_want *opt_want;
	struct tl_reader_pick *pick;
	size_t picks, checked;
	struct tl_ledger rows; /* of a block that is checked */
};

/* 1. Ids. */

/* The ordinal in tl|ORDINAL, written as it is written everywhere. */
static bool ordinal_in(struct tl_str id, uint64_t *ret)
{
	uint64_t v = 0;
	if (id.n < 4 || id.n > 22 || memcmp(id.p, "tl|", 3) != 0 || (id.p[3] == '0' && id.n > 4))
		return false;
	for (size_t i = 3; i < id.n; i++) {
		unsigned digit = id.p[i] - (unsigned)'0';
		if (digit > 9)
			return false;
		v = v * 10 + digit;
	}
	*ret = v;
	return v < TL_BLOCK_ORDINALS;
}

static enum tl_status add_ids(struct tl_access *a, const struct tl_names *names, struct tl_err *err)
{
	struct tl_names_count c;
	enum tl_status st = TL_OK;
	tl_names_count(names, &c);
	for (uint64_t i = 0; i < c.ids && st == TL_OK; i++) {
		struct tl_str id = tl_names_id(names, i);
		bool has_inner;
		uint32_t inner, key = tl_ledger_key(id, &has_inner, &inner);
		uint64_t ordinal;
		st = tl_map_put(&a->keys, key, 1, err);
		if (st == TL_OK && has_inner)
			st = tl_map_put(&a->keys, inner, 1, err);
		if (st == TL_OK && ordinal_in(id, &ordinal))
			st = tl_map_put(&a->records, ordinal, FAMILY, err);
	}
	return st;
}

static enum tl_status add_taxa(struct tl_access *a, struct tl_err *err)
{
	const struct tl_map *taxa = &a->opt_want->taxa;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < taxa->size && st == TL_OK; i++)
		if (taxa->slot[i].key != UINT64_MAX)
			st = tl_map_put(&a->keys, tl_ledger_taxon((uint32_t)taxa->slot[i].key), 1,
					err);
	return st;
}

static bool answers(const struct tl_access *a, const struct tl_ledger_row *row)
{
	uint64_t value;
	if (a->opt_want && !tl_want_ordinal(a->opt_want, row->ordinal))
		return false;
	if (a->opt_want && !a->opt_want->taxed)
		return true;
	for (size_t i = 0; i < row->keys; i++)
		if (tl_map_get(&a->keys, tl_ledger_row_key(row, i), &value))
			return true;
	return false;
}

static uint64_t state_of(const struct tl_access *a, uint64_t ordinal)
{
	uint64_t value;
	return tl_map_get(&a->records, ordinal, &value) ? value : 0;
}

/* 2. Ledgers. */

static enum tl_status load(struct tl_access *a, size_t page, struct tl_err *err)
{
	if (a->loaded == page)
		return TL_OK;
	a->loaded = SIZE_MAX;
	enum tl_status st = tl_index_read(a->index, a->page[page], &a->block, err);
	if (st == TL_OK)
		a->loaded = page;
	return st;
}

static enum tl_status broken(const struct tl_access *a, size_t page, struct tl_err *err)
{
	(void)tl_err_set(err, TL_DATA, "its rows are not those of the blocks before it");
	return tl_index_prefix(a->index, a->page[page], err);
}

static bool has_records(uint32_t type)
{
	return type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS || type == TL_BLOCK_DLTA;
}

/* What the index lists; *ret_any false where it lists no ledgers, or some that do not begin where
 * the blocks of records do. */
static enum tl_status list(struct tl_access *a, bool *ret_any, struct tl_err *err)
{
	a->entry = tl_index_entries(a->index, &a->n);
	a->place = tl_mem_zalloc(a->n, sizeof *a->place, err);
	a->page = tl_mem_alloc(a->n, sizeof *a->page, err);
	if (!a->place || !a->page)
		return TL_NOMEM;
	for (size_t i = 0; i < a->n; i++) {
		if (has_records(a->entry[i].type))
			a->place[a->places++].block = (uint32_t)i;
		else if (a->entry[i].type == TL_BLOCK_RECX)
			a->page[a->pages++] = (uint32_t)i;
	}
	*ret_any = a->pages > 0;
	return TL_OK;
}

/* 3. The walks. */

/* A row that answers, or is copied from a record whose members are wanted, is wanted. */
static enum tl_status look(struct tl_access *a, const struct tl_ledger_row *row, struct tl_err *err)
{
	uint64_t state = state_of(a, row->ordinal), want = state;
	if (row->copy)
		want = state_of(a, row->base) == FAMILY ? FAMILY : state || answers(a, row) ? WANTED : 0;
	else if (!want && answers(a, row))
		want = a->opt_want ? WANTED : FAMILY;
	return want == state ? TL_OK : tl_map_put(&a->records, row->ordinal, want, err);
}

static enum tl_status forwards(struct tl_access *a, struct place *p, struct tl_ledger_walk *w,
			       struct tl_err *err)
{
	const struct tl_note_index *e = &a->entry[p->block];
	struct tl_ledger_row row = {0};
	enum tl_status st = TL_OK;
	tl_ledger_begin(w, e->first);
	p->from = *w;
	for (uint32_t i = 0; i < e->records && st == TL_OK; i++) {
		if ((st = tl_ledger_next(w, &row, err)) != TL_OK)
			break;
		p->in = i ? p->in : row.in;
		st = look(a, &row, err);
	}
	p->out = row.out;
	return st == TL_OK ? tl_ledger_hash(&p->from, w, &p->hash, err) : st;
}

static enum tl_status walk_forwards(struct tl_access *a, struct tl_err *err)
{
	struct tl_ledger_walk w;
	size_t at = 0;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < a->pages && st == TL_OK; i++) {
		uint32_t end = i + 1 < a->pages ? (uint32_t)a->entry[a->page[i + 1]].first : UINT32_MAX;
		if ((st = load(a, i, err)) == TL_OK)
			st = tl_ledger_open(&a->block, &w, err);
		for (; at < a->places && a->place[at].block < end && st == TL_OK; at++) {
			a->place[at].page = (uint32_t)i;
			st = forwards(a, &a->place[at], &w, err);
		}
		if (st != TL_OK && st != TL_NOMEM)
			return tl_index_prefix(a->index, a->page[i], err);
		if (st == TL_OK && !tl_ledger_ended(&w))
			return broken(a, i, err);
	}
	return st;
}

/* What a wanted row borrows from stands whole: in a block of another kind, before. */
static enum tl_status want_lenders(struct tl_access *a, const struct tl_ledger_row *row,
				   struct tl_err *err)
{
	size_t pos = 0;
	uint64_t ordinal;
	enum tl_status st = TL_OK;
	while (st == TL_OK && tl_ledger_row_lender(row, &pos, &ordinal))
		if (!state_of(a, ordinal))
			st = tl_map_put(&a->records, ordinal, WANTED, err);
	return st;
}

/* Marks the block where it has a wanted row; what that is copied from is wanted then.  *ret_new: a record of
 * the same block, which has to be looked at again. */
static enum tl_status backwards(struct tl_access *a, struct place *p, bool *ret_new,
				struct tl_err *err)
{
	const struct tl_note_index *e = &a->entry[p->block];
	struct tl_ledger_walk w = p->from;
	struct tl_ledger_row row;
	enum tl_status st = TL_OK;
	*ret_new = false;
	for (uint32_t i = 0; i < e->records && st == TL_OK; i++) {
		st = tl_ledger_next(&w, &row, err);
		if (st != TL_OK || !state_of(a, row.ordinal))
			continue;
		p->needed = true;
		st = want_lenders(a, &row, err);
		if (st != TL_OK || !row.copy || state_of(a, row.base))
			continue;
		*ret_new = *ret_new || (row.base >= e->first && row.base <= e->last);
		st = tl_map_put(&a->records, row.base, WANTED, err);
	}
	return st;
}

static enum tl_status walk_backwards(struct tl_access *a, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = a->places; i-- > 0 && st == TL_OK;) {
		struct place *p = &a->place[i];
		struct tl_ledger_walk w;
		bool again = true;
		if ((st = load(a, p->page, err)) == TL_OK)
			st = tl_ledger_open(&a->block, &w, err);
		/* The page may have been read anew: its bytes are the same, in another place. */
		memcpy(p->from.col, w.col, sizeof w.col);
		while (st == TL_OK && again)
			st = backwards(a, p, &again, err);
	}
	return st;
}

/* 4. Pieces. */

/* Records that go on over blocks are read whole: step 1 forwards, -1 backwards. */
static void follow_pieces(struct tl_access *a, bool back)
{
	bool open[3] = {false, false, false};
	for (size_t k = 0; k < a->places; k++) {
		struct place *p = &a->place[back ? a->places - 1 - k : k];
		uint32_t type = a->entry[p->block].type;
		bool *o = &open[type == TL_BLOCK_SEQS ? 0 : type == TL_BLOCK_DUPS ? 1 : 2];
		p->needed = p->needed || *o;
		*o = p->needed && (back ? p->in : p->out);
	}
}

/* 5. The plan. */

/* What a reader would not give is left out. */
static bool is_shown(uint32_t type)
{
	return !tl_block_ancillary(type) || tl_block_safe(type);
}

static enum tl_status pick_blocks(struct tl_access *a, struct tl_err *err)
{
	size_t at = 0;
	a->pick = tl_mem_alloc(a->n + 1, sizeof *a->pick, err);
	if (!a->pick)
		return TL_NOMEM;
	for (size_t i = 0; i < a->n; i++) {
		bool take = is_shown(a->entry[i].type);
		if (at < a->places && a->place[at].block == i)
			take = a->place[at++].needed;
		if (take)
			a->pick[a->picks++] = (struct tl_reader_pick){i, a->entry[i].offset};
	}
	a->pick[a->picks++] = (struct tl_reader_pick){a->n, tl_index_ends(a->index)};
	return TL_OK;
}

static enum tl_status make(struct tl_access *a, const struct tl_names *opt_names,
			   struct tl_err *err)
{
	enum tl_status st = opt_names ? add_ids(a, opt_names, err) : add_taxa(a, err);
	if (st == TL_OK)
		st = walk_forwards(a, err);
	if (st == TL_OK)
		st = walk_backwards(a, err);
	follow_pieces(a, false);
	follow_pieces(a, true);
	return st == TL_OK ? pick_blocks(a, err) : st;
}

enum tl_status tl_access_plan(const char *path, const struct tl_names *opt_names,
			      const struct tl_want *opt_want, struct tl_access **ret, struct tl_err *err)
{
	bool any = false;
	*ret = NULL;
	struct tl_access *a = tl_mem_zalloc(1, sizeof *a, err);
	if (!a)
		return TL_NOMEM;
	a->loaded = SIZE_MAX;
	a->opt_want = opt_want;
	enum tl_status st = tl_index_open(path, &a->index, err);
	if (st == TL_OK && a->index)
		st = list(a, &any, err);
	if (st == TL_OK && any)
		st = make(a, opt_names, err);
	if (st == TL_OK && any)
		*ret = a;
	else
		tl_access_free(a);
	return st;
}

void tl_access_sum_get(const struct tl_access *a, struct tl_access_sum *ret)
{
	*ret = (struct tl_access_sum){.blocks = a->places, .index_bytes = tl_index_bytes(a->index)};
	for (size_t i = 0; i < a->places; i++)
		ret->picked += a->place[i].needed;
	ret->file_bytes = tl_index_size(a->index);
}

void tl_access_free(struct tl_access *a)
{
	if (!a)
		return;
	tl_index_close(a->index);
	tl_block_free(&a->block);
	tl_ledger_free(&a->rows);
	tl_map_free(&a->keys);
	tl_map_free(&a->records);
	tl_mem_free(a->place);
	tl_mem_free(a->page);
	tl_mem_free(a->pick);
	tl_mem_free(a);
}

/* 6. Checking. */

/* A block that the reader is about to give is the one whose rows led to it. */
static enum tl_status check(void *ctx, const struct tl_item *item, struct tl_err *err)
{
	struct tl_access *a = ctx;
	const struct tl_block_head *h = &item->block.head;
	uint64_t hash;
	if (!has_records(h->type))
		return TL_OK;
	while (a->checked < a->places && a->place[a->checked].block < h->number)
		a->checked++;
	const struct place *p = &a->place[a->checked];
	const struct tl_note_index *e = &a->entry[h->number];
	tl_ledger_reset(&a->rows);
	enum tl_status st = tl_ledger_add(&a->rows, &item->batch, item->first, err);
	if (st == TL_OK)
		st = tl_ledger_hash_all(&a->rows, &hash, err);
	if (st == TL_OK && (a->checked == a->places || p->block != h->number || p->hash != hash ||
			    e->type != h->type || e->flags != h->flags))
		st = tl_err_set(err, TL_DATA, "%s: block %llu (%s) is not what the index of records says",
				item->name, (unsigned long long)h->number,
				tl_block_type_name(h->type).s);
	return st;
}

void tl_access_follow(struct tl_access *a, struct tl_reader_opts *ropts)
{
	ropts->pick = a->pick;
	ropts->picks = a->picks;
	ropts->observe = check;
	ropts->observe_ctx = a;
}
