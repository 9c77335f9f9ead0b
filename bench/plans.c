/* plans.c - whole networks: training steps and predictions by plans, their time by operation, and what lanes and tiles
 * do to it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ck_network.h"
#include "pictures.h"

enum { CLASSES = 10 };

/* ------------------------------------------------------------------- networks */

/* Convolution, bias, ReLU and, if `pool`, the 2x2 maximum. *side: channels and side of what comes in and goes out. */
static int32_t conv(ck_network *n, int32_t x, int32_t channels, int32_t kernel, bool pool, double *products,
                    int32_t *side) {
    const int32_t inputs = *side >> 16, size = *side & 0xffff, out = size - kernel + 1;
    *products += (double)out * out * kernel * kernel * inputs * channels;
    *side = channels << 16 | (pool ? out / 2 : out);
    return ck_network_conv(
        n, x, (ck_conv_layer){.channels = channels, .kernel = kernel, .activation = CK_RELU, .pool = pool});
}

static int32_t dense(ck_network *n, int32_t x, int32_t inputs, int32_t units, bool relu, double *products) {
    *products += (double)inputs * units;
    return ck_network_dense(n, x, (ck_dense_layer){.units = units, .activation = relu ? CK_RELU : CK_IDENTITY});
}

/* Each gives its logits; *products: multiply-adds of one image forward, *first: of its first layer, which has no
 * gradient by its input. */
static int32_t lenet5(ck_network *n, int32_t x, double *products, double *first) {
    int32_t side = 1 << 16 | 28;
    x = conv(n, x, 6, 5, true, products, &side);
    *first = *products;
    x = conv(n, x, 16, 5, true, products, &side);
    x = dense(n, x, 256, 120, true, products);
    x = dense(n, x, 120, 84, true, products);
    return dense(n, x, 84, CLASSES, false, products);
}

static int32_t keras_cnn(ck_network *n, int32_t x, double *products, double *first) {
    int32_t side = 1 << 16 | 28;
    x = conv(n, x, 32, 3, true, products, &side);
    *first = *products;
    x = conv(n, x, 64, 3, true, products, &side);
    x = dense(n, x, 1600, 128, true, products);
    return dense(n, x, 128, CLASSES, false, products);
}

/* Layers of 512 channels have far more weights than activations: they are split by channel. */
static int32_t vgg16(ck_network *n, int32_t x, double *products, double *first) {
    static const int32_t channels[] = {64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0};
    int32_t side = 32, before = 1;
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        if (channels[i] == 0) {
            x = ck_network_pool(n, x, CK_MAX_POOL, 2, 2), side /= 2;
            continue;
        }
        *products += 9.0 * side * side * before * channels[i];
        if (i == 0) *first = *products;
        x = ck_network_conv(
            n, x,
            (ck_conv_layer){.channels = channels[i], .kernel = 3, .padding = 1, .by_channel = channels[i] == 512});
        x = ck_network_batch_norm(n, x, (ck_batch_norm_layer){.relu = 1});
        before = channels[i];
    }
    x = dense(n, x, 512, 512, true, products);
    x = ck_network_dropout(n, x, CK_DROPOUT, 0.5f, 0);
    return dense(n, x, 512, CLASSES, false, products);
}

static const struct net {
    const char *name;
    int32_t side;
    int32_t (*build)(ck_network *n, int32_t x, double *products, double *first);
    ck_optimiser optimiser;
} nets[] = {{"lenet5", 28, lenet5, CK_ADAM}, {"keras-cnn", 28, keras_cnn, CK_ADAM}, {"vgg16", 32, vgg16, CK_SGD}};

/* ----------------------------------------------------------------------- plans */

typedef struct planned {
    ck_network *network;
    ck_plan *plan;
    ck_run run;
    pictures data;
    double products, first;
} planned;

static void must(ck_status status) {
    if (status == CK_OK) return;
    fprintf(stderr, "error: %s\n", ck_error_message());
    exit(1);
}

static void *cleared(size_t bytes) { return bytes ? memset(bench_bytes(bytes), 0, bytes) : NULL; }

/* BENCH_THREADS_MAX tiles of a large network would be gigabytes. */
static int32_t options_threads(void) { return options.threads > 0 ? options.threads : 1; }

static planned *make(const struct net *net, const ck_kernels *k, const ck_plan_options *options) {
    planned *p = bench_bytes(sizeof *p);
    *p = (planned){.network = ck_network_create(), .run = ck_run_make()};
    const int32_t x = ck_network_input(p->network, net->side, net->side, 1, CK_BYTES),
                  labels = ck_network_labels(p->network, "labels");
    const int32_t logits = net->build(p->network, x, &p->products, &p->first);
    ck_network_cross_entropy(p->network, logits, labels, (ck_loss_layer){0});
    ck_network_result(p->network, logits, "logits");
    void *bytes;
    size_t size;
    ck_plan_sizes sizes;
    must(ck_network_plan(p->network, options, &bytes, &size));
    must(ck_plan_create(&p->plan, bytes, size));
    ck_network_free_bytes(bytes);
    must(ck_plan_sizes_get(p->plan, options_threads(), &sizes));
    ck_run *r = &p->run;
    r->kernels = k, r->images = options->batch;
    r->parameters = cleared(sizes.parameters), r->gradients = cleared(sizes.gradients), r->state = cleared(sizes.state),
    r->shared = cleared(sizes.shared);
    r->arena = bench_bytes(sizes.arena), r->arena_bytes = sizes.arena;
    must(ck_network_initialise(p->network, r->parameters, 1));
    p->data = bench_pictures(net->side);
    r->arrays[0].data = p->data.bytes, r->arrays[1].data = p->data.labels;
    r->arrays[2].data = bench_bytes((size_t)options->batch * CLASSES * sizeof(float));
    for (int i = 0; i < 3; i++) r->arrays[i].items = p->data.count;
    r->step.groups[0].rate = 1e-3f, r->step.groups[0].momentum = options->momentum ? 0.9f : 0;
    if (options->purpose == CK_PREDICT)
        r->phases = CK_PREPARE | CK_COMPUTE, must(ck_plan_run(p->plan, r)), r->phases = CK_COMPUTE;
    else r->phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE;
    return p;
}

static void unmake(planned *p) {
    ck_plan_destroy(p->plan), ck_network_destroy(p->network);
    p->plan = NULL, p->network = NULL;
}

static void run_with(planned *p, int threads) {
    ck_step *step = &p->run.step;
    p->run.threads = threads;
    /* The next batch of the pictures in their random order. */
    p->run.indices = p->data.order + (int64_t)step->update * p->run.images % (p->data.count - p->run.images);
    step->update++;
    step->groups[0].correction1 = 1 - powf(0.9f, (float)step->update);
    step->groups[0].correction2 = 1 - powf(0.999f, (float)step->update);
    must(ck_plan_run(p->plan, &p->run));
}

static void run_one(const ck_kernels *k, const void *state) {
    (void)k;
    planned *p;
    memcpy(&p, state, sizeof p);
    run_with(p, 1);
}
static void run_all(const ck_kernels *k, const void *state, int threads) {
    (void)k;
    planned *p;
    memcpy(&p, state, sizeof p);
    run_with(p, threads);
}

/* Nominal: forward, gradients by weights, and by the input of all layers but the first. */
static double operations(const planned *p, bool trains) {
    return 2 * (trains ? 3 * p->products - p->first : p->products);
}

static ck_plan_options options_of(const struct net *net, bool trains, int32_t batch) {
    return (ck_plan_options){.purpose = trains ? CK_TRAIN : CK_PREDICT,
                             .batch = batch,
                             .optimiser = net->optimiser,
                             .momentum = net->optimiser == CK_SGD,
                             .fuse_updates = 1};
}

/* ------------------------------------------------------------------ time by operation */

static void print_times(planned *p, const char *title) {
    const ck_plan_header *h = ck_plan_about(p->plan);
    const int threads = ck_plan_threads(p->plan, p->run.phases, p->run.images, options.threads),
              steps = (int)fmax(3, 2000.0 / p->run.images / (p->products > 1e7 ? 50 : 1));
    double *seconds = cleared((size_t)h->ops * (size_t)threads * sizeof *seconds), all = 0;
    for (int i = 0; i < 3; i++) run_with(p, threads);
    p->run.seconds = seconds;
    const double start = bench_now();
    for (int i = 0; i < steps; i++) run_with(p, threads);
    const double wall = (bench_now() - start) * threads;
    p->run.seconds = NULL;
    printf("\n%s, %d thread%s: microseconds per image in each operation\n", title, threads, threads == 1 ? "" : "s");
    for (size_t o = 0; o < h->ops; o++) {
        double sum = 0;
        for (size_t t = 0; t < (size_t)threads; t++) sum += seconds[t * h->ops + o];
        all += sum;
        printf("  %-32s %9.3f  %5.1f %%\n", ck_plan_ops(p->plan)[o].name, 1e6 * sum / steps / p->run.images,
               100 * sum / wall);
    }
    printf("  %-32s %9.3f  %5.1f %%\n", "all but operations", 1e6 * (wall - all) / steps / p->run.images,
           100 * (wall - all) / wall);
}

/* ------------------------------------------------------------------------ rows */

static void measure(const bench_run *b, const struct net *net, bool trains, int32_t batch) {
    const char *shape = bench_text("%s batch %d", net->name, (int)batch);
    if (!bench_wanted(b, shape)) return;
    const ck_plan_options plan_options = options_of(net, trains, batch);
    planned *p = make(net, b->k, &plan_options);
    const bench_case c = {.shape = shape,
                          .operations = operations(p, trains) * batch,
                          .images = batch,
                          .pattern = BENCH_COMPUTE,
                          .run = run_one,
                          .run_parallel = run_all,
                          .states = &p,
                          .state_size = 0};
    bench_measure(b, &c);
    if (options.times && !options.csv && !options.json) print_times(p, shape);
    unmake(p);
}

static void run_rows(const bench_run *b, bool trains) {
    static const int32_t training[] = {32, 64, 128, 256}, predicting[] = {1, 16, 64, 256};
    for (size_t n = 0; n < sizeof nets / sizeof *nets; n++)
        for (int i = 0; i < 4; i++) {
            measure(b, &nets[n], trains, (trains ? training : predicting)[i]);
            bench_release();
        }
}

void bench_plans(const char *isa, const char *best_isa) {
    run_rows(&(bench_run){ck_kernels_get(isa), "plan_train", best_isa}, true);
    run_rows(&(bench_run){ck_kernels_get(isa), "plan_predict", best_isa}, false);
}

/* ----------------------------------------------------------------- lanes and tiles */

typedef struct turn {
    planned *p;
    int threads;
} turn;
static void turn_body(void *context, int thread, int64_t repetitions) {
    (void)thread;
    const turn *t = context;
    for (int64_t i = 0; i < repetitions; i++) run_with(t->p, t->threads);
}

/* All tiles of one number of lanes take turns; the default stands in every round, and rates are given as parts of its.
 */
static void lanes_and_tiles(const struct net *net, int32_t batch) {
    static const int32_t lanes[] = {2, 4, 8, 16}, tiles[] = {2, 4, 8, 16, 32};
    enum { LANES = 4, TILES = 5 };
    printf("\n%s, training, batch %d, %d threads: thousands of images per second (and of the default of one lane per 8 "
           "images)\n%-8s",
           net->name, (int)batch, options.threads, "lanes");
    for (int t = 0; t < TILES; t++) printf("   tile %-8d", (int)tiles[t]);
    printf("\n");
    for (int l = 0; l < LANES; l++) {
        bench_series series[TILES + 1];
        turn turns[TILES + 1];
        int count = 0;
        for (int t = 0; t <= TILES; t++) {
            ck_plan_options plan_options = options_of(net, true, batch);
            if (t > 0) plan_options.lanes = lanes[l], plan_options.tile = tiles[t - 1];

            turns[count] = (turn){make(net, ck_kernels_get(NULL), &plan_options), options.threads};
            series[count] =
                (bench_series){.body = turn_body, .context = &turns[count], .threads = options.threads, .whole = true};
            count++;
        }
        bench_alternate(series, count, 0);
        printf("%-8d", (int)lanes[l]);
        for (int i = 1; i < count; i++)
            printf(" %7.1f (%.2f)", 1e-3 * batch / bench_summary(series[i].seconds, series[i].windows).median,
                   bench_paired_ratio(&series[0], &series[i]));
        printf("\n");
        fflush(stdout);
        for (int i = 0; i < count; i++) unmake(turns[i].p);
        bench_release();
    }
}

void bench_lanes(void) {
    lanes_and_tiles(&nets[0], 128);
    lanes_and_tiles(&nets[1], 64);
}
