/* SPDX-License-Identifier: MIT */
/* fuzz_text: an entry with arbitrary side strings: the renderer refuses or writes it, and
 * leaves the output as it was where it refuses; passing over it carries the column the same way. Fifteen bytes choose lengths and style, the rest
 * is cut into the strings. */
#include <stdint.h>
#include <stdlib.h>

#include <tl/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tl_str take(const uint8_t **p, size_t *left, size_t n)
{
	struct tl_str s = {*p, n < *left ? n : *left};
	*p += s.n;
	*left -= s.n;
	return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 15)
		return 0;
	const uint8_t *c = data, *p = data + 15;
	size_t left = size - 15;
	struct tl_entry e = {.flags = c[0]};
	struct tl_text_style style = {.own = c[1] & 1, .keep_lead = c[1] & 2, .end_line = c[1] & 4,
				      .fastq = c[1] & 16, .width = c[2], .column = c[3],
				      .due = c[3],
				      .letters = (enum tl_text_case)((c[1] >> 5) % 3),
				      .prefix = c[1] & 8 ? "tl|1 " : NULL, .prefix_len = 5};
	e.head = take(&p, &left, c[4] % 16);
	e.lead = take(&p, &left, c[5] % 16);
	e.mask = take(&p, &left, c[6] % 32);
	e.odd = take(&p, &left, c[7] % 32);
	e.urac = take(&p, &left, c[8] % 32);
	e.lay = take(&p, &left, c[9] % 32);
	e.plus = take(&p, &left, c[12] % 16);
	e.qual = take(&p, &left, c[13] % 64);
	e.qlay = take(&p, &left, c[14] % 32);
	e.length = left;
	struct tl_buf out = {0};
	struct tl_err err;
	if (tl_buf_add(&out, "x", 1, &err) != TL_OK)
		return 0;
	enum tl_alphabet alphabet = c[10] & 1 ? TL_NUCLEOTIDE : TL_PROTEIN;
	uint32_t width = c[10] >> 1;
	enum tl_eol eol = (enum tl_eol)(c[11] % 3);
	struct tl_text_style passed = style;
	tl_text_pass(&e, alphabet, width, eol, &passed);
	enum tl_status st = tl_text_render(&e, alphabet, width, eol, p, &style, &out, &err);
	if (st != TL_OK && (st != TL_DATA || out.len != 1))
		abort();
	if (st == TL_OK && (out.len < 1 + e.length || passed.column != style.column ||
			    passed.due != style.due))
		abort();
	out.len = 1;
	if (tl_text_name(&e, &out, &err) != TL_OK || out.len > e.head.n + 2)
		abort();
	tl_buf_free(&out);
	return 0;
}
