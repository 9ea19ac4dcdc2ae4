/* SPDX-License-Identifier: MIT */
/* inbox: a bounded queue of tasks that are meant for the workers of one node.  Private to lib/sys.
 *
 * Here go tasks whose memory lies on a node, and what a full deque leaves over.  They are tasks of
 * a block each, thousands a second, so a lock will do; whether there is something in it is
 * known without.  Threads: any.
 */
#ifndef TL_INBOX_H
#define TL_INBOX_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <tl/pool.h>

#include "deque.h"

#define TL_INBOX_CAP 1024

struct tl_inbox {
	pthread_mutex_t lock; /* of first, and of changing n and task */
	/* Tasks in it.  Written under the lock, seq_cst: a sleeper looks at it as at a deque. */
	_Alignas(TL_DEQUE_LINE) _Atomic unsigned n;
	unsigned first;
	struct tl_task *task[TL_INBOX_CAP];
};

void tl_inbox_init(struct tl_inbox *box);
void tl_inbox_free(struct tl_inbox *box);
bool tl_inbox_put(struct tl_inbox *box, struct tl_task *task) TL_CHECK; /* false: it is full */
struct tl_task *tl_inbox_take(struct tl_inbox *box);                    /* the oldest, or NULL */
unsigned tl_inbox_count(const struct tl_inbox *box);

#endif
