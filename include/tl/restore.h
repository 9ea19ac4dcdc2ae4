/* SPDX-License-Identifier: MIT */
/* restore: the text that a stream came from, checked against the hash of each file.
 *
 * Text is rendered in chunks of records by the workers of a pool and written in order.
 * Threads: as the reader's.
 */
#ifndef TL_RESTORE_H
#define TL_RESTORE_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/expand.h>
#include <tl/out.h>
#include <tl/pool.h>
#include <tl/press.h>
#include <tl/reader.h>
#include <tl/text.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_restore_opts {
	bool refs_only;  /* references only, each as text of its own, as FASTA */
	bool fasta;      /* FASTQ as FASTA too */
	bool wrap;       /* lay out anew: lines of width characters (0: one line) that end in LF; without what
			  * stands before a file's first record and behind its last */
	uint64_t width;
	bool names_only; /* the headers only, one a line */
	enum tl_text_case letters;
	uint64_t file;        /* only that input file, from 1; 0: all */
	uint64_t part, parts; /* as in tl/expand.h: each record as text of its own */
	struct tl_budget *opt_budget;
	struct tl_pool *opt_pool; /* the reader's */
	struct tl_press *opt_press; /* the text goes through it, to out; the caller ends it */
};

struct tl_restore_sum {
	/* Written; files are those whose hash was compared. */
	uint64_t files, records, residues, text;
};

/* Writes all records of the reader to out, in order.  Text of complete files in their own layout
 * is compared with length and hash in their FILE blocks: TL_DATA where it differs.  TL_NOINPUT
 * where there is no file of that number. */
enum tl_status tl_restore_text(struct tl_reader *reader, const struct tl_restore_opts *opts,
			       struct tl_out *out, struct tl_restore_sum *ret, struct tl_err *err)
	TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
