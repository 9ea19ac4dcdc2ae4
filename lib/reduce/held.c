/* SPDX-License-Identifier: MIT */
/* held: a batch that waits or is kept. */
#include "held.h"

#include <stdlib.h>

void tl_held_free(struct tl_held *h)
{
	while (h) {
		struct tl_held *next = h->next;
		tl_batch_free(&h->batch);
		tl_buf_free(&h->residues);
		tl_hash_free(h->hash);
		free(h);
		h = next;
	}
}

void tl_held_append(struct tl_held_list *list, struct tl_held *h)
{
	h->next = NULL;
	if (list->tail)
		list->tail->next = h;
	else
		list->head = h;
	list->tail = h;
}
