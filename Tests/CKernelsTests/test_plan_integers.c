/* test_plan_integers.c - whole networks whose layers compute in integers. */
#include "plan_cases.h"

enum { IMAGES = 22 };

static plan_run run_of(const plan_case *c, int32_t tile, const ck_kernels *kernels, int32_t threads) {
    plan_run r = make_run(c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = IMAGES, .tile = tile}, kernels, threads);
    if (r.plan) run_phases(&r, CK_PREPARE | CK_COMPUTE);
    return r;
}

static int32_t count_layers(const ck_plan *plan) {
    int32_t count = 0;
    for (uint32_t i = 0; plan && i < ck_plan_about(plan)->ops; i++)
        count += ck_plan_ops(plan)[i].code == CK_OP_conv_forward_s16 || ck_plan_ops(plan)[i].code == CK_OP_dense_forward_s16;
    return count;
}

static float *results_of(const plan_case *c, int32_t *values) {
    int32_t result = 0;
    while (!c->network->arrays[result].result) result++;
    *values = IMAGES * (int32_t)c->network->arrays[result].values;
    return copy_of(c->arrays[result], *values);
}

/* Weights of 8 bits and inputs of 12 or more leave a few percent of doubt behind several layers; a wrong place, scale or sign
 * leaves nothing. */
static void check_close(const float *got, const float *want, int32_t values) {
    double largest = 0, error = 0;
    for (int32_t i = 0; i < values; i++) {
        largest = fmax(largest, fabs((double)want[i]));
        error = fmax(error, fabs((double)got[i] - (double)want[i]));
    }
    expect(error <= 0.1 * largest, "expected results within 10 %% of %g, found them %g apart", largest, error);
    expect(error > 0, "expected other results than those of floats");
}

/* Beside the same network in floats; the same bits on any number of threads and with any tile. */
void test_plan_integers(void) {
    int32_t layers = 0, convolutions = 0;
    ck_set_least_time(0);
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "in integers");
        plan_run floats = run_of(&c, 16, NULL, 1);
        int32_t values;
        const float *want = results_of(&c, &values);
        c.integers = true;
        plan_run integers = run_of(&c, 16, NULL, 1);
        const float *got = results_of(&c, &values);
        const int32_t here = count_layers(integers.plan);
        layers += here;
        for (uint32_t i = 0; integers.plan && i < ck_plan_about(integers.plan)->ops; i++)
            convolutions += ck_plan_ops(integers.plan)[i].code == CK_OP_conv_forward_s16;
        if (here) check_close(got, want, values);
        for (int32_t tile = 1; here && tile <= 7; tile += 3)
            for (int32_t threads = 1; threads <= 3; threads++) {
                plan_run r = run_of(&c, tile, NULL, threads);
                expect_same_bits("threads and tiles", results_of(&c, &values), got, values);
                free_run(&r);
            }
        free_run(&floats), free_run(&integers), end_plan(&c);
    }
    ck_set_least_time(20000);
    expect(layers > 20 && convolutions > 4, "expected many layers of both kinds, found %d, and %d convolutions", layers, convolutions);
}

/* The first operation that writes no number is found among those in integers too, and none where all is well. */
void test_plan_integer_faults(void) {
    plan_case c = begin_plan(plan_net_named("plain"), "faults in integers");
    c.integers = true;
    plan_run r = run_of(&c, 4, NULL, 1);
    uint32_t dense = 0;
    while (ck_plan_ops(r.plan)[dense].code != CK_OP_dense_forward_s16) dense++;
    r.run.flags = CK_FIND_FAULT;
    run_phases(&r, CK_PREPARE | CK_COMPUTE);
    expect(r.run.fault.op == -1, "expected no fault, found one at operation %d", r.run.fault.op);
    r.run.parameters[ck_at_offset(ck_plan_ops(r.plan)[dense].at[3]) / sizeof(float)] = NAN;
    run_phases(&r, CK_PREPARE | CK_COMPUTE);
    expect(r.run.fault.op == (int32_t)dense, "expected a fault at operation %u, found %d", dense, r.run.fault.op);
    free_run(&r), end_plan(&c);
}
