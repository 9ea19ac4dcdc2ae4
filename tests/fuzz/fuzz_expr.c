/* SPDX-License-Identifier: MIT */
/* fuzz_expr: a filter expression, compiled and evaluated twice on a record made of the first bytes;
 * both times the answer must be the same, and no field may be asked for twice a record.
 *
 * Input: 16 bytes that become the fields, then the expression.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/expr.h>

struct record {
	const uint8_t *bytes;
	unsigned asked[TL_EXPR_FIELDS];
};

static void must(int fine)
{
	if (!fine)
		abort();
}

static struct tl_expr_num get_number(void *ctx, enum tl_expr_field f)
{
	struct record *r = ctx;
	int64_t num;
	must(f < TL_EXPR_ID && !r->asked[f]++);
	memcpy(&num, r->bytes + f, sizeof num);
	return (struct tl_expr_num){num, f == TL_EXPR_GC ? r->bytes[15] : 1};
}

static struct tl_str get_string(void *ctx, enum tl_expr_field f)
{
	struct record *r = ctx;
	must(f >= TL_EXPR_ID && f < TL_EXPR_FIELDS && !r->asked[f]++);
	return (struct tl_str){r->bytes, (size_t)(f == TL_EXPR_ID     ? 8
						  : f == TL_EXPR_DESC ? 0
								      : 16)};
}

static bool get_has(void *ctx, unsigned motif)
{
	struct record *r = ctx;
	return r->bytes[motif % 16] & 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tl_expr *e;
	struct tl_expr_run *run;
	struct tl_err err = {0};
	struct tl_buf out = {0};
	bool yes[2];
	enum tl_status st[2];
	if (size < 16)
		return 0;
	char *text = malloc(size - 15);
	must(text != NULL);
	memcpy(text, data + 16, size - 16);
	text[size - 16] = 0;
	if (tl_expr_compile(text, &e, &err) == TL_OK) {
		must(tl_expr_list(e, &out, &err) == TL_OK && out.len);
		must(tl_expr_run_new(e, &run, &err) == TL_OK);
		for (int i = 0; i < 2; i++) {
			struct record r = {.bytes = data};
			struct tl_expr_source source = {&r, get_number, get_string, get_has};
			st[i] = tl_expr_eval(run, &source, &yes[i], &err);
		}
		must(st[0] == st[1] && (st[0] == TL_OK || st[0] == TL_DATA) && yes[0] == yes[1]);
		tl_expr_run_free(run);
		tl_expr_free(e);
	} else {
		must(err.status == TL_USAGE && strlen(err.msg) > 10);
	}
	tl_buf_free(&out);
	free(text);
	return 0;
}
