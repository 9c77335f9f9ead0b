/* pointwise_ref.h - plain twins of the elementwise kernels. Functions are the C library's, in double. */

#define CK_EACH(s) for (size_t i = 0; i < (size_t)(s)->rows * (size_t)(s)->stored; i++)

static double CK_NAME(sigmoid_value)(double x) {
    const double e = exp(-fabs(x));
    return (x < 0 ? e : 1) / (1 + e);
}

/* The normal distribution function and its density. erfc, not 1 + erf: the tail keeps its digits. */
static double CK_NAME(normal)(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }
static double CK_NAME(density)(double x) { return 0.39894228040143267794 * exp(-0.5 * x * x); }

static void CK_NAME(bias_forward)(CK_REAL *y, const CK_REAL *x, const CK_REAL *bias, const ck_rows *s) {
    CK_EACH(s) y[i] = x[i] + bias[i % (size_t)s->stored];
}

static void CK_NAME(bias_backward)(CK_REAL *dbias, const CK_REAL *dy, const ck_rows *s) {
    for (int32_t c = 0; c < s->stored; c++) {
        double sum = 0;
        for (int64_t r = 0; r < s->rows; r++) sum += dy[(size_t)r * (size_t)s->stored + (size_t)c];
        dbias[c] += (CK_REAL)sum;
    }
}

static void CK_NAME(relu_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) { CK_EACH(s) y[i] = x[i] < 0 ? 0 : x[i]; }

static void CK_NAME(relu_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *y, const ck_rows *s) {
    CK_EACH(s) dx[i] = y[i] <= 0 ? 0 : dy[i];
}

static void CK_NAME(leaky_relu_forward)(CK_REAL *y, const CK_REAL *x, float slope, const ck_rows *s) {
    CK_EACH(s) y[i] = x[i] < 0 ? (CK_REAL)slope * x[i] : x[i];
}

static void CK_NAME(leaky_relu_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *x, float slope, const ck_rows *s) {
    CK_EACH(s) dx[i] = x[i] < 0 ? (CK_REAL)slope * dy[i] : dy[i];
}

static void CK_NAME(sigmoid_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) {
    CK_EACH(s) y[i] = i % (size_t)s->stored < (size_t)s->channels ? (CK_REAL)CK_NAME(sigmoid_value)(x[i]) : 0;
}

static void CK_NAME(sigmoid_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *y, const ck_rows *s) {
    CK_EACH(s) dx[i] = (CK_REAL)((double)dy[i] * (double)y[i] * (1 - (double)y[i]));
}

static void CK_NAME(tanh_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) { CK_EACH(s) y[i] = (CK_REAL)tanh(x[i]); }

static void CK_NAME(tanh_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *y, const ck_rows *s) {
    CK_EACH(s) dx[i] = (CK_REAL)((double)dy[i] * (1 - (double)y[i] * (double)y[i]));
}

static void CK_NAME(gelu_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) {
    CK_EACH(s) y[i] = (CK_REAL)(x[i] * CK_NAME(normal)(x[i]));
}

static void CK_NAME(gelu_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *x, const ck_rows *s) {
    CK_EACH(s) dx[i] = (CK_REAL)(dy[i] * (CK_NAME(normal)(x[i]) + x[i] * CK_NAME(density)(x[i])));
}

static void CK_NAME(silu_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) {
    CK_EACH(s) y[i] = (CK_REAL)(x[i] * CK_NAME(sigmoid_value)(x[i]));
}

static void CK_NAME(silu_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *x, const ck_rows *s) {
    CK_EACH(s) {
        const double p = CK_NAME(sigmoid_value)(x[i]);
        dx[i] = (CK_REAL)(dy[i] * (p + x[i] * p * (1 - p)));
    }
}

static void CK_NAME(add)(CK_REAL *y, const CK_REAL *a, const CK_REAL *b, int64_t count) {
    for (int64_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

static void CK_NAME(add_scaled)(CK_REAL *y, const CK_REAL *x, float factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) y[i] = (CK_REAL)(y[i] + (double)factor * x[i]);
}

static void CK_NAME(scale)(CK_REAL *y, const CK_REAL *x, float factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) y[i] = (CK_REAL)factor * x[i];
}

static void CK_NAME(concatenate_forward)(CK_REAL *y, const CK_REAL *x, const ck_concatenate *s) {
    for (int64_t r = 0; r < s->rows; r++) {
        CK_REAL *y_r = y + (size_t)r * (size_t)s->total_stored;
        for (int32_t c = 0; c < s->channels; c++) y_r[s->offset + c] = x[(size_t)r * (size_t)s->stored + (size_t)c];
        if (s->offset + s->channels == s->total)
            for (int32_t c = s->total; c < s->total_stored; c++) y_r[c] = 0;
    }
}

static void CK_NAME(concatenate_backward)(CK_REAL *dx, const CK_REAL *dy, const ck_concatenate *s) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->stored; c++)
            dx[(size_t)r * (size_t)s->stored + (size_t)c] =
                c < s->channels ? dy[(size_t)r * (size_t)s->total_stored + (size_t)(s->offset + c)] : 0;
}

#undef CK_EACH
