/* SPDX-License-Identifier: MIT */
/* scheme: the scores of both alphabets, as a user asks for them.
 *
 * Threads: pure but for their arguments.
 */
#ifndef TL_SCHEME_H
#define TL_SCHEME_H

#include <stdint.h>
#include <tl/err.h>
#include <tl/score.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_scheme {
	struct tl_score score[2]; /* by alphabet */
	char matrix[40];          /* what prov calls the matrix: its name, or what is in the file */
};

/* What is asked for: a matrix by its name or its file, what equal nucleotides score and what
 * different ones cost, a gap's opening and extension (0, 0: as is usual). */
struct tl_scheme_wish {
	const char *matrix;
	int64_t match, mismatch, open, extend;
};

enum tl_status tl_scheme_make(const struct tl_scheme_wish *wish, struct tl_scheme *ret,
			      struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
