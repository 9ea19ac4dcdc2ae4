/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Batches wait in runs: in each run the ordinals rise, so that the next record is the smallest of
 * the runs' heads.  Records of which no block can hold a smaller one any more may be given: up to
 * the first ordinal of the last block that is no base (the frontier), or the end of a FILE.
 *
 * Contents: 1. sources  2. runs  3. taking blocks in  4. giving records out  5. the object.
 */
#include <tl/expand.h>

#include <stdlib.h>
#include <string.h>

#include <tl/delta.h>
#include <tl/hash.h>
#include <tl/map.h>
#include <tl/mem.h>

#define RUNS_MAX 64

/* A record that others may be copied from. */
struct source {
	const uint8_t *residues; /* in a kept batch or in own */
	size_t length;
	uint64_t root;
	uint8_t *own;   /* freed with the source; or NULL */
	uint8_t depth;  /* deltas down to a record that stands whole */
	bool family;    /* its reference is wanted (opt_names) */
};

/* A batch that was read and is not yet given out, or is kept because others copy from it. */
struct held {
	struct tl_batch batch;
	struct tl_hash128 sum;
	bool has_sum, reference, base;
	struct held *next; /* in the run, or in the list of kept ones */
};

struct run {
	struct held *head, *tail; /* waiting batches */
	size_t pos;               /* entry of head that is next */
	uint64_t last;            /* highest ordinal in tail */
	size_t piece;             /* residues of the record given by earlier pieces */
	bool wanted;              /* the record of which the last piece was given */
	struct tl_hash_state *sum; /* of the residues of head given so far */
};

struct tl_expand {
	struct tl_reader *reader;
	struct tl_expand_opts opts;
	/* Of the stream at hand: */
	struct source *source;
	size_t sources, source_cap;
	struct tl_map by_ordinal;  /* ordinal: index of source */
	struct tl_buf growing;     /* residues of a source of several pieces */
	struct tl_delta_text {
		struct tl_buf ops, subs, lits;
	} script;                  /* of a delta of several pieces */
	struct held *kept;
	struct run run[RUNS_MAX];  /* 0 to 2: by kind, not base; others: bases */
	size_t runs;
	uint64_t stream;
	uint16_t stream_flags;
	bool open;                 /* frontier is set */
	uint64_t frontier;         /* records up to this ordinal may be given */
	bool any;                  /* a record was given */
	uint64_t given;            /* ordinal of the last one */
	struct tl_item *ahead;     /* a block of the next stream, or a FILE that waits for its records */
	struct tl_item *shown;     /* the FILE of the last event */
	bool ended;
	struct tl_buf resolved, scratch; /* a delta being given */
};

/* 1. Sources. */

static enum tl_status broken(struct tl_err *err, uint64_t ordinal, const char *why)
{
	return tl_err_set(err, TL_DATA, "record tl|%llu: %s", (unsigned long long)ordinal, why);
}

static struct source *find_source(const struct tl_expand *x, uint64_t ordinal)
{
	uint64_t i;
	return tl_map_get(&x->by_ordinal, ordinal, &i) ? &x->source[i] : NULL;
}

static enum tl_status add_source(struct tl_expand *x, uint64_t ordinal, const struct source *s,
				 struct tl_err *err)
{
	if (find_source(x, ordinal))
		return broken(err, ordinal, "stands twice in the stream");
	enum tl_status st = tl_mem_grow(&x->source, &x->source_cap, x->sources + 1,
					sizeof *x->source, err);
	if (st == TL_OK)
		st = tl_map_put(&x->by_ordinal, ordinal, x->sources, err);
	if (st == TL_OK)
		x->source[x->sources++] = *s;
	return st;
}

static enum tl_status base_of(const struct tl_expand *x, const struct tl_entry *e,
			      struct source **ret, struct tl_err *err)
{
	*ret = find_source(x, e->base);
	return *ret ? TL_OK : broken(err, e->ordinal, "is copied from a record that is not there");
}

/* The whole script of a delta whose first piece is entry i of batch; false where later pieces are
 * not there yet.  from is the batch that i is in. */
static enum tl_status gather_script(struct tl_expand *x, const struct held *from, size_t i,
				    struct tl_delta *ret, bool *ret_whole, struct tl_err *err)
{
	struct tl_entry e;
	tl_batch_get(&from->batch, i, &e);
	*ret = (struct tl_delta){e.ops, e.subs, e.lits};
	*ret_whole = true;
	if (!(e.flags & TL_REC_OUT))
		return TL_OK;
	tl_buf_reset(&x->script.ops);
	tl_buf_reset(&x->script.subs);
	tl_buf_reset(&x->script.lits);
	for (;;) {
		enum tl_status st = tl_buf_add(&x->script.ops, e.ops.p, e.ops.n, err);
		if (st == TL_OK)
			st = tl_buf_add(&x->script.subs, e.subs.p, e.subs.n, err);
		if (st == TL_OK)
			st = tl_buf_add(&x->script.lits, e.lits.p, e.lits.n, err);
		if (st != TL_OK || !(e.flags & TL_REC_OUT))
			break;
		for (i++; from && i >= from->batch.n; i = 0)
			from = from->next;
		*ret_whole = from != NULL;
		if (!from)
			return TL_OK;
		tl_batch_get(&from->batch, i, &e);
		if (!(e.flags & TL_REC_IN))
			return broken(err, e.ordinal, "a record before it is cut off");
	}
	ret->ops = (struct tl_str){x->script.ops.data, x->script.ops.len};
	ret->subs = (struct tl_str){x->script.subs.data, x->script.subs.len};
	ret->lits = (struct tl_str){x->script.lits.data, x->script.lits.len};
	return TL_OK;
}

static enum tl_status add_delta_base(struct tl_expand *x, const struct held *h, size_t i,
				     const struct tl_entry *e, struct tl_err *err)
{
	struct tl_delta d;
	struct source *base, s = {0};
	struct tl_buf out = {0};
	bool whole;
	enum tl_status st = base_of(x, e, &base, err);
	if (st != TL_OK || (st = gather_script(x, h, i, &d, &whole, err)) != TL_OK)
		return st;
	if (!whole)
		return broken(err, e->ordinal, "a base that goes on over blocks must be whole");
	if (base->depth >= TL_EXPAND_DEPTH)
		return broken(err, e->ordinal, "a chain of deltas that is too long");
	st = tl_delta_apply(&d, base->residues, base->length, &x->scratch, &out, err);
	if (st != TL_OK)
		return tl_err_prefix(err, "record tl|%llu", (unsigned long long)e->ordinal);
	s = (struct source){out.data, out.len, base->root, out.data, base->depth + 1, base->family};
	if ((st = add_source(x, e->ordinal, &s, err)) != TL_OK)
		free(out.data);
	return st;
}

/* A piece of a record that stands whole; the last one makes the source. */
static enum tl_status add_whole(struct tl_expand *x, const struct tl_entry *e, struct tl_err *err)
{
	struct source s = {e->resi.p, e->resi.n, e->ordinal, NULL, 0, false};
	if (!(e->flags & TL_REC_IN) && x->opts.opt_names)
		s.family = tl_names_match(x->opts.opt_names, e->head, e->ordinal);
	if (!(e->flags & (TL_REC_IN | TL_REC_OUT)))
		return add_source(x, e->ordinal, &s, err);
	enum tl_status st = TL_OK;
	if (!(e->flags & TL_REC_IN)) {
		/* Room for later pieces: the source is made now and filled with the last one. */
		tl_buf_reset(&x->growing);
		s.residues = NULL;
		st = add_source(x, e->ordinal, &s, err);
	}
	if (st == TL_OK)
		st = tl_buf_add(&x->growing, e->resi.p, e->resi.n, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	struct source *whole = find_source(x, e->ordinal);
	if (!whole || whole->own)
		return broken(err, e->ordinal, "its first piece is missing");
	whole->own = x->growing.data;
	whole->residues = whole->own;
	whole->length = x->growing.len;
	x->growing = (struct tl_buf){0};
	return TL_OK;
}

/* Makes sources of all entries of a batch that others may be copied from. */
static enum tl_status add_sources(struct tl_expand *x, const struct held *h, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < h->batch.n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(&h->batch, i, &e);
		if (h->batch.kind == TL_KIND_SEQ) {
			st = add_whole(x, &e, err);
		} else if (e.flags & TL_REC_IN) {
			continue;
		} else if (h->batch.kind == TL_KIND_DELTA) {
			st = add_delta_base(x, h, i, &e, err);
		} else {
			struct source *base, s;
			if ((st = base_of(x, &e, &base, err)) == TL_OK) {
				s = *base;
				s.own = NULL;
				st = add_source(x, e.ordinal, &s, err);
			}
		}
	}
	return st;
}

/* 2. Runs. */

static void free_held(struct held *h)
{
	while (h) {
		struct held *next = h->next;
		tl_batch_free(&h->batch);
		free(h);
		h = next;
	}
}

/* A stream is over: nothing of it can be copied from any more. */
static void forget(struct tl_expand *x)
{
	for (size_t i = 0; i < x->sources; i++)
		free(x->source[i].own);
	x->sources = 0;
	tl_map_free(&x->by_ordinal);
	free_held(x->kept);
	x->kept = NULL;
	for (size_t i = 0; i < x->runs; i++) {
		free_held(x->run[i].head);
		tl_hash_free(x->run[i].sum);
		x->run[i] = (struct run){0};
	}
	x->runs = 3;
	x->open = false;
	tl_buf_reset(&x->growing);
}

/* The run that a batch continues: that of its kind, or for a base the first whose ordinals all lie below. */
static enum tl_status choose_run(struct tl_expand *x, const struct held *h, struct run **ret,
				 struct tl_err *err)
{
	uint64_t first = h->batch.ordinal[0];
	*ret = &x->run[h->batch.kind];
	if (!h->base)
		return TL_OK;
	bool in = h->batch.flags[0] & TL_REC_IN;
	for (size_t i = 3; i < x->runs; i++) {
		*ret = &x->run[i];
		if ((*ret)->last < first || (in && (*ret)->last == first))
			return TL_OK;
	}
	if (x->runs == RUNS_MAX)
		return tl_err_set(err, TL_DATA, "the bases of the archive are in disorder");
	*ret = &x->run[x->runs++];
	return TL_OK;
}

static enum tl_status append(struct tl_expand *x, struct held *h, struct tl_err *err)
{
	struct run *r;
	enum tl_status st = choose_run(x, h, &r, err);
	if (st != TL_OK)
		return st;
	if (r->tail)
		r->tail->next = h;
	else
		r->head = h;
	r->tail = h;
	r->last = h->batch.ordinal[h->batch.n - 1];
	return TL_OK;
}

/* The batch at the head of r was given out: keep it where it is a source, else free it. */
static enum tl_status drop_head(struct tl_expand *x, struct run *r, struct tl_err *err)
{
	struct held *h = r->head;
	if (h->has_sum && r->sum) {
		struct tl_hash128 have = tl_hash_get(r->sum);
		if (have.lo != h->sum.lo || have.hi != h->sum.hi)
			return broken(err, h->batch.ordinal[0],
				      "the residues of its block do not have the sum that the archive says");
		tl_hash_reset(r->sum);
	}
	r->head = h->next;
	if (!r->head)
		r->tail = NULL;
	r->pos = 0;
	h->next = NULL;
	if (h->base || x->stream_flags & TL_STREAM_INTERNED) {
		h->next = x->kept;
		x->kept = h;
	} else {
		free_held(h);
	}
	return TL_OK;
}

/* The run with the smallest ordinal at its head, or one whose batch is done; NULL where all are empty. */
static struct run *smallest(struct tl_expand *x)
{
	struct run *best = NULL;
	uint64_t least = UINT64_MAX;
	for (size_t i = 0; i < x->runs; i++) {
		struct run *r = &x->run[i];
		if (!r->head)
			continue;
		if (r->pos == r->head->batch.n)
			return r; /* its batch is done: it is dropped first */
		if (!best || r->head->batch.ordinal[r->pos] < least) {
			best = r;
			least = r->head->batch.ordinal[r->pos];
		}
	}
	return best;
}

/* 3. Taking blocks in. */

static enum tl_status take_batch(struct tl_expand *x, struct tl_item *item, struct tl_err *err)
{
	if (!item->batch.n)
		return TL_OK;
	struct held *h = tl_mem_zalloc(1, sizeof *h, err);
	if (!h)
		return TL_NOMEM;
	h->batch = item->batch;
	item->batch = (struct tl_batch){0};
	h->base = item->block.head.flags & TL_BLOCK_BASE;
	h->reference = h->batch.kind == TL_KIND_SEQ &&
		       (!(x->stream_flags & TL_STREAM_REDUCED) ||
			item->block.head.flags & TL_BLOCK_REF);
	h->sum = item->sum;
	h->has_sum = item->has_sum && !x->opts.refs_only && !x->opts.opt_names;
	if (!h->base) {
		x->open = true;
		x->frontier = h->batch.ordinal[0];
	}
	enum tl_status st = append(x, h, err);
	if (st != TL_OK)
		free_held(h);
	else if (h->base || (x->stream_flags & TL_STREAM_INTERNED && h->batch.kind == TL_KIND_SEQ))
		st = add_sources(x, h, err);
	return st;
}

/* Reads one block and files it.  A block of a further stream, and a FILE, wait in ahead. */
static enum tl_status take_block(struct tl_expand *x, struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st = tl_reader_next(x->reader, &item, err);
	if (st != TL_OK)
		return st;
	if (!item) {
		x->ended = true;
		x->open = true;
		x->frontier = UINT64_MAX;
		return TL_OK;
	}
	if (item->stream != x->stream) {
		x->ahead = item;
		x->open = true;
		x->frontier = UINT64_MAX;
		return TL_OK;
	}
	x->stream_flags = item->stream_flags;
	if (item->block.head.type == TL_BLOCK_FILE) {
		x->ahead = item;
		/* No record of the file can come any more: all below its end may go. */
		x->open = x->open || item->file.end > 0;
		x->frontier = item->file.end ? item->file.end - 1 : 0;
		return TL_OK;
	}
	st = take_batch(x, item, err);
	if (st != TL_OK)
		st = tl_err_prefix(err, "%s: block %llu", item->name,
				   (unsigned long long)item->block.head.number);
	tl_reader_recycle(x->reader, item);
	return st;
}

/* All records up to the block that waits were given: deal with it.  True in *ret_file for a FILE. */
static enum tl_status take_ahead(struct tl_expand *x, bool *ret_file, struct tl_err *err)
{
	struct tl_item *item = x->ahead;
	x->ahead = NULL;
	*ret_file = false;
	if (item->stream != x->stream) {
		forget(x);
		x->stream = item->stream;
		x->stream_flags = item->stream_flags;
	}
	if (item->block.head.type == TL_BLOCK_FILE) {
		x->shown = item;
		*ret_file = true;
		return TL_OK;
	}
	enum tl_status st = take_batch(x, item, err);
	tl_reader_recycle(x->reader, item);
	return st;
}

/* 4. Giving records out. */

static enum tl_status resolve_delta(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
				    bool *ret_whole, struct tl_err *err)
{
	struct tl_delta d;
	struct source *base;
	if (ev->entry.flags & TL_REC_IN)
		return TL_OK;
	enum tl_status st = base_of(x, &ev->entry, &base, err);
	if (st == TL_OK)
		st = gather_script(x, r->head, r->pos, &d, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	if (base->depth >= TL_EXPAND_DEPTH)
		return broken(err, ev->entry.ordinal, "a chain of deltas that is too long");
	tl_buf_reset(&x->resolved);
	ev->script = d.ops;
	st = tl_delta_apply(&d, base->residues, base->length, &x->scratch, &x->resolved, err);
	if (st != TL_OK)
		tl_err_prefix(err, "record tl|%llu", (unsigned long long)ev->entry.ordinal);
	return st;
}

/* Finds the residues of the entry at the head of r; *ret_whole false: more pieces must come first. */
static enum tl_status resolve(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
			      bool *ret_whole, struct tl_err *err)
{
	const struct tl_entry *e = &ev->entry;
	struct tl_str whole = {NULL, 0};
	*ret_whole = true;
	if (!(e->flags & TL_REC_IN))
		r->piece = 0;
	if (ev->kind == TL_KIND_SEQ) {
		ev->residues = e->resi.p;
		return TL_OK;
	}
	struct source *s = r->head->base ? find_source(x, e->ordinal) : NULL;
	enum tl_status st = TL_OK;
	if (!s && ev->kind == TL_KIND_DUP && (st = base_of(x, e, &s, err)) != TL_OK)
		return st;
	if (s) {
		whole = (struct tl_str){s->residues, s->length};
		if (ev->kind == TL_KIND_DELTA && !(e->flags & TL_REC_IN))
			ev->script = e->ops;
	} else {
		st = resolve_delta(x, r, ev, ret_whole, err);
		if (st != TL_OK || !*ret_whole)
			return st;
		whole = (struct tl_str){x->resolved.data, x->resolved.len};
	}
	if (e->length > whole.n - r->piece)
		return broken(err, e->ordinal, "is longer than what it is copied from");
	if (!(e->flags & TL_REC_OUT) && r->piece + e->length != whole.n)
		return broken(err, e->ordinal, "is shorter than what it is copied from");
	ev->residues = whole.p + r->piece;
	r->piece += (size_t)e->length;
	return TL_OK;
}

static void find_root(const struct tl_expand *x, struct tl_expand_event *ev, bool *ret_family)
{
	const struct source *s = find_source(
		x, ev->kind == TL_KIND_SEQ ? ev->entry.ordinal : ev->entry.base);
	ev->root = s ? s->root : ev->entry.ordinal;
	*ret_family = s && s->family;
}

/* Is the record wanted?  Asked for its first piece; what was said then holds for the others. */
static bool wanted(struct tl_expand *x, const struct tl_expand_event *ev, bool family)
{
	if (x->opts.refs_only && !ev->reference)
		return false;
	if (!x->opts.opt_names || family)
		return true;
	if (ev->kind == TL_KIND_SEQ && find_source(x, ev->entry.ordinal))
		return false; /* asked already, when it became a source */
	return tl_names_match(x->opts.opt_names, ev->entry.head, ev->entry.ordinal);
}

static enum tl_status check_order(struct tl_expand *x, const struct tl_entry *e, struct tl_err *err)
{
	bool in = e->flags & TL_REC_IN;
	if (x->any && (in ? e->ordinal != x->given : e->ordinal <= x->given))
		return broken(err, e->ordinal, "stands behind a later one, or twice");
	x->any = true;
	x->given = e->ordinal;
	return TL_OK;
}

/* Gives the entry at the head of r; *ret_got false where it is passed over or must wait. */
static enum tl_status give(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
			   bool *ret_got, bool *ret_wait, struct tl_err *err)
{
	struct held *h = r->head;
	bool family, whole = true;
	*ev = (struct tl_expand_event){.what = TL_EXPAND_ENTRY, .kind = h->batch.kind,
				       .alphabet = h->batch.alphabet, .width = h->batch.width,
				       .eol = h->batch.eol, .reference = h->reference,
				       .stream_flags = x->stream_flags};
	tl_batch_get(&h->batch, r->pos, &ev->entry);
	find_root(x, ev, &family);
	enum tl_status st = x->opts.refs_only && !h->reference ? TL_OK
							       : resolve(x, r, ev, &whole, err);
	*ret_wait = !whole;
	*ret_got = false;
	if (st != TL_OK || !whole)
		return st;
	if ((st = check_order(x, &ev->entry, err)) != TL_OK)
		return st;
	if (!(ev->entry.flags & TL_REC_IN))
		r->wanted = wanted(x, ev, family);
	*ret_got = r->wanted;
	if (h->has_sum) {
		if (!r->sum && !(r->sum = tl_hash_new(err)))
			return TL_NOMEM;
		tl_hash_put(r->sum, ev->residues, ev->entry.length);
	}
	r->pos++;
	return TL_OK;
}

enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret, struct tl_err *err)
{
	tl_reader_recycle(x->reader, x->shown);
	x->shown = NULL;
	for (;;) {
		enum tl_status st = TL_OK;
		struct run *r = smallest(x);
		bool got = false, wait = false;
		if (r && r->pos == r->head->batch.n) {
			st = drop_head(x, r, err);
		} else if (r && x->open && r->head->batch.ordinal[r->pos] <= x->frontier) {
			st = give(x, r, ret, &got, &wait, err);
			if (st == TL_OK && wait && (x->ended || x->ahead))
				st = broken(err, ret->entry.ordinal, "its last piece is missing");
			else if (st == TL_OK && wait)
				st = take_block(x, err);
		} else if (x->ahead) {
			st = take_ahead(x, &got, err);
			if (got)
				*ret = (struct tl_expand_event){.what = TL_EXPAND_FILE,
								.file = &x->shown->file,
								.stream_flags = x->stream_flags};
		} else if (x->ended) {
			*ret = (struct tl_expand_event){.what = TL_EXPAND_END};
			return TL_OK;
		} else {
			st = take_block(x, err);
		}
		if (st != TL_OK || got)
			return st;
	}
}

/* 5. The object. */

enum tl_status tl_expand_new(struct tl_reader *reader, const struct tl_expand_opts *opts,
			     struct tl_expand **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->reader = reader;
	(*ret)->opts = *opts;
	(*ret)->runs = 3;
	return TL_OK;
}

void tl_expand_free(struct tl_expand *x)
{
	if (!x)
		return;
	tl_reader_recycle(x->reader, x->shown);
	tl_reader_recycle(x->reader, x->ahead);
	forget(x);
	free(x->source);
	tl_buf_free(&x->growing);
	tl_buf_free(&x->script.ops);
	tl_buf_free(&x->script.subs);
	tl_buf_free(&x->script.lits);
	tl_buf_free(&x->resolved);
	tl_buf_free(&x->scratch);
	free(x);
}
