/* SPDX-License-Identifier: MIT */
/* parts: the hits of one bucket of k-mers as CAND blocks, and those of all buckets read again. */
#include <tl/parts.h>

#include <stdlib.h>
#include <string.h>

#include <tl/map.h>
#include <tl/mem.h>
#include <tl/radix.h>
#include <tl/reader.h>

#define ENTRIES 131072 /* of a block: about a MiB */

/* 1. Writing. */

static enum tl_status put_block(struct tl_cands *cands, struct tl_writer *w, struct tl_err *err)
{
	const uint64_t first = cands->n ? cands->cand[0].a : 0;
	struct tl_job *job = tl_writer_job(TL_BLOCK_CAND, 0, first, err);
	if (!job)
		return TL_NOMEM;
	enum tl_status st = tl_cand_encode(cands, first, &job->payload, err);
	if (st != TL_OK) {
		tl_block_discard(&job->payload);
		tl_mem_free(job);
		return st;
	}
	job->head.records = (uint32_t)cands->n;
	for (size_t i = 0; i < cands->n; i++) {
		const struct tl_cand *c = &cands->cand[i];
		const uint64_t high = c->a > c->b ? c->a : c->b;
		job->last = high > job->last ? high : job->last;
	}
	tl_cand_reset(cands);
	return tl_writer_put(w, job, err);
}

enum tl_status tl_parts_write(struct tl_pairs *pairs, const struct tl_bank *bank,
			      const struct tl_cand_part *part, struct tl_writer *w,
			      struct tl_err *err)
{
	struct tl_cands cands = {.part = *part};
	struct tl_pairs_hit hit;
	enum tl_status st = tl_pairs_hit(pairs, &hit, err);
	while (st == TL_OK && hit.times) {
		const struct tl_cand c = {bank->ordinal[hit.member], bank->ordinal[hit.centre],
					  hit.diagonal, hit.times, hit.minus};
		st = tl_cand_add(&cands, &c, err);
		if (st == TL_OK)
			st = tl_pairs_hit(pairs, &hit, err);
		if (st == TL_OK && hit.times && cands.n == ENTRIES)
			st = put_block(&cands, w, err);
	}
	if (st == TL_OK)
		st = put_block(&cands, w, err);
	tl_cand_free(&cands);
	return st;
}

/* 2. Where a record is in its bank. */

struct finder {
	const struct tl_bank *bank;
	struct tl_radix_item *order; /* {ordinal, index}, where they do not rise together */
};

/* Sets up a finder; its order is 16 bytes a sequence, where it is wanted. */
static enum tl_status open_finder(struct tl_budget *budget, const struct tl_bank *bank,
				  struct finder *f, struct tl_err *err)
{
	const uint64_t bytes = bank->n * sizeof *f->order;
	bool rises = true;
	f->bank = bank;
	for (size_t i = 1; i < bank->n; i++)
		rises = rises && bank->ordinal[i - 1] < bank->ordinal[i];
	if (rises)
		return TL_OK;
	enum tl_status st = tl_budget_need(budget, bytes, "the order of sequences", err);
	if (st != TL_OK)
		return st;
	f->order = tl_mem_alloc(bank->n, sizeof *f->order, err);
	if (!f->order) {
		tl_budget_give(budget, bytes);
		return TL_NOMEM;
	}
	for (size_t i = 0; i < bank->n; i++)
		f->order[i] = (struct tl_radix_item){bank->ordinal[i], i};
	tl_radix_items(f->order, bank->n);
	return TL_OK;
}

static void close_finder(struct tl_budget *budget, struct finder *f)
{
	if (f->order)
		tl_budget_give(budget, f->bank->n * sizeof *f->order);
	free(f->order);
}

static uint64_t ordinal_at(const struct finder *f, size_t i)
{
	return f->order ? f->order[i].key : f->bank->ordinal[i];
}

static bool find(const struct finder *f, uint64_t ordinal, uint32_t *ret)
{
	size_t lo = 0, hi = f->bank->n;
	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		if (ordinal_at(f, mid) < ordinal)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->bank->n || ordinal_at(f, lo) != ordinal)
		return false;
	*ret = f->order ? (uint32_t)f->order[lo].value : (uint32_t)lo;
	return true;
}

/* 3. Reading. */

struct reading {
	const struct tl_parts_want *want; /* [2] */
	const char *const *names;
	size_t at; /* the stream in hand */
	struct finder finder[2];
	uint64_t sum[2];       /* tl_bank_sum */
	struct tl_map seen[2]; /* bucket to the stream that it was in */
	uint32_t parts;        /* 0: no block was read yet */
};

/* Does a block belong to what is wanted? */
static enum tl_status check_part(struct reading *r, const struct tl_cand_part *p,
				 struct tl_err *err)
{
	const struct tl_parts_want *want = &r->want[p->alphabet];
	struct tl_map *seen = &r->seen[p->alphabet];
	uint64_t stream;
	if (p->bank != r->sum[p->alphabet])
		return tl_err_set(err, TL_DATA, "its candidates are of other records than those of the "
						"stream");
	if (p->how != want->how)
		return tl_err_set(err, TL_DATA, "its candidates were found with another --identity, "
						"--sensitivity or --seed, or by another version");
	if (r->parts && r->parts != p->parts)
		return tl_err_set(err, TL_DATA, "it is one of %u parts, those before are of %u",
				  p->parts, r->parts);
	r->parts = p->parts;
	if (tl_map_get(seen, p->part, &stream) && stream != r->at)
		return tl_err_set(err, TL_DATA, "part %u/%u is in %s already", p->part + 1, p->parts,
				  r->names[stream]);
	return tl_map_put(seen, p->part, r->at, err);
}

/* A pair as it may stand there: the centre before the member, and the diagonal one that they have. */
static bool plausible(const struct tl_bank *bank, const struct tl_pairs_hit *hit)
{
	const int64_t member = (int64_t)tl_bank_length(bank, hit->member);
	const int64_t centre = (int64_t)tl_bank_length(bank, hit->centre);
	return hit->diagonal > -member && hit->diagonal < centre &&
	       hit->times <= (uint64_t)member && tl_bank_before(bank, hit->centre, hit->member);
}

static enum tl_status take_cands(struct reading *r, const struct tl_cands *cands,
				 struct tl_err *err)
{
	const struct tl_parts_want *want = &r->want[cands->part.alphabet];
	const struct finder *f = &r->finder[cands->part.alphabet];
	const size_t n = want->bank->n;
	const uint64_t from = (uint64_t)n * want->part / want->parts;
	const uint64_t end = (uint64_t)n * (want->part + 1) / want->parts;
	struct tl_pairs_hit hit = {0};
	enum tl_status st = check_part(r, &cands->part, err);
	for (size_t i = 0; i < cands->n && st == TL_OK; i++) {
		const struct tl_cand *c = &cands->cand[i];
		if (!((i && c->a == c[-1].a) || find(f, c->a, &hit.member)) ||
		    !((i && c->b == c[-1].b) || find(f, c->b, &hit.centre)))
			return tl_err_set(err, TL_DATA, "a candidate is of a record that is not there");
		hit.diagonal = c->diagonal;
		hit.times = c->hits;
		hit.minus = c->minus;
		if (!plausible(want->bank, &hit))
			return tl_err_set(err, TL_DATA, "a candidate does not fit its records");
		if (hit.member >= from && hit.member < end)
			st = tl_pairs_put(want->pairs, 0, &hit, err);
	}
	return st;
}

static enum tl_status read_stream(struct tl_pool *pool, struct reading *r, struct tl_err *err)
{
	const struct tl_reader_opts opts = {.cand = true};
	const char *name = r->names[r->at];
	struct tl_reader *reader;
	struct tl_item *item;
	bool any = false;
	enum tl_status st = tl_reader_open(pool, &name, 1, &opts, &reader, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_reader_next(reader, &item, err)) == TL_OK && item) {
		const uint32_t type = item->block.head.type;
		any |= type == TL_BLOCK_CAND;
		if (type == TL_BLOCK_CAND)
			st = take_cands(r, &item->cands, err);
		else if (!tl_block_ancillary(type))
			st = tl_err_set(err, TL_DATA, "it has records; --from takes streams of "
						      "candidates, and the records are named last");
		if (st != TL_OK)
			st = tl_err_prefix(err, "%s", name);
		tl_reader_recycle(reader, item);
		if (st != TL_OK)
			break;
	}
	tl_reader_close(reader);
	if (st == TL_OK && !any && r->want[0].bank->n + r->want[1].bank->n)
		st = tl_err_set(err, TL_DATA, "%s: there are no candidates in it", name);
	return st;
}

/* Was every bucket there? */
static enum tl_status check_all(const struct reading *r, struct tl_err *err)
{
	uint64_t stream;
	for (int a = 0; a < 2; a++)
		for (uint32_t i = 0; r->want[a].bank->n && i < r->parts; i++)
			if (!tl_map_get(&r->seen[a], i, &stream))
				return tl_err_set(err, TL_DATA, "--from: part %u/%u is missing",
						  i + 1, r->parts);
	return TL_OK;
}

enum tl_status tl_parts_read(struct tl_pool *pool, struct tl_budget *budget,
			     const char *const *names, size_t n,
			     const struct tl_parts_want want[2], struct tl_err *err)
{
	struct reading r = {.want = want, .names = names,
			    .sum = {tl_bank_sum(want[0].bank), tl_bank_sum(want[1].bank)}};
	enum tl_status st = open_finder(budget, want[0].bank, &r.finder[0], err);
	if (st == TL_OK)
		st = open_finder(budget, want[1].bank, &r.finder[1], err);
	for (; r.at < n && st == TL_OK; r.at++)
		st = read_stream(pool, &r, err);
	if (st == TL_OK)
		st = check_all(&r, err);
	for (int a = 0; a < 2; a++) {
		close_finder(budget, &r.finder[a]);
		tl_map_free(&r.seen[a]);
	}
	return st;
}
