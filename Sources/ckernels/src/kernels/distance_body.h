/* distance_body.h - squared, absolute and binary cross-entropy loss; included by loss_body.h. */

/* Over flat arrays: padding is zero in x and t and adds nothing. 1024 values are summed in 16 floats, these in double. */
CK_INLINE double CK_NAME(distances)(float *restrict dx, const float *restrict x, const float *restrict t, float scale,
                                    int64_t count, const bool squared) {
    double total = 0;
    int64_t i = 0;
    while (i < count) {
        float sums[16] = {0}, rest = 0;
        const int64_t end = ck_min(count, i + 1024);
        CK_NOVEC for (; i + 16 <= end; i += 16) {
            float d[16];
            for (int32_t k = 0; k < 16; k++) d[k] = x[i + k] - t[i + k];
            for (int32_t k = 0; k < 16; k++) sums[k] += squared ? d[k] * d[k] : fabsf(d[k]);
            if (!squared) /* the sign; 0 and NaN are left as they are */
                for (int32_t k = 0; k < 16; k++) {
                    const float up = d[k] > 0 ? 1.0f : d[k];
                    d[k] = d[k] < 0 ? -1.0f : up;
                }
            if (dx)
                for (int32_t k = 0; k < 16; k++) dx[i + k] = scale * d[k];
        }
        CK_NOVEC for (; i < end; i++) {
            const float d = x[i] - t[i], sign = d > 0 ? 1.0f : d < 0 ? -1.0f : d;
            rest += squared ? d * d : fabsf(d);
            if (dx) dx[i] = scale * (squared ? d : sign);
        }
        total += (double)CK_NAME(sum_16)(sums) + (double)rest;
    }
    return total;
}

static void CK_NAME(mean_squared_error)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                        const ck_rows *s) {
    const int64_t count = s->rows * s->stored;
    const float scale = 2.0f * gradient_scale;
    loss->sum += dx ? CK_NAME(distances)(dx, x, targets, scale, count, true) : CK_NAME(distances)(NULL, x, targets, 0, count, true);
    loss->weight += (double)s->rows * s->channels;
}

static void CK_NAME(mean_absolute_error)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                         const ck_rows *s) {
    const int64_t count = s->rows * s->stored;
    loss->sum += dx ? CK_NAME(distances)(dx, x, targets, gradient_scale, count, false)
                    : CK_NAME(distances)(NULL, x, targets, 0, count, false);
    loss->weight += (double)s->rows * s->channels;
}

/* By rows, because the loss of a padded zero would be log 2. With e = exp(-|x|): log(1 + e) gets back what the rounding of
 * 1 + e lost, or a confident answer's loss would vanish. */
CK_INLINE double CK_NAME(binary_rows)(float *restrict dx, const float *restrict x, const float *restrict t, float scale,
                                      const ck_rows *s, const int32_t step) {
    double total = 0;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += s->stored, t += s->stored) {
        float sums[16] = {0};
        CK_NOVEC for (int32_t c = 0; c < s->stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(s->channels - c);
            float e[16], more[16], v[16];
            for (int32_t k = 0; k < step; k++) e[k] = CK_NAME(exp)(-fabsf(x[c + k]));
            for (int32_t k = 0; k < step; k++) more[k] = 1.0f + e[k];
            for (int32_t k = 0; k < step; k++) v[k] = CK_NAME(log)(more[k]) + (e[k] - (more[k] - 1.0f)) / more[k];
            for (int32_t k = 0; k < step; k++) v[k] += (x[c + k] < 0 ? 0 : x[c + k]) - x[c + k] * t[c + k];
            for (int32_t k = 0; k < step; k++) sums[k] += CK_NAME(only)(v[k], real[k]);
            if (!dx) continue;
            for (int32_t k = 0; k < step; k++) v[k] = (x[c + k] < 0 ? e[k] : 1.0f) / more[k] - t[c + k];
            for (int32_t k = 0; k < step; k++) dx[c + k] = CK_NAME(only)(scale * v[k], real[k]);
        }
        total += (double)CK_NAME(sum_16)(sums);
        if (dx) dx += s->stored;
    }
    return total;
}

static void CK_NAME(binary_cross_entropy)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                          const ck_rows *s) {
#define CK_CALL(step) loss->sum += CK_NAME(binary_rows)(dx, x, targets, gradient_scale, s, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
    loss->weight += (double)s->rows * s->channels;
}
