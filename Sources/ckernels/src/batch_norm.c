/* batch_norm.c - what happens between the sweeps of a batch normalisation: a few operations per channel, in double. */
#include "internal.h"

/* Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
void ck_moments_combine(double *mean, double *deviation, int64_t rows, const double *more_mean, const double *more_deviation,
                        int64_t more_rows, int32_t channels) {
    if (more_rows <= 0) return;
    const double n = (double)ck_max(rows, 0), more = (double)more_rows, all = n + more;
    for (int32_t c = 0; c < channels; c++) {
        if (rows <= 0) { /* what stands there may be anything */
            mean[c] = more_mean[c], deviation[c] = more_deviation[c];
            continue;
        }
        const double step = more_mean[c] - mean[c];
        mean[c] += step * (more / all);
        deviation[c] += more_deviation[c] + step * step * (n * more / all);
    }
}

void ck_batch_norm_affine(float *scale, float *shift, const float *mean, const float *variance, const float *gamma,
                          const float *beta, float epsilon, int32_t channels, int32_t stored) {
    for (int32_t c = 0; c < channels; c++) {
        const double a = (gamma ? (double)gamma[c] : 1) / sqrt((double)variance[c] + (double)epsilon);
        scale[c] = (float)a;
        shift[c] = (float)((beta ? (double)beta[c] : 0) - (double)mean[c] * a);
    }
    for (int32_t c = channels; c < stored; c++) scale[c] = shift[c] = 0;
}

void ck_batch_norm_statistics(float *mean, float *variance, float *running_mean, float *running_variance,
                              const double *moments_mean, const double *moments_deviation, int64_t rows, float momentum,
                              int32_t channels, int32_t stored) {
    const double n = (double)ck_max(rows, 1), unbiased = (double)ck_max(rows - 1, 1), m = (double)momentum;
    for (int32_t c = 0; c < channels; c++) {
        mean[c] = (float)moments_mean[c];
        variance[c] = (float)(moments_deviation[c] / n);
        if (!running_mean) continue;
        running_mean[c] = (float)((1 - m) * (double)running_mean[c] + m * moments_mean[c]);
        running_variance[c] = (float)((1 - m) * (double)running_variance[c] + m * moments_deviation[c] / unbiased);
    }
    for (int32_t c = channels; c < stored; c++) {
        mean[c] = variance[c] = 0;
        if (running_mean) running_mean[c] = running_variance[c] = 0;
    }
}

/* With h = (x - mean) * inverse, dx = gamma * inverse * (dy - mean of dy - h * mean of dy * h): sorted by dy, x and
 * what is constant over the batch. */
void ck_batch_norm_backward_affine(float *by_dy, float *by_x, float *constant, float *dgamma, float *dbeta,
                                   const double *sum_dy, const double *sum_dy_x, const float *mean, const float *variance,
                                   const float *gamma, float epsilon, int64_t rows, int32_t channels, int32_t stored) {
    const double n = (double)rows;
    for (int32_t c = 0; c < channels; c++) {
        const double inverse = 1 / sqrt((double)variance[c] + (double)epsilon);
        const double a = (gamma ? (double)gamma[c] : 1) * inverse;
        const double b = -a * inverse * inverse * sum_dy_x[c] / n;
        by_dy[c] = (float)a;
        by_x[c] = (float)b;
        constant[c] = (float)(-a * sum_dy[c] / n - b * (double)mean[c]);
        if (dgamma) dgamma[c] += (float)(inverse * sum_dy_x[c]);
        if (dbeta) dbeta[c] += (float)sum_dy[c];
    }
    for (int32_t c = channels; c < stored; c++) by_dy[c] = by_x[c] = constant[c] = 0;
}
