/* SPDX-License-Identifier: MIT */
/* report_metr: the metr blocks of a stream in its report. */
#include "report_metr.h"

#include <tl/mem.h>

#define METRS_MAX 1000 /* more are left out: a stream is made by a few tools */

enum tl_status tl_report_metr_add(struct tl_report_metrs *all, const struct tl_block *block,
				  struct tl_err *err)
{
	if (all->n == METRS_MAX)
		return TL_OK;
	enum tl_status st = tl_mem_grow(&all->metr, &all->cap, all->n + 1, sizeof *all->metr, err);
	if (st != TL_OK)
		return st;
	struct tl_metr *m = &all->metr[all->n];
	*m = (struct tl_metr){0};
	st = tl_metr_get(block, m, err);
	if (st == TL_OK)
		all->n++;
	else
		tl_metr_free(m);
	return st;
}

enum tl_status tl_report_metr_text(const struct tl_report_metrs *all, struct tl_out *out,
				   struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < all->n && st == TL_OK; i++) {
		const struct tl_metr *m = &all->metr[i];
		st = tl_out_printf(out, err, "\ncounted by %.*s\n", (int)m->tool.len,
				   (const char *)m->tool.data);
		for (size_t k = 0; k < m->n && st == TL_OK; k++) {
			struct tl_str name = tl_col_get(&m->name, k);
			st = tl_out_printf(out, err, "%-28.*s %15llu\n", (int)name.n,
					   (const char *)name.p, (unsigned long long)m->value[k]);
		}
	}
	return st;
}

/* Names and tools need no escapes: the decoder takes no others. */
static enum tl_status put_one(const struct tl_metr *m, struct tl_out *out, struct tl_err *err)
{
	enum tl_status st = tl_out_printf(out, err, "{\"tool\": \"%.*s\"", (int)m->tool.len,
					  (const char *)m->tool.data);
	for (size_t k = 0; k < m->n && st == TL_OK; k++) {
		struct tl_str name = tl_col_get(&m->name, k);
		st = tl_out_printf(out, err, ", \"%.*s\": %llu", (int)name.n, (const char *)name.p,
				   (unsigned long long)m->value[k]);
	}
	return st == TL_OK ? tl_out_printf(out, err, "}") : st;
}

enum tl_status tl_report_metr_json(const struct tl_report_metrs *all, struct tl_out *out,
				   struct tl_err *err)
{
	enum tl_status st = tl_out_printf(out, err, ",\n  \"metrics\": [");
	for (size_t i = 0; i < all->n && st == TL_OK; i++) {
		st = tl_out_printf(out, err, "%s\n    ", i ? "," : "");
		if (st == TL_OK)
			st = put_one(&all->metr[i], out, err);
	}
	return st == TL_OK ? tl_out_printf(out, err, "%s]", all->n ? "\n  " : "") : st;
}

void tl_report_metr_free(struct tl_report_metrs *all)
{
	for (size_t i = 0; i < all->n; i++)
		tl_metr_free(&all->metr[i]);
	tl_mem_free(all->metr);
	*all = (struct tl_report_metrs){0};
}
