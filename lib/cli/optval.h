/* SPDX-License-Identifier: MIT */
/* optval: the value of an option as text, as number and in its field.  Private to this room.
 * Pure functions, any thread. */
#ifndef TL_OPTVAL_H
#define TL_OPTVAL_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/opt.h>

/* What an option's value says; the type of the option tells which member counts. */
struct tl_optval {
	int64_t number;   /* FLAG, INT, SHARE, WORD, LEVEL; the first of PART, SAMPLE, COUPLE */
	uint64_t bytes;   /* SIZE; the second of PART, SAMPLE, COUPLE */
	const char *text; /* TEXT, PATH, DIR */
};

/* Reads text as the option's type says, whatever its range; false where that cannot be done. */
bool tl_optval_read(const struct tl_opt *o, const char *text, struct tl_optval *ret);

/* The same, with the range, and a message where it is not so. */
enum tl_status tl_optval_check(const struct tl_opt *o, const char *text, struct tl_optval *ret,
			       struct tl_err *err) TL_CHECK;

/* The default of o; false where it has none, or where the table is wrong. */
bool tl_optval_default(const struct tl_opt *o, struct tl_optval *ret);

/* To and from the option's field. */
void tl_optval_store(const struct tl_opt *o, const struct tl_optval *v, void *fields);
void tl_optval_load(const struct tl_opt *o, const void *fields, struct tl_optval *ret);

bool tl_optval_same(const struct tl_opt *o, const struct tl_optval *a, const struct tl_optval *b);

/* Appends " --name=VALUE"; names of files are not told, their unit stands for them. */
enum tl_status tl_optval_spell(const struct tl_opt *o, const struct tl_optval *v,
			       struct tl_buf *out, struct tl_err *err) TL_CHECK;

/* The index of text among words "a|b|c"; false where it is none of them. */
bool tl_optval_word(const char *words, const char *text, int64_t *ret);

#endif
