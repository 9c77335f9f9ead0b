/* conv_cases.c - see conv_cases.h. */
#include <stdio.h>

#include "conv_cases.h"

/* ---------------------------------------------------------------------- shapes */

static const int32_t image_counts[] = {1, 2, 3, 5, 8};
static const char *const algorithm_names[] = {"auto", "plain", "direct", "winograd", "sparse", "winograd few"};

/* A shape from what people write: padding on four sides; the output size follows. */
ck_conv conv_shape(int32_t height, int32_t width, int32_t in, int32_t out, int32_t kernel_height, int32_t kernel_width,
                          int32_t stride, int32_t pad_before, int32_t pad_behind, int32_t dilation, int32_t groups, int32_t pool) {
    ck_conv s = {.in_height = height, .in_width = width, .in_channels = in, .in_stored = ck_stored_channels(in),
                 .out_channels = out, .out_stored = ck_stored_channels(out), .kernel_height = kernel_height,
                 .kernel_width = kernel_width, .stride_height = stride, .stride_width = stride, .pad_top = pad_before,
                 .pad_left = pad_before, .dilation_height = dilation, .dilation_width = dilation, .groups = groups, .pool = pool};
    s.out_height = (height + pad_before + pad_behind - dilation * (kernel_height - 1) - 1) / stride + 1;
    s.out_width = (width + pad_before + pad_behind - dilation * (kernel_width - 1) - 1) / stride + 1;
    return s;
}

static ck_conv square(int32_t size, int32_t in, int32_t out, int32_t kernel, int32_t pad, int32_t pool) {
    return conv_shape(size, size, in, out, kernel, kernel, 1, pad, pad, 1, 1, pool);
}

/* The layers of well-known nets, then what is rare. */
static ck_conv fixed_shape(int i) {
    switch (i) {
    case 0: return square(28, 1, 6, 5, 2, 1);
    case 1: return square(14, 6, 16, 5, 0, 1);
    case 2: return square(28, 1, 32, 3, 0, 1);
    case 3: return square(13, 32, 64, 3, 0, 1);
    case 4: return square(16, 3, 64, 3, 1, 0);
    case 5: return square(16, 64, 64, 3, 1, 1);
    case 6: return square(8, 64, 96, 3, 1, 0);
    case 7: return square(4, 128, 128, 3, 1, 0);
    case 8: return square(2, 160, 136, 3, 1, 1);
    case 9: return square(1, 1, 1, 1, 0, 0);
    case 10: return square(2, 1, 1, 1, 0, 1);
    case 11: return square(3, 1, 1, 3, 0, 0);
    case 12: return square(3, 8, 8, 3, 2, 0);
    case 13: return square(5, 9, 17, 5, 0, 0);
    case 14: return square(14, 32, 32, 5, 2, 1);
    case 15: return square(9, 40, 33, 5, 4, 0);
    case 16: return conv_shape(11, 7, 16, 24, 3, 3, 2, 1, 0, 1, 1, 0);
    case 17: return conv_shape(12, 13, 5, 7, 3, 3, 2, 0, 1, 1, 1, 1);
    case 18: return conv_shape(11, 12, 6, 9, 3, 3, 1, 2, 2, 2, 3, 0);
    case 19: return conv_shape(8, 9, 12, 12, 3, 3, 1, 1, 1, 1, 12, 1); /* depthwise */
    case 20: return conv_shape(8, 9, 6, 18, 5, 3, 1, 1, 1, 1, 6, 0);   /* depthwise, 3 outputs each */
    case 21: return conv_shape(13, 6, 7, 11, 1, 5, 1, 1, 2, 1, 1, 1);
    case 22: return conv_shape(6, 29, 17, 31, 5, 1, 1, 2, 0, 1, 1, 0);
    case 23: return square(7, 65, 127, 1, 0, 0);
    case 24: return conv_shape(15, 15, 8, 8, 7, 7, 3, 3, 3, 1, 1, 0);
    case 25: return conv_shape(9, 9, 3, 16, 4, 2, 1, 0, 1, 1, 1, 1);
    case 26: return square(10, 48, 80, 3, 1, 1);
    case 27: return square(21, 16, 8, 3, 1, 1);
    case 28: return conv_shape(4, 4, 4, 4, 3, 3, 1, 3, 3, 1, 1, 0); /* border wider than the kernel's reach */
    case 29: return square(2, 520, 72, 3, 1, 0);
    case 30: return square(3, 72, 520, 3, 1, 1);
    case 31: return square(4, 16, 32, 3, 1, 0);
    case 32: return square(2, 32, 16, 3, 1, 1);
    case 33: return square(3, 16, 24, 5, 2, 0);
    case 34: return square(32, 16, 16, 3, 1, 1);
    /* pictures of one channel before a pool */
    case 35: return square(28, 1, 8, 5, 0, 1);
    case 36: return conv_shape(9, 41, 1, 7, 3, 3, 1, 0, 2, 1, 1, 1);
    case 37: return conv_shape(7, 22, 1, 5, 2, 9, 1, 1, 8, 1, 1, 1);
    case 38: return square(13, 1, 40, 5, 2, 1);
    case 39: return square(15, 1, 20, 5, 1, 1);
    case 40: return conv_shape(16, 11, 1, 65, 3, 3, 1, 1, 0, 1, 1, 1);
    /* steps: windows gathered, the gradient by phases */
    case 41: return conv_shape(8, 8, 24, 72, 3, 3, 2, 1, 1, 1, 1, 0);
    case 42: return conv_shape(11, 13, 17, 65, 5, 5, 3, 2, 1, 1, 1, 0);
    case 43: return conv_shape(7, 9, 33, 64, 1, 1, 2, 0, 0, 1, 1, 0);
    case 44: return conv_shape(9, 12, 16, 100, 2, 4, 3, 1, 0, 1, 1, 0);
    case 45: return conv_shape(13, 11, 20, 80, 3, 3, 2, 2, 2, 2, 1, 0); /* spread out */
    case 46: return conv_shape(4, 4, 16, 64, 3, 3, 3, 5, 5, 1, 1, 0);   /* border wider than the kernel's reach */
    /* outputs of at most 2x2 pixels */
    case 47: return square(2, 96, 70, 3, 1, 0);
    case 48: return square(2, 33, 100, 3, 1, 0);
    case 49: return square(1, 40, 48, 3, 1, 0);
    case 50: return conv_shape(1, 2, 17, 16, 3, 3, 1, 1, 1, 1, 1, 0);
    case 51: return conv_shape(2, 1, 6, 20, 3, 3, 1, 1, 1, 1, 1, 0);
    case 52: return conv_shape(3, 3, 24, 40, 3, 3, 1, 1, 0, 1, 1, 0);
    case 53: return conv_shape(1, 1, 16, 65, 3, 3, 1, 3, 0, 1, 1, 0); /* pixels that see nothing but padding */
    case 54: return square(2, 20, 32, 5, 2, 0);
    case 55: return square(2, 35, 64, 7, 3, 0);
    case 56: return square(5, 16, 120, 5, 0, 0);
    case 57: return conv_shape(1, 3, 3, 7, 1, 2, 1, 0, 0, 1, 1, 0);
    default: return square(2, 64, 80, 1, 0, 0);
    }
}

static ck_conv random_shape(void) {
    static const int32_t kernels[][2] = {{1, 1}, {3, 3}, {3, 3}, {3, 3}, {5, 5}, {5, 5}, {2, 2}, {7, 7}, {1, 3}, {3, 1}, {4, 2}, {3, 5}};
    const int32_t *kernel = kernels[random_integer(0, 11)];
    const int32_t stride = random_integer(0, 3) ? 1 : random_integer(2, 3), dilation = random_integer(0, 5) ? 1 : 2;
    int32_t groups = random_integer(0, 6) ? 1 : random_integer(2, 5);
    const int32_t most = random_integer(0, 2) ? 20 : 70;
    int32_t in = random_integer(1, most), out = random_integer(1, most);
    if (groups > 1) in = groups * random_integer(1, 6), out = groups * random_integer(1, 6);
    const int32_t before = random_integer(0, kernel[0] - 1), behind = random_integer(0, 1) ? before : random_integer(0, kernel[1] - 1);
    const int32_t smallest = dilation * 6 + 1, pool = random_integer(0, 2) == 0;
    return conv_shape(random_integer(smallest, 18), random_integer(smallest, 18), in, out, kernel[0], kernel[1], stride, before,
                      behind, dilation, groups, pool);
}

/* Begins case i of FIXED_SHAPES + RANDOM_SHAPES. Some are of small whole numbers, with which sums are exact and equals
 * among pooled pixels frequent. Returns false if the shape has no output. */
bool begin_conv(conv_case *c, int i, bool *whole_numbers) {
    *c = (conv_case){.s = i < FIXED_SHAPES ? fixed_shape(i) : random_shape(), .images = image_counts[random_integer(0, 4)]};
    ck_conv *s = &c->s;
    /* Small pictures are put together, some dozens at a time. */
    if (s->out_height * s->out_width <= 16 && s->in_channels <= 40 && random_integer(0, 1)) c->images = random_integer(0, 1) ? 33 : 67;
    if (s->in_channels <= 4 && random_integer(0, 3)) s->in_stored = s->in_channels; /* the network's input */
    s->activation = random_integer(CK_IDENTITY, s->pool ? CK_RELU : CK_LEAKY_RELU), s->slope = 0.1f;
    *whole_numbers = random_integer(0, 3) == 0;
    return fill_conv(c, *whole_numbers);
}

bool fill_conv(conv_case *c, bool whole_numbers) {
    const ck_conv *s = &c->s;
    begin_case("%d images of %dx%d, %d channels stored as %d, to %dx%d, %d channels, kernel %dx%d, stride %d, padding %d, "
               "dilation %d, groups %d%s, activation %d%s", c->images, s->in_height, s->in_width, s->in_channels, s->in_stored,
               s->out_height, s->out_width, s->out_channels, s->kernel_height, s->kernel_width, s->stride_height, s->pad_top,
               s->dilation_height, s->groups, s->pool ? ", pool" : "", s->activation, whole_numbers ? ", whole numbers" : "");
    const int32_t halved = s->pool ? 2 : 1;
    if (s->out_height / halved < 1 || s->out_width / halved < 1) return false;
    const int32_t inputs = s->groups == 1 ? s->in_channels : s->in_channels / s->groups;
    const int32_t stored = s->groups == 1 ? s->in_stored : inputs;
    c->x_size = (int64_t)s->in_height * s->in_width * s->in_stored;
    c->y_size = (int64_t)(s->out_height / halved) * (s->out_width / halved) * s->out_stored;
    c->w_size = (int64_t)s->kernel_height * s->kernel_width * stored * s->out_stored;
    float *x = random_rows(c->images * (int64_t)s->in_height * s->in_width, s->in_channels, s->in_stored);
    float *w = random_rows((int64_t)s->kernel_height * s->kernel_width * stored, s->out_channels, s->out_stored);
    for (int64_t row = 0; row < c->w_size / s->out_stored; row++)
        if (row % stored >= inputs) memset(w + row * s->out_stored, 0, sizeof(float) * (size_t)s->out_stored);
    float *bias = random_rows(1, s->out_channels, s->out_stored);
    float *dy = random_rows(c->images * c->y_size / s->out_stored, s->out_channels, s->out_stored);
    for (int64_t k = 0; whole_numbers && k < c->images * c->x_size; k++) x[k] = rintf(x[k]);
    for (int64_t k = 0; whole_numbers && k < c->w_size; k++) w[k] = rintf(w[k] * 1.4f);
    for (int64_t k = 0; whole_numbers && k < s->out_stored; k++) bias[k] = rintf(bias[k]);
    for (int64_t k = 0; whole_numbers && k < c->images * c->y_size; k++) dy[k] = rintf(dy[k]);
    c->x = x, c->w = w, c->dy = dy, c->bias = random_integer(0, 4) ? bias : NULL;
    return true;
}

int64_t conv_forward_terms(const ck_conv *s) { return (int64_t)s->kernel_height * s->kernel_width * s->in_channels / s->groups + 1; }
int64_t conv_backward_terms(const ck_conv *s) { return (int64_t)s->kernel_height * s->kernel_width * s->out_channels / s->groups; }

/* ------------------------------------------------------------------- algorithms */

ck_conv_choice choice_for(const ck_conv *s) {
    ck_conv_choice choice;
    ck_conv_choose(s, &choice);
    return choice;
}

/* Makes `s` ask for an algorithm. False when another was asked for that gives the same kernels: nothing new to test. */
bool is_winograd(ck_conv_algorithm algorithm) { return algorithm == CK_CONV_WINOGRAD || algorithm == CK_CONV_WINOGRAD_FEW; }

bool force_algorithm(ck_conv *s, int32_t algorithm, ck_conv_choice *choice) {
    s->algorithm = CK_CONV_AUTO;
    const ck_conv_choice usual = choice_for(s);
    s->algorithm = algorithm;
    *choice = choice_for(s);
    const bool square_3_or_5 = s->kernel_height == s->kernel_width && (s->kernel_height == 3 || s->kernel_height == 5);
    const bool plain_steps = s->stride_height == 1 && s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1 && s->groups == 1;
    const ck_conv_algorithm chosen[] = {choice->forward, choice->backward_input, choice->backward_weight};
    for (int i = 0; i < 3; i++) {
        expect(chosen[i] >= CK_CONV_PLAIN && chosen[i] <= CK_CONV_WINOGRAD_FEW, "chose algorithm %d", (int)chosen[i]);
        expect(!is_winograd(chosen[i]) || (square_3_or_5 && plain_steps), "chose Winograd for a shape it is not for");
        expect(chosen[i] != CK_CONV_SPARSE || (i > 0 && s->pool), "chose the sparse form where there is no pool, or forward");
        expect(algorithm != CK_CONV_PLAIN || chosen[i] == CK_CONV_PLAIN, "chose %s where plain was forced", algorithm_names[chosen[i]]);
    }
    return algorithm == CK_CONV_AUTO || choice->forward != usual.forward || choice->backward_input != usual.backward_input ||
           choice->backward_weight != usual.backward_weight;
}

/* Winograd's transforms add numbers up to 5 times as large as the inputs and cancel them again: its error is stated
 * relative to the size that sums of `terms` random products in +-1 have, sqrt(terms) / 3, and the largest there is.
 * The largest errors seen, in gradients by 5x5 weights, are 1.7e-5. */
static tolerance winograd_tolerance(const float *want, int64_t count, int64_t terms) {
    double largest = sqrt((double)terms) / 3 + 1;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(want[i]) && fabs((double)want[i]) > largest) largest = fabs((double)want[i]);
    return (tolerance){3e-5 * largest, 0};
}

tolerance conv_tolerance(ck_conv_algorithm algorithm, const float *want, int64_t count, int64_t terms, bool whole_numbers) {
    if (is_winograd(algorithm)) return winograd_tolerance(want, count, terms);
    if (whole_numbers) return exact;
    return sum_tolerance(terms, 1);
}

const char *conv_label(const char *what, const ck_conv *s, ck_conv_algorithm chosen) {
    static char text[80];
    snprintf(text, sizeof text, "%s, %s forced, %s chosen,", what, algorithm_names[s->algorithm], algorithm_names[chosen]);
    return text;
}

/* ------------------------------------------------------------------------ calls */

/* Images first ..< first + count. */
void run_forward(const ck_kernels *kernels, const conv_case *c, float *y, uint8_t *index, int32_t first, int32_t count) {
    const ck_conv_choice choice = choice_for(&c->s);
    void *prepared = workspace_of(choice.forward_prepared);
    kernels->conv_forward_prepare(prepared, c->w, &c->s);
    kernels->conv_forward(y + first * c->y_size, index ? index + first * c->y_size : NULL, c->x + first * c->x_size, prepared,
                          c->bias, count, &c->s, workspace_of(choice.workspace));
}

void run_backward_input(const ck_kernels *kernels, const conv_case *c, float *dx, int32_t first, int32_t count) {
    const ck_conv_choice choice = choice_for(&c->s);
    void *prepared = workspace_of(choice.backward_input_prepared);
    kernels->conv_backward_input_prepare(prepared, c->w, &c->s);
    kernels->conv_backward_input(dx + first * c->x_size, c->dy + first * c->y_size, c->index ? c->index + first * c->y_size : NULL,
                                 prepared, count, &c->s, workspace_of(choice.workspace));
}

/* In two calls if there are images enough: sums are added to. */
void run_backward_weight(const ck_kernels *kernels, const conv_case *c, float *dw, float *dbias) {
    run_backward_weight_by(kernels, c, c->images > 2 ? c->images / 2 : c->images, dw, dbias);
}

void run_backward_weight_by(const ck_kernels *kernels, const conv_case *c, int32_t group, float *dw, float *dbias) {
    const ck_conv_choice choice = choice_for(&c->s);
    void *sums = workspace_of(choice.sums);
    memset(sums, 0, choice.sums);
    for (int32_t first = 0; first < c->images; first += group) {
        const int32_t count = (int32_t)ck_min(group, c->images - first);
        kernels->conv_backward_weight(sums, dbias, c->x + first * c->x_size, c->dy + first * c->y_size,
                                      c->index ? c->index + first * c->y_size : NULL, count, &c->s, workspace_of(choice.workspace));
    }
    kernels->conv_backward_weight_finish(dw, sums, &c->s);
}

uint8_t *new_index(const conv_case *c) { return c->s.pool ? guarded((size_t)(c->images * c->y_size), 1) : NULL; }

/* The index that backward gets: the reference's. */
void fill_index(conv_case *c) {
    if (!c->s.pool) return;
    c->index = new_index(c);
    run_forward(reference, c, unwritten(c->images * c->y_size), c->index, 0, c->images);
}
