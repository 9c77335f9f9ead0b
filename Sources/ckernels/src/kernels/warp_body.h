/* warp_body.h - augmentation: pictures by index, warped and changed at random. One plain version; nothing is fused and
 * sine and exponential are computed here, so that every instruction set draws the same picture.
 *
 * Numbers of a picture: item random->item + its index in the data; blocks 0 to 3 are the draws below, the grid of the
 * elastic displacement begins at block 2^28, the noise at 2^29. */
CK_EXACT_PUSH

enum {
    CK_NAME(warp_strip) = 64,   /* columns worked on at a time: bounds the memory for any width */
    CK_NAME(warp_table) = 4356, /* pictures of up to 64 x 64 go through a table of 2 x 2 neighbourhoods: 17 KB of stack */
    CK_NAME(warp_grid) = CK_NAME(warp_strip) + 4
};

/* What was drawn for one picture. A point (x, y) of the output, counted from its centre, comes from
 * (xx x + xy y + x0, yx x + yy y + y0) of the source, counted from its first pixel. */
typedef struct CK_NAME(warp_draw) {
    float xx, xy, x0, yx, yy, y0, contrast, brightness;
    int32_t erase_left, erase_top, erase_right, erase_bottom;
} CK_NAME(warp_draw);

/* sin(x) by its Taylor series after taking off whole turns: error below 1e-10. */
CK_INLINE double CK_NAME(warp_sin)(double x) {
    const double turns = x * 0.15915494309189535, whole = (double)(int64_t)(turns + (turns < 0 ? -0.5 : 0.5));
    const double t = x - whole * 6.283185307179586, t2 = t * t;
    double sum = 0, term = t;
    for (int k = 1; k < 14; k++) sum += term, term *= -t2 / (2 * k * (2 * k + 1));
    return sum;
}
/* exp(x) = (exp(x / 64))^64 by the Taylor series: 1e-12 relative for |x| < 8. */
CK_INLINE double CK_NAME(warp_exp)(double x) {
    double sum = 0, term = 1;
    for (int k = 1; k < 10; k++) sum += term, term *= x / 64 / k;
    for (int k = 0; k < 6; k++) sum *= sum;
    return sum;
}

/* From -1 to below 1. */
CK_INLINE double CK_NAME(warp_signed)(uint32_t bits) { return (double)bits * 0x1p-31 - 1; }

/* floor(extent * share) in integers, share = bits / 2^32. */
CK_INLINE int32_t CK_NAME(warp_part)(uint32_t bits, int32_t extent) { return (int32_t)(((uint64_t)bits * (uint32_t)extent) >> 32); }

static CK_NAME(warp_draw) CK_NAME(warp_draw_picture)(const ck_warp *s, const ck_random *random, uint32_t index) {
    uint32_t bits[64 + 64];
    CK_NAME(random_elements)(bits, random, index, 0, 12);
    const double angle = s->rotate * CK_NAME(warp_signed)(bits[0]), shear = s->shear * CK_NAME(warp_signed)(bits[1]);
    const double shift_x = s->shift_x * CK_NAME(warp_signed)(bits[2]), shift_y = s->shift_y * CK_NAME(warp_signed)(bits[3]);
    const double shrink = CK_NAME(warp_exp)(-s->zoom * CK_NAME(warp_signed)(bits[4]));
    const double sine = CK_NAME(warp_sin)(angle) * shrink, cosine = CK_NAME(warp_sin)(angle + 1.5707963267948966) * shrink;
    /* the inverse of: shear (x += shear y), rotate, zoom, shift */
    const double xx = cosine + shear * sine, xy = sine - shear * cosine, yx = -sine, yy = cosine;
    /* centre on centre; where the sizes differ by an odd number, whole pixels all the same */
    const double left = 0.5 * (s->out_width - 1), top = 0.5 * (s->out_height - 1);
    const double centre_x = left - (s->out_width - s->in_width) / 2, centre_y = top - (s->out_height - s->in_height) / 2;
    CK_NAME(warp_draw) d = {
        (float)xx, (float)xy, (float)(centre_x - xx * (left + shift_x) - xy * (top + shift_y)),
        (float)yx, (float)yy, (float)(centre_y - yx * (left + shift_x) - yy * (top + shift_y)),
        (float)(1 + s->contrast * CK_NAME(warp_signed)(bits[5])), (float)(255 * s->brightness * CK_NAME(warp_signed)(bits[6])), 0, 0, 0, 0};
    if (s->erase_probability > 0 && (double)bits[7] * 0x1p-32 < s->erase_probability) {
        const float size = s->erase_size < 0 ? 0 : s->erase_size > 1 ? 1 : s->erase_size;
        const int32_t width = 1 + CK_NAME(warp_part)(bits[8], (int32_t)(size * (float)s->out_width));
        const int32_t height = 1 + CK_NAME(warp_part)(bits[9], (int32_t)(size * (float)s->out_height));
        d.erase_left = CK_NAME(warp_part)(bits[10], s->out_width - width + 1);
        d.erase_top = CK_NAME(warp_part)(bits[11], s->out_height - height + 1);
        d.erase_right = d.erase_left + width, d.erase_bottom = d.erase_top + height;
    }
    return d;
}

/* The four bytes at (x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1) of the source, lowest first; zero outside. */
CK_INLINE uint32_t CK_NAME(warp_quad)(const uint8_t *source, int32_t x, int32_t y, const ck_warp *s) {
    uint32_t quad = 0;
    for (int i = 3; i >= 0; i--) {
        const int32_t xi = x + (i & 1), yi = y + (i >> 1);
        const bool inside = xi >= 0 && xi < s->in_width && yi >= 0 && yi < s->in_height;
        quad = quad << 8 | (inside ? source[((size_t)yi * (size_t)s->in_width + (size_t)xi) * (size_t)s->channels] : 0);
    }
    return quad;
}

/* The table of all neighbourhoods, from (-1, -1) to (width, height): one look-up a pixel instead of four. */
static void CK_NAME(warp_fill_table)(uint32_t *table, const uint8_t *source, const ck_warp *s) {
    for (int32_t y = -1; y <= s->in_height; y++)
        for (int32_t x = -1; x <= s->in_width; x++) *table++ = CK_NAME(warp_quad)(source, x, y, s);
}

/* The four weights of a uniform cubic B-spline at t in [0, 1): they add to one and are never negative, so that a
 * displacement never exceeds the largest of the control points. */
CK_INLINE void CK_NAME(warp_spline)(float weights[4], float t) {
    const float r = 1 - t;
    weights[0] = r * r * r * (1.0f / 6);
    weights[1] = 2.0f / 3 - t * t * (1 - 0.5f * t);
    weights[2] = 2.0f / 3 - r * r * (1 - 0.5f * r);
    weights[3] = t * t * t * (1.0f / 6);
}

/* The elastic displacement of a strip of columns: four rows of control points, already interpolated along x. */
typedef struct CK_NAME(warp_elastic) {
    float row[4][2][CK_NAME(warp_strip)]; /* row j of the grid in j % 4; dx and dy */
    float weight[4][CK_NAME(warp_strip)];
    int32_t first[CK_NAME(warp_strip)]; /* control point of weight[0], counted from the strip's first */
    int32_t next, columns, from, points; /* next row to draw, points of a whole row, first point and points of the strip */
    float spacing;
} CK_NAME(warp_elastic);

static void CK_NAME(warp_elastic_begin)(CK_NAME(warp_elastic) *e, int32_t x0, int32_t count, const ck_warp *s) {
    e->spacing = s->elastic_spacing >= 1 ? s->elastic_spacing : 1;
    e->next = 0, e->columns = (int32_t)((float)s->out_width / e->spacing) + 4, e->from = (int32_t)((float)x0 / e->spacing);
    for (int32_t i = 0; i < CK_NAME(warp_strip); i++) {
        const float at = (float)(x0 + (i < count ? i : count - 1)) / e->spacing;
        float w[4];
        CK_NAME(warp_spline)(w, at - (float)(int32_t)at);
        for (int k = 0; k < 4; k++) e->weight[k][i] = w[k];
        e->first[i] = (int32_t)at - e->from;
    }
    e->points = e->first[CK_NAME(warp_strip) - 1] + 4;
}

/* Draws rows of control points until `last` is there, and adds the displacement of output row y to sx and sy. */
static void CK_NAME(warp_elastic_row)(CK_NAME(warp_elastic) *e, float *sx, float *sy, int32_t y, const ck_warp *s,
                                      const ck_random *random, uint32_t index) {
    enum { strip = CK_NAME(warp_strip) };
    const float at = (float)y / e->spacing;
    const int32_t top = (int32_t)at;
    for (; e->next < top + 4; e->next++) {
        uint32_t bits[2 * CK_NAME(warp_grid) + 64];
        float grid[2][CK_NAME(warp_grid)];
        const uint64_t first = ((uint64_t)e->next * (uint32_t)e->columns + (uint32_t)e->from) * 2;
        CK_NAME(random_elements)(bits, random, index, (1ull << 30) + first, 2 * e->points);
        for (int32_t i = 0; i < e->points; i++)
            for (int d = 0; d < 2; d++) grid[d][i] = s->elastic * (float)CK_NAME(warp_signed)(bits[2 * i + d]);
        for (int d = 0; d < 2; d++)
            for (int32_t i = 0; i < strip; i++) {
                const float *g = grid[d] + e->first[i];
                e->row[e->next % 4][d][i] = e->weight[0][i] * g[0] + e->weight[1][i] * g[1] + e->weight[2][i] * g[2] + e->weight[3][i] * g[3];
            }
    }
    float w[4];
    CK_NAME(warp_spline)(w, at - (float)top);
    for (int j = 0; j < 4; j++) {
        const float(*row)[strip] = (const float(*)[strip])e->row[(top + j) % 4];
        for (int32_t i = 0; i < strip; i++) sx[i] += w[j] * row[0][i], sy[i] += w[j] * row[1][i];
    }
}

/* Noise of standard deviation 1 from one number: the sum of its four bytes, which is close to normal up to three
 * deviations (a byte's variance is (256^2 - 1) / 12) and the same integer everywhere. */
CK_INLINE float CK_NAME(warp_normal)(uint32_t bits) {
    const int32_t sum = (int32_t)((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24));
    return (float)(sum - 510) * 0.0067658648f; /* 1 / sqrt(4 * 65535 / 12) */
}

/* One strip of one channel of one picture. */
static void CK_NAME(warp_strip_rows)(CK_REAL *y, const uint8_t *source, const uint32_t *table, int32_t x0, int32_t count, int32_t channel,
                                     const CK_NAME(warp_draw) *d, const ck_warp *s, const ck_random *random, uint32_t index) {
    enum { strip = CK_NAME(warp_strip) };
    float sx[strip], sy[strip], value[strip];
    uint32_t quad[strip];
    CK_NAME(warp_elastic) elastic;
    if (s->elastic > 0) CK_NAME(warp_elastic_begin)(&elastic, x0, count, s);
    const float width = (float)s->in_width, height = (float)s->in_height;
    for (int32_t row = 0; row < s->out_height; row++) {
        const float start_x = d->xy * (float)row + d->x0, start_y = d->yy * (float)row + d->y0;
        for (int32_t i = 0; i < strip; i++) sx[i] = d->xx * (float)(x0 + i) + start_x, sy[i] = d->yx * (float)(x0 + i) + start_y;
        if (s->elastic > 0) CK_NAME(warp_elastic_row)(&elastic, sx, sy, row, s, random, index);
        for (int32_t i = 0; i < count; i++) {
            const float tx = sx[i] > -1 ? sx[i] < width ? sx[i] + 1 : width + 1 : 0; /* NaN gives the border: zero */
            const float ty = sy[i] > -1 ? sy[i] < height ? sy[i] + 1 : height + 1 : 0;
            const int32_t ix = (int32_t)tx, iy = (int32_t)ty;
            quad[i] = table ? table[iy * (s->in_width + 2) + ix] : CK_NAME(warp_quad)(source, ix - 1, iy - 1, s);
            sx[i] = tx - (float)ix, sy[i] = ty - (float)iy;
        }
        for (int32_t i = 0; i < count; i++) {
            const float a = (float)(quad[i] & 255), b = (float)(quad[i] >> 8 & 255), c = (float)(quad[i] >> 16 & 255), e = (float)(quad[i] >> 24);
            const float upper = a + sx[i] * (b - a), lower = c + sx[i] * (e - c);
            value[i] = (upper + sy[i] * (lower - upper)) * d->contrast + d->brightness;
        }
        if (s->noise > 0) {
            uint32_t bits[strip + 64];
            const uint64_t first = ((uint64_t)channel * (uint32_t)s->out_height + (uint32_t)row) * (uint32_t)s->out_width + (uint32_t)x0;
            CK_NAME(random_elements)(bits, random, index, (1ull << 31) + first, count);
            for (int32_t i = 0; i < count; i++) value[i] += 255 * s->noise * CK_NAME(warp_normal)(bits[i]);
        }
        if (row >= d->erase_top && row < d->erase_bottom)
            for (int32_t i = 0; i < count; i++)
                if (x0 + i >= d->erase_left && x0 + i < d->erase_right) value[i] = 0;
        CK_REAL *y_row = y + ((size_t)row * (size_t)s->out_width + (size_t)x0) * (size_t)s->channels + channel;
        for (int32_t i = 0; i < count; i++) y_row[(size_t)i * (size_t)s->channels] = (CK_REAL)value[i] * s->scale[channel] + s->shift[channel];
    }
}

static void CK_NAME(warp_bytes)(CK_REAL *y, const uint8_t *source, const int64_t *indices, int32_t images, const ck_warp *s,
                                const ck_random *random) {
    const size_t in_values = (size_t)s->in_height * (size_t)s->in_width * (size_t)s->channels;
    const size_t out_values = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->channels;
    const bool fits = ((int64_t)s->in_height + 2) * (s->in_width + 2) <= CK_NAME(warp_table);
    uint32_t table[CK_NAME(warp_table)];
    for (int32_t n = 0; n < images; n++) {
        const int64_t index = indices ? indices[n] : n;
        const CK_NAME(warp_draw) d = CK_NAME(warp_draw_picture)(s, random, (uint32_t)index);
        for (int32_t channel = 0; channel < s->channels; channel++) {
            const uint8_t *source_n = source + (size_t)index * in_values + channel;
            if (fits) CK_NAME(warp_fill_table)(table, source_n, s);
            for (int32_t x0 = 0; x0 < s->out_width; x0 += CK_NAME(warp_strip))
                CK_NAME(warp_strip_rows)(y + (size_t)n * out_values, source_n, fits ? table : NULL, x0,
                                         (int32_t)ck_min(CK_NAME(warp_strip), s->out_width - x0), channel, &d, s, random, (uint32_t)index);
        }
    }
}
CK_EXACT_POP
