/* SPDX-License-Identifier: MIT */
/* topo: how many processors this process may use.
 *
 * The smaller of the affinity mask (which holds the cpuset) and the cgroup's CPU quota (v2 cpu.max,
 * v1 cpu.cfs_quota_us / cpu.cfs_period_us, rounded up), at least 1.  Any thread.
 */
#ifndef TL_TOPO_H
#define TL_TOPO_H

#ifdef __cplusplus
extern "C" {
#endif

unsigned tl_topo_cpus(void);

/* Bytes of memory this process may hope for: the smaller of the machine's and the cgroup's limit
 * (v2 memory.max, v1 memory.limit_in_bytes). */
unsigned long long tl_topo_memory(void);

#ifdef __cplusplus
}
#endif
#endif
