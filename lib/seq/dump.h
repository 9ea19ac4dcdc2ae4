/* SPDX-License-Identifier: MIT */
/* dump: text files of lines and fields, as those of NCBI's taxonomy: read line by line, perhaps
 * compressed. */
#ifndef TL_DUMP_H
#define TL_DUMP_H

#include <stdbool.h>
#include <stddef.h>

#include <tl/col.h>
#include <tl/err.h>
#include <tl/pool.h>

/* Takes a line that is not empty, without its end; first: of the file. */
typedef enum tl_status (*tl_dump_line)(void *ctx, struct tl_str line, bool first,
				       struct tl_err *err);

/* Gives every line of the file ("-": standard input) to fn; what it refuses with TL_DATA is put
 * behind "FILE:LINE: ". */
enum tl_status tl_dump_read(const char *path, struct tl_pool *opt_pool, tl_dump_line fn, void *ctx,
			    struct tl_err *err) TL_CHECK;

/* Splits a line at mark into four fields at most; returns how many there are, what is left behind
 * the fourth being passed over. */
size_t tl_dump_split(struct tl_str line, const char *mark, struct tl_str field[4]);

/* All of s is a taxonomy id, or 0; false where not. */
bool tl_dump_id(struct tl_str s, uint32_t *ret);

#endif
