/* networks.c - see networks.h. */
#include "networks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { CLASSES = 10 };

/* ------------------------------------------------------------------- networks */

/* Convolution, bias, ReLU and the 2x2 maximum. *side: channels and side of what comes in and goes out. */
static int32_t conv(ck_network *n, int32_t x, int32_t channels, int32_t kernel, int32_t padding, double *products,
                    int32_t *side) {
    const int32_t inputs = *side >> 16, size = *side & 0xffff, out = size + 2 * padding - kernel + 1;
    *products += (double)out * out * kernel * kernel * inputs * channels;
    *side = channels << 16 | out / 2;
    return ck_network_conv(n, x,
                           (ck_conv_layer){.channels = channels,
                                           .kernel = kernel,
                                           .padding = padding,
                                           .activation = CK_RELU,
                                           .pool = 1,
                                           .algorithm = options.algorithm});
}

static int32_t dense(ck_network *n, int32_t x, int32_t inputs, int32_t units, bool relu, double *products) {
    *products += (double)inputs * units;
    return ck_network_dense(n, x, (ck_dense_layer){.units = units, .activation = relu ? CK_RELU : CK_IDENTITY});
}

/* Each gives its logits; *products: multiply-adds of one image forward, *first: of its first layer, which has no
 * gradient by its input. */
static int32_t lenet5(ck_network *n, int32_t x, double *products, double *first) {
    int32_t side = 1 << 16 | 28;
    x = conv(n, x, 6, 5, 0, products, &side);
    *first = *products;
    x = conv(n, x, 16, 5, 0, products, &side);
    x = dense(n, x, 256, 120, true, products);
    x = dense(n, x, 120, 84, true, products);
    return dense(n, x, 84, CLASSES, false, products);
}

static int32_t two_convolutions(ck_network *n, int32_t x, int32_t padding, double *products, double *first) {
    int32_t side = 1 << 16 | 28;
    x = conv(n, x, 32, 3, padding, products, &side);
    *first = *products;
    x = conv(n, x, 64, 3, padding, products, &side);
    x = dense(n, x, (side & 0xffff) * (side & 0xffff) * 64, 128, true, products);
    return dense(n, x, 128, CLASSES, false, products);
}
static int32_t keras_cnn(ck_network *n, int32_t x, double *products, double *first) {
    return two_convolutions(n, x, 0, products, first);
}
static int32_t pytorch_cnn(ck_network *n, int32_t x, double *products, double *first) {
    return two_convolutions(n, x, 1, products, first);
}

static int32_t conv3(ck_network *n, int32_t x, double *products, double *first) {
    int32_t side = 1 << 16 | 28;
    x = conv(n, x, 64, 5, 2, products, &side);
    *first = *products;
    x = conv(n, x, 64, 5, 2, products, &side);
    x = conv(n, x, 128, 5, 2, products, &side);
    x = dense(n, x, 3 * 3 * 128, 512, true, products);
    return dense(n, x, 512, CLASSES, false, products);
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

const bench_net bench_nets[BENCH_NETS] = {{"lenet5", 28, lenet5, CK_ADAM, 0, false},
                                          {"keras-cnn", 28, keras_cnn, CK_ADAM, 0, false},
                                          {"pytorch-cnn", 28, pytorch_cnn, CK_ADAM, 0, false},
                                          {"conv3", 28, conv3, CK_SGD, 0, false},
                                          {"vgg16", 32, vgg16, CK_SGD, 0.9f, false},
                                          {"lenet5 augmented", 28, lenet5, CK_ADAM, 0, true}};

/* ----------------------------------------------------------------------- plans */

static void must(ck_status status) {
    if (status == CK_OK) return;
    fprintf(stderr, "error: %s\n", ck_error_message());
    exit(1);
}

static void *cleared(size_t bytes) { return bytes ? memset(bench_bytes(bytes), 0, bytes) : NULL; }

/* BENCH_THREADS_MAX tiles of a large network would be gigabytes. */
static int32_t options_threads(void) { return options.threads > 0 ? options.threads : 1; }

bench_planned *bench_plan_make(const bench_net *net, const ck_kernels *k, const ck_plan_options *options) {
    bench_planned *p = bench_bytes(sizeof *p);
    *p = (bench_planned){.network = ck_network_create(), .run = ck_run_make()};
    const ck_warp warp = {.in_height = net->side,
                          .in_width = net->side,
                          .out_height = net->side,
                          .out_width = net->side,
                          .channels = 1,
                          .rotate = 0.17f,
                          .shift_x = 2,
                          .shift_y = 2,
                          .zoom = 0.1f,
                          .shear = 0.1f,
                          .elastic = 1,
                          .elastic_spacing = 7,
                          .noise = 0.05f,
                          .scale = {1.0f / 255}};
    const int32_t x = net->augmented ? ck_network_warped_input(p->network, &warp)
                                     : ck_network_input(p->network, net->side, net->side, 1, CK_BYTES),
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
    p->data = bench_pictures(net->side), p->trains = options->purpose == CK_TRAIN;
    r->arrays[0].data = p->data.bytes, r->arrays[1].data = p->data.labels;
    r->arrays[2].data = bench_bytes((size_t)options->batch * CLASSES * sizeof(float));
    for (int i = 0; i < 3; i++) r->arrays[i].items = p->data.count;
    r->step.groups[0].rate = 1e-3f, r->step.groups[0].momentum = net->momentum;
    if (options->purpose == CK_PREDICT)
        r->phases = CK_PREPARE | CK_COMPUTE, must(ck_plan_run(p->plan, r)), r->phases = CK_COMPUTE;
    else r->phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE;
    return p;
}

void bench_plan_end(bench_planned *p) {
    ck_plan_destroy(p->plan), ck_network_destroy(p->network);
    p->plan = NULL, p->network = NULL;
}

void bench_plan_run(bench_planned *p, int threads) {
    ck_step *step = &p->run.step;
    p->run.threads = threads;
    if (p->at + p->run.images > p->data.count) p->at = 0;
    p->run.indices = (p->trains ? p->data.random : p->data.sequence) + p->at;
    p->at += p->run.images;
    step->update++;
    step->groups[0].correction1 = 1 / (1 - powf(0.9f, (float)step->update));
    step->groups[0].correction2 = 1 / (1 - powf(0.999f, (float)step->update));
    must(ck_plan_run(p->plan, &p->run));
}

ck_plan_options bench_plan_options(const bench_net *net, bool trains, int32_t batch) {
    return (ck_plan_options){.purpose = trains ? CK_TRAIN : CK_PREDICT,
                             .batch = batch,
                             .optimiser = net->optimiser,
                             .momentum = net->momentum > 0,
                             .fuse_updates = 1};
}
