/* SPDX-License-Identifier: MIT */
/* side: the side strings of an entry (see tl/batch.h), checked and applied to its residues.
 * A string is measured before it is applied; but urac is checked as it is applied. */
#ifndef TL_SEQ_SIDE_H
#define TL_SEQ_SIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/col.h>
#include <tl/err.h>

/* A group of odd or lay: two numbers and a byte. */
struct tl_side_group {
	uint64_t a, b;
	uint8_t byte;
};

/* TL_DATA with a message that names the string. */
enum tl_status tl_side_broken(const char *which, struct tl_err *err);

/* Reads the next group at *pos; false where it is broken. */
bool tl_side_next(struct tl_str s, size_t *pos, struct tl_side_group *g);

/* Adds up the odd bytes; they fit in between the residues. */
enum tl_status tl_side_measure_odd(struct tl_str odd, uint64_t residues, uint64_t *ret,
				   struct tl_err *err) TL_CHECK;

/* Checks that the runs of the mask fit the residues. */
enum tl_status tl_side_measure_mask(struct tl_str mask, uint64_t residues,
				    struct tl_err *err) TL_CHECK;

/* Adds up the bytes of the line ends of a lay that is not empty; its lines hold just chars
 * characters. */
enum tl_status tl_side_measure_lay(struct tl_str lay, uint64_t chars, uint64_t *ret_eols,
				   struct tl_err *err) TL_CHECK;

/* Makes residues lower case where the mask says so. */
void tl_side_apply_mask(struct tl_str mask, uint8_t *resi);

/* Turns T to U: everywhere where urac is empty, else in every second run of T. */
enum tl_status tl_side_apply_urac(struct tl_str urac, uint8_t *resi, size_t n,
				  struct tl_err *err) TL_CHECK;

/* Moves the residues [src, end) to dst, which lies in front of them by the number of odd
 * bytes, with the odd bytes in between. */
void tl_side_apply_odd(struct tl_str odd, uint8_t *dst, const uint8_t *src, const uint8_t *end);

#endif
