/* cross_entropy_body.h - softmax, cross-entropy and gradient in one; included by loss_body.h.
 *
 * Sixteen rows at a time: exp(x - largest) is left in dx, then made into the gradient. */

/* All bits at place `label` of a block, which may lie outside it. Taken from a table, as in real_bits, for the same reason. */
CK_INLINE const uint32_t *CK_NAME(hot_bits)(int32_t label) {
    static const uint32_t bits[33] = {[16] = ~0u};
    return bits + (label >= 0 && label < 16 ? 16 - label : 17);
}

/* A row's smoothed and weighted target t, one block of it. There are no more class weights than real channels. */
CK_INLINE void CK_NAME(target_block)(float *restrict t, const float *soft, int32_t label, const float *weights, int32_t c,
                                     const ck_cross_entropy *s, const int32_t step) {
    const int32_t left = s->rows.channels - c;
    const uint32_t *real = CK_NAME(real_bits)(left);
    const uint32_t *hot = CK_NAME(hot_bits)(label - c);
    const float keep = 1.0f - s->smoothing, even = s->smoothing / (float)s->rows.channels;
    if (soft)
        for (int32_t k = 0; k < step; k++) t[k] = keep * soft[c + k] + even;
    else
        for (int32_t k = 0; k < step; k++) t[k] = CK_NAME(only)(keep, hot[k]) + even;
    if (weights) {
        float w[16] = {0};
        memcpy(w, weights + c, (size_t)ck_max(0, ck_min(left, step)) * sizeof *w);
        for (int32_t k = 0; k < step; k++) t[k] *= w[k];
    }
    for (int32_t k = 0; k < step; k++) t[k] = CK_NAME(only)(t[k], real[k]);
}

/* Any target: - sum of t * log p, and in dx the gradient. */
CK_INLINE double CK_NAME(any_target)(float *dx, const float *x, float largest, float sum, float log_sum, const float *soft,
                                     int32_t label, const float *weights, const ck_cross_entropy *s, const int32_t step) {
    const int32_t stored = s->rows.stored;
    float totals[16] = {0}, losses[16] = {0}, t[16];
    CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
        CK_NAME(target_block)(t, soft, label, weights, c, s, step);
        for (int32_t k = 0; k < step; k++) totals[k] += t[k];
        for (int32_t k = 0; k < step; k++) {
            const float part = t[k] * ((x[c + k] - largest) - log_sum);
            losses[k] -= t[k] == 0 ? 0 : part; /* 0 times -inf is nothing */
        }
    }
    const float scale = s->gradient_scale, share = scale * CK_NAME(sum_16)(totals) / sum;
    if (dx)
        CK_NOVEC for (int32_t c = 0; c < stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(s->rows.channels - c);
            CK_NAME(target_block)(t, soft, label, weights, c, s, step);
            for (int32_t k = 0; k < step; k++) t[k] = CK_NAME(only)(dx[c + k] * share - scale * t[k], real[k]);
            for (int32_t k = 0; k < step; k++) dx[c + k] = t[k];
        }
    return sum == sum ? (double)CK_NAME(sum_16)(losses) : (double)NAN;
}

/* A label alone, of weight w: only one of the logarithms counts. */
CK_INLINE double CK_NAME(one_label)(float *dx, const float *x, float largest, float sum, float log_sum, int32_t label, float w,
                                    const ck_cross_entropy *s, const int32_t step) {
    const float log_p = (x[label] - largest) - log_sum;
    if (dx) {
        const float share = s->gradient_scale * w / sum;
        CK_NOVEC for (int32_t c = 0; c < s->rows.stored; c += step) {
            const uint32_t *real = CK_NAME(real_bits)(s->rows.channels - c);
            float v[16];
            for (int32_t k = 0; k < step; k++) v[k] = CK_NAME(only)(dx[c + k] * share, real[k]);
            for (int32_t k = 0; k < step; k++) dx[c + k] = v[k];
        }
        dx[label] -= s->gradient_scale * w;
    }
    return w == 0 && log_p == log_p ? 0 : -(double)w * (double)log_p;
}

CK_INLINE void CK_NAME(cross_entropy_rows)(ck_loss *loss, float *dx, const float *x, const int32_t *labels, const float *targets,
                                           const float *weights, const ck_cross_entropy *s, const int32_t step) {
    const int32_t stored = s->rows.stored;
    double sum = loss->sum, weight = loss->weight; /* row by row: so the rows may come in any groups */
    CK_NOVEC for (int64_t first = 0; first < s->rows.rows; first += 16) {
        CK_NAME(sixteen) t;
        const int64_t rows = ck_min(16, s->rows.rows - first);
        CK_NAME(sum_sixteen)(&t, dx, x, rows, s->rows.channels, stored, step);
        CK_NOVEC for (int64_t r = 0; r < rows; r++, x += stored) {
            const int32_t label = labels ? labels[first + r] : -1;
            const float *soft = targets ? targets + (first + r) * stored : NULL;
            const float w = labels && weights && label != s->ignore_index ? weights[label] : 1.0f;
            if (labels && label == s->ignore_index) {
                if (dx) memset(dx, 0, (size_t)stored * sizeof *dx);
            } else if (labels && s->smoothing == 0) {
                sum += CK_NAME(one_label)(dx, x, t.largest[r], t.sum[r], t.log_sum[r], label, w, s, step);
                weight += (double)w;
            } else {
                sum += CK_NAME(any_target)(dx, x, t.largest[r], t.sum[r], t.log_sum[r], soft, label, weights, s, step);
                weight += (double)w;
            }
            if (dx) dx += stored;
        }
    }
    loss->sum = sum, loss->weight = weight;
}

static void CK_NAME(cross_entropy)(ck_loss *loss, float *dx, const float *x, const int32_t *labels, const float *targets,
                                   const float *class_weights, const ck_cross_entropy *s) {
#define CK_CALL(step) CK_NAME(cross_entropy_rows)(loss, dx, x, labels, targets, class_weights, s, step)
    CK_BY_STEP(CK_CALL, s->rows.stored);
#undef CK_CALL
}
