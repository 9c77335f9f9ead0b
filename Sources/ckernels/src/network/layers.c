/* layers.c - layers without parameters. */
#include "network.h"

bool ck_network_check_slope(ck_network *network, const ck_node *node, float slope) {
    /* Above zero, so that the sign of what comes out is that of what went in: backward then needs only the former. */
    if (slope > 0 && slope <= 1e6f) return true;
    ck_network_fail(network, CK_ERROR_OPTION, "ck_network: layer \"%s\": slope: expected more than 0, found %g",
                    node->name, (double)slope);
    return false;
}

bool ck_network_check_padded(ck_network *network, const ck_node *node) {
    if (!node->form.raw) return true;
    ck_network_fail(
        network, CK_ERROR_OPTION,
        "ck_network: layer \"%s\": input: expected a convolution or a dense layer between the picture and this layer",
        node->name);
    return false;
}

bool ck_network_check_rows(ck_network *network, const ck_node *node) {
    if (!node->form.raw || ck_form_values(node->form) % 16 == 0) return true;
    ck_network_fail(network, CK_ERROR_SIZE,
                    "ck_network: layer \"%s\": input: expected a layer between the picture and this one, or a picture "
                    "of a multiple of 16 values, found %lld",
                    node->name, (long long)ck_form_values(node->form));
    return false;
}

/* ----------------------------------------------------------------------- pools */

int32_t ck_network_pool(ck_network *network, int32_t x, ck_pool_kind kind, int32_t size, int32_t stride) {
    ck_node *node = ck_network_node(network, CK_NODE_POOL, x, NULL, "pool");
    if (!node || !ck_network_check_padded(network, node)) return -1;
    if (kind < CK_MAX_POOL || kind > CK_STOCHASTIC_POOL)
        return ck_network_fail(network, CK_ERROR_OPTION,
                               "ck_network: layer \"%s\": kind: expected a ck_pool_kind, found %d", node->name,
                               (int)kind);
    const ck_form in = node->form;
    if (stride == 0) stride = size;
    if (size < 1 || size > 15 || stride < 1 || stride > 4096 || size > in.height || size > in.width)
        return ck_network_fail(network, CK_ERROR_SIZE,
                               "ck_network: layer \"%s\": size and stride: expected 1 to 15, within %d x %d, and 1 to "
                               "4096, found %d and %d",
                               node->name, in.height, in.width, size, stride);
    node->form.height = (in.height - size) / stride + 1, node->form.width = (in.width - size) / stride + 1;
    node->pool.kind = kind, node->number = network->numbers++;
    node->pool.shape = (ck_pool){.in_height = in.height,
                                 .in_width = in.width,
                                 .out_height = node->form.height,
                                 .out_width = node->form.width,
                                 .channels = in.channels,
                                 .stored = in.stored,
                                 .kernel_height = size,
                                 .kernel_width = size,
                                 .stride_height = stride,
                                 .stride_width = stride,
                                 .dilation_height = 1,
                                 .dilation_width = 1};
    return ck_network_done(network);
}

int32_t ck_network_global_average_pool(ck_network *network, int32_t x) {
    ck_node *node = ck_network_node(network, CK_NODE_GLOBAL_POOL, x, NULL, "pool");
    if (!node || !ck_network_check_padded(network, node)) return -1;
    const ck_form in = node->form;
    node->form.height = node->form.width = 1;
    node->pool.shape = (ck_pool){.in_height = in.height,
                                 .in_width = in.width,
                                 .out_height = 1,
                                 .out_width = 1,
                                 .channels = in.channels,
                                 .stored = in.stored,
                                 .kernel_height = 1,
                                 .kernel_width = 1,
                                 .stride_height = 1,
                                 .stride_width = 1,
                                 .dilation_height = 1,
                                 .dilation_width = 1};
    return ck_network_done(network);
}

/* ------------------------------------------------------------------- functions */

int32_t ck_network_function(ck_network *network, int32_t x, ck_function function, float slope) {
    static const char *const names[] = {"relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu"};
    if (function < CK_FUNCTION_RELU || function > CK_FUNCTION_SILU)
        return ck_network_fail(network, CK_ERROR_OPTION, "ck_network_function: expected a ck_function, found %d",
                               (int)function);
    ck_node *node = ck_network_node(network, CK_NODE_FUNCTION, x, NULL, names[function]);
    if (!node || !ck_network_check_rows(network, node)) return -1;
    if (function == CK_FUNCTION_LEAKY_RELU && !ck_network_check_slope(network, node, slope)) return -1;
    node->function.kind = function, node->function.slope = slope;
    const int32_t y = ck_network_done(network);
    if (y >= 0 && function != CK_FUNCTION_SIGMOID && function != CK_FUNCTION_TANH) ck_network_rectify(network, x);
    return y;
}

static int32_t softmax(ck_network *network, ck_node_kind kind, int32_t x, const char *name) {
    ck_node *node = ck_network_node(network, kind, x, NULL, name);
    return node && ck_network_check_padded(network, node) ? ck_network_done(network) : -1;
}
int32_t ck_network_softmax(ck_network *network, int32_t x) { return softmax(network, CK_NODE_SOFTMAX, x, "softmax"); }
int32_t ck_network_log_softmax(ck_network *network, int32_t x) {
    return softmax(network, CK_NODE_LOG_SOFTMAX, x, "log_softmax");
}

int32_t ck_network_dropout(ck_network *network, int32_t x, ck_dropout_kind kind, float rate, int32_t block) {
    ck_node *node = ck_network_node(network, CK_NODE_DROPOUT, x, NULL, "dropout");
    if (!node || !(kind == CK_DROPOUT ? ck_network_check_rows(network, node) : ck_network_check_padded(network, node)))
        return -1;
    if (kind < CK_DROPOUT || kind > CK_DROP_BLOCK)
        return ck_network_fail(network, CK_ERROR_OPTION,
                               "ck_network: layer \"%s\": kind: expected a ck_dropout_kind, found %d", node->name,
                               (int)kind);
    if (!(rate >= 0 && rate <= 0.99f))
        return ck_network_fail(network, CK_ERROR_OPTION, "ck_network: layer \"%s\": rate: expected 0 to 0.99, found %g",
                               node->name, (double)rate);
    if (kind == CK_DROP_BLOCK && (block < 1 || block > 64))
        return ck_network_fail(network, CK_ERROR_OPTION, "ck_network: layer \"%s\": block: expected 1 to 64, found %d",
                               node->name, block);
    node->dropout.kind = kind, node->dropout.rate = rate, node->dropout.block = block,
    node->number = network->numbers++;
    return ck_network_done(network);
}

/* -------------------------------------------------------------------- branches */

static bool same_pixels(ck_form a, ck_form b) { return a.height == b.height && a.width == b.width; }

int32_t ck_network_add(ck_network *network, int32_t a, int32_t b) {
    ck_node *node = ck_network_node(network, CK_NODE_ADD, a, NULL, "add");
    if (!node || !ck_network_join(network, node, b) || !ck_network_check_padded(network, node)) return -1;
    const ck_form other = network->nodes[b].form;
    if (other.raw || !same_pixels(node->form, other) || node->form.channels != other.channels)
        return ck_network_fail(
            network, CK_ERROR_SIZE,
            "ck_network: layer \"%s\": expected two values of one size, found %d x %d x %d and %d x %d x %d",
            node->name, node->form.height, node->form.width, node->form.channels, other.height, other.width,
            other.channels);
    return ck_network_done(network);
}

int32_t ck_network_concatenate(ck_network *network, const int32_t *values, int32_t count) {
    if (!values)
        return ck_network_fail(network, CK_ERROR_NULL,
                               "ck_network_concatenate: values: expected a pointer, found NULL");
    if (count < 2 || count > CK_MOST_INPUTS)
        return ck_network_fail(network, CK_ERROR_SIZE, "ck_network_concatenate: count: expected 2 to %d, found %d",
                               CK_MOST_INPUTS, count);
    ck_node *node = ck_network_node(network, CK_NODE_CONCATENATE, values[0], NULL, "concatenate");
    if (!node || !ck_network_check_padded(network, node)) return -1;
    int64_t channels = node->form.channels;
    for (int32_t i = 1; i < count; i++) {
        if (!ck_network_join(network, node, values[i])) return -1;
        const ck_form form = network->nodes[values[i]].form;
        if (form.raw || !same_pixels(node->form, form))
            return ck_network_fail(network, CK_ERROR_SIZE,
                                   "ck_network: layer \"%s\": expected values of %d x %d pixels, found one of %d x %d",
                                   node->name, node->form.height, node->form.width, form.height, form.width);
        channels += form.channels;
    }
    if (channels > CK_MOST_SIDE)
        return ck_network_fail(network, CK_ERROR_SIZE,
                               "ck_network: layer \"%s\": expected at most %d channels, found %lld", node->name,
                               CK_MOST_SIDE, (long long)channels);
    node->form = ck_form_make(node->form.height, node->form.width, (int32_t)channels);
    return ck_network_done(network);
}
