/* SPDX-License-Identifier: MIT */
/* machine: what hwloc says of the machine, as a list of hardware threads.  Private to lib/sys.
 * Threads: one builds it; afterwards it does not change. */
#ifndef TL_MACHINE_H
#define TL_MACHINE_H

#include <hwloc.h>
#include <stdbool.h>
#include <tl/err.h>
#include <tl/topo.h>

/* An allowed hardware thread. */
struct tl_machine_cpu {
	struct tl_topo_place place;
	unsigned rank;    /* among the allowed hardware threads of its core, from 0 */
	unsigned in_node; /* among those of the same rank in its node, the fastest kind first */
};

struct tl_machine {
	hwloc_topology_t hwloc;
	bool dry;
	unsigned machine_nodes, machine_cores, machine_cpus, cores;
	struct tl_machine_cpu *cpu; /* [cpus], by rank, node, kind (fastest first), core */
	unsigned cpus;
	struct tl_topo_node *node; /* [nodes]: those that have an allowed hardware thread */
	unsigned nodes;
};

/* Could hwloc's answer matter for these options? */
bool tl_machine_matters(const struct tl_topo_opts *opts);

enum tl_status tl_machine_load(struct tl_machine *m, struct tl_err *err) TL_CHECK;
void tl_machine_free(struct tl_machine *m);

#endif
