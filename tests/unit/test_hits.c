/* SPDX-License-Identifier: MIT */
/* test_hits: lines of text against ones written by hand, on both strands; names. */
#include <tl/hits.h>

#include <tl/align.h>
#include <tl/alphabet.h>
#include <tl/link.h>

#include "tltest.h"

#define A "ACGTTGCAAGGCTATCCGATTACGGATCCTAGCTTGACCA"
#define CHANGED "ACGTTGCAAGGCTATCCGATCACGGATCCTAGCTTGACCA"

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

/* The edge between a and b, or b's reverse complement. */
static void align(struct tl_str a, struct tl_str b, bool minus, struct tl_edges *edges)
{
	uint8_t turned[200];
	struct tl_align *ws;
	struct tl_align_path path = {0};
	struct tl_err err = {0};
	if (minus) {
		tl_alphabet_revcomp(turned, b.p, b.n);
		b.p = turned;
	}
	struct tl_align_job job = {.a = a.p, .a_len = a.n, .b = b.p, .b_len = b.n, .lo = -20,
				   .hi = 20, .max_cells = UINT64_MAX, .prove = true};
	tl_test_ok(tl_align_new(tl_score_of(TL_NUCLEOTIDE), &ws, &err), err);
	tl_test_ok(tl_align_pair(ws, &job, &path, &err), err);
	uint8_t flags = TL_EDGE_A | (minus ? TL_EDGE_MINUS : 0);
	tl_test_ok(tl_link_put(edges, 1, 2, flags, &path, a, b, &err), err);
	tl_buf_free(&path.ops);
	tl_align_free(ws);
}

/* The usual scores, but with a gap that BLAST has constants for. */
static const struct tl_score *known(void)
{
	static struct tl_score score;
	struct tl_err err;
	score = *tl_score_of(TL_NUCLEOTIDE);
	tl_test_ok(tl_score_gap(&score, 7, 2, &err), err);
	return &score;
}

static void check_by(const struct tl_score *score, const char *a_text, const char *b_text, bool minus, enum tl_hits_format format,
		  const char *line)
{
	struct tl_edges edges = {0};
	struct tl_edge e;
	struct tl_buf out = {0};
	struct tl_err err = {0};
	const struct tl_hits_side a = {str("query"), str(a_text)}, b = {str("target"), str(b_text)};
	align(a.residues, b.residues, minus, &edges);
	tl_edge_get(&edges, 0, &e);
	tl_test_ok(tl_hits_put(&out, format, score, &e, &a, &b, 1000, 0, &err), err);
	bool same = out.len == strlen(line) && !memcmp(out.data, line, out.len);
	if (!same)
		printf("# %.*s", (int)out.len, (const char *)out.data);
	tl_test(same);
	tl_buf_free(&out);
	tl_edge_free(&edges);
}

static void check(const char *a, const char *b, bool minus, enum tl_hits_format format,
		  const char *line)
{
	check_by(known(), a, b, minus, format, line);
}

/* A and a copy with one other letter, one missing, and ends of its own. */
static void test_plus(void)
{
	const char *b = "TTTTT" "ACGTTGCAAGGCTATCCGATCACGGATCCTAGCTTGACCA" "GG";
	check(A, b, false, TL_HITS_PAF,
	      "query\t40\t0\t40\t+\ttarget\t47\t5\t45\t39\t40\t255\tAS:i:75\tNM:i:1\tcg:Z:20=1X19=\n");
	check(A, b, false, TL_HITS_M8,
	      "query\ttarget\t97.500\t40\t1\t0\t1\t40\t6\t45\t1.3e-16\t68.0\n");
	check_by(tl_score_of(TL_NUCLEOTIDE), A, b, false, TL_HITS_M8,
		 "query\ttarget\t97.500\t40\t1\t0\t1\t40\t6\t45\t*\t*\n");
	check(A, b, false, TL_HITS_SAM,
	      "query\t0\ttarget\t6\t255\t20=1X19=\t*\t0\t0\t" A "\t*\tAS:i:75\tNM:i:1\n");
}

/* b is the reverse complement of CC CHANGED GGG, where one letter more is at the end of the runs. */
static void test_minus(void)
{
	uint8_t turned[60] = {0};
	const char *plus = "TT" CHANGED "TGT";
	tl_alphabet_revcomp(turned, (const uint8_t *)plus, strlen(plus));
	const char *b = (const char *)turned;
	check("CC" A, b, true, TL_HITS_PAF,
	      "query\t42\t2\t42\t-\ttarget\t45\t3\t43\t39\t40\t255\tAS:i:75\tNM:i:1\tcg:Z:19=1X20=\n");
	check("CC" A, b, true, TL_HITS_M8,
	      "query\ttarget\t97.500\t40\t1\t0\t3\t42\t43\t4\t1.4e-16\t68.0\n");
	check("CC" A, b, true, TL_HITS_SAM,
	      "query\t16\ttarget\t4\t255\t19=1X20=2S\t*\t0\t0\t"
	      "TGGTCAAGCTAGGATCCGTAATCGGATAGCCTTGCAACGTGG\t*\tAS:i:75\tNM:i:1\n");
}

static void test_names(void)
{
	struct tl_err err = {0};
	tl_test_eq(tl_hits_name(str("sp|P1 of x")).n, 5);
	tl_test_eq(tl_hits_name(str("a\tb")).n, 1);
	tl_test_eq(tl_hits_name(str(" x")).n, 0);
	tl_test_ok(tl_hits_check(str("sp|P1"), 0, &err), err);
	tl_test_eq(tl_hits_check(str(""), 7, &err), TL_DATA);
	tl_test(strstr(err.msg, "record 7") != NULL);
	tl_test_eq(tl_hits_check(str("*x"), 0, &err), TL_DATA);
	tl_test_eq(tl_hits_check(str("x\x01"), 0, &err), TL_DATA);
}

/* Edges that are not of these records, or no edges. */
static void test_broken(void)
{
	struct tl_edges edges = {0};
	struct tl_edge e;
	struct tl_buf out = {0};
	struct tl_err err = {0};
	const struct tl_hits_side a = {str("q"), str(A)}, b = {str("t"), str(A)},
				  c = {str("t"), str(A "A")};
	align(a.residues, b.residues, false, &edges);
	tl_edge_get(&edges, 0, &e);
	tl_test_eq(tl_hits_put(&out, TL_HITS_PAF, tl_score_of(TL_NUCLEOTIDE), &e, &a, &c, 1, 0,
			       &err), TL_DATA);
	e.ops.n--;
	tl_test_eq(tl_hits_put(&out, TL_HITS_PAF, tl_score_of(TL_NUCLEOTIDE), &e, &a, &b, 1, 0,
			       &err), TL_DATA);
	tl_test_eq(out.len, 0);
	tl_buf_free(&out);
	tl_edge_free(&edges);
}

int main(void)
{
	TL_RUN(test_plus);
	TL_RUN(test_minus);
	TL_RUN(test_names);
	TL_RUN(test_broken);
	return tl_test_end();
}
