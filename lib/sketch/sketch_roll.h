/* SPDX-License-Identifier: MIT */
/* sketch_roll: all k-mers of nucleotides whose hash is low enough.  Private to sketch.
 *
 * Threads: pure.
 */
#ifndef SKETCH_ROLL_H
#define SKETCH_ROLL_H

#include <stddef.h>
#include <stdint.h>
#include <tl/cpu.h>
#include <tl/sketch.h>

struct tl_sketch_sink {
	struct tl_sketch_seed *seed; /* room for one more than there are k-mers */
	size_t n;
	uint64_t below; /* only hashes below this are wanted */
};

/* Those of k letters in seq, in order; shift is added to a k-mer's packed letters before they are
 * mixed. isa is one that the machine has. */
void tl_sketch_roll(struct tl_str seq, const uint8_t *codes, unsigned k, uint64_t shift,
		    enum tl_cpu_isa isa, struct tl_sketch_sink *sink);

#endif
