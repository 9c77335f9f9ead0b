/* machine.c - what this processor can do at most: multiply-adds from registers, and bytes from L2 and from memory. */
#include <string.h>

#include "../Sources/ckernels/src/common.h"
#include "bench.h"

enum { PEAK_ROUNDS = 1000 };
static volatile float bench_sink;

#if defined(__clang__)
#define UNROLL_ALL _Pragma("clang loop unroll(full)")
#else
#define UNROLL_ALL _Pragma("GCC unroll 32")
#endif

#define LANES 4
#if defined(__aarch64__)
#define NAME(f) f##_neon
#define CHAINS 24
#include "limits_body.h"
#else
#define NAME(f) f##_base
#define CHAINS 12
#include "limits_body.h"
#endif
#undef LANES
#undef NAME
#undef CHAINS

#if defined(__x86_64__)
#define LANES 8
#define NAME(f) f##_avx2
#define CHAINS 12
CK_TARGET_PUSH("avx2,fma")
#include "limits_body.h"
CK_TARGET_POP
#undef LANES
#undef NAME
#undef CHAINS

#define LANES 16
#define NAME(f) f##_avx512
#define CHAINS 24
CK_TARGET_PUSH("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#include "limits_body.h"
CK_TARGET_POP
#undef LANES
#undef NAME
#undef CHAINS
#endif

typedef void stream(float *restrict y, const float *restrict a, const float *restrict b, size_t count);
typedef struct limits {
    const char *isa;
    double operations; /* of one repetition of the peak */
    bench_body *peak;
    stream *streams[BENCH_PATTERNS];
} limits;

#define LIMITS(isa, lanes, chains)                                                                  \
    {#isa, 2.0 * (lanes) * (chains) * PEAK_ROUNDS, peak_##isa, {NULL, read_##isa, write_##isa, copy_##isa, triad_##isa, update_##isa}}
static const limits all_limits[] = {
#if defined(__aarch64__)
    LIMITS(neon, 4, 24),
#else
    LIMITS(base, 4, 12),
#endif
#if defined(__x86_64__)
    LIMITS(avx2, 8, 12),
    LIMITS(avx512, 16, 24),
#endif
};

const char *const bench_pattern_names[BENCH_PATTERNS] = {"compute", "read", "write", "copy", "triad", "update"};
const char *const bench_place_names[BENCH_PLACES] = {"L2", "memory"};

/* "ref" is compiled for what every processor has: the first. */
static const limits *find(const char *isa) {
    for (size_t i = 0; i < sizeof all_limits / sizeof *all_limits; i++)
        if (!strcmp(all_limits[i].isa, isa)) return &all_limits[i];
    return &all_limits[0];
}

/* Measured in processor time: a peak that looks low because of other processes would flatter the kernels. */
bench_series bench_peak_series(const char *isa, int threads) {
    return (bench_series){.body = find(isa)->peak, .threads = threads, .own_time = true};
}

double bench_peak_operations(const char *isa) { return find(isa)->operations; }

/* L2 of one core holds half a mebibyte on every processor of interest and is not shared; memory must be well
 * beyond a last-level cache of 32 MiB that all threads share. */
size_t bench_working_set(bench_place place) {
    if (place == BENCH_L2) return (size_t)512 << 10;
    const size_t total = (size_t)256 << 20, least = (size_t)64 << 20;
    const size_t share = total / (size_t)options.threads;
    return share > least ? share : least;
}

static const int arrays_of[BENCH_PATTERNS] = {0, 1, 1, 2, 3, 2};
static const int moves_of[BENCH_PATTERNS] = {0, 1, 1, 2, 3, 3};

static size_t values_of(bench_pattern pattern, bench_place place) {
    return bench_working_set(place) / sizeof(float) / (size_t)arrays_of[pattern] / 1024 * 1024;
}

double bench_bandwidth_bytes(bench_pattern pattern, bench_place place) {
    return (double)values_of(pattern, place) * sizeof(float) * moves_of[pattern];
}

typedef struct stream_context {
    stream *run;
    size_t count;
    float *arrays[BENCH_THREADS_MAX][3];
} stream_context;

static void stream_body(void *context, int thread, int64_t repetitions) {
    const stream_context *s = context;
    float *const *a = s->arrays[thread];
    for (int64_t r = 0; r < repetitions; r++) s->run(a[0], a[1], a[2], s->count);
}

/* The buffers stay until the end of the run: filling a quarter of a gibibyte before each case would take longer
 * than measuring it. The loops of the widest set are used: they are the fastest or equal. */
bench_series bench_bandwidth_series(bench_pattern pattern, bench_place place, int threads) {
    static stream_context contexts[BENCH_PATTERNS][BENCH_PLACES];
    static float *buffers[BENCH_PLACES][BENCH_THREADS_MAX];
    stream_context *s = &contexts[pattern][place];
    const size_t set = bench_working_set(place);
    s->count = values_of(pattern, place);
    s->run = find(ck_kernels_isa(ck_kernels_get(NULL)))->streams[pattern];
    for (int t = 0; t < threads; t++) {
        float **buffer = &buffers[place][t];
        if (!*buffer) {
            *buffer = bench_keep(set);
            memset(*buffer, 0, set);
        }
        const int used = arrays_of[pattern];
        for (int i = 0; i < 3; i++) s->arrays[t][i] = *buffer + (size_t)(i < used ? i : 0) * s->count;
        if (pattern == BENCH_READ) s->arrays[t][1] = *buffer;
    }
    return (bench_series){.body = stream_body, .context = s, .threads = threads};
}
