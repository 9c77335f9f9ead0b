/* integer_body.h - inference with 8-bit weights and 16- or 8-bit activations. Sums are exact and what follows is not
 * fused, so the result has the same bits on every machine. One plain version serves all.
 * The dot product asks for 32 products at a time, two vectors in flight: the one spelling that clang turns into
 * multiply-and-add of pairs of 16 bits. */
CK_EXACT_PUSH

/* x kept within lowest and highest, then rounded, ties to even; NaN gives 0. Adding 1.5 * 2^23 leaves no room for a
 * fraction: right for these small values, and packed where the processor has no instruction for rounding. */
CK_INLINE float CK_NAME(to_integer)(CK_REAL x, float lowest, float highest) {
    float v = x == x ? (float)x : 0;
    v = v < lowest ? lowest : v;
    v = v > highest ? highest : v;
    return (v + 12582912.0f) - 12582912.0f;
}

/* The nearest number of 17 significant bits: times one of 7 bits it is exact, so what was quantised once keeps its bits
 * when it is quantised again. */
CK_INLINE float CK_NAME(short_scale)(float scale) {
    uint32_t bits;
    memcpy(&bits, &scale, sizeof bits);
    bits = (bits + 0x40) & ~(uint32_t)0x7f;
    memcpy(&scale, &bits, sizeof bits);
    return scale;
}

/* Some outputs at a time: what is read of a row of weights is one line of the cache. */
static void CK_NAME(quantise_weights)(int8_t *restrict q, float *restrict scales, const CK_REAL *restrict w, int32_t inputs, int32_t outputs) {
    for (int32_t o = 0; o < outputs; o++) scales[o] = 0;
    for (int32_t k = 0; k < inputs; k++)
        for (int32_t o = 0; o < outputs; o++) {
            const CK_REAL v = w[(size_t)k * (size_t)outputs + (size_t)o], size = v < 0 ? -v : v;
            scales[o] = size > scales[o] ? (float)size : scales[o];
        }
    for (int32_t o = 0; o < outputs; o++) scales[o] = CK_NAME(short_scale)(scales[o] / 127);
    for (int32_t first = 0; first < outputs; first += 16)
        for (int32_t k = 0; k < inputs; k++)
            for (int32_t o = first; o < ck_min(first + 16, outputs); o++) {
                const CK_REAL v = w[(size_t)k * (size_t)outputs + (size_t)o];
                q[(size_t)o * (size_t)inputs + (size_t)k] = (int8_t)CK_NAME(to_integer)(v / (CK_REAL)scales[o], -127, 127);
            }
}

static void CK_NAME(quantise_s16)(int16_t *restrict q, const CK_REAL *restrict x, float scale, int32_t limit, int64_t count) {
    for (int64_t i = 0; i < count; i++) q[i] = (int16_t)CK_NAME(to_integer)(x[i] / (CK_REAL)scale, (float)-limit, (float)limit);
}

static void CK_NAME(quantise_u8)(uint8_t *restrict q, const CK_REAL *restrict x, float scale, int64_t count) {
    for (int64_t i = 0; i < count; i++) q[i] = (uint8_t)CK_NAME(to_integer)(x[i] / (CK_REAL)scale, 0, 255);
}

CK_INLINE CK_REAL CK_NAME(integer_output)(int32_t sum, float scale, CK_REAL bias, int32_t activation, float slope) {
    const CK_REAL v = (CK_REAL)scale * (CK_REAL)sum + bias;
    if (activation == CK_RELU) return v < 0 ? 0 : v;
    if (activation == CK_LEAKY_RELU) return v < 0 ? (CK_REAL)slope * v : v;
    return v;
}

/* Windows of some neighbouring pixels are copied into runs of 16-bit inputs, zero outside the picture, so many terms at a
 * time and for so many outputs: a row of weights is loaded once for all of these pixels. (3x3 from 512 to 512 channels on 4x4
 * pixels, weights beyond the second-level cache: 1360 us with windows of one pixel, 970 with four, no less with eight.)
 * 2304 terms are all of a 3x3 kernel over 256 channels, half of one over 512. */
enum { CK_NAME(integer_terms) = 2304, CK_NAME(integer_outputs) = 256, CK_NAME(integer_pixels) = 4 };

#if defined(__clang__)
#define CK_DOT CK_PRAGMA(clang loop vectorize_width(32) interleave_count(2))
#else
#define CK_DOT
#endif

/* By 64, then by 32 and by 8: rows of padded channels are multiples of 8. */
CK_INLINE int32_t CK_NAME(dot)(const int16_t *restrict x, const int8_t *restrict q, int32_t count) {
    const int32_t most = count / 64 * 64;
    int32_t sum = 0, i = most;
    CK_DOT for (int32_t j = 0; j < most; j++) sum += (int32_t)x[j] * (int32_t)q[j];
    if (i + 32 <= count) {
        for (int32_t j = 0; j < 32; j++) sum += (int32_t)x[i + j] * (int32_t)q[i + j];
        i += 32;
    }
    CK_NOVEC for (; i + 8 <= count; i += 8)
        for (int32_t j = 0; j < 8; j++) sum += (int32_t)x[i + j] * (int32_t)q[i + j];
    CK_NOVEC for (; i < count; i++) sum += (int32_t)x[i] * (int32_t)q[i];
    return sum;
}
#undef CK_DOT

/* sums[p][o] += window p . q[o], for `count` outputs whose rows of weights are `inputs` apart. */
static void CK_NAME(integer_products)(int32_t *restrict sums, const int16_t *restrict windows, const int8_t *restrict q, int32_t terms,
                                      int32_t inputs, int32_t count, int32_t pixels) {
    CK_NOVEC for (int32_t o = 0; o < count; o++)
        CK_NOVEC for (int32_t p = 0; p < pixels; p++)
            sums[p * CK_NAME(integer_outputs) + o] +=
                CK_NAME(dot)(windows + p * CK_NAME(integer_terms), q + (size_t)o * (size_t)inputs, terms);
}

/* Channels first ..< first + count of a pixel, from their sums. */
static void CK_NAME(integer_outputs_of)(CK_REAL *restrict y, const int32_t *restrict sums, float x_scale, const float *restrict scales,
                                        const CK_REAL *restrict bias, int32_t first, int32_t count, const ck_conv *s) {
    for (int32_t o = first; o < first + count; o++)
        y[o] = CK_NAME(integer_output)(sums[o - first], scales[o] * x_scale, bias ? bias[o] : 0, s->activation, s->slope);
    if (first + count == s->out_channels)
        for (int32_t o = s->out_channels; o < s->out_stored; o++) y[o] = 0;
}

/* Made once for each type of activation. */
#define CK_INTEGER(suffix, type)                                                                                        \
    /* Terms first ..< first + count of the window of output pixel `pixel`, counted through all images. */              \
    static void CK_NAME(window_##suffix)(int16_t *restrict window, const type *restrict x, int64_t pixel,               \
                                         int32_t first, int32_t count, const ck_conv *s) {                              \
        const int64_t of_image = (int64_t)s->out_height * s->out_width;                                                 \
        const int32_t place = (int32_t)(pixel % of_image);                                                              \
        const int32_t top = place / s->out_width * s->stride_height - s->pad_top;                                       \
        const int32_t left = place % s->out_width * s->stride_width - s->pad_left;                                      \
        x += (size_t)(pixel / of_image) * (size_t)s->in_height * (size_t)s->in_width * (size_t)s->in_stored;            \
        for (int32_t k = first; k < first + count;) {                                                                   \
            const int32_t tap = k / s->in_stored, i = k % s->in_stored;                                                 \
            const int32_t run = (int32_t)ck_min(s->in_stored - i, first + count - k);                                   \
            const int32_t row = top + tap / s->kernel_width * s->dilation_height;                                       \
            const int32_t column = left + tap % s->kernel_width * s->dilation_width;                                    \
            int16_t *restrict to = window + (k - first);                                                                \
            k += run;                                                                                                   \
            if (row < 0 || row >= s->in_height || column < 0 || column >= s->in_width) {                                \
                memset(to, 0, (size_t)run * sizeof *to);                                                                \
                continue;                                                                                               \
            }                                                                                                           \
            const type *restrict from = x + ((size_t)row * (size_t)s->in_width + (size_t)column) * (size_t)s->in_stored + i; \
            for (int32_t j = 0; j < run; j++) to[j] = (int16_t)from[j];                                                 \
        }                                                                                                               \
    }                                                                                                                   \
                                                                                                                        \
    /* All channels of output pixels pixel ..< pixel + pixels. */                                                       \
    static void CK_NAME(pixels_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q, const float *scales, \
                                         const CK_REAL *bias, int64_t pixel, int32_t pixels, const ck_conv *s) {        \
        enum { terms = CK_NAME(integer_terms), outputs = CK_NAME(integer_outputs), most = CK_NAME(integer_pixels) };    \
        const int32_t inputs = s->kernel_height * s->kernel_width * s->in_stored;                                       \
        int16_t windows[most * terms];                                                                                  \
        int32_t sums[most * outputs];                                                                                   \
        for (int32_t first = 0; first < s->out_channels; first += outputs) {                                            \
            const int32_t count = (int32_t)ck_min(outputs, s->out_channels - first);                                    \
            memset(sums, 0, sizeof sums);                                                                               \
            for (int32_t k = 0; k < inputs; k += terms) {                                                               \
                const int32_t run = (int32_t)ck_min(terms, inputs - k);                                                 \
                for (int32_t p = 0; p < pixels; p++)                                                                    \
                    CK_NAME(window_##suffix)(windows + p * terms, x, pixel + p, k, run, s);                             \
                CK_NAME(integer_products)(sums, windows, q + (size_t)first * (size_t)inputs + k, run, inputs, count,    \
                                          pixels);                                                                      \
            }                                                                                                           \
            for (int32_t p = 0; p < pixels; p++)                                                                        \
                CK_NAME(integer_outputs_of)(y + (size_t)(pixel + p) * (size_t)s->out_stored, sums + p * outputs,        \
                                            x_scale, scales, bias, first, count, s);                                    \
        }                                                                                                               \
    }                                                                                                                   \
                                                                                                                        \
    static void CK_NAME(conv_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,               \
                                               const float *scales, const CK_REAL *bias, int32_t images,                \
                                               const ck_conv *s) {                                                      \
        const int64_t pixels = (int64_t)images * s->out_height * s->out_width;                                          \
        for (int64_t first = 0; first < pixels; first += CK_NAME(integer_pixels))                                       \
            CK_NAME(pixels_##suffix)(y, x, x_scale, q, scales, bias, first,                                             \
                                     (int32_t)ck_min(CK_NAME(integer_pixels), pixels - first), s);                      \
    }                                                                                                                   \
                                                                                                                        \
    /* Images are the pixels of a convolution of one pixel each. */                                                     \
    static void CK_NAME(dense_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,              \
                                                const float *scales, const CK_REAL *bias, int32_t batch,                \
                                                const ck_dense *s) {                                                    \
        const ck_conv one = {.in_height = 1, .in_width = 1, .in_channels = s->in, .in_stored = s->in_stored,            \
                             .out_height = 1, .out_width = 1, .out_channels = s->out, .out_stored = s->out_stored,      \
                             .kernel_height = 1, .kernel_width = 1, .stride_height = 1, .stride_width = 1,              \
                             .dilation_height = 1, .dilation_width = 1, .groups = 1, .activation = s->activation,       \
                             .slope = s->slope};                                                                        \
        CK_NAME(conv_forward_##suffix)(y, x, x_scale, q, scales, bias, batch, &one);                                    \
    }

CK_INTEGER(s16, int16_t)
CK_INTEGER(u8, uint8_t)
#undef CK_INTEGER
CK_EXACT_POP
