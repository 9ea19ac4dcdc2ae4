/* SPDX-License-Identifier: MIT */
/* fuzz_damage: a stream, and what becomes of it on a bad disk: each byte changed, a bit or all of
 * it, and cut off behind each byte.  Whatever happens, it is refused or gives the same text; only
 * where one of several streams ends, those before it are whole.  Bytes that are no stream are only
 * read.  Input: the stream.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/restore.h>

#define TEXT_MAX (1 << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tl_pool *pool;
static int in, to; /* what is read, and the text made of it */
static struct tl_out *out;

static void must(int fine)
{
	if (!fine)
		abort();
}

static struct tl_reader *open_reader(const uint8_t *data, size_t size)
{
	static char name[40];
	static const char *const names = name;
	const struct tl_reader_opts opts = {.raw_edge = true};
	struct tl_reader *r;
	must(ftruncate(in, 0) == 0 && pwrite(in, data, size, 0) == (ssize_t)size);
	snprintf(name, sizeof name, "/proc/self/fd/%d", in);
	return tl_reader_open(pool, &names, 1, &opts, &r, NULL) == TL_OK ? r : NULL;
}

/* The text, of *ret_n bytes; false where the stream is refused. */
static bool restore(const uint8_t *data, size_t size, uint8_t text[TEXT_MAX], ssize_t *ret_n)
{
	const struct tl_restore_opts opts = {0};
	struct tl_restore_sum sum;
	char name[40];
	struct tl_reader *r = open_reader(data, size);
	if (!r)
		return false;
	must(ftruncate(to, 0) == 0 && lseek(to, 0, SEEK_SET) == 0);
	snprintf(name, sizeof name, "/dev/fd/%d", to);
	must(tl_out_open(name, &out, NULL) == TL_OK);
	enum tl_status st = tl_restore_text(r, &opts, out, &sum, NULL);
	must(tl_out_commit(out, NULL) == TL_OK);
	tl_reader_close(r);
	must(st == TL_OK || st == TL_DATA);
	*ret_n = pread(to, text, TEXT_MAX, 0);
	return st == TL_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t text[TEXT_MAX], other[TEXT_MAX], bad[4096];
	ssize_t n, m;
	if (size > sizeof bad)
		return 0;
	if (!pool) {
		must(tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, NULL) == TL_OK);
		must((in = memfd_create("in", 0)) >= 0 && (to = memfd_create("to", 0)) >= 0);
	}
	if (!restore(data, size, text, &n) || n == TEXT_MAX)
		return 0;
	for (size_t at = 0; at < size; at++) {
		const uint8_t masks[] = {(uint8_t)(1 << at % 8), (uint8_t)(1 << (at + 3) % 8), 0xff};
		for (size_t i = 0; i < sizeof masks; i++) {
			memcpy(bad, data, size);
			bad[at] ^= masks[i];
			must(!restore(bad, size, other, &m) ||
			     (m == n && !memcmp(text, other, (size_t)n)));
		}
		bool boundary = size - at >= 4 && !memcmp(data + at, "\x89TLS", 4);
		must(!restore(data, at, other, &m) ||
		     ((m == n || boundary) && m <= n && !memcmp(text, other, (size_t)m)));
	}
	return 0;
}
