/* SPDX-License-Identifier: MIT */
/* compare_pair: one candidate pair aligned: what is tried first, and what is proven. */
#ifndef COMPARE_PAIR_H
#define COMPARE_PAIR_H

#include <stdatomic.h>
#include <tl/align.h>
#include <tl/compare.h>

/* A sequence that was read from the bank; the next pair often has it too. */
struct tl_compare_seat {
	struct tl_bank_room room;
	struct tl_str s;
	uint64_t odd; /* residues that do not score score->best with themselves */
	uint32_t i;
	bool taken;
};

struct tl_compare_set {
	const struct tl_bank *bank;
	const struct tl_compare_params *params;
	const struct tl_score *score;
	uint64_t how; /* tl_recall_how, with a cache */
	/* Nucleotides, where there is memory: [sequences] 0, or one more than there are odd
	 * residues in it, 255 where that is more; any worker that has counted them writes it, always the same; relaxed. */
	_Atomic uint8_t *opt_odd;
};

/* A pair that was begun. */
struct tl_compare_begun {
	const struct tl_pair *pair;
	struct tl_align_path *path;
	struct tl_str b;         /* what the centre was taken as */
	bool waits;              /* it is to be aligned in its first band, the job's */
	struct tl_align_job job; /* these where it waits */
	int64_t least;           /* what scores less is no link */
	struct tl_hash128 key;   /* for the cache */
};

/* What a worker aligns with, one pair at a time; zeros but for ws, number and sum. */
struct tl_compare_bench {
	struct tl_compare_seat member, centre;
	struct tl_bank_room glance; /* the part of a centre that is screened */
	struct tl_align *ws;
	struct tl_align_path path, other; /* other: the second strand */
	struct tl_buf turned;             /* the reverse complement of a centre */
	struct tl_compare_sum *sum;       /* counted up */
	unsigned number;                  /* of the worker */
	struct tl_buf value;              /* for the cache */
	struct tl_compare_begun at;
};

/* Begins a pair on its strand, so far as it goes without its first band: bench->at.  bench->member.s is
 * the member then. */
enum tl_status tl_compare_pair_begin(const struct tl_compare_set *set,
				     struct tl_compare_bench *bench, const struct tl_pair *p,
				     struct tl_align_path *path, struct tl_err *err) TL_CHECK;

/* Ends those that wait on a bench, or on two: path is the pair's alignment; path->too_large: it was
 * not aligned. */
enum tl_status tl_compare_pair_end(const struct tl_compare_set *set,
				   struct tl_compare_bench *bench, struct tl_err *err) TL_CHECK;
enum tl_status tl_compare_pair_end_two(const struct tl_compare_set *set,
				       struct tl_compare_bench *one, struct tl_compare_bench *two,
				       struct tl_err *err) TL_CHECK;

#endif
