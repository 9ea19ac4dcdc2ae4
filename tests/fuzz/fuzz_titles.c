/* SPDX-License-Identifier: MIT */
/* fuzz_titles: lines as headers, again and again, so that symbols, shapes and plans are made of
 * them: each comes back as it was, in any order.
 *
 * Input: the lines, each behind a byte that says how often it is added: once, or up to 15 times
 * more.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/titles.h>

#define MOST 4096

static void must(int fine)
{
	if (!fine)
		abort();
}

static struct tl_str list[MOST];

static size_t read_list(const uint8_t *data, size_t size)
{
	size_t n = 0;
	while (size) {
		size_t times = 1 + (*data & 15);
		const uint8_t *end = memchr(data + 1, '\n', size - 1);
		struct tl_str s = {data + 1, end ? (size_t)(end - data - 1) : size - 1};
		while (times-- && n < MOST)
			list[n++] = s;
		size_t gone = 1 + s.n + (end != NULL);
		data += gone;
		size -= gone;
	}
	return n;
}

static void get(const struct tl_titles *t, size_t i, struct tl_buf *buf)
{
	struct tl_err err;
	tl_buf_reset(buf);
	must(tl_titles_get(t, i, buf, &err) == TL_OK);
	must(buf->len == list[i].n && (!buf->len || !memcmp(buf->data, list[i].p, buf->len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_titles *t;
	struct tl_err err;
	struct tl_buf buf = {0};
	size_t n = read_list(data, size);
	must(tl_titles_new(NULL, &t, &err) == TL_OK);
	/* From three places in turn, so that lines that are the same do not stand in a row. */
	struct tl_str turned[MOST];
	for (size_t i = 0, k = 0; k < 3; k++)
		for (size_t j = k; j < n; j += 3)
			turned[i++] = list[j];
	memcpy(list, turned, n * sizeof *list);
	for (size_t i = 0; i < n; i++)
		must(tl_titles_add(t, list[i], &err) == TL_OK);
	must(tl_titles_end(t, &err) == TL_OK);
	must(tl_titles_count(t) == n);
	for (size_t i = 0; i < n; i++)
		get(t, i, &buf);
	for (size_t i = n; i-- > 0;)
		get(t, i, &buf);
	tl_buf_free(&buf);
	tl_titles_free(t);
	return 0;
}
