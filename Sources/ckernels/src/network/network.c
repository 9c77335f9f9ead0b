/* network.c - creating a network, failing once, adding nodes. */
#include <stdarg.h>
#include <stdio.h>

#include "network.h"

ck_network *ck_network_create(void) {
    ck_network *network = ck_allocate(sizeof *network);
    if (!network) ck_fail(CK_ERROR_MEMORY, "ck_network_create: no memory");
    else memset(network, 0, sizeof *network);
    return network;
}

void ck_network_destroy(ck_network *network) {
    if (!network) return;
    for (int32_t i = 0; i < network->parameter_count; i++) ck_free(network->parameters[i].values);
    ck_free(network->nodes);
    ck_free(network->parameters);
    ck_free(network);
}

bool ck_grow(void **items, int32_t count, int32_t *capacity, size_t item) {
    if (count < *capacity) return true;
    const int32_t more = *capacity ? 2 * *capacity : 32;
    void *grown = ck_allocate((size_t)more * item);
    if (!grown) return false;
    if (count) memcpy(grown, *items, (size_t)count * item);
    ck_free(*items);
    *items = grown, *capacity = more;
    return true;
}

/* Kept, because other calls may fail before somebody asks. */
int32_t ck_network_fail(ck_network *network, ck_status status, const char *format, ...) {
    if (!network || network->status != CK_OK) return -1;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(network->message, sizeof network->message, format, arguments);
    va_end(arguments);
    network->status = ck_fail(status, "%s", network->message);
    return -1;
}

/* ---------------------------------------------------------------------- nodes */

static bool check_name(ck_network *network, const char *name) {
    const size_t length = strlen(name);
    bool fine = length > 0 && length < CK_NAME_LENGTH;
    for (size_t i = 0; fine && i < length; i++) fine = name[i] > ' ' && name[i] < 127;
    if (!fine) {
        ck_network_fail(network, CK_ERROR_OPTION,
                        "ck_network: name \"%.64s\": expected 1 to %d printable characters without spaces", name,
                        CK_NAME_LENGTH - 1);
        return false;
    }
    for (int32_t i = 0; i < network->count; i++)
        if (strcmp(network->nodes[i].name, name) == 0) {
            ck_network_fail(network, CK_ERROR_OPTION,
                            "ck_network: name \"%s\": expected one of its own for each layer, found it twice", name);
            return false;
        }
    return true;
}

/* "conv1", "conv2", ...: the first that is free. */
static void name_usually(const ck_network *network, char *name, const char *usual) {
    for (int32_t number = 1, i = -1; i < network->count; number++) {
        snprintf(name, CK_NAME_LENGTH, "%.20s%d", usual, number);
        for (i = 0; i < network->count && strcmp(network->nodes[i].name, name) != 0; i++) continue;
        if (i == network->count) break;
    }
}

bool ck_network_join(ck_network *network, ck_node *node, int32_t x) {
    if (x < 0 || x >= network->count || network->nodes[x].kind >= CK_NODE_CROSS_ENTROPY) {
        ck_network_fail(network, CK_ERROR_OPTION,
                        "ck_network: layer \"%s\": input: expected the number of a value, found %d", node->name, x);
        return false;
    }
    node->inputs[node->input_count++] = x;
    return true;
}

ck_node *ck_network_node(ck_network *network, ck_node_kind kind, int32_t x, const char *name, const char *usual_name) {
    if (!network || network->status != CK_OK) return NULL;
    if (network->count == CK_MOST_NODES) {
        ck_network_fail(network, CK_ERROR_SIZE, "ck_network: expected at most %d layers", CK_MOST_NODES);
        return NULL;
    }
    if (!ck_grow((void **)&network->nodes, network->count, &network->capacity, sizeof *network->nodes)) {
        ck_network_fail(network, CK_ERROR_MEMORY, "ck_network: no memory for a layer");
        return NULL;
    }
    if (name && !check_name(network, name)) return NULL;
    ck_node *node = &network->nodes[network->count];
    *node = (ck_node){.kind = kind, .parameters = {-1, -1, -1, -1}};
    if (name) snprintf(node->name, sizeof node->name, "%s", name);
    else name_usually(network, node->name, usual_name);
    const bool reads = kind != CK_NODE_INPUT && kind != CK_NODE_WARPED_INPUT;
    if (reads && !ck_network_join(network, node, x)) return NULL;
    if (reads) node->form = network->nodes[x].form;
    return node;
}

static bool check_form(ck_network *network, const ck_node *node) {
    const ck_form *f = &node->form;
    const bool sides = f->height >= 1 && f->width >= 1 && f->channels >= 1 && f->height <= CK_MOST_SIDE &&
                       f->width <= CK_MOST_SIDE && f->channels <= CK_MOST_SIDE;
    if (sides && ck_form_values(*f) <= CK_MOST_VALUES) return true;
    ck_network_fail(network, CK_ERROR_SIZE,
                    "ck_network: layer \"%s\": expected sides of 1 to %d and at most %d values, found %d x %d x %d",
                    node->name, CK_MOST_SIDE, CK_MOST_VALUES, f->height, f->width, f->channels);
    return false;
}

int32_t ck_network_done(ck_network *network) {
    if (!network || network->status != CK_OK || !check_form(network, &network->nodes[network->count])) return -1;
    return network->count++;
}

/* --------------------------------------------------------------------- arrays */

int32_t ck_network_array(ck_network *network, const char *name, ck_array_type type, bool result, int64_t values) {
    if (!network || network->status != CK_OK) return -1;
    if (network->array_count == CK_ARRAYS)
        return ck_network_fail(network, CK_ERROR_SIZE, "ck_network: array \"%.31s\": expected at most %d arrays", name,
                               CK_ARRAYS);
    ck_array *array = &network->arrays[network->array_count];
    *array = (ck_array){.type = type, .result = result, .values = values};
    if (strlen(name) >= sizeof array->name)
        return ck_network_fail(network, CK_ERROR_OPTION,
                               "ck_network: array \"%.64s\": expected a name of at most %d characters", name,
                               CK_NAME_LENGTH - 1);
    snprintf(array->name, sizeof array->name, "%s", name);
    return network->array_count++;
}

/* ------------------------------------------------------------------------ ReLU */

static bool passes_on(ck_node_kind kind) {
    return kind == CK_NODE_BATCH_NORM || kind == CK_NODE_LAYER_NORM || kind == CK_NODE_POOL || kind == CK_NODE_ADD ||
           kind == CK_NODE_DROPOUT || kind == CK_NODE_CONCATENATE;
}

/* Nodes read only earlier ones, so one walk down finds all that lead here. */
void ck_network_rectify(ck_network *network, int32_t x) {
    bool more = !network->nodes[x].rectified;
    network->nodes[x].rectified = true;
    for (int32_t i = x; more && i >= 0; i--) {
        const ck_node *node = &network->nodes[i];
        if (!node->rectified || !passes_on(node->kind)) continue;
        for (int32_t k = 0; k < node->input_count; k++) network->nodes[node->inputs[k]].rectified = true;
    }
}
