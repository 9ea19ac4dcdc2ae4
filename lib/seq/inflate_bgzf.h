/* SPDX-License-Identifier: MIT */
/* inflate_bgzf: runs of BGZF members, inflated in parallel.
 *
 * BGZF is gzip of which each member holds at most 64 KiB of text and tells its own length in an
 * extra field.  A run ends before whatever is not a whole member of that kind; nothing is
 * complained of there, the caller goes on with plain gzip at that byte and finds out what it is.
 * Threads: as tl/lane.h.
 */
#ifndef INFLATE_BGZF_H
#define INFLATE_BGZF_H

#include <stdbool.h>
#include <tl/pool.h>

#include "inflate_input.h"

struct tl_inflate_bgzf;

/* *ret_size: the length that the member at pos tells of itself, 0 where it is none of BGZF. */
enum tl_status tl_inflate_bgzf_peek(struct tl_inflate_input *in, size_t *ret_size,
				    struct tl_err *err) TL_CHECK;

/* in stays the caller's. */
enum tl_status tl_inflate_bgzf_new(struct tl_inflate_input *in, struct tl_pool *pool,
				   struct tl_inflate_bgzf **ret, struct tl_err *err) TL_CHECK;

/* Reads n bytes of the text of the run that begins or goes on; *ret_got < n only where it ended,
 * and pos is behind it then.  The next call begins another run. */
enum tl_status tl_inflate_bgzf_read(struct tl_inflate_bgzf *run, uint8_t *p, size_t n,
				    size_t *ret_got, struct tl_err *err) TL_CHECK;

/* Did the run end with a member that has text?  Such a one never is the last of a whole file. */
bool tl_inflate_bgzf_open(const struct tl_inflate_bgzf *run);

void tl_inflate_bgzf_free(struct tl_inflate_bgzf *run); /* NULL is fine */

#endif
