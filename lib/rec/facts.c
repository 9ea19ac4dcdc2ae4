/* SPDX-License-Identifier: MIT */
/* facts: the fields of filter expressions of one record. */
#include <tl/facts.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/taxon.h>
#include <tl/text.h>

#include "motif.h"
#include "tally.h"

#define BASES (1u << TL_EXPR_GC | 1u << TL_EXPR_AMBIGUOUS)
#define STRINGS (1u << TL_EXPR_ID | 1u << TL_EXPR_HEADER | 1u << TL_EXPR_DESC | 1u << TL_EXPR_TAXID)

struct tl_facts {
	struct tl_expr_run *run;
	unsigned wanted;  /* fields that the expression asks for */
	unsigned counted; /* of them, what was counted of the record */
	unsigned motifs;
	struct tl_motif *motif; /* [2][motifs] by alphabet */
	/* The record: */
	const struct tl_entry *entry; /* the only one; NULL: it was added piece by piece */
	enum tl_alphabet alphabet;
	enum tl_format format;
	uint64_t ordinal, length, masked;
	uint64_t gc, definite; /* of nucleotides; of proteins definite counts what is not */
	struct tl_tally_words words;
	uint64_t chars, qualities; /* of the body; of those that have a quality so far */
	uint64_t phred;            /* sum of their bytes */
	struct tl_str head, taxa;
	/* Of a record in pieces: */
	struct tl_buf head_bytes, taxa_bytes;
	struct tl_buf seam; /* the end of the pieces so far, and the beginning of the next */
	bool *found;        /* [motifs] */
};

/* ---- counting ---- */

static void count_bases(struct tl_facts *f, struct tl_str resi)
{
	if (f->alphabet == TL_NUCLEOTIDE) {
		f->gc += tl_tally_bytes(resi.p, resi.n, "GCGC");
		f->definite += tl_tally_bytes(resi.p, resi.n, "ACGT");
	} else {
		f->definite += resi.n - tl_tally_bytes(resi.p, resi.n, "BJXZ");
	}
}

static void count_quality(struct tl_facts *f, const struct tl_entry *e)
{
	f->chars += e->length + tl_tally_odd(e->odd);
	uint64_t left = f->chars - f->qualities;
	size_t n = e->qual.n < left ? e->qual.n : (size_t)left;
	for (size_t i = 0; i < n; i++)
		f->phred += e->qual.p[i];
	f->qualities += n;
}

/* Counts what the fields in mask need. */
static void count(struct tl_facts *f, const struct tl_entry *e, unsigned mask)
{
	if (mask & BASES)
		count_bases(f, e->resi);
	if (mask & 1u << TL_EXPR_MASKED)
		f->masked += tl_tally_masked(e->mask);
	if (mask & 1u << TL_EXPR_COMPLEXITY)
		tl_tally_words(&f->words, f->alphabet, e->resi.p, e->resi.n);
	if (mask & 1u << TL_EXPR_QUALITY && f->format == TL_FORMAT_FASTQ)
		count_quality(f, e);
}

static void begin(struct tl_facts *f, const struct tl_batch *like, const struct tl_entry *e)
{
	f->alphabet = like->alphabet;
	f->format = like->format;
	f->ordinal = e->ordinal;
	f->length = f->masked = f->gc = f->definite = 0;
	f->chars = f->qualities = f->phred = 0;
	f->counted = 0;
	f->words.different = f->words.all = f->words.n = 0;
}

/* ---- as a source of fields ---- */

static struct tl_expr_num ratio(uint64_t num, uint64_t den)
{
	return (struct tl_expr_num){(int64_t)num, (int64_t)den};
}

static struct tl_expr_num get_number(void *ctx, enum tl_expr_field field)
{
	struct tl_facts *f = ctx;
	size_t pos = 0;
	unsigned need = 1u << field & BASES ? BASES : 1u << field;
	if (!(f->counted & need)) {
		count(f, f->entry, need);
		f->counted |= need;
	}
	switch (field) {
	case TL_EXPR_LENGTH:
		return ratio(f->length, 1);
	case TL_EXPR_GC:
		return ratio(f->gc, f->alphabet == TL_NUCLEOTIDE ? f->definite : 0);
	case TL_EXPR_ORDINAL:
		return ratio(f->ordinal, 1);
	case TL_EXPR_TAXID:
		return ratio(tl_taxon_each(f->head, f->taxa, &pos), 1);
	case TL_EXPR_AMBIGUOUS:
		return ratio(f->length - f->definite, 1);
	case TL_EXPR_MASKED:
		return ratio(f->masked, 1);
	case TL_EXPR_COMPLEXITY:
		tl_tally_words_end(&f->words, f->alphabet);
		return ratio(f->words.different, f->words.all);
	default: /* quality */
		return (struct tl_expr_num){(int64_t)f->phred - 33 * (int64_t)f->qualities,
					    (int64_t)f->qualities};
	}
}

static struct tl_str get_string(void *ctx, enum tl_expr_field field)
{
	const struct tl_facts *f = ctx;
	struct tl_str s = f->head, id = tl_text_word(s);
	if (field == TL_EXPR_HEADER)
		return s;
	if (field == TL_EXPR_ID)
		return id;
	while (id.n < s.n && (s.p[id.n] == ' ' || s.p[id.n] == '\t'))
		id.n++;
	return (struct tl_str){s.n ? s.p + id.n : s.p, s.n - id.n};
}

static const struct tl_motif *motif_of(const struct tl_facts *f, unsigned i)
{
	return &f->motif[(f->alphabet == TL_NUCLEOTIDE ? f->motifs : 0) + i];
}

static bool get_has(void *ctx, unsigned i)
{
	const struct tl_facts *f = ctx;
	if (!f->entry)
		return f->found[i];
	return tl_motif_find(motif_of(f, i), f->entry->resi.p, f->entry->resi.n);
}

static enum tl_status judge(struct tl_facts *f, bool *ret, struct tl_err *err)
{
	struct tl_expr_source source = {f, get_number, get_string, get_has};
	enum tl_status st = tl_expr_eval(f->run, &source, ret, err);
	if (st != TL_OK)
		(void)tl_err_prefix(err, "record tl|%llu", (unsigned long long)f->ordinal);
	return st;
}

enum tl_status tl_facts_judge(struct tl_facts *f, const struct tl_batch *like,
			      const struct tl_entry *entry, bool *ret, struct tl_err *err)
{
	begin(f, like, entry);
	f->entry = entry;
	f->length = entry->length;
	f->head = entry->head;
	f->taxa = entry->taxa;
	return judge(f, ret, err);
}

/* ---- pieces ---- */

/* Looks for motifs in a piece, and over the seam between it and those before. */
static enum tl_status find_motifs(struct tl_facts *f, struct tl_str resi, struct tl_err *err)
{
	size_t most = TL_EXPR_MOTIF - 1, old = f->seam.len, head = resi.n < most ? resi.n : most;
	enum tl_status st = tl_buf_add(&f->seam, resi.p, head, err);
	if (st != TL_OK)
		return st;
	for (unsigned i = 0; i < f->motifs; i++)
		f->found[i] = f->found[i] ||
			      tl_motif_find(motif_of(f, i), f->seam.data, f->seam.len) ||
			      tl_motif_find(motif_of(f, i), resi.p, resi.n);
	if (resi.n >= most) {
		memcpy(f->seam.data, resi.p + resi.n - most, most);
		f->seam.len = most;
	} else if (old + head > most) {
		memmove(f->seam.data, f->seam.data + old + head - most, most);
		f->seam.len = most;
	}
	return TL_OK;
}

enum tl_status tl_facts_add(struct tl_facts *f, const struct tl_batch *like,
			    const struct tl_entry *piece, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	if (!(piece->flags & TL_REC_IN)) {
		begin(f, like, piece);
		f->entry = NULL;
		tl_buf_reset(&f->head_bytes);
		tl_buf_reset(&f->taxa_bytes);
		tl_buf_reset(&f->seam);
		memset(f->found, 0, f->motifs);
	}
	f->length += piece->length;
	count(f, piece, f->wanted);
	if (f->wanted & STRINGS)
		st = tl_buf_add(&f->head_bytes, piece->head.p, piece->head.n, err);
	if (st == TL_OK && f->wanted & STRINGS)
		st = tl_buf_add(&f->taxa_bytes, piece->taxa.p, piece->taxa.n, err);
	if (st == TL_OK && f->motifs)
		st = find_motifs(f, piece->resi, err);
	return st;
}

enum tl_status tl_facts_end(struct tl_facts *f, bool *ret, struct tl_err *err)
{
	f->head = (struct tl_str){f->head_bytes.data, f->head_bytes.len};
	f->taxa = (struct tl_str){f->taxa_bytes.data, f->taxa_bytes.len};
	f->counted = ~0u;
	return judge(f, ret, err);
}

/* ---- the object ---- */

enum tl_status tl_facts_new(const struct tl_expr *e, struct tl_facts **ret, struct tl_err *err)
{
	struct tl_facts *f = tl_mem_zalloc(1, sizeof *f, err);
	if (!f)
		return TL_NOMEM;
	f->wanted = tl_expr_fields(e);
	f->motifs = tl_expr_motifs(e);
	f->motif = tl_mem_alloc(2 * f->motifs, sizeof *f->motif, err);
	f->found = tl_mem_zalloc(f->motifs, sizeof *f->found, err);
	enum tl_status st = f->motif && f->found ? tl_expr_run_new(e, &f->run, err) : TL_NOMEM;
	if (st != TL_OK) {
		tl_facts_free(f);
		return st;
	}
	for (unsigned i = 0; i < f->motifs; i++) {
		tl_motif_make(tl_expr_motif(e, i), TL_PROTEIN, &f->motif[i]);
		tl_motif_make(tl_expr_motif(e, i), TL_NUCLEOTIDE, &f->motif[f->motifs + i]);
	}
	*ret = f;
	return TL_OK;
}

void tl_facts_free(struct tl_facts *f)
{
	if (!f)
		return;
	tl_expr_run_free(f->run);
	free(f->motif);
	free(f->found);
	tl_buf_free(&f->head_bytes);
	tl_buf_free(&f->taxa_bytes);
	tl_buf_free(&f->seam);
	free(f);
}
