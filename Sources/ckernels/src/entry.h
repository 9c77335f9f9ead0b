/* entry.h - what the checked entry points share: checks, the memory of one call, padding, threads. */
#ifndef CK_ENTRY_H
#define CK_ENTRY_H

#include "internal.h"

/* ------------------------------------------------------------------ checks */

/* A pointer of a call, with the caller's name for it. */
typedef struct ck_pointer {
    const char *name;
    const void *pointer;
} ck_pointer;

/* A size of a call and the values it may have. */
typedef struct ck_size {
    const char *name;
    int64_t value, least, most;
} ck_size;

/* All pointers of a list that ends with {NULL, NULL}. */
ck_status ck_check_pointers(const char *call, const ck_pointer *list);

/* All sizes of a list that ends with {NULL}. */
ck_status ck_check_sizes(const char *call, const ck_size *list);

/* That an array of these `count` sizes can exist: its bytes, as floats, fit in a ptrdiff_t. */
ck_status ck_check_array(const char *call, const char *name, const int64_t *sizes, int count);

ck_status ck_check_activation(const char *call, int32_t activation);

/* Puts the default table in place of NULL and checks a given one; the same for threads = 0. */
ck_status ck_check_machine(const char *call, const ck_kernels **kernels, int32_t *threads);

/* ------------------------------------------------------------------ memory */

/* A call allocates once. `place` gives the next part of `count` elements its offset, at a multiple of 64 bytes,
 * and adds it to *bytes; too much becomes SIZE_MAX, which ck_allocate refuses. */
size_t ck_place(size_t *bytes, int64_t count, size_t element);

/* Copies `rows` rows of `channels` values and clears what follows in each row up to `filled`. */
void ck_copy_rows(float *to, int64_t to_stride, int32_t filled, const float *from, int64_t from_stride, int64_t rows,
                  int32_t channels);

/* ----------------------------------------------------------------- threads */

/* Part i of `parts` of `total` things, cut at multiples of `step`. May be empty. */
typedef struct ck_range {
    int64_t first, count;
} ck_range;

static inline ck_range ck_share(int64_t total, int64_t step, int32_t parts, int32_t i) {
    const int64_t steps = (total + step - 1) / step;
    const int64_t each = steps / parts, more = steps % parts; /* the first `more` parts have one step more */
    const int64_t first = ck_min((each * i + ck_min(i, more)) * step, total);
    const ck_range range = {first, ck_min((each + (i < more)) * step, total - first)};
    return range;
}

/* The part of the whole that the largest of these shares has. */
static inline double ck_largest_share(int64_t total, int64_t step, int32_t parts) {
    const int64_t steps = (total + step - 1) / step;
    return (double)ck_min((steps + parts - 1) / parts * step, total) / (double)total;
}

/* At most `threads`, fewer where each would get less than a worthwhile number of multiply-adds. */
int32_t ck_worthwhile_threads(int32_t threads, double multiply_adds);

/* For tests: what is worthwhile on this thread, so that small shapes are shared out too. 0: anything. */
void ck_set_least_work(double multiply_adds);

/* Calls part(job, i) for i in 0 ..< parts, each on its own thread. Must not fail, so all memory is there before.
 * One part runs on the caller's thread alone and touches no OpenMP. */
void ck_run_parts(int32_t parts, void (*part)(void *job, int32_t i), void *job);

#endif
