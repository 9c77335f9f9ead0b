/* warp_body.h - augmentation: pictures by index, warped and changed at random. One plain version; nothing is fused, and
 * sine and exponential are computed here in double, so that every instruction set draws the same bits.
 *
 * Numbers of a picture: item random->item + its index in the data; the draws below are elements 0 to 11, the control
 * points of the elastic displacement begin at element 2^30, the noise at 2^31 (ordered by channel, row, column).
 *
 * Work goes by strips of up to 64 columns, which bounds the memory for any width, and within them by groups of 16: a
 * constant, so that loops are packed without leftovers. */
CK_EXACT_PUSH

enum {
    CK_NAME(warp_strip) = 64,
    CK_NAME(warp_points) = CK_NAME(warp_strip) + 4, /* control points along a strip, which are at least 1 pixel apart */
    CK_NAME(warp_pitch) = 80,                       /* pictures of up to 64 x 64, with a border, go through a table: */
    CK_NAME(warp_table) = 66 * CK_NAME(warp_pitch)  /* 21 KB of stack */
};

/* For each group of 16 columns of a strip, then for each column i of the group. */
#define CK_GROUPS(groups) CK_NOVEC for (int32_t first = 0; first < 16 * (groups); first += 16)
#define CK_COLUMNS for (int32_t i = first; i < first + 16; i++)

/* What was drawn for one picture. The point (x, y) of the output comes from (xx x + xy y + x0, yx x + yy y + y0) of the
 * source, both counted from the middle of the first pixel. */
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
/* exp(x) = exp(x / 64)^64 by the Taylor series: 1e-12 relative for |x| < 8. */
CK_INLINE double CK_NAME(warp_exp)(double x) {
    double sum = 0, term = 1;
    for (int k = 1; k < 10; k++) sum += term, term *= x / 64 / k;
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

/* All of these, from (-1, -1) to (width, height), rows `pitch` apart: one look-up for a pixel instead of four. */
static void CK_NAME(warp_fill_table)(uint32_t *restrict table, int32_t pitch, const uint8_t *restrict source, const ck_warp *s) {
    uint8_t rows[2][CK_NAME(warp_pitch) + 16] = {{0}, {0}}; /* a row and the next, from x = -1 on */
    for (int32_t y = -1; y <= s->in_height; y++, table += pitch) {
        const uint8_t *upper = rows[y & 1];
        uint8_t *lower = rows[~y & 1];
        const uint8_t *next = source + (ptrdiff_t)(y + 1) * s->in_width * s->channels;
        if (y + 1 >= s->in_height) memset(lower, 0, sizeof rows[0]);
        else if (s->channels == 1) memcpy(lower + 1, next, (size_t)s->in_width);
        else
            for (int32_t x = 0; x < s->in_width; x++) lower[x + 1] = next[x * s->channels];
        CK_GROUPS(pitch / 16)
            CK_COLUMNS table[i] = upper[i] | (uint32_t)upper[i + 1] << 8 | (uint32_t)lower[i] << 16 | (uint32_t)lower[i + 1] << 24;
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
    int32_t row_points, from, points;     /* points in a whole row of the grid, first one and number of the strip's */
    int32_t next;                         /* the next row to draw */
    float spacing;
} CK_NAME(warp_elastic);

static void CK_NAME(warp_elastic_strip)(CK_NAME(warp_elastic) *e, int32_t x0, int32_t count, const ck_warp *s) {
    e->spacing = s->elastic_spacing >= 1 ? s->elastic_spacing : 1;
    e->row_points = (int32_t)((float)s->out_width / e->spacing) + 4;
    e->from = (int32_t)((float)x0 / e->spacing);
    e->points = (int32_t)((float)(x0 + count - 1) / e->spacing) - e->from + 4;
    memset(e->weight, 0, (size_t)e->points * sizeof e->weight[0]);
    for (int32_t i = 0; i < count; i++) {
        const float at = (float)(x0 + i) / e->spacing;
        const int32_t point = (int32_t)at;
        float w[4];
        CK_NAME(warp_spline)(w, at - (float)point);
        for (int k = 0; k < 4; k++) e->weight[point - e->from + k][i] = w[k];
    }
}

/* Draws row `next` of the control points and interpolates it along x. */
static void CK_NAME(warp_elastic_draw)(CK_NAME(warp_elastic) *e, int32_t groups, float size, const ck_random *random, uint32_t index) {
    uint32_t bits[2 * CK_NAME(warp_points) + 64];
    float grid[2 * CK_NAME(warp_points) + 16];
    const uint64_t element = (1ull << 30) + ((uint64_t)e->next * (uint32_t)e->row_points + (uint32_t)e->from) * 2;
    CK_NAME(random_elements)(bits, random, index, element, 2 * e->points);
    CK_GROUPS((2 * e->points + 15) / 16) CK_COLUMNS grid[i] = size * CK_NAME(warp_signed_float)(bits[i]);
    float(*row)[CK_NAME(warp_strip)] = e->row[e->next++ % 4];
    CK_GROUPS(groups) {
        float dx[16] = {0}, dy[16] = {0};
        CK_NOVEC for (int32_t p = 0; p < e->points; p++) {
            const float *weight = e->weight[p] + first;
            for (int32_t i = 0; i < 16; i++) dx[i] += grid[2 * p] * weight[i];
            for (int32_t i = 0; i < 16; i++) dy[i] += grid[2 * p + 1] * weight[i];
        }
        for (int32_t i = 0; i < 16; i++) row[0][first + i] = dx[i];
        for (int32_t i = 0; i < 16; i++) row[1][first + i] = dy[i];
    }
}

/* Adds the displacement of output row y. */
static void CK_NAME(warp_elastic_add)(CK_NAME(warp_elastic) *e, float *restrict sx, float *restrict sy, int32_t groups, int32_t y,
                                      float size, const ck_random *random, uint32_t index) {
    const float at = (float)y / e->spacing;
    const int32_t top = (int32_t)at;
    while (e->next < top + 4) CK_NAME(warp_elastic_draw)(e, groups, size, random, index);
    float w[4];
    CK_NAME(warp_spline)(w, at - (float)top);
    const float(*a)[CK_NAME(warp_strip)] = (const float(*)[CK_NAME(warp_strip)])e->row[top % 4];
    const float(*b)[CK_NAME(warp_strip)] = (const float(*)[CK_NAME(warp_strip)])e->row[(top + 1) % 4];
    const float(*c)[CK_NAME(warp_strip)] = (const float(*)[CK_NAME(warp_strip)])e->row[(top + 2) % 4];
    const float(*d)[CK_NAME(warp_strip)] = (const float(*)[CK_NAME(warp_strip)])e->row[(top + 3) % 4];
    CK_GROUPS(groups) {
        CK_COLUMNS sx[i] += w[0] * a[0][i] + w[1] * b[0][i] + w[2] * c[0][i] + w[3] * d[0][i];
        CK_COLUMNS sy[i] += w[0] * a[1][i] + w[1] * b[1][i] + w[2] * c[1][i] + w[3] * d[1][i];
    }
}

/* The picture and the strip that is worked on. */
typedef struct CK_NAME(warp_part_of) {
    const ck_warp *s;
    const ck_random *random;
    uint32_t index;
    const uint8_t *source;
    const uint32_t *table; /* NULL: too large */
    int32_t pitch, channel, x0, count, groups;
    CK_NAME(warp_draw) d;
} CK_NAME(warp_part_of);

/* Row `y` of the output where it comes from, before anything is done to its brightness. */
static void CK_NAME(warp_sample)(float *restrict value, CK_NAME(warp_elastic) *elastic, const CK_NAME(warp_part_of) *p, int32_t y) {
    enum { strip = CK_NAME(warp_strip) };
    float sx[strip], sy[strip];
    int32_t ix[strip], iy[strip], at[strip];
    uint32_t quad[strip];
    const CK_NAME(warp_draw) d = p->d;
    const float width = (float)(p->s->in_width + 1), height = (float)(p->s->in_height + 1);
    const float start_x = d.xy * (float)y + d.x0, start_y = d.yy * (float)y + d.y0;
    const int32_t x0 = p->x0, pitch = p->pitch;
    CK_GROUPS(p->groups) {
        CK_COLUMNS sx[i] = d.xx * (float)(x0 + i) + start_x;
        CK_COLUMNS sy[i] = d.yx * (float)(x0 + i) + start_y;
    }
    if (elastic) CK_NAME(warp_elastic_add)(elastic, sx, sy, p->groups, y, p->s->elastic, p->random, p->index);
    CK_GROUPS(p->groups)
        CK_COLUMNS { /* counted from the border on; outside of it, and for NaN, all is zero */
            const float tx = sx[i] + 1, ty = sy[i] + 1;
            const float cx = tx > 0 ? tx : 0, cy = ty > 0 ? ty : 0;
            const float bx = cx < width ? cx : width, by = cy < height ? cy : height;
            ix[i] = (int32_t)bx, iy[i] = (int32_t)by;
            at[i] = iy[i] * pitch + ix[i];
            sx[i] = bx - (float)ix[i], sy[i] = by - (float)iy[i];
        }
    if (p->table) {
        CK_NOVEC for (int32_t i = 0; i < 16 * p->groups; i++) quad[i] = p->table[at[i]]; /* a gather would be slower */
    } else {
        for (int32_t i = 0; i < 16 * p->groups; i++) quad[i] = CK_NAME(warp_quad)(p->source, ix[i] - 1, iy[i] - 1, p->s);
    }
    CK_GROUPS(p->groups)
        CK_COLUMNS {
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

static void CK_NAME(warp_rows)(CK_REAL *y_n, CK_NAME(warp_elastic) *elastic, const CK_NAME(warp_part_of) *p) {
    enum { strip = CK_NAME(warp_strip) };
    const ck_warp *s = p->s;
    const CK_NAME(warp_draw) d = p->d;
    const float noise = 255 * s->noise;
    const CK_REAL scale = s->scale[p->channel], shift = s->shift[p->channel];
    const int32_t left = d.erase_left - p->x0, right = d.erase_right - p->x0;
    if (elastic) elastic->next = 0;
    for (int32_t row = 0; row < s->out_height; row++) {
        float value[strip];
        uint32_t bits[strip + 64];
        CK_REAL out[strip];
        CK_NAME(warp_sample)(value, elastic, p, row);
        CK_GROUPS(p->groups) CK_COLUMNS value[i] = value[i] * d.contrast + d.brightness;
        if (noise > 0) {
            const uint64_t element = ((uint64_t)p->channel * (uint32_t)s->out_height + (uint32_t)row) * (uint32_t)s->out_width + (uint32_t)p->x0;
            CK_NAME(random_elements)(bits, p->random, p->index, (1ull << 31) + element, p->count);
            CK_GROUPS(p->groups) CK_COLUMNS value[i] += noise * CK_NAME(warp_normal)(bits[i]);
        }
        if (row >= d.erase_top && row < d.erase_bottom) CK_GROUPS(p->groups) CK_COLUMNS value[i] = i >= left && i < right ? 0 : value[i];
        CK_GROUPS(p->groups) CK_COLUMNS out[i] = (CK_REAL)value[i] * scale + shift;
        CK_REAL *y_row = y_n + ((size_t)row * (size_t)s->out_width + (size_t)p->x0) * (size_t)s->channels + p->channel;
        if (s->channels == 1) memcpy(y_row, out, (size_t)p->count * sizeof *out);
        else
            for (int32_t i = 0; i < p->count; i++) y_row[i * s->channels] = out[i];
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
            CK_NAME(warp_part_of) p = {s, random, (uint32_t)index, NULL, fits ? table : NULL, pitch, 0, x0, count, (count + 15) / 16,
                                       CK_NAME(warp_draw_picture)(s, random, (uint32_t)index)};
            for (; p.channel < s->channels; p.channel++) {
                p.source = source + (size_t)index * in_values + p.channel;
                if (fits) CK_NAME(warp_fill_table)(table, pitch, p.source, s);
                CK_NAME(warp_rows)(y + (size_t)n * out_values, s->elastic > 0 ? &elastic : NULL, &p);
            }
        }
    }
}
#undef CK_GROUPS
#undef CK_COLUMNS
CK_EXACT_POP
