/* SPDX-License-Identifier: MIT */
/* io: whole reads and writes on descriptors, and unlinked temporary files.
 *
 * A descriptor inherited from another process may be set not to block; such a one is waited for
 * with poll(2), so that the rest of the library need not know.
 */
#include <tl/io.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_WIDTH (1 << 20)

/* After a call that failed: may it be tried again?  Waits first where it would have blocked. */
static bool again(int fd, short events)
{
	if (errno == EINTR)
		return true;
	if (errno != EAGAIN)
		return false;
	struct pollfd p = {.fd = fd, .events = events};
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

int tl_io_lift(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO)
		return fd;
	int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), saved = errno;
	close(fd);
	errno = saved;
	return high;
}

void tl_io_widen(int fd)
{
	int saved = errno;
	if (fcntl(fd, F_GETPIPE_SZ) < PIPE_WIDTH)
		(void)fcntl(fd, F_SETPIPE_SZ, PIPE_WIDTH);
	errno = saved;
}

enum tl_status tl_io_open(const char *path, int *ret_fd, struct tl_err *err)
{
	struct stat info;
	bool standard = !strcmp(path, "-");
	const char *name = standard ? "standard input" : path;
	int fd = standard ? STDIN_FILENO : tl_io_lift(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
	if (fd < 0 || fstat(fd, &info)) {
		enum tl_status st = tl_err_sys(err, TL_NOINPUT, "cannot open %s", name);
		tl_io_close(fd);
		return st;
	}
	if (S_ISDIR(info.st_mode)) {
		tl_io_close(fd);
		return tl_err_set(err, TL_NOINPUT, "cannot read %s: it is a directory", name);
	}
	if (S_ISFIFO(info.st_mode))
		tl_io_widen(fd);
	else if (S_ISREG(info.st_mode))
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*ret_fd = fd;
	return TL_OK;
}

void tl_io_close(int fd)
{
	if (fd > STDIN_FILENO)
		close(fd);
}

enum tl_status tl_io_read(int fd, void *p, size_t n, size_t *ret_got, struct tl_err *err)
{
	size_t got = 0;
	*ret_got = 0;
	while (got < n) {
		ssize_t r = read(fd, (uint8_t *)p + got, n - got);
		if (r == 0)
			break;
		if (r > 0)
			*ret_got = got += (size_t)r;
		else if (!again(fd, POLLIN))
			return tl_err_sys(err, TL_IO, "cannot read");
	}
	return TL_OK;
}

enum tl_status tl_io_write(int fd, const void *p, size_t n, struct tl_err *err)
{
	const uint8_t *at = p;
	while (n) {
		ssize_t r = write(fd, at, n < TL_IO_CHUNK ? n : TL_IO_CHUNK);
		if (r >= 0) {
			at += r;
			n -= (size_t)r;
		} else if (!again(fd, POLLOUT)) {
			return tl_err_sys(err, errno == EPIPE ? TL_PIPE : TL_IO, "cannot write");
		}
	}
	return TL_OK;
}

/* Does [offset, offset + n) lie within what off_t can say? */
static enum tl_status check_range(uint64_t offset, size_t n, struct tl_err *err)
{
	if (offset <= INT64_MAX && n <= INT64_MAX - offset)
		return TL_OK;
	return tl_err_set(err, TL_IO, "offset %llu is beyond any file", (unsigned long long)offset);
}

enum tl_status tl_io_pread(int fd, void *p, size_t n, uint64_t offset, struct tl_err *err)
{
	uint8_t *at = p;
	enum tl_status st = check_range(offset, n, err);
	while (st == TL_OK && n) {
		ssize_t r = pread(fd, at, n, (off_t)offset);
		if (r > 0) {
			at += r;
			n -= (size_t)r;
			offset += (uint64_t)r;
		} else if (r == 0) {
			return tl_err_set(err, TL_IO, "the file ends at byte %llu, %zu bytes early",
					  (unsigned long long)offset, n);
		} else if (!again(fd, POLLIN)) {
			return tl_err_sys(err, TL_IO, "cannot read at byte %llu",
					  (unsigned long long)offset);
		}
	}
	return st;
}

enum tl_status tl_io_pwrite(int fd, const void *p, size_t n, uint64_t offset, struct tl_err *err)
{
	const uint8_t *at = p;
	enum tl_status st = check_range(offset, n, err);
	while (st == TL_OK && n) {
		ssize_t r = pwrite(fd, at, n, (off_t)offset);
		if (r >= 0) {
			at += r;
			n -= (size_t)r;
			offset += (uint64_t)r;
		} else if (!again(fd, POLLOUT)) {
			return tl_err_sys(err, TL_IO, "cannot write at byte %llu",
					  (unsigned long long)offset);
		}
	}
	return st;
}

/* A file with a name for a moment, where the file system has no O_TMPFILE; or -1 with errno. */
static int temp_by_name(const char *dir)
{
	static const char tail[] = "/tl-XXXXXX";
	size_t n = strlen(dir);
	char *path = malloc(n + sizeof tail);
	if (!path)
		return -1;
	memcpy(path, dir, n);
	memcpy(path + n, tail, sizeof tail);
	int fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

const char *tl_io_temp_dir(const char *opt_dir)
{
	if (!opt_dir)
		opt_dir = getenv("TMPDIR");
	return opt_dir && *opt_dir ? opt_dir : "/tmp";
}

enum tl_status tl_io_temp(const char *dir, int *ret_fd, struct tl_err *err)
{
	dir = tl_io_temp_dir(dir);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		fd = temp_by_name(dir);
	fd = tl_io_lift(fd);
	if (fd < 0)
		return tl_err_sys(err, TL_CANTCREATE, "cannot create a temporary file in %s", dir);
	*ret_fd = fd;
	return TL_OK;
}
