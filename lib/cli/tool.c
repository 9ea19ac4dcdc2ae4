/* SPDX-License-Identifier: MIT */
/* tool: the frame of every main: its beginning, its end, and how it speaks. */
#include <tl/tool.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tl/cpu.h>
#include <tl/mem.h>
#include <tl/optdoc.h>
#include <tl/version.h>

#include "watch.h"

/* ---- speaking ---- */

/* One write for a line, so that the lines of the tools of a pipe do not mix.  Names of files and of
 * records stand in it: what a terminal would obey, or would end the line, is shown as '?'.  A
 * message goes on in a further line where that begins with two spaces. */
static void speak(const char *name, const char *fmt, va_list ap)
{
	char line[TL_ERR_MAX + 64];
	int n = snprintf(line, sizeof line, "%s: ", name);
	int more = vsnprintf(line + n, sizeof line - (size_t)n - 1, fmt, ap);
	size_t len = strlen(line);
	if (more < 0)
		return;
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < ' ' && strncmp(line + i, "\n  ", 3)) || line[i] == 0x7f)
			line[i] = '?';
	line[len] = '\n';
	fwrite(line, 1, len + 1, stderr);
}

static void complain(const char *name, const char *fmt, ...) TL_PRINTF(2, 3);

static void complain(const char *name, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	speak(name, fmt, ap);
	va_end(ap);
}

void tl_tool_say(const struct tl_tool_run *run, const char *fmt, ...)
{
	va_list ap;
	if (run->common->quiet)
		return;
	va_start(ap, fmt);
	speak(run->tool->name, fmt, ap);
	va_end(ap);
}

void tl_tool_tell(const struct tl_tool_run *run, const char *fmt, ...)
{
	va_list ap;
	if (!run->common->verbose || run->common->quiet)
		return;
	va_start(ap, fmt);
	speak(run->tool->name, fmt, ap);
	va_end(ap);
}

/* What a status means to the shell (sysexits.h), and what is said where no message tells more. */
static const struct {
	int code;
	const char *text;
} statuses[] = {
	[TL_OK] = {0, "done"},
	[TL_USAGE] = {64, "wrong usage"},
	[TL_DATA] = {65, "bad data"},
	[TL_NOINPUT] = {66, "no such input"},
	[TL_INTERNAL] = {70, "internal error"},
	[TL_CANTCREATE] = {73, "cannot create the output"},
	[TL_IO] = {74, "input/output error"},
	[TL_NOMEM] = {75, "out of memory"},
	[TL_PIPE] = {128 + SIGPIPE, "the reader of the output went away"},
};

/* ---- the beginning ---- */

/* Gives 0, 1 and 2 to something where they are closed; what is opened cannot be used the usual way,
 * so that reading or writing still fails. */
static void guard_standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			return;
}

/* Writes text to standard output and exits. */
static void print_and_exit(const char *name, const char *text)
{
	if (fputs(text, stdout) >= 0 && fflush(stdout) == 0)
		exit(0);
	complain(name, "standard output: %s", strerror(errno));
	exit(statuses[TL_IO].code);
}

static enum tl_status print_document(const struct tl_opt_tool *tool, enum tl_optdoc doc,
				     struct tl_err *err)
{
	char *text = NULL;
	enum tl_status st = tl_optdoc_make(tool, doc, &text, err);
	if (st == TL_OK)
		print_and_exit(tool->name, text);
	return st;
}

/* The requests that end a tool before it begins. */
static enum tl_status answer(const struct tl_opt_tool *tool, const struct tl_tool_common *common,
			     struct tl_err *err)
{
	char text[128];
	if (common->help)
		return print_document(tool, TL_OPTDOC_HELP, err);
	if (common->version) {
		snprintf(text, sizeof text, "%s (Talyra) %s\n", tool->name, TL_VERSION);
		print_and_exit(tool->name, text);
	}
	return TL_OK;
}

static void say_line(void *ctx, const char *text)
{
	tl_tool_say(ctx, "%s", text);
}

static enum tl_status make_budget(struct tl_tool_run *run, struct tl_err *err)
{
	run->limit = (struct tl_limit){.tool = run->tool, .memory = run->common->memory,
				       .dir = run->common->tmp,
				       .threads = tl_pool_threads(run->pool),
				       .inputs = run->operands, .n = run->n,
				       .say = say_line, .ctx = run};
	return tl_limit_budget(&run->limit, &run->budget, err);
}

enum tl_status tl_tool_begin(const struct tl_opt_tool *tool, int argc, char **argv, void *opts,
			     const struct tl_tool_common *common, struct tl_tool_run *run,
			     struct tl_err *err)
{
	*run = (struct tl_tool_run){.tool = tool, .common = common};
	enum tl_status st;
	guard_standard_files();
	if (argc == 3 && !strcmp(argv[1], "--docs")) {
		enum tl_optdoc doc;
		st = tl_optdoc_named(argv[2], &doc, err);
		return st != TL_OK ? st : print_document(tool, doc, err);
	}
	if ((st = tl_opt_parse(tool, argc, argv, opts, &run->operands, &run->n, err)) != TL_OK)
		return st;
	if ((st = answer(tool, common, err)) != TL_OK)
		return st;
	if ((st = tl_cpu_check(err)) != TL_OK)
		return st;
	/* What they say, write(2) says too: EPIPE, and EFBIG where a file may not grow. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR)
		return tl_err_sys(err, TL_INTERNAL, "cannot ignore SIGPIPE and SIGXFSZ");
	tl_mem_huge(common->huge);
	tl_mem_stride();
	struct tl_pool_opts popts = {.threads = (unsigned)common->threads, .smt = common->smt,
				     .pin = (enum tl_topo_pin)common->pin,
				     .numa = (enum tl_topo_numa)common->numa};
	st = tl_pool_new(&popts, &run->pool, err);
	if (st == TL_OK)
		st = make_budget(run, err);
	return st == TL_OK ? tl_watch_begin(run, err) : st;
}

/* ---- in between ---- */

enum tl_status tl_tool_output(const struct tl_tool_run *run, bool is_stream, struct tl_out **ret,
			      struct tl_err *err)
{
	struct tl_out *out = NULL;
	enum tl_status st = tl_out_open(run->common->output, &out, err);
	if (st != TL_OK)
		return st;
	if (is_stream && tl_out_tty(out)) {
		tl_out_discard(out);
		return tl_err_set(err, TL_USAGE,
				  "a record stream or compressed text is not for a terminal; use a pipe or -o FILE");
	}
	*ret = out;
	return TL_OK;
}

/* Is path one of the three names of a standard stream? */
static bool is_standard(const char *path, const char *device, const char *fd)
{
	return !strcmp(path, "-") || !strcmp(path, device) || !strcmp(path, fd);
}

static bool is_stdout(const char *path)
{
	return is_standard(path, "/dev/stdout", "/dev/fd/1");
}

/* Would two outputs to a and b spoil each other?  Devices such as /dev/null take any number. */
static bool collide(const char *a, const char *b)
{
	struct stat at, bt;
	if (is_stdout(a) || is_stdout(b))
		return is_stdout(a) && is_stdout(b);
	if (stat(a, &at) || stat(b, &bt))
		return !strcmp(a, b);
	return S_ISREG(at.st_mode) && at.st_dev == bt.st_dev && at.st_ino == bt.st_ino;
}

enum tl_status tl_tool_check_outputs(const char *const *option, const char *const *path, size_t n,
				     struct tl_err *err)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = i + 1; j < n; j++)
			if (path[i] && path[j] && collide(path[i], path[j]))
				return tl_err_set(err, TL_USAGE, "%s and %s would both write to %s",
						  option[i], option[j],
						  is_stdout(path[i]) ? "standard output" : path[i]);
	return TL_OK;
}

enum tl_status tl_tool_check_input(const struct tl_tool_run *run, const char *option,
				   const char *opt_path, struct tl_err *err)
{
	bool taken = run->n == 0;
	if (!opt_path || !is_standard(opt_path, "/dev/stdin", "/dev/fd/0"))
		return TL_OK;
	for (size_t i = 0; i < run->n; i++)
		taken |= is_standard(run->operands[i], "/dev/stdin", "/dev/fd/0");
	if (!taken)
		return TL_OK;
	return tl_err_set(err, TL_USAGE, "%s %s needs the stream to be named: standard input cannot "
					 "be both", option, opt_path);
}

enum tl_status tl_tool_split(const struct tl_tool_run *run, const char *option, const char *first,
			     const char ***ret_names, size_t *ret_n, struct tl_tool_run *ret_rest,
			     struct tl_err *err)
{
	const size_t n = run->n ? run->n : 1;
	const char **names = tl_mem_alloc(n, sizeof *names, err);
	enum tl_status st = names ? TL_OK : TL_NOMEM;
	if (st != TL_OK)
		return st;
	struct tl_tool_run rest = *run;
	if (run->n) {
		rest.operands += run->n - 1;
		rest.n = 1;
	}
	names[0] = first;
	for (size_t i = 1; i < n; i++)
		names[i] = run->operands[i - 1];
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = tl_tool_check_input(&rest, option, names[i], err);
	if (st != TL_OK) {
		tl_mem_free(names);
		return st;
	}
	*ret_names = names;
	*ret_n = n;
	*ret_rest = rest;
	return TL_OK;
}

enum tl_status tl_tool_reader(const struct tl_tool_run *run, const struct tl_reader_opts *ropts,
			      struct tl_reader **ret, struct tl_err *err)
{
	if (!run->n && isatty(STDIN_FILENO))
		return tl_err_set(err, TL_USAGE,
				  "standard input is a terminal; name a stream, or see '%s --help'",
				  run->tool->name);
	return tl_reader_open(run->pool, run->operands, run->n, ropts, ret, err);
}

enum tl_status tl_tool_writer(const struct tl_tool_run *run, struct tl_out *out, uint16_t flags,
			      bool index, struct tl_writer **ret, struct tl_err *err)
{
	struct tl_writer_opts wopts = {
		.codec = !run->common->level                      ? TL_CODEC_NONE
			 : run->common->level < TL_TOOL_BEST_LEVEL ? TL_CODEC_ZSTD
								   : TL_CODEC_MODEL,
		.level = run->common->level,
		.flags = flags,
		.index = index,
		.metrics = run->common->metrics ? run->tool->name : NULL,
	};
	return tl_writer_open(run->pool, out, &wopts, ret, err);
}

enum tl_status tl_tool_prov(const struct tl_tool_run *run, const void *opts, const char *groups,
			    struct tl_writer *w, struct tl_err *err)
{
	char *said = NULL, *text = NULL;
	enum tl_status st = tl_opt_describe(run->tool, opts, groups, &said, err);
	if (st != TL_OK)
		return st;
	size_t size = strlen(run->tool->name) + strlen(TL_VERSION) + strlen(said) + 2;
	text = tl_mem_alloc(size, 1, err);
	st = text ? TL_OK : TL_NOMEM;
	if (text) {
		snprintf(text, size, "%s %s%s", run->tool->name, TL_VERSION, said);
		st = tl_writer_put_prov(w, text, err);
	}
	tl_mem_free(text);
	tl_mem_free(said);
	return st;
}

/* ---- the end ---- */

int tl_tool_end(struct tl_tool_run *run, enum tl_status st, const struct tl_err *err)
{
	const char *name = run->tool->name;
	bool began = run->pool;
	tl_pool_free(run->pool);
	run->pool = NULL;
	tl_budget_free(run->budget);
	run->budget = NULL;
	if (began)
		tl_watch_end(run);
	tl_mem_free(run->operands);
	run->operands = NULL;
	if (st == TL_PIPE) {
		/* Die as the shell expects it of a filter whose reader has left. */
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	} else if (st != TL_OK) {
		bool told = err && err->status == st && err->msg[0];
		complain(name, "%s", told ? err->msg : statuses[st].text);
	} else if (fflush(stdout) != 0) {
		complain(name, "standard output: %s", strerror(errno));
		st = TL_IO;
	}
	return statuses[st].code;
}

int tl_tool_main(const struct tl_opt_tool *tool, int argc, char **argv, void *opts,
		 const struct tl_tool_common *common, tl_tool_work work)
{
	struct tl_tool_run run;
	struct tl_err err = {.status = TL_OK};
	enum tl_status st = tl_tool_begin(tool, argc, argv, opts, common, &run, &err);
	if (st == TL_OK)
		st = work(opts, &run, &err);
	return tl_tool_end(&run, st, &err);
}
