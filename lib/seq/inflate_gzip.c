/* SPDX-License-Identifier: MIT */
/* inflate_gzip: members of gzip, by ISA-L. */
#include "inflate_format.h"

#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <stdlib.h>

#include <tl/mem.h>

struct state {
	struct inflate_state gz;
	/* What isal_inflate reads headers into is forgotten between two calls, so that one which
	 * the window cuts would be misunderstood; this is not. */
	struct isal_gzip_header header;
	bool in_header;
};

static enum tl_status make(void **ret_state, struct tl_err *err)
{
	struct state *s = tl_mem_alloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	isal_inflate_init(&s->gz);
	*ret_state = s;
	return TL_OK;
}

static void begin(void *state)
{
	struct state *s = state;
	isal_inflate_reset(&s->gz);
	s->gz.crc_flag = ISAL_GZIP_NO_HDR_VER;
	isal_gzip_header_init(&s->header);
	s->in_header = true;
}

/* Goes on in the member. */
static int inflate(struct state *s)
{
	if (!s->in_header)
		return isal_inflate(&s->gz);
	int code = isal_read_gzip_header(&s->gz, &s->header);
	if (code != ISAL_DECOMP_OK)
		return code;
	s->in_header = false;
	return isal_inflate(&s->gz);
}

static const char *reason(const struct state *s, int code)
{
	if (s->in_header)
		return "the gzip header is broken";
	if (code == ISAL_INCORRECT_CHECKSUM)
		return "the gzip check (CRC or length) does not fit the data";
	return "the gzip data are broken";
}

static enum tl_status step(void *state, struct tl_inflate_input *in, uint8_t *p, size_t n,
			   size_t *ret_got, bool *ret_done, struct tl_err *err)
{
	struct state *s = state;
	struct inflate_state *gz = &s->gz;
	uint32_t room = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
	gz->next_in = in->data + in->pos;
	gz->avail_in = (uint32_t)tl_inflate_input_left(in);
	gz->next_out = p;
	gz->avail_out = room;
	int code = inflate(s);
	in->pos = in->end - gz->avail_in;
	if (code < 0 || code == ISAL_NEED_DICT)
		return tl_inflate_input_bad(in, tl_inflate_input_here(in), err, "%s",
					    reason(s, code));
	*ret_got = room - gz->avail_out;
	*ret_done = gz->block_state == ISAL_BLOCK_FINISH;
	return TL_OK;
}

const struct tl_inflate_format tl_inflate_gzip = {
	.name = "gzip", .magic = "\x1f\x8b", .magic_len = 2,
	.make = make, .drop = free, .begin = begin, .step = step,
};
