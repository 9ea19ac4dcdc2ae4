/* SPDX-License-Identifier: MIT */
/* cells: memory that models look into at random.
 *
 * Zeroed, on whole cache lines, in huge pages where the system has them to give: a model reads a
 * dozen places far from each other for each symbol.  Threads: pure but for their arguments.
 */
#ifndef TL_CELLS_H
#define TL_CELLS_H

#include <stddef.h>

#include <tl/err.h>

/* count * size bytes; NULL, and err says so, where there is no memory. */
void *tl_cells_new(size_t count, size_t size, struct tl_err *err);
void tl_cells_free(void *table); /* NULL: nothing */

#endif
