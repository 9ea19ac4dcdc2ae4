/* SPDX-License-Identifier: MIT */
/* bench_intern: words of headers as symbols: how fast, and what for.
 *
 * Usage: bench_intern [FASTA ...]   (headers of these files; always made ones in UniProt's style too)
 * MADE=N in the environment makes so many (300000); above a million only the second table is
 * printed.
 *
 * Prints TSV, in two tables.  First: look-ups of all words of the headers, in millions a
 * second of one core, the table filled before; beside GLib's GHashTable (where libglib2.0-dev is
 * installed) and a table as khash.h has it (power of two, triangular probing, load 0.77, X31
 * hash, pointers to strings).  Second: bytes of the headers in memory, as strings of their own
 * and as titles (tl/titles.h), all that these hold included; nanoseconds to add one, and to get
 * one, each compared.
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef TL_GLIB
#include <glib.h>
#endif

#include <tl/buf.h>
#include <tl/intern.h>
#include <tl/mem.h>
#include <tl/metrics.h>
#include <tl/titles.h>

#define MADE 300000      /* headers */
#define MANY ((size_t)1000000) /* too many to have all their words at hand */

struct words {
	struct tl_buf text; /* each word with a NUL behind it */
	struct tl_intern_word *word;
	size_t n, cap;
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(enum tl_status st, const struct tl_err *err)
{
	if (st == TL_OK)
		return;
	fprintf(stderr, "bench_intern: %s\n", err->msg);
	exit(1);
}

/* --- headers: */

static uint64_t seed = 1;

static uint64_t below(uint64_t n)
{
	return tl_hash_mix(seed++) % n;
}

/* About as Zipf's law has it: the first ones are the most common. */
static unsigned common(unsigned n)
{
	unsigned x = (unsigned)below(n) + 1;
	return (unsigned)below(x) * (unsigned)below(1000) / 1000;
}

/* Made up: a third as Swiss-Prot has them, the rest as TrEMBL; 4000 organisms, 20000 names of
 * proteins, one in ten of another name; genes and accessions of their own. */
static void make_headers(size_t made, struct tl_buf *out)
{
	static const char *const kind[] = {"protein", "kinase", "synthase subunit", "reductase",
					   "transporter ATP-binding protein", "domain-containing protein"};
	char line[400];
	struct tl_err err;
	for (size_t i = 0; i < made; i++) {
		unsigned os = common(4000), name = below(10) ? common(20000) : 1000000 + (unsigned)i;
		char acc[16], mnemonic[16];
		uint64_t r = tl_hash_mix(i);
		snprintf(acc, sizeof acc, i % 3 ? "A0A%c%c%c%c%c%u" : "%c%c%c%c%c%u",
			 (int)('A' + r % 26), (int)('0' + r / 32 % 10), (int)('A' + r / 1024 % 26),
			 (int)('A' + r / 40000 % 26), (int)('0' + r / 1000000 % 10),
			 (unsigned)(r >> 40) % 10);
		snprintf(mnemonic, sizeof mnemonic, "%c%c%c%u", (int)('A' + r % 23),
			 (int)('A' + r % 19), (int)('A' + r % 17), (unsigned)(r >> 50) % 100);
		int n = snprintf(line, sizeof line,
				 "%s|%s|%s_%c%c%c%02u %s %u OS=Genus%u species%u (strain %u) "
				 "OX=%u GN=%c%c%c%c%u PE=%u SV=%u\n",
				 i % 3 ? "tr" : "sp", acc, i % 3 ? acc : mnemonic,
				 (int)('A' + os % 26), (int)('A' + os / 26 % 26), (int)('A' + os % 7),
				 os % 100, kind[name % 6], name, os / 7, os, os * 7 % 10000, 1000 + os,
				 (int)('a' + r / 7 % 26), (int)('a' + r / 77 % 26),
				 (int)('a' + r / 777 % 26), (int)('A' + r / 7777 % 26),
				 (unsigned)below(30), (unsigned)below(4) + 1, (unsigned)below(3) + 1);
		must(tl_buf_add(out, line, (size_t)n, &err), &err);
	}
}

static void read_headers(const char *path, struct tl_buf *out)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	struct tl_err err;
	if (!f) {
		perror(path);
		exit(1);
	}
	while ((n = getline(&line, &cap, f)) > 0)
		if (line[0] == '>')
			must(tl_buf_add(out, line + 1, (size_t)n - 1, &err), &err);
	free(line);
	fclose(f);
}

static void split_words(const struct tl_buf *headers, struct words *w)
{
	struct tl_err err;
	size_t from = 0;
	must(tl_buf_reserve(&w->text, 2 * headers->len + 1, &err), &err);
	for (size_t i = 0; i < headers->len; i++) {
		if (!memchr(" |_=#[]\n", headers->data[i], 8))
			continue;
		if (i > from) {
			must(tl_mem_grow(&w->word, &w->cap, w->n + 1, sizeof *w->word, &err), &err);
			w->word[w->n++] = (struct tl_intern_word){
				.p = w->text.data + w->text.len, .n = (uint32_t)(i - from)};
			must(tl_buf_add(&w->text, headers->data + from, i - from, &err), &err);
			must(tl_buf_add(&w->text, "", 1, &err), &err);
		}
		from = i + 1;
	}
}

/* --- a table like khash's: */

struct plain {
	const char **key;
	uint32_t *id;
	size_t mask, n;
};

static uint32_t x31(const char *s)
{
	uint32_t h = (uint8_t)*s;
	for (; h && *++s;)
		h = (h << 5) - h + (uint8_t)*s;
	return h;
}

static size_t plain_find(const struct plain *t, const char *s)
{
	size_t i = x31(s) & t->mask;
	for (size_t step = 1; t->key[i] && strcmp(t->key[i], s); step++)
		i = (i + step) & t->mask;
	return i;
}

static void plain_put(struct plain *t, const char *s);

static void plain_grow(struct plain *t)
{
	struct plain old = *t;
	size_t size = t->mask ? (t->mask + 1) * 2 : 32;
	*t = (struct plain){calloc(size, sizeof *t->key), calloc(size, sizeof *t->id), size - 1, 0};
	for (size_t i = 0; old.mask && i <= old.mask; i++)
		if (old.key[i])
			plain_put(t, old.key[i]);
	free(old.key);
	free(old.id);
}

static void plain_put(struct plain *t, const char *s)
{
	if ((t->n + 1) * 100 > (t->mask + 1) * 77 || !t->mask)
		plain_grow(t);
	size_t i = plain_find(t, s);
	if (t->key[i])
		return;
	t->key[i] = s;
	t->id[i] = (uint32_t)t->n++;
}

/* --- look-ups: */

static double base_rate;

/* Runs fn over all words until half a second is over; prints millions a second. */
static void rate(const char *data, const char *what, const struct words *w, size_t unique,
		 void (*fn)(void *ctx, const struct words *w), void *ctx)
{
	double from = now(), took;
	size_t rounds = 0;
	do {
		fn(ctx, w);
		rounds++;
		took = now() - from;
	} while (took < 0.5);
	double r = (double)(rounds * w->n) / took / 1e6;
	if (base_rate == 0)
		base_rate = r;
	printf("%s\t%s\t%zu\t%zu\t%.1f\t%.2f\n", data, what, w->n, unique, r, r / base_rate);
	fflush(stdout);
}

static volatile uint64_t sink;

#ifdef TL_GLIB
static void look_glib(void *ctx, const struct words *w)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < w->n; i++)
		sum += (uint64_t)GPOINTER_TO_SIZE(g_hash_table_lookup(ctx, w->word[i].p));
	sink += sum;
}
#endif

static void look_plain(void *ctx, const struct words *w)
{
	const struct plain *t = ctx;
	uint64_t sum = 0;
	for (size_t i = 0; i < w->n; i++)
		sum += t->id[plain_find(t, (const char *)w->word[i].p)];
	sink += sum;
}

static void look_single(void *ctx, const struct words *w)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < w->n; i++) {
		uint32_t id;
		const struct tl_intern_word *x = &w->word[i];
		if (tl_intern_find(ctx, tl_intern_hash(x->p, x->n), x->p, x->n, &id))
			sum += id;
	}
	sink += sum;
}

struct many {
	struct tl_intern *in;
	struct tl_intern_cache *cache;
};

static void look_many(void *ctx, const struct words *w)
{
	struct many *m = ctx;
	for (size_t i = 0; i < w->n; i += 4096)
		tl_intern_look(m->in, m->cache, w->word + i, w->n - i < 4096 ? w->n - i : 4096);
	sink += w->word[w->n - 1].id;
}

static void look_ups(const char *data, const struct words *w)
{
	struct tl_intern_opts opts = {.shared = true};
	struct many m;
	struct plain plain = {0};
	struct tl_err err;
	must(tl_intern_new(&opts, &m.in, &err), &err);
	for (size_t i = 0; i < w->n; i++) {
		uint32_t id;
		bool is_new;
		const struct tl_intern_word *x = &w->word[i];
		must(tl_intern_put(m.in, tl_intern_hash(x->p, x->n), x->p, x->n, &id, &is_new, &err),
		     &err);
		plain_put(&plain, (const char *)x->p);
	}
	size_t unique = tl_intern_count(m.in);
	base_rate = 0;
#ifdef TL_GLIB
	GHashTable *glib = g_hash_table_new(g_str_hash, g_str_equal);
	for (size_t i = 0; i < w->n; i++)
		if (!g_hash_table_contains(glib, w->word[i].p))
			g_hash_table_insert(glib, (gpointer)w->word[i].p, GSIZE_TO_POINTER(i));
	rate(data, "GHashTable", w, unique, look_glib, glib);
	g_hash_table_destroy(glib);
#endif
	rate(data, "khash-class", w, unique, look_plain, &plain);
	rate(data, "intern, one by one", w, unique, look_single, m.in);
	for (size_t lines = 64; lines <= 256; lines *= 2) {
		char what[40];
		snprintf(what, sizeof what, "intern, cache of %zu", lines);
		must(tl_intern_cache_new(lines, &m.cache, &err), &err);
		rate(data, what, w, unique, look_many, &m);
		tl_intern_cache_free(m.cache);
	}
	free(plain.key);
	free(plain.id);
	tl_intern_free(m.in);
}

/* --- bytes: */

/* What the headers take as strings from malloc, each with a pointer to it. */
static size_t as_strings(const struct tl_buf *headers)
{
	size_t sum = 0;
	for (size_t from = 0, i = 0; i < headers->len; i++) {
		if (headers->data[i] != '\n')
			continue;
		void *p = malloc(i - from + 1);
		sum += malloc_usable_size(p) + sizeof(size_t) + sizeof p;
		free(p);
		from = i + 1;
	}
	return sum;
}

static void add_titles(const struct tl_buf *headers, struct tl_titles *t)
{
	struct tl_err err;
	size_t from = 0;
	for (size_t i = 0; i < headers->len; i++) {
		if (headers->data[i] != '\n')
			continue;
		must(tl_titles_add(t, (struct tl_str){headers->data + from, i - from}, &err), &err);
		from = i + 1;
	}
	must(tl_titles_end(t, &err), &err);
}

/* Gets all of them in order, and looks whether they are the same. */
static void get_titles(const struct tl_buf *headers, const struct tl_titles *t)
{
	struct tl_buf out = {0};
	struct tl_err err;
	size_t at = 0;
	for (uint64_t k = 0; k < tl_titles_count(t); k++) {
		tl_buf_reset(&out);
		must(tl_titles_get(t, k, &out, &err), &err);
		must(tl_buf_add(&out, "\n", 1, &err), &err);
		if (out.len > headers->len - at || memcmp(headers->data + at, out.data, out.len) != 0) {
			fprintf(stderr, "bench_intern: header %llu is another\n", (unsigned long long)k);
			exit(1);
		}
		at += out.len;
	}
	tl_buf_free(&out);
}

static void bytes(const char *data, const struct tl_buf *headers)
{
	struct tl_titles *t;
	struct tl_titles_sum sum;
	struct tl_err err;
	size_t strings = as_strings(headers);
	double begin = now();
	must(tl_titles_new(NULL, &t, &err), &err);
	add_titles(headers, t);
	double added = now();
	get_titles(headers, t);
	double got = now(), n = (double)tl_titles_count(t);
	tl_titles_sum(t, &sum);
	printf("%s\t%.0f\t%zu\t%zu\t%llu\t%.1f\t%.3f\t%llu\t%llu\t%llu\t%.0f\t%.0f\n", data, n,
	       headers->len, strings, (unsigned long long)sum.memory, (double)sum.memory / n,
	       1 - (double)sum.memory / (double)strings, (unsigned long long)sum.symbols,
	       (unsigned long long)sum.shapes, (unsigned long long)sum.plans,
	       (added - begin) / n * 1e9, (got - added) / n * 1e9);
	fflush(stdout);
	tl_titles_free(t);
}

int main(int argc, char **argv)
{
	struct tl_buf real = {0}, made = {0};
	struct words w = {0}, v = {0};
	for (int i = 1; i < argc; i++)
		read_headers(argv[i], &real);
	const char *many = getenv("MADE");
	size_t n = many ? (size_t)strtoul(many, NULL, 10) : MADE;
	make_headers(n, &made);
	if (n <= MANY)
		split_words(&made, &w);
	split_words(&real, &v);
	puts("headers\ttable\twords\tunique\tmillion_s\tratio");
	if (w.n)
		look_ups("made", &w);
	if (v.n)
		look_ups("files", &v);
	puts("\ndata\theaders\ttext\tstrings\tmemory\teach\tsaved\tsymbols\tshapes\tplans\tadd_ns\t"
	     "get_ns");
	bytes("made", &made);
	for (int i = 1; i < argc; i++) {
		tl_buf_reset(&real);
		read_headers(argv[i], &real);
		bytes(argv[i], &real);
	}
	tl_buf_free(&real);
	tl_buf_free(&made);
	tl_buf_free(&w.text);
	tl_buf_free(&v.text);
	free(w.word);
	free(v.word);
	return 0;
}
