/* SPDX-License-Identifier: MIT */
/* io: whole reads and writes on descriptors, and unlinked temporary files.
 *
 * EINTR and short counts are dealt with here and nowhere else.  Threads: any, on different
 * descriptors; tl_io_pread and tl_io_pwrite also on one.
 */
#ifndef TL_IO_H
#define TL_IO_H

#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_IO_CHUNK (256u << 10) /* bytes of one write on a pipe: measured best with a 1 MiB pipe */

/* Opens path for reading ("-" is standard input) and makes a pipe 1 MiB wide where that is allowed.
 * TL_NOINPUT with a message that names the path. */
enum tl_status tl_io_open(const char *path, int *ret_fd, struct tl_err *err) TL_CHECK;

/* Closes a descriptor of tl_io_open; standard input stays open. */
void tl_io_close(int fd);

/* Moves fd, where it is 0, 1 or 2, to a higher number, so that a file opened by a process that was
 * started without standard streams is not mistaken for one.  -1 (errno set) stays -1. */
int tl_io_lift(int fd);

/* Makes the pipe at fd 1 MiB wide (F_SETPIPE_SZ); no effect on anything else, never fails. */
void tl_io_widen(int fd);

/* Reads until n bytes are there or the input ends; *ret_got tells.  TL_IO. */
enum tl_status tl_io_read(int fd, void *p, size_t n, size_t *ret_got, struct tl_err *err) TL_CHECK;

/* Writes n bytes, TL_IO_CHUNK at a time.  TL_PIPE on EPIPE, else TL_IO. */
enum tl_status tl_io_write(int fd, const void *p, size_t n, struct tl_err *err) TL_CHECK;

/* n bytes at offset, all or TL_IO (an early end of file included). */
enum tl_status tl_io_pread(int fd, void *p, size_t n, uint64_t offset, struct tl_err *err) TL_CHECK;
enum tl_status tl_io_pwrite(int fd, const void *p, size_t n, uint64_t offset, struct tl_err *err)
	TL_CHECK;

/* Where temporary files go: opt_dir; where that is NULL, $TMPDIR; where that is empty too, /tmp. */
const char *tl_io_temp_dir(const char *opt_dir);

/* A temporary file in dir (NULL: $TMPDIR, else /tmp) which has no name, so that no death of the
 * process leaves it behind.  TL_CANTCREATE.  The caller closes. */
enum tl_status tl_io_temp(const char *dir, int *ret_fd, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
