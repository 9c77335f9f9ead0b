/* conv_plain_body.h - convolution of any shape, groups and dilation too: one loop per index, the innermost over contiguous
 * channels. Also what the fast algorithms share. */

/* Row of the image that tap k of output row o reads, or -1 outside. Likewise for columns. */
CK_INLINE int64_t CK_NAME(conv_place)(int32_t o, int32_t stride, int32_t k, int32_t dilation, int32_t pad, int32_t size) {
    const int64_t place = (int64_t)o * stride + (int64_t)k * dilation - pad;
    return place >= 0 && place < size ? place : -1;
}

static void CK_NAME(plain_forward)(float *restrict y, const float *restrict x, const float *restrict w, const float *bias, const ck_conv *s) {
    const int32_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
    const int64_t stored_inputs = ck_conv_weight_inputs(s);
    for (int32_t oy = 0; oy < s->out_height; oy++)
        for (int32_t ox = 0; ox < s->out_width; ox++, y += s->out_stored) {
            for (int32_t o = 0; o < s->out_stored; o++) y[o] = bias && o < s->out_channels ? bias[o] : 0;
            for (int32_t ky = 0; ky < s->kernel_height; ky++)
                for (int32_t kx = 0; kx < s->kernel_width; kx++) {
                    const int64_t row = CK_NAME(conv_place)(oy, s->stride_height, ky, s->dilation_height, s->pad_top, s->in_height);
                    const int64_t column = CK_NAME(conv_place)(ox, s->stride_width, kx, s->dilation_width, s->pad_left, s->in_width);
                    if (row < 0 || column < 0) continue;
                    const float *x_p = x + (row * s->in_width + column) * s->in_stored;
                    const float *w_p = w + ((int64_t)ky * s->kernel_width + kx) * stored_inputs * s->out_stored;
                    for (int32_t g = 0; g < s->groups; g++)
                        for (int32_t i = 0; i < inputs; i++) {
                            const float v = x_p[g * inputs + i];
                            float *restrict y_g = y + g * outputs;
                            const float *restrict w_i = w_p + (int64_t)i * s->out_stored + g * outputs;
                            for (int32_t o = 0; o < outputs; o++) y_g[o] += v * w_i[o];
                        }
                }
        }
}

/* prepared[ky][kx][o][i]: transposed, so that the innermost loop of the gradient by the input is contiguous. */
static void CK_NAME(plain_transpose)(float *restrict prepared, const float *restrict w, const ck_conv *s) {
    const int64_t inputs = ck_conv_weight_inputs(s);
    for (int64_t tap = 0; tap < (int64_t)s->kernel_height * s->kernel_width; tap++)
        for (int64_t o = 0; o < s->out_stored; o++)
            for (int64_t i = 0; i < inputs; i++) prepared[(tap * s->out_stored + o) * inputs + i] = w[(tap * inputs + i) * s->out_stored + o];
}

static void CK_NAME(plain_backward_input)(float *restrict dx, const float *restrict dy, const float *restrict transposed, const ck_conv *s) {
    const int32_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
    const int64_t stored_inputs = ck_conv_weight_inputs(s);
    memset(dx, 0, (size_t)s->in_height * s->in_width * s->in_stored * sizeof(float));
    for (int32_t oy = 0; oy < s->out_height; oy++)
        for (int32_t ox = 0; ox < s->out_width; ox++, dy += s->out_stored)
            for (int32_t ky = 0; ky < s->kernel_height; ky++)
                for (int32_t kx = 0; kx < s->kernel_width; kx++) {
                    const int64_t row = CK_NAME(conv_place)(oy, s->stride_height, ky, s->dilation_height, s->pad_top, s->in_height);
                    const int64_t column = CK_NAME(conv_place)(ox, s->stride_width, kx, s->dilation_width, s->pad_left, s->in_width);
                    if (row < 0 || column < 0) continue;
                    float *dx_p = dx + (row * s->in_width + column) * s->in_stored;
                    const float *w_p = transposed + ((int64_t)ky * s->kernel_width + kx) * s->out_stored * stored_inputs;
                    for (int32_t o = 0; o < s->out_channels; o++) {
                        const float v = dy[o];
                        float *restrict dx_g = dx_p + o / outputs * inputs;
                        const float *restrict w_o = w_p + (int64_t)o * stored_inputs;
                        for (int32_t i = 0; i < inputs; i++) dx_g[i] += v * w_o[i];
                    }
                }
}

static void CK_NAME(plain_backward_weight)(float *restrict sums, const float *restrict x, const float *restrict dy, const ck_conv *s) {
    const int32_t inputs = s->in_channels / s->groups, outputs = s->out_channels / s->groups;
    const int64_t stored_inputs = ck_conv_weight_inputs(s);
    for (int32_t oy = 0; oy < s->out_height; oy++)
        for (int32_t ox = 0; ox < s->out_width; ox++, dy += s->out_stored)
            for (int32_t ky = 0; ky < s->kernel_height; ky++)
                for (int32_t kx = 0; kx < s->kernel_width; kx++) {
                    const int64_t row = CK_NAME(conv_place)(oy, s->stride_height, ky, s->dilation_height, s->pad_top, s->in_height);
                    const int64_t column = CK_NAME(conv_place)(ox, s->stride_width, kx, s->dilation_width, s->pad_left, s->in_width);
                    if (row < 0 || column < 0) continue;
                    const float *x_p = x + (row * s->in_width + column) * s->in_stored;
                    float *w_p = sums + ((int64_t)ky * s->kernel_width + kx) * stored_inputs * s->out_stored;
                    for (int32_t g = 0; g < s->groups; g++)
                        for (int32_t i = 0; i < inputs; i++) {
                            const float v = x_p[g * inputs + i];
                            float *restrict w_i = w_p + (int64_t)i * s->out_stored + g * outputs;
                            const float *restrict dy_g = dy + g * outputs;
                            for (int32_t o = 0; o < outputs; o++) w_i[o] += v * dy_g[o];
                        }
                }
}

/* ------------------------------------------------------- shared by the algorithms */

/* The fused pool and activation apart, for one image. */
static void CK_NAME(pool_activate)(float *restrict y, uint8_t *restrict index, const float *restrict x, const ck_conv *s) {
    const int64_t row = (int64_t)s->out_width * s->out_stored;
    for (int32_t oy = 0; oy < s->out_height / 2; oy++)
        for (int32_t ox = 0; ox < s->out_width / 2; ox++) {
            const float *p = x + 2 * oy * row + 2 * (int64_t)ox * s->out_stored;
            for (int32_t o = 0; o < s->out_stored; o += 8, p += 8, y += 8) {
                CK_NAME(v8) value;
                CK_NAME(i8) place;
                CK_POOL_WINDOW(value, place, *(const CK_NAME(v8) *)p, *(const CK_NAME(v8) *)(p + s->out_stored), *(const CK_NAME(v8) *)(p + row),
                               *(const CK_NAME(v8) *)(p + row + s->out_stored), s->activation == CK_RELU, v8, i8);
                *(CK_NAME(v8) *)y = value;
                if (index) *(CK_NAME(u8) *)index = __builtin_convertvector(place, CK_NAME(u8)), index += 8;
            }
        }
}

/* The gradient before the pool, for one image: dy at the winners, zero elsewhere. */
static void CK_NAME(unpool)(float *restrict full, const float *restrict dy, const uint8_t *restrict index, const ck_conv *s) {
    const int64_t row = (int64_t)s->out_width * s->out_stored;
    const int32_t height = s->out_height / 2, width = s->out_width / 2;
    if (s->out_height % 2) memset(full + 2 * height * row, 0, (size_t)row * sizeof(float));
    for (int32_t oy = 0; oy < height; oy++) {
        for (int32_t ox = 0; ox < width; ox++) {
            float *restrict p = full + 2 * oy * row + 2 * (int64_t)ox * s->out_stored;
            for (int32_t o = 0; o < s->out_stored; o++) {
                const float d = dy[o];
                const int32_t k = index[o];
                p[o] = k == 0 ? d : 0;
                p[s->out_stored + o] = k == 1 ? d : 0;
                p[row + o] = k == 2 ? d : 0;
                p[row + s->out_stored + o] = k == 3 ? d : 0;
            }
            dy += s->out_stored, index += s->out_stored;
        }
        if (s->out_width % 2) {
            memset(full + 2 * oy * row + 2 * (int64_t)width * s->out_stored, 0, (size_t)s->out_stored * sizeof(float));
            memset(full + (2 * oy + 1) * row + 2 * (int64_t)width * s->out_stored, 0, (size_t)s->out_stored * sizeof(float));
        }
    }
}

/* dbias[o] += sum of dy over `pixels`; behind a pool those that ReLU passed (index NULL: all). */
#define CK_DEFINE_BIAS(NAME, V, I, U, WIDTH)                                                                           \
    CK_INLINE void CK_NAME(NAME)(const int panels, float *dbias, const float *dy, const uint8_t *index,                \
                                 int64_t pixels, int32_t stored) {                                                     \
        CK_NAME(V) sum[4];                                                                                             \
        CK_UNROLL for (int j = 0; j < panels; j++) sum[j] = *(const CK_NAME(V) *)(dbias + j * WIDTH);                   \
        CK_NOVEC for (int64_t p = 0; p < pixels; p++, dy += stored) {                                                  \
            CK_UNROLL for (int j = 0; j < panels; j++) {                                                               \
                CK_NAME(I) d = *(const CK_NAME(I) *)(dy + j * WIDTH);                                                  \
                if (index) d &= __builtin_convertvector(*(const CK_NAME(U) *)(index + p * stored + j * WIDTH), CK_NAME(I)) < 4; \
                sum[j] += (CK_NAME(V))d;                                                                               \
            }                                                                                                          \
        }                                                                                                              \
        CK_UNROLL for (int j = 0; j < panels; j++) *(CK_NAME(V) *)(dbias + j * WIDTH) = sum[j];                         \
    }
CK_DEFINE_BIAS(bias_wide, v16, i16, u16, 16)
CK_DEFINE_BIAS(bias_narrow, v8, i8, u8, 8)

static void CK_NAME(conv_backward_bias)(float *dbias, const float *dy, const uint8_t *index, int64_t pixels, int32_t stored) {
    for (int32_t first = 0; first < stored;) {
        const int32_t left = stored - first;
        float *const to = dbias + first;
        const float *const from = dy + first;
        const uint8_t *const winners = index ? index + first : NULL;
        if (left >= 64) CK_NAME(bias_wide)(4, to, from, winners, pixels, stored), first += 64;
        else if (left >= 32) CK_NAME(bias_wide)(2, to, from, winners, pixels, stored), first += 32;
        else if (left >= 16) CK_NAME(bias_wide)(1, to, from, winners, pixels, stored), first += 16;
        else CK_NAME(bias_narrow)(1, to, from, winners, pixels, stored), first += 8;
    }
}
