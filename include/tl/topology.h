/* SPDX-License-Identifier: MIT */
/* topology: which processors and nodes a tool would use, and why, as text or as JSON.
 * Threads: any.
 */
#ifndef TL_TOPOLOGY_H
#define TL_TOPOLOGY_H

#include <tl/err.h>
#include <tl/out.h>
#include <tl/topo.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tl_status tl_topology_text(const struct tl_topo *topo, struct tl_out *out,
				struct tl_err *err) TL_CHECK;
enum tl_status tl_topology_json(const struct tl_topo *topo, struct tl_out *out,
				struct tl_err *err) TL_CHECK;

#ifdef __cplusplus
}
#endif
#endif
