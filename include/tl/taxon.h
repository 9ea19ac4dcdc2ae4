/* SPDX-License-Identifier: MIT */
/* taxon: the NCBI taxonomy ids of a record: those that its header says, or those in its column
 * taxa (tl/batch.h).
 *
 * Read from headers are OX=9606 (UniProt), TaxID=9606 (UniRef), taxid:9606, taxid=9606, taxid|9606
 * (Kraken), tax_id in place of taxid, in any case of letters but for OX, as words of their own.  A
 * header of several titles joined by Ctrl-A may say one in each.
 * Threads: pure.
 */
#ifndef TL_TAXON_H
#define TL_TAXON_H

#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_TAXON_MAX ((1u << 31) - 1)

/* The next id in the header at or behind *pos, which goes on behind it; 0: there is none. */
uint32_t tl_taxon_next(struct tl_str head, size_t *pos);

/* The next id of a record, the column's where it has any; *pos is 0 at first. 0: there is none. An
 * id may come again, as in several titles. */
uint32_t tl_taxon_each(struct tl_str head, struct tl_str taxa, size_t *pos);

/* Digits at *pos that are a number up to TL_TAXON_MAX; 0 where not, or where a letter, a digit or
 * '_' follows. */
uint32_t tl_taxon_read(struct tl_str s, size_t *pos);

#ifdef __cplusplus
}
#endif
#endif
