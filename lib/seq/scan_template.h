/* SPDX-License-Identifier: MIT */
/* scan_template: the loops of scan.c for one instruction set.  Whoever includes it defines
 *
 *   SCAN(name)  the name of a function of this set
 *   TARGET      its attribute
 *   BLOCKS      where there are vectors, and then these, of 64 bytes each:
 *     SCAN(residues64)(dst, src, want, lower)  copies; a bit for each byte that ends a run
 *     SCAN(pack64)(dst, src)                   packs; a bit for each that is not A, C, G, T
 *
 *   UNPACKS     where there is a function unpack32(dst, src): 8 packed bytes to 32 residues
 *
 * What is left at the end and is no whole block goes byte by byte; nothing behind src[0..n) is read.
 */

/* clang-format off */
TARGET static inline size_t SCAN(run)(uint8_t *dst, const uint8_t *src, size_t n,
				      struct tl_scan_want want, bool lower, size_t guess)
{
	const uint8_t down = lower ? 32 : 0;
	size_t i = 0;
#ifdef BLOCKS
	for (; n - i >= 64; i += 64) {
		uint64_t other = SCAN(residues64)(dst + i, src + i, want, lower);
		if (!other)
			continue;
		/* Is the first bit that of the guess? */
		size_t k = guess - i;
		if (k < 64 && (other & ~(UINT64_MAX << 1 << k)) == 1ULL << k)
			return guess;
		return i + (size_t)__builtin_ctzll(other);
	}
#endif
	(void)guess;
	for (; i < n; i++) {
		uint8_t u = (uint8_t)(src[i] - down);
		bool good = (uint8_t)(u - 'A') < 26 || (!lower && u == '*');
		if (!good || u == want.banned)
			break;
		dst[i] = (uint8_t)(u - (u == want.turned));
	}
	return i;
}

TARGET static size_t SCAN(upper)(uint8_t *dst, const uint8_t *src, size_t n,
				 struct tl_scan_want want, size_t guess)
{
	return SCAN(run)(dst, src, n, want, false, guess);
}

TARGET static size_t SCAN(lower)(uint8_t *dst, const uint8_t *src, size_t n,
				 struct tl_scan_want want)
{
	return SCAN(run)(dst, src, n, want, true, 0);
}

TARGET static size_t SCAN(lines)(uint8_t *dst, const uint8_t *src, size_t n, size_t width,
				 struct tl_scan_want want)
{
	size_t count = 0;
#ifdef BLOCKS
	size_t before = (width - 1) & ~(size_t)63; /* bytes in blocks but the last */
	const uint64_t last = UINT64_MAX >> (63 - (width - 1) % 64);
	for (; n > before + 64 && src[width] == '\n'; count++) {
		uint64_t other = last & SCAN(residues64)(dst + before, src + before, want, false);
		for (size_t i = 0; i < before; i += 64)
			other |= SCAN(residues64)(dst + i, src + i, want, false);
		if (other)
			break;
		dst += width;
		src += width + 1;
		n -= width + 1;
	}
#else
	(void)dst, (void)src, (void)n, (void)width, (void)want;
#endif
	return count;
}

TARGET static bool SCAN(pack)(uint8_t *dst, const uint8_t *src, size_t n)
{
	size_t i = 0;
	bool odd = false;
#ifdef BLOCKS
	uint64_t other = 0;
	for (; n - i >= 64; i += 64)
		other |= SCAN(pack64)(dst + i / 4, src + i);
	odd = other;
#endif
	for (; i < n; i += 4) {
		unsigned quad = 0;
		for (size_t k = 0; k < 4 && i + k < n; k++) {
			quad |= code_of(src[i + k]) << 2 * k;
			odd |= !is_plain(src[i + k]);
		}
		dst[i / 4] = (uint8_t)quad;
	}
	return odd;
}

TARGET static void SCAN(unpack)(uint8_t *dst, const uint8_t *src, size_t n)
{
	size_t i = 0;
#ifdef UNPACKS
	for (; n - i >= 8; i += 8)
		unpack32(dst + 4 * i, src + i);
#endif
	for (; i < n; i++)
		memcpy(dst + 4 * i, quads[src[i]], 4);
}

TARGET static size_t SCAN(plain)(const uint8_t *src, size_t n)
{
	size_t i = 0;
#ifdef BLOCKS
	uint8_t packed[16];
	for (; n - i >= 64; i += 64) {
		uint64_t other = SCAN(pack64)(packed, src + i);
		if (other)
			return i + (size_t)__builtin_ctzll(other);
	}
#endif
	while (i < n && is_plain(src[i]))
		i++;
	return i;
}

static const struct tl_scan SCAN(table) = {
	SCAN(upper), SCAN(lower), SCAN(lines), SCAN(pack), SCAN(unpack), SCAN(plain),
};
/* clang-format on */

#undef SCAN
#undef TARGET
#undef BLOCKS
#undef UNPACKS
