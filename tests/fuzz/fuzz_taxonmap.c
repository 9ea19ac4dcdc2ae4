/* SPDX-License-Identifier: MIT */
/* fuzz_taxonmap: a map of names to taxonomy ids, and a header to which it is applied: the ids are
 * within bounds, none twice, and not those that the header says.
 *
 * Input: the header, a zero byte, the map.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/taxon.h>
#include <tl/taxonmap.h>

static void must(int fine)
{
	if (!fine)
		abort();
}

static void check(const struct tl_batch *b)
{
	struct tl_entry e;
	uint32_t seen[64];
	size_t n = 0, pos = 0;
	tl_batch_get(b, 0, &e);
	if (!e.taxa.n)
		return;
	for (uint32_t id; (id = tl_taxon_each(e.head, e.taxa, &pos));) {
		must(id <= TL_TAXON_MAX);
		for (size_t i = 0; i < n; i++)
			must(seen[i] != id);
		if (n < 64)
			seen[n++] = id;
	}
	must(n > 0 && pos == e.taxa.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	struct tl_taxonmap *map;
	struct tl_err err = {0};
	struct tl_batch b = {0};
	char path[64];
	if (!zero)
		return 0;
	size_t n = (size_t)(zero - data), left = size - n - 1;
	struct tl_entry e = {.head = {data, n}};
	int fd = memfd_create("map", 0);
	must(fd >= 0 && write(fd, zero + 1, left) == (ssize_t)left);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (tl_taxonmap_load(path, NULL, &map, &err) == TL_OK) {
		must(tl_batch_add(&b, &e, &err) == TL_OK);
		must(tl_taxonmap_apply(map, &b, &err) == TL_OK);
		check(&b);
		tl_batch_free(&b);
		tl_taxonmap_free(map);
	} else {
		must(err.status == TL_DATA);
	}
	close(fd);
	return 0;
}
