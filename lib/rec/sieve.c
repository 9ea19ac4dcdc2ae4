/* SPDX-License-Identifier: MIT */
/* sieve: which records of a stream that is being written are kept.
 *
 * Contents: 1. deciding  2. pieces put aside  3. blocks  4. a batch  5. the object.
 */
#include <tl/sieve.h>

#include <stdlib.h>

#include <tl/block.h>
#include <tl/facts.h>
#include <tl/hash.h>
#include <tl/mem.h>
#include <tl/record.h>
#include <tl/spool.h>

#define HELD (32u << 20) /* bytes of a record's pieces in memory, more go to a file */

/* Entries on their way to the writer. */
struct load {
	struct tl_job job; /* first: the writer gives back a pointer to it */
	struct tl_sieve *s;
	struct tl_batch in, out; /* all entries; those kept */
	struct tl_buf marks;
	uint64_t first;
	struct load *next; /* in the list of idle ones */
};

enum fate { UNDECIDED, KEPT, DROPPED };

struct tl_sieve {
	struct tl_writer *writer;
	struct tl_sieve_opts opts;
	bool late; /* the expression asks for the ordinal */
	struct load *idle;
	struct tl_sieve_sum sum;
	/* The record of several pieces that was begun: */
	bool open;
	enum fate fate;
	uint64_t length;       /* of its pieces so far */
	struct tl_spool *held; /* them, where they wait */
	struct tl_payload payload;
	struct tl_block block;
	struct tl_buf scratch;
	struct tl_facts *whole; /* of it, and of what is judged in order */
	unsigned threads;
	struct tl_facts *facts[]; /* [threads] each its worker's */
};

/* 1. Deciding. */

bool tl_sieve_chosen(const struct tl_sieve_opts *opts, uint64_t ordinal)
{
	if (opts->shards > 1 && ordinal % opts->shards != opts->shard)
		return false;
	if (opts->share >= TL_SIEVE_WHOLE)
		return true;
	/* The high half of hash * million is even over 0 .. 999,999. */
	uint64_t hash = tl_hash_mix(ordinal ^ tl_hash_mix(opts->seed + 0x9E3779B97F4A7C15u));
	return (uint64_t)(((__extension__(unsigned __int128) hash) * TL_SIEVE_WHOLE) >> 64) <
	       opts->share;
}

static bool fits(const struct tl_sieve *s, uint64_t length)
{
	return length >= s->opts.min && length <= s->opts.max;
}

/* A whole record, but for what its ordinal decides, where that is not late. */
static enum tl_status judge(const struct tl_sieve *s, struct tl_facts *facts,
			    const struct tl_batch *b, size_t i, uint64_t ordinal, uint8_t *ret,
			    struct tl_err *err)
{
	struct tl_entry e;
	bool yes = fits(s, b->length[i]);
	enum tl_status st = TL_OK;
	if (yes && facts) {
		tl_batch_get(b, i, &e);
		e.ordinal = ordinal;
		st = tl_facts_judge(facts, b, &e, &yes, err);
	}
	*ret = yes;
	return st;
}

enum tl_status tl_sieve_mark(struct tl_sieve *s, const struct tl_batch *batch, struct tl_buf *marks,
			     unsigned worker, struct tl_err *err)
{
	tl_buf_reset(marks);
	enum tl_status st = tl_buf_fill(marks, 1, batch->n, err);
	if (st != TL_OK || s->late)
		return st;
	for (size_t i = 0; i < batch->n && st == TL_OK; i++)
		if (!(batch->flags[i] & (TL_REC_IN | TL_REC_OUT)))
			st = judge(s, s->facts[worker], batch, i, 0, &marks->data[i], err);
	return st;
}

/* Counts a decision; the first so many were kept: no more. */
static bool settle(struct tl_sieve *s, bool keep)
{
	keep = keep && s->sum.kept < s->opts.head;
	s->sum.kept += keep;
	s->sum.dropped += !keep;
	return keep;
}

/* 2. Pieces put aside. */

static enum tl_status hold(struct tl_sieve *s, const struct tl_batch *b, const struct tl_entry *e,
			   struct tl_err *err)
{
	struct tl_batch one = {0};
	enum tl_status st = s->held ? TL_OK : tl_spool_new(NULL, HELD, &s->held, err);
	tl_batch_become(&one, TL_KIND_SEQ, b);
	tl_block_clear(&s->payload);
	s->block.head =
		(struct tl_block_head){.type = TL_BLOCK_SEQS, .records = 1, .first = e->ordinal};
	tl_buf_reset(&s->block.payload);
	if (st == TL_OK)
		st = tl_batch_add(&one, e, err);
	if (st == TL_OK)
		st = tl_record_encode(&one, e->ordinal, NULL, &s->payload, err);
	if (st == TL_OK)
		st = tl_block_pack(&s->payload, TL_CODEC_NONE, 0, &s->block.head, &s->block.payload,
				   err);
	tl_batch_free(&one); /* only now: the payload's columns may be those of the batch */
	if (st != TL_OK)
		return st;
	uint8_t head[TL_BLOCK_HEADER];
	s->block.head.stored = (uint32_t)s->block.payload.len;
	tl_block_put_head(&s->block.head, head);
	s->block.check =
		tl_block_sum(head, tl_hash_64(s->block.payload.data, s->block.payload.len));
	return tl_spool_put(s->held, &s->block, err);
}

/* The pieces that wait are written. */
static enum tl_status release_held(struct tl_sieve *s, struct tl_err *err)
{
	size_t n = s->held ? tl_spool_count(s->held) : 0;
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < n && st == TL_OK; i++) {
		struct tl_batch one = {0};
		struct tl_hash128 sum;
		bool has;
		st = tl_spool_get(s->held, i, &s->scratch, &s->block, err);
		if (st == TL_OK)
			st = tl_record_decode(&s->block, 0, &one, &sum, &has, err);
		if (st == TL_OK)
			st = tl_writer_put_batch(s->writer, &one, 0, NULL, err);
		tl_batch_free(&one);
	}
	return st;
}

/* What can be said before the last piece came. */
static enum fate guess(const struct tl_sieve *s, uint64_t ordinal)
{
	if (s->length > s->opts.max || s->sum.kept >= s->opts.head ||
	    !tl_sieve_chosen(&s->opts, ordinal))
		return DROPPED;
	bool open = s->opts.opt_expr || s->opts.max < UINT64_MAX || s->length < s->opts.min;
	return open ? UNDECIDED : KEPT;
}

/* Of a record whose last piece was added. */
static enum tl_status decide(struct tl_sieve *s, uint64_t ordinal, enum fate *ret,
			     struct tl_err *err)
{
	bool yes = fits(s, s->length) && tl_sieve_chosen(&s->opts, ordinal);
	enum tl_status st = TL_OK;
	if (yes && s->whole)
		st = tl_facts_end(s->whole, &yes, err);
	*ret = yes ? KEPT : DROPPED;
	return st;
}

/* A piece: *ret_mark tells whether it goes on with its batch. */
static enum tl_status put_piece(struct tl_sieve *s, const struct tl_batch *b, size_t i,
				uint64_t ordinal, uint8_t *ret_mark, struct tl_err *err)
{
	struct tl_entry e;
	enum tl_status st = TL_OK;
	tl_batch_get(b, i, &e);
	e.ordinal = ordinal;
	e.lead = (struct tl_str){NULL, 0};
	if (!(e.flags & TL_REC_IN)) {
		s->fate = UNDECIDED;
		s->length = 0;
	}
	s->open = e.flags & TL_REC_OUT;
	s->length += e.length;
	if (s->fate == UNDECIDED) {
		if (s->whole)
			st = tl_facts_add(s->whole, b, &e, err);
		if (st == TL_OK && s->open)
			s->fate = guess(s, ordinal);
		else if (st == TL_OK)
			st = decide(s, ordinal, &s->fate, err);
		if (st == TL_OK && s->fate == UNDECIDED) {
			*ret_mark = 0;
			return hold(s, b, &e, err);
		}
		if (st == TL_OK && !settle(s, s->fate == KEPT))
			s->fate = DROPPED;
		if (st == TL_OK && s->fate == KEPT)
			st = release_held(s, err);
		tl_spool_free(s->held);
		s->held = NULL;
	}
	*ret_mark = s->fate == KEPT;
	return st;
}

/* 3. Blocks. */

/* Copies what is kept, unless that is all. */
static enum tl_status choose(struct load *l, const struct tl_batch **ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	*ret = &l->in;
	tl_col_reset(&l->in.lead); /* of files of which records are missing */
	if (l->job.head.records == l->in.n)
		return TL_OK;
	*ret = &l->out;
	tl_batch_become(&l->out, TL_KIND_SEQ, &l->in);
	for (size_t i = 0; i < l->in.n && st == TL_OK; i++) {
		struct tl_entry e;
		if (!l->marks.data[i])
			continue;
		tl_batch_get(&l->in, i, &e);
		st = tl_batch_add(&l->out, &e, err);
	}
	return st;
}

/* In a worker. */
static enum tl_status make_load(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	struct load *l = (struct load *)job;
	const struct tl_batch *b;
	(void)worker;
	for (size_t i = 0; i < l->in.n; i++)
		l->in.ordinal[i] += l->first;
	enum tl_status st = choose(l, &b, err);
	if (st != TL_OK)
		return st;
	for (size_t i = 0; i < b->n; i++) {
		job->starts += !(b->flags[i] & TL_REC_IN);
		job->residues += b->length[i];
	}
	job->head.first = b->ordinal[0];
	job->last = b->ordinal[b->n - 1];
	return tl_record_encode(b, job->head.first, NULL, &job->payload, err);
}

static void release_load(struct tl_job *job)
{
	struct load *l = (struct load *)job;
	l->next = l->s->idle;
	l->s->idle = l;
}

static struct load *take_load(struct tl_sieve *s, struct tl_err *err)
{
	struct load *l = s->idle;
	if (l)
		s->idle = l->next;
	else if (!(l = tl_mem_zalloc(1, sizeof *l, err)))
		return NULL;
	struct tl_buf packed = l->job.packed;
	struct tl_payload payload = l->job.payload;
	l->job = (struct tl_job){.head.type = TL_BLOCK_SEQS,
				 .make = make_load,
				 .release = release_load,
				 .payload = payload,
				 .packed = packed};
	tl_block_clear(&l->job.payload);
	l->s = s;
	return l;
}

/* 4. A batch. */

/* Decides every entry; *ret: how many are kept. */
static enum tl_status decide_all(struct tl_sieve *s, const struct tl_batch *b, uint8_t *marks,
				 uint64_t first, uint32_t *ret, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	*ret = 0;
	for (size_t i = 0; i < b->n && st == TL_OK; i++) {
		uint64_t ordinal = first + b->ordinal[i];
		if (b->flags[i] & (TL_REC_IN | TL_REC_OUT)) {
			st = put_piece(s, b, i, ordinal, &marks[i], err);
		} else {
			bool chosen = marks[i] && tl_sieve_chosen(&s->opts, ordinal);
			if (chosen && s->late)
				st = judge(s, s->whole, b, i, ordinal, &marks[i], err);
			marks[i] = st == TL_OK && settle(s, chosen && marks[i]);
		}
		*ret += marks[i];
	}
	return st;
}

enum tl_status tl_sieve_put(struct tl_sieve *s, struct tl_batch *batch, struct tl_buf *marks,
			    uint64_t first, struct tl_err *err)
{
	uint32_t kept;
	enum tl_status st = decide_all(s, batch, marks->data, first, &kept, err);
	if (st != TL_OK || !kept)
		return st;
	struct load *l = take_load(s, err);
	if (!l)
		return TL_NOMEM;
	struct tl_batch other = l->in;
	struct tl_buf spare = l->marks;
	l->in = *batch;
	l->marks = *marks;
	*batch = other;
	*marks = spare;
	l->first = first;
	l->job.head.records = kept;
	return tl_writer_put(s->writer, &l->job, err);
}

/* 5. The object. */

void tl_sieve_sum(const struct tl_sieve *s, struct tl_sieve_sum *ret)
{
	*ret = s->sum;
}

bool tl_sieve_full(const struct tl_sieve *s)
{
	return s->sum.kept >= s->opts.head && !(s->open && s->fate == KEPT);
}

enum tl_status tl_sieve_new(struct tl_writer *w, unsigned threads, const struct tl_sieve_opts *opts,
			    struct tl_sieve **ret, struct tl_err *err)
{
	struct tl_sieve *s = tl_mem_zalloc(1, sizeof *s + threads * sizeof s->facts[0], err);
	if (!s)
		return TL_NOMEM;
	s->writer = w;
	s->opts = *opts;
	s->threads = threads;
	const struct tl_expr *e = opts->opt_expr;
	enum tl_status st = e ? tl_facts_new(e, &s->whole, err) : TL_OK;
	for (unsigned i = 0; e && i < threads && st == TL_OK; i++)
		st = tl_facts_new(e, &s->facts[i], err);
	if (st != TL_OK) {
		tl_sieve_free(s);
		return st;
	}
	s->late = e && tl_expr_fields(e) & 1u << TL_EXPR_ORDINAL;
	*ret = s;
	return TL_OK;
}

void tl_sieve_free(struct tl_sieve *s)
{
	if (!s)
		return;
	for (struct load *l = s->idle, *next; l; l = next) {
		next = l->next;
		tl_batch_free(&l->in);
		tl_batch_free(&l->out);
		tl_buf_free(&l->marks);
		tl_block_discard(&l->job.payload);
		tl_buf_free(&l->job.packed);
		free(l);
	}
	for (unsigned i = 0; i < s->threads; i++)
		tl_facts_free(s->facts[i]);
	tl_facts_free(s->whole);
	tl_spool_free(s->held);
	tl_block_discard(&s->payload);
	tl_block_free(&s->block);
	tl_buf_free(&s->scratch);
	free(s);
}
