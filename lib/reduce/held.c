/* SPDX-License-Identifier: MIT */
/* held: a batch that waits or is kept. */
#include "held.h"

#include <stdlib.h>

void tl_held_free(struct tl_held *h)
{
	while (h) {
		struct tl_held *next = h->next;
		tl_batch_free(&h->batch);
		free(h);
		h = next;
	}
}
