/* SPDX-License-Identifier: MIT */
/* intern: byte strings to dense ids.
 *
 * The top bits of a hash choose the shard, the lowest 32 the slot and stand in it, so that a table
 * grows without looking at strings.  Entries stand in chunks that never move, each as large as all
 * before it.  Locks: whoever looks holds the table's lock shared, once for many words; whoever puts
 * holds it shared, and its shard's; only growing and collecting hold it alone.  So looking never
 * waits for a put: a slot is published when its entry is whole.
 *
 * Contents: 1. entries  2. slots  3. put and find  4. many at once  5. forgetting  6. the object.
 */
#include <tl/intern.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>
#include <tl/metrics.h>

#include "arena.h"
#include "entries.h"
#include "hot.h"

#define SHARD_BITS 4        /* of a table that threads share */
#define FIRST_SLOTS 64
#define GROUP 32            /* words that are on their way from memory at once */
#define MOST (UINT32_MAX - 1) /* ids */

struct shard {
	/* [mask + 1]: hash in the high half, id + 1 in the low one, 0: free.  Written under the lock
	 * of the shard with release, read by all with acquire. */
	_Alignas(128) _Atomic uint64_t *slot;
	size_t mask, n; /* n under the lock */
	struct tl_arena arena;
	pthread_mutex_t lock; /* of who puts */
};

struct tl_intern {
	bool shared;
	unsigned shard_bits;
	uint32_t max;
	struct tl_entries entries; /* its chunks under ids */
	_Atomic uint32_t next; /* ids that were ever given: written under ids, read by all, relaxed */
	uint32_t *free_id;     /* forgotten ids, the lowest last; under ids */
	size_t free_n, free_cap;
	_Atomic uint64_t live;       /* written under ids, read by all, relaxed */
	_Atomic uint64_t generation; /* written by who collects, alone; read by all, relaxed */
	uint64_t bytes, forgotten;   /* under ids */
	pthread_mutex_t ids;
	pthread_rwlock_t lock; /* alone: slots and arenas move, strings go away */
	struct shard shard[];
};

/* 1. Entries. */

static struct tl_entries_item *entry_of(const struct tl_intern *in, uint32_t id)
{
	return tl_entries_at(&in->entries, id);
}

/* A free id, or TL_INTERN_NONE where the limit is reached. */
static enum tl_status take_id(struct tl_intern *in, size_t n, uint32_t *ret, struct tl_err *err)
{
	uint32_t id = TL_INTERN_NONE, next = atomic_load_explicit(&in->next, memory_order_relaxed);
	if (in->free_n) {
		id = in->free_id[--in->free_n];
	} else if (next < in->max) {
		if (!tl_entries_room(&in->entries, next, err))
			return TL_NOMEM;
		id = next;
		atomic_store_explicit(&in->next, next + 1, memory_order_relaxed);
	}
	*ret = id;
	if (id == TL_INTERN_NONE)
		return TL_OK;
	uint64_t live = atomic_load_explicit(&in->live, memory_order_relaxed);
	atomic_store_explicit(&in->live, live + 1, memory_order_relaxed);
	in->bytes += n;
	return TL_OK;
}

/* 2. Slots. */

static struct shard *shard_of(struct tl_intern *in, uint64_t hash)
{
	return &in->shard[in->shard_bits ? hash >> (64 - in->shard_bits) : 0];
}

/* The id of the bytes, or TL_INTERN_NONE; *ret_at is the slot where the search ended. */
static uint32_t search(const struct tl_intern *in, const struct shard *s, uint64_t hash,
		       const void *p, size_t n, size_t *ret_at)
{
	for (size_t i = (size_t)hash & s->mask;; i = (i + 1) & s->mask) {
		uint64_t slot = atomic_load_explicit(&s->slot[i], memory_order_acquire);
		*ret_at = i;
		if (!slot)
			return TL_INTERN_NONE;
		if (slot >> 32 == (uint32_t)hash &&
		    tl_entries_is(entry_of(in, (uint32_t)slot - 1), p, n))
			return (uint32_t)slot - 1;
	}
}

/* Puts a slot into a table that nobody else sees. */
static void put_slot(struct shard *s, uint64_t slot)
{
	size_t i = (size_t)(slot >> 32) & s->mask;
	while (atomic_load_explicit(&s->slot[i], memory_order_relaxed))
		i = (i + 1) & s->mask;
	atomic_store_explicit(&s->slot[i], slot, memory_order_relaxed);
}

/* Makes the slots anew, so many, without those of dead entries; the caller holds the table alone. */
static enum tl_status move_slots(const struct tl_intern *in, struct shard *s, size_t size,
				 struct tl_err *err)
{
	struct shard old = *s;
	s->slot = tl_mem_zalloc(size, sizeof *s->slot, err);
	if (!s->slot) {
		s->slot = old.slot;
		return TL_NOMEM;
	}
	s->mask = size - 1;
	for (size_t i = 0; i <= old.mask; i++) {
		uint64_t slot = atomic_load_explicit(&old.slot[i], memory_order_relaxed);
		if (slot && entry_of(in, (uint32_t)slot - 1)->n != TL_ENTRIES_DEAD)
			put_slot(s, slot);
	}
	free((void *)old.slot);
	return TL_OK;
}

static bool is_full(const struct shard *s)
{
	return (s->n + 1) * 3 > (s->mask + 1) * 2;
}

/* 3. Put and find. */

/* One word was looked up, and the search ended at that slot. */
static void count(const struct shard *s, uint64_t hash, size_t at)
{
	tl_metrics_add(TL_METRICS_INTERN_LOOKS, 1);
	tl_metrics_add(TL_METRICS_INTERN_PROBES, ((at - (size_t)hash) & s->mask) + 1);
}

static void enter(struct tl_intern *in)
{
	if (in->shared)
		pthread_rwlock_rdlock(&in->lock);
}

static void enter_alone(struct tl_intern *in)
{
	if (in->shared)
		pthread_rwlock_wrlock(&in->lock);
}

static void leave(struct tl_intern *in)
{
	if (in->shared)
		pthread_rwlock_unlock(&in->lock);
}

static void lock(const struct tl_intern *in, pthread_mutex_t *m)
{
	if (in->shared)
		pthread_mutex_lock(m);
}

static void unlock(const struct tl_intern *in, pthread_mutex_t *m)
{
	if (in->shared)
		pthread_mutex_unlock(m);
}

/* The string is new and there is a slot for it; the lock of the shard is held. */
static enum tl_status add(struct tl_intern *in, struct shard *s, size_t at, uint64_t hash,
			  const void *p, size_t n, uint32_t *ret_id, struct tl_err *err)
{
	const uint8_t *copy = NULL;
	lock(in, &in->ids);
	enum tl_status st = n < TL_ENTRIES_DEAD ? take_id(in, n, ret_id, err) : TL_OK;
	unlock(in, &in->ids);
	if (st == TL_OK && *ret_id == TL_INTERN_NONE && in->max == MOST)
		return tl_err_set(err, TL_DATA, "more than %u different words", MOST);
	if (st != TL_OK || *ret_id == TL_INTERN_NONE)
		return st;
	if (n > TL_ENTRIES_SMALL && (st = tl_arena_add(&s->arena, p, n, &copy, err)) != TL_OK)
		return st;
	struct tl_entries_item *e = entry_of(in, *ret_id);
	tl_entries_set(e, p, n, copy);
	s->n++;
	atomic_store_explicit(&s->slot[at], hash << 32 | (*ret_id + 1), memory_order_release);
	tl_metrics_add(TL_METRICS_INTERN_BYTES, n);
	return TL_OK;
}

static enum tl_status grow(struct tl_intern *in, struct shard *s, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	enter_alone(in);
	if (is_full(s)) /* still: another thread may have been here */
		st = move_slots(in, s, (s->mask + 1) * 2, err);
	leave(in);
	return st;
}

enum tl_status tl_intern_put(struct tl_intern *in, uint64_t hash, const void *p, size_t n,
			     uint32_t *ret_id, bool *ret_new, struct tl_err *err)
{
	struct shard *s = shard_of(in, hash);
	enum tl_status st = TL_OK;
	for (bool done = false; st == TL_OK && !done;) {
		size_t at;
		enter(in);
		lock(in, &s->lock);
		*ret_id = search(in, s, hash, p, n, &at);
		count(s, hash, at);
		*ret_new = *ret_id == TL_INTERN_NONE;
		done = !*ret_new || !is_full(s);
		if (*ret_new && done)
			st = add(in, s, at, hash, p, n, ret_id, err);
		unlock(in, &s->lock);
		leave(in);
		if (!done)
			st = grow(in, s, err);
	}
	return st;
}

bool tl_intern_find(struct tl_intern *in, uint64_t hash, const void *p, size_t n, uint32_t *ret_id)
{
	const struct shard *s = shard_of(in, hash);
	size_t at;
	enter(in);
	*ret_id = search(in, s, hash, p, n, &at);
	count(s, hash, at);
	leave(in);
	return *ret_id != TL_INTERN_NONE;
}

uint32_t tl_intern_count(const struct tl_intern *in)
{
	return atomic_load_explicit(&in->next, memory_order_relaxed);
}

struct tl_str tl_intern_get(const struct tl_intern *in, uint32_t id)
{
	return tl_entries_text(entry_of(in, id));
}

/* 4. Many at once. */

uint64_t tl_intern_hash(const void *p, size_t n)
{
	return tl_word_hash(p, n);
}

static void fetch_slot(const struct shard *s, uint64_t hash)
{
	__builtin_prefetch((const void *)&s->slot[(size_t)hash & s->mask]);
}

/* The entry in the first slot, most often the right one; NULL where there is none. */
static const struct tl_entries_item *first_entry(struct tl_intern *in, uint64_t hash)
{
	const struct shard *s = shard_of(in, hash);
	uint64_t slot = atomic_load_explicit(&s->slot[(size_t)hash & s->mask],
					     memory_order_acquire);
	return slot ? entry_of(in, (uint32_t)slot - 1) : NULL;
}

/* One group: what the cache does not know is fetched: slots, then entries, then long strings. */
static size_t look_group(struct tl_intern *in, struct tl_intern_cache *cache,
			 struct tl_intern_word *word, size_t n, size_t *probes)
{
	struct tl_intern_word *todo[GROUP];
	const struct tl_entries_item *entry[GROUP];
	size_t missing = 0;
	for (size_t k = 0; k < n; k++) {
		word[k].hash = tl_word_hash(word[k].p, word[k].n);
		if (tl_hot_get(cache, &word[k]))
			continue;
		fetch_slot(shard_of(in, word[k].hash), word[k].hash);
		todo[missing++] = &word[k];
	}
	for (size_t k = 0; k < missing; k++)
		if ((entry[k] = first_entry(in, todo[k]->hash)))
			__builtin_prefetch(entry[k]);
	for (size_t k = 0; k < missing; k++)
		if (entry[k] && entry[k]->n > TL_ENTRIES_SMALL && entry[k]->n == todo[k]->n)
			__builtin_prefetch(entry[k]->s.big);
	for (size_t k = 0; k < missing; k++) {
		const struct shard *s = shard_of(in, todo[k]->hash);
		size_t at;
		todo[k]->id = search(in, s, todo[k]->hash, todo[k]->p, todo[k]->n, &at);
		*probes += ((at - (size_t)todo[k]->hash) & s->mask) + 1;
		if (todo[k]->id != TL_INTERN_NONE)
			tl_hot_put(cache, todo[k]);
	}
	return missing;
}

uint64_t tl_intern_look(struct tl_intern *in, struct tl_intern_cache *cache,
			struct tl_intern_word *word, size_t n)
{
	size_t missing = 0, probes = 0;
	enter(in);
	uint64_t generation = tl_intern_generation(in);
	tl_hot_begin(cache, generation);
	for (size_t i = 0; i < n; i += GROUP)
		missing += look_group(in, cache, word + i, n - i < GROUP ? n - i : GROUP, &probes);
	leave(in);
	tl_metrics_add(TL_METRICS_INTERN_LOOKS, n);
	tl_metrics_add(TL_METRICS_INTERN_HITS, n - missing);
	tl_metrics_add(TL_METRICS_INTERN_PROBES, probes);
	return generation;
}

enum tl_status tl_intern_cache_new(size_t entries, struct tl_intern_cache **ret,
				   struct tl_err *err)
{
	size_t lines = 64;
	while (lines < entries && lines < 256)
		lines *= 2;
	size_t size = sizeof **ret + lines * sizeof(struct tl_hot_line);
	struct tl_intern_cache *cache = aligned_alloc(_Alignof(struct tl_intern_cache), size);
	if (!cache)
		return tl_err_nomem(err, size);
	memset(cache, 0, size);
	cache->lines = lines;
	cache->generation = UINT64_MAX;
	*ret = cache;
	return TL_OK;
}

void tl_intern_cache_free(struct tl_intern_cache *cache)
{
	free(cache);
}

/* 5. Forgetting. */

uint64_t tl_intern_generation(const struct tl_intern *in)
{
	return atomic_load_explicit(&in->generation, memory_order_relaxed);
}

void tl_intern_hold(struct tl_intern *in, uint32_t id)
{
	atomic_fetch_add_explicit(&entry_of(in, id)->held, 1, memory_order_relaxed);
}

void tl_intern_drop(struct tl_intern *in, uint32_t id)
{
	atomic_fetch_sub_explicit(&entry_of(in, id)->held, 1, memory_order_relaxed);
}

bool tl_intern_crowded(const struct tl_intern *in)
{
	return atomic_load_explicit(&in->live, memory_order_relaxed) >= in->max - in->max / 5;
}

/* Entries that nobody holds die; all dead ids are free ones, the lowest last. */
static void kill_idle(struct tl_intern *in, uint32_t *ids, size_t *n)
{
	uint32_t next = tl_intern_count(in);
	for (uint32_t id = 0; id < next; id++) {
		struct tl_entries_item *e = entry_of(in, id);
		if (e->n == TL_ENTRIES_DEAD || atomic_load_explicit(&e->held, memory_order_relaxed))
			continue;
		in->bytes -= e->n;
		e->n = TL_ENTRIES_DEAD;
		ids[(*n)++] = id;
	}
	in->free_n = 0;
	for (uint32_t id = next; id-- > 0;)
		if (entry_of(in, id)->n == TL_ENTRIES_DEAD)
			in->free_id[in->free_n++] = id;
}

/* The strings that live, in a new arena; the slots without the dead. */
static enum tl_status sweep(struct tl_intern *in, struct shard *s, struct tl_err *err)
{
	struct tl_arena old = s->arena;
	enum tl_status st = move_slots(in, s, s->mask + 1, err);
	s->arena = (struct tl_arena){0};
	s->n = 0;
	for (size_t i = 0; i <= s->mask && st == TL_OK; i++) {
		uint64_t slot = atomic_load_explicit(&s->slot[i], memory_order_relaxed);
		if (!slot)
			continue;
		struct tl_entries_item *e = entry_of(in, (uint32_t)slot - 1);
		s->n++;
		if (e->n > TL_ENTRIES_SMALL)
			st = tl_arena_add(&s->arena, e->s.big, e->n, &e->s.big, err);
	}
	tl_arena_free(&old);
	return st;
}

enum tl_status tl_intern_collect(struct tl_intern *in, uint32_t **ids, size_t *cap, size_t *n,
				 struct tl_err *err)
{
	size_t all = tl_intern_count(in);
	*n = 0;
	enter_alone(in);
	enum tl_status st = tl_mem_grow(ids, cap, all, sizeof **ids, err);
	if (st == TL_OK)
		st = tl_mem_grow(&in->free_id, &in->free_cap, all, sizeof *in->free_id, err);
	if (st == TL_OK) {
		kill_idle(in, *ids, n);
		uint64_t live = atomic_load_explicit(&in->live, memory_order_relaxed) - *n;
		atomic_store_explicit(&in->live, live, memory_order_relaxed);
		atomic_store_explicit(&in->generation, tl_intern_generation(in) + 1,
				      memory_order_relaxed);
		in->forgotten += *n;
		tl_metrics_add(TL_METRICS_INTERN_FORGOTTEN, *n);
	}
	for (size_t i = 0; i < (size_t)1 << in->shard_bits && st == TL_OK; i++)
		st = sweep(in, &in->shard[i], err);
	leave(in);
	return st;
}

/* 6. The object. */

/* Who collects must not wait for ever for workers that look again and again. */
static void init_lock(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t attr;
	pthread_rwlockattr_init(&attr);
#ifdef __GLIBC__
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
#endif
	pthread_rwlock_init(lock, &attr);
	pthread_rwlockattr_destroy(&attr);
}

enum tl_status tl_intern_new(const struct tl_intern_opts *opt_opts, struct tl_intern **ret,
			     struct tl_err *err)
{
	unsigned bits = opt_opts && opt_opts->shared ? SHARD_BITS : 0;
	size_t shards = (size_t)1 << bits;
	size_t size = sizeof(struct tl_intern) + shards * sizeof(struct shard);
	struct tl_intern *in = aligned_alloc(_Alignof(struct tl_intern), size);
	if (!in)
		return tl_err_nomem(err, size);
	memset(in, 0, size);
	in->shared = bits > 0;
	in->shard_bits = bits;
	in->max = opt_opts && opt_opts->max ? opt_opts->max : MOST;
	pthread_mutex_init(&in->ids, NULL);
	init_lock(&in->lock);
	for (size_t i = 0; i < shards; i++)
		pthread_mutex_init(&in->shard[i].lock, NULL);
	for (size_t i = 0; i < shards; i++) {
		struct shard *s = &in->shard[i];
		s->slot = tl_mem_zalloc(FIRST_SLOTS, sizeof *s->slot, err);
		if (!s->slot) {
			tl_intern_free(in);
			return TL_NOMEM;
		}
		s->mask = FIRST_SLOTS - 1;
	}
	*ret = in;
	return TL_OK;
}

void tl_intern_sum(struct tl_intern *in, struct tl_intern_sum *ret)
{
	enter_alone(in);
	*ret = (struct tl_intern_sum){.live = in->live, .bytes = in->bytes,
				      .forgotten = in->forgotten, .memory = sizeof *in};
	ret->memory += tl_entries_memory(&in->entries);
	for (size_t i = 0; i < (size_t)1 << in->shard_bits; i++)
		ret->memory += sizeof(struct shard) + in->shard[i].arena.memory +
			       (in->shard[i].mask + 1) * sizeof(uint64_t);
	ret->memory += in->free_cap * sizeof *in->free_id;
	leave(in);
}

void tl_intern_free(struct tl_intern *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < (size_t)1 << in->shard_bits; i++) {
		tl_arena_free(&in->shard[i].arena);
		free((void *)in->shard[i].slot);
		pthread_mutex_destroy(&in->shard[i].lock);
	}
	tl_entries_free(&in->entries);
	free(in->free_id);
	pthread_mutex_destroy(&in->ids);
	pthread_rwlock_destroy(&in->lock);
	free(in);
}
