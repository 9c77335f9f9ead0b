/* warp_draw_body.h - what is drawn for one picture; included by warp_body.h.
 *
 * Numbers of a picture: item random->item + its index in the data. Elements 0 to 18 are used here, the control points of the elastic
 * displacement begin at element 2^30, what noise grows from at 2^31. */

/* The point (x, y) of the output comes from (xx x + xy y + x0, yx x + yy y + y0) of the source, moved away from or towards its
 * middle by perspective. Both are counted from the middle of the first pixel, the source's from that of a border of one. */
typedef struct CK_NAME(warp_draw) {
    float xx, xy, x0, yx, yy, y0;
    float middle_x, middle_y, px, py, p0; /* perspective divides the distance from the middle by px x + py y + p0 */
    float thickness, blur, contrast, brightness;
    int32_t erase_left, erase_top, erase_right, erase_bottom;
} CK_NAME(warp_draw);

/* sin(x) by its Taylor series after taking off whole turns: error below 1e-10. Past 2^40 turns it is nonsense, and 0. */
CK_INLINE double CK_NAME(warp_sin)(double x) {
    const double turns = x * 0.15915494309189535;
    if (!(turns > -0x1p40 && turns < 0x1p40)) return 0;
    const double whole = (double)(int64_t)(turns + (turns < 0 ? -0.5 : 0.5));
    const double half = 3.141592653589793, part = x - whole * (2 * half);
    const double t = part > half / 2 ? half - part : part < -half / 2 ? -half - part : part, t2 = t * t;
    double sum = 0, term = t;
    for (int k = 1; k < 10; k++) sum += term, term *= t2 * (-1.0 / (2 * k * (2 * k + 1)));
    return sum;
}

/* From -1 to below 1. */
CK_INLINE double CK_NAME(warp_signed)(uint32_t bits) { return (double)bits * 0x1p-31 - 1; }
/* From 0 to below 1. */
CK_INLINE double CK_NAME(warp_unit)(uint32_t bits) { return (double)bits * 0x1p-32; }
/* 0 to extent - 1. */
CK_INLINE int32_t CK_NAME(warp_part)(uint32_t bits, int32_t extent) { return (int32_t)(((uint64_t)bits * (uint32_t)extent) >> 32); }

CK_INLINE void CK_NAME(warp_draw_erased)(CK_NAME(warp_draw) *d, const ck_warp *s, const uint32_t bits[5]) {
    if (!(CK_NAME(warp_unit)(bits[0]) < s->erase_probability)) return;
    const float size = s->erase_size > 1 ? 1 : s->erase_size > 0 ? s->erase_size : 0;
    const int32_t width = 1 + CK_NAME(warp_part)(bits[1], (int32_t)(size * (float)s->out_width));
    const int32_t height = 1 + CK_NAME(warp_part)(bits[2], (int32_t)(size * (float)s->out_height));
    d->erase_left = CK_NAME(warp_part)(bits[3], s->out_width - width + 1);
    d->erase_top = CK_NAME(warp_part)(bits[4], s->out_height - height + 1);
    d->erase_right = d->erase_left + width, d->erase_bottom = d->erase_top + height;
}

/* The mirror image of the source: x becomes width - 1 - x, with the border width + 1 - x. */
CK_INLINE void CK_NAME(warp_flip)(float *by_x, float *by_y, float *constant, float *middle, int32_t extent) {
    *by_x = -*by_x, *by_y = -*by_y, *constant = (float)(extent + 1) - *constant, *middle = (float)(extent + 1) - *middle;
}

static CK_NAME(warp_draw) CK_NAME(warp_draw_picture)(const ck_warp *s, const ck_chances *chances, const ck_random *random, uint32_t index) {
    uint32_t bits[64];
    CK_NAME(random_64)(bits, random, index, 0);
    const double angle = s->rotate * CK_NAME(warp_signed)(bits[0]), shear = s->shear * CK_NAME(warp_signed)(bits[1]);
    const double shift_x = s->shift_x * CK_NAME(warp_signed)(bits[2]), shift_y = s->shift_y * CK_NAME(warp_signed)(bits[3]);
    const double shrink = CK_NAME(ink_exp)(-s->zoom * CK_NAME(warp_signed)(bits[4]));
    const double sine = CK_NAME(warp_sin)(angle) * shrink, cosine = CK_NAME(warp_sin)(angle + 1.5707963267948966) * shrink;
    /* the inverse of: shear (x += shear y), rotate, zoom, shift */
    const double xx = cosine + shear * sine, xy = sine - shear * cosine, yx = -sine, yy = cosine;
    /* Centre on centre; where the sizes differ by an odd number, a whole pixel all the same. */
    const double middle_x = 0.5 * (s->out_width - 1), middle_y = 0.5 * (s->out_height - 1);
    const double from_x = middle_x - (s->out_width - s->in_width) / 2 + 1, from_y = middle_y - (s->out_height - s->in_height) / 2 + 1;
    const double by_x = middle_x + shift_x, by_y = middle_y + shift_y;
    /* Sizes at opposite borders differ by these parts. */
    const double tilt_x = s->perspective * CK_NAME(warp_signed)(bits[12]), tilt_y = s->perspective * CK_NAME(warp_signed)(bits[13]);
    const double px = 2 * tilt_x / s->out_width, py = 2 * tilt_y / s->out_height;
    CK_NAME(warp_draw) d = {
        .xx = (float)xx, .xy = (float)xy, .x0 = (float)(from_x - xx * by_x - xy * by_y),
        .yx = (float)yx, .yy = (float)yy, .y0 = (float)(from_y - yx * by_x - yy * by_y),
        .middle_x = (float)from_x, .middle_y = (float)from_y,
        .px = (float)px, .py = (float)py, .p0 = (float)(1 - px * middle_x - py * middle_y),
        .thickness = (float)(s->thickness * CK_NAME(warp_signed)(bits[14])), .blur = (float)(s->blur * CK_NAME(warp_unit)(bits[15])),
        .contrast = (float)(1 + s->contrast * CK_NAME(warp_signed)(bits[5])),
        .brightness = (float)(255 * s->brightness * CK_NAME(warp_signed)(bits[6]))};
    CK_NAME(warp_draw_erased)(&d, s, bits + 7);
    if (!chances) return d;
    /* 255 - x, then contrast and brightness */
    if (CK_NAME(warp_unit)(bits[16]) < chances->invert) d.brightness += 255 * d.contrast, d.contrast = -d.contrast;
    if (CK_NAME(warp_unit)(bits[17]) < chances->flip_x) CK_NAME(warp_flip)(&d.xx, &d.xy, &d.x0, &d.middle_x, s->in_width);
    if (CK_NAME(warp_unit)(bits[18]) < chances->flip_y) CK_NAME(warp_flip)(&d.yx, &d.yy, &d.y0, &d.middle_y, s->in_height);
    return d;
}
