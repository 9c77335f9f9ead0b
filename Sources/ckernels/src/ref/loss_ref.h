/* loss_ref.h - plain twins of softmax and the losses. */

/* The logarithm of the sum of exp(x) over a row, in two parts: their sum loses digits when the largest is large. */
static double CK_NAME(log_of_sum)(double *largest, const CK_REAL *x, int32_t channels) {
    double sum = 0;
    *largest = x[0];
    for (int32_t c = 1; c < channels; c++)
        if (x[c] > *largest) *largest = x[c];
    for (int32_t c = 0; c < channels; c++) sum += exp((double)x[c] - *largest);
    return log(sum);
}

static void CK_NAME(softmax_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++, x += s->stored, y += s->stored) {
        double largest;
        const double log_sum = CK_NAME(log_of_sum)(&largest, x, s->channels);
        for (int32_t c = 0; c < s->stored; c++) y[c] = c < s->channels ? (CK_REAL)exp((double)x[c] - largest - log_sum) : 0;
    }
}

static void CK_NAME(softmax_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *y, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++, dx += s->stored, dy += s->stored, y += s->stored) {
        double sum = 0;
        for (int32_t c = 0; c < s->channels; c++) sum += (double)dy[c] * y[c];
        for (int32_t c = 0; c < s->stored; c++) dx[c] = c < s->channels ? (CK_REAL)(y[c] * (dy[c] - sum)) : 0;
    }
}

static void CK_NAME(log_softmax_forward)(CK_REAL *y, const CK_REAL *x, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++, x += s->stored, y += s->stored) {
        double largest;
        const double log_sum = CK_NAME(log_of_sum)(&largest, x, s->channels);
        for (int32_t c = 0; c < s->stored; c++) y[c] = c < s->channels ? (CK_REAL)((double)x[c] - largest - log_sum) : 0;
    }
}

static void CK_NAME(log_softmax_backward)(CK_REAL *dx, const CK_REAL *dy, const CK_REAL *y, const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++, dx += s->stored, dy += s->stored, y += s->stored) {
        double sum = 0;
        for (int32_t c = 0; c < s->channels; c++) sum += dy[c];
        for (int32_t c = 0; c < s->stored; c++) dx[c] = c < s->channels ? (CK_REAL)(dy[c] - exp(y[c]) * sum) : 0;
    }
}

/* A class of weight 0 adds nothing, even when its logit is -inf. */
static void CK_NAME(cross_entropy)(ck_loss *loss, CK_REAL *dx, const CK_REAL *x, const int32_t *labels, const CK_REAL *targets,
                                   const CK_REAL *class_weights, const ck_cross_entropy *s) {
    const int32_t channels = s->rows.channels, stored = s->rows.stored;
    for (int64_t r = 0; r < s->rows.rows; r++) {
        const size_t row = (size_t)r * (size_t)stored;
        if (labels && labels[r] == s->ignore_index) {
            for (int32_t c = 0; dx && c < stored; c++) dx[row + (size_t)c] = 0;
            continue;
        }
        double largest, total = 0, sum = 0;
        const double log_sum = CK_NAME(log_of_sum)(&largest, x + row, channels);
        for (int pass = 0; pass < 2; pass++)
            for (int32_t c = 0; c < channels; c++) {
                const double t = labels ? labels[r] == c : (double)targets[row + (size_t)c];
                const double w = class_weights ? (double)class_weights[c] : 1;
                const double wt = w * ((1 - (double)s->smoothing) * t + (double)s->smoothing / channels);
                const double log_p = (double)x[row + (size_t)c] - largest - log_sum;
                if (pass == 0) total += wt, sum += wt == 0 && log_p == log_p ? 0 : wt * log_p;
                else if (dx) dx[row + (size_t)c] = (CK_REAL)((double)s->gradient_scale * (exp(log_p) * total - wt));
            }
        for (int32_t c = channels; dx && c < stored; c++) dx[row + (size_t)c] = 0;
        loss->sum -= sum;
        loss->weight += labels ? (class_weights ? (double)class_weights[labels[r]] : 1) : 1;
    }
}

static void CK_NAME(mean_squared_error)(ck_loss *loss, CK_REAL *dx, const CK_REAL *x, const CK_REAL *targets, float gradient_scale,
                                        const ck_rows *s) {
    for (size_t i = 0; i < (size_t)s->rows * (size_t)s->stored; i++) {
        const double e = (double)x[i] - targets[i];
        loss->sum += e * e;
        if (dx) dx[i] = (CK_REAL)((double)gradient_scale * 2 * e);
    }
    loss->weight += (double)s->rows * s->channels;
}

static void CK_NAME(mean_absolute_error)(ck_loss *loss, CK_REAL *dx, const CK_REAL *x, const CK_REAL *targets, float gradient_scale,
                                         const ck_rows *s) {
    for (size_t i = 0; i < (size_t)s->rows * (size_t)s->stored; i++) {
        const double e = (double)x[i] - targets[i];
        loss->sum += fabs(e);
        if (dx) dx[i] = (CK_REAL)((double)gradient_scale * (e > 0 ? 1 : e < 0 ? -1 : e)); /* NaN stays NaN */
    }
    loss->weight += (double)s->rows * s->channels;
}

static void CK_NAME(binary_cross_entropy)(ck_loss *loss, CK_REAL *dx, const CK_REAL *x, const CK_REAL *targets, float gradient_scale,
                                          const ck_rows *s) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->stored; c++) {
            const size_t i = (size_t)r * (size_t)s->stored + (size_t)c;
            const bool real = c < s->channels;
            const double v = x[i], t = targets[i], e = exp(-fabs(v));
            if (real) loss->sum += (v > 0 ? v : 0) - v * t + log1p(e);
            if (dx) dx[i] = real ? (CK_REAL)((double)gradient_scale * ((v < 0 ? e : 1) / (1 + e) - t)) : 0;
        }
    loss->weight += (double)s->rows * s->channels;
}
