/* SPDX-License-Identifier: MIT */
/* align_search: pairs are looked for, or read from parts, and aligned. */
#include "aligner.h"

#include <stdlib.h>

#include <tl/mem.h>
#include <tl/parts.h>
#include <tl/seeds.h>

static enum tl_status emit(void *ctx, struct tl_edges *edges, struct tl_err *err)
{
	struct aligner *a = ctx;
	enum tl_status st = TL_OK;
	if (a->list)
		return tl_hitlist_put(a->list, a->alphabet, edges, err);
	for (size_t i = 0; i < edges->n && st == TL_OK; i++) {
		struct tl_edge e;
		tl_edge_get(edges, i, &e);
		st = tl_edge_add(&a->edges, &e, err);
	}
	if (st == TL_OK && tl_edge_bytes(&a->edges) >= 1u << 20)
		st = tl_writer_put_edges(a->writer, &a->edges, err);
	return st;
}

static void report(const struct aligner *a, const struct tl_seeds_sum *found,
		   const struct tl_compare_sum *sum, const uint8_t *large, size_t n)
{
	unsigned long long records = 0;
	for (size_t i = 0; i < n; i++)
		records += large[i];
	tl_tool_tell(a->run, "%zu sequences, %llu seeds, %llu pairs, %llu screened, %llu recalled, %llu widened, %llu cells, %llu edges",
		     n, (unsigned long long)found->seeds, (unsigned long long)sum->pairs,
		     (unsigned long long)sum->screened, (unsigned long long)sum->recalled, (unsigned long long)sum->widened,
		     (unsigned long long)sum->cells, (unsigned long long)sum->edges);
	if (sum->unproven)
		tl_tool_tell(a->run, "%llu alignments are best in their band, not proven best of all",
			     (unsigned long long)sum->unproven);
	if (sum->too_large)
		tl_tool_say(a->run, "%llu pairs of %llu records need more than --max-align-cells "
				    "and were not aligned",
			    (unsigned long long)sum->too_large, records);
}

static struct tl_sketch_params choose_sketch(const struct aligner *a, enum tl_alphabet alphabet)
{
	const struct align_opts *o = a->opts;
	struct tl_sketch_params sketch = tl_sketch_choose(alphabet, o->identity);
	sketch.seed = (uint64_t)o->seed - 1;
	sketch.opt_role = a->base.role[alphabet];
	tl_sketch_tune(&sketch, (enum tl_sketch_effort)o->sensitivity);
	if (o->candidates) {
		sketch.part = (uint32_t)o->part.first;
		sketch.parts = (uint32_t)o->part.second;
	}
	return sketch;
}

/* Writes what a part of the k-mers says of the sequences of a bank. */
static enum tl_status write_candidates(struct aligner *a, enum tl_alphabet alphabet,
				       struct tl_err *err)
{
	const struct tl_bank *bank = &a->bank[alphabet];
	const struct tl_sketch_params sketch = choose_sketch(a, alphabet);
	const struct tl_cand_part part = {sketch.part, sketch.parts ? sketch.parts : 1,
					  tl_bank_sum(bank), tl_sketch_sum(&sketch), alphabet};
	struct tl_pairs *pairs;
	struct tl_seeds_sum found;
	if (!bank->n)
		return TL_OK;
	enum tl_status st = tl_seeds_find(a->run->pool, a->run->budget, bank, &sketch, &pairs,
					  &found, err);
	if (st != TL_OK)
		return st;
	tl_tool_tell(a->run, "%zu sequences, part %u/%u: %llu seeds, %llu hits", bank->n,
		     part.part + 1, part.parts, (unsigned long long)found.seeds,
		     (unsigned long long)found.hits);
	st = tl_parts_write(pairs, bank, &part, a->writer, err);
	tl_pairs_free(pairs);
	return st;
}

static enum tl_status find_pairs(struct aligner *a, enum tl_alphabet alphabet,
				 struct tl_pairs **ret, struct tl_seeds_sum *found,
				 struct tl_err *err)
{
	const struct tl_sketch_params sketch = choose_sketch(a, alphabet);
	if (!a->opts->from)
		return tl_seeds_find(a->run->pool, a->run->budget, &a->bank[alphabet], &sketch, ret,
				     found, err);
	*found = (struct tl_seeds_sum){.hits = tl_pairs_count(a->pairs[alphabet])};
	*ret = a->pairs[alphabet];
	a->pairs[alphabet] = NULL;
	return tl_pairs_end(*ret, err);
}

struct tl_compare_params align_params(const struct aligner *a, enum tl_alphabet alphabet)
{
	const struct align_opts *o = a->opts;
	return (struct tl_compare_params){
		.alphabet = alphabet,
		.criterion = {o->identity, o->coverage, o->cov_mode == 1, o->overhang == 0},
		.max_cells = (uint64_t)o->max_cells,
		.opt_score = &a->scheme.score[alphabet],
		.opt_cache = a->cache,
		.strand = alphabet == TL_NUCLEOTIDE ? (enum tl_compare_strand)o->strand
						    : TL_COMPARE_BOTH,
		.approx = o->approx,
		.thorough = o->sensitivity == TL_SKETCH_SENSITIVE,
		.least_width = (uint64_t)o->band.first,
		.most_width = o->band.second};
}

static enum tl_status align_bank(struct aligner *a, enum tl_alphabet alphabet, struct tl_err *err)
{
	const struct tl_bank *bank = &a->bank[alphabet];
	const struct tl_compare_params params = align_params(a, alphabet);
	struct tl_compare_sum sum;
	struct tl_seeds_sum found;
	struct tl_pairs *pairs = NULL;
	a->alphabet = alphabet;
	if (!bank->n)
		return TL_OK;
	uint8_t *large = tl_mem_zalloc(bank->n, 1, err);
	enum tl_status st = large ? find_pairs(a, alphabet, &pairs, &found, err) : TL_NOMEM;
	struct tl_pair_source source = {tl_pairs_next, pairs};
	if (st == TL_OK)
		st = tl_compare_pairs(a->run->pool, bank, &source, &params, large, emit, a, &sum,
				      err);
	if (st == TL_OK && a->edges.n)
		st = tl_writer_put_edges(a->writer, &a->edges, err);
	if (st == TL_OK)
		report(a, &found, &sum, large, bank->n);
	free(large);
	tl_pairs_free(pairs);
	return st;
}

/* Reads what --from names. */
static enum tl_status read_parts(struct aligner *a, struct tl_err *err)
{
	const struct tl_opt_pair *part = &a->opts->part;
	struct tl_parts_want want[2];
	enum tl_status st = TL_OK;
	for (int i = 0; i < 2 && st == TL_OK; i++) {
		const struct tl_sketch_params sketch = choose_sketch(a, (enum tl_alphabet)i);
		if (a->bank[i].n)
			st = tl_pairs_new(a->run->pool, a->run->budget, sketch.centres,
					  &a->pairs[i], err);
		want[i] = (struct tl_parts_want){&a->bank[i], tl_sketch_sum(&sketch),
						 (uint64_t)part->first,
						 part->second ? part->second : 1, a->pairs[i]};
	}
	return st == TL_OK ? tl_parts_read(a->run->pool, a->run->budget, a->parts, a->n_parts, want,
					   err)
			   : st;
}

enum tl_status align_search(struct aligner *a, struct tl_err *err)
{
	enum tl_status st = TL_OK;
	align_target_check(a);
	if (a->opts->candidates) {
		st = write_candidates(a, TL_PROTEIN, err);
		return st == TL_OK ? write_candidates(a, TL_NUCLEOTIDE, err) : st;
	}
	if (a->list)
		st = tl_hitlist_begin(a->list, a->bank, err);
	if (st == TL_OK && a->opts->from)
		st = read_parts(a, err);
	if (st == TL_OK)
		st = align_bank(a, TL_PROTEIN, err);
	return st == TL_OK ? align_bank(a, TL_NUCLEOTIDE, err) : st;
}
