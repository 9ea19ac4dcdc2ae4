/* SPDX-License-Identifier: MIT */
/* ledger: which records stand in which block: recX.  man tl-stream(5) section 10.
 *
 * A record is found by the id that all who ask for it know: the accession inside db|ACC|NAME, else
 * the first word; so each title costs one key.  Who asks for a whole db|ACC|NAME looks for its ACC.
 */
#include <tl/ledger.h>

#include <string.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/hash.h>
#include <tl/taxon.h>

#include "column.h"

enum {
	TAG_ORDN = TL_TAG('O', 'R', 'D', 'N'),
	TAG_BASE = TL_TAG('B', 'A', 'S', 'E'),
	TAG_INFO = TL_TAG('I', 'N', 'F', 'O'),
	TAG_KEYS = TL_TAG('K', 'E', 'Y', 'S'),
	TAG_LENT = TL_TAG('L', 'E', 'N', 'T'),
};

#define INFO_IN 1
#define INFO_OUT 2
#define INFO_LENT 4 /* LENT has bytes of it: how many, then an ordinal less its own, zigzag, for each lender */
#define INFO_KEYS 8 /* keys, times that */

static const uint32_t tags[TL_LEDGER_COLUMNS] = {TAG_ORDN, TAG_BASE, TAG_INFO, TAG_KEYS, TAG_LENT};

static uint32_t key_of(struct tl_str s)
{
	return (uint32_t)(tl_hash_64(s.p, s.n) & 0xffffff);
}

/* The accession in db|ACC|NAME; false where there is none. */
static bool inner(struct tl_str word, struct tl_str *ret)
{
	const uint8_t *bar = word.n ? memchr(word.p, '|', word.n) : NULL;
	if (!bar)
		return false;
	size_t left = word.n - (size_t)(bar + 1 - word.p);
	const uint8_t *end = left ? memchr(bar + 1, '|', left) : NULL;
	*ret = (struct tl_str){bar + 1, end ? (size_t)(end - bar - 1) : left};
	return ret->n > 0;
}

uint32_t tl_ledger_key(struct tl_str id, bool *ret_has_inner, uint32_t *ret_inner)
{
	struct tl_str acc;
	*ret_has_inner = inner(id, &acc);
	*ret_inner = *ret_has_inner ? key_of(acc) : 0;
	return key_of(id);
}

static bool ends_word(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 1;
}

/* A key for each title of a header; titles are joined by Ctrl-A. */
static enum tl_status add_titles(struct tl_ledger *l, struct tl_str head, uint64_t *ret_keys,
				 struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (*ret_keys = 0; st == TL_OK;) {
		struct tl_str word = {head.p, 0}, acc;
		while (word.n < head.n && !ends_word(head.p[word.n]))
			word.n++;
		if (word.n) {
			uint8_t k[4];
			tl_bits_put32(k, key_of(inner(word, &acc) ? acc : word));
			st = tl_buf_add(&l->col[TL_LEDGER_KEYS], k, 3, err);
			++*ret_keys;
		}
		const uint8_t *next = head.n ? memchr(head.p, 1, head.n) : NULL;
		if (!next)
			break;
		head.n -= (size_t)(next + 1 - head.p);
		head.p = next + 1;
	}
	return st;
}

uint32_t tl_ledger_taxon(uint32_t id)
{
	uint8_t bytes[5] = {0}; /* no name begins so */
	tl_bits_put32(bytes + 1, id);
	return key_of((struct tl_str){bytes, sizeof bytes});
}

/* A key for each taxonomy id; one that comes again at once counts once. */
static enum tl_status add_taxa(struct tl_ledger *l, struct tl_str head, struct tl_str taxa,
			       uint64_t *keys, struct tl_err *err)
{
	size_t pos = 0;
	enum tl_status st = TL_OK;
	for (uint32_t id, last = 0; st == TL_OK && (id = tl_taxon_each(head, taxa, &pos)); last = id) {
		uint8_t k[4];
		if (id == last)
			continue;
		tl_bits_put32(k, tl_ledger_taxon(id));
		st = tl_buf_add(&l->col[TL_LEDGER_KEYS], k, 3, err);
		++*keys;
	}
	return st;
}

/* The sources of the loans of an entry; one that comes again at once counts once. */
static enum tl_status add_lenders(struct tl_ledger *l, struct tl_str loans, uint64_t ordinal,
				  struct tl_err *err)
{
	struct tl_buf *to = &l->col[TL_LEDGER_LENT];
	struct tl_borrow b = tl_borrow_begin(ordinal);
	struct tl_loan loan;
	uint64_t last = ordinal;
	size_t bytes = 0;
	uint8_t one[TL_VARINT_MAX];
	while (tl_borrow_next(&b, loans, &loan)) {
		if (loan.source != last)
			bytes += tl_bits_put_varint(one, tl_bits_zigzag((int64_t)(loan.source - ordinal)));
		last = loan.source;
	}
	enum tl_status st = tl_buf_add_varint(to, bytes, err);
	b = tl_borrow_begin(last = ordinal);
	while (st == TL_OK && tl_borrow_next(&b, loans, &loan)) {
		if (loan.source != last)
			st = tl_buf_add_varint(to, tl_bits_zigzag((int64_t)(loan.source - ordinal)), err);
		last = loan.source;
	}
	return st;
}

bool tl_ledger_row_lender(const struct tl_ledger_row *row, size_t *pos, uint64_t *ret)
{
	uint64_t v;
	if (*pos >= row->lent.n || !tl_bits_get_varint(row->lent.p, row->lent.n, pos, &v))
		return false;
	*ret = row->ordinal + (uint64_t)tl_bits_unzigzag(v);
	return *ret < TL_BLOCK_ORDINALS;
}

static enum tl_status add_row(struct tl_ledger *l, const struct tl_batch *b, size_t i,
			      uint64_t before, struct tl_err *err)
{
	unsigned flags = b->flags[i];
	uint64_t keys = 0, ordinal = b->ordinal[i];
	uint64_t base = b->kind == TL_KIND_SEQ ? 0 : ordinal - b->base[i];
	uint64_t info = (flags & TL_REC_IN ? INFO_IN : 0) | (flags & TL_REC_OUT ? INFO_OUT : 0);
	struct tl_str loans = {NULL, 0};
	enum tl_status st = TL_OK;
	if (i < b->loans.n)
		loans = tl_col_get(&b->loans, i);
	info |= loans.n ? INFO_LENT : 0;
	if (loans.n)
		st = add_lenders(l, loans, ordinal, err);
	if (st == TL_OK && !(flags & TL_REC_IN) && i < b->head.n)
		st = add_titles(l, tl_col_get(&b->head, i), &keys, err);
	if (st == TL_OK && !(flags & TL_REC_IN) && i < b->head.n)
		st = add_taxa(l, tl_col_get(&b->head, i),
			      i < b->taxa.n ? tl_col_get(&b->taxa, i) : (struct tl_str){NULL, 0}, &keys,
			      err);
	if (st == TL_OK)
		st = tl_buf_add_varint(&l->col[TL_LEDGER_ORDN],
				       tl_bits_zigzag((int64_t)(ordinal - before)), err);
	if (st == TL_OK)
		st = tl_buf_add_varint(&l->col[TL_LEDGER_BASE], tl_bits_zigzag((int64_t)base), err);
	if (st == TL_OK)
		st = tl_buf_add_varint(&l->col[TL_LEDGER_INFO], info + INFO_KEYS * keys, err);
	return st;
}

enum tl_status tl_ledger_add(struct tl_ledger *l, const struct tl_batch *b, uint64_t first,
			     struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++)
		st = add_row(l, b, i, i ? b->ordinal[i - 1] : first, err);
	l->rows += b->n;
	return st;
}

enum tl_status tl_ledger_append(struct tl_ledger *l, const struct tl_ledger *part,
				struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (int i = 0; i < TL_LEDGER_COLUMNS && st == TL_OK; i++)
		st = tl_buf_add(&l->col[i], part->col[i].data, part->col[i].len, err);
	l->rows += part->rows;
	return st;
}

size_t tl_ledger_bytes(const struct tl_ledger *l)
{
	size_t bytes = 0;
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		bytes += l->col[i].len;
	return bytes;
}

void tl_ledger_reset(struct tl_ledger *l)
{
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		tl_buf_reset(&l->col[i]);
	l->rows = 0;
}

void tl_ledger_free(struct tl_ledger *l)
{
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		tl_buf_free(&l->col[i]);
	l->rows = 0;
}

void tl_ledger_encode(const struct tl_ledger *l, struct tl_payload *payload)
{
	tl_block_clear(payload);
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		tl_block_lend(payload, tags[i], (struct tl_str){l->col[i].data, l->col[i].len});
}

enum tl_status tl_ledger_open(const struct tl_block *block, struct tl_ledger_walk *ret,
			      struct tl_err *err)
{
	enum tl_status st = tl_column_known(block, tags, TL_LEDGER_COLUMNS, err);
	*ret = (struct tl_ledger_walk){.rows = block->head.records};
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		ret->col[i] = tl_block_get(block, tags[i]);
	return st;
}

void tl_ledger_begin(struct tl_ledger_walk *w, uint64_t first)
{
	w->ordinal = first;
}

static bool number(struct tl_ledger_walk *w, int column, uint64_t *ret)
{
	return tl_bits_get_varint(w->col[column].p, w->col[column].n, &w->at[column], ret);
}

/* The bytes of a row in LENT. */
static bool take_lent(struct tl_ledger_walk *w, struct tl_str *ret)
{
	const struct tl_str all = w->col[TL_LEDGER_LENT];
	size_t *at = &w->at[TL_LEDGER_LENT];
	uint64_t n;
	if (!number(w, TL_LEDGER_LENT, &n) || n > all.n - *at)
		return false;
	*ret = (struct tl_str){n ? all.p + *at : NULL, (size_t)n};
	*at += (size_t)n;
	return true;
}

enum tl_status tl_ledger_next(struct tl_ledger_walk *w, struct tl_ledger_row *ret,
			      struct tl_err *err)
{
	uint64_t ordinal, base, info;
	const struct tl_str *keys = &w->col[TL_LEDGER_KEYS];
	if (w->row == w->rows || !number(w, TL_LEDGER_ORDN, &ordinal) ||
	    !number(w, TL_LEDGER_BASE, &base) || !number(w, TL_LEDGER_INFO, &info) ||
	    info / INFO_KEYS > (keys->n - w->at[TL_LEDGER_KEYS]) / 3)
		return tl_err_set(err, TL_DATA, "its rows are broken");
	struct tl_str lent = {NULL, 0};
	if (info & INFO_LENT && !take_lent(w, &lent))
		return tl_err_set(err, TL_DATA, "its rows are broken");
	w->row++;
	w->ordinal += (uint64_t)tl_bits_unzigzag(ordinal);
	*ret = (struct tl_ledger_row){
		.ordinal = w->ordinal,
		.base = w->ordinal - (uint64_t)tl_bits_unzigzag(base),
		.copy = base != 0,
		.in = info & INFO_IN,
		.out = info & INFO_OUT,
		.keys = (size_t)(info / INFO_KEYS),
		.key = keys->n ? keys->p + w->at[TL_LEDGER_KEYS] : NULL,
		.lent = lent,
	};
	w->at[TL_LEDGER_KEYS] += 3 * ret->keys;
	if (ret->ordinal >= TL_BLOCK_ORDINALS || ret->base >= TL_BLOCK_ORDINALS)
		return tl_err_set(err, TL_DATA, "its ordinals are out of range");
	return TL_OK;
}

bool tl_ledger_ended(const struct tl_ledger_walk *w)
{
	bool ended = w->row == w->rows;
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		ended = ended && w->at[i] == w->col[i].n;
	return ended;
}

enum tl_status tl_ledger_hash(const struct tl_ledger_walk *from, const struct tl_ledger_walk *to,
			      uint64_t *ret, struct tl_err *err)
{
	struct tl_str part[TL_LEDGER_COLUMNS];
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++) {
		size_t n = to->at[i] - from->at[i];
		part[i] = (struct tl_str){n ? to->col[i].p + from->at[i] : NULL, n};
	}
	return tl_hash_parts(part, TL_LEDGER_COLUMNS, ret, err);
}

enum tl_status tl_ledger_hash_all(const struct tl_ledger *l, uint64_t *ret, struct tl_err *err)
{
	struct tl_str part[TL_LEDGER_COLUMNS];
	for (int i = 0; i < TL_LEDGER_COLUMNS; i++)
		part[i] = (struct tl_str){l->col[i].data, l->col[i].len};
	return tl_hash_parts(part, TL_LEDGER_COLUMNS, ret, err);
}
