/* SPDX-License-Identifier: MIT */
/* test_logistic: mixing four at a time is what mixing one at a time is; a mixer learns. */
#include <string.h>

#include "logistic.h"
#include "tltest.h"

#define N 24

static int between(int least, int most)
{
	return least + (int)tl_test_below((unsigned)(most - least + 1));
}

static void test_same(void)
{
	for (int round = 0; round < 2000; round++) {
		int32_t w[N], again[N];
		int in[N], step = between(-28672, 28672);
		for (int i = 0; i < N; i++) {
			w[i] = again[i] = (int32_t)tl_test_random();
			in[i] = between(-TL_LOGISTIC_MAX, TL_LOGISTIC_MAX);
		}
		tl_test_eq((uint32_t)tl_logistic_sum(w, in, N),
			   (uint32_t)tl_logistic_sum_plain(w, in, N));
		tl_logistic_step(w, in, N, step);
		tl_logistic_step_plain(again, in, N, step);
		tl_test(!memcmp(w, again, sizeof w));
	}
}

/* One input says what comes, one the contrary, one nothing. */
static void test_learns(void)
{
	static struct tl_logistic t;
	struct tl_mixer m;
	struct tl_err err = {0};
	tl_logistic_fill(&t);
	tl_test_ok(tl_logistic_new(&m, 4, 2, 4, &err), err);
	for (int i = 0; i < 3000; i++) {
		unsigned bit = tl_test_below(2);
		int in[4] = {bit ? 500 : -500, bit ? -700 : 700, 256, 0};
		(void)tl_logistic_mix(&t, &m, 1, in);
		if (i > 2000)
			tl_test(bit ? m.p > 60000 : m.p < 5000);
		tl_logistic_tell(&m, bit, in, 6);
	}
	tl_test(m.weight[4] > 0 && m.weight[5] < 0);
	tl_test_eq((uint32_t)m.weight[0], (1u << 28) / 4); /* the other set is as it was */
	tl_logistic_free(&m);
}

int main(void)
{
	TL_RUN(test_same);
	TL_RUN(test_learns);
	return tl_test_end();
}
