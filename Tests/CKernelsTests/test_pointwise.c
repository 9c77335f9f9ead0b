/* test_pointwise.c - elementwise kernels against their plain twins. */
#include "harness.h"

static const int32_t channels_tried[] = {1, 3, 8, 10, 16, 17, 32, 33, 48, 64, 100, 260};
enum { CHANNELS_TRIED = sizeof channels_tried / sizeof channels_tried[0] };

/* Rows 1 to 67, channels from the list; a few also unpadded, as a network's input is. */
#define EACH_SHAPE(s)                                                                                                    \
    for (const int32_t *rows_ = awkward; *rows_ <= 67; rows_++)                                                          \
        for (int i_ = 0; i_ < CHANNELS_TRIED + 3; i_++)                                                                  \
            for (ck_rows s = {*rows_, i_ < CHANNELS_TRIED ? channels_tried[i_] : i_ - CHANNELS_TRIED + 1,                \
                              i_ < CHANNELS_TRIED ? ck_stored_channels(channels_tried[i_]) : i_ - CHANNELS_TRIED + 1},   \
                         *once_ = &s;                                                                                    \
                 once_ && (begin_case("%d rows of %d channels, stored as %d", (int)s.rows, s.channels, s.stored), true); \
                 once_ = NULL)

static int64_t values_of(const ck_rows *s) { return s->rows * s->stored; }

/* Real channels between -size and size, and now and then what numbers rarely are. */
static float *inputs(const ck_rows *s, float size, bool special) {
    static const float rare[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 3e38f, -3e38f, 1e-42f, -1e-42f, 88.8f, -88.8f, 1e-20f, 14.6f, -14.6f};
    float *x = random_rows(s->rows, s->channels, s->stored);
    for (int64_t i = 0; i < values_of(s); i++) {
        if (i % s->stored >= s->channels) continue;
        x[i] *= size;
        if (special && random_integer(0, 3) == 0) x[i] = rare[random_integer(0, sizeof rare / sizeof rare[0] - 1)];
    }
    return x;
}

typedef void one_in(float *y, const float *x, const ck_rows *s);
typedef void two_in(float *dx, const float *dy, const float *y, const ck_rows *s);

static void check_one(one_in *fast, one_in *plain, float size, tolerance t) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *x = inputs(&s, size, s.rows % 2), *y = unwritten(n), *want = unwritten(n);
        fast(y, x, &s);
        plain(want, x, &s);
        expect_close("y", y, want, n, t);
        expect_zero_padding("y", y, s.rows, s.channels, s.stored);
        fast(x, x, &s);
        expect_same_bits("y in the place of x", x, y, n);
    }
}

/* `taken` is what backward takes beside dy: between 0 and 1 for sigmoid's y, say. */
static void check_two(two_in *fast, two_in *plain, float size, tolerance t, bool special) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *dy = inputs(&s, 2, false), *taken = inputs(&s, size, special && s.rows % 2), *dx = unwritten(n), *want = unwritten(n);
        fast(dx, dy, taken, &s);
        plain(want, dy, taken, &s);
        expect_close("dx", dx, want, n, t);
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
        fast(dy, dy, taken, &s);
        expect_same_bits("dx in the place of dy", dy, dx, n);
    }
}

/* `a` absolute, `r` relative, in units of float's rounding */
static tolerance rounding(double a, double r) { return (tolerance){a * 0x1p-24 + 0x1p-149, r * 0x1p-24}; }

void test_relu_forward(const ck_kernels *fast) { check_one(fast->relu_forward, reference->relu_forward, 3, exact); }
void test_relu_backward(const ck_kernels *fast) { check_two(fast->relu_backward, reference->relu_backward, 1, exact, true); }
void test_sigmoid_forward(const ck_kernels *fast) { check_one(fast->sigmoid_forward, reference->sigmoid_forward, 20, rounding(0, 6)); }
void test_sigmoid_backward(const ck_kernels *fast) {
    check_two(fast->sigmoid_backward, reference->sigmoid_backward, 1, rounding(4, 4), false);
}
void test_tanh_forward(const ck_kernels *fast) { check_one(fast->tanh_forward, reference->tanh_forward, 3, rounding(0, 4)); }
void test_tanh_backward(const ck_kernels *fast) { check_two(fast->tanh_backward, reference->tanh_backward, 1, rounding(0, 6), false); }
void test_gelu_forward(const ck_kernels *fast) { check_one(fast->gelu_forward, reference->gelu_forward, 6, rounding(0, 16)); }
void test_gelu_backward(const ck_kernels *fast) { check_two(fast->gelu_backward, reference->gelu_backward, 6, rounding(10, 6), true); }
void test_silu_forward(const ck_kernels *fast) { check_one(fast->silu_forward, reference->silu_forward, 20, rounding(0, 8)); }
void test_silu_backward(const ck_kernels *fast) { check_two(fast->silu_backward, reference->silu_backward, 8, rounding(12, 8), true); }

static const ck_kernels *leaky;
static void leaky_forward(float *y, const float *x, const ck_rows *s) { leaky->leaky_relu_forward(y, x, 0.1f, s); }
static void leaky_backward(float *dx, const float *dy, const float *x, const ck_rows *s) { leaky->leaky_relu_backward(dx, dy, x, 0.1f, s); }
static void plain_leaky_forward(float *y, const float *x, const ck_rows *s) { reference->leaky_relu_forward(y, x, 0.1f, s); }
static void plain_leaky_backward(float *dx, const float *dy, const float *x, const ck_rows *s) {
    reference->leaky_relu_backward(dx, dy, x, 0.1f, s);
}
void test_leaky_relu_forward(const ck_kernels *fast) {
    leaky = fast;
    check_one(leaky_forward, plain_leaky_forward, 3, exact);
}
void test_leaky_relu_backward(const ck_kernels *fast) {
    leaky = fast;
    check_two(leaky_backward, plain_leaky_backward, 1, exact, true);
}

/* ----------------------------------------------------------------------- bias */

void test_bias_forward(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *x = inputs(&s, 1, s.rows % 2), *y = unwritten(n), *want = unwritten(n);
        const float *bias = random_rows(1, s.channels, s.stored);
        fast->bias_forward(y, x, bias, &s);
        reference->bias_forward(want, x, bias, &s);
        expect_close("y", y, want, n, exact);
        expect_zero_padding("y", y, s.rows, s.channels, s.stored);
        fast->bias_forward(x, x, bias, &s);
        expect_same_bits("y in the place of x", x, y, n);
    }
}

static void check_bias_backward(const ck_kernels *fast, const ck_rows *s) {
    float *dy = inputs(s, 1, false);
    float *got = random_rows(1, s->channels, s->stored), *want = copy_of(got, s->stored);
    if (s->rows % 7 == 3) dy[s->channels - 1] = NAN;
    fast->bias_backward(got, dy, s);
    reference->bias_backward(want, dy, s);
    expect_close("dbias", got, want, s->stored, sum_tolerance(ck_min(s->rows, 256), 1));
    expect_zero_padding("dbias", got, 1, s->channels, s->stored);
}

void test_bias_backward(const ck_kernels *fast) {
    EACH_SHAPE(s) { check_bias_backward(fast, &s); }
    for (int32_t channels = 1; channels < 40; channels += 6) {
        const ck_rows s = {5003, channels, ck_stored_channels(channels)};
        begin_case("%d rows of %d channels", (int)s.rows, s.channels);
        check_bias_backward(fast, &s);
    }
}

/* ---------------------------------------------------------------- flat arrays */

void test_add(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 513; n++) {
        begin_case("%d values", *n);
        float *a = random_floats(*n), *b = random_floats(*n), *y = unwritten(*n), *want = unwritten(*n);
        a[*n / 2] = *n % 2 ? NAN : INFINITY;
        fast->add(y, a, b, *n);
        reference->add(want, a, b, *n);
        expect_close("y", y, want, *n, exact);
        float *in_a = copy_of(a, *n);
        fast->add(in_a, in_a, b, *n);
        expect_same_bits("y in the place of a", in_a, y, *n);
        fast->add(b, a, b, *n);
        expect_same_bits("y in the place of b", b, y, *n);
    }
}

void test_add_scaled(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 513; n++) {
        begin_case("%d values", *n);
        float *x = random_floats(*n), *y = random_floats(*n), *want = copy_of(y, *n);
        x[*n / 2] = *n % 2 ? NAN : INFINITY;
        fast->add_scaled(y, x, -0.7f, *n);
        reference->add_scaled(want, x, -0.7f, *n);
        expect_close("y", y, want, *n, rounding(1, 2));
    }
}

void test_scale(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 513; n++) {
        begin_case("%d values", *n);
        float *x = random_floats(*n), *y = unwritten(*n), *want = unwritten(*n);
        x[*n / 2] = *n % 2 ? NAN : INFINITY;
        fast->scale(y, x, -0.7f, *n);
        reference->scale(want, x, -0.7f, *n);
        expect_close("y", y, want, *n, exact);
        fast->scale(x, x, -0.7f, *n);
        expect_same_bits("y in the place of x", x, y, *n);
    }
}

/* ---------------------------------------------------------------- concatenate */

/* Three parts put together and taken apart again. What no part owns stays as it was. */
static void check_concatenate(const ck_kernels *fast, bool backward) {
    for (int i = 0; i < 200; i++) {
        int32_t part[3] = {random_integer(1, 20), random_integer(1, 40), random_integer(1, 20)};
        const int32_t total = part[0] + part[1] + part[2], total_stored = ck_stored_channels(total), rows = random_integer(1, 40);
        begin_case("%d rows of %d + %d + %d channels", rows, part[0], part[1], part[2]);
        float *whole = random_rows(rows, total, total_stored), *y = unwritten(rows * total_stored), *want = unwritten(rows * total_stored);
        for (int32_t k = 0, offset = 0; k < 3; offset += part[k++]) {
            const int32_t stored = ck_stored_channels(part[k]);
            const ck_concatenate s = {rows, part[k], stored, offset, total, total_stored};
            float *x = unwritten(rows * stored), *want_x = unwritten(rows * stored);
            fast->concatenate_backward(x, whole, &s);
            reference->concatenate_backward(want_x, whole, &s);
            if (backward) {
                expect_same_bits("dx", x, want_x, rows * stored);
                expect_zero_padding("dx", x, rows, part[k], stored);
                continue;
            }
            fast->concatenate_forward(y, want_x, &s);
            reference->concatenate_forward(want, want_x, &s);
            expect_same_bytes("y so far", y, want, rows * total_stored * (int64_t)sizeof *y);
        }
        if (!backward) expect_same_bits("y", y, whole, rows * total_stored);
    }
}

void test_concatenate_forward(const ck_kernels *fast) { check_concatenate(fast, false); }
void test_concatenate_backward(const ck_kernels *fast) { check_concatenate(fast, true); }

/* ------------------------------------------------------------------ gradients */

typedef struct activation64 {
    void (*forward)(double *, const double *, const ck_rows *);
    ck_rows s;
    double *x, *y, *weights;
} activation64;

static double activation_loss(void *context) {
    const activation64 *c = context;
    c->forward(c->y, c->x, &c->s);
    return dot64(c->y, c->weights, values_of(&c->s));
}

static void leaky64(double *y, const double *x, const ck_rows *s) { ref64.leaky_relu_forward(y, x, 0.25f, s); }
static void leaky64_backward(double *dx, const double *dy, const double *x, const ck_rows *s) {
    ref64.leaky_relu_backward(dx, dy, x, 0.25f, s);
}

void test_activation_gradients(void) {
    const struct {
        const char *name;
        bool takes_y;
        void (*forward)(double *, const double *, const ck_rows *);
        void (*backward)(double *, const double *, const double *, const ck_rows *);
    } all[] = {{"relu", true, ref64.relu_forward, ref64.relu_backward},       {"leaky relu", false, leaky64, leaky64_backward},
               {"sigmoid", true, ref64.sigmoid_forward, ref64.sigmoid_backward}, {"tanh", true, ref64.tanh_forward, ref64.tanh_backward},
               {"gelu", false, ref64.gelu_forward, ref64.gelu_backward},      {"silu", false, ref64.silu_forward, ref64.silu_backward}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        begin_case("%s", all[i].name);
        const ck_rows s = {13, 10, 16};
        const int64_t n = values_of(&s);
        activation64 c = {all[i].forward, s, random_rows64(13, 10, 16), zeros64(n), random_rows64(13, 10, 16)};
        for (int64_t k = 0; k < n; k++) c.x[k] *= 3;
        activation_loss(&c);
        double *dx = zeros64(n);
        all[i].backward(dx, c.weights, all[i].takes_y ? c.y : c.x, &s);
        expect_gradient("dx", activation_loss, &c, c.x, dx, n);
    }
}
