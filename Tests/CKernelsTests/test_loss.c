/* test_loss.c - softmax and the losses against their plain twins. */
#include "harness.h"

static const int32_t channels_tried[] = {1, 2, 8, 10, 16, 17, 32, 48, 100, 1000};
static const int64_t rows_tried[] = {1, 2, 3, 7, 16, 33};
enum { CHANNELS = sizeof channels_tried / sizeof channels_tried[0], ROWS = sizeof rows_tried / sizeof rows_tried[0] };

static ck_rows nth_shape(int i) { /* the last two: unpadded */
    const int k = i / ROWS;
    if (k >= CHANNELS) return (ck_rows){rows_tried[i % ROWS], k - CHANNELS + 3, k - CHANNELS + 3};
    return (ck_rows){rows_tried[i % ROWS], channels_tried[k], ck_stored_channels(channels_tried[k])};
}

#define EACH_SHAPE(s)                                                                                                             \
    for (int i_ = 0; i_ < 3 * ROWS * (CHANNELS + 2); i_++)                                                                        \
        for (ck_rows s = nth_shape(i_ / 3), *once_ = &s;                                                                          \
             once_ && (begin_case("%d rows of %d channels, stored as %d", (int)s.rows, s.channels, s.stored), true); once_ = NULL)

static int64_t values_of(const ck_rows *s) { return s->rows * s->stored; }

/* Logits of a usual size, or up to 1e4; in some rows an entry of -inf, NaN or inf. */
static float *logits(const ck_rows *s, bool special) {
    static const float rare[] = {-INFINITY, NAN, INFINITY};
    float *x = random_rows(s->rows, s->channels, s->stored);
    const float size = random_integer(0, 2) == 0 ? 1e4f : 5.0f;
    for (int64_t i = 0; i < values_of(s); i++) x[i] *= size;
    for (int64_t r = 0; special && r < s->rows; r += random_integer(1, 3))
        x[r * s->stored + random_integer(0, s->channels - 1)] = rare[random_integer(0, 2)];
    return x;
}

/* Relative to exp's argument: x - max is rounded, and exp multiplies that by itself. */
static const tolerance probability = {0x1p-22, 0x1p-19};

static void check_softmax(const ck_kernels *fast, bool logarithm) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *x = logits(&s, random_integer(0, 1)), *y = unwritten(n), *want = unwritten(n);
        (logarithm ? fast->log_softmax_forward : fast->softmax_forward)(y, x, &s);
        (logarithm ? reference->log_softmax_forward : reference->softmax_forward)(want, x, &s);
        expect_close("y", y, want, n, logarithm ? (tolerance){0x1p-21, 0x1p-22} : probability);
        expect_zero_padding("y", y, s.rows, s.channels, s.stored);
        (logarithm ? fast->log_softmax_forward : fast->softmax_forward)(x, x, &s);
        expect_same_bits("y in the place of x", x, y, n);
    }
}

static void check_softmax_backward(const ck_kernels *fast, bool logarithm) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        const float *x = logits(&s, false);
        float *y = unwritten(n), *dy = random_rows(s.rows, s.channels, s.stored), *dx = unwritten(n), *want = unwritten(n);
        (logarithm ? reference->log_softmax_forward : reference->softmax_forward)(y, x, &s);
        if (random_integer(0, 2) == 0) dy[s.channels - 1] = NAN;
        (logarithm ? fast->log_softmax_backward : fast->softmax_backward)(dx, dy, y, &s);
        (logarithm ? reference->log_softmax_backward : reference->softmax_backward)(want, dy, y, &s);
        expect_close("dx", dx, want, n, sum_tolerance(s.channels / 16 + 16, 4));
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
        (logarithm ? fast->log_softmax_backward : fast->softmax_backward)(dy, dy, y, &s);
        expect_same_bits("dx in the place of dy", dy, dx, n);
    }
}

void test_softmax_forward(const ck_kernels *fast) { check_softmax(fast, false); }
void test_log_softmax_forward(const ck_kernels *fast) { check_softmax(fast, true); }
void test_softmax_backward(const ck_kernels *fast) { check_softmax_backward(fast, false); }
void test_log_softmax_backward(const ck_kernels *fast) { check_softmax_backward(fast, true); }

/* Sums in double of floats: the error is that of each term, and of 64 terms added as floats. `largest` term. */
static void expect_loss(const ck_loss *got, const ck_loss *want, double terms, double largest) {
    expect_close64("loss", &got->sum, &want->sum, 1, (tolerance){(terms + 100) * largest * 0x1p-22, 1e-5});
    expect_close64("weight", &got->weight, &want->weight, 1, (tolerance){0, 1e-12});
}

static float *soft_targets(const ck_rows *s) {
    float *t = random_rows(s->rows, s->channels, s->stored);
    for (int64_t r = 0; r < s->rows; r++) {
        float sum = 0;
        for (int32_t c = 0; c < s->channels; c++) sum += t[r * s->stored + c] = fabsf(t[r * s->stored + c]) + 0.01f;
        for (int32_t c = 0; c < s->channels; c++) t[r * s->stored + c] /= sum;
    }
    return t;
}

static int32_t *labels_of(const ck_rows *s, int32_t ignored) {
    int32_t *labels = guarded((size_t)s->rows * sizeof *labels, sizeof *labels);
    for (int64_t r = 0; r < s->rows; r++) labels[r] = random_integer(0, 4) == 0 ? ignored : random_integer(0, s->channels - 1);
    return labels;
}

/* Hard or soft, with and without class weights, smoothing, ignored labels, gradient. */
void test_cross_entropy(const ck_kernels *fast) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        const bool special = random_integer(0, 3) == 0, hard = random_integer(0, 2) > 0;
        const float *x = logits(&s, special);
        const int32_t ignored = random_integer(0, 1) ? -100 : s.channels / 2;
        const int32_t *labels = hard ? labels_of(&s, ignored) : NULL;
        const float *targets = hard ? NULL : soft_targets(&s);
        float *weights = random_integer(0, 1) ? guarded((size_t)s.channels * sizeof *weights, sizeof *weights) : NULL;
        for (int32_t c = 0; weights && c < s.channels; c++) weights[c] = (float)random_integer(0, 4) * 0.5f;
        const ck_cross_entropy e = {s, random_integer(0, 1) ? 0 : 0.1f, 0.25f, ignored};
        float *dx = random_integer(0, 3) ? unwritten(n) : NULL, *want_dx = dx ? unwritten(n) : NULL;
        ck_loss loss = {1, 2}, want = {1, 2};
        fast->cross_entropy(&loss, dx, x, labels, targets, weights, &e);
        reference->cross_entropy(&want, want_dx, x, labels, targets, weights, &e);
        expect_loss(&loss, &want, (double)n, 1);
        if (!dx) continue;
        expect_close("dx", dx, want_dx, n, (tolerance){2 * 0x1p-20, 0x1p-18});
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
    }
}

typedef void flat_loss(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale, const ck_rows *s);

static void check_flat(flat_loss *fast, flat_loss *plain, bool logit) {
    EACH_SHAPE(s) {
        const int64_t n = values_of(&s);
        float *x = random_rows(s.rows, s.channels, s.stored), *t = random_rows(s.rows, s.channels, s.stored);
        for (int64_t i = 0; i < n; i++) {
            if (logit) x[i] *= 30, t[i] = fabsf(t[i]);
            else if (random_integer(0, 3) == 0) t[i] = x[i]; /* no difference: no gradient */
        }
        if (random_integer(0, 3) == 0) x[s.channels - 1] = random_integer(0, 1) ? NAN : INFINITY;
        float *dx = random_integer(0, 3) ? unwritten(n) : NULL, *want_dx = dx ? unwritten(n) : NULL;
        ck_loss loss = {1, 2}, want = {1, 2};
        fast(&loss, dx, x, t, 0.3f, &s);
        plain(&want, want_dx, x, t, 0.3f, &s);
        if (isfinite(want.sum)) expect_loss(&loss, &want, 64, logit ? 30 : 4);
        else expect(!isfinite(loss.sum), "the loss lost a value that is no number");
        if (!dx) continue;
        expect_close("dx", dx, want_dx, n, (tolerance){0x1p-22, 0x1p-22});
        expect_zero_padding("dx", dx, s.rows, s.channels, s.stored);
    }
}

void test_mean_squared_error(const ck_kernels *fast) { check_flat(fast->mean_squared_error, reference->mean_squared_error, false); }
void test_mean_absolute_error(const ck_kernels *fast) { check_flat(fast->mean_absolute_error, reference->mean_absolute_error, false); }
void test_binary_cross_entropy(const ck_kernels *fast) { check_flat(fast->binary_cross_entropy, reference->binary_cross_entropy, true); }

/* ------------------------------------------------------------------ gradients */

typedef struct loss64 {
    int kind; /* 0, 1: cross-entropy hard, soft; 2, 3, 4: squared, absolute, binary; 5, 6: softmax and its logarithm */
    ck_cross_entropy e;
    double *x, *targets, *class_weights, *y, *dx;
    const int32_t *labels;
} loss64;

static double loss_of(void *context) {
    const loss64 *c = context;
    const ck_rows *s = &c->e.rows;
    ck_loss loss = {0, 0};
    if (c->kind < 2) ref64.cross_entropy(&loss, c->dx, c->x, c->kind == 0 ? c->labels : NULL, c->kind == 1 ? c->targets : NULL, c->class_weights, &c->e);
    else if (c->kind == 2) ref64.mean_squared_error(&loss, c->dx, c->x, c->targets, 1, s);
    else if (c->kind == 3) ref64.mean_absolute_error(&loss, c->dx, c->x, c->targets, 1, s);
    else if (c->kind == 4) ref64.binary_cross_entropy(&loss, c->dx, c->x, c->targets, 1, s);
    else if (c->kind == 5) ref64.softmax_forward(c->y, c->x, s);
    else ref64.log_softmax_forward(c->y, c->x, s);
    return c->kind < 5 ? loss.sum : dot64(c->y, c->targets, values_of(s));
}

void test_loss_gradients(void) {
    static const char *names[] = {"hard", "soft", "squared", "absolute", "binary", "softmax", "log softmax"};
    for (int i = 0; i < 28; i++) {
        const ck_rows s = {9, 10, 16};
        begin_case("%s, variant %d", names[i % 7], i / 7);
        loss64 c = {i % 7, {s, i / 7 % 2 ? 0.2f : 0, 1, 3}, random_rows64(9, 10, 16), NULL, i / 14 ? zeros64(10) : NULL, zeros64(9 * 16),
                    zeros64(9 * 16), labels_of(&s, 3)};
        c.targets = widened(soft_targets(&s), 9 * 16);
        for (int k = 0; c.class_weights && k < 10; k++) c.class_weights[k] = 0.25 * k;
        loss_of(&c);
        double *dx = zeros64(9 * 16);
        memcpy(dx, c.dx, 9 * 16 * sizeof *dx);
        if (c.kind == 5) ref64.softmax_backward(dx, c.targets, c.y, &s);
        if (c.kind == 6) ref64.log_softmax_backward(dx, c.targets, c.y, &s);
        expect_gradient("dx", loss_of, &c, c.x, dx, 9 * 16);
    }
}

/* Known values: two equal logits, a certain answer, and logits far apart. */
void test_cross_entropy_values(void) {
    const ck_cross_entropy e = {{1, 2, 8}, 0, 1, -1};
    const int32_t label = 1;
    const struct {
        float a, b;
        double loss;
    } known[] = {{0, 0, 0.6931471805599453}, {-1e4f, 1e4f, 0}, {1e4f, -1e4f, 2e4}, {-INFINITY, 0, 0}, {5, 0, 5.006715348489118}};
    for (int i = 0; ck_isa_name(i); i++) {
        const ck_kernels *kernels = ck_kernels_get(ck_isa_name(i));
        if (!kernels) continue;
        for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
            begin_case("%s, logits %g and %g", ck_isa_name(i), (double)known[k].a, (double)known[k].b);
            const float x[8] = {known[k].a, known[k].b};
            float dx[8];
            ck_loss loss = {0, 0};
            kernels->cross_entropy(&loss, dx, x, &label, NULL, NULL, &e);
            expect(fabs(loss.sum - known[k].loss) <= 1e-6 * fmax(1, known[k].loss), "loss %.9g, expected %.9g", loss.sum, known[k].loss);
            expect(loss.weight == 1 && fabsf(dx[0] + dx[1]) <= 1e-6f, "weight %g, gradient %g and %g", loss.weight, (double)dx[0], (double)dx[1]);
        }
    }
}
