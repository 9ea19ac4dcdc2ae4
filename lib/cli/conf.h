/* SPDX-License-Identifier: MIT */
/* conf: options from a configuration file and from the environment.  Private to this room. */
#ifndef TL_CONF_H
#define TL_CONF_H

#include <tl/err.h>
#include <tl/opt.h>

/* Sets the fields of options that the file names: opt_path, or where NULL the default file, which
 * need not exist.  Texts in fields stay until the process ends. */
enum tl_status tl_conf_file(const struct tl_opt_tool *tool, const char *opt_path, void *fields,
			    struct tl_err *err) TL_CHECK;

/* Those of the group "Machine" that the environment names: TL_THREADS for --threads. */
enum tl_status tl_conf_environment(const struct tl_opt_tool *tool, void *fields,
				   struct tl_err *err) TL_CHECK;

#endif
