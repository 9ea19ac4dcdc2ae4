/* SPDX-License-Identifier: MIT */
/* want: which records of a stream are asked for, other than by name: a range of ordinals, or taxa.
 * Each stands for itself alone: a reference does not bring its members.  Threads: any number of readers.
 */
#ifndef TL_WANT_H
#define TL_WANT_H

#include <stdbool.h>
#include <stdint.h>
#include <tl/col.h>
#include <tl/err.h>
#include <tl/lineage.h>
#include <tl/map.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A struct of zeros wants every record. */
struct tl_want {
	bool ranged, taxed;
	uint64_t from, to;  /* where ranged: these ordinals, both included */
	struct tl_map taxa; /* where taxed: ids, of which a record has one */
};

/* "A-B", "A-", "-B" or "A"; TL_USAGE. */
enum tl_status tl_want_range(struct tl_want *w, const char *text, struct tl_err *err) TL_CHECK;

/* Ids, separated by commas; with opt_tree all that descends from them too.  TL_USAGE. */
enum tl_status tl_want_taxa(struct tl_want *w, const char *text, const struct tl_lineage *opt_tree,
			    struct tl_err *err) TL_CHECK;

/* May the record of that ordinal be wanted; is the one with that header and ids of its own (tl/taxon.h)? */
bool tl_want_ordinal(const struct tl_want *w, uint64_t ordinal);
bool tl_want_match(const struct tl_want *w, uint64_t ordinal, struct tl_str head,
		   struct tl_str taxa);

void tl_want_free(struct tl_want *w);

#ifdef __cplusplus
}
#endif
#endif
