/* weighted.c - layers with parameters. */
#include "network.h"

static bool check_activation(ck_network *network, const ck_node *node, int32_t activation, float slope) {
    if (activation < CK_IDENTITY || activation > CK_LEAKY_RELU) {
        ck_network_fail(
            network, CK_ERROR_OPTION,
            "ck_network: layer \"%s\": activation: expected CK_IDENTITY, CK_RELU or CK_LEAKY_RELU, found %d",
            node->name, activation);
        return false;
    }
    return activation != CK_LEAKY_RELU || ck_network_check_slope(network, node, slope);
}

static int32_t or_one(int32_t value) { return value ? value : 1; }

static bool is_side(int64_t value, int64_t least) { return value >= least && value <= 4096; }

/* The shape, for the input's form; the node's form becomes that of the convolution's output, before any pool. */
static bool shape_conv(ck_network *network, ck_node *node, const ck_conv_layer *layer) {
    const ck_form in = node->form;
    const int32_t kernel = layer->kernel, stride = or_one(layer->stride), dilation = or_one(layer->dilation),
                  groups = or_one(layer->groups), padding = layer->padding;
    const int64_t extent = (int64_t)dilation * (kernel - 1) + 1;
    if (!is_side(kernel, 1) || !is_side(stride, 1) || !is_side(dilation, 1) || !is_side(padding, 0)) {
        ck_network_fail(network, CK_ERROR_SIZE,
                        "ck_network: layer \"%s\": kernel, stride, dilation and padding: expected 1 to 4096 (padding "
                        "from 0), found %d, %d, %d and %d",
                        node->name, kernel, stride, dilation, padding);
        return false;
    }
    if (extent > (int64_t)in.height + 2 * padding || extent > (int64_t)in.width + 2 * padding) {
        ck_network_fail(
            network, CK_ERROR_SIZE,
            "ck_network: layer \"%s\": kernel: expected one that fits into %d x %d with padding %d, found %lld",
            node->name, in.height, in.width, padding, (long long)extent);
        return false;
    }
    if (layer->channels < 1 || layer->channels > CK_MOST_SIDE || groups < 1 || in.channels % groups ||
        layer->channels % groups) {
        ck_network_fail(network, CK_ERROR_SIZE,
                        "ck_network: layer \"%s\": channels and groups: expected at least one channel, and groups that "
                        "divide %d and %d, found %d",
                        node->name, in.channels, layer->channels, groups);
        return false;
    }
    const int32_t height = (int32_t)((in.height + 2 * padding - extent) / stride + 1),
                  width = (int32_t)((in.width + 2 * padding - extent) / stride + 1);
    node->form = ck_form_make(height, width, layer->channels);
    node->conv = (ck_conv){.in_height = in.height,
                           .in_width = in.width,
                           .in_channels = in.channels,
                           .in_stored = in.stored,
                           .out_height = height,
                           .out_width = width,
                           .out_channels = layer->channels,
                           .out_stored = node->form.stored,
                           .kernel_height = kernel,
                           .kernel_width = kernel,
                           .stride_height = stride,
                           .stride_width = stride,
                           .pad_top = padding,
                           .pad_left = padding,
                           .dilation_height = dilation,
                           .dilation_width = dilation,
                           .groups = groups,
                           .activation = layer->activation,
                           .slope = layer->activation == CK_LEAKY_RELU ? layer->slope : 0,
                           .algorithm = layer->algorithm};
    return true;
}

/* The pool is fused into the layer where the kernels can do it; elsewhere it is a layer of its own. */
static bool fuses_pool(const ck_conv_layer *layer) {
    return layer->pool && layer->activation != CK_LEAKY_RELU && !layer->by_channel;
}

static bool check_conv(ck_network *network, const ck_node *node, const ck_conv_layer *layer) {
    if (!check_activation(network, node, layer->activation, layer->slope)) return false;
    if (layer->algorithm < CK_CONV_AUTO || layer->algorithm > CK_CONV_WINOGRAD_FEW) {
        ck_network_fail(network, CK_ERROR_OPTION,
                        "ck_network: layer \"%s\": algorithm: expected a ck_conv_algorithm, found %d", node->name,
                        layer->algorithm);
        return false;
    }
    if (layer->pool && (node->form.height < 2 || node->form.width < 2)) {
        ck_network_fail(network, CK_ERROR_SIZE,
                        "ck_network: layer \"%s\": pool: expected at least 2 x 2 pixels, found %d x %d", node->name,
                        node->form.height, node->form.width);
        return false;
    }
    return true;
}

int32_t ck_network_conv(ck_network *network, int32_t x, ck_conv_layer layer) {
    ck_node *node = ck_network_node(network, CK_NODE_CONV, x, layer.name, "conv");
    if (!node) return -1;
    const ck_form in = node->form;
    if (!shape_conv(network, node, &layer) || !check_conv(network, node, &layer)) return -1;
    node->by_channel = layer.by_channel != 0, node->frozen = layer.frozen != 0;
    if (fuses_pool(&layer)) node->conv.pool = 1, node->form.height /= 2, node->form.width /= 2;
    ck_form inputs = in;
    if (node->conv.groups > 1) inputs.channels = inputs.stored = in.channels / node->conv.groups;
    ck_network_parameter(network, CK_PARAMETER_WEIGHT, "weight", inputs, layer.kernel * layer.kernel, layer.channels);
    if (!layer.no_bias) ck_network_vector(network, CK_PARAMETER_BIAS, "bias", CK_WEIGHT, layer.channels, 0);
    const int32_t y = ck_network_done(network);
    if (y < 0) return -1;
    if (layer.activation) ck_network_rectify(network, y);
    return layer.pool && !fuses_pool(&layer) ? ck_network_pool(network, y, CK_MAX_POOL, 2, 2) : y;
}

int32_t ck_network_dense(ck_network *network, int32_t x, ck_dense_layer layer) {
    ck_node *node = ck_network_node(network, CK_NODE_DENSE, x, layer.name, "dense");
    if (!node || !check_activation(network, node, layer.activation, layer.slope)) return -1;
    if (layer.units < 1 || layer.units > CK_MOST_SIDE)
        return ck_network_fail(network, CK_ERROR_SIZE, "ck_network: layer \"%s\": units: expected 1 to %d, found %d",
                               node->name, CK_MOST_SIDE, layer.units);
    const ck_form in = node->form;
    const int32_t pixels = (int32_t)ck_form_pixels(in), values = (int32_t)ck_form_values(in);
    node->form = ck_form_make(1, 1, layer.units);
    node->by_channel = layer.by_channel != 0, node->frozen = layer.frozen != 0;
    node->dense = (ck_dense){.in = pixels == 1 ? in.channels : values,
                             .in_stored = values,
                             .out = layer.units,
                             .out_stored = node->form.stored,
                             .activation = layer.activation,
                             .slope = layer.activation == CK_LEAKY_RELU ? layer.slope : 0};
    ck_network_parameter(network, CK_PARAMETER_WEIGHT, "weight", in, pixels, layer.units);
    if (!layer.no_bias) ck_network_vector(network, CK_PARAMETER_BIAS, "bias", CK_WEIGHT, layer.units, 0);
    const int32_t y = ck_network_done(network);
    if (y >= 0 && layer.activation) ck_network_rectify(network, y);
    return y;
}

/* ----------------------------------------------------------------------- norms */

static bool check_norm(ck_network *network, const ck_node *node, float epsilon, float momentum) {
    if (!ck_network_check_padded(network, node)) return false;
    if (epsilon > 0 && epsilon <= 1 && momentum >= 0 && momentum <= 1) return true;
    ck_network_fail(network, CK_ERROR_OPTION,
                    "ck_network: layer \"%s\": epsilon and momentum: expected 0 to 1, found %g and %g", node->name,
                    (double)epsilon, (double)momentum);
    return false;
}

int32_t ck_network_batch_norm(ck_network *network, int32_t x, ck_batch_norm_layer layer) {
    ck_node *node = ck_network_node(network, CK_NODE_BATCH_NORM, x, layer.name, "norm");
    if (!node) return -1;
    node->norm.epsilon = layer.epsilon != 0 ? layer.epsilon : 1e-5f,
    node->norm.momentum = layer.momentum != 0 ? layer.momentum : 0.1f;
    if (!check_norm(network, node, node->norm.epsilon, node->norm.momentum)) return -1;
    node->norm.relu = layer.relu != 0, node->frozen = layer.frozen != 0;
    const int32_t channels = node->form.channels;
    ck_network_vector(network, CK_PARAMETER_GAMMA, "weight", CK_WEIGHT, channels, 1);
    ck_network_vector(network, CK_PARAMETER_BETA, "bias", CK_WEIGHT, channels, 0);
    ck_network_vector(network, CK_PARAMETER_MEAN, "running_mean", CK_STATISTIC, channels, 0);
    ck_network_vector(network, CK_PARAMETER_VARIANCE, "running_var", CK_STATISTIC, channels, 1);
    const int32_t y = ck_network_done(network);
    if (y >= 0 && layer.relu) ck_network_rectify(network, y);
    return y;
}

int32_t ck_network_layer_norm(ck_network *network, int32_t x, ck_layer_norm_layer layer) {
    ck_node *node = ck_network_node(network, CK_NODE_LAYER_NORM, x, layer.name, "norm");
    if (!node) return -1;
    node->norm.epsilon = layer.epsilon != 0 ? layer.epsilon : 1e-5f;
    if (!check_norm(network, node, node->norm.epsilon, 0)) return -1;
    node->frozen = layer.frozen != 0;
    ck_network_vector(network, CK_PARAMETER_GAMMA, "weight", CK_WEIGHT, node->form.channels, 1);
    ck_network_vector(network, CK_PARAMETER_BETA, "bias", CK_WEIGHT, node->form.channels, 0);
    return ck_network_done(network);
}
