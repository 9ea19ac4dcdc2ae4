/* SPDX-License-Identifier: MIT */
/* glossary: what came before in headers, and how a header is written with it.
 *
 * A header is the number of its plan, and what the plan asks for.  A plan has for each field a
 * kind, and what belongs to all headers of this plan: of a number its shape, of the first and of
 * the last field the symbol itself, as these have few ("tr|", "PE=4 SV=1").  A plan that was not
 * seen often stands in the header itself, behind a 0.  Numbers are told by their difference to
 * the first of their shape, so what all of them begin with costs nothing.
 *
 * What is worth a symbol was seen some times before (sight.h); these limits were tried on
 * headers of UniProt, RefSeq, PHI-base and made ones, and matter little.  Threads: one at a
 * time; several may read.
 */
#ifndef TL_GLOSSARY_H
#define TL_GLOSSARY_H

#include <tl/bits.h>
#include <tl/col.h>
#include <tl/intern.h>

#include "sight.h"

#define TL_GLOSSARY_FIELD 3   /* times that make a symbol of a field, */
#define TL_GLOSSARY_NUMBER 12 /* of one that is a number now, */
#define TL_GLOSSARY_WORD 5    /* and of a word */

/* Kinds of fields, and what follows in the plan | in the header. */
enum tl_glossary_kind {
	TL_GLOSSARY_SYMBOL, /* | symbol */
	TL_GLOSSARY_FIXED,  /* symbol | */
	TL_GLOSSARY_SHAPED, /* shape | number */
	TL_GLOSSARY_AGAIN,  /* an earlier field, last byte | */
	TL_GLOSSARY_BYTES,  /* | length, bytes */
	TL_GLOSSARY_WORDS /* | how many words, and these: two bits of these kinds, the rest above */
};

/* Kinds of words: as above. */
enum { TL_GLOSSARY_WORD_SYMBOL, TL_GLOSSARY_WORD_SHAPED, TL_GLOSSARY_WORD_BYTES };

struct tl_glossary {
	struct tl_intern *symbols, *shapes, *plans;
	uint64_t *base; /* [shapes] number of the first */
	size_t base_cap;
	struct tl_intern_cache *cache; /* of symbols; this and sight only while it learns */
	struct tl_sight sight;
};

enum tl_status tl_glossary_open(struct tl_glossary *g, struct tl_err *err) TL_CHECK;
void tl_glossary_end(
	struct tl_glossary *g); /* it learns no more: gives back what only that needs */
void tl_glossary_close(struct tl_glossary *g); /* all zero is fine */
uint64_t tl_glossary_memory(const struct tl_glossary *g);

/* Looks up words, all at once. */
void tl_glossary_look(struct tl_glossary *g, struct tl_intern_word *word, size_t n);

/* Makes a symbol of a word that has none, where it was seen often enough. */
enum tl_status tl_glossary_learn(struct tl_glossary *g, struct tl_intern_word *w, unsigned often,
				 struct tl_err *err) TL_CHECK;

/* The shape of a text, where it has one that is known, else *ret_shape is TL_INTERN_NONE; and its
 * number, as a header has it. */
enum tl_status tl_glossary_shape(struct tl_glossary *g, struct tl_str s, uint32_t *ret_shape,
				 uint64_t *ret_number, struct tl_err *err) TL_CHECK;

/* The number of a plan, or TL_INTERN_NONE. */
enum tl_status tl_glossary_plan(struct tl_glossary *g, struct tl_str plan, uint32_t *ret_plan,
				struct tl_err *err) TL_CHECK;

#endif
