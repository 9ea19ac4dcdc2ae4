/* SPDX-License-Identifier: MIT */
/* test_titles: headers come back byte for byte, in a fifth of the room; shapes, fields and
 * sights. */
#include <tl/titles.h>

#include <tl/hash.h>
#include <tl/metrics.h>

#include "fields.h"
#include "shape.h"
#include "sight.h"
#include "tltest.h"

#define MANY 20000

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

/* --- parts: */

static void has_shape(const char *text, const char *shape, uint64_t number)
{
	uint8_t got[TL_SHAPE_MOST], back[TL_SHAPE_MOST];
	uint64_t n;
	tl_test(tl_shape_of((const uint8_t *)text, strlen(text), got, &n));
	tl_test(strlen(shape) == strlen(text) && !memcmp(got, shape, strlen(shape)));
	tl_test_eq(n, number);
	tl_shape_text(got, strlen(text), n, back);
	tl_test(!memcmp(back, text, strlen(text)));
}

static void test_shape(void)
{
	uint8_t shape[TL_SHAPE_MOST];
	uint64_t n;
	has_shape("0", "\1", 0);
	has_shape("007", "\1\1\1", 7);
	has_shape("B2z", "\2\1\3", 1 * 260 + 2 * 26 + 25);
	has_shape("WP_01.1 ", "\2\2_\1\1.\1 ", (22 * 26 + 15) * 1000 + 11);
	/* Five letters are a word, of either case; four are none. */
	has_shape("DRAFT_12", "DRAFT_\1\1", 12);
	has_shape("abCde1", "abCde\1", 1);
	has_shape("aaab1", "\3\3\3\3\1", 11);
	/* More than 62 bits: what stands before them stands for itself. */
	has_shape("91234567890123456789", "91\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1",
		  234567890123456789);
	tl_test(!tl_shape_of((const uint8_t *)"human", 5, shape, &n));
	tl_test(!tl_shape_of((const uint8_t *)"...", 3, shape, &n));
	tl_test(!tl_shape_of((const uint8_t *)"1\001", 2, shape, &n));
	tl_test(!tl_shape_of((const uint8_t *)"1\xe9", 2, shape, &n));
	tl_test(!tl_shape_of((const uint8_t *)"", 0, shape, &n));
	tl_test(tl_shape_of((const uint8_t *)"1234567890123456789012345678901234567890", 40, shape,
			    &n));
	tl_test(!tl_shape_of((const uint8_t *)"12345678901234567890123456789012345678901", 41,
			     shape, &n));
}

/* The fields of a text, with a bar of its own between them. */
static void falls_into(const char *head, const char *want, size_t first)
{
	struct tl_fields f;
	char got[400] = "";
	tl_fields_split(str(head), &f);
	for (size_t k = 0; k < f.n; k++) {
		strncat(got, (const char *)f.field[k].p, f.field[k].n);
		strcat(got, k + 1 < f.n ? "!" : "");
	}
	if (strcmp(got, want) != 0)
		printf("# %s\n", got);
	tl_test(!strcmp(got, want));
	tl_test_eq(f.first, first);
}

static void test_fields(void)
{
	falls_into("", "", 0);
	falls_into("x", "x", 1);
	falls_into("sp|P1|A_HUMAN Some kinase OS=Homo sapiens OX=9606 GN=a PE=1 SV=2",
		   "sp|!P1|!A_!HUMAN !Some kinase !OS=Homo sapiens OX=9606 !GN=a !PE=1 SV=2", 4);
	falls_into("Q1 OX=7 OS=Mus", "Q1 !OX=7 OS=Mus", 1);
	falls_into("WP_01.1 MG_RS00005 DNA [Mus musculus]",
		   "WP_01.1 !MG_RS00005 !DNA ![Mus musculus]", 1);
	falls_into("a b12 c", "a !b12 c", 1);
	falls_into("A#PHI:1#x", "A#!PHI:1#!x", 3);
	falls_into("E1 fam=3 x=4 =5", "E1 !fam=3 x=4 =5", 1);
	falls_into(" a", " !a", 1);
	/* No more than there may be: the last one has the rest. */
	falls_into("a|b|c|d|e|f|g|h|i|j|k|l|m|n|o|p|q r [s]",
		   "a|!b|!c|!d|!e|!f|!g|!h|!i|!j|!k|!l|!m|!n|!o|!"
		   "p|q r [s]",
		   15);
}

static void test_sight(void)
{
	struct tl_sight sight = {0};
	struct tl_err err;
	unsigned times;
	for (unsigned i = 1; i < 20; i++) {
		tl_test_ok(tl_sight_add(&sight, 77, &times, &err), err);
		tl_test_eq(times, i < TL_SIGHT_MOST ? i : TL_SIGHT_MOST);
	}
	/* It is remembered while the table grows, and what is in its way goes by. */
	for (uint64_t i = 0; i < 10000; i++)
		tl_test_ok(tl_sight_add(&sight, tl_hash_mix(i), &times, &err), err);
	tl_test_ok(tl_sight_add(&sight, 77, &times, &err), err);
	tl_test(times > TL_SIGHT_MOST / 2);
	for (uint64_t i = 0; i < 20; i++)
		tl_test_ok(tl_sight_add(&sight, 77 | (i + 1) << 52, &times, &err), err);
	tl_test_ok(tl_sight_add(&sight, 77, &times, &err), err);
	tl_test_eq(times, 1);
	for (uint64_t i = 0; i < 1000000; i++)
		tl_test_ok(tl_sight_add(&sight, tl_hash_mix(i), &times, &err), err);
	tl_test(sight.slots * sizeof *sight.slot <= 512 << 10);
	tl_sight_free(&sight);
	tl_test_eq(sight.slots, 0);
}

/* --- headers: */

struct list {
	struct tl_buf bytes;
	size_t end[MANY], n;
};

static struct list list;

static struct tl_str at(size_t i)
{
	size_t from = i ? list.end[i - 1] : 0;
	return (struct tl_str){list.bytes.data + from, list.end[i] - from};
}

static void add(const void *p, size_t n)
{
	struct tl_err err;
	tl_test_ok(tl_buf_add(&list.bytes, p, n, &err), err);
	list.end[list.n++] = list.bytes.len;
}

static struct tl_titles *titles_of_list(void)
{
	struct tl_titles *t;
	struct tl_err err;
	tl_test_ok(tl_titles_new(NULL, &t, &err), err);
	for (size_t i = 0; i < list.n; i++)
		tl_test_ok(tl_titles_add(t, at(i), &err), err);
	tl_test_ok(tl_titles_end(t, &err), err);
	tl_test_eq(tl_titles_count(t), list.n);
	return t;
}

static void is_same(const struct tl_titles *t, size_t i, struct tl_buf *buf)
{
	struct tl_err err;
	tl_buf_reset(buf);
	tl_test_ok(tl_buf_add(buf, "before ", 7, &err), err);
	tl_test_ok(tl_titles_get(t, i, buf, &err), err);
	tl_test_eq(buf->len - 7, at(i).n);
	tl_test(!at(i).n || !memcmp(buf->data + 7, at(i).p, at(i).n));
}

/* All of the list in order, and some in none; the list is empty then.  The share of memory in
 * text. */
static double come_back(void)
{
	struct tl_titles *t = titles_of_list();
	struct tl_titles_sum sum;
	struct tl_buf buf = {0};
	for (size_t i = 0; i < list.n; i++)
		is_same(t, i, &buf);
	for (size_t i = 0; i < list.n / 4; i++)
		is_same(t, (size_t)tl_test_below(list.n), &buf);
	tl_titles_sum(t, &sum);
	tl_test_eq(sum.bytes, list.bytes.len);
	tl_buf_free(&buf);
	tl_titles_free(t);
	tl_buf_reset(&list.bytes);
	list.n = 0;
	return sum.bytes ? (double)sum.memory / (double)sum.bytes : 0;
}

static void test_few(void)
{
	come_back();
	add("", 0);
	come_back();
	for (size_t i = 0; i < 40; i++)
		add("", 0);
	add("one", 3);
	add("\0\n\r\1\xff", 5);
	come_back();
}

static size_t made(char *line, size_t size)
{
	unsigned os = (unsigned)tl_test_below(200), acc = (unsigned)tl_test_below(1000000);
	char name[20];
	snprintf(name, sizeof name, "%c%u%c%c%c%u", (int)('A' + acc % 26), acc % 10,
		 (int)('A' + acc % 23), (int)('A' + acc % 17), (int)('A' + acc % 19), acc / 7 % 10);
	return (size_t)snprintf(line, size,
				"tr|%s|%s_%c%c%cXY Protein number %u of sort %u OS=Genus%u species "
				"(strain %u) OX=%u GN=gen%c%u PE=%u SV=%u",
				name, name, (int)('A' + os % 26), (int)('A' + os / 26),
				(int)('A' + os % 7), (unsigned)tl_test_below(400),
				(unsigned)tl_test_below(9), os, os * 7, os + 100,
				(int)('A' + tl_test_below(26)), (unsigned)tl_test_below(99),
				(unsigned)tl_test_below(4) + 1, (unsigned)tl_test_below(3) + 1);
}

/* Few headers as UniProt has them, all of them different: 27 % of their text, less than a
 * quarter of what strings take. */
static void test_uniprot(void)
{
	char line[300];
	for (size_t i = 0; i < MANY; i++)
		add(line, made(line, sizeof line));
	double share = come_back();
	printf("# %.3f of the text\n", share);
	tl_test(share < 0.3);
}

/* Parts of headers in any order, some of them broken, long ones and empty ones. */
static void test_random(void)
{
	static const char *const part[] = {"sp|",
					   "tr|",
					   "P12345",
					   "_",
					   "HUMAN ",
					   "OS=",
					   "OX=9606 ",
					   " ",
					   "GN=",
					   "[",
					   "]",
					   "#",
					   "kinase ",
					   "A0A0B4J2F0|",
					   "=",
					   "\1",
					   "WP_000123.1 ",
					   "999999999999999999999",
					   "\xff",
					   "\0"};
	for (size_t i = 0; i < MANY; i++) {
		struct tl_err err;
		size_t from = list.bytes.len, parts = (size_t)tl_test_below(i % 1000 ? 9 : 900);
		for (size_t k = 0; k < parts; k++) {
			const char *p = part[tl_test_below(sizeof part / sizeof *part)];
			tl_test_ok(tl_buf_add(&list.bytes, p, strlen(p) + !*p, &err), err);
			uint8_t letter = (uint8_t)('0' + tl_test_below(60));
			if (tl_test_below(3) == 0)
				tl_test_ok(tl_buf_add(&list.bytes, &letter, 1, &err), err);
		}
		if (list.bytes.len > from && tl_test_below(20) == 0)
			list.bytes.data[from + tl_test_below(list.bytes.len - from)] ^= 0x80;
		list.end[list.n++] = list.bytes.len;
	}
	come_back();
}

static void test_long(void)
{
	static char text[100000];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 7 ? (char)('a' + i % 26) : ' ';
	for (size_t i = 0; i < 40; i++)
		add(text, sizeof text - i);
	come_back();
}

/* What it keeps is asked for, and refused; what was given is given back. */
static void test_budget(void)
{
	struct tl_budget_opts opts = {.limit = 200000};
	struct tl_budget *budget;
	struct tl_budget_sum sum;
	struct tl_titles *t;
	struct tl_err err;
	char line[300];
	enum tl_status st = TL_OK;
	size_t n = 0;
	tl_test_ok(tl_budget_new(&opts, &budget, &err), err);
	tl_test_ok(tl_titles_new(budget, &t, &err), err);
	for (; st == TL_OK && n < MANY; n++)
		st = tl_titles_add(t, (struct tl_str){(uint8_t *)line, made(line, sizeof line)},
				   &err);
	tl_test_eq(st, TL_NOMEM);
	tl_test(strstr(err.msg, "the table of headers"));
	tl_test(n > 2000);
	tl_titles_free(t);
	tl_budget_sum(budget, &sum);
	tl_test(sum.peak > 100000);
	tl_test_eq(sum.used, 0);
	tl_budget_free(budget);
}

/* Fields are looked up many at once, and those seen last are found in the cache. */
static void test_hits(void)
{
	struct tl_metrics before, after;
	tl_metrics_get(&before);
	for (size_t i = 0; i < 100; i++)
		add("sp|P12345|KIN_HUMAN Kinase OS=Homo sapiens PE=1 SV=1", 52);
	come_back();
	tl_metrics_get(&after);
	for (size_t i = 0; i < TL_METRICS_COUNTERS; i++)
		after.count[i] -= before.count[i];
	tl_test(after.count[TL_METRICS_INTERN_LOOKS] > 600);
	tl_test(after.count[TL_METRICS_INTERN_HITS] > 400);
}

int main(void)
{
	TL_RUN(test_shape);
	TL_RUN(test_fields);
	TL_RUN(test_sight);
	TL_RUN(test_few);
	TL_RUN(test_uniprot);
	TL_RUN(test_random);
	TL_RUN(test_long);
	TL_RUN(test_budget);
	TL_RUN(test_hits);
	tl_buf_free(&list.bytes);
	return tl_test_end();
}
