/* batch_norm_body.h - coefficients of a batch normalisation from its sums; for values stored as CK_REAL. */
void CK_BATCH_NORM(affine)(CK_REAL *scale, CK_REAL *shift, const CK_REAL *mean, const CK_REAL *variance, const CK_REAL *gamma,
                          const CK_REAL *beta, float epsilon, int32_t channels, int32_t stored) {
    for (int32_t c = 0; c < channels; c++) {
        const double a = (gamma ? (double)gamma[c] : 1) / sqrt((double)variance[c] + (double)epsilon);
        scale[c] = (CK_REAL)a;
        shift[c] = (CK_REAL)((beta ? (double)beta[c] : 0) - (double)mean[c] * a);
    }
    for (int32_t c = channels; c < stored; c++) scale[c] = shift[c] = 0;
}

void CK_BATCH_NORM(statistics)(CK_REAL *mean, CK_REAL *variance, CK_REAL *running_mean, CK_REAL *running_variance,
                              const double *moments_mean, const double *moments_deviation, int64_t rows, float momentum,
                              int32_t channels, int32_t stored) {
    const double n = (double)ck_max(rows, 1), unbiased = (double)ck_max(rows - 1, 1), m = (double)momentum;
    for (int32_t c = 0; c < channels; c++) {
        mean[c] = (CK_REAL)moments_mean[c];
        variance[c] = (CK_REAL)(moments_deviation[c] / n);
        if (!running_mean) continue;
        running_mean[c] = (CK_REAL)((1 - m) * (double)running_mean[c] + m * moments_mean[c]);
        running_variance[c] = (CK_REAL)((1 - m) * (double)running_variance[c] + m * moments_deviation[c] / unbiased);
    }
    for (int32_t c = channels; c < stored; c++) {
        mean[c] = variance[c] = 0;
        if (running_mean) running_mean[c] = running_variance[c] = 0;
    }
}

/* With h = (x - mean) * inverse, dx = gamma * inverse * (dy - mean of dy - h * mean of dy * h): sorted by dy, x and
 * what is constant over the batch. */
void CK_BATCH_NORM(backward_affine)(CK_REAL *by_dy, CK_REAL *by_x, CK_REAL *constant, CK_REAL *dgamma, CK_REAL *dbeta,
                                   const double *sum_dy, const double *sum_dy_x, const CK_REAL *mean, const CK_REAL *variance,
                                   const CK_REAL *gamma, float epsilon, int64_t rows, int32_t channels, int32_t stored) {
    const double n = (double)rows;
    for (int32_t c = 0; c < channels; c++) {
        const double inverse = 1 / sqrt((double)variance[c] + (double)epsilon);
        const double a = (gamma ? (double)gamma[c] : 1) * inverse;
        const double b = -a * inverse * inverse * sum_dy_x[c] / n;
        by_dy[c] = (CK_REAL)a;
        by_x[c] = (CK_REAL)b;
        constant[c] = (CK_REAL)(-a * sum_dy[c] / n - b * (double)mean[c]);
        if (dgamma) dgamma[c] += (CK_REAL)(inverse * sum_dy_x[c]);
        if (dbeta) dbeta[c] += (CK_REAL)sum_dy[c];
    }
    for (int32_t c = channels; c < stored; c++) by_dy[c] = by_x[c] = constant[c] = 0;
}
