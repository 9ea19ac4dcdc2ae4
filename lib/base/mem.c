/* SPDX-License-Identifier: MIT */
/* mem: checked allocation of arrays. */
#include <tl/mem.h>

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tl/bits.h>

/* ThreadSanitizer does not see mremap(2): it would take memory for what was there before. */
#if defined(__SANITIZE_THREAD__)
#define COPIES 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define COPIES 1
#endif
#endif

#define TOUCH ((size_t)32 << 10) /* fewer bytes are not worth a call */
#define HEAP ((size_t)64 << 20)  /* of a thread, as the C library makes it */
#define LARGE ((size_t)4 << 20)  /* what is larger is mapped by itself */

static bool asks; /* for huge pages; set before there are threads */

static size_t product(size_t count, size_t size)
{
	uint64_t n;
	if (!tl_bits_mul(count, size, &n) || n > PTRDIFF_MAX)
		return SIZE_MAX;
	return n ? (size_t)n : 1;
}

void *tl_mem_alloc(size_t count, size_t size, struct tl_err *err)
{
	size_t bytes = product(count, size);
	void *p = bytes == SIZE_MAX ? NULL : malloc(bytes);
	if (!p)
		(void)tl_err_nomem(err, bytes);
	return p;
}

void *tl_mem_zalloc(size_t count, size_t size, struct tl_err *err)
{
	size_t bytes = product(count, size);
	void *p = bytes == SIZE_MAX ? NULL : calloc(bytes, 1);
	if (!p)
		(void)tl_err_nomem(err, bytes);
	return p;
}

enum tl_status tl_mem_resize(void *array, size_t *cap, size_t want, size_t size, struct tl_err *err)
{
	void *old;
	size_t bytes = product(want, size);
	/* array is a T **: read and written through memcpy, as T is not known here. */
	memcpy(&old, array, sizeof old);
	void *p = bytes == SIZE_MAX ? NULL : realloc(old, bytes);
	if (!p)
		return tl_err_nomem(err, bytes);
	memcpy(array, &p, sizeof p);
	*cap = want;
	return TL_OK;
}

enum tl_status tl_mem_grow(void *array, size_t *cap, size_t need, size_t size, struct tl_err *err)
{
	if (need <= *cap)
		return TL_OK;
	size_t grown = *cap + *cap / 2 + 16;
	return tl_mem_resize(array, cap, need > grown ? need : grown, size, err);
}

void tl_mem_free(void *p)
{
	free(p);
}

void *tl_mem_map(size_t bytes, struct tl_err *err)
{
	/* So many more that the first huge page can begin anywhere in them; they are given back. */
	size_t over = bytes < TL_MEM_HUGE ? 0 : TL_MEM_HUGE, page = (size_t)sysconf(_SC_PAGESIZE);
	if (bytes > PTRDIFF_MAX - over - page) {
		(void)tl_err_nomem(err, bytes);
		return NULL;
	}
	bytes = (bytes + page - 1) / page * page;
	uint8_t *p = mmap(NULL, bytes + over, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED) {
		(void)tl_err_nomem(err, bytes);
		return NULL;
	}
	size_t skip = over ? (size_t)(-(uintptr_t)p % TL_MEM_HUGE) : 0;
	if (skip)
		(void)munmap(p, skip);
	if (skip < over)
		(void)munmap(p + skip + bytes, over - skip);
	return p + skip;
}

void tl_mem_unmap(void *p, size_t bytes)
{
	if (p)
		(void)munmap(p, bytes);
}

/* Makes the had bytes at old bytes at p, which is mapped. */
static bool move(uint8_t *old, size_t had, uint8_t *p, size_t bytes)
{
#ifdef COPIES
	memcpy(p, old, had < bytes ? had : bytes);
	tl_mem_unmap(old, had);
	return true;
#else
	return mremap(old, had, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, p) != MAP_FAILED;
#endif
}

/* The same where it lies; false where something is in its way. */
static bool stretch(uint8_t *old, size_t had, size_t bytes)
{
#ifdef COPIES
	(void)old, (void)had, (void)bytes;
	return false;
#else
	return mremap(old, had, bytes, 0) != MAP_FAILED;
#endif
}

enum tl_status tl_mem_remap(void *array, size_t *cap, size_t want, size_t size, struct tl_err *err)
{
	uint8_t *old, *p;
	size_t had = *cap * size, bytes = product(want, size);
	memcpy(&old, array, sizeof old);
	if (bytes == SIZE_MAX)
		return tl_err_nomem(err, bytes);
	p = old;
	if (!old || !stretch(old, had, bytes)) {
		/* A place that is aligned as this one is, so that huge pages move whole. */
		if (!(p = tl_mem_map(bytes, err)))
			return TL_NOMEM;
		if (old && !move(old, had, p, bytes)) {
			tl_mem_unmap(p, bytes);
			return tl_err_nomem(err, bytes);
		}
	}
	/* All of it or nothing: what has parts of two kinds cannot be moved in one call. */
	if (bytes >= 2 * TL_MEM_HUGE)
		tl_mem_use(p, 0, bytes + (size_t)sysconf(_SC_PAGESIZE) - 1);
	memcpy(array, &p, sizeof p);
	*cap = want;
	return TL_OK;
}

size_t tl_mem_whole(size_t want, size_t size)
{
	size_t bytes = product(want, size);
	if (bytes < 2 * TL_MEM_HUGE || bytes > PTRDIFF_MAX - TL_MEM_HUGE)
		return want;
	return (bytes + TL_MEM_HUGE - 1) / TL_MEM_HUGE * TL_MEM_HUGE / size;
}

void tl_mem_use(void *p, size_t from, size_t to)
{
#ifdef MADV_HUGEPAGE
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	from = from / page * page;
	to = to / page * page;
	/* A kernel without them refuses, and nothing is lost. */
	if (asks && to > from)
		(void)madvise((uint8_t *)p + from, to - from, MADV_HUGEPAGE);
#else
	(void)p, (void)from, (void)to;
#endif
}

void tl_mem_touch(void *p, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = (uintptr_t)p / page * page, to = ((uintptr_t)p + bytes) / page * page;
	if (bytes >= TOUCH)
		(void)madvise((uint8_t *)p - ((uintptr_t)p - from), to - from, MADV_POPULATE_WRITE);
#else
	(void)p, (void)bytes;
#endif
}

void tl_mem_huge(bool ask)
{
	asks = ask;
}

/* Else the heap of each thread but the first grows by an mprotect(2) for nearly every allocation,
 * at which all threads that touch new memory wait, and that of the first by 132 KiB at a time.  Once
 * one of these is set the C library does not adapt the others any more: so all are. */
void tl_mem_stride(void)
{
#ifdef __GLIBC__
	(void)mallopt(M_TOP_PAD, (int)HEAP);
	(void)mallopt(M_TRIM_THRESHOLD, (int)HEAP);
	(void)mallopt(M_MMAP_THRESHOLD, (int)LARGE);
#endif
}
