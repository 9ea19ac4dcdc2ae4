/* SPDX-License-Identifier: MIT */
/* align_kernel_sse41: the kernels on 128-bit vectors; built with -msse4.1. */
#include "align_kernel.h"

#ifdef TL_ALIGN_X86
#include <smmintrin.h>

#include "align_kernel_128.h"

const struct tl_align_kernel tl_align_kernel_sse41 = {"sse41", rows8, pair8, rows16, rows32};
#endif
