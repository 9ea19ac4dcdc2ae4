/* SPDX-License-Identifier: MIT */
/* archive: a set for which roles were decided, written as an archive.
 *
 * Every pass goes through the records by ordinal and fetches their entries from the spool.
 *
 * Contents: 1. batches under construction  2. records  3. the passes.
 */
#include <tl/archive.h>

#include <stdio.h>
#include <stdlib.h>

#include <tl/bits.h>
#include <tl/hash.h>
#include <tl/mem.h>
#include <tl/pages.h>
#include <tl/record.h>
#include <tl/refid.h>
#include <tl/reuse.h>
#include <tl/text.h>

#define BATCH_BYTES (1u << 20)  /* a block is ended at about this size, unless told otherwise */
#define SMALL_BYTES (128u << 10) /* of a block of bases in a large archive: zstd's small tables serve it well */
#define REPEAT_BYTES (8u << 20)  /* of a block in which repeats are looked for */
#define LARGE_ARCHIVE (32u << 20) /* residues of its bases; what is smaller is soon read as a whole */
#define SCRIPT_BYTES (2u << 20) /* of each string of a script, in any piece but the last */

enum slot { SLOT_REF, SLOT_LOOSE, SLOT_DELTA, SLOT_DUP, SLOT_HIDDEN, SLOTS };

/* A batch under construction. */
struct growing {
	struct tl_batch batch;
	struct tl_hash_state *hash; /* of its residues */
	bool has_sum;               /* they are all known */
};

struct archiver {
	struct tl_set *set;
	const struct tl_archive_opts *opts;
	struct tl_writer *writer;
	struct tl_pages *pages;
	struct growing slot[SLOTS];
	bool bases;         /* the first section is being written */
	struct tl_buf script; /* of the member at hand */
	struct tl_buf text;   /* of references */
	struct tl_buf lay;    /* of the entry that is appended */
	struct tl_text_style style;
	char id[32];        /* put in front of the header */
	struct tl_reuse *reuse; /* literals of members that references have */
	struct tl_refids ids; /* of references that have others than their ordinals */
	uint64_t next_id;
	uint32_t next_file; /* spool number where to look for the next FILE */
};

/* 1. Batches under construction. */

static uint8_t block_flags(const struct archiver *a, enum slot s)
{
	return (uint8_t)((a->bases ? TL_BLOCK_BASE : 0) | (s == SLOT_REF ? TL_BLOCK_REF : 0) |
			 (s == SLOT_HIDDEN ? TL_BLOCK_HIDDEN : 0));
}

static enum tl_status flush_slot(struct archiver *a, enum slot s, struct tl_err *err)
{
	struct growing *g = &a->slot[s];
	if (!g->batch.n)
		return TL_OK;
	struct tl_hash128 sum = tl_hash_get(g->hash);
	bool has_sum = g->has_sum && s == SLOT_DELTA;
	enum tl_status st = tl_writer_put_batch(a->writer, &g->batch, block_flags(a, s),
						has_sum ? &sum : NULL, err);
	tl_hash_reset(g->hash);
	g->has_sum = true;
	return st;
}

/* All batches, the one with the smallest first ordinal first. */
static enum tl_status flush_all(struct archiver *a, struct tl_err *err)
{
	for (;;) {
		enum slot least = SLOTS;
		for (enum slot s = 0; s < SLOTS; s++)
			if (a->slot[s].batch.n &&
			    (least == SLOTS ||
			     a->slot[s].batch.ordinal[0] < a->slot[least].batch.ordinal[0]))
				least = s;
		if (least == SLOTS)
			return TL_OK;
		enum tl_status st = flush_slot(a, least, err);
		if (st != TL_OK)
			return st;
	}
}

/* FASTA of another width can say its lines, see refit. */
static bool fits(const struct archiver *a, const struct tl_batch *b, const struct tl_batch *like)
{
	size_t most = a->opts->block_bytes ? a->opts->block_bytes : BATCH_BYTES;
	if (a->bases && a->opts->base_bytes)
		most = a->opts->base_bytes;
	if (b->repeats && most < REPEAT_BYTES)
		most = REPEAT_BYTES;
	return b->alphabet == like->alphabet && b->eol == like->eol && b->format == like->format &&
	       (b->width == like->width || b->format == TL_FORMAT_FASTA) &&
	       tl_batch_bytes(b) < most;
}

/* Characters of an entry's body; false where its odd bytes are broken. */
static bool body_of(const struct tl_entry *e, uint64_t *ret)
{
	size_t pos = 0;
	uint64_t gap, repeats;
	*ret = e->length;
	while (pos < e->odd.n) {
		if (!tl_bits_get_varint(e->odd.p, e->odd.n, &pos, &gap) ||
		    !tl_bits_get_varint(e->odd.p, e->odd.n, &pos, &repeats) || pos++ >= e->odd.n ||
		    !tl_bits_add(*ret, repeats, ret))
			return false;
	}
	return true;
}

/* Has an entry that is regular in like stand in a batch of another width: as it is where all is one
 * line, which the last piece of a record often is, else with its lines told. */
static enum tl_status refit(struct archiver *a, const struct tl_batch *like, uint32_t width,
			    struct tl_entry *e, struct tl_err *err)
{
	uint64_t chars, wide = like->width;
	uint8_t flags = e->flags, eol = (uint8_t)like->eol;
	if (wide == width || e->lay.n || !body_of(e, &chars))
		return TL_OK;
	if (!chars || ((!wide || chars <= wide) && (!width || chars <= width)))
		return TL_OK;
	bool headed =
		!(flags & TL_REC_HEAD_OUT) && (!(flags & TL_REC_IN) || flags & TL_REC_HEAD_IN);
	wide = wide && wide < chars ? wide : chars;
	uint64_t group[2][2] = {{chars / wide, wide}, {chars % wide > 0, chars % wide}};
	tl_buf_reset(&a->lay);
	enum tl_status st = tl_buf_fill(&a->lay, headed ? eol : TL_EOL_NONE, 1, err);
	for (int i = 0; i < 2 && st == TL_OK; i++) {
		if (!group[i][0])
			continue;
		st = tl_buf_add_varint(&a->lay, group[i][0], err);
		if (st == TL_OK)
			st = tl_buf_add_varint(&a->lay, group[i][1], err);
		if (st == TL_OK)
			st = tl_buf_fill(&a->lay, eol, 1, err);
	}
	e->lay = (struct tl_str){a->lay.data, a->lay.len};
	return st;
}

/* Appends an entry to a batch that looks like the one it comes from. */
static enum tl_status append(struct archiver *a, enum slot s, const struct tl_batch *like,
			     struct tl_entry e, struct tl_err *err)
{
	static const enum tl_kind kind[SLOTS] = {TL_KIND_SEQ, TL_KIND_SEQ, TL_KIND_DELTA,
						 TL_KIND_DUP, TL_KIND_DELTA};
	struct growing *g = &a->slot[s];
	if (g->batch.n && !fits(a, &g->batch, like)) {
		/* Behind the bases a batch ends only together with all others, so that the first
		 * ordinals of blocks rise. */
		enum tl_status st = a->bases ? flush_slot(a, s, err) : flush_all(a, err);
		if (st != TL_OK)
			return st;
	}
	if (!g->batch.n) {
		tl_batch_become(&g->batch, kind[s], like);
		g->batch.repeats = a->opts->repeats && a->bases && like->kind == TL_KIND_SEQ &&
				   like->alphabet == TL_NUCLEOTIDE;
		g->batch.apart = a->opts->apart;
	}
	if (like->kind == TL_KIND_SEQ)
		tl_hash_put(g->hash, e.resi.p, e.resi.n);
	else
		g->has_sum = false;
	enum tl_status st = refit(a, like, g->batch.width, &e, err);
	return st == TL_OK ? tl_batch_add(&g->batch, &e, err) : st;
}

/* 2. Records. */

uint64_t tl_archive_number(const struct tl_set *set, const struct tl_set_record *r, uint64_t *next)
{
	uint64_t id = r->ordinal;
	if (!set->opt_former)
		return id;
	if (!*next)
		*next = tl_former_next_id(set->opt_former);
	return tl_former_is_ref(set->opt_former, r->former, &id) ? id : (*next)++;
}

static enum tl_status number_ref(struct archiver *a, const struct tl_set_record *r, uint64_t *ret,
				 struct tl_err *err)
{
	*ret = tl_archive_number(a->set, r, &a->next_id);
	return *ret == r->ordinal ? TL_OK : tl_refid_add(&a->ids, r->ordinal, *ret, err);
}

static void drop_job(struct tl_job *job)
{
	tl_block_discard(&job->payload);
	free(job);
}

static enum tl_status put_ids(struct archiver *a, struct tl_err *err)
{
	size_t at = 0;
	enum tl_status st = TL_OK;
	a->ids.next = a->next_id;
	do {
		size_t left = a->ids.n - at, n = left < TL_REFID_AT_A_TIME ? left : TL_REFID_AT_A_TIME;
		struct tl_job *job = tl_writer_job(TL_BLOCK_REFX, 0, 0, err);
		if (!job)
			return TL_NOMEM;
		job->head.records = (uint32_t)n;
		st = tl_refid_encode(&a->ids, at, n, &job->payload, err);
		if (st == TL_OK)
			st = tl_writer_put(a->writer, job, err);
		else
			drop_job(job);
		at += n;
	} while (st == TL_OK && at < a->ids.n);
	return st;
}

static enum tl_status put_text(struct archiver *a, const struct tl_batch *b,
			       const struct tl_entry *e, uint64_t id, struct tl_err *err)
{
	a->style.own = a->style.end_line = true;
	if (a->opts->ordinal_ids || a->opts->reference_ids) {
		int n = snprintf(a->id, sizeof a->id, a->opts->reference_ids ? "tlr|%llu " : "tl|%llu ",
				 (unsigned long long)(a->opts->reference_ids ? id : e->ordinal));
		a->style.prefix_len = (size_t)n;
		a->style.prefix = a->id;
	}
	tl_buf_reset(&a->text);
	enum tl_status st = tl_text_render(e, b->alphabet, b->width, b->eol, e->resi.p, &a->style,
					   &a->text, err);
	return st == TL_OK ? tl_out_put(a->opts->opt_refs, a->text.data, a->text.len, err) : st;
}

static enum slot slot_of(const struct tl_set_record *r)
{
	if (r->hidden)
		return SLOT_HIDDEN;
	switch (r->role) {
	case TL_SET_REF:
		return SLOT_REF;
	case TL_SET_LOOSE:
		return SLOT_LOOSE;
	case TL_SET_MEMBER:
		return SLOT_DELTA;
	default:
		return r->kind == TL_KIND_DUP ? SLOT_DUP : SLOT_DELTA;
	}
}

/* Takes a share of *s. */
static struct tl_str share(struct tl_str *s, bool last)
{
	struct tl_str all = *s, part = *s;
	if (!last && part.n > SCRIPT_BYTES)
		part.n = SCRIPT_BYTES;
	if (part.n)
		*s = (struct tl_str){all.p + part.n, all.n - part.n};
	return part;
}

/* A piece of a new member: what is left of its script is shared out, as a block has its limits. */
static void become_delta(struct tl_entry *e, uint64_t base, struct tl_delta *script,
			 struct tl_str *loans)
{
	bool last = !(e->flags & TL_REC_OUT);
	e->base = base;
	e->loans = *loans;
	*loans = (struct tl_str){NULL, 0};
	e->ops = share(&script->ops, last);
	e->subs = share(&script->subs, last);
	e->lits = share(&script->lits, last);
}

/* A new member that nothing is copied from: its literals may stand in references. */
static bool may_borrow(const struct tl_set *set, uint32_t i)
{
	return tl_set_is_nucleotide(set, i) && tl_set_role(set, i) == TL_SET_MEMBER &&
	       !tl_set_is_base(set, i);
}

static bool is_lender(const struct tl_set *set, uint32_t i)
{
	return tl_set_is_nucleotide(set, i) && tl_set_role(set, i) == TL_SET_REF;
}

/* A record of an older archive that is kept only to be copied from: it has no text. */
static enum tl_status put_hidden(struct archiver *a, uint32_t i, const struct tl_set_record *r,
				 struct tl_err *err)
{
	const struct tl_batch like = {
		.kind = TL_KIND_DELTA,
		.alphabet = r->nucleotide ? TL_NUCLEOTIDE : TL_PROTEIN,
	};
	struct tl_entry e = {.ordinal = r->ordinal, .length = r->length};
	struct tl_delta script;
	struct tl_str none = {NULL, 0};
	enum tl_status st = tl_set_script(a->set, i, &a->script, &script, err);
	if (st != TL_OK)
		return st;
	become_delta(&e, r->base, &script, &none);
	return append(a, SLOT_HIDDEN, &like, e, err);
}

/* All pieces of record i, as its role wants them. */
static enum tl_status put_record(struct archiver *a, uint32_t i, const struct tl_set_record *r,
				 struct tl_err *err)
{
	uint32_t block = r->block, entry = r->entry;
	const struct tl_batch *b;
	struct tl_delta script = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct tl_str loans = {NULL, 0};
	enum slot s = slot_of(r);
	uint64_t id = 0;
	enum tl_status st = TL_OK;
	if (r->hidden && r->old)
		return put_hidden(a, i, r, err);
	if (s == SLOT_REF)
		st = number_ref(a, r, &id, err);
	if (st == TL_OK)
		st = tl_pages_get(a->pages, block, &b, err);
	if (st == TL_OK && r->role == TL_SET_MEMBER)
		st = tl_set_coded(a->set, i, &a->script, &script, err);
	if (st == TL_OK && may_borrow(a->set, i) && b->format == TL_FORMAT_FASTA)
		st = tl_reuse_cut(a->reuse, i, r->ordinal, &script.lits, &loans, err);
	if (st == TL_OK && is_lender(a->set, i))
		st = tl_reuse_begin(a->reuse, r->ordinal, r->length, err);
	while (st == TL_OK) {
		struct tl_entry e;
		tl_batch_get(b, entry, &e);
		if (r->role == TL_SET_MEMBER)
			become_delta(&e, r->base, &script, &loans);
		e.flags &= (uint8_t)~TL_REC_BASE;
		if (r->is_base && !r->is_front && !(e.flags & TL_REC_IN))
			e.flags |= TL_REC_BASE;
		st = append(a, s, b, e, err);
		if (st == TL_OK && is_lender(a->set, i))
			st = tl_reuse_add(a->reuse, e.resi, !(e.flags & TL_REC_OUT), err);
		if (st == TL_OK && s == SLOT_REF && a->opts->opt_refs)
			st = put_text(a, b, &e, id, err);
		if (st != TL_OK || !(e.flags & TL_REC_OUT))
			break;
		st = tl_pages_next(a->pages, &block, &entry, &b, err);
	}
	/* References and loose records are in blocks of one type, of which none of the other may
	 * come between the pieces of a record. */
	const struct tl_batch *open = &a->slot[s].batch;
	bool cut = open->n && (open->flags[0] & TL_REC_IN);
	return st == TL_OK && cut && a->bases ? flush_slot(a, s, err) : st;
}

/* 3. The passes. */

static bool in_bases(const struct tl_set *set, uint32_t i)
{
	return tl_set_role(set, i) == TL_SET_REF || tl_set_is_front(set, i);
}

/* Tells all literals that references may have, before these come. */
static enum tl_status ask(struct archiver *a, struct tl_err *err)
{
	struct tl_set *set = a->set;
	struct tl_delta script;
	enum tl_status st = TL_OK;
	for (uint32_t i = 0; set->fasta && i < set->n && st == TL_OK; i++) {
		if (!may_borrow(set, i))
			continue;
		st = tl_set_coded(set, i, &a->script, &script, err);
		if (st == TL_OK)
			st = tl_reuse_ask(a->reuse, i, script.lits, err);
	}
	return st;
}

static enum tl_status put_bases(struct archiver *a, struct tl_err *err)
{
	struct tl_set *set = a->set;
	struct tl_set_record r;
	unsigned deepest = 0;
	enum tl_status st = TL_OK;
	a->bases = true;
	if ((st = ask(a, err)) != TL_OK)
		return st;
	for (uint32_t i = 0; i < set->n; i++)
		if (in_bases(set, i) && tl_set_depth(set, i) > deepest)
			deepest = tl_set_depth(set, i);
	for (unsigned depth = 0; depth <= deepest && st == TL_OK; depth++) {
		for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
			if (!in_bases(set, i) || tl_set_depth(set, i) != depth)
				continue;
			if ((st = tl_set_get(set, i, &r, err)) == TL_OK)
				st = put_record(a, i, &r, err);
		}
		if (st == TL_OK)
			st = flush_all(a, err);
	}
	a->bases = false;
	return st == TL_OK ? tl_reuse_settle(a->reuse, err) : st;
}

/* The next FILE of the spool; *ret_any false behind the last one.  block holds what *ret points
 * into. */
static enum tl_status find_file(struct archiver *a, struct tl_block *block,
				struct tl_note_file *ret, bool *ret_any, struct tl_err *err)
{
	struct tl_spool *spool = a->set->spool;
	while (a->next_file < tl_spool_count(spool) &&
	       tl_spool_head(spool, a->next_file)->type != TL_BLOCK_FILE)
		a->next_file++;
	*ret_any = a->next_file < tl_spool_count(spool);
	if (!*ret_any)
		return TL_OK;
	uint32_t id = a->next_file++;
	enum tl_status st = tl_spool_get(spool, id, &a->text, block, err);
	return st == TL_OK ? tl_note_get_file(block, a->set->shift[id], ret, err) : st;
}

/* Puts the FILEs that end at or before ordinal. */
static enum tl_status put_files(struct archiver *a, uint64_t ordinal, struct tl_block *block,
				struct tl_note_file *file, bool *any, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	while (st == TL_OK && *any && file->end <= ordinal) {
		if ((st = flush_all(a, err)) == TL_OK)
			st = tl_writer_put_file(a->writer, file, err);
		if (st == TL_OK)
			st = find_file(a, block, file, any, err);
	}
	return st;
}

static enum tl_status put_rest(struct archiver *a, struct tl_err *err)
{
	struct tl_set *set = a->set;
	struct tl_set_record r;
	struct tl_block block = {0};
	struct tl_note_file file;
	bool any;
	enum tl_status st = find_file(a, &block, &file, &any, err);
	for (uint32_t i = 0; i < set->n && st == TL_OK; i++) {
		if ((st = tl_set_get(set, i, &r, err)) != TL_OK)
			break;
		st = put_files(a, r.ordinal, &block, &file, &any, err);
		if (st == TL_OK && !in_bases(set, i) && !r.hidden)
			st = put_record(a, i, &r, err);
	}
	if (st == TL_OK)
		st = put_files(a, UINT64_MAX, &block, &file, &any, err);
	tl_block_free(&block);
	return st == TL_OK ? flush_all(a, err) : st;
}

size_t tl_archive_base_bytes(const struct tl_set *set)
{
	uint64_t residues = 0;
	for (uint32_t i = 0; i < set->n; i++)
		residues += in_bases(set, i) ? set->length[i] : 0;
	return residues >= LARGE_ARCHIVE ? SMALL_BYTES : 0;
}

enum tl_status tl_archive_write(struct tl_set *set, const struct tl_archive_opts *opts,
				struct tl_writer *w, struct tl_err *err)
{
	struct archiver *a = tl_mem_zalloc(1, sizeof *a, err);
	if (!a)
		return TL_NOMEM;
	enum tl_status st = TL_OK;
	a->set = set;
	a->opts = opts;
	a->writer = w;
	if (set->opt_former)
		a->next_id = tl_former_next_id(set->opt_former);
	st = tl_pages_new(set->pool, set->spool, set->shift, &a->pages, err);
	if (st == TL_OK)
		st = tl_reuse_new(set->pool, set->budget, &a->reuse, err);
	for (size_t i = 0; i < SLOTS && st == TL_OK; i++) {
		a->slot[i].has_sum = true;
		st = (a->slot[i].hash = tl_hash_new(err)) ? TL_OK : TL_NOMEM;
	}
	if (st == TL_OK)
		st = put_bases(a, err);
	if (st == TL_OK)
		st = put_rest(a, err);
	if (st == TL_OK && set->opt_former)
		st = put_ids(a, err);
	tl_pages_free(a->pages);
	for (size_t i = 0; i < SLOTS; i++) {
		tl_batch_free(&a->slot[i].batch);
		tl_hash_free(a->slot[i].hash);
	}
	tl_buf_free(&a->script);
	tl_buf_free(&a->text);
	tl_refid_free(&a->ids);
	tl_buf_free(&a->lay);
	tl_reuse_free(a->reuse);
	free(a);
	return st;
}
