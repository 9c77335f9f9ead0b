/* suit.c - whether a plan is one that a model may have. */
#include "model.h"

static ck_status unsuited(const ck_plan *plan, uint32_t op, const char *what) {
    return ck_fail(CK_ERROR_PLAN,
                   "model image: plan: operation %u \"%s\": expected a plan for prediction, found one that %s", op,
                   plan->ops[op].name, what);
}

/* What a call may write while other threads run the same model. */
static bool may_write(uint32_t phase, uint8_t space) {
    if (space == CK_NOWHERE || space == CK_TILE) return true;
    return phase == CK_PREPARE ? space == CK_SHARED : space == CK_BATCH || space == CK_LANE || space == CK_ARRAY;
}

static ck_status check_op(const ck_plan *plan, uint32_t i, uint32_t phase) {
    ck_operand list[CK_OPERANDS];
    const int32_t count = ck_op_operands(list, &plan->ops[i], 1);
    for (int32_t k = 0; k < count; k++)
        if (list[k].verb != CK_READS && !may_write(phase, plan->ready[i].at[k].space))
            return unsuited(plan, i, "changes what its calls share");
    return CK_OK;
}

/* One array is read, one is written. */
static ck_status find_arrays(const ck_plan *plan, ck_suit *suit) {
    suit->input = suit->result = -1;
    for (uint32_t i = 0; i < plan->header.arrays; i++) {
        if (!plan->array_used[i]) continue;
        int32_t *which = plan->arrays[i].result ? &suit->result : &suit->input;
        if (*which >= 0 || plan->arrays[i].type == CK_INTEGERS)
            return ck_fail(CK_ERROR_PLAN,
                           "model image: plan: expected one array of pictures and one of results, found \"%s\" too",
                           plan->arrays[i].name);
        *which = (int32_t)i;
    }
    if (suit->input < 0 || suit->result < 0)
        return ck_fail(CK_ERROR_PLAN, "model image: plan: expected an array of pictures and one of results, found %s",
                       suit->input < 0 ? "no pictures" : "no results");
    return CK_OK;
}

/* The operation that takes the pictures in. */
static void find_standardisation(const ck_plan *plan, ck_suit *suit, uint32_t *gather) {
    for (uint32_t i = 0; i < plan->header.ops; i++) {
        const ck_op *op = &plan->ops[i];
        const bool warps = op->code == CK_OP_warp_bytes;
        if (!warps && op->code != CK_OP_gather_bytes && op->code != CK_OP_gather_floats) continue;
        suit->channels = warps ? op->shape.warp.channels : op->shape.gather.channels;
        memcpy(suit->scale, warps ? op->shape.warp.scale : op->shape.gather.scale, sizeof suit->scale);
        memcpy(suit->shift, warps ? op->shape.warp.shift : op->shape.gather.shift, sizeof suit->shift);
        if (warps) suit->height = op->shape.warp.in_height, suit->width = op->shape.warp.in_width;
        *gather = i;
        return;
    }
}

/* A convolution that reads what was gathered knows the sides of the picture. */
static void find_sides(const ck_plan *plan, ck_suit *suit, uint32_t gather) {
    const ck_at pixels = plan->ops[gather].at[0];
    for (uint32_t i = gather + 1; suit->height == 0 && i < plan->header.ops; i++) {
        const ck_op *op = &plan->ops[i];
        const int32_t x = op->code == CK_OP_conv_forward || op->code == CK_OP_conv_forward_s16 ? ck_op_operand(op->code, "x") : -1;
        if (x >= 0 && op->at[x] == pixels)
            suit->height = op->shape.conv.in_height, suit->width = op->shape.conv.in_width;
    }
}

ck_status ck_plan_suits(const ck_plan *plan, ck_suit *suit) {
    memset(suit, 0, sizeof *suit);
    for (uint32_t s = 0; s < plan->header.segments; s++) {
        const ck_segment *segment = &plan->segments[s];
        if (segment->phase == CK_UPDATE) return unsuited(plan, segment->first, "is trained");
        for (uint32_t i = segment->first; i < segment->first + segment->count; i++) {
            const ck_status status = check_op(plan, i, segment->phase);
            if (status != CK_OK) return status;
        }
    }
    const ck_status status = find_arrays(plan, suit);
    if (status != CK_OK) return status;
    uint32_t gather = 0;
    find_standardisation(plan, suit, &gather);
    if (suit->channels == 0)
        return ck_fail(CK_ERROR_PLAN, "model image: plan: expected an operation that takes pictures in, found none");
    find_sides(plan, suit, gather);
    return CK_OK;
}

ck_status ck_check_picture(const ck_plan *plan, const ck_suit *suit, int32_t height, int32_t width) {
    const int64_t values = plan->arrays[suit->input].values;
    const bool sides = height >= 1 && width >= 1 && (int64_t)height * width <= values &&
                       (int64_t)height * width * suit->channels == values;
    if (sides && (suit->height == 0 || (suit->height == height && suit->width == width))) return CK_OK;
    return ck_fail(
        CK_ERROR_PLAN,
        "model image: picture: expected sides that give the plan's %lld values of %d channels, found %d x %d",
        (long long)values, suit->channels, height, width);
}
