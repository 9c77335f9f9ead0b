/* kernels_rest.c - the input side, integer inference, and Muon. */
#include <string.h>

#include "bench.h"

typedef void run_call(const ck_kernels *k, const void *state);

/* ----------------------------------------------------------------------------- input */

enum { IMAGES = 64, SIDE = 28, PIXELS = SIDE * SIDE, STORE = 60000 };

typedef struct input {
    float *y, *floats;
    uint8_t *bytes;
    int64_t *indices;
    ck_gather gather;
    ck_warp warp;
    ck_random random;
} input;

/* Pictures picked at random from a store of the size of MNIST, into a tile. The stores are shared. */
static void measure_input(const bench_run *b, run_call *run, size_t value_bytes, bool warp) {
    const char *shape = bench_text("%d of %d 28x28x1", IMAGES, STORE);
    if (!bench_wanted(b, shape)) return;
    const size_t values = (size_t)STORE * PIXELS;
    input first = {.gather = {PIXELS, 1, {1 / 255.0f, 0, 0, 0}, {-0.5f, 0, 0, 0}}, .random = {1, 1, 1, 0}};
    if (value_bytes == 1) {
        first.bytes = bench_bytes(values);
        for (size_t i = 0; i < values; i++) first.bytes[i] = (uint8_t)(i * 2654435761u >> 13);
    } else {
        first.floats = bench_uniform(values, 0, 1);
    }
    first.warp = (ck_warp){.in_height = SIDE, .in_width = SIDE, .out_height = SIDE, .out_width = SIDE, .channels = 1, .rotate = 0.2f,
                           .shift_x = 2, .shift_y = 2, .zoom = 0.1f, .shear = 0.1f, .elastic = 1, .elastic_spacing = 7,
                           .brightness = 0.1f, .contrast = 0.1f, .noise = 0.02f, .erase_probability = 0.1f, .erase_size = 0.3f,
                           .scale = {1 / 255.0f, 0, 0, 0}};
    input *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        all[t] = first;
        all[t].y = bench_zeros((size_t)IMAGES * PIXELS);
        all[t].indices = bench_bytes(sizeof(int64_t) * IMAGES);
        for (int i = 0; i < IMAGES; i++) all[t].indices[i] = ((int64_t)i * 40503 + t * 7919) % STORE;
    }
    bench_measure(b, &(bench_case){.shape = shape, .bytes = warp ? 0 : (double)IMAGES * PIXELS * (double)(value_bytes + 4), .run = run,
                                   .states = all, .state_size = sizeof *all});
    bench_release();
}

static void run_gather_bytes(const ck_kernels *k, const void *state) {
    const input *p = state;
    k->gather_bytes(p->y, p->bytes, p->indices, IMAGES, &p->gather);
}

static void run_gather_floats(const ck_kernels *k, const void *state) {
    const input *p = state;
    k->gather_floats(p->y, p->floats, p->indices, IMAGES, &p->gather);
}

static void run_warp_bytes(const ck_kernels *k, const void *state) {
    const input *p = state;
    k->warp_bytes(p->y, p->bytes, p->indices, IMAGES, &p->warp, NULL, &p->random, NULL);
}

void bench_gather_bytes(const bench_run *b) { measure_input(b, run_gather_bytes, 1, false); }
void bench_gather_floats(const bench_run *b) { measure_input(b, run_gather_floats, 4, false); }
void bench_warp_bytes(const bench_run *b) { measure_input(b, run_warp_bytes, 1, true); }

/* ------------------------------------------------------------------------------- ink */

typedef struct ink {
    float *x, *y;
    void *workspace;
} ink;

static void measure_ink(const bench_run *b, run_call *run) {
    const char *shape = bench_text("28x28");
    if (!bench_wanted(b, shape)) return;
    ink *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++)
        all[t] = (ink){bench_uniform(PIXELS, 0, 255), bench_zeros(PIXELS), bench_bytes(ck_ink_workspace(SIDE, SIDE))};
    bench_measure(b, &(bench_case){.shape = shape, .run = run, .states = all, .state_size = sizeof *all});
    bench_release();
}

static void run_thicken(const ck_kernels *k, const void *state) {
    const ink *p = state;
    k->thicken(p->y, p->x, 1.5f, SIDE, SIDE, p->workspace);
}
static void run_blur(const ck_kernels *k, const void *state) {
    const ink *p = state;
    k->blur(p->y, p->x, 1, SIDE, SIDE, p->workspace);
}
static void run_blend(const ck_kernels *k, const void *state) {
    const ink *p = state;
    k->blend(p->y, p->x, p->y, 0.7f, PIXELS);
}

void bench_thicken(const bench_run *b) { measure_ink(b, run_thicken); }
void bench_blur(const bench_run *b) { measure_ink(b, run_blur); }
void bench_blend(const bench_run *b) { measure_ink(b, run_blend); }

/* --------------------------------------------------------------------------- integer */

/* A dense layer is a convolution of a 1x1 picture here. */
typedef struct integer {
    ck_dense dense;
    ck_conv conv;
    int32_t images, inputs, outputs;
    int64_t count;
    float *y, *w, *values, *bias, *scales;
    int8_t *q;
    int16_t *s16;
    uint8_t *u8;
} integer;

static const struct {
    int in, out, side, kernel, pad, images;
} integer_layers[] = {
    {256, 120, 1, 1, 0, 64}, {1600, 128, 1, 1, 0, 64}, {6, 16, 12, 5, 0, 8}, {32, 64, 13, 3, 0, 8}, {64, 128, 16, 3, 1, 8},
    {2048, 1024, 1, 1, 0, 1}, {512, 512, 4, 3, 1, 1}, /* one picture at a time: where they are faster than floats */
};
enum { INTEGER_LAYERS = sizeof integer_layers / sizeof *integer_layers };

static integer *prepare_integer(const ck_kernels *k, int layer, int32_t images) {
    const int in = integer_layers[layer].in, out = integer_layers[layer].out, side = integer_layers[layer].side;
    const int kernel = integer_layers[layer].kernel, pad = integer_layers[layer].pad, out_side = side + 2 * pad - kernel + 1;
    integer first = {.images = images, .outputs = ck_stored_channels(out)};
    first.dense = (ck_dense){in, ck_stored_channels(in), out, ck_stored_channels(out), CK_RELU, 0, 0, 0};
    first.conv = (ck_conv){.in_height = side, .in_width = side, .in_channels = in, .in_stored = ck_stored_channels(in),
                           .out_height = out_side, .out_width = out_side, .out_channels = out, .out_stored = ck_stored_channels(out),
                           .kernel_height = kernel, .kernel_width = kernel, .stride_height = 1, .stride_width = 1, .pad_top = pad,
                           .pad_left = pad, .dilation_height = 1, .dilation_width = 1, .groups = 1, .activation = CK_RELU};
    first.inputs = kernel * kernel * first.conv.in_stored;
    const size_t weights = (size_t)first.inputs * (size_t)first.outputs;
    first.w = bench_rows((size_t)first.inputs, out, first.outputs, -0.1f, 0.1f);
    first.bias = bench_rows(1, out, first.outputs, -0.1f, 0.1f);
    first.scales = bench_zeros((size_t)first.outputs);
    first.q = bench_bytes(weights);
    k->quantise_weights(first.q, first.scales, first.w, first.inputs, first.outputs);
    first.count = (int64_t)images * side * side * first.conv.in_stored;
    integer *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        integer *p = &all[t];
        *p = first;
        p->values = bench_rows((size_t)images * (size_t)(side * side), in, p->conv.in_stored, 0, 1);
        p->s16 = bench_bytes(sizeof *p->s16 * (size_t)p->count);
        p->u8 = bench_bytes((size_t)p->count);
        k->quantise_s16(p->s16, p->values, 1 / 1000.0f, ck_integer_limit(p->inputs), p->count);
        k->quantise_u8(p->u8, p->values, 1 / 255.0f, p->count);
        p->y = bench_zeros((size_t)images * (size_t)(out_side * out_side) * (size_t)p->outputs);
    }
    return all;
}

static void measure_integer(const bench_run *b, run_call *run, bool dense) {
    for (int i = 0; i < INTEGER_LAYERS; i++) {
        if (dense != (integer_layers[i].side == 1)) continue;
        const int images = integer_layers[i].images, out = integer_layers[i].side + 2 * integer_layers[i].pad - integer_layers[i].kernel + 1;
        const char *shape = dense ? bench_text("%d-%d batch %d", integer_layers[i].in, integer_layers[i].out, images)
                                  : bench_text("%d-%d %dx%d on %dx%d%s", integer_layers[i].in, integer_layers[i].out, integer_layers[i].kernel,
                                               integer_layers[i].kernel, integer_layers[i].side, integer_layers[i].side, images == 1 ? ", one image" : "");
        if (bench_wanted(b, shape)) {
            const double products = (double)images * out * out * integer_layers[i].in * integer_layers[i].out *
                                    integer_layers[i].kernel * integer_layers[i].kernel;
            bench_measure(b, &(bench_case){.shape = shape, .operations = 2 * products, .run = run,
                                           .states = prepare_integer(b->k, i, images), .state_size = sizeof(integer)});
        }
        bench_release();
    }
}

/* Values of all activations of a layer, or its weights. */
static void measure_quantise(const bench_run *b, run_call *run, bool weights, int bytes_out) {
    enum { LAYER = 3 };
    const char *shape = weights ? "32-64 3x3 weights" : "64 images of 13x13x32";
    if (!bench_wanted(b, shape)) return;
    integer *all = prepare_integer(b->k, LAYER, 64);
    for (int t = 1; t < options.threads; t++) { /* here each writes its own */
        all[t].q = bench_bytes((size_t)all->inputs * (size_t)all->outputs);
        all[t].scales = bench_zeros((size_t)all->outputs);
    }
    const double values = weights ? (double)all->inputs * all->outputs : (double)all->count;
    bench_measure(b, &(bench_case){.shape = shape, .bytes = values * (4 + bytes_out), .run = run, .states = all, .state_size = sizeof *all});
    bench_release();
}

#define INTEGER(name, measure, ...)                                   \
    static void run_##name(const ck_kernels *k, const void *state) { \
        const integer *p = state;                                    \
        k->name(__VA_ARGS__);                                        \
    }                                                                \
    void bench_##name(const bench_run *b) { measure; }

INTEGER(quantise_weights, measure_quantise(b, run_quantise_weights, true, 1), p->q, p->scales, p->w, p->inputs, p->outputs)
INTEGER(quantise_s16, measure_quantise(b, run_quantise_s16, false, 2), p->s16, p->values, 1e-3f, 1000, p->count)
INTEGER(quantise_u8, measure_quantise(b, run_quantise_u8, false, 1), p->u8, p->values, 1 / 255.0f, p->count)
INTEGER(dense_forward_s16, measure_integer(b, run_dense_forward_s16, true), p->y, p->s16, 1e-3f, p->q, p->scales, p->bias, p->images, &p->dense)
INTEGER(dense_forward_u8, measure_integer(b, run_dense_forward_u8, true), p->y, p->u8, 1e-3f, p->q, p->scales, p->bias, p->images, &p->dense)
INTEGER(conv_forward_s16, measure_integer(b, run_conv_forward_s16, false), p->y, p->s16, 1e-3f, p->q, p->scales, p->bias, p->images, &p->conv)
INTEGER(conv_forward_u8, measure_integer(b, run_conv_forward_u8, false), p->y, p->u8, 1e-3f, p->q, p->scales, p->bias, p->images, &p->conv)

/* ------------------------------------------------------------------------------ Muon */

typedef struct muon {
    float *w, *v, *g;
    int32_t rows, columns;
    ck_update update;
    void *workspace;
} muon;

static void run_muon_update(const ck_kernels *k, const void *state) {
    const muon *p = state;
    k->muon_update(p->w, p->v, p->g, p->rows, p->columns, &p->update, p->workspace);
}

void bench_muon_update(const bench_run *b) {
    static const int32_t sides[][2] = {{64, 288}, {120, 256}, {128, 1600}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        const int32_t rows = sides[i][0], columns = sides[i][1];
        const char *shape = bench_text("%dx%d", (int)rows, (int)columns);
        if (!bench_wanted(b, shape)) continue;
        const size_t count = (size_t)rows * (size_t)columns;
        muon *all = bench_bytes(sizeof *all * (size_t)options.threads);
        for (int t = 0; t < options.threads; t++)
            all[t] = (muon){bench_uniform(count, -1, 1), bench_uniform(count, -1, 1), bench_uniform(count, -1, 1), rows, columns,
                            {.rate = 1e-6f, .momentum = 0.95f, .gradient_scale = 1, .nesterov = 1},
                            bench_bytes(ck_muon_workspace(rows, columns))};
        /* Five steps of X X^T, its square, and that times X, X having the fewer rows. */
        const double m = rows, n = columns;
        bench_measure(b, &(bench_case){.shape = shape, .operations = 5 * (4 * m * m * n + 2 * m * m * m), .run = run_muon_update,
                                       .states = all, .state_size = sizeof *all});
        bench_release();
    }
}
