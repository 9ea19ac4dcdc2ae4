/* SPDX-License-Identifier: MIT */
/* glance: where in a sequence k-mers may stand that are among given ones, for a few instructions a
 * residue.  It may say so of others too, never the other way round: whoever asks looks closely then.
 *
 * Threads: all may put; tl_glance_find when nothing is put any more.
 */
#ifndef GLANCE_H
#define GLANCE_H

#include <stddef.h>
#include <stdint.h>
#include <tl/budget.h>
#include <tl/col.h>
#include <tl/cpu.h>
#include <tl/err.h>
#include <tl/sketch.h>

#define GLANCE_CHUNK 1024 /* positions at a time */

struct glance;

/* For about n k-mers of params->k letters, smaller where the budget has not that much; read with the
 * vectors of isa. */
enum tl_status tl_glance_new(struct tl_budget *budget, const struct tl_sketch_params *params,
			     uint64_t n, enum tl_cpu_isa isa, struct glance **ret,
			     struct tl_err *err) TL_CHECK;
void tl_glance_free(struct glance *g); /* NULL is fine */

/* The k-mer at pos; of nucleotides on both strands. */
void tl_glance_put(struct glance *g, struct tl_str seq, size_t pos);

/* Positions in [from, from + GLANCE_CHUNK) where such a k-mer may be, less from: their number. */
size_t tl_glance_find(const struct glance *g, struct tl_str seq, size_t from,
		      uint32_t at[GLANCE_CHUNK]);

#endif
