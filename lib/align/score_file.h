/* SPDX-License-Identifier: MIT */
/* score_file: a matrix in the format of NCBI's files. */
#ifndef SCORE_FILE_H
#define SCORE_FILE_H

#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>

#include "score_table.h"

/* Reads text, whose name is for messages: comments from # on, a line of letters, then a line for
 * each letter.  Letters that it does not have get the lowest score that it has; J, O and U are
 * passed over. */
enum tl_status tl_score_file_read(const char *name, struct tl_str text,
				  int8_t ret[TL_SCORE_TABLE_SIZE][TL_SCORE_TABLE_SIZE],
				  struct tl_err *err) TL_CHECK;

#endif
