/* SPDX-License-Identifier: MIT */
/* optman: the options of a tool in mdoc(7).
 *
 * Help texts are plain, with literals in backquotes; here these become Fl, Ar and Ql, each on a
 * line of its own, and each sentence begins a line, as mandoc -Tlint wants it.
 */
#include "optman.h"

#include <ctype.h>
#include <string.h>

#define LINE 66 /* a line of text is broken at the first space behind this column */

/* One argument of a macro or piece of a text line: n characters, made safe from roff. */
static void put_safe(struct tl_opttext *t, const char *s, size_t n, bool argument)
{
	/* A word such as Ar or No would be taken for a macro in the arguments of another. */
	if (argument && n <= 3 && n && isupper((unsigned char)*s) && n > 1 &&
	    islower((unsigned char)s[1]))
		tl_opttext_put(t, "\\&");
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\\')
			tl_opttext_put(t, "\\e");
		else if (s[i] == '"')
			tl_opttext_put(t, "\\(dq");
		else if (s[i] == '-' && i == 0)
			tl_opttext_put(t, "\\-");
		else
			tl_opttext_put(t, "%c", s[i]);
	}
}

/* The macro for a literal of n characters at s: an option, a placeholder, or anything else. */
static void put_literal(struct tl_opttext *t, const char *s, size_t n)
{
	bool upper = n > 0;
	for (size_t i = 0; i < n; i++)
		upper = upper && (isupper((unsigned char)s[i]) || s[i] == '_');
	if (n > 1 && *s == '-' && !memchr(s, ' ', n)) {
		tl_opttext_put(t, "Fl ");
		if (s[1] == '-')
			tl_opttext_put(t, "\\-%.*s", (int)(n - 2), s + 2);
		else
			put_safe(t, s + 1, n - 1, true);
		return;
	}
	tl_opttext_put(t, upper ? "Ar" : "Ql");
	while (n) {
		size_t word = 0;
		while (word < n && s[word] != ' ')
			word++;
		tl_opttext_put(t, " ");
		put_safe(t, s, word, true);
		word += word < n;
		s += word;
		n -= word;
	}
}

/* The line of a literal, between an opening bracket before it and what follows it without a space;
 * returns where the text goes on. */
static const char *put_macro(struct tl_opttext *t, const char *s, bool bracket)
{
	const char *end = strchr(s, '`');
	if (!end)
		end = s + strlen(s);
	tl_opttext_put(t, bracket ? ".No \\&( Ns " : ".");
	put_literal(t, s, (size_t)(end - s));
	s = *end ? end + 1 : end;
	if (*s && *s != ' ' && !strchr(".,;:)?!", *s)) {
		size_t n = strcspn(s, " .,;:)?!`");
		tl_opttext_put(t, " Ns ");
		put_safe(t, s, n, true);
		s += n;
	}
	for (; *s && strchr(".,;:)?!", *s); s++)
		tl_opttext_put(t, " %c", *s);
	tl_opttext_put(t, "\n");
	return *s == ' ' ? s + 1 : s;
}

/* A run of plain text up to the next literal, a line for each sentence; returns where it ends, and
 * whether an opening bracket was held back for the macro. */
static const char *put_plain(struct tl_opttext *t, const char *s, bool *ret_bracket)
{
	const char *start = s;
	size_t line = t->buf.len; /* where the current line of the page begins */
	*ret_bracket = false;
	while (*s && *s != '`') {
		bool ends = (*s == '.' || *s == '?' || *s == '!') && s[1] == ' ' &&
			    (isupper((unsigned char)s[2]) || s[2] == '`');
		if (*s == '(' && s[1] == '`') {
			*ret_bracket = true;
		} else if (ends) {
			put_safe(t, s, 1, false);
			tl_opttext_put(t, "\n");
			s++;
			start = s + 1;
			line = t->buf.len;
		} else if (*s == ' ' && (s[1] == '`' || !s[1] || (s[1] == '(' && s[2] == '`'))) {
			; /* the line ends here */
		} else if (*s == ' ' && t->buf.len - line > LINE) {
			tl_opttext_put(t, "\n");
			start = s + 1;
			line = t->buf.len;
		} else {
			if (s == start && (*s == '.' || *s == '\''))
				tl_opttext_put(t, "\\&");
			put_safe(t, s, 1, false);
		}
		s++;
	}
	return s;
}

static void put_text(struct tl_opttext *t, const char *s)
{
	while (*s) {
		bool bracket;
		size_t before = t->buf.len;
		const char *next = put_plain(t, s, &bracket);
		if (t->buf.len > before && t->buf.data[t->buf.len - 1] != '\n')
			tl_opttext_put(t, "\n");
		s = *next ? put_macro(t, next + 1, bracket) : next;
	}
}

static void put_item(struct tl_opttext *t, const struct tl_opt *o)
{
	tl_opttext_put(t, ".It");
	if (o->letter) {
		tl_opttext_put(t, " Fl %c", o->letter);
		if (o->type == TL_OPT_LEVEL)
			tl_opttext_put(t, " Ns Oo Ar %s Oc", o->unit);
		else if (o->type != TL_OPT_FLAG)
			tl_opttext_put(t, " Ar %s", o->unit);
		tl_opttext_put(t, " ,");
	}
	tl_opttext_put(t, " Fl \\-%s", o->name);
	if (o->type == TL_OPT_LEVEL)
		tl_opttext_put(t, " Ns Oo = Ns Ar %s Oc", o->unit);
	else if (o->type != TL_OPT_FLAG)
		tl_opttext_put(t, " Ar %s", o->unit);
	tl_opttext_put(t, "\n");
}

void tl_optman_put(struct tl_opttext *t, const struct tl_opt_tool *tool)
{
	bool open = false;
	for (size_t i = 0; i < tool->n; i++) {
		const struct tl_opt *o = &tool->opts[i];
		if (!o->group)
			continue;
		if (tl_opttext_begins(tool, i)) {
			tl_opttext_put(t, "%s.Ss %s\n.Bl -tag -width Ds\n", open ? ".El\n" : "",
				       o->group);
			open = true;
		}
		put_item(t, o);
		struct tl_opttext about = {.err = t->err};
		char *text;
		tl_opttext_about(&about, o);
		if (tl_opttext_done(&about, &text) != TL_OK) {
			t->status = about.status;
			return;
		}
		put_text(t, text);
		tl_buf_free(&about.buf);
	}
	if (open)
		tl_opttext_put(t, ".El\n");
}
