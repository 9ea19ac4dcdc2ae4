/* SPDX-License-Identifier: MIT */
/* scan: the inner loops of reading and packing residues, 64 bytes at a time with the widest
 * vectors that the processor has.  All tables give the same results.  Pure, any thread.
 */
#ifndef TL_SEQ_SCAN_H
#define TL_SEQ_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tl/cpu.h>

/* Which residues a run may hold. */
struct tl_scan_want {
	uint8_t banned; /* upper-case letter at which a run ends, 0: none */
	uint8_t turned; /* upper-case letter copied as the one before it (U as T), 0: none */
};

#define TL_SCAN_OVER 63 /* bytes behind what was copied that may be overwritten too */

struct tl_scan {
	/* Copies upper-case residues ('*' is one) from src[0..n) to dst up to the first other byte;
	 * returns how many.  guess is what will likely be returned: the result does not depend on
	 * it, but where it holds the processor goes on to the next line before it knows where this
	 * one ended. */
	size_t (*upper)(uint8_t *dst, const uint8_t *src, size_t n, struct tl_scan_want want,
			size_t guess);
	/* The same of lower-case letters, copied in upper case. */
	size_t (*lower)(uint8_t *dst, const uint8_t *src, size_t n, struct tl_scan_want want);
	/* Copies the residues of lines of just width upper-case residues and a line feed, width > 0;
	 * returns how many lines.  It may leave some to its caller. */
	size_t (*lines)(uint8_t *dst, const uint8_t *src, size_t n, size_t width,
			struct tl_scan_want want);
	/* Packs n residues as tl/pack.h says, those that are not A, C, G, T as A; is there one? */
	bool (*pack)(uint8_t *dst, const uint8_t *src, size_t n);
	/* Unpacks n bytes to 4 n residues. */
	void (*unpack)(uint8_t *dst, const uint8_t *src, size_t n);
	/* How many of A, C, G, T src[0..n) begins with. */
	size_t (*plain)(const uint8_t *src, size_t n);
};

/* That of the best instruction set which may be used; that of one which the processor has. */
const struct tl_scan *tl_scan_best(void);
const struct tl_scan *tl_scan_of(enum tl_cpu_isa isa);

#endif
