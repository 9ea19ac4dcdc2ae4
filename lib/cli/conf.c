/* SPDX-License-Identifier: MIT */
/* conf: options from a configuration file (INI, read by libinih) and from the environment. */
#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optval.h"

/* Texts from a file that fields point to. */
struct kept {
	struct kept *next;
	char text[];
};
static struct kept *kept;

static const char *keep(const char *text)
{
	size_t n = strlen(text) + 1;
	struct kept *k = malloc(sizeof *k + n);
	if (!k)
		return NULL;
	k->next = kept;
	kept = k;
	return memcpy(k->text, text, n);
}

/* What belongs to one run only is not for a file. */
static bool barred(const struct tl_opt *o)
{
	return !strcmp(o->name, "help") || !strcmp(o->name, "version") ||
	       !strcmp(o->name, "config") || !strcmp(o->name, "output");
}

static const struct tl_opt *find(const struct tl_opt_tool *tool, const char *name)
{
	for (size_t i = 0; i < tool->n; i++)
		if (!strcmp(tool->opts[i].name, name) && !barred(&tool->opts[i]))
			return &tool->opts[i];
	return NULL;
}

static enum tl_status set_flag(const struct tl_opt *o, const char *text, void *fields,
			       struct tl_err *err)
{
	struct tl_optval v = {0};
	int64_t i;
	if (!tl_optval_word("no|yes|false|true|off|on|0|1", text, &i))
		return tl_err_set(err, TL_USAGE, "%s: '%s' is neither yes nor no", o->name, text);
	v.number = i % 2;
	tl_optval_store(o, &v, fields);
	return TL_OK;
}

static enum tl_status set(const struct tl_opt *o, const char *text, void *fields,
			  struct tl_err *err)
{
	struct tl_optval v;
	if (o->type == TL_OPT_FLAG)
		return set_flag(o, text, fields, err);
	enum tl_status st = tl_optval_check(o, text, &v, err);
	if (st == TL_OK && v.text && !(v.text = keep(v.text)))
		return tl_err_nomem(err, strlen(text));
	if (st == TL_OK)
		tl_optval_store(o, &v, fields);
	return st;
}

/* ---- a file ---- */

struct reading {
	const struct tl_opt_tool *tool;
	void *fields;
	struct tl_err *err;
	enum tl_status status;
};

/* Lines before the first section are for all tools, those in a section for the tool it names. */
static int take_line(void *ctx, const char *section, const char *name, const char *value)
{
	struct reading *r = ctx;
	if (r->status != TL_OK || (*section && strcmp(section, r->tool->name)))
		return 1;
	const struct tl_opt *o = find(r->tool, name);
	if (!o)
		r->status = tl_err_set(r->err, TL_USAGE, "%s has no option '%s' for a file%s",
				       r->tool->name, name,
				       *section ? "" : "; put it into the section of its tool");
	else
		r->status = set(o, value, r->fields, r->err);
	return r->status == TL_OK;
}

static enum tl_status read_file(struct reading *r, const char *path, FILE *f)
{
	int line = ini_parse_file(f, take_line, r);
	if (r->status == TL_OK && line > 0)
		r->status = tl_err_set(r->err, TL_USAGE, "this is neither 'name = value' nor '[tool]'");
	if (r->status == TL_OK && line < 0)
		r->status = tl_err_nomem(r->err, 0);
	if (r->status != TL_OK)
		(void)tl_err_prefix(r->err, "%s:%d", path, line > 0 ? line : 0);
	return r->status;
}

/* The default file's name; false where there is none. */
static bool default_path(char *path, size_t size)
{
	const char *own = getenv("TL_CONFIG"), *base = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");
	int n;
	if (own)
		n = snprintf(path, size, "%s", own);
	else if (base && *base)
		n = snprintf(path, size, "%s/talyra.conf", base);
	else if (home && *home)
		n = snprintf(path, size, "%s/.config/talyra.conf", home);
	else
		return false;
	return n > 0 && (size_t)n < size;
}

enum tl_status tl_conf_file(const struct tl_opt_tool *tool, const char *opt_path, void *fields,
			    struct tl_err *err)
{
	struct reading r = {tool, fields, err, TL_OK};
	char standard[4096];
	const char *path = opt_path;
	if (!path && !default_path(standard, sizeof standard))
		return TL_OK;
	path = path ? path : standard;
	FILE *f = fopen(path, "re");
	if (!f && !opt_path && !getenv("TL_CONFIG") && (errno == ENOENT || errno == ENOTDIR ||
							 errno == EACCES))
		return TL_OK;
	if (!f)
		return tl_err_sys(err, TL_NOINPUT, "%s", path);
	enum tl_status st = read_file(&r, path, f);
	fclose(f);
	return st;
}

/* ---- the environment ---- */

enum tl_status tl_conf_environment(const struct tl_opt_tool *tool, void *fields, struct tl_err *err)
{
	for (size_t i = 0; i < tool->n; i++) {
		const struct tl_opt *o = &tool->opts[i];
		char name[64];
		int n = snprintf(name, sizeof name, "TL_%s", o->name);
		for (int k = 3; k < n; k++)
			name[k] = (char)(name[k] == '-' ? '_' : toupper((unsigned char)name[k]));
		const char *value = o->group && !strcmp(o->group, "Machine") ? getenv(name) : NULL;
		if (!value || !*value)
			continue;
		enum tl_status st = set(o, value, fields, err);
		if (st != TL_OK) {
			(void)tl_err_prefix(err, "%s", name);
			return st;
		}
	}
	return TL_OK;
}
