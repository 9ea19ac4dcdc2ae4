/* SPDX-License-Identifier: MIT */
/* symbols_state: what the model of bytes keeps.
 *
 * symbols.c codes by the contexts that symbols_context.c hashes before each symbol.
 */
#ifndef TL_SYMBOLS_STATE_H
#define TL_SYMBOLS_STATE_H

#include <stdbool.h>

#include <tl/script.h>

#include "logistic.h"
#include "symbols.h"
#include "symbols_trail.h"

#define TL_SYMBOLS_CONTEXTS 12
#define TL_SYMBOLS_RIGHTS (32 * 16 * 8) /* by how a copy held, and bit */
#define TL_SYMBOLS_TIMES 1023 /* a counter counts so far */
#define TL_SYMBOLS_FIELDS 64  /* of a line that are kept in view */
#define TL_SYMBOLS_GOLDEN 0x9E3779B97F4A7C15u

/* Probability in the high 22 bits, times used in the low 10. */
struct tl_symbols_line {
	uint32_t check, counter[15];
};

/* A place before from which symbols are copied. */
struct tl_symbols_copy {
	size_t from;
	uint32_t len, misses; /* held since the last difference; 1 for each of the last 32 wrong */
	bool on;
};

/* The line before, field by field: where names are likely to go on alike. */
struct tl_symbols_view {
	size_t start[2][TL_SYMBOLS_FIELDS]; /* of each field, in the line before and in this one */
	size_t fields[2];
	size_t at;        /* the byte that stands where we are, if there */
	bool there, same; /* the field is the same so far */
	size_t line;      /* where this line began */
	uint32_t field_hash, word;
	uint32_t field;
};

/* The last line with the key of this one, as far as this one has gone along it, field by field. */
struct tl_symbols_mate {
	uint32_t *start; /* [1 << bits] by key: where such a line began, + 1; NULL: there are no keys */
	int bits;
	size_t lines;     /* begun so far */
	size_t at;        /* the byte that stands where we are, if there */
	bool there, same; /* the field is the same so far */
	uint32_t held;    /* symbols as it has them since the last one that was not */
};

struct tl_symbols {
	struct tl_coder *coder;
	struct tl_logistic log;
	enum tl_symbols_kind kind;
	uint8_t *bytes;
	size_t pos;
	int lines; /* log2 */
	struct tl_symbols_line *table[TL_SYMBOLS_CONTEXTS];
	struct tl_symbols_line *line[TL_SYMBOLS_CONTEXTS];
	uint64_t hash[TL_SYMBOLS_CONTEXTS];
	uint16_t meant[TL_SYMBOLS_CONTEXTS][1024]; /* by probability (6 bits) and times (4 bits) */
	uint32_t step[TL_SYMBOLS_TIMES + 1]; /* what part of the way a counter goes, of 65536 */
	uint8_t class[TL_SYMBOLS_TIMES + 1];  /* of times a counter was used */
	uint32_t times;                      /* counters count so far in this kind */
	uint64_t past;                       /* the last 8 symbols */
	struct tl_mixer mixer[2];
	uint32_t set[2]; /* chosen by the kind */
	/* copies */
	uint32_t *last; /* [1 << places] */
	int places;
	struct tl_symbols_copy copy;
	uint16_t right[TL_SYMBOLS_RIGHTS];
	/* items */
	const struct tl_predict_hint *hint;
	size_t lengths_pos, left, item, before; /* where this item and the one before begin */
	struct tl_symbols_view view;
	struct tl_symbols_mate mate;
	/* scripts */
	struct tl_script script;
	struct tl_symbols_trail trail;
	size_t script_item;
	uint64_t number, numbers[3]; /* being read; the last ones */
	uint32_t digit;              /* bytes of it read */
};

/* Sets hash[] and set[] for the next symbol. */
void tl_symbols_context_hash(struct tl_symbols *m);

/* Moves on behind symbol s; pos and past are behind it already. */
void tl_symbols_context_move(struct tl_symbols *m, unsigned s);

#endif
