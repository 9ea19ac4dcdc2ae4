/* SPDX-License-Identifier: MIT */
/* model: a small model checker for C11 atomics, for tests that include a source under test after
 * this header: its atomic operations become steps of an exploration of all interleavings.
 *
 * The memory is that of a view machine: each location keeps all values written, each thread
 * remembers up to which value of each location it has seen.  A load may return any value not
 * older; an acquire load of a release store takes over what the writer had seen; a seq_cst load
 * does not return a value older than the last seq_cst store.  So besides interleavings it shows
 * what store buffers, stale reads and missing acquire, release or seq_cst orders do.  Not shown: a
 * load that is delayed behind a later operation of its own thread.  Non-atomic memory is real.
 *
 * Threads are functions which are begun anew for each step and fed what their loads returned
 * before; a state is what the threads have read and what the memory is, and is visited once.
 */
#ifndef MODEL_H
#define MODEL_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>

enum { MODEL_THREADS = 3, MODEL_LOCS = 20, MODEL_MSGS = 14, MODEL_OPS = 48 };
#define MODEL_POISON 0xDEADu /* what an atomic that nobody has written holds */

struct model_msg {
	uint64_t value;
	uint8_t view[MODEL_LOCS]; /* what an acquire load takes over; all 0: nothing */
};

struct model_state {
	struct model_msg msg[MODEL_LOCS][MODEL_MSGS];
	uint8_t n[MODEL_LOCS];                   /* values written */
	uint8_t view[MODEL_THREADS][MODEL_LOCS]; /* the oldest value that may still be read */
	uint8_t sc[MODEL_LOCS];                  /* the last one written by a seq_cst operation */
	uint64_t log[MODEL_THREADS][MODEL_OPS];
	uint8_t ops[MODEL_THREADS], done[MODEL_THREADS];
};

/* An order to be weakened: where the function is fn, the object is written so, and it has order. */
struct model_mutant {
	const char *fn, *object;
	char kind; /* 'l' load, 's' store, 'u' update */
	memory_order order, weaker;
};

/* What is explored; filled in by the test. */
static struct {
	void (*thread[MODEL_THREADS])(int t);
	bool (*judge)(const struct model_state *s); /* of a state where all threads are done */
	const void *at[MODEL_LOCS];                 /* addresses of locations */
	int locs;
	const struct model_mutant *mutant;
	unsigned long states, hits; /* visited; operations that the mutant weakened */
	bool failed;
} model;

static struct {
	struct model_state *s;
	int t, pos;
	int choice, choices;
	bool performed, replay;
	jmp_buf stop;
} model_run;

static uint64_t *model_seen;
static size_t model_cap;

static int model_loc(const volatile void *p)
{
	for (int i = 0; i < model.locs; i++)
		if (model.at[i] == (const void *)(uintptr_t)p)
			return i;
	if (model.locs == MODEL_LOCS)
		abort();
	model.at[model.locs] = (const void *)(uintptr_t)p;
	return model.locs++;
}

static memory_order model_order(const char *fn, const char *object, char kind, memory_order o)
{
	const struct model_mutant *m = model.mutant;
	if (!m || m->kind != kind || m->order != o || strcmp(m->fn, fn) || strcmp(m->object, object))
		return o;
	model.hits++;
	return m->weaker;
}

static bool model_acquires(memory_order o)
{
	return o == memory_order_acquire || o == memory_order_acq_rel || o == memory_order_seq_cst;
}

static bool model_releases(memory_order o)
{
	return o == memory_order_release || o == memory_order_acq_rel || o == memory_order_seq_cst;
}

/* Shall the operation at hand be performed?  If not, it was before: *ret is what it returned. */
static bool model_step(uint64_t *ret)
{
	struct model_state *s = model_run.s;
	if (model_run.pos < s->ops[model_run.t]) {
		*ret = s->log[model_run.t][model_run.pos++];
		return false;
	}
	if (model_run.performed || model_run.replay)
		longjmp(model_run.stop, 1);
	model_run.performed = true;
	if (model_run.pos == MODEL_OPS)
		abort();
	return true;
}

/* The operation has n ways; ends here where the one asked for is none of them. */
static void model_ways(int n)
{
	model_run.choices = n;
	if (model_run.choice >= n)
		longjmp(model_run.stop, 1);
}

static uint64_t model_log(uint64_t value)
{
	model_run.s->log[model_run.t][model_run.pos++] = value;
	model_run.s->ops[model_run.t]++;
	return value;
}

static uint64_t model_see(int loc, int i, memory_order o)
{
	struct model_state *s = model_run.s;
	uint8_t *view = s->view[model_run.t];
	const struct model_msg *m = &s->msg[loc][i];
	view[loc] = (uint8_t)i;
	for (int k = 0; k < MODEL_LOCS && model_acquires(o); k++)
		view[k] = view[k] < m->view[k] ? m->view[k] : view[k];
	return m->value;
}

static void model_write(int loc, uint64_t value, memory_order o, const struct model_msg *before)
{
	struct model_state *s = model_run.s;
	uint8_t *view = s->view[model_run.t];
	int i = s->n[loc]++;
	if (i == MODEL_MSGS)
		abort();
	struct model_msg *m = &s->msg[loc][i];
	view[loc] = (uint8_t)i;
	m->value = value;
	if (model_releases(o))
		memcpy(m->view, view, sizeof m->view);
	for (int k = 0; k < MODEL_LOCS && before; k++)
		m->view[k] = m->view[k] < before->view[k] ? before->view[k] : m->view[k];
	if (o == memory_order_seq_cst)
		s->sc[loc] = (uint8_t)i;
}

static uint64_t model_load(const volatile void *p, memory_order o, const char *fn, const char *object)
{
	uint64_t ret;
	if (!model_step(&ret))
		return ret;
	int loc = model_loc(p);
	struct model_state *s = model_run.s;
	o = model_order(fn, object, 'l', o);
	int oldest = s->view[model_run.t][loc], last = s->n[loc] - 1;
	if (o == memory_order_seq_cst && oldest < s->sc[loc])
		oldest = s->sc[loc];
	model_ways(last - oldest + 1);
	return model_log(model_see(loc, last - model_run.choice, o));
}

static void model_store(volatile void *p, uint64_t v, memory_order o, const char *fn,
			const char *object)
{
	uint64_t ret;
	if (!model_step(&ret))
		return;
	model_ways(1);
	model_write(model_loc(p), v, model_order(fn, object, 's', o), NULL);
	model_log(0);
}

static uint64_t model_add(volatile void *p, uint64_t n, memory_order o, const char *fn,
			  const char *object)
{
	uint64_t ret;
	if (!model_step(&ret))
		return ret;
	int loc = model_loc(p), last = model_run.s->n[loc] - 1;
	o = model_order(fn, object, 'u', o);
	model_ways(1);
	uint64_t v = model_see(loc, last, o);
	model_write(loc, v + n, o, &model_run.s->msg[loc][last]);
	return model_log(v);
}

/* Returns what was read; it succeeded where that is expected. */
static uint64_t model_cas(volatile void *p, uint64_t expected, uint64_t desired, memory_order o,
			  memory_order fail, const char *fn, const char *object)
{
	uint64_t ret;
	if (!model_step(&ret))
		return ret;
	int loc = model_loc(p), last = model_run.s->n[loc] - 1, i = last;
	struct model_msg *msg = model_run.s->msg[loc];
	o = model_order(fn, object, 'u', o);
	if (msg[last].value != expected) {
		model_ways(last - model_run.s->view[model_run.t][loc] + 1);
		i = last - model_run.choice;
		if (msg[i].value == expected)
			i = last; /* a strong one does not fail so */
		return model_log(model_see(loc, i, fail));
	}
	model_ways(1);
	model_see(loc, last, o);
	model_write(loc, desired, o, &msg[last]);
	return model_log(expected);
}

/* A futex: waits while the word is what it was; what wakes changes the word before. */
static long model_futex(volatile void *p, bool waits, uint64_t was)
{
	uint64_t ret;
	if (!model_step(&ret))
		return (long)ret;
	int loc = model_loc(p);
	bool asleep = waits && model_run.s->msg[loc][model_run.s->n[loc] - 1].value == was;
	model_ways(asleep ? 0 : 1);
	return (long)model_log(0);
}

/* Sets what a location holds before the threads begin. */
static struct model_state *model_first;
static void model_set(const volatile void *p, uint64_t v)
{
	model_first->msg[model_loc(p)][0].value = v;
}

/* Begins thread t anew, up to the operation behind what it has done; performs that in its
 * choice-th way; false where there is no such way. */
static bool model_advance(struct model_state *s, int t, int choice)
{
	model_run.s = s;
	model_run.t = t;
	model_run.pos = 0;
	model_run.choice = choice;
	model_run.choices = 1;
	model_run.performed = model_run.replay = false;
	if (!setjmp(model_run.stop)) {
		model.thread[t](t);
		s->done[t] = 1;
	}
	return choice < model_run.choices;
}

/* Runs a thread that is done once more, for what it leaves in real memory. */
static void model_replay(struct model_state *s, int t)
{
	model_run.s = s;
	model_run.t = t;
	model_run.pos = 0;
	model_run.replay = true;
	if (!setjmp(model_run.stop))
		model.thread[t](t);
}

static bool model_is_new(const struct model_state *s)
{
	uint64_t h = tl_hash_64(s, sizeof *s) | 1;
	if (2 * (model.states + 1) > model_cap) {
		size_t cap = model_cap ? 2 * model_cap : 1 << 16;
		uint64_t *seen = calloc(cap, sizeof *seen);
		for (size_t i = 0; i < model_cap; i++)
			if (model_seen[i]) {
				size_t at = model_seen[i] % (cap - 1);
				while (seen[at])
					at = at + 1 == cap ? 0 : at + 1;
				seen[at] = model_seen[i];
			}
		free(model_seen);
		model_seen = seen;
		model_cap = cap;
	}
	size_t at = h % (model_cap - 1);
	while (model_seen[at] && model_seen[at] != h)
		at = at + 1 == model_cap ? 0 : at + 1;
	if (model_seen[at])
		return false;
	model_seen[at] = h;
	model.states++;
	return true;
}

static void model_visit(const struct model_state *s)
{
	struct model_state *next = malloc(sizeof *next);
	bool moved = false, all = true;
	for (int t = 0; t < MODEL_THREADS && !model.failed; t++) {
		if (s->done[t] || !model.thread[t])
			continue;
		all = false;
		for (int choice = 0; !model.failed; choice++) {
			*next = *s;
			if (!model_advance(next, t, choice))
				break;
			moved = true;
			if (model_is_new(next))
				model_visit(next);
		}
	}
	if (all) {
		*next = *s;
		for (int t = 0; t < MODEL_THREADS; t++)
			if (model.thread[t])
				model_replay(next, t);
		if (!model.judge(s))
			model.failed = true;
	} else if (!moved && !model.failed) {
		model.failed = true; /* all who are not done sleep */
	}
	free(next);
}

/* Explores all; setup makes the objects with plain memory.  True where every end is right. */
static bool model_explore(void (*setup)(void), const struct model_mutant *mutant)
{
	struct model_state *first = calloc(1, sizeof *first);
	model.mutant = mutant;
	model.states = model.hits = 0;
	model.failed = false;
	model.locs = 0;
	for (int i = 0; i < MODEL_LOCS; i++) {
		first->n[i] = 1;
		first->msg[i][0].value = MODEL_POISON;
	}
	model_first = first;
	setup();
	/* All functions run up to their first operation. */
	model_visit(first);
	free(first);
	free(model_seen);
	model_seen = NULL;
	model_cap = 0;
	return !model.failed;
}

/* ---- what the source under test is made to call ---- */

#define MODEL_T(p) __typeof__((void)0, *(p))
#undef atomic_init
#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#undef atomic_compare_exchange_strong_explicit
#define atomic_init(p, v) model_set(p, (uint64_t)(uintptr_t)(v))
#define atomic_load_explicit(p, o) ((MODEL_T(p))(uintptr_t)model_load(p, o, __func__, #p))
#define atomic_store_explicit(p, v, o)                                                             \
	model_store(p, (uint64_t)(uintptr_t)(v), o, __func__, #p)
#define atomic_fetch_add_explicit(p, v, o)                                                         \
	model_add(p, (uint64_t)(v), o, __func__, #p)
#define atomic_fetch_sub_explicit(p, v, o)                                                         \
	model_add(p, -(uint64_t)(v), o, __func__, #p)
#define atomic_compare_exchange_strong_explicit(p, e, d, o, f)                                     \
	model_took(model_cas(p, (uint64_t)*(e), (uint64_t)(d), o, f, __func__, #p), e)

static bool model_took(uint64_t seen, int64_t *expected)
{
	bool took = seen == (uint64_t)*expected;
	*expected = (int64_t)seen;
	return took;
}

#endif
