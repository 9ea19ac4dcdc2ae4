/* SPDX-License-Identifier: MIT */
/* test_apart: scripts taken apart come back as they were; columns that lie are refused. */
#include <tl/record.h>

#include <tl/bits.h>

#include "tltest.h"

static struct tl_payload payload;

static struct tl_str column(const char *tag)
{
	for (size_t i = 0; i < payload.columns; i++)
		if (payload.tag[i] == TL_TAG(tag[0], tag[1], tag[2], tag[3]))
			return tl_block_raw(&payload, i);
	return (struct tl_str){NULL, 0};
}

/* The payload as a block; what it decodes to. */
static enum tl_status decode(size_t n, struct tl_batch *out, struct tl_err *err)
{
	struct tl_block block = {
		.head = {.type = TL_BLOCK_DLTA, .first = 100, .records = (uint32_t)n}};
	struct tl_hash128 sum;
	uint8_t head[TL_BLOCK_HEADER];
	bool has;
	tl_test_ok(tl_block_pack(&payload, TL_CODEC_ZSTD, 3, &block.head, &block.payload, err),
		   *err);
	tl_block_put_head(&block.head, head);
	block.check = tl_block_sum(head, tl_hash_64(block.payload.data, block.payload.len));
	tl_test_ok(tl_block_open(&block, err), *err);
	tl_test_ok(tl_block_decode(&block, err), *err);
	enum tl_status st = tl_record_decode(&block, 0, out, &sum, &has, err);
	tl_block_free(&block);
	return st;
}

static void same_col(const struct tl_col *a, const struct tl_col *b, size_t n)
{
	tl_test_eq(a->bytes.len, b->bytes.len);
	tl_test(!a->bytes.len || !memcmp(a->bytes.data, b->bytes.data, a->bytes.len));
	for (size_t i = 0; i < n; i++) {
		struct tl_str x = tl_col_get(a, i), y = tl_col_get(b, i);
		tl_test(x.n == y.n && (!x.n || !memcmp(x.p, y.p, x.n)));
	}
}

static struct tl_str letters(enum tl_alphabet alphabet, size_t n, struct tl_buf *pool)
{
	static const char *const of[2] = {"ACDEFGHIKLMNPQRSTVWY", "ACGT"};
	size_t at = pool->len > n ? tl_test_below(pool->len - n) : 0;
	struct tl_err err = {0};
	/* Half of them stand before. */
	if (pool->len > n && n > 40 && tl_test_below(2))
		return (struct tl_str){pool->data + at, n};
	tl_test(pool->len + n < pool->cap);
	for (size_t i = 0; i < n; i++) {
		uint8_t c = (uint8_t)of[alphabet][tl_test_below(strlen(of[alphabet]))];
		tl_test_ok(tl_buf_fill(pool, tl_test_below(900) ? c : 'N', 1, &err), err);
	}
	return (struct tl_str){pool->data + pool->len - n, n};
}

/* An entry with a script, or what goes on with one. */
static void add(struct tl_batch *b, uint64_t ordinal, uint8_t flags, struct tl_buf *pool)
{
	uint8_t ops[600];
	size_t n = 0;
	struct tl_err err = {0};
	for (int i = 0; i < 3 && !(flags & TL_REC_IN); i++)
		n += tl_bits_put_varint(ops + n, tl_test_below(i ? 9 : 1000));
	for (size_t i = tl_test_below(40); i; i--)
		n += tl_bits_put_varint(ops + n, tl_test_below(3) ? tl_test_random() % 2000
								  : tl_test_random());
	const struct tl_entry e = {.ordinal = ordinal,
				   .base = ordinal - 7,
				   .flags = flags,
				   .length = tl_test_below(1000),
				   .ops = {ops, n},
				   .subs = letters(b->alphabet, tl_test_below(30), pool),
				   .lits = letters(b->alphabet, tl_test_below(100), pool)};
	tl_test_ok(tl_batch_add(b, &e, &err), err);
}

/* An entry with a script that fits: its lengths can be told from it. */
static void add_told(struct tl_batch *b, uint64_t ordinal, struct tl_buf *pool)
{
	uint8_t ops[600];
	struct tl_err err = {0};
	uint64_t ahead = tl_test_below(4), behind = tl_test_below(4), subs = 0,
		 residues = ahead + behind;
	uint64_t lits = residues;
	size_t n = tl_bits_put_varint(ops, tl_test_below(1000));
	n += tl_bits_put_varint(ops + n, ahead);
	n += tl_bits_put_varint(ops + n, behind);
	size_t runs = tl_test_below(20);
	for (size_t i = 0; i < runs; i++) {
		unsigned op = i % 2 && i + 1 < runs ? 1 + (unsigned)tl_test_below(3) : 0;
		uint64_t len = 1 + tl_test_below(op ? 3 : 300);
		n += tl_bits_put_varint(ops + n, len << 2 | op);
		residues += op == 3 ? 0 : len;
		subs += op == 1 ? len : 0;
		lits += op == 2 ? len : 0;
	}
	const struct tl_entry e = {.ordinal = ordinal,
				   .base = ordinal - 7,
				   .length = residues,
				   .ops = {ops, n},
				   .subs = letters(b->alphabet, subs, pool),
				   .lits = letters(b->alphabet, lits, pool)};
	tl_test_ok(tl_batch_add(b, &e, &err), err);
}

static void make(struct tl_batch *b, enum tl_alphabet alphabet, size_t n, bool told,
		 struct tl_buf *pool)
{
	struct tl_err err = {0};
	*b = (struct tl_batch){
		.kind = TL_KIND_DELTA, .alphabet = alphabet, .width = 60, .apart = true};
	tl_buf_reset(pool);
	tl_test_ok(tl_buf_reserve(pool, n * 200 + 1, &err), err);
	for (size_t i = 0, ordinal = 100; i < n; i++) {
		bool in = i && b->flags[i - 1] & TL_REC_OUT, out = i + 1 < n && !tl_test_below(5);
		ordinal += !in;
		if (told) {
			add_told(b, ordinal++, pool);
			continue;
		}
		add(b, ordinal, (uint8_t)((in ? TL_REC_IN : 0) | (out ? TL_REC_OUT : 0)), pool);
	}
}

static void test_round(void)
{
	static const size_t sizes[] = {0, 1, 2, 30, 700};
	struct tl_batch in, out = {0};
	struct tl_buf pool = {0};
	struct tl_err err = {0};
	for (int round = 0; round < 40; round++) {
		enum tl_alphabet alphabet = (enum tl_alphabet)(round % 2);
		size_t n = sizes[round / 2 % 5];
		bool told = round % 4 > 1;
		make(&in, alphabet, n, told, &pool);
		tl_test_ok(tl_record_encode(&in, 100, NULL, &payload, &err), err);
		tl_test_eq(column("RUNE").n > 0, n > 0);
		tl_test_eq(column("RUNC").n > 0, n > 0 && !told);
		tl_test(!told || (!column("SUBs").n && !column("LITs").n));
		tl_test(!column("OPSV").n);
		bool many = n == 700 && alphabet == TL_NUCLEOTIDE;
		tl_test_eq(column("SUBP").n > 0, many || (alphabet && column("SUBP").n));
		tl_test(!many || told || (column("LITC").n && column("LITX").n));
		tl_test(!many || !column("LITS").n);
		tl_test(alphabet == TL_NUCLEOTIDE || !column("LITP").n);
		tl_test_ok(decode(n, &out, &err), err);
		same_col(&in.ops, &out.ops, n);
		same_col(&in.subs, &out.subs, n);
		same_col(&in.lits, &out.lits, n);
		tl_batch_free(&in);
	}
	tl_batch_free(&out);
	tl_buf_free(&pool);
}

/* What is not made of whole, short numbers stays in one piece. */
static void test_odd_scripts(void)
{
	static const struct tl_str odd[] = {{(const uint8_t *)"\0\0", 2},
					    {(const uint8_t *)"\0\0\0\x85", 4},
					    {(const uint8_t *)"\0\0\0\x85\0", 5},
					    {NULL, 0}};
	struct tl_err err = {0};
	for (size_t i = 0; i < 4; i++) {
		struct tl_batch in = {.kind = TL_KIND_DELTA,
				      .alphabet = TL_NUCLEOTIDE,
				      .apart = true},
				out = {0};
		const struct tl_entry e[2] = {
			{.ordinal = 101, .base = 90, .ops = {(const uint8_t *)"\0\0\0\x05", 4}},
			{.ordinal = 102, .base = 90, .ops = odd[i]}};
		for (int j = 0; j < 2; j++)
			tl_test_ok(tl_batch_add(&in, &e[j], &err), err);
		tl_test_ok(tl_record_encode(&in, 100, NULL, &payload, &err), err);
		tl_test(!column("RUNC").n && column("OPSV").n);
		tl_test_ok(decode(2, &out, &err), err);
		same_col(&in.ops, &out.ops, 2);
		tl_batch_free(&in);
		tl_batch_free(&out);
	}
}

/* A block in which no record begins. */
static void test_going_on(void)
{
	struct tl_batch in = {.kind = TL_KIND_DELTA, .alphabet = TL_NUCLEOTIDE, .apart = true},
			out = {0};
	struct tl_err err = {0};
	const struct tl_entry e = {.ordinal = 101,
				   .base = 90,
				   .flags = TL_REC_IN,
				   .length = 5,
				   .ops = {(const uint8_t *)"\x14", 1}};
	tl_test_ok(tl_batch_add(&in, &e, &err), err);
	tl_test_ok(tl_record_encode(&in, 100, NULL, &payload, &err), err);
	tl_test_ok(decode(1, &out, &err), err);
	same_col(&in.ops, &out.ops, 1);
	tl_batch_free(&in);
	tl_batch_free(&out);
}

static void refused(size_t n)
{
	struct tl_batch out = {0};
	struct tl_err err = {0};
	tl_test_eq(decode(n, &out, &err), TL_DATA);
	tl_batch_free(&out);
}

/* Columns changed one by one. */
static void check_lies(bool told)
{
	static const char lying[][5] = {"RUNC", "RUNE", "RUNN", "RUNO", "SUBP",
					"LITP", "LITC", "SUBs", "LITs"};
	struct tl_batch in;
	struct tl_buf pool = {0};
	struct tl_err err = {0};
	make(&in, TL_NUCLEOTIDE, 700, told, &pool);
	tl_test_ok(tl_record_encode(&in, 100, NULL, &payload, &err), err);
	for (size_t i = 0; i < payload.columns; i++) {
		struct tl_buf *col = &payload.col[i];
		bool lies = false;
		for (size_t j = 0; j < sizeof lying / sizeof *lying; j++)
			lies |= payload.tag[i] ==
				TL_TAG(lying[j][0], lying[j][1], lying[j][2], lying[j][3]);
		if (!lies)
			continue;
		tl_test(col->len > 0);
		col->len--;
		refused(700);
		col->len++;
		tl_test_ok(tl_buf_fill(col, 1, 1, &err), err);
		refused(700);
		col->len--;
		if (payload.tag[i] == TL_TAG('R', 'U', 'N', 'O')) {
			col->data[3] ^= 8; /* no operation */
			refused(700);
			col->data[3] ^= 8;
		}
	}
	/* Both ways at once. */
	static const char both[][5] = {"OPSV", "SUBS", "LITS"};
	for (int i = 0; i < 3; i++) {
		struct tl_buf *col = tl_block_column(
			&payload, TL_TAG(both[i][0], both[i][1], both[i][2], both[i][3]));
		tl_test_ok(tl_buf_fill(col, 'A', 5, &err), err);
		refused(700);
		payload.columns--;
	}
	for (size_t i = 0; i < payload.columns; i++)
		if (payload.tag[i] == TL_TAG('P', 'A', 'R', 'M'))
			payload.col[i].data[0] = TL_PROTEIN; /* of which letters are not packed */
	refused(700);
	tl_batch_free(&in);
	tl_buf_free(&pool);
}

static void test_lies(void)
{
	check_lies(false);
	check_lies(true);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_odd_scripts);
	TL_RUN(test_going_on);
	TL_RUN(test_lies);
	return tl_test_end();
}
