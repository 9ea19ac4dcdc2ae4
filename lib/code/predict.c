/* SPDX-License-Identifier: MIT */
/* predict: which model codes a column, and the checks around it. */
#include <tl/predict.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/mem.h>

#include "amino.h"
#include "nucleo.h"
#include "symbols.h"

/* The least that a model pays for a byte is such that one byte of code stands for fewer than this;
 * who claims more would only keep a decoder busy. */
#define BYTES_MOST 8192
#define PACKED_MOST 131072

/* Residues as values below 27, by their letters. */
static bool to_values(const uint8_t *src, size_t n, uint8_t *values)
{
	bool fine = true;
	for (size_t i = 0; i < n; i++) {
		values[i] = src[i] == '*' ? 26 : (uint8_t)(src[i] - 'A');
		fine &= values[i] < 27 && src[i] != 'A' + 26;
	}
	return fine;
}

static bool to_letters(uint8_t *values, size_t n)
{
	bool fine = true;
	for (size_t i = 0; i < n; i++) {
		fine &= values[i] < 27;
		values[i] = values[i] == 26 ? '*' : (uint8_t)(values[i] + 'A');
	}
	return fine;
}

static enum tl_symbols_kind kind_of(enum tl_predict_model model)
{
	switch (model) {
	case TL_PREDICT_NAMES:
		return TL_SYMBOLS_NAMES;
	case TL_PREDICT_SCRIPTS:
		return TL_SYMBOLS_SCRIPTS;
	case TL_PREDICT_KEYED:
		return TL_SYMBOLS_KEYED;
	default:
		return TL_SYMBOLS_BYTES;
	}
}

static enum tl_status code(struct tl_coder *c, enum tl_predict_model model, uint8_t *bytes,
			   size_t n, const struct tl_predict_hint *hint, struct tl_err *err)
{
	if (model == TL_PREDICT_PACKED || model == TL_PREDICT_LETTERS)
		return tl_nucleo_code(c, bytes, n, err);
	if (model == TL_PREDICT_RESIDUES)
		return tl_amino_code(c, bytes, n, hint->lengths, err);
	return tl_symbols_code(c, kind_of(model), bytes, n, hint, err);
}

/* Two bits of a nucleotide plus 1; 0 for others. */
static const uint8_t value[256] = {['A'] = 1, ['C'] = 2, ['G'] = 3, ['T'] = 4};

/* Letters from i on that are the same. */
static size_t run_of(const uint8_t *src, size_t n, size_t i)
{
	size_t end = i + 1;
	while (end < n && src[end] == src[i])
		end++;
	return end - i;
}

/* Lists runs of letters that are no nucleotides: how many runs, then for each a number (letters since the
 * last one), a number (how long it is, less 1) and the byte.  *ret 0: there are too many. */
static void list_others(const uint8_t *src, size_t n, uint8_t *list, size_t room, size_t *ret)
{
	size_t runs = 0, others = 0, last = 0, at = 0;
	*ret = 0;
	for (size_t i = 0, len; i < n; i += len) {
		len = value[src[i]] ? 1 : run_of(src, n, i);
		runs += !value[src[i]];
		others += value[src[i]] ? 0 : len;
	}
	/* Where there are many, contexts of bytes tell more (2,289 SARS-CoV-2 genomes: 6 %). */
	if (others > n / 8 || room < 11 * (runs + 1))
		return;
	at += tl_bits_put_varint(list, runs);
	for (size_t i = 0, len; i < n; i += len) {
		len = value[src[i]] ? 1 : run_of(src, n, i);
		if (value[src[i]])
			continue;
		at += tl_bits_put_varint(list + at, i - last);
		at += tl_bits_put_varint(list + at, len - 1);
		list[at++] = src[i];
		last = i + len;
	}
	*ret = at;
}

static void to_packed(const uint8_t *src, size_t n, uint8_t *packed)
{
	memset(packed, 0, (n + 3) / 4);
	for (size_t i = 0; i < n; i++) {
		uint8_t v = value[src[i]];
		packed[i >> 2] |= (uint8_t)((v ? v - 1u : 0u) << (2 * (i & 3)));
	}
}

static void to_text(const uint8_t *packed, size_t n, uint8_t *dst)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = (uint8_t) "ACGT"[packed[i >> 2] >> (2 * (i & 3)) & 3];
}

/* Puts the list's bytes to their places; *ret: bytes of the list.  False where it is broken. */
static bool put_others(const uint8_t *list, size_t n, uint8_t *dst, size_t len, size_t *ret)
{
	size_t at = 0, i = 0;
	uint64_t runs, gap, more;
	if (!tl_bits_get_varint(list, n, &at, &runs) || runs > len)
		return false;
	for (; runs; runs--) {
		if (!tl_bits_get_varint(list, n, &at, &gap) || gap >= len - i ||
		    !tl_bits_get_varint(list, n, &at, &more) || more >= len - i - gap || at >= n)
			return false;
		i += (size_t)gap;
		if (dst)
			memset(dst + i, list[at], (size_t)more + 1);
		at++;
		i += (size_t)more + 1;
	}
	*ret = at;
	return true;
}

enum tl_status tl_predict_encode(enum tl_predict_model model, const uint8_t *src, size_t n,
				 const struct tl_predict_hint *hint, uint8_t *dst, size_t room,
				 size_t *ret, struct tl_err *err)
{
	struct tl_coder c;
	size_t front = 0, coded = n;
	*ret = 0;
	if (room < 2)
		return TL_OK;
	uint8_t *work = tl_mem_alloc(n, 1, err); /* models write what they code */
	if (!work)
		return TL_NOMEM;
	if (model == TL_PREDICT_LETTERS)
		list_others(src, n, dst + 1, room - 1, &front);
	if ((model == TL_PREDICT_LETTERS && !front) ||
	    (model == TL_PREDICT_RESIDUES && !to_values(src, n, work)))
		model = TL_PREDICT_BYTES;
	if (model == TL_PREDICT_LETTERS)
		to_packed(src, n, work), coded = (n + 3) / 4;
	else if (model != TL_PREDICT_RESIDUES)
		memcpy(work, src, n);
	dst[0] = (uint8_t)model;
	tl_coder_write(&c, dst + 1 + front, room - 1 - front);
	enum tl_status st = code(&c, model, work, coded, hint, err);
	if (st == TL_OK && tl_coder_end(&c))
		*ret = 1 + front + c.pos;
	free(work);
	return st;
}

static enum tl_status broken(struct tl_err *err)
{
	return tl_err_set(err, TL_DATA, "its code is broken");
}

static enum tl_status decode_letters(const uint8_t *src, size_t n, uint8_t *dst, size_t len,
				     struct tl_err *err)
{
	struct tl_coder c;
	size_t list;
	if (!put_others(src, n, NULL, len, &list))
		return broken(err);
	uint8_t *packed = tl_mem_alloc((len + 3) / 4, 1, err);
	if (!packed)
		return TL_NOMEM;
	tl_coder_read(&c, src + list, n - list);
	enum tl_status st = tl_nucleo_code(&c, packed, (len + 3) / 4, err);
	if (st == TL_OK && !tl_coder_end(&c))
		st = broken(err);
	if (st == TL_OK) {
		to_text(packed, len, dst);
		(void)put_others(src, n, dst, len, &list);
	}
	free(packed);
	return st;
}

enum tl_status tl_predict_decode(const uint8_t *src, size_t n, const struct tl_predict_hint *hint,
				 uint8_t *dst, size_t len, struct tl_err *err)
{
	struct tl_coder c;
	if (n < 2 || src[0] >= TL_PREDICT_MODELS || src[0] == TL_PREDICT_IMPLIED ||
	    src[0] == TL_PREDICT_COUNTED)
		return tl_err_set(err, TL_DATA, "it is coded by a model that is not known");
	enum tl_predict_model model = (enum tl_predict_model)src[0];
	size_t most = model == TL_PREDICT_PACKED || model == TL_PREDICT_LETTERS ? PACKED_MOST : BYTES_MOST;
	if (len / most >= n)
		return tl_err_set(err, TL_DATA, "it claims more than its code can hold");
	if (model == TL_PREDICT_LETTERS)
		return decode_letters(src + 1, n - 1, dst, len, err);
	tl_coder_read(&c, src + 1, n - 1);
	enum tl_status st = code(&c, model, dst, len, hint, err);
	if (st != TL_OK)
		return st;
	if (!tl_coder_end(&c) || (model == TL_PREDICT_RESIDUES && !to_letters(dst, len)))
		return broken(err);
	return TL_OK;
}
