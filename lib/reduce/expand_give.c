/* SPDX-License-Identifier: MIT */
/* expand_give: giving the records at the head of a queue out.
 *
 * Records that stand whole are given as many at a time as follow each other; copies one by one.  A
 * copy is not made here but by whoever asks for its residues, on any thread; only a delta of
 * several pieces is, as all of them share its residues.
 */
#include "expand_give.h"

#include <tl/mem.h>

static bool is_asked(const struct tl_want *want, const struct tl_batch *b, size_t i)
{
	struct tl_entry e;
	tl_batch_get(b, i, &e);
	return tl_want_match(want, e.ordinal, e.head, e.taxa);
}

/* Is the record at the head of q wanted?  Names are looked up in any case: they are known then. */
static bool wanted(struct tl_expand *x, const struct tl_held *h, size_t i,
		   const struct tl_source *opt_base)
{
	const struct tl_expand_opts *opts = &x->opts;
	bool named = true;
	if (h->hidden)
		return opts->hidden;
	if (opts->opt_names) {
		struct tl_str head = {NULL, 0};
		if (i < h->batch.head.n && h->batch.head.bytes.data)
			head = tl_col_get(&h->batch.head, i);
		named = tl_names_match(opts->opt_names, head, h->batch.ordinal[i]) ||
			(opt_base && opt_base->family);
	}
	if (opts->opt_want && !is_asked(opts->opt_want, &h->batch, i))
		return false;
	if (!named || (opts->refs_only && !h->reference) ||
	    (opts->file && opts->file != x->files + 1))
		return false;
	return !opts->parts || h->batch.ordinal[i] % opts->parts == opts->part - 1;
}

/* A record begins at the head of q, or goes on there. */
static void begin(struct tl_expand *x, struct tl_queue *q, const struct tl_source *opt_base)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	if (b->flags[q->pos] & TL_REC_IN || q->begun)
		return; /* what was said of its first piece holds */
	q->begun = true;
	q->wanted = wanted(x, q->waiting.head, q->pos, opt_base);
	q->piece = 0;
	q->base = b->kind == TL_KIND_SEQ ? 0 : b->base[q->pos];
	q->alphabet = b->alphabet;
	q->format = b->format;
}

static enum tl_status check_order(struct tl_expand *x, const struct tl_queue *q, struct tl_err *err)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	uint64_t ordinal = b->ordinal[q->pos];
	bool in = b->flags[q->pos] & TL_REC_IN;
	if (x->any && (in ? ordinal != x->given : ordinal <= x->given))
		return tl_sources_broken(err, ordinal, "stands behind a later one, or twice");
	if (b->alphabet != q->alphabet || b->format != q->format ||
	    (b->kind != TL_KIND_SEQ && b->base[q->pos] != q->base))
		return tl_sources_broken(err, ordinal, "has pieces that do not fit each other");
	return TL_OK;
}

/* How many entries, beside the one at the head, can go out with it: of records that are wanted, or
 * not, for the same reasons. */
static size_t reach(const struct tl_expand *x, const struct tl_queue *q, uint64_t limit)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	size_t i = q->pos + 1;
	uint64_t bytes = b->length[q->pos];
	const bool done = q->waiting.head->text.len; /* nobody has anything to do with its entries */
	if (b->kind != TL_KIND_SEQ || x->opts.opt_names || x->opts.opt_want || x->opts.parts)
		return i;
	for (; i < b->n && b->ordinal[i] <= x->frontier && b->ordinal[i] < limit; i++) {
		bytes += b->length[i] + 64;
		if (bytes > x->opts.bytes && !done)
			break;
	}
	return i;
}

/* Counts the entries up to end as given. */
static void count(struct tl_expand *x, struct tl_queue *q, size_t end, struct tl_expand_event *ev)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	bool hidden = q->waiting.head->hidden;
	unsigned flags = 0;
	for (size_t i = q->pos; i < end; i++) {
		bool starts = !(b->flags[i] & TL_REC_IN);
		flags |= b->flags[i];
		if (starts && !x->in_file && !hidden)
			x->file_first = b->ordinal[i];
		x->in_file += starts && !hidden;
		ev->records += starts;
		ev->residues += b->length[i];
	}
	x->any = true;
	x->given = b->ordinal[end - 1];
	ev->pieces = flags & (TL_REC_IN | TL_REC_OUT);
	q->piece += b->length[q->pos];
	q->pos = end;
	q->begun = false;
}

/* The residues of a delta of several pieces, once all are there. */
static enum tl_status make_whole(struct tl_expand *x, struct tl_queue *q,
				 const struct tl_source *base, bool *ret_whole, struct tl_err *err)
{
	struct tl_entry e;
	enum tl_status st =
		tl_gather_script(&x->script, q->waiting.head, q->pos, &e, ret_whole, err);
	if (st != TL_OK || !*ret_whole)
		return st;
	if (!(q->whole = tl_mem_zalloc(1, sizeof *q->whole, err)))
		return TL_NOMEM;
	if (e.loans.n) {
		struct tl_buf *to = &q->whole->literals;
		st = tl_sources_borrow(&x->sources, &e, base->nucleotide, e.length, to, err);
		e.lits = (struct tl_str){to->data, to->len};
	}
	const struct tl_delta d = {e.ops, e.subs, e.lits};
	return st == TL_OK ? tl_sources_apply(&d, base, e.ordinal, &x->scratch, &q->whole->residues, err)
			   : st;
}

/* The literals of a delta of one piece that has loans are lent to the event. */
static enum tl_status borrow(struct tl_expand *x, const struct tl_queue *q,
			     const struct tl_source *base, struct tl_expand_event *ev,
			     struct tl_held **lent, struct tl_err *err)
{
	struct tl_entry e;
	tl_batch_get(&q->waiting.head->batch, q->pos, &e);
	if (!e.loans.n)
		return TL_OK;
	if (!*lent && !(*lent = tl_mem_zalloc(1, sizeof **lent, err)))
		return TL_NOMEM;
	struct tl_buf *to = &(*lent)->literals;
	enum tl_status st =
		tl_sources_borrow(&x->sources, &e, base->nucleotide, e.length, to, err);
	ev->borrowed = true;
	ev->literals = (struct tl_str){to->data, to->len};
	return st;
}

/* The piece at the head of q is [q->piece, + its length) of whole, and ends with it. */
static enum tl_status cut(const struct tl_queue *q, struct tl_str whole, struct tl_expand_event *ev,
			  struct tl_err *err)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	uint64_t length = b->length[q->pos], ordinal = b->ordinal[q->pos];
	if (q->piece > whole.n || length > whole.n - q->piece)
		return tl_sources_broken(err, ordinal, "is longer than what it is copied from");
	if (!(b->flags[q->pos] & TL_REC_OUT) && q->piece + length != whole.n)
		return tl_sources_broken(err, ordinal, "is shorter than what it is copied from");
	ev->from = (struct tl_str){whole.n ? whole.p + q->piece : NULL, (size_t)length};
	return TL_OK;
}

/* Residues that are not at hand are lent to the event; they may go when that is done. */
static enum tl_status lend(struct tl_expand *x, struct tl_source *s, struct tl_held **lent,
			   struct tl_err *err)
{
	if (tl_sources_at_hand(s))
		return TL_OK;
	if (!*lent && !(*lent = tl_mem_zalloc(1, sizeof **lent, err)))
		return TL_NOMEM;
	return tl_sources_fetch(&x->sources, s, &(*lent)->residues, err);
}

/* How the residues of the copy of opt_base at the head of q are made. */
static enum tl_status plan_copy(struct tl_expand *x, struct tl_queue *q,
				struct tl_source *opt_base, struct tl_expand_event *ev,
				struct tl_held **lent, bool *ret_whole, struct tl_err *err)
{
	const struct tl_held *h = q->waiting.head;
	struct tl_source s;
	bool found = false;
	uint64_t ordinal = h->batch.ordinal[q->pos];
	unsigned flags = h->batch.flags[q->pos];
	enum tl_status st = TL_OK;
	if (h->base || flags & (TL_REC_BASE | TL_REC_IN))
		st = tl_shelf_find(&x->sources.shelf, ordinal, &s, &found, err);
	if (st == TL_OK && found) {
		x->script.at = NULL; /* its last piece may have been waited for */
		st = lend(x, &s, lent, err);
		return st == TL_OK ? cut(q, (struct tl_str){s.residues, s.length}, ev, err) : st;
	}
	if (st == TL_OK)
		st = tl_sources_check(opt_base, h, q->pos, err);
	if (st == TL_OK)
		st = lend(x, opt_base, lent, err);
	if (st != TL_OK)
		return st;
	ev->from = (struct tl_str){opt_base->residues, opt_base->length};
	if (h->batch.kind == TL_KIND_DUP)
		return cut(q, ev->from, ev, err);
	if (opt_base->depth >= TL_EXPAND_DEPTH)
		return tl_sources_broken(err, ordinal, "a chain of deltas that is too long");
	ev->script = !(flags & (TL_REC_IN | TL_REC_OUT));
	if (ev->script)
		return borrow(x, q, opt_base, ev, lent, err);
	if (!(flags & TL_REC_IN))
		st = make_whole(x, q, opt_base, ret_whole, err);
	if (st != TL_OK || !*ret_whole || !q->whole)
		return st;
	ev->borrowed = q->whole->literals.len;
	if (ev->borrowed && !(flags & TL_REC_IN))
		ev->literals = (struct tl_str){q->whole->literals.data, q->whole->literals.len};
	return cut(q, (struct tl_str){q->whole->residues.data, q->whole->residues.len}, ev, err);
}

/* The last piece of a delta was given: its residues may go when that is done. */
static void retire_whole(struct tl_expand *x, struct tl_queue *q, const struct tl_expand_event *ev)
{
	const struct tl_batch *b = ev->batch;
	if (!q->whole || b->flags[ev->at] & TL_REC_OUT)
		return;
	q->whole->serial = x->serial;
	tl_held_append(&x->retired, q->whole);
	q->whole = NULL;
}

/* The source that the entry at the head of q, a copy, says it comes from, if it is there. */
static enum tl_status look_up(struct tl_expand *x, const struct tl_queue *q,
			      struct tl_expand_event *ev, struct tl_source *ret, bool *ret_found,
			      struct tl_err *err)
{
	const struct tl_batch *b = &q->waiting.head->batch;
	enum tl_status st = TL_OK;
	ev->root = b->ordinal[q->pos];
	*ret_found = false;
	if (b->kind != TL_KIND_SEQ)
		st = tl_shelf_find(&x->sources.shelf, b->base[q->pos], ret, ret_found, err);
	if (st == TL_OK && *ret_found)
		ev->root = ret->root;
	return st;
}

/* The event is given: counts it, and what it needs may go when it is done. */
static void give(struct tl_expand *x, struct tl_queue *q, uint64_t limit,
		 struct tl_expand_event *ev, struct tl_held **lent)
{
	struct tl_held *h = ev->held;
	count(x, q, reach(x, q, limit), ev);
	ev->n = q->pos - ev->at;
	h->has_sum = h->has_sum && q->wanted;
	if (!q->wanted)
		return;
	if (!ev->at && ev->n == h->batch.n)
		ev->text = (struct tl_str){h->text.data, h->text.len};
	ev->sent = h->sent;
	ev->summed = h->has_sum;
	ev->serial = ++x->serial;
	if (*lent) {
		(*lent)->serial = x->serial;
		tl_held_append(&x->retired, *lent);
		*lent = NULL;
	}
	retire_whole(x, q, ev);
}

enum tl_status tl_expand_give_head(struct tl_expand *x, struct tl_queue *q, uint64_t limit,
				   struct tl_expand_event *ev, bool *ret_got, bool *ret_whole,
				   struct tl_err *err)
{
	struct tl_held *h = q->waiting.head, *lent = NULL;
	struct tl_source base;
	bool found;
	*ev = (struct tl_expand_event){.what = TL_EXPAND_ENTRIES,
				       .stream_flags = x->stream_flags,
				       .batch = &h->batch,
				       .at = q->pos,
				       .reference = h->reference,
				       .held = h};
	enum tl_status st = look_up(x, q, ev, &base, &found, err);
	if (st != TL_OK)
		return st;
	begin(x, q, found ? &base : NULL);
	if (q->wanted && h->batch.kind != TL_KIND_SEQ)
		st = plan_copy(x, q, found ? &base : NULL, ev, &lent, ret_whole, err);
	if (st == TL_OK && *ret_whole)
		st = check_order(x, q, err);
	if (st == TL_OK && *ret_whole) {
		give(x, q, limit, ev, &lent);
		*ret_got = q->wanted;
	}
	tl_held_free(lent);
	return st;
}
