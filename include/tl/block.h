/* SPDX-License-Identifier: MIT */
/* block: one block of the record stream: header, columns, check.  man tl-stream(5) sections 3, 4.
 *
 * A payload is a set of named columns; each is compressed for itself, so that a reader may decode
 * only the columns it wants and a report can tell what each one costs.
 * Threads: one at a time for an object.
 */
#ifndef TL_BLOCK_H
#define TL_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_TAG(a, b, c, d)                                                                         \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* The column of lengths that belongs to one of strings: its last letter is lower case. */
#define TL_TAG_LENGTHS(tag) ((tag) | 0x20000000u)

enum {
	TL_BLOCK_SEQS = TL_TAG('S', 'E', 'Q', 'S'),
	TL_BLOCK_DUPS = TL_TAG('D', 'U', 'P', 'S'),
	TL_BLOCK_DLTA = TL_TAG('D', 'L', 'T', 'A'),
	TL_BLOCK_CAND = TL_TAG('C', 'A', 'N', 'D'),
	TL_BLOCK_EDGE = TL_TAG('E', 'D', 'G', 'E'),
	TL_BLOCK_FILE = TL_TAG('F', 'I', 'L', 'E'),
	TL_BLOCK_ENDS = TL_TAG('E', 'N', 'D', 'S'),
	TL_BLOCK_PROV = TL_TAG('p', 'r', 'o', 'v'),
	TL_BLOCK_METR = TL_TAG('m', 'e', 't', 'r'),
	TL_BLOCK_INDX = TL_TAG('i', 'n', 'd', 'X'),
	TL_BLOCK_RECX = TL_TAG('r', 'e', 'c', 'X'),
	TL_BLOCK_REFX = TL_TAG('r', 'e', 'f', 'X'),
};

/* Block flags. */
enum {
	TL_BLOCK_BASE = 1, /* first section of an archive: records that deltas may copy from */
	TL_BLOCK_REF = 2, /* SEQS of an archive: the records are references (loose ones are not) */
	TL_BLOCK_HIDDEN = 4, /* with BASE: the records are no longer part of the set */
};

/* MODEL: see tl/predict.h. */
enum tl_codec { TL_CODEC_NONE, TL_CODEC_LZ4, TL_CODEC_ZSTD, TL_CODEC_MODEL, TL_CODECS };

#define TL_BLOCK_HEADER 40          /* bytes before the payload */
#define TL_BLOCK_CHECK 8            /* bytes behind it */
#define TL_BLOCK_MAX (64u << 20)    /* of raw or of stored bytes in a block: the format's limit */
#define TL_BLOCK_COLUMNS 32         /* columns in a block at most */
#define TL_BLOCK_RECORDS (8u << 20) /* entries in a block at most */
#define TL_BLOCK_ORDINALS (1ULL << 63) /* all ordinals are below this */

#define TL_STREAM_VERSION 1
/* Preamble flags. */
enum {
	TL_STREAM_REDUCED = 1,  /* an archive: references are marked, bases come first */
	TL_STREAM_INTERNED = 2, /* any SEQS record may be the base of a later DUPS record */
	TL_STREAM_SUBSET = 4,   /* records were left out: each is text of its own, files are inexact */
};

struct tl_block_head {
	uint32_t type; /* TL_BLOCK_... or one not known */
	uint8_t flags;
	uint8_t codec;    /* enum tl_codec of the columns that it made smaller */
	uint64_t number;  /* in the stream, from 0 */
	uint64_t first;   /* ordinal that the block's relative ordinals count from */
	uint32_t records; /* entries */
	uint32_t raw;     /* bytes of all columns, decoded */
	uint32_t stored;  /* bytes of payload */
};

/* A column: tag, decoded bytes, and what it takes in the stream. */
struct tl_block_col {
	uint32_t tag;
	uint32_t raw, stored;
	uint8_t codec;
	const uint8_t *data; /* as stored, in the payload; decoded, there or in the buffer decoded */
};

struct tl_block {
	struct tl_block_head head;
	struct tl_buf payload; /* as stored */
	uint64_t check;        /* as stored */
	uint64_t hash;         /* of payload, as tl_block_open found it */
	size_t columns;
	struct tl_block_col col[TL_BLOCK_COLUMNS];
	struct tl_buf decoded; /* bytes of the columns that had a codec */
	uint32_t skip;         /* the caller's: a column that is not decoded, but empty; 0: none */
};

/* --- making a block: */

/* A payload under construction: columns are added in a fixed order, empty ones left out. */
struct tl_payload {
	size_t columns;
	uint32_t tag[TL_BLOCK_COLUMNS];
	struct tl_buf col[TL_BLOCK_COLUMNS];  /* raw bytes */
	struct tl_str lent[TL_BLOCK_COLUMNS]; /* or these, where they belong to someone else */
};

/* The buffer of a new column, empty.  The caller appends to it; an empty one is not stored. */
struct tl_buf *tl_block_column(struct tl_payload *payload, uint32_t tag);

/* A new column of bytes that stay where they are: they outlive the payload, or its next use. */
void tl_block_lend(struct tl_payload *payload, uint32_t tag, struct tl_str bytes);

struct tl_str tl_block_raw(const struct tl_payload *payload, size_t i); /* bytes of column i */

void tl_block_clear(struct tl_payload *payload);   /* no columns, memory kept */
void tl_block_discard(struct tl_payload *payload); /* gives the memory back */

/* Encodes payload as the stored payload of a block, appended to out; fills raw, stored and codec of
 * head. A column that the codec does not make smaller stays as it is.  level: zstd's (1-19);
 * ignored for others. */
enum tl_status tl_block_pack(const struct tl_payload *payload, enum tl_codec codec, int level,
			     struct tl_block_head *head, struct tl_buf *out,
			     struct tl_err *err) TL_CHECK;

/* The room of a thread that packs or decodes many blocks: it keeps what codecs need, as they would have
 * it mapped anew for each block, and unmapped, at which all threads of the process stop. */
struct tl_block_room;
enum tl_status tl_block_room_new(struct tl_block_room **ret, struct tl_err *err) TL_CHECK;
void tl_block_room_free(struct tl_block_room *room); /* NULL is fine */

enum tl_status tl_block_pack_in(const struct tl_payload *payload, enum tl_codec codec, int level,
				struct tl_block_room *room, struct tl_block_head *head,
				struct tl_buf *out, struct tl_err *err) TL_CHECK;

/* The same without a codec, and without copying: appends to out only what stands in front of the
 * columns, of which those with bytes follow as tl_block_raw gives them.  *ret_hash: tl_hash_64 of
 * all of it. */
enum tl_status tl_block_plan(const struct tl_payload *payload, struct tl_block_head *head,
			     struct tl_buf *out, uint64_t *ret_hash, struct tl_err *err) TL_CHECK;

/* The 40 bytes of a header, and the 8 of the check over it and a payload hash (tl_hash_64 of the
 * stored payload). */
void tl_block_put_head(const struct tl_block_head *head, uint8_t out[TL_BLOCK_HEADER]);
uint64_t tl_block_sum(const uint8_t head[TL_BLOCK_HEADER], uint64_t payload_hash);

/* The digest of a stream, carried on over a block: the XXH3-64 of digest and check. */
uint64_t tl_block_chain(uint64_t digest, uint64_t check);

/* --- reading one: */

/* Reads a header; TL_DATA where its own check, a reserved field, the codec or a limit is wrong. */
enum tl_status tl_block_get_head(const uint8_t in[TL_BLOCK_HEADER], struct tl_block_head *ret,
				 struct tl_err *err) TL_CHECK;

/* Compares the check of block->payload with block->check, and reads the directory of columns.
 * Does not decode.  TL_DATA. */
enum tl_status tl_block_open(struct tl_block *block, struct tl_err *err) TL_CHECK;

/* Decodes all columns of an opened block, once after each tl_block_open, each into memory no larger
 * than head.raw says. */
enum tl_status tl_block_decode(struct tl_block *block, struct tl_err *err) TL_CHECK;

/* The same into the room of a thread: the columns stay until it is used again. */
enum tl_status tl_block_decode_in(struct tl_block *block, struct tl_block_room *room,
				  struct tl_err *err) TL_CHECK;

/* The columns that are in a room are forgotten; those in the payload stay. */
void tl_block_leave(struct tl_block *block);

/* The column of that tag of a decoded block; {NULL, 0} where there is none (an empty column). */
struct tl_str tl_block_get(const struct tl_block *block, uint32_t tag);

/* "none", "lz4", "zstd", "model"; "?" for another value. */
const char *tl_block_codec_name(unsigned codec);

/* "SEQS"; bytes that are no letters as '?'. */
struct tl_block_name {
	char s[5];
};
struct tl_block_name tl_block_type_name(uint32_t type);

void tl_block_free(struct tl_block *block); /* what it holds; the struct is the caller's */

/* True for a type (or a column's tag) that may be passed over, and for one that may be copied into
 * a changed stream. */
bool tl_block_ancillary(uint32_t type);
bool tl_block_safe(uint32_t type);

#ifdef __cplusplus
}
#endif
#endif
