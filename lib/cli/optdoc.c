/* SPDX-License-Identifier: MIT */
/* optdoc: --help, and the way to the other documents of an option table. */
#include <tl/optdoc.h>

#include <stdio.h>
#include <string.h>

#include <tl/version.h>

#include "optman.h"
#include "optshell.h"
#include "opttext.h"

#define COLUMNS 79
#define INDENT 26 /* where the texts of the options begin */

/* "  -t, --threads N" */
static int help_head(struct tl_opttext *t, const struct tl_opt *o)
{
	char head[160], letter[8] = "    ";
	const char *equals = o->type == TL_OPT_LEVEL ? "[=" : o->type == TL_OPT_FLAG ? "" : " ";
	if (o->letter)
		snprintf(letter, sizeof letter, "-%c, ", o->letter);
	int n = snprintf(head, sizeof head, "  %s--%s%s%s%s", letter, o->name, equals,
			 o->type == TL_OPT_FLAG ? "" : o->unit,
			 o->type == TL_OPT_LEVEL ? "]" : "");
	tl_opttext_put(t, "%s", head);
	return n;
}

/* Fills text into lines from column INDENT on; the cursor is at column at. */
static void help_fill(struct tl_opttext *t, const char *text, int at)
{
	if (at > INDENT - 2) {
		tl_opttext_put(t, "\n");
		at = 0;
	}
	tl_opttext_put(t, "%*s", INDENT - at, "");
	at = INDENT;
	while (*text) {
		int n = (int)strcspn(text, " ");
		if (at > INDENT && at + 1 + n > COLUMNS) {
			tl_opttext_put(t, "\n%*s", INDENT, "");
			at = INDENT;
		} else if (at > INDENT) {
			tl_opttext_put(t, " ");
			at++;
		}
		tl_opttext_put(t, "%.*s", n, text);
		at += n;
		text += n;
		text += strspn(text, " ");
	}
	tl_opttext_put(t, "\n");
}

/* Takes the backquotes out of text. */
static void unquote(char *text)
{
	char *to = text;
	for (const char *from = text; *from; from++)
		if (*from != '`')
			*to++ = *from;
	*to = '\0';
}

static void help_option(struct tl_opttext *t, const struct tl_opt *o)
{
	struct tl_opttext about = {.err = t->err};
	char *text;
	tl_opttext_about(&about, o);
	if (tl_opttext_done(&about, &text) != TL_OK) {
		t->status = about.status;
		return;
	}
	unquote(text);
	help_fill(t, text, help_head(t, o));
	tl_buf_free(&about.buf);
}

static void put_help(struct tl_opttext *t, const struct tl_opt_tool *tool)
{
	for (size_t i = 0; tool->usage[i]; i++)
		tl_opttext_put(t, "%s %s %s\n", i ? "      " : "usage:", tool->name, tool->usage[i]);
	tl_opttext_put(t, "\n%s: %s.\n", tool->name, tool->what);
	if (tool->memory)
		tl_opttext_put(t, "Memory: %s.\n", tool->memory);
	for (size_t i = 0; i < tool->n; i++) {
		if (tl_opttext_begins(tool, i))
			tl_opttext_put(t, "\n%s:\n", tool->opts[i].group);
		if (tool->opts[i].group)
			help_option(t, &tool->opts[i]);
	}
	tl_opttext_put(t, "\nTalyra %s; see %s(1) and tl(7).\n", TL_VERSION, tool->name);
}

enum tl_status tl_optdoc_make(const struct tl_opt_tool *tool, enum tl_optdoc doc, char **ret,
			      struct tl_err *err)
{
	struct tl_opttext t = {.err = err};
	switch (doc) {
	case TL_OPTDOC_HELP:
		put_help(&t, tool);
		break;
	case TL_OPTDOC_MAN:
		tl_optman_put(&t, tool);
		break;
	case TL_OPTDOC_BASH:
		tl_optshell_bash(&t, tool);
		break;
	case TL_OPTDOC_ZSH:
		tl_optshell_zsh(&t, tool);
		break;
	case TL_OPTDOC_FISH:
		tl_optshell_fish(&t, tool);
		break;
	}
	return tl_opttext_done(&t, ret);
}

enum tl_status tl_optdoc_named(const char *name, enum tl_optdoc *ret, struct tl_err *err)
{
	static const char *const names[] = {
		[TL_OPTDOC_HELP] = "help", [TL_OPTDOC_MAN] = "man",   [TL_OPTDOC_BASH] = "bash",
		[TL_OPTDOC_ZSH] = "zsh",   [TL_OPTDOC_FISH] = "fish",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!strcmp(names[i], name)) {
			*ret = (enum tl_optdoc)i;
			return TL_OK;
		}
	}
	return tl_err_set(err, TL_USAGE, "--docs: '%s' is none of help, man, bash, zsh, fish", name);
}
