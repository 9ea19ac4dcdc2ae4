/* SPDX-License-Identifier: MIT */
/* report_metr: the metr blocks of a stream in its report.  Private to lib/show. */
#ifndef TL_REPORT_METR_H
#define TL_REPORT_METR_H

#include <stddef.h>
#include <tl/block.h>
#include <tl/err.h>
#include <tl/metr.h>
#include <tl/out.h>

/* Zeros are empty and usable. */
struct tl_report_metrs {
	struct tl_metr *metr; /* [n], of one tool each, in the order of the stream */
	size_t n, cap;
};

enum tl_status tl_report_metr_add(struct tl_report_metrs *all, const struct tl_block *block,
				  struct tl_err *err) TL_CHECK;
enum tl_status tl_report_metr_text(const struct tl_report_metrs *all, struct tl_out *out,
				   struct tl_err *err) TL_CHECK;
/* A member ",\n  \"metrics\": [...]" of an object. */
enum tl_status tl_report_metr_json(const struct tl_report_metrs *all, struct tl_out *out,
				   struct tl_err *err) TL_CHECK;
void tl_report_metr_free(struct tl_report_metrs *all);

#endif
