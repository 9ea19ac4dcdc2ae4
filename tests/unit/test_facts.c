/* SPDX-License-Identifier: MIT */
/* The fields of a record, counted another way; and a record in pieces is the same as whole. */
#include <tl/facts.h>

#include <tl/bits.h>

#include "motif.h"
#include "tally.h"
#include "tltest.h"

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static struct tl_batch like(enum tl_alphabet a, enum tl_format f)
{
	return (struct tl_batch){.alphabet = a, .format = f};
}

static bool judge(const char *text, const struct tl_batch *b, const struct tl_entry *e)
{
	struct tl_expr *expr;
	struct tl_facts *f;
	struct tl_err err;
	bool yes, again;
	if (tl_expr_compile(text, &expr, &err) != TL_OK || tl_facts_new(expr, &f, &err) != TL_OK ||
	    tl_facts_judge(f, b, e, &yes, &err) != TL_OK ||
	    tl_facts_judge(f, b, e, &again, &err) != TL_OK || again != yes) {
		printf("# %s: %s\n", text, err.msg);
		abort();
	}
	tl_facts_free(f);
	tl_expr_free(expr);
	return yes;
}

static void test_fields(void)
{
	struct tl_batch dna = like(TL_NUCLEOTIDE, TL_FORMAT_FASTA), prot = like(TL_PROTEIN, 0);
	const uint8_t mask[] = {2, 3, 1, 1}, odd[] = {1, 2, '-'};
	struct tl_entry e = {.ordinal = 41,
			     .length = 8,
			     .head = str("id1\t desc OX=7\001id2 taxid:8"),
			     .resi = str("ACGTNNRG"),
			     .mask = {mask, 4},
			     .odd = {odd, 3}};
	tl_test(judge("length == 8 && gc == 3/5 && ambiguous == 3 && masked == 4", &dna, &e));
	tl_test(judge("ambiguous == 0 && gc != gc && !(gc >= 0)", &prot, &e));
	tl_test(judge("ordinal == 41 && taxid == 7 && id == 'id1'", &dna, &e));
	tl_test(judge("desc == 'desc OX=7\\x01id2 taxid:8' && header =~ '^id1\\t desc'", &dna, &e));
	tl_test(judge("quality != quality && complexity == 1", &dna, &e));
	e.resi = str("MKBJXZ*U");
	tl_test(judge("ambiguous == 4 && length == 8", &prot, &e));
	struct tl_entry none = {.ordinal = 0};
	tl_test(judge("length == 0 && id == '' && desc == '' && header == '' && taxid == 0", &dna,
		      &none));
	tl_test(judge("ambiguous == 0 && masked == 0 && gc != 0 && complexity != 0 && !has('A')",
		      &dna, &none));
}

static void test_quality(void)
{
	struct tl_batch b = like(TL_NUCLEOTIDE, TL_FORMAT_FASTQ);
	const uint8_t odd[] = {0, 1, '.'};
	struct tl_entry e = {
		.length = 3, .resi = str("ACG"), .odd = {odd, 3}, .qual = str("!5II  ")};
	tl_test(judge("quality == (0 + 20 + 40 + 40) / 4", &b, &e));
	e.qual = str("\x1f!!!");
	tl_test(judge("quality == -1/2", &b, &e));
}

static void test_motifs(void)
{
	struct tl_batch dna = like(TL_NUCLEOTIDE, 0), prot = like(TL_PROTEIN, 0);
	struct tl_entry e = {.length = 9, .resi = str("ACGTNRGAT")};
	tl_test(judge("has('acgt') && has('ACGU') && has('MCGT') && has('NNNNNNNNN') && has('GTN')",
		      &dna, &e));
	tl_test(judge(
		"!has('AAA') && !has('GTA') && !has('NNNNNNNNNN') && has('TNRG') && has('NVR')",
		&dna, &e));
	tl_test(judge("!has('TNAG') && !has('SAT') || has('RAT')", &dna, &e));
	e.resi = str("MDEI*LNQJ");
	tl_test(judge("has('MBZJ') && has('*L') && has('X') && !has('XXXXX*') && has('JBZJ')",
		      &prot, &e));
	tl_test(judge("!has('I*J*') && has('XXX') && !has('IXL')", &prot, &e));
}

static void test_complexity(void)
{
	static char text[1000];
	struct tl_batch dna = like(TL_NUCLEOTIDE, 0), prot = like(TL_PROTEIN, 0);
	memset(text, 'A', 128);
	struct tl_entry e = {.length = 128, .resi = str(text)};
	tl_test(judge("complexity == 1/62", &dna, &e));
	tl_test(judge("complexity == 1/63", &prot, &e));
	for (int i = 0; i < 64; i++)
		text[i] = i % 2 ? 'T' : 'A';
	tl_test(judge("complexity == 3/124", &dna, &e));
	/* The last window is shorter; what is too short for a word counts nothing. */
	e.resi.n = e.length = 64 + 2;
	tl_test(judge("complexity == 2/62", &dna, &e));
	e.resi.n = e.length = 64 + 3;
	tl_test(judge("complexity == 3/63", &dna, &e));
	e.resi = str("NRYACN");
	tl_test(judge("complexity == 3/4 || complexity == 1", &dna, &e));
	e.resi = str("M*JMJ*"); /* '*' and J are two letters */
	tl_test(judge("complexity == 1", &prot, &e));
}

static void test_counting(void)
{
	static uint8_t p[10000];
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = "ACGTNB*"[tl_test_below(7)];
	for (int i = 0; i < 200; i++) {
		size_t from = tl_test_below(5000), n = tl_test_below(i % 2 ? 5000 : 40), want = 0;
		for (size_t k = from; k < from + n; k++)
			want += p[k] == 'C' || p[k] == 'G';
		tl_test_eq(tl_tally_bytes(p + from, n, "GCGC"), want);
	}
	memset(p, 'C', sizeof p);
	tl_test_eq(tl_tally_bytes(p, sizeof p, "GCGC"), sizeof p);
}

/* ---- pieces ---- */

static const char *const expressions[] = {
	"gc * 100 % 7 < 3",
	"ambiguous % 3 == 1",
	"masked % 3 == 0",
	"complexity * 1000 % 3 < 1.5",
	"quality * 8 % 2 >= 1",
	"length % 2 == 0",
	"has('ACG') && !has('TTTT')",
	"has('RYRYN')",
	"header =~ '[ab]{3}'",
	"id > 'b'",
	"taxid % 2 == 1",
	"desc =~ '^a'",
	"ordinal == 9",
};

static char made_resi[800], made_head[80], made_qual[800];
static bool made_lower[800];

/* The mask of residues [from, from + n), in buf. */
static struct tl_str make_mask(size_t from, size_t n, uint8_t *buf)
{
	size_t len = 0, run = 0;
	bool lower = false;
	for (size_t i = from; i < from + n; i++, run++)
		if (made_lower[i] != lower) {
			len += tl_bits_put_varint(buf + len, run);
			lower = !lower;
			run = 0;
		}
	if (lower)
		len += tl_bits_put_varint(buf + len, run);
	return (struct tl_str){buf, len};
}

static struct tl_entry make_entry(void)
{
	static uint8_t mask[2000];
	size_t n = tl_test_below(tl_test_below(4) ? 700 : 8), h = tl_test_below(40);
	for (size_t i = 0; i < n; i++) {
		made_resi[i] =
			tl_test_below(30) ? "ACGT"[tl_test_below(4)] : "NRBX"[tl_test_below(4)];
		made_qual[i] = (char)('!' + tl_test_below(60));
		made_lower[i] = i && tl_test_below(10) ? made_lower[i - 1] : tl_test_below(2);
	}
	for (size_t i = 0; i < h; i++)
		made_head[i] = "abc \001"[tl_test_below(5)];
	h += (size_t)sprintf(made_head + h, " taxid=%llu", (unsigned long long)tl_test_below(100));
	made_resi[n] = made_qual[n] = 0;
	return (struct tl_entry){.ordinal = 9,
				 .length = n,
				 .head = {(uint8_t *)made_head, h},
				 .mask = make_mask(0, n, mask),
				 .resi = str(made_resi),
				 .qual = str(made_qual)};
}

/* A random cut of e at a place behind from: the header first, then residues, then qualities. */
static void add_pieces(struct tl_facts *f, const struct tl_batch *b, const struct tl_entry *e)
{
	size_t h = 0, r = 0, q = 0, most = 1 + tl_test_below(300);
	bool fastq = b->format == TL_FORMAT_FASTQ;
	struct tl_err err;
	uint8_t flags = 0, mask[2000];
	do {
		struct tl_entry piece = {.ordinal = e->ordinal};
		size_t left = 1 + tl_test_below(most);
		piece.head =
			(struct tl_str){e->head.p + h, e->head.n - h < left ? e->head.n - h : left};
		h += piece.head.n;
		left -= piece.head.n;
		piece.resi =
			(struct tl_str){e->resi.p + r, e->resi.n - r < left ? e->resi.n - r : left};
		piece.mask = make_mask(r, piece.resi.n, mask);
		r += piece.length = piece.resi.n;
		left -= piece.resi.n;
		if (fastq) {
			piece.qual = (struct tl_str){e->qual.p + q,
						     e->qual.n - q < left ? e->qual.n - q : left};
			q += piece.qual.n;
		}
		bool more = h < e->head.n || r < e->resi.n || (fastq && q < e->qual.n);
		piece.flags = flags | (more ? TL_REC_OUT : 0);
		flags = TL_REC_IN;
		tl_test_ok(tl_facts_add(f, b, &piece, &err), err);
		if (!more)
			return;
	} while (true);
}

static void test_pieces(void)
{
	for (size_t x = 0; x < sizeof expressions / sizeof *expressions; x++) {
		struct tl_expr *e;
		struct tl_facts *f;
		struct tl_err err;
		int yes = 0;
		tl_test_ok(tl_expr_compile(expressions[x], &e, &err), err);
		tl_test_ok(tl_facts_new(e, &f, &err), err);
		for (int i = 0; i < 300; i++) {
			struct tl_batch b = like(i % 3 ? TL_NUCLEOTIDE : TL_PROTEIN, i % 2);
			struct tl_entry whole = make_entry();
			bool want, got;
			tl_test_ok(tl_facts_judge(f, &b, &whole, &want, &err), err);
			add_pieces(f, &b, &whole);
			tl_test_ok(tl_facts_end(f, &got, &err), err);
			if (want != got)
				printf("# %s: %s\n", expressions[x], made_resi);
			tl_test_eq(got, want);
			yes += want;
		}
		if (!yes || (yes == 300 && x != 12))
			printf("# %s: %d\n", expressions[x], yes);
		tl_test(yes > 0 && (yes < 300 || x == 12));
		tl_facts_free(f);
		tl_expr_free(e);
	}
}

static void test_overflow(void)
{
	struct tl_expr *e;
	struct tl_facts *f;
	struct tl_err err;
	bool yes;
	struct tl_batch b = like(TL_PROTEIN, 0);
	struct tl_entry entry = {.ordinal = 12, .length = 3, .resi = str("MKV")};
	tl_test_ok(tl_expr_compile("length * 9e18 > 1", &e, &err), err);
	tl_test_ok(tl_facts_new(e, &f, &err), err);
	tl_test(tl_facts_judge(f, &b, &entry, &yes, &err) == TL_DATA);
	tl_test(strstr(err.msg, "record tl|12: ") && strstr(err.msg, "64 bits"));
	tl_facts_free(f);
	tl_expr_free(e);
}

int main(void)
{
	TL_RUN(test_fields);
	TL_RUN(test_quality);
	TL_RUN(test_motifs);
	TL_RUN(test_complexity);
	TL_RUN(test_counting);
	TL_RUN(test_pieces);
	TL_RUN(test_overflow);
	return tl_test_end();
}
