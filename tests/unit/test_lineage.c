/* SPDX-License-Identifier: MIT */
/* The tree of taxa: ancestors, ranks, and trees that are none. */
#include <tl/lineage.h>

#include "tltest.h"

static struct tl_lineage *load(const char *text, struct tl_err *err)
{
	char path[64];
	struct tl_lineage *l = NULL;
	int fd = memfd_create("nodes", 0);
	size_t n = strlen(text);
	if (fd < 0 || write(fd, text, n) != (ssize_t)n)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (tl_lineage_load(path, NULL, &l, err) != TL_OK)
		l = NULL;
	close(fd);
	return l;
}

/* 1 root; 2 and 3 are genera, 20 21 species of 2, 30 of 3, 200 a strain of 20. */
static const char tree[] =
	"1\t|\t1\t|\tno rank\t|\t\t|\n2\t|\t1\t|\tgenus\t|\t\t|\n3\t|\t1\t|\tgenus\t|\n"
	"20\t|\t2\t|\tspecies\t|\n200\t|\t20\t|\tstrain\t|\n21\t|\t2\t|\tspecies\t|\t\t|\n"
	"30\t|\t3\t|\tspecies\t|\n";

static void test_ancestors(void)
{
	struct tl_err err;
	struct tl_lineage *l = load(tree, &err);
	uint32_t genus, species;
	tl_test(l != NULL);
	tl_test_ok(tl_lineage_rank(l, "genus", &genus, &err), err);
	tl_test_ok(tl_lineage_rank(l, "species", &species, &err), err);
	tl_test(tl_lineage_rank(l, "family", &species, NULL) == TL_USAGE);
	tl_test_eq(tl_lineage_at(l, 200, species), 20);
	tl_test_eq(tl_lineage_at(l, 200, genus), 2);
	tl_test_eq(tl_lineage_at(l, 2, genus), 2);
	tl_test_eq(tl_lineage_at(l, 2, species), 0);
	tl_test_eq(tl_lineage_at(l, 1, genus), 0);
	tl_test_eq(tl_lineage_at(l, 99, genus), 0);
	tl_test_eq(tl_lineage_at(l, 0, genus), 0);
	tl_test_eq(tl_lineage_common(l, 200, 21), 2);
	tl_test_eq(tl_lineage_common(l, 21, 200), 2);
	tl_test_eq(tl_lineage_common(l, 200, 20), 20);
	tl_test_eq(tl_lineage_common(l, 200, 30), 1);
	tl_test_eq(tl_lineage_common(l, 30, 30), 30);
	tl_test_eq(tl_lineage_common(l, 30, 99), 0);
	tl_test_eq(tl_lineage_common(l, 0, 30), 0);
	tl_lineage_free(l);
}

static void test_refused(void)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"1\t|\t1\n", ":1: no line of nodes.dmp"},
		{"1\t|\t1\t|\tno rank\t|\nx\t|\t1\t|\tgenus\t|\n", ":2: no line"},
		{"1\t|\t0\t|\tno rank\t|\n", ":1: no line"},
		{"1\t|\t1\t|\tno rank\t|\n1\t|\t1\t|\tno rank\t|\n", ":2: node 1 comes twice"},
		{"2\t|\t3\t|\tgenus\t|\n3\t|\t2\t|\tgenus\t|\n", "has no way to the root"},
		{"2\t|\t3\t|\tgenus\t|\n", "node 2 has no way to the root"},
	};
	struct tl_err err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tl_test(!load(bad[i].text, &err));
		if (!strstr(err.msg, bad[i].why))
			printf("# %s\n", err.msg);
		tl_test(err.status == TL_DATA && strstr(err.msg, bad[i].why));
	}
	struct tl_lineage *none = load("", &err);
	tl_test(none != NULL);
	tl_lineage_free(none);
}

int main(void)
{
	TL_RUN(test_ancestors);
	TL_RUN(test_refused);
	return tl_test_end();
}
