/* SPDX-License-Identifier: MIT */
/* emit: text on its way out, in order: hashed, compared, written. */
#include "emit.h"

#include <tl/mem.h>
#include <tl/metrics.h>

#define TRAYS 4 /* for each worker, and so many more: lanes of the reader and of chunks are shorter */

enum { FREE, LAID, TAKEN };

static enum tl_status put(struct tl_emit *e, struct tl_str text, struct tl_err *err)
{
	tl_hash_put(e->hash, text.p, text.n);
	e->length += text.n;
	e->total += text.n;
	tl_metrics_add(TL_METRICS_OUTPUT_BYTES, text.n);
	return e->opt_press ? tl_press_put(e->opt_press, text.p, text.n, err)
			    : tl_out_put(e->out, text.p, text.n, err);
}

/* By whoever has the turn.  Behind a failure nothing is written. */
static void send(struct tl_emit *e, struct tl_str text)
{
	if (!atomic_load_explicit(&e->failed, memory_order_relaxed) && put(e, text, &e->err) != TL_OK)
		atomic_store_explicit(&e->failed, true, memory_order_release);
}

/* Wakes the owner, who may wait for a tray that was taken. */
static void leave(const struct tl_emit *e, struct tl_emit_tray *tray, unsigned state)
{
	atomic_store_explicit(&tray->state, state, memory_order_seq_cst);
	if (e->opt_pool)
		tl_pool_wake(e->opt_pool);
}

static struct tl_emit_tray *tray_of(const struct tl_emit *e, const struct tl_emit_line *line,
				    uint64_t number)
{
	return &line->tray[number & (e->trays - 1)];
}

/* Takes what lies there, if it has that number. */
static bool take(const struct tl_emit *e, struct tl_emit_tray *tray, uint64_t number)
{
	unsigned laid = LAID;
	if (!atomic_compare_exchange_strong_explicit(&tray->state, &laid, TAKEN, memory_order_seq_cst,
						     memory_order_seq_cst))
		return false;
	if (tray->number == number)
		return true;
	leave(e, tray, LAID);
	return false;
}

/* Puts out what was laid by, as far as it is its turn.  First the turn is passed on, then the tray is
 * left: who sees that a text is sent sees another's turn. */
static void serve(struct tl_emit *e, struct tl_emit_line *line)
{
	for (;;) {
		uint64_t turn = atomic_load_explicit(&line->turn, memory_order_seq_cst);
		struct tl_emit_tray *tray = tray_of(e, line, turn);
		if (!take(e, tray, turn))
			return;
		if ((line == &e->blocks && e->late) ||
		    atomic_load_explicit(&e->stop, memory_order_seq_cst)) {
			leave(e, tray, FREE);
			return;
		}
		send(e, tray->text);
		*tray->sent = true;
		atomic_store_explicit(&line->turn, turn + 1, memory_order_seq_cst);
		leave(e, tray, FREE);
	}
}

struct waiting {
	const _Atomic uint64_t *turn; /* of a line, of its writers */
	uint64_t number;
};

static bool is_turn(void *ctx)
{
	const struct waiting *w = ctx;
	return atomic_load_explicit(w->turn, memory_order_seq_cst) == w->number;
}

/* Lays a text by.  A tray that is not free is that of a number far from this one: then the text waits for
 * the owner.  It is better put out by who made it, so its turn is waited for a moment: about as long
 * as it takes to write a block of lines again that another core has read. */
static void lay(struct tl_emit *e, struct tl_emit_line *line, uint64_t number, struct tl_str text,
		bool *sent)
{
	struct tl_emit_tray *tray = tray_of(e, line, number);
	struct waiting w = {&line->turn, number};
	unsigned state = FREE;
	(void)tl_pool_hold(e->opt_pool, is_turn, &w);
	if (!atomic_compare_exchange_strong_explicit(&tray->state, &state, TAKEN, memory_order_seq_cst,
						     memory_order_seq_cst))
		return;
	tray->number = number;
	tray->text = text;
	tray->sent = sent;
	leave(e, tray, LAID);
	serve(e, line);
}

static bool is_left(void *ctx)
{
	struct tl_emit_tray *tray = ctx;
	return atomic_load_explicit(&tray->state, memory_order_seq_cst) != TAKEN;
}

/* From now on no worker uses what was laid by with that number. */
static void withdraw(struct tl_emit *e, struct tl_emit_line *line, uint64_t number)
{
	struct tl_emit_tray *tray = tray_of(e, line, number);
	for (;;) {
		if (take(e, tray, number)) {
			leave(e, tray, FREE);
			return;
		}
		if (is_left(tray))
			return;
		tl_pool_wait(e->opt_pool, is_left, tray);
	}
}

static void pass_on(struct tl_emit *e, struct tl_emit_line *line, uint64_t number)
{
	atomic_store_explicit(&line->turn, number + 1, memory_order_seq_cst);
	serve(e, line);
}

void tl_emit_made(struct tl_emit *e, struct tl_item *item)
{
	if (!e->opt_press && item->text.len)
		lay(e, &e->blocks, item->place, (struct tl_str){item->text.data, item->text.len},
		    &item->sent);
}

void tl_emit_chunk(struct tl_emit *e, uint64_t number, struct tl_str text, bool *sent)
{
	if (!e->opt_press)
		lay(e, &e->chunks, number, text, sent);
}

void tl_emit_withdraw(struct tl_emit *e, uint64_t number)
{
	withdraw(e, &e->chunks, number);
}

void tl_emit_pass(struct tl_emit *e, uint64_t number)
{
	pass_on(e, &e->chunks, number);
}

void tl_emit_taken(struct tl_emit *e, struct tl_item *item)
{
	const uint32_t type = item->block.head.type;
	/* A block without records has no place; the turn behind a FILE comes with tl_emit_file. */
	if (type != TL_BLOCK_SEQS || !item->block.head.records)
		return;
	withdraw(e, &e->blocks, item->place);
	if (item->sent)
		return;
	if (item->text.len && !e->late && !e->opt_press) {
		send(e, (struct tl_str){item->text.data, item->text.len});
		item->sent = true;
	} else {
		e->late = true;
	}
	pass_on(e, &e->blocks, item->place);
}

enum tl_status tl_emit_check(const struct tl_emit *e, struct tl_err *err)
{
	if (!atomic_load_explicit(&e->failed, memory_order_acquire))
		return TL_OK;
	if (err)
		*err = e->err;
	return e->err.status;
}

enum tl_status tl_emit_put(struct tl_emit *e, struct tl_str text, struct tl_err *err)
{
	enum tl_status st = tl_emit_check(e, err);
	return st == TL_OK ? put(e, text, err) : st;
}

enum tl_status tl_emit_file(struct tl_emit *e, const struct tl_note_file *f, bool exact,
			    uint64_t place, struct tl_err *err)
{
	struct tl_hash128 have = tl_hash_get(e->hash);
	const uint64_t length = e->length;
	if (exact && (length != f->text || have.lo != f->hash.lo || have.hi != f->hash.hi))
		return tl_err_set(err, TL_DATA,
				  "the text of records tl|%llu to tl|%llu is not that of the "
				  "original file (%llu bytes, should be %llu)",
				  (unsigned long long)f->first,
				  (unsigned long long)(f->end ? f->end - 1 : 0),
				  (unsigned long long)length, (unsigned long long)f->text);
	e->length = 0;
	tl_hash_reset(e->hash);
	e->late = false;
	pass_on(e, &e->blocks, place);
	return TL_OK;
}

void tl_emit_stop(struct tl_emit *e)
{
	atomic_store_explicit(&e->stop, true, memory_order_seq_cst);
}

enum tl_status tl_emit_begin(struct tl_emit *e, struct tl_pool *opt_pool, struct tl_out *out,
			     struct tl_press *opt_press, struct tl_err *err)
{
	const size_t threads = opt_pool ? tl_pool_threads(opt_pool) : 1;
	*e = (struct tl_emit){.opt_pool = opt_pool, .out = out, .opt_press = opt_press, .trays = 1};
	while (e->trays < TRAYS * (threads + 1))
		e->trays *= 2;
	e->blocks.tray = tl_mem_zalloc(e->trays, sizeof *e->blocks.tray, err);
	e->chunks.tray = tl_mem_zalloc(e->trays, sizeof *e->chunks.tray, err);
	e->hash = tl_hash_new(err);
	return e->hash && e->blocks.tray && e->chunks.tray ? TL_OK : TL_NOMEM;
}

void tl_emit_end(struct tl_emit *e)
{
	tl_mem_free(e->blocks.tray);
	tl_mem_free(e->chunks.tray);
	tl_hash_free(e->hash);
}
