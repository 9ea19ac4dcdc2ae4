/* SPDX-License-Identifier: MIT */
/* set: all records of a stream, what they could be coded from, and what was decided for each.
 *
 * Model: blocks are read into the spool (tl_set_put); each record leaves a row, each edge another one,
 * and both go where the budget says.  tl_set_select then decides roles, and keeps the script of each
 * new member.  tl/archive.h and tl/clusters.h write what was decided.  After tl_set_select a record is
 * named by its index in the order of ordinals.  Open struct, read freely.  Memory: 10 bytes for each
 * record, and what the selection takes (tl/select.h) while it is made; all else is in stores.
 * Threads: one.
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
#include <tl/former.h>
#include <tl/hash.h>
#include <tl/lineage.h>
#include <tl/link.h>
#include <tl/map.h>
#include <tl/names.h>
#include <tl/pool.h>
#include <tl/reader.h>
#include <tl/select.h>
#include <tl/sort.h>
#include <tl/spool.h>
#include <tl/store.h>
#include <tl/table.h>

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
	uint64_t word;         /* for tl_set_word */
	uint32_t block, entry; /* where its first piece is: in the spool, and in the block */
	uint32_t taxon;        /* with want_taxa, see there; 0: none */
	uint32_t identity;     /* of a delta as read, to its base, parts per million */
	enum tl_kind kind;     /* as read */
	enum tl_set_role role;
	unsigned depth;        /* copies down to a record that stands whole */
	bool is_base;          /* something is copied from it */
	bool is_front;         /*   that cannot stand behind it by ordinal, or it is no delta */
	bool minus;            /* a delta as read: its base is taken in reverse */
	bool nucleotide;       /* its alphabet */
	bool old;              /* a MEMBER as it was in opt_former */
	bool hidden;           /* no record of the input: only copied from */
	uint32_t former;       /* its number in opt_former, or TL_FORMER_NONE */
};

#define TL_SET_NONE UINT32_MAX
#define TL_SET_LENDS UINT64_C(1)
#define TL_SET_ROW 6 /* words */
#define TL_SET_SAMPLE 256

/* A record of which pieces are still to come. */
struct tl_set_open {
	uint64_t row[TL_SET_ROW];
	bool open;
};

struct tl_set {
	struct tl_pool *pool;
	struct tl_budget *budget;
	uint64_t charged;            /* of it, for columns */
	struct tl_spool *spool;
	uint64_t *shift;             /* [blocks of the spool] to be added to their ordinals */
	size_t shift_cap;
	size_t n, nodes;             /* records; those of them that stood whole and are not old */
	size_t edges;                /* that meet the criterion; until tl_set_select */
	struct tl_sort *reading;     /* rows, until tl_set_select */
	struct tl_table *row;        /* [n] afterwards, by ordinal */
	uint64_t *sample;            /* ordinal of each TL_SET_SAMPLE-th record */
	uint64_t last;               /* the highest ordinal */
	uint32_t *base;              /* [n] index of what a record is copied from; its own where of nothing */
	uint32_t *length;            /* [n] residues, UINT32_MAX for that many or more */
	uint16_t *state;             /* [n] the rest of what is asked for often; private */
	struct tl_table *edge;       /* [edges] private */
	bool want_words;             /* keep first words of headers, for clusters */
	struct tl_store *words;      /* each behind its length */
	bool want_taxa;              /* keep a taxonomy id of each record: of several the first, or, with
				      * opt_lineage, their lowest common ancestor */
	const struct tl_lineage *opt_lineage; /* the caller's */
	bool same_taxon;             /* with opt_lineage: use only edges whose records have the same */
	uint32_t rank;               /*   ancestor of that rank */
	struct tl_names *opt_prefer; /* these become references first */
	struct tl_former *opt_former; /* an older archive, of which as much stays as can; the caller's.  The
				       * input is no archive then */
	uint64_t next;               /* with it: above all ordinals of the input */
	size_t hidden;               /* records of n that are */
	struct tl_link_criterion criterion; /* edges must meet it again */
	struct tl_select_sum result;
	struct tl_sort *member;      /* new members by their arcs, until their scripts are made */
	struct tl_store *scripts;    /* of new members */
	struct tl_table *script;     /* [n] uint64_t: where in scripts, for members */
	struct tl_table *coded;      /* the same, of those by which they are coded; NULL: those in script */
	struct tl_sort *recoded;     /* those that are others, until tl_set_place */
	struct tl_table_view row_view, find_view, edge_view, script_view, coded_view;
	struct tl_set_open current[3]; /* by kind */
	struct tl_hash_state *hash;  /* of the residues of a record of several pieces */
	struct tl_buf ops;           /* of its script */
	struct tl_map lenders;       /* ordinals of records in which literals of deltas as read stand
				      * (tl/borrow.h), with TL_SET_LENDS << alphabet of those, and, once known, four
				      * times their index: they stay whole */
	bool fasta;                  /* some records are FASTA */
};

/* budget may be NULL; the calling thread is worker 0 of pool. */
enum tl_status tl_set_new(struct tl_pool *pool, struct tl_budget *budget, struct tl_set **ret,
			  struct tl_err *err) TL_CHECK;

/* Takes one block in: SEQS, DUPS, DLTA, EDGE, FILE; other types are nothing to it.  The item
 * stays the caller's, but for the bytes of the block. */
enum tl_status tl_set_put(struct tl_set *set, struct tl_item *item, struct tl_err *err) TL_CHECK;

/* Everything was put: decides.  Fails with TL_DATA where an edge or a copy names a record that is
 * not there or does not fit it, and where copies hang on each other in a circle or a chain of
 * more than TL_EXPAND_DEPTH deltas. */
enum tl_status tl_set_select(struct tl_set *set, const struct tl_select_params *params,
			     struct tl_err *err) TL_CHECK;

/* All of what follows is for a set that was selected.  i is the index of a record, [0, n). */

/* The index of the record of an ordinal; TL_SET_NONE where there is none. */
enum tl_status tl_set_find(struct tl_set *set, uint64_t ordinal, uint32_t *ret,
			   struct tl_err *err) TL_CHECK;

enum tl_status tl_set_get(struct tl_set *set, uint32_t i, struct tl_set_record *ret,
			  struct tl_err *err) TL_CHECK;

/* What can be had without reading a row. */
enum tl_set_role tl_set_role(const struct tl_set *set, uint32_t i);
bool tl_set_is_base(const struct tl_set *set, uint32_t i);
bool tl_set_is_front(const struct tl_set *set, uint32_t i);
bool tl_set_is_nucleotide(const struct tl_set *set, uint32_t i);
unsigned tl_set_depth(const struct tl_set *set, uint32_t i);

/* The reference (or loose record) to which a record belongs. */
uint32_t tl_set_root(const struct tl_set *set, uint32_t i);

/* The script that makes a member out of its reference, or an old one out of its base, in scratch or the set; valid until
 * scratch is used again, or another is put. */
enum tl_status tl_set_script(struct tl_set *set, uint32_t i, struct tl_buf *scratch,
			     struct tl_delta *ret, struct tl_err *err) TL_CHECK;

/* That of a member which became one in this round, through a view of the caller's: by any number of threads
 * at once, while nobody changes the set. */
enum tl_status tl_set_script_view(const struct tl_set *set, struct tl_table_view *view, uint32_t i,
				  struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
	TL_CHECK;

/* The same, of what it is coded from; behind tl_set_place. */
enum tl_status tl_set_coded(struct tl_set *set, uint32_t i, struct tl_buf *scratch,
			    struct tl_delta *ret, struct tl_err *err) TL_CHECK;

/* Has a new member coded from base, a member of the same reference, by that script.  Once each, and
 * with tl_set_place behind the last one. */
enum tl_status tl_set_recode(struct tl_set *set, uint32_t i, uint32_t base, const struct tl_delta *d,
			     struct tl_err *err) TL_CHECK;

/* Finds out again what is copied from and how deep, where members were recoded. */
enum tl_status tl_set_place(struct tl_set *set, struct tl_err *err) TL_CHECK;

/* The first word of a record's header, where they were wanted; as above. */
enum tl_status tl_set_word(const struct tl_set *set, const struct tl_set_record *r,
			   struct tl_buf *scratch, struct tl_str *ret, struct tl_err *err) TL_CHECK;

void tl_set_free(struct tl_set *set); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
