/* SPDX-License-Identifier: MIT */
/* diff: what two streams have in common.
 *
 * A record is six words: its name's hash, its residues' hash, side and ordinal, residues.  In this order they are
 * sorted; a group of one name is gone through twice, side by side: once to count what each
 * side has left over, once to say which records that is.  What is left over goes into a second
 * sort, by residues, and so do names that changed; the third is by side and ordinal.
 *
 * Contents: 1. reading  2. names  3. residues  4. the object.
 */
#include <tl/diff.h>

#include <tl/expand.h>
#include <tl/hash.h>
#include <tl/mem.h>
#include <tl/names.h>
#include <tl/sort.h>

#define WORDS 6
#define SIDE ((uint64_t)1 << 63) /* in the word of an ordinal: of NEW */
#define EVENT_BYTES (1u << 20)
#define LEAST ((uint64_t)1 << 20)

struct tl_diff {
	struct tl_pool *pool;
	struct tl_budget *budget;
	struct tl_sort *all;     /* name, name, residues, residues, side and ordinal, length */
	struct tl_sort *left;    /* residues, residues, side and ordinal, length */
	struct tl_sort *differs; /* side and ordinal, state */
	struct tl_diff_sum sum;
};

/* 1. Reading. */

struct taking {
	struct tl_diff *d;
	struct tl_hash_state *hash;
	uint64_t side;
	uint64_t record[WORDS]; /* the one whose pieces are read */
};

static enum tl_status take_entry(void *ctx, const struct tl_expand_event *ev, size_t i,
				 struct tl_str residues, struct tl_err *err)
{
	struct taking *t = ctx;
	uint64_t *r = t->record;
	struct tl_entry e;
	tl_batch_get(ev->batch, ev->at + i, &e);
	if (!(e.flags & TL_REC_IN)) {
		struct tl_str word = tl_names_word(e.head);
		struct tl_hash128 name = tl_hash_128(word.p, word.n);
		r[0] = name.lo;
		r[1] = name.hi;
		r[4] = t->side | e.ordinal;
		r[5] = 0;
		tl_hash_reset(t->hash);
	}
	tl_hash_put(t->hash, residues.p, residues.n);
	r[5] += residues.n;
	if (e.flags & TL_REC_OUT)
		return TL_OK;
	struct tl_hash128 h = tl_hash_get(t->hash);
	r[2] = h.lo;
	r[3] = h.hi;
	t->d->sum.of[t->side != 0]++;
	return tl_sort_put(t->d->all, 0, r, err);
}

enum tl_status tl_diff_take(struct tl_diff *d, struct tl_reader *r, enum tl_diff_side side,
			    struct tl_err *err)
{
	const struct tl_expand_opts opts = {.opt_budget = d->budget, .bytes = EVENT_BYTES};
	struct taking t = {.d = d, .side = side == TL_DIFF_NEW ? SIDE : 0};
	t.hash = tl_hash_new(err);
	enum tl_status st = t.hash ? tl_expand_each(r, &opts, take_entry, &t, err) : TL_NOMEM;
	tl_hash_free(t.hash);
	return st;
}

/* 2. Names. */

/* Two passes over the same records, of which the first is a group ahead. */
struct walk {
	struct tl_sort_pass *ahead, *behind;
	uint64_t next[WORDS]; /* read ahead, where more */
	bool more;
};

static enum tl_status step(struct walk *w, unsigned words, struct tl_err *err)
{
	const uint64_t *r;
	enum tl_status st = tl_sort_next(w->ahead, &r, err);
	w->more = st == TL_OK && r;
	for (unsigned i = 0; w->more && i < words; i++)
		w->next[i] = r[i];
	return st;
}

static enum tl_status open_walk(struct walk *w, const struct tl_sort *s, unsigned words,
				struct tl_err *err)
{
	*w = (struct walk){0};
	enum tl_status st = tl_sort_open(s, 0, UINT64_MAX, &w->ahead, err);
	if (st == TL_OK)
		st = tl_sort_open(s, 0, UINT64_MAX, &w->behind, err);
	return st == TL_OK ? step(w, words, err) : st;
}

static void close_walk(struct walk *w)
{
	tl_sort_close(w->ahead);
	tl_sort_close(w->behind);
}

static bool same_pair(const uint64_t *a, const uint64_t *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

/* Records of one name. */
struct group {
	uint64_t n[2];    /* of each side with the residues at hand */
	uint64_t left[2]; /* that the other side has not */
	uint64_t all;
};

static void close_residues(struct group *g)
{
	uint64_t both = g->n[0] < g->n[1] ? g->n[0] : g->n[1];
	for (int s = 0; s < 2; s++) {
		g->left[s] += g->n[s] - both;
		g->n[s] = 0;
	}
}

static enum tl_status count_group(struct walk *w, struct group *g, struct tl_err *err)
{
	uint64_t last[WORDS] = {0};
	enum tl_status st = TL_OK;
	*g = (struct group){{0, 0}, {0, 0}, 0};
	do {
		if (g->all && !same_pair(last + 2, w->next + 2))
			close_residues(g);
		for (int i = 0; i < WORDS; i++)
			last[i] = w->next[i];
		g->n[w->next[4] >= SIDE]++;
		g->all++;
		st = step(w, WORDS, err);
	} while (st == TL_OK && w->more && same_pair(last, w->next));
	close_residues(g);
	return st;
}

static enum tl_status put_state(struct tl_diff *d, uint64_t at, uint64_t length,
				enum tl_diff_state state, struct tl_err *err)
{
	bool counts = at >= SIDE || state == TL_DIFF_REMOVED;
	d->sum.records[state] += counts;
	d->sum.residues[state] += counts ? length : 0;
	return state == TL_DIFF_SAME ? TL_OK
				     : tl_sort_put(d->differs, 0, (uint64_t[]){at, state}, err);
}

/* Those with the same residues: of each side the first ones are the same, the others left over; of these the first `changed` are. */
static enum tl_status settle_one(struct tl_diff *d, const uint64_t *r, uint64_t seen[2],
				 const uint64_t both, uint64_t changed[2], struct tl_err *err)
{
	int side = r[4] >= SIDE;
	if (seen[side]++ < both)
		return put_state(d, r[4], r[5], TL_DIFF_SAME, err);
	if (changed[side]) {
		changed[side]--;
		return put_state(d, r[4], r[5], TL_DIFF_CHANGED, err);
	}
	return tl_sort_put(d->left, 0, (uint64_t[]){r[2], r[3], r[4], r[5]}, err);
}

/* The records of a group again, run by run of the same residues.  OLD ones of a run come first, so that
 * how many are on both sides is known when its NEW ones come; of the OLD ones it is not, so
 * that a run is looked at once more, by the same means. */
static enum tl_status settle_group(struct tl_diff *d, struct walk *runs, struct walk *w,
				   const struct group *g, struct tl_err *err)
{
	uint64_t most = g->left[0] < g->left[1] ? g->left[0] : g->left[1];
	uint64_t changed[2] = {most, most};
	enum tl_status st = TL_OK;
	for (uint64_t done = 0; done < g->all && st == TL_OK;) {
		uint64_t n[2] = {0, 0}, seen[2] = {0, 0}, last[4];
		do {
			for (int i = 0; i < 4; i++)
				last[i] = runs->next[i];
			n[runs->next[4] >= SIDE]++;
			st = step(runs, WORDS, err);
		} while (st == TL_OK && runs->more && same_pair(last, runs->next) &&
			 same_pair(last + 2, runs->next + 2));
		uint64_t both = n[0] < n[1] ? n[0] : n[1];
		for (uint64_t i = n[0] + n[1]; i > 0 && st == TL_OK; i--, done++) {
			const uint64_t *r;
			if ((st = tl_sort_next(w->behind, &r, err)) == TL_OK)
				st = settle_one(d, r, seen, both, changed, err);
		}
	}
	return st;
}

static enum tl_status settle_names(struct tl_diff *d, struct tl_err *err)
{
	struct walk w, runs;
	struct group g;
	enum tl_status st = open_walk(&w, d->all, WORDS, err);
	enum tl_status st2 = open_walk(&runs, d->all, WORDS, st == TL_OK ? err : NULL);
	if (st == TL_OK)
		st = st2;
	while (st == TL_OK && w.more) {
		st = count_group(&w, &g, err);
		if (st == TL_OK)
			st = settle_group(d, &runs, &w, &g, err);
	}
	close_walk(&w);
	close_walk(&runs);
	return st;
}

/* 3. Residues. */

/* Of what has the same residues and no name on the other side. */
static enum tl_status settle_residues(struct tl_diff *d, struct tl_err *err)
{
	struct walk w;
	enum tl_status st = open_walk(&w, d->left, 4, err);
	while (st == TL_OK && w.more) {
		uint64_t n[2] = {0, 0}, seen[2] = {0, 0}, last[2];
		do {
			last[0] = w.next[0];
			last[1] = w.next[1];
			n[w.next[2] >= SIDE]++;
			st = step(&w, 4, err);
		} while (st == TL_OK && w.more && same_pair(last, w.next));
		uint64_t both = n[0] < n[1] ? n[0] : n[1];
		for (uint64_t i = n[0] + n[1]; i > 0 && st == TL_OK; i--) {
			const uint64_t *r;
			if ((st = tl_sort_next(w.behind, &r, err)) != TL_OK)
				break;
			int side = r[2] >= SIDE;
			st = put_state(d, r[2], r[3],
				       seen[side]++ < both ? TL_DIFF_RENAMED
				       : side		   ? TL_DIFF_ADDED
							   : TL_DIFF_REMOVED,
				       err);
		}
	}
	close_walk(&w);
	return st;
}

/* 4. The object. */

static enum tl_status new_sort(struct tl_diff *d, unsigned words, struct tl_sort **ret,
			       struct tl_err *err)
{
	return tl_sort_new(d->pool, d->budget, tl_budget_share(d->budget, 1, 3, LEAST), words, ret,
			   err);
}

enum tl_status tl_diff_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_diff **ret,
			   struct tl_err *err)
{
	struct tl_diff *d = tl_mem_zalloc(1, sizeof *d, err);
	if (!d)
		return TL_NOMEM;
	d->pool = pool;
	d->budget = budget;
	enum tl_status st = new_sort(d, WORDS, &d->all, err);
	if (st == TL_OK)
		*ret = d;
	else
		tl_diff_free(d);
	return st;
}

enum tl_status tl_diff_settle(struct tl_diff *d, struct tl_err *err)
{
	enum tl_status st = tl_sort_end(d->all, err);
	if (st == TL_OK)
		st = new_sort(d, 4, &d->left, err);
	if (st == TL_OK)
		st = new_sort(d, 2, &d->differs, err);
	if (st == TL_OK)
		st = settle_names(d, err);
	tl_sort_free(d->all);
	d->all = NULL;
	if (st == TL_OK)
		st = tl_sort_end(d->left, err);
	if (st == TL_OK)
		st = settle_residues(d, err);
	return st == TL_OK ? tl_sort_end(d->differs, err) : st;
}

void tl_diff_sum(const struct tl_diff *d, struct tl_diff_sum *ret)
{
	*ret = d->sum;
}

/* Tells of the records of an event that differ; *r is the next one that does. */
static enum tl_status tell_event(const struct tl_expand_event *ev, struct tl_sort_pass *pass,
				 const uint64_t **r, enum tl_diff_side side, tl_diff_tell tell,
				 void *ctx, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < ev->n && *r && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(ev->batch, ev->at + i, &e);
		if (e.flags & TL_REC_IN || e.ordinal != (**r & ~SIDE))
			continue;
		st = tell(ctx, side, (enum tl_diff_state)(*r)[1], e.ordinal, tl_names_word(e.head),
			  err);
		if (st == TL_OK)
			st = tl_sort_next(pass, r, err);
	}
	return st;
}

enum tl_status tl_diff_list(struct tl_diff *d, struct tl_reader *reader, enum tl_diff_side side,
			    tl_diff_tell tell, void *ctx, struct tl_err *err)
{
	const struct tl_expand_opts opts = {.opt_budget = d->budget, .bytes = EVENT_BYTES};
	uint64_t from = side == TL_DIFF_NEW ? SIDE : 0;
	struct tl_expand *x = NULL;
	struct tl_expand_event ev;
	struct tl_sort_pass *pass = NULL;
	const uint64_t *r = NULL;
	enum tl_status st = tl_sort_open(d->differs, from, from | (SIDE - 1), &pass, err);
	if (st == TL_OK)
		st = tl_sort_next(pass, &r, err);
	if (st == TL_OK)
		st = tl_expand_new(reader, &opts, &x, err);
	while (st == TL_OK && (st = tl_expand_next(x, &ev, err)) == TL_OK &&
	       ev.what != TL_EXPAND_END) {
		if (ev.what == TL_EXPAND_ENTRIES)
			st = tell_event(&ev, pass, &r, side, tell, ctx, err);
		if (st == TL_OK)
			st = tl_expand_done(x, &ev, (struct tl_str){NULL, 0}, err);
	}
	tl_expand_free(x);
	tl_sort_close(pass);
	return st;
}

void tl_diff_free(struct tl_diff *d)
{
	if (!d)
		return;
	tl_sort_free(d->all);
	tl_sort_free(d->left);
	tl_sort_free(d->differs);
	tl_mem_free(d);
}
