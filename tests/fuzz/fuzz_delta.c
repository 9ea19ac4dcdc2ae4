/* SPDX-License-Identifier: MIT */
/* fuzz_delta: arbitrary scripts against arbitrary bases, and arbitrary edges turned both ways.
 *
 * Input: 1 byte what, then lengths of two bytes each and as many bytes for each string; bit 0 of
 * what: an edge (ops, suba, subb, lita, litb; flags are the next bits), else a script (base, ops,
 * subs, lits). Strings of residues are made residues with bit 6, so that the fuzzer gets behind
 * that check.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/alphabet.h>
#include <tl/bits.h>
#include <tl/delta.h>
#include <tl/link.h>

static void must(int fine)
{
	if (!fine)
		abort();
}

/* The next string, in memory of just its size, so that a sanitizer sees a step outside. */
static struct tl_str next(const uint8_t **data, size_t *size, int residues)
{
	size_t n = 0;
	if (*size >= 2) {
		n = tl_bits_get16(*data) % (*size - 1);
		*data += 2;
		*size -= 2;
	}
	uint8_t *p = malloc(n ? n : 1);
	must(p != NULL);
	for (size_t i = 0; i < n; i++)
		p[i] = residues ? (uint8_t) "ACGTNRYKMBDHVSWPQ*"[(*data)[i] % 18] : (*data)[i];
	*data += n;
	*size -= n;
	return (struct tl_str){p, n};
}

static void script(const uint8_t *data, size_t size, int residues)
{
	struct tl_str s[4];
	struct tl_buf scratch = {0}, out = {0};
	struct tl_delta_sum sum;
	for (int i = 0; i < 4; i++)
		s[i] = next(&data, &size, residues && i != 1);
	struct tl_delta d = {s[1], s[2], s[3]};
	enum tl_status st = tl_delta_apply(&d, s[0].p, s[0].n, &scratch, &out, NULL);
	must(st == TL_OK || (st == TL_DATA && out.len == 0));
	if (st == TL_OK) {
		must(tl_delta_measure(&d, &sum, NULL) == TL_OK && sum.length == out.len);
		must(sum.literals == d.lits.n && sum.cigar.subst == d.subs.n);
	}
	for (int i = 0; i < 4; i++)
		free((void *)(uintptr_t)s[i].p);
	tl_buf_free(&scratch);
	tl_buf_free(&out);
}

/* What a script says of the base is what the edge says. */
static void edge(const uint8_t *data, size_t size, uint8_t flags, int residues)
{
	struct tl_str s[5];
	struct tl_buf buf = {0}, scratch = {0}, out = {0};
	struct tl_link_sum sum;
	for (int i = 0; i < 5; i++)
		s[i] = next(&data, &size, residues && i);
	struct tl_edge e = {1, 2, flags, s[0], s[1], s[2], s[3], s[4]};
	bool measured = tl_link_measure(&e, &sum, NULL) == TL_OK;
	for (int b_from_a = 0; b_from_a < 2; b_from_a++) {
		struct tl_delta d;
		struct tl_delta_sum have;
		if (tl_delta_from_edge(&e, b_from_a, &buf, &d, NULL) != TL_OK)
			continue;
		must(tl_delta_measure(&d, &have, NULL) == TL_OK);
		uint64_t need = have.b_start + have.cigar.match + have.cigar.subst + have.cigar.del;
		if (measured) {
			must(have.length == (b_from_a ? sum.b_len : sum.a_len));
			must(have.cigar.match == sum.match &&
			     need <= (b_from_a ? sum.a_len : sum.b_len));
		}
		if (!measured || need > 1 << 16)
			continue;
		uint8_t *base = malloc(need ? need : 1);
		must(base != NULL);
		memset(base, 'A', need);
		tl_buf_reset(&out);
		must(tl_delta_apply(&d, base, need, &scratch, &out, NULL) == TL_OK);
		must(out.len == have.length);
		if (need)
			must(tl_delta_apply(&d, base, need - 1, &scratch, &out, NULL) == TL_DATA);
		free(base);
	}
	for (int i = 0; i < 5; i++)
		free((void *)(uintptr_t)s[i].p);
	tl_buf_free(&buf);
	tl_buf_free(&scratch);
	tl_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || size > 1 << 16)
		return 0;
	if (data[0] & 1)
		edge(data + 1, size - 1, data[0] >> 1 & 7, data[0] & 64);
	else
		script(data + 1, size - 1, data[0] & 64);
	return 0;
}
