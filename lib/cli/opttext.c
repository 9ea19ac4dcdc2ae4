/* SPDX-License-Identifier: MIT */
/* opttext: pieces of text that the documents of an option table share. */
#include "opttext.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void tl_opttext_put(struct tl_opttext *t, const char *fmt, ...)
{
	va_list ap, again;
	if (t->status != TL_OK)
		return;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	t->status = tl_buf_reserve(&t->buf, (size_t)n + 1, t->err);
	if (t->status == TL_OK) {
		vsnprintf((char *)t->buf.data + t->buf.len, (size_t)n + 1, fmt, again);
		t->buf.len += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

void tl_opttext_words(struct tl_opttext *t, const char *words, const char *between)
{
	for (const char *w = words; *w;) {
		size_t n = strcspn(w, "|");
		tl_opttext_put(t, "%s%.*s", w == words ? "" : between, (int)n, w);
		w += n + (w[n] == '|');
	}
}

/* "From 1 to 9", "At least 1", "At most 9"; true where anything was said. */
static bool put_range(struct tl_opttext *t, const struct tl_opt *o)
{
	if (!o->range)
		return false;
	if (o->type == TL_OPT_WORD) {
		tl_opttext_put(t, " One of `");
		tl_opttext_words(t, o->range, "`, `");
		tl_opttext_put(t, "`");
		return true;
	}
	const char *colon = strchr(o->range, ':');
	int low = colon ? (int)(colon - o->range) : 0;
	if (low && colon[1])
		tl_opttext_put(t, " From %.*s to %s", low, o->range, colon + 1);
	else if (low)
		tl_opttext_put(t, " At least %.*s", low, o->range);
	else if (colon && colon[1])
		tl_opttext_put(t, " At most %s", colon + 1);
	return low || (colon && colon[1]);
}

void tl_opttext_about(struct tl_opttext *t, const struct tl_opt *o)
{
	tl_opttext_put(t, "%s", o->help);
	bool said = put_range(t, o);
	if (o->value && o->type == TL_OPT_LEVEL)
		tl_opttext_put(t, "%s %s where `%s` is left out", said ? ";" : " The level is",
			       o->value, o->unit);
	else if (o->value)
		tl_opttext_put(t, "%s `%s`", said ? "; the default is" : " The default is",
			       o->value);
	if (said || o->value)
		tl_opttext_put(t, ".");
}

void tl_opttext_brief(struct tl_opttext *t, const struct tl_opt *o, const char *special,
		      char escape)
{
	for (const char *s = o->help; *s; s++) {
		if ((*s == '.' || *s == ';') && (!s[1] || s[1] == ' '))
			return;
		if (*s == '`')
			continue;
		if (strchr(special, *s))
			tl_opttext_put(t, "%c", escape);
		tl_opttext_put(t, "%c", *s);
	}
}

void tl_opttext_symbol(struct tl_opttext *t, const char *name)
{
	for (; *name; name++)
		tl_opttext_put(t, "%c", *name == '-' ? '_' : *name);
}

bool tl_opttext_begins(const struct tl_opt_tool *tool, size_t i)
{
	const char *group = tool->opts[i].group;
	if (!group)
		return false;
	for (size_t k = i; k > 0; k--)
		if (tool->opts[k - 1].group)
			return strcmp(tool->opts[k - 1].group, group) != 0;
	return true;
}

enum tl_status tl_opttext_done(struct tl_opttext *t, char **ret)
{
	if (t->status == TL_OK)
		t->status = tl_buf_add(&t->buf, "", 1, t->err);
	if (t->status != TL_OK) {
		tl_buf_free(&t->buf);
		return t->status;
	}
	*ret = (char *)t->buf.data;
	return TL_OK;
}
