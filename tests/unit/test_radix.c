/* SPDX-License-Identifier: MIT */
/* test_radix: against qsort(3), on keys of every kind that a radix sort may stumble over. */
#include <tl/radix.h>

#include <stdbool.h>

#include "tltest.h"

#define MOST 5000

typedef struct tl_radix_item (*maker)(size_t i, size_t n);

static struct tl_radix_item any(size_t i, size_t n)
{
	(void)i, (void)n;
	return (struct tl_radix_item){tl_test_random(), tl_test_random()};
}

/* Few keys, few values: most items are equal to another. */
static struct tl_radix_item few(size_t i, size_t n)
{
	(void)i, (void)n;
	return (struct tl_radix_item){tl_test_below(7) << 30, tl_test_below(5) << 9};
}

static struct tl_radix_item equal(size_t i, size_t n)
{
	(void)i, (void)n;
	return (struct tl_radix_item){0x0102030405060708, 42};
}

/* Keys alike, values decide, in one byte that is not the lowest. */
static struct tl_radix_item by_value(size_t i, size_t n)
{
	(void)i, (void)n;
	return (struct tl_radix_item){UINT64_MAX, tl_test_below(256) << 56 | 3};
}

static struct tl_radix_item falling(size_t i, size_t n)
{
	return (struct tl_radix_item){n - i, i};
}

static struct tl_radix_item rising(size_t i, size_t n)
{
	(void)n;
	return (struct tl_radix_item){i / 3, i};
}

/* One byte of the sixteen differs. */
static struct tl_radix_item one_byte(size_t i, size_t n)
{
	unsigned at = (unsigned)(n % 16) * 8;
	uint64_t byte = tl_test_below(256);
	(void)i;
	return at < 64 ? (struct tl_radix_item){9, byte << at}
		       : (struct tl_radix_item){byte << (at - 64), 9};
}

/* The ends of the range of keys and values. */
static struct tl_radix_item extreme(size_t i, size_t n)
{
	(void)i, (void)n;
	return (struct tl_radix_item){0 - tl_test_below(2), 0 - tl_test_below(2)};
}

static const maker makers[] = {any, few, equal, by_value, falling, rising, one_byte, extreme};
#define MAKERS (sizeof makers / sizeof makers[0])

static int compare(const void *x, const void *y)
{
	const struct tl_radix_item *a = x, *b = y;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->value < b->value ? -1 : a->value > b->value;
}

static struct tl_radix_item item[MOST + 2], want[MOST];

static void check_sort(maker make, size_t n)
{
	const struct tl_radix_item guard = {0xdeadbeef, 0xfeedface};
	item[0] = item[n + 1] = guard;
	for (size_t i = 0; i < n; i++)
		want[i] = item[i + 1] = make(i, n);
	qsort(want, n, sizeof *want, compare);
	tl_radix_items(item + 1, n);
	for (size_t i = 0; i < n; i++)
		tl_test(compare(&item[i + 1], &want[i]) == 0);
	tl_test(!compare(&item[0], &guard) && !compare(&item[n + 1], &guard));
}

static void test_sort(void)
{
	for (size_t m = 0; m < MAKERS; m++) {
		for (size_t n = 0; n < 70; n++)
			check_sort(makers[m], n);
		for (int round = 0; round < 15; round++)
			check_sort(makers[m], tl_test_below(MOST + 1));
		check_sort(makers[m], MOST);
	}
}

/* Longer records: all words count. */
static void check_words(unsigned words, size_t n)
{
	static uint64_t have[6 * 700], before[6 * 700];
	uint64_t sum = 0, again = 0;
	for (size_t i = 0; i < n * words; i++)
		sum += before[i] = have[i] = tl_test_below(4) << 8 * tl_test_below(8);
	tl_radix_sort(have, n, words);
	for (size_t i = 0; i < n * words; i++)
		again += have[i];
	tl_test(sum == again);
	for (size_t i = words; i < n * words; i += words) {
		size_t j = 0;
		while (j + 1 < words && have[i + j] == have[i - words + j])
			j++;
		tl_test(have[i - words + j] <= have[i + j]);
	}
	/* Each record is still there: the sorted one stands in the middle of its equals. */
	for (size_t i = 0; i < n; i += 37) {
		bool found = false;
		for (size_t j = 0; j < n && !found; j++)
			found = !memcmp(before + i * words, have + j * words, words * 8);
		tl_test(found);
	}
}

static void test_words(void)
{
	for (unsigned words = 2; words <= 6; words += words < 4 ? 1 : 2)
		for (int round = 0; round < 30; round++)
			check_words(words, tl_test_below(701));
}

int main(void)
{
	TL_RUN(test_sort);
	TL_RUN(test_words);
	return tl_test_end();
}
