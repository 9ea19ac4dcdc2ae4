/* SPDX-License-Identifier: MIT */
/* deque: a Chase-Lev work-stealing deque of tasks. */
#include "deque.h"

#include <stddef.h>
#include <stdlib.h>

struct tl_deque_array {
	struct tl_deque_array *older;
	int64_t mask; /* size - 1; the size is a power of two */
	/* Written by the owner, read by thieves: relaxed, as bottom and top order them. */
	_Atomic(struct tl_task *) slot[];
};

static struct tl_deque_array *new_array(int64_t size, struct tl_deque_array *older)
{
	struct tl_deque_array *a;
	if ((uint64_t)size > (PTRDIFF_MAX - sizeof *a) / sizeof a->slot[0])
		return NULL;
	a = malloc(sizeof *a + (size_t)size * sizeof a->slot[0]);
	if (a) {
		a->older = older;
		a->mask = size - 1;
	}
	return a;
}

static struct tl_task *get(struct tl_deque_array *a, int64_t i)
{
	return atomic_load_explicit(&a->slot[i & a->mask], memory_order_relaxed);
}

static void put(struct tl_deque_array *a, int64_t i, struct tl_task *task)
{
	atomic_store_explicit(&a->slot[i & a->mask], task, memory_order_relaxed);
}

enum tl_status tl_deque_init(struct tl_deque *d, unsigned bits, struct tl_err *err)
{
	struct tl_deque_array *a = new_array((int64_t)1 << bits, NULL);
	if (!a)
		return tl_err_nomem(err, sizeof(struct tl_task *) << bits);
	atomic_init(&d->top, 0);
	atomic_init(&d->bottom, 0);
	atomic_init(&d->array, a);
	return TL_OK;
}

void tl_deque_free(struct tl_deque *d)
{
	struct tl_deque_array *a = atomic_load_explicit(&d->array, memory_order_relaxed);
	while (a) {
		struct tl_deque_array *older = a->older;
		free(a);
		a = older;
	}
	atomic_store_explicit(&d->array, NULL, memory_order_relaxed);
}

/* Copies the items [t, b) into an array of twice the size. */
static struct tl_deque_array *grow(struct tl_deque *d, struct tl_deque_array *a, int64_t t,
				   int64_t b)
{
	struct tl_deque_array *wide = new_array(2 * (a->mask + 1), a);
	if (!wide)
		return NULL;
	for (int64_t i = t; i < b; i++)
		put(wide, i, get(a, i));
	atomic_store_explicit(&d->array, wide, memory_order_release);
	return wide;
}

bool tl_deque_push(struct tl_deque *d, struct tl_task *task, size_t *opt_n)
{
	int64_t b = atomic_load_explicit(&d->bottom, memory_order_relaxed);
	int64_t t = atomic_load_explicit(&d->top, memory_order_acquire);
	struct tl_deque_array *a = atomic_load_explicit(&d->array, memory_order_relaxed);
	if (b - t > a->mask && !(a = grow(d, a, t, b)))
		return false;
	put(a, b, task);
	/* seq_cst rather than release: the pool looks for sleepers right after it. */
	atomic_store_explicit(&d->bottom, b + 1, memory_order_seq_cst);
	if (opt_n)
		*opt_n = (size_t)(b + 1 - t);
	return true;
}

struct tl_task *tl_deque_pop(struct tl_deque *d)
{
	int64_t b = atomic_load_explicit(&d->bottom, memory_order_relaxed) - 1;
	struct tl_deque_array *a = atomic_load_explicit(&d->array, memory_order_relaxed);
	/* top only grows: an old value that says "empty" is right, and spares the costly store. */
	if (atomic_load_explicit(&d->top, memory_order_relaxed) > b)
		return NULL;
	atomic_store_explicit(&d->bottom, b, memory_order_seq_cst);
	int64_t t = atomic_load_explicit(&d->top, memory_order_seq_cst);
	struct tl_task *task = t <= b ? get(a, b) : NULL;
	if (t < b)
		return task;
	/* The last item, or none: whoever moves top has it. */
	if (t == b && !atomic_compare_exchange_strong_explicit(
			      &d->top, &t, t + 1, memory_order_seq_cst, memory_order_relaxed))
		task = NULL;
	atomic_store_explicit(&d->bottom, b + 1, memory_order_release);
	return task;
}

enum tl_deque_got tl_deque_steal(struct tl_deque *d, struct tl_task **ret)
{
	int64_t t = atomic_load_explicit(&d->top, memory_order_seq_cst);
	int64_t b = atomic_load_explicit(&d->bottom, memory_order_seq_cst);
	if (t >= b)
		return TL_DEQUE_EMPTY;
	struct tl_deque_array *a = atomic_load_explicit(&d->array, memory_order_acquire);
	struct tl_task *task = get(a, t);
	if (!atomic_compare_exchange_strong_explicit(&d->top, &t, t + 1, memory_order_seq_cst,
						     memory_order_relaxed))
		return TL_DEQUE_LOST;
	*ret = task;
	return TL_DEQUE_TAKEN;
}

bool tl_deque_empty(const struct tl_deque *d)
{
	int64_t t = atomic_load_explicit(&d->top, memory_order_seq_cst);
	return t >= atomic_load_explicit(&d->bottom, memory_order_seq_cst);
}
