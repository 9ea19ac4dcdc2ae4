/* SPDX-License-Identifier: MIT */
/* version: the version of Talyra, in this one place.  (The format of streams has its own number.) */
#ifndef TL_VERSION_H
#define TL_VERSION_H

#define TL_VERSION "0.1.0"

#endif
