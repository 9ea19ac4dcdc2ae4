/* SPDX-License-Identifier: MIT */
/* fasta: FASTA and FASTQ text to batches of records, every byte kept (back again: tl/text.h).
 *
 * Reading has two steps, so that text can be parsed in parallel while the cuts depend on the
 * text alone: tl_fasta_cut says how much of a window of text is one chunk and with which state
 * the next begins; tl_fasta_parse turns one chunk into one batch, with nothing but the chunk's
 * state. A chunk is cut before the last record that begins in it; where the window holds no second
 * record, the whole window is one piece of a longer record.
 *
 * Line ends: a file whose first line end is a CR without LF is a CR file, where CR, LF and CR LF
 * all end a line; in every other file LF and CR LF end a line and a lone CR is an ordinary byte.
 *
 * A file is FASTQ where the first line that is not blank begins with '@', else FASTA. A UTF-8 byte
 * order mark may stand before all; white space is blank.
 *
 * FASTA: whatever stands before the first '>' at the beginning of a line (comments, the report of
 * a search program) is the lead of the first record; where there is none, TL_DATA. From there on
 * every text parses: blank lines and whatever else stands before the next '>' at the beginning of
 * a line belong to the record before.
 *
 * FASTQ: a header line, which begins with '@'; lines of sequence up to one that begins with '+';
 * then lines of qualities until they have as many characters as the sequence (its line ends not
 * counted, all else is); then blank lines. So both may be cut into lines, a quality may be any
 * byte, and a line of them may begin with '@' or '+'. TL_DATA where a sequence has a line that
 * begins with '@', where the numbers of characters differ (or cannot be told to be the same, as
 * the text ends), or where a record begins with something else.
 * Threads: the functions are pure but for their arguments.
 */
#ifndef TL_FASTA_H
#define TL_FASTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/batch.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of a FASTQ record: BETWEEN are the blank lines behind it. */
enum tl_fasta_part {
	TL_FASTA_BETWEEN,
	TL_FASTA_HEADER,
	TL_FASTA_BODY,
	TL_FASTA_PLUS,
	TL_FASTA_QUALITY
};

/* Where a chunk begins.  A file begins with tl_fasta_start. */
struct tl_fasta_state {
	enum tl_alphabet alphabet;
	enum tl_format format;
	bool cr;        /* a CR file, see above */
	bool strict;    /* set by the caller: what is no residue of the alphabet is refused */
	bool first;     /* at the beginning of the file, before any record */
	bool inside;    /* in a record that an earlier chunk began */
	bool in_header; /* and its header has not ended; not used in FASTQ */
	bool mid_line;  /* not at the beginning of a line */
	/* FASTQ, inside: */
	enum tl_fasta_part part; /* of the open line, or of the one that comes if nothing turns there */
	uint64_t body, quality;  /* characters of the record so far */
	/* mid_line: */
	uint64_t column; /* characters of the open line */
};

/* The state at the beginning of a file, from its first window of text (at least 256 KiB, or
 * all). */
struct tl_fasta_state tl_fasta_start(const uint8_t *text, size_t n);

#define TL_FASTA_MAX (64u << 20) /* bytes of a window at most */

/* How many bytes of text[0..n) are the next chunk (> 0 for n > 0), and the state behind it in
 * *ret_next; eof: no text follows the window (ret_next->inside is then false). A window should
 * be the same number of bytes each time, but for the last. All bytes before a file's first
 * record must lie in its first window, and so must that '>' or '@'. */
size_t tl_fasta_cut(const struct tl_fasta_state *state, const uint8_t *text, size_t n, bool eof,
		    struct tl_fasta_state *ret_next);

/* Where a chunk is wrong: line (from 1, within the chunk) and column (from 1). */
struct tl_fasta_place {
	uint64_t lines; /* line ends in the chunk, set on success: the next one's lines go on */
	uint64_t line, column;
};

/* Parses one chunk into batch (reset first); next: what tl_fasta_cut said of the state behind
 * it, by which parse knows whether the last record goes on. Ordinals count from 0, and from 0
 * for a first entry with TL_REC_IN too (the next one, if any, is then 1). An empty chunk is
 * fine: where a record was to go on it gives an empty piece that ends it, else no entry. TL_DATA
 * with place filled; the message is the bare reason. Of a FASTA file only the first chunk can be
 * refused unless the state is strict: all else is kept. */
enum tl_status tl_fasta_parse(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
			      const struct tl_fasta_state *next, struct tl_batch *batch,
			      struct tl_fasta_place *place, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
