/* SPDX-License-Identifier: MIT */
/* title_put: one header written with a glossary.
 *
 * Contents: 1. words  2. fields  3. headers.
 */
#include "title_put.h"

#include <string.h>

#include "fields.h"

#define WORDS 64 /* of a field; the last one has all that is left over */

/* What writing a header needs. */
struct writing {
	struct tl_glossary *g;
	struct tl_buf *plan, *args;
};

static enum tl_status put_bytes(struct tl_buf *to, uint64_t head, struct tl_str s,
				struct tl_err *err)
{
	enum tl_status st = tl_buf_add_varint(to, head, err);
	return st == TL_OK ? tl_buf_add(to, s.p, s.n, err) : st;
}

static enum tl_status plan_field(struct writing *w, enum tl_glossary_kind kind, struct tl_err *err)
{
	return tl_buf_fill(w->plan, (uint8_t)kind, 1, err);
}

static enum tl_status plan_with(struct writing *w, enum tl_glossary_kind kind, uint64_t with,
				struct tl_err *err)
{
	enum tl_status st = plan_field(w, kind, err);
	return st == TL_OK ? tl_buf_add_varint(w->plan, with, err) : st;
}

/* 1. Words. */

static size_t split_words(struct tl_str s, struct tl_intern_word *word)
{
	size_t n = 0;
	while (s.n) {
		const uint8_t *blank = n + 1 < WORDS ? memchr(s.p, ' ', s.n) : NULL;
		size_t len = blank ? (size_t)(blank - s.p) + 1 : s.n;
		word[n++] = (struct tl_intern_word){.p = s.p, .n = (uint32_t)len};
		s.p += len;
		s.n -= len;
	}
	return n;
}

static enum tl_status put_word(struct writing *w, struct tl_intern_word *word, struct tl_err *err)
{
	struct tl_str s = {word->p, word->n};
	uint32_t shape = TL_INTERN_NONE;
	uint64_t number;
	enum tl_status st = TL_OK;
	if (word->id == TL_INTERN_NONE)
		st = tl_glossary_shape(w->g, s, &shape, &number, err);
	if (st == TL_OK && word->id == TL_INTERN_NONE)
		st = tl_glossary_learn(
			w->g, word, shape == TL_INTERN_NONE ? TL_GLOSSARY_WORD : TL_GLOSSARY_NUMBER,
			err);
	if (st != TL_OK)
		return st;
	if (word->id != TL_INTERN_NONE)
		return tl_buf_add_varint(w->args, (uint64_t)word->id << 2 | TL_GLOSSARY_WORD_SYMBOL,
					 err);
	if (shape == TL_INTERN_NONE)
		return put_bytes(w->args, (uint64_t)s.n << 2 | TL_GLOSSARY_WORD_BYTES, s, err);
	st = tl_buf_add_varint(w->args, (uint64_t)shape << 2 | TL_GLOSSARY_WORD_SHAPED, err);
	return st == TL_OK ? tl_buf_add_varint(w->args, number, err) : st;
}

static enum tl_status put_words(struct writing *w, struct tl_str s, struct tl_err *err)
{
	struct tl_intern_word word[WORDS];
	size_t n = split_words(s, word);
	tl_glossary_look(w->g, word, n);
	enum tl_status st = plan_field(w, TL_GLOSSARY_WORDS, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(w->args, n, err);
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = put_word(w, &word[i], err);
	return st;
}

/* 2. Fields. */

/* The earlier field of the first word that is the same but for the last byte, or k. */
static size_t same_as(const struct tl_fields *f, size_t k)
{
	struct tl_str s = f->field[k];
	for (size_t i = 0; i < k && k < f->first && s.n > 3; i++)
		if (f->field[i].n == s.n && !memcmp(f->field[i].p, s.p, s.n - 1))
			return i;
	return k;
}

static bool has_words(struct tl_str s)
{
	return s.n > 1 && memchr(s.p, ' ', s.n - 1);
}

static enum tl_status put_symbol(struct writing *w, uint32_t id, bool at_end, struct tl_err *err)
{
	if (at_end)
		return plan_with(w, TL_GLOSSARY_FIXED, id, err);
	enum tl_status st = plan_field(w, TL_GLOSSARY_SYMBOL, err);
	return st == TL_OK ? tl_buf_add_varint(w->args, id, err) : st;
}

static enum tl_status put_number(struct writing *w, uint32_t shape, uint64_t number,
				 struct tl_err *err)
{
	enum tl_status st = plan_with(w, TL_GLOSSARY_SHAPED, shape, err);
	return st == TL_OK ? tl_buf_add_varint(w->args, number, err) : st;
}

/* A field that is no symbol, but may become one. */
static enum tl_status put_new(struct writing *w, struct tl_intern_word *word, bool at_end,
			      struct tl_err *err)
{
	struct tl_str s = {word->p, word->n};
	uint32_t shape = TL_INTERN_NONE;
	uint64_t number;
	enum tl_status st = TL_OK;
	if (!has_words(s))
		st = tl_glossary_shape(w->g, s, &shape, &number, err);
	if (st == TL_OK)
		st = tl_glossary_learn(
			w->g, word,
			shape == TL_INTERN_NONE ? TL_GLOSSARY_FIELD : TL_GLOSSARY_NUMBER, err);
	if (st != TL_OK)
		return st;
	if (word->id != TL_INTERN_NONE)
		return put_symbol(w, word->id, at_end, err);
	if (shape != TL_INTERN_NONE)
		return put_number(w, shape, number, err);
	if (has_words(s))
		return put_words(w, s, err);
	st = plan_field(w, TL_GLOSSARY_BYTES, err);
	return st == TL_OK ? put_bytes(w->args, s.n, s, err) : st;
}

static enum tl_status put_fields(struct writing *w, const struct tl_fields *f, struct tl_err *err)
{
	struct tl_intern_word word[TL_FIELDS_MOST];
	enum tl_status st = TL_OK;
	for (size_t k = 0; k < f->n; k++)
		word[k] = (struct tl_intern_word){.p = f->field[k].p, .n = (uint32_t)f->field[k].n};
	tl_glossary_look(w->g, word, f->n);
	for (size_t k = 0; k < f->n && st == TL_OK; k++) {
		size_t same = same_as(f, k);
		bool at_end = !k || k + 1 == f->n;
		if (same < k) {
			st = plan_with(w, TL_GLOSSARY_AGAIN, same, err);
			if (st == TL_OK)
				st = tl_buf_add(w->plan, word[k].p + word[k].n - 1, 1, err);
		} else if (word[k].id != TL_INTERN_NONE) {
			st = put_symbol(w, word[k].id, at_end, err);
		} else {
			st = put_new(w, &word[k], at_end, err);
		}
	}
	return st;
}

/* 3. Headers. */

enum tl_status tl_title_put_head(struct tl_glossary *g, struct tl_title_put *put,
				 struct tl_str head, struct tl_buf *out, struct tl_err *err)
{
	struct writing w = {g, &put->plan, &put->args};
	struct tl_fields f;
	uint32_t id = TL_INTERN_NONE;
	tl_buf_reset(w.plan);
	tl_buf_reset(w.args);
	tl_fields_split(head, &f);
	enum tl_status st = put_fields(&w, &f, err);
	const struct tl_str plan = {w.plan->data, w.plan->len};
	if (st == TL_OK)
		st = tl_glossary_plan(g, plan, &id, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(out, id == TL_INTERN_NONE ? 0 : (uint64_t)id + 1, err);
	if (st == TL_OK && id == TL_INTERN_NONE)
		st = put_bytes(out, plan.n, plan, err);
	return st == TL_OK ? tl_buf_add(out, w.args->data, w.args->len, err) : st;
}

void tl_title_put_free(struct tl_title_put *put)
{
	tl_buf_free(&put->plan);
	tl_buf_free(&put->args);
}
