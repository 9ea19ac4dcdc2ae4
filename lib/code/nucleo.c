/* SPDX-License-Identifier: MIT */
/* nucleo: a model of nucleotides.
 *
 * Contents: 1. contexts  2. copies  3. one residue  4. all.
 */
#include "nucleo.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "logistic.h"

#define ORDERS 10
#define COPIES 3 /* followed at a time: forward, recent, inverted */
#define INPUTS (ORDERS + 2 * COPIES + 4) /* one is constant, three are 0 */
#define LINE 16      /* counters behind one hash: 4 last residues, 3 (4) counters each */
#define LINES_MAX 20 /* log2 of lines in a table: 32 MiB */
#define SLOW 6       /* learning rates, as shifts */
#define MIX_RATE 6
#define SURE 32 /* residues a copy must have held to be trusted */
#define FLAG_INPUTS 4
#define GOLDEN 0x9E3779B97F4A7C15u

static const int order_len[ORDERS] = {2, 3, 4, 6, 8, 11, 12, 16, 20, 24};
static const int order_rate[ORDERS] = {7, 7, 7, 6, 6, 5, 4, 3, 2, 2};

/* A place before from which residues are copied. */
struct copy {
	int k;          /* residues that find one */
	bool inverted;  /* it runs backwards, and is the complement */
	uint32_t *last; /* [1 << bits] end of the last occurrence of a k-mer */
	size_t at;      /* what comes next, if len */
	uint32_t len;   /* residues it has held; after a difference, few; 0: there is none */
	uint32_t past;  /* its last 32 predictions, a 1 for each that was wrong */
	int says;       /* the residue, -1: none */
	uint32_t context;
};

struct nucleo {
	struct tl_coder *coder;
	struct tl_logistic log;
	uint8_t *bytes;
	uint64_t past,
		mirror; /* the last 32 residues; their reverse complement, in its high bits */
	int lines;      /* log2 */
	int bits;       /* log2 of entries in copy.last */
	uint16_t *table[ORDERS];
	uint16_t *slot[ORDERS]; /* where the counters of the next residue are */
	struct copy copy[COPIES];
	uint16_t right[COPIES][8192][2]; /* by context and bit: the copy is right */
	struct tl_mixer mixer[2], flag_mixer;
	uint16_t *flag[2];   /* [1 << (lines + 2)] by 11 and 22 residues and what the copy says */
	uint16_t sure[4096]; /* by context: a trusted copy goes on */
	uint16_t refine[5][3][16][33]; /* see refined */
};

static unsigned residue(const uint8_t *bytes, size_t i)
{
	return bytes[i >> 2] >> (2 * (i & 3)) & 3;
}

/* 1. Contexts. */

static uint64_t low_bits(int residues)
{
	return residues >= 32 ? UINT64_MAX : ((uint64_t)1 << 2 * residues) - 1;
}

/* The counters for what follows the residues in past; the last one chooses within the line. */
static uint16_t *find(const struct nucleo *m, int o, uint64_t past)
{
	uint64_t key = (past >> 2) & low_bits(order_len[o] - 1);
	if (2 * (order_len[o] - 1) > m->lines)
		key = (key * GOLDEN) >> (64 - m->lines);
	return m->table[o] + key * LINE + (past & 3) * 4;
}

static void find_all(struct nucleo *m)
{
	for (int o = 0; o < ORDERS; o++)
		m->slot[o] = find(m, o, m->past);
}

/* Has the lines of the residue after the next one come into the cache. */
static void expect(const struct nucleo *m)
{
	for (int o = 5; o < ORDERS; o++)
		__builtin_prefetch(find(m, o, m->past << 2));
}

/* 2. Copies. */

static uint32_t *entry(const struct nucleo *m, const struct copy *c, uint64_t kmer)
{
	return &c->last[(kmer * GOLDEN) >> (64 - m->bits)];
}

/* Residues before at that are those before i, at most max. */
static uint32_t held_forward(const struct nucleo *m, size_t at, size_t i, uint32_t max)
{
	uint32_t n = 0;
	while (n < max && n < at && residue(m->bytes, at - 1 - n) == residue(m->bytes, i - 1 - n))
		n++;
	return n;
}

/* The same, where from at on stands the complement of those before i, backwards. */
static uint32_t held_inverted(const struct nucleo *m, size_t at, size_t i, uint32_t max)
{
	uint32_t n = 0;
	while (n < max && at + n < i &&
	       residue(m->bytes, at + n) + residue(m->bytes, i - 1 - n) == 3)
		n++;
	return n;
}

/* A copy that has held for less than its k-mer looks for a better one, which it follows if that
 * one has held for longer. */
static void seek(struct nucleo *m, struct copy *c, size_t i)
{
	uint64_t kmer = m->past & low_bits(c->k);
	if (i < (size_t)c->k)
		return;
	if (c->len <= (uint32_t)c->k) {
		uint64_t key = c->inverted ? m->mirror >> (64 - 2 * c->k) : kmer;
		uint32_t found = *entry(m, c, key);
		uint32_t least = c->k > 20 ? (uint32_t)c->k : 16, n = 0;
		if (c->inverted && found > (uint32_t)c->k)
			n = held_inverted(m, found - (size_t)c->k, i, least);
		else if (!c->inverted && found)
			n = held_forward(m, found, i, least);
		if (n == least && c->len < n) {
			c->at = c->inverted ? found - (size_t)c->k - 1 : found;
			c->len = n;
			c->past = 0;
		}
	}
	if (c->inverted || c->len < 400 || c->past || !(i & 15))
		*entry(m, c, kmer) = (uint32_t)i;
}

static void look(struct nucleo *m, struct copy *c)
{
	uint32_t n = c->len;
	c->says = -1;
	if (!n)
		return;
	c->says = (int)residue(m->bytes, c->at);
	if (c->inverted)
		c->says = 3 - c->says;
	n = n < 16 ? n : n < 32 ? 12 + n / 4 : n < 64 ? 16 + n / 8 : n < 512 ? 23 + n / 64 : 31;
	c->context = (c->past & 255) << 5 | n;
}

static void follow(struct copy *c, unsigned s)
{
	if (!c->len)
		return;
	bool wrong = (unsigned)c->says != s;
	c->past = c->past << 1 | wrong;
	c->len = wrong ? 1 + (c->len > 128 ? 15 : c->len / 8) : c->len + (c->len < 65535);
	if (__builtin_popcount(c->past & 0xffff) > 8 || (c->inverted && !c->at))
		c->len = 0;
	else
		c->at += c->inverted ? (size_t)-1 : 1;
}

/* 3. One residue. */

static void copy_inputs(const struct nucleo *m, const struct copy *c, unsigned node, int *in)
{
	unsigned bit = node ? (unsigned)c->says & 1 : (unsigned)c->says >> 1;
	in[0] = in[1] = 0;
	if (c->says < 0 || (node && (unsigned)c->says >> 1 != node - 1))
		return;
	uint32_t p = m->right[c - m->copy][c->context][node > 0];
	int s = tl_logistic_stretch(&m->log, p), d = ((int)p - 32768) >> 5;
	in[0] = bit ? s : -s;
	in[1] = bit ? d : -d;
}

static void copy_learns(struct nucleo *m, const struct copy *c, unsigned node, unsigned bit)
{
	if (c->says < 0 || (node && (unsigned)c->says >> 1 != node - 1))
		return;
	unsigned said = node ? (unsigned)c->says & 1 : (unsigned)c->says >> 1;
	tl_logistic_learn(&m->right[c - m->copy][c->context][node > 0], said == bit, SLOW);
}

/* What a mix of x really meant, by the last two residues and the copy: between two of 33 points. */
static uint32_t refined(struct nucleo *m, unsigned node, int x, uint16_t **ret)
{
	const struct copy *c = &m->copy[0];
	int at = (x + TL_LOGISTIC_MAX) * 32, span = 2 * TL_LOGISTIC_MAX, low = at / span;
	low = low > 31 ? 31 : low;
	int part = at - low * span;
	uint16_t *p = &m->refine[c->says < 0 ? 4 : c->says][node][m->past & 15][low];
	*ret = p + (part > span / 2);
	return (uint32_t)(((int64_t)p[0] * (span - part) + (int64_t)p[1] * part) / span);
}

static uint32_t within(uint32_t p)
{
	return p < 8 ? 8 : p > 65528 ? 65528 : p;
}

static size_t state(const struct nucleo *m)
{
	const struct copy *a = &m->copy[0], *b = &m->copy[1], *c = &m->copy[2];
	size_t s = a->says < 0 ? 0 : 1 + (a->len >= 16) + (a->len >= 32);
	s = s * 3 + (b->says < 0 ? 0 : b->past & 255 ? 1 : 2);
	return s * 3 + (c->says < 0 ? 0 : c->past & 255 ? 1 : 2);
}

static unsigned code_bit(struct nucleo *m, unsigned node, unsigned bit)
{
	int in[INPUTS];
	uint16_t *fine;
	for (int o = 0; o < ORDERS; o++)
		in[o] = tl_logistic_stretch(&m->log, m->slot[o][node]);
	for (int i = 0; i < COPIES; i++)
		copy_inputs(m, &m->copy[i], node, in + ORDERS + 2 * i);
	in[INPUTS - 4] = 256;
	in[INPUTS - 3] = in[INPUTS - 2] = in[INPUTS - 1] = 0;
	int x = tl_logistic_mix(&m->log, &m->mixer[0], state(m) * 3 + node, in);
	x = (x + tl_logistic_mix(&m->log, &m->mixer[1], (m->past & 255) * 3 + node, in)) / 2;
	uint32_t p = refined(m, node, x, &fine);
	p = within((3 * tl_logistic_squash(&m->log, x) + p) / 4);
	bit = tl_coder_bit(m->coder, bit, p);
	tl_logistic_learn(fine, bit, SLOW);
	tl_logistic_tell(&m->mixer[0], bit, in, MIX_RATE);
	tl_logistic_tell(&m->mixer[1], bit, in, MIX_RATE);
	for (int o = 0; o < ORDERS; o++)
		tl_logistic_learn(&m->slot[o][node], bit, order_rate[o]);
	for (int i = 0; i < COPIES; i++)
		copy_learns(m, &m->copy[i], node, bit);
	return bit;
}

static unsigned code_residue(struct nucleo *m, unsigned s)
{
	find_all(m);
	expect(m);
	unsigned high = code_bit(m, 0, s >> 1);
	return high << 1 | code_bit(m, 1 + high, s & 1);
}

/* Whether a trusted copy goes on, by how it held so far and by what stands there: where others
 * differed before, this one may too. */
static unsigned code_flag(struct nucleo *m, const struct copy *c, unsigned right)
{
	uint16_t *p[FLAG_INPUTS - 1];
	int in[FLAG_INPUTS];
	uint64_t key = m->past << 2 | (unsigned)c->says;
	int bits = m->lines + 2;
	p[0] = &m->sure[(c->past & 0x7f) << 5 | (c->context & 31)];
	p[1] = &m->flag[0][((key & low_bits(12)) * GOLDEN) >> (64 - bits)];
	p[2] = &m->flag[1][((key & low_bits(23)) * GOLDEN) >> (64 - bits)];
	for (int i = 0; i < FLAG_INPUTS - 1; i++)
		in[i] = tl_logistic_stretch(&m->log, *p[i]);
	in[FLAG_INPUTS - 1] = 256;
	size_t set = (c->context & 31) * 4 + (c->past & 0xffff ? 1 : 0) + (c->past ? 2 : 0);
	int x = tl_logistic_mix(&m->log, &m->flag_mixer, set, in);
	right = tl_coder_bit(m->coder, right, tl_logistic_squash(&m->log, x));
	tl_logistic_tell(&m->flag_mixer, right, in, 3);
	tl_logistic_learn(p[0], right, SLOW + 1);
	tl_logistic_learn(p[1], right, 4);
	tl_logistic_learn(p[2], right, 3);
	return right;
}

/* 4. All. */

static unsigned code_next(struct nucleo *m, unsigned s)
{
	struct copy *trusted = NULL;
	for (int i = 0; i < COPIES; i++)
		look(m, &m->copy[i]);
	for (int i = 0; i < COPIES && !trusted; i += 2)
		if (m->copy[i].says >= 0 && m->copy[i].len >= SURE)
			trusted = &m->copy[i];
	if (trusted && code_flag(m, trusted, s == (unsigned)trusted->says))
		return (unsigned)trusted->says;
	return code_residue(m, s);
}

static void advance(struct nucleo *m, size_t i, unsigned s)
{
	m->past = m->past << 2 | s;
	m->mirror = m->mirror >> 2 | (uint64_t)(3 - s) << 62;
	for (int j = 0; j < COPIES; j++) {
		follow(&m->copy[j], s);
		seek(m, &m->copy[j], i + 1);
	}
}

static void code_all(struct nucleo *m, size_t n)
{
	bool decode = m->coder->decode;
	for (size_t i = 0; i < 4 * n; i++) {
		if (decode && !(i & 3))
			m->bytes[i >> 2] = 0;
		unsigned s = code_next(m, decode ? 0 : residue(m->bytes, i));
		if (decode)
			m->bytes[i >> 2] |= (uint8_t)(s << (2 * (i & 3)));
		advance(m, i, s);
	}
}

static uint16_t *even(size_t n, uint32_t p, struct tl_err *err)
{
	uint16_t *t = tl_mem_alloc(n, sizeof *t, err);
	for (size_t i = 0; t && i < n; i++)
		t[i] = (uint16_t)p;
	return t;
}

static size_t table_lines(const struct nucleo *m, int o)
{
	int bits = 2 * (order_len[o] - 1);
	return (size_t)1 << (bits < m->lines ? bits : m->lines);
}

static enum tl_status fill(struct nucleo *m, struct tl_err *err)
{
	static const int k[COPIES] = {24, 12, 24};
	for (int o = 0; o < ORDERS; o++)
		if (!(m->table[o] = even(table_lines(m, o) * LINE, 32768, err)))
			return TL_NOMEM;
	for (int i = 0; i < 2; i++)
		if (!(m->flag[i] = even((size_t)4 << m->lines, 65000, err)))
			return TL_NOMEM;
	for (int i = 0; i < COPIES; i++) {
		m->copy[i] = (struct copy){.k = k[i], .inverted = i == 2};
		if (!(m->copy[i].last = tl_mem_zalloc((size_t)1 << m->bits, sizeof(uint32_t), err)))
			return TL_NOMEM;
	}
	for (size_t i = 0; i < sizeof m->right / 2; i++)
		(&m->right[0][0][0])[i] = 49152;
	for (size_t i = 0; i < sizeof m->sure / 2; i++)
		m->sure[i] = 64000;
	for (size_t i = 0; i < sizeof m->refine / 2; i++)
		(&m->refine[0][0][0][0])[i] = (uint16_t)tl_logistic_squash(
			&m->log, tl_logistic_clip(((int)(i % 33) - 16) * 176));
	if (tl_logistic_new(&m->mixer[0], INPUTS, 4 * 9 * 3, 3, err) != TL_OK ||
	    tl_logistic_new(&m->mixer[1], INPUTS, 256 * 3, 3, err) != TL_OK)
		return TL_NOMEM;
	return tl_logistic_new(&m->flag_mixer, FLAG_INPUTS, 32 * 4, 2, err);
}

static void discard(struct nucleo *m)
{
	for (int o = 0; o < ORDERS; o++)
		free(m->table[o]);
	for (int i = 0; i < COPIES; i++)
		free(m->copy[i].last);
	for (int i = 0; i < 2; i++) {
		free(m->flag[i]);
		tl_logistic_free(&m->mixer[i]);
	}
	tl_logistic_free(&m->flag_mixer);
	free(m);
}

enum tl_status tl_nucleo_code(struct tl_coder *c, uint8_t *bytes, size_t n, struct tl_err *err)
{
	struct nucleo *m = tl_mem_zalloc(1, sizeof *m, err);
	if (!m)
		return TL_NOMEM;
	m->coder = c;
	m->bytes = bytes;
	m->lines = 8;
	while (m->lines < LINES_MAX && (size_t)1 << m->lines < n)
		m->lines++;
	m->bits = m->lines + 2;
	tl_logistic_fill(&m->log);
	enum tl_status st = fill(m, err);
	if (st == TL_OK)
		code_all(m, n);
	discard(m);
	return st;
}
