/* SPDX-License-Identifier: MIT */
/* test_metrics: what many threads count adds up, is never lost, and has names. */
#include <tl/metrics.h>

#include <pthread.h>
#include <string.h>

#include "tltest.h"

#define THREADS 8
#define TIMES 20000

static void test_common(void)
{
	struct tl_metrics before, after;
	tl_metrics_get(&before);
	tl_metrics_add(TL_METRICS_RECORDS, 3);
	tl_metrics_add(TL_METRICS_RECORDS, 4);
	tl_metrics_peak(TL_METRICS_PEAK_LANE, 9);
	tl_metrics_peak(TL_METRICS_PEAK_LANE, 5);
	tl_metrics_get(&after);
	tl_test_eq(after.count[TL_METRICS_RECORDS] - before.count[TL_METRICS_RECORDS], 7);
	tl_test_eq(after.peak[TL_METRICS_PEAK_LANE], 9);
}

static void test_buckets(void)
{
	static const uint64_t value[] = {0, 1, 2, 3, 4, 7, 8, 1023, 1024, UINT64_MAX};
	static const unsigned bucket[] = {0, 1, 2, 2, 3, 3, 4, 10, 11, 64};
	for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
		struct tl_metrics before, after;
		tl_metrics_get(&before);
		tl_metrics_note(TL_METRICS_LOOKS, value[i]);
		tl_metrics_get(&after);
		for (unsigned b = 0; b < TL_METRICS_BUCKETS; b++)
			tl_test_eq(after.bucket[TL_METRICS_LOOKS][b] -
					   before.bucket[TL_METRICS_LOOKS][b],
				   b == bucket[i]);
	}
}

static void *count(void *arg)
{
	struct tl_metrics_shard *s = arg, *own = NULL;
	if (!s && tl_metrics_open(&own, NULL) == TL_OK)
		s = own;
	tl_metrics_use(s);
	for (int i = 0; i < TIMES; i++) {
		tl_metrics_add(TL_METRICS_SPILL_BYTES, 2);
		tl_metrics_note(TL_METRICS_QUEUE_DEPTH, 5);
		tl_metrics_peak(TL_METRICS_PEAK_QUEUE, (uint64_t)i);
	}
	tl_metrics_use(NULL);
	tl_metrics_add(TL_METRICS_SPILL_BYTES, 1); /* in the common shard */
	tl_metrics_close(own);
	return NULL;
}

/* Half the threads close their shards, half leave them open; snapshots meanwhile only rise. */
static void test_threads(void)
{
	pthread_t id[THREADS];
	struct tl_metrics_shard *kept[THREADS / 2];
	struct tl_metrics before, now, last;
	struct tl_err err;
	tl_metrics_get(&before);
	for (int i = 0; i < THREADS / 2; i++)
		tl_test_ok(tl_metrics_open(&kept[i], &err), err);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&id[i], NULL, count, i % 2 ? kept[i / 2] : NULL))
			abort();
	last = before;
	for (int i = 0; i < 100; i++) {
		tl_metrics_get(&now);
		tl_test(now.count[TL_METRICS_SPILL_BYTES] >= last.count[TL_METRICS_SPILL_BYTES]);
		last = now;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
	tl_metrics_get(&now);
	tl_test_eq(now.count[TL_METRICS_SPILL_BYTES] - before.count[TL_METRICS_SPILL_BYTES],
		   THREADS * (2 * TIMES + 1));
	tl_test_eq(now.bucket[TL_METRICS_QUEUE_DEPTH][3] - before.bucket[TL_METRICS_QUEUE_DEPTH][3],
		   THREADS * TIMES);
	tl_test_eq(now.peak[TL_METRICS_PEAK_QUEUE], TIMES - 1);
	tl_test_eq(tl_metrics_of(kept[0], TL_METRICS_SPILL_BYTES), 2 * TIMES);
	for (int i = 0; i < THREADS / 2; i++)
		tl_metrics_close(kept[i]);
	tl_metrics_get(&last);
	tl_test(!memcmp(&now, &last, sizeof now));
	tl_metrics_close(NULL);
}

static void test_names(void)
{
	const char *names[TL_METRICS_COUNTERS + TL_METRICS_PEAKS + TL_METRICS_HISTOGRAMS];
	int n = 0;
	for (int i = 0; i < TL_METRICS_COUNTERS; i++)
		names[n++] = tl_metrics_counter_name((enum tl_metrics_counter)i);
	for (int i = 0; i < TL_METRICS_PEAKS; i++)
		names[n++] = tl_metrics_peak_name((enum tl_metrics_peak)i);
	for (int i = 0; i < TL_METRICS_HISTOGRAMS; i++)
		names[n++] = tl_metrics_histogram_name((enum tl_metrics_histogram)i);
	for (int i = 0; i < n; i++) {
		tl_test(names[i] && strspn(names[i], "abcdefghijklmnopqrstuvwxyz_") ==
					    strlen(names[i]));
		for (int k = 0; k < i; k++)
			tl_test(strcmp(names[i], names[k]));
	}
}

int main(void)
{
	TL_RUN(test_common);
	TL_RUN(test_buckets);
	TL_RUN(test_threads);
	TL_RUN(test_names);
	return tl_test_end();
}
