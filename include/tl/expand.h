/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Duplicates and deltas are resolved; records that stand in several sections of an archive are
 * merged by ordinal.  Memory: the records that others may be copied from (all SEQS records of an
 * interned stream, the bases of an archive) with their headers; what passes the budget goes to
 * disk; nothing else is kept beyond a block of each kind. What a stream may contain is checked here: bases before use and before
 * others of their ordinals, of the same alphabet, depth at most TL_EXPAND_DEPTH, rising ordinals,
 * FILE blocks that fit their records, the sums of resolved residues.
 *
 *     while (tl_expand_next(x, &ev, err) == TL_OK && ev.what != TL_EXPAND_END)
 *             for (i = 0; ev.what == TL_EXPAND_ENTRIES && i < ev.n; i++)
 *                     tl_expand_residues(&ev, i, &room, &residues, err), use them;
 *             then tl_expand_done(x, &ev, residues, err)
 *
 * What an event points to stays until tl_expand_done is told of it, so that several can be worked
 * on at a time.  Threads: as the reader's, but tl_expand_residues may be called by any.
 */
#ifndef TL_EXPAND_H
#define TL_EXPAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/budget.h>
#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/names.h>
#include <tl/note.h>
#include <tl/pool.h>
#include <tl/reader.h>
#include <tl/want.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_EXPAND_DEPTH 8 /* deltas between a record and one that stands whole, at most */

struct tl_expand_opts {
	bool refs_only; /* only references (all SEQS records of a stream that is no archive) */
	struct tl_names *opt_names; /* only references named here with all their members, and
				     * members named here */
	const struct tl_want *opt_want; /* only records that this wants */
	uint64_t file;  /* only records of that input file, from 1; 0: of all */
	uint64_t part, parts; /* only records whose ordinal is part - 1 modulo parts; parts 0: all */
	bool hidden;    /* records that are no longer part of the set too */
	bool partial;   /* some blocks were not read: none of them is wanted, nor copied from by what is */
	struct tl_budget *opt_budget;
	struct tl_pool *opt_pool; /* whose workers help; the caller is its worker 0 */
	size_t bytes;   /* an event of several entries has about so many at most; 0: one entry */
};

enum tl_expand_what {
	TL_EXPAND_ENTRIES,
	TL_EXPAND_FILE,
	TL_EXPAND_NOTE,
	TL_EXPAND_STREAM, /* a stream is over and another follows: all that was given must be done
			   * before the next call */
	TL_EXPAND_END,
};

struct tl_expand_event {
	enum tl_expand_what what;
	uint16_t stream_flags; /* of the stream that the event comes from */
	/* ENTRIES: [at, at + n) of a batch, records or pieces of one; pieces follow each other. */
	const struct tl_batch *batch;
	size_t at, n;
	uint64_t records, residues; /* that begin in them; in them */
	bool pieces;                /* some are pieces */
	bool reference; /* they stand whole and are not loose */
	uint64_t root;  /* of a copy: ordinal of its reference */
	struct tl_str text; /* all of the batch in one event: what a tl_reader_finisher made of it */
	bool sent;          /* and it has done with it; also where that is more than one event */
	bool summed;    /* tl_expand_done wants the residues */
	bool borrowed;  /* a delta that has loans; its literals are these, all with its first piece */
	struct tl_str literals;
	/* FILE: all records of the file were given.  Valid until the next call. */
	const struct tl_note_file *file;
	uint64_t number; /* of the file, from 1 */
	uint64_t place;  /* of the block, as in struct tl_item */
	bool wanted;     /* by opts.file */
	/* NOTE: prov or another ancillary block that is safe to copy, as soon as it is read.  Its
	 * payload may be taken out (tl_writer_forward).  Valid until the next call. */
	struct tl_item *note;
	/* How a copy is made; expand's. */
	struct tl_str from;
	bool script;
	void *held;
	uint64_t serial;
};

struct tl_expand;

/* Buffers in which residues are made.  A struct of zeros is empty. */
struct tl_expand_room {
	struct tl_buf residues, scratch;
};

/* reader stays the caller's and must have been opened with nothing raw but edges. */
enum tl_status tl_expand_new(struct tl_reader *reader, const struct tl_expand_opts *opts,
			     struct tl_expand **ret, struct tl_err *err) TL_CHECK;

/* The next event; behind the last one END again and again. */
enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret,
			      struct tl_err *err) TL_CHECK;

/* The residues of entry i of the event; they lie in the stream's memory, or are appended to
 * room->residues.  Any thread, with a room of its own.  TL_DATA where a script is broken. */
enum tl_status tl_expand_residues(const struct tl_expand_event *ev, size_t i,
				  struct tl_expand_room *room, struct tl_str *ret,
				  struct tl_err *err) TL_CHECK;

/* Nothing of that event, of entries, and of those before it is needed any more.  Where it is summed,
 * residues are those of its one entry, which are compared with the archive's sum; {NULL, 0} where
 * they were not made: then they are not.  TL_DATA.  In the order of events. */
enum tl_status tl_expand_done(struct tl_expand *x, const struct tl_expand_event *ev,
			      struct tl_str residues, struct tl_err *err) TL_CHECK;

void tl_expand_free(struct tl_expand *x); /* all is done by then; NULL is fine */

/* All of that for who wants each entry once, in order: gives entry i of an event with its residues,
 * which stay for the call. */
typedef enum tl_status (*tl_expand_take)(void *ctx, const struct tl_expand_event *ev, size_t i,
					 struct tl_str residues, struct tl_err *err);
enum tl_status tl_expand_each(struct tl_reader *reader, const struct tl_expand_opts *opts,
			      tl_expand_take take, void *ctx, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
