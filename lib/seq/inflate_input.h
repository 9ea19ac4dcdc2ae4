/* SPDX-License-Identifier: MIT */
/* inflate_input: the file as it is, through a window.
 *
 * Bytes [pos, end) of data are read and not yet used; whoever uses some adds to pos.
 */
#ifndef INFLATE_INPUT_H
#define INFLATE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#define TL_INFLATE_WINDOW (256u << 10) /* more than any member of BGZF has */

struct tl_inflate_input {
	int fd;
	char *name; /* for messages */
	bool from_stdin;
	bool eof;        /* the file has nothing behind end */
	size_t pos, end;
	uint64_t offset; /* of end in the file */
	uint8_t data[TL_INFLATE_WINDOW];
};

static inline size_t tl_inflate_input_left(const struct tl_inflate_input *in)
{
	return in->end - in->pos;
}

/* "-" is standard input.  The first bytes are there afterwards, so that the format can be told. */
enum tl_status tl_inflate_input_open(const char *name, struct tl_inflate_input **ret,
				     struct tl_err *err) TL_CHECK;

/* Reads until want bytes (at most the window) are there, or all that the file has. */
enum tl_status tl_inflate_input_fill(struct tl_inflate_input *in, size_t want,
				     struct tl_err *err) TL_CHECK;

/* Takes n bytes out; *ret_got < n only at the end of the file. */
enum tl_status tl_inflate_input_take(struct tl_inflate_input *in, uint8_t *p, size_t n,
				     size_t *ret_got, struct tl_err *err) TL_CHECK;

/* TL_DATA: "NAME: at byte OFFSET of the compressed file: " and the rest, which is built as printf
 * does.  Changes nothing, so that any thread may say it. */
enum tl_status tl_inflate_input_bad(const struct tl_inflate_input *in, uint64_t offset,
				    struct tl_err *err, const char *fmt, ...) TL_PRINTF(4, 5);

/* The same of the byte at pos. */
#define tl_inflate_input_here(in) ((in)->offset - tl_inflate_input_left(in))

void tl_inflate_input_close(struct tl_inflate_input *in); /* NULL is fine */

#endif
