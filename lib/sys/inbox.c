/* SPDX-License-Identifier: MIT */
/* inbox: a bounded queue of tasks for the workers of one node. */
#include "inbox.h"

void tl_inbox_init(struct tl_inbox *box)
{
	pthread_mutex_init(&box->lock, NULL);
	atomic_init(&box->n, 0);
	box->first = 0;
}

void tl_inbox_free(struct tl_inbox *box)
{
	pthread_mutex_destroy(&box->lock);
}

bool tl_inbox_put(struct tl_inbox *box, struct tl_task *task)
{
	pthread_mutex_lock(&box->lock);
	unsigned n = atomic_load_explicit(&box->n, memory_order_relaxed);
	bool room = n < TL_INBOX_CAP;
	if (room) {
		box->task[(box->first + n) % TL_INBOX_CAP] = task;
		atomic_store_explicit(&box->n, n + 1, memory_order_seq_cst);
	}
	pthread_mutex_unlock(&box->lock);
	return room;
}

struct tl_task *tl_inbox_take(struct tl_inbox *box)
{
	struct tl_task *task = NULL;
	if (!tl_inbox_count(box))
		return NULL;
	pthread_mutex_lock(&box->lock);
	unsigned n = atomic_load_explicit(&box->n, memory_order_relaxed);
	if (n) {
		task = box->task[box->first];
		box->first = (box->first + 1) % TL_INBOX_CAP;
		atomic_store_explicit(&box->n, n - 1, memory_order_seq_cst);
	}
	pthread_mutex_unlock(&box->lock);
	return task;
}

unsigned tl_inbox_count(const struct tl_inbox *box)
{
	return atomic_load_explicit(&box->n, memory_order_seq_cst);
}
