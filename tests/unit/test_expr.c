/* SPDX-License-Identifier: MIT */
/* Filter expressions: what they mean, what is refused and where, and what the compiler saves. */
#include <tl/expr.h>

#include "expr_num.h"
#include "tltest.h"

struct record {
	struct tl_expr_num number[TL_EXPR_ID];
	const char *string[TL_EXPR_FIELDS];
	unsigned asked[TL_EXPR_FIELDS], has;
};

static struct record made;

static struct tl_expr_num get_number(void *ctx, enum tl_expr_field f)
{
	struct record *r = ctx;
	r->asked[f]++;
	return r->number[f];
}

static struct tl_str get_string(void *ctx, enum tl_expr_field f)
{
	struct record *r = ctx;
	r->asked[f]++;
	return (struct tl_str){(const uint8_t *)r->string[f], strlen(r->string[f])};
}

static bool get_has(void *ctx, unsigned motif)
{
	struct record *r = ctx;
	r->has++;
	return motif == 0;
}

static const struct tl_expr_source source = {&made, get_number, get_string, get_has};

static void make_record(void)
{
	made = (struct record){0};
	made.number[TL_EXPR_LENGTH] = (struct tl_expr_num){120, 1};
	made.number[TL_EXPR_GC] = (struct tl_expr_num){12, 120};
	made.number[TL_EXPR_ORDINAL] = (struct tl_expr_num){7, 1};
	made.number[TL_EXPR_TAXID] = (struct tl_expr_num){9606, 1};
	made.number[TL_EXPR_AMBIGUOUS] = (struct tl_expr_num){0, 1};
	made.number[TL_EXPR_MASKED] = (struct tl_expr_num){40, 1};
	made.number[TL_EXPR_COMPLEXITY] = (struct tl_expr_num){1, 3};
	made.string[TL_EXPR_ID] = "sp|P12345|AAT_\"x\"";
	made.string[TL_EXPR_HEADER] = "sp|P12345|AAT_\"x\" Aspartate OX=9606";
	made.string[TL_EXPR_DESC] = "Aspartate OX=9606";
}

/* 1, 0; -1: it cannot be compiled; -2: it cannot be evaluated. */
static int value(const char *text)
{
	struct tl_expr *e;
	struct tl_expr_run *run;
	struct tl_err err;
	bool yes = false, again = true;
	if (tl_expr_compile(text, &e, &err) != TL_OK)
		return -1;
	make_record();
	if (tl_expr_run_new(e, &run, &err) != TL_OK)
		abort();
	enum tl_status st = tl_expr_eval(run, &source, &yes, &err);
	/* The second record is no other. */
	if (tl_expr_eval(run, &source, &again, &err) != st || again != yes)
		abort();
	tl_expr_run_free(run);
	tl_expr_free(e);
	return st == TL_OK ? yes : -2;
}

static void test_meaning(void)
{
	static const char *const yes[] = {
		"length > 100",
		"length >= 120",
		"length <= 120",
		"length == 120",
		"length = 120",
		"length != 121",
		"100 < length",
		"length < 1k",
		"length < 0.2k",
		"length == 1.2e2",
		"gc == 0.1",
		"gc <= 10/100",
		"gc * 10 = 1",
		"complexity * 3 == 1",
		"1/3 + 1/6 == 0.5",
		"masked / length > 0.3",
		"-length < -100",
		"- - length = 120",
		"length % 50 == 20",
		"-7 % 3 == 2",
		"7 % -3 == -2",
		"2 + 3 * 4 == 14",
		"(2 + 3) * 4 == 20",
		"10 - 3 - 2 == 5",
		"64 / 4 / 2 == 8",
		"id =~ \"^sp\"",
		"id !~ '^tr'",
		"id == 'sp|P12345|AAT_\"x\"'",
		"id == \"sp|P12345|AAT_\\\"x\\\"\"",
		"desc =~ 'OX=\\d+$'",
		"header =~ '(?i)ASPARTATE'",
		"id < 'tr'",
		"id <= id",
		"desc > 'A'",
		"desc != id",
		"header =~ '\\x50\\d{5}'",
		"desc == \"\\x41spartate OX\\x3d9606\"",
		"taxid in (10090, 9606)",
		"taxid not in (1, 2)",
		"id in ('a', 'sp|P12345|AAT_\"x\"')",
		"has('GAATTC')",
		"!(length > 200)",
		"!length > 200",
		"not length > 200 and true",
		"false or true",
		"true && !false",
		"length > 200 || gc < 1",
		"length > 200 && gc < 1 || ordinal == 7",
		"ordinal == 7 || length > 200 && gc < 0",
		"quality != 20",
		"!(quality > 20)",
		"!(quality <= 20)",
		"1 / 0 != 1 / 0",
		"!(1 / 0 == 1 / 0)",
		"length/ambiguous != 0",
		"0.1 + 0.2 == 0.3",
		"9223372036854775807 == 9223372036854775807",
	};
	static const char *const no[] = {
		"length > 120",
		"length < 120",
		"gc > 0.1",
		"quality > 1",
		"quality = 0",
		"quality < 1",
		"length / ambiguous > 0",
		"length % ambiguous == 0",
		"id =~ '^P'",
		"has('A') && has('C')",
		"taxid in (1)",
		"taxid not in (9606)",
		"id in ('a', 'b')",
		"false",
		"desc =~ 'ox='",
		"length > 100 && length < 110",
		"id == ''",
		"'' > 'a'",
	};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (value(yes[i]) != 1) {
			printf("# %s: %d\n", yes[i], value(yes[i]));
			tl_test(!"true");
		}
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (value(no[i]) != 0) {
			printf("# %s: %d\n", no[i], value(no[i]));
			tl_test(!"false");
		}
}

/* A field without a value: no comparison holds but "!=". */
static void test_refused(void)
{
	static const struct {
		const char *text;
		int column;
		const char *why;
	} bad[] = {
		{"", 1, "ends too early"},
		{"  ", 3, "ends too early"},
		{"length >", 9, "ends too early"},
		{"length", 1, "a condition such as"},
		{"id", 1, "not a string"},
		{"lenght > 3", 1, "but 'length'"},
		{"length > 3 and foo < 2", 16, "no field 'foo'"},
		{"length > 'a'", 8, "a number is needed here, not a string"},
		{"id > 3", 4, "a string"},
		{"id + 1 > 3", 4, "not a string"},
		{"-id > 3", 1, "not a string"},
		{"!length", 1, "not a number"},
		{"length && gc", 8, "not a number"},
		{"1 < length < 3", 12, "do not chain"},
		{"(length > 3", 12, "')' is missing"},
		{"length > 3)", 11, "an operator is missing"},
		{"length 3", 8, "an operator is missing"},
		{"length > 3 gc < 2", 12, "an operator is missing"},
		{"length >> 3", 9, "is missing here"},
		{"id =~ id", 7, "a string in quotes"},
		{"id =~ '('", 9, "missing"},
		{"length =~ 'a'", 8, "a string is needed"},
		{"id == 'a", 7, "does not end"},
		{"id == 'a\\q'", 9, "no such escape"},
		{"id == '\\x4'", 8, "no such escape"},
		{"length > 3x", 10, "is no number"},
		{"length > 1e", 10, "is no number"},
		{"length > .", 10, "is no number"},
		{"length > 99999999999999999999", 10, "64 bits"},
		{"length > 1e30", 10, "is no number"},
		{"length # 3", 8, "means nothing"},
		{"has(3)", 5, "a string in quotes"},
		{"has('')", 5, "1 to 255"},
		{"has('A C')", 5, "letters"},
		{"has 'A'", 5, "'(' is missing"},
		{"taxid in 3", 10, "'(' is missing"},
		{"taxid in ()", 11, "is missing here"},
		{"taxid in (1 2)", 13, "')' or ','"},
		{"taxid in ('a')", 11, "not a string"},
		{"true in (1)", 9, "a number is needed"},
		{"true == false", 6, "not compared"},
		{"length not > 3", 8, "an operator is missing"},
		{"5e9 * 5e9 > 1", 5, "does not fit"},
		{"1 & 2", 3, "means nothing"},
	};
	struct tl_expr *e;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tl_err err = {0};
		char place[40];
		snprintf(place, sizeof place, "filter, column %d: ", bad[i].column);
		enum tl_status st = tl_expr_compile(bad[i].text, &e, &err);
		if (st != TL_USAGE || strncmp(err.msg, place, strlen(place)) ||
		    !strstr(err.msg, bad[i].why)) {
			printf("# %s: %d %s (wanted %d: %s)\n", bad[i].text, st, err.msg,
			       bad[i].column, bad[i].why);
			tl_test(!"refused as it should be");
		}
	}
}

static void test_caret(void)
{
	struct tl_err err;
	struct tl_expr *e;
	char text[400];
	tl_test(tl_expr_compile("gc > 0.4 && lenght > 3", &e, &err) == TL_USAGE);
	tl_test(!strcmp(err.msg, "filter, column 13: there is no field 'lenght', but 'length'\n"
				 "  gc > 0.4 && lenght > 3\n              ^"));
	/* Of a long one the part around the place is shown. */
	memset(text, ' ', sizeof text);
	strcpy(text + 300, "foo > 1");
	tl_test(tl_expr_compile(text, &e, &err) == TL_USAGE);
	tl_test(strstr(err.msg, "column 301:") && strstr(err.msg, "foo > 1\n") &&
		strlen(err.msg) < 300);
}

static void test_limits(void)
{
	static char text[70000];
	struct tl_err err;
	struct tl_expr *e;
	memset(text, '(', 1000);
	text[1000] = 0;
	tl_test(tl_expr_compile(text, &e, &err) == TL_USAGE && strstr(err.msg, "more than 200"));
	for (int i = 0; i < 1000; i++)
		text[i] = '!';
	tl_test(tl_expr_compile(text, &e, &err) == TL_USAGE && strstr(err.msg, "more than 200"));
	size_t n = (size_t)sprintf(text, "taxid in (0");
	for (int i = 1; i < 5000; i++)
		n += (size_t)sprintf(text + n, ",%d", i);
	strcpy(text + n, ")");
	tl_test(tl_expr_compile(text, &e, &err) == TL_USAGE && strstr(err.msg, "too long"));
	tl_test_eq(value("length * 4611686018427387904 > 1 "), -2);
	tl_test_eq(value("header =~ '^(([a-zA-Z0-9_]+)*[^z]*)*z$' || true"), 1);
	tl_test_eq(value("header =~ '^((.*)*)*(.*)*(.*)*[a-z]$'"), -2);
}

/* The op-codes of an expression as text. */
static char *list(const char *text)
{
	static char all[8192];
	struct tl_expr *e;
	struct tl_buf buf = {0};
	struct tl_err err = {0};
	if (tl_expr_compile(text, &e, &err) != TL_OK || tl_expr_list(e, &buf, &err) != TL_OK)
		return strcpy(all, err.msg);
	size_t n = buf.len < sizeof all - 1 ? buf.len : sizeof all - 1;
	memcpy(all, buf.data, n);
	all[n] = 0;
	tl_buf_free(&buf);
	tl_expr_free(e);
	return all;
}

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;
	for (const char *p = list(text); (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void test_folding(void)
{
	tl_test(!strcmp(list("2 * 3 + 4 == 10"), "0: keep if true\n"));
	tl_test(!strcmp(list("length > 2 * 500"),
			"0: r0 = length\n1: r4 = 1000 < r0\n2: keep if r4\n"));
	tl_test(!strcmp(list("'abc' =~ 'b' && 'a' < 'b' && !('x' == 'y')"), "0: keep if true\n"));
	tl_test(!strcmp(list("1/0 > 3"), "0: keep if false\n"));
	tl_test(strstr(list("gc < 4/8"), "< 1/2\n"));
}

/* Branches that are known not to be taken, and values that nobody asks for, have no op-codes. */
static void test_dead_code(void)
{
	tl_test(!strcmp(list("1 > 2 && gc > 0.5 * length"), "0: keep if false\n"));
	tl_test(!strcmp(list("gc > 0.5 || 2 > 1"), "0: keep if true\n"));
	tl_test_eq(times("length > 3 || (id =~ 'x' && 1 > 2)", "id"), 0);
	tl_test_eq(times("length > 3 || (id =~ 'x' && 1 > 2)", "\n"), 3);
	tl_test_eq(times("true && length > 3", "goto"), 0);
	tl_test_eq(times("!!(length > 3)", "not"), 0);
	tl_test_eq(times("- -length > 3", "-"), 0);
}

static void test_common(void)
{
	tl_test_eq(times("length > 3 && length < 9", "length"), 1);
	tl_test_eq(times("gc * length > 3 && length * gc < 9", "*"), 1);
	tl_test_eq(times("length > 3 && length > 3", "\n"), 3);
	tl_test_eq(times("id =~ 'a' && gc > 0 && id =~ 'a'", "matches"), 1);
	/* Computed behind || and needed again: guarded, not computed twice. */
	const char *text = "(gc > 0.9 || masked / length > 0.1) && masked / length < 0.9";
	tl_test_eq(times(text, "if done"), times(text, ": done"));
	tl_test(times(text, "if done") > 0);
	tl_test_eq(value(text), 1);
	tl_test_eq(made.asked[TL_EXPR_MASKED], 2); /* once for each of two records */
	tl_test_eq(made.asked[TL_EXPR_LENGTH], 2);
	tl_test_eq(value("(gc > 0 || masked / length > 0.1) && masked / length < 0.9"), 1);
	tl_test_eq(made.asked[TL_EXPR_MASKED], 2);
	tl_test_eq(value("gc > 0 || id =~ 'x' || has('A')"), 1);
	tl_test_eq(made.asked[TL_EXPR_ID] + made.has, 0);
}

/* ---- random expressions against a plain reading of them ---- */

static char made_text[4096];
static size_t made_len;

static void put(const char *s)
{
	made_len += (size_t)snprintf(made_text + made_len, sizeof made_text - made_len, "%s", s);
}

static int64_t make_sum(int depth)
{
	static const char *const names[] = {"length", "ordinal", "masked", "ambiguous"};
	static const int64_t values[] = {120, 7, 40, 0};
	char number[24];
	uint64_t r = tl_test_below(depth > 0 ? 5 : 2);
	if (r == 0) {
		int64_t v = (int64_t)tl_test_below(10);
		snprintf(number, sizeof number, "%lld", (long long)v);
		put(number);
		return v;
	}
	if (r == 1) {
		size_t i = tl_test_below(4);
		put(names[i]);
		return values[i];
	}
	put("(");
	int64_t a = make_sum(depth - 1);
	put(r == 2 ? " + " : r == 3 ? " - " : " * ");
	int64_t b = make_sum(depth - 1);
	put(")");
	return r == 2 ? a + b : r == 3 ? a - b : a * b;
}

static bool make_condition(int depth)
{
	static const char *const signs[] = {" < ", " <= ", " == ", " != ", " > ", " >= "};
	uint64_t r = tl_test_below(depth > 0 ? 5 : 2);
	if (r == 0 && tl_test_below(3) == 0) {
		bool v = tl_test_below(2);
		put(v ? "true" : "false");
		return v;
	}
	if (r <= 1) {
		size_t s = tl_test_below(6);
		int64_t a = make_sum(1);
		put(signs[s]);
		int64_t b = make_sum(1);
		return s == 0   ? a < b
		       : s == 1 ? a <= b
		       : s == 2 ? a == b
		       : s == 3 ? a != b
		       : s == 4 ? a > b
				: a >= b;
	}
	put(r == 2 ? "!(" : "(");
	bool a = make_condition(depth - 1);
	if (r > 2) {
		put(r == 3 ? " && " : " || ");
		bool b = make_condition(depth - 1);
		a = r == 3 ? a && b : a || b;
	}
	put(")");
	return r == 2 ? !a : a;
}

static void test_random(void)
{
	for (int i = 0; i < 3000; i++) {
		made_len = 0;
		bool want = make_condition(1 + i % 5);
		if (made_len > sizeof made_text - 100)
			continue;
		if (value(made_text) != want) {
			printf("# %s\n# %s", made_text, list(made_text));
			tl_test(!"the same");
		}
		for (int f = 0; f < TL_EXPR_FIELDS; f++)
			tl_test(made.asked[f] <= 2);
	}
}

static void test_numbers(void)
{
	struct tl_expr_num v, big = {INT64_MAX, 1}, small = {1, INT64_MAX}, least = {INT64_MIN, 1};
	tl_test(!tl_expr_num_add(big, big, &v) && !tl_expr_num_mul(small, small, &v));
	tl_test(tl_expr_num_mul(big, small, &v) && v.num == v.den);
	tl_test(tl_expr_num_compare(small, big) < 0 && tl_expr_num_compare(least, big) < 0);
	tl_test(tl_expr_num_div(least, least, &v) &&
		tl_expr_num_compare(v, (struct tl_expr_num){1, 1}) == 0);
	tl_test(!tl_expr_num_sub((struct tl_expr_num){0, 1}, least, &v));
	tl_test(tl_expr_num_div(big, (struct tl_expr_num){0, 1}, &v) && v.den == 0);
	tl_test(tl_expr_num_add(v, big, &v) && v.den == 0);
	tl_test(tl_expr_num_read("0.125", 5, &v) && v.num == 1 && v.den == 8);
	tl_test(tl_expr_num_read("2.5M", 4, &v) && v.num == 2500000 && v.den == 1);
	tl_test(!tl_expr_num_read("1.2.3", 5, &v) && !tl_expr_num_read("", 0, &v));
}

int main(void)
{
	TL_RUN(test_meaning);
	TL_RUN(test_refused);
	TL_RUN(test_caret);
	TL_RUN(test_limits);
	TL_RUN(test_folding);
	TL_RUN(test_dead_code);
	TL_RUN(test_common);
	TL_RUN(test_random);
	TL_RUN(test_numbers);
	return tl_test_end();
}
