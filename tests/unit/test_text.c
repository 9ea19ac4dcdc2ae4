/* SPDX-License-Identifier: MIT */
/* Unit test of text: what each side string does to the text, styles, pieces, and what is
 * refused. */
#include <tl/text.h>

#include "tltest.h"

static struct tl_err err;
static struct tl_buf out;

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static struct tl_entry entry(const char *head, const char *resi)
{
	return (struct tl_entry){.head = str(head), .resi = str(resi), .length = strlen(resi)};
}

static enum tl_status render(const struct tl_entry *e, uint32_t width, enum tl_eol eol,
			     struct tl_text_style *style)
{
	return tl_text_render(e, TL_NUCLEOTIDE, width, eol, e->resi.p, style, &out, &err);
}

/* The entry's own text, in a batch of width 4 and LF. */
static const char *own(const struct tl_entry *e)
{
	struct tl_text_style style = {.own = true, .keep_lead = true};
	tl_buf_reset(&out);
	tl_test_ok(render(e, 4, TL_EOL_LF, &style), err);
	tl_test_ok(tl_buf_add(&out, "", 1, &err), err);
	return (const char *)out.data;
}

#define SIDE(s) {(const uint8_t *)(s), sizeof(s) - 1}

static void test_regular(void)
{
	struct tl_entry e = entry("h", "ACGTACGTAC");
	tl_test(!strcmp(own(&e), ">h\nACGT\nACGT\nAC\n"));
	e = entry("h", "ACGTACGT");
	tl_test(!strcmp(own(&e), ">h\nACGT\nACGT\n"));
	e = entry("", "");
	tl_test(!strcmp(own(&e), ">\n"));
}

static void test_eols_and_widths(void)
{
	struct tl_entry e = entry("h", "ACGTA");
	struct tl_text_style style = {.own = true};
	tl_buf_reset(&out);
	tl_test_ok(render(&e, 3, TL_EOL_CRLF, &style), err);
	tl_test_ok(render(&e, 0, TL_EOL_CR, &style), err);
	tl_test_eq(out.len, 13 + 9);
	tl_test(!memcmp(out.data, ">h\r\nACG\r\nTA\r\n>h\rACGTA\r", 22));
}

static void test_mask(void)
{
	struct tl_entry e = entry("h", "AC*GT");
	e.mask = (struct tl_str)SIDE("\1\3");
	tl_test(!strcmp(own(&e), ">h\nAc*g\nT\n"));
	e.mask = (struct tl_str)SIDE("\0\5");
	tl_test(!strcmp(own(&e), ">h\nac*g\nt\n"));
	e.mask = (struct tl_str)SIDE("\1\1\1\1\1");
	tl_test(!strcmp(own(&e), ">h\nAc*g\nT\n"));
}

static void test_odd(void)
{
	struct tl_entry e = entry("h", "ACG");
	e.odd = (struct tl_str)SIDE("\0\2-\1\1 \2\1.");
	e.mask = (struct tl_str)SIDE("\2\1");
	tl_test(!strcmp(own(&e), ">h\n--A \nCg.\n"));
	e = entry("h", "");
	e.odd = (struct tl_str)SIDE("\0\5-");
	tl_test(!strcmp(own(&e), ">h\n----\n-\n"));
}

static void test_rna(void)
{
	struct tl_entry e = entry("h", "ATTGT");
	e.flags = TL_REC_RNA;
	tl_test(!strcmp(own(&e), ">h\nAUUG\nU\n"));
	e.urac = (struct tl_str)SIDE("\1\1");
	tl_test(!strcmp(own(&e), ">h\nATUG\nT\n"));
	e.urac = (struct tl_str)SIDE("\0\1\1\1");
	e.mask = (struct tl_str)SIDE("\1\1");
	tl_test(!strcmp(own(&e), ">h\nAuTG\nU\n"));
}

static void test_lay(void)
{
	struct tl_entry e = entry("h", "ACGTA");
	e.lay = (struct tl_str)SIDE("\1\2\2\0\1\0\2\1\1\3");
	tl_test(!strcmp(own(&e), ">h\r\nAC\nGT\n\rA"));
	e = entry("h", "");
	e.lay = (struct tl_str)SIDE("\3");
	tl_test(!strcmp(own(&e), ">h"));
	e.lay = (struct tl_str)SIDE("\0\3\0\0");
	tl_test(!strcmp(own(&e), ">h\n\n\n\n"));
}

static void test_lead_and_prefix(void)
{
	struct tl_entry e = entry("h", "A");
	struct tl_text_style style = {.own = true, .prefix = "tl|1 ", .prefix_len = 5};
	e.lead = str(";c\n\n");
	tl_test(!strcmp(own(&e), ";c\n\n>h\nA\n"));
	tl_buf_reset(&out);
	tl_test_ok(render(&e, 4, TL_EOL_LF, &style), err);
	tl_test_eq(out.len, 10);
	tl_test(!memcmp(out.data, ">tl|1 h\nA\n", 10));
}

static void test_end_line(void)
{
	struct tl_entry e = entry("h", "AC"), last = {.flags = TL_REC_IN};
	struct tl_text_style style = {.own = true, .end_line = true};
	tl_buf_reset(&out);
	e.lay = (struct tl_str)SIDE("\0\1\2\3");
	tl_test_ok(render(&e, 4, TL_EOL_CRLF, &style), err);
	tl_test_eq(out.len, 7);
	tl_test(!memcmp(out.data, ">h\nAC\r\n", 7));
	e = entry("h", "");
	e.lay = (struct tl_str)SIDE("\3");
	tl_test_ok(render(&e, 4, TL_EOL_LF, &style), err);
	tl_test_eq(out.len, 10);
	/* In pieces, of which the last is empty: the line that is open is the first one's. */
	e = entry("h", "AC");
	e.lay = (struct tl_str)SIDE("\0\1\2\3");
	e.flags = TL_REC_OUT;
	tl_buf_reset(&out);
	tl_test_ok(render(&e, 4, TL_EOL_LF, &style), err);
	tl_test_eq(out.len, 5);
	tl_test_ok(render(&last, 4, TL_EOL_LF, &style), err);
	tl_test_eq(out.len, 6);
	tl_test_ok(render(&last, 4, TL_EOL_LF, &style), err);
	tl_test_eq(out.len, 6);
}

static const char *rewrapped(const struct tl_entry *e, size_t n, uint64_t width)
{
	struct tl_text_style style = {.width = width};
	tl_buf_reset(&out);
	for (size_t i = 0; i < n; i++)
		tl_test_ok(render(&e[i], 4, TL_EOL_CRLF, &style), err);
	tl_test_ok(tl_buf_add(&out, "", 1, &err), err);
	return (const char *)out.data;
}

static void test_rewrap(void)
{
	struct tl_entry e = entry("h", "ACGTAC");
	e.lay = (struct tl_str)SIDE("\1\6\1\2");
	tl_test(!strcmp(rewrapped(&e, 1, 0), ">h\nACGTAC\n"));
	tl_test(!strcmp(rewrapped(&e, 1, 3), ">h\nACG\nTAC\n"));
	tl_test(!strcmp(rewrapped(&e, 1, 5), ">h\nACGTA\nC\n"));
	tl_test(!strcmp(rewrapped(&e, 1, 100), ">h\nACGTAC\n"));
	e = entry("h", "");
	tl_test(!strcmp(rewrapped(&e, 1, 3), ">h\n"));
}

static void test_rewrap_pieces(void)
{
	struct tl_entry e[4] = {entry("a", ""), entry("b", "ACGTA"), entry("", ""),
				entry("", "CG")};
	e[0].flags = TL_REC_OUT | TL_REC_HEAD_OUT;
	e[1].flags = TL_REC_IN | TL_REC_HEAD_IN | TL_REC_OUT;
	e[2].flags = TL_REC_IN | TL_REC_OUT;
	e[3].flags = TL_REC_IN;
	e[3].mask = (struct tl_str)SIDE("\0\2");
	e[3].odd = (struct tl_str)SIDE("\1\1-");
	tl_test(!strcmp(rewrapped(e, 4, 3), ">ab\nACG\nTAc\n-g\n"));
	tl_test(!strcmp(rewrapped(e, 4, 4), ">ab\nACGT\nAc-g\n"));
	tl_test(!strcmp(rewrapped(e, 4, 0), ">ab\nACGTAc-g\n"));
}

/* The entry's own text as FASTQ, or with width in lines of so many characters. */
static const char *fastq(const struct tl_entry *e, size_t n, int width)
{
	struct tl_text_style style = {.own = width < 0, .fastq = true,
				      .width = width < 0 ? 0 : (uint64_t)width};
	tl_buf_reset(&out);
	for (size_t i = 0; i < n; i++)
		tl_test_ok(render(&e[i], 4, TL_EOL_LF, &style), err);
	tl_test_ok(tl_buf_add(&out, "", 1, &err), err);
	return (const char *)out.data;
}

static void test_fastq(void)
{
	struct tl_entry e = entry("h", "ACGTAC");
	e.qual = str("IJKLMN");
	tl_test(!strcmp(fastq(&e, 1, -1), "@h\nACGT\nAC\n+\nIJKL\nMN\n"));
	tl_test(!strcmp(own(&e), ">h\nACGT\nAC\n"));
	e.plus = (struct tl_str)SIDE("\0");
	tl_test(!strcmp(fastq(&e, 1, -1), "@h\nACGT\nAC\n+h\nIJKL\nMN\n"));
	e.plus = (struct tl_str)SIDE("\1xy");
	e.qlay = (struct tl_str)SIDE("\1\2\3\0\1\0\2");
	tl_test(!strcmp(fastq(&e, 1, -1), "@h\nACGT\nAC\n+xy\r\nIJK\nLMN\n\r"));
	e.plus = e.qlay = (struct tl_str){NULL, 0};
	e.lay = (struct tl_str)SIDE("\1\6\1\2");
	tl_test(!strcmp(fastq(&e, 1, -1), "@h\r\nA\rC\rG\rT\rA\rC\r+\r\nI\rJ\rK\rL\rM\rN\r"));
	tl_test(!strcmp(fastq(&e, 1, 5), "@h\nACGTA\nC\n+\nIJKLM\nN\n"));
	tl_test(!strcmp(fastq(&e, 1, 3), "@h\nACG\nTAC\n+\nIJK\nLMN\n"));
	tl_test(!strcmp(fastq(&e, 1, 0), "@h\nACGTAC\n+\nIJKLMN\n"));
	/* White space behind the qualities is not laid out anew; nothing at all. */
	e.qual = str("IJKLMN  ");
	e.qlay = (struct tl_str)SIDE("\0\1\6\0\1\2\0");
	tl_test(!strcmp(fastq(&e, 1, 0), "@h\nACGTAC\n+\nIJKLMN\n"));
	e = entry("", "");
	tl_test(!strcmp(fastq(&e, 1, -1), "@\n+\n"));
	tl_test(!strcmp(fastq(&e, 1, 7), "@\n+\n"));
}

static void test_fastq_pieces(void)
{
	struct tl_entry e[5] = {entry("ab", "ACGT"), entry("", "A"), entry("", ""), entry("", ""),
				entry("", "")};
	e[0].flags = TL_REC_OUT;
	e[0].lay = (struct tl_str)SIDE("\0\1\4\3");
	e[1].flags = TL_REC_IN | TL_REC_OUT | TL_REC_QUAL_OUT | TL_REC_HEAD_OUT;
	e[1].plus = (struct tl_str)SIDE("\1a");
	e[1].qlay = (struct tl_str)SIDE("\3");
	e[2].flags = TL_REC_IN | TL_REC_QUAL_IN | TL_REC_HEAD_IN | TL_REC_OUT | TL_REC_QUAL_OUT;
	e[2].plus = (struct tl_str)SIDE("\1b");
	e[2].qlay = (struct tl_str)SIDE("\0\1\2\3");
	e[2].qual = str("IJ");
	e[3].flags = TL_REC_IN | TL_REC_QUAL_IN | TL_REC_OUT | TL_REC_QUAL_OUT;
	e[4].flags = TL_REC_IN | TL_REC_QUAL_IN;
	e[4].qlay = (struct tl_str)SIDE("\3\1\3\0");
	e[4].qual = str("KLM");
	tl_test(!strcmp(fastq(e, 5, -1), "@ab\nACGTA\n+ab\nIJKLM\n"));
	tl_test(!strcmp(fastq(e, 5, 3), "@ab\nACG\nTA\n+ab\nIJK\nLM\n"));
	tl_test(!strcmp(fastq(e, 5, 5), "@ab\nACGTA\n+ab\nIJKLM\n"));
	tl_test(!strcmp(fastq(e, 5, 0), "@ab\nACGTA\n+ab\nIJKLM\n"));
	tl_test(!strcmp(rewrapped(e, 5, 2), ">ab\nAC\nGT\nA\n"));
}

static void refused_fastq(struct tl_entry e)
{
	struct tl_text_style style = {.own = true, .fastq = true};
	tl_buf_reset(&out);
	tl_test_eq(tl_text_render(&e, TL_NUCLEOTIDE, 4, TL_EOL_LF, e.resi.p, &style, &out, &err),
		   TL_DATA);
	tl_test_eq(out.len, 0);
}

static void test_refused_fastq(void)
{
	static const char *const qlay[] = {"\4", "\1\1\2", "\0\1\2\0", "\0\1\4\0", "\0\3\1\3"};
	static const uint8_t flags[] = {
		TL_REC_QUAL_IN, TL_REC_QUAL_OUT, TL_REC_IN | TL_REC_QUAL_IN,
		TL_REC_IN | TL_REC_OUT | TL_REC_QUAL_IN, TL_REC_OUT,
		TL_REC_OUT | TL_REC_QUAL_OUT | TL_REC_HEAD_OUT,
	};
	struct tl_entry e = entry("h", "ACG");
	e.qual = str("II");
	refused_fastq(e);
	e.qual = str("III");
	for (size_t i = 0; i < sizeof flags; i++) {
		e.flags = flags[i];
		refused_fastq(e);
	}
	e.flags = 0;
	e.plus = (struct tl_str)SIDE("\2");
	refused_fastq(e);
	e.plus = (struct tl_str)SIDE("\0x");
	refused_fastq(e);
	e.plus = (struct tl_str){NULL, 0};
	for (size_t i = 0; i < sizeof qlay / sizeof *qlay; i++) {
		e.qlay = (struct tl_str){(const uint8_t *)qlay[i], i ? 4 : 1};
		refused_fastq(e);
	}
	/* The end of a line that is not ended here. */
	e = entry("h", "");
	e.flags = TL_REC_OUT | TL_REC_QUAL_OUT | TL_REC_HEAD_OUT;
	e.qlay = (struct tl_str)SIDE("\0");
	refused_fastq(e);
}

static void refused(struct tl_entry e, enum tl_alphabet alphabet)
{
	struct tl_text_style style = {.own = true};
	tl_buf_reset(&out);
	tl_test_ok(tl_buf_add(&out, "before", 6, &err), err);
	err.msg[0] = 0;
	tl_test_eq(tl_text_render(&e, alphabet, 4, TL_EOL_LF, e.resi.p, &style, &out, &err),
		   TL_DATA);
	tl_test_eq(out.len, 6);
	tl_test(err.msg[0]);
}

#define REFUSED(field, s)                                        \
	do {                                                     \
		struct tl_entry tl_e = entry("h", "ATG");        \
		tl_e.flags = TL_REC_RNA;                         \
		tl_e.field = (struct tl_str)SIDE(s);             \
		refused(tl_e, TL_NUCLEOTIDE);                    \
	} while (0)

static void test_refused_strings(void)
{
	REFUSED(mask, "\4");
	REFUSED(mask, "\1\1\2");
	REFUSED(mask, "\x80");
	REFUSED(odd, "\4\1-");
	REFUSED(odd, "\1\1");
	REFUSED(odd, "\2\1-\2\1-");
	REFUSED(odd, "\0\x81\x80\x80\x20-");
	REFUSED(odd, "\0\x80\x80\x80\x20-\0\1-");
	REFUSED(urac, "\2");
	REFUSED(urac, "\1\1");
	REFUSED(urac, "\x80");
	REFUSED(lay, "\4");
	REFUSED(lay, "\0");
	REFUSED(lay, "\0\1\2\0");
	REFUSED(lay, "\0\1\4\0");
	REFUSED(lay, "\0\1\3\4");
	REFUSED(lay, "\0\1\3");
	REFUSED(lay, "\0\3\1\3");
	REFUSED(lay, "\0\1\2\3\1\1\3");
	REFUSED(lay, "\0\1\3\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\1");
	REFUSED(lay, "\0\1\3\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\0");
}

static void test_refused_flags(void)
{
	static const uint8_t bad[] = {32, TL_REC_HEAD_IN, TL_REC_HEAD_OUT,
				      TL_REC_OUT | TL_REC_HEAD_OUT, TL_REC_IN,
				      TL_REC_IN | TL_REC_OUT | TL_REC_HEAD_OUT};
	struct tl_entry e = entry("h", "ATG");
	for (size_t i = 0; i < sizeof bad; i++) {
		e.flags = bad[i];
		refused(e, TL_NUCLEOTIDE);
	}
	e.flags = TL_REC_RNA;
	refused(e, TL_PROTEIN);
	/* A header's end where none can be. */
	e = entry("", "ATG");
	e.flags = TL_REC_IN;
	e.lay = (struct tl_str)SIDE("\0\1\3\0");
	refused(e, TL_NUCLEOTIDE);
}

static void word(const char *head, const char *expect)
{
	struct tl_str w = tl_text_word(str(head));
	tl_test_eq(w.n, strlen(expect));
	tl_test(!memcmp(w.p, expect, w.n));
}

/* A batch of entries of which some are more than a header and residues. */
static void fill_batch(struct tl_batch *b)
{
	static uint8_t head[700], resi[2000];
	memset(head, 'h', sizeof head);
	memset(resi, 'A', sizeof resi);
	for (size_t i = 0; i < sizeof resi; i++)
		resi[i] = (uint8_t)"ACGT"[tl_test_below(4)];
	tl_batch_reset(b);
	for (uint64_t i = 0; i < 60; i++) {
		size_t most = tl_test_below(4) ? 200 : sizeof resi;
		struct tl_entry e = {.ordinal = i, .length = tl_test_below(most)};
		e.head = (struct tl_str){head, tl_test_below(tl_test_below(9) ? 60 : sizeof head)};
		e.resi = (struct tl_str){resi, (size_t)e.length};
		if (e.length > 3 && tl_test_below(12) == 0)
			e.mask = (struct tl_str)SIDE("\1\2");
		if (tl_test_below(12) == 0)
			e.odd = (struct tl_str)SIDE("\0\2-");
		if (e.length > 3 && !e.odd.n && tl_test_below(12) == 0) {
			static uint8_t lay[] = {0, 1, 2, 0, 1, 0, 0};
			lay[5] = (uint8_t)(e.length - 2);
			e.lay = (struct tl_str){lay, e.length - 2 < 128 ? 7 : 0};
		}
		if (tl_test_below(20) == 0)
			e.lead = str("; what stands before\n");
		if (e.length && tl_test_below(12) == 0)
			e.flags = TL_REC_RNA;
		tl_test_ok(tl_batch_add(b, &e, &err), err);
	}
}

static size_t with_plain(const struct tl_batch *b, struct tl_text_style style, bool plain)
{
	size_t plains = 0;
	tl_buf_reset(&out);
	for (size_t i = 0; i < b->n;) {
		size_t done = 0;
		struct tl_entry e;
		if (plain)
			tl_test_ok(tl_text_plain(b, i, b->n - i, &style, &out, &done, &err), err);
		plains += done;
		i += done;
		if (i == b->n)
			break;
		tl_batch_get(b, i++, &e);
		tl_test_ok(tl_text_render(&e, b->alphabet, b->width, b->eol, e.resi.p, &style, &out,
					  &err), err);
	}
	return plains;
}

/* The short way gives what the long way does, in every style, and is gone most of the time. */
static void test_plain(void)
{
	static const uint32_t widths[] = {0, 1, 7, 31, 32, 33, 60, 70, 64, 511, 512, 513, 1000};
	struct tl_batch b = {.alphabet = TL_NUCLEOTIDE};
	for (size_t round = 0; round < 400; round++) {
		struct tl_text_style style = {.own = tl_test_below(2), .keep_lead = tl_test_below(2),
					      .end_line = tl_test_below(2)};
		style.width = widths[tl_test_below(sizeof widths / sizeof *widths)];
		style.letters = tl_test_below(8) ? TL_TEXT_AS_IT_WAS : TL_TEXT_LOWER;
		style.prefix = "tl|1 ";
		style.prefix_len = tl_test_below(8) ? 0 : 5;
		b.width = widths[tl_test_below(sizeof widths / sizeof *widths)];
		b.eol = (enum tl_eol)tl_test_below(TL_EOL_NONE);
		fill_batch(&b);
		with_plain(&b, style, false);
		uint8_t *want = malloc(out.len + 1);
		size_t len = out.len;
		memcpy(want, out.data, len);
		size_t plains = with_plain(&b, style, true);
		tl_test_eq(out.len, len);
		tl_test(!memcmp(out.data, want, len < out.len ? len : out.len));
		tl_test(plains > b.n / 4 || style.letters || style.prefix_len);
		free(want);
	}
	tl_batch_free(&b);
}

static void test_word(void)
{
	word("sp|P1|X of a bug", "sp|P1|X");
	word("a\tb", "a");
	word("a\1b", "a");
	word("abc", "abc");
	word(" abc", "");
	word("", "");
}

int main(void)
{
	TL_RUN(test_regular);
	TL_RUN(test_eols_and_widths);
	TL_RUN(test_mask);
	TL_RUN(test_odd);
	TL_RUN(test_rna);
	TL_RUN(test_lay);
	TL_RUN(test_lead_and_prefix);
	TL_RUN(test_end_line);
	TL_RUN(test_rewrap);
	TL_RUN(test_rewrap_pieces);
	TL_RUN(test_fastq);
	TL_RUN(test_fastq_pieces);
	TL_RUN(test_refused_fastq);
	TL_RUN(test_refused_strings);
	TL_RUN(test_refused_flags);
	TL_RUN(test_plain);
	TL_RUN(test_word);
	tl_buf_free(&out);
	return tl_test_end();
}
