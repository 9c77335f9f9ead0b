/* test_conv.c - convolution against its plain twin: every shape by every algorithm that can be forced on it. */
#include "conv_cases.h"

/* ---------------------------------------------------------------------- forward */

/* An index is right if its pixel is the largest of the four, or none is larger by more than rounding explains. */
static void expect_winners(const conv_case *c, const float *y, const uint8_t *index, tolerance t) {
    conv_case plain = *c;
    plain.s.pool = 0, plain.s.activation = CK_IDENTITY, plain.s.algorithm = CK_CONV_PLAIN;
    const ck_conv *s = &c->s;
    plain.y_size = (int64_t)s->out_height * s->out_width * s->out_stored;
    float *before = unwritten(c->images * plain.y_size);
    run_forward(reference, &plain, before, NULL, 0, c->images);
    const double slack = 2 * t.absolute;
    for (int64_t n = 0; n < c->images; n++)
        for (int64_t r = 0; r < s->out_height / 2; r++)
            for (int64_t q = 0; q < s->out_width / 2; q++)
                for (int64_t o = 0; o < s->out_channels; o++) {
                    const int64_t place = n * c->y_size + (r * (s->out_width / 2) + q) * s->out_stored + o;
                    double value[5], largest = -INFINITY;
                    for (int k = 0; k < 4; k++) {
                        value[k] = before[n * plain.y_size + ((2 * r + k / 2) * s->out_width + 2 * q + k % 2) * s->out_stored + o];
                        if (value[k] > largest) largest = value[k];
                    }
                    value[4] = s->activation == CK_RELU && y[place] == 0 ? 0 : -INFINITY;
                    const int k = index[place];
                    if (k <= 4 && value[k] >= largest - slack - 1e-6 * fabs(largest)) continue;
                    harness_fail("index %d at image %d, row %d, column %d, channel %d; the four are %g %g %g %g, y is %g", k, (int)n,
                                 (int)r, (int)q, (int)o, value[0], value[1], value[2], value[3], (double)y[place]);
                    return;
                }
}

static void check_forward(const ck_kernels *fast, conv_case *c, bool whole_numbers) {
    const int64_t all = c->images * c->y_size;
    float *want = unwritten(all);
    uint8_t *want_index = new_index(c);
    run_forward(reference, c, want, want_index, 0, c->images);
    for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
        ck_conv_choice choice;
        if (!force_algorithm(&c->s, a, &choice)) continue;
        float *got = unwritten(all), *one = unwritten(all);
        uint8_t *index = new_index(c), *one_index = new_index(c);
        run_forward(fast, c, got, index, 0, c->images);
        const tolerance t = conv_tolerance(choice.forward, want, all, conv_forward_terms(&c->s), whole_numbers);
        expect_close(conv_label("y", &c->s, choice.forward), got, want, all, t);
        expect_zero_padding(conv_label("y", &c->s, choice.forward), got, all / c->s.out_stored, c->s.out_channels, c->s.out_stored);
        if (c->s.pool) expect_winners(c, got, index, t);
        for (int64_t k = 0; c->s.pool && whole_numbers && !is_winograd(choice.forward) && k < all; k++) {
            if (k % c->s.out_stored >= c->s.out_channels || index[k] == want_index[k]) continue;
            harness_fail("%s index[%d] is %d, expected %d: the first of equals", conv_label("y", &c->s, choice.forward), (int)k, index[k], want_index[k]);
            break;
        }
        /* One at a time, then in pieces of another size: an image's bits do not depend on its company. */
        for (int32_t n = 0; n < c->images; n++) run_forward(fast, c, one, n ? one_index : NULL, n, 1);
        expect_same_bits(conv_label("y of images alone", &c->s, choice.forward), one, got, all);
        if (c->s.pool) expect_same_bytes("index of images alone", one_index + c->y_size, index + c->y_size, all - c->y_size);
        for (int32_t n = 0; n < c->images; n += 3) run_forward(fast, c, one, one_index, n, (int32_t)ck_min(3, c->images - n));
        expect_same_bits(conv_label("y of images by threes", &c->s, choice.forward), one, got, all);
    }
}

/* The form for few images differs in where the weights are transformed, not in the sums. */
static void check_few(const ck_kernels *fast, conv_case *c) {
    ck_conv_choice choice;
    float *packed = unwritten(c->images * c->y_size), *few = unwritten(c->images * c->y_size);
    uint8_t *packed_index = new_index(c), *few_index = new_index(c);
    if (!force_algorithm(&c->s, CK_CONV_WINOGRAD_FEW, &choice) || choice.forward != CK_CONV_WINOGRAD_FEW) return;
    run_forward(fast, c, few, few_index, 0, c->images);
    force_algorithm(&c->s, CK_CONV_WINOGRAD, &choice);
    run_forward(fast, c, packed, packed_index, 0, c->images);
    expect_same_bits(conv_label("y for few images", &c->s, choice.forward), few, packed, c->images * c->y_size);
    if (c->s.pool) expect_same_bytes("index for few images", few_index, packed_index, c->images * c->y_size);
}

void test_conv_forward(const ck_kernels *fast) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + RANDOM_SHAPES; i++)
        if (begin_conv(&c, i, &whole_numbers)) check_forward(fast, &c, whole_numbers), check_few(fast, &c);
    check_conv_non_finite(fast);
}

/* --------------------------------------------------------------------- backward */

static void check_backward_input(const ck_kernels *fast, conv_case *c, bool whole_numbers) {
    const int64_t all = c->images * c->x_size;
    float *want = unwritten(all);
    fill_index(c);
    run_backward_input(reference, c, want, 0, c->images);
    for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
        ck_conv_choice choice;
        if (!force_algorithm(&c->s, a, &choice)) continue;
        float *got = unwritten(all), *one = unwritten(all);
        run_backward_input(fast, c, got, 0, c->images);
        expect_close(conv_label("dx", &c->s, choice.backward_input), got, want, all,
                     conv_tolerance(choice.backward_input, want, all, conv_backward_terms(&c->s), whole_numbers));
        expect_zero_padding(conv_label("dx", &c->s, choice.backward_input), got, all / c->s.in_stored, c->s.in_channels, c->s.in_stored);
        for (int32_t n = 0; n < c->images; n++) run_backward_input(fast, c, one, n, 1);
        expect_same_bits(conv_label("dx of images alone", &c->s, choice.backward_input), one, got, all);
    }
}

void test_conv_backward_input(const ck_kernels *fast) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + RANDOM_SHAPES; i++)
        if (begin_conv(&c, i, &whole_numbers)) check_backward_input(fast, &c, whole_numbers);
}

static void check_backward_weight(const ck_kernels *fast, conv_case *c, bool whole_numbers) {
    const int32_t stored = c->s.out_stored, rows = (int32_t)(c->w_size / stored);
    const int32_t inputs = c->s.groups == 1 ? c->s.in_stored : c->s.in_channels / c->s.groups;
    const int64_t terms = (int64_t)c->images * c->s.out_height * c->s.out_width;
    fill_index(c);
    /* dw and dbias begin with something in them, which stays. */
    float *start = random_rows(rows, c->s.out_channels, stored), *bias_start = random_rows(1, c->s.out_channels, stored);
    for (int64_t k = 0; k < c->w_size; k++) {
        if (k / stored % inputs >= c->s.in_channels) start[k] = 0;
        if (whole_numbers) start[k] = rintf(start[k]);
    }
    for (int32_t k = 0; whole_numbers && k < stored; k++) bias_start[k] = rintf(bias_start[k]);
    float *want = copy_of(start, c->w_size), *want_bias = copy_of(bias_start, stored);
    run_backward_weight(reference, c, want, want_bias);
    for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
        ck_conv_choice choice;
        if (!force_algorithm(&c->s, a, &choice)) continue;
        float *got = copy_of(start, c->w_size), *without = copy_of(start, c->w_size), *bias = copy_of(bias_start, stored);
        run_backward_weight(fast, c, got, bias);
        run_backward_weight(fast, c, without, NULL);
        /* The same bits in whatever groups the images come: a plan's tiles may follow the cache. (The plain twin rounds each call's
         * double sums once.) */
        for (int32_t group = 1; group <= 5 && fast != reference; group += 2) {
            float *grouped = copy_of(start, c->w_size), *grouped_bias = copy_of(bias_start, stored);
            run_backward_weight_by(fast, c, group, grouped, grouped_bias);
            expect_same_bits(conv_label("dw in other groups", &c->s, choice.backward_weight), grouped, got, c->w_size);
            expect_same_bits(conv_label("dbias in other groups", &c->s, choice.backward_weight), grouped_bias, bias, stored);
        }
        const char *name = conv_label("dw", &c->s, choice.backward_weight);
        expect_close(name, got, want, c->w_size, conv_tolerance(choice.backward_weight, want, c->w_size, terms, whole_numbers));
        expect_same_bits(conv_label("dw without dbias", &c->s, choice.backward_weight), without, got, c->w_size);
        expect_close(conv_label("dbias", &c->s, choice.backward_weight), bias, want_bias, stored, whole_numbers ? exact : sum_tolerance(terms, 1));
        expect_zero_padding(name, got, rows, c->s.out_channels, stored);
        expect_zero_padding("dbias", bias, 1, c->s.out_channels, stored);
        for (int64_t row = 0; row < rows; row++)
            if (row % inputs >= c->s.in_channels) expect_zero_padding("dw, padded inputs,", got + row * stored, 1, 0, stored);
    }
}

void test_conv_backward_weight(const ck_kernels *fast) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + RANDOM_SHAPES; i++)
        if (begin_conv(&c, i, &whole_numbers)) check_backward_weight(fast, &c, whole_numbers);
}

/* finish adds, and leaves the sums as they are: twice adds twice, exactly the same numbers. */
void test_conv_backward_weight_finish(const ck_kernels *fast) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + 30; i++) {
        if (!begin_conv(&c, i, &whole_numbers)) continue;
        fill_index(&c);
        for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
            ck_conv_choice choice;
            if (!force_algorithm(&c.s, a, &choice)) continue;
            void *sums = workspace_of(choice.sums);
            memset(sums, 0, choice.sums);
            float *once = zeros(c.w_size), *twice = zeros(c.w_size);
            fast->conv_backward_weight_finish(once, sums, &c.s);
            expect_close("dw of no image", once, twice, c.w_size, exact);
            fast->conv_backward_weight(sums, NULL, c.x, c.dy, c.index, 1, &c.s, workspace_of(choice.workspace));
            fast->conv_backward_weight_finish(once, sums, &c.s);
            fast->conv_backward_weight_finish(twice, sums, &c.s);
            fast->conv_backward_weight_finish(twice, sums, &c.s);
            for (int64_t k = 0; k < c.w_size; k++) once[k] *= 2;
            expect_close(conv_label("dw finished twice", &c.s, choice.backward_weight), twice, once, c.w_size, (tolerance){1e-6, 1e-5});
        }
    }
}

/* ---------------------------------------------------------------------- prepare */

static void check_prepare(void (*prepare)(void *, const float *, const ck_conv *), bool backward) {
    conv_case c;
    bool whole_numbers;
    for (int i = 0; i < FIXED_SHAPES + RANDOM_SHAPES; i++) {
        if (!begin_conv(&c, i, &whole_numbers)) continue;
        for (int32_t a = CK_CONV_AUTO; a <= CK_CONV_WINOGRAD_FEW; a++) {
            ck_conv_choice choice;
            if (!force_algorithm(&c.s, a, &choice)) continue;
            const size_t bytes = backward ? choice.backward_input_prepared : choice.forward_prepared;
            void *first = workspace_of(bytes), *second = workspace_of(bytes);
            prepare(first, c.w, &c.s);
            prepare(second, c.w, &c.s);
            expect_same_bytes("prepared", first, second, (int64_t)bytes);
        }
    }
}
void test_conv_forward_prepare(const ck_kernels *fast) { check_prepare(fast->conv_forward_prepare, false); }
void test_conv_backward_input_prepare(const ck_kernels *fast) { check_prepare(fast->conv_backward_input_prepare, true); }
