/* SPDX-License-Identifier: MIT */
/* lift: hits on references as hits on every member.
 *
 * Hits are BLAST's tabular format: lines of at least 12 columns, of which the second names the subject
 * and the ninth and tenth are the ends of the hit on it, from 1, the larger one first where it is on the other strand.  Of
 * a member these three are its own, the ends carried through its delta; all other columns are as they were, those of the hit on the reference.
 * With queries (tl/rescore.h) each hit on a member is aligned again, and columns 3 to 12 are those of that alignment.
 * Memory: names and scripts of the references that are hit and their members.  Threads: one at a time.
 */
#ifndef TL_LIFT_H
#define TL_LIFT_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/buf.h>
#include <tl/err.h>
#include <tl/names.h>
#include <tl/out.h>
#include <tl/reader.h>
#include <tl/rescore.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_lift;

/* Appends the subjects in the text of hits to list, one a line, for tl_names_make; name is the file's, for
 * messages.  TL_DATA. */
enum tl_status tl_lift_subjects(const struct tl_buf *text, const char *name, struct tl_buf *list,
				struct tl_err *err) TL_CHECK;

/* Takes the records that names ask for, and the members of references, out of a stream; partial as
 * in tl/extract.h.  With opt_rescore, which must outlive *ret, hits are scored again. */
enum tl_status tl_lift_load(struct tl_reader *reader, struct tl_names *names, bool partial,
			    struct tl_rescore *opt_rescore, struct tl_lift **ret,
			    struct tl_err *err) TL_CHECK;

struct tl_lift_sum {
	uint64_t hits, written; /* lines of hits read and written */
	uint64_t lost;          /* hits on members that have nothing of the interval, or nothing that aligns */
	uint64_t unknown;       /* hits on what is no record: passed on as they are */
};

/* Writes each hit, once for the record it names and once for each of its members, by ordinal.  Lines
 * that begin with # are passed on.  Subjects that are tlr|NUMBER mean what opt_ids say; members of such a
 * reference are called tl|ORDINAL.  TL_DATA where a hit lies outside its record. */
enum tl_status tl_lift_write(struct tl_lift *lift, const struct tl_buf *text,
			     const struct tl_refids *opt_ids, const char *name, struct tl_out *out,
			     struct tl_lift_sum *ret, struct tl_err *err) TL_CHECK;

void tl_lift_free(struct tl_lift *lift); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
