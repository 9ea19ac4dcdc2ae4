/* SPDX-License-Identifier: MIT */
/* test_tool: the frame of a main: what it prints where, and its exit codes. */
#include <tl/tool.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tl/version.h>

#include "tltest.h"

struct opts {
	struct tl_tool_common common;
	int64_t share;
};

static const struct tl_opt rows[] = {
	{"share", 's', TL_OPT_SHARE, offsetof(struct opts, share), "0:1", "0.5", "SHARE", "Work",
	 "A share."},
	TL_TOOL_OPTS(struct opts, common),
};
static const char *const usage[] = {"[OPTION]... [STREAM]...", NULL};
static const struct tl_opt_tool tool = {
	"tl-test", "test the frame", usage, "O(1)", rows, sizeof rows / sizeof *rows, true, 0, 0, NULL,
};

static char said[4096]; /* what the last child wrote to both its outputs */

/* What a child does between begin and end; its status is given to end. */
typedef enum tl_status (*work)(const struct tl_tool_run *run, struct tl_err *err);

static void child(const char *args, work fn)
{
	char text[256], *argv[16] = {"tl-test"};
	int argc = 1;
	snprintf(text, sizeof text, "%s", args);
	for (char *s = strtok(text, " "); s; s = strtok(NULL, " "))
		argv[argc++] = s;
	struct opts opts = {0};
	struct tl_err err = {0};
	struct tl_tool_run run;
	enum tl_status st = tl_tool_begin(&tool, argc, argv, &opts, &opts.common, &run, &err);
	if (st == TL_OK && fn)
		st = fn(&run, &err);
	exit(tl_tool_end(&run, st, &err));
}

/* Runs a main in a process of its own; its wait status. */
static int run_main(const char *args, work fn)
{
	int fd[2];
	size_t n = 0;
	fflush(stdout);
	if (pipe(fd))
		abort();
	pid_t pid = fork();
	if (pid == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		close(fd[0]);
		close(fd[1]);
		child(args, fn);
	}
	close(fd[1]);
	for (ssize_t got; (got = read(fd[0], said + n, sizeof said - 1 - n)) > 0;)
		n += (size_t)got;
	said[n] = '\0';
	close(fd[0]);
	int status = -1;
	waitpid(pid, &status, 0);
	return status;
}

static int code_of(const char *args, work fn)
{
	int status = run_main(args, fn);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static enum tl_status next_status;

static enum tl_status give_status(const struct tl_tool_run *run, struct tl_err *err)
{
	(void)run;
	return tl_err_set(err, next_status, "FILE:3:1: it is so");
}

static enum tl_status give_bare_status(const struct tl_tool_run *run, struct tl_err *err)
{
	(void)run;
	(void)err;
	return next_status;
}

static void test_codes(void)
{
	static const struct {
		enum tl_status status;
		int code;
	} want[] = {{TL_USAGE, 64},    {TL_DATA, 65},        {TL_NOINPUT, 66}, {TL_INTERNAL, 70},
		    {TL_CANTCREATE, 73}, {TL_IO, 74},        {TL_NOMEM, 75}};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		next_status = want[i].status;
		tl_test_eq(code_of("", give_status), want[i].code);
		tl_test(!strcmp(said, "tl-test: FILE:3:1: it is so\n"));
		tl_test_eq(code_of("", give_bare_status), want[i].code);
		tl_test(!strncmp(said, "tl-test: ", 9) && strlen(said) > 12);
	}
	tl_test_eq(code_of("", NULL), 0);
	tl_test(!*said);
}

static void test_pipe(void)
{
	next_status = TL_PIPE;
	tl_test_eq(code_of("", give_status), -SIGPIPE);
	tl_test(!*said);
}

static void test_answers(void)
{
	tl_test_eq(code_of("--help", NULL), 0);
	tl_test(!strncmp(said, "usage: tl-test [OPTION]...", 26) && strstr(said, "--share SHARE"));
	tl_test_eq(code_of("-V", NULL), 0);
	tl_test(!strcmp(said, "tl-test (Talyra) " TL_VERSION "\n"));
	tl_test_eq(code_of("--docs fish", NULL), 0);
	tl_test(!strncmp(said, "# fish", 6));
	tl_test_eq(code_of("--docs csh", NULL), 64);
	tl_test_eq(code_of("--nonsense", NULL), 64);
	tl_test(!strncmp(said, "tl-test: unknown option --nonsense", 34));
}

static enum tl_status speak(const struct tl_tool_run *run, struct tl_err *err)
{
	(void)err;
	tl_tool_say(run, "%zu operands, first %s", run->n, run->operands[0]);
	tl_tool_tell(run, "%u threads", tl_pool_threads(run->pool));
	return TL_OK;
}

static void test_voice(void)
{
	tl_test_eq(code_of("-t 3 a b", speak), 0);
	tl_test(!strcmp(said, "tl-test: 2 operands, first a\n"));
	tl_test_eq(code_of("-v -t 3 a b", speak), 0);
	/* Behind that may stand what was counted, if a thread had the time to lie down. */
	static const char want[] = "tl-test: 2 operands, first a\ntl-test: 3 threads\n";
	tl_test(!strncmp(said, want, strlen(want)));
	tl_test_eq(code_of("-q -v -t 3 a b", speak), 0);
	tl_test(!*said);
}

static enum tl_status print(const struct tl_tool_run *run, struct tl_err *err)
{
	struct tl_out *out = NULL;
	enum tl_status st = tl_tool_output(run, true, &out, err);
	if (st == TL_OK && (st = tl_out_printf(out, err, "text\n")) != TL_OK)
		tl_out_discard(out);
	else if (st == TL_OK)
		st = tl_out_commit(out, err);
	return st;
}

static void test_output(void)
{
	tl_test_eq(code_of("", print), 0);
	tl_test(!strcmp(said, "text\n"));
	tl_test_eq(code_of("-o /nonexistent/file", print), 73);
	tl_test(strstr(said, "/nonexistent/file"));
}

static enum tl_status close_output(const struct tl_tool_run *run, struct tl_err *err)
{
	(void)run;
	(void)err;
	printf("lost\n");
	return freopen("/dev/full", "w", stdout) && printf("lost\n") > 0 ? TL_OK : TL_INTERNAL;
}

static void test_full(void)
{
	tl_test_eq(code_of("", close_output), 74);
	tl_test(strstr(said, "tl-test: standard output: "));
}

int main(void)
{
	TL_RUN(test_codes);
	TL_RUN(test_pipe);
	TL_RUN(test_answers);
	TL_RUN(test_voice);
	TL_RUN(test_output);
	TL_RUN(test_full);
	return tl_test_end();
}
