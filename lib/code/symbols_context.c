/* SPDX-License-Identifier: MIT */
/* symbols_context: what a symbol is expected by. */
#include <string.h>

#include <tl/bits.h>

#include "symbols_state.h"

static uint64_t last(const struct tl_symbols *m, int symbols)
{
	return m->past & (((uint64_t)1 << 8 * symbols) - 1);
}

static uint64_t mixed(uint64_t a, uint64_t b)
{
	return (a + 0x5851F42D4C957F2Du) * TL_SYMBOLS_GOLDEN ^ (b + 1) * 0x2545F4914F6CDD1Du;
}

static void in_bytes(struct tl_symbols *m)
{
	size_t at = m->pos - m->item, above = m->before + at;
	uint64_t up = above < m->item ? m->bytes[above] : 256;
	uint64_t cut = at > 15 ? 15 : at;
	uint64_t h[TL_SYMBOLS_CONTEXTS] = {0,
					   last(m, 1),
					   last(m, 2),
					   last(m, 3),
					   last(m, 4),
					   last(m, 6),
					   cut << 8 | last(m, 1),
					   up << 8 | last(m, 1),
					   up << 4 | cut,
					   m->past & 0xffff00,
					   last(m, 5),
					   up << 16 | last(m, 2)};
	memcpy(m->hash, h, sizeof h);
	m->set[0] = (uint32_t)cut;
	m->set[1] = 0;
}

static uint64_t above(const struct tl_symbols *m, size_t ahead)
{
	const struct tl_symbols_view *v = &m->view;
	return v->there && v->at + ahead < m->pos ? m->bytes[v->at + ahead] : 256;
}

static void in_names(struct tl_symbols *m)
{
	const struct tl_symbols_view *v = &m->view;
	uint64_t up = above(m, 0), far = m->pos - v->line, f = v->field < 31 ? v->field : 31;
	uint64_t mate = m->mate.there ? m->bytes[m->mate.at] : 256, held = m->mate.held;
	far = far < 255 ? far : 255;
	held = held < 1 ? 0 : held < 4 ? 1 : held < 16 ? 2 : 3;
	uint64_t h[TL_SYMBOLS_CONTEXTS] = {last(m, 1),
					   last(m, 2),
					   last(m, 3),
					   last(m, 4),
					   last(m, 6),
					   v->word,
					   f << 17 | up << 8 | last(m, 1),
					   f << 21 | up << 12 | above(m, 1) << 1 | v->same,
					   f << 32 | v->field_hash,
					   f << 20 | far << 10 | up << 1 | v->same,
					   mate << 18 | held << 16 | up << 1 | v->same,
					   mate << 20 | held << 16 | last(m, 2)};
	memcpy(m->hash, h, sizeof h);
	m->set[0] = (uint32_t)(f * 4 + (v->there ? 2 : 0) + v->same);
	m->set[1] = (uint32_t)(mate < 256 ? 17 + held * 2 + m->mate.same
				: v->there ? 1 + (up >> 4) : 0);
}

/* The byte that a followed script says comes now, 256 where it says nothing of it. */
static uint64_t said(const struct tl_symbols *m, int i)
{
	const struct tl_symbols_followed *f = &m->trail.followed[i];
	uint32_t digit = m->digit < 9 ? m->digit : 9;
	uint64_t rest = f->number >> 7 * digit;
	if (!f->says || (digit && !rest) ||
	    m->number != (f->number & (((uint64_t)1 << 7 * digit) - 1)))
		return 256;
	return (rest & 127) | (rest > 127 ? 128 : 0);
}

/* How sure it is, 0 to 3. */
static uint32_t sureness(const struct tl_symbols *m, int i, uint64_t says)
{
	uint32_t misses = m->trail.followed[i].misses & 15;
	return says > 255 ? 0 : 3 - (misses & 1) - (misses & 14 ? 1 : 0);
}

/* A digit of a number of a script: what stood there in scripts that were at the same place of the
 * same base, with what came before; what is left to make; and what scripts that are followed say. */
static void in_scripts(struct tl_symbols *m)
{
	const struct tl_script *s = &m->script;
	const uint64_t *n = m->numbers;
	uint64_t base = m->script_item < m->hint->items ? m->hint->base[m->script_item] : 0;
	uint64_t state = s->index * 4 + (s->index < 3 ? 0 : n[0] & 3);
	uint64_t here = (m->number << 4 | (m->digit & 15)) * 16 + state, left = s->length - s->a;
	uint64_t any = s->b * 2 + s->minus, at = mixed(mixed(base, any), here);
	uint64_t one = said(m, 0), two = said(m, 1), digit = m->digit < 3 ? m->digit : 3;
	uint64_t sure = sureness(m, 0, one) * 4 + sureness(m, 1, two);
	uint64_t h[TL_SYMBOLS_CONTEXTS] = {here,
					   at,
					   mixed(at, n[0]),
					   (one << 9 | two) << 16 | sure << 8 | state,
					   mixed(here, n[0]),
					   mixed(one << 8 | sure, here),
					   mixed(here, base),
					   mixed(mixed(at, n[0]), n[1]),
					   mixed(mixed(at, n[1]), n[2]),
					   mixed(at, left),
					   mixed(here, any),
					   mixed(two << 8 | sure, at)};
	memcpy(m->hash, h, sizeof h);
	m->set[0] = (uint32_t)(state * 4 + digit);
	m->set[1] = (uint32_t)(sure * 2 + (one == two));
}

static void in_keyed(struct tl_symbols *m)
{
	uint64_t key = m->pos < m->hint->keys ? m->hint->key[m->pos] : 0;
	uint64_t h[TL_SYMBOLS_CONTEXTS] = {0,
					   key,
					   mixed(key, last(m, 1)),
					   mixed(key, last(m, 2)),
					   last(m, 1),
					   last(m, 2),
					   last(m, 3),
					   last(m, 4),
					   mixed(key, last(m, 3)),
					   m->past & 0xff00,
					   last(m, 6),
					   mixed(key, last(m, 4))};
	memcpy(m->hash, h, sizeof h);
	m->set[0] = m->set[1] = 0;
}

/* A word is letters, digits, and what is no ASCII; other bytes end a field. */
static bool in_word(unsigned s)
{
	return (s >= '0' && s <= '9') || (s >= 'a' && s <= 'z') || (s >= 'A' && s <= 'Z') ||
	       s >= 128;
}

static void begin_line(struct tl_symbols *m)
{
	struct tl_symbols_view *v = &m->view;
	memcpy(v->start[0], v->start[1], sizeof v->start[0]);
	v->fields[0] = v->fields[1];
	v->fields[1] = 1;
	v->start[1][0] = v->line = m->pos;
	v->field = v->field_hash = 0;
	v->there = v->fields[0] > 0;
	v->at = v->start[0][0];
	v->same = true;
}

static void begin_field(struct tl_symbols *m)
{
	struct tl_symbols_view *v = &m->view;
	v->field++;
	v->field_hash = 0;
	if (v->fields[1] < TL_SYMBOLS_FIELDS)
		v->start[1][v->fields[1]++] = m->pos;
	v->same = true;
	v->there = v->field < v->fields[0];
	if (v->there)
		v->at = v->start[0][v->field];
}

/* The line that begins here: one with its key, and the next one with it will have this one. */
static void begin_mate(struct tl_symbols *m)
{
	struct tl_symbols_mate *mate = &m->mate;
	mate->there = false;
	mate->same = true;
	mate->held = 0;
	if (!mate->start || mate->lines >= m->hint->keys)
		return;
	uint64_t key = m->hint->key[mate->lines++] + 1;
	uint32_t *e = &mate->start[key * TL_SYMBOLS_GOLDEN >> (64 - mate->bits)];
	mate->there = *e != 0;
	mate->at = *e - 1;
	*e = (uint32_t)m->pos + 1;
}

/* Moves on along the mate: at the end of a field it goes to its next one. */
static void mate_symbol(struct tl_symbols *m, unsigned s)
{
	struct tl_symbols_mate *mate = &m->mate;
	if (s == '\n') {
		begin_mate(m);
		return;
	}
	if (!mate->there)
		return;
	bool right = m->bytes[mate->at] == s;
	mate->held = right ? mate->held + (mate->held < 255) : 0;
	mate->same &= right;
	if (in_word(s)) {
		mate->at += in_word(m->bytes[mate->at]);
		return;
	}
	while (in_word(m->bytes[mate->at]))
		mate->at++;
	mate->there = m->bytes[mate->at] != '\n';
	mate->at++;
	mate->same = true;
}

/* Moves the view on; pos is behind s already. */
static void view_symbol(struct tl_symbols *m, unsigned s)
{
	struct tl_symbols_view *v = &m->view;
	v->word = in_word(s) ? (v->word + s + 1) * 0x2F0B4C47u : s * 0x1234567u;
	if (v->there && m->bytes[v->at] != s)
		v->same = false;
	if (s == '\n') {
		begin_line(m);
	} else if (!in_word(s)) {
		begin_field(m);
	} else {
		v->field_hash = (v->field_hash + s + 1) * 0x2F0B4C47u;
		v->at += v->there && in_word(m->bytes[v->at]);
	}
}

static void next_item(struct tl_symbols *m)
{
	struct tl_str lengths = m->hint->lengths;
	uint64_t n = 0;
	while (!m->left) {
		if (!tl_bits_get_varint(lengths.p, lengths.n, &m->lengths_pos, &n))
			n = SIZE_MAX;
		m->left = (size_t)n;
		m->before = m->item;
		m->item = m->pos;
	}
}

static void begin_script(struct tl_symbols *m)
{
	size_t i = m->script_item;
	m->script = (struct tl_script){.length = i < m->hint->items ? m->hint->length[i] : 0};
	m->numbers[0] = m->numbers[1] = m->numbers[2] = 0;
	tl_symbols_trail_begin(&m->trail, i < m->hint->items ? m->hint->base[i] : 0);
	tl_symbols_trail_look(&m->trail, &m->script);
}

/* A byte of a number; with its last one the script goes a step, with its last number the next one
 * begins. */
static void script_symbol(struct tl_symbols *m, unsigned s)
{
	if (m->digit < 9)
		m->number |= (uint64_t)(s & 127) << (7 * m->digit);
	m->digit++;
	if (s & 128)
		return;
	uint64_t number = m->number;
	m->digit = 0;
	m->number = 0;
	m->numbers[2] = m->numbers[1];
	m->numbers[1] = m->numbers[0];
	m->numbers[0] = number;
	size_t i = m->script_item;
	tl_symbols_trail_tell(&m->trail, i < m->hint->items ? m->hint->base[i] : 0, &m->script,
			      number);
	if (tl_script_step(&m->script, number)) {
		m->script_item++;
		begin_script(m);
	} else {
		tl_symbols_trail_look(&m->trail, &m->script);
	}
}

void tl_symbols_context_hash(struct tl_symbols *m)
{
	static void (*const contexts[])(struct tl_symbols *) = {
		[TL_SYMBOLS_BYTES] = in_bytes,       [TL_SYMBOLS_NAMES] = in_names,
		[TL_SYMBOLS_SCRIPTS] = in_scripts, [TL_SYMBOLS_KEYED] = in_keyed,
	};
	if (m->kind == TL_SYMBOLS_SCRIPTS && !m->pos)
		begin_script(m);
	if (m->kind == TL_SYMBOLS_NAMES && !m->pos)
		begin_mate(m);
	if (!m->left)
		next_item(m);
	contexts[m->kind](m);
	for (unsigned i = 0; i < TL_SYMBOLS_CONTEXTS; i++)
		m->hash[i] = (m->hash[i] + 1 + i) * TL_SYMBOLS_GOLDEN;
}

void tl_symbols_context_move(struct tl_symbols *m, unsigned s)
{
	m->left--;
	if (m->kind == TL_SYMBOLS_NAMES) {
		view_symbol(m, s);
		mate_symbol(m, s);
	} else if (m->kind == TL_SYMBOLS_SCRIPTS)
		script_symbol(m, s);
}
