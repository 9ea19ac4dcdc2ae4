/* SPDX-License-Identifier: MIT */
/* amino: a model of the residues of proteins.
 *
 * A residue is coded as a way through a tree whose leaves are residues, those alike side by side:
 * 16 leaves at depth 4, some with a fork below, one with the letters that are rare.  A context chooses
 * a row of counters, one for each fork: short ones by themselves, long ones by a hash with
 * a check.  Each counter gives a probability, and what such a probability meant so far
 * by the times it was used; three mixers, chosen by different things, weigh all that, and a last
 * one weighs them.
 *
 * Contents: 1. the tree  2. rows  3. contexts  4. one decision  5. all.
 */
#include "amino.h"

#include <stdbool.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "amino_copy.h"
#include "logistic.h"
#include "cells.h"

#define SHORT 10 /* contexts of few residues */
#define COPIED 4 /* of what copies say */
#define PLAIN (SHORT + COPIED)
#define LONG 2 /* of many residues */
#define CONTEXTS (PLAIN + LONG)
#define INPUTS (2 * CONTEXTS + 4) /* one is constant, three are 0 */
#define MIXERS 3
#define FORKS 32 /* in a row; not all are used */
#define RARE 32  /* forks from here on tell rare letters apart */
#define NODES (256 + 64)
#define TIMES 1023
#define MANY (1u << 20) /* residues that are mixed by weights which move slowly */
#define LAST_RATE 4
#define GOLDEN 0x9E3779B97F4A7C15u

/* 1. The tree.  A fork has the number of the way to it, with a 1 in front. */

struct path {
	uint8_t way, length;
};

static void draw(struct path *path, int8_t *leaf)
{
	static const char *const leaves[16] = {"I", "V", "L", "M-", "FY", "CW", "A", "G",
					       "S", "T", "D", "NP", "E",  "K",  "R", "QH"};
	static const char rare[] = "XBZUO*J"; /* below M's fork */
	for (unsigned i = 0; i < 16; i++)
		for (unsigned j = 0; leaves[i][j]; j++) {
			unsigned deep = leaves[i][1] != '\0';
			if (leaves[i][j] != '-')
				path[leaves[i][j] - 'A'] = (struct path){(uint8_t)(i << deep | j),
									 (uint8_t)(4 + deep)};
		}
	for (unsigned i = 0; i < 7; i++)
		path[rare[i] == '*' ? 26 : rare[i] - 'A'] = (struct path){(uint8_t)(7 * 8 + i), 8};
	memset(leaf, -1, NODES);
	for (int i = 0; i < 27; i++)
		leaf[1u << path[i].length | path[i].way] = (int8_t)i;
	leaf[NODES - 1] = 26;
}

struct long_row {
	uint16_t check,
		counter[FORKS - 1]; /* probability in the high 12 bits, times in the low 4 */
};

struct amino {
	struct tl_coder *coder;
	struct tl_logistic log;
	struct path path[27];
	int8_t leaf[NODES]; /* the residue, -1 at a fork */
	uint8_t *bytes;
	size_t pos, item; /* item: where this sequence begins */
	uint64_t past;    /* the last 8 residues */
	struct tl_amino_copies copies;
	int bits[CONTEXTS];     /* log2 of rows */
	uint32_t *plain[PLAIN]; /* probability in the high 22 bits, times in the low 10 */
	struct long_row *hashed[LONG];
	uint32_t *row[PLAIN]; /* of the residue to come */
	struct long_row *long_row[LONG];
	uint16_t meant[CONTEXTS][1024]; /* by probability (6 bits) and times (4 bits) */
	uint32_t step[TIMES + 1];       /* what part of the way a counter goes, of 65536 */
	uint8_t class[TIMES + 1];       /* of times */
	uint16_t rare[27 * 8];
	struct tl_mixer mixer[MIXERS], last;
	size_t set[MIXERS];
	int rate;
};

/* 2. Rows.  Zeros are an even chance, met never before. */

static uint32_t *plain_row(const struct amino *m, int i, uint64_t context, int bits)
{
	if (bits > m->bits[i])
		context = context * GOLDEN >> (64 - m->bits[i]);
	return m->plain[i] + context * FORKS;
}

static struct long_row *find(const struct amino *m, int i, uint64_t context)
{
	uint64_t hash = (context + (uint64_t)i + 1) * GOLDEN;
	size_t at = (size_t)(hash >> (64 - m->bits[PLAIN + i]));
	uint16_t check = (uint16_t)(hash >> 16 | 1);
	struct long_row *a = &m->hashed[i][at], *b = &m->hashed[i][at ^ 1];
	if (a->check == check)
		return a;
	if (b->check == check)
		return b;
	struct long_row *old = (a->counter[0] & 15) <= (b->counter[0] & 15) ? a : b;
	memset(old, 0, sizeof *old);
	old->check = check;
	return old;
}

/* 3. Contexts. */

static const uint8_t context_bits[PLAIN] = {2, 5, 10, 10, 15, 15, 15, 10, 10, 10, 12, 16, 16, 15};

static void find_short(struct amino *m)
{
	uint64_t a = m->past & 31, b = m->past >> 8 & 31, c = m->past >> 16 & 31,
		 d = m->past >> 24 & 31, g = m->past >> 48 & 31, at = m->pos - m->item;
	uint64_t context[SHORT] = {at > 3 ? 3 : at,      a,
				   b << 5 | a,           c << 5 | b,
				   c << 10 | b << 5 | a, d << 10 | b << 5 | a,
				   d << 10 | c << 5 | a, c << 5 | a,
				   d << 5 | c,           g << 5 | d};
	for (int i = 0; i < SHORT; i++)
		m->row[i] = plain_row(m, i, context[i], context_bits[i]);
	m->set[1] = (size_t)a;
}

static void find_long(struct amino *m)
{
	static const uint64_t residues[LONG] = {0xffffffffff, 0xffffffffff00};
	for (int i = 0; i < LONG; i++)
		m->long_row[i] = find(m, i, m->past & residues[i]);
}

/* What the copies say, by how they held. */
static void find_copied(struct amino *m)
{
	const struct tl_amino_copy *copy = m->copies.copy;
	uint32_t says[TL_AMINO_COPIES], held[TL_AMINO_COPIES];
	for (int i = 0; i < TL_AMINO_COPIES; i++) {
		says[i] = copy[i].on ? m->bytes[copy[i].from] : 27;
		held[i] = tl_amino_copy_class(&copy[i]);
	}
	uint32_t first = held[0] ? (held[0] - 1) / 16 * 4 + ((held[0] - 1) & 7) / 2 : 0;
	uint32_t second = held[1] ? ((held[1] - 1) & 7) / 2 : 0;
	uint32_t third = says[2] == says[1] ? 1 : says[2] == says[0] ? 2 : 0;
	uint64_t context[COPIED] = {
		held[0] * 32 + says[0],
		(says[0] * 32 + says[1]) * 64 + first * 4 + second,
		(says[0] * 32 + (m->past & 31)) * 64 + first,
		(held[1] * 32 + says[1]) * 8 + third,
	};
	for (int i = SHORT; i < PLAIN; i++)
		m->row[i] = plain_row(m, i, context[i - SHORT], context_bits[i]);
	m->set[0] = held[0] * 4 + (says[1] == 27 ? 0 : says[1] == says[0] ? 1 : 2);
	m->set[2] = first * 4 + second;
}

/* 4. One decision. */

struct decision {
	int in[INPUTS], mix[MIXERS + 1];
	uint32_t *plain[PLAIN];
	uint16_t *hashed[LONG], *meant[CONTEXTS];
};

static void put(struct amino *m, struct decision *d, int i, uint32_t p, uint32_t class)
{
	d->meant[i] = &m->meant[i][(p >> 10) << 4 | class];
	d->in[2 * i] = class ? tl_logistic_stretch(&m->log, p) : 0;
	d->in[2 * i + 1] = tl_logistic_stretch(&m->log, *d->meant[i]);
}

static void look(struct amino *m, struct decision *d, unsigned node)
{
	for (int i = 0; i < PLAIN; i++) {
		d->plain[i] = &m->row[i][node];
		uint32_t c = *d->plain[i];
		put(m, d, i, c >> 16 ^ 0x8000, m->class[c & TIMES]);
	}
	for (int i = 0; i < LONG; i++) {
		d->hashed[i] = &m->long_row[i]->counter[node - 1];
		uint32_t c = *d->hashed[i];
		put(m, d, PLAIN + i, ((c & 0xfff0) ^ 0x8000) | 8, c & 15);
	}
	memset(d->in + 2 * CONTEXTS, 0, 4 * sizeof *d->in);
	d->in[2 * CONTEXTS] = 256;
}

static void count_plain(const struct amino *m, uint32_t *counter, unsigned bit)
{
	uint32_t n = *counter & TIMES;
	int64_t p = (*counter ^ 1u << 31) >> 10, to = bit ? (1 << 22) - 1 : 0;
	p += ((to - p) * m->step[n]) >> 16;
	*counter = ((uint32_t)p << 10 ^ 1u << 31) | (n < TIMES ? n + 1 : n);
}

static void count_hashed(const struct amino *m, uint16_t *counter, unsigned bit)
{
	uint32_t n = *counter & 15;
	int32_t p = (*counter ^ 0x8000) >> 4, to = bit ? 4095 : 0;
	p += ((to - p) * (int32_t)m->step[n]) >> 16;
	*counter = (uint16_t)(((uint32_t)p << 4 ^ 0x8000) | (n < 15 ? n + 1 : n));
}

static void learn(struct amino *m, struct decision *d, unsigned bit)
{
	tl_logistic_tell(&m->last, bit, d->mix, LAST_RATE);
	for (int i = 0; i < MIXERS; i++)
		tl_logistic_tell(&m->mixer[i], bit, d->in, m->rate);
	for (int i = 0; i < PLAIN; i++)
		count_plain(m, d->plain[i], bit);
	for (int i = 0; i < LONG; i++)
		count_hashed(m, d->hashed[i], bit);
	for (int i = 0; i < CONTEXTS; i++)
		tl_logistic_learn(d->meant[i], bit, 6);
}

static unsigned code_fork(struct amino *m, unsigned node, unsigned bit)
{
	struct decision d;
	look(m, &d, node);
	for (int i = 0; i < MIXERS; i++)
		d.mix[i] = tl_logistic_mix(&m->log, &m->mixer[i], m->set[i] * FORKS + node, d.in);
	d.mix[MIXERS] = 256;
	uint32_t p = tl_logistic_squash(&m->log, tl_logistic_mix(&m->log, &m->last, node, d.mix));
	p = p < 16 ? 16 : p > 65520 ? 65520 : p;
	bit = tl_coder_bit(m->coder, bit, p);
	learn(m, &d, bit);
	return bit;
}

/* Which rare letter it is, by the residue before. */
static unsigned code_rare(struct amino *m, unsigned node, unsigned bit)
{
	unsigned deep = node < 64 ? 1 : node < 128 ? 2 + (node & 1) : 4 + (node & 3);
	uint16_t *p = &m->rare[(m->past & 31) % 27 * 8 + deep];
	bit = tl_coder_bit(m->coder, bit, *p < 64 ? 64 : *p > 65472 ? 65472 : *p);
	tl_logistic_learn(p, bit, 4);
	return bit;
}

static unsigned code_residue(struct amino *m, unsigned s)
{
	struct path path = m->path[s];
	unsigned node = 1;
	for (int at = path.length - 1; m->leaf[node] < 0; at--) {
		unsigned bit = at < 0 ? 0 : path.way >> at & 1; /* decoding, whatever */
		bit = node < RARE ? code_fork(m, node, bit) : code_rare(m, node, bit);
		node = node << 1 | bit;
	}
	return (unsigned)m->leaf[node];
}

/* 5. All. */

static void code_all(struct amino *m, size_t n, struct tl_str lengths)
{
	size_t at = 0;
	uint64_t left = 0;
	while (m->pos < n) {
		while (!left) {
			if (!tl_bits_get_varint(lengths.p, lengths.n, &at, &left))
				left = UINT64_MAX;
			m->item = m->pos;
		}
		find_short(m);
		find_long(m);
		find_copied(m);
		unsigned s = code_residue(m, m->coder->decode ? 0 : m->bytes[m->pos]);
		m->bytes[m->pos++] = (uint8_t)s;
		m->past = m->past << 8 | s;
		left--;
		tl_amino_copy_move(&m->copies, m->bytes, m->pos, m->past);
	}
}

static void fill_small(struct amino *m)
{
	static const uint8_t upto[15] = {0, 1, 2, 3, 4, 5, 6, 8, 11, 15, 22, 32, 64, 128, 255};
	draw(m->path, m->leaf);
	tl_logistic_fill(&m->log);
	for (size_t i = 0; i < CONTEXTS; i++)
		for (size_t j = 0; j < 1024; j++)
			m->meant[i][j] = (uint16_t)((j >> 4) * 1024 + 512);
	for (uint32_t i = 0; i <= TIMES; i++) {
		m->step[i] = 65536 * 2 / (2 * i + 3);
		while (m->class[i] < 15 && i > upto[m->class[i]])
			m->class[i]++;
	}
	for (size_t i = 0; i < sizeof m->rare / sizeof *m->rare; i++)
		m->rare[i] = 32768;
}

static enum tl_status fill_tables(struct amino *m, size_t n, struct tl_err *err)
{
	static const uint8_t most[LONG] = {21, 21};
	int enough = 8;
	while (enough < 21 && (size_t)1 << enough < n)
		enough++;
	for (int i = 0; i < CONTEXTS; i++) {
		int bits = i < PLAIN ? context_bits[i] : most[i - PLAIN];
		m->bits[i] = bits < enough ? bits : enough;
		size_t rows = (size_t)1 << m->bits[i];
		void *t = tl_cells_new(
			rows, i < PLAIN ? FORKS * sizeof(uint32_t) : sizeof(struct long_row), err);
		if (!t)
			return TL_NOMEM;
		if (i < PLAIN)
			m->plain[i] = t;
		else
			m->hashed[i - PLAIN] = t;
	}
	return tl_amino_copy_open(&m->copies, n, err);
}

static enum tl_status fill(struct amino *m, size_t n, struct tl_err *err)
{
	static const size_t sets[MIXERS] = {TL_AMINO_COPY_CLASSES * 4, 32, 64};
	enum tl_status st = fill_tables(m, n, err);
	for (int i = 0; i < MIXERS && st == TL_OK; i++)
		st = tl_logistic_new(&m->mixer[i], INPUTS, sets[i] * FORKS, 10, err);
	if (st != TL_OK)
		return st;
	return tl_logistic_new(&m->last, MIXERS + 1, FORKS, MIXERS, err);
}

static void discard(struct amino *m)
{
	for (int i = 0; i < PLAIN; i++)
		tl_cells_free(m->plain[i]);
	for (int i = 0; i < LONG; i++)
		tl_cells_free(m->hashed[i]);
	for (int i = 0; i < MIXERS; i++)
		tl_logistic_free(&m->mixer[i]);
	tl_logistic_free(&m->last);
	tl_amino_copy_close(&m->copies);
	tl_mem_free(m);
}

enum tl_status tl_amino_code(struct tl_coder *c, uint8_t *bytes, size_t n, struct tl_str lengths,
			     struct tl_err *err)
{
	struct amino *m = tl_mem_zalloc(1, sizeof *m, err);
	if (!m)
		return TL_NOMEM;
	m->coder = c;
	m->bytes = bytes;
	m->rate = n > MANY ? 4 : 6;
	fill_small(m);
	enum tl_status st = fill(m, n, err);
	if (st == TL_OK)
		code_all(m, n, lengths);
	discard(m);
	return st;
}
