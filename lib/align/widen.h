/* SPDX-License-Identifier: MIT */
/* widen: may a wider band change the verdict on a pair, and how wide must it be? */
#ifndef WIDEN_H
#define WIDEN_H

#include <stdbool.h>
#include <tl/align.h>

#include "compare_pair.h"

#define TL_WIDEN_FAR 800000 /* proteins: below this identity a band that proves is too wide */

/* Is the path a link that any better alignment makes too?  *opt_link: is it one at all? */
bool tl_widen_certain(const struct tl_compare_set *set, const struct tl_align_job *job,
		      const struct tl_align_path *path, bool minus, bool *opt_link);

/* Does an alignment have room for a better one? */
bool tl_widen_room(const struct tl_align_job *job, const struct tl_align_path *path);

/* Is a wider band wanted after the job's, which gave the path? */
bool tl_widen_wanted(const struct tl_compare_set *set, const struct tl_align_job *job,
		     const struct tl_align_path *path, bool minus);

/* Narrows the band that would prove a path to where a better one may be expected; not of proteins from
 * TL_WIDEN_FAR on. */
void tl_widen_expect(const struct tl_compare_set *set, const struct tl_align_job *job,
		     bool minus, struct tl_align_path *path);

#endif
