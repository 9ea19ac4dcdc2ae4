/* SPDX-License-Identifier: MIT */
/* fuzz_fasta: any bytes as a FASTA or FASTQ file, in windows of several sizes: the same bytes come
 * back, or the file is refused. The last byte chooses a window; a window with the whole text is
 * always tried too. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try(const uint8_t *text, size_t n, size_t window, bool later_eof)
{
	struct roundtrip r = roundtrip(text, n, window, later_eof);
	if (!r.wrong && (r.status == TL_OK || r.status == TL_DATA))
		return;
	fprintf(stderr, "window %zu: %s\n", window, r.wrong ? r.wrong : r.err.msg);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	try(data, size - 1, 1 + data[size - 1] % 64, data[size - 1] & 128);
	try(data, size - 1, size, false);
	return 0;
}
