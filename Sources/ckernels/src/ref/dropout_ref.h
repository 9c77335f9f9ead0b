/* dropout_ref.h - plain twin of dropout_body.h: one draw at a time. */

/* The number of element e of item `offset`. */
static uint32_t CK_NAME(draw)(const ck_random *random, uint32_t offset, uint64_t e) {
    uint32_t block[4];
    CK_NAME(random_block)(block, random, offset, (uint32_t)(e / 4));
    return block[e % 4];
}

/* Of 16 bits: element e has half e % 8 of block e / 8, lower halves first. */
static uint32_t CK_NAME(draw_16)(const ck_random *random, uint32_t offset, uint64_t e) {
    return CK_NAME(draw)(random, offset, e / 2) >> 16 * (e % 2) & 0xffff;
}

static bool CK_NAME(falls_out)(uint32_t bits, double rate) { return (double)bits < floor(fmin(rate * 0x1p32, 0xffffffffu)); }

static void CK_NAME(dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_rows *s, const ck_random *random) {
    for (int64_t r = 0; r < s->rows; r++)
        for (int32_t c = 0; c < s->stored; c++) {
            const int64_t at = r * s->stored + c;
            const bool kept = c < s->channels && CK_NAME(draw_16)(random, (uint32_t)r, (uint64_t)c) >= floor((double)rate * 65536 + 0.5);
            y[at] = kept && rate < 1 ? (CK_REAL)(x[at] * (1 / (1 - (double)rate))) : 0;
        }
}

static void CK_NAME(channel_dropout)(CK_REAL *y, const CK_REAL *x, float rate, const ck_images *s, const ck_random *random) {
    const int64_t pixels = (int64_t)s->height * s->width;
    for (int32_t n = 0; n < s->images; n++)
        for (int32_t c = 0; c < s->stored; c++) {
            const bool kept = c < s->channels && !CK_NAME(falls_out)(CK_NAME(draw)(random, (uint32_t)n, (uint64_t)c), rate);
            for (int64_t p = 0; p < pixels; p++) {
                const int64_t at = (n * pixels + p) * s->stored + c;
                y[at] = kept && rate < 1 ? (CK_REAL)(x[at] * (1 / (1 - (double)rate))) : 0;
            }
        }
}

/* 1 if a seed whose block covers pixel (py, px) of channel c was drawn. */
static bool CK_NAME(in_block)(int32_t py, int32_t px, int32_t c, int32_t block_h, int32_t block_w, float gamma,
                              const ck_images *s, const ck_random *random, uint32_t n) {
    for (int64_t sy = ck_max(0, py - block_h + 1); sy <= ck_min(py, s->height - block_h); sy++)
        for (int64_t sx = ck_max(0, px - block_w + 1); sx <= ck_min(px, s->width - block_w); sx++) {
            const uint64_t e = (uint64_t)((sy * s->width + sx) * s->channels + c);
            if (CK_NAME(falls_out)(CK_NAME(draw)(random, n, e), gamma)) return true;
        }
    return false;
}

static void CK_NAME(drop_block)(CK_REAL *y, const CK_REAL *x, float rate, int32_t block, const ck_images *s, const ck_random *random) {
    const int32_t h = s->height, w = s->width;
    const int32_t block_h = (int32_t)ck_min(block, h), block_w = (int32_t)ck_min(block, w);
    const float gamma = (float)((double)rate * h * w / ((double)(h - block_h + 1) * (w - block_w + 1) * block_h * block_w));
    for (int32_t n = 0; n < s->images; n++)
        for (int32_t c = 0; c < s->stored; c++) {
            int32_t kept = 0;
            for (int pass = 0; pass < 2; pass++) /* count, then scale by what was counted */
                for (int32_t py = 0; py < h; py++)
                    for (int32_t px = 0; px < w; px++) {
                        const int64_t at = (((int64_t)n * h + py) * w + px) * s->stored + c;
                        const bool keep = c < s->channels && !CK_NAME(in_block)(py, px, c, block_h, block_w, gamma, s, random, (uint32_t)n);
                        if (pass == 0) kept += keep;
                        else y[at] = keep ? (CK_REAL)(x[at] * ((double)h * w / kept)) : 0;
                    }
        }
}
