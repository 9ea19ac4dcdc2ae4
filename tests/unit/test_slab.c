/* SPDX-License-Identifier: MIT */
/* test_slab: pieces do not overlap, stay where they are, and are watched over. */
#include "slab.h"

#include <tl/metrics.h>

#include "tltest.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

#define PIECES 200

static void use_pieces(size_t size)
{
	struct tl_slab slab = {.size = size};
	struct tl_err err;
	uint8_t *piece[PIECES];
	for (size_t i = 0; i < PIECES; i++) {
		tl_test((piece[i] = tl_slab_take(&slab, &err)));
		tl_test_eq((uintptr_t)piece[i] % 64, 0);
		for (size_t k = 0; k < size; k += 61)
			tl_test_eq(piece[i][k], 0);
		memset(piece[i], (int)(i + 1), size);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t k = 0; k < size; k += 61)
			tl_test_eq(piece[i][k], (i + 1) & 255);
	tl_test_eq(slab.taken, PIECES);
	tl_test(slab.pieces >= PIECES && slab.pieces < PIECES * 3 / 2 + 4);
	tl_slab_free(&slab);
	tl_test(!slab.last && !slab.taken && !slab.pieces);
	tl_test(tl_slab_take(&slab, &err)); /* usable again */
	tl_slab_free(&slab);
	tl_slab_free(&slab);
}

static void test_pieces(void)
{
	use_pieces(1);
	use_pieces(64);
	use_pieces(4097);
	use_pieces(((size_t)1 << 18) + 64);
}

static void test_counted(void)
{
	struct tl_slab slab = {.size = 1000};
	struct tl_metrics m;
	struct tl_err err;
	tl_metrics_get(&m);
	uint64_t mapped = m.count[TL_METRICS_SLAB_MAPPED], taken = m.count[TL_METRICS_SLAB_TAKEN];
	for (int i = 0; i < 5; i++)
		tl_test(tl_slab_take(&slab, &err));
	tl_metrics_get(&m);
	tl_test_eq(m.count[TL_METRICS_SLAB_TAKEN] - taken, 5000);
	tl_test(m.count[TL_METRICS_SLAB_MAPPED] - mapped >= slab.pieces * 1000);
	tl_slab_free(&slab);
}

/* Under AddressSanitizer a byte too many is caught, between pieces and in one nobody took. */
static void test_watched(void)
{
#if defined(__SANITIZE_ADDRESS__)
	struct tl_slab slab = {.size = 100};
	struct tl_err err;
	uint8_t *a = tl_slab_take(&slab, &err), *b = tl_slab_take(&slab, &err);
	tl_test(!__asan_region_is_poisoned(a, 100) && !__asan_region_is_poisoned(b, 100));
	tl_test(__asan_address_is_poisoned(a + 104) && __asan_address_is_poisoned(b - 1));
	tl_test(__asan_address_is_poisoned(b + (b - a)));
	tl_slab_free(&slab);
#else
	tl_test_skip("needs AddressSanitizer");
#endif
}

int main(void)
{
	TL_RUN(test_pieces);
	TL_RUN(test_counted);
	TL_RUN(test_watched);
	return tl_test_end();
}
