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
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <tl/err.h>

#define TL_LOGISTIC_MAX 2815 /* 256 times ln of nearly 65535 */

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

/* Weights are 2^28 for 1; only the upper half of one takes part in mixing, all of it learns. */
struct tl_mixer {
	size_t inputs;
	int32_t *weight; /* [sets * inputs] */
	int32_t *set;    /* those in use */
	uint32_t p;      /* what they gave */
};

/* inputs: a multiple of 4, those not needed are 0.  All weights begin as 1 / part. */
enum tl_status tl_logistic_new(struct tl_mixer *m, size_t inputs, size_t sets, int part,
			       struct tl_err *err) TL_CHECK;
void tl_logistic_free(struct tl_mixer *m);

/* The sum of in[] by the upper halves of weights; and all of them moved by in[] times a step of 16
 * bits. */
static inline int32_t tl_logistic_sum_plain(const int32_t *w, const int *in, size_t n)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (uint32_t)((w[i] >> 16) * in[i]);
	return (int32_t)sum;
}

static inline void tl_logistic_step_plain(int32_t *w, const int *in, size_t n, int step)
{
	for (size_t i = 0; i < n; i++)
		w[i] = (int32_t)((uint32_t)w[i] + (uint32_t)((in[i] * step) >> 2));
}

#ifdef __SSE2__
/* The same, four at a time. */
static inline int32_t tl_logistic_sum(const int32_t *w, const int *in, size_t n)
{
	__m128i sum = _mm_setzero_si128();
	for (size_t i = 0; i < n; i += 4) {
		__m128i x = _mm_slli_epi32(_mm_loadu_si128((const __m128i *)(in + i)), 16);
		__m128i v = _mm_loadu_si128((const __m128i *)(w + i));
		sum = _mm_add_epi32(sum, _mm_madd_epi16(v, x));
	}
	sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0x4e));
	return _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1)));
}

static inline void tl_logistic_step(int32_t *w, const int *in, size_t n, int step)
{
	__m128i by = _mm_set1_epi32(step & 0xffff);
	for (size_t i = 0; i < n; i += 4) {
		__m128i x = _mm_loadu_si128((const __m128i *)(in + i));
		__m128i v = _mm_loadu_si128((const __m128i *)(w + i));
		v = _mm_add_epi32(v, _mm_srai_epi32(_mm_madd_epi16(x, by), 2));
		_mm_storeu_si128((__m128i *)(w + i), v);
	}
}
#else
#define tl_logistic_sum tl_logistic_sum_plain
#define tl_logistic_step tl_logistic_step_plain
#endif

/* The stretched mix of in[inputs] by the weights of a set. */
static inline int tl_logistic_mix(const struct tl_logistic *t, struct tl_mixer *m, size_t set,
				  const int *in)
{
	m->set = m->weight + set * m->inputs;
	int x = tl_logistic_clip(tl_logistic_sum(m->set, in, m->inputs) >> 12);
	m->p = tl_logistic_squash(t, x);
	return x;
}

/* Tells what the bit was; rate: 7 at most.  Sums and weights may wrap where someone made data for
 * it: no harm is done. */
static inline void tl_logistic_tell(struct tl_mixer *m, unsigned bit, const int *in, int rate)
{
	int wrong = (int)(bit << 16) - (int)m->p;
	tl_logistic_step(m->set, in, m->inputs, (wrong * rate + 8) >> 4);
}

#endif
