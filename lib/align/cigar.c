/* SPDX-License-Identifier: MIT */
/* cigar: the runs of an alignment, as varints of length << 2 | op. */
#include <tl/cigar.h>

#include <tl/bits.h>

bool tl_cigar_next(struct tl_str ops, size_t *pos, enum tl_cigar_op *ret_op, uint64_t *ret_len)
{
	uint64_t run;
	/* Nearly all are shorter than 32: one byte. */
	if (*pos < ops.n && ops.p[*pos] >= 4 && ops.p[*pos] < 0x80) {
		*ret_op = (enum tl_cigar_op)(ops.p[*pos] & 3);
		*ret_len = ops.p[(*pos)++] >> 2;
		return true;
	}
	if (*pos >= ops.n || !tl_bits_get_varint(ops.p, ops.n, pos, &run) || run >> 2 == 0)
		return false;
	*ret_op = (enum tl_cigar_op)(run & 3);
	*ret_len = run >> 2;
	return true;
}

bool tl_cigar_measure(struct tl_str ops, struct tl_cigar_sum *ret)
{
	uint64_t count[4] = {0};
	uint64_t runs = 0, all = 0;
	size_t pos = 0;
	int last = -1;
	while (pos < ops.n) {
		enum tl_cigar_op op;
		uint64_t len;
		if (!tl_cigar_next(ops, &pos, &op, &len) || (int)op == last)
			return false;
		/* Where the sum of all fits, so does each. */
		if (!tl_bits_add(all, len, &all))
			return false;
		count[op] += len;
		last = (int)op;
		runs++;
	}
	*ret = (struct tl_cigar_sum){count[TL_CIGAR_MATCH], count[TL_CIGAR_SUBST],
				     count[TL_CIGAR_INS], count[TL_CIGAR_DEL], runs};
	return true;
}

enum tl_status tl_cigar_add(struct tl_buf *ops, enum tl_cigar_op op, uint64_t len,
			    struct tl_err *err)
{
	if (len == 0 || len > UINT64_MAX >> 2)
		return tl_err_set(err, TL_INTERNAL, "a run of %llu columns in an alignment",
				  (unsigned long long)len);
	return tl_buf_add_varint(ops, len << 2 | (uint64_t)op, err);
}

static enum tl_cigar_op turned(enum tl_cigar_op op)
{
	if (op == TL_CIGAR_INS)
		return TL_CIGAR_DEL;
	return op == TL_CIGAR_DEL ? TL_CIGAR_INS : op;
}

/* Reverses the bytes of p[from, to). */
static void swap_ends(uint8_t *p, size_t from, size_t to)
{
	for (; from + 1 < to; from++, to--) {
		uint8_t byte = p[from];
		p[from] = p[to - 1];
		p[to - 1] = byte;
	}
}

/* Reverses the order of the varints in p[0, n): all bytes first, then each varint's own. */
static void swap_runs(uint8_t *p, size_t n)
{
	swap_ends(p, 0, n);
	for (size_t from = 0, to; from < n; from = to) {
		/* Seen from its end a varint starts with the one byte that lacks the high bit. */
		for (to = from + 1; to < n && p[to] & 0x80; to++)
			;
		swap_ends(p, from, to);
	}
}

enum tl_status tl_cigar_turn(struct tl_str ops, bool reverse, struct tl_buf *out,
			     struct tl_err *err)
{
	const size_t start = out->len;
	size_t pos = 0;
	enum tl_cigar_op op;
	uint64_t len;
	enum tl_status st;
	while (pos < ops.n) {
		if (!tl_cigar_next(ops, &pos, &op, &len)) {
			out->len = start;
			return tl_err_set(err, TL_DATA, "the runs of an alignment are broken");
		}
		if ((st = tl_cigar_add(out, turned(op), len, err)) != TL_OK) {
			out->len = start;
			return st;
		}
	}
	if (reverse && out->len > start)
		swap_runs(out->data + start, out->len - start);
	return TL_OK;
}

uint32_t tl_cigar_identity(const struct tl_cigar_sum *sum)
{
	uint64_t columns = sum->match + sum->subst + sum->ins + sum->del;
	if (columns == 0)
		return 0;
	if (sum->match > UINT64_MAX / 1000000)
		return (uint32_t)(sum->match / (columns / 1000000));
	return (uint32_t)(sum->match * 1000000 / columns);
}
