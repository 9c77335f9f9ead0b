/* average_pool_body.h - means of windows and of pictures, and stochastic pooling; included by pool_body.h. */

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

/* ----------------------------------------------------------------- stochastic */

/* All instruction sets must draw the same place: nothing here is fused, and sums run in one order, in float. Where no
 * place is drawn the sum itself is the output: 0, or not finite. */
CK_INLINE void CK_NAME(stochastic_window)(float *restrict y, uint8_t *restrict index, const float *restrict x, const float *unit,
                                          const CK_NAME(window) *w, const int32_t step) {
    CK_NOVEC for (int32_t c = 0; c < w->s->stored; c += step) {
        float sums[16] = {0}, so_far[16] = {0}, drawn[16], out[16];
        int32_t winner[16], found[16] = {0};
        CK_EACH_PLACE(w) {
            const float *v = x + CK_PLACE(w, ky, kx) + c;
            for (int32_t i = 0; i < step; i++) sums[i] += v[i] < 0 ? 0 : v[i];
        }
        for (int32_t i = 0; i < step; i++) drawn[i] = unit[c + i] * sums[i];
        for (int32_t i = 0; i < step; i++) out[i] = sums[i], winner[i] = 0;
        CK_EACH_PLACE(w) {
            const float *v = x + CK_PLACE(w, ky, kx) + c;
            const int32_t k = ky * w->s->kernel_width + kx;
            for (int32_t i = 0; i < step; i++) {
                const float value = v[i];
                so_far[i] += value < 0 ? 0 : value;
                const bool here = (so_far[i] > drawn[i]) & (found[i] == 0);
                out[i] = here ? value : out[i];
                winner[i] = here ? k : winner[i];
                found[i] = here ? 1 : found[i];
            }
        }
        for (int32_t i = 0; i < step; i++) y[c + i] = out[i];
        for (int32_t i = 0; i < step; i++) index[c + i] = (uint8_t)winner[i];
    }
}

enum { CK_NAME(drawn_at_once) = 1024 };

/* unit[p][c] for pixels p: the numbers of elements first .. of image n, padding zero. */
CK_INLINE void CK_NAME(draw_units)(float *restrict unit, const ck_random *random, int32_t n, uint64_t first, int32_t pixels,
                                   int32_t channels, int32_t stored) {
    uint32_t bits[CK_NAME(drawn_at_once) + 64];
    CK_NAME(random_elements)(bits, random, (uint32_t)n, first, pixels * channels);
    CK_NOVEC for (int32_t p = 0; p < pixels; p++) {
        for (int32_t c = 0; c < channels; c++) unit[p * stored + c] = CK_NAME(unit)(bits[p * channels + c]);
        for (int32_t c = channels; c < stored; c++) unit[p * stored + c] = 0;
    }
}

/* Numbers are drawn for as many pixels at once as 1024 values hold; of a pixel with more channels, for 1024 channels. */
static void CK_NAME(stochastic_pool_forward)(float *y, uint8_t *index, const float *x, int32_t images, const ck_pool *s,
                                             const ck_random *random) {
    enum { most = CK_NAME(drawn_at_once) };
    float unit[most];
    const int32_t together = s->stored <= most ? most / s->stored : 1;
    const int64_t pixels = (int64_t)s->out_height * s->out_width;
    CK_NOVEC for (int32_t n = 0; n < images; n++, x += CK_IN(s)) {
        int64_t pixel = 0;
        CK_EACH_WINDOW(whole, s) {
            const int32_t place = (int32_t)(pixel % together);
            CK_NOVEC for (int32_t first = 0; first < s->stored; first += most) {
                ck_pool part = *s;
                part.stored = (int32_t)ck_min(most, s->stored - first);
                CK_NAME(window) w = whole;
                w.s = &part, w.first += first;
                if (place == 0)
                    CK_NAME(draw_units)(unit, random, n, (uint64_t)pixel * (uint64_t)s->channels + (uint64_t)first,
                                        (int32_t)ck_min(together, pixels - pixel),
                                        (int32_t)ck_max(0, ck_min(part.stored, s->channels - first)), part.stored);
#define CK_CALL(step) CK_NAME(stochastic_window)(y, index, x, unit + place * part.stored, &w, step)
                CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
                y += part.stored, index += part.stored;
            }
            pixel++;
        }
    }
}

CK_INLINE void CK_NAME(expected_image)(float *restrict y, const float *restrict x, const ck_pool *s, const int32_t step) {
    CK_EACH_WINDOW(w, s) {
        CK_NOVEC for (int32_t c = 0; c < s->stored; c += step, y += step) {
            float sums[16] = {0}, squares[16] = {0};
            CK_EACH_PLACE(&w) {
                const float *p = x + CK_PLACE(&w, ky, kx) + c;
                for (int32_t i = 0; i < step; i++) {
                    const float v = p[i] < 0 ? 0 : p[i];
                    sums[i] += v, squares[i] += v * v;
                }
            }
            for (int32_t i = 0; i < step; i++) {
                const float mean = squares[i] / sums[i];
                y[i] = sums[i] == 0 ? 0 : mean;
            }
        }
    }
}

static void CK_NAME(stochastic_pool_predict)(float *y, const float *x, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
#define CK_CALL(step) CK_NAME(expected_image)(y, x, s, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, y += out, x += in) CK_BY_STEP(CK_CALL, s->stored);
#undef CK_CALL
}
