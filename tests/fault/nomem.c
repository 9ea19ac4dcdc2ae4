/* SPDX-License-Identifier: MIT */
/* nomem: linked into a tool with --wrap, refuses memory once: the request of number TL_NOMEM_AT,
 * from 1, fails; with TL_NOMEM_ON set all later ones too.  Then there is the file TL_NOMEM_TOLD. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define WRAPPED_AS(type, no, name, params, args)                                             \
	type __real_##name params;                                                           \
	type __wrap_##name params;                                                           \
	type __wrap_##name params                                                            \
	{                                                                                    \
		return refused() ? no : __real_##name args;                                  \
	}
#define WRAPPED(type, name, params, args) WRAPPED_AS(type, NULL, name, params, args)

static long at, asked; /* asked: by any thread, relaxed: only the number counts */
static bool on;

/* What runs behind the tool, such as a writer of coverage, gets what it asks for. */
static void end(void)
{
	at = 0;
}

__attribute__((constructor)) static void begin(void)
{
	atexit(end);
	const char *s = getenv("TL_NOMEM_AT");
	at = s ? atol(s) : 0;
	on = getenv("TL_NOMEM_ON") != NULL;
}

static bool refused(void)
{
	long n = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	if (!at || (on ? n < at : n != at))
		return false;
	const char *told = getenv("TL_NOMEM_TOLD");
	int fd = told ? open(told, O_WRONLY | O_CREAT, 0600) : -1;
	if (fd >= 0)
		close(fd);
	errno = ENOMEM;
	return true;
}

WRAPPED(void *, malloc, (size_t n), (n))
WRAPPED(void *, calloc, (size_t n, size_t size), (n, size))
WRAPPED(void *, realloc, (void *p, size_t n), (p, n))
WRAPPED(void *, aligned_alloc, (size_t to, size_t n), (to, n))
WRAPPED_AS(void *, MAP_FAILED, mmap, (void *p, size_t n, int how, int flags, int fd, off_t from),
	   (p, n, how, flags, fd, from))
WRAPPED(char *, strdup, (const char *s), (s))
WRAPPED(char *, strndup, (const char *s, size_t n), (s, n))
WRAPPED(void *, ZSTD_createCCtx, (void), ())
WRAPPED(void *, ZSTD_createDCtx, (void), ())
WRAPPED(void *, ZSTD_createDStream, (void), ())
