/* SPDX-License-Identifier: MIT */
/* test_clusters: the four formats on a set that is known, and every record just once on any. */
#include <tl/clusters.h>

#include "made.h"

static int table(struct tl_set *set, enum tl_clusters_format format)
{
	int fd;
	struct tl_out *out = made_out(&fd);
	tl_test_ok(tl_clusters_write(set, format, out, &made_err), made_err);
	tl_test_ok(tl_out_commit(out, &made_err), made_err);
	return fd;
}

static void check(struct tl_set *set, enum tl_clusters_format format, const char *want)
{
	int fd = table(set, format);
	tl_test(made_is(fd, want));
	close(fd);
}

static void add(struct made_db *db, const char *head, const char *residues)
{
	struct made_record *r = made_add(db);
	snprintf(r->head, sizeof r->head, "%s", head);
	r->n = strlen(residues);
	memcpy(r->residues, residues, r->n);
}

/* The set of a stream that is aligned and reduced; rounds of it. */
static struct tl_set *reduced(const struct made_db *db, int64_t identity, int64_t ratio, int rounds)
{
	struct made_reduce how = {.params = {TL_SELECT_LENGTH, ratio}, .keep = true};
	int plain = made_write(db, 0), last = made_intern(plain);
	close(plain);
	for (int i = 0; i < rounds; i++) {
		int fd = made_align(last, identity - 250000 * i);
		close(last);
		tl_test_ok(made_reduce_as(fd, &how, &last), made_err);
		close(fd);
		if (i + 1 < rounds)
			tl_set_free(how.opt_set);
	}
	close(last);
	return how.opt_set;
}

static void test_proteins(void)
{
	static struct made_db db;
	db = (struct made_db){.alphabet = TL_PROTEIN, .files = 1};
	add(&db, "m1 member", "WWKVLAAGRSTPQEFHKLMNWYCDEFGHIKLM");
	add(&db, "ref", "MKVLAAGRSTPQEFHIKLMNWYCDEFGHIKLMNPQRSTVWY");
	add(&db, "twin of ref", "MKVLAAGRSTPQEFHIKLMNWYCDEFGHIKLMNPQRSTVWY");
	add(&db, "other", "GGGGSSSSGGGGSSSSGGGG");
	add(&db, "twin-of-m1", "WWKVLAAGRSTPQEFHKLMNWYCDEFGHIKLM");
	add(&db, "", "CCCC");
	struct tl_set *set = reduced(&db, 800000, 1000000, 1);
	check(set, TL_CLUSTERS_TSV,
	      "ref\tref\nref\tm1\nref\ttwin\nref\ttwin-of-m1\nother\tother\n\t\n");
	check(set, TL_CLUSTERS_TSVPLUS,
	      "ref\tref\t1\t1\nref\tm1\t1\t0\nref\ttwin\t1\t2\nref\ttwin-of-m1\t1\t4\n"
	      "other\tother\t3\t3\n\t\t5\t5\n");
	/* 30 of 31 columns of the local alignment are identical: the two W in front are outside. */
	check(set, TL_CLUSTERS_CLSTR,
	      ">Cluster 0\n0\t41aa, >ref... *\n1\t32aa, >m1... at 96.77%\n2\t41aa, >twin... at 100.00%\n"
	      "3\t32aa, >twin-of-m1... at 96.77%\n>Cluster 1\n0\t20aa, >other... *\n"
	      ">Cluster 2\n0\t4aa, >... *\n");
	check(set, TL_CLUSTERS_UC,
	      "S\t0\t41\t*\t*\t*\t*\t*\tref\t*\nH\t0\t32\t96.8\t.\t0\t0\t14MI16M\tm1\tref\n"
	      "H\t0\t41\t100.0\t.\t0\t0\t=\ttwin\tref\n"
	      "H\t0\t32\t96.8\t.\t0\t0\t14MI16M\ttwin-of-m1\tref\nC\t0\t4\t*\t*\t*\t*\t*\tref\t*\n"
	      "S\t1\t20\t*\t*\t*\t*\t*\tother\t*\nC\t1\t1\t*\t*\t*\t*\t*\tother\t*\n"
	      "S\t2\t4\t*\t*\t*\t*\t*\t\t*\nC\t2\t1\t*\t*\t*\t*\t*\t\t*\n");
	tl_set_free(set);
	/* In a second round the member is a delta that was there before. */
	set = reduced(&db, 800000, 1000000, 2);
	check(set, TL_CLUSTERS_TSV,
	      "ref\tref\nref\tm1\nref\ttwin\nref\ttwin-of-m1\nother\tother\n\t\n");
	check(set, TL_CLUSTERS_CLSTR,
	      ">Cluster 0\n0\t41aa, >ref... *\n1\t32aa, >m1... at 96.77%\n2\t41aa, >twin... at 100.00%\n"
	      "3\t32aa, >twin-of-m1... at 96.77%\n>Cluster 1\n0\t20aa, >other... *\n"
	      ">Cluster 2\n0\t4aa, >... *\n");
	check(set, TL_CLUSTERS_UC,
	      "S\t0\t41\t*\t*\t*\t*\t*\tref\t*\nH\t0\t32\t96.8\t.\t0\t0\t*\tm1\tref\n"
	      "H\t0\t41\t100.0\t.\t0\t0\t=\ttwin\tref\n"
	      "H\t0\t32\t96.8\t.\t0\t0\t*\ttwin-of-m1\tref\nC\t0\t4\t*\t*\t*\t*\t*\tref\t*\n"
	      "S\t1\t20\t*\t*\t*\t*\t*\tother\t*\nC\t1\t1\t*\t*\t*\t*\t*\tother\t*\n"
	      "S\t2\t4\t*\t*\t*\t*\t*\t\t*\nC\t2\t1\t*\t*\t*\t*\t*\t\t*\n");
	tl_set_free(set);
}

/* The strand: of a new member, and of a delta that was there before. */
static void test_nucleotides(void)
{
	static struct made_db db;
	db = (struct made_db){.alphabet = TL_NUCLEOTIDE, .files = 1};
	add(&db, "r", "ACGGTTTACCCGATAGGATTTACCAGATTACAGG");
	add(&db, "plus", "ACGGTTTACCCGATAGGATTTACCAGATTACAG");
	add(&db, "minus", "CTGTAATCTGGTAAATCCTATCGGGTAAACCG");
	for (int rounds = 1; rounds <= 2; rounds++) {
		struct tl_set *set = reduced(&db, 900000, 1000000, rounds);
		char uc[300];
		check(set, TL_CLUSTERS_CLSTR,
		      ">Cluster 0\n0\t34nt, >r... *\n1\t33nt, >plus... at +/100.00%\n"
		      "2\t32nt, >minus... at -/100.00%\n");
		snprintf(uc, sizeof uc,
			 "S\t0\t34\t*\t*\t*\t*\t*\tr\t*\nH\t0\t33\t100.0\t+\t0\t0\t%s\tplus\tr\n"
			 "H\t0\t32\t100.0\t-\t0\t0\t%s\tminus\tr\nC\t0\t3\t*\t*\t*\t*\t*\tr\t*\n",
			 rounds == 1 ? "33M" : "*", rounds == 1 ? "32M" : "*");
		check(set, TL_CLUSTERS_UC, uc);
		tl_set_free(set);
	}
}

/* How often a field of the lines that begin with a letter of kinds (NULL: all) is each record's
 * word. */
static void count(int fd, const char *kinds, const char *field, unsigned *seen, size_t n)
{
	struct tl_buf text = made_bytes(fd);
	memset(seen, 0, n * sizeof *seen);
	tl_test_ok(tl_buf_add(&text, "", 1, &made_err), made_err);
	for (char *line = strtok((char *)text.data, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned a, b;
		const char *at = line;
		if (kinds && !strchr(kinds, *line))
			continue;
		for (const char *f = field; *f; f++) {
			at = strchr(at, *f);
			tl_test(at != NULL);
			at++;
		}
		tl_test(sscanf(at, "db|A%u|R%u", &a, &b) == 2 && a == b && a < n);
		seen[a]++;
	}
	tl_buf_free(&text);
	close(fd);
}

static void test_every_record_once(void)
{
	static struct made_db db;
	static unsigned seen[MADE_MAX];
	for (int i = 0; i < 9; i++) {
		made_families(&db, i & 1 ? TL_NUCLEOTIDE : TL_PROTEIN, 1 + tl_test_below(40));
		struct tl_set *set = reduced(&db, 900000, i % 3 ? 1000000 : 400000, 1 + i % 3);
		count(table(set, TL_CLUSTERS_TSV), NULL, "\t", seen, db.n);
		for (size_t k = 0; k < db.n; k++)
			tl_test_eq(seen[k], 1);
		count(table(set, TL_CLUSTERS_TSVPLUS), NULL, "\t", seen, db.n);
		for (size_t k = 0; k < db.n; k++)
			tl_test_eq(seen[k], 1);
		count(table(set, TL_CLUSTERS_CLSTR), "0123456789", ">", seen, db.n);
		for (size_t k = 0; k < db.n; k++)
			tl_test_eq(seen[k], 1);
		count(table(set, TL_CLUSTERS_UC), "SH", "\t\t\t\t\t\t\t\t", seen, db.n);
		for (size_t k = 0; k < db.n; k++)
			tl_test_eq(seen[k], 1);
		count(table(set, TL_CLUSTERS_UC), "C", "\t\t\t\t\t\t\t\t", seen, db.n);
		for (size_t k = 0; k < db.n; k++) {
			struct tl_set_record r;
			tl_test(made_find(set, k, &r));
			tl_test_eq(seen[k], r.role == TL_SET_REF || r.role == TL_SET_LOOSE);
		}
		tl_set_free(set);
	}
}

static void test_parse(void)
{
	static const struct {
		const char *spec;
		int len;
		enum tl_clusters_format format;
	} specs[] = {
		{"a.tsv", 5, TL_CLUSTERS_TSV},       {"a:uc", 1, TL_CLUSTERS_UC},
		{"a:b:clstr", 3, TL_CLUSTERS_CLSTR}, {"a:tsv+", 1, TL_CLUSTERS_TSVPLUS},
		{"a:tsv", 1, TL_CLUSTERS_TSV},       {"a:other", 7, TL_CLUSTERS_TSV},
		{"uc", 2, TL_CLUSTERS_TSV},          {"-:uc", 1, TL_CLUSTERS_UC},
		{"a:uc/b", 6, TL_CLUSTERS_TSV},      {"", 0, TL_CLUSTERS_TSV},
	};
	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		int len = -1;
		tl_test_eq(tl_clusters_parse(specs[i].spec, &len), specs[i].format);
		tl_test_eq(len, specs[i].len);
	}
}

static void test_nothing(void)
{
	static struct made_db db;
	db = (struct made_db){.files = 1};
	struct tl_set *set = reduced(&db, 900000, 1000000, 1);
	for (int f = 0; f < 4; f++)
		check(set, (enum tl_clusters_format)f, "");
	tl_set_free(set);
}

int main(void)
{
	TL_RUN(test_proteins);
	TL_RUN(test_nucleotides);
	TL_RUN(test_every_record_once);
	TL_RUN(test_parse);
	TL_RUN(test_nothing);
	tl_pool_free(made_pool);
	return tl_test_end();
}
