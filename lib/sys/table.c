/* SPDX-License-Identifier: MIT */
/* table: rows of one size, read again by their number. */
#include <tl/table.h>

#include <stdlib.h>

#include <tl/mem.h>
#include <tl/store.h>

#define FEW 8                /* rows read where others were asked for before */
#define VIEW_BYTES (64 << 10) /* of a view, at most */

struct tl_table {
	struct tl_store *store;
	size_t size;
	uint64_t n;
};

enum tl_status tl_table_new(struct tl_budget *budget, uint64_t share, size_t size,
			    struct tl_table **ret, struct tl_err *err)
{
	struct tl_table *t = tl_mem_zalloc(1, sizeof *t, err);
	if (!t)
		return TL_NOMEM;
	t->size = size;
	enum tl_status st = tl_store_new(budget, share, &t->store, err);
	if (st != TL_OK) {
		free(t);
		return st;
	}
	*ret = t;
	return TL_OK;
}

enum tl_status tl_table_put(struct tl_table *t, const void *row, struct tl_err *err)
{
	enum tl_status st = tl_store_put(t->store, row, t->size, err);
	t->n += st == TL_OK;
	return st;
}

/* Moves the view to row i: it holds twice as many where that is soon behind it. */
static enum tl_status move(const struct tl_table *t, struct tl_table_view *view, uint64_t i,
			   struct tl_err *err)
{
	size_t n = i - view->first < 2 * view->n ? 2 * view->n : FEW;
	size_t most = VIEW_BYTES / t->size;
	struct tl_str s;
	n = n < most ? n : most;
	n = n < t->n - i ? n : (size_t)(t->n - i);
	view->n = 0;
	enum tl_status st = tl_store_get(t->store, i * t->size, n * t->size, &view->scratch, &s, err);
	if (st != TL_OK)
		return st;
	view->row = s.p;
	view->first = i;
	view->n = n;
	return TL_OK;
}

enum tl_status tl_table_get(const struct tl_table *t, struct tl_table_view *view, uint64_t i,
			    const void **ret, struct tl_err *err)
{
	if (i - view->first >= view->n) {
		enum tl_status st = move(t, view, i, err);
		if (st != TL_OK)
			return st;
	}
	*ret = view->row + (i - view->first) * t->size;
	return TL_OK;
}

void tl_table_leave(struct tl_table_view *view)
{
	tl_buf_free(&view->scratch);
	*view = (struct tl_table_view){0};
}

uint64_t tl_table_count(const struct tl_table *t)
{
	return t->n;
}

void tl_table_free(struct tl_table *t)
{
	if (!t)
		return;
	tl_store_free(t->store);
	free(t);
}
