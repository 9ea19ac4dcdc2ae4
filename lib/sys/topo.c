/* SPDX-License-Identifier: MIT */
/* topo: how many processors this process may use. */
#include <tl/topo.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

#include "cgroup.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_SELF "/proc/self/cgroup"
#define CPUS_MAX (1 << 20) /* beyond any machine: where growing the set ends */

/* CPUs in the affinity mask.  The kernel refuses a set smaller than its own, so it is grown. */
static unsigned affinity(void)
{
	for (size_t cpus = CPU_SETSIZE; cpus <= CPUS_MAX; cpus *= 2) {
		cpu_set_t *set = CPU_ALLOC(cpus);
		size_t size = CPU_ALLOC_SIZE(cpus);
		if (!set)
			break;
		int failed = sched_getaffinity(0, size, set) ? errno : 0;
		int n = failed ? 0 : CPU_COUNT_S(size, set);
		CPU_FREE(set);
		if (n > 0)
			return (unsigned)n;
		if (failed != EINVAL)
			break;
	}
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (unsigned)online : 1;
}

unsigned tl_topo_cpus(void)
{
	unsigned may = affinity(), quota = tl_cgroup_cpus(CGROUP_ROOT, CGROUP_SELF);
	return may < quota ? may : quota;
}

unsigned long long tl_topo_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	unsigned long long has = pages > 0 && page > 0
					 ? (unsigned long long)pages * (unsigned long long)page
					 : ULLONG_MAX;
	unsigned long long limit = tl_cgroup_memory(CGROUP_ROOT, CGROUP_SELF);
	return has < limit ? has : limit;
}
