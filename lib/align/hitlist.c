/* SPDX-License-Identifier: MIT */
/* hitlist: the edges between the sequences of banks written as text, with names. */
#include <tl/hitlist.h>

#include <string.h>

#include <tl/hash.h>
#include <tl/map.h>
#include <tl/mem.h>
#include <tl/titles.h>

struct tl_hitlist {
	enum tl_hits_format format;
	const struct tl_score *score;   /* [2] */
	struct tl_out *out;
	const struct tl_bank *bank;     /* [2] */
	struct tl_titles *names[2];
	struct tl_map index;            /* ordinal to place in its bank */
	struct tl_budget *budget;
	uint64_t accounted;             /* bytes of the index */
	struct tl_buf name[2];          /* of a and b */
	struct tl_bank_room room[2];    /* of a and b */
	struct tl_buf text;
	uint64_t space;                 /* residues of all */
	uint64_t last;                  /* the query of the line before + 1 */
};

enum tl_status tl_hitlist_new(enum tl_hits_format format, const struct tl_score score[2],
			      struct tl_budget *budget, struct tl_out *out,
			      struct tl_hitlist **ret, struct tl_err *err)
{
	struct tl_hitlist *list = tl_mem_zalloc(1, sizeof *list, err);
	if (!list)
		return TL_NOMEM;
	list->format = format;
	list->score = score;
	list->budget = budget;
	list->out = out;
	enum tl_status st = TL_OK;
	for (int i = 0; i < 2 && st == TL_OK; i++)
		st = tl_titles_new(budget, &list->names[i], err);
	if (st == TL_OK)
		*ret = list;
	else
		tl_hitlist_free(list);
	return st;
}

void tl_hitlist_free(struct tl_hitlist *list)
{
	if (!list)
		return;
	for (int i = 0; i < 2; i++) {
		tl_titles_free(list->names[i]);
		tl_buf_free(&list->name[i]);
		tl_bank_leave(&list->room[i]);
	}
	tl_map_free(&list->index);
	tl_budget_give(list->budget, list->accounted);
	tl_buf_free(&list->text);
	tl_mem_free(list);
}

/* Puts the place of a record into the index, with room that was asked for. */
static enum tl_status put_place(struct tl_hitlist *list, uint64_t ordinal, uint64_t place,
				struct tl_err *err)
{
	enum tl_status st = tl_map_put(&list->index, ordinal, place, err);
	uint64_t bytes = list->index.size * sizeof *list->index.slot;
	if (st != TL_OK || bytes == list->accounted)
		return st;
	st = tl_budget_need(list->budget, bytes - list->accounted, "the names of records", err);
	if (st == TL_OK)
		list->accounted = bytes;
	return st;
}

enum tl_status tl_hitlist_name(struct tl_hitlist *list, enum tl_alphabet alphabet, uint64_t ordinal,
			       struct tl_str head, struct tl_err *err)
{
	struct tl_titles *names = list->names[alphabet];
	const struct tl_str name = tl_hits_name(head);
	enum tl_status st = put_place(list, ordinal, tl_titles_count(names), err);
	if (st == TL_OK && list->format == TL_HITS_SAM)
		st = tl_hits_check(name, ordinal, err);
	return st == TL_OK ? tl_titles_add(names, name, err) : st;
}

/* The name of a record, which is that of a or that of b. */
static enum tl_status get_name(struct tl_hitlist *list, int alphabet, uint64_t place, int which,
			       struct tl_str *ret, struct tl_err *err)
{
	struct tl_buf *name = &list->name[which];
	tl_buf_reset(name);
	enum tl_status st = tl_titles_get(list->names[alphabet], place, name, err);
	*ret = (struct tl_str){name->data, name->len};
	return st;
}

/* A target of SAM; its name may not have been seen. */
static enum tl_status put_target(struct tl_hitlist *list, int alphabet, size_t k,
				 struct tl_map *seen, struct tl_err *err)
{
	struct tl_str name;
	uint64_t other;
	enum tl_status st = get_name(list, alphabet, k, 0, &name, err);
	if (st != TL_OK)
		return st;
	const uint64_t hash = tl_hash_64(name.p, name.n) >> 1;
	if (tl_map_get(seen, hash, &other))
		return tl_err_set(err, TL_DATA,
				  "two records have the name %.*s: SAM needs names that differ",
				  (int)name.n, (const char *)name.p);
	st = tl_map_put(seen, hash, 1, err);
	return st == TL_OK ? tl_hits_target(&list->text, name,
					    tl_bank_length(&list->bank[alphabet], k), err)
			   : st;
}

/* The first lines of SAM; no name may come twice.  The names seen take as much as the index. */
static enum tl_status put_targets(struct tl_hitlist *list, struct tl_err *err)
{
	struct tl_map seen = {0};
	enum tl_status st = tl_budget_need(list->budget, list->accounted, "the names of records", err);
	if (st != TL_OK)
		return st;
	st = tl_hits_head(&list->text, err);
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < tl_titles_count(list->names[i]) && st == TL_OK; k++)
			st = put_target(list, i, k, &seen, err);
	tl_map_free(&seen);
	tl_budget_give(list->budget, list->accounted);
	return st;
}

static enum tl_status write_text(struct tl_hitlist *list, struct tl_err *err)
{
	enum tl_status st = tl_out_put(list->out, list->text.data, list->text.len, err);
	tl_buf_reset(&list->text);
	return st;
}

enum tl_status tl_hitlist_begin(struct tl_hitlist *list, const struct tl_bank bank[2],
				struct tl_err *err)
{
	enum tl_status st = TL_OK;
	list->bank = bank;
	for (int i = 0; i < 2; i++)
		list->space += bank[i].n ? bank[i].end[bank[i].n - 1] : 0;
	for (int i = 0; i < 2 && st == TL_OK; i++)
		st = tl_titles_end(list->names[i], err);
	if (st == TL_OK && list->format == TL_HITS_SAM)
		st = put_targets(list, err);
	return st == TL_OK && list->text.len ? write_text(list, err) : st;
}

/* Name and residues of the record with that ordinal. */
static enum tl_status find_side(struct tl_hitlist *list, enum tl_alphabet alphabet,
				uint64_t ordinal, int which, struct tl_hits_side *ret,
				struct tl_err *err)
{
	uint64_t k;
	if (!tl_map_get(&list->index, ordinal, &k))
		return tl_err_set(err, TL_INTERNAL, "an edge of a record that is not there");
	enum tl_status st = get_name(list, alphabet, k, which, &ret->name, err);
	if (st != TL_OK)
		return st;
	return tl_bank_read(&list->bank[alphabet], k, &list->room[which], &ret->residues, err);
}

enum tl_status tl_hitlist_put(struct tl_hitlist *list, enum tl_alphabet alphabet,
			      const struct tl_edges *edges, struct tl_err *err)
{
	const struct tl_score *score = &list->score[alphabet];
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < edges->n && st == TL_OK; i++) {
		struct tl_hits_side a, b;
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		st = find_side(list, alphabet, e.a, 0, &a, err);
		if (st == TL_OK)
			st = find_side(list, alphabet, e.b, 1, &b, err);
		if (st == TL_OK)
			st = tl_hits_put(&list->text, list->format, score, &e, &a, &b, list->space,
					 list->last == e.a + 1, err);
		list->last = e.a + 1;
	}
	return st == TL_OK && list->text.len ? write_text(list, err) : st;
}
