/* api.c - the checked entry points as a list, and what they compute by the definition: plain loops over packed
 * arrays, in double, that share nothing with the library. */
#include <stdio.h>

#include "api.h"

#define WRAP(wrapper, call, member, ...)                                                                                \
    static ck_status wrapper(float *const p[API_POINTERS], const api_shape *s, const ck_kernels *kernels, int32_t threads) { \
        return threads < 0 ? call(__VA_ARGS__, &s->member, kernels)                                                     \
                           : call##_parallel(__VA_ARGS__, &s->member, kernels, threads);                                \
    }
WRAP(matrix_product, ck_matrix_product, matrix, p[0], p[1], p[2])
WRAP(convolution_forward, ck_convolution_forward, convolution, p[0], p[1], p[2], p[3])
WRAP(convolution_backward_input, ck_convolution_backward_input, convolution, p[0], p[1], p[2])
WRAP(convolution_backward_weight, ck_convolution_backward_weight, convolution, p[0], p[3], p[1], p[2])
WRAP(dense_forward, ck_dense_forward, dense, p[0], p[1], p[2], p[3])
WRAP(dense_backward_input, ck_dense_backward_input, dense, p[0], p[1], p[2])
WRAP(dense_backward_weight, ck_dense_backward_weight, dense, p[0], p[3], p[1], p[2])

const api_call api_calls[API_CALLS] = {
    {"ck_matrix_product", API_MATRIX, 3, -1, false, matrix_product},
    {"ck_convolution_forward", API_CONVOLUTION, 4, 3, false, convolution_forward},
    {"ck_convolution_backward_input", API_CONVOLUTION, 3, -1, false, convolution_backward_input},
    {"ck_convolution_backward_weight", API_CONVOLUTION, 4, 3, true, convolution_backward_weight},
    {"ck_dense_forward", API_DENSE, 4, 3, false, dense_forward},
    {"ck_dense_backward_input", API_DENSE, 3, -1, false, dense_backward_input},
    {"ck_dense_backward_weight", API_DENSE, 4, 3, true, dense_backward_weight},
};

/* ----------------------------------------------------------------------- sizes */

typedef struct sizes {
    int64_t x, w, y, bias;
} sizes;

static sizes sizes_of(api_family family, const api_shape *s) {
    if (family == API_MATRIX) {
        const ck_matrix_product_shape *m = &s->matrix;
        return (sizes){m->rows * m->inner, m->inner * m->columns, m->rows * m->columns, 0};
    }
    if (family == API_DENSE) {
        const int64_t batch = s->dense.batch, in = s->dense.in, out = s->dense.out;
        return (sizes){batch * in, in * out, batch * out, out};
    }
    const ck_convolution *c = &s->convolution;
    int32_t height = 0, width = 0;
    ck_convolution_output(&height, &width, c);
    return (sizes){(int64_t)c->images * c->in_height * c->in_width * c->in_channels,
                   (int64_t)c->kernel_height * c->kernel_width * (c->in_channels / c->groups) * c->out_channels,
                   (int64_t)c->images * height * width * c->out_channels, c->out_channels};
}

int64_t api_count(const api_call *call, const api_shape *s, int32_t i) {
    const sizes n = sizes_of(call->family, s);
    const bool input = strstr(call->name, "backward_input") != NULL, weight = strstr(call->name, "backward_weight") != NULL;
    const int64_t forward[] = {n.y, n.x, n.w, n.bias}, by_input[] = {n.x, n.y, n.w, 0}, by_weight[] = {n.w, n.x, n.y, n.bias};
    return (input ? by_input : weight ? by_weight : forward)[i];
}

const char *api_text(const api_call *call, const api_shape *s) {
    static char text[200];
    const ck_matrix_product_shape *m = &s->matrix;
    const ck_convolution *c = &s->convolution;
    if (call->family == API_MATRIX)
        snprintf(text, sizeof text, "rows %d columns %d inner %d transposed %d %d add %d", (int)m->rows, (int)m->columns,
                 (int)m->inner, (int)m->transpose_a, (int)m->transpose_b, (int)m->accumulate);
    else if (call->family == API_DENSE)
        snprintf(text, sizeof text, "batch %d in %d out %d activation %d", (int)s->dense.batch, (int)s->dense.in, (int)s->dense.out,
                 (int)s->dense.activation);
    else
        snprintf(text, sizeof text, "%d images %dx%dx%d to %d, kernel %dx%d stride %d %d pad %d %d %d %d dilation %d %d groups %d activation %d",
                 (int)c->images, (int)c->in_height, (int)c->in_width, (int)c->in_channels, (int)c->out_channels,
                 (int)c->kernel_height, (int)c->kernel_width, (int)c->stride_height, (int)c->stride_width, (int)c->pad_top,
                 (int)c->pad_left, (int)c->pad_bottom, (int)c->pad_right, (int)c->dilation_height, (int)c->dilation_width,
                 (int)c->groups, (int)c->activation);
    return text;
}

/* ------------------------------------------------------------------ definitions */

static double activate(double x, int32_t activation, float slope) {
    if (activation == CK_RELU) return x < 0 ? 0 : x;
    return activation == CK_LEAKY_RELU && x < 0 ? (double)slope * x : x;
}

static void define_matrix(const ck_matrix_product_shape *s, float *const p[], double *c) {
    for (int64_t m = 0; m < s->rows; m++)
        for (int64_t n = 0; n < s->columns; n++) {
            double sum = s->accumulate ? p[0][m * s->columns + n] : 0;
            for (int64_t k = 0; k < s->inner; k++)
                sum += (double)p[1][s->transpose_a ? k * s->rows + m : m * s->inner + k] *
                       p[2][s->transpose_b ? n * s->inner + k : k * s->columns + n];
            c[m * s->columns + n] = sum;
        }
}

/* Calls use(context, x, w, y) with the places of every product of the layer: y[y] takes x[x] * w[w]. */
typedef void product_at(void *context, int64_t x, int64_t w, int64_t y);

static void dense_products(const ck_dense_shape *s, product_at *use, void *context) {
    for (int64_t n = 0; n < s->batch; n++)
        for (int64_t i = 0; i < s->in; i++)
            for (int64_t o = 0; o < s->out; o++) use(context, n * s->in + i, i * s->out + o, n * s->out + o);
}

static void window_products(const ck_convolution *s, int64_t n, int64_t row, int64_t column, int64_t pixel, int64_t tap,
                            product_at *use, void *context) {
    if (row < 0 || row >= s->in_height || column < 0 || column >= s->in_width) return;
    const int64_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
    const int64_t x = ((n * s->in_height + row) * s->in_width + column) * s->in_channels;
    for (int64_t o = 0; o < s->out_channels; o++)
        for (int64_t i = 0; i < inputs; i++)
            use(context, x + o / outputs * inputs + i, (tap * inputs + i) * s->out_channels + o, pixel * s->out_channels + o);
}

static void convolution_products(const ck_convolution *s, product_at *use, void *context) {
    int32_t height = 0, width = 0;
    ck_convolution_output(&height, &width, s);
    for (int64_t n = 0; n < s->images; n++)
        for (int64_t r = 0; r < height; r++)
            for (int64_t q = 0; q < width; q++)
                for (int64_t ky = 0; ky < s->kernel_height; ky++)
                    for (int64_t kx = 0; kx < s->kernel_width; kx++)
                        window_products(s, n, r * s->stride_height - s->pad_top + ky * s->dilation_height,
                                        q * s->stride_width - s->pad_left + kx * s->dilation_width, (n * height + r) * width + q,
                                        ky * s->kernel_width + kx, use, context);
}

typedef struct sums {
    const float *x, *w, *y;
    double *out;
} sums;

static void to_y(void *of, int64_t x, int64_t w, int64_t y) {
    sums *s = of;
    s->out[y] += (double)s->x[x] * s->w[w];
}
static void to_x(void *of, int64_t x, int64_t w, int64_t y) {
    sums *s = of;
    s->out[x] += (double)s->y[y] * s->w[w];
}
static void to_w(void *of, int64_t x, int64_t w, int64_t y) {
    sums *s = of;
    s->out[w] += (double)s->x[x] * s->y[y];
}

void api_definition(const api_call *call, const api_shape *s, float *const p[API_POINTERS], double *out, double *second) {
    if (call->family == API_MATRIX) {
        define_matrix(&s->matrix, p, out);
        return;
    }
    const bool dense = call->family == API_DENSE, input = strstr(call->name, "backward_input") != NULL;
    const bool weight = call->adds, forward = !input && !weight;
    const int64_t count = api_count(call, s, 0), channels = dense ? s->dense.out : s->convolution.out_channels;
    for (int64_t i = 0; i < count; i++) out[i] = weight ? p[0][i] : forward && p[3] ? p[3][i % channels] : 0;
    sums t = {weight || forward ? p[1] : NULL, weight ? NULL : p[2], weight ? p[2] : p[1], out};
    product_at *use = forward ? to_y : input ? to_x : to_w;
    if (dense) dense_products(&s->dense, use, &t);
    else convolution_products(&s->convolution, use, &t);
    for (int64_t i = 0; forward && i < count; i++)
        out[i] = dense ? activate(out[i], s->dense.activation, s->dense.slope)
                       : activate(out[i], s->convolution.activation, s->convolution.slope);
    if (!weight || !p[3]) return;
    for (int64_t o = 0; o < channels; o++) second[o] = p[3][o];
    for (int64_t i = 0; i < api_count(call, s, 2); i++) second[i % channels] += p[2][i];
}
