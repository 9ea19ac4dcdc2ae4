/* SPDX-License-Identifier: MIT */
/* expr_regex: regular expressions on bytes, by PCRE2.
 *
 * PCRE2 and not regcomp(3): that one locks its automaton, so threads would wait for each other, and
 * lacks \d, \b and (?i). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "expr_regex.h"

#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>

#include <tl/mem.h>

#define STEPS 1000000 /* of matching one string; a header takes some dozens */

struct tl_expr_regex {
	pcre2_code *code;
	pcre2_match_context *context;
};

enum tl_status tl_expr_regex_new(struct tl_str pattern, struct tl_expr_regex **ret, size_t *ret_at,
				 struct tl_err *err)
{
	const uint32_t options =
		PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
	int code;
	PCRE2_SIZE at = 0;
	*ret_at = 0;
	struct tl_expr_regex *regex = tl_mem_zalloc(1, sizeof *regex, err);
	if (!regex)
		return TL_NOMEM;
	regex->code = pcre2_compile(pattern.n ? pattern.p : (PCRE2_SPTR) "", pattern.n, options,
				    &code, &at, NULL);
	if (!regex->code) {
		PCRE2_UCHAR why[120];
		pcre2_get_error_message(code, why, sizeof why);
		free(regex);
		*ret_at = at < pattern.n ? at : pattern.n;
		return tl_err_set(err, TL_USAGE, "%s", (const char *)why);
	}
	regex->context = pcre2_match_context_create(NULL);
	if (!regex->context) {
		tl_expr_regex_free(regex);
		return tl_err_nomem(err, 1);
	}
	pcre2_set_match_limit(regex->context, STEPS);
	pcre2_set_depth_limit(regex->context, STEPS);
	/* Where the machine has no compiler for it, matching is only slower. */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	*ret = regex;
	return TL_OK;
}

void tl_expr_regex_free(struct tl_expr_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->context);
	free(regex);
}

enum tl_status tl_expr_regex_match(const struct tl_expr_regex *regex, void **scratch,
				   struct tl_str s, bool *ret, struct tl_err *err)
{
	if (!*scratch && !(*scratch = pcre2_match_data_create(1, NULL)))
		return tl_err_nomem(err, 1);
	int code = pcre2_match(regex->code, s.n ? s.p : (PCRE2_SPTR) "", s.n, 0, 0, *scratch,
			       regex->context);
	/* 0: more groups than there is room for, which nobody asked for. */
	*ret = code >= 0;
	if (code >= 0 || code == PCRE2_ERROR_NOMATCH)
		return TL_OK;
	if (code == PCRE2_ERROR_NOMEMORY)
		return tl_err_nomem(err, 1);
	return tl_err_set(err, TL_DATA, "a regular expression takes too many steps on %zu bytes",
			  s.n);
}

void tl_expr_regex_scratch_free(void *scratch)
{
	pcre2_match_data_free(scratch);
}
