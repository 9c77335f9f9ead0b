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

#define CK_REAL float
#define CK_BATCH_NORM(f) ck_batch_norm_##f
#include "batch_norm_body.h"
