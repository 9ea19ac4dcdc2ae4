/* SPDX-License-Identifier: MIT */
/* taxon: the NCBI taxonomy ids that a header says.
 *
 * Read are OX=9606 (UniProt), TaxID=9606 (UniRef), taxid:9606, taxid=9606, taxid|9606 (Kraken),
 * tax_id in place of taxid, in any case of letters, as words of their own.  A header of several
 * titles joined by Ctrl-A may say one in each.
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

/* The next id at or behind *pos, which goes on behind it; 0: there is none.  Ids are below 2^31. */
uint32_t tl_taxon_next(struct tl_str head, size_t *pos);

#ifdef __cplusplus
}
#endif
#endif
