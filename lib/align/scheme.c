/* SPDX-License-Identifier: MIT */
/* scheme: the scores of both alphabets, as a user asks for them. */
#include <tl/scheme.h>

#include <stdio.h>

#include <tl/hash.h>
#include <tl/io.h>

/* Takes the matrix out of a file. */
static enum tl_status read_matrix(const char *path, struct tl_scheme *s, struct tl_err *err)
{
	uint8_t text[1 << 16];
	size_t n = 0, got = 1;
	int fd;
	enum tl_status st = tl_io_open(path, &fd, err);
	if (st != TL_OK)
		return st;
	while (st == TL_OK && got && n < sizeof text) {
		st = tl_io_read(fd, text + n, sizeof text - n, &got, err);
		n += got;
	}
	tl_io_close(fd);
	if (st == TL_OK && n == sizeof text)
		return tl_err_set(err, TL_DATA, "%s: no matrix has 64 KiB", path);
	if (st == TL_OK)
		st = tl_score_read(&s->score[TL_PROTEIN], path, (struct tl_str){text, n}, err);
	snprintf(s->matrix, sizeof s->matrix, "FILE-%016llx",
		 (unsigned long long)tl_hash_64(text, n));
	return st;
}

enum tl_status tl_scheme_make(const struct tl_scheme_wish *wish, struct tl_scheme *s,
			      struct tl_err *err)
{
	enum tl_status st = TL_OK;
	s->score[TL_PROTEIN] = *tl_score_of(TL_PROTEIN);
	s->score[TL_NUCLEOTIDE] = *tl_score_of(TL_NUCLEOTIDE);
	if (tl_score_name(&s->score[TL_PROTEIN], wish->matrix)) {
		snprintf(s->matrix, sizeof s->matrix, "%s", wish->matrix);
		for (char *p = s->matrix; *p; p++)
			*p = (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
	} else {
		st = read_matrix(wish->matrix, s, err);
	}
	if (st == TL_OK)
		st = tl_score_match(&s->score[TL_NUCLEOTIDE], wish->match, wish->mismatch, err);
	for (int i = 0; i < 2 && st == TL_OK; i++) {
		if (wish->open || wish->extend)
			st = tl_score_gap(&s->score[i], wish->open, wish->extend, err);
		if (st == TL_OK)
			st = tl_score_finish(&s->score[i], err);
	}
	return st;
}
