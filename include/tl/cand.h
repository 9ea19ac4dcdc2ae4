/* SPDX-License-Identifier: MIT */
/* cand: candidate pairs as CAND blocks: what one bucket of k-mers says of pairs of records, not yet
 * aligned.  man tl-stream(5) section 6.1.
 *
 * Threads: one at a time.
 */
#ifndef TL_CAND_H
#define TL_CAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/alphabet.h>
#include <tl/block.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TL_CAND_DIAGONALS (1LL << 32) /* a diagonal lies between minus that and that */
#define TL_CAND_HITS (1ULL << 32)     /* most hits on a diagonal */

struct tl_cand {
	uint64_t a, b;    /* ordinals of member and centre, a != b */
	int64_t diagonal; /* place in b (with minus, in its reverse complement) less place in a */
	uint64_t hits;    /* k-mers shared on it, 1 to TL_CAND_HITS */
	bool minus;
};

/* What a block of candidates says of all of them. */
struct tl_cand_part {
	uint32_t part, parts; /* which bucket, from 0, of how many */
	uint64_t bank;        /* tl_bank_sum of the sequences that were looked at */
	uint64_t how;         /* tl_sketch_sum: how their k-mers were taken */
	enum tl_alphabet alphabet;
};

struct tl_cands {
	struct tl_cand_part part;
	struct tl_cand *cand; /* [n] */
	size_t n, cap;
};

enum tl_status tl_cand_add(struct tl_cands *cands, const struct tl_cand *c,
			   struct tl_err *err) TL_CHECK;
void tl_cand_reset(struct tl_cands *cands);
void tl_cand_free(struct tl_cands *cands);

/* As in tl/edge.h. */
enum tl_status tl_cand_encode(const struct tl_cands *cands, uint64_t first,
			      struct tl_payload *payload, struct tl_err *err) TL_CHECK;
enum tl_status tl_cand_decode(const struct tl_block *block, uint64_t shift, struct tl_cands *cands,
			      struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
