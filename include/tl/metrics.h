/* SPDX-License-Identifier: MIT */
/* metrics: what this process did, in numbers.
 *
 * Counters, peaks and histograms with a bucket for each power of two.  Every thread counts in a
 * shard of its own, in cache lines of its own, with relaxed loads and stores: nothing is locked and
 * nothing is shared where something is counted.  tl_metrics_get adds the shards up; the sum is
 * exact when the threads rest, and never goes back.  The workers of a pool have shards; what other
 * threads count goes to a common one, by atomic addition.
 * Only counting is done here; lib/show and lib/cli say it to people.
 * Threads: any, but for what is said of shards.
 */
#ifndef TL_METRICS_H
#define TL_METRICS_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_metrics_counter {
	TL_METRICS_TASKS,        /* run by workers */
	TL_METRICS_STEALS_TRIED, /* looks into the deque of another worker */
	TL_METRICS_STEALS_WON,   /* that brought a task */
	TL_METRICS_STEALS_FAR,   /* of these, from a worker on another node */
	TL_METRICS_MIGRATED,     /* tasks meant for another node that were taken here */
	TL_METRICS_SLEEPS,       /* times that a worker lay down */
	TL_METRICS_LOCAL_BYTES,  /* of blocks worked on by the node where they lie */
	TL_METRICS_REMOTE_BYTES, /* by another node */
	TL_METRICS_LOCAL_BLOCKS,
	TL_METRICS_REMOTE_BLOCKS,
	TL_METRICS_INPUT_BYTES,  /* read from inputs */
	TL_METRICS_OUTPUT_BYTES, /* of stream or text written */
	TL_METRICS_RECORDS,      /* read */
	TL_METRICS_SPILL_BYTES,  /* written to temporary files, as stored there */
	TL_METRICS_INTERN_LOOKS,     /* words looked up or put */
	TL_METRICS_INTERN_HITS,      /* of those many at once, found in the cache of the worker */
	TL_METRICS_INTERN_PROBES,    /* slots looked at for the others */
	TL_METRICS_INTERN_BYTES,     /* of strings that became symbols */
	TL_METRICS_INTERN_FORGOTTEN, /* symbols of tables with a limit; no tool has one */
	TL_METRICS_SLAB_MAPPED,      /* bytes of blocks from which pieces are taken */
	TL_METRICS_SLAB_TAKEN,       /* of these, in pieces that were taken */
	TL_METRICS_COUNTERS
};

/* Peaks are the highest value that any thread saw. */
enum tl_metrics_peak {
	TL_METRICS_PEAK_QUEUE, /* tasks in one deque */
	TL_METRICS_PEAK_LANE,  /* items in one ordered lane */
	TL_METRICS_PEAKS
};

enum tl_metrics_histogram {
	TL_METRICS_QUEUE_DEPTH, /* tasks in a worker's deque, when it adds one */
	TL_METRICS_LOOKS,       /* rounds of looking for a task before one was found elsewhere */
	TL_METRICS_BLOCK_BYTES, /* sizes of blocks worked on */
	TL_METRICS_HISTOGRAMS
};

#define TL_METRICS_BUCKETS 65 /* bucket 0 counts zeros, bucket b values in [2^(b-1), 2^b) */

/* A snapshot. */
struct tl_metrics {
	uint64_t count[TL_METRICS_COUNTERS];
	uint64_t peak[TL_METRICS_PEAKS];
	uint64_t bucket[TL_METRICS_HISTOGRAMS][TL_METRICS_BUCKETS];
};

/* Counts for the calling thread. */
void tl_metrics_add(enum tl_metrics_counter what, uint64_t n);
void tl_metrics_peak(enum tl_metrics_peak what, uint64_t value);
void tl_metrics_note(enum tl_metrics_histogram what, uint64_t value);

/* All shards, those closed included, added up. */
void tl_metrics_get(struct tl_metrics *ret);

/* "steals_won": lower case and underscores; what a metr block and JSON call it.  Stays for ever. */
const char *tl_metrics_counter_name(enum tl_metrics_counter what);
const char *tl_metrics_peak_name(enum tl_metrics_peak what);
const char *tl_metrics_histogram_name(enum tl_metrics_histogram what);

/* A shard of one's own.  At each moment at most one thread counts in it: the one that called
 * tl_metrics_use last (NULL: back to the common one).  Closing it keeps its counts in the sum. */
struct tl_metrics_shard;
enum tl_status tl_metrics_open(struct tl_metrics_shard **ret, struct tl_err *err) TL_CHECK;
void tl_metrics_close(struct tl_metrics_shard *shard); /* NULL is fine */
struct tl_metrics_shard *tl_metrics_use(struct tl_metrics_shard *shard); /* what was used before */
void tl_metrics_add_to(struct tl_metrics_shard *shard, enum tl_metrics_counter what, uint64_t n);
uint64_t tl_metrics_of(const struct tl_metrics_shard *shard, enum tl_metrics_counter what);

#ifdef __cplusplus
}
#endif
#endif
