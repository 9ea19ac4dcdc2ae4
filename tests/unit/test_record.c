/* SPDX-License-Identifier: MIT */
/* test_record: batches to payloads and back, and payloads that lie. */
#include <tl/record.h>

#include <tl/bits.h>

#include "sample.h"
#include "tltest.h"

static struct tl_payload payload;

/* The payload as an opened, decoded block. */
static void to_block(struct tl_block *block, uint32_t type, uint64_t first, size_t records,
		     enum tl_codec codec)
{
	struct tl_err err = {0};
	uint8_t head[TL_BLOCK_HEADER];
	tl_block_free(block);
	block->head =
		(struct tl_block_head){.type = type, .first = first, .records = (uint32_t)records};
	tl_test_ok(tl_block_pack(&payload, codec, 1, &block->head, &block->payload, &err), err);
	tl_block_put_head(&block->head, head);
	block->check = tl_block_sum(head, tl_hash_64(block->payload.data, block->payload.len));
	tl_test_ok(tl_block_open(block, &err), err);
	tl_test_ok(tl_block_decode(block, &err), err);
}

static void round_trip(enum tl_kind kind, enum tl_alphabet alphabet, size_t n, int rich,
		       enum tl_codec codec)
{
	struct tl_batch in = {0}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_hash128 sum = {1, 2}, got;
	uint64_t first = tl_test_below(3) ? tl_test_below(1000) + 1 : 1ULL << 40,
		 shift = tl_test_below(1 << 20);
	bool has;
	sample_batch(&in, kind, alphabet, n, first + tl_test_below(3), rich);
	const struct tl_hash128 *opt = kind != TL_KIND_SEQ && rich ? &sum : NULL;
	tl_test_ok(tl_record_encode(&in, first, opt, &payload, &err), err);
	to_block(&block, tl_record_type(kind), first, n, codec);
	for (int again = 0; again < 2; again++) {
		tl_test_ok(tl_record_decode(&block, shift, &out, &got, &has, &err), err);
		same_batch(&in, &out, shift);
		tl_test_eq(has, opt != NULL);
		tl_test(!has || (got.lo == 1 && got.hi == 2));
	}
	tl_block_free(&block);
	tl_batch_free(&in);
	tl_batch_free(&out);
}

static void test_round(void)
{
	static const size_t sizes[] = {0, 1, 2, 9, 300, 2000};
	for (unsigned kind = 0; kind < 3; kind++)
		for (unsigned alphabet = 0; alphabet < 2; alphabet++)
			for (size_t i = 0; i < 6; i++)
				for (unsigned codec = 0; codec < TL_CODECS; codec++)
					round_trip((enum tl_kind)kind, (enum tl_alphabet)alphabet,
						   sizes[i], tl_test_below(2) != 0,
						   (enum tl_codec)codec);
}

/* A plain block is few columns. */
static void test_lean(void)
{
	struct tl_batch in = {0};
	struct tl_err err = {0};
	unsigned used = 0;
	sample_batch(&in, TL_KIND_SEQ, TL_PROTEIN, 50, 10, 0);
	tl_test_ok(tl_record_encode(&in, 10, NULL, &payload, &err), err);
	for (size_t i = 0; i < payload.columns; i++)
		used += tl_block_raw(&payload, i).n > 0;
	tl_test_eq(used, 5); /* PARM RLEN HEAD HEAd RESI */
	tl_batch_free(&in);
}

/* Pieces of records: within a block, and at its ends. */
static void test_pieces(void)
{
	struct tl_batch in = {0}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_hash128 sum;
	bool has;
	static const struct {
		uint64_t ordinal;
		uint8_t flags;
	} good[] = {{5, TL_REC_IN | TL_REC_OUT},
		    {5, TL_REC_IN},
		    {6, TL_REC_OUT | TL_REC_HEAD_OUT},
		    {6, TL_REC_IN | TL_REC_HEAD_IN | TL_REC_OUT}};
	for (size_t i = 0; i < 4; i++) {
		struct tl_entry e = {.ordinal = good[i].ordinal, .flags = good[i].flags};
		tl_test_ok(tl_batch_add(&in, &e, &err), err);
	}
	tl_test_ok(tl_record_encode(&in, 5, NULL, &payload, &err), err);
	to_block(&block, TL_BLOCK_SEQS, 5, 4, TL_CODEC_NONE);
	tl_test_ok(tl_record_decode(&block, 0, &out, &sum, &has, &err), err);
	same_batch(&in, &out, 0);
	static const struct {
		size_t at;
		uint8_t flags;
	} bad[] = {{1, 0},
		   {0, TL_REC_IN},
		   {2, TL_REC_HEAD_OUT},
		   {2, TL_REC_OUT | TL_REC_HEAD_IN},
		   {3, 64}};
	for (size_t i = 0; i < 5; i++) {
		uint8_t *flags = in.flags, was = flags[bad[i].at];
		flags[bad[i].at] = bad[i].flags;
		if (tl_record_encode(&in, 5, NULL, &payload, &err) == TL_OK) {
			to_block(&block, TL_BLOCK_SEQS, 5, 4, TL_CODEC_NONE);
			tl_test_eq(tl_record_decode(&block, 0, &out, &sum, &has, &err), TL_DATA);
			tl_test_eq(out.n, 0);
		}
		flags[bad[i].at] = was;
	}
	tl_block_free(&block);
	tl_batch_free(&in);
	tl_batch_free(&out);
}

static void refused(uint64_t first, size_t records, uint64_t shift)
{
	struct tl_block block = {0};
	struct tl_batch out = {0};
	struct tl_err err = {0};
	struct tl_hash128 sum;
	bool has;
	to_block(&block, TL_BLOCK_DUPS, first, records, TL_CODEC_NONE);
	tl_test_eq(tl_record_decode(&block, shift, &out, &sum, &has, &err), TL_DATA);
	tl_block_free(&block);
	tl_batch_free(&out);
}

static void test_lies(void)
{
	struct tl_batch in = {0};
	struct tl_err err = {0};
	sample_batch(&in, TL_KIND_DUP, TL_PROTEIN, 20, 100, 1);
	tl_test_ok(tl_record_encode(&in, 100, NULL, &payload, &err), err);
	refused(100, 19, 0);
	refused(100, 21, 0);
	refused(100, TL_BLOCK_RECORDS, 0);
	refused(TL_BLOCK_ORDINALS - 1, 20, 0);
	refused(100, 20, UINT64_MAX);
	refused(100, 20, TL_BLOCK_ORDINALS);
	refused(1, 20, 0); /* bases before the stream */
	for (size_t i = 0; i < payload.columns; i++) {
		if (!payload.col[i].len)
			continue;
		payload.col[i].len--;
		refused(100, 20, 0);
		payload.col[i].len++;
		tl_test_ok(tl_buf_fill(&payload.col[i], 0, 1, &err), err);
		refused(100, 20, 0);
		payload.col[i].len--;
		payload.tag[i] ^= 1; /* a column that is not known */
		refused(100, 20, 0);
		payload.tag[i] ^= 1;
	}
	tl_batch_free(&in);
}

static void test_bad_residues(void)
{
	struct tl_batch in = {0}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_hash128 sum;
	bool has;
	static const char wrong[] = "acx-[@0\n\x80";
	sample_batch(&in, TL_KIND_SEQ, TL_PROTEIN, 20, 0, 0);
	for (const char *p = wrong; *p; p++) {
		size_t at = tl_test_below(in.resi.bytes.len);
		uint8_t was = in.resi.bytes.data[at];
		in.resi.bytes.data[at] = (uint8_t)*p;
		tl_test_ok(tl_record_encode(&in, 0, NULL, &payload, &err), err);
		to_block(&block, TL_BLOCK_SEQS, 0, 20, TL_CODEC_NONE);
		tl_test_eq(tl_record_decode(&block, 0, &out, &sum, &has, &err), TL_DATA);
		in.alphabet = TL_NUCLEOTIDE; /* now it is an exception of the packed ones */
		tl_test_ok(tl_record_encode(&in, 0, NULL, &payload, &err), err);
		to_block(&block, TL_BLOCK_SEQS, 0, 20, TL_CODEC_NONE);
		tl_test_eq(tl_record_decode(&block, 0, &out, &sum, &has, &err), TL_DATA);
		in.alphabet = TL_PROTEIN;
		in.resi.bytes.data[at] = was;
	}
	tl_block_free(&block);
	tl_batch_free(&in);
	tl_batch_free(&out);
}

static void test_bad_batches(void)
{
	struct tl_batch in = {0};
	struct tl_err err = {0};
	sample_batch(&in, TL_KIND_DUP, TL_PROTEIN, 5, 50, 0);
	tl_test_eq(tl_record_encode(&in, 51, NULL, &payload, &err), TL_INTERNAL);
	in.base[2] = in.ordinal[2];
	tl_test_eq(tl_record_encode(&in, 50, NULL, &payload, &err), TL_INTERNAL);
	in.base[2] = 1;
	in.ordinal[2] = in.ordinal[1];
	tl_test_eq(tl_record_encode(&in, 50, NULL, &payload, &err), TL_INTERNAL);
	tl_batch_free(&in);
	tl_block_discard(&payload);
}

/* Flags and columns that only FASTQ has. */
static void test_fastq(void)
{
	struct tl_batch in = {.format = TL_FORMAT_FASTQ}, out = {0};
	struct tl_block block = {0};
	struct tl_err err = {0};
	struct tl_hash128 sum;
	bool has;
	static const uint8_t good[] = {
		TL_REC_OUT | TL_REC_QUAL_OUT | TL_REC_HEAD_OUT,
		TL_REC_IN | TL_REC_QUAL_IN | TL_REC_HEAD_IN | TL_REC_OUT | TL_REC_QUAL_OUT,
		TL_REC_IN | TL_REC_QUAL_IN,
	};
	static const struct {
		size_t at;
		uint8_t flags;
	} bad[] = {{0, TL_REC_OUT | 128},
		   {2, TL_REC_IN | TL_REC_QUAL_OUT},
		   {1, TL_REC_IN | TL_REC_OUT | TL_REC_QUAL_IN},
		   {0, TL_REC_OUT | TL_REC_QUAL_IN}};
	for (size_t i = 0; i < 3; i++) {
		struct tl_entry e = {.flags = good[i], .length = i ? 0 : 2,
				     .resi = {(const uint8_t *)"ACGT", i ? 0 : 2},
				     .qual = {(const uint8_t *)"IIII", i}};
		tl_test_ok(tl_batch_add(&in, &e, &err), err);
	}
	tl_test_ok(tl_record_encode(&in, 0, NULL, &payload, &err), err);
	to_block(&block, TL_BLOCK_SEQS, 0, 3, TL_CODEC_NONE);
	tl_test_ok(tl_record_decode(&block, 0, &out, &sum, &has, &err), err);
	same_batch(&in, &out, 0);
	for (size_t i = 0; i < 4; i++) {
		in.flags[bad[i].at] = bad[i].flags;
		tl_test_ok(tl_record_encode(&in, 0, NULL, &payload, &err), err);
		in.flags[bad[i].at] = good[bad[i].at];
		to_block(&block, TL_BLOCK_SEQS, 0, 3, TL_CODEC_NONE);
		tl_test_eq(tl_record_decode(&block, 0, &out, &sum, &has, &err), TL_DATA);
	}
	/* The same block, said to be FASTA, or of a format that is not known. */
	for (uint8_t format = 0; format < 3; format++) {
		tl_test_ok(tl_record_encode(&in, 0, NULL, &payload, &err), err);
		payload.col[0].data[2] = format;
		to_block(&block, TL_BLOCK_SEQS, 0, 3, TL_CODEC_NONE);
		tl_test_eq(tl_record_decode(&block, 0, &out, &sum, &has, &err),
			   format == TL_FORMAT_FASTQ ? TL_OK : TL_DATA);
	}
	tl_block_free(&block);
	tl_batch_free(&in);
	tl_batch_free(&out);
}

int main(void)
{
	TL_RUN(test_round);
	TL_RUN(test_lean);
	TL_RUN(test_pieces);
	TL_RUN(test_fastq);
	TL_RUN(test_lies);
	TL_RUN(test_bad_residues);
	TL_RUN(test_bad_batches);
	return tl_test_end();
}
