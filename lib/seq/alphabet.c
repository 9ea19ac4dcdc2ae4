/* SPDX-License-Identifier: MIT */
/* alphabet: tables of residues and complements, and the guess what a text holds. */
#include <tl/alphabet.h>

#include <string.h>

#include "lines.h"

#define GUESS_RESIDUES 65536

#define LETTERS(c) [(c)] = true, [(c) + 32] = true

const bool tl_alphabet_residue[256] = {
	LETTERS('A'), LETTERS('B'), LETTERS('C'), LETTERS('D'), LETTERS('E'), LETTERS('F'),
	LETTERS('G'), LETTERS('H'), LETTERS('I'), LETTERS('J'), LETTERS('K'), LETTERS('L'),
	LETTERS('M'), LETTERS('N'), LETTERS('O'), LETTERS('P'), LETTERS('Q'), LETTERS('R'),
	LETTERS('S'), LETTERS('T'), LETTERS('U'), LETTERS('V'), LETTERS('W'), LETTERS('X'),
	LETTERS('Y'), LETTERS('Z'), ['*'] = true,
};

/* Eight bytes which are their own complement, from c on. */
#define SELF8(c) c, c + 1, c + 2, c + 3, c + 4, c + 5, c + 6, c + 7
#define SELF64(c) SELF8(c), SELF8(c + 8), SELF8(c + 16), SELF8(c + 24), SELF8(c + 32), \
	SELF8(c + 40), SELF8(c + 48), SELF8(c + 56)

const uint8_t tl_alphabet_complement[256] = {
	SELF64(0), '@',
	/*A*/ 'T', 'V', 'G', 'H', 'E', 'F', 'C', 'D', 'I', 'J', 'M', 'L', 'K', 'N', 'O', 'P', 'Q',
	/*R*/ 'Y', 'S', 'A', 'U', 'B', 'W', 'X', 'R', 'Z', '[', '\\', ']', '^', '_',
	SELF8(96), SELF8(104), SELF8(112), SELF8(120), SELF64(128), SELF64(192),
};

/* Upper-case letters, in the order of the alphabet: 2 counts for nucleotides, 1 is allowed
 * there. */
static const uint8_t nucleotide_class[26] = {
	['A' - 'A'] = 2, ['C' - 'A'] = 2, ['G' - 'A'] = 2, ['T' - 'A'] = 2, ['U' - 'A'] = 2,
	['N' - 'A'] = 2, ['R' - 'A'] = 1, ['Y' - 'A'] = 1, ['S' - 'A'] = 1, ['W' - 'A'] = 1,
	['K' - 'A'] = 1, ['M' - 'A'] = 1, ['B' - 'A'] = 1, ['D' - 'A'] = 1, ['H' - 'A'] = 1,
	['V' - 'A'] = 1,
};

bool tl_alphabet_has(enum tl_alphabet alphabet, uint8_t byte)
{
	if (!tl_alphabet_residue[byte] || alphabet == TL_PROTEIN)
		return tl_alphabet_residue[byte];
	return byte != '*' && nucleotide_class[(byte & 31) - 1];
}

void tl_alphabet_revcomp(uint8_t *dst, const uint8_t *src, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = tl_alphabet_complement[src[n - 1 - i]];
}

bool tl_alphabet_count(struct tl_alphabet_tally *tally, const uint8_t *text, size_t n)
{
	for (size_t i = 0; i < n && tally->residues < GUESS_RESIDUES && !tally->other; i++) {
		uint8_t c = text[i];
		if (!tl_alphabet_residue[c])
			continue;
		uint8_t class = c == '*' ? 0 : nucleotide_class[(c & 31) - 1];
		tally->residues++;
		tally->plain += class == 2;
		tally->other = class == 0;
	}
	return tally->residues < GUESS_RESIDUES && !tally->other;
}

enum tl_alphabet tl_alphabet_judge(const struct tl_alphabet_tally *t)
{
	bool most = t->residues && t->plain * 10 >= t->residues * 9;
	return most && !t->other ? TL_NUCLEOTIDE : TL_PROTEIN;
}

enum tl_alphabet tl_alphabet_guess(const uint8_t *text, size_t n)
{
	const uint8_t *p = text, *end = text + n;
	struct tl_alphabet_tally tally = {0};
	bool cr = tl_lines_cr(text, n), more = true;
	while (p < end && more) {
		const uint8_t *stop = tl_lines_find(p, end, cr);
		if (*p != '>' && *p != ';')
			more = tl_alphabet_count(&tally, p, (size_t)(stop - p));
		/* Past one byte of the line end: the rest of it is a blank line. */
		p = stop < end ? stop + 1 : end;
	}
	return tl_alphabet_judge(&tally);
}
