/* SPDX-License-Identifier: MIT */
/* sample: random batches and edges for the tests of lib/rec, and their comparison. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <string.h>

#include <tl/batch.h>
#include <tl/edge.h>

#include "tltest.h"

static struct tl_str sample_bytes(uint8_t *at, size_t max, const char *letters)
{
	size_t n = tl_test_below(4) ? tl_test_below(max + 1) : 0, k = strlen(letters);
	for (size_t i = 0; i < n; i++)
		at[i] = k ? (uint8_t)letters[tl_test_below(k)] : (uint8_t)tl_test_random();
	return (struct tl_str){at, n};
}

/* n entries from ordinal first on, with gaps where sparse; pieces of records are left to the tests.
 */
static inline void sample_batch(struct tl_batch *b, enum tl_kind kind, enum tl_alphabet alphabet,
				size_t n, uint64_t first, int rich)
{
	static uint8_t mem[13][400];
	struct tl_err err = {0};
	uint64_t ordinal = first;
	const char *letters = alphabet ? "ACGTACGTACGTACGTACGTN" : "ACDEFGHIKLMNPQRSTVWY*XBZUOJ";
	tl_batch_reset(b);
	b->kind = kind;
	b->alphabet = alphabet;
	b->width = rich ? (uint32_t)tl_test_below(100) : 60;
	b->eol = rich ? (enum tl_eol)tl_test_below(3) : TL_EOL_LF;
	b->format = rich && tl_test_below(2) ? TL_FORMAT_FASTQ : TL_FORMAT_FASTA;
	for (size_t i = 0; i < n; i++) {
		struct tl_entry e = {.ordinal = ordinal, .head = sample_bytes(mem[0], 60, "")};
		e.resi = sample_bytes(mem[1], tl_test_below(20) ? 300 : 130, letters);
		e.length = kind == TL_KIND_SEQ ? e.resi.n
			   : tl_test_below(3)  ? tl_test_below(500)
					       : tl_test_random() >> 8;
		e.base = ordinal ? tl_test_below(ordinal) : 7;
		if (rich) {
			e.flags = tl_test_below(4) ? 0 : TL_REC_RNA;
			e.mask = sample_bytes(mem[2], 5, "");
			e.odd = sample_bytes(mem[3], 5, "");
			e.urac = sample_bytes(mem[4], 5, "");
			e.lay = sample_bytes(mem[5], 9, "");
			e.lead = sample_bytes(mem[6], i == 3 ? 9 : 0, "");
		}
		if (b->format == TL_FORMAT_FASTQ) {
			e.plus = sample_bytes(mem[10], 9, "");
			e.qual = sample_bytes(mem[11], 300, "");
			e.qlay = sample_bytes(mem[12], 9, "");
		}
		e.ops = sample_bytes(mem[7], 200, "");
		e.subs = sample_bytes(mem[8], 9, letters);
		e.lits = sample_bytes(mem[9], 40, letters);
		tl_test_ok(tl_batch_add(b, &e, &err), err);
		ordinal += 1 + (rich && !tl_test_below(5) ? tl_test_below(1000) : 0);
	}
}

static inline int same_str(struct tl_str a, struct tl_str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

/* The same entries, those of b having ordinals and bases higher by shift. */
static inline void same_batch(const struct tl_batch *a, const struct tl_batch *b, uint64_t shift)
{
	tl_test_eq(a->kind, b->kind);
	tl_test_eq(a->alphabet, b->alphabet);
	tl_test_eq(a->width, b->width);
	tl_test_eq(a->eol, b->eol);
	tl_test_eq(a->format, b->format);
	tl_test_eq(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		struct tl_entry x, y;
		tl_batch_get(a, i, &x);
		tl_batch_get(b, i, &y);
		tl_test_eq(x.ordinal + shift, y.ordinal);
		tl_test_eq(x.length, y.length);
		tl_test_eq(x.flags, y.flags);
		if (a->kind != TL_KIND_SEQ)
			tl_test_eq(x.base + shift, y.base);
		tl_test(same_str(x.head, y.head) && same_str(x.lead, y.lead));
		tl_test(same_str(x.mask, y.mask) && same_str(x.odd, y.odd));
		tl_test(same_str(x.urac, y.urac) && same_str(x.lay, y.lay));
		tl_test(same_str(x.plus, y.plus) && same_str(x.qual, y.qual));
		tl_test(same_str(x.qlay, y.qlay));
		tl_test(a->kind != TL_KIND_SEQ || same_str(x.resi, y.resi));
		tl_test(a->kind != TL_KIND_DELTA ||
			(same_str(x.ops, y.ops) && same_str(x.subs, y.subs) &&
			 same_str(x.lits, y.lits)));
	}
}

static inline void sample_edges(struct tl_edges *edges, size_t n, uint64_t below)
{
	static uint8_t mem[5][100];
	struct tl_err err = {0};
	tl_edge_reset(edges);
	for (size_t i = 0; i < n; i++) {
		struct tl_edge e = {.a = tl_test_below(below), .b = tl_test_below(below)};
		e.flags = (uint8_t)tl_test_below(8);
		if (e.a == e.b)
			e.b = e.b ? e.b - 1 : 1;
		e.ops = sample_bytes(mem[0], 30, "");
		if (e.flags & TL_EDGE_A) {
			e.suba = sample_bytes(mem[1], 9, "ACGT");
			e.lita = sample_bytes(mem[2], 90, "ACGT");
		}
		if (e.flags & TL_EDGE_B) {
			e.subb = sample_bytes(mem[3], 9, "ACGT");
			e.litb = sample_bytes(mem[4], 90, "ACGT");
		}
		tl_test_ok(tl_edge_add(edges, &e, &err), err);
	}
}

static inline void same_edges(const struct tl_edges *a, const struct tl_edges *b, uint64_t shift)
{
	tl_test_eq(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		struct tl_edge x, y;
		tl_edge_get(a, i, &x);
		tl_edge_get(b, i, &y);
		tl_test_eq(x.a + shift, y.a);
		tl_test_eq(x.b + shift, y.b);
		tl_test_eq(x.flags, y.flags);
		tl_test(same_str(x.ops, y.ops));
		tl_test(same_str(x.suba, y.suba) && same_str(x.subb, y.subb));
		tl_test(same_str(x.lita, y.lita) && same_str(x.litb, y.litb));
	}
}

#endif
