/* SPDX-License-Identifier: MIT */
/* refid: numbers of references that stay through updates: refX.  man tl-stream(5) section 10.2.
 *
 * In an archive that is no update each reference has its ordinal for a number.  An update keeps the numbers of old
 * references and gives new ones numbers that none had before.
 * Threads: one at a time.
 */
#ifndef TL_REFID_H
#define TL_REFID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/err.h>
#include <tl/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/* References whose number is not their ordinal.  A struct of zeros says that all are. */
struct tl_refids {
	uint64_t *ordinal, *id; /* [n] ordinals rise */
	size_t n, ordinal_cap, id_cap;
	uint64_t next;          /* above all numbers that were ever given; 0: not known */
	struct tl_map by_id;    /* their ordinals, once tl_refid_load has read all; else empty */
};

#define TL_REFID_AT_A_TIME ((size_t)1 << 20) /* in a block */

/* Appends one; of a higher ordinal than all before. */
enum tl_status tl_refid_add(struct tl_refids *ids, uint64_t ordinal, uint64_t id,
			    struct tl_err *err) TL_CHECK;

/* [at, at + n) and next as a refX block; appends what such a block has (next: the highest).  TL_DATA. */
enum tl_status tl_refid_encode(const struct tl_refids *ids, size_t at, size_t n,
			       struct tl_payload *payload, struct tl_err *err) TL_CHECK;
enum tl_status tl_refid_decode(const struct tl_block *block, struct tl_refids *ids,
			       struct tl_err *err) TL_CHECK;

/* Appends what the archive in the file at path has; *ret_found false, and nothing is, where it is not one archive in a file. */
enum tl_status tl_refid_load(const char *path, struct tl_refids *ids, bool *ret_found,
			     struct tl_err *err) TL_CHECK;

/* The number of the reference of that ordinal, and the other way round: false where no reference can have it. */
uint64_t tl_refid_of(const struct tl_refids *ids, uint64_t ordinal);
bool tl_refid_find(const struct tl_refids *ids, uint64_t id, uint64_t *ret_ordinal);

void tl_refid_free(struct tl_refids *ids); /* empty and usable */

#ifdef __cplusplus
}
#endif
#endif
