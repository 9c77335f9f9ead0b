/* run_input_body.h - from the caller's arrays into a tile, and from a tile into a result. */

/* The data's pictures at hand: by index, or in their own order. */
static inline const int64_t *CK_RUN(indices)(const CK_RUN(worker) *w) {
    return w->run->indices ? w->run->indices + w->first : NULL;
}
static inline int64_t CK_RUN(item)(const CK_RUN(worker) *w, int32_t i) {
    return w->run->indices ? w->run->indices[w->first + i] : (int64_t)w->first + i;
}

/* The key of mixup: one for all of a plan, so that pictures and targets go together. */
static inline ck_random CK_RUN(mix_key)(const CK_RUN(worker) *w) {
    const ck_step *s = &w->run->step;
    return (ck_random){s->seed, s->update, ck_random_stream(CK_RANDOM_MIX, 0, s->micro_step), 0};
}

/* The data that an operation takes for the image at hand: its own, or its partner's. */
static inline int64_t CK_RUN(taken)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i) {
    if (!r->op->option) return CK_RUN(item)(w, i);
    const ck_random key = CK_RUN(mix_key)(w);
    const int32_t place = ck_mix_partner(&key, w->first + i, w->run->images);
    return w->run->indices ? w->run->indices[place] : place;
}

static inline const void *CK_RUN(array)(const CK_RUN(worker) *w, const ck_ready *r, int32_t i) {
    return w->run->arrays[r->at[i].offset].data;
}

/* Pictures of which data, some at a time. */
enum { CK_RUN(together) = 64 };
static inline int32_t CK_RUN(take)(int64_t items[CK_RUN(together)], const CK_RUN(worker) *w, const ck_ready *r, int32_t first) {
    const int32_t count = (int32_t)ck_min(CK_RUN(together), w->count - first);
    for (int32_t j = 0; j < count; j++) items[j] = CK_RUN(taken)(w, r, first + j);
    return count;
}

static void CK_RUN(gather_partners)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_gather *s = &r->op->shape.gather;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    int64_t items[CK_RUN(together)];
    for (int32_t i = 0; i < w->count; i += CK_RUN(together)) {
        const int32_t count = CK_RUN(take)(items, w, r, i);
        if (r->op->code == CK_OP_gather_bytes)
            w->kernels->gather_bytes(y + i * s->values, CK_RUN(array)(w, r, 1), items, count, s);
        else w->kernels->gather_floats(y + i * s->values, CK_RUN(array)(w, r, 1), items, count, s);
    }
}

static void CK_RUN(gather)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_gather *s = &r->op->shape.gather;
    const int64_t *indices = CK_RUN(indices)(w);
    const int64_t skipped = indices ? 0 : w->first * s->values;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    if (r->op->option) CK_RUN(gather_partners)(w, r);
    else if (r->op->code == CK_OP_gather_bytes)
        w->kernels->gather_bytes(y, (const uint8_t *)CK_RUN(array)(w, r, 1) + skipped, indices, w->count, s);
    else w->kernels->gather_floats(y, (const float *)CK_RUN(array)(w, r, 1) + skipped, indices, w->count, s);
}

/* What is drawn for a picture depends on its index in the data: so it must be given even where it is the place in the
 * batch. */
static void CK_RUN(warp)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_warp *s = &r->op->shape.warp;
    const ck_chances chances = {r->op->value[0], r->op->value[1], r->op->value[2]};
    const ck_step *step = &w->run->step;
    const ck_random key = {step->seed, step->epoch, ck_random_stream(CK_RANDOM_AUGMENT, (uint32_t)r->op->layer, 0), 0};
    const int64_t values = (int64_t)s->out_height * s->out_width * s->channels;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    int64_t items[CK_RUN(together)];
    for (int32_t i = 0; i < w->count; i += CK_RUN(together)) {
        const int32_t count = CK_RUN(take)(items, w, r, i);
        w->kernels->warp_bytes(y + i * values, CK_RUN(array)(w, r, 1), items, count, s, &chances, &key, CK_RUN(at)(w, r, 2));
    }
}

static void CK_RUN(label_rows)(const CK_RUN(worker) *w, const ck_ready *r) {
    const int32_t stored = r->op->shape.rows.stored, *labels = CK_RUN(array)(w, r, 1);
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    memset(y, 0, sizeof *y * (size_t)w->count * (size_t)stored);
    for (int32_t i = 0; i < w->count; i++, y += stored) y[labels[CK_RUN(taken)(w, r, i)]] = 1;
}

static void CK_RUN(mix)(const CK_RUN(worker) *w, const ck_ready *r) {
    const int64_t values = r->op->shape.flat.count;
    const ck_random key = CK_RUN(mix_key)(w);
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    const CK_REAL *x = CK_RUN(at)(w, r, 1), *partner = CK_RUN(at)(w, r, 2);
    for (int32_t i = 0; i < w->count; i++) {
        const ck_mix mix = ck_mix_of(&key, r->op->value[0], w->first + i, w->run->images);
        w->kernels->blend(y + i * values, x + i * values, partner + i * values, mix.share, values);
    }
}

static void CK_RUN(gather_rows)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    const float *source = CK_RUN(array)(w, r, 1);
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    for (int32_t i = 0; i < w->count; i++) {
        const float *item = source + CK_RUN(taken)(w, r, i) * s->rows * s->channels;
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
