/* plan_integers.c - a plan for prediction whose layers compute in integers: the same operations in the same order, of which
 * some have another code, packed weights elsewhere, and scratch memory behind all else in the tile. */
#include "plan_cases.h"

typedef struct turner {
    ck_plan_header *header;
    const ck_segment *segments;
    ck_op *ops;
} turner;

static ck_at *operand(ck_op *op, const char *name) { return &op->at[ck_op_operand(op->code, name)]; }

static bool has_form(const turner *t, uint32_t i) {
    const ck_op *op = &t->ops[i];
    for (uint32_t s = 0; s < t->header->segments; s++)
        if (i >= t->segments[s].first && i - t->segments[s].first < t->segments[s].count && t->segments[s].kind == CK_PARTS) return false;
    return op->code == CK_OP_dense_forward || (op->code == CK_OP_conv_forward && !op->shape.conv.pool && op->shape.conv.groups == 1);
}

/* All who read what operation `i` packs. */
static bool all_have_form(const turner *t, uint32_t i) {
    const uint32_t reader = t->ops[i].code == CK_OP_conv_forward_prepare ? CK_OP_conv_forward : CK_OP_dense_forward;
    bool all = true;
    for (uint32_t k = i + 1; k < t->header->ops; k++)
        if (t->ops[k].code == reader && *operand(&t->ops[k], "prepared") == t->ops[i].at[0]) all &= has_form(t, k);
    return all;
}

static void turn_layer(turner *t, ck_op *op, uint64_t work) {
    const bool is_conv = op->code == CK_OP_conv_forward;
    const ck_at old[] = {*operand(op, "y"), *operand(op, "x"), *operand(op, "prepared"), *operand(op, "bias"), ck_at_make(CK_TILE, work)};
    memset(op->at, 0, sizeof op->at), memcpy(op->at, old, sizeof old);
    op->code = is_conv ? CK_OP_conv_forward_s16 : CK_OP_dense_forward_s16;
    const ck_conv *s = &op->shape.conv;
    const int32_t inputs = is_conv ? s->kernel_height * s->kernel_width * s->in_stored : op->shape.dense.in_stored;
    op->value[0] = 16 / (float)ck_integer_limit(inputs);
    ck_operand_about list[CK_OPERANDS];
    ck_op_describe(op, t->header->tile, list);
    t->header->tile_bytes = (uint64_t)ck_max((int64_t)t->header->tile_bytes, (int64_t)work + ck_round_up(list[4].bytes, 64));
}

static int32_t turn_layers(turner *t) {
    const uint64_t work = t->header->tile_bytes;
    int32_t turned = 0;
    for (uint32_t i = 0; i < t->header->ops; i++) {
        ck_op *op = &t->ops[i];
        if ((op->code != CK_OP_conv_forward_prepare && op->code != CK_OP_dense_forward_prepare) || !all_have_form(t, i)) continue;
        const uint32_t reader = op->code == CK_OP_conv_forward_prepare ? CK_OP_conv_forward : CK_OP_dense_forward;
        op->code = reader == CK_OP_conv_forward ? CK_OP_conv_quantise_weights : CK_OP_dense_quantise_weights;
        for (uint32_t k = i + 1; k < t->header->ops; k++)
            if (t->ops[k].code == reader && *operand(&t->ops[k], "prepared") == op->at[0]) turn_layer(t, &t->ops[k], work), turned++;
    }
    return turned;
}

/* Packed weights have other sizes now: one behind the other, and what is read is what was last written there. */
static void lay_out_shared(turner *t) {
    ck_at before[256], now[256];
    uint64_t end = 0;
    int32_t known = 0;
    for (uint32_t i = 0; i < t->header->ops; i++) {
        ck_operand_about list[CK_OPERANDS];
        const int32_t count = ck_op_describe(&t->ops[i], t->header->tile, list);
        for (int32_t k = 0; k < count; k++) {
            ck_at *at = &t->ops[i].at[k];
            if (ck_at_space(*at) != CK_SHARED) continue;
            if (list[k].use == CK_WRITTEN) {
                before[known] = *at, *at = now[known] = ck_at_make(CK_SHARED, end), known++;
                end += (uint64_t)ck_round_up(list[k].bytes, 64);
            } else {
                int32_t last = known - 1;
                while (before[last] != *at) last--;
                *at = now[last];
            }
        }
    }
    t->header->shared_bytes = end;
}

int32_t in_integers(void *plan) {
    turner t = {.header = plan};
    t.segments = (const ck_segment *)(const void *)(t.header + 1);
    t.ops = (ck_op *)(void *)((ck_segment *)(void *)(t.header + 1) + t.header->segments);
    const int32_t turned = turn_layers(&t);
    if (turned) lay_out_shared(&t);
    return turned;
}
