/* conv_picture_body.h - the first layer of most digit networks: one input channel, stride 1, a 2x2 pool behind. The
 * direct form with its loops turned round: the same sums in the same order, so the same bits, in less time.
 *
 * Forward, few outputs: a vector of 8 channels would leave half of a wide register empty. So vectors run along the row
 * instead. The pixels under the four corners of the windows lie apart by parity, hence the picture is split into even
 * and odd columns first, and a window's maximum needs nothing from its neighbours. The result is transposed to channels
 * at the end.
 *
 * Gradient by the weights, many outputs: the gradient before the pool, three quarters zeros, is never written. Each
 * window's is spread over its four corners in registers, and met with the pixels around them.
 */

/* -------------------------------------------------------------------- forward */

#if CK_LANES >= 16
/* Outputs at a time: with four corners each, 24 sums. */
enum { CK_NAME(picture_outputs) = 6 };

/* Pairs go 8 at a time, the last 8 again where they are not a multiple: rows of digits have 12 to 14 pairs. */
CK_INLINE void CK_NAME(split_row)(float *first, float *second, const float *x, int64_t columns) {
    const int64_t pairs = columns / 2;
    if (pairs < 8) {
        CK_NOVEC for (int64_t i = 0; i < pairs; i++) first[i] = x[2 * i], second[i] = x[2 * i + 1];
    } else {
        for (int64_t i = 0; i < pairs; i += 8) {
            const int64_t at = ck_min(i, pairs - 8);
            const CK_NAME(v16) both = *(const CK_NAME(v16) *)(x + 2 * at);
            *(CK_NAME(v8) *)(first + at) = __builtin_shufflevector(both, both, 0, 2, 4, 6, 8, 10, 12, 14);
            *(CK_NAME(v8) *)(second + at) = __builtin_shufflevector(both, both, 1, 3, 5, 7, 9, 11, 13, 15);
        }
    }
    if (columns % 2) first[pairs] = x[columns - 1];
}

/* The split picture: row y at y * 2 * width, even columns first. */
static void CK_NAME(split_picture)(float *restrict split, int64_t width, const float *restrict x,
                                   const CK_NAME(frame) *f, const ck_conv *s) {
    memset(split, 0, (size_t)(f->height * 2 * width) * sizeof(float));
    const int64_t columns = ck_max(0, ck_min(s->in_width, f->width - s->pad_left)), odd = s->pad_left % 2;
    for (int64_t y = ck_max(0, s->pad_top); y < ck_min(f->height, s->pad_top + s->in_height); y++, x += s->in_width) {
        float *first = split + y * 2 * width + odd * width + s->pad_left / 2,
              *second = split + y * 2 * width + !odd * width + (s->pad_left + 1) / 2;
        CK_NAME(split_row)(first, second, x, columns);
    }
}

/* 16 windows of one row, `outputs` channels from o on: values[channel], places[channel]. */
CK_INLINE void CK_NAME(picture_tile)(const int outputs, CK_NAME(v16) *values, CK_NAME(i16) *places,
                                     const float *split, int64_t width, const float *w, const float *bias,
                                     const ck_conv *s) {
    CK_NAME(v16) acc[4][CK_NAME(picture_outputs)];
    CK_UNROLL for (int o = 0; o < outputs; o++) {
        const CK_NAME(v16) first = (bias ? bias[o] : 0) - (CK_NAME(v16)){0};
        CK_UNROLL for (int corner = 0; corner < 4; corner++) acc[corner][o] = first;
    }
    CK_NOVEC for (int32_t ky = 0; ky < s->kernel_height; ky++, split += 2 * width) {
        CK_NOVEC for (int32_t kx = 0; kx < s->kernel_width; kx++, w += 16) {
            const float *left = split + kx % 2 * width + kx / 2, *right = split + !(kx % 2) * width + (kx + 1) / 2;
            CK_NAME(v16) pixels[4];
            pixels[0] = *(const CK_NAME(v16) *)left, pixels[2] = *(const CK_NAME(v16) *)(left + 2 * width);
            pixels[1] = *(const CK_NAME(v16) *)right, pixels[3] = *(const CK_NAME(v16) *)(right + 2 * width);
            CK_UNROLL for (int o = 0; o < outputs; o++) {
                CK_UNROLL for (int corner = 0; corner < 4; corner++) acc[corner][o] += pixels[corner] * w[o];
            }
        }
    }
    CK_UNROLL for (int o = 0; o < outputs; o++) {
        CK_POOL_WINDOW(values[o], places[o], acc[0][o], acc[1][o], acc[2][o], acc[3][o], s->activation == CK_RELU, v16,
                       i16);
    }
}

static __attribute__((noinline)) void CK_NAME(picture_windows)(int outputs, CK_NAME(v16) *values,
                                                               CK_NAME(i16) *places, const float *split, int64_t width,
                                                               const float *w, const float *bias, const ck_conv *s) {
#define CK_PICTURE_CASE(OUTPUTS)                                                                                       \
    case OUTPUTS: CK_NAME(picture_tile)(OUTPUTS, values, places, split, width, w, bias, s); break;
    switch (outputs) {
        CK_PICTURE_CASE(6) CK_PICTURE_CASE(5) CK_PICTURE_CASE(4)
        CK_PICTURE_CASE(3) CK_PICTURE_CASE(2) CK_PICTURE_CASE(1)
    default: break;
    }
#undef CK_PICTURE_CASE
}

/* y[window][8] from values[8][window], for the first `count` windows, by three rounds of interleaving halves. */
CK_INLINE void CK_NAME(transpose_values)(float *y, const CK_NAME(v16) *values, int64_t count) {
    CK_NAME(v16) rows[8];
    CK_UNROLL for (int o = 0; o < 8; o++) rows[o] = values[o];
    CK_UNROLL for (int round = 0; round < 3; round++) {
        CK_NAME(v16) mixed[8];
        CK_UNROLL for (int o = 0; o < 4; o++) {
            mixed[2 * o] = CK_INTERLEAVE_LOW(rows[o], rows[o + 4]);
            mixed[2 * o + 1] = CK_INTERLEAVE_HIGH(rows[o], rows[o + 4]);
        }
        CK_UNROLL for (int o = 0; o < 8; o++) rows[o] = mixed[o];
    }
    CK_UNROLL for (int o = 0; o < 8; o++) {
        if (2 * o + 1 < count) *(CK_NAME(v16) *)(y + o * 16) = rows[o];
        else if (2 * o < count) *(CK_NAME(v8) *)(y + o * 16) = __builtin_shufflevector(rows[o], rows[o], 0, 1, 2, 3, 4, 5, 6, 7);
    }
}

/* index[window][8] from places[8][window], a byte each. */
CK_INLINE void CK_NAME(transpose_places)(uint8_t *index, const CK_NAME(i16) *places, int64_t count) {
    uint8_t turned[128];
    const CK_NAME(i16) low = places[0] | places[1] << 8 | places[2] << 16 | places[3] << 24;
    const CK_NAME(i16) high = places[4] | places[5] << 8 | places[6] << 16 | places[7] << 24;
    *(CK_NAME(i16) *)turned = CK_INTERLEAVE_LOW(low, high);
    *(CK_NAME(i16) *)(turned + 64) = CK_INTERLEAVE_HIGH(low, high);
    CK_NOVEC for (int64_t i = 0; i < count; i++) * (CK_NAME(u8) *)(index + i * 8) = *(const CK_NAME(u8) *)(turned + i * 8);
}

static void CK_NAME(picture_forward)(float *y, uint8_t *index, const float *x, const float *prepared, const float *bias,
                                     int32_t images, const ck_conv *s, float *split) {
    const CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    const int64_t rows = s->out_height / 2, columns = s->out_width / 2, width = ck_picture_width(s);
    CK_NAME(v16) values[8] = {{0}};
    CK_NAME(i16) places[8]; /* of channels that are padding: what a window of zeros gives elsewhere */
    CK_UNROLL for (int o = 0; o < 8; o++) places[o] = (CK_NAME(i16)){0} + (s->activation == CK_RELU ? 4 : 0);
    for (int32_t n = 0; n < images; n++, x += s->in_height * s->in_width) {
        CK_NAME(split_picture)(split, width, x, &f, s);
        for (int64_t row = 0; row < rows; row++)
            for (int64_t column = 0; column < columns; column += 16) {
                for (int32_t o = 0,
                             groups = (s->out_channels + CK_NAME(picture_outputs) - 1) / CK_NAME(picture_outputs);
                     o < s->out_channels; groups--) {
                    const int32_t outputs = (s->out_channels - o) / groups;
                    CK_NAME(picture_windows)
                    (outputs, values + o, places + o, split + row * 4 * width + column, width, prepared + o,
                     bias ? bias + o : NULL, s);
                    o += outputs;
                }
                const int64_t count = ck_min(16, columns - column), at = ((n * rows + row) * columns + column) * 8;
                CK_NAME(transpose_values)(y + at, values, count);
                if (index) CK_NAME(transpose_places)(index + at, places, count);
            }
    }
}
#endif

/* ------------------------------------------------------- gradient by the weights */

#if CK_LANES >= 8 || defined(__aarch64__) /* the baseline of x86-64 has too few registers */

/* The pixels around a window meet its four gradients, in the order of the rows, for `rows` rows of a kernel `taps`
 * wide; all three are constants where this is inlined. */
#define CK_DEFINE_PICTURE_WEIGHT(NAME, V, I, U, WIDTH)                                                                 \
    CK_INLINE void CK_NAME(NAME)(const int rows, const int taps, const int panels, float *sums, const float *x,        \
                                 const float *dy, const uint8_t *index, int64_t width, const ck_conv *s) {             \
        const int64_t stored = s->out_stored;                                                                          \
        CK_NAME(V) acc[5][5][2];                                                                                       \
        CK_UNROLL for (int t = 0; t < rows * taps; t++) {                                                              \
            CK_UNROLL for (int p = 0; p < panels; p++) acc[t / taps][t % taps][p] =                                    \
                *(const CK_NAME(V) *)(sums + t * stored + p * WIDTH);                                                  \
        }                                                                                                              \
        const int64_t windows_y = s->out_height / 2, windows_x = s->out_width / 2;                                     \
        CK_NOVEC for (int64_t wy = 0; wy < windows_y; wy++) {                                                          \
            const float *corner = x + 2 * wy * width;                                                                  \
            CK_NOVEC for (int64_t wx = 0; wx < windows_x; wx++, corner += 2, dy += stored, index += stored) {          \
                CK_NAME(V) g[4][2];                                                                                    \
                CK_UNROLL for (int p = 0; p < panels; p++) {                                                           \
                    const CK_NAME(I) d = *(const CK_NAME(I) *)(dy + p * WIDTH);                                        \
                    const CK_NAME(I) winner =                                                                          \
                        __builtin_convertvector(*(const CK_NAME(U) *)(index + p * WIDTH), CK_NAME(I));                 \
                    CK_UNROLL for (int k = 0; k < 4; k++) g[k][p] = (CK_NAME(V))(d & (winner == k));                   \
                }                                                                                                      \
                CK_UNROLL for (int r = 0; r < rows + 1; r++) {                                                         \
                    CK_UNROLL for (int c = 0; c < taps + 1; c++) {                                                     \
                        const float pixel = corner[r * width + c];                                                     \
                        CK_UNROLL for (int k = 0; k < 4; k++) {                                                        \
                            const int ky = r - k / 2, kx = c - k % 2;                                                  \
                            if (ky < 0 || ky >= rows || kx < 0 || kx >= taps) continue;                                \
                            CK_UNROLL for (int p = 0; p < panels; p++) acc[ky][kx][p] += pixel * g[k][p];              \
                        }                                                                                              \
                    }                                                                                                  \
                }                                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        CK_UNROLL for (int t = 0; t < rows * taps; t++) {                                                              \
            CK_UNROLL for (int p = 0; p < panels; p++) * (CK_NAME(V) *)(sums + t * stored + p * WIDTH) =               \
                acc[t / taps][t % taps][p];                                                                            \
        }                                                                                                              \
    }
CK_DEFINE_PICTURE_WEIGHT(picture_weight_wide, v16, i16, u16, 16)
CK_DEFINE_PICTURE_WEIGHT(picture_weight_narrow, v8, i8, u8, 8)

/* All rows of the kernel at a time and up to two vectors of outputs, or where there are registers for less, one row and one
 * vector. A tap's additions come in the same order. */
#if CK_LANES >= 16
enum { CK_NAME(picture_lanes) = 16, CK_NAME(picture_whole) = 1 };
#define CK_PICTURE_WEIGHT(TAPS, PANELS) \
    CK_NAME(picture_weight_wide)(TAPS, TAPS, PANELS, sums, x, dy, index, width, s)
#else
enum { CK_NAME(picture_lanes) = 8, CK_NAME(picture_whole) = 0 };
#define CK_PICTURE_WEIGHT(TAPS, PANELS) CK_NAME(picture_weight_narrow)(1, TAPS, 1, sums, x, dy, index, width, s)
#endif

static __attribute__((noinline)) void CK_NAME(picture_weight_3)(float *sums, const float *x, const float *dy,
                                                                const uint8_t *index, int64_t width, int32_t panels,
                                                                const ck_conv *s) {
    if (panels == 2) CK_PICTURE_WEIGHT(3, 2);
    else CK_PICTURE_WEIGHT(3, 1);
}

static __attribute__((noinline)) void CK_NAME(picture_weight_5)(float *sums, const float *x, const float *dy,
                                                                const uint8_t *index, int64_t width, const ck_conv *s) {
    CK_PICTURE_WEIGHT(5, 1);
}
#undef CK_PICTURE_WEIGHT

/* sums[tap][o] += for one image. */
static void CK_NAME(picture_backward_weight)(float *sums, const float *x, const float *dy, const uint8_t *index,
                                             const ck_conv *s, float *workspace) {
    const CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    const float *image = x;
    if (f.copy) {
        CK_NAME(fill_frame)(workspace, &f, x, s->in_height, s->in_width, 1, s->pad_top, s->pad_left, 1, 1);
        image = workspace;
    }
    const int32_t taps = s->kernel_height, rows = CK_NAME(picture_whole) ? taps : 1, lanes = CK_NAME(picture_lanes);
    const int32_t most = CK_NAME(picture_whole) && taps == 3 ? 2 : 1;
    for (int32_t o = 0, panels; o < s->out_stored; o += panels * lanes) {
        panels = (int32_t)ck_min(most, (s->out_stored - o) / lanes);
        for (int32_t ky = 0; ky < taps; ky += rows) {
            float *const to = sums + (int64_t)ky * taps * s->out_stored + o;
            const float *const from = image + ky * f.width;
            if (taps == 3) CK_NAME(picture_weight_3)(to, from, dy + o, index + o, f.width, panels, s);
            else CK_NAME(picture_weight_5)(to, from, dy + o, index + o, f.width, s);
        }
    }
}
#endif
