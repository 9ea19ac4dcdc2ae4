/* SPDX-License-Identifier: MIT */
/* topo: processors, nodes and memory that this process may use, and where its workers go.
 *
 * Allowed processors are the affinity mask, less what the cpuset hides, and no more at a time than
 * the cgroup's CPU quota (v2 cpu.max, v1 cpu.cfs_quota_us / cpu.cfs_period_us, rounded up).  Of
 * these a plan gives one worker to each core, or with smt to each hardware thread.  A node is a
 * NUMA node with processors of ours; nodes are numbered from 0 in the plan.
 *
 * hwloc tells cores and nodes.  Asking it costs milliseconds, so it is asked only where the answer
 * could matter: where there is more than one node, or hardware threads share cores, or threads are
 * pinned, or HWLOC_SYNTHETIC, HWLOC_XMLFILE or HWLOC_FSROOT describe another machine.  Then the run
 * is dry: workers are planned, queued and counted as on that machine, but nothing is bound.
 * Threads: a plan does not change; any thread may use it.
 */
#ifndef TL_TOPO_H
#define TL_TOPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tl/err.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The smaller of affinity and quota, at least 1; without hwloc. */
unsigned tl_topo_cpus(void);

/* Bytes of memory this process may hope for: the smaller of the machine's and the cgroup's limit
 * (v2 memory.max, v1 memory.limit_in_bytes). */
unsigned long long tl_topo_memory(void);

enum tl_topo_pin {
	TL_TOPO_PIN_NONE,    /* workers move as the system likes, but within their node */
	TL_TOPO_PIN_COMPACT, /* each to its core, node after node */
	TL_TOPO_PIN_SCATTER, /* each to its core, round the nodes */
};

enum tl_topo_numa {
	TL_TOPO_NUMA_LOCAL,      /* node after node; memory on the node of the worker */
	TL_TOPO_NUMA_INTERLEAVE, /* round the nodes; pages dealt out over all of them */
	TL_TOPO_NUMA_SPREAD,     /* round the nodes; memory on the node of the worker */
	TL_TOPO_NUMA_OFF,        /* as if there were one node */
};

struct tl_topo_opts {
	unsigned threads; /* 0: one for each allowed core (smt: hardware thread) */
	bool smt;
	enum tl_topo_pin pin;
	enum tl_topo_numa numa;
	bool full; /* ask hwloc in any case, to describe the machine */
};

/* Where a worker goes. */
struct tl_topo_place {
	unsigned cpu;  /* number of the hardware thread as the system knows it */
	unsigned core; /* number of the core in the machine */
	unsigned node; /* number of the node in the plan */
	unsigned kind; /* of core, on machines that have several: higher is faster; else 0 */
};

struct tl_topo_node {
	unsigned os;           /* the system's number */
	unsigned cores, cpus;  /* allowed ones */
	unsigned workers;
	unsigned long long memory; /* bytes; 0: none, or not known */
};

/* Why there are as many workers as there are. */
enum tl_topo_why { TL_TOPO_WHY_ASKED, TL_TOPO_WHY_CORES, TL_TOPO_WHY_CPUS, TL_TOPO_WHY_QUOTA };

struct tl_topo_sum {
	bool full;  /* hwloc was asked; else only workers, allowed, quota and why are known */
	bool dry;   /* another machine is described: nothing is bound */
	unsigned machine_nodes, machine_cores, machine_cpus;
	unsigned cores, cpus; /* allowed, by affinity and cpuset */
	unsigned quota;       /* processors' worth of time; UINT_MAX: no quota */
	unsigned workers, nodes;
	enum tl_topo_why why;
};

struct tl_topo;

enum tl_status tl_topo_new(const struct tl_topo_opts *opts, struct tl_topo **ret,
			   struct tl_err *err) TL_CHECK;
void tl_topo_free(struct tl_topo *topo); /* NULL is fine */

const struct tl_topo_sum *tl_topo_sum_of(const struct tl_topo *topo);
const struct tl_topo_opts *tl_topo_opts_of(const struct tl_topo *topo);
const struct tl_topo_place *tl_topo_place_of(const struct tl_topo *topo, unsigned worker);
const struct tl_topo_node *tl_topo_node_of(const struct tl_topo *topo, unsigned node);

/* Binds the calling thread as the plan says of that worker, and its memory; best effort.
 * tl_topo_unbind lets it go where the whole process may. */
void tl_topo_bind(const struct tl_topo *topo, unsigned worker);
void tl_topo_unbind(const struct tl_topo *topo);

/* Asks for the whole pages in [p, p + n) to lie on a node, where they have not been touched yet;
 * best effort, nothing on one node. */
void tl_topo_lay(const struct tl_topo *topo, void *p, size_t n, unsigned node);

#ifdef __cplusplus
}
#endif
#endif
