/* SPDX-License-Identifier: MIT */
/* test_dedup: through writer and reader: what is merged, with what, and that the text stays. */
#include <tl/dedup.h>

#include "sample.h"
#include "streams.h"
#include "tltest.h"

#define RECORDS 3000 /* of a test at most */

/* The stream from, merged, is to. */
static struct tl_dedup_sum dedup(const char *from, const char *to, unsigned threads)
{
	struct tl_reader_opts opts = {.raw_edge = true, .uniform = true};
	struct tl_pool *pool = streams_pool(threads);
	struct streams_sink sink = streams_open(pool, to, TL_STREAM_INTERNED);
	const char *path = streams_path(from);
	struct tl_reader_totals totals;
	struct tl_dedup_sum sum;
	struct tl_reader *r;
	struct tl_dedup *d;
	struct tl_item *item;
	struct tl_err err = {0};
	tl_test_ok(tl_reader_open(pool, &path, 1, &opts, &r, &err), err);
	tl_test_ok(tl_dedup_new(sink.w, NULL, &d, &err), err);
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &err), err);
		if (!item)
			break;
		tl_test_ok(tl_dedup_put(d, item, &err), err);
		tl_reader_recycle(r, item);
	}
	tl_test_ok(tl_dedup_end(d, &err), err);
	tl_dedup_sum(d, &sum);
	tl_dedup_free(d);
	tl_reader_totals_get(r, &totals);
	tl_reader_close(r);
	streams_end(&sink, totals.next);
	tl_pool_free(pool);
	return sum;
}

/* The first ordinals of blocks do not fall, those of one kind rise, pieces stand one behind the
 * other, copies behind what they are copied from. */
static void check_order(const struct streams_all *all)
{
	static bool there[RECORDS];
	const struct tl_batch *before[3] = {0};
	uint64_t first = 0;
	memset(there, 0, sizeof there);
	for (size_t i = 0; i < all->n; i++) {
		const struct tl_batch *b = &all->entry[i].batch, *last = before[b->kind];
		bool in = b->flags[0] & TL_REC_IN;
		tl_test(all->entry[i].first >= first);
		first = all->entry[i].first;
		tl_test(in || !last || b->ordinal[0] > last->ordinal[0]);
		tl_test(!in || (last && b->ordinal[0] == last->ordinal[0]));
		tl_test(!last || in == !!(last->flags[0] & TL_REC_OUT));
		before[b->kind] = b;
		there[b->ordinal[0]] = true;
		if (b->kind != TL_KIND_SEQ)
			tl_test(b->base[0] < b->ordinal[0] && there[b->base[0]]);
	}
}

/* All of a record: of which alphabet, whole or a duplicate, its residues. */
struct record {
	enum tl_alphabet alphabet;
	enum tl_kind kind;
	uint64_t base;
	struct tl_buf residues;
};

static struct record was[RECORDS], is[RECORDS];

static size_t records_of(const struct streams_all *all, struct record *rec)
{
	struct tl_err err = {0};
	tl_test(all->totals.next <= RECORDS);
	for (size_t i = 0; i < all->totals.next; i++) {
		tl_buf_free(&rec[i].residues);
		rec[i] = (struct record){.kind = TL_KIND_DELTA};
	}
	for (size_t i = 0; i < all->n; i++) {
		const struct tl_batch *b = &all->entry[i].batch;
		struct record *r = &rec[all->entry[i].ordinal];
		r->alphabet = b->alphabet;
		r->kind = b->kind;
		r->base = b->kind == TL_KIND_SEQ ? all->entry[i].ordinal : b->base[0];
	}
	for (size_t i = 0; i < all->totals.next; i++) {
		tl_test(rec[i].kind != TL_KIND_DELTA);
		tl_test_ok(tl_buf_reserve(&rec[i].residues, 1, &err), err);
		streams_residues(all, i, &rec[i].residues);
	}
	return all->totals.next;
}

/* The first record of the same alphabet with the same residues, by looking at all of them. */
static size_t first_like(const struct record *rec, size_t i)
{
	size_t j = 0;
	while (rec[j].alphabet != rec[i].alphabet ||
	       !streams_same(&rec[j].residues, &rec[i].residues))
		j++;
	return j;
}

/* Nothing but kinds and bases differs, and these are as the header says. */
static void check_merged(const struct streams_all *before, const struct streams_all *after,
			 const struct tl_dedup_sum *sum)
{
	size_t n = records_of(before, was);
	struct tl_dedup_sum want = {0};
	tl_test_eq(records_of(after, is), n);
	for (size_t i = 0; i < n; i++) {
		size_t base = first_like(was, i);
		tl_test(streams_same(&was[i].residues, &is[i].residues));
		tl_test_eq(is[i].alphabet, was[i].alphabet);
		tl_test_eq(is[i].base, base);
		tl_test_eq(is[i].kind, base == i ? TL_KIND_SEQ : TL_KIND_DUP);
		if (was[i].kind != TL_KIND_SEQ)
			continue;
		want.records++;
		want.residues += was[i].residues.len;
		want.merged += base != i;
		want.merged_residues += base != i ? was[i].residues.len : 0;
	}
	tl_test_eq(sum->records, want.records);
	tl_test_eq(sum->residues, want.residues);
	tl_test_eq(sum->merged, want.merged);
	tl_test_eq(sum->merged_residues, want.merged_residues);
	tl_test_eq(after->totals.records, before->totals.records);
	tl_test_eq(after->totals.residues, before->totals.residues);
	tl_test_eq(after->totals.next, before->totals.next);
	tl_test_eq(after->files, before->files);
	check_order(after);
}

/* Merges from into to and checks all that must hold; 1, 2 and 7 threads give the same. */
static void check_dedup(const char *from, const char *to)
{
	struct streams_all before = streams_read(from), after;
	struct tl_buf want = streams_text(&before), got, first;
	struct tl_dedup_sum sum = dedup(from, to, 2);
	after = streams_read(to);
	got = streams_text(&after);
	tl_test(streams_same(&want, &got));
	check_merged(&before, &after, &sum);
	tl_buf_free(&want);
	tl_buf_free(&got);
	streams_forget(&before);
	streams_forget(&after);
	first = streams_slurp(to);
	for (unsigned threads = 1; threads < 8; threads += 6) {
		(void)dedup(from, "threads.tl", threads);
		got = streams_slurp("threads.tl");
		tl_test(streams_same(&first, &got));
		tl_buf_free(&got);
	}
	tl_buf_free(&first);
}

/* Text files into a stream of text.tl. */
static void ingest_texts(const char *const *texts, size_t n)
{
	static const char *const names[] = {"t1.fa", "t2.fa", "t3.fa", "t4.fa"};
	static const struct tl_ingest_opts guess = {.alphabet = -1};
	for (size_t i = 0; i < n; i++)
		streams_write(names[i], texts[i], strlen(texts[i]));
	streams_ingest(2, names, n, &guess, "text.tl");
}

/* What record i of merged.tl is a copy of. */
static uint64_t base_of(uint64_t i)
{
	return is[i].base;
}

static void test_case_and_layout(void)
{
	static const char *const text =
		">a\nACGTACGT\n>b\nacgTACgt\n>c\nAC\nGTAC\n\nGT\n>d\r\nACG-TACGT"
		"\r\n>e\nACGTACGA\n>f\n>g\n>h\nACGTACGT";
	static const uint64_t want[] = {0, 0, 0, 0, 4, 5, 5, 0};
	ingest_texts(&text, 1);
	check_dedup("text.tl", "merged.tl");
	for (uint64_t i = 0; i < 8; i++)
		tl_test_eq(base_of(i), want[i]);
}

/* RNA is merged with DNA; proteins spelt with the same letters are not. */
static void test_alphabets(void)
{
	static const char *const texts[] = {
		">d\nACGTTTACGT\n>u\nACGUUUACGU\n>m\nACGUuTACGU\n",
		">p\nMKVLAAWW\n>q\nACGTTTACGT\n>r\nmkvlaaww\n>s\nUUUU\n>t\n"
		"TTTT\n>x\nMKVWRHEEEEEEEEEEEEEEEEEEEEEE\n"};
	static const uint64_t want[] = {0, 0, 0, 3, 4, 3, 6, 7, 8};
	ingest_texts(texts, 2);
	check_dedup("text.tl", "merged.tl");
	for (uint64_t i = 0; i < 9; i++) {
		tl_test_eq(is[i].alphabet, i < 3 ? TL_NUCLEOTIDE : TL_PROTEIN);
		tl_test_eq(base_of(i), want[i]);
	}
}

/* Long records, in several pieces, among short ones, twice each. */
static void test_pieces(void)
{
	static const struct tl_ingest_opts guess = {.alphabet = -1};
	static const char *const names[] = {"long1.fa", "long2.fa"};
	size_t big = TL_INGEST_WINDOW * 5 / 2, at = 0;
	char *text = malloc(big + 200);
	tl_test(text != NULL);
	at += (size_t)sprintf(text, ">a\nACGT\n>b\nCCGT\n>long\n");
	size_t start = at;
	for (size_t i = 0; i < big; i++)
		text[at++] = "ACGT"[tl_test_below(4)];
	at += (size_t)sprintf(text + at, "\n>c\nACGT\n>d\nCCGT\n>e\nTTTT\n");
	streams_write(names[0], text, at);
	/* The same residues in lower case and behind a longer beginning: other pieces. */
	for (size_t i = 0; i < big; i++)
		text[start + i] |= 0x20;
	streams_write(names[1], text, at);
	free(text);
	streams_ingest(2, names, 2, &guess, "text.tl");
	struct streams_all before = streams_read("text.tl");
	tl_test(before.n > 12); /* there are pieces */
	streams_forget(&before);
	check_dedup("text.tl", "merged.tl");
	static const uint64_t want[] = {0, 1, 2, 0, 1, 5, 0, 1, 2, 0, 1, 5};
	for (uint64_t i = 0; i < 12; i++)
		tl_test_eq(base_of(i), want[i]);
}

/* Copies a stream's bytes behind those of a file. */
static void append(const char *from, struct tl_buf *to)
{
	struct tl_err err = {0};
	struct tl_buf bytes = streams_slurp(from);
	tl_test_ok(tl_buf_add(to, bytes.data, bytes.len, &err), err);
	tl_buf_free(&bytes);
}

/* Streams that were merged, one behind the other: their duplicates get their bases moved. */
static void test_former_rounds(void)
{
	static const char *const a = ">1\nAAAC\n>2\nAAAC\n>3\nCCCG\n>4\nGGGT\n";
	static const char *const b =
		">5\nGGGT\n>6\nGGGT\n>7\nTTTA\n>8\nCCCG\n>9\nTTTA\n>10\nCCCG\n";
	static const uint64_t want[] = {0, 0, 2, 3, 3, 3, 6, 2, 6, 2, 0, 0, 2, 3};
	struct tl_buf both = {0};
	ingest_texts(&a, 1);
	check_dedup("text.tl", "a.tl");
	ingest_texts(&b, 1);
	check_dedup("text.tl", "b.tl");
	append("a.tl", &both);
	append("b.tl", &both);
	append("a.tl", &both);
	streams_write("both.tl", both.data, both.len);
	tl_buf_free(&both);
	check_dedup("both.tl", "merged.tl");
	for (uint64_t i = 0; i < 14; i++)
		tl_test_eq(base_of(i), want[i]);
	/* A second time there is nothing to do. */
	struct tl_dedup_sum sum = dedup("merged.tl", "again.tl", 2);
	tl_test_eq(sum.merged, 0);
	struct tl_buf x = streams_slurp("merged.tl"), y = streams_slurp("again.tl");
	tl_test(streams_same(&x, &y));
	tl_buf_free(&x);
	tl_buf_free(&y);
}

/* Makes up residues, few different ones. */
static size_t random_residues(char *seq)
{
	size_t len = tl_test_below(4) ? tl_test_below(5) : tl_test_below(40);
	for (size_t k = 0; k < len; k++)
		seq[k] = "AC"[len < 5 ? tl_test_below(2) : k % 2];
	return len;
}

/* Blocks of random records, some in pieces, inside of a block and over several. */
static void random_stream(const char *name, size_t blocks, size_t most)
{
	struct tl_pool *pool = streams_pool(2);
	struct streams_sink sink = streams_open(pool, name, TL_STREAM_INTERNED);
	struct tl_err err = {0};
	uint64_t next = 0;
	bool open = false;
	char seq[40];
	enum tl_alphabet alphabet = TL_PROTEIN;
	for (size_t i = 0; i < blocks; i++) {
		alphabet = open ? alphabet : (enum tl_alphabet)(tl_test_below(3) > 0);
		struct tl_batch b = {.alphabet = alphabet, .width = 60};
		for (size_t n = 1 + tl_test_below(most); n; n--) {
			struct tl_entry e = {.ordinal = open ? next - 1 : next++};
			e.length = random_residues(seq);
			e.resi = (struct tl_str){(uint8_t *)seq, e.length};
			e.head = (struct tl_str){(const uint8_t *)"some name",
						 open ? 0 : tl_test_below(9)};
			e.flags = open ? TL_REC_IN : 0;
			open = !tl_test_below(6) && !(n == 1 && i + 1 == blocks);
			e.flags |= open ? TL_REC_OUT : 0;
			tl_test_ok(tl_batch_add(&b, &e, &err), err);
		}
		tl_test_ok(tl_writer_put_batch(sink.w, &b, TL_BLOCK_REF, NULL, &err), err);
	}
	streams_end(&sink, next);
	tl_pool_free(pool);
}

static void test_random(void)
{
	for (int round = 0; round < 10; round++) {
		random_stream("random.tl", 1 + tl_test_below(30), 1 + tl_test_below(30));
		check_dedup("random.tl", "merged.tl");
		struct streams_all all = streams_read("merged.tl");
		for (size_t i = 0; i < all.n; i++)
			tl_test_eq(all.entry[i].block_flags,
				   all.entry[i].batch.kind == TL_KIND_SEQ ? TL_BLOCK_REF : 0);
		streams_forget(&all);
	}
}

/* Random streams, merged or not, one behind the other, merged again. */
static void test_random_rounds(void)
{
	for (int round = 0; round < 20; round++) {
		struct tl_buf all = {0};
		for (size_t i = 0; i < 3; i++) {
			random_stream("random.tl", 1 + tl_test_below(6), 1 + tl_test_below(9));
			if (tl_test_below(4)) {
				(void)dedup("random.tl", "merged.tl", 1);
				append("merged.tl", &all);
			} else {
				append("random.tl", &all);
			}
			if (i == 1) {
				streams_write("rounds.tl", all.data, all.len);
				(void)dedup("rounds.tl", "merged.tl", 2);
				tl_buf_reset(&all);
				append("merged.tl", &all);
			}
		}
		streams_write("rounds.tl", all.data, all.len);
		tl_buf_free(&all);
		check_dedup("rounds.tl", "merged.tl");
	}
}

/* Two SEQS records alike, and a batch of copies of the second. */
static void put_copies(struct tl_writer *w, enum tl_kind kind)
{
	static const uint8_t ops[] = {0, 0, 0, 4 << 2};
	struct tl_err err = {0};
	struct tl_hash128 sum = {11, 22};
	struct tl_batch b = {.alphabet = TL_NUCLEOTIDE}, copies = {.kind = kind, .alphabet = 1};
	for (uint64_t i = 0; i < 3; i++) {
		struct tl_entry e = {.ordinal = i, .length = 4};
		e.resi = (struct tl_str){(const uint8_t *)(i == 1 ? "CCCC" : "ACGT"), 4};
		tl_test_ok(tl_batch_add(&b, &e, &err), err);
	}
	tl_test_ok(tl_writer_put_batch(w, &b, 0, NULL, &err), err);
	for (uint64_t i = 3; i < 7; i++) {
		struct tl_entry e = {.ordinal = i, .length = 4, .base = i % 2 ? 2 : 1};
		e.ops = (struct tl_str){ops, 4};
		tl_test_ok(tl_batch_add(&copies, &e, &err), err);
	}
	tl_test_ok(tl_writer_put_batch(w, &copies, 0, &sum, &err), err);
}

/* Copies of a record that is a duplicate now are of what that one is a duplicate of; sums stay. */
static void test_bases_move(void)
{
	for (int kind = TL_KIND_DUP; kind <= TL_KIND_DELTA; kind++) {
		struct tl_pool *pool = streams_pool(1);
		struct streams_sink sink = streams_open(pool, "copies.tl", TL_STREAM_INTERNED);
		put_copies(sink.w, (enum tl_kind)kind);
		streams_end(&sink, 7);
		tl_pool_free(pool);
		(void)dedup("copies.tl", "merged.tl", 1);
		struct streams_all all = streams_read("merged.tl");
		size_t copies = 0;
		tl_test_eq(all.n, 7);
		for (size_t i = 0; i < all.n; i++) {
			const struct streams_entry *e = &all.entry[i];
			if (e->ordinal < 3)
				continue;
			copies++;
			tl_test_eq(e->batch.kind, kind);
			tl_test_eq(e->batch.base[0], e->ordinal % 2 ? 0 : 1);
			tl_test(e->has_sum && e->sum.lo == 11 && e->sum.hi == 22);
		}
		tl_test_eq(copies, 4);
		streams_forget(&all);
	}
}

/* Edges and provenance go through as they are, raw as they come. */
static void test_pass_through(void)
{
	struct tl_pool *pool = streams_pool(2);
	struct streams_sink sink = streams_open(pool, "edges.tl", TL_STREAM_INTERNED);
	struct tl_err err = {0};
	struct tl_edges edges = {0};
	struct tl_batch b = {0};
	for (uint64_t i = 0; i < 5; i++) {
		struct tl_entry e = {.ordinal = i, .length = 5 + i};
		e.resi = (struct tl_str){(const uint8_t *)"MKVLAARRW", 5 + i};
		tl_test_ok(tl_batch_add(&b, &e, &err), err);
	}
	tl_test_ok(tl_writer_put_batch(sink.w, &b, 0, NULL, &err), err);
	sample_edges(&edges, 20, 5);
	tl_test_ok(tl_writer_put_edges(sink.w, &edges, &err), err);
	tl_test_ok(tl_writer_put_prov(sink.w, "from a test\n", &err), err);
	streams_end(&sink, 5);
	tl_pool_free(pool);
	struct tl_dedup_sum sum = dedup("edges.tl", "merged.tl", 2);
	tl_test_eq(sum.records, 5);
	struct tl_buf x = streams_slurp("edges.tl"), y = streams_slurp("merged.tl");
	tl_test_eq(sum.merged, 0);
	tl_test(streams_same(&x, &y));
	tl_buf_free(&x);
	tl_buf_free(&y);
	tl_edge_free(&edges);
	tl_batch_free(&b);
	tl_dedup_free(NULL);
}

int main(void)
{
	streams_make();
	TL_RUN(test_case_and_layout);
	TL_RUN(test_alphabets);
	TL_RUN(test_pieces);
	TL_RUN(test_former_rounds);
	TL_RUN(test_random);
	TL_RUN(test_random_rounds);
	TL_RUN(test_bases_move);
	TL_RUN(test_pass_through);
	for (size_t i = 0; i < RECORDS; i++) {
		tl_buf_free(&was[i].residues);
		tl_buf_free(&is[i].residues);
	}
	streams_remove();
	return tl_test_end();
}
