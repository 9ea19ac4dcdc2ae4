/* SPDX-License-Identifier: MIT */
/* apart: scripts of deltas with their runs and letters in columns of their own.
 *
 * zstd sees bytes: lengths of runs tell it little of what their operations are, and the other way
 * round; and of letters that do not come again it makes no less than two bits, rather more.
 *
 * Contents: 1. packed letters  2. runs  3. letters of scripts  4. the interface.
 */
#include "apart.h"

#include <stdlib.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/mem.h>
#include <tl/pack.h>
#include <tl/repeat.h>

#include "codec.h"
#include "column.h"

#define TRIAL_LEVEL 9    /* of zstd: what it makes smaller than packed stays as it is */
#define ENDS 3           /* numbers before the runs of a script */
#define BOTH 4           /* what stands for a match and a substitution of one residue behind it, */
#define ONE (1 << 2 | 1) /* which is that as a run */

enum {
	TAG_OPSV = TL_TAG('O', 'P', 'S', 'V'),
	TAG_RUNC = TL_TAG('R', 'U', 'N', 'C'),
	TAG_RUNE = TL_TAG('R', 'U', 'N', 'E'),
	TAG_RUNN = TL_TAG('R', 'U', 'N', 'N'),
	TAG_RUNO = TL_TAG('R', 'U', 'N', 'O'),
};

enum {
	RUN_SUBST = 1,
	RUN_INS = 2,
	RUN_DEL = 3
}; /* operations, as tl-stream(5) section 5.5 has them */

/* Strings of letters, and their columns where they stand packed. */
struct tags {
	uint32_t plain, packed, odd, copy;
};

static const struct tags subs_tags = {TL_TAG('S', 'U', 'B', 'S'), TL_TAG('S', 'U', 'B', 'P'),
				      TL_TAG('S', 'U', 'B', 'X'), 0};
static const struct tags lits_tags = {TL_TAG('L', 'I', 'T', 'S'), TL_TAG('L', 'I', 'T', 'P'),
				      TL_TAG('L', 'I', 'T', 'X'), TL_TAG('L', 'I', 'T', 'C')};

/* A block has no room for the columns of FASTQ beside these. */
static bool is_apart(const struct tl_batch *b)
{
	return b->apart && b->n && b->format == TL_FORMAT_FASTA && b->ops.n == b->n;
}

/* 1. Packed letters. */

enum tl_status tl_apart_pack(struct tl_str letters, bool repeats, struct tl_buf *packed,
			     struct tl_buf *odd, struct tl_buf *copy, struct tl_err *err)
{
	struct tl_buf rest = {0}, none = {0};
	enum tl_status st = tl_pack_put(letters.p, letters.n, packed, odd, err);
	if (st != TL_OK || !repeats)
		return st;
	st = tl_repeat_find(letters.p, letters.n, copy, &rest, err);
	if (st == TL_OK && copy->len) { /* again, only what is no copy */
		tl_buf_reset(packed);
		st = tl_pack_put(rest.data, rest.len, packed, &none, err);
	}
	tl_buf_free(&rest);
	tl_buf_free(&none);
	return st;
}

enum tl_status tl_apart_unpack(const struct tl_apart_letters *from, uint64_t n, struct tl_buf *to,
			       struct tl_err *err)
{
	const struct tl_str packed = from->packed, copy = from->copy;
	size_t rest = (size_t)n;
	enum tl_status st = TL_OK;
	if (copy.n)
		st = tl_repeat_measure(copy.p, copy.n, (size_t)n, &rest, err);
	if (st == TL_OK && (4 * (uint64_t)packed.n < rest || 4 * (uint64_t)packed.n - rest > 3))
		st = tl_err_set(err, TL_DATA, "its residues do not add up");
	if (st == TL_OK)
		st = tl_buf_claim(to, (size_t)n, err);
	if (st == TL_OK)
		st = tl_pack_get(packed.p, packed.n, NULL, 0, to->data + (n - rest), rest, err);
	if (st == TL_OK && copy.n)
		tl_repeat_make(copy.p, copy.n, to->data, (size_t)n, rest);
	if (st == TL_OK)
		st = tl_pack_except(from->odd.p, from->odd.n, to->data, (size_t)n, err);
	if (st == TL_OK)
		to->len = (size_t)n;
	return st;
}

/* 2. Runs. */

/* The columns of runs under construction. */
struct runs {
	struct tl_buf *count, *ends, *length, *op;
	bool told; /* the lengths of entries tell how many runs each has */
};

/* Does the number that was read to pos take as many bytes as it must? */
static bool is_short(uint64_t v, size_t bytes)
{
	uint8_t again[TL_VARINT_MAX];
	return tl_bits_put_varint(again, v) == bytes;
}

/* One run; its residues of the record are added to *have. */
static enum tl_status add_run(struct runs *r, uint64_t v, bool both, uint64_t *have,
			      struct tl_err *err)
{
	const unsigned op = v & 3;
	const uint64_t residues = op == RUN_DEL ? 0 : (v >> 2) + both;
	enum tl_status st = tl_buf_add_varint(r->length, v >> 2, err);
	/* More than all, so that it is not told. */
	if (!tl_bits_add(*have, residues, have))
		*have = UINT64_MAX;
	return st == TL_OK ? tl_buf_fill(r->op, both ? BOTH : (uint8_t)op, 1, err) : st;
}

/* The numbers of an entry of that many residues; *ret_fits false where they are not whole ones. */
static enum tl_status add_runs(struct runs *r, struct tl_str s, bool begins, uint64_t residues,
			       bool *ret_fits, struct tl_err *err)
{
	size_t pos = 0, left = begins ? ENDS : 0;
	uint64_t n = 0, v, have = 0, before = 0;
	enum tl_status st = TL_OK;
	while (pos < s.n && st == TL_OK) {
		size_t from = pos;
		*ret_fits = tl_bits_get_varint(s.p, s.n, &pos, &v) && is_short(v, pos - from);
		if (!*ret_fits)
			return TL_OK;
		if (left) {
			if (left-- < ENDS && !tl_bits_add(have, v, &have))
				have = UINT64_MAX;
			st = tl_buf_add_varint(r->ends, v, err);
			continue;
		}
		bool both = !(v & 3) && pos < s.n && s.p[pos] == ONE;
		pos += both;
		n++;
		before = have;
		st = add_run(r, v, both, &have, err);
	}
	*ret_fits = !left;
	r->told &= have == residues && (!n || before < residues);
	return st == TL_OK ? tl_buf_add_varint(r->count, n, err) : st;
}

static enum tl_status put_runs(const struct tl_batch *b, struct tl_payload *payload,
			       struct tl_err *err)
{
	const size_t before = payload->columns;
	struct runs r = {.told = true};
	bool fits = is_apart(b);
	enum tl_status st = TL_OK;
	if (fits) {
		r.ends = tl_block_column(payload, TAG_RUNE);
		r.length = tl_block_column(payload, TAG_RUNN);
		r.op = tl_block_column(payload, TAG_RUNO);
		r.count = tl_block_column(payload, TAG_RUNC); /* the last one, which may go */
	}
	for (size_t i = 0; i < b->n && fits && st == TL_OK; i++)
		st = add_runs(&r, tl_col_get(&b->ops, i), !(b->flags[i] & TL_REC_IN), b->length[i],
			      &fits, err);
	if (st != TL_OK)
		return st;
	if (fits) {
		payload->columns -= r.told && r.ends->len; /* without both it would be OPSV */
		return TL_OK;
	}
	payload->columns = before;
	return tl_column_lend_strings(payload, TAG_OPSV, &b->ops, b->n, err);
}

/* What is left of the columns of runs. */
struct source {
	struct tl_str ends, length, op;
	size_t ends_at, length_at, op_at;
};

static enum tl_status broken_runs(struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "its runs do not add up");
}

/* Appends the string of an entry, for which there is room: of so many runs, or as many as have that many
 * residues of the record. */
static enum tl_status join_runs(struct source *s, bool begins, const uint64_t *opt_count,
				uint64_t residues, struct tl_buf *to, struct tl_err *err)
{
	uint64_t v, have = 0;
	uint8_t *p = to->data + to->len;
	for (int i = 0; begins && i < ENDS; i++) {
		if (!tl_bits_get_varint(s->ends.p, s->ends.n, &s->ends_at, &v) ||
		    (!opt_count && i && !tl_bits_add(have, v, &have)))
			return broken_runs(err);
		p += tl_bits_put_varint(p, v);
	}
	for (uint64_t n = 0; opt_count ? n < *opt_count : have < residues; n++) {
		uint8_t op = s->op_at < s->op.n ? s->op.p[s->op_at++] : 0xff;
		if (op > BOTH || !tl_bits_get_varint(s->length.p, s->length.n, &s->length_at, &v) ||
		    v > UINT64_MAX >> 2)
			return broken_runs(err);
		p += tl_bits_put_varint(p, v << 2 | (op & 3));
		if (op == BOTH)
			*p++ = ONE;
		if (op != RUN_DEL && !opt_count && !tl_bits_add(have, v + (op == BOTH), &have))
			return broken_runs(err);
	}
	to->len = (size_t)(p - to->data);
	return opt_count || have == residues ? TL_OK : broken_runs(err);
}

/* Room for the ends of the items of a column. */
static enum tl_status room_for_ends(struct tl_col *col, size_t n, struct tl_err *err)
{
	tl_col_reset(col);
	return tl_mem_grow(&col->end, &col->cap, n, sizeof *col->end, err);
}

/* count NULL: the lengths of entries tell. */
static enum tl_status take_runs(const struct tl_block *block, struct tl_batch *b,
				const uint64_t *opt_count, struct tl_err *err)
{
	struct source s = {.ends = tl_block_get(block, TAG_RUNE),
			   .length = tl_block_get(block, TAG_RUNN),
			   .op = tl_block_get(block, TAG_RUNO)};
	enum tl_status st = room_for_ends(&b->ops, b->n, err);
	/* A length with its operation takes at most a byte more than without; then there is ONE. */
	if (st == TL_OK)
		st = tl_buf_reserve(&b->ops.bytes, s.ends.n + s.length.n + 2 * s.op.n, err);
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		st = join_runs(&s, !(b->flags[i] & TL_REC_IN), opt_count ? &opt_count[i] : NULL,
			       b->length[i], &b->ops.bytes, err);
		b->ops.end[i] = (uint32_t)b->ops.bytes.len;
	}
	if (st == TL_OK && (s.ends_at != s.ends.n || s.length_at != s.length.n ||
			    s.op_at != s.op.n || b->ops.bytes.len > TL_BLOCK_MAX))
		st = broken_runs(err);
	b->ops.n = b->n;
	return st;
}

static enum tl_status get_runs(const struct tl_block *block, struct tl_batch *b, struct tl_err *err)
{
	bool counted = tl_block_get(block, TAG_RUNC).n;
	if (!counted && !tl_block_get(block, TAG_RUNE).n)
		return tl_column_get_strings(block, TAG_OPSV, &b->ops, b->n, err);
	if (tl_block_get(block, TAG_OPSV).n)
		return tl_err_set(err, TL_DATA, "its scripts stand in two ways");
	if (!counted)
		return take_runs(block, b, NULL, err);
	enum tl_status st = tl_column_need(block, TAG_RUNC, b->n, err);
	uint64_t *count = st == TL_OK ? tl_mem_alloc(b->n, sizeof *count, err) : NULL;
	if (st == TL_OK && !count)
		st = TL_NOMEM;
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_RUNC, count, b->n, err);
	if (st == TL_OK)
		st = take_runs(block, b, count, err);
	free(count);
	return st;
}

/* 3. Letters of scripts. */

/* How many letters the runs of entry i want in SUBS, or, but for its loans, in LITS; false where they are
 * broken. */
static bool count_letters(const struct tl_batch *b, size_t i, bool subs, uint64_t *ret)
{
	const struct tl_str s = tl_col_get(&b->ops, i);
	size_t pos = 0;
	uint64_t v, lent = 0;
	*ret = 0;
	for (int k = 0; k < ENDS && !(b->flags[i] & TL_REC_IN); k++)
		if (!tl_bits_get_varint(s.p, s.n, &pos, &v) ||
		    (k && !subs && !tl_bits_add(*ret, v, ret)))
			return false;
	while (pos < s.n) {
		if (!tl_bits_get_varint(s.p, s.n, &pos, &v))
			return false;
		bool counts = (v & 3) == (subs ? RUN_SUBST : RUN_INS);
		if (counts && !tl_bits_add(*ret, v >> 2, ret))
			return false;
	}
	if (!subs && i < b->loans.n && !tl_borrow_measure(tl_col_get(&b->loans, i), &lent, &v))
		return false;
	*ret -= lent;
	return lent <= *ret + lent;
}

/* Do the runs tell the lengths of the strings? */
static bool are_told(const struct tl_batch *b, const struct tl_col *col, bool subs)
{
	uint64_t n;
	bool told = is_apart(b) && col->n == b->n;
	for (size_t i = 0; i < b->n && told; i++)
		told = count_letters(b, i, subs, &n) && n == tl_col_get(col, i).n;
	return told;
}

/* Bytes that zstd makes of letters. */
static enum tl_status try_plain(struct tl_str letters, size_t *ret, struct tl_err *err)
{
	struct tl_codec_ctx ctx = {.level = TRIAL_LEVEL};
	uint8_t *room = tl_mem_alloc(tl_codec_bound(TL_CODEC_ZSTD, letters.n), 1, err);
	enum tl_status st =
		room ? tl_codec_encode(&ctx, TL_CODEC_ZSTD, letters.p, letters.n, room, ret, err)
		     : TL_NOMEM;
	tl_codec_free(&ctx);
	free(room);
	return st;
}

static enum tl_status put_letters(const struct tl_batch *b, const struct tags *t,
				  const struct tl_col *col, struct tl_payload *payload,
				  struct tl_err *err)
{
	struct tl_buf packed = {0}, odd = {0}, copy = {0};
	const struct tl_str letters = {col->bytes.data, col->bytes.len};
	size_t plain = 0;
	bool tried = is_apart(b) && b->alphabet == TL_NUCLEOTIDE && letters.n;
	enum tl_status st = TL_OK;
	if (letters.n && are_told(b, col, t == &subs_tags))
		tl_block_lend(payload, t->plain, letters); /* without their lengths */
	else
		st = tl_column_lend_strings(payload, t->plain, col, b->n, err);
	if (st == TL_OK && tried)
		st = try_plain(letters, &plain, err);
	if (st == TL_OK && tried)
		st = tl_apart_pack(letters, t->copy, &packed, &odd, &copy, err);
	if (st == TL_OK && packed.len + odd.len + copy.len < plain) {
		payload->columns--; /* not so; the lengths stay */
		st = tl_buf_add(tl_block_column(payload, t->packed), packed.data, packed.len, err);
		if (st == TL_OK && odd.len)
			st = tl_buf_add(tl_block_column(payload, t->odd), odd.data, odd.len, err);
		if (st == TL_OK && copy.len)
			st = tl_buf_add(tl_block_column(payload, t->copy), copy.data, copy.len,
					err);
	}
	tl_buf_free(&packed);
	tl_buf_free(&odd);
	tl_buf_free(&copy);
	return st;
}

/* Ends of n strings; false where they pass limit. */
static bool add_ends(const uint64_t *length, size_t n, uint64_t limit, uint32_t *end,
		     uint64_t *ret_total)
{
	*ret_total = 0;
	for (size_t i = 0; i < n; i++) {
		if (length[i] > limit - *ret_total)
			return false;
		*ret_total += length[i];
		end[i] = (uint32_t)*ret_total;
	}
	return true;
}

static enum tl_status get_lengths(const struct tl_block *block, const struct tags *t,
				  const struct tl_batch *b, uint64_t *length, struct tl_err *err)
{
	const uint32_t tag = TL_TAG_LENGTHS(t->plain);
	if (tl_block_get(block, tag).n)
		return tl_column_get_numbers(block, tag, length, b->n, err);
	for (size_t i = 0; i < b->n; i++)
		if (!count_letters(b, i, t == &subs_tags, &length[i]))
			return broken_runs(err);
	return TL_OK;
}

/* Letters as they are, or packed. */
static enum tl_status take_letters(const struct tl_block *block, const struct tags *t,
				   const struct tl_apart_letters *from, const struct tl_batch *b,
				   uint64_t *length, struct tl_col *col, struct tl_err *err)
{
	const struct tl_str plain = tl_block_get(block, t->plain);
	const uint64_t limit = plain.n        ? plain.n
			       : from->copy.n ? TL_BLOCK_MAX
					      : 4 * (uint64_t)from->packed.n;
	uint64_t total;
	enum tl_status st = room_for_ends(col, b->n, err);
	if (st == TL_OK)
		st = get_lengths(block, t, b, length, err);
	if (st != TL_OK)
		return st;
	if (!add_ends(length, b->n, limit, col->end, &total) || (plain.n && total != plain.n))
		return tl_err_set(err, TL_DATA, "its letters do not add up");
	col->n = b->n;
	return plain.n ? tl_buf_add(&col->bytes, plain.p, plain.n, err)
		       : tl_apart_unpack(from, total, &col->bytes, err);
}

static enum tl_status get_letters(const struct tl_block *block, const struct tags *t,
				  const struct tl_batch *b, struct tl_col *col, struct tl_err *err)
{
	const struct tl_apart_letters from = {
		tl_block_get(block, t->packed), tl_block_get(block, t->odd),
		t->copy ? tl_block_get(block, t->copy) : (struct tl_str){NULL, 0}};
	bool packed = from.packed.n || from.odd.n || from.copy.n;
	bool plain = tl_block_get(block, t->plain).n;
	bool told = plain && !tl_block_get(block, TL_TAG_LENGTHS(t->plain)).n;
	if (!packed && !told)
		return tl_column_get_strings(block, t->plain, col, b->n, err);
	if (packed && plain)
		return tl_err_set(err, TL_DATA, "its letters stand in two ways");
	if (packed && b->alphabet != TL_NUCLEOTIDE)
		return tl_err_set(err, TL_DATA, "letters of proteins do not stand packed");
	uint64_t *length = tl_mem_alloc(b->n, sizeof *length, err);
	enum tl_status st = length ? take_letters(block, t, &from, b, length, col, err) : TL_NOMEM;
	free(length);
	return st;
}

/* 4. The interface. */

enum tl_status tl_apart_put(const struct tl_batch *batch, struct tl_payload *payload,
			    struct tl_err *err)
{
	enum tl_status st = put_runs(batch, payload, err);
	if (st == TL_OK)
		st = put_letters(batch, &subs_tags, &batch->subs, payload, err);
	return st == TL_OK ? put_letters(batch, &lits_tags, &batch->lits, payload, err) : st;
}

enum tl_status tl_apart_get(const struct tl_block *block, struct tl_batch *batch,
			    struct tl_err *err)
{
	enum tl_status st = get_runs(block, batch, err);
	if (st == TL_OK)
		st = get_letters(block, &subs_tags, batch, &batch->subs, err);
	return st == TL_OK ? get_letters(block, &lits_tags, batch, &batch->lits, err) : st;
}
