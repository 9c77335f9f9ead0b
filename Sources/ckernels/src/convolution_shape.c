/* convolution_shape.c - checks a convolution's shape: the one place where it may be wrong. */
#include "convolution.h"

/* Elements of one dimension after the convolution; 0 or less if the kernel does not fit. */
static int64_t output(int64_t in, int64_t pad, int64_t dilation, int64_t kernel, int64_t stride) {
    const int64_t room = in + pad - dilation * (kernel - 1) - 1;
    return room < 0 ? 0 : room / stride + 1;
}

static ck_status check_sizes(const char *call, const ck_convolution *c) {
    /* Padded channels and the padded picture must be numbers of 32 bits too. */
    const int32_t most = INT32_MAX - 15, part = INT32_MAX / 4;
    const ck_size sizes[] = {{"images", c->images, 1, INT32_MAX},
                             {"in_height", c->in_height, 1, part},
                             {"in_width", c->in_width, 1, part},
                             {"in_channels", c->in_channels, 1, most},
                             {"out_channels", c->out_channels, 1, most},
                             {"kernel_height", c->kernel_height, 1, part},
                             {"kernel_width", c->kernel_width, 1, part},
                             {"stride_height", c->stride_height, 1, part},
                             {"stride_width", c->stride_width, 1, part},
                             {"pad_top", c->pad_top, 0, part},
                             {"pad_left", c->pad_left, 0, part},
                             {"pad_bottom", c->pad_bottom, 0, part},
                             {"pad_right", c->pad_right, 0, part},
                             {"dilation_height", c->dilation_height, 1, part},
                             {"dilation_width", c->dilation_width, 1, part},
                             {"groups", c->groups, 1, most},
                             {NULL, 0, 0, 0}};
    const ck_status status = ck_check_sizes(call, sizes);
    if (status != CK_OK) return status;
    if (c->in_channels % c->groups != 0 || c->out_channels % c->groups != 0)
        return ck_fail(CK_ERROR_SIZE, "%s: groups: expected a divisor of in_channels %d and out_channels %d, found %d", call,
                       (int)c->in_channels, (int)c->out_channels, (int)c->groups);
    return CK_OK;
}

/* A kernel with its dilation, against the padded picture. */
static ck_status check_fit(const char *call, const char *name, int64_t in, int64_t pad, int64_t dilation, int64_t kernel) {
    const int64_t extent = dilation * (kernel - 1) + 1;
    if (extent <= in + pad) return CK_OK;
    return ck_fail(CK_ERROR_SIZE, "%s: %s: expected at most the padded input's %lld, found %lld (kernel %lld, dilation %lld)",
                   call, name, (long long)(in + pad), (long long)extent, (long long)kernel, (long long)dilation);
}

/* One picture, and the weights: kernels count within them in 32 bits. */
static ck_status check_values(const char *call, const char *name, const int64_t sizes[4]) {
    int64_t values = 1;
    bool fits = true;
    for (int i = 0; i < 4; i++) fits = fits && !__builtin_mul_overflow(values, sizes[i], &values);
    if (fits && values <= INT32_MAX) return CK_OK;
    return ck_fail(CK_ERROR_SIZE, "%s: %s: expected at most %d values, found %lld x %lld x %lld x %lld (channels as stored)",
                   call, name, INT32_MAX, (long long)sizes[0], (long long)sizes[1], (long long)sizes[2], (long long)sizes[3]);
}

static ck_status check_arrays(const char *call, int64_t images, const ck_conv *s) {
    const int64_t in[] = {1, s->in_height, s->in_width, s->in_stored}, out[] = {1, s->out_height, s->out_width, s->out_stored};
    const int64_t weights[] = {s->kernel_height, s->kernel_width, ck_conv_weight_inputs(s), s->out_stored};
    ck_status status = check_values(call, "one picture of x", in);
    if (status == CK_OK) status = check_values(call, "one picture of y", out);
    if (status == CK_OK) status = check_values(call, "w", weights);
    if (status == CK_OK) status = ck_check_array(call, "x", (int64_t[]){images, s->in_height, s->in_width, s->in_stored}, 4);
    if (status == CK_OK) status = ck_check_array(call, "y", (int64_t[]){images, s->out_height, s->out_width, s->out_stored}, 4);
    return status;
}

ck_status ck_convolution_check(const char *call, const ck_convolution *c, bool raw_input, ck_conv *s) {
    ck_status status = check_sizes(call, c);
    if (status != CK_OK) return status;
    const int64_t pad_y = (int64_t)c->pad_top + c->pad_bottom, pad_x = (int64_t)c->pad_left + c->pad_right;
    status = check_fit(call, "kernel_height", c->in_height, pad_y, c->dilation_height, c->kernel_height);
    if (status == CK_OK) status = check_fit(call, "kernel_width", c->in_width, pad_x, c->dilation_width, c->kernel_width);
    if (status == CK_OK) status = ck_check_activation(call, c->activation);
    if (status != CK_OK) return status;
    const ck_conv conv = {
        .in_height = c->in_height,
        .in_width = c->in_width,
        .in_channels = c->in_channels,
        .in_stored = raw_input && c->in_channels <= 4 ? c->in_channels : ck_stored_channels(c->in_channels),
        .out_height = (int32_t)output(c->in_height, pad_y, c->dilation_height, c->kernel_height, c->stride_height),
        .out_width = (int32_t)output(c->in_width, pad_x, c->dilation_width, c->kernel_width, c->stride_width),
        .out_channels = c->out_channels,
        .out_stored = ck_stored_channels(c->out_channels),
        .kernel_height = c->kernel_height,
        .kernel_width = c->kernel_width,
        .stride_height = c->stride_height,
        .stride_width = c->stride_width,
        .pad_top = c->pad_top,
        .pad_left = c->pad_left,
        .dilation_height = c->dilation_height,
        .dilation_width = c->dilation_width,
        .groups = c->groups,
        .activation = c->activation,
        .slope = c->slope,
    };
    *s = conv;
    return check_arrays(call, c->images, s);
}

ck_status ck_convolution_output(int32_t *height, int32_t *width, const ck_convolution *shape) {
    const ck_pointer pointers[] = {{"height", height}, {"width", width}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(__func__, pointers);
    if (status != CK_OK) return status;
    ck_conv s;
    if ((status = ck_convolution_check(__func__, shape, true, &s)) != CK_OK) return status;
    *height = s.out_height, *width = s.out_width;
    return CK_OK;
}

double ck_convolution_work(const ck_conv *s) {
    return (double)s->out_height * s->out_width * s->kernel_height * s->kernel_width * (s->in_channels / s->groups) *
           s->out_channels;
}

ck_conv ck_convolution_slice(const ck_conv *s, bool of_input, int32_t channels) {
    ck_conv slice = *s;
    if (of_input) {
        if (channels != s->in_channels) slice.in_channels = channels, slice.in_stored = ck_stored_channels(channels);
    } else {
        slice.out_channels = channels, slice.out_stored = ck_stored_channels(channels);
    }
    return slice;
}
