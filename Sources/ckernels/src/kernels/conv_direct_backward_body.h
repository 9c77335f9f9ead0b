/* conv_direct_backward_body.h - gradients of a convolution by register tiles.
 *
 * By the input: dy, spread out by the stride in a frame of zeros, convolved with the kernel turned round; or, without
 * the multiplications by those zeros, phase by phase of the stride.
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
    const int64_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->in_stored);
    for (int64_t tap = 0; tap < taps; tap++)
        CK_NAME(pack_panels_transposed)(prepared + first * depth + (taps - 1 - tap) * s->out_channels * 16, depth * 16,
                                        w + (tap * s->in_stored + first) * s->out_stored, s->out_stored, s->out_channels, end - first);
}

static void CK_NAME(direct_spread_backward_input)(float *dx, const float *dy, const float *prepared, const ck_conv *s, float *workspace) {
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

/* One side of a phase: which pixels of dx it has, and the taps they see. */
typedef struct CK_NAME(phase) {
    int64_t first, count; /* pixels first, first + stride, ... of dx */
    int64_t taps, reversed; /* how many taps, a stride apart; the first of them in the kernel turned round */
    int64_t place;          /* in the frame of dy, what the first tap of the first pixel reads */
} CK_NAME(phase);

static CK_NAME(phase) CK_NAME(phase_of)(int64_t phase, int64_t size, int64_t kernel, int64_t stride, int64_t pad) {
    CK_NAME(phase) p = {.first = ((phase - pad) % stride + stride) % stride};
    p.count = p.first < size ? (size - p.first + stride - 1) / stride : 0;
    p.taps = phase < kernel ? (kernel - phase + stride - 1) / stride : 0;
    p.reversed = kernel - 1 - (phase + (p.taps - 1) * stride);
    /* dx[x] takes dy[(x + pad - phase) / stride] and the taps - 1 before it; a frame has room for as many as any phase sees. */
    p.place = (p.first + pad - phase) / stride - (p.taps - 1) + (kernel + stride - 1) / stride - 1;
    return p;
}

static void CK_NAME(direct_phase)(float *dx, const float *frame, int64_t width, const float *prepared, const CK_NAME(phase) *v,
                                  const CK_NAME(phase) *h, const ck_conv *s) {
    const int32_t first = s->part_first, part = ck_part_end(first, s->part_count, s->in_stored) - first;
    const int64_t depth = (int64_t)s->out_channels * 16;
    CK_NAME(tile) t = {.a_row = s->out_stored, .a0 = 1, .a1 = s->out_stored, .a2 = width * s->out_stored, .b0 = 16,
                       .b1 = s->stride_width * depth, .b2 = (int64_t)s->stride_height * s->kernel_width * depth,
                       .b_panel = (int64_t)s->kernel_height * s->kernel_width * depth, .n0 = s->out_channels, .n1 = (int32_t)h->taps,
                       .n2 = (int32_t)v->taps, .out_row = (int64_t)s->stride_width * s->in_stored, .out_panel = 16};
    t.b = prepared + first / 16 * t.b_panel + (v->reversed * s->kernel_width + h->reversed) * depth;
    for (int64_t y = 0; y < v->count; y++) {
        t.out = dx + ((v->first + y * s->stride_height) * s->in_width + h->first) * s->in_stored + first;
        if (v->taps && h->taps) {
            t.a = frame + ((v->place + y) * width + h->place) * s->out_stored;
            CK_NAME(tile_block)(&t, h->count, s->in_channels - first, part);
        } else {
            for (int64_t x = 0; x < h->count; x++) memset(t.out + x * t.out_row, 0, (size_t)part * sizeof(float));
        }
    }
}

static void CK_NAME(direct_backward_input)(float *dx, const float *dy, const float *prepared, const ck_conv *s, float *workspace) {
    if (!ck_conv_by_phases(s)) {
        CK_NAME(direct_spread_backward_input)(dx, dy, prepared, s, workspace);
        return;
    }
    CK_NAME(frame) f = {ck_phase_frame(s->in_height, s->kernel_height, s->stride_height, s->pad_top),
                        ck_phase_frame(s->in_width, s->kernel_width, s->stride_width, s->pad_left), 0, true};
    f.values = f.height * f.width * s->out_stored;
    CK_NAME(fill_frame)(workspace, &f, dy, s->out_height, s->out_width, s->out_stored,
                        (s->kernel_height + s->stride_height - 1) / s->stride_height - 1,
                        (s->kernel_width + s->stride_width - 1) / s->stride_width - 1, 1, 1);
    for (int64_t y = 0; y < s->stride_height; y++) {
        const CK_NAME(phase) v = CK_NAME(phase_of)(y, s->in_height, s->kernel_height, s->stride_height, s->pad_top);
        for (int64_t x = 0; x < s->stride_width; x++) {
            const CK_NAME(phase) h = CK_NAME(phase_of)(x, s->in_width, s->kernel_width, s->stride_width, s->pad_left);
            CK_NAME(direct_phase)(dx, workspace, f.width, prepared, &v, &h, s);
        }
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
