/* internal.h - what the library's own files share, beside the kernels. */
#ifndef CK_INTERNAL_H
#define CK_INTERNAL_H

#include "common.h"

/* Everything the library allocates comes from here, aligned to 64 bytes; NULL when there is no memory.
 * ck_free takes NULL. */
void *ck_allocate(size_t bytes);
void ck_free(void *memory);

/* For tests: the allocation after `count` further ones fails, once; negative: none. Counted per thread. */
CK_API void ck_fail_allocation_after(int64_t count);

/* Sets ck_error_message() of this thread and gives `status` back, so that a check is one line. */
ck_status ck_fail(ck_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* On a function that holds a directive of OpenMP for several threads. Whoever holds one asks the OpenMP library for the
 * thread's number on entry, even where it then turns out to be alone, and the first to ask starts the library: a millisecond,
 * half the time of a program that reads one digit. */
#define CK_OUT_OF_LINE __attribute__((noinline))

/* More threads than this for one call are a caller's mistake. */
enum { CK_MOST_THREADS = 1024 };

#endif
