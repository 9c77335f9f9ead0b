/* machine.c - what this processor can do at most: multiply-adds from registers, and bytes from L2 and from memory. */
#include <string.h>

#include "CPeak.h"
#include "bench.h"

const char *const bench_pattern_names[BENCH_PATTERNS] = {"compute", "read", "write", "copy", "triad", "update"};
const char *const bench_place_names[BENCH_PLACES] = {"L2", "memory"};

static void peak_body(void *context, int thread, int64_t repetitions) {
    (void)thread;
    ((const cpeak_loops *)context)->multiply_add(repetitions);
}

/* Measured in processor time: a peak that looks low because of other processes would flatter the kernels. */
bench_series bench_peak_series(const char *isa, int threads) {
    return (bench_series){
        .body = peak_body, .context = (void *)cpeak_loops_for(isa), .threads = threads, .own_time = true};
}

double bench_peak_operations(const char *isa) { return cpeak_loops_for(isa)->operations; }

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
    cpeak_stream *run;
    size_t count;
    float *arrays[BENCH_THREADS_MAX][3];
} stream_context;

/* The loops of the widest set are used: they are the fastest or equal. */
static cpeak_stream *stream_of(bench_pattern pattern) {
    const cpeak_loops *l = cpeak_loops_for(ck_kernels_isa(ck_kernels_get(NULL)));
    cpeak_stream *const streams[BENCH_PATTERNS] = {NULL, l->read, l->write, l->copy, l->triad, l->update};
    return streams[pattern];
}

static void stream_body(void *context, int thread, int64_t repetitions) {
    const stream_context *s = context;
    float *const *a = s->arrays[thread];
    for (int64_t r = 0; r < repetitions; r++) s->run(a[0], a[1], a[2], s->count);
}

/* The buffers stay until the end of the run: filling a quarter of a gibibyte before each case would take longer
 * than measuring it. */
bench_series bench_bandwidth_series(bench_pattern pattern, bench_place place, int threads) {
    static stream_context contexts[BENCH_PATTERNS][BENCH_PLACES];
    static float *buffers[BENCH_PLACES][BENCH_THREADS_MAX];
    stream_context *s = &contexts[pattern][place];
    const size_t set = bench_working_set(place);
    s->count = values_of(pattern, place);
    s->run = stream_of(pattern);
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
