/* SPDX-License-Identifier: MIT */
/* test_writer: whole streams written and read back; the same bytes for any number of threads. */
#include <tl/writer.h>

#include <sys/stat.h>

#include <tl/reader.h>
#include <tl/record.h>

#include "sample.h"
#include "tltest.h"

static char dir[] = "/tmp/tl-test-XXXXXX";

static const char *path(const char *name)
{
	static char paths[4][100];
	static unsigned next;
	char *p = paths[next++ % 4];
	snprintf(p, sizeof paths[0], "%s/%s", dir, name);
	return p;
}

static struct tl_buf slurp(const char *name)
{
	struct tl_buf buf = {0};
	struct tl_err err = {0};
	FILE *f = fopen(path(name), "rb");
	uint8_t piece[65536];
	size_t n;
	tl_test(f != NULL);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		tl_test_ok(tl_buf_add(&buf, piece, n, &err), err);
	fclose(f);
	return buf;
}

struct plan {
	unsigned threads;
	enum tl_codec codec;
	size_t blocks;
	bool index;
	uint64_t seed;
};

static void put_block(struct tl_writer *w, size_t i, uint64_t *ordinal)
{
	struct tl_err err = {0};
	struct tl_batch batch = {0};
	struct tl_edges edges = {0};
	struct tl_hash128 sum = {i, 1};
	if (i % 4 == 3) {
		sample_edges(&edges, 50, *ordinal);
		tl_test_ok(tl_writer_put_edges(w, &edges, &err), err);
		tl_test_eq(edges.n, 0);
		return;
	}
	enum tl_kind kind = (enum tl_kind)(i % 3);
	sample_batch(&batch, kind, (enum tl_alphabet)(i % 2), 1 + tl_test_below(200), *ordinal, 1);
	*ordinal = batch.ordinal[batch.n - 1] + 1;
	/* Bases are random: let them stay in the stream, and the sum of lengths in 64 bits. */
	for (size_t k = 0; k < batch.n && kind != TL_KIND_SEQ; k++) {
		batch.length[k] &= 0xffff;
		batch.base[k] = batch.ordinal[k] ? batch.ordinal[k] - 1 : 1;
	}
	tl_test_ok(tl_writer_put_batch(w, &batch, i % 2, kind ? &sum : NULL, &err), err);
	tl_test_eq(batch.n, 0);
	tl_batch_free(&batch);
}

static void write_stream(const char *name, const struct plan *plan)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	struct tl_pool_opts popts = {.threads = plan->threads};
	struct tl_writer_opts wopts = {.codec = plan->codec, .level = 3, .flags = TL_STREAM_REDUCED,
					.index = plan->index};
	uint64_t ordinal = 0;
	tltest_state = plan->seed;
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_out_open(path(name), &out, &err), err);
	tl_test_ok(tl_writer_open(pool, out, &wopts, &w, &err), err);
	tl_test_ok(tl_writer_put_prov(w, "test\n", &err), err);
	for (size_t i = 0; i < plan->blocks; i++)
		put_block(w, i, &ordinal);
	struct tl_note_file f = {.first = 0, .end = ordinal, .text = 5};
	tl_test_ok(tl_writer_put_file(w, &f, &err), err);
	tl_test_ok(tl_writer_end(w, ordinal + 3, &err), err);
	tl_writer_free(w);
	tl_test_ok(tl_out_commit(out, &err), err);
	tl_pool_free(pool);
}

static void test_same_bytes(void)
{
	static const unsigned threads[] = {1, 2, 7};
	for (unsigned codec = 0; codec < TL_CODECS; codec++) {
		struct tl_buf first = {0};
		for (int i = 0; i < 3; i++) {
			struct plan plan = {threads[i], (enum tl_codec)codec, 40, codec == 2, 77};
			write_stream("s", &plan);
			struct tl_buf got = slurp("s");
			if (i == 0) {
				first = got;
				continue;
			}
			tl_test_eq(got.len, first.len);
			tl_test(!memcmp(got.data, first.data, got.len));
			tl_buf_free(&got);
		}
		tl_buf_free(&first);
	}
}

/* Reads the streams named and passes every block on to another stream. */
static void forward(const char *const *names, size_t n, const char *to, unsigned threads,
		    struct tl_reader_totals *totals)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	struct tl_reader *r;
	struct tl_item *item;
	struct tl_pool_opts popts = {.threads = threads};
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_out_open(path(to), &out, &err), err);
	tl_test_ok(tl_writer_open(pool, out, NULL, &w, &err), err);
	tl_test_ok(tl_reader_open(pool, names, n, NULL, &r, &err), err);
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &err), err);
		if (!item)
			break;
		uint64_t starts = item->batch.n, residues = 0, last = item->first;
		for (size_t i = 0; i < item->batch.n; i++)
			residues += item->batch.length[i];
		if (item->batch.n)
			last = item->batch.ordinal[item->batch.n - 1];
		tl_test_ok(tl_writer_forward(w, item, last, starts, residues, &err), err);
		tl_reader_recycle(r, item);
	}
	tl_reader_totals_get(r, totals);
	tl_test_ok(tl_writer_end(w, totals->next, &err), err);
	tl_writer_free(w);
	tl_reader_close(r);
	tl_test_ok(tl_out_commit(out, &err), err);
	tl_pool_free(pool);
}

/* Two streams passed on become one, with the same records, ordinals shifted. */
static void test_forward(void)
{
	struct tl_reader_totals one, both, joined;
	struct plan plan = {2, TL_CODEC_ZSTD, 30, true, 5};
	write_stream("a", &plan);
	const char *a = path("a"), *two[2] = {a, a};
	forward(&a, 1, "b", 2, &one);
	tl_test_eq(one.streams, 1);
	forward(two, 2, "c", 2, &both);
	tl_test_eq(both.streams, 2);
	tl_test_eq(both.records, 2 * one.records);
	tl_test_eq(both.residues, 2 * one.residues);
	tl_test_eq(both.next, 2 * one.next);
	tl_test_eq(both.flags, TL_STREAM_REDUCED);
	struct tl_buf bytes = slurp("a");
	tl_test_eq(both.bytes, 2 * bytes.len);
	tl_buf_free(&bytes);
	const char *c = path("c");
	forward(&c, 1, "d", 1, &joined);
	tl_test_eq(joined.streams, 1);
	tl_test_eq(joined.records, both.records);
	tl_test_eq(joined.residues, both.residues);
	tl_test_eq(joined.next, both.next);
	struct tl_buf x = slurp("c"), y = slurp("d");
	tl_test(x.len == y.len && !memcmp(x.data, y.data, x.len));
	tl_buf_free(&x);
	tl_buf_free(&y);
}

/* What the index says is what stands there. */
static void test_index(void)
{
	struct tl_err err = {0};
	struct tl_block block = {0};
	struct tl_note_index *index;
	size_t n;
	struct plan plan = {2, TL_CODEC_LZ4, 12, true, 9};
	write_stream("i", &plan);
	struct tl_buf s = slurp("i");
	uint64_t size = 0;
	memcpy(&size, s.data + s.len - 24, 8);
	const uint8_t *at = s.data + s.len - size;
	tl_test_ok(tl_block_get_head(at, &block.head, &err), err);
	tl_test_eq(block.head.type, TL_BLOCK_INDX);
	tl_test_ok(tl_buf_add(&block.payload, at + TL_BLOCK_HEADER, block.head.stored, &err), err);
	memcpy(&block.check, s.data + s.len - 8, 8);
	tl_test_ok(tl_block_open(&block, &err), err);
	tl_test_ok(tl_block_decode(&block, &err), err);
	tl_test_ok(tl_note_get_index(&block, &index, &n, &err), err);
	tl_test_eq(n, 15); /* recX is the last */
	for (size_t i = 0; i < n; i++) {
		struct tl_block_head head;
		tl_test_ok(tl_block_get_head(s.data + index[i].offset, &head, &err), err);
		tl_test(head.number == i && head.type == index[i].type &&
			head.records == index[i].records && head.flags == index[i].flags &&
			head.first == index[i].first && index[i].last >= index[i].first);
	}
	free(index);
	tl_block_free(&block);
	tl_buf_free(&s);
}

/* Jobs that fail, are skipped, or are told their place late. */
struct odd_job {
	struct tl_job job;
	int *freed;
};

static enum tl_status make_fail(struct tl_job *job, unsigned worker, struct tl_err *err)
{
	(void)job;
	(void)worker;
	return tl_err_set(err, TL_DATA, "made to fail");
}

static enum tl_status settle(struct tl_job *job, bool *skip, struct tl_err *err)
{
	(void)err;
	*skip = job->head.first == 1;
	job->head.first = 40;
	return TL_OK;
}

static void release(struct tl_job *job)
{
	++*((struct odd_job *)job)->freed;
	tl_block_discard(&job->payload);
	tl_buf_free(&job->packed);
	free(job);
}

static struct tl_job *odd_job(int *freed, uint64_t first)
{
	struct odd_job *j = calloc(1, sizeof *j);
	if (!j)
		abort();
	j->freed = freed;
	j->job.head.type = TL_TAG('t', 'e', 's', 't');
	j->job.head.first = first;
	j->job.release = release;
	j->job.settle = settle;
	return &j->job;
}

static void test_jobs(void)
{
	struct tl_err err = {0}, again = {0};
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	int freed = 0;
	struct tl_pool_opts popts = {.threads = 3};
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_out_null(&out, &err), err);
	tl_test_ok(tl_writer_open(pool, out, NULL, &w, &err), err);
	tl_test_eq(tl_out_bytes(out), 16);
	tl_test_ok(tl_writer_put(w, odd_job(&freed, 1), &err), err); /* skipped */
	tl_test_ok(tl_writer_put(w, odd_job(&freed, 2), &err), err);
	tl_test_ok(tl_writer_flush(w, &err), err);
	tl_test_eq(freed, 2);
	tl_test_eq(tl_out_bytes(out), 16 + TL_BLOCK_HEADER + 4 + TL_BLOCK_CHECK);
	struct tl_job *bad = odd_job(&freed, 3);
	bad->make = make_fail;
	enum tl_status st = tl_writer_put(w, bad, &err);
	if (st == TL_OK)
		st = tl_writer_flush(w, &err);
	tl_test_eq(st, TL_DATA);
	tl_test(!strcmp(err.msg, "made to fail"));
	tl_test_eq(tl_writer_put(w, odd_job(&freed, 4), &again), TL_DATA);
	tl_test(!strcmp(again.msg, "made to fail"));
	tl_test_eq(tl_writer_end(w, 0, &err), TL_DATA);
	tl_test_eq(freed, 4);
	tl_writer_free(w);
	tl_out_discard(out);
	tl_pool_free(pool);
}

/* A writer that is given up frees what is inside. */
static void test_give_up(void)
{
	struct tl_err err = {0};
	struct tl_pool *pool;
	struct tl_out *out;
	struct tl_writer *w;
	uint64_t ordinal = 0;
	struct tl_pool_opts popts = {.threads = 2};
	tl_test_ok(tl_pool_new(&popts, &pool, &err), err);
	tl_test_ok(tl_out_null(&out, &err), err);
	tl_test_ok(tl_writer_open(pool, out, NULL, &w, &err), err);
	for (size_t i = 0; i < 9; i++)
		put_block(w, i, &ordinal);
	tl_writer_free(w);
	tl_writer_free(NULL);
	tl_out_discard(out);
	tl_pool_free(pool);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	TL_RUN(test_same_bytes);
	TL_RUN(test_forward);
	TL_RUN(test_index);
	TL_RUN(test_jobs);
	TL_RUN(test_give_up);
	for (const char *p = "abcdis"; *p; p++) {
		char name[2] = {*p, 0};
		remove(path(name));
	}
	remove(dir);
	return tl_test_end();
}
