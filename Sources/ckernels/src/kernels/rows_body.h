/* rows_body.h - how kernels walk over a matrix whose columns are channels.
 *
 * Rows lie behind one another, so several short rows may be seen as one wide row: 8 of 8 channels, 4 of 16, 2 of 32.
 * Whatever belongs to a channel (a bias, a sum) is then repeated as often, and the inner loop is long enough. Inner
 * loops take 16 values at a time into a local array: the compiler makes one vector of it (or two, or four), and an output
 * that is the input itself does no harm, because all 16 are read before any is written. */

enum {
    CK_NAME(wide_limit) = 128, /* values of a wide row, where it has more than one row in it */
    CK_NAME(panel) = 256       /* columns that are summed at a time: a kilobyte of sums stays in the first cache */
};

/* Rows that are taken as one. */
CK_INLINE int32_t CK_NAME(rows_per_wide)(int32_t stored) {
    if (stored % 16 == 0) return stored >= 64 ? 1 : (64 + stored - 1) / stored;
    return stored == 8 ? 8 : stored < 8 ? 16 : 1;
}

/* values[0 ..< stored], repeated to a wide row in `room`; the values themselves where they are too many for it. What lies
 * in `room` can be kept in registers: no output can be there. */
CK_INLINE const float *CK_NAME(repeat)(float room[CK_NAME(wide_limit)], const float *values, int32_t stored, int32_t times) {
    if (times * stored > CK_NAME(wide_limit)) return values;
    for (int32_t i = 0; i < times; i++) memcpy(room + i * stored, values, (size_t)stored * sizeof *room);
    return room;
}

/* sums[c] += x[r][c] over all rows, four rows at a time. */
CK_INLINE void CK_NAME(sum_rows_of)(float *restrict sums, const float *restrict x, int64_t rows, size_t stride, int32_t width) {
    int64_t r = 0;
    CK_NOVEC for (; r + 4 <= rows; r += 4, x += 4 * stride) {
        int32_t c = 0;
        CK_NOVEC for (; c + 16 <= width; c += 16)
            for (int32_t k = c; k < c + 16; k++)
                sums[k] += (x[k] + x[k + stride]) + (x[k + 2 * stride] + x[k + 3 * stride]);
        CK_NOVEC for (; c < width; c++) sums[c] += (x[c] + x[c + stride]) + (x[c + 2 * stride] + x[c + 3 * stride]);
    }
    CK_NOVEC for (; r < rows; r++, x += stride) {
        int32_t c = 0;
        CK_NOVEC for (; c + 16 <= width; c += 16)
            for (int32_t k = c; k < c + 16; k++) sums[k] += x[k];
        CK_NOVEC for (; c < width; c++) sums[c] += x[c];
    }
}

/* 64 columns at a time: a constant, so that their sums stay in registers. */
CK_INLINE void CK_NAME(sum_rows)(float *restrict sums, const float *restrict x, int64_t rows, size_t stride, int32_t width) {
    int32_t c = 0;
    CK_NOVEC for (; c + 64 <= width; c += 64) CK_NAME(sum_rows_of)(sums + c, x + c, rows, stride, 64);
    if (c < width) CK_NAME(sum_rows_of)(sums + c, x + c, rows, stride, width - c);
}

/* totals[c] += x[r][c] over all rows, for up to CK_NAME(panel) columns: floats are added up over at most 256 rows,
 * then in double. */
CK_INLINE void CK_NAME(total_rows)(double *restrict totals, const float *restrict x, int64_t rows, size_t stride, int32_t width) {
    CK_NOVEC for (int64_t r = 0; r < rows; r += 256) {
        float sums[CK_NAME(panel)];
        memset(sums, 0, (size_t)width * sizeof *sums);
        CK_NAME(sum_rows)(sums, x + (size_t)r * stride, ck_min(256, rows - r), stride, width);
        for (int32_t c = 0; c < width; c++) totals[c] += (double)sums[c];
    }
}

/* totals[c] = sum over all rows of x[r][c], for the columns first ..< first + width of rows of `stored`. */
CK_INLINE void CK_NAME(column_totals)(double *restrict totals, const float *restrict x, int64_t rows, int32_t stored,
                                      int32_t first, int32_t width) {
    const int32_t times = CK_NAME(rows_per_wide)(stored);
    memset(totals, 0, (size_t)width * sizeof *totals);
    if (times == 1) {
        CK_NAME(total_rows)(totals, x + first, rows, (size_t)stored, width);
        return;
    }
    double wide[CK_NAME(wide_limit)] = {0};
    const int64_t wide_rows = rows / times;
    const size_t stride = (size_t)(times * stored);
    CK_NAME(total_rows)(wide, x, wide_rows, stride, times * stored);
    CK_NAME(total_rows)(wide, x + (size_t)wide_rows * stride, rows % times, (size_t)stored, stored);
    for (int32_t i = 0; i < times; i++)
        for (int32_t c = 0; c < width; c++) totals[c] += wide[i * stored + first + c];
}

/* The sum of 16 values, by halves. With vector types, because from plain loops clang makes 16 scalar additions: 2.5 times
 * the time of a softmax over 10 classes. */
CK_INLINE float CK_NAME(sum_16)(const float v[16]) {
#if CK_SHUFFLES
    ck_float_16 a;
    memcpy(&a, v, sizeof a);
    const ck_float_8 b = __builtin_shufflevector(a, a, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15);
    const ck_float_4 c = __builtin_shufflevector(b, b, 0, 1, 2, 3) + __builtin_shufflevector(b, b, 4, 5, 6, 7);
    return (c[0] + c[2]) + (c[1] + c[3]);
#else
    float a[8], c[4];
    for (int32_t k = 0; k < 8; k++) a[k] = v[k] + v[k + 8];
    for (int32_t k = 0; k < 4; k++) c[k] = a[k] + a[k + 4];
    return (c[0] + c[2]) + (c[1] + c[3]);
#endif
}

/* All bits for the values of a block that are real, none for its padding: `left` real values from its first on. */
CK_INLINE const uint32_t *CK_NAME(real_bits)(int32_t left) {
    static const uint32_t bits[32] = {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u};
    return bits + 16 - (left < 0 ? 0 : left < 16 ? left : 16);
}

/* x, or 0 where bits are 0; a select between x and 0 by the channel's number becomes branches. */
CK_INLINE float CK_NAME(only)(float x, uint32_t bits) { return CK_NAME(as_float)(CK_NAME(as_bits)(x) & bits); }
