/* SPDX-License-Identifier: MIT */
/* cache_file: the LMDB file of a cache and its tables.
 *
 * LMDB checks next to nothing of what stands in its pages: a damaged one makes it follow pointers
 * that lead nowhere, or write beyond its memory.  So what is here is called under a guard, or by a
 * process that may end.
 */
#include "cache_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <tl/guard.h>

#define ROOM ((size_t)64 << 20)      /* the file may be larger than twice the size by so much */
#define FREE 0                       /* LMDB's own tables: pages that are free, */
#define NAMES 1                      /* and names of the others */
#define FORMAT "talyra alignments 1" /* to be changed with what stands in the tables */

enum tl_status tl_cache_file_fail(struct tl_err *err, const char *path, int rc)
{
	if (rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == MDB_CORRUPTED ||
	    rc == MDB_PAGE_NOTFOUND || rc == MDB_PANIC || rc == MDB_INCOMPATIBLE ||
	    rc == MDB_NOTFOUND || rc == MDB_MAP_RESIZED)
		return tl_err_set(err, TL_DATA,
				  "%s: no cache of alignments, or a damaged one (%s): "
				  "remove it",
				  path, mdb_strerror(rc));
	return tl_err_set(err, rc == ENOENT || rc == EACCES || rc == EISDIR ? TL_CANTCREATE : TL_IO,
			  "%s: the cache cannot be opened: %s", path, mdb_strerror(rc));
}

/* What LMDB cannot believe would end the process.  This ends what tl_guard_run called, if that is
 * where we are. */
static void doubt(MDB_env *env, const char *text)
{
	(void)env;
	(void)text;
	tl_guard_leave();
}

/* The tables and the mark of ours; MDB_NOTFOUND where there is nothing at all. */
static int find_tables(struct tl_cache_file *f, MDB_txn *txn)
{
	static const char *const name[] = {"meta", "data", "used"};
	MDB_dbi *const table[] = {&f->meta, &f->data, &f->used};
	MDB_val key = {6, "format"}, v;
	MDB_stat s;
	unsigned flags;
	int rc = mdb_stat(txn, NAMES, &s);
	if (!rc && !s.ms_entries)
		return MDB_NOTFOUND;
	for (int i = 0; i < 3 && !rc; i++) {
		rc = mdb_dbi_open(txn, name[i], 0, table[i]);
		if (!rc)
			rc = mdb_dbi_flags(txn, *table[i], &flags);
		if (rc == MDB_NOTFOUND || (!rc && flags))
			rc = MDB_INCOMPATIBLE; /* it is another program's */
	}
	if (!rc)
		rc = mdb_get(txn, f->meta, &key, &v);
	if (!rc && (v.mv_size != strlen(FORMAT) || memcmp(v.mv_data, FORMAT, v.mv_size) != 0))
		rc = MDB_VERSION_MISMATCH;
	return rc == MDB_NOTFOUND ? MDB_INCOMPATIBLE : rc;
}

static int make_tables(struct tl_cache_file *f, MDB_txn *txn)
{
	MDB_val key = {6, "format"}, v = {strlen(FORMAT), FORMAT};
	int rc = mdb_dbi_open(txn, "meta", MDB_CREATE, &f->meta);
	if (!rc)
		rc = mdb_dbi_open(txn, "data", MDB_CREATE, &f->data);
	if (!rc)
		rc = mdb_dbi_open(txn, "used", MDB_CREATE, &f->used);
	return rc ? rc : mdb_put(txn, f->meta, &key, &v, 0);
}

int tl_cache_file_tables(struct tl_cache_file *f, unsigned flags)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(f->env, NULL, flags, &txn);
	if (rc)
		return rc;
	rc = find_tables(f, txn);
	if (rc == MDB_NOTFOUND && !flags)
		rc = make_tables(f, txn);
	if (!rc)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

/* Whether as much as we want to map can be mapped. */
static bool fits(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p != MAP_FAILED && !munmap(p, bytes);
}

int tl_cache_file_open(struct tl_cache_file *f, unsigned flags)
{
	int rc = mdb_env_create(&f->env);
	const size_t most = f->opts->size < SIZE_MAX / 4 ? (size_t)f->opts->size * 2 : SIZE_MAX / 2;
	const size_t map = (most + ROOM) & ~(size_t)0xfffff;
	if (!rc)
		rc = mdb_env_set_maxdbs(f->env, 3);
	if (!rc)
		rc = mdb_env_set_assert(f->env, doubt);
	if (!rc)
		rc = mdb_env_set_mapsize(f->env, map);
	if (!rc)
		rc = mdb_env_set_maxreaders(f->env, 4096);
	if (rc)
		return rc;
	flags |= MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD;
	rc = mdb_env_open(f->env, f->opts->path, flags, 0644);
	/* What we ask for is right: it is the file that asks for too much. */
	return rc == EINVAL || (rc == ENOMEM && fits(map)) ? MDB_INVALID : rc;
}

/* All entries of a table, and all pages behind them. */
static bool walk_table(MDB_txn *txn, MDB_dbi dbi)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	MDB_stat s;
	uint64_t sum = 0, n = 0;
	if (mdb_stat(txn, dbi, &s) || mdb_cursor_open(txn, dbi, &cursor))
		return false;
	int rc;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) && n++ <= s.ms_entries)
		sum += tl_hash_64(k.mv_data, k.mv_size) ^ tl_hash_64(v.mv_data, v.mv_size);
	mdb_cursor_close(cursor);
	/* The sum is looked at so that the bytes are. */
	return rc == MDB_NOTFOUND && n == s.ms_entries && (sum || !n);
}

int tl_cache_file_walk(const struct tl_cache_file *f)
{
	const MDB_dbi table[] = {FREE, NAMES, f->meta, f->data, f->used};
	MDB_txn *txn;
	int rc = mdb_txn_begin(f->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof table / sizeof *table && !rc; i++)
		rc = walk_table(txn, table[i]) ? 0 : MDB_CORRUPTED;
	mdb_txn_abort(txn);
	return rc;
}

uint64_t tl_cache_file_check(const uint8_t key[TL_CACHE_KEY], struct tl_str value)
{
	const uint64_t part[3] = {tl_hash_64(key, TL_CACHE_KEY), value.n,
				  tl_hash_64(value.p, value.n)};
	return tl_hash_64(part, sizeof part);
}
