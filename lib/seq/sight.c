/* SPDX-License-Identifier: MIT */
/* sight: about how often something was seen, in little memory. */
#include "sight.h"

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#define LEAST ((size_t)1 << 12)
#define MOST ((size_t)1 << 18)

/* Twice as many slots: as a tag does not say into which half it belongs, it stands in both. */
static enum tl_status grow(struct tl_sight *sight, struct tl_err *err)
{
	size_t slots = sight->slots ? sight->slots * 2 : LEAST;
	uint16_t *slot = tl_mem_zalloc(slots, sizeof *slot, err);
	if (!slot)
		return TL_NOMEM;
	for (size_t i = 0; i < slots && sight->slots; i++)
		slot[i] = sight->slot[i & (sight->slots - 1)];
	free(sight->slot);
	sight->slot = slot;
	sight->slots = slots;
	return TL_OK;
}

enum tl_status tl_sight_add(struct tl_sight *sight, uint64_t hash, unsigned *ret_times,
			    struct tl_err *err)
{
	if (!sight->slots || (sight->seen > sight->slots && sight->slots < MOST)) {
		enum tl_status st = grow(sight, err);
		if (st != TL_OK)
			return st;
	}
	uint16_t *slot = &sight->slot[hash & (sight->slots - 1)],
		 tag = (uint16_t)(hash >> 48 & 0xfff0);
	unsigned times = *slot & TL_SIGHT_MOST;
	bool same = (*slot & 0xfff0) == tag && times;
	sight->seen++;
	*ret_times = 1;
	if (same) {
		*ret_times = times < TL_SIGHT_MOST ? times + 1 : times;
		*slot = (uint16_t)(tag | *ret_times);
	} else if (times > 1) {
		*slot = (uint16_t)(*slot - 1); /* what is in the way grows old */
	} else {
		*slot = (uint16_t)(tag | 1);
	}
	return TL_OK;
}

void tl_sight_free(struct tl_sight *sight)
{
	free(sight->slot);
	*sight = (struct tl_sight){0};
}
