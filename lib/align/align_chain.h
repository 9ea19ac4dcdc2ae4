/* SPDX-License-Identifier: MIT */
/* align_chain: long nucleotides aligned by exact matches, chained, and what lies between them. */
#ifndef ALIGN_CHAIN_H
#define ALIGN_CHAIN_H

#include <tl/align.h>

#include "align_fill.h"

/* An exact match: a[a, a + len) is b[b, b + len). */
struct tl_align_anchor {
	uint32_t a, b, len;
};

/* Memory that is kept over calls. */
struct tl_align_chain {
	struct tl_align_fill fill;
	struct tl_align_anchor *anchor, *link; /* of the stretch in hand; chained ones, a stack */
	size_t n, anchor_cap, n_link, link_cap;
	int64_t *score;
	uint32_t *before;
	size_t score_cap, before_cap;
	struct tl_align_kmers {
		uint64_t *slot; /* open addressing: hash 32, place + 1 32 */
		size_t cap, mask;
	} whole, part;          /* k-mers of all of a, and of a stretch of it */
	uint64_t a_id;          /* whose k-mers whole holds, see tl_align_job; 0: nobody's */
	uint32_t *last;         /* by diagonal */
	size_t last_cap;
};

/* As tl_align_long, into an empty path. */
enum tl_status tl_align_chain_run(struct tl_align_chain *c, const struct tl_score *score,
				  const struct tl_align_job *job, struct tl_align_path *path,
				  struct tl_err *err) TL_CHECK;

void tl_align_chain_free(struct tl_align_chain *c);

#endif
