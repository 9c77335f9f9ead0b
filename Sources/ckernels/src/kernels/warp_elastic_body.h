/* warp_elastic_body.h - the elastic displacement: numbers on a grid of control points, between them uniform cubic B-splines;
 * included by warp_body.h. */

/* The four weights at t in [0, 1): they add to one and none is negative, so that no displacement exceeds those of the control
 * points. */
CK_INLINE void CK_NAME(warp_spline)(float weights[4], float t) {
    const float r = 1 - t;
    weights[0] = r * r * r * (1.0f / 6);
    weights[1] = 2.0f / 3 - t * t * (1 - 0.5f * t);
    weights[2] = 2.0f / 3 - r * r * (1 - 0.5f * r);
    weights[3] = t * t * t * (1.0f / 6);
}

/* The displacement of a strip. Along x each column's spline weights are spread over all points of the strip: more products,
 * but packed ones. */
typedef struct __attribute__((aligned(64))) CK_NAME(warp_elastic) {
    float weight[CK_NAME(warp_points)][CK_NAME(warp_strip)];
    float row[4][2][CK_NAME(warp_strip)]; /* row j of the grid, interpolated along x, in j % 4: dx and dy */
    float point_x[CK_NAME(warp_drawn)], point_y[CK_NAME(warp_drawn)]; /* control points that are drawn */
    int32_t rows, row_points;  /* of the whole grid */
    int32_t from, points;      /* first point and number of points of the strip */
    int32_t next, wide;        /* the next row of the grid to interpolate; columns of the strip */
    bool whole;                /* all of the grid is drawn at once */
    float spacing;
} CK_NAME(warp_elastic);

static void CK_NAME(warp_elastic_strip)(CK_NAME(warp_elastic) *e, int32_t x0, int32_t count, const ck_warp *s) {
    e->spacing = s->elastic_spacing >= 1 ? s->elastic_spacing : 1;
    e->rows = (int32_t)((float)(s->out_height - 1) / e->spacing) + 4;
    e->row_points = (int32_t)((float)(s->out_width - 1) / e->spacing) + 4;
    e->from = (int32_t)((float)x0 / e->spacing);
    e->points = (int32_t)((float)(x0 + count - 1) / e->spacing) - e->from + 4;
    e->whole = e->points == e->row_points && (int64_t)e->rows * e->points <= CK_NAME(warp_drawn);
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

/* Draws `count` control points from number `first` of the grid on: dx from the lower half of element 2^30 + number, dy from the
 * upper, both from -1 to below 1. */
static void CK_NAME(warp_elastic_draw)(CK_NAME(warp_elastic) *e, uint64_t first, int32_t count, float size, const ck_random *random,
                                       uint32_t index) {
    uint32_t bits[CK_NAME(warp_drawn) + 64];
    CK_NAME(random_elements)(bits, random, index, (1ull << 30) + first, count);
    float *restrict x = e->point_x, *restrict y = e->point_y;
    const float unit = size * 0x1p-15f;
    CK_COLUMNS((int32_t)ck_round_up(count, 16)) {
        x[i] = (float)((int32_t)(bits[i] & 0xffff) - 32768) * unit;
        y[i] = (float)((int32_t)(bits[i] >> 16) - 32768) * unit;
    }
}

/* The next row of the grid, interpolated along x. */
static __attribute__((noinline)) void CK_NAME(warp_elastic_next)(CK_NAME(warp_elastic) *e, float size, const ck_random *random,
                                                                 uint32_t index) {
    const uint64_t number = (uint64_t)e->next * (uint32_t)e->row_points + (uint32_t)e->from;
    if (!e->whole) CK_NAME(warp_elastic_draw)(e, number, e->points, size, random, index);
    else if (e->next == 0) CK_NAME(warp_elastic_draw)(e, 0, e->rows * e->points, size, random, index);
    const float *restrict x = e->point_x + (e->whole ? number : 0), *restrict y = e->point_y + (e->whole ? number : 0);
    float(*row)[CK_NAME(warp_strip)] = e->row[(uint32_t)e->next++ % 4];
    CK_NOVEC for (int32_t first = 0; first < e->wide; first += 16) {
        float dx[16] = {0}, dy[16] = {0};
        CK_NOVEC for (int32_t p = 0; p < e->points; p++) {
            const float *weight = e->weight[p] + first;
            for (int32_t i = 0; i < 16; i++) dx[i] += x[p] * weight[i];
            for (int32_t i = 0; i < 16; i++) dy[i] += y[p] * weight[i];
        }
        for (int32_t i = 0; i < 16; i++) row[0][first + i] = dx[i];
        for (int32_t i = 0; i < 16; i++) row[1][first + i] = dy[i];
    }
}

/* The displacements of the output rows of a block, `count` pixels apart. */
static __attribute__((noinline)) void CK_NAME(warp_elastic_rows)(CK_NAME(warp_elastic) *e, float *dx, float *dy, int32_t first,
                                                                 int32_t rows, int32_t count, float size, const ck_random *random, uint32_t index) {
    enum { most = CK_NAME(warp_rows) };
    float weights[4][most];
    int32_t top[most];
    for (int32_t r = 0; r < most; r++) {
        const float at = (float)(first + r) / e->spacing;
        float w[4];
        top[r] = (int32_t)at;
        CK_NAME(warp_spline)(w, at - (float)top[r]);
        weights[0][r] = w[0], weights[1][r] = w[1], weights[2][r] = w[2], weights[3][r] = w[3];
    }
    for (int32_t r = 0; r < rows; r++, dx += count, dy += count) {
        while (e->next < top[r] + 4) CK_NAME(warp_elastic_next)(e, size, random, index);
        const uint32_t j = (uint32_t)top[r];
        const float w0 = weights[0][r], w1 = weights[1][r], w2 = weights[2][r], w3 = weights[3][r];
        const float *a = e->row[j % 4][0], *b = e->row[(j + 1) % 4][0], *c = e->row[(j + 2) % 4][0], *d = e->row[(j + 3) % 4][0];
        enum { y = CK_NAME(warp_strip) }; /* dy lies right behind dx */
        CK_COLUMNS(e->wide) {
            dx[i] = w0 * a[i] + w1 * b[i] + (w2 * c[i] + w3 * d[i]);
            dy[i] = w0 * a[y + i] + w1 * b[y + i] + (w2 * c[y + i] + w3 * d[y + i]);
        }
    }
}
