/* SPDX-License-Identifier: MIT */
/* test_out: whole or not at all; permissions, links, pipes, full file systems. */
#include <tl/out.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <tl/io.h>

#include "tltest.h"

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

static char dir[256], path[300], other[300];

static void here(void)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(dir, sizeof dir, "%s/tl-out-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	tl_test(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/target", dir);
	snprintf(other, sizeof other, "%s/other", dir);
}

/* Removes the directory; it must hold nothing but path and other, where those exist. */
static void gone(void)
{
	unlink(path);
	unlink(other);
	tl_test(!rmdir(dir));
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");
	tl_test(f);
	tl_test(fputs(text, f) >= 0);
	tl_test(!fclose(f));
}

static bool holds(const char *name, const char *text)
{
	char got[256];
	FILE *f = fopen(name, "r");
	if (!f)
		return false;
	size_t n = fread(got, 1, sizeof got, f);
	fclose(f);
	return n == strlen(text) && !memcmp(got, text, n);
}

static struct tl_out *open_out(const char *name)
{
	struct tl_out *out = NULL;
	struct tl_err err;
	tl_test_ok(tl_out_open(name, &out, &err), err);
	return out;
}

static void put_text(struct tl_out *out, const char *text)
{
	struct tl_err err;
	tl_test_ok(tl_out_put(out, text, strlen(text), &err), err);
}

static void commit(struct tl_out *out)
{
	struct tl_err err;
	tl_test_ok(tl_out_commit(out, &err), err);
}

static void test_new_file(void)
{
	here();
	struct stat info;
	mode_t mask = umask(027);
	struct tl_out *out = open_out(path);
	put_text(out, "hello");
	tl_test(access(path, F_OK));
	tl_test(!tl_out_tty(out));
	tl_test_eq(tl_out_bytes(out), 5);
	commit(out);
	umask(mask);
	tl_test(holds(path, "hello"));
	tl_test(!stat(path, &info) && (info.st_mode & 07777) == 0640);
	gone();
}

static void test_replace(void)
{
	here();
	struct stat info;
	write_text(path, "old");
	tl_test(!chmod(path, 0751));
	struct tl_out *out = open_out(path);
	put_text(out, "new");
	tl_test(holds(path, "old"));
	commit(out);
	tl_test(holds(path, "new"));
	tl_test(!stat(path, &info) && (info.st_mode & 07777) == 0751);
	gone();
}

static void test_discard(void)
{
	here();
	struct tl_out *out = open_out(path);
	put_text(out, "new");
	tl_out_discard(out);
	tl_test(access(path, F_OK));
	write_text(path, "old");
	out = open_out(path);
	put_text(out, "new");
	tl_out_discard(out);
	tl_test(holds(path, "old"));
	tl_out_discard(NULL);
	gone();
}

static void test_empty(void)
{
	here();
	commit(open_out(path));
	tl_test(holds(path, ""));
	gone();
}

/* Someone makes the target between open and commit: it is replaced. */
static void test_overtaken(void)
{
	here();
	struct tl_out *out = open_out(path);
	put_text(out, "ours");
	write_text(path, "theirs");
	commit(out);
	tl_test(holds(path, "ours"));
	gone();
}

static void test_relative(void)
{
	here();
	char was[4096];
	tl_test(getcwd(was, sizeof was));
	tl_test(!chdir(dir));
	struct tl_out *out = open_out("target");
	put_text(out, "x");
	commit(out);
	out = open_out("./target");
	put_text(out, "y");
	commit(out);
	tl_test(!chdir(was));
	tl_test(holds(path, "y"));
	gone();
}

static void test_symlink(void)
{
	here();
	struct stat info;
	write_text(other, "old");
	tl_test(!symlink("other", path));
	struct tl_out *out = open_out(path);
	put_text(out, "new");
	commit(out);
	tl_test(!lstat(path, &info) && S_ISLNK(info.st_mode));
	tl_test(holds(other, "new"));
	tl_test(!unlink(other)); /* now it dangles */
	out = open_out(path);
	put_text(out, "again");
	commit(out);
	tl_test(!lstat(path, &info) && S_ISLNK(info.st_mode));
	tl_test(holds(other, "again"));
	gone();
}

static void test_refusals(void)
{
	here();
	struct tl_out *out = NULL;
	struct tl_err err = {0};
	char name[400];
	tl_test_eq(tl_out_open(dir, &out, &err), TL_CANTCREATE);
	snprintf(name, sizeof name, "%s/no/file", dir);
	tl_test_eq(tl_out_open(name, &out, &err), TL_CANTCREATE);
	tl_test(strstr(err.msg, name));
	snprintf(name, sizeof name, "%s/new/", dir);
	tl_test_eq(tl_out_open(name, &out, &err), TL_CANTCREATE);
	tl_test_eq(tl_out_open("", &out, &err), TL_CANTCREATE);
	tl_test_eq(tl_out_open("/dev/fd/987", &out, &err), TL_CANTCREATE);
	tl_test(!symlink("target", path)); /* leads to itself */
	tl_test_eq(tl_out_open(path, &out, &err), TL_CANTCREATE);
	gone();
}

/* A file protected against writing is not replaced; root becomes nobody for the attempt. */
static void test_read_only(void)
{
	here();
	struct tl_out *out = NULL;
	struct tl_err err;
	uid_t me = geteuid(), nobody = 65534;
	write_text(path, "old");
	tl_test(!chmod(path, 0444));
	int failed = me ? 0 : chown(path, nobody, (gid_t)-1) || chown(dir, nobody, (gid_t)-1) ||
				      seteuid(nobody);
	enum tl_status st = failed ? TL_CANTCREATE : tl_out_open(path, &out, &err);
	if (st == TL_OK)
		tl_out_discard(out);
	tl_test(!seteuid(me));
	tl_test(holds(path, "old"));
	gone();
	if (failed)
		tl_test_skip("cannot become nobody");
	tl_test_eq(st, TL_CANTCREATE);
	tl_test(strstr(err.msg, path));
}

/* Pieces of all sizes around the chunk come out in order. */
static void test_sizes(void)
{
	static const size_t sizes[] = {1, TL_IO_CHUNK - 1, 1, TL_IO_CHUNK, 0, 5, TL_IO_CHUNK + 1,
				       3 * TL_IO_CHUNK, TL_IO_CHUNK - 2, 7, 3};
	static uint8_t data[3 * TL_IO_CHUNK];
	here();
	struct tl_err err;
	struct tl_out *out = open_out(path);
	size_t all = 0;
	uint64_t want = 0, got = 0;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			want = want * 31 + (data[k] = (uint8_t)tl_test_random());
		tl_test_ok(tl_out_put(out, data, sizes[i], &err), err);
		all += sizes[i];
		tl_test_eq(tl_out_bytes(out), all);
	}
	commit(out);
	FILE *f = fopen(path, "r");
	tl_test(f);
	for (int c; (c = getc(f)) != EOF; all--)
		got = got * 31 + (uint8_t)c;
	fclose(f);
	tl_test_eq(all, 0);
	tl_test(got == want);
	gone();
}

static void test_printf(void)
{
	here();
	struct tl_err err;
	struct tl_out *out = open_out(path);
	char *wide = malloc(2 * TL_IO_CHUNK);
	memset(wide, 'w', 2 * TL_IO_CHUNK);
	wide[2 * TL_IO_CHUNK - 1] = '\0';
	tl_test_ok(tl_out_printf(out, &err, "%s=%d\n", "a", 5), err);
	tl_test_ok(tl_out_printf(out, &err, "%s", wide), err);
	tl_test_eq(tl_out_bytes(out), 4 + 2 * TL_IO_CHUNK - 1);
	free(wide);
	commit(out);
	FILE *f = fopen(path, "r");
	char line[16] = "";
	tl_test(f && fgets(line, sizeof line, f));
	fclose(f);
	tl_test(!strcmp(line, "a=5\n"));
	gone();
}

static void test_null(void)
{
	struct tl_out *out = NULL;
	struct tl_err err;
	tl_test_ok(tl_out_null(&out, &err), err);
	put_text(out, "abc");
	tl_test_ok(tl_out_printf(out, &err, "%d", 17), err);
	tl_test_eq(tl_out_bytes(out), 5);
	tl_test(!tl_out_tty(out));
	commit(out);
}

static void test_full(void)
{
	if (access("/dev/full", W_OK))
		tl_test_skip("no /dev/full");
	static char data[2 * TL_IO_CHUNK];
	struct tl_err err = {0};
	struct tl_out *out = open_out("/dev/full");
	put_text(out, "x"); /* gathered: nothing has gone wrong yet */
	tl_test_eq(tl_out_commit(out, &err), TL_IO);
	tl_test_eq(err.sys_errno, ENOSPC);
	tl_test(strstr(err.msg, "/dev/full"));
	out = open_out("/dev/full");
	tl_test_eq(tl_out_put(out, data, sizeof data, &err), TL_IO);
	tl_test_eq(tl_out_put(out, data, sizeof data, &err), TL_IO);
	tl_test_eq(tl_out_commit(out, &err), TL_IO);
}

/* A file that may not grow (RLIMIT_FSIZE) stands for a full disk: the target stays as it was. */
static void test_no_room(void)
{
	here();
	static char data[TL_IO_CHUNK];
	write_text(path, "old");
	pid_t pid = fork();
	if (pid == 0) {
		struct tl_err err;
		struct rlimit limit = {1000, 1000};
		struct tl_out *out;
		signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &limit) || tl_out_open(path, &out, &err) != TL_OK)
			_exit(1);
		/* What fails on a put must fail the commit too, though the last bytes would fit. */
		if (tl_out_put(out, data, sizeof data, &err) != TL_IO)
			_exit(2);
		_exit(tl_out_commit(out, &err) == TL_IO && strstr(err.msg, path) ? 0 : 3);
	}
	int status;
	tl_test(pid > 0 && waitpid(pid, &status, 0) == pid);
	tl_test(WIFEXITED(status));
	tl_test_eq(WEXITSTATUS(status), 0);
	tl_test(holds(path, "old"));
	gone();
}

static void test_killed(void)
{
	here();
	write_text(path, "old");
	pid_t pid = fork();
	if (pid == 0) {
		struct tl_out *out;
		struct tl_err err;
		if (tl_out_open(path, &out, &err) == TL_OK &&
		    tl_out_put(out, "new", 3, &err) == TL_OK)
			raise(SIGKILL);
		_exit(1);
	}
	int status;
	tl_test(pid > 0 && waitpid(pid, &status, 0) == pid);
	tl_test(WIFSIGNALED(status));
	tl_test(holds(path, "old"));
	gone();
}

/* A FIFO is written as it is, and a reader that goes away gives TL_PIPE. */
static void test_fifo(void)
{
	here();
	char got[8] = "";
	struct tl_err err;
	struct stat info;
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	tl_test(!mkfifo(path, 0600));
	int reader = open(path, O_RDONLY | O_NONBLOCK);
	struct tl_out *out = open_out(path);
	put_text(out, "hey");
	commit(out);
	tl_test_eq(read(reader, got, sizeof got), 3);
	tl_test(!strcmp(got, "hey"));
	tl_test(!stat(path, &info) && S_ISFIFO(info.st_mode));
	out = open_out(path);
	close(reader);
	put_text(out, "hey");
	enum tl_status st = tl_out_commit(out, &err);
	signal(SIGPIPE, old);
	tl_test_eq(st, TL_PIPE);
	gone();
}

/* Writes text to name in a child whose standard output is path, opened to append; its status. */
static int child_writes(const char *name, const char *text, bool closed)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		struct tl_out *out;
		struct tl_err err;
		int fd = open(path, O_WRONLY | O_APPEND);
		dup2(fd, 1);
		if (closed)
			close(1);
		enum tl_status st = tl_out_open(name, &out, &err);
		if (st == TL_OK && (st = tl_out_put(out, text, strlen(text), &err)) == TL_OK)
			st = tl_out_commit(out, &err);
		_exit((int)st);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status)
									       : -1;
}

static void test_standard_output(void)
{
	here();
	write_text(path, "a");
	tl_test_eq(child_writes("-", "b", false), TL_OK);
	tl_test(holds(path, "ab"));
	tl_test_eq(child_writes("/dev/stdout", "c", false), TL_OK);
	tl_test(holds(path, "abc"));
	tl_test_eq(child_writes("/dev/fd/1", "d", false), TL_OK);
	tl_test_eq(child_writes("/proc/self/fd/1", "e", false), TL_OK);
	tl_test(holds(path, "abcde"));
	tl_test_eq(child_writes("-", "f", true), TL_CANTCREATE);
	tl_test_eq(child_writes(other, "g", true), TL_OK);
	tl_test(holds(path, "abcde") && holds(other, "g"));
	gone();
}

static void test_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	if (master < 0 || grantpt(master) || unlockpt(master))
		tl_test_skip("no pseudo-terminals");
	struct tl_out *out = open_out(ptsname(master));
	tl_test(tl_out_tty(out));
	tl_out_discard(out);
	close(master);
}

/* The tests of named files again, through a unique name beside the target. */
static void test_beside(void)
{
	static void (*const tests[])(void) = {
		test_new_file, test_replace, test_discard,  test_empty, test_overtaken,
		test_relative, test_symlink, test_refusals, test_sizes, test_no_room};
	refused = 0;
	refuse_tmpfile = true;
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		tests[i]();
	refuse_tmpfile = false;
	if (!refused)
		tl_test_skip("open(2) of the library is not ours here");
}

int main(void)
{
	TL_RUN(test_new_file);
	TL_RUN(test_replace);
	TL_RUN(test_discard);
	TL_RUN(test_empty);
	TL_RUN(test_overtaken);
	TL_RUN(test_relative);
	TL_RUN(test_symlink);
	TL_RUN(test_refusals);
	TL_RUN(test_read_only);
	TL_RUN(test_sizes);
	TL_RUN(test_printf);
	TL_RUN(test_null);
	TL_RUN(test_full);
	TL_RUN(test_no_room);
	TL_RUN(test_killed);
	TL_RUN(test_fifo);
	TL_RUN(test_standard_output);
	TL_RUN(test_terminal);
	TL_RUN(test_beside);
	return tl_test_end();
}
