/* SPDX-License-Identifier: MIT */
/* emit: text on its way out, in order: hashed, compared, written.
 *
 * Lines that one core has read are slow to write anew on another.  So the worker that made the text of
 * a block puts it out itself, when it is its turn; the blocks of a stream have places for that, in
 * order (struct tl_item), and so have chunks of text that is made of several blocks.  Where a worker
 * cannot wait for its turn, or a block before its own has no text, the owner does: it sees every
 * block, in order too.
 *
 * Threads: tl_emit_made and tl_emit_chunk by any worker; the rest by the owner, the reader's thread.
 */
#ifndef TL_REDUCE_EMIT_H
#define TL_REDUCE_EMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <tl/err.h>
#include <tl/hash.h>
#include <tl/note.h>
#include <tl/out.h>
#include <tl/pool.h>
#include <tl/press.h>
#include <tl/reader.h>

struct tl_emit {
	struct tl_pool *pool; /* NULL: there are no workers */
	struct tl_out *out;
	struct tl_press *opt_press; /* the text goes through it, by the owner only */
	/* The place whose turn it is: only who has it, or the owner where late is set, uses what
	 * follows.  Stored with release, loaded with acquire. */
	_Atomic uint64_t turn;
	_Atomic uint64_t chunk; /* the same, of chunks */
	_Atomic bool stop;      /* no turn will come any more */
	bool late;         /* since a block without text: all that the file still has waits for the owner */
	struct tl_hash_state *hash;
	uint64_t length; /* of the file's text so far */
	uint64_t total;  /* of all */
	struct tl_err err; /* of a worker's writing; nobody changes it once failed is set */
	_Atomic bool failed; /* stored with release, loaded with acquire */
};

enum tl_status tl_emit_begin(struct tl_emit *e, struct tl_pool *pool, struct tl_out *out,
			     struct tl_press *opt_press, struct tl_err *err) TL_CHECK;
void tl_emit_end(struct tl_emit *e);

/* In the worker that has made item->text: puts it out and says so (item->sent), if its turn comes. */
void tl_emit_made(struct tl_emit *e, struct tl_item *item);

/* The owner takes that item: it is put out by now where that can be. */
void tl_emit_taken(struct tl_emit *e, struct tl_item *item);

/* Did a worker fail to write? */
enum tl_status tl_emit_check(const struct tl_emit *e, struct tl_err *err) TL_CHECK;

/* Text that was not sent, of a block behind which no worker has its turn; fails as that does. */
enum tl_status tl_emit_put(struct tl_emit *e, struct tl_str text, struct tl_err *err) TL_CHECK;

/* In the worker that has made the text of a chunk, of blocks that are late: true where it was put out
 * in its turn.  Else the owner puts it out.  In any case the owner says then, in order, that it has
 * taken the chunk. */
bool tl_emit_chunk(struct tl_emit *e, uint64_t number, struct tl_str text);
void tl_emit_chunk_taken(struct tl_emit *e, uint64_t number);

/* A file ends.  exact: its text must be what the note says; TL_DATA.  Then it is the turn of what is
 * behind place. */
enum tl_status tl_emit_file(struct tl_emit *e, const struct tl_note_file *file, bool exact,
			    uint64_t place, struct tl_err *err) TL_CHECK;

/* Nobody waits any more. */
void tl_emit_stop(struct tl_emit *e);

#endif
