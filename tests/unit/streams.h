/* SPDX-License-Identifier: MIT */
/* streams: files and record streams in a temporary directory, and a stream as text again, for the
 * tests of what lies on top of reader and writer.  Small streams only: all is held in memory. */
#ifndef STREAMS_H
#define STREAMS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tl/batch.h>
#include <tl/ingest.h>
#include <tl/out.h>
#include <tl/pool.h>
#include <tl/reader.h>
#include <tl/text.h>
#include <tl/writer.h>

#include "tltest.h"

#define STREAMS_PATHS 64

static char streams_dir[] = "/tmp/tl-test-XXXXXX";
static char streams_paths[STREAMS_PATHS][100];
static unsigned streams_used;

/* The path of a name; the same pointer each time, good until streams_remove. */
static inline const char *streams_path(const char *name)
{
	char path[sizeof streams_paths[0]];
	unsigned i = 0;
	snprintf(path, sizeof path, "%s/%s", streams_dir, name);
	while (i < streams_used && strcmp(streams_paths[i], path))
		i++;
	if (i == STREAMS_PATHS)
		abort();
	if (i == streams_used)
		strcpy(streams_paths[streams_used++], path);
	return streams_paths[i];
}

static inline void streams_make(void)
{
	if (!mkdtemp(streams_dir))
		abort();
}

static inline void streams_remove(void)
{
	for (unsigned i = 0; i < streams_used; i++)
		unlink(streams_paths[i]);
	rmdir(streams_dir);
}

static inline void streams_write(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(streams_path(name), "wb");
	tl_test(f != NULL);
	tl_test_eq(n ? fwrite(p, 1, n, f) : 0, n);
	tl_test_eq(fclose(f), 0);
}

static inline struct tl_buf streams_slurp(const char *name)
{
	struct tl_buf buf = {0};
	struct tl_err err = {0};
	FILE *f = fopen(streams_path(name), "rb");
	uint8_t piece[4096];
	size_t n;
	tl_test(f != NULL);
	while ((n = fread(piece, 1, sizeof piece, f)) > 0)
		tl_test_ok(tl_buf_add(&buf, piece, n, &err), err);
	fclose(f);
	return buf;
}

static inline int streams_same(const struct tl_buf *a, const struct tl_buf *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static inline struct tl_pool *streams_pool(unsigned threads)
{
	struct tl_pool_opts opts = {.threads = threads};
	struct tl_err err = {0};
	struct tl_pool *pool;
	tl_test_ok(tl_pool_new(&opts, &pool, &err), err);
	return pool;
}

/* A writer and its output. */
struct streams_sink {
	struct tl_out *out;
	struct tl_writer *w;
};

static inline struct streams_sink streams_open(struct tl_pool *pool, const char *name,
					       uint16_t flags)
{
	struct tl_writer_opts opts = {.codec = TL_CODEC_LZ4, .flags = flags};
	struct streams_sink s;
	struct tl_err err = {0};
	tl_test_ok(tl_out_open(streams_path(name), &s.out, &err), err);
	tl_test_ok(tl_writer_open(pool, s.out, &opts, &s.w, &err), err);
	return s;
}

static inline void streams_end(struct streams_sink *s, uint64_t next)
{
	struct tl_err err = {0};
	tl_test_ok(tl_writer_end(s->w, next, &err), err);
	tl_writer_free(s->w);
	tl_test_ok(tl_out_commit(s->out, &err), err);
}

/* The files named, read into the stream named. */
static inline void streams_ingest(unsigned threads, const char *const *names, size_t n,
				  const struct tl_ingest_opts *opts, const char *to)
{
	struct tl_pool *pool = streams_pool(threads);
	struct streams_sink sink = streams_open(pool, to, 0);
	struct tl_ingest *in;
	struct tl_err err = {0};
	tl_test_ok(tl_ingest_new(sink.w, opts, &in, &err), err);
	for (size_t i = 0; i < n; i++)
		tl_test_ok(tl_ingest_file(in, streams_path(names[i]), &err), err);
	streams_end(&sink, tl_ingest_records(in));
	tl_ingest_free(in);
	tl_pool_free(pool);
}

/* One entry of a stream, in a batch of its own, and what its block said. */
struct streams_entry {
	struct tl_batch batch;
	uint64_t ordinal;
	size_t block; /* which of the stream's, from 0 */
	uint64_t first;
	uint8_t block_flags;
	bool has_sum;
	struct tl_hash128 sum;
};

/* A stream in memory. */
struct streams_all {
	struct streams_entry *entry; /* [n] as they stand in the stream */
	size_t n;
	struct tl_note_file file[8]; /* their strings are gone; name is kept in names */
	char names[8][120];
	size_t files, blocks, edges, provs;
	struct tl_reader_totals totals;
};

static inline void streams_keep(struct streams_all *all, const struct tl_item *item)
{
	struct tl_err err = {0};
	const struct tl_batch *b = &item->batch;
	for (size_t i = 0; i < b->n; i++) {
		struct tl_entry e;
		all->entry = realloc(all->entry, (all->n + 1) * sizeof *all->entry);
		struct streams_entry *to = &all->entry[all->n++];
		*to = (struct streams_entry){.ordinal = b->ordinal[i],
					     .block = all->blocks,
					     .first = item->first,
					     .block_flags = item->block.head.flags,
					     .has_sum = item->has_sum,
					     .sum = item->sum};
		to->batch = (struct tl_batch){.kind = b->kind,
					      .alphabet = b->alphabet,
					      .format = b->format,
					      .width = b->width,
					      .eol = b->eol};
		tl_batch_get(b, i, &e);
		tl_test_ok(tl_batch_add(&to->batch, &e, &err), err);
	}
}

/* All of a stream, or of several in one file. */
static inline struct streams_all streams_read(const char *name)
{
	struct tl_reader_opts opts = {0};
	struct streams_all all = {0};
	struct tl_err err = {0};
	struct tl_pool *pool = streams_pool(2);
	struct tl_reader *r;
	struct tl_item *item;
	const char *path = streams_path(name);
	tl_test_ok(tl_reader_open(pool, &path, 1, &opts, &r, &err), err);
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &err), err);
		if (!item)
			break;
		uint32_t type = item->block.head.type;
		if (type == TL_BLOCK_FILE) {
			tl_test(all.files < 8 && item->file.name.n < sizeof all.names[0]);
			if (item->file.name.n)
				memcpy(all.names[all.files], item->file.name.p, item->file.name.n);
			all.file[all.files++] = item->file;
		} else if (type == TL_BLOCK_SEQS || type == TL_BLOCK_DUPS ||
			   type == TL_BLOCK_DLTA) {
			streams_keep(&all, item);
		}
		all.edges += type == TL_BLOCK_EDGE;
		all.provs += type == TL_BLOCK_PROV;
		all.blocks++;
		tl_reader_recycle(r, item);
	}
	tl_reader_totals_get(r, &all.totals);
	tl_reader_close(r);
	tl_pool_free(pool);
	return all;
}

static inline void streams_forget(struct streams_all *all)
{
	for (size_t i = 0; i < all->n; i++)
		tl_batch_free(&all->entry[i].batch);
	free(all->entry);
	*all = (struct streams_all){0};
}

/* Appends the residues of a record of a stream without deltas. */
static inline void streams_residues(const struct streams_all *all, uint64_t ordinal,
				    struct tl_buf *to)
{
	struct tl_err err = {0};
	for (size_t i = 0; i < all->n; i++) {
		const struct tl_batch *b = &all->entry[i].batch;
		if (all->entry[i].ordinal != ordinal)
			continue;
		if (b->kind == TL_KIND_DUP) {
			tl_test(b->base[0] < ordinal);
			streams_residues(all, b->base[0], to);
			return;
		}
		tl_test_eq(b->kind, TL_KIND_SEQ);
		struct tl_str s = tl_col_get(&b->resi, 0);
		tl_test_ok(tl_buf_add(to, s.p, s.n, &err), err);
	}
}

/* The text of a record, its pieces one behind the other. */
static inline void streams_record(const struct streams_all *all, uint64_t ordinal,
				  struct tl_buf *text)
{
	struct tl_text_style style = {.own = true, .keep_lead = true};
	struct tl_buf residues = {0};
	struct tl_err err = {0};
	size_t at = 0;
	streams_residues(all, ordinal, &residues);
	for (size_t i = 0; i < all->n; i++) {
		const struct tl_batch *b = &all->entry[i].batch;
		struct tl_entry e;
		if (all->entry[i].ordinal != ordinal)
			continue;
		tl_batch_get(b, 0, &e);
		style.fastq = b->format == TL_FORMAT_FASTQ;
		tl_test(e.length <= residues.len - at);
		tl_test_ok(tl_text_render(&e, b->alphabet, b->width, b->eol,
					  at ? residues.data + at : residues.data, &style, text,
					  &err),
			   err);
		at += e.length;
	}
	tl_test_eq(at, residues.len);
	tl_buf_free(&residues);
}

/* The text of all records below the stream's next ordinal. */
static inline struct tl_buf streams_text(const struct streams_all *all)
{
	struct tl_buf text = {0};
	for (uint64_t ordinal = 0; ordinal < all->totals.next; ordinal++)
		streams_record(all, ordinal, &text);
	return text;
}

#endif
