/* SPDX-License-Identifier: MIT */
/* tally: what filter expressions count of residues. */
#include "tally.h"

#include <string.h>

#include <tl/bits.h>

/* Vectors of the compiler: a sum over bytes is not vectorised at -O2. */
typedef uint8_t vec __attribute__((vector_size(16)));

static vec all(char c)
{
	return (vec){0} + (uint8_t)c;
}

uint64_t tl_tally_bytes(const uint8_t *p, size_t n, const char four[4])
{
	const vec a = all(four[0]), b = all(four[1]), c = all(four[2]), d = all(four[3]);
	uint64_t sum = 0;
	size_t i = 0;
	while (n - i >= sizeof a) {
		size_t stop = (n - i) / sizeof a;
		vec v, count = {0};
		uint8_t lane[sizeof a];
		if (stop > 255) /* what a byte can count */
			stop = 255;
		for (stop = i + stop * sizeof a; i < stop; i += sizeof v) {
			memcpy(&v, p + i, sizeof v);
			count -= (vec)(v == a) | (vec)(v == b) | (vec)(v == c) | (vec)(v == d);
		}
		memcpy(lane, &count, sizeof lane);
		for (size_t k = 0; k < sizeof lane; k++)
			sum += lane[k];
	}
	for (; i < n; i++)
		sum += p[i] == four[0] || p[i] == four[1] || p[i] == four[2] || p[i] == four[3];
	return sum;
}

uint64_t tl_tally_masked(struct tl_str mask)
{
	uint64_t sum = 0, run;
	bool lower = false;
	for (size_t pos = 0; pos < mask.n && tl_bits_get_varint(mask.p, mask.n, &pos, &run);) {
		sum += lower ? run : 0;
		lower = !lower;
	}
	return sum;
}

uint64_t tl_tally_odd(struct tl_str odd)
{
	uint64_t sum = 0, gap, times;
	for (size_t pos = 0; pos < odd.n; pos++) {
		if (!tl_bits_get_varint(odd.p, odd.n, &pos, &gap) ||
		    !tl_bits_get_varint(odd.p, odd.n, &pos, &times))
			break;
		sum += times;
	}
	return sum;
}

/* Letters as numbers: of nucleotides A C G T, all others alike; of proteins each for itself. */
static const uint8_t base_code[32] = {4, 0, 4, 1, 4, 4, 4, 2, 4, 4, 4, 4, 4, 4, 4, 4,
				      4, 4, 4, 4, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4};

static void count_window(struct tl_tally_words *w, enum tl_alphabet alphabet, const uint8_t *p,
			 size_t n)
{
	uint64_t seen[16] = {0}; /* 5 * 5 * 5 or 32 * 32 words */
	size_t k = alphabet == TL_NUCLEOTIDE ? 3 : 2;
	unsigned word = 0, different = 0;
	if (n < k)
		return;
	for (size_t i = 0; i < n; i++) {
		if (alphabet == TL_NUCLEOTIDE)
			word = word % 25 * 5 + base_code[p[i] & 31];
		else
			word = (word & 31) << 5 | (p[i] == '*' ? 0 : p[i] & 31);
		if (i + 1 < k)
			continue;
		uint64_t bit = 1ULL << (word & 63);
		different += !(seen[word >> 6] & bit);
		seen[word >> 6] |= bit;
	}
	w->different += different;
	w->all += n - k + 1;
}

void tl_tally_words(struct tl_tally_words *w, enum tl_alphabet alphabet, const uint8_t *p, size_t n)
{
	if (w->n && n) {
		size_t take = TL_TALLY_WINDOW - w->n < n ? TL_TALLY_WINDOW - w->n : n;
		memcpy(w->open + w->n, p, take);
		w->n += take;
		p += take;
		n -= take;
		if (w->n < TL_TALLY_WINDOW)
			return;
		count_window(w, alphabet, w->open, w->n);
		w->n = 0;
	}
	for (; n >= TL_TALLY_WINDOW; n -= TL_TALLY_WINDOW, p += TL_TALLY_WINDOW)
		count_window(w, alphabet, p, TL_TALLY_WINDOW);
	if (n)
		memcpy(w->open + w->n, p, n);
	w->n += n;
}

void tl_tally_words_end(struct tl_tally_words *w, enum tl_alphabet alphabet)
{
	count_window(w, alphabet, w->open, w->n);
	w->n = 0;
}
