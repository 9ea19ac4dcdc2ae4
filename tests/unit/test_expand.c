/* SPDX-License-Identifier: MIT */
/* test_expand: events, roots and wanted records of archives made by hand, and every wrong one
 * refused. */
#include <tl/expand.h>

#include "made.h"

#define BASE TL_BLOCK_BASE
#define REF (TL_BLOCK_BASE | TL_BLOCK_REF)

static const char residues[] = "MKVLAAGRST";

struct hand {
	struct made_stream s;
	uint64_t records;
	struct tl_hash128 *sum; /* of the next block, or NULL */
};

static struct hand begin(uint16_t flags)
{
	struct hand h = {.records = 0};
	made_open(&h.s, flags);
	return h;
}

static void put(struct hand *h, enum tl_kind kind, uint8_t flags, const struct tl_entry *e,
		enum tl_alphabet alphabet)
{
	struct tl_batch b = {.kind = kind, .alphabet = alphabet};
	tl_test_ok(tl_batch_add(&b, e, &made_err), made_err);
	tl_test_ok(tl_writer_put_batch(h->s.w, &b, flags, h->sum, &made_err), made_err);
	h->records += !(e->flags & TL_REC_IN);
	h->sum = NULL;
}

static struct tl_entry entry(uint64_t ordinal, uint64_t base)
{
	static char head[64][16];
	static unsigned at;
	char *name = head[at++ % 64];
	snprintf(name, sizeof head[0], "r%llu", (unsigned long long)ordinal);
	return (struct tl_entry){.ordinal = ordinal,
				 .base = base,
				 .head = {(const uint8_t *)name, strlen(name)},
				 .length = sizeof residues - 1};
}

static void whole(struct hand *h, uint8_t flags, uint64_t ordinal)
{
	struct tl_entry e = entry(ordinal, 0);
	e.resi = (struct tl_str){(const uint8_t *)residues, e.length};
	put(h, TL_KIND_SEQ, flags, &e, TL_PROTEIN);
}

static void twin(struct hand *h, uint8_t flags, uint64_t ordinal, uint64_t base)
{
	struct tl_entry e = entry(ordinal, base);
	put(h, TL_KIND_DUP, flags, &e, TL_PROTEIN);
}

/* A copy of all its base. */
static const uint8_t all_of_it[] = {0, 0, 0, (sizeof residues - 1) << 2};

static void delta(struct hand *h, uint8_t flags, uint64_t ordinal, uint64_t base)
{
	struct tl_entry e = entry(ordinal, base);
	e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
	put(h, TL_KIND_DELTA, flags, &e, TL_PROTEIN);
}

/* FILE says what is so where records is the number of ordinals. */
static int end(struct hand *h, uint64_t records)
{
	struct tl_buf text = {0};
	char line[64];
	for (uint64_t i = 0; i < records; i++) {
		int n = snprintf(line, sizeof line, ">r%llu\n%s\n", (unsigned long long)i,
				 residues);
		tl_test_ok(tl_buf_add(&text, line, (size_t)n, &made_err), made_err);
	}
	made_put_file(&h->s, (struct tl_str){text.data, text.len}, 0, records, TL_PROTEIN);
	tl_buf_free(&text);
	return made_close(&h->s, records);
}

/* The status of restoring, with a word of its message. */
static enum tl_status restore(int fd, const char *why)
{
	const struct tl_restore_opts opts = {0};
	struct tl_restore_sum sum;
	int to;
	made_err.msg[0] = 0;
	enum tl_status st = made_restore_as(fd, &opts, &to, &sum);
	if (why && !strstr(made_err.msg, why))
		printf("# no '%s' in: %s\n", why, made_err.msg);
	tl_test(!why || strstr(made_err.msg, why));
	close(to);
	close(fd);
	return st;
}

#define REFUSED(fd, why) tl_test_eq(restore(fd, why), TL_DATA)

static void test_good(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 1);
	whole(&h, BASE, 4);
	delta(&h, BASE, 0, 1);
	twin(&h, BASE, 5, 0);
	twin(&h, 0, 2, 4);
	delta(&h, 0, 3, 5);
	whole(&h, 0, 6);
	tl_test_ok(restore(end(&h, 7), NULL), made_err);
}

static void inner(struct hand *h, uint8_t block, uint64_t ordinal, uint64_t base, uint8_t flags)
{
	struct tl_entry e = entry(ordinal, base);
	e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
	e.flags = flags;
	put(h, TL_KIND_DELTA, block, &e, TL_PROTEIN);
}

/* MK, of record lender VLA where place is 2, and the rest of the base. */
static struct tl_entry borrower(uint64_t ordinal, uint64_t base, uint64_t lender, uint8_t place,
				uint8_t *room)
{
	static const uint8_t ops[] = {5 << 1, 5, 0, (sizeof residues - 1 - 5) << 2};
	struct tl_entry e = entry(ordinal, base);
	e.ops = (struct tl_str){ops, sizeof ops};
	e.lits = (struct tl_str){(const uint8_t *)residues, 2};
	room[0] = 2;
	room[1] = (uint8_t)tl_bits_zigzag((int64_t)(lender - ordinal));
	room[2] = (uint8_t)(place << 2);
	room[3] = 3;
	e.loans = (struct tl_str){room, 4};
	return e;
}

static int borrows(uint64_t lender, uint8_t place, uint8_t block, uint8_t flags)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	uint8_t room[4];
	whole(&h, REF, 0);
	whole(&h, REF, 1);
	delta(&h, BASE, 2, 1);
	twin(&h, BASE, 3, 1);
	struct tl_entry e = borrower(4, 0, lender, place, room);
	e.flags = flags;
	put(&h, TL_KIND_DELTA, block, &e, TL_PROTEIN);
	return end(&h, 5);
}

/* Literals that stand in other references, or in their twins. */
static void test_loans(void)
{
	tl_test_ok(restore(borrows(1, 2, 0, 0), NULL), made_err);
	tl_test_ok(restore(borrows(3, 2, 0, 0), NULL), made_err);
	tl_test_ok(restore(borrows(0, 2, 0, 0), NULL), made_err);
	REFUSED(borrows(1, 8, 0, 0), "leaves what it stands in");
	REFUSED(borrows(1, 1, 0, 0), "");
	REFUSED(borrows(2, 2, 0, 0), "none of its kind");
	REFUSED(borrows(9, 2, 0, 0), "not there");
	REFUSED(borrows(1, 2, BASE, 0), "borrows itself");
	REFUSED(borrows(1, 2, 0, TL_REC_BASE), "borrows itself");
}

/* Loans of more than the record has are refused before they are made. */
static void test_many_loans(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	uint8_t room[4], many[400];
	whole(&h, REF, 0);
	whole(&h, REF, 1);
	struct tl_entry e = borrower(2, 0, 1, 2, room);
	memcpy(many, room, 4);
	for (int i = 4; i < 400; i += 4) {
		many[i] = many[i + 1] = 0;
		many[i + 2] = 5 << 1; /* three places back */
		many[i + 3] = 3;
	}
	e.loans = (struct tl_str){many, sizeof many};
	put(&h, TL_KIND_DELTA, 0, &e, TL_PROTEIN);
	REFUSED(end(&h, 3), "broken literals");
}

/* A record in pieces has all its loans with the first one; no other may have some. */
static void test_loans_in_pieces(void)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		struct hand h = begin(TL_STREAM_REDUCED);
		uint8_t room[4];
		whole(&h, REF, 0);
		whole(&h, REF, 1);
		struct tl_entry e = borrower(2, 0, 1, 2, room), rest = e;
		rest.ops = rest.lits = rest.head = rest.loans = (struct tl_str){NULL, 0};
		e.length = 4;
		e.flags = TL_REC_OUT;
		e.lay = (struct tl_str){(const uint8_t[]){TL_EOL_LF, 1, 4, TL_EOL_NONE}, 4};
		rest.length = sizeof residues - 1 - 4;
		rest.flags = TL_REC_IN;
		rest.loans = wrong ? e.loans : rest.loans;
		put(&h, TL_KIND_DELTA, 0, &e, TL_PROTEIN);
		put(&h, TL_KIND_DELTA, 0, &rest, TL_PROTEIN);
		if (wrong)
			REFUSED(end(&h, 3), "do not fit it");
		else
			tl_test_ok(restore(end(&h, 3), NULL), made_err);
	}
}

/* Deltas between other records that later ones are copied from. */
static void test_inner(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	for (uint64_t i = 1; i <= TL_EXPAND_DEPTH; i++)
		inner(&h, 0, i, i - 1, TL_REC_BASE);
	inner(&h, 0, TL_EXPAND_DEPTH + 1, 3, 0);
	twin(&h, 0, TL_EXPAND_DEPTH + 2, 3);
	tl_test_ok(restore(end(&h, TL_EXPAND_DEPTH + 3), NULL), made_err);

	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	for (uint64_t i = 1; i <= TL_EXPAND_DEPTH + 1; i++)
		inner(&h, 0, i, i - 1, TL_REC_BASE);
	REFUSED(end(&h, TL_EXPAND_DEPTH + 2), "too long");

	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	inner(&h, 0, 1, 0, 0);
	inner(&h, 0, 2, 1, 0);
	REFUSED(end(&h, 3), "not there");

	/* One that stands behind. */
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	inner(&h, 0, 1, 2, 0);
	inner(&h, 0, 2, 0, TL_REC_BASE);
	REFUSED(end(&h, 3), "not there");
}

static void test_roots(void)
{
	static const uint64_t root[] = {1, 1, 4, 1, 4, 1, 6};
	static const char reference[] = "0100000";
	struct hand h = begin(TL_STREAM_REDUCED);
	struct tl_expand *x;
	struct tl_expand_event ev;
	struct tl_expand_room room = {0};
	const struct tl_expand_opts opts = {0};
	tl_test_ok(tl_writer_put_prov(h.s.w, "first", &made_err), made_err);
	whole(&h, REF, 1);
	whole(&h, BASE, 4);
	delta(&h, BASE, 0, 1);
	twin(&h, BASE, 5, 0);
	twin(&h, 0, 2, 4);
	tl_test_ok(tl_writer_put_prov(h.s.w, "second", &made_err), made_err);
	delta(&h, 0, 3, 5);
	whole(&h, 0, 6);
	int fd = end(&h, 7);
	struct tl_reader *r = made_reader(fd, true);
	tl_test_ok(tl_expand_new(r, &opts, &x, &made_err), made_err);
	uint64_t n = 0, notes = 0, files = 0;
	for (;;) {
		tl_test_ok(tl_expand_next(x, &ev, &made_err), made_err);
		if (ev.what == TL_EXPAND_END)
			break;
		tl_test_eq(ev.stream_flags, TL_STREAM_REDUCED);
		if (ev.what == TL_EXPAND_NOTE) {
			struct tl_str s = tl_note_get_prov(&ev.note->block);
			tl_test(s.n == (notes ? 6 : 5) &&
				memcmp(s.p, notes ? "second" : "first", s.n) == 0);
			notes++;
		} else if (ev.what == TL_EXPAND_FILE) {
			tl_test(ev.file->end == 7 && n == 7);
			files++;
		} else {
			struct tl_str s;
			tl_test(n < 7 && ev.what == TL_EXPAND_ENTRIES && ev.n == 1);
			tl_test(ev.batch->ordinal[ev.at] == n && ev.records == 1);
			tl_test(ev.root == root[n] && ev.reference == (reference[n] == '1'));
			tl_test_ok(tl_expand_residues(&ev, 0, &room, &s, &made_err), made_err);
			tl_test(s.n == sizeof residues - 1 && memcmp(s.p, residues, s.n) == 0);
			tl_test(ev.residues == s.n);
			tl_test_ok(tl_expand_done(x, &ev, s, &made_err), made_err);
			tl_buf_reset(&room.residues);
			n++;
		}
	}
	tl_test(n == 7 && notes == 2 && files == 1);
	tl_test_ok(tl_expand_next(x, &ev, &made_err), made_err);
	tl_test_eq(ev.what, TL_EXPAND_END);
	tl_buf_free(&room.residues);
	tl_buf_free(&room.scratch);
	tl_expand_free(x);
	tl_expand_free(NULL);
	tl_reader_close(r);
	close(fd);
}

static void test_bases(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	delta(&h, 0, 1, 2);
	whole(&h, 0, 2);
	REFUSED(end(&h, 3), "not there");
	h = begin(TL_STREAM_REDUCED);
	twin(&h, BASE, 0, 1);
	whole(&h, REF, 1);
	REFUSED(end(&h, 2), "not there");
	/* A circle: neither can come first. */
	h = begin(TL_STREAM_REDUCED);
	delta(&h, BASE, 0, 1);
	delta(&h, BASE, 1, 0);
	REFUSED(end(&h, 2), "not there");
	/* A record that is there, but not among the bases. */
	h = begin(TL_STREAM_REDUCED);
	whole(&h, 0, 0);
	twin(&h, 0, 1, 0);
	REFUSED(end(&h, 2), "not there");
	/* In a plain stream nothing is copied, in an interned one only what stands whole. */
	h = begin(0);
	whole(&h, 0, 0);
	twin(&h, 0, 1, 0);
	REFUSED(end(&h, 2), "not there");
	h = begin(TL_STREAM_INTERNED);
	whole(&h, 0, 0);
	twin(&h, 0, 1, 0);
	tl_test_ok(restore(end(&h, 2), NULL), made_err);
	h = begin(TL_STREAM_INTERNED);
	whole(&h, 0, 0);
	twin(&h, 0, 1, 0);
	twin(&h, 0, 2, 1);
	REFUSED(end(&h, 3), "not there");
	/* Nor is a duplicate one of a duplicate. */
	for (int base = 0; base < 2; base++) {
		h = begin(TL_STREAM_REDUCED);
		whole(&h, REF, 0);
		twin(&h, BASE, 1, 0);
		twin(&h, base ? BASE : 0, 2, 1);
		REFUSED(end(&h, 3), "of a duplicate");
	}
	/* Flags of archives mean nothing elsewhere. */
	h = begin(0);
	whole(&h, BASE, 0);
	delta(&h, 0, 1, 0);
	REFUSED(end(&h, 2), "not there");
}

static void test_order(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 1);
	whole(&h, 0, 0);
	whole(&h, 0, 3);
	whole(&h, REF, 2);
	REFUSED(end(&h, 4), "a base must come");
	/* Several archives in one stream: each one's bases stand behind the rest of the one before. */
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	whole(&h, 0, 1);
	whole(&h, REF, 2);
	delta(&h, 0, 3, 2);
	tl_test_ok(restore(end(&h, 4), NULL), made_err);
	h = begin(0);
	whole(&h, 0, 1);
	whole(&h, 0, 0);
	REFUSED(end(&h, 2), "behind a later one");
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	delta(&h, 0, 2, 0);
	delta(&h, 0, 1, 0);
	REFUSED(end(&h, 3), "behind a later one");
	/* Twice the same ordinal: two bases, a base and another, two others, of one kind and of
	 * two. */
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	whole(&h, REF, 0);
	REFUSED(end(&h, 1), "twice");
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	delta(&h, BASE, 0, 0 + 1);
	REFUSED(end(&h, 1), "not there");
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	whole(&h, 0, 0);
	REFUSED(end(&h, 1), "twice");
	h = begin(0);
	whole(&h, 0, 0);
	whole(&h, 0, 0);
	REFUSED(end(&h, 1), "twice");
	h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	delta(&h, 0, 1, 0);
	twin(&h, 0, 1, 0);
	REFUSED(end(&h, 2), "twice");
}

static void test_depth(void)
{
	for (unsigned depth = 7; depth <= 9; depth++) {
		struct hand h = begin(TL_STREAM_REDUCED);
		whole(&h, REF, depth);
		for (unsigned i = depth; i-- > 0;)
			delta(&h, i ? BASE : 0, i, i + 1);
		int fd = end(&h, depth + 1);
		if (depth <= TL_EXPAND_DEPTH)
			tl_test_ok(restore(fd, NULL), made_err);
		else
			REFUSED(fd, "too long");
		h = begin(TL_STREAM_REDUCED);
		whole(&h, REF, depth);
		for (unsigned i = depth; i-- > 0;)
			delta(&h, BASE, i, i + 1);
		fd = end(&h, depth + 1);
		if (depth <= TL_EXPAND_DEPTH)
			tl_test_ok(restore(fd, NULL), made_err);
		else
			REFUSED(fd, "too long");
	}
	/* Duplicates do not count. */
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	for (unsigned i = 1; i <= 2 * TL_EXPAND_DEPTH; i += 2) {
		twin(&h, BASE, i, i - 1);
		delta(&h, BASE, i + 1, i);
	}
	tl_test_ok(restore(end(&h, 2 * TL_EXPAND_DEPTH + 1), NULL), made_err);
}

static void test_sums(void)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		for (int kind = 0; kind < 2; kind++) {
			struct tl_hash128 sum = tl_hash_128(residues, sizeof residues - 1);
			struct hand h = begin(TL_STREAM_REDUCED);
			sum.hi += (uint64_t)wrong;
			whole(&h, REF, 0);
			h.sum = &sum;
			if (kind)
				delta(&h, 0, 1, 0);
			else
				twin(&h, 0, 1, 0);
			int fd = end(&h, 2);
			if (wrong)
				REFUSED(fd, "sum");
			else
				tl_test_ok(restore(fd, NULL), made_err);
		}
	}
}

static void test_lengths(void)
{
	for (int more = -1; more <= 1; more += 2) {
		for (int kind = 1; kind <= 2; kind++) {
			for (int base = 0; base < 2; base++) {
				struct hand h = begin(TL_STREAM_REDUCED);
				struct tl_entry e = entry(1, 0);
				whole(&h, REF, 0);
				e.length += (uint64_t)more;
				e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
				put(&h, (enum tl_kind)kind, base ? BASE : 0, &e, TL_PROTEIN);
				REFUSED(end(&h, 2), more > 0 ? "longer" : "shorter");
			}
		}
	}
}

static void test_scripts(void)
{
	static const struct {
		uint8_t ops[6];
		uint8_t n;
		const char *lits;
	} bad[] = {
		{{0, 0, 0, 11 << 2}, 4, ""},        /* leaves the base */
		{{22, 0, 0, 1 << 2}, 4, ""},        /* begins behind it */
		{{0, 0}, 2, ""},                    /* cut off */
		{{0, 1, 0, 9 << 2}, 4, ""},         /* a literal that is not there */
		{{0, 0, 0, 9 << 2}, 4, "K"},        /* one too many */
		{{0, 1, 0, 9 << 2}, 4, "k"},        /* no residue */
		{{0, 0, 0, 4 << 2, 6 << 2}, 5, ""}, /* runs not merged */
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (int base = 0; base < 2; base++) {
			struct hand h = begin(TL_STREAM_REDUCED);
			struct tl_entry e = entry(1, 0);
			whole(&h, REF, 0);
			e.ops = (struct tl_str){bad[i].ops, bad[i].n};
			e.lits = (struct tl_str){(const uint8_t *)bad[i].lits, strlen(bad[i].lits)};
			put(&h, TL_KIND_DELTA, base ? BASE : 0, &e, TL_PROTEIN);
			REFUSED(end(&h, 2), "delta script");
		}
	}
}

static void test_alphabets(void)
{
	for (int kind = 1; kind <= 2; kind++) {
		struct hand h = begin(TL_STREAM_REDUCED);
		struct tl_entry e = entry(1, 0);
		whole(&h, REF, 0);
		e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
		put(&h, (enum tl_kind)kind, 0, &e, TL_NUCLEOTIDE);
		REFUSED(end(&h, 2), "another alphabet");
	}
	/* U among the residues of nucleotides, where it is carried as T. */
	static const uint8_t ops[] = {0, 1, 0, 9 << 2};
	struct hand h = begin(TL_STREAM_REDUCED);
	struct tl_entry e = entry(0, 0);
	e.resi = (struct tl_str){(const uint8_t *)"ACGTACGTAC", 10};
	put(&h, TL_KIND_SEQ, REF, &e, TL_NUCLEOTIDE);
	e = entry(1, 0);
	e.ops = (struct tl_str){ops, sizeof ops};
	e.lits = (struct tl_str){(const uint8_t *)"U", 1};
	put(&h, TL_KIND_DELTA, 0, &e, TL_NUCLEOTIDE);
	REFUSED(end(&h, 2), "U among");
}

/* Pieces of a duplicate that name several bases: the second base is much shorter than what the
 * first piece has taken already. */
static void test_bases_of_pieces(void)
{
	for (int kind = 1; kind <= 2; kind++) {
		struct hand h = begin(TL_STREAM_REDUCED);
		struct tl_entry e = entry(1, 0);
		whole(&h, REF, 0);
		e.resi = (struct tl_str){(const uint8_t *)"M", 1};
		e.length = 1;
		put(&h, TL_KIND_SEQ, REF, &e, TL_PROTEIN);
		e = entry(2, 0);
		e.flags = TL_REC_OUT;
		e.length = 9;
		e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
		put(&h, (enum tl_kind)kind, 0, &e, TL_PROTEIN);
		e = entry(2, 1);
		e.flags = TL_REC_IN | TL_REC_OUT;
		e.length = kind == 1 ? 900 : 1;
		put(&h, (enum tl_kind)kind, 0, &e, TL_PROTEIN);
		e.flags = TL_REC_IN;
		e.length = 0;
		put(&h, (enum tl_kind)kind, 0, &e, TL_PROTEIN);
		REFUSED(end(&h, 3), kind == 1 ? "longer" : "do not fit");
	}
}

/* Record 1, a copy of record 0, in two pieces. */
static void first_piece(struct hand *h, uint8_t flags)
{
	struct tl_entry e = entry(1, 0);
	e.flags = flags | TL_REC_OUT;
	e.length = sizeof residues - 2;
	e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
	put(h, TL_KIND_DELTA, 0, &e, TL_PROTEIN);
}

static void last_piece(struct hand *h)
{
	struct tl_entry e = entry(1, 0);
	e.flags = TL_REC_IN;
	e.length = 1;
	e.head = (struct tl_str){NULL, 0};
	put(h, TL_KIND_DELTA, 0, &e, TL_PROTEIN);
}

/* Only record 2 is asked for. */
static void check_last(struct hand *h)
{
	const struct tl_restore_opts opts = {.part = 3, .parts = 3};
	struct tl_restore_sum sum;
	int fd = end(h, 3), to;
	tl_test_ok(made_restore_as(fd, &opts, &to, &sum), made_err);
	tl_test(made_is(to, ">r2\nMKVLAAGRST\n"));
	close(to);
	close(fd);
}

/* The batch of the first piece is gone when the last one comes, as nobody asked for the record; but
 * another one is copied from it. */
static void test_pieces_not_asked_for(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	first_piece(&h, TL_REC_BASE);
	last_piece(&h);
	inner(&h, 0, 2, 1, 0);
	check_last(&h);
}

/* A base between the pieces of a delta that is none. */
static void test_base_between_pieces(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	whole(&h, REF, 0);
	first_piece(&h, 0);
	whole(&h, BASE, 2);
	last_piece(&h);
	check_last(&h);
}

/* A piece whose block has other flags than the one before. */
static void test_flags_of_pieces(void)
{
	struct hand h = begin(TL_STREAM_REDUCED);
	struct tl_entry e = entry(0, 0);
	e.resi = (struct tl_str){(const uint8_t *)residues, e.length};
	e.flags = TL_REC_OUT;
	put(&h, TL_KIND_SEQ, REF, &e, TL_PROTEIN);
	e.flags = TL_REC_IN;
	put(&h, TL_KIND_SEQ, 0, &e, TL_PROTEIN);
	REFUSED(end(&h, 1), "other flags");
}

static void test_files(void)
{
	struct hand h = begin(0);
	whole(&h, 0, 0);
	REFUSED(made_close(&h.s, 1), "no FILE");
	h = begin(0);
	whole(&h, 0, 0);
	int a = made_close(&h.s, 1);
	h = begin(0);
	whole(&h, 0, 0);
	int b = end(&h, 1), both = made_cat(a, b);
	close(a);
	close(b);
	REFUSED(both, "no FILE");
	/* More records than there are; records of another range. */
	h = begin(0);
	whole(&h, 0, 0);
	REFUSED(end(&h, 2), "FILE block says");
	h = begin(TL_STREAM_SUBSET);
	whole(&h, 0, 3);
	struct tl_note_file f = {.first = 0, .end = 2, .missing = 1};
	tl_test_ok(tl_writer_put_file(h.s.w, &f, &made_err), made_err);
	REFUSED(made_close(&h.s, 4), "FILE block says");
	/* One that goes back. */
	h = begin(0);
	whole(&h, 0, 0);
	made_put_file(&h.s, (struct tl_str){(const uint8_t *)">r0\nMKVLAAGRST\n", 15}, 0, 1,
		      TL_PROTEIN);
	f = (struct tl_note_file){.first = 0, .end = 1, .missing = 1};
	tl_test_ok(tl_writer_put_file(h.s.w, &f, &made_err), made_err);
	REFUSED(made_close(&h.s, 1), "FILE block says");
}

/* Bases in blocks that overlap in all ways which depth by depth, by ordinal, allows. */
static void test_overlapping_bases(void)
{
	enum { N = 400 };
	for (int i = 0; i < 10; i++) {
		struct hand h = begin(TL_STREAM_REDUCED);
		uint8_t depth[N];
		bool is_twin[N] = {false};
		for (size_t k = 0; k < N; k++)
			depth[k] = k ? (uint8_t)tl_test_below(TL_EXPAND_DEPTH + 1) : 0;
		for (unsigned d = 0; d <= TL_EXPAND_DEPTH; d++) {
			/* Two batches that are filled and ended as chance has it. */
			struct tl_batch b[2] = {{.kind = TL_KIND_SEQ}, {.kind = TL_KIND_SEQ}};
			uint64_t above = 0;
			for (size_t k = 0; d && k < N; k++)
				above = depth[k] == d - 1 ? k : above;
			b[0].kind = d ? TL_KIND_DELTA : TL_KIND_SEQ;
			b[1].kind = d ? TL_KIND_DUP : TL_KIND_SEQ;
			for (size_t k = 0; k < N; k++) {
				int s = (int)tl_test_below(2);
				struct tl_entry e = entry(k, above);
				if (depth[k] != d)
					continue;
				if (d && (depth[above] != d - 1 || is_twin[above]))
					s = 0;
				is_twin[k] = d && s;
				e.resi = (struct tl_str){(const uint8_t *)residues, e.length};
				e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
				tl_test_ok(tl_batch_add(&b[s], &e, &made_err), made_err);
				if (!tl_test_below(s ? 15 : 4))
					made_put(&h.s, &b[s], d ? BASE : s ? BASE : REF);
			}
			made_put(&h.s, &b[0], d ? BASE : REF);
			made_put(&h.s, &b[1], BASE);
			tl_batch_free(&b[0]);
			tl_batch_free(&b[1]);
		}
		tl_test_ok(restore(end(&h, N), NULL), made_err);
	}
}

/* A block of deltas that others are copied from: entry k, from first on, copies the record that ordinal k
 * names in bases. */
static void base_block(struct hand *h, uint64_t first, const uint64_t *bases, size_t n)
{
	struct tl_batch b = {.kind = TL_KIND_DELTA};
	for (size_t k = 0; k < n; k++) {
		struct tl_entry e = entry(first + k, bases[k]);
		e.ops = (struct tl_str){all_of_it, sizeof all_of_it};
		tl_test_ok(tl_batch_add(&b, &e, &made_err), made_err);
	}
	made_put(&h->s, &b, BASE);
	tl_batch_free(&b);
}

/* Restores with pools of several sizes, the same way each time. */
static void many_bases(const uint64_t *first, const uint64_t *second, enum tl_status want,
		       const char *why)
{
	enum { N = 300 };
	struct tl_pool *const usual = made_pool;
	for (unsigned threads = 1; threads <= 4; threads *= 2) {
		tl_test_ok(tl_pool_new(&(struct tl_pool_opts){.threads = threads}, &made_pool, &made_err),
			   made_err);
		struct hand h = begin(TL_STREAM_REDUCED);
		whole(&h, REF, 0);
		base_block(&h, 1, first, N);
		base_block(&h, N + 1, second, N);
		for (uint64_t k = 2 * N + 1; k < 2 * N + 50; k++)
			delta(&h, 0, k, k - N);
		tl_test_eq(restore(end(&h, 2 * N + 50), why), want);
		tl_pool_free(made_pool);
	}
	made_pool = usual;
}

/* Bases in numbers, which all workers make: over one that is whole, over each other, within a block too. */
static void test_many_bases(void)
{
	uint64_t first[300] = {0}, second[300];
	for (size_t k = 0; k < 300; k++)
		second[k] = 1 + tl_test_below(300);
	many_bases(first, second, TL_OK, NULL);
	for (size_t k = 7; k < 300; k += 7)
		first[k] = k; /* the one before it in the block */
	second[250] = 300 + 100;
	many_bases(first, second, TL_OK, NULL);
	second[260] = 300 + 270; /* comes behind it */
	many_bases(first, second, TL_DATA, "is copied from a record that is not there");
	second[260] = 1;
	for (size_t k = 0; k < 300; k++)
		first[k] = k; /* each the one before */
	many_bases(first, second, TL_DATA, "a chain of deltas that is too long");
}

int main(void)
{
	TL_RUN(test_good);
	TL_RUN(test_loans);
	TL_RUN(test_loans_in_pieces);
	TL_RUN(test_many_loans);
	TL_RUN(test_inner);
	TL_RUN(test_roots);
	TL_RUN(test_bases);
	TL_RUN(test_order);
	TL_RUN(test_depth);
	TL_RUN(test_sums);
	TL_RUN(test_lengths);
	TL_RUN(test_scripts);
	TL_RUN(test_alphabets);
	TL_RUN(test_bases_of_pieces);
	TL_RUN(test_pieces_not_asked_for);
	TL_RUN(test_base_between_pieces);
	TL_RUN(test_flags_of_pieces);
	TL_RUN(test_files);
	TL_RUN(test_overlapping_bases);
	TL_RUN(test_many_bases);
	tl_pool_free(made_pool);
	return tl_test_end();
}
