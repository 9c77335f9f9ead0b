/* test_norm.c - batch and layer normalisation against their plain twins, and what lies between the kernels. */
#include "harness.h"

static const int32_t channels_tried[] = {1, 3, 8, 10, 16, 17, 32, 48, 64, 100, 260, 512};
static const int64_t rows_tried[] = {1, 2, 3, 5, 7, 8, 15, 17, 31, 64, 65, 67, 257, 1000};
enum { CHANNELS = sizeof channels_tried / sizeof channels_tried[0], ROWS = sizeof rows_tried / sizeof rows_tried[0] };

#define EACH_SHAPE(s)                                                                                                             \
    for (int i_ = 0; i_ < ROWS * (CHANNELS + 3); i_++)                                                                            \
        for (ck_rows s = nth_shape(i_), *once_ = &s;                                                                              \
             once_ && (begin_case("%d rows of %d channels, stored as %d", (int)s.rows, s.channels, s.stored), true); once_ = NULL)

/* The last three: unpadded, as a network's input is. */
static ck_rows nth_shape(int i) {
    const int k = i / ROWS;
    if (k >= CHANNELS) return (ck_rows){rows_tried[i % ROWS], k - CHANNELS + 1, k - CHANNELS + 1};
    return (ck_rows){rows_tried[i % ROWS], channels_tried[k], ck_stored_channels(channels_tried[k])};
}

static int64_t values_of(const ck_rows *s) { return s->rows * s->stored; }

/* x = centre + spread * random in the real channels, each channel with its own centre */
static float *spread_rows(const ck_rows *s, float centre, float spread) {
    float *x = random_rows(s->rows, s->channels, s->stored);
    for (int64_t i = 0; i < values_of(s); i++)
        if (i % s->stored < s->channels) x[i] = centre * (float)(1 + i % s->stored % 5) + spread * x[i];
    return x;
}

static double *doubles(int32_t count) { return guarded((size_t)count * sizeof(double), sizeof(double)); }

void test_batch_norm_moments(const ck_kernels *fast) {
    static const float centres[] = {0, 1, 1000, -30};
    EACH_SHAPE(s) {
        const float centre = centres[random_integer(0, 3)], drift = random_integer(0, 2) == 0 ? 1.0f : 0.0f;
        float *x = spread_rows(&s, centre, 1);
        for (int64_t i = 0; i < values_of(&s); i++) /* the first half of the rows far from the second */
            if (i % s.stored < s.channels && i / s.stored < s.rows / 2) x[i] -= drift * 100;
        double *mean = doubles(s.channels), *deviation = doubles(s.channels), *want = doubles(s.channels), *want_deviation = doubles(s.channels);
        fast->batch_norm_moments(mean, deviation, x, &s);
        reference->batch_norm_moments(want, want_deviation, x, &s);
        /* In a block of rows that drifts, what is summed is up to 50 and each sum rounded to 2^-24 of it. */
        expect_close64("mean", mean, want, s.channels, (tolerance){drift > 0 ? 3e-5 : 2e-6, 1e-8});
        expect_close64("deviation", deviation, want_deviation, s.channels, (tolerance){1e-6, 1e-5});
        x[random_integer(0, (int32_t)s.rows - 1) * s.stored + s.channels / 2] = random_integer(0, 1) ? NAN : INFINITY;
        fast->batch_norm_moments(mean, deviation, x, &s);
        expect(!isfinite(deviation[s.channels / 2]), "a value that is no number did not reach the deviation");
        for (int32_t c = 0; c < s.channels; c++)
            expect(isfinite(deviation[c]) || c == s.channels / 2, "channel %d was spoilt by another's infinity", c);
    }
}

void test_batch_norm_apply(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *x = random_rows(s.rows, s.channels, s.stored), *y = unwritten(n), *want = unwritten(n);
        const float *scale = random_rows(1, s.channels, s.stored), *shift = random_rows(1, s.channels, s.stored);
        if (s.rows % 2) x[s.channels - 1] = random_integer(0, 1) ? NAN : -INFINITY;
        const int32_t activation = random_integer(0, 1) ? CK_RELU : CK_IDENTITY;
        fast->batch_norm_apply(y, x, scale, shift, activation, &s);
        reference->batch_norm_apply(want, x, scale, shift, activation, &s);
        expect_close("y", y, want, n, (tolerance){3 * 0x1p-24, 0});
        expect_zero_padding("y", y, s.rows, s.channels, s.stored);
        fast->batch_norm_apply(x, x, scale, shift, activation, &s);
        expect_same_bits("y in the place of x", x, y, n);
    }
}

void test_batch_norm_backward_sums(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const float *x = spread_rows(&s, 2, 1), *mean = random_rows(1, s.channels, s.stored);
        float *dy = random_rows(s.rows, s.channels, s.stored);
        if (s.rows % 3 == 2) dy[s.channels - 1] = NAN;
        double *got[2], *want[2];
        for (int i = 0; i < 2; i++) {
            got[i] = doubles(s.channels), want[i] = doubles(s.channels);
            for (int32_t c = 0; c < s.channels; c++) got[i][c] = want[i][c] = 0.5 * c; /* it adds */
        }
        fast->batch_norm_backward_sums(got[0], got[1], dy, x, mean, &s);
        reference->batch_norm_backward_sums(want[0], want[1], dy, x, mean, &s);
        /* Floats within 64 rows, doubles above: the errors of the blocks add up as random numbers do. */
        const int64_t terms = (int64_t)((double)ck_min(s.rows, 64) * sqrt(ceil((double)s.rows / 64)));
        expect_close64("sum of dy", got[0], want[0], s.channels, sum_tolerance(terms, 1));
        expect_close64("sum of dy (x - mean)", got[1], want[1], s.channels, sum_tolerance(terms, 12));
    }
}

void test_batch_norm_backward_apply(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *dy = random_rows(s.rows, s.channels, s.stored), *dx = unwritten(n), *want = unwritten(n);
        const float *x = random_rows(s.rows, s.channels, s.stored), *a = random_rows(1, s.channels, s.stored);
        const float *b = random_rows(1, s.channels, s.stored), *c = random_rows(1, s.channels, s.stored);
        if (s.rows % 2) dy[s.channels - 1] = NAN;
        fast->batch_norm_backward_apply(dx, dy, x, a, b, c, &s);
        reference->batch_norm_backward_apply(want, dy, x, a, b, c, &s);
        expect_close("dx", dx, want, n, (tolerance){6 * 0x1p-24, 0});
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
        fast->batch_norm_backward_apply(dy, dy, x, a, b, c, &s);
        expect_same_bits("dx in the place of dy", dy, dx, n);
    }
}

/* ----------------------------------------------------------------- layer norm */

void test_layer_norm_forward(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        if (s.channels == 1) continue; /* 0 / sqrt(epsilon) */
        const int64_t n = values_of(&s);
        const float centre = random_integer(0, 1) ? 0.0f : 20.0f;
        float *x = spread_rows(&s, 0, 1), *y = unwritten(n), *want = unwritten(n), *m = unwritten(s.rows), *inv = unwritten(s.rows);
        for (int64_t i = 0; i < n; i++)
            if (i % s.stored < s.channels) x[i] += centre;
        float *want_m = unwritten(s.rows), *want_inv = unwritten(s.rows);
        const float *gamma = random_rows(1, s.channels, s.stored), *beta = random_rows(1, s.channels, s.stored);
        if (s.rows % 5 == 2) x[s.channels - 1] = s.rows % 2 ? NAN : INFINITY;
        fast->layer_norm_forward(y, m, inv, x, gamma, beta, 1e-3f, &s);
        reference->layer_norm_forward(want, want_m, want_inv, x, gamma, beta, 1e-3f, &s);
        /* the mean is off by its rounding, which 1 / deviation, at most 32, multiplies */
        const double rounding = (4 + (double)centre) * 0x1p-22;
        expect_non_finite("y", y, want, s.rows, s.stored, (tolerance){32 * rounding, 32 * rounding}, false);
        expect_non_finite("mean", m, want_m, s.rows, 1, (tolerance){rounding, 0x1p-22}, true);
        expect_non_finite("inverse", inv, want_inv, s.rows, 1, (tolerance){0, 64 * rounding}, true);
        expect_zero_padding("y", y, s.rows, s.channels, s.stored);
    }
}

void test_layer_norm_backward(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        const float *x = random_rows(s.rows, s.channels, s.stored), *gamma = random_rows(1, s.channels, s.stored);
        float *dy = random_rows(s.rows, s.channels, s.stored), *dx = unwritten(n), *want = unwritten(n), *m = unwritten(s.rows), *inv = unwritten(s.rows);
        float *sums[2][2];
        for (int i = 0; i < 2; i++) sums[i][0] = random_rows(1, s.channels, s.stored), sums[i][1] = copy_of(sums[i][0], s.stored);
        reference->layer_norm_forward(want, m, inv, x, gamma, gamma, 0.1f, &s);
        if (s.rows % 5 == 2) dy[s.channels - 1] = NAN;
        fast->layer_norm_backward(dx, sums[0][0], sums[1][0], dy, x, m, inv, gamma, &s);
        reference->layer_norm_backward(want, sums[0][1], sums[1][1], dy, x, m, inv, gamma, &s);
        expect_non_finite("dx", dx, want, s.rows, s.stored, sum_tolerance(s.channels / 16 + 16, 4), false);
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
        expect_close("dgamma", sums[0][0], sums[0][1], s.stored, sum_tolerance(s.rows, 4));
        expect_close("dbeta", sums[1][0], sums[1][1], s.stored, sum_tolerance(s.rows, 1));
        expect_zero_padding("dgamma", sums[0][0], 1, s.channels, s.stored);
    }
}

/* ------------------------------------------------------- between the kernels */

/* Moments of parts, joined, are the moments of the whole; statistics and the affine form follow PyTorch's definition. */
void test_batch_norm_parts(void) {
    for (int i = 0; i < 40; i++) {
        const ck_rows all = {random_integer(2, 300), random_integer(1, 20), 32};
        begin_case("%d rows of %d channels in parts", (int)all.rows, all.channels);
        const float *x = spread_rows(&all, 3, 1);
        const int32_t channels = all.channels;
        double *mean = doubles(channels), *deviation = doubles(channels), *want = doubles(channels), *want_deviation = doubles(channels);
        double *more = doubles(channels), *more_deviation = doubles(channels);
        reference->batch_norm_moments(want, want_deviation, x, &all);
        for (int64_t done = 0; done < all.rows;) {
            const ck_rows part = {ck_min(all.rows - done, random_integer(1, 90)), channels, 32};
            reference->batch_norm_moments(more, more_deviation, x + done * 32, &part);
            ck_moments_combine(mean, deviation, done, more, more_deviation, part.rows, channels); /* at first: whatever is there */
            done += part.rows;
        }
        expect_close64("mean", mean, want, channels, (tolerance){0, 1e-13});
        expect_close64("deviation", deviation, want_deviation, channels, (tolerance){0, 1e-11});

        float *m = unwritten(32), *v = unwritten(32), *running_m = random_rows(1, channels, 32), *running_v = random_rows(1, channels, 32);
        float *scale = unwritten(32), *shift = unwritten(32);
        const float *old_m = copy_of(running_m, 32), *old_v = copy_of(running_v, 32), *gamma = random_rows(1, channels, 32);
        const float *beta = random_rows(1, channels, 32);
        ck_batch_norm_statistics(m, v, running_m, running_v, mean, deviation, all.rows, 0.1f, channels, 32);
        ck_batch_norm_affine(scale, shift, m, v, gamma, beta, 1e-5f, channels, 32);
        const double n = (double)all.rows;
        for (int32_t c = 0; c < channels; c++) {
            const double variance = want_deviation[c] / n, a = (double)gamma[c] / sqrt(variance + 1e-5);
            expect(fabs((double)v[c] - variance) <= 1e-6 * variance, "variance %.9g, expected %.9g", (double)v[c], variance);
            expect(fabs((double)running_m[c] - (0.9 * (double)old_m[c] + 0.1 * want[c])) < 1e-6, "running mean of channel %d", c);
            expect(fabs((double)running_v[c] - (0.9 * (double)old_v[c] + 0.1 * want_deviation[c] / (n - 1))) < 1e-6, "running variance of channel %d", c);
            expect(fabs((double)scale[c] - a) <= 1e-6 * fabs(a), "scale of channel %d", c);
            expect(fabs((double)shift[c] - ((double)beta[c] - want[c] * a)) <= 1e-6 * (1 + fabs(want[c] * a)), "shift of channel %d", c);
        }
        expect_zero_padding("mean", m, 1, channels, 32);
        expect_zero_padding("variance", v, 1, channels, 32);
        expect_zero_padding("scale", scale, 1, channels, 32);
        expect_zero_padding("shift", shift, 1, channels, 32);
        expect_zero_padding("running mean", running_m, 1, channels, 32);
    }
}

/* ------------------------------------------------------------------ gradients */

typedef struct norm64 {
    bool layer;
    ck_rows s;
    double *x, *gamma, *beta, *y, *weights, *mean, *inverse;
} norm64;

static double norm_loss(void *context) {
    const norm64 *c = context;
    const int64_t n = values_of(&c->s);
    if (c->layer) {
        ref64.layer_norm_forward(c->y, c->mean, c->inverse, c->x, c->gamma, c->beta, 1e-3f, &c->s);
        return dot64(c->y, c->weights, n);
    }
    double mean[32], deviation[32], scale[32] = {0}, shift[32] = {0};
    ref64.batch_norm_moments(mean, deviation, c->x, &c->s);
    for (int32_t k = 0; k < c->s.channels; k++) {
        scale[k] = c->gamma[k] / sqrt(deviation[k] / (double)c->s.rows + (double)1e-3f);
        shift[k] = c->beta[k] - mean[k] * scale[k];
    }
    ref64.batch_norm_apply(c->y, c->x, scale, shift, CK_IDENTITY, &c->s);
    return dot64(c->y, c->weights, n);
}

static norm64 make_norm(bool layer) {
    const ck_rows s = {11, 10, 16};
    norm64 c = {layer, s, random_rows64(11, 10, 16), random_rows64(1, 10, 16), random_rows64(1, 10, 16), zeros64(11 * 16),
                random_rows64(11, 10, 16), zeros64(11), zeros64(11)};
    return c;
}

void test_layer_norm_gradients(void) {
    begin_case("11 rows of 10");
    norm64 c = make_norm(true);
    double *dx = zeros64(11 * 16), *dgamma = zeros64(16), *dbeta = zeros64(16);
    norm_loss(&c);
    ref64.layer_norm_backward(dx, dgamma, dbeta, c.weights, c.x, c.mean, c.inverse, c.gamma, &c.s);
    expect_gradient("dx", norm_loss, &c, c.x, dx, 11 * 16);
    expect_gradient("dgamma", norm_loss, &c, c.gamma, dgamma, 16);
    expect_gradient("dbeta", norm_loss, &c, c.beta, dbeta, 16);
}

/* The coefficients between the two kernels are floats in the library: good to 1e-6, which the differences allow. */
void test_batch_norm_gradients(void) {
    begin_case("11 rows of 10");
    norm64 c = make_norm(false);
    norm_loss(&c);
    double moments[2][16], sums[2][16] = {{0}}, mean64[16] = {0}, coefficients[3][16], *dx = zeros64(11 * 16), dg[16] = {0}, db[16] = {0};
    float mean[16], variance[16], gamma[16] = {0}, by[3][16], dgamma[16] = {0}, dbeta[16] = {0};
    ref64.batch_norm_moments(moments[0], moments[1], c.x, &c.s);
    ck_batch_norm_statistics(mean, variance, NULL, NULL, moments[0], moments[1], 11, 0.1f, 10, 16);
    for (int k = 0; k < 10; k++) mean64[k] = (double)mean[k], gamma[k] = (float)c.gamma[k];
    ref64.batch_norm_backward_sums(sums[0], sums[1], c.weights, c.x, mean64, &c.s);
    ck_batch_norm_backward_affine(by[0], by[1], by[2], dgamma, dbeta, sums[0], sums[1], mean, variance, gamma, 1e-3f, 11, 10, 16);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 16; k++) coefficients[i][k] = (double)by[i][k];
    for (int k = 0; k < 16; k++) dg[k] = (double)dgamma[k], db[k] = (double)dbeta[k];
    ref64.batch_norm_backward_apply(dx, c.weights, c.x, coefficients[0], coefficients[1], coefficients[2], &c.s);
    expect_gradient("dx", norm_loss, &c, c.x, dx, 11 * 16);
    expect_gradient("dgamma", norm_loss, &c, c.gamma, dg, 16);
    expect_gradient("dbeta", norm_loss, &c, c.beta, db, 16);
    expect_zero_padding("dgamma", dgamma, 1, 10, 16);
}
