/* SPDX-License-Identifier: MIT */
/* taxonmap: a file that says taxonomy ids of names, as --taxonmap takes it.
 *
 * Each line is one of
 *   NAME tab ID                                 what diamond and makeblastdb take too
 *   ACCESSION tab ACCESSION.VERSION tab ID tab GI   NCBI's accession2taxid
 *   ID tab | tab NAME tab | tab ...              NCBI's names.dmp
 * where a NAME is the first word of a header, an accession with or without its version, or the
 * name of an organism.  A first line whose ID is no number is a heading.  Lines with the ID 0 and
 * empty ones are passed over; of a name that comes twice the first ID counts, and of names.dmp
 * scientific names before others.  The file may be compressed (tl/inflate.h).
 * Memory: the bytes of the names and about 44 bytes each.  Threads: once loaded, read only.
 */
#ifndef TL_TAXONMAP_H
#define TL_TAXONMAP_H

#include <stdint.h>
#include <tl/batch.h>
#include <tl/err.h>
#include <tl/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_taxonmap;

/* "-" is standard input.  TL_DATA with "FILE:LINE: reason". */
enum tl_status tl_taxonmap_load(const char *path, struct tl_pool *opt_pool,
				struct tl_taxonmap **ret, struct tl_err *err) TL_CHECK;

uint64_t tl_taxonmap_names(const struct tl_taxonmap *map);

/* Fills the column taxa of a batch that has none: for each record whose ids are not those that its
 * header says.  The id of a title is that of its first word, else of a part of it between bars;
 * else those that the title says; else that of the organism in its last brackets. */
enum tl_status tl_taxonmap_apply(const struct tl_taxonmap *map, struct tl_batch *batch,
				 struct tl_err *err) TL_CHECK;

void tl_taxonmap_free(struct tl_taxonmap *map); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
