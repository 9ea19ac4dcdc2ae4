/* SPDX-License-Identifier: MIT */
/* test_link: the criterion against its definition, column by column; edges that say what their path
 * says and make both sequences out of each other. */
#include <tl/link.h>

#include <tl/alphabet.h>
#include <tl/delta.h>

#include "tltest.h"

#define MOST 400

/* An alignment written out: a column is a residue of a, of b, or of both; 0 is a gap. */
struct drawn {
	uint8_t a[MOST], b[MOST]; /* the sequences */
	size_t a_len, b_len;
	uint8_t col_a[2 * MOST], col_b[2 * MOST];
	size_t columns, match;
	struct tl_align_path path;
};

static uint8_t letter(void)
{
	return (uint8_t) "ACGT"[tl_test_below(4)];
}

static size_t random_residues(uint8_t *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = letter();
	return n;
}

/* Appends columns of op. */
static void draw_run(struct drawn *d, enum tl_cigar_op op, size_t len)
{
	struct tl_err err = {0};
	tl_test_ok(tl_cigar_add(&d->path.ops, op, len, &err), err);
	for (; len; len--) {
		uint8_t x = letter(), y = x;
		while (op == TL_CIGAR_SUBST && x == y)
			y = letter();
		x = op == TL_CIGAR_DEL ? 0 : x;
		y = op == TL_CIGAR_INS ? 0 : y;
		if (x)
			d->a[d->a_len++] = x;
		if (y)
			d->b[d->b_len++] = y;
		d->col_a[d->columns] = x;
		d->col_b[d->columns++] = y;
		d->match += x == y;
	}
}

/* A random alignment: ends of 0 to 20 residues, often none, some runs. */
static void draw(struct drawn *d)
{
	enum tl_cigar_op op = TL_CIGAR_MATCH, last = TL_CIGAR_SUBST;
	tl_buf_reset(&d->path.ops);
	d->columns = d->match = 0;
	d->a_len = random_residues(d->a, tl_test_below(2) ? tl_test_below(20) : 0);
	d->b_len = random_residues(d->b, tl_test_below(2) ? tl_test_below(20) : 0);
	d->path.a_start = d->a_len;
	d->path.b_start = d->b_len;
	for (size_t runs = tl_test_below(12); runs; runs--) {
		draw_run(d, op, 1 + tl_test_below(op == TL_CIGAR_MATCH ? 30 : 3));
		last = op;
		while (op == last)
			op = (enum tl_cigar_op)tl_test_below(4);
	}
	d->path.a_end = d->a_len;
	d->path.b_end = d->b_len;
	d->path.match = d->match;
	d->path.columns = d->columns;
	d->a_len += random_residues(d->a + d->a_len, tl_test_below(2) ? tl_test_below(20) : 0);
	d->b_len += random_residues(d->b + d->b_len, tl_test_below(2) ? tl_test_below(20) : 0);
}

/* part of whole is at least share, in parts per million; the numbers are small. */
static bool reaches(uint64_t part, uint64_t whole, int64_t share)
{
	return whole && part * 1000000 >= whole * (uint64_t)share;
}

/* Identity as a judge counts it who walks from the first residue of the member as it is aligned, in
 * reverse where that is so. */
static bool alike(const struct tl_link_criterion *c, const struct drawn *d, bool reverse)
{
	size_t a_out = reverse ? d->a_len - d->path.a_end : d->path.a_start;
	size_t b_out = reverse ? d->b_len - d->path.b_end : d->path.b_start;
	size_t columns = 0, match = 0;
	if (c->overhang && a_out == 0)
		columns += b_out;
	if (c->overhang && b_out == 0)
		columns += a_out;
	for (size_t i = 0; i < d->columns; i++) {
		columns++;
		match += d->col_a[i] == d->col_b[i];
	}
	return reaches(match, columns, c->identity);
}

static uint8_t judge(const struct tl_link_criterion *c, const struct drawn *d, bool minus)
{
	size_t a_in = 0, b_in = 0;
	for (size_t i = 0; i < d->columns; i++) {
		a_in += d->col_a[i] != 0;
		b_in += d->col_b[i] != 0;
	}
	bool a = reaches(a_in, d->a_len, c->coverage), b = reaches(b_in, d->b_len, c->coverage);
	if (!d->columns || (c->both && (!a || !b)))
		return 0;
	/* The reference is read forwards, so a member a on the minus strand is read in reverse. */
	return (uint8_t)((a && alike(c, d, minus) ? TL_EDGE_A : 0) |
			 (b && alike(c, d, false) ? TL_EDGE_B : 0));
}

static void test_judge(void)
{
	static struct drawn d;
	unsigned seen[4] = {0};
	for (int round = 0; round < 5000; round++) {
		draw(&d);
		struct tl_link_criterion c = {.identity = (int64_t)tl_test_below(11) * 100000,
					      .coverage = (int64_t)tl_test_below(11) * 100000,
					      .both = tl_test_below(2),
					      .overhang = tl_test_below(2)};
		if (tl_test_below(2) && d.columns) /* just reached, and missed by one millionth */
			c.identity = (int64_t)(d.match * 1000000 / d.columns + tl_test_below(2));
		struct tl_link_sum sum = tl_link_of_path(&d.path, d.a_len, d.b_len);
		bool minus = tl_test_below(2);
		uint8_t flags = tl_link_judge(&c, &sum, minus);
		tl_test_eq(flags, judge(&c, &d, minus));
		seen[flags & 3]++;
	}
	for (int i = 0; i < 4; i++)
		tl_test(seen[i] > 50);
	tl_buf_free(&d.path.ops);
	d.path = (struct tl_align_path){0};
}

static void test_reaches(void)
{
	tl_test(tl_link_reaches(9, 10, 900000));
	tl_test(!tl_link_reaches(9, 10, 900001));
	tl_test(!tl_link_reaches(899999, 1000000, 900000));
	tl_test(tl_link_reaches(0, 5, 0));
	tl_test(!tl_link_reaches(0, 0, 0));
	tl_test(tl_link_reaches(UINT64_MAX, UINT64_MAX, 1000000));
	tl_test(!tl_link_reaches(UINT64_MAX - 1, UINT64_MAX, 1000000));
	tl_test(tl_link_reaches(UINT64_MAX - 1, UINT64_MAX, 999999));
}

/* The record that b stands for. */
static struct tl_str record_b(const struct drawn *d, bool minus, uint8_t *mem)
{
	if (minus)
		tl_alphabet_revcomp(mem, d->b, d->b_len);
	return (struct tl_str){minus ? mem : d->b, d->b_len};
}

static int same(struct tl_str want, const struct tl_buf *got)
{
	return want.n == got->len && (!want.n || !memcmp(want.p, got->data, want.n));
}

static void check_measure(const struct tl_edge *e, const struct drawn *d)
{
	struct tl_link_sum got, want = tl_link_of_path(&d->path, d->a_len, d->b_len);
	struct tl_err err = {0};
	tl_test_ok(tl_link_measure(e, &got, &err), err);
	tl_test_eq(got.a_len, want.a_len);
	tl_test_eq(got.b_len, want.b_len);
	tl_test_eq(got.a_start, want.a_start);
	tl_test_eq(got.b_start, want.b_start);
	tl_test_eq(got.a_tail, want.a_tail);
	tl_test_eq(got.b_tail, want.b_tail);
	tl_test_eq(got.match, want.match);
	tl_test_eq(got.columns, want.columns);
	tl_test_eq(got.cigar.match, want.match);
}

/* a out of b, or b out of a, as the records are. */
static void check_delta(const struct tl_edge *e, bool b_from_a, struct tl_str base,
			struct tl_str want)
{
	struct tl_buf script = {0}, scratch = {0}, out = {0};
	struct tl_delta delta;
	struct tl_err err = {0};
	if (!(e->flags & (b_from_a ? TL_EDGE_B : TL_EDGE_A))) {
		tl_test_eq(tl_delta_from_edge(e, b_from_a, &script, &delta, &err), TL_DATA);
	} else {
		tl_test_ok(tl_delta_from_edge(e, b_from_a, &script, &delta, &err), err);
		tl_test_ok(tl_delta_apply(&delta, base.p, base.n, &scratch, &out, &err), err);
		tl_test(same(want, &out));
	}
	tl_buf_free(&script);
	tl_buf_free(&scratch);
	tl_buf_free(&out);
}

static void test_put(void)
{
	static struct drawn d;
	static uint8_t mem[MOST];
	struct tl_edges edges = {0};
	for (size_t round = 0; round < 2000; round++) {
		struct tl_err err = {0};
		struct tl_edge e;
		uint8_t flags = (uint8_t)tl_test_below(8);
		bool minus = flags & TL_EDGE_MINUS;
		draw(&d);
		struct tl_str a = {d.a, d.a_len}, b = {d.b, d.b_len};
		tl_test_ok(tl_link_put(&edges, round + 5, round, flags, &d.path, a, b, &err), err);
		tl_test_eq(edges.n, round + 1);
		tl_edge_get(&edges, round, &e);
		tl_test_eq(e.a, round + 5);
		tl_test_eq(e.b, round);
		tl_test_eq(e.flags, flags);
		tl_test(flags & TL_EDGE_A || (!e.suba.n && !e.lita.n));
		tl_test(flags & TL_EDGE_B || (!e.subb.n && !e.litb.n));
		check_measure(&e, &d);
		b = record_b(&d, minus, mem);
		check_delta(&e, false, b, a);
		check_delta(&e, true, a, b);
	}
	tl_edge_free(&edges);
	tl_buf_free(&d.path.ops);
	d.path = (struct tl_align_path){0};
}

/* Edges from a stream may be anything. */
static void test_broken(void)
{
	static const struct {
		const char *ops;
		size_t n;
		bool good;
	} edges[] = {
		{"\0\0\0\0\x04", 5, true},
		{"\1\2\3\4\x28\x05\x28", 7, true},
		{"", 0, false},
		{"\0\0\0", 3, false},
		{"\0\0\0\0\x80", 5, false},
		{"\0\0\0\0\x04\x04", 6, false},
		{"\0\0\0\0\0", 5, false},
		{"\0\0\0\0", 4, true},
		{"\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 13, true},
		{"\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x04", 14, false},
		{"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\1\0\0", 13, false},
		{"\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 14, false},
	};
	for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		struct tl_edge e = {.a = 1, .ops = {(const uint8_t *)edges[i].ops, edges[i].n}};
		struct tl_link_sum sum;
		struct tl_err err = {0};
		tl_test_eq(tl_link_measure(&e, &sum, &err), edges[i].good ? TL_OK : TL_DATA);
		tl_test(edges[i].good || err.msg[0]);
	}
}

/* What a score makes certain holds of every alignment that scores as much. */
static void test_certain(void)
{
	static struct drawn d;
	const struct tl_score *scheme = tl_score_of(TL_NUCLEOTIDE);
	size_t certain = 0, links = 0;
	for (int round = 0; round < 20000; round++) {
		draw(&d);
		struct tl_link_criterion c = {
			.identity = 400000 + 50000 * (int64_t)tl_test_below(12),
			.coverage = 100000 * (int64_t)tl_test_below(11),
			.both = tl_test_below(2),
			.overhang = tl_test_below(2)};
		struct tl_link_sum sum = tl_link_of_path(&d.path, d.a_len, d.b_len);
		int64_t score = 0;
		for (size_t i = 0; i < d.columns; i++) {
			bool gap = !d.col_a[i] || !d.col_b[i];
			bool goes_on = gap && i && !d.col_a[i] == !d.col_a[i - 1] &&
				       !d.col_b[i] == !d.col_b[i - 1];
			score += goes_on ? -scheme->extend
				 : gap	 ? -scheme->open
					 : scheme->pair[d.col_a[i] & 31][d.col_b[i] & 31];
		}
		uint8_t says = tl_link_judge(&c, &sum, tl_test_below(2));
		for (uint8_t flags = 1; flags <= 3; flags++) {
			links += (says & flags) == flags;
			if (!tl_link_certain(&c, scheme, score, 0, &sum, flags))
				continue;
			certain++;
			tl_test_eq(says & flags, flags);
		}
		tl_test(!tl_link_certain(&c, scheme, score, UINT64_MAX, &sum, 1));
		tl_test(!tl_link_certain(&c, tl_score_of(TL_PROTEIN), score, 0, &sum, 1));
	}
	tl_test(certain > links / 10 && certain < links);
	tl_buf_free(&d.path.ops);
	d.path.ops = (struct tl_buf){0};
}

int main(void)
{
	TL_RUN(test_reaches);
	TL_RUN(test_judge);
	TL_RUN(test_certain);
	TL_RUN(test_put);
	TL_RUN(test_broken);
	return tl_test_end();
}
