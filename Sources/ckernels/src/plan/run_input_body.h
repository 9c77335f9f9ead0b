/* run_input_body.h - from the caller's arrays into a tile, and from a tile into a result. */

/* The data's pictures at hand: by index, or in their own order. */
static inline const int64_t *CK_RUN(indices)(const CK_RUN(worker) *w) {
    return w->run->indices ? w->run->indices + w->first : NULL;
}
static inline int64_t CK_RUN(item)(const CK_RUN(worker) *w, int32_t i) {
    return w->run->indices ? w->run->indices[w->first + i] : (int64_t)w->first + i;
}

static inline const void *CK_RUN(array)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i) {
    return w->run->arrays[r->at[i].offset].data;
}

static void CK_RUN(gather)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_gather *s = &r->op->shape.gather;
    const int64_t *indices = CK_RUN(indices)(w);
    const int64_t skipped = indices ? 0 : w->first * s->values;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    if (r->op->code == CK_OP_gather_bytes)
        w->kernels->gather_bytes(y, (const uint8_t *)CK_RUN(array)(w, r, 1) + skipped, indices, w->count, s);
    else w->kernels->gather_floats(y, (const float *)CK_RUN(array)(w, r, 1) + skipped, indices, w->count, s);
}

/* What is drawn for a picture depends on its index in the data: so it must be given even where it is the place in the
 * batch. */
static void CK_RUN(warp)(const CK_RUN(worker) *w, const ck_ready *r) {
    enum { TOGETHER = 64 };
    const ck_warp *s = &r->op->shape.warp;
    const ck_step *step = &w->run->step;
    const ck_random key = {step->seed, step->epoch, ck_random_stream(CK_RANDOM_AUGMENT, (uint32_t)r->op->layer, 0), 0};
    const int64_t values = (int64_t)s->out_height * s->out_width * s->channels;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    for (int32_t i = 0; i < w->count; i += TOGETHER) {
        const int32_t count = (int32_t)ck_min(TOGETHER, w->count - i);
        int64_t items[TOGETHER];
        for (int32_t j = 0; j < count; j++) items[j] = CK_RUN(item)(w, i + j);
        w->kernels->warp_bytes(y + i * values, CK_RUN(array)(w, r, 1), items, count, s, &key);
    }
}

static void CK_RUN(gather_rows)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    const float *source = CK_RUN(array)(w, r, 1);
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    for (int32_t i = 0; i < w->count; i++) {
        const float *item = source + CK_RUN(item)(w, i) * s->rows * s->channels;
        for (int64_t row = 0; row < s->rows; row++, item += s->channels, y += s->stored)
            for (int32_t c = 0; c < s->stored; c++) y[c] = c < s->channels ? (CK_REAL)item[c] : 0;
    }
}

static void CK_RUN(write_rows)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    float *result = (float *)w->run->arrays[r->at[0].offset].data + w->first * s->rows * s->channels;
    const CK_REAL *x = CK_RUN(at)(w, r, 1);
    for (int64_t row = 0; row < w->count * s->rows; row++, x += s->stored, result += s->channels)
        for (int32_t c = 0; c < s->channels; c++) result[c] = (float)x[c];
}
