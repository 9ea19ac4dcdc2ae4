/* SPDX-License-Identifier: MIT */
/* fastq: FASTQ text to batches of records; see tl/fasta.h, of which this is a part. */
#ifndef TL_SEQ_FASTQ_H
#define TL_SEQ_FASTQ_H

#include <stddef.h>
#include <stdint.h>

#include <tl/alphabet.h>
#include <tl/err.h>
#include <tl/fasta.h>

#include "parser.h"

/* What the sequences of a file's first window hold. */
enum tl_alphabet tl_fastq_guess(const struct tl_fasta_state *state, const uint8_t *text, size_t n);

/* tl_fasta_cut where text follows the window; next has been begun. */
size_t tl_fastq_cut(const struct tl_fasta_state *state, const uint8_t *text, size_t n,
		    struct tl_fasta_state *next);

/* Reads a chunk from ps->p on. */
enum tl_status tl_fastq_read(struct tl_parser *ps, struct tl_err *err) TL_CHECK;

#endif
