/* SPDX-License-Identifier: MIT */
/* fuzz_opt: any strings as a command line, against a table with every type of option.  What is
 * taken is in its range, and what tl_opt_describe says of it is taken again and means the same.
 * Input: the arguments, each ended by a zero. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <tl/opt.h>

#define ARGS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fields {
	bool flag, other;
	int64_t number, share;
	uint64_t size;
	int word, level;
	const char *text, *path, *dir;
	struct tl_opt_pair part, sample;
};

static const struct tl_opt options[] = {
	{"flag", 'f', TL_OPT_FLAG, offsetof(struct fields, flag), NULL, NULL, NULL, "A", "A."},
	{"flagrant", 0, TL_OPT_FLAG, offsetof(struct fields, other), NULL, NULL, NULL, "A", "A."},
	{"number", 'n', TL_OPT_INT, offsetof(struct fields, number), "-5:2000000", "7", "N", "A", "A."},
	{"share", 's', TL_OPT_SHARE, offsetof(struct fields, share), "0.25:1", "0.5", "X", "A", "A."},
	{"size", 'M', TL_OPT_SIZE, offsetof(struct fields, size), "1K:", "20%", "SIZE", "A", "A."},
	{"word", 'w', TL_OPT_WORD, offsetof(struct fields, word), "aa|ab|b", "ab", "W", "A", "A."},
	{"level", 'z', TL_OPT_LEVEL, offsetof(struct fields, level), "1:19", "3", "L", "A", "A."},
	{"text", 't', TL_OPT_TEXT, offsetof(struct fields, text), NULL, NULL, "T", "A", "A."},
	{"path", 0, TL_OPT_PATH, offsetof(struct fields, path), NULL, NULL, "FILE", "B", "A."},
	{"part", 'p', TL_OPT_PART, offsetof(struct fields, part), NULL, "1/1", "I/N", "A", "A."},
	{"sample", 0, TL_OPT_SAMPLE, offsetof(struct fields, sample), NULL, "1", "P", "A", "A."},
	{"dir", 'd', TL_OPT_DIR, offsetof(struct fields, dir), NULL, NULL, "DIR", "B", "A."},
};

static const char *const usage[] = {"[options]", NULL};

static const struct tl_opt_tool tool = {
	.name = "fuzz", .what = "options", .usage = usage, .memory = "O(1)", .opts = options,
	.n = sizeof options / sizeof *options, .operands = true,
};

static void must(int fine)
{
	if (!fine)
		abort();
}

/* Cuts text at its zeros, in place. */
static int cut(char *text, size_t n, char **argv)
{
	int argc = 0;
	for (size_t at = 0; at < n && argc < ARGS; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	argv[argc] = NULL;
	return argc;
}

/* Texts with blanks, or what becomes one, cannot be told apart. */
static bool tellable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text <= ' ')
			return false;
	return true;
}

/* The described options as arguments. */
static void again(const struct fields *f)
{
	struct fields g = {0};
	char *said, *argv[ARGS + 1] = {(char[]){"fuzz"}};
	const char **operands;
	size_t n;
	int argc = 1;
	if (f->text && (!f->text[0] || !tellable(f->text)))
		return;
	must(tl_opt_describe(&tool, f, "A", &said, NULL) == TL_OK);
	for (char *w = strtok(said, " "); w && argc < ARGS; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	must(tl_opt_parse(&tool, argc, argv, &g, &operands, &n, NULL) == TL_OK);
	must(n == 0 && f->flag == g.flag && f->other == g.other && f->number == g.number);
	must(f->share == g.share && f->size == g.size && f->word == g.word && f->level == g.level);
	must(f->part.first == g.part.first && f->part.second == g.part.second);
	must(f->sample.first == g.sample.first && f->sample.second == g.sample.second);
	must(!f->text == !g.text && (!f->text || !strcmp(f->text, g.text)));
	free(operands);
	free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fields f = {0};
	struct tl_err err = {0};
	char *argv[ARGS + 2] = {(char[]){"fuzz"}};
	const char **operands = NULL;
	size_t n = 0;
	if (size > 4096)
		return 0;
	char *text = malloc(size + 1);
	must(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	int argc = 1 + cut(text, size, argv + 1);
	enum tl_status st = tl_opt_parse(&tool, argc, argv, &f, &operands, &n, &err);
	must(st == TL_OK || (st == TL_USAGE && err.msg[0]));
	if (st == TL_OK) {
		must(n < (size_t)argc && operands[n] == NULL);
		must(f.number >= -5 && f.number <= 2000000);
		must(f.share >= 250000 && f.share <= 1000000);
		must(f.size >= 1024 && f.word >= 0 && f.word < 3 && f.level >= 0 && f.level <= 19);
		must(f.part.first >= 0 && (uint64_t)f.part.first < f.part.second);
		must(f.sample.first >= 0 && f.sample.first <= 1000000);
		again(&f);
		free(operands);
	}
	free(text);
	return 0;
}
