/* SPDX-License-Identifier: MIT */
/* fields: where a header falls into parts that come again in others.
 *
 * Each field is what follows the one before it, with the bytes that end it, so that all of them
 * side by side are the header.  Cuts are made, in the first word, behind '|' and '#', and behind
 * '_' where there is a bar; behind the second word where it ends in three digits, as locus tags
 * do; and before '[' and words such as "OS=", but OX= and OS=, and PE= and SV=, stay together.
 * Pure functions.
 */
#ifndef TL_FIELDS_H
#define TL_FIELDS_H

#include <tl/col.h>

#define TL_FIELDS_MOST 16 /* the last one has all that is left over */

struct tl_fields {
	struct tl_str field[TL_FIELDS_MOST];
	size_t n;
	size_t first; /* fields that the first word has */
};

void tl_fields_split(struct tl_str head, struct tl_fields *ret);

#endif
