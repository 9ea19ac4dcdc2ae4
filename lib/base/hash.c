/* SPDX-License-Identifier: MIT */
/* hash: XXH3 of bytes, by libxxhash, which on x86 chooses its widest vectors at run time. */
#include <tl/hash.h>

#ifdef __x86_64__
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

uint64_t tl_hash_64(const void *p, size_t n)
{
	return XXH3_64bits(p, n);
}

struct tl_hash128 tl_hash_128(const void *p, size_t n)
{
	XXH128_hash_t h = XXH3_128bits(p, n);
	return (struct tl_hash128){h.low64, h.high64};
}

enum tl_status tl_hash_parts(const struct tl_str *part, size_t n, uint64_t *ret, struct tl_err *err)
{
	XXH3_state_t *h = XXH3_createState();
	if (!h)
		return tl_err_nomem(err, 576); /* the size of its opaque struct */
	XXH3_64bits_reset(h);
	for (size_t i = 0; i < n; i++)
		XXH3_64bits_update(h, part[i].p, part[i].n);
	*ret = XXH3_64bits_digest(h);
	XXH3_freeState(h);
	return TL_OK;
}

struct tl_hash_state *tl_hash_new(struct tl_err *err)
{
	XXH3_state_t *h = XXH3_createState();
	if (!h)
		(void)tl_err_nomem(err, 576); /* the size of its opaque struct */
	else
		XXH3_128bits_reset(h);
	return (struct tl_hash_state *)h;
}

void tl_hash_reset(struct tl_hash_state *h)
{
	XXH3_128bits_reset((XXH3_state_t *)h);
}

void tl_hash_put(struct tl_hash_state *h, const void *p, size_t n)
{
	XXH3_128bits_update((XXH3_state_t *)h, p, n);
}

struct tl_hash128 tl_hash_get(const struct tl_hash_state *h)
{
	XXH128_hash_t v = XXH3_128bits_digest((const XXH3_state_t *)h);
	return (struct tl_hash128){v.low64, v.high64};
}

void tl_hash_free(struct tl_hash_state *h)
{
	XXH3_freeState((XXH3_state_t *)h);
}
