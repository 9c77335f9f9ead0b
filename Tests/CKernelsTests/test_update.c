/* test_update.c - optimisers: against their plain twins for all options and sizes, and against closed forms. */
#include "harness.h"

static const tolerance one_step = {2e-6, 2e-6};

typedef struct state {
    float *w, *m, *v;
} state;

typedef void update(const ck_kernels *kernels, state *s, const float *g, int64_t count, const ck_update *u);

static void sgd(const ck_kernels *k, state *s, const float *g, int64_t n, const ck_update *u) {
    k->sgd_update(s->w, u->momentum == 0 ? NULL : s->m, g, n, u);
}
static void adam(const ck_kernels *k, state *s, const float *g, int64_t n, const ck_update *u) {
    k->adam_update(s->w, s->m, s->v, g, n, u);
}
static void adagrad(const ck_kernels *k, state *s, const float *g, int64_t n, const ck_update *u) {
    k->adagrad_update(s->w, s->v, g, n, u);
}
static void rmsprop(const ck_kernels *k, state *s, const float *g, int64_t n, const ck_update *u) {
    k->rmsprop_update(s->w, u->momentum == 0 ? NULL : s->m, s->v, g, n, u);
}

static float *absolute(float *x, int64_t count) {
    for (int64_t i = 0; i < count; i++) x[i] = fabsf(x[i]);
    return x;
}

/* One step, from any state, with every combination of options. */
static void check_options(const ck_kernels *fast, update *call, int64_t count, int options) {
    begin_case("%d elements, options %d", (int)count, options);
    const ck_update u = {.rate = 0.05f, .weight_decay = options & 1 ? 0.03f : 0, .momentum = options & 2 ? 0.9f : 0,
                         .dampening = options & 4 ? 0.2f : 0, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f,
                         .correction1 = 1.7f, .correction2 = 2.3f, .gradient_scale = options & 8 ? 0.125f : 1,
                         .clip_value = options & 16 ? 0.1f : 0, .nesterov = options & 2 && options & 32, .decoupled = options & 64};
    state got = {random_floats(count), random_floats(count), absolute(random_floats(count), count)};
    state want = {copy_of(got.w, count), copy_of(got.m, count), copy_of(got.v, count)};
    const float *g = random_floats(count);
    call(fast, &got, g, count, &u);
    call(reference, &want, g, count, &u);
    expect_close("w", got.w, want.w, count, one_step);
    expect_close("m", got.m, want.m, count, one_step);
    expect_close("v", got.v, want.v, count, one_step);
}

/* Padding stays zero, NaN and infinity are seen, denormal moments become zero. */
static void check_special(const ck_kernels *fast, update *call) {
    begin_case("zero, NaN, infinity, tiny moments");
    const ck_update u = {.rate = 0.1f, .weight_decay = 0.01f, .momentum = 0.5f, .beta1 = 0.5f, .beta2 = 0.5f, .epsilon = 1e-8f,
                         .correction1 = 1, .correction2 = 1, .gradient_scale = 1, .clip_value = 5};
    state s = {zeros(40), zeros(40), zeros(40)};
    float *g = zeros(40);
    s.w[7] = s.w[11] = 1, g[11] = NAN, s.m[20] = 1.5e-30f, s.v[20] = 1.5e-30f;
    s.w[23] = INFINITY;
    call(fast, &s, g, 40, &u);
    for (int i = 0; i < 40; i++)
        if (i != 7 && i != 11 && i != 20 && i != 23)
            expect(s.w[i] == 0 && s.m[i] == 0 && s.v[i] == 0, "element %d of the padding became %g", i, (double)s.w[i]);
    expect(!isfinite(s.w[11]) && !isfinite(s.w[23]), "a non-finite value was lost: %g, %g", (double)s.w[11], (double)s.w[23]);
    expect(s.m[20] == 0 || s.m[20] == 1.5e-30f, "a tiny moment became %g", (double)s.m[20]);
    expect(s.v[20] == 0 || s.v[20] == 1.5e-30f, "a tiny moment became %g", (double)s.v[20]);
}

static void check_all(const ck_kernels *fast, update *call) {
    for (int options = 0; options < 128; options++) check_options(fast, call, 67, options);
    for (const int32_t *n = awkward; *n <= 1100; n++) check_options(fast, call, *n, random_integer(0, 127));
    check_special(fast, call);
}

/* Ten steps on one constant gradient: w must be start - expected(step) * sign or size of g, written by hand below. */
enum { STEPS = 10, MANY = 21 };
static void check_steps(const ck_kernels *fast, update *call, ck_update u, double (*total)(int t, double g), const char *what) {
    begin_case("%s, constant gradient", what);
    state s = {zeros(MANY), zeros(MANY), zeros(MANY)};
    float *g = zeros(MANY);
    for (int i = 0; i < MANY; i++) g[i] = (float)(0.3 * (i - 10) + 0.05), s.w[i] = (float)i;
    for (int t = 1; t <= STEPS; t++) {
        u.correction1 = (float)(1 / (1 - pow((double)u.beta1, t))), u.correction2 = (float)(1 / (1 - pow((double)u.beta2, t)));
        call(fast, &s, g, MANY, &u);
        for (int i = 0; i < MANY; i++) {
            const double want = i - total(t, (double)g[i]);
            expect(fabs((double)s.w[i] - want) < 2e-5, "step %d, element %d: %.7f instead of %.7f", t, i, (double)s.w[i], want);
        }
    }
}

/* v_t = g (1 - 0.9^t) / (1 - 0.9), summed up. */
static double sgd_total(int t, double g) {
    double sum = 0;
    for (int k = 1; k <= t; k++) sum += (1 - pow(0.9, k)) / 0.1;
    return 0.01 * g * sum;
}
/* g + 0.9 v_t */
static double nesterov_total(int t, double g) { return 0.01 * g * t + 0.9 * sgd_total(t, g); }
/* The corrected moments of a constant are g and g^2: each step is the rate. */
static double adam_total(int t, double g) { return 0.01 * t * (g > 0 ? 1 : -1); }
/* v_t = t g^2 */
static double adagrad_total(int t, double g) {
    double sum = 0;
    for (int k = 1; k <= t; k++) sum += 1 / sqrt(k);
    return 0.01 * sum * (g > 0 ? 1 : -1);
}
/* v_t = (1 - 0.99^t) g^2 */
static double rmsprop_total(int t, double g) {
    double sum = 0;
    for (int k = 1; k <= t; k++) sum += 1 / sqrt(1 - pow(0.99, k));
    return 0.01 * sum * (g > 0 ? 1 : -1);
}

static const ck_update plain = {.rate = 0.01f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-10f, .gradient_scale = 1};

/* With no gradient, decoupled decay is w (1 - rate * decay)^t. */
static void check_decoupled(const ck_kernels *fast, update *call) {
    begin_case("decoupled decay alone");
    ck_update u = plain;
    u.correction1 = u.correction2 = 1, u.weight_decay = 0.5f, u.decoupled = 1;
    state s = {random_floats(MANY), zeros(MANY), zeros(MANY)};
    const float *start = copy_of(s.w, MANY), *g = zeros(MANY);
    for (int t = 0; t < STEPS; t++) call(fast, &s, g, MANY, &u);
    for (int i = 0; i < MANY; i++)
        expect(fabs((double)s.w[i] - (double)start[i] * pow(1 - 0.005, STEPS)) < 1e-6, "element %d became %.7f", i, (double)s.w[i]);
}

void test_sgd_update(const ck_kernels *fast) {
    check_all(fast, sgd);
    ck_update u = plain;
    u.momentum = 0.9f;
    check_steps(fast, sgd, u, sgd_total, "momentum");
    u.nesterov = 1;
    check_steps(fast, sgd, u, nesterov_total, "Nesterov");
    check_decoupled(fast, sgd);
}
void test_adam_update(const ck_kernels *fast) {
    check_all(fast, adam);
    check_steps(fast, adam, plain, adam_total, "Adam");
    check_decoupled(fast, adam);
}
void test_adagrad_update(const ck_kernels *fast) {
    check_all(fast, adagrad);
    check_steps(fast, adagrad, plain, adagrad_total, "Adagrad");
}
void test_rmsprop_update(const ck_kernels *fast) {
    check_all(fast, rmsprop);
    check_steps(fast, rmsprop, plain, rmsprop_total, "RMSprop");
}

void test_average_update(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 1100; n++) {
        begin_case("%d elements", *n);
        const float *w = random_floats(*n);
        float *got = random_floats(*n), *want = copy_of(got, *n);
        fast->average_update(got, w, 0.97f, *n);
        reference->average_update(want, w, 0.97f, *n);
        expect_close("average", got, want, *n, one_step);
    }
}

void test_squared_norm(const ck_kernels *fast) {
    const ck_kernels *base = ck_kernels_get("base");
    for (const int32_t *n = awkward; *n <= 3000; n++) {
        begin_case("%d elements", *n);
        const float *g = random_floats(*n);
        double got = 3, exact_sum = 3, from_base = 3;
        fast->squared_norm(&got, g, *n);
        for (int32_t i = 0; i < *n; i++) exact_sum += (double)g[i] * (double)g[i];
        expect(fabs(got - exact_sum) <= 1e-13 * exact_sum, "%.17g instead of %.17g", got, exact_sum);
        if (!base || fast == reference) continue;
        base->squared_norm(&from_base, g, *n);
        expect(got == from_base, "%.17g, but base gives %.17g", got, from_base);
    }
    begin_case("large and non-finite values");
    double large = 0, lost = 0;
    const float huge[3] = {3e38f, -3e38f, 1};
    fast->squared_norm(&large, huge, 3);
    expect(fabs(large / 1.8e77 - 1) < 1e-6, "the square of 3e38 twice gives %g", large);
    float *g = zeros(70);
    g[66] = NAN;
    fast->squared_norm(&lost, g, 70);
    expect(lost != lost, "NaN was lost: %g", lost);
}

/* ----------------------------------------------------------------------- Muon */

/* The largest eigenvalue of shift * I + sign * x x' (x' x, if there are more rows than columns), by repeated products. */
static double largest_eigenvalue(const float *x, int32_t rows, int32_t columns, double shift, double sign) {
    double *v = zeros64(rows), *xv = zeros64(columns), norm = 0;
    for (int32_t i = 0; i < rows; i++) v[i] = random_real();
    for (int step = 0; step < 300; step++) {
        for (int32_t j = 0; j < columns; j++) xv[j] = 0;
        for (int32_t i = 0; i < rows; i++)
            for (int32_t j = 0; j < columns; j++) xv[j] += (double)x[i * columns + j] * v[i];
        norm = 0;
        for (int32_t i = 0; i < rows; i++) {
            double sum = 0;
            for (int32_t j = 0; j < columns; j++) sum += (double)x[i * columns + j] * xv[j];
            v[i] = shift * v[i] + sign * sum, norm += v[i] * v[i];
        }
        norm = sqrt(norm);
        for (int32_t i = 0; i < rows; i++) v[i] /= norm;
    }
    return norm;
}

static void check_muon(const ck_kernels *fast, int32_t rows, int32_t columns, int32_t real_rows, int32_t real_columns, int options) {
    begin_case("%d x %d of which %d x %d, options %d", rows, columns, real_rows, real_columns, options);
    const int64_t count = (int64_t)rows * columns;
    const ck_update u = {.rate = 0.1f, .momentum = 0.9f, .weight_decay = options & 1 ? 0.1f : 0, .gradient_scale = options & 2 ? 0.5f : 1,
                         .clip_value = options & 4 ? 0.3f : 0, .nesterov = options & 8, .decoupled = options & 16};
    float *w = random_rows(rows, real_columns, columns), *v = random_rows(rows, real_columns, columns);
    float *g = random_rows(rows, real_columns, columns);
    for (int64_t i = (int64_t)real_rows * columns; i < count; i++) w[i] = v[i] = g[i] = 0;
    float *want_w = copy_of(w, count), *want_v = copy_of(v, count);
    fast->muon_update(w, v, g, rows, columns, &u, workspace_of(ck_muon_workspace(rows, columns)));
    reference->muon_update(want_w, want_v, g, rows, columns, &u, workspace_of(ck_muon_workspace(rows, columns)));
    expect_close("v", v, want_v, count, one_step);
    /* Five steps multiply an error in a small singular value by up to 3.4^5. */
    expect_close("w", w, want_w, count, (tolerance){2e-4, 1e-4});
    expect_zero_padding("w", w, rows, real_columns, columns);
    expect_zero_padding("v", v, rows, real_columns, columns);
    for (int64_t i = (int64_t)real_rows * columns; i < count; i++) expect(w[i] == 0 && v[i] == 0, "padding became %g", (double)w[i]);
}

/* One step from zero with rate 1 is the orthogonalised gradient, but for sign and scale. */
static void check_orthogonal(const ck_kernels *fast, int32_t rows, int32_t columns) {
    begin_case("singular values of %d x %d", rows, columns);
    const ck_update u = {.rate = 1, .gradient_scale = 1};
    const int32_t longer = rows > columns ? rows : columns, shorter = rows + columns - longer;
    float *w = zeros((int64_t)rows * columns), *x = zeros((int64_t)rows * columns);
    fast->muon_update(w, zeros((int64_t)rows * columns), random_floats((int64_t)rows * columns), rows, columns, &u,
                      workspace_of(ck_muon_workspace(rows, columns)));
    for (int32_t i = 0; i < rows; i++) /* the shorter side in front */
        for (int32_t j = 0; j < columns; j++)
            x[rows <= columns ? i * columns + j : j * rows + i] = -w[i * columns + j] / sqrtf((float)longer / (float)shorter);
    const double largest = largest_eigenvalue(x, shorter, longer, 0, 1);
    const double smallest = 3 - largest_eigenvalue(x, shorter, longer, 3, -1);
    expect(sqrt(smallest) > 0.65 && sqrt(largest) < 1.25, "singular values lie between %.3f and %.3f", sqrt(smallest), sqrt(largest));
}

void test_muon_update(const ck_kernels *fast) {
    for (int options = 0; options < 32; options++) check_muon(fast, 16, 48, 10, 33, options);
    for (const int32_t *n = awkward; *n <= 70; n++) {
        const int32_t other = random_integer(1, 90);
        check_muon(fast, *n, other, *n, other, 8), check_muon(fast, other, *n, other, *n, 8);
    }
    check_muon(fast, 128, 80, 120, 72, 8);
    check_orthogonal(fast, 16, 48), check_orthogonal(fast, 150, 64), check_orthogonal(fast, 8, 200), check_orthogonal(fast, 300, 120);
}
