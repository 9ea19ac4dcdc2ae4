/* SPDX-License-Identifier: MIT */
/* fasta: FASTA text to batches of records, every byte kept (back again: tl/text.h).
 *
 * Reading has two steps, so that text can be parsed in parallel while the cuts depend on the
 * text alone: tl_fasta_cut says how much of a window of text is one chunk and with which state
 * the next begins; tl_fasta_parse turns one chunk into one batch, with nothing but the chunk's
 * state. A chunk is cut before the last '>' that begins a line; where the window holds no second
 * record, the whole window is one piece of a longer record.
 *
 * Line ends: a file whose first line end is a CR without LF is a CR file, where CR, LF and CR LF
 * all end a line; in every other file LF and CR LF end a line and a lone CR is an ordinary byte.
 * A file may begin with a UTF-8 byte order mark, blank lines (white space is blank) and lines
 * that begin with ';'; then '>' must come, else TL_DATA. From there on every text parses: blank
 * lines and whatever else stands before the next '>' at the beginning of a line belong to the
 * record before.
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

/* Where a chunk begins.  A file begins with tl_fasta_start. */
struct tl_fasta_state {
	enum tl_alphabet alphabet;
	bool cr;        /* a CR file, see above */
	bool first;     /* at the beginning of the file, before any record */
	bool inside;    /* in a record that an earlier chunk began */
	bool in_header; /* and its header has not ended */
	bool mid_line;  /* not at the beginning of a line */
};

/* The state at the beginning of a file, from its first window of text (at least 256 KiB, or
 * all). */
struct tl_fasta_state tl_fasta_start(const uint8_t *text, size_t n);

#define TL_FASTA_MAX (64u << 20) /* bytes of a window at most */

/* How many bytes of text[0..n) are the next chunk (> 0 for n > 0), and the state behind it in
 * *ret_next; eof: no text follows the window (ret_next->inside is then false). A window should
 * be the same number of bytes each time, but for the last. All bytes before a file's first
 * record must lie in its first window, and so must that '>'. */
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
 * with place filled; the message is the bare reason. Only the first chunk of a file can be
 * refused: all else is kept. */
enum tl_status tl_fasta_parse(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
			      const struct tl_fasta_state *next, struct tl_batch *batch,
			      struct tl_fasta_place *place, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
