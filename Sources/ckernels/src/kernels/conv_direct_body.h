/* conv_direct_body.h - convolution by register tiles over neighbouring pixels of a row: any kernel, stride, padding
 * and dilation, one group. An image with padding is first copied into a frame of zeros. */
#include "conv_pool_tile_body.h"

/* The image as the tiles read it: rows of `width` pixels of s->in_stored values. */
typedef struct CK_NAME(frame) {
    int64_t height, width, values;
    bool copy; /* a padded copy is needed; else the image itself is read */
} CK_NAME(frame);

static CK_NAME(frame) CK_NAME(conv_frame)(const ck_conv *s) {
    const int64_t reach_y = (int64_t)(s->out_height - 1) * s->stride_height + (int64_t)(s->kernel_height - 1) * s->dilation_height + 1;
    const int64_t reach_x = (int64_t)(s->out_width - 1) * s->stride_width + (int64_t)(s->kernel_width - 1) * s->dilation_width + 1;
    CK_NAME(frame) f = {s->in_height, s->in_width, 0, s->pad_top || s->pad_left || reach_y > s->in_height || reach_x > s->in_width};
    if (f.copy) f.height = reach_y, f.width = reach_x;
    f.values = f.height * f.width * s->in_stored;
    return f;
}

/* frame = 0, but for the pixels of `from`, which are `step` apart and begin at (top, left); what falls outside is dropped. */
static void CK_NAME(fill_frame)(float *restrict frame, const CK_NAME(frame) *f, const float *restrict from, int64_t height, int64_t width,
                                int64_t stored, int64_t top, int64_t left, int64_t step_y, int64_t step_x) {
    memset(frame, 0, (size_t)f->values * sizeof(float));
    for (int64_t y = 0; y < height; y++) {
        const int64_t to_y = top + y * step_y;
        if (to_y < 0 || to_y >= f->height) continue;
        if (step_x == 1) {
            const int64_t first = ck_max(0, -left), last = ck_min(width, f->width - left);
            if (last > first)
                memcpy(frame + (to_y * f->width + left + first) * stored, from + (y * width + first) * stored,
                       (size_t)((last - first) * stored) * sizeof(float));
        } else {
            for (int64_t x = 0; x < width; x++) {
                const int64_t to_x = left + x * step_x;
                if (to_x >= 0 && to_x < f->width)
                    memcpy(frame + (to_y * f->width + to_x) * stored, from + (y * width + x) * stored, (size_t)stored * sizeof(float));
            }
        }
    }
}

/* Where the taps of kernel and channel lie in a frame. Where rows of the kernel are contiguous, kx and the channel are one loop. */
static CK_NAME(tile) CK_NAME(conv_taps)(const ck_conv *s, const CK_NAME(frame) *f) {
    const int64_t row = f->width * s->in_stored * s->dilation_height;
    CK_NAME(tile) t = {.a_row = (int64_t)s->stride_width * s->in_stored, .a0 = 1, .b0 = 16};
    t.b_panel = (int64_t)s->kernel_height * s->kernel_width * s->in_channels * 16;
    if (s->in_channels == s->in_stored && s->dilation_width == 1) {
        t.n0 = s->kernel_width * s->in_channels, t.n1 = s->kernel_height, t.n2 = 1;
        t.a1 = row, t.b1 = (int64_t)t.n0 * 16;
    } else {
        t.n0 = s->in_channels, t.n1 = s->kernel_width, t.n2 = s->kernel_height;
        t.a1 = (int64_t)s->dilation_width * s->in_stored, t.b1 = (int64_t)t.n0 * 16;
        t.a2 = row, t.b2 = t.b1 * t.n1;
    }
    return t;
}

static void CK_NAME(direct_prepare)(float *prepared, const float *w, const ck_conv *s) {
    const int64_t taps = (int64_t)s->kernel_height * s->kernel_width, depth = taps * s->in_channels;
    const int64_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->out_stored);
    for (int64_t tap = 0; tap < taps; tap++)
        CK_NAME(pack_panels)(prepared + first * depth + tap * s->in_channels * 16, depth * 16, w + tap * s->in_stored * s->out_stored + first,
                             s->out_stored, s->in_channels, end - first);
}

static void CK_NAME(direct_forward)(float *y, uint8_t *index, const float *x, const float *prepared, const float *bias, int32_t images,
                                    const ck_conv *s, float *workspace) {
    const CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    const int64_t in_values = (int64_t)s->in_height * s->in_width * s->in_stored;
    const int64_t out_height = s->pool ? s->out_height / 2 : s->out_height, out_width = s->pool ? s->out_width / 2 : s->out_width;
    const int64_t step = f.width * s->in_stored * s->stride_height;
    CK_NAME(tile) t = CK_NAME(conv_taps)(s, &f);
    const int32_t first = s->part_first, part = ck_part_end(first, s->part_count, s->out_stored) - first;
    t.b = prepared + first / 16 * t.b_panel, t.bias = bias ? bias + first : NULL, t.out_row = s->out_stored, t.out_panel = 16, t.activation = s->activation, t.slope = s->slope;
    for (int32_t n = 0; n < images; n++, x += in_values) {
        const float *image = x;
        if (f.copy) {
            CK_NAME(fill_frame)(workspace, &f, x, s->in_height, s->in_width, s->in_stored, s->pad_top, s->pad_left, 1, 1);
            image = workspace;
        }
        for (int64_t oy = 0; oy < out_height; oy++) {
            t.out = y + (n * out_height + oy) * out_width * s->out_stored + first;
            if (s->pool) {
                t.a = image + 2 * oy * step;
                CK_NAME(pool_row)(&t, step, index ? index + (t.out - y) : NULL, (int32_t)out_width, s->out_channels - first, part);
            } else {
                t.a = image + oy * step;
                CK_NAME(tile_block)(&t, out_width, s->out_channels - first, part);
            }
        }
    }
}

/* The window of an output pixel at `from`, the upper left corner in a frame, as one row. */
static void CK_NAME(gather_window)(float *restrict row, const float *restrict from, const CK_NAME(frame) *f, const ck_conv *s) {
    for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t kx = 0; kx < s->kernel_width; kx++, row += s->in_channels)
            memcpy(row, from + (ky * s->dilation_height * f->width + kx * s->dilation_width) * s->in_stored,
                   (size_t)s->in_channels * sizeof(float));
}

/* As direct_forward without a pool, with the windows of CK_GATHER_ROWS pixels copied together first. Each output is the same
 * sum in the same order. */
static void CK_NAME(gathered_forward)(float *y, const float *x, const float *prepared, const float *bias, int32_t images, const ck_conv *s,
                                      float *workspace) {
    const CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    const int64_t in_values = (int64_t)s->in_height * s->in_width * s->in_stored, pixels = (int64_t)s->out_height * s->out_width;
    const int32_t first = s->part_first, part = ck_part_end(first, s->part_count, s->out_stored) - first;
    const int64_t depth = (int64_t)s->kernel_height * s->kernel_width * s->in_channels;
    float *const rows = workspace + (f.copy ? f.values : 0);
    CK_NAME(tile) t = {.a = rows, .a_row = ck_gather_row(s), .a0 = 1, .b0 = 16, .b_panel = depth * 16, .n0 = (int32_t)depth, .n1 = 1, .n2 = 1,
                       .out_row = s->out_stored, .out_panel = 16, .activation = s->activation, .slope = s->slope};
    t.b = prepared + first / 16 * t.b_panel, t.bias = bias ? bias + first : NULL, t.out = y + first;
    int64_t gathered = 0;
    for (int64_t p = 0; p < images * pixels; p++) {
        const float *image = x + p / pixels * in_values;
        if (f.copy) {
            if (p % pixels == 0)
                CK_NAME(fill_frame)(workspace, &f, image, s->in_height, s->in_width, s->in_stored, s->pad_top, s->pad_left, 1, 1);
            image = workspace;
        }
        const int64_t oy = p % pixels / s->out_width, ox = p % s->out_width;
        const float *corner = image + (oy * s->stride_height * f.width + ox * s->stride_width) * s->in_stored;
        CK_NAME(gather_window)(rows + gathered++ * t.a_row, corner, &f, s);
        if (gathered == CK_GATHER_ROWS || p + 1 == images * pixels) {
            CK_NAME(tile_block)(&t, gathered, s->out_channels - first, part);
            t.out += gathered * s->out_stored, gathered = 0;
        }
    }
}
