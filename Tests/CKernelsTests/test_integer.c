/* test_integer.c - quantisation and integer products, against sums in 64-bit integers: the same bits everywhere. */
#include "harness.h"

static int8_t *random_weights(int64_t count) {
    int8_t *q = guarded((size_t)count, 1);
    for (int64_t i = 0; i < count; i++) q[i] = (int8_t)random_integer(-127, 127);
    return q;
}
static int16_t *random_s16(int64_t rows, int32_t channels, int32_t stored, int32_t limit) {
    int16_t *x = guarded((size_t)(rows * stored) * sizeof *x, sizeof *x);
    for (int64_t i = 0; i < rows * stored; i++) x[i] = (int16_t)(i % stored < channels ? random_integer(-limit, limit) : 0);
    return x;
}
static uint8_t *random_u8(int64_t rows, int32_t channels, int32_t stored) {
    uint8_t *x = guarded((size_t)(rows * stored), 1);
    for (int64_t i = 0; i < rows * stored; i++) x[i] = (uint8_t)(i % stored < channels ? random_integer(0, 255) : 0);
    return x;
}

static float to_17_bits(float x) {
    int exponent;
    const double fraction = frexp((double)x, &exponent);
    return (float)ldexp(floor(ldexp(fraction, 17) + 0.5), exponent - 17);
}

void test_quantise_weights(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        const int32_t channels = random_integer(1, 40), outputs = ck_stored_channels(channels);
        begin_case("%d inputs, %d outputs of %d", *n, channels, outputs);
        float *w = random_rows(*n, channels, outputs);
        w[0] = 127.0f / 64; /* the first channel's scale is 1 / 64: halves below are ties */
        if (*n > 3) w[outputs] = 1.0f / 128, w[2 * outputs] = 3.0f / 128, w[3 * outputs] = -5.0f / 128;
        int8_t *q = guarded((size_t)*n * (size_t)outputs, 1), *want_q = guarded((size_t)*n * (size_t)outputs, 1);
        float *scales = unwritten(outputs), *want = unwritten(outputs);
        fast->quantise_weights(q, scales, w, *n, outputs);
        for (int32_t o = 0; o < outputs; o++) {
            float largest = 0;
            for (int32_t k = 0; k < *n; k++) largest = fmaxf(largest, fabsf(w[k * outputs + o]));
            want[o] = to_17_bits(largest / 127);
            for (int32_t k = 0; k < *n; k++)
                want_q[o * *n + k] = (int8_t)(largest > 0 ? fmin(127, fmax(-127, nearbyint((double)(w[k * outputs + o] / want[o])))) : 0);
        }
        expect_same_bits("scales", scales, want, outputs);
        expect_same_bytes("q", q, want_q, (int64_t)*n * outputs);
        expect(q[0] == 127, "the largest weight became %d", q[0]);
        if (*n > 3) /* 0.5, 1.5, -2.5 */
            expect(q[1] == 0 && q[2] == 2 && q[3] == -2, "ties became %d, %d, %d instead of 0, 2, -2", q[1], q[2], q[3]);
        /* What is left of the weights is left of them once more. */
        for (int32_t k = 0; k < *n; k++)
            for (int32_t o = 0; o < outputs; o++) w[k * outputs + o] = (float)want_q[o * *n + k] * want[o];
        fast->quantise_weights(q, scales, w, *n, outputs);
        expect_same_bits("scales again", scales, want, outputs);
        expect_same_bytes("q again", q, want_q, (int64_t)*n * outputs);
    }
}

void test_quantise_s16(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 1100; n++) {
        const int32_t limit = random_integer(1, 32767);
        begin_case("%d values, limit %d", *n, limit);
        float *x = random_floats(*n);
        int16_t *q = guarded((size_t)*n * sizeof *q, sizeof *q), *want = guarded((size_t)*n * sizeof *q, sizeof *q);
        for (int32_t i = 0; i < *n; i++) {
            if (i % 5 == 0) x[i] = (float)random_integer(-9, 9) * 0.5f * 0x1p-12f; /* ties */
            const double rounded = nearbyint((double)x[i] * 0x1p12);
            want[i] = (int16_t)fmin(limit, fmax(-limit, rounded));
        }
        fast->quantise_s16(q, x, 0x1p-12f, limit, *n);
        expect_same_bytes("q", q, want, *n * (int64_t)sizeof *q);
    }
    begin_case("values that are no numbers");
    const float x[5] = {NAN, INFINITY, -INFINITY, 3e38f, -0.0f};
    int16_t q[5];
    fast->quantise_s16(q, x, 0.01f, 300, 5);
    expect(q[0] == 0 && q[1] == 300 && q[2] == -300 && q[3] == 300 && q[4] == 0, "they became %d %d %d %d %d", q[0], q[1], q[2], q[3], q[4]);
}

void test_quantise_u8(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 1100; n++) {
        begin_case("%d values", *n);
        float *x = random_floats(*n);
        uint8_t *q = guarded((size_t)*n, 1), *want = guarded((size_t)*n, 1);
        for (int32_t i = 0; i < *n; i++) {
            if (i % 5 == 0) x[i] = (float)random_integer(-9, 600) * 0.5f * 0x1p-8f;
            want[i] = (uint8_t)fmin(255, fmax(0, nearbyint((double)x[i] * 0x1p8)));
        }
        fast->quantise_u8(q, x, 0x1p-8f, *n);
        expect_same_bytes("q", q, want, *n);
    }
    begin_case("values that are no numbers");
    const float x[4] = {NAN, INFINITY, -INFINITY, 254.5f};
    uint8_t q[4];
    fast->quantise_u8(q, x, 1, 4);
    expect(q[0] == 0 && q[1] == 255 && q[2] == 0 && q[3] == 254, "they became %d %d %d %d", q[0], q[1], q[2], q[3]);
}

void test_integer_limit(void) {
    for (int64_t inputs = 1; inputs < 40000000; inputs += 1 + inputs / 7) {
        begin_case("%d inputs", (int)inputs);
        const int64_t limit = ck_integer_limit(inputs);
        expect(limit * 128 * inputs <= INT32_MAX, "%d can overflow", (int)limit);
        expect(limit == 32767 || (limit + 1) * 128 * inputs > INT32_MAX, "%d is less than it could be", (int)limit);
    }
    begin_case("no inputs");
    expect(ck_integer_limit(0) == 32767 && ck_integer_limit(-1) == 32767, "not 32767");
}

/* What stands in kernels.def, rounded after each step. */
static float output(int64_t sum, float scale, float x_scale, const float *bias, int32_t o, int32_t activation, float slope) {
    const float both = scale * x_scale, product = both * (float)sum, y = product + (bias ? bias[o] : 0);
    if (activation == CK_RELU) return y < 0 ? 0 : y;
    if (activation == CK_LEAKY_RELU) return y < 0 ? slope * y : y;
    return y;
}

/* ---------------------------------------------------------------------- dense */

static void check_dense(const ck_kernels *fast, bool bytes, int32_t batch, int32_t in, int32_t out, bool largest) {
    begin_case("batch %d, %d in, %d out%s", batch, in, out, largest ? ", largest values" : "");
    const ck_dense s = {in, ck_stored_channels(in), out, ck_stored_channels(out), random_integer(0, 2), 0.1f, 0, 0};
    const int32_t limit = ck_integer_limit(s.in_stored);
    int16_t *x = random_s16(batch, in, s.in_stored, limit);
    uint8_t *x8 = random_u8(batch, in, s.in_stored);
    int8_t *q = random_weights((int64_t)s.out_stored * s.in_stored);
    if (largest) {
        for (int64_t i = 0; i < (int64_t)batch * s.in_stored; i++) x[i] = (int16_t)limit, x8[i] = 255;
        for (int64_t i = 0; i < (int64_t)s.out_stored * s.in_stored; i++) q[i] = i / s.in_stored % 2 ? 127 : -127;
    }
    const float *scales = random_floats(s.out_stored), *bias = batch % 2 ? random_rows(1, out, s.out_stored) : NULL;
    float *y = unwritten((int64_t)batch * s.out_stored), *want = zeros((int64_t)batch * s.out_stored);
    if (bytes) fast->dense_forward_u8(y, x8, 0.013f, q, scales, bias, batch, &s);
    else fast->dense_forward_s16(y, x, 0.013f, q, scales, bias, batch, &s);
    for (int32_t n = 0; n < batch; n++)
        for (int32_t o = 0; o < out; o++) {
            int64_t sum = 0;
            for (int32_t i = 0; i < s.in_stored; i++) {
                const int64_t at = (int64_t)n * s.in_stored + i;
                sum += (bytes ? (int64_t)x8[at] : x[at]) * q[(int64_t)o * s.in_stored + i];
            }
            want[n * s.out_stored + o] = output(sum, scales[o], 0.013f, bias, o, s.activation, s.slope);
        }
    expect_same_bits("y", y, want, (int64_t)batch * s.out_stored);
}

static void check_all_dense(const ck_kernels *fast, bool bytes) {
    for (const int32_t *n = awkward; *n <= 700; n++) {
        check_dense(fast, bytes, random_integer(1, 4), *n, random_integer(1, 20), false);
        check_dense(fast, bytes, 2, random_integer(1, 40), *n, false);
    }
    check_dense(fast, bytes, 3, 1600, 128, true);
    check_dense(fast, bytes, 1, 60000, 3, true);
}
void test_dense_forward_s16(const ck_kernels *fast) { check_all_dense(fast, false); }
void test_dense_forward_u8(const ck_kernels *fast) { check_all_dense(fast, true); }

/* ---------------------------------------------------------------- convolution */

static void check_conv(const ck_kernels *fast, bool bytes, ck_conv s) {
    const int32_t images = 2;
    s.out_height = (s.in_height + 2 * s.pad_top - s.dilation_height * (s.kernel_height - 1) - 1) / s.stride_height + 1;
    s.out_width = (s.in_width + 2 * s.pad_left - s.dilation_width * (s.kernel_width - 1) - 1) / s.stride_width + 1;
    s.out_stored = ck_stored_channels(s.out_channels), s.groups = 1;
    s.activation = random_integer(0, 2), s.slope = 0.1f;
    begin_case("%d x %d x %d of %d to %d channels, kernel %d x %d, stride %d, %d, padding %d, %d, dilation %d, %d", s.in_height, s.in_width,
               s.in_channels, s.in_stored, s.out_channels, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width, s.pad_top,
               s.pad_left, s.dilation_height, s.dilation_width);
    const int32_t taps = s.kernel_height * s.kernel_width, inputs = taps * s.in_stored;
    const int64_t pixels = (int64_t)s.in_height * s.in_width, count = (int64_t)images * s.out_height * s.out_width * s.out_stored;
    const int16_t *x = random_s16(images * pixels, s.in_channels, s.in_stored, ck_integer_limit(inputs));
    const uint8_t *x8 = random_u8(images * pixels, s.in_channels, s.in_stored);
    const int8_t *q = random_weights((int64_t)s.out_stored * inputs);
    const float *scales = random_floats(s.out_stored), *bias = taps % 2 ? random_rows(1, s.out_channels, s.out_stored) : NULL;
    float *y = unwritten(count), *want = zeros(count);
    if (bytes) fast->conv_forward_u8(y, x8, 0.013f, q, scales, bias, images, &s);
    else fast->conv_forward_s16(y, x, 0.013f, q, scales, bias, images, &s);
    for (int32_t n = 0, at = 0; n < images; n++)
        for (int32_t p = 0; p < s.out_height * s.out_width; p++, at += s.out_stored)
            for (int32_t o = 0; o < s.out_channels; o++) {
                int64_t sum = 0;
                for (int32_t tap = 0; tap < taps; tap++) {
                    const int32_t r = p / s.out_width * s.stride_height - s.pad_top + tap / s.kernel_width * s.dilation_height;
                    const int32_t c = p % s.out_width * s.stride_width - s.pad_left + tap % s.kernel_width * s.dilation_width;
                    if (r < 0 || r >= s.in_height || c < 0 || c >= s.in_width) continue;
                    for (int32_t i = 0; i < s.in_stored; i++) {
                        const int64_t from = (n * pixels + (int64_t)r * s.in_width + c) * s.in_stored + i;
                        sum += (bytes ? (int64_t)x8[from] : x[from]) * q[(int64_t)o * inputs + tap * s.in_stored + i];
                    }
                }
                want[at + o] = output(sum, scales[o], 0.013f, bias, o, s.activation, s.slope);
            }
    expect_same_bits("y", y, want, count);
}

static ck_conv shape(int32_t size, int32_t channels, int32_t outputs, int32_t kernel, int32_t stride, int32_t pad, int32_t dilation) {
    return (ck_conv){.in_height = size, .in_width = size, .in_channels = channels, .in_stored = channels < 5 ? channels : ck_stored_channels(channels),
                     .out_channels = outputs, .kernel_height = kernel, .kernel_width = kernel, .stride_height = stride, .stride_width = stride,
                     .pad_top = pad, .pad_left = pad, .dilation_height = dilation, .dilation_width = dilation};
}

static void check_all_conv(const ck_kernels *fast, bool bytes) {
    for (int i = 0; i < 150; i++) {
        const int32_t kernel = random_integer(1, 5), dilation = random_integer(1, 2);
        ck_conv s = shape(random_integer((kernel - 1) * dilation + 1, 14), random_integer(1, 40), random_integer(1, 40), kernel, random_integer(1, 3),
                          random_integer(0, 3), dilation);
        if (i % 3 == 0) s.in_width += random_integer(1, 5), s.kernel_height = random_integer(1, kernel), s.stride_width = random_integer(1, 2), s.pad_left = 0;
        if (i % 4 == 0) s.dilation_height = 1;
        check_conv(fast, bytes, s);
    }
    check_conv(fast, bytes, shape(28, 1, 6, 5, 1, 0, 1));
    check_conv(fast, bytes, shape(4, 256, 272, 3, 1, 1, 1)); /* more terms and outputs than one part takes */
    check_conv(fast, bytes, shape(3, 232, 8, 3, 1, 2, 1));
    check_conv(fast, bytes, shape(1, 264, 20, 3, 1, 1, 1)); /* pixels of two images in one window, and a rest of terms */
}
void test_conv_forward_s16(const ck_kernels *fast) { check_all_conv(fast, false); }
void test_conv_forward_u8(const ck_kernels *fast) { check_all_conv(fast, true); }
