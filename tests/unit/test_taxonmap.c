/* SPDX-License-Identifier: MIT */
/* Maps of names to taxonomy ids: their forms, what is wrong with them, and what becomes of titles. */
#include <tl/taxonmap.h>

#include <tl/taxon.h>

#include "tltest.h"

/* Loads text as a file; NULL where it is refused. */
static struct tl_taxonmap *load(const char *text, size_t n, struct tl_err *err)
{
	char path[64];
	struct tl_taxonmap *map = NULL;
	int fd = memfd_create("map", 0);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (tl_taxonmap_load(path, NULL, &map, err) != TL_OK)
		map = NULL;
	close(fd);
	return map;
}

/* The ids that the map gives a header, as text; "" where the column stays empty. */
static const char *ids(const struct tl_taxonmap *map, const char *head)
{
	static char text[200];
	struct tl_batch b = {0};
	struct tl_entry e = {.head = {(const uint8_t *)head, strlen(head)}};
	struct tl_err err;
	size_t n = 0, pos = 0;
	tl_test_ok(tl_batch_add(&b, &e, &err), err);
	tl_test_ok(tl_taxonmap_apply(map, &b, &err), err);
	tl_batch_get(&b, 0, &e);
	text[0] = 0;
	for (uint32_t id; e.taxa.n && (id = tl_taxon_each(e.head, e.taxa, &pos));)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%u", n ? " " : "", id);
	tl_batch_free(&b);
	return text;
}

#define is(map, head, want)                                                                        \
	do {                                                                                       \
		const char *got = ids(map, head);                                                  \
		if (strcmp(got, want))                                                             \
			printf("# %s: '%s', not '%s'\n", head, got, want);                         \
		tl_test(!strcmp(got, want));                                                       \
	} while (0)

static struct tl_taxonmap *fine(const char *text)
{
	struct tl_err err;
	struct tl_taxonmap *map = load(text, strlen(text), &err);
	if (!map)
		printf("# %s\n", err.msg);
	tl_test(map != NULL);
	return map;
}

static void test_plain(void)
{
	struct tl_taxonmap *map =
		fine("P12345\t9606\ncontig.1\t5\ncontig.2\t6\r\n\nzero\t0\nP12345\t7\n"
		     "NP_001234.2\t11\nlast\t12\trest");
	tl_test_eq(tl_taxonmap_names(map), 5);
	is(map, "P12345 x", "9606");
	is(map, "P12345.3", "9606");
	is(map, "sp|P12345|AAT_HUMAN x", "9606");
	is(map, "gi|77|ref|NP_001234.9| x", "11");
	is(map, "NP_001234", "11");
	is(map, "contig.1 a", "5");
	is(map, "contig.2", "6");
	is(map, "contig.3", "");
	is(map, "last\tx", "12");
	is(map, "zero", "");
	is(map, "", "");
	is(map, "x P12345", "");
	tl_taxonmap_free(map);
}

/* Only what the header does not say is stored; the map counts more than the header. */
static void test_headers(void)
{
	struct tl_taxonmap *map = fine("a\t1\nb\t2\nHomo sapiens\t9606\nE. coli [K12]\t562\n");
	is(map, "a OX=1", "");
	is(map, "a OX=3", "1");
	is(map, "c OX=3", "");
	is(map, "c OX=3 taxid:4", "");
	is(map, "a one\001b two", "1 2");
	is(map, "a one\001a two\001c taxid=2", "1 2");
	is(map, "a OX=1\001b OX=2", "");
	is(map, "b OX=1\001a OX=2", "2 1");
	is(map, "c x [Homo sapiens]", "9606");
	is(map, "c x [Homo sapiens]. ", "9606");
	is(map, "c x [E. coli [K12]]", "562");
	is(map, "c [Homo sapiens] x", "");
	is(map, "c x [Homo sapiens] OX=5", "");
	is(map, "a x [Homo sapiens]\001c [Homo sapiens]", "1 9606");
	is(map, "c ]", "");
	is(map, "]", "");
	is(map, "[Homo sapiens]", "9606");
	tl_taxonmap_free(map);
}

static void test_ncbi(void)
{
	struct tl_taxonmap *map =
		fine("accession\taccession.version\ttaxid\tgi\n"
		     "A0A009IHW8\tA0A009IHW8.1\t1310613\t1835922267\n"
		     "WP_009885556\tWP_009885556.1\t2097\t0\nX12345\tX12345.1\t0\t1\n");
	tl_test_eq(tl_taxonmap_names(map), 2);
	is(map, "A0A009IHW8.1 x", "1310613");
	is(map, "ref|WP_009885556.1| x", "2097");
	is(map, "accession", "");
	tl_taxonmap_free(map);
	map = fine("accession.version\ttaxid\nWP_009885556.1\t2097\n");
	is(map, "WP_009885556.1", "2097");
	tl_taxonmap_free(map);
	map = fine(
		"9\t|\thuman\t|\t\t|\tcommon name\t|\n9606\t|\tHomo sapiens\t|\t\t|\tscientific name\t|\n"
		"9605\t|\thuman\t|\t\t|\tscientific name\t|\n8\t|\thuman\t|\t\t|\tsynonym\t|\n");
	is(map, "x [Homo sapiens]", "9606");
	is(map, "x [human]", "9605");
	tl_taxonmap_free(map);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"a\t1\nb\n", ":2: there is no tab"},
		{"a\t1\nb\tx\n", ":2: 'x' is no taxonomy id"},
		{"a\t99999999999\n", ":1: '99999999999' is no"},
		{"a\t1\n\nb\t-3\n", ":3: '-3' is no"},
		{"a\tb\nc\td\n", ":2: 'd' is no"},
		{">a\nMKV\n", ":1: there is no tab"},
		{"a\t2147483648\n", ":1: '2147483648' is no"},
	};
	struct tl_err err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tl_test(!load(bad[i].text, strlen(bad[i].text), &err));
		if (err.status != TL_DATA || !strstr(err.msg, bad[i].why))
			printf("# %s: %s\n", bad[i].text, err.msg);
		tl_test(err.status == TL_DATA && strstr(err.msg, bad[i].why));
	}
	struct tl_taxonmap *map;
	tl_test(tl_taxonmap_load("/nowhere/map", NULL, &map, &err) == TL_NOINPUT);
}

/* Lines that lie over the windows in which the file is read; and one that does not end. */
static void test_windows(void)
{
	size_t n = 0, cap = 4 << 20;
	char *text = malloc(cap), head[40];
	struct tl_err err;
	for (int i = 1; i <= 100000; i++)
		n += (size_t)sprintf(text + n, "name_%d_%.*s\t%d\n", i, i % 20,
				     "xxxxxxxxxxxxxxxxxxxx", i);
	tl_test(n > 2 << 20);
	struct tl_taxonmap *map = load(text, n, &err);
	tl_test(map && tl_taxonmap_names(map) == 100000);
	for (int i = 1; i <= 100000; i += 777) {
		char want[20];
		snprintf(head, sizeof head, "name_%d_%.*s", i, i % 20, "xxxxxxxxxxxxxxxxxxxx");
		snprintf(want, sizeof want, "%d", i);
		is(map, head, want);
	}
	tl_taxonmap_free(map);
	memset(text, 'a', cap);
	memcpy(text, "a\t1\n", 4);
	tl_test(!load(text, cap, &err) && err.status == TL_DATA &&
		strstr(err.msg, ":2: a line of"));
	free(text);
}

int main(void)
{
	TL_RUN(test_plain);
	TL_RUN(test_headers);
	TL_RUN(test_ncbi);
	TL_RUN(test_refused);
	TL_RUN(test_windows);
	return tl_test_end();
}
