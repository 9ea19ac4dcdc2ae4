/* SPDX-License-Identifier: MIT */
/* ingest_source: the text of a file in pieces, cut between records.  A part of ingest.
 *
 * A piece is drawn (read, cut) by one worker at a time, in order.  The hash of the file must go
 * over them in order too, but not at once: whoever has drawn one hands the source on, then hashes
 * what is not yet hashed, while the next one reads.
 */
#ifndef TL_INGEST_SOURCE_H
#define TL_INGEST_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/fasta.h>
#include <tl/hash.h>
#include <tl/inflate.h>
#include <tl/ingest.h>

struct tl_ingest_piece {
	uint8_t *text; /* in the window that it was drawn into */
	size_t len;
	struct tl_fasta_state state, next_state;
	size_t serial; /* among those of the file; SIZE_MAX: there was no text */
	bool last;     /* the text of the file ends with it */
};

struct tl_ingest_source {
	const struct tl_ingest_opts *opts;
	struct tl_inflate *text;     /* NULL: none is open */
	struct tl_buf rest;          /* what is behind a cut, on its way to the next window */
	struct tl_fasta_state state; /* at the beginning of that */
	uint64_t bytes;              /* of text in pieces */
	bool begun, eof, done;       /* a window was read; rest is all there is; not even that */
	size_t draws;                /* pieces */
	struct tl_str *drawn;        /* [room] their texts, piece i in place i % room */
	size_t room;
	struct tl_hash_state *hash;
	_Atomic size_t hashed;  /* pieces; whoever hashes adds, release */
	_Atomic size_t waiting; /* calls of hash that are not answered; any worker, acq_rel */
};

/* room: of more pieces than that no text is kept at a time. */
enum tl_status tl_ingest_source_begin(struct tl_ingest_source *src,
				      const struct tl_ingest_opts *opts, size_t room,
				      struct tl_err *err) TL_CHECK;
enum tl_status tl_ingest_source_open(struct tl_ingest_source *src, const char *path,
				     struct tl_err *err) TL_CHECK;

/* The next piece, its text in window.  Behind the end there are pieces without text. */
enum tl_status tl_ingest_source_draw(struct tl_ingest_source *src, struct tl_ingest_piece *piece,
				     struct tl_buf *window, struct tl_err *err) TL_CHECK;

/* After each piece that was drawn, before its worker waits for anything: hashes what was drawn.
 * True where it did, so that somebody may wait for it. */
bool tl_ingest_source_hash(struct tl_ingest_source *src, const struct tl_ingest_piece *piece);

/* Nobody reads the text of the piece any more, of which hash was called; or of none behind it. */
bool tl_ingest_source_hashed(const struct tl_ingest_source *src,
			     const struct tl_ingest_piece *piece);

void tl_ingest_source_close(struct tl_ingest_source *src);
void tl_ingest_source_end(struct tl_ingest_source *src);

#endif
