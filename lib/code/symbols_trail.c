/* SPDX-License-Identifier: MIT */
/* symbols_trail: scripts that went the way of this one before. */
#include "symbols_trail.h"

#include "cells.h"

#define GOLDEN 0x9E3779B97F4A7C15u

static uint64_t mixed(uint64_t a, uint64_t b)
{
	a = (a ^ (b + 1) * 0x2545F4914F6CDD1Du) * GOLDEN;
	return a ^ a >> 29;
}

static struct tl_symbols_mark *mark(const struct tl_symbols_trail *t, uint32_t i)
{
	return &t->mark[i & ((1u << t->bits) - 1)];
}

static bool is_there(const struct tl_symbols_trail *t, uint32_t i)
{
	return t->count - i - 1 < (1u << t->bits) - 1;
}

/* What mark k says at place b of the base, among the operations; false: it lies before that. */
static bool says_there(const struct tl_symbols_mark *k, uint32_t b, uint64_t *ret)
{
	unsigned op = k->number & 3;
	uint64_t run = k->number >> 2, end = k->place + (op != 2 ? run : 0);
	*ret = k->number;
	if (k->place == b && (op == 2 || run))
		return true;
	if (k->place > b)
		*ret = (uint64_t)(k->place - b) << 2;
	else if (end > b)
		*ret = (end - b) << 2 | op;
	return k->place > b || end > b;
}

static void look(const struct tl_symbols_trail *t, struct tl_symbols_followed *f,
		 const struct tl_script *s)
{
	f->says = false;
	for (int steps = 0; f->on && steps < 64; steps++, f->at++) {
		const struct tl_symbols_mark *k = mark(t, f->at);
		f->on = is_there(t, f->at) && (k->index || !s->index);
		if (!f->on)
			return;
		f->number = k->number;
		if (s->index < 3 ? k->index == s->index
				 : k->index == 3 && says_there(k, (uint32_t)s->b, &f->number)) {
			f->says = true;
			return;
		}
	}
}

void tl_symbols_trail_look(struct tl_symbols_trail *t, const struct tl_script *s)
{
	for (int i = 0; i < TL_SYMBOLS_TRAILS; i++)
		look(t, &t->followed[i], s);
}

static uint32_t *seen(struct tl_symbols_trail *t, int i, uint64_t hash)
{
	return &t->seen[i][hash * GOLDEN >> (64 - t->bits)];
}

static void follow(struct tl_symbols_followed *f, uint32_t found, bool fresh)
{
	if (found && (fresh || !f->on || f->misses & 1)) {
		f->at = found - 1;
		f->on = true;
	}
}

void tl_symbols_trail_begin(struct tl_symbols_trail *t, uint64_t base)
{
	uint32_t *e = seen(t, 0, mixed(base, 0));
	t->last[0] = t->last[1] = 0;
	for (int i = 0; i < TL_SYMBOLS_TRAILS; i++)
		t->followed[i] = (struct tl_symbols_followed){.on = false};
	follow(&t->followed[0], *e, true);
	*e = t->count + 1;
}

/* Whether it was right; it is past a number of its own that came just so. */
static void judge(const struct tl_symbols_trail *t, struct tl_symbols_followed *f,
		  const struct tl_script *s, uint64_t number)
{
	bool right = f->says && f->number == number;
	f->misses = f->misses << 1 | !right;
	if (!right || !f->on)
		return;
	const struct tl_symbols_mark *k = mark(t, f->at);
	f->at += s->index < 3 || (k->place == (uint32_t)s->b && k->number == number);
}

void tl_symbols_trail_tell(struct tl_symbols_trail *t, uint64_t base, const struct tl_script *s,
			   uint64_t number)
{
	uint64_t here = mixed(mixed(base, s->b * 2 + s->minus), number * 4 + s->index);
	uint64_t three = mixed(mixed(here, t->last[0]), t->last[1]);
	for (int i = 0; i < TL_SYMBOLS_TRAILS; i++)
		judge(t, &t->followed[i], s, number);
	*mark(t, t->count) = (struct tl_symbols_mark){
		.number = number, .place = (uint32_t)s->b, .index = s->index};
	t->count++;
	for (int i = 0; i < TL_SYMBOLS_TRAILS; i++) {
		uint32_t *e = seen(t, i, i ? three : here);
		follow(&t->followed[i], *e, i);
		*e = t->count + 1;
	}
	t->last[1] = t->last[0];
	t->last[0] = here;
}

enum tl_status tl_symbols_trail_open(struct tl_symbols_trail *t, int bits, struct tl_err *err)
{
	t->bits = bits;
	t->mark = tl_cells_new((size_t)1 << bits, sizeof *t->mark, err);
	for (int i = 0; i < TL_SYMBOLS_TRAILS && t->mark; i++)
		if (!(t->seen[i] = tl_cells_new((size_t)1 << bits, sizeof(uint32_t), err)))
			return TL_NOMEM;
	return t->mark ? TL_OK : TL_NOMEM;
}

void tl_symbols_trail_close(struct tl_symbols_trail *t)
{
	tl_cells_free(t->mark);
	for (int i = 0; i < TL_SYMBOLS_TRAILS; i++)
		tl_cells_free(t->seen[i]);
}
