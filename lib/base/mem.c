/* SPDX-License-Identifier: MIT */
/* mem: checked allocation of arrays. */
#include <tl/mem.h>

#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>

static size_t product(size_t count, size_t size)
{
	uint64_t n;
	if (!tl_bits_mul(count, size, &n) || n > PTRDIFF_MAX)
		return SIZE_MAX;
	return n ? (size_t)n : 1;
}

void *tl_mem_alloc(size_t count, size_t size, struct tl_err *err)
{
	size_t bytes = product(count, size);
	void *p = bytes == SIZE_MAX ? NULL : malloc(bytes);
	if (!p)
		(void)tl_err_nomem(err, bytes);
	return p;
}

void *tl_mem_zalloc(size_t count, size_t size, struct tl_err *err)
{
	size_t bytes = product(count, size);
	void *p = bytes == SIZE_MAX ? NULL : calloc(bytes, 1);
	if (!p)
		(void)tl_err_nomem(err, bytes);
	return p;
}

enum tl_status tl_mem_resize(void *array, size_t *cap, size_t want, size_t size, struct tl_err *err)
{
	void *old;
	size_t bytes = product(want, size);
	/* array is a T **: read and written through memcpy, as T is not known here. */
	memcpy(&old, array, sizeof old);
	void *p = bytes == SIZE_MAX ? NULL : realloc(old, bytes);
	if (!p)
		return tl_err_nomem(err, bytes);
	memcpy(array, &p, sizeof p);
	*cap = want;
	return TL_OK;
}

enum tl_status tl_mem_grow(void *array, size_t *cap, size_t need, size_t size, struct tl_err *err)
{
	if (need <= *cap)
		return TL_OK;
	size_t grown = *cap + *cap / 2 + 16;
	return tl_mem_resize(array, cap, need > grown ? need : grown, size, err);
}

void tl_mem_free(void *p)
{
	free(p);
}
