/* SPDX-License-Identifier: MIT */
/* record: batches of records as SEQS, DUPS and DLTA blocks.  man tl-stream(5) section 5.
 *
 * Contents: 1. encoding  2. decoding: parameters, numbers, residues.
 */
#include <tl/record.h>

#include <string.h>

#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/mem.h>
#include <tl/pack.h>

#include "apart.h"
#include "column.h"

enum {
	TAG_PARM = TL_TAG('P', 'A', 'R', 'M'),
	TAG_FLAG = TL_TAG('F', 'L', 'A', 'G'),
	TAG_ORDN = TL_TAG('O', 'R', 'D', 'N'),
	TAG_RLEN = TL_TAG('R', 'L', 'E', 'N'),
	TAG_BASE = TL_TAG('B', 'A', 'S', 'E'),
	TAG_LEAD = TL_TAG('L', 'E', 'A', 'D'),
	TAG_HEAD = TL_TAG('H', 'E', 'A', 'D'),
	TAG_MASK = TL_TAG('M', 'A', 'S', 'K'),
	TAG_ODDB = TL_TAG('O', 'D', 'D', 'B'),
	TAG_URAC = TL_TAG('U', 'R', 'A', 'C'),
	TAG_LAYO = TL_TAG('L', 'A', 'Y', 'O'),
	TAG_PLUS = TL_TAG('P', 'L', 'U', 'S'),
	TAG_QUAL = TL_TAG('Q', 'U', 'A', 'L'),
	TAG_QLAY = TL_TAG('Q', 'L', 'A', 'Y'),
	TAG_RESI = TL_TAG('R', 'E', 'S', 'I'),
	TAG_PACK = TL_TAG('P', 'A', 'C', 'K'),
	TAG_PODD = TL_TAG('P', 'O', 'D', 'D'),
	TAG_COPY = TL_TAG('C', 'O', 'P', 'Y'),
	TAG_OPSV = TL_TAG('O', 'P', 'S', 'V'),
	TAG_SUBS = TL_TAG('S', 'U', 'B', 'S'),
	TAG_LITS = TL_TAG('L', 'I', 'T', 'S'),
	TAG_LITR = TL_TAG('L', 'I', 'T', 'R'),
	TAG_HSUM = TL_TAG('H', 'S', 'U', 'M'),
	TAG_TAXA = TL_TAG('t', 'A', 'X', 'A'),
};

static const uint32_t block_types[] = {
	[TL_KIND_SEQ] = TL_BLOCK_SEQS,
	[TL_KIND_DUP] = TL_BLOCK_DUPS,
	[TL_KIND_DELTA] = TL_BLOCK_DLTA,
};

uint32_t tl_record_type(enum tl_kind kind)
{
	return block_types[kind];
}

/* 1. Encoding. */

static enum tl_status put_param(const struct tl_batch *batch, struct tl_payload *payload,
				struct tl_err *err)
{
	uint8_t p[8] = {(uint8_t)batch->alphabet, (uint8_t)batch->eol, (uint8_t)batch->format};
	tl_bits_put32(p + 4, batch->width);
	return tl_buf_add(tl_block_column(payload, TAG_PARM), p, sizeof p, err);
}

static enum tl_status put_ordinals(const struct tl_batch *batch, uint64_t first,
				   struct tl_payload *payload, struct tl_err *err)
{
	struct tl_buf *buf = tl_block_column(payload, TAG_ORDN);
	uint64_t gap[256], least = first;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < batch->n && st == TL_OK;) {
		size_t m = 0;
		for (; m < 256 && i < batch->n; i++) {
			uint64_t ordinal = batch->ordinal[i];
			least -= i && batch->flags[i] & TL_REC_IN;
			if (ordinal < least || ordinal >= TL_BLOCK_ORDINALS)
				return tl_err_set(err, TL_INTERNAL, "ordinals that do not rise");
			gap[m++] = ordinal - least;
			least = ordinal + 1;
		}
		st = tl_column_add(buf, gap, m, err);
	}
	tl_column_trim(buf);
	return st;
}

static enum tl_status put_bases(const struct tl_batch *batch, struct tl_payload *payload,
				struct tl_err *err)
{
	struct tl_buf *buf = tl_block_column(payload, TAG_BASE);
	uint64_t v[256];
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < batch->n && st == TL_OK;) {
		size_t m = 0;
		for (; m < 256 && i < batch->n; i++) {
			if (batch->base[i] >= TL_BLOCK_ORDINALS ||
			    batch->base[i] == batch->ordinal[i])
				return tl_err_set(err, TL_INTERNAL, "a base that is none");
			v[m++] = tl_bits_zigzag((int64_t)(batch->ordinal[i] - batch->base[i]));
		}
		st = tl_column_add(buf, v, m, err);
	}
	return st;
}

static enum tl_status put_residues(const struct tl_batch *batch, struct tl_payload *payload,
				   struct tl_err *err)
{
	const struct tl_buf *resi = &batch->resi.bytes;
	if (batch->resi.n != batch->n)
		return tl_err_set(err, TL_INTERNAL, "a batch without residues");
	if (batch->alphabet != TL_NUCLEOTIDE)
		return tl_block_lend(payload, TAG_RESI, (struct tl_str){resi->data, resi->len}), TL_OK;
	struct tl_buf *packed = tl_block_column(payload, TAG_PACK);
	struct tl_buf *odd = tl_block_column(payload, TAG_PODD);
	struct tl_buf *copy = batch->repeats ? tl_block_column(payload, TAG_COPY) : NULL;
	return tl_apart_pack((struct tl_str){resi->data, resi->len}, batch->repeats, packed, odd,
			     copy, err);
}

static enum tl_status put_text(const struct tl_batch *batch, struct tl_payload *payload,
			       struct tl_err *err)
{
	const struct {
		uint32_t tag;
		const struct tl_col *col;
	} strings[] = {
		{TAG_LEAD, &batch->lead}, {TAG_HEAD, &batch->head}, {TAG_MASK, &batch->mask},
		{TAG_ODDB, &batch->odd},  {TAG_URAC, &batch->urac}, {TAG_LAYO, &batch->lay},
		{TAG_TAXA, &batch->taxa}, {TAG_PLUS, &batch->plus}, {TAG_QUAL, &batch->qual},
		{TAG_QLAY, &batch->qlay},
	};
	size_t n = sizeof strings / sizeof *strings - (batch->format == TL_FORMAT_FASTQ ? 0 : 3);
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = tl_column_lend_strings(payload, strings[i].tag, strings[i].col, batch->n, err);
	return st;
}

static enum tl_status put_sum(const struct tl_hash128 *sum, struct tl_payload *payload,
			      struct tl_err *err)
{
	uint8_t p[16];
	tl_bits_put64(p, sum->lo);
	tl_bits_put64(p + 8, sum->hi);
	return tl_buf_add(tl_block_column(payload, TAG_HSUM), p, sizeof p, err);
}

enum tl_status tl_record_encode(const struct tl_batch *batch, uint64_t first,
				const struct tl_hash128 *opt_sum, struct tl_payload *payload,
				struct tl_err *err)
{
	tl_block_clear(payload);
	if (batch->n > TL_BLOCK_RECORDS)
		return tl_err_set(err, TL_INTERNAL, "a batch of %zu entries", batch->n);
	enum tl_status st = put_param(batch, payload, err);
	if (st == TL_OK)
		st = tl_column_put_bytes(payload, TAG_FLAG, batch->flags, batch->n, err);
	if (st == TL_OK)
		st = put_ordinals(batch, first, payload, err);
	if (st == TL_OK)
		st = tl_column_add(tl_block_column(payload, TAG_RLEN), batch->length, batch->n,
				   err);
	if (st == TL_OK && batch->kind != TL_KIND_SEQ)
		st = put_bases(batch, payload, err);
	if (st == TL_OK)
		st = put_text(batch, payload, err);
	if (st == TL_OK && batch->kind == TL_KIND_SEQ)
		st = put_residues(batch, payload, err);
	if (st == TL_OK && batch->kind == TL_KIND_DELTA && batch->loans.bytes.len)
		st = tl_borrow_pack(&batch->loans, batch->n, tl_block_column(payload, TAG_LITR), err);
	if (st == TL_OK && batch->kind == TL_KIND_DELTA)
		st = tl_apart_put(batch, payload, err);
	if (st == TL_OK && opt_sum)
		st = put_sum(opt_sum, payload, err);
	return st;
}

/* 2. Decoding. */

static enum tl_status check_tags(const struct tl_block *block, enum tl_kind kind,
				 struct tl_err *err)
{
	/* The tags of all kinds; then those of sequences, of duplicates, of deltas. */
	static const uint32_t tags[] = {
		TAG_PARM, TAG_FLAG, TAG_ORDN, TAG_RLEN, TAG_LEAD, TAG_HEAD, TAG_MASK,
		TAG_ODDB, TAG_URAC, TAG_LAYO, TAG_PLUS, TAG_QUAL, TAG_QLAY, TAG_RESI, TAG_PACK,
		TAG_PODD, TAG_COPY,
	};
	static const uint32_t based[] = {
		TAG_PARM, TAG_FLAG, TAG_ORDN, TAG_RLEN, TAG_LEAD, TAG_HEAD, TAG_MASK, TAG_ODDB,
		TAG_URAC, TAG_LAYO, TAG_PLUS, TAG_QUAL, TAG_QLAY, TAG_BASE, TAG_HSUM, TAG_OPSV,
		TAG_SUBS, TAG_LITS, TAG_LITR, APART_TAGS,
	};
	if (kind == TL_KIND_SEQ)
		return tl_column_known(block, tags, sizeof tags / sizeof *tags, err);
	size_t n = sizeof based / sizeof *based;
	return tl_column_known(block, based, kind == TL_KIND_DUP ? n - 4 - APART_N : n, err);
}

static enum tl_status get_param(const struct tl_block *block, struct tl_batch *batch,
				struct tl_err *err)
{
	struct tl_str s = tl_block_get(block, TAG_PARM);
	if (s.n != 8 || s.p[0] > TL_NUCLEOTIDE || s.p[1] >= TL_EOL_NONE ||
	    s.p[2] > TL_FORMAT_FASTQ || s.p[3])
		return tl_err_set(err, TL_DATA, "its parameters are broken");
	batch->alphabet = (enum tl_alphabet)s.p[0];
	batch->eol = (enum tl_eol)s.p[1];
	batch->format = (enum tl_format)s.p[2];
	batch->width = tl_bits_get32(s.p + 4);
	return TL_OK;
}

/* The four arrays share cap, so each grows from a copy of it. */
static enum tl_status make_room(struct tl_batch *batch, size_t n, struct tl_err *err)
{
	size_t cap[4] = {batch->cap, batch->cap, batch->cap, batch->cap};
	enum tl_status st = tl_mem_grow(&batch->ordinal, &cap[0], n, sizeof *batch->ordinal, err);
	if (st == TL_OK)
		st = tl_mem_grow(&batch->flags, &cap[1], n, sizeof *batch->flags, err);
	if (st == TL_OK)
		st = tl_mem_grow(&batch->length, &cap[2], n, sizeof *batch->length, err);
	if (st == TL_OK)
		st = tl_mem_grow(&batch->base, &cap[3], n, sizeof *batch->base, err);
	if (st == TL_OK)
		batch->cap = cap[0];
	return st;
}

static bool flags_fit(const struct tl_batch *batch, size_t i)
{
	uint8_t f = batch->flags[i], known = 2 * TL_REC_RNA - 1;
	bool in = f & TL_REC_IN, out = f & TL_REC_OUT;
	bool qual_in = f & TL_REC_QUAL_IN, qual_out = f & TL_REC_QUAL_OUT;
	if (batch->format == TL_FORMAT_FASTQ)
		known |= TL_REC_QUAL_IN | TL_REC_QUAL_OUT;
	if (batch->kind == TL_KIND_DELTA && !in)
		known |= TL_REC_BASE;
	if (f & ~known || (f & TL_REC_HEAD_IN && !in) || (f & TL_REC_HEAD_OUT && !out))
		return false;
	if ((qual_in && (!in || batch->length[i])) || (qual_out && !out) ||
	    (qual_in && out && !qual_out))
		return false;
	if (f & TL_REC_HEAD_OUT && !qual_out && batch->length[i])
		return false;
	return !i || !(batch->flags[i - 1] & TL_REC_OUT) == !in;
}

/* Gaps to absolute ordinals, in place. */
static enum tl_status resolve_ordinals(const struct tl_block *block, uint64_t shift,
				       struct tl_batch *batch, struct tl_err *err)
{
	uint64_t least;
	if (!tl_bits_add(block->head.first, shift, &least))
		return tl_err_set(err, TL_DATA, "an ordinal beyond 2^63");
	for (size_t i = 0; i < batch->n; i++) {
		uint64_t gap = batch->ordinal[i];
		if (!flags_fit(batch, i))
			return tl_err_set(err, TL_DATA, "flags of entry %zu contradict each other",
					  i);
		if (i && batch->flags[i] & TL_REC_IN) {
			least--;
			if (gap)
				return tl_err_set(err, TL_DATA, "entry %zu goes on with another",
						  i);
		}
		if (!tl_bits_add(least, gap, &least) || least >= TL_BLOCK_ORDINALS)
			return tl_err_set(err, TL_DATA, "an ordinal beyond 2^63");
		batch->ordinal[i] = least++;
	}
	return TL_OK;
}

static enum tl_status resolve_bases(uint64_t shift, struct tl_batch *batch, struct tl_err *err)
{
	for (size_t i = 0; i < batch->n; i++) {
		int64_t back = tl_bits_unzigzag(batch->base[i]);
		uint64_t base;
		if (!back || __builtin_sub_overflow(batch->ordinal[i], back, &base) ||
		    base < shift || base >= TL_BLOCK_ORDINALS)
			return tl_err_set(err, TL_DATA, "the base of entry %zu is out of range", i);
		batch->base[i] = base;
	}
	return TL_OK;
}

static enum tl_status get_numbers(const struct tl_block *block, uint64_t shift,
				  struct tl_batch *batch, struct tl_err *err)
{
	size_t n = block->head.records;
	enum tl_status st = tl_column_need(block, TAG_RLEN, n, err);
	if (st == TL_OK)
		st = make_room(batch, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_RLEN, batch->length, n, err);
	if (st == TL_OK)
		st = tl_column_get_bytes(block, TAG_FLAG, batch->flags, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_ORDN, batch->ordinal, n, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_BASE, batch->base, n, err);
	if (st != TL_OK)
		return st;
	batch->n = n;
	st = resolve_ordinals(block, shift, batch, err);
	if (st == TL_OK && batch->kind != TL_KIND_SEQ)
		st = resolve_bases(shift, batch, err);
	return st;
}

/* The bytes of the exceptions are residues too, and none is U. */
static bool are_exceptions(struct tl_str odd)
{
	uint64_t v;
	for (size_t pos = 0; pos < odd.n; pos++)
		if (!tl_bits_get_varint(odd.p, odd.n, &pos, &v) ||
		    !tl_bits_get_varint(odd.p, odd.n, &pos, &v) || pos >= odd.n ||
		    odd.p[pos] == 'U' || !tl_alphabet_upper(odd.p[pos]))
			return false;
	return true;
}

/* Ends of the items of resi from the lengths; false where they do not add up to at most limit. */
static bool residue_ends(struct tl_batch *batch, uint64_t limit, uint64_t *ret_total)
{
	uint64_t total = 0;
	for (size_t i = 0; i < batch->n; i++) {
		if (batch->length[i] > limit - total)
			return false;
		total += batch->length[i];
		batch->resi.end[i] = (uint32_t)total;
	}
	*ret_total = total;
	return true;
}

/* Residues that stand packed: all but copies. */
static enum tl_status get_packed(const struct tl_block *block, struct tl_str packed,
				 uint64_t total, struct tl_batch *batch, struct tl_err *err)
{
	const struct tl_apart_letters from = {packed, tl_block_get(block, TAG_PODD),
					      tl_block_get(block, TAG_COPY)};
	if (!are_exceptions(from.odd))
		return tl_err_set(err, TL_DATA, "its residues are broken");
	return tl_apart_unpack(&from, total, &batch->resi.bytes, err);
}

static enum tl_status get_residues(const struct tl_block *block, struct tl_batch *batch,
				   struct tl_err *err)
{
	bool packed = batch->alphabet == TL_NUCLEOTIDE;
	struct tl_str s = tl_block_get(block, packed ? TAG_PACK : TAG_RESI);
	uint64_t total, limit = packed ? 4 * (uint64_t)s.n : s.n;
	tl_col_reset(&batch->resi);
	enum tl_status st = tl_mem_grow(&batch->resi.end, &batch->resi.cap, batch->n,
					sizeof *batch->resi.end, err);
	if (st != TL_OK)
		return st;
	if (packed && tl_block_get(block, TAG_COPY).n)
		limit = TL_BLOCK_MAX;
	if (!residue_ends(batch, limit, &total) || (!packed && limit != total))
		return tl_err_set(err, TL_DATA, "its residues do not add up");
	batch->resi.n = batch->n;
	if (packed)
		return get_packed(block, s, total, batch, err);
	if (s.n)
		st = tl_buf_claim(&batch->resi.bytes, s.n, err);
	if (st != TL_OK)
		return st;
	if (s.n && tl_pack_copy(batch->resi.bytes.data, s.p, s.n) < s.n)
		return tl_err_set(err, TL_DATA, "it has residues that are none");
	batch->resi.bytes.len = s.n;
	return TL_OK;
}

static enum tl_status get_text(const struct tl_block *block, struct tl_batch *batch,
			       struct tl_err *err)
{
	const struct {
		uint32_t tag;
		struct tl_col *col;
	} strings[] = {
		{TAG_HEAD, &batch->head}, {TAG_MASK, &batch->mask}, {TAG_ODDB, &batch->odd},
		{TAG_URAC, &batch->urac}, {TAG_LAYO, &batch->lay},  {TAG_LEAD, &batch->lead},
		{TAG_TAXA, &batch->taxa}, {TAG_PLUS, &batch->plus}, {TAG_QUAL, &batch->qual},
		{TAG_QLAY, &batch->qlay},
	};
	bool fastq = batch->format == TL_FORMAT_FASTQ;
	size_t n = sizeof strings / sizeof *strings - (fastq ? 0 : 3);
	enum tl_status st = TL_OK;
	if (!fastq && (tl_block_get(block, TAG_PLUS).n || tl_block_get(block, TAG_QUAL).n ||
		       tl_block_get(block, TAG_QLAY).n))
		return tl_err_set(err, TL_DATA, "it has qualities but is not FASTQ");
	for (size_t i = 0; i < n && st == TL_OK; i++)
		st = tl_column_get_strings(block, strings[i].tag, strings[i].col, batch->n, err);
	if (!batch->lead.bytes.len)
		tl_col_reset(&batch->lead);
	return st;
}

/* Loans stand with the first piece of a record, and their sources in its stream. */
static bool loans_fit(const struct tl_batch *batch, size_t i, uint64_t shift)
{
	const struct tl_str s = tl_col_get(&batch->loans, i);
	struct tl_borrow b = tl_borrow_begin(batch->ordinal[i]);
	struct tl_loan loan;
	bool fit = !s.n || !(batch->flags[i] & TL_REC_IN);
	while (fit && tl_borrow_next(&b, s, &loan))
		fit = loan.source >= shift && loan.source < TL_BLOCK_ORDINALS &&
		      loan.source != batch->ordinal[i];
	return fit;
}

static enum tl_status get_loans(const struct tl_block *block, uint64_t shift,
				struct tl_batch *batch, struct tl_err *err)
{
	const struct tl_str s = tl_block_get(block, TAG_LITR);
	enum tl_status st = tl_borrow_unpack(s, batch->n, &batch->loans, err);
	bool fit = !s.n || batch->format == TL_FORMAT_FASTA;
	for (size_t i = 0; i < batch->loans.n && fit; i++)
		fit = loans_fit(batch, i, shift);
	return st != TL_OK || fit ? st
				  : tl_err_set(err, TL_DATA, "its literals of other records do not fit it");
}

static enum tl_status get_sum(const struct tl_block *block, struct tl_hash128 *ret, bool *ret_has,
			      struct tl_err *err)
{
	struct tl_str s = tl_block_get(block, TAG_HSUM);
	if (s.n != 0 && s.n != 16)
		return tl_err_set(err, TL_DATA, "its hash of residues is broken");
	*ret_has = s.n > 0;
	*ret = (struct tl_hash128){0, 0};
	if (s.n)
		*ret = (struct tl_hash128){tl_bits_get64(s.p), tl_bits_get64(s.p + 8)};
	return TL_OK;
}

static bool kind_of(uint32_t type, enum tl_kind *ret)
{
	for (size_t i = 0; i < sizeof block_types / sizeof *block_types; i++)
		if (block_types[i] == type) {
			*ret = (enum tl_kind)i;
			return true;
		}
	return false;
}

enum tl_status tl_record_decode(const struct tl_block *block, uint64_t shift,
				struct tl_batch *batch, struct tl_hash128 *ret_sum,
				bool *ret_has_sum, struct tl_err *err)
{
	tl_batch_reset(batch);
	if (!kind_of(block->head.type, &batch->kind))
		return tl_err_set(err, TL_INTERNAL, "a block without records");
	enum tl_status st = check_tags(block, batch->kind, err);
	if (st == TL_OK)
		st = get_param(block, batch, err);
	if (st == TL_OK)
		st = get_numbers(block, shift, batch, err);
	if (st == TL_OK)
		st = get_text(block, batch, err);
	if (st == TL_OK && batch->kind == TL_KIND_SEQ)
		st = get_residues(block, batch, err);
	if (st == TL_OK && batch->kind == TL_KIND_DELTA)
		st = get_loans(block, shift, batch, err);
	if (st == TL_OK && batch->kind == TL_KIND_DELTA)
		st = tl_apart_get(block, batch, err);
	if (st == TL_OK)
		st = get_sum(block, ret_sum, ret_has_sum, err);
	if (st != TL_OK)
		tl_batch_reset(batch);
	return st;
}
