/* SPDX-License-Identifier: MIT */
/* archive: a set for which roles were decided, written as an archive; its references as text.
 *
 * First the bases by depth, then by ordinal: references, and whatever else something is copied
 * from; then the rest by ordinal, with the FILE blocks where their files end.  See tl-stream(5),
 * section 11.
 * Threads: as the writer's.
 */
#ifndef TL_ARCHIVE_H
#define TL_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <tl/err.h>
#include <tl/out.h>
#include <tl/set.h>
#include <tl/writer.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_archive_opts {
	struct tl_out *opt_refs; /* where references are written as FASTA too; NULL: nowhere */
	size_t base_bytes;       /* a block of bases is ended at about this size; 0: 1 MiB */
	bool ordinal_ids;        /* each with "tl|ORDINAL " put in front of its header, */
	bool reference_ids;      /* or with "tlr|NUMBER ", see tl/refid.h */
	size_t block_bytes;      /* a block is ended at about this size; 0: 1 MiB */
	bool repeats;            /* bases: stretches of nucleotides that come again stand as copies, in blocks of
				  * 8 MiB at least */
	bool apart;              /* scripts are taken apart for zstd */
};

/* A size of blocks of bases with which a few records are had from a large archive without reading much of it. */
size_t tl_archive_base_bytes(const struct tl_set *set);

/* The number of a reference: the one it had before an update, else the next one.  References are asked for by
 * rising ordinals, with a next that is 0 at first. */
uint64_t tl_archive_number(const struct tl_set *set, const struct tl_set_record *r, uint64_t *next);

/* Writes all blocks but prov and ENDS. */
enum tl_status tl_archive_write(struct tl_set *set, const struct tl_archive_opts *opts,
				struct tl_writer *w, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
