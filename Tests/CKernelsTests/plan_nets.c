/* plan_nets.c - small networks that between them have every layer, loss and way to share out work. */
#include "plan_cases.h"

static int32_t picture(ck_network *n) { return ck_network_input(n, 12, 12, 1, CK_BYTES); }

/* Logits with the usual heads. */
static void classify(ck_network *n, int32_t x, ck_loss_layer loss) {
    const int32_t labels = ck_network_labels(n, "labels");
    ck_network_cross_entropy(n, x, labels, loss);
    ck_network_count_correct(n, x, labels);
    ck_network_result(n, ck_network_softmax(n, x), "probabilities");
}
static void classify_into(ck_network *n, int32_t x, int32_t classes) {
    classify(n, ck_network_dense(n, x, (ck_dense_layer){.name = "last", .units = classes}), (ck_loss_layer){0});
}

static void plain(ck_network *n) {
    int32_t x = ck_network_conv(
        n, picture(n),
        (ck_conv_layer){.name = "conv1", .channels = 6, .kernel = 5, .padding = 2, .activation = CK_RELU, .pool = 1});
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 16, .kernel = 3, .activation = CK_RELU, .pool = 1});
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 24, .activation = CK_RELU});
    classify_into(n, x, 10);
}

static void residual_with(ck_network *n, bool smooth) {
    int32_t x = ck_network_conv(
        n, picture(n),
        (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .activation = smooth ? CK_IDENTITY : CK_RELU});
    for (int i = 0; i < 2; i++) {
        int32_t y = ck_network_conv(n, x, (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .no_bias = 1});
        y = ck_network_batch_norm(n, y, (ck_batch_norm_layer){.relu = !smooth});
        y = ck_network_conv(n, y, (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .no_bias = 1});
        y = ck_network_batch_norm(n, y, (ck_batch_norm_layer){0});
        x = ck_network_function(n, ck_network_add(n, y, x), smooth ? CK_FUNCTION_SILU : CK_FUNCTION_RELU, 0);
    }
    classify_into(n, ck_network_global_average_pool(n, x), 10);
}
static void residual(ck_network *n) { residual_with(n, false); }
static void smooth_residual(ck_network *n) { residual_with(n, true); }

static void concatenating(ck_network *n) {
    const int32_t x = ck_network_conv(
        n, picture(n), (ck_conv_layer){.channels = 9, .kernel = 3, .stride = 2, .padding = 1, .activation = CK_RELU});
    const int32_t a = ck_network_conv(n, x, (ck_conv_layer){.channels = 12, .kernel = 1, .activation = CK_RELU});
    const int32_t b = ck_network_conv(n, x, (ck_conv_layer){.channels = 5, .kernel = 3, .padding = 1});
    const int32_t c = ck_network_conv(
        n, a, (ck_conv_layer){.channels = 3, .kernel = 5, .padding = 2, .activation = CK_LEAKY_RELU, .slope = 0.1f});
    const int32_t d = ck_network_concatenate(n, (const int32_t[]){a, b, x, c}, 4);
    const int32_t e = ck_network_concatenate(
        n, (const int32_t[]){d, ck_network_conv(n, d, (ck_conv_layer){.channels = 8, .kernel = 3, .padding = 1})}, 2);
    classify_into(n, ck_network_pool(n, e, CK_AVERAGE_POOL, 2, 2), 10);
}

static void batch_norm(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 10, .kernel = 3, .no_bias = 1});
    x = ck_network_batch_norm(n, x, (ck_batch_norm_layer){.relu = 1, .momentum = 0.3f});
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 20, .kernel = 3, .stride = 2});
    x = ck_network_function(n, ck_network_batch_norm(n, x, (ck_batch_norm_layer){0}), CK_FUNCTION_TANH, 0);
    x = ck_network_batch_norm(n, ck_network_dense(n, x, (ck_dense_layer){.units = 33}),
                              (ck_batch_norm_layer){.epsilon = 1e-3f});
    classify_into(n, x, 7);
}

static void two_heads(ck_network *n) {
    int32_t x =
        ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 8, .kernel = 3, .activation = CK_RELU, .pool = 1});
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 20, .activation = CK_LEAKY_RELU, .slope = 0.2f});
    const int32_t logits = ck_network_dense(n, x, (ck_dense_layer){.units = 10});
    classify(n, logits, (ck_loss_layer){.weight = 0.7f});
    const int32_t box =
        ck_network_function(n, ck_network_dense(n, x, (ck_dense_layer){.units = 4}), CK_FUNCTION_SIGMOID, 0);
    ck_network_distance_loss(n, box, ck_network_targets(n, "box", 4), CK_MEAN_SQUARED, (ck_loss_layer){.weight = 0.3f});
    ck_network_distance_loss(n, logits, ck_network_targets(n, "scores", 10), CK_BINARY_CROSS_ENTROPY,
                             (ck_loss_layer){.weight = 0.1f});
    ck_network_result(n, box, "box result");
}

static void wide_dense(ck_network *n) {
    int32_t x = ck_network_dense(n, picture(n), (ck_dense_layer){.units = 200, .activation = CK_RELU, .by_channel = 1});
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 130, .activation = CK_RELU, .by_channel = 1});
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 40, .no_bias = 1, .by_channel = 1});
    classify_into(n, x, 10);
}

static void by_channel(ck_network *n) {
    int32_t x = ck_network_conv(
        n, picture(n),
        (ck_conv_layer){.channels = 40, .kernel = 3, .padding = 1, .activation = CK_RELU, .by_channel = 1});
    x = ck_network_conv(
        n, x, (ck_conv_layer){.channels = 72, .kernel = 3, .activation = CK_RELU, .by_channel = 1, .pool = 1});
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 66, .kernel = 3, .stride = 2, .by_channel = 1});
    x = ck_network_conv(
        n, x,
        (ck_conv_layer){.channels = 16, .kernel = 1, .activation = CK_LEAKY_RELU, .slope = 0.3f, .by_channel = 1});
    classify_into(n, x, 10);
}

static void functions(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 9, .kernel = 3, .stride = 3});
    const ck_function all[] = {CK_FUNCTION_GELU, CK_FUNCTION_LEAKY_RELU, CK_FUNCTION_SILU, CK_FUNCTION_TANH,
                               CK_FUNCTION_SIGMOID};
    for (int i = 0; i < 5; i++) {
        const int32_t y = ck_network_function(n, x, all[i], 0.2f);
        x = i % 2 ? ck_network_add(n, x, y) : ck_network_conv(n, y, (ck_conv_layer){.channels = 9, .kernel = 1});
    }
    x = ck_network_function(n, ck_network_dense(n, x, (ck_dense_layer){.units = 17}), CK_FUNCTION_RELU, 0);
    classify_into(n, x, 10);
}

static void dropouts(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 12, .kernel = 3, .activation = CK_RELU});
    x = ck_network_dropout(n, x, CK_DROP_BLOCK, 0.2f, 3);
    x = ck_network_dropout(n, x, CK_CHANNEL_DROPOUT, 0.3f, 0);
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 30, .activation = CK_RELU});
    x = ck_network_dropout(n, ck_network_dropout(n, x, CK_DROPOUT, 0, 0), CK_DROPOUT, 0.5f, 0);
    classify_into(n, x, 10);
}

static void pools(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n),
                                (ck_conv_layer){.channels = 6, .kernel = 3, .padding = 1, .activation = CK_RELU});
    x = ck_network_pool(n, x, CK_MAX_POOL, 3, 2);
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 20, .kernel = 3, .padding = 1, .activation = CK_RELU});
    x = ck_network_pool(n, x, CK_STOCHASTIC_POOL, 2, 1);
    x = ck_network_pool(n, x, CK_AVERAGE_POOL, 2, 2);
    classify_into(n, ck_network_global_average_pool(n, x), 10);
}

static void layer_norm(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 12, .kernel = 4, .stride = 4});
    x = ck_network_function(n, ck_network_layer_norm(n, x, (ck_layer_norm_layer){0}), CK_FUNCTION_GELU, 0);
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 30});
    classify_into(n, ck_network_layer_norm(n, x, (ck_layer_norm_layer){.epsilon = 1e-3f}), 10);
}

static void entropies(ck_network *n) {
    static const float weights[10] = {1, 0.5f, 2, 1, 1, 0, 1.5f, 1, 1, 0.25f};
    int32_t x = ck_network_dense(n, picture(n), (ck_dense_layer){.units = 20, .activation = CK_RELU});
    const int32_t logits = ck_network_dense(n, x, (ck_dense_layer){.units = 10});
    classify(
        n, logits,
        (ck_loss_layer){
            .weight = 0.5f, .smoothing = 0.1f, .class_weights = weights, .ignore_label = 3, .has_ignore_label = 1});
    ck_network_soft_cross_entropy(n, logits, ck_network_targets(n, "teacher", 10),
                                  (ck_loss_layer){.weight = 0.25f, .smoothing = 0.05f});
    const int32_t other = ck_network_dense(n, x, (ck_dense_layer){.units = 5});
    ck_network_cross_entropy(n, other, ck_network_labels(n, "other labels"), (ck_loss_layer){0});
    ck_network_result(n, ck_network_log_softmax(n, other), "logarithms");
}

static void distances(ck_network *n) {
    const int32_t x =
        ck_network_dense(n, picture(n), (ck_dense_layer){.units = 14, .activation = CK_LEAKY_RELU, .slope = 0.1f});
    const ck_distance all[] = {CK_MEAN_SQUARED, CK_ROOT_MEAN_SQUARED, CK_MEAN_ABSOLUTE, CK_BINARY_CROSS_ENTROPY};
    static const char *const names[] = {"squared", "root", "absolute", "binary"};
    for (int i = 0; i < 4; i++) {
        const int32_t y = ck_network_dense(n, x, (ck_dense_layer){.units = 3 + 7 * i});
        ck_network_distance_loss(n, y, ck_network_targets(n, names[i], 3 + 7 * i), all[i],
                                 (ck_loss_layer){.weight = 0.25f * (float)(i + 1)});
        ck_network_result(n, y, NULL);
    }
    ck_network_distance_loss(n, x, ck_network_targets(n, "root of x", 14), CK_ROOT_MEAN_SQUARED, (ck_loss_layer){0});
}

/* A picture as target: rows of a value with pixels. */
static void picture_target(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n),
                                (ck_conv_layer){.channels = 8, .kernel = 3, .padding = 1, .activation = CK_RELU});
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3, .padding = 1});
    ck_network_distance_loss(n, x, ck_network_targets(n, "picture", 12 * 12 * 3), CK_BINARY_CROSS_ENTROPY,
                             (ck_loss_layer){0});
    ck_network_soft_cross_entropy(n, x, ck_network_targets(n, "classes of pixels", 12 * 12 * 3), (ck_loss_layer){0});
    ck_network_result(n, ck_network_softmax(n, x), "pixels");
}

static void frozen(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n), (ck_conv_layer){.channels = 8, .kernel = 3, .activation = CK_RELU});
    x = ck_network_batch_norm(n, x, (ck_batch_norm_layer){.relu = 1, .frozen = 1});
    x = ck_network_conv(n, x,
                        (ck_conv_layer){.channels = 8, .kernel = 3, .activation = CK_RELU, .pool = 1, .frozen = 1});
    x = ck_network_layer_norm(n, x, (ck_layer_norm_layer){.frozen = 1});
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 12, .activation = CK_RELU, .frozen = 1});
    classify_into(n, x, 10);
}

/* What lies before the first trained layer gets no gradients. */
static void frozen_beginning(ck_network *n) {
    int32_t x = ck_network_conv(
        n, picture(n), (ck_conv_layer){.channels = 8, .kernel = 3, .activation = CK_RELU, .pool = 1, .frozen = 1});
    x = ck_network_batch_norm(n, x, (ck_batch_norm_layer){.frozen = 1});
    classify_into(n, x, 10);
}

static void groups(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n),
                                (ck_conv_layer){.channels = 12, .kernel = 3, .padding = 1, .activation = CK_RELU});
    x = ck_network_conv(
        n, x,
        (ck_conv_layer){
            .channels = 8, .kernel = 3, .padding = 2, .dilation = 2, .groups = 4, .activation = CK_RELU, .pool = 1});
    x = ck_network_conv(n, x, (ck_conv_layer){.channels = 8, .kernel = 3, .padding = 1, .groups = 8});
    x = ck_network_conv(
        n, x, (ck_conv_layer){.channels = 24, .kernel = 3, .dilation = 2, .activation = CK_RELU, .by_channel = 1});
    classify_into(n, x, 10);
}

static void softmax_within(ck_network *n) {
    int32_t x = ck_network_softmax(n, ck_network_dense(n, picture(n), (ck_dense_layer){.units = 19}));
    x = ck_network_log_softmax(n, ck_network_dense(n, x, (ck_dense_layer){.units = 23}));
    classify_into(n, x, 10);
}

static void raw_dense(ck_network *n) {
    const int32_t x = ck_network_dropout(n, ck_network_input(n, 4, 4, 3, CK_FLOATS), CK_DROPOUT, 0.3f, 0);
    classify_into(n, ck_network_dense(n, ck_network_function(n, x, CK_FUNCTION_TANH, 0), (ck_dense_layer){.units = 21}),
                  10);
}

static int32_t warped_picture(ck_network *n, bool all) {
    const ck_warp warp = {.in_height = 10,
                          .in_width = 12,
                          .out_height = 12,
                          .out_width = 12,
                          .channels = 1,
                          .rotate = 0.2f,
                          .shift_x = 1.5f,
                          .shift_y = 1,
                          .zoom = 0.1f,
                          .shear = 0.1f,
                          .elastic = 1,
                          .elastic_spacing = 4,
                          .brightness = 0.1f,
                          .contrast = 0.2f,
                          .noise = 0.05f,
                          .erase_probability = 0.3f,
                          .erase_size = 0.4f,
                          .scale = {1.0f / 255, 1, 1, 1},
                          .shift = {-0.1f},
                          .perspective = all ? 0.2f : 0,
                          .thickness = all ? 1.5f : 0,
                          .blur = all ? 1 : 0};
    if (all) ck_network_chances(n, &(ck_chances){.flip_x = 0.5f, .flip_y = 0.3f, .invert = 0.4f});
    return ck_network_warped_input(n, &warp);
}

static void warped(ck_network *n) {
    const int32_t x = ck_network_conv(n, warped_picture(n, false),
                                      (ck_conv_layer){.channels = 8, .kernel = 3, .stride = 2, .activation = CK_RELU});
    classify_into(n, x, 10);
}

/* Everything that can be done to a picture, and mixup. */
static void augmented(ck_network *n) {
    ck_network_mixup(n, 0.4f);
    const int32_t x = ck_network_conv(n, warped_picture(n, true),
                                      (ck_conv_layer){.channels = 8, .kernel = 3, .stride = 2, .activation = CK_RELU});
    const float weights[] = {1, 2, 0.5f, 1, 1, 1, 3, 1, 1, 0.25f};
    classify(n, ck_network_dense(n, x, (ck_dense_layer){.units = 10}),
             (ck_loss_layer){.smoothing = 0.1f, .class_weights = weights});
}

/* Mixup of what is only gathered, floats and bytes, and of every kind of target. */
static void mixed(ck_network *n) {
    ck_network_mixup(n, 1.5f);
    const int32_t a = ck_network_dense(n, picture(n), (ck_dense_layer){.units = 12, .activation = CK_RELU});
    const int32_t b = ck_network_dense(n, ck_network_input(n, 4, 4, 2, CK_FLOATS), (ck_dense_layer){.units = 12});
    const int32_t x = ck_network_function(n, ck_network_add(n, a, b), CK_FUNCTION_TANH, 0);
    classify_into(n, x, 7);
    ck_network_distance_loss(n, ck_network_dense(n, x, (ck_dense_layer){.units = 3}), ck_network_targets(n, "values", 3),
                             CK_MEAN_SQUARED, (ck_loss_layer){.weight = 0.5f});
    ck_network_distance_loss(n, ck_network_dense(n, x, (ck_dense_layer){.units = 2}), ck_network_targets(n, "roots", 2),
                             CK_ROOT_MEAN_SQUARED, (ck_loss_layer){0});
}

static void two_inputs(ck_network *n) {
    static const float scale[3] = {0.01f, 0.02f, 0.005f}, shift[3] = {-0.5f, 0, 0.5f};
    const int32_t colour = ck_network_scaled_input(n, 12, 12, 3, CK_BYTES, scale, shift);
    const int32_t a =
        ck_network_conv(n, colour, (ck_conv_layer){.channels = 7, .kernel = 3, .activation = CK_RELU, .pool = 1});
    const int32_t b = ck_network_conv(
        n, ck_network_input(n, 10, 10, 2, CK_FLOATS),
        (ck_conv_layer){
            .channels = 7, .kernel = 3, .padding = 1, .activation = CK_LEAKY_RELU, .slope = 0.1f, .pool = 1});
    const int32_t x = ck_network_add(n, ck_network_add(n, a, a), b);
    classify_into(n, ck_network_add(n, x, ck_network_function(n, x, CK_FUNCTION_SIGMOID, 0)), 10);
}

/* Layers wide enough for Winograd's algorithm, with and without a pool behind them. */
static void winograd(ck_network *n) {
    int32_t x = ck_network_conv(n, picture(n),
                                (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .activation = CK_RELU});
    x = ck_network_conv(n, x,
                        (ck_conv_layer){.channels = 32,
                                        .kernel = 3,
                                        .padding = 1,
                                        .activation = CK_RELU,
                                        .algorithm = CK_CONV_WINOGRAD,
                                        .pool = 1});
    x = ck_network_conv(
        n, x,
        (ck_conv_layer){
            .channels = 32, .kernel = 5, .padding = 2, .activation = CK_RELU, .algorithm = CK_CONV_WINOGRAD});
    x = ck_network_conv(
        n, x,
        (ck_conv_layer){
            .channels = 48, .kernel = 3, .activation = CK_RELU, .algorithm = CK_CONV_WINOGRAD, .by_channel = 1});
    classify_into(n, x, 10);
}

const plan_net plan_nets[] = {
    {"plain", plain, false},
    {"residual", residual, true},
    {"smooth_residual", smooth_residual, false},
    {"concatenating", concatenating, false},
    {"batch_norm", batch_norm, false},
    {"two_heads", two_heads, false},
    {"wide_dense", wide_dense, false},
    {"by_channel", by_channel, true},
    {"functions", functions, false},
    {"dropouts", dropouts, false},
    {"pools", pools, true},
    {"layer_norm", layer_norm, false},
    {"entropies", entropies, false},
    {"distances", distances, true},
    {"picture_target", picture_target, false},
    {"frozen", frozen, false},
    {"frozen_beginning", frozen_beginning, false},
    {"groups", groups, false},
    {"softmax_within", softmax_within, false},
    {"raw_dense", raw_dense, false},
    {"warped", warped, false},
    {"augmented", augmented, false},
    {"mixed", mixed, false},
    {"two_inputs", two_inputs, true},
    {"winograd", winograd, true},
};
const int32_t plan_net_count = sizeof plan_nets / sizeof plan_nets[0];

const plan_net *plan_net_named(const char *name) {
    for (int32_t i = 0; i < plan_net_count; i++)
        if (strcmp(plan_nets[i].name, name) == 0) return &plan_nets[i];
    return NULL;
}
