/* SPDX-License-Identifier: MIT */
/* align_base: tl-align --base: which sequences an older archive knows. */
#include "align_base.h"

#include <tl/mem.h>
#include <tl/sketch.h>

#define WHAT "the table of sequences"

enum tl_status align_base_open(struct align_base *b, const char *path, const struct tl_tool_run *run,
			       struct tl_err *err)
{
	b->hash = tl_hash_new(err);
	return b->hash ? tl_former_load(path, false, run->pool, run->budget, &b->former, err)
		       : TL_NOMEM;
}

static bool is_alone(const struct tl_batch *batch, size_t entry)
{
	return !(batch->flags[entry] & (TL_REC_IN | TL_REC_OUT));
}

/* The hash of an entry that stands alone.  Those of the next ones are made already, so that what they
 * are looked up in is near when it is their turn. */
static struct tl_hash128 hash_of(struct align_base *b, const struct tl_batch *batch, size_t entry)
{
	if (!entry)
		b->ahead = 0;
	for (; b->ahead < batch->n && b->ahead < entry + ALIGN_BASE_AHEAD; b->ahead++) {
		struct tl_str s = tl_col_get(&batch->resi, b->ahead);
		if (!is_alone(batch, b->ahead))
			continue;
		b->hashes[b->ahead % ALIGN_BASE_AHEAD] = tl_hash_128(s.p, s.n);
		tl_former_fetch(b->former, b->hashes[b->ahead % ALIGN_BASE_AHEAD]);
	}
	return b->hashes[entry % ALIGN_BASE_AHEAD];
}

enum tl_status align_base_put(struct align_base *b, const struct tl_tool_run *run,
			      const struct tl_batch *batch, size_t entry, size_t i,
			      struct tl_err *err)
{
	enum tl_alphabet a = batch->alphabet;
	struct tl_str s = tl_col_get(&batch->resi, entry);
	bool alone = is_alone(batch, entry);
	struct tl_hash128 hash = hash_of(b, batch, entry);
	if (!(batch->flags[entry] & TL_REC_IN)) {
		b->length = 0;
		if (!alone)
			tl_hash_reset(b->hash);
	}
	if (!alone)
		tl_hash_put(b->hash, s.p, s.n);
	b->length += s.n;
	if (batch->flags[entry] & TL_REC_OUT)
		return TL_OK;
	enum tl_status st = tl_budget_grow(run->budget, &b->old[a], &b->cap[a], i + 1,
					   sizeof *b->old[a], WHAT, err);
	if (st == TL_OK) {
		b->old[a][i] = tl_former_claim(b->former, alone ? hash : tl_hash_get(b->hash),
					       b->length, a == TL_NUCLEOTIDE,
					       batch->ordinal[entry]);
		b->n[a] = i + 1;
	}
	return st;
}

enum tl_status align_base_end(struct align_base *b, const struct tl_tool_run *run, uint64_t next,
			      struct tl_err *err)
{
	static const uint8_t role[] = {[TL_FORMER_NEW] = TL_SKETCH_NEW,
				       [TL_FORMER_REF] = TL_SKETCH_OLD,
				       [TL_FORMER_MEMBER] = TL_SKETCH_OUT};
	unsigned long long fresh = 0;
	struct tl_former_sum sum;
	enum tl_status st = tl_former_settle(b->former, next, err);
	for (int a = 0; a < 2 && st == TL_OK; a++) {
		st = tl_budget_need(run->budget, b->n[a], WHAT, err);
		if (st == TL_OK && !(b->role[a] = tl_mem_zalloc(b->n[a], 1, err)))
			st = TL_NOMEM;
		for (size_t i = 0; st == TL_OK && i < b->n[a]; i++) {
			b->role[a][i] = role[tl_former_state(b->former, b->old[a][i])];
			fresh += b->role[a][i] == TL_SKETCH_NEW;
		}
	}
	if (st != TL_OK)
		return st;
	tl_former_sum(b->former, &sum);
	tl_tool_tell(run, "of %llu old sequences %llu are there again: %llu references (%llu of them heirs), "
			  "%llu members; %llu sequences are to be aligned",
		     (unsigned long long)sum.records, (unsigned long long)sum.again,
		     (unsigned long long)sum.refs, (unsigned long long)sum.heirs,
		     (unsigned long long)sum.members, fresh);
	tl_former_free(b->former); /* its memory is worth having from here on */
	b->former = NULL;
	return TL_OK;
}

void align_base_close(struct align_base *b, const struct tl_tool_run *run)
{
	tl_former_free(b->former);
	tl_hash_free(b->hash);
	for (int a = 0; a < 2; a++) {
		tl_budget_give(run->budget, b->cap[a] * sizeof *b->old[a] +
						    (b->role[a] ? b->n[a] : 0));
		tl_mem_free(b->old[a]);
		tl_mem_free(b->role[a]);
	}
}
