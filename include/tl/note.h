/* SPDX-License-Identifier: MIT */
/* note: the small blocks: FILE, ENDS, prov, indX.  man tl-stream(5) sections 7 to 10.
 * Threads: pure but for their arguments.
 */
#ifndef TL_NOTE_H
#define TL_NOTE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/block.h>
#include <tl/err.h>
#include <tl/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

/* FILE: closes one input file. */
struct tl_note_file {
	uint64_t first, end;    /* ordinals [first, end) were in the file; first is the block's */
	uint64_t missing;       /* of them no longer in the stream: 0 in a complete file */
	uint64_t text;          /* bytes of the file's text, decompressed */
	struct tl_hash128 hash; /* of that text */
	enum tl_alphabet alphabet;
	/* Both in the block's memory: */
	struct tl_str tail; /* text behind the last record, or all where there is none */
	struct tl_str name; /* as given, only with --keep-names */
};
enum tl_status tl_note_put_file(const struct tl_note_file *f, struct tl_payload *payload,
				struct tl_err *err) TL_CHECK;
enum tl_status tl_note_get_file(const struct tl_block *block, uint64_t shift,
				struct tl_note_file *ret, struct tl_err *err) TL_CHECK;

/* ENDS: what the stream held. */
struct tl_note_ends {
	uint64_t records;  /* in SEQS, DUPS and DLTA */
	uint64_t residues; /* of those records, deltas resolved */
	uint64_t blocks;   /* before this one */
	uint64_t next;     /* above all ordinals, missing ones too: a following stream is shifted by it */
	uint64_t digest;   /* of preamble and checks of the blocks before this one: tl_block_chain */
};
enum tl_status tl_note_put_ends(const struct tl_note_ends *e, struct tl_payload *payload,
				struct tl_err *err) TL_CHECK;
enum tl_status tl_note_get_ends(const struct tl_block *block, struct tl_note_ends *ret,
				struct tl_err *err) TL_CHECK;

/* prov: where the stream comes from, lines of text. */
enum tl_status tl_note_put_prov(struct tl_str text, struct tl_payload *payload,
				struct tl_err *err) TL_CHECK;
/* In the decoded block, not ended by a NUL. */
struct tl_str tl_note_get_prov(const struct tl_block *block);

/* indX: where the blocks of an archive lie.  Its columns are packed with TL_CODEC_NONE. */
struct tl_note_index {
	uint64_t offset;      /* of the block's header from the stream's preamble */
	uint64_t first, last; /* smallest and highest ordinal in it */
	uint32_t type, records;
	uint8_t flags;
};
enum tl_status tl_note_put_index(const struct tl_note_index *entry, size_t n,
				 struct tl_payload *payload, struct tl_err *err) TL_CHECK;
/* The caller frees *ret with free(3). */
enum tl_status tl_note_get_index(const struct tl_block *block, struct tl_note_index **ret,
				 size_t *ret_n, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
