/* SPDX-License-Identifier: MIT */
/* test_cpu: hiding instruction sets.  The answer is kept for the life of a process, so each
 * question is asked in a child. */
#include <tl/cpu.h>

#include <sys/wait.h>

#include "tltest.h"

/* tl_cpu_best() in a child with this TL_CPU_DISABLE; 100 more where tl_cpu_check() objects. */
static int ask(const char *disable)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		struct tl_err err;
		if (disable)
			setenv("TL_CPU_DISABLE", disable, 1);
		else
			unsetenv("TL_CPU_DISABLE");
		int bad = tl_cpu_check(&err) == TL_USAGE ? 100 : 0;
		int best = (int)tl_cpu_best();
		_exit(best == (int)tl_cpu_best() ? best + bad : 99);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
		       ? WEXITSTATUS(status)
		       : 99;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static void test_hide(void)
{
	int best = ask(NULL);
	tl_test(best >= TL_CPU_SCALAR && best < TL_CPU_ISAS);
	tl_test_eq(ask(""), best);
	tl_test_eq(ask("sse41"), TL_CPU_SCALAR);
	tl_test_eq(ask("avx2"), least(best, TL_CPU_SSE41));
	tl_test_eq(ask("avx512bw"), least(best, TL_CPU_AVX2));
	tl_test_eq(ask("avx512bw,avx2"), least(best, TL_CPU_SSE41));
	tl_test_eq(ask("avx2,avx512bw,"), least(best, TL_CPU_SSE41));
	tl_test_eq(ask("avx512bw,sse41"), TL_CPU_SCALAR);
}

static void test_unknown(void)
{
	int best = ask(NULL);
	tl_test_eq(ask("avx"), 100 + best);
	tl_test_eq(ask("avx22"), 100 + best);
	tl_test_eq(ask("scalar"), 100 + best);
	tl_test_eq(ask("sse41,what"), 100 + TL_CPU_SCALAR);
	tl_test_eq(ask(" sse41"), 100 + best);
}

static void test_message(void)
{
	struct tl_err err;
	setenv("TL_CPU_DISABLE", "avx2,sse9", 1);
	tl_test_eq(tl_cpu_check(&err), TL_USAGE);
	tl_test(strstr(err.msg, "\"sse9\""));
	unsetenv("TL_CPU_DISABLE");
	tl_test_ok(tl_cpu_check(&err), err);
}

static void test_names(void)
{
	tl_test(!strcmp(tl_cpu_name(TL_CPU_SCALAR), "scalar"));
	tl_test(!strcmp(tl_cpu_name(TL_CPU_AVX512BW), "avx512bw"));
	tl_test(!strcmp(tl_cpu_name(TL_CPU_ISAS), "unknown"));
}

int main(void)
{
	TL_RUN(test_hide);
	TL_RUN(test_unknown);
	TL_RUN(test_message);
	TL_RUN(test_names);
	return tl_test_end();
}
