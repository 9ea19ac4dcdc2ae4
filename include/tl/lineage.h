/* SPDX-License-Identifier: MIT */
/* lineage: the tree of NCBI's taxonomy, from nodes.dmp: parents and ranks.
 *
 * A taxonomy id that is not in the file, 0 too, has no ancestors and is not itself in the tree.
 * Memory: about 40 bytes for each node.  Threads: once loaded, read only.
 */
#ifndef TL_LINEAGE_H
#define TL_LINEAGE_H

#include <stdint.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_lineage;

/* The file may be compressed; "-" is standard input.  TL_DATA with "FILE:LINE: reason", and where
 * a node has no way to the root. */
enum tl_status tl_lineage_load(const char *path, struct tl_pool *opt_pool, struct tl_lineage **ret,
			       struct tl_err *err) TL_CHECK;

/* The number of a rank, such as "genus"; TL_USAGE where no node has it. */
enum tl_status tl_lineage_rank(const struct tl_lineage *l, const char *name, uint32_t *ret,
			       struct tl_err *err) TL_CHECK;

/* The id itself or the nearest of its ancestors that has that rank; 0: none. */
uint32_t tl_lineage_at(const struct tl_lineage *l, uint32_t id, uint32_t rank);

/* The lowest common ancestor of two ids; 0 where one of them is not in the tree. */
uint32_t tl_lineage_common(const struct tl_lineage *l, uint32_t a, uint32_t b);

/* Calls each with the id, whether it is in the tree or not, and with all that descends from it. */
enum tl_status tl_lineage_below(const struct tl_lineage *l, uint32_t id,
				enum tl_status (*each)(void *ctx, uint32_t id, struct tl_err *err),
				void *ctx, struct tl_err *err) TL_CHECK;

void tl_lineage_free(struct tl_lineage *l); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
