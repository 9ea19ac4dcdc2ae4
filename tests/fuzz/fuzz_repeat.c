/* SPDX-License-Identifier: MIT */
/* fuzz_repeat: copies among nucleotides.  What is measured can be made; what is found in any
 * residues makes them again.
 *
 * Input: a byte, residues to make; the copies, or, read otherwise, residues.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <tl/pack.h>
#include <tl/repeat.h>

static void must(int fine)
{
	if (!fine)
		abort();
}

static void make(const uint8_t *copy, size_t n, size_t total)
{
	struct tl_err err;
	size_t rest;
	uint8_t *out = malloc(total + 1);
	must(out != NULL);
	memset(out, 'C', total + 1);
	if (tl_repeat_measure(copy, n, total, &rest, &err) == TL_OK) {
		must(rest <= total);
		tl_repeat_make(copy, n, out, total, rest);
		for (size_t i = 0; i < total; i++)
			must(out[i] == 'C' || out[i] == 'G');
	}
	must(out[total] == 'C');
	free(out);
}

/* Residues as runs: a letter so many times, or what stood before, forwards or complemented. */
static size_t residues(const uint8_t *p, size_t n, uint8_t *out, size_t room)
{
	static const uint8_t other[256] = {['A'] = 'T', ['C'] = 'G', ['G'] = 'C', ['T'] = 'A'};
	size_t at = 0;
	for (; n >= 3 && room - at > 255; p += 3, n -= 3) {
		size_t len = p[1], from = at ? (p[2] * at / 256) : 0;
		for (size_t i = 0; i < len; i++, at++) {
			if (p[0] < 64 && from + i < at)
				out[at] = out[from + i];
			else if (p[0] < 128 && from >= i && from - i < at)
				out[at] = other[out[from - i]];
			else
				out[at] = (uint8_t) "ACGT"[(p[0] + i * i * p[2] + (i >> 2)) % 4];
		}
	}
	return at;
}

static void find(const uint8_t *p, size_t n)
{
	enum { ROOM = 20000 };
	static uint8_t in[ROOM], out[ROOM];
	struct tl_buf copy = {0}, rest = {0};
	struct tl_err err;
	size_t total = residues(p, n, in, ROOM), left;
	must(tl_repeat_find(in, total, &copy, &rest, &err) == TL_OK);
	must(tl_repeat_measure(copy.data, copy.len, total, &left, &err) == TL_OK);
	must(left == rest.len);
	if (left)
		memcpy(out + total - left, rest.data, left);
	tl_repeat_make(copy.data, copy.len, out, total, left);
	must(!memcmp(in, out, total));
	tl_buf_free(&copy);
	tl_buf_free(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	make(data + 1, size - 1, (size_t)data[0] * 4);
	find(data + 1, size - 1);
	return 0;
}
