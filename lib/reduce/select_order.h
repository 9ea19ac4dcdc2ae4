/* SPDX-License-Identifier: MIT */
/* select_order: the nodes of a selection and their places: components one behind the other, each in
 * the order of ties. */
#ifndef TL_SELECT_ORDER_H
#define TL_SELECT_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include <tl/select.h>
#include <tl/sort.h>
#include <tl/table.h>

#define COST_PREFER (1u << 31) /* in cost: the node is preferred */

struct order {
	struct tl_pool *pool;
	struct tl_budget *budget;
	uint32_t ids, nodes;
	bool single;            /* everything is one component */
	uint64_t residues;      /* of all nodes */
	uint32_t any;           /* an id of a node, if there is one */
	bool any_prefer;
	uint32_t *place;        /* [ids] place of the id; before tl_select_order_end another id of its
				 * component; TL_SELECT_NONE: no node */
	struct tl_sort *tie;    /* nodes in the order of ties, until tl_select_order_end; afterwards, by place: */
	uint32_t *id;           /* [nodes] */
	uint32_t *cost;         /* [nodes] of storing it whole; COST_PREFER */
	uint64_t *begin;        /* a bit for each place where a component begins */
	struct tl_table *length; /* [nodes] uint64_t, where single */
	uint64_t charged;
};

/* o has pool, budget, ids and single set, all else zero; dropped after a failure too. */
enum tl_status tl_select_order_begin(struct order *o, struct tl_err *err) TL_CHECK;
enum tl_status tl_select_order_put(struct order *o, uint32_t id, const struct tl_select_node *node,
				   struct tl_err *err) TL_CHECK;
void tl_select_order_join(struct order *o, uint32_t a, uint32_t b); /* they are of one component */
enum tl_status tl_select_order_end(struct order *o, struct tl_err *err) TL_CHECK;

/* The place behind the component that begins at place. */
uint32_t tl_select_order_next(const struct order *o, uint32_t place);

void tl_select_order_forget(struct order *o); /* place[] is not needed any more */
void tl_select_order_drop(struct order *o);

#endif
