/* warp_body.h - augmentation: pictures by index, warped and changed at random. One plain version; nothing is fused, and
 * sine and exponential are computed here in double, so that every instruction set draws the same bits.
 *
 * Numbers of a picture: item random->item + its index in the data; the draws below are elements 0 to 11, the control
 * points of the elastic displacement begin at element 2^30, the noise at 2^31 (ordered by channel, row, column).
 *
 * Work goes by strips of up to 64 columns, which bounds the memory for any width; loops over a strip run to the next
 * multiple of 16, so that they are packed without leftovers. */
CK_EXACT_PUSH

enum {
    CK_NAME(warp_strip) = 64,
    CK_NAME(warp_points) = CK_NAME(warp_strip) + 4, /* control points along a strip, which are at least 1 pixel apart */
    CK_NAME(warp_pitch) = 80,                       /* pictures of up to 64 x 64, with a border, go through a table: */
    CK_NAME(warp_table) = 66 * CK_NAME(warp_pitch), /* 21 KB of stack */
    CK_NAME(warp_together) = 4,                     /* rows: what is written one by one is read back packed much later */
    CK_NAME(warp_drawn) = 512                       /* numbers of a grid that are drawn at once */
};

/* A loop over columns i, `wide` of them: a multiple of 16. The width is asked for, because a constant 16 would be unrolled
 * first, and what remains is packed badly. */
#if defined(__clang__)
#define CK_COLUMNS(wide) \
    CK_PRAGMA(clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(1)) for (int32_t i = 0; i < (wide); i++)
#else
#define CK_COLUMNS(wide) for (int32_t i = 0; i < (wide); i++)
#endif

/* What was drawn for one picture. The point (x, y) of the output comes from (xx x + xy y + x0, yx x + yy y + y0) of the
 * source, both counted from the middle of the first pixel. */
typedef struct CK_NAME(warp_draw) {
    float xx, xy, x0, yx, yy, y0, contrast, brightness;
    int32_t erase_left, erase_top, erase_right, erase_bottom;
} CK_NAME(warp_draw);

/* sin(x) by its Taylor series after taking off whole turns: error below 1e-10. Past 2^40 turns it is nonsense, and 0. */
CK_INLINE double CK_NAME(warp_sin)(double x) {
    const double turns = x * 0.15915494309189535;
    if (!(turns > -0x1p40 && turns < 0x1p40)) return 0;
    const double whole = (double)(int64_t)(turns + (turns < 0 ? -0.5 : 0.5));
    const double t = x - whole * 6.283185307179586, t2 = t * t;
    double sum = 0, term = t;
    for (int k = 1; k < 14; k++) sum += term, term *= t2 * (-1.0 / (2 * k * (2 * k + 1)));
    return sum;
}
/* exp(x) = exp(x / 64)^64 by the Taylor series: 1e-12 relative for |x| < 8. */
CK_INLINE double CK_NAME(warp_exp)(double x) {
    double sum = 0, term = 1;
    for (int k = 1; k < 10; k++) sum += term, term *= x * (1.0 / (64 * k));
    for (int k = 0; k < 6; k++) sum *= sum;
    return sum;
}

/* From -1 to below 1. */
CK_INLINE double CK_NAME(warp_signed)(uint32_t bits) { return (double)bits * 0x1p-31 - 1; }
/* The same in float, from 24 bits. */
CK_INLINE float CK_NAME(warp_signed_float)(uint32_t bits) { return (float)(int32_t)(bits >> 8) * 0x1p-23f - 1; }

/* 0 to extent - 1. */
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
    /* Centre on centre; where the sizes differ by an odd number, a whole pixel all the same. */
    const double middle_x = 0.5 * (s->out_width - 1), middle_y = 0.5 * (s->out_height - 1);
    const double from_x = middle_x - (s->out_width - s->in_width) / 2, from_y = middle_y - (s->out_height - s->in_height) / 2;
    const double by_x = middle_x + shift_x, by_y = middle_y + shift_y;
    CK_NAME(warp_draw) d = {
        (float)xx, (float)xy, (float)(from_x - xx * by_x - xy * by_y),
        (float)yx, (float)yy, (float)(from_y - yx * by_x - yy * by_y),
        (float)(1 + s->contrast * CK_NAME(warp_signed)(bits[5])),
        (float)(255 * s->brightness * CK_NAME(warp_signed)(bits[6])), 0, 0, 0, 0};
    if ((double)bits[7] * 0x1p-32 < s->erase_probability) {
        const float size = s->erase_size > 1 ? 1 : s->erase_size > 0 ? s->erase_size : 0;
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

/* All of these, from (-1, -1) to (width, height), rows `pitch` apart: one look-up for a pixel instead of four. The picture
 * is first copied into a border of zeros, whole, because a row that was just written in pieces is slow to read. */
static __attribute__((noinline)) void CK_NAME(warp_fill_table)(uint32_t *restrict table, int32_t pitch, const uint8_t *restrict source,
                                                               const ck_warp *s) {
    uint8_t bordered[67 * (CK_NAME(warp_pitch) + 16)];
    const int32_t width = s->in_width, height = s->in_height, step = pitch + 16;
    memset(bordered, 0, (size_t)(height + 3) * (size_t)step);
    for (int32_t y = 0; y < height; y++) {
        uint8_t *restrict to = bordered + (y + 1) * step + 1;
        const uint8_t *restrict from = source + (ptrdiff_t)y * width * s->channels;
        if (s->channels == 1 && width >= 16) { /* by 16, the last of them over the one before */
            CK_NOVEC for (int32_t x = 0; x < width - 16; x += 16) memcpy(to + x, from + x, 16);
            memcpy(to + width - 16, from + width - 16, 16);
        } else
            CK_NOVEC for (int32_t x = 0; x < width; x++) to[x] = from[x * s->channels];
    }
    for (int32_t y = 0; y < height + 2; y++, table += pitch) {
        const uint8_t *restrict upper = bordered + y * step, *restrict lower = upper + step;
        CK_COLUMNS(pitch) table[i] = upper[i] | (uint32_t)upper[i + 1] << 8 | (uint32_t)lower[i] << 16 | (uint32_t)lower[i + 1] << 24;
    }
}

/* The four weights of a uniform cubic B-spline at t in [0, 1): they add to one and none is negative, so that no
 * displacement exceeds those of the control points. */
CK_INLINE void CK_NAME(warp_spline)(float weights[4], float t) {
    const float r = 1 - t;
    weights[0] = r * r * r * (1.0f / 6);
    weights[1] = 2.0f / 3 - t * t * (1 - 0.5f * t);
    weights[2] = 2.0f / 3 - r * r * (1 - 0.5f * r);
    weights[3] = t * t * t * (1.0f / 6);
}

/* The elastic displacement of a strip. Along x each column's spline weights are spread over all points of the strip:
 * more products, but packed ones. */
typedef struct CK_NAME(warp_elastic) {
    float weight[CK_NAME(warp_points)][CK_NAME(warp_strip)];
    float row[4][2][CK_NAME(warp_strip)]; /* row j of the grid, interpolated along x, in j % 4: dx and dy */
    uint32_t bits[CK_NAME(warp_drawn) + 64];
    int32_t rows, row_points;  /* of the whole grid */
    int32_t from, points;      /* first point and number of points of the strip */
    int32_t next, wide;        /* the next row of the grid to interpolate; columns of the strip */
    bool whole;                /* all numbers of the grid are in `bits` */
    float spacing;
} CK_NAME(warp_elastic);

static void CK_NAME(warp_elastic_strip)(CK_NAME(warp_elastic) *e, int32_t x0, int32_t count, const ck_warp *s) {
    e->spacing = s->elastic_spacing >= 1 ? s->elastic_spacing : 1;
    e->rows = (int32_t)((float)(s->out_height - 1) / e->spacing) + 4;
    e->row_points = (int32_t)((float)(s->out_width - 1) / e->spacing) + 4;
    e->from = (int32_t)((float)x0 / e->spacing);
    e->points = (int32_t)((float)(x0 + count - 1) / e->spacing) - e->from + 4;
    e->whole = e->points == e->row_points && (int64_t)e->rows * e->points * 2 <= CK_NAME(warp_drawn);
    e->wide = (int32_t)ck_round_up(count, 16);
    memset(e->weight, 0, (size_t)e->points * sizeof e->weight[0]);
    for (int32_t i = 0; i < count; i++) {
        const float at = (float)(x0 + i) / e->spacing;
        const int32_t point = (int32_t)at;
        float w[4];
        CK_NAME(warp_spline)(w, at - (float)point);
        for (int k = 0; k < 4; k++) e->weight[point - e->from + k][i] = w[k];
    }
}

/* Numbers of the control points of a grid row, dx and dy in turn: element 2^30 + 2 * (row * row_points + point). */
static const uint32_t *CK_NAME(warp_elastic_bits)(CK_NAME(warp_elastic) *e, const ck_random *random, uint32_t index) {
    const uint64_t grid = 1ull << 30, first = 2 * ((uint64_t)e->next * (uint32_t)e->row_points + (uint32_t)e->from);
    if (!e->whole) CK_NAME(random_elements)(e->bits, random, index, grid + first, 2 * e->points);
    else if (e->next == 0) CK_NAME(random_elements)(e->bits, random, index, grid, 2 * e->rows * e->points);
    return e->whole ? e->bits + first : e->bits;
}

/* The next row of the grid, interpolated along x. */
static __attribute__((noinline)) void CK_NAME(warp_elastic_next)(CK_NAME(warp_elastic) *e, float size, const ck_random *random,
                                                                 uint32_t index) {
    const uint32_t *bits = CK_NAME(warp_elastic_bits)(e, random, index);
    float grid[2 * CK_NAME(warp_points)];
    CK_NOVEC for (int32_t p = 0; p < 2 * e->points; p++) grid[p] = size * CK_NAME(warp_signed_float)(bits[p]);
    float(*row)[CK_NAME(warp_strip)] = e->row[e->next++ % 4];
    CK_NOVEC for (int32_t first = 0; first < e->wide; first += 16) {
        float dx[16] = {0}, dy[16] = {0};
        CK_NOVEC for (int32_t p = 0; p < e->points; p++) {
            const float *weight = e->weight[p] + first;
            const float x = grid[2 * p], y = grid[2 * p + 1];
            for (int32_t i = 0; i < 16; i++) dx[i] += x * weight[i];
            for (int32_t i = 0; i < 16; i++) dy[i] += y * weight[i];
        }
        for (int32_t i = 0; i < 16; i++) row[0][first + i] = dx[i];
        for (int32_t i = 0; i < 16; i++) row[1][first + i] = dy[i];
    }
}

/* Adds the displacement of output row y. */
static __attribute__((noinline)) void CK_NAME(warp_elastic_add)(CK_NAME(warp_elastic) *e, float *restrict sx, float *restrict sy, int32_t y, float size,
                                      const ck_random *random, uint32_t index) {
    const float at = (float)y / e->spacing;
    const int32_t top = (int32_t)at;
    while (e->next < top + 4) CK_NAME(warp_elastic_next)(e, size, random, index);
    float w[4];
    CK_NAME(warp_spline)(w, at - (float)top);
    const float w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];
    for (int d = 0; d < 2; d++) {
        const float *restrict a = e->row[top % 4][d], *restrict b = e->row[(top + 1) % 4][d];
        const float *restrict c = e->row[(top + 2) % 4][d], *restrict f = e->row[(top + 3) % 4][d];
        float *restrict to = d ? sy : sx;
        CK_COLUMNS(e->wide) to[i] += w0 * a[i] + w1 * b[i] + (w2 * c[i] + w3 * f[i]);
    }
}

/* The picture and the strip that is worked on. */
typedef struct CK_NAME(warp_part_of) {
    const ck_warp *s;
    const ck_random *random;
    uint32_t index;
    const uint8_t *source;
    const uint32_t *table; /* NULL: too large */
    int32_t pitch, channel, x0, count, wide;
    CK_NAME(warp_draw) d;
} CK_NAME(warp_part_of);

/* Rows first ..< first + rows of the output where they come from, before anything is done to their brightness. */
static __attribute__((noinline)) void CK_NAME(warp_sample)(float *restrict value, CK_NAME(warp_elastic) *elastic, const CK_NAME(warp_part_of) *p, int32_t first,
                                 int32_t rows) {
    enum { most = CK_NAME(warp_strip) * CK_NAME(warp_together) };
    float sx[most], sy[most];
    int32_t ix[most], iy[most], at[most];
    uint32_t quad[most];
    const float xx = p->d.xx, yx = p->d.yx, width = (float)(p->s->in_width + 1), height = (float)(p->s->in_height + 1);
    const int32_t x0 = p->x0, pitch = p->pitch, all = rows * p->wide;
    for (int32_t r = 0; r < rows; r++) {
        const float y = (float)(first + r), start_x = p->d.xy * y + p->d.x0, start_y = p->d.yy * y + p->d.y0;
        float *restrict to_x = sx + r * p->wide, *restrict to_y = sy + r * p->wide;
        CK_COLUMNS(p->wide) {
            const float x = (float)(x0 + i);
            to_x[i] = xx * x + start_x, to_y[i] = yx * x + start_y;
        }
        if (elastic) CK_NAME(warp_elastic_add)(elastic, to_x, to_y, first + r, p->s->elastic, p->random, p->index);
    }
    CK_COLUMNS(all) { /* counted from the border on; outside of it, and for NaN, all is zero */
        const float tx = sx[i] + 1, ty = sy[i] + 1;
        const float cx = tx > 0 ? tx : 0, cy = ty > 0 ? ty : 0;
        const float bx = cx < width ? cx : width, by = cy < height ? cy : height;
        const int32_t kx = (int32_t)bx, ky = (int32_t)by;
        ix[i] = kx, iy[i] = ky, at[i] = ky * pitch + kx;
        sx[i] = bx - (float)kx, sy[i] = by - (float)ky;
    }
    if (p->table) {
        CK_NOVEC for (int32_t i = 0; i < all; i++) quad[i] = p->table[at[i]]; /* a gather is no faster */
    } else {
        CK_NOVEC for (int32_t i = 0; i < all; i++) quad[i] = CK_NAME(warp_quad)(p->source, ix[i] - 1, iy[i] - 1, p->s);
    }
    CK_COLUMNS(all) {
        const float a = (float)(int32_t)(quad[i] & 255), b = (float)(int32_t)(quad[i] >> 8 & 255);
        const float c = (float)(int32_t)(quad[i] >> 16 & 255), e = (float)(int32_t)(quad[i] >> 24);
        const float upper = a + sx[i] * (b - a), lower = c + sx[i] * (e - c);
        value[i] = upper + sy[i] * (lower - upper);
    }
}

/* Noise of standard deviation 1 from one number: the sum of its four bytes, which is close to normal up to three
 * deviations (a byte's variance is (256^2 - 1) / 12) and the same integer everywhere. */
CK_INLINE float CK_NAME(warp_normal)(uint32_t bits) {
    const uint32_t pairs = (bits & 0x00ff00ffu) + (bits >> 8 & 0x00ff00ffu);
    return (float)((int32_t)((pairs & 0xffff) + (pairs >> 16)) - 510) * 0.0067658648f; /* 1 / sqrt(4 * 65535 / 12) */
}

/* A row of results to where it belongs. */
CK_INLINE void CK_NAME(warp_store)(CK_REAL *restrict y, const CK_REAL *restrict out, int32_t count, int32_t channels) {
    if (channels == 1 && count >= 16) { /* by 16, the last of them over the one before */
        CK_NOVEC for (int32_t i = 0; i < count - 16; i += 16) memcpy(y + i, out + i, 16 * sizeof *y);
        memcpy(y + count - 16, out + count - 16, 16 * sizeof *y);
        return;
    }
    CK_NOVEC for (int32_t i = 0; i < count; i++) y[i * channels] = out[i];
}

static __attribute__((noinline)) void CK_NAME(warp_rows)(CK_REAL *y_n, CK_NAME(warp_elastic) *elastic, const CK_NAME(warp_part_of) *p) {
    enum { strip = CK_NAME(warp_strip), together = CK_NAME(warp_together) };
    const ck_warp *s = p->s;
    const CK_NAME(warp_draw) d = p->d;
    const float noise = 255 * s->noise, contrast = d.contrast, brightness = d.brightness;
    const CK_REAL scale = s->scale[p->channel], shift = s->shift[p->channel];
    const int32_t left = d.erase_left - p->x0, right = d.erase_right - p->x0, wide = p->wide;
    if (elastic) elastic->next = 0;
    for (int32_t first = 0; first < s->out_height; first += together) {
        const int32_t rows = (int32_t)ck_min(together, s->out_height - first);
        float values[strip * together];
        CK_REAL out[strip * together];
        CK_NAME(warp_sample)(values, elastic, p, first, rows);
        CK_COLUMNS(rows * wide) values[i] = values[i] * contrast + brightness;
        uint32_t bits[strip * together + 64];
        const uint64_t element = (1ull << 31) + ((uint64_t)p->channel * (uint32_t)s->out_height + (uint32_t)first) * (uint32_t)s->out_width + (uint32_t)p->x0;
        const bool one_run = p->count == s->out_width; /* the rows' numbers follow one another */
        if (noise > 0 && one_run) CK_NAME(random_elements)(bits, p->random, p->index, element, rows * p->count);
        for (int32_t r = 0; r < rows; r++) {
            const uint32_t *restrict bits_r = one_run ? bits + r * p->count : bits;
            float *restrict value = values + r * wide;
            if (noise > 0) {
                if (!one_run) CK_NAME(random_elements)(bits, p->random, p->index, element + (uint64_t)r * (uint32_t)s->out_width, p->count);
                CK_COLUMNS(wide) value[i] += noise * CK_NAME(warp_normal)(bits_r[i]);
            }
            if (first + r >= d.erase_top && first + r < d.erase_bottom) CK_COLUMNS(wide) value[i] = i >= left && i < right ? 0 : value[i];
        }
        CK_COLUMNS(rows * wide) out[i] = (CK_REAL)values[i] * scale + shift;
        for (int32_t r = 0; r < rows; r++)
            CK_NAME(warp_store)(y_n + ((size_t)(first + r) * (size_t)s->out_width + (size_t)p->x0) * (size_t)s->channels + p->channel,
                                out + r * wide, p->count, s->channels);
    }
}

static void CK_NAME(warp_bytes)(CK_REAL *y, const uint8_t *source, const int64_t *indices, int32_t images, const ck_warp *s,
                                const ck_random *random) {
    const size_t in_values = (size_t)s->in_height * (size_t)s->in_width * (size_t)s->channels;
    const size_t out_values = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->channels;
    const int32_t pitch = (int32_t)ck_round_up(s->in_width + 2, 16);
    const bool fits = s->in_width <= 64 && s->in_height <= 64;
    uint32_t table[CK_NAME(warp_table)];
    CK_NAME(warp_elastic) elastic;
    for (int32_t x0 = 0; x0 < s->out_width; x0 += CK_NAME(warp_strip)) {
        const int32_t count = (int32_t)ck_min(CK_NAME(warp_strip), s->out_width - x0);
        if (s->elastic > 0) CK_NAME(warp_elastic_strip)(&elastic, x0, count, s);
        for (int32_t n = 0; n < images; n++) {
            const int64_t index = indices ? indices[n] : n;
            CK_NAME(warp_part_of) p = {s, random, (uint32_t)index, NULL, fits ? table : NULL, pitch, 0, x0, count, (int32_t)ck_round_up(count, 16),
                                       CK_NAME(warp_draw_picture)(s, random, (uint32_t)index)};
            for (; p.channel < s->channels; p.channel++) {
                p.source = source + (size_t)index * in_values + p.channel;
                if (fits) CK_NAME(warp_fill_table)(table, pitch, p.source, s);
                CK_NAME(warp_rows)(y + (size_t)n * out_values, s->elastic > 0 ? &elastic : NULL, &p);
            }
        }
    }
}
#undef CK_COLUMNS
CK_EXACT_POP
