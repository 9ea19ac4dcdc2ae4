/* SPDX-License-Identifier: MIT */
/* out: an output that is there whole or not at all.
 *
 * A named regular file is written without a name (O_TMPFILE, or under a unique name beside the
 * target where the file system has none) and takes its name in tl_out_commit; until then, and after
 * tl_out_discard or any death of the process, the target is as it was.  "-" (standard output) and
 * targets that exist and are no regular file (>(cmd), a FIFO, a device) are written directly;
 * /dev/stdout, /dev/stderr and /dev/fd/N mean that descriptor, from where it stands.  A new file
 * has the permissions 0666 less the umask, a replaced one keeps its own; behind a symbolic link it
 * is the file that is replaced, not the link.
 * Bytes are gathered and written TL_IO_CHUNK at a time.  Threads: one at a time.
 */
#ifndef TL_OUT_H
#define TL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_out;

/* path is copied.  TL_CANTCREATE with a message that names it. */
enum tl_status tl_out_open(const char *path, struct tl_out **ret, struct tl_err *err) TL_CHECK;

/* An output that counts and throws away what is put (for --verify). */
enum tl_status tl_out_null(struct tl_out **ret, struct tl_err *err) TL_CHECK;

enum tl_status tl_out_put(struct tl_out *out, const void *p, size_t n, struct tl_err *err) TL_CHECK;
enum tl_status tl_out_printf(struct tl_out *out, struct tl_err *err, const char *fmt, ...)
	TL_PRINTF(3, 4) TL_CHECK;

/* Writes what is gathered, so that of several outputs all can be tried before the first is
 * committed. NULL is fine. */
enum tl_status tl_out_flush(struct tl_out *out, struct tl_err *err) TL_CHECK;

uint64_t tl_out_bytes(const struct tl_out *out); /* put so far */
bool tl_out_tty(const struct tl_out *out);       /* is the target a terminal? */

/* Writes what is gathered, syncs nothing, closes, checks, and gives the file its name; frees out
 * in every case.  A failed commit leaves the target as it was. */
enum tl_status tl_out_commit(struct tl_out *out, struct tl_err *err) TL_CHECK;

/* Gives up: closes, removes, frees.  NULL is fine. */
void tl_out_discard(struct tl_out *out);

/* Commits where st is TL_OK, else gives up; returns st, or why the commit failed.  NULL is fine. */
enum tl_status tl_out_finish(struct tl_out *out, enum tl_status st, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
