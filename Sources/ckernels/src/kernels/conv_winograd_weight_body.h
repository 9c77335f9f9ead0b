/* conv_winograd_weight_body.h - the gradient by the kernel in Winograd's algorithm: see conv_winograd_body.h. */

/* W[f][tile][output] = A dy AT of one tile; pixels of dy outside of the image are zeros. */
CK_INLINE void CK_NAME(winograd_gradient_tile)(const int outer, const int inner, float *to, int64_t plane, const float *const *pixel,
                                               int32_t channels) {
    for (int32_t c = 0; c < channels; c += 16) {
        CK_NAME(v16) d[16], half[24], out[36];
        CK_UNROLL for (int i = 0; i < inner * inner; i++) d[i] = *(const CK_NAME(v16) *)(pixel[i] + c);
        CK_UNROLL for (int x = 0; x < inner; x++) CK_NAME(winograd_gradient)(outer, inner, half + x, inner, d + x, inner);
        CK_UNROLL for (int y = 0; y < outer; y++) CK_NAME(winograd_gradient)(outer, inner, out + y * outer, 1, half + y * inner, 1);
        CK_UNROLL for (int f = 0; f < outer * outer; f++) *(CK_NAME(v16) *)(to + f * plane + c) = out[f];
    }
}

static void CK_NAME(winograd_gradient_block)(float *to, int64_t plane, const float *dy, const float *zeros, int32_t first, int32_t count,
                                             const ck_conv *s, const ck_winograd *w) {
    const int32_t per_image = w->tiles_y * w->tiles_x;
    for (int32_t t = first; t < first + count; t++, to += s->out_stored) {
        const float *image = dy + (int64_t)(t / per_image) * s->out_height * s->out_width * s->out_stored;
        const int32_t top = t % per_image / w->tiles_x * w->inner, left = t % w->tiles_x * w->inner;
        const float *pixel[16];
        for (int32_t r = 0; r < w->inner; r++)
            for (int32_t q = 0; q < w->inner; q++)
                pixel[r * w->inner + q] = top + r < s->out_height && left + q < s->out_width
                                              ? image + ((int64_t)(top + r) * s->out_width + left + q) * s->out_stored : zeros;
        if (w->outer == 4) CK_NAME(winograd_gradient_tile)(4, 2, to, plane, pixel, s->out_stored);
        else if (w->inner == 2) CK_NAME(winograd_gradient_tile)(6, 2, to, plane, pixel, s->out_stored);
        else CK_NAME(winograd_gradient_tile)(6, 4, to, plane, pixel, s->out_stored);
    }
}

/* sums[f][input][output] += V[f]^T W[f] over the tiles of at most w->images images. workspace: zeros, V, W. */
static void CK_NAME(winograd_backward_weight)(float *sums, const float *x, const float *dy, int32_t images, const ck_conv *s, float *workspace) {
    const ck_winograd w = ck_winograd_layout(s);
    const int64_t v_plane = ck_winograd_plane(&w, s->in_stored), g_plane = ck_winograd_plane(&w, s->out_stored);
    const int64_t most = ck_max(s->in_stored, s->out_stored);
    float *const zeros = workspace, *const v = zeros + most, *const g = v + w.outer * w.outer * v_plane;
    memset(zeros, 0, (size_t)most * sizeof(float));
    const int32_t tiles = images * w.tiles_y * w.tiles_x, begin = s->part_first, end = ck_part_end(begin, s->part_count, s->in_channels);
    for (int32_t first = 0; first < tiles; first += w.block) {
        const int32_t count = (int32_t)ck_min(w.block, tiles - first);
        CK_NAME(winograd_input_block)(v, v_plane, x, zeros, first, count, s, &w);
        CK_NAME(winograd_gradient_block)(g, g_plane, dy, zeros, first, count, s, &w);
        CK_NAME(tile) t = {.a_row = 1, .a0 = s->in_stored, .b_panel = 16, .b0 = s->out_stored, .out_row = s->out_stored, .out_panel = 16,
                           .n0 = count, .n1 = 1, .n2 = 1, .accumulate = 1};
        for (int32_t f = 0; f < w.outer * w.outer; f++) {
            t.a = v + f * v_plane + begin, t.b = g + f * g_plane, t.out = sums + ((int64_t)f * s->in_stored + begin) * s->out_stored;
            CK_NAME(tile_block)(&t, end - begin, s->out_channels, s->out_stored);
        }
    }
}

/* dw += GT sums G, for 16 outputs of one input */
CK_INLINE void CK_NAME(winograd_finish_tile)(const int outer, const int taps, float *dw, const float *sums, int64_t plane) {
    CK_NAME(v16) d[36], half[30], out[25];
    CK_UNROLL for (int f = 0; f < outer * outer; f++) d[f] = *(const CK_NAME(v16) *)(sums + f * plane);
    CK_UNROLL for (int x = 0; x < outer; x++) CK_NAME(winograd_kernel_gradient)(outer, taps, half + x, outer, d + x, outer);
    CK_UNROLL for (int y = 0; y < taps; y++) CK_NAME(winograd_kernel_gradient)(outer, taps, out + y * taps, 1, half + y * outer, 1);
    CK_UNROLL for (int t = 0; t < taps * taps; t++) *(CK_NAME(v16) *)(dw + t * plane) += out[t];
}

static void CK_NAME(winograd_finish)(float *dw, const float *sums, const ck_conv *s) {
    const int outer = ck_winograd_layout(s).outer;
    const int64_t plane = (int64_t)s->in_stored * s->out_stored;
    const int64_t end = ck_part_end(s->part_first, s->part_count, s->in_channels);
    for (int64_t i = (int64_t)s->part_first * s->out_stored; i < end * s->out_stored; i += 16) {
        if (outer == 4) CK_NAME(winograd_finish_tile)(4, 3, dw + i, sums + i, plane);
        else if (s->kernel_height == 5) CK_NAME(winograd_finish_tile)(6, 5, dw + i, sums + i, plane);
        else CK_NAME(winograd_finish_tile)(6, 3, dw + i, sums + i, plane);
    }
}
