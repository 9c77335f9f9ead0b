/* test_conv_more.c - convolution: gradients, the same bits across instruction sets, non-finite values. */
#include "conv_cases.h"

/* ------------------------------------------------------------------- gradients */

/* Convolution, bias, pool and activation in double, and one number of the output. */
typedef struct conv64 {
    ck_conv s;
    int32_t images;
    double *x, *w, *bias, *weights, *y;
    uint8_t *index;
    int64_t y_size; /* of all images */
} conv64;

static double conv_loss(void *context) {
    const conv64 *c = context;
    ref64.conv_forward(c->y, c->index, c->x, c->w, c->bias, c->images, &c->s, NULL); /* prepared weights are a copy in ref */
    return dot64(c->y, c->weights, c->y_size);
}

static void check_gradients(ck_conv s, int32_t images, int32_t activation) {
    s.activation = activation, s.slope = 0.25f;
    begin_case("%d images of %dx%d, %d to %d channels, kernel %dx%d, stride %d, padding %d, dilation %d, groups %d, pool %d, activation %d",
               images, s.in_height, s.in_width, s.in_channels, s.out_channels, s.kernel_height, s.kernel_width, s.stride_height,
               s.pad_top, s.dilation_height, s.groups, s.pool, activation);
    const int32_t inputs = s.groups == 1 ? s.in_channels : s.in_channels / s.groups, stored = s.groups == 1 ? s.in_stored : inputs;
    const int64_t x_rows = (int64_t)images * s.in_height * s.in_width, x_size = x_rows * s.in_stored;
    const int64_t y_rows = (int64_t)images * (s.pool ? (s.out_height / 2) * (s.out_width / 2) : s.out_height * s.out_width);
    const int64_t y_size = y_rows * s.out_stored, w_rows = (int64_t)s.kernel_height * s.kernel_width * stored, w_size = w_rows * s.out_stored;
    conv64 c = {s, images, random_rows64(x_rows, s.in_channels, s.in_stored), random_rows64(w_rows, s.out_channels, s.out_stored),
                random_rows64(1, s.out_channels, s.out_stored), random_rows64(y_rows, s.out_channels, s.out_stored), zeros64(y_size),
                s.pool ? guarded((size_t)y_size, 1) : NULL, y_size};
    for (int64_t i = 0; i < w_size; i++)
        if (i / s.out_stored % stored >= inputs) c.w[i] = 0;
    conv_loss(&c);
    double *dy = zeros64(y_size), *dx = zeros64(x_size), *sums = zeros64(w_size), *dw = zeros64(w_size), *db = zeros64(s.out_stored);
    for (int64_t i = 0; i < y_size; i++) { /* with a pool the index says where ReLU gave zero */
        dy[i] = c.weights[i];
        if (!s.pool && c.y[i] <= 0 && activation == CK_RELU) dy[i] = 0;
        if (!s.pool && c.y[i] < 0 && activation == CK_LEAKY_RELU) dy[i] *= s.slope;
    }
    ref64.conv_backward_input(dx, dy, c.index, c.w, images, &s, NULL);
    ref64.conv_backward_weight(sums, db, c.x, dy, c.index, images, &s, NULL);
    ref64.conv_backward_weight_finish(dw, sums, &s);
    c.index = s.pool ? guarded((size_t)y_size, 1) : NULL; /* the differences must not change the one used above */
    expect_gradient("dx", conv_loss, &c, c.x, dx, x_size);
    expect_gradient("dw", conv_loss, &c, c.w, dw, w_size);
    expect_gradient("dbias", conv_loss, &c, c.bias, db, s.out_stored);
}

void test_conv_gradients(void) {
    check_gradients(conv_shape(1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0), 1, CK_IDENTITY);
    check_gradients(conv_shape(5, 6, 3, 4, 3, 3, 1, 1, 1, 1, 1, 0), 2, CK_RELU);
    check_gradients(conv_shape(5, 6, 3, 4, 3, 3, 1, 1, 1, 1, 1, 1), 2, CK_RELU);
    check_gradients(conv_shape(7, 7, 2, 9, 3, 3, 1, 0, 0, 1, 1, 1), 3, CK_IDENTITY);
    check_gradients(conv_shape(9, 8, 5, 3, 5, 3, 2, 2, 1, 1, 1, 0), 2, CK_LEAKY_RELU);
    check_gradients(conv_shape(9, 8, 6, 4, 3, 3, 1, 0, 2, 2, 2, 0), 2, CK_RELU);
    check_gradients(conv_shape(7, 9, 4, 8, 3, 2, 3, 1, 2, 1, 4, 0), 1, CK_IDENTITY);
    check_gradients(conv_shape(8, 8, 6, 6, 3, 3, 1, 1, 1, 1, 6, 1), 2, CK_RELU);
    check_gradients(conv_shape(7, 6, 8, 9, 1, 1, 2, 0, 0, 1, 1, 0), 2, CK_IDENTITY);
    check_gradients(conv_shape(9, 9, 9, 10, 2, 4, 2, 1, 1, 1, 1, 1), 1, CK_RELU);
    check_gradients(conv_shape(2, 2, 9, 17, 3, 3, 1, 1, 1, 1, 1, 0), 3, CK_RELU);
}

/* -------------------------------------------------------------------- wide layers */

/* Wide layers take their tiles in blocks of 64 (ck_winograd_whole): here one and a half of them. */
void test_conv_wide_gradient(void) {
    static const char *const sets[] = {"base", "avx2", "avx512", "neon"};
    conv_case c = {.s = conv_shape(16, 16, 176, 184, 3, 3, 1, 1, 1, 1, 1, 0), .images = 6};
    fill_conv(&c, false);
    const ck_conv_algorithm algorithm = choice_for(&c.s).backward_weight;
    expect(algorithm == CK_CONV_WINOGRAD, "a wide layer of 3x3 goes by Winograd's algorithm");
    const int32_t stored = c.s.out_stored;
    float *want = zeros(c.w_size), *want_bias = zeros(stored);
    run_backward_weight(reference, &c, want, want_bias);
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        const ck_kernels *fast = ck_kernels_get(sets[i]);
        if (!fast) continue;
        float *got = zeros(c.w_size), *got_bias = zeros(stored), *grouped = zeros(c.w_size), *grouped_bias = zeros(stored);
        run_backward_weight_by(fast, &c, c.images, got, got_bias);
        run_backward_weight_by(fast, &c, 1, grouped, grouped_bias);
        expect_close(conv_label("dw", &c.s, algorithm), got, want, c.w_size, conv_tolerance(algorithm, want, c.w_size, c.images * 256, false));
        expect_same_bits(conv_label("dw image by image", &c.s, algorithm), grouped, got, c.w_size);
        expect_close(conv_label("dbias", &c.s, algorithm), got_bias, want_bias, stored, sum_tolerance(c.images * 256, 1));
        expect_same_bits(conv_label("dbias image by image", &c.s, algorithm), grouped_bias, got_bias, stored);
    }
}

/* ---------------------------------------------------------------- across sets */

/* All tiles, Winograd's transforms too, add in the same order whatever the vector's width. The one exception is named below. */
void test_conv_across_sets(void) {
    const ck_kernels *avx2, *avx512;
    if (!get_avx_sets(&avx2, &avx512)) return;
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + 60; i++) {
        if (!begin_conv(&c, i, &whole_numbers)) continue;
        fill_index(&c);
        const int64_t x_size = c.images * c.x_size, y_size = c.images * c.y_size;
        for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
            ck_conv_choice choice;
            if (!force_algorithm(&c.s, a, &choice)) continue;
            float *narrow = unwritten(y_size), *wide = unwritten(y_size);
            uint8_t *narrow_index = new_index(&c), *wide_index = new_index(&c);
            run_forward(avx2, &c, narrow, narrow_index, 0, c.images);
            run_forward(avx512, &c, wide, wide_index, 0, c.images);
            expect_same_bits(conv_label("y, avx512 and avx2", &c.s, choice.forward), wide, narrow, y_size);
            if (c.s.pool) expect_same_bytes("index, avx512 and avx2", wide_index, narrow_index, y_size);
            narrow = unwritten(x_size), wide = unwritten(x_size);
            run_backward_input(avx2, &c, narrow, 0, c.images);
            run_backward_input(avx512, &c, wide, 0, c.images);
            /* The sparse form spreads whole kernels where registers suffice, else row by row: another order of additions. */
            if (choice.backward_input != CK_CONV_SPARSE)
                expect_same_bits(conv_label("dx, avx512 and avx2", &c.s, choice.backward_input), wide, narrow, x_size);
            narrow = zeros(c.w_size), wide = zeros(c.w_size);
            float *narrow_bias = zeros(c.s.out_stored), *wide_bias = zeros(c.s.out_stored);
            run_backward_weight(avx2, &c, narrow, narrow_bias);
            run_backward_weight(avx512, &c, wide, wide_bias);
            expect_same_bits(conv_label("dw, avx512 and avx2", &c.s, choice.backward_weight), wide, narrow, c.w_size);
            expect_same_bits(conv_label("dbias, avx512 and avx2", &c.s, choice.backward_weight), wide_bias, narrow_bias, c.s.out_stored);
        }
    }
}

/* ----------------------------------------------------------------- non-finite */

/* Bands of rows as high as a Winograd tile: where `want` has something non-finite, `got` has it in the same band. Only
 * Winograd may show it in bands where `want` has none, and in the image with the bad value alone: its tiles take in
 * pixels that no output needs, behind the last whole window of a pool. */
static void expect_bands(const char *what, float *got, const float *want, int32_t images, int32_t bad, int64_t rows,
                         int64_t row, int32_t channels, int32_t stored, ck_conv_algorithm algorithm, int64_t terms) {
    for (int64_t k = 0; k < images * rows * row; k++)
        if (k % stored >= channels) got[k] = 0; /* infinity times a padded weight, which is zero, may show in padding */
    const tolerance t = conv_tolerance(algorithm, want, images * rows * row, terms, false);
    for (int64_t n = 0; n < images; n++) {
        const int64_t at = n * rows * row;
        for (int64_t r = 0; r < rows; r += 4)
            expect_non_finite(what, got + at + r * row, want + at + r * row, 1, ck_min(4, rows - r) * row, t,
                              n == bad && is_winograd(algorithm));
    }
}

static void check_non_finite(const ck_kernels *fast, conv_case *c, float value) {
    const ck_conv *s = &c->s;
    const int32_t halved = s->pool ? 2 : 1, row = s->out_width / halved * s->out_stored, in_row = s->in_width * s->in_stored;
    const int64_t x_size = c->images * c->x_size, y_size = c->images * c->y_size;
    float *x = copy_of(c->x, x_size), *dy = copy_of(c->dy, y_size), *want = unwritten(y_size), *want_x = unwritten(x_size);
    const int32_t bad = random_integer(0, c->images - 1);
    fill_index(c);
    x[bad * c->x_size + random_integer(0, (int32_t)c->x_size / s->in_stored - 1) * s->in_stored] = value;
    int64_t place = bad * c->y_size;
    for (int64_t k = 0; k < c->y_size; k++) /* a gradient that reaches dx: of a live window */
        if (k % s->out_stored < s->out_channels && (!c->index || c->index[place + k] < 4)) { dy[place + k] = value; break; }
    c->x = x, c->dy = dy;
    run_forward(reference, c, want, NULL, 0, c->images);
    run_backward_input(reference, c, want_x, 0, c->images);
    for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
        ck_conv_choice choice;
        if (!force_algorithm(&c->s, a, &choice)) continue;
        float *got = unwritten(y_size), *dx = unwritten(x_size), *dw = zeros(c->w_size), *want_w = zeros(c->w_size);
        run_forward(fast, c, got, NULL, 0, c->images);
        expect_bands(conv_label("y", s, choice.forward), got, want, c->images, bad, s->out_height / halved, row, s->out_channels, s->out_stored, choice.forward,
                     conv_forward_terms(s));
        run_backward_input(fast, c, dx, 0, c->images);
        expect_bands(conv_label("dx", s, choice.backward_input), dx, want_x, c->images, bad, s->in_height, in_row, s->in_channels, s->in_stored, choice.backward_input,
                     conv_backward_terms(s));
        if (s->pool) continue; /* behind a pool, gradients that are zero are skipped together with what they would multiply */
        run_backward_weight(fast, c, dw, NULL);
        run_backward_weight(reference, c, want_w, NULL);
        expect_non_finite(conv_label("dw", s, choice.backward_weight), dw, want_w, 1, c->w_size,
                          conv_tolerance(choice.backward_weight, want_w, c->w_size, c->images * c->y_size, false), true);
    }
}

void check_conv_non_finite(const ck_kernels *fast) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + 40; i++)
        if (begin_conv(&c, i, &whole_numbers)) check_non_finite(fast, &c, i % 2 ? NAN : INFINITY);
}
