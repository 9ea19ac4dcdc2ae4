/* SPDX-License-Identifier: MIT */
/* logistic: probabilities as logarithms of odds, and mixing of predictions by weights that learn.
 *
 * A probability p is a 16-bit number, 0 < p < 65536; its stretched form is ln(p / (1 - p)) in
 * 256ths, within TL_LOGISTIC_MAX.  A mixer adds up stretched predictions, each times a weight of
 * the set that the caller chose, and moves those weights towards what would have been right (logistic mixing as
 * in PAQ, M. Mahoney).  All in integers, the tables too: every machine gives the same.
 * Threads: tables are read only once filled; a mixer belongs to one thread.
 */
#ifndef TL_LOGISTIC_H
#define TL_LOGISTIC_H

#include <stddef.h>
#include <stdint.h>

#include <tl/err.h>

#define TL_LOGISTIC_MAX 2815 /* 256 times ln of nearly 65535 */
#define TL_LOGISTIC_INPUTS 32

struct tl_logistic {
	uint16_t squash[2 * TL_LOGISTIC_MAX + 1];
	int16_t stretch[16384]; /* by p / 4 */
};

void tl_logistic_fill(struct tl_logistic *t);

static inline int tl_logistic_clip(int64_t x)
{
	if (x > TL_LOGISTIC_MAX)
		return TL_LOGISTIC_MAX;
	return x < -TL_LOGISTIC_MAX ? -TL_LOGISTIC_MAX : (int)x;
}

static inline uint32_t tl_logistic_squash(const struct tl_logistic *t, int x)
{
	return t->squash[x + TL_LOGISTIC_MAX];
}

static inline int tl_logistic_stretch(const struct tl_logistic *t, uint32_t p)
{
	return t->stretch[p >> 2];
}

/* Moves a probability towards a bit by its 2^rate-th part of the way. */
static inline void tl_logistic_learn(uint16_t *p, unsigned bit, int rate)
{
	if (bit)
		*p = (uint16_t)(*p + ((65535 - *p) >> rate));
	else
		*p = (uint16_t)(*p - (*p >> rate));
}

struct tl_mixer {
	size_t inputs;
	int32_t *weight; /* [sets * inputs] 65536 is 1 */
	int32_t *set;    /* those in use */
	uint32_t p;      /* what they gave */
};

/* All weights begin as 65536 / part. */
enum tl_status tl_logistic_new(struct tl_mixer *m, size_t inputs, size_t sets, int part,
			       struct tl_err *err) TL_CHECK;
void tl_logistic_free(struct tl_mixer *m);

/* The stretched mix of in[inputs] by the weights of a set. */
static inline int tl_logistic_mix(const struct tl_logistic *t, struct tl_mixer *m, size_t set,
				  const int *in)
{
	int64_t sum = 0;
	m->set = m->weight + set * m->inputs;
	for (size_t i = 0; i < m->inputs; i++)
		sum += (int64_t)m->set[i] * in[i];
	int x = tl_logistic_clip(sum >> 16);
	m->p = tl_logistic_squash(t, x);
	return x;
}

/* Tells what the bit was.  Weights may wrap where someone made data for it: no harm is done. */
static inline void tl_logistic_tell(struct tl_mixer *m, unsigned bit, const int *in, int rate)
{
	int64_t wrong = ((int64_t)(bit << 16) - (int64_t)m->p) * rate;
	for (size_t i = 0; i < m->inputs; i++)
		m->set[i] = (int32_t)((uint32_t)m->set[i] +
				      (uint32_t)((in[i] * wrong + (1 << 17)) >> 18));
}

#endif
