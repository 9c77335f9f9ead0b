/* dropout_body.h - masks drawn per element from the key: the same on every machine, in any cut of the batch. */

/* Numbers below this fall out. */
CK_INLINE uint32_t CK_NAME(drop_below)(float rate) {
    const double limit = (double)rate * 0x1p32;
    return limit >= 0xffffffffu ? 0xffffffffu : limit > 0 ? (uint32_t)limit : 0;
}
CK_INLINE float CK_NAME(kept_scale)(float rate) { return rate < 1 ? (float)(1 / (1 - (double)rate)) : 0; }

/* Single elements draw 16 bits, eight of a block: a rate is good to 1/65536, at half the price. Element e has half e % 8
 * of block e / 8, lower halves first. */
CK_INLINE uint32_t CK_NAME(drop_below_16)(float rate) { return rate >= 1 ? 65536 : rate > 0 ? (uint32_t)((double)rate * 65536 + 0.5) : 0; }

CK_INLINE void CK_NAME(halves)(uint16_t out[128], const uint32_t bits[64]) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(out, bits, 128 * sizeof *out);
#else
    for (int i = 0; i < 128; i++) out[i] = (uint16_t)(bits[i / 2] >> 16 * (i % 2));
#endif
}

/* y = x * scale where the number is not below the limit, else 0; y may be x. */
CK_INLINE void CK_NAME(mask)(CK_REAL *y, const CK_REAL *x, const uint16_t *bits, uint32_t limit, float scale, int32_t count) {
    _Pragma("clang loop vectorize(assume_safety)")
    for (int32_t i = 0; i < count; i++) {
        const CK_REAL kept = x[i] * scale;
        y[i] = bits[i] < limit ? 0 : kept;
    }
}

/* Rows so narrow that 128 numbers serve several: 1 to 64 channels. */
static void CK_NAME(dropout_narrow)(CK_REAL *y, const CK_REAL *x, uint32_t limit, float scale, const ck_rows *s, const ck_random *random) {
    const int32_t blocks = (s->channels + 7) / 8, together = 16 / blocks;
    const bool flat = blocks * 8 == s->stored && together * blocks == 16; /* numbers lie as the values do */
    uint32_t bits[64], item[16], block[16];
    uint16_t half[128];
    for (int32_t l = 0; l < 16; l++) item[l] = random->item + (uint32_t)(l / blocks), block[l] = (uint32_t)(l % blocks);
    for (int64_t r = 0; r < s->rows; r += together) {
        const int64_t rows = ck_min(together, s->rows - r);
        CK_NAME(random_blocks)(bits, random, item, block);
        CK_NAME(halves)(half, bits);
        for (int32_t l = 0; l < 16; l++) item[l] += (uint32_t)together;
        if (flat && rows == together) CK_NAME(mask)(y + r * s->stored, x + r * s->stored, half, limit, scale, 128);
        else
            for (int64_t i = 0; i < rows; i++) {
                CK_REAL *y_r = y + (r + i) * s->stored;
                CK_NAME(mask)(y_r, x + (r + i) * s->stored, half + 8 * blocks * i, limit, scale, s->channels);
                for (int32_t c = s->channels; c < s->stored; c++) y_r[c] = 0;
            }
    }
}

static void CK_NAME(dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_rows *s, const ck_random *random) {
    const uint32_t limit = CK_NAME(drop_below_16)(rate);
    const float scale = CK_NAME(kept_scale)(rate);
    if (s->channels <= 64) {
        CK_NAME(dropout_narrow)(y, x, limit, scale, s, random);
        return;
    }
    for (int64_t r = 0; r < s->rows; r++, x += s->stored, y += s->stored) {
        for (int32_t c = 0; c < s->channels; c += 128) {
            uint32_t bits[64];
            uint16_t half[128];
            CK_NAME(random_64)(bits, random, (uint32_t)r, (uint32_t)c / 8);
            CK_NAME(halves)(half, bits);
            if (c + 128 <= s->channels) CK_NAME(mask)(y + c, x + c, half, limit, scale, 128);
            else CK_NAME(mask)(y + c, x + c, half, limit, scale, s->channels - c);
        }
        for (int32_t c = s->channels; c < s->stored; c++) y[c] = 0;
    }
}

/* `count` values, a multiple of 8, where drop[i] is not set; y may be x. */
CK_INLINE void CK_NAME(keep)(CK_REAL *y, const CK_REAL *x, const uint32_t *drop, float scale, int32_t count) {
    _Pragma("clang loop vectorize(assume_safety)")
    for (int32_t i = 0; i < count; i++) {
        const CK_REAL kept = x[i] * scale;
        y[i] = drop[i] ? 0 : kept;
    }
}

static void CK_NAME(channel_dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_images *s, const ck_random *random) {
    const uint32_t limit = CK_NAME(drop_below)(rate);
    const float scale = CK_NAME(kept_scale)(rate);
    const int32_t pixels = s->height * s->width, stored = s->stored;
    for (int32_t n = 0; n < s->images; n++, x += (size_t)pixels * (size_t)stored, y += (size_t)pixels * (size_t)stored)
        for (int32_t c = 0; c < stored; c += 64) {
            uint32_t bits[64], drop[64];
            CK_NAME(random_64)(bits, random, (uint32_t)n, (uint32_t)c / 4);
            const int32_t count = (int32_t)ck_min(64, stored - c);
            const int32_t together = 64 % stored == 0 ? 64 / stored : 1; /* narrow pixels share a mask of 64 */
            for (int32_t i = 0; i < 64; i++) {
                const int32_t channel = together > 1 ? i % stored : i;
                drop[i] = bits[channel] < limit || c + channel >= s->channels;
            }
            int32_t p = 0;
            for (; p + together <= pixels; p += together) {
                const size_t at = (size_t)p * (size_t)stored + (size_t)c;
                if (together * count == 64) CK_NAME(keep)(y + at, x + at, drop, scale, 64);
                else CK_NAME(keep)(y + at, x + at, drop, scale, count);
            }
            for (; p < pixels; p++) CK_NAME(keep)(y + (size_t)p * (size_t)stored + c, x + (size_t)p * (size_t)stored + c, drop, scale, count);
        }
}

/* DropBlock. A seed at (y, x) drops the block whose upper left corner it is; seeds are drawn where a whole block fits,
 * with the probability that makes `rate` of all elements fall out but for overlaps, as in the paper. A part of the
 * picture (up to 64 columns, up to 64 channels) is walked down row by row: life[column][channel] says for how many rows
 * the latest seed of that place still works, and an element falls out if a place less than a block to its left lives. */
enum { CK_NAME(drop_columns) = 64, CK_NAME(drop_channels) = 64, CK_NAME(drop_places) = 64 * 64 };

typedef struct CK_NAME(drop_part) {
    const ck_images *s;
    const ck_random *random;
    uint32_t image, limit;
    int32_t block_h, block_w;
    int32_t left, right;           /* columns that are written */
    int32_t from, channel;         /* first column that is looked at, first channel */
    int32_t real, stored;          /* channels of the part, without and with padding */
} CK_NAME(drop_part);

/* One row older, and this row's seeds. */
static void CK_NAME(drop_row)(uint8_t *life, const CK_NAME(drop_part) *d, int32_t row) {
    enum { channels = CK_NAME(drop_channels), places = CK_NAME(drop_places) };
    uint32_t bits[places + 64];
    const ck_images *s = d->s;
    const int32_t looked_at = (d->right - d->from) * d->stored;
    for (int32_t i = 0; i < looked_at; i++) life[i] = (uint8_t)(life[i] - (life[i] > 0));
    const int32_t seeded = (int32_t)ck_min(d->right, s->width - d->block_w + 1) - d->from; /* columns that may have one */
    if (row > s->height - d->block_h || seeded <= 0) return;
    const bool whole = d->real == s->channels; /* the row's numbers are one run */
    const uint64_t first = ((uint64_t)row * (uint32_t)s->width + (uint32_t)d->from) * (uint32_t)s->channels + (uint32_t)d->channel;
    if (whole) CK_NAME(random_elements)(bits, d->random, d->image, first, seeded * d->real);
    if (whole && d->real == d->stored) {
        for (int32_t i = 0; i < seeded * d->stored; i++) life[i] = bits[i] < d->limit ? (uint8_t)d->block_h : life[i];
        return;
    }
    for (int32_t column = 0; column < seeded; column++) {
        uint8_t *l = life + column * d->stored;
        const uint32_t *b = whole ? bits + column * d->real : bits;
        if (!whole) CK_NAME(random_elements)(bits, d->random, d->image, first + (uint64_t)column * (uint32_t)s->channels, d->real);
        for (int32_t c = 0; c < d->real; c++) l[c] = b[c] < d->limit ? (uint8_t)d->block_h : l[c];
    }
}

/* Walks down one part: counts what is kept per channel, or, with y, writes. */
static void CK_NAME(drop_walk)(CK_REAL *y, const CK_REAL *x, int32_t *kept, const CK_NAME(drop_part) *d) {
    enum { channels = CK_NAME(drop_channels), places = CK_NAME(drop_places) };
    uint8_t life[places] = {0}, drop[places];
    CK_REAL factor[channels];
    const ck_images *s = d->s;
    const int32_t written = (d->right - d->left) * d->stored, behind = (d->left - d->from) * d->stored;
    for (int32_t c = 0; c < channels; c++) factor[c] = kept[c] && c < d->real ? (CK_REAL)((double)s->height * s->width / kept[c]) : 0;
    for (int32_t row = 0; row < s->height; row++) {
        CK_NAME(drop_row)(life, d, row);
        memcpy(drop, life + behind, (size_t)written);
        for (int32_t i = 1; i < d->block_w; i++) {
            const int32_t shift = behind - i * d->stored, skip = shift < 0 ? -shift : 0; /* from the picture's edge on */
            for (int32_t j = skip; j < written; j++) drop[j] |= life[j + shift];
        }
        for (int32_t column = 0; column < d->right - d->left; column++) {
            const uint8_t *drop_p = drop + column * d->stored;
            const size_t at = (((size_t)d->image * (size_t)s->height + (size_t)row) * (size_t)s->width + (size_t)(d->left + column)) * (size_t)s->stored + (size_t)d->channel;
            CK_NOVEC for (int32_t c = 0; c < d->stored; c += 8) {
                CK_REAL scaled[8];
                if (!y) {
                    for (int32_t j = 0; j < 8; j++) kept[c + j] += drop_p[c + j] == 0;
                    continue;
                }
                for (int32_t j = 0; j < 8; j++) scaled[j] = x[at + (size_t)(c + j)] * factor[c + j];
                for (int32_t j = 0; j < 8; j++) y[at + (size_t)(c + j)] = drop_p[c + j] ? 0 : scaled[j];
            }
        }
    }
}

static void CK_NAME(drop_block)(CK_REAL *y, const CK_REAL *x, float rate, int32_t block, const ck_images *s, const ck_random *random) {
    enum { channels = CK_NAME(drop_channels), columns = CK_NAME(drop_columns) };
    const int32_t block_h = (int32_t)ck_min(block, s->height), block_w = (int32_t)ck_min(block, s->width);
    const double places = (double)(s->height - block_h + 1) * (s->width - block_w + 1);
    const float gamma = (float)((double)rate * s->height * s->width / (places * block_h * block_w));
    const int32_t step = s->width <= columns ? columns : columns - block_w + 1;
    for (int32_t n = 0; n < s->images; n++)
        for (int32_t c = 0; c < s->stored; c += channels) {
            int32_t kept[channels] = {0};
            for (int pass = 0; pass < 2; pass++)
                for (int32_t left = 0; left < s->width; left += step) {
                    const CK_NAME(drop_part) d = {s, random, (uint32_t)n, CK_NAME(drop_below)(gamma), block_h, block_w,
                                                  left, (int32_t)ck_min(left + step, s->width),
                                                  (int32_t)ck_max(0, left - block_w + 1), c,
                                                  (int32_t)ck_min(channels, s->channels - c), (int32_t)ck_min(channels, s->stored - c)};
                    CK_NAME(drop_walk)(pass ? y : NULL, x, kept, &d);
                }
        }
}
