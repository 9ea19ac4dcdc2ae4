/* SPDX-License-Identifier: MIT */
/* budget: the memory that a process may use (-M), and where what goes beyond it is put (-T).
 *
 * Model: whoever is about to allocate more than some hundred KiB asks here first.  What can live on
 * disk asks with tl_budget_take and spills where that is refused; what cannot asks with
 * tl_budget_need, and fails with TL_NOMEM and a message that says what -M would do.  What
 * is accounted here, plus a part that does not grow with the input, is what the process holds.
 * A budget of NULL has no limit; its temporary files are in $TMPDIR, else /tmp.
 * Threads: any.
 */
#ifndef TL_BUDGET_H
#define TL_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_budget;

struct tl_budget_opts {
	uint64_t limit;  /* bytes; 0: none */
	uint64_t reserve; /* what --memory says above that, for messages */
	const char *dir; /* of temporary files; NULL: $TMPDIR, else /tmp.  The caller's */
	/* Called once, before the first temporary file is made: with the name of its directory. */
	void (*say)(void *ctx, const char *dir);
	void *ctx;
};

enum tl_status tl_budget_new(const struct tl_budget_opts *opts, struct tl_budget **ret,
			     struct tl_err *err) TL_CHECK;
void tl_budget_free(struct tl_budget *budget); /* NULL is fine */

/* Accounts bytes where they fit; false, and nothing is accounted, where not. */
bool tl_budget_take(struct tl_budget *budget, uint64_t bytes);

/* The same for what must be there: TL_NOMEM where it does not fit.  what: "the table of records". */
enum tl_status tl_budget_need(struct tl_budget *budget, uint64_t bytes, const char *what,
			      struct tl_err *err) TL_CHECK;

void tl_budget_give(struct tl_budget *budget, uint64_t bytes); /* they were freed */

/* tl_mem_grow, accounted: the array *array of *cap items is the caller's, who gives back
 * *cap x size bytes when it is freed. */
enum tl_status tl_budget_grow(struct tl_budget *budget, void *array, size_t *cap, size_t need,
			      size_t size, const char *what, struct tl_err *err) TL_CHECK;

uint64_t tl_budget_left(const struct tl_budget *budget); /* UINT64_MAX without a limit */

/* Of what is left now, a share of part in parts, at least least: how much a module lets itself
 * have before it spills. */
uint64_t tl_budget_share(const struct tl_budget *budget, unsigned part, unsigned parts,
			 uint64_t least);

/* An unlinked temporary file; the caller closes. */
enum tl_status tl_budget_temp(struct tl_budget *budget, int *ret_fd, struct tl_err *err) TL_CHECK;

/* Writes to one; a full disk is told with the directory's name and what was written already. */
enum tl_status tl_budget_spill(struct tl_budget *budget, int fd, const void *p, size_t n,
			       uint64_t offset, struct tl_err *err) TL_CHECK;

struct tl_budget_sum {
	uint64_t limit, used, peak; /* bytes */
	uint64_t spilled;           /* bytes written to temporary files */
};
void tl_budget_sum(const struct tl_budget *budget, struct tl_budget_sum *ret);

#ifdef __cplusplus
}
#endif
#endif
