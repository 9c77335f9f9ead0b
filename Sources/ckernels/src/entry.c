/* entry.c - what the checked entry points share. */
#include <stdio.h>

#include "entry.h"

ck_status ck_check_pointers(const char *call, const ck_pointer *list) {
    for (; list->name != NULL; list++)
        if (list->pointer == NULL) return ck_fail(CK_ERROR_NULL, "%s: %s: expected a pointer, found NULL", call, list->name);
    return CK_OK;
}

ck_status ck_check_sizes(const char *call, const ck_size *list) {
    for (; list->name != NULL; list++) {
        if (list->value < list->least)
            return ck_fail(CK_ERROR_SIZE, "%s: %s: expected at least %lld, found %lld", call, list->name,
                           (long long)list->least, (long long)list->value);
        if (list->value > list->most)
            return ck_fail(CK_ERROR_SIZE, "%s: %s: expected at most %lld, found %lld", call, list->name,
                           (long long)list->most, (long long)list->value);
    }
    return CK_OK;
}

ck_status ck_check_array(const char *call, const char *name, const int64_t *sizes, int count) {
    int64_t bytes = sizeof(float);
    bool fits = true;
    for (int i = 0; i < count; i++) fits = fits && !__builtin_mul_overflow(bytes, sizes[i], &bytes);
    if (fits && bytes <= PTRDIFF_MAX) return CK_OK;
    char text[96] = "";
    for (int i = 0; i < count; i++) {
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%lld", i == 0 ? "" : " x ", (long long)sizes[i]);
    }
    return ck_fail(CK_ERROR_SIZE, "%s: %s: expected an array of at most %lld bytes, found %s floats", call, name,
                   (long long)PTRDIFF_MAX, text);
}

ck_status ck_check_activation(const char *call, int32_t activation) {
    if (activation >= CK_IDENTITY && activation <= CK_LEAKY_RELU) return CK_OK;
    return ck_fail(CK_ERROR_OPTION, "%s: activation: expected CK_IDENTITY (0), CK_RELU (1) or CK_LEAKY_RELU (2), found %d",
                   call, (int)activation);
}

ck_status ck_check_machine(const char *call, const ck_kernels **kernels, int32_t *threads) {
    if (*threads < 0 || *threads > CK_MOST_THREADS)
        return ck_fail(CK_ERROR_OPTION, "%s: threads: expected 0 (default) to %d, found %d", call, (int)CK_MOST_THREADS,
                       (int)*threads);
    if (*threads == 0) *threads = ck_default_threads();
    if (*kernels == NULL) {
        *kernels = ck_kernels_get(NULL);
        return *kernels == NULL ? CK_ERROR_ISA : CK_OK; /* the message is there already */
    }
    if ((*kernels)->size < sizeof(ck_kernels))
        return ck_fail(CK_ERROR_ISA, "%s: kernels: expected a table of at least %zu bytes, found size %zu", call,
                       sizeof(ck_kernels), (*kernels)->size);
    return CK_OK;
}

size_t ck_place(size_t *bytes, int64_t count, size_t element) {
    const size_t offset = *bytes;
    size_t more;
    if (count < 0 || __builtin_mul_overflow((size_t)count, element, &more) || more > SIZE_MAX - 63 ||
        __builtin_add_overflow(*bytes, (more + 63) / 64 * 64, bytes))
        *bytes = SIZE_MAX;
    return offset;
}

void ck_copy_rows(float *to, int64_t to_stride, int32_t filled, const float *from, int64_t from_stride, int64_t rows,
                  int32_t channels) {
    if (to_stride == channels && from_stride == channels && filled == channels) {
        memcpy(to, from, sizeof(float) * (size_t)(rows * channels));
        return;
    }
    for (int64_t r = 0; r < rows; r++) {
        float *to_r = to + r * to_stride;
        const float *from_r = from + r * from_stride;
        for (int32_t c = 0; c < channels; c++) to_r[c] = from_r[c];
        for (int32_t c = channels; c < filled; c++) to_r[c] = 0;
    }
}

/* A region of two threads took 1 microsecond while the team still spins from the call before, 40 to 80 when it sleeps
 * (LLVM's OpenMP, which spins for 200 ms). A million multiply-adds are 17 microseconds of one core at 120 GFLOP/s. */
static _Thread_local double least_work = 1 << 20;

void ck_set_least_work(double multiply_adds) { least_work = multiply_adds; }

int32_t ck_worthwhile_threads(int32_t threads, double multiply_adds) {
    return multiply_adds < least_work * threads ? (int32_t)ck_max(1, (int64_t)(multiply_adds / least_work)) : threads;
}

static CK_OUT_OF_LINE void run_by_team(int32_t parts, void (*part)(void *job, int32_t i), void *job) {
    /* Static, because clang 21 with the OpenMP of LLVM 14 links no other schedule. */
#ifdef _OPENMP
#pragma omp parallel for schedule(static) num_threads(parts)
#endif
    for (int32_t i = 0; i < parts; i++) part(job, i);
}

void ck_run_parts(int32_t parts, void (*part)(void *job, int32_t i), void *job) {
    if (parts == 1) part(job, 0);
    else run_by_team(parts, part, job);
}
