/* update_ref.h - plain twin of update_body.h, computed in double. */

static double CK_NAME(effective)(double g, double w, const ck_update *u) {
    g *= u->gradient_scale;
    if (u->clip_value > 0 && g > u->clip_value) g = u->clip_value;
    if (u->clip_value > 0 && g < -u->clip_value) g = -u->clip_value;
    return u->decoupled ? g : g + (double)u->weight_decay * w;
}
static double CK_NAME(decayed)(double w, const ck_update *u) {
    return u->decoupled ? w * (1 - (double)u->rate * u->weight_decay) : w;
}
/* Moments smaller than 1e-30 become zero. */
static double CK_NAME(flush)(double m) { return fabs(m) < 1e-30 ? 0 : m; }

static void CK_NAME(sgd_update)(CK_REAL *w, CK_REAL *v, const CK_REAL *g, int64_t count, const ck_update *u) {
    for (int64_t i = 0; i < count; i++) {
        const double d = CK_NAME(effective)(g[i], w[i], u);
        const double moment = CK_NAME(flush)(u->momentum * (v ? (double)v[i] : 0) + (1 - (double)u->dampening) * d);
        if (v) v[i] = (CK_REAL)moment;
        w[i] = (CK_REAL)(CK_NAME(decayed)(w[i], u) - u->rate * (u->nesterov ? d + u->momentum * moment : moment));
    }
}

static void CK_NAME(adam_update)(CK_REAL *w, CK_REAL *m, CK_REAL *v, const CK_REAL *g, int64_t count, const ck_update *u) {
    for (int64_t i = 0; i < count; i++) {
        const double d = CK_NAME(effective)(g[i], w[i], u);
        const double first = CK_NAME(flush)((double)u->beta1 * m[i] + (1 - (double)u->beta1) * d);
        const double second = CK_NAME(flush)((double)u->beta2 * v[i] + (1 - (double)u->beta2) * d * d);
        m[i] = (CK_REAL)first, v[i] = (CK_REAL)second;
        w[i] = (CK_REAL)(CK_NAME(decayed)(w[i], u) -
                         (double)u->rate * u->correction1 * first / (sqrt(u->correction2 * second) + u->epsilon));
    }
}

static void CK_NAME(dense_adam_update)(CK_REAL *w, CK_REAL *m, CK_REAL *v, const CK_REAL *x, const CK_REAL *dy, int32_t batch, int32_t first,
                                       int32_t count, const ck_dense *s, const ck_update *u, void *workspace) {
    CK_REAL *g = workspace;
    for (int32_t i = first; i < first + count; i++) {
        const int64_t row = (int64_t)i * s->out_stored;
        for (int32_t o = 0; o < s->out_stored; o++) g[o] = 0;
        /* one row, which its x and its g begin with */
        const ck_dense one = {i < s->in, s->in_stored, s->out, s->out_stored, CK_IDENTITY, 0, 0, 0};
        CK_NAME(dense_backward_weight)(g, x + i, dy, batch, 0, 1, &one, NULL);
        CK_NAME(adam_update)(w + row, m + row, v + row, g, s->out_stored, u);
    }
}

static void CK_NAME(adagrad_update)(CK_REAL *w, CK_REAL *v, const CK_REAL *g, int64_t count, const ck_update *u) {
    for (int64_t i = 0; i < count; i++) {
        const double d = CK_NAME(effective)(g[i], w[i], u), second = CK_NAME(flush)(v[i] + d * d);
        v[i] = (CK_REAL)second;
        w[i] = (CK_REAL)(CK_NAME(decayed)(w[i], u) - u->rate * d / (sqrt(second) + u->epsilon));
    }
}

static void CK_NAME(rmsprop_update)(CK_REAL *w, CK_REAL *m, CK_REAL *v, const CK_REAL *g, int64_t count, const ck_update *u) {
    for (int64_t i = 0; i < count; i++) {
        const double d = CK_NAME(effective)(g[i], w[i], u);
        const double second = CK_NAME(flush)((double)u->beta2 * v[i] + (1 - (double)u->beta2) * d * d);
        const double moment = CK_NAME(flush)(u->momentum * (m ? (double)m[i] : 0) + d / (sqrt(second) + u->epsilon));
        v[i] = (CK_REAL)second;
        if (m) m[i] = (CK_REAL)moment;
        w[i] = (CK_REAL)(CK_NAME(decayed)(w[i], u) - u->rate * moment);
    }
}

static void CK_NAME(average_update)(CK_REAL *average, const CK_REAL *w, float decay, int64_t count) {
    for (int64_t i = 0; i < count; i++) average[i] = (CK_REAL)((double)decay * average[i] + (1 - (double)decay) * w[i]);
}

static void CK_NAME(squared_norm)(double *sum, const CK_REAL *g, int64_t count) {
    for (int64_t i = 0; i < count; i++) *sum += (double)g[i] * (double)g[i];
}
