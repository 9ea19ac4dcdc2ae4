/* SPDX-License-Identifier: MIT */
/* spares: memory that is used again, by the worker that used it last.
 *
 * A worker has a list that anybody pushes to, and one that only it sees.  It takes the first list as a
 * whole, so that no thing can come back while it is being unlinked.
 */
#include <tl/spares.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "deque.h"

struct side {
	/* Things that came back: pushed by any thread, release; taken as a whole, acquire. */
	_Alignas(TL_DEQUE_LINE) _Atomic(struct tl_spare *) given;
	struct tl_spare *own; /* the worker's */
};

struct tl_spares {
	unsigned n;
	struct side *side; /* [n] */
};

enum tl_status tl_spares_new(unsigned workers, struct tl_spares **ret, struct tl_err *err)
{
	struct tl_spares *s = tl_mem_zalloc(1, sizeof *s, err);
	if (!s)
		return TL_NOMEM;
	s->n = workers;
	s->side = aligned_alloc(_Alignof(struct side), workers * sizeof *s->side);
	if (!s->side) {
		tl_mem_free(s);
		return tl_err_nomem(err, workers * sizeof *s->side);
	}
	memset(s->side, 0, workers * sizeof *s->side);
	*ret = s;
	return TL_OK;
}

static void push(struct side *side, struct tl_spare *x)
{
	x->next = atomic_load_explicit(&side->given, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&side->given, &x->next, x,
						      memory_order_release, memory_order_relaxed))
		;
}

static struct tl_spare *take_all(struct side *side)
{
	if (!atomic_load_explicit(&side->given, memory_order_relaxed))
		return NULL;
	return atomic_exchange_explicit(&side->given, NULL, memory_order_acquire);
}

/* The one that was used last is the one whose lines are still in a cache. */
static struct tl_spare *take_own(struct side *side)
{
	struct tl_spare *first = take_all(side), *last = first;
	if (first) {
		while (last->next)
			last = last->next;
		last->next = side->own;
		side->own = first;
	}
	first = side->own;
	if (first)
		side->own = first->next;
	return first;
}

/* One of those that came back to others, who get the rest again. */
static struct tl_spare *take_other(struct tl_spares *s, unsigned worker)
{
	for (unsigned i = 1; i < s->n; i++) {
		struct side *side = &s->side[(worker + i) % s->n];
		struct tl_spare *first = take_all(side);
		if (!first)
			continue;
		for (struct tl_spare *x = first->next, *next; x; x = next) {
			next = x->next;
			push(side, x);
		}
		return first;
	}
	return NULL;
}

void *tl_spares_take(struct tl_spares *spares, unsigned worker, size_t size, struct tl_err *err)
{
	struct tl_spare *x = take_own(&spares->side[worker]);
	if (!x)
		x = take_other(spares, worker);
	if (!x)
		x = tl_mem_zalloc(1, size, err);
	if (x)
		x->worker = worker;
	return x;
}

void tl_spares_give(struct tl_spares *spares, void *thing)
{
	struct tl_spare *x = thing;
	if (x)
		push(&spares->side[x->worker], x);
}

static void free_list(struct tl_spare *x, void (*empty)(void *thing))
{
	for (struct tl_spare *next; x; x = next) {
		next = x->next;
		empty(x);
		tl_mem_free(x);
	}
}

void tl_spares_free(struct tl_spares *spares, void (*empty)(void *thing))
{
	if (!spares)
		return;
	for (unsigned i = 0; i < spares->n; i++) {
		free_list(take_all(&spares->side[i]), empty);
		free_list(spares->side[i].own, empty);
	}
	free(spares->side);
	tl_mem_free(spares);
}
