/* conv_sparse_body.h - gradients of a convolution behind a 2x2 pool: at most one pixel in four has a gradient, so
 * only these are visited.
 *
 * Winners differ from channel to channel, so the vectors cannot run over output channels. They run over the
 * kernel's rows instead: kx and input channel are contiguous in the image. Per output channel a list says where in the
 * image each winner's window begins, and its gradient:
 *
 *   by the weights   sum[ky][run] += gradient * x[window + ky][run]     the sums stay in registers
 *   by the input     dx[window + ky][run] += gradient * w[ky][run]      the weights stay in registers
 *
 * Forms: weights and sums are [output][ky][run], run = kernel_width * in_stored filled up to a multiple of 8.
 */

/* A living gradient: where its window begins, in values from the first image of the group. */
typedef struct CK_NAME(winner) {
    int32_t place;
    float gradient;
} CK_NAME(winner);

/* Where the windows of one image begin: so that a list is made by one loop, whose end is foreseen by the processor. Two nested
 * short ones take half as long again. */
CK_INLINE void CK_NAME(place_windows)(int32_t *restrict places, int64_t row, const ck_conv *s) {
    const int32_t height = s->out_height / 2, width = s->out_width / 2;
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            places[y * width + x] = (int32_t)(2 * y * s->stride_height * row) + 2 * x * s->stride_width * s->in_stored;
}

/* The winners of output channel o in `images` images. For the sums they come image by image: the same order in whatever groups
 * images are given. For the gradient by the input images take turns (`mixed`), so that windows that follow each other do not
 * overlap: a load that waits for a store of the same place costs 20 %. */
CK_INLINE int32_t CK_NAME(list_winners)(const bool mixed, CK_NAME(winner) *restrict list, const int32_t *restrict places,
                                        const float *restrict dy, const uint8_t *restrict index, int32_t o, int32_t images,
                                        int64_t image_values, int64_t row, const ck_conv *s) {
    const int32_t windows = (s->out_height / 2) * (s->out_width / 2);
    const int64_t stored = s->out_stored, out = windows * stored;
    const int32_t right = s->stride_width * s->in_stored, down = (int32_t)(s->stride_height * row);
    const int32_t corner[5] = {0, right, down, down + right, 0};
    const int32_t outer = mixed ? 1 : images, inner = mixed ? images : 1;
    int32_t count = 0;
    dy += o, index += o;
    for (int32_t first = 0; first < outer; first++)
        CK_NOVEC for (int32_t i = 0; i < windows; i++)
            CK_NOVEC for (int32_t n = first; n < first + inner; n++) {
                const int64_t at = n * out + i * stored;
                const uint8_t k = index[at];
                list[count].place = places[i] + (int32_t)(n * image_values) + corner[k];
                list[count].gradient = dy[at];
                count += k < 4;
            }
    return count;
}

/* `rows` kernel rows, `wide` vectors of 16 and (half) one of 8 of each; all constants where this is inlined. */
CK_INLINE void CK_NAME(sparse_sum)(const int rows, const int wide, const bool half, float *sums, int64_t run, const float *x, int64_t row,
                                   const CK_NAME(winner) *list, int32_t count) {
    CK_NAME(v16) acc[5][6];
    CK_NAME(v8) acc8[5];
    CK_UNROLL for (int r = 0; r < rows; r++) {
        CK_UNROLL for (int j = 0; j < wide; j++) acc[r][j] = *(CK_NAME(v16) *)(sums + r * run + j * 16);
        if (half) acc8[r] = *(CK_NAME(v8) *)(sums + r * run + wide * 16);
    }
    CK_NOVEC for (int32_t i = 0; i < count; i++) {
        const float *p = x + list[i].place, g = list[i].gradient;
        CK_UNROLL for (int r = 0; r < rows; r++) {
            CK_UNROLL for (int j = 0; j < wide; j++) acc[r][j] += g * *(const CK_NAME(v16) *)(p + r * row + j * 16);
            if (half) acc8[r] += g * *(const CK_NAME(v8) *)(p + r * row + wide * 16);
        }
    }
    CK_UNROLL for (int r = 0; r < rows; r++) {
        CK_UNROLL for (int j = 0; j < wide; j++) *(CK_NAME(v16) *)(sums + r * run + j * 16) = acc[r][j];
        if (half) *(CK_NAME(v8) *)(sums + r * run + wide * 16) = acc8[r];
    }
}

CK_INLINE void CK_NAME(sparse_spread)(const int rows, const int wide, const bool half, const float *w, int64_t run, float *dx, int64_t row,
                                      const CK_NAME(winner) *list, int32_t count) {
    CK_NAME(v16) kernel[5][6];
    CK_NAME(v8) kernel8[5];
    CK_UNROLL for (int r = 0; r < rows; r++) {
        CK_UNROLL for (int j = 0; j < wide; j++) kernel[r][j] = *(const CK_NAME(v16) *)(w + r * run + j * 16);
        if (half) kernel8[r] = *(const CK_NAME(v8) *)(w + r * run + wide * 16);
    }
    CK_NOVEC for (int32_t i = 0; i < count; i++) {
        float *p = dx + list[i].place;
        const float g = list[i].gradient;
        CK_UNROLL for (int r = 0; r < rows; r++) {
            CK_UNROLL for (int j = 0; j < wide; j++) *(CK_NAME(v16) *)(p + r * row + j * 16) += g * kernel[r][j];
            if (half) *(CK_NAME(v8) *)(p + r * row + wide * 16) += g * kernel8[r];
        }
    }
}

/* What a run is cut into: as many vectors as there are registers for. With 512-bit registers, and where a
 * row is one vector of 8, three or five rows are done at once; else one at a time: spilled sums cost more than reading the list again. */
#if CK_LANES >= 8 || defined(__aarch64__)
enum { CK_NAME(sparse_wide_one) = 6 };
#else
enum { CK_NAME(sparse_wide_one) = 3 };
#endif

typedef void (*CK_NAME(sparse_sum_function))(float *, int64_t, const float *, int64_t, const CK_NAME(winner) *, int32_t);
typedef void (*CK_NAME(sparse_spread_function))(const float *, int64_t, float *, int64_t, const CK_NAME(winner) *, int32_t);

#define CK_DEFINE_SPARSE(ROWS, WIDE, HALF)                                                                                       \
    static __attribute__((noinline)) void CK_NAME(sparse_sum_##ROWS##_##WIDE##_##HALF)(float *sums, int64_t run, const float *x, \
        int64_t row, const CK_NAME(winner) *list, int32_t count) {                                                               \
        CK_NAME(sparse_sum)(ROWS, WIDE, HALF, sums, run, x, row, list, count);                                                   \
    }                                                                                                                            \
    static __attribute__((noinline)) void CK_NAME(sparse_spread_##ROWS##_##WIDE##_##HALF)(const float *w, int64_t run, float *dx,\
        int64_t row, const CK_NAME(winner) *list, int32_t count) {                                                               \
        CK_NAME(sparse_spread)(ROWS, WIDE, HALF, w, run, dx, row, list, count);                                                  \
    }
#define CK_SPARSE_CASES(CASE, ROWS) \
    CASE(ROWS, 0, 1) CASE(ROWS, 1, 0) CASE(ROWS, 2, 0) CASE(ROWS, 3, 0) CASE(ROWS, 4, 0) CASE(ROWS, 5, 0) CASE(ROWS, 6, 0) CASE(ROWS, 1, 1) CASE(ROWS, 2, 1)

#if CK_LANES >= 16
#define CK_SPARSE_ALL(CASE) CK_SPARSE_CASES(CASE, 1) CK_SPARSE_CASES(CASE, 3) CK_SPARSE_CASES(CASE, 5)
#else
#define CK_SPARSE_ALL(CASE) CK_SPARSE_CASES(CASE, 1) CASE(3, 0, 1) CASE(5, 0, 1)
#endif
CK_SPARSE_ALL(CK_DEFINE_SPARSE)

/* A rectangle of the kernel: rows and vectors that are done in one go. */
typedef struct CK_NAME(sparse_part) {
    int32_t rows, wide, half;
} CK_NAME(sparse_part);

/* The next part of `left` values of a run in a kernel with `taps` rows. */
static CK_NAME(sparse_part) CK_NAME(sparse_next)(int32_t taps, int64_t left) {
    const int32_t rows = (CK_LANES >= 16 || left == 8) && (taps == 3 || taps == 5) ? taps : 1;
    const int32_t most = rows == 1 ? CK_NAME(sparse_wide_one) : rows == 5 ? 5 : 6;
    const int32_t wide = (int32_t)ck_min(left / 16, most);
    return (CK_NAME(sparse_part)){rows, wide, wide <= 2 && left - wide * 16 == 8};
}

/* The functions by rows, vectors and half vector: asked for once per output channel, so without a search. */
#define CK_SUM_CASE(ROWS, WIDE, HALF) [ROWS][WIDE][HALF] = CK_NAME(sparse_sum_##ROWS##_##WIDE##_##HALF),
#define CK_SPREAD_CASE(ROWS, WIDE, HALF) [ROWS][WIDE][HALF] = CK_NAME(sparse_spread_##ROWS##_##WIDE##_##HALF),
static const CK_NAME(sparse_sum_function) CK_NAME(sparse_sums)[6][7][2] = {CK_SPARSE_ALL(CK_SUM_CASE)};
static const CK_NAME(sparse_spread_function) CK_NAME(sparse_spreads)[6][7][2] = {CK_SPARSE_ALL(CK_SPREAD_CASE)};

/* ------------------------------------------------------------------ the two calls */

/* The images as the lists see them: padded, or followed by a few values of room where a run of 8 reads past a
 * row of fewer. */
static CK_NAME(frame) CK_NAME(sparse_frame)(const ck_conv *s) {
    CK_NAME(frame) f = CK_NAME(conv_frame)(s);
    f.copy = f.copy || s->in_stored % 8;
    return f;
}

/* sums[o][ky][run] += for at most CK_SPARSE_IMAGES images. workspace: frames, places of windows, list. */
static void CK_NAME(sparse_backward_weight)(float *sums, const float *x, const float *dy, const uint8_t *index, int32_t images, const ck_conv *s,
                                            float *workspace) {
    const CK_NAME(frame) f = CK_NAME(sparse_frame)(s);
    const int64_t run = ck_sparse_run(s), row = f.width * s->in_stored, in = (int64_t)s->in_height * s->in_width * s->in_stored;
    int32_t *const places = (int32_t *)(workspace + (f.copy ? CK_SPARSE_IMAGES * f.values + 16 : 0));
    CK_NAME(winner) *const list = (CK_NAME(winner) *)(places + ck_sparse_windows(s));
    CK_NAME(place_windows)(places, row, s);
    if (f.copy) {
        for (int32_t n = 0; n < images; n++)
            CK_NAME(fill_frame)(workspace + n * f.values, &f, x + n * in, s->in_height, s->in_width, s->in_stored, s->pad_top, s->pad_left, 1, 1);
        memset(workspace + images * f.values, 0, 16 * sizeof(float));
        x = workspace;
    }
    for (int32_t o = 0; o < s->out_channels; o++) {
        const int32_t count = CK_NAME(list_winners)(false, list, places, dy, index, o, images, f.values, row, s);
        for (int64_t first = 0; first < run;) {
            const CK_NAME(sparse_part) part = CK_NAME(sparse_next)(s->kernel_height, run - first);
            const CK_NAME(sparse_sum_function) sum = CK_NAME(sparse_sums)[part.rows][part.wide][part.half];
            for (int32_t ky = 0; ky < s->kernel_height; ky += part.rows)
                sum(sums + ((int64_t)o * s->kernel_height + ky) * run + first, run, x + ky * row + first, row, list, count);
            first += part.wide * 16 + part.half * 8;
        }
    }
}

/* dx of at most CK_SPARSE_IMAGES images; prepared[o][ky][run]. workspace: frames, places of windows, list. */
static void CK_NAME(sparse_backward_input)(float *dx, const float *dy, const uint8_t *index, const float *prepared, int32_t images, const ck_conv *s,
                                           float *workspace) {
    const CK_NAME(frame) f = CK_NAME(sparse_frame)(s);
    const int64_t run = ck_sparse_run(s), row = f.width * s->in_stored, in = (int64_t)s->in_height * s->in_width * s->in_stored;
    int32_t *const places = (int32_t *)(workspace + (f.copy ? CK_SPARSE_IMAGES * f.values + 16 : 0));
    CK_NAME(winner) *const list = (CK_NAME(winner) *)(places + ck_sparse_windows(s));
    CK_NAME(place_windows)(places, row, s);
    float *const to = f.copy ? workspace : dx;
    /* A kernel that fits the registers is spread whole, a larger one row by row: 4 to 14 % faster than the other way round.
     * (So additions may come in another order where registers are fewer.) */
    const int32_t taps = run <= 96 ? s->kernel_height : 1;
    memset(to, 0, (size_t)(images * f.values + (f.copy ? 16 : 0)) * sizeof(float));
    for (int32_t o = 0; o < s->out_channels; o++) {
        const int32_t count = images > 1 ? CK_NAME(list_winners)(true, list, places, dy, index, o, images, f.values, row, s)
                                         : CK_NAME(list_winners)(false, list, places, dy, index, o, 1, f.values, row, s);
        for (int64_t first = 0; first < run;) {
            const CK_NAME(sparse_part) part = CK_NAME(sparse_next)(taps, run - first);
            const CK_NAME(sparse_spread_function) spread = CK_NAME(sparse_spreads)[part.rows][part.wide][part.half];
            for (int32_t ky = 0; ky < s->kernel_height; ky += part.rows)
                spread(prepared + ((int64_t)o * s->kernel_height + ky) * run + first, run, to + ky * row + first, row, list, count);
            first += part.wide * 16 + part.half * 8;
        }
    }
    if (!f.copy) return;
    memset(dx, 0, (size_t)(images * in) * sizeof(float)); /* what no window reaches */
    const int64_t height = ck_min(s->in_height, f.height - s->pad_top), width = ck_min(s->in_width, f.width - s->pad_left);
    for (int32_t n = 0; n < images; n++)
        for (int64_t y = 0; y < height; y++)
            memcpy(dx + n * in + y * s->in_width * s->in_stored, to + n * f.values + (y + s->pad_top) * row + s->pad_left * s->in_stored,
                   (size_t)(width * s->in_stored) * sizeof(float));
}

/* prepared[o][ky][run] from w[ky][kx][i][o] */
static void CK_NAME(sparse_prepare)(float *restrict prepared, const float *restrict w, const ck_conv *s) {
    const int64_t run = ck_sparse_run(s), real = (int64_t)s->kernel_width * s->in_stored;
    memset(prepared, 0, (size_t)(s->out_channels * s->kernel_height * run) * sizeof(float));
    for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t j = 0; j < real; j++)
            for (int64_t o = 0; o < s->out_channels; o++)
                prepared[(o * s->kernel_height + ky) * run + j] = w[(ky * real + j) * s->out_stored + o];
}

/* dw[ky][kx][i][o] += sums[o][ky][run]; a part is some outputs */
static void CK_NAME(sparse_finish)(float *restrict dw, const float *restrict sums, const ck_conv *s) {
    const int64_t run = ck_sparse_run(s), real = (int64_t)s->kernel_width * s->in_stored;
    const int64_t end = ck_part_end(s->part_first, s->part_count, s->out_channels);
    for (int64_t ky = 0; ky < s->kernel_height; ky++)
        for (int64_t j = 0; j < real; j++)
            for (int64_t o = s->part_first; o < end; o++)
                dw[(ky * real + j) * s->out_stored + o] += sums[(o * s->kernel_height + ky) * run + j];
}
