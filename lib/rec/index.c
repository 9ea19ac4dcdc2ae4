/* SPDX-License-Identifier: MIT */
/* index: the blocks of an archive in a file, each by itself.
 *
 * FOOT, 24 bytes before the end, leads to indX, before which ENDS stands, whose size is known.  The
 * stream begins where the file does if its last block ends where ENDS begins: else others stand
 * before it.
 */
#include <tl/index.h>

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/io.h>
#include <tl/mem.h>

#include "preamble.h"

#define FRAME (TL_BLOCK_HEADER + TL_BLOCK_CHECK)
#define FOOT 24                          /* FOOT and the check behind it */
#define ENDS_BYTES (FRAME + 4 + 16 + 40) /* one column of 40 bytes */

struct tl_index {
	const char *name;
	int fd;
	uint64_t size, ends, bytes;
	struct tl_note_index *entry;
	size_t n;
};

static const char *shown(const struct tl_index *ix)
{
	return strcmp(ix->name, "-") ? ix->name : "standard input";
}

enum tl_status tl_index_prefix(const struct tl_index *ix, size_t i, struct tl_err *err)
{
	bool own = i < ix->n;
	return tl_err_prefix(err, "%s: block %llu (%s) at offset %llu", shown(ix),
			     (unsigned long long)i,
			     tl_block_type_name(own ? ix->entry[i].type : TL_BLOCK_INDX).s,
			     (unsigned long long)(own ? ix->entry[i].offset : ix->ends));
}

static enum tl_status read_at(struct tl_index *ix, void *p, size_t n, uint64_t offset,
			      struct tl_err *err)
{
	if (offset > ix->size || n > ix->size - offset)
		return tl_err_set(err, TL_DATA, "it would go beyond the end of the file");
	ix->bytes += n;
	return tl_io_pread(ix->fd, p, n, offset, err);
}

/* The block at offset, decoded, its check compared. */
static enum tl_status read_block(struct tl_index *ix, uint64_t offset, struct tl_block *block,
				 struct tl_err *err)
{
	uint8_t head[TL_BLOCK_HEADER], check[TL_BLOCK_CHECK];
	enum tl_status st = read_at(ix, head, sizeof head, offset, err);
	if (st == TL_OK)
		st = tl_block_get_head(head, &block->head, err);
	if (st != TL_OK)
		return st;
	tl_buf_reset(&block->payload);
	if (block->head.stored > ix->size - offset - sizeof head)
		return tl_err_set(err, TL_DATA, "it would go beyond the end of the file");
	if ((st = tl_buf_reserve(&block->payload, block->head.stored, err)) != TL_OK)
		return st;
	offset += sizeof head;
	st = read_at(ix, block->payload.data, block->head.stored, offset, err);
	block->payload.len = block->head.stored;
	if (st == TL_OK)
		st = read_at(ix, check, sizeof check, offset + block->head.stored, err);
	block->check = tl_bits_get64(check);
	if (st == TL_OK)
		st = tl_block_open(block, err);
	return st == TL_OK ? tl_block_decode(block, err) : st;
}

/* Finds indX from the end of the file; *ret_bytes 0: there is none. */
static enum tl_status find(struct tl_index *ix, uint64_t *ret_bytes, struct tl_err *err)
{
	uint8_t foot[FOOT];
	*ret_bytes = 0;
	if (ix->size < TL_PREAMBLE_SIZE + ENDS_BYTES + FRAME + FOOT)
		return TL_OK;
	enum tl_status st = read_at(ix, foot, sizeof foot, ix->size - FOOT, err);
	if (st != TL_OK || memcmp(foot + 8, tl_preamble_magic, 8) != 0)
		return st;
	*ret_bytes = tl_bits_get64(foot);
	if (*ret_bytes < FRAME + FOOT - TL_BLOCK_CHECK ||
	    *ret_bytes > ix->size - TL_PREAMBLE_SIZE - ENDS_BYTES)
		return tl_err_set(err, TL_DATA, "the index at its end is broken");
	return TL_OK;
}

static enum tl_status read_entries(struct tl_index *ix, uint64_t bytes, struct tl_err *err)
{
	struct tl_block block = {0};
	enum tl_status st = read_block(ix, ix->size - bytes, &block, err);
	if (st == TL_OK && (block.head.type != TL_BLOCK_INDX || block.head.stored + FRAME != bytes))
		st = tl_err_set(err, TL_DATA, "the index at its end is broken");
	if (st == TL_OK)
		st = tl_note_get_index(&block, &ix->entry, &ix->n, err);
	if (st == TL_OK && block.head.number != ix->n + 1)
		st = tl_err_set(err, TL_DATA, "the index at its end is of another stream");
	ix->ends = ix->size - bytes - ENDS_BYTES;
	tl_block_free(&block);
	return st;
}

/* Is the stream the file's only one? */
static enum tl_status is_alone(struct tl_index *ix, bool *ret, struct tl_err *err)
{
	uint8_t raw[TL_BLOCK_HEADER];
	struct tl_block_head head;
	*ret = !ix->n && ix->ends == TL_PREAMBLE_SIZE;
	if (!ix->n || ix->entry[0].offset != TL_PREAMBLE_SIZE)
		return TL_OK;
	uint64_t last = ix->entry[ix->n - 1].offset;
	if (last > ix->ends || ix->ends - last < FRAME)
		return TL_OK;
	enum tl_status st = read_at(ix, raw, sizeof raw, last, err);
	if (st != TL_OK)
		return st;
	struct tl_err ignored;
	*ret = tl_block_get_head(raw, &head, &ignored) == TL_OK && head.number == ix->n - 1 &&
	       last + FRAME + head.stored == ix->ends;
	return TL_OK;
}

static enum tl_status open_file(struct tl_index *ix, bool *ret_seeks, struct tl_err *err)
{
	struct stat info;
	*ret_seeks = false;
	enum tl_status st = tl_io_open(ix->name, &ix->fd, err);
	if (st != TL_OK || fstat(ix->fd, &info) || !S_ISREG(info.st_mode) ||
	    lseek(ix->fd, 0, SEEK_CUR) != 0)
		return st;
	ix->size = (uint64_t)info.st_size;
	*ret_seeks = true;
	return TL_OK;
}

enum tl_status tl_index_open(const char *path, struct tl_index **ret, struct tl_err *err)
{
	uint64_t bytes = 0;
	bool fine = false;
	struct tl_index *ix = tl_mem_zalloc(1, sizeof *ix, err);
	*ret = NULL;
	if (!ix)
		return TL_NOMEM;
	ix->name = path;
	ix->fd = -1;
	enum tl_status st = open_file(ix, &fine, err);
	if (st == TL_OK && fine) {
		st = find(ix, &bytes, err);
		fine = bytes > 0;
		if (st == TL_OK && fine)
			st = read_entries(ix, bytes, err);
		if (st == TL_OK && fine)
			st = is_alone(ix, &fine, err);
		if (st != TL_OK)
			(void)tl_err_prefix(err, "%s", shown(ix));
	}
	if (st == TL_OK && fine)
		*ret = ix;
	else
		tl_index_close(ix);
	return st;
}

const struct tl_note_index *tl_index_entries(const struct tl_index *ix, size_t *ret_n)
{
	*ret_n = ix->n;
	return ix->entry;
}

uint64_t tl_index_ends(const struct tl_index *ix)
{
	return ix->ends;
}

enum tl_status tl_index_read(struct tl_index *ix, size_t i, struct tl_block *block,
			     struct tl_err *err)
{
	const struct tl_note_index *e = &ix->entry[i];
	enum tl_status st = read_block(ix, e->offset, block, err);
	const struct tl_block_head *h = &block->head;
	if (st == TL_OK && (h->number != i || h->type != e->type || h->flags != e->flags ||
			    h->first != e->first || h->records != e->records))
		st = tl_err_set(err, TL_DATA, "it is not the block that the index says");
	return st == TL_OK ? st : tl_index_prefix(ix, i, err);
}

uint64_t tl_index_size(const struct tl_index *ix)
{
	return ix->size;
}

uint64_t tl_index_bytes(const struct tl_index *ix)
{
	return ix->bytes;
}

void tl_index_close(struct tl_index *ix)
{
	if (!ix)
		return;
	if (ix->fd >= 0)
		tl_io_close(ix->fd);
	tl_mem_free(ix->entry);
	tl_mem_free(ix);
}
