/* SPDX-License-Identifier: MIT */
/* expand: the records of any stream in the order of their ordinals, with their residues.
 *
 * Batches wait in runs: in each run the ordinals rise, so that the next record is the smallest of
 * the runs' heads.  A record that is copied from others and not wanted is not resolved.  Records of
 * which no block can hold a smaller one any more may be given: up to the first ordinal of the last
 * block that is no base (the frontier), or the end of a FILE.
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
	uint8_t *own;  /* freed with the source; or NULL */
	uint8_t depth; /* deltas down to a record that stands whole */
	bool family;   /* its reference is wanted (opt_names) */
	bool nucleotide;
	bool twin; /* a duplicate */
};

/* A batch that was read and is not yet given out, or is kept because others copy from it. */
struct held {
	struct tl_batch batch;
	struct tl_hash128 sum;
	bool has_sum, reference, base;
	struct held *next; /* in the run, or in the list of kept ones */
};

/* The script of a delta of several pieces, put together as they come. */
struct gather {
	struct tl_buf ops, subs, lits;
	const struct held *at; /* where the last piece so far is; NULL: none */
	size_t i;
};

/* Where a record that goes on began. */
struct place {
	const struct held *h;
	size_t i;
};

struct run {
	struct held *head, *tail; /* waiting batches */
	size_t pos;               /* entry of head that is next */
	uint64_t last;            /* highest ordinal in tail */
	/* Of the record whose pieces are being given: */
	size_t piece; /* residues given by earlier ones */
	uint64_t base;
	enum tl_alphabet alphabet;
	enum tl_format format;
	bool wanted;
	struct tl_hash_state *sum; /* of the residues of head given so far */
};

struct tl_expand {
	struct tl_reader *reader;
	struct tl_expand_opts opts;
	/* Of the stream at hand: */
	struct source *source;
	size_t sources, source_cap;
	struct tl_map by_ordinal; /* ordinal: index of source */
	struct tl_buf growing;    /* residues of a source of several pieces */
	bool growing_family;
	struct gather base_script, script; /* of a delta that is read as a base; that is given */
	struct place base_start;           /* of the former */
	struct held *kept;
	struct run run[RUNS_MAX]; /* 0 to 2: by kind, not base; others: bases */
	size_t runs;
	struct {
		size_t run;
		bool base, reference;
	} last[3]; /* by kind: of the last batch */
	uint64_t stream;
	uint16_t stream_flags;
	bool open;         /* frontier is set */
	uint64_t frontier; /* records up to this ordinal may be given */
	bool any;          /* a record was given */
	uint64_t given;    /* ordinal of the last one */
	uint64_t in_file, file_first,
		file_end; /* records since the last FILE, the first's ordinal; its end */
	struct tl_item
		*ahead; /* a block of the next stream, or a FILE that waits for its records */
	struct tl_item *shown; /* the block of the last event */
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
	enum tl_status st =
		tl_mem_grow(&x->source, &x->source_cap, x->sources + 1, sizeof *x->source, err);
	if (st == TL_OK)
		st = tl_map_put(&x->by_ordinal, ordinal, x->sources, err);
	if (st == TL_OK)
		x->source[x->sources++] = *s;
	return st;
}

/* The base of an entry of h. */
static enum tl_status base_of(const struct tl_expand *x, const struct held *h,
			      const struct tl_entry *e, struct source **ret, struct tl_err *err)
{
	*ret = find_source(x, e->base);
	if (!*ret)
		return broken(err, e->ordinal, "is copied from a record that is not there");
	if ((*ret)->twin && h->batch.kind == TL_KIND_DUP)
		return broken(err, e->ordinal, "is a duplicate of a duplicate");
	if ((*ret)->nucleotide != (h->batch.alphabet == TL_NUCLEOTIDE))
		return broken(err, e->ordinal, "is copied from a record of another alphabet");
	return TL_OK;
}

static enum tl_status add_strings(struct gather *g, const struct tl_entry *e, struct tl_err *err)
{
	enum tl_status st = tl_buf_add(&g->ops, e->ops.p, e->ops.n, err);
	if (st == TL_OK)
		st = tl_buf_add(&g->subs, e->subs.p, e->subs.n, err);
	return st == TL_OK ? tl_buf_add(&g->lits, e->lits.p, e->lits.n, err) : st;
}

/* The whole script of the delta whose first piece is entry i of h; *ret_whole false where later
 * pieces are not there yet: asked again, it goes on with those. */
static enum tl_status gather_script(struct gather *g, const struct held *h, size_t i,
				    struct tl_delta *ret, bool *ret_whole, struct tl_err *err)
{
	struct tl_entry e;
	enum tl_status st = TL_OK;
	tl_batch_get(&h->batch, i, &e);
	*ret = (struct tl_delta){e.ops, e.subs, e.lits};
	*ret_whole = !(e.flags & TL_REC_OUT);
	if (*ret_whole)
		return TL_OK;
	if (!g->at) {
		tl_buf_reset(&g->ops);
		tl_buf_reset(&g->subs);
		tl_buf_reset(&g->lits);
		g->at = h;
		g->i = i;
		st = add_strings(g, &e, err);
	}
	tl_batch_get(&g->at->batch, g->i, &e);
	while (st == TL_OK && e.flags & TL_REC_OUT) {
		bool here = g->i + 1 < g->at->batch.n;
		if (!here && !g->at->next)
			return TL_OK;
		g->i = here ? g->i + 1 : 0;
		g->at = here ? g->at : g->at->next;
		tl_batch_get(&g->at->batch, g->i, &e);
		st = add_strings(g, &e, err);
	}
	g->at = NULL;
	*ret_whole = true;
	*ret = (struct tl_delta){{g->ops.data, g->ops.len},
				 {g->subs.data, g->subs.len},
				 {g->lits.data, g->lits.len}};
	return st;
}

/* Appends the residues of a delta to out. */
static enum tl_status apply(struct tl_expand *x, const struct tl_delta *d,
			    const struct source *base, uint64_t ordinal, struct tl_buf *out,
			    struct tl_err *err)
{
	if (base->depth >= TL_EXPAND_DEPTH)
		return broken(err, ordinal, "a chain of deltas that is too long");
	if (base->nucleotide && ((d->subs.n && memchr(d->subs.p, 'U', d->subs.n)) ||
				 (d->lits.n && memchr(d->lits.p, 'U', d->lits.n))))
		return broken(err, ordinal, "has U among its residues, which are carried as T");
	enum tl_status st = tl_delta_apply(d, base->residues, base->length, &x->scratch, out, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)ordinal);
	return st;
}

/* The delta that begins in entry i of h becomes a source, once its last piece is there. */
static enum tl_status add_delta(struct tl_expand *x, const struct held *h, size_t i,
				struct tl_err *err)
{
	struct tl_entry e;
	struct tl_delta d;
	struct source *base;
	struct tl_buf out = {0};
	bool whole;
	tl_batch_get(&h->batch, i, &e);
	enum tl_status st = base_of(x, h, &e, &base, err);
	if (st == TL_OK)
		st = gather_script(&x->base_script, h, i, &d, &whole, err);
	if (st != TL_OK || !whole)
		return st;
	if ((st = apply(x, &d, base, e.ordinal, &out, err)) == TL_OK) {
		struct source s = *base;
		s.residues = s.own = out.data;
		s.length = out.len;
		s.depth++;
		s.twin = false;
		st = add_source(x, e.ordinal, &s, err);
	}
	if (st != TL_OK)
		free(out.data);
	return st;
}

/* A piece of a record that stands whole; the last one makes the source. */
static enum tl_status add_whole(struct tl_expand *x, const struct tl_entry *e, bool nucleotide,
				struct tl_err *err)
{
	struct source s = {e->resi.p, e->resi.n, e->ordinal, NULL, 0, false, nucleotide, false};
	if (!(e->flags & TL_REC_IN)) {
		tl_buf_reset(&x->growing);
		x->growing_family =
			x->opts.opt_names && tl_names_match(x->opts.opt_names, e->head, e->ordinal);
	}
	s.family = x->growing_family;
	if (!(e->flags & (TL_REC_IN | TL_REC_OUT)))
		return add_source(x, e->ordinal, &s, err);
	enum tl_status st = tl_buf_add(&x->growing, e->resi.p, e->resi.n, err);
	if (st != TL_OK || e->flags & TL_REC_OUT)
		return st;
	s.residues = s.own = x->growing.data;
	s.length = x->growing.len;
	if ((st = add_source(x, e->ordinal, &s, err)) == TL_OK)
		x->growing = (struct tl_buf){0};
	return st;
}

static enum tl_status add_dup(struct tl_expand *x, const struct held *h, const struct tl_entry *e,
			      struct tl_err *err)
{
	struct source *base;
	enum tl_status st = base_of(x, h, e, &base, err);
	if (st != TL_OK)
		return st;
	struct source s = *base;
	s.own = NULL;
	s.twin = true;
	return add_source(x, e->ordinal, &s, err);
}

/* Makes sources of all entries of a batch that others may be copied from. */
static enum tl_status add_sources(struct tl_expand *x, const struct held *h, struct tl_err *err)
{
	const struct tl_batch *b = &h->batch;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		struct tl_entry e;
		tl_batch_get(b, i, &e);
		if (b->kind == TL_KIND_SEQ) {
			st = add_whole(x, &e, b->alphabet == TL_NUCLEOTIDE, err);
		} else if (b->kind == TL_KIND_DUP) {
			if (!(e.flags & TL_REC_IN))
				st = add_dup(x, h, &e, err);
		} else {
			if (!(e.flags & TL_REC_IN))
				x->base_start = (struct place){h, i};
			if (!(e.flags & TL_REC_OUT))
				st = add_delta(x, x->base_start.h, x->base_start.i, err);
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
	x->script.at = x->base_script.at = NULL;
}

/* The run that a batch continues: that of its kind, or for a base, of those whose ordinals all lie
 * below, the one that ends last.  Where each depth is written by ordinal, in two kinds of blocks at
 * most, that is never more than two runs for each. */
static enum tl_status choose_run(struct tl_expand *x, const struct held *h, size_t *ret,
				 struct tl_err *err)
{
	uint64_t first = h->batch.ordinal[0];
	*ret = h->batch.kind;
	if (h->batch.flags[0] & TL_REC_IN) {
		if (x->last[*ret].base != h->base || x->last[*ret].reference != h->reference)
			return broken(err, first, "goes on in a block with other flags");
		*ret = x->last[*ret].run;
		return TL_OK;
	}
	if (!h->base)
		return TL_OK;
	*ret = x->runs;
	for (size_t i = 3; i < x->runs; i++)
		if (x->run[i].last < first &&
		    (*ret == x->runs || x->run[i].last > x->run[*ret].last))
			*ret = i;
	if (*ret == RUNS_MAX)
		return tl_err_set(err, TL_DATA, "the bases of the archive are in disorder");
	x->runs += *ret == x->runs;
	return TL_OK;
}

static enum tl_status append(struct tl_expand *x, struct held *h, struct tl_err *err)
{
	size_t i;
	enum tl_status st = choose_run(x, h, &i, err);
	if (st != TL_OK)
		return st;
	struct run *r = &x->run[i];
	if (r->tail)
		r->tail->next = h;
	else
		r->head = h;
	r->tail = h;
	r->last = h->batch.ordinal[h->batch.n - 1];
	x->last[h->batch.kind].run = i;
	x->last[h->batch.kind].base = h->base;
	x->last[h->batch.kind].reference = h->reference;
	return TL_OK;
}

/* May its entries be copied from? */
static bool is_source(const struct tl_expand *x, const struct held *h)
{
	return h->base || (x->stream_flags & TL_STREAM_INTERNED && h->batch.kind == TL_KIND_SEQ);
}

/* The batch at the head of r was given out: keep it where it is a source, else free it. */
static enum tl_status drop_head(struct tl_expand *x, struct run *r, struct tl_err *err)
{
	struct held *h = r->head;
	if (h->has_sum && r->sum) {
		struct tl_hash128 have = tl_hash_get(r->sum);
		if (have.lo != h->sum.lo || have.hi != h->sum.hi)
			return broken(
				err, h->batch.ordinal[0],
				"the residues of its block do not have the sum that the archive says");
		tl_hash_reset(r->sum);
	}
	r->head = h->next;
	if (!r->head)
		r->tail = NULL;
	r->pos = 0;
	h->next = NULL;
	if (is_source(x, h)) {
		h->next = x->kept;
		x->kept = h;
	} else {
		free_held(h);
	}
	return TL_OK;
}

/* The run with the smallest ordinal at its head, or one whose batch is done; NULL where all are
 * empty. */
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
	bool reduced = x->stream_flags & TL_STREAM_REDUCED;
	uint8_t flags = item->block.head.flags;
	if (!item->batch.n)
		return TL_OK;
	struct held *h = tl_mem_zalloc(1, sizeof *h, err);
	if (!h)
		return TL_NOMEM;
	h->batch = item->batch;
	item->batch = (struct tl_batch){0};
	h->base = reduced && flags & TL_BLOCK_BASE;
	h->reference = h->batch.kind == TL_KIND_SEQ && (!reduced || flags & TL_BLOCK_REF);
	h->sum = item->sum;
	h->has_sum = item->has_sum && !x->opts.refs_only && !x->opts.opt_names;
	enum tl_status st = TL_OK;
	if (h->base && x->open && h->batch.ordinal[0] <= x->frontier)
		st = tl_err_set(err, TL_DATA, "a base must come before other records of its ordinals");
	if (st == TL_OK)
		st = append(x, h, err);
	if (st != TL_OK) {
		free_held(h);
		return st;
	}
	if (!h->base) {
		x->open = true;
		x->frontier = h->batch.ordinal[0];
	}
	return is_source(x, h) ? add_sources(x, h, err) : TL_OK;
}

/* A block of the stream at hand.  A FILE waits in ahead for its records; *ret_got: it is given now.
 */
static enum tl_status file_block(struct tl_expand *x, struct tl_item *item,
				 struct tl_expand_event *ret, bool *ret_got, struct tl_err *err)
{
	x->stream_flags = item->stream_flags;
	if (item->block.head.type == TL_BLOCK_FILE) {
		x->ahead = item;
		/* No record of the file can come any more: all below its end may go. */
		x->open = x->open || item->file.end > 0;
		x->frontier = item->file.end ? item->file.end - 1 : 0;
		return TL_OK;
	}
	if (tl_block_ancillary(item->block.head.type)) {
		x->shown = item;
		*ret = (struct tl_expand_event){
			.what = TL_EXPAND_NOTE, .note = item, .stream_flags = x->stream_flags};
		*ret_got = true;
		return TL_OK;
	}
	enum tl_status st = take_batch(x, item, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "%s: block %llu", item->name,
				    (unsigned long long)item->block.head.number);
	tl_reader_recycle(x->reader, item);
	return st;
}

/* Reads one block and files it; a block of a further stream waits in ahead. */
static enum tl_status take_block(struct tl_expand *x, struct tl_expand_event *ret, bool *ret_got,
				 struct tl_err *err)
{
	struct tl_item *item;
	enum tl_status st = tl_reader_next(x->reader, &item, err);
	if (st != TL_OK)
		return st;
	if (item && item->stream == x->stream)
		return file_block(x, item, ret, ret_got, err);
	x->ahead = item;
	x->ended = !item;
	x->open = true;
	x->frontier = UINT64_MAX;
	return TL_OK;
}

/* No records are left over behind the last FILE of a stream. */
static enum tl_status check_closed(const struct tl_expand *x, struct tl_err *err)
{
	return x->in_file ? broken(err, x->given, "no FILE block follows it") : TL_OK;
}

/* The records given since the last FILE are those of this one. */
static enum tl_status check_file(struct tl_expand *x, const struct tl_note_file *f,
				 struct tl_err *err)
{
	bool fits = f->first >= x->file_end && x->in_file == f->end - f->first - f->missing;
	if (!fits || (x->in_file && (x->file_first < f->first || x->given >= f->end)))
		return tl_err_set(
			err, TL_DATA,
			"a FILE block says that it has records tl|%llu to below tl|%llu, %llu "
			"of them missing, but they are others",
			(unsigned long long)f->first, (unsigned long long)f->end,
			(unsigned long long)f->missing);
	x->in_file = 0;
	x->file_end = f->end;
	return TL_OK;
}

/* All records up to the block that waits were given: deal with it. */
static enum tl_status take_ahead(struct tl_expand *x, struct tl_expand_event *ret, bool *ret_got,
				 struct tl_err *err)
{
	struct tl_item *item = x->ahead;
	enum tl_status st = TL_OK;
	if (item->stream != x->stream) {
		if ((st = check_closed(x, err)) != TL_OK)
			return st;
		forget(x);
		x->ahead = NULL;
		x->stream = item->stream;
		return file_block(x, item, ret, ret_got, err);
	}
	x->ahead = NULL;
	x->shown = item;
	*ret = (struct tl_expand_event){
		.what = TL_EXPAND_FILE, .file = &item->file, .stream_flags = x->stream_flags};
	*ret_got = true;
	return check_file(x, &item->file, err);
}

/* 4. Giving records out. */

static enum tl_status resolve_delta(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
				    bool *ret_whole, struct tl_err *err)
{
	struct tl_delta d;
	struct source *base;
	if (ev->entry.flags & TL_REC_IN)
		return TL_OK;
	enum tl_status st = base_of(x, r->head, &ev->entry, &base, err);
	if (st == TL_OK)
		st = gather_script(&x->script, r->head, r->pos, &d, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	tl_buf_reset(&x->resolved);
	return apply(x, &d, base, ev->entry.ordinal, &x->resolved, err);
}

/* The residues of the whole record at the head of r; *ret_whole false: more pieces must come first.
 */
static enum tl_status resolve_copy(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
				   struct tl_str *ret, bool *ret_whole, struct tl_err *err)
{
	struct source *s = r->head->base ? find_source(x, ev->entry.ordinal) : NULL;
	enum tl_status st = TL_OK;
	if (!s && ev->kind == TL_KIND_DELTA) {
		st = resolve_delta(x, r, ev, ret_whole, err);
		*ret = (struct tl_str){x->resolved.data, x->resolved.len};
		return st;
	}
	if (!s)
		st = base_of(x, r->head, &ev->entry, &s, err);
	if (st == TL_OK)
		*ret = (struct tl_str){s->residues, s->length};
	return st;
}

/* Finds the residues of the entry at the head of r. */
static enum tl_status resolve(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
			      bool *ret_whole, struct tl_err *err)
{
	const struct tl_entry *e = &ev->entry;
	struct tl_str whole;
	if (ev->kind == TL_KIND_SEQ) {
		ev->residues = e->resi.p;
		return TL_OK;
	}
	enum tl_status st = resolve_copy(x, r, ev, &whole, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	if (r->piece > whole.n || e->length > whole.n - r->piece)
		return broken(err, e->ordinal, "is longer than what it is copied from");
	if (!(e->flags & TL_REC_OUT) && r->piece + e->length != whole.n)
		return broken(err, e->ordinal, "is shorter than what it is copied from");
	ev->residues = whole.n ? whole.p + r->piece : NULL;
	return TL_OK;
}

/* Its root, and whether it is wanted. */
static void look_up(struct tl_expand *x, struct run *r, struct tl_expand_event *ev)
{
	const struct tl_entry *e = &ev->entry;
	const struct source *s = find_source(x, ev->kind == TL_KIND_SEQ ? e->ordinal : e->base);
	ev->root = s ? s->root : e->ordinal;
	if (e->flags & TL_REC_IN)
		return; /* what was said of its first piece holds */
	/* Its names are looked up in any case: they are known then. */
	bool named = x->opts.opt_names && tl_names_match(x->opts.opt_names, e->head, e->ordinal);
	r->wanted = !(x->opts.refs_only && !ev->reference) &&
		    (!x->opts.opt_names || named || (s && s->family));
	r->piece = 0;
	r->base = e->base;
	r->alphabet = ev->alphabet;
	r->format = ev->format;
}

static enum tl_status check_order(struct tl_expand *x, const struct run *r,
				  const struct tl_expand_event *ev, struct tl_err *err)
{
	const struct tl_entry *e = &ev->entry;
	bool in = e->flags & TL_REC_IN;
	if (x->any && (in ? e->ordinal != x->given : e->ordinal <= x->given))
		return broken(err, e->ordinal, "stands behind a later one, or twice");
	if (ev->alphabet != r->alphabet || ev->format != r->format ||
	    (ev->kind != TL_KIND_SEQ && e->base != r->base))
		return broken(err, e->ordinal, "has pieces that do not fit each other");
	if (!in && !x->in_file++)
		x->file_first = e->ordinal;
	x->any = true;
	x->given = e->ordinal;
	return TL_OK;
}

/* Gives the entry at the head of r.  *ret_got false where it is passed over, or *ret_whole false
 * and it must wait for more pieces. */
static enum tl_status give(struct tl_expand *x, struct run *r, struct tl_expand_event *ev,
			   bool *ret_got, bool *ret_whole, struct tl_err *err)
{
	const struct held *h = r->head;
	*ev = (struct tl_expand_event){.what = TL_EXPAND_ENTRY,
				       .kind = h->batch.kind,
				       .alphabet = h->batch.alphabet,
				       .width = h->batch.width,
				       .eol = h->batch.eol,
				       .format = h->batch.format,
				       .reference = h->reference,
				       .stream_flags = x->stream_flags};
	tl_batch_get(&h->batch, r->pos, &ev->entry);
	look_up(x, r, ev);
	enum tl_status st = r->wanted ? resolve(x, r, ev, ret_whole, err) : TL_OK;
	if (st == TL_OK && *ret_whole)
		st = check_order(x, r, ev, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	*ret_got = r->wanted;
	if (h->has_sum) {
		if (!r->sum && !(r->sum = tl_hash_new(err)))
			return TL_NOMEM;
		tl_hash_put(r->sum, ev->residues, ev->entry.length);
	}
	r->piece += (size_t)ev->entry.length;
	r->pos++;
	return TL_OK;
}

/* Gives the entry at the head of r, or reads on where its pieces are not all there. */
static enum tl_status give_or_wait(struct tl_expand *x, struct run *r, struct tl_expand_event *ret,
				   bool *ret_got, struct tl_err *err)
{
	bool whole = true;
	enum tl_status st = give(x, r, ret, ret_got, &whole, err);
	if (st != TL_OK || whole)
		return st;
	if (x->ended || x->ahead)
		return broken(err, ret->entry.ordinal, "its last piece is missing");
	return take_block(x, ret, ret_got, err);
}

enum tl_status tl_expand_next(struct tl_expand *x, struct tl_expand_event *ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	bool got = false;
	tl_reader_recycle(x->reader, x->shown);
	x->shown = NULL;
	while (st == TL_OK && !got) {
		struct run *r = smallest(x);
		if (r && r->pos == r->head->batch.n) {
			st = drop_head(x, r, err);
		} else if (r && x->open && r->head->batch.ordinal[r->pos] <= x->frontier) {
			st = give_or_wait(x, r, ret, &got, err);
		} else if (x->ahead) {
			st = take_ahead(x, ret, &got, err);
		} else if (x->ended) {
			*ret = (struct tl_expand_event){.what = TL_EXPAND_END};
			return check_closed(x, err);
		} else {
			st = take_block(x, ret, &got, err);
		}
	}
	return st;
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

static void free_gather(struct gather *g)
{
	tl_buf_free(&g->ops);
	tl_buf_free(&g->subs);
	tl_buf_free(&g->lits);
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
	free_gather(&x->script);
	free_gather(&x->base_script);
	tl_buf_free(&x->resolved);
	tl_buf_free(&x->scratch);
	free(x);
}
