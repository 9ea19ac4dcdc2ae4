/* SPDX-License-Identifier: MIT */
/* text: the entries of a batch as FASTA or FASTQ text again, every byte of the original.
 *
 * The inverse of tl/fasta.h: what a batch says about the look of its records (see tl/batch.h) is
 * written out.  Side strings come from a stream and may be anything; one that is broken or does
 * not fit its residues is refused, and no output is made that is larger than they justify.
 * Threads: the functions are pure but for their arguments.
 */
#ifndef TL_TEXT_H
#define TL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The case of residues; other bytes stay as they are. */
enum tl_text_case { TL_TEXT_AS_IT_WAS, TL_TEXT_UPPER, TL_TEXT_LOWER };

/* How an entry is written as text. */
struct tl_text_style {
	bool own;        /* the entry's own layout, all bytes: the original text */
	bool fastq;      /* write FASTQ (of the entries of a FASTQ batch only), else FASTA */
	bool keep_lead;  /* write lead bytes (a complete file) */
	bool end_line;   /* end the last line also where the text had no line end (a subset) */
	uint64_t width;  /* !own: characters of a line, 0: one line; lines end in LF, odd bytes
			  * and case stay */
	enum tl_text_case letters;
	const char *prefix; /* put behind '>' or '@' (NULL: nothing), for --refs-id */
	size_t prefix_len;
	/* Kept over the pieces of a record, 0 at first: */
	uint64_t column; /* characters on the open line (own: is one open?) */
	uint64_t due;    /* !own: characters of the body without a quality so far */
};

/* Appends the text of entry e to out; residues (e->length bytes, upper case) are given apart, so
 * that kinds without resi can be written.  width and eol are the batch's defaults.  TL_DATA where
 * a side string is broken or does not fit the residues; out->len is then as before. */
enum tl_status tl_text_render(const struct tl_entry *e, enum tl_alphabet alphabet, uint32_t width,
			      enum tl_eol eol, const uint8_t *residues, struct tl_text_style *style,
			      struct tl_buf *out, struct tl_err *err) TL_CHECK;

/* Appends the text of entries at .. at + n of a batch as tl_text_render does, for as long as each is
 * whole and nothing but a header and residues in lines of one width; *ret_done is how many were.  It
 * may be fewer, and is none in a style that it does not know: go on with tl_text_render. */
enum tl_status tl_text_plain(const struct tl_batch *b, size_t at, size_t n,
			     struct tl_text_style *style, struct tl_buf *out, size_t *ret_done,
			     struct tl_err *err) TL_CHECK;

/* Carries style over entry e as tl_text_render does, without writing: for who renders the pieces of
 * a record side by side.  What is broken is left to tl_text_render. */
void tl_text_pass(const struct tl_entry *e, enum tl_alphabet alphabet, uint32_t width,
		  enum tl_eol eol, struct tl_text_style *style);

/* Appends what entry e has of a header, and LF where the header ends in it. */
enum tl_status tl_text_name(const struct tl_entry *e, struct tl_buf *out, struct tl_err *err)
	TL_CHECK;

/* The first word of a header: up to the first space, tab or Ctrl-A. */
struct tl_str tl_text_word(struct tl_str head);

#ifdef __cplusplus
}
#endif
#endif
