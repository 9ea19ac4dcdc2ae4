/* SPDX-License-Identifier: MIT */
/* test_report: what the report says of streams that are known, of hostile ones, and its JSON. */
#include <tl/report.h>

#include "made.h"

static enum tl_status count(void *ctx, const struct tl_item *item, struct tl_err *err)
{
	return tl_report_item(ctx, item, err);
}

/* The report on a stream as JSON and as text; each ends with a NUL and is freed by the caller. */
static enum tl_status report_on(int fd, struct tl_buf *json, struct tl_buf *text)
{
	struct tl_report *report;
	struct tl_reader *r;
	struct tl_item *item;
	struct tl_reader_totals totals;
	enum tl_status st;
	const char *name = made_name(fd);
	made_begin();
	tl_test_ok(tl_report_new(&report, &made_err), made_err);
	const struct tl_reader_opts opts = {.observe = count, .observe_ctx = report};
	tl_test_ok(tl_reader_open(made_pool, &name, 1, &opts, &r, &made_err), made_err);
	while ((st = tl_reader_next(r, &item, &made_err)) == TL_OK && item)
		tl_reader_recycle(r, item);
	tl_reader_totals_get(r, &totals);
	tl_reader_close(r);
	tl_report_end(report, &totals, true);
	for (int k = 0; k < 2; k++) {
		int to;
		struct tl_out *out = made_out(&to);
		tl_test_ok(k ? tl_report_text(report, out, &made_err)
			     : tl_report_json(report, out, &made_err),
			   made_err);
		tl_test_ok(tl_out_commit(out, &made_err), made_err);
		struct tl_buf *buf = k ? text : json;
		*buf = made_bytes(to);
		tl_test_ok(tl_buf_add(buf, "", 1, &made_err), made_err);
		close(to);
	}
	tl_report_free(report);
	return st;
}

/* The number behind "name": in the JSON. */
static uint64_t field(const struct tl_buf *json, const char *name)
{
	char key[64];
	snprintf(key, sizeof key, "\n  \"%s\": ", name);
	const char *at = strstr((const char *)json->data, key);
	if (!at)
		printf("# no %s\n", name);
	tl_test(at != NULL);
	return strtoull(at + strlen(key), NULL, 10);
}

/* A little of a JSON parser: values may follow each other as the grammar says. */
static const char *skip(const char *s)
{
	while (*s == ' ' || *s == '\n')
		s++;
	return s;
}

static const char *value(const char *s);

static const char *quoted(const char *s)
{
	tl_test(*s == '"');
	for (s++; *s != '"'; s++) {
		tl_test((unsigned char)*s >= 32 && (unsigned char)*s < 127);
		if (*s == '\\') {
			tl_test(s[1] == 'u' && strspn(s + 2, "0123456789abcdef") >= 4);
			s += 5;
		}
	}
	return skip(s + 1);
}

static const char *members(const char *s, char end)
{
	s = skip(s + 1);
	while (*s != end) {
		if (end == '}') {
			s = quoted(s);
			tl_test(*s == ':');
			s = skip(s + 1);
		}
		s = value(s);
		if (*s == ',')
			s = skip(s + 1);
		else
			tl_test(*s == end);
		tl_test(*s != end || s[-1] != ',');
	}
	return skip(s + 1);
}

static const char *value(const char *s)
{
	if (*s == '{' || *s == '[')
		return members(s, *s == '{' ? '}' : ']');
	if (*s == '"')
		return quoted(s);
	if (!strncmp(s, "true", 4) || !strncmp(s, "false", 5))
		return skip(s + (*s == 't' ? 4 : 5));
	size_t n = strspn(s, "0123456789");
	tl_test(n > 0);
	return skip(s + n);
}

static void check_json(const struct tl_buf *json)
{
	const char *s = (const char *)json->data;
	tl_test(*s == '{');
	tl_test(*value(s) == 0);
}

static void add(struct made_db *db, const char *residues)
{
	struct made_record *r = made_add(db);
	r->n = strlen(residues);
	memcpy(r->residues, residues, r->n);
}

static void test_known(void)
{
	static struct made_db db;
	struct tl_buf json, text;
	db = (struct made_db){.alphabet = TL_PROTEIN, .files = 1};
	add(&db, "MKVLAAGRSTPQEFHIKLMNWYCDEFGHIKLMNPQRSTVWY");
	add(&db, "MKVLAAGRSTPQEFHIKLMNWYCDEFGHIKLMNPQRSTVWW"); /* the last residue differs */
	add(&db, "MKVLAAGRSTPQEFHIKLMNWYCDEFGHIKLMNPQRSTVWW");
	db.files++;
	add(&db, "CC");
	int plain = made_write(&db, 15), one = made_intern(plain), fd = made_align(one, 900000);
	tl_test_ok(report_on(fd, &json, &text), made_err);
	check_json(&json);
	tl_test(field(&json, "records") == 4 && field(&json, "references") == 3);
	tl_test(field(&json, "duplicates") == 1 && field(&json, "edges") == 1);
	tl_test(field(&json, "residues") == 3 * 41 + 2 && field(&json, "files") == 2);
	tl_test(field(&json, "length_min") == 2 && field(&json, "length_max") == 41);
	tl_test(field(&json, "length_q1") == 2 && field(&json, "length_median") == 41);
	tl_test(field(&json, "n50") == 41 && field(&json, "delta_depth") == 0);
	tl_test(strstr((const char *)json.data, "\"verified\": true") != NULL);
	tl_test(strstr((const char *)text.data,
		       "\nreferences                                 3\n"));
	tl_buf_free(&json);
	tl_buf_free(&text);
	int archive = made_reduced(fd, TL_SELECT_COUNT);
	tl_test_ok(report_on(archive, &json, &text), made_err);
	check_json(&json);
	tl_test(field(&json, "references") == 2 && field(&json, "members") == 1);
	tl_test(field(&json, "duplicates") == 1 && field(&json, "loose") == 0);
	tl_test(field(&json, "member_residues") == 41 && field(&json, "duplicate_residues") == 41);
	/* W against Y scores, so the residue that differs is a column: 40 of 41 are identical. */
	tl_test(field(&json, "delta_matched") == 40 && field(&json, "delta_literals") == 0);
	tl_test(field(&json, "delta_substituted") == 1 && field(&json, "delta_depth") == 1);
	tl_test(strstr((const char *)json.data, "\"identity\": {\"97\": 1}") != NULL);
	struct stat s;
	tl_test(fstat(archive, &s) == 0 && field(&json, "stream_bytes") == (uint64_t)s.st_size);
	tl_buf_free(&json);
	tl_buf_free(&text);
	close(plain), close(one), close(fd), close(archive);
}

/* Sums of what the report says agree with the database, whatever was done to it. */
static void test_families(void)
{
	static struct made_db db;
	for (int i = 0; i < 12; i++) {
		struct tl_buf json, text;
		uint64_t residues = 0, longest = 0;
		made_families(&db, i & 1 ? TL_NUCLEOTIDE : TL_PROTEIN, 30);
		for (size_t k = 0; k < db.n; k++) {
			residues += db.record[k].n;
			longest = db.record[k].n > longest ? db.record[k].n : longest;
		}
		int last = made_write(&db, i & 2 ? 20 : 0);
		for (int round = 0; round < 3; round++) {
			int fd = made_align(last, 800000 - 200000 * round);
			close(last);
			last = made_reduced(fd, (enum tl_select_by)(i % 3));
			close(fd);
			tl_test_ok(report_on(last, &json, &text), made_err);
			check_json(&json);
			tl_test(field(&json, "records") == db.n &&
				field(&json, "residues") == residues);
			tl_test_eq(field(&json, "nucleotides"), i & 1 ? residues : 0);
			tl_test_eq(field(&json, "length_max"), longest);
			tl_test_eq(field(&json, "delta_matched") +
					   field(&json, "delta_substituted") +
					   field(&json, "delta_literals"),
				   field(&json, "member_residues"));
			tl_test(field(&json, "delta_depth") <= (uint64_t)round + 1);
			tl_test_eq(field(&json, "references") + field(&json, "members"), db.n);
			tl_buf_free(&json);
			tl_buf_free(&text);
		}
		close(last);
	}
}

static void put(struct made_stream *s, enum tl_kind kind, const struct tl_entry *e)
{
	struct tl_batch b = {.kind = kind};
	tl_test_ok(tl_batch_add(&b, e, &made_err), made_err);
	tl_test_ok(tl_writer_put_batch(s->w, &b, 0, NULL, &made_err), made_err);
}

/* Scripts and lengths that no decoder would take, which the report looks at all the same. */
static void test_hostile(void)
{
	struct made_stream s;
	struct tl_buf json, text;
	uint8_t ops[100];
	size_t n = 3;
	made_open(&s, TL_STREAM_REDUCED);
	/* 5 matches, and deletions that make 2^64 columns of it and a few. */
	memset(ops, 0, 3);
	ops[n++] = 5 << 2;
	for (int i = 0; i < 4; i++) {
		n += tl_bits_put_varint(ops + n, UINT64_MAX - (i ? 0 : 4));
		ops[n++] = 1 << 2;
	}
	struct tl_entry e = {.ordinal = 1, .length = 5, .ops = {ops, n}};
	put(&s, TL_KIND_DELTA, &e);
	e = (struct tl_entry){.ordinal = 2, .ops = {ops, 2}};
	put(&s, TL_KIND_DELTA, &e);
	e = (struct tl_entry){.ordinal = 3, .length = UINT64_MAX - 5};
	put(&s, TL_KIND_DUP, &e);
	int fd = made_close(&s, 4);
	tl_test_ok(report_on(fd, &json, &text), made_err);
	check_json(&json);
	tl_test_eq(field(&json, "records"), 3);
	tl_test_eq(field(&json, "delta_matched"), 0);
	tl_buf_free(&json);
	tl_buf_free(&text);
	close(fd);
	/* The one length that a map of lengths has no place for. */
	made_open(&s, TL_STREAM_REDUCED);
	for (uint64_t i = 1; i < 2; i++) {
		e = (struct tl_entry){.ordinal = i, .length = UINT64_MAX};
		put(&s, TL_KIND_DUP, &e);
	}
	fd = made_close(&s, 4);
	tl_test_ok(report_on(fd, &json, &text), made_err);
	check_json(&json);
	tl_test_eq(field(&json, "length_max"), UINT64_MAX - 1);
	tl_buf_free(&json);
	tl_buf_free(&text);
	close(fd);
}

/* What a stream says of itself is quoted in JSON, and moves no cursor as text. */
static void test_prov(void)
{
	struct made_stream s;
	struct tl_buf json, text;
	made_open(&s, 0);
	tl_test_ok(tl_writer_put_prov(s.w, "tool \"1\" \\ \033[2J\001\nsecond \xc3\xa4", &made_err),
		   made_err);
	int fd = made_close(&s, 0);
	tl_test_ok(report_on(fd, &json, &text), made_err);
	check_json(&json);
	tl_test(strstr((const char *)json.data, "tool \\u00221\\u0022 \\u005c \\u001b[2J"));
	tl_test(strstr((const char *)text.data, "tool \"1\" \\ ?[2J?\nsecond \xc3\xa4\n"));
	tl_test(!strchr((const char *)text.data, '\033'));
	tl_test_eq(field(&json, "records"), 0);
	tl_buf_free(&json);
	tl_buf_free(&text);
	close(fd);
}

/* More unknown types than there is room for. */
static void test_unknown_types(void)
{
	struct made_stream s;
	struct tl_buf json, text;
	made_open(&s, 0);
	for (int i = 0; i < 40; i++) {
		uint32_t type = TL_TAG('a', 'b', 'A' + i % 26, 'a' + i / 26);
		struct tl_job *job = tl_writer_job(type, 0, 0, &made_err);
		tl_test(job != NULL);
		for (int k = 0; k < 4; k++)
			tl_test_ok(
				tl_buf_add(tl_block_column(&job->payload,
							   TL_TAG('A' + i % 26, 'B', 'C', 'D' + k)),
					   "xyz", 3, &made_err),
				made_err);
		tl_test_ok(tl_writer_put(s.w, job, &made_err), made_err);
	}
	int fd = made_close(&s, 0);
	tl_test_ok(report_on(fd, &json, &text), made_err);
	check_json(&json);
	tl_buf_free(&json);
	tl_buf_free(&text);
	close(fd);
	tl_report_free(NULL);
}

int main(void)
{
	TL_RUN(test_known);
	TL_RUN(test_families);
	TL_RUN(test_hostile);
	TL_RUN(test_prov);
	TL_RUN(test_unknown_types);
	tl_pool_free(made_pool);
	return tl_test_end();
}
