/* SPDX-License-Identifier: MIT */
/* quote: a string as JSON has it. */
#include <tl/quote.h>

enum tl_status tl_quote_put(const uint8_t *p, size_t n, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_put(out, "\"", 1, err);
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		if (p[i] < 32 || p[i] > 126 || p[i] == '"' || p[i] == '\\')
			st = tl_out_printf(out, err, "\\u%04x", p[i]);
		else
			st = tl_out_put(out, &p[i], 1, err);
	}
	return st == TL_OK ? tl_out_put(out, "\"", 1, err) : st;
}
