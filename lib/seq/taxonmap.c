/* SPDX-License-Identifier: MIT */
/* taxonmap: a file that says taxonomy ids of names.
 *
 * Contents: 1. names  2. lines  3. the file  4. titles.
 */
#include <tl/taxonmap.h>

#include <stdlib.h>
#include <string.h>

#include <tl/hash.h>
#include <tl/intern.h>
#include <tl/mem.h>
#include <tl/taxon.h>

#include "dump.h"

#define AHEAD 128 /* titles whose names are looked up together */
#define LINES 256 /* of the cache of those looked up last */
#define WEAK (1u << 31) /* of an id: not from a scientific name of names.dmp */

struct tl_taxonmap {
	struct tl_intern *names;
	uint32_t *id; /* [names] */
	size_t cap;
};

/* 1. Names. */

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Without the version of an accession: 1 to 6 capitals, perhaps '_' and capitals, at least five
 * digits or capitals, a point, 1 to 3 digits.  Other names that end so, as of contigs, stay. */
static struct tl_str plain(struct tl_str s)
{
	size_t n = s.n, letters = 0, digits = 0;
	while (n && s.n - n < 4 && is_digit(s.p[n - 1]))
		n--;
	if (n < 6 || n == s.n || s.n - n > 3 || s.p[n - 1] != '.')
		return s;
	n--;
	for (size_t i = 0; i < n; i++) {
		letters += s.p[i] >= 'A' && s.p[i] <= 'Z';
		digits += is_digit(s.p[i]);
	}
	bool capital = s.p[0] >= 'A' && s.p[0] <= 'Z';
	bool bar = n > 2 && memchr(s.p, '_', 4 < n ? 4 : n) != NULL;
	return capital && digits >= 3 && letters + digits + bar == n ? (struct tl_str){s.p, n} : s;
}

static enum tl_status add(struct tl_taxonmap *map, struct tl_str name, uint32_t id,
			  struct tl_err *err)
{
	uint32_t at;
	bool is_new;
	name = plain(name);
	if (!(id & ~WEAK) || !name.n)
		return TL_OK;
	enum tl_status st = tl_intern_put(map->names, tl_intern_hash(name.p, name.n), name.p, name.n,
					  &at, &is_new, err);
	if (st == TL_OK && is_new)
		st = tl_mem_grow(&map->id, &map->cap, (size_t)at + 1, sizeof *map->id, err);
	if (st == TL_OK && (is_new || (map->id[at] & WEAK && !(id & WEAK))))
		map->id[at] = id;
	return st;
}

/* Who looks names up for one batch: the first words of many titles together, as what is known of
 * a name is seldom in a cache of the processor; organisms come again, and are in ours. */
struct seeker {
	const struct tl_taxonmap *map;
	struct tl_intern_cache *cache;
	struct tl_intern_word ahead[AHEAD];
};

static void look(struct seeker *s, struct tl_intern_word *word, size_t n)
{
	(void)tl_intern_look(s->map->names, s->cache, word, n); /* no name is forgotten */
}

static uint32_t id_of(const struct seeker *s, const struct tl_intern_word *word)
{
	return word->id == TL_INTERN_NONE ? 0 : s->map->id[word->id] & ~WEAK;
}

static uint32_t find(struct seeker *s, struct tl_str name)
{
	name = plain(name);
	struct tl_intern_word word = {.p = name.p, .n = (uint32_t)name.n};
	if (!name.n)
		return 0;
	look(s, &word, 1);
	return id_of(s, &word);
}

/* 2. Lines. */

static bool is_number(struct tl_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

static bool equals(struct tl_str s, const char *text)
{
	return s.n == strlen(text) && !memcmp(s.p, text, s.n);
}

static enum tl_status add_line(void *ctx, struct tl_str line, bool first, struct tl_err *err)
{
	struct tl_taxonmap *map = ctx;
	struct tl_str field[4];
	uint32_t id;
	size_t n = tl_dump_split(line, "\t|\t", field);
	if (n >= 3 && tl_dump_id(field[0], &id)) {
		struct tl_str kind = n == 4 ? field[3] : (struct tl_str){NULL, 0};
		if (kind.n >= 2 && !memcmp(kind.p + kind.n - 2, "\t|", 2))
			kind.n -= 2;
		return add(map, field[1], equals(kind, "scientific name") ? id : id | WEAK, err);
	}
	n = tl_dump_split(line, "\t", field);
	if (n < 2)
		return tl_err_set(err, TL_DATA,
				  "there is no tab: a line is a name, a tab, a taxonomy id");
	if (tl_dump_id(field[n >= 3 ? 2 : 1], &id))
		return add(map, field[0], id, err);
	/* A name and its id, and something behind. */
	if (n >= 3 && tl_dump_id(field[1], &id))
		return add(map, field[0], id, err);
	struct tl_str bad = field[n >= 3 ? 2 : 1];
	if (first && !is_number(bad))
		return TL_OK;
	return tl_err_set(err, TL_DATA, "'%.*s' is no taxonomy id", bad.n < 40 ? (int)bad.n : 40,
			  (const char *)bad.p);
}

/* 3. The file. */

enum tl_status tl_taxonmap_load(const char *path, struct tl_pool *opt_pool,
				struct tl_taxonmap **ret, struct tl_err *err)
{
	struct tl_taxonmap *map = tl_mem_zalloc(1, sizeof *map, err);
	if (!map)
		return TL_NOMEM;
	enum tl_status st = tl_intern_new(NULL, &map->names, err);
	if (st == TL_OK)
		st = tl_dump_read(path, opt_pool, add_line, map, err);
	if (st != TL_OK) {
		tl_taxonmap_free(map);
		return st;
	}
	*ret = map;
	return TL_OK;
}

uint64_t tl_taxonmap_names(const struct tl_taxonmap *map)
{
	return tl_intern_count(map->names);
}

void tl_taxonmap_free(struct tl_taxonmap *map)
{
	if (!map)
		return;
	tl_intern_free(map->names);
	free(map->id);
	free(map);
}

/* 4. Titles. */

/* The parts of a word between bars. */
static uint32_t find_part(struct seeker *s, struct tl_str word)
{
	while (word.n) {
		const uint8_t *bar = memchr(word.p, '|', word.n);
		size_t n = bar ? (size_t)(bar - word.p) : word.n;
		uint32_t id = find(s, (struct tl_str){word.p, n});
		if (id || !bar)
			return id;
		word.p += n + 1;
		word.n -= n + 1;
	}
	return 0;
}

/* What stands in the last brackets, which may have brackets inside. */
static struct tl_str organism(struct tl_str title)
{
	size_t end = title.n, depth = 0;
	while (end && (title.p[end - 1] == ' ' || title.p[end - 1] == '.'))
		end--;
	if (!end || title.p[end - 1] != ']')
		return (struct tl_str){NULL, 0};
	for (size_t i = end; i--;) {
		depth += title.p[i] == ']';
		depth -= title.p[i] == '[';
		if (!depth)
			return (struct tl_str){title.p + i + 1, end - i - 2};
	}
	return (struct tl_str){NULL, 0};
}

/* Appends an id that is not there yet. */
static enum tl_status put_id(struct tl_buf *out, size_t from, uint32_t id, struct tl_err *err)
{
	struct tl_str have = {NULL, out->len - from};
	size_t pos = 0;
	if (!id)
		return TL_OK;
	if (have.n)
		have.p = out->data + from;
	for (uint32_t old; have.n && (old = tl_taxon_each(have, have, &pos));)
		if (old == id)
			return TL_OK;
	return tl_buf_add_varint(out, id, err);
}

static struct tl_str first_word(struct tl_str title)
{
	struct tl_str word = {title.p, 0};
	while (word.n < title.n && title.p[word.n] != ' ' && title.p[word.n] != '\t')
		word.n++;
	return word;
}

/* The ids of one title, whose first word was looked up where that is not NULL; one with a name in
 * the map has just that of the map. */
static enum tl_status put_title(struct seeker *s, struct tl_str title,
				const struct tl_intern_word *opt_word, struct tl_buf *out,
				size_t from, struct tl_err *err)
{
	struct tl_str word = first_word(title);
	size_t pos = 0;
	enum tl_status st = TL_OK;
	uint32_t id = opt_word ? id_of(s, opt_word) : find(s, word);
	if (!id && word.n && memchr(word.p, '|', word.n))
		id = find_part(s, word);
	if (id || !(id = tl_taxon_next(title, &pos)))
		return put_id(out, from, id ? id : find(s, organism(title)), err);
	for (; id && st == TL_OK; id = tl_taxon_next(title, &pos))
		st = put_id(out, from, id, err);
	return st;
}

/* The ids of a record behind out->len, none where they are those of its header. */
static enum tl_status put_ids(struct seeker *s, struct tl_str head,
			      const struct tl_intern_word *word, struct tl_buf *out,
			      struct tl_buf *said, struct tl_err *err)
{
	size_t from = out->len, pos = 0;
	enum tl_status st = TL_OK;
	tl_buf_reset(said);
	for (uint32_t id; st == TL_OK && (id = tl_taxon_next(head, &pos));)
		st = put_id(said, 0, id, err);
	while (st == TL_OK && head.n) {
		const uint8_t *end = memchr(head.p, 1, head.n);
		size_t n = end ? (size_t)(end - head.p) : head.n;
		st = put_title(s, (struct tl_str){head.p, n}, word, out, from, err);
		word = NULL;
		n += end != NULL;
		head.p += n;
		head.n -= n;
	}
	if (st == TL_OK && out->len - from == said->len &&
	    (!said->len || !memcmp(out->data + from, said->data, said->len)))
		out->len = from;
	return st;
}

/* Looks up the first words of records [from, from + n). */
static void look_ahead(struct seeker *s, const struct tl_batch *batch, size_t from, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tl_str head = {NULL, 0};
		if (!(batch->flags[from + i] & TL_REC_IN))
			head = tl_col_get(&batch->head, from + i);
		const uint8_t *end = head.n ? memchr(head.p, 1, head.n) : NULL;
		struct tl_str title = {head.p, end ? (size_t)(end - head.p) : head.n};
		struct tl_str word = plain(first_word(title));
		s->ahead[i] = (struct tl_intern_word){.p = word.p, .n = (uint32_t)word.n};
	}
	look(s, s->ahead, n);
}

static enum tl_status apply(struct seeker *s, struct tl_batch *batch, struct tl_err *err)
{
	struct tl_buf said = {0};
	enum tl_status st = TL_OK;
	for (size_t i = 0; i < batch->n && st == TL_OK; i++) {
		size_t k = i % AHEAD;
		if (!k)
			look_ahead(s, batch, i, batch->n - i < AHEAD ? batch->n - i : AHEAD);
		if (!(batch->flags[i] & TL_REC_IN))
			st = put_ids(s, tl_col_get(&batch->head, i), &s->ahead[k],
				     &batch->taxa.bytes, &said, err);
		if (st == TL_OK)
			st = tl_col_end(&batch->taxa, err);
	}
	tl_buf_free(&said);
	return st;
}

enum tl_status tl_taxonmap_apply(const struct tl_taxonmap *map, struct tl_batch *batch,
				 struct tl_err *err)
{
	struct seeker s = {.map = map};
	tl_col_reset(&batch->taxa);
	enum tl_status st = tl_intern_cache_new(LINES, &s.cache, err);
	if (st == TL_OK)
		st = apply(&s, batch, err);
	tl_intern_cache_free(s.cache);
	if (!batch->taxa.bytes.len)
		tl_col_reset(&batch->taxa);
	return st;
}
