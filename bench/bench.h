/* bench.h - what the parts of the benchmark share. README.md says how to read its results.
 *
 *   main.c        options, the order of things
 *   alternate.c   the clock: several pieces of work measured in turns, so that all see the same machine
 *   bind.c        each thread on a core of its own
 *   machine.c     peak rate and memory bandwidth, per instruction set
 *   report.c      rows as a table, CSV or JSON
 *   others.c      OpenBLAS and oneDNN, where installed
 *   kernels_*.c   bench_<name>() for each kernel of kernels.def
 *   plans.c       whole networks; networks.c describes them, pictures.c has what they are measured with
 *   lanes.c       lanes and tiles of a training plan
 *   accuracy.c    Winograd's algorithm against the direct one
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ck_kernels.h"

enum { BENCH_THREADS_MAX = 256, BENCH_WINDOWS_MAX = 64, BENCH_SERIES_MAX = 12 };

/* ------------------------------------------------------------------- the clock */

/* Does a piece of work `repetitions` times, as thread number `thread`. */
typedef void bench_body(void *context, int thread, int64_t repetitions);

/* One piece of work and its times. With threads > 1 the body runs once on each, unless it is `whole`:
 * then it is called once and uses `threads` threads itself. */
typedef struct bench_series {
    bench_body *body;
    void *context;
    int threads;
    bool whole;
    bool own_time; /* processor time of the slowest thread instead of time by the clock: for what needs no memory */
    int64_t repetitions;               /* set by the calibration */
    int windows;
    double seconds[BENCH_WINDOWS_MAX]; /* per repetition, one entry per window */
} bench_series;

typedef struct bench_statistics {
    double median, least, most, deviation; /* deviation: median distance from the median */
} bench_statistics;

void bench_bind_threads(void);
double bench_now(void);
/* Measures all series in turns: window by window, `pause` seconds between two pieces of work. */
void bench_alternate(bench_series *series, int count, double pause);
bench_statistics bench_summary(const double *values, int count);
/* The median of a[i] / b[i]: windows of one round were measured side by side. */
double bench_paired_ratio(const bench_series *a, const bench_series *b);

/* Cores' worth of work that other processes did since `mark` was set. */
typedef struct bench_mark {
    double wall, all, own;
} bench_mark;
bench_mark bench_mark_now(void);
double bench_other_cores(const bench_mark *since);

/* -------------------------------------------------------------------- the machine */

/* How a kernel walks through memory; each way has its own bandwidth. */
typedef enum bench_pattern {
    BENCH_COMPUTE, /* bound by arithmetic */
    BENCH_READ,    /* sum of x */
    BENCH_WRITE,   /* y = f */
    BENCH_COPY,    /* y = x */
    BENCH_TRIAD,   /* y = a + f * b */
    BENCH_UPDATE,  /* y = f * y + x: what is written has been read */
    BENCH_PATTERNS
} bench_pattern;
typedef enum bench_place { BENCH_L2, BENCH_MEMORY, BENCH_PLACES } bench_place;

extern const char *const bench_pattern_names[BENCH_PATTERNS];
extern const char *const bench_place_names[BENCH_PLACES];

/* Pieces of work that run at the processor's limit: floating-point operations, or bytes, per repetition. */
bench_series bench_peak_series(const char *isa, int threads);
double bench_peak_operations(const char *isa);
bench_series bench_bandwidth_series(bench_pattern pattern, bench_place place, int threads);
double bench_bandwidth_bytes(bench_pattern pattern, bench_place place);
/* Bytes that one thread works on: `place` decides. */
size_t bench_working_set(bench_place place);

/* ---------------------------------------------------------------------- a run */

typedef struct bench_options {
    const char *filter, *isa, *mnist;
    bool json, csv, quick, list, compare, times, lanes, accuracy;
    int threads, images, algorithm;
    double window; /* seconds */
    int windows;
} bench_options;
extern bench_options options;
const char *bench_algorithm_name(int algorithm);

/* What bench_<name>() is given. */
typedef struct bench_run {
    const ck_kernels *k;
    const char *kernel;
    const char *best_isa; /* the one with the highest peak */
} bench_run;

/* bench_<name>() of every kernel; one that is missing does not link. */
typedef void bench_kernel(const bench_run *b);
#define CK_KERNEL(family, name, parameters) bench_kernel bench_##name;
#include "kernels.def"
#undef CK_KERNEL

/* One measurement. `run` calls the kernel once on the state of one thread; the states of the threads lie
 * `state_size` bytes apart. */
typedef struct bench_case {
    const char *shape, *algorithm;
    double operations, bytes; /* of one call; 0: not reported */
    double images;            /* of one call of a whole network; 0: no network */
    bench_pattern pattern;
    bench_place place;
    void (*run)(const ck_kernels *k, const void *state);
    const void *states;
    size_t state_size;
    /* Not NULL: with several threads they share one call. */
    void (*run_parallel)(const ck_kernels *k, const void *state, int threads);
    /* Not NULL: the same product for other libraries, see others.c. */
    const struct other_product *product;
} bench_case;

/* plans.c, lanes.c, accuracy.c: training steps and predictions by whole plans; and a table of lanes and tiles. */
void bench_plans(const char *isa, const char *best_isa);
void bench_lanes(void);
/* What Winograd's algorithm does to the accuracy that a network reaches. */
void bench_accuracy(void);

/* Whether the filter lets this case through; ask before preparing its data. With --list it prints and says no. */
bool bench_wanted(const bench_run *b, const char *shape);
void bench_measure(const bench_run *b, const bench_case *c);

/* ------------------------------------------------------------------- test data */

/* Memory for one case, aligned to 64 bytes, given back together by bench_release. */
void *bench_bytes(size_t bytes);
float *bench_zeros(size_t count);
float *bench_uniform(size_t count, float from, float to);
/* [rows][stored], zero from `channels` on. */
float *bench_rows(size_t rows, int32_t channels, int32_t stored, float from, float to);
void bench_release(void);
/* Memory that stays until the end of the program. */
void *bench_keep(size_t bytes);
/* Text of this case; lives until bench_release. */
const char *bench_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---------------------------------------------------------------------- report */

typedef struct bench_row {
    const char *kernel, *shape, *isa, *algorithm, *place;
    int threads;
    bench_statistics time;                   /* seconds per call */
    double gflops, peak_isa, peak_best;      /* GFLOP/s: of the row, and of the peaks measured beside it */
    double fastest;                          /* GFLOP/s of the fastest window */
    double peak_fastest;                     /* GFLOP/s of the fastest window of this set's peak */
    double gbytes, bandwidth;                /* GB/s: of the row, and of the pattern measured beside it */
    double images;                           /* per second; 0: no network */
    double scaling;                          /* rate with all threads over the rate with one */
    double ratio_openblas, ratio_onednn;     /* our rate over theirs, 0: not compared */
    double other_cores;
} bench_row;

void report_begin(int argc, char **argv, const char *best_isa);
void report_machine(const char *what, const char *isa, int threads, double value, const char *unit);
void report_row(const bench_row *row);
void report_end(double seconds, double other_cores);

/* ---------------------------------------------------------------------- others */

enum { OTHER_OPENBLAS, OTHER_ONEDNN, OTHERS };
typedef struct other_product {
    const ck_matmul *s;
    float *c;
    const float *a, *b;
    int library, threads;
} other_product;
extern const char *const other_names[OTHERS];
void others_open(void);
bool others_have(int library);
const char *others_version(int library);
bench_body other_product_body; /* context: other_product */

#endif
