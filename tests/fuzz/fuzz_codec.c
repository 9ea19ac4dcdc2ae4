/* SPDX-License-Identifier: MIT */
/* fuzz_codec: columns as the codecs see them.  Input: 1 byte codec and what to do, 2 bytes length,
 * 2 bytes place, 1 byte change, then bytes.
 *
 * Bit 4: the bytes are a column as stored, decoded to that length. Else they are a column as it is:
 * encoded, decoded, the same; then damaged at that place and decoded, to that length too.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>

#include "codec.h"

#define FRONT 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

/* Decodes into memory of just that length. */
static enum tl_status decode(struct tl_codec_ctx *ctx, enum tl_codec codec, const uint8_t *p,
			     size_t n, size_t len, const uint8_t *opt_want)
{
	uint8_t *to = malloc(len);
	must(to != NULL);
	enum tl_status st = tl_codec_decode(ctx, codec, p, n, to, len, NULL);
	must(st == TL_OK || st == TL_DATA);
	if (opt_want)
		must(st == TL_OK && !memcmp(to, opt_want, len));
	free(to);
	return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= FRONT || size > 1 << 16)
		return 0;
	enum tl_codec codec = (enum tl_codec)(data[0] % 16 % TL_CODECS);
	struct tl_codec_ctx ctx = {.level = 1 + (data[0] >> 5) % 4};
	size_t len = 1 + tl_bits_get16(data + 1), at = tl_bits_get16(data + 3), n = size - FRONT;
	const uint8_t *p = data + FRONT;
	if (data[0] & 16) {
		decode(&ctx, codec, p, n, len, NULL);
	} else {
		size_t stored = 0, bound = tl_codec_bound(codec, n);
		uint8_t *room = malloc(bound);
		must(room != NULL);
		must(tl_codec_encode(&ctx, codec, p, n, room, &stored, NULL) == TL_OK);
		must(stored > 0 && stored <= bound);
		decode(&ctx, codec, room, stored, n, p);
		must(decode(&ctx, codec, room, stored, n + 1, NULL) == TL_DATA);
		room[at % stored] ^= data[5];
		decode(&ctx, codec, room, stored, n, NULL);
		decode(&ctx, codec, room, stored, len, NULL);
		decode(&ctx, codec, room, 1 + at % stored, n, NULL);
		free(room);
	}
	tl_codec_free(&ctx);
	return 0;
}
