/* pool_ref.h - plain twins of the pooling kernels.
 *
 * Places outside the picture are passed over: they are no candidates for the largest value and add nothing to a sum.
 * A place in the window is counted by rows over the whole window, outside places too. */

/* Row and column of the picture under place k of the window of output (oy, ox); false when outside. */
static bool CK_NAME(pool_place)(int64_t *iy, int64_t *ix, int32_t oy, int32_t ox, int32_t k, const ck_pool *s) {
    *iy = (int64_t)oy * s->stride_height - s->pad_top + (int64_t)(k / s->kernel_width) * s->dilation_height;
    *ix = (int64_t)ox * s->stride_width - s->pad_left + (int64_t)(k % s->kernel_width) * s->dilation_width;
    return *iy >= 0 && *iy < s->in_height && *ix >= 0 && *ix < s->in_width;
}

static size_t CK_NAME(pool_in)(int32_t n, int64_t iy, int64_t ix, int32_t c, const ck_pool *s) {
    return (((size_t)n * (size_t)s->in_height + (size_t)iy) * (size_t)s->in_width + (size_t)ix) * (size_t)s->stored + (size_t)c;
}

static size_t CK_NAME(pool_out)(int32_t n, int32_t oy, int32_t ox, int32_t c, const ck_pool *s) {
    return (((size_t)n * (size_t)s->out_height + (size_t)oy) * (size_t)s->out_width + (size_t)ox) * (size_t)s->stored + (size_t)c;
}

/* What a window's sum is divided by. Padding counts up to pad_bottom and pad_right, as in PyTorch: a last
 * window that reaches even further (its size was rounded up) is cut there. */
static int32_t CK_NAME(pool_divisor)(int32_t oy, int32_t ox, const ck_pool *s) {
    int32_t count = 0;
    for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
        int64_t iy, ix;
        const bool inside = CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s);
        count += inside || (s->count_padding && iy < s->in_height + s->pad_bottom && ix < s->in_width + s->pad_right);
    }
    return count;
}

#define CK_EACH_OUTPUT(s)                                      \
    for (int32_t n = 0; n < images; n++)                       \
        for (int32_t oy = 0; oy < (s)->out_height; oy++)       \
            for (int32_t ox = 0; ox < (s)->out_width; ox++)    \
                for (int32_t c = 0; c < (s)->stored; c++)

static void CK_NAME(max_pool_forward)(CK_REAL *y, uint8_t *index, const CK_REAL *x, int32_t images, const ck_pool *s) {
    CK_EACH_OUTPUT(s) {
        CK_REAL largest = 0;
        int32_t winner = -1;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            int64_t iy, ix;
            if (!CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) continue;
            const CK_REAL v = x[CK_NAME(pool_in)(n, iy, ix, c, s)];
            if (winner < 0 || v > largest || v != v) largest = v, winner = k;
        }
        const size_t o = CK_NAME(pool_out)(n, oy, ox, c, s);
        y[o] = largest;
        index[o] = (uint8_t)(winner < 0 ? 0 : winner);
    }
}

static void CK_NAME(max_pool_backward)(CK_REAL *dx, const CK_REAL *dy, const uint8_t *index, int32_t images, const ck_pool *s) {
    memset(dx, 0, CK_NAME(pool_in)(images, 0, 0, 0, s) * sizeof *dx);
    CK_EACH_OUTPUT(s) {
        const size_t o = CK_NAME(pool_out)(n, oy, ox, c, s);
        int64_t iy, ix;
        if (CK_NAME(pool_place)(&iy, &ix, oy, ox, index[o], s)) dx[CK_NAME(pool_in)(n, iy, ix, c, s)] += dy[o];
    }
}

static void CK_NAME(average_pool_forward)(CK_REAL *y, const CK_REAL *x, int32_t images, const ck_pool *s) {
    CK_EACH_OUTPUT(s) {
        double sum = 0;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            int64_t iy, ix;
            if (CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) sum += x[CK_NAME(pool_in)(n, iy, ix, c, s)];
        }
        const int32_t divisor = CK_NAME(pool_divisor)(oy, ox, s);
        y[CK_NAME(pool_out)(n, oy, ox, c, s)] = (CK_REAL)(divisor > 0 ? sum / divisor : 0);
    }
}

static void CK_NAME(average_pool_backward)(CK_REAL *dx, const CK_REAL *dy, int32_t images, const ck_pool *s) {
    memset(dx, 0, CK_NAME(pool_in)(images, 0, 0, 0, s) * sizeof *dx);
    CK_EACH_OUTPUT(s) {
        const int32_t divisor = CK_NAME(pool_divisor)(oy, ox, s);
        const double share = divisor > 0 ? (double)dy[CK_NAME(pool_out)(n, oy, ox, c, s)] / divisor : 0;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            int64_t iy, ix;
            if (CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) dx[CK_NAME(pool_in)(n, iy, ix, c, s)] += (CK_REAL)share;
        }
    }
}

static void CK_NAME(global_average_pool_forward)(CK_REAL *y, const CK_REAL *x, int32_t images, const ck_pool *s) {
    const int32_t pixels = s->in_height * s->in_width;
    for (int32_t n = 0; n < images; n++)
        for (int32_t c = 0; c < s->stored; c++) {
            double sum = 0;
            for (int32_t p = 0; p < pixels; p++) sum += x[CK_NAME(pool_in)(n, 0, p, c, s)];
            y[(size_t)n * (size_t)s->stored + (size_t)c] = (CK_REAL)(sum / pixels);
        }
}

static void CK_NAME(global_average_pool_backward)(CK_REAL *dx, const CK_REAL *dy, int32_t images, const ck_pool *s) {
    const int32_t pixels = s->in_height * s->in_width;
    for (int32_t n = 0; n < images; n++)
        for (int32_t p = 0; p < pixels; p++)
            for (int32_t c = 0; c < s->stored; c++)
                dx[CK_NAME(pool_in)(n, 0, p, c, s)] = (CK_REAL)((double)dy[(size_t)n * (size_t)s->stored + (size_t)c] / pixels);
}

/* The one sum that is not in double: every instruction set must draw the same place, so all of them
 * add in the same precision and order. A sum that is not finite becomes the output. */
static void CK_NAME(stochastic_pool_forward)(CK_REAL *y, uint8_t *index, const CK_REAL *x, int32_t images, const ck_pool *s,
                                             const ck_random *random) {
    CK_EACH_OUTPUT(s) {
        const size_t o = CK_NAME(pool_out)(n, oy, ox, c, s);
        y[o] = 0, index[o] = 0;
        if (c >= s->channels) continue;
        const uint32_t element = ((uint32_t)oy * (uint32_t)s->out_width + (uint32_t)ox) * (uint32_t)s->channels + (uint32_t)c;
        uint32_t bits[4];
        CK_NAME(random_block)(bits, random, (uint32_t)n, element / 4);
        CK_REAL sum = 0, so_far = 0;
        int64_t iy, ix;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            if (!CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) continue;
            const CK_REAL v = x[CK_NAME(pool_in)(n, iy, ix, c, s)];
            sum += v < 0 ? 0 : v;
        }
        const CK_REAL drawn = CK_NAME(unit)(bits[element % 4]) * sum;
        y[o] = sum;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            if (!CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) continue;
            const CK_REAL v = x[CK_NAME(pool_in)(n, iy, ix, c, s)];
            so_far += v < 0 ? 0 : v;
            if (so_far > drawn) {
                y[o] = v, index[o] = (uint8_t)k;
                break;
            }
        }
    }
}

static void CK_NAME(stochastic_pool_predict)(CK_REAL *y, const CK_REAL *x, int32_t images, const ck_pool *s) {
    CK_EACH_OUTPUT(s) {
        double sum = 0, squares = 0;
        for (int32_t k = 0; k < s->kernel_height * s->kernel_width; k++) {
            int64_t iy, ix;
            if (!CK_NAME(pool_place)(&iy, &ix, oy, ox, k, s)) continue;
            const double v = x[CK_NAME(pool_in)(n, iy, ix, c, s)];
            sum += v < 0 ? 0 : v;
            squares += v < 0 ? 0 : v * v;
        }
        y[CK_NAME(pool_out)(n, oy, ox, c, s)] = (CK_REAL)(sum == 0 ? 0 : squares / sum);
    }
}

#undef CK_EACH_OUTPUT
