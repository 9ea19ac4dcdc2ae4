/* SPDX-License-Identifier: MIT */
/* predict: columns coded by what a model of them expects, an arithmetic coder behind it.
 *
 * Smaller than what general compressors give, and slow: about a microsecond for a byte, in both
 * directions.  A model takes up to about 480 MB while it codes a column of many megabytes, less for
 * small ones.  man tl-stream(5) section 4.  All in integers: the same bytes on every machine.
 * Threads: pure but for its arguments.
 */
#ifndef TL_PREDICT_H
#define TL_PREDICT_H

#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_predict_model {
	TL_PREDICT_BYTES,    /* any bytes */
	TL_PREDICT_RESIDUES, /* upper-case letters and '*' */
	TL_PREDICT_PACKED,   /* nucleotides, four to a byte */
	TL_PREDICT_NAMES,    /* strings without LF, each of which ends in one here */
	TL_PREDICT_IMPLIED,  /* lengths that stand with the strings they are of */
	TL_PREDICT_SCRIPTS,  /* scripts of deltas, one behind the other, see tl/script.h */
	TL_PREDICT_COUNTED,  /* lengths that follow from scripts */
	TL_PREDICT_KEYED,    /* bytes, each of a place that is known */
	TL_PREDICT_LETTERS,  /* nucleotides as letters */
	TL_PREDICT_MODELS
};

/* What is known of a column beside its bytes; a hint, which need not be right, but the decoder needs
 * the same one.  Zeros: nothing. */
struct tl_predict_hint {
	struct tl_str lengths;  /* of the items that the bytes are cut into, as varints */
	const uint64_t *base;   /* [items] SCRIPTS: what each script is applied to */
	const uint64_t *length; /* [items] SCRIPTS: what it makes */
	size_t items;
	const uint64_t *key; /* [keys] KEYED: of each byte; NAMES: of each line, alike for like ones */
	size_t keys;
};

/* Encodes src[0..n), n > 0, into dst[0..room): one byte that names the model, then the code.  *ret
 * is its length, 0 where there is no room.  A model that cannot code those bytes gives way to
 * TL_PREDICT_BYTES.  Not for IMPLIED and COUNTED. */
enum tl_status tl_predict_encode(enum tl_predict_model model, const uint8_t *src, size_t n,
				 const struct tl_predict_hint *hint, uint8_t *dst, size_t room,
				 size_t *ret, struct tl_err *err) TL_CHECK;

/* Decodes src[0..n) to just dst[0..len); TL_DATA where it is broken. */
enum tl_status tl_predict_decode(const uint8_t *src, size_t n, const struct tl_predict_hint *hint,
				 uint8_t *dst, size_t len, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
