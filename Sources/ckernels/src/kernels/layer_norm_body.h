/* layer_norm_body.h - layer normalisation; included by norm_body.h.
 *
 * A row is summed in 16 places at once, and these by halves. `step` is a constant where these functions are called:
 * 16, or 8 for rows of 8, or 1 for rows of any other length. */

/* The row's mean and mean square deviation. What the first mean lost in rounding shows in the second pass. */
CK_INLINE void CK_NAME(row_moments)(float *mean, float *variance, const float *restrict x, int32_t channels, int32_t stored,
                                    const int32_t step) {
    const float one_nth = 1.0f / (float)channels;
    float sums[16] = {0}, rests[16] = {0}, squares[16] = {0};
    CK_NOVEC for (int32_t c = 0; c < stored; c += step)
        for (int32_t k = 0; k < step; k++) sums[k] += x[c + k]; /* the padding is zero */
    const float centre = CK_NAME(sum_16)(sums) * one_nth;
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        const uint32_t *real = CK_NAME(real_bits)(channels - c);
        for (int32_t k = 0; k < step; k++) {
            const float d = CK_NAME(only)(x[c + k] - centre, real[k]);
            rests[k] += d, squares[k] += d * d;
        }
    }
    const float rest = CK_NAME(sum_16)(rests) * one_nth;
    *mean = centre + rest;
    *variance = CK_NAME(sum_16)(squares) * one_nth - rest * rest;
}

CK_INLINE void CK_NAME(layer_norm_rows)(float *restrict y, float *restrict mean, float *restrict inverse, const float *restrict x,
                                        const float *restrict gamma, const float *restrict beta, float epsilon, const ck_rows *s,
                                        const int32_t step) {
    const int32_t channels = s->channels, stored = s->stored;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, y += stored) {
        float m, variance;
        CK_NAME(row_moments)(&m, &variance, x, channels, stored, step);
        const float inv = 1.0f / ck_sqrtf(variance + epsilon);
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(channels - c);
            for (int32_t k = 0; k < step; k++)
                y[c + k] = CK_NAME(only)((x[c + k] - m) * inv * gamma[c + k] + beta[c + k], real[k]);
        }
        mean[r] = m, inverse[r] = inv;
    }
}

static void CK_NAME(layer_norm_forward)(float *y, float *mean, float *inverse, const float *x, const float *gamma, const float *beta,
                                        float epsilon, const ck_rows *s) {
    if (s->stored % 16 == 0) CK_NAME(layer_norm_rows)(y, mean, inverse, x, gamma, beta, epsilon, s, 16);
    else if (s->stored % 8 == 0) CK_NAME(layer_norm_rows)(y, mean, inverse, x, gamma, beta, epsilon, s, 8);
    else CK_NAME(layer_norm_rows)(y, mean, inverse, x, gamma, beta, epsilon, s, 1);
}

/* With g = dy * gamma and h = (x - mean) * inverse: dx = inverse * (g - mean of g - h * mean of g * h). */
CK_INLINE void CK_NAME(layer_norm_backward_rows)(float *restrict dx, float *restrict dgamma, float *restrict dbeta,
                                                 const float *restrict dy, const float *restrict x, const float *restrict mean,
                                                 const float *restrict inverse, const float *restrict gamma, const ck_rows *s,
                                                 const int32_t step) {
    const int32_t channels = s->channels, stored = s->stored;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, dx += stored, dy += stored) {
        const float m = mean[r], inv = inverse[r];
        float g_sum[16] = {0}, gh_sum[16] = {0};
        CK_NOVEC for (int32_t c = 0; c < stored; c += step)
            for (int32_t k = 0; k < step; k++) {
                const float d = dy[c + k], g = d * gamma[c + k], h = (x[c + k] - m) * inv;
                g_sum[k] += g, gh_sum[k] += g * h; /* padding: g is 0 */
                dgamma[c + k] += d * h, dbeta[c + k] += d;
            }
        const float a = CK_NAME(sum_16)(g_sum) / (float)channels, b = CK_NAME(sum_16)(gh_sum) / (float)channels;
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(channels - c);
            for (int32_t k = 0; k < step; k++) {
                const float g = dy[c + k] * gamma[c + k], h = (x[c + k] - m) * inv;
                dx[c + k] = CK_NAME(only)(inv * ((g - a) - h * b), real[k]);
            }
        }
    }
}

static void CK_NAME(layer_norm_backward)(float *dx, float *dgamma, float *dbeta, const float *dy, const float *x, const float *mean,
                                         const float *inverse, const float *gamma, const ck_rows *s) {
    if (s->stored % 16 == 0) CK_NAME(layer_norm_backward_rows)(dx, dgamma, dbeta, dy, x, mean, inverse, gamma, s, 16);
    else if (s->stored % 8 == 0) CK_NAME(layer_norm_backward_rows)(dx, dgamma, dbeta, dy, x, mean, inverse, gamma, s, 8);
    else CK_NAME(layer_norm_backward_rows)(dx, dgamma, dbeta, dy, x, mean, inverse, gamma, s, 1);
}
