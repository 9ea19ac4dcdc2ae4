/* SPDX-License-Identifier: MIT */
/* renew: what an older archive decides for the records of a set.
 *
 * A row that was claimed carries its number there where a delta would have its identity.
 */
#include "renew.h"

#include <tl/delta.h>

#include "set_row.h"

#define NUMBER UINT64_C(0xffffffff) /* in ROW_TAXON */

void tl_renew_claim(struct tl_set *set, uint64_t *row, struct tl_hash128 hash)
{
	row[ROW_TAXON] |= tl_former_claim(set->opt_former, hash, row[ROW_LENGTH],
					  row[ROW_WORD] & ROW_NUCLEOTIDE, row[ROW_ORDINAL]);
}

enum tl_status tl_renew_settle(struct tl_set *set, struct tl_err *err)
{
	const struct tl_former *f = set->opt_former;
	enum tl_status st = tl_former_settle(set->opt_former, set->next, err);
	for (size_t k = 0; st == TL_OK && k < tl_former_hidden(f); k++) {
		uint32_t i = tl_former_hidden_at(f, k);
		const uint64_t flags = (tl_former_nucleotide(f, i) ? ROW_NUCLEOTIDE : 0) |
				       TL_KIND_DELTA | ROW_OLD | ROW_HIDDEN;
		const uint64_t row[TL_SET_ROW] = {
			[ROW_ORDINAL] = set->next + k,
			[ROW_LENGTH] = tl_former_length(f, i),
			[ROW_PLACE] = UINT64_MAX,
			[ROW_TAXON] = i,
			[ROW_WORD] = flags,
		};
		set->n++;
		set->hidden++;
		st = tl_sort_put(set->reading, 0, row, err);
	}
	return st;
}

/* The record is the delta that number i of the older archive is, or becomes. */
static enum tl_status become_old(struct tl_set *set, uint64_t *row, uint32_t i,
				 struct tl_buf *scratch, struct tl_err *err)
{
	struct tl_delta d;
	struct tl_delta_sum sum;
	enum tl_status st = tl_former_script(set->opt_former, i, scratch, &d, err);
	if (st == TL_OK)
		st = tl_delta_measure(&d, &sum, err);
	if (st != TL_OK)
		return st;
	row[ROW_BASE] = i;
	row[ROW_TAXON] = (row[ROW_TAXON] & ~NUMBER) | tl_cigar_identity(&sum.cigar);
	row[ROW_WORD] |= ROW_OLD | (sum.minus ? ROW_MINUS : 0);
	return TL_OK;
}

enum tl_status tl_renew_row(struct tl_set *set, uint64_t *row, struct tl_buf *scratch,
			    struct tl_err *err)
{
	uint32_t i = (uint32_t)(row[ROW_TAXON] & NUMBER);
	if (row[ROW_WORD] & ROW_OLD)
		return become_old(set, row, i, scratch, err);
	if ((row[ROW_WORD] & ROW_KIND) != TL_KIND_SEQ)
		return TL_OK;
	enum tl_former_state state = tl_former_state(set->opt_former, i);
	if (state == TL_FORMER_REF)
		row[ROW_WORD] |= ROW_PREFER;
	if (state != TL_FORMER_MEMBER)
		return TL_OK;
	set->nodes--;
	return become_old(set, row, i, scratch, err);
}
