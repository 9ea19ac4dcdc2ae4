/* SPDX-License-Identifier: MIT */
/* score: substitution scores and gap penalties; tables by residue code, two byte shuffles a row. */
#include <tl/score.h>

#include <string.h>

#include "score_file.h"
#include "score_stat.h"
#include "score_table.h"

#define P TL_SCORE_PAD

/* BLOSUM62 in the order of codes, A to Z; J, O and U have the scores of "*", which is J's code. */
#define ROW(...) {P, __VA_ARGS__, P, P, P, P, P}
#define PADS {P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, \
	      P, P, P, P, P, P, P, P, P, P, P, P, P, P, P, P}

static const struct tl_score protein = {
	.pair = {
	PADS,
	/*           A  B  C  D  E  F  G  H  I  J  K  L  M  N  O  P  Q  R  S  T  U  V  W  X  Y  Z */
	/* A */ ROW( 4,-2, 0,-2,-1,-2, 0,-2,-1,-4,-1,-1,-1,-2,-4,-1,-1,-1, 1, 0,-4, 0,-3, 0,-2,-1),
	/* B */ ROW(-2, 4,-3, 4, 1,-3,-1, 0,-3,-4, 0,-4,-3, 3,-4,-2, 0,-1, 0,-1,-4,-3,-4,-1,-3, 1),
	/* C */ ROW( 0,-3, 9,-3,-4,-2,-3,-3,-1,-4,-3,-1,-1,-3,-4,-3,-3,-3,-1,-1,-4,-1,-2,-2,-2,-3),
	/* D */ ROW(-2, 4,-3, 6, 2,-3,-1,-1,-3,-4,-1,-4,-3, 1,-4,-1, 0,-2, 0,-1,-4,-3,-4,-1,-3, 1),
	/* E */ ROW(-1, 1,-4, 2, 5,-3,-2, 0,-3,-4, 1,-3,-2, 0,-4,-1, 2, 0, 0,-1,-4,-2,-3,-1,-2, 4),
	/* F */ ROW(-2,-3,-2,-3,-3, 6,-3,-1, 0,-4,-3, 0, 0,-3,-4,-4,-3,-3,-2,-2,-4,-1, 1,-1, 3,-3),
	/* G */ ROW( 0,-1,-3,-1,-2,-3, 6,-2,-4,-4,-2,-4,-3, 0,-4,-2,-2,-2, 0,-2,-4,-3,-2,-1,-3,-2),
	/* H */ ROW(-2, 0,-3,-1, 0,-1,-2, 8,-3,-4,-1,-3,-2, 1,-4,-2, 0, 0,-1,-2,-4,-3,-2,-1, 2, 0),
	/* I */ ROW(-1,-3,-1,-3,-3, 0,-4,-3, 4,-4,-3, 2, 1,-3,-4,-3,-3,-3,-2,-1,-4, 3,-3,-1,-1,-3),
	/* J */ ROW(-4,-4,-4,-4,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4),
	/* K */ ROW(-1, 0,-3,-1, 1,-3,-2,-1,-3,-4, 5,-2,-1, 0,-4,-1, 1, 2, 0,-1,-4,-2,-3,-1,-2, 1),
	/* L */ ROW(-1,-4,-1,-4,-3, 0,-4,-3, 2,-4,-2, 4, 2,-3,-4,-3,-2,-2,-2,-1,-4, 1,-2,-1,-1,-3),
	/* M */ ROW(-1,-3,-1,-3,-2, 0,-3,-2, 1,-4,-1, 2, 5,-2,-4,-2, 0,-1,-1,-1,-4, 1,-1,-1,-1,-1),
	/* N */ ROW(-2, 3,-3, 1, 0,-3, 0, 1,-3,-4, 0,-3,-2, 6,-4,-2, 0, 0, 1, 0,-4,-3,-4,-1,-2, 0),
	/* O */ ROW(-4,-4,-4,-4,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4),
	/* P */ ROW(-1,-2,-3,-1,-1,-4,-2,-2,-3,-4,-1,-3,-2,-2,-4, 7,-1,-2,-1,-1,-4,-2,-4,-2,-3,-1),
	/* Q */ ROW(-1, 0,-3, 0, 2,-3,-2, 0,-3,-4, 1,-2, 0, 0,-4,-1, 5, 1, 0,-1,-4,-2,-2,-1,-1, 3),
	/* R */ ROW(-1,-1,-3,-2, 0,-3,-2, 0,-3,-4, 2,-2,-1, 0,-4,-2, 1, 5,-1,-1,-4,-3,-3,-1,-2, 0),
	/* S */ ROW( 1, 0,-1, 0, 0,-2, 0,-1,-2,-4, 0,-2,-1, 1,-4,-1, 0,-1, 4, 1,-4,-2,-3, 0,-2, 0),
	/* T */ ROW( 0,-1,-1,-1,-1,-2,-2,-2,-1,-4,-1,-1,-1, 0,-4,-1,-1,-1, 1, 5,-4, 0,-2, 0,-2,-1),
	/* U */ ROW(-4,-4,-4,-4,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4, 1,-4,-4,-4,-4,-4),
	/* V */ ROW( 0,-3,-1,-3,-2,-1,-3,-3, 3,-4,-2, 1, 1,-3,-4,-2,-2,-3,-2, 0,-4, 4,-3,-1,-1,-2),
	/* W */ ROW(-3,-4,-2,-4,-3, 1,-2,-2,-3,-4,-3,-2,-1,-4,-4,-4,-2,-3,-3,-2,-4,-3,11,-2, 2,-3),
	/* X */ ROW( 0,-1,-2,-1,-1,-1,-1,-1,-1,-4,-1,-1,-1,-1,-4,-2,-1,-1, 0, 0,-4,-1,-2,-1,-1,-1),
	/* Y */ ROW(-2,-3,-2,-3,-2, 3,-3, 2,-1,-4,-2,-1,-1,-2,-4,-3,-1,-2,-2,-2,-4,-1, 2,-1, 7,-2),
	/* Z */ ROW(-1, 1,-3, 1, 4,-3,-2, 0,-3,-4, 1,-3,-1, 0,-4,-1, 3, 0, 0,-1,-4,-2,-3,-1,-2, 4),
	PADS, PADS, PADS, PADS, PADS,
	},
	.open = 11,
	.extend = 1,
	.best = 11,
	.step = 1,
	.least = 4,
	.own = 116,
	.worst = 11,
};

/* A, C, G, T (U) and N against each other; 0 where another letter takes part. */
static const struct tl_score nucleotide = {
	.pair = {
	PADS,
	/*           A  B  C  D  E  F  G  H  I  J  K  L  M  N  O  P  Q  R  S  T  U  V  W  X  Y  Z */
	/* A */ ROW( 2, 0,-3, 0, 0, 0,-3, 0, 0, 0, 0, 0, 0,-3, 0, 0, 0, 0, 0,-3,-3, 0, 0, 0, 0, 0),
	/* B */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* C */ ROW(-3, 0, 2, 0, 0, 0,-3, 0, 0, 0, 0, 0, 0,-3, 0, 0, 0, 0, 0,-3,-3, 0, 0, 0, 0, 0),
	/* D */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* E */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* F */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* G */ ROW(-3, 0,-3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0,-3, 0, 0, 0, 0, 0,-3,-3, 0, 0, 0, 0, 0),
	/* H */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* I */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* J */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* K */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* L */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* M */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* N */ ROW(-3, 0,-3, 0, 0, 0,-3, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0,-3,-3, 0, 0, 0, 0, 0),
	/* O */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* P */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* Q */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* R */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* S */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* T */ ROW(-3, 0,-3, 0, 0, 0,-3, 0, 0, 0, 0, 0, 0,-3, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0),
	/* U */ ROW(-3, 0,-3, 0, 0, 0,-3, 0, 0, 0, 0, 0, 0,-3, 0, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 0),
	/* V */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* W */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* X */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* Y */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	/* Z */ ROW( 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	PADS, PADS, PADS, PADS, PADS,
	},
	.open = 5,
	.extend = 2,
	.best = 2,
	.step = 2,
	.least = 2,
	.own = 8,
	.worst = 5,
	.nucleotide = true,
};

const struct tl_score *tl_score_of(enum tl_alphabet alphabet)
{
	return alphabet == TL_NUCLEOTIDE ? &nucleotide : &protein;
}

static bool plain(const struct tl_score *score, unsigned code)
{
	if (score->pair[code][code] != score->best)
		return false;
	for (unsigned other = 0; other < code; other++)
		if (score->pair[code][other] == score->best)
			return false;
	return true;
}

__extension__ typedef uint8_t sixteen __attribute__((vector_size(16)));
__extension__ typedef uint64_t words __attribute__((vector_size(16)));

/* Of whole vectors of s those that are none of k codes. */
static size_t count_others(struct tl_str s, const uint8_t *codes, unsigned k)
{
	size_t same = 0, i = 0;
	while (s.n - i >= 16) {
		sixteen sums = {0}; /* bytes, which 255 rounds cannot overflow */
		for (int round = 0; round < 255 && s.n - i >= 16; round++, i += 16) {
			sixteen x, hit = {0};
			memcpy(&x, s.p + i, sizeof x);
			x &= 31;
			for (unsigned c = 0; c < k; c++)
				hit |= (sixteen)(x == codes[c]);
			sums -= hit;
		}
		for (int half = 0; half < 2; half++) {
			const uint64_t w = ((words)sums)[half];
			same += (w & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48;
			same += (w >> 8 & 0x00ff00ff00ff00ffu) * 0x0001000100010001u >> 48;
		}
	}
	return i - same;
}

size_t tl_score_odd(const struct tl_score *score, struct tl_str s)
{
	uint8_t odd[32], codes[32];
	unsigned k = 0;
	for (unsigned code = 0; code < 32; code++) {
		odd[code] = !plain(score, code);
		if (!odd[code])
			codes[k++] = (uint8_t)code;
	}
	size_t i = s.n - s.n % 16, n = count_others((struct tl_str){s.p, i}, codes, k);
	for (; i < s.n; i++)
		n += odd[s.p[i] & 31];
	return n;
}

int tl_score_step(const struct tl_score *score)
{
	int step = score->extend < score->open ? score->extend : score->open;
	for (unsigned x = 0; x < 32; x++)
		for (unsigned y = 0; y < x; y++)
			if (plain(score, x) && plain(score, y) && -score->pair[x][y] < step)
				step = -score->pair[x][y];
	return step > 0 ? step : 0;
}

/* Takes the letters of a matrix; J, O and U have those of "*". */
static void take_matrix(struct tl_score *score,
			int8_t m[TL_SCORE_TABLE_SIZE][TL_SCORE_TABLE_SIZE])
{
	static const char letters[] = TL_SCORE_TABLE_LETTERS "OU";
	for (int x = 0; letters[x]; x++)
		for (int y = 0; letters[y]; y++) {
			const int p = x < TL_SCORE_TABLE_SIZE ? x : TL_SCORE_TABLE_SIZE - 1;
			const int q = y < TL_SCORE_TABLE_SIZE ? y : TL_SCORE_TABLE_SIZE - 1;
			score->pair[letters[x] & 31][letters[y] & 31] = m[p][q];
		}
}

bool tl_score_name(struct tl_score *score, const char *name)
{
	int8_t m[TL_SCORE_TABLE_SIZE][TL_SCORE_TABLE_SIZE];
	const int which = tl_score_table_find(name);
	if (which < 0)
		return false;
	for (int x = 0; x < TL_SCORE_TABLE_SIZE; x++)
		for (int y = 0; y < TL_SCORE_TABLE_SIZE; y++)
			m[x][y] = tl_score_table_pair(which, x, y);
	take_matrix(score, m);
	return true;
}

enum tl_status tl_score_read(struct tl_score *score, const char *name, struct tl_str text,
			     struct tl_err *err)
{
	int8_t m[TL_SCORE_TABLE_SIZE][TL_SCORE_TABLE_SIZE];
	enum tl_status st = tl_score_file_read(name, text, m, err);
	if (st == TL_OK)
		take_matrix(score, m);
	return st;
}

enum tl_status tl_score_match(struct tl_score *score, int64_t match, uint64_t differ,
			      struct tl_err *err)
{
	if (match < 1 || match > 63 || differ < 1 || differ > 63)
		return tl_err_set(err, TL_USAGE, "scores of nucleotides are from 1 to 63");
	for (int x = 0; x < 32; x++)
		for (int y = 0; y < 32; y++) {
			const int usual = nucleotide.pair[x][y];
			score->pair[x][y] = (int8_t)(usual == nucleotide.best ? match :
						     usual == -3 ? -(int64_t)differ : usual);
		}
	return TL_OK;
}

enum tl_status tl_score_gap(struct tl_score *score, int64_t open, uint64_t extend,
			    struct tl_err *err)
{
	if (open < 1 || open > 1000 || extend < 1 || extend > 200)
		return tl_err_set(err, TL_USAGE, "a gap costs 1 to 1000 for its first residue and 1 to "
						 "200 for each further one");
	if (extend > (uint64_t)open)
		return tl_err_set(err, TL_USAGE, "the first residue of a gap costs no less than a "
						 "further one: %lld is less than %llu",
				  (long long)open, (unsigned long long)extend);
	score->open = (int)open;
	score->extend = (int)extend;
	return TL_OK;
}

enum tl_status tl_score_finish(struct tl_score *score, struct tl_err *err)
{
	const char *letters = score->nucleotide ? "ACGT" : "ARNDCQEGHILKMFPSTWYV";
	score->best = TL_SCORE_PAD;
	for (int x = 0; x < 32; x++)
		for (int y = 0; y < 32; y++)
			if (score->pair[x][y] > score->best)
				score->best = score->pair[x][y];
	if (score->best <= 0)
		return tl_err_set(err, TL_USAGE, "no pair of the matrix scores more than 0");
	score->least = score->best;
	score->own = 0;
	score->worst = score->open;
	for (const char *x = letters; *x; x++) {
		const int self = score->pair[*x & 31][*x & 31];
		score->own += self;
		score->least = self < score->least ? self : score->least;
		for (const char *y = letters; *y; y++)
			if (-score->pair[*x & 31][*y & 31] > score->worst)
				score->worst = -score->pair[*x & 31][*y & 31];
	}
	/* Odd residues of proteins are not counted, so nothing may be concluded from them. */
	const bool usual = memcmp(score->pair, protein.pair, sizeof protein.pair) == 0;
	score->step = score->nucleotide || usual ? tl_score_step(score) : 0;
	return TL_OK;
}

bool tl_score_bits(const struct tl_score *score, int64_t points, int64_t *ret)
{
	int32_t bits, base;
	if (!tl_score_stat_find(score, &bits, &base))
		return false;
	/* For +2 NCBI's constants hold for even scores: an odd one is taken as the one below. */
	if (score->nucleotide && score->best == 2)
		points -= points % 2;
	*ret = points * bits + base;
	return true;
}
