/* parameters.c - where parameters lie, and how they begin. */
#include <stdio.h>

#include "network.h"

/* ---------------------------------------------------------------------- places */

/* The order in the block: first what updates treat alike. */
static int32_t order_of(const ck_weights *w) {
    if (w->about.kind == CK_WEIGHT) return w->about.outer == 1 && w->about.inputs == 1 ? 0 : 1;
    return w->about.kind == CK_STATISTIC ? 2 : 3;
}

/* Each begins at a multiple of 64 bytes. */
static void lay_out(ck_network *network) {
    uint64_t offset = 0;
    for (int32_t order = 0; order < 4; order++)
        for (int32_t i = 0; i < network->parameter_count; i++) {
            ck_parameter *p = &network->parameters[i].about;
            if (order_of(&network->parameters[i]) != order) continue;
            p->offset = offset;
            offset += (uint64_t)ck_round_up(ck_parameter_values(p) * (int64_t)sizeof(float), 64);
        }
    network->parameter_bytes = offset;
}

static ck_weights *add(ck_network *network, int32_t place, const char *suffix, const ck_parameter *about) {
    if (network->status != CK_OK) return NULL;
    ck_node *node = &network->nodes[network->count];
    if ((int64_t)about->outer * about->inputs_stored > CK_MOST_VALUES / about->outputs_stored) {
        ck_network_fail(network, CK_ERROR_SIZE,
                        "ck_network: layer \"%s\": %s: expected at most %d values, found %d x %d x %d", node->name,
                        suffix, CK_MOST_VALUES, about->outer, about->inputs_stored, about->outputs_stored);
        return NULL;
    }
    if (!ck_grow((void **)&network->parameters, network->parameter_count, &network->parameter_capacity,
                 sizeof *network->parameters)) {
        ck_network_fail(network, CK_ERROR_MEMORY, "ck_network: no memory for a parameter");
        return NULL;
    }
    ck_weights *w = &network->parameters[network->parameter_count];
    *w = (ck_weights){.about = *about, .node = network->count, .trained = about->kind == CK_WEIGHT && !node->frozen};
    snprintf(w->about.name, sizeof w->about.name, "%s.%s", node->name, suffix);
    node->parameters[place] = network->parameter_count++;
    lay_out(network);
    return w;
}

void ck_network_parameter(ck_network *network, int32_t place, const char *suffix, ck_form inputs, int32_t outer,
                          int32_t outputs) {
    add(network, place, suffix,
        &(ck_parameter){.outer = outer,
                        .inputs = inputs.channels,
                        .inputs_stored = inputs.stored,
                        .outputs = outputs,
                        .outputs_stored = ck_stored_channels(outputs),
                        .kind = CK_WEIGHT});
}

void ck_network_vector(ck_network *network, int32_t place, const char *suffix, ck_parameter_kind kind, int32_t channels,
                       float constant) {
    ck_weights *w = add(network, place, suffix,
                        &(ck_parameter){.outer = 1,
                                        .inputs = 1,
                                        .inputs_stored = 1,
                                        .outputs = channels,
                                        .outputs_stored = ck_stored_channels(channels),
                                        .kind = kind});
    if (w) w->constant = constant;
}

void ck_network_constants(ck_network *network, int32_t place, const char *suffix, int32_t channels,
                          const float *values) {
    ck_network_vector(network, place, suffix, CK_CONSTANT, channels, 0);
    if (network->status != CK_OK) return;
    ck_weights *w = &network->parameters[network->parameter_count - 1];
    for (int32_t i = 0; i < channels; i++)
        if (!(values[i] >= 0 && isfinite(values[i]))) {
            ck_network_fail(network, CK_ERROR_OPTION, "ck_network: %s: expected numbers from 0 on, found %g",
                            w->about.name, (double)values[i]);
            return;
        }
    w->values = ck_allocate(sizeof(float) * (size_t)channels);
    if (!w->values) ck_network_fail(network, CK_ERROR_MEMORY, "ck_network: no memory for %s", w->about.name);
    else memcpy(w->values, values, sizeof(float) * (size_t)channels);
}

/* --------------------------------------------------------------- first values */

/* FNV-1a: the same weights for a name, whatever else the network has. */
static uint64_t hash(const char *name) {
    uint64_t h = 14695981039346656037u;
    for (; *name; name++) h = (h ^ (uint8_t)*name) * 1099511628211u;
    return h;
}

/* How many numbers of the layer before each output adds up, and how many outputs see each input. */
static void fans(const ck_network *network, const ck_weights *w, double *in, double *out) {
    const ck_node *node = &network->nodes[w->node];
    *in = (double)w->about.outer * w->about.inputs, *out = w->about.outputs;
    if (node->kind == CK_NODE_CONV) *out *= (double)w->about.outer / node->conv.groups;
}

/* Uniform, since its variance is what counts: He 2 / fan_in, Glorot 2 / (fan_in + fan_out). */
static void draw(const ck_network *network, const ck_weights *w, float *to, uint64_t seed) {
    double in, out;
    fans(network, w, &in, &out);
    const double limit = sqrt(network->nodes[w->node].rectified ? 6 / in : 6 / (in + out));
    const ck_random key = {.seed = seed ^ hash(w->about.name), .stream = ck_random_stream(CK_RANDOM_WEIGHTS, 0, 0)};
    const ck_parameter *p = &w->about;
    uint32_t bits[4];
    uint64_t element = 0;
    for (int64_t row = 0; row < (int64_t)p->outer * p->inputs_stored; row++)
        for (int32_t o = 0; o < p->outputs; o++) {
            if (row % p->inputs_stored >= p->inputs) continue;
            if (element % 4 == 0) ck_random_block(bits, &key, 0, (uint32_t)(element / 4));
            to[row * p->outputs_stored + o] = (float)(limit * ((double)bits[element % 4] * 0x1p-31 - 1));
            element++;
        }
}

ck_status ck_network_initialise(const ck_network *network, float *parameters, uint64_t seed) {
    if (!network || !parameters)
        return ck_fail(CK_ERROR_NULL, "ck_network_initialise: %s: expected a pointer, found NULL",
                       network ? "parameters" : "network");
    if (network->status != CK_OK) return ck_fail(network->status, "%s", network->message);
    memset(parameters, 0, network->parameter_bytes);
    for (int32_t i = 0; i < network->parameter_count; i++) {
        const ck_weights *w = &network->parameters[i];
        float *to = parameters + w->about.offset / sizeof(float);
        if (w->values) memcpy(to, w->values, sizeof(float) * (size_t)w->about.outputs);
        else if (order_of(w) == 1) draw(network, w, to, seed);
        else
            for (int32_t o = 0; o < w->about.outputs; o++) to[o] = w->constant;
    }
    return CK_OK;
}
