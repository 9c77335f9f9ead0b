/* run_parts_body.h - the operations of a segment of parts, each for some of its parts: channels, rows or elements of
 * ck_op_units, over the whole batch. */

/* The range that parts `first` to `first + units` of a length are. */
typedef struct CK_RUN(range) {
    int64_t first, count;
} CK_RUN(range);
static inline CK_RUN(range) CK_RUN(span)(int32_t first, int32_t units, int64_t part, int64_t length) {
    const int64_t begin = ck_min(first * part, length), end = ck_min(((int64_t)first + units) * part, length);
    return (CK_RUN(range)){begin, end - begin};
}

static inline void CK_RUN(clear)(CK_REAL *values, int64_t count) {
    if (values) memset(values, 0, sizeof *values * (size_t)count);
}

/* --------------------------------------------------------------- convolutions */

/* The shape cut down to some parts; all of them are no cut at all. */
static ck_conv CK_RUN(conv_part)(const ck_ready *r, int32_t first, int32_t units) {
    ck_conv s = r->op->shape.conv;
    if (units < r->units) s.part_first = first * r->unit_channels, s.part_count = units * r->unit_channels;
    return s;
}
static ck_dense CK_RUN(dense_part)(const ck_ready *r, int32_t first, int32_t units) {
    ck_dense s = r->op->shape.dense;
    if (units < r->units) s.part_first = first * r->unit_channels, s.part_count = units * r->unit_channels;
    return s;
}

/* Values in strips of one length, at equal distances. */
typedef struct CK_RUN(strips) {
    int64_t first, length, distance, end;
} CK_RUN(strips);

/* `count` of the `all` things of `size` values that a row has, in each row of `values`. */
static inline CK_RUN(strips) CK_RUN(of_rows)(int64_t values, int64_t all, int64_t size, const ck_conv *s) {
    const int64_t row = all * size;
    if (!s->part_count) return (CK_RUN(strips)){0, values, values, values};
    return (CK_RUN(strips)){s->part_first * size, ck_min(s->part_count, all - s->part_first) * size, row, values / row * row};
}

static void CK_RUN(clear_strips)(CK_REAL *values, CK_RUN(strips) t) {
    for (int64_t i = t.first; i < t.end; i += t.distance) CK_RUN(clear)(values + i, t.length);
}

/* The lanes' sums are added up in the first lane. Weights and most sums are planes of [input][output], of which a part is some
 * inputs. Sparse sums lie output by output: a part is some of these. But the plain kernels keep them as weights, and all of them are
 * done where the first part is. */
static void CK_RUN(conv_gradient)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    ck_conv_choice choice;
    ck_conv_choose(&r->op->shape.conv, &choice);
    const bool sparse = choice.backward_weight == CK_CONV_SPARSE, whole = sparse && strcmp(w->kernels->isa, "ref") == 0;
    if (whole && first > 0) return;
    const ck_conv s = CK_RUN(conv_part)(r, first, whole ? r->units : units);
    const int64_t inputs = ck_conv_weight_inputs(&s), outputs = s.out_stored, values = (int64_t)(choice.sums / sizeof(float)),
                  weights = (int64_t)s.kernel_height * s.kernel_width * inputs * outputs;
    const CK_RUN(strips) strips = sparse ? CK_RUN(of_rows)(values, s.out_channels, s.kernel_height * ck_sparse_run(&s), &s)
                                         : CK_RUN(of_rows)(values, inputs, outputs, &s);
    CK_REAL *dw = CK_RUN(at)(w, r, 0), *dbias = first == 0 ? CK_RUN(at)(w, r, 1) : NULL, *sums = CK_RUN(at)(w, r, 2);
    if (CK_RUN(starts_anew)(w, r, 0))
        CK_RUN(clear_strips)(dw, sparse ? CK_RUN(of_rows)(weights, outputs, 1, &s) : CK_RUN(of_rows)(weights, inputs, outputs, &s));
    if (CK_RUN(starts_anew)(w, r, 1)) CK_RUN(clear)(dbias, outputs);
    for (int32_t l = 0; l < w->plan->header.lanes; l++) {
        const CK_REAL *of_lane = CK_RUN(at_lane)(w, r, 2, l);
        for (int64_t i = strips.first; l > 0 && i < strips.end; i += strips.distance)
            w->kernels->add(sums + i, sums + i, of_lane + i, strips.length);
        if (dbias) w->kernels->add(dbias, dbias, CK_RUN(at_lane)(w, r, 3, l), outputs);
    }
    w->kernels->conv_backward_weight_finish(dw, sums, &s);
}

static void CK_RUN(conv_gradient_by_channel)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first,
                                             int32_t units) {
    const ck_conv s = CK_RUN(conv_part)(r, first, units);
    ck_conv_choice choice;
    ck_conv_choose(&s, &choice);
    const int64_t inputs = ck_conv_weight_inputs(&s), outputs = s.out_stored,
                  weights = (int64_t)s.kernel_height * s.kernel_width * inputs * outputs;
    CK_REAL *dw = CK_RUN(at)(w, r, 0), *dbias = first == 0 ? CK_RUN(at)(w, r, 1) : NULL, *sums = CK_RUN(at)(w, r, 2);
    CK_RUN(clear_strips)(sums, CK_RUN(of_rows)((int64_t)(choice.sums / sizeof(float)), inputs, outputs, &s));
    if (CK_RUN(starts_anew)(w, r, 0)) CK_RUN(clear_strips)(dw, CK_RUN(of_rows)(weights, inputs, outputs, &s));
    if (CK_RUN(starts_anew)(w, r, 1)) CK_RUN(clear)(dbias, outputs);
    w->kernels->conv_backward_weight(sums, dbias, CK_RUN(at)(w, r, 3), CK_RUN(at)(w, r, 4), NULL, w->count, &s,
                                     CK_RUN(at)(w, r, 5));
    w->kernels->conv_backward_weight_finish(dw, sums, &s);
}

/* The scales lie behind the weights. */
static void CK_RUN(quantise_weights)(const CK_RUN(worker) *w, const ck_ready *r, int64_t inputs, int64_t outputs) {
    int8_t *q = CK_RUN(at)(w, r, 0);
    w->kernels->quantise_weights(q, (float *)(void *)(q + ck_integer_scales_at(inputs, outputs)), CK_RUN(at)(w, r, 1),
                                 (int32_t)inputs, (int32_t)outputs);
}

/* -------------------------------------------------------------------- updates */

static ck_update CK_RUN(rates)(const CK_RUN(worker) *w, const ck_op *op, const CK_REAL *factor) {
    ck_update u = w->run->step.groups[op->group];
    if (factor) u.gradient_scale = (float)((double)u.gradient_scale * (double)*factor);
    return u;
}

/* m and v as ops.def names them. */
static void CK_RUN(update)(const CK_TABLE *k, uint32_t code, CK_REAL *w, CK_REAL *m, CK_REAL *v, const CK_REAL *g,
                           int64_t count, const ck_update *u) {
    switch (code) {
    case CK_OP_sgd_update: k->sgd_update(w, v, g, count, u); break;
    case CK_OP_adam_update: k->adam_update(w, m, v, g, count, u); break;
    case CK_OP_adagrad_update: k->adagrad_update(w, v, g, count, u); break;
    default: k->rmsprop_update(w, m, v, g, count, u); break;
    }
}

static inline CK_REAL *CK_RUN(from)(CK_REAL *values, int64_t first) { return values ? values + first : NULL; }

static void CK_RUN(flat_update)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_ELEMENTS, r->op->shape.flat.count);
    CK_REAL *at[5] = {NULL};
    for (int32_t i = 0; i < r->operands; i++) at[i] = CK_RUN(at)(w, r, i);
    CK_REAL *m = NULL, *v = at[1], *g = at[2], *factor = at[3];
    if (r->op->code == CK_OP_adam_update) m = at[1], v = at[2], g = at[3], factor = at[4];
    if (r->op->code == CK_OP_rmsprop_update) m = at[2], g = at[3], factor = at[4];
    const ck_update u = CK_RUN(rates)(w, r->op, factor);
    CK_RUN(update)
    (w->kernels, r->op->code, CK_RUN(from)(at[0], part.first), CK_RUN(from)(m, part.first), CK_RUN(from)(v, part.first),
     CK_RUN(from)(g, part.first), part.count, &u);
}

/* Adam has a kernel for both. Otherwise a block of rows at a time: its gradient is still near when the update reads it. */
static void CK_RUN(dense_gradient_update)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const ck_dense *s = &r->op->shape.dense;
    const CK_RUN(range) rows = CK_RUN(span)(first, units, CK_UNIT_ROWS, s->in_stored);
    const ck_update u = CK_RUN(rates)(w, r->op, NULL);
    if (r->op->option == CK_OP_adam_update) {
        w->kernels->dense_adam_update(CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), CK_RUN(at)(w, r, 2), CK_RUN(at)(w, r, 3),
                                      CK_RUN(at)(w, r, 4), w->count, (int32_t)rows.first, (int32_t)rows.count, s, &u,
                                      CK_RUN(at)(w, r, 5));
        return;
    }
    CK_REAL *g = CK_RUN(at)(w, r, 5), *workspace = g + (int64_t)CK_FUSED_ROWS * s->out_stored;
    for (int64_t i = rows.first; i < rows.first + rows.count; i += CK_FUSED_ROWS) {
        const int64_t count = ck_min(CK_FUSED_ROWS, rows.first + rows.count - i), before = i * s->out_stored;
        CK_RUN(clear)(g, count * s->out_stored);
        const CK_REAL *x = CK_RUN(at)(w, r, 3), *dy = CK_RUN(at)(w, r, 4);
        w->kernels->dense_backward_weight(g, x + i, dy, w->count, 0, (int32_t)count, s, workspace);
        CK_RUN(update)
        (w->kernels, (uint32_t)r->op->option, CK_RUN(from)(CK_RUN(at)(w, r, 0), before),
         CK_RUN(from)(CK_RUN(at)(w, r, 1), before), CK_RUN(from)(CK_RUN(at)(w, r, 2), before), g, count * s->out_stored,
         &u);
    }
}

/* The rate goes with the shape of the real matrix; the kernel knows only the stored one. */
static void CK_RUN(muon)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_matrix *s = &r->op->shape.matrix;
    ck_update u = CK_RUN(rates)(w, r->op, CK_RUN(at)(w, r, 3));
    const double real = (double)ck_max(s->real_rows, s->real_columns) / (double)ck_min(s->real_rows, s->real_columns);
    const double stored = (double)ck_max(s->rows, s->columns) / (double)ck_min(s->rows, s->columns);
    u.rate = (float)((double)u.rate * sqrt(real / stored));
    w->kernels->muon_update(CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), CK_RUN(at)(w, r, 2), s->rows, s->columns, &u,
                            CK_RUN(at)(w, r, 4));
}

static void CK_RUN(squared_norm)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    double *partial = CK_RUN(at)(w, r, 0);
    const CK_REAL *g = CK_RUN(at)(w, r, 1);
    for (int32_t i = first; i < first + units; i++) {
        const CK_RUN(range) part = CK_RUN(span)(i, 1, CK_UNIT_ELEMENTS, r->op->shape.flat.count);
        partial[i] = 0;
        w->kernels->squared_norm(&partial[i], g + part.first, part.count);
    }
}

/* As torch.nn.utils.clip_grad_norm_. */
static void CK_RUN(clip_factor)(const CK_RUN(worker) *w, const ck_ready *r) {
    CK_REAL *factor = CK_RUN(at)(w, r, 0);
    const double *partial = CK_RUN(at)(w, r, 1), limit = (double)w->run->step.clip_norm;
    double sum = 0;
    for (int64_t i = 0; i < r->op->shape.flat.count; i++) sum += partial[i];
    const double ratio = limit / (sqrt(sum) + 1e-6);
    *factor = limit > 0 && ratio < 1 ? (CK_REAL)ratio : 1;
}

/* ----------------------------------------------------------------------- norms */

/* The images' parts of a sum over the batch, in their order, for some channels. */
static void CK_RUN(batch_norm_statistics)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const ck_op *op = r->op;
    const ck_rows *s = &op->shape.rows;
    const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_CHANNELS, s->stored);
    const int64_t c = part.first, channels = ck_max(0, ck_min(part.count, s->channels - c));
    const double *moments = CK_RUN(at)(w, r, 4);
    double *mean = CK_RUN(at)(w, r, 9), *deviation = mean + channels;
    for (int32_t i = 0; i < w->count; i++, moments += 2 * (int64_t)s->channels * CK_RUN(scale))
        ck_moments_combine(mean, deviation, i * s->rows, moments + c, moments + s->channels + c, s->rows,
                           (int32_t)channels);
    CK_REAL *at[9];
    for (int32_t i = 0; i < 9; i++) at[i] = CK_RUN(from)(CK_RUN(at)(w, r, i), c);
    CK_BATCH_NORM(statistics)
    (at[0], at[1], at[5], at[6], mean, deviation, w->count * s->rows, op->value[1], (int32_t)channels,
     (int32_t)part.count);
    CK_BATCH_NORM(affine)
    (at[2], at[3], at[0], at[1], at[7], at[8], op->value[0], (int32_t)channels, (int32_t)part.count);
}

static void CK_RUN(batch_norm_affine)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const ck_rows *s = &r->op->shape.rows;
    const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_CHANNELS, s->stored);
    CK_REAL *at[6];
    for (int32_t i = 0; i < 6; i++) at[i] = CK_RUN(from)(CK_RUN(at)(w, r, i), part.first);
    CK_BATCH_NORM(affine)
    (at[0], at[1], at[2], at[3], at[4], at[5], r->op->value[0],
     (int32_t)ck_max(0, ck_min(part.count, s->channels - part.first)), (int32_t)part.count);
}

static void CK_RUN(batch_norm_backward_combine)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first,
                                                int32_t units) {
    const ck_op *op = r->op;
    const ck_rows *s = &op->shape.rows;
    const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_CHANNELS, s->stored);
    const int64_t c = part.first, channels = ck_max(0, ck_min(part.count, s->channels - c));
    const double *sums = CK_RUN(at)(w, r, 3);
    double *sum_dy = CK_RUN(at)(w, r, 9), *sum_dy_x = sum_dy + channels;
    memset(sum_dy, 0, sizeof(double) * 2 * (size_t)channels);
    for (int32_t i = 0; i < w->count; i++, sums += 2 * (int64_t)s->channels * CK_RUN(scale))
        for (int64_t j = 0; j < channels; j++) sum_dy[j] += sums[c + j], sum_dy_x[j] += sums[s->channels + c + j];
    CK_REAL *at[9];
    for (int32_t i = 0; i < 9; i++) at[i] = CK_RUN(from)(CK_RUN(at)(w, r, i), c);
    if (CK_RUN(starts_anew)(w, r, 7)) CK_RUN(clear)(at[7], part.count);
    if (CK_RUN(starts_anew)(w, r, 8)) CK_RUN(clear)(at[8], part.count);
    CK_BATCH_NORM(backward_affine)
    (at[0], at[1], at[2], at[7], at[8], sum_dy, sum_dy_x, at[4], at[5], at[6], op->value[0], w->count * s->rows,
     (int32_t)channels, (int32_t)part.count);
    /* Given statistics do not depend on x: what is left is dy * by_dy. */
    if (op->option) CK_RUN(clear)(at[1], part.count), CK_RUN(clear)(at[2], part.count);
}

static void CK_RUN(lane_sum)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_ELEMENTS, r->op->shape.flat.count);
    CK_REAL *gradient = (CK_REAL *)CK_RUN(at)(w, r, 0) + part.first;
    if (CK_RUN(starts_anew)(w, r, 0)) CK_RUN(clear)(gradient, part.count);
    for (int32_t l = 0; l < w->plan->header.lanes; l++)
        w->kernels->add(gradient, gradient, (const CK_REAL *)CK_RUN(at_lane)(w, r, 1, l) + part.first, part.count);
}

/* ------------------------------------------------------------------------ all */

static void CK_RUN(dense_gradient)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const ck_dense *s = &r->op->shape.dense;
    const CK_RUN(range) rows = CK_RUN(span)(first, units, CK_UNIT_ROWS, s->in_stored);
    CK_REAL *dw = CK_RUN(at)(w, r, 0);
    if (CK_RUN(starts_anew)(w, r, 0)) CK_RUN(clear)(dw + rows.first * s->out_stored, rows.count * s->out_stored);
    w->kernels->dense_backward_weight(dw, CK_RUN(at)(w, r, 1), CK_RUN(at)(w, r, 2), w->count, (int32_t)rows.first,
                                      (int32_t)rows.count, s, CK_RUN(at)(w, r, 3));
}

static void CK_RUN(bias_gradient)(const CK_RUN(worker) *w, const ck_ready *r) {
    ck_rows rows = r->op->shape.rows;
    rows.rows *= w->count;
    if (CK_RUN(starts_anew)(w, r, 0)) CK_RUN(clear)(CK_RUN(at)(w, r, 0), rows.stored);
    w->kernels->bias_backward(CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), &rows);
}

static void CK_RUN(part_op)(const CK_RUN(worker) *w, const ck_ready *r, int32_t first, int32_t units) {
    const CK_TABLE *k = w->kernels;
    const int32_t n = w->count;
    const ck_conv conv = CK_RUN(conv_part)(r, first, units);
    const ck_dense dense = CK_RUN(dense_part)(r, first, units);
#define AT(i) CK_RUN(at)(w, r, i)
    switch (r->op->code) {
    case CK_OP_conv_forward_prepare: k->conv_forward_prepare(AT(0), AT(1), &conv); break;
    case CK_OP_conv_quantise_weights:
        CK_RUN(quantise_weights)(w, r, (int64_t)conv.kernel_height * conv.kernel_width * conv.in_stored, conv.out_stored);
        break;
    case CK_OP_conv_backward_input_prepare: k->conv_backward_input_prepare(AT(0), AT(1), &conv); break;
    case CK_OP_conv_forward: k->conv_forward(AT(0), AT(1), AT(2), AT(3), AT(4), n, &conv, AT(5)); break;
    case CK_OP_conv_backward_input: k->conv_backward_input(AT(0), AT(1), AT(2), AT(3), n, &conv, AT(4)); break;
    case CK_OP_conv_gradient: CK_RUN(conv_gradient)(w, r, first, units); break;
    case CK_OP_conv_gradient_by_channel: CK_RUN(conv_gradient_by_channel)(w, r, first, units); break;

    case CK_OP_dense_forward_prepare: k->dense_forward_prepare(AT(0), AT(1), &dense); break;
    case CK_OP_dense_quantise_weights: CK_RUN(quantise_weights)(w, r, dense.in_stored, dense.out_stored); break;
    case CK_OP_dense_backward_input_prepare: k->dense_backward_input_prepare(AT(0), AT(1), &dense); break;
    case CK_OP_dense_forward: k->dense_forward(AT(0), AT(1), AT(2), AT(3), n, &dense); break;
    case CK_OP_dense_backward_input: k->dense_backward_input(AT(0), AT(1), AT(2), n, &dense); break;
    case CK_OP_dense_gradient: CK_RUN(dense_gradient)(w, r, first, units); break;
    case CK_OP_dense_gradient_update: CK_RUN(dense_gradient_update)(w, r, first, units); break;
    case CK_OP_bias_gradient: CK_RUN(bias_gradient)(w, r); break;

    case CK_OP_batch_norm_statistics: CK_RUN(batch_norm_statistics)(w, r, first, units); break;
    case CK_OP_batch_norm_affine: CK_RUN(batch_norm_affine)(w, r, first, units); break;
    case CK_OP_batch_norm_backward_combine: CK_RUN(batch_norm_backward_combine)(w, r, first, units); break;
    case CK_OP_lane_sum: CK_RUN(lane_sum)(w, r, first, units); break;

    case CK_OP_sgd_update:
    case CK_OP_adam_update:
    case CK_OP_adagrad_update:
    case CK_OP_rmsprop_update: CK_RUN(flat_update)(w, r, first, units); break;
    case CK_OP_muon_update: CK_RUN(muon)(w, r); break;
    case CK_OP_average_update: {
        const CK_RUN(range) part = CK_RUN(span)(first, units, CK_UNIT_ELEMENTS, r->op->shape.flat.count);
        k->average_update((CK_REAL *)AT(0) + part.first, (const CK_REAL *)AT(1) + part.first,
                          w->run->step.average_decay, part.count);
        break;
    }
    case CK_OP_squared_norm: CK_RUN(squared_norm)(w, r, first, units); break;
    case CK_OP_clip_factor: CK_RUN(clip_factor)(w, r); break;
    default: break; /* the check lets nothing else into a segment of parts */
    }
#undef AT
}
