/* SPDX-License-Identifier: MIT */
/* inflate_format: what a format of compression has to do.
 *
 * A file is a row of members (gzip) or frames (zstd, lz4) of one format; "member" means both here.
 */
#ifndef INFLATE_FORMAT_H
#define INFLATE_FORMAT_H

#include "inflate_input.h"

struct tl_inflate_format {
	const char *name;
	const char *magic; /* the bytes by which each member begins */
	uint8_t magic_len;
	bool frames; /* skippable frames may stand anywhere; no zeros at the end */

	enum tl_status (*make)(void **ret_state, struct tl_err *err);
	void (*drop)(void *state); /* NULL is fine */

	/* A member begins at pos. */
	void (*begin)(void *state);

	/* Goes on in the member: uses input, writes at most n bytes of text to p; at least one of
	 * both where there is any input.  *ret_done: the member is at its end and its checks fit. */
	enum tl_status (*step)(void *state, struct tl_inflate_input *in, uint8_t *p, size_t n,
			       size_t *ret_got, bool *ret_done, struct tl_err *err);
};

extern const struct tl_inflate_format tl_inflate_gzip;
extern const struct tl_inflate_format tl_inflate_zstd;
extern const struct tl_inflate_format tl_inflate_lz4;

#endif
