/* SPDX-License-Identifier: MIT */
/* bed: where workers sleep. */
#include "bed.h"

#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t tl_bed_enter(struct tl_bed *bed)
{
	atomic_fetch_add_explicit(&bed->sleepers, 1, memory_order_seq_cst);
	return atomic_load_explicit(&bed->word, memory_order_seq_cst);
}

void tl_bed_sleep(struct tl_bed *bed, uint32_t was)
{
	syscall(SYS_futex, (uint32_t *)&bed->word, FUTEX_WAIT_PRIVATE, was, NULL, NULL, 0);
}

void tl_bed_leave(struct tl_bed *bed)
{
	atomic_fetch_sub_explicit(&bed->sleepers, 1, memory_order_seq_cst);
}

unsigned tl_bed_sleepers(const struct tl_bed *bed)
{
	return atomic_load_explicit(&bed->sleepers, memory_order_seq_cst);
}

static unsigned wake(struct tl_bed *bed, unsigned n)
{
	long woken = syscall(SYS_futex, (uint32_t *)&bed->word, FUTEX_WAKE_PRIVATE,
			     n < INT_MAX ? n : INT_MAX, NULL, NULL, 0);
	return woken > 0 ? (unsigned)woken : 0;
}

unsigned tl_bed_wake(struct tl_bed *bed, unsigned n)
{
	if (!atomic_load_explicit(&bed->sleepers, memory_order_seq_cst))
		return 0;
	atomic_fetch_add_explicit(&bed->word, 1, memory_order_seq_cst);
	return wake(bed, n);
}

void tl_bed_ring(struct tl_bed *bed)
{
	/* A worker that adds itself to the sleepers after we looked reads the word afterwards, and
	 * then sees what it is rung for. */
	atomic_fetch_add_explicit(&bed->word, 1, memory_order_seq_cst);
	if (atomic_load_explicit(&bed->sleepers, memory_order_seq_cst))
		(void)wake(bed, UINT_MAX);
}
