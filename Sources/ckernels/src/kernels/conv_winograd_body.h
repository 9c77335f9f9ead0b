/* conv_winograd_body.h - 3x3 and 5x5 convolutions of stride 1 with a quarter (or less) of the multiplications.
 *
 * Tiles of the input become, per element f of the tile, a plane V[f][tile][input]; the kernel becomes U[f][input][output];
 * the convolution is then one product of matrices per f, and the transform back. The transforms run over channels, so they
 * are plain vector code. The gradient by the input is the same with the kernel turned round; the gradient by the kernel is
 * dU[f] += V[f]^T W[f], with W the transformed gradient, brought back once per step.
 *
 * At an edge where two outputs or fewer are left, tiles are short: 4 inputs there instead of 6. They take part in 16, or
 * 24, of the 36 planes.
 */
#include "winograd_transforms_body.h"
#include "winograd_window_body.h"
#include "conv_winograd_few_body.h"

/* Which kernel a product of Winograd's algorithm is formed with. */
enum CK_NAME(winograd_kernel_form) {
    CK_NAME(as_it_is),       /* forward */
    CK_NAME(turned),         /* flipped and transposed: the reversed convolution gives the gradient by the input */
    CK_NAME(transposed_only) /* the gradient by the input as the transposed of every step forward */
};

/* U of 16 outputs and all inputs: u[f][input][16], the planes f `plane` apart. */
CK_INLINE void CK_NAME(winograd_prepare_panel)(const int taps, float *u, int64_t plane, const float *w, const ck_conv *s, int32_t o,
                                               int form) {
    const bool transposed = form != CK_NAME(as_it_is), flipped = form == CK_NAME(turned);
    const int64_t w_row = transposed ? s->in_stored : s->out_stored, w_tap = (int64_t)s->in_stored * s->out_stored;
    const int32_t real = (int32_t)ck_min(16, s->out_channels - o);
    float rows[25][16][16];
    if (transposed) memset(rows, 0, sizeof rows);
    for (int32_t i = 0; i < s->in_channels; i++, u += 16) {
        CK_NAME(v16) kernel[25], half[30], out[36];
        if (transposed) {
            /* 16 inputs at a time: their rows lie so far apart that reading them one value each would miss the cache. */
            if (i % 16 == 0)
                for (int t = 0; t < taps * taps; t++)
                    for (int32_t l = 0; l < real; l++)
                        memcpy(rows[t][l], w + (flipped ? taps * taps - 1 - t : t) * w_tap + (o + l) * w_row + i, 16 * sizeof(float));
            for (int t = 0; t < taps * taps; t++) {
                float lanes[16];
                for (int l = 0; l < 16; l++) lanes[l] = rows[t][l][i % 16];
                kernel[t] = *(const CK_NAME(v16) *)lanes;
            }
        } else {
            CK_UNROLL for (int t = 0; t < taps * taps; t++) kernel[t] = *(const CK_NAME(v16) *)(w + t * w_tap + i * w_row + o);
        }
        CK_UNROLL for (int x = 0; x < taps; x++) CK_NAME(winograd_kernel)(taps, half + x, taps, kernel + x, taps);
        CK_UNROLL for (int y = 0; y < 6; y++) CK_NAME(winograd_kernel)(taps, out + y * 6, 1, half + y * taps, 1);
        CK_UNROLL for (int f = 0; f < 36; f++) *(CK_NAME(v16) *)(u + f * plane) = out[f];
    }
}

/* U[f][output panel][input][16] from w[ky][kx][i][o]. Inputs and outputs are those of the products: where the kernel
 * is transposed, `s` has them exchanged. */
static void CK_NAME(winograd_prepare)(float *u, const float *w, const ck_conv *s, int form) {
    const int64_t panel = (int64_t)s->in_channels * 16, plane = s->out_stored / 16 * panel;
    u += s->part_first / 16 * panel;
    for (int32_t o = s->part_first; o < ck_part_end(s->part_first, s->part_count, s->out_stored); o += 16, u += panel) {
        if (s->kernel_height == 5) CK_NAME(winograd_prepare_panel)(5, u, plane, w, s, o, form);
        else CK_NAME(winograd_prepare_panel)(3, u, plane, w, s, o, form);
    }
}

/* CALL(rows, columns) with the sizes of a tile as constants. */
#define CK_WINOGRAD_OF_SIZE(TILE, CALL)                                            \
    do {                                                                           \
        if ((TILE).rows == 6 && (TILE).columns == 6) CALL(6, 6);                   \
        else if ((TILE).rows == 6) CALL(6, 4);                                     \
        else if ((TILE).columns == 6) CALL(4, 6);                                  \
        else CALL(4, 4);                                                           \
    } while (0)

/* The plane of a tile's element. */
CK_INLINE int CK_NAME(winograd_plane_of)(const int rows, const int columns, const int i) {
    return CK_NAME(winograd_point)(rows, i / columns) * 6 + CK_NAME(winograd_point)(columns, i % columns);
}

/* V of 16 channels of one tile, the planes `plane` apart. Inside of the image pixel (r, q) is at x + r * row + q * step, else at
 * `channel` of its place. */
CK_INLINE void CK_NAME(winograd_input_tile)(const int rows, const int columns, const bool inside, float *v, int64_t plane, const float *x, int64_t row,
                                            int64_t step, float *const *places, int64_t channel) {
    CK_NAME(v16) d[36], half[36], out[36];
    CK_UNROLL for (int i = 0; i < rows * columns; i++) d[i] = *(const CK_NAME(v16) *)(inside ? x + i / columns * row + i % columns * step : places[i] + channel);
    CK_UNROLL for (int q = 0; q < columns; q++) CK_NAME(winograd_input)(rows, half + q, d + q, columns);
    CK_UNROLL for (int r = 0; r < rows; r++) CK_NAME(winograd_input)(columns, out + r * columns, half + r * columns, 1);
    CK_UNROLL for (int i = 0; i < rows * columns; i++) *(CK_NAME(v16) *)(v + CK_NAME(winograd_plane_of)(rows, columns, i) * plane) = out[i];
}
#define CK_DEFINE(ROWS, COLUMNS)                                                                                                        \
    static __attribute__((noinline)) void CK_NAME(winograd_input_##ROWS##_##COLUMNS)(float *v, int64_t plane, const float *x,           \
                                                                                     int64_t row, int64_t step) {                      \
        CK_NAME(winograd_input_tile)(ROWS, COLUMNS, true, v, plane, x, row, step, NULL, 0);                                            \
    }                                                                                                                                  \
    static __attribute__((noinline)) void CK_NAME(winograd_input_edge_##ROWS##_##COLUMNS)(float *v, int64_t plane, float *const *places, \
                                                                                          int64_t channel) {                           \
        CK_NAME(winograd_input_tile)(ROWS, COLUMNS, false, v, plane, NULL, 0, 0, places, channel);                                     \
    }
CK_DEFINE(6, 6) CK_DEFINE(6, 4) CK_DEFINE(4, 6) CK_DEFINE(4, 4)
#undef CK_DEFINE

/* V of `count` tiles from tile `first` on, of the images that x begins with. What lies outside of an image is read from
 * `zeros`, a pixel of zeros. */
static void CK_NAME(winograd_input_block)(float *v, int64_t plane, const float *x, float *zeros, int32_t first, int32_t count,
                                          const ck_conv *s, const ck_winograd *w, const ck_winograd_kinds *kinds) {
    const int64_t row = (int64_t)s->in_width * s->in_stored, step = s->in_stored;
    for (int32_t t = first; t < first + count; t++, v += s->in_stored) {
        const ck_winograd_tile tile = ck_winograd_find(w, kinds, t);
        float *const image = (float *)(uintptr_t)x + (int64_t)tile.image * s->in_height * row; /* only read */
        const CK_NAME(winograd_window) window = {tile.top - s->pad_top, tile.left - s->pad_left, tile.rows, tile.columns, s->in_height, s->in_width, step};
        if (CK_NAME(winograd_inside)(&window)) {
            const float *const from = image + CK_NAME(winograd_begin)(&window);
#define CK_CALL(ROWS, COLUMNS) for (int64_t c = 0; c < step; c += 16) CK_NAME(winograd_input_##ROWS##_##COLUMNS)(v + c, plane, from + c, row, step)
            CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
        } else {
            float *places[36];
            CK_NAME(winograd_places)(places, image, zeros, &window);
#define CK_CALL(ROWS, COLUMNS) for (int64_t c = 0; c < step; c += 16) CK_NAME(winograd_input_edge_##ROWS##_##COLUMNS)(v + c, plane, places, c)
            CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
        }
    }
}

/* Where the outputs of a tile go, and how many of them there are. */
typedef struct CK_NAME(winograd_target) {
    float *y;
    uint8_t *index;
    int32_t height, width;   /* outputs of the tile that are inside the image */
    int64_t row, stored;     /* distances in values */
} CK_NAME(winograd_target);

/* The transform back for 16 channels of one tile, `used` of them real, with bias, pool and activation. */
CK_INLINE void CK_NAME(winograd_output_tile)(const int rows, const int columns, const int taps, const CK_NAME(winograd_target) *to, const float *m,
                                             int64_t plane, const float *bias, int32_t used, const ck_conv *s) {
    const int high = rows - taps + 1, wide = columns - taps + 1; /* outputs */
    CK_NAME(v16) d[36], half[24], out[16], first = {0};
    if (bias) first = *(const CK_NAME(v16) *)bias;
    CK_UNROLL for (int i = 0; i < rows * columns; i++) d[i] = *(const CK_NAME(v16) *)(m + CK_NAME(winograd_plane_of)(rows, columns, i) * plane);
    CK_UNROLL for (int x = 0; x < columns; x++) CK_NAME(winograd_output)(rows, high, half + x, columns, d + x, columns);
    CK_UNROLL for (int y = 0; y < high; y++) CK_NAME(winograd_output)(columns, wide, out + y * wide, 1, half + y * columns, 1);
    const CK_NAME(i16) mask = CK_MASK(used, i16);
    CK_UNROLL for (int i = 0; i < high * wide; i++) out[i] = (CK_NAME(v16))((CK_NAME(i16))(out[i] + first) & mask);
    if (s->pool) {
        CK_UNROLL for (int y = 0; y < high; y += 2) {
            CK_UNROLL for (int x = 0; x < wide; x += 2) {
                if (y >= to->height || x >= to->width) continue;
                const CK_NAME(v16) *o = out + y * wide + x;
                CK_NAME(v16) value;
                CK_NAME(i16) place;
                CK_POOL_WINDOW(value, place, o[0], o[1], o[wide], o[wide + 1], s->activation == CK_RELU, v16, i16);
                const int64_t at = y / 2 * to->row + x / 2 * to->stored;
                *(CK_NAME(v16) *)(to->y + at) = value;
                if (to->index) *(CK_NAME(u16) *)(to->index + at) = __builtin_convertvector(place, CK_NAME(u16));
            }
        }
    } else {
        CK_UNROLL for (int y = 0; y < high; y++) {
            CK_UNROLL for (int x = 0; x < wide; x++) {
                if (y >= to->height || x >= to->width) continue;
                CK_NAME(v16) value = out[y * wide + x];
                if (s->activation == CK_RELU) value = CK_RELU_OF(value, v16, i16);
                else if (s->activation) value = CK_LEAKY_RELU_OF(value, s->slope, v16, i16);
                *(CK_NAME(v16) *)(to->y + y * to->row + x * to->stored) = value;
            }
        }
    }
}
#define CK_DEFINE(ROWS, COLUMNS, TAPS)                                                                                                  \
    static __attribute__((noinline)) void CK_NAME(winograd_output_##ROWS##_##COLUMNS##_##TAPS)(const CK_NAME(winograd_target) *to,    \
        const float *m, int64_t plane, const float *bias, int32_t used, const ck_conv *s) {                                            \
        CK_NAME(winograd_output_tile)(ROWS, COLUMNS, TAPS, to, m, plane, bias, used, s);                                               \
    }
CK_DEFINE(6, 6, 3) CK_DEFINE(6, 4, 3) CK_DEFINE(4, 6, 3) CK_DEFINE(4, 4, 3) CK_DEFINE(6, 6, 5)
#undef CK_DEFINE

static void CK_NAME(winograd_output_block)(float *y, uint8_t *index, const float *m, int64_t plane, const float *bias, int32_t first, int32_t count,
                                           int32_t o, int32_t channels, const ck_conv *s, const ck_winograd *w, const ck_winograd_kinds *kinds) {
    const int32_t shrink = s->pool ? 2 : 1;
    const int64_t width = s->out_width / shrink, height = s->out_height / shrink;
    for (int32_t t = first; t < first + count; t++, m += CK_WINOGRAD_OUTPUTS) {
        const ck_winograd_tile tile = ck_winograd_find(w, kinds, t);
        const int64_t at = ((tile.image * height + tile.top / shrink) * width + tile.left / shrink) * s->out_stored + o;
        for (int32_t c = 0; c < channels; c += 16) {
            const CK_NAME(winograd_target) to = {y + at + c, index ? index + at + c : NULL, (int32_t)(height * shrink) - tile.top,
                                                 (int32_t)(width * shrink) - tile.left, width * s->out_stored, s->out_stored};
            const float *const b = bias ? bias + o + c : NULL;
            const int32_t used = s->out_channels - o - c;
#define CK_CALL(ROWS, COLUMNS) CK_NAME(winograd_output_##ROWS##_##COLUMNS##_3)(&to, m + c, plane, b, used, s)
            if (s->kernel_height == 5) CK_NAME(winograd_output_6_6_5)(&to, m + c, plane, b, used, s);
            else CK_WINOGRAD_OF_SIZE(tile, CK_CALL);
#undef CK_CALL
        }
    }
}

/* M[f] = V[f] U[f] for outputs o ..< o + channels of the convolution s (for the gradient by the input: the reversed one),
 * of `count` tiles from `first` on. Short tiles have no elements at the points 2 and -2. */
static void CK_NAME(winograd_products)(float *m, int64_t m_plane, const float *v, int64_t v_plane, const float *u, int32_t first, int32_t count,
                                       int32_t o, int32_t channels, const ck_conv *s, const ck_winograd_kinds *kinds) {
    const int32_t high = kinds->narrow + kinds->whole; /* tiles of 6 rows are the first, those of 6 columns in the middle */
    CK_NAME(tile) t = {.a_row = s->in_stored, .a0 = 1, .b_panel = (int64_t)s->in_channels * 16, .b0 = 16, .out_row = CK_WINOGRAD_OUTPUTS,
                       .out_panel = 16, .n0 = s->in_channels, .n1 = 1, .n2 = 1};
    for (int32_t f = 0; f < CK_WINOGRAD_PLANES; f++) {
        const bool of_high = f / 6 == 3 || f / 6 == 4, of_wide = f % 6 == 3 || f % 6 == 4;
        const int32_t begin = (int32_t)ck_max(0, of_wide ? kinds->narrow - first : 0);
        const int32_t end = (int32_t)ck_min(count, (of_high ? high : of_wide ? high + kinds->low : first + count) - first);
        t.a = v + f * v_plane + (int64_t)begin * t.a_row, t.out = m + f * m_plane + (int64_t)begin * t.out_row;
        t.b = u + ((int64_t)f * s->out_stored + o) * s->in_channels;
        CK_NAME(tile_block)(&t, end - begin, channels, channels);
    }
}

/* The tiles of the images that x begins with, block by block: a block may end within an image. few: `prepared` holds kernels, to be
 * transformed as they are read, not U. workspace: zeros, V, M. */
static void CK_NAME(winograd_forward)(float *y, uint8_t *index, const float *x, const float *prepared, bool few, const float *bias, int32_t images,
                                      const ck_conv *s, float *workspace) {
    const ck_winograd w = ck_winograd_layout(s);
    const int64_t v_plane = ck_winograd_plane(&w, s->in_stored), m_plane = ck_winograd_plane(&w, CK_WINOGRAD_OUTPUTS);
    float *const zeros = workspace, *const v = zeros + s->in_stored, *const m = v + CK_WINOGRAD_PLANES * v_plane;
    const ck_winograd_kinds kinds = ck_winograd_count(&w, images);
    memset(zeros, 0, (size_t)s->in_stored * sizeof(float));
    const int32_t tiles = images * w.tiles_y * w.tiles_x, end = ck_part_end(s->part_first, s->part_count, s->out_stored);
    const int32_t outputs = few ? 16 : CK_WINOGRAD_OUTPUTS;
    for (int32_t first = 0; first < tiles; first += w.block) {
        const int32_t count = (int32_t)ck_min(w.block, tiles - first);
        CK_NAME(winograd_input_block)(v, v_plane, x, zeros, first, count, s, &w, &kinds);
        for (int32_t o = s->part_first; o < end; o += outputs) {
            const int32_t channels = (int32_t)ck_min(outputs, end - o);
            if (few) CK_NAME(winograd_few_products)(m, m_plane, v, v_plane, prepared, count, o, s);
            else CK_NAME(winograd_products)(m, m_plane, v, v_plane, prepared, first, count, o, channels, s, &kinds);
            CK_NAME(winograd_output_block)(y, index, m, m_plane, bias, first, count, o, channels, s, &w, &kinds);
        }
    }
}
