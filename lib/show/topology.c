/* SPDX-License-Identifier: MIT */
/* topology: which processors and nodes a tool would use, and why. */
#include <tl/topology.h>

#include <limits.h>

static const char *const pins[] = {"none", "compact", "scatter"};
static const char *const numas[] = {"local", "interleave", "spread", "off"};
static const char *const whys[] = {
	[TL_TOPO_WHY_ASKED] = "as asked for with --threads",
	[TL_TOPO_WHY_CORES] = "one for each allowed core; --smt would take every hardware thread",
	[TL_TOPO_WHY_CPUS] = "one for each allowed hardware thread",
	[TL_TOPO_WHY_QUOTA] = "as many as the cgroup's CPU quota is worth",
};

static enum tl_status put_sum(const struct tl_topo *t, struct tl_out *out, struct tl_err *err)
{
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	const struct tl_topo_opts *o = tl_topo_opts_of(t);
	enum tl_status st = tl_out_printf(
		out, err,
		"machine    %u nodes, %u cores, %u hardware threads%s\n"
		"allowed    %u cores, %u hardware threads (affinity and cpuset)\n",
		s->machine_nodes, s->machine_cores, s->machine_cpus,
		s->dry ? " (described by HWLOC_...: nothing is bound)" : "", s->cores, s->cpus);
	if (st == TL_OK && s->quota != UINT_MAX)
		st = tl_out_printf(out, err, "quota      %u processors' time (cgroup)\n", s->quota);
	else if (st == TL_OK)
		st = tl_out_printf(out, err, "quota      none\n");
	if (st == TL_OK)
		st = tl_out_printf(out, err, "workers    %u on %u nodes: %s\npin        %s\nnuma       %s\n",
				   s->workers, s->nodes, whys[s->why], pins[o->pin], numas[o->numa]);
	return st;
}

enum tl_status tl_topology_text(const struct tl_topo *t, struct tl_out *out, struct tl_err *err)
{
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	enum tl_status st = put_sum(t, out, err);
	if (st == TL_OK)
		st = tl_out_printf(out, err, "\nnode  system  cores  threads  workers     MiB\n");
	for (unsigned k = 0; k < s->nodes && st == TL_OK; k++) {
		const struct tl_topo_node *n = tl_topo_node_of(t, k);
		st = tl_out_printf(out, err, "%4u  %6u  %5u  %7u  %7u  %6llu\n", k, n->os, n->cores,
				   n->cpus, n->workers, n->memory >> 20);
	}
	if (st == TL_OK)
		st = tl_out_printf(out, err, "\nworker  node  core  processor  kind\n");
	for (unsigned i = 0; i < s->workers && st == TL_OK; i++) {
		const struct tl_topo_place *p = tl_topo_place_of(t, i);
		st = tl_out_printf(out, err, "%6u  %4u  %4u  %9u  %4u\n", i, p->node, p->core, p->cpu,
				   p->kind);
	}
	return st;
}

static enum tl_status json_sum(const struct tl_topo *t, struct tl_out *out, struct tl_err *err)
{
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	const struct tl_topo_opts *o = tl_topo_opts_of(t);
	enum tl_status st = tl_out_printf(
		out, err,
		"{\n  \"machine\": {\"nodes\": %u, \"cores\": %u, \"cpus\": %u, \"described\": %s},\n"
		"  \"allowed\": {\"cores\": %u, \"cpus\": %u},\n  \"quota\": ",
		s->machine_nodes, s->machine_cores, s->machine_cpus, s->dry ? "true" : "false",
		s->cores, s->cpus);
	if (st == TL_OK)
		st = s->quota == UINT_MAX ? tl_out_printf(out, err, "null")
					  : tl_out_printf(out, err, "%u", s->quota);
	return st == TL_OK ? tl_out_printf(out, err,
					   ",\n  \"workers\": %u,\n  \"why\": \"%s\",\n"
					   "  \"pin\": \"%s\",\n  \"numa\": \"%s\"",
					   s->workers, whys[s->why], pins[o->pin], numas[o->numa])
			   : st;
}

enum tl_status tl_topology_json(const struct tl_topo *t, struct tl_out *out, struct tl_err *err)
{
	const struct tl_topo_sum *s = tl_topo_sum_of(t);
	enum tl_status st = json_sum(t, out, err);
	if (st == TL_OK)
		st = tl_out_printf(out, err, ",\n  \"nodes\": [");
	for (unsigned k = 0; k < s->nodes && st == TL_OK; k++) {
		const struct tl_topo_node *n = tl_topo_node_of(t, k);
		st = tl_out_printf(out, err,
				   "%s\n    {\"system\": %u, \"cores\": %u, \"cpus\": %u, "
				   "\"workers\": %u, \"memory\": %llu}",
				   k ? "," : "", n->os, n->cores, n->cpus, n->workers, n->memory);
	}
	if (st == TL_OK)
		st = tl_out_printf(out, err, "\n  ],\n  \"places\": [");
	for (unsigned i = 0; i < s->workers && st == TL_OK; i++) {
		const struct tl_topo_place *p = tl_topo_place_of(t, i);
		st = tl_out_printf(out, err,
				   "%s\n    {\"node\": %u, \"core\": %u, \"cpu\": %u, \"kind\": %u}",
				   i ? "," : "", p->node, p->core, p->cpu, p->kind);
	}
	return st == TL_OK ? tl_out_printf(out, err, "\n  ]\n}\n") : st;
}
