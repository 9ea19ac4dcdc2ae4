/* SPDX-License-Identifier: MIT */
/* cpu: which vector instructions may be used. */
#include <tl/cpu.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifdef __aarch64__
#define VECTORS "neon"
#else
#define VECTORS "sse41"
#endif

static const char *const names[TL_CPU_ISAS] = {"scalar", VECTORS, "avx2", "avx512bw"};

/* What the CPU and the operating system can do.  All CPUs with AVX-512BW have VL, DQ and BMI2 too;
 * kernels use them, so all are asked for. */
static enum tl_cpu_isa detect(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_cpu_init();
	if (!__builtin_cpu_supports("sse4.1"))
		return TL_CPU_SCALAR;
	if (!__builtin_cpu_supports("avx2"))
		return TL_CPU_SSE41;
	if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512vl") ||
	    !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("bmi2"))
		return TL_CPU_AVX2;
	return TL_CPU_AVX512BW;
#elif defined(__aarch64__)
	return TL_CPU_SSE41; /* every one has NEON */
#else
	return TL_CPU_SCALAR;
#endif
}

/* The ISA named by n bytes at p, or TL_CPU_ISAS.  Scalar code cannot be hidden. */
static enum tl_cpu_isa find(const char *p, size_t n)
{
	int i = TL_CPU_SSE41;
	while (i < TL_CPU_ISAS && (strlen(names[i]) != n || memcmp(names[i], p, n)))
		i++;
	return (enum tl_cpu_isa)i;
}

/* The lowest ISA in a list that hides some, TL_CPU_ISAS where it hides none; *ret_bad is the first
 * name in it that is not known (*ret_n bytes), or NULL. */
static enum tl_cpu_isa hidden(const char *list, const char **ret_bad, size_t *ret_n)
{
	enum tl_cpu_isa low = TL_CPU_ISAS;
	*ret_bad = NULL;
	*ret_n = 0;
	while (list && *list) {
		size_t n = strcspn(list, ",");
		enum tl_cpu_isa isa = find(list, n);
		if (isa < low)
			low = isa;
		if (isa == TL_CPU_ISAS && n && !*ret_bad) {
			*ret_bad = list;
			*ret_n = n;
		}
		list += n + (list[n] == ',');
	}
	return low;
}

enum tl_cpu_isa tl_cpu_best(void)
{
	/* 0: not known yet, else the ISA + 1.  Any thread writes it, always the same; relaxed. */
	static atomic_int cache;
	int known = atomic_load_explicit(&cache, memory_order_relaxed);
	if (!known) {
		const char *bad;
		size_t n;
		enum tl_cpu_isa has = detect(), low = hidden(getenv("TL_CPU_DISABLE"), &bad, &n);
		known = (int)(low <= has ? low - 1 : has) + 1;
		atomic_store_explicit(&cache, known, memory_order_relaxed);
	}
	return (enum tl_cpu_isa)(known - 1);
}

enum tl_status tl_cpu_check(struct tl_err *err)
{
	const char *bad;
	size_t n;
	(void)hidden(getenv("TL_CPU_DISABLE"), &bad, &n);
	if (!bad)
		return TL_OK;
	return tl_err_set(err, TL_USAGE,
			  "TL_CPU_DISABLE: \"%.*s\" is not one of " VECTORS ", avx2, avx512bw",
			  (int)(n < 64 ? n : 64), bad);
}

const char *tl_cpu_name(enum tl_cpu_isa isa)
{
	return (unsigned)isa < TL_CPU_ISAS ? names[isa] : "unknown";
}
