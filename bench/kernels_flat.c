/* kernels_flat.c - kernels that pass once over arrays: elementwise, normalisation, losses, dropout, optimisers.
 * Each is measured with its arrays in L2 and in memory, beside the bandwidth of the pattern that is nearest to
 * what it reads and writes. */
#include <string.h>

#include "bench.h"

/* What one thread works on. The large arrays share the working set of the place evenly. */
typedef struct tensors {
    ck_rows rows;
    int64_t count;
    float *a, *b, *c;          /* [rows][stored], values of both signs */
    float *positive;           /* the same, all above 0: second moments, probabilities */
    float *channels[3];        /* per channel */
    float *per_row[2];
    double *sums[2];
    int32_t *labels;
    ck_images images;
    ck_concatenate part;
    ck_cross_entropy entropy;
    ck_update update;
    ck_random random;
    ck_loss *loss;
} tensors;

typedef struct form {
    bench_pattern pattern;
    int arrays, moves;  /* large arrays, and how often one is read or written */
    double operations;  /* per element; 0: memory alone is of interest */
} form;

/* Operations of an exponential as counted here: range reduction 6, polynomial of degree 6, scaling 2. */
enum { EXP = 20 };

/* Arrays of both signs first; `positive` if there is one more. */
static void fill(tensors *p, const form *f, int signed_arrays, int32_t channels, int64_t rows) {
    const int32_t stored = ck_stored_channels(channels);
    const size_t count = (size_t)rows * (size_t)stored;
    p->rows = (ck_rows){rows, channels, stored};
    p->count = (int64_t)count;
    float **const with_sign[] = {&p->a, &p->b, &p->c};
    for (int i = 0; i < signed_arrays; i++) *with_sign[i] = bench_uniform(count, -1, 1);
    if (f->arrays > signed_arrays) p->positive = bench_uniform(count, 0.1f, 1);
    for (int i = 0; i < 3; i++) p->channels[i] = bench_rows(1, channels, stored, 0.1f, 1);
    for (int i = 0; i < 2; i++) p->per_row[i] = bench_uniform((size_t)rows, 0.1f, 1);
    for (int i = 0; i < 2; i++) {
        p->sums[i] = bench_bytes(sizeof(double) * (size_t)stored);
        memset(p->sums[i], 0, sizeof(double) * (size_t)stored);
    }
    p->labels = bench_bytes(sizeof(int32_t) * (size_t)rows);
    for (int64_t r = 0; r < rows; r++) p->labels[r] = (int32_t)(r % channels);
    p->images = (ck_images){(int32_t)(rows / 64), 8, 8, channels, stored};
    p->part = (ck_concatenate){rows, channels, stored, 0, channels, stored};
    p->entropy = (ck_cross_entropy){p->rows, 0, 1e-3f, -1};
    p->update = (ck_update){.rate = 1e-6f, .weight_decay = 1e-4f, .momentum = 0.9f, .beta1 = 0.9f, .beta2 = 0.999f,
                            .epsilon = 1e-8f, .correction1 = 1, .correction2 = 1, .gradient_scale = 1};
    p->random = (ck_random){1, 1, 1, 0};
    p->loss = bench_bytes(sizeof *p->loss);
    *p->loss = (ck_loss){0, 0};
}

typedef void run_call(const ck_kernels *k, const void *state);

static void measure_at(const bench_run *b, run_call *run, const form *f, int signed_arrays, bench_place place, int32_t channels,
                       const char *shape) {
    if (!bench_wanted(b, shape)) return;
    const size_t row = sizeof(float) * (size_t)ck_stored_channels(channels);
    const int64_t rows = (int64_t)(bench_working_set(place) / (size_t)f->arrays / row / 64 * 64);
    tensors *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        all[t] = (tensors){.count = 0};
        fill(&all[t], f, signed_arrays, channels, rows);
    }
    const double values = (double)rows * ck_stored_channels(channels);
    bench_measure(b, &(bench_case){.shape = shape, .operations = f->operations * values, .bytes = 4.0 * f->moves * values,
                                   .pattern = f->pattern, .place = place, .run = run, .states = all, .state_size = sizeof *all});
    bench_release();
}

static void measure(const bench_run *b, run_call *run, const form *f, int signed_arrays) {
    measure_at(b, run, f, signed_arrays, BENCH_L2, 64, "64 channels in L2");
    measure_at(b, run, f, signed_arrays, BENCH_MEMORY, 64, "64 channels in memory");
}

static void measure_classes(const bench_run *b, run_call *run, const form *f, int signed_arrays) {
    measure_at(b, run, f, signed_arrays, BENCH_L2, 10, "10 classes in L2");
    measure(b, run, f, signed_arrays);
}

/* One line per kernel: its name, pattern, large arrays (of both signs, all), moves, operations per element, arguments. */
#define KERNEL_BY(measure, name, pattern, signed_arrays, arrays, moves, operations, ...)                  \
    static void run_##name(const ck_kernels *k, const void *state) {                                      \
        const tensors *p = state;                                                                         \
        k->name(__VA_ARGS__);                                                                             \
    }                                                                                                     \
    void bench_##name(const bench_run *b) {                                                               \
        measure(b, run_##name, &(form){BENCH_##pattern, arrays, moves, operations}, signed_arrays);       \
    }
#define KERNEL(...) KERNEL_BY(measure, __VA_ARGS__)
#define CLASSES(...) KERNEL_BY(measure_classes, __VA_ARGS__)

// clang-format off
/* elementwise */
KERNEL(bias_forward,          COPY,   2, 2, 2, 0, p->a, p->b, p->channels[0], &p->rows)
KERNEL(bias_backward,         READ,   1, 1, 1, 0, p->channels[0], p->a, &p->rows)
KERNEL(relu_forward,          COPY,   2, 2, 2, 0, p->a, p->b, &p->rows)
KERNEL(relu_backward,         TRIAD,  3, 3, 3, 0, p->a, p->b, p->c, &p->rows)
KERNEL(leaky_relu_forward,    COPY,   2, 2, 2, 0, p->a, p->b, 0.01f, &p->rows)
KERNEL(leaky_relu_backward,   TRIAD,  3, 3, 3, 0, p->a, p->b, p->c, 0.01f, &p->rows)
KERNEL(sigmoid_forward,       COPY,   2, 2, 2, EXP + 3, p->a, p->b, &p->rows)
KERNEL(sigmoid_backward,      TRIAD,  2, 3, 3, 3, p->a, p->b, p->positive, &p->rows)
KERNEL(tanh_forward,          COPY,   2, 2, 2, EXP + 4, p->a, p->b, &p->rows)
KERNEL(tanh_backward,         TRIAD,  3, 3, 3, 3, p->a, p->b, p->c, &p->rows)
KERNEL(gelu_forward,          COPY,   2, 2, 2, EXP + 16, p->a, p->b, &p->rows)
KERNEL(gelu_backward,         TRIAD,  3, 3, 3, EXP + 22, p->a, p->b, p->c, &p->rows)
KERNEL(silu_forward,          COPY,   2, 2, 2, EXP + 4, p->a, p->b, &p->rows)
KERNEL(silu_backward,         TRIAD,  3, 3, 3, EXP + 8, p->a, p->b, p->c, &p->rows)
KERNEL(add,                   TRIAD,  3, 3, 3, 0, p->a, p->b, p->c, p->count)
KERNEL(add_scaled,            UPDATE, 2, 2, 3, 0, p->a, p->b, 1e-6f, p->count)
KERNEL(scale,                 COPY,   2, 2, 2, 0, p->a, p->b, 0.5f, p->count)
KERNEL(concatenate_forward,   COPY,   2, 2, 2, 0, p->a, p->b, &p->part)
KERNEL(concatenate_backward,  COPY,   2, 2, 2, 0, p->a, p->b, &p->part)
/* dropout: bound by the random numbers, of which no operations are counted */
KERNEL(dropout,               COPY,   2, 2, 2, 0, p->a, p->b, 0.25f, &p->rows, &p->random)
KERNEL(channel_dropout,       COPY,   2, 2, 2, 0, p->a, p->b, 0.25f, &p->images, &p->random)
KERNEL(drop_block,            COPY,   2, 2, 2, 0, p->a, p->b, 0.1f, 3, &p->images, &p->random)
/* normalisation */
KERNEL(batch_norm_moments,        READ,  1, 1, 1, 0, p->sums[0], p->sums[1], p->a, &p->rows)
KERNEL(batch_norm_apply,          COPY,  2, 2, 2, 0, p->a, p->b, p->channels[0], p->channels[1], CK_RELU, &p->rows)
KERNEL(batch_norm_backward_sums,  READ,  2, 2, 2, 0, p->sums[0], p->sums[1], p->a, p->b, p->channels[0], &p->rows)
KERNEL(batch_norm_backward_apply, TRIAD, 3, 3, 3, 0, p->a, p->b, p->c, p->channels[0], p->channels[1], p->channels[2], &p->rows)
KERNEL(layer_norm_forward,        COPY,  2, 2, 2, 0, p->a, p->per_row[0], p->per_row[1], p->b, p->channels[0], p->channels[1], 1e-5f, &p->rows)
KERNEL(layer_norm_backward,       TRIAD, 3, 3, 3, 0, p->a, p->channels[0], p->channels[1], p->b, p->c, p->per_row[0], p->per_row[1], p->channels[2], &p->rows)
/* softmax and losses */
CLASSES(softmax_forward,      COPY,   2, 2, 2, EXP + 4, p->a, p->b, &p->rows)
CLASSES(softmax_backward,     TRIAD,  2, 3, 3, 4, p->a, p->b, p->positive, &p->rows)
CLASSES(log_softmax_forward,  COPY,   2, 2, 2, EXP + 4, p->a, p->b, &p->rows)
CLASSES(log_softmax_backward, TRIAD,  3, 3, 3, EXP + 3, p->a, p->b, p->c, &p->rows)
CLASSES(cross_entropy,        COPY,   2, 2, 2, EXP + 6, p->loss, p->a, p->b, p->labels, NULL, NULL, &p->entropy)
CLASSES(mean_squared_error,   TRIAD,  3, 3, 3, 0, p->loss, p->a, p->b, p->c, 1e-3f, &p->rows)
CLASSES(mean_absolute_error,  TRIAD,  3, 3, 3, 0, p->loss, p->a, p->b, p->c, 1e-3f, &p->rows)
CLASSES(binary_cross_entropy, TRIAD,  2, 3, 3, 2 * EXP + 8, p->loss, p->a, p->b, p->positive, 1e-3f, &p->rows)
/* optimisers: w and g of both signs, first moment too */
KERNEL(sgd_update,            UPDATE, 3, 3, 5, 0, p->a, p->b, p->c, p->count, &p->update)
KERNEL(adam_update,           UPDATE, 3, 4, 7, 0, p->a, p->b, p->positive, p->c, p->count, &p->update)
KERNEL(adagrad_update,        UPDATE, 2, 3, 5, 0, p->a, p->positive, p->b, p->count, &p->update)
KERNEL(rmsprop_update,        UPDATE, 3, 4, 7, 0, p->a, p->b, p->positive, p->c, p->count, &p->update)
KERNEL(average_update,        UPDATE, 2, 2, 3, 0, p->a, p->b, 0.999f, p->count)
KERNEL(squared_norm,          READ,   1, 1, 1, 0, p->sums[0], p->a, p->count)
// clang-format on
