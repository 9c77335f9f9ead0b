/* integer_body.h - inference with 8-bit weights and 16- or 8-bit activations. Sums are exact and what follows is not
 * fused, so the result has the same bits on every machine. One plain version serves all.
 * The dot product asks for 32 products at a time, two vectors in flight: the one spelling that clang turns into
 * multiply-and-add of pairs of 16 bits. */
CK_EXACT_PUSH

/* x kept within lowest and highest, then rounded, ties to even; NaN gives 0. */
CK_INLINE float CK_NAME(to_integer)(CK_REAL x, float lowest, float highest) {
    float v = x == x ? (float)x : 0;
    v = v < lowest ? lowest : v;
    v = v > highest ? highest : v;
    return ck_roundf(v);
}

static void CK_NAME(quantise_weights)(int8_t *restrict q, float *restrict scales, const CK_REAL *restrict w, int32_t inputs, int32_t outputs) {
    for (int32_t o = 0; o < outputs; o++) scales[o] = 0;
    for (int32_t k = 0; k < inputs; k++)
        for (int32_t o = 0; o < outputs; o++) {
            const CK_REAL v = w[(size_t)k * (size_t)outputs + (size_t)o], size = v < 0 ? -v : v;
            scales[o] = size > scales[o] ? (float)size : scales[o];
        }
    for (int32_t o = 0; o < outputs; o++) scales[o] /= 127;
    for (int32_t o = 0; o < outputs; o++)
        for (int32_t k = 0; k < inputs; k++) {
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

/* A window of a convolution is copied into one run of inputs, zero outside the picture, this many terms at a time. */
enum { CK_NAME(integer_terms) = 2048, CK_NAME(integer_outputs) = 256 };

/* Made once for each type of activation. The dot product goes by 64 and then by 8: rows of padded channels are
 * multiples of 8. */
#define CK_INTEGER(suffix, type)                                                                                        \
    CK_INLINE int32_t CK_NAME(dot_##suffix)(const type *restrict x, const int8_t *restrict q, int32_t count) {          \
        const int32_t most = count / 64 * 64;                                                                           \
        int32_t sum = 0, i = most;                                                                                      \
        CK_DOT for (int32_t j = 0; j < most; j++) sum += (int32_t)x[j] * (int32_t)q[j];                                 \
        CK_NOVEC for (; i + 8 <= count; i += 8)                                                                         \
            for (int32_t j = 0; j < 8; j++) sum += (int32_t)x[i + j] * (int32_t)q[i + j];                               \
        CK_NOVEC for (; i < count; i++) sum += (int32_t)x[i] * (int32_t)q[i];                                           \
        return sum;                                                                                                     \
    }                                                                                                                   \
                                                                                                                        \
    static void CK_NAME(dense_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,              \
                                                const float *scales, const CK_REAL *bias, int32_t batch,                \
                                                const ck_dense *s) {                                                    \
        const size_t inputs = (size_t)s->in_stored;                                                                     \
        for (int32_t n = 0; n < batch; n++, x += inputs, y += s->out_stored) {                                          \
            for (int32_t o = 0; o < s->out; o++)                                                                        \
                y[o] = CK_NAME(integer_output)(CK_NAME(dot_##suffix)(x, q + (size_t)o * inputs, s->in_stored),          \
                                               scales[o] * x_scale, bias ? bias[o] : 0, s->activation, s->slope);       \
            for (int32_t o = s->out; o < s->out_stored; o++) y[o] = 0;                                                  \
        }                                                                                                               \
    }                                                                                                                   \
                                                                                                                        \
    /* Terms first ..< first + count of the window whose upper left corner is (top, left). */                           \
    static void CK_NAME(window_##suffix)(type *restrict window, const type *restrict x, int32_t top, int32_t left,      \
                                         int32_t first, int32_t count, const ck_conv *s) {                              \
        for (int32_t k = first; k < first + count;) {                                                                   \
            const int32_t tap = k / s->in_stored, i = k % s->in_stored;                                                 \
            const int32_t run = (int32_t)ck_min(s->in_stored - i, first + count - k);                                   \
            const int32_t row = top + tap / s->kernel_width * s->dilation_height;                                       \
            const int32_t column = left + tap % s->kernel_width * s->dilation_width;                                    \
            const bool inside = row >= 0 && row < s->in_height && column >= 0 && column < s->in_width;                  \
            const type *from = inside ? x + ((size_t)row * (size_t)s->in_width + (size_t)column) * (size_t)s->in_stored + i : NULL; \
            for (int32_t j = 0; j < run; j++) window[k - first + j] = inside ? from[j] : 0;                             \
            k += run;                                                                                                   \
        }                                                                                                               \
    }                                                                                                                   \
                                                                                                                        \
    static void CK_NAME(pixel_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q, const float *scales, \
                                        const CK_REAL *bias, int32_t top, int32_t left, const ck_conv *s) {             \
        enum { terms = CK_NAME(integer_terms), outputs = CK_NAME(integer_outputs) };                                    \
        const int32_t inputs = s->kernel_height * s->kernel_width * s->in_stored;                                       \
        type window[terms];                                                                                             \
        for (int32_t first = 0; first < s->out_channels; first += outputs) {                                            \
            const int32_t count = (int32_t)ck_min(outputs, s->out_channels - first);                                    \
            int32_t sums[outputs] = {0};                                                                                \
            for (int32_t k = 0; k < inputs; k += terms) {                                                               \
                const int32_t run = (int32_t)ck_min(terms, inputs - k);                                                 \
                CK_NAME(window_##suffix)(window, x, top, left, k, run, s);                                              \
                for (int32_t o = 0; o < count; o++)                                                                     \
                    sums[o] += CK_NAME(dot_##suffix)(window, q + (size_t)(first + o) * (size_t)inputs + k, run);        \
            }                                                                                                           \
            for (int32_t o = first; o < first + count; o++)                                                             \
                y[o] = CK_NAME(integer_output)(sums[o - first], scales[o] * x_scale, bias ? bias[o] : 0, s->activation, s->slope); \
        }                                                                                                               \
        for (int32_t o = s->out_channels; o < s->out_stored; o++) y[o] = 0;                                             \
    }                                                                                                                   \
                                                                                                                        \
    static void CK_NAME(conv_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,               \
                                               const float *scales, const CK_REAL *bias, int32_t images,                \
                                               const ck_conv *s) {                                                      \
        for (int32_t n = 0; n < images; n++, x += (size_t)s->in_height * (size_t)s->in_width * (size_t)s->in_stored)    \
            for (int32_t row = 0; row < s->out_height; row++)                                                           \
                for (int32_t column = 0; column < s->out_width; column++, y += s->out_stored)                           \
                    CK_NAME(pixel_##suffix)(y, x, x_scale, q, scales, bias, row * s->stride_height - s->pad_top,        \
                                            column * s->stride_width - s->pad_left, s);                                 \
    }

#if defined(__clang__)
#define CK_DOT CK_PRAGMA(clang loop vectorize_width(32) interleave_count(2))
#else
#define CK_DOT
#endif
CK_INTEGER(s16, int16_t)
CK_INTEGER(u8, uint8_t)
#undef CK_INTEGER
#undef CK_DOT
CK_EXACT_POP
