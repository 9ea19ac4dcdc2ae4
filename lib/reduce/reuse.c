/* SPDX-License-Identifier: MIT */
/* reuse: which literals of members stand in references other than their own.
 *
 * Contents: 1. k-mers  2. literals and references  3. meeting  4. measuring  5. loans  6. the object.
 */
#include <tl/reuse.h>

#include <string.h>

#include <tl/bits.h>
#include <tl/block.h>
#include <tl/borrow.h>
#include <tl/buf.h>
#include <tl/mem.h>
#include <tl/pack.h>
#include <tl/sort.h>
#include <tl/store.h>

#define K 24
#define ONE_OF 8              /* k-mers is looked at */
#define SEEN_BITS 24          /* of the filter of k-mers that literals have */
#define LENDERS 4             /* of a k-mer, the first ones, are looked at */
#define GO_ON 16              /* residues of a loan behind a substitution in the one before */
#define PAYS 4                /* bytes that the loans of a member must save, and those that they take again */
#define LOAN_BYTES (1u << 20) /* of a member, about, at most: they stand with its first piece */
#define WINDOW 512            /* residues of a reference that are had at a time, a multiple of 4 */
#define PACKED (WINDOW / 4)

/* What is stored of a reference: this, then windows, each a byte, not 0 where it has other residues than
 * A C G T, and the packed residues. */
struct lender {
	uint64_t ordinal, length;
};

/* K-mers of a sequence as it comes. */
struct roll {
	uint64_t plus, minus, at; /* the k-mer that ends before place at, on both strands */
	unsigned have;            /* residues in it, K at most */
};

/* A sampled k-mer. */
struct seed {
	uint64_t hash, place;
	bool minus; /* it is the one of the other strand */
};

struct tl_reuse {
	struct tl_sort *asked; /* hash, member, place and strand */
	struct tl_sort *lent;  /* hash, lender, place and strand */
	struct tl_sort *met;   /* member, place in its literals, lender, place there and strand */
	struct tl_sort_pass *pass; /* of met, when members are cut */
	const uint64_t *next;      /* of it */
	uint8_t *seen;             /* bits by hash */
	struct tl_store *store;    /* lenders */
	/* The reference at hand: */
	uint64_t at; /* in store */
	struct roll roll;
	uint8_t window[WINDOW];
	size_t have; /* residues in it */
	/* The window that was looked at last: */
	uint64_t view_at, view_window; /* lender, or UINT64_MAX; number */
	uint8_t view[WINDOW + TL_BUF_PAD];
	bool view_odd;
	struct tl_buf scratch, own, loans;
};

/* 1. K-mers. */

/* Two bits of a residue plus 1; 0 for what is none of four. */
static const uint8_t code[256] = {['A'] = 1, ['C'] = 2, ['G'] = 3, ['T'] = 4};

static uint64_t mix(uint64_t v)
{
	v *= 0x9E3779B97F4A7C15u;
	v ^= v >> 32;
	v *= 0xD6E8FEB86659FD93u;
	return v ^ v >> 32;
}

/* Takes a residue; true where the k-mer that ends with it is sampled.  One that is its own reverse complement
 * has no strand, and is not. */
static bool roll_on(struct roll *r, uint8_t residue, struct seed *ret)
{
	const uint64_t mask = (UINT64_C(1) << 2 * K) - 1;
	unsigned c = code[residue];
	r->at++;
	if (!c--) {
		r->have = 0;
		return false;
	}
	r->plus = (r->plus << 2 | c) & mask;
	r->minus = r->minus >> 2 | (uint64_t)(3 - c) << (2 * K - 2);
	r->have += r->have < K;
	if (r->have < K || r->plus == r->minus)
		return false;
	ret->minus = r->minus < r->plus;
	ret->hash = mix(ret->minus ? r->minus : r->plus);
	ret->place = r->at - K;
	return ret->hash / (UINT64_MAX / ONE_OF + 1) == 0;
}

static bool see(uint8_t *seen, uint64_t hash, bool set)
{
	uint64_t bit = hash & ((1u << SEEN_BITS) - 1);
	uint8_t *byte = &seen[bit / 8], mask = (uint8_t)(1u << bit % 8);
	bool was = *byte & mask;
	*byte |= set ? mask : 0;
	return was;
}

/* 2. Literals and references. */

enum tl_status tl_reuse_ask(struct tl_reuse *r, uint32_t i, struct tl_str literals,
			    struct tl_err *err)
{
	struct roll roll = {0};
	struct seed seed;
	enum tl_status st = TL_OK;
	if (literals.n < TL_REUSE_LEAST || literals.n > TL_BLOCK_MAX)
		return TL_OK;
	if (!r->seen && !(r->seen = tl_mem_zalloc(1u << SEEN_BITS >> 3, 1, err)))
		return TL_NOMEM;
	for (size_t at = 0; at < literals.n && st == TL_OK; at++) {
		if (!roll_on(&roll, literals.p[at], &seed))
			continue;
		(void)see(r->seen, seed.hash, true);
		st = tl_sort_put(r->asked, 0, (uint64_t[]){seed.hash, i, seed.place << 1 | seed.minus},
				 err);
	}
	return st;
}

enum tl_status tl_reuse_begin(struct tl_reuse *r, uint64_t ordinal, uint64_t length,
			      struct tl_err *err)
{
	const struct lender l = {ordinal, length};
	r->at = tl_store_bytes(r->store);
	r->roll = (struct roll){0};
	r->have = 0;
	return tl_sort_count(r->asked) ? tl_store_put(r->store, &l, sizeof l, err) : TL_OK;
}

static enum tl_status put_window(struct tl_reuse *r, struct tl_err *err)
{
	struct tl_buf odd = {0};
	uint8_t plain[WINDOW], packed[1 + PACKED] = {0};
	for (size_t i = 0; i < r->have; i++) {
		unsigned c = code[r->window[i]];
		plain[i] = c ? r->window[i] : 'A';
		packed[0] |= !c;
	}
	tl_buf_reset(&r->scratch);
	enum tl_status st = tl_pack_put(plain, r->have, &r->scratch, &odd, err);
	tl_buf_free(&odd);
	if (st != TL_OK)
		return st;
	memcpy(packed + 1, r->scratch.data, r->scratch.len);
	r->have = 0;
	return tl_store_put(r->store, packed, sizeof packed, err);
}

enum tl_status tl_reuse_add(struct tl_reuse *r, struct tl_str residues, bool last,
			    struct tl_err *err)
{
	struct seed seed;
	enum tl_status st = TL_OK;
	if (!tl_sort_count(r->asked))
		return TL_OK;
	for (size_t i = 0; i < residues.n && st == TL_OK; i++) {
		r->window[r->have++] = residues.p[i];
		if (r->have == WINDOW)
			st = put_window(r, err);
		if (st == TL_OK && roll_on(&r->roll, residues.p[i], &seed) &&
		    see(r->seen, seed.hash, false))
			st = tl_sort_put(r->lent, 0,
					 (uint64_t[]){seed.hash, r->at, seed.place << 1 | seed.minus},
					 err);
	}
	return st == TL_OK && last && r->have ? put_window(r, err) : st;
}

/* 3. Meeting. */

/* The lenders of a k-mer: the first ones of those in order. */
struct group {
	uint64_t hash;
	size_t n;
	uint64_t lender[LENDERS][2];
};

/* Goes on to the lenders of hash, or of the first one behind it. */
static enum tl_status read_group(struct tl_sort_pass *lent, const uint64_t **row, uint64_t hash,
				 struct group *g, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK && *row && (*row)[0] < hash)
		st = tl_sort_next(lent, row, err);
	g->n = 0;
	g->hash = *row ? (*row)[0] : UINT64_MAX;
	while (st == TL_OK && *row && (*row)[0] == g->hash) {
		if (g->n < LENDERS)
			memcpy(g->lender[g->n++], *row + 1, sizeof g->lender[0]);
		st = tl_sort_next(lent, row, err);
	}
	return st;
}

static enum tl_status meet(struct tl_reuse *r, const uint64_t *asked, const struct group *g,
			   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t k = 0; k < g->n && st == TL_OK; k++) {
		const uint64_t *lender = g->lender[k];
		const uint64_t minus = (asked[2] ^ lender[1]) & 1;
		const uint64_t row[4] = {asked[1], asked[2] >> 1, lender[0],
					 (lender[1] & ~UINT64_C(1)) | minus};
		st = tl_sort_put(r->met, 0, row, err);
	}
	return st;
}

static enum tl_status meet_all(struct tl_reuse *r, struct tl_err *err)
{
	struct tl_sort_pass *asked = NULL, *lent = NULL;
	const uint64_t *a = NULL, *l = NULL;
	struct group g = {.hash = 0};
	enum tl_status st = tl_sort_open(r->asked, 0, UINT64_MAX, &asked, err);
	if (st == TL_OK)
		st = tl_sort_open(r->lent, 0, UINT64_MAX, &lent, err);
	if (st == TL_OK)
		st = tl_sort_next(lent, &l, err);
	while (st == TL_OK && (st = tl_sort_next(asked, &a, err)) == TL_OK && a) {
		if (a[0] > g.hash)
			st = read_group(lent, &l, a[0], &g, err);
		if (st == TL_OK && a[0] == g.hash)
			st = meet(r, a, &g, err);
	}
	tl_sort_close(asked);
	tl_sort_close(lent);
	return st;
}

enum tl_status tl_reuse_settle(struct tl_reuse *r, struct tl_err *err)
{
	enum tl_status st = tl_sort_end(r->asked, err);
	if (st == TL_OK)
		st = tl_sort_end(r->lent, err);
	if (st == TL_OK)
		st = meet_all(r, err);
	tl_sort_free(r->lent);
	tl_sort_free(r->asked); /* their memory is worth having from here on */
	r->lent = r->asked = NULL;
	if (st == TL_OK)
		st = tl_sort_end(r->met, err);
	if (st == TL_OK)
		st = tl_sort_open(r->met, 0, UINT64_MAX, &r->pass, err);
	return st == TL_OK ? tl_sort_next(r->pass, &r->next, err) : st;
}

/* 4. Measuring. */

/* Literals and a lender, place by place: literal i stands at from + i, or, backwards, at from - i. */
struct pairing {
	uint64_t lender; /* in store */
	uint64_t length; /* of it */
	struct tl_str literals;
	int64_t from;
	bool minus;
};

/* The residue at place of a lender; 0 where it is none of four. */
static enum tl_status residue_at(struct tl_reuse *r, uint64_t lender, uint64_t place, uint8_t *ret,
				 struct tl_err *err)
{
	uint64_t window = place / WINDOW;
	struct tl_str s;
	if (r->view_at != lender || r->view_window != window) {
		enum tl_status st = tl_store_get(
			r->store, lender + sizeof(struct lender) + window * (1 + PACKED), 1 + PACKED,
			&r->scratch, &s, err);
		if (st == TL_OK)
			st = tl_pack_get(s.p + 1, PACKED, NULL, 0, r->view, WINDOW, err);
		if (st != TL_OK)
			return st;
		r->view_odd = s.p[0];
		r->view_at = lender;
		r->view_window = window;
	}
	*ret = r->view_odd ? 0 : r->view[place % WINDOW];
	return TL_OK;
}

static enum tl_status same(struct tl_reuse *r, const struct pairing *p, size_t i, bool *ret,
			   struct tl_err *err)
{
	int64_t place = p->minus ? p->from - (int64_t)i : p->from + (int64_t)i;
	unsigned here = code[p->literals.p[i]];
	uint8_t there = 0;
	*ret = false;
	if (!here || place < 0 || (uint64_t)place >= p->length)
		return TL_OK;
	enum tl_status st = residue_at(r, p->lender, (uint64_t)place, &there, err);
	if (st == TL_OK && there)
		*ret = code[there] == (p->minus ? 5 - here : here);
	return st;
}

/* The stretch [*lo, *hi) that is equal around [*lo, *hi), not before least. */
static enum tl_status extend(struct tl_reuse *r, const struct pairing *p, size_t least, size_t *lo,
			     size_t *hi, struct tl_err *err)
{
	bool go = true;
	enum tl_status st = TL_OK;
	while (st == TL_OK && go && *lo > least) {
		st = same(r, p, *lo - 1, &go, err);
		*lo -= go;
	}
	go = true;
	while (st == TL_OK && go && *hi < p->literals.n) {
		st = same(r, p, *hi, &go, err);
		*hi += go;
	}
	return st;
}

static enum tl_status pair_up(struct tl_reuse *r, const uint64_t *met, struct tl_str literals,
			      struct pairing *ret, struct lender *ret_lender, struct tl_err *err)
{
	struct tl_str s;
	int64_t at = (int64_t)met[1], place = (int64_t)(met[3] >> 1);
	enum tl_status st =
		tl_store_get(r->store, met[2], sizeof *ret_lender, &r->scratch, &s, err);
	if (st != TL_OK)
		return st;
	memcpy(ret_lender, s.p, sizeof *ret_lender);
	*ret = (struct pairing){met[2], ret_lender->length, literals, place - at, met[3] & 1};
	if (ret->minus)
		ret->from = place + K - 1 + at;
	return TL_OK;
}

/* 5. Loans. */

/* What of a member's literals is dealt with. */
struct cutting {
	struct tl_borrow borrow;
	struct tl_str literals;
	size_t at; /* all before is told */
};

static enum tl_status put_loan(struct tl_reuse *r, struct cutting *c, const struct pairing *p,
			       uint64_t source, size_t lo, size_t hi, struct tl_err *err)
{
	const uint64_t place = p->minus ? p->length - 1 - (uint64_t)(p->from - (int64_t)lo)
					: (uint64_t)(p->from + (int64_t)lo);
	const struct tl_loan loan = {.own = lo - c->at, .source = source, .place = place,
				     .length = hi - lo, .minus = p->minus};
	enum tl_status st = tl_buf_add(&r->own, c->literals.p + c->at, lo - c->at, err);
	c->at = hi;
	return st == TL_OK ? tl_borrow_put(&c->borrow, &loan, &r->loans, err) : st;
}

/* The stretch around a place that met, and those that go on with it behind a substitution. */
static enum tl_status take(struct tl_reuse *r, struct cutting *c, const struct pairing *p,
			   uint64_t source, size_t lo, size_t hi, struct tl_err *err)
{
	enum tl_status st = put_loan(r, c, p, source, lo, hi, err);
	while (st == TL_OK && hi < c->literals.n && r->loans.len < LOAN_BYTES) {
		lo = ++hi;
		st = extend(r, p, lo, &lo, &hi, err);
		if (st != TL_OK || hi - lo < GO_ON)
			break;
		st = put_loan(r, c, p, source, lo, hi, err);
	}
	return st;
}

/* Of the lenders that met the same place of the literals, takes the one that has most. */
static enum tl_status cut_place(struct tl_reuse *r, struct cutting *c, struct tl_err *err)
{
	const uint64_t member = r->next[0], place = r->next[1];
	struct pairing best = {0}, p;
	struct lender source = {0}, l;
	size_t from = 0, to = 0;
	enum tl_status st = TL_OK;
	while (st == TL_OK && r->next && r->next[0] == member && r->next[1] == place) {
		size_t lo = place, hi = place;
		if (place >= c->at && place < c->literals.n) {
			st = pair_up(r, r->next, c->literals, &p, &l, err);
			if (st == TL_OK)
				st = extend(r, &p, c->at, &lo, &hi, err);
			if (hi - lo > to - from) {
				best = p;
				source = l;
				from = lo;
				to = hi;
			}
		}
		if (st == TL_OK)
			st = tl_sort_next(r->pass, &r->next, err);
	}
	return st == TL_OK && to - from >= TL_REUSE_LEAST
		       ? take(r, c, &best, source.ordinal, from, to, err)
		       : st;
}

enum tl_status tl_reuse_cut(struct tl_reuse *r, uint32_t i, uint64_t ordinal, struct tl_str *literals,
			    struct tl_str *ret_loans, struct tl_err *err)
{
	struct cutting c = {tl_borrow_begin(ordinal), *literals, 0};
	enum tl_status st = TL_OK;
	tl_buf_reset(&r->own);
	tl_buf_reset(&r->loans);
	while (st == TL_OK && r->next && r->next[0] < i)
		st = tl_sort_next(r->pass, &r->next, err);
	while (st == TL_OK && r->next && r->next[0] == i && r->loans.len < LOAN_BYTES)
		st = cut_place(r, &c, err);
	*ret_loans = (struct tl_str){NULL, 0};
	/* Packed, four residues take a byte; those that come again among literals, less. */
	if (st != TL_OK || (c.at - r->own.len) / 8 < r->loans.len + PAYS)
		return st;
	*ret_loans = (struct tl_str){r->loans.data, r->loans.len};
	st = tl_buf_add(&r->own, c.literals.p + c.at, c.literals.n - c.at, err);
	*literals = (struct tl_str){r->own.data, r->own.len};
	return st;
}

/* 6. The object. */

enum tl_status tl_reuse_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_reuse **ret,
			    struct tl_err *err)
{
	const uint64_t share = tl_budget_share(budget, 1, 16, 0);
	struct tl_reuse *r = tl_mem_zalloc(1, sizeof *r, err);
	if (!r)
		return TL_NOMEM;
	r->view_at = UINT64_MAX;
	enum tl_status st = tl_sort_new(pool, budget, share, 3, &r->asked, err);
	if (st == TL_OK)
		st = tl_sort_new(pool, budget, share, 3, &r->lent, err);
	if (st == TL_OK)
		st = tl_sort_new(pool, budget, share, 4, &r->met, err);
	if (st == TL_OK)
		st = tl_store_new(budget, share, &r->store, err);
	if (st == TL_OK)
		*ret = r;
	else
		tl_reuse_free(r);
	return st;
}

void tl_reuse_free(struct tl_reuse *r)
{
	if (!r)
		return;
	tl_sort_close(r->pass);
	tl_sort_free(r->asked);
	tl_sort_free(r->lent);
	tl_sort_free(r->met);
	tl_store_free(r->store);
	tl_mem_free(r->seen);
	tl_buf_free(&r->scratch);
	tl_buf_free(&r->own);
	tl_buf_free(&r->loans);
	tl_mem_free(r);
}
