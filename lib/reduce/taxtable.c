/* SPDX-License-Identifier: MIT */
/* taxtable: the taxonomy ids of the references of a set, as other programs take them. */
#include <tl/taxtable.h>

#include <string.h>

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

enum tl_status tl_taxtable_write(const struct tl_set *set, enum tl_taxtable_format format,
				 bool ordinal_ids, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (format == TL_TAXTABLE_DIAMOND)
		st = tl_out_printf(out, err, "accession.version\ttaxid\n");
	for (size_t i = 0; i < set->n && st == TL_OK; i++) {
		const struct tl_set_record *r = &set->record[i];
		struct tl_str name = accession(tl_set_word(set, r));
		if (r->role != TL_SET_REF || !r->taxon || (!name.n && !ordinal_ids))
			continue;
		if (ordinal_ids)
			st = tl_out_printf(out, err, "%llu", (unsigned long long)r->ordinal);
		else
			st = tl_out_put(out, name.p, name.n, err);
		if (st == TL_OK)
			st = tl_out_printf(out, err, "\t%u\n", r->taxon);
	}
	return st;
}
