/* SPDX-License-Identifier: MIT */
/* fuzz_predict: columns as models see them.  Input: 1 byte model and what to do, 2 bytes length, 1 byte
 * of lengths, then those, then bytes.
 *
 * Bit 4: the bytes are a code, decoded to that length.  Else they are a column as it is: encoded,
 * decoded, the same; then damaged and decoded.
 */
#include <stdlib.h>
#include <string.h>

#include <tl/bits.h>
#include <tl/predict.h>

#define FRONT 4
#define MOST 2048 /* bytes of a column: models are slow */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int fine)
{
	if (!fine)
		abort();
}

/* Decodes into memory of just that length. */
static void decode(const uint8_t *p, size_t n, const struct tl_predict_hint *hint, size_t len,
		   const uint8_t *opt_want)
{
	uint8_t *to = malloc(len);
	must(to != NULL);
	enum tl_status st = tl_predict_decode(p, n, hint, to, len, NULL);
	must(st == TL_OK || st == TL_DATA);
	if (opt_want)
		must(st == TL_OK && !memcmp(to, opt_want, len));
	free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= FRONT || size > MOST || size <= FRONT + (size_t)data[3])
		return 0;
	size_t len = 1 + tl_bits_get16(data + 1) % MOST, stored;
	uint64_t numbers[2] = {data[0], data[3]};
	struct tl_predict_hint hint = {{data + FRONT, data[3]}, numbers, numbers, 2, numbers, 2},
			       none = {.items = 0};
	const uint8_t *p = data + FRONT + data[3];
	size_t n = size - FRONT - data[3];
	if (data[0] & 16) {
		decode(p, n, &hint, len, NULL);
		return 0;
	}
	uint8_t *room = malloc(n + 16);
	must(room != NULL);
	enum tl_predict_model model = (enum tl_predict_model)((data[0] & 15) % TL_PREDICT_MODELS);
	if (model == TL_PREDICT_IMPLIED || model == TL_PREDICT_COUNTED)
		model = TL_PREDICT_BYTES;
	must(tl_predict_encode(model, p, n, &hint, room, n + 16, &stored, NULL) == TL_OK);
	if (stored) {
		decode(room, stored, &hint, n, p);
		room[tl_bits_get16(data + 1) % stored] ^= data[0] | 1;
		decode(room, stored, &hint, n, NULL);
		decode(room, stored, &none, len, NULL);
	}
	free(room);
	return 0;
}
