/* SPDX-License-Identifier: MIT */
/* names: a set of wanted record ids, as --ids and --prefer take them.
 *
 * One id a line; only the first word of a line counts, empty lines do not.  An id is the first
 * word of a header, or the accession inside db|ACC|NAME, or tl|ORDINAL (from 0).  A record whose
 * header holds several titles joined by Ctrl-A answers to each of them.
 * Threads: one at a time.
 */
#ifndef TL_NAMES_H
#define TL_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/refid.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_names;

/* Reads the ids in the file at path ("-": standard input).  TL_NOINPUT, TL_IO. */
enum tl_status tl_names_load(const char *path, struct tl_names **ret, struct tl_err *err) TL_CHECK;

/* The text of a file as ids, or a whole file as text (appended). */
enum tl_status tl_names_make(const struct tl_buf *text, struct tl_names **ret,
			     struct tl_err *err) TL_CHECK;
enum tl_status tl_names_read(const char *path, struct tl_buf *text, struct tl_err *err) TL_CHECK;

/* The number of a line that begins with tlr|NUMBER; false where it does not. */
bool tl_names_number(struct tl_str line, uint64_t *ret);

/* Has the text an id tlr|NUMBER?  Appends it to out with those as tl|ORDINAL (tl/refid.h); what no
 * reference has stays as it is. */
bool tl_names_numbered(const struct tl_buf *text);
enum tl_status tl_names_translate(const struct tl_buf *text, const struct tl_refids *ids,
				  struct tl_buf *out, struct tl_err *err) TL_CHECK;

/* The first word of a title; and the accession in db|ACC|NAME, {NULL, 0} for none. */
struct tl_str tl_names_word(struct tl_str title);
struct tl_str tl_names_inner(struct tl_str word);

/* Is the record of that header and ordinal wanted?  It counts; asked again for the same record
 * before another one, it counts no more. */
bool tl_names_match(struct tl_names *names, struct tl_str head, uint64_t ordinal);

struct tl_names_count {
	uint64_t ids;       /* different ones in the file */
	uint64_t unknown;   /* of them, that no record answered to so far */
	uint64_t ambiguous; /* of them, that several records answered to */
};
void tl_names_count(const struct tl_names *names, struct tl_names_count *ret);

/* Id i of them, in the order of the file. */
struct tl_str tl_names_id(const struct tl_names *names, uint64_t i);

/* The first id, in the order of the file, that no record answered to; {NULL, 0} for none. */
struct tl_str tl_names_unknown(const struct tl_names *names);

void tl_names_free(struct tl_names *names); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
