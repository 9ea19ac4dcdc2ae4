/* SPDX-License-Identifier: MIT */
/* body: the characters of sequence lines as residues and side strings.
 *
 * Runs of residues of one case are copied by scan.h; what stops it is dealt with here,
 * byte by byte: a change of case, an odd byte, or, in nucleotides, a U where T is expected or
 * the other way round. Where T and U turned is noted in residues and counted in T at the end of
 * the entry. */
#include "body.h"

#include <string.h>

#include "eol.h"

static size_t residues(const struct tl_body *b)
{
	return b->batch->resi.bytes.len - b->from;
}

void tl_body_open(struct tl_body *b, struct tl_batch *batch, bool cr)
{
	*b = (struct tl_body){.batch = batch, .scan = tl_scan_best(), .cr = cr};
	if (batch->alphabet == TL_NUCLEOTIDE)
		b->want = (struct tl_scan_want){.banned = 'U', .turned = 'U'};
}

void tl_body_close(struct tl_body *b)
{
	tl_buf_free(&b->turns);
}

void tl_body_begin(struct tl_body *b)
{
	b->lower = false;
	b->began_rna = b->want.banned == 'T';
	b->from = b->batch->resi.bytes.len;
	b->case_from = 0;
	b->odd_at = b->odd_done = 0;
	b->odd_count = 0;
	tl_buf_reset(&b->turns);
}

static enum tl_status close_odd(struct tl_body *b, struct tl_err *err)
{
	struct tl_buf *odd = &b->batch->odd.bytes;
	enum tl_status st;
	if (!b->odd_count)
		return TL_OK;
	if ((st = tl_buf_add_varint(odd, b->odd_at - b->odd_done, err)) != TL_OK ||
	    (st = tl_buf_add_varint(odd, b->odd_count, err)) != TL_OK ||
	    (st = tl_buf_add(odd, &b->odd_byte, 1, err)) != TL_OK)
		return st;
	b->odd_done = b->odd_at;
	b->odd_count = 0;
	return TL_OK;
}

/* n odd bytes, all equal; a group goes on over line ends. */
static enum tl_status put_odd(struct tl_body *b, uint8_t byte, size_t n, struct tl_err *err)
{
	if (b->odd_count && (b->odd_byte != byte || b->odd_at != residues(b))) {
		enum tl_status st = close_odd(b, err);
		if (st != TL_OK)
			return st;
	}
	b->odd_at = residues(b);
	b->odd_byte = byte;
	b->odd_count += n;
	return TL_OK;
}

static enum tl_status turn_case(struct tl_body *b, struct tl_err *err)
{
	size_t at = residues(b);
	enum tl_status st = tl_buf_add_varint(&b->batch->mask.bytes, at - b->case_from, err);
	b->case_from = at;
	b->lower = !b->lower;
	return st;
}

static enum tl_status turn_t_u(struct tl_body *b, struct tl_err *err)
{
	size_t at = residues(b);
	b->want.banned = b->want.banned == 'T' ? 'U' : 'T';
	return tl_buf_add(&b->turns, &at, sizeof at, err);
}

/* Deals with the byte that ended a run and is no line end; returns in *n how many bytes it
 * took, none where the next run takes it. */
static enum tl_status stop(struct tl_body *b, const uint8_t *p, const uint8_t *end, size_t *n,
			   struct tl_err *err)
{
	*n = 0;
	if (!tl_alphabet_residue[*p]) {
		/* A CR may belong to a line end behind it, so it does not go with its likes. */
		*n = *p == '\r' ? 1 : tl_runs_same(p, (size_t)(end - p));
		return put_odd(b, *p, *n, err);
	}
	if (b->lower != (*p >= 'a'))
		return turn_case(b, err);
	return turn_t_u(b, err);
}

enum tl_status tl_body_rest(struct tl_body *b, const uint8_t **p, const uint8_t *end,
			    struct tl_err *err)
{
	struct tl_buf *resi = &b->batch->resi.bytes;
	for (;;) {
		uint8_t *dst = resi->data + resi->len;
		size_t left = (size_t)(end - *p), n, took;
		n = b->lower ? b->scan->lower(dst, *p, left, b->want)
			     : b->scan->upper(dst, *p, left, b->want, 0);
		resi->len += n;
		*p += n;
		if (*p == end || tl_eol_at(*p, end, b->cr) != TL_EOL_NONE)
			return TL_OK;
		enum tl_status st = stop(b, *p, end, &took, err);
		if (st != TL_OK)
			return st;
		*p += took;
	}
}

static size_t count_t(const uint8_t *p, size_t n)
{
	size_t t = 0;
	for (size_t i = 0; i < n; i++)
		t += p[i] == 'T';
	return t;
}

/* Writes the runs of T and U for an entry in which there are both. */
static enum tl_status put_urac(struct tl_body *b, struct tl_err *err)
{
	const uint8_t *resi = b->batch->resi.bytes.data + b->from;
	size_t turns = b->turns.len / sizeof(size_t), at = 0;
	struct tl_buf *out = &b->batch->urac.bytes;
	bool rna = b->began_rna, open_rna = false;
	uint64_t run = 0;
	for (size_t i = 0; i <= turns; i++, rna = !rna) {
		size_t to = residues(b);
		if (i < turns)
			memcpy(&to, b->turns.data + i * sizeof to, sizeof to);
		uint64_t t = count_t(resi + at, to - at);
		at = to;
		if (t && rna != open_rna) {
			enum tl_status st = tl_buf_add_varint(out, run, err);
			if (st != TL_OK)
				return st;
			run = 0;
			open_rna = rna;
		}
		run += t;
	}
	return open_rna ? tl_buf_add_varint(out, run, err) : TL_OK;
}

/* Are there T residues in the stretches read while T (rna false) or U (true) was expected? */
static bool has(const struct tl_body *b, bool want_rna)
{
	const uint8_t *resi = b->batch->resi.bytes.data + b->from;
	size_t turns = b->turns.len / sizeof(size_t), at = 0;
	bool rna = b->began_rna;
	for (size_t i = 0; i <= turns; i++, rna = !rna) {
		size_t to = residues(b);
		if (i < turns)
			memcpy(&to, b->turns.data + i * sizeof to, sizeof to);
		if (rna == want_rna && to > at && memchr(resi + at, 'T', to - at))
			return true;
		at = to;
	}
	return false;
}

enum tl_status tl_body_end(struct tl_body *b, uint8_t *flags, struct tl_err *err)
{
	enum tl_status st = close_odd(b, err);
	if (st == TL_OK && b->lower)
		st = turn_case(b, err);
	if (st != TL_OK || (!b->began_rna && !b->turns.len) || !has(b, true))
		return st;
	*flags |= TL_REC_RNA;
	return has(b, false) ? put_urac(b, err) : TL_OK;
}
