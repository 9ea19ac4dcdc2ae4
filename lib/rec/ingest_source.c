/* SPDX-License-Identifier: MIT */
/* ingest_source: the text of a file in pieces, cut between records. */
#include "ingest_source.h"

#include <string.h>

#include <tl/mem.h>
#include <tl/metrics.h>

#define NONE SIZE_MAX

/* Makes room for a window, with the bytes that are behind the last cut at its beginning.  Text
 * lies as far from an aligned place as in its file: read(2) copies more slowly between places that
 * are not aligned alike. */
static enum tl_status begin_window(const struct tl_ingest_source *src, struct tl_ingest_piece *p,
				   struct tl_buf *window, struct tl_err *err)
{
	size_t rest = src->rest.len;
	enum tl_status st = tl_buf_reserve_aligned(window, src->opts->window + TL_BUF_ALIGN, err);
	if (st != TL_OK)
		return st;
	p->text = window->data + src->bytes % TL_BUF_ALIGN;
	p->len = rest;
	if (rest)
		memcpy(p->text, src->rest.data, rest);
	return TL_OK;
}

/* Fills it up. */
static enum tl_status fill(struct tl_ingest_source *src, struct tl_ingest_piece *p,
			   struct tl_err *err)
{
	size_t want = src->opts->window - p->len, got = 0;
	enum tl_status st = src->eof ? TL_OK
				     : tl_inflate_read(src->text, p->text + p->len, want, &got, err);
	if (st != TL_OK)
		return st;
	p->len += got;
	src->eof = got < want;
	tl_metrics_add(TL_METRICS_INPUT_BYTES, got);
	return TL_OK;
}

static void start(struct tl_ingest_source *src, struct tl_ingest_piece *p)
{
	src->begun = true;
	p->state = tl_fasta_start(p->text, p->len);
	p->state.strict = src->opts->strict;
	if (src->opts->alphabet >= 0)
		p->state.alphabet = (enum tl_alphabet)src->opts->alphabet;
}

/* What is behind the cut is the beginning of the next window. */
static enum tl_status cut(struct tl_ingest_source *src, struct tl_ingest_piece *p,
			  struct tl_err *err)
{
	size_t len = p->len;
	p->len = tl_fasta_cut(&p->state, p->text, len, src->eof, &p->next_state);
	src->state = p->next_state;
	src->bytes += p->len;
	src->done = src->eof && p->len == len;
	tl_buf_reset(&src->rest);
	return tl_buf_add(&src->rest, p->text + p->len, len - p->len, err);
}

/* A window is its worker's own: what is drawn into it lies on the node where it is parsed. */
static enum tl_status note(struct tl_ingest_source *src, struct tl_ingest_piece *p,
			   struct tl_err *err)
{
	size_t hashed = atomic_load_explicit(&src->hashed, memory_order_relaxed);
	p->last = src->done;
	if (!p->len)
		return TL_OK;
	if (src->draws - hashed == src->room)
		return tl_err_set(err, TL_INTERNAL, "more than %zu pieces of text", src->room);
	src->drawn[src->draws % src->room] = (struct tl_str){p->text, p->len};
	p->serial = src->draws++;
	tl_metrics_add(TL_METRICS_LOCAL_BLOCKS, 1);
	tl_metrics_add(TL_METRICS_LOCAL_BYTES, p->len);
	tl_metrics_note(TL_METRICS_BLOCK_BYTES, p->len);
	return TL_OK;
}

enum tl_status tl_ingest_source_draw(struct tl_ingest_source *src, struct tl_ingest_piece *piece,
				     struct tl_buf *window, struct tl_err *err)
{
	struct tl_ingest_piece *p = piece;
	*p = (struct tl_ingest_piece){.state = src->state, .last = src->done, .serial = NONE};
	if (src->done)
		return TL_OK;
	src->done = true; /* unless all goes well */
	enum tl_status st = begin_window(src, p, window, err);
	if (st == TL_OK)
		st = fill(src, p, err);
	if (st != TL_OK)
		return st;
	if (!src->begun)
		start(src, p);
	st = cut(src, p, err);
	return st == TL_OK ? note(src, p, err) : st;
}

/* Whoever finds nobody at it hashes for all who call meanwhile, in the order of the pieces.  There
 * were never more calls than pieces drawn, and the draw of the last one is visible to its caller:
 * so is piece number hashed. */
bool tl_ingest_source_hash(struct tl_ingest_source *src, const struct tl_ingest_piece *piece)
{
	if (piece->serial == NONE ||
	    atomic_fetch_add_explicit(&src->waiting, 1, memory_order_acq_rel))
		return false;
	do {
		size_t i = atomic_load_explicit(&src->hashed, memory_order_relaxed);
		struct tl_str text = src->drawn[i % src->room];
		tl_hash_put(src->hash, text.p, text.n);
		atomic_store_explicit(&src->hashed, i + 1, memory_order_release);
	} while (atomic_fetch_sub_explicit(&src->waiting, 1, memory_order_acq_rel) > 1);
	return true;
}

bool tl_ingest_source_hashed(const struct tl_ingest_source *src,
			     const struct tl_ingest_piece *piece)
{
	return piece->serial == NONE ||
	       atomic_load_explicit(&src->hashed, memory_order_acquire) > piece->serial ||
	       !atomic_load_explicit(&src->waiting, memory_order_acquire);
}

enum tl_status tl_ingest_source_open(struct tl_ingest_source *src, const char *path,
				     struct tl_err *err)
{
	enum tl_status st = tl_inflate_open(path, src->opts->pool, &src->text, err);
	if (st != TL_OK)
		return st;
	tl_hash_reset(src->hash);
	tl_buf_reset(&src->rest);
	src->state = (struct tl_fasta_state){0};
	src->bytes = 0;
	src->begun = src->eof = src->done = false;
	src->draws = 0;
	atomic_store_explicit(&src->hashed, 0, memory_order_relaxed);
	return TL_OK;
}

void tl_ingest_source_close(struct tl_ingest_source *src)
{
	tl_inflate_close(src->text);
	src->text = NULL;
}

enum tl_status tl_ingest_source_begin(struct tl_ingest_source *src,
				      const struct tl_ingest_opts *opts, size_t room,
				      struct tl_err *err)
{
	src->opts = opts;
	src->room = room;
	src->drawn = tl_mem_zalloc(room, sizeof *src->drawn, err);
	src->hash = src->drawn ? tl_hash_new(err) : NULL;
	return src->hash ? TL_OK : TL_NOMEM;
}

void tl_ingest_source_end(struct tl_ingest_source *src)
{
	tl_ingest_source_close(src);
	tl_buf_free(&src->rest);
	tl_hash_free(src->hash);
	tl_mem_free(src->drawn);
}
