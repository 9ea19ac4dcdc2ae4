/* SPDX-License-Identifier: MIT */
/* optdoc: what can be said about a tool from its option table: --help, the OPTIONS of its man page,
 * completions for three shells.
 *
 * One table, five texts, so that none can lag behind (law 6).  `make docs` writes the last four
 * into man/ and completions/, `make check-docs` compares.  Pure functions, any thread.
 */
#ifndef TL_OPTDOC_H
#define TL_OPTDOC_H

#include <tl/err.h>
#include <tl/opt.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_optdoc { TL_OPTDOC_HELP, TL_OPTDOC_MAN, TL_OPTDOC_BASH, TL_OPTDOC_ZSH, TL_OPTDOC_FISH };

/* The text, which the caller frees. */
enum tl_status tl_optdoc_make(const struct tl_opt_tool *tool, enum tl_optdoc doc, char **ret,
			      struct tl_err *err) TL_CHECK;

/* "help", "man", "bash", "zsh", "fish" to *ret; TL_USAGE for anything else. */
enum tl_status tl_optdoc_named(const char *name, enum tl_optdoc *ret, struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
