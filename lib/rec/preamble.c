/* SPDX-License-Identifier: MIT */
/* preamble: the 16 bytes before the blocks of a stream.  man tl-stream(5) section 2. */
#include "preamble.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/block.h>
#include <tl/hash.h>

const uint8_t tl_preamble_magic[8] = {0x89, 'T', 'L', 'S', '\r', '\n', 0x1a, '\n'};

void tl_preamble_put(uint16_t flags, uint8_t out[TL_PREAMBLE_SIZE])
{
	memcpy(out, tl_preamble_magic, 8);
	tl_bits_put16(out + 8, TL_STREAM_VERSION);
	tl_bits_put16(out + 10, flags);
	tl_bits_put32(out + 12, (uint32_t)tl_hash_64(out, 12));
}

uint64_t tl_preamble_digest(const uint8_t in[TL_PREAMBLE_SIZE])
{
	return tl_hash_64(in, TL_PREAMBLE_SIZE);
}

/* The bytes are no preamble: what are they? */
static enum tl_status strange(const uint8_t *in, size_t n, struct tl_err *err)
{
	if (n == 0)
		return tl_err_set(err, TL_DATA, "empty, where a Talyra stream should begin");
	if (n >= 4 && (in[0] | 0x80) == 0x89 && memcmp(in + 1, "TLS", 3) == 0)
		return tl_err_set(err, TL_DATA,
				  "a Talyra stream that was damaged by a text-mode transfer");
	if (in[0] == '>' || in[0] == ';')
		return tl_err_set(err, TL_DATA,
				  "not a Talyra stream (a FASTA file? read it with tl-parse)");
	if (in[0] == '@')
		return tl_err_set(err, TL_DATA,
				  "not a Talyra stream (a FASTQ file? read it with tl-parse)");
	if (n >= 2 && in[0] == 0x1f && in[1] == 0x8b)
		return tl_err_set(err, TL_DATA,
				  "not a Talyra stream but a gzip file (of FASTA "
				  "text? read it with tl-parse)");
	return tl_err_set(err, TL_DATA,
			  "not a Talyra stream (sequence text? read it with tl-parse)");
}

enum tl_status tl_preamble_get(const uint8_t *in, size_t n, uint16_t *ret_flags, struct tl_err *err)
{
	size_t seen = n < 8 ? n : 8;
	if (seen == 0 || memcmp(in, tl_preamble_magic, seen) != 0)
		return strange(in, n, err);
	if (n < TL_PREAMBLE_SIZE)
		return tl_err_set(err, TL_DATA, "the stream was cut off in its first bytes");
	if (tl_bits_get32(in + 12) != (uint32_t)tl_hash_64(in, 12))
		return tl_err_set(err, TL_DATA, "the check of the preamble does not match");
	if (tl_bits_get16(in + 8) != TL_STREAM_VERSION)
		return tl_err_set(err, TL_DATA,
				  "a stream of version %u, and this program reads version %d",
				  tl_bits_get16(in + 8), TL_STREAM_VERSION);
	*ret_flags = tl_bits_get16(in + 10);
	if (*ret_flags & ~(TL_STREAM_REDUCED | TL_STREAM_INTERNED | TL_STREAM_SUBSET))
		return tl_err_set(err, TL_DATA, "the preamble has flags that are not known");
	return TL_OK;
}
