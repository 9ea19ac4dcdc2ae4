/* SPDX-License-Identifier: MIT */
/* logistic: the tables, and the memory of mixers. */
#include "logistic.h"

#include <stdlib.h>

#include <tl/mem.h>

__extension__ typedef unsigned __int128 wide;

#define ONE ((uint64_t)1 << 62)
#define STEP 4593706758521714574u /* 2^62 times e^(-1/256), rounded down */

static uint16_t bounded(uint64_t p)
{
	return (uint16_t)(p < 1 ? 1 : p > 65535 ? 65535 : p);
}

void tl_logistic_fill(struct tl_logistic *t)
{
	uint64_t e = ONE; /* e^(-i/256) */
	for (int i = 0; i <= TL_LOGISTIC_MAX; i++) {
		uint64_t p = (uint64_t)(((wide)1 << 78) / ((wide)ONE + e));
		t->squash[TL_LOGISTIC_MAX + i] = bounded(p);
		t->squash[TL_LOGISTIC_MAX - i] = bounded(65536 - p);
		e = (uint64_t)((wide)e * STEP >> 62);
	}
	int x = -TL_LOGISTIC_MAX;
	for (uint32_t i = 0; i < 16384; i++) {
		while (x < TL_LOGISTIC_MAX && t->squash[x + TL_LOGISTIC_MAX] < 4 * i + 2)
			x++;
		t->stretch[i] = (int16_t)x;
	}
}

enum tl_status tl_logistic_new(struct tl_mixer *m, size_t inputs, size_t sets, int part,
			       struct tl_err *err)
{
	m->inputs = inputs;
	m->weight = tl_mem_alloc(inputs * sets, sizeof *m->weight, err);
	if (!m->weight)
		return TL_NOMEM;
	for (size_t i = 0; i < inputs * sets; i++)
		m->weight[i] = (1 << 28) / part;
	return TL_OK;
}

void tl_logistic_free(struct tl_mixer *m)
{
	free(m->weight);
	m->weight = NULL;
}
