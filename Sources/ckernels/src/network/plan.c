/* plan.c - ck_network_plan: a draft from beginning to end, and its bytes. */
#include "draft.h"

/* --------------------------------------------------------------------- options */

static ck_status check_options(const ck_network *net, const ck_plan_options *o) {
    if (o->purpose < CK_TRAIN || o->purpose > CK_PREDICT)
        return ck_fail(CK_ERROR_OPTION,
                       "ck_network_plan: purpose: expected CK_TRAIN, CK_MEASURE or CK_PREDICT, found %d", o->purpose);
    if (o->batch < 1 || o->batch > CK_MOST_BATCH)
        return ck_fail(CK_ERROR_SIZE, "ck_network_plan: batch: expected 1 to %d, found %d", CK_MOST_BATCH, o->batch);
    if (o->lanes < 0 || o->lanes > CK_MOST_LANES)
        return ck_fail(CK_ERROR_SIZE, "ck_network_plan: lanes: expected 0 to %d, found %d", CK_MOST_LANES, o->lanes);
    if (o->tile < 0 || o->tile > o->batch)
        return ck_fail(CK_ERROR_SIZE, "ck_network_plan: tile: expected 0 to %d, the batch, found %d", o->batch,
                       o->tile);
    if (o->optimiser < CK_SGD || o->optimiser > CK_MUON)
        return ck_fail(CK_ERROR_OPTION, "ck_network_plan: optimiser: expected a ck_optimiser, found %d", o->optimiser);
    if (o->fuse_updates && o->clip)
        return ck_fail(CK_ERROR_OPTION, "ck_network_plan: expected clip or fuse_updates, found both: a norm needs all "
                                        "gradients before the first is used");
    for (int32_t i = 0; i < net->count && net->mixup != 0; i++)
        if (net->nodes[i].kind == CK_NODE_CROSS_ENTROPY && net->nodes[i].head.ignore_label != CK_NO_LABEL)
            return ck_fail(CK_ERROR_OPTION,
                           "ck_network_plan: head \"%s\": expected mixup or an ignored label, found both",
                           net->nodes[i].name);
    bool reads = false, trains = false;
    for (int32_t i = 0; i < net->count; i++) {
        const ck_node_kind kind = net->nodes[i].kind;
        const bool loss =
            kind == CK_NODE_CROSS_ENTROPY || kind == CK_NODE_SOFT_CROSS_ENTROPY || kind == CK_NODE_DISTANCE;
        trains |= loss, reads |= loss || kind == CK_NODE_COUNT || kind == CK_NODE_RESULT;
    }
    if (o->purpose == CK_TRAIN && !trains)
        return ck_fail(CK_ERROR_PLAN, "ck_network_plan: expected a loss in a network that is trained, found none");
    bool results = false;
    for (int32_t i = 0; i < net->count; i++) results |= net->nodes[i].kind == CK_NODE_RESULT;
    if (!reads || (o->purpose == CK_PREDICT && !results))
        return ck_fail(CK_ERROR_PLAN, "ck_network_plan: expected a result in a network that predicts, found none");
    return CK_OK;
}

/* --------------------------------------------------------------------- writing */

static void write_ops(ck_draft *d) {
    const ck_network *net = d->network;
    ck_draft_survey(d);
    for (int32_t i = 0; i < net->count; i++)
        if (d->made[i].needed) ck_draft_forward(d, &net->nodes[i]);
    if (!ck_draft_trains(d)) return;
    for (int32_t i = 0; i < net->count; i++) {
        const ck_node *node = &net->nodes[i];
        if (node->kind == CK_NODE_DISTANCE && node->head.distance == CK_ROOT_MEAN_SQUARED &&
            d->made[node->inputs[0]].learns)
            d->fresh = true;
    }
    for (int32_t i = 0; i < net->count; i++) ck_draft_losses_behind(d, &net->nodes[i]);
    d->fresh = false;
    for (int32_t i = net->count - 1; i >= 0; i--)
        if (d->made[i].needed) ck_draft_backward(d, &net->nodes[i]);
    ck_draft_updates(d);
}

/* The parts one behind the other, cut into segments; false without memory. Frees the parts. */
static bool join(ck_draft *d, ck_draft_op **ops, int32_t *count, ck_segment **segments, int32_t *segment_count) {
    static const uint32_t phases[CK_DRAFT_PARTS] = {CK_PREPARE, CK_COMPUTE, CK_COMPUTE, CK_UPDATE};
    int32_t all = 0;
    for (int32_t p = 0; p < CK_DRAFT_PARTS; p++) all += d->op_count[p];
    *count = *segment_count = 0;
    *ops = ck_allocate(sizeof **ops * (size_t)ck_max(1, all)),
    *segments = ck_allocate(sizeof **segments * (size_t)ck_max(1, all));
    if (!*ops || !*segments) return false;
    for (int32_t p = 0; p < CK_DRAFT_PARTS; p++)
        for (int32_t i = 0; i < d->op_count[p]; i++) {
            const ck_draft_op *op = &d->ops[p][i];
            ck_segment *last = *segment_count ? &(*segments)[*segment_count - 1] : NULL;
            /* Gradients of weights read what the backward pass wrote: the first of them begins a segment. */
            const bool begins = !last || i == 0 || op->fresh || last->kind != (uint32_t)op->kind;
            if (begins)
                (*segments)[(*segment_count)++] =
                    (ck_segment){.first = (uint32_t)*count, .count = 1, .kind = (uint32_t)op->kind, .phase = phases[p]};
            else last->count++;
            (*ops)[(*count)++] = *op;
        }
    return true;
}

static ck_plan_header header(const ck_draft *d, int32_t ops, int32_t segments) {
    const ck_network *net = d->network;
    ck_plan_header h = {.magic = {'C', 'K', 'P', 'L', 'A', 'N', '\r', '\n'},
                        .major = 1,
                        .segments = (uint32_t)segments,
                        .ops = (uint32_t)ops,
                        .arrays = (uint32_t)net->array_count,
                        .parameters = (uint32_t)net->parameter_count,
                        .reports = (uint32_t)net->reports,
                        .groups = d->options->optimiser == CK_MUON ? 2 : 1,
                        .batch = d->batch,
                        .lanes = d->lanes,
                        .tile = d->tile,
                        .parameter_bytes = net->parameter_bytes,
                        .state_bytes = d->state_bytes,
                        .shared_bytes = d->shared_bytes,
                        .lane_bytes = d->lane_bytes,
                        .batch_bytes = d->batch_bytes,
                        .tile_bytes = d->tile_bytes};
    h.bytes = (uint32_t)(sizeof h + h.segments * sizeof(ck_segment) + h.ops * sizeof(ck_op) +
                         h.arrays * sizeof(ck_array) + h.parameters * sizeof(ck_parameter));
    return h;
}

static char *append(char *to, const void *from, size_t bytes) {
    if (bytes) memcpy(to, from, bytes);
    return to + bytes;
}

static void *bytes_of(const ck_draft *d, const ck_draft_op *ops, int32_t count, const ck_segment *segments,
                      int32_t segment_count, size_t *size) {
    const ck_network *net = d->network;
    const ck_plan_header h = header(d, count, segment_count);
    char *bytes = ck_allocate(h.bytes), *to = bytes;
    if (!bytes) return NULL;
    to = append(to, &h, sizeof h);
    to = append(to, segments, sizeof *segments * (size_t)segment_count);
    for (int32_t i = 0; i < count; i++) to = append(to, &ops[i].op, sizeof ops[i].op);
    to = append(to, net->arrays, sizeof *net->arrays * (size_t)net->array_count);
    for (int32_t i = 0; i < net->parameter_count; i++)
        to = append(to, &net->parameters[i].about, sizeof net->parameters[i].about);
    *size = h.bytes;
    return bytes;
}

static ck_status draft_plan(ck_draft *d, void **bytes, size_t *size) {
    ck_draft_op *ops = NULL;
    ck_segment *segments = NULL;
    int32_t count, segment_count;
    write_ops(d);
    const bool joined = !d->out_of_memory && join(d, &ops, &count, &segments, &segment_count);
    ck_status status = joined ? CK_OK : CK_ERROR_MEMORY;
    if (joined && (count > CK_MOST_OPS || segment_count > CK_MOST_SEGMENTS))
        status =
            ck_fail(CK_ERROR_SIZE, "ck_network_plan: expected at most %d operations in %d segments, found %d in %d",
                    CK_MOST_OPS, CK_MOST_SEGMENTS, count, segment_count);
    if (status == CK_OK && !ck_draft_place(d, ops, count, segments, segment_count)) status = CK_ERROR_MEMORY;
    if (status == CK_OK && !(*bytes = bytes_of(d, ops, count, segments, segment_count, size))) status = CK_ERROR_MEMORY;
    ck_free(ops), ck_free(segments);
    return status == CK_ERROR_MEMORY ? ck_fail(status, "ck_network_plan: no memory") : status;
}

/* One lane per 8 images, at most 16: enough for that many threads to share a batch. A tile of 16 images stays in a
 * second-level cache, and the weights of dense layers are read once for all of them. */
static int32_t usual_lanes(int32_t batch) { return (int32_t)ck_max(1, ck_min(batch / 8, 16)); }

ck_status ck_network_plan(ck_network *network, const ck_plan_options *options, void **bytes, size_t *size) {
    if (!network || !options || !bytes || !size)
        return ck_fail(CK_ERROR_NULL, "ck_network_plan: expected four pointers, found NULL");
    *bytes = NULL, *size = 0;
    if (network->status != CK_OK) return ck_fail(network->status, "%s", network->message);
    ck_status status = check_options(network, options);
    if (status != CK_OK) return status;
    const int32_t lanes = options->lanes ? options->lanes : usual_lanes(options->batch);
    ck_draft draft = {.network = network,
                      .options = options,
                      .batch = options->batch,
                      .lanes = lanes,
                      .tile = options->tile ? options->tile : (int32_t)ck_min(16, options->batch),
                      .made = ck_allocate(sizeof(ck_made) * (size_t)ck_max(1, network->count))};
    status = draft.made ? draft_plan(&draft, bytes, size) : ck_fail(CK_ERROR_MEMORY, "ck_network_plan: no memory");
    for (int32_t p = 0; p < CK_DRAFT_PARTS; p++) ck_free(draft.ops[p]);
    ck_free(draft.buffers), ck_free(draft.made);
    return status;
}

void ck_network_free_bytes(void *bytes) { ck_free(bytes); }
