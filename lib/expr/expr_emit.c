/* SPDX-License-Identifier: MIT */
/* expr_emit: the op-codes of an expression. */
#include "expr_emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tl/mem.h>

#include "expr_parse.h"

struct emitter {
	const struct tl_expr_graph *g;
	struct tl_expr_program *to;
	uint8_t *times;  /* [nodes] emitted so far, 2 stands for more */
	uint8_t *shared; /* [nodes] is emitted in several places: known from the first pass */
	uint8_t *here;   /* [nodes] computed on every way to this place */
	uint32_t *trail; /* those, in the order of their emission */
	size_t trailed;
};

static enum tl_status put(struct emitter *em, struct tl_expr_code code, struct tl_err *err)
{
	struct tl_expr_program *p = em->to;
	enum tl_status st = tl_mem_grow(&p->code, &p->cap, p->n + 1, sizeof *p->code, err);
	if (st == TL_OK)
		p->code[p->n++] = code;
	return st;
}

static enum tl_status emit(struct emitter *em, uint32_t n, struct tl_err *err);

/* What is computed only behind the jump is forgotten behind its end. */
static void forget(struct emitter *em, size_t trailed)
{
	while (em->trailed > trailed)
		em->here[em->trail[--em->trailed]] = 0;
}

/* The left side; then, unless it decides, the right one. */
static enum tl_status emit_junction(struct emitter *em, uint32_t n, struct tl_err *err)
{
	const struct tl_expr_node *v = &em->g->node[n];
	uint8_t jump = v->op == TL_EXPR_OP_OR ? TL_EXPR_OP_JUMP_IF : TL_EXPR_OP_JUMP_UNLESS;
	enum tl_status st = emit(em, v->a, err);
	if (st == TL_OK)
		st = put(em, (struct tl_expr_code){.op = TL_EXPR_OP_COPY, .dst = n, .a = v->a},
			 err);
	size_t at = em->to->n, trailed = em->trailed;
	if (st == TL_OK)
		st = put(em, (struct tl_expr_code){.op = jump, .a = n}, err);
	if (st == TL_OK)
		st = emit(em, v->b, err);
	if (st == TL_OK)
		st = put(em, (struct tl_expr_code){.op = TL_EXPR_OP_COPY, .dst = n, .a = v->b},
			 err);
	forget(em, trailed);
	if (st == TL_OK)
		em->to->code[at].b = (uint32_t)em->to->n;
	return st;
}

static enum tl_status emit_plain(struct emitter *em, uint32_t n, struct tl_err *err)
{
	const struct tl_expr_node *v = &em->g->node[n];
	struct tl_expr_code code = {.op = v->op, .dst = n, .a = v->a, .b = v->b};
	enum tl_status st = TL_OK;
	if (v->op > TL_EXPR_OP_HAS)
		st = emit(em, v->a, err);
	if (st == TL_OK && v->op >= TL_EXPR_OP_ADD && v->op != TL_EXPR_OP_MATCH)
		st = emit(em, v->b, err);
	if (v->op > TL_EXPR_OP_HAS)
		code.type = em->g->node[v->a].type;
	return st == TL_OK ? put(em, code, err) : st;
}

static enum tl_status emit(struct emitter *em, uint32_t n, struct tl_err *err)
{
	const struct tl_expr_node *v = &em->g->node[n];
	if (v->op == TL_EXPR_OP_CONST || em->here[n])
		return TL_OK;
	size_t guard = em->to->n, trailed = em->trailed;
	enum tl_status st = TL_OK;
	if (em->times[n] < 2)
		em->times[n]++;
	if (em->shared[n])
		st = put(em, (struct tl_expr_code){.op = TL_EXPR_OP_GUARD, .dst = n}, err);
	if (st == TL_OK)
		st = v->op == TL_EXPR_OP_AND || v->op == TL_EXPR_OP_OR ? emit_junction(em, n, err)
								       : emit_plain(em, n, err);
	if (st == TL_OK && em->shared[n]) {
		st = put(em, (struct tl_expr_code){.op = TL_EXPR_OP_MARK, .dst = n}, err);
		/* Behind a guard only the node itself is known to be there. */
		forget(em, trailed);
		em->to->code[guard].b = (uint32_t)em->to->n;
	}
	em->here[n] = 1;
	em->trail[em->trailed++] = n;
	return st;
}

enum tl_status tl_expr_emit(const struct tl_expr_graph *g, uint32_t root,
			    struct tl_expr_program *program, struct tl_err *err)
{
	struct emitter em = {.g = g, .to = program};
	enum tl_status st = TL_OK;
	em.times = tl_mem_zalloc(3 * g->n, 1, err);
	em.trail = tl_mem_alloc(g->n, sizeof *em.trail, err);
	if (!em.times || !em.trail)
		st = TL_NOMEM;
	em.shared = em.times ? em.times + g->n : NULL;
	em.here = em.times ? em.times + 2 * g->n : NULL;
	/* The first pass finds what stands in several places: a guard, which makes the way into a
	 * node unsure, may show more of them. */
	for (bool more = true; more && st == TL_OK;) {
		program->n = em.trailed = 0;
		memset(em.times, 0, g->n);
		memset(em.here, 0, g->n);
		st = emit(&em, root, err);
		more = false;
		for (size_t i = 0; i < g->n; i++) {
			more |= em.times[i] > 1 && !em.shared[i];
			em.shared[i] |= em.times[i] > 1;
		}
	}
	free(em.times);
	free(em.trail);
	return st;
}

/* ---- as text ---- */

static size_t show_number(struct tl_expr_num v, char *to, size_t size)
{
	if (!v.den)
		return (size_t)snprintf(to, size, "none");
	if (v.den == 1)
		return (size_t)snprintf(to, size, "%lld", (long long)v.num);
	return (size_t)snprintf(to, size, "%lld/%lld", (long long)v.num, (long long)v.den);
}

/* A register, or the constant in it. */
static const char *show(const struct tl_expr_graph *g, uint32_t n, char *to, size_t size)
{
	const struct tl_expr_node *v = &g->node[n];
	if (v->op != TL_EXPR_OP_CONST) {
		snprintf(to, size, "r%u", n);
	} else if (v->type == TL_EXPR_T_NUMBER) {
		show_number(v->value.number, to, size);
	} else if (v->type == TL_EXPR_T_BOOL) {
		snprintf(to, size, v->value.truth ? "true" : "false");
	} else {
		struct tl_str s = tl_col_get(&g->strings, v->a);
		snprintf(to, size, "\"%.*s\"", s.n < 40 ? (int)s.n : 40, (const char *)s.p);
	}
	return to;
}

static void show_code(const struct tl_expr_graph *g, const struct tl_expr_code *c, char *line,
		      size_t size)
{
	static const char *const signs[] = {
		[TL_EXPR_OP_ADD] = "+", [TL_EXPR_OP_SUB] = "-", [TL_EXPR_OP_MUL] = "*",
		[TL_EXPR_OP_DIV] = "/", [TL_EXPR_OP_MOD] = "%", [TL_EXPR_OP_LT] = "<",
		[TL_EXPR_OP_LE] = "<=", [TL_EXPR_OP_EQ] = "==", [TL_EXPR_OP_NE] = "!=",
	};
	char a[64], b[64];
	switch (c->op) {
	case TL_EXPR_OP_FIELD:
		snprintf(line, size, "r%u = %s", c->dst,
			 tl_expr_parse_field((enum tl_expr_field)c->a));
		break;
	case TL_EXPR_OP_HAS:
		snprintf(line, size, "r%u = has motif %u", c->dst, c->a);
		break;
	case TL_EXPR_OP_NEG:
	case TL_EXPR_OP_NOT:
	case TL_EXPR_OP_COPY:
		snprintf(line, size, "r%u = %s%s", c->dst,
			 c->op == TL_EXPR_OP_NEG   ? "-"
			 : c->op == TL_EXPR_OP_NOT ? "not "
						   : "",
			 show(g, c->a, a, sizeof a));
		break;
	case TL_EXPR_OP_MATCH:
		snprintf(line, size, "r%u = %s matches %u", c->dst, show(g, c->a, a, sizeof a),
			 c->b);
		break;
	case TL_EXPR_OP_JUMP_IF:
	case TL_EXPR_OP_JUMP_UNLESS:
		snprintf(line, size, "%s r%u goto %u",
			 c->op == TL_EXPR_OP_JUMP_IF ? "if" : "unless", c->a, c->b);
		break;
	case TL_EXPR_OP_GUARD:
		snprintf(line, size, "if done r%u goto %u", c->dst, c->b);
		break;
	case TL_EXPR_OP_MARK:
		snprintf(line, size, "done r%u", c->dst);
		break;
	default:
		snprintf(line, size, "r%u = %s %s %s", c->dst, show(g, c->a, a, sizeof a),
			 signs[c->op], show(g, c->b, b, sizeof b));
	}
}

enum tl_status tl_expr_emit_list(const struct tl_expr_graph *g, uint32_t root,
				 const struct tl_expr_program *program, struct tl_buf *out,
				 struct tl_err *err)
{
	char line[200], text[240], last[64];
	enum tl_status st = TL_OK;
	for (size_t i = 0; i <= program->n && st == TL_OK; i++) {
		if (i < program->n)
			show_code(g, &program->code[i], line, sizeof line);
		else
			snprintf(line, sizeof line, "keep if %s", show(g, root, last, sizeof last));
		int n = snprintf(text, sizeof text, "%zu: %s\n", i, line);
		st = tl_buf_add(out, text, (size_t)n, err);
	}
	return st;
}
