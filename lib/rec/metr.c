/* SPDX-License-Identifier: MIT */
/* metr: the block in which a tool tells what it counted.  man tl-stream(5) section 13. */
#include <tl/metr.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tl/mem.h>

#include "column.h"

enum {
	TAG_TOOL = TL_TAG('T', 'O', 'O', 'L'),
	TAG_NAME = TL_TAG('N', 'A', 'M', 'E'),
	TAG_VALU = TL_TAG('V', 'A', 'L', 'U'),
};

#define ENTRIES_MAX 4096 /* in a block */

struct list {
	struct tl_col name;
	uint64_t value[TL_METRICS_COUNTERS + TL_METRICS_PEAKS +
		       TL_METRICS_HISTOGRAMS * TL_METRICS_BUCKETS];
	size_t n;
};

static enum tl_status add(struct list *l, const char *name, uint64_t value, struct tl_err *err)
{
	if (!value)
		return TL_OK;
	l->value[l->n++] = value;
	return tl_col_add(&l->name, name, strlen(name), err);
}

/* Bucket b of a histogram is "name.b". */
static enum tl_status list_all(struct list *l, const struct tl_metrics *m, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (int i = 0; i < TL_METRICS_COUNTERS && st == TL_OK; i++)
		st = add(l, tl_metrics_counter_name((enum tl_metrics_counter)i), m->count[i], err);
	for (int i = 0; i < TL_METRICS_PEAKS && st == TL_OK; i++)
		st = add(l, tl_metrics_peak_name((enum tl_metrics_peak)i), m->peak[i], err);
	for (int i = 0; i < TL_METRICS_HISTOGRAMS; i++)
		for (int b = 0; b < TL_METRICS_BUCKETS && st == TL_OK; b++) {
			char name[64];
			snprintf(name, sizeof name, "%s.%d",
				 tl_metrics_histogram_name((enum tl_metrics_histogram)i), b);
			st = add(l, name, m->bucket[i][b], err);
		}
	return st;
}

enum tl_status tl_metr_put(const char *tool, const struct tl_metrics *m, struct tl_payload *payload,
			   uint32_t *ret_n, struct tl_err *err)
{
	struct list *l = tl_mem_zalloc(1, sizeof *l, err);
	if (!l)
		return TL_NOMEM;
	tl_block_clear(payload);
	enum tl_status st = list_all(l, m, err);
	if (st == TL_OK)
		st = tl_buf_add(tl_block_column(payload, TAG_TOOL), tool, strlen(tool), err);
	if (st == TL_OK)
		st = tl_column_put_strings(payload, TAG_NAME, &l->name, l->n, err);
	if (st == TL_OK)
		st = tl_column_add(tl_block_column(payload, TAG_VALU), l->value, l->n, err);
	*ret_n = (uint32_t)l->n;
	tl_col_free(&l->name);
	tl_mem_free(l);
	return st;
}

static bool plain(struct tl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~' || s.p[i] == '"' || s.p[i] == '\\')
			return false;
	return s.n > 0;
}

static bool named(struct tl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
		    s.p[i] != '_' && s.p[i] != '.')
			return false;
	return s.n > 0;
}

enum tl_status tl_metr_get(const struct tl_block *block, struct tl_metr *ret, struct tl_err *err)
{
	static const uint32_t tags[] = {TAG_TOOL, TAG_NAME, TAG_VALU};
	struct tl_str tool = tl_block_get(block, TAG_TOOL);
	size_t n = block->head.records;
	enum tl_status st = tl_column_known(block, tags, sizeof tags / sizeof *tags, err);
	if (st == TL_OK && (n > ENTRIES_MAX || !plain(tool)))
		st = tl_err_set(err, TL_DATA, "metrics of no tool, or too many of them");
	tl_buf_reset(&ret->tool);
	ret->n = 0;
	if (st == TL_OK)
		st = tl_buf_add(&ret->tool, tool.p, tool.n, err);
	if (st == TL_OK)
		st = tl_mem_grow(&ret->value, &ret->cap, n, sizeof *ret->value, err);
	if (st == TL_OK)
		st = tl_column_get_numbers(block, TAG_VALU, ret->value, n, err);
	if (st == TL_OK)
		st = tl_column_get_strings(block, TAG_NAME, &ret->name, n, err);
	for (size_t i = 0; i < n && st == TL_OK; i++)
		if (!named(tl_col_get(&ret->name, i)))
			st = tl_err_set(err, TL_DATA, "a metric has a name that is none");
	if (st == TL_OK)
		ret->n = n;
	return st;
}

void tl_metr_free(struct tl_metr *m)
{
	tl_buf_free(&m->tool);
	tl_col_free(&m->name);
	tl_mem_free(m->value);
	*m = (struct tl_metr){0};
}
