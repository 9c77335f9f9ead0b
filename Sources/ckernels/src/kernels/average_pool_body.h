/* average_pool_body.h - means of windows and of pictures; included by pool_body.h. */

CK_INLINE void CK_NAME(average_window)(float *restrict y, const float *restrict x, const CK_NAME(window) *w, const int32_t kernel,
                                       const int32_t step) {
    CK_NOVEC for (int32_t c = 0; c < w->s->stored; c += step) {
        float sums[16] = {0};
        CK_EACH_PLACE_OF(kernel, w) {
            const float *v = x + CK_PLACE(w, ky, kx) + c;
            for (int32_t i = 0; i < step; i++) sums[i] += v[i];
        }
        for (int32_t i = 0; i < step; i++) y[c + i] = sums[i] * w->share;
    }
}

CK_INLINE void CK_NAME(average_image)(float *restrict y, const float *restrict x, const ck_pool *s, const int32_t step) {
    CK_EACH_WINDOW(w, s) {
#define CK_CALL(kernel) CK_NAME(average_window)(y, x, &w, kernel, step)
        CK_BY_KERNEL(CK_CALL, &w);
#undef CK_CALL
        y += s->stored;
    }
}

/* 2 x 2, stride 2, all of it in the picture: without the search for each window's places, which costs as much again. */
CK_INLINE void CK_NAME(average_2x2)(float *restrict y, const float *restrict x, const ck_pool *s, const int32_t step) {
    const size_t stored = (size_t)s->stored, row = (size_t)s->in_width * stored;
    CK_NOVEC for (int32_t oy = 0; oy < s->out_height; oy++) {
        const float *restrict p = x + 2 * (size_t)oy * row;
        const float *ahead = p + CK_NAME(fetch_distance);
        CK_NOVEC for (int32_t ox = 0; ox < s->out_width; ox++, p += 2 * stored)
            CK_NOVEC for (size_t c = 0; c < stored; c += (size_t)step, y += step, ahead += 4 * step) {
                CK_NAME(fetch)(ahead, 4 * step);
                for (size_t i = 0; i < (size_t)step; i++)
                    y[i] = 0.25f * ((p[c + i] + p[c + stored + i]) + (p[c + row + i] + p[c + row + stored + i]));
            }
    }
}

CK_INLINE void CK_NAME(average_backward_2x2)(float *restrict dx, const float *restrict dy, const ck_pool *s, const int32_t step) {
    const size_t stored = (size_t)s->stored, row = (size_t)s->in_width * stored;
    CK_NOVEC for (int32_t oy = 0; oy < s->out_height; oy++) {
        float *restrict p = dx + 2 * (size_t)oy * row;
        const float *ahead = p + CK_NAME(fetch_distance);
        CK_NOVEC for (int32_t ox = 0; ox < s->out_width; ox++, p += 2 * stored)
            CK_NOVEC for (size_t c = 0; c < stored; c += (size_t)step, dy += step, ahead += 4 * step) {
                CK_NAME(fetch)(ahead, 4 * step);
                float g[16];
                for (size_t i = 0; i < (size_t)step; i++) g[i] = 0.25f * dy[i];
                for (size_t i = 0; i < (size_t)step; i++) p[c + i] = g[i];
                for (size_t i = 0; i < (size_t)step; i++) p[c + stored + i] = g[i];
                for (size_t i = 0; i < (size_t)step; i++) p[c + row + i] = g[i];
                for (size_t i = 0; i < (size_t)step; i++) p[c + row + stored + i] = g[i];
            }
    }
}

static void CK_NAME(average_pool_forward)(float *y, const float *x, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
    const bool plain = CK_NAME(is_plain_2x2)(s);
#define CK_PLAIN(step) CK_NAME(average_2x2)(y, x, s, step)
#define CK_ANY(step) CK_NAME(average_image)(y, x, s, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, y += out, x += in) {
        if (plain) CK_BY_STEP(CK_PLAIN, s->stored);
        else CK_BY_STEP(CK_ANY, s->stored);
    }
#undef CK_PLAIN
#undef CK_ANY
}

CK_INLINE void CK_NAME(average_backward_window)(float *restrict dx, const float *restrict dy, const CK_NAME(window) *w,
                                                const bool add, const int32_t kernel, const int32_t step) {
    CK_NOVEC for (int32_t c = 0; c < w->s->stored; c += step) {
        float g[16];
        for (int32_t i = 0; i < step; i++) g[i] = dy[c + i] * w->share;
        CK_EACH_PLACE_OF(kernel, w) {
            float *d = dx + CK_PLACE(w, ky, kx) + c;
            if (add)
                for (int32_t i = 0; i < step; i++) d[i] += g[i];
            else
                for (int32_t i = 0; i < step; i++) d[i] = g[i];
        }
    }
}

CK_INLINE void CK_NAME(average_backward_image)(float *restrict dx, const float *restrict dy, const ck_pool *s, const bool add,
                                               const int32_t step) {
    CK_EACH_WINDOW(w, s) {
#define CK_CALL(kernel) CK_NAME(average_backward_window)(dx, dy, &w, add, kernel, step)
        CK_BY_KERNEL(CK_CALL, &w);
#undef CK_CALL
        dy += s->stored;
    }
}

static void CK_NAME(average_pool_backward)(float *dx, const float *dy, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
    const bool plain = CK_NAME(is_plain_2x2)(s), tiling = CK_NAME(is_tiling)(s), covering = CK_NAME(is_covering)(s);
#define CK_PLAIN(step) CK_NAME(average_backward_2x2)(dx, dy, s, step)
#define CK_TILES(step) CK_NAME(average_backward_image)(dx, dy, s, false, step)
#define CK_ANY(step) CK_NAME(average_backward_image)(dx, dy, s, true, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, dx += in, dy += out) {
        if (!covering) memset(dx, 0, in * sizeof *dx);
        if (plain) CK_BY_STEP(CK_PLAIN, s->stored);
        else if (tiling) CK_BY_STEP(CK_TILES, s->stored);
        else CK_BY_STEP(CK_ANY, s->stored);
    }
#undef CK_PLAIN
#undef CK_TILES
#undef CK_ANY
}

/* Of at most 256 pixels of 16, 32, 48, ... channels: the whole sum in float, without the way through double. */
CK_INLINE void CK_NAME(mean_of_few)(float *restrict y, const float *restrict x, const int32_t pixels, const int32_t stored) {
    CK_NOVEC for (int32_t first = 0; first < stored; first += 64) {
        float sums[64] = {0};
        const int32_t width = (int32_t)ck_min(64, stored - first);
        CK_NAME(sum_rows)(sums, x + first, pixels, (size_t)stored, width);
        CK_NOVEC for (int32_t c = 0; c < width; c += 16)
            for (int32_t k = c; k < c + 16; k++) y[first + k] = sums[k] / (float)pixels;
    }
}

static void CK_NAME(global_average_pool_forward)(float *y, const float *x, int32_t images, const ck_pool *s) {
    const int64_t pixels = (int64_t)s->in_height * s->in_width;
    if (pixels <= 256 && s->stored % 16 == 0) {
        CK_NOVEC for (int32_t n = 0; n < images; n++, x += CK_IN(s), y += s->stored)
            CK_NAME(mean_of_few)(y, x, (int32_t)pixels, s->stored);
        return;
    }
    CK_NOVEC for (int32_t n = 0; n < images; n++, x += CK_IN(s), y += s->stored)
        CK_NOVEC for (int32_t first = 0; first < s->stored; first += CK_NAME(panel)) {
            double totals[CK_NAME(panel)];
            const int32_t width = (int32_t)ck_min(CK_NAME(panel), s->stored - first);
            CK_NAME(column_totals)(totals, x, pixels, s->stored, first, width);
            for (int32_t c = 0; c < width; c++) y[first + c] = (float)(totals[c] / (double)pixels);
        }
}

/* For 64, 128, ... channels: 64 of them stay in registers for all pixels. */
CK_INLINE void CK_NAME(spread_mean)(float *restrict dx, const float *restrict dy, const int64_t pixels, const int32_t stored) {
    const float share = 1.0f / (float)pixels;
    CK_NOVEC for (int32_t first = 0; first < stored; first += 64) {
        float g[64];
        for (int32_t k = 0; k < 64; k++) g[k] = dy[first + k] * share;
        CK_NOVEC for (int64_t p = 0; p < pixels; p++) memcpy(dx + p * stored + first, g, sizeof g);
    }
}

static void CK_NAME(global_average_pool_backward)(float *restrict dx, const float *restrict dy, int32_t images, const ck_pool *s) {
    const int32_t stored = s->stored, times = CK_NAME(rows_per_wide)(stored), width = times * stored;
    const int64_t pixels = (int64_t)s->in_height * s->in_width;
    const float share = 1.0f / (float)pixels;
    if (stored % 64 == 0) {
        CK_NOVEC for (int32_t n = 0; n < images; n++, dx += pixels * stored, dy += stored)
            CK_NAME(spread_mean)(dx, dy, pixels, stored);
        return;
    }
    CK_NOVEC for (int32_t n = 0; n < images; n++, dy += stored) {
        float room[CK_NAME(wide_limit)];
        const float *g = CK_NAME(repeat)(room, dy, stored, times);
        int64_t p = 0;
        CK_NOVEC for (; p + times <= pixels; p += times, dx += width) {
            int32_t c = 0;
            CK_NOVEC for (; c + 16 <= width; c += 16) {
                float v[16];
                for (int32_t k = 0; k < 16; k++) v[k] = g[c + k] * share;
                for (int32_t k = 0; k < 16; k++) dx[c + k] = v[k];
            }
            CK_NOVEC for (; c < width; c++) dx[c] = g[c] * share;
        }
        CK_NOVEC for (; p < pixels; p++, dx += stored)
            CK_NOVEC for (int32_t c = 0; c < stored; c++) dx[c] = dy[c] * share;
    }
}
