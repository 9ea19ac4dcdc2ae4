/* SPDX-License-Identifier: MIT */
/* fuzz_score: a matrix of scores as --matrix reads it: what is taken is symmetric and within bounds,
 * and written out it is read as the same; what is refused has a place.
 *
 * Input: the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/score.h>

#include "score_table.h"

#define LETTERS TL_SCORE_TABLE_LETTERS
#define SIZE    TL_SCORE_TABLE_SIZE

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

static int8_t pair_of(const struct tl_score *score, char a, char b)
{
	return score->pair[a == '*' ? 10 : a & 31][b == '*' ? 10 : b & 31];
}

/* The matrix as a file; the length of it. */
static size_t write_out(const struct tl_score *score, char *ret, size_t room)
{
	size_t n = 0;
	for (int x = -1; x < SIZE; x++) {
		n += (size_t)snprintf(ret + n, room - n, "%c", x < 0 ? ' ' : LETTERS[x]);
		for (int y = 0; y < SIZE; y++)
			n += x < 0 ? (size_t)snprintf(ret + n, room - n, " %c", LETTERS[y])
				   : (size_t)snprintf(ret + n, room - n, " %d",
						      pair_of(score, LETTERS[x], LETTERS[y]));
		n += (size_t)snprintf(ret + n, room - n, "\n");
	}
	must(n < room);
	return n;
}

static void check(struct tl_score *score)
{
	static char text[4096];
	struct tl_score again = *tl_score_of(TL_PROTEIN);
	struct tl_err err = {0};
	for (int x = 0; x < SIZE; x++)
		for (int y = 0; y < SIZE; y++) {
			int8_t value = pair_of(score, LETTERS[x], LETTERS[y]);
			must(value >= -63 && value <= 63);
			must(value == pair_of(score, LETTERS[y], LETTERS[x]));
		}
	const size_t n = write_out(score, text, sizeof text);
	const struct tl_str str = {(const uint8_t *)text, n};
	must(tl_score_read(&again, "again", str, &err) == TL_OK);
	must(!memcmp(again.pair, score->pair, sizeof again.pair));
	must(tl_score_gap(score, 11, 1, &err) == TL_OK);
	enum tl_status st = tl_score_finish(score, &err);
	must(st == TL_USAGE || (st == TL_OK && score->best > 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_score score = *tl_score_of(TL_PROTEIN);
	struct tl_err err = {0};
	enum tl_status st = tl_score_read(&score, "m", (struct tl_str){data, size}, &err);
	if (st == TL_OK)
		check(&score);
	else
		must(st == TL_DATA && !strncmp(err.msg, "m:", 2));
	return 0;
}
