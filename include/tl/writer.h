/* SPDX-License-Identifier: MIT */
/* writer: writing a whole record stream.  man tl-stream(5) sections 2, 8, 10, 11.
 *
 * Encodes jobs in parallel through a lane, numbers them, writes them in order, keeps count
 * and digest, ends with ENDS (and indX).
 * Threads: it belongs to the thread that is worker 0 of the pool.
 */
#ifndef TL_WRITER_H
#define TL_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/block.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/hash.h>
#include <tl/ledger.h>
#include <tl/note.h>
#include <tl/out.h>
#include <tl/pool.h>
#include <tl/reader.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_writer_opts {
	enum tl_codec codec;
	int level;      /* of zstd */
	uint16_t flags; /* of the preamble */
	bool index;     /* end with indX, and recX where it costs little */
	const char *metrics; /* name of the tool: a metr block before ENDS; or NULL */
};

/* One block to write.  The caller fills the first part and hands the job over; the writer frees it
 * (with release, or free(3)) when it is written or discarded. */
struct tl_job {
	struct tl_block_head head; /* type, flags, first, records; the rest is the writer's */
	uint64_t last;     /* highest ordinal in it (first: none), for indX and ENDS.next */
	uint64_t starts;   /* records that begin in it (entries without TL_REC_IN), for ENDS */
	uint64_t residues; /* for ENDS */
	/* In a worker, before make, for such jobs one after the other in the order in which they are
	 * put: fills the job from a source that can be read in order only; see tl/lane.h.  Or NULL. */
	enum tl_status (*draw)(struct tl_job *job, unsigned worker, struct tl_err *err);
	/* In a worker: fills payload, which may point into what the job holds until it is
	 * released.  NULL: it is filled already. */
	enum tl_status (*make)(struct tl_job *job, unsigned worker, struct tl_err *err);
	/* In order, in the writer's thread, before the header is made: may set head.first, last,
	 * counts.  Or NULL.  *skip = true drops the block. */
	enum tl_status (*settle)(struct tl_job *job, bool *skip, struct tl_err *err);
	/* Frees the job and what it owns, payload and packed included, or keeps them for another
	 * one; in the writer's thread.  NULL: the job is freed with free(3); payload and packed are
	 * the writer's. */
	void (*release)(struct tl_job *job);
	bool spend; /* with release too payload and packed are the writer's; release passes them over */
	void *ctx;
	struct tl_payload payload;
	unsigned node; /* of the pool: where laid bytes that make reads lie */
	size_t laid;   /* 0: anywhere */
	bool stored; /* packed is a payload as stored (raw and codec set in head): only copied */
	struct tl_buf packed;     /* the writer's, but for stored */
	bool parts;               /* the writer's: packed is followed by the columns of payload */
	uint64_t hash;            /* the writer's: tl_hash_64 of all that is written of it */
	struct tl_ledger ledger;  /* the writer's: rows of what make encoded */
	struct tl_writer *writer; /* the writer's */
};

struct tl_writer;

/* Writes the preamble.  out stays the caller's. */
enum tl_status tl_writer_open(struct tl_pool *pool, struct tl_out *out,
			      const struct tl_writer_opts *opts, struct tl_writer **ret,
			      struct tl_err *err) TL_CHECK;

struct tl_pool *tl_writer_pool(const struct tl_writer *w); /* whose workers make its jobs */

/* A job of zeros with type, flags and first set; NULL: TL_NOMEM. */
struct tl_job *tl_writer_job(uint32_t type, uint8_t flags, uint64_t first,
			     struct tl_err *err) TL_CHECK;

/* Takes the job over, also on failure.  May block to write earlier ones.  After a failure every
 * further call gives the same error. */
enum tl_status tl_writer_put(struct tl_writer *w, struct tl_job *job, struct tl_err *err) TL_CHECK;

/* Puts a batch, edges, a FILE or a prov block; batch and edges are taken over (the structs at the
 * pointers become empty). */
enum tl_status tl_writer_put_batch(struct tl_writer *w, struct tl_batch *batch, uint8_t flags,
				   const struct tl_hash128 *opt_sum, struct tl_err *err) TL_CHECK;
enum tl_status tl_writer_put_edges(struct tl_writer *w, struct tl_edges *edges,
				   struct tl_err *err) TL_CHECK;
enum tl_status tl_writer_put_file(struct tl_writer *w, const struct tl_note_file *f,
				  struct tl_err *err) TL_CHECK;
enum tl_status tl_writer_put_prov(struct tl_writer *w, const char *text,
				  struct tl_err *err) TL_CHECK;

/* Passes a block on as it was stored, or compressed where the writer compresses and it is not (its
 * payload may be taken out of the item, whose columns and FILE strings are gone then), ordinals
 * shifted, with the counts given. */
enum tl_status tl_writer_forward(struct tl_writer *w, struct tl_item *item, uint64_t last,
				 uint64_t starts, uint64_t residues, struct tl_err *err) TL_CHECK;

/* Writes every job put so far, so that what their settle calls learn is known. */
enum tl_status tl_writer_flush(struct tl_writer *w, struct tl_err *err) TL_CHECK;

/* Writes all, ENDS and indX.  next: at least one more than the highest ordinal (missing ones
 * included).  Does not commit out. */
enum tl_status tl_writer_end(struct tl_writer *w, uint64_t next, struct tl_err *err) TL_CHECK;

void tl_writer_free(struct tl_writer *w); /* frees it, whether ended or not; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
