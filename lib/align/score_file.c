/* SPDX-License-Identifier: MIT */
/* score_file: a matrix in the format of NCBI's files. */
#include "score_file.h"

#include <stdbool.h>
#include <string.h>

#define SIZE TL_SCORE_TABLE_SIZE
#define MOST 63    /* a score is from -MOST to MOST */
#define SKIPPED (-1)
#define COLUMNS 32

struct reading {
	const char *name;
	struct tl_str text;
	size_t pos, line, start; /* start: of the line */
	int column[COLUMNS];     /* the letters at the head: places, or SKIPPED */
	int columns;
	int8_t (*pair)[SIZE];
	bool has[SIZE];
};

static enum tl_status fail(const struct reading *r, const char *what, struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "%s:%zu:%zu: %s", r->name, r->line, r->pos - r->start + 1,
			  what);
}

static int peek(const struct reading *r)
{
	return r->pos < r->text.n ? r->text.p[r->pos] : '\n';
}

/* To the next word of the line; false at its end. */
static bool next_word(struct reading *r)
{
	while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\r')
		r->pos++;
	if (peek(r) == '#')
		while (peek(r) != '\n')
			r->pos++;
	return peek(r) != '\n';
}

/* To the next line that says something. */
static bool next_line(struct reading *r)
{
	while (r->pos < r->text.n) {
		if (next_word(r))
			return true;
		r->start = ++r->pos;
		r->line++;
	}
	return false;
}

/* One letter: its place, or SKIPPED. */
static enum tl_status read_letter(struct reading *r, int *ret, struct tl_err *err)
{
	static const char letters[] = TL_SCORE_TABLE_LETTERS;
	int c = peek(r);
	c -= c >= 'a' && c <= 'z' ? 'a' - 'A' : 0;
	const char *at = c ? strchr(letters, c) : NULL;
	if (!at && c != 'J' && c != 'O' && c != 'U')
		return fail(r, "this is no letter of an amino acid", err);
	*ret = at ? (int)(at - letters) : SKIPPED;
	r->pos++;
	c = peek(r);
	if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
		r->pos--;
		return fail(r, "a single letter is expected", err);
	}
	return TL_OK;
}

static enum tl_status read_head(struct reading *r, struct tl_err *err)
{
	bool seen[SIZE] = {false};
	if (!next_line(r))
		return fail(r, "there is no line of letters", err);
	while (next_word(r)) {
		int place;
		enum tl_status st = read_letter(r, &place, err);
		if (st != TL_OK)
			return st;
		if (r->columns == COLUMNS || (place >= 0 && seen[place])) {
			r->pos--;
			return fail(r, "a letter comes twice", err);
		}
		if (place >= 0)
			seen[place] = true;
		r->column[r->columns++] = place;
	}
	return TL_OK;
}

static enum tl_status read_score(struct reading *r, int *ret, struct tl_err *err)
{
	const size_t from = r->pos;
	const bool minus = peek(r) == '-';
	int value = 0;
	r->pos += minus || peek(r) == '+';
	const size_t digits = r->pos;
	while (peek(r) >= '0' && peek(r) <= '9' && value <= MOST)
		value = value * 10 + (r->text.p[r->pos++] - '0');
	const int c = peek(r);
	if (r->pos == digits || value > MOST || (c != ' ' && c != '\t' && c != '\r' && c != '\n')) {
		r->pos = from;
		return fail(r, "a score is a whole number from -63 to 63", err);
	}
	*ret = minus ? -value : value;
	return TL_OK;
}

/* The line of a letter. */
static enum tl_status read_row(struct reading *r, struct tl_err *err)
{
	int x, value = 0;
	enum tl_status st = read_letter(r, &x, err);
	if (st == TL_OK && x >= 0 && r->has[x]) {
		r->pos--;
		return fail(r, "a letter comes twice", err);
	}
	for (int k = 0; k < r->columns && st == TL_OK; k++) {
		if (!next_word(r))
			return fail(r, "there are fewer scores than letters", err);
		const size_t at = r->pos;
		st = read_score(r, &value, err);
		const int y = r->column[k];
		if (st != TL_OK || x < 0 || y < 0)
			continue;
		if (y != x && r->has[y] && r->pair[y][x] != value) {
			r->pos = at;
			return fail(r, "the matrix is not symmetric", err);
		}
		r->pair[x][y] = (int8_t)value;
	}
	if (st == TL_OK && next_word(r))
		return fail(r, "there are more scores than letters", err);
	if (st == TL_OK && x >= 0)
		r->has[x] = true;
	return st;
}

/* Each column has its row and the twenty amino acids are there; the rest gets the lowest score. */
static enum tl_status complete(struct reading *r, struct tl_err *err)
{
	int8_t low = 0;
	for (int k = 0; k < r->columns; k++)
		if (r->column[k] >= 0 && !r->has[r->column[k]])
			return fail(r, "a letter of the first line has no line of its own", err);
	for (int x = 0; x < SIZE; x++) {
		bool column = false;
		for (int k = 0; k < r->columns; k++)
			column = column || r->column[k] == x;
		if (x < 20 && !r->has[x])
			return fail(r, "one of the twenty amino acids is missing", err);
		if (r->has[x] && !column)
			return fail(r, "a letter is missing in the first line", err);
		for (int y = 0; y < SIZE && r->has[x]; y++)
			low = r->pair[x][y] < low ? r->pair[x][y] : low;
	}
	for (int x = 0; x < SIZE; x++)
		for (int y = 0; y < SIZE; y++)
			if (!r->has[x] || !r->has[y])
				r->pair[x][y] = low;
	return TL_OK;
}

enum tl_status tl_score_file_read(const char *name, struct tl_str text, int8_t ret[SIZE][SIZE],
				  struct tl_err *err)
{
	struct reading r = {.name = name, .text = text, .line = 1, .pair = ret};
	memset(ret, 0, SIZE * SIZE);
	enum tl_status st = read_head(&r, err);
	while (st == TL_OK && next_line(&r))
		st = read_row(&r, err);
	return st == TL_OK ? complete(&r, err) : st;
}
