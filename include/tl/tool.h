/* SPDX-License-Identifier: MIT */
/* tool: what every main shares: standard options, signals, messages, exit codes.
 *
 * Only this room and bin print or exit.  A main is:
 *
 *     struct opts opts = {0};
 *     struct tl_err err = {0};
 *     struct tl_tool_run run;
 *     enum tl_status st = tl_tool_begin(&tool, argc, argv, &opts, &opts.common, &run, &err);
 *     if (st == TL_OK)
 *             st = work(&opts, &run, &err);
 *     return tl_tool_end(&run, st, &err);
 *
 * SIGPIPE is ignored, a write that finds no reader gives TL_PIPE, and tl_tool_end then dies of
 * SIGPIPE, quietly.  A standard stream that is closed at the start is made one that cannot be used,
 * so that no file of ours takes its number.
 */
#ifndef TL_TOOL_H
#define TL_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/err.h>
#include <tl/limit.h>
#include <tl/opt.h>
#include <tl/out.h>
#include <tl/pool.h>
#include <tl/reader.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fields of the options that all tools have. */
struct tl_tool_common {
	int64_t threads;
	bool smt;
	int pin, numa; /* enum tl_topo_pin, tl_topo_numa */
	bool huge;
	const char *output;
	int level;          /* -z: 0 none, 1 to 19 of zstd, 20 models */
	bool metrics, progress; /* metrics: only of tools that write a stream */
	const char *config;
	bool quiet, verbose, help, version;
	uint64_t memory; /* -M, 0: not given */
	const char *tmp; /* -T */
};

#define TL_TOOL_BEST_LEVEL 20 /* of -z: models, not zstd */

/* The row that only tools which write a stream have, to be put in front of the others. */
#define TL_TOOL_STREAM_OPTS(type, field)                                                           \
	{"zstd", 'z', TL_OPT_LEVEL, offsetof(type, field.level), "1:20", "3", "LEVEL", "Common", \
	 "Compress the stream's columns: by zstd's levels to 19, and at 20, the smallest, by models of " \
	 "names, residues and numbers, which take one to three microseconds for each byte, writing and " \
	 "reading, and up to 480 MB for each block at hand, beside `--memory`. " \
	 "`LEVEL` is attached, as in `-z9`."},                                                       \
	{"metrics", 0, TL_OPT_FLAG, offsetof(type, field.metrics), NULL, NULL, NULL, "Common",       \
	 "Put a block into the stream with what this tool counted: tasks, steals, sleeps, bytes by " \
	 "node, spills. `tl-stats` shows it. Streams are then no longer the same every time."}

/* The rows of tools that hold what grows with their input. */
#define TL_TOOL_MEMORY_OPTS(type, field)                                                           \
	{"memory", 'M', TL_OPT_SIZE, offsetof(type, field.memory), "1:", NULL, "SIZE", "Common",     \
	 "Hold at most `SIZE` in memory, or a percentage of what the process may have; what passes " \
	 "it goes to temporary files. Without it, the tool's part of `$TL_MEMORY`, else 20%; the "   \
	 "least is 8M and 8M for each thread. The output does not depend on it."},                  \
	{"temporary-directory", 'T', TL_OPT_DIR, offsetof(type, field.tmp), NULL, NULL, "DIR",       \
	 "Common", "Where temporary files go, instead of `$TMPDIR` or /tmp."}

/* Their rows, to be put into a tool's table; type is its options struct, field the tl_tool_common
 * in it.  --docs help|man|bash|zsh|fish is no row: tl_tool_begin takes it as the only argument. */
#define TL_TOOL_OPTS(type, field)                                                                  \
	{"output", 'o', TL_OPT_PATH, offsetof(type, field.output), NULL, "-", "FILE", "Common",      \
	 "Write to `FILE` instead of standard output. It is written beside and renamed when done, "  \
	 "so it is there whole or not at all."},                                                     \
	{"progress", 0, TL_OPT_FLAG, offsetof(type, field.progress), NULL, NULL, NULL, "Common",     \
	 "Tell bytes, records and rates on standard error while working: several times a second "    \
	 "on a terminal, else every ten seconds."},                                                  \
	{"config", 0, TL_OPT_PATH, offsetof(type, field.config), NULL, NULL, "FILE", "Common",       \
	 "Read options from `FILE` first, instead of the default one; see `tl(7)`."},                \
	{"quiet", 'q', TL_OPT_FLAG, offsetof(type, field.quiet), NULL, NULL, NULL, "Common",         \
	 "Say nothing but errors."},                                                                 \
	{"verbose", 'v', TL_OPT_FLAG, offsetof(type, field.verbose), NULL, NULL, NULL, "Common",     \
	 "Say more about what is done, in numbers, on standard error."},                       \
	{"help", 'h', TL_OPT_FLAG, offsetof(type, field.help), NULL, NULL, NULL, "Common",           \
	 "Print the options and exit."},                                                             \
	{"version", 'V', TL_OPT_FLAG, offsetof(type, field.version), NULL, NULL, NULL, "Common",     \
	 "Print the version and exit."},                                                             \
	{"threads", 't', TL_OPT_INT, offsetof(type, field.threads), "0:1024", "0", "N", "Machine",   \
	 "Threads to use; 0 means one for each core that the process may use (affinity, cpuset and " \
	 "cgroup quota). The output does not depend on it."},                                        \
	{"smt", 0, TL_OPT_FLAG, offsetof(type, field.smt), NULL, NULL, NULL, "Machine",              \
	 "One thread for each hardware thread rather than for each core."},                          \
	{"pin", 0, TL_OPT_WORD, offsetof(type, field.pin), "none|compact|scatter", "none", "HOW",    \
	 "Machine",                                                                                  \
	 "Pin each thread to a core: `compact` node after node, `scatter` round the NUMA nodes."},   \
	{"numa", 0, TL_OPT_WORD, offsetof(type, field.numa), "local|interleave|spread|off",          \
	 "local", "HOW", "Machine",                                                                  \
	 "On machines with several NUMA nodes: `local` fills node after node and keeps blocks on "   \
	 "the node that works on them, `spread` does so round the nodes, `interleave` deals pages "  \
	 "out over all nodes, `off` takes the machine for one node."},                               \
	{"huge-pages", 0, TL_OPT_FLAG, offsetof(type, field.huge), NULL, NULL, NULL, "Machine",      \
	 "Ask the system for huge pages where an array is large."}

struct tl_tool_run {
	const struct tl_opt_tool *tool;
	const struct tl_tool_common *common;
	const char **operands; /* n of them, and NULL; owned by the run */
	size_t n;
	struct tl_pool *pool;
	struct tl_limit limit;
	struct tl_budget *budget; /* -M, -T */
};

/* Parses the command line into opts (whose member common is given too; all zero at first), checks
 * TL_CPU_DISABLE, sets up signals, makes the pool and the budget.  Prints and exits for --help, --version and
 * --docs.  *run can be given to tl_tool_end whatever is returned. */
enum tl_status tl_tool_begin(const struct tl_opt_tool *tool, int argc, char **argv, void *opts,
			     const struct tl_tool_common *common, struct tl_tool_run *run,
			     struct tl_err *err) TL_CHECK;

/* What most mains are: begins, works, ends; returns the exit code.  opts is the tool's zeroed options struct. */
typedef enum tl_status (*tl_tool_work)(const void *opts, const struct tl_tool_run *run,
				       struct tl_err *err);
int tl_tool_main(const struct tl_opt_tool *tool, int argc, char **argv, void *opts,
		 const struct tl_tool_common *common, tl_tool_work work);

/* Opens the output that -o names; a stream is refused to a terminal (TL_USAGE). */
enum tl_status tl_tool_output(const struct tl_tool_run *run, bool is_stream, struct tl_out **ret,
			      struct tl_err *err) TL_CHECK;

/* Outputs that are one regular file, or standard output twice, would spoil each other: TL_USAGE.
 * option[i] names path[i]; paths that are NULL are left out. */
enum tl_status tl_tool_check_outputs(const char *const *option, const char *const *path, size_t n,
				     struct tl_err *err) TL_CHECK;

/* TL_USAGE where the file that option names is standard input, and a stream comes from there too. */
enum tl_status tl_tool_check_input(const struct tl_tool_run *run, const char *option,
				   const char *opt_path, struct tl_err *err) TL_CHECK;

/* An option whose value is the first of several files, the others standing among the operands, of
 * which the last is the stream: *ret_names (allocated, the caller frees the array) are the former,
 * *ret_rest is the run with that stream as its only operand; with no operands the stream is standard
 * input. */
enum tl_status tl_tool_split(const struct tl_tool_run *run, const char *option, const char *first,
			     const char ***ret_names, size_t *ret_n, struct tl_tool_run *ret_rest,
			     struct tl_err *err) TL_CHECK;

/* Opens the operands as streams; none: standard input, which may then be no terminal. */
enum tl_status tl_tool_reader(const struct tl_tool_run *run, const struct tl_reader_opts *ropts,
			      struct tl_reader **ret, struct tl_err *err) TL_CHECK;

/* A stream writer on out with the codec of -z.  flags and index as in tl_writer_opts. */
enum tl_status tl_tool_writer(const struct tl_tool_run *run, struct tl_out *out, uint16_t flags,
			      bool index, struct tl_writer **ret, struct tl_err *err) TL_CHECK;

/* Puts this tool's prov block: name, version and the options in groups that decide the bytes. */
enum tl_status tl_tool_prov(const struct tl_tool_run *run, const void *opts, const char *groups,
			    struct tl_writer *w, struct tl_err *err) TL_CHECK;

/* "tl-parse: text" on standard error: a note (not with -q), or with -v only. */
void tl_tool_say(const struct tl_tool_run *run, const char *fmt, ...) TL_PRINTF(2, 3);
void tl_tool_tell(const struct tl_tool_run *run, const char *fmt, ...) TL_PRINTF(2, 3);

/* Prints err where st is an error, frees the pool and the operands, checks standard output,
 * returns the exit code. */
int tl_tool_end(struct tl_tool_run *run, enum tl_status st, const struct tl_err *err);

#ifdef __cplusplus
}
#endif
#endif
