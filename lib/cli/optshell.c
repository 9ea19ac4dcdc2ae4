/* SPDX-License-Identifier: MIT */
/* optshell: completions for three shells, each a file that needs nothing else. */
#include "optshell.h"

#include <string.h>

/* ---- bash ---- */

/* What bash completes after an option of this type. */
static const char *bash_generator(enum tl_opt_type type)
{
	switch (type) {
	case TL_OPT_PATH:
		return "compgen -f";
	case TL_OPT_DIR:
		return "compgen -d";
	default:
		return NULL;
	}
}

static void bash_case(struct tl_opttext *t, const struct tl_opt *o)
{
	if (o->type == TL_OPT_FLAG || o->type == TL_OPT_LEVEL)
		return;
	tl_opttext_put(t, "\t--%s", o->name);
	if (o->letter)
		tl_opttext_put(t, "|-%c", o->letter);
	tl_opttext_put(t, ")\n\t\t");
	if (o->type == TL_OPT_WORD) {
		tl_opttext_put(t, "mapfile -t COMPREPLY < <(compgen -W '");
		tl_opttext_words(t, o->range, " ");
		tl_opttext_put(t, "' -- \"$cur\")\n\t\t");
	} else if (bash_generator(o->type)) {
		tl_opttext_put(t, "compopt -o filenames\n\t\t");
		tl_opttext_put(t, "mapfile -t COMPREPLY < <(%s -- \"$cur\")\n\t\t",
			       bash_generator(o->type));
	}
	tl_opttext_put(t, "return ;;\n");
}

void tl_optshell_bash(struct tl_opttext *t, const struct tl_opt_tool *tool)
{
	tl_opttext_put(t, "# bash completion for %s, made by `make docs` from its option table\n_",
		       tool->name);
	tl_opttext_symbol(t, tool->name);
	tl_opttext_put(t, "()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
			  "prev=${COMP_WORDS[COMP_CWORD-1]}\n\tCOMPREPLY=()\n"
			  "\t# --name=value comes as three words.\n"
			  "\tif [[ $cur == '=' ]]; then\n\t\tcur=\n"
			  "\telif [[ $prev == '=' ]]; then\n"
			  "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n\tcase $prev in\n");
	for (size_t i = 0; i < tool->n; i++)
		if (tool->opts[i].group)
			bash_case(t, &tool->opts[i]);
	tl_opttext_put(t, "\tesac\n\tif [[ $cur == -* ]]; then\n"
			  "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	const char *between = "";
	for (size_t i = 0; i < tool->n; i++) {
		if (!tool->opts[i].group)
			continue;
		tl_opttext_put(t, "%s--%s", between, tool->opts[i].name);
		between = " ";
	}
	tl_opttext_put(t, "' -- \"$cur\")\n");
	if (tool->operands)
		tl_opttext_put(t, "\telse\n\t\tcompopt -o filenames\n"
				  "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n");
	tl_opttext_put(t, "\tfi\n}\ncomplete -F _");
	tl_opttext_symbol(t, tool->name);
	tl_opttext_put(t, " %s\n", tool->name);
}

/* ---- zsh ---- */

static void zsh_value(struct tl_opttext *t, const struct tl_opt *o)
{
	if (o->type == TL_OPT_FLAG)
		return;
	tl_opttext_put(t, "%s%s:", o->type == TL_OPT_LEVEL ? "::" : ":", o->unit);
	if (o->type == TL_OPT_WORD) {
		tl_opttext_put(t, "(");
		tl_opttext_words(t, o->range, " ");
		tl_opttext_put(t, ")");
	} else if (o->type == TL_OPT_PATH) {
		tl_opttext_put(t, "_files");
	} else if (o->type == TL_OPT_DIR) {
		tl_opttext_put(t, "_files -/");
	}
}

static void zsh_option(struct tl_opttext *t, const struct tl_opt *o)
{
	bool level = o->type == TL_OPT_LEVEL, flag = o->type == TL_OPT_FLAG;
	if (o->letter)
		tl_opttext_put(t, "\t'(-%c --%s)'{-%c%s,--%s%s}'[", o->letter, o->name, o->letter,
			       flag ? "" : level ? "-" : "+", o->name,
			       flag ? "" : level ? "=-" : "=");
	else
		tl_opttext_put(t, "\t'--%s%s[", o->name, flag ? "" : level ? "=-" : "=");
	struct tl_opttext brief = {.err = t->err};
	char *text;
	tl_opttext_brief(&brief, o, "[]:\\", '\\');
	if (tl_opttext_done(&brief, &text) != TL_OK) {
		t->status = brief.status;
		return;
	}
	for (const char *s = text; *s; s++)
		tl_opttext_put(t, *s == '\'' ? "'\\''" : "%c", *s);
	tl_buf_free(&brief.buf);
	tl_opttext_put(t, "]");
	zsh_value(t, o);
	tl_opttext_put(t, "' \\\n");
}

void tl_optshell_zsh(struct tl_opttext *t, const struct tl_opt_tool *tool)
{
	tl_opttext_put(t, "#compdef %s\n# zsh completion, made by `make docs` from the option table\n"
			  "_arguments -s -S \\\n", tool->name);
	for (size_t i = 0; i < tool->n; i++)
		if (tool->opts[i].group)
			zsh_option(t, &tool->opts[i]);
	tl_opttext_put(t, tool->operands ? "\t'*:file:_files'\n" : "\t'*: :'\n");
}

/* ---- fish ---- */

static void fish_option(struct tl_opttext *t, const char *name, const struct tl_opt *o)
{
	tl_opttext_put(t, "complete -c %s -l %s", name, o->name);
	if (o->letter)
		tl_opttext_put(t, " -s %c", o->letter);
	switch (o->type) {
	case TL_OPT_FLAG:
	case TL_OPT_LEVEL:
		break;
	case TL_OPT_PATH:
		tl_opttext_put(t, " -r -F");
		break;
	case TL_OPT_DIR:
		tl_opttext_put(t, " -x -a '(__fish_complete_directories)'");
		break;
	case TL_OPT_WORD:
		tl_opttext_put(t, " -x -a '");
		tl_opttext_words(t, o->range, " ");
		tl_opttext_put(t, "'");
		break;
	default:
		tl_opttext_put(t, " -x");
	}
	tl_opttext_put(t, " -d '");
	tl_opttext_brief(t, o, "'\\", '\\');
	tl_opttext_put(t, "'\n");
}

void tl_optshell_fish(struct tl_opttext *t, const struct tl_opt_tool *tool)
{
	tl_opttext_put(t, "# fish completion for %s, made by `make docs` from its option table\n",
		       tool->name);
	if (!tool->operands)
		tl_opttext_put(t, "complete -c %s -f\n", tool->name);
	for (size_t i = 0; i < tool->n; i++)
		if (tool->opts[i].group)
			fish_option(t, tool->name, &tool->opts[i]);
}
