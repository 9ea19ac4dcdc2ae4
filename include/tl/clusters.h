/* SPDX-License-Identifier: MIT */
/* clusters: which record belongs to which reference, as a table.
 *
 * Every record stands in exactly one line, duplicates included, by reference and then in input
 * order, the reference first.
 *   tsv    representative TAB member, the first words of their headers
 *   tsv+   the same, TAB ordinal of the representative TAB ordinal of the member
 *   clstr  CD-HIT's: ">Cluster N", then "I\tLENaa, >NAME... *" or "... at 98.50%" ("at +/98.50%"
 *   for nucleotides)
 *   uc     USEARCH's ten columns: S, H and C lines; the alignment column holds the run lengths of
 *   the local
 *          alignment (M, D: residues of the member only, I: of the reference only), "=" for a
 *          duplicate of the reference, "*" for a record that was a delta before; its identity is
 *          that to what it is copied from
 *   taxa   as tsv, TAB the member's taxonomy id TAB the lowest common ancestor of all ids in the
 *          cluster; 0 where there is none.  The set has taxa and a lineage.
 * Threads: one.
 */
#ifndef TL_CLUSTERS_H
#define TL_CLUSTERS_H

#include <tl/err.h>
#include <tl/out.h>
#include <tl/set.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_clusters_format {
	TL_CLUSTERS_TSV,
	TL_CLUSTERS_TSVPLUS,
	TL_CLUSTERS_CLSTR,
	TL_CLUSTERS_UC,
	TL_CLUSTERS_TAXA,
};

/* Splits "FILE:FORMAT" at its last colon where a known format follows; *ret_path_len bytes of
 * spec are the path. */
enum tl_clusters_format tl_clusters_parse(const char *spec, int *ret_path_len);

/* Writes the table of a set that was selected with want_words. */
enum tl_status tl_clusters_write(struct tl_set *set, enum tl_clusters_format format,
				 struct tl_out *out, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
