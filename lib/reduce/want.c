/* SPDX-License-Identifier: MIT */
/* want: which records of a stream are asked for, other than by name. */
#include <tl/want.h>

#include <string.h>

#include <tl/block.h>
#include <tl/taxon.h>

/* Digits at *p, below limit; false where there are none, or they are too many. */
static bool number(const char **p, uint64_t limit, uint64_t *ret)
{
	const char *from = *p;
	*ret = 0;
	for (; **p >= '0' && **p <= '9'; ++*p) {
		*ret = *ret * 10 + (uint64_t)(**p - '0');
		if (*ret >= limit)
			return false;
	}
	return *p > from;
}

enum tl_status tl_want_range(struct tl_want *w, const char *text, struct tl_err *err)
{
	const char *p = text;
	uint64_t from = 0, to = TL_BLOCK_ORDINALS - 1;
	bool good = *p == '-' || number(&p, TL_BLOCK_ORDINALS, &from);
	if (good && !*p)
		to = from;
	else if (good && *p++ == '-')
		good = (!*p && p > text + 1) || (number(&p, TL_BLOCK_ORDINALS, &to) && !*p);
	else
		good = false;
	if (!good || from > to)
		return tl_err_set(err, TL_USAGE, "'%s' is no range of ordinals, such as 100-199 or 100-",
				  text);
	w->ranged = true;
	w->from = from;
	w->to = to;
	return TL_OK;
}

static enum tl_status add_id(void *ctx, uint32_t id, struct tl_err *err)
{
	struct tl_want *w = ctx;
	return tl_map_put(&w->taxa, id, 1, err);
}

enum tl_status tl_want_taxa(struct tl_want *w, const char *text, const struct tl_lineage *opt_tree,
			    struct tl_err *err)
{
	const char *p = text;
	uint64_t id;
	enum tl_status st = TL_OK;
	w->taxed = true;
	do {
		if (!number(&p, (uint64_t)TL_TAXON_MAX + 1, &id) || !id || (*p && *p != ','))
			return tl_err_set(err, TL_USAGE, "'%s' is no taxonomy id, nor several with commas",
					  text);
		st = opt_tree ? tl_lineage_below(opt_tree, (uint32_t)id, add_id, w, err)
			      : add_id(w, (uint32_t)id, err);
	} while (st == TL_OK && *p++);
	return st;
}

bool tl_want_ordinal(const struct tl_want *w, uint64_t ordinal)
{
	return !w->ranged || (ordinal >= w->from && ordinal <= w->to);
}

bool tl_want_match(const struct tl_want *w, uint64_t ordinal, struct tl_str head,
		   struct tl_str taxa)
{
	size_t pos = 0;
	uint64_t one;
	if (!tl_want_ordinal(w, ordinal))
		return false;
	for (uint32_t id; w->taxed && (id = tl_taxon_each(head, taxa, &pos));)
		if (tl_map_get(&w->taxa, id, &one))
			return true;
	return !w->taxed;
}

void tl_want_free(struct tl_want *w)
{
	tl_map_free(&w->taxa);
}
