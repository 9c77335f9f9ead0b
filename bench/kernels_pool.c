/* kernels_pool.c - pooling: forward mostly reads, backward mostly writes. */
#include <string.h>

#include "bench.h"

typedef struct pooled {
    ck_pool s;
    int32_t images;
    float *x, *y, *dx, *dy;
    uint8_t *index;
    ck_random random;
} pooled;

typedef void run_call(const ck_kernels *k, const void *state);

/* 2x2 windows at stride 2, as all the networks have; "global": the mean of all pixels. */
static void measure(const bench_run *b, run_call *run, bool backward, bool index, bool global, int side, int channels, bench_place place) {
    const char *shape = bench_text("%dx%dx%d in %s", side, side, channels, bench_place_names[place]);
    if (!bench_wanted(b, shape)) return;
    const int32_t stored = ck_stored_channels(channels), out = global ? 1 : side / 2;
    const size_t in_values = (size_t)(side * side * stored), out_values = (size_t)(out * out * stored);
    const size_t image = 4 * (in_values + out_values) + (index ? out_values : 0);
    const int32_t images = (int32_t)(bench_working_set(place) / image);
    pooled *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        pooled *p = &all[t];
        const size_t n = (size_t)images;
        *p = (pooled){.s = {side, side, out, out, channels, stored, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0}, .images = images,
                      .random = {1, 1, 1, 0}};
        if (global) p->s.kernel_height = p->s.kernel_width = p->s.stride_height = p->s.stride_width = side;
        float *large = bench_rows(n * (size_t)(side * side), channels, stored, -1, 1);
        float *small = bench_rows(n * (size_t)(out * out), channels, stored, -1, 1);
        p->x = p->dx = large, p->y = p->dy = small;
        p->index = bench_bytes(n * out_values);
        memset(p->index, 0, n * out_values);
        if (!global) b->k->max_pool_forward(p->y, p->index, p->x, images, &p->s);
    }
    bench_measure(b, &(bench_case){.shape = shape, .bytes = (double)image * images, .pattern = backward ? BENCH_WRITE : BENCH_READ,
                                   .place = place, .run = run, .states = all, .state_size = sizeof *all});
    bench_release();
}

#define KERNEL(name, backward, index, global, ...)                                                                  \
    static void run_##name(const ck_kernels *k, const void *state) {                                                \
        const pooled *p = state;                                                                                    \
        k->name(__VA_ARGS__);                                                                                       \
    }                                                                                                               \
    void bench_##name(const bench_run *b) {                                                                         \
        if (!(global)) measure(b, run_##name, backward, index, global, 24, 6, BENCH_L2);                            \
        for (int side = (global) ? 4 : 26, place = 0; place < BENCH_PLACES; place++)                                \
            measure(b, run_##name, backward, index, global, side, (global) ? 64 : 32, (bench_place)place);          \
    }

KERNEL(max_pool_forward, false, true, false, p->y, p->index, p->x, p->images, &p->s)
KERNEL(max_pool_backward, true, true, false, p->dx, p->dy, p->index, p->images, &p->s)
KERNEL(average_pool_forward, false, false, false, p->y, p->x, p->images, &p->s)
KERNEL(average_pool_backward, true, false, false, p->dx, p->dy, p->images, &p->s)
KERNEL(global_average_pool_forward, false, false, true, p->y, p->x, p->images, &p->s)
KERNEL(global_average_pool_backward, true, false, true, p->dx, p->dy, p->images, &p->s)
KERNEL(stochastic_pool_forward, false, true, false, p->y, p->index, p->x, p->images, &p->s, &p->random)
KERNEL(stochastic_pool_predict, false, false, false, p->y, p->x, p->images, &p->s)
