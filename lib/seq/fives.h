/* SPDX-License-Identifier: MIT */
/* fives: residues (A-Z and '*', upper case) at five bits each, eight in five bytes.  Pure, any thread. */
#ifndef FIVES_H
#define FIVES_H

#include <stddef.h>
#include <stdint.h>
#include <tl/cpu.h>

#define TL_FIVES_BYTES 5 /* of a group */
#define TL_FIVES_OVER 3  /* bytes behind the packed ones that are read too */

/* 8 * groups residues to 5 * groups bytes, with the best instructions, or with those of an instruction
 * set: the same bytes. */
void tl_fives_pack(uint8_t *dst, const uint8_t *src, size_t groups);
void tl_fives_pack_isa(uint8_t *dst, const uint8_t *src, size_t groups, enum tl_cpu_isa isa);

/* And back. */
void tl_fives_unpack(uint8_t *dst, const uint8_t *src, size_t groups);
void tl_fives_unpack_isa(uint8_t *dst, const uint8_t *src, size_t groups, enum tl_cpu_isa isa);

#endif
