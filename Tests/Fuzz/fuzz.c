/* fuzz.c - libFuzzer on plans and model images: whatever the bytes, a refusal with a message, or a run inside its
 * buffers.
 *
 *   cmake -S . -B build/fuzz -DCK_FUZZ=ON -DCK_SANITIZE=address,undefined && cmake --build build/fuzz --target ck_fuzz
 *   build/fuzz/Tests/Fuzz/ck_fuzz -max_total_time=60 -max_len=60000
 *
 * It seeds itself: an input too small to be anything becomes the plan or the image of a small network. Model images are
 * signed again after each change, so that the checksum does not hide what lies behind it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "network/network.h"
#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

enum { IMAGES = 3, MOST_BYTES = 16 << 20 };

/* ----------------------------------------------------------------------- seeds */

static ck_network *describe(unsigned int kind) {
    ck_network *n = ck_network_create();
    int32_t x = ck_network_input(n, 8, 8, 1, kind & 1 ? CK_FLOATS : CK_BYTES);
    const int32_t labels = ck_network_labels(n, "labels");
    switch (kind / 2 % 4) {
    case 0:
        x = ck_network_conv(n, x, (ck_conv_layer){.channels = 6, .kernel = 3, .activation = CK_RELU, .pool = 1});
        break;
    case 1:
        x = ck_network_conv(n, x, (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .no_bias = 1});
        x = ck_network_batch_norm(n, x, (ck_batch_norm_layer){.relu = 1});
        x = ck_network_add(
            n, x,
            ck_network_conv(n, x,
                            (ck_conv_layer){.channels = 16, .kernel = 3, .padding = 1, .algorithm = CK_CONV_WINOGRAD}));
        break;
    case 2:
        x = ck_network_conv(n, x, (ck_conv_layer){.channels = 40, .kernel = 3, .by_channel = 1});
        x = ck_network_layer_norm(n, ck_network_pool(n, x, CK_STOCHASTIC_POOL, 2, 2), (ck_layer_norm_layer){0});
        break;
    default:
        x = ck_network_dropout(n, ck_network_dense(n, x, (ck_dense_layer){.units = 20, .activation = CK_RELU}),
                               CK_DROPOUT, 0.3f, 0);
        break;
    }
    x = ck_network_dense(n, x, (ck_dense_layer){.units = 10});
    ck_network_cross_entropy(n, x, labels, (ck_loss_layer){.smoothing = 0.1f});
    ck_network_count_correct(n, x, labels);
    if (kind / 8 % 2)
        ck_network_distance_loss(n, x, ck_network_targets(n, "targets", 10), CK_ROOT_MEAN_SQUARED, (ck_loss_layer){0});
    ck_network_result(n, ck_network_softmax(n, x), "probabilities");
    return n;
}

static size_t make_model(const ck_network *net, const void *plan, size_t plan_bytes, uint8_t *data, size_t most) {
    float *parameters = aligned_alloc(64, (size_t)ck_round_up((int64_t)net->parameter_bytes + 64, 64));
    void *bytes = aligned_alloc(64, (size_t)ck_round_up((int64_t)most, 64));
    static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    const ck_model_content content = {.plan = plan,
                                      .plan_bytes = plan_bytes,
                                      .parameters = parameters,
                                      .height = 8,
                                      .width = 8,
                                      .name = "fuzz",
                                      .class_names = names,
                                      .classes = 10};
    size_t size = 0;
    if (parameters && bytes && ck_network_initialise(net, parameters, 1) == CK_OK &&
        ck_model_write(&content, bytes, most, &size) == CK_OK)
        memcpy(data, bytes, size);
    else size = 0;
    free(parameters), free(bytes);
    return size;
}

static size_t make_seed(uint8_t *data, size_t most, unsigned int seed) {
    ck_network *net = describe(seed);
    const bool model = seed / 16 % 3 == 0;
    void *plan;
    size_t size, made = 0;
    const ck_plan_options options = {.purpose = model ? CK_PREDICT : (int32_t)(seed / 48 % 3),
                                     .batch = 3,
                                     .lanes = 2,
                                     .tile = 2,
                                     .optimiser = (int32_t)(seed / 144 % 5),
                                     .average = 1};
    if (ck_network_plan(net, &options, &plan, &size) == CK_OK && size <= most) {
        if (model) made = make_model(net, plan, size, data, most);
        else memcpy(data, plan, made = size);
    }
    ck_network_free_bytes(plan), ck_network_destroy(net);
    return made;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed) {
    if (size < 64) {
        const size_t made = make_seed(data, most, seed);
        if (made) return made;
    }
    size = LLVMFuzzerMutate(data, size, most);
    if (size > sizeof(ck_image_header) && memcmp(data, "CKMODEL\n", 8) == 0 && seed % 8) {
        size = size / 64 * 64;
        const uint64_t bytes = size, sum = ck_checksum(data + sizeof(ck_image_header), size - sizeof(ck_image_header));
        memcpy(data + offsetof(ck_image_header, bytes), &bytes, sizeof bytes);
        memcpy(data + offsetof(ck_image_header, checksum), &sum, sizeof sum);
    }
    return size;
}

/* ------------------------------------------------------------------------ runs */

/* Exactly as large as asked for: a sanitizer watches both ends. */
static void *room(size_t bytes) {
    void *memory = aligned_alloc(64, (size_t)ck_round_up((int64_t)bytes, 64));
    if (memory && bytes) memset(memory, 0, bytes);
    return memory;
}

static bool is_large(const ck_plan *plan, const ck_plan_sizes *s) {
    size_t all = s->parameters + s->gradients + s->state + s->shared + s->arena;
    double cost = 0;
    for (uint32_t i = 0; i < plan->header.arrays; i++) all += (size_t)plan->arrays[i].values * 4 * IMAGES;
    for (uint32_t i = 0; i < plan->header.segments; i++)
        cost += plan->segment_cost[i].once + plan->segment_cost[i].per_image * IMAGES;
    return all > MOST_BYTES || cost > 1e6;
}

static void run_plan(const ck_plan *plan) {
    ck_plan_sizes sizes;
    if (ck_plan_sizes_get(plan, 1, &sizes) != CK_OK || is_large(plan, &sizes)) return;
    ck_run run = ck_run_make();
    run.phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE, run.threads = 1,
    run.images = (int32_t)ck_min(plan->header.batch, IMAGES);
    void *blocks[] = {room(sizes.parameters), room(sizes.gradients), room(sizes.state), room(sizes.shared),
                      room(sizes.arena)};
    run.parameters = blocks[0], run.gradients = blocks[1], run.state = blocks[2], run.shared = blocks[3],
    run.arena = blocks[4], run.arena_bytes = sizes.arena;
    for (uint32_t i = 0; i < plan->header.arrays; i++)
        run.arrays[i].items = IMAGES,
        run.arrays[i].data = room((size_t)plan->arrays[i].values * (plan->arrays[i].type == CK_BYTES ? 1 : 4) * IMAGES);
    (void)ck_plan_run(plan, &run);
    for (uint32_t i = 0; i < plan->header.arrays; i++) free(run.arrays[i].data);
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) free(blocks[i]);
}

static void run_model(const ck_model *model) {
    const ck_model_about *a = ck_model_describe(model);
    const size_t values = (size_t)a->height * (size_t)a->width * (size_t)a->channels;
    ck_plan_sizes sizes;
    if (ck_plan_sizes_get(model->plan, 1, &sizes) != CK_OK || is_large(model->plan, &sizes)) return;
    void *pictures = room(values * (a->type == CK_BYTES ? 1 : 4) * IMAGES);
    float *results = room((size_t)a->results * 4 * IMAGES);
    (void)ck_model_run(model, pictures, IMAGES, results, NULL, 0, 1);
    free(pictures), free(results);
}

/* A failure says why. */
static void expect_message(ck_status status) {
    if (status != CK_OK && ck_error_message()[0] == 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    void *copy = room(size + 1);
    memcpy(copy, data, size);
    ck_model *model;
    ck_plan *plan;
    ck_status status = ck_model_open_memory(&model, copy, size);
    expect_message(status);
    if (model) run_model(model);
    ck_model_close(model);
    status = ck_plan_create(&plan, copy, size);
    expect_message(status);
    if (plan) run_plan(plan);
    ck_plan_destroy(plan);
    free(copy);
    return 0;
}
