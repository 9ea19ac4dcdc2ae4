/* SPDX-License-Identifier: MIT */
/* rest: what a worker does until there is something to do: looks, backs off, sleeps.  Private to
 * lib/sys. */
#ifndef TL_REST_H
#define TL_REST_H

#include <stdbool.h>

#include "crew.h"

/* Rounds of looking before sleep, at most and at first: some 100 us, as long as a turn in a lane. */
#define TL_REST_SPINS 24

/* n tasks are new, for the workers of node if possible. */
void tl_rest_announce(struct tl_pool *pool, unsigned node, unsigned n);

/* Works on tasks (helps), or not, until done(ctx); whatever makes it so must ring pool->waits. */
void tl_rest_wait(struct tl_crew_worker *w, bool (*done)(void *ctx), void *ctx, bool helps);

/* Waits a moment for done(ctx), working on nothing; false where it did not come. */
bool tl_rest_hold(struct tl_crew_worker *w, bool (*done)(void *ctx), void *ctx);

/* The life of a thread of the pool: works until pool->stop. */
void tl_rest_serve(struct tl_crew_worker *w);

/* Runs one task. */
void tl_rest_run(struct tl_crew_worker *w, struct tl_task *task);

#endif
