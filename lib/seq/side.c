/* SPDX-License-Identifier: MIT */
/* side: the side strings of an entry (see tl/batch.h), checked and applied to its residues. */
#include "side.h"

#include <string.h>

#include <tl/bits.h>

#include "eol.h"
#include "runs.h"

/* Bytes that an entry's side strings may add to its residues: more than a window of text has
 * (TL_FASTA_MAX), so that a short string which asks for gigabytes is refused. */
#define ADDED_MAX (64u << 20)

enum tl_status tl_side_broken(const char *which, struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "the %s string of a record is broken", which);
}

bool tl_side_next(struct tl_str s, size_t *pos, struct tl_side_group *g)
{
	if (!tl_bits_get_varint(s.p, s.n, pos, &g->a) ||
	    !tl_bits_get_varint(s.p, s.n, pos, &g->b) || *pos >= s.n)
		return false;
	g->byte = s.p[(*pos)++];
	return true;
}

enum tl_status tl_side_measure_odd(struct tl_str odd, uint64_t residues, uint64_t *ret,
				   struct tl_err *err)
{
	struct tl_side_group g;
	*ret = 0;
	for (size_t pos = 0; pos < odd.n;) {
		if (!tl_side_next(odd, &pos, &g) || g.a > residues || g.b > ADDED_MAX - *ret)
			return tl_side_broken("odd", err);
		residues -= g.a;
		*ret += g.b;
	}
	return TL_OK;
}

enum tl_status tl_side_measure_mask(struct tl_str mask, uint64_t residues, struct tl_err *err)
{
	for (size_t pos = 0; pos < mask.n;) {
		uint64_t run;
		if (!tl_bits_get_varint(mask.p, mask.n, &pos, &run) || run > residues)
			return tl_side_broken("mask", err);
		residues -= run;
	}
	return TL_OK;
}

enum tl_status tl_side_measure_lay(struct tl_str lay, uint64_t chars, uint64_t *ret_eols,
				   struct tl_err *err)
{
	struct tl_side_group g;
	uint64_t bytes, all;
	*ret_eols = 0;
	if (lay.p[0] > TL_EOL_NONE)
		return tl_side_broken("lay", err);
	for (size_t pos = 1; pos < lay.n;) {
		if (!tl_side_next(lay, &pos, &g) || g.byte > TL_EOL_NONE ||
		    (g.byte == TL_EOL_NONE && (g.a != 1 || pos < lay.n)) ||
		    !tl_bits_mul(g.a, g.b, &all) || all > chars ||
		    !tl_bits_mul(g.a, tl_eol_size((enum tl_eol)g.byte), &bytes) ||
		    bytes > ADDED_MAX || bytes + *ret_eols > ADDED_MAX)
			return tl_side_broken("lay", err);
		chars -= all;
		*ret_eols += bytes;
	}
	return chars ? tl_side_broken("lay", err) : TL_OK;
}

void tl_side_apply_mask(struct tl_str mask, uint8_t *resi)
{
	size_t at = 0;
	bool low = false;
	for (size_t pos = 0; pos < mask.n; low = !low) {
		uint64_t run = 0;
		(void)tl_bits_get_varint(mask.p, mask.n, &pos, &run);
		if (low)
			tl_runs_lower(resi + at, (size_t)run);
		at += (size_t)run;
	}
}

enum tl_status tl_side_apply_urac(struct tl_str urac, uint8_t *resi, size_t n, struct tl_err *err)
{
	size_t at = 0;
	uint8_t rna = 0;
	if (!urac.n)
		tl_runs_rna(resi, n);
	for (size_t pos = 0; pos < urac.n; rna ^= 1) {
		uint64_t run;
		if (!tl_bits_get_varint(urac.p, urac.n, &pos, &run) || run > n - at)
			return tl_side_broken("urac", err);
		for (; run && at < n; at++) {
			bool t = resi[at] == 'T';
			resi[at] = (uint8_t)(resi[at] + (t & rna));
			run -= t;
		}
		if (run)
			return tl_side_broken("urac", err);
	}
	return TL_OK;
}

void tl_side_apply_odd(struct tl_str odd, uint8_t *dst, const uint8_t *src, const uint8_t *end)
{
	struct tl_side_group g;
	for (size_t pos = 0; pos < odd.n && tl_side_next(odd, &pos, &g);) {
		memmove(dst, src, (size_t)g.a);
		dst += g.a;
		src += g.a;
		memset(dst, g.byte, (size_t)g.b);
		dst += g.b;
	}
	memmove(dst, src, (size_t)(end - src));
}
