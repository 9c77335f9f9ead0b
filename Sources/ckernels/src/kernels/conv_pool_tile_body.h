/* conv_pool_tile_body.h - the register tile of a convolution fused with a 2x2 maximum: four pixels a window, so that only
 * the pooled row is ever written.
 */

/* A window's four sums become its largest value and the place of that value; the first of equals wins, a NaN
 * anywhere makes the result NaN. With ReLU, what is not above zero becomes zero with index 4. */
#define CK_POOL_WINDOW(y, k, a, b, c, d, relu, V, I)                                                          \
    do {                                                                                                      \
        const CK_NAME(I) b_wins_ = (b) > (a), d_wins_ = (d) > (c);                                            \
        const CK_NAME(V) ab_ = CK_SELECT(b_wins_, b, a, V, I), cd_ = CK_SELECT(d_wins_, d, c, V, I);          \
        const CK_NAME(I) lower_ = cd_ > ab_, nan_ = ((a) != (a)) | ((b) != (b)) | ((c) != (c)) | ((d) != (d)); \
        y = CK_SELECT(lower_, cd_, ab_, V, I);                                                                \
        k = (lower_ & (2 - d_wins_)) | (~lower_ & -b_wins_);                                                  \
        if (relu) {                                                                                           \
            const CK_NAME(I) dead_ = y <= 0;                                                                  \
            y = (CK_NAME(V))(~dead_ & (CK_NAME(I))y);                                                         \
            k = (dead_ & 4) | (~dead_ & k);                                                                   \
        }                                                                                                     \
        y = (CK_NAME(V))((CK_NAME(I))y | nan_);                                                               \
    } while (0)

typedef uint8_t CK_NAME(u16) __attribute__((vector_size(16), aligned(1), may_alias));
typedef uint8_t CK_NAME(u8) __attribute__((vector_size(8), aligned(1), may_alias));

/* s as in tile_body.h, a at the first window's upper left pixel; down: distance to the pixel below.
 * out_row is the distance between pooled pixels, the same in index (which may be NULL). row: s->a_row where that is a constant,
 * else 0. Only then are four windows faster than two: distances that are variables are added up pixel by pixel. */
#define CK_DEFINE_POOL_TILE(NAME, V, I, U, WIDTH)                                                                       \
    CK_INLINE void CK_NAME(NAME)(const int windows, const int panels, const int64_t row, const CK_NAME(tile) *s,        \
                                 int64_t down, uint8_t *index) {                                                        \
        CK_NAME(V) acc[16][2];                                                                                          \
        CK_UNROLL for (int p = 0; p < panels; p++) {                                                                    \
            CK_NAME(V) first = {0};                                                                                     \
            if (s->bias) first = *(const CK_NAME(V) *)(s->bias + p * WIDTH);                                            \
            CK_UNROLL for (int t = 0; t < 4 * windows; t++) acc[t][p] = first;                                          \
        }                                                                                                               \
        const int64_t a_row = row ? row : s->a_row, a0 = s->a0, b0 = s->b0, b_panel = s->b_panel;                       \
        const int32_t n0 = s->n0;                                                                                       \
        CK_NOVEC for (int32_t i2 = 0; i2 < s->n2; i2++) {                                                               \
            CK_NOVEC for (int32_t i1 = 0; i1 < s->n1; i1++) {                                                           \
                const float *a = s->a + i2 * s->a2 + i1 * s->a1, *b = s->b + i2 * s->b2 + i1 * s->b1;                   \
                CK_NOVEC for (int32_t k = 0; k < n0; k++, a += a0, b += b0) {                                           \
                    CK_NAME(V) weights[2];                                                                              \
                    CK_UNROLL for (int p = 0; p < panels; p++) weights[p] = *(const CK_NAME(V) *)(b + p * b_panel);     \
                    CK_UNROLL for (int t = 0; t < 2 * windows; t++) {                                                   \
                        CK_UNROLL for (int p = 0; p < panels; p++) acc[t][p] += a[t * a_row] * weights[p];              \
                    }                                                                                                   \
                    CK_UNROLL for (int t = 0; t < 2 * windows; t++) {                                                   \
                        CK_UNROLL for (int p = 0; p < panels; p++) acc[2 * windows + t][p] += a[down + t * a_row] * weights[p]; \
                    }                                                                                                   \
                }                                                                                                       \
            }                                                                                                           \
        }                                                                                                               \
        const CK_NAME(I) mask = CK_MASK(s->used - (panels - 1) * 16, I);                                                \
        CK_UNROLL for (int w = 0; w < windows; w++) {                                                                   \
            CK_UNROLL for (int p = 0; p < panels; p++) {                                                                \
                CK_NAME(V) y;                                                                                           \
                CK_NAME(I) k;                                                                                           \
                CK_POOL_WINDOW(y, k, acc[2 * w][p], acc[2 * w + 1][p], acc[2 * windows + 2 * w][p],                     \
                               acc[2 * windows + 2 * w + 1][p], s->activation == CK_RELU, V, I);                        \
                if (p == panels - 1) y = (CK_NAME(V))((CK_NAME(I))y & mask);                                            \
                *(CK_NAME(V) *)(s->out + w * s->out_row + p * 16) = y;                                                  \
                if (index) *(CK_NAME(U) *)(index + w * s->out_row + p * 16) = __builtin_convertvector(k, CK_NAME(U));   \
            }                                                                                                           \
        }                                                                                                               \
    }
CK_DEFINE_POOL_TILE(pool_tile_wide, v16, i16, u16, 16)
CK_DEFINE_POOL_TILE(pool_tile_narrow, v8, i8, u8, 8)

/* One pooled row of `windows` windows and all output channels. As in tile_block, the last panel is done at half width
 * where no more is used; short vectors have registers for half a panel only. */
static __attribute__((noinline)) void CK_NAME(pool_row)(const CK_NAME(tile) *s, int64_t down, uint8_t *index, int32_t windows,
                                                        int32_t used, int32_t columns) {
    const int32_t wide = CK_LANES >= 16 ? 2 : 1;
    for (int32_t o = 0; o < columns;) {
        const int32_t left = used - o;
        int32_t width = CK_LANES >= 16 && left > 24 ? 32 : CK_LANES >= 8 && left > 8 ? 16 : 8;
        CK_NAME(tile) t = *s;
        t.used = left;
        t.b = s->b + o / 16 * s->b_panel + o % 16;
        if (s->bias) t.bias = s->bias + o;
        for (int32_t w = 0; w < windows;) {
            uint8_t *const place = index ? index + w * s->out_row + o : NULL;
            t.a = s->a + 2 * w * s->a_row;
            t.out = s->out + w * s->out_row + o;
            const bool two = windows - w >= 2 && wide == 2;
            const bool four = windows - w >= 4 && wide == 2 && width == 16 && s->a_row == 8; /* up to 8 channels come in */
            if (width == 8) {
                if (two) CK_NAME(pool_tile_narrow)(2, 1, 0, &t, down, place);
                else CK_NAME(pool_tile_narrow)(1, 1, 0, &t, down, place);
            } else if (CK_LANES >= 16 && width == 32) {
                if (two) CK_NAME(pool_tile_wide)(2, 2, 0, &t, down, place);
                else CK_NAME(pool_tile_wide)(1, 2, 0, &t, down, place);
            } else if (four) CK_NAME(pool_tile_wide)(4, 1, 8, &t, down, place);
            else if (two) CK_NAME(pool_tile_wide)(2, 1, 0, &t, down, place);
            else CK_NAME(pool_tile_wide)(1, 1, 0, &t, down, place);
            w += four ? 4 : two ? 2 : 1;
        }
        o += width;
        if (o % 16 && o >= used && o < columns) { /* the unused half of the last panel */
            for (int32_t w = 0; w < windows; w++) {
                memset(s->out + w * s->out_row + o, 0, 8 * sizeof(float));
                if (index) memset(index + w * s->out_row + o, 0, 8);
            }
            o += 8;
        }
    }
}
