/* SPDX-License-Identifier: MIT */
/* taxtable: the taxonomy ids of the references of a set, as other programs take them.
 *
 * A line for each reference that has an id, by ordinal: its accession (the part of db|ACC|NAME or of
 * gi|N|db|ACC| that they look for, else the first word; or the ordinal of tl|ORDINAL, the number of
 * tlr|NUMBER), TAB the id.
 *   blast    just these: makeblastdb -taxid_map
 *   diamond  under the heading of NCBI's accession2taxid: diamond makedb --taxonmap
 * Threads: one.
 */
#ifndef TL_TAXTABLE_H
#define TL_TAXTABLE_H

#include <tl/err.h>
#include <tl/out.h>
#include <tl/set.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_taxtable_format { TL_TAXTABLE_BLAST, TL_TAXTABLE_DIAMOND };

/* What the headers of references begin with. */
enum tl_taxtable_ids { TL_TAXTABLE_HEADER, TL_TAXTABLE_ORDINAL, TL_TAXTABLE_REFERENCE };

/* Splits "FILE:FORMAT" at its last colon where a known format follows; *ret_path_len bytes of
 * spec are the path. */
enum tl_taxtable_format tl_taxtable_parse(const char *spec, int *ret_path_len);

/* Writes the table of a set that was selected with want_words and want_taxa. */
enum tl_status tl_taxtable_write(struct tl_set *set, enum tl_taxtable_format format,
				 enum tl_taxtable_ids ids, struct tl_out *out, struct tl_err *err)
	TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
