/* SPDX-License-Identifier: MIT */
/* radix: sorting pairs of 64-bit numbers, in place. */
#include <tl/radix.h>

#include <stdbool.h>
#include <string.h>

#define FEW 24

/* Eight bits of the 128 that key and value make, from bit shift up. */
static inline unsigned byte_at(const struct tl_radix_item *p, unsigned shift)
{
	return shift >= 64 ? p->key >> (shift - 64) & 255 : p->value >> shift & 255;
}

static inline bool less(const struct tl_radix_item *a, const struct tl_radix_item *b)
{
	return a->key != b->key ? a->key < b->key : a->value < b->value;
}

static void insertion(struct tl_radix_item *item, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct tl_radix_item x = item[i];
		size_t j = i;
		for (; j > 0 && less(&x, &item[j - 1]); j--)
			item[j] = item[j - 1];
		item[j] = x;
	}
}

/* Splits by the eight bits at shift; false where all items share it, so that nothing was to do. */
static bool split(struct tl_radix_item *item, size_t n, unsigned shift, size_t bound[257])
{
	size_t next[256];
	memset(bound, 0, 257 * sizeof *bound);
	for (size_t i = 0; i < n; i++)
		bound[byte_at(&item[i], shift) + 1]++;
	if (bound[byte_at(&item[0], shift) + 1] == n)
		return false;
	for (unsigned b = 0; b < 256; b++) {
		bound[b + 1] += bound[b];
		next[b] = bound[b];
	}
	for (unsigned b = 0; b < 256; b++) {
		while (next[b] < bound[b + 1]) {
			struct tl_radix_item x = item[next[b]];
			unsigned to;
			while ((to = byte_at(&x, shift)) != b) {
				struct tl_radix_item y = item[next[to]];
				item[next[to]++] = x;
				x = y;
			}
			item[next[b]++] = x;
		}
	}
	return true;
}

/* Sorts items whose bits from shift + 8 up are equal. */
static void sort_from(struct tl_radix_item *item, size_t n, int shift)
{
	size_t bound[257];
	if (n <= FEW) {
		insertion(item, n);
		return;
	}
	while (shift >= 0 && !split(item, n, (unsigned)shift, bound))
		shift -= 8;
	if (shift <= 0)
		return;
	for (unsigned b = 0; b < 256; b++)
		if (bound[b + 1] - bound[b] > 1)
			sort_from(item + bound[b], bound[b + 1] - bound[b], shift - 8);
}

void tl_radix_sort(struct tl_radix_item *item, size_t n)
{
	sort_from(item, n, 120);
}

void tl_radix_split(struct tl_radix_item *item, size_t n, unsigned shift, size_t bound[257])
{
	if (n && split(item, n, shift + 64, bound))
		return;
	unsigned only = n ? byte_at(&item[0], shift + 64) : 0;
	for (unsigned b = 0; b <= 256; b++)
		bound[b] = b > only ? n : 0;
}
