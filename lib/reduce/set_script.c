/* SPDX-License-Identifier: MIT */
/* set_script: the scripts of new members, made of their edges.
 *
 * They are made in the order of edges, so that each block of those is decoded once; where the script of
 * each record is is then sorted by record. */
#include "set_script.h"

#include <tl/bits.h>

#include "set_edge.h"
#include "set_row.h"

#define FIRST_READ 256 /* bytes of a script that are asked for before it is known how many it has */

/* Appends a script as three varint lengths and three strings. */
static enum tl_status put_script(struct tl_set *set, const struct tl_delta *d, struct tl_err *err)
{
	const struct tl_str part[3] = {d->ops, d->subs, d->lits};
	uint8_t head[3 * TL_VARINT_MAX];
	size_t n = 0;
	for (int i = 0; i < 3; i++)
		n += tl_bits_put_varint(head + n, part[i].n);
	enum tl_status st = tl_store_put(set->scripts, head, n, err);
	for (int i = 0; i < 3 && st == TL_OK; i++)
		st = tl_store_put(set->scripts, part[i].p, part[i].n, err);
	return st;
}

/* The lengths of a script's strings; *ret_pos bytes of s say them. */
static uint64_t read_head(struct tl_str s, uint64_t n[3], size_t *ret_pos)
{
	*ret_pos = 0;
	for (int i = 0; i < 3; i++)
		(void)tl_bits_get_varint(s.p, s.n, ret_pos, &n[i]);
	return *ret_pos + n[0] + n[1] + n[2];
}

/* The script that a row of that table says the place of. */
static enum tl_status read_script(const struct tl_set *set, const struct tl_table *where,
				  struct tl_table_view *view, uint32_t i, struct tl_buf *scratch,
				  struct tl_delta *ret, struct tl_err *err)
{
	uint64_t n[3], at, bytes;
	size_t pos;
	const void *row;
	struct tl_str s;
	enum tl_status st = tl_table_get(where, view, i, &row, err);
	if (st != TL_OK)
		return st;
	at = *(const uint64_t *)row;
	bytes = tl_store_bytes(set->scripts) - at;
	st = tl_store_get(set->scripts, at, bytes < FIRST_READ ? (size_t)bytes : FIRST_READ, scratch,
			  &s, err);
	if (st != TL_OK)
		return st;
	if ((bytes = read_head(s, n, &pos)) > s.n)
		st = tl_store_get(set->scripts, at, bytes, scratch, &s, err);
	const uint8_t *p = s.p + pos;
	*ret = (struct tl_delta){{p, n[0]}, {p + n[0], n[1]}, {p + n[0] + n[1], n[2]}};
	return st;
}

enum tl_status tl_set_script_get(struct tl_set *set, uint32_t i, bool membership,
				 struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	bool own = membership || !set->coded;
	return read_script(set, own ? set->script : set->coded,
			   own ? &set->script_view : &set->coded_view, i, scratch, ret, err);
}

enum tl_status tl_set_script_view(const struct tl_set *set, struct tl_table_view *view, uint32_t i,
				  struct tl_buf *scratch, struct tl_delta *ret, struct tl_err *err)
{
	return read_script(set, set->script, view, i, scratch, ret, err);
}

static enum tl_status length_of(struct tl_set *set, uint32_t i, uint64_t *ret, struct tl_err *err)
{
	const void *row;
	*ret = set->length[i];
	if (*ret < UINT32_MAX)
		return TL_OK;
	enum tl_status st = tl_table_get(set->row, &set->find_view, i, &row, err);
	if (st == TL_OK)
		*ret = ((const uint64_t *)row)[ROW_LENGTH];
	return st;
}

/* Does the script make record i out of its reference? */
static enum tl_status check_fit(struct tl_set *set, uint32_t i, const struct tl_delta *d,
				struct tl_err *err)
{
	struct tl_delta_sum sum;
	uint64_t end, length, base_length = 0;
	enum tl_status st = length_of(set, i, &length, err);
	if (st == TL_OK)
		st = length_of(set, set->base[i], &base_length, err);
	if (st != TL_OK)
		return st;
	bool fits = tl_delta_look(d->ops, &sum) && sum.length == length &&
		    tl_bits_add(sum.b_start, sum.cigar.match + sum.cigar.subst + sum.cigar.del, &end) &&
		    end <= base_length;
	return fits ? TL_OK : tl_err_set(err, TL_DATA, "it does not fit their residues");
}

/* What is needed while scripts are made. */
struct maker {
	struct tl_set *set;
	struct tl_sort *by_record; /* record, offset of its script */
	struct tl_block block;     /* of edges */
	struct tl_edges edges;     /* its own */
	uint32_t open;             /* number of the block in the spool */
	struct tl_buf turned, scratch;
};

static enum tl_status make_script(struct maker *m, uint64_t source, uint32_t i, struct tl_err *err)
{
	struct tl_set *set = m->set;
	const struct tl_set_edge *e;
	struct tl_edge edge;
	struct tl_delta d;
	enum tl_status st = tl_set_edge_get(set, source >> 1, &e, err);
	if (st == TL_OK && e->block != m->open) {
		m->open = e->block;
		st = tl_spool_get(set->spool, m->open, &m->scratch, &m->block, err);
		if (st == TL_OK)
			st = tl_edge_decode(&m->block, set->shift[m->open], &m->edges, err);
	}
	if (st != TL_OK)
		return st;
	tl_edge_get(&m->edges, e->index, &edge);
	st = tl_delta_from_edge(&edge, source & 1, &m->turned, &d, err);
	if (st == TL_OK)
		st = check_fit(set, i, &d, err);
	if (st != TL_OK) {
		(void)tl_err_prefix(err, "the edge of records tl|%llu and tl|%llu",
				    (unsigned long long)e->a, (unsigned long long)e->b);
		return st;
	}
	st = tl_sort_put(m->by_record, 0, (uint64_t[]){i, tl_store_bytes(set->scripts)}, err);
	return st == TL_OK ? put_script(set, &d, err) : st;
}

static enum tl_status make_all(struct maker *m, struct tl_err *err)
{
	struct tl_sort_pass *pass;
	const uint64_t *r;
	enum tl_status st = tl_sort_open(m->set->member, 0, UINT64_MAX, &pass, err);
	if (st != TL_OK)
		return st;
	while ((st = tl_sort_next(pass, &r, err)) == TL_OK && r)
		if ((st = make_script(m, r[0], (uint32_t)r[1], err)) != TL_OK)
			break;
	tl_sort_close(pass);
	return st;
}

/* Fills a table of where scripts are: as sorted by record, the others as in opt_old. */
static enum tl_status fill_table(struct tl_set *set, struct tl_sort *sort, struct tl_table *opt_old,
				 struct tl_table *to, struct tl_err *err)
{
	struct tl_table_view view = {0};
	struct tl_sort_pass *pass = NULL;
	const uint64_t *r = NULL, none = 0;
	const void *row;
	enum tl_status st = tl_sort_end(sort, err);
	if (st == TL_OK)
		st = tl_sort_open(sort, 0, UINT64_MAX, &pass, err);
	if (st == TL_OK)
		st = tl_sort_next(pass, &r, err);
	for (uint64_t i = 0; i < set->n && st == TL_OK; i++) {
		bool own = r && r[0] == i;
		row = own ? (const void *)&r[1] : &none;
		if (!own && opt_old)
			st = tl_table_get(opt_old, &view, i, &row, err);
		if (st == TL_OK)
			st = tl_table_put(to, row, err);
		if (st == TL_OK && own)
			st = tl_sort_next(pass, &r, err);
	}
	tl_sort_close(pass);
	tl_table_leave(&view);
	return st;
}

static enum tl_status new_sort(struct tl_set *set, struct tl_sort **ret, struct tl_err *err)
{
	return tl_sort_new(set->pool, set->budget, tl_budget_share(set->budget, 1, 16, 0), 2, ret,
			   err);
}

static enum tl_status new_table(struct tl_set *set, struct tl_table **ret, struct tl_err *err)
{
	return tl_table_new(set->budget, tl_budget_share(set->budget, 1, 16, 0), sizeof(uint64_t),
			    ret, err);
}

enum tl_status tl_set_script_again(struct tl_set *set, uint32_t i, const struct tl_delta *d,
				   struct tl_err *err)
{
	enum tl_status st = set->recoded ? TL_OK : new_sort(set, &set->recoded, err);
	if (st == TL_OK)
		st = tl_sort_put(set->recoded, 0, (uint64_t[]){i, tl_store_bytes(set->scripts)},
				 err);
	return st == TL_OK ? put_script(set, d, err) : st;
}

enum tl_status tl_set_script_settle(struct tl_set *set, struct tl_err *err)
{
	if (!set->recoded)
		return TL_OK;
	struct tl_table *coded = NULL, *old = set->coded ? set->coded : set->script;
	enum tl_status st = new_table(set, &coded, err);
	if (st == TL_OK)
		st = fill_table(set, set->recoded, old, coded, err);
	tl_table_leave(&set->coded_view);
	tl_table_free(set->coded);
	set->coded = coded;
	tl_sort_free(set->recoded);
	set->recoded = NULL;
	return st;
}

enum tl_status tl_set_script_make(struct tl_set *set, struct tl_err *err)
{
	struct maker m = {.set = set, .open = UINT32_MAX};
	enum tl_status st = new_sort(set, &m.by_record, err);
	if (st == TL_OK)
		st = new_table(set, &set->script, err);
	if (st == TL_OK)
		st = make_all(&m, err);
	tl_sort_free(set->member);
	set->member = NULL;
	if (st == TL_OK)
		st = fill_table(set, m.by_record, NULL, set->script, err);
	tl_sort_free(m.by_record);
	tl_block_free(&m.block);
	tl_edge_free(&m.edges);
	tl_buf_free(&m.turned);
	tl_buf_free(&m.scratch);
	return st;
}
