/* SPDX-License-Identifier: MIT */
/* hits: edges as lines of text.
 *
 * With TL_EDGE_MINUS an edge aligns a with the reverse complement of b.  PAF and SAM want the
 * target forwards, so the runs are read from their end and the query is what is turned; BLAST's
 * table gives the target's ends in falling order.
 */
#include <tl/hits.h>

#include <stdarg.h>
#include <stdio.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/cigar.h>
#include <tl/link.h>

/* An edge, read. */
struct hit {
	const struct tl_hits_side *a, *b;
	const struct tl_score *score;
	struct tl_link_sum sum;
	struct tl_buf runs;                     /* in the order of the target, forwards */
	uint64_t a_start, a_end, b_start, b_end; /* of the records as they are */
	int64_t points;
	uint64_t gaps; /* runs of them */
	bool minus;
};

static enum tl_status say(struct tl_buf *out, struct tl_err *err, const char *fmt, ...)
	TL_PRINTF(3, 4);

static enum tl_status say(struct tl_buf *out, struct tl_err *err, const char *fmt, ...)
{
	char text[400];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	return tl_buf_add(out, text, n < 0 ? 0 : (size_t)n, err);
}

struct tl_str tl_hits_name(struct tl_str head)
{
	struct tl_str name = {head.p, 0};
	while (name.n < head.n && head.p[name.n] != ' ' && head.p[name.n] != '\t')
		name.n++;
	return name;
}

enum tl_status tl_hits_check(struct tl_str name, uint64_t ordinal, struct tl_err *err)
{
	bool good = name.n > 0 && name.n < 255 && name.p[0] != '*' && name.p[0] != '=' &&
		    name.p[0] != '@';
	for (size_t i = 0; i < name.n && good; i++)
		good = name.p[i] >= '!' && name.p[i] <= '~';
	return good ? TL_OK
		    : tl_err_set(err, TL_DATA, "record %llu has no name that SAM can hold",
				 (unsigned long long)ordinal);
}

enum tl_status tl_hits_head(struct tl_buf *out, struct tl_err *err)
{
	return say(out, err, "@HD\tVN:1.6\tSO:unknown\n");
}

enum tl_status tl_hits_target(struct tl_buf *out, struct tl_str name, uint64_t length,
			      struct tl_err *err)
{
	enum tl_status st = say(out, err, "@SQ\tSN:");
	if (st == TL_OK)
		st = tl_buf_add(out, name.p, name.n, err);
	return st == TL_OK ? say(out, err, "\tLN:%llu\n", (unsigned long long)length) : st;
}

/* What the runs score; i and j are where they begin. */
static int64_t add_up(struct hit *h, struct tl_str ops, const uint8_t *b)
{
	size_t i = h->sum.a_start, j = h->sum.b_start, pos = 0;
	int64_t points = 0;
	enum tl_cigar_op op;
	uint64_t len;
	while (tl_cigar_next(ops, &pos, &op, &len)) {
		if (op == TL_CIGAR_INS || op == TL_CIGAR_DEL) {
			points -= h->score->open + h->score->extend * ((int64_t)len - 1);
			*(op == TL_CIGAR_INS ? &i : &j) += len;
			h->gaps++;
			continue;
		}
		for (; len; len--, i++, j++)
			points += h->score->pair[h->a->residues.p[i] & 31][b[j] & 31];
	}
	return points;
}

/* Scores the runs, and turns them where the strand is minus. */
static enum tl_status take_runs(struct hit *h, struct tl_str ops, struct tl_err *err)
{
	struct tl_buf turned = {0};
	const uint8_t *b = h->b->residues.p;
	enum tl_status st = TL_OK;
	if (h->minus) {
		st = tl_buf_reserve(&turned, h->b->residues.n, err);
		if (st == TL_OK)
			tl_alphabet_revcomp(turned.data, b, h->b->residues.n);
		b = turned.data;
	}
	if (st == TL_OK)
		h->points = add_up(h, ops, b);
	tl_buf_free(&turned);
	if (st != TL_OK || !h->minus)
		return st == TL_OK ? tl_buf_add(&h->runs, ops.p, ops.n, err) : st;
	/* Turned twice, once from the other end: a is the query again. */
	st = tl_cigar_turn(ops, true, &turned, err);
	if (st == TL_OK)
		st = tl_cigar_turn((struct tl_str){turned.data, turned.len}, false, &h->runs, err);
	tl_buf_free(&turned);
	return st;
}

static enum tl_status read_edge(struct hit *h, const struct tl_edge *e, struct tl_err *err)
{
	struct tl_str ops = e->ops;
	uint64_t end;
	size_t pos = 0;
	enum tl_status st = tl_link_measure(e, &h->sum, err);
	if (st != TL_OK)
		return st;
	const struct tl_link_sum *s = &h->sum;
	if (s->a_len != h->a->residues.n || s->b_len != h->b->residues.n)
		return tl_err_set(err, TL_DATA, "an edge that is not of these records");
	for (int i = 0; i < 4; i++)
		if (!tl_bits_get_varint(ops.p, ops.n, &pos, &end))
			return tl_err_set(err, TL_DATA, "a broken edge");
	ops.p += pos;
	ops.n -= pos;
	h->minus = e->flags & TL_EDGE_MINUS;
	h->a_start = s->a_start;
	h->a_end = s->a_len - s->a_tail;
	h->b_start = h->minus ? s->b_tail : s->b_start;
	h->b_end = s->b_len - (h->minus ? s->b_start : s->b_tail);
	return take_runs(h, ops, err);
}

static enum tl_status put_runs(struct tl_buf *out, const struct hit *h, struct tl_err *err)
{
	const struct tl_str runs = {h->runs.data, h->runs.len};
	enum tl_status st = TL_OK;
	enum tl_cigar_op op;
	uint64_t len;
	size_t pos = 0;
	while (st == TL_OK && tl_cigar_next(runs, &pos, &op, &len))
		st = say(out, err, "%llu%c", (unsigned long long)len, "=XID"[op]);
	return st;
}

static enum tl_status put_names(struct tl_buf *out, const struct hit *h, struct tl_err *err)
{
	enum tl_status st = tl_buf_add(out, h->a->name.p, h->a->name.n, err);
	if (st == TL_OK)
		st = tl_buf_add(out, "\t", 1, err);
	return st == TL_OK ? tl_buf_add(out, h->b->name.p, h->b->name.n, err) : st;
}

static enum tl_status put_paf(struct tl_buf *out, const struct hit *h, struct tl_err *err)
{
	const struct tl_link_sum *s = &h->sum;
	enum tl_status st = tl_buf_add(out, h->a->name.p, h->a->name.n, err);
	if (st == TL_OK)
		st = say(out, err, "\t%llu\t%llu\t%llu\t%c\t", (unsigned long long)s->a_len,
			 (unsigned long long)h->a_start, (unsigned long long)h->a_end,
			 h->minus ? '-' : '+');
	if (st == TL_OK)
		st = tl_buf_add(out, h->b->name.p, h->b->name.n, err);
	if (st == TL_OK)
		st = say(out, err, "\t%llu\t%llu\t%llu\t%llu\t%llu\t255\tAS:i:%lld\tNM:i:%llu\tcg:Z:",
			 (unsigned long long)s->b_len, (unsigned long long)h->b_start,
			 (unsigned long long)h->b_end, (unsigned long long)s->match,
			 (unsigned long long)s->columns, (long long)h->points,
			 (unsigned long long)(s->columns - s->match));
	if (st == TL_OK)
		st = put_runs(out, h, err);
	return st == TL_OK ? tl_buf_add(out, "\n", 1, err) : st;
}

/* 2 to the power of -bits / 1e6, by halving and, for the rest, the series of the exponential. */
static double chance(int64_t bits)
{
	const double rest = (double)(bits % 1000000) * -0.693147e-6;
	double x = 1 + rest * (1 + rest / 2 * (1 + rest / 3 * (1 + rest / 4 * (1 + rest / 5))));
	for (bits /= 1000000; bits > 0 && x > 1e-290; bits--)
		x /= 2;
	return bits > 0 ? 0 : x;
}

/* E-value and bit score, or stars where they are not known. */
static enum tl_status put_worth(struct tl_buf *out, const struct hit *h, uint64_t space,
				struct tl_err *err)
{
	int64_t bits;
	if (!tl_score_bits(h->score, h->points, &bits))
		return say(out, err, "\t*\t*\n");
	const double expect = (double)h->sum.a_len * (double)space * chance(bits);
	return say(out, err, "\t%.2g\t%lld.%lld\n", expect, (long long)bits / 1000000,
		   (long long)bits % 1000000 / 100000);
}

static enum tl_status put_m8(struct tl_buf *out, const struct hit *h, uint64_t space,
			     struct tl_err *err)
{
	const struct tl_link_sum *s = &h->sum;
	enum tl_status st = put_names(out, h, err);
	/* Rounded down, so that 100 means all. */
	const unsigned identity = tl_cigar_identity(&s->cigar);
	if (st == TL_OK)
		st = say(out, err, "\t%u.%03u\t%llu\t%llu\t%llu\t%llu\t%llu\t%llu\t%llu",
			 identity / 10000, identity % 10000 / 10, (unsigned long long)s->columns,
			 (unsigned long long)s->cigar.subst, (unsigned long long)h->gaps,
			 (unsigned long long)h->a_start + 1, (unsigned long long)h->a_end,
			 (unsigned long long)(h->minus ? h->b_end : h->b_start + 1),
			 (unsigned long long)(h->minus ? h->b_start + 1 : h->b_end));
	return st == TL_OK ? put_worth(out, h, space, err) : st;
}

static enum tl_status put_clip(struct tl_buf *out, uint64_t n, struct tl_err *err)
{
	return n ? say(out, err, "%lluS", (unsigned long long)n) : TL_OK;
}

static enum tl_status put_query(struct tl_buf *out, const struct hit *h, struct tl_err *err)
{
	const struct tl_str a = h->a->residues;
	if (!h->minus)
		return tl_buf_add(out, a.p, a.n, err);
	enum tl_status st = tl_buf_reserve(out, a.n, err);
	if (st == TL_OK) {
		tl_alphabet_revcomp(out->data + out->len, a.p, a.n);
		out->len += a.n;
	}
	return st;
}

static enum tl_status put_sam(struct tl_buf *out, const struct hit *h, bool again,
			      struct tl_err *err)
{
	const uint64_t head = h->a_start, tail = h->sum.a_len - h->a_end;
	enum tl_status st = tl_buf_add(out, h->a->name.p, h->a->name.n, err);
	if (st == TL_OK)
		st = say(out, err, "\t%d\t", (h->minus ? 16 : 0) + (again ? 256 : 0));
	if (st == TL_OK)
		st = tl_buf_add(out, h->b->name.p, h->b->name.n, err);
	if (st == TL_OK)
		st = say(out, err, "\t%llu\t255\t", (unsigned long long)h->b_start + 1);
	if (st == TL_OK)
		st = put_clip(out, h->minus ? tail : head, err);
	if (st == TL_OK)
		st = put_runs(out, h, err);
	if (st == TL_OK)
		st = put_clip(out, h->minus ? head : tail, err);
	if (st == TL_OK)
		st = say(out, err, "\t*\t0\t0\t");
	if (st == TL_OK)
		st = put_query(out, h, err);
	return st == TL_OK ? say(out, err, "\t*\tAS:i:%lld\tNM:i:%llu\n", (long long)h->points,
				 (unsigned long long)(h->sum.columns - h->sum.match))
			   : st;
}

enum tl_status tl_hits_put(struct tl_buf *out, enum tl_hits_format format,
			   const struct tl_score *score, const struct tl_edge *e,
			   const struct tl_hits_side *a, const struct tl_hits_side *b,
			   uint64_t space, int again, struct tl_err *err)
{
	struct hit h = {.a = a, .b = b, .score = score};
	enum tl_status st = read_edge(&h, e, err);
	if (st == TL_OK && format == TL_HITS_PAF)
		st = put_paf(out, &h, err);
	else if (st == TL_OK && format == TL_HITS_M8)
		st = put_m8(out, &h, space, err);
	else if (st == TL_OK && format == TL_HITS_SAM)
		st = put_sam(out, &h, again, err);
	tl_buf_free(&h.runs);
	return st;
}
