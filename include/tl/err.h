/* SPDX-License-Identifier: MIT */
/* err: what a library function returns, and the record in which it says why.
 *
 * Every function that can fail returns an enum tl_status and, where a message helps, fills a
 * struct tl_err which the caller owns (usually on its stack).  The library never prints and never
 * exits; lib/cli turns a status into a message and an exit code.
 * Threads: a struct tl_err belongs to one thread at a time.
 */
#ifndef TL_ERR_H
#define TL_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

#define TL_CHECK __attribute__((warn_unused_result))
#define TL_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The order is fixed: lib/cli maps each to an exit code (see tl(7)). */
enum tl_status {
	TL_OK = 0,
	TL_USAGE,      /* the command line is wrong: 64 */
	TL_DATA,       /* the input is broken: 65 */
	TL_NOINPUT,    /* an input cannot be opened: 66 */
	TL_INTERNAL,   /* a bug of ours: 70 */
	TL_CANTCREATE, /* an output cannot be created: 73 */
	TL_IO,         /* reading or writing failed, ENOSPC included: 74 */
	TL_NOMEM,      /* no memory, try again with more: 75 */
	TL_PIPE,       /* the reader of our output went away: the tool ends quietly */
};

#define TL_ERR_MAX 1024

struct tl_err {
	enum tl_status status;
	int sys_errno; /* errno at the failure, 0 where none applies */
	char msg[TL_ERR_MAX]; /* one line, no full stop, no program name, NUL-terminated */
};

/* Fills err (which may be NULL) with status and a printf-style message; returns status, so that
 * a function can end with `return tl_err_set(...)`. */
enum tl_status tl_err_set(struct tl_err *err, enum tl_status status, const char *fmt, ...)
	TL_PRINTF(3, 4);

/* The same for a failed system call: appends ": strerror(errno)" and keeps errno. */
enum tl_status tl_err_sys(struct tl_err *err, enum tl_status status, const char *fmt, ...)
	TL_PRINTF(3, 4);

/* "out of memory (asked for SIZE bytes)", TL_NOMEM. */
enum tl_status tl_err_nomem(struct tl_err *err, unsigned long long size);

/* Puts a printf-style text and ": " in front of the message already in err; keeps its status.
 * Returns err's status. */
enum tl_status tl_err_prefix(struct tl_err *err, const char *fmt, ...) TL_PRINTF(2, 3);

#ifdef __cplusplus
}
#endif
#endif
