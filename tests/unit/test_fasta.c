/* SPDX-License-Identifier: MIT */
/* Unit test of fasta: what the columns hold, where windows are cut, what is refused and
 * where, and that every text comes back from windows of every small size. */
#include <tl/fasta.h>

#include "roundtrip.h"
#include "tltest.h"

static struct tl_err err;
static struct tl_batch batch;

static void read_all(const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;
	struct tl_fasta_state state = tl_fasta_start(p, n), next;
	struct tl_fasta_place place;
	tl_test_eq(tl_fasta_cut(&state, p, n, true, &next), n);
	tl_test_ok(tl_fasta_parse(&state, p, n, &next, &batch, &place, &err), err);
}

static struct tl_entry get(size_t i)
{
	struct tl_entry e;
	tl_batch_get(&batch, i, &e);
	return e;
}

static bool is(struct tl_str s, const char *p, size_t n)
{
	return s.n == n && (!n || !memcmp(s.p, p, n));
}

#define IS(s, lit) tl_test(is(s, lit, sizeof(lit) - 1))
#define READ(lit) read_all(lit, sizeof(lit) - 1)

static void test_plain(void)
{
	READ(">a b\nMKV\nQQ*\nE\n>\n>c\nWW\n");
	tl_test_eq(batch.n, 3);
	tl_test_eq(batch.alphabet, TL_PROTEIN);
	tl_test_eq(batch.width, 3);
	tl_test_eq(batch.eol, TL_EOL_LF);
	IS(get(0).head, "a b");
	IS(get(0).resi, "MKVQQ*E");
	IS(get(1).head, "");
	tl_test_eq(get(1).length, 0);
	IS(get(2).resi, "WW");
	for (size_t i = 0; i < 3; i++) {
		tl_test_eq(get(i).ordinal, i);
		tl_test_eq(get(i).flags, 0);
		tl_test_eq(get(i).lay.n + get(i).odd.n + get(i).mask.n + get(i).lead.n, 0);
	}
}

static void test_side_strings(void)
{
	READ(";x\n\n>a\nACgtnN\n>b\nA--C -GUU\n>c\nATUAU\n>d\nUU\n");
	tl_test_eq(batch.alphabet, TL_NUCLEOTIDE);
	IS(get(0).lead, ";x\n\n");
	IS(get(0).resi, "ACGTNN");
	IS(get(0).mask, "\2\3");
	IS(get(1).resi, "ACGTT");
	IS(get(1).odd, "\1\2-\1\1 \0\1-");
	tl_test_eq(get(1).flags, TL_REC_RNA);
	IS(get(1).urac, "");
	IS(get(2).resi, "ATTAT");
	IS(get(2).urac, "\1\2");
	tl_test_eq(get(2).flags, TL_REC_RNA);
	tl_test_eq(get(3).flags, TL_REC_RNA);
	IS(get(3).urac, "");
}

static void test_protein_keeps_u(void)
{
	READ(">a\nMUU\nuT\n");
	IS(get(0).resi, "MUUUT");
	tl_test_eq(get(0).flags, 0);
	IS(get(0).mask, "\3\1");
}

static void test_odd_goes_on_over_lines(void)
{
	READ(">a\nM---\n----\n-KV\n");
	IS(get(0).odd, "\1\10-");
	tl_test_eq(batch.width, 4);
	IS(get(0).lay, "");
}

static void test_layouts(void)
{
	READ(">a\r\nMK\r\nMK\r\nM\r\n>b\nMK\r\n>c\r\nMK\r\n\r\n>d\r\nMKV\r\n>e\r\nM\r\n>f\r\nM");
	tl_test_eq(batch.width, 2);
	tl_test_eq(batch.eol, TL_EOL_CRLF);
	IS(get(0).lay, "");
	IS(get(1).lay, "\0\1\2\1");
	IS(get(2).lay, "\1\1\2\1\1\0\1");
	IS(get(3).lay, "\1\1\3\1");
	IS(get(4).lay, "");
	IS(get(5).lay, "\1\1\1\3");
}

static void test_width_comes_late(void)
{
	/* One line each: no width; the first with two lines sets it, also for those before. */
	READ(">a\nMKVM\n>b\nMM\n");
	tl_test_eq(batch.width, 0);
	tl_test_eq(get(0).lay.n + get(1).lay.n, 0);
	READ(">a\nMKVM\n>b\nMM\n>c\nMKV\nMK\n>d\nMKV\n");
	tl_test_eq(batch.n, 4);
	tl_test_eq(batch.width, 3);
	IS(get(0).lay, "\0\1\4\0");
	tl_test_eq(get(1).lay.n + get(2).lay.n + get(3).lay.n, 0);
	/* A blank line does not make a second line. */
	READ(">a\nMKVM\n\n>b\n\nMM\n>c\nMKVMKV\n");
	tl_test_eq(batch.width, 0);
	IS(get(0).lay, "\0\1\4\0\1\0\0");
	IS(get(1).lay, "\0\1\0\0\1\2\0");
	IS(get(2).lay, "");
	/* More groups than are kept apart. */
	READ(">a\nMK\nMKV\nM\nMK\n>b\nMK\nMK\n");
	tl_test_eq(batch.width, 2);
	IS(get(0).lay, "\0\1\2\0\1\3\0\1\1\0\1\2\0");
	IS(get(1).lay, "");
}

static void test_starts_inside_lines(void)
{
	READ(">a>b\nM>K\n >x\n>c");
	tl_test_eq(batch.n, 2);
	IS(get(0).head, "a>b");
	IS(get(0).resi, "MKX");
	IS(get(0).odd, "\1\1>\1\1 \0\1>");
	IS(get(1).head, "c");
	IS(get(1).lay, "\3");
}

static void test_cr(void)
{
	READ(">a\rMK\rMK\r>b\rM\r\n\n");
	tl_test_eq(batch.n, 2);
	tl_test_eq(batch.eol, TL_EOL_CR);
	IS(get(0).lay, "");
	IS(get(1).lay, "\2\1\1\1\1\0\0");
	/* In an LF file a lone CR is an odd byte, or one of the header. */
	READ(">a\nM\rK\r\r\n>b\rc\nM\r");
	tl_test_eq(batch.n, 2);
	IS(get(0).odd, "\1\1\r\1\1\r");
	IS(get(1).head, "b\rc");
	IS(get(1).odd, "\1\1\r");
}

static void test_lines_are_counted(void)
{
	static const char text[] = ";\n>a\r\nM\n\nK\r\n>b\nM";
	struct roundtrip r = roundtrip((const uint8_t *)text, sizeof text - 1, 100, false);
	tl_test_eq(r.lines, 6);
	tl_test_eq(r.records, 2);
	tl_test_eq(r.residues, 3);
	for (size_t w = 4; w < 20; w++) {
		r = roundtrip((const uint8_t *)text, sizeof text - 1, w, false);
		tl_test(!r.wrong);
		tl_test_eq(r.records, 2);
		tl_test_eq(r.residues, 3);
	}
}

static void cut_is(const char *text, struct tl_fasta_state state, size_t expect, bool inside,
		   bool in_header, bool mid_line)
{
	struct tl_fasta_state next;
	tl_test_eq(tl_fasta_cut(&state, (const uint8_t *)text, strlen(text), false, &next), expect);
	tl_test_eq(next.inside, inside);
	tl_test_eq(next.in_header, in_header);
	tl_test_eq(next.mid_line, mid_line);
	tl_test_eq(next.first, false);
}

static void test_cuts(void)
{
	struct tl_fasta_state first = {.first = true}, in = {.inside = true},
			      head = {.inside = true, .in_header = true, .mid_line = true},
			      mid = {.inside = true, .mid_line = true}, none = {0};
	cut_is(">a\nM\n>b\nM\n>c", none, 10, false, false, false);
	cut_is(">a\nM\n", none, 5, true, false, false);
	cut_is(">a\nM", none, 4, true, false, true);
	cut_is(">a>b", none, 4, true, true, true);
	cut_is(">a\r", none, 2, true, true, true);
	cut_is(">a\nM\r", none, 4, true, false, true);
	cut_is("\r", mid, 1, true, false, true);
	cut_is(";\n>a\nM\n", first, 7, true, false, false);
	cut_is(";\n>a\n>b\nM\n", first, 5, false, false, false);
	cut_is("M\n>b\nM\n", in, 2, false, false, false);
	cut_is(">b\nM\n", in, 5, true, false, false);
	cut_is(">b\nM\n", mid, 5, true, false, false);
	cut_is(">b", head, 2, true, true, true);
	cut_is("b\n", head, 2, true, false, false);
	cut_is("b\n>c", head, 2, false, false, false);
}

static void test_pieces(void)
{
	const uint8_t *text = (const uint8_t *)">name\nMKVMKVMK\nMKV\n";
	struct tl_fasta_state s = tl_fasta_start(text, 19), next, end = {0};
	struct tl_fasta_place place;
	tl_test_eq(tl_fasta_cut(&s, text, 3, false, &next), 3);
	tl_test_ok(tl_fasta_parse(&s, text, 3, &next, &batch, &place, &err), err);
	tl_test_eq(get(0).flags, TL_REC_OUT | TL_REC_HEAD_OUT);
	IS(get(0).head, "na");
	IS(get(0).lay, "");
	s = next;
	tl_test_eq(tl_fasta_cut(&s, text + 3, 7, false, &next), 7);
	tl_test_ok(tl_fasta_parse(&s, text + 3, 7, &next, &batch, &place, &err), err);
	tl_test_eq(get(0).flags, TL_REC_IN | TL_REC_HEAD_IN | TL_REC_OUT);
	IS(get(0).head, "me");
	IS(get(0).resi, "MKVM");
	IS(get(0).lay, "\0\1\4\3");
	s = next;
	tl_test_ok(tl_fasta_parse(&s, text + 10, 9, &end, &batch, &place, &err), err);
	tl_test_eq(get(0).flags, TL_REC_IN);
	IS(get(0).resi, "KVMKMKV");
	IS(get(0).lay, "\3\1\4\0\1\3\0");
	/* The text ends where a record might have gone on. */
	tl_test_ok(tl_fasta_parse(&s, text, 0, &end, &batch, &place, &err), err);
	tl_test_eq(batch.n, 1);
	tl_test_eq(get(0).flags, TL_REC_IN);
}

static void refuse_n(const char *text, size_t n, uint64_t line, uint64_t column, const char *why)
{
	struct tl_fasta_state s = tl_fasta_start((const uint8_t *)text, n), next = {0};
	struct tl_fasta_place place;
	tl_test_eq(tl_fasta_parse(&s, (const uint8_t *)text, n, &next, &batch, &place, &err),
		   TL_DATA);
	tl_test_eq(place.line, line);
	tl_test_eq(place.column, column);
	tl_test(strstr(err.msg, why));
}

static void refuse(const char *text, uint64_t line, uint64_t column, const char *why)
{
	refuse_n(text, strlen(text), line, column, why);
}

static void test_refused(void)
{
	refuse("ACGT\n", 1, 1, "not 'A'; no line begins with '>'");
	refuse("\n;c\r\n \t\nx>", 4, 1, "not 'x'");
	refuse("\xEF\xBB\xBFx", 1, 4, "not 'x'");
	refuse("\x1\n", 1, 1, "0x01");
	refuse(";@a\n x\n@a\n", 2, 1, "0x20");
	refuse("\n\n", 3, 1, "no record");
	refuse_n("\x7f" "ELF\n\0\n>a\nA\n", 12, 2, 1, "zero byte");
	refuse(";only", 1, 6, "no record");
}

static void test_empty(void)
{
	READ("");
	tl_test_eq(batch.n, 0);
	struct roundtrip r = roundtrip((const uint8_t *)"", 0, 16, true);
	tl_test(!r.wrong && r.status == TL_OK && r.entries == 0);
}

/* Whatever stands before the first '>' at the beginning of a line. */
static void test_reports(void)
{
	READ("SEARCH v1 > 2\n@ x\n >no\n\n>a\nACGT\n");
	IS(get(0).lead, "SEARCH v1 > 2\n@ x\n >no\n\n");
	IS(get(0).head, "a");
	tl_test_eq(batch.alphabet, TL_NUCLEOTIDE);
	static const char text[] = "MKVL\n\n1 2\n>a\nAC\nGT\n>b\nA\n";
	for (size_t w = 12; w < sizeof text; w++) {
		struct roundtrip r = roundtrip((const uint8_t *)text, sizeof text - 1, w, w & 1);
		tl_test(!r.wrong && r.status == TL_OK);
		tl_test_eq(r.records, 2);
		tl_test_eq(r.lines, 8);
	}
	struct roundtrip r = roundtrip((const uint8_t *)text, sizeof text - 1, 9, false);
	tl_test_eq(r.status, TL_DATA);
	tl_test_eq(r.place.line, 1);
	tl_test(strstr(r.err.msg, "no line of the first 9 bytes"));
}

static void test_lead_kept(void)
{
	READ("\xEF\xBB\xBF;c\n  \n>a\nM\n");
	IS(get(0).lead, "\xEF\xBB\xBF;c\n  \n");
	READ("\xEF\xBB\xBF>a\nM\n");
	IS(get(0).lead, "\xEF\xBB\xBF");
	READ(";\0\n>a\nM\n");
	IS(get(0).lead, ";\0\n");
}

/* All windows from 1 byte on, and both ways to see the end. */
static void all_windows(const uint8_t *text, size_t n)
{
	for (size_t w = 1; w <= n + 2; w++)
		for (int late = 0; late < 2; late++) {
			struct roundtrip r = roundtrip(text, n, w, late);
			if (r.wrong)
				printf("# window %zu: %s\n", w, r.wrong);
			tl_test(!r.wrong);
			tl_test(r.status == TL_OK || (r.status == TL_DATA && w < n));
		}
}

static void test_roundtrips(void)
{
	static const char *const texts[] = {
		">a\nACGT\nAC\n>b\nAC\n", ">a\r\nACGT\r\nAC\r\n\r\n>b\r\n\r\n", ">a\rAC\r\r>b\r\nA",
		">", ">\n", ">\r", ">\r\n", ">a", ">>>\n>>>\n>",
		";c\n\n>a\nAC gt--NN..12uUtT\n\n\n>b\n",
		">a\nAC\r\r\nGT\r", ">h\r\r\nA\n", "\n \n>a\n\n\n\nA\n>b\nACacACac\nUTutUTut\nA",
		">a\nACGT>ACGT\n >\n>\n>x\n-\n-\n--\n", ">a\xff\x01 \x80\nA\xff\x43\x01\xfe\n",
		">a\nACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGT\nA",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		all_windows((const uint8_t *)texts[i], strlen(texts[i]));
	all_windows((const uint8_t *)">a\0b\nA\0C\n\0\n", 12);
}

/* A text of pieces that make trouble, biased to long runs so that whole vectors are met. */
static size_t invent(uint8_t *text, size_t size)
{
	static const char *const bits[] = {"\n", "\n", "\r\n", "\r", "\n>", "\n>", ">", "A", "ACGT",
					   "acgtn", "U", "u", "T", "-", "--", " ", ".", "*", "MKV",
					   "\n\n", ";", "\xff", "N", "\n>name of it\n"};
	unsigned kinds = 1 + (unsigned)tl_test_below(sizeof bits / sizeof *bits);
	size_t n = 0;
	text[n++] = '>';
	while (n < size) {
		const char *bit = bits[tl_test_below(kinds)];
		size_t len = strlen(bit), times = 1;
		if (tl_test_below(4) == 0)
			times = 1 + tl_test_below(100);
		for (; times && n + len <= size; times--, n += len)
			memcpy(text + n, bit, len);
		if (tl_test_below(30) == 0)
			break;
	}
	return n;
}

static void test_random(void)
{
	uint8_t text[1200];
	for (int i = 0; i < 3000; i++) {
		size_t n = invent(text, tl_test_below(sizeof text));
		struct roundtrip r = roundtrip(text, n, 2 + tl_test_below(n + 2), i & 1);
		if (r.wrong)
			printf("# case %d: %s\n", i, r.wrong);
		tl_test(!r.wrong);
		tl_test_eq(r.status, TL_OK);
	}
}

/* What is read does not depend on how it is cut: residues and records are the same. */
static void test_windows_agree(void)
{
	uint8_t text[1000];
	for (int i = 0; i < 300; i++) {
		size_t n = invent(text, sizeof text);
		struct roundtrip whole = roundtrip(text, n, n + 1, false), cut;
		cut = roundtrip(text, n, 2 + tl_test_below(60), false);
		tl_test_eq(cut.residues, whole.residues);
		tl_test_eq(cut.records, whole.records);
		tl_test_eq(cut.lines, whole.lines);
	}
}

static void test_too_large(void)
{
	struct tl_fasta_state s = {.first = true}, next = {0};
	struct tl_fasta_place place;
	tl_test_eq(tl_fasta_parse(&s, (const uint8_t *)">", (size_t)TL_FASTA_MAX + 1, &next, &batch,
				  &place, &err), TL_INTERNAL);
	s.first = false;
	tl_test_eq(tl_fasta_parse(&s, (const uint8_t *)"A", 1, &next, &batch, &place, &err),
		   TL_INTERNAL);
}

int main(void)
{
	TL_RUN(test_plain);
	TL_RUN(test_side_strings);
	TL_RUN(test_protein_keeps_u);
	TL_RUN(test_odd_goes_on_over_lines);
	TL_RUN(test_layouts);
	TL_RUN(test_width_comes_late);
	TL_RUN(test_starts_inside_lines);
	TL_RUN(test_cr);
	TL_RUN(test_lines_are_counted);
	TL_RUN(test_cuts);
	TL_RUN(test_pieces);
	TL_RUN(test_refused);
	TL_RUN(test_empty);
	TL_RUN(test_lead_kept);
	TL_RUN(test_reports);
	TL_RUN(test_roundtrips);
	TL_RUN(test_random);
	TL_RUN(test_windows_agree);
	TL_RUN(test_too_large);
	tl_batch_free(&batch);
	return tl_test_end();
}
