/* operands.c - ops.def made into functions: what operands an operation has, how much memory each takes, into how many
 * parts it can be cut, and roughly how long it takes. Shapes are valid here; check.c sees to that. */
#include "plan.h"

enum { F = sizeof(float) };

static int64_t conv_weights(const ck_conv *s) {
    return (int64_t)s->kernel_height * s->kernel_width * ck_conv_weight_inputs(s) * s->out_stored;
}
static int64_t conv_inputs(const ck_conv *s) { return (int64_t)s->kernel_height * s->kernel_width * s->in_stored; }
static int64_t conv_in_values(const ck_conv *s) { return (int64_t)s->in_height * s->in_width * s->in_stored; }
static int64_t conv_out_values(const ck_conv *s) {
    const int64_t step = s->pool ? 2 : 1;
    return (s->out_height / step) * (s->out_width / step) * s->out_stored;
}
static int64_t dense_weights(const ck_dense *s) { return (int64_t)s->in_stored * s->out_stored; }
/* Weights of one byte, and the scales behind them. */
static int64_t integer_prepared(int64_t inputs, int64_t outputs) {
    return ck_integer_scales_at(inputs, outputs) + F * outputs;
}
/* What all images at hand read, in 16 bits. */
static int64_t integer_workspace(int64_t values, int32_t images) { return (int64_t)sizeof(int16_t) * values * images; }
static int64_t pool_in_values(const ck_pool *s) { return (int64_t)s->in_height * s->in_width * s->stored; }
static int64_t pool_out_values(const ck_pool *s) { return (int64_t)s->out_height * s->out_width * s->stored; }
static int64_t row_values(const ck_rows *s) { return s->rows * s->stored; }
static int64_t image_values(const ck_images *s) { return (int64_t)s->height * s->width * s->stored; }
static int64_t warp_in_values(const ck_warp *s) { return (int64_t)s->in_height * s->in_width * s->channels; }
static int64_t warp_out_values(const ck_warp *s) { return (int64_t)s->out_height * s->out_width * s->channels; }
static int64_t matrix_values(const ck_matrix *s) { return (int64_t)s->rows * s->columns; }
static int64_t norm_blocks(int64_t count) { return (count + CK_UNIT_ELEMENTS - 1) / CK_UNIT_ELEMENTS; }

/* ------------------------------------------------------------------- the list */

#define TILES CK_IN_TILES
#define PARTS CK_IN_PARTS
#define EITHER CK_IN_EITHER

const ck_op_kind *ck_op_kind_of(uint32_t code) {
    switch (code) {
#define CK_OP(number, name, segments, shape, operands)                                                                 \
    case number: {                                                                                                     \
        static const ck_op_kind kind = { #name, segments, CK_SHAPE_##shape };                                          \
        return &kind;                                                                                                  \
    }
#include "ops.def"
#undef CK_OP
    }
    return NULL;
}

const char *ck_op_name(uint32_t code) {
    const ck_op_kind *kind = ck_op_kind_of(code);
    return kind ? kind->name : NULL;
}

/* What `choose` says of each kind of shape: nothing for most. */
typedef struct no_choice {
    size_t none;
} no_choice;
static ck_conv_choice choose_conv(const ck_conv *s, int32_t images) {
    (void)images;
    ck_conv_choice choice;
    ck_conv_choose(s, &choice);
    return choice;
}
static ck_dense_choice choose_dense(const ck_dense *s, int32_t images) {
    ck_dense_choice choice;
    ck_dense_choose(s, images, &choice);
    return choice;
}
#define NOTHING_TO_CHOOSE(shape)                                                                                       \
    static no_choice choose_##shape(const ck_##shape *s, int32_t images) {                                             \
        return (void)s, (void)images, (no_choice){0};                                                                  \
    }
NOTHING_TO_CHOOSE(pool)
NOTHING_TO_CHOOSE(rows)
NOTHING_TO_CHOOSE(images)
NOTHING_TO_CHOOSE(concatenate)
NOTHING_TO_CHOOSE(cross_entropy)
NOTHING_TO_CHOOSE(gather)
NOTHING_TO_CHOOSE(warp)
NOTHING_TO_CHOOSE(flat)
NOTHING_TO_CHOOSE(matrix)
#define CHOICE_conv ck_conv_choice
#define CHOICE_dense ck_dense_choice
#define CHOICE_pool no_choice
#define CHOICE_rows no_choice
#define CHOICE_images no_choice
#define CHOICE_concatenate no_choice
#define CHOICE_cross_entropy no_choice
#define CHOICE_gather no_choice
#define CHOICE_warp no_choice
#define CHOICE_flat no_choice
#define CHOICE_matrix no_choice

/* A place is its kind, whether it may be an alias, and the type of an array. */
#define IMAGES CK_IN_IMAGES, false, CK_BYTES
#define ALIAS_IMAGES CK_IN_IMAGES, true, CK_BYTES
#define PARAMETER CK_IN_PARAMETERS, false, CK_BYTES
#define GRADIENT CK_IN_GRADIENTS, false, CK_BYTES
#define STATE CK_IN_STATE, false, CK_BYTES
#define SHARED CK_IN_SHARED, false, CK_BYTES
#define SUMS CK_IN_SUMS, false, CK_BYTES
#define TERM CK_IN_TERM, false, CK_BYTES
#define WINNERS CK_IN_WINNERS, false, CK_BYTES
#define ARRAY_OF(type) CK_IN_ARRAY, false, type
#define OPERAND(...) OPERAND_(__VA_ARGS__)
#define OPERAND_(name, verb, optional, where, alias, type, amount)                                                     \
    { #name, verb, where, optional, alias, type, (int64_t)(amount) }                                                   \
    ,
#define READS(name, place, amount) OPERAND(name, CK_READS, false, place, amount)
#define READS_(name, place, amount) OPERAND(name, CK_READS, true, place, amount)
#define WRITES(name, place, amount) OPERAND(name, CK_WRITES, false, place, amount)
#define WRITES_(name, place, amount) OPERAND(name, CK_WRITES, true, place, amount)
#define ADDS(name, place, amount) OPERAND(name, CK_ADDS, false, place, amount)
#define ADDS_(name, place, amount) OPERAND(name, CK_ADDS, true, place, amount)
#define WORK(amount) {"workspace", CK_WORKS, CK_IN_WORK, false, false, CK_BYTES, (int64_t)(amount)},

#define CK_OP(number, name, segments, kind, operands)                                                                  \
    static int32_t operands_of_##name(ck_operand *list, const ck_op *op, int32_t images) {                             \
        const ck_##kind *const s = &op->shape.kind;                                                                    \
        const CHOICE_##kind choice = choose_##kind(s, images);                                                         \
        const ck_operand found[] = {operands};                                                                         \
        (void)choice;                                                                                                  \
        memcpy(list, found, sizeof found);                                                                             \
        return (int32_t)(sizeof found / sizeof found[0]);                                                              \
    }
#include "ops.def"
#undef CK_OP

int32_t ck_op_operands(ck_operand list[CK_OPERANDS], const ck_op *op, int32_t images) {
    switch (op->code) {
#define CK_OP(number, name, segments, shape, operands)                                                                 \
    case number: return operands_of_##name(list, op, images);
#include "ops.def"
#undef CK_OP
    }
    return 0;
}

int32_t ck_op_operand(uint32_t code, const char *operand) {
    /* Names do not depend on the shape: any valid one will do. */
    ck_op op = {.code = code};
    ck_operand list[CK_OPERANDS];
    const ck_op_kind *kind = ck_op_kind_of(code);
    if (kind && kind->shape == CK_SHAPE_conv)
        op.shape.conv = (ck_conv){1, 1, 1, 8, 1, 1, 1, 8, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0};
    const int32_t count = operand ? ck_op_operands(list, &op, 1) : 0;
    for (int32_t i = 0; i < count; i++)
        if (strcmp(list[i].name, operand) == 0) return i;
    return -1;
}

int32_t ck_op_describe(const ck_op *op, int32_t images, ck_operand_about operands[CK_OPERANDS]) {
    static const ck_use uses[] = {
        [CK_READS] = CK_READ, [CK_WRITES] = CK_WRITTEN, [CK_ADDS] = CK_ADDED_TO, [CK_WORKS] = CK_SCRATCH};
    ck_operand list[CK_OPERANDS];
    const int32_t count = op && operands && ck_op_kind_of(op->code) ? ck_op_operands(list, op, images) : 0;
    for (int32_t i = 0; i < count; i++)
        operands[i] = (ck_operand_about){.name = list[i].name,
                                         .use = uses[list[i].verb],
                                         .bytes = list[i].amount,
                                         .of_image = list[i].where == CK_IN_IMAGES || list[i].where == CK_IN_WINNERS};
    return count;
}

/* ---------------------------------------------------------------------- parts */

static int32_t units_of(int64_t values, int64_t of_a_part) {
    return (int32_t)ck_max(1, (values + of_a_part - 1) / of_a_part);
}

static ck_conv_choice choice_of(const ck_op *op) {
    ck_conv_choice choice;
    ck_conv_choose(&op->shape.conv, &choice);
    return choice;
}

/* The weights of a convolution are packed panel by panel, which is finer than the layer itself can be cut. */
int32_t ck_op_unit_channels(const ck_op *op) {
    const bool packs = op->code == CK_OP_conv_forward_prepare || op->code == CK_OP_conv_backward_input_prepare;
    return packs ? CK_UNIT_CHANNELS : CK_PART_CHANNELS;
}

static int32_t prepare_parts(const ck_op *op, ck_conv_algorithm algorithm, int32_t stored) {
    const bool by_panel = algorithm == CK_CONV_DIRECT || algorithm == CK_CONV_WINOGRAD || algorithm == CK_CONV_WINOGRAD_FEW;
    return by_panel ? units_of(stored, ck_op_unit_channels(op)) : 1;
}

/* Sparse sums lie output by output. */
static int32_t gradient_parts(const ck_op *op) {
    int32_t forward, by_input, by_weight;
    ck_conv_parts(&op->shape.conv, &forward, &by_input, &by_weight);
    return choice_of(op).backward_weight == CK_CONV_SPARSE ? units_of(op->shape.conv.out_stored, CK_PART_CHANNELS) : by_weight;
}

int32_t ck_op_units(const ck_op *op) {
    int32_t forward, by_input, by_weight;
    switch (op->code) {
    case CK_OP_conv_forward_prepare: return prepare_parts(op, choice_of(op).forward, op->shape.conv.out_stored);
    case CK_OP_conv_backward_input_prepare: return prepare_parts(op, choice_of(op).backward_input, op->shape.conv.in_stored);
    case CK_OP_conv_forward: return ck_conv_parts(&op->shape.conv, &forward, &by_input, &by_weight), forward;
    case CK_OP_conv_backward_input: return ck_conv_parts(&op->shape.conv, &forward, &by_input, &by_weight), by_input;
    case CK_OP_conv_gradient: return gradient_parts(op);
    case CK_OP_conv_gradient_by_channel:
        return ck_conv_parts(&op->shape.conv, &forward, &by_input, &by_weight), by_weight;
    case CK_OP_dense_forward: return units_of(op->shape.dense.out_stored, CK_PART_CHANNELS);
    case CK_OP_dense_forward_prepare:
    case CK_OP_dense_backward_input_prepare:
    case CK_OP_dense_backward_input: return units_of(op->shape.dense.in_stored, CK_PART_CHANNELS);
    case CK_OP_dense_gradient:
    case CK_OP_dense_gradient_update: return units_of(op->shape.dense.in_stored, CK_UNIT_ROWS);
    case CK_OP_batch_norm_statistics:
    case CK_OP_batch_norm_affine:
    case CK_OP_batch_norm_backward_combine: return units_of(op->shape.rows.stored, CK_UNIT_CHANNELS);
    case CK_OP_lane_sum:
    case CK_OP_sgd_update:
    case CK_OP_adam_update:
    case CK_OP_adagrad_update:
    case CK_OP_rmsprop_update:
    case CK_OP_average_update:
    case CK_OP_squared_norm: return units_of(op->shape.flat.count, CK_UNIT_ELEMENTS);
    default: return 1;
    }
}

/* ----------------------------------------------------------------------- cost */

static double conv_products(const ck_conv *s) {
    return (double)s->out_height * s->out_width * s->kernel_height * s->kernel_width *
           (double)ck_conv_weight_inputs(s) * s->out_stored;
}

/* Measured on a Zen 4: some 50 products a nanosecond in register tiles, 10 bytes a nanosecond through memory. */
void ck_op_cost(const ck_op *op, int32_t lanes, double *once, double *per_image) {
    const double products = 1.0 / 50, bytes = 1.0 / 10;
    ck_operand list[CK_OPERANDS];
    *once = *per_image = 0;
    switch (op->code) {
    case CK_OP_conv_forward:
    case CK_OP_conv_forward_s16:
    case CK_OP_conv_backward_input:
    case CK_OP_conv_backward_weight:
    case CK_OP_conv_gradient_by_channel: *per_image = products * conv_products(&op->shape.conv); return;
    case CK_OP_dense_forward:
    case CK_OP_dense_forward_s16:
    case CK_OP_dense_backward_input:
    case CK_OP_dense_gradient:
    case CK_OP_dense_gradient_update: *per_image = products * (double)dense_weights(&op->shape.dense); break;
    case CK_OP_muon_update: {
        const ck_matrix *s = &op->shape.matrix;
        *once = 15 * products * (double)matrix_values(s) * (double)ck_min(s->rows, s->columns);
        return;
    }
    default: break;
    }
    /* What remains is bound by memory. */
    const int32_t count = ck_op_operands(list, op, 1);
    for (int32_t i = 0; i < count; i++) {
        if (list[i].verb == CK_WORKS) continue;
        const bool of_image =
            list[i].where == CK_IN_IMAGES || list[i].where == CK_IN_WINNERS || list[i].where == CK_IN_ARRAY;
        *(of_image ? per_image : once) += bytes * (double)list[i].amount * (list[i].where == CK_IN_SUMS ? lanes : 1);
    }
}

void ck_plan_count_costs(ck_plan *plan) {
    for (uint32_t i = 0; i < plan->header.segments; i++) {
        const ck_segment *segment = &plan->segments[i];
        struct ck_cost *sum = &plan->segment_cost[i];
        *sum = (struct ck_cost){0, 0, 0};
        for (uint32_t o = segment->first; o < segment->first + segment->count; o++) {
            ck_ready *r = &plan->ready[o];
            ck_op_cost(r->op, plan->header.lanes, &r->cost, &r->cost_per_image);
            r->units = segment->kind == CK_PARTS ? ck_op_units(r->op) : 1;
            r->unit_channels = ck_op_unit_channels(r->op);
            sum->once += r->cost, sum->per_image += r->cost_per_image;
            if (segment->kind == CK_PARTS) sum->units += r->units;
        }
    }
}
