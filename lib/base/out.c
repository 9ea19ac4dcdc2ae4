/* SPDX-License-Identifier: MIT */
/* out: an output that is there whole or not at all.
 *
 * Contents: 1. where a path leads  2. files that are named at the end  3. opening  4. writing
 * 5. commit and discard.
 *
 * O_TMPFILE leaves nothing behind however the process dies, but linkat(2) cannot replace a file.
 * So a new target is linked in place, and an existing one is replaced by way of a unique name
 * beside it and rename(2).
 */
#include <tl/out.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <tl/io.h>
#include <tl/mem.h>

#define LINKS_MAX 40   /* symbolic links followed, as in Linux */
#define NAMES_TRIED 64 /* unique names tried before we give up */

enum kind {
	KIND_NULL,     /* nothing is written */
	KIND_DIRECT,   /* a descriptor that is written as it is */
	KIND_NAMELESS, /* a file that gets its name at the end */
	KIND_BESIDE,   /* a file with a name of its own that is renamed at the end */
};

struct tl_out {
	enum kind kind;
	int fd;
	bool tty;
	bool exists;           /* the target was there at the start */
	enum tl_status broken; /* of the first write that failed; nothing is written after it */
	struct tl_err why;     /* goes with broken */
	uint64_t bytes;
	char *path;            /* as the caller gave it, for messages */
	char *target;          /* NAMELESS, BESIDE: path with symbolic links followed */
	char *beside;          /* the unique name, where one was made */
	size_t len;
	uint8_t *data;         /* [TL_IO_CHUNK]: gathered, len in use */
};

/* ---- 1. where a path leads ---- */

/* The number N where path is /dev/stdout, /dev/stderr, /dev/fd/N or /proc/self/fd/N, else -1.
 * Such a path is not opened again: that would start at the beginning of the file behind it. */
static int named_fd(const char *path)
{
	static const char *const heads[] = {"/dev/fd/", "/proc/self/fd/"};
	if (!strcmp(path, "/dev/stdout"))
		return STDOUT_FILENO;
	if (!strcmp(path, "/dev/stderr"))
		return STDERR_FILENO;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		size_t n = strlen(heads[i]);
		if (strncmp(path, heads[i], n) || path[n] < '0' || path[n] > '9')
			continue;
		char *end;
		long v = strtol(path + n, &end, 10);
		if (!*end && v <= INT_MAX)
			return (int)v;
	}
	return -1;
}

/* The directory of path with its slash, where it has one, followed by name; the caller frees. */
static char *sibling(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t dir = slash && name[0] != '/' ? (size_t)(slash - path) + 1 : 0;
	char *s = malloc(dir + strlen(name) + 1);
	if (s) {
		memcpy(s, path, dir);
		strcpy(s + dir, name);
	}
	return s;
}

/* The file to which path leads over symbolic links, whether it exists or not; the caller frees.
 * NULL, with errno, where there are too many of them. */
static char *follow(const char *path)
{
	char *at = strdup(path);
	char link[PATH_MAX];
	for (int i = 0; at && i < LINKS_MAX; i++) {
		ssize_t n = readlink(at, link, sizeof link - 1);
		if (n < 0)
			return at;
		link[n] = '\0';
		char *next = sibling(at, link);
		free(at);
		at = next;
	}
	if (at)
		errno = ELOOP;
	free(at);
	return NULL;
}

/* ---- 2. files that are named at the end ---- */

/* The i-th attempt at a name beside target that nobody else uses; the caller frees. */
static char *unique_name(const char *target, int i)
{
	struct timespec now;
	char name[64];
	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof name, ".tl-%ld-%llx-%d", (long)getpid(),
		 (unsigned long long)now.tv_sec << 30 ^ (unsigned long long)now.tv_nsec, i);
	return sibling(target, name);
}

/* Calls make with unique names until one is free; sets out->beside to it.  -1 with errno. */
static int with_unique_name(struct tl_out *out, int (*make)(struct tl_out *out, const char *name))
{
	for (int i = 0; i < NAMES_TRIED; i++) {
		char *name = unique_name(out->target, i);
		if (!name)
			return -1;
		int r = make(out, name), saved = errno;
		if (r >= 0) {
			out->beside = name;
			return r;
		}
		free(name);
		errno = saved;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

static int make_beside(struct tl_out *out, const char *name)
{
	(void)out;
	return open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* linkat(2) of a file without a name needs /proc, or a privilege. */
static int link_to(struct tl_out *out, const char *name)
{
	char proc[64];
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", out->fd);
	return linkat(AT_FDCWD, proc, AT_FDCWD, name, AT_SYMLINK_FOLLOW);
}

static int open_nameless(struct tl_out *out)
{
	char proc[64];
	char *dir = sibling(out->target, ".");
	if (!dir)
		return -1;
	int fd = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	free(dir);
	if (fd < 0)
		return -1;
	snprintf(proc, sizeof proc, "/proc/self/fd/%d", fd);
	if (!access(proc, F_OK))
		return fd;
	close(fd);
	return -1;
}

/* The new file is to look like the one it replaces; suid bits only where the owner is kept too. */
static void copy_mode(int fd, const struct stat *was)
{
	mode_t mode = was->st_mode & 07777;
	struct stat is;
	if (fstat(fd, &is))
		return;
	if ((is.st_uid != was->st_uid || is.st_gid != was->st_gid) &&
	    fchown(fd, was->st_uid, was->st_gid))
		mode &= 0777;
	(void)fchmod(fd, mode);
}

/* ---- 3. opening ---- */

static enum tl_status cannot_create(const struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = errno == ENOMEM ? TL_NOMEM : TL_CANTCREATE;
	return tl_err_sys(err, st, "cannot create %s", out->path);
}

static enum tl_status open_file(struct tl_out *out, const struct stat *was, struct tl_err *err)
{
	out->exists = was != NULL;
	out->target = follow(out->path);
	if (!out->target)
		return cannot_create(out, err);
	/* rename(2) would replace a file that its owner has protected against writing. */
	if (was && faccessat(AT_FDCWD, out->target, W_OK, AT_EACCESS))
		return tl_err_sys(err, TL_CANTCREATE, "cannot write %s", out->path);
	out->kind = KIND_NAMELESS;
	out->fd = open_nameless(out);
	if (out->fd < 0) {
		out->kind = KIND_BESIDE;
		out->fd = with_unique_name(out, make_beside);
	}
	out->fd = tl_io_lift(out->fd);
	if (out->fd < 0)
		return cannot_create(out, err);
	if (was)
		copy_mode(out->fd, was);
	return TL_OK;
}

/* Takes fd as it is; it must be open for writing. */
static enum tl_status open_direct(struct tl_out *out, int fd, struct tl_err *err)
{
	out->kind = KIND_DIRECT;
	out->fd = fd;
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) {
		flags = -1;
		errno = EBADF;
	}
	if (flags < 0)
		return tl_err_sys(err, TL_CANTCREATE, "cannot write %s",
				  strcmp(out->path, "-") ? out->path : "standard output");
	tl_io_widen(fd);
	out->tty = isatty(fd);
	return TL_OK;
}

static enum tl_status open_path(struct tl_out *out, struct tl_err *err)
{
	struct stat was;
	int named = named_fd(out->path);
	size_t n = strlen(out->path);
	if (!strcmp(out->path, "-") || named == STDOUT_FILENO)
		return open_direct(out, STDOUT_FILENO, err);
	if (named >= 0)
		return open_direct(out, fcntl(named, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), err);
	if (!stat(out->path, &was)) {
		if (S_ISREG(was.st_mode))
			return open_file(out, &was, err);
		int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY;
		return open_direct(out, tl_io_lift(open(out->path, flags)), err);
	}
	if (errno == ENOENT && n && out->path[n - 1] == '/')
		errno = EISDIR;
	else if (errno == ENOENT && n)
		return open_file(out, NULL, err);
	return cannot_create(out, err);
}

static void free_out(struct tl_out *out)
{
	free(out->path);
	free(out->target);
	free(out->beside);
	free(out->data);
	free(out);
}

static enum tl_status new_out(const char *path, struct tl_out **ret, struct tl_err *err)
{
	struct tl_out *out = tl_mem_zalloc(1, sizeof *out, err);
	if (!out)
		return TL_NOMEM;
	out->fd = -1;
	out->path = strdup(path);
	out->data = tl_mem_alloc(TL_IO_CHUNK, 1, err);
	if (out->path && out->data) {
		*ret = out;
		return TL_OK;
	}
	free_out(out);
	return tl_err_nomem(err, TL_IO_CHUNK);
}

enum tl_status tl_out_open(const char *path, struct tl_out **ret, struct tl_err *err)
{
	struct tl_out *out;
	enum tl_status st = new_out(path, &out, err);
	if (st != TL_OK)
		return st;
	if ((st = open_path(out, err)) != TL_OK) {
		tl_out_discard(out);
		return st;
	}
	*ret = out;
	return TL_OK;
}

enum tl_status tl_out_null(struct tl_out **ret, struct tl_err *err)
{
	return new_out("(nothing)", ret, err); /* KIND_NULL is 0 */
}

/* ---- 4. writing ---- */

static const char *shown(const struct tl_out *out)
{
	return out->fd == STDOUT_FILENO ? "standard output" : out->path;
}

/* Writes n bytes; what fails once fails for ever, as bytes are missing from then on. */
static enum tl_status write_out(struct tl_out *out, const void *p, size_t n, struct tl_err *err)
{
	if (out->kind == KIND_NULL || (n == 0 && out->broken == TL_OK))
		return TL_OK;
	if (out->broken == TL_OK) {
		out->broken = tl_io_write(out->fd, p, n, &out->why);
		if (out->broken != TL_OK)
			(void)tl_err_prefix(&out->why, "%s", shown(out));
	}
	if (out->broken != TL_OK && err)
		*err = out->why;
	return out->broken;
}

static enum tl_status flush(struct tl_out *out, struct tl_err *err)
{
	size_t n = out->len;
	out->len = 0;
	return write_out(out, out->data, n, err);
}

enum tl_status tl_out_put(struct tl_out *out, const void *p, size_t n, struct tl_err *err)
{
	enum tl_status st;
	const uint8_t *at = p;
	out->bytes += n;
	if (out->kind == KIND_NULL || n == 0)
		return TL_OK;
	if (n >= TL_IO_CHUNK) {
		st = flush(out, err);
		return st == TL_OK ? write_out(out, p, n, err) : st;
	}
	if (n > TL_IO_CHUNK - out->len) {
		size_t fits = TL_IO_CHUNK - out->len;
		memcpy(out->data + out->len, at, fits);
		out->len = TL_IO_CHUNK;
		if ((st = flush(out, err)) != TL_OK)
			return st;
		at += fits;
		n -= fits;
	}
	memcpy(out->data + out->len, at, n);
	out->len += n;
	return TL_OK;
}

enum tl_status tl_out_printf(struct tl_out *out, struct tl_err *err, const char *fmt, ...)
{
	char *text;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return tl_err_set(err, TL_NOMEM, "%s: cannot format a text", out->path);
	enum tl_status st = tl_out_put(out, text, (size_t)n, err);
	free(text);
	return st;
}

enum tl_status tl_out_flush(struct tl_out *out, struct tl_err *err)
{
	return out ? flush(out, err) : TL_OK;
}

uint64_t tl_out_bytes(const struct tl_out *out)
{
	return out->bytes;
}

bool tl_out_tty(const struct tl_out *out)
{
	return out->tty;
}

/* ---- 5. commit and discard ---- */

static enum tl_status broken_io(const struct tl_out *out, struct tl_err *err)
{
	return tl_err_sys(err, errno == EPIPE ? TL_PIPE : TL_IO, "%s: cannot write", shown(out));
}

/* Closes the descriptor; some file systems only then say that there was no room. */
static enum tl_status close_out(struct tl_out *out, struct tl_err *err)
{
	int fd = out->fd;
	if (fd < 0)
		return TL_OK;
	enum tl_status st = close(fd) && errno != EINTR ? broken_io(out, err) : TL_OK;
	out->fd = -1;
	return st;
}

/* The same for a descriptor that is needed once more to give the file its name. */
static enum tl_status check_out(struct tl_out *out, struct tl_err *err)
{
	int twin = fcntl(out->fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (twin >= 0 && close(twin) && errno != EINTR)
		return broken_io(out, err);
	return TL_OK;
}

static enum tl_status name_nameless(struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = check_out(out, err);
	if (st != TL_OK)
		return st;
	if (!out->exists) {
		if (!link_to(out, out->target))
			return TL_OK;
		if (errno != EEXIST)
			return cannot_create(out, err);
	}
	if (with_unique_name(out, link_to) < 0 || rename(out->beside, out->target))
		return cannot_create(out, err);
	free(out->beside);
	out->beside = NULL;
	return TL_OK;
}

static enum tl_status name_beside(struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = close_out(out, err);
	if (st != TL_OK)
		return st;
	if (rename(out->beside, out->target))
		return cannot_create(out, err);
	free(out->beside);
	out->beside = NULL;
	return TL_OK;
}

enum tl_status tl_out_commit(struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = flush(out, err);
	if (st == TL_OK && out->kind == KIND_NAMELESS)
		st = name_nameless(out, err);
	else if (st == TL_OK && out->kind == KIND_BESIDE)
		st = name_beside(out, err);
	else if (st == TL_OK)
		st = close_out(out, err);
	tl_out_discard(out);
	return st;
}

void tl_out_discard(struct tl_out *out)
{
	if (!out)
		return;
	if (out->fd >= 0 && out->fd != STDOUT_FILENO)
		close(out->fd);
	if (out->beside)
		unlink(out->beside);
	free_out(out);
}

enum tl_status tl_out_finish(struct tl_out *out, enum tl_status st, struct tl_err *err)
{
	if (out && st == TL_OK)
		return tl_out_commit(out, err);
	tl_out_discard(out);
	return st;
}
