/* conv_winograd_weight_body.h - the gradient by the kernel in Winograd's algorithm: see conv_winograd_body.h. */

/* W[f][tile][output] = A dy AT, for 16 outputs of one tile; pixels as in winograd_input_tile. */
CK_INLINE void CK_NAME(winograd_gradient_tile)(const int rows, const int columns, const int taps, const bool inside, float *to, int64_t plane, const float *dy,
                                               int64_t row, int64_t step, float *const *places, int64_t channel) {
    const int high = rows - taps + 1, wide = columns - taps + 1; /* outputs */
    CK_NAME(v16) d[16], half[24], out[36];
    CK_UNROLL for (int i = 0; i < high * wide; i++) d[i] = *(const CK_NAME(v16) *)(inside ? dy + i / wide * row + i % wide * step : places[i] + channel);
    CK_UNROLL for (int x = 0; x < wide; x++) CK_NAME(winograd_gradient)(rows, high, half + x, wide, d + x, wide);
    CK_UNROLL for (int y = 0; y < rows; y++) CK_NAME(winograd_gradient)(columns, wide, out + y * columns, 1, half + y * wide, 1);
    CK_UNROLL for (int i = 0; i < rows * columns; i++) *(CK_NAME(v16) *)(to + CK_NAME(winograd_plane_of)(rows, columns, i) * plane) = out[i];
}
#define CK_DEFINE(ROWS, COLUMNS, TAPS)                                                                                                      \
    static __attribute__((noinline)) void CK_NAME(winograd_gradient_##ROWS##_##COLUMNS##_##TAPS)(float *to, int64_t plane, const float *dy, \
                                                                                                 int64_t row, int64_t step) {              \
        CK_NAME(winograd_gradient_tile)(ROWS, COLUMNS, TAPS, true, to, plane, dy, row, step, NULL, 0);                                     \
    }                                                                                                                                      \
    static __attribute__((noinline)) void CK_NAME(winograd_gradient_edge_##ROWS##_##COLUMNS##_##TAPS)(float *to, int64_t plane,            \
                                                                                           float *const *places, int64_t channel) {        \
        CK_NAME(winograd_gradient_tile)(ROWS, COLUMNS, TAPS, false, to, plane, NULL, 0, 0, places, channel);                               \
    }
CK_DEFINE(6, 6, 3) CK_DEFINE(6, 4, 3) CK_DEFINE(4, 6, 3) CK_DEFINE(4, 4, 3) CK_DEFINE(6, 6, 5)
#undef CK_DEFINE

static void CK_NAME(winograd_gradient_block)(float *to, int64_t plane, const float *dy, float *zeros, int32_t first, int32_t count, const ck_conv *s,
                                             const ck_winograd *w, const ck_winograd_kinds *kinds) {
    const int64_t row = (int64_t)s->out_width * s->out_stored, step = s->out_stored;
    for (int32_t t = first; t < first + count; t++, to += s->out_stored) {
        const ck_winograd_tile tile = ck_winograd_find(w, kinds, t);
        float *const image = (float *)(uintptr_t)dy + (int64_t)tile.image * s->out_height * row; /* only read */
        const CK_NAME(winograd_window) window = {tile.top, tile.left, tile.rows - s->kernel_height + 1, tile.columns - s->kernel_width + 1,
                                                 s->out_height, s->out_width, step};
        if (CK_NAME(winograd_inside)(&window)) {
            const float *const from = image + CK_NAME(winograd_begin)(&window);
#define CK_CALL_OF(ROWS, COLUMNS, TAPS) for (int64_t c = 0; c < step; c += 16) CK_NAME(winograd_gradient_##ROWS##_##COLUMNS##_##TAPS)(to + c, plane, from + c, row, step)
#define CK_CALL(ROWS, COLUMNS) CK_CALL_OF(ROWS, COLUMNS, 3)
            if (s->kernel_height == 5) CK_CALL_OF(6, 6, 5);
            else CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL_OF
        } else {
            float *places[16];
            CK_NAME(winograd_places)(places, image, zeros, &window);
#define CK_CALL_OF(ROWS, COLUMNS, TAPS) for (int64_t c = 0; c < step; c += 16) CK_NAME(winograd_gradient_edge_##ROWS##_##COLUMNS##_##TAPS)(to + c, plane, places, c)
            if (s->kernel_height == 5) CK_CALL_OF(6, 6, 5);
            else CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
#undef CK_CALL_OF
        }
    }
}

/* sums[f][input][output] += V[f]^T W[f] over the tiles of at most w->images images. workspace: zeros, V, W. */
static void CK_NAME(winograd_backward_weight)(float *sums, const float *x, const float *dy, int32_t images, const ck_conv *s, float *workspace) {
    const ck_winograd w = ck_winograd_whole(s);
    const ck_winograd_kinds kinds = ck_winograd_count(&w, images);
    const int64_t v_plane = ck_winograd_plane(&w, s->in_stored), g_plane = ck_winograd_plane(&w, s->out_stored);
    const int64_t most = ck_max(s->in_stored, s->out_stored);
    float *const zeros = workspace, *const v = zeros + most, *const g = v + CK_WINOGRAD_PLANES * v_plane;
    memset(zeros, 0, (size_t)most * sizeof(float));
    const int32_t tiles = images * w.tiles_y * w.tiles_x, begin = s->part_first, end = ck_part_end(begin, s->part_count, s->in_channels);
    for (int32_t first = 0; first < tiles; first += w.block) {
        const int32_t count = (int32_t)ck_min(w.block, tiles - first);
        CK_NAME(winograd_input_block)(v, v_plane, x, zeros, first, count, s, &w, &kinds);
        CK_NAME(winograd_gradient_block)(g, g_plane, dy, zeros, first, count, s, &w, &kinds);
        CK_NAME(tile) t = {.a_row = 1, .a0 = s->in_stored, .b_panel = 16, .b0 = s->out_stored, .out_row = s->out_stored, .out_panel = 16,
                           .n0 = count, .n1 = 1, .n2 = 1, .accumulate = 1};
        for (int32_t f = 0; f < CK_WINOGRAD_PLANES; f++) {
            t.a = v + f * v_plane + begin, t.b = g + f * g_plane, t.out = sums + ((int64_t)f * s->in_stored + begin) * s->out_stored;
            CK_NAME(tile_block)(&t, end - begin, s->out_channels, s->out_stored);
        }
    }
}

/* dw += GT sums G, for 16 outputs of one input */
CK_INLINE void CK_NAME(winograd_finish_tile)(const int taps, float *dw, const float *sums, int64_t plane) {
    CK_NAME(v16) d[36], half[30], out[25];
    CK_UNROLL for (int f = 0; f < 36; f++) d[f] = *(const CK_NAME(v16) *)(sums + f * plane);
    CK_UNROLL for (int x = 0; x < 6; x++) CK_NAME(winograd_kernel_gradient)(taps, half + x, 6, d + x, 6);
    CK_UNROLL for (int y = 0; y < taps; y++) CK_NAME(winograd_kernel_gradient)(taps, out + y * taps, 1, half + y * 6, 1);
    CK_UNROLL for (int t = 0; t < taps * taps; t++) *(CK_NAME(v16) *)(dw + t * plane) += out[t];
}

static void CK_NAME(winograd_finish)(float *dw, const float *sums, const ck_conv *s) {
    const int64_t plane = (int64_t)s->in_stored * s->out_stored;
    const int64_t end = ck_part_end(s->part_first, s->part_count, s->in_channels);
    for (int64_t i = (int64_t)s->part_first * s->out_stored; i < end * s->out_stored; i += 16) {
        if (s->kernel_height == 5) CK_NAME(winograd_finish_tile)(5, dw + i, sums + i, plane);
        else CK_NAME(winograd_finish_tile)(3, dw + i, sums + i, plane);
    }
}
