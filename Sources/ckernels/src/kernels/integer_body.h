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

/* Made once for each type of activation. */
#define CK_INTEGER(suffix, type)                                                                                         \
    CK_INLINE int32_t CK_NAME(dot_##suffix)(const type *restrict x, const int8_t *restrict q, int64_t count) {           \
        int32_t sum = 0;                                                                                                 \
        CK_DOT for (int64_t i = 0; i < count; i++) sum += (int32_t)x[i] * (int32_t)q[i];                                 \
        return sum;                                                                                                      \
    }                                                                                                                    \
                                                                                                                         \
    static void CK_NAME(dense_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,               \
                                                const float *scales, const CK_REAL *bias, int32_t batch,                 \
                                                const ck_dense *s) {                                                     \
        const size_t inputs = (size_t)s->in_stored;                                                                      \
        for (int32_t n = 0; n < batch; n++)                                                                              \
            for (int32_t o = 0; o < s->out_stored; o++) {                                                                \
                CK_REAL *y_no = y + (size_t)n * (size_t)s->out_stored + (size_t)o;                                       \
                if (o >= s->out) { *y_no = 0; continue; }                                                                \
                const int32_t sum = CK_NAME(dot_##suffix)(x + (size_t)n * inputs, q + (size_t)o * inputs, s->in_stored); \
                *y_no = CK_NAME(integer_output)(sum, scales[o] * x_scale, bias ? bias[o] : 0, s->activation, s->slope);  \
            }                                                                                                            \
    }                                                                                                                    \
                                                                                                                         \
    /* One output pixel of channel o: taps outside the picture are skipped; without dilation a row of taps is one run. */ \
    CK_INLINE int32_t CK_NAME(window_##suffix)(const type *x, const int8_t *q, int32_t top, int32_t left, int32_t first,  \
                                               int32_t last, const ck_conv *s) {                                         \
        const int32_t channels = s->in_stored;                                                                           \
        int32_t sum = 0;                                                                                                 \
        for (int32_t ky = 0; ky < s->kernel_height; ky++) {                                                              \
            const int32_t row = top + ky * s->dilation_height;                                                           \
            if (row < 0 || row >= s->in_height) continue;                                                                \
            const type *x_row = x + (size_t)row * (size_t)s->in_width * (size_t)channels;                                \
            const int8_t *q_row = q + (size_t)ky * (size_t)s->kernel_width * (size_t)channels;                           \
            const int32_t run = s->dilation_width == 1 ? last - first : 1;                                               \
            for (int32_t kx = first; kx < last; kx += run) {                                                             \
                const int32_t column = left + kx * s->dilation_width;                                                    \
                sum += CK_NAME(dot_##suffix)(x_row + (size_t)column * (size_t)channels,                                  \
                                             q_row + (size_t)kx * (size_t)channels, (int64_t)run * channels);            \
            }                                                                                                            \
        }                                                                                                                \
        return sum;                                                                                                      \
    }                                                                                                                    \
                                                                                                                         \
    static void CK_NAME(conv_forward_##suffix)(CK_REAL *y, const type *x, float x_scale, const int8_t *q,                \
                                               const float *scales, const CK_REAL *bias, int32_t images,                 \
                                               const ck_conv *s) {                                                       \
        const size_t inputs = (size_t)s->kernel_height * (size_t)s->kernel_width * (size_t)s->in_stored;                 \
        for (int32_t n = 0; n < images; n++, x += (size_t)s->in_height * (size_t)s->in_width * (size_t)s->in_stored)     \
            for (int32_t py = 0; py < s->out_height; py++)                                                               \
                for (int32_t px = 0; px < s->out_width; px++, y += s->out_stored) {                                      \
                    const int32_t top = py * s->stride_height - s->pad_top, left = px * s->stride_width - s->pad_left;   \
                    int32_t first = 0, last = s->kernel_width;                                                           \
                    while (first < last && left + first * s->dilation_width < 0) first++;                                \
                    while (last > first && left + (last - 1) * s->dilation_width >= s->in_width) last--;                 \
                    for (int32_t o = 0; o < s->out_channels; o++) {                                                      \
                        const int32_t sum = CK_NAME(window_##suffix)(x, q + (size_t)o * inputs, top, left, first, last, s); \
                        y[o] = CK_NAME(integer_output)(sum, scales[o] * x_scale, bias ? bias[o] : 0, s->activation, s->slope); \
                    }                                                                                                    \
                    for (int32_t o = s->out_channels; o < s->out_stored; o++) y[o] = 0;                                  \
                }                                                                                                        \
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
