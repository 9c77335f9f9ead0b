/* loss_body.h - softmax and the losses.
 *
 * A row is worked on 16 values at a time (digits: 10 classes stored as 16, a single vector on AVX-512). `step` is a constant
 * where these functions are called: 16, or 8 for rows of 8, or 1 for rows of any other length. */

#define CK_BY_STEP(call, stored)              \
    do {                                      \
        if ((stored) % 16 == 0) call(16);     \
        else if ((stored) % 8 == 0) call(8);  \
        else call(1);                         \
    } while (0)

/* The row's largest value. Found among integers that are in the order of the floats, because only then the search across a
 * vector is packed. Padding becomes the smallest integer. A NaN may come out; it returns in the sum anyway. */
CK_INLINE float CK_NAME(row_max)(const float *x, int32_t channels, int32_t stored, const int32_t step) {
    int32_t most[16], largest = INT32_MIN;
    for (int32_t k = 0; k < 16; k++) most[k] = INT32_MIN;
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        const uint32_t *real = CK_NAME(real_bits)(channels - c);
        for (int32_t k = 0; k < step; k++) {
            const int32_t b = (int32_t)(CK_NAME(as_bits)(x[c + k]) | ~real[k]), v = b ^ ((b >> 31) & INT32_MAX);
            most[k] = most[k] > v ? most[k] : v;
        }
    }
    for (int32_t k = 0; k < 16; k++) largest = largest > most[k] ? largest : most[k];
    return CK_NAME(as_float)((uint32_t)(largest ^ ((largest >> 31) & INT32_MAX)));
}

/* The sum of exp(x - largest) over the row; its terms into y, padding zero, where y is not NULL. */
CK_INLINE float CK_NAME(row_exp)(float *y, const float *x, float largest, int32_t channels, int32_t stored, const int32_t step) {
    float sums[16] = {0};
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        const uint32_t *real = CK_NAME(real_bits)(channels - c);
        float e[16];
        for (int32_t k = 0; k < step; k++) e[k] = CK_NAME(only)(CK_NAME(exp)(x[c + k] - largest), real[k]);
        for (int32_t k = 0; k < step; k++) sums[k] += e[k];
        if (y)
            for (int32_t k = 0; k < step; k++) y[c + k] = e[k];
    }
    return CK_NAME(sum_16)(sums);
}

CK_INLINE void CK_NAME(softmax_rows)(float *y, const float *x, const ck_rows *s, const int32_t step) {
    const int32_t stored = s->stored;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, y += stored) {
        const float largest = CK_NAME(row_max)(x, s->channels, stored, step);
        const float share = 1.0f / CK_NAME(row_exp)(y, x, largest, s->channels, stored, step);
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(s->channels - c);
            float v[16];
            for (int32_t k = 0; k < step; k++) v[k] = CK_NAME(only)(y[c + k] * share, real[k]);
            for (int32_t k = 0; k < step; k++) y[c + k] = v[k];
        }
    }
}

static void CK_NAME(softmax_forward)(float *y, const float *x, const ck_rows *s) {
#define CK_CALL(step) CK_NAME(softmax_rows)(y, x, s, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}

/* What a softmax is made of, for up to 16 rows, so that the logarithms are one vector. */
typedef struct CK_NAME(sixteen) {
    float largest[16], sum[16], log_sum[16];
} CK_NAME(sixteen);

CK_INLINE void CK_NAME(sum_sixteen)(CK_NAME(sixteen) *t, float *y, const float *x, int64_t rows, int32_t channels, int32_t stored,
                                    const int32_t step) {
    for (int32_t k = 0; k < 16; k++) t->sum[k] = 1;
    CK_NOVEC for (int64_t r = 0; r < rows; r++, x += stored) {
        t->largest[r] = CK_NAME(row_max)(x, channels, stored, step);
        t->sum[r] = CK_NAME(row_exp)(y ? y + r * stored : NULL, x, t->largest[r], channels, stored, step);
    }
    for (int32_t k = 0; k < 16; k++) t->log_sum[k] = CK_NAME(log)(t->sum[k]);
}

CK_INLINE void CK_NAME(log_softmax_rows)(float *y, const float *x, const ck_rows *s, const int32_t step) {
    const int32_t stored = s->stored;
    CK_NOVEC for (int64_t first = 0; first < s->rows; first += 16) {
        CK_NAME(sixteen) t;
        const int64_t rows = ck_min(16, s->rows - first);
        CK_NAME(sum_sixteen)(&t, NULL, x, rows, s->channels, stored, step);
        CK_NOVEC for (int64_t r = 0; r < rows; r++, x += stored, y += stored)
            CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
                const uint32_t *real = CK_NAME(real_bits)(s->channels - c);
                float v[16];
                for (int32_t k = 0; k < step; k++) v[k] = CK_NAME(only)((x[c + k] - t.largest[r]) - t.log_sum[r], real[k]);
                for (int32_t k = 0; k < step; k++) y[c + k] = v[k];
            }
    }
}

static void CK_NAME(log_softmax_forward)(float *y, const float *x, const ck_rows *s) {
#define CK_CALL(step) CK_NAME(log_softmax_rows)(y, x, s, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}

/* Both backward forms: dx = y * (dy - sum of dy * y), or dy - exp(y) * sum of dy. */
CK_INLINE void CK_NAME(softmax_backward_rows)(float *dx, const float *dy, const float *y, const ck_rows *s, const bool logarithm,
                                              const int32_t step) {
    const int32_t stored = s->stored;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, dx += stored, dy += stored, y += stored) {
        float sums[16] = {0};
        CK_NOVEC for (int32_t c = 0; c < stored; c += step)
            for (int32_t k = 0; k < step; k++) sums[k] += logarithm ? dy[c + k] : dy[c + k] * y[c + k];
        const float sum = CK_NAME(sum_16)(sums);
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(s->channels - c);
            float v[16];
            for (int32_t k = 0; k < step; k++)
                v[k] = logarithm ? dy[c + k] - CK_NAME(exp)(y[c + k]) * sum : y[c + k] * (dy[c + k] - sum);
            for (int32_t k = 0; k < step; k++) v[k] = CK_NAME(only)(v[k], real[k]);
            for (int32_t k = 0; k < step; k++) dx[c + k] = v[k];
        }
    }
}

static void CK_NAME(softmax_backward)(float *dx, const float *dy, const float *y, const ck_rows *s) {
#define CK_CALL(step) CK_NAME(softmax_backward_rows)(dx, dy, y, s, false, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}

static void CK_NAME(log_softmax_backward)(float *dx, const float *dy, const float *y, const ck_rows *s) {
#define CK_CALL(step) CK_NAME(softmax_backward_rows)(dx, dy, y, s, true, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}

#include "cross_entropy_body.h"
#include "distance_body.h"

#undef CK_BY_STEP
