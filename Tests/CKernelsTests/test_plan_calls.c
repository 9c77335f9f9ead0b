/* test_plan_calls.c - calls that are wrong, memory that runs out, faults and times that are asked for. */
#include <stdio.h>

#include "plan_cases.h"

/* -------------------------------------------------------------------- bad calls */

typedef struct call {
    plan_case c;
    plan_run r;
    float *parameters, *state, *kept_state; /* as they were; and where the state is */
} call;

static call begin_call(const char *net, const char *what, ck_plan_options options) {
    call a = {.c = begin_plan(plan_net_named(net), "%s", what)};
    a.r = make_run(&a.c, &options, NULL, 2);
    if (!a.r.plan) return a;
    set_step(&a.c, &a.r, 1, options.batch);
    a.r.run.phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE;
    a.parameters = copy_of(a.r.run.parameters, (int64_t)a.r.sizes.parameters / 4);
    if (a.r.sizes.state) a.kept_state = a.r.run.state, a.state = copy_of(a.r.run.state, (int64_t)a.r.sizes.state / 4);
    return a;
}

/* The call fails as expected, and nothing of what the caller keeps has changed. */
static void end_call(call *a, float *parameters, ck_status expected, const char *says) {
    if (!a->r.plan) return;
    const ck_status status = ck_plan_run(a->r.plan, &a->r.run);
    expect(status == expected, "expected status %d, found %d: %s", (int)expected, (int)status, ck_error_message());
    expect(strstr(ck_error_message(), says) != NULL, "expected a message with \"%s\", found \"%s\"", says,
           ck_error_message());
    expect_same_bytes("parameters", parameters, a->parameters, (int64_t)a->r.sizes.parameters);
    if (a->state) expect_same_bytes("state", a->kept_state, a->state, (int64_t)a->r.sizes.state);
    free_run(&a->r), end_plan(&a->c);
}

#define BAD_CALL(net, what, chosen, fused, expected, says, change)                                                     \
    do {                                                                                                               \
        call a = begin_call(net, what, (ck_plan_options){.batch = 8, .optimiser = chosen, .fuse_updates = fused});     \
        ck_run *run = &a.r.run;                                                                                        \
        float *parameters = run->parameters;                                                                           \
        (void)run;                                                                                                     \
        change;                                                                                                        \
        end_call(&a, parameters, expected, says);                                                                      \
    } while (0)

void test_plan_bad_calls(void) {
    int64_t beyond[8] = {0, 1, 2, DATA_ITEMS, 4, 5, 6, 7}, below[8] = {0, 1, -1, 3, 4, 5, 6, 7};
    BAD_CALL("plain", "size", CK_ADAM, 0, CK_ERROR_SIZE, "run.size", run->size = 8);
    BAD_CALL("plain", "parameters", CK_ADAM, 0, CK_ERROR_NULL, "parameters", run->parameters = NULL);
    BAD_CALL("plain", "gradients", CK_ADAM, 0, CK_ERROR_NULL, "gradients", run->gradients = NULL);
    BAD_CALL("plain", "state", CK_ADAM, 0, CK_ERROR_NULL, "state", run->state = NULL);
    BAD_CALL("plain", "shared", CK_ADAM, 0, CK_ERROR_NULL, "shared", run->shared = NULL);
    BAD_CALL("plain", "arena", CK_ADAM, 0, CK_ERROR_NULL, "arena", run->arena = NULL);
    BAD_CALL("plain", "small arena", CK_ADAM, 0, CK_ERROR_BUFFER, "arena", run->arena_bytes = 64);
    BAD_CALL("plain", "misaligned", CK_ADAM, 0, CK_ERROR_BUFFER, "multiple of 64", run->parameters += 4);
    BAD_CALL("plain", "overlapping", CK_ADAM, 0, CK_ERROR_BUFFER, "overlap", run->gradients = run->parameters);
    BAD_CALL("plain", "overlapping arena", CK_ADAM, 0, CK_ERROR_BUFFER, "overlap",
             run->shared = (char *)run->arena + 64);
    BAD_CALL("plain", "data", CK_ADAM, 0, CK_ERROR_NULL, "array 0", run->arrays[0].data = NULL);
    BAD_CALL("plain", "no items", CK_ADAM, 0, CK_ERROR_SIZE, "array 1", run->arrays[1].items = 0);
    BAD_CALL("plain", "no images", CK_ADAM, 0, CK_ERROR_SIZE, "images", run->images = 0);
    BAD_CALL("plain", "too many images", CK_ADAM, 0, CK_ERROR_SIZE, "images", run->images = 9);
    BAD_CALL("plain", "threads", CK_ADAM, 0, CK_ERROR_SIZE, "threads", run->threads = -1);
    BAD_CALL("plain", "too many threads", CK_ADAM, 0, CK_ERROR_SIZE, "threads", run->threads = 5000);
    BAD_CALL("plain", "no phase", CK_ADAM, 0, CK_ERROR_OPTION, "phases", run->phases = 0);
    BAD_CALL("plain", "unknown phase", CK_ADAM, 0, CK_ERROR_OPTION, "phases", run->phases = 8);
    BAD_CALL("plain", "flags", CK_ADAM, 0, CK_ERROR_OPTION, "flags", run->flags = 2);
    BAD_CALL("plain", "micro-step", CK_ADAM, 0, CK_ERROR_OPTION, "micro_step", run->step.micro_step = 4096);
    BAD_CALL("plain", "index beyond", CK_ADAM, 0, CK_ERROR_DATA, "index 40", run->indices = beyond);
    BAD_CALL("plain", "index below", CK_ADAM, 0, CK_ERROR_DATA, "index -1", run->indices = below);
    BAD_CALL("plain", "fewer labels than images", CK_ADAM, 0, CK_ERROR_DATA, "labels", run->arrays[1].items = 5;
             run->indices = NULL);
    BAD_CALL("plain", "label beyond", CK_ADAM, 0, CK_ERROR_DATA, "label 10",
             ((int32_t *)run->arrays[1].data)[run->indices[3]] = 10);
    BAD_CALL("plain", "label below", CK_ADAM, 0, CK_ERROR_DATA, "label -1",
             ((int32_t *)run->arrays[1].data)[run->indices[3]] = -1);
    BAD_CALL("plain", "momentum without state", CK_SGD, 0, CK_ERROR_OPTION, "momentum of group 0",
             run->step.groups[0].momentum = 0.9f);
    BAD_CALL("plain", "fused and clipped", CK_ADAM, 1, CK_ERROR_OPTION, "clipping", run->step.clip_norm = 1);
    BAD_CALL("plain", "fused and accumulated", CK_ADAM, 1, CK_ERROR_OPTION, "accumulate", run->step.accumulate = 1);
    BAD_CALL("batch_norm", "one image", CK_ADAM, 0, CK_ERROR_SIZE, "batch normalisation", run->images = 1);
    expect(ck_plan_run(NULL, NULL) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
    expect(ck_plan_sizes_get(NULL, 1, NULL) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
}

/* An ignored label is no mistake, and counts for nothing. */
void test_plan_ignored_labels(void) {
    plan_case c = begin_plan(plan_net_named("entropies"), "ignored labels");
    plan_run r = make_run(&c, &(ck_plan_options){.batch = 8}, NULL, 1);
    if (r.plan) {
        for (int32_t i = 0; i < DATA_ITEMS; i++) ((int32_t *)c.arrays[1])[i] = 3;
        run_phases(&r, CK_PREPARE | CK_COMPUTE);
        expect(r.run.reports[0].weight == 0 && r.run.reports[1].weight == 0, "expected no weight, found %g and %g",
               r.run.reports[0].weight, r.run.reports[1].weight);
        for (size_t i = 0; i < r.sizes.gradients / 4; i++)
            if (!(fabsf(r.run.gradients[i]) < 1e30f)) {
                expect(false, "gradient %zu: expected a number, found %g", i, (double)r.run.gradients[i]);
                break;
            }
    }
    free_run(&r), end_plan(&c);
}

/* ------------------------------------------------------------------ descriptions */

static void expect_refused(ck_network *net, const char *says) {
    void *made;
    size_t size;
    const ck_status status = ck_network_plan(net, &(ck_plan_options){.batch = 8}, &made, &size);
    expect(status != CK_OK && !made, "expected a failure with \"%s\", found a plan", says);
    expect(strstr(ck_error_message(), says) != NULL, "expected a message with \"%s\", found \"%s\"", says,
           ck_error_message());
    ck_network_free_bytes(made);
    ck_network_destroy(net);
}

#define REFUSED(says, ...)                                                                                             \
    do {                                                                                                               \
        ck_network *n = ck_network_create();                                                                           \
        const int32_t x = ck_network_input(n, 12, 12, 1, CK_BYTES);                                                    \
        const int32_t labels = ck_network_labels(n, "labels");                                                         \
        const int32_t y = ck_network_dense(n, x, (ck_dense_layer){.units = 10});                                       \
        (void)labels, (void)y;                                                                                         \
        __VA_ARGS__;                                                                                                   \
        expect_refused(n, says);                                                                                       \
    } while (0)

void test_plan_descriptions(void) {
    const float bad_weights[10] = {1, -1};
    begin_case("descriptions that are refused");
    REFUSED("loss", (void)0);
    REFUSED("channels", ck_network_input(n, 5, 5, 5, CK_BYTES));
    REFUSED("sides", ck_network_input(n, 0, 5, 1, CK_BYTES));
    REFUSED("CK_BYTES or CK_FLOATS", ck_network_input(n, 5, 5, 1, CK_INTEGERS));
    REFUSED("the number of a value", ck_network_dense(n, 99, (ck_dense_layer){.units = 3}));
    REFUSED("the number of a value", ck_network_dense(n, -1, (ck_dense_layer){.units = 3}));
    REFUSED("units", ck_network_dense(n, x, (ck_dense_layer){.units = 0}));
    REFUSED("kernel", ck_network_conv(n, x, (ck_conv_layer){.channels = 3}));
    REFUSED("fits into 12 x 12", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 13}));
    REFUSED("groups", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3, .groups = 2}));
    REFUSED("activation", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3, .activation = 9}));
    REFUSED("slope", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3, .activation = CK_LEAKY_RELU}));
    REFUSED("algorithm", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3, .algorithm = 9}));
    REFUSED("pool", ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 12, .pool = 1}));
    REFUSED("twice", ck_network_conv(n, x, (ck_conv_layer){.name = "dense1", .channels = 3, .kernel = 3}));
    REFUSED("printable", ck_network_conv(n, x, (ck_conv_layer){.name = "a b", .channels = 3, .kernel = 3}));
    REFUSED("between the picture", ck_network_batch_norm(n, x, (ck_batch_norm_layer){0}));
    REFUSED("epsilon", ck_network_layer_norm(n, y, (ck_layer_norm_layer){.epsilon = -1}));
    REFUSED("size and stride",
            ck_network_pool(n, ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 11}), CK_MAX_POOL, 3, 2));
    REFUSED("multiple of 16", ck_network_function(n, ck_network_input(n, 5, 5, 1, CK_BYTES), CK_FUNCTION_RELU, 0));
    REFUSED("ck_function", ck_network_function(n, y, (ck_function)77, 0));
    REFUSED("rate", ck_network_dropout(n, y, CK_DROPOUT, 1, 0));
    REFUSED("block", ck_network_dropout(n, y, CK_DROP_BLOCK, 0.1f, 0));
    REFUSED("one size", ck_network_add(n, y, ck_network_dense(n, x, (ck_dense_layer){.units = 11})));
    REFUSED("2 to 16", ck_network_concatenate(n, &y, 1));
    REFUSED("NULL", ck_network_concatenate(n, NULL, 2));
    REFUSED("array of labels", ck_network_cross_entropy(n, y, 0, (ck_loss_layer){0}));
    REFUSED("array of targets", ck_network_distance_loss(n, y, labels, CK_MEAN_SQUARED, (ck_loss_layer){0}));
    REFUSED("as many values",
            ck_network_distance_loss(n, y, ck_network_targets(n, "t", 9), CK_MEAN_SQUARED, (ck_loss_layer){0}));
    REFUSED("smoothing", ck_network_cross_entropy(n, y, labels, (ck_loss_layer){.smoothing = 2}));
    REFUSED("class_weights", ck_network_cross_entropy(n, y, labels, (ck_loss_layer){.class_weights = bad_weights}));
    REFUSED("one row of classes",
            ck_network_cross_entropy(n, ck_network_conv(n, x, (ck_conv_layer){.channels = 3, .kernel = 3}), labels,
                                     (ck_loss_layer){0}));
    REFUSED("only with a cross-entropy", ck_network_distance_loss(n, y, ck_network_targets(n, "t", 10), CK_MEAN_SQUARED,
                                                                  (ck_loss_layer){.smoothing = 0.1f}));
    REFUSED("16 losses", for (int i = 0; i < 17; i++) ck_network_count_correct(n, y, labels));
    REFUSED("16 arrays", for (int i = 0; i < 17; i++) ck_network_labels(n, "more"));
    /* The first failure is the one that is told, and the calls after it do nothing. */
    REFUSED("units", ck_network_dense(n, x, (ck_dense_layer){.units = -1});
            expect(ck_network_dense(n, x, (ck_dense_layer){.units = 3}) == -1, "expected -1"));
    expect(ck_network_input(NULL, 5, 5, 1, CK_BYTES) == -1, "expected -1");
    expect(ck_network_plan(NULL, NULL, NULL, NULL) == CK_ERROR_NULL, "expected CK_ERROR_NULL");
}

void test_plan_options_refused(void) {
    static const struct {
        ck_plan_options options;
        const char *says;
    } bad[] = {{{.purpose = 3, .batch = 8}, "purpose"},     {{.batch = 0}, "batch"},
               {{.batch = 8, .lanes = -1}, "lanes"},        {{.batch = 8, .tile = 9}, "tile"},
               {{.batch = 8, .optimiser = 9}, "optimiser"}, {{.batch = 8, .clip = 1, .fuse_updates = 1}, "both"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        plan_case c = begin_plan(plan_net_named("plain"), "%s", bad[i].says);
        void *made;
        size_t size;
        expect(ck_network_plan(c.network, &bad[i].options, &made, &size) != CK_OK && !made, "expected a failure");
        expect(strstr(ck_error_message(), bad[i].says) != NULL, "expected a message with \"%s\", found \"%s\"",
               bad[i].says, ck_error_message());
        end_plan(&c);
    }
}

/* ---------------------------------------------------------------------- memory */

/* Each allocation fails once: an error, nothing leaked (a sanitizer looks), and the next try succeeds. */
void test_plan_memory(void) {
    begin_case("allocations that fail");
    for (int64_t after = 0;; after++) {
        ck_fail_allocation_after(after);
        ck_network *net = ck_network_create();
        ck_status status = net ? CK_OK : CK_ERROR_MEMORY;
        void *made = NULL;
        size_t size = 0;
        ck_plan *plan = NULL;
        if (net)
            plan_net_named("entropies")->build(net),
                status = ck_network_plan(net, &(ck_plan_options){.batch = 8, .optimiser = CK_ADAM}, &made, &size);
        if (status == CK_OK) status = ck_plan_create(&plan, made, size);
        ck_fail_allocation_after(-1);
        expect(status == CK_OK || status == CK_ERROR_MEMORY, "allocation %lld: expected CK_ERROR_MEMORY, found %d: %s",
               (long long)after, (int)status, ck_error_message());
        const bool done = status == CK_OK;
        ck_plan_destroy(plan), ck_network_free_bytes(made), ck_network_destroy(net);
        if (done) {
            expect(after > 5, "expected several allocations, found %lld", (long long)after);
            break;
        }
    }
    /* A call allocates nothing. */
    plan_case c = begin_plan(plan_net_named("batch_norm"), "a call without memory");
    plan_run r = make_run(&c, &(ck_plan_options){.batch = 8, .optimiser = CK_ADAM}, NULL, 1);
    ck_fail_allocation_after(0);
    if (r.plan) run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
    ck_fail_allocation_after(-1);
    free_run(&r), end_plan(&c);
}

/* ------------------------------------------------------------ faults and times */

static const char *fault_name(const plan_run *r) {
    return r->run.fault.op < 0 ? "none" : ck_plan_ops(r->plan)[r->run.fault.op].name;
}

void test_plan_faults(void) {
    plan_case c = begin_plan(plan_net_named("plain"), "faults");
    const ck_plan_options options = {.batch = 12, .lanes = 3, .tile = 2, .optimiser = CK_SGD};
    plan_run r = make_run(&c, &options, NULL, 2);
    if (r.plan) {
        r.run.flags = CK_FIND_FAULT;
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        expect(r.run.fault.op == -1, "expected no fault, found %s", fault_name(&r));
        /* A weight of the second layer. */
        const ck_parameter *p = ck_plan_parameters(r.plan);
        while (strcmp(p->name, "conv2.weight") != 0) p++;
        float *w = r.run.parameters + p->offset / 4, before = w[0];
        w[0] = INFINITY;
        run_phases(&r, CK_PREPARE | CK_COMPUTE);
        expect(strcmp(fault_name(&r), "conv2 forward") == 0 && r.run.fault.image == 0,
               "expected \"conv2 forward\" of image 0, found \"%s\" of image %d", fault_name(&r), r.run.fault.image);
        w[0] = before;
        /* A rate that is none: found in the update, on the whole batch. */
        r.run.step.groups[0].rate = NAN;
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        expect(strcmp(fault_name(&r), "update") == 0 && r.run.fault.image == -1,
               "expected \"update\", found \"%s\" of image %d", fault_name(&r), r.run.fault.image);
    }
    free_run(&r), end_plan(&c);
}

/* One bad picture: its place in the batch is told, for any number of threads. */
void test_plan_fault_image(void) {
    plan_case c = begin_plan(plan_net_named("raw_dense"), "the image of a fault");
    ck_set_least_time(0);
    for (int32_t threads = 1; threads <= 3; threads++) {
        plan_run r = make_run(&c, &(ck_plan_options){.batch = 12, .lanes = 3, .tile = 2}, NULL, threads);
        if (!r.plan) break;
        r.run.flags = CK_FIND_FAULT, r.run.indices = NULL;
        float *data = c.arrays[0], before = data[7 * 48];
        data[7 * 48] = NAN;
        run_phases(&r, CK_PREPARE | CK_COMPUTE);
        expect(strcmp(fault_name(&r), "input1 gather") == 0 && r.run.fault.image == 6,
               "expected \"input1 gather\" of image 6, found \"%s\" of image %d", fault_name(&r), r.run.fault.image);
        data[7 * 48] = before;
        free_run(&r);
    }
    ck_set_least_time(20000);
    end_plan(&c);
}

/* A step whose loss is no number, in one call: weights and the optimiser's state stay as they were. */
void test_plan_bad_loss(void) {
    plan_case c = begin_plan(plan_net_named("raw_dense"), "a loss that is no number");
    ck_set_least_time(0);
    for (int32_t threads = 1; threads <= 3; threads++) {
        const ck_plan_options options = {.batch = 12, .lanes = 3, .tile = 2, .optimiser = CK_ADAM};
        plan_run r = make_run(&c, &options, NULL, threads);
        if (!r.plan) break;
        r.run.indices = NULL;
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        ck_plan_sizes sizes;
        ck_plan_sizes_get(r.plan, threads, &sizes);
        const int64_t weights = (int64_t)(sizes.parameters / sizeof(float)), values = (int64_t)(sizes.state / sizeof(float));
        float *before = unwritten(weights), *state = unwritten(values);
        memcpy(before, r.run.parameters, sizes.parameters), memcpy(state, r.run.state, sizes.state);
        float *data = c.arrays[0], pixel = data[7 * 48];
        data[7 * 48] = NAN;
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        expect_same_bits("weights", r.run.parameters, before, weights), expect_same_bits("state", r.run.state, state, values);
        data[7 * 48] = pixel;
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        expect(memcmp(before, r.run.parameters, sizes.parameters) != 0, "a step with a loss: expected other weights");
        free_run(&r);
    }
    ck_set_least_time(20000);
    end_plan(&c);
}

void test_plan_times(void) {
    plan_case c = begin_plan(plan_net_named("plain"), "times");
    plan_run r = make_run(&c, &(ck_plan_options){.batch = 16, .optimiser = CK_ADAM}, NULL, 1);
    if (r.plan) {
        const uint32_t ops = ck_plan_about(r.plan)->ops;
        double seconds[2000] = {0}, all = 0;
        r.run.seconds = seconds;
        for (int i = 0; i < 20; i++) run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        for (uint32_t i = 0; i < ops; i++) {
            expect(seconds[i] > 0, "operation %s: expected a time, found %g", ck_plan_ops(r.plan)[i].name, seconds[i]);
            all += seconds[i];
        }
        expect(all < 10, "expected less than ten seconds, found %g", all);
        expect(seconds[ops] == 0, "expected nothing behind the operations");
    }
    free_run(&r), end_plan(&c);
}

/* ------------------------------------------------------------------ small things */

void test_plan_parameters(void) {
    plan_case c = begin_plan(plan_net_named("plain"), "parameters in plain form");
    for (int32_t i = 0; i < c.network->parameter_count; i++) {
        const ck_parameter *p = &c.network->parameters[i].about;
        const int64_t values = (int64_t)p->outer * p->inputs * p->outputs;
        float *file = unwritten(values), *block = workspace_of(c.network->parameter_bytes);
        memcpy(block, c.parameters, c.network->parameter_bytes);
        ck_parameter_load(file, c.parameters, p);
        memset(block + p->offset / 4, 0xff, sizeof(float) * (size_t)ck_parameter_values(p));
        ck_parameter_store(block, file, p);
        expect_same_bytes(p->name, block, c.parameters, (int64_t)c.network->parameter_bytes);
    }
    end_plan(&c);
    expect(strcmp(ck_op_name(CK_OP_conv_forward), "conv_forward") == 0 && ck_op_name(9999) == NULL, "ck_op_name");
    expect(ck_op_operand(CK_OP_conv_forward, "bias") == 4 && ck_op_operand(CK_OP_conv_forward, "nothing") == -1 &&
               ck_op_operand(9999, "x") == -1,
           "ck_op_operand");
    const ck_op dense = {.code = CK_OP_dense_forward,
                         .shape.dense = {.in = 20, .in_stored = 32, .out = 10, .out_stored = 16}},
                unknown = {.code = 9999};
    ck_operand_about o[CK_OPERANDS];
    const int32_t count = ck_op_describe(&dense, 4, o);
    expect(count == 4 && strcmp(o[1].name, "x") == 0 && o[1].use == CK_READ && o[1].of_image && o[1].bytes == 4 * 32,
           "ck_op_describe: x");
    expect(o[0].use == CK_WRITTEN && o[0].bytes == 4 * 16 && o[3].use == CK_READ && !o[3].of_image &&
               o[3].bytes == 4 * 16,
           "ck_op_describe: y and bias");
    expect(ck_op_describe(&unknown, 4, o) == 0 && ck_op_describe(NULL, 4, o) == 0,
           "ck_op_describe: an unknown operation has no operands");
}

/* Weights are drawn by name: another network with a layer of that name has the same ones; and with the spread that was
 * asked for. */
void test_plan_first_weights(void) {
    begin_case("first weights");
    ck_network *n = ck_network_create(), *m = ck_network_create();
    ck_network_dense(n, ck_network_input(n, 28, 28, 1, CK_BYTES),
                     (ck_dense_layer){.name = "a", .units = 300, .activation = CK_RELU});
    const int32_t x = ck_network_input(m, 28, 28, 1, CK_BYTES);
    ck_network_dense(m, x, (ck_dense_layer){.name = "b", .units = 300});
    ck_network_dense(m, x, (ck_dense_layer){.name = "a", .units = 300, .activation = CK_RELU});
    float *first = workspace_of(n->parameter_bytes), *second = workspace_of(m->parameter_bytes);
    expect_ok(ck_network_initialise(n, first, 5), "ck_network_initialise");
    expect_ok(ck_network_initialise(m, second, 5), "ck_network_initialise");
    const ck_parameter *a = &n->parameters[0].about, *b = &m->parameters[0].about, *same = &m->parameters[2].about;
    const int64_t count = ck_parameter_values(a);
    expect_same_bits("weights of one name", second + same->offset / 4, first + a->offset / 4, count);
    double he = 0, glorot = 0, most = 0;
    for (int64_t i = 0; i < count; i++) {
        const double v = (double)first[a->offset / 4 + (size_t)i], w = (double)second[b->offset / 4 + (size_t)i];
        he += v * v, glorot += w * w, most = fmax(most, fabs(v));
    }
    const double real = 784 * 300;
    expect(fabs(he / real * 784 / 2 - 1) < 0.02, "He: expected a variance of 2 / 784, found %g times that",
           he / real * 784 / 2);
    expect(fabs(glorot / real * (784 + 300) / 2 - 1) < 0.02,
           "Glorot: expected a variance of 2 / 1084, found %g times that", glorot / real * 1084 / 2);
    expect(most <= sqrt(6.0 / 784) + 1e-6, "expected nothing above %g, found %g", sqrt(6.0 / 784), most);
    ck_network_destroy(n), ck_network_destroy(m);
}
