/* test_dense.c - the dense layer against its plain twin, its gradients, and one set against the other. */
#include "harness.h"

typedef struct dense_case {
    ck_dense s;
    int32_t batch;
    const float *x, *w, *bias, *dy;
    int64_t x_size, y_size, w_size;
} dense_case;

/* `as_it_came`: the network's input, whose channels are not padded. */
static dense_case begin_dense(int32_t batch, int32_t in, int32_t out, bool as_it_came) {
    begin_case("batch %d, %d in%s, %d out", batch, in, as_it_came ? " without padding" : "", out);
    const ck_dense s = {in, as_it_came ? in : ck_stored_channels(in), out, ck_stored_channels(out), CK_IDENTITY, 0, 0, 0};
    float *w = random_rows(s.in_stored, out, s.out_stored);
    for (int64_t i = (int64_t)in * s.out_stored; i < (int64_t)s.in_stored * s.out_stored; i++) w[i] = 0;
    return (dense_case){s, batch, random_rows(batch, in, s.in_stored), w, random_rows(1, out, s.out_stored),
                        random_rows(batch, out, s.out_stored), (int64_t)batch * s.in_stored,
                        (int64_t)batch * s.out_stored, (int64_t)s.in_stored * s.out_stored};
}

static ck_dense_choice choose(const dense_case *c) {
    ck_dense_choice choice;
    ck_dense_choose(&c->s, c->batch, &choice);
    return choice;
}

static float *forward(const ck_kernels *kernels, const dense_case *c) {
    void *prepared = workspace_of(choose(c).forward_prepared);
    float *y = unwritten(c->y_size);
    kernels->dense_forward_prepare(prepared, c->w, &c->s);
    kernels->dense_forward(y, c->x, prepared, c->bias, c->batch, &c->s);
    return y;
}

static float *backward_input(const ck_kernels *kernels, const dense_case *c) {
    void *prepared = workspace_of(choose(c).backward_input_prepared);
    float *dx = unwritten(c->x_size);
    kernels->dense_backward_input_prepare(prepared, c->w, &c->s);
    kernels->dense_backward_input(dx, c->dy, prepared, c->batch, &c->s);
    return dx;
}

/* Adds to dw in pieces of `rows` rows. */
static void backward_weight(const ck_kernels *kernels, float *dw, const dense_case *c, int32_t rows) {
    for (int32_t i = 0; i < c->s.in_stored; i += rows)
        kernels->dense_backward_weight(dw, c->x, c->dy, c->batch, i, (int32_t)ck_min(rows, c->s.in_stored - i), &c->s,
                                       workspace_of(choose(c).workspace));
}

/* Images first ..< first + count of a case. */
static dense_case part_of(const dense_case *c, int32_t first, int32_t count) {
    dense_case part = *c;
    part.batch = count;
    part.x += (int64_t)first * c->s.in_stored, part.dy += (int64_t)first * c->s.out_stored;
    part.x_size = (int64_t)count * c->s.in_stored, part.y_size = (int64_t)count * c->s.out_stored;
    return part;
}

static void check_forward(const ck_kernels *fast, int32_t batch, int32_t in, int32_t out, bool as_it_came) {
    dense_case c = begin_dense(batch, in, out, as_it_came);
    if (random_integer(0, 3) == 0) c.bias = NULL;
    c.s.activation = random_integer(CK_IDENTITY, CK_LEAKY_RELU), c.s.slope = 0.01f;
    const float *got = forward(fast, &c);
    expect_close("y", got, forward(reference, &c), c.y_size, sum_tolerance(in, 1));
    expect_zero_padding("y", got, batch, out, c.s.out_stored);
    /* An image has the same bits alone as in the batch. */
    for (int32_t n = 0; n < batch; n += batch < 8 ? 1 : batch / 4) {
        const dense_case one = part_of(&c, n, 1);
        expect_same_bits("y of one image", forward(fast, &one), got + (int64_t)n * c.s.out_stored, c.s.out_stored);
    }
}

static void check_backward_input(const ck_kernels *fast, int32_t batch, int32_t in, int32_t out) {
    const dense_case c = begin_dense(batch, in, out, false);
    const float *got = backward_input(fast, &c);
    expect_close("dx", got, backward_input(reference, &c), c.x_size, sum_tolerance(out, 1));
    expect_zero_padding("dx", got, batch, in, c.s.in_stored);
    const dense_case last = part_of(&c, batch - 1, 1);
    expect_same_bits("dx of one image", backward_input(fast, &last), got + (int64_t)(batch - 1) * c.s.in_stored, c.s.in_stored);
}

static void check_backward_weight(const ck_kernels *fast, int32_t batch, int32_t in, int32_t out, bool as_it_came) {
    const dense_case c = begin_dense(batch, in, out, as_it_came);
    float *got = zeros(c.w_size), *want = zeros(c.w_size), *pieces = zeros(c.w_size);
    for (int call = 0; call < 2; call++) { /* the second adds */
        backward_weight(fast, got, &c, c.s.in_stored);
        backward_weight(reference, want, &c, c.s.in_stored);
        backward_weight(fast, pieces, &c, (int32_t)random_integer(1, 3) * 16 - 8 * random_integer(0, 1));
        expect_close("dw", got, want, c.w_size, sum_tolerance(2 * batch, 1));
        expect_same_bits("dw by ranges of rows", pieces, got, c.w_size);
    }
    expect_zero_padding("dw", got, c.s.in_stored, out, c.s.out_stored);
    expect_zero_padding("dw", got + (int64_t)in * c.s.out_stored, c.s.in_stored - in, 0, c.s.out_stored);
}

static const int32_t batches[] = {1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 16, 17, 31, 64, 65};

void test_dense_forward(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        check_forward(fast, ONE_OF(batches), *n, 10, false);
        check_forward(fast, ONE_OF(batches), 10, *n, true);
        check_forward(fast, *n, ONE_OF(batches), ONE_OF(batches), *n & 1);
    }
    for (int i = 0; i < 200; i++)
        check_forward(fast, ONE_OF(batches), random_integer(1, 140), random_integer(1, 140), random_integer(0, 1));
    check_forward(fast, 5, 1600, 128, false);
    /* A NaN stays with its image, and is not hidden by ReLU. */
    for (int activation = CK_IDENTITY; activation <= CK_LEAKY_RELU; activation++) {
        dense_case c = begin_dense(13, 37, 21, false);
        c.s.activation = activation;
        float *x = copy_of(c.x, c.x_size);
        x[7 * c.s.in_stored + 20] = NAN;
        c.x = x;
        expect_non_finite("y", forward(fast, &c), forward(reference, &c), 13, c.s.out_stored, sum_tolerance(37, 1), false);
    }
}

void test_dense_backward_input(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        check_backward_input(fast, ONE_OF(batches), *n, 10);
        check_backward_input(fast, ONE_OF(batches), 10, *n);
        check_backward_input(fast, *n, ONE_OF(batches), ONE_OF(batches));
    }
    for (int i = 0; i < 200; i++) check_backward_input(fast, ONE_OF(batches), random_integer(1, 140), random_integer(1, 140));
    check_backward_input(fast, 5, 1600, 128);
    dense_case c = begin_dense(13, 37, 21, false);
    float *dy = copy_of(c.dy, c.y_size);
    dy[7 * c.s.out_stored + 20] = INFINITY;
    c.dy = dy;
    expect_non_finite("dx", backward_input(fast, &c), backward_input(reference, &c), 13, c.s.in_stored, sum_tolerance(21, 1), false);
}

void test_dense_backward_weight(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        check_backward_weight(fast, ONE_OF(batches), *n, 10, *n & 1);
        check_backward_weight(fast, ONE_OF(batches), 10, *n, false);
        check_backward_weight(fast, *n, ONE_OF(batches), ONE_OF(batches), false);
    }
    for (int i = 0; i < 200; i++)
        check_backward_weight(fast, ONE_OF(batches), random_integer(1, 140), random_integer(1, 140), random_integer(0, 1));
    check_backward_weight(fast, 64, 1600, 128, false);
    dense_case c = begin_dense(13, 37, 21, false);
    float *x = copy_of(c.x, c.x_size), *got = zeros(c.w_size), *want = zeros(c.w_size);
    x[7 * c.s.in_stored + 20] = NAN;
    c.x = x;
    backward_weight(fast, got, &c, 16);
    backward_weight(reference, want, &c, 16);
    expect_non_finite("dw", got, want, c.s.in_stored, c.s.out_stored, sum_tolerance(13, 1), false);
}

/* ------------------------------------------------------ gradient and update */

typedef struct adam_state {
    float *w, *m, *v;
} adam_state;

/* Of padding all is zero. */
static adam_state adam_state_of(const dense_case *c) {
    adam_state state = {copy_of(c->w, c->w_size), zeros(c->w_size), zeros(c->w_size)};
    for (int64_t i = 0; i < c->s.in; i++)
        for (int64_t o = 0, at = i * c->s.out_stored; o < c->s.out; o++, at++)
            state.m[at] = (float)random_real(), state.v[at] = 0.1f + fabsf((float)random_real());
    return state;
}
static adam_state same_state(const adam_state *s, int64_t count) {
    return (adam_state){copy_of(s->w, count), copy_of(s->m, count), copy_of(s->v, count)};
}

static ck_update adam_options(int options) {
    return (ck_update){.rate = 0.05f, .weight_decay = options & 1 ? 0.03f : 0, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f,
                       .correction1 = 1.7f, .correction2 = 2.3f, .gradient_scale = options & 2 ? 0.125f : 1,
                       .clip_value = options & 4 ? 0.5f : 0, .decoupled = options & 8};
}

static void expect_same_state(const adam_state *got, const adam_state *want, int64_t count) {
    expect_same_bits("w", got->w, want->w, count);
    expect_same_bits("m", got->m, want->m, count);
    expect_same_bits("v", got->v, want->v, count);
}

/* The bits of one after the other, on rows first ..< first + count; the other rows stay as they are. */
static void check_adam(const ck_kernels *fast, int32_t batch, int32_t in, int32_t out, bool as_it_came, bool some) {
    const dense_case c = begin_dense(batch, in, out, as_it_came);
    const ck_update u = adam_options(random_integer(0, 15));
    const int32_t first = some ? random_integer(0, c.s.in_stored - 1) : 0;
    const int32_t count = some ? random_integer(0, c.s.in_stored - first) : c.s.in_stored;
    const adam_state got = adam_state_of(&c), want = same_state(&got, c.w_size), plain = same_state(&got, c.w_size);
    const int64_t at = (int64_t)first * c.s.out_stored, values = (int64_t)count * c.s.out_stored;
    float *g = zeros(c.w_size);
    fast->dense_adam_update(got.w, got.m, got.v, c.x, c.dy, batch, first, count, &c.s, &u, workspace_of(choose(&c).update_workspace));
    fast->dense_backward_weight(g, c.x, c.dy, batch, first, count, &c.s, workspace_of(choose(&c).workspace));
    fast->adam_update(want.w + at, want.m + at, want.v + at, g + at, values, &u);
    expect_same_state(&got, &want, c.w_size);
    reference->dense_adam_update(plain.w, plain.m, plain.v, c.x, c.dy, batch, first, count, &c.s, &u,
                                 workspace_of(choose(&c).update_workspace));
    expect_close("w beside ref", got.w, plain.w, c.w_size, sum_tolerance(2 * batch, 1));
    expect_close("m beside ref", got.m, plain.m, c.w_size, sum_tolerance(2 * batch, 1));
}

void test_dense_adam_update(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        check_adam(fast, ONE_OF(batches), *n, 10, *n & 1, false);
        check_adam(fast, ONE_OF(batches), 10, *n, false, false);
        check_adam(fast, *n, ONE_OF(batches), ONE_OF(batches), false, true);
    }
    for (int i = 0; i < 200; i++)
        check_adam(fast, ONE_OF(batches), random_integer(1, 140), random_integer(1, 140), random_integer(0, 1), random_integer(0, 1));
    check_adam(fast, 64, 1600, 128, false, false);
    /* A NaN in x reaches its row, an infinity in dy no padding. */
    dense_case c = begin_dense(13, 40, 21, false);
    float *x = copy_of(c.x, c.x_size), *dy = copy_of(c.dy, c.y_size);
    x[7 * c.s.in_stored + 20] = NAN, dy[5 * c.s.out_stored + 3] = INFINITY;
    const adam_state got = adam_state_of(&c);
    const ck_update u = adam_options(0);
    fast->dense_adam_update(got.w, got.m, got.v, x, dy, 13, 0, c.s.in_stored, &c.s, &u, workspace_of(choose(&c).update_workspace));
    for (int32_t i = 0; i < 40; i++)
        for (int32_t o = 0; o < c.s.out_stored; o++) {
            const bool lost = i == 20 || o == 3;
            expect(o >= 21 ? got.w[i * c.s.out_stored + o] == 0 || i == 20 : isfinite(got.m[i * c.s.out_stored + o]) == !lost,
                   "row %d, output %d: %g", i, o, (double)got.m[i * c.s.out_stored + o]);
        }
}

/* What prepare writes depends on the weights alone, and stays within what was chosen. */
static void check_prepare(void (*prepare)(void *, const float *, const ck_dense *), bool backward) {
    for (const int32_t *n = awkward; *n <= 140; n++) {
        const dense_case c = begin_dense(1, *n, ONE_OF(batches), false);
        const ck_dense_choice choice = choose(&c);
        const size_t bytes = backward ? choice.backward_input_prepared : choice.forward_prepared;
        void *first = workspace_of(bytes), *second = workspace_of(bytes);
        prepare(first, c.w, &c.s);
        prepare(second, c.w, &c.s);
        expect_same_bytes("prepared", first, second, (int64_t)bytes);
    }
}
void test_dense_forward_prepare(const ck_kernels *fast) { check_prepare(fast->dense_forward_prepare, false); }
void test_dense_backward_input_prepare(const ck_kernels *fast) { check_prepare(fast->dense_backward_input_prepare, true); }

/* --------------------------------------------------- across sets, gradients */

/* Tiles add in the same order whatever the vector's width: sets with fused multiply-add give the same bits. */
void test_dense_across_sets(void) {
    const ck_kernels *avx2, *avx512;
    if (!get_avx_sets(&avx2, &avx512)) return;
    for (int i = 0; i < 100; i++) {
        const dense_case c = begin_dense(ONE_OF(batches), random_integer(1, 200), random_integer(1, 200), false);
        expect_same_bits("y, avx512 and avx2", forward(avx512, &c), forward(avx2, &c), c.y_size);
        expect_same_bits("dx, avx512 and avx2", backward_input(avx512, &c), backward_input(avx2, &c), c.x_size);
        float *dw512 = zeros(c.w_size), *dw2 = zeros(c.w_size);
        backward_weight(avx512, dw512, &c, c.s.in_stored);
        backward_weight(avx2, dw2, &c, c.s.in_stored);
        expect_same_bits("dw, avx512 and avx2", dw512, dw2, c.w_size);
    }
}

/* A dense layer with ReLU in double, and one number of its output. */
typedef struct dense64 {
    ck_dense s;
    int32_t batch;
    double *x, *w, *bias, *weights, *y;
} dense64;

static double dense_loss(void *context) {
    const dense64 *c = context;
    ref64.dense_forward(c->y, c->x, c->w, c->bias, c->batch, &c->s); /* prepared weights are a copy in ref */
    return dot64(c->y, c->weights, (int64_t)c->batch * c->s.out_stored);
}

static void check_dense_gradients(int32_t batch, int32_t in, int32_t out) {
    begin_case("dense + ReLU, batch %d, %d in, %d out", batch, in, out);
    const ck_dense s = {in, ck_stored_channels(in), out, ck_stored_channels(out), CK_LEAKY_RELU, 0.25f, 0, 0};
    const int64_t y_size = (int64_t)batch * s.out_stored, w_size = (int64_t)s.in_stored * s.out_stored;
    dense64 c = {s, batch, random_rows64(batch, in, s.in_stored), random_rows64(s.in_stored, out, s.out_stored),
                 random_rows64(1, out, s.out_stored), random_rows64(batch, out, s.out_stored), zeros64(y_size)};
    dense_loss(&c);
    double *dy = zeros64(y_size), *dx = zeros64((int64_t)batch * s.in_stored), *dw = zeros64(w_size), *db = zeros64(s.out_stored);
    for (int64_t i = 0; i < y_size; i++) dy[i] = c.y[i] < 0 ? c.weights[i] * s.slope : c.weights[i];
    for (int64_t i = 0; i < y_size; i++) db[i % s.out_stored] += dy[i];
    ref64.dense_backward_input(dx, dy, c.w, batch, &s);
    ref64.dense_backward_weight(dw, c.x, dy, batch, 0, in, &s, NULL);
    expect_gradient("dx", dense_loss, &c, c.x, dx, (int64_t)batch * s.in_stored);
    expect_gradient("dw", dense_loss, &c, c.w, dw, (int64_t)in * s.out_stored);
    expect_gradient("dbias", dense_loss, &c, c.bias, db, s.out_stored);
}

void test_dense_gradients(void) {
    check_dense_gradients(1, 1, 1);
    check_dense_gradients(3, 5, 2);
    check_dense_gradients(4, 17, 9);
}
