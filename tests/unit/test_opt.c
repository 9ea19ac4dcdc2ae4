/* SPDX-License-Identifier: MIT */
/* test_opt: parsing by an option table, its errors, and the way back. */
#include <tl/opt.h>

#include <stdlib.h>
#include <string.h>

#include "tltest.h"

struct fields {
	bool flag, other;
	int64_t number, share;
	uint64_t size;
	int word, level;
	const char *text, *path;
};

#define AT(member) offsetof(struct fields, member)

static const struct tl_opt table[] = {
	{"flag", 'f', TL_OPT_FLAG, AT(flag), NULL, NULL, NULL, "A", "A flag."},
	{"flagrant", 0, TL_OPT_FLAG, AT(other), NULL, NULL, NULL, "A", "Another."},
	{"number", 'n', TL_OPT_INT, AT(number), "-5:1000", "7", "N", "A", "A number."},
	{"share", 's', TL_OPT_SHARE, AT(share), "0:1", "0.9", "SHARE", "B", "A share."},
	{"size", 'S', TL_OPT_SIZE, AT(size), "1K:", "2M", "SIZE", "B", "A size."},
	{"word", 'w', TL_OPT_WORD, AT(word), "bytes|count|by", "count", "WORD", "B", "A word."},
	{"text", 't', TL_OPT_TEXT, AT(text), NULL, NULL, "TEXT", "C", "A text."},
	{"path", 'p', TL_OPT_PATH, AT(path), NULL, "-", "FILE", "C", "A path."},
	{"level", 'z', TL_OPT_LEVEL, AT(level), "1:19", "3", "LEVEL", "C", "A level."},
	{"secret", 0, TL_OPT_INT, AT(number), NULL, NULL, "N", NULL, "Hidden."},
};

static const char *const usage[] = {"[OPTION]...", NULL};
static const struct tl_opt_tool tool = {
	"tl-test", "test", usage, "O(1)", table, sizeof table / sizeof *table, true, 0, 0, NULL,
};

static struct fields got;
static struct tl_err err;
static const char *operand[16];
static size_t operands;

/* Parses a command line of words that single spaces separate; operands are copied into statics. */
static enum tl_status parse_for(const struct tl_opt_tool *t, const char *line)
{
	static char text[512];
	char *argv[32] = {"tl-test"};
	int argc = 1;
	const char **list = NULL;
	snprintf(text, sizeof text, "%s", line);
	for (char *s = *text ? text : NULL; s; s = strchr(s, ' ') ? strchr(s, ' ') + 1 : NULL)
		argv[argc++] = s;
	for (char *s = text; *s; s++)
		if (*s == ' ')
			*s = '\0';
	memset(&got, 0, sizeof got);
	memset(&err, 0, sizeof err);
	operands = 0;
	enum tl_status st = tl_opt_parse(t, argc, argv, &got, &list, &operands, &err);
	if (st == TL_OK)
		for (size_t i = 0; i <= operands; i++)
			operand[i] = list[i];
	if (st == TL_OK)
		free(list);
	return st;
}

static enum tl_status parse(const char *line)
{
	return parse_for(&tool, line);
}

static bool refused(const char *line, const char *part)
{
	if (parse(line) == TL_USAGE && err.status == TL_USAGE && strstr(err.msg, part))
		return true;
	printf("# '%s' gave '%s'\n", line, err.msg);
	return false;
}

static void test_defaults(void)
{
	tl_test_ok(parse(""), err);
	tl_test(!got.flag && !got.other && got.number == 7 && got.share == 900000);
	tl_test(got.size == 2u << 20 && got.word == 1 && !got.text && !strcmp(got.path, "-"));
	tl_test(got.level == 0 && operands == 0 && operand[0] == NULL);
}

static void test_forms(void)
{
	tl_test_ok(parse("-n4"), err);
	tl_test_eq(got.number, 4);
	tl_test_ok(parse("-n 5"), err);
	tl_test_eq(got.number, 5);
	tl_test_ok(parse("--number 6"), err);
	tl_test_eq(got.number, 6);
	tl_test_ok(parse("--number=-5"), err);
	tl_test_eq(got.number, -5);
	tl_test_ok(parse("-n -5"), err);
	tl_test_eq(got.number, -5);
	tl_test_ok(parse("--num=8 --numb 9"), err);
	tl_test_eq(got.number, 9);
	tl_test_ok(parse("-fn3"), err);
	tl_test(got.flag && got.number == 3);
	tl_test_ok(parse("--text= x"), err);
	tl_test(!strcmp(got.text, "") && operands == 1);
	tl_test_ok(parse("--text=a=b"), err);
	tl_test(!strcmp(got.text, "a=b"));
	tl_test_ok(parse("--secret 12"), err);
	tl_test_eq(got.number, 12);
}

static void test_prefix(void)
{
	tl_test_ok(parse("--flag"), err); /* whole, though --flagrant begins so too */
	tl_test(got.flag && !got.other);
	tl_test_ok(parse("--flagr"), err);
	tl_test(!got.flag && got.other);
	tl_test(refused("--fl", "--fl may be --flag or --flagrant"));
	tl_test(refused("--flagx", "unknown option --flagx"));
	tl_test(refused("--=3", "unknown option"));
}

static void test_level(void)
{
	tl_test_ok(parse("-z"), err);
	tl_test_eq(got.level, 3);
	tl_test_ok(parse("-z9 x"), err);
	tl_test(got.level == 9 && operands == 1);
	tl_test_ok(parse("-z 9"), err); /* only attached: 9 is an operand */
	tl_test(got.level == 3 && operands == 1 && !strcmp(operand[0], "9"));
	tl_test_ok(parse("--level=19"), err);
	tl_test_eq(got.level, 19);
	tl_test_ok(parse("--level"), err);
	tl_test_eq(got.level, 3);
	tl_test_ok(parse("-zf"), err);
	tl_test(got.level == 3 && got.flag);
	tl_test(refused("-z20", "--level: 20 is not in the range 1:19"));
	tl_test(refused("-z0", "not in the range"));
	tl_test(refused("--level=", "'' is not a whole number"));
}

static void test_operands(void)
{
	tl_test_ok(parse("a -f - b -- -n --flag"), err);
	tl_test(got.flag && operands == 5 && operand[5] == NULL && got.number == 7);
	tl_test(!strcmp(operand[0], "a") && !strcmp(operand[1], "-"));
	tl_test(!strcmp(operand[3], "-n") && !strcmp(operand[4], "--flag"));
	struct tl_opt_tool none = tool;
	none.operands = false;
	tl_test_eq(parse_for(&none, "-f x"), TL_USAGE);
	tl_test(strstr(err.msg, "'x'"));
}

static void test_int(void)
{
	static const struct {
		const char *line;
		int64_t value;
	} good[] = {{"-n 0", 0}, {"-n 1k", 1000}, {"-n 1K", 1000}, {"-n 0Gi", 0}, {"-n 0007", 7}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		tl_test_ok(parse(good[i].line), err);
		tl_test_eq(got.number, good[i].value);
	}
	tl_test_ok(parse("--secret 9223372036854775807"), err);
	tl_test(got.number == INT64_MAX);
	tl_test(refused("--secret 9223372036854775808", "not a whole number"));
	tl_test(refused("--secret 99999999999999999999999", "not a whole number"));
	tl_test(refused("--secret 9223372036854775807K", "not a whole number"));
	tl_test(refused("-n 1Ki", "1Ki is not in the range -5:1000"));
	tl_test(refused("-n -6", "--number: -6 is not in the range"));
	tl_test(refused("-n 5x", "'5x' is not a whole number"));
	tl_test(refused("-n x", "'x' is not a whole number"));
	tl_test(refused("-n", "--number needs a value"));
	tl_test(refused("--number", "--number needs a value"));
	tl_test(refused("--flag=1", "--flag takes no value"));
	tl_test(refused("-x", "unknown option -x"));
}

static void test_share(void)
{
	static const struct {
		const char *line;
		int64_t value;
	} good[] = {{"-s 0", 0},          {"-s 1", 1000000},      {"-s 1.000000", 1000000},
		    {"-s.5", 500000},     {"-s 0.000001", 1},     {"-s 0.123456", 123456},
		    {"-s 0.95", 950000}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		tl_test_ok(parse(good[i].line), err);
		tl_test_eq(got.share, good[i].value);
	}
	tl_test(refused("-s 1.000001", "not in the range 0:1"));
	tl_test(refused("-s 0.1234567", "six digits"));
	tl_test(refused("-s .", "is not a number"));
	tl_test(refused("-s 0.", "is not a number"));
	tl_test(refused("-s -0.5", "is not a number"));
	tl_test(refused("-s 0,5", "is not a number"));
	tl_test(refused("-s 99999999999999999999", "is not a number"));
}

static void test_size(void)
{
	tl_test_ok(parse("-S 4096"), err);
	tl_test_eq(got.size, 4096);
	tl_test_ok(parse("-S 3G"), err);
	tl_test_eq(got.size, 3LL << 30);
	tl_test_ok(parse("-S 2Mi"), err);
	tl_test_eq(got.size, 2 << 20);
	tl_test_ok(parse("-S 50%"), err);
	uint64_t half = got.size;
	tl_test_ok(parse("-S 100%"), err);
	tl_test(half > 1024 && half <= got.size / 2 && half >= got.size / 2 - 100);
	tl_test(refused("-S 1023", "not in the range 1K:"));
	tl_test(refused("-S 101%", "is not a size"));
	tl_test(refused("-S 99999999T", "is not a size"));
	tl_test(refused("-S -1", "is not a size"));
}

static void test_word(void)
{
	tl_test_ok(parse("-w bytes"), err);
	tl_test_eq(got.word, 0);
	tl_test_ok(parse("--word=by"), err);
	tl_test_eq(got.word, 2);
	tl_test(refused("-w byt", "'byt' is none of bytes|count|by"));
	tl_test(refused("-w bytes|count", "none of"));
	tl_test(refused("--word=", "none of"));
}

static void test_describe(void)
{
	char *text = NULL;
	tl_test_ok(parse("-n 7 -s 0.95 -S 3M -w by -t x -p y -z9 -f"), err);
	tl_test_ok(tl_opt_describe(&tool, &got, "A|B|C", &text, &err), err);
	tl_test(!strcmp(text, " --flag --share=0.95 --size=3145728 --word=by --text=x --path=FILE "
			      "--level=9"));
	free(text);
	tl_test_ok(tl_opt_describe(&tool, &got, "B", &text, &err), err);
	tl_test(!strcmp(text, " --share=0.95 --size=3145728 --word=by"));
	free(text);
	tl_test_ok(parse("-s 1 -n 0"), err);
	tl_test_ok(tl_opt_describe(&tool, &got, "A|B|C", &text, &err), err);
	tl_test(!strcmp(text, " --number=0 --share=1"));
	free(text);
	tl_test_ok(parse(""), err);
	tl_test_ok(tl_opt_describe(&tool, &got, "A|B|C", &text, &err), err);
	tl_test(!strcmp(text, ""));
	free(text);
}

/* What is described can be parsed again to the same fields. */
static void test_describe_parses(void)
{
	char *text = NULL;
	tl_test_ok(parse("-n -3 -s 0.000001 -S 4095M -w bytes -z1"), err);
	struct fields first = got;
	tl_test_ok(tl_opt_describe(&tool, &got, "A|B|C", &text, &err), err);
	tl_test_ok(parse(text + 1), err);
	free(text);
	tl_test(first.number == got.number && first.share == got.share && first.size == got.size);
	tl_test(first.word == got.word && first.level == got.level);
}

static void test_bad_table(void)
{
	struct tl_opt wrong[] = {table[5]};
	wrong[0].value = "none";
	struct tl_opt_tool t = tool;
	t.opts = wrong;
	t.n = 1;
	tl_test_eq(parse_for(&t, ""), TL_INTERNAL);
}

static const char *const *preset(const void *fields)
{
	static const char *const set[] = {"number=50", "share=0.25", NULL};
	return ((const struct fields *)fields)->word == 2 ? set : set + 2;
}

/* What a preset sets is above the default and below the command line, in any order. */
static void test_preset(void)
{
	struct tl_opt_tool t = tool;
	t.preset = preset;
	tl_test_ok(parse_for(&t, "-w by -n 3 x"), err);
	tl_test(got.number == 3 && got.share == 250000 && operands == 1);
	tl_test_ok(parse_for(&t, "-n 3 -w by -n 4"), err);
	tl_test(got.number == 4 && got.share == 250000);
	tl_test_ok(parse_for(&t, "-w by -w count"), err);
	tl_test(got.number == 7 && got.share == 900000);
	tl_test_eq(parse_for(&t, "-w by -n 3k"), TL_USAGE);
}

int main(void)
{
	TL_RUN(test_defaults);
	TL_RUN(test_preset);
	TL_RUN(test_forms);
	TL_RUN(test_prefix);
	TL_RUN(test_level);
	TL_RUN(test_operands);
	TL_RUN(test_int);
	TL_RUN(test_share);
	TL_RUN(test_size);
	TL_RUN(test_word);
	TL_RUN(test_describe);
	TL_RUN(test_describe_parses);
	TL_RUN(test_bad_table);
	return tl_test_end();
}
