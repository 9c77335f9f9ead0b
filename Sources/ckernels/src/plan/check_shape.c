/* check_shape.c - each operation by itself: its code, its shape, its options. What passes has sizes whose products fit,
 * and is a shape that the kernels and ck_op_operands may be given. */
#include "check.h"

#include "../convolution.h"

/* The operation that is looked at, and what its message begins with. */
typedef struct place {
    const ck_plan *plan;
    uint32_t op;
} place;

typedef struct size {
    const char *name;
    int64_t value, least, most;
} size;

static ck_status check_sizes(place p, const size *list) {
    for (; list->name; list++)
        if (list->value < list->least || list->value > list->most)
            return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "%s: expected %lld to %lld, found %lld", list->name,
                              (long long)list->least, (long long)list->most, (long long)list->value);
    return CK_OK;
}

/* a * b * c values, of one image or one parameter. The first may be large; the others are sides. */
static ck_status check_product(place p, const char *name, int64_t a, int64_t b, int64_t c) {
    int64_t values = 0;
    if (!__builtin_mul_overflow(a, b, &values) && !__builtin_mul_overflow(values, c, &values) && values <= CK_MOST_ITEM)
        return CK_OK;
    return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "%s: expected at most %d values, found %lld x %lld x %lld", name,
                      CK_MOST_ITEM, (long long)a, (long long)b, (long long)c);
}

static ck_status check_stored(place p, const char *name, int64_t channels, int64_t stored) {
    if (stored == ck_stored_channels((int32_t)channels)) return CK_OK;
    return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "%s: expected %lld channels stored as %d, found %lld", name,
                      (long long)channels, ck_stored_channels((int32_t)channels), (long long)stored);
}

static ck_status check_finite(place p, const char *name, const float *values, int count) {
    for (int i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "%s: expected a number, found %g", name, (double)values[i]);
    return CK_OK;
}

static ck_status check_value(place p, const char *name, float value, double least, double most) {
    if ((double)value >= least && (double)value <= most) return CK_OK;
    return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "%s: expected %g to %g, found %g", name, least, most, (double)value);
}

/* -------------------------------------------------------------------- layers */

/* Padding below and to the right is not in the shape: what the output size needs, and no more than makes a difference. */
static int32_t padding_behind(int64_t in, int64_t before, int64_t kernel, int64_t dilation, int64_t stride,
                              int64_t out) {
    return (int32_t)ck_max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - in - before);
}

/* Frames of zeros that a kernel copies a picture into. */
static ck_status check_frames(place p, const ck_conv *s) {
    const int64_t reach_y = (s->kernel_height - 1) * (int64_t)s->dilation_height,
                  reach_x = (s->kernel_width - 1) * (int64_t)s->dilation_width;
    const int64_t height = (s->out_height - 1) * (int64_t)s->stride_height + reach_y + 1,
                  width = (s->out_width - 1) * (int64_t)s->stride_width + reach_x + 1;
    ck_status status = check_product(p, "the padded picture", height, width, s->in_stored);
    if (status == CK_OK)
        status = check_product(p, "the padded gradient", s->in_height + reach_y, s->in_width + reach_x, s->out_stored);
    return status;
}

static ck_status check_conv(place p, const ck_conv *s) {
    const int64_t side = CK_MOST_EXTENT, step = 4096;
    const size sizes[] = {{"in_height", s->in_height, 1, side},
                          {"in_width", s->in_width, 1, side},
                          {"in_channels", s->in_channels, 1, side},
                          {"out_height", s->out_height, 1, side},
                          {"out_width", s->out_width, 1, side},
                          {"out_channels", s->out_channels, 1, side},
                          {"kernel_height", s->kernel_height, 1, step},
                          {"kernel_width", s->kernel_width, 1, step},
                          {"stride_height", s->stride_height, 1, step},
                          {"stride_width", s->stride_width, 1, step},
                          {"pad_top", s->pad_top, 0, step},
                          {"pad_left", s->pad_left, 0, step},
                          {"dilation_height", s->dilation_height, 1, step},
                          {"dilation_width", s->dilation_width, 1, step},
                          {"pool", s->pool, 0, 1},
                          {"algorithm", s->algorithm, CK_CONV_AUTO, CK_CONV_WINOGRAD_FEW},
                          {"activation", s->activation, CK_IDENTITY, s->pool ? CK_RELU : CK_LEAKY_RELU},
                          {"part_first", s->part_first, 0, 0},
                          {"part_count", s->part_count, 0, 0},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_finite(p, "slope", &s->slope, 1);
    if (status != CK_OK) return status;
    const ck_convolution c = {.images = 1,
                              .in_height = s->in_height,
                              .in_width = s->in_width,
                              .in_channels = s->in_channels,
                              .out_channels = s->out_channels,
                              .kernel_height = s->kernel_height,
                              .kernel_width = s->kernel_width,
                              .stride_height = s->stride_height,
                              .stride_width = s->stride_width,
                              .pad_top = s->pad_top,
                              .pad_left = s->pad_left,
                              .pad_bottom = padding_behind(s->in_height, s->pad_top, s->kernel_height,
                                                           s->dilation_height, s->stride_height, s->out_height),
                              .pad_right = padding_behind(s->in_width, s->pad_left, s->kernel_width, s->dilation_width,
                                                          s->stride_width, s->out_width),
                              .dilation_height = s->dilation_height,
                              .dilation_width = s->dilation_width,
                              .groups = s->groups,
                              .activation = s->activation,
                              .slope = s->slope};
    ck_conv found;
    char call[128];
    ck_op_place(call, sizeof call, p.plan, p.op);
    if (ck_convolution_check(call, &c, s->in_stored == s->in_channels, &found) != CK_OK) return CK_ERROR_PLAN;
    if (found.out_height != s->out_height || found.out_width != s->out_width)
        return ck_fail_op(
            p.plan, p.op, CK_ERROR_PLAN,
            "output: expected %d x %d, which follow from input, kernel, padding and stride, found %d x %d",
            found.out_height, found.out_width, s->out_height, s->out_width);
    if (found.in_stored != s->in_stored || found.out_stored != s->out_stored)
        return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN,
                          "channels: expected %d and %d stored as %d and %d, found %d and %d", s->in_channels,
                          s->out_channels, found.in_stored, found.out_stored, s->in_stored, s->out_stored);
    if (s->pool && (s->out_height < 2 || s->out_width < 2))
        return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "pool: expected an output of at least 2 x 2, found %d x %d",
                          s->out_height, s->out_width);
    return check_frames(p, s);
}

static ck_status check_dense(place p, const ck_dense *s, bool writes_input) {
    const size sizes[] = {{"in", s->in, 1, CK_MOST_ITEM - 15},
                          {"out", s->out, 1, CK_MOST_ITEM - 15},
                          {"activation", s->activation, CK_IDENTITY, CK_LEAKY_RELU},
                          {"part_first", s->part_first, 0, 0},
                          {"part_count", s->part_count, 0, 0},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_finite(p, "slope", &s->slope, 1);
    if (status == CK_OK) status = check_stored(p, "out", s->out, s->out_stored);
    /* A flattened picture, padding and all, has no other padding. */
    if (status == CK_OK && s->in_stored != s->in) status = check_stored(p, "in", s->in, s->in_stored);
    if (status == CK_OK && writes_input && s->in_stored % 8)
        status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN,
                            "in_stored: expected a multiple of 8 where a gradient by the input is formed, found %d",
                            s->in_stored);
    if (status == CK_OK)
        status = check_product(p, "w", ck_round_up(s->in_stored, 16), ck_round_up(s->out_stored, 16), 1);
    return status;
}

static ck_status check_pool(place p, const ck_pool *s) {
    const int64_t side = CK_MOST_EXTENT, step = 4096;
    const size sizes[] = {{"in_height", s->in_height, 1, side},
                          {"in_width", s->in_width, 1, side},
                          {"out_height", s->out_height, 1, side},
                          {"out_width", s->out_width, 1, side},
                          {"channels", s->channels, 1, side},
                          {"kernel_height", s->kernel_height, 1, 255},
                          {"kernel_width", s->kernel_width, 1, 255},
                          {"kernel", (int64_t)s->kernel_height * s->kernel_width, 1, 255},
                          {"stride_height", s->stride_height, 1, step},
                          {"stride_width", s->stride_width, 1, step},
                          {"pad_top", s->pad_top, 0, step},
                          {"pad_left", s->pad_left, 0, step},
                          {"pad_bottom", s->pad_bottom, 0, step},
                          {"pad_right", s->pad_right, 0, step},
                          {"dilation_height", s->dilation_height, 1, step},
                          {"dilation_width", s->dilation_width, 1, step},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_stored(p, "channels", s->channels, s->stored);
    if (status == CK_OK) status = check_product(p, "input", s->in_height, s->in_width, s->stored);
    if (status == CK_OK) status = check_product(p, "output", s->out_height, s->out_width, s->stored);
    const int64_t rows = (int64_t)s->in_height + s->pad_top + s->pad_bottom;
    const int64_t columns = (int64_t)s->in_width + s->pad_left + s->pad_right;
    if (status == CK_OK && ((s->out_height - 1) * (int64_t)s->stride_height >= rows ||
                            (s->out_width - 1) * (int64_t)s->stride_width >= columns))
        status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN,
                            "output: expected windows that begin in the picture or its padding, found %d x %d of them",
                            s->out_height, s->out_width);
    return status;
}

/* ---------------------------------------------------------------------- values */

static ck_status check_rows(place p, const ck_rows *s) {
    const size sizes[] = {
        {"rows", s->rows, 1, CK_MOST_ITEM}, {"channels", s->channels, 1, CK_MOST_ITEM - 15}, {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_stored(p, "channels", s->channels, s->stored);
    if (status == CK_OK) status = check_product(p, "rows", s->rows, s->stored, 1);
    return status;
}

static ck_status check_images(place p, const ck_images *s) {
    const size sizes[] = {{"images", s->images, 0, 0},
                          {"height", s->height, 1, CK_MOST_EXTENT},
                          {"width", s->width, 1, CK_MOST_EXTENT},
                          {"channels", s->channels, 1, CK_MOST_EXTENT},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_stored(p, "channels", s->channels, s->stored);
    if (status == CK_OK) status = check_product(p, "values", s->height, s->width, s->stored);
    return status;
}

static ck_status check_concatenate(place p, const ck_concatenate *s) {
    const int64_t side = CK_MOST_ITEM - 15;
    const size sizes[] = {{"rows", s->rows, 1, CK_MOST_ITEM},
                          {"channels", s->channels, 1, side},
                          {"total", s->total, s->channels, side},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_stored(p, "channels", s->channels, s->stored);
    if (status == CK_OK) status = check_stored(p, "total", s->total, s->total_stored);
    if (status == CK_OK)
        status = check_sizes(p, (const size[]){{"offset", s->offset, 0, s->total - s->channels}, {NULL, 0, 0, 0}});
    if (status == CK_OK) status = check_product(p, "the whole", s->rows, s->total_stored, 1);
    return status;
}

static ck_status check_cross_entropy(place p, const ck_cross_entropy *s) {
    ck_status status = check_rows(p, &s->rows);
    if (status == CK_OK) status = check_finite(p, "gradient_scale", &s->gradient_scale, 1);
    if (status == CK_OK && !(s->smoothing >= 0 && s->smoothing < 1))
        status =
            ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "smoothing: expected 0 to below 1, found %g", (double)s->smoothing);
    return status;
}

static ck_status check_standardisation(place p, int32_t channels, const float *scale, const float *shift) {
    ck_status status = check_sizes(p, (const size[]){{"channels", channels, 1, 4}, {NULL, 0, 0, 0}});
    if (status == CK_OK) status = check_finite(p, "scale", scale, 4);
    if (status == CK_OK) status = check_finite(p, "shift", shift, 4);
    return status;
}

static ck_status check_gather(place p, const ck_gather *s) {
    ck_status status = check_standardisation(p, s->channels, s->scale, s->shift);
    if (status == CK_OK)
        status = check_sizes(p, (const size[]){{"values", s->values, 1, CK_MOST_ITEM}, {NULL, 0, 0, 0}});
    if (status == CK_OK && s->values % s->channels)
        status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "values: expected a multiple of %d channels, found %lld",
                            s->channels, (long long)s->values);
    return status;
}

static ck_status check_warp(place p, const ck_warp *s) {
    const int64_t side = CK_MOST_EXTENT;
    const size sizes[] = {{"in_height", s->in_height, 1, side},
                          {"in_width", s->in_width, 1, side},
                          {"out_height", s->out_height, 1, side},
                          {"out_width", s->out_width, 1, side},
                          {NULL, 0, 0, 0}};
    ck_status status = check_sizes(p, sizes);
    if (status == CK_OK) status = check_standardisation(p, s->channels, s->scale, s->shift);
    const float draws[] = {s->rotate,  s->shift_x,    s->shift_y,  s->zoom, s->shear,
                           s->elastic, s->brightness, s->contrast, s->noise};
    const struct {
        const char *name;
        float value, most;
    } limits[] = {{"perspective", s->perspective, 0.49f}, {"thickness", s->thickness, 16}, {"blur", s->blur, 4}};
    for (size_t i = 0; status == CK_OK && i < sizeof limits / sizeof limits[0]; i++)
        status = check_value(p, limits[i].name, limits[i].value, 0, (double)limits[i].most);
    for (size_t i = 0; status == CK_OK && i < sizeof draws / sizeof draws[0]; i++)
        if (!(draws[i] >= 0 && draws[i] <= 65536))
            status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "augmentation: expected 0 to 65536, found %g",
                                (double)draws[i]);
    if (status == CK_OK && !(s->elastic_spacing >= 0 && s->elastic_spacing <= 65536))
        status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "elastic_spacing: expected 0 to 65536, found %g",
                            (double)s->elastic_spacing);
    if (status == CK_OK &&
        !(s->erase_probability >= 0 && s->erase_probability <= 1 && s->erase_size >= 0 && s->erase_size <= 1))
        status = ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "erase: expected 0 to 1, found %g and %g",
                            (double)s->erase_probability, (double)s->erase_size);
    if (status == CK_OK) status = check_product(p, "source", s->in_height, s->in_width, s->channels);
    if (status == CK_OK) status = check_product(p, "picture", s->out_height, s->out_width, s->channels);
    return status;
}

static ck_status check_flat(place p, const ck_flat *s) {
    return check_sizes(
        p, (const size[]){{"count", s->count, 1, (int64_t)(ck_most_bytes / sizeof(float))}, {NULL, 0, 0, 0}});
}

static ck_status check_matrix(place p, const ck_matrix *s) {
    const size sizes[] = {{"rows", s->rows, 1, CK_MOST_ITEM},
                          {"columns", s->columns, 1, CK_MOST_ITEM},
                          {"real_rows", s->real_rows, 1, s->rows},
                          {"real_columns", s->real_columns, 1, s->columns},
                          {NULL, 0, 0, 0}};
    const ck_status status = check_sizes(p, sizes);
    return status == CK_OK ? check_product(p, "matrix", s->rows, s->columns, 1) : status;
}

static ck_status check_shape(place p, const ck_op *op) {
    switch (ck_op_kind_of(op->code)->shape) {
    case CK_SHAPE_conv: return check_conv(p, &op->shape.conv);
    case CK_SHAPE_dense:
        return check_dense(p, &op->shape.dense,
                           op->code == CK_OP_dense_backward_input || op->code == CK_OP_dense_backward_input_prepare);
    case CK_SHAPE_pool: return check_pool(p, &op->shape.pool);
    case CK_SHAPE_rows: return check_rows(p, &op->shape.rows);
    case CK_SHAPE_images: return check_images(p, &op->shape.images);
    case CK_SHAPE_concatenate: return check_concatenate(p, &op->shape.concatenate);
    case CK_SHAPE_cross_entropy: return check_cross_entropy(p, &op->shape.cross_entropy);
    case CK_SHAPE_gather: return check_gather(p, &op->shape.gather);
    case CK_SHAPE_warp: return check_warp(p, &op->shape.warp);
    case CK_SHAPE_flat: return check_flat(p, &op->shape.flat);
    case CK_SHAPE_matrix: return check_matrix(p, &op->shape.matrix);
    }
    return CK_OK;
}

/* --------------------------------------------------------------------- options */

static ck_status check_option(place p, const char *name, int32_t option, int32_t least, int32_t most) {
    return check_sizes(p, (const size[]){{name, option, least, most}, {NULL, 0, 0, 0}});
}

/* Which updates a fused one may be, and the state that each needs: m is operand 1, v operand 2. */
static ck_status check_fused_update(place p, const ck_op *op) {
    const ck_status status = check_option(p, "option", op->option, CK_OP_sgd_update, CK_OP_rmsprop_update);
    if (status != CK_OK) return status;
    const bool m = ck_at_space(op->at[1]) != CK_NOWHERE, v = ck_at_space(op->at[2]) != CK_NOWHERE;
    const bool wants_v = op->option != CK_OP_sgd_update, wants_m = op->option == CK_OP_adam_update;
    const bool may_m = wants_m || op->option == CK_OP_rmsprop_update;
    if ((wants_v && !v) || (wants_m && !m) || (m && !may_m))
        return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "state: expected m %s and v %s for %s, found m %s and v %s",
                          wants_m ? "given"
                          : may_m ? "given or not"
                                  : "left out",
                          wants_v ? "given" : "given or not", ck_op_name((uint32_t)op->option),
                          m ? "given" : "left out", v ? "given" : "left out");
    return CK_OK;
}

/* Two operands that only make sense together. */
static ck_status check_pair(place p, const ck_op *op, const char *first, const char *second) {
    const bool a = op->at[ck_op_operand(op->code, first)] != 0, b = op->at[ck_op_operand(op->code, second)] != 0;
    if (a == b) return CK_OK;
    return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "operands %s and %s: expected both or none, found %s alone", first,
                      second, a ? first : second);
}

/* Pictures, mirrored and inverted how often. */
static ck_status check_chances(place p, const ck_op *op) {
    static const char *const names[] = {"flip_x", "flip_y", "invert"};
    ck_status status = check_option(p, "option", op->option, 0, 1);
    for (int i = 0; status == CK_OK && i < 3; i++) status = check_value(p, names[i], op->value[i], 0, 1);
    return status;
}

/* Labels as rows stand for one row each, and are looked at before each run: there is a list of them. */
static ck_status check_label_rows(place p, const ck_op *op) {
    const ck_status status = check_sizes(p, (const size[]){{"option", op->option, 0, 1},
                                                           {"rows (a label is of one)", op->shape.rows.rows, 1, 1},
                                                           {NULL, 0, 0, 0}});
    int32_t before = 0;
    for (uint32_t i = 0; i < p.op; i++) before += p.plan->ops[i].code == CK_OP_label_rows;
    if (status != CK_OK || before < CK_LABELLED - CK_REPORTS) return status;
    return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "label_rows: expected at most %d of them", CK_LABELLED - CK_REPORTS);
}

static ck_status check_mix(place p, const ck_op *op) {
    const ck_status status = check_value(p, "alpha", op->value[0], (double)0.05f, 16);
    if (status != CK_OK) return status;
    return check_sizes(p, (const size[]){{"count", op->shape.flat.count, 1, CK_MOST_ITEM}, {NULL, 0, 0, 0}});
}

/* With more inputs than that, few of the 16 bits would be left to them. */
static ck_status check_integer_inputs(place p, int64_t inputs) {
    return check_sizes(p, (const size[]){{"inputs of an integer sum", inputs, 1, 1 << 17}, {NULL, 0, 0, 0}});
}
static ck_status check_integer_conv(place p, const ck_conv *s) {
    const ck_status status = check_sizes(p, (const size[]){{"pool", s->pool, 0, 0}, {"groups", s->groups, 1, 1}, {NULL, 0, 0, 0}});
    if (status != CK_OK) return status;
    return check_integer_inputs(p, (int64_t)s->kernel_height * s->kernel_width * s->in_stored);
}
static ck_status check_integer_scale(place p, const ck_op *op) {
    return check_value(p, "scale", op->value[0], 1e-30, 1e30);
}

static ck_status check_options(place p, const ck_op *op) {
    switch (op->code) {
    case CK_OP_conv_quantise_weights: return check_integer_conv(p, &op->shape.conv);
    case CK_OP_conv_forward_s16: {
        const ck_status status = check_integer_conv(p, &op->shape.conv);
        return status == CK_OK ? check_integer_scale(p, op) : status;
    }
    case CK_OP_dense_quantise_weights: return check_integer_inputs(p, op->shape.dense.in_stored);
    case CK_OP_dense_forward_s16: {
        const ck_status status = check_integer_inputs(p, op->shape.dense.in_stored);
        return status == CK_OK ? check_integer_scale(p, op) : status;
    }
    case CK_OP_warp_bytes: return check_chances(p, op);
    case CK_OP_gather_bytes:
    case CK_OP_gather_floats:
    case CK_OP_gather_rows: return check_option(p, "option", op->option, 0, 1);
    case CK_OP_label_rows: return check_label_rows(p, op);
    case CK_OP_mix: return check_mix(p, op);
    case CK_OP_leaky_relu_forward:
    case CK_OP_leaky_relu_backward: return check_value(p, "slope", op->value[0], -1e6, 1e6);
    case CK_OP_scale: return check_value(p, "factor", op->value[0], -1e30, 1e30);
    case CK_OP_dropout:
    case CK_OP_channel_dropout: return check_value(p, "rate", op->value[0], 0, 0.999999);
    case CK_OP_drop_block: {
        const ck_status status = check_value(p, "rate", op->value[0], 0, 0.999999);
        return status == CK_OK ? check_option(p, "block", op->option, 1, 64) : status;
    }
    case CK_OP_batch_norm_statistics: {
        ck_status status = check_value(p, "momentum", op->value[1], 0, 1);
        if (status == CK_OK) status = check_pair(p, op, "running_mean", "running_variance");
        return status == CK_OK ? check_value(p, "epsilon", op->value[0], 1e-30, 1e6) : status;
    }
    case CK_OP_batch_norm_affine:
    case CK_OP_batch_norm_backward_combine:
    case CK_OP_layer_norm_forward: return check_value(p, "epsilon", op->value[0], 1e-30, 1e6);
    case CK_OP_batch_norm_apply: return check_option(p, "activation", op->option, CK_IDENTITY, CK_RELU);
    case CK_OP_cross_entropy_labels:
    case CK_OP_count_correct: {
        const int64_t rows = op->code == CK_OP_count_correct ? op->shape.rows.rows : op->shape.cross_entropy.rows.rows;
        return check_sizes(p, (const size[]){{"rows (a label is of one)", rows, 1, 1}, {NULL, 0, 0, 0}});
    }
    case CK_OP_conv_gradient: return check_pair(p, op, "dbias", "dbias_sums");
    case CK_OP_dense_gradient_update: return check_fused_update(p, op);
    default: return CK_OK;
    }
}

/* A gradient needs the winners of a pool if there is one; the two-in-one form knows none. */
static ck_status check_pool_of_conv(place p, const ck_op *op) {
    int32_t place_of_index = -1;
    if (op->code == CK_OP_conv_backward_input) place_of_index = 2;
    if (op->code == CK_OP_conv_backward_weight) place_of_index = 4;
    if (place_of_index >= 0 && (ck_at_space(op->at[place_of_index]) != CK_NOWHERE) != (op->shape.conv.pool != 0))
        return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "index: expected it %s a pool",
                          op->shape.conv.pool ? "given, since there is" : "left out, since there is not");
    const bool writes_index = op->code == CK_OP_conv_forward && ck_at_space(op->at[1]) != CK_NOWHERE;
    if ((op->code == CK_OP_conv_gradient_by_channel && op->shape.conv.pool) || (writes_index && !op->shape.conv.pool))
        return ck_fail_op(p.plan, p.op, CK_ERROR_PLAN, "pool: expected %s",
                          writes_index ? "one, since an index is written" : "none in this operation");
    return CK_OK;
}

static ck_status check_op(const ck_plan *plan, uint32_t i, bool *reported) {
    const ck_op *op = &plan->ops[i];
    const place p = {plan, i};
    if (!ck_name_is_fine(op->name, sizeof op->name))
        return ck_fail(CK_ERROR_PLAN,
                       "ck_plan_create: operation %u: name: expected printable characters and a zero byte", i);
    if (!ck_op_kind_of(op->code))
        return ck_fail_op(plan, i, CK_ERROR_PLAN, "code: expected an operation of this library, found %u", op->code);
    ck_status status =
        check_sizes(p, (const size[]){{"layer", op->layer, 0, 4095},
                                      {"group", op->group, 0, ck_max(0, (int64_t)plan->header.groups - 1)},
                                      {NULL, 0, 0, 0}});
    if (status == CK_OK) status = check_finite(p, "value", op->value, 4);
    if (status == CK_OK) status = check_shape(p, op);
    if (status == CK_OK) status = check_options(p, op);
    if (status == CK_OK && ck_op_kind_of(op->code)->shape == CK_SHAPE_conv) status = check_pool_of_conv(p, op);
    if (status != CK_OK || !ck_op_reports(op->code)) return status;
    if ((uint32_t)op->layer >= plan->header.reports || reported[op->layer])
        return ck_fail_op(plan, i, CK_ERROR_PLAN,
                          "layer: expected the number of a report of its own, below %u, found %d", plan->header.reports,
                          op->layer);
    reported[op->layer] = true;
    return CK_OK;
}

ck_status ck_check_shapes(const ck_plan *plan) {
    bool reported[CK_REPORTS] = {false};
    for (uint32_t i = 0; i < plan->header.ops; i++) {
        const ck_status status = check_op(plan, i, reported);
        if (status != CK_OK) return status;
    }
    return CK_OK;
}
