/* SPDX-License-Identifier: MIT */
/* writer_out: the writer from inside, and blocks written in order. */
#ifndef TL_REC_WRITER_OUT_H
#define TL_REC_WRITER_OUT_H

#include <tl/lane.h>
#include <tl/writer.h>

#define TL_WRITER_SPARES 8 /* buffers and payloads of written blocks kept, at most */

struct tl_writer {
	struct tl_pool *pool;
	struct tl_lane *lane;
	struct tl_out *out;
	struct tl_writer_opts opts;
	uint64_t start; /* bytes in out before the preamble */
	uint64_t number, digest;
	uint64_t records, residues, next;
	struct tl_note_index *index;
	size_t index_n, index_cap;
	struct pages {
		struct tl_ledger ledger;
		uint64_t first; /* number of the first block it tells of */
	} * page;
	size_t pages, page_cap;
	bool unlisted;     /* there are records that no ledger tells of */
	struct tl_err err; /* the first failure */
	/* Memory that goes round, as fresh memory costs more than what is done in it. */
	struct tl_buf spare[TL_WRITER_SPARES];
	struct tl_payload spare_payload[TL_WRITER_SPARES];
	size_t spares, spare_payloads;
	struct tl_block_room **room; /* of each worker */
	bool alone; /* one thread: a block is written at once, while it is in cache */
};

/* Frees a job, with all it owns, or hands it back to whoever made it. */
void tl_writer_release(struct tl_job *job);

/* Remembers a failure: a stream with a hole must not go on.  Returns st. */
enum tl_status tl_writer_fail(struct tl_writer *w, enum tl_status st, struct tl_err *err);

/* Numbers a packed block and writes it; it is in digest and counts of blocks then. */
enum tl_status tl_writer_out_block(struct tl_writer *w, struct tl_job *job, struct tl_err *err);

/* Notes where the block that is written next lies, for indX. */
enum tl_status tl_writer_out_index(struct tl_writer *w, const struct tl_job *job,
				   struct tl_err *err);

/* Writes a job of the lane that was packed: counted, noted in the index and in the ledger. */
enum tl_status tl_writer_out_job(struct tl_writer *w, struct tl_job *job, struct tl_err *err);

#endif
