/* SPDX-License-Identifier: MIT */
/* hash: XXH3 of bytes, and an invertible mixer for 64-bit keys.
 *
 * XXH3 (Collet, github.com/Cyan4973/xxHash, doc/xxhash_spec.md); values are the canonical ones on
 * every CPU.  The mixer is the 64-bit finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
 * Pure functions, any thread, but for the streaming state, which belongs to one thread at a time.
 */
#ifndef TL_HASH_H
#define TL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_hash128 {
	uint64_t lo, hi;
};

uint64_t tl_hash_64(const void *p, size_t n);             /* XXH3-64 of n bytes */
struct tl_hash128 tl_hash_128(const void *p, size_t n);   /* XXH3-128 of n bytes */

/* XXH3-64 of n strings, one behind the other. */
enum tl_status tl_hash_parts(const struct tl_str *part, size_t n, uint64_t *ret,
			     struct tl_err *err) TL_CHECK;

/* XXH3-128 over bytes that come in pieces. */
struct tl_hash_state;
struct tl_hash_state *tl_hash_new(struct tl_err *err) TL_CHECK; /* NULL: TL_NOMEM */
void tl_hash_reset(struct tl_hash_state *h);
void tl_hash_put(struct tl_hash_state *h, const void *p, size_t n);
struct tl_hash128 tl_hash_get(const struct tl_hash_state *h); /* of all put since reset */
void tl_hash_free(struct tl_hash_state *h);

/* A bijection on 64-bit keys whose low and high bits are all well mixed. */
static inline uint64_t tl_hash_mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL;
	z = (z ^ z >> 27) * 0x94D049BB133111EBULL;
	return z ^ z >> 31;
}

#ifdef __cplusplus
}
#endif
#endif
