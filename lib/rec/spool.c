/* SPDX-License-Identifier: MIT */
/* spool: blocks put aside to be read again. */
#include <tl/spool.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <lz4.h>

#include <tl/io.h>
#include <tl/mem.h>
#include <tl/metrics.h>

struct slot {
	struct tl_block_head head;
	uint64_t check;
	uint32_t size;   /* bytes held; head.stored of them: not compressed */
	uint8_t *memory; /* NULL: in the file */
	uint64_t offset; /* in the file */
};

struct tl_spool {
	struct slot *slot;
	size_t n, cap;
	uint64_t limit, in_memory, on_disk;
	const char *dir;
	int fd; /* -1 until something spills */
	struct tl_buf packed;
};

enum tl_status tl_spool_new(uint64_t limit, const char *dir, struct tl_spool **ret,
			    struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	if (!*ret)
		return TL_NOMEM;
	(*ret)->limit = limit;
	(*ret)->dir = dir;
	(*ret)->fd = -1;
	return TL_OK;
}

/* The payload as it will be held: lz4 where that saves a sixteenth, else as it is. */
static enum tl_status pack(struct tl_spool *s, const struct tl_block *block, struct tl_str *ret,
			   struct tl_err *err)
{
	int raw = (int)block->payload.len, bound = LZ4_compressBound(raw);
	*ret = (struct tl_str){block->payload.data, block->payload.len};
	tl_buf_reset(&s->packed);
	enum tl_status st = tl_buf_reserve(&s->packed, (size_t)bound, err);
	if (st != TL_OK || block->head.codec != TL_CODEC_NONE)
		return st;
	int n = LZ4_compress_default((const char *)block->payload.data, (char *)s->packed.data, raw,
				     bound);
	if (n > 0 && n < raw - raw / 16)
		*ret = (struct tl_str){s->packed.data, (size_t)n};
	return TL_OK;
}

static enum tl_status spill(struct tl_spool *s, struct slot *slot, struct tl_str bytes,
			    struct tl_err *err)
{
	enum tl_status st = s->fd < 0 ? tl_io_temp(s->dir, &s->fd, err) : TL_OK;
	if (st == TL_OK)
		st = tl_io_pwrite(s->fd, bytes.p, bytes.n, s->on_disk, err);
	if (st != TL_OK)
		return st;
	slot->offset = s->on_disk;
	s->on_disk += bytes.n;
	tl_metrics_add(TL_METRICS_SPILL_BYTES, bytes.n);
	return TL_OK;
}

enum tl_status tl_spool_put(struct tl_spool *s, const struct tl_block *block, struct tl_err *err)
{
	struct tl_str bytes;
	enum tl_status st = tl_mem_grow(&s->slot, &s->cap, s->n + 1, sizeof *s->slot, err);
	if (st == TL_OK)
		st = pack(s, block, &bytes, err);
	if (st != TL_OK)
		return st;
	struct slot *slot = &s->slot[s->n];
	*slot = (struct slot){.head = block->head, .check = block->check, .size = (uint32_t)bytes.n};
	if (s->in_memory + bytes.n > s->limit) {
		st = spill(s, slot, bytes, err);
	} else if ((slot->memory = tl_mem_alloc(bytes.n, 1, err))) {
		memcpy(slot->memory, bytes.p, bytes.n);
		s->in_memory += bytes.n;
	} else {
		st = TL_NOMEM;
	}
	s->n += st == TL_OK;
	return st;
}

size_t tl_spool_count(const struct tl_spool *s)
{
	return s->n;
}

const struct tl_block_head *tl_spool_head(const struct tl_spool *s, size_t i)
{
	return &s->slot[i].head;
}

/* The bytes of a slot as held; from the file they are read into s->packed. */
static enum tl_status fetch(struct tl_spool *s, const struct slot *slot, const uint8_t **ret,
			    struct tl_err *err)
{
	*ret = slot->memory;
	if (slot->memory)
		return TL_OK;
	tl_buf_reset(&s->packed);
	enum tl_status st = tl_buf_reserve(&s->packed, slot->size, err);
	if (st == TL_OK)
		st = tl_io_pread(s->fd, s->packed.data, slot->size, slot->offset, err);
	*ret = s->packed.data;
	return st;
}

enum tl_status tl_spool_get(struct tl_spool *s, size_t i, struct tl_block *ret, struct tl_err *err)
{
	const struct slot *slot = &s->slot[i];
	const uint8_t *bytes;
	enum tl_status st = fetch(s, slot, &bytes, err);
	ret->head = slot->head;
	ret->check = slot->check;
	tl_buf_reset(&ret->payload);
	if (st == TL_OK)
		st = tl_buf_reserve(&ret->payload, slot->head.stored, err);
	if (st != TL_OK)
		return st;
	ret->payload.len = slot->head.stored;
	if (slot->size == slot->head.stored)
		memcpy(ret->payload.data, bytes, slot->size);
	else if (LZ4_decompress_safe((const char *)bytes, (char *)ret->payload.data,
				     (int)slot->size, (int)slot->head.stored) !=
		 (int)slot->head.stored)
		return tl_err_set(err, TL_IO, "a temporary file was changed");
	st = tl_block_open(ret, err);
	return st == TL_OK ? tl_block_decode(ret, err) : st;
}

uint64_t tl_spool_bytes(const struct tl_spool *s)
{
	return s->in_memory + s->on_disk;
}

uint64_t tl_spool_spilled(const struct tl_spool *s)
{
	return s->on_disk;
}

void tl_spool_free(struct tl_spool *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n; i++)
		free(s->slot[i].memory);
	free(s->slot);
	if (s->fd >= 0)
		close(s->fd);
	tl_buf_free(&s->packed);
	free(s);
}
