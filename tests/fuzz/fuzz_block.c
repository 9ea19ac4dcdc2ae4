/* SPDX-License-Identifier: MIT */
/* fuzz_block: a block whose checks are made right, so that the fuzzer gets behind them: opened,
 * decoded, and read by the decoder of its type.  What a decoder of records or edges accepts is
 * encoded and decoded again, and must be the same.
 *
 * Input: 1 byte type, 1 byte codec, 2 bytes entries, 8 bytes first, 8 bytes shift, then the
 * payload.  With bit 7 of codec the payload is made here, of {1 byte tag, 1 byte length, bytes}
 * for each column; bit 7 of a tag: the lengths of that column's strings.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/block.h>
#include <tl/cand.h>
#include <tl/edge.h>
#include <tl/hash.h>
#include <tl/note.h>
#include <tl/record.h>

#define FRONT 20
#define CAND 0xca /* the type byte that stands for it */
#define MADE 128 /* bit of codec, and bit of a tag */

static void must(int fine)
{
	if (!fine)
		abort();
}

static void same_col(const struct tl_col *a, const struct tl_col *b)
{
	must(a->bytes.len == b->bytes.len &&
	     (!a->bytes.len || !memcmp(a->bytes.data, b->bytes.data, a->bytes.len)));
	must(a->n == b->n && (!a->n || !memcmp(a->end, b->end, a->n * sizeof *a->end)));
}

/* Packs a payload into a block of the same head, opened and decoded. */
static void repack(struct tl_payload *payload, const struct tl_block *from, struct tl_block *to)
{
	uint8_t head[TL_BLOCK_HEADER];
	to->head = from->head;
	must(tl_block_pack(payload, TL_CODEC_LZ4, 1, &to->head, &to->payload, NULL) == TL_OK);
	tl_block_put_head(&to->head, head);
	to->check = tl_block_sum(head, tl_hash_64(to->payload.data, to->payload.len));
	must(tl_block_open(to, NULL) == TL_OK && tl_block_decode(to, NULL) == TL_OK);
}

/* small: as archives have them. */
static void records(const struct tl_block *block, uint64_t shift, bool small)
{
	static struct tl_payload payload;
	struct tl_batch a = {0}, b = {0};
	struct tl_block again = {0};
	struct tl_hash128 sum, sum2;
	bool has, has2;
	bool fine = tl_record_decode(block, shift, &a, &sum, &has, NULL) == TL_OK;
	a.apart = small;
	a.repeats = small && a.kind == TL_KIND_SEQ && a.alphabet == TL_NUCLEOTIDE;
	if (fine &&
	    tl_record_encode(&a, block->head.first + shift, has ? &sum : NULL, &payload, NULL) ==
		    TL_OK) {
		repack(&payload, block, &again);
		again.head.first = block->head.first + shift;
		must(tl_record_decode(&again, 0, &b, &sum2, &has2, NULL) == TL_OK);
		must(a.n == b.n && has == has2 && a.width == b.width && a.eol == b.eol);
		must(a.format == b.format);
		must(!a.n ||
		     (!memcmp(a.ordinal, b.ordinal, 8 * a.n) &&
		      !memcmp(a.length, b.length, 8 * a.n) && !memcmp(a.flags, b.flags, a.n)));
		must(a.kind == TL_KIND_SEQ || !a.n || !memcmp(a.base, b.base, 8 * a.n));
		same_col(&a.head, &b.head);
		same_col(&a.lead, &b.lead);
		same_col(&a.lay, &b.lay);
		same_col(&a.plus, &b.plus);
		same_col(&a.qual, &b.qual);
		same_col(&a.qlay, &b.qlay);
		same_col(&a.mask, &b.mask);
		same_col(&a.resi, &b.resi);
		same_col(&a.ops, &b.ops);
		same_col(&a.subs, &b.subs);
		same_col(&a.lits, &b.lits);
	}
	tl_block_free(&again);
	tl_batch_free(&a);
	tl_batch_free(&b);
}

static void edges(const struct tl_block *block, uint64_t shift)
{
	static struct tl_payload payload;
	struct tl_edges a = {0}, b = {0};
	struct tl_block again = {0};
	if (tl_edge_decode(block, shift, &a, NULL) == TL_OK &&
	    tl_edge_encode(&a, block->head.first + shift, &payload, NULL) == TL_OK) {
		repack(&payload, block, &again);
		again.head.first = block->head.first + shift;
		must(tl_edge_decode(&again, 0, &b, NULL) == TL_OK && a.n == b.n);
		must(!a.n || (!memcmp(a.a, b.a, 8 * a.n) && !memcmp(a.b, b.b, 8 * a.n) &&
			      !memcmp(a.flags, b.flags, a.n)));
		same_col(&a.ops, &b.ops);
		same_col(&a.lita, &b.lita);
		same_col(&a.subb, &b.subb);
	}
	tl_block_free(&again);
	tl_edge_free(&a);
	tl_edge_free(&b);
}

static void cands(const struct tl_block *block, uint64_t shift)
{
	static struct tl_payload payload;
	struct tl_cands a = {0}, b = {0};
	struct tl_block again = {0};
	if (tl_cand_decode(block, shift, &a, NULL) == TL_OK) {
		must(tl_cand_encode(&a, block->head.first + shift, &payload, NULL) == TL_OK);
		repack(&payload, block, &again);
		again.head.first = block->head.first + shift;
		must(tl_cand_decode(&again, 0, &b, NULL) == TL_OK && a.n == b.n);
		must(a.part.part == b.part.part && a.part.bank == b.part.bank);
		for (size_t i = 0; i < a.n; i++)
			must(a.cand[i].a == b.cand[i].a && a.cand[i].b == b.cand[i].b &&
			     a.cand[i].diagonal == b.cand[i].diagonal &&
			     a.cand[i].hits == b.cand[i].hits &&
			     a.cand[i].minus == b.cand[i].minus);
	}
	tl_block_free(&again);
	tl_cand_free(&a);
	tl_cand_free(&b);
}

static void decode(const struct tl_block *block, uint64_t shift)
{
	struct tl_note_file file;
	struct tl_note_ends ends;
	struct tl_note_index *index;
	size_t n;
	switch (block->head.type) {
	case TL_BLOCK_EDGE:
		edges(block, shift);
		break;
	case TL_BLOCK_CAND:
		cands(block, shift);
		break;
	case TL_BLOCK_FILE:
		if (tl_note_get_file(block, shift, &file, NULL) == TL_OK)
			must(file.end >= file.first && file.missing <= file.end - file.first);
		break;
	case TL_BLOCK_ENDS:
		(void)!tl_note_get_ends(block, &ends, NULL);
		break;
	case TL_BLOCK_INDX:
		if (tl_note_get_index(block, &index, &n, NULL) == TL_OK)
			free(index);
		break;
	case TL_BLOCK_PROV:
		(void)tl_note_get_prov(block);
		break;
	default:
		records(block, shift, false);
		records(block, shift, true);
	}
}

/* A payload of columns with the tags that decoders look for. */
static void make_payload(struct tl_block *block, const uint8_t *p, size_t n)
{
	static const char tags[] = "PARMFLAGORDNRLENBASELEADHEADMASKODDBURACLAYOPLUSQUALQLAYRESI"
				   "PACKPODDOPSVSUBSLITSHSUMAORDBORDSUBASUBBLITALITBTAILNAMEENDS"
				   "TEXTTYPEOFFSLASTRECSFOOTxxxxDIAGHITS"
				   "COPYRUNCRUNERUNNRUNOSUBPSUBXLITPLITXLITC";
	static struct tl_payload payload;
	tl_block_clear(&payload);
	while (n >= 2 && payload.columns < TL_BLOCK_COLUMNS) {
		const char *t = tags + 4 * (p[0] % MADE % (sizeof tags / 4));
		size_t len = p[1] < n - 2 ? p[1] : n - 2;
		int last = p[0] & MADE ? t[3] | 0x20 : t[3];
		struct tl_buf *col = tl_block_column(&payload, TL_TAG(t[0], t[1], t[2], last));
		must(tl_buf_add(col, p + 2, len, NULL) == TL_OK);
		p += 2 + len;
		n -= 2 + len;
	}
	must(tl_block_pack(&payload, (enum tl_codec)block->head.codec, 1, &block->head,
			   &block->payload, NULL) == TL_OK);
}

/* The payload as it is, of lengths that the directory adds up to, so that most get past it. */
static void take_payload(struct tl_block *block, const uint8_t *p, size_t n)
{
	uint64_t raw = 0;
	size_t columns = n >= 4 ? tl_bits_get32(p) : 0;
	must(tl_buf_add(&block->payload, p, n, NULL) == TL_OK);
	for (size_t i = 0; i < columns && i < TL_BLOCK_COLUMNS && 20 + 16 * i <= n; i++)
		raw += tl_bits_get32(p + 8 + 16 * i);
	block->head.raw = (uint32_t)(raw < 1 << 22 ? raw : 0);
	block->head.stored = (uint32_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t types[] = {TL_BLOCK_SEQS, TL_BLOCK_DUPS, TL_BLOCK_DLTA, TL_BLOCK_EDGE,
					 TL_BLOCK_FILE, TL_BLOCK_ENDS, TL_BLOCK_INDX, TL_BLOCK_PROV};
	struct tl_block block = {0};
	uint8_t head[TL_BLOCK_HEADER];
	if (size < FRONT || size > 1 << 20)
		return 0;
	block.head.type = data[0] == CAND ? TL_BLOCK_CAND
					  : types[data[0] % (sizeof types / sizeof *types)];
	block.head.codec = data[1] % MADE % TL_CODECS;
	block.head.records = tl_bits_get16(data + 2);
	block.head.first = tl_bits_get64(data + 4) >> (data[4] % 64);
	uint64_t shift = tl_bits_get64(data + 12) >> (data[12] % 64);
	if (data[1] & MADE)
		make_payload(&block, data + FRONT, size - FRONT);
	else
		take_payload(&block, data + FRONT, size - FRONT);
	if (block.head.codec == TL_CODEC_MODEL && block.head.raw > 1 << 14) {
		tl_block_free(&block); /* models are slow */
		return 0;
	}
	tl_block_put_head(&block.head, head);
	must(tl_block_get_head(head, &block.head, NULL) == TL_OK);
	block.check = tl_block_sum(head, tl_hash_64(block.payload.data, block.payload.len));
	if (tl_block_open(&block, NULL) == TL_OK && tl_block_decode(&block, NULL) == TL_OK)
		decode(&block, shift);
	tl_block_free(&block);
	return 0;
}
