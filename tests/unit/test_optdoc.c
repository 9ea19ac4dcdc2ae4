/* SPDX-License-Identifier: MIT */
/* test_optdoc: the documents of an option table hold every option, each in its language. */
#include <tl/optdoc.h>

#include <stdlib.h>
#include <string.h>

#include "tltest.h"

struct fields {
	bool flag;
	int64_t share, number;
	int word, level;
	const char *path, *dir;
};

#define AT(member) offsetof(struct fields, member)

static const struct tl_opt table[] = {
	{"flag", 'f', TL_OPT_FLAG, AT(flag), NULL, NULL, NULL, "Work",
	 "Don't [really] do it: see `--share` (`SHARE`s). `-f` is\\was. New sentence."},
	{"share", 'i', TL_OPT_SHARE, AT(share), "0:1", "0.9", "SHARE", "Work",
	 "A share of `FILE`. 'Tis so."},
	{"word", 0, TL_OPT_WORD, AT(word), "bytes|count", "count", "WORD", "Work", "A word."},
	{"secret", 0, TL_OPT_FLAG, AT(flag), NULL, NULL, NULL, NULL, "Hidden."},
	{"path", 'p', TL_OPT_PATH, AT(path), NULL, NULL, "FILE", "Files", "A path."},
	{"dir", 0, TL_OPT_DIR, AT(dir), NULL, NULL, "DIR", "Files", "A directory."},
	{"number-of-very-many-things", 'n', TL_OPT_INT, AT(number), "1:", NULL, "N", "Files",
	 "A number with a long name and a help text that has to be broken over several lines to "
	 "fit, as any good text is."},
	{"level", 'z', TL_OPT_LEVEL, AT(level), "1:19", "3", "LEVEL", "Files", "A level."},
};
static const char *const usage[] = {"[OPTION]... [FILE]...", "-x", NULL};
static const struct tl_opt_tool tool = {
	"tl-test", "test the documents", usage, "O(1)", table, sizeof table / sizeof *table, true, 0, 0, NULL,
};

static struct tl_err err;

static char *make(enum tl_optdoc doc)
{
	char *text = NULL;
	tl_test_ok(tl_optdoc_make(&tool, doc, &text, &err), err);
	return text;
}

static bool has(const char *text, const char *part)
{
	if (strstr(text, part))
		return true;
	printf("# no '%s' in:\n", part);
	for (const char *s = text; *s;) {
		int n = (int)strcspn(s, "\n");
		printf("#   %.*s\n", n, s);
		s += n + (s[n] == '\n');
	}
	return false;
}

static void test_help(void)
{
	char *text = make(TL_OPTDOC_HELP);
	tl_test(has(text, "usage: tl-test [OPTION]... [FILE]...\n       tl-test -x\n"));
	tl_test(has(text, "tl-test: test the documents.\nMemory: O(1).\n\nWork:\n"));
	tl_test(has(text, "\n  -i, --share SHARE       A share of FILE. 'Tis so. From 0 to 1; the "));
	tl_test(has(text, "      --word WORD         A word. One of bytes, count; the default is "));
	tl_test(has(text, "\n\nFiles:\n  -p, --path FILE"));
	tl_test(has(text, "  -n, --number-of-very-many-things N\n                          A "));
	tl_test(has(text, "  -z, --level[=LEVEL]     A level. From 1 to 19; 3 where LEVEL is left"));
	tl_test(!strchr(text, '`') && !strstr(text, "secret"));
	for (const char *s = text; *s; s += strcspn(s, "\n") + 1)
		tl_test(strcspn(s, "\n") < 80);
	free(text);
}

static void test_man(void)
{
	char *text = make(TL_OPTDOC_MAN);
	tl_test(has(text, ".Ss Work\n.Bl -tag -width Ds\n.It Fl f , Fl \\-flag\n"));
	tl_test(has(text, "Don't [really] do it: see\n.Fl \\-share\n.No \\&( Ns Ar SHARE Ns s ) .\n"));
	tl_test(has(text, ".Fl f\nis\\ewas.\nNew sentence.\n"));
	tl_test(has(text, "A share of\n.Ar FILE .\n\\&'Tis so.\nFrom 0 to 1; the default is\n"));
	tl_test(has(text, ".It Fl z Ns Oo Ar LEVEL Oc , Fl \\-level Ns Oo = Ns Ar LEVEL Oc\n"));
	tl_test(has(text, ".El\n.Ss Files\n"));
	tl_test(!strstr(text, "secret") && !strstr(text, "\n\n"));
	tl_test(!strcmp(text + strlen(text) - 5, "\n.El\n"));
	free(text);
}

static void test_shells(void)
{
	char *text = make(TL_OPTDOC_BASH);
	tl_test(has(text, "complete -F _tl_test tl-test\n"));
	tl_test(has(text, "'--flag --share --word --path --dir --number-of-very-many-things --level'"));
	tl_test(has(text, "\t--word)\n\t\tmapfile -t COMPREPLY < <(compgen -W 'bytes count'"));
	tl_test(!strstr(text, "secret"));
	free(text);
	text = make(TL_OPTDOC_ZSH);
	tl_test(has(text, "#compdef tl-test\n"));
	tl_test(has(text, "'(-f --flag)'{-f,--flag}'[Don'\\''t \\[really\\] do it\\: see --share "));
	tl_test(has(text, "'(-p --path)'{-p+,--path=}'[A path]:FILE:_files' \\\n"));
	tl_test(has(text, "'--word=[A word]:WORD:(bytes count)' \\\n"));
	tl_test(!strstr(text, "secret"));
	free(text);
	text = make(TL_OPTDOC_FISH);
	tl_test(has(text, "complete -c tl-test -l share -s i -x -d 'A share of FILE'\n"));
	tl_test(has(text, "-l word -x -a 'bytes count' -d 'A word'\n"));
	tl_test(has(text, "-d 'Don\\'t [really]"));
	tl_test(!strstr(text, "secret"));
	free(text);
}

static void test_named(void)
{
	enum tl_optdoc doc;
	tl_test_ok(tl_optdoc_named("zsh", &doc, &err), err);
	tl_test_eq(doc, TL_OPTDOC_ZSH);
	tl_test_eq(tl_optdoc_named("csh", &doc, &err), TL_USAGE);
	tl_test_eq(tl_optdoc_named("", &doc, &err), TL_USAGE);
}

int main(void)
{
	TL_RUN(test_help);
	TL_RUN(test_man);
	TL_RUN(test_shells);
	TL_RUN(test_named);
	return tl_test_end();
}
