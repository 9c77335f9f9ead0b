/* test_pool.c - pooling against its plain twins. */
#include "harness.h"

static const int32_t channels_tried[] = {1, 3, 8, 10, 16, 17, 32, 48, 64, 100};

/* The pools of networks first (2x2, 3x3 by 2 with padding, whole picture), windows of one pixel with rows and columns of
 * padding around the picture, which is how zeros are put there, then anything. */
static ck_pool shape(int i) {
    static const ck_pool known[] = {
        {24, 24, 12, 12, 6, 8, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0}, {5, 7, 2, 3, 16, 16, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0},
        {2, 2, 1, 1, 64, 64, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0},   {9, 9, 3, 3, 20, 32, 3, 3, 3, 3, 0, 0, 1, 1, 0, 0, 0},
        {7, 8, 4, 4, 10, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1},   {5, 5, 3, 3, 8, 8, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0},
        {4, 4, 3, 3, 8, 8, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1},     {1, 1, 1, 1, 1, 8, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0},
        {5, 4, 9, 11, 10, 16, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 5}, {3, 3, 5, 5, 64, 64, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
    enum { KNOWN = sizeof known / sizeof known[0] };
    if (i < KNOWN) return known[i];
    ck_pool s = {.in_height = random_integer(1, 13), .in_width = random_integer(1, 13)};
    s.channels = channels_tried[random_integer(0, 9)], s.stored = ck_stored_channels(s.channels);
    if (random_integer(0, 9) == 0) s.stored = s.channels = random_integer(1, 4); /* a network's input is not padded */
    s.kernel_height = random_integer(1, 4), s.kernel_width = random_integer(1, 4);
    const bool tiles = random_integer(0, 2) == 0;
    s.stride_height = tiles ? s.kernel_height : random_integer(1, 3), s.stride_width = tiles ? s.kernel_width : random_integer(1, 3);
    s.dilation_height = tiles ? 1 : random_integer(1, 2), s.dilation_width = tiles ? 1 : random_integer(1, 2);
    s.pad_top = random_integer(0, s.kernel_height / 2), s.pad_left = random_integer(0, s.kernel_width / 2);
    s.pad_bottom = random_integer(0, s.kernel_height / 2), s.pad_right = random_integer(0, s.kernel_width / 2);
    s.count_padding = random_integer(0, 1);
    const int32_t up = random_integer(0, 1); /* sizes rounded up: a last window may reach beyond the padding */
    const int32_t free_y = s.in_height + s.pad_top + s.pad_bottom - s.dilation_height * (s.kernel_height - 1) - 1;
    const int32_t free_x = s.in_width + s.pad_left + s.pad_right - s.dilation_width * (s.kernel_width - 1) - 1;
    s.out_height = free_y < 0 ? 1 : (free_y + (up ? s.stride_height - 1 : 0)) / s.stride_height + 1;
    s.out_width = free_x < 0 ? 1 : (free_x + (up ? s.stride_width - 1 : 0)) / s.stride_width + 1;
    return s;
}

static void begin(const ck_pool *s, int32_t images) {
    begin_case("%d of %dx%d to %dx%d, %d channels stored as %d, window %dx%d, stride %dx%d, padding %d %d %d %d%s, dilation %dx%d",
               images, s->in_height, s->in_width, s->out_height, s->out_width, s->channels, s->stored, s->kernel_height,
               s->kernel_width, s->stride_height, s->stride_width, s->pad_top, s->pad_left, s->pad_bottom, s->pad_right,
               s->count_padding ? " counted" : "", s->dilation_height, s->dilation_width);
}

#define EACH_SHAPE(s, images)                                                                   \
    for (int i_ = 0; i_ < 400; i_++)                                                            \
        for (ck_pool s = shape(i_), *once_ = &s; once_; once_ = NULL)                           \
            for (int32_t images = random_integer(1, 3); once_ && (begin(&s, images), true); once_ = NULL)

static int64_t ins(const ck_pool *s) { return (int64_t)s->in_height * s->in_width; }
static int64_t outs(const ck_pool *s) { return (int64_t)s->out_height * s->out_width; }

/* Half of them whole numbers from -3 to 3, so that equals are frequent; some with a few values that are no numbers. */
static float *pictures(const ck_pool *s, int64_t pixels, bool special) {
    static const float rare[] = {NAN, INFINITY, -INFINITY, -0.0f};
    float *x = random_rows(pixels, s->channels, s->stored);
    const bool whole = random_integer(0, 1);
    for (int64_t i = 0; i < pixels * s->stored; i++) {
        if (i % s->stored >= s->channels) continue;
        if (whole) x[i] = roundf(x[i] * 3);
        if (special && random_integer(0, 19) == 0) x[i] = rare[random_integer(0, 3)];
    }
    return x;
}

void test_max_pool_forward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t n = images * outs(&s) * s.stored;
        const float *x = pictures(&s, images * ins(&s), random_integer(0, 1));
        float *y = unwritten(n), *want = unwritten(n);
        uint8_t *index = guarded((size_t)n, 1), *want_index = guarded((size_t)n, 1);
        fast->max_pool_forward(y, index, x, images, &s);
        reference->max_pool_forward(want, want_index, x, images, &s);
        expect_close("y", y, want, n, exact);
        expect_same_bytes("index", index, want_index, n);
        expect_zero_padding("y", y, images * outs(&s), s.channels, s.stored);
    }
}

void test_max_pool_backward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t n = images * outs(&s) * s.stored, m = images * ins(&s) * s.stored;
        const float *x = pictures(&s, images * ins(&s), false), *dy = pictures(&s, images * outs(&s), random_integer(0, 1));
        float *y = unwritten(n), *dx = unwritten(m), *want = unwritten(m);
        uint8_t *index = guarded((size_t)n, 1);
        reference->max_pool_forward(y, index, x, images, &s);
        fast->max_pool_backward(dx, dy, index, images, &s);
        reference->max_pool_backward(want, dy, index, images, &s);
        expect_close("dx", dx, want, m, sum_tolerance(16, 1));
        expect_zero_padding("dx", dx, images * ins(&s), s.channels, s.stored);
    }
}

void test_average_pool_forward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t n = images * outs(&s) * s.stored;
        const float *x = pictures(&s, images * ins(&s), random_integer(0, 1));
        float *y = unwritten(n), *want = unwritten(n);
        fast->average_pool_forward(y, x, images, &s);
        reference->average_pool_forward(want, x, images, &s);
        expect_close("y", y, want, n, sum_tolerance(16, 3));
        expect_zero_padding("y", y, images * outs(&s), s.channels, s.stored);
    }
}

void test_average_pool_backward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t m = images * ins(&s) * s.stored;
        const float *dy = pictures(&s, images * outs(&s), random_integer(0, 1));
        float *dx = unwritten(m), *want = unwritten(m);
        fast->average_pool_backward(dx, dy, images, &s);
        reference->average_pool_backward(want, dy, images, &s);
        expect_close("dx", dx, want, m, sum_tolerance(16, 3));
        expect_zero_padding("dx", dx, images * ins(&s), s.channels, s.stored);
    }
}

void test_global_average_pool_forward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t n = (int64_t)images * s.stored;
        const float *x = pictures(&s, images * ins(&s), random_integer(0, 1));
        float *y = unwritten(n), *want = unwritten(n);
        fast->global_average_pool_forward(y, x, images, &s);
        reference->global_average_pool_forward(want, x, images, &s);
        expect_close("y", y, want, n, sum_tolerance(16, 3));
        expect_zero_padding("y", y, images, s.channels, s.stored);
    }
}

void test_global_average_pool_backward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t m = images * ins(&s) * s.stored;
        const float *dy = pictures(&s, images, random_integer(0, 1));
        float *dx = unwritten(m), *want = unwritten(m);
        fast->global_average_pool_backward(dx, dy, images, &s);
        reference->global_average_pool_backward(want, dy, images, &s);
        expect_close("dx", dx, want, m, (tolerance){0, 0x1p-22});
        expect_zero_padding("dx", dx, images * ins(&s), s.channels, s.stored);
    }
}

/* The same place on every instruction set; and an image's draws do not depend on where the call began. */
void test_stochastic_pool_forward(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t each = outs(&s) * s.stored, n = images * each;
        const float *x = pictures(&s, images * ins(&s), random_integer(0, 3) == 0);
        ck_random random = {test_seed, 7, ck_random_stream(CK_RANDOM_TEST, 1, 0), 5};
        float *y = unwritten(n), *want = unwritten(n);
        uint8_t *index = guarded((size_t)n, 1), *want_index = guarded((size_t)n, 1);
        fast->stochastic_pool_forward(y, index, x, images, &s, &random);
        reference->stochastic_pool_forward(want, want_index, x, images, &s, &random);
        expect_close("y", y, want, n, exact);
        expect_same_bytes("index", index, want_index, n);
        expect_zero_padding("y", y, images * outs(&s), s.channels, s.stored);
        random.item += (uint32_t)images - 1;
        fast->stochastic_pool_forward(want, want_index, x + (images - 1) * ins(&s) * s.stored, 1, &s, &random);
        expect_same_bytes("index of the last image alone", index + n - each, want_index, each);
    }
}

void test_stochastic_pool_predict(const ck_kernels *fast) {
    EACH_SHAPE(s, images) {
        const int64_t n = images * outs(&s) * s.stored;
        const float *x = pictures(&s, images * ins(&s), random_integer(0, 3) == 0);
        float *y = unwritten(n), *want = unwritten(n);
        fast->stochastic_pool_predict(y, x, images, &s);
        reference->stochastic_pool_predict(want, x, images, &s);
        expect_close("y", y, want, n, (tolerance){0, 40 * 0x1p-24});
        expect_zero_padding("y", y, images * outs(&s), s.channels, s.stored);
    }
}

/* How often each place is drawn is its share of the sum: within 5 standard deviations of 40000 draws. */
void test_stochastic_pool_share(void) {
    const ck_pool s = {2, 2, 1, 1, 1, 8, 2, 2, 2, 2, 0, 0, 1, 1, 0, 0, 0};
    enum { IMAGES = 40000 };
    static const float values[4] = {1, 2, -3, 5};
    begin_case("%d draws", IMAGES);
    float *x = zeros(IMAGES * 32), *y = unwritten(IMAGES * 8);
    uint8_t *index = guarded(IMAGES * 8, 1);
    for (int i = 0; i < IMAGES * 4; i++) x[i * 8] = values[i % 4];
    const ck_random random = {test_seed, 0, ck_random_stream(CK_RANDOM_TEST, 2, 0), 0};
    reference->stochastic_pool_forward(y, index, x, IMAGES, &s, &random);
    int drawn[4] = {0};
    for (int i = 0; i < IMAGES; i++) {
        drawn[index[i * 8]]++;
        expect(y[i * 8] == values[index[i * 8]], "image %d: y %g is not the value at place %d", i, (double)y[i * 8], index[i * 8]);
    }
    for (int k = 0; k < 4; k++) {
        const double p = fmax(0, (double)values[k]) / 8, sigma = sqrt(p * (1 - p) * IMAGES);
        expect(fabs(drawn[k] - p * IMAGES) <= 5 * sigma, "place %d was drawn %d times, expected %.0f", k, drawn[k], p * IMAGES);
    }
}

/* ------------------------------------------------------------------ gradients */

typedef struct pool64 {
    int kind; /* 0 max, 1 average, 2 global */
    ck_pool s;
    double *x, *y, *weights;
    uint8_t *index;
    int64_t n;
} pool64;

static double pool_loss(void *context) {
    const pool64 *c = context;
    if (c->kind == 0) ref64.max_pool_forward(c->y, c->index, c->x, 2, &c->s);
    else if (c->kind == 1) ref64.average_pool_forward(c->y, c->x, 2, &c->s);
    else ref64.global_average_pool_forward(c->y, c->x, 2, &c->s);
    return dot64(c->y, c->weights, c->n);
}

void test_pool_gradients(void) {
    for (int i = 0; i < 90; i++) {
        const ck_pool s = shape(i / 3);
        const int kind = i % 3;
        begin(&s, 2);
        const int64_t pixels = 2 * (kind == 2 ? 1 : outs(&s)), n = pixels * s.stored, m = 2 * ins(&s) * s.stored;
        pool64 c = {kind, s, random_rows64(2 * ins(&s), s.channels, s.stored), zeros64(n), random_rows64(pixels, s.channels, s.stored),
                    guarded((size_t)n, 1), n};
        double *dx = zeros64(m);
        pool_loss(&c);
        if (kind == 0) ref64.max_pool_backward(dx, c.weights, c.index, 2, &s);
        else if (kind == 1) ref64.average_pool_backward(dx, c.weights, 2, &s);
        else ref64.global_average_pool_backward(dx, c.weights, 2, &s);
        expect_gradient(kind == 0 ? "max" : kind == 1 ? "average" : "global", pool_loss, &c, c.x, dx, m);
    }
}
