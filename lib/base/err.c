/* SPDX-License-Identifier: MIT */
/* err: status codes and the error record. */
#include <tl/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Puts ": " and text behind the first used bytes of err's message, as far as there is room. */
static void append(struct tl_err *err, int used, const char *text)
{
	if (used >= (int)sizeof err->msg)
		return;
	char *at = err->msg + (used < 0 ? 0 : used), *last = err->msg + sizeof err->msg - 1;
	for (const char *p = ": "; *p && at < last; p++)
		*at++ = *p;
	size_t n = strnlen(text, (size_t)(last - at));
	memcpy(at, text, n);
	at[n] = 0;
}

enum tl_status tl_err_set(struct tl_err *err, enum tl_status status, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof err->msg, fmt, ap);
		va_end(ap);
		err->status = status;
		err->sys_errno = 0;
	}
	return status;
}

enum tl_status tl_err_sys(struct tl_err *err, enum tl_status status, const char *fmt, ...)
{
	int saved = errno;
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
		va_end(ap);
		append(err, n, strerror(saved));
		err->status = status;
		err->sys_errno = saved;
	}
	return status;
}

enum tl_status tl_err_nomem(struct tl_err *err, unsigned long long size)
{
	return tl_err_set(err, TL_NOMEM, "out of memory (asked for %llu bytes)", size);
}

enum tl_status tl_err_prefix(struct tl_err *err, const char *fmt, ...)
{
	if (!err)
		return TL_INTERNAL;
	char tail[TL_ERR_MAX];
	memcpy(tail, err->msg, sizeof tail);
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
	va_end(ap);
	append(err, n, tail);
	return err->status;
}
