/* SPDX-License-Identifier: MIT */
/* lineage: the tree of NCBI's taxonomy. */
#include <tl/lineage.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/intern.h>
#include <tl/map.h>
#include <tl/mem.h>

#include "dump.h"

#define DEEPEST 1000 /* nodes on the way to the root; NCBI's has about 40 */

struct tl_lineage {
	struct tl_map node; /* id: parent in the low half, rank in the high one */
	struct tl_intern *ranks;
};

/* The parent of id, id itself at a root; false where it is not in the tree. */
static bool step(const struct tl_lineage *l, uint32_t id, uint32_t *ret_parent, uint32_t *ret_rank)
{
	uint64_t node;
	if (!id || !tl_map_get(&l->node, id, &node))
		return false;
	*ret_parent = (uint32_t)node;
	*ret_rank = (uint32_t)(node >> 32);
	return true;
}

static enum tl_status add_line(void *ctx, struct tl_str line, bool first, struct tl_err *err)
{
	struct tl_lineage *l = ctx;
	struct tl_str field[4];
	uint32_t id, parent, rank;
	uint64_t old;
	bool is_new;
	(void)first;
	size_t n = tl_dump_split(line, "\t|\t", field);
	if (n < 3 || !tl_dump_id(field[0], &id) || !tl_dump_id(field[1], &parent) || !id || !parent)
		return tl_err_set(err, TL_DATA,
				  "no line of nodes.dmp: id, parent, rank between bars");
	if (field[2].n >= 2 && !memcmp(field[2].p + field[2].n - 2, "\t|", 2))
		field[2].n -= 2;
	if (tl_map_get(&l->node, id, &old))
		return tl_err_set(err, TL_DATA, "node %u comes twice", id);
	enum tl_status st = tl_intern_put(l->ranks, tl_intern_hash(field[2].p, field[2].n), field[2].p,
					  field[2].n, &rank, &is_new, err);
	return st == TL_OK ? tl_map_put(&l->node, id, (uint64_t)rank << 32 | parent, err) : st;
}

/* Has every node a way to a root, which is its own parent? */
static enum tl_status check(const struct tl_lineage *l, struct tl_err *err)
{
	for (size_t i = 0; i < l->node.size; i++) {
		uint32_t id = (uint32_t)l->node.slot[i].key, parent, rank;
		unsigned steps = 0;
		if (l->node.slot[i].key == UINT64_MAX)
			continue;
		for (; step(l, id, &parent, &rank) && parent != id && steps < DEEPEST; steps++)
			id = parent;
		if (steps == DEEPEST || !step(l, id, &parent, &rank))
			return tl_err_set(err, TL_DATA, "node %llu has no way to the root",
					  (unsigned long long)l->node.slot[i].key);
	}
	return TL_OK;
}

enum tl_status tl_lineage_load(const char *path, struct tl_pool *opt_pool, struct tl_lineage **ret,
			       struct tl_err *err)
{
	struct tl_lineage *l = tl_mem_zalloc(1, sizeof *l, err);
	if (!l)
		return TL_NOMEM;
	enum tl_status st = tl_intern_new(NULL, &l->ranks, err);
	if (st == TL_OK)
		st = tl_dump_read(path, opt_pool, add_line, l, err);
	if (st == TL_OK && (st = check(l, err)) != TL_OK)
		(void)tl_err_prefix(err, "%s", path);
	if (st != TL_OK) {
		tl_lineage_free(l);
		return st;
	}
	*ret = l;
	return TL_OK;
}

enum tl_status tl_lineage_rank(const struct tl_lineage *l, const char *name, uint32_t *ret,
			       struct tl_err *err)
{
	uint32_t rank;
	size_t n = strlen(name);
	if (!tl_intern_find(l->ranks, tl_intern_hash(name, n), name, n, &rank))
		return tl_err_set(err, TL_USAGE, "no node has the rank '%s'", name);
	*ret = rank;
	return TL_OK;
}

uint32_t tl_lineage_at(const struct tl_lineage *l, uint32_t id, uint32_t rank)
{
	uint32_t parent, have;
	while (step(l, id, &parent, &have)) {
		if (have == rank)
			return id;
		if (parent == id)
			return 0;
		id = parent;
	}
	return 0;
}

/* Nodes on the way to the root, the first one included; 0: not in the tree. */
static unsigned depth(const struct tl_lineage *l, uint32_t id)
{
	uint32_t parent, rank;
	unsigned n = 0;
	for (; step(l, id, &parent, &rank); id = parent) {
		n++;
		if (parent == id)
			break;
	}
	return n;
}

static uint32_t up(const struct tl_lineage *l, uint32_t id)
{
	uint32_t parent = id, rank;
	(void)step(l, id, &parent, &rank);
	return parent;
}

uint32_t tl_lineage_common(const struct tl_lineage *l, uint32_t a, uint32_t b)
{
	unsigned x = depth(l, a), y = depth(l, b);
	if (!x || !y)
		return 0;
	for (; x > y; x--)
		a = up(l, a);
	for (; y > x; y--)
		b = up(l, b);
	for (; a != b && x > 1; x--) {
		a = up(l, a);
		b = up(l, b);
	}
	return a == b ? a : 0;
}

enum tl_status tl_lineage_below(const struct tl_lineage *l, uint32_t id,
				enum tl_status (*each)(void *ctx, uint32_t id, struct tl_err *err),
				void *ctx, struct tl_err *err)
{
	enum tl_status st = each(ctx, id, err);
	for (size_t i = 0; i < l->node.size && st == TL_OK; i++) {
		uint32_t at = (uint32_t)l->node.slot[i].key, parent, rank;
		if (l->node.slot[i].key == UINT64_MAX || at == id)
			continue;
		while (step(l, at, &parent, &rank) && parent != at && at != id)
			at = parent;
		if (at == id)
			st = each(ctx, (uint32_t)l->node.slot[i].key, err);
	}
	return st;
}

void tl_lineage_free(struct tl_lineage *l)
{
	if (!l)
		return;
	tl_map_free(&l->node);
	tl_intern_free(l->ranks);
	free(l);
}
