/* SPDX-License-Identifier: MIT */
/* hitlist: the edges between the sequences of banks written as text, with names. */
#include <tl/hitlist.h>

#include <string.h>

#include <tl/hash.h>
#include <tl/map.h>
#include <tl/mem.h>

struct tl_hitlist {
	enum tl_hits_format format;
	const struct tl_score *score;   /* [2] */
	struct tl_out *out;
	const struct tl_bank *bank;     /* [2] */
	struct tl_col names[2];
	struct tl_map index;            /* ordinal to place in its bank */
	struct tl_bank_room room[2];    /* of a and b */
	struct tl_buf text;
	uint64_t space;                 /* residues of all */
	uint64_t last;                  /* the query of the line before + 1 */
};

enum tl_status tl_hitlist_new(enum tl_hits_format format, const struct tl_score score[2],
			      struct tl_out *out, struct tl_hitlist **ret, struct tl_err *err)
{
	struct tl_hitlist *list = tl_mem_zalloc(1, sizeof *list, err);
	if (!list)
		return TL_NOMEM;
	list->format = format;
	list->score = score;
	list->out = out;
	*ret = list;
	return TL_OK;
}

void tl_hitlist_free(struct tl_hitlist *list)
{
	if (!list)
		return;
	for (int i = 0; i < 2; i++) {
		tl_col_free(&list->names[i]);
		tl_bank_leave(&list->room[i]);
	}
	tl_map_free(&list->index);
	tl_buf_free(&list->text);
	tl_mem_free(list);
}

enum tl_status tl_hitlist_name(struct tl_hitlist *list, enum tl_alphabet alphabet, uint64_t ordinal,
			       struct tl_str head, struct tl_err *err)
{
	struct tl_col *names = &list->names[alphabet];
	const struct tl_str name = tl_hits_name(head);
	enum tl_status st = tl_map_put(&list->index, ordinal, names->n, err);
	if (st == TL_OK && list->format == TL_HITS_SAM)
		st = tl_hits_check(name, ordinal, err);
	return st == TL_OK ? tl_col_add(names, name.p, name.n, err) : st;
}

/* The first lines of SAM; no name may come twice. */
static enum tl_status put_targets(struct tl_hitlist *list, struct tl_map *seen, struct tl_err *err)
{
	enum tl_status st = tl_hits_head(&list->text, err);
	uint64_t other;
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < list->names[i].n && st == TL_OK; k++) {
			const struct tl_str name = tl_col_get(&list->names[i], k);
			const uint64_t hash = tl_hash_64(name.p, name.n) >> 1;
			if (tl_map_get(seen, hash, &other))
				return tl_err_set(err, TL_DATA,
						  "two records have the name %.*s: SAM needs names "
						  "that differ", (int)name.n, (const char *)name.p);
			st = tl_map_put(seen, hash, 1, err);
			if (st == TL_OK)
				st = tl_hits_target(&list->text, name,
						    tl_bank_length(&list->bank[i], k), err);
		}
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
	struct tl_map seen = {0};
	enum tl_status st = TL_OK;
	list->bank = bank;
	for (int i = 0; i < 2; i++)
		list->space += bank[i].n ? bank[i].end[bank[i].n - 1] : 0;
	if (list->format == TL_HITS_SAM)
		st = put_targets(list, &seen, err);
	tl_map_free(&seen);
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
	ret->name = tl_col_get(&list->names[alphabet], k);
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
