/* heads.c - losses, counts and results. */
#include "network.h"

/* Begins a head on value x. */
static ck_node *head(ck_network *network, ck_node_kind kind, int32_t x, const char *name) {
    ck_node *node = ck_network_node(network, kind, x, NULL, name);
    if (!node || !ck_network_check_rows(network, node)) return NULL;
    node->head = (ck_head){.array = -1, .report = -1, .weight = 1, .ignore_label = CK_NO_LABEL};
    return node;
}

static bool join_array(ck_network *network, ck_node *node, int32_t array, ck_array_type type, int64_t values) {
    const bool known = array >= 0 && array < network->array_count && !network->arrays[array].result &&
                       network->arrays[array].type == (uint32_t)type;
    if (!known) {
        ck_network_fail(network, CK_ERROR_OPTION,
                        "ck_network: head \"%s\": expected the number of an array of %s, found %d", node->name,
                        type == CK_INTEGERS ? "labels" : "targets", array);
        return false;
    }
    if (network->arrays[array].values != values) {
        ck_network_fail(network, CK_ERROR_SIZE,
                        "ck_network: head \"%s\": expected as many values in \"%s\" as there are: %lld, found %lld",
                        node->name, network->arrays[array].name, (long long)values,
                        (long long)network->arrays[array].values);
        return false;
    }
    node->head.array = array;
    return true;
}

/* Labels stand for one row of classes. */
static bool check_classes(ck_network *network, const ck_node *node) {
    if (!node->form.raw && ck_form_pixels(node->form) == 1) return true;
    ck_network_fail(network, CK_ERROR_SIZE,
                    "ck_network: head \"%s\": expected one row of classes, found %d x %d pixels", node->name,
                    node->form.height, node->form.width);
    return false;
}

static bool set_loss(ck_network *network, ck_node *node, const ck_loss_layer *loss) {
    node->head.weight = loss->weight != 0 ? loss->weight : 1;
    node->head.smoothing = loss->smoothing;
    if (loss->has_ignore_label) node->head.ignore_label = loss->ignore_label;
    if (!isfinite(node->head.weight) || !(loss->smoothing >= 0 && loss->smoothing < 1)) {
        ck_network_fail(
            network, CK_ERROR_OPTION,
            "ck_network: head \"%s\": weight and smoothing: expected a number and 0 to below 1, found %g and %g",
            node->name, (double)loss->weight, (double)loss->smoothing);
        return false;
    }
    if (loss->class_weights)
        ck_network_constants(network, 0, "class_weights", node->form.channels, loss->class_weights);
    return true;
}

/* The head gets the number of its report, which is what its call gives. */
static int32_t report(ck_network *network, ck_node *node) {
    if (network->reports == CK_REPORTS)
        return ck_network_fail(network, CK_ERROR_SIZE, "ck_network: head \"%s\": expected at most %d losses and counts",
                               node->name, CK_REPORTS);
    node->head.report = network->reports;
    return ck_network_done(network) < 0 ? -1 : network->reports++;
}

int32_t ck_network_cross_entropy(ck_network *network, int32_t logits, int32_t labels, ck_loss_layer loss) {
    ck_node *node = head(network, CK_NODE_CROSS_ENTROPY, logits, "loss");
    if (!node || !check_classes(network, node) || !join_array(network, node, labels, CK_INTEGERS, 1) ||
        !set_loss(network, node, &loss))
        return -1;
    return report(network, node);
}

int32_t ck_network_soft_cross_entropy(ck_network *network, int32_t logits, int32_t targets, ck_loss_layer loss) {
    ck_node *node = head(network, CK_NODE_SOFT_CROSS_ENTROPY, logits, "loss");
    if (!node || !ck_network_check_padded(network, node)) return -1;
    if (!join_array(network, node, targets, CK_FLOATS, ck_form_pixels(node->form) * node->form.channels) ||
        !set_loss(network, node, &loss))
        return -1;
    return report(network, node);
}

int32_t ck_network_distance_loss(ck_network *network, int32_t x, int32_t targets, ck_distance distance,
                                 ck_loss_layer loss) {
    ck_node *node = head(network, CK_NODE_DISTANCE, x, "loss");
    if (!node) return -1;
    if (distance < CK_MEAN_SQUARED || distance > CK_BINARY_CROSS_ENTROPY)
        return ck_network_fail(network, CK_ERROR_OPTION,
                               "ck_network: head \"%s\": distance: expected a ck_distance, found %d", node->name,
                               (int)distance);
    if (loss.smoothing != 0 || loss.has_ignore_label || loss.class_weights)
        return ck_network_fail(
            network, CK_ERROR_OPTION,
            "ck_network: head \"%s\": expected smoothing, ignored labels and class weights only with a cross-entropy",
            node->name);
    if (!join_array(network, node, targets, CK_FLOATS, ck_form_pixels(node->form) * node->form.channels) ||
        !set_loss(network, node, &loss))
        return -1;
    node->head.distance = distance;
    return report(network, node);
}

int32_t ck_network_count_correct(ck_network *network, int32_t logits, int32_t labels) {
    ck_node *node = head(network, CK_NODE_COUNT, logits, "correct");
    if (!node || !check_classes(network, node) || !join_array(network, node, labels, CK_INTEGERS, 1)) return -1;
    /* What a loss on the same labels leaves out is not counted either. */
    for (int32_t i = 0; i < network->count; i++)
        if (network->nodes[i].kind == CK_NODE_CROSS_ENTROPY && network->nodes[i].head.array == labels)
            node->head.ignore_label = network->nodes[i].head.ignore_label;
    return report(network, node);
}

int32_t ck_network_result(ck_network *network, int32_t x, const char *name) {
    ck_node *node = head(network, CK_NODE_RESULT, x, "result");
    if (!node) return -1;
    const int64_t values = ck_form_pixels(node->form) * node->form.channels;
    node->head.array = ck_network_array(network, name ? name : node->name, CK_FLOATS, true, values);
    const int32_t array = node->head.array;
    return ck_network_done(network) < 0 ? -1 : array;
}
