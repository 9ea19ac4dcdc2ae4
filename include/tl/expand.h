/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Duplicates and deltas are resolved; records that stand in several sections of an archive are
 * merged by ordinal.  Memory: the records that others may be copied from (all SEQS records of an
 * interned stream, the bases of an archive) with their headers; nothing else is kept beyond a
 * block of each kind. What a stream may contain is checked here: bases before use and before
 * others of their ordinals, of the same alphabet, depth at most TL_EXPAND_DEPTH, rising ordinals,
 * FILE blocks that fit their records, the sums of resolved residues.
 * Threads: as the reader's.
 */
#ifndef TL_EXPAND_H
#define TL_EXPAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/err.h>
#include <tl/names.h>
#include <tl/note.h>
#include <tl/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_EXPAND_DEPTH 8 /* deltas between a record and one that stands whole, at most */

struct tl_expand_opts {
	bool refs_only;        /* give only references (all SEQS records of a stream that is no archive) */
	struct tl_names *opt_names; /* give only references named here with all their members, and members named here */
};

enum tl_expand_what { TL_EXPAND_ENTRY, TL_EXPAND_FILE, TL_EXPAND_NOTE, TL_EXPAND_END };

struct tl_expand_event {
	enum tl_expand_what what;
	/* ENTRY: one entry of a batch (a record, or a piece of one; pieces follow each other). */
	struct tl_entry entry;  /* strings valid until the next call */
	enum tl_kind kind;
	enum tl_alphabet alphabet;
	uint32_t width;
	enum tl_eol eol;
	enum tl_format format;
	const uint8_t *residues; /* entry.length bytes, valid until the next call */
	bool reference;          /* a record that stands whole and is not loose */
	uint64_t root;           /* ordinal of its reference, its own where it is one or loose */
	/* FILE: all records of the file were given. */
	const struct tl_note_file *file;
	/* NOTE: prov or another ancillary block that is safe to copy, as soon as it is read.  Its
	 * payload may be taken out (tl_writer_forward). */
	struct tl_item *note;
	uint16_t stream_flags;   /* of the stream that the event comes from */
};

struct tl_expand;

/* reader stays the caller's and must have been opened with nothing raw but edges. */
enum tl_status tl_expand_new(struct tl_reader *reader, const struct tl_expand_opts *opts,
			     struct tl_expand **ret, struct tl_err *err) TL_CHECK;

/* The next event; behind the last one END again and again. */
enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret,
			      struct tl_err *err) TL_CHECK;

void tl_expand_free(struct tl_expand *x); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
