/* SPDX-License-Identifier: MIT */
/* link: when an alignment makes one record a member of another, and the edge that says so.
 *
 * identity = identical columns / columns of the local alignment; coverage of a record = its
 * residues between the ends of the alignment / its length.  All in parts per million, compared
 * without rounding.
 * overhang: where the alignment begins with the first residue of one record but inside the other,
 * the residues of the other before it count as columns too.  That is how parasail's CIGAR has
 * them (parasail 2.6, sw_trace: a leading run of D or I), and so what a judge that counts its
 * columns sees.  Beginning and end are those of the member as it is
 * aligned: of a member on the minus strand, its own last residues.
 * Threads: pure but for their arguments.
 */
#ifndef TL_LINK_H
#define TL_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/align.h>
#include <tl/cigar.h>
#include <tl/edge.h>
#include <tl/err.h>
#include <tl/score.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_link_criterion {
	int64_t identity, coverage; /* at least, parts per million */
	bool both;                  /* coverage is asked of both records, not of the member only */
	bool overhang;              /* see above */
};

/* What decides: the lengths of both sequences, what of them lies before and behind the alignment,
 * and its columns. */
struct tl_link_sum {
	uint64_t a_len, b_len, a_start, a_tail, b_start, b_tail;
	uint64_t match, columns;
	struct tl_cigar_sum cigar; /* set by tl_link_measure only */
};

/* part / whole >= share (parts per million), exactly; false where whole is 0. */
bool tl_link_reaches(uint64_t part, uint64_t whole, int64_t share);

/* TL_EDGE_A and TL_EDGE_B as the criterion holds; minus: b is the reverse complement of the
 * record. */
uint8_t tl_link_judge(const struct tl_link_criterion *c, const struct tl_link_sum *sum, bool minus);

/* Whether every alignment of at least that score of the two sequences meets the criterion in all
 * directions of flags, so that no better one needs to be looked for; of sum the lengths count.
 * odd: as in tl_align_job.  The proof is in link.c. */
bool tl_link_certain(const struct tl_link_criterion *c, const struct tl_score *scheme,
		     int64_t score, uint64_t odd, const struct tl_link_sum *sum, uint8_t flags);

/* The sum of a path, and that of an edge; the latter is TL_DATA where it is broken. */
struct tl_link_sum tl_link_of_path(const struct tl_align_path *path, uint64_t a_len, uint64_t b_len);
enum tl_status tl_link_measure(const struct tl_edge *e, struct tl_link_sum *ret, struct tl_err *err)
	TL_CHECK;

/* Appends the edge of a path (with ops) between a and b, residues as they were aligned: with
 * TL_EDGE_MINUS in flags b is the reverse complement of the record. */
enum tl_status tl_link_put(struct tl_edges *edges, uint64_t a_ordinal, uint64_t b_ordinal,
			   uint8_t flags, const struct tl_align_path *path, struct tl_str a,
			   struct tl_str b, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
