/* SPDX-License-Identifier: MIT */
/* symbols: a model of bytes.
 *
 * Each context is hashed to a line of 15 counters, for four bits of the next symbol; a line has a
 * check, and a new context takes the less used of two lines.  A counter gives its probability, and
 * what such probabilities meant so far by the times it was used; copies of what followed the
 * same symbols before are a further prediction.
 *
 * Contents: 1. counters  2. lines  3. the copy  4. one symbol  5. all.
 */
#include "symbols_state.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#define CONTEXTS TL_SYMBOLS_CONTEXTS
#define INPUTS (2 * CONTEXTS + 3)
#define LINES_MIN 10 /* log2 of lines for each context */
#define LINES_MAX 19  /* 32 MiB for each context */
#define PLACES_MAX 24 /* log2 of places that the copy finds */
#define TIMES TL_SYMBOLS_TIMES
#define MIX_RATE 6
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

static uint32_t times_class(uint32_t counter)
{
	static const uint8_t upto[15] = {0, 1, 2, 3, 4, 5, 6, 8, 11, 15, 22, 32, 64, 128, 255};
	uint32_t n = counter & 1023, c = 0;
	while (c < 15 && n > upto[c])
		c++;
	return c;
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

static size_t copy_least(const struct tl_symbols *m)
{
	return m->kind == TL_SYMBOLS_RESIDUES ? 6 : 5;
}

static void copy_seek(struct tl_symbols *m)
{
	size_t k = copy_least(m), i = m->pos;
	if (i < k)
		return;
	uint64_t key = m->past & (((uint64_t)1 << 8 * k) - 1);
	uint32_t *e = &m->last[key * GOLDEN >> (64 - m->places)];
	if (*e && m->len < 16) {
		uint32_t n = 0;
		while (n < 32 && n < *e && m->bytes[*e - 1 - n] == m->bytes[i - 1 - n])
			n++;
		if (n >= k && (n > m->len || !m->copies)) {
			m->copies = true;
			m->from = *e;
			m->len = n;
			m->misses = 0;
		}
	}
	*e = (uint32_t)i;
}

static void copy_follow(struct tl_symbols *m, unsigned s)
{
	if (!m->copies)
		return;
	bool wrong = m->bytes[m->from++] != s;
	m->misses = m->misses << 1 | wrong;
	m->len = wrong ? 0 : m->len + (m->len < 65535);
	m->copies = __builtin_popcount(m->misses & 0xffff) <= 8;
}

static uint32_t copy_context(const struct tl_symbols *m)
{
	uint32_t n = m->len, miss = m->misses;
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

static void look(struct tl_symbols *m, struct bit *b, unsigned cell, unsigned node, int at)
{
	for (int i = 0; i < CONTEXTS; i++) {
		uint32_t *c = &m->line[i]->counter[cell];
		uint32_t p = chance(*c);
		b->counter[i] = c;
		b->meant[i] = &m->meant[i][(p >> 10) << 4 | times_class(*c)];
		b->in[2 * i] = *c & 1023 ? tl_logistic_stretch(&m->log, p) : 0;
		b->in[2 * i + 1] = tl_logistic_stretch(&m->log, *b->meant[i]);
	}
	int *in = b->in + 2 * CONTEXTS;
	in[0] = in[1] = 0;
	in[2] = 256;
	b->right = NULL;
	unsigned said = m->copies ? m->bytes[m->from] : 0;
	if (!m->copies || (said | 1u << m->bits) >> (at + 1) != node)
		return;
	b->says = said >> at & 1;
	b->right = &m->right[copy_context(m) * 8 + (unsigned)at];
	int s = tl_logistic_stretch(&m->log, *b->right), d = (*b->right - 32768) >> 5;
	in[0] = b->says ? s : -s;
	in[1] = b->says ? d : -d;
}

static void learn(struct tl_symbols *m, const struct bit *b, unsigned bit)
{
	tl_logistic_tell(&m->mixer[0], bit, b->in, MIX_RATE);
	tl_logistic_tell(&m->mixer[1], bit, b->in, MIX_RATE);
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
	uint32_t copy = b.right ? 1 + (m->len > 15) + (m->len > 31) : 0;
	int x = tl_logistic_mix(&m->log, &m->mixer[0], m->set[0] * 4 + copy, b.in);
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
	for (int at = m->bits - 1; at >= 0; at--) {
		if (at == m->bits - 1 || at == 3) {
			find_all(m, at == 3 ? node : 0);
			cell = 1;
		}
		unsigned bit = code_bit(m, cell - 1, node, at, s >> at & 1);
		node = node << 1 | bit;
		cell = cell << 1 | bit;
	}
	return node & ((1u << m->bits) - 1);
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
	for (size_t i = 0; i < CONTEXTS; i++)
		for (size_t j = 0; j < 1024; j++)
			m->meant[i][j] = (uint16_t)((j >> 4) * 1024 + 512);
	for (uint32_t i = 0; i <= TIMES; i++)
		m->step[i] = 65536 * 2 / (2 * i + 3);
	for (size_t i = 0; i < sizeof m->right / sizeof *m->right; i++)
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
	m->lines = log2_within(n, LINES_MIN, LINES_MAX);
	m->places = log2_within(n, LINES_MIN, PLACES_MAX);
	for (int i = 0; i < CONTEXTS; i++)
		if (!(m->table[i] = tl_mem_zalloc((size_t)1 << m->lines,
						  sizeof(struct tl_symbols_line), err)))
			return TL_NOMEM;
	if (!(m->last = tl_mem_zalloc((size_t)1 << m->places, sizeof *m->last, err)) ||
	    tl_logistic_new(&m->mixer[0], INPUTS, 128 * 4, 5, err) != TL_OK)
		return TL_NOMEM;
	return tl_logistic_new(&m->mixer[1], INPUTS, 32 * 256, 5, err);
}

static void discard(struct tl_symbols *m)
{
	for (int i = 0; i < CONTEXTS; i++)
		free(m->table[i]);
	free(m->last);
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
	m->bits = kind == TL_SYMBOLS_RESIDUES ? 5 : 8;
	m->times = kind == TL_SYMBOLS_RESIDUES ? TIMES : kind == TL_SYMBOLS_NAMES ? 30 : 250;
	tl_logistic_fill(&m->log);
	fill_small(m);
	enum tl_status st = fill(m, n, err);
	if (st == TL_OK)
		code_all(m, n);
	discard(m);
	return st;
}
