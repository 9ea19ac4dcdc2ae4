/* SPDX-License-Identifier: MIT */
/* emit: text on its way out, in order: hashed, compared, written.
 *
 * Whoever makes a text lays it on the tray of its number and goes on; the text goes out as soon as it is
 * its turn, by the worker that made it, mostly, while it is in its caches (lines that one core has
 * read are slow to write anew on another), else by whoever put out the text before it.  So nobody waits
 * for a turn, and one after the other uses hash and output.
 *
 * There are two lines of numbers.  The blocks of a stream have places for it, in order (struct tl_item).
 * Where a block has no text, all behind it waits for the owner, to the end of the file: its text is
 * made in chunks of several blocks, and these have numbers of their own.
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

/* A text that was laid by. */
struct tl_emit_tray {
	/* Free, laid or taken.  Whoever made the text lays it, and whoever has the turn, or the owner,
	 * takes it, which is the only one that uses what follows then.  seq_cst. */
	_Atomic unsigned state;
	uint64_t number;
	struct tl_str text;
	bool *sent; /* set where it was put out */
};

struct tl_emit_line {
	/* The number whose turn it is.  Stored by whoever had the turn; seq_cst, as it is looked at after
	 * a text was laid, and trays after it was stored. */
	_Atomic uint64_t turn;
	struct tl_emit_tray *tray; /* [trays of the emit]; that of number i is i & (trays - 1) */
};

struct tl_emit {
	struct tl_pool *opt_pool;
	struct tl_out *out;
	struct tl_press *opt_press; /* the text goes through it, by the owner only */
	struct tl_emit_line blocks, chunks;
	size_t trays;      /* of each line, a power of two: as many as are under way at once, or more */
	_Atomic bool stop; /* nothing goes out any more; the owner's, seq_cst */
	/* Only who has the turn, or the owner where late is set, uses what follows. */
	bool late; /* since a block without text: all that the file still has waits for the owner */
	struct tl_hash_state *hash;
	uint64_t length; /* of the file's text so far */
	uint64_t total;  /* of all */
	struct tl_err err; /* of a worker's writing; nobody changes it once failed is set */
	_Atomic bool failed; /* by who has the turn; stored with release, loaded with acquire */
};

enum tl_status tl_emit_begin(struct tl_emit *e, struct tl_pool *opt_pool, struct tl_out *out,
			     struct tl_press *opt_press, struct tl_err *err) TL_CHECK;
void tl_emit_end(struct tl_emit *e);

/* In the worker that has made item->text, which stays as it is until the item is taken. */
void tl_emit_made(struct tl_emit *e, struct tl_item *item);

/* The owner takes that item, of any type: where it is not sent then, its text is for the owner to put. */
void tl_emit_taken(struct tl_emit *e, struct tl_item *item);

/* Did a worker fail to write? */
enum tl_status tl_emit_check(const struct tl_emit *e, struct tl_err *err) TL_CHECK;

/* Text of a block that was taken and not sent; fails as tl_emit_check does. */
enum tl_status tl_emit_put(struct tl_emit *e, struct tl_str text, struct tl_err *err) TL_CHECK;

/* In the worker that has made the text of that chunk, of blocks that are late; *sent becomes true when
 * it is put out.  Both stay until the owner has withdrawn the chunk, which does so with every one
 * in order: where it is not sent by then, it is the owner who puts it, and passes the turn on. */
void tl_emit_chunk(struct tl_emit *e, uint64_t number, struct tl_str text, bool *sent);
void tl_emit_withdraw(struct tl_emit *e, uint64_t number);
void tl_emit_pass(struct tl_emit *e, uint64_t number);

/* A file ends.  exact: its text must be what the note says; TL_DATA.  Then it is the turn of what is
 * behind place. */
enum tl_status tl_emit_file(struct tl_emit *e, const struct tl_note_file *file, bool exact,
			    uint64_t place, struct tl_err *err) TL_CHECK;

/* Nothing goes out any more, but for what is going out just now. */
void tl_emit_stop(struct tl_emit *e);

#endif
