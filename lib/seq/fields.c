/* SPDX-License-Identifier: MIT */
/* fields: where a header falls into parts that come again in others. */
#include "fields.h"

#include <stdbool.h>
#include <string.h>

/* Keys of UniProt whose values come in pairs. */
static const char pair[][2][4] = {{"OS=", "OX="}, {"OX=", "OS="}, {"PE=", "SV="}};

/* The place behind the first blank from i on, or the end. */
static size_t behind_word(struct tl_str s, size_t i)
{
	const uint8_t *blank = i < s.n ? memchr(s.p + i, ' ', s.n - i) : NULL;
	return blank ? (size_t)(blank - s.p) + 1 : s.n;
}

static bool letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Does a word from i on begin with letters and '='? */
static bool is_key(struct tl_str s, size_t i)
{
	size_t from = i;
	while (i < s.n && letter(s.p[i]))
		i++;
	return i - from > 1 && i < s.n && s.p[i] == '=';
}

static bool begins(struct tl_str s, size_t i, const char *key)
{
	return s.n - i >= 3 && !memcmp(s.p + i, key, 3);
}

/* Does the field from a on go on with the key at b? */
static bool goes_on(struct tl_str s, size_t a, size_t b)
{
	for (size_t k = 0; k < sizeof pair / sizeof *pair; k++)
		if (begins(s, a, pair[k][0]) && begins(s, b, pair[k][1]))
			return true;
	return false;
}

/* Ends a field before i, and begins another; false where there may be no more. */
static bool cut(struct tl_str head, size_t *from, size_t i, struct tl_fields *f)
{
	if (i <= *from || f->n + 1 >= TL_FIELDS_MOST)
		return f->n + 1 < TL_FIELDS_MOST;
	f->field[f->n++] = (struct tl_str){head.p + *from, i - *from};
	*from = i;
	return true;
}

/* The first word, and the second where it is a name too. */
static size_t split_names(struct tl_str head, size_t *from, struct tl_fields *f)
{
	size_t end = behind_word(head, 0), next = behind_word(head, end), tail = next;
	bool bars = memchr(head.p, '|', end) != NULL;
	for (size_t i = 1; i < end; i++) {
		uint8_t c = head.p[i - 1];
		if ((c == '|' || c == '#' || (c == '_' && bars)) && !cut(head, from, i, f))
			break;
	}
	(void)cut(head, from, end, f);
	f->first = f->n;
	tail -= tail > end && head.p[tail - 1] == ' ';
	if (tail < end + 4 || !digit(head.p[tail - 1]) || !digit(head.p[tail - 2]) ||
	    !digit(head.p[tail - 3]))
		return end;
	(void)cut(head, from, next, f);
	return next;
}

void tl_fields_split(struct tl_str head, struct tl_fields *ret)
{
	size_t from = 0;
	ret->n = ret->first = 0;
	if (!head.n)
		return;
	for (size_t i = split_names(head, &from, ret); i < head.n; i++) {
		bool word = !i || head.p[i - 1] == ' ';
		bool key = word && is_key(head, i) && !goes_on(head, from, i);
		if ((key || head.p[i] == '[') && !cut(head, &from, i, ret))
			break;
	}
	if (from < head.n)
		ret->field[ret->n++] = (struct tl_str){head.p + from, head.n - from};
}
