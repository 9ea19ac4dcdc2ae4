/* SPDX-License-Identifier: MIT */
/* optval: reads, checks, stores and spells the values of options. */
#include "optval.h"

#include <stdio.h>
#include <string.h>

#include <tl/topo.h>

#define MILLION 1000000

/* Digits at *p to *ret; false where there is none, or they say more than 64 bits hold. */
static bool read_digits(const char **p, uint64_t *ret)
{
	const char *s = *p;
	uint64_t v = 0;
	while (*s >= '0' && *s <= '9') {
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
		s++;
	}
	bool some = s > *p;
	*p = s;
	*ret = v;
	return some;
}

/* Multiplies *v by what the suffix at *p stands for: powers of 1000, or of 1024 with an i or where
 * binary says so. */
static bool read_suffix(const char **p, bool binary, uint64_t *v)
{
	static const char letters[] = "KMGT";
	const char *at = **p ? strchr(letters, **p == 'k' ? 'K' : **p) : NULL;
	if (!at)
		return true;
	(*p)++;
	if (**p == 'i') {
		binary = true;
		(*p)++;
	}
	for (const char *l = letters; l <= at; l++)
		if (__builtin_mul_overflow(*v, (uint64_t)(binary ? 1024 : 1000), v))
			return false;
	return true;
}

static bool read_int(const char *s, int64_t *ret)
{
	bool minus = *s == '-';
	uint64_t v;
	s += minus;
	if (!read_digits(&s, &v) || !read_suffix(&s, false, &v) || *s || v > INT64_MAX)
		return false;
	*ret = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool read_size(const char *s, uint64_t *ret)
{
	if (!read_digits(&s, ret))
		return false;
	if (*s == '%') {
		uint64_t percent = *ret;
		if (percent > 100 || s[1])
			return false;
		*ret = tl_topo_memory() / 100 * percent;
		return true;
	}
	return read_suffix(&s, true, ret) && !*s;
}

static bool read_share(const char *s, int64_t *ret)
{
	uint64_t whole = 0, part = 0, unit = MILLION;
	if (*s != '.' && (!read_digits(&s, &whole) || whole > INT64_MAX / MILLION - 1))
		return false;
	if (*s == '.') {
		s++;
		if (*s < '0' || *s > '9')
			return false;
		for (; *s >= '0' && *s <= '9' && unit > 1; s++) {
			unit /= 10;
			part += (uint64_t)(*s - '0') * unit;
		}
	}
	*ret = (int64_t)(whole * MILLION + part);
	return !*s;
}

/* I/N, as I - 1 and N. */
static bool read_part(const char *s, int64_t *ret, uint64_t *ret_of)
{
	uint64_t i;
	if (!read_digits(&s, &i) || *s++ != '/' || !read_digits(&s, ret_of) || *s)
		return false;
	*ret = (int64_t)i - 1;
	return i >= 1 && i <= *ret_of && *ret_of <= INT64_MAX;
}

/* P[:SEED]; P is a share from 0 to 1. */
static bool read_sample(const char *s, int64_t *ret, uint64_t *ret_seed)
{
	char share[32];
	size_t n = strcspn(s, ":");
	*ret_seed = 1;
	if (n >= sizeof share)
		return false;
	memcpy(share, s, n);
	share[n] = 0;
	if (!read_share(share, ret) || *ret > MILLION)
		return false;
	if (!s[n])
		return true;
	s += n + 1;
	return read_digits(&s, ret_seed) && !*s;
}

/* A:B */
static bool read_couple(const char *s, int64_t *ret, uint64_t *ret_second)
{
	uint64_t first;
	if (!read_digits(&s, &first) || !read_suffix(&s, false, &first) || *s++ != ':' ||
	    !read_digits(&s, ret_second) || !read_suffix(&s, false, ret_second))
		return false;
	*ret = (int64_t)first;
	return !*s && first <= INT64_MAX && *ret_second <= INT64_MAX;
}

bool tl_optval_word(const char *words, const char *text, int64_t *ret)
{
	size_t n = strlen(text);
	int64_t i = 0;
	for (const char *w = words; w; i++) {
		const char *end = strchr(w, '|');
		if ((end ? (size_t)(end - w) : strlen(w)) == n && !memcmp(w, text, n)) {
			*ret = i;
			return true;
		}
		w = end ? end + 1 : NULL;
	}
	return false;
}

bool tl_optval_read(const struct tl_opt *o, const char *text, struct tl_optval *ret)
{
	*ret = (struct tl_optval){0};
	switch (o->type) {
	case TL_OPT_FLAG:
		return false;
	case TL_OPT_INT:
		return read_int(text, &ret->number);
	case TL_OPT_LEVEL:
		return read_int(text, &ret->number) && ret->number <= INT32_MAX;
	case TL_OPT_SIZE:
		return read_size(text, &ret->bytes);
	case TL_OPT_SHARE:
		return read_share(text, &ret->number);
	case TL_OPT_PART:
		return read_part(text, &ret->number, &ret->bytes);
	case TL_OPT_SAMPLE:
		return read_sample(text, &ret->number, &ret->bytes);
	case TL_OPT_COUPLE:
		return read_couple(text, &ret->number, &ret->bytes);
	case TL_OPT_WORD:
		return tl_optval_word(o->range, text, &ret->number);
	case TL_OPT_PATH:
	case TL_OPT_DIR:
		/* An empty name is a variable of a script that was not set. */
		ret->text = text;
		return *text;
	case TL_OPT_TEXT:
		ret->text = text;
		return true;
	}
	return false;
}

/* Is v beyond one end of a range, which is the n characters at end?  An end that cannot be read
 * lets nothing pass: the unit test of the table finds it. */
static bool beyond(const struct tl_opt *o, const char *end, size_t n, const struct tl_optval *v,
		   bool lower)
{
	char text[32];
	struct tl_optval limit;
	if (!n)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)n, end);
	if (!tl_optval_read(o, text, &limit))
		return true;
	if (o->type == TL_OPT_SIZE)
		return lower ? v->bytes < limit.bytes : v->bytes > limit.bytes;
	return lower ? v->number < limit.number : v->number > limit.number;
}

static bool in_range(const struct tl_opt *o, const struct tl_optval *v)
{
	const char *colon = o->range ? strchr(o->range, ':') : NULL;
	if (!colon || o->type == TL_OPT_WORD)
		return true;
	return !beyond(o, o->range, (size_t)(colon - o->range), v, true) &&
	       !beyond(o, colon + 1, strlen(colon + 1), v, false);
}

static const char *wanted(enum tl_opt_type type)
{
	switch (type) {
	case TL_OPT_INT:
	case TL_OPT_LEVEL:
		return "a whole number";
	case TL_OPT_SIZE:
		return "a size such as 512M or 20%";
	case TL_OPT_SHARE:
		return "a number such as 0.9, with at most six digits behind the point";
	case TL_OPT_PART:
		return "a part such as 2/8, the second of eight";
	case TL_OPT_SAMPLE:
		return "a share from 0 to 1 such as 0.1, or 0.1:42 with a seed";
	case TL_OPT_COUPLE:
		return "two whole numbers such as 11:1";
	case TL_OPT_PATH:
		return "the name of a file";
	case TL_OPT_DIR:
		return "the name of a directory";
	default:
		return "a value";
	}
}

enum tl_status tl_optval_check(const struct tl_opt *o, const char *text, struct tl_optval *ret,
			       struct tl_err *err)
{
	if (!tl_optval_read(o, text, ret)) {
		if (o->type == TL_OPT_WORD)
			return tl_err_set(err, TL_USAGE, "--%s: '%s' is none of %s", o->name, text,
					  o->range);
		return tl_err_set(err, TL_USAGE, "--%s: '%s' is not %s", o->name, text,
				  wanted(o->type));
	}
	if (!in_range(o, ret))
		return tl_err_set(err, TL_USAGE, "--%s: %s is not in the range %s", o->name, text,
				  o->range);
	return TL_OK;
}

bool tl_optval_default(const struct tl_opt *o, struct tl_optval *ret)
{
	*ret = (struct tl_optval){0};
	if (o->type == TL_OPT_LEVEL)
		return true;
	return o->value && tl_optval_read(o, o->value, ret);
}

void tl_optval_store(const struct tl_opt *o, const struct tl_optval *v, void *fields)
{
	void *at = (char *)fields + o->field;
	switch (o->type) {
	case TL_OPT_FLAG:
		*(bool *)at = v->number;
		break;
	case TL_OPT_INT:
	case TL_OPT_SHARE:
		*(int64_t *)at = v->number;
		break;
	case TL_OPT_PART:
	case TL_OPT_SAMPLE:
	case TL_OPT_COUPLE:
		*(struct tl_opt_pair *)at = (struct tl_opt_pair){v->number, v->bytes};
		break;
	case TL_OPT_SIZE:
		*(uint64_t *)at = v->bytes;
		break;
	case TL_OPT_WORD:
	case TL_OPT_LEVEL:
		*(int *)at = (int)v->number;
		break;
	case TL_OPT_TEXT:
	case TL_OPT_PATH:
	case TL_OPT_DIR:
		*(const char **)at = v->text;
		break;
	}
}

void tl_optval_load(const struct tl_opt *o, const void *fields, struct tl_optval *ret)
{
	const void *at = (const char *)fields + o->field;
	*ret = (struct tl_optval){0};
	switch (o->type) {
	case TL_OPT_FLAG:
		ret->number = *(const bool *)at;
		break;
	case TL_OPT_INT:
	case TL_OPT_SHARE:
		ret->number = *(const int64_t *)at;
		break;
	case TL_OPT_PART:
	case TL_OPT_SAMPLE:
	case TL_OPT_COUPLE:
		ret->number = ((const struct tl_opt_pair *)at)->first;
		ret->bytes = ((const struct tl_opt_pair *)at)->second;
		break;
	case TL_OPT_SIZE:
		ret->bytes = *(const uint64_t *)at;
		break;
	case TL_OPT_WORD:
	case TL_OPT_LEVEL:
		ret->number = *(const int *)at;
		break;
	case TL_OPT_TEXT:
	case TL_OPT_PATH:
	case TL_OPT_DIR:
		ret->text = *(const char *const *)at;
		break;
	}
}

bool tl_optval_same(const struct tl_opt *o, const struct tl_optval *a, const struct tl_optval *b)
{
	if (o->type == TL_OPT_TEXT || o->type == TL_OPT_PATH || o->type == TL_OPT_DIR)
		return a->text == b->text || (a->text && b->text && !strcmp(a->text, b->text));
	return a->number == b->number && a->bytes == b->bytes;
}

/* A share as a user would write it: no zeros at the end. */
static size_t spell_share(int64_t share, char *text, size_t size)
{
	int n = snprintf(text, size, "%lld.%06lld", (long long)share / MILLION,
			 (long long)share % MILLION);
	while (text[n - 1] == '0')
		n--;
	return (size_t)(text[n - 1] == '.' ? n - 1 : n);
}

enum tl_status tl_optval_spell(const struct tl_opt *o, const struct tl_optval *v,
			       struct tl_buf *out, struct tl_err *err)
{
	char head[80], text[48];
	const char *value = text;
	size_t n = 0;
	if (o->type == TL_OPT_SHARE) {
		n = spell_share(v->number, text, sizeof text);
	} else if (o->type == TL_OPT_SAMPLE) {
		n = spell_share(v->number, text, 24);
		n += (size_t)snprintf(text + n, sizeof text - n, ":%llu",
				      (unsigned long long)v->bytes);
	} else if (o->type == TL_OPT_COUPLE) {
		n = (size_t)snprintf(text, sizeof text, "%lld:%llu", (long long)v->number,
				     (unsigned long long)v->bytes);
	} else if (o->type == TL_OPT_PART) {
		n = (size_t)snprintf(text, sizeof text, "%lld/%llu", (long long)v->number + 1,
				     (unsigned long long)v->bytes);
	} else if (o->type == TL_OPT_SIZE) {
		n = (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)v->bytes);
	} else if (o->type == TL_OPT_INT || o->type == TL_OPT_LEVEL) {
		n = (size_t)snprintf(text, sizeof text, "%lld", (long long)v->number);
	} else if (o->type == TL_OPT_WORD) {
		value = o->range;
		for (int64_t i = 0; i < v->number; i++)
			value = strchr(value, '|') + 1;
		n = strcspn(value, "|");
	} else if (o->type != TL_OPT_FLAG) {
		value = o->type == TL_OPT_TEXT ? v->text : o->unit;
		n = strlen(value);
	}
	snprintf(head, sizeof head, " --%s%s", o->name, o->type == TL_OPT_FLAG ? "" : "=");
	enum tl_status st = tl_buf_add(out, head, strlen(head), err);
	size_t from = out->len;
	st = st != TL_OK ? st : tl_buf_add(out, value, n, err);
	/* A text of several lines is one line here. */
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] < ' ')
			out->data[i] = ' ';
	return st;
}
