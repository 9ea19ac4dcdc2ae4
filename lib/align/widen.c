/* SPDX-License-Identifier: MIT */
/* widen: may a wider band change the verdict on a pair, and how wide must it be?
 *
 * It is widened to prove that no alignment is better than the one in hand, unless that is certain
 * to be a link: of proteins always, but below identity TL_WIDEN_FAR only where it leaves residues of both
 * at one end or comes near the BORDER of its band; of nucleotides where it leaves room or comes near
 * the BORDER.  These two only as far as is to be expected.
 *
 * An alignment has room where it is less than 0.88 identical, or both sequences leave ROOM residues
 * unaligned at one end.  Measured at identity 0.9, against bands that prove: of 47,859 alignments of
 * rRNA and Listeria that were neither certain nor refused, 34,940 have no room and keep off the
 * border; of these 5 were not the best, none with another verdict; of the 12,919 others 3,346, and
 * 396 with another verdict.  Proteins at identity 0.5: of 126,689 alignments 68,684 leave nothing
 * and keep off the border; a wider band gave 31 of these another verdict, and 3,434 of the others.
 *
 * Below TL_WIDEN_FAR, unless thoroughness is wanted, these are spared the wider band too, measured at
 * 0.5 on 153,029 proteins (of 57,811 pairs that had one before, with 6.7e9 cells, and 105,389 edges)
 * and on 74,364 grown ones:
 *	those that are too far from a link: 6,400 with 1.8e9 cells, which costs 145 edges;
 *	those that are beyond it: 3,200 with 0.16e9, of which 2 would not be links by the better
 *	alignment; of the grown ones 44,000 with 4.2e9 of 33.7e9, and 18.
 */
#include "widen.h"

#include <tl/cigar.h>
#include <tl/link.h>

#define NEAR 20000    /* an alignment that misses the identity by more than this is not proven */
#define ROOM 8        /* residues that both sequences leave unaligned at one end */
#define BORDER 2      /* diagonals from the border of the band */
#define REACH 24      /* diagonals that are added to those of the narrow band's alignment, and one */
#define GAIN 2        /* for so many residues that both leave unaligned at one end */
#define CARE 2        /* so many times as many where it is a link, which others may refuse */
#define MOST_CARE 4   /* always, where thoroughness is wanted */
#define RATE 5        /* too far: what lacks would have to be RATE / RATE_OF of the identity */
#define RATE_OF 6
#define MARGIN 100000 /* beyond: a better alignment will hardly take so much of the identity, */
#define REST 150000   /* and of the coverage */

bool tl_widen_certain(const struct tl_compare_set *set, const struct tl_align_job *job,
		      const struct tl_align_path *path, bool minus, bool *opt_link)
{
	struct tl_link_sum sum = tl_link_of_path(path, job->a_len, job->b_len);
	uint8_t flags = tl_link_judge(&set->params->criterion, &sum, minus);
	if (opt_link)
		*opt_link = flags != 0;
	return flags && tl_link_certain(&set->params->criterion, set->score, path->score,
					job->odd, &sum, flags);
}

static size_t smaller(size_t x, size_t y)
{
	return x < y ? x : y;
}

/* Do both sequences leave residues at one end? */
static bool open_end(const struct tl_align_job *job, const struct tl_align_path *path)
{
	return smaller(path->a_start, path->b_start) >= ROOM ||
	       smaller(job->a_len - path->a_end, job->b_len - path->b_end) >= ROOM;
}

bool tl_widen_room(const struct tl_align_job *job, const struct tl_align_path *path)
{
	return path->match * 100 < path->columns * 88 || open_end(job, path);
}

/* Diagonals. */
struct span {
	int64_t lo, hi;
};

/* Those that a path visits. */
static struct span visited(const struct tl_align_path *path)
{
	const struct tl_str ops = {path->ops.data, path->ops.len};
	int64_t d = (int64_t)path->b_start - (int64_t)path->a_start;
	struct span s = {d, d};
	enum tl_cigar_op op;
	uint64_t len;
	size_t pos = 0;
	while (tl_cigar_next(ops, &pos, &op, &len)) {
		d += op == TL_CIGAR_DEL ? (int64_t)len : op == TL_CIGAR_INS ? -(int64_t)len : 0;
		s.lo = d < s.lo ? d : s.lo;
		s.hi = d > s.hi ? d : s.hi;
	}
	return s;
}

/* Does the path come near the diagonals where the job's band ends? */
static bool at_border(const struct tl_align_job *job, const struct tl_align_path *path)
{
	const struct span s = visited(path);
	return s.lo - job->lo < BORDER || job->hi - s.hi < BORDER;
}

/* Would what a path lacks to the coverage have to be nearly as much alike as a link, while what there
 * is of it is hardly so?  (Of the record that lacks less.) */
static bool too_far(const struct tl_link_criterion *c, const struct tl_align_job *job,
		    const struct tl_align_path *path)
{
	__extension__ typedef __int128 wide;
	const wide million = 1000000;
	const size_t length[2] = {job->a_len, job->b_len};
	const size_t has[2] = {path->a_end - path->a_start, path->b_end - path->b_start};
	for (int i = 0; i < 2; i++) {
		/* Millionths of columns; and of those the ones that would have to be identical. */
		const wide lacks = (wide)length[i] * c->coverage - (wide)has[i] * million;
		const wide wants = (lacks + (wide)path->columns * million) * c->identity -
				   (wide)path->match * million * million;
		if (lacks <= 0 || wants * RATE_OF < lacks * c->identity * RATE)
			return false;
	}
	return true;
}

/* Does a path meet a criterion that asks for MARGIN and REST more, in each direction that a better one
 * could? */
static bool beyond(const struct tl_link_criterion *c, const struct tl_align_job *job,
		   const struct tl_align_path *path, bool minus)
{
	struct tl_link_criterion more = *c;
	const struct tl_link_sum sum = tl_link_of_path(path, job->a_len, job->b_len);
	const uint64_t spare = smaller(sum.a_start, sum.b_start) + smaller(sum.a_tail, sum.b_tail);
	more.identity += MARGIN;
	more.coverage += REST;
	const uint8_t flags = tl_link_judge(&more, &sum, minus);
	const bool a = flags & TL_EDGE_A || !tl_link_reaches(path->a_end - path->a_start + spare,
							     job->a_len, c->coverage);
	const bool b = flags & TL_EDGE_B || !tl_link_reaches(path->b_end - path->b_start + spare,
							     job->b_len, c->coverage);
	return flags && a && b;
}

static bool is_far(const struct tl_compare_set *set)
{
	return set->params->alphabet == TL_PROTEIN &&
	       set->params->criterion.identity < TL_WIDEN_FAR;
}

bool tl_widen_wanted(const struct tl_compare_set *set, const struct tl_align_job *job,
		     const struct tl_align_path *path, bool minus)
{
	const struct tl_link_criterion *c = &set->params->criterion;
	if (!path->columns || !tl_link_reaches(path->match, path->columns, c->identity - NEAR) ||
	    tl_widen_certain(set, job, path, minus, NULL))
		return false;
	if (is_far(set))
		return (open_end(job, path) || at_border(job, path)) &&
		       (set->params->thorough ||
			(!too_far(c, job, path) && !beyond(c, job, path, minus)));
	return set->params->alphabet == TL_PROTEIN || tl_widen_room(job, path) ||
	       at_border(job, path);
}

/* Adds the diagonals to which an alignment may go over from diagonal d, where it ends x residues of
 * a and y of b before theirs; back: before their beginnings. */
static void add_corner(struct span *s, int64_t d, size_t x, size_t y, bool back, size_t care)
{
	const size_t far = smaller(x, y) * care / GAIN + REACH;
	const int64_t down = (int64_t)smaller(back ? y : x, far);
	const int64_t up = (int64_t)smaller(back ? x : y, far);
	s->lo = d - down < s->lo ? d - down : s->lo;
	s->hi = d + up > s->hi ? d + up : s->hi;
}

/* Nucleotides: of 14.3e9 cells of MLST, Listeria and rRNA at 0.9 that spares 3.4e9, and costs 9 of
 * 1,182,589 edges.  Proteins: at low identity an alignment scores half of what its residues could, so
 * that a proof wants most of the matrix.  Measured at 0.5: bands that prove have 35.7e9 cells and leave
 * 107,769 edges, with CARE 4 for all 7.5e9 and 107,488; of later 105,244 edges in 9.3e9 cells CARE 1
 * for all takes 65 and 1.8e9.  Where the path is a link, it leaves more that others refuse. */
void tl_widen_expect(const struct tl_compare_set *set, const struct tl_align_job *job,
		     bool minus, struct tl_align_path *path)
{
	const struct tl_link_sum sum = tl_link_of_path(path, job->a_len, job->b_len);
	const bool link = tl_link_judge(&set->params->criterion, &sum, minus);
	const size_t care = set->params->thorough ? MOST_CARE : link ? CARE : 1;
	const int64_t first = (int64_t)path->b_start - (int64_t)path->a_start;
	const int64_t last = (int64_t)path->b_end - (int64_t)path->a_end;
	if (set->params->alphabet == TL_PROTEIN && !is_far(set))
		return;
	struct span s = visited(path);
	s.lo -= REACH;
	s.hi += REACH;
	add_corner(&s, first, path->a_start, path->b_start, true, care);
	add_corner(&s, last, job->a_len - path->a_end, job->b_len - path->b_end, false, care);
	path->need_lo = s.lo > path->need_lo ? s.lo : path->need_lo;
	path->need_hi = s.hi < path->need_hi ? s.hi : path->need_hi;
	const uint64_t width = (uint64_t)(path->need_hi - path->need_lo) + 1;
	const uint64_t most = UINT64_MAX / width;
	if (job->a_len <= most && job->a_len * width < path->need_cells)
		path->need_cells = job->a_len * width;
}
