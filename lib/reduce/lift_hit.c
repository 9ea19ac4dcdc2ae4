/* SPDX-License-Identifier: MIT */
/* lift_hit: the lines of a table of hits. */
#include "lift_hit.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 12

enum tl_status tl_lift_hit_wrong(struct tl_err *err, const char *name, uint64_t line, const char *why)
{
	return tl_err_set(err, TL_DATA, "%s:%llu: %s", name, (unsigned long long)line, why);
}

static bool number(const uint8_t *p, const uint8_t *end, uint64_t *ret)
{
	if (p == end || end - p > 18)
		return false;
	for (*ret = 0; p < end; p++) {
		if (*p < '0' || *p > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(*p - '0');
	}
	return *ret > 0;
}

/* A number such as 1.5e-30 or 48.1; 0 where it is none. */
static double real(const uint8_t *p, const uint8_t *end)
{
	char text[40];
	size_t n = (size_t)(end - p) < sizeof text - 1 ? (size_t)(end - p) : sizeof text - 1;
	memcpy(text, p, n);
	text[n] = 0;
	double x = strtod(text, NULL);
	return x > 0 && x < 1e300 ? x : 0;
}

bool tl_lift_hit_read(struct tl_str line, struct tl_lift_hit *h)
{
	const uint8_t *col[COLUMNS + 1] = {line.p}, *end = line.p + line.n;
	for (int i = 1; i < COLUMNS; i++) {
		const uint8_t *tab = memchr(col[i - 1], '\t', (size_t)(end - col[i - 1]));
		if (!tab)
			return false;
		col[i] = tab + 1;
	}
	uint64_t a, b;
	if (!number(col[8], col[9] - 1, &a) || !number(col[9], col[10] - 1, &b))
		return false;
	if (number(col[6], col[7] - 1, &h->place.q_from) && number(col[7], col[8] - 1, &h->place.q_to) &&
	    h->place.q_from <= h->place.q_to)
		h->place.q_from--;
	else
		h->place.q_to = 0;
	h->query = (struct tl_str){line.p, (size_t)(col[1] - 1 - line.p)};
	h->expect = real(col[10], col[11] - 1);
	h->bits = real(col[11], end);
	h->minus = a > b;
	h->from = (h->minus ? b : a) - 1;
	h->to = h->minus ? a : b;
	h->before = (struct tl_str){line.p, (size_t)(col[1] - line.p)};
	h->subject = (struct tl_str){col[1], (size_t)(col[2] - 1 - col[1])};
	h->between = (struct tl_str){col[2] - 1, (size_t)(col[8] - col[2] + 1)};
	h->behind = (struct tl_str){col[10] - 1, (size_t)(end - col[10] + 1)};
	return h->subject.n > 0;
}

bool tl_lift_hit_line(const struct tl_buf *text, size_t *at, struct tl_str *ret)
{
	if (*at >= text->len)
		return false;
	const uint8_t *p = text->data + *at, *nl = memchr(p, '\n', text->len - *at);
	*ret = (struct tl_str){p, nl ? (size_t)(nl - p) : text->len - *at};
	*at += ret->n + 1;
	return true;
}

bool tl_lift_hit_is_comment(struct tl_str line)
{
	return !line.n || line.p[0] == '#';
}
