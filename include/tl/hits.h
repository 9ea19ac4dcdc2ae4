/* SPDX-License-Identifier: MIT */
/* hits: edges as lines of text: PAF, BLAST's table of twelve columns, or SAM.
 *
 * The member of a pair is the query, its centre the target; names are the first words of headers.
 * Threads: pure but for the buffer.
 */
#ifndef TL_HITS_H
#define TL_HITS_H

#include <stdint.h>
#include <tl/buf.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/score.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_hits_format { TL_HITS_NONE, TL_HITS_PAF, TL_HITS_M8, TL_HITS_SAM };

/* A record of an edge. */
struct tl_hits_side {
	struct tl_str name, residues;
};

/* The first word of a header: up to a space or tab. */
struct tl_str tl_hits_name(struct tl_str head);

/* TL_DATA where SAM cannot hold the name: empty, more than 254 bytes, not printable, or beginning
 * with `*` or `=`. */
enum tl_status tl_hits_check(struct tl_str name, uint64_t ordinal, struct tl_err *err) TL_CHECK;

/* Appends what SAM has before the alignments: the first line, or that of one target. */
enum tl_status tl_hits_head(struct tl_buf *out, struct tl_err *err) TL_CHECK;
enum tl_status tl_hits_target(struct tl_buf *out, struct tl_str name, uint64_t length,
			      struct tl_err *err) TL_CHECK;

/* Appends the line of an edge between a and b.  space: residues of all records, for e-values
 * (a star where tl_score_bits has none);
 * again: SAM's mark that the query had a line before.  TL_DATA where the edge is broken. */
enum tl_status tl_hits_put(struct tl_buf *out, enum tl_hits_format format,
			   const struct tl_score *score, const struct tl_edge *e,
			   const struct tl_hits_side *a, const struct tl_hits_side *b,
			   uint64_t space, int again, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
