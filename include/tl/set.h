/* SPDX-License-Identifier: MIT */
/* set: all records of a stream, what they could be coded from, and what was decided for each.
 *
 * Model: blocks are read into the spool (tl_set_put); each record leaves a few bytes here. 
 * tl_set_select then decides roles, and keeps the script of each new member.  tl/archive.h and
 * tl/clusters.h write what was decided. Open struct, read freely after tl_set_select.  Memory:
 * about 180 bytes for each record and 28 for each arc (an edge has one or two); edges, blocks and the
 * scripts of members go where the budget says.  Threads: one.
 */
#ifndef TL_SET_H
#define TL_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/batch.h>
#include <tl/buf.h>
#include <tl/delta.h>
#include <tl/err.h>
#include <tl/hash.h>
#include <tl/lineage.h>
#include <tl/link.h>
#include <tl/names.h>
#include <tl/reader.h>
#include <tl/select.h>
#include <tl/spool.h>
#include <tl/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a record is in the archive. */
enum tl_set_role {
	TL_SET_REF,    /* a reference: stands whole, goes to --refs */
	TL_SET_LOOSE,  /* stands whole, but is no reference (--ratio) */
	TL_SET_MEMBER, /* stood whole, is now a delta of its reference */
	TL_SET_COPY,   /* was a duplicate or a delta already, and stays one */
};

struct tl_set_record {
	uint64_t ordinal;
	uint64_t base;         /* MEMBER, COPY: ordinal of what it is copied from; else its own */
	uint64_t length;       /* residues */
	uint32_t block, entry; /* where its first piece is: in the spool, and in the block */
	uint32_t node;         /* of the selection; TL_SELECT_NONE for COPY */
	uint32_t taxon;        /* with want_taxa, see there; 0: none */
	uint32_t identity;     /* of a delta as read, to its base, parts per million */
	uint8_t kind;          /* enum tl_kind as read */
	uint8_t role;          /* enum tl_set_role */
	uint8_t depth;         /* copies down to a record that stands whole */
	bool is_base : 1;      /* something is copied from it */
	bool front : 1;        /*   that cannot stand behind it by ordinal, or it is no delta */
	bool minus : 1;        /* a delta as read: its base is taken in reverse */
	bool nucleotide : 1;   /* its alphabet */
	bool prefer : 1;       /* a duplicate that opt_prefer names: what it is a duplicate of is meant */
};

/* An edge as it was read, until tl_set_select. */
struct tl_set_edge;

struct tl_set {
	struct tl_budget *budget;
	uint64_t charged;            /* of it, for tables that are not grown */
	struct tl_spool *spool;
	uint64_t *shift;             /* [blocks of the spool] to be added to their ordinals */
	size_t shift_cap;
	struct tl_set_record *record; /* [n] in the order of reading; by ordinal after tl_set_select */
	size_t n, cap;
	struct tl_select_node *node; /* [nodes] */
	uint32_t *of_node;           /* [nodes] index of its record; valid after tl_set_select */
	size_t nodes, node_cap, of_node_cap;
	struct tl_store *edge;       /* [edges] struct tl_set_edge, until tl_set_select */
	size_t edges, arcs;          /* arcs: what they allow, one or two each */
	bool want_words;             /* keep first words of headers, for clusters */
	struct tl_buf words;         /* each ended by a line feed, in the order of reading */
	uint64_t *word;              /* [n] offset in words, in the order of records */
	size_t word_cap;
	bool want_taxa;              /* keep a taxonomy id of each record: of several the first, or, with
				      * opt_lineage, their lowest common ancestor */
	const struct tl_lineage *opt_lineage; /* the caller's */
	bool same_taxon;             /* with opt_lineage: use only edges whose records have the same */
	uint32_t rank;               /*   ancestor of that rank */
	struct tl_names *opt_prefer; /* these become references first */
	struct tl_link_criterion criterion; /* edges must meet it again */
	struct tl_select_result result;
	struct tl_store *scripts;    /* of new members */
	uint64_t *script;            /* [nodes] offset in scripts, for members */
	uint32_t *script_bytes;      /* [nodes] */
	/* Of records of several pieces: */
	size_t current[3];           /* by kind: the last one */
	struct tl_hash_state *hash;  /* of its residues */
	struct tl_buf ops;           /* of its script */
};

/* budget may be NULL. */
enum tl_status tl_set_new(struct tl_budget *budget, struct tl_set **ret, struct tl_err *err)
	TL_CHECK;

/* Takes one block in: SEQS, DUPS, DLTA, EDGE, FILE; other types are nothing to it.  The item
 * stays the caller's. */
enum tl_status tl_set_put(struct tl_set *set, const struct tl_item *item, struct tl_err *err)
	TL_CHECK;

/* Everything was put: decides.  Fails with TL_DATA where an edge or a copy names a record that is
 * not there or does not fit it, and where copies hang on each other in a circle or a chain of
 * more than TL_EXPAND_DEPTH deltas. */
enum tl_status tl_set_select(struct tl_set *set, const struct tl_select_params *params,
			     struct tl_err *err) TL_CHECK;

/* The record of an ordinal, after tl_set_select; NULL where there is none. */
struct tl_set_record *tl_set_find(const struct tl_set *set, uint64_t ordinal);

/* The reference (or loose record) to which a record belongs. */
const struct tl_set_record *tl_set_root(const struct tl_set *set, const struct tl_set_record *r);

/* The script that makes a new member out of its reference, in scratch or the set; valid until
 * scratch is used again, or another is put. */
enum tl_status tl_set_script(const struct tl_set *set, const struct tl_set_record *r,
			     struct tl_buf *scratch, struct tl_delta *ret,
			     struct tl_err *err) TL_CHECK;

/* The same, of what it is coded from. */
enum tl_status tl_set_coded(const struct tl_set *set, const struct tl_set_record *r,
			    struct tl_buf *scratch, struct tl_delta *ret,
			    struct tl_err *err) TL_CHECK;

/* Has a new member coded from base, a member of the same reference, by that script. */
enum tl_status tl_set_recode(struct tl_set *set, struct tl_set_record *r,
			     const struct tl_set_record *base, const struct tl_delta *d,
			     struct tl_err *err) TL_CHECK;

/* Finds out again what is copied from and how deep, where members were recoded. */
enum tl_status tl_set_place(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* The first word of a record's header, where they were wanted. */
struct tl_str tl_set_word(const struct tl_set *set, const struct tl_set_record *r);

void tl_set_free(struct tl_set *set); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
