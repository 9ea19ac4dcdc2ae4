/* SPDX-License-Identifier: MIT */
/* steal: where a worker looks for a task.  Private to lib/sys.
 *
 * In this order: its own deque, the newest first; the inbox of its node; the deques of its own node
 * from a random worker on, the oldest task first; and after some rounds in vain the same on other
 * nodes, from a random node on.  A task in the inbox of another node is taken only where more are
 * there than that node has sleepers to be woken for them and half of its workers: then these
 * are busy, and waiting for them would cost more than reading remote memory.
 */
#ifndef TL_STEAL_H
#define TL_STEAL_H

#include <stdbool.h>
#include <tl/pool.h>

#include "crew.h"

#define TL_STEAL_FAR 2 /* rounds before other nodes are looked at */

/* A task for w, or NULL.  round: how many times it has looked in vain. */
struct tl_task *tl_steal_find(struct tl_crew_worker *w, unsigned round);

/* Would tl_steal_find find something, sooner or later?  Sequentially consistent, to be asked before
 * going to sleep. */
bool tl_steal_any(const struct tl_crew_worker *w);

#endif
