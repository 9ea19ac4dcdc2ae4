/* SPDX-License-Identifier: MIT */
/* motif: does a sequence hold a motif? */
#include "motif.h"

#include <string.h>

/* What a nucleotide code stands for: A C G T as bits 1 2 4 8. */
static uint8_t bases_of(uint8_t c)
{
	static const char codes[] = "-ACMGRSVTWYHKDBN"; /* the place is the set */
	const char *at = c ? strchr(codes, c) : NULL;
	if (c == 'U')
		return 8;
	return at ? (uint8_t)(at - codes) : 0;
}

/* The bit of a residue: letters by their low five bits, '*' by the one that no letter has. */
static uint32_t bit(uint8_t c)
{
	return 1u << (c == '*' ? 0 : c & 31);
}

/* Does residue c fit the letter m of a motif? */
static bool fits(uint8_t m, uint8_t c, enum tl_alphabet alphabet)
{
	if (m == c)
		return true;
	if (alphabet == TL_NUCLEOTIDE) {
		uint8_t of = bases_of(c);
		return of && !(of & ~bases_of(m));
	}
	switch (m) {
	case 'X':
		return c != '*';
	case 'B':
		return c == 'D' || c == 'N';
	case 'Z':
		return c == 'E' || c == 'Q';
	case 'J':
		return c == 'I' || c == 'L';
	default:
		return false;
	}
}

void tl_motif_make(struct tl_str letters, enum tl_alphabet alphabet, struct tl_motif *ret)
{
	ret->n = letters.n;
	ret->plain = true;
	for (size_t i = 0; i < letters.n; i++) {
		uint8_t m = letters.p[i];
		if (alphabet == TL_NUCLEOTIDE && m == 'U')
			m = 'T';
		ret->letter[i] = m;
		ret->fits[i] = bit(m);
		for (uint8_t c = 'A'; c <= 'Z'; c++)
			if (c != m && fits(m, c, alphabet) &&
			    !(alphabet == TL_NUCLEOTIDE && c == 'U')) {
				ret->fits[i] |= bit(c);
				ret->plain = false;
			}
	}
}

bool tl_motif_find(const struct tl_motif *motif, const uint8_t *p, size_t n)
{
	if (n < motif->n)
		return false;
	if (motif->plain)
		return memmem(p, n, motif->letter, motif->n) != NULL;
	for (size_t i = 0; i + motif->n <= n; i++) {
		size_t k = 0;
		while (k < motif->n && motif->fits[k] & bit(p[i + k]))
			k++;
		if (k == motif->n)
			return true;
	}
	return false;
}
