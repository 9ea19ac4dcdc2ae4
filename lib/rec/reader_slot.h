/* SPDX-License-Identifier: MIT */
/* reader_slot: the reader from inside, and its items. */
#ifndef TL_REC_READER_SLOT_H
#define TL_REC_READER_SLOT_H

#include <tl/lane.h>
#include <tl/reader.h>

#define TL_READER_KEEP (8u << 20) /* larger payloads, and columns, are not kept for later ones */

enum tl_reader_state {
	TL_READER_NO_INPUT,
	TL_READER_NO_STREAM,
	TL_READER_IN_STREAM,
	TL_READER_BEHIND_ENDS,
	TL_READER_BEHIND_INDEX
};

/* An item with what only the reader needs to know of it. */
struct tl_reader_slot {
	struct tl_item item;         /* first, so that a pointer to it is one to the slot */
	struct tl_reader *reader;
	struct tl_reader_slot *next; /* in the list of free ones */
	bool raw;                    /* its columns are not decoded */
	bool hidden;                 /* not given to the caller */
	struct tl_note_ends ends;
	/* Found by the worker: */
	uint64_t starts, residues;
	uint64_t next_ordinal; /* one more than the highest in the block */
};

/* Does a record go on behind the blocks taken so far? */
struct tl_reader_piece {
	bool open;
	uint64_t ordinal;
};

struct tl_reader {
	struct tl_pool *pool;
	struct tl_lane *lane;
	unsigned made; /* items, dealt out round the nodes */
	struct tl_reader_opts opts;
	const char *const *names;
	size_t n, at; /* inputs, and which one is read (one more than that) */
	/* Reading: */
	enum tl_reader_state state;
	int fd;
	uint64_t offset; /* in the input */
	uint64_t shift, number, digest;
	size_t picked;                  /* of opts.pick */
	uint16_t stream_flags;          /* of the preamble */
	uint16_t first_flags;           /* of the first one */
	bool any;                       /* a preamble was read */
	uint64_t stream;                /* streams begun before this one */
	uint8_t ahead[TL_BLOCK_HEADER]; /* bytes read to find out what follows */
	size_t ahead_n;
	bool done;             /* nothing more is to be read, for the end or a failure */
	struct tl_err end_err; /* the failure; status TL_OK where there was none */
	/* Taking: */
	struct tl_err err;               /* the failure that was returned */
	struct tl_reader_piece piece[3]; /* by enum tl_kind */
	uint64_t records, residues, next_ordinal;
	bool exact; /* every block of this stream was decoded */
	struct tl_reader_totals totals;
	struct tl_reader_slot *free;
	/* [threads] Columns on their way from a codec to a batch: each worker's own, so that they are
	 * written over where they lie in its caches. */
	struct tl_block_room **room;
};

/* An empty one, or one that was recycled. */
struct tl_reader_slot *tl_reader_slot_new(struct tl_reader *r, struct tl_err *err);
void tl_reader_slot_free(void *slot);

/* What it was before is gone, but for its memory; the head is that of a block to be read. */
void tl_reader_slot_renew(struct tl_reader *r, struct tl_reader_slot *slot,
			  const struct tl_block_head *head);

/* An input's name in messages. */
const char *tl_reader_slot_shown(const char *name);

/* Puts the block and its place in front of a message. */
enum tl_status tl_reader_slot_prefix(const struct tl_item *item, struct tl_err *err);

/* Checks and decodes a block, in a worker: a tl_lane_work. */
enum tl_status tl_reader_work(void *slot, unsigned worker, struct tl_err *err);

/* Opens the next input, if there is one left; then reads the preamble. */
enum tl_status tl_reader_input_open(struct tl_reader *r, struct tl_err *err);
enum tl_status tl_reader_input_begin(struct tl_reader *r, struct tl_err *err);

/* Reads what comes next: a block, which it puts into the lane, or what stands between streams. */
enum tl_status tl_reader_input_advance(struct tl_reader *r, struct tl_err *err);

/* Begins the counts of a stream. */
void tl_reader_count_begin(struct tl_reader *r);

/* A block in order: counts its records; at ENDS compares. */
enum tl_status tl_reader_count_block(struct tl_reader *r, const struct tl_reader_slot *slot,
				     struct tl_err *err);

#endif
