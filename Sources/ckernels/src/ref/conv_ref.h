/* conv_ref.h - the plain twins of the convolution kernels, by the definition: one sum per output element.
 * `prepared` is a copy of the weights [ky][kx][i][o], `sums` are plain weight gradients of the same form. */

/* Input channels that one output channel sees, and as they are stored in the weights. */
CK_INLINE int32_t CK_NAME(conv_inputs)(const ck_conv *s) { return s->in_channels / s->groups; }
CK_INLINE int32_t CK_NAME(conv_stored_inputs)(const ck_conv *s) {
    return s->groups == 1 ? s->in_stored : s->in_channels / s->groups;
}

/* Place of weight (ky, kx, i, o), i counted within the group. */
CK_INLINE int64_t CK_NAME(conv_weight)(const ck_conv *s, int32_t ky, int32_t kx, int32_t i, int32_t o) {
    return (((int64_t)ky * s->kernel_width + kx) * CK_NAME(conv_stored_inputs)(s) + i) * s->out_stored + o;
}

/* Place, within one image, of the input that tap (ky, kx) of output pixel (r, q) sees in channel i of output
 * channel o's group; -1 in the border. */
CK_INLINE int64_t CK_NAME(conv_input)(const ck_conv *s, int32_t r, int32_t q, int32_t ky, int32_t kx, int32_t i, int32_t o) {
    const int64_t row = (int64_t)r * s->stride_height - s->pad_top + (int64_t)ky * s->dilation_height;
    const int64_t column = (int64_t)q * s->stride_width - s->pad_left + (int64_t)kx * s->dilation_width;
    if (row < 0 || row >= s->in_height || column < 0 || column >= s->in_width) return -1;
    const int32_t group = o / (s->out_channels / s->groups);
    return (row * s->in_width + column) * s->in_stored + group * CK_NAME(conv_inputs)(s) + i;
}

/* Elements of one image's input, and of its output (pooled if there is a pool). */
CK_INLINE int64_t CK_NAME(conv_in_size)(const ck_conv *s) { return (int64_t)s->in_height * s->in_width * s->in_stored; }
CK_INLINE int64_t CK_NAME(conv_out_size)(const ck_conv *s) {
    return s->pool ? (int64_t)(s->out_height / 2) * (s->out_width / 2) * s->out_stored
                   : (int64_t)s->out_height * s->out_width * s->out_stored;
}

/* One output element before pool and activation, without the bias. */
static double CK_NAME(conv_sum)(const CK_REAL *x, const CK_REAL *w, int32_t r, int32_t q, int32_t o, const ck_conv *s) {
    double sum = 0;
    for (int32_t ky = 0; ky < s->kernel_height; ky++)
        for (int32_t kx = 0; kx < s->kernel_width; kx++)
            for (int32_t i = 0; i < CK_NAME(conv_inputs)(s); i++) {
                const int64_t place = CK_NAME(conv_input)(s, r, q, ky, kx, i, o);
                if (place >= 0) sum += (double)x[place] * (double)w[CK_NAME(conv_weight)(s, ky, kx, i, o)];
            }
    return sum;
}

/* Gradient by output element (r, q, o) before the pool: dy itself, or dy where this pixel won its window. */
static double CK_NAME(conv_gradient)(const CK_REAL *dy, const uint8_t *index, int32_t r, int32_t q, int32_t o, const ck_conv *s) {
    if (!s->pool) return dy[((int64_t)r * s->out_width + q) * s->out_stored + o];
    if (r / 2 >= s->out_height / 2 || q / 2 >= s->out_width / 2) return 0; /* behind the last whole window */
    const int64_t place = ((int64_t)(r / 2) * (s->out_width / 2) + q / 2) * s->out_stored + o;
    return index[place] == r % 2 * 2 + q % 2 ? dy[place] : 0;
}

/* Which inputs and outputs of the weights a call is about: those of the part in one of the two, all in the other. */
static void CK_NAME(conv_copy)(CK_REAL *to, const CK_REAL *w, bool by_output, bool add, const ck_conv *s) {
    const int32_t inputs = CK_NAME(conv_stored_inputs)(s), end = ck_part_end(s->part_first, s->part_count, by_output ? s->out_stored : inputs);
    for (int64_t row = 0; row < (int64_t)s->kernel_height * s->kernel_width * inputs; row++)
        for (int32_t o = 0; o < s->out_stored; o++) {
            const int32_t channel = by_output ? o : (int32_t)(row % inputs);
            if (channel < s->part_first || channel >= end) continue;
            if (add) to[row * s->out_stored + o] += w[row * s->out_stored + o];
            else to[row * s->out_stored + o] = w[row * s->out_stored + o];
        }
}

static void CK_NAME(conv_forward_prepare)(void *prepared, const CK_REAL *w, const ck_conv *s) {
    CK_NAME(conv_copy)(prepared, w, true, false, s);
}

/* One element of the pooled output; the first of equals wins, NaN wins over all. */
static double CK_NAME(conv_pooled)(uint8_t *winner, const CK_REAL *x, const CK_REAL *w, double bias, int32_t r, int32_t q,
                                   int32_t o, const ck_conv *s) {
    /* Rounded to CK_REAL before they are compared, as stored values would be. */
    CK_REAL best = (CK_REAL)(bias + CK_NAME(conv_sum)(x, w, 2 * r, 2 * q, o, s));
    *winner = 0;
    for (uint8_t k = 1; k < 4; k++) {
        const CK_REAL value = (CK_REAL)(bias + CK_NAME(conv_sum)(x, w, 2 * r + k / 2, 2 * q + k % 2, o, s));
        if (value > best || value != value) best = value, *winner = k;
    }
    if (s->activation == CK_RELU && best <= 0) best = 0, *winner = 4;
    return best;
}

static void CK_NAME(conv_forward)(CK_REAL *y, uint8_t *index, const CK_REAL *x, const void *prepared, const CK_REAL *bias,
                                  int32_t images, const ck_conv *s, void *workspace) {
    (void)workspace;
    const CK_REAL *w = prepared;
    const int32_t rows = s->pool ? s->out_height / 2 : s->out_height, columns = s->pool ? s->out_width / 2 : s->out_width;
    for (int64_t n = 0; n < images; n++) {
        const CK_REAL *x_n = x + n * CK_NAME(conv_in_size)(s);
        for (int32_t r = 0; r < rows; r++)
            for (int32_t q = 0; q < columns; q++)
                for (int32_t o = s->part_first; o < ck_part_end(s->part_first, s->part_count, s->out_stored); o++) {
                    const int64_t place = n * CK_NAME(conv_out_size)(s) + ((int64_t)r * columns + q) * s->out_stored + o;
                    uint8_t winner = s->activation == CK_RELU ? 4 : 0;
                    double value = 0;
                    if (o < s->out_channels) {
                        const double b = bias ? bias[o] : 0;
                        if (s->pool) value = CK_NAME(conv_pooled)(&winner, x_n, w, b, r, q, o, s);
                        else value = CK_NAME(activate)(b + CK_NAME(conv_sum)(x_n, w, r, q, o, s), s->activation, s->slope);
                    }
                    y[place] = (CK_REAL)value;
                    if (s->pool && index) index[place] = winner;
                }
    }
}

static void CK_NAME(conv_backward_input_prepare)(void *prepared, const CK_REAL *w, const ck_conv *s) {
    CK_NAME(conv_copy)(prepared, w, false, false, s);
}

/* Gradient by one input element (row, column, channel): from every output pixel whose window covers it. */
static double CK_NAME(conv_input_sum)(const CK_REAL *dy, const uint8_t *index, const CK_REAL *w, int32_t row, int32_t column,
                                      int32_t channel, const ck_conv *s) {
    const int32_t i = channel % CK_NAME(conv_inputs)(s), outputs = s->out_channels / s->groups;
    const int32_t first = channel / CK_NAME(conv_inputs)(s) * outputs;
    double sum = 0;
    for (int32_t ky = 0; ky < s->kernel_height; ky++)
        for (int32_t kx = 0; kx < s->kernel_width; kx++) {
            const int32_t above = row + s->pad_top - ky * s->dilation_height;
            const int32_t before = column + s->pad_left - kx * s->dilation_width;
            if (above < 0 || above % s->stride_height || before < 0 || before % s->stride_width) continue;
            const int32_t r = above / s->stride_height, q = before / s->stride_width;
            if (r >= s->out_height || q >= s->out_width) continue;
            for (int32_t o = first; o < first + outputs; o++)
                sum += CK_NAME(conv_gradient)(dy, index, r, q, o, s) * (double)w[CK_NAME(conv_weight)(s, ky, kx, i, o)];
        }
    return sum;
}

static void CK_NAME(conv_backward_input)(CK_REAL *dx, const CK_REAL *dy, const uint8_t *index, const void *prepared,
                                         int32_t images, const ck_conv *s, void *workspace) {
    (void)workspace;
    for (int64_t n = 0; n < images; n++) {
        const int64_t out = n * CK_NAME(conv_out_size)(s);
        CK_REAL *dx_n = dx + n * CK_NAME(conv_in_size)(s);
        for (int32_t row = 0; row < s->in_height; row++)
            for (int32_t column = 0; column < s->in_width; column++)
                for (int32_t i = s->part_first; i < ck_part_end(s->part_first, s->part_count, s->in_stored); i++)
                    dx_n[((int64_t)row * s->in_width + column) * s->in_stored + i] = i >= s->in_channels ? 0
                            : (CK_REAL)CK_NAME(conv_input_sum)(dy + out, index ? index + out : NULL, prepared, row, column, i, s);
    }
}

static void CK_NAME(conv_backward_weight)(void *sums, CK_REAL *dbias, const CK_REAL *x, const CK_REAL *dy, const uint8_t *index,
                                          int32_t images, const ck_conv *s, void *workspace) {
    (void)workspace;
    CK_REAL *dw = sums;
    for (int32_t o = 0; o < s->out_channels; o++)
        for (int32_t ky = 0; ky < s->kernel_height; ky++)
            for (int32_t kx = 0; kx < s->kernel_width; kx++)
                for (int32_t i = s->part_first; i < ck_part_end(s->part_first, s->part_count, CK_NAME(conv_inputs)(s)); i++) {
                    double sum = 0;
                    for (int64_t n = 0; n < images; n++) {
                        const int64_t out = n * CK_NAME(conv_out_size)(s);
                        const CK_REAL *x_n = x + n * CK_NAME(conv_in_size)(s);
                        for (int32_t r = 0; r < s->out_height; r++)
                            for (int32_t q = 0; q < s->out_width; q++) {
                                const int64_t place = CK_NAME(conv_input)(s, r, q, ky, kx, i, o);
                                if (place < 0) continue;
                                sum += CK_NAME(conv_gradient)(dy + out, index ? index + out : NULL, r, q, o, s) * (double)x_n[place];
                            }
                    }
                    CK_REAL *dw_i = &dw[CK_NAME(conv_weight)(s, ky, kx, i, o)];
                    *dw_i = (CK_REAL)((double)*dw_i + sum);
                }
    for (int32_t o = 0; dbias && o < s->out_channels; o++) {
        double sum = 0;
        for (int64_t n = 0; n < images; n++)
            for (int32_t r = 0; r < s->out_height; r++)
                for (int32_t q = 0; q < s->out_width; q++) {
                    const int64_t out = n * CK_NAME(conv_out_size)(s);
                    sum += CK_NAME(conv_gradient)(dy + out, index ? index + out : NULL, r, q, o, s);
                }
        dbias[o] = (CK_REAL)((double)dbias[o] + sum);
    }
}

static void CK_NAME(conv_backward_weight_finish)(CK_REAL *dw, const void *sums, const ck_conv *s) {
    CK_NAME(conv_copy)(dw, sums, false, true, s);
}
