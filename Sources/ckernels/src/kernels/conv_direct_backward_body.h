/* conv_direct_backward_body.h - gradients of a convolution by register tiles.
 *
 * By the input: dy, spread out by the stride in a frame of zeros, convolved with the kernel turned round.
 * By the weights: an outer product per tap, the pixels are the reduction. */

/* The frame in which dy is convolved. */
static CK_NAME(frame) CK_NAME(gradient_frame)(const ck_conv *s) {
    CK_NAME(frame) f = {s->in_height + (int64_t)(s->kernel_height - 1) * s->dilation_height,
                        s->in_width + (int64_t)(s->kernel_width - 1) * s->dilation_width, 0, true};
    f.values = f.height * f.width * s->out_stored;
    return f;
}

/* prepared[input panel][tap reversed][output][16] */
static void CK_NAME(direct_prepare_reversed)(float *restrict prepared, const float *restrict w, const ck_conv *s) {
    const int64_t taps = (int64_t)s->kernel_height * s->kernel_width, depth = taps * s->out_channels;
    for (int64_t tap = 0; tap < taps; tap++)
        for (int64_t i = s->part_first; i < ck_part_end(s->part_first, s->part_count, s->in_stored); i++)
            for (int64_t o = 0; o < s->out_channels; o++)
                prepared[i / 16 * depth * 16 + ((taps - 1 - tap) * s->out_channels + o) * 16 + i % 16] = w[(tap * s->in_stored + i) * s->out_stored + o];
}

static void CK_NAME(direct_backward_input)(float *dx, const float *dy, const float *prepared, const ck_conv *s, float *workspace) {
    const CK_NAME(frame) f = CK_NAME(gradient_frame)(s);
    CK_NAME(fill_frame)(workspace, &f, dy, s->out_height, s->out_width, s->out_stored,
                        (int64_t)(s->kernel_height - 1) * s->dilation_height - s->pad_top,
                        (int64_t)(s->kernel_width - 1) * s->dilation_width - s->pad_left, s->stride_height, s->stride_width);
    ck_conv reversed = ck_conv_reversed(s);
    reversed.stride_height = reversed.stride_width = 1;
    CK_NAME(tile) t = CK_NAME(conv_taps)(&reversed, &f);
    const int32_t first = s->part_first, part = ck_part_end(first, s->part_count, s->in_stored) - first;
    t.b = prepared + first / 16 * t.b_panel, t.out_row = s->in_stored, t.out_panel = 16;
    for (int64_t y = 0; y < s->in_height; y++) {
        t.a = workspace + y * f.width * s->out_stored;
        t.out = dx + y * s->in_width * s->in_stored + first;
        CK_NAME(tile_block)(&t, s->in_width, s->in_channels - first, part);
    }
}

/* sums[tap][i][o] += sum over pixels of x[pixel + tap][i] * dy[pixel][o]. Where rows of the kernel are contiguous in x, the
 * taps of one row are taken together. */
static void CK_NAME(direct_backward_weight)(float *sums, const float *x, const float *dy, const ck_conv *s, float *workspace) {
    const CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    const float *image = x;
    if (f.copy) {
        CK_NAME(fill_frame)(workspace, &f, x, s->in_height, s->in_width, s->in_stored, s->pad_top, s->pad_left, 1, 1);
        image = workspace;
    }
    const int32_t first = s->part_first, end = ck_part_end(first, s->part_count, s->in_channels);
    const bool together = s->in_channels == s->in_stored && s->dilation_width == 1 && !s->part_count;
    const int32_t runs = together ? 1 : s->kernel_width;
    const int64_t rows = together ? (int64_t)s->kernel_width * s->in_channels : end - first;
    CK_NAME(tile) t = {.a_row = 1, .a0 = (int64_t)s->stride_width * s->in_stored, .a1 = f.width * s->in_stored * s->stride_height,
                       .b = dy, .b_panel = 16, .b0 = s->out_stored, .b1 = (int64_t)s->out_width * s->out_stored,
                       .out_row = s->out_stored, .out_panel = 16, .n0 = s->out_width, .n1 = s->out_height, .n2 = 1, .accumulate = 1};
    for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t kx = 0; kx < runs; kx++) {
            t.a = image + (ky * s->dilation_height * f.width + kx * s->dilation_width) * s->in_stored + first;
            t.out = sums + ((ky * s->kernel_width + kx) * s->in_stored + first) * s->out_stored;
            CK_NAME(tile_block)(&t, rows, s->out_channels, s->out_stored);
        }
}
