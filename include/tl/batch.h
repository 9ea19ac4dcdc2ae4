/* SPDX-License-Identifier: MIT */
/* batch: some records in columns, as they stand in a SEQS, DUPS or DLTA block.
 *
 * An entry is a record, or one piece of a record that goes on over several batches (nothing has a
 * maximal length).  Where the residues of an entry come from is the batch's kind: they stand in
 * resi; or they are those of record base (DUP); or they follow from those of base by a script
 * (DELTA).  All else, how the text looks, is the same for the three kinds.
 *
 * The text of an entry is made thus:
 *   1. the bytes lead (what stands before the first record of a file);
 *   2. '>' ('@' in FASTQ) if the record begins here; the bytes head; the line end of the header
 *   unless
 *      the header goes on in the next piece (TL_REC_HEAD_OUT) or ended in an earlier one;
 *   3. the body: the residues, lower case where mask says so, T shown as U where the record is RNA,
 *      with the odd bytes put in between them, cut into lines;
 *   4. in FASTQ, unless the record goes on with its body: '+' if it did not stand in an earlier
 *   piece
 *      (TL_REC_QUAL_IN); what plus says; the line end of that line, by the same rule as the
 *      header's;
 *   5. in FASTQ: the bytes qual, cut into lines.
 * Side strings, all of varints (tl/bits.h) unless said otherwise; an empty one is the usual case:
 *   mask  run lengths over the residues of the entry: upper, lower, upper, lower ...; a last upper
 *         run is left out.
 *   odd   groups {residues since the last group, repeats, one plain byte}.
 *   urac  with TL_REC_RNA: empty, all T are U; else run lengths over the T residues of the entry:
 *         T, U, T, U ...; a last T run is left out.
 *   lay   empty: regular, i.e. the header and all lines end in the batch's eol, and each line but
 *         the last has width characters (0: all in one line), the last 1 to width, no line where
 *         there is no character.  Else: one plain byte, the eol of the header (TL_EOL_NONE where
 *         no header ends here or the text ends with it), then groups {lines, characters in each,
 *         one plain byte eol}; the characters of all lines are those of the body.
 *   plus  empty: nothing stands behind '+'; one byte 0: the bytes head again; else a byte 1 and
 *   the bytes.
 *   qual  a quality for each character of the body, any bytes; behind them the characters of
 *   lines of white
 *         space that follow.  In a record of several pieces that holds for all of them together.
 *   qlay  empty: the line of '+' ends as the header does (or in eol, where none ends here) and the
 *         qualities are cut into lines like the body, of which they then have the length.  Else as
 *         lay, of the line of '+' and of qual.
 *   taxa  of the entry in which a record begins; empty: its taxonomy ids are those that its header
 *         says (tl/taxon.h); else: just these, in the order of its titles, each once.
 *
 * Open struct, a struct of zeros is an empty batch.  Threads: one at a time.
 */
#ifndef TL_BATCH_H
#define TL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_kind { TL_KIND_SEQ, TL_KIND_DUP, TL_KIND_DELTA };

enum tl_eol { TL_EOL_LF, TL_EOL_CRLF, TL_EOL_CR, TL_EOL_NONE };

enum tl_format { TL_FORMAT_FASTA, TL_FORMAT_FASTQ };

enum {
	TL_REC_IN = 1,       /* the entry goes on with the record of the last entry of the block before */
	TL_REC_OUT = 2,      /* the record goes on in the first entry of a later block of this kind */
	TL_REC_HEAD_IN = 4,  /* with IN: the header goes on here; with QUAL_IN the line of '+' */
	TL_REC_HEAD_OUT = 8, /* with OUT: the header is not yet done, there are no residues; with
			      * QUAL_OUT: the line of '+' is not, there are no qualities */
	TL_REC_RNA = 16,     /* T is shown as U */
	TL_REC_QUAL_IN = 32, /* FASTQ, with IN: the body is done, and '+' stood in an earlier piece */
	TL_REC_QUAL_OUT = 64, /* FASTQ, with OUT: the body is done, and '+' stands here or before */
	TL_REC_BASE = 128,   /* DELTA, without IN: later deltas copy from the record */
};

struct tl_batch {
	enum tl_kind kind;
	enum tl_alphabet alphabet;
	enum tl_format format;
	uint32_t width;      /* characters of a regular line; 0: one line whatever its length */
	enum tl_eol eol;     /* how regular lines end; not NONE */
	bool repeats;        /* SEQ, nucleotides: worth looking for stretches that come again */
	bool apart;          /* DELTA: worth taking scripts apart, so that zstd makes them smaller */
	size_t n, cap;       /* entries, and room for them */
	uint64_t *ordinal;   /* [n] the record's number in the input, rising; relative to a first one
			      * that the block header carries */
	uint8_t *flags;      /* [n] TL_REC_... */
	uint64_t *length;    /* [n] residues of this entry */
	uint64_t *base;      /* [n] DUP, DELTA: ordinal (absolute) of the record the residues come from */
	/* Of n items each, or, where all are empty, perhaps of 0, but for head, resi and qual: */
	struct tl_col head, lead, mask, odd, urac, lay, taxa;
	struct tl_col plus, qual, qlay; /* FASTQ */
	struct tl_col resi;  /* SEQ: n items, upper case, U as T in nucleotides */
	struct tl_col ops, subs, lits; /* DELTA: the script, see tl/cigar.h */
	struct tl_col loans; /* DELTA, mostly without items: literals that stand in other references, and
			      * not in lits, see tl/borrow.h */
};

/* One entry to append; strings not owned. */
struct tl_entry {
	uint64_t ordinal, length, base;
	uint8_t flags;
	struct tl_str head, lead, mask, odd, urac, lay, taxa, plus, qual, qlay, resi, ops, subs, lits,
		loans;
};

/* Appends an entry; what the batch's kind or format has no column for is ignored. */
enum tl_status tl_batch_add(struct tl_batch *batch, const struct tl_entry *e, struct tl_err *err)
	TL_CHECK;

/* Ends an entry whose strings were appended to the columns' bytes by the caller: ends the item of
 * each column that the batch has (all but head, resi, qual and a script: only where the column
 * has items or bytes). */
enum tl_status tl_batch_end(struct tl_batch *batch, uint64_t ordinal, uint8_t flags,
			    uint64_t length, uint64_t base, struct tl_err *err) TL_CHECK;

/* Empties to, which then is of that kind and looks like another (alphabet, layout, format). */
void tl_batch_become(struct tl_batch *to, enum tl_kind kind, const struct tl_batch *like);

/* Entry i of the batch; strings point into it. */
void tl_batch_get(const struct tl_batch *batch, size_t i, struct tl_entry *ret);

size_t tl_batch_bytes(const struct tl_batch *batch); /* about what its columns hold */
void tl_batch_reset(struct tl_batch *batch);         /* no entries, memory kept */
void tl_batch_free(struct tl_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
