/* SPDX-License-Identifier: MIT */
/* ingest: sequence text files into a record stream.
 *
 * Each file is read in windows of text and cut into chunks of whole records (a longer record into
 * pieces); chunks are parsed and encoded in parallel through the
 * writer's lane, so the blocks depend on the text alone.  Each file is closed by its FILE block.
 * Memory: a few windows for each thread.  Threads: as the writer's.
 */
#ifndef TL_INGEST_H
#define TL_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>
#include <tl/sieve.h>
#include <tl/taxonmap.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_INGEST_WINDOW (512u << 10)    /* bytes; a worker's windows and columns stay in its caches */
#define TL_INGEST_WINDOW_LONG (2u << 20) /* for a writer that compresses, block by block */

struct tl_ingest_opts {
	size_t window;   /* bytes of text in one; 0: TL_INGEST_WINDOW */
	int alphabet;    /* enum tl_alphabet, or -1: guess for each file (tl_alphabet_guess) */
	bool strict;     /* refuse what is no residue of the file's alphabet */
	bool keep_names; /* FILE blocks carry the file's name */
	struct tl_pool *pool; /* the writer's: BGZF is inflated in parallel; NULL: it is not */
	const struct tl_taxonmap *taxonmap; /* the caller's: fills the column taxa; or NULL */
	/* The writer's, or NULL: decides which records are kept, and needs pool.  Once it is full,
	 * no more is read: of a file left so, the FILE block has the bytes read and no hash. */
	struct tl_sieve *sieve;
};

struct tl_ingest;

/* w stays the caller's. */
enum tl_status tl_ingest_new(struct tl_writer *w, const struct tl_ingest_opts *opts,
			     struct tl_ingest **ret, struct tl_err *err) TL_CHECK;

/* Reads one file ("-": standard input) to its end.  TL_DATA with "FILE:LINE:COLUMN: reason". */
enum tl_status tl_ingest_file(struct tl_ingest *in, const char *path, struct tl_err *err) TL_CHECK;

uint64_t tl_ingest_records(const struct tl_ingest *in); /* so far: the next ordinal; dropped too */
uint64_t tl_ingest_bytes(const struct tl_ingest *in);   /* of text so far */

/* Of the last file: bytes in front of its first record that are neither blank nor in a comment. 
 * They come back as they were, but are in no record. */
uint64_t tl_ingest_stray(const struct tl_ingest *in);

/* After the writer was ended or freed, which may hold jobs of in.  NULL is fine. */
void tl_ingest_free(struct tl_ingest *in);

#ifdef __cplusplus
}
#endif
#endif
