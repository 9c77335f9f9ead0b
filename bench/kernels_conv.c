/* kernels_conv.c - convolutions. Operations are counted as the textbook does: two per output pixel before the
 * pool, output channel, kernel element and input channel, padded channels left out. Winograd and the sparse
 * backward do fewer, so they may come out above 100 % of the peak. */
#include <string.h>

#include "bench.h"

typedef struct layer {
    int in, out, side, kernel, pad;
} layer;

/* The convolutions of the networks that DigitKit is measured with. */
static const layer layers[] = {
    {1, 6, 28, 5, 0}, {6, 16, 12, 5, 0},                                      /* LeNet-5 */
    {1, 32, 28, 3, 0}, {32, 64, 13, 3, 0},                                    /* keras-cnn */
    {1, 32, 28, 3, 1}, {32, 64, 14, 3, 1},                                    /* pytorch-cnn */
    {1, 64, 28, 5, 2}, {64, 64, 14, 5, 2}, {64, 128, 7, 5, 2},                /* conv3 */
    {1, 64, 32, 3, 1}, {64, 64, 32, 3, 1}, {64, 128, 16, 3, 1}, {128, 128, 16, 3, 1}, {128, 256, 8, 3, 1}, /* vgg16 ... */
    {256, 256, 8, 3, 1}, {256, 512, 4, 3, 1}, {512, 512, 4, 3, 1}, {512, 512, 2, 3, 1},
};

typedef struct conv {
    ck_conv s;
    int32_t images;
    size_t sums_size;
    float *w, *bias, *x, *y, *dx, *dy, *dbias, *dw;
    uint8_t *index;
    void *forward, *backward, *sums, *workspace;
} conv;

enum { PLAIN, FUSED, FUSED_POOL }; /* what stands behind the convolution: nothing, ReLU, pool and ReLU */

const char *bench_algorithm_name(int algorithm) {
    static const char *const names[] = {"auto", "plain", "direct", "winograd", "sparse", "few"};
    return names[algorithm];
}

static ck_conv shape_of(const layer *l, int form) {
    const int out = l->side + 2 * l->pad - l->kernel + 1;
    return (ck_conv){.in_height = l->side, .in_width = l->side, .in_channels = l->in,
                     .in_stored = l->in <= 4 ? l->in : ck_stored_channels(l->in),
                     .out_height = out, .out_width = out, .out_channels = l->out, .out_stored = ck_stored_channels(l->out),
                     .kernel_height = l->kernel, .kernel_width = l->kernel, .stride_height = 1, .stride_width = 1,
                     .pad_top = l->pad, .pad_left = l->pad, .dilation_height = 1, .dilation_width = 1, .groups = 1,
                     .activation = form == PLAIN ? CK_IDENTITY : CK_RELU, .pool = form == FUSED_POOL, .algorithm = options.algorithm};
}

/* A tile: as many images as make the activations as large as the weights in Winograd's form (4 times the plain
 * ones), at least 1 MiB, which is a core's L2; between 4 and 64. */
static int tile_of(const ck_conv *s) {
    if (options.images) return options.images;
    const long image = 4L * (s->in_height * s->in_width * s->in_stored + s->out_height * s->out_width * s->out_stored);
    const long weights = 16L * s->kernel_height * s->kernel_width * s->in_stored * s->out_stored;
    const long images = (weights > 1 << 20 ? weights : 1 << 20) / image;
    int power = 4;
    while (power < 64 && 2 * power <= images) power *= 2;
    return power;
}

/* Weights are shared by the threads, the rest is each one's own. With a pool, index is what a forward on these
 * data wrote. The data are like a trained network's: inputs of inner layers are behind a ReLU, half of them zero. */
static conv *prepare_conv(const ck_kernels *k, const ck_conv *s, bool backward) {
    conv first = {.s = *s, .images = tile_of(s)};
    ck_conv_choice choice;
    ck_conv_choose(s, &choice);
    first.sums_size = choice.sums;
    const size_t in = (size_t)s->in_stored, out = (size_t)s->out_stored, images = (size_t)first.images;
    const size_t taps = (size_t)(s->kernel_height * s->kernel_width), halves = s->pool ? 2 : 1;
    const size_t x_rows = images * (size_t)(s->in_height * s->in_width);
    const size_t y_rows = images * ((size_t)s->out_height / halves) * ((size_t)s->out_width / halves);
    first.w = bench_zeros(taps * in * out);
    for (size_t tap = 0; tap < taps; tap++) {
        const float *random = bench_rows((size_t)s->in_channels, s->out_channels, s->out_stored, -0.1f, 0.1f);
        memcpy(first.w + tap * in * out, random, sizeof(float) * (size_t)s->in_channels * out);
    }
    first.bias = bench_rows(1, s->out_channels, s->out_stored, -0.1f, 0.1f);
    first.forward = bench_bytes(choice.forward_prepared);
    first.backward = bench_bytes(choice.backward_input_prepared);
    k->conv_forward_prepare(first.forward, first.w, s);
    k->conv_backward_input_prepare(first.backward, first.w, s);
    conv *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        conv *p = &all[t];
        *p = first;
        p->x = bench_rows(x_rows, s->in_channels, s->in_stored, s->in_channels <= 4 ? 0 : -1, 1);
        for (size_t i = 0; i < x_rows * in; i++) p->x[i] = p->x[i] < 0 ? 0 : p->x[i];
        p->y = bench_zeros(y_rows * out);
        p->workspace = bench_bytes(choice.workspace);
        p->index = s->pool ? bench_bytes(y_rows * out) : NULL;
        if (!backward) continue;
        if (s->pool) k->conv_forward(p->y, p->index, p->x, p->forward, p->bias, p->images, s, p->workspace);
        p->dy = bench_rows(y_rows, s->out_channels, s->out_stored, -1, 1);
        p->dx = bench_zeros(x_rows * in);
        p->dbias = bench_zeros(out);
        p->dw = bench_zeros(taps * in * out);
        p->sums = bench_bytes(choice.sums);
        memset(p->sums, 0, choice.sums);
    }
    return all;
}

static double operations_of(const conv *p) {
    return 2.0 * p->images * p->s.out_height * p->s.out_width * p->s.out_channels * p->s.kernel_height * p->s.kernel_width *
           p->s.in_channels;
}

static const char *text_of(const layer *l, const char *form) {
    return bench_text("%d-%d %dx%d on %dx%d%s%s", l->in, l->out, l->kernel, l->kernel, l->side, l->side, l->pad ? " padded" : "", form);
}

typedef void run_call(const ck_kernels *k, const void *state);

static void run_forward(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_forward(p->y, p->index, p->x, p->forward, p->s.activation ? p->bias : NULL, p->images, &p->s, p->workspace);
}

static void run_backward_input(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_backward_input(p->dx, p->dy, p->index, p->backward, p->images, &p->s, p->workspace);
}

static void run_backward_weight(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_backward_weight(p->sums, p->dbias, p->x, p->dy, p->index, p->images, &p->s, p->workspace);
}

typedef enum call { FORWARD, BACKWARD_INPUT, BACKWARD_WEIGHT } call;

static void measure_conv(const bench_run *b, call which, int form, const char *suffix) {
    run_call *const runs[] = {run_forward, run_backward_input, run_backward_weight};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const char *shape = text_of(&layers[i], suffix);
        if (which == BACKWARD_INPUT && layers[i].in == 1) continue; /* nothing needs the gradient of the pictures */
        if (!bench_wanted(b, shape)) continue;
        const ck_conv s = shape_of(&layers[i], form);
        ck_conv_choice choice;
        ck_conv_choose(&s, &choice);
        const int algorithms[] = {(int)choice.forward, (int)choice.backward_input, (int)choice.backward_weight};
        const conv *all = prepare_conv(b->k, &s, which != FORWARD);
        bench_measure(b, &(bench_case){.shape = shape, .algorithm = bench_algorithm_name(algorithms[which]),
                                       .operations = operations_of(all), .run = runs[which], .states = all, .state_size = sizeof *all});
        bench_release();
    }
}

void bench_conv_forward(const bench_run *b) {
    measure_conv(b, FORWARD, FUSED_POOL, " relu pool");
    measure_conv(b, FORWARD, FUSED, " relu");
    measure_conv(b, FORWARD, PLAIN, " bare");
}

void bench_conv_backward_input(const bench_run *b) {
    measure_conv(b, BACKWARD_INPUT, FUSED_POOL, " pool");
    measure_conv(b, BACKWARD_INPUT, PLAIN, " bare");
}

void bench_conv_backward_weight(const bench_run *b) {
    measure_conv(b, BACKWARD_WEIGHT, FUSED_POOL, " pool");
    measure_conv(b, BACKWARD_WEIGHT, PLAIN, " bare");
}

/* ------------------------------------- once per update of the weights, not per tile */

static void run_forward_prepare(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_forward_prepare(p->forward, p->w, &p->s);
}

static void run_backward_input_prepare(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_backward_input_prepare(p->backward, p->w, &p->s);
}

static void run_backward_weight_finish(const ck_kernels *k, const void *state) {
    const conv *p = state;
    k->conv_backward_weight_finish(p->dw, p->sums, &p->s);
}

static void measure_once(const bench_run *b, run_call *run, call which) {
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const char *shape = text_of(&layers[i], " bare");
        if (which == BACKWARD_INPUT && layers[i].in == 1) continue;
        if (!bench_wanted(b, shape)) continue;
        const ck_conv s = shape_of(&layers[i], PLAIN);
        ck_conv_choice choice;
        ck_conv_choose(&s, &choice);
        conv *all = prepare_conv(b->k, &s, true);
        for (int t = 1; t < options.threads; t++) { /* here each writes its own */
            all[t].forward = bench_bytes(choice.forward_prepared);
            all[t].backward = bench_bytes(choice.backward_input_prepared);
        }
        const size_t w = sizeof(float) * (size_t)(s.kernel_height * s.kernel_width * s.in_stored * s.out_stored);
        const size_t moved[] = {w + choice.forward_prepared, w + choice.backward_input_prepared, 2 * w + choice.sums};
        const int algorithms[] = {(int)choice.forward, (int)choice.backward_input, (int)choice.backward_weight};
        bench_measure(b, &(bench_case){.shape = shape, .algorithm = bench_algorithm_name(algorithms[which]), .bytes = (double)moved[which],
                                       .run = run, .states = all, .state_size = sizeof *all});
        bench_release();
    }
}

void bench_conv_forward_prepare(const bench_run *b) { measure_once(b, run_forward_prepare, FORWARD); }
void bench_conv_backward_input_prepare(const bench_run *b) { measure_once(b, run_backward_input_prepare, BACKWARD_INPUT); }
void bench_conv_backward_weight_finish(const bench_run *b) { measure_once(b, run_backward_weight_finish, BACKWARD_WEIGHT); }
