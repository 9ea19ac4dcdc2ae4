/* SPDX-License-Identifier: MIT */
/* made: made databases, and the steps of the tools on streams in memory, for the tests of
 * lib/reduce.
 *
 * A stream or text is a memory file, named by its descriptor.  Records stand in one line each, so
 * that their text is known and they can be cut into pieces anywhere.
 */
#ifndef MADE_H
#define MADE_H

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <tl/align.h>
#include <tl/archive.h>
#include <tl/bank.h>
#include <tl/bits.h>
#include <tl/clusters.h>
#include <tl/dedup.h>
#include <tl/extract.h>
#include <tl/link.h>
#include <tl/restore.h>
#include <tl/score.h>

#include "banks.h"
#include "tltest.h"

#define MADE_MAX 200

struct made_record {
	char head[40];
	uint8_t residues[600];
	size_t n;
	int file;
};

struct made_db {
	struct made_record record[MADE_MAX];
	size_t n;
	int files;
	enum tl_alphabet alphabet;
};

static struct tl_pool *made_pool;
static struct tl_err made_err;

static inline int made_file(const void *p, size_t n)
{
	int fd = memfd_create("made", 0);
	tl_test(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	return fd;
}

static inline const char *made_name(int fd)
{
	static char name[8][40];
	static unsigned at;
	at = (at + 1) % 8;
	snprintf(name[at], sizeof name[at], "/proc/self/fd/%d", fd);
	return name[at];
}

static inline struct tl_out *made_out(int *ret_fd)
{
	struct tl_out *out;
	char name[40];
	*ret_fd = made_file("", 0);
	snprintf(name, sizeof name, "/dev/fd/%d", *ret_fd);
	tl_test_ok(tl_out_open(name, &out, &made_err), made_err);
	return out;
}

/* The bytes of a memory file; freed by the caller. */
static inline struct tl_buf made_bytes(int fd)
{
	struct stat s;
	struct tl_buf buf = {0};
	tl_test(fstat(fd, &s) == 0);
	tl_test_ok(tl_buf_reserve(&buf, (size_t)s.st_size, &made_err), made_err);
	tl_test(pread(fd, buf.data, (size_t)s.st_size, 0) == s.st_size);
	buf.len = (size_t)s.st_size;
	return buf;
}

static inline int made_same(int a, int b)
{
	struct tl_buf x = made_bytes(a), y = made_bytes(b);
	int same = x.len == y.len && memcmp(x.data, y.data, x.len) == 0;
	tl_buf_free(&x);
	tl_buf_free(&y);
	return same;
}

static inline int made_is(int fd, const char *text)
{
	struct tl_buf x = made_bytes(fd);
	int same = x.len == strlen(text) && memcmp(x.data, text, x.len) == 0;
	if (!same)
		printf("# is: %.*s\n", (int)x.len, (const char *)x.data);
	tl_buf_free(&x);
	return same;
}

static inline void made_begin(void)
{
	const struct tl_pool_opts opts = {.threads = 2};
	if (!made_pool)
		tl_test_ok(tl_pool_new(&opts, &made_pool, &made_err), made_err);
}

/* --- databases: */

static inline uint8_t made_residue(enum tl_alphabet alphabet)
{
	static const char aa[] = "ACDEFGHIKLMNPQRSTVWY", nt[] = "ACGT";
	return (uint8_t)(alphabet ? nt[tl_test_below(4)] : aa[tl_test_below(20)]);
}

static inline struct made_record *made_add(struct made_db *db)
{
	struct made_record *r = &db->record[db->n];
	tl_test(db->n < MADE_MAX);
	snprintf(r->head, sizeof r->head, "db|A%zu|R%zu record %zu", db->n, db->n, db->n);
	r->file = db->files ? db->files - 1 : 0;
	r->n = 0;
	db->n++;
	return r;
}

static inline void made_random(struct made_db *db, size_t n)
{
	struct made_record *r = made_add(db);
	for (r->n = 0; r->n < n; r->n++)
		r->residues[r->n] = made_residue(db->alphabet);
}

/* Appends a stretch of another record, as genomes have it that come of several: a loan of a delta. */
static inline void made_graft(const struct made_db *db, struct made_record *r)
{
	const struct made_record *q = &db->record[tl_test_below(db->n - 1)];
	size_t n = 60 + tl_test_below(60);
	if (q->n < n || r->n + n > sizeof r->residues)
		return;
	memcpy(r->residues + r->n, q->residues + tl_test_below(q->n - n + 1), n);
	r->n += n;
}

/* A copy of record from with a change in percent of its columns, ends and, sometimes, the strand
 * too. */
static inline void made_child(struct made_db *db, size_t from, unsigned percent)
{
	struct made_record *r = made_add(db);
	const struct made_record *p = &db->record[from];
	for (size_t i = tl_test_below(8); i < p->n && r->n < sizeof r->residues - 10; i++) {
		uint64_t dice = tl_test_below(100) < percent ? tl_test_below(4) : 9;
		if (dice == 0)
			continue;
		if (dice == 1)
			r->residues[r->n++] = made_residue(db->alphabet);
		r->residues[r->n++] = dice == 2 ? made_residue(db->alphabet) : p->residues[i];
	}
	for (size_t i = tl_test_below(6); i > 0; i--)
		r->residues[r->n++] = made_residue(db->alphabet);
	if (db->alphabet && !tl_test_below(3))
		made_graft(db, r);
	if (db->alphabet && !tl_test_below(3)) {
		uint8_t copy[sizeof r->residues];
		memcpy(copy, r->residues, r->n);
		tl_alphabet_revcomp(r->residues, copy, r->n);
	}
}

static inline void made_twin(struct made_db *db, size_t from)
{
	struct made_record *r = made_add(db);
	r->n = db->record[from].n;
	memcpy(r->residues, db->record[from].residues, r->n);
}

/* Families with twins, spread over files of which some are empty. */
static inline void made_families(struct made_db *db, enum tl_alphabet alphabet, size_t n)
{
	*db = (struct made_db){.alphabet = alphabet, .files = 1};
	while (db->n < n) {
		if (!tl_test_below(9))
			db->files += 1 + (int)tl_test_below(2);
		switch (db->n ? tl_test_below(6) : 0) {
		case 0:
			made_random(db,
				    tl_test_below(12) ? 20 + tl_test_below(200) : tl_test_below(3));
			break;
		case 1:
			made_twin(db, tl_test_below(db->n));
			break;
		default:
			made_child(db, tl_test_below(db->n), 1 + (unsigned)tl_test_below(15));
		}
	}
	db->files += (int)tl_test_below(2);
}

static inline void made_text(const struct made_db *db, int file, struct tl_buf *out)
{
	for (size_t i = 0; i < db->n; i++) {
		const struct made_record *r = &db->record[i];
		if (file >= 0 && r->file != file)
			continue;
		tl_test(!tl_buf_add(out, ">", 1, NULL) &&
			!tl_buf_add(out, r->head, strlen(r->head), NULL) &&
			!tl_buf_add(out, "\n", 1, NULL) &&
			!tl_buf_add(out, r->residues, r->n, NULL) &&
			!(r->n && tl_buf_add(out, "\n", 1, NULL)));
	}
}

static inline int made_text_file(const struct made_db *db)
{
	struct tl_buf text = {0};
	made_text(db, -1, &text);
	int fd = made_file(text.data, text.len);
	tl_buf_free(&text);
	return fd;
}

/* --- writing streams: */

struct made_stream {
	int fd;
	struct tl_out *out;
	struct tl_writer *w;
};

static inline void made_open(struct made_stream *s, uint16_t flags)
{
	const struct tl_writer_opts opts = {.codec = TL_CODEC_LZ4, .flags = flags, .index = true};
	made_begin();
	s->out = made_out(&s->fd);
	tl_test_ok(tl_writer_open(made_pool, s->out, &opts, &s->w, &made_err), made_err);
}

static inline int made_close(struct made_stream *s, uint64_t next)
{
	tl_test_ok(tl_writer_end(s->w, next, &made_err), made_err);
	tl_writer_free(s->w);
	tl_test_ok(tl_out_commit(s->out, &made_err), made_err);
	return s->fd;
}

/* Writes a batch, if there is anything in it; the next one is like it, but for a line width that is
 * any that leaves all in one line: who makes batches of batches has to end them often then. */
static inline void made_put(struct made_stream *s, struct tl_batch *b, uint8_t flags)
{
	struct tl_batch next = {.kind = b->kind,
				.alphabet = b->alphabet,
				.width = (uint32_t)tl_test_below(3) * 1000};
	if (!b->n)
		return;
	tl_test_ok(tl_writer_put_batch(s->w, b, flags, NULL, &made_err), made_err);
	tl_batch_free(b);
	*b = next;
}

/* Entries of a record that is cut into pieces of at most piece residues (0: not cut); e has all
 * but flags, length and layout.  A block may end behind each. */
static inline void made_pieces(struct made_stream *s, struct tl_batch *b, struct tl_entry e,
			       size_t n, size_t piece, uint8_t flags)
{
	const uint8_t *p = e.resi.p;
	size_t at = 0;
	do {
		uint8_t lay[24] = {0};
		size_t len = piece && n - at > piece ? 1 + tl_test_below(piece) : n - at, m = 1;
		bool first = at == 0, last = at + len == n;
		e.flags = (uint8_t)((first ? 0 : TL_REC_IN) | (last ? 0 : TL_REC_OUT));
		e.length = len;
		e.resi = (struct tl_str){p + at, p ? len : 0};
		if (!first || !last) {
			lay[0] = first ? TL_EOL_LF : TL_EOL_NONE;
			lay[m++] = 1;
			m += tl_bits_put_varint(lay + m, len);
			lay[m++] = last ? TL_EOL_LF : TL_EOL_NONE;
			e.lay = (struct tl_str){lay, m};
		}
		tl_test_ok(tl_batch_add(b, &e, &made_err), made_err);
		e.head = (struct tl_str){NULL, 0};
		at += len;
		if (!tl_test_below(4))
			made_put(s, b, flags);
	} while (at < n);
}

static inline void made_put_file(struct made_stream *s, struct tl_str text, uint64_t first,
				 uint64_t end, enum tl_alphabet alphabet)
{
	struct tl_note_file f = {.first = first,
				 .end = end,
				 .text = text.n,
				 .alphabet = alphabet,
				 .hash = tl_hash_128(text.p, text.n)};
	tl_test_ok(tl_writer_put_file(s->w, &f, &made_err), made_err);
}

/* The database as a plain stream; piece as above. */
static inline int made_write(const struct made_db *db, size_t piece)
{
	struct made_stream s;
	struct tl_batch b = {.alphabet = db->alphabet};
	uint64_t first = 0;
	made_open(&s, 0);
	tl_test_ok(tl_writer_put_prov(s.w, "made", &made_err), made_err);
	for (int file = 0; file < db->files; file++) {
		struct tl_buf text = {0};
		uint64_t end = first;
		made_text(db, file, &text);
		for (size_t i = 0; i < db->n; i++) {
			const struct made_record *r = &db->record[i];
			struct tl_entry e = {.ordinal = i,
					     .head = {(const uint8_t *)r->head, strlen(r->head)},
					     .resi = {r->residues, r->n}};
			if (r->file != file)
				continue;
			made_pieces(&s, &b, e, r->n, piece, 0);
			end = i + 1;
		}
		made_put(&s, &b, 0);
		made_put_file(&s, (struct tl_str){text.data, text.len}, first, end, db->alphabet);
		tl_buf_free(&text);
		first = end;
	}
	tl_batch_free(&b);
	return made_close(&s, db->n);
}

/* --- the steps: */

static inline struct tl_reader *made_reader(int fd, bool raw_edge)
{
	static const char *name[64];
	static unsigned at;
	const struct tl_reader_opts opts = {.raw_edge = raw_edge};
	struct tl_reader *r;
	made_begin();
	at = (at + 1) % 64;
	name[at] = made_name(fd);
	tl_test_ok(tl_reader_open(made_pool, &name[at], 1, &opts, &r, &made_err), made_err);
	return r;
}

static inline uint64_t made_next(struct tl_reader *r)
{
	struct tl_reader_totals t;
	tl_reader_totals_get(r, &t);
	return t.next;
}

static inline int made_intern(int fd)
{
	struct made_stream s;
	struct tl_reader *r = made_reader(fd, true);
	struct tl_dedup *d;
	struct tl_item *item;
	made_open(&s, tl_reader_flags(r) | TL_STREAM_INTERNED);
	tl_test_ok(tl_dedup_new(s.w, NULL, &d, &made_err), made_err);
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		if (!item)
			break;
		tl_test_ok(tl_dedup_put(d, item, &made_err), made_err);
		tl_reader_recycle(r, item);
	}
	tl_test_ok(tl_dedup_end(d, &made_err), made_err);
	int to = made_close(&s, made_next(r));
	tl_dedup_free(d);
	tl_reader_close(r);
	return to;
}

struct made_edges {
	struct tl_bank bank;
	struct tl_edges edges;
	struct tl_link_criterion criterion;
	enum tl_alphabet alphabet;
};

static inline void made_pair(struct made_edges *m, struct tl_align *ws, size_t i, size_t j,
			     bool minus)
{
	struct tl_str a = bank_get(&m->bank, i), b = bank_get(&m->bank, j);
	struct tl_align_path path = {0};
	uint8_t turned[1000];
	if (!a.n || !b.n)
		return;
	if (minus) {
		tl_alphabet_revcomp(turned, b.p, b.n);
		b.p = turned;
	}
	struct tl_align_job job = {a.p,          b.p,      a.n, b.n, -(int64_t)a.n,
				   (int64_t)b.n, 1u << 30, 0,   true,      0, 0, false, 0};
	tl_test_ok(tl_align_pair(ws, &job, &path, &made_err), made_err);
	struct tl_link_sum sum = tl_link_of_path(&path, a.n, b.n);
	uint8_t flags = tl_link_judge(&m->criterion, &sum, minus);
	if (flags)
		tl_test_ok(tl_link_put(&m->edges, m->bank.ordinal[i], m->bank.ordinal[j],
				       flags | (minus ? TL_EDGE_MINUS : 0), &path, a, b, &made_err),
			   made_err);
	tl_buf_free(&path.ops);
}

/* Passes everything on and adds the edges of all pairs of SEQS records that meet the criterion. */
static inline int made_align(int fd, int64_t identity)
{
	struct made_stream s;
	struct made_edges m = {.criterion = {.identity = identity, .coverage = 700000}};
	struct tl_align *ws;
	struct tl_item *item;
	struct tl_reader *r = made_reader(fd, false);
	made_open(&s, tl_reader_flags(r));
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		if (!item)
			break;
		const struct tl_batch *b = &item->batch;
		uint64_t starts = 0, residues = 0, last = item->first;
		for (size_t i = 0; i < b->n; i++) {
			struct tl_entry e;
			tl_batch_get(b, i, &e);
			starts += !(e.flags & TL_REC_IN);
			residues += e.length;
			last = e.ordinal;
			if (b->kind == TL_KIND_SEQ)
				tl_test_ok(tl_bank_add(&m.bank, e.ordinal, e.resi,
						       e.flags & TL_REC_OUT, &made_err),
					   made_err);
			m.alphabet = b->alphabet;
		}
		tl_test_ok(tl_writer_forward(s.w, item, last, starts, residues, &made_err),
			   made_err);
		tl_reader_recycle(r, item);
	}
	tl_test_ok(tl_align_new(tl_score_of(m.alphabet), &ws, &made_err), made_err);
	for (size_t i = 0; i < m.bank.n; i++)
		for (size_t j = 0; j < m.bank.n; j++) {
			if (i < j)
				made_pair(&m, ws, i, j, false);
			if (j < i && m.alphabet == TL_NUCLEOTIDE)
				made_pair(&m, ws, i, j, true);
			if (m.edges.n > 20)
				tl_test_ok(tl_writer_put_edges(s.w, &m.edges, &made_err), made_err);
		}
	if (m.edges.n)
		tl_test_ok(tl_writer_put_edges(s.w, &m.edges, &made_err), made_err);
	int to = made_close(&s, made_next(r));
	tl_reader_close(r);
	tl_align_free(ws);
	tl_bank_free(&m.bank);
	tl_edge_free(&m.edges);
	return to;
}

struct made_reduce {
	struct tl_select_params params;
	struct tl_archive_opts opts;
	struct tl_names *prefer;
	struct tl_link_criterion criterion;
	struct tl_set *opt_set; /* set here, to be freed by the caller, where keep */
	bool keep;
};

/* Puts all blocks of a stream into a new set. */
static inline enum tl_status made_take(int fd, const struct made_reduce *how, struct tl_set **ret,
				       uint16_t *ret_flags, uint64_t *ret_next)
{
	struct tl_reader *r = made_reader(fd, false);
	struct tl_item *item;
	enum tl_status st;
	tl_test_ok(tl_set_new(made_pool, NULL, ret, &made_err), made_err);
	(*ret)->want_words = true;
	(*ret)->opt_prefer = how->prefer;
	(*ret)->criterion = how->criterion;
	*ret_flags = tl_reader_flags(r);
	while ((st = tl_reader_next(r, &item, &made_err)) == TL_OK && item) {
		st = tl_set_put(*ret, item, &made_err);
		tl_reader_recycle(r, item);
		if (st != TL_OK)
			break;
	}
	*ret_next = made_next(r);
	tl_reader_close(r);
	return st;
}

static inline enum tl_status made_reduce_as(int fd, struct made_reduce *how, int *ret_fd)
{
	struct made_stream s;
	struct tl_set *set;
	uint16_t flags;
	uint64_t next;
	enum tl_status st = made_take(fd, how, &set, &flags, &next);
	if (st == TL_OK)
		st = tl_set_select(set, &how->params, &made_err);
	if (st != TL_OK) {
		tl_set_free(set);
		return st;
	}
	made_open(&s, (flags & TL_STREAM_SUBSET) | TL_STREAM_REDUCED);
	tl_test_ok(tl_archive_write(set, &how->opts, s.w, &made_err), made_err);
	*ret_fd = made_close(&s, next);
	how->opt_set = set;
	if (!how->keep)
		tl_set_free(set);
	return TL_OK;
}

/* The record of an ordinal in a set; false where there is none. */
static inline bool made_find(struct tl_set *set, uint64_t ordinal, struct tl_set_record *ret)
{
	uint32_t i;
	tl_test_ok(tl_set_find(set, ordinal, &i, &made_err), made_err);
	if (i != TL_SET_NONE)
		tl_test_ok(tl_set_get(set, i, ret, &made_err), made_err);
	return i != TL_SET_NONE;
}

/* The ordinal of what the record of an ordinal belongs to. */
static inline uint64_t made_root(struct tl_set *set, uint64_t ordinal)
{
	struct tl_set_record r;
	uint32_t i;
	tl_test_ok(tl_set_find(set, ordinal, &i, &made_err), made_err);
	tl_test_ok(tl_set_get(set, tl_set_root(set, i), &r, &made_err), made_err);
	return r.ordinal;
}

static inline int made_reduced(int fd, enum tl_select_by by)
{
	struct made_reduce how = {.params = {by, 1000000}};
	int to;
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	return to;
}

/* By both threads of the pool. */
static inline enum tl_status made_restore_as(int fd, const struct tl_restore_opts *opts,
					     int *ret_fd, struct tl_restore_sum *sum)
{
	struct tl_reader *r = made_reader(fd, true);
	struct tl_out *out = made_out(ret_fd);
	struct tl_restore_opts o = *opts;
	o.opt_pool = made_pool;
	enum tl_status st = tl_restore_text(r, &o, out, sum, &made_err);
	tl_test(tl_out_commit(out, NULL) == TL_OK);
	tl_reader_close(r);
	return st;
}

static inline int made_restored(int fd)
{
	const struct tl_restore_opts opts = {0};
	struct tl_restore_sum sum;
	int to;
	tl_test_ok(made_restore_as(fd, &opts, &to, &sum), made_err);
	return to;
}

/* Is what is restored from a stream the text?  Closes neither. */
static inline int made_comes_back(int stream, int text)
{
	int fd = made_restored(stream), same = made_same(fd, text);
	close(fd);
	return same;
}

static inline struct tl_names *made_names(const char *list)
{
	struct tl_names *names;
	int fd = made_file(list, strlen(list));
	tl_test_ok(tl_names_load(made_name(fd), &names, &made_err), made_err);
	close(fd);
	return names;
}

static inline int made_extracted(int fd, struct tl_names *names, struct tl_extract_sum *sum)
{
	struct made_stream s;
	struct tl_reader *r = made_reader(fd, true);
	uint16_t flags = tl_reader_flags(r) & TL_STREAM_SUBSET;
	made_open(&s, names ? TL_STREAM_SUBSET : flags);
	tl_test_ok(tl_extract_all(r, NULL, names, NULL, false, s.w, sum, &made_err), made_err);
	int to = made_close(&s, made_next(r));
	tl_reader_close(r);
	return to;
}

/* The streams one behind the other. */
static inline int made_cat(int a, int b)
{
	struct tl_buf x = made_bytes(a), y = made_bytes(b);
	tl_test_ok(tl_buf_add(&x, y.data, y.len, &made_err), made_err);
	int fd = made_file(x.data, x.len);
	tl_buf_free(&x);
	tl_buf_free(&y);
	return fd;
}

#endif
