/* conv_winograd_input_body.h - the gradient by the input as the transposed of each step of Winograd's forward: fewer tiles
 * than the reversed convolution where the input is larger than the output (no padding).
 *
 *   W[f][tile][output] = A dy AT;  P[f][tile][input] = W[f] U[f]^T;  dx += B P BT, where tiles overlap
 */

/* Adds 16 channels of one tile, `used` of them real, to its pixels of dx, found as in winograd_input_tile. */
CK_INLINE void CK_NAME(winograd_scatter_tile)(const int rows, const int columns, const bool inside, float *dx, int64_t row, int64_t step, float *const *places,
                                              int64_t channel, const float *m, int64_t plane, int32_t used) {
    const CK_NAME(i16) mask = CK_MASK(used, i16);
    CK_NAME(v16) d[36], half[36], out[36];
    CK_UNROLL for (int i = 0; i < rows * columns; i++) d[i] = *(const CK_NAME(v16) *)(m + CK_NAME(winograd_plane_of)(rows, columns, i) * plane);
    CK_UNROLL for (int x = 0; x < columns; x++) CK_NAME(winograd_scatter)(rows, half + x, d + x, columns);
    CK_UNROLL for (int y = 0; y < rows; y++) CK_NAME(winograd_scatter)(columns, out + y * columns, half + y * columns, 1);
    CK_UNROLL for (int i = 0; i < rows * columns; i++)
        if (inside || places[i])
            *(CK_NAME(v16) *)(inside ? dx + i / columns * row + i % columns * step : places[i] + channel) += (CK_NAME(v16))((CK_NAME(i16))out[i] & mask);
}
#define CK_DEFINE(ROWS, COLUMNS)                                                                                                         \
    static __attribute__((noinline)) void CK_NAME(winograd_scatter_##ROWS##_##COLUMNS)(float *dx, int64_t row, int64_t step,             \
                                                                                       const float *m, int64_t plane, int32_t used) {   \
        CK_NAME(winograd_scatter_tile)(ROWS, COLUMNS, true, dx, row, step, NULL, 0, m, plane, used);                                    \
    }                                                                                                                                   \
    static __attribute__((noinline)) void CK_NAME(winograd_scatter_edge_##ROWS##_##COLUMNS)(float *const *places, int64_t channel,       \
                                                                                       const float *m, int64_t plane, int32_t used) {   \
        CK_NAME(winograd_scatter_tile)(ROWS, COLUMNS, false, NULL, 0, 0, places, channel, m, plane, used);                              \
    }
CK_DEFINE(6, 6) CK_DEFINE(6, 4) CK_DEFINE(4, 6) CK_DEFINE(4, 4)
#undef CK_DEFINE

static void CK_NAME(winograd_scatter_block)(float *dx, const float *m, int64_t plane, int32_t first, int32_t count, int32_t channels, int32_t used,
                                            const ck_conv *s, const ck_winograd *w, const ck_winograd_kinds *kinds) {
    const int64_t row = (int64_t)s->in_width * s->in_stored, step = s->in_stored;
    for (int32_t t = first; t < first + count; t++, m += CK_WINOGRAD_OUTPUTS) {
        const ck_winograd_tile tile = ck_winograd_find(w, kinds, t);
        float *const image = dx + (int64_t)tile.image * s->in_height * row;
        const CK_NAME(winograd_window) window = {tile.top - s->pad_top, tile.left - s->pad_left, tile.rows, tile.columns, s->in_height, s->in_width, step};
        if (CK_NAME(winograd_inside)(&window)) {
            float *const to = image + CK_NAME(winograd_begin)(&window);
#define CK_CALL(ROWS, COLUMNS) for (int32_t c = 0; c < channels; c += 16) CK_NAME(winograd_scatter_##ROWS##_##COLUMNS)(to + c, row, step, m + c, plane, used - c)
            CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
        } else {
            float *places[36];
            CK_NAME(winograd_places)(places, image, NULL, &window);
#define CK_CALL(ROWS, COLUMNS) for (int32_t c = 0; c < channels; c += 16) CK_NAME(winograd_scatter_edge_##ROWS##_##COLUMNS)(places, c, m + c, plane, used - c)
            CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
        }
    }
}

/* dx of at most w->images images; dy is the gradient before a pool. workspace: zeros, W, P. */
static void CK_NAME(winograd_backward_input)(float *dx, const float *dy, const float *u, int32_t images, const ck_conv *s, float *workspace) {
    const ck_winograd w = ck_winograd_layout(s);
    const ck_conv reversed = ck_conv_reversed(s);
    const int64_t g_plane = ck_winograd_plane(&w, s->out_stored), m_plane = ck_winograd_plane(&w, CK_WINOGRAD_OUTPUTS);
    float *const zeros = workspace, *const g = zeros + s->out_stored, *const m = g + CK_WINOGRAD_PLANES * g_plane;
    memset(zeros, 0, (size_t)s->out_stored * sizeof(float));
    const ck_winograd_kinds kinds = ck_winograd_count(&w, images);
    const int32_t tiles = images * w.tiles_y * w.tiles_x, begin = s->part_first, end = ck_part_end(begin, s->part_count, s->in_stored);
    const int64_t pixels = (int64_t)images * s->in_height * s->in_width;
    if (!s->part_count) memset(dx, 0, (size_t)(pixels * s->in_stored) * sizeof(float));
    else for (int64_t p = 0; p < pixels; p++) memset(dx + p * s->in_stored + begin, 0, (size_t)(end - begin) * sizeof(float));
    for (int32_t first = 0; first < tiles; first += w.block) {
        const int32_t count = (int32_t)ck_min(w.block, tiles - first);
        CK_NAME(winograd_gradient_block)(g, g_plane, dy, zeros, first, count, s, &w, &kinds);
        for (int32_t i = begin; i < end; i += CK_WINOGRAD_OUTPUTS) {
            const int32_t channels = (int32_t)ck_min(CK_WINOGRAD_OUTPUTS, end - i);
            CK_NAME(winograd_products)(m, m_plane, g, g_plane, u, first, count, i, channels, &reversed, &kinds);
            CK_NAME(winograd_scatter_block)(dx + i, m, m_plane, first, count, channels, s->in_channels - i, s, &w, &kinds);
        }
    }
}
