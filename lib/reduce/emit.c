/* SPDX-License-Identifier: MIT */
/* emit: text on its way out, in order: hashed, compared, written. */
#include "emit.h"

#include <tl/metrics.h>

static enum tl_status put(struct tl_emit *e, struct tl_str text, struct tl_err *err)
{
	tl_hash_put(e->hash, text.p, text.n);
	e->length += text.n;
	e->total += text.n;
	tl_metrics_add(TL_METRICS_OUTPUT_BYTES, text.n);
	return e->opt_press ? tl_press_put(e->opt_press, text.p, text.n, err)
			    : tl_out_put(e->out, text.p, text.n, err);
}

static uint64_t turn_of(const _Atomic uint64_t *turn)
{
	return atomic_load_explicit(turn, memory_order_acquire);
}

static void pass_on(const struct tl_emit *e, _Atomic uint64_t *turn, uint64_t place)
{
	atomic_store_explicit(turn, place + 1, memory_order_release);
	if (e->pool)
		tl_pool_wake(e->pool);
}

/* By whoever has the turn.  Behind a failure nothing is written. */
static void send_text(struct tl_emit *e, struct tl_str text)
{
	if (!atomic_load_explicit(&e->failed, memory_order_relaxed) && put(e, text, &e->err) != TL_OK)
		atomic_store_explicit(&e->failed, true, memory_order_release);
}

static void send(struct tl_emit *e, struct tl_item *item)
{
	send_text(e, (struct tl_str){item->text.data, item->text.len});
	item->sent = true;
	pass_on(e, &e->turn, item->place);
}

struct waiting {
	const struct tl_emit *e;
	const _Atomic uint64_t *turn; /* e->turn or e->chunk, of their writers */
	uint64_t place;
};

static bool is_turn(void *ctx)
{
	const struct waiting *w = ctx;
	return turn_of(w->turn) == w->place ||
	       atomic_load_explicit(&w->e->stop, memory_order_acquire);
}

void tl_emit_made(struct tl_emit *e, struct tl_item *item)
{
	struct waiting w = {e, &e->turn, item->place};
	if (e->opt_press || !item->text.len)
		return;
	(void)tl_pool_hold(e->pool, is_turn, &w);
	if (turn_of(&e->turn) == item->place && !e->late)
		send(e, item);
}

bool tl_emit_chunk(struct tl_emit *e, uint64_t number, struct tl_str text)
{
	struct waiting w = {e, &e->chunk, number};
	if (e->opt_press)
		return false;
	(void)tl_pool_hold(e->pool, is_turn, &w);
	if (turn_of(&e->chunk) != number)
		return false;
	send_text(e, text);
	pass_on(e, &e->chunk, number);
	return true;
}

void tl_emit_chunk_taken(struct tl_emit *e, uint64_t number)
{
	if (turn_of(&e->chunk) == number)
		pass_on(e, &e->chunk, number);
}

void tl_emit_taken(struct tl_emit *e, struct tl_item *item)
{
	const uint32_t type = item->block.head.type;
	/* A block without records has no place; the turn behind a FILE comes with tl_emit_file. */
	if (item->sent || type != TL_BLOCK_SEQS || !item->block.head.records)
		return;
	if (item->text.len && !e->late && !e->opt_press) {
		send(e, item);
	} else {
		e->late = true;
		pass_on(e, &e->turn, item->place);
	}
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
	pass_on(e, &e->turn, place);
	return TL_OK;
}

void tl_emit_stop(struct tl_emit *e)
{
	atomic_store_explicit(&e->stop, true, memory_order_release);
	if (e->pool)
		tl_pool_wake(e->pool);
}

enum tl_status tl_emit_begin(struct tl_emit *e, struct tl_pool *pool, struct tl_out *out,
			     struct tl_press *opt_press, struct tl_err *err)
{
	*e = (struct tl_emit){.pool = pool, .out = out, .opt_press = opt_press};
	e->hash = tl_hash_new(err);
	return e->hash ? TL_OK : TL_NOMEM;
}

void tl_emit_end(struct tl_emit *e)
{
	tl_hash_free(e->hash);
}
