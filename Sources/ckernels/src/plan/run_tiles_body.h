/* run_tiles_body.h - the operations of a segment of tiles, each for the images at hand. */

/* The moments or sums of each image by itself: their sum over the batch then does not depend on tiles. */
static void CK_RUN(batch_norm_sums)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    const int64_t values = s->rows * s->stored, channels = s->channels;
    double *sums = CK_RUN(at)(w, r, 0);
    const CK_REAL *x = CK_RUN(at)(w, r, 1);
    if (r->op->code == CK_OP_batch_norm_moments) {
        for (int32_t i = 0; i < w->count; i++, sums += 2 * channels * CK_RUN(scale), x += values)
            w->kernels->batch_norm_moments(sums, sums + channels, x, s);
        return;
    }
    const CK_REAL *dy = x, *mean = CK_RUN(at)(w, r, 3);
    x = CK_RUN(at)(w, r, 2);
    for (int32_t i = 0; i < w->count; i++, sums += 2 * channels * CK_RUN(scale), x += values, dy += values) {
        memset(sums, 0, sizeof(double) * 2 * (size_t)channels);
        w->kernels->batch_norm_backward_sums(sums, sums + channels, dy, x, mean, s);
    }
}

/* Image by image, since the sums over rows are formed in groups. */
static void CK_RUN(layer_norm_backward)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_rows *s = &r->op->shape.rows;
    const int64_t values = s->rows * s->stored;
    CK_REAL *dx = CK_RUN(at)(w, r, 0);
    const CK_REAL *dy = CK_RUN(at)(w, r, 3), *x = CK_RUN(at)(w, r, 4), *mean = CK_RUN(at)(w, r, 5),
                  *inverse = CK_RUN(at)(w, r, 6);
    for (int32_t i = 0; i < w->count; i++, dx += values, dy += values, x += values, mean += s->rows, inverse += s->rows)
        w->kernels->layer_norm_backward(dx, CK_RUN(at)(w, r, 1), CK_RUN(at)(w, r, 2), dy, x, mean, inverse,
                                        CK_RUN(at)(w, r, 7), s);
}

static void CK_RUN(dropouts)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_op *op = r->op;
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    const CK_REAL *x = CK_RUN(at)(w, r, 1);
    if (op->code == CK_OP_dropout) {
        ck_rows rows = op->shape.rows;
        const ck_random key = CK_RUN(key)(w, op, CK_RANDOM_DROPOUT, w->first * rows.rows);
        rows.rows *= w->count;
        w->kernels->dropout(y, x, op->value[0], &rows, &key);
        return;
    }
    ck_images images = op->shape.images;
    images.images = w->count;
    const ck_random key = CK_RUN(key)(w, op, CK_RANDOM_DROPOUT, w->first);
    if (op->code == CK_OP_channel_dropout) w->kernels->channel_dropout(y, x, op->value[0], &images, &key);
    else w->kernels->drop_block(y, x, op->value[0], op->option, &images, &key);
}

static void CK_RUN(concatenate)(const CK_RUN(worker) *w, const ck_ready *r) {
    ck_concatenate s = r->op->shape.concatenate;
    s.rows *= w->count;
    if (r->op->code == CK_OP_concatenate_forward)
        w->kernels->concatenate_forward(CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), &s);
    else w->kernels->concatenate_backward(CK_RUN(at)(w, r, 0), CK_RUN(at)(w, r, 1), &s);
}

/* Products of 16-bit inputs and 8-bit weights: all images at hand together, so that weights are read once for several. */
static void CK_RUN(integer_layer)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_op *op = r->op;
    const bool is_conv = op->code == CK_OP_conv_forward_s16;
    const ck_conv *conv = &op->shape.conv;
    const ck_dense *dense = &op->shape.dense;
    const int64_t inputs = is_conv ? (int64_t)conv->kernel_height * conv->kernel_width * conv->in_stored : dense->in_stored;
    const int64_t outputs = is_conv ? conv->out_stored : dense->out_stored;
    const int64_t values = is_conv ? (int64_t)conv->in_height * conv->in_width * conv->in_stored : dense->in_stored;
    const int8_t *q = CK_RUN(at)(w, r, 2);
    const float *scales = (const float *)(const void *)(q + ck_integer_scales_at(inputs, outputs)), scale = op->value[0];
    int16_t *x = CK_RUN(at)(w, r, 4);
    w->kernels->quantise_s16(x, CK_RUN(at)(w, r, 1), scale, ck_integer_limit(inputs), values * w->count);
    CK_REAL *y = CK_RUN(at)(w, r, 0);
    const CK_REAL *bias = CK_RUN(at)(w, r, 3);
    if (is_conv) w->kernels->conv_forward_s16(y, x, scale, q, scales, bias, w->count, conv);
    else w->kernels->dense_forward_s16(y, x, scale, q, scales, bias, w->count, dense);
}

/* Operands are numbered as ops.def lists them. */
static void CK_RUN(tile_op)(const CK_RUN(worker) *w, const ck_ready *r) {
    const ck_op *op = r->op;
    const CK_TABLE *k = w->kernels;
    const int32_t n = w->count;
    ck_rows rows = op->shape.rows;
    rows.rows *= n;
#define AT(i) CK_RUN(at)(w, r, i)
    switch (op->code) {
    case CK_OP_gather_bytes:
    case CK_OP_gather_floats: CK_RUN(gather)(w, r); break;
    case CK_OP_warp_bytes: CK_RUN(warp)(w, r); break;
    case CK_OP_gather_rows: CK_RUN(gather_rows)(w, r); break;
    case CK_OP_write_rows: CK_RUN(write_rows)(w, r); break;
    case CK_OP_label_rows: CK_RUN(label_rows)(w, r); break;
    case CK_OP_mix: CK_RUN(mix)(w, r); break;

    case CK_OP_conv_forward: k->conv_forward(AT(0), AT(1), AT(2), AT(3), AT(4), n, &op->shape.conv, AT(5)); break;
    case CK_OP_conv_backward_input:
        k->conv_backward_input(AT(0), AT(1), AT(2), AT(3), n, &op->shape.conv, AT(4));
        break;
    case CK_OP_conv_backward_weight:
        k->conv_backward_weight(AT(0), AT(1), AT(2), AT(3), AT(4), n, &op->shape.conv, AT(5));
        break;
    case CK_OP_conv_forward_s16:
    case CK_OP_dense_forward_s16: CK_RUN(integer_layer)(w, r); break;
    case CK_OP_dense_forward: k->dense_forward(AT(0), AT(1), AT(2), AT(3), n, &op->shape.dense); break;
    case CK_OP_dense_backward_input: k->dense_backward_input(AT(0), AT(1), AT(2), n, &op->shape.dense); break;

    case CK_OP_max_pool_forward: k->max_pool_forward(AT(0), AT(1), AT(2), n, &op->shape.pool); break;
    case CK_OP_max_pool_backward: k->max_pool_backward(AT(0), AT(1), AT(2), n, &op->shape.pool); break;
    case CK_OP_average_pool_forward: k->average_pool_forward(AT(0), AT(1), n, &op->shape.pool); break;
    case CK_OP_average_pool_backward: k->average_pool_backward(AT(0), AT(1), n, &op->shape.pool); break;
    case CK_OP_global_average_pool_forward: k->global_average_pool_forward(AT(0), AT(1), n, &op->shape.pool); break;
    case CK_OP_global_average_pool_backward: k->global_average_pool_backward(AT(0), AT(1), n, &op->shape.pool); break;
    case CK_OP_stochastic_pool_forward: {
        const ck_random key = CK_RUN(key)(w, op, CK_RANDOM_POOL, w->first);
        k->stochastic_pool_forward(AT(0), AT(1), AT(2), n, &op->shape.pool, &key);
        break;
    }
    case CK_OP_stochastic_pool_predict: k->stochastic_pool_predict(AT(0), AT(1), n, &op->shape.pool); break;

    case CK_OP_relu_forward: k->relu_forward(AT(0), AT(1), &rows); break;
    case CK_OP_relu_backward: k->relu_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_leaky_relu_forward: k->leaky_relu_forward(AT(0), AT(1), op->value[0], &rows); break;
    case CK_OP_leaky_relu_backward: k->leaky_relu_backward(AT(0), AT(1), AT(2), op->value[0], &rows); break;
    case CK_OP_sigmoid_forward: k->sigmoid_forward(AT(0), AT(1), &rows); break;
    case CK_OP_sigmoid_backward: k->sigmoid_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_tanh_forward: k->tanh_forward(AT(0), AT(1), &rows); break;
    case CK_OP_tanh_backward: k->tanh_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_gelu_forward: k->gelu_forward(AT(0), AT(1), &rows); break;
    case CK_OP_gelu_backward: k->gelu_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_silu_forward: k->silu_forward(AT(0), AT(1), &rows); break;
    case CK_OP_silu_backward: k->silu_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_add: k->add(AT(0), AT(1), AT(2), rows.rows * rows.stored); break;
    case CK_OP_scale: k->scale(AT(0), AT(1), op->value[0], rows.rows * rows.stored); break;
    case CK_OP_concatenate_forward:
    case CK_OP_concatenate_backward: CK_RUN(concatenate)(w, r); break;

    case CK_OP_dropout:
    case CK_OP_channel_dropout:
    case CK_OP_drop_block: CK_RUN(dropouts)(w, r); break;

    case CK_OP_batch_norm_moments:
    case CK_OP_batch_norm_backward_sums: CK_RUN(batch_norm_sums)(w, r); break;
    case CK_OP_batch_norm_apply: k->batch_norm_apply(AT(0), AT(1), AT(2), AT(3), op->option, &rows); break;
    case CK_OP_batch_norm_backward_apply:
        k->batch_norm_backward_apply(AT(0), AT(1), AT(2), AT(3), AT(4), AT(5), &rows);
        break;
    case CK_OP_layer_norm_forward:
        k->layer_norm_forward(AT(0), AT(1), AT(2), AT(3), AT(4), AT(5), op->value[0], &rows);
        break;
    case CK_OP_layer_norm_backward: CK_RUN(layer_norm_backward)(w, r); break;

    case CK_OP_softmax_forward: k->softmax_forward(AT(0), AT(1), &rows); break;
    case CK_OP_softmax_backward: k->softmax_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_log_softmax_forward: k->log_softmax_forward(AT(0), AT(1), &rows); break;
    case CK_OP_log_softmax_backward: k->log_softmax_backward(AT(0), AT(1), AT(2), &rows); break;
    case CK_OP_cross_entropy_labels:
    case CK_OP_cross_entropy_targets: CK_RUN(cross_entropy)(w, r); break;
    case CK_OP_mean_squared_error:
    case CK_OP_mean_absolute_error:
    case CK_OP_binary_cross_entropy: CK_RUN(distance)(w, r); break;
    case CK_OP_root_mean_squared_error_backward: CK_RUN(root_mean_squared_error_backward)(w, r, &rows); break;
    case CK_OP_count_correct: CK_RUN(count_correct)(w, r); break;
    default: break; /* the check lets nothing else into a segment of tiles */
    }
#undef AT
}
