/* SPDX-License-Identifier: MIT */
/* report: what a stream holds and what it costs, as text for people or as JSON.
 *
 * Memory: O(distinct lengths + deltas).  Threads: one.
 */
#ifndef TL_REPORT_H
#define TL_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/out.h>
#include <tl/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_report;

enum tl_status tl_report_new(struct tl_report **ret, struct tl_err *err) TL_CHECK;

/* Counts one block, in the order of the stream, with its columns decoded. */
enum tl_status tl_report_item(struct tl_report *r, const struct tl_item *item, struct tl_err *err)
	TL_CHECK;

/* Everything was counted: totals of the reader, and whether all was verified. */
void tl_report_end(struct tl_report *r, const struct tl_reader_totals *totals, bool verified);

/* Writes the report. */
enum tl_status tl_report_text(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
	TL_CHECK;
enum tl_status tl_report_json(const struct tl_report *r, struct tl_out *out, struct tl_err *err)
	TL_CHECK;

void tl_report_free(struct tl_report *r); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
