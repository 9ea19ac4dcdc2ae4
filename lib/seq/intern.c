/* SPDX-License-Identifier: MIT */
/* intern: byte strings to dense ids.
 *
 * The bytes stand one behind the other in one growing buffer; the table holds, for each id, 64 bits
 * of its hash and where its bytes end.  The second half of the hash chooses the slot.
 */
#include <tl/intern.h>

#include <stdlib.h>
#include <string.h>

#include <tl/buf.h>
#include <tl/mem.h>

struct slot {
	uint64_t tag; /* low half of the hash */
	uint64_t id;  /* UINT64_MAX: free */
};

struct tl_intern {
	struct tl_buf bytes; /* of all unique strings */
	uint64_t *end;       /* [n] offset behind string id */
	size_t n, cap;
	struct slot *slot; /* [size], at most two thirds in use */
	size_t size;       /* a power of two */
};

enum tl_status tl_intern_new(struct tl_intern **ret, struct tl_err *err)
{
	*ret = tl_mem_zalloc(1, sizeof **ret, err);
	return *ret ? TL_OK : TL_NOMEM;
}

void tl_intern_free(struct tl_intern *in)
{
	if (!in)
		return;
	tl_buf_free(&in->bytes);
	free(in->end);
	free(in->slot);
	free(in);
}

struct tl_str tl_intern_get(const struct tl_intern *in, uint64_t id)
{
	uint64_t from = id ? in->end[id - 1] : 0;
	return (struct tl_str){in->bytes.data + from, in->end[id] - from};
}

static struct slot *find(const struct tl_intern *in, struct tl_hash128 hash, const void *p,
			 size_t n)
{
	size_t i = (size_t)hash.hi & (in->size - 1);
	for (;; i = (i + 1) & (in->size - 1)) {
		struct slot *s = &in->slot[i];
		if (s->id == UINT64_MAX)
			return s;
		if (s->tag != hash.lo)
			continue;
		struct tl_str have = tl_intern_get(in, s->id);
		if (have.n == n && (n == 0 || memcmp(have.p, p, n) == 0))
			return s;
	}
}

static enum tl_status grow(struct tl_intern *in, struct tl_err *err)
{
	size_t size = in->size ? in->size * 2 : 1024;
	struct slot *wider = tl_mem_alloc(size, sizeof *wider, err);
	if (!wider)
		return TL_NOMEM;
	memset(wider, 0xff, size * sizeof *wider);
	for (uint64_t id = 0; id < in->n; id++) {
		struct tl_str s = tl_intern_get(in, id);
		struct tl_hash128 hash = tl_hash_128(s.p, s.n);
		size_t i = (size_t)hash.hi & (size - 1);
		while (wider[i].id != UINT64_MAX)
			i = (i + 1) & (size - 1);
		wider[i] = (struct slot){hash.lo, id};
	}
	free(in->slot);
	in->slot = wider;
	in->size = size;
	return TL_OK;
}

enum tl_status tl_intern_put(struct tl_intern *in, struct tl_hash128 hash, const void *p, size_t n,
			     uint64_t *ret_id, bool *ret_new, struct tl_err *err)
{
	enum tl_status st;
	if ((in->n + 1) * 3 > in->size * 2 && (st = grow(in, err)) != TL_OK)
		return st;
	struct slot *s = find(in, hash, p, n);
	*ret_new = s->id == UINT64_MAX;
	if (*ret_new) {
		st = tl_mem_grow(&in->end, &in->cap, in->n + 1, sizeof *in->end, err);
		if (st != TL_OK || (st = tl_buf_add(&in->bytes, p, n, err)) != TL_OK)
			return st;
		in->end[in->n] = in->bytes.len;
		*s = (struct slot){hash.lo, in->n++};
	}
	*ret_id = s->id;
	return TL_OK;
}

bool tl_intern_find(const struct tl_intern *in, struct tl_hash128 hash, const void *p, size_t n,
		    uint64_t *ret_id)
{
	if (!in->size)
		return false;
	const struct slot *s = find(in, hash, p, n);
	*ret_id = s->id;
	return s->id != UINT64_MAX;
}

uint64_t tl_intern_count(const struct tl_intern *in)
{
	return in->n;
}
