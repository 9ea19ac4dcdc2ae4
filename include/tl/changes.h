/* SPDX-License-Identifier: MIT */
/* changes: what two streams differ in (counted elsewhere), as text for people or as JSON.
 *
 * Begin, then a line for each record, then end.  Threads: one.
 */
#ifndef TL_CHANGES_H
#define TL_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/out.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_changes_number {
	const char *name, *label; /* in JSON, in text */
	uint64_t records, residues;
};

struct tl_changes {
	struct tl_out *out;
	bool json;
	uint64_t lines;
};

/* Writes the numbers. */
enum tl_status tl_changes_begin(struct tl_changes *c, const struct tl_changes_number *number,
				size_t n, struct tl_err *err) TL_CHECK;

/* Writes that a record of that ordinal and name is such a one. */
enum tl_status tl_changes_line(struct tl_changes *c, const char *what, uint64_t ordinal,
			       struct tl_str name, struct tl_err *err) TL_CHECK;

enum tl_status tl_changes_end(struct tl_changes *c, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
