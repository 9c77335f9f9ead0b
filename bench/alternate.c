/* alternate.c - the clock. A machine's speed drifts (clock rate, neighbours), so pieces of work that are
 * compared are measured in turns: one window of each, then the next round. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

double bench_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double own_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct window {
    double seconds;
    double share; /* of this time that the thread which fared worst had a processor */
} window;

static window run_on_this_thread(const bench_series *s, int thread) {
    const double start = bench_now(), own = own_seconds();
    s->body(s->context, thread, s->repetitions);
    const double seconds = bench_now() - start, own_time = own_seconds() - own;
    return s->own_time ? (window){own_time, 1} : (window){seconds, own_time / seconds};
}

static window run_window(const bench_series *s) {
    if (s->threads == 1 || s->whole) return run_on_this_thread(s, 0);
    static window each[BENCH_THREADS_MAX];
    /* The first, empty region wakes the team: what is measured is the kernel, not the kernel's bed. */
#pragma omp parallel for schedule(static) num_threads(s->threads)
    for (int t = 0; t < s->threads; t++) each[t].share = 0;
    const double start = bench_now();
#pragma omp parallel for schedule(static) num_threads(s->threads)
    for (int t = 0; t < s->threads; t++) each[t] = run_on_this_thread(s, t);
    window all = {s->own_time ? 0 : bench_now() - start, 1};
    for (int t = 0; t < s->threads; t++) {
        if (s->own_time && each[t].seconds > all.seconds) all.seconds = each[t].seconds;
        if (each[t].share < all.share) all.share = each[t].share;
    }
    return all;
}

/* Repetitions that fill a window; returns the seconds that one window takes then. */
static double calibrate(bench_series *s) {
    s->repetitions = 1;
    run_window(s); /* caches, page tables, the clock rate */
    double seconds = run_window(s).seconds;
    while (seconds < 0.5 * options.window) {
        const double grow = seconds > 0 ? 1.2 * options.window / seconds : 1e6;
        s->repetitions = (int64_t)((double)s->repetitions * (grow < 2 ? 2 : grow > 100 ? 100 : grow));
        seconds = run_window(s).seconds;
    }
    if (seconds < options.window) {
        s->repetitions = (int64_t)((double)s->repetitions * 1.1 * options.window / seconds) + 1;
        seconds = 1.1 * options.window;
    }
    return seconds;
}

static void sleep_for(double seconds) {
    if (seconds <= 0) return;
    const struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&t, NULL);
}

/* After a pause: threads asleep, the clock slow, the caches somebody else's. */
static void warm_up(const bench_series *s, double pause) {
    sleep_for(pause);
    bench_series part = *s;
    part.repetitions = s->repetitions / 8;
    if (part.repetitions > 0) run_window(&part);
}

/* A window in which another process had the processor says nothing of the kernel: it is repeated, a few times. */
static double undisturbed(const bench_series *s, double until) {
    window best = run_window(s);
    for (int tries = 0; tries < 8 && best.share < 0.98 && best.seconds < 0.05 && bench_now() < until; tries++) {
        const window again = run_window(s);
        if (again.share > best.share) best = again;
    }
    return best.seconds;
}

void bench_alternate(bench_series *series, int count, double pause) {
    double round = 0;
    for (int i = 0; i < count; i++) {
        sleep_for(pause);
        round += calibrate(&series[i]);
    }
    /* A case of large, slow calls gets fewer windows, so that no single one takes a minute. */
    const double limit = options.quick ? 0.5 : 5, until = bench_now() + limit;
    int windows = (int)(limit / round);
    windows = windows < 5 ? 5 : windows > options.windows ? options.windows : windows;
    if (windows > options.windows) windows = options.windows;
    for (int w = 0; w < windows; w++) {
        for (int i = 0; i < count; i++) {
            if (pause > 0) warm_up(&series[i], pause);
            series[i].seconds[w] = undisturbed(&series[i], until) / (double)series[i].repetitions;
        }
    }
    for (int i = 0; i < count; i++) series[i].windows = windows;
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_size);
    return 0.5 * (values[count / 2] + values[(count - 1) / 2]);
}

bench_statistics bench_summary(const double *values, int count) {
    double v[BENCH_WINDOWS_MAX];
    memcpy(v, values, sizeof *v * (size_t)count);
    bench_statistics s = {.median = median_of(v, count)};
    s.least = v[0], s.most = v[count - 1];
    for (int i = 0; i < count; i++) v[i] = v[i] < s.median ? s.median - v[i] : v[i] - s.median;
    s.deviation = median_of(v, count);
    return s;
}

double bench_paired_ratio(const bench_series *a, const bench_series *b) {
    double v[BENCH_WINDOWS_MAX];
    for (int i = 0; i < a->windows; i++) v[i] = a->seconds[i] / b->seconds[i];
    return median_of(v, a->windows);
}

/* Processor seconds of everybody from /proc/stat (ticks of 10 ms), and our own. Zero where there is no /proc. */
bench_mark bench_mark_now(void) {
    bench_mark m = {.wall = bench_now()};
    FILE *f = fopen("/proc/stat", "r");
    if (f) {
        double user, nice, system, idle, wait, irq, softirq, steal;
        if (fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal) == 8)
            m.all = (user + nice + system + irq + softirq + steal) / (double)sysconf(_SC_CLK_TCK);
        fclose(f);
    }
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    m.own = (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
    return m;
}

double bench_other_cores(const bench_mark *since) {
    const bench_mark now = bench_mark_now();
    const double others = ((now.all - since->all) - (now.own - since->own)) / (now.wall - since->wall);
    return others > 0 ? others : 0;
}
