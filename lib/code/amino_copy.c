/* SPDX-License-Identifier: MIT */
/* amino_copy: places before that go like this one. */
#include "amino_copy.h"

#include <string.h>

#include "cells.h"

#define COPIES TL_AMINO_COPIES
#define LONG 6    /* residues that find a place */
#define SHORT 4   /* or so many, */
#define ALIKE 9   /* if as many of the last 24 are alike */
#define DIFFER 15 /* of the last 16, and it is left */
#define SHIFT 24  /* residues more or less at which it is found again, */
#define LOST 3    /* once so many of the last 8 differed */
#define NONE 1000 /* worse than any copy */
#define BITS_MIN 10
#define GOLDEN 0x9E3779B97F4A7C15u

static const int bits_max[2] = {22, 20};

static uint32_t ones(uint32_t x)
{
	x -= x >> 1 & 0x55555555;
	x = (x & 0x33333333) + (x >> 2 & 0x33333333);
	return ((x + (x >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}

static void judge(struct tl_amino_copy *c)
{
	c->badness = 2 * (c->many + c->few) + (c->len < 16 ? (16 - c->len) / 4 : 0);
	if (!c->on)
		c->badness = NONE;
}

/* A copy of what is at from, by how the 32 residues before went. */
static struct tl_amino_copy look_back(const uint8_t *bytes, size_t i, size_t from)
{
	struct tl_amino_copy c = {.from = from, .on = true};
	uint32_t n = from < 32 ? (uint32_t)from : 32;
	c.misses = n < 32 ? UINT32_MAX << n : 0;
	for (uint32_t k = 0; k < n; k++)
		c.misses |= (uint32_t)(bytes[from - 1 - k] != bytes[i - 1 - k]) << k;
	while (c.len < n && !(c.misses >> c.len & 1))
		c.len++;
	c.few = ones(c.misses & 0xff);
	c.some = ones(c.misses & 0xffff);
	c.many = ones(c.misses);
	judge(&c);
	return c;
}

static bool is_followed(const struct tl_amino_copies *c, size_t from)
{
	for (int i = 0; i < COPIES; i++)
		if (c->copy[i].on && c->copy[i].from == from)
			return true;
	return false;
}

/* Copies are in order: a new one takes the place of the last, if it is no worse. */
static void offer(struct tl_amino_copies *c, struct tl_amino_copy found)
{
	if (found.badness <= c->copy[COPIES - 1].badness)
		c->copy[COPIES - 1] = found;
}

/* The place where the last k residues were last, and which is here from now on. */
static size_t seen(struct tl_amino_copies *c, int which, int k, uint64_t past, size_t i)
{
	uint64_t key = past & (((uint64_t)1 << 8 * k) - 1);
	uint32_t *e = &c->seen[which][key * GOLDEN >> (64 - c->bits[which])];
	size_t from = *e;
	*e = (uint32_t)i;
	return from;
}

static void seek(struct tl_amino_copies *c, const uint8_t *bytes, size_t i, uint64_t past)
{
	size_t far = seen(c, 0, LONG, past, i), near = seen(c, 1, SHORT, past, i);
	if (far && !is_followed(c, far)) {
		struct tl_amino_copy found = look_back(bytes, i, far);
		if (found.len >= LONG)
			offer(c, found);
	}
	if (near && near != far && !is_followed(c, near)) {
		struct tl_amino_copy found = look_back(bytes, i, near);
		if (found.len >= SHORT && 24 - ones(found.misses & 0xffffff) >= ALIKE)
			offer(c, found);
	}
}

/* A copy that goes wrong may have lost or won a few residues: the nearest place around it where the
 * last four stand. */
static void find_again(struct tl_amino_copies *c, struct tl_amino_copy *copy, const uint8_t *bytes,
		       size_t i)
{
	size_t low = copy->from < SHIFT + SHORT ? SHORT : copy->from - SHIFT, best = 0,
	       way = SIZE_MAX;
	size_t high = copy->from + SHIFT < i ? copy->from + SHIFT : i - 1;
	for (size_t at = low; at <= high; at++) {
		size_t d = at > copy->from ? at - copy->from : copy->from - at;
		if (!memcmp(bytes + at - SHORT, bytes + i - SHORT, SHORT) && d && d < way) {
			best = at;
			way = d;
		}
	}
	if (best && !is_followed(c, best)) {
		struct tl_amino_copy found = look_back(bytes, i, best);
		copy->from = best;
		copy->len = found.len;
		copy->misses = copy->misses << 8 | (found.misses & 0xff);
		copy->few = ones(copy->misses & 0xff);
		copy->some = ones(copy->misses & 0xffff);
		copy->many = ones(copy->misses);
		judge(copy);
	}
}

static void follow(struct tl_amino_copy *c, const uint8_t *bytes, unsigned s)
{
	uint32_t wrong = bytes[c->from++] != s, m = c->misses;
	c->few += wrong - (m >> 7 & 1);
	c->some += wrong - (m >> 15 & 1);
	c->many += wrong - (m >> 31);
	c->misses = m << 1 | wrong;
	c->len = wrong ? 0 : c->len + (c->len < 65535);
	c->on = c->some <= DIFFER;
	judge(c);
}

static void order(struct tl_amino_copies *c)
{
	for (int i = 1; i < COPIES; i++)
		for (int j = i; j && c->copy[j].badness < c->copy[j - 1].badness; j--) {
			struct tl_amino_copy worse = c->copy[j - 1];
			c->copy[j - 1] = c->copy[j];
			c->copy[j] = worse;
		}
}

void tl_amino_copy_move(struct tl_amino_copies *c, const uint8_t *bytes, size_t i, uint64_t past)
{
	for (int k = 0; k < COPIES; k++)
		if (c->copy[k].on)
			follow(&c->copy[k], bytes, bytes[i - 1]);
	order(c);
	if (i < 8)
		return;
	seek(c, bytes, i, past);
	for (int k = 0; k < COPIES; k++)
		if (c->copy[k].on && !c->copy[k].len && c->copy[k].few >= LOST)
			find_again(c, &c->copy[k], bytes, i);
	order(c);
}

uint32_t tl_amino_copy_class(const struct tl_amino_copy *c)
{
	static const uint8_t held[16] = {0, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4};
	static const uint8_t differed[17] = {0, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7, 7, 7, 7};
	uint32_t n = c->len, l = n < 16 ? held[n] : n < 32 ? 5 : n < 400 ? 6 : 7;
	uint32_t d = c->some ? differed[c->some] : c->many > 0;
	return c->on ? 1 + l * 8 + d : 0;
}

enum tl_status tl_amino_copy_open(struct tl_amino_copies *c, size_t n, struct tl_err *err)
{
	for (int i = 0; i < 2; i++) {
		c->bits[i] = BITS_MIN;
		while (c->bits[i] < bits_max[i] && (size_t)1 << c->bits[i] < n)
			c->bits[i]++;
		c->seen[i] = tl_cells_new((size_t)1 << c->bits[i], sizeof(uint32_t), err);
		if (!c->seen[i])
			return TL_NOMEM;
	}
	for (int i = 0; i < COPIES; i++)
		c->copy[i].badness = NONE;
	return TL_OK;
}

void tl_amino_copy_close(struct tl_amino_copies *c)
{
	for (int i = 0; i < 2; i++)
		tl_cells_free(c->seen[i]);
}
