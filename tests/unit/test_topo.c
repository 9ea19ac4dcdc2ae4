/* SPDX-License-Identifier: MIT */
/* test_topo: the affinity mask counts, and limits of made-up control groups are found. */
#include <tl/topo.h>

#include <limits.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "tltest.h"

static char root[256], self[300];

static void here(void)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(root, sizeof root, "%s/tl-topo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	tl_test(mkdtemp(root));
	snprintf(self, sizeof self, "%s/self", root);
}

/* Writes text to root/path, making its directories. */
static void write_file(const char *path, const char *text)
{
	char full[600];
	snprintf(full, sizeof full, "%s/%s", root, path);
	for (char *p = full + strlen(root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		mkdir(full, 0777);
	}
	FILE *f = fopen(full, "w");
	tl_test(f);
	tl_test(fputs(text, f) >= 0);
	tl_test(!fclose(f));
}

static void gone(void)
{
	char command[400];
	snprintf(command, sizeof command, "rm -rf '%s'", root);
	tl_test(!system(command));
}

static void test_none(void)
{
	here();
	tl_test(tl_cgroup_cpus(root, self) == UINT_MAX);
	tl_test(tl_cgroup_memory(root, self) == ULLONG_MAX);
	write_file("self", "0::/a/b\n");
	tl_test(tl_cgroup_cpus(root, self) == UINT_MAX);
	write_file("a/b/cpu.max", "max 100000\n");
	write_file("a/b/memory.max", "max\n");
	tl_test(tl_cgroup_cpus(root, self) == UINT_MAX);
	tl_test(tl_cgroup_memory(root, self) == ULLONG_MAX);
	write_file("a/b/cpu.max", "what is this");
	tl_test(tl_cgroup_cpus(root, self) == UINT_MAX);
	gone();
}

static void test_v2(void)
{
	here();
	write_file("self", "0::/a/b\n");
	write_file("a/b/cpu.max", "250000 100000\n");
	write_file("a/b/memory.max", "1000000\n");
	tl_test_eq(tl_cgroup_cpus(root, self), 3);
	tl_test_eq(tl_cgroup_memory(root, self), 1000000);
	write_file("a/cpu.max", "200000 100000\n");
	write_file("a/memory.max", "2000000\n");
	tl_test_eq(tl_cgroup_cpus(root, self), 2);
	tl_test_eq(tl_cgroup_memory(root, self), 1000000);
	write_file("cpu.max", "1000 100000\n");
	tl_test_eq(tl_cgroup_cpus(root, self), 1);
	/* In a container: the path is the host's, only the container's own group can be seen. */
	write_file("self", "0::/host/path/not/here\n");
	tl_test_eq(tl_cgroup_cpus(root, self), 1);
	gone();
}

static void test_v1(void)
{
	here();
	write_file("self", "5:memory:/m\n4:cpuset:/s\n2:cpu,cpuacct:/c/d\n1:name=systemd:/\n"
			   "0::/\n");
	write_file("cpu/c/d/cpu.cfs_quota_us", "-1\n");
	write_file("cpu/c/d/cpu.cfs_period_us", "100000\n");
	write_file("memory/m/memory.limit_in_bytes", "9223372036854771712\n");
	write_file("memory/memory.limit_in_bytes", "4096\n");
	tl_test(tl_cgroup_cpus(root, self) == UINT_MAX);
	tl_test_eq(tl_cgroup_memory(root, self), 4096);
	write_file("cpu/c/d/cpu.cfs_quota_us", "400000\n");
	tl_test_eq(tl_cgroup_cpus(root, self), 4);
	gone();
}

static void test_machine(void)
{
	unsigned n = tl_topo_cpus();
	tl_test(n >= 1);
	tl_test((long)n <= sysconf(_SC_NPROCESSORS_CONF));
	unsigned long long has = (unsigned long long)sysconf(_SC_PHYS_PAGES) *
				 (unsigned long long)sysconf(_SC_PAGESIZE);
	tl_test(tl_topo_memory() > 0 && tl_topo_memory() <= has);
}

static void test_affinity(void)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		cpu_set_t set, one;
		if (sched_getaffinity(0, sizeof set, &set))
			_exit(77);
		CPU_ZERO(&one);
		for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
			if (CPU_ISSET(i, &set))
				CPU_SET(i, &one);
		if (sched_setaffinity(0, sizeof one, &one))
			_exit(77);
		_exit((int)tl_topo_cpus());
	}
	tl_test(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		tl_test_skip("affinity cannot be set here");
	tl_test_eq(WEXITSTATUS(status), 1);
}

int main(void)
{
	TL_RUN(test_none);
	TL_RUN(test_v2);
	TL_RUN(test_v1);
	TL_RUN(test_machine);
	TL_RUN(test_affinity);
	return tl_test_end();
}
