/* SPDX-License-Identifier: MIT */
/* align_diagonal: the best local alignment without gaps, run by run. */
#ifndef ALIGN_DIAGONAL_H
#define ALIGN_DIAGONAL_H

#include <tl/align.h>

/* As tl_align_ungapped, into an empty path. */
enum tl_status tl_align_diagonal_runs(const struct tl_score *score,
				      const struct tl_align_job *job, int64_t d, uint64_t most,
				      struct tl_align_path *path, struct tl_err *err) TL_CHECK;

/* Whether a stretch of the diagonal d = j - i scores `least` or more without gaps. */
bool tl_align_diagonal_reaches(const struct tl_score *score, const struct tl_align_job *job,
			       int64_t d, int64_t least);

#endif
