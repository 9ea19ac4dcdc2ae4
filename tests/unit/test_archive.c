/* SPDX-License-Identifier: MIT */
/* test_archive: made families through the whole pipe and back: plain, interned, reduced, reduced
 * again. */
#include <tl/archive.h>

#include "made.h"

/* What a look at all blocks of an archive finds. */
struct looked {
	uint64_t refs, loose, members, dups, base_members, pieces, sums;
};

/* Checks the order that tl-stream(5), section 11, asks for. */
static struct looked look(int fd)
{
	struct looked l = {0};
	struct tl_reader *r = made_reader(fd, false);
	struct tl_item *item;
	bool rest = false;
	uint64_t first = 0, file_end = 0;
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		if (!item)
			break;
		const struct tl_block_head *h = &item->block.head;
		const struct tl_batch *b = &item->batch;
		bool base = h->flags & TL_BLOCK_BASE;
		tl_test(h->type != TL_BLOCK_EDGE);
		if (h->type == TL_BLOCK_FILE) {
			tl_test(item->file.first >= file_end);
			file_end = item->file.end;
			rest = true;
		}
		for (size_t i = 0; i < b->n; i++) {
			bool starts = !(b->flags[i] & TL_REC_IN);
			l.pieces += !starts;
			if (!base)
				tl_test(b->ordinal[i] >= file_end);
			if (!starts)
				continue;
			if (h->type == TL_BLOCK_SEQS)
				*(h->flags & TL_BLOCK_REF ? &l.refs : &l.loose) += 1;
			else
				*(h->type == TL_BLOCK_DLTA ? &l.members : &l.dups) += 1;
			l.base_members += base && h->type == TL_BLOCK_DLTA;
		}
		if (b->n) {
			tl_test(!(h->flags & TL_BLOCK_REF) || (h->type == TL_BLOCK_SEQS && base));
			tl_test(!base || !rest);
			tl_test(base || b->ordinal[0] >= first);
			first = base ? first : b->ordinal[0];
			rest |= !base;
			l.sums += item->has_sum;
		}
		tl_reader_recycle(r, item);
	}
	tl_reader_close(r);
	return l;
}

struct totals {
	struct looked first, again;
};

/* One database through the pipe; each stage must give the text back. */
static void through(const struct made_db *db, size_t piece, bool intern, enum tl_select_by by,
		    int64_t ratio, struct totals *t)
{
	struct made_reduce how = {.params = {by, ratio}};
	int text = made_text_file(db), plain = made_write(db, piece), last = plain, fd;
	tl_test(made_comes_back(plain, text));
	if (intern) {
		last = made_intern(plain);
		tl_test(made_comes_back(last, text));
		close(plain);
	}
	for (int round = 0; round < 3; round++) {
		fd = made_align(last, 800000 - 150000 * round);
		close(last);
		tl_test(made_comes_back(fd, text));
		tl_test_ok(made_reduce_as(fd, &how, &last), made_err);
		close(fd);
		tl_test(made_comes_back(last, text));
		struct looked l = look(last), *sum = round ? &t->again : &t->first;
		tl_test_eq(l.refs + l.loose + l.members + l.dups, db->n);
		for (size_t i = 0; i < sizeof l / sizeof l.refs; i++)
			((uint64_t *)sum)[i] += ((uint64_t *)&l)[i];
		if (round == 1 && tl_test_below(2)) {
			/* An archive may be interned. */
			fd = made_intern(last);
			tl_test(made_comes_back(fd, text));
			close(last);
			last = fd;
		}
	}
	struct tl_extract_sum sum;
	fd = made_extracted(last, NULL, &sum);
	tl_test_eq(sum.written, db->n);
	tl_test(made_comes_back(fd, text));
	close(fd);
	close(last);
	close(text);
}

static void many(enum tl_alphabet alphabet, size_t piece, int64_t ratio, struct totals *t)
{
	static struct made_db db;
	*t = (struct totals){{0}, {0}};
	for (int i = 0; i < 8; i++) {
		made_families(&db, alphabet,
			      tl_test_below(8) ? 10 + tl_test_below(25) : tl_test_below(3));
		through(&db, piece, i & 1, (enum tl_select_by)(i % 3), ratio, t);
	}
	tl_test(t->first.refs && t->first.members && t->first.dups && t->first.sums);
	tl_test(ratio < 1000000 || t->again.base_members > 0);
	tl_test(!piece || t->again.pieces);
	tl_test(ratio == 1000000 || t->first.loose + t->again.loose);
}

static void test_proteins(void)
{
	struct totals t;
	many(TL_PROTEIN, 0, 1000000, &t);
}

static void test_nucleotides(void)
{
	struct totals t;
	many(TL_NUCLEOTIDE, 0, 1000000, &t);
}

/* Records of several pieces as references, members, members of members, duplicates. */
static void test_pieces(void)
{
	struct totals t;
	many(TL_PROTEIN, 30, 1000000, &t);
	many(TL_NUCLEOTIDE, 30, 1000000, &t);
}

/* Loose ones that others are copied from stand between the references. */
static void test_loose(void)
{
	struct totals t;
	many(TL_PROTEIN, 0, 500000, &t);
	many(TL_NUCLEOTIDE, 25, 500000, &t);
}

/* Two archives one behind the other, read as one, and reduced as one. */
static void test_concatenated(void)
{
	static struct made_db a, b;
	for (int i = 0; i < 6; i++) {
		made_families(&a, TL_PROTEIN, 5 + tl_test_below(20));
		made_families(&b, TL_PROTEIN, 5 + tl_test_below(20));
		int ta = made_text_file(&a), tb = made_text_file(&b), text = made_cat(ta, tb);
		int pa = made_write(&a, i % 2 ? 20 : 0), pb = made_write(&b, 0);
		int aa = made_align(pa, 700000), ab = made_align(pb, 700000);
		int ra = made_reduced(aa, TL_SELECT_BYTES), rb = made_reduced(ab, TL_SELECT_COUNT);
		int both = made_cat(ra, rb), mixed = made_cat(ra, pb);
		tl_test(made_comes_back(both, text));
		tl_test(made_comes_back(mixed, text));
		int aligned = made_align(both, 600000),
		    one = made_reduced(aligned, TL_SELECT_BYTES);
		tl_test(made_comes_back(one, text));
		/* Passed on by a tool, both archives have become one stream. */
		tl_test(made_comes_back(aligned, text));
		int interned = made_intern(both);
		tl_test(made_comes_back(interned, text));
		close(interned);
		tl_test_eq(look(one).refs + look(one).members + look(one).dups, a.n + b.n);
		int all[] = {ta, tb, text, pa, pb, aa, ab, ra, rb, both, mixed, aligned, one};
		for (size_t k = 0; k < sizeof all / sizeof *all; k++)
			close(all[k]);
	}
}

/* --refs: the references as text, the same as those of the archive. */
static void test_refs(void)
{
	static struct made_db db;
	static const struct tl_restore_opts refs_only = {.refs_only = true};
	for (int i = 0; i < 6; i++) {
		int refs, to, fd;
		struct tl_restore_sum sum;
		made_families(&db, i % 2 ? TL_NUCLEOTIDE : TL_PROTEIN, 30);
		struct made_reduce how = {.params = {(enum tl_select_by)(i % 3), 1000000},
					  .opts = {.opt_refs = made_out(&refs)},
					  .keep = true};
		int plain = made_write(&db, i < 3 ? 0 : 25), aligned = made_align(plain, 700000);
		tl_test_ok(made_reduce_as(aligned, &how, &to), made_err);
		tl_test_ok(tl_out_commit(how.opts.opt_refs, &made_err), made_err);
		tl_test_ok(made_restore_as(to, &refs_only, &fd, &sum), made_err);
		tl_test(made_same(refs, fd));
		tl_test_eq(sum.records, how.opt_set->result.refs);
		tl_set_free(how.opt_set);
		close(plain), close(aligned), close(refs), close(to), close(fd);
	}
}

/* A record whose last line has no end, cut into pieces, the last of which is empty: its line is
 * ended in --refs, and ordinals stand in front of headers. */
static void test_refs_ids(void)
{
	static const uint8_t open_line[] = {TL_EOL_LF, 1, 3, TL_EOL_NONE},
			     nothing[] = {TL_EOL_NONE};
	struct made_stream s;
	struct tl_batch b = {.alphabet = TL_PROTEIN};
	struct tl_entry e = {.head = {(const uint8_t *)"x y", 3},
			     .resi = {(const uint8_t *)"MKV", 3},
			     .length = 3,
			     .flags = TL_REC_OUT,
			     .lay = {open_line, 4}};
	int refs, to;
	struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000},
				  .opts = {.opt_refs = made_out(&refs), .ordinal_ids = true}};
	made_open(&s, 0);
	tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	e = (struct tl_entry){.flags = TL_REC_IN, .lay = {nothing, 1}};
	tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	e = (struct tl_entry){.ordinal = 1, .head = {(const uint8_t *)"z", 1}};
	tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	made_put(&s, &b, 0);
	made_put_file(&s, (struct tl_str){(const uint8_t *)">x y\nMKV>z\n", 10}, 0, 2, TL_PROTEIN);
	int fd = made_close(&s, 2);
	tl_test_ok(made_reduce_as(fd, &how, &to), made_err);
	tl_test_ok(tl_out_commit(how.opts.opt_refs, &made_err), made_err);
	tl_test(made_is(refs, ">tl|0 x y\nMKV\n>tl|1 z\n"));
	tl_batch_free(&b);
	close(refs), close(fd), close(to);
}

/* A script that is larger than what one piece takes is spread over the pieces. */
static void test_large_script(void)
{
	enum { N = 5 << 20, PIECE = 1 << 20, MATCH = 1000 };
	struct made_stream s;
	struct tl_batch b = {.alphabet = TL_PROTEIN};
	uint8_t *p = malloc(N), lay[16];
	struct tl_align_path path = {.a_end = MATCH, .b_end = MATCH};
	struct tl_edges edges = {0};
	struct tl_buf text = {0};
	tl_test(p != NULL);
	made_open(&s, 0);
	for (int k = 0; k < 2; k++) {
		size_t n = k ? N : MATCH;
		for (size_t i = k ? MATCH : 0; i < n; i++)
			p[i] = made_residue(TL_PROTEIN);
		tl_test_ok(tl_buf_add(&text, ">r\n", 3, &made_err), made_err);
		tl_test_ok(tl_buf_add(&text, p, n, &made_err), made_err);
		tl_test_ok(tl_buf_add(&text, "\n", 1, &made_err), made_err);
		for (size_t at = 0; at < n; at += PIECE) {
			bool first = at == 0, last = at + PIECE >= n;
			size_t len = last ? n - at : PIECE, m = 2;
			lay[0] = first ? TL_EOL_LF : TL_EOL_NONE;
			lay[1] = 1;
			m += tl_bits_put_varint(lay + 2, len);
			lay[m++] = last ? TL_EOL_LF : TL_EOL_NONE;
			struct tl_entry e = {.ordinal = (uint64_t)k,
					     .length = len,
					     .resi = {p + at, len},
					     .lay = {lay, m},
					     .head = {(const uint8_t *)"r", first},
					     .flags = (uint8_t)((first ? 0 : TL_REC_IN) |
								(last ? 0 : TL_REC_OUT))};
			tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
			made_put(&s, &b, 0);
		}
	}
	tl_test_ok(tl_cigar_add(&path.ops, TL_CIGAR_MATCH, MATCH, &made_err), made_err);
	tl_test_ok(tl_link_put(&edges, 1, 0, TL_EDGE_A, &path, (struct tl_str){p, N},
			       (struct tl_str){p, MATCH}, &made_err),
		   made_err);
	made_put_file(&s, (struct tl_str){text.data, text.len}, 0, 2, TL_PROTEIN);
	tl_test_ok(tl_writer_put_edges(s.w, &edges, &made_err), made_err);
	int fd = made_close(&s, 2), to = made_reduced(fd, TL_SELECT_COUNT);
	struct looked l = look(to);
	tl_test(l.members == 1 && l.refs == 1);
	struct tl_reader *r = made_reader(to, false);
	struct tl_item *item;
	size_t blocks = 0;
	while (tl_reader_next(r, &item, &made_err) == TL_OK && item) {
		tl_test(item->block.head.raw <= 3 << 20);
		blocks += item->block.head.type == TL_BLOCK_DLTA && item->batch.lits.bytes.len > 0;
		tl_reader_recycle(r, item);
	}
	tl_reader_close(r);
	tl_test(blocks >= 3);
	int back = made_restored(to), want = made_file(text.data, text.len);
	tl_test(made_same(back, want));
	free(p);
	tl_buf_free(&text);
	tl_buf_free(&path.ops);
	tl_batch_free(&b);
	close(fd), close(to), close(back), close(want);
}

int main(void)
{
	TL_RUN(test_proteins);
	TL_RUN(test_nucleotides);
	TL_RUN(test_pieces);
	TL_RUN(test_loose);
	TL_RUN(test_concatenated);
	TL_RUN(test_refs);
	TL_RUN(test_refs_ids);
	TL_RUN(test_large_script);
	tl_pool_free(made_pool);
	return tl_test_end();
}
