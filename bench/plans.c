/* plans.c - whole networks: training steps and predictions by plans, and their time by operation. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "networks.h"

static void run_one(const ck_kernels *k, const void *state) {
    (void)k;
    bench_planned *p;
    memcpy(&p, state, sizeof p);
    bench_plan_run(p, 1);
}
static void run_all(const ck_kernels *k, const void *state, int threads) {
    (void)k;
    bench_planned *p;
    memcpy(&p, state, sizeof p);
    bench_plan_run(p, threads);
}

/* Nominal: forward, gradients by weights, and by the input of all layers but the first. */
static double operations(const bench_planned *p, bool trains) {
    return 2 * (trains ? 3 * p->products - p->first : p->products);
}

/* ------------------------------------------------------------------ time by operation */

static void print_times(bench_planned *p, const char *title) {
    const ck_plan_header *h = ck_plan_about(p->plan);
    const int threads = ck_plan_threads(p->plan, p->run.phases, p->run.images, options.threads),
              steps = (int)fmax(3, 2000.0 / p->run.images / (p->products > 1e7 ? 50 : 1));
    double *seconds = bench_bytes((size_t)h->ops * (size_t)threads * sizeof *seconds), all = 0;
    memset(seconds, 0, (size_t)h->ops * (size_t)threads * sizeof *seconds);
    for (int i = 0; i < 3; i++) bench_plan_run(p, threads);
    p->run.seconds = seconds;
    const double start = bench_now();
    for (int i = 0; i < steps; i++) bench_plan_run(p, threads);
    const double wall = (bench_now() - start) * threads;
    p->run.seconds = NULL;
    printf("\n%s, %d thread%s: microseconds per image in each operation\n", title, threads, threads == 1 ? "" : "s");
    for (size_t o = 0; o < h->ops; o++) {
        double sum = 0;
        for (size_t t = 0; t < (size_t)threads; t++) sum += seconds[t * h->ops + o];
        all += sum;
        printf("  %-32s %9.3f  %5.1f %%\n", ck_plan_ops(p->plan)[o].name, 1e6 * sum / steps / p->run.images,
               100 * sum / wall);
    }
    printf("  %-32s %9.3f  %5.1f %%\n", "all but operations", 1e6 * (wall - all) / steps / p->run.images,
           100 * (wall - all) / wall);
}

/* ------------------------------------------------------------------------ rows */

static void measure(const bench_run *b, const bench_net *net, bool trains, int32_t batch) {
    const char *shape = bench_text("%s batch %d", net->name, (int)batch);
    if (!bench_wanted(b, shape)) return;
    const ck_plan_options plan_options = bench_plan_options(net, trains, batch);
    bench_planned *p = bench_plan_make(net, b->k, &plan_options);
    const bench_case c = {.shape = shape,
                          .operations = operations(p, trains) * batch,
                          .images = batch,
                          .pattern = BENCH_COMPUTE,
                          .run = run_one,
                          .run_parallel = run_all,
                          .states = &p,
                          .state_size = 0};
    bench_measure(b, &c);
    if (options.times && !options.csv && !options.json) print_times(p, shape);
    bench_plan_end(p);
}

static void run_rows(const bench_run *b, bool trains) {
    static const int32_t training[] = {32, 64, 128, 256}, predicting[] = {1, 16, 64, 256};
    for (size_t n = 0; n < BENCH_NETS; n++)
        for (int i = 0; (trains || !bench_nets[n].augmented) && i < 4; i++) {
            measure(b, &bench_nets[n], trains, (trains ? training : predicting)[i]);
            bench_release();
        }
}

void bench_plans(const char *isa, const char *best_isa) {
    run_rows(&(bench_run){ck_kernels_get(isa), "plan_train", best_isa}, true);
    run_rows(&(bench_run){ck_kernels_get(isa), "plan_predict", best_isa}, false);
}
