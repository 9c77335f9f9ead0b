/* plan_cases.c - see plan_cases.h: data and buffers. */
#include <stdarg.h>
#include <stdio.h>

#include "plan_cases.h"

void expect_ok(ck_status status, const char *what) {
    expect(status == CK_OK, "%s: status %d, %s", what, (int)status, ck_error_message());
}

/* ------------------------------------------------------------------------ data */

/* How many classes the labels of an array have: those of the heads that read them. */
static int32_t classes_of(const ck_network *network, int32_t array) {
    int32_t classes = 1;
    for (int32_t i = 0; i < network->count; i++) {
        const ck_node *node = &network->nodes[i];
        if ((node->kind == CK_NODE_CROSS_ENTROPY || node->kind == CK_NODE_COUNT) && node->head.array == array)
            classes = node->form.channels;
    }
    return classes;
}

static void *random_array(const ck_network *network, int32_t i) {
    const ck_array *a = &network->arrays[i];
    const int64_t values = a->values * DATA_ITEMS;
    if (a->type == CK_BYTES) {
        uint8_t *bytes = guarded((size_t)values, 1);
        for (int64_t k = 0; k < values; k++) bytes[k] = (uint8_t)(random_integer(0, 2) ? random_integer(0, 255) : 0);
        return bytes;
    }
    if (a->type == CK_INTEGERS) {
        int32_t *labels = guarded((size_t)values * 4, 4);
        for (int64_t k = 0; k < values; k++) labels[k] = random_integer(0, classes_of(network, i) - 1);
        return labels;
    }
    float *floats = guarded((size_t)values * 4, 4);
    for (int64_t k = 0; k < values; k++) floats[k] = a->result ? NAN : (float)(0.5 + 0.5 * random_real());
    return floats;
}

/* So that no bias is zero and no two scales are equal; padding stays zero. */
static void stir(const ck_network *network, float *parameters) {
    for (int32_t i = 0; i < network->parameter_count; i++) {
        const ck_parameter *p = &network->parameters[i].about;
        if (p->kind == CK_CONSTANT || p->outer * p->inputs > 1) continue;
        for (int32_t o = 0; o < p->outputs; o++)
            parameters[p->offset / sizeof(float) + (size_t)o] += (float)(0.2 * random_real());
    }
}

plan_case begin_plan(const plan_net *net, const char *what, ...) {
    char text[200];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(text, sizeof text, what, arguments);
    va_end(arguments);
    begin_case("%s: %s", net->name, text);
    plan_case c = {.net = net, .network = ck_network_create()};
    net->build(c.network);
    expect_ok(c.network->status, "the network");
    c.parameters = workspace_of(c.network->parameter_bytes);
    expect_ok(ck_network_initialise(c.network, c.parameters, 7), "ck_network_initialise");
    stir(c.network, c.parameters);
    for (int32_t i = 0; i < c.network->array_count; i++) c.arrays[i] = random_array(c.network, i);
    for (int32_t i = 0; i < DATA_ITEMS; i++) c.indices[i] = random_integer(0, DATA_ITEMS - 1);
    return c;
}

void end_plan(plan_case *c) {
    ck_network_destroy(c->network);
    c->network = NULL;
}

/* ------------------------------------------------------------------------ runs */

ck_plan *make_plan(const plan_case *c, const ck_plan_options *options) {
    void *bytes;
    size_t size;
    ck_plan *plan = NULL;
    expect_ok(ck_network_plan(c->network, options, &bytes, &size), "ck_network_plan");
    if (bytes && c->integers) in_integers(bytes);
    if (bytes) expect_ok(ck_plan_create(&plan, bytes, size), "ck_plan_create");
    ck_network_free_bytes(bytes);
    return plan;
}

static void *cleared(size_t bytes) {
    if (!bytes) return NULL;
    void *memory = workspace_of(bytes);
    memset(memory, 0, bytes);
    return memory;
}

plan_run make_run(const plan_case *c, const ck_plan_options *options, const ck_kernels *kernels, int32_t threads) {
    plan_run r = {.plan = make_plan(c, options), .run = ck_run_make()};
    if (!r.plan) return r;
    expect_ok(ck_plan_sizes_get(r.plan, threads, &r.sizes), "ck_plan_sizes_get");
    r.run.kernels = kernels, r.run.threads = threads;
    r.run.parameters = cleared(r.sizes.parameters), r.run.gradients = cleared(r.sizes.gradients),
    r.run.state = cleared(r.sizes.state);
    r.run.shared = r.sizes.shared ? workspace_of(r.sizes.shared) : NULL; /* NaN, and so is the arena */
    r.run.arena = r.sizes.arena ? workspace_of(r.sizes.arena) : NULL, r.run.arena_bytes = r.sizes.arena;
    if (r.run.parameters) memcpy(r.run.parameters, c->parameters, r.sizes.parameters);
    for (int32_t i = 0; i < c->network->array_count; i++)
        r.run.arrays[i].data = c->arrays[i], r.run.arrays[i].items = DATA_ITEMS;
    set_step(c, &r, 1, options->batch);
    return r;
}

void free_run(plan_run *r) {
    ck_plan_destroy(r->plan);
    r->plan = NULL;
}

void set_step(const plan_case *c, plan_run *r, int32_t number, int32_t images) {
    r->run.images = images;
    r->run.indices = c->indices + number % (DATA_ITEMS - LARGEST_BATCH);
    ck_step *s = &r->run.step;
    s->seed = 11, s->epoch = (uint32_t)number / 3, s->update = (uint32_t)number;
    s->average_decay = 0.9f;
    for (int32_t g = 0; g < 2; g++) {
        s->groups[g].rate = 0.01f + 0.01f * (float)g;
        s->groups[g].weight_decay = 0.01f;
        s->groups[g].correction1 = (float)(1 / (1 - pow(0.9, number))),
        s->groups[g].correction2 = (float)(1 / (1 - pow(0.999, number)));
    }
}

void run_phases(plan_run *r, uint32_t phases) {
    r->run.phases = phases;
    expect_ok(ck_plan_run(r->plan, &r->run), "ck_plan_run");
}

void expect_same_state(const char *what, const plan_run *a, const plan_run *b) {
    char text[120];
    snprintf(text, sizeof text, "%s: parameters", what);
    expect_same_bytes(text, a->run.parameters, b->run.parameters, (int64_t)a->sizes.parameters);
    snprintf(text, sizeof text, "%s: gradients", what);
    if (a->run.gradients && b->run.gradients)
        expect_same_bytes(text, a->run.gradients, b->run.gradients, (int64_t)a->sizes.gradients);
    snprintf(text, sizeof text, "%s: state", what);
    if (a->run.state && a->sizes.state == b->sizes.state)
        expect_same_bytes(text, a->run.state, b->run.state, (int64_t)a->sizes.state);
    snprintf(text, sizeof text, "%s: reports", what);
    expect_same_bytes(text, a->run.reports, b->run.reports,
                      (int64_t)(sizeof(ck_loss) * ck_plan_about(a->plan)->reports));
}
