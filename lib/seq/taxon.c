/* SPDX-License-Identifier: MIT */
/* taxon: the NCBI taxonomy ids that a header says. */
#include <tl/taxon.h>

#include <stdbool.h>
#include <string.h>

#include <tl/bits.h>

static bool is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

/* Does the word key, in small letters, end in front of p[at]? */
static bool ends_in(const uint8_t *p, size_t at, const char *key)
{
	size_t n = strlen(key);
	if (at < n || (at > n && is_word(p[at - n - 1])))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((p[at - n + i] | 32) != key[i] && p[at - n + i] != (uint8_t)key[i])
			return false;
	return true;
}

uint32_t tl_taxon_read(struct tl_str s, size_t *pos)
{
	uint64_t v = 0;
	size_t i = *pos;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++) {
		v = 10 * v + (s.p[i] - '0');
		if (v > TL_TAXON_MAX)
			return 0;
	}
	if (i < s.n && is_word(s.p[i]))
		return 0;
	*pos = i;
	return (uint32_t)v;
}

uint32_t tl_taxon_next(struct tl_str head, size_t *pos)
{
	for (size_t i = *pos; i + 1 < head.n; i++) {
		uint8_t c = head.p[i], digit = head.p[i + 1];
		if ((c != '=' && c != ':' && c != '|') || digit < '0' || digit > '9')
			continue;
		if (!(c == '=' && i >= 2 && head.p[i - 1] == 'X' && ends_in(head.p, i, "ox")) &&
		    !ends_in(head.p, i, "taxid") && !ends_in(head.p, i, "tax_id"))
			continue;
		size_t at = i + 1;
		uint32_t id = tl_taxon_read(head, &at);
		if (id) {
			*pos = at;
			return id;
		}
	}
	*pos = head.n;
	return 0;
}

uint32_t tl_taxon_each(struct tl_str head, struct tl_str taxa, size_t *pos)
{
	uint64_t id;
	if (!taxa.n)
		return tl_taxon_next(head, pos);
	if (*pos < taxa.n && tl_bits_get_varint(taxa.p, taxa.n, pos, &id) && id <= TL_TAXON_MAX)
		return (uint32_t)id;
	*pos = taxa.n;
	return 0;
}
