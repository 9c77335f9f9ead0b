/* test_plan_results.c - what plans compute: against a straightforward composition, and against differences. */
#include <stdio.h>

#include "plan_cases.h"

/* ---------------------------------------------------------- against compositions */

/* Distance of all values together, as a part of the size of `want`. A rounding may move a value across the edge of a
 * ReLU or make another winner of a pool, which changes a gradient by its share in all of them: that must be rare, and
 * is counted. */
static int32_t comparisons, moved_across;

static void expect_near(const char *what, const float *got, const double *want, int64_t count, double allowed) {
    double distance = 0, size = 0;
    for (int64_t i = 0; i < count; i++) {
        const double d = (double)got[i] - want[i];
        distance += d * d, size += want[i] * want[i];
    }
    const double limit = allowed * sqrt(size) + 1e-6;
    comparisons++;
    if (sqrt(distance) > limit && sqrt(distance) < 0.03 * sqrt(size)) moved_across++;
    else
        expect(sqrt(distance) <= limit, "%s: expected a distance of at most %g of its size %g, found %g", what, allowed,
               sqrt(size), sqrt(distance));
}

static void compare_reports(const plan_run *r, const composed *want, double allowed) {
    for (uint32_t i = 0; i < ck_plan_about(r->plan)->reports; i++) {
        const ck_loss got = r->run.reports[i];
        expect(fabs(got.sum - want->sums[i]) <= allowed * fabs(want->sums[i]) + 1e-6,
               "report %u: expected a sum of %.9g, found %.9g", i, want->sums[i], got.sum);
        expect(fabs(got.weight - want->weights[i]) <= 1e-6 * want->weights[i],
               "report %u: expected a weight of %g, found %g", i, want->weights[i], got.weight);
    }
}

/* Gradients lie like the parameters; what a step moves by itself are the running statistics. */
static void compare_parameters(const plan_case *c, const plan_run *r, const composed *want, double allowed) {
    for (int32_t i = 0; i < c->network->parameter_count; i++) {
        const ck_weights *w = &c->network->parameters[i];
        const size_t at = w->about.offset / sizeof(float);
        const bool moved = w->about.kind == CK_STATISTIC && !c->network->nodes[w->node].frozen;
        if (w->trained)
            expect_near(w->about.name, r->run.gradients + at, want->gradients + at, ck_parameter_values(&w->about),
                        allowed);
        if (moved)
            expect_near(w->about.name, r->run.parameters + at, want->gradients + at, ck_parameter_values(&w->about),
                        allowed);
    }
}

static void compare_results(const plan_case *c, const composed *want, int32_t images, double allowed) {
    for (int32_t i = 0; i < c->network->array_count; i++)
        if (c->network->arrays[i].result)
            expect_near(c->network->arrays[i].name, c->arrays[i], want->results[i],
                        images * c->network->arrays[i].values, allowed);
}

/* The plain kernels differ by the rounding of what is stored alone. Winograd's algorithm loses two more digits. */
static double allowed_for(const plan_case *c, const ck_kernels *kernels) {
    if (kernels == reference) return 2e-5;
    return strcmp(c->net->name, "winograd") == 0 || strcmp(c->net->name, "by_channel") == 0 ? 2e-3 : 5e-4;
}

static void check_composed(const plan_net *net, const ck_kernels *kernels, ck_plan_options options, int32_t images) {
    plan_case c =
        begin_plan(net, "%s, purpose %d, batch %d in %d lanes and tiles of %d, %d images", ck_kernels_isa(kernels),
                   options.purpose, options.batch, options.lanes, options.tile, images);
    const double allowed = allowed_for(&c, kernels);
    plan_run r = make_run(&c, &options, kernels, 2);
    if (!r.plan) {
        end_plan(&c);
        return;
    }
    set_step(&c, &r, 3, images);
    r.run.step.loss_scale = 0.5f;
    const composed want = compose(&c, widened(c.parameters, (int64_t)(r.sizes.parameters / sizeof(float))), &r.run.step,
                                  r.run.indices, images, options.purpose == CK_TRAIN);
    if (options.purpose == CK_PREDICT) {
        for (uint32_t i = 0; i < ck_plan_about(r.plan)->arrays; i++)
            if (!c.network->arrays[i].result && c.network->arrays[i].type == CK_INTEGERS)
                r.run.arrays[i].data = NULL; /* labels are not asked for */
    }
    run_phases(&r, CK_PREPARE | CK_COMPUTE);
    if (options.purpose != CK_PREDICT) compare_reports(&r, &want, allowed);
    if (options.purpose == CK_TRAIN) compare_parameters(&c, &r, &want, allowed);
    else compare_results(&c, &want, images, allowed);
    free_run(&r), end_plan(&c);
}

void test_plan_composed(void) {
    comparisons = moved_across = 0;
    for (int32_t n = 0; n < plan_net_count; n++)
        for (int k = 0; ck_isa_name(k); k++) {
            if (!ck_isa_available(ck_isa_name(k))) continue;
            const ck_kernels *kernels = ck_kernels_get(ck_isa_name(k));
            check_composed(&plan_nets[n], kernels,
                           (ck_plan_options){.purpose = CK_TRAIN, .batch = 13, .lanes = 3, .tile = 4}, 13);
            if (kernels == reference) continue;
            check_composed(&plan_nets[n], kernels, (ck_plan_options){.purpose = CK_TRAIN, .batch = 20}, 7);
            check_composed(&plan_nets[n], kernels,
                           (ck_plan_options){.purpose = CK_MEASURE, .batch = 9, .lanes = 2, .tile = 5}, 9);
            check_composed(&plan_nets[n], kernels, (ck_plan_options){.purpose = CK_PREDICT, .batch = 11, .tile = 3},
                           10);
        }
    expect(moved_across * 100 <= comparisons, "expected at most 1 %% of %d comparisons moved by a rounding, found %d",
           comparisons, moved_across);
}

/* -------------------------------------------------------------------- in double */

typedef struct double_run {
    const plan_case *c;
    plan_run r;
    double *parameters; /* what the loss is looked at as a function of */
    float *statistics;
} double_run;

/* Twice the bytes of every block. */
static double_run make_double(const plan_case *c, const ck_plan_options *options) {
    double_run d = {.c = c, .r = make_run(c, options, NULL, 2)};
    if (!d.r.plan) return d;
    ck_run *run = &d.r.run;
    const int64_t count = (int64_t)(d.r.sizes.parameters / sizeof(float));
    d.parameters = widened(c->parameters, count);
    run->gradients = (float *)(void *)zeros64(count), run->state = workspace_of(2 * d.r.sizes.state + 64);
    run->shared = workspace_of(2 * d.r.sizes.shared + 64), run->arena_bytes = 2 * d.r.sizes.arena,
    run->arena = workspace_of(run->arena_bytes);
    return d;
}

/* A step may move running statistics, so it works on a copy. */
static double total_loss(void *context) {
    double_run *d = context;
    const int64_t count = (int64_t)(d->r.sizes.parameters / sizeof(float));
    static double copy[1 << 20] __attribute__((aligned(64)));
    memcpy(copy, d->parameters, sizeof *copy * (size_t)count);
    d->r.run.parameters = (float *)(void *)copy;
    d->r.run.phases = CK_PREPARE | CK_COMPUTE;
    expect_ok(run_double(d->r.plan, &d->r.run), "run_double");
    double sum = 0;
    for (int32_t i = 0; i < d->c->network->count; i++) {
        const ck_node *node = &d->c->network->nodes[i];
        if (node->kind != CK_NODE_CROSS_ENTROPY && node->kind != CK_NODE_SOFT_CROSS_ENTROPY &&
            node->kind != CK_NODE_DISTANCE)
            continue;
        const ck_loss loss = d->r.run.reports[node->head.report];
        const double mean = loss.sum / loss.weight;
        sum += (double)node->head.weight *
               (node->kind == CK_NODE_DISTANCE && node->head.distance == CK_ROOT_MEAN_SQUARED ? sqrt(mean) : mean);
    }
    return sum;
}

static void check_gradients(const plan_net *net) {
    plan_case c = begin_plan(net, "gradients in double");
    double_run d = make_double(&c, &(ck_plan_options){.purpose = CK_TRAIN, .batch = 6, .lanes = 2, .tile = 2});
    if (d.r.plan) {
        const int64_t count = (int64_t)(d.r.sizes.parameters / sizeof(float));
        expect(count <= 1 << 20, "a network of at most %d parameters", 1 << 20);
        set_step(&c, &d.r, 2, 6);
        total_loss(&d);
        double *gradient = zeros64(count);
        memcpy(gradient, d.r.run.gradients, sizeof *gradient * (size_t)count);
        /* What is not trained has no gradient, and no differences are asked for. */
        for (int32_t i = 0; i < c.network->parameter_count; i++) {
            const ck_weights *w = &c.network->parameters[i];
            if (w->trained)
                expect_gradient(w->about.name, total_loss, &d, d.parameters + w->about.offset / 4,
                                gradient + w->about.offset / 4, ck_parameter_values(&w->about));
        }
    }
    free_run(&d.r), end_plan(&c);
}

void test_plan_gradients(void) {
    for (int32_t n = 0; n < plan_net_count; n++)
        if (!plan_nets[n].rough) check_gradients(&plan_nets[n]);
}

/* The executor in double gives what the composition gives: the same, but for the order of sums. */
void test_plan_double(void) {
    for (int32_t n = 0; n < plan_net_count; n++) {
        plan_case c = begin_plan(&plan_nets[n], "in double");
        double_run d = make_double(&c, &(ck_plan_options){.purpose = CK_TRAIN, .batch = 13, .lanes = 3, .tile = 4});
        if (d.r.plan) {
            const int64_t count = (int64_t)(d.r.sizes.parameters / sizeof(float));
            set_step(&c, &d.r, 3, 11);
            const composed want = compose(&c, d.parameters, &d.r.run.step, d.r.run.indices, 11, true);
            total_loss(&d);
            const double *got = (const double *)(const void *)d.r.run.gradients;
            for (int32_t i = 0; i < c.network->parameter_count; i++) {
                const ck_weights *w = &c.network->parameters[i];
                const size_t at = w->about.offset / 4;
                if (w->trained)
                    expect_close64(w->about.name, got + at, want.gradients + at, ck_parameter_values(&w->about),
                                   (tolerance){1e-8, 2e-6});
            }
            for (uint32_t i = 0; i < ck_plan_about(d.r.plan)->reports; i++)
                expect(fabs(d.r.run.reports[i].sum - want.sums[i]) <= 1e-9 * fabs(want.sums[i]),
                       "report %u: expected %.12g, found %.12g", i, want.sums[i], d.r.run.reports[i].sum);
            (void)count;
        }
        free_run(&d.r), end_plan(&c);
    }
}

/* --------------------------------------------------------------------- updates */

/* One update of `count` numbers by the plain kernel. State: m and v as the plan keeps them. */
static void plain_update(int32_t optimiser, double *w, double *m, double *v, const double *g, int64_t count,
                         const ck_update *u) {
    switch (optimiser) {
    case CK_SGD: ref64.sgd_update(w, v, g, count, u); break;
    case CK_ADAGRAD: ref64.adagrad_update(w, v, g, count, u); break;
    case CK_RMSPROP: ref64.rmsprop_update(w, m, v, g, count, u); break;
    default: ref64.adam_update(w, m, v, g, count, u); break;
    }
}

/* As clip_grad_norm_ of PyTorch. */
static double clip_of(const plan_case *c, const double *g, double limit) {
    double sum = 0;
    for (int32_t i = 0; i < c->network->parameter_count; i++) {
        const ck_weights *w = &c->network->parameters[i];
        for (int64_t k = 0; w->trained && k < ck_parameter_values(&w->about); k++)
            sum += g[w->about.offset / 4 + (size_t)k] * g[w->about.offset / 4 + (size_t)k];
    }
    const double factor = limit / (sqrt(sum) + 1e-6);
    return limit > 0 && factor < 1 ? factor : 1;
}

/* Muon by its definition: see muon_body.h for the steps; here by the plain kernel on the matrix as it lies, padding and
 * all. */
static void plain_muon(double *w, double *v, const double *g, const ck_parameter *p, ck_update u) {
    const int32_t rows = p->outer * p->inputs_stored, columns = p->outputs_stored;
    const double real_rows = p->outer * (double)p->inputs, real_columns = p->outputs;
    const double real = fmax(1, fmax(real_rows, real_columns) / fmin(real_rows, real_columns)),
                 stored = fmax(rows, columns) / fmin(rows, columns);
    u.rate = (float)((double)u.rate * sqrt(real / stored));
    ref64.muon_update(w, v, g, rows, columns, &u, workspace_of(2 * ck_muon_workspace(rows, columns)));
}

static bool hidden_matrix(const plan_case *c, const ck_weights *w) {
    return strcmp(w->about.name, "conv2.weight") == 0 || strcmp(w->about.name, "dense1.weight") == 0 ||
           (strcmp(w->about.name, "conv1.weight") == 0 && c->net->build == NULL);
}

static void check_updates(const plan_net *net, ck_plan_options options, ck_update rates, double clip_norm) {
    plan_case c = begin_plan(net, "optimiser %d, momentum %d, clip %d, fused %d, average %d", options.optimiser,
                             options.momentum, options.clip, options.fuse_updates, options.average);
    plan_run r = make_run(&c, &options, NULL, 2);
    if (!r.plan) {
        end_plan(&c);
        return;
    }
    const int64_t count = (int64_t)(r.sizes.parameters / sizeof(float));
    double *w = widened(c.parameters, count), *m = zeros64(count), *v = zeros64(count), *average = zeros64(count);
    for (int32_t step = 1; step <= 3; step++) {
        set_step(&c, &r, step, options.batch - step);
        rates.correction1 = r.run.step.groups[0].correction1, rates.correction2 = r.run.step.groups[0].correction2;
        r.run.step.groups[0] = r.run.step.groups[1] = rates;
        r.run.step.groups[1].momentum = options.optimiser == CK_MUON ? 0 : rates.momentum,
        r.run.step.clip_norm = (float)clip_norm;
        const composed want = compose(&c, w, &r.run.step, r.run.indices, r.run.images, true);
        run_phases(&r, CK_PREPARE | CK_COMPUTE | CK_UPDATE);
        ck_update u = r.run.step.groups[0], other = r.run.step.groups[1];
        u.gradient_scale = other.gradient_scale = (float)clip_of(&c, want.gradients, clip_norm);
        for (int32_t i = 0; i < c.network->parameter_count; i++) {
            const ck_weights *p = &c.network->parameters[i];
            const size_t at = p->about.offset / sizeof(float);
            const int64_t values = ck_parameter_values(&p->about);
            if (p->about.kind == CK_STATISTIC && !c.network->nodes[p->node].frozen)
                memcpy(w + at, want.gradients + at, sizeof *w * (size_t)values);
            if (!p->trained) continue;
            if (options.optimiser == CK_MUON && hidden_matrix(&c, p))
                plain_muon(w + at, v + at, want.gradients + at, &p->about, u);
            else
                plain_update(options.optimiser, w + at,
                             options.momentum || options.optimiser != CK_RMSPROP ? m + at : NULL,
                             options.momentum || options.optimiser != CK_SGD ? v + at : NULL, want.gradients + at,
                             values, options.optimiser == CK_MUON ? &other : &u);
        }
        for (int64_t i = 0; i < count; i++) average[i] = 0.9f * average[i] + (double)(1 - 0.9f) * w[i];
    }
    /* Adam divides by the root of what may be next to nothing: gradients that are all rounding become steps of full
     * size. */
    expect_near("parameters after three steps", r.run.parameters, w, count, options.optimiser == CK_SGD ? 1e-5 : 1e-3);
    if (options.average) expect_near("average", r.run.state, average, count, options.optimiser == CK_SGD ? 1e-5 : 1e-3);
    free_run(&r), end_plan(&c);
}

void test_plan_updates(void) {
    const ck_update usual = {.rate = 0.02f,
                             .weight_decay = 0.01f,
                             .beta1 = 0.9f,
                             .beta2 = 0.99f,
                             .epsilon = 1e-3f,
                             .correction1 = 1,
                             .correction2 = 1,
                             .gradient_scale = 1};
    ck_update moving = usual, decoupled = usual;
    moving.momentum = 0.9f, moving.dampening = 0.1f, moving.nesterov = 1;
    decoupled.decoupled = 1, decoupled.clip_value = 0.05f;
    static const char *const names[] = {"plain", "batch_norm", "wide_dense", "frozen"};
    for (int n = 0; n < 4; n++) {
        const plan_net *net = plan_net_named(names[n]);
        for (int32_t optimiser = CK_SGD; optimiser <= CK_RMSPROP; optimiser++) {
            const bool moves = optimiser == CK_SGD || optimiser == CK_RMSPROP;
            check_updates(net, (ck_plan_options){.batch = 12, .optimiser = optimiser, .average = 1}, usual, 0);
            check_updates(net, (ck_plan_options){.batch = 12, .optimiser = optimiser, .clip = 1}, decoupled, 0.3);
            check_updates(net, (ck_plan_options){.batch = 12, .optimiser = optimiser, .clip = 1}, usual, 1e6);
            check_updates(net, (ck_plan_options){.batch = 12, .optimiser = optimiser, .fuse_updates = 1}, usual, 0);
            if (moves)
                check_updates(
                    net,
                    (ck_plan_options){
                        .batch = 12, .optimiser = optimiser, .momentum = 1, .fuse_updates = optimiser == CK_SGD},
                    moving, 0);
        }
    }
    check_updates(plan_net_named("plain"), (ck_plan_options){.batch = 12, .optimiser = CK_MUON, .average = 1}, moving,
                  0);
    check_updates(plan_net_named("plain"), (ck_plan_options){.batch = 12, .optimiser = CK_MUON, .clip = 1}, moving,
                  0.5);
}
