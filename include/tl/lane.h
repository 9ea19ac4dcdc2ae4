/* SPDX-License-Identifier: MIT */
/* lane: an ordered lane through the pool: items go in by serial number, are worked on in parallel,
 * and come out in the order in which they went in.
 *
 *     while (there is input) {
 *         if (tl_lane_full(lane)) { tl_lane_take(lane, &item, err); use(item); }
 *         tl_lane_put(lane, new_item);
 *     }
 *     while (tl_lane_pending(lane)) { tl_lane_take(lane, &item, err); use(item); }
 *
 * The lane is bounded: at most depth items are inside.  Threads: the four calls above belong to one
 * thread, which is a worker of the pool (usually worker 0); work runs on any worker.
 *
 * An item may also go in empty and be drawn: a worker fills it from a source that can be read by
 * one only, in order, hands the source on to the next worker, and then works on what it has just
 * drawn, which is in its cache.
 */
#ifndef TL_LANE_H
#define TL_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_lane;

/* Works on one item, which it owns meanwhile.  What it returns is what tl_lane_take returns. */
typedef enum tl_status (*tl_lane_work)(void *item, unsigned worker, struct tl_err *err);

/* depth 0: 2 x threads + 2. */
enum tl_status tl_lane_new(struct tl_pool *pool, size_t depth, tl_lane_work work,
			   struct tl_lane **ret, struct tl_err *err) TL_CHECK;

/* How items put with tl_lane_put_empty are filled; before the first of them is put.  What draw
 * reads from need not be locked: each call happens after the one for the item before.  Where it
 * fails that is what tl_lane_take returns, and there is no work on the item. */
void tl_lane_draws(struct tl_lane *lane, tl_lane_work draw);

bool tl_lane_full(const struct tl_lane *lane);
size_t tl_lane_pending(const struct tl_lane *lane); /* items put and not yet taken */

/* Gives an item to the lane, which is not full.  Never blocks. */
void tl_lane_put(struct tl_lane *lane, void *item);

/* The same, where bytes bytes that the item is made of lie on a node (below tl_pool_nodes): its
 * workers are asked first, and the metrics count whether it was one of them. */
void tl_lane_put_on(struct tl_lane *lane, void *item, unsigned node, size_t bytes);

/* The same for an item that is still to be drawn. */
void tl_lane_put_empty(struct tl_lane *lane, void *item);

/* True where the oldest item is done, so that tl_lane_take would not wait. */
bool tl_lane_ready(const struct tl_lane *lane);

/* Waits for the oldest item, working on tasks of the pool meanwhile; *ret_item is that item also
 * where its work failed.  Returns what work returned and its error.  The lane is not empty. */
enum tl_status tl_lane_take(struct tl_lane *lane, void **ret_item, struct tl_err *err) TL_CHECK;

/* Waits for what is under way, hands every item still inside to discard (may be NULL), frees the
 * lane.  Items that no worker had begun are not worked on.  NULL is fine. */
void tl_lane_free(struct tl_lane *lane, void (*discard)(void *item));

#ifdef __cplusplus
}
#endif
#endif
