/* SPDX-License-Identifier: MIT */
/* radix_template: the in-place sort, included once for each length of records.
 *
 * Parameters, both undefined again at the end:
 *   NAME     the function to define: void NAME(uint64_t *, size_t n, int level)
 *   WORDS    64-bit words in a record, a constant; the first is compared first
 */

#define CAT2(x, y) x##_##y
#define CAT(x, y) CAT2(x, y)
#define RECORD CAT(NAME, record)
#define BYTE CAT(NAME, byte)
#define LESS CAT(NAME, less)
#define FEW_SORT CAT(NAME, few)
#define SPLIT CAT(NAME, split)

typedef struct {
	uint64_t word[WORDS];
} RECORD;

/* Byte `level` of a record, 0 the most significant one of the first word. */
static inline unsigned BYTE(const RECORD *p, int level)
{
	return p->word[level >> 3] >> (56 - 8 * (level & 7)) & 255;
}

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

/* Splits by the byte at level; false where all records share it, so that nothing was to do. */
static bool SPLIT(RECORD *item, size_t n, int level, size_t bound[257])
{
	size_t next[256];
	memset(bound, 0, 257 * sizeof *bound);
	for (size_t i = 0; i < n; i++)
		bound[BYTE(&item[i], level) + 1]++;
	if (bound[BYTE(&item[0], level) + 1] == n)
		return false;
	for (unsigned b = 0; b < 256; b++) {
		bound[b + 1] += bound[b];
		next[b] = bound[b];
	}
	for (unsigned b = 0; b < 256; b++) {
		while (next[b] < bound[b + 1]) {
			RECORD x = item[next[b]];
			unsigned to;
			while ((to = BYTE(&x, level)) != b) {
				RECORD y = item[next[to]];
				item[next[to]++] = x;
				x = y;
			}
			item[next[b]++] = x;
		}
	}
	return true;
}

/* Sorts records that are equal before level. */
static void NAME(uint64_t *words, size_t n, int level)
{
	RECORD *item = (RECORD *)words;
	size_t bound[257];
	if (n <= FEW) {
		FEW_SORT(item, n);
		return;
	}
	while (level < 8 * WORDS && !SPLIT(item, n, level, bound))
		level++;
	if (level >= 8 * WORDS - 1)
		return;
	for (unsigned b = 0; b < 256; b++)
		if (bound[b + 1] - bound[b] > 1)
			NAME((uint64_t *)(item + bound[b]), bound[b + 1] - bound[b], level + 1);
}

#undef NAME
#undef WORDS
#undef CAT2
#undef CAT
#undef RECORD
#undef BYTE
#undef LESS
#undef FEW_SORT
#undef SPLIT
