/* test_plan_bits.c - the same bits: for any number of threads and images in a tile, in one call or phase by phase,
 * after a resume, in any batch. Equality alone: what the numbers are is test_plan_results.c's business. */
#include "plan_cases.h"

enum { STEPS = 3 };

/* Three steps, of which the last has a smaller batch. */
static plan_run train(const plan_case *c, const ck_plan_options *options, const ck_kernels *kernels, int32_t threads) {
    plan_run r = make_run(c, options, kernels, threads);
    for (int32_t step = 1; r.plan && step <= STEPS; step++) {
        set_step(c, &r, step, step == STEPS ? options->batch - 5 : options->batch);
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
    }
    return r;
}

static void check_threads(const plan_net *net, const ck_kernels *kernels, ck_plan_options options) {
    static const int32_t threads[] = {2, 3, 8};
    plan_case c = begin_plan(net, "%s, %d lanes, tiles of %d", ck_kernels_isa(kernels), options.lanes, options.tile);
    plan_run one = train(&c, &options, kernels, 1);
    for (int i = 0; one.plan && i < 3; i++) {
        plan_run r = train(&c, &options, kernels, threads[i]);
        if (r.plan) expect_same_state("threads", &r, &one);
        free_run(&r);
    }
    free_run(&one), end_plan(&c);
}

void test_plan_threads(void) {
    ck_set_least_time(0);
    for (int32_t n = 0; n < plan_net_count; n++)
        for (int k = 0; ck_isa_name(k); k++) {
            const ck_kernels *kernels = ck_isa_available(ck_isa_name(k)) ? ck_kernels_get(ck_isa_name(k)) : NULL;
            if (!kernels) continue;
            check_threads(&plan_nets[n], kernels,
                          (ck_plan_options){.batch = 14, .lanes = 5, .tile = 3, .optimiser = n % 5, .average = 1});
            if (kernels != reference)
                check_threads(&plan_nets[n], kernels,
                              (ck_plan_options){.batch = 14, .lanes = 2, .optimiser = (n + 1) % 5, .clip = 1});
        }
    ck_set_least_time(20000);
}

/* How many images a tile has decides on nothing but speed. */
void test_plan_tiles(void) {
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "tiles");
        plan_run whole =
            train(&c, &(ck_plan_options){.batch = 22, .lanes = 2, .tile = 16, .optimiser = CK_ADAM}, NULL, 1);
        for (int32_t tile = 1; whole.plan && tile <= 7; tile += 2) {
            plan_run r =
                train(&c, &(ck_plan_options){.batch = 22, .lanes = 2, .tile = tile, .optimiser = CK_ADAM}, NULL, 2);
            if (r.plan) expect_same_state("tiles", &r, &whole);
            free_run(&r);
        }
        free_run(&whole), end_plan(&c);
    }
}

/* --------------------------------------------------------------------- phases */

static plan_run train_by_phases(const plan_case *c, const ck_plan_options *options) {
    plan_run r = make_run(c, options, NULL, 2);
    for (int32_t step = 1; r.plan && step <= STEPS; step++) {
        set_step(c, &r, step, step == STEPS ? options->batch - 5 : options->batch);
        run_phases(&r, CK_PREPARE), run_phases(&r, CK_COMPUTE), run_phases(&r, CK_UPDATE);
    }
    return r;
}

void test_plan_phases(void) {
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "phases apart");
        const ck_plan_options options = {.batch = 14, .optimiser = n % 5, .clip = 1, .average = 1};
        plan_run whole = train(&c, &options, NULL, 2), apart = train_by_phases(&c, &options);
        if (whole.plan && apart.plan) expect_same_state("phases apart", &apart, &whole);
        free_run(&whole), free_run(&apart), end_plan(&c);
    }
}

/* Gradients of dense layers used at once, or kept first. */
void test_plan_fused(void) {
    for (int32_t n = 0; n < plan_net_count; n++)
        for (int32_t optimiser = CK_SGD; optimiser <= CK_MUON; optimiser++) {
            plan_case c = begin_plan(&plan_nets[n], "fused update, optimiser %d", optimiser);
            const ck_plan_options apart = {.batch = 14, .optimiser = optimiser, .momentum = 1},
                                  fused = {.batch = 14, .optimiser = optimiser, .momentum = 1, .fuse_updates = 1};
            plan_run a = train(&c, &apart, NULL, 2), f = train(&c, &fused, NULL, 2);
            if (a.plan && f.plan) {
                expect_same_bytes("parameters", f.run.parameters, a.run.parameters, (int64_t)a.sizes.parameters);
                expect_same_bytes("reports", f.run.reports, a.run.reports, sizeof(ck_loss) * CK_REPORTS);
            }
            free_run(&a), free_run(&f), end_plan(&c);
        }
}

/* Two micro-steps of half the loss each: the sum of their gradients, as two runs apart give them. */
void test_plan_accumulated(void) {
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "accumulated");
        const ck_plan_options options = {.batch = 10};
        plan_run r = make_run(&c, &options, reference, 2), other = make_run(&c, &options, reference, 2);
        if (r.plan && other.plan) {
            for (uint32_t micro = 0; micro < 2; micro++) {
                set_step(&c, &r, 1 + (int32_t)micro, 10), set_step(&c, &other, 1 + (int32_t)micro, 10);
                r.run.step.loss_scale = other.run.step.loss_scale = 0.5f,
                r.run.step.micro_step = other.run.step.micro_step = micro;
                r.run.step.accumulate = micro > 0;
                run_phases(&r, CK_PREPARE | CK_COMPUTE);
                if (micro == 1) {
                    const int64_t count = (int64_t)(r.sizes.gradients / sizeof(float));
                    double *sum = widened(other.run.gradients, count);
                    run_phases(&other, CK_PREPARE | CK_COMPUTE);
                    for (int64_t i = 0; i < count; i++) sum[i] += (double)other.run.gradients[i];
                    expect_close("gradients", r.run.gradients, narrowed(sum, count), count, (tolerance){1e-6, 1e-5});
                } else {
                    run_phases(&other, CK_PREPARE | CK_COMPUTE);
                    expect_same_bytes("first micro-step", r.run.gradients, other.run.gradients,
                                      (int64_t)r.sizes.gradients);
                }
            }
        }
        free_run(&r), free_run(&other), end_plan(&c);
    }
}

/* --------------------------------------------------------------------- resume */

/* A checkpoint is a copy of parameters and state. */
void test_plan_resumed(void) {
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "resumed");
        const ck_plan_options options = {.batch = 14, .optimiser = n % 5, .momentum = 1, .average = 1};
        plan_run whole = make_run(&c, &options, NULL, 2), resumed = make_run(&c, &options, NULL, 1);
        for (int32_t step = 1; whole.plan && resumed.plan && step <= 4; step++) {
            set_step(&c, &whole, step, 14), set_step(&c, &resumed, step, 14);
            if (step == 3) {
                memcpy(resumed.run.parameters, whole.run.parameters, whole.sizes.parameters);
                memcpy(resumed.run.state, whole.run.state, whole.sizes.state);
            }
            run_phases(&whole, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
            if (step >= 3) run_phases(&resumed, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        }
        if (whole.plan && resumed.plan) expect_same_state("resumed", &resumed, &whole);
        free_run(&whole), free_run(&resumed), end_plan(&c);
    }
}

/* ------------------------------------------------------------------ prediction */

/* What a picture gives does not depend on the others of its batch. */
void test_plan_any_batch(void) {
    enum { IMAGES = 24 };
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "any batch");
        int32_t result = 0;
        while (!c.network->arrays[result].result) result++;
        const int64_t values = c.network->arrays[result].values;
        plan_run whole = make_run(&c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = IMAGES}, NULL, 2);
        plan_run single = make_run(&c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = 1}, NULL, 2);
        if (whole.plan && single.plan) {
            set_step(&c, &whole, 2, IMAGES);
            run_phases(&whole, CK_PREPARE | CK_COMPUTE);
            float *want = copy_of(c.arrays[result], IMAGES * values);
            run_phases(&single, CK_PREPARE);
            for (int32_t i = 0; i < IMAGES; i++) {
                single.run.images = 1, single.run.indices = whole.run.indices + i;
                run_phases(&single, CK_COMPUTE);
                expect_same_bits("result", c.arrays[result], want + i * values, values);
            }
            /* One picture can be shared out only where a layer is split by channel. */
            bool parts = false;
            for (uint32_t i = 0; i < ck_plan_about(single.plan)->segments; i++)
                parts |= ck_plan_segments(single.plan)[i].phase == CK_COMPUTE &&
                         ck_plan_segments(single.plan)[i].kind == CK_PARTS;
            expect(parts || ck_plan_threads(single.plan, CK_COMPUTE, 1, 2) == 1, "one image: expected one thread");
        }
        free_run(&whole), free_run(&single), end_plan(&c);
    }
}

/* ----------------------------------------------------------- instruction sets */

/* AVX2 and AVX-512 add in the same order in products and convolutions; activations and losses of networks here may
 * differ by roundings. */
void test_plan_across_sets(void) {
    const ck_kernels *avx2, *avx512;
    if (!get_avx_sets(&avx2, &avx512)) return;
    static const char *const same[] = {"plain", "wide_dense", "by_channel", "concatenating", "winograd", "groups"};
    for (int i = 0; i < 6; i++) {
        plan_case c = begin_plan(plan_net_named(same[i]), "avx512 and avx2");
        plan_run narrow = make_run(&c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = 14}, avx2, 2);
        plan_run wide = make_run(&c, &(ck_plan_options){.purpose = CK_PREDICT, .batch = 14}, avx512, 2);
        int32_t result = 0;
        while (!c.network->arrays[result].result) result++;
        const int64_t values = 14 * c.network->arrays[result].values;
        if (narrow.plan && wide.plan) {
            run_phases(&narrow, CK_PREPARE | CK_COMPUTE);
            float *want = copy_of(c.arrays[result], values);
            run_phases(&wide, CK_PREPARE | CK_COMPUTE);
            /* Up to the softmax all is products; a softmax of vectors of another width rounds otherwise. */
            expect_close("probabilities", c.arrays[result], want, values, (tolerance){1e-7, 1e-6});
        }
        free_run(&narrow), free_run(&wide), end_plan(&c);
    }
}
