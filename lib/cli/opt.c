/* SPDX-License-Identifier: MIT */
/* opt: reads a command line by a tool's option table.
 *
 * Not getopt_long(3): that prints, and keeps its place in globals.
 */
#include <tl/opt.h>

#include <string.h>

#include <tl/buf.h>
#include <tl/mem.h>

#include "conf.h"
#include "optval.h"

/* Where we are in a command line. */
struct parse {
	const struct tl_opt_tool *tool;
	char **argv;
	int argc, at; /* at: the next argument to look at */
	void *fields;
	const char **operands;
	size_t n;
};

/* The option named by the n characters at name, or of which alone they are the beginning. */
static enum tl_status find_long(const struct tl_opt_tool *tool, const char *name, size_t n,
				const struct tl_opt **ret, struct tl_err *err)
{
	const struct tl_opt *hit = NULL, *second = NULL;
	for (size_t i = 0; n && i < tool->n; i++) {
		const struct tl_opt *o = &tool->opts[i];
		if (strncmp(o->name, name, n) != 0)
			continue;
		second = o->name[n] ? hit : NULL;
		hit = o;
		if (!o->name[n])
			break;
	}
	*ret = hit;
	if (!hit)
		return tl_err_set(err, TL_USAGE, "unknown option --%.*s; '%s --help' lists them",
				  (int)n, name, tool->name);
	if (second)
		return tl_err_set(err, TL_USAGE, "--%.*s may be --%s or --%s", (int)n, name,
				  second->name, hit->name);
	return TL_OK;
}

static const struct tl_opt *find_short(const struct tl_opt_tool *tool, char letter)
{
	for (size_t i = 0; i < tool->n; i++)
		if (tool->opts[i].letter == letter)
			return &tool->opts[i];
	return NULL;
}

/* Sets o: from attached where not NULL, else from the next argument where it needs one. */
static enum tl_status set_option(struct parse *p, const struct tl_opt *o, const char *attached,
				 struct tl_err *err)
{
	struct tl_optval v = {.number = 1};
	if (o->type == TL_OPT_FLAG) {
		if (attached)
			return tl_err_set(err, TL_USAGE, "--%s takes no value", o->name);
		tl_optval_store(o, &v, p->fields);
		return TL_OK;
	}
	if (!attached && o->type == TL_OPT_LEVEL)
		attached = o->value;
	if (!attached) {
		if (p->at >= p->argc)
			return tl_err_set(err, TL_USAGE, "--%s needs a value: %s", o->name,
					  o->range ? o->range : o->unit);
		attached = p->argv[p->at++];
	}
	enum tl_status st = tl_optval_check(o, attached, &v, err);
	if (st == TL_OK)
		tl_optval_store(o, &v, p->fields);
	return st;
}

static enum tl_status parse_long(struct parse *p, const char *arg, struct tl_err *err)
{
	const char *equals = strchr(arg, '=');
	size_t n = equals ? (size_t)(equals - arg) : strlen(arg);
	const struct tl_opt *o = NULL;
	enum tl_status st = find_long(p->tool, arg, n, &o, err);
	return st != TL_OK ? st : set_option(p, o, equals ? equals + 1 : NULL, err);
}

/* A bundle of short options; the first that takes a value takes the rest, where there is one. */
static enum tl_status parse_short(struct parse *p, const char *arg, struct tl_err *err)
{
	while (*arg) {
		const struct tl_opt *o = find_short(p->tool, *arg);
		if (!o)
			return tl_err_set(err, TL_USAGE, "unknown option -%c; '%s --help' lists them",
					  *arg, p->tool->name);
		arg++;
		/* -zv is -z -v: the number of a level begins with a digit. */
		bool rest = *arg && o->type != TL_OPT_FLAG &&
			    (o->type != TL_OPT_LEVEL || (*arg >= '0' && *arg <= '9'));
		enum tl_status st = set_option(p, o, rest ? arg : NULL, err);
		if (st != TL_OK || rest)
			return st;
	}
	return TL_OK;
}

static enum tl_status parse_all(struct parse *p, struct tl_err *err)
{
	bool options = true;
	enum tl_status st = TL_OK;
	while (st == TL_OK && p->at < p->argc) {
		const char *arg = p->argv[p->at++];
		if (!options || arg[0] != '-' || !arg[1])
			p->operands[p->n++] = arg;
		else if (arg[1] != '-')
			st = parse_short(p, arg + 1, err);
		else if (arg[2])
			st = parse_long(p, arg + 2, err);
		else
			options = false;
	}
	if (st == TL_OK && p->n && !p->tool->operands)
		st = tl_err_set(err, TL_USAGE, "'%s': no operands are taken", p->operands[0]);
	return st;
}

static enum tl_status set_defaults(const struct tl_opt_tool *tool, void *fields, struct tl_err *err)
{
	for (size_t i = 0; i < tool->n; i++) {
		const struct tl_opt *o = &tool->opts[i];
		struct tl_optval v;
		if (tl_optval_default(o, &v))
			tl_optval_store(o, &v, fields);
		else if (o->value)
			return tl_err_set(err, TL_INTERNAL, "--%s: bad default '%s'", o->name,
					  o->value);
	}
	return TL_OK;
}

/* The row of --config; NULL: the tool has none, and reads neither file nor environment. */
static const struct tl_opt *config_row(const struct tl_opt_tool *tool)
{
	for (size_t i = 0; i < tool->n; i++)
		if (!strcmp(tool->opts[i].name, "config"))
			return &tool->opts[i];
	return NULL;
}

/* Defaults, then what a preset says, then file, environment and command line.
 * The command line counts more than the environment, that more than the file, which the command
 * line may name: so it has been read once already, and is read once more afterwards. */
static enum tl_status parse_levels(struct parse *p, const char *const *preset, struct tl_err *err)
{
	const struct tl_opt *row = config_row(p->tool);
	struct tl_optval path;
	if (row)
		tl_optval_load(row, p->fields, &path);
	enum tl_status st = set_defaults(p->tool, p->fields, err);
	for (; preset && *preset && st == TL_OK; preset++)
		st = parse_long(p, *preset, err);
	if (!row) {
		p->at = 1;
		p->n = 0;
		return st == TL_OK ? parse_all(p, err) : st;
	}
	if (st == TL_OK)
		st = tl_conf_file(p->tool, path.text, p->fields, err);
	if (st == TL_OK)
		st = tl_conf_environment(p->tool, p->fields, err);
	p->at = 1;
	p->n = 0;
	return st == TL_OK ? parse_all(p, err) : st;
}

static enum tl_status parse_again(struct parse *p, struct tl_err *err)
{
	const char *const *preset;
	enum tl_status st = parse_levels(p, NULL, err);
	if (st != TL_OK || !p->tool->preset)
		return st;
	preset = p->tool->preset(p->fields);
	return *preset ? parse_levels(p, preset, err) : TL_OK;
}

enum tl_status tl_opt_parse(const struct tl_opt_tool *tool, int argc, char **argv, void *fields,
			    const char ***ret_operands, size_t *ret_n, struct tl_err *err)
{
	struct parse p = {.tool = tool, .argv = argv, .argc = argc, .at = 1, .fields = fields};
	enum tl_status st = set_defaults(tool, fields, err);
	if (st != TL_OK)
		return st;
	p.operands = tl_mem_zalloc((size_t)(argc > 0 ? argc : 0) + 1, sizeof *p.operands, err);
	if (!p.operands)
		return TL_NOMEM;
	st = parse_all(&p, err);
	if (st == TL_OK)
		st = parse_again(&p, err);
	if (st != TL_OK) {
		tl_mem_free(p.operands);
		return st;
	}
	*ret_operands = p.operands;
	*ret_n = p.n;
	return TL_OK;
}

enum tl_status tl_opt_describe(const struct tl_opt_tool *tool, const void *fields, const char *groups,
			       char **ret, struct tl_err *err)
{
	struct tl_buf out = {0};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < tool->n && st == TL_OK; i++) {
		const struct tl_opt *o = &tool->opts[i];
		struct tl_optval now, usual;
		int64_t index;
		tl_optval_load(o, fields, &now);
		tl_optval_default(o, &usual);
		if (o->group && tl_optval_word(groups, o->group, &index) &&
		    !tl_optval_same(o, &now, &usual))
			st = tl_optval_spell(o, &now, &out, err);
	}
	if (st == TL_OK)
		st = tl_buf_add(&out, "", 1, err);
	if (st != TL_OK) {
		tl_buf_free(&out);
		return st;
	}
	*ret = (char *)out.data;
	return TL_OK;
}
