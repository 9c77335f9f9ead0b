/* draft_forward.c - the operations that make a node's value. */
#include "draft.h"

/* The node's value: its own buffer, or its input's where that may be overwritten. */
static ck_ref new_value(ck_draft *d, const ck_node *node, int32_t over) {
    ck_made *m = ck_draft_made(d, node);
    m->value = over >= 0 && ck_draft_may_overwrite(d, node, over) ? ck_draft_value(d, over).buffer : ck_draft_images(d);
    return ck_ref_to(m->value);
}
static ck_ref new_images(ck_draft *d, ck_buffer_id *id) { return ck_ref_to(*id = ck_draft_images(d)); }
static ck_ref new_shared(ck_draft *d, ck_buffer_id *id) { return ck_ref_to(*id = ck_draft_buffer(d, CK_SHARED)); }

static ck_ref array(int32_t number) { return (ck_ref){-1, ck_at_make(CK_ARRAY, (uint64_t)number)}; }

/* ---------------------------------------------------------------------- inputs */

/* Mixup's alpha, 0 where there is none. */
static float mixup(const ck_draft *d) { return ck_draft_trains(d) ? d->network->mixup : 0; }

/* An operation that takes data: code, shape, layer and values as in `like`. option 1: the partners'. */
static void take_some(ck_draft *d, const ck_node *node, const char *what, const ck_op *like, ck_ref y, int32_t source,
                      int32_t option) {
    const ck_ref operands[] = {y, array(source)};
    ck_op *op = ck_draft_op_add(d, CK_DRAFT_COMPUTE, CK_TILES, like->code, node, what, &like->shape, sizeof like->shape,
                                operands, 2);
    op->layer = like->layer, op->option = option;
    memcpy(op->value, like->value, sizeof op->value);
}

/* Data for the images, `count` numbers each; with mixup joined with those of their partners. */
static void take(ck_draft *d, const ck_node *node, const char *what, const ck_op *like, int64_t count, ck_ref y,
                 int32_t source) {
    take_some(d, node, what, like, y, source, 0);
    if (mixup(d) == 0) return;
    const ck_ref partner = ck_ref_to(ck_draft_images(d));
    const ck_flat flat = {count};
    take_some(d, node, "partner", like, partner, source, 1);
    CK_DRAFT_TILES(d, CK_OP_mix, node, "mix", &flat, y, y, partner)->value[0] = mixup(d);
}

/* Targets as rows: the caller's, or made of labels. */
static void take_targets(ck_draft *d, const ck_node *node, uint32_t code, ck_ref targets) {
    const ck_op like = {.code = code, .shape.rows = ck_form_rows(node->form)};
    take(d, node, "targets", &like, like.shape.rows.rows * like.shape.rows.stored, targets, node->head.array);
}

static void gather(ck_draft *d, const ck_node *node, const ck_gather *shape, uint32_t code) {
    const ck_op like = {.code = code, .shape.gather = *shape};
    take(d, node, "gather", &like, shape->values, new_value(d, node, -1), node->input.array);
}

static void input(ck_draft *d, const ck_node *node) {
    gather(d, node, &node->input.gather, node->input.type == CK_BYTES ? CK_OP_gather_bytes : CK_OP_gather_floats);
}

/* Without changes a picture of the right size is only gathered; another is put into the middle. */
static void warped_input(ck_draft *d, const ck_node *node) {
    const ck_warp *w = &node->input.warp;
    if (!ck_draft_trains(d) && w->in_height == w->out_height && w->in_width == w->out_width) {
        ck_gather shape = {.values = (int64_t)w->in_height * w->in_width * w->channels, .channels = w->channels};
        memcpy(shape.scale, w->scale, sizeof shape.scale), memcpy(shape.shift, w->shift, sizeof shape.shift);
        gather(d, node, &shape, CK_OP_gather_bytes);
        return;
    }
    ck_warp warp = {.in_height = w->in_height,
                    .in_width = w->in_width,
                    .out_height = w->out_height,
                    .out_width = w->out_width,
                    .channels = w->channels};
    memcpy(warp.scale, w->scale, sizeof warp.scale), memcpy(warp.shift, w->shift, sizeof warp.shift);
    if (ck_draft_trains(d)) warp = *w;
    ck_op like = {.code = CK_OP_warp_bytes, .layer = node->number, .shape.warp = warp};
    const ck_chances *chances = &d->network->chances;
    if (ck_draft_trains(d))
        like.value[0] = chances->flip_x, like.value[1] = chances->flip_y, like.value[2] = chances->invert;
    take(d, node, "warp", &like, ck_form_values(node->form), new_value(d, node, -1), node->input.array);
}

/* ---------------------------------------------------------------------- layers */

static void conv(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const ck_ref prepared = new_shared(d, &m->prepared), x = ck_draft_value(d, node->inputs[0]),
                 y = new_value(d, node, -1);
    const bool gradient = m->learns && node->conv.pool;
    const ck_ref index = gradient ? new_images(d, &m->index) : ck_none;
    const ck_segment_kind kind = node->by_channel ? CK_PARTS : CK_TILES;
    CK_DRAFT(d, CK_DRAFT_PREPARE, CK_PARTS, CK_OP_conv_forward_prepare, node, "prepare", &node->conv, prepared,
             ck_draft_parameter(d, node, CK_PARAMETER_WEIGHT));
    d->fresh |= node->by_channel;
    CK_DRAFT(d, CK_DRAFT_COMPUTE, kind, CK_OP_conv_forward, node, "forward", &node->conv, y, index, x, prepared,
             ck_draft_parameter(d, node, CK_PARAMETER_BIAS));
    d->fresh |= node->by_channel;
}

static void dense(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const ck_ref prepared = new_shared(d, &m->prepared), x = ck_draft_value(d, node->inputs[0]),
                 y = new_value(d, node, -1);
    const ck_segment_kind kind = node->by_channel ? CK_PARTS : CK_TILES;
    CK_DRAFT(d, CK_DRAFT_PREPARE, CK_PARTS, CK_OP_dense_forward_prepare, node, "prepare", &node->dense, prepared,
             ck_draft_parameter(d, node, CK_PARAMETER_WEIGHT));
    d->fresh |= node->by_channel;
    CK_DRAFT(d, CK_DRAFT_COMPUTE, kind, CK_OP_dense_forward, node, "forward", &node->dense, y, x, prepared,
             ck_draft_parameter(d, node, CK_PARAMETER_BIAS));
    d->fresh |= node->by_channel;
}

/* With the batch's own statistics in training, else with the running ones. */
static void batch_norm(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref x = ck_draft_value(d, node->inputs[0]), scale = new_shared(d, &m->scale),
                 shift = new_shared(d, &m->shift);
    const ck_ref gamma = ck_draft_parameter(d, node, CK_PARAMETER_GAMMA),
                 beta = ck_draft_parameter(d, node, CK_PARAMETER_BETA);
    const ck_ref running_mean = ck_draft_parameter(d, node, CK_PARAMETER_MEAN),
                 running_variance = ck_draft_parameter(d, node, CK_PARAMETER_VARIANCE);
    if (ck_draft_trains(d) && !node->frozen) {
        const ck_ref moments = ck_ref_to(ck_draft_images(d)), mean = new_shared(d, &m->mean),
                     variance = new_shared(d, &m->variance);
        CK_DRAFT_TILES(d, CK_OP_batch_norm_moments, node, "moments", &rows, moments, x);
        ck_op *op = CK_DRAFT(d, CK_DRAFT_COMPUTE, CK_PARTS, CK_OP_batch_norm_statistics, node, "statistics", &rows,
                             mean, variance, scale, shift, moments, running_mean, running_variance, gamma, beta);
        op->value[0] = node->norm.epsilon, op->value[1] = node->norm.momentum;
    } else {
        CK_DRAFT(d, CK_DRAFT_PREPARE, CK_PARTS, CK_OP_batch_norm_affine, node, "prepare", &rows, scale, shift,
                 running_mean, running_variance, gamma, beta)
            ->value[0] = node->norm.epsilon;
    }
    CK_DRAFT_TILES(d, CK_OP_batch_norm_apply, node, "forward", &rows, new_value(d, node, node->inputs[0]), x, scale,
                   shift)
        ->option = node->norm.relu ? CK_RELU : CK_IDENTITY;
}

static void layer_norm(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref x = ck_draft_value(d, node->inputs[0]);
    CK_DRAFT_TILES(d, CK_OP_layer_norm_forward, node, "forward", &rows, new_value(d, node, -1), new_images(d, &m->mean),
                   new_images(d, &m->inverse), x, ck_draft_parameter(d, node, CK_PARAMETER_GAMMA),
                   ck_draft_parameter(d, node, CK_PARAMETER_BETA))
        ->value[0] = node->norm.epsilon;
}

static void pool(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const ck_ref x = ck_draft_value(d, node->inputs[0]), y = new_value(d, node, -1);
    const ck_pool *s = &node->pool.shape;
    if (node->kind == CK_NODE_GLOBAL_POOL)
        CK_DRAFT_TILES(d, CK_OP_global_average_pool_forward, node, "forward", s, y, x);
    else if (node->pool.kind == CK_AVERAGE_POOL)
        CK_DRAFT_TILES(d, CK_OP_average_pool_forward, node, "forward", s, y, x);
    else if (node->pool.kind == CK_MAX_POOL)
        CK_DRAFT_TILES(d, CK_OP_max_pool_forward, node, "forward", s, y, new_images(d, &m->index), x);
    else if (!ck_draft_trains(d)) CK_DRAFT_TILES(d, CK_OP_stochastic_pool_predict, node, "forward", s, y, x);
    else
        CK_DRAFT_TILES(d, CK_OP_stochastic_pool_forward, node, "forward", s, y, new_images(d, &m->index), x)->layer =
            node->number;
}

/* Operations on rows that may write over what they read. */
static ck_op *rows_op(ck_draft *d, const ck_node *node, uint32_t code) {
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref x = ck_draft_value(d, node->inputs[0]);
    return CK_DRAFT_TILES(d, code, node, "forward", &rows, new_value(d, node, node->inputs[0]), x);
}

static void function(ck_draft *d, const ck_node *node) {
    static const uint32_t codes[] = {CK_OP_relu_forward, CK_OP_leaky_relu_forward, CK_OP_sigmoid_forward,
                                     CK_OP_tanh_forward, CK_OP_gelu_forward,       CK_OP_silu_forward};
    ck_op *op = rows_op(d, node, codes[node->function.kind]);
    if (node->function.kind == CK_FUNCTION_LEAKY_RELU) op->value[0] = node->function.slope;
}

static void dropout(ck_draft *d, const ck_node *node) {
    if (ck_draft_made(d, node)->root != node - d->network->nodes) return;
    const ck_images images = {.height = node->form.height,
                              .width = node->form.width,
                              .channels = node->form.channels,
                              .stored = node->form.stored};
    const ck_ref x = ck_draft_value(d, node->inputs[0]);
    ck_op *op;
    if (node->dropout.kind == CK_DROPOUT) op = rows_op(d, node, CK_OP_dropout);
    else
        op = CK_DRAFT_TILES(d, node->dropout.kind == CK_CHANNEL_DROPOUT ? CK_OP_channel_dropout : CK_OP_drop_block,
                            node, "forward", &images, new_value(d, node, node->inputs[0]), x);
    op->layer = node->number, op->value[0] = node->dropout.rate;
    if (node->dropout.kind == CK_DROP_BLOCK) op->option = node->dropout.block;
}

/* The first of the two may be written over. */
static void add(ck_draft *d, const ck_node *node) {
    const ck_rows rows = ck_form_rows(node->form);
    const bool second =
        !ck_draft_may_overwrite(d, node, node->inputs[0]) && ck_draft_may_overwrite(d, node, node->inputs[1]);
    const int32_t a = node->inputs[second], b = node->inputs[!second];
    const ck_ref first = ck_draft_value(d, a), other = ck_draft_value(d, b);
    CK_DRAFT_TILES(d, CK_OP_add, node, "forward", &rows, new_value(d, node, a), first, other);
}

static void concatenate(ck_draft *d, const ck_node *node) {
    const ck_ref y = new_value(d, node, -1);
    ck_concatenate s = {
        .rows = ck_form_pixels(node->form), .total = node->form.channels, .total_stored = node->form.stored};
    for (int32_t k = 0; k < node->input_count; k++, s.offset += s.channels) {
        const ck_form part = d->network->nodes[node->inputs[k]].form;
        s.channels = part.channels, s.stored = part.stored;
        CK_DRAFT_TILES(d, CK_OP_concatenate_forward, node, "forward", &s, y, ck_draft_value(d, node->inputs[k]));
    }
}

/* ----------------------------------------------------------------------- heads */

/* The loss and, in training, the gradient of what it reads, which the same kernel gives for little more. */
static void cross_entropy(ck_draft *d, const ck_node *node) {
    ck_made *m = ck_draft_made(d, node);
    const int32_t x = node->inputs[0];
    const ck_rows rows = ck_form_rows(node->form);
    const ck_cross_entropy s = {
        .rows = rows, .smoothing = node->head.smoothing, .gradient_scale = 1, .ignore_index = node->head.ignore_label};
    const bool given = node->kind == CK_NODE_SOFT_CROSS_ENTROPY, soft = given || mixup(d) != 0,
               learns = d->made[x].learns;
    const ck_ref dx = learns ? ck_ref_to(ck_draft_images(d)) : ck_none,
                 loss = ck_ref_to(m->sums = ck_draft_buffer(d, CK_LANE));
    const ck_ref targets = soft ? new_images(d, &m->targets) : array(node->head.array),
                 weights = ck_draft_parameter(d, node, 0);
    if (soft) take_targets(d, node, given ? CK_OP_gather_rows : CK_OP_label_rows, targets);
    ck_op *op = CK_DRAFT_TILES(d, soft ? CK_OP_cross_entropy_targets : CK_OP_cross_entropy_labels, node, "", &s, loss,
                               dx, ck_draft_value(d, x), targets, weights);
    op->layer = node->head.report, op->value[0] = node->head.weight;
    if (learns) ck_draft_pass(d, x, dx.buffer);
}

/* The root's gradient needs the whole batch's loss first: see ck_draft_losses_behind. */
static void distance(ck_draft *d, const ck_node *node) {
    static const uint32_t codes[] = {CK_OP_mean_squared_error, CK_OP_mean_squared_error, CK_OP_mean_absolute_error,
                                     CK_OP_binary_cross_entropy};
    ck_made *m = ck_draft_made(d, node);
    const int32_t x = node->inputs[0];
    const ck_rows rows = ck_form_rows(node->form);
    const bool learns = d->made[x].learns && node->head.distance != CK_ROOT_MEAN_SQUARED;
    const ck_ref dx = learns ? ck_ref_to(ck_draft_images(d)) : ck_none,
                 loss = ck_ref_to(m->sums = ck_draft_buffer(d, CK_LANE)), targets = new_images(d, &m->targets);
    take_targets(d, node, CK_OP_gather_rows, targets);
    ck_op *op = CK_DRAFT_TILES(d, codes[node->head.distance], node, "", &rows, loss, dx, ck_draft_value(d, x), targets);
    op->layer = node->head.report, op->value[0] = node->head.weight;
    if (learns) ck_draft_pass(d, x, dx.buffer);
}

void ck_draft_losses_behind(ck_draft *d, const ck_node *node) {
    const int32_t x = node->inputs[0];
    if (node->kind != CK_NODE_DISTANCE || node->head.distance != CK_ROOT_MEAN_SQUARED || !d->made[x].learns) return;
    const ck_made *m = ck_draft_made(d, node);
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref dx = ck_ref_to(ck_draft_images(d));
    ck_op *op = CK_DRAFT_TILES(d, CK_OP_root_mean_squared_error_backward, node, "backward", &rows, dx,
                               ck_draft_value(d, x), ck_ref_to(m->targets), ck_ref_to(m->sums));
    op->value[0] = node->head.weight;
    ck_draft_pass(d, x, dx.buffer);
}

static void count(ck_draft *d, const ck_node *node) {
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref sums = ck_ref_to(ck_draft_buffer(d, CK_LANE));
    ck_op *op = CK_DRAFT_TILES(d, CK_OP_count_correct, node, "", &rows, sums, ck_draft_value(d, node->inputs[0]),
                               array(node->head.array));
    op->layer = node->head.report, op->option = node->head.ignore_label;
}

static void result(ck_draft *d, const ck_node *node) {
    const ck_rows rows = ck_form_rows(node->form);
    CK_DRAFT_TILES(d, CK_OP_write_rows, node, "write", &rows, array(node->head.array),
                   ck_draft_value(d, node->inputs[0]));
}

void ck_draft_forward(ck_draft *d, const ck_node *node) {
    switch (node->kind) {
    case CK_NODE_INPUT: input(d, node); break;
    case CK_NODE_WARPED_INPUT: warped_input(d, node); break;
    case CK_NODE_CONV: conv(d, node); break;
    case CK_NODE_DENSE: dense(d, node); break;
    case CK_NODE_BATCH_NORM: batch_norm(d, node); break;
    case CK_NODE_LAYER_NORM: layer_norm(d, node); break;
    case CK_NODE_POOL:
    case CK_NODE_GLOBAL_POOL: pool(d, node); break;
    case CK_NODE_FUNCTION: function(d, node); break;
    case CK_NODE_DROPOUT: dropout(d, node); break;
    case CK_NODE_ADD: add(d, node); break;
    case CK_NODE_CONCATENATE: concatenate(d, node); break;
    case CK_NODE_SOFTMAX: rows_op(d, node, CK_OP_softmax_forward); break;
    case CK_NODE_LOG_SOFTMAX: rows_op(d, node, CK_OP_log_softmax_forward); break;
    case CK_NODE_CROSS_ENTROPY:
    case CK_NODE_SOFT_CROSS_ENTROPY: cross_entropy(d, node); break;
    case CK_NODE_DISTANCE: distance(d, node); break;
    case CK_NODE_COUNT: count(d, node); break;
    case CK_NODE_RESULT: result(d, node); break;
    }
}
