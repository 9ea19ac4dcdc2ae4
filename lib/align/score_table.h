/* SPDX-License-Identifier: MIT */
/* score_table: the matrices that have names. */
#ifndef SCORE_TABLE_H
#define SCORE_TABLE_H

#include <stdint.h>

/* The letters of a matrix, in the order of NCBI's files. */
#define TL_SCORE_TABLE_LETTERS "ARNDCQEGHILKMFPSTWYVBZX*"
#define TL_SCORE_TABLE_SIZE 24

/* The number of the matrix of that name, in either case; -1 where there is none. */
int tl_score_table_find(const char *name);

/* What letters x and y, by their place, score in it. */
int8_t tl_score_table_pair(int which, int x, int y);

#endif
