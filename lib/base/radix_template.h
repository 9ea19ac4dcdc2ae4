/* SPDX-License-Identifier: MIT */
/* radix_template: the in-place sort, included once for each length of records.
 *
 * Parameters, both undefined again at the end:
 *   NAME     the function to define: void NAME(uint64_t *, size_t n, int from)
 *   WORDS    64-bit words in a record, a constant; the first is compared first
 */

#define CAT2(x, y) x##_##y
#define CAT(x, y) CAT2(x, y)
#define RECORD CAT(NAME, record)
#define LESS CAT(NAME, less)
#define FEW_SORT CAT(NAME, few)
#define DIFFER CAT(NAME, differ)
#define COUNT CAT(NAME, count)
#define SPLIT CAT(NAME, split)

typedef struct {
	uint64_t word[WORDS];
} RECORD;

static inline bool LESS(const RECORD *a, const RECORD *b)
{
	for (int i = 0; i < WORDS - 1; i++)
		if (a->word[i] != b->word[i])
			return a->word[i] < b->word[i];
	return a->word[WORDS - 1] < b->word[WORDS - 1];
}

static void FEW_SORT(RECORD *item, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		RECORD x = item[i];
		size_t j = i;
		for (; j > 0 && LESS(&x, &item[j - 1]); j--)
			item[j] = item[j - 1];
		item[j] = x;
	}
}

/* The bits in which word w of records differs. */
static inline uint64_t DIFFER(const RECORD *item, size_t n, int w)
{
	const uint64_t first = item[0].word[w];
	uint64_t any = 0;
	for (size_t i = 1; i < n; i++)
		any |= item[i].word[w] ^ first;
	return any;
}

/* Where the records of each digit of word w begin. */
static void COUNT(const RECORD *item, size_t n, int w, struct digit d, size_t bound[DIGITS + 1])
{
	memset(bound, 0, (d.mask + 2) * sizeof *bound);
	for (size_t i = 0; i < n; i++)
		bound[digit_of(d, item[i].word[w]) + 1]++;
	for (unsigned b = 0; b <= d.mask; b++)
		bound[b + 1] += bound[b];
}

/* Puts records where those of their digit belong.  In each round every record that is not known to
 * stand right is exchanged for one at the first such place of its digit: no exchange waits for the
 * one before it, as it would where chains are followed.  At least one of them is right in the end
 * of each exchange. */
static void SPLIT(RECORD *item, int w, struct digit d, const size_t bound[DIGITS + 1])
{
	size_t next[DIGITS];
	unsigned open[DIGITS], n = 0;
	for (unsigned b = 0; b <= d.mask; b++) {
		next[b] = bound[b];
		if (bound[b] < bound[b + 1])
			open[n++] = b;
	}
	while (n > 1) {
		unsigned left = 0;
		for (unsigned k = 0; k < n; k++) {
			const size_t end = bound[open[k] + 1];
			for (size_t i = next[open[k]]; i < end; i++) {
				const size_t to = next[digit_of(d, item[i].word[w])]++;
				const RECORD x = item[i];
				item[i] = item[to];
				item[to] = x;
			}
			open[left] = open[k];
			left += next[open[k]] < end;
		}
		n = left;
	}
}

/* Sorts records that are equal before word `from`. */
static void NAME(uint64_t *words, size_t n, int from)
{
	RECORD *item = (RECORD *)words;
	size_t bound[DIGITS + 1];
	uint64_t any = 0;
	int w = from;
	if (n <= FEW) {
		FEW_SORT(item, n);
		return;
	}
	while (w < WORDS && (any = DIFFER(item, n, w)) == 0)
		w++;
	if (w == WORDS)
		return;
	const struct digit d = choose_digit(any, n);
	COUNT(item, n, w, d, bound);
	SPLIT(item, w, d, bound);
	if (d.shift == 0 && ++w == WORDS)
		return;
	for (unsigned b = 0; b <= d.mask; b++)
		if (bound[b + 1] - bound[b] > 1)
			NAME((uint64_t *)(item + bound[b]), bound[b + 1] - bound[b], w);
}

#undef NAME
#undef WORDS
#undef CAT2
#undef CAT
#undef RECORD
#undef LESS
#undef FEW_SORT
#undef DIFFER
#undef COUNT
#undef SPLIT
