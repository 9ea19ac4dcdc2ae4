/* SPDX-License-Identifier: MIT */
/* fuzz_expand: streams whose checks are right, so that the fuzzer gets behind them: read, expanded,
 * restored, extracted, reported on and reduced.  What can be restored must be extracted as a stream
 * that restores the same, and what is reduced without edges too.
 *
 * Input: a program of bytes, see build(): records, FILE blocks, edges, further streams.  Bases,
 * lengths and scripts are mostly right, as most that are not are refused at once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tl/archive.h>
#include <tl/bits.h>
#include <tl/borrow.h>
#include <tl/clusters.h>
#include <tl/extract.h>
#include <tl/report.h>
#include <tl/restore.h>

#define ORDINALS 64 /* that a byte of the input names */
#define ROOM 256    /* and that blocks of many go up to */
#define MANY 64     /* deltas: so many are made side by side where there are workers */

static struct tl_pool *pool, *crew; /* of one thread, of several */
static struct tl_err err;

struct program {
	const uint8_t *p;
	size_t n;
	struct tl_out *out;
	struct tl_writer *w;
	struct tl_batch batch;
	uint8_t flags;                    /* of the batch's block */
	uint64_t length[ROOM + 2 * MANY]; /* of records so far */
	uint64_t next[3];                 /* by kind: the least ordinal of the next entry */
	uint64_t file, starts;            /* end of the last FILE, records since */
	bool open[3];                     /* by kind: the last entry goes on */
	bool edges;                       /* there were some */
	bool many;                        /* put_many was asked for */
};

static void must(int fine)
{
	if (!fine)
		abort();
}

static uint8_t byte(struct program *m)
{
	if (!m->n)
		return 0;
	m->n--;
	return *m->p++;
}

static struct tl_str bytes(struct program *m, size_t max)
{
	size_t n = byte(m) % (max + 1);
	n = n < m->n ? n : m->n;
	struct tl_str s = {m->p, n};
	m->p += n;
	m->n -= n;
	return s;
}

static struct tl_str residues(struct program *m, uint8_t to[64], size_t max)
{
	struct tl_str s = bytes(m, max);
	for (size_t i = 0; i < s.n; i++)
		to[i] = (uint8_t) "ACGTNRY*"[s.p[i] % 8];
	return (struct tl_str){to, s.n};
}

static struct tl_out *open_out(int *ret_fd)
{
	char name[40];
	struct tl_out *out;
	*ret_fd = memfd_create("fuzz", 0);
	must(*ret_fd >= 0);
	snprintf(name, sizeof name, "/dev/fd/%d", *ret_fd);
	must(tl_out_open(name, &out, NULL) == TL_OK);
	return out;
}

static struct tl_writer *open_writer(struct tl_out *out, uint16_t flags)
{
	const struct tl_writer_opts opts = {.flags = flags};
	struct tl_writer *w;
	must(tl_writer_open(pool, out, &opts, &w, NULL) == TL_OK);
	return w;
}

static void flush(struct program *m)
{
	if (!m->batch.n)
		return;
	enum tl_kind kind = m->batch.kind;
	must(tl_writer_put_batch(m->w, &m->batch, m->flags, NULL, NULL) == TL_OK);
	m->batch.kind = kind;
}

/* Literals that stand in another record; how many. */
static uint64_t make_loan(struct program *m, struct tl_entry *e, struct tl_buf *loans)
{
	struct tl_borrow b = tl_borrow_begin(e->ordinal);
	uint8_t what = byte(m), from = byte(m);
	uint64_t length = m->length[from % ORDINALS], place = length ? what % length : 0;
	struct tl_loan loan = {.own = what % (e->lits.n + 1),
			       .source = from % ORDINALS,
			       .place = place,
			       .length = length - place,
			       .minus = what & 1};
	loan.length += from >> 7; /* sometimes one too many */
	tl_buf_reset(loans);
	if (e->flags & TL_REC_IN || !loan.length)
		return 0;
	must(tl_borrow_put(&b, &loan, loans, NULL) == TL_OK);
	e->loans = (struct tl_str){loans->data, loans->len};
	return loan.length;
}

/* All of the base between literals. */
static void make_copy(struct program *m, struct tl_entry *e, uint64_t literals, bool minus,
		      uint8_t ops[64])
{
	size_t n = tl_bits_put_varint(ops, minus);
	uint64_t base = m->length[e->base % ORDINALS];
	n += tl_bits_put_varint(ops + n, literals / 2);
	n += tl_bits_put_varint(ops + n, literals - literals / 2);
	if (base)
		n += tl_bits_put_varint(ops + n, base << 2);
	e->ops = (struct tl_str){ops, n};
	e->length = base + literals;
}

/* Copies all of the base, or what the input says. */
static void make_script(struct program *m, struct tl_entry *e, uint8_t how, uint8_t ops[64],
			uint8_t lits[64], struct tl_buf *loans)
{
	if (how & 1) {
		e->ops = bytes(m, 60);
		e->subs = residues(m, lits, 30);
		e->length = byte(m);
		e->loans = how & 4 ? bytes(m, 12) : e->loans;
		return;
	}
	e->lits = residues(m, lits, 60);
	make_copy(m, e, e->lits.n + (how & 4 ? make_loan(m, e, loans) : 0), how & 2, ops);
}

static void put_record(struct program *m, uint8_t what)
{
	uint8_t resi[64], ops[64], how = byte(m), place = byte(m);
	static struct tl_buf loans;
	enum tl_kind kind = (enum tl_kind)(what % 3);
	enum tl_alphabet alphabet = what & 128 ? TL_NUCLEOTIDE : TL_PROTEIN;
	uint8_t flags = what >> 3 & 3;
	struct tl_entry e = {.ordinal = m->next[kind] + place % 4, .base = place >> 2};
	if (place == 255)
		e.ordinal = byte(m) % ORDINALS;
	e.flags = (uint8_t)((m->open[kind] ? TL_REC_IN : 0) | (how & 16 ? TL_REC_OUT : 0));
	if (m->open[kind])
		e.ordinal = m->next[kind] - 1;
	if (how & 32) {
		uint8_t other = byte(m);
		e.flags ^= other & 31;
		if (other & 128 && kind == TL_KIND_DELTA && !(e.flags & TL_REC_IN))
			e.flags |= TL_REC_BASE;
	}
	if (how & 64) {
		e.head = bytes(m, 9);
		e.lay = bytes(m, 9);
		e.mask = bytes(m, 5);
		e.odd = bytes(m, 5);
	}
	e.ordinal %= ORDINALS;
	if (kind == TL_KIND_SEQ) {
		e.resi = residues(m, resi, 60);
		e.length = e.resi.n;
	} else if (kind == TL_KIND_DELTA) {
		make_script(m, &e, how, ops, resi, &loans);
	} else {
		e.length = how & 1 ? byte(m) : m->length[e.base % ORDINALS];
	}
	if (kind != TL_KIND_SEQ && e.base == e.ordinal)
		e.base++;
	bool rises = !m->batch.n || m->batch.ordinal[m->batch.n - 1] < e.ordinal ||
		     (e.flags & TL_REC_IN && m->batch.ordinal[m->batch.n - 1] == e.ordinal);
	if (m->batch.n && (m->batch.kind != kind || m->flags != flags ||
			   m->batch.alphabet != alphabet || !rises || how & 128))
		flush(m);
	m->batch.kind = kind;
	m->batch.alphabet = alphabet;
	m->flags = flags;
	must(tl_batch_add(&m->batch, &e, NULL) == TL_OK);
	m->starts += !(e.flags & TL_REC_IN);
	m->length[e.ordinal] = (e.flags & TL_REC_IN ? m->length[e.ordinal] : 0) + e.length;
	m->open[kind] = e.flags & TL_REC_OUT;
	m->next[kind] = e.ordinal + 1;
}

/* The ordinal behind all so far. */
static uint64_t ends(const struct program *m)
{
	uint64_t end = 0;
	for (int k = 0; k < 3; k++)
		end = m->next[k] > end ? m->next[k] : end;
	return end;
}

/* A block of many whole deltas, each of which adds a residue to its base; one may be anything. */
static void put_many(struct program *m, uint8_t what)
{
	static const uint8_t letters[] = "ACGT";
	uint8_t bases = byte(m), other = byte(m), ops[64], lits[64];
	const uint64_t first = ends(m) % ROOM, n = MANY + what % 128 / 8;
	struct tl_buf loans = {0};
	flush(m);
	m->many = true;
	m->batch.kind = TL_KIND_DELTA;
	m->batch.alphabet = what & 32 ? TL_NUCLEOTIDE : TL_PROTEIN;
	for (uint64_t i = 0; i < n; i++) {
		struct tl_entry e = {.ordinal = first + i,
				     .base = bases % 16 + i % (1 + bases / 16),
				     .lits = {letters + i % 4, 1}};
		e.base += e.base == e.ordinal;
		if (i == other % (2 * MANY))
			make_script(m, &e, byte(m), ops, lits, &loans);
		else
			make_copy(m, &e, 1, false, ops);
		must(tl_batch_add(&m->batch, &e, NULL) == TL_OK);
		m->length[e.ordinal] = e.length;
		m->starts++;
	}
	tl_buf_free(&loans);
	m->flags = what >> 3 & 3;
	m->next[TL_KIND_DELTA] = first + n;
	flush(m);
}

static void put_file(struct program *m)
{
	uint8_t how = byte(m);
	uint64_t end = ends(m);
	end = (end > m->file ? end : m->file) + how % 3;
	struct tl_note_file f = {.first = m->file, .end = end};
	f.missing = end - f.first > m->starts ? end - f.first - m->starts : 0;
	if (how & 128)
		f.missing = byte(m) % (end - f.first + 1);
	flush(m);
	must(tl_writer_put_file(m->w, &f, NULL) == TL_OK);
	m->file = f.end;
	m->starts = 0;
}

static void put_edge(struct program *m)
{
	uint8_t lit[4][64], place = byte(m);
	struct tl_edges edges = {0};
	struct tl_edge e = {place % 16, place / 16, byte(m) & 7, bytes(m, 60), {0}, {0}, {0}, {0}};
	e.b += e.a == e.b;
	if (e.flags & TL_EDGE_A) {
		e.suba = residues(m, lit[0], 20);
		e.lita = residues(m, lit[1], 60);
	}
	if (e.flags & TL_EDGE_B) {
		e.subb = residues(m, lit[2], 20);
		e.litb = residues(m, lit[3], 60);
	}
	flush(m);
	must(tl_edge_add(&edges, &e, NULL) == TL_OK);
	must(tl_writer_put_edges(m->w, &edges, NULL) == TL_OK);
	m->edges = true;
}

static void end_stream(struct program *m)
{
	flush(m);
	/* A batch that cannot be encoded makes no stream. */
	(void)!tl_writer_end(m->w, 0, NULL);
	tl_writer_free(m->w);
	memset(m->next, 0, sizeof m->next);
	memset(m->open, 0, sizeof m->open);
	memset(m->length, 0, sizeof m->length);
	m->file = m->starts = 0;
}

static int build(struct program *m)
{
	int fd;
	m->out = open_out(&fd);
	m->w = open_writer(m->out, byte(m) & 7);
	for (unsigned steps = 0; m->n && steps < 500; steps++) {
		uint8_t what = byte(m);
		if (what % 8 < 6) {
			put_record(m, what);
		} else if (what % 8 == 6) {
			put_file(m);
		} else if (what < 64) {
			put_edge(m);
		} else if (what < 128) {
			flush(m);
			must(tl_writer_put_prov(m->w, "fuzz", NULL) == TL_OK);
		} else if (what >= 192) {
			put_many(m, what);
		} else {
			end_stream(m);
			m->w = open_writer(m->out, byte(m) & 7);
		}
	}
	end_stream(m);
	tl_batch_free(&m->batch);
	must(tl_out_commit(m->out, NULL) == TL_OK);
	return fd;
}

static enum tl_status observe(void *ctx, const struct tl_item *item, struct tl_err *why)
{
	return tl_report_item(ctx, item, why);
}

static struct tl_reader *open_reader(struct tl_pool *by, int fd, struct tl_report *opt_report,
				     bool raw_edge)
{
	static char name[40];
	static const char *const names = name;
	const struct tl_reader_opts opts = {.raw_edge = raw_edge,
					    .observe = opt_report ? observe : NULL,
					    .observe_ctx = opt_report,
					    .uniform = true};
	struct tl_reader *r = NULL;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	if (tl_reader_open(by, &names, 1, &opts, &r, &err) != TL_OK)
		return NULL;
	return r;
}

/* Restores a stream as text laid out anew, which needs no hash of a file; -1 where it is refused.
 */
static int restore_by(struct tl_pool *by, int fd, bool refs_only)
{
	struct tl_restore_opts opts = {
		.refs_only = refs_only, .wrap = true, .width = 7, .opt_pool = by};
	struct tl_restore_sum sum;
	struct tl_report *report;
	int to;
	must(tl_report_new(&report, NULL) == TL_OK);
	struct tl_out *out = open_out(&to), *nowhere = NULL;
	struct tl_reader *r = open_reader(by, fd, report, true);
	enum tl_status st = r ? tl_restore_text(r, &opts, out, &sum, &err) : TL_DATA;
	must(st == TL_OK || st == TL_DATA);
	must(tl_out_commit(out, NULL) == TL_OK && tl_out_null(&nowhere, NULL) == TL_OK);
	if (r) {
		struct tl_reader_totals totals;
		tl_reader_totals_get(r, &totals);
		tl_report_end(report, &totals, true);
		must(tl_report_text(report, nowhere, NULL) == TL_OK);
		must(tl_report_json(report, nowhere, NULL) == TL_OK);
	}
	tl_out_discard(nowhere);
	tl_report_free(report);
	tl_reader_close(r);
	if (st == TL_OK)
		return to;
	close(to);
	return -1;
}

static int restore(int fd, bool refs_only)
{
	return restore_by(pool, fd, refs_only);
}

/* What can be restored can be in parts, which have all records, and as names. */
static void restore_parts(int fd)
{
	uint64_t records[4];
	for (uint64_t i = 0; i < 4; i++) {
		const struct tl_restore_opts opts = {.part = i,
						     .parts = i ? 3 : 0,
						     .wrap = true,
						     .names_only = i == 2,
						     .letters = TL_TEXT_LOWER};
		struct tl_restore_sum sum;
		struct tl_out *nowhere;
		struct tl_reader *r = open_reader(pool, fd, NULL, true);
		must(r != NULL);
		must(tl_out_null(&nowhere, NULL) == TL_OK);
		must(tl_restore_text(r, &opts, nowhere, &sum, &err) == TL_OK);
		tl_out_discard(nowhere);
		tl_reader_close(r);
		records[i] = sum.records;
	}
	must(records[0] == records[1] + records[2] + records[3]);
}

static bool same(int a, int b)
{
	struct stat x, y;
	uint8_t p[4096], q[4096];
	must(fstat(a, &x) == 0 && fstat(b, &y) == 0);
	if (x.st_size != y.st_size)
		return false;
	for (off_t at = 0; at < x.st_size; at += (off_t)sizeof p) {
		ssize_t n = pread(a, p, sizeof p, at);
		if (n != pread(b, q, sizeof q, at) || memcmp(p, q, (size_t)n) != 0)
			return false;
	}
	return true;
}

/* The stream again, as sequences; -1 where it is refused. */
static int extract(int fd, struct tl_names *names)
{
	struct tl_extract_sum sum;
	int to;
	struct tl_reader *r = open_reader(pool, fd, NULL, true);
	if (!r)
		return -1;
	struct tl_out *out = open_out(&to);
	struct tl_writer *w = open_writer(out, TL_STREAM_SUBSET);
	enum tl_status st = tl_extract_all(r, NULL, names, NULL, false, w, &sum, &err);
	must(st == TL_OK || st == TL_DATA);
	if (st == TL_OK)
		must(tl_writer_end(w, sum.next, NULL) == TL_OK);
	tl_writer_free(w);
	must(tl_out_commit(out, NULL) == TL_OK);
	tl_reader_close(r);
	if (st == TL_OK)
		return to;
	close(to);
	return -1;
}

static enum tl_status take_all(struct tl_reader *r, struct tl_set *set)
{
	struct tl_item *item;
	enum tl_status st;
	while ((st = tl_reader_next(r, &item, &err)) == TL_OK && item) {
		st = tl_set_put(set, item, &err);
		tl_reader_recycle(r, item);
		if (st != TL_OK)
			break;
	}
	return st;
}

static int reduce(int fd, uint8_t how)
{
	const struct tl_select_params params = {(enum tl_select_by)(how % 3),
						how & 4 ? 1000000 : 300000};
	const struct tl_archive_opts opts = {0};
	struct tl_reader *r = open_reader(pool, fd, NULL, false);
	struct tl_set *set;
	struct tl_out *nowhere;
	int to = -1;
	if (!r)
		return -1;
	must(tl_set_new(pool, NULL, &set, NULL) == TL_OK);
	set->want_words = true;
	enum tl_status st = take_all(r, set);
	if (st == TL_OK)
		st = tl_set_select(set, &params, &err);
	must(st == TL_OK || st == TL_DATA);
	if (st == TL_OK) {
		struct tl_out *out = open_out(&to);
		struct tl_writer *w = open_writer(out, TL_STREAM_REDUCED | TL_STREAM_SUBSET);
		must(tl_archive_write(set, &opts, w, &err) == TL_OK);
		must(tl_writer_end(w, 0, NULL) == TL_OK);
		tl_writer_free(w);
		must(tl_out_commit(out, NULL) == TL_OK && tl_out_null(&nowhere, NULL) == TL_OK);
		for (int f = 0; f < 4; f++)
			must(tl_clusters_write(set, (enum tl_clusters_format)f, nowhere, NULL) ==
			     TL_OK);
		tl_out_discard(nowhere);
	}
	tl_set_free(set);
	tl_reader_close(r);
	return to;
}

static void shut(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Workers make of a stream what one thread makes of it. */
static void restore_side_by_side(int fd, int text)
{
	int again = restore_by(crew, fd, false);
	must((again < 0) == (text < 0) && (again < 0 || same(again, text)));
	shut(again);
}

static void try_names(int fd, bool sound)
{
	static const char list[] = "tl|0\ntl|3\nA\nB\n";
	static int file = -1;
	struct tl_names *names;
	char name[40];
	if (file < 0) {
		file = memfd_create("ids", 0);
		must(file >= 0 && write(file, list, sizeof list - 1) == sizeof list - 1);
	}
	snprintf(name, sizeof name, "/proc/self/fd/%d", file);
	must(tl_names_load(name, &names, NULL) == TL_OK);
	int to = extract(fd, names), text = to < 0 ? -1 : restore(to, false);
	must(!sound || text >= 0);
	shut(to);
	shut(text);
	tl_names_free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tl_pool_opts opts = {.threads = 1}, several = {.threads = 3};
	struct program m = {.p = data, .n = size};
	if (!size || size > 1 << 12)
		return 0;
	if (!pool)
		must(tl_pool_new(&opts, &pool, NULL) == TL_OK &&
		     tl_pool_new(&several, &crew, NULL) == TL_OK);
	uint8_t how = byte(&m);
	int fd = build(&m), text = restore(fd, false), refs = restore(fd, true);
	int whole = extract(fd, NULL), archive = reduce(fd, how);
	/* Side strings are looked at where text is made of them, not before. */
	if (text >= 0) {
		must(whole >= 0);
		int again = restore(whole, false),
		    reduced = archive < 0 ? -1 : restore(archive, false);
		must(again >= 0 && same(text, again));
		must(m.edges || archive < 0 || (reduced >= 0 && same(text, reduced)));
		must(m.edges || archive >= 0);
		restore_parts(fd);
		shut(again);
		shut(reduced);
	}
	if (m.many)
		restore_side_by_side(fd, text);
	try_names(fd, text >= 0);
	shut(fd), shut(text), shut(refs), shut(whole), shut(archive);
	return 0;
}
