/* SPDX-License-Identifier: MIT */
/* recall: paths of pairs that were aligned before, out of a cache. */
#ifndef RECALL_H
#define RECALL_H

#include "compare_pair.h"

/* A number for all that decides a path beside the two sequences and the pair's band. */
uint64_t tl_recall_how(const struct tl_compare_set *set);

/* The key of a pair whose centre was taken as b. */
struct tl_hash128 tl_recall_key(const struct tl_compare_set *set, const struct tl_pair *p,
				struct tl_str a, struct tl_str b);

/* The path as it was made then; false where it is not known, or what is known does not fit the
 * residues.  Of a path that is no link only the score is there. */
bool tl_recall_find(const struct tl_compare_set *set, struct tl_compare_bench *bench,
		    struct tl_hash128 key, struct tl_str a, struct tl_str b,
		    struct tl_align_path *path);

/* Keeps one that was made now; unproven: it was counted as such. */
enum tl_status tl_recall_keep(const struct tl_compare_set *set, struct tl_compare_bench *bench,
			      struct tl_hash128 key, bool minus, bool unproven, struct tl_str a,
			      struct tl_str b, const struct tl_align_path *path,
			      struct tl_err *err) TL_CHECK;

#endif
