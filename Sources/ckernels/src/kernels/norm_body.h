/* norm_body.h - batch and layer normalisation.
 *
 * Batch statistics read memory once. A block of rows, small enough for the first cache, is summed as differences from a
 * pivot, the mean so far; should the pivot turn out far from the block's mean, compared with the block's spread, the
 * block is summed again around its own mean. So sums may be floats: neither a large mean nor many rows cost digits. Blocks are
 * joined in double by the formula of Chan, Golub and LeVeque (1979). */

enum { CK_NAME(moments_block) = 4096 }; /* values of a block: 16 KB */

/* sums[c] = sum over all rows of x[r][c] - pivot[c], squares[c] = of its square; four rows at a time. */
CK_INLINE void CK_NAME(deviate_rows_of)(float *restrict sums, float *restrict squares, const float *restrict x,
                                     const float *restrict pivot, int64_t rows, size_t stride, int32_t width) {
    memset(sums, 0, (size_t)width * sizeof *sums);
    memset(squares, 0, (size_t)width * sizeof *squares);
    int64_t r = 0;
    CK_NOVEC for (; r + 4 <= rows; r += 4, x += 4 * stride) {
        int32_t c = 0;
        CK_NOVEC for (; c + 16 <= width; c += 16)
            for (int32_t k = c; k < c + 16; k++) {
                const float p = pivot[k], a = x[k] - p, b = x[k + stride] - p, d = x[k + 2 * stride] - p, e = x[k + 3 * stride] - p;
                sums[k] += (a + b) + (d + e);
                squares[k] += a * a; /* one by one: four fused operations */
                squares[k] += b * b;
                squares[k] += d * d;
                squares[k] += e * e;
            }
        CK_NOVEC for (; c < width; c++)
            for (size_t i = 0; i < 4; i++) {
                const float d = x[(size_t)c + i * stride] - pivot[c];
                sums[c] += d, squares[c] += d * d;
            }
    }
    CK_NOVEC for (; r < rows; r++, x += stride)
        for (int32_t c = 0; c < width; c++) {
            const float d = x[c] - pivot[c];
            sums[c] += d, squares[c] += d * d;
        }
}

CK_INLINE void CK_NAME(deviate_rows)(float *restrict sums, float *restrict squares, const float *restrict x,
                                     const float *restrict pivot, int64_t rows, size_t stride, int32_t width) {
    int32_t c = 0; /* 64 at a time: a constant, so that their sums stay in registers */
    CK_NOVEC for (; c + 64 <= width; c += 64) CK_NAME(deviate_rows_of)(sums + c, squares + c, x + c, pivot + c, rows, stride, 64);
    if (c < width) CK_NAME(deviate_rows_of)(sums + c, squares + c, x + c, pivot + c, rows, stride, width - c);
}

/* Mean and deviation of each of up to CK_NAME(panel) columns. */
CK_INLINE void CK_NAME(moments_of)(double *restrict mean, double *restrict deviation, const float *restrict x, int64_t rows,
                                   size_t stride, int32_t width) {
    const int64_t block = ck_max(16, CK_NAME(moments_block) / width);
    float pivot[CK_NAME(panel)], sums[CK_NAME(panel)], squares[CK_NAME(panel)];
    for (int32_t c = 0; c < width; c++) mean[c] = deviation[c] = 0;
    if (rows > 0) memcpy(pivot, x, (size_t)width * sizeof *pivot);
    CK_NOVEC for (int64_t done = 0; done < rows; done += block, x += (size_t)block * stride) {
        const int64_t n = ck_min(block, rows - done);
        const double one_nth = 1 / (double)n, part = (double)n / (double)(done + n), weight = (double)done * part;
        const float nearly_all = 0.9f * (float)n;
        int32_t far = 0;
        CK_NAME(deviate_rows)(sums, squares, x, pivot, n, stride, width);
        for (int32_t c = 0; c < width; c++) far |= sums[c] * sums[c] > nearly_all * squares[c];
        if (far) { /* of some column's squares 9 of 10 parts are the pivot's distance */
            for (int32_t c = 0; c < width; c++) pivot[c] += sums[c] * (float)one_nth;
            CK_NAME(deviate_rows)(sums, squares, x, pivot, n, stride, width);
        }
        for (int32_t c = 0; c < width; c++) {
            const double rest = (double)sums[c] * one_nth, step = (double)pivot[c] + rest - mean[c];
            mean[c] += step * part;
            deviation[c] += ((double)squares[c] - rest * (double)sums[c]) + step * step * weight;
            pivot[c] = (float)mean[c];
        }
    }
}

/* One more part, joined to mean and deviation of `rows` rows: ck_moments_combine for a few channels. */
CK_INLINE void CK_NAME(join)(double *restrict mean, double *restrict deviation, double rows, const double *restrict more_mean,
                             const double *restrict more_deviation, double more, int32_t channels) {
    const double part = more / (rows + more);
    for (int32_t c = 0; c < channels; c++) {
        const double step = more_mean[c] - mean[c];
        mean[c] += step * part;
        deviation[c] += more_deviation[c] + step * step * (rows * part);
    }
}

static void CK_NAME(batch_norm_moments)(double *restrict mean, double *restrict deviation, const float *restrict x, const ck_rows *s) {
    const int32_t times = CK_NAME(rows_per_wide)(s->stored), width = times * s->stored;
    if (times == 1) {
        CK_NOVEC for (int32_t first = 0; first < s->channels; first += CK_NAME(panel))
            CK_NAME(moments_of)(mean + first, deviation + first, x + first, s->rows, (size_t)s->stored,
                                (int32_t)ck_min(CK_NAME(panel), s->channels - first));
        return;
    }
    double m[CK_NAME(wide_limit)], d[CK_NAME(wide_limit)];
    const int64_t wide_rows = s->rows / times, left = s->rows % times;
    CK_NAME(moments_of)(m, d, x, wide_rows, (size_t)width, width);
    memcpy(mean, m, (size_t)s->channels * sizeof *mean);
    memcpy(deviation, d, (size_t)s->channels * sizeof *deviation);
    for (int32_t i = 1; wide_rows > 0 && i < times; i++)
        CK_NAME(join)(mean, deviation, (double)(wide_rows * i), m + i * s->stored, d + i * s->stored, (double)wide_rows, s->channels);
    if (left == 0) return;
    CK_NAME(moments_of)(m, d, x + (size_t)wide_rows * (size_t)width, left, (size_t)s->stored, s->stored);
    CK_NAME(join)(mean, deviation, (double)(s->rows - left), m, d, (double)left, s->channels);
}

CK_INLINE void CK_NAME(affine_row)(float *y, const float *x, const float *restrict scale, const float *restrict shift, bool relu,
                                   int32_t width) {
    int32_t c = 0;
    CK_NOVEC for (; c + 16 <= width; c += 16) {
        float v[16];
        for (int32_t k = 0; k < 16; k++) v[k] = x[c + k] * scale[c + k] + shift[c + k];
        if (relu)
            for (int32_t k = 0; k < 16; k++) v[k] = v[k] < 0 ? 0 : v[k];
        for (int32_t k = 0; k < 16; k++) y[c + k] = v[k];
    }
    CK_NOVEC for (; c < width; c++) {
        const float v = x[c] * scale[c] + shift[c];
        y[c] = relu && v < 0 ? 0 : v;
    }
}

CK_INLINE void CK_NAME(affine_rows)(float *y, const float *x, const float *scale, const float *shift, const bool relu, const ck_rows *s) {
    const int32_t times = CK_NAME(rows_per_wide)(s->stored), width = times * s->stored;
    float rooms[2][CK_NAME(wide_limit)];
    const float *a = CK_NAME(repeat)(rooms[0], scale, s->stored, times), *b = CK_NAME(repeat)(rooms[1], shift, s->stored, times);
    int64_t r = 0;
    if (width == 64)
        CK_NOVEC for (; r + times <= s->rows; r += times, y += 64, x += 64) CK_NAME(affine_row)(y, x, a, b, relu, 64);
    CK_NOVEC for (; r + times <= s->rows; r += times, y += width, x += width) CK_NAME(affine_row)(y, x, a, b, relu, width);
    CK_NOVEC for (; r < s->rows; r++, y += s->stored, x += s->stored) CK_NAME(affine_row)(y, x, scale, shift, relu, s->stored);
}

static void CK_NAME(batch_norm_apply)(float *y, const float *x, const float *scale, const float *shift, int32_t activation,
                                      const ck_rows *s) {
    if (activation == CK_RELU) CK_NAME(affine_rows)(y, x, scale, shift, true, s);
    else CK_NAME(affine_rows)(y, x, scale, shift, false, s);
}

/* a[c] += dy, b[c] += dy * (x - mean[c]) over all rows of up to CK_NAME(panel) columns: in float over 64 rows, then in double. */
CK_INLINE void CK_NAME(backward_sums_of)(double *restrict a, double *restrict b, const float *restrict dy, const float *restrict x,
                                      const float *restrict mean, int64_t rows, size_t stride, int32_t width) {
    CK_NOVEC for (int64_t first = 0; first < rows; first += 64) {
        float sums[CK_NAME(panel)], products[CK_NAME(panel)];
        const int64_t last = ck_min(rows, first + 64);
        memset(sums, 0, (size_t)width * sizeof *sums);
        memset(products, 0, (size_t)width * sizeof *products);
        int64_t r = first;
        CK_NOVEC for (; r + 2 <= last; r += 2) {
            const float *restrict g = dy + (size_t)r * stride, *restrict v = x + (size_t)r * stride;
            int32_t c = 0;
            CK_NOVEC for (; c + 16 <= width; c += 16)
                for (int32_t k = c; k < c + 16; k++) {
                    sums[k] += g[k] + g[k + stride];
                    products[k] += g[k] * (v[k] - mean[k]) + g[k + stride] * (v[k + stride] - mean[k]);
                }
            CK_NOVEC for (; c < width; c++) {
                sums[c] += g[c] + g[(size_t)c + stride];
                products[c] += g[c] * (v[c] - mean[c]) + g[(size_t)c + stride] * (v[(size_t)c + stride] - mean[c]);
            }
        }
        CK_NOVEC for (; r < last; r++)
            for (int32_t c = 0; c < width; c++) {
                const size_t i = (size_t)r * stride + (size_t)c;
                sums[c] += dy[i], products[c] += dy[i] * (x[i] - mean[c]);
            }
        for (int32_t c = 0; c < width; c++) a[c] += (double)sums[c], b[c] += (double)products[c];
    }
}

CK_INLINE void CK_NAME(backward_sums)(double *restrict a, double *restrict b, const float *restrict dy, const float *restrict x,
                                      const float *restrict mean, int64_t rows, size_t stride, int32_t width) {
    int32_t c = 0;
    CK_NOVEC for (; c + 64 <= width; c += 64) CK_NAME(backward_sums_of)(a + c, b + c, dy + c, x + c, mean + c, rows, stride, 64);
    if (c < width) CK_NAME(backward_sums_of)(a + c, b + c, dy + c, x + c, mean + c, rows, stride, width - c);
}

static void CK_NAME(batch_norm_backward_sums)(double *restrict sum_dy, double *restrict sum_dy_x, const float *restrict dy,
                                              const float *restrict x, const float *restrict mean, const ck_rows *s) {
    const int32_t times = CK_NAME(rows_per_wide)(s->stored), width = times * s->stored;
    if (times == 1) {
        CK_NOVEC for (int32_t first = 0; first < s->channels; first += CK_NAME(panel))
            CK_NAME(backward_sums)(sum_dy + first, sum_dy_x + first, dy + first, x + first, mean + first, s->rows,
                                   (size_t)s->stored, (int32_t)ck_min(CK_NAME(panel), s->channels - first));
        return;
    }
    double a[CK_NAME(wide_limit)] = {0}, b[CK_NAME(wide_limit)] = {0};
    float room[CK_NAME(wide_limit)];
    const float *wide_mean = CK_NAME(repeat)(room, mean, s->stored, times);
    const int64_t wide_rows = s->rows / times;
    const size_t behind = (size_t)wide_rows * (size_t)width;
    CK_NAME(backward_sums)(a, b, dy, x, wide_mean, wide_rows, (size_t)width, width);
    CK_NAME(backward_sums)(a, b, dy + behind, x + behind, mean, s->rows % times, (size_t)s->stored, s->stored);
    for (int32_t i = 0; i < times; i++)
        for (int32_t c = 0; c < s->channels; c++) sum_dy[c] += a[i * s->stored + c], sum_dy_x[c] += b[i * s->stored + c];
}

CK_INLINE void CK_NAME(backward_row)(float *dx, const float *dy, const float *x, const float *restrict by_dy,
                                     const float *restrict by_x, const float *restrict constant, int32_t width) {
    int32_t c = 0;
    CK_NOVEC for (; c + 16 <= width; c += 16) {
        float v[16];
        for (int32_t k = 0; k < 16; k++) v[k] = dy[c + k] * by_dy[c + k] + (x[c + k] * by_x[c + k] + constant[c + k]);
        for (int32_t k = 0; k < 16; k++) dx[c + k] = v[k];
    }
    CK_NOVEC for (; c < width; c++) dx[c] = dy[c] * by_dy[c] + (x[c] * by_x[c] + constant[c]);
}

static void CK_NAME(batch_norm_backward_apply)(float *dx, const float *dy, const float *x, const float *by_dy, const float *by_x,
                                               const float *constant, const ck_rows *s) {
    const int32_t times = CK_NAME(rows_per_wide)(s->stored), width = times * s->stored, stored = s->stored;
    float rooms[3][CK_NAME(wide_limit)];
    const float *a = CK_NAME(repeat)(rooms[0], by_dy, stored, times), *b = CK_NAME(repeat)(rooms[1], by_x, stored, times);
    const float *e = CK_NAME(repeat)(rooms[2], constant, stored, times);
    int64_t r = 0;
    if (width == 64)
        CK_NOVEC for (; r + times <= s->rows; r += times, dx += 64, dy += 64, x += 64) CK_NAME(backward_row)(dx, dy, x, a, b, e, 64);
    CK_NOVEC for (; r + times <= s->rows; r += times, dx += width, dy += width, x += width)
        CK_NAME(backward_row)(dx, dy, x, a, b, e, width);
    CK_NOVEC for (; r < s->rows; r++, dx += stored, dy += stored, x += stored)
        CK_NAME(backward_row)(dx, dy, x, by_dy, by_x, constant, stored);
}

#include "layer_norm_body.h"
