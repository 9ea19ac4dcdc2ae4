/* SPDX-License-Identifier: MIT */
/* reader_slot: the reader from inside, and its items. */
#ifndef TL_REC_READER_SLOT_H
#define TL_REC_READER_SLOT_H

#include <stdatomic.h>
#include <stddef.h>

#include <tl/lane.h>
#include <tl/reader.h>
#include <tl/spares.h>

#define TL_READER_KEEP (8u << 20) /* larger payloads, and columns, are not kept for later ones */

enum tl_reader_state {
	TL_READER_NO_INPUT,
	TL_READER_NO_STREAM,
	TL_READER_IN_STREAM,
	TL_READER_BEHIND_ENDS,
	TL_READER_BEHIND_INDEX
};

/* An item with what only the reader needs to know of it.  It comes back to the worker that drew it,
 * in whose caches its memory is. */
struct tl_reader_slot {
	struct tl_spare spare; /* first */
	struct tl_item item;
	struct tl_reader *reader;
	bool raw;                    /* its columns are not decoded */
	bool hidden;                 /* not given to the caller */
	struct tl_note_ends ends;
	/* Found by the worker: */
	uint64_t starts, residues;
	uint64_t next_ordinal; /* one more than the highest in the block */
};

/* What goes through the lane: a block that is still to be drawn. */
struct tl_reader_ticket {
	struct tl_reader *reader;
	struct tl_reader_slot *slot; /* NULL: reading ended, or failed */
};

/* Does a record go on behind the blocks taken so far? */
struct tl_reader_piece {
	bool open;
	uint64_t ordinal;
};

struct tl_reader {
	struct tl_pool *pool;
	struct tl_lane *lane;
	struct tl_reader_ticket *ticket; /* [depth] of the lane, used in turn */
	size_t depth, put;               /* put: tickets so far */
	struct tl_spares *slots;
	struct tl_reader_opts opts;
	struct tl_reader_finisher finisher;
	_Atomic bool finishes;     /* it is wanted; written by the owner, seq_cst */
	_Atomic unsigned finishing; /* workers that may be in it: each adds itself and then looks at
				     * finishes, seq_cst */
	const char *const *names;
	size_t n, at; /* inputs, and which one is read (one more than that) */
	/* Reading, by one worker at a time: */
	enum tl_reader_state state;
	int fd;
	uint64_t offset; /* in the input */
	uint64_t shift, number, digest, places;
	size_t picked;                  /* of opts.pick */
	uint16_t stream_flags;          /* of the preamble */
	uint16_t first_flags;           /* of the first one */
	bool any;                       /* a preamble was read */
	uint64_t stream;                /* streams begun before this one */
	uint8_t ahead[TL_BLOCK_HEADER]; /* bytes read to find out what follows */
	size_t ahead_n;
	bool done;             /* nothing more is to be read, for the end or a failure */
	_Atomic uint64_t bytes; /* of input; whoever reads, relaxed */
	/* Taking: */
	bool ended;                      /* a ticket came back without a block */
	struct tl_err err;               /* the failure that was returned */
	struct tl_reader_piece piece[3]; /* by enum tl_kind */
	uint64_t records, residues, next_ordinal;
	bool exact; /* every block of this stream was decoded */
	struct tl_reader_totals totals; /* but for bytes */
	/* [threads] Columns on their way from a codec to a batch: each worker's own, so that they are
	 * written over where they lie in its caches. */
	struct tl_block_room **room;
};

static inline struct tl_reader_slot *tl_reader_slot_of(struct tl_item *item)
{
	return (struct tl_reader_slot *)((char *)item - offsetof(struct tl_reader_slot, item));
}

/* An empty one, or one that was recycled. */
struct tl_reader_slot *tl_reader_slot_new(struct tl_reader *r, unsigned worker, struct tl_err *err);
void tl_reader_slot_empty(void *slot); /* frees what it owns */
void tl_reader_slot_free(struct tl_reader_slot *slot);

/* What it was before is gone, but for its memory; the head is that of a block to be read. */
void tl_reader_slot_renew(struct tl_reader *r, struct tl_reader_slot *slot,
			  const struct tl_block_head *head);

/* An input's name in messages. */
const char *tl_reader_slot_shown(const char *name);

/* Puts the block and its place in front of a message. */
enum tl_status tl_reader_slot_prefix(const struct tl_item *item, struct tl_err *err);

/* Checks and decodes a block, in a worker: a tl_lane_work. */
enum tl_status tl_reader_work(void *ticket, unsigned worker, struct tl_err *err);

/* Opens the next input, if there is one left; then reads the preamble. */
enum tl_status tl_reader_input_open(struct tl_reader *r, struct tl_err *err);
enum tl_status tl_reader_input_begin(struct tl_reader *r, struct tl_err *err);

/* Reads the next block, and what stands in front of it; NULL in *ret behind the last one. */
enum tl_status tl_reader_input_draw(struct tl_reader *r, unsigned worker,
				    struct tl_reader_slot **ret, struct tl_err *err);

/* Begins the counts of a stream. */
void tl_reader_count_begin(struct tl_reader *r);

/* A block in order: counts its records; at ENDS compares. */
enum tl_status tl_reader_count_block(struct tl_reader *r, const struct tl_reader_slot *slot,
				     struct tl_err *err);

#endif
