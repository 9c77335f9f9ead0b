/* CPeak.c - the loops for each instruction set, and the peak on several threads. */
#if defined(__linux__) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L /* clock_gettime */
#endif
#include "CPeak.h"

#include <string.h>
#include <time.h>

enum { PEAK_ROUNDS = 1000 };
/* What loops compute goes here, so that none is left out; each thread has its own, so that none waits for another's. */
static _Thread_local volatile float sink;

#if defined(__clang__)
#define UNROLL_ALL _Pragma("clang loop unroll(full)")
#else
#define UNROLL_ALL _Pragma("GCC unroll 32")
#endif

#define TARGET
#define LANES 4
#if defined(__aarch64__)
#define NAME(f) f##_neon
#define CHAINS 24
#else
#define NAME(f) f##_base
#define CHAINS 12
#endif
#include "loops_body.h"
#undef TARGET
#undef LANES
#undef NAME
#undef CHAINS

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define NAME(f) f##_avx2
#define CHAINS 12
#include "loops_body.h"
#undef TARGET
#undef LANES
#undef NAME
#undef CHAINS

#define TARGET __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")))
#define LANES 16
#define NAME(f) f##_avx512
#define CHAINS 24
#include "loops_body.h"
#undef TARGET
#undef LANES
#undef NAME
#undef CHAINS
#endif

#define LOOPS(isa, lanes, chains)                                                                           \
    {#isa,       2.0 * (lanes) * (chains) * PEAK_ROUNDS, multiply_add_##isa, read_##isa, write_##isa, copy_##isa, \
     triad_##isa, update_##isa}
static const cpeak_loops all_loops[] = {
#if defined(__aarch64__)
    LOOPS(neon, 4, 24),
#else
    LOOPS(base, 4, 12),
#endif
#if defined(__x86_64__)
    LOOPS(avx2, 8, 12),
    LOOPS(avx512, 16, 24),
#endif
};

const cpeak_loops *cpeak_loops_for(const char *isa) {
    for (size_t i = 0; i < sizeof all_loops / sizeof *all_loops; i++)
        if (!strcmp(all_loops[i].isa, isa)) return &all_loops[i];
    return &all_loops[0];
}

static double own_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double cpeak_seconds(const cpeak_loops *loops, int threads, int64_t rounds) {
    double slowest = 0;
    (void)threads; /* without OpenMP */
#pragma omp parallel num_threads(threads) reduction(max : slowest)
    {
        const double start = own_seconds();
        loops->multiply_add(rounds);
        slowest = own_seconds() - start;
    }
    return slowest;
}
