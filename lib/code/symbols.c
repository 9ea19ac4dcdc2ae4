/* SPDX-License-Identifier: MIT */
/* symbols: a model of bytes.
 *
 * Each context is hashed to a line of 15 counters, for four bits of the next symbol; a line has a
 * check, and a new context takes the less used of two lines.  A counter gives its probability, and
 * what such probabilities meant so far by the times it was used; what followed the same
 * symbols before is a further prediction.
 *
 * Contents: 1. counters  2. lines  3. the copy  4. one symbol  5. all.
 */
#include "symbols_state.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "cells.h"

#define CONTEXTS TL_SYMBOLS_CONTEXTS
#define INPUTS (2 * CONTEXTS + 4) /* two of the copy, one constant, one 0 */
#define TRUSTS 4
#define RATE 6
#define COPY_LEAST 5
#define LINES_MIN 10 /* log2 of lines for each context */
#define LINES_MAX 19  /* 32 MiB for each context */
#define PLACES_MAX 23 /* log2 of places that the copy finds */
#define TRAIL_MAX 21  /* log2 of numbers of scripts in view */
#define TIMES TL_SYMBOLS_TIMES
#define GOLDEN TL_SYMBOLS_GOLDEN

/* 1. Counters. */

static uint32_t chance(uint32_t counter)
{
	uint32_t p = counter >> 16;
	return p < 1 ? 1 : p;
}

static void count(const struct tl_symbols *m, uint32_t *counter, unsigned bit)
{
	uint32_t n = *counter & 1023;
	int64_t p = *counter >> 10, to = bit ? (1 << 22) - 1 : 0;
	p += ((to - p) * m->step[n]) / 65536;
	*counter = (uint32_t)p << 10 | (n < m->times ? n + 1 : n);
}

/* 2. Lines. */

static struct tl_symbols_line *find(const struct tl_symbols *m, int i, uint64_t hash)
{
	size_t at = (size_t)(hash >> (64 - m->lines));
	uint32_t check = (uint32_t)hash | 1;
	struct tl_symbols_line *a = &m->table[i][at], *b = &m->table[i][at ^ 1];
	if (a->check == check)
		return a;
	if (b->check == check)
		return b;
	struct tl_symbols_line *old = (a->counter[0] & 1023) <= (b->counter[0] & 1023) ? a : b;
	old->check = check;
	for (int k = 0; k < 15; k++)
		old->counter[k] = 1u << 31;
	return old;
}

/* half: 0 for the first bits of a symbol, else its first bits with a 1 before them. */
static void find_all(struct tl_symbols *m, unsigned half)
{
	for (int i = 0; i < CONTEXTS; i++)
		m->line[i] = find(m, i, (m->hash[i] + half * 0x2545F4914F6CDD1Du) * GOLDEN);
}

/* 3. The copy. */

static void copy_seek(struct tl_symbols *m)
{
	size_t i = m->pos;
	if (i < COPY_LEAST)
		return;
	uint64_t key = m->past & (((uint64_t)1 << 8 * COPY_LEAST) - 1);
	uint32_t *e = &m->last[key * GOLDEN >> (64 - m->places)];
	struct tl_symbols_copy *c = &m->copy;
	if (*e && c->len < 16 && !(c->on && c->from == *e)) {
		uint32_t n = 0;
		while (n < 32 && n < *e && m->bytes[*e - 1 - n] == m->bytes[i - 1 - n])
			n++;
		if (n >= COPY_LEAST && (n > c->len || !c->on))
			*c = (struct tl_symbols_copy){.from = *e, .len = n, .on = true};
	}
	*e = (uint32_t)i;
}

static void copy_follow(struct tl_symbols *m, unsigned s)
{
	struct tl_symbols_copy *c = &m->copy;
	if (!c->on)
		return;
	bool wrong = m->bytes[c->from++] != s;
	c->misses = c->misses << 1 | wrong;
	c->len = wrong ? 0 : c->len + (c->len < 65535);
	c->on = __builtin_popcount(c->misses & 0xffff) <= 8;
}

static uint32_t copy_context(const struct tl_symbols_copy *c)
{
	uint32_t n = c->len, miss = c->misses;
	n = n < 16 ? n : n < 32 ? 12 + n / 4 : n < 64 ? 16 + n / 8 : n < 512 ? 23 + n / 64 : 31;
	return n << 4 | (miss & 0xff ? 8u : 0u) | (miss & 0xff00 ? 4u : 0u) |
	       (__builtin_popcount(miss & 0xffff) > 3 ? 2u : 0u);
}

/* 4. One symbol. */

struct bit {
	int in[INPUTS];
	uint32_t *counter[CONTEXTS];
	uint16_t *meant[CONTEXTS];
	uint16_t *right; /* of the copy, where it says something */
	unsigned says;
};

/* What the copy says of the bit. */
static void look_at_copy(struct tl_symbols *m, struct bit *b, unsigned node, int at)
{
	const struct tl_symbols_copy *c = &m->copy;
	int *in = b->in + 2 * CONTEXTS;
	unsigned said = c->on ? m->bytes[c->from] : 0;
	in[0] = in[1] = 0;
	b->right = NULL;
	if (!c->on || (said | 256u) >> (at + 1) != node)
		return;
	b->says = said >> at & 1;
	b->right = &m->right[copy_context(c) * 8 + (unsigned)at];
	int s = tl_logistic_stretch(&m->log, *b->right), d = (*b->right - 32768) >> 5;
	in[0] = b->says ? s : -s;
	in[1] = b->says ? d : -d;
}

static void look(struct tl_symbols *m, struct bit *b, unsigned cell, unsigned node, int at)
{
	for (int i = 0; i < CONTEXTS; i++) {
		uint32_t *c = &m->line[i]->counter[cell];
		uint32_t p = chance(*c);
		b->counter[i] = c;
		b->meant[i] = &m->meant[i][(p >> 10) << 4 | m->class[*c & TIMES]];
		b->in[2 * i] = *c & TIMES ? tl_logistic_stretch(&m->log, p) : 0;
		b->in[2 * i + 1] = tl_logistic_stretch(&m->log, *b->meant[i]);
	}
	look_at_copy(m, b, node, at);
	b->in[INPUTS - 2] = 256;
	b->in[INPUTS - 1] = 0;
}

/* How far the copy is to be trusted: which weights are used. */
static uint32_t trust(const struct tl_symbols *m, const struct bit *b)
{
	return b->right ? 1 + (m->copy.len > 15) + (m->copy.len > 31) : 0;
}

static void learn(struct tl_symbols *m, const struct bit *b, unsigned bit)
{
	tl_logistic_tell(&m->mixer[0], bit, b->in, RATE);
	tl_logistic_tell(&m->mixer[1], bit, b->in, RATE);
	for (int i = 0; i < CONTEXTS; i++) {
		count(m, b->counter[i], bit);
		tl_logistic_learn(b->meant[i], bit, 6);
	}
	if (b->right)
		tl_logistic_learn(b->right, b->says == bit, 6);
}

static unsigned code_bit(struct tl_symbols *m, unsigned cell, unsigned node, int at, unsigned bit)
{
	struct bit b;
	look(m, &b, cell, node, at);
	int x = tl_logistic_mix(&m->log, &m->mixer[0], m->set[0] * TRUSTS + trust(m, &b), b.in);
	x += tl_logistic_mix(&m->log, &m->mixer[1], m->set[1] * 256 + node, b.in);
	uint32_t p = tl_logistic_squash(&m->log, x / 2);
	p = p < 16 ? 16 : p > 65520 ? 65520 : p;
	bit = tl_coder_bit(m->coder, bit, p);
	learn(m, &b, bit);
	return bit;
}

static unsigned code_symbol(struct tl_symbols *m, unsigned s)
{
	unsigned node = 1, cell = 1;
	for (int at = 7; at >= 0; at--) {
		if (at == 7 || at == 3) {
			find_all(m, at == 3 ? node : 0);
			cell = 1;
		}
		unsigned bit = code_bit(m, cell - 1, node, at, s >> at & 1);
		node = node << 1 | bit;
		cell = cell << 1 | bit;
	}
	return node & 255;
}

/* 5. All. */

static void code_all(struct tl_symbols *m, size_t n)
{
	while (m->pos < n) {
		tl_symbols_context_hash(m);
		unsigned s = m->coder->decode ? 0 : m->bytes[m->pos];
		s = code_symbol(m, s);
		m->bytes[m->pos++] = (uint8_t)s;
		m->past = m->past << 8 | s;
		copy_follow(m, s);
		copy_seek(m);
		tl_symbols_context_move(m, s);
	}
}

static void fill_small(struct tl_symbols *m)
{
	static const uint8_t upto[15] = {0, 1, 2, 3, 4, 5, 6, 8, 11, 15, 22, 32, 64, 128, 255};
	for (size_t i = 0; i < CONTEXTS; i++)
		for (size_t j = 0; j < 1024; j++)
			m->meant[i][j] = (uint16_t)((j >> 4) * 1024 + 512);
	for (uint32_t i = 0; i <= TIMES; i++) {
		m->step[i] = 65536 * 2 / (2 * i + 3);
		while (m->class[i] < 15 && i > upto[m->class[i]])
			m->class[i]++;
	}
	for (size_t i = 0; i < TL_SYMBOLS_RIGHTS; i++)
		m->right[i] = 49152;
}

static int log2_within(size_t n, int least, int most)
{
	while (least < most && (size_t)1 << least < n)
		least++;
	return least;
}

static enum tl_status fill(struct tl_symbols *m, size_t n, struct tl_err *err)
{
	m->places = log2_within(n, LINES_MIN, PLACES_MAX);
	m->lines = log2_within(n, LINES_MIN, LINES_MAX);
	for (int i = 0; i < CONTEXTS; i++) {
		m->table[i] = tl_cells_new((size_t)1 << m->lines, sizeof(struct tl_symbols_line),
					   err);
		if (!m->table[i])
			return TL_NOMEM;
	}
	if (m->kind == TL_SYMBOLS_NAMES && m->hint->keys) {
		m->mate.bits = log2_within(m->hint->keys, 4, PLACES_MAX);
		m->mate.start = tl_cells_new((size_t)1 << m->mate.bits, sizeof(uint32_t), err);
		if (!m->mate.start)
			return TL_NOMEM;
	}
	if (m->kind == TL_SYMBOLS_SCRIPTS &&
	    tl_symbols_trail_open(&m->trail, log2_within(n, LINES_MIN, TRAIL_MAX), err) != TL_OK)
		return TL_NOMEM;
	if (!(m->last = tl_cells_new((size_t)1 << m->places, sizeof *m->last, err)) ||
	    tl_logistic_new(&m->mixer[0], INPUTS, 128 * TRUSTS, 12, err) != TL_OK)
		return TL_NOMEM;
	return tl_logistic_new(&m->mixer[1], INPUTS, 32 * 256, 12, err);
}

static void discard(struct tl_symbols *m)
{
	for (int i = 0; i < CONTEXTS; i++)
		tl_cells_free(m->table[i]);
	tl_cells_free(m->last);
	tl_cells_free(m->mate.start);
	tl_symbols_trail_close(&m->trail);
	tl_logistic_free(&m->mixer[0]);
	tl_logistic_free(&m->mixer[1]);
	free(m);
}

enum tl_status tl_symbols_code(struct tl_coder *c, enum tl_symbols_kind kind, uint8_t *bytes,
			       size_t n, const struct tl_predict_hint *hint, struct tl_err *err)
{
	struct tl_symbols *m = tl_mem_zalloc(1, sizeof *m, err);
	if (!m)
		return TL_NOMEM;
	m->coder = c;
	m->kind = kind;
	m->bytes = bytes;
	m->hint = hint;
	m->times = kind == TL_SYMBOLS_NAMES ? 30 : 250;
	tl_logistic_fill(&m->log);
	fill_small(m);
	enum tl_status st = fill(m, n, err);
	if (st == TL_OK)
		code_all(m, n);
	discard(m);
	return st;
}
