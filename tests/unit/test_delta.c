/* SPDX-License-Identifier: MIT */
/* test_delta: scripts made of edges, both ways and on both strands, and what is refused. */
#include <tl/delta.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/link.h>

#include "tltest.h"

#define MAX 4000

static struct tl_err err;

/* Two sequences and an alignment of a with b, of which b may be the reverse complement of the
 * record. */
struct made {
	uint8_t a[MAX], b[MAX], b_record[MAX];
	size_t a_len, b_len;
	struct tl_align_path path;
	bool minus;
};

static uint8_t letter(void)
{
	return (uint8_t) "ACGTNRYACGT"[tl_test_below(11)];
}

static void both(struct made *m, bool same)
{
	uint8_t x = letter(), y = x;
	while (!same && y == x)
		y = letter();
	m->a[m->a_len++] = x;
	m->b[m->b_len++] = y;
}

static void ends(struct made *m)
{
	for (uint64_t n = tl_test_below(3) ? 0 : tl_test_below(200); n; n--)
		m->a[m->a_len++] = letter();
	for (uint64_t n = tl_test_below(3) ? 0 : tl_test_below(200); n; n--)
		m->b[m->b_len++] = letter();
}

static void make(struct made *m)
{
	int last = -1;
	*m = (struct made){.minus = tl_test_below(2)};
	ends(m);
	m->path.a_start = m->a_len;
	m->path.b_start = m->b_len;
	for (uint64_t runs = tl_test_below(30); runs; runs--) {
		int op = (int)tl_test_below(4);
		uint64_t len = tl_test_below(6) ? 1 + tl_test_below(5) : 60 + tl_test_below(40);
		if (op == last)
			continue;
		tl_test_ok(tl_cigar_add(&m->path.ops, (enum tl_cigar_op)op, len, &err), err);
		for (last = op; len; len--) {
			if (op <= TL_CIGAR_SUBST)
				both(m, op == TL_CIGAR_MATCH);
			else if (op == TL_CIGAR_INS)
				m->a[m->a_len++] = letter();
			else
				m->b[m->b_len++] = letter();
		}
	}
	m->path.a_end = m->a_len;
	m->path.b_end = m->b_len;
	ends(m);
	memcpy(m->b_record, m->b, m->b_len);
	if (m->minus)
		tl_alphabet_revcomp(m->b_record, m->b, m->b_len);
}

static void make_edge(struct made *m, uint8_t flags, struct tl_edges *edges, struct tl_edge *e)
{
	tl_edge_reset(edges);
	tl_test_ok(tl_link_put(edges, 1, 2, flags | (m->minus ? TL_EDGE_MINUS : 0), &m->path,
			       (struct tl_str){m->a, m->a_len}, (struct tl_str){m->b, m->b_len},
			       &err),
		   err);
	tl_edge_get(edges, 0, e);
}

static void test_both_ways(void)
{
	struct tl_edges edges = {0};
	struct tl_buf script = {0}, scratch = {0}, out = {0};
	unsigned seen[2][2] = {{0}};
	for (int i = 0; i < 3000; i++) {
		static struct made m;
		struct tl_edge e;
		struct tl_delta d;
		struct tl_delta_sum sum;
		bool b_from_a = i & 1;
		make(&m);
		make_edge(&m,
			  i % 3      ? TL_EDGE_A | TL_EDGE_B
			  : b_from_a ? TL_EDGE_B
				     : TL_EDGE_A,
			  &edges, &e);
		tl_test_ok(tl_delta_from_edge(&e, b_from_a, &script, &d, &err), err);
		tl_test_ok(tl_delta_measure(&d, &sum, &err), err);
		const uint8_t *base = b_from_a ? m.a : m.b_record;
		const uint8_t *member = b_from_a ? m.b_record : m.a;
		size_t base_len = b_from_a ? m.a_len : m.b_len, len = b_from_a ? m.b_len : m.a_len;
		tl_test_eq(sum.length, len);
		tl_test_eq(sum.minus, m.minus);
		/* A copy that ends where memory ends. */
		uint8_t *guarded = tl_test_guarded(base_len);
		memcpy(guarded, base, base_len);
		tl_test_ok(tl_buf_add(&out, "x", 1, &err), err);
		size_t before = out.len;
		tl_test_ok(tl_delta_apply(&d, guarded, base_len, &scratch, &out, &err), err);
		tl_test_eq(out.len - before, len);
		tl_test(memcmp(out.data + before, member, len) == 0);
		tl_buf_reset(&out);
		/* Not out of less than what it copies from. */
		uint64_t need = sum.b_start + sum.cigar.match + sum.cigar.subst + sum.cigar.del;
		if (need) {
			tl_test_eq(tl_delta_apply(&d, guarded, need - 1, &scratch, &out, &err),
				   TL_DATA);
			tl_test_eq(out.len, 0);
		}
		seen[b_from_a][m.minus]++;
		tl_buf_free(&m.path.ops);
	}
	tl_test(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
	tl_buf_free(&script);
	tl_buf_free(&scratch);
	tl_buf_free(&out);
	tl_edge_free(&edges);
}

struct script {
	uint8_t ops[64];
	size_t n;
};

static void add(struct script *s, uint64_t v)
{
	s->n += tl_bits_put_varint(s->ops + s->n, v);
}

static struct script script_of(uint64_t b_start, uint64_t a_start, uint64_t a_tail)
{
	struct script s = {.n = 0};
	add(&s, b_start);
	add(&s, a_start);
	add(&s, a_tail);
	return s;
}

static enum tl_status apply(const struct script *s, const char *subs, const char *lits,
			    const char *base, struct tl_buf *out)
{
	struct tl_delta d = {{s->ops, s->n},
			     {(const uint8_t *)subs, strlen(subs)},
			     {(const uint8_t *)lits, strlen(lits)}};
	struct tl_buf scratch = {0};
	tl_buf_reset(out);
	enum tl_status st =
		tl_delta_apply(&d, (const uint8_t *)base, strlen(base), &scratch, out, &err);
	tl_buf_free(&scratch);
	return st;
}

static bool is(const struct tl_buf *out, const char *s)
{
	return out->len == strlen(s) && memcmp(out->data, s, out->len) == 0;
}

#define RUN(n, op) ((uint64_t)(n) << 2 | TL_CIGAR_##op)

static void test_by_hand(void)
{
	struct tl_buf out = {0};
	struct script s = script_of(2 << 1, 2, 1);
	add(&s, RUN(3, MATCH));
	add(&s, RUN(1, SUBST));
	add(&s, RUN(2, INS));
	add(&s, RUN(2, DEL));
	add(&s, RUN(1, MATCH));
	tl_test_ok(apply(&s, "W", "AAKKY", "ccDEFGHIM", &out), err);
	tl_test(is(&out, "AADEFWKKMY"));
	/* On the reverse complement: TTGCAA of TTGCAA. */
	s = script_of(1 << 1 | 1, 0, 0);
	add(&s, RUN(4, MATCH));
	tl_test_ok(apply(&s, "", "", "ACGGTC", &out), err);
	tl_test(is(&out, "ACCG"));
	/* Literals alone, and nothing at all. */
	s = script_of(0, 1, 2);
	tl_test_ok(apply(&s, "", "ABC", "", &out), err);
	tl_test(is(&out, "ABC"));
	s = script_of(0, 0, 0);
	tl_test_ok(apply(&s, "", "", "", &out), err);
	tl_test_eq(out.len, 0);
	tl_buf_free(&out);
}

static void test_refused(void)
{
	struct tl_buf out = {0};
	struct script good = script_of(1 << 1, 1, 0), s;
	add(&good, RUN(2, MATCH));
	add(&good, RUN(1, SUBST));
	tl_test_ok(apply(&good, "K", "M", "ABCDE", &out), err);
	tl_test_eq(apply(&good, "", "M", "ABCDE", &out), TL_DATA);
	tl_test_eq(apply(&good, "KK", "M", "ABCDE", &out), TL_DATA);
	tl_test_eq(apply(&good, "K", "", "ABCDE", &out), TL_DATA);
	tl_test_eq(apply(&good, "K", "MM", "ABCDE", &out), TL_DATA);
	tl_test_eq(apply(&good, "K", "M", "ABC", &out), TL_DATA);
	/* What is no residue. */
	tl_test_eq(apply(&good, "k", "M", "ABCDE", &out), TL_DATA);
	tl_test_eq(apply(&good, "K", "\n", "ABCDE", &out), TL_DATA);
	/* A script that is cut off anywhere is broken, but between runs, where others are. */
	for (size_t n = 0; n < good.n; n++) {
		s = good;
		s.n = n;
		tl_test_eq(apply(&s, "K", "M", "ABCDE", &out), TL_DATA);
	}
	/* It begins behind the base; with a length of 0; with an operation twice in a row. */
	s = script_of(6 << 1, 1, 0);
	tl_test_eq(apply(&s, "", "M", "ABCDE", &out), TL_DATA);
	s = script_of(0, 0, 0);
	add(&s, RUN(0, MATCH));
	tl_test_eq(apply(&s, "", "", "ABCDE", &out), TL_DATA);
	s = script_of(0, 0, 0);
	add(&s, RUN(1, MATCH));
	add(&s, RUN(1, MATCH));
	tl_test_eq(apply(&s, "", "", "ABCDE", &out), TL_DATA);
	tl_buf_free(&out);
}

static void test_huge_numbers(void)
{
	struct tl_buf out = {0};
	static const uint64_t large[] = {UINT64_MAX, UINT64_MAX >> 1, UINT64_MAX >> 2, 1ULL << 62,
					 1ULL << 32};
	for (size_t i = 0; i < sizeof large / sizeof *large; i++) {
		for (int place = 0; place < 3; place++) {
			struct script s =
				script_of(place == 0 ? large[i] : 0, place == 1 ? large[i] : 0,
					  place == 2 ? large[i] : 0);
			add(&s, RUN(1, MATCH));
			tl_test_eq(apply(&s, "", "M", "ABCDE", &out), TL_DATA);
		}
		for (int op = 0; op < 4; op++) {
			struct script s = script_of(0, 0, 1);
			add(&s, large[i] >> 2 << 2 | (uint64_t)op);
			tl_test_eq(apply(&s, "", "M", "ABCDE", &out), TL_DATA);
		}
	}
	/* Runs that add up to 2^64 and a little, each of them fitting. */
	struct script s = script_of(0, 0, 0);
	add(&s, RUN(5, MATCH));
	for (int i = 0; i < 4; i++) {
		add(&s, RUN(UINT64_MAX >> 2, DEL));
		add(&s, RUN(1, MATCH));
	}
	tl_test_eq(apply(&s, "", "", "ABCDEFGHIJ", &out), TL_DATA);
	struct tl_delta_sum sum;
	tl_test(!tl_delta_look((struct tl_str){s.ops, s.n}, &sum));
	tl_buf_free(&out);
}

static void test_broken_edges(void)
{
	static struct made m;
	struct tl_edges edges = {0};
	struct tl_edge e, f;
	struct tl_delta d;
	struct tl_buf out = {0};
	do {
		tl_buf_free(&m.path.ops);
		make(&m);
		make_edge(&m, TL_EDGE_A | TL_EDGE_B, &edges, &e);
	} while (!e.suba.n || !e.lita.n || !e.litb.n || e.ops.n < 8);
	for (int b_from_a = 0; b_from_a < 2; b_from_a++) {
		struct tl_str *subs = b_from_a ? &f.subb : &f.suba;
		struct tl_str *lits = b_from_a ? &f.litb : &f.lita;
		f = e;
		tl_test_ok(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), err);
		f.flags = b_from_a ? TL_EDGE_A : TL_EDGE_B;
		tl_test_eq(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), TL_DATA);
		f = e;
		subs->n--;
		tl_test_eq(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), TL_DATA);
		f = e;
		lits->n--;
		tl_test_eq(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), TL_DATA);
		f = e;
		f.ops.n = 3;
		tl_test_eq(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), TL_DATA);
		/* A start that the script cannot hold. */
		uint8_t ops[40];
		size_t n = 0;
		for (int i = 0; i < 4; i++)
			n += tl_bits_put_varint(ops + n, UINT64_MAX);
		f.ops = (struct tl_str){ops, n};
		tl_test_eq(tl_delta_from_edge(&f, b_from_a, &out, &d, &err), TL_DATA);
	}
	tl_buf_free(&m.path.ops);
	tl_buf_free(&out);
	tl_edge_free(&edges);
}

int main(void)
{
	TL_RUN(test_both_ways);
	TL_RUN(test_by_hand);
	TL_RUN(test_refused);
	TL_RUN(test_huge_numbers);
	TL_RUN(test_broken_edges);
	return tl_test_end();
}
