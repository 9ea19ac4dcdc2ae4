/* SPDX-License-Identifier: MIT */
/* test_set: the records of a stream and the roles decided for them; chains of rounds; wrong
 * streams. */
#include <tl/set.h>

#include <tl/expand.h>

#include "made.h"

static const char residues[] = "MKVLAAGRST";
#define LENGTH (sizeof residues - 1)

static void put(struct made_stream *s, enum tl_kind kind, uint8_t flags, uint64_t ordinal,
		uint64_t base, enum tl_alphabet alphabet)
{
	static const uint8_t all_of_it[] = {0, 0, 0, LENGTH << 2};
	struct tl_batch b = {.kind = kind, .alphabet = alphabet};
	struct tl_entry e = {.ordinal = ordinal,
			     .base = base,
			     .length = LENGTH,
			     .head = {(const uint8_t *)"r", 1},
			     .resi = {(const uint8_t *)residues, LENGTH},
			     .ops = {all_of_it, sizeof all_of_it}};
	if (alphabet == TL_NUCLEOTIDE)
		e.resi.p = (const uint8_t *)"ACGTACGTAC";
	tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	tl_test_ok(tl_writer_put_batch(s->w, &b, flags, NULL, &made_err), made_err);
}

/* An edge that says a is, but for its ends, b; both lengths as given. */
static void edge(struct made_stream *s, uint64_t a, uint64_t b, size_t a_len, size_t b_len,
		 uint8_t flags)
{
	struct tl_edges edges = {0};
	struct tl_align_path path = {.a_end = LENGTH, .b_end = LENGTH};
	uint8_t long_one[64] = "MKVLAAGRSTAAAAAAAAAAAAAAAAAA";
	tl_test_ok(tl_cigar_add(&path.ops, TL_CIGAR_MATCH, LENGTH, &made_err), made_err);
	tl_test_ok(tl_link_put(&edges, a, b, flags, &path, (struct tl_str){long_one, a_len},
			       (struct tl_str){long_one, b_len}, &made_err),
		   made_err);
	tl_test_ok(tl_writer_put_edges(s->w, &edges, &made_err), made_err);
	tl_buf_free(&path.ops);
}

static void file(struct made_stream *s, uint64_t n)
{
	struct tl_buf text = {0};
	for (uint64_t i = 0; i < n; i++)
		tl_test_ok(tl_buf_add(&text, ">r\nMKVLAAGRST\n", 14, &made_err), made_err);
	made_put_file(s, (struct tl_str){text.data, text.len}, 0, n, TL_PROTEIN);
	tl_buf_free(&text);
}

/* The stream fd with one edge more; fd is closed. */
static int with_edge(int fd, uint64_t a, uint64_t b)
{
	struct made_stream s;
	struct tl_reader *r = made_reader(fd, false);
	struct tl_item *item;
	made_open(&s, tl_reader_flags(r));
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		if (!item)
			break;
		uint64_t starts = item->batch.n;
		tl_test_ok(tl_writer_forward(s.w, item,
					     starts ? item->batch.ordinal[starts - 1] : 0, starts,
					     starts * LENGTH, &made_err),
			   made_err);
		tl_reader_recycle(r, item);
	}
	edge(&s, a, b, LENGTH, LENGTH, TL_EDGE_A);
	int to = made_close(&s, made_next(r));
	tl_reader_close(r);
	close(fd);
	return to;
}

/* Round after round the last root becomes a member of the next record: to depth 8 and no deeper. */
static void chain(bool twin)
{
	enum { N = 12 };
	struct made_stream s;
	made_open(&s, TL_STREAM_INTERNED);
	for (uint64_t i = 0; i < N; i++)
		put(&s, TL_KIND_SEQ, 0, i, 0, TL_PROTEIN);
	if (twin)
		put(&s, TL_KIND_DUP, 0, N, 0, TL_PROTEIN);
	file(&s, N + twin);
	int fd = made_close(&s, N + twin), text = made_restored(fd), to;
	for (uint64_t round = 0; round + 1 < N; round++) {
		struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}, .keep = true};
		fd = with_edge(fd, round, round + 1);
		tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
		close(fd);
		fd = to;
		tl_test(made_comes_back(fd, text));
		struct tl_set_record r;
		tl_test(made_find(how.opt_set, round, &r));
		tl_test_eq(r.role, round == TL_EXPAND_DEPTH ? TL_SET_REF : TL_SET_MEMBER);
		tl_test(made_find(how.opt_set, 0, &r));
		uint64_t root = round < TL_EXPAND_DEPTH ? round + 1 : TL_EXPAND_DEPTH;
		tl_test_eq(r.depth, root);
		tl_test_eq(made_root(how.opt_set, 0), root);
		tl_test_eq(made_find(how.opt_set, N, &r), twin);
		if (twin) {
			tl_test_eq(r.depth, root + 1);
			tl_test_eq(made_root(how.opt_set, N), root);
		}
		tl_set_free(how.opt_set);
	}
	close(fd);
	close(text);
}

static void test_depth(void)
{
	chain(false);
	chain(true);
}

static enum tl_status reduce(int fd, const char *why)
{
	struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}};
	int to = -1;
	made_err.msg[0] = 0;
	enum tl_status st = made_reduce_as(fd, &how, &to);
	if (why && !strstr(made_err.msg, why))
		printf("# no '%s' in: %s\n", why, made_err.msg);
	tl_test(!why || strstr(made_err.msg, why));
	if (st == TL_OK)
		close(to);
	close(fd);
	return st;
}

#define REFUSED(fd, why) tl_test_eq(reduce(fd, why), TL_DATA)

static void test_wrong_copies(void)
{
	struct made_stream s;
	made_open(&s, TL_STREAM_REDUCED);
	put(&s, TL_KIND_SEQ, 3, 0, 0, TL_PROTEIN);
	put(&s, TL_KIND_DUP, 0, 1, 2, TL_PROTEIN);
	REFUSED(made_close(&s, 3), "not there");
	made_open(&s, TL_STREAM_REDUCED);
	put(&s, TL_KIND_SEQ, 3, 0, 0, TL_PROTEIN);
	put(&s, TL_KIND_DUP, 0, 0, 1, TL_PROTEIN);
	REFUSED(made_close(&s, 2), "twice");
	made_open(&s, TL_STREAM_REDUCED);
	put(&s, TL_KIND_SEQ, 3, 0, 0, TL_PROTEIN);
	put(&s, TL_KIND_DUP, 0, 1, 0, TL_NUCLEOTIDE);
	REFUSED(made_close(&s, 2), "another alphabet");
	/* Circles of one kind and of two. */
	for (int kind = 1; kind <= 2; kind++) {
		made_open(&s, TL_STREAM_REDUCED);
		put(&s, TL_KIND_DUP, 1, 0, 1, TL_PROTEIN);
		put(&s, (enum tl_kind)kind, 1, 1, 0, TL_PROTEIN);
		REFUSED(made_close(&s, 2), "circle");
	}
	/* Chains that are too long, upwards and downwards, also such that a byte cannot count them.
	 */
	for (int i = 0; i < 4; i++) {
		unsigned n = i < 2 ? TL_EXPAND_DEPTH + 2 : 257;
		made_open(&s, TL_STREAM_REDUCED);
		for (unsigned k = 0; k < n; k++) {
			unsigned ordinal = i & 1 ? n - 1 - k : k,
				 base = i & 1 ? ordinal + 1 : ordinal - 1;
			put(&s, k ? TL_KIND_DELTA : TL_KIND_SEQ, k ? 1 : 3, ordinal, base,
			    TL_PROTEIN);
		}
		REFUSED(made_close(&s, n), "too long");
	}
}

static void test_wrong_edges(void)
{
	static const struct {
		uint64_t a, b;
		size_t a_len, b_len;
		uint8_t flags;
		const char *why;
	} bad[] = {
		{0, 5, LENGTH, LENGTH, TL_EDGE_A, "not there"},
		{5, 0, LENGTH, LENGTH, TL_EDGE_A, "not there"},
		{0, 2, LENGTH, LENGTH, TL_EDGE_A, "alphabets"},
		{0, 1, LENGTH + 1, LENGTH, TL_EDGE_A, "does not fit"},
		{0, 1, LENGTH, LENGTH + 1, TL_EDGE_B, "does not fit"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct made_stream s;
		made_open(&s, 0);
		put(&s, TL_KIND_SEQ, 0, 0, 0, TL_PROTEIN);
		put(&s, TL_KIND_SEQ, 0, 1, 0, TL_PROTEIN);
		put(&s, TL_KIND_SEQ, 0, 2, 0, TL_NUCLEOTIDE);
		edge(&s, bad[i].a, bad[i].b, bad[i].a_len, bad[i].b_len, bad[i].flags);
		REFUSED(made_close(&s, 6), bad[i].why);
	}
}

/* What a set says of each record, after a second round too. */
static void test_records(void)
{
	struct made_stream s;
	struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}, .keep = true};
	int to;
	made_open(&s, TL_STREAM_INTERNED);
	for (uint64_t i = 0; i < 3; i++)
		put(&s, TL_KIND_SEQ, 0, i * 10, 0, TL_PROTEIN);
	put(&s, TL_KIND_DUP, 0, 31, 10, TL_PROTEIN);
	struct tl_note_file f = {.first = 0, .end = 32, .missing = 28};
	tl_test_ok(tl_writer_put_file(s.w, &f, &made_err), made_err);
	edge(&s, 10, 20, LENGTH, LENGTH, TL_EDGE_A);
	int fd = made_close(&s, 32);
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	for (int round = 0; round < 2; round++) {
		struct tl_set *set = how.opt_set;
		struct tl_set_record r, twin, zero;
		struct tl_buf scratch = {0};
		struct tl_str word;
		tl_test_eq(set->n, 4);
		for (uint64_t i = 0; i < 40; i++) {
			bool there = i == 0 || i == 10 || i == 20 || i == 31;
			tl_test_eq(made_find(set, i, &r), there);
			tl_test(!there || (r.ordinal == i && r.length == LENGTH));
		}
		tl_test(!made_find(set, UINT64_MAX, &r));
		tl_test(made_find(set, 10, &r) && made_find(set, 31, &twin));
		tl_test_eq(r.role, round ? TL_SET_COPY : TL_SET_MEMBER);
		tl_test(r.base == 20 && r.depth == 1 && r.is_base);
		tl_test(!round || r.identity == 1000000);
		tl_test(twin.role == TL_SET_COPY && twin.depth == 2 && !twin.is_base);
		tl_test_eq(made_root(set, 31), 20);
		tl_test(made_find(set, 0, &zero) && zero.role == TL_SET_REF);
		tl_test_ok(tl_set_word(set, &twin, &scratch, &word, &made_err), made_err);
		tl_test(word.n == 1 && *word.p == 'r');
		tl_buf_free(&scratch);
		tl_set_free(how.opt_set);
		if (round == 0) {
			int again;
			tl_test_ok(made_reduce_as(to, &how, &again), made_err);
			close(again);
		}
	}
	close(fd);
	close(to);
}

/* Edges are cut again by a stricter criterion; preferred records become references. */
static void test_criterion(void)
{
	static struct made_db db;
	uint64_t members = 0;
	made_families(&db, TL_PROTEIN, 40);
	int plain = made_write(&db, 0), fd = made_align(plain, 600000), to;
	for (int64_t identity = 600000; identity <= 1000000; identity += 100000) {
		struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}, .keep = true};
		how.criterion =
			(struct tl_link_criterion){.identity = identity, .coverage = 700000};
		tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
		close(to);
		/* The same as aligning with that criterion. */
		struct made_reduce same = {.params = {TL_SELECT_COUNT, 1000000}, .keep = true};
		int strict = made_align(plain, identity);
		tl_test_ok(made_reduce_as(strict, &same, &to), made_err);
		close(to);
		close(strict);
		tl_test_eq(how.opt_set->result.members, same.opt_set->result.members);
		tl_test(identity == 600000 || how.opt_set->result.members <= members);
		members = how.opt_set->result.members;
		for (size_t i = 0; i < how.opt_set->n; i++)
			tl_test_eq(how.opt_set->base[i], same.opt_set->base[i]);
		tl_set_free(how.opt_set);
		tl_set_free(same.opt_set);
	}
	struct made_reduce how = {.params = {TL_SELECT_BYTES, 1000000},
				  .keep = true,
				  .prefer = made_names("tl|3\nA5\ndb|A7|R7\ntl|39\nnobody\n")};
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	struct tl_names_count c;
	tl_names_count(how.prefer, &c);
	tl_test(c.ids == 5 && c.unknown == 1);
	static const uint64_t preferred[] = {3, 5, 7, 39};
	for (size_t i = 0; i < 4; i++) {
		struct tl_set_record r;
		tl_test(made_find(how.opt_set, preferred[i], &r) && r.role == TL_SET_REF);
	}
	tl_set_free(how.opt_set);
	tl_names_free(how.prefer);
	close(to), close(fd), close(plain);
}

static void test_nothing(void)
{
	struct made_stream s;
	struct made_reduce how = {.params = {TL_SELECT_BYTES, 1000000}};
	int to;
	made_open(&s, 0);
	int fd = made_close(&s, 0);
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	int text = made_restored(to);
	tl_test(made_is(text, ""));
	close(fd), close(to), close(text);
	made_open(&s, 0);
	made_put_file(&s, (struct tl_str){(const uint8_t *)"", 0}, 0, 0, TL_PROTEIN);
	fd = made_close(&s, 0);
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	text = made_restored(to);
	tl_test(made_is(text, ""));
	close(fd), close(to), close(text);
	tl_set_free(NULL);
}

int main(void)
{
	TL_RUN(test_depth);
	TL_RUN(test_wrong_copies);
	TL_RUN(test_wrong_edges);
	TL_RUN(test_records);
	TL_RUN(test_criterion);
	TL_RUN(test_nothing);
	tl_pool_free(made_pool);
	return tl_test_end();
}
