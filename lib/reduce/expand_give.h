/* SPDX-License-Identifier: MIT */
/* expand_give: the state of an expansion, and giving the records at the head of a queue out. */
#ifndef TL_REDUCE_EXPAND_GIVE_H
#define TL_REDUCE_EXPAND_GIVE_H

#include <stdbool.h>
#include <stdint.h>

#include <tl/expand.h>

#include "gather.h"
#include "held.h"
#include "queues.h"
#include "derive.h"
#include "sources.h"

struct tl_expand {
	struct tl_reader *reader;
	struct tl_expand_opts opts;
	/* Of the stream at hand: */
	struct tl_sources sources;
	struct tl_derive derive;
	struct tl_queues queues;
	struct tl_spool *spool;  /* blocks of batches that are asleep */
	uint64_t room, stay;     /* bytes that batches which stay may have, and have */
	struct tl_held *kept;    /* given out, but copied from */
	struct tl_gather script; /* of the delta of several pieces that is given */
	uint64_t stream;
	uint16_t stream_flags;
	bool open;         /* frontier is set */
	uint64_t frontier; /* records up to this ordinal may be given */
	bool any;          /* a record was given */
	uint64_t given;    /* ordinal of the last one */
	/* Records since the last FILE, the first's ordinal; the end of that FILE. */
	uint64_t in_file, file_first, file_end;
	uint64_t files; /* given */
	/* A block of the next stream, or a FILE that waits for its records. */
	struct tl_item *ahead;
	struct tl_item *shown; /* the block of the last event */
	bool ended;
	bool over;                   /* the end of the stream was told */
	uint64_t serial, done;       /* of the last event of entries that was given, was done */
	struct tl_held_list retired; /* wait until their events are done */
	struct tl_held *spare;       /* may be used again */
	size_t spares;
	struct tl_buf scratch;
};

/* Gives the entries at the head of q, which lie below limit, the least ordinal of the other queues.
 * *ret_got false where they are passed over, or *ret_whole false and they must wait for more
 * pieces. */
enum tl_status tl_expand_give_head(struct tl_expand *x, struct tl_queue *q, uint64_t limit,
				   struct tl_expand_event *ev, bool *ret_got, bool *ret_whole,
				   struct tl_err *err) TL_CHECK;

#endif
