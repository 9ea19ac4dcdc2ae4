/* SPDX-License-Identifier: MIT */
/* fuzz_lift: hits in BLAST's tabular format, lifted from a reference to its members, with and
 * without being aligned again.  What is written are hits, on the records of the archive, that lie
 * inside them.
 *
 * Input: 1 byte, whether there are queries; the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tl/bits.h>
#include <tl/lift.h>
#include <tl/writer.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char ref[] = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKRQ";
static const struct {
	const char *name;
	uint64_t length;
} records[] = {{"r", sizeof ref - 1}, {"m", sizeof ref - 1 + 5}, {"d", sizeof ref - 1}};

static struct tl_pool *pool;
static struct tl_err err;
static int archive, queries;

static void must(int fine)
{
	if (!fine)
		abort();
}

static struct tl_str str(const char *s)
{
	return (struct tl_str){(const uint8_t *)s, strlen(s)};
}

static struct tl_out *open_out(int *ret_fd)
{
	char name[40];
	struct tl_out *out;
	*ret_fd = memfd_create("fuzz", 0);
	must(*ret_fd >= 0);
	snprintf(name, sizeof name, "/dev/fd/%d", *ret_fd);
	must(tl_out_open(name, &out, &err) == TL_OK);
	return out;
}

static void put(struct tl_writer *w, enum tl_kind kind, const struct tl_entry *e)
{
	struct tl_batch b = {.kind = kind, .alphabet = TL_PROTEIN};
	must(tl_batch_add(&b, e, &err) == TL_OK);
	uint8_t flags = kind == TL_KIND_SEQ ? TL_BLOCK_BASE | TL_BLOCK_REF : 0;
	must(tl_writer_put_batch(w, &b, flags, NULL, &err) == TL_OK);
}

/* The reference; with members, one that has five residues in front of it, and one that is the same. */
static int make_stream(const char *head, bool members)
{
	int fd;
	struct tl_out *out = open_out(&fd);
	struct tl_writer *w;
	uint8_t ops[16];
	size_t n = 0;
	const struct tl_writer_opts opts = {.flags = TL_STREAM_REDUCED};
	must(tl_writer_open(pool, out, &opts, &w, &err) == TL_OK);
	struct tl_entry e = {.head = str(head), .length = sizeof ref - 1, .resi = str(ref)};
	put(w, TL_KIND_SEQ, &e);
	n += tl_bits_put_varint(ops + n, 0);
	n += tl_bits_put_varint(ops + n, 5);
	n += tl_bits_put_varint(ops + n, 0);
	n += tl_bits_put_varint(ops + n, (uint64_t)(sizeof ref - 1) << 2);
	e = (struct tl_entry){.ordinal = 1, .head = str("m"), .length = sizeof ref - 1 + 5,
			      .ops = {ops, n}, .lits = str("MSLLP")};
	if (members)
		put(w, TL_KIND_DELTA, &e);
	e = (struct tl_entry){.ordinal = 2, .head = str("d"), .length = sizeof ref - 1};
	if (members)
		put(w, TL_KIND_DUP, &e);
	const struct tl_note_file file = {.end = members ? 3 : 1};
	must(tl_writer_put_file(w, &file, &err) == TL_OK);
	must(tl_writer_end(w, file.end, &err) == TL_OK);
	tl_writer_free(w);
	must(tl_out_commit(out, &err) == TL_OK);
	return fd;
}

static struct tl_reader *open_stream(int fd)
{
	static char name[40]; /* the reader keeps it */
	static const char *const names[] = {name};
	struct tl_reader *r;
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	must(tl_reader_open(pool, names, 1, NULL, &r, &err) == TL_OK);
	return r;
}

static struct tl_rescore *load_queries(struct tl_budget *budget)
{
	struct tl_reader *r = open_stream(queries);
	struct tl_rescore *rescore;
	must(tl_rescore_new(r, budget, &rescore, &err) == TL_OK);
	tl_reader_close(r);
	return rescore;
}

/* A hit on one of the records lies inside it. */
static void check_line(const char *line)
{
	const char *col[10] = {line};
	for (int i = 1; i < 10; i++) {
		col[i] = strchr(col[i - 1], '\t');
		must(col[i] != NULL);
		col[i]++;
	}
	for (size_t k = 0; k < sizeof records / sizeof *records; k++) {
		if (strncmp(col[1], records[k].name, 1) != 0 || col[1][1] != '\t')
			continue;
		must(strtoull(col[8], NULL, 10) <= records[k].length);
		must(strtoull(col[9], NULL, 10) <= records[k].length);
	}
}

static void check(int fd)
{
	struct stat s;
	struct tl_buf text = {0}, list = {0};
	must(fstat(fd, &s) == 0 && tl_buf_reserve(&text, (size_t)s.st_size + 1, &err) == TL_OK);
	must(pread(fd, text.data, (size_t)s.st_size, 0) == s.st_size);
	text.len = (size_t)s.st_size;
	must(tl_lift_subjects(&text, "output", &list, &err) == TL_OK);
	text.data[text.len] = 0;
	for (char *p = (char *)text.data, *nl; (nl = strchr(p, '\n')); p = nl + 1) {
		*nl = 0;
		if (*p && *p != '#')
			check_line(p);
	}
	tl_buf_free(&text);
	tl_buf_free(&list);
}

static void lift(const struct tl_buf *text, struct tl_names *names, struct tl_rescore *rescore)
{
	struct tl_reader *r = open_stream(archive);
	struct tl_lift *l;
	struct tl_lift_sum sum;
	int fd;
	must(tl_lift_load(r, names, false, rescore, &l, &err) == TL_OK);
	struct tl_out *out = open_out(&fd);
	if (tl_lift_write(l, text, NULL, "hits", out, &sum, &err) == TL_OK) {
		must(tl_out_commit(out, &err) == TL_OK);
		if (!memchr(text->data, 0, text->len))
			check(fd);
	} else {
		must(err.status == TL_DATA && err.msg[0]);
		tl_out_discard(out);
	}
	close(fd);
	tl_lift_free(l);
	tl_reader_close(r);
}

static void begin(void)
{
	must(tl_pool_new(&(struct tl_pool_opts){.threads = 1}, &pool, &err) == TL_OK);
	archive = make_stream("r", true);
	queries = make_stream("q the reference once more", false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_buf text = {0}, list = {0};
	struct tl_names *names;
	struct tl_rescore *rescore = NULL;
	struct tl_budget *budget;
	if (!pool)
		begin();
	if (size < 2)
		return 0;
	must(tl_budget_new(&(struct tl_budget_opts){.limit = 64 << 20}, &budget, &err) == TL_OK);
	must(tl_buf_add(&text, data + 1, size - 1, &err) == TL_OK);
	if (tl_lift_subjects(&text, "hits", &list, &err) == TL_OK) {
		must(tl_names_make(&list, &names, &err) == TL_OK);
		if (*data & 1)
			rescore = load_queries(budget);
		lift(&text, names, rescore);
		tl_rescore_free(rescore);
		tl_names_free(names);
	} else {
		must(err.status == TL_DATA && err.msg[0]);
	}
	tl_budget_free(budget);
	tl_buf_free(&text);
	tl_buf_free(&list);
	return 0;
}
