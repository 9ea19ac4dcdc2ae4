/* SPDX-License-Identifier: MIT */
/* cgroup: the limits that the control groups of this process set, private to lib/sys.
 *
 * root is where the control groups are mounted (/sys/fs/cgroup), self the path of a file like
 * /proc/self/cgroup; tests give a tree of their own.  A limit set at any level above the process
 * counts.  What cannot be read sets no limit.  Any thread.
 */
#ifndef TL_CGROUP_H
#define TL_CGROUP_H

/* CPUs' worth of time, rounded up, at least 1; UINT_MAX where there is no quota. */
unsigned tl_cgroup_cpus(const char *root, const char *self);

/* Bytes; ULLONG_MAX where there is no limit. */
unsigned long long tl_cgroup_memory(const char *root, const char *self);

#endif
