/* run.c - ck_plan_run: numbers as floats. */
#if defined(__linux__) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#endif
#include <stdatomic.h>
#include <time.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include "plan.h"

#define CK_REAL float
#define CK_TABLE ck_kernels
#define CK_RUN(f) run_##f
#define CK_BATCH_NORM(f) ck_batch_norm_##f
#include "run_body.h"

ck_run ck_run_make(void) {
    ck_run run = {.size = sizeof run, .images = 1, .step = {.loss_scale = 1}, .fault = {-1, -1}};
    for (int32_t i = 0; i < CK_GROUPS; i++)
        run.step.groups[i] = (ck_update){
            .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .correction1 = 1, .correction2 = 1, .gradient_scale = 1};
    return run;
}

ck_status ck_plan_run(const ck_plan *plan, ck_run *run) {
    if (!plan || !run)
        return ck_fail(CK_ERROR_NULL, "ck_plan_run: %s: expected a pointer, found NULL", plan ? "run" : "plan");
    if (run->size != sizeof *run)
        return ck_fail(CK_ERROR_SIZE, "ck_plan_run: run.size: expected %zu (of this library's ck_run), found %zu",
                       sizeof *run, run->size);
    const ck_kernels *kernels = run->kernels ? run->kernels : ck_kernels_get(NULL);
    if (!kernels) return CK_ERROR_ISA;
    return run_run(plan, run, kernels);
}

/* -------------------------------------------------------------------- threads */

static CK_OUT_OF_LINE void meet_team(void) {
#ifdef _OPENMP
#pragma omp barrier
#endif
}

void ck_meet(int32_t threads) {
    if (threads > 1) meet_team();
}

void ck_team(int32_t *thread, int32_t *threads) {
#ifdef _OPENMP
    *thread = omp_get_thread_num(), *threads = omp_get_num_threads();
#else
    *thread = 0, *threads = 1;
#endif
}

double ck_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void ck_note_fault(ck_faults *faults, int32_t op, int32_t image) {
    const uint64_t found = (uint64_t)(uint32_t)op << 32 | (uint32_t)image;
    uint64_t known = atomic_load(&faults->first);
    while (found < known && !atomic_compare_exchange_weak(&faults->first, &known, found)) continue;
}
