/* gemm_body.h - matrix products and dense layers, all by register tiles. */
#include "blocks.h"
#include "tile_body.h"

/* to[panel][k][16] = from[k][panel * 16 + o], for n columns, the last panel filled up with zeros. `panel` and `row` are distances. Some
 * rows of all panels at a time, so that each line of `from` is read while its page is at hand. */
static void CK_NAME(pack_panels)(float *restrict to, int64_t panel, const float *restrict from, int64_t row, int64_t depth, int64_t n) {
    enum { ROWS = 32 };
    for (int64_t first = 0; first < depth; first += ROWS) {
        const int64_t last = ck_min(first + ROWS, depth);
        for (int64_t p = 0; p < n; p += 16) {
            float *const to_p = to + p / 16 * panel;
            const int64_t width = ck_min(16, n - p);
            if (width == 16)
                CK_NOVEC for (int64_t k = first; k < last; k++) *(CK_NAME(v16) *)(to_p + k * 16) = *(const CK_NAME(v16) *)(from + k * row + p);
            else
                for (int64_t k = first; k < last; k++)
                    for (int64_t o = 0; o < 16; o++) to_p[k * 16 + o] = o < width ? from[k * row + p + o] : 0;
        }
    }
}

#if CK_SHUFFLES && CK_LANES >= 16 /* with shorter vectors the loops below are as fast */
/* to[k][16] = from[o][k] for 16 of each: four rounds of interleaving halves. */
CK_INLINE void CK_NAME(transpose_16)(float *restrict to, const float *restrict from, int64_t row) {
    CK_NAME(v16) rows[16];
    CK_UNROLL for (int o = 0; o < 16; o++) rows[o] = *(const CK_NAME(v16) *)(from + o * row);
    CK_UNROLL for (int round = 0; round < 4; round++) {
        CK_NAME(v16) mixed[16];
        CK_UNROLL for (int o = 0; o < 8; o++) {
            mixed[2 * o] = CK_INTERLEAVE_LOW(rows[o], rows[o + 8]);
            mixed[2 * o + 1] = CK_INTERLEAVE_HIGH(rows[o], rows[o + 8]);
        }
        CK_UNROLL for (int o = 0; o < 16; o++) rows[o] = mixed[o];
    }
    CK_UNROLL for (int k = 0; k < 16; k++) *(CK_NAME(v16) *)(to + k * 16) = rows[k];
}
#endif

/* to[panel][k][16] = from[panel * 16 + o][k]: the same from the transposed matrix, in blocks of 16 x 16 so that
 * each line of `from` is read once. */
static void CK_NAME(pack_panels_transposed)(float *restrict to, int64_t panel, const float *restrict from, int64_t row, int64_t depth, int64_t n) {
    for (int64_t p = 0; p < n; p += 16, to += panel) {
        const int64_t width = ck_min(16, n - p);
        int64_t first = 0;
#if CK_SHUFFLES && CK_LANES >= 16
        if (width == 16)
            for (; first + 16 <= depth; first += 16) CK_NAME(transpose_16)(to + first * 16, from + p * row + first, row);
#endif
        for (; first < depth; first += 16) {
            const int64_t last = ck_min(first + 16, depth);
            for (int64_t o = 0; o < width; o++)
                for (int64_t k = first; k < last; k++) to[k * 16 + o] = from[(p + o) * row + k];
            for (int64_t o = width; o < 16; o++)
                for (int64_t k = first; k < last; k++) to[k * 16 + o] = 0;
        }
    }
}

/* c[rows][n] (+)= a * packed b. c has no padding: a last panel that is not full goes through a buffer. */
static void CK_NAME(multiply_block)(CK_NAME(tile) *t, float *c, int64_t ldc, int64_t rows, int64_t n) {
    const int32_t whole = (int32_t)(n / 16 * 16), rest = (int32_t)(n - whole);
    t->out = c, t->out_row = ldc, t->out_panel = 16;
    if (whole) CK_NAME(tile_block)(t, rows, whole, whole);
    if (!rest) return;
    float buffer[CK_BLOCK_ROWS * 16];
    CK_NAME(tile) last = *t;
    last.b += whole / 16 * t->b_panel;
    last.out = buffer, last.out_row = 16, last.accumulate = 0;
    CK_NAME(tile_block)(&last, rows, rest, 16);
    for (int64_t r = 0; r < rows; r++)
        for (int32_t o = 0; o < rest; o++) {
            float *to = c + r * ldc + whole + o;
            *to = t->accumulate ? *to + buffer[r * 16 + o] : buffer[r * 16 + o];
        }
}

/* Blocks of b are packed into panels; blocks of a are read as they lie, or copied where that would be slow. */
static void CK_NAME(matmul)(float *c, const float *a, const float *b, const ck_matmul *s, void *workspace) {
    float *const packed_b = workspace;
    float *const packed_a = packed_b + ck_min(s->k, CK_BLOCK_DEPTH) * ck_round_up(ck_min(s->n, CK_BLOCK_COLUMNS), 16);
    const int64_t rows = s->m;
    const bool copy_a = ck_matmul_copies_a(s);
    for (int64_t j = 0; j < s->n; j += CK_BLOCK_COLUMNS) {
        const int64_t n = ck_min(CK_BLOCK_COLUMNS, s->n - j);
        for (int64_t l = 0; l < s->k || l == 0; l += CK_BLOCK_DEPTH) {
            const int64_t depth = ck_min(CK_BLOCK_DEPTH, s->k - l), spaced = depth + 16;
            if (s->transpose_b) CK_NAME(pack_panels_transposed)(packed_b, depth * 16, b + j * s->ldb + l, s->ldb, depth, n);
            else CK_NAME(pack_panels)(packed_b, depth * 16, b + l * s->ldb + j, s->ldb, depth, n);
            for (int64_t i = 0; i < rows; i += CK_BLOCK_ROWS) {
                const int64_t m = ck_min(CK_BLOCK_ROWS, rows - i);
                const float *from = s->transpose_a ? a + l * s->lda + i : a + i * s->lda + l;
                CK_NAME(tile) t = {.a = from, .b = packed_b, .b_panel = depth * 16, .b0 = 16, .n0 = (int32_t)depth, .n1 = 1, .n2 = 1,
                                   .a_row = s->transpose_a ? 1 : s->lda, .a0 = s->transpose_a ? s->lda : 1,
                                   .accumulate = s->accumulate || l > 0};
                if (copy_a) {
                    if (s->transpose_a)
                        for (int64_t k = 0; k < depth; k++) memcpy(packed_a + k * m, from + k * s->lda, (size_t)m * sizeof(float));
                    else
                        for (int64_t r = 0; r < m; r++) memcpy(packed_a + r * spaced, from + r * s->lda, (size_t)depth * sizeof(float));
                    t.a = packed_a, t.a_row = s->transpose_a ? 1 : spaced, t.a0 = s->transpose_a ? m : 1;
                }
                CK_NAME(multiply_block)(&t, c + i * s->ldc + j, s->ldc, m, n);
            }
        }
    }
}

/* ---------------------------------------------------------------------- dense */

static void CK_NAME(dense_forward_prepare)(void *prepared, const float *w, const ck_dense *s) {
    const int64_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->in);
    CK_NAME(pack_panels)((float *)prepared + first * 16, (int64_t)s->in * 16, w + first * s->out_stored, s->out_stored, end - first, s->out_stored);
}

static void CK_NAME(dense_forward)(float *y, const float *x, const void *prepared, const float *bias, int32_t batch, const ck_dense *s) {
    const int32_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->out_stored);
    const CK_NAME(tile) t = {.a = x, .b = (const float *)prepared + (int64_t)first * s->in, .bias = bias ? bias + first : NULL, .out = y + first,
                             .a_row = s->in_stored, .a0 = 1, .b_panel = (int64_t)s->in * 16, .b0 = 16, .out_row = s->out_stored, .out_panel = 16, .n0 = s->in, .n1 = 1, .n2 = 1,
                             .activation = s->activation, .slope = s->slope};
    CK_NAME(tile_block)(&t, batch, s->out - first, end - first);
}

static void CK_NAME(dense_backward_input_prepare)(void *prepared, const float *w, const ck_dense *s) {
    const int64_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->in_stored);
    CK_NAME(pack_panels_transposed)((float *)prepared + first * s->out, (int64_t)s->out * 16, w + first * s->out_stored, s->out_stored, s->out, end - first);
}

static void CK_NAME(dense_backward_input)(float *dx, const float *dy, const void *prepared, int32_t batch, const ck_dense *s) {
    const int32_t first = s->part_first, end = ck_part_end(s->part_first, s->part_count, s->in_stored);
    const CK_NAME(tile) t = {.a = dy, .b = (const float *)prepared + (int64_t)first * s->out, .out = dx + first, .a_row = s->out_stored, .a0 = 1,
                             .b_panel = (int64_t)s->out * 16, .b0 = 16, .out_row = s->in_stored, .out_panel = 16, .n0 = s->out, .n1 = 1, .n2 = 1};
    CK_NAME(tile_block)(&t, batch, s->in - first, end - first);
}

/* An outer product: the batch is the reduction, dy's rows are the contiguous side. dy is packed into panels first, since
 * each is read once per tile of rows. */
static void CK_NAME(dense_backward_weight)(float *dw, const float *x, const float *dy, int32_t batch, int32_t first, int32_t count,
                                           const ck_dense *s, void *workspace) {
    float *const packed = workspace;
    CK_NAME(pack_panels)(packed, (int64_t)batch * 16, dy, s->out_stored, batch, s->out_stored);
    const CK_NAME(tile) t = {.a = x + first, .b = packed, .out = dw + (int64_t)first * s->out_stored, .a_row = 1, .a0 = s->in_stored,
                             .b_panel = (int64_t)batch * 16, .b0 = 16, .out_row = s->out_stored, .out_panel = 16, .n0 = batch, .n1 = 1, .n2 = 1,
                             .accumulate = 1};
    CK_NAME(tile_block)(&t, count, s->out, s->out_stored);
}
