/* SPDX-License-Identifier: MIT */
/* stats_diff: tl-stats --diff. */
#include "stats_diff.h"

#include <string.h>

#include <tl/changes.h>
#include <tl/diff.h>

static const struct {
	const char *name, *label, *old; /* old: of a record of the old side, where it is told */
} states[TL_DIFF_STATES] = {
	[TL_DIFF_SAME] = {"same", "same", NULL},
	[TL_DIFF_CHANGED] = {"changed", "changed", NULL},
	[TL_DIFF_ADDED] = {"added", "added", NULL},
	[TL_DIFF_REMOVED] = {"removed", "removed", "removed"},
	[TL_DIFF_RENAMED] = {"renamed", "renamed", "renamed from"},
};

static enum tl_status open_side(const struct tl_tool_run *run, int side, struct tl_reader **ret,
				struct tl_err *err)
{
	const struct tl_reader_opts ropts = {.raw_edge = true};
	return tl_reader_open(run->pool, run->operands + side, 1, &ropts, ret, err);
}

/* A pair is told once, by its new record; of one that changed its name the old name is told too. */
static enum tl_status tell(void *ctx, enum tl_diff_side side, enum tl_diff_state state,
			   uint64_t ordinal, struct tl_str name, struct tl_err *err)
{
	const char *what = side == TL_DIFF_OLD ? states[state].old : states[state].name;
	return what ? tl_changes_line(ctx, what, ordinal, name, err) : TL_OK;
}

static enum tl_status write_all(struct tl_diff *d, const struct tl_tool_run *run,
				struct tl_changes *c, struct tl_err *err)
{
	struct tl_changes_number number[TL_DIFF_STATES];
	struct tl_diff_sum sum;
	tl_diff_sum(d, &sum);
	for (int i = 0; i < TL_DIFF_STATES; i++)
		number[i] = (struct tl_changes_number){states[i].name, states[i].label,
						       sum.records[i], sum.residues[i]};
	enum tl_status st = tl_changes_begin(c, number, TL_DIFF_STATES, err);
	for (int side = 0; side < 2 && st == TL_OK; side++) {
		struct tl_reader *r = NULL;
		st = open_side(run, side, &r, err);
		if (st == TL_OK)
			st = tl_diff_list(d, r, (enum tl_diff_side)side, tell, c, err);
		tl_reader_close(r);
	}
	return st == TL_OK ? tl_changes_end(c, err) : st;
}

enum tl_status stats_diff(const struct tl_tool_run *run, bool json, struct tl_out *out,
			  struct tl_err *err)
{
	struct tl_changes c = {.out = out, .json = json};
	struct tl_diff *d = NULL;
	if (run->n != 2)
		return tl_err_set(err, TL_USAGE, "--diff takes two streams, the old one and the new one");
	for (int side = 0; side < 2; side++)
		if (!strcmp(run->operands[side], "-"))
			return tl_err_set(err, TL_USAGE, "--diff reads each stream twice, so neither can be standard input");
	enum tl_status st = tl_diff_new(run->pool, run->budget, &d, err);
	for (int side = 0; side < 2 && st == TL_OK; side++) {
		struct tl_reader *r = NULL;
		st = open_side(run, side, &r, err);
		if (st == TL_OK)
			st = tl_diff_take(d, r, (enum tl_diff_side)side, err);
		tl_reader_close(r);
	}
	if (st == TL_OK)
		st = tl_diff_settle(d, err);
	if (st == TL_OK)
		st = write_all(d, run, &c, err);
	tl_diff_free(d);
	return st;
}
