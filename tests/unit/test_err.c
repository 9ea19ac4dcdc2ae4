/* SPDX-License-Identifier: MIT */
/* test_err: messages, errno, prefixes, and that nothing is written beyond the record. */
#include <tl/err.h>

#include <errno.h>

#include "tltest.h"

static void test_set(void)
{
	struct tl_err err;
	tl_test_eq(tl_err_set(&err, TL_DATA, "%s:%d", "f", 7), TL_DATA);
	tl_test(!strcmp(err.msg, "f:7"));
	tl_test_eq(err.status, TL_DATA);
	tl_test_eq(err.sys_errno, 0);
	tl_test_eq(tl_err_set(NULL, TL_IO, "x"), TL_IO);
}

static void test_sys(void)
{
	struct tl_err err;
	char want[256];
	errno = ENOSPC;
	tl_test_eq(tl_err_sys(&err, TL_IO, "cannot write %s", "f"), TL_IO);
	snprintf(want, sizeof want, "cannot write f: %s", strerror(ENOSPC));
	tl_test(!strcmp(err.msg, want));
	tl_test_eq(err.sys_errno, ENOSPC);
}

static void test_nomem(void)
{
	struct tl_err err;
	tl_test_eq(tl_err_nomem(&err, 123), TL_NOMEM);
	tl_test(strstr(err.msg, "123"));
}

static void test_prefix(void)
{
	struct tl_err err;
	(void)tl_err_set(&err, TL_DATA, "bad");
	tl_test_eq(tl_err_prefix(&err, "block %d", 3), TL_DATA);
	tl_test(!strcmp(err.msg, "block 3: bad"));
}

static void test_long(void)
{
	struct tl_err err;
	char text[3 * TL_ERR_MAX];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)tl_err_set(&err, TL_DATA, "%s", text);
	tl_test_eq(strlen(err.msg), TL_ERR_MAX - 1);
	(void)tl_err_prefix(&err, "%s", "head");
	tl_test_eq(strlen(err.msg), TL_ERR_MAX - 1);
	tl_test(!strncmp(err.msg, "head: xxx", 9));
	(void)tl_err_prefix(&err, "%s", text);
	tl_test_eq(strlen(err.msg), TL_ERR_MAX - 1);
	errno = EIO;
	(void)tl_err_sys(&err, TL_IO, "%s", text);
	tl_test_eq(strlen(err.msg), TL_ERR_MAX - 1);
}

/* Prefix and message that just fit, and those of one or two bytes more. */
static void test_room(void)
{
	struct tl_err err;
	char text[TL_ERR_MAX], want[2 * TL_ERR_MAX];
	for (size_t n = TL_ERR_MAX - 8; n < TL_ERR_MAX; n++) {
		memset(text, 'x', n);
		text[n] = '\0';
		(void)tl_err_set(&err, TL_DATA, "bad");
		tl_test_eq(tl_err_prefix(&err, "%s", text), TL_DATA);
		snprintf(want, sizeof want, "%s: bad", text);
		want[TL_ERR_MAX - 1] = '\0';
		tl_test(!strcmp(err.msg, want));
	}
}

int main(void)
{
	TL_RUN(test_set);
	TL_RUN(test_sys);
	TL_RUN(test_nomem);
	TL_RUN(test_prefix);
	TL_RUN(test_long);
	TL_RUN(test_room);
	return tl_test_end();
}
