/* draft_backward.c - the operations that make gradients: of a node's parameters, and of what it read, from that of its
 * value. */
#include "draft.h"

static ck_buffer *buffer(ck_draft *d, ck_buffer_id id) {
    static _Thread_local ck_buffer spare; /* when the memory ran out */
    return id >= 0 ? &d->buffers[id] : &spare;
}

static bool is_free(ck_draft *d, ck_buffer_id id) { return buffer(d, id)->holders == 1 && !buffer(d, id)->kept; }

/* Gradients that meet are added, into one of the two where nobody else wants it as it is. */
void ck_draft_pass(ck_draft *d, int32_t x, ck_buffer_id gradient) {
    ck_made *m = &d->made[x];
    if (!m->learns) return;
    buffer(d, gradient)->holders++;
    if (m->gradient < 0) {
        m->gradient = gradient;
        return;
    }
    ck_buffer_id a = m->gradient, b = gradient;
    if (!is_free(d, a) && is_free(d, b)) a = gradient, b = m->gradient;
    const ck_rows rows = ck_form_rows(d->network->nodes[x].form);
    const ck_buffer_id y = is_free(d, a) && a != b ? a : ck_draft_images(d);
    CK_DRAFT_TILES(d, CK_OP_add, &d->network->nodes[x], "gradient sum", &rows, ck_ref_to(y), ck_ref_to(a),
                   ck_ref_to(b));
    buffer(d, a)->holders--, buffer(d, b)->holders--, buffer(d, y)->holders++;
    m->gradient = y;
}

/* Where a gradient may be changed in place it is, else a new one begins. */
static ck_buffer_id changed(ck_draft *d, ck_buffer_id gradient) {
    return is_free(d, gradient) ? gradient : ck_draft_images(d);
}

/* Before the activation: from the value alone, since slopes are positive. */
static ck_buffer_id through_activation(ck_draft *d, const ck_node *node, int32_t activation, float slope,
                                       ck_buffer_id dy) {
    if (!activation) return dy;
    const ck_rows rows = ck_form_rows(node->form);
    const ck_buffer_id dx = changed(d, dy);
    ck_op *op =
        CK_DRAFT_TILES(d, activation == CK_RELU ? CK_OP_relu_backward : CK_OP_leaky_relu_backward, node, "activation",
                       &rows, ck_ref_to(dx), ck_ref_to(dy), ck_ref_to(ck_draft_made(d, node)->value));
    if (activation == CK_LEAKY_RELU) op->value[0] = slope;
    return dx;
}

/* ---------------------------------------------------------------------- layers */

static void conv_weights(ck_draft *d, const ck_node *node, ck_ref dy) {
    ck_made *m = ck_draft_made(d, node);
    const ck_ref x = ck_draft_value(d, node->inputs[0]);
    const ck_ref dw = ck_draft_gradient_of(d, node, CK_PARAMETER_WEIGHT),
                 dbias = ck_draft_gradient_of(d, node, CK_PARAMETER_BIAS);
    if (node->by_channel) {
        CK_DRAFT(d, CK_DRAFT_GRADIENTS, CK_PARTS, CK_OP_conv_gradient_by_channel, node, "gradient", &node->conv, dw,
                 dbias, ck_ref_to(ck_draft_buffer(d, CK_SHARED)), x, dy);
        buffer(d, dy.buffer)->kept = true;
        return;
    }
    const ck_ref sums = ck_ref_to(m->sums = ck_draft_buffer(d, CK_LANE));
    const ck_ref bias_sums = dbias.at ? ck_ref_to(m->bias_sums = ck_draft_buffer(d, CK_LANE)) : ck_none;
    CK_DRAFT_TILES(d, CK_OP_conv_backward_weight, node, "backward weight", &node->conv, sums, bias_sums, x, dy,
                   ck_ref_to(m->index));
    CK_DRAFT(d, CK_DRAFT_GRADIENTS, CK_PARTS, CK_OP_conv_gradient, node, "gradient", &node->conv, dw, dbias, sums,
             bias_sums);
}

static void conv(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    const ck_made *m = ck_draft_made(d, node);
    const ck_ref dy = ck_ref_to(
        through_activation(d, node, node->conv.pool ? CK_IDENTITY : node->conv.activation, node->conv.slope, gradient));
    if (!node->frozen) conv_weights(d, node, dy);
    if (!d->made[node->inputs[0]].learns) return;
    const ck_ref prepared = ck_ref_to(ck_draft_buffer(d, CK_SHARED)), dx = ck_ref_to(ck_draft_images(d));
    CK_DRAFT(d, CK_DRAFT_PREPARE, CK_PARTS, CK_OP_conv_backward_input_prepare, node, "prepare back", &node->conv,
             prepared, ck_draft_parameter(d, node, CK_PARAMETER_WEIGHT));
    d->fresh |= node->by_channel;
    CK_DRAFT(d, CK_DRAFT_COMPUTE, node->by_channel ? CK_PARTS : CK_TILES, CK_OP_conv_backward_input, node,
             "backward input", &node->conv, dx, dy, ck_ref_to(m->index), prepared);
    d->fresh |= node->by_channel;
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

static bool updates_at_once(const ck_draft *d, const ck_node *node) {
    return d->options->fuse_updates && !ck_draft_is_for_muon(d, node);
}

/* A fused update is written with the others: see draft_update.c. */
static void dense_weights(ck_draft *d, const ck_node *node, ck_ref dy) {
    const ck_ref x = ck_draft_value(d, node->inputs[0]), dbias = ck_draft_gradient_of(d, node, CK_PARAMETER_BIAS);
    const ck_rows rows = ck_form_rows(node->form);
    buffer(d, dy.buffer)->kept = true;
    ck_draft_made(d, node)->sums = dy.buffer;
    if (!updates_at_once(d, node))
        CK_DRAFT(d, CK_DRAFT_GRADIENTS, CK_PARTS, CK_OP_dense_gradient, node, "gradient", &node->dense,
                 ck_draft_gradient_of(d, node, CK_PARAMETER_WEIGHT), x, dy);
    if (dbias.at)
        CK_DRAFT(d, CK_DRAFT_GRADIENTS, CK_PARTS, CK_OP_bias_gradient, node, "bias gradient", &rows, dbias, dy);
}

static void dense(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    const ck_ref dy = ck_ref_to(through_activation(d, node, node->dense.activation, node->dense.slope, gradient));
    if (!node->frozen) dense_weights(d, node, dy);
    if (!d->made[node->inputs[0]].learns) return;
    const ck_ref prepared = ck_ref_to(ck_draft_buffer(d, CK_SHARED)), dx = ck_ref_to(ck_draft_images(d));
    CK_DRAFT(d, CK_DRAFT_PREPARE, CK_PARTS, CK_OP_dense_backward_input_prepare, node, "prepare back", &node->dense,
             prepared, ck_draft_parameter(d, node, CK_PARAMETER_WEIGHT));
    d->fresh |= node->by_channel;
    CK_DRAFT(d, CK_DRAFT_COMPUTE, node->by_channel ? CK_PARTS : CK_TILES, CK_OP_dense_backward_input, node,
             "backward input", &node->dense, dx, dy, prepared);
    d->fresh |= node->by_channel;
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

/* Frozen statistics are given ones: the same operations, with what depends on x left out. */
static void batch_norm(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    const ck_made *m = ck_draft_made(d, node);
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref x = ck_draft_value(d, node->inputs[0]),
                 dy = ck_ref_to(through_activation(d, node, node->norm.relu ? CK_RELU : CK_IDENTITY, 0, gradient));
    const ck_ref mean = node->frozen ? ck_draft_parameter(d, node, CK_PARAMETER_MEAN) : ck_ref_to(m->mean);
    const ck_ref variance = node->frozen ? ck_draft_parameter(d, node, CK_PARAMETER_VARIANCE) : ck_ref_to(m->variance);
    const ck_ref sums = ck_ref_to(ck_draft_images(d)), by_dy = ck_ref_to(ck_draft_buffer(d, CK_SHARED)),
                 by_x = ck_ref_to(ck_draft_buffer(d, CK_SHARED));
    const ck_ref constant = ck_ref_to(ck_draft_buffer(d, CK_SHARED));
    CK_DRAFT_TILES(d, CK_OP_batch_norm_backward_sums, node, "backward sums", &rows, sums, dy, x, mean);
    ck_op *op =
        CK_DRAFT(d, CK_DRAFT_COMPUTE, CK_PARTS, CK_OP_batch_norm_backward_combine, node, "combine", &rows, by_dy, by_x,
                 constant, sums, mean, variance, ck_draft_parameter(d, node, CK_PARAMETER_GAMMA),
                 ck_draft_gradient_of(d, node, CK_PARAMETER_GAMMA), ck_draft_gradient_of(d, node, CK_PARAMETER_BETA));
    op->value[0] = node->norm.epsilon, op->option = node->frozen;
    if (!d->made[node->inputs[0]].learns) return;
    const ck_ref dx = ck_ref_to(changed(d, dy.buffer));
    CK_DRAFT_TILES(d, CK_OP_batch_norm_backward_apply, node, "backward input", &rows, dx, dy, x, by_dy, by_x, constant);
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

static void lane_sum(ck_draft *d, const ck_node *node, int32_t place, ck_ref sums) {
    const ck_ref gradient = ck_draft_gradient_of(d, node, place);
    const ck_flat flat = {.count = node->form.stored};
    if (gradient.at) CK_DRAFT(d, CK_DRAFT_GRADIENTS, CK_PARTS, CK_OP_lane_sum, node, "gradient", &flat, gradient, sums);
}

static void layer_norm(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    const ck_made *m = ck_draft_made(d, node);
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref dx = ck_ref_to(ck_draft_images(d)), dgamma = ck_ref_to(ck_draft_buffer(d, CK_LANE)),
                 dbeta = ck_ref_to(ck_draft_buffer(d, CK_LANE));
    CK_DRAFT_TILES(d, CK_OP_layer_norm_backward, node, "backward", &rows, dx, dgamma, dbeta, ck_ref_to(gradient),
                   ck_draft_value(d, node->inputs[0]), ck_ref_to(m->mean), ck_ref_to(m->inverse),
                   ck_draft_parameter(d, node, CK_PARAMETER_GAMMA));
    lane_sum(d, node, CK_PARAMETER_GAMMA, dgamma), lane_sum(d, node, CK_PARAMETER_BETA, dbeta);
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

static void pool(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    const ck_ref dx = ck_ref_to(ck_draft_images(d)), dy = ck_ref_to(gradient),
                 index = ck_ref_to(ck_draft_made(d, node)->index);
    const ck_pool *s = &node->pool.shape;
    if (node->kind == CK_NODE_GLOBAL_POOL)
        CK_DRAFT_TILES(d, CK_OP_global_average_pool_backward, node, "backward", s, dx, dy);
    else if (node->pool.kind == CK_AVERAGE_POOL)
        CK_DRAFT_TILES(d, CK_OP_average_pool_backward, node, "backward", s, dx, dy);
    else CK_DRAFT_TILES(d, CK_OP_max_pool_backward, node, "backward", s, dx, dy, index);
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

/* ----------------------------------------------------------------------- rows */

static ck_op *rows_op(ck_draft *d, const ck_node *node, uint32_t code, ck_buffer_id gradient, ck_ref value) {
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref dx = ck_ref_to(changed(d, gradient));
    ck_op *op = CK_DRAFT_TILES(d, code, node, "backward", &rows, dx, ck_ref_to(gradient), value);
    ck_draft_pass(d, node->inputs[0], dx.buffer);
    return op;
}

static void function(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    static const uint32_t codes[] = {CK_OP_relu_backward, CK_OP_leaky_relu_backward, CK_OP_sigmoid_backward,
                                     CK_OP_tanh_backward, CK_OP_gelu_backward,       CK_OP_silu_backward};
    const bool by_input = node->function.kind >= CK_FUNCTION_GELU;
    const ck_rows rows = ck_form_rows(node->form);
    const ck_ref value = by_input ? ck_draft_value(d, node->inputs[0]) : ck_ref_to(ck_draft_made(d, node)->value),
                 dx = ck_ref_to(changed(d, gradient));
    ck_op *op = CK_DRAFT_TILES(d, codes[node->function.kind], node, "backward", &rows, dx, ck_ref_to(gradient), value);
    if (node->function.kind == CK_FUNCTION_LEAKY_RELU) op->value[0] = node->function.slope;
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

/* The mask is drawn again from the same key. */
static void dropout(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    if (ck_draft_made(d, node)->root != node - d->network->nodes) {
        ck_draft_pass(d, node->inputs[0], gradient);
        return;
    }
    const ck_rows rows = ck_form_rows(node->form);
    const ck_images images = {.height = node->form.height,
                              .width = node->form.width,
                              .channels = node->form.channels,
                              .stored = node->form.stored};
    const ck_ref dy = ck_ref_to(gradient), dx = ck_ref_to(changed(d, gradient));
    ck_op *op;
    if (node->dropout.kind == CK_DROPOUT) op = CK_DRAFT_TILES(d, CK_OP_dropout, node, "backward", &rows, dx, dy);
    else
        op = CK_DRAFT_TILES(d, node->dropout.kind == CK_CHANNEL_DROPOUT ? CK_OP_channel_dropout : CK_OP_drop_block,
                            node, "backward", &images, dx, dy);
    op->layer = node->number, op->value[0] = node->dropout.rate;
    if (node->dropout.kind == CK_DROP_BLOCK) op->option = node->dropout.block;
    ck_draft_pass(d, node->inputs[0], dx.buffer);
}

static void concatenate(ck_draft *d, const ck_node *node, ck_buffer_id gradient) {
    ck_concatenate s = {
        .rows = ck_form_pixels(node->form), .total = node->form.channels, .total_stored = node->form.stored};
    for (int32_t k = 0; k < node->input_count; k++, s.offset += s.channels) {
        const ck_form part = d->network->nodes[node->inputs[k]].form;
        s.channels = part.channels, s.stored = part.stored;
        if (!d->made[node->inputs[k]].learns) continue;
        const ck_ref dx = ck_ref_to(ck_draft_images(d));
        CK_DRAFT_TILES(d, CK_OP_concatenate_backward, node, "backward", &s, dx, ck_ref_to(gradient));
        ck_draft_pass(d, node->inputs[k], dx.buffer);
    }
}

void ck_draft_backward(ck_draft *d, const ck_node *node) {
    const ck_buffer_id gradient = ck_draft_made(d, node)->gradient;
    if (gradient < 0) return; /* no loss depends on it, or nothing before it learns */
    const ck_ref value = ck_ref_to(ck_draft_made(d, node)->value);
    switch (node->kind) {
    case CK_NODE_CONV: conv(d, node, gradient); break;
    case CK_NODE_DENSE: dense(d, node, gradient); break;
    case CK_NODE_BATCH_NORM: batch_norm(d, node, gradient); break;
    case CK_NODE_LAYER_NORM: layer_norm(d, node, gradient); break;
    case CK_NODE_POOL:
    case CK_NODE_GLOBAL_POOL: pool(d, node, gradient); break;
    case CK_NODE_FUNCTION: function(d, node, gradient); break;
    case CK_NODE_DROPOUT: dropout(d, node, gradient); break;
    case CK_NODE_ADD: ck_draft_pass(d, node->inputs[0], gradient), ck_draft_pass(d, node->inputs[1], gradient); break;
    case CK_NODE_CONCATENATE: concatenate(d, node, gradient); break;
    case CK_NODE_SOFTMAX: rows_op(d, node, CK_OP_softmax_backward, gradient, value); break;
    case CK_NODE_LOG_SOFTMAX: rows_op(d, node, CK_OP_log_softmax_backward, gradient, value); break;
    default: break;
    }
    buffer(d, gradient)->holders--;
}
