/* SPDX-License-Identifier: MIT */
/* topo: processors, nodes and memory that this process may use, and where its workers go.
 *
 * Contents: 1. limits  2. how many workers  3. where they go  4. binding  5. the object.
 */
#include <tl/topo.h>

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <tl/mem.h>

#include "cgroup.h"
#include "machine.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_SELF "/proc/self/cgroup"
#define CPUS_MAX (1 << 20)  /* beyond any machine: where growing the set ends */
#define WORKERS_MAX 4096

struct tl_topo {
	struct tl_topo_opts opts;
	struct tl_topo_sum sum;
	struct tl_machine machine;    /* where sum.full */
	struct tl_topo_place *place;  /* [workers] */
	struct tl_topo_node *node;    /* [nodes]: those with workers */
	hwloc_bitmap_t *node_cpus;    /* [nodes], where sum.full and not dry */
	hwloc_bitmap_t all_cpus;      /* of the process, at first; likewise */
};

/* ---- 1. limits ---- */

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

/* ---- 2. how many workers ---- */

/* A quota is one of the real machine: it says nothing in a dry run. */
static void count_workers(struct tl_topo *t)
{
	struct tl_topo_sum *s = &t->sum;
	unsigned units = t->opts.smt ? s->cpus : s->cores;
	s->quota = s->dry ? UINT_MAX : tl_cgroup_cpus(CGROUP_ROOT, CGROUP_SELF);
	s->why = t->opts.smt || s->cores == s->cpus ? TL_TOPO_WHY_CPUS : TL_TOPO_WHY_CORES;
	s->workers = units;
	if (s->quota < units) {
		s->workers = s->quota;
		s->why = TL_TOPO_WHY_QUOTA;
	}
	if (t->opts.threads) {
		s->workers = t->opts.threads;
		s->why = TL_TOPO_WHY_ASKED;
	}
	if (s->workers > WORKERS_MAX)
		s->workers = WORKERS_MAX;
}

/* ---- 3. where they go ---- */

/* Round the nodes: first one hardware thread of each, then a second one ... */
static int by_round(const void *va, const void *vb)
{
	const struct tl_machine_cpu *a = va, *b = vb;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->in_node != b->in_node)
		return a->in_node < b->in_node ? -1 : 1;
	return a->place.node < b->place.node ? -1 : a->place.node > b->place.node;
}

/* The hardware threads of a core side by side. */
static int by_core(const void *va, const void *vb)
{
	const struct tl_machine_cpu *a = va, *b = vb;
	if (a->place.node != b->place.node)
		return a->place.node < b->place.node ? -1 : 1;
	if (a->place.kind != b->place.kind)
		return a->place.kind > b->place.kind ? -1 : 1;
	if (a->place.core != b->place.core)
		return a->place.core < b->place.core ? -1 : 1;
	return a->rank < b->rank ? -1 : a->rank > b->rank;
}

static void order_cpus(struct tl_topo *t)
{
	struct tl_machine *m = &t->machine;
	bool round = t->opts.pin == TL_TOPO_PIN_SCATTER ||
		     (t->opts.pin == TL_TOPO_PIN_NONE && (t->opts.numa == TL_TOPO_NUMA_SPREAD ||
							  t->opts.numa == TL_TOPO_NUMA_INTERLEAVE));
	if (round)
		qsort(m->cpu, m->cpus, sizeof *m->cpu, by_round);
	else if (t->opts.smt && t->opts.pin == TL_TOPO_PIN_COMPACT)
		qsort(m->cpu, m->cpus, sizeof *m->cpu, by_core);
}

/* The number in the plan of the machine's node n, added where it is new. */
static unsigned plan_node(struct tl_topo *t, unsigned n, unsigned *number)
{
	if (number[n] == UINT_MAX) {
		number[n] = t->sum.nodes++;
		t->node[number[n]] = t->machine.node[n];
	}
	return number[n];
}

/* More workers than hardware threads go round once more. */
static enum tl_status place_workers(struct tl_topo *t, struct tl_err *err)
{
	const struct tl_machine *m = &t->machine;
	unsigned *number = tl_mem_zalloc(m->nodes, sizeof *number, err);
	if (!number)
		return TL_NOMEM;
	order_cpus(t);
	for (unsigned n = 0; n < m->nodes; n++)
		number[n] = UINT_MAX;
	for (unsigned i = 0; i < t->sum.workers; i++) {
		struct tl_topo_place *p = &t->place[i];
		*p = m->cpu[i % m->cpus].place;
		p->node = plan_node(t, t->opts.numa == TL_TOPO_NUMA_OFF ? 0 : p->node, number);
		t->node[p->node].workers++;
	}
	tl_mem_free(number);
	return TL_OK;
}

/* Without hwloc: one node, nobody has a place. */
static void place_nowhere(struct tl_topo *t)
{
	t->sum.nodes = 1;
	t->node[0].workers = t->sum.workers;
	t->node[0].cores = t->sum.cores;
	t->node[0].cpus = t->sum.cpus;
}

/* ---- 4. binding ---- */

/* The hardware threads of each node of the plan, for workers that are not pinned. */
static enum tl_status gather_nodes(struct tl_topo *t, struct tl_err *err)
{
	t->all_cpus = hwloc_bitmap_alloc();
	t->node_cpus = tl_mem_zalloc(t->sum.nodes, sizeof *t->node_cpus, err);
	if (!t->all_cpus || !t->node_cpus)
		return tl_err_nomem(err, sizeof *t->node_cpus);
	for (unsigned n = 0; n < t->sum.nodes; n++)
		if (!(t->node_cpus[n] = hwloc_bitmap_alloc()))
			return tl_err_nomem(err, sizeof *t->node_cpus);
	for (unsigned i = 0; i < t->machine.cpus; i++) {
		const struct tl_topo_place *p = &t->machine.cpu[i].place;
		hwloc_bitmap_set(t->all_cpus, p->cpu);
		for (unsigned n = 0; n < t->sum.nodes; n++)
			if (t->node[n].os == t->machine.node[p->node].os ||
			    t->opts.numa == TL_TOPO_NUMA_OFF)
				hwloc_bitmap_set(t->node_cpus[n], p->cpu);
	}
	return TL_OK;
}

static bool binds(const struct tl_topo *t)
{
	return t->sum.full && !t->sum.dry;
}

void tl_topo_bind(const struct tl_topo *t, unsigned worker)
{
	const struct tl_topo_place *p = &t->place[worker];
	hwloc_bitmap_t one = binds(t) ? hwloc_bitmap_alloc() : NULL;
	if (!one)
		return;
	if (t->opts.pin != TL_TOPO_PIN_NONE) {
		hwloc_bitmap_only(one, p->cpu);
		(void)hwloc_set_cpubind(t->machine.hwloc, one, HWLOC_CPUBIND_THREAD);
	} else if (t->sum.nodes > 1 && t->opts.numa != TL_TOPO_NUMA_INTERLEAVE) {
		(void)hwloc_set_cpubind(t->machine.hwloc, t->node_cpus[p->node],
					HWLOC_CPUBIND_THREAD);
	}
	if (t->sum.nodes > 1 && t->opts.numa == TL_TOPO_NUMA_INTERLEAVE)
		(void)hwloc_set_membind(t->machine.hwloc, t->all_cpus, HWLOC_MEMBIND_INTERLEAVE,
					HWLOC_MEMBIND_THREAD);
	hwloc_bitmap_free(one);
}

void tl_topo_unbind(const struct tl_topo *t)
{
	if (!binds(t))
		return;
	(void)hwloc_set_cpubind(t->machine.hwloc, t->all_cpus, HWLOC_CPUBIND_THREAD);
	if (t->sum.nodes > 1 && t->opts.numa == TL_TOPO_NUMA_INTERLEAVE)
		(void)hwloc_set_membind(t->machine.hwloc, t->all_cpus, HWLOC_MEMBIND_DEFAULT,
					HWLOC_MEMBIND_THREAD);
}

void tl_topo_lay(const struct tl_topo *t, void *p, size_t n, unsigned node)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = ((uintptr_t)p + page - 1) / page * page, to = ((uintptr_t)p + n) / page * page;
	if (!binds(t) || t->sum.nodes < 2 || t->opts.numa == TL_TOPO_NUMA_INTERLEAVE || from >= to)
		return;
	(void)hwloc_set_area_membind(t->machine.hwloc, (void *)from, to - from, t->node_cpus[node],
				     HWLOC_MEMBIND_BIND, 0);
}

/* ---- 5. the object ---- */

static enum tl_status survey(struct tl_topo *t, struct tl_err *err)
{
	struct tl_topo_sum *s = &t->sum;
	enum tl_status st;
	s->full = tl_machine_matters(&t->opts);
	if (!s->full) {
		s->cpus = s->cores = affinity();
		return TL_OK;
	}
	if ((st = tl_machine_load(&t->machine, err)) != TL_OK)
		return st;
	s->dry = t->machine.dry;
	s->machine_nodes = t->machine.machine_nodes;
	s->machine_cores = t->machine.machine_cores;
	s->machine_cpus = t->machine.machine_cpus;
	s->cpus = t->machine.cpus;
	s->cores = t->machine.cores;
	return TL_OK;
}

static enum tl_status make_plan(struct tl_topo *t, struct tl_err *err)
{
	enum tl_status st = survey(t, err);
	if (st != TL_OK)
		return st;
	count_workers(t);
	t->place = tl_mem_zalloc(t->sum.workers, sizeof *t->place, err);
	t->node = tl_mem_zalloc(t->sum.full ? t->machine.nodes : 1, sizeof *t->node, err);
	if (!t->place || !t->node)
		return TL_NOMEM;
	if (!t->sum.full)
		place_nowhere(t);
	else if ((st = place_workers(t, err)) == TL_OK && !t->sum.dry)
		st = gather_nodes(t, err);
	return st;
}

enum tl_status tl_topo_new(const struct tl_topo_opts *opts, struct tl_topo **ret,
			   struct tl_err *err)
{
	struct tl_topo *t = tl_mem_zalloc(1, sizeof *t, err);
	if (!t)
		return TL_NOMEM;
	t->opts = *opts;
	enum tl_status st = make_plan(t, err);
	if (st != TL_OK) {
		tl_topo_free(t);
		return st;
	}
	*ret = t;
	return TL_OK;
}

void tl_topo_free(struct tl_topo *t)
{
	if (!t)
		return;
	for (unsigned n = 0; t->node_cpus && n < t->sum.nodes; n++)
		hwloc_bitmap_free(t->node_cpus[n]);
	if (t->all_cpus)
		hwloc_bitmap_free(t->all_cpus);
	tl_mem_free(t->node_cpus);
	tl_machine_free(&t->machine);
	tl_mem_free(t->place);
	tl_mem_free(t->node);
	tl_mem_free(t);
}

const struct tl_topo_sum *tl_topo_sum_of(const struct tl_topo *t)
{
	return &t->sum;
}

const struct tl_topo_opts *tl_topo_opts_of(const struct tl_topo *t)
{
	return &t->opts;
}

const struct tl_topo_place *tl_topo_place_of(const struct tl_topo *t, unsigned worker)
{
	return &t->place[worker];
}

const struct tl_topo_node *tl_topo_node_of(const struct tl_topo *t, unsigned node)
{
	return &t->node[node];
}
