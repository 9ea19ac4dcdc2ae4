/* SPDX-License-Identifier: MIT */
/* fuzz_lineage: a tree of taxa (nodes.dmp), and what is wanted of it: ancestors that two ids share
 * are found from both sides, an id is among its descendants, taxa that are wanted match.
 *
 * Input: a range of ordinals, a zero byte, ids, a zero byte, the tree.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/want.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IDS 8

static void must(int fine)
{
	if (!fine)
		abort();
}

static enum tl_status find(void *ctx, uint32_t id, struct tl_err *err)
{
	uint32_t *wanted = ctx;
	(void)err;
	if (*wanted == id)
		*wanted = 0;
	return TL_OK;
}

static void check_tree(const struct tl_lineage *l, const char *ids)
{
	uint32_t id[IDS], rank;
	size_t n = 0;
	struct tl_err err = {0};
	bool ranked = tl_lineage_rank(l, "genus", &rank, &err) == TL_OK;
	for (const char *p = ids; *p && n < IDS; p += strcspn(p, ","), p += *p == ',')
		id[n++] = (uint32_t)strtoul(p, NULL, 10);
	for (size_t i = 0; i < n; i++) {
		uint32_t wanted = id[i], own = tl_lineage_common(l, id[i], id[i]);
		must(own == 0 || own == id[i]);
		if (ranked && own)
			(void)tl_lineage_at(l, id[i], rank);
		must(tl_lineage_below(l, id[i], find, &wanted, &err) == TL_OK && !wanted);
		for (size_t k = 0; k < n; k++) {
			uint32_t both = tl_lineage_common(l, id[i], id[k]);
			must(both == tl_lineage_common(l, id[k], id[i]));
			must(!both || tl_lineage_common(l, both, id[i]) == both);
		}
	}
}

/* A record whose only taxon is the first of the ids is wanted. */
static void check_taxa(const char *ids, const struct tl_lineage *tree)
{
	struct tl_want w = {0};
	struct tl_err err = {0};
	char head[32];
	if (tl_want_taxa(&w, ids, tree, &err) == TL_OK) {
		int n = snprintf(head, sizeof head, "x OX=%lu", strtoul(ids, NULL, 10));
		must(tl_want_match(&w, 0, (struct tl_str){(const uint8_t *)head, (size_t)n},
				   (struct tl_str){NULL, 0}));
	} else {
		must(err.status == TL_USAGE && err.msg[0]);
	}
	tl_want_free(&w);
}

static void check_range(const char *text)
{
	struct tl_want w = {0};
	struct tl_err err = {0};
	if (tl_want_range(&w, text, &err) == TL_OK) {
		must(w.from <= w.to);
		must(tl_want_ordinal(&w, w.from) && tl_want_ordinal(&w, w.to));
		must(!w.from || !tl_want_ordinal(&w, w.from - 1));
	} else {
		must(err.status == TL_USAGE && err.msg[0]);
	}
	tl_want_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *range = data, *end = data + size;
	const uint8_t *zero = size ? memchr(range, 0, size) : NULL;
	const uint8_t *next = zero ? memchr(zero + 1, 0, (size_t)(end - zero - 1)) : NULL;
	struct tl_lineage *l = NULL;
	struct tl_err err = {0};
	char path[64];
	if (!next)
		return 0;
	const uint8_t *ids = zero + 1, *tree = next + 1;
	check_range((const char *)range);
	check_taxa((const char *)ids, NULL);
	int fd = memfd_create("nodes", 0);
	must(fd >= 0 && write(fd, tree, (size_t)(end - tree)) == end - tree);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (tl_lineage_load(path, NULL, &l, &err) == TL_OK) {
		check_taxa((const char *)ids, l);
		check_tree(l, (const char *)ids);
	} else {
		must(err.status == TL_DATA && err.msg[0]);
	}
	tl_lineage_free(l);
	close(fd);
	return 0;
}
