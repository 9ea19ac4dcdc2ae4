/* SPDX-License-Identifier: MIT */
/* attach: edges that stand in streams of their own, put to the records of a set. */
#include <tl/attach.h>

#include <string.h>

#include <tl/buf.h>
#include <tl/note.h>
#include <tl/reader.h>

struct attaching {
	struct tl_set *set;
	struct tl_writer *writer;
	const char *const *names;
	size_t at;               /* the stream in hand */
	struct tl_buf prov, own; /* of the first stream, of this one: texts, each behind a zero */
};

static enum tl_status take_item(struct attaching *a, struct tl_item *item, struct tl_err *err)
{
	const uint32_t type = item->block.head.type;
	if (type == TL_BLOCK_EDGE)
		return tl_set_put(a->set, item, err);
	if (!tl_block_ancillary(type))
		return tl_err_set(err, TL_DATA, "it has more than edges; the records are named last");
	if (type == TL_BLOCK_PROV) {
		const struct tl_str text = tl_note_get_prov(&item->block);
		enum tl_status st = tl_buf_fill(&a->own, 0, 1, err);
		if (st == TL_OK)
			st = tl_buf_add(&a->own, text.p, text.n, err);
		if (st != TL_OK || a->at)
			return st;
	}
	return tl_writer_forward(a->writer, item, item->first, 0, 0, err);
}

/* Parts of one run say the same. */
static enum tl_status check_prov(struct attaching *a, struct tl_err *err)
{
	if (a->at == 0) {
		const struct tl_buf t = a->prov;
		a->prov = a->own;
		a->own = t;
	} else if (a->own.len != a->prov.len ||
		   (a->own.len && memcmp(a->own.data, a->prov.data, a->own.len) != 0)) {
		return tl_err_set(err, TL_DATA, "it was made with other options than %s",
				  a->names[0]);
	}
	tl_buf_reset(&a->own);
	return TL_OK;
}

static enum tl_status read_stream(struct tl_pool *pool, struct attaching *a, struct tl_err *err)
{
	const struct tl_reader_opts opts = {0};
	const char *name = a->names[a->at];
	struct tl_reader *reader;
	struct tl_item *item;
	enum tl_status st = tl_reader_open(pool, &name, 1, &opts, &reader, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_reader_next(reader, &item, err)) == TL_OK && item) {
		st = take_item(a, item, err);
		if (st != TL_OK)
			st = tl_err_prefix(err, "%s", name);
		tl_reader_recycle(reader, item);
		if (st != TL_OK)
			break;
	}
	tl_reader_close(reader);
	if (st == TL_OK && (st = check_prov(a, err)) != TL_OK)
		st = tl_err_prefix(err, "%s", name);
	return st;
}

enum tl_status tl_attach_edges(struct tl_pool *pool, const char *const *names, size_t n,
			       struct tl_set *set, struct tl_writer *w, struct tl_err *err)
{
	struct attaching a = {.set = set, .writer = w, .names = names};
	enum tl_status st = TL_OK;
	for (; a.at < n && st == TL_OK; a.at++)
		st = read_stream(pool, &a, err);
	tl_buf_free(&a.prov);
	tl_buf_free(&a.own);
	return st;
}
