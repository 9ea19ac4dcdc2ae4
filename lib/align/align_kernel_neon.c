/* SPDX-License-Identifier: MIT */
/* align_kernel_neon: the kernels on the 128-bit vectors of 64-bit ARM, through SIMDe. */
#include "align_kernel.h"

#ifdef TL_ALIGN_NEON
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/sse4.1.h>

#include "align_kernel_128.h"

const struct tl_align_kernel tl_align_kernel_neon = {"neon", rows8, pair8, rows16, rows32};
#endif
