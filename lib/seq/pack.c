/* SPDX-License-Identifier: MIT */
/* pack: nucleotides at two bits each, with the exceptions as runs. */
#include <tl/pack.h>

#include <stdbool.h>
#include <string.h>

#include <tl/bits.h>

#include "runs.h"
#include "scan.h"

#define TILE 4096 /* residues packed before their exceptions, if any, are listed: they stay in cache */

/* The group of exceptions that is open, and where the last one ended. */
struct exceptions {
	struct tl_buf *odd;
	uint64_t gap, repeats; /* residues since the last group; repeats 0: none is open */
	uint8_t byte;
};

static enum tl_status close_group(struct exceptions *e, struct tl_err *err)
{
	enum tl_status st;
	if (!e->repeats)
		return TL_OK;
	if ((st = tl_buf_add_varint(e->odd, e->gap, err)) != TL_OK ||
	    (st = tl_buf_add_varint(e->odd, e->repeats, err)) != TL_OK ||
	    (st = tl_buf_add(e->odd, &e->byte, 1, err)) != TL_OK)
		return st;
	e->gap = e->repeats = 0;
	return TL_OK;
}

/* n residues without an exception. */
static enum tl_status pass(struct exceptions *e, size_t n, struct tl_err *err)
{
	enum tl_status st = n ? close_group(e, err) : TL_OK;
	e->gap += n;
	return st;
}

static enum tl_status list(struct exceptions *e, const struct tl_scan *scan, const uint8_t *src,
			   size_t n, struct tl_err *err)
{
	for (size_t i = 0;;) {
		size_t plain = scan->plain(src + i, n - i);
		enum tl_status st = pass(e, plain, err);
		i += plain;
		if (st != TL_OK || i == n)
			return st;
		if (e->repeats && e->byte != src[i] && (st = close_group(e, err)) != TL_OK)
			return st;
		size_t same = tl_runs_same(src + i, n - i);
		e->byte = src[i];
		e->repeats += same;
		i += same;
	}
}

enum tl_status tl_pack_put(const uint8_t *residues, size_t n, struct tl_buf *packed,
			   struct tl_buf *odd, struct tl_err *err)
{
	const struct tl_scan *scan = tl_scan_best();
	enum tl_status st = tl_buf_reserve(packed, n / 4 + 1, err);
	struct exceptions e = {.odd = odd};
	size_t before = odd->len;
	for (size_t i = 0; i < n && st == TL_OK; i += TILE) {
		size_t m = n - i < TILE ? n - i : TILE;
		bool some = scan->pack(packed->data + packed->len + i / 4, residues + i, m);
		st = some ? list(&e, scan, residues + i, m, err) : pass(&e, m, err);
	}
	if (st == TL_OK)
		st = close_group(&e, err);
	if (st == TL_OK)
		packed->len += n / 4 + (n % 4 != 0);
	else
		odd->len = before;
	return st;
}

enum tl_status tl_pack_except(const uint8_t *odd, size_t odd_len, uint8_t *out, size_t n,
			      struct tl_err *err)
{
	for (size_t pos = 0, at = 0; pos < odd_len;) {
		uint64_t gap, repeats;
		if (!tl_bits_get_varint(odd, odd_len, &pos, &gap) ||
		    !tl_bits_get_varint(odd, odd_len, &pos, &repeats) || pos == odd_len)
			return tl_err_set(err, TL_DATA, "the list of packed exceptions is broken");
		if (gap > n - at || repeats > n - at - gap)
			return tl_err_set(err, TL_DATA, "a packed exception lies outside");
		memset(out + at + gap, odd[pos++], (size_t)repeats);
		at += (size_t)(gap + repeats);
	}
	return TL_OK;
}

enum tl_status tl_pack_get(const uint8_t *packed, size_t packed_len, const uint8_t *odd,
			   size_t odd_len, uint8_t *out, size_t n, struct tl_err *err)
{
	if (packed_len != n / 4 + (n % 4 != 0))
		return tl_err_set(err, TL_DATA, "%zu bytes of packed residues instead of %zu",
				  packed_len, n / 4 + (n % 4 != 0));
	tl_scan_best()->unpack(out, packed, packed_len);
	return tl_pack_except(odd, odd_len, out, n, err);
}

_Static_assert(TL_SCAN_OVER <= TL_BUF_PAD, "what is copied fits a buffer");

size_t tl_pack_copy(uint8_t *dst, const uint8_t *src, size_t n)
{
	return tl_scan_best()->upper(dst, src, n, (struct tl_scan_want){0, 0}, n);
}
