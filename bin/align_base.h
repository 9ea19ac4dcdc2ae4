/* SPDX-License-Identifier: MIT */
/* align_base: tl-align --base: which sequences an older archive knows. */
#ifndef TL_BIN_ALIGN_BASE_H
#define TL_BIN_ALIGN_BASE_H

#include <tl/bank.h>
#include <tl/former.h>
#include <tl/hash.h>
#include <tl/tool.h>

#define ALIGN_BASE_AHEAD 16

struct align_base {
	struct tl_former *former;
	struct tl_hash_state *hash; /* of the sequence at hand */
	uint64_t length;
	struct tl_hash128 hashes[ALIGN_BASE_AHEAD]; /* of entries of the batch at hand that stand alone */
	size_t ahead;                               /* the first that has none there */
	uint32_t *old[2];  /* by alphabet, [sequences]: number in the archive, or TL_FORMER_NONE */
	size_t cap[2];
	uint8_t *role[2];  /* by alphabet, [sequences]: enum tl_sketch_role */
	size_t n[2];
};

enum tl_status align_base_open(struct align_base *b, const char *path, const struct tl_tool_run *run,
			       struct tl_err *err) TL_CHECK;

/* An entry of a block, of which all come in order, is about to become, or end, sequence i of the bank of its alphabet. */
enum tl_status align_base_put(struct align_base *b, const struct tl_tool_run *run,
			      const struct tl_batch *batch, size_t entry, size_t i,
			      struct tl_err *err) TL_CHECK;

/* All were put: fills role. */
enum tl_status align_base_end(struct align_base *b, const struct tl_tool_run *run, uint64_t next,
			      struct tl_err *err) TL_CHECK;

void align_base_close(struct align_base *b, const struct tl_tool_run *run); /* a struct of zeros is fine */

#endif
