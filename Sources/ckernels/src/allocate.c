/* allocate.c - the library's memory: one place, so that tests can make any allocation fail. */
#if defined(__linux__) && !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE /* madvise */
#endif
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "internal.h"

static _Thread_local int64_t until_failure = -1;

void ck_fail_allocation_after(int64_t count) { until_failure = count; }

void *ck_allocate(size_t bytes) {
    if (until_failure >= 0 && until_failure-- == 0) return NULL;
    if (bytes > SIZE_MAX - 64) return NULL;
    /* aligned_alloc wants a multiple of the alignment; nothing asked for still gives a pointer. */
    size_t alignment = 64;
#if defined(MADV_HUGEPAGE)
    /* glibc takes what is larger than 32 MB fresh from the system each time. In pages of 2 MB the first touch of 64 MB
     * took 10 ms, in pages of 4 KB 55 ms (a virtual Zen 4). */
    const size_t huge = (size_t)2 << 20;
    if (bytes >= 16 * huge && bytes < SIZE_MAX - huge) alignment = huge;
#endif
    const size_t whole = bytes == 0 ? alignment : (bytes + alignment - 1) / alignment * alignment;
    void *memory = aligned_alloc(alignment, whole);
#if defined(MADV_HUGEPAGE)
    if (memory != NULL && alignment == huge) (void)madvise(memory, whole, MADV_HUGEPAGE); /* a wish: may be refused */
#endif
    return memory;
}

void ck_free(void *memory) { free(memory); }
