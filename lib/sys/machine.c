/* SPDX-License-Identifier: MIT */
/* machine: what hwloc says of the machine. */
#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#define NODES_ONLINE "/sys/devices/system/node/online"
#define SMT_ACTIVE "/sys/devices/system/cpu/smt/active"

/* ---- 1. is it worth asking? ---- */

/* The first line of a small file; empty where it cannot be read. */
static void first_line(const char *path, char *line, int size)
{
	FILE *f = fopen(path, "re");
	if (!f || !fgets(line, size, f))
		line[0] = '\0';
	if (f)
		fclose(f);
}

static bool described(void)
{
	return getenv("HWLOC_SYNTHETIC") || getenv("HWLOC_XMLFILE") || getenv("HWLOC_FSROOT");
}

bool tl_machine_matters(const struct tl_topo_opts *opts)
{
	char nodes[64], smt[8];
	if (opts->full || opts->pin != TL_TOPO_PIN_NONE || described())
		return true;
	first_line(NODES_ONLINE, nodes, sizeof nodes);
	if (opts->numa != TL_TOPO_NUMA_OFF && strpbrk(nodes, ",-"))
		return opts->threads != 1;
	first_line(SMT_ACTIVE, smt, sizeof smt);
	return !opts->threads && !opts->smt && smt[0] == '1';
}

/* ---- 2. loading ---- */

static enum tl_status broken(struct tl_err *err, const char *what)
{
	return tl_err_set(err, TL_INTERNAL, "hwloc cannot %s: %s (--numa off --pin none --smt does "
					    "without it)", what, strerror(errno));
}

/* Only what is needed: devices, caches and the like would take most of the time.  Groups are what
 * nodes hang on where nothing else has just their processors. */
static enum tl_status load(struct tl_machine *m, struct tl_err *err)
{
	if (hwloc_topology_init(&m->hwloc))
		return broken(err, "be started");
	hwloc_topology_set_all_types_filter(m->hwloc, HWLOC_TYPE_FILTER_KEEP_NONE);
	hwloc_topology_set_type_filter(m->hwloc, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
	hwloc_topology_set_type_filter(m->hwloc, HWLOC_OBJ_GROUP,
				       HWLOC_TYPE_FILTER_KEEP_STRUCTURE);
	hwloc_topology_set_flags(m->hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	if (!hwloc_topology_load(m->hwloc))
		return TL_OK;
	hwloc_topology_destroy(m->hwloc);
	m->hwloc = NULL;
	return broken(err, "tell what this machine is");
}

static unsigned count(const struct tl_machine *m, hwloc_obj_type_t type)
{
	int n = hwloc_get_nbobjs_by_type(m->hwloc, type);
	return n > 0 ? (unsigned)n : 0;
}

/* ---- 3. hardware threads ---- */

/* Allowed hardware threads: the cpuset's, and on this machine the affinity mask's too. */
static hwloc_bitmap_t allowed(const struct tl_machine *m)
{
	hwloc_bitmap_t set = hwloc_bitmap_dup(hwloc_topology_get_allowed_cpuset(m->hwloc));
	hwloc_bitmap_t bound = m->dry || !set ? NULL : hwloc_bitmap_alloc();
	if (bound && !hwloc_get_cpubind(m->hwloc, bound, HWLOC_CPUBIND_PROCESS) &&
	    hwloc_bitmap_intersects(set, bound))
		hwloc_bitmap_and(set, set, bound);
	hwloc_bitmap_free(bound);
	return set;
}

/* The node that pu lies in, added where it is new: of several, as with memory that only stands
 * beside, the one with the fewest processors, then the first. */
static unsigned node_of(struct tl_machine *m, hwloc_obj_t pu)
{
	hwloc_obj_t best = NULL, o = NULL;
	while ((o = hwloc_get_next_obj_by_type(m->hwloc, HWLOC_OBJ_NUMANODE, o)))
		if (hwloc_bitmap_isset(o->cpuset, pu->os_index) &&
		    (!best || hwloc_bitmap_weight(o->cpuset) < hwloc_bitmap_weight(best->cpuset)))
			best = o;
	unsigned os = best ? best->os_index : 0, i = 0;
	while (i < m->nodes && m->node[i].os != os)
		i++;
	if (i == m->nodes)
		m->node[m->nodes++] = (struct tl_topo_node){
			.os = os, .memory = best ? best->attr->numanode.local_memory : 0};
	m->node[i].cpus++;
	return i;
}

/* Where core is NULL, a hardware thread is a core by itself. */
static void add_cpu(struct tl_machine *m, hwloc_obj_t pu, hwloc_const_bitmap_t may)
{
	hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(m->hwloc, HWLOC_OBJ_CORE, pu);
	struct tl_machine_cpu *c = &m->cpu[m->cpus++];
	int kind = hwloc_cpukinds_get_by_cpuset(m->hwloc, pu->cpuset, 0);
	c->place.cpu = pu->os_index;
	c->place.core = core ? core->logical_index : pu->logical_index;
	c->place.kind = kind > 0 ? (unsigned)kind : 0;
	c->place.node = node_of(m, pu);
	c->rank = 0;
	for (hwloc_obj_t p = core ? core->first_child : pu; p && p != pu; p = p->next_sibling)
		c->rank += hwloc_bitmap_isset(may, p->os_index);
	m->cores += c->rank == 0;
	m->node[c->place.node].cores += c->rank == 0;
}

static int by_place(const void *va, const void *vb)
{
	const struct tl_machine_cpu *a = va, *b = vb;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->place.node != b->place.node)
		return a->place.node < b->place.node ? -1 : 1;
	if (a->place.kind != b->place.kind)
		return a->place.kind > b->place.kind ? -1 : 1;
	return a->place.core < b->place.core ? -1 : a->place.core > b->place.core;
}

static void sort_cpus(struct tl_machine *m)
{
	qsort(m->cpu, m->cpus, sizeof *m->cpu, by_place);
	for (unsigned i = 0; i < m->cpus; i++) {
		struct tl_machine_cpu *c = &m->cpu[i];
		bool goes_on = i && c->rank == c[-1].rank && c->place.node == c[-1].place.node;
		c->in_node = goes_on ? c[-1].in_node + 1 : 0;
	}
}

static enum tl_status list_cpus(struct tl_machine *m, struct tl_err *err)
{
	hwloc_bitmap_t may = allowed(m);
	hwloc_obj_t pu = NULL;
	m->cpu = tl_mem_zalloc(m->machine_cpus + 1, sizeof *m->cpu, err);
	m->node = tl_mem_zalloc(m->machine_nodes + 1, sizeof *m->node, err);
	if (m->cpu && m->node && may)
		while ((pu = hwloc_get_next_obj_by_type(m->hwloc, HWLOC_OBJ_PU, pu)))
			if (hwloc_bitmap_isset(may, pu->os_index))
				add_cpu(m, pu, may);
	hwloc_bitmap_free(may);
	if (!m->cpu || !m->node || !may)
		return tl_err_nomem(err, 0);
	if (!m->cpus)
		return tl_err_set(err, TL_INTERNAL, "hwloc knows no processor that may be used");
	sort_cpus(m);
	return TL_OK;
}

enum tl_status tl_machine_load(struct tl_machine *m, struct tl_err *err)
{
	*m = (struct tl_machine){0};
	enum tl_status st = load(m, err);
	if (st != TL_OK)
		return st;
	m->dry = !hwloc_topology_is_thissystem(m->hwloc);
	m->machine_nodes = count(m, HWLOC_OBJ_NUMANODE);
	m->machine_cpus = count(m, HWLOC_OBJ_PU);
	m->machine_cores = count(m, HWLOC_OBJ_CORE);
	if (!m->machine_cores)
		m->machine_cores = m->machine_cpus;
	st = list_cpus(m, err);
	if (st != TL_OK)
		tl_machine_free(m);
	return st;
}

void tl_machine_free(struct tl_machine *m)
{
	if (m->hwloc)
		hwloc_topology_destroy(m->hwloc);
	tl_mem_free(m->cpu);
	tl_mem_free(m->node);
	*m = (struct tl_machine){0};
}
