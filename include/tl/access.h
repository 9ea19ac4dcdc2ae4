/* SPDX-License-Identifier: MIT */
/* access: which blocks of an archive hold what a few ids ask for.
 *
 * From the index and the ledgers (tl/index.h, tl/ledger.h) alone: the records named, of references all members, of
 * copies what they are copied from, and of records in several blocks all pieces; and every block that is no
 * block of records.  The reader is then given the plan, and tl_access_check compares each block
 * it gives with the rows that led to it, so that a ledger which lies is found out.
 * Memory: ledger blocks one at a time, what is wanted, and a few bytes a block.  Threads: one at a time.
 */
#ifndef TL_ACCESS_H
#define TL_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/names.h>
#include <tl/reader.h>
#include <tl/want.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_access;

/* Plans to read the file at path for those names, or, where opt_want, for what that wants.  *ret is NULL where the file has no index, or none of
 * records, or is not one archive alone: it is to be read as a whole then.  TL_DATA: the index is damaged. */
enum tl_status tl_access_plan(const char *path, const struct tl_names *opt_names,
			      const struct tl_want *opt_want,
			      struct tl_access **ret, struct tl_err *err) TL_CHECK;

/* Makes a reader follow the plan, which must outlive it. */
void tl_access_follow(struct tl_access *a, struct tl_reader_opts *ropts);

struct tl_access_sum {
	uint64_t blocks, picked; /* of records: all; those to be read */
	uint64_t index_bytes;    /* read to make the plan */
	uint64_t file_bytes;     /* all of the file */
};
void tl_access_sum_get(const struct tl_access *a, struct tl_access_sum *ret);

void tl_access_free(struct tl_access *a); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
