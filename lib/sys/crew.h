/* SPDX-License-Identifier: MIT */
/* crew: the workers of a pool and the nodes they sit on.  Private to lib/sys; only structs. */
#ifndef TL_CREW_H
#define TL_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <tl/metrics.h>
#include <tl/pool.h>
#include <tl/topo.h>

#include "bed.h"
#include "deque.h"
#include "inbox.h"

struct tl_crew_worker {
	struct tl_deque deque;
	struct tl_pool *pool;
	unsigned index, node;
	unsigned depth;  /* tasks inside one another; only this worker's thread uses it */
	unsigned patience; /* rounds of looking before sleep; only this worker's thread uses it */
	uint64_t random; /* xorshift state; only this worker's thread uses it */
	pthread_t thread;
	struct tl_metrics_shard *counts; /* only this worker's thread counts there */
};

struct tl_crew_node {
	struct tl_inbox inbox;
	struct tl_bed idle;     /* threads of this node without work */
	const unsigned *member; /* [members] workers, by number */
	unsigned members;
};

struct tl_pool {
	unsigned n, nodes; /* workers and nodes; fixed once they run */
	size_t max_chunk;
	struct tl_bed waits; /* workers in tl_pool_wait */
	_Atomic bool stop;   /* written by tl_pool_free, seq_cst */
	struct tl_crew_worker *workers; /* [n] */
	struct tl_crew_node *node;      /* [nodes] */
	unsigned *members;              /* [n] of all nodes, one node after the other */
	struct tl_topo *topo;
	struct tl_crew_clock {
		pthread_t thread;
		bool runs; /* the maker's */
		unsigned ms;
		void (*fn)(void *ctx);
		void *ctx;
		pthread_mutex_t lock; /* of the rest */
		pthread_cond_t ends;
		bool end;
	} clock;
};

#endif
