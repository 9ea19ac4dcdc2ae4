/* SPDX-License-Identifier: MIT */
/* Unit test of fasta, where it reads FASTQ: what the columns hold, where windows are cut, what is
 * refused and where, and that every text comes back from windows of every small size. */
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
	tl_test_eq(state.format, TL_FORMAT_FASTQ);
	tl_test_eq(tl_fasta_cut(&state, p, n, true, &next), n);
	tl_test_ok(tl_fasta_parse(&state, p, n, &next, &batch, &place, &err), err);
	tl_test_eq(batch.format, TL_FORMAT_FASTQ);
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
	READ("@a b\nACGT\n+\nIII!\n@c\nAC\n+\n@+\n");
	tl_test_eq(batch.n, 2);
	tl_test_eq(batch.alphabet, TL_NUCLEOTIDE);
	tl_test_eq(batch.width, 0);
	IS(get(0).head, "a b");
	IS(get(0).resi, "ACGT");
	IS(get(0).qual, "III!");
	IS(get(1).head, "c");
	IS(get(1).qual, "@+");
	for (size_t i = 0; i < 2; i++) {
		struct tl_entry e = get(i);
		tl_test_eq(e.flags, 0);
		tl_test_eq(e.lay.n + e.odd.n + e.mask.n + e.lead.n + e.plus.n + e.qlay.n, 0);
	}
}

static void test_plus_lines(void)
{
	READ("@a b\nA\n+a b\nI\n@c\nA\n+d\nI\n@e\nA\n+\nI\n@\nA\n+\nI\n@f\nA\n+ \nI\n");
	IS(get(0).plus, "\0");
	IS(get(1).plus, "\1d");
	IS(get(2).plus, "");
	IS(get(3).plus, "");
	IS(get(4).plus, "\1 ");
}

static void test_body_has_all_columns(void)
{
	READ("\n \n@a\nacGu\nN-\n+\n()*+\n,-\n");
	IS(get(0).lead, "\n \n");
	IS(get(0).resi, "ACGTN");
	IS(get(0).mask, "\0\2\1\1");
	IS(get(0).odd, "\5\1-");
	tl_test_eq(get(0).flags, TL_REC_RNA);
	IS(get(0).qual, "()*+,-");
	tl_test_eq(get(0).qlay.n, 0);
	tl_test_eq(batch.width, 4);
}

static void test_layouts(void)
{
	/* Qualities cut like the sequence need no string, whatever the cuts. */
	READ("@a\r\nAC\r\nG\r\nTAC\r\n+\r\nII\r\nI\r\nIII\r\n@b\r\nACGT\r\n+\r\nIIII");
	tl_test_eq(batch.eol, TL_EOL_CRLF);
	tl_test(get(0).lay.n > 0);
	IS(get(0).qlay, "");
	IS(get(1).qlay, "\1\1\4\3");
	READ("@a\nAC\nGT\n+\nIIII\n\n@b\nACGT\n+\r\nII\nII\n");
	IS(get(0).lay, "");
	IS(get(0).qlay, "\0\1\4\0\1\0\0");
	IS(get(1).qlay, "\1\2\2\0");
	/* Empty ones, with and without a line. */
	READ("@a\n\n+\n\n@b\n+\n@c\n\n+\n@d\n+\n");
	tl_test_eq(batch.n, 4);
	IS(get(0).lay, "\0\1\0\0");
	tl_test_eq(get(0).qlay.n + get(1).lay.n + get(1).qlay.n + get(3).qlay.n, 0);
	IS(get(2).qlay, "\0");
}

static void test_blank_lines(void)
{
	READ("@a\nA\n+\nI\n  \n\n@b\nA\n+\nI\n\t");
	tl_test_eq(batch.n, 2);
	IS(get(0).qual, "I  ");
	IS(get(0).qlay, "\0\1\1\0\1\2\0\1\0\0");
	IS(get(1).qual, "I\t");
}

static void test_marks_anywhere(void)
{
	/* Lines of qualities may begin with anything; a lone CR is one of them. */
	READ("@@\nACGTACGT\nA\n+\n@@@@\n++++\n>\n@b\nA\rC\n+\nI\rI\n");
	tl_test_eq(batch.n, 2);
	IS(get(0).head, "@");
	IS(get(0).qual, "@@@@++++>");
	IS(get(1).qual, "I\rI");
	READ("@a\nA\n+\n\0\n");
	IS(get(0).qual, "\0");
}

static void test_cr_file(void)
{
	READ("@a\rAC\rGT\r+\rII\rII\r\r@b\rA\r\n+\nI");
	tl_test_eq(batch.n, 2);
	tl_test_eq(batch.eol, TL_EOL_CR);
	IS(get(1).qual, "I");
}

static void test_alphabet(void)
{
	READ("@EFIL\nACGT\n+\nEFIL\n");
	tl_test_eq(batch.alphabet, TL_NUCLEOTIDE);
	READ("@a\nMKVL\n+\nIIII\n");
	tl_test_eq(batch.alphabet, TL_PROTEIN);
	READ("\xEF\xBB\xBF@a\nACGT\n+a\nEEEE\n");
	tl_test_eq(batch.alphabet, TL_NUCLEOTIDE);
}

static size_t cut(const char *text, const struct tl_fasta_state *state, struct tl_fasta_state *next)
{
	return tl_fasta_cut(state, (const uint8_t *)text, strlen(text), false, next);
}

static void test_cuts(void)
{
	struct tl_fasta_state none = {.format = TL_FORMAT_FASTQ}, next, more;
	tl_test_eq(cut("@a\nA\n+\n@\n@b\nAC", &none, &next), 9);
	tl_test(!next.inside && !next.mid_line && next.format == TL_FORMAT_FASTQ);
	tl_test_eq(cut("@a\nA\n+\n@\n", &none, &next), 9);
	tl_test(next.inside && next.part == TL_FASTA_QUALITY && next.body == next.quality);
	tl_test_eq(cut("@b", &next, &more), 2);
	tl_test(more.inside && more.part == TL_FASTA_HEADER && more.mid_line && more.column == 2);
	tl_test_eq(cut("@ab\nACG", &none, &next), 7);
	tl_test(next.inside && next.part == TL_FASTA_BODY && next.mid_line);
	tl_test_eq(next.body, 3);
	tl_test_eq(next.column, 3);
	tl_test_eq(cut("TT", &next, &more), 2);
	tl_test_eq(more.column, 5);
	tl_test_eq(cut("T\n+x", &next, &more), 4);
	tl_test(more.part == TL_FASTA_PLUS && more.mid_line && more.body == 4);
	tl_test_eq(cut("y\n@+\n", &more, &next), 5);
	tl_test(next.part == TL_FASTA_QUALITY && next.quality == 2 && !next.mid_line);
	tl_test_eq(next.column, 0);
	tl_test_eq(cut("@@\n\n@x", &next, &more), 4);
	tl_test(!more.inside);
	/* Not between CR and LF. */
	tl_test_eq(cut("@a\r", &none, &next), 2);
	tl_test(next.part == TL_FASTA_HEADER);
}

static void test_pieces(void)
{
	const char *const text[] = {"@na", "me\nAC", "GT\n+na", "me\nI", "III\n", "\n"};
	static const uint8_t flags[] = {
		TL_REC_OUT | TL_REC_HEAD_OUT,
		TL_REC_IN | TL_REC_HEAD_IN | TL_REC_OUT,
		TL_REC_IN | TL_REC_OUT | TL_REC_QUAL_OUT | TL_REC_HEAD_OUT,
		TL_REC_IN | TL_REC_QUAL_IN | TL_REC_HEAD_IN | TL_REC_OUT | TL_REC_QUAL_OUT,
		TL_REC_IN | TL_REC_QUAL_IN | TL_REC_OUT | TL_REC_QUAL_OUT,
		TL_REC_IN | TL_REC_QUAL_IN,
	};
	struct tl_fasta_state s = {.format = TL_FORMAT_FASTQ}, next;
	struct tl_fasta_place place;
	struct tl_entry e[6];
	struct tl_batch b[6] = {{0}};
	for (int i = 0; i < 6; i++) {
		const uint8_t *p = (const uint8_t *)text[i];
		size_t n = strlen(text[i]);
		tl_test_eq(tl_fasta_cut(&s, p, n, i == 5, &next), n);
		tl_test_ok(tl_fasta_parse(&s, p, n, &next, &b[i], &place, &err), err);
		tl_test_eq(b[i].n, 1);
		tl_batch_get(&b[i], 0, &e[i]);
		tl_test_eq(e[i].flags, flags[i]);
		s = next;
	}
	IS(e[0].head, "na");
	IS(e[1].resi, "AC");
	IS(e[2].plus, "\1na");
	IS(e[2].qlay, "\3");
	IS(e[3].plus, "\1me");
	IS(e[3].qlay, "\0\1\1\3");
	IS(e[4].qual, "III");
	IS(e[5].qlay, "\3\1\0\0");
	for (int i = 0; i < 6; i++)
		tl_batch_free(&b[i]);
}

static void refuse(const char *text, uint64_t line, uint64_t column, const char *why)
{
	size_t n = strlen(text);
	struct tl_fasta_state s = tl_fasta_start((const uint8_t *)text, n), next = {0};
	struct tl_fasta_place place;
	tl_test_eq(tl_fasta_parse(&s, (const uint8_t *)text, n, &next, &batch, &place, &err),
		   TL_DATA);
	if (place.line != line || place.column != column || !strstr(err.msg, why))
		printf("# %llu:%llu: %s\n", (unsigned long long)place.line,
		       (unsigned long long)place.column, err.msg);
	tl_test_eq(place.line, line);
	tl_test_eq(place.column, column);
	tl_test(strstr(err.msg, why));
}

static void test_refused(void)
{
	refuse("@a\nACGT\n+\nIII\n@b\nA\n+\nI\n", 5, 1, "only 3 characters, its sequence 4");
	refuse("@a\nACGT\n+\n\n@bcd\nA\n+\nI\n", 6, 1, "must begin with '@'");
	refuse("@a\nACGT\n+\n\n@bcde\nA\n+\nI\n", 5, 1, "only 0 characters, its sequence 4");
	refuse("@a\nACGT\n+\nIIIII\n", 4, 5, "more characters than the sequence, which has 4");
	refuse("@a\nACGT\n+\n@IIII\n", 4, 5, "more characters");
	refuse("\n@a\nAC\nGT\n+\nII\nIII\n", 7, 3, "more characters");
	refuse("@a\n\n+\nI\n", 4, 1, "must begin with '@'");
	refuse("@a\nA\n+\nI\nx\n", 5, 1, "must begin with '@'");
	refuse("@a\nA\n+\nI\n@b\nA\n@c\nA\n+\nI\n", 7, 1, "no line that begins with '+'");
	refuse("@a\nA\n+\nI\n>b\nA\n", 5, 1, "must begin with '@'");
	refuse("@", 1, 2, "ends within a record");
	refuse("@a\n", 2, 1, "ends within a record");
	refuse("@a\nACG", 2, 4, "begins with '+'");
	refuse("@a\nACG\n+", 3, 2, "only 0 characters, its sequence 3");
	refuse("@a\nACG\n+\nII\n", 5, 1, "only 2 characters, its sequence 3");
	refuse("@a\r\nACG\r\n+\r\nI", 4, 2, "only 1 characters, its sequence 3");
	refuse("@a\rACG\r+\rI", 4, 2, "only 1 characters, its sequence 3");
}

/* Also where the record began in an earlier chunk. */
static void test_refused_later(void)
{
	static const char text[] = "@a\nACGTACGT\n+\nIIIIIIIIII\n";
	for (size_t w = 2; w < 25; w++) {
		struct roundtrip r = roundtrip((const uint8_t *)text, 25, w, false);
		tl_test_eq(r.status, TL_DATA);
		tl_test_eq(r.lines + r.place.line, 4);
		tl_test_eq(r.place.column, 9);
	}
}

/* All windows from 2 bytes on, and both ways to see the end. */
static void all_windows(const uint8_t *text, size_t n)
{
	for (size_t w = 2; w <= n + 2; w++)
		for (int late = 0; late < 2; late++) {
			struct roundtrip r = roundtrip(text, n, w, late);
			if (r.wrong || r.status != TL_OK)
				printf("# window %zu: %s: %s\n", w, r.wrong ? r.wrong : r.err.msg,
				       text);
			tl_test(!r.wrong);
			tl_test_eq(r.status, TL_OK);
		}
}

static void test_roundtrips(void)
{
	static const char *const texts[] = {
		"@a\nACGT\n+\nIIII\n@b\nAC\n+\nII\n", "@a\r\nAC\r\nGT\r\n+\r\nII\r\nII\r\n\r\n@b\r\n\r\n+\r\n\r\n",
		"@a\rACGT\r+a\rIIII\r\r@b\rA\r+\rI", "@a\n+\n", "@\n+", "@a\n\n+\n\n\n\n", "@a\nA\n+\nI  \n",
		"@a\nAC gt--NN..12uUtT\n+\nIIIIIIIIIIIIIIIII\n\n \n@b\n+b\n",
		"@a long header\nACGTACGT\nACGT\n\n+a long header\n@@@@\n++++\n\n>>>>\n@next\nA\n+nex\n@\n",
		"@a\nA\rC\r\r\n+\nI\rI\r\r\n", "@a\nACGT\n+\r\nII\nI\r\nI\n\n@b\nAAAAAAA\nAA\n+b\nIIIIIII\nII",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct roundtrip r = roundtrip((const uint8_t *)texts[i], strlen(texts[i]), 1000, false);
		if (i == 6) { /* three characters of quality, one of sequence */
			tl_test_eq(r.status, TL_DATA);
			continue;
		}
		all_windows((const uint8_t *)texts[i], strlen(texts[i]));
	}
}

/* A record as odd as they come; returns its end. */
static size_t invent(uint8_t *text, size_t n, size_t size)
{
	static const char letters[] = "ACGTACGTACGTNacgtu-. *\t";
	const char *eol = tl_test_below(9) ? "\n" : "\r\n";
	size_t head = tl_test_below(20), chars = tl_test_below(200), width = 1 + tl_test_below(60);
	size_t qwidth = tl_test_below(4) ? width : 1 + tl_test_below(60);
	if (n + 2 * head + 5 * (chars + 9) > size)
		return n;
	text[n++] = '@';
	size_t head_at = n;
	for (size_t i = 0; i < head; i++)
		text[n++] = (uint8_t)(33 + tl_test_below(90));
	n += (size_t)sprintf((char *)text + n, "%s", eol);
	for (size_t i = 0; i < chars; i++) {
		text[n++] = (uint8_t)letters[tl_test_below(sizeof letters - 1)];
		if (i % width == width - 1 || i + 1 == chars)
			n += (size_t)sprintf((char *)text + n, "%s", tl_test_below(40) ? eol : "\n\n");
	}
	text[n++] = '+';
	if (tl_test_below(2)) {
		memcpy(text + n, text + head_at, head);
		n += head;
	}
	n += (size_t)sprintf((char *)text + n, "%s", eol);
	for (size_t i = 0; i < chars; i++) {
		text[n++] = (uint8_t)(33 + tl_test_below(94));
		if (i % qwidth == qwidth - 1 || i + 1 == chars)
			n += (size_t)sprintf((char *)text + n, "%s", tl_test_below(40) ? eol : "\n\n");
	}
	return n;
}

static void test_random(void)
{
	static uint8_t text[4000];
	for (int i = 0; i < 1500; i++) {
		size_t n = 0, some = 1 + tl_test_below(6);
		while (some--)
			n = invent(text, n, sizeof text);
		if (n && tl_test_below(4) == 0 && text[n - 1] == '\n')
			n -= 1 + (n > 1 && text[n - 2] == '\r');
		struct roundtrip r = roundtrip(text, n, 2 + tl_test_below(n + 2), i & 1);
		struct roundtrip whole = roundtrip(text, n, n + 1, false);
		if (r.wrong || r.status != TL_OK)
			printf("# case %d: %s\n", i, r.wrong ? r.wrong : r.err.msg);
		tl_test(!r.wrong);
		tl_test_eq(r.status, TL_OK);
		tl_test_eq(r.records, whole.records);
		tl_test_eq(r.residues, whole.residues);
	}
}

/* Damaged text comes back or is refused, and is never torn. */
static void test_damaged(void)
{
	static uint8_t text[3000];
	for (int i = 0; i < 1500; i++) {
		size_t n = 0;
		for (int k = 0; k < 4; k++)
			n = invent(text, n, sizeof text);
		for (size_t k = tl_test_below(4); k <= 4; k++)
			text[tl_test_below(n)] = (uint8_t)"\n\r@+>A \n"[tl_test_below(8)];
		text[0] = '@';
		struct roundtrip r = roundtrip(text, n, 2 + tl_test_below(n + 2), i & 1);
		struct roundtrip whole = roundtrip(text, n, n + 1, false);
		tl_test(!r.wrong && !whole.wrong);
		tl_test_eq(r.status, whole.status);
		tl_test_eq(r.lines + r.place.line, whole.lines + whole.place.line);
		/* A line that is cut may be taken for qualities that are too long instead of a header. */
		if (!strcmp(r.err.msg, whole.err.msg))
			tl_test_eq(r.place.column, whole.place.column);
	}
}

int main(void)
{
	TL_RUN(test_plain);
	TL_RUN(test_plus_lines);
	TL_RUN(test_body_has_all_columns);
	TL_RUN(test_layouts);
	TL_RUN(test_blank_lines);
	TL_RUN(test_marks_anywhere);
	TL_RUN(test_cr_file);
	TL_RUN(test_alphabet);
	TL_RUN(test_cuts);
	TL_RUN(test_pieces);
	TL_RUN(test_refused);
	TL_RUN(test_refused_later);
	TL_RUN(test_roundtrips);
	TL_RUN(test_random);
	TL_RUN(test_damaged);
	tl_batch_free(&batch);
	return tl_test_end();
}
