/* SPDX-License-Identifier: MIT */
/* test_extract: archives as sequences again, all of them or those that are named. */
#include <tl/extract.h>

#include "made.h"

/* The ordinals in a stream of sequences, all standing whole. */
static size_t ordinals(int fd, uint64_t *ordinal)
{
	struct tl_reader *r = made_reader(fd, false);
	struct tl_item *item;
	size_t n = 0;
	for (;;) {
		tl_test_ok(tl_reader_next(r, &item, &made_err), made_err);
		if (!item)
			break;
		uint32_t type = item->block.head.type;
		tl_test(type == TL_BLOCK_SEQS || type == TL_BLOCK_FILE || type == TL_BLOCK_PROV);
		tl_test(item->block.head.flags == 0);
		for (size_t i = 0; i < item->batch.n; i++)
			if (!(item->batch.flags[i] & TL_REC_IN))
				ordinal[n++] = item->batch.ordinal[i];
		tl_reader_recycle(r, item);
	}
	tl_reader_close(r);
	return n;
}

static int archive_of(const struct made_db *db, size_t piece, int rounds, struct tl_set **ret_set)
{
	struct made_reduce how = {.params = {TL_SELECT_COUNT, 1000000}, .keep = true};
	int plain = made_write(db, piece), last = made_intern(plain);
	close(plain);
	for (int i = 0; i < rounds; i++) {
		int fd = made_align(last, 850000 - 200000 * i);
		close(last);
		tl_test_ok(made_reduce_as(fd, &how, &last), made_err);
		close(fd);
		if (i + 1 < rounds)
			tl_set_free(how.opt_set);
	}
	*ret_set = how.opt_set;
	return last;
}

static void test_all(void)
{
	static struct made_db db;
	uint64_t have[MADE_MAX];
	for (int i = 0; i < 8; i++) {
		struct tl_set *set;
		struct tl_extract_sum sum;
		made_families(&db, i & 1 ? TL_NUCLEOTIDE : TL_PROTEIN, 30);
		int text = made_text_file(&db);
		int archive = archive_of(&db, i & 2 ? 25 : 0, 1 + i % 3, &set);
		int fd = made_extracted(archive, NULL, &sum);
		tl_test_eq(ordinals(fd, have), db.n);
		tl_test(sum.records == db.n && sum.written == db.n && sum.next == db.n);
		tl_test(made_comes_back(fd, text));
		/* What is a stream of sequences already stays what it is. */
		int again = made_extracted(fd, NULL, &sum);
		tl_test(made_same(fd, again));
		tl_set_free(set);
		close(text), close(archive), close(fd), close(again);
	}
}

/* References named come with all members, members named alone; the text is that of those records.
 */
static void test_names(void)
{
	static struct made_db db;
	uint64_t have[MADE_MAX];
	for (int i = 0; i < 16; i++) {
		struct tl_set *set;
		struct tl_extract_sum sum;
		struct tl_names_count c;
		struct tl_buf want_text = {0};
		char list[400] = "nobody\n";
		bool named[MADE_MAX] = {false};
		made_families(&db, i & 1 ? TL_NUCLEOTIDE : TL_PROTEIN, 40);
		int archive = archive_of(&db, i & 2 ? 25 : 0, 1 + i % 3, &set);
		size_t len = strlen(list), want = 0, ids = 1;
		for (int k = 0; k < 5; k++) {
			size_t id = tl_test_below(db.n);
			ids += !named[id];
			if (named[id])
				continue;
			named[id] = true;
			len += (size_t)sprintf(list + len,
					       id % 3 == 0   ? "A%zu\n"
					       : id % 3 == 1 ? "tl|%zu\n"
							     : "db|A%zu|R%zu\n",
					       id, id);
		}
		struct tl_names *names = made_names(list);
		int fd = made_extracted(archive, names, &sum);
		size_t n = ordinals(fd, have);
		for (size_t k = 0; k < db.n; k++) {
			if (!named[k] && !named[made_root(set, k)])
				continue;
			tl_test(want < n && have[want] == k);
			want++;
			const struct made_record *m = &db.record[k];
			tl_test(!tl_buf_add(&want_text, ">", 1, NULL) &&
				!tl_buf_add(&want_text, m->head, strlen(m->head), NULL) &&
				!tl_buf_add(&want_text, "\n", 1, NULL) &&
				!tl_buf_add(&want_text, m->residues, m->n, NULL) &&
				!(m->n && tl_buf_add(&want_text, "\n", 1, NULL)));
		}
		tl_test_eq(n, want);
		tl_test(sum.written == want && sum.records == db.n);
		tl_names_count(names, &c);
		tl_test(c.ids == ids && c.unknown == 1 && c.ambiguous == 0);
		int text = made_file(want_text.data, want_text.len);
		tl_test(made_comes_back(fd, text));
		/* Such a part can be reduced in its turn, or taken apart again. */
		int aligned = made_align(fd, 700000), part = made_reduced(aligned, TL_SELECT_BYTES);
		tl_test(made_comes_back(part, text));
		int whole = made_extracted(part, NULL, &sum);
		tl_test(made_comes_back(whole, text));
		tl_set_free(set);
		tl_names_free(names);
		tl_buf_free(&want_text);
		close(archive), close(fd), close(text), close(aligned), close(part), close(whole);
	}
}

/* In a stream that is no archive: just those, and of an interned one their duplicates. */
static void test_plain(void)
{
	static struct made_db db;
	uint64_t have[MADE_MAX];
	struct tl_extract_sum sum;
	db = (struct made_db){.alphabet = TL_PROTEIN, .files = 2};
	made_random(&db, 40);
	made_random(&db, 50);
	made_twin(&db, 0);
	made_twin(&db, 1);
	db.record[0].file = 0;
	int plain = made_write(&db, 0), one = made_intern(plain);
	struct tl_names *names = made_names("A0\nA3\n");
	int fd = made_extracted(plain, names, &sum);
	tl_test(ordinals(fd, have) == 2 && have[0] == 0 && have[1] == 3);
	tl_names_free(names);
	close(fd);
	names = made_names("A0\nA3\n");
	fd = made_extracted(one, names, &sum);
	tl_test(ordinals(fd, have) == 3 && have[0] == 0 && have[1] == 2 && have[2] == 3);
	tl_names_free(names);
	close(fd), close(plain), close(one);
}

/* prov is passed on, and not lost. */
static void test_prov(void)
{
	static struct made_db db;
	struct tl_set *set;
	struct tl_extract_sum sum;
	struct tl_item *item;
	size_t found = 0;
	made_families(&db, TL_PROTEIN, 10);
	int plain = made_write(&db, 0), both = made_cat(plain, plain);
	int fd = made_extracted(both, NULL, &sum);
	struct tl_reader *r = made_reader(fd, false);
	while (tl_reader_next(r, &item, &made_err) == TL_OK && item) {
		found += item->block.head.type == TL_BLOCK_PROV;
		tl_reader_recycle(r, item);
	}
	tl_reader_close(r);
	tl_test_eq(found, 2);
	tl_test_eq(sum.written, 2 * db.n);
	close(plain), close(both), close(fd);
	close(archive_of(&db, 0, 1, &set));
	tl_set_free(set);
}

int main(void)
{
	TL_RUN(test_all);
	TL_RUN(test_names);
	TL_RUN(test_plain);
	TL_RUN(test_prov);
	tl_pool_free(made_pool);
	return tl_test_end();
}
