/* SPDX-License-Identifier: MIT */
/* align_target: what --target says of other options, and of the records. */
#include "aligner.h"

#include <stddef.h>

/* By the word of --target: its name, the alphabet that it takes (2: both), and what it sets. */
static const struct target {
	const char *name;
	unsigned alphabet;
	const char *const preset[5];
} targets[] = {
	{"", 2, {NULL}},
	{"DIAMOND", TL_PROTEIN, {"gap=12:1", NULL}},
	{"BLAST", 2, {NULL}},
	{"MMseqs2", 2, {NULL}},
	{"Lambda", TL_PROTEIN, {"gap=12:1", NULL}},
	/* Of the 35-mers of a member 70 % are its reference's at 0.99, 3 % at 0.9. */
	{"Kraken", TL_NUCLEOTIDE, {"identity=0.99", "coverage=0.95", "cov-mode=both", NULL}},
};

const char *const *align_target_preset(const void *fields)
{
	return targets[((const struct align_opts *)fields)->target].preset;
}

void align_target_check(const struct aligner *a)
{
	static const char *const kind[2] = {"protein", "nucleotide"};
	const struct target *t = &targets[a->opts->target];
	for (unsigned i = 0; i < 2 && t->alphabet < 2; i++)
		if (i != t->alphabet && a->bank[i].n)
			tl_tool_say(a->run, "%zu %s sequences are among the records, %s searches %s "
					    "sequences", a->bank[i].n, kind[i], t->name,
				    kind[t->alphabet]);
}
