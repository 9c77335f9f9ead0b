/* draft.c - buffers and operations of a plan being written, and what each node has to do in it. */
#include <stdio.h>

#include "draft.h"

ck_buffer_id ck_draft_buffer(ck_draft *d, ck_space space) {
    if (!ck_grow((void **)&d->buffers, d->buffer_count, &d->buffer_capacity, sizeof *d->buffers)) {
        d->out_of_memory = true;
        return -1;
    }
    d->buffers[d->buffer_count] = (ck_buffer){.space = space, .first_op = -1, .last_op = -1};
    return d->buffer_count++;
}

static ck_op *spare_op(void) {
    static _Thread_local ck_op spare; /* for callers that set options after the memory ran out */
    return &spare;
}

ck_op *ck_draft_op_add(ck_draft *d, ck_draft_part part, ck_segment_kind kind, uint32_t code, const ck_node *node,
                       const char *what, const void *shape, size_t shape_size, const ck_ref *operands, int32_t count) {
    if (!ck_grow((void **)&d->ops[part], d->op_count[part], &d->op_capacity[part], sizeof *d->ops[part])) {
        d->out_of_memory = true;
        return spare_op();
    }
    ck_draft_op *o = &d->ops[part][d->op_count[part]++];
    *o = (ck_draft_op){.kind = kind, .fresh = d->fresh && part == CK_DRAFT_COMPUTE};
    if (part == CK_DRAFT_COMPUTE) d->fresh = false;
    o->op.code = code;
    if (node) snprintf(o->op.name, sizeof o->op.name, "%.*s %.15s", CK_NAME_LENGTH - 18, node->name, what);
    else snprintf(o->op.name, sizeof o->op.name, "%s", what);
    memcpy(&o->op.shape, shape, shape_size);
    ck_operand list[CK_OPERANDS];
    const int32_t all = ck_op_operands(list, &o->op, kind == CK_PARTS ? d->batch : d->tile);
    for (int32_t i = 0; i < CK_OPERANDS; i++) {
        o->buffers[i] = i < count ? operands[i].buffer : -1;
        o->op.at[i] = i < count ? operands[i].at : 0;
        if (i < all && list[i].verb == CK_WORKS && (o->buffers[i] = ck_draft_images(d)) >= 0)
            d->buffers[o->buffers[i]].work = true;
        if (i < all && o->buffers[i] >= 0)
            d->buffers[o->buffers[i]].amount = ck_max(d->buffers[o->buffers[i]].amount, list[i].amount);
    }
    return &o->op;
}

static ck_ref parameter_in(const ck_draft *d, ck_space space, const ck_node *node, int32_t place) {
    const int32_t i = node->parameters[place];
    return i < 0 ? ck_none : (ck_ref){-1, ck_at_make(space, d->network->parameters[i].about.offset)};
}
ck_ref ck_draft_parameter(const ck_draft *d, const ck_node *node, int32_t place) {
    return parameter_in(d, CK_PARAMETERS, node, place);
}
ck_ref ck_draft_gradient_of(const ck_draft *d, const ck_node *node, int32_t place) {
    return ck_node_is_trained(node) ? parameter_in(d, CK_GRADIENTS, node, place) : ck_none;
}

bool ck_draft_may_overwrite(const ck_draft *d, const ck_node *node, int32_t x) {
    const ck_made *root = &d->made[d->made[x].root];
    return root->readers == 1 && !root->kept && node->form.raw == d->network->nodes[x].form.raw;
}

/* ---------------------------------------------------------------------- survey */

static bool is_loss(const ck_node *node) {
    return node->kind == CK_NODE_CROSS_ENTROPY || node->kind == CK_NODE_SOFT_CROSS_ENTROPY ||
           node->kind == CK_NODE_DISTANCE;
}

static bool is_head_of(const ck_node *node, int32_t purpose) {
    if (node->kind == CK_NODE_RESULT) return purpose != CK_TRAIN;
    return (is_loss(node) || node->kind == CK_NODE_COUNT) && purpose != CK_PREDICT;
}

/* Does nothing in this plan: its value is its input's. */
static bool vanishes(const ck_draft *d, const ck_node *node) {
    return node->kind == CK_NODE_DROPOUT && (!ck_draft_trains(d) || node->dropout.rate == 0);
}

static bool has_matrix(const ck_node *node) { return node->kind == CK_NODE_CONV || node->kind == CK_NODE_DENSE; }

static void keep(ck_draft *d, int32_t x) { d->made[d->made[x].root].kept = true; }

/* The values that the gradient of a node is computed from. */
static void keep_what_backward_reads(ck_draft *d, int32_t i) {
    const ck_node *node = &d->network->nodes[i];
    const int32_t x = node->inputs[0];
    if (node->kind == CK_NODE_DISTANCE && node->head.distance == CK_ROOT_MEAN_SQUARED && d->made[x].learns) keep(d, x);
    if (!d->made[i].learns) return;
    switch (node->kind) {
    case CK_NODE_CONV:
        if (!node->frozen) keep(d, x);
        if (node->conv.activation && !node->conv.pool) keep(d, i);
        break;
    case CK_NODE_DENSE:
        if (!node->frozen) keep(d, x);
        if (node->dense.activation) keep(d, i);
        break;
    case CK_NODE_BATCH_NORM:
        keep(d, x);
        if (node->norm.relu) keep(d, i);
        break;
    case CK_NODE_LAYER_NORM: keep(d, x); break;
    case CK_NODE_FUNCTION: keep(d, node->function.kind >= CK_FUNCTION_GELU ? x : i); break;
    case CK_NODE_SOFTMAX:
    case CK_NODE_LOG_SOFTMAX: keep(d, i); break;
    default: break;
    }
}

void ck_draft_survey(ck_draft *d) {
    const ck_network *net = d->network;
    for (int32_t i = 0; i < net->count; i++)
        d->made[i] = (ck_made){.needed = is_head_of(&net->nodes[i], d->options->purpose),
                               .root = i,
                               .value = -1,
                               .gradient = -1,
                               .index = -1,
                               .targets = -1,
                               .prepared = -1,
                               .sums = -1,
                               .bias_sums = -1,
                               .mean = -1,
                               .variance = -1,
                               .scale = -1,
                               .shift = -1,
                               .inverse = -1};
    for (int32_t i = net->count - 1; i >= 0; i--)
        for (int32_t k = 0; d->made[i].needed && k < net->nodes[i].input_count; k++) {
            ck_made *x = &d->made[net->nodes[i].inputs[k]];
            x->needed = true;
            x->weights_behind |= d->made[i].weights_behind || has_matrix(&net->nodes[i]);
        }
    for (int32_t i = 0; i < net->count; i++) {
        const ck_node *node = &net->nodes[i];
        if (vanishes(d, node)) d->made[i].root = d->made[node->inputs[0]].root;
        d->made[i].learns = ck_draft_trains(d) && ck_node_is_trained(node);
        for (int32_t k = 0; k < node->input_count; k++) {
            d->made[i].learns |= d->made[node->inputs[k]].learns;
            d->made[i].weights_before |=
                d->made[node->inputs[k]].weights_before || has_matrix(&net->nodes[node->inputs[k]]);
            if (d->made[i].needed && !vanishes(d, node)) d->made[d->made[node->inputs[k]].root].readers++;
        }
    }
    for (int32_t i = 0; i < net->count; i++)
        if (d->made[i].needed) keep_what_backward_reads(d, i);
}
