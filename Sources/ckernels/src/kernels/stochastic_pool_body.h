/* stochastic_pool_body.h - pooling by chance in training, by expectation afterwards; included by pool_body.h. */

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

CK_INLINE void CK_NAME(add_expected)(float sums[16], float squares[16], const float *restrict x, const int32_t step) {
    for (int32_t i = 0; i < step; i++) {
        const float v = x[i] < 0 ? 0 : x[i];
        sums[i] += v, squares[i] += v * v;
    }
}

CK_INLINE void CK_NAME(expectation)(float *restrict y, const float sums[16], const float squares[16], const int32_t step) {
    for (int32_t i = 0; i < step; i++) {
        const float mean = squares[i] / sums[i];
        y[i] = sums[i] == 0 ? 0 : mean;
    }
}

CK_INLINE void CK_NAME(expected_image)(float *restrict y, const float *restrict x, const ck_pool *s, const int32_t step) {
    CK_EACH_WINDOW(w, s) {
        CK_NOVEC for (int32_t c = 0; c < s->stored; c += step, y += step) {
            float sums[16] = {0}, squares[16] = {0};
            CK_EACH_PLACE(&w) CK_NAME(add_expected)(sums, squares, x + CK_PLACE(&w, ky, kx) + c, step);
            CK_NAME(expectation)(y, sums, squares, step);
        }
    }
}

/* The same without the search for places: two to three times as fast. */
CK_INLINE void CK_NAME(expected_2x2)(float *restrict y, const float *restrict x, const ck_pool *s, const int32_t step) {
    const size_t stored = (size_t)s->stored, row = (size_t)s->in_width * stored;
    const size_t places[4] = {0, stored, row, row + stored};
    CK_NOVEC for (int32_t oy = 0; oy < s->out_height; oy++) {
        const float *restrict p = x + 2 * (size_t)oy * row;
        const float *ahead = p + CK_NAME(fetch_distance);
        CK_NOVEC for (int32_t ox = 0; ox < s->out_width; ox++, p += 2 * stored)
            CK_NOVEC for (size_t c = 0; c < stored; c += (size_t)step, y += step, ahead += 4 * step) {
                float sums[16] = {0}, squares[16] = {0};
                CK_NAME(fetch)(ahead, 4 * step);
                CK_UNROLL for (int32_t k = 0; k < 4; k++) CK_NAME(add_expected)(sums, squares, p + places[k] + c, step);
                CK_NAME(expectation)(y, sums, squares, step);
            }
    }
}

static void CK_NAME(stochastic_pool_predict)(float *y, const float *x, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
    const bool plain = CK_NAME(is_plain_2x2)(s);
#define CK_PLAIN(step) CK_NAME(expected_2x2)(y, x, s, step)
#define CK_ANY(step) CK_NAME(expected_image)(y, x, s, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, y += out, x += in) {
        if (plain) CK_BY_STEP(CK_PLAIN, s->stored);
        else CK_BY_STEP(CK_ANY, s->stored);
    }
#undef CK_PLAIN
#undef CK_ANY
}
