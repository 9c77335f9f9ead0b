/* tile_body.h - the register tile: the one inner loop behind matrix products, dense layers, direct
 * convolutions, their weight gradients and the products inside Winograd's algorithm.
 *
 *   out[row][o] (+)= sum over i2, i1, k of  a[row * a_row + i2 * a2 + i1 * a1 + k * a0] * b[i2 * b2 + i1 * b1 + k * b0 + o]
 *
 * One value of a is broadcast and multiplied with contiguous values of b; the sums stay in registers. The three
 * nested loops are (ky, kx, input channel) forward, (image, y, x) for a weight gradient, and k alone for a product.
 * The output channels come in panels of 16 (or one of 8), b_panel apart.
 *
 * Every element is summed in the order of the loops, whatever the tile's size: so the same bits come out for
 * any batch, and on all instruction sets with FMA.
 */

#if CK_LANES >= 16
enum { CK_NAME(tile_rows) = 12, CK_NAME(tile_panels) = 2, CK_NAME(tile_rows_half) = 8 };
#elif CK_LANES == 8
enum { CK_NAME(tile_rows) = 6, CK_NAME(tile_panels) = 1, CK_NAME(tile_rows_half) = 8 };
#elif defined(__aarch64__)
enum { CK_NAME(tile_rows) = 6, CK_NAME(tile_panels) = 1, CK_NAME(tile_rows_half) = 8 };
#else
enum { CK_NAME(tile_rows) = 2, CK_NAME(tile_panels) = 1, CK_NAME(tile_rows_half) = 4 };
#endif

/* What a tile reads, adds up and writes. Distances are in values. */
typedef struct CK_NAME(tile) {
    const float *a, *b, *bias; /* bias: start of the sums, or NULL */
    float *out;
    int64_t a_row, a0, a1, a2;
    int64_t b_panel, b0, b1, b2;
    int64_t out_row, out_panel;
    int32_t n0, n1, n2;
    int32_t used;       /* real outputs from the first panel on; what a panel has beyond becomes zero */
    int32_t accumulate; /* sums begin with what is in out: so they come out the same in whatever groups the terms are given */
    int32_t activation;
    float slope;
} CK_NAME(tile);

/* Unaligned vectors of 16 and 8 floats, split by the compiler where the processor's are shorter. Vector types are used here,
 * and not arrays, because clang keeps an array of sums in registers only in lucky shapes: for this tile it reached
 * 45 GFLOP/s with arrays and 116 with vectors (of 117; AVX-512, 8 x 32 sums). */
typedef float CK_NAME(v16) __attribute__((vector_size(64), aligned(4), may_alias));
typedef float CK_NAME(v8) __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t CK_NAME(i16) __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t CK_NAME(i8) __attribute__((vector_size(32), aligned(4), may_alias));

#if CK_SHUFFLES
/* The lower or upper halves of two vectors, element by element in turns: rounds of these transpose. */
#define CK_INTERLEAVE_LOW(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CK_INTERLEAVE_HIGH(a, b) \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

/* Comparisons give masks of ones. A NaN is not below zero, so it stays: x > 0 ? x : 0 and fmaxf would hide it. */
#define CK_SELECT(mask, yes, no, V, I) ((CK_NAME(V))(((mask) & (CK_NAME(I))(yes)) | (~(mask) & (CK_NAME(I))(no))))
#define CK_RELU_OF(x, V, I) ((CK_NAME(V))(~((x) < 0) & (CK_NAME(I))(x)))
#define CK_LEAKY_RELU_OF(x, slope, V, I) CK_SELECT((x) < 0, (x) * (slope), x, V, I)

/* A panel's last outputs may be padding. Its weights are zero, but zero times infinity is not: so it is cut off.
 * CK_MASK(left) keeps the first `left` values. */
static const int32_t CK_NAME(tile_masks)[32] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
#define CK_MASK(left, I) (*(const CK_NAME(I) *)(CK_NAME(tile_masks) + 16 - ck_max(0, ck_min(16, left))))

/* The loops for `rows` rows and `panels` panels of one vector; all three are constants where this is inlined.
 * unit: a0 is known to be 1. */
#define CK_DEFINE_TILE(NAME, V, I, WIDTH)                                                                                 \
    CK_INLINE void CK_NAME(NAME)(const int rows, const int panels, const bool unit, const CK_NAME(tile) *s) {            \
        CK_NAME(V) acc[12][8];                                                                                          \
        if (s->accumulate) {                                                                                            \
            CK_UNROLL for (int t = 0; t < rows; t++) {                                                                  \
                CK_UNROLL for (int p = 0; p < panels; p++) acc[t][p] = *(const CK_NAME(V) *)(s->out + t * s->out_row + p * s->out_panel); \
            }                                                                                                           \
        } else {                                                                                                        \
            CK_UNROLL for (int p = 0; p < panels; p++) {                                                                \
                CK_NAME(V) first = {0};                                                                                 \
                if (s->bias) first = *(const CK_NAME(V) *)(s->bias + p * WIDTH);                                        \
                CK_UNROLL for (int t = 0; t < rows; t++) acc[t][p] = first;                                             \
            }                                                                                                           \
        }                                                                                                               \
        const int64_t a_row = s->a_row, a0 = unit ? 1 : s->a0, b0 = s->b0, b_panel = s->b_panel;                        \
        const int32_t n0 = s->n0;                                                                                       \
        CK_NOVEC for (int32_t i2 = 0; i2 < s->n2; i2++) {                                                               \
            CK_NOVEC for (int32_t i1 = 0; i1 < s->n1; i1++) {                                                           \
                const float *a = s->a + i2 * s->a2 + i1 * s->a1, *b = s->b + i2 * s->b2 + i1 * s->b1;                   \
                CK_NOVEC for (int32_t k = 0; k < n0; k++, a += a0, b += b0) {                                           \
                    CK_NAME(V) weights[8];                                                                              \
                    CK_UNROLL for (int p = 0; p < panels; p++) weights[p] = *(const CK_NAME(V) *)(b + p * b_panel);     \
                    CK_UNROLL for (int t = 0; t < rows; t++) {                                                          \
                        CK_UNROLL for (int p = 0; p < panels; p++) acc[t][p] += a[t * a_row] * weights[p];              \
                    }                                                                                                   \
                }                                                                                                       \
            }                                                                                                           \
        }                                                                                                               \
        const CK_NAME(I) mask = CK_MASK(s->used - (panels - 1) * 16, I);                                                \
        CK_UNROLL for (int t = 0; t < rows; t++) {                                                                      \
            CK_UNROLL for (int p = 0; p < panels; p++) {                                                                \
                CK_NAME(V) *out = (CK_NAME(V) *)(s->out + t * s->out_row + p * s->out_panel), y = acc[t][p];            \
                if (s->activation == CK_RELU) y = CK_RELU_OF(y, V, I);                                                     \
                else if (s->activation) y = CK_LEAKY_RELU_OF(y, s->slope, V, I);                                        \
                if (p == panels - 1) y = (CK_NAME(V))((CK_NAME(I))y & mask);                                            \
                *out = y;                                                                                               \
            }                                                                                                           \
        }                                                                                                               \
    }
CK_DEFINE_TILE(tile_wide, v16, i16, 16)
CK_DEFINE_TILE(tile_narrow, v8, i8, 8)

/* ------------------------------------------------------------- tiles over a block */

#define CK_TILE_CASE(NAME, ROWS, PANELS)                                \
    case ROWS:                                                          \
        if (s->a0 == 1) CK_NAME(NAME)(ROWS, PANELS, true, s);           \
        else CK_NAME(NAME)(ROWS, PANELS, false, s);                     \
        break;

/* Each width is one function, so that the sums of one tile do not disturb another's registers. */
#if CK_LANES >= 16
static __attribute__((noinline)) void CK_NAME(tile_pair)(const int rows, const CK_NAME(tile) *s) {
    switch (rows) {
        CK_TILE_CASE(tile_wide, 12, 2) CK_TILE_CASE(tile_wide, 11, 2) CK_TILE_CASE(tile_wide, 10, 2) CK_TILE_CASE(tile_wide, 9, 2)
        CK_TILE_CASE(tile_wide, 8, 2) CK_TILE_CASE(tile_wide, 7, 2) CK_TILE_CASE(tile_wide, 6, 2) CK_TILE_CASE(tile_wide, 5, 2)
        CK_TILE_CASE(tile_wide, 4, 2) CK_TILE_CASE(tile_wide, 3, 2)
        CK_TILE_CASE(tile_wide, 2, 2) CK_TILE_CASE(tile_wide, 1, 2)
    default: break;
    }
}
#endif

/* A single row, as of one picture, goes over four panels or more: sums enough that none waits for itself. 0: it does not. */
CK_INLINE int32_t CK_NAME(row_panels)(int64_t rows, int32_t left) {
    if (CK_LANES < 8 || rows != 1 || left <= 48) return 0;
    return CK_LANES < 16 || left <= 80 ? 4 : left <= 112 ? 6 : 8;
}

static __attribute__((noinline)) void CK_NAME(tile_row)(int32_t panels, const CK_NAME(tile) *s) {
#define CK_ROW_CASE(PANELS)                                       \
    case PANELS:                                                  \
        if (s->a0 == 1) CK_NAME(tile_wide)(1, PANELS, true, s);   \
        else CK_NAME(tile_wide)(1, PANELS, false, s);             \
        break;
    switch (panels) {
#if CK_LANES >= 16
        CK_ROW_CASE(8) CK_ROW_CASE(6)
#endif
        CK_ROW_CASE(4)
    default: break;
    }
#undef CK_ROW_CASE
}

static __attribute__((noinline)) void CK_NAME(tile_single)(const int rows, const CK_NAME(tile) *s) {
    switch (rows) {
#if CK_LANES >= 16
        CK_TILE_CASE(tile_wide, 12, 1) CK_TILE_CASE(tile_wide, 11, 1) CK_TILE_CASE(tile_wide, 10, 1) CK_TILE_CASE(tile_wide, 9, 1)
        CK_TILE_CASE(tile_wide, 8, 1) CK_TILE_CASE(tile_wide, 7, 1)
#endif
#if CK_LANES >= 8 || defined(__aarch64__)
        CK_TILE_CASE(tile_wide, 6, 1) CK_TILE_CASE(tile_wide, 5, 1) CK_TILE_CASE(tile_wide, 4, 1) CK_TILE_CASE(tile_wide, 3, 1)
#endif
        CK_TILE_CASE(tile_wide, 2, 1) CK_TILE_CASE(tile_wide, 1, 1)
    default: break;
    }
}

static __attribute__((noinline)) void CK_NAME(tile_half)(const int rows, const CK_NAME(tile) *s) {
    switch (rows) {
#if CK_LANES >= 8 || defined(__aarch64__)
        CK_TILE_CASE(tile_narrow, 8, 1) CK_TILE_CASE(tile_narrow, 7, 1) CK_TILE_CASE(tile_narrow, 6, 1) CK_TILE_CASE(tile_narrow, 5, 1)
#endif
        CK_TILE_CASE(tile_narrow, 4, 1) CK_TILE_CASE(tile_narrow, 3, 1) CK_TILE_CASE(tile_narrow, 2, 1) CK_TILE_CASE(tile_narrow, 1, 1)
    default: break;
    }
}

/* out[rows][columns], in tiles. s describes the first tile; `columns` (8, or a multiple of 16) is how many the output
 * stores, of which `used` are real: a last panel that is at most half used is done at half width. Rows are shared
 * out evenly, since a tile of one row leaves the processor waiting for its own sums. */
static void CK_NAME(tile_block)(const CK_NAME(tile) *s, int64_t rows, int32_t used, int32_t columns) {
    if (rows <= 0) return;
    CK_NAME(tile) t = *s;
    float *out = s->out;
    for (int32_t o = 0; o < columns;) {
        const int32_t left = (int32_t)ck_min(used, columns) - o;
        t.used = left;
        const int32_t row_panels = CK_NAME(row_panels)(rows, left);
        const bool half = left <= 8, pair = !half && CK_NAME(tile_panels) == 2 && left > (rows == 1 ? 16 : 24);
        const int64_t most = half ? CK_NAME(tile_rows_half) : CK_NAME(tile_rows), groups = (rows + most - 1) / most;
        const int64_t least = rows / groups, larger = rows % groups; /* rows of a group; how many groups have one more */
        int64_t row = 0;
        for (int64_t g = 0; g < groups; g++) {
            const int64_t n = least + (g < larger);
            t.a = s->a + row * s->a_row;
            t.out = out + row * s->out_row;
            if (s->accumulate) /* the next tile begins with these */
                for (int64_t i = n; i < 2 * n; i++) __builtin_prefetch(t.out + i * s->out_row), __builtin_prefetch(t.out + i * s->out_row + 16);
            if (row_panels) CK_NAME(tile_row)(row_panels, &t);
            else if (half) CK_NAME(tile_half)((int)n, &t);
#if CK_LANES >= 16
            else if (pair) CK_NAME(tile_pair)((int)n, &t);
#endif
            else CK_NAME(tile_single)((int)n, &t);
            if (half && columns - o == 16 && !s->accumulate) {
                for (int64_t i = 0; i < n; i++) memset(t.out + i * s->out_row + 8, 0, 8 * sizeof(float));
            }
            row += n;
        }
        const int32_t panels = row_panels ? row_panels : pair ? 2 : 1;
        t.b += panels * s->b_panel;
        if (t.bias) t.bias += panels * 16;
        out += panels * s->out_panel;
        o += panels * 16;
    }
}
