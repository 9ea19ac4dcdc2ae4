/* SPDX-License-Identifier: MIT */
/* metrics: counters, peaks and histograms in shards. */
#include <tl/metrics.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Bytes that two cores should not share: cache lines are fetched in pairs. */
#define LINE 128

static const char *const counter_names[TL_METRICS_COUNTERS] = {
	[TL_METRICS_TASKS] = "tasks",
	[TL_METRICS_STEALS_TRIED] = "steals_tried",
	[TL_METRICS_STEALS_WON] = "steals_won",
	[TL_METRICS_STEALS_FAR] = "steals_far",
	[TL_METRICS_MIGRATED] = "migrated",
	[TL_METRICS_SLEEPS] = "sleeps",
	[TL_METRICS_LOCAL_BYTES] = "local_bytes",
	[TL_METRICS_REMOTE_BYTES] = "remote_bytes",
	[TL_METRICS_LOCAL_BLOCKS] = "local_blocks",
	[TL_METRICS_REMOTE_BLOCKS] = "remote_blocks",
	[TL_METRICS_INPUT_BYTES] = "input_bytes",
	[TL_METRICS_OUTPUT_BYTES] = "output_bytes",
	[TL_METRICS_RECORDS] = "records",
	[TL_METRICS_SPILL_BYTES] = "spill_bytes",
	[TL_METRICS_INTERN_LOOKS] = "intern_looks",
	[TL_METRICS_INTERN_HITS] = "intern_hits",
	[TL_METRICS_INTERN_PROBES] = "intern_probes",
	[TL_METRICS_INTERN_BYTES] = "intern_bytes",
	[TL_METRICS_INTERN_FORGOTTEN] = "intern_forgotten",
	[TL_METRICS_SLAB_MAPPED] = "slab_mapped",
	[TL_METRICS_SLAB_TAKEN] = "slab_taken",
};
static const char *const peak_names[TL_METRICS_PEAKS] = {
	[TL_METRICS_PEAK_QUEUE] = "peak_queue",
	[TL_METRICS_PEAK_LANE] = "peak_lane",
};
static const char *const histogram_names[TL_METRICS_HISTOGRAMS] = {
	[TL_METRICS_QUEUE_DEPTH] = "queue_depth",
	[TL_METRICS_LOOKS] = "looks",
	[TL_METRICS_BLOCK_BYTES] = "block_bytes",
};

#define CELLS (TL_METRICS_COUNTERS + TL_METRICS_PEAKS + TL_METRICS_HISTOGRAMS * TL_METRICS_BUCKETS)

struct tl_metrics_shard {
	/* Counters, then peaks, then buckets.  Written by the one thread that uses the shard (the
	 * common one: by all, with atomic additions), read by any: relaxed. */
	_Alignas(LINE) _Atomic uint64_t cell[CELLS];
	struct tl_metrics_shard *next; /* in the list of open ones; under its lock */
};

/* All open shards; closed ones are added to the common one, which is always there. */
static struct tl_metrics_shard common;
static struct tl_metrics_shard *open_shards;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Where this thread counts; NULL: in the common shard. */
static _Thread_local struct tl_metrics_shard *mine;

static void add_to(struct tl_metrics_shard *s, unsigned cell, uint64_t n)
{
	uint64_t v = atomic_load_explicit(&s->cell[cell], memory_order_relaxed);
	atomic_store_explicit(&s->cell[cell], v + n, memory_order_relaxed);
}

static void add(unsigned cell, uint64_t n)
{
	if (mine)
		add_to(mine, cell, n);
	else
		atomic_fetch_add_explicit(&common.cell[cell], n, memory_order_relaxed);
}

void tl_metrics_add(enum tl_metrics_counter what, uint64_t n)
{
	add(what, n);
}

void tl_metrics_add_to(struct tl_metrics_shard *shard, enum tl_metrics_counter what, uint64_t n)
{
	add_to(shard, what, n);
}

static void raise_to(_Atomic uint64_t *cell, uint64_t value)
{
	uint64_t v = atomic_load_explicit(cell, memory_order_relaxed);
	while (v < value && !atomic_compare_exchange_weak_explicit(
				    cell, &v, value, memory_order_relaxed, memory_order_relaxed))
		;
}

void tl_metrics_peak(enum tl_metrics_peak what, uint64_t value)
{
	raise_to(&(mine ? mine : &common)->cell[TL_METRICS_COUNTERS + what], value);
}

void tl_metrics_note(enum tl_metrics_histogram what, uint64_t value)
{
	unsigned b = value ? 64 - (unsigned)__builtin_clzll(value) : 0;
	add(TL_METRICS_COUNTERS + TL_METRICS_PEAKS + (unsigned)what * TL_METRICS_BUCKETS + b, 1);
}

static bool is_peak(unsigned cell)
{
	return cell >= TL_METRICS_COUNTERS && cell < TL_METRICS_COUNTERS + TL_METRICS_PEAKS;
}

/* Adds a shard to sums. */
static void gather(const struct tl_metrics_shard *s, uint64_t sum[CELLS])
{
	for (unsigned i = 0; i < CELLS; i++) {
		uint64_t v = atomic_load_explicit(&s->cell[i], memory_order_relaxed);
		if (!is_peak(i))
			sum[i] += v;
		else if (sum[i] < v)
			sum[i] = v;
	}
}

void tl_metrics_get(struct tl_metrics *ret)
{
	uint64_t sum[CELLS] = {0};
	pthread_mutex_lock(&lock);
	gather(&common, sum);
	for (const struct tl_metrics_shard *s = open_shards; s; s = s->next)
		gather(s, sum);
	pthread_mutex_unlock(&lock);
	memcpy(ret->count, sum, sizeof ret->count);
	memcpy(ret->peak, sum + TL_METRICS_COUNTERS, sizeof ret->peak);
	memcpy(ret->bucket, sum + TL_METRICS_COUNTERS + TL_METRICS_PEAKS, sizeof ret->bucket);
}

enum tl_status tl_metrics_open(struct tl_metrics_shard **ret, struct tl_err *err)
{
	struct tl_metrics_shard *s = aligned_alloc(LINE, sizeof *s);
	if (!s)
		return tl_err_nomem(err, sizeof *s);
	memset(s, 0, sizeof *s);
	pthread_mutex_lock(&lock);
	s->next = open_shards;
	open_shards = s;
	pthread_mutex_unlock(&lock);
	*ret = s;
	return TL_OK;
}

void tl_metrics_close(struct tl_metrics_shard *shard)
{
	uint64_t sum[CELLS] = {0};
	if (!shard)
		return;
	if (mine == shard)
		mine = NULL;
	gather(shard, sum);
	pthread_mutex_lock(&lock);
	struct tl_metrics_shard **at = &open_shards;
	while (*at != shard)
		at = &(*at)->next;
	*at = shard->next;
	for (unsigned i = 0; i < CELLS; i++) {
		if (is_peak(i))
			raise_to(&common.cell[i], sum[i]);
		else
			atomic_fetch_add_explicit(&common.cell[i], sum[i], memory_order_relaxed);
	}
	pthread_mutex_unlock(&lock);
	free(shard);
}

struct tl_metrics_shard *tl_metrics_use(struct tl_metrics_shard *shard)
{
	struct tl_metrics_shard *before = mine;
	mine = shard;
	return before;
}

uint64_t tl_metrics_of(const struct tl_metrics_shard *shard, enum tl_metrics_counter what)
{
	return atomic_load_explicit(&shard->cell[what], memory_order_relaxed);
}

const char *tl_metrics_counter_name(enum tl_metrics_counter what)
{
	return counter_names[what];
}

const char *tl_metrics_peak_name(enum tl_metrics_peak what)
{
	return peak_names[what];
}

const char *tl_metrics_histogram_name(enum tl_metrics_histogram what)
{
	return histogram_names[what];
}
