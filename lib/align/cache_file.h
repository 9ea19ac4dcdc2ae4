/* SPDX-License-Identifier: MIT */
/* cache_file: the LMDB file of a cache and its tables.
 *
 * Three tables: "data", key to {checksum 8, value}; "used", key to {run 4, runs 4}, the last run
 * that used it (FIFO: that put it) and how many did; "meta", with the number of runs.  What gives
 * an int gives 0, or an error of LMDB or of errno(3).
 */
#ifndef CACHE_FILE_H
#define CACHE_FILE_H

#include <lmdb.h>
#include <stdint.h>
#include <tl/cache.h>
#include <tl/err.h>
#include <tl/hash.h>

#define TL_CACHE_KEY 16 /* bytes of a key: a hash */
#define TL_CACHE_SUM 8  /* of the checksum before a value */

struct tl_cache_file {
	const struct tl_cache_opts *opts; /* the caller's */
	MDB_env *env;
	MDB_dbi data, used, meta;
};

/* flags: 0 or MDB_RDONLY.  env is to be closed whatever is returned, where it is not NULL. */
int tl_cache_file_open(struct tl_cache_file *f, unsigned flags);

/* Finds the tables; with flags 0 they are made where there are none, with MDB_RDONLY MDB_NOTFOUND
 * is returned then. */
int tl_cache_file_tables(struct tl_cache_file *f, unsigned flags);

/* Reads all entries and all pages behind them. */
int tl_cache_file_walk(const struct tl_cache_file *f);

/* The checksum of an entry. */
uint64_t tl_cache_file_check(const uint8_t key[TL_CACHE_KEY], struct tl_str value);

/* What rc means to a user. */
enum tl_status tl_cache_file_fail(struct tl_err *err, const char *path, int rc);

#endif
