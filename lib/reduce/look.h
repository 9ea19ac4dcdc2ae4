/* SPDX-License-Identifier: MIT */
/* look: how records look as text, by the options of restore.  Pure, any thread. */
#ifndef TL_REDUCE_LOOK_H
#define TL_REDUCE_LOOK_H

#include <tl/restore.h>

/* FASTQ becomes FASTA? */
bool tl_look_turned(const struct tl_restore_opts *opts, const struct tl_batch *b);

/* The style that entries of all batches share. */
struct tl_text_style tl_look_begin(const struct tl_restore_opts *opts);

/* How the entries of a batch of such a stream look, kept columns apart. */
void tl_look_set(const struct tl_restore_opts *opts, const struct tl_batch *b, uint16_t stream_flags,
		 struct tl_text_style *style);

/* Appends the text of a batch of sequences; nothing where one is a piece of a record: how that looks depends on those before it. */
enum tl_status tl_look_batch(const struct tl_restore_opts *opts, const struct tl_batch *b,
			     uint16_t stream_flags, struct tl_buf *text,
			     struct tl_err *err) TL_CHECK;

#endif
