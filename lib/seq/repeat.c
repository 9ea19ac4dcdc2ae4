/* SPDX-License-Identifier: MIT */
/* repeat: nucleotides of which long stretches stand before, as copies.
 *
 * A table has where k-mers stood last, of every eighth place; each place that no copy reached looks
 * itself up on both strands.  A find is extended both ways, over substitutions as long as what
 * follows pays for them.
 *
 * Contents: 1. finding  2. extending  3. writing  4. making.
 */
#include <tl/repeat.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/mem.h>

#define K 24
#define EVERY 8       /* of these places one is put into the table */
#define LEAST 56      /* what a copy must save, in bits: it takes six bytes, or seven */
#define MATCH 2       /* bits that a residue takes */
#define SUBST 16      /* and what a substitution takes more */
#define DROP 64       /* bits that a copy may lose on its way to better ones */
#define TABLE_BITS 20 /* slots of the table, at most */

struct finder {
	const uint8_t *residues;
	size_t n, at;    /* all up to at is written */
	uint32_t *table; /* [1 << bits] place of a k-mer, plus 1 */
	unsigned bits;
	int64_t expected; /* where the next copy would begin, were it to go on with the last one */
	bool minus;
	struct tl_buf *copy, *rest;
};

/* A copy of [at, at + len): from s on, forwards or backwards. */
struct found {
	size_t at, len;
	int64_t from;
	bool minus;
	int64_t worth;
};

/* 1. Finding. */

/* Two bits of a residue; what is none of four is A. */
static const uint8_t code[256] = {['C'] = 1, ['G'] = 2, ['T'] = 3};

static unsigned code_at(const struct finder *f, size_t i)
{
	return code[f->residues[i]];
}

static uint32_t *slot_of(const struct finder *f, uint64_t kmer)
{
	return &f->table[kmer * 0x9E3779B97F4A7C15u >> (64 - f->bits)];
}

/* Residue i of a copy is that at place(i). */
static int64_t place(const struct found *c, int64_t i)
{
	return c->minus ? c->from - i : c->from + i;
}

static bool same(const struct finder *f, const struct found *c, int64_t i)
{
	int64_t p = place(c, i);
	unsigned there = code_at(f, (size_t)p);
	return code_at(f, c->at + (size_t)i) == (c->minus ? 3 - there : there);
}

/* 2. Extending. */

/* How far residue i may go: places must be there, and before what is made. */
static bool inside(const struct finder *f, const struct found *c, int64_t i)
{
	int64_t p = place(c, i), here = (int64_t)c->at + i;
	return here < (int64_t)f->n && p >= 0 && p < here;
}

static int64_t extend(const struct finder *f, const struct found *c, int64_t from, int64_t step,
		      int64_t least, int64_t *ret_worth)
{
	int64_t worth = 0, best = 0, end = from;
	for (int64_t i = from; i >= least && inside(f, c, i) && worth > best - DROP; i += step) {
		worth += same(f, c, i) ? MATCH : -SUBST;
		if (worth > best) {
			best = worth;
			end = i + step;
		}
	}
	*ret_worth = best;
	return end;
}

/* A k-mer at at stands at p, or its reverse complement ends there: the copy, worth 0 where there is none. */
static struct found try_at(const struct finder *f, size_t at, int64_t p, bool minus)
{
	struct found c = {.at = at, .from = p, .minus = minus};
	int64_t behind, before;
	for (int64_t i = 0; i < K; i++)
		if (!inside(f, &c, i) || !same(f, &c, i))
			return c;
	int64_t end = extend(f, &c, K, 1, K, &behind);
	/* Backwards a forward copy comes nearer to nothing; a backward one must stay below. */
	int64_t begin = extend(f, &c, -1, -1, (int64_t)f->at - (int64_t)at, &before) + 1;
	c.from = place(&c, begin);
	c.at = (size_t)((int64_t)at + begin);
	c.len = (size_t)(end - begin);
	c.worth = K * MATCH + behind + before - LEAST;
	return c;
}

/* 3. Writing. */

static enum tl_status put_rest(struct finder *f, size_t from, size_t n, struct tl_err *err)
{
	return tl_buf_add(f->rest, f->residues + from, n, err);
}

static enum tl_status put_copy(struct finder *f, const struct found *c, struct tl_err *err)
{
	size_t gap = c->at - f->at;
	int64_t expected = f->minus ? f->expected - (int64_t)gap : f->expected + (int64_t)gap;
	enum tl_status st = tl_buf_add_varint(f->copy, gap, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(f->copy, tl_bits_zigzag(c->from - expected) << 1 | c->minus,
				       err);
	if (st == TL_OK)
		st = put_rest(f, f->at, gap, err);
	for (size_t i = 0, to; i < c->len && st == TL_OK; i = to) {
		size_t match = i;
		while (match < c->len && same(f, c, (int64_t)match))
			match++;
		for (to = match; to < c->len && !same(f, c, (int64_t)to); to++)
			;
		st = tl_buf_add_varint(f->copy, match - i, err);
		if (st == TL_OK)
			st = tl_buf_add_varint(f->copy, to - match, err);
		if (st == TL_OK)
			st = put_rest(f, c->at + match, to - match, err);
	}
	f->expected = place(c, (int64_t)c->len);
	f->minus = c->minus;
	f->at = c->at + c->len;
	return st;
}

/* The better of what the two strands of the k-mer at i offer. */
static struct found look(const struct finder *f, size_t i, uint64_t fore, uint64_t back)
{
	uint32_t p = *slot_of(f, fore), q = *slot_of(f, back);
	struct found best = {.worth = 0}, c;
	if (p) {
		c = try_at(f, i, (int64_t)p - 1, false);
		best = c.worth > best.worth ? c : best;
	}
	if (q) {
		c = try_at(f, i, (int64_t)q - 1 + K - 1, true);
		best = c.worth > best.worth ? c : best;
	}
	return best;
}

static enum tl_status find_all(struct finder *f, struct tl_err *err)
{
	const uint64_t mask = ((uint64_t)1 << 2 * K) - 1;
	uint64_t fore = 0, back = 0;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < f->n && st == TL_OK; i++) {
		fore = (fore << 2 | code_at(f, i)) & mask;
		back = back >> 2 | (uint64_t)(3 - code_at(f, i)) << (2 * K - 2);
		if (i + 1 < K)
			continue;
		size_t begin = i + 1 - K;
		if (begin >= f->at) {
			struct found c = look(f, begin, fore, back);
			if (c.worth > 0)
				st = put_copy(f, &c, err);
		}
		if (begin % EVERY == 0)
			*slot_of(f, fore) = (uint32_t)begin + 1;
	}
	return st == TL_OK ? put_rest(f, f->at, f->n - f->at, err) : st;
}

enum tl_status tl_repeat_find(const uint8_t *residues, size_t n, struct tl_buf *copy,
			      struct tl_buf *rest, struct tl_err *err)
{
	struct finder f = {.residues = residues, .n = n, .copy = copy, .rest = rest, .bits = 8};
	if (n >= UINT32_MAX)
		return tl_err_set(err, TL_INTERNAL, "too many residues for a table of repeats");
	while (f.bits < TABLE_BITS && (size_t)1 << f.bits < n / EVERY)
		f.bits++;
	f.table = tl_mem_zalloc((size_t)1 << f.bits, sizeof *f.table, err);
	enum tl_status st = f.table ? find_all(&f, err) : TL_NOMEM;
	free(f.table);
	return st;
}

/* 4. Making. */

/* A group of copy, up to its runs. */
struct group {
	uint64_t gap;
	int64_t from;
	bool minus;
};

static bool next_group(const uint8_t *copy, size_t n, size_t *pos, struct group *g)
{
	uint64_t gap, where;
	bool was = g->minus;
	if (*pos >= n || !tl_bits_get_varint(copy, n, pos, &gap) ||
	    !tl_bits_get_varint(copy, n, pos, &where) || gap > INT32_MAX)
		return false;
	int64_t expected = was ? g->from - (int64_t)gap : g->from + (int64_t)gap;
	int64_t less = tl_bits_unzigzag(where >> 1);
	g->gap = gap;
	g->minus = where & 1;
	return !__builtin_add_overflow(expected, less, &g->from);
}

/* Are len more residues of the group there?  Forwards they are, even where they are made meanwhile. */
static bool is_there(const struct group *g, uint64_t len)
{
	return !g->minus || len <= (uint64_t)(g->from + 1);
}

enum tl_status tl_repeat_measure(const uint8_t *copy, size_t copy_len, size_t n, size_t *ret_rest,
				 struct tl_err *err)
{
	struct group g = {0, 0, false};
	uint64_t at = 0, rest = 0, match, subst;
	size_t pos = 0;
	bool good = n <= INT32_MAX;
	while (good && pos < copy_len) {
		good = next_group(copy, copy_len, &pos, &g) && g.gap <= n - at;
		at += good ? g.gap : 0;
		rest += good ? g.gap : 0;
		good = good && g.from >= 0 && (uint64_t)g.from < at;
		for (subst = 1; good && subst;) {
			good = tl_bits_get_varint(copy, copy_len, &pos, &match) &&
			       tl_bits_get_varint(copy, copy_len, &pos, &subst) &&
			       match <= n - at && subst <= n - at - match &&
			       is_there(&g, match + subst);
			if (!good)
				break;
			at += match + subst;
			rest += subst;
			g.from += g.minus ? -(int64_t)(match + subst) : (int64_t)(match + subst);
		}
	}
	if (!good)
		return tl_err_set(err, TL_DATA, "it has copies that are broken");
	*ret_rest = rest + (n - at);
	return TL_OK;
}

static void copy_run(uint8_t *out, uint64_t at, const struct group *g, uint64_t len)
{
	const uint8_t *from = out + g->from;
	if (!len)
		return;
	if (g->minus)
		tl_alphabet_revcomp(out + at, from + 1 - len, len);
	else if ((uint64_t)g->from + len <= at)
		memcpy(out + at, from, len);
	else
		for (uint64_t i = 0; i < len; i++)
			out[at + i] = from[i];
}

void tl_repeat_make(const uint8_t *copy, size_t copy_len, uint8_t *out, size_t n, size_t rest)
{
	struct group g = {0, 0, false};
	const uint8_t *left = out + (n - rest);
	uint64_t at = 0, match = 0, subst = 0;
	for (size_t pos = 0; pos < copy_len && next_group(copy, copy_len, &pos, &g);) {
		memmove(out + at, left, g.gap);
		left += g.gap;
		at += g.gap;
		do {
			(void)tl_bits_get_varint(copy, copy_len, &pos, &match);
			(void)tl_bits_get_varint(copy, copy_len, &pos, &subst);
			copy_run(out, at, &g, match);
			at += match;
			memmove(out + at, left, subst);
			left += subst;
			at += subst;
			g.from += g.minus ? -(int64_t)(match + subst) : (int64_t)(match + subst);
		} while (subst);
	}
}
