/* SPDX-License-Identifier: MIT */
/* cpu: which vector instructions may be used.
 *
 * Detected once; the environment variable TL_CPU_DISABLE, a list of names separated by commas,
 * hides some so that one machine can test every kernel.  Names: sse41 avx2 avx512bw.  Hiding one
 * hides those that build on it (sse41 < avx2 < avx512bw).  On 64-bit ARM there is only neon, in the
 * place of sse41: 128 bits.  Any thread.
 */
#ifndef TL_CPU_H
#define TL_CPU_H

#include <stdbool.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_cpu_isa { TL_CPU_SCALAR, TL_CPU_SSE41, TL_CPU_AVX2, TL_CPU_AVX512BW, TL_CPU_ISAS };

/* The best ISA that the CPU has and TL_CPU_DISABLE does not hide. */
enum tl_cpu_isa tl_cpu_best(void);

/* TL_USAGE where TL_CPU_DISABLE holds a name that is not known; tools call this first. */
enum tl_status tl_cpu_check(struct tl_err *err) TL_CHECK;

const char *tl_cpu_name(enum tl_cpu_isa isa); /* "scalar", "sse41", ... */

#ifdef __cplusplus
}
#endif
#endif
