/* SPDX-License-Identifier: MIT */
/* score_stat: what scores are worth in bits. */
#ifndef SCORE_STAT_H
#define SCORE_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/score.h>

/* bits of a score = (score x *ret_bits + *ret_base) / 10^6; false where nobody has published
 * that for these scores and gaps. */
bool tl_score_stat_find(const struct tl_score *score, int32_t *ret_bits, int32_t *ret_base);

#endif
