/* SPDX-License-Identifier: MIT */
/* intern: byte strings to dense ids; equal strings get one id.
 *
 * An open-addressing table over 128-bit XXH3 hashes; on equal hashes the bytes are compared, so two
 * different strings never share an id.  Ids count from 0 in the order of first appearance.
 * Memory: the bytes of the unique strings and about 40 bytes each.  Threads: one at a time.
 */
#ifndef TL_INTERN_H
#define TL_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/hash.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_intern;

enum tl_status tl_intern_new(struct tl_intern **ret, struct tl_err *err) TL_CHECK;
void tl_intern_free(struct tl_intern *in); /* NULL is fine */

/* The id of the n bytes at p, whose XXH3-128 is hash (computed by the caller, in parallel if it
 * likes); *ret_new tells whether they are new, in which case they were copied. */
enum tl_status tl_intern_put(struct tl_intern *in, struct tl_hash128 hash, const void *p, size_t n,
			     uint64_t *ret_id, bool *ret_new, struct tl_err *err) TL_CHECK;

/* The id of the bytes if they are there; false where not. */
bool tl_intern_find(const struct tl_intern *in, struct tl_hash128 hash, const void *p, size_t n,
		    uint64_t *ret_id);

uint64_t tl_intern_count(const struct tl_intern *in);             /* ids given */
struct tl_str tl_intern_get(const struct tl_intern *in, uint64_t id); /* valid while in lives */

#ifdef __cplusplus
}
#endif
#endif
