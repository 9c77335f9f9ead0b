/* measure.c - one case becomes rows: on one thread and on all, beside the peak of its instruction set, the
 * highest peak of the machine and the bandwidth of its memory pattern, all measured in turns. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

/* ------------------------------------------------------------------ memory of a case */

typedef struct block {
    struct block *next;
} block;
static block *blocks;

void *bench_keep(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "error: no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

/* The list of blocks is kept in a line of its own before each. */
void *bench_bytes(size_t bytes) {
    char *memory = bench_keep(bytes + 64);
    ((block *)(void *)memory)->next = blocks;
    blocks = (block *)(void *)memory;
    return memory + 64;
}

void bench_release(void) {
    while (blocks) {
        block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}

float *bench_zeros(size_t count) {
    float *x = bench_bytes(count * sizeof *x);
    memset(x, 0, count * sizeof *x);
    return x;
}

/* xorshift: the numbers need no quality, only to be the same in each run. */
static float next_unit(void) {
    static uint32_t state = 2463534242u;
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return (float)(state >> 8) * 0x1p-24f;
}

float *bench_uniform(size_t count, float from, float to) {
    float *x = bench_bytes(count * sizeof *x);
    for (size_t i = 0; i < count; i++) x[i] = from + (to - from) * next_unit();
    return x;
}

float *bench_rows(size_t rows, int32_t channels, int32_t stored, float from, float to) {
    float *x = bench_uniform(rows * (size_t)stored, from, to);
    for (size_t r = 0; r < rows; r++) {
        for (int32_t c = channels; c < stored; c++) x[r * (size_t)stored + (size_t)c] = 0;
    }
    return x;
}

const char *bench_text(const char *format, ...) {
    char *text = bench_bytes(128);
    va_list values;
    va_start(values, format);
    vsnprintf(text, 128, format, values);
    va_end(values);
    return text;
}

/* -------------------------------------------------------------------------- filter */

/* Every word of the filter must occur in "kernel shape isa". */
bool bench_wanted(const bench_run *b, const char *shape) {
    char text[256], words[256];
    snprintf(text, sizeof text, "%s %s %s", b->kernel, shape, b->k->isa);
    snprintf(words, sizeof words, "%s", options.filter ? options.filter : "");
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        if (!strstr(text, word)) return false;
    if (options.list) printf("%s\n", text);
    return !options.list;
}

/* ------------------------------------------------------------------------ measuring */

typedef struct kernel_context {
    const bench_case *c;
    const ck_kernels *k;
    int threads;
} kernel_context;

static void kernel_body(void *context, int thread, int64_t repetitions) {
    const kernel_context *x = context;
    const void *state = (const char *)x->c->states + (size_t)thread * x->c->state_size;
    for (int64_t r = 0; r < repetitions; r++) x->c->run(x->k, state);
}

static void parallel_body(void *context, int thread, int64_t repetitions) {
    (void)thread;
    const kernel_context *x = context;
    for (int64_t r = 0; r < repetitions; r++) x->c->run_parallel(x->k, x->c->states, x->threads);
}

/* The series of one thread count, and where each stands in the round; -1: not measured. */
typedef struct group {
    int kernel, peak, best, bandwidth, other[OTHERS];
    kernel_context context;
    other_product products[OTHERS];
} group;

static void add_group(const bench_run *b, const bench_case *c, int threads, group *g, bench_series *series, int *count) {
    *g = (group){-1, -1, -1, -1, {-1, -1}, {c, b->k, threads}, {{0}}};
    if (c->operations > 0) {
        series[g->peak = (*count)++] = bench_peak_series(b->k->isa, threads);
        if (strcmp(b->k->isa, b->best_isa)) series[g->best = (*count)++] = bench_peak_series(b->best_isa, threads);
    }
    if (c->pattern != BENCH_COMPUTE) series[g->bandwidth = (*count)++] = bench_bandwidth_series(c->pattern, c->place, threads);
    const bool shared = threads > 1 && c->run_parallel;
    series[g->kernel = (*count)++] =
        (bench_series){.body = shared ? parallel_body : kernel_body, .context = &g->context, .threads = threads, .whole = shared};
    /* Theirs beside our fastest only: they choose their own instruction set. */
    for (int i = 0; i < OTHERS; i++) {
        if (!c->product || !others_have(i) || !options.compare || strcmp(b->k->isa, b->best_isa)) continue;
        g->products[i] = *c->product;
        g->products[i].library = i, g->products[i].threads = threads;
        series[g->other[i] = (*count)++] =
            (bench_series){.body = other_product_body, .context = &g->products[i], .threads = threads, .whole = true};
    }
}

static double rate(const bench_case *c, const bench_series *s, double amount) {
    const int callers = s->whole || c->run_parallel ? 1 : s->threads;
    return 1e-9 * amount * callers / bench_summary(s->seconds, s->windows).median;
}

static double peak_of(const bench_series *s, const char *isa, bool fastest) {
    const bench_statistics t = bench_summary(s->seconds, s->windows);
    return 1e-9 * bench_peak_operations(isa) * s->threads / (fastest ? t.least : t.median);
}

static void report_group(const bench_run *b, const bench_case *c, const group *g, const bench_series *series, const bench_series *one,
                         double other_cores) {
    const bench_series *s = &series[g->kernel];
    bench_row row = {.kernel = b->kernel, .shape = c->shape, .isa = b->k->isa, .algorithm = c->algorithm ? c->algorithm : "",
                     .place = c->pattern == BENCH_COMPUTE ? "" : bench_place_names[c->place], .threads = s->threads,
                     .time = bench_summary(s->seconds, s->windows), .other_cores = other_cores};
    if (c->operations > 0) {
        row.gflops = rate(c, s, c->operations);
        row.fastest = row.gflops * row.time.median / row.time.least;
        row.peak_isa = peak_of(&series[g->peak], b->k->isa, false);
        row.peak_fastest = peak_of(&series[g->peak], b->k->isa, true);
        row.peak_best = g->best < 0 ? row.peak_isa : peak_of(&series[g->best], b->best_isa, false);
    }
    if (c->bytes > 0) row.gbytes = rate(c, s, c->bytes);
    if (c->images > 0) row.images = 1e9 * rate(c, s, c->images);
    if (g->bandwidth >= 0) {
        const bench_series *w = &series[g->bandwidth];
        row.bandwidth = 1e-9 * bench_bandwidth_bytes(c->pattern, c->place) * w->threads / bench_summary(w->seconds, w->windows).median;
    }
    if (one != s) row.scaling = bench_paired_ratio(one, s) * (c->run_parallel ? 1 : s->threads);
    if (g->other[OTHER_OPENBLAS] >= 0) row.ratio_openblas = bench_paired_ratio(&series[g->other[OTHER_OPENBLAS]], s);
    if (g->other[OTHER_ONEDNN] >= 0) row.ratio_onednn = bench_paired_ratio(&series[g->other[OTHER_ONEDNN]], s);
    report_row(&row);
}

void bench_measure(const bench_run *b, const bench_case *c) {
    bench_series series[BENCH_SERIES_MAX];
    group groups[2];
    int count = 0;
    const int group_count = options.threads > 1 ? 2 : 1;
    add_group(b, c, 1, &groups[0], series, &count);
    if (group_count == 2) add_group(b, c, options.threads, &groups[1], series, &count);
    const bench_mark mark = bench_mark_now();
    /* Threads of one runtime keep spinning for some milliseconds after their work; without a pause they would
     * take a core from the next library. main.c shortens that time for OpenMP; OpenBLAS spins for about 25 ms. */
    const bool several = groups[0].other[OTHER_OPENBLAS] >= 0 || groups[0].other[OTHER_ONEDNN] >= 0;
    bench_alternate(series, count, several && options.threads > 1 ? 0.04 : 0);
    const double other_cores = bench_other_cores(&mark);
    for (int i = 0; i < group_count; i++) report_group(b, c, &groups[i], series, &series[groups[0].kernel], other_cores);
}
