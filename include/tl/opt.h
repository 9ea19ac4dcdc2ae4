/* SPDX-License-Identifier: MIT */
/* opt: one table of options per tool, from which come parsing and, by tl/optdoc.h, --help, the
 * OPTIONS of the man page and the completions of bash, zsh and fish.
 *
 * Syntax: GNU getopt_long's: -t4, -t 4, --threads 4, --threads=4, bundled flags, -- ends options,
 * "-" is an operand, options and operands may be mixed, an unambiguous beginning of a long name
 * will do.  An option with an optional value takes it only attached (-z9, --zstd=9).  Of an
 * option given twice the last counts.
 * Threads: pure but for their arguments.
 */
#ifndef TL_OPT_H
#define TL_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The type of an option, and the type of the field that it sets. */
enum tl_opt_type {
	TL_OPT_FLAG,  /* bool: set to true */
	TL_OPT_INT,   /* int64_t: a whole number; K M G T (1000) and Ki Mi Gi Ti (1024) may follow */
	TL_OPT_SIZE,  /* uint64_t: bytes; K M G T are powers of 1024, as in GNU sort; or N% of the
		       * memory (tl_topo_memory) */
	TL_OPT_SHARE, /* int64_t: a decimal number as parts per million ("0.9" = 900000; at most six
		       * digits behind the point) */
	TL_OPT_WORD,  /* int: one of the words in range ("bytes|count|length"): its index from 0 */
	TL_OPT_TEXT,  /* const char *: any text, points into argv */
	TL_OPT_PATH,  /* const char *: a file name, completed as such */
	TL_OPT_DIR,   /* const char *: a directory name */
	TL_OPT_PART,  /* struct tl_opt_pair: "I/N" with 1 <= I <= N: first is I - 1, second N */
	TL_OPT_SAMPLE, /* struct tl_opt_pair: "P[:SEED]": first a share as in SHARE, 0 to 1, second a
			* whole number (1 where it is not said) */
	TL_OPT_COUPLE, /* struct tl_opt_pair: "A:B", two whole numbers from 0 on, as in INT */
	TL_OPT_LEVEL, /* int: optional attached whole number; the field is 0 without the option, the
		       * value given, or the default where none is */
};

struct tl_opt_pair {
	int64_t first;
	uint64_t second;
};

struct tl_opt {
	const char *name;   /* long name, no dashes */
	char letter;        /* short name, or 0 */
	enum tl_opt_type type;
	size_t field;       /* offsetof in the tool's options struct */
	const char *range;  /* "1:1024" in the option's own notation (either end may be missing),
			     * "a|b|c" for WORD, or NULL */
	const char *value;  /* default as a user would write it, or NULL: the field stays as it is.
			     * LEVEL: what no number means */
	const char *unit;   /* what stands for the value in help: N, SIZE, FILE ...; NULL for flags */
	const char *group;  /* heading in help: "Input", "Output", "Common" ...; NULL: not shown */
	const char *help;   /* one or more sentences, plain text; `--name` and `NAME` in backquotes
			     * are set as literals in man */
};

/* A tool as its option table sees it.  The options of a group stand together. */
struct tl_opt_tool {
	const char *name;        /* "tl-parse" */
	const char *what;        /* one line, no full stop: "turn FASTA into a record stream and back" */
	const char *const *usage; /* lines of --help's usage, without the name; NULL ends */
	const char *memory;      /* "O(block)" */
	const struct tl_opt *opts;
	size_t n;
	bool operands;           /* operands are files (completed); where false, none are taken */
	unsigned pipe_part;      /* eighths of $TL_MEMORY (tl/limit.h) */
	unsigned disk_percent;   /* of its input's bytes: temporary files, at most */
	/* What the value of an option sets others to, where they are set nowhere: "identity=0.5" and
	 * so on, NULL at the end; of fields that hold everything.  NULL: nothing is set so. */
	const char *const *(*preset)(const void *fields);
};

/* Sets the defaults in *fields, then parses argv; *ret_operands (allocated; the caller frees the
 * array) are the operands in order, NULL-terminated.  TL_USAGE with a message that names the
 * option, the value and what is allowed; TL_INTERNAL where the table itself is wrong. */
enum tl_status tl_opt_parse(const struct tl_opt_tool *tool, int argc, char **argv, void *fields,
			    const char ***ret_operands, size_t *ret_n, struct tl_err *err) TL_CHECK;

/* The options that are set otherwise than by default and whose group is in groups ("a|b"), as they
 * would stand on a command line, each after a space, in table order: what a prov block says.  The
 * names of files are left out ("--prefer=FILE").  The caller frees *ret. */
enum tl_status tl_opt_describe(const struct tl_opt_tool *tool, const void *fields, const char *groups,
			       char **ret, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
