/* SPDX-License-Identifier: MIT */
/* test_widen: which alignments have a wider band, and how wide it is. */
#include "widen.h"

#include "tltest.h"

/* 100 residues of both aligned from a_start on, `columns` of them, in a band that ends beside them. */
struct made {
	struct tl_compare_params params;
	struct tl_compare_set set;
	struct tl_align_job job;
	struct tl_align_path path;
};

static struct made make(int64_t identity, size_t a_start, uint64_t match, uint64_t columns)
{
	struct made m = {
		.params = {.alphabet = TL_PROTEIN, .criterion = {.identity = identity, .coverage = 800000}},
		.job = {.a_len = 100, .b_len = 100, .lo = 0, .hi = 30},
		.path = {.score = 1, .a_start = a_start, .a_end = a_start + columns, .b_start = a_start,
			 .b_end = a_start + columns, .match = match, .columns = columns},
	};
	return m;
}

static bool wanted(struct made *m)
{
	m->set = (struct tl_compare_set){.params = &m->params, .score = tl_score_of(m->params.alphabet)};
	return tl_widen_wanted(&m->set, &m->job, &m->path, false);
}

/* A link with much to spare has none, unless thoroughness is wanted. */
static void test_beyond(void)
{
	struct made spare = make(500000, 0, 70, 100), bare = make(500000, 0, 56, 100);
	struct made shorter = make(500000, 0, 80, 90), high = make(900000, 0, 99, 100);
	tl_test(!wanted(&spare));
	spare.params.thorough = true;
	tl_test(wanted(&spare));
	tl_test(wanted(&bare));
	tl_test(wanted(&shorter)); /* 0.9 of both is not 0.95 */
	tl_test(wanted(&high));
	/* Where the other record is too long to be a member, its direction does not count. */
	spare.params.thorough = false;
	spare.job.b_len = 1000;
	tl_test(!wanted(&spare));
	spare.job.b_len = 120;
	tl_test(wanted(&spare));
}

/* What is too far from the coverage has none. */
static void test_too_far(void)
{
	struct made far = make(500000, 30, 20, 40), near = make(500000, 30, 30, 40);
	struct made different = make(500000, 0, 40, 100);
	tl_test(!wanted(&far));
	far.params.thorough = true;
	tl_test(wanted(&far));
	tl_test(wanted(&near));
	tl_test(!wanted(&different)); /* too little identity, whatever the coverage */
	near.job.lo = -100;
	near.job.hi = 100;
	tl_test(wanted(&near)); /* not at the border, but with residues left at its ends */
}

/* Of two records of 300. */
static int64_t width(struct made *m)
{
	m->job.a_len = m->job.b_len = 300;
	(void)wanted(m);
	m->path.need_lo = -200;
	m->path.need_hi = 200;
	m->path.need_cells = 300 * 401;
	tl_widen_expect(&m->set, &m->job, false, &m->path);
	return m->path.need_hi - m->path.need_lo + 1;
}

/* A link has a wider one than what is none, and thoroughness the widest. */
static void test_expect(void)
{
	struct made none = make(500000, 100, 70, 100), link = make(500000, 60, 140, 240);
	struct made high = make(900000, 100, 99, 100);
	tl_test_eq(width(&none), 1 + 2 * (24 + 50));
	tl_test_eq(none.path.need_cells, 300 * 149);
	tl_test_eq(width(&link), 1 + 2 * 60); /* 84, but no more than there is; 54 were it no link */
	none.params.thorough = true;
	tl_test_eq(width(&none), 1 + 2 * 100);
	tl_test_eq(width(&high), 401);
	high.params.alphabet = TL_NUCLEOTIDE;
	tl_test_eq(width(&high), 1 + 2 * (24 + 50));
}

int main(void)
{
	TL_RUN(test_beyond);
	TL_RUN(test_too_far);
	TL_RUN(test_expect);
	return tl_test_end();
}
