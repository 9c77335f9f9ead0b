/* dropout_body.h - masks drawn per element from the key: the same on every machine, in any cut of the batch. */

/* Numbers below this fall out. */
CK_INLINE uint32_t CK_NAME(drop_below)(float rate) {
    const double limit = (double)rate * 0x1p32;
    return limit >= 0xffffffffu ? 0xffffffffu : limit > 0 ? (uint32_t)limit : 0;
}
CK_INLINE float CK_NAME(kept_scale)(float rate) { return rate < 1 ? (float)(1 / (1 - (double)rate)) : 0; }

static void CK_NAME(dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_rows *s, const ck_random *random) {
    const uint32_t limit = CK_NAME(drop_below)(rate);
    const float scale = CK_NAME(kept_scale)(rate);
    for (int64_t r = 0; r < s->rows; r++) {
        const CK_REAL *x_r = x + r * s->stored;
        CK_REAL *y_r = y + r * s->stored;
        for (int32_t c = 0; c < s->channels; c += 64) {
            uint32_t bits[64];
            const int32_t n = (int32_t)ck_min(64, s->channels - c);
            CK_NAME(random_64)(bits, random, (uint32_t)r, (uint32_t)c / 4);
            if (n == 64) {
                CK_REAL row[64];
                for (int32_t i = 0; i < 64; i++) row[i] = x_r[c + i] * scale;
                for (int32_t i = 0; i < 64; i++) y_r[c + i] = bits[i] < limit ? 0 : row[i];
            } else {
                for (int32_t i = 0; i < n; i++) y_r[c + i] = bits[i] < limit ? 0 : x_r[c + i] * scale;
            }
        }
        for (int32_t c = s->channels; c < s->stored; c++) y_r[c] = 0;
    }
}

static void CK_NAME(channel_dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_images *s, const ck_random *random) {
    const uint32_t limit = CK_NAME(drop_below)(rate);
    const float scale = CK_NAME(kept_scale)(rate);
    const size_t pixels = (size_t)s->height * (size_t)s->width, stored = (size_t)s->stored;
    for (int32_t n = 0; n < s->images; n++) {
        for (int32_t c = 0; c < s->stored; c += 64) {
            uint32_t bits[64];
            const int32_t count = (int32_t)ck_min(64, s->stored - c), real = (int32_t)ck_min(64, s->channels - c);
            CK_NAME(random_64)(bits, random, (uint32_t)n, (uint32_t)c / 4);
            uint32_t keep[64];
            for (int32_t i = 0; i < 64; i++) keep[i] = bits[i] >= limit && i < real;
            const CK_REAL *x_n = x + (size_t)n * pixels * stored + c;
            CK_REAL *y_n = y + (size_t)n * pixels * stored + c;
            for (size_t p = 0; p < pixels; p++, x_n += stored, y_n += stored) {
                _Pragma("clang loop vectorize(assume_safety)")
                for (int32_t i = 0; i < count; i++) {
                    const CK_REAL v = x_n[i] * scale;
                    y_n[i] = keep[i] ? v : 0;
                }
            }
        }
    }
}

/* DropBlock. A seed at (y, x) drops the block whose upper left corner it is; seeds are drawn where a whole block fits,
 * with the probability that makes `rate` of all elements fall out (but for overlaps, as in the paper). A strip of
 * columns is walked down row by row, remembering per column and channel the last row with a seed: an element is
 * dropped if one of the block's columns to its left has a seed less than a block above. */
enum { CK_NAME(block_width) = 64, CK_NAME(block_channels) = 64 };

/* Walks one strip of columns of one image: counts what is kept per channel, or, with y, writes. */
static void CK_NAME(drop_block_strip)(CK_REAL *y, const CK_REAL *x, int32_t *kept, uint32_t limit, int32_t block_h, int32_t block_w,
                                      int32_t x0, int32_t x1, int32_t c0, int32_t count, const ck_images *s,
                                      const ck_random *random, uint32_t offset) {
    enum { channels = CK_NAME(block_channels), width = CK_NAME(block_width) };
    int32_t last[width][channels];
    const int32_t from = x0 >= block_w ? x0 - block_w + 1 : 0;
    for (int32_t i = 0; i < width; i++)
        for (int32_t c = 0; c < channels; c++) last[i][c] = -block_h;
    CK_REAL factor[channels];
    if (y)
        for (int32_t c = 0; c < count; c++)
            factor[c] = kept[c] ? (CK_REAL)((double)s->height * s->width / kept[c]) : 0;
    for (int32_t row = 0; row < s->height; row++) {
        for (int32_t col = from; col < x1 && row <= s->height - block_h; col++) {
            if (col > s->width - block_w) break;
            uint32_t bits[64 + 64];
            const uint64_t first = ((uint64_t)row * (uint32_t)s->width + (uint32_t)col) * (uint32_t)s->channels + (uint32_t)c0;
            CK_NAME(random_elements)(bits, random, offset, first, count);
            for (int32_t c = 0; c < count; c++) last[col - from][c] = bits[c] < limit ? row : last[col - from][c];
        }
        for (int32_t col = x0; col < x1; col++) {
            int32_t newest[channels];
            for (int32_t c = 0; c < count; c++) newest[c] = -block_h;
            for (int32_t i = (int32_t)ck_max(0, col - block_w + 1); i <= col; i++)
                for (int32_t c = 0; c < count; c++) newest[c] = last[i - from][c] > newest[c] ? last[i - from][c] : newest[c];
            if (!y) {
                for (int32_t c = 0; c < count; c++) kept[c] += newest[c] <= row - block_h;
                continue;
            }
            const size_t at = ((size_t)row * (size_t)s->width + (size_t)col) * (size_t)s->stored;
            for (int32_t c = 0; c < count; c++) {
                const CK_REAL v = x[at + (size_t)c] * factor[c];
                y[at + (size_t)c] = newest[c] <= row - block_h ? v : 0;
            }
        }
    }
}

static void CK_NAME(drop_block)(CK_REAL *y, const CK_REAL *x, float rate, int32_t block, const ck_images *s, const ck_random *random) {
    enum { channels = CK_NAME(block_channels), width = CK_NAME(block_width) };
    const int32_t block_h = (int32_t)ck_min(block, s->height), block_w = (int32_t)ck_min(block, s->width);
    const double places = (double)(s->height - block_h + 1) * (s->width - block_w + 1);
    const double gamma = (double)rate * s->height * s->width / (places * block_h * block_w);
    const uint32_t limit = CK_NAME(drop_below)((float)gamma);
    const int32_t step = width - block_w + 1;
    for (int32_t n = 0; n < s->images; n++) {
        const size_t image = (size_t)n * (size_t)s->height * (size_t)s->width * (size_t)s->stored;
        for (int32_t c = 0; c < s->channels; c += channels) {
            const int32_t count = (int32_t)ck_min(channels, s->channels - c);
            int32_t kept[channels] = {0};
            for (int pass = 0; pass < 2; pass++)
                for (int32_t x0 = 0; x0 < s->width; x0 += step)
                    CK_NAME(drop_block_strip)(pass ? y + image + c : NULL, x + image + c, kept, limit, block_h, block_w, x0,
                                              (int32_t)ck_min(x0 + step, s->width), c, count, s, random, (uint32_t)n);
        }
        if (s->stored > s->channels)
            for (size_t p = 0; p < (size_t)s->height * (size_t)s->width; p++)
                for (int32_t c = s->channels; c < s->stored; c++) y[image + p * (size_t)s->stored + (size_t)c] = 0;
    }
}
