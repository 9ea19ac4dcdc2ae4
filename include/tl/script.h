/* SPDX-License-Identifier: MIT */
/* script: where the script of a delta stands while its numbers are read.  man tl-stream(5), 5.5.
 *
 * The length of what it makes tells where it ends: so the lengths of scripts, of what they
 * substitute and of their literals need not be stored.  Threads: pure but for its arguments.
 */
#ifndef TL_SCRIPT_H
#define TL_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_script {
	uint64_t length; /* residues it makes */
	uint64_t a, b; /* residues made so far, those behind the alignment included; of the base */
	uint64_t literals; /* of those made */
	uint64_t substituted;
	uint32_t index; /* numbers read, so far */
	bool minus;
	bool broken; /* it makes more than length */
};

/* Takes the next number of a script that is not done.  True: it is done now. */
static inline bool tl_script_step(struct tl_script *s, uint64_t number)
{
	uint64_t run = number >> 2;
	unsigned op = number & 3;
	if (s->index < 3) {
		s->minus |= !s->index && (number & 1);
		run = s->index ? number : number >> 1;
		op = s->index ? 2 : 3;
	}
	if (s->index < 3)
		s->index++;
	if (op != 3 && run > s->length - s->a) {
		s->broken = true;
		return true;
	}
	s->a += op != 3 ? run : 0;
	s->b += op != 2 ? run : 0;
	s->literals += op == 2 ? run : 0;
	s->substituted += op == 1 ? run : 0;
	return s->index == 3 && s->a == s->length;
}

#ifdef __cplusplus
}
#endif
#endif
