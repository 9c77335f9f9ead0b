/* gemm_ref.h - the plain twins of the product kernels. `prepared` is a copy of the weights. */

/* The activation of a sum; NaN stays NaN. */
CK_INLINE double CK_NAME(activate)(double x, int32_t activation, float slope) {
    if (activation == CK_RELU) return x < 0 ? 0 : x;
    if (activation == CK_LEAKY_RELU) return x < 0 ? slope * x : x;
    return x;
}

static void CK_NAME(matmul)(CK_REAL *c, const CK_REAL *a, const CK_REAL *b, const ck_matmul *s, void *workspace) {
    (void)workspace;
    for (int64_t m = 0; m < s->m; m++)
        for (int64_t n = 0; n < s->n; n++) {
            double sum = s->accumulate ? c[m * s->ldc + n] : 0;
            for (int64_t k = 0; k < s->k; k++)
                sum += (double)a[s->transpose_a ? k * s->lda + m : m * s->lda + k]
                     * (double)b[s->transpose_b ? n * s->ldb + k : k * s->ldb + n];
            c[m * s->ldc + n] = (CK_REAL)sum;
        }
}

/* The copy of some rows of w, or of all. */
static void CK_NAME(dense_copy)(CK_REAL *prepared, const CK_REAL *w, const ck_dense *s) {
    const int64_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->in_stored);
    memcpy(prepared + first * s->out_stored, w + first * s->out_stored, sizeof(CK_REAL) * (size_t)((end - first) * s->out_stored));
}

static void CK_NAME(dense_forward_prepare)(void *prepared, const CK_REAL *w, const ck_dense *s) {
    CK_NAME(dense_copy)(prepared, w, s);
}

static void CK_NAME(dense_forward)(CK_REAL *y, const CK_REAL *x, const void *prepared, const CK_REAL *bias,
                                   int32_t batch, const ck_dense *s) {
    const CK_REAL *w = prepared;
    for (int64_t n = 0; n < batch; n++) {
        const CK_REAL *x_n = x + n * s->in_stored;
        CK_REAL *y_n = y + n * s->out_stored;
        const int32_t end = ck_part_end(s->part_first, s->part_count, s->out_stored);
        for (int32_t o = s->part_first; o < ck_min(end, s->out); o++) {
            double sum = bias ? bias[o] : 0;
            for (int64_t i = 0; i < s->in; i++) sum += (double)x_n[i] * (double)w[i * s->out_stored + o];
            y_n[o] = (CK_REAL)CK_NAME(activate)(sum, s->activation, s->slope);
        }
        for (int32_t o = s->out; o < end; o++) y_n[o] = 0;
    }
}

static void CK_NAME(dense_backward_input_prepare)(void *prepared, const CK_REAL *w, const ck_dense *s) {
    CK_NAME(dense_copy)(prepared, w, s);
}

static void CK_NAME(dense_backward_input)(CK_REAL *dx, const CK_REAL *dy, const void *prepared, int32_t batch,
                                          const ck_dense *s) {
    const CK_REAL *w = prepared;
    for (int64_t n = 0; n < batch; n++) {
        const CK_REAL *dy_n = dy + n * s->out_stored;
        CK_REAL *dx_n = dx + n * s->in_stored;
        const int32_t end = ck_part_end(s->part_first, s->part_count, s->in_stored);
        for (int64_t i = s->part_first; i < ck_min(end, s->in); i++) {
            double sum = 0;
            for (int32_t o = 0; o < s->out; o++) sum += (double)dy_n[o] * (double)w[i * s->out_stored + o];
            dx_n[i] = (CK_REAL)sum;
        }
        for (int32_t i = s->in; i < end; i++) dx_n[i] = 0;
    }
}

static void CK_NAME(dense_backward_weight)(CK_REAL *dw, const CK_REAL *x, const CK_REAL *dy, int32_t batch, int32_t first,
                                           int32_t count, const ck_dense *s, void *workspace) {
    (void)workspace;
    /* Rows beyond s->in are padding: they may be asked for, and stay as they are. */
    const int64_t end = ck_min((int64_t)first + count, s->in);
    for (int64_t i = first; i < end; i++)
        for (int32_t o = 0; o < s->out; o++) {
            double sum = 0;
            for (int64_t n = 0; n < batch; n++)
                sum += (double)x[n * s->in_stored + i] * (double)dy[n * s->out_stored + o];
            dw[i * s->out_stored + o] = (CK_REAL)((double)dw[i * s->out_stored + o] + sum);
        }
}
