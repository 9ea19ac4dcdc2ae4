/* SPDX-License-Identifier: MIT */
/* map: 64-bit keys to 64-bit values, linear probing. */
#include <tl/map.h>

#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/mem.h>

/* The slot of key, or the free one where it would stand; the map has a free slot. */
static struct tl_map_slot *find(const struct tl_map *map, uint64_t key)
{
	size_t i = (size_t)tl_hash_mix(key) & (map->size - 1);
	while (map->slot[i].key != key && map->slot[i].key != UINT64_MAX)
		i = (i + 1) & (map->size - 1);
	return &map->slot[i];
}

static enum tl_status grow(struct tl_map *map, struct tl_err *err)
{
	struct tl_map wider = {.size = map->size ? map->size * 2 : 64, .n = map->n};
	wider.slot = tl_mem_alloc(wider.size, sizeof *wider.slot, err);
	if (!wider.slot)
		return TL_NOMEM;
	memset(wider.slot, 0xff, wider.size * sizeof *wider.slot);
	for (size_t i = 0; i < map->size; i++)
		if (map->slot[i].key != UINT64_MAX)
			*find(&wider, map->slot[i].key) = map->slot[i];
	free(map->slot);
	*map = wider;
	return TL_OK;
}

enum tl_status tl_map_put(struct tl_map *map, uint64_t key, uint64_t value, struct tl_err *err)
{
	if ((map->n + 1) * 3 > map->size * 2) {
		enum tl_status st = grow(map, err);
		if (st != TL_OK)
			return st;
	}
	struct tl_map_slot *s = find(map, key);
	map->n += s->key == UINT64_MAX;
	*s = (struct tl_map_slot){key, value};
	return TL_OK;
}

bool tl_map_get(const struct tl_map *map, uint64_t key, uint64_t *ret)
{
	if (!map->n || key == UINT64_MAX)
		return false;
	const struct tl_map_slot *s = find(map, key);
	if (s->key == UINT64_MAX)
		return false;
	*ret = s->value;
	return true;
}

void tl_map_free(struct tl_map *map)
{
	free(map->slot);
	*map = (struct tl_map){0};
}
