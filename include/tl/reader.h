/* SPDX-License-Identifier: MIT */
/* reader: reading whole record streams.  man tl-stream(5) sections 2, 8, 11, 12.
 *
 * Takes one or more inputs, each one or more streams; checks magic, version, block numbers,
 * checks, ENDS (digest, and counts where every block was decoded) and that nothing but a further
 * stream follows; adds up the shift of
 * ordinals over concatenated streams; decodes blocks in parallel through a lane and gives them in
 * order.  Messages name file, block number, type and byte offset.
 * Threads: it belongs to the thread that is worker 0 of the pool.
 */
#ifndef TL_READER_H
#define TL_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/block.h>
#include <tl/cand.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/hash.h>
#include <tl/note.h>
#include <tl/out.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One block, as the reader gives it. */
struct tl_item {
	/* Opened; columns decoded unless .raw was asked for, but those that went into batch, edges or
	 * cands through a codec are not kept. */
	struct tl_block block;
	uint64_t first;           /* head.first with the shift of concatenated streams added */
	uint64_t shift;           /* what was added */
	uint64_t offset;          /* of the block's header in its input, for messages */
	const char *name;         /* of the input */
	struct tl_batch batch;    /* SEQS, DUPS, DLTA: decoded */
	struct tl_edges edges;    /* EDGE: decoded */
	struct tl_cands cands;    /* CAND: decoded */
	struct tl_note_file file; /* FILE */
	struct tl_hash128 sum;    /* where has_sum: of the block's resolved residues */
	bool has_sum;
	uint16_t stream_flags; /* of the preamble: TL_STREAM_... */
	uint64_t stream;       /* how many streams came before this one */
	unsigned worker, node; /* of the pool: who read and decoded it, and where that one sits */
	uint64_t place;        /* SEQS with records, FILE: how many of these came before */
	struct tl_buf text;    /* made by a finisher; empty: nothing */
	bool sent;             /* the finisher has done with the text */
};

/* A block to be read. */
struct tl_reader_pick {
	uint64_t number, offset; /* in the stream; of its header in the file */
};

struct tl_reader_opts {
	bool raw_seqs, raw_dups, raw_dlta, raw_edge; /* do not decode the columns of these: they are
							only passed on or spooled */
	bool cand;    /* CAND blocks are read; else they are TL_DATA: few tools can do with them */
	bool nameless; /* headers are not decoded: all records have empty ones */
	bool uniform; /* all streams must have the preamble flags of the first, since one stream is
		       * made of them; else TL_DATA */
	/* Shown every block that tl_reader_next is about to give; or NULL.  Its failure is the
	 * reader's. */
	enum tl_status (*observe)(void *ctx, const struct tl_item *item, struct tl_err *err);
	void *observe_ctx;
	/* Only these blocks of the only stream of a file that can be sought in, by rising numbers,
	 * the last of them ENDS; NULL: all.  Digest and counts are not compared then. */
	const struct tl_reader_pick *pick;
	size_t picks;
	struct tl_out *tee; /* gets every byte that is read, by workers; or NULL.  The caller's, who leaves
			     * it alone until the reader is closed or behind its end */
};

struct tl_reader;

/* Reads the inputs named (n of them; n = 0 is standard input; "-" too) one after the other.  The
 * names stay the caller's and must live as long as the reader. */
enum tl_status tl_reader_open(struct tl_pool *pool, const char *const *names, size_t n,
			      const struct tl_reader_opts *opts, struct tl_reader **ret,
			      struct tl_err *err) TL_CHECK;

/* The preamble flags of the first stream, which is read up to there by tl_reader_open. */
uint16_t tl_reader_flags(const struct tl_reader *r);

/* Who works on blocks of sequences as they are decoded. */
struct tl_reader_finisher {
	/* In the worker that has decoded a SEQS block, while it is in its caches: may make item->text.
	 * Its failure is the block's. */
	enum tl_status (*made)(void *ctx, struct tl_item *item, struct tl_err *err);
	/* In the reader's thread, in order: any block that tl_reader_next is about to give, or to refuse. */
	void (*taken)(void *ctx, struct tl_item *item);
	void *ctx;
};

/* Before the first tl_reader_next.  NULL, at any time: not from now on; it is not at work any more
 * then. */
void tl_reader_finish(struct tl_reader *r, const struct tl_reader_finisher *opt_finisher);

/* The next block, or NULL in *ret behind the last ENDS of the last input; it is the caller's until
 * it is recycled.  After a failure every further call gives the same error.  ENDS, indX and unknown
 * ancillary types that are not safe to copy are not given: the reader deals with them; prov and
 * safe ancillary ones are. */
enum tl_status tl_reader_next(struct tl_reader *r, struct tl_item **ret,
			      struct tl_err *err) TL_CHECK;

/* Gives an item back; NULL is fine. */
void tl_reader_recycle(struct tl_reader *r, struct tl_item *item);

struct tl_reader_totals {
	uint64_t streams, blocks, records, residues; /* of the streams read to their end */
	uint64_t bytes; /* of input */
	uint64_t next;  /* one more than the highest ordinal over all streams */
	uint16_t flags; /* of all preambles, or-ed */
};
void tl_reader_totals_get(const struct tl_reader *r, struct tl_reader_totals *ret);
void tl_reader_close(struct tl_reader *r); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
