/* SPDX-License-Identifier: MIT */
/* body: the characters of sequence lines as residues and the mask, odd and urac strings of an
 * entry. */
#ifndef TL_SEQ_BODY_H
#define TL_SEQ_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/err.h>

#include "runs.h"
#include "scan.h"

#define TL_BODY_SHORT 512 /* residues of a line that is read with its likes, at most */

/* The state of the entry whose lines are being read; its strings grow at the end of the
 * batch's columns. */
struct tl_body {
	struct tl_batch *batch;
	const struct tl_scan *scan;
	struct tl_scan_want want; /* in nucleotides: T or U is expected, the other one is banned */
	bool cr;
	bool lower;               /* the open run of the mask */
	bool began_rna;           /* want was U when the entry began */
	size_t from;              /* where the entry's residues begin in their column */
	size_t case_from;         /* where the open run of the mask began, of its residues */
	size_t odd_at;            /* residues before the open group of odd bytes */
	size_t odd_done;          /* and before the last closed one */
	uint64_t odd_count;       /* repeats in the open group, 0: none is open */
	uint8_t odd_byte;
	size_t guess;             /* residues of the line before, only to be fast */
	struct tl_buf turns;      /* size_t each: residues before T or U turned to the other one */
};

void tl_body_open(struct tl_body *b, struct tl_batch *batch, bool cr); /* once per batch */
void tl_body_close(struct tl_body *b);
void tl_body_begin(struct tl_body *b); /* an entry */

/* Goes on with a line whose plain run ended at *p. */
enum tl_status tl_body_rest(struct tl_body *b, const uint8_t **p, const uint8_t *end,
			    struct tl_err *err) TL_CHECK;

/* Reads lines that have just width plain residues each and end in a line feed; returns how many.  It
 * may leave some, and *p is at the beginning of a line. */
static inline size_t tl_body_lines(struct tl_body *b, const uint8_t **p, const uint8_t *end,
				   size_t width)
{
	struct tl_buf *resi = &b->batch->resi.bytes;
	/* Long lines gain nothing, and would be read twice where they have something else. */
	if (b->lower || b->cr || width - 1 >= TL_BODY_SHORT)
		return 0;
	size_t n = b->scan->lines(resi->data + resi->len, *p, (size_t)(end - *p), width, b->want);
	resi->len += n * width;
	*p += n * (width + 1);
	return n;
}

/* Reads characters from *p up to a line end or end; the column resi has room for them all. */
static inline enum tl_status tl_body_line(struct tl_body *b, const uint8_t **p, const uint8_t *end,
					  struct tl_err *err)
{
	if (!b->lower) {
		struct tl_buf *resi = &b->batch->resi.bytes;
		size_t n = b->scan->upper(resi->data + resi->len, *p, (size_t)(end - *p), b->want,
					  b->guess);
		resi->len += n;
		*p += n;
		if (n != b->guess)
			b->guess = n;
		if (*p == end || **p == '\n')
			return TL_OK;
	}
	return tl_body_rest(b, p, end, err);
}

/* Ends the entry: its side strings are complete, but not ended in their columns. *flags gets
 * TL_REC_RNA. */
enum tl_status tl_body_end(struct tl_body *b, uint8_t *flags, struct tl_err *err) TL_CHECK;

#endif
