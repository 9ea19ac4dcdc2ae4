/* SPDX-License-Identifier: MIT */
/* scripted: what the scripts of a block's deltas say of its other columns. */
#include "scripted.h"

#include <stdlib.h>
#include <string.h>

#include <tl/batch.h>
#include <tl/bits.h>
#include <tl/block.h>
#include <tl/borrow.h>
#include <tl/mem.h>
#include <tl/script.h>

static enum tl_status misfit(struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "it has scripts that do not fit its records");
}

static size_t count(struct tl_str numbers)
{
	size_t n = 0;
	for (size_t i = 0; i < numbers.n; i++)
		n += numbers.p[i] < 0x80;
	return n;
}

/* The next number of a column that may be left out, as zeros. */
static bool next(struct tl_str s, size_t *pos, uint64_t *ret)
{
	*ret = 0;
	return !s.n || tl_bits_get_varint(s.p, s.n, pos, ret);
}

/* Adds up the loans of each item. */
static enum tl_status add_loans(struct tl_scripted *s, struct tl_str litr, struct tl_err *err)
{
	size_t pos = 0, i = 0, item = 0;
	uint64_t entry = 0, own;
	struct tl_str loans;
	for (; tl_borrow_entry(litr, &pos, &entry, &loans); entry++) {
		while (i < s->entries && i <= entry)
			item += s->first[i++];
		if (entry >= s->entries || !s->first[entry] ||
		    !tl_borrow_measure(loans, &s->lent[item - 1], &own))
			return misfit(err);
	}
	return pos == litr.n ? TL_OK : misfit(err);
}

static enum tl_status make_room(struct tl_scripted *s, size_t n, struct tl_err *err)
{
	s->first = tl_mem_zalloc(n, sizeof *s->first, err);
	uint64_t **of[] = {&s->base, &s->length, &s->ops, &s->subs, &s->lits, &s->lent};
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (!(*of[i] = tl_mem_zalloc(n, sizeof **of[i], err)))
			return TL_NOMEM;
	return s->first ? TL_OK : TL_NOMEM;
}

enum tl_status tl_scripted_open(struct tl_scripted *s, struct tl_str ordn, struct tl_str flag,
				struct tl_str rlen, struct tl_str base, struct tl_str litr,
				struct tl_err *err)
{
	size_t n = count(rlen), at_ordn = 0, at_rlen = 0, at_base = 0;
	uint64_t gap, length, back, ordinal = (uint64_t)-1;
	if (!n || !base.n || (flag.n && flag.n != n))
		return misfit(err);
	enum tl_status st = make_room(s, n, err);
	if (st != TL_OK)
		return st;
	s->entries = n;
	for (size_t i = 0; i < n; i++) {
		bool in = flag.n && flag.p[i] & TL_REC_IN;
		if (!next(ordn, &at_ordn, &gap) || !next(rlen, &at_rlen, &length) ||
		    !next(base, &at_base, &back) || (in && !s->items))
			return misfit(err);
		ordinal += gap + !in;
		s->first[i] = !in;
		s->base[s->items - in] = ordinal - (uint64_t)tl_bits_unzigzag(back);
		if (!tl_bits_add(s->length[s->items - in], length, &s->length[s->items - in]))
			return misfit(err);
		s->items += !in;
	}
	return add_loans(s, litr, err);
}

/* The places of substituted residues behind place b of a base. */
static enum tl_status add_keys(struct tl_scripted *s, uint64_t base, uint64_t b, uint64_t n,
			       struct tl_err *err)
{
	if (n > TL_BLOCK_MAX - s->keys)
		return misfit(err);
	enum tl_status st =
		tl_mem_grow(&s->key, &s->key_cap, s->keys + (size_t)n, sizeof *s->key, err);
	for (uint64_t i = 0; i < n && st == TL_OK; i++)
		s->key[s->keys++] = base * 0x2545F4914F6CDD1Du + b + i;
	return st;
}

enum tl_status tl_scripted_walk(struct tl_scripted *s, struct tl_str opsv, struct tl_err *err)
{
	size_t pos = 0;
	s->keys = 0;
	for (size_t i = 0; i < s->items; i++) {
		struct tl_script script = {.length = s->length[i]};
		size_t start = pos;
		bool done = false;
		while (!done) {
			uint64_t number, b = script.b, before = script.substituted;
			if (!tl_bits_get_varint(opsv.p, opsv.n, &pos, &number))
				return misfit(err);
			done = tl_script_step(&script, number);
			enum tl_status st = add_keys(s, s->base[i], b * 2 + script.minus,
						     script.substituted - before, err);
			if (st != TL_OK)
				return st;
		}
		if (script.broken || s->lent[i] > script.literals)
			return misfit(err);
		s->ops[i] = pos - start;
		s->subs[i] = script.substituted;
		s->lits[i] = script.literals - s->lent[i];
	}
	return pos == opsv.n ? TL_OK : misfit(err);
}

void tl_scripted_put(const struct tl_scripted *s, const uint64_t *values, uint8_t *dst, size_t room,
		     size_t *ret)
{
	uint8_t one[TL_VARINT_MAX];
	size_t at = 0, item = 0;
	*ret = 0;
	for (size_t i = 0; i < s->entries; i++) {
		size_t n = tl_bits_put_varint(one, s->first[i] ? values[item++] : 0);
		if (n > room - at)
			return;
		memcpy(dst + at, one, n);
		at += n;
	}
	*ret = at;
}

void tl_scripted_free(struct tl_scripted *s)
{
	free(s->first);
	free(s->base);
	free(s->length);
	free(s->ops);
	free(s->subs);
	free(s->lits);
	free(s->lent);
	free(s->key);
	*s = (struct tl_scripted){0};
}
