/* SPDX-License-Identifier: MIT */
/* lift_hit: the lines of a table of hits: BLAST's twelve columns, between tabs. */
#ifndef TL_REDUCE_LIFT_HIT_H
#define TL_REDUCE_LIFT_HIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/buf.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/rescore.h>

struct tl_lift_hit {
	struct tl_str subject;
	struct tl_str before, between, behind; /* columns around those that change */
	struct tl_str query;
	struct tl_rescore_place place; /* q_from and q_to, where they rise */
	double expect, bits;
	uint64_t from, to;                     /* of the smaller end, from 0, and behind the other */
	bool minus;
	bool numbered;    /* the subject is tlr|NUMBER, which is the reference */
	uint64_t ordinal; /* of that ordinal */
};

/* The next line of a text, its line feed not included; false at the end. */
bool tl_lift_hit_line(const struct tl_buf *text, size_t *at, struct tl_str *ret);

bool tl_lift_hit_is_comment(struct tl_str line);

/* Reads a line, into which the hit points; false where it is no hit. */
bool tl_lift_hit_read(struct tl_str line, struct tl_lift_hit *ret);

/* TL_DATA: what is wrong with a line. */
enum tl_status tl_lift_hit_wrong(struct tl_err *err, const char *name, uint64_t line, const char *why);

#endif
