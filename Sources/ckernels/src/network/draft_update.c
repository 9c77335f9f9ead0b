/* draft_update.c - the operations of the optimiser. Parameters that are treated alike and lie side by side are one flat
 * array. */
#include "draft.h"

/* ------------------------------------------------------------------------ Muon */

/* Hidden matrices alone: neither the first nor the last layer on the way from picture to loss. */
bool ck_draft_is_for_muon(const ck_draft *d, const ck_node *node) {
    if (d->options->optimiser != CK_MUON || node->frozen || (node->kind != CK_NODE_CONV && node->kind != CK_NODE_DENSE))
        return false;
    if (node->kind == CK_NODE_CONV && node->conv.groups > 1) return false;
    const ck_made *m = ck_draft_made(d, node);
    return m->weights_before && m->weights_behind;
}

/* --------------------------------------------------------------------- updates */

/* A place in the state for as many numbers as there are parameters. */
static ck_ref new_state(ck_draft *d, uint64_t bytes) {
    const ck_ref state = {-1, ck_at_make(CK_STATE, d->state_bytes)};
    d->state_bytes += (uint64_t)ck_round_up((int64_t)bytes, 64);
    return state;
}

static ck_ref of_parameters(uint64_t offset) { return (ck_ref){-1, ck_at_make(CK_PARAMETERS, offset)}; }
static ck_ref of_gradients(uint64_t offset) { return (ck_ref){-1, ck_at_make(CK_GRADIENTS, offset)}; }

/* Which update the plan has outside of Muon, and the state it keeps. */
static uint32_t update_code(const ck_draft *d) {
    switch (d->options->optimiser) {
    case CK_SGD: return CK_OP_sgd_update;
    case CK_ADAGRAD: return CK_OP_adagrad_update;
    case CK_RMSPROP: return CK_OP_rmsprop_update;
    default: return CK_OP_adam_update;
    }
}

static void new_moments(ck_draft *d, uint32_t code, uint64_t bytes, ck_ref *m, ck_ref *v) {
    *m = *v = ck_none;
    const bool momentum = d->options->momentum != 0;
    if (code == CK_OP_adam_update || (code == CK_OP_rmsprop_update && momentum)) *m = new_state(d, bytes);
    if (code != CK_OP_sgd_update || momentum) *v = new_state(d, bytes);
}

static void flat_update(ck_draft *d, uint64_t first, uint64_t end, ck_ref factor) {
    const uint32_t code = update_code(d);
    const ck_flat flat = {.count = (int64_t)((end - first) / sizeof(float))};
    const ck_ref w = of_parameters(first), g = of_gradients(first);
    ck_ref m, v;
    ck_op *op;
    new_moments(d, code, end - first, &m, &v);
#define UPDATE(...) CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, code, NULL, "update", &flat, __VA_ARGS__)
    if (code == CK_OP_adam_update) op = UPDATE(w, m, v, g, factor);
    else if (code == CK_OP_rmsprop_update) op = UPDATE(w, v, m, g, factor);
    else op = UPDATE(w, v, g, factor);
#undef UPDATE
    op->group = d->options->optimiser == CK_MUON;
}

static void muon_update(ck_draft *d, const ck_node *node, const ck_parameter *p, ck_ref factor) {
    const ck_matrix matrix = {p->outer * p->inputs_stored, p->outputs_stored, p->outer * p->inputs, p->outputs};
    CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, CK_OP_muon_update, node, "update", &matrix, of_parameters(p->offset),
             new_state(d, sizeof(float) * (uint64_t)ck_parameter_values(p)), of_gradients(p->offset), factor);
}

static void fused_update(ck_draft *d, const ck_node *node, const ck_parameter *p) {
    ck_ref m, v;
    new_moments(d, update_code(d), sizeof(float) * (uint64_t)ck_parameter_values(p), &m, &v);
    ck_op *op = CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, CK_OP_dense_gradient_update, node, "update", &node->dense,
                         of_parameters(p->offset), m, v, ck_draft_value(d, node->inputs[0]),
                         ck_ref_to(ck_draft_made(d, node)->sums));
    op->option = (int32_t)update_code(d), op->group = d->options->optimiser == CK_MUON;
}

/* How a parameter is updated. */
typedef enum way { NOT_AT_ALL, FLAT, BY_MUON, FUSED } way;

static way way_of(const ck_draft *d, const ck_weights *w) {
    const ck_node *node = &d->network->nodes[w->node];
    const bool matrix = w->about.outer * w->about.inputs > 1;
    if (!w->trained || ck_draft_made(d, node)->gradient < 0) return NOT_AT_ALL;
    if (matrix && ck_draft_is_for_muon(d, node)) return BY_MUON;
    return node->kind == CK_NODE_DENSE && node->parameters[CK_PARAMETER_WEIGHT] == w - d->network->parameters &&
                   d->options->fuse_updates
               ? FUSED
               : FLAT;
}

/* The parameter that begins at `offset`, or NULL. */
static const ck_weights *at_offset(const ck_network *net, uint64_t offset) {
    for (int32_t i = 0; i < net->parameter_count; i++)
        if (net->parameters[i].about.offset == offset) return &net->parameters[i];
    return NULL;
}

static uint64_t end_of(const ck_weights *w) {
    return w->about.offset + (uint64_t)ck_round_up(ck_parameter_values(&w->about) * (int64_t)sizeof(float), 64);
}

/* All gradients together decide on clipping: from the first that is trained to the last; what is not trained between
 * them is zero. */
static ck_ref clip(ck_draft *d) {
    const ck_network *net = d->network;
    uint64_t first = UINT64_MAX, end = 0;
    for (int32_t i = 0; i < net->parameter_count; i++) {
        const ck_weights *w = &net->parameters[i];
        if (way_of(d, w) == NOT_AT_ALL) continue;
        if (w->about.offset < first) first = w->about.offset;
        if (end_of(w) > end) end = end_of(w);
    }
    if (end == 0) return ck_none;
    const ck_ref partial = ck_ref_to(ck_draft_buffer(d, CK_SHARED)), factor = ck_ref_to(ck_draft_buffer(d, CK_SHARED));
    const ck_flat gradients = {.count = (int64_t)((end - first) / sizeof(float))},
                  blocks = {.count = (gradients.count + CK_UNIT_ELEMENTS - 1) / CK_UNIT_ELEMENTS};
    CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, CK_OP_squared_norm, NULL, "gradient norm", &gradients, partial,
             of_gradients(first));
    CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, CK_OP_clip_factor, NULL, "clip factor", &blocks, factor, partial);
    return factor;
}

/* The operations from here on begin a segment of their own. */
static void mark_fresh(ck_draft *d, int32_t first) {
    if (first < d->op_count[CK_DRAFT_UPDATE]) d->ops[CK_DRAFT_UPDATE][first].fresh = true;
}

static void each_parameter(ck_draft *d, ck_ref factor) {
    const ck_network *net = d->network;
    uint64_t first = 0, end = 0; /* a run of flat ones */
    for (uint64_t offset = 0; offset < net->parameter_bytes;) {
        const ck_weights *w = at_offset(net, offset);
        const way how = way_of(d, w);
        offset = end_of(w);
        if (how == FLAT) {
            if (end == 0) first = w->about.offset;
            end = offset;
            continue;
        }
        if (end) flat_update(d, first, end, factor), end = 0;
        if (how == BY_MUON) muon_update(d, &net->nodes[w->node], &w->about, factor);
        if (how == FUSED) fused_update(d, &net->nodes[w->node], &w->about);
    }
    if (end) flat_update(d, first, end, factor);
}

void ck_draft_updates(ck_draft *d) {
    const ck_ref average = d->options->average ? new_state(d, d->network->parameter_bytes) : ck_none;
    ck_ref factor = ck_none;
    if (d->options->clip) {
        factor = clip(d);
        if (d->op_count[CK_DRAFT_UPDATE]) mark_fresh(d, 1);
    }
    const int32_t first = d->op_count[CK_DRAFT_UPDATE];
    each_parameter(d, factor);
    mark_fresh(d, first);
    if (!d->options->average) return;
    const int32_t last = d->op_count[CK_DRAFT_UPDATE];
    const ck_flat flat = {.count = (int64_t)(d->network->parameter_bytes / sizeof(float))};
    CK_DRAFT(d, CK_DRAFT_UPDATE, CK_PARTS, CK_OP_average_update, NULL, "average", &flat, average, of_parameters(0));
    mark_fresh(d, last);
}
