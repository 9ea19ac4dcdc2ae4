/* SPDX-License-Identifier: MIT */
/* test_access: what an index leads to is what reading everything gives; an index that is damaged or
 * lies is found out. */
#include <tl/access.h>

#include <tl/index.h>
#include <tl/ledger.h>

#include "made.h"

/* An archive of small blocks, of records in pieces or not, after some rounds. */
static int archive_of(const struct made_db *db, size_t piece, int rounds)
{
	struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}, .opts = {.base_bytes = 400}};
	int plain = made_write(db, piece), last = made_intern(plain);
	close(plain);
	for (int i = 0; i < rounds; i++) {
		int fd = made_align(last, 850000 - 200000 * i);
		close(last);
		tl_test_ok(made_reduce_as(fd, &how, &last), made_err);
		close(fd);
	}
	return last;
}

/* -1 with *ret_st set where something was wrong; *ret_sum of zeros: there was no plan. */
static int by_index(int archive, const char *list, struct tl_access_sum *ret_sum,
		    enum tl_status *ret_st)
{
	struct tl_names *names = made_names(list);
	struct tl_access *access = NULL;
	struct tl_reader *r = NULL;
	struct tl_reader_opts ropts = {.uniform = true};
	struct tl_extract_sum sum;
	struct made_stream s;
	const char *name = made_name(archive);
	*ret_sum = (struct tl_access_sum){0};
	int fd = -1;
	*ret_st = tl_access_plan(name, names, NULL, &access, &made_err);
	if (access) {
		tl_access_follow(access, &ropts);
		tl_access_sum_get(access, ret_sum);
	}
	if (*ret_st == TL_OK)
		*ret_st = tl_reader_open(made_pool, &name, 1, &ropts, &r, &made_err);
	if (*ret_st == TL_OK) {
		made_open(&s, TL_STREAM_SUBSET);
		*ret_st = tl_extract_all(r, NULL, names, NULL, access != NULL, s.w, &sum, &made_err);
		fd = made_close(&s, *ret_st == TL_OK ? made_next(r) : 0);
	}
	if (*ret_st != TL_OK && fd >= 0) {
		close(fd);
		fd = -1;
	}
	tl_reader_close(r);
	tl_access_free(access);
	tl_names_free(names);
	return fd;
}

static int by_scan(int archive, const char *list)
{
	struct tl_names *names = made_names(list);
	struct tl_extract_sum sum;
	int fd = made_extracted(archive, names, &sum);
	tl_names_free(names);
	return fd;
}

static void some_ids(const struct made_db *db, size_t n, char *list)
{
	static const char *const form[] = {"A%zu\n", "tl|%zu\n", "db|A%zu|R%zu\n", "other|A%zu|x\n"};
	*list = 0;
	for (size_t k = 0; k < n; k++) {
		size_t id = tl_test_below(db->n + 3);
		sprintf(list + strlen(list), form[tl_test_below(4)], id, id);
	}
}

/* Bytes of loans in an archive. */
static size_t loans_in(int archive)
{
	const struct tl_reader_opts opts = {.raw_edge = true};
	const char *name = made_name(archive);
	struct tl_reader *r;
	struct tl_item *item;
	size_t n = 0;
	tl_test_ok(tl_reader_open(made_pool, &name, 1, &opts, &r, &made_err), made_err);
	do {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		n += item ? item->batch.loans.bytes.len : 0;
		tl_reader_recycle(r, item);
	} while (item);
	tl_reader_close(r);
	return n;
}

static void test_same(void)
{
	static struct made_db db;
	struct tl_access_sum sum;
	enum tl_status st;
	uint64_t picked = 0, blocks = 0, loans = 0;
	for (int i = 0; i < 12; i++) {
		char list[400];
		made_families(&db, i & 1 ? TL_NUCLEOTIDE : TL_PROTEIN, 60);
		int archive = archive_of(&db, i & 2 ? 25 : 0, 1 + i % 3);
		loans += loans_in(archive);
		for (size_t n = 0; n < 6; n++) {
			some_ids(&db, n, list);
			int want = by_scan(archive, list), fd = by_index(archive, list, &sum, &st);
			tl_test_ok(st, made_err);
			tl_test(made_same(want, fd));
			tl_test(sum.picked <= sum.blocks && (n || !sum.picked));
			picked += sum.picked;
			blocks += sum.blocks;
			close(want), close(fd);
		}
		close(archive);
	}
	tl_test(picked > 0 && picked < blocks / 2 && loans);
}

/* Where there is no index, or another stream in front, all is read. */
static void test_none(void)
{
	static struct made_db db;
	struct tl_access_sum sum;
	enum tl_status st;
	made_families(&db, TL_PROTEIN, 30);
	int plain = made_write(&db, 0), a = archive_of(&db, 0, 1), both = made_cat(a, a);
	int streams[] = {plain, both};
	for (int i = 0; i < 2; i++) {
		int want = by_scan(streams[i], "A1\ntl|40\n");
		int fd = by_index(streams[i], "A1\ntl|40\n", &sum, &st);
		tl_test_ok(st, made_err);
		tl_test(made_same(want, fd) && (i == 0 || !sum.blocks));
		close(want), close(fd);
	}
	close(plain), close(a), close(both);
}

/* Any byte of what is read may be wrong: found, or without effect. */
static void test_damaged(void)
{
	static struct made_db db;
	struct tl_access_sum sum;
	enum tl_status st;
	int found = 0;
	made_families(&db, TL_PROTEIN, 20);
	int archive = archive_of(&db, 0, 2), want = by_scan(archive, "A1\n");
	struct tl_buf x = made_bytes(archive);
	for (size_t i = x.len; i-- > 0;) {
		uint8_t was = x.data[i];
		x.data[i] ^= (uint8_t)(1 + tl_test_below(255));
		int bad = made_file(x.data, x.len), fd = by_index(bad, "A1\n", &sum, &st);
		tl_test((st == TL_OK && made_same(fd, want)) || st == TL_DATA);
		found += st == TL_DATA;
		close(bad);
		if (fd >= 0)
			close(fd);
		x.data[i] = was;
	}
	tl_test(found > 0);
	tl_buf_free(&x);
	close(archive), close(want);
}

/* Changes a byte of a recX block's columns, and makes its check right. */
static bool lie(struct tl_buf *x)
{
	size_t at = 16;
	struct tl_block_head h;
	while (at + TL_BLOCK_HEADER <= x->len &&
	       tl_block_get_head(x->data + at, &h, NULL) == TL_OK && h.type != TL_BLOCK_RECX)
		at += TL_BLOCK_HEADER + h.stored + TL_BLOCK_CHECK;
	if (at + TL_BLOCK_HEADER > x->len || h.type != TL_BLOCK_RECX)
		return false;
	uint8_t *payload = x->data + at + TL_BLOCK_HEADER;
	size_t front = 4 + 16 * (size_t)tl_bits_get32(payload);
	payload[front + tl_test_below(h.stored - front)] ^= (uint8_t)(1 + tl_test_below(255));
	tl_bits_put64(payload + h.stored,
		      tl_block_sum(x->data + at, tl_hash_64(payload, h.stored)));
	return true;
}

/* Rows that are not true lead nowhere, or to blocks that they are compared with. */
static void test_lies(void)
{
	static struct made_db db;
	struct tl_access_sum sum;
	enum tl_status st;
	int found = 0, archive = -1;
	for (int i = 0; i < 300; i++) {
		char list[400];
		if (i % 30 == 0) {
			close(archive);
			made_families(&db, TL_PROTEIN, 40);
			archive = archive_of(&db, 0, 1 + i % 2);
		}
		struct tl_buf x = made_bytes(archive);
		some_ids(&db, 3, list);
		if (!lie(&x)) { /* one without rows: they would have cost too much */
			tl_buf_free(&x);
			continue;
		}
		int bad = made_file(x.data, x.len), fd = by_index(bad, list, &sum, &st);
		tl_test(st == TL_OK || st == TL_DATA);
		found += st == TL_DATA;
		if (fd >= 0)
			close(fd);
		tl_buf_free(&x);
		close(bad);
	}
	close(archive);
	tl_test(found > 30);
}

/* The keys of what is asked for meet those of what answers. */
static void test_keys(void)
{
	static const char *const asked[] = {"sp|P1|N", "P1", "x", "a|", "||", "|b", "u|v"};
	static const char *const heads[] = {"sp|P1|N words", "y|P1", "x\tz", "a|", "||c", "|b|", "q\001u|v w"};
	for (size_t i = 0; i < 7; i++) {
		struct tl_ledger l = {0};
		struct tl_batch b = {0};
		struct tl_str id = {(const uint8_t *)asked[i], strlen(asked[i])};
		struct tl_entry e = {.ordinal = 5,
				     .head = {(const uint8_t *)heads[i], strlen(heads[i])}};
		bool has_inner, met = false;
		uint32_t inner, key = tl_ledger_key(id, &has_inner, &inner);
		tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
		tl_test_ok(tl_ledger_add(&l, &b, 5, &made_err), made_err);
		for (size_t k = 0; k + 3 <= l.col[TL_LEDGER_KEYS].len; k += 3) {
			const uint8_t *p = l.col[TL_LEDGER_KEYS].data + k;
			uint32_t v = (uint32_t)(p[0] | p[1] << 8 | p[2] << 16);
			met = met || v == key || (has_inner && v == inner);
		}
		/* "||" is the first word "||c" no more than its accession, which is empty. */
		tl_test(met == (i != 4));
		tl_ledger_free(&l);
		tl_batch_free(&b);
	}
}

int main(void)
{
	TL_RUN(test_keys);
	TL_RUN(test_same);
	TL_RUN(test_none);
	TL_RUN(test_damaged);
	TL_RUN(test_lies);
	tl_pool_free(made_pool);
	return tl_test_end();
}
