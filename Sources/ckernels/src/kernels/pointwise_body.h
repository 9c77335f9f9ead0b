/* pointwise_body.h - elementwise kernels. Bound by memory, but for the ones with exp in them.
 *
 * Selects are written so that NaN comes through: a comparison with NaN is false, and then the value itself is taken. */

#define CK_VALUES(s) ((int64_t)(s)->rows * (s)->stored)

/* Both halves of a row operation: y[c] = x[c] + bias[c]. */
CK_INLINE void CK_NAME(bias_row)(float *y, const float *x, const float *restrict bias, int32_t width) {
    int32_t c = 0;
    CK_NOVEC for (; c + 16 <= width; c += 16) {
        float v[16];
        for (int32_t k = 0; k < 16; k++) v[k] = x[c + k] + bias[c + k];
        for (int32_t k = 0; k < 16; k++) y[c + k] = v[k];
    }
    CK_NOVEC for (; c < width; c++) y[c] = x[c] + bias[c];
}

static void CK_NAME(bias_forward)(float *y, const float *x, const float *bias, const ck_rows *s) {
    const int32_t times = CK_NAME(rows_per_wide)(s->stored), width = times * s->stored;
    float room[CK_NAME(wide_limit)];
    const float *wide = CK_NAME(repeat)(room, bias, s->stored, times);
    int64_t r = 0;
    CK_NOVEC for (; r + times <= s->rows; r += times, y += width, x += width) CK_NAME(bias_row)(y, x, wide, width);
    CK_NOVEC for (; r < s->rows; r++, y += s->stored, x += s->stored) CK_NAME(bias_row)(y, x, bias, s->stored);
}

static void CK_NAME(bias_backward)(float *restrict dbias, const float *restrict dy, const ck_rows *s) {
    CK_NOVEC for (int32_t first = 0; first < s->stored; first += CK_NAME(panel)) {
        double totals[CK_NAME(panel)];
        const int32_t width = (int32_t)ck_min(CK_NAME(panel), s->stored - first);
        CK_NAME(column_totals)(totals, dy, s->rows, s->stored, first, width);
        for (int32_t c = 0; c < width; c++) dbias[first + c] += (float)totals[c];
    }
}

/* ---------------------------------------------------------------- activations */

static void CK_NAME(relu_forward)(float *y, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        const float v = x[i];
        y[i] = v < 0 ? 0 : v;
    }
}

static void CK_NAME(relu_backward)(float *dx, const float *dy, const float *y, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        const float g = dy[i], v = y[i];
        dx[i] = v <= 0 ? 0 : g;
    }
}

static void CK_NAME(leaky_relu_forward)(float *y, const float *x, float slope, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        const float v = x[i], less = slope * v;
        y[i] = v < 0 ? less : v;
    }
}

static void CK_NAME(leaky_relu_backward)(float *dx, const float *dy, const float *x, float slope, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        const float g = dy[i], v = x[i], less = slope * g;
        dx[i] = v < 0 ? less : g;
    }
}

/* The one activation that is not 0 at 0: the padding is cleared behind it, a few rows at a time, while they are near. */
static void CK_NAME(sigmoid_forward)(float *y, const float *x, const ck_rows *s) {
    const int64_t some = ck_max(1, 2048 / s->stored);
    CK_NOVEC for (int64_t first = 0; first < s->rows; first += some) {
        const int64_t rows = ck_min(some, s->rows - first);
        float *y_r = y + first * s->stored;
        const float *x_r = x + first * s->stored;
        CK_ELEMENTWISE for (int64_t i = 0; i < rows * s->stored; i++) y_r[i] = CK_NAME(sigmoid)(x_r[i]);
        if (s->channels < s->stored)
            CK_NOVEC for (int64_t r = 0; r < rows; r++, y_r += s->stored)
                memset(y_r + s->channels, 0, (size_t)(s->stored - s->channels) * sizeof *y_r);
    }
}

static void CK_NAME(sigmoid_backward)(float *dx, const float *dy, const float *y, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) dx[i] = dy[i] * (y[i] * (1.0f - y[i]));
}

static void CK_NAME(tanh_forward)(float *y, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) y[i] = CK_NAME(tanh)(x[i]);
}

/* (1 - y)(1 + y): near +-1 the difference is exact. */
static void CK_NAME(tanh_backward)(float *dx, const float *dy, const float *y, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) dx[i] = dy[i] * ((1.0f - y[i]) * (1.0f + y[i]));
}

static void CK_NAME(gelu_forward)(float *y, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        float bell;
        y[i] = x[i] * CK_NAME(normal)(x[i], &bell);
    }
}

static void CK_NAME(gelu_backward)(float *dx, const float *dy, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        float bell;
        const float v = x[i], p = CK_NAME(normal)(v, &bell);
        dx[i] = dy[i] * (p + v * (0.39894228f * bell)); /* 1 / sqrt(2 pi) */
    }
}

static void CK_NAME(silu_forward)(float *y, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) y[i] = x[i] * CK_NAME(sigmoid)(x[i]);
}

static void CK_NAME(silu_backward)(float *dx, const float *dy, const float *x, const ck_rows *s) {
    CK_ELEMENTWISE for (int64_t i = 0; i < CK_VALUES(s); i++) {
        const float v = x[i], p = CK_NAME(sigmoid)(v);
        dx[i] = dy[i] * (p + v * p * (1.0f - p));
    }
}

/* ---------------------------------------------------------------- flat arrays */

static void CK_NAME(add)(float *y, const float *a, const float *b, int64_t count) {
    CK_ELEMENTWISE for (int64_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

static void CK_NAME(add_scaled)(float *restrict y, const float *restrict x, float factor, int64_t count) {
    CK_ELEMENTWISE for (int64_t i = 0; i < count; i++) y[i] += factor * x[i];
}

static void CK_NAME(scale)(float *y, const float *x, float factor, int64_t count) {
    CK_ELEMENTWISE for (int64_t i = 0; i < count; i++) y[i] = factor * x[i];
}

/* ---------------------------------------------------------------- concatenate */

static void CK_NAME(concatenate_forward)(float *restrict y, const float *restrict x, const ck_concatenate *s) {
    const size_t part = (size_t)s->channels * sizeof *y;
    const bool last = s->offset + s->channels == s->total;
    const size_t behind = last ? (size_t)(s->total_stored - s->total) * sizeof *y : 0;
    y += s->offset;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, y += s->total_stored, x += s->stored) {
        memcpy(y, x, part);
        if (behind) memset(y + s->channels, 0, behind);
    }
}

static void CK_NAME(concatenate_backward)(float *restrict dx, const float *restrict dy, const ck_concatenate *s) {
    const size_t part = (size_t)s->channels * sizeof *dx, behind = (size_t)(s->stored - s->channels) * sizeof *dx;
    dy += s->offset;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, dx += s->stored, dy += s->total_stored) {
        memcpy(dx, dy, part);
        if (behind) memset(dx + s->channels, 0, behind);
    }
}

#undef CK_VALUES
