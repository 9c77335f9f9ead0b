// train_digits.c: trains a small convolution network and writes it as a model image.
//
//   cc train_digits.c $(pkg-config --cflags --libs ckernels) -lm -o train_digits
//   ./train_digits digits.ckm                                   pictures drawn here, of seven segments
//   ./train_digits digits.ckm train-images train-labels         MNIST's files (IDX, unpacked)
//
// The last sixth of the pictures is kept apart: the accuracy is of these. Some of them go to <model>.bytes, one after
// another, for `classify`.

#include <ck_model.h>
#include <ck_network.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE, BATCH = 64, EPOCHS = 3, SHOWN = 10 };

static void stop_unless(int fine, const char *what) {
    if (fine) return;
    fprintf(stderr, "train_digits: %s: %s\n", what, ck_error_message());
    exit(1);
}

static void *memory(size_t bytes) { // at a multiple of 64, as the library wants it, and clear
    void *m = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    if (m == NULL) exit(1);
    return memset(m, 0, bytes);
}

// ---------------------------------------------------------------- pictures

typedef struct pictures {
    uint8_t *bytes;  // [count][28][28]
    int32_t *labels; // 0 to 9
    int count;
} pictures;

static uint32_t state = 1;
static int draw(int below) { return (int)((state = state * 1664525u + 1013904223u) >> 8) % below; }

static void bar(uint8_t *p, int x, int y, int width, int height, int gray) {
    for (int r = 0; r < height; r++)
        for (int c = 0; c < width; c++) p[(y + r) * SIDE + x + c] = (uint8_t)gray;
}

// A digit of seven segments, somewhere, of some size and thickness, with noise.
static void draw_digit(uint8_t *p, int digit) {
    static const uint8_t segments[10] = {0x77, 0x24, 0x5d, 0x6d, 0x2e, 0x6b, 0x7b, 0x25, 0x7f, 0x6f};
    const int width = 8 + draw(5), height = 14 + draw(6), x = 2 + draw(SIDE - 4 - width), y = 2 + draw(SIDE - 4 - height);
    const int thick = 1 + draw(3), gray = 150 + draw(106), half = height / 2;
    for (int i = 0; i < PIXELS; i++) p[i] = (uint8_t)draw(40);
    const int on = segments[digit];
    if (on & 0x01) bar(p, x, y, width, thick, gray);
    if (on & 0x02) bar(p, x, y, thick, half, gray);
    if (on & 0x04) bar(p, x + width - thick, y, thick, half, gray);
    if (on & 0x08) bar(p, x, y + half - thick / 2, width, thick, gray);
    if (on & 0x10) bar(p, x, y + half, thick, height - half, gray);
    if (on & 0x20) bar(p, x + width - thick, y + half, thick, height - half, gray);
    if (on & 0x40) bar(p, x, y + height - thick, width, thick, gray);
}

static pictures drawn(int count) {
    pictures p = {memory((size_t)count * PIXELS), memory((size_t)count * 4), count};
    for (int i = 0; i < count; i++) draw_digit(p.bytes + i * PIXELS, p.labels[i] = draw(10));
    return p;
}

// MNIST's form: a header of `skipped` bytes, then one item behind the other.
static uint8_t *read_idx(const char *path, size_t skipped, size_t item, int *count) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    const long size = ftell(file);
    *count = size > (long)skipped ? (int)(((size_t)size - skipped) / item) : 0;
    uint8_t *bytes = memory((size_t)*count * item);
    if (*count == 0 || fseek(file, (long)skipped, SEEK_SET) != 0 || fread(bytes, item, (size_t)*count, file) != (size_t)*count) {
        fprintf(stderr, "%s: expected an unpacked IDX file\n", path);
        exit(1);
    }
    fclose(file);
    return bytes;
}

static pictures from_files(const char *images, const char *labels) {
    int count, label_count;
    pictures p = {.bytes = read_idx(images, 16, PIXELS, &count)};
    uint8_t *digits = read_idx(labels, 8, 1, &label_count);
    p.count = count < label_count ? count : label_count;
    p.labels = memory((size_t)p.count * 4);
    for (int i = 0; i < p.count; i++) p.labels[i] = digits[i] < 10 ? digits[i] : 0;
    free(digits);
    return p;
}

// ----------------------------------------------------------------- network

static ck_network *describe(void) {
    ck_network *net = ck_network_create();
    int32_t x = ck_network_input(net, SIDE, SIDE, 1, CK_BYTES);
    const int32_t labels = ck_network_labels(net, "labels");
    x = ck_network_conv(net, x, (ck_conv_layer){.name = "conv1", .channels = 8, .kernel = 5, .activation = CK_RELU, .pool = 1});
    x = ck_network_conv(net, x, (ck_conv_layer){.name = "conv2", .channels = 16, .kernel = 3, .activation = CK_RELU, .pool = 1});
    x = ck_network_dense(net, x, (ck_dense_layer){.name = "dense1", .units = 48, .activation = CK_RELU});
    x = ck_network_dense(net, x, (ck_dense_layer){.name = "dense2", .units = 10});
    ck_network_cross_entropy(net, x, labels, (ck_loss_layer){0}); // report 0
    ck_network_count_correct(net, x, labels);                     // report 1
    ck_network_result(net, ck_network_softmax(net, x), "probabilities");
    return net;
}

// A plan, and a run with all the memory that it wants.
static ck_plan *make(ck_network *net, const ck_plan_options *options, ck_run *run) {
    void *bytes;
    size_t size;
    ck_plan *plan;
    ck_plan_sizes sizes;
    stop_unless(ck_network_plan(net, options, &bytes, &size) == CK_OK, "describing");
    stop_unless(ck_plan_create(&plan, bytes, size) == CK_OK, "planning");
    ck_network_free_bytes(bytes);
    stop_unless(ck_plan_sizes_get(plan, 0, &sizes) == CK_OK, "sizes");
    if (run->parameters == NULL) run->parameters = memory(sizes.parameters); // shared by all plans of a network
    run->gradients = memory(sizes.gradients), run->state = memory(sizes.state), run->shared = memory(sizes.shared);
    run->arena = memory(sizes.arena), run->arena_bytes = sizes.arena;
    return plan;
}

static void give_data(ck_run *run, const pictures *p, float *probabilities) {
    run->arrays[0].data = p->bytes, run->arrays[1].data = p->labels, run->arrays[2].data = probabilities;
    run->arrays[0].items = run->arrays[1].items = p->count, run->arrays[2].items = BATCH;
}

static void train(const ck_plan *plan, ck_run *run, int count) {
    int64_t *order = memory((size_t)count * sizeof *order);
    for (int i = 0; i < count; i++) order[i] = i;
    for (int epoch = 0, step = 0; epoch < EPOCHS; epoch++) {
        double loss = 0, weight = 0;
        for (int i = count - 1; i > 0; i--) {
            const int j = draw(i + 1);
            const int64_t other = order[j];
            order[j] = order[i], order[i] = other;
        }
        for (int first = 0; first < count; first += BATCH) {
            step++;
            run->phases = CK_PREPARE | CK_COMPUTE | CK_UPDATE;
            run->images = first + BATCH <= count ? BATCH : count - first;
            run->indices = order + first;
            run->step.epoch = (uint32_t)epoch, run->step.update = (uint32_t)step;
            ck_update *adam = &run->step.groups[0]; // its betas and epsilon are set already
            adam->rate = 0.002f;
            adam->correction1 = 1 / (1 - powf(adam->beta1, (float)step)), adam->correction2 = 1 / (1 - powf(adam->beta2, (float)step));
            stop_unless(ck_plan_run(plan, run) == CK_OK, "a step");
            loss += run->reports[0].sum, weight += run->reports[0].weight;
        }
        printf("epoch %d: loss %.4f\n", epoch + 1, loss / weight);
    }
    free(order);
}

static double accuracy(const ck_plan *plan, ck_run *run, int first, int end) {
    double right = 0;
    int64_t indices[BATCH];
    for (; first < end; first += run->images) {
        run->phases = CK_PREPARE | CK_COMPUTE;
        run->images = first + BATCH <= end ? BATCH : end - first;
        for (int i = 0; i < run->images; i++) indices[i] = first + i;
        run->indices = indices;
        stop_unless(ck_plan_run(plan, run) == CK_OK, "measuring");
        right += run->reports[1].sum;
    }
    return right;
}

// ------------------------------------------------------------------- files

static void save(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void save_model(ck_network *net, const float *parameters, const char *path) {
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    ck_model_content content = {.parameters = parameters, .name = "digits", .class_names = digits, .classes = 10};
    void *plan;
    size_t size;
    stop_unless(ck_network_plan(net, &(ck_plan_options){.purpose = CK_PREDICT, .batch = BATCH}, &plan, &content.plan_bytes) == CK_OK, "describing");
    content.plan = plan;
    stop_unless(ck_model_write(&content, NULL, 0, &size) == CK_OK, "the model");
    void *bytes = memory(size);
    stop_unless(ck_model_write(&content, bytes, size, &size) == CK_OK, "the model");
    save(path, bytes, size);
    printf("%s: %zu bytes\n", path, size);
    free(bytes);
    ck_network_free_bytes(plan);
}

int main(int argc, char **argv) {
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: train_digits <model> [<IDX images> <IDX labels>]\n");
        return 2;
    }
    const pictures p = argc == 4 ? from_files(argv[2], argv[3]) : drawn(6000);
    const int held_back = p.count / 6, trained = p.count - held_back;
    if (held_back < SHOWN) {
        fprintf(stderr, "train_digits: expected at least %d pictures, found %d\n", 6 * SHOWN, p.count);
        return 3;
    }

    ck_network *net = describe();
    ck_run training = ck_run_make();
    ck_plan *plan = make(net, &(ck_plan_options){.purpose = CK_TRAIN, .batch = BATCH, .optimiser = CK_ADAM}, &training);
    stop_unless(ck_network_initialise(net, training.parameters, 1) == CK_OK, "first weights");
    give_data(&training, &p, NULL);
    train(plan, &training, trained);

    float probabilities[BATCH * 10];
    ck_run measuring = ck_run_make();
    measuring.parameters = training.parameters;
    ck_plan *measure = make(net, &(ck_plan_options){.purpose = CK_MEASURE, .batch = BATCH}, &measuring);
    give_data(&measuring, &p, probabilities);
    const double right = accuracy(measure, &measuring, trained, p.count);
    printf("right: %.0f of %d pictures that were not trained on, %.2f %%\n", right, held_back, 100 * right / held_back);

    char sample[1024];
    snprintf(sample, sizeof sample, "%.1000s.bytes", argv[1]);
    save_model(net, training.parameters, argv[1]);
    save(sample, p.bytes + (size_t)trained * PIXELS, SHOWN * PIXELS);
    ck_plan_destroy(plan), ck_plan_destroy(measure), ck_network_destroy(net);
    return right > 0.9 * held_back ? 0 : 1;
}
