/* SPDX-License-Identifier: MIT */
/* sibling: members that are coded from another member of their reference.
 *
 * Families go through an ordered lane, some at a time, with the residues of their references; what is
 * found waits in a store until all families are done, since workers read the scripts of the set.
 *
 * Contents: 1. some families at a time  2. the lane  3. all families.
 */
#include <tl/sibling.h>

#include <string.h>

#include <tl/budget.h>
#include <tl/lane.h>
#include <tl/mem.h>
#include <tl/pages.h>
#include <tl/rebase.h>
#include <tl/sort.h>
#include <tl/store.h>

#include "sibling_family.h"

#define SMALL_REF (1u << 20)   /* residues that are held in one piece */
#define ENOUGH_REFS (64u << 10) /* residues of references that are handed to a worker */
#define ENOUGH_KIN 256         /* members, the same */
#define MANY_RESIDUES (16u << 20) /* of a family of which the scripts may be many bytes */
#define OUT_BYTES (1u << 20)   /* of what was found there, before it is put away */
#define MOST_JOBS 9            /* each has a desk */

struct family {
	uint32_t reference;
	size_t first, n; /* its members among all of the job */
	size_t at;       /* where its residues are among those of the job, or */
	struct tl_store *text; /* they are here, where they are many */
	uint64_t length, residues; /* of the reference; of the members */
};

/* Some families, and who works on them. */
struct job {
	struct family *family; /* [families] */
	size_t families, family_cap;
	struct tl_sibling_kin *kin; /* [n] */
	size_t n, cap;
	struct tl_buf refs, out;
	struct tl_sibling_desk *desk;
	struct job *next; /* idle */
};

struct siblings {
	struct tl_set *set;
	struct tl_pages *pages;
	struct tl_lane *opt_lane; /* of jobs */
	struct job *idle, *open;
	size_t jobs;
	struct tl_store *found;
};

/* 1. Some families at a time. */

static struct tl_rebase_ref ref_of(const struct job *job, const struct family *f)
{
	return (struct tl_rebase_ref){.residues = f->text ? NULL : job->refs.data + f->at,
				      .text = f->text,
				      .length = f->length};
}

static void begin(struct job *job, const struct family *f)
{
	struct tl_rebase_ref ref = ref_of(job, f);
	tl_sibling_family_begin(job->desk, f->reference, &ref, job->kin + f->first);
}

static enum tl_status work(void *item, unsigned worker, struct tl_err *err)
{
	struct job *job = item;
	enum tl_status st = TL_OK;
	(void)worker;
	for (size_t k = 0; k < job->families && st == TL_OK; k++) {
		begin(job, &job->family[k]);
		for (uint32_t i = 0; i < job->family[k].n && st == TL_OK; i++)
			st = tl_sibling_family_link(job->desk, i, &job->out, err);
	}
	return st;
}

static enum tl_status put_away(struct siblings *s, struct job *job, struct tl_err *err)
{
	enum tl_status st = tl_store_put(s->found, job->out.data, job->out.len, err);
	tl_buf_reset(&job->out);
	return st;
}

static void empty(struct job *job)
{
	for (size_t k = 0; k < job->families; k++)
		tl_store_free(job->family[k].text);
	job->families = job->n = 0;
	tl_buf_reset(&job->refs);
	tl_buf_reset(&job->out);
}

/* A family that may have many bytes of scripts, which is the last one of the open job: here and now. */
static enum tl_status link_large(struct siblings *s, struct tl_err *err)
{
	struct job *job = s->open;
	const struct family f = job->family[--job->families];
	enum tl_status st = TL_OK;
	begin(job, &f);
	for (uint32_t i = 0; i < f.n && st == TL_OK; i++) {
		st = tl_sibling_family_link(job->desk, i, &job->out, err);
		if (st == TL_OK && job->out.len >= OUT_BYTES)
			st = put_away(s, job, err);
	}
	tl_store_free(f.text);
	job->n = f.first;
	job->refs.len = f.at; /* many such families may follow one another */
	return st == TL_OK ? put_away(s, job, err) : st;
}

/* The residues of a reference, behind those of the job. */
static enum tl_status load_ref(struct siblings *s, struct job *job, struct family *f,
			       struct tl_err *err)
{
	struct tl_set_record r = {0};
	const struct tl_batch *b;
	enum tl_status st = tl_set_get(s->set, f->reference, &r, err);
	uint32_t block = r.block, entry = r.entry;
	if (st == TL_OK)
		st = tl_pages_get(s->pages, block, &b, err);
	if (st == TL_OK && r.length > SMALL_REF)
		st = tl_store_new(s->set->budget, tl_budget_share(s->set->budget, 1, 16, 0),
				  &f->text, err);
	f->at = job->refs.len;
	f->length = r.length;
	while (st == TL_OK) {
		struct tl_entry e;
		tl_batch_get(b, entry, &e);
		st = f->text ? tl_store_put(f->text, e.resi.p, e.resi.n, err)
			     : tl_buf_add(&job->refs, e.resi.p, e.resi.n, err);
		if (st != TL_OK || !(e.flags & TL_REC_OUT))
			break;
		st = tl_pages_next(s->pages, &block, &entry, &b, err);
	}
	return st == TL_OK ? tl_buf_reserve(&job->refs, 1, err) : st;
}

/* 2. The lane. */

static void free_job(struct siblings *s, struct job *job)
{
	if (!job)
		return;
	empty(job);
	tl_budget_give(s->set->budget, tl_sibling_family_bytes + job->cap * sizeof *job->kin);
	tl_sibling_family_free(job->desk);
	tl_buf_free(&job->refs);
	tl_buf_free(&job->out);
	tl_mem_free(job->family);
	tl_mem_free(job->kin);
	tl_mem_free(job);
}

/* One more, whose desk is accounted. */
static enum tl_status new_job(struct siblings *s, struct tl_err *err)
{
	struct job *job = tl_mem_zalloc(1, sizeof *job, err);
	enum tl_status st = job ? tl_sibling_family_new(s->set, &job->desk, err) : TL_NOMEM;
	if (st != TL_OK) {
		tl_budget_give(s->set->budget, tl_sibling_family_bytes);
		tl_mem_free(job);
		return st;
	}
	s->jobs++;
	s->idle = job;
	return TL_OK;
}

static enum tl_status take(struct siblings *s, struct tl_err *err)
{
	void *item;
	enum tl_status st = tl_lane_take(s->opt_lane, &item, err);
	struct job *job = item;
	if (st == TL_OK)
		st = put_away(s, job, err);
	empty(job);
	job->next = s->idle;
	s->idle = job;
	return st;
}

/* As many jobs as there are workers, where the budget has memory for their desks; one at least. */
static enum tl_status open_job(struct siblings *s, struct tl_err *err)
{
	const unsigned threads = tl_pool_threads(s->set->pool);
	const size_t most = !s->opt_lane ? 1 : threads < MOST_JOBS ? threads + 1 : MOST_JOBS;
	enum tl_status st = TL_OK;
	if (!s->jobs)
		st = tl_budget_need(s->set->budget, tl_sibling_family_bytes,
				    "the table of differences", err);
	if (st != TL_OK)
		return st;
	if (!s->idle && (!s->jobs || (s->jobs < most && tl_budget_take(s->set->budget,
								       tl_sibling_family_bytes))))
		st = new_job(s, err);
	if (st == TL_OK && !s->idle)
		st = take(s, err);
	if (st != TL_OK)
		return st;
	s->open = s->idle;
	s->idle = s->open->next;
	s->open->next = NULL;
	return TL_OK;
}

/* The open job is worked on: elsewhere, where there is a lane. */
static enum tl_status send(struct siblings *s, struct tl_err *err)
{
	struct job *job = s->open;
	if (s->opt_lane) {
		s->open = NULL;
		tl_lane_put(s->opt_lane, job);
		return TL_OK;
	}
	enum tl_status st = work(job, 0, err);
	if (st == TL_OK)
		st = put_away(s, job, err);
	empty(job);
	return st;
}

static enum tl_status begin_family(struct siblings *s, uint32_t reference, struct tl_err *err)
{
	enum tl_status st = s->open ? TL_OK : open_job(s, err);
	struct job *job = s->open;
	if (st == TL_OK)
		st = tl_mem_grow(&job->family, &job->family_cap, job->families + 1,
				 sizeof *job->family, err);
	if (st == TL_OK)
		job->family[job->families++] =
			(struct family){.reference = reference, .first = job->n};
	return st;
}

static enum tl_status add_kin(struct siblings *s, uint32_t record, struct tl_err *err)
{
	struct job *job = s->open;
	struct family *f = &job->family[job->families - 1];
	enum tl_status st = tl_budget_grow(s->set->budget, &job->kin, &job->cap, job->n + 1,
					   sizeof *job->kin, "the members of a reference", err);
	if (st != TL_OK)
		return st;
	job->kin[job->n++] = (struct tl_sibling_kin){.record = record};
	f->n++;
	f->residues += s->set->length[record];
	return TL_OK;
}

/* All members of the last family of the open job are there: one alone has nothing to be coded from. */
static enum tl_status end_family(struct siblings *s, struct tl_err *err)
{
	struct job *job = s->open;
	struct family *f = job ? &job->family[job->families - 1] : NULL;
	if (f && f->n < 2) {
		job->n = f->first;
		job->families--;
		f = NULL;
	}
	enum tl_status st = f ? load_ref(s, job, f, err) : TL_OK;
	if (st == TL_OK && f && f->residues > MANY_RESIDUES)
		return link_large(s, err);
	bool full = f && (job->refs.len >= ENOUGH_REFS || job->n >= ENOUGH_KIN || f->text);
	return st == TL_OK && full ? send(s, err) : st;
}

/* 3. All families. */

/* Did i become a member of what it is copied from in this round? */
static enum tl_status is_new(struct tl_set *set, uint32_t i, bool *ret, struct tl_err *err)
{
	struct tl_set_record r;
	*ret = tl_set_role(set, i) == TL_SET_MEMBER;
	if (!*ret || !set->opt_former)
		return TL_OK;
	enum tl_status st = tl_set_get(set, i, &r, err);
	if (st == TL_OK)
		*ret = !r.old;
	return st;
}

/* The new members: reference and member as records of the set, in that order. */
static enum tl_status list_members(struct tl_set *set, struct tl_sort *sort, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
		bool new;
		if ((st = is_new(set, i, &new, err)) == TL_OK && new)
			st = tl_sort_put(sort, 0, (uint64_t[]){set->base[i], i}, err);
	}
	return st == TL_OK ? tl_sort_end(sort, err) : st;
}

static enum tl_status link_all(struct siblings *s, const struct tl_sort *sort, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	uint64_t reference = UINT64_MAX;
	enum tl_status st = tl_sort_open(sort, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r) {
		const uint64_t of = r[0];
		const uint32_t record = (uint32_t)r[1];
		if (of != reference && reference != UINT64_MAX)
			st = end_family(s, err);
		if (st == TL_OK && of != reference)
			st = begin_family(s, (uint32_t)of, err);
		if (st == TL_OK)
			st = add_kin(s, record, err);
		if (st != TL_OK)
			break;
		reference = of;
	}
	tl_sort_close(pass);
	if (st == TL_OK && reference != UINT64_MAX)
		st = end_family(s, err);
	if (st == TL_OK && s->open)
		st = send(s, err);
	while (st == TL_OK && s->opt_lane && tl_lane_pending(s->opt_lane))
		st = take(s, err);
	return st;
}

/* Nobody reads scripts any more: the set is told what was found. */
static enum tl_status recode_all(struct siblings *s, uint64_t *ret_n, struct tl_err *err)
{
	struct tl_buf scratch = {0};
	struct tl_sibling_found f;
	struct tl_str bytes;
	uint64_t at = 0, n = 0;
	enum tl_status st = TL_OK;
	for (; at < tl_store_bytes(s->found) && st == TL_OK; n++) {
		st = tl_store_get(s->found, at, sizeof f, &scratch, &bytes, err);
		if (st != TL_OK)
			break;
		memcpy(&f, bytes.p, sizeof f);
		at += sizeof f;
		st = tl_store_get(s->found, at, f.ops + f.subs + f.lits, &scratch, &bytes, err);
		at += f.ops + f.subs + f.lits;
		const uint8_t *p = bytes.p;
		struct tl_delta d = {{p, f.ops}, {p + f.ops, f.subs}, {p + f.ops + f.subs, f.lits}};
		if (st == TL_OK)
			st = tl_set_recode(s->set, f.record, f.base, &d, err);
	}
	tl_buf_free(&scratch);
	*ret_n = n;
	return st;
}

static enum tl_status open_all(struct siblings *s, struct tl_err *err)
{
	struct tl_set *set = s->set;
	enum tl_status st = TL_OK;
	if (tl_pool_threads(set->pool) > 1)
		st = tl_lane_new(set->pool, MOST_JOBS, work, &s->opt_lane, err);
	if (st == TL_OK)
		st = tl_pages_new(set->pool, set->spool, set->shift, &s->pages, err);
	return st == TL_OK ? tl_store_new(set->budget, tl_budget_share(set->budget, 1, 16, 0),
					  &s->found, err)
			   : st;
}

/* What was under way comes back first. */
static void close_jobs(struct siblings *s)
{
	struct tl_err ignored;
	while (s->opt_lane && tl_lane_pending(s->opt_lane))
		if (take(s, &ignored) != TL_OK)
			continue;
	tl_lane_free(s->opt_lane, NULL);
	s->opt_lane = NULL;
	free_job(s, s->open);
	while (s->idle) {
		struct job *job = s->idle;
		s->idle = job->next;
		free_job(s, job);
	}
	tl_pages_free(s->pages);
	s->pages = NULL;
}

enum tl_status tl_sibling_link(struct tl_set *set, uint64_t *ret_n, struct tl_err *err)
{
	struct siblings s = {.set = set};
	struct tl_sort *sort = NULL;
	*ret_n = 0;
	if (!set->result.members)
		return TL_OK;
	enum tl_status st = tl_sort_new(set->pool, set->budget,
					tl_budget_share(set->budget, 1, 16, 0), 2, &sort, err);
	if (st == TL_OK)
		st = list_members(set, sort, err);
	if (st == TL_OK)
		st = open_all(&s, err);
	if (st == TL_OK)
		st = link_all(&s, sort, err);
	tl_sort_free(sort);
	close_jobs(&s);
	if (st == TL_OK)
		st = recode_all(&s, ret_n, err);
	tl_store_free(s.found);
	return st == TL_OK ? tl_set_place(set, err) : st;
}
