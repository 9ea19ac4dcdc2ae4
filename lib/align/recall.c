/* SPDX-License-Identifier: MIT */
/* recall: paths of pairs that were aligned before, out of a cache.
 *
 * A value is {1 byte: 1 link, 2 not proven}, the score as zigzag, and of a link the starts, the
 * columns' runs follow.  Runs that are found are walked over the residues: what does not fit them is
 * not taken, so that no link comes out of a cache that the sequences do not bear out.
 */
#include "recall.h"

#include <string.h>

#include <tl/bits.h>
#include <tl/cigar.h>
#include <tl/version.h>

enum { LINK = 1, UNPROVEN = 2 };

uint64_t tl_recall_how(const struct tl_compare_set *set)
{
	const struct tl_compare_params *p = set->params;
	const struct tl_score *s = set->score;
	const uint64_t part[] = {
		tl_hash_64(TL_VERSION, strlen(TL_VERSION)), (uint64_t)p->alphabet,
		(uint64_t)p->criterion.identity, (uint64_t)p->criterion.coverage,
		p->criterion.both, p->criterion.overhang, p->max_cells, p->least_width,
		p->most_width, p->thorough, p->approx, tl_hash_64(s->pair, sizeof s->pair), (uint64_t)s->open,
		(uint64_t)s->extend};
	return tl_hash_64(part, sizeof part);
}

struct tl_hash128 tl_recall_key(const struct tl_compare_set *set, const struct tl_pair *p,
				struct tl_str a, struct tl_str b)
{
	const struct tl_hash128 x = tl_hash_128(a.p, a.n), y = tl_hash_128(b.p, b.n);
	const uint64_t part[] = {set->how, x.lo, x.hi, a.n, y.lo, y.hi, b.n, (uint64_t)p->lo,
				 (uint64_t)p->hi, p->hits, p->minus};
	return tl_hash_128(part, sizeof part);
}

/* Walks over the runs from the starts; false where they do not fit. */
static bool walk(struct tl_align_path *path, struct tl_str a, struct tl_str b)
{
	const struct tl_str ops = {path->ops.data, path->ops.len};
	size_t i = path->a_start, j = path->b_start, pos = 0;
	enum tl_cigar_op op;
	uint64_t len;
	if (i > a.n || j > b.n)
		return false;
	while (tl_cigar_next(ops, &pos, &op, &len)) {
		const bool in_a = op != TL_CIGAR_DEL, in_b = op != TL_CIGAR_INS;
		if ((in_a && len > a.n - i) || (in_b && len > b.n - j))
			return false;
		if (op == TL_CIGAR_MATCH && memcmp(a.p + i, b.p + j, len) != 0)
			return false;
		for (uint64_t k = 0; op == TL_CIGAR_SUBST && k < len; k++)
			if (a.p[i + k] == b.p[j + k])
				return false;
		path->match += op == TL_CIGAR_MATCH ? len : 0;
		path->columns += len;
		i += in_a ? len : 0;
		j += in_b ? len : 0;
	}
	path->a_end = i;
	path->b_end = j;
	return pos == ops.n && path->columns;
}

static bool read_value(struct tl_str v, struct tl_align_path *path, uint8_t *ret_flags)
{
	uint64_t score, a_start, b_start;
	size_t pos = 1;
	if (!v.n || v.p[0] > (LINK | UNPROVEN) || !tl_bits_get_varint(v.p, v.n, &pos, &score))
		return false;
	path->score = tl_bits_unzigzag(score);
	*ret_flags = v.p[0];
	if (!(v.p[0] & LINK))
		return pos == v.n;
	if (!tl_bits_get_varint(v.p, v.n, &pos, &a_start) ||
	    !tl_bits_get_varint(v.p, v.n, &pos, &b_start))
		return false;
	path->a_start = a_start;
	path->b_start = b_start;
	return tl_buf_add(&path->ops, v.p + pos, v.n - pos, NULL) == TL_OK;
}

bool tl_recall_find(const struct tl_compare_set *set, struct tl_compare_bench *bench,
		    struct tl_hash128 key, struct tl_str a, struct tl_str b,
		    struct tl_align_path *path)
{
	struct tl_buf ops = path->ops;
	struct tl_str v;
	uint8_t flags = 0;
	if (!tl_cache_get(set->params->opt_cache, bench->number, key, &v))
		return false;
	tl_buf_reset(&ops);
	*path = (struct tl_align_path){.ops = ops};
	if (!read_value(v, path, &flags) || (flags & LINK && !walk(path, a, b))) {
		tl_cache_refuse(set->params->opt_cache, bench->number);
		return false;
	}
	bench->sum->unproven += flags & UNPROVEN ? 1 : 0;
	bench->sum->recalled++;
	return true;
}

enum tl_status tl_recall_keep(const struct tl_compare_set *set, struct tl_compare_bench *bench,
			      struct tl_hash128 key, bool minus, bool unproven, struct tl_str a,
			      struct tl_str b, const struct tl_align_path *path,
			      struct tl_err *err)
{
	const struct tl_link_sum sum = tl_link_of_path(path, a.n, b.n);
	const bool link = tl_link_judge(&set->params->criterion, &sum, minus);
	const uint8_t flags = (uint8_t)((link ? LINK : 0) | (unproven ? UNPROVEN : 0));
	struct tl_buf *v = &bench->value;
	if (path->too_large)
		return TL_OK;
	tl_buf_reset(v);
	enum tl_status st = tl_buf_fill(v, flags, 1, err);
	if (st == TL_OK)
		st = tl_buf_add_varint(v, tl_bits_zigzag(path->score), err);
	if (st == TL_OK && link)
		st = tl_buf_add_varint(v, path->a_start, err);
	if (st == TL_OK && link)
		st = tl_buf_add_varint(v, path->b_start, err);
	if (st == TL_OK && link)
		st = tl_buf_add(v, path->ops.data, path->ops.len, err);
	return st == TL_OK ? tl_cache_put(set->params->opt_cache, bench->number, key,
					  (struct tl_str){v->data, v->len}, err)
			   : st;
}
