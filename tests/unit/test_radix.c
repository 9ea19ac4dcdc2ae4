/* SPDX-License-Identifier: MIT */
/* test_radix: against qsort(3), on keys of every kind that a radix sort may stumble over. */
#include <tl/radix.h>

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
	tl_radix_sort(item + 1, n);
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

/* Each item lies in the bucket of its byte, and the items are those that were there before. */
static void check_split(maker make, size_t n, unsigned shift)
{
	size_t bound[257];
	for (size_t i = 0; i < n; i++)
		want[i] = item[i] = make(i, n);
	memset(bound, 0xff, sizeof bound);
	tl_radix_split(item, n, shift, bound);
	tl_test_eq(bound[0], 0);
	tl_test_eq(bound[256], n);
	for (unsigned b = 0; b < 256; b++) {
		tl_test(bound[b] <= bound[b + 1] && bound[b + 1] <= n);
		for (size_t i = bound[b]; i < bound[b + 1]; i++)
			tl_test_eq(item[i].key >> shift & 255, b);
	}
	qsort(item, n, sizeof *item, compare);
	qsort(want, n, sizeof *want, compare);
	for (size_t i = 0; i < n; i++)
		tl_test(compare(&item[i], &want[i]) == 0);
}

static void test_split(void)
{
	for (size_t m = 0; m < MAKERS; m++) {
		check_split(makers[m], 0, 0);
		check_split(makers[m], 1, 56);
		for (unsigned shift = 0; shift <= 56; shift += 1 + (unsigned)tl_test_below(9))
			check_split(makers[m], tl_test_below(MOST), shift);
		check_split(makers[m], MOST, 56);
	}
}

int main(void)
{
	TL_RUN(test_sort);
	TL_RUN(test_split);
	return tl_test_end();
}
