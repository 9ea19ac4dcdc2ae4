/* SPDX-License-Identifier: MIT */
/* test_io: short reads and writes, signals, descriptors that do not block, offsets, errors. */
#include <tl/io.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tltest.h"

#define BIG (3u << 20)

/* While refuse_tmpfile is set, open(2) behaves as on a file system without O_TMPFILE. */
static bool refuse_tmpfile;
static int refused;

int open(const char *name, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	bool tmpfile = (flags & O_TMPFILE) == O_TMPFILE;
	mode_t mode = tmpfile || (flags & O_CREAT) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	if (refuse_tmpfile && tmpfile) {
		refused++;
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}

static uint8_t big[BIG], back[BIG];

static void fill_big(void)
{
	for (size_t i = 0; i < BIG; i++)
		big[i] = (uint8_t)tl_test_random();
	memset(back, 0, BIG);
}

static void test_open(void)
{
	struct tl_err err = {0};
	int fd = -1;
	tl_test_eq(tl_io_open("/no/such/file", &fd, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, "/no/such/file"));
	tl_test_eq(err.sys_errno, ENOENT);
	tl_test_eq(tl_io_open("/", &fd, &err), TL_NOINPUT);
	tl_test(strstr(err.msg, "directory"));
	tl_test_ok(tl_io_open("/dev/null", &fd, &err), err);
	tl_test(fd > 2);
	size_t got = 9;
	tl_test_ok(tl_io_read(fd, back, 10, &got, &err), err);
	tl_test_eq(got, 0);
	tl_test_eq(tl_io_write(fd, back, 1, &err), TL_IO);
	tl_io_close(fd);
	tl_test(fcntl(fd, F_GETFD) < 0);
}

static void test_standard_input(void)
{
	struct tl_err err;
	int fd = -1, saved = dup(0), null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	tl_test_ok(tl_io_open("-", &fd, &err), err);
	tl_test_eq(fd, 0);
	tl_io_close(fd);
	tl_test(fcntl(0, F_GETFD) >= 0);
	close(0);
	enum tl_status st = tl_io_open("-", &fd, &err);
	int other = -1;
	enum tl_status st2 = tl_io_open("/dev/null", &other, &err);
	dup2(saved, 0);
	close(saved);
	close(null);
	tl_test_eq(st, TL_NOINPUT);
	tl_test(st2 == TL_OK && other > 2); /* not mistaken for standard input */
	tl_io_close(other);
}

struct end {
	int fd;
	size_t n;
	enum tl_status st;
	size_t got;
};

static void *write_end(void *arg)
{
	struct end *e = arg;
	e->st = tl_io_write(e->fd, big, e->n, NULL);
	close(e->fd);
	return NULL;
}

static void through_pipe(bool nonblock, size_t n)
{
	int p[2];
	struct tl_err err;
	pthread_t id;
	size_t got;
	tl_test(!pipe(p));
	if (nonblock)
		for (int i = 0; i < 2; i++)
			fcntl(p[i], F_SETFL, O_NONBLOCK);
	struct end e = {.fd = p[1], .n = n};
	fill_big();
	tl_test(!pthread_create(&id, NULL, write_end, &e));
	enum tl_status st = tl_io_read(p[0], back, BIG, &got, &err);
	pthread_join(id, NULL);
	close(p[0]);
	tl_test_eq(st, TL_OK);
	tl_test_eq(e.st, TL_OK);
	tl_test_eq(got, n);
	tl_test(!memcmp(big, back, n));
}

static void test_pipe(void)
{
	through_pipe(false, BIG);
	through_pipe(false, 12345);
	through_pipe(false, 0);
}

static void test_nonblocking(void)
{
	through_pipe(true, BIG);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* Signals without SA_RESTART rain on a reader and a writer. */
static void test_signals(void)
{
	struct sigaction act = {.sa_handler = on_alarm}, old;
	sigaction(SIGUSR1, &act, &old);
	pid_t parent = getpid(), child = fork();
	if (child == 0) {
		for (;;) {
			kill(parent, SIGUSR1);
			usleep(200);
		}
	}
	for (int i = 0; i < 10; i++)
		through_pipe(false, BIG);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	sigaction(SIGUSR1, &old, NULL);
}

static void test_epipe(void)
{
	int p[2];
	struct tl_err err;
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	tl_test(!pipe(p));
	close(p[0]);
	enum tl_status st = tl_io_write(p[1], "x", 1, &err);
	close(p[1]);
	signal(SIGPIPE, old);
	tl_test_eq(st, TL_PIPE);
	tl_test_eq(err.sys_errno, EPIPE);
}

static void test_full(void)
{
	struct tl_err err;
	int fd = open("/dev/full", O_WRONLY);
	if (fd < 0)
		tl_test_skip("no /dev/full");
	enum tl_status st = tl_io_write(fd, "x", 1, &err);
	close(fd);
	tl_test_eq(st, TL_IO);
	tl_test_eq(err.sys_errno, ENOSPC);
}

static void test_widen(void)
{
	int p[2];
	tl_test(!pipe(p));
	int was = fcntl(p[1], F_GETPIPE_SZ);
	tl_io_widen(p[1]);
	int is = fcntl(p[1], F_GETPIPE_SZ);
	close(p[0]);
	close(p[1]);
	errno = 5;
	tl_io_widen(-1);
	tl_test_eq(errno, 5);
	tl_test(is >= was);
}

static void test_offsets(void)
{
	struct tl_err err;
	int fd;
	struct stat info;
	tl_test_ok(tl_io_temp(NULL, &fd, &err), err);
	fill_big();
	tl_test_ok(tl_io_pwrite(fd, big + 1000, BIG - 1000, 1000, &err), err);
	tl_test_ok(tl_io_pwrite(fd, big, 1000, 0, &err), err);
	tl_test(!fstat(fd, &info) && info.st_size == BIG && info.st_nlink == 0);
	tl_test_ok(tl_io_pread(fd, back, BIG - 77, 77, &err), err);
	tl_test(!memcmp(back, big + 77, BIG - 77));
	tl_test_ok(tl_io_pread(fd, back, 0, 1u << 30, &err), err);
	tl_test_eq(tl_io_pread(fd, back, 10, BIG - 9, &err), TL_IO);
	tl_test_eq(tl_io_pread(fd, back, 10, UINT64_MAX, &err), TL_IO);
	tl_test_eq(tl_io_pwrite(fd, back, 10, INT64_MAX - 5, &err), TL_IO);
	close(fd);
	tl_test_eq(tl_io_pread(fd, back, 10, 0, &err), TL_IO);
	tl_test_eq(tl_io_pwrite(fd, back, 10, 0, &err), TL_IO);
}

static void test_temp(void)
{
	struct tl_err err;
	int fd;
	tl_test_eq(tl_io_temp("/no/such/dir", &fd, &err), TL_CANTCREATE);
	tl_test(strstr(err.msg, "/no/such/dir"));
	tl_test_eq(tl_io_temp("/dev/null", &fd, &err), TL_CANTCREATE);
	tl_test_ok(tl_io_temp("/tmp", &fd, &err), err);
	tl_test_ok(tl_io_write(fd, "abc", 3, &err), err);
	tl_io_close(fd);
}

/* Where there is no O_TMPFILE the file has a name for a moment; none is left. */
static void test_temp_by_name(void)
{
	struct tl_err err;
	struct stat info;
	char dir[] = "/tmp/tl-io-XXXXXX";
	int fd = -1;
	tl_test(mkdtemp(dir));
	refused = 0;
	refuse_tmpfile = true;
	enum tl_status st = tl_io_temp(dir, &fd, &err), bad = tl_io_temp("/no/such/dir", &fd, &err);
	refuse_tmpfile = false;
	tl_test(!rmdir(dir));
	tl_test_eq(st, TL_OK);
	tl_test_eq(bad, TL_CANTCREATE);
	tl_test(!fstat(fd, &info) && info.st_nlink == 0);
	close(fd);
	if (!refused)
		tl_test_skip("open(2) of the library is not ours here");
}

int main(void)
{
	TL_RUN(test_open);
	TL_RUN(test_standard_input);
	TL_RUN(test_pipe);
	TL_RUN(test_nonblocking);
	TL_RUN(test_signals);
	TL_RUN(test_epipe);
	TL_RUN(test_full);
	TL_RUN(test_widen);
	TL_RUN(test_offsets);
	TL_RUN(test_temp);
	TL_RUN(test_temp_by_name);
	return tl_test_end();
}
