/* SPDX-License-Identifier: MIT */
/* metr: the block in which a tool tells what it counted.  man tl-stream(5) section 13.
 * Threads: pure but for their arguments.
 */
#ifndef TL_METR_H
#define TL_METR_H

#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/metrics.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeros are empty and usable. */
struct tl_metr {
	struct tl_buf tool; /* "tl-parse 0.1.0": printable ASCII but quotes and backslashes */
	struct tl_col name; /* [n] lower-case letters, digits, '_' and '.' */
	uint64_t *value;    /* [n] */
	size_t n, cap;
};

/* What is not 0 of m; *ret_n: entries, for head.records. */
enum tl_status tl_metr_put(const char *tool, const struct tl_metrics *m, struct tl_payload *payload,
			   uint32_t *ret_n, struct tl_err *err) TL_CHECK;

/* Of a decoded block, into memory of its own; TL_DATA. */
enum tl_status tl_metr_get(const struct tl_block *block, struct tl_metr *ret,
			   struct tl_err *err) TL_CHECK;
void tl_metr_free(struct tl_metr *m);

#ifdef __cplusplus
}
#endif
#endif
