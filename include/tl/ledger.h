/* SPDX-License-Identifier: MIT */
/* ledger: which records stand in which block of an archive: recX.  man tl-stream(5) section 10.
 *
 * A row for each entry of the SEQS, DUPS and DLTA blocks, in the order of the blocks: its ordinal, those of its base and
 * of what it borrows from, whether it is a piece, and a key for each id that it answers to and each taxon that it has.  So the blocks that a few ids need are
 * found without reading others.  A key is 24 bits of a hash: a row may seem to answer, and does not.
 * Threads: pure but for their arguments.
 */
#ifndef TL_LEDGER_H
#define TL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/block.h>
#include <tl/buf.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TL_LEDGER_ORDN,
	TL_LEDGER_BASE,
	TL_LEDGER_INFO,
	TL_LEDGER_KEYS,
	TL_LEDGER_LENT,
	TL_LEDGER_COLUMNS
};

/* Rows as they are stored: columns.  A struct of zeros is empty. */
struct tl_ledger {
	struct tl_buf col[TL_LEDGER_COLUMNS];
	uint64_t rows;
};

/* The key of an id as it is asked for; of db|ACC|NAME that of ACC comes in *ret_inner too (true). */
uint32_t tl_ledger_key(struct tl_str id, bool *ret_has_inner, uint32_t *ret_inner);

/* The key of a taxonomy id that a record has. */
uint32_t tl_ledger_taxon(uint32_t id);

/* Appends the rows of a batch that becomes a block whose ordinals count from first. */
enum tl_status tl_ledger_add(struct tl_ledger *l, const struct tl_batch *batch, uint64_t first,
			     struct tl_err *err) TL_CHECK;

/* Appends the rows of part to l. */
enum tl_status tl_ledger_append(struct tl_ledger *l, const struct tl_ledger *part,
				struct tl_err *err) TL_CHECK;

size_t tl_ledger_bytes(const struct tl_ledger *l);
void tl_ledger_reset(struct tl_ledger *l); /* no rows, memory kept */
void tl_ledger_free(struct tl_ledger *l);

/* Appends the columns to payload (cleared first), which points into l. */
void tl_ledger_encode(const struct tl_ledger *l, struct tl_payload *payload);

/* Walks over the rows of a decoded recX block, which must stay.  A copy of the struct goes on from where it was. */
struct tl_ledger_walk {
	struct tl_str col[TL_LEDGER_COLUMNS];
	size_t at[TL_LEDGER_COLUMNS];
	uint64_t rows, row; /* all; walked over */
	uint64_t ordinal;   /* of the last row */
};

/* TL_DATA where columns are not known. */
enum tl_status tl_ledger_open(const struct tl_block *block, struct tl_ledger_walk *ret,
			      struct tl_err *err) TL_CHECK;

/* The rows that follow are those of a block whose ordinals count from first. */
void tl_ledger_begin(struct tl_ledger_walk *w, uint64_t first);

struct tl_ledger_row {
	uint64_t ordinal, base;
	bool copy, in, out;
	size_t keys;
	const uint8_t *key; /* 3 bytes each, in the block */
	struct tl_str lent; /* for tl_ledger_row_lender */
};

/* The next record that a row borrows from (tl/borrow.h), *pos 0 at first; false behind the last one. */
bool tl_ledger_row_lender(const struct tl_ledger_row *row, size_t *pos, uint64_t *ret);

static inline uint32_t tl_ledger_row_key(const struct tl_ledger_row *row, size_t i)
{
	const uint8_t *p = row->key + 3 * i;
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

/* The next row; TL_DATA where there is none, or it is broken. */
enum tl_status tl_ledger_next(struct tl_ledger_walk *w, struct tl_ledger_row *ret,
			      struct tl_err *err) TL_CHECK;

/* Nothing is left over behind the last row. */
bool tl_ledger_ended(const struct tl_ledger_walk *w);

/* A hash of the rows between two places of a walk; and of rows as they were added: equal where
 * the rows are. */
enum tl_status tl_ledger_hash(const struct tl_ledger_walk *from, const struct tl_ledger_walk *to,
			      uint64_t *ret, struct tl_err *err) TL_CHECK;
enum tl_status tl_ledger_hash_all(const struct tl_ledger *l, uint64_t *ret,
				  struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
