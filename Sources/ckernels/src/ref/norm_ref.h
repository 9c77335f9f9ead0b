/* norm_ref.h - plain twins of the normalisations. */

#define CK_AT(s, r, c) ((size_t)(r) * (size_t)(s)->stored + (size_t)(c))

static void CK_NAME(batch_norm_moments)(double *mean, double *deviation, const CK_REAL *x, const ck_rows *s) {
    for (int32_t c = 0; c < s->channels; c++) {
        double sum = 0, squares = 0;
        for (int64_t r = 0; r < s->rows; r++) sum += x[CK_AT(s, r, c)];
        const double m = sum / (double)s->rows;
        for (int64_t r = 0; r < s->rows; r++) squares += ((double)x[CK_AT(s, r, c)] - m) * ((double)x[CK_AT(s, r, c)] - m);
        mean[c] = m, deviation[c] = squares;
    }
}

static void CK_NAME(batch_norm_apply)(CK_REAL *y, const CK_REAL *x, const CK_REAL *scale, const CK_REAL *shift, int32_t activation,
                                      const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->stored; c++) {
            const CK_REAL v = (CK_REAL)((double)x[CK_AT(s, r, c)] * scale[c] + shift[c]);
            y[CK_AT(s, r, c)] = activation == CK_RELU && v < 0 ? 0 : v;
        }
}

static void CK_NAME(batch_norm_backward_sums)(double *sum_dy, double *sum_dy_x, const CK_REAL *dy, const CK_REAL *x,
                                              const CK_REAL *mean, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->channels; c++) {
            sum_dy[c] += dy[CK_AT(s, r, c)];
            sum_dy_x[c] += (double)dy[CK_AT(s, r, c)] * ((double)x[CK_AT(s, r, c)] - mean[c]);
        }
}

static void CK_NAME(batch_norm_backward_apply)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *x, const CK_REAL *by_dy,
                                               const CK_REAL *by_x, const CK_REAL *constant, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->stored; c++) {
            const size_t i = CK_AT(s, r, c);
            dx[i] = (CK_REAL)((double)dy[i] * by_dy[c] + (double)x[i] * by_x[c] + constant[c]);
        }
}

static void CK_NAME(layer_norm_forward)(CK_REAL *y, CK_REAL *mean, CK_REAL *inverse, const CK_REAL *x, const CK_REAL *gamma,
                                        const CK_REAL *beta, float epsilon, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++) {
        double sum = 0, squares = 0;
        for (int32_t c = 0; c < s->channels; c++) sum += x[CK_AT(s, r, c)];
        const double m = sum / s->channels;
        for (int32_t c = 0; c < s->channels; c++) squares += ((double)x[CK_AT(s, r, c)] - m) * ((double)x[CK_AT(s, r, c)] - m);
        const double inv = 1 / sqrt(squares / s->channels + (double)epsilon);
        for (int32_t c = 0; c < s->stored; c++)
            y[CK_AT(s, r, c)] = c < s->channels ? (CK_REAL)(((double)x[CK_AT(s, r, c)] - m) * inv * gamma[c] + beta[c]) : 0;
        mean[r] = (CK_REAL)m, inverse[r] = (CK_REAL)inv;
    }
}

static void CK_NAME(layer_norm_backward)(CK_REAL *dx, CK_REAL *dgamma, CK_REAL *dbeta, const CK_REAL *dy, const CK_REAL *x,
                                         const CK_REAL *mean, const CK_REAL *inverse, const CK_REAL *gamma, const ck_rows *s) {
    for (int32_t c = 0; c < s->channels; c++) {
        double sum = 0, by_x = 0;
        for (int64_t r = 0; r < s->rows; r++) {
            sum += dy[CK_AT(s, r, c)];
            by_x += (double)dy[CK_AT(s, r, c)] * ((double)x[CK_AT(s, r, c)] - mean[r]) * inverse[r];
        }
        dgamma[c] += (CK_REAL)by_x, dbeta[c] += (CK_REAL)sum;
    }
    for (int64_t r = 0; r < s->rows; r++) {
        const double m = mean[r], inv = inverse[r];
        double sum = 0, by_x = 0;
        for (int32_t c = 0; c < s->channels; c++) {
            const double g = (double)dy[CK_AT(s, r, c)] * gamma[c];
            sum += g, by_x += g * ((double)x[CK_AT(s, r, c)] - m) * inv;
        }
        for (int32_t c = 0; c < s->stored; c++) {
            const double g = (double)dy[CK_AT(s, r, c)] * gamma[c], h = ((double)x[CK_AT(s, r, c)] - m) * inv;
            dx[CK_AT(s, r, c)] = c < s->channels ? (CK_REAL)(inv * (g - sum / s->channels - h * by_x / s->channels)) : 0;
        }
    }
}

#undef CK_AT
