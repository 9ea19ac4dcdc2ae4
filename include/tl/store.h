/* SPDX-License-Identifier: MIT */
/* store: bytes put one behind the other and read again from anywhere; in memory up to a share of
 * the budget, beyond it in an unlinked temporary file.
 *
 * Bytes stand in chunks of TL_STORE_CHUNK; each chunk is in memory or in the file, which never
 * shows in an answer.  The file is read with pread(2): the page cache keeps what is used, and
 * none of it counts as memory of the process.
 * Threads: one that puts; any number that get what was put before.
 */
#ifndef TL_STORE_H
#define TL_STORE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_STORE_CHUNK ((size_t)1 << 20)

struct tl_store;

/* share: bytes in memory, at most, where the budget allows that many. */
enum tl_status tl_store_new(struct tl_budget *budget, uint64_t share, struct tl_store **ret,
			    struct tl_err *err) TL_CHECK;

/* Appends n bytes; they begin at tl_store_bytes() before the call. */
enum tl_status tl_store_put(struct tl_store *s, const void *p, size_t n, struct tl_err *err)
	TL_CHECK;

/* The n bytes at offset: where they lie, or copied into scratch; valid until scratch is changed
 * or more is put.  TL_BUF_PAD bytes behind them may be read. */
enum tl_status tl_store_get(const struct tl_store *s, uint64_t offset, size_t n,
			    struct tl_buf *scratch, struct tl_str *ret, struct tl_err *err) TL_CHECK;

/* To be asked for soon: memory is far.  Of what is on disk nothing is fetched. */
void tl_store_fetch(const struct tl_store *s, uint64_t offset, size_t n);

uint64_t tl_store_bytes(const struct tl_store *s);   /* put so far */
uint64_t tl_store_spilled(const struct tl_store *s); /* of them in the file */
void tl_store_free(struct tl_store *s);              /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
