/* SPDX-License-Identifier: MIT */
/* Unit test of inflate: BGZF, alone and mixed with plain gzip, by any number of threads. */
#include "packed.h"

static uint8_t text[12000000];

/* Appends n bytes of text in members of up to max bytes. */
static void add_run(struct tl_buf *file, const uint8_t *p, size_t n, size_t max)
{
	while (n) {
		size_t part = 1 + tl_test_below(max);
		part = part < n ? part : n;
		add_bgzf(file, p, part);
		p += part;
		n -= part;
	}
}

/* More text than a lane holds. */
static void test_large(void)
{
	struct tl_buf file = {0};
	add_run(&file, text, sizeof text, 65280);
	add_bgzf(&file, "", 0);
	comes_back(&file, text, sizeof text, 1 << 20);
	comes_back(&file, text, sizeof text, 99991);
	tl_buf_free(&file);
}

static void test_small_members(void)
{
	struct tl_buf file = {0};
	add_run(&file, text, 400000, 300);
	for (int i = 0; i < 40; i++)
		add_bgzf(&file, "", 0);
	add_run(&file, text + 400000, 100000, 300);
	add_bgzf(&file, "", 0);
	comes_back(&file, text, 500000, 1 << 20);
	comes_back(&file, text, 500000, 7);
	tl_buf_free(&file);
}

static void test_full_members(void)
{
	struct tl_buf file = {0};
	static uint8_t same[65536];
	memset(same, 'A', sizeof same);
	for (int i = 0; i < 3; i++)
		add_bgzf(&file, same, sizeof same);
	add_bgzf(&file, "", 0);
	struct tl_buf all = {0};
	tl_test_ok(tl_buf_fill(&all, 'A', 3 * sizeof same, &err), err);
	comes_back(&file, all.data, all.len, 1 << 20);
	tl_buf_free(&all);
	tl_buf_free(&file);
}

static void test_only_the_end(void)
{
	struct tl_buf file = {0};
	add_bgzf(&file, "", 0);
	comes_back(&file, "", 0, 100);
	tl_buf_free(&file);
}

static void test_plain_gzip_between(void)
{
	struct tl_buf file = {0};
	size_t n = 0;
	for (int i = 0; i < 60; i++) {
		size_t part = tl_test_below(40000);
		if (i % 3)
			add_gzip(&file, text + n, part);
		else
			add_run(&file, text + n, part, 3000);
		n += part;
	}
	add_bgzf(&file, "", 0);
	comes_back(&file, text, n, 1 << 20);
	comes_back(&file, text, n, 5003);
	tl_buf_free(&file);
}

static void test_extra_fields(void)
{
	struct tl_buf file = {0};
	for (size_t before = 1; before <= 20000; before = before * 3 + 1) {
		add_bgzf_extra(&file, text + file.len % 99, 0, before);
		add_bgzf_extra(&file, "ACGT\n", 5, before);
	}
	add_bgzf_extra(&file, "", 0, 7);
	comes_back(&file, "ACGT\nACGT\nACGT\nACGT\nACGT\nACGT\nACGT\nACGT\nACGT\n", 45, 1 << 20);
	tl_buf_free(&file);
}

/* Extra fields that are not as BGZF has them are nothing to gzip. */
static void test_no_bgzf(void)
{
	static const char *const extras[] = {
		"BC\2\0\0\0",         /* the length is less than the header's */
		"BC\3\0\x1d\0",       /* it would be behind the field */
		"BC\1\0\x1d\0",
		"BX\2\0\x1d\0",
		"BC\2\0\xff\xff",     /* behind the end of the file */
		"XY\1\0zB",           /* the second subfield is cut off */
	};
	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
		struct tl_buf file = {0};
		add_bgzf(&file, "ACGT\n", 5);
		size_t one = file.len;
		add_bgzf(&file, "TTTT\n", 5);
		add_bgzf(&file, "GGGG\n", 5);
		add_bgzf(&file, "", 0);
		memcpy(file.data + one + 12, extras[i], 6);
		comes_back(&file, "ACGT\nTTTT\nGGGG\n", 15, 100);
		tl_buf_free(&file);
	}
}

/* A member that tells its length but has more text than BGZF allows. */
static void test_long_text(void)
{
	struct tl_buf file = {0}, all = {0};
	tl_test_ok(tl_buf_fill(&all, 'C', 70000, &err), err);
	add_bgzf(&file, all.data, 10);
	add_bgzf(&file, all.data, 69980);
	add_bgzf(&file, all.data, 10);
	add_bgzf(&file, "", 0);
	comes_back(&file, all.data, all.len, 1 << 20);
	tl_buf_free(&all);
	tl_buf_free(&file);
}

static void test_behind(void)
{
	struct tl_buf file = {0};
	add_run(&file, text, 100000, 20000);
	add_bgzf(&file, "", 0);
	size_t end = file.len;
	tl_test_ok(tl_buf_fill(&file, 0, 70000, &err), err);
	comes_back(&file, text, 100000, 1 << 20);
	file.data[end + 69999] = 1;
	refused_at(&file, end + 69999, "the gzip data are followed by something else");
	file.len = end;
	add(&file, ">a\n", 3);
	refused_at(&file, end, "the gzip data are followed by something else");
	tl_buf_free(&file);
}

static void test_truncated(void)
{
	struct tl_buf file = {0};
	size_t ends[2];
	add_bgzf(&file, text, 200);
	ends[0] = file.len;
	add_bgzf(&file, text + 200, 200);
	ends[1] = file.len;
	add_bgzf(&file, "", 0);
	refused_truncated(&file, 2, ends, 2);
	tl_buf_free(&file);
}

static void test_changes(void)
{
	struct tl_buf file = {0};
	add_bgzf(&file, text, 200);
	add_bgzf(&file, text + 200, 100);
	add_bgzf(&file, "", 0);
	changes_found(&file, 2, text, 300);
	tl_buf_free(&file);
}

/* The first of several broken members is told, whoever finds it, and what is behind it does not
 * matter. */
static void test_first_broken(void)
{
	struct tl_buf file = {0};
	size_t begin[300];
	for (size_t i = 0; i < 300; i++) {
		begin[i] = file.len;
		add_bgzf(&file, text + 5000 * i, 5000);
	}
	file.len -= 3;
	struct tl_buf mark = {0};
	add_bgzf(&mark, "", 0);
	for (size_t i = 299; i > 0; i -= 23) {
		struct tl_buf before = {0};
		add(&before, file.data, begin[i]);
		add(&before, mark.data, mark.len);
		comes_back(&before, text, 5000 * i, 1 << 20);
		tl_buf_free(&before);
		file.data[begin[i] + 18 + 600] ^= 0x55;
		put_file(file.data, file.len);
		char where[100];
		snprintf(where, sizeof where, "at byte %zu of the compressed file: ", begin[i]);
		for (int k = 1; k < POOLS; k++) {
			struct tl_buf out = {0};
			tl_test_eq(read_file(pools[k], 4096, &out), TL_DATA);
			/* The last one is cut off: that is found out as plain gzip. */
			tl_test(i == 299 || strstr(err.msg, where));
			tl_test(out.len <= 5000 * i && !memcmp(out.data, text, out.len));
			tl_buf_free(&out);
		}
	}
	tl_buf_free(&mark);
	tl_buf_free(&file);
}

#define OPEN_END "the BGZF data end without the empty block that marks their end: "

/* Cut off between two members: only the mark that is missing tells it, also behind files that are
 * whole, and before zeros; a member of plain gzip at the end needs none. */
static void test_no_mark(void)
{
	struct tl_buf file = {0};
	add_bgzf(&file, text, 200);
	size_t one = file.len;
	refused_at(&file, one, OPEN_END);
	add_bgzf(&file, "", 0);
	comes_back(&file, text, 200, 100);
	add_bgzf(&file, text + 200, 100);
	size_t two = file.len;
	refused_at(&file, two, OPEN_END);
	tl_test_ok(tl_buf_fill(&file, 0, 70, &err), err);
	refused_at(&file, file.len, OPEN_END);
	file.len = two;
	add_gzip(&file, text + 300, 50);
	comes_back(&file, text, 350, 100);
	file.len = two;
	add_bgzf(&file, "", 0);
	comes_back(&file, text, 300, 100);
	tl_buf_free(&file);
}

static void test_what_is_wrong(void)
{
	struct tl_buf file = {0};
	add_bgzf(&file, text, 1000);
	size_t one = file.len;
	add_bgzf(&file, text, 1000);
	static const struct {
		int at; /* from the end */
		uint8_t change;
		const char *said;
	} wrongs[] = {
		{8, 1, "the CRC of the BGZF member does not fit the data"},
		{4, 1, "the BGZF member has "},
		{3, 3, "the BGZF member has more text than it tells"},
		{3, 4, "the BGZF member has less text than it tells"},
		{60, 255, "the "},
	};
	for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
		struct tl_buf out = {0};
		char where[160];
		uint8_t *p = file.data + file.len - wrongs[i].at;
		snprintf(where, sizeof where, "at byte %zu of the compressed file: %s", one,
			 wrongs[i].said);
		*p ^= wrongs[i].change;
		put_file(file.data, file.len);
		tl_test_eq(read_file(pools[1], 100000, &out), TL_DATA);
		if (!strstr(err.msg, where))
			printf("# message %zu: %s\n", i, err.msg);
		tl_test(strstr(err.msg, where));
		*p ^= wrongs[i].change;
		tl_buf_free(&out);
	}
	tl_buf_free(&file);
}

/* Given up half-way, with members in the lane. */
static void test_close_early(void)
{
	struct tl_buf file = {0};
	struct tl_inflate *in;
	uint8_t few[10];
	size_t got;
	add_run(&file, text, 3000000, 60000);
	put_file(file.data, file.len);
	for (int i = 0; i < POOLS; i++) {
		tl_test_ok(tl_inflate_open(path, pools[i], &in, &err), err);
		tl_test_ok(tl_inflate_read(in, few, sizeof few, &got, &err), err);
		tl_test(got == sizeof few && !memcmp(few, text, sizeof few));
		tl_inflate_close(in);
	}
	tl_buf_free(&file);
}

int main(void)
{
	packed_begin();
	fill_random(text, sizeof text);
	TL_RUN(test_large);
	TL_RUN(test_small_members);
	TL_RUN(test_full_members);
	TL_RUN(test_only_the_end);
	TL_RUN(test_plain_gzip_between);
	TL_RUN(test_extra_fields);
	TL_RUN(test_no_bgzf);
	TL_RUN(test_long_text);
	TL_RUN(test_behind);
	TL_RUN(test_truncated);
	TL_RUN(test_changes);
	TL_RUN(test_first_broken);
	TL_RUN(test_no_mark);
	TL_RUN(test_what_is_wrong);
	TL_RUN(test_close_early);
	return packed_end();
}
