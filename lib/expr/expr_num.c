/* SPDX-License-Identifier: MIT */
/* expr_num: exact fractions. */
#include "expr_num.h"

#include <string.h>

/* __extension__: the type is of gcc and clang, not of C. */
__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 uwide;

static const struct tl_expr_num none = {0, 0};

static uwide gcd(uwide a, uwide b)
{
	while (b) {
		uwide rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Both are below 2^127 in magnitude. */
static bool fit(wide num, wide den, struct tl_expr_num *ret)
{
	if (num != (int64_t)num || den != (int64_t)den) {
		wide by = (wide)gcd((uwide)(num < 0 ? -num : num), (uwide)den);
		num /= by;
		den /= by;
		if (num != (int64_t)num || den != (int64_t)den)
			return false;
	}
	*ret = (struct tl_expr_num){(int64_t)num, (int64_t)den};
	return true;
}

bool tl_expr_num_add(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret)
{
	*ret = none;
	if (!a.den || !b.den)
		return true;
	if (a.den == b.den)
		return fit((wide)a.num + b.num, a.den, ret);
	return fit((wide)a.num * b.den + (wide)b.num * a.den, (wide)a.den * b.den, ret);
}

bool tl_expr_num_sub(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret)
{
	*ret = none;
	if (!a.den || !b.den)
		return true;
	if (a.den == b.den)
		return fit((wide)a.num - b.num, a.den, ret);
	return fit((wide)a.num * b.den - (wide)b.num * a.den, (wide)a.den * b.den, ret);
}

bool tl_expr_num_mul(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret)
{
	*ret = none;
	if (!a.den || !b.den)
		return true;
	return fit((wide)a.num * b.num, (wide)a.den * b.den, ret);
}

bool tl_expr_num_div(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret)
{
	*ret = none;
	if (!a.den || !b.den || !b.num)
		return true;
	wide num = (wide)a.num * b.den, den = (wide)a.den * b.num;
	return den < 0 ? fit(-num, -den, ret) : fit(num, den, ret);
}

bool tl_expr_num_mod(struct tl_expr_num a, struct tl_expr_num b, struct tl_expr_num *ret)
{
	*ret = none;
	if (!a.den || !b.den || !b.num)
		return true;
	wide x = (wide)a.num * b.den, y = (wide)b.num * a.den, rest = x % y;
	if (rest && (rest < 0) != (y < 0))
		rest += y;
	return fit(rest, (wide)a.den * b.den, ret);
}

int tl_expr_num_compare(struct tl_expr_num a, struct tl_expr_num b)
{
	wide x = (wide)a.num * b.den, y = (wide)b.num * a.den;
	return (x > y) - (x < y);
}

struct tl_expr_num tl_expr_num_reduce(struct tl_expr_num a)
{
	if (!a.den)
		return none;
	wide num = a.num;
	wide by = (wide)gcd((uwide)(num < 0 ? -num : num), (uwide)a.den);
	return (struct tl_expr_num){(int64_t)(num / by), (int64_t)(a.den / by)};
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Times ten to the power of e, which is between -36 and 36. */
static bool scale(struct tl_expr_num *v, int e)
{
	struct tl_expr_num ten = {e < 0 ? 1 : 10, e < 0 ? 10 : 1};
	for (int i = e < 0 ? -e : e; i > 0; i--)
		if (!tl_expr_num_mul(*v, ten, v))
			return false;
	return true;
}

/* The digits behind an 'e'. */
static bool read_exponent(const char *text, size_t n, size_t *at, int *ret)
{
	size_t i = *at + 1;
	bool minus = i < n && text[i] == '-';
	int e = 0;
	i += i < n && (text[i] == '-' || text[i] == '+');
	if (i >= n || !digit(text[i]))
		return false;
	for (; i < n && digit(text[i]); i++)
		if ((e = 10 * e + text[i] - '0') > 18)
			return false;
	*at = i;
	*ret = minus ? -e : e;
	return true;
}

bool tl_expr_num_read(const char *text, size_t n, struct tl_expr_num *ret)
{
	static const char units[] = "kMG";
	int64_t v = 0;
	size_t i = 0, digits = 0;
	int e = 0, exponent = 0;
	bool point = false;
	for (; i < n && (digit(text[i]) || (text[i] == '.' && !point)); i++) {
		if (text[i] == '.') {
			point = true;
			continue;
		}
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, text[i] - '0', &v))
			return false;
		e -= point;
		digits++;
	}
	if (!digits || e < -18)
		return false;
	if (i < n && (text[i] == 'e' || text[i] == 'E') && !read_exponent(text, n, &i, &exponent))
		return false;
	const char *unit = i < n ? memchr(units, text[i], sizeof units - 1) : NULL;
	if (unit) {
		exponent += 3 * (int)(unit - units + 1);
		i++;
	}
	*ret = (struct tl_expr_num){v, 1};
	if (i != n || !scale(ret, e) || !scale(ret, exponent))
		return false;
	*ret = tl_expr_num_reduce(*ret);
	return true;
}
