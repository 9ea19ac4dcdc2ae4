/* SPDX-License-Identifier: MIT */
/* fuzz_names: a list of ids, as --ids and --prefer read it, against headers; judged by a search in
 * the plain text.  Input: 1 byte length of the headers, they, the list; a header ends at a zero. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/names.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

/* Blanks of a list; in headers a Ctrl-A begins another title. */
static bool blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 1;
}

/* Is p[0, n) the first word of a line of the list? */
static bool listed(struct tl_str list, const void *p, size_t n)
{
	for (size_t at = 0; n && at < list.n; at++) {
		while (at < list.n && blank(list.p[at]))
			at++;
		size_t from = at;
		while (at < list.n && !blank(list.p[at]))
			at++;
		if (at - from == n && !memcmp(list.p + from, p, n))
			return true;
		while (at < list.n && list.p[at] != '\n')
			at++;
	}
	return false;
}

static bool answers(struct tl_str list, const uint8_t *word, size_t n)
{
	size_t from = 0, to;
	while (from < n && word[from] != '|')
		from++;
	if (listed(list, word, n))
		return true;
	if (from++ == n)
		return false;
	for (to = from; to < n && word[to] != '|';)
		to++;
	return listed(list, word + from, to - from);
}

static bool wanted(struct tl_str list, struct tl_str head, uint64_t ordinal)
{
	char tl[32];
	int n = snprintf(tl, sizeof tl, "tl|%llu", (unsigned long long)ordinal);
	bool found = listed(list, tl, (size_t)n);
	for (size_t at = 0; at <= head.n; at++) {
		size_t from = at;
		while (at < head.n && !blank(head.p[at]))
			at++;
		found |= answers(list, head.p + from, at - from);
		while (at < head.n && head.p[at] != 1)
			at++;
	}
	return found;
}

static struct tl_names *load(struct tl_str list)
{
	static int fd = -1;
	struct tl_names *names;
	char name[40];
	if (fd < 0)
		must((fd = memfd_create("ids", 0)) >= 0);
	must(ftruncate(fd, 0) == 0);
	must(pwrite(fd, list.p, list.n, 0) == (ssize_t)list.n);
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	must(tl_names_load(name, &names, NULL) == TL_OK);
	return names;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size || size > 1 << 14)
		return 0;
	size_t heads = data[0] < size - 1 ? data[0] : size - 1;
	struct tl_str list = {data + 1 + heads, size - 1 - heads};
	struct tl_names *names = load(list);
	struct tl_names_count count;
	uint64_t ordinal = 0, found = 0;
	for (size_t at = 1; at <= heads; ordinal++) {
		const uint8_t *zero = memchr(data + at, 0, heads + 1 - at);
		size_t end = zero ? (size_t)(zero - data) : heads + 1;
		struct tl_str head = {data + at, end - at};
		bool is = tl_names_match(names, head, ordinal);
		must(is == wanted(list, head, ordinal));
		must(is == tl_names_match(names, head, ordinal));
		found += is;
		at = end + 1;
	}
	tl_names_count(names, &count);
	must(count.unknown <= count.ids && count.ambiguous <= count.ids - count.unknown);
	must((count.unknown < count.ids) == (found > 0));
	must(!count.ambiguous || found > 1);
	struct tl_str unknown = tl_names_unknown(names);
	must((unknown.p != NULL) == (count.unknown > 0));
	must(!unknown.p || listed(list, unknown.p, unknown.n));
	tl_names_free(names);
	return 0;
}
