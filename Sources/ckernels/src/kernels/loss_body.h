/* loss_body.h - softmax and the losses.
 *
 * A row is worked on 16 values at a time (digits: 10 classes stored as 16, a single vector on AVX-512); padding is taken
 * as -infinity, which exp turns to 0. `step` is a constant where these functions are called: 16, or 8 for rows
 * of 8, or 1 for rows of any other length. */

#define CK_BY_STEP(call, stored)              \
    do {                                      \
        if ((stored) % 16 == 0) call(16);     \
        else if ((stored) % 8 == 0) call(8);  \
        else call(1);                         \
    } while (0)

/* The row's largest value. A NaN need not be found here: it returns in the sum. */
CK_INLINE float CK_NAME(row_max)(const float *x, int32_t channels, int32_t stored, const int32_t step) {
    float most[16];
    for (int32_t k = 0; k < 16; k++) most[k] = -INFINITY;
    CK_NOVEC for (int32_t c = 0; c < stored; c += step)
        for (int32_t k = 0; k < step; k++) {
            const float v = c + k < channels ? x[c + k] : -INFINITY;
            most[k] = most[k] < v ? v : most[k];
        }
    return CK_NAME(max_16)(most);
}

/* y = exp(x - largest), padding zero; their sum. */
CK_INLINE float CK_NAME(row_exp)(float *y, const float *x, float largest, int32_t channels, int32_t stored, const int32_t step) {
    float sums[16] = {0};
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        float e[16];
        for (int32_t k = 0; k < step; k++) e[k] = CK_NAME(exp)(x[c + k] - largest);
        for (int32_t k = 0; k < step; k++) e[k] = c + k < channels ? e[k] : 0;
        for (int32_t k = 0; k < step; k++) sums[k] += e[k];
        if (y)
            for (int32_t k = 0; k < step; k++) y[c + k] = e[k];
    }
    return CK_NAME(sum_16)(sums);
}

CK_INLINE void CK_NAME(softmax_rows)(float *y, const float *x, const ck_rows *s, const int32_t step) {
    const int32_t stored = s->stored, channels = s->channels;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, y += stored) {
        const float largest = CK_NAME(row_max)(x, channels, stored, step);
        const float share = 1.0f / CK_NAME(row_exp)(y, x, largest, channels, stored, step);
        CK_NOVEC for (int32_t c = 0; c < stored; c += step)
            for (int32_t k = 0; k < step; k++) y[c + k] = c + k < channels ? y[c + k] * share : 0;
    }
}

static void CK_NAME(softmax_forward)(float *y, const float *x, const ck_rows *s) {
#define CK_CALL(step) CK_NAME(softmax_rows)(y, x, s, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}

CK_INLINE void CK_NAME(log_softmax_rows)(float *y, const float *x, const ck_rows *s, const int32_t step) {
    const int32_t stored = s->stored, channels = s->channels;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, y += stored) {
        const float largest = CK_NAME(row_max)(x, channels, stored, step);
        const float log_sum = CK_NAME(log)(CK_NAME(row_exp)(NULL, x, largest, channels, stored, step));
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            float v[16];
            for (int32_t k = 0; k < step; k++) v[k] = (x[c + k] - largest) - log_sum;
            for (int32_t k = 0; k < step; k++) y[c + k] = c + k < channels ? v[k] : 0;
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
    const int32_t stored = s->stored, channels = s->channels;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, dx += stored, dy += stored, y += stored) {
        float sums[16] = {0};
        CK_NOVEC for (int32_t c = 0; c < stored; c += step)
            for (int32_t k = 0; k < step; k++) sums[k] += logarithm ? dy[c + k] : dy[c + k] * y[c + k];
        const float sum = CK_NAME(sum_16)(sums);
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            float v[16];
            for (int32_t k = 0; k < step; k++)
                v[k] = logarithm ? dy[c + k] - CK_NAME(exp)(y[c + k]) * sum : y[c + k] * (dy[c + k] - sum);
            for (int32_t k = 0; k < step; k++) dx[c + k] = c + k < channels ? v[k] : 0;
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

/* -------------------------------------------------------------- cross-entropy */

/* What a row's smoothed and weighted target is, 16 at a time. */
typedef struct CK_NAME(target) {
    const float *soft, *weights; /* NULL: hard; NULL: all 1 */
    int32_t label, channels;
    float keep, even;            /* 1 - smoothing; smoothing / channels */
} CK_NAME(target);

CK_INLINE void CK_NAME(target_at)(float *restrict t, const CK_NAME(target) *g, int32_t c, const bool soft, const int32_t step) {
    for (int32_t k = 0; k < step; k++) t[k] = g->keep * (soft ? g->soft[c + k] : c + k == g->label ? 1.0f : 0.0f) + g->even;
    if (g->weights) { /* there may be no more than `channels` of them */
        CK_NOVEC for (int32_t k = 0; k < step; k++) t[k] *= c + k < g->channels ? g->weights[c + k] : 0;
    }
    for (int32_t k = 0; k < step; k++) t[k] = c + k < g->channels ? t[k] : 0;
}

/* The loss of one row, and its gradient where dx is not NULL. exp(x - largest) is kept in dx between the passes. */
CK_INLINE double CK_NAME(cross_entropy_row)(float *restrict dx, const float *restrict x, const CK_NAME(target) *g, int32_t stored,
                                            float gradient_scale, const bool soft, const int32_t step) {
    const float largest = CK_NAME(row_max)(x, g->channels, stored, step);
    const float sum = CK_NAME(row_exp)(dx, x, largest, g->channels, stored, step), log_sum = CK_NAME(log)(sum);
    float totals[16] = {0}, losses[16] = {0}, t[16];
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        CK_NAME(target_at)(t, g, c, soft, step);
        for (int32_t k = 0; k < step; k++) totals[k] += t[k];
        for (int32_t k = 0; k < step; k++) {
            const float log_p = (x[c + k] - largest) - log_sum, part = t[k] * log_p;
            losses[k] -= t[k] == 0 ? 0 : part;
        }
    }
    if (dx) {
        const float share = CK_NAME(sum_16)(totals) / sum;
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            CK_NAME(target_at)(t, g, c, soft, step);
            for (int32_t k = 0; k < step; k++) dx[c + k] = gradient_scale * (dx[c + k] * share - t[k]);
        }
        if (g->channels < stored) memset(dx + g->channels, 0, (size_t)(stored - g->channels) * sizeof *dx);
    }
    const float loss = CK_NAME(sum_16)(losses);
    return sum == sum ? (double)loss : (double)NAN; /* also where the label's own class is not the NaN */
}

CK_INLINE void CK_NAME(cross_entropy_rows)(ck_loss *loss, float *dx, const float *x, const int32_t *labels, const float *targets,
                                           const float *class_weights, const ck_cross_entropy *s, const bool soft, const int32_t step) {
    const int32_t stored = s->rows.stored, channels = s->rows.channels;
    CK_NAME(target) g = {NULL, class_weights, 0, channels, 1.0f - s->smoothing, s->smoothing / (float)channels};
    double sum = 0, weight = 0;
    CK_NOVEC for (int64_t r = 0; r < s->rows.rows; r++, x += stored) {
        float *dx_r = dx ? dx + r * stored : NULL;
        if (soft) g.soft = targets + r * stored;
        else g.label = labels[r];
        if (!soft && g.label == s->ignore_index) {
            if (dx) memset(dx_r, 0, (size_t)stored * sizeof *dx);
            continue;
        }
        sum += dx ? CK_NAME(cross_entropy_row)(dx_r, x, &g, stored, s->gradient_scale, soft, step)
                  : CK_NAME(cross_entropy_row)(NULL, x, &g, stored, 0, soft, step);
        weight += !soft && class_weights ? (double)class_weights[g.label] : 1;
    }
    loss->sum += sum, loss->weight += weight;
}

static void CK_NAME(cross_entropy)(ck_loss *loss, float *dx, const float *x, const int32_t *labels, const float *targets,
                                   const float *class_weights, const ck_cross_entropy *s) {
#define CK_HARD(step) CK_NAME(cross_entropy_rows)(loss, dx, x, labels, targets, class_weights, s, false, step)
#define CK_SOFT(step) CK_NAME(cross_entropy_rows)(loss, dx, x, labels, targets, class_weights, s, true, step)
    if (labels) CK_BY_STEP(CK_HARD, s->rows.stored);
    else CK_BY_STEP(CK_SOFT, s->rows.stored);
#undef CK_HARD
#undef CK_SOFT
}

/* --------------------------------------------------- squares, distances, logits */
/* The first two over flat arrays: 1024 values are summed in 16 floats, these in double. Padding is zero in x and t and adds nothing. */

/* The three formulas: adds the loss of (x, t) to `sum`, gives the gradient. */
CK_INLINE float CK_NAME(squared)(float *sum, float x, float t) {
    const float e = x - t;
    *sum += e * e;
    return 2.0f * e;
}

CK_INLINE float CK_NAME(absolute)(float *sum, float x, float t) {
    const float e = x - t, sign = e < 0 ? -1.0f : e;
    *sum += fabsf(e);
    return e > 0 ? 1.0f : sign; /* 0 and NaN are left as they are */
}

CK_INLINE float CK_NAME(binary)(float *sum, float x, float t) {
    const float e = CK_NAME(exp)(-fabsf(x)), one_more = 1.0f + e;
    /* log(1 + e): what the rounding of 1 + e lost is given back, or a confident answer's loss would vanish */
    *sum += ((x < 0 ? 0 : x) - x * t) + (CK_NAME(log)(one_more) + (e - (one_more - 1.0f)) / one_more);
    return (x < 0 ? e : 1.0f) / one_more - t;
}

#define CK_FLAT_LOSS(name, formula)                                                                                         \
    CK_INLINE double CK_NAME(name)(float *restrict dx, const float *restrict x, const float *restrict t, float scale,       \
                                   int64_t count) {                                                                         \
        double total = 0;                                                                                                   \
        int64_t i = 0;                                                                                                      \
        CK_NOVEC for (int64_t end = 0; end < count;) {                                                                      \
            float sums[16] = {0};                                                                                           \
            end = ck_min(count, end + 1024);                                                                                \
            CK_NOVEC for (; i + 16 <= end; i += 16) {                                                                       \
                float g[16];                                                                                                \
                for (int32_t k = 0; k < 16; k++) g[k] = scale * CK_NAME(formula)(&sums[k], x[i + k], t[i + k]);             \
                if (dx)                                                                                                     \
                    for (int32_t k = 0; k < 16; k++) dx[i + k] = g[k];                                                      \
            }                                                                                                               \
            CK_NOVEC for (; i < end; i++) {                                                                                 \
                const float g = scale * CK_NAME(formula)(&sums[i % 16], x[i], t[i]);                                        \
                if (dx) dx[i] = g;                                                                                          \
            }                                                                                                               \
            total += (double)CK_NAME(sum_16)(sums);                                                                         \
        }                                                                                                                   \
        return total;                                                                                                       \
    }

CK_FLAT_LOSS(squared_flat, squared)
CK_FLAT_LOSS(absolute_flat, absolute)
#undef CK_FLAT_LOSS

static void CK_NAME(mean_squared_error)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                        const ck_rows *s) {
    const int64_t count = s->rows * s->stored;
    loss->sum += dx ? CK_NAME(squared_flat)(dx, x, targets, gradient_scale, count) : CK_NAME(squared_flat)(NULL, x, targets, 0, count);
    loss->weight += (double)s->rows * s->channels;
}

static void CK_NAME(mean_absolute_error)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                         const ck_rows *s) {
    const int64_t count = s->rows * s->stored;
    loss->sum += dx ? CK_NAME(absolute_flat)(dx, x, targets, gradient_scale, count) : CK_NAME(absolute_flat)(NULL, x, targets, 0, count);
    loss->weight += (double)s->rows * s->channels;
}

/* By rows, because the loss of a padded zero would be log 2. */
CK_INLINE double CK_NAME(binary_rows)(float *restrict dx, const float *restrict x, const float *restrict t, float scale,
                                      const ck_rows *s, const int32_t step) {
    double total = 0;
    const int32_t stored = s->stored, channels = s->channels;
    CK_NOVEC for (int64_t r = 0; r < s->rows; r++, x += stored, t += stored) {
        float sums[16] = {0};
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            float losses[16] = {0}, g[16];
            for (int32_t k = 0; k < step; k++) g[k] = scale * CK_NAME(binary)(&losses[k], x[c + k], t[c + k]);
            for (int32_t k = 0; k < step; k++) sums[k] += c + k < channels ? losses[k] : 0;
            if (dx)
                for (int32_t k = 0; k < step; k++) dx[r * stored + c + k] = c + k < channels ? g[k] : 0;
        }
        total += (double)CK_NAME(sum_16)(sums);
    }
    return total;
}

static void CK_NAME(binary_cross_entropy)(ck_loss *loss, float *dx, const float *x, const float *targets, float gradient_scale,
                                          const ck_rows *s) {
#define CK_CALL(step) \
    loss->sum += dx ? CK_NAME(binary_rows)(dx, x, targets, gradient_scale, s, step) : CK_NAME(binary_rows)(NULL, x, targets, 0, s, step)
    CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
    loss->weight += (double)s->rows * s->channels;
}

#undef CK_BY_STEP
