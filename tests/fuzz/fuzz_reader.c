/* SPDX-License-Identifier: MIT */
/* fuzz_reader: whole streams through the reader.
 *
 * First byte even: the rest is read as it is.  Odd: the rest is a list of {1 byte type, 1 byte
 * flags, 2 bytes entries, 2 bytes first, 2 bytes length, payload}, made into blocks whose checks,
 * numbers and digest are right, so that the fuzzer gets behind them.  Bit 1: nothing is decoded.
 * Bits 2 to 4 are flags of the preamble, bit 5 makes its version one that is not known; bit 6: the
 * stream stands there twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/hash.h>
#include <tl/pool.h>
#include <tl/reader.h>

static void must(int fine)
{
	if (!fine)
		abort();
}

static void put(struct tl_buf *buf, const void *p, size_t n)
{
	must(tl_buf_add(buf, p, n, NULL) == TL_OK);
}

static void put_block(struct tl_buf *buf, struct tl_block_head *head, const uint8_t *payload,
		      uint64_t *digest)
{
	uint8_t h[TL_BLOCK_HEADER], check[TL_BLOCK_CHECK];
	tl_block_put_head(head, h);
	uint64_t sum = tl_block_sum(h, tl_hash_64(payload, head->stored));
	tl_bits_put64(check, sum);
	*digest = tl_block_chain(*digest, sum);
	put(buf, h, sizeof h);
	put(buf, payload, head->stored);
	put(buf, check, sizeof check);
	head->number++;
}

static void put_ends(struct tl_buf *buf, struct tl_block_head *head, uint64_t *digest)
{
	static struct tl_payload payload;
	struct tl_buf packed = {0};
	struct tl_note_ends ends = {.blocks = head->number, .next = 1000, .digest = *digest};
	head->type = TL_BLOCK_ENDS;
	must(tl_note_put_ends(&ends, &payload, NULL) == TL_OK);
	must(tl_block_pack(&payload, TL_CODEC_NONE, 0, head, &packed, NULL) == TL_OK);
	put_block(buf, head, packed.data, digest);
	tl_buf_free(&packed);
}

static void build(struct tl_buf *buf, uint8_t how, const uint8_t *data, size_t size)
{
	static const uint32_t types[] = {
		TL_BLOCK_SEQS, TL_BLOCK_DUPS, TL_BLOCK_DLTA,
		TL_BLOCK_EDGE, TL_BLOCK_FILE, TL_BLOCK_PROV,
		TL_BLOCK_INDX, TL_BLOCK_ENDS, TL_TAG('a', 'b', 'c', 'd'),
	};
	uint8_t p[16] = {0x89, 'T', 'L', 'S', '\r', '\n', 0x1a, '\n', 1};
	struct tl_block_head head = {0};
	p[8] = how & 32 ? 2 : 1;
	p[10] = how >> 2 & 7;
	tl_bits_put32(p + 12, (uint32_t)tl_hash_64(p, 12));
	put(buf, p, sizeof p);
	uint64_t digest = tl_hash_64(p, sizeof p);
	while (size >= 8) {
		size_t n = tl_bits_get16(data + 6) % (size - 7), columns;
		head.type = data[0] == 0xca ? TL_BLOCK_CAND
					    : types[data[0] % (sizeof types / sizeof *types)];
		head.flags = data[1] & 3;
		head.codec = (uint8_t)((data[1] >> 2) % TL_CODECS);
		head.records = tl_bits_get16(data + 2);
		head.first = tl_bits_get16(data + 4);
		head.stored = (uint32_t)n;
		head.raw = 0;
		columns = n >= 4 ? tl_bits_get32(data + 8) : 0;
		for (size_t i = 0; i < columns && i < TL_BLOCK_COLUMNS && 20 + 16 * i <= n; i++)
			head.raw += tl_bits_get16(data + 8 + 8 + 16 * i);
		put_block(buf, &head, data + 8, &digest);
		data += 8 + n;
		size -= 8 + n;
	}
	put_ends(buf, &head, &digest);
}

static void read_all(const struct tl_buf *buf, bool raw)
{
	static struct tl_pool *pool;
	const struct tl_pool_opts popts = {.threads = 1};
	const struct tl_reader_opts opts = {
		.raw_seqs = raw, .raw_dups = raw, .raw_dlta = raw, .raw_edge = raw,
		.cand = true};
	char name[40];
	const char *names = name;
	struct tl_reader *r;
	struct tl_item *item;
	if (!pool)
		must(tl_pool_new(&popts, &pool, NULL) == TL_OK);
	int fd = memfd_create("fuzz", 0);
	must(fd >= 0 && write(fd, buf->data, buf->len) == (ssize_t)buf->len);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	if (tl_reader_open(pool, &names, 1, &opts, &r, NULL) == TL_OK) {
		while (tl_reader_next(r, &item, NULL) == TL_OK && item)
			tl_reader_recycle(r, item);
		tl_reader_close(r);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_buf buf = {0};
	if (!size)
		return 0;
	if (data[0] & 1)
		build(&buf, data[0], data + 1, size - 1);
	else
		put(&buf, data + 1, size - 1);
	if (data[0] & 64) {
		must(tl_buf_reserve(&buf, buf.len, NULL) == TL_OK);
		put(&buf, buf.data, buf.len);
	}
	read_all(&buf, data[0] & 2);
	tl_buf_free(&buf);
	return 0;
}
