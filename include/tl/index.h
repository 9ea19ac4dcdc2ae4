/* SPDX-License-Identifier: MIT */
/* index: the blocks of an archive in a file, each by itself.  man tl-stream(5) section 10.
 *
 * Only for a regular file that holds one stream with an indX block at its end.  What is read is
 * checked as a reader would; what the index says of a block must be what its header says.
 * Threads: one at a time.
 */
#ifndef TL_INDEX_H
#define TL_INDEX_H

#include <stddef.h>
#include <stdint.h>
#include <tl/block.h>
#include <tl/err.h>
#include <tl/note.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tl_index;

/* Reads the index of the file at path ("-": standard input, at its beginning).  *ret is NULL where there is none, or the file
 * is not one stream alone: it is to be read from its beginning then.  TL_DATA: it is damaged. */
enum tl_status tl_index_open(const char *path, struct tl_index **ret, struct tl_err *err) TL_CHECK;

/* The blocks before ENDS, by their numbers. */
const struct tl_note_index *tl_index_entries(const struct tl_index *ix, size_t *ret_n);
uint64_t tl_index_ends(const struct tl_index *ix); /* offset of ENDS */

/* Reads and decodes block i into block (which the caller frees).  TL_DATA. */
enum tl_status tl_index_read(struct tl_index *ix, size_t i, struct tl_block *block,
			     struct tl_err *err) TL_CHECK;

/* "NAME: block 3 (recX)" put in front of a message about that block. */
enum tl_status tl_index_prefix(const struct tl_index *ix, size_t i, struct tl_err *err);

uint64_t tl_index_size(const struct tl_index *ix);  /* bytes of the file */
uint64_t tl_index_bytes(const struct tl_index *ix); /* read so far */
void tl_index_close(struct tl_index *ix);           /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
