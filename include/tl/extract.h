/* SPDX-License-Identifier: MIT */
/* extract: an archive, or any stream, as sequences again: every record standing whole, by ordinal.
 * Threads: as the reader's.
 */
#ifndef TL_EXTRACT_H
#define TL_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/names.h>
#include <tl/reader.h>
#include <tl/want.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_extract_sum {
	uint64_t records, written;
	uint64_t next; /* one more than the highest ordinal */
};

/* Writes SEQS and FILE blocks, and passes prov on; opt_names: only the references named with all
 * their members, and members named; opt_want: only what that wants; partial: the reader gives only blocks that have those. The writer's preamble must have TL_STREAM_SUBSET then. */
enum tl_status tl_extract_all(struct tl_reader *reader, struct tl_budget *opt_budget,
			      struct tl_names *opt_names, const struct tl_want *opt_want,
			      bool partial,
			      struct tl_writer *w, struct tl_extract_sum *ret, struct tl_err *err)
	TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
