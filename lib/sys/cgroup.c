/* SPDX-License-Identifier: MIT */
/* cgroup: the limits that the control groups of this process set.
 *
 * Inside a container the path in /proc/self/cgroup is often one of the host that is not visible;
 * the walk towards the root then skips what is missing and ends at the container's own group.
 */
#include "cgroup.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads one group's limit from the files in dir; the greatest value where there is none. */
typedef unsigned long long (*reader)(const char *dir);

/* The first line of dir/name in line; false where it cannot be read. */
static bool first_line(const char *dir, const char *name, char *line, size_t size)
{
	char path[2 * PATH_MAX];
	if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path)
		return false;
	FILE *f = fopen(path, "re");
	if (!f)
		return false;
	bool ok = fgets(line, (int)size, f) != NULL;
	fclose(f);
	return ok;
}

static unsigned long long share(long long quota, long long period)
{
	if (quota <= 0 || period <= 0)
		return ULLONG_MAX;
	return (unsigned long long)(quota / period + (quota % period != 0));
}

static unsigned long long cpus_v2(const char *dir)
{
	char line[128];
	long long quota, period;
	if (!first_line(dir, "cpu.max", line, sizeof line) ||
	    sscanf(line, "%lld %lld", &quota, &period) != 2)
		return ULLONG_MAX;
	return share(quota, period);
}

static unsigned long long cpus_v1(const char *dir)
{
	char quota[128], period[128];
	if (!first_line(dir, "cpu.cfs_quota_us", quota, sizeof quota) ||
	    !first_line(dir, "cpu.cfs_period_us", period, sizeof period))
		return ULLONG_MAX;
	return share(strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}

static unsigned long long memory_file(const char *dir, const char *name)
{
	char line[128], *end;
	if (!first_line(dir, name, line, sizeof line))
		return ULLONG_MAX;
	unsigned long long v = strtoull(line, &end, 10);
	return end == line ? ULLONG_MAX : v;
}

static unsigned long long memory_v2(const char *dir)
{
	return memory_file(dir, "memory.max");
}

static unsigned long long memory_v1(const char *dir)
{
	return memory_file(dir, "memory.limit_in_bytes");
}

/* The smallest limit of the group at mount + path and of all groups above it. */
static unsigned long long walk(const char *mount, const char *path, reader read_limit)
{
	char dir[PATH_MAX];
	unsigned long long least = ULLONG_MAX;
	size_t root = strlen(mount);
	if (snprintf(dir, sizeof dir, "%s%s", mount, path) >= (int)sizeof dir)
		snprintf(dir, sizeof dir, "%s", mount);
	for (;;) {
		unsigned long long v = read_limit(dir);
		if (v < least)
			least = v;
		char *slash = strrchr(dir, '/');
		if (strlen(dir) <= root || !slash || (size_t)(slash - dir) < root)
			return least;
		*slash = '\0';
	}
}

/* Is name one of the words in a list separated by commas? */
static bool has_word(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
		if (strcspn(p, ",") == n && !strncmp(p, name, n))
			return true;
	return false;
}

/* The limit of the controller, from whichever version of control groups rules it. */
static unsigned long long limit(const char *root, const char *self, const char *controller,
				reader v1, reader v2)
{
	char line[PATH_MAX], mount[PATH_MAX];
	unsigned long long least = ULLONG_MAX;
	/* Version 1 mounts controllers together as "cpu,cpuacct", with a link "cpu" beside. */
	if (snprintf(mount, sizeof mount, "%s/%s", root, controller) >= (int)sizeof mount)
		return ULLONG_MAX;
	FILE *f = fopen(self, "re");
	if (!f)
		return ULLONG_MAX;
	while (fgets(line, sizeof line, f)) {
		/* HIERARCHY:CONTROLLERS:PATH; version 2 has no controllers. */
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
		if (!path)
			continue;
		*path++ = '\0';
		list++;
		path[strcspn(path, "\n")] = '\0';
		unsigned long long v = ULLONG_MAX;
		if (!*list)
			v = walk(root, path, v2);
		else if (has_word(list, controller))
			v = walk(mount, path, v1);
		if (v < least)
			least = v;
	}
	fclose(f);
	return least;
}

unsigned tl_cgroup_cpus(const char *root, const char *self)
{
	unsigned long long v = limit(root, self, "cpu", cpus_v1, cpus_v2);
	return v > UINT_MAX ? UINT_MAX : v ? (unsigned)v : 1;
}

unsigned long long tl_cgroup_memory(const char *root, const char *self)
{
	return limit(root, self, "memory", memory_v1, memory_v2);
}
