/* SPDX-License-Identifier: MIT */
/* test_reader: streams made by hand, damaged, cut off, reordered, concatenated. */
#include <tl/reader.h>

#include <tl/bits.h>
#include <tl/hash.h>
#include <tl/record.h>

#include "sample.h"
#include "tltest.h"

#define TEXT TL_TAG('T', 'E', 'X', 'T')

static struct tl_pool *pool;
static struct tl_payload payload;

/* A stream under construction. */
struct made {
	struct tl_buf bytes;
	size_t start;  /* of its preamble */
	size_t at[20]; /* of each block */
	uint64_t number, digest, records, residues, next;
};

static void begin(struct made *m)
{
	struct tl_err err = {0};
	uint8_t p[16] = {0x89, 'T', 'L', 'S', '\r', '\n', 0x1a, '\n', 1};
	tl_bits_put32(p + 12, (uint32_t)tl_hash_64(p, 12));
	m->start = m->bytes.len;
	m->number = m->records = m->residues = m->next = 0;
	m->digest = tl_hash_64(p, 16);
	tl_test_ok(tl_buf_add(&m->bytes, p, sizeof p, &err), err);
}

/* The payload as a block. */
static void add(struct made *m, struct tl_block_head head, enum tl_codec codec)
{
	struct tl_err err = {0};
	struct tl_buf packed = {0};
	uint8_t h[TL_BLOCK_HEADER], check[8];
	head.number = m->number;
	tl_test_ok(tl_block_pack(&payload, codec, 3, &head, &packed, &err), err);
	tl_block_put_head(&head, h);
	uint64_t sum = tl_block_sum(h, tl_hash_64(packed.data, packed.len));
	tl_bits_put64(check, sum);
	m->at[m->number++] = m->bytes.len;
	m->digest = tl_block_chain(m->digest, sum);
	tl_test_ok(tl_buf_add(&m->bytes, h, sizeof h, &err), err);
	tl_test_ok(tl_buf_add(&m->bytes, packed.data, packed.len, &err), err);
	tl_test_ok(tl_buf_add(&m->bytes, check, sizeof check, &err), err);
	tl_buf_free(&packed);
}

static void add_batch(struct made *m, const struct tl_batch *b, enum tl_codec codec)
{
	struct tl_err err = {0};
	tl_test_ok(tl_record_encode(b, b->ordinal[0], NULL, &payload, &err), err);
	add(m,
	    (struct tl_block_head){.type = tl_record_type(b->kind),
				   .first = b->ordinal[0],
				   .records = (uint32_t)b->n},
	    codec);
	for (size_t i = 0; i < b->n; i++) {
		m->records += !(b->flags[i] & TL_REC_IN);
		m->residues += b->length[i];
	}
	m->next = b->ordinal[b->n - 1] + 1;
}

static void add_text(struct made *m, uint32_t type, const char *text)
{
	struct tl_err err = {0};
	tl_block_clear(&payload);
	tl_test_ok(tl_buf_add(tl_block_column(&payload, TEXT), text, strlen(text), &err), err);
	add(m, (struct tl_block_head){.type = type}, TL_CODEC_NONE);
}

static void end(struct made *m)
{
	struct tl_err err = {0};
	struct tl_note_ends e = {m->records, m->residues, m->number, m->next, m->digest};
	tl_test_ok(tl_note_put_ends(&e, &payload, &err), err);
	add(m, (struct tl_block_head){.type = TL_BLOCK_ENDS}, TL_CODEC_NONE);
}

static void add_index(struct made *m)
{
	struct tl_err err = {0};
	struct tl_note_index e = {.offset = 16, .type = TL_BLOCK_SEQS};
	tl_test_ok(tl_note_put_index(&e, 1, &payload, &err), err);
	add(m, (struct tl_block_head){.type = TL_BLOCK_INDX, .records = 1}, TL_CODEC_NONE);
}

/* Reads the bytes as one input; counts items by type, checks nothing else. */
struct seen {
	unsigned seqs, dups, edge, file, prov, other;
	struct tl_reader_totals totals;
	struct tl_err err;
};

static enum tl_status read_all(const uint8_t *p, size_t n, const struct tl_reader_opts *opts,
			       struct seen *seen)
{
	char name[40];
	const char *names = name;
	struct tl_reader *r;
	struct tl_item *item;
	int fd = memfd_create("test", 0);
	*seen = (struct seen){0};
	tl_test(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	enum tl_status st = tl_reader_open(pool, &names, 1, opts, &r, &seen->err);
	if (st != TL_OK) {
		close(fd);
		return st;
	}
	while ((st = tl_reader_next(r, &item, &seen->err)) == TL_OK && item) {
		switch (item->block.head.type) {
		case TL_BLOCK_SEQS:
			seen->seqs++;
			break;
		case TL_BLOCK_DUPS:
			seen->dups++;
			break;
		case TL_BLOCK_EDGE:
			seen->edge++;
			break;
		case TL_BLOCK_FILE:
			seen->file++;
			break;
		case TL_BLOCK_PROV:
			seen->prov++;
			break;
		default:
			seen->other++;
		}
		tl_reader_recycle(r, item);
	}
	struct tl_err again = {0};
	tl_test_eq(tl_reader_next(r, &item, &again), st);
	tl_test(!item && !strcmp(again.msg, seen->err.msg));
	tl_reader_totals_get(r, &seen->totals);
	tl_reader_close(r);
	close(fd);
	return st;
}

/* A small stream with a block of each kind. */
static void small(struct made *m, enum tl_codec codec, bool index)
{
	struct tl_err err = {0};
	struct tl_batch b = {0};
	struct tl_edges e = {0};
	begin(m);
	add_text(m, TL_BLOCK_PROV, "test");
	sample_batch(&b, TL_KIND_SEQ, TL_NUCLEOTIDE, 4, 0, 1);
	add_batch(m, &b, codec);
	sample_batch(&b, TL_KIND_DUP, TL_NUCLEOTIDE, 2, m->next, 0);
	b.length[0] = b.length[1] = 9;
	add_batch(m, &b, codec);
	sample_edges(&e, 3, m->next);
	tl_test_ok(tl_edge_encode(&e, e.a[0], &payload, &err), err);
	add(m, (struct tl_block_head){.type = TL_BLOCK_EDGE, .first = e.a[0], .records = 3}, codec);
	struct tl_note_file f = {.end = m->next, .text = 7};
	tl_test_ok(tl_note_put_file(&f, &payload, &err), err);
	add(m, (struct tl_block_head){.type = TL_BLOCK_FILE}, codec);
	end(m);
	if (index)
		add_index(m);
	tl_batch_free(&b);
	tl_edge_free(&e);
}

static void test_whole(void)
{
	for (unsigned codec = 0; codec < TL_CODECS; codec++) {
		struct made m = {0};
		struct seen seen;
		struct tl_reader_opts raw = {
			.raw_seqs = true, .raw_dups = true, .raw_dlta = true, .raw_edge = true};
		small(&m, (enum tl_codec)codec, true);
		for (int i = 0; i < 2; i++) {
			enum tl_status st =
				read_all(m.bytes.data, m.bytes.len, i ? &raw : NULL, &seen);
			tl_test_ok(st, seen.err);
			tl_test(seen.seqs == 1 && seen.dups == 1 && seen.edge == 1 &&
				seen.file == 1 && seen.prov == 1 && !seen.other);
			tl_test_eq(seen.totals.records, 6);
			tl_test_eq(seen.totals.blocks, 6);
			tl_test_eq(seen.totals.next, m.next);
			tl_test_eq(seen.totals.bytes, m.bytes.len);
		}
		tl_buf_free(&m.bytes);
	}
}

/* Every change of a byte is found, and told as bad data. */
static void test_every_byte(void)
{
	for (unsigned codec = 0; codec < TL_CODECS; codec++) {
		struct made m = {0};
		struct seen seen;
		small(&m, (enum tl_codec)codec, true);
		for (size_t i = 0; i < m.bytes.len; i++) {
			uint8_t was = m.bytes.data[i];
			m.bytes.data[i] ^= (uint8_t)(1 + tl_test_below(255));
			tl_test_eq(read_all(m.bytes.data, m.bytes.len, NULL, &seen), TL_DATA);
			tl_test(strstr(seen.err.msg, "/proc/self/fd/") == seen.err.msg);
			m.bytes.data[i] = was;
		}
		tl_buf_free(&m.bytes);
	}
}

static void test_every_length(void)
{
	struct made m = {0};
	struct seen seen;
	small(&m, TL_CODEC_NONE, true);
	size_t end_of_ends = m.at[6];
	for (size_t n = 0; n < m.bytes.len; n++) {
		enum tl_status st = read_all(m.bytes.data, n, NULL, &seen);
		tl_test_eq(st, n == end_of_ends ? TL_OK : TL_DATA);
		if (n >= 16 && n < end_of_ends)
			tl_test(strstr(seen.err.msg,
				       "it was cut off, or whoever writes it failed"));
	}
	tl_test_eq(read_all(m.bytes.data, m.at[5], NULL, &seen), TL_DATA);
	tl_test(strstr(seen.err.msg, "the stream ends without its end block"));
	/* Whole blocks before the cut were given. */
	tl_test(seen.seqs == 1 && seen.dups == 1 && seen.file == 1);
	tl_buf_free(&m.bytes);
}

static void test_message(void)
{
	struct made m = {0};
	struct seen seen;
	char want[100];
	small(&m, TL_CODEC_NONE, false);
	m.bytes.data[m.at[1] + 60] ^= 1;
	tl_test_eq(read_all(m.bytes.data, m.bytes.len, NULL, &seen), TL_DATA);
	snprintf(want, sizeof want, ": block 1 (SEQS) at offset %zu: the check does not match",
		 m.at[1]);
	tl_test(strstr(seen.err.msg, want));
	tl_buf_free(&m.bytes);
}

static void test_not_streams(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *message;
	} inputs[] = {
		{"", 0, "empty"},
		{">a\nACGT\n", 8, "not a Talyra stream (a FASTA file? read it with tl-parse)"},
		{"@a\nACGT\n+\n", 10, "FASTQ"},
		{"\x1f\x8b\x08", 3, "gzip"},
		{"hello, this is some text", 24, "not a Talyra stream"},
		{"\x89TLS\n\x1a\n\1\0\0\0\1\1\1\1\1", 16, "text-mode"},
		{"\x89TLS\r\r\n\x1a\r\n\1\0\0\0\1\1", 16, "text-mode"},
		{"\x09TLS\r\n\x1a\n\1\0\0\0\1\1\1\1", 16, "text-mode"},
		{"\x89TLS\r\n\x1a\n", 8, "cut off"},
		{"\x89T", 2, "cut off"},
	};
	struct seen seen;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		enum tl_status st =
			read_all((const uint8_t *)inputs[i].bytes, inputs[i].n, NULL, &seen);
		tl_test_eq(st, TL_DATA);
		tl_test(strstr(seen.err.msg, inputs[i].message));
	}
}

static void test_preamble(void)
{
	struct made m = {0};
	struct seen seen;
	for (int i = 0; i < 2; i++) {
		m.bytes.len = 0;
		small(&m, TL_CODEC_NONE, false);
		m.bytes.data[i ? 11 : 8] = 2;
		tl_bits_put32(m.bytes.data + 12, (uint32_t)tl_hash_64(m.bytes.data, 12));
		tl_test_eq(read_all(m.bytes.data, m.bytes.len, NULL, &seen), TL_DATA);
		tl_test(strstr(seen.err.msg, i ? "flags" : "version 2"));
	}
	tl_buf_free(&m.bytes);
}

/* Two blocks exchanged, one left out, one doubled. */
static void test_order(void)
{
	struct made m = {0};
	struct tl_err err = {0};
	struct seen seen;
	small(&m, TL_CODEC_NONE, false);
	size_t a = m.at[1], b = m.at[2], c = m.at[3], n = m.bytes.len;
	for (int i = 0; i < 3; i++) {
		struct tl_buf x = {0};
		tl_test_ok(tl_buf_add(&x, m.bytes.data, a, &err), err);
		if (i == 0)
			tl_test_ok(tl_buf_add(&x, m.bytes.data + b, c - b, &err), err);
		if (i != 1)
			tl_test_ok(tl_buf_add(&x, m.bytes.data + a, b - a, &err), err);
		if (i == 2)
			tl_test_ok(tl_buf_add(&x, m.bytes.data + a, b - a, &err), err);
		tl_test_ok(
			tl_buf_add(&x, m.bytes.data + (i == 0 ? c : b), n - (i == 0 ? c : b), &err),
			err);
		tl_test_eq(read_all(x.data, x.len, NULL, &seen), TL_DATA);
		tl_test(strstr(seen.err.msg, "blocks are missing or not in order"));
		tl_buf_free(&x);
	}
	tl_buf_free(&m.bytes);
}

/* ENDS that does not fit what came before, its own check being right. */
static void test_ends(void)
{
	struct seen seen;
	for (int i = 0; i < 6; i++) {
		struct made m = {0};
		begin(&m);
		struct tl_batch b = {0};
		sample_batch(&b, TL_KIND_SEQ, TL_PROTEIN, 5, 0, 0);
		add_batch(&m, &b, TL_CODEC_NONE);
		m.records += i == 1;
		m.residues -= i == 2;
		m.number += i == 3;
		m.next -= i == 4;
		m.digest ^= i == 5;
		struct tl_err err = {0};
		struct tl_note_ends e = {m.records, m.residues, m.number, m.next, m.digest};
		tl_test_ok(tl_note_put_ends(&e, &payload, &err), err);
		m.number = 1;
		add(&m, (struct tl_block_head){.type = TL_BLOCK_ENDS}, TL_CODEC_NONE);
		enum tl_status st = read_all(m.bytes.data, m.bytes.len, NULL, &seen);
		tl_test_eq(st, i ? TL_DATA : TL_OK);
		tl_test(!i || strstr(seen.err.msg, "(ENDS)"));
		tl_batch_free(&b);
		tl_buf_free(&m.bytes);
	}
}

static void test_types(void)
{
	static const struct {
		uint32_t type;
		bool fine;
		unsigned given;
	} types[] = {
		{TL_TAG('C', 'R', 'I', 'T'), false, 0},
		{TL_TAG('C', 'R', 'I', 't'), false, 0},
		{TL_TAG('a', 'n', 'c', 'X'), true, 0},
		{TL_TAG('a', 'n', 'c', 'x'), true, 1},
	};
	for (size_t i = 0; i < 4; i++) {
		struct made m = {0};
		struct seen seen;
		begin(&m);
		add_text(&m, types[i].type, "what is this");
		end(&m);
		enum tl_status st = read_all(m.bytes.data, m.bytes.len, NULL, &seen);
		tl_test_eq(st, types[i].fine ? TL_OK : TL_DATA);
		tl_test_eq(seen.other, types[i].given);
		tl_test(types[i].fine || strstr(seen.err.msg, "CRI"));
		tl_buf_free(&m.bytes);
	}
}

/* Streams one behind the other: ordinals and bases are raised, and what lies between is refused. */
static void test_concatenated(void)
{
	struct made m = {0};
	struct seen seen;
	struct tl_err err = {0};
	for (int i = 0; i < 3; i++)
		small(&m, (enum tl_codec)i, i == 1);
	uint64_t next = m.next;
	tl_test_ok(read_all(m.bytes.data, m.bytes.len, NULL, &seen), seen.err);
	tl_test_eq(seen.totals.streams, 3);
	tl_test_eq(seen.totals.records, 18);
	tl_test(seen.totals.next > 2 * 6 && seen.totals.next >= next);
	tl_test_ok(tl_buf_fill(&m.bytes, '\n', 1, &err), err);
	tl_test_eq(read_all(m.bytes.data, m.bytes.len, NULL, &seen), TL_DATA);
	tl_test(strstr(seen.err.msg, "neither another stream nor the end"));
	tl_buf_free(&m.bytes);
}

/* Shifted records equal those written; blocks of two inputs. */
static void test_shift(void)
{
	struct made m = {0};
	struct tl_err err = {0};
	struct tl_batch b = {0};
	struct tl_reader *r;
	struct tl_item *item;
	char name[40];
	begin(&m);
	sample_batch(&b, TL_KIND_DELTA, TL_PROTEIN, 30, 5, 1);
	for (size_t i = 0; i < b.n; i++)
		b.length[i] &= 0xffff;
	b.base[0] = 3;
	add_batch(&m, &b, TL_CODEC_ZSTD);
	end(&m);
	int fd = memfd_create("test", 0);
	tl_test(fd >= 0 && write(fd, m.bytes.data, m.bytes.len) == (ssize_t)m.bytes.len);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	const char *names[3] = {name, name, name};
	tl_test_ok(tl_reader_open(pool, names, 3, NULL, &r, &err), err);
	for (uint64_t i = 0; i < 3; i++) {
		tl_test_ok(tl_reader_next(r, &item, &err), err);
		tl_test(item && item->shift == i * m.next && item->stream == i &&
			item->first == 5 + i * m.next && item->offset == 16 && item->name == name);
		same_batch(&b, &item->batch, i * m.next);
		tl_reader_recycle(r, item);
	}
	tl_test_ok(tl_reader_next(r, &item, &err), err);
	tl_test(!item);
	tl_reader_close(r);
	close(fd);
	tl_batch_free(&b);
	tl_buf_free(&m.bytes);
}

/* Records that go on over blocks: the pieces must fit. */
static void test_pieces(void)
{
	static const struct {
		uint64_t first[2];
		uint8_t flags[2];
		bool fine;
	} cases[] = {
		{{4, 4}, {TL_REC_OUT, TL_REC_IN}, true},
		{{4, 5}, {0, 0}, true},
		{{4, 5}, {TL_REC_OUT, TL_REC_IN}, false},
		{{4, 5}, {TL_REC_OUT, 0}, false},
		{{4, 4}, {0, TL_REC_IN}, false},
		{{4, 4}, {TL_REC_OUT, TL_REC_IN | TL_REC_OUT}, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made m = {0};
		struct seen seen;
		struct tl_batch b = {0};
		begin(&m);
		for (int k = 0; k < 2; k++) {
			sample_batch(&b, TL_KIND_SEQ, TL_PROTEIN, 1, cases[i].first[k], 0);
			b.flags[0] = cases[i].flags[k];
			add_batch(&m, &b, TL_CODEC_NONE);
		}
		end(&m);
		enum tl_status st = read_all(m.bytes.data, m.bytes.len, NULL, &seen);
		tl_test_eq(st, cases[i].fine ? TL_OK : TL_DATA);
		tl_batch_free(&b);
		tl_buf_free(&m.bytes);
	}
}

/* A header that claims 64 MiB in front of a few bytes: they are asked for first. */
static void test_lying_length(void)
{
	struct made m = {0};
	struct seen seen;
	struct tl_err err = {0};
	uint8_t h[TL_BLOCK_HEADER];
	struct tl_block_head head = {.type = TL_BLOCK_SEQS,
				     .raw = TL_BLOCK_MAX,
				     .stored = TL_BLOCK_MAX,
				     .records = TL_BLOCK_RECORDS};
	begin(&m);
	tl_block_put_head(&head, h);
	tl_test_ok(tl_buf_add(&m.bytes, h, sizeof h, &err), err);
	tl_test_ok(tl_buf_fill(&m.bytes, 0, 100, &err), err);
	tl_test_eq(read_all(m.bytes.data, m.bytes.len, NULL, &seen), TL_DATA);
	tl_test(strstr(seen.err.msg, "block 0 (SEQS) at offset 16: the stream ends in it"));
	tl_buf_free(&m.bytes);
}

/* Streams of two kinds, one behind the other. */
static void test_uniform(void)
{
	struct made m = {0};
	struct seen seen;
	struct tl_reader_opts opts = {.uniform = true};
	small(&m, TL_CODEC_NONE, false);
	small(&m, TL_CODEC_NONE, false);
	tl_test_ok(read_all(m.bytes.data, m.bytes.len, &opts, &seen), seen.err);
	uint8_t *second = m.bytes.data + m.start;
	second[10] = TL_STREAM_INTERNED;
	tl_bits_put32(second + 12, (uint32_t)tl_hash_64(second, 12));
	tl_test_eq(read_all(m.bytes.data, m.bytes.len, &opts, &seen), TL_DATA);
	tl_test(strstr(seen.err.msg, "a stream of another kind"));
	tl_buf_free(&m.bytes);
}

/* Sees the blocks that are given; fails at the one that brings the count to zero. */
static enum tl_status observe(void *ctx, const struct tl_item *item, struct tl_err *err)
{
	int *left = ctx;
	tl_test(item->block.head.type != TL_BLOCK_ENDS);
	return --*left ? TL_OK : tl_err_set(err, TL_PIPE, "seen enough");
}

static void test_observed(void)
{
	struct made m = {0};
	struct seen seen;
	struct tl_out *tee;
	struct tl_err err = {0};
	int left = 100;
	struct tl_reader_opts opts = {.observe = observe, .observe_ctx = &left};
	small(&m, TL_CODEC_NONE, true);
	tl_test_ok(tl_out_null(&tee, &err), err);
	opts.tee = tee;
	tl_test_ok(read_all(m.bytes.data, m.bytes.len, &opts, &seen), seen.err);
	tl_test_eq(left, 95); /* prov SEQS DUPS EDGE FILE */
	tl_test_eq(tl_out_bytes(tee), m.bytes.len);
	left = 3;
	tl_test_eq(read_all(m.bytes.data, m.bytes.len, &opts, &seen), TL_PIPE);
	tl_test(!strcmp(seen.err.msg, "seen enough") && seen.seqs == 1 && seen.dups == 0);
	tl_out_discard(tee);
	tl_buf_free(&m.bytes);
}

static void test_no_input(void)
{
	struct tl_reader *r;
	struct tl_err err = {0};
	const char *name = "/nonexistent/stream";
	tl_test_eq(tl_reader_open(pool, &name, 1, NULL, &r, &err), TL_NOINPUT);
	tl_reader_close(NULL);
}

static void run(unsigned threads)
{
	struct tl_err err = {0};
	struct tl_pool_opts opts = {.threads = threads};
	printf("# threads: %u\n", threads);
	if (tl_pool_new(&opts, &pool, &err) != TL_OK)
		exit(1);
	TL_RUN(test_whole);
	TL_RUN(test_every_byte);
	TL_RUN(test_every_length);
	TL_RUN(test_message);
	TL_RUN(test_not_streams);
	TL_RUN(test_preamble);
	TL_RUN(test_order);
	TL_RUN(test_ends);
	TL_RUN(test_types);
	TL_RUN(test_concatenated);
	TL_RUN(test_shift);
	TL_RUN(test_pieces);
	TL_RUN(test_lying_length);
	TL_RUN(test_uniform);
	TL_RUN(test_observed);
	TL_RUN(test_no_input);
	tl_pool_free(pool);
}

int main(void)
{
	run(1);
	run(3);
	tl_block_discard(&payload);
	return tl_test_end();
}
