/* inputs.c - pictures, labels and targets. */
#include <stdio.h>

#include "network.h"

static bool check_type(ck_network *network, const ck_node *node, ck_array_type type) {
    if (type == CK_BYTES || type == CK_FLOATS) return true;
    ck_network_fail(network, CK_ERROR_OPTION,
                    "ck_network: input \"%s\": type: expected CK_BYTES or CK_FLOATS, found %d", node->name, (int)type);
    return false;
}

static bool check_channels(ck_network *network, const ck_node *node, int32_t channels) {
    if (channels >= 1 && channels <= 4) return true;
    ck_network_fail(network, CK_ERROR_SIZE, "ck_network: input \"%s\": channels: expected 1 to 4, found %d", node->name,
                    channels);
    return false;
}

static int32_t input(ck_network *network, ck_form form, ck_array_type type, const float *scale, const float *shift) {
    ck_node *node = ck_network_node(network, CK_NODE_INPUT, -1, NULL, "input");
    if (!node || !check_type(network, node, type) || !check_channels(network, node, form.channels)) return -1;
    node->form = form;
    const int64_t values = ck_form_values(form);
    ck_gather gather = {.values = values, .channels = form.channels};
    for (int32_t c = 0; c < form.channels; c++) {
        gather.scale[c] = scale ? scale[c] : type == CK_BYTES ? 1.0f / 255 : 1;
        gather.shift[c] = shift ? shift[c] : 0;
    }
    node->input.gather = gather, node->input.type = type;
    const int32_t number = ck_network_done(network);
    if (number >= 0)
        network->nodes[number].input.array =
            ck_network_array(network, network->nodes[number].name, type, false, values);
    return network->status == CK_OK ? number : -1;
}

static ck_form raw_form(int32_t height, int32_t width, int32_t channels) {
    return (ck_form){height, width, channels, channels, true};
}

int32_t ck_network_input(ck_network *network, int32_t height, int32_t width, int32_t channels, ck_array_type type) {
    return input(network, raw_form(height, width, channels), type, NULL, NULL);
}

int32_t ck_network_scaled_input(ck_network *network, int32_t height, int32_t width, int32_t channels,
                                ck_array_type type, const float *scale, const float *shift) {
    if (!scale || !shift)
        return ck_network_fail(network, CK_ERROR_NULL, "ck_network_scaled_input: %s: expected a pointer, found NULL",
                               scale ? "shift" : "scale");
    return input(network, raw_form(height, width, channels), type, scale, shift);
}

int32_t ck_network_warped_input(ck_network *network, const ck_warp *warp) {
    if (!warp)
        return ck_network_fail(network, CK_ERROR_NULL, "ck_network_warped_input: warp: expected a pointer, found NULL");
    ck_node *node = ck_network_node(network, CK_NODE_WARPED_INPUT, -1, NULL, "input");
    if (!node || !check_channels(network, node, warp->channels)) return -1;
    const bool sides = warp->in_height >= 1 && warp->in_width >= 1 && warp->in_height <= CK_MOST_SIDE &&
                       warp->in_width <= CK_MOST_SIDE &&
                       (int64_t)warp->in_height * warp->in_width <= CK_MOST_VALUES / 4;
    if (!sides)
        return ck_network_fail(network, CK_ERROR_SIZE,
                               "ck_network: input \"%s\": source: expected sides of 1 to %d, found %d x %d", node->name,
                               CK_MOST_SIDE, warp->in_height, warp->in_width);
    node->form = raw_form(warp->out_height, warp->out_width, warp->channels);
    node->input.warp = *warp, node->input.type = CK_BYTES, node->number = network->numbers++;
    const int32_t number = ck_network_done(network);
    if (number >= 0)
        network->nodes[number].input.array =
            ck_network_array(network, network->nodes[number].name, CK_BYTES, false,
                             (int64_t)warp->in_height * warp->in_width * warp->channels);
    return network->status == CK_OK ? number : -1;
}

int32_t ck_network_chances(ck_network *network, const ck_chances *chances) {
    if (!chances)
        return ck_network_fail(network, CK_ERROR_NULL, "ck_network_chances: chances: expected a pointer, found NULL");
    network->chances = *chances;
    return 0;
}

int32_t ck_network_mixup(ck_network *network, float alpha) {
    if (alpha != 0 && !(alpha >= 0.05f && alpha <= 16))
        return ck_network_fail(network, CK_ERROR_OPTION, "ck_network_mixup: alpha: expected 0, or 0.05 to 16, found %g",
                               (double)alpha);
    network->mixup = alpha;
    return 0;
}

int32_t ck_network_labels(ck_network *network, const char *name) {
    return ck_network_array(network, name ? name : "labels", CK_INTEGERS, false, 1);
}

int32_t ck_network_targets(ck_network *network, const char *name, int32_t values) {
    if (values < 1)
        return ck_network_fail(network, CK_ERROR_SIZE, "ck_network_targets: values: expected 1 or more, found %d",
                               values);
    return ck_network_array(network, name ? name : "targets", CK_FLOATS, false, values);
}
