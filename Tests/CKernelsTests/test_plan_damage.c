/* test_plan_damage.c - plans that are wrong: each rule broken once, cut short anywhere, changed at random. They are
 * refused with a line that names the place, or run without leaving their buffers, which end at unmapped pages. */
#include <stdio.h>
#include <stdlib.h>

#include "plan_cases.h"

/* The bytes of a plan as a test changes them. */
typedef struct bytes {
    void *memory;
    size_t size;
    uint32_t op_count; /* as it was */
    ck_plan_header *header;
    ck_segment *segments;
    ck_op *ops;
    ck_array *arrays;
    ck_parameter *parameters;
} bytes;

static bytes view(void *memory, size_t size) {
    bytes b = {.memory = memory, .size = size, .header = memory};
    b.op_count = b.header->ops;
    b.segments = (ck_segment *)(void *)(b.header + 1);
    b.ops = (ck_op *)(void *)(b.segments + b.header->segments);
    b.arrays = (ck_array *)(void *)(b.ops + b.header->ops);
    b.parameters = (ck_parameter *)(void *)(b.arrays + b.header->arrays);
    return b;
}

static bytes bytes_of(const plan_case *c, const ck_plan_options *options) {
    void *made;
    size_t size;
    expect_ok(ck_network_plan(c->network, options, &made, &size), "ck_network_plan");
    void *copy = guarded(size, 8);
    memcpy(copy, made, size);
    if (c->integers) in_integers(copy);
    ck_network_free_bytes(made);
    return view(copy, size);
}

static ck_op *find(const bytes *b, uint32_t code) {
    for (uint32_t i = 0; i < b->header->ops; i++)
        if (b->ops[i].code == code) return &b->ops[i];
    expect(false, "expected an operation %s", ck_op_name(code));
    return b->ops;
}

static ck_at *operand(const bytes *b, uint32_t code, const char *name) {
    return &find(b, code)->at[ck_op_operand(code, name)];
}

/* ------------------------------------------------------------------- each rule */

typedef struct rule {
    const char *name;
    void (*breaks)(const bytes *b);
    const char *says; /* part of the message */
} rule;

#define RULE(NAME) static void NAME(const bytes *b)
RULE(magic) { b->header->magic[0] = 'X'; }
RULE(version) { b->header->major = 2; }
RULE(length) { b->header->bytes++; }
RULE(no_segments) { b->header->segments = 0; }
RULE(many_ops) { b->header->ops = 1u << 30; }
RULE(many_arrays) { b->header->arrays = 17; }
RULE(many_parameters) { b->header->parameters++; }
RULE(many_reports) { b->header->reports = 17; }
RULE(many_groups) { b->header->groups = 17; }
RULE(no_batch) { b->header->batch = 0; }
RULE(no_lanes) { b->header->lanes = 0; }
RULE(large_tile) { b->header->tile = b->header->batch + 1; }
RULE(not_zero) { b->header->zero = 1; }
RULE(reserved) { b->header->reserved[1] = 1; }
RULE(odd_block) { b->header->tile_bytes += 4; }
RULE(large_block) { b->header->state_bytes = 1ull << 60; }
RULE(more_shared) { b->header->shared_bytes += 64; }
RULE(more_parameters) { b->header->parameter_bytes += 64; }
RULE(segment_gap) { b->segments[1].first++; }
RULE(segment_empty) { b->segments[1].count = 0; }
RULE(segment_long) { b->segments[b->header->segments - 1].count = UINT32_MAX; }
RULE(segment_kind) { b->segments[1].kind = 2; }
RULE(segment_phase) { b->segments[1].phase = 3; }
RULE(phases_back) { b->segments[0].phase = CK_UPDATE; }
RULE(tiles_in_update) { b->segments[1].phase = CK_PREPARE, b->segments[1].kind = CK_TILES; }
RULE(array_type) { b->arrays[0].type = 3; }
RULE(array_result) { b->arrays[0].result = 2; }
RULE(array_values) { b->arrays[0].values = 0; }
RULE(array_large) { b->arrays[0].values = 1ll << 40; }
RULE(array_name) { memset(b->arrays[0].name, 'a', sizeof b->arrays[0].name); }
RULE(parameter_name) { b->parameters[0].name[0] = 0; }
RULE(parameter_bell) { b->parameters[0].name[1] = 7; }
RULE(parameter_twice) { memcpy(b->parameters[1].name, b->parameters[0].name, sizeof b->parameters[0].name); }
RULE(parameter_size) { b->parameters[0].outputs = 0; }
RULE(parameter_product) { b->parameters[0].outer = 1 << 20, b->parameters[0].inputs_stored = 1 << 20; }
RULE(parameter_odd) { b->parameters[0].offset += 4; }
RULE(parameter_outside) { b->parameters[0].offset = b->header->parameter_bytes; }
RULE(parameter_overlap) { b->parameters[1].offset = b->parameters[0].offset; }
RULE(parameter_kind) { b->parameters[0].kind = 3; }
RULE(op_name) { memset(b->ops[0].name, 'a', sizeof b->ops[0].name); }
RULE(op_code) { b->ops[3].code = 999; }
RULE(op_layer) { b->ops[3].layer = 4096; }
RULE(op_group) { b->ops[3].group = 1; }
RULE(op_value) { b->ops[3].value[2] = NAN; }
RULE(wrong_segment) { b->ops[b->segments[1].first] = b->ops[0]; }
RULE(report_twice) { find(b, CK_OP_count_correct)->layer = find(b, CK_OP_cross_entropy_labels)->layer; }
RULE(report_beyond) { find(b, CK_OP_count_correct)->layer = 15; }
RULE(conv_output) { find(b, CK_OP_conv_forward)->shape.conv.out_height = 5; }
RULE(conv_kernel) { find(b, CK_OP_conv_forward)->shape.conv.kernel_width = 0; }
RULE(conv_padding) { find(b, CK_OP_conv_forward)->shape.conv.pad_top = -1; }
RULE(conv_stored) { find(b, CK_OP_conv_forward)->shape.conv.out_stored = 32; }
RULE(conv_groups) { find(b, CK_OP_conv_forward)->shape.conv.groups = 3; }
RULE(conv_huge) { find(b, CK_OP_conv_forward)->shape.conv.in_height = INT32_MAX; }
RULE(conv_part) { find(b, CK_OP_conv_forward)->shape.conv.part_count = 32; }
RULE(conv_activation) { find(b, CK_OP_conv_forward)->shape.conv.activation = CK_LEAKY_RELU; }
RULE(conv_slope) { find(b, CK_OP_conv_forward)->shape.conv.slope = INFINITY; }
RULE(dense_width) { find(b, CK_OP_dense_forward)->shape.dense.in = -5; }
RULE(dense_stored) { find(b, CK_OP_dense_forward)->shape.dense.out_stored = 1000; }
RULE(dense_huge) {
    find(b, CK_OP_dense_forward)->shape.dense.in = find(b, CK_OP_dense_forward)->shape.dense.in_stored = 1 << 30;
}
RULE(gather_channels) { find(b, CK_OP_gather_bytes)->shape.gather.channels = 5; }
RULE(gather_values) { find(b, CK_OP_gather_bytes)->shape.gather.values--; }
RULE(gather_scale) { find(b, CK_OP_gather_bytes)->shape.gather.scale[0] = NAN; }
RULE(loss_rows) { find(b, CK_OP_cross_entropy_labels)->shape.cross_entropy.rows.rows = 2; }
RULE(loss_smoothing) { find(b, CK_OP_cross_entropy_labels)->shape.cross_entropy.smoothing = 1; }
RULE(flat_count) { find(b, CK_OP_adam_update)->shape.flat.count = INT64_MAX; }
RULE(flat_longer) { find(b, CK_OP_adam_update)->shape.flat.count += 16; }
RULE(operand_missing) { *operand(b, CK_OP_conv_forward, "x") = 0; }
RULE(operand_space) { *operand(b, CK_OP_conv_forward, "x") = ck_at_make(CK_SHARED, 0); }
RULE(operand_no_space) { *operand(b, CK_OP_conv_forward, "x") = ck_at_make((ck_space)77, 0); }
RULE(operand_odd) { *operand(b, CK_OP_conv_forward, "bias") += 4; }
RULE(operand_outside) { *operand(b, CK_OP_conv_forward, "y") = ck_at_make(CK_TILE, b->header->tile_bytes - 64); }
RULE(operand_wraps) { *operand(b, CK_OP_conv_forward, "y") = ck_at_make(CK_TILE, 0xffffffffffffc0u); }
RULE(operand_array) { *operand(b, CK_OP_gather_bytes, "source") = ck_at_make(CK_ARRAY, 16); }
RULE(operand_other_array) { *operand(b, CK_OP_gather_bytes, "source") = ck_at_make(CK_ARRAY, 1); }
RULE(operand_unused) { find(b, CK_OP_gather_bytes)->at[9] = ck_at_make(CK_TILE, 0); }
RULE(operands_overlap) { *operand(b, CK_OP_conv_forward, "y") = *operand(b, CK_OP_conv_forward, "x"); }
RULE(read_before) { *operand(b, CK_OP_gather_bytes, "y") = ck_at_make(CK_TILE, b->header->tile_bytes / 128 * 64); }
RULE(read_unprepared) { find(b, CK_OP_conv_forward_prepare)->code = CK_OP_conv_backward_input_prepare; }
RULE(index_missing) { *operand(b, CK_OP_conv_backward_weight, "index") = 0; }
RULE(index_of_another) { find(b, CK_OP_conv_backward_weight)->shape.conv.slope = 1; }
RULE(state_shared) { *operand(b, CK_OP_adam_update, "m") = *operand(b, CK_OP_adam_update, "v"); }
RULE(gradients_meet) {
    ck_at *dbias = operand(b, CK_OP_bias_gradient, "dbias");
    *dbias = *operand(b, CK_OP_dense_gradient, "dw");
}
RULE(bias_sums_missing) { *operand(b, CK_OP_conv_gradient, "dbias_sums") = 0; }
RULE(sums_unknown) { *operand(b, CK_OP_conv_gradient, "sums") += 64; }

RULE(warp_perspective) { find(b, CK_OP_warp_bytes)->shape.warp.perspective = 0.5f; }
RULE(warp_thickness) { find(b, CK_OP_warp_bytes)->shape.warp.thickness = -1; }
RULE(warp_blur) { find(b, CK_OP_warp_bytes)->shape.warp.blur = 5; }
RULE(warp_blur_none) { find(b, CK_OP_warp_bytes)->shape.warp.blur = NAN; }
RULE(warp_noise) { find(b, CK_OP_warp_bytes)->shape.warp.noise = INFINITY; }
RULE(warp_flip) { find(b, CK_OP_warp_bytes)->value[0] = 1.5f; }
RULE(warp_overturn) { find(b, CK_OP_warp_bytes)->value[1] = -0.1f; }
RULE(warp_invert) { find(b, CK_OP_warp_bytes)->value[2] = 2; }
RULE(warp_option) { find(b, CK_OP_warp_bytes)->option = 2; }
RULE(warp_workspace) { *operand(b, CK_OP_warp_bytes, "workspace") = 0; }
RULE(warp_workspace_far) {
    *operand(b, CK_OP_warp_bytes, "workspace") = ck_at_make(CK_TILE, b->header->tile_bytes - 64);
}
RULE(label_option) { find(b, CK_OP_label_rows)->option = -1; }
RULE(label_rows) { find(b, CK_OP_label_rows)->shape.rows.rows = 2; }
RULE(label_array) { *operand(b, CK_OP_label_rows, "labels") = *operand(b, CK_OP_warp_bytes, "source"); }
RULE(mix_alpha) { find(b, CK_OP_mix)->value[0] = 0; }
RULE(mix_alpha_large) { find(b, CK_OP_mix)->value[0] = 17; }
RULE(mix_count) { find(b, CK_OP_mix)->shape.flat.count = 1ll << 40; }
RULE(mix_partner) { *operand(b, CK_OP_mix, "partner") = *operand(b, CK_OP_mix, "y"); }

static const rule augmented_rules[] = {
    {"perspective", warp_perspective, "perspective"},
    {"thickness", warp_thickness, "thickness"},
    {"blur", warp_blur, "blur"},
    {"no blur", warp_blur_none, "blur"},
    {"noise", warp_noise, "augmentation"},
    {"mirrored", warp_flip, "flip_x"},
    {"overturned", warp_overturn, "flip_y"},
    {"inverted", warp_invert, "invert"},
    {"warp option", warp_option, "option"},
    {"no workspace", warp_workspace, "operand workspace"},
    {"workspace outside", warp_workspace_far, "operand workspace"},
    {"label option", label_option, "option"},
    {"label rows", label_rows, "rows"},
    {"label array", label_array, "operand labels"},
    {"no alpha", mix_alpha, "alpha"},
    {"large alpha", mix_alpha_large, "alpha"},
    {"mixed count", mix_count, "count"},
    {"own partner", mix_partner, "overlap"},
};

static const rule rules[] = {
    {"magic", magic, "another beginning"},
    {"version", version, "version"},
    {"length", length, "size"},
    {"no segments", no_segments, "segments"},
    {"many operations", many_ops, "operations"},
    {"many arrays", many_arrays, "arrays"},
    {"many parameters", many_parameters, "size"},
    {"many reports", many_reports, "reports"},
    {"many groups", many_groups, "groups"},
    {"no batch", no_batch, "batch"},
    {"no lanes", no_lanes, "lanes"},
    {"large tile", large_tile, "tile"},
    {"not zero", not_zero, "zero"},
    {"reserved", reserved, "reserved"},
    {"odd block", odd_block, "tile_bytes"},
    {"large block", large_block, "state_bytes"},
    {"more shared", more_shared, "bytes of shared"},
    {"more parameters", more_parameters, "parameter_bytes"},
    {"segment gap", segment_gap, "segment 1"},
    {"segment empty", segment_empty, "segment 1"},
    {"segment long", segment_long, "segment"},
    {"segment kind", segment_kind, "kind"},
    {"segment phase", segment_phase, "phase"},
    {"phases back", phases_back, "phase"},
    {"tiles in update", tiles_in_update, "segment 1"},
    {"array type", array_type, "array 0"},
    {"array result", array_result, "array 0"},
    {"array values", array_values, "values"},
    {"array large", array_large, "values"},
    {"array name", array_name, "name"},
    {"parameter name", parameter_name, "name"},
    {"parameter bell", parameter_bell, "name"},
    {"parameter twice", parameter_twice, "twice"},
    {"parameter size", parameter_size, "parameter 0"},
    {"parameter product", parameter_product, "parameter 0"},
    {"parameter odd", parameter_odd, "multiple of 64"},
    {"parameter outside", parameter_outside, "within"},
    {"parameter overlap", parameter_overlap, "overlap"},
    {"parameter kind", parameter_kind, "kind"},
    {"operation name", op_name, "operation 0"},
    {"operation code", op_code, "operation 3"},
    {"operation layer", op_layer, "layer"},
    {"operation group", op_group, "group"},
    {"operation value", op_value, "value"},
    {"wrong segment", wrong_segment, "segment of parts"},
    {"report twice", report_twice, "report"},
    {"report beyond", report_beyond, "report"},
    {"conv output", conv_output, "output: expected"},
    {"conv kernel", conv_kernel, "kernel_width"},
    {"conv padding", conv_padding, "pad_top"},
    {"conv stored", conv_stored, "channels"},
    {"conv groups", conv_groups, "groups"},
    {"conv huge", conv_huge, "in_height"},
    {"conv part", conv_part, "part_count"},
    {"conv activation", conv_activation, "activation"},
    {"conv slope", conv_slope, "slope"},
    {"dense width", dense_width, "in: expected"},
    {"dense stored", dense_stored, "out: expected"},
    {"dense huge", dense_huge, "w: expected"},
    {"gather channels", gather_channels, "channels"},
    {"gather values", gather_values, "operand"},
    {"gather scale", gather_scale, "scale"},
    {"loss rows", loss_rows, "rows"},
    {"loss smoothing", loss_smoothing, "smoothing"},
    {"flat count", flat_count, "count"},
    {"flat longer", flat_longer, "within"},
    {"operand missing", operand_missing, "operand x"},
    {"operand space", operand_space, "operand x"},
    {"operand no space", operand_no_space, "operand x"},
    {"operand odd", operand_odd, "operand bias"},
    {"operand outside", operand_outside, "operand y"},
    {"operand wraps", operand_wraps, "operand y"},
    {"operand array", operand_array, "operand source"},
    {"operand other array", operand_other_array, "operand source"},
    {"operand unused", operand_unused, "place 9"},
    {"operands overlap", operands_overlap, "overlap"},
    {"read before", read_before, "none did"},
    {"read unprepared", read_unprepared, "operand"},
    {"index missing", index_missing, "index"},
    {"index of another", index_of_another, "winners"},
    {"state shared", state_shared, "overlap"},
    {"gradients meet", gradients_meet, "overlap"},
    {"sums unknown", sums_unknown, "sums"},
    {"bias sums missing", bias_sums_missing, "both or none"},
};

RULE(integer_pool) { find(b, CK_OP_conv_forward_s16)->shape.conv.pool = 1; }
RULE(integer_weights_pool) { find(b, CK_OP_conv_quantise_weights)->shape.conv.pool = 1; }
RULE(integer_scale) { find(b, CK_OP_conv_forward_s16)->value[0] = 0; }
RULE(integer_scale_below) { find(b, CK_OP_dense_forward_s16)->value[0] = -1; }
RULE(integer_inputs) { find(b, CK_OP_dense_quantise_weights)->shape.dense.in_stored = find(b, CK_OP_dense_quantise_weights)->shape.dense.in = 1 << 18; }
RULE(integer_x) { *operand(b, CK_OP_dense_forward_s16, "x") = 0; }
RULE(integer_weights_of_another) { *operand(b, CK_OP_dense_forward_s16, "prepared") = *operand(b, CK_OP_conv_forward_s16, "prepared"); }
RULE(integer_workspace) { *operand(b, CK_OP_conv_forward_s16, "workspace") = *operand(b, CK_OP_conv_forward_s16, "y"); }
RULE(integer_unprepared) { find(b, CK_OP_dense_quantise_weights)->code = CK_OP_dense_forward_prepare; }

static const rule integer_rules[] = {
    {"a pool", integer_pool, "pool: expected 0 to 0"},
    {"a pool behind packed weights", integer_weights_pool, "pool: expected 0 to 0"},
    {"no scale", integer_scale, "scale"},
    {"a scale below zero", integer_scale_below, "scale"},
    {"too many inputs", integer_inputs, "inputs of an integer sum"},
    {"no input", integer_x, "operand x"},
    {"weights of another layer", integer_weights_of_another, "operand prepared"},
    {"scratch memory where the result lies", integer_workspace, "overlap"},
    {"weights packed for floats", integer_unprepared, "operand prepared"},
};

static void check_rules(const char *net, const rule *list, size_t count, bool integers) {
    for (size_t i = 0; i < count; i++) {
        plan_case c = begin_plan(plan_net_named(net), "%s", list[i].name);
        c.integers = integers;
        bytes b = bytes_of(&c, &(ck_plan_options){.purpose = integers ? CK_PREDICT : CK_TRAIN, .batch = 12, .lanes = 2, .optimiser = CK_ADAM});
        ck_plan *plan;
        expect_ok(ck_plan_create(&plan, b.memory, b.size), "the plan as it is");
        ck_plan_destroy(plan);
        list[i].breaks(&b);
        const ck_status status = ck_plan_create(&plan, b.memory, b.size);
        expect((status == CK_ERROR_FORMAT || status == CK_ERROR_PLAN) && !plan,
               "expected CK_ERROR_FORMAT or CK_ERROR_PLAN and no plan, found %d", (int)status);
        expect(strstr(ck_error_message(), list[i].says) != NULL, "expected a message with \"%s\", found \"%s\"",
               list[i].says, ck_error_message());
        ck_plan_destroy(plan);
        end_plan(&c);
    }
}

void test_plan_rules(void) {
    check_rules("plain", rules, sizeof rules / sizeof rules[0], false);
    check_rules("augmented", augmented_rules, sizeof augmented_rules / sizeof augmented_rules[0], false);
    check_rules("batch_norm", integer_rules, sizeof integer_rules / sizeof integer_rules[0], true);
    ck_plan *plan = (ck_plan *)&plan;
    expect(ck_plan_create(NULL, "", 0) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
    expect(ck_plan_create(&plan, NULL, 100) == CK_ERROR_NULL && !plan, "expected CK_ERROR_NULL");
}

/* ------------------------------------------------------------------ cut short */

void test_plan_truncated(void) {
    static const char *const names[] = {"plain", "two_heads", "batch_norm"};
    for (int n = 0; n < 3; n++) {
        plan_case c = begin_plan(plan_net_named(names[n]), "cut short");
        const bytes b = bytes_of(&c, &(ck_plan_options){.batch = 12});
        for (size_t size = 0; size < b.size; size++) {
            ck_plan *plan;
            char *part = malloc(size + 1); /* so that a sanitizer sees what is read behind it */
            memcpy(part, b.memory, size);
            const ck_status status = ck_plan_create(&plan, part, size);
            expect(status == CK_ERROR_FORMAT && !plan, "%zu of %zu bytes: expected CK_ERROR_FORMAT, found %d", size,
                   b.size, (int)status);
            free(part);
        }
        end_plan(&c);
    }
}

/* ------------------------------------------------------------------- mutations */

static void *memory_for(size_t size) {
    if (!size) return NULL;
    void *memory = workspace_of(size);
    memset(memory, 0, size);
    return memory;
}

/* Too much for a test: memory or time. */
static bool is_large(const ck_plan *plan, const ck_plan_sizes *sizes) {
    size_t all = sizes->parameters + sizes->gradients + sizes->state + sizes->shared + sizes->arena;
    double cost = 0;
    for (uint32_t i = 0; i < ck_plan_about(plan)->arrays; i++)
        all += (size_t)ck_plan_arrays(plan)[i].values * 4 * DATA_ITEMS;
    for (uint32_t i = 0; i < ck_plan_about(plan)->segments; i++)
        cost += plan->segment_cost[i].once + plan->segment_cost[i].per_image * 4;
    return all > 64u << 20 || cost > 2e7;
}

/* What passed the check runs inside its buffers, whatever it computes. */
static bool run_anything(const ck_plan *plan, const ck_kernels *kernels) {
    ck_plan_sizes sizes;
    expect_ok(ck_plan_sizes_get(plan, 2, &sizes), "ck_plan_sizes_get");
    if (is_large(plan, &sizes)) return false;
    ck_run run = ck_run_make();
    run.kernels = kernels, run.threads = 2, run.phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE;
    run.images = (int32_t)ck_min(ck_plan_about(plan)->batch, 4);
    run.parameters = memory_for(sizes.parameters), run.gradients = memory_for(sizes.gradients),
    run.state = memory_for(sizes.state);
    run.shared = memory_for(sizes.shared), run.arena = memory_for(sizes.arena), run.arena_bytes = sizes.arena;
    for (uint32_t i = 0; i < ck_plan_about(plan)->arrays; i++) {
        const ck_array *a = &ck_plan_arrays(plan)[i];
        const size_t values = (size_t)a->values * 4;
        run.arrays[i].items = 4;
        run.arrays[i].data = guarded(a->type == CK_BYTES ? values : 4 * values, 4);
        memset(run.arrays[i].data, 0, a->type == CK_BYTES ? values : 4 * values);
    }
    for (int times = 0; times < 2; times++) (void)ck_plan_run(plan, &run);
    return true;
}

static void mutate(const bytes *b) {
    static const int64_t interesting[] = {
        0,   1,   -1,  2,    7,    8,     15,    16,        17,        31,        32,        64,       127,
        128, 255, 256, 1023, 4096, 65535, 65536, INT32_MAX, INT32_MIN, 1ll << 40, INT64_MAX, INT64_MIN};
    const int32_t changes = random_integer(1, 3);
    for (int32_t i = 0; i < changes; i++) {
        char *memory = b->memory;
        const size_t at = sizeof(ck_plan_header) + random_bits() % (b->size - sizeof(ck_plan_header)) / 4 *
                                                       4; /* most of all in what is not the header */
        const int64_t value = interesting[random_integer(0, 24)];
        ck_op *op = &b->ops[random_bits() % b->op_count], *other = &b->ops[random_bits() % b->op_count];
        switch (random_integer(0, 8)) {
        case 0: memory[random_bits() % b->size] = (char)random_bits(); break;
        case 1: memory[random_bits() % b->size] ^= (char)(1u << random_integer(0, 7)); break;
        case 2: memcpy(memory + at, &value, 4); break;
        case 3:
            if (at + 8 <= b->size) memcpy(memory + at, &value, 8);
            break;
        case 4: {
            int32_t v;
            memcpy(&v, memory + at, 4);
            v = (int32_t)((uint32_t)v + (uint32_t)random_integer(-2, 2));
            memcpy(memory + at, &v, 4);
            break;
        }
        case 5: op->at[random_integer(0, 9)] = other->at[random_integer(0, 9)]; break;
        case 6: op->at[random_integer(0, 9)] += (ck_at)(int64_t)(64 * random_integer(-8, 8)); break;
        case 7: op->code = other->code; break;
        default: {
            const ck_op swap = *op;
            *op = *other;
            *other = swap;
            break;
        }
        }
    }
}

void test_plan_mutated(void) {
    enum { MUTATIONS = 10000 };
    int32_t ran = 0, refused = 0;
    for (int32_t i = 0; i < MUTATIONS; i++) {
        plan_case c = begin_plan(&plan_nets[random_integer(0, plan_net_count - 1)], "mutation %d", i);
        const ck_plan_options options = {.purpose =
                                             random_integer(0, 3) ? CK_TRAIN : random_integer(CK_MEASURE, CK_PREDICT),
                                         .batch = random_integer(2, 6),
                                         .tile = 2,
                                         .lanes = 2,
                                         .optimiser = random_integer(CK_SGD, CK_MUON),
                                         .momentum = random_integer(0, 1),
                                         .average = random_integer(0, 1)};
        c.integers = options.purpose == CK_PREDICT && random_integer(0, 1);
        bytes b = bytes_of(&c, &options);
        mutate(&b);
        ck_plan *plan;
        const ck_status status = ck_plan_create(&plan, b.memory, b.size);
        expect((status == CK_OK) == (plan != NULL), "expected a plan or a failure");
        if (status != CK_OK) refused++, expect(ck_error_message()[0] != 0, "expected a message");
        else ran += run_anything(plan, i % 4 ? NULL : reference);
        ck_plan_destroy(plan);
        end_plan(&c);
    }
    expect(ran > MUTATIONS / 50 && refused > MUTATIONS / 4,
           "expected some that run and many that are refused, found %d and %d", ran, refused);
}
