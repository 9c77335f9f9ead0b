/* conv_small_body.h - direct convolution to at most 2x2 pixels, where a row of the register tile is an image.
 *
 * Each output pixel is a product of matrices of its own: what the images have under the kernel there, times the taps that
 * lie upon it. Taps in the padding are left out: with padding on all sides of a 2x2 map, 20 of 36. The weights are packed as
 * for any direct convolution, and fetched from memory once, however many the images are. */

/* y of all images; for the gradient by the input, s is the reversed convolution. */
static void CK_NAME(small_forward)(float *y, const float *x, const float *prepared, const float *bias, int32_t images, const ck_conv *s) {
    const int64_t in = (int64_t)s->in_height * s->in_width * s->in_stored, out = (int64_t)s->out_height * s->out_width * s->out_stored;
    const int64_t tap = (int64_t)s->in_channels * 16;
    const int32_t end = ck_part_end(s->part_first, s->part_count, s->out_stored);
    /* A single row is four panels at a time, so that no sum waits for itself. */
    const int32_t outputs = images == 1 ? 2 * CK_SMALL_OUTPUTS : CK_SMALL_OUTPUTS, block = ck_small_images(s);
    CK_NAME(tile) t = {.a_row = in, .a0 = 1, .a1 = s->in_stored, .a2 = (int64_t)s->in_width * s->in_stored, .b0 = 16, .b1 = tap,
                       .b2 = s->kernel_width * tap, .b_panel = (int64_t)s->kernel_height * s->kernel_width * tap, .out_row = out,
                       .out_panel = 16, .n0 = s->in_channels, .activation = s->activation, .slope = s->slope};
    for (int32_t o = s->part_first; o < end; o += outputs) {
        t.bias = bias ? bias + o : NULL;
        for (int32_t n = 0; n < images; n += block)
            for (int32_t p = 0; p < s->out_height * s->out_width; p++) {
                const int32_t row = p / s->out_width, column = p % s->out_width;
                const ck_inside v = ck_inside_of(row, s->pad_top, s->kernel_height, s->in_height);
                const ck_inside h = ck_inside_of(column, s->pad_left, s->kernel_width, s->in_width);
                const int64_t from = (int64_t)(row - s->pad_top + v.first) * s->in_width + column - s->pad_left + h.first;
                t.n1 = h.count, t.n2 = v.count;
                t.a = x + n * in + from * s->in_stored;
                t.b = prepared + o / 16 * t.b_panel + (v.first * s->kernel_width + h.first) * tap;
                t.out = y + n * out + (int64_t)p * s->out_stored + o;
                CK_NAME(tile_block)(&t, ck_min(block, images - n), s->out_channels - o, (int32_t)ck_min(outputs, end - o));
            }
    }
}

/* Loops that step evenly through both a and b become one: a tile's innermost loop should be long. The order stays. */
static void CK_NAME(join_loops)(CK_NAME(tile) *t) {
    for (int round = 0; round < 2; round++) {
        const bool one = t->n0 == 1, even = t->a1 == t->n0 * t->a0 && t->b1 == t->n0 * t->b0;
        if (t->n1 > 1 && !one && !even) break;
        if (one) t->a0 = t->a1, t->b0 = t->b1;
        t->n0 *= t->n1, t->n1 = t->n2, t->a1 = t->a2, t->b1 = t->b2, t->n2 = 1;
    }
}

/* sums[tap][i][o] += sum over the images, at most ck_small_images, and the pixels that the tap lies on. x and dy are packed into
 * panels, so that what a tile reads lies together (in rows 2 KB apart, with 512 channels, it took 1.17 times as long); all taps
 * of a tile come one after the other, since they read the same. workspace: the panels of dy, then those of x. */
static void CK_NAME(small_backward_weight)(float *sums, const float *x, const float *dy, int32_t images, const ck_conv *s, float *workspace) {
    const int32_t begin = s->part_first, end = ck_part_end(begin, s->part_count, s->in_channels), taps = s->kernel_height * s->kernel_width;
    const int64_t in_pixels = (int64_t)s->in_height * s->in_width, pixels = (int64_t)s->out_height * s->out_width;
    const int64_t x_panel = images * in_pixels * 16, dy_panel = images * pixels * 16;
    float *const packed_dy = workspace, *const packed_x = packed_dy + (s->out_stored + 15) / 16 * dy_panel;
    CK_NAME(pack_panels)(packed_dy, dy_panel, dy, s->out_stored, images * pixels, s->out_stored);
    CK_NAME(pack_panels)(packed_x, x_panel, x + begin, s->in_stored, images * in_pixels, end - begin);
    for (int32_t o = 0; o < s->out_stored; o += CK_SMALL_OUTPUTS)
        for (int32_t i = begin; i < end; i += 16)
            for (int32_t tap = 0; tap < taps; tap++) {
                const int32_t ky = tap / s->kernel_width, kx = tap % s->kernel_width;
                const ck_inside v = ck_inside_of(ky, s->pad_top, s->out_height, s->in_height);
                const ck_inside h = ck_inside_of(kx, s->pad_left, s->out_width, s->in_width);
                if (!v.count || !h.count) continue;
                const int64_t from = (int64_t)(v.first + ky - s->pad_top) * s->in_width + h.first + kx - s->pad_left;
                const int64_t to = (int64_t)v.first * s->out_width + h.first;
                CK_NAME(tile) t = {.a = packed_x + (i - begin) / 16 * x_panel + from * 16, .a_row = 1, .a0 = 16, .a1 = (int64_t)s->in_width * 16,
                                   .a2 = in_pixels * 16, .b = packed_dy + o / 16 * dy_panel + to * 16, .b_panel = dy_panel, .b0 = 16,
                                   .b1 = (int64_t)s->out_width * 16, .b2 = pixels * 16, .n0 = h.count, .n1 = v.count, .n2 = images,
                                   .out = sums + ((int64_t)tap * s->in_stored + i) * s->out_stored + o, .out_row = s->out_stored,
                                   .out_panel = 16, .accumulate = 1};
                CK_NAME(join_loops)(&t);
                CK_NAME(tile_block)(&t, ck_min(16, end - i), s->out_channels - o, (int32_t)ck_min(CK_SMALL_OUTPUTS, s->out_stored - o));
            }
}
