/* SPDX-License-Identifier: MIT */
/* taxtable: the taxonomy ids of the references of a set, as other programs take them. */
#include <tl/taxtable.h>

#include <string.h>

#include <tl/archive.h>

enum tl_taxtable_format tl_taxtable_parse(const char *spec, int *ret_path_len)
{
	static const char *const names[] = {"blast", "diamond"};
	const char *colon = strrchr(spec, ':');
	for (int f = 0; colon && f < 2; f++)
		if (!strcmp(colon + 1, names[f])) {
			*ret_path_len = (int)(colon - spec);
			return (enum tl_taxtable_format)f;
		}
	*ret_path_len = (int)strlen(spec);
	return TL_TAXTABLE_BLAST;
}

/* What stands behind n bars, up to the next one; no bytes where there is no such part. */
static struct tl_str part(struct tl_str word, int n)
{
	for (; n && word.n; n--) {
		const uint8_t *bar = memchr(word.p, '|', word.n);
		size_t past = bar ? (size_t)(bar - word.p) + 1 : word.n;
		word.p += past;
		word.n -= past;
	}
	const uint8_t *bar = word.n ? memchr(word.p, '|', word.n) : NULL;
	return (struct tl_str){word.p, bar ? (size_t)(bar - word.p) : word.n};
}

static struct tl_str accession(struct tl_str word)
{
	struct tl_str inner = part(word, word.n > 3 && !memcmp(word.p, "gi|", 3) ? 3 : 1);
	return inner.n ? inner : word;
}

/* The line of a reference, where it has a taxon and a name. */
static enum tl_status put_line(struct tl_set *set, uint32_t i, enum tl_taxtable_ids ids,
			       uint64_t *next, struct tl_buf *scratch, struct tl_out *out,
			       struct tl_err *err)
{
	struct tl_set_record r;
	struct tl_str name;
	uint64_t number;
	enum tl_status st = tl_set_get(set, i, &r, err);
	if (st == TL_OK)
		st = tl_set_word(set, &r, scratch, &name, err);
	if (st != TL_OK)
		return st;
	name = accession(name);
	number = tl_archive_number(set, &r, next); /* also of those that have no line */
	if (!r.taxon || (!name.n && ids == TL_TAXTABLE_HEADER))
		return TL_OK;
	if (ids != TL_TAXTABLE_HEADER)
		st = tl_out_printf(out, err, "%llu",
				   (unsigned long long)(ids == TL_TAXTABLE_ORDINAL ? r.ordinal : number));
	else
		st = tl_out_put(out, name.p, name.n, err);
	return st == TL_OK ? tl_out_printf(out, err, "\t%u\n", r.taxon) : st;
}

enum tl_status tl_taxtable_write(struct tl_set *set, enum tl_taxtable_format format,
				 enum tl_taxtable_ids ids, struct tl_out *out, struct tl_err *err)
{
	struct tl_buf scratch = {0};
	uint64_t next = 0;
	enum tl_status st = TL_OK;
	if (format == TL_TAXTABLE_DIAMOND)
		st = tl_out_printf(out, err, "accession.version\ttaxid\n");
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++)
		if (tl_set_role(set, i) == TL_SET_REF)
			st = put_line(set, i, ids, &next, &scratch, out, err);
	tl_buf_free(&scratch);
	return st;
}
