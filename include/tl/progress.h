/* SPDX-License-Identifier: MIT */
/* progress: one line that says how far a tool has come.
 * Threads: pure.
 */
#ifndef TL_PROGRESS_H
#define TL_PROGRESS_H

#include <stddef.h>
#include <tl/metrics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "1.2 GB in, 34 M records, 310 MB out, 105 MB/s": into text, without an end of line; seconds since
 * the start. */
void tl_progress_line(const struct tl_metrics *m, double seconds, char *text, size_t size);

/* "tasks 12, steals_won 3": what is not 0 of the counters and peaks. */
void tl_progress_counts(const struct tl_metrics *m, char *text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
