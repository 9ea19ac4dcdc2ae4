/* SPDX-License-Identifier: MIT */
/* title_get: a header that was written with a glossary. */
#include "title_get.h"

#include <tl/bits.h>

#include "fields.h"
#include "shape.h"

struct reading {
	const struct tl_glossary *g;
	const uint8_t *p;
	struct tl_buf *opt_out;        /* NULL: only goes on */
	size_t at[TL_FIELDS_MOST + 1]; /* where fields begin in it */
};

static uint64_t take(const uint8_t **p)
{
	uint64_t v = 0;
	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte = *(*p)++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
}

static enum tl_status give(struct reading *r, const uint8_t *p, size_t n, struct tl_err *err)
{
	return r->opt_out ? tl_buf_add(r->opt_out, p, n, err) : TL_OK;
}

static enum tl_status give_symbol(struct reading *r, uint64_t id, struct tl_err *err)
{
	struct tl_str s = tl_intern_get(r->g->symbols, (uint32_t)id);
	return give(r, s.p, s.n, err);
}

static enum tl_status give_bytes(struct reading *r, uint64_t n, struct tl_err *err)
{
	const uint8_t *p = r->p;
	r->p += n;
	return give(r, p, (size_t)n, err);
}

static enum tl_status give_number(struct reading *r, uint64_t shape, struct tl_err *err)
{
	uint8_t text[TL_SHAPE_MOST];
	int64_t more = tl_bits_unzigzag(take(&r->p));
	if (!r->opt_out)
		return TL_OK;
	struct tl_str s = tl_intern_get(r->g->shapes, (uint32_t)shape);
	tl_shape_text(s.p, s.n, r->g->base[shape] + (uint64_t)more, text);
	return give(r, text, s.n, err);
}

static enum tl_status give_words(struct reading *r, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (uint64_t n = take(&r->p); n && st == TL_OK; n--) {
		uint64_t word = take(&r->p);
		switch (word & 3) {
		case TL_GLOSSARY_WORD_SYMBOL:
			st = give_symbol(r, word >> 2, err);
			break;
		case TL_GLOSSARY_WORD_SHAPED:
			st = give_number(r, word >> 2, err);
			break;
		default:
			st = give_bytes(r, word >> 2, err);
		}
	}
	return st;
}

static enum tl_status give_again(struct reading *r, const uint8_t **plan, struct tl_err *err)
{
	size_t k = (size_t)take(plan), n = r->at[k + 1] - r->at[k] - 1;
	const uint8_t *last = (*plan)++;
	if (!r->opt_out)
		return TL_OK;
	/* Room first: what is copied lies in the same buffer. */
	enum tl_status st = tl_buf_reserve(r->opt_out, n, err);
	if (st == TL_OK)
		st = tl_buf_add(r->opt_out, r->opt_out->data + r->at[k], n, err);
	return st == TL_OK ? give(r, last, 1, err) : st;
}

static enum tl_status give_field(struct reading *r, const uint8_t **plan, struct tl_err *err)
{
	switch ((enum tl_glossary_kind) * (*plan)++) {
	case TL_GLOSSARY_SYMBOL:
		return give_symbol(r, take(&r->p), err);
	case TL_GLOSSARY_FIXED:
		return give_symbol(r, take(plan), err);
	case TL_GLOSSARY_SHAPED:
		return give_number(r, take(plan), err);
	case TL_GLOSSARY_AGAIN:
		return give_again(r, plan, err);
	case TL_GLOSSARY_BYTES:
		return give_bytes(r, take(&r->p), err);
	case TL_GLOSSARY_WORDS:
		return give_words(r, err);
	}
	return TL_OK;
}

static enum tl_status give_head(struct reading *r, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	uint64_t id = take(&r->p);
	struct tl_str plan;
	if (id) {
		plan = tl_intern_get(r->g->plans, (uint32_t)(id - 1));
	} else {
		plan.n = (size_t)take(&r->p);
		plan.p = r->p;
		r->p += plan.n;
	}
	const uint8_t *p = plan.p;
	for (size_t k = 0; p < plan.p + plan.n && st == TL_OK; k++) {
		r->at[k] = r->opt_out ? r->opt_out->len : 0;
		st = give_field(r, &p, err);
		r->at[k + 1] = r->opt_out ? r->opt_out->len : 0;
	}
	return st;
}

enum tl_status tl_title_get_head(const struct tl_glossary *g, const uint8_t **p,
				 struct tl_buf *opt_out, struct tl_err *err)
{
	struct reading r = {.g = g, .p = *p, .opt_out = opt_out};
	enum tl_status st = give_head(&r, err);
	*p = r.p;
	return st;
}
