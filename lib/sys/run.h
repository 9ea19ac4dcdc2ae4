/* SPDX-License-Identifier: MIT */
/* run: records in order, in memory or as blocks of a file, and the way through a part of them. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/budget.h>
#include <tl/err.h>

#define RUN_BLOCK (64u << 10) /* bytes of records in a block, about */
#define RUN_WORDS 6           /* of a record, at most */

struct run_block {
	uint64_t offset, first; /* in the file; first word of its first record */
	uint32_t stored, n;     /* bytes; records */
};

struct run {
	const uint64_t *record; /* in memory: n records; not owned */
	size_t n;
	struct run_block *block; /* on disk: blocks of them */
	size_t blocks, cap;
};

/* Where runs are written. */
struct run_file {
	struct tl_budget *budget;
	unsigned words;
	int fd;                  /* -1: no file yet */
	_Atomic uint64_t offset; /* behind what is written; any worker, relaxed: it only shares out */
};

/* Appends n records, which go behind those that the run has, as one block. */
enum tl_status tl_run_put(struct run *r, struct run_file *file, const uint64_t *record, size_t n,
			  struct tl_buf *scratch, struct tl_err *err) TL_CHECK;

/* Writes n sorted records as a run. */
enum tl_status tl_run_write(struct run *r, struct run_file *file, const uint64_t *record, size_t n,
			    struct tl_err *err) TL_CHECK;

/* The way through the records of a run whose first word is in [from, to]. */
struct run_way {
	const struct run *run;
	const struct run_file *file;
	const uint64_t *at, *end; /* the record at hand; at == end: there is none */
	uint64_t to;
	size_t next; /* block to be read next */
	uint64_t *buffer;
};

/* scratch is shared by ways that do not go on at a time. */
enum tl_status tl_run_begin(struct run_way *w, const struct run *r, const struct run_file *file,
			    uint64_t from, uint64_t to, struct tl_buf *scratch,
			    struct tl_err *err) TL_CHECK;
enum tl_status tl_run_step(struct run_way *w, struct tl_buf *scratch, struct tl_err *err) TL_CHECK;
void tl_run_leave(struct run_way *w);

#endif
