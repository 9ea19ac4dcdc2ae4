/* SPDX-License-Identifier: MIT */
/* align: the exact local alignment of two sequences inside a band of diagonals.
 *
 * Smith-Waterman with affine gaps (Gotoh, JMB 1982) over the cells whose diagonal j - i lies in
 * [lo, hi] (i over a, j over b, from 0), in 16-bit lanes, in 32-bit ones where the score would
 * overflow; with `later' in 8-bit ones that follow the best score, in wider ones where the path
 * shows that they were not enough.  The horizontal gaps are found by a prefix maximum over lanes (Daily's "scan", BMC
 * Bioinformatics 2016; the idea of Block Aligner, Liu and Steinegger, Bioinformatics 2023).  The
 * path is found by recomputing stretches of rows between checkpoints, backwards: memory is linear
 * in the band and the square root of the rows.
 *
 * Whether an alignment outside the band could be better is decided by tl_align_bound.  Where it
 * could, the band is widened once, on each side just as far as the score in hand needs for the
 * proof, and done again; the whole matrix needs none.
 *
 * Ties, so that every kernel gives the same alignment, and the one that parasail gives: the end
 * is the cell of best score with the smallest i, then the smallest j; back from there a diagonal
 * step before a vertical gap (residues of a) before a horizontal one, the longest that explains
 * the score.  Only gaps of up to 128 residues compete so; where none explains it, the shortest
 * longer horizontal one is taken, else the shortest longer vertical one.  The path begins behind
 * the first cell of score 0.  Band widths are multiples of 32 on every ISA.
 * Threads: a workspace belongs to one thread at a time.
 */
#ifndef TL_ALIGN_H
#define TL_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/score.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_align; /* a workspace: scratch memory and the chosen kernel */

/* Chooses the kernel by tl_cpu_best().  score must outlive it. */
enum tl_status tl_align_new(const struct tl_score *score, struct tl_align **ret,
			    struct tl_err *err) TL_CHECK;
void tl_align_free(struct tl_align *ws); /* NULL is fine */

/* Two sequences of upper-case residues, and where to look. */
struct tl_align_job {
	const uint8_t *a, *b;
	size_t a_len, b_len;
	int64_t lo, hi;     /* diagonals j - i that the band holds at first; hi >= lo */
	uint64_t max_cells; /* rows x width (clipped to the matrix, then a multiple of 32) of a
			     * band beyond which it is not done */
	uint64_t prove_cells; /* as max_cells, but for the band that would prove; beyond it the
			       * first band's alignment stands, not proven.  0: as max_cells */
	bool prove;         /* widen if not proven; else take the band as it is */
	uint64_t odd;       /* residues of both that do not score tl_score.best with themselves */
	int64_t least;      /* of an alignment that scores less no path is found; with `later` the
			     * score that is given may be too high then, but below least */
	bool later;         /* whether it is proven is left to tl_align_prove */
	uint64_t a_id;      /* not 0: a is the same as in other jobs of this number, see
			     * tl_align_long */
};

struct tl_align_path {
	int64_t score;              /* 0: nothing aligns; all else is 0 then */
	size_t a_start, a_end;      /* [start, end) of a in the alignment */
	size_t b_start, b_end;
	uint64_t match, columns;    /* identical columns, columns */
	struct tl_buf ops;          /* runs, see tl/cigar.h; kept and reused over calls */
	uint64_t cells;             /* computed in all, for the counters */
	int64_t need_lo, need_hi;   /* diagonals that would prove it, where it is not proven, */
	uint64_t need_cells;        /* and the cells of that band */
	bool proven;                /* no alignment outside the band is better */
	bool too_large;             /* the band passes max_cells: nothing was aligned.  Where
				     * only the widened one would, the first one's result
				     * stays, not proven */
};

/* Aligns; *path is overwritten (its ops buffer reused).  Columns are identical where the letters
 * are equal. */
enum tl_status tl_align_pair(struct tl_align *ws, const struct tl_align_job *job,
			     struct tl_align_path *path, struct tl_err *err) TL_CHECK;

/* Two jobs with `later', each in a workspace of its own for the same scores, in less time than one
 * after the other where their bands are narrow and equally wide. */
enum tl_status tl_align_two(struct tl_align *const ws[2], const struct tl_align_job *const job[2],
			    struct tl_align_path *const path[2], struct tl_err *err) TL_CHECK;

/* Sets proven, need_lo, need_hi and need_cells of the path that tl_align_pair has just found for
 * the job, as it does itself but with job->later. */
void tl_align_prove(struct tl_align *ws, const struct tl_align_job *job,
		    struct tl_align_path *path);

/* The score only (no path): score, a_end, b_end, cells, proven, too_large are set. */
enum tl_status tl_align_score(struct tl_align *ws, const struct tl_align_job *job,
			      struct tl_align_path *path, struct tl_err *err) TL_CHECK;

/* Nucleotides of any length, shorter than 2^32, in near-linear time: exact matches are chained, and
 * what lies between them is aligned from corner to corner; see align_chain.c.  Of the job lo, hi
 * and what limits bands do not count; odd does, and a_id, by which a need not be indexed again.  The path is the best of those through the chain,
 * not proven; empty where there are no matches of 17 letters, or none that occurs once.  Its
 * memory is linear in the lengths up to some 100 MiB, and grows slowly from there. */
enum tl_status tl_align_long(struct tl_align *ws, const struct tl_align_job *job,
			     struct tl_align_path *path, struct tl_err *err) TL_CHECK;

/* The best ungapped local alignment on diagonal d = j - i (exact; Kadane's scan over the
 * diagonal); fills score, starts, ends, match, columns, not ops. */
void tl_align_diagonal(const struct tl_score *score, const uint8_t *a, size_t a_len,
		       const uint8_t *b, size_t b_len, int64_t d, struct tl_align_path *path);

/* The same with its runs, where at most `most` columns of the whole diagonal differ; else without
 * (ops is empty).  Of the job lo, hi and what limits bands do not count. */
enum tl_status tl_align_ungapped(const struct tl_score *score, const struct tl_align_job *job,
				 int64_t d, uint64_t most, struct tl_align_path *path,
				 struct tl_err *err) TL_CHECK;

/* An upper bound for the score of any local alignment that has a cell outside the diagonals [lo,
 * hi], from the lengths, the residues' own best scores and the least gap alone; the proof is in
 * align_bound.c. */
int64_t tl_align_bound(const struct tl_score *score, const uint8_t *a, size_t a_len,
		       const uint8_t *b, size_t b_len, int64_t lo, int64_t hi);

#ifdef __cplusplus
}
#endif
#endif
