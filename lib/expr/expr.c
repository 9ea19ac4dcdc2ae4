/* SPDX-License-Identifier: MIT */
/* expr: filter expressions: compiled, and their op-codes carried out. */
#include <tl/expr.h>

#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "expr_emit.h"
#include "expr_node.h"
#include "expr_parse.h"

struct tl_expr {
	struct tl_expr_graph graph;
	struct tl_expr_program program;
	uint32_t root;
};

struct tl_expr_run {
	const struct tl_expr *e;
	union tl_expr_value *reg; /* [nodes] */
	uint64_t *done;           /* [nodes] the number of the record for which it was computed */
	uint64_t record;
	void *scratch; /* of regular expressions */
};

enum tl_status tl_expr_compile(const char *text, struct tl_expr **ret, struct tl_err *err)
{
	struct tl_expr *e = tl_mem_zalloc(1, sizeof *e, err);
	if (!e)
		return TL_NOMEM;
	enum tl_status st = tl_expr_parse(text, &e->graph, &e->root, err);
	if (st == TL_OK)
		st = tl_expr_emit(&e->graph, e->root, &e->program, err);
	if (st != TL_OK) {
		tl_expr_free(e);
		return st;
	}
	*ret = e;
	return TL_OK;
}

void tl_expr_free(struct tl_expr *e)
{
	if (!e)
		return;
	tl_expr_node_free(&e->graph);
	free(e->program.code);
	free(e);
}

unsigned tl_expr_fields(const struct tl_expr *e)
{
	unsigned mask = 0;
	for (size_t i = 0; i < e->program.n; i++)
		if (e->program.code[i].op == TL_EXPR_OP_FIELD)
			mask |= 1u << e->program.code[i].a;
	return mask;
}

unsigned tl_expr_motifs(const struct tl_expr *e)
{
	return (unsigned)e->graph.motifs.n;
}

struct tl_str tl_expr_motif(const struct tl_expr *e, unsigned i)
{
	return tl_col_get(&e->graph.motifs, i);
}

enum tl_status tl_expr_list(const struct tl_expr *e, struct tl_buf *out, struct tl_err *err)
{
	return tl_expr_emit_list(&e->graph, e->root, &e->program, out, err);
}

enum tl_status tl_expr_run_new(const struct tl_expr *e, struct tl_expr_run **ret,
			       struct tl_err *err)
{
	struct tl_expr_run *run = tl_mem_zalloc(1, sizeof *run, err);
	if (!run)
		return TL_NOMEM;
	run->e = e;
	run->reg = tl_mem_zalloc(e->graph.n, sizeof *run->reg, err);
	run->done = tl_mem_zalloc(e->graph.n, sizeof *run->done, err);
	if (!run->reg || !run->done) {
		tl_expr_run_free(run);
		return TL_NOMEM;
	}
	for (size_t i = 0; i < e->graph.n; i++) {
		const struct tl_expr_node *v = &e->graph.node[i];
		if (v->op != TL_EXPR_OP_CONST)
			continue;
		run->reg[i] = v->value;
		if (v->type == TL_EXPR_T_STRING)
			run->reg[i].string = tl_col_get(&e->graph.strings, v->a);
	}
	*ret = run;
	return TL_OK;
}

void tl_expr_run_free(struct tl_expr_run *run)
{
	if (!run)
		return;
	tl_expr_regex_scratch_free(run->scratch);
	free(run->reg);
	free(run->done);
	free(run);
}

static void load(struct tl_expr_run *run, const struct tl_expr_code *c,
		 const struct tl_expr_source *source)
{
	union tl_expr_value *r = &run->reg[c->dst];
	if (c->op == TL_EXPR_OP_HAS)
		r->truth = source->has(source->ctx, c->a);
	else if (c->a < TL_EXPR_ID)
		r->number = source->number(source->ctx, (enum tl_expr_field)c->a);
	else
		r->string = source->string(source->ctx, (enum tl_expr_field)c->a);
}

static enum tl_status reckon(struct tl_expr_run *run, const struct tl_expr_code *c,
			     struct tl_err *err)
{
	struct tl_expr_num zero = {0, 1}, a = run->reg[c->a].number;
	bool fits;
	if (c->op == TL_EXPR_OP_NEG)
		fits = tl_expr_node_reckon(TL_EXPR_OP_SUB, zero, a, &run->reg[c->dst].number);
	else
		fits = tl_expr_node_reckon((enum tl_expr_op)c->op, a, run->reg[c->b].number,
					   &run->reg[c->dst].number);
	return fits ? TL_OK
		    : tl_err_set(err, TL_DATA, "a number of the filter does not fit 64 bits");
}

enum tl_status tl_expr_eval(struct tl_expr_run *run, const struct tl_expr_source *source, bool *ret,
			    struct tl_err *err)
{
	const struct tl_expr_program *p = &run->e->program;
	union tl_expr_value *reg = run->reg;
	enum tl_status st = TL_OK;
	run->record++;
	for (size_t i = 0; i < p->n && st == TL_OK; i++) {
		const struct tl_expr_code *c = &p->code[i];
		switch (c->op) {
		case TL_EXPR_OP_FIELD:
		case TL_EXPR_OP_HAS:
			load(run, c, source);
			break;
		case TL_EXPR_OP_NOT:
			reg[c->dst].truth = !reg[c->a].truth;
			break;
		case TL_EXPR_OP_COPY:
			reg[c->dst].truth = reg[c->a].truth;
			break;
		case TL_EXPR_OP_JUMP_IF:
		case TL_EXPR_OP_JUMP_UNLESS:
			if (reg[c->a].truth == (c->op == TL_EXPR_OP_JUMP_IF))
				i = c->b - 1;
			break;
		case TL_EXPR_OP_GUARD:
			if (run->done[c->dst] == run->record)
				i = c->b - 1;
			break;
		case TL_EXPR_OP_MARK:
			run->done[c->dst] = run->record;
			break;
		case TL_EXPR_OP_MATCH:
			st = tl_expr_regex_match(run->e->graph.regex[c->b], &run->scratch,
						 reg[c->a].string, &reg[c->dst].truth, err);
			break;
		default:
			if (c->op >= TL_EXPR_OP_LT && c->op <= TL_EXPR_OP_NE)
				reg[c->dst].truth = tl_expr_node_compare((enum tl_expr_op)c->op,
									 (enum tl_expr_type)c->type,
									 &reg[c->a], &reg[c->b]);
			else
				st = reckon(run, c, err);
		}
	}
	*ret = st == TL_OK && reg[run->e->root].truth;
	return st;
}
