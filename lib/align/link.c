/* SPDX-License-Identifier: MIT */
/* link: when an alignment makes one record a member of another, and the edge that says so. */
#include <tl/link.h>

#include <string.h>

#include <tl/bits.h>

#define MILLION 1000000

bool tl_link_reaches(uint64_t part, uint64_t whole, int64_t share)
{
	__extension__ typedef unsigned __int128 wide;
	return whole && (wide)part * MILLION >= (wide)whole * (uint64_t)share;
}

/* Identity, where a and b begin (or, from the other end, end) that far from the alignment. */
static bool alike(const struct tl_link_criterion *c, const struct tl_link_sum *s, uint64_t a_out,
		  uint64_t b_out)
{
	uint64_t columns = s->columns;
	if (c->overhang && (a_out == 0 || b_out == 0))
		columns += a_out + b_out;
	return tl_link_reaches(s->match, columns, c->identity);
}

uint8_t tl_link_judge(const struct tl_link_criterion *c, const struct tl_link_sum *s, bool minus)
{
	bool a = tl_link_reaches(s->a_len - s->a_start - s->a_tail, s->a_len, c->coverage);
	bool b = tl_link_reaches(s->b_len - s->b_start - s->b_tail, s->b_len, c->coverage);
	if (!s->columns || (c->both && !(a && b)))
		return 0;
	/* The member stands reversed, the reference forwards: for a as the member the whole
	 * alignment is read from its other end. */
	a = a && (minus ? alike(c, s, s->a_tail, s->b_tail) : alike(c, s, s->a_start, s->b_start));
	b = b && alike(c, s, s->a_start, s->b_start);
	return (uint8_t)((a ? TL_EDGE_A : 0) | (b ? TL_EDGE_B : 0));
}

/* Let an alignment of score >= S have m identical columns, u others, and o columns by overhang; let
 * `best` be the highest score of a column and `step` the least cost of one that is not identical
 * and has no odd residue.  At most q columns have an odd one and score at most `best`.  So
 *
 *	S <= best m - step (u - q) + best q,   that is   u <= (best m - T) / step,
 *	T = S - (best + step) q,   and with u >= 0:   m >= T / best = least.
 *
 * The covered residues of each record are at least m.  Overhang leaves o <= longest - m residues
 * of one record outside.  The identity is at least m / (u + longest) (without overhang, m / (m +
 * u)), with the highest u a quotient of two linear functions of m, so monotone: its lowest value
 * is at one end of the range of m, at `least`, where u = 0, or at the shorter record's length. */
bool tl_link_certain(const struct tl_link_criterion *c, const struct tl_score *scheme,
		     int64_t score, uint64_t odd, const struct tl_link_sum *sum, uint8_t flags)
{
	const int64_t best = scheme->best, step = scheme->step;
	const uint64_t shorter = sum->a_len < sum->b_len ? sum->a_len : sum->b_len;
	const uint64_t longest = sum->a_len < sum->b_len ? sum->b_len : sum->a_len;
	if (step == 0 || score <= 0 || odd > (uint64_t)score || longest > INT64_MAX / 256)
		return false;
	const int64_t total = score - (best + step) * (int64_t)odd;
	if (total < best)
		return false;
	const uint64_t least = (uint64_t)(total / best);
	const uint64_t others = (uint64_t)((best * (int64_t)shorter - total) / step);
	const bool a = flags & TL_EDGE_A || c->both, b = flags & TL_EDGE_B || c->both;
	if ((a && !tl_link_reaches(least, sum->a_len, c->coverage)) ||
	    (b && !tl_link_reaches(least, sum->b_len, c->coverage)))
		return false;
	if (!c->overhang)
		return tl_link_reaches(shorter, shorter + others, c->identity);
	return tl_link_reaches(least, longest, c->identity) &&
	       tl_link_reaches(shorter, longest + others, c->identity);
}

struct tl_link_sum tl_link_of_path(const struct tl_align_path *path, uint64_t a_len, uint64_t b_len)
{
	return (struct tl_link_sum){
		.a_len = a_len, .b_len = b_len, .a_start = path->a_start, .b_start = path->b_start,
		.a_tail = a_len - path->a_end, .b_tail = b_len - path->b_end, .match = path->match,
		.columns = path->columns};
}

/* One record of an edge, and where its residues go. */
struct side {
	const uint8_t *s;
	size_t n, at, end;            /* at: the next one in the alignment, which ends at end */
	struct tl_buf *lit, *sub;     /* open items */
	uint8_t *next_lit, *next_sub; /* in them; NULL where they are not wanted */
};

static inline void copy(uint8_t **to, const uint8_t *from, size_t n)
{
	if (n == 1)
		**to = *from; /* most are */
	else
		memcpy(*to, from, n);
	*to += n;
}

/* Columns that do not match. */
static uint64_t others_of(struct tl_str ops)
{
	enum tl_cigar_op op;
	uint64_t len, sum = 0;
	for (size_t pos = 0; tl_cigar_next(ops, &pos, &op, &len);)
		sum += op == TL_CIGAR_MATCH ? 0 : len;
	return sum;
}

/* Room for all that so many columns may need, and the residues before the alignment. */
static enum tl_status side_begin(struct side *side, uint64_t others, struct tl_col *lit,
				 struct tl_col *sub, struct tl_err *err)
{
	const size_t outside = side->n - (side->end - side->at);
	side->lit = &lit->bytes;
	side->sub = &sub->bytes;
	enum tl_status st = tl_buf_reserve(side->lit, outside + others, err);
	if (st == TL_OK)
		st = tl_buf_reserve(side->sub, others, err);
	if (st != TL_OK)
		return st;
	side->next_lit = side->lit->data + side->lit->len;
	side->next_sub = side->sub->data + side->sub->len;
	copy(&side->next_lit, side->s, side->at);
	return TL_OK;
}

static void side_end(struct side *side)
{
	if (!side->lit)
		return;
	copy(&side->next_lit, side->s + side->end, side->n - side->end);
	side->lit->len = (size_t)(side->next_lit - side->lit->data);
	side->sub->len = (size_t)(side->next_sub - side->sub->data);
}

static inline void side_pass(struct side *side, uint8_t **opt_to, size_t len)
{
	if (*opt_to)
		copy(opt_to, side->s + side->at, len);
	side->at += len;
}

/* Residues at substitutions, and those that have no partner. */
static void put_runs(struct tl_str ops, struct side *a, struct side *b)
{
	enum tl_cigar_op op;
	uint64_t len;
	for (size_t pos = 0; tl_cigar_next(ops, &pos, &op, &len);) {
		if (op == TL_CIGAR_MATCH) {
			a->at += len;
			b->at += len;
		} else if (op == TL_CIGAR_SUBST) {
			side_pass(a, &a->next_sub, len);
			side_pass(b, &b->next_sub, len);
		} else if (op == TL_CIGAR_INS) {
			side_pass(a, &a->next_lit, len);
		} else {
			side_pass(b, &b->next_lit, len);
		}
	}
}

static enum tl_status put_ops(struct tl_col *col, const struct tl_align_path *path, size_t a_len,
			      size_t b_len, struct tl_err *err)
{
	const uint64_t ends[4] = {path->a_start, a_len - path->a_end, path->b_start,
				  b_len - path->b_end};
	for (int i = 0; i < 4; i++) {
		enum tl_status st = tl_buf_add_varint(&col->bytes, ends[i], err);
		if (st != TL_OK)
			return st;
	}
	return tl_buf_add(&col->bytes, path->ops.data, path->ops.len, err);
}

enum tl_status tl_link_put(struct tl_edges *edges, uint64_t a_ordinal, uint64_t b_ordinal,
			   uint8_t flags, const struct tl_align_path *path, struct tl_str a,
			   struct tl_str b, struct tl_err *err)
{
	const struct tl_str ops = {path->ops.data, path->ops.len};
	const uint64_t others = others_of(ops);
	struct side one = {.s = a.p, .n = a.n, .at = path->a_start, .end = path->a_end};
	struct side two = {.s = b.p, .n = b.n, .at = path->b_start, .end = path->b_end};
	enum tl_status st = put_ops(&edges->ops, path, a.n, b.n, err);
	if (st == TL_OK && flags & TL_EDGE_A)
		st = side_begin(&one, others, &edges->lita, &edges->suba, err);
	if (st == TL_OK && flags & TL_EDGE_B)
		st = side_begin(&two, others, &edges->litb, &edges->subb, err);
	if (st != TL_OK)
		return st;
	put_runs(ops, &one, &two);
	side_end(&one);
	side_end(&two);
	return tl_edge_end(edges, a_ordinal, b_ordinal, flags, err);
}

/* What is between the ends, and the lengths; false on overflow. */
static bool add_up(struct tl_link_sum *s)
{
	const struct tl_cigar_sum *c = &s->cigar;
	uint64_t both;
	bool ok = tl_bits_add(c->match, c->subst, &both) && tl_bits_add(both, c->ins, &s->a_len) &&
		  tl_bits_add(both, c->del, &s->b_len) && tl_bits_add(s->a_len, c->del, &s->columns);
	s->match = c->match;
	return ok && tl_bits_add(s->a_len, s->a_start, &s->a_len) &&
	       tl_bits_add(s->a_len, s->a_tail, &s->a_len) &&
	       tl_bits_add(s->b_len, s->b_start, &s->b_len) &&
	       tl_bits_add(s->b_len, s->b_tail, &s->b_len);
}

enum tl_status tl_link_measure(const struct tl_edge *e, struct tl_link_sum *ret, struct tl_err *err)
{
	uint64_t *end[4] = {&ret->a_start, &ret->a_tail, &ret->b_start, &ret->b_tail};
	size_t pos = 0;
	bool ok = true;
	for (int i = 0; i < 4; i++)
		ok = ok && tl_bits_get_varint(e->ops.p, e->ops.n, &pos, end[i]);
	struct tl_str runs = {e->ops.p + pos, e->ops.n - pos};
	if (!ok || !tl_cigar_measure(runs, &ret->cigar))
		return tl_err_set(err, TL_DATA, "a broken edge");
	return add_up(ret) ? TL_OK : tl_err_set(err, TL_DATA, "an edge of more than 2^64 residues");
}
