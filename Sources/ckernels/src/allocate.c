/* allocate.c - the library's memory: one place, so that tests can make any allocation fail. */
#include <stdlib.h>

#include "internal.h"

static _Thread_local int64_t until_failure = -1;

void ck_fail_allocation_after(int64_t count) { until_failure = count; }

void *ck_allocate(size_t bytes) {
    if (until_failure >= 0 && until_failure-- == 0) return NULL;
    if (bytes > SIZE_MAX - 64) return NULL;
    /* aligned_alloc wants a multiple of the alignment; nothing asked for still gives a pointer. */
    return aligned_alloc(64, bytes == 0 ? 64 : (bytes + 63) / 64 * 64);
}

void ck_free(void *memory) { free(memory); }
