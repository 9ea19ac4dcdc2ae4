/* SPDX-License-Identifier: MIT */
/* tltest: a unit test in one header, speaking TAP.
 *
 *     static void test_empty(void) { tl_test(1 + 1 == 2); }
 *     int main(void) { TL_RUN(test_empty); return tl_test_end(); }
 *
 * Each TL_RUN is one TAP line; a failed tl_test prints where and ends that test function only.
 * tl_test_skip ends it as skipped.  Seeds are printed: TL_SEED=n in the environment repeats a run.
 */
#ifndef TLTEST_H
#define TLTEST_H

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static jmp_buf tltest_jump;
static int tltest_count, tltest_failed;
static uint64_t tltest_state;

#define tl_test(cond)                                                                        \
	do {                                                                                 \
		if (!(cond)) {                                                               \
			printf("# %s:%d: not so: %s\n", __FILE__, __LINE__, #cond);          \
			longjmp(tltest_jump, 1);                                             \
		}                                                                            \
	} while (0)

/* Two numbers are equal; both are printed where not. */
#define tl_test_eq(x, y)                                                                     \
	do {                                                                                 \
		long long tltest_x = (long long)(x), tltest_y = (long long)(y);              \
		if (tltest_x != tltest_y) {                                                  \
			printf("# %s:%d: %s is %lld, not %s = %lld\n", __FILE__, __LINE__,   \
			       #x, tltest_x, #y, tltest_y);                                  \
			longjmp(tltest_jump, 1);                                             \
		}                                                                            \
	} while (0)

/* A call returned TL_OK; its message is printed where not. */
#define tl_test_ok(call, err)                                                                \
	do {                                                                                 \
		if ((call) != 0) {                                                           \
			printf("# %s:%d: %s: %s\n", __FILE__, __LINE__, #call, (err).msg);   \
			longjmp(tltest_jump, 1);                                             \
		}                                                                            \
	} while (0)

#define tl_test_skip(why)                                                                    \
	do {                                                                                 \
		printf("# %s\n", why);                                                       \
		longjmp(tltest_jump, 2);                                                     \
	} while (0)

#define TL_RUN(fn)                                                                           \
	do {                                                                                 \
		int tltest_how = setjmp(tltest_jump);                                        \
		if (tltest_how == 0)                                                         \
			fn();                                                                \
		tltest_report(tltest_how, #fn);                                              \
	} while (0)

static void tltest_report(int how, const char *name)
{
	tltest_count++;
	tltest_failed += how == 1;
	printf("%s %d - %s%s\n", how == 1 ? "not ok" : "ok", tltest_count, name,
	       how == 2 ? " # SKIP" : "");
	fflush(stdout);
}

static inline int tl_test_end(void)
{
	printf("1..%d\n", tltest_count);
	return tltest_failed ? 1 : 0;
}

/* splitmix64, seeded by TL_SEED or 1. */
static inline uint64_t tl_test_random(void)
{
	if (!tltest_state) {
		const char *seed = getenv("TL_SEED");
		tltest_state = seed ? strtoull(seed, NULL, 0) : 1;
		printf("# TL_SEED=%llu\n", (unsigned long long)tltest_state);
	}
	uint64_t z = (tltest_state += 0x9E3779B97F4A7C15ULL);
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
	return z ^ z >> 31;
}

static inline uint64_t tl_test_below(uint64_t n)
{
	return n ? tl_test_random() % n : 0;
}

/* n bytes that end where an unmapped page begins, so that one byte of over-reading crashes. */
static inline uint8_t *tl_test_guarded(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (n + page - 1) / page * page;
	uint8_t *p = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	if (p == MAP_FAILED || mprotect(p + whole, page, PROT_NONE))
		abort();
	return p + whole - n;
}

#endif
