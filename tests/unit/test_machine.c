/* SPDX-License-Identifier: MIT */
/* test_machine: plans for machines that hwloc describes: nodes, hardware threads, kinds of cores,
 * nodes without processors, cpusets; and that what is planned is dry. */
#include <hwloc.h>
#include <limits.h>
#include <sched.h>

#include <tl/topo.h>

#include "tltest.h"

static struct tl_topo *plan(struct tl_topo_opts opts)
{
	struct tl_topo *t = NULL;
	struct tl_err err;
	tl_test_ok(tl_topo_new(&opts, &t, &err), err);
	return t;
}

static struct tl_topo *synthetic(const char *machine, struct tl_topo_opts opts)
{
	setenv("HWLOC_SYNTHETIC", machine, 1);
	struct tl_topo *t = plan(opts);
	unsetenv("HWLOC_SYNTHETIC");
	return t;
}

/* Trees of 1, 2, 4 and 8 nodes, with and without SMT: workers, and how many on each node. */
static void test_trees(void)
{
	for (unsigned nodes = 1; nodes <= 8; nodes *= 2)
		for (unsigned pus = 1; pus <= 2; pus++)
			for (unsigned smt = 0; smt < 2; smt++) {
				char text[64];
				snprintf(text, sizeof text, "node:%u core:3 pu:%u", nodes, pus);
				struct tl_topo *t =
					synthetic(text, (struct tl_topo_opts){.smt = smt});
				const struct tl_topo_sum *s = tl_topo_sum_of(t);
				tl_test(s->full && s->dry);
				tl_test_eq(s->nodes, nodes);
				tl_test_eq(s->cores, 3 * nodes);
				tl_test_eq(s->cpus, 3 * nodes * pus);
				tl_test_eq(s->workers, 3 * nodes * (smt ? pus : 1));
				tl_test_eq(s->why, smt || pus == 1 ? TL_TOPO_WHY_CPUS
								   : TL_TOPO_WHY_CORES);
				for (unsigned k = 0; k < nodes; k++) {
					tl_test_eq(tl_topo_node_of(t, k)->os, k);
					tl_test_eq(tl_topo_node_of(t, k)->workers,
						   s->workers / nodes);
				}
				tl_topo_free(t);
			}
}

/* Places as "node.core" in a line. */
static void expect(const char *machine, struct tl_topo_opts opts, const char *want)
{
	char have[256] = "";
	struct tl_topo *t = synthetic(machine, opts);
	for (unsigned i = 0; i < tl_topo_sum_of(t)->workers; i++) {
		const struct tl_topo_place *p = tl_topo_place_of(t, i);
		size_t at = strlen(have);
		snprintf(have + at, sizeof have - at, "%s%u.%u", i ? " " : "", p->node, p->core);
	}
	if (strcmp(have, want))
		printf("# '%s' for '%s'\n", have, want);
	tl_test(!strcmp(have, want));
	tl_topo_free(t);
}

static void test_order(void)
{
	const char *four = "node:2 core:2 pu:2";
	expect(four, (struct tl_topo_opts){.threads = 3}, "0.0 0.1 1.2");
	expect(four, (struct tl_topo_opts){.threads = 2}, "0.0 0.1");
	expect(four, (struct tl_topo_opts){.threads = 3, .numa = TL_TOPO_NUMA_SPREAD},
	       "0.0 1.2 0.1");
	expect(four, (struct tl_topo_opts){.threads = 3, .numa = TL_TOPO_NUMA_INTERLEAVE},
	       "0.0 1.2 0.1");
	expect(four, (struct tl_topo_opts){.threads = 3, .numa = TL_TOPO_NUMA_OFF},
	       "0.0 0.1 0.2");
	expect(four, (struct tl_topo_opts){.threads = 4, .pin = TL_TOPO_PIN_SCATTER},
	       "0.0 1.2 0.1 1.3");
	expect(four, (struct tl_topo_opts){.pin = TL_TOPO_PIN_COMPACT}, "0.0 0.1 1.2 1.3");
	expect(four, (struct tl_topo_opts){.pin = TL_TOPO_PIN_COMPACT, .smt = true},
	       "0.0 0.0 0.1 0.1 1.2 1.2 1.3 1.3");
	/* More threads than cores: second hardware threads, then all again. */
	expect("node:1 core:2 pu:2", (struct tl_topo_opts){.threads = 5}, "0.0 0.1 0.0 0.1 0.0");
}

/* Memory that stands beside, with no processors of its own, is no node of ours. */
static void test_empty_node(void)
{
	struct tl_topo *t = synthetic("[numa] pack:2 [numa] core:2 pu:1", (struct tl_topo_opts){0});
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	tl_test_eq(s->machine_nodes, 3);
	tl_test_eq(s->nodes, 2);
	tl_test_eq(s->workers, 4);
	tl_test_eq(tl_topo_node_of(t, 0)->workers, 2);
	tl_test_eq(tl_topo_node_of(t, 1)->workers, 2);
	tl_topo_free(t);
}

static void remove_file(const char *path)
{
	(void)!unlink(path);
}

/* Writes a machine made from a tree, changed by edit, to a file, and plans for that. */
static struct tl_topo *from_file(const char *tree, void (*edit)(hwloc_topology_t))
{
	char path[300];
	const char *tmp = getenv("TMPDIR");
	hwloc_topology_t h;
	snprintf(path, sizeof path, "%s/tl-machine-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	int fd = mkstemp(path);
	tl_test(fd >= 0);
	close(fd);
	tl_test(!hwloc_topology_init(&h) && !hwloc_topology_set_synthetic(h, tree));
	hwloc_topology_set_flags(h, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	tl_test(!hwloc_topology_load(h));
	edit(h);
	int failed = hwloc_topology_export_xml(h, path, 0);
	hwloc_topology_destroy(h);
	setenv("HWLOC_XMLFILE", path, 1);
	struct tl_topo *t = failed ? NULL : plan((struct tl_topo_opts){0});
	unsetenv("HWLOC_XMLFILE");
	remove_file(path);
	tl_test(t);
	return t;
}

/* Cores 2 and 3 of four are the fast ones. */
static void make_hybrid(hwloc_topology_t h)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	hwloc_bitmap_set_range(set, 0, 1);
	hwloc_cpukinds_register(h, set, 0, 0, NULL, 0);
	hwloc_bitmap_zero(set);
	hwloc_bitmap_set_range(set, 2, 3);
	hwloc_cpukinds_register(h, set, 1, 0, NULL, 0);
	hwloc_bitmap_free(set);
}

static void test_hybrid(void)
{
	struct tl_topo *t = from_file("node:1 core:4 pu:1", make_hybrid);
	tl_test_eq(tl_topo_sum_of(t)->workers, 4);
	tl_test_eq(tl_topo_place_of(t, 0)->core, 2);
	tl_test_eq(tl_topo_place_of(t, 1)->core, 3);
	tl_test_eq(tl_topo_place_of(t, 2)->core, 0);
	tl_test(tl_topo_place_of(t, 0)->kind > tl_topo_place_of(t, 2)->kind);
	tl_topo_free(t);
}

/* Of three nodes the first is not allowed, and of the last only one hardware thread of a core. */
static void hide(hwloc_topology_t h)
{
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	hwloc_bitmap_set_range(set, 4, 8);
	hwloc_topology_allow(h, set, NULL, HWLOC_ALLOW_FLAG_CUSTOM);
	hwloc_bitmap_free(set);
}

static void test_cpuset(void)
{
	struct tl_topo *t = from_file("node:3 core:2 pu:2", hide);
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	tl_test_eq(s->machine_nodes, 3);
	tl_test_eq(s->machine_cpus, 12);
	tl_test_eq(s->cpus, 5);
	tl_test_eq(s->cores, 3);
	tl_test_eq(s->nodes, 2);
	tl_test_eq(s->workers, 3);
	tl_test_eq(tl_topo_node_of(t, 0)->os, 1);
	tl_test_eq(tl_topo_node_of(t, 1)->os, 2);
	tl_test_eq(tl_topo_node_of(t, 1)->workers, 1);
	tl_topo_free(t);
}

/* A dry plan binds nothing, and lays nothing. */
static void test_dry(void)
{
	cpu_set_t before, after;
	static char page[65536];
	struct tl_topo *t = synthetic("node:2 core:2 pu:1",
				      (struct tl_topo_opts){.pin = TL_TOPO_PIN_COMPACT});
	tl_test(!sched_getaffinity(0, sizeof before, &before));
	for (unsigned i = 0; i < 4; i++)
		tl_topo_bind(t, i);
	tl_topo_lay(t, page, sizeof page, 1);
	tl_test(!sched_getaffinity(0, sizeof after, &after));
	tl_test(CPU_EQUAL(&before, &after));
	tl_topo_unbind(t);
	tl_topo_free(t);
}

/* On the machine itself: pinned, then free again. */
static void test_real(void)
{
	cpu_set_t before, after;
	if (getenv("HWLOC_SYNTHETIC"))
		tl_test_skip("another machine is described");
	tl_test(!sched_getaffinity(0, sizeof before, &before));
	struct tl_topo *t = plan((struct tl_topo_opts){.pin = TL_TOPO_PIN_COMPACT});
	tl_test(tl_topo_sum_of(t)->full && !tl_topo_sum_of(t)->dry);
	tl_test(tl_topo_sum_of(t)->workers <= tl_topo_cpus());
	tl_topo_bind(t, 0);
	tl_test(!sched_getaffinity(0, sizeof after, &after));
	tl_test_eq(CPU_COUNT(&after), 1);
	tl_test(CPU_ISSET((int)tl_topo_place_of(t, 0)->cpu, &after));
	tl_topo_unbind(t);
	tl_test(!sched_getaffinity(0, sizeof after, &after));
	tl_test(CPU_EQUAL(&before, &after));
	tl_topo_free(t);
}

/* A worker for each processor, if nobody asks for more: hwloc is left alone. */
static void test_cheap(void)
{
	if (getenv("HWLOC_SYNTHETIC"))
		tl_test_skip("another machine is described");
	struct tl_topo *t = plan((struct tl_topo_opts){.threads = 1});
	tl_test(!tl_topo_sum_of(t)->full);
	tl_test_eq(tl_topo_sum_of(t)->nodes, 1);
	tl_test_eq(tl_topo_sum_of(t)->workers, 1);
	tl_test_eq(tl_topo_sum_of(t)->why, TL_TOPO_WHY_ASKED);
	tl_topo_free(t);
	tl_topo_free(NULL);
}

static void test_bad_machine(void)
{
	struct tl_topo_opts opts = {0};
	struct tl_topo *t = NULL;
	struct tl_err err;
	setenv("HWLOC_XMLFILE", "/nonexistent/machine.xml", 1);
	enum tl_status st = tl_topo_new(&opts, &t, &err);
	unsetenv("HWLOC_XMLFILE");
	/* hwloc itself falls back to the real machine; either way there is a plan or a message. */
	tl_test(st == TL_OK ? tl_topo_sum_of(t)->workers > 0 : err.msg[0] != '\0');
	tl_topo_free(t);
}

int main(void)
{
	TL_RUN(test_trees);
	TL_RUN(test_order);
	TL_RUN(test_empty_node);
	TL_RUN(test_hybrid);
	TL_RUN(test_cpuset);
	TL_RUN(test_dry);
	TL_RUN(test_real);
	TL_RUN(test_cheap);
	TL_RUN(test_bad_machine);
	return tl_test_end();
}
