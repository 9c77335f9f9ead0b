/* warp_body.h - augmentation: pictures by index, warped and changed at random. One plain version; nothing is fused, and
 * sine and exponential are computed here in double, so that every instruction set draws the same bits.
 *
 * Work goes by strips of up to 64 columns, which bounds the memory for any width, and by blocks of 8 rows of a strip. The
 * pixels of a block stand one behind the other, so that few vectors are half empty: 8 x 28 are fourteen of 16. Blocks are filled up to
 * multiples of 16, so that their loops are packed without leftovers. Arrays begin at multiples of 64: vectors that lie in two lines
 * take twice as long. */
CK_EXACT_PUSH

enum {
    CK_NAME(warp_strip) = 64,
    CK_NAME(warp_points) = CK_NAME(warp_strip) + 4, /* control points along a strip, which are at least 1 pixel apart */
    CK_NAME(warp_rows) = 8,                         /* of a block */
    CK_NAME(warp_most) = CK_NAME(warp_strip) * CK_NAME(warp_rows), /* pixels of a block */
    CK_NAME(warp_side) = 64,                        /* pictures up to this size are copied into a border of zeros, on the stack */
    CK_NAME(warp_pitch) = CK_NAME(warp_side) + 16,
    CK_NAME(warp_drawn) = 512,                      /* numbers of a grid that are drawn at once */
    CK_NAME(warp_seeds) = 64                        /* numbers of a channel that its noise grows from */
};

/* A loop over pixels i, `wide` of them: a multiple of 16. The width is asked for, because a constant 16 would be unrolled
 * first, and what remains is packed badly. */
#if defined(__clang__)
#define CK_COLUMNS(wide) \
    CK_PRAGMA(clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(1)) for (int32_t i = 0; i < (wide); i++)
#else
#define CK_COLUMNS(wide) for (int32_t i = 0; i < (wide); i++)
#endif

#include "warp_draw_body.h"
#include "warp_elastic_body.h"

/* The picture and the strip that is worked on. */
typedef struct CK_NAME(warp_job) {
    const ck_warp *s;
    const ck_random *random;
    CK_NAME(warp_elastic) *elastic; /* NULL: none */
    uint32_t index;
    const uint8_t *source;          /* of the channel */
    const uint16_t *table;          /* NULL: too large */
    int32_t pitch, channel, strip, x0, count;
    const float *column, *row;      /* of each pixel of a block */
    CK_NAME(warp_draw) d;
} CK_NAME(warp_job);

/* A block between its steps. A pixel lies between the four bytes of `quad`, at `x` and `y` from 0 to 1. */
typedef struct __attribute__((aligned(64))) CK_NAME(warp_block) {
    float x[CK_NAME(warp_most)], y[CK_NAME(warp_most)];
    int32_t at[CK_NAME(warp_most)], line[CK_NAME(warp_most)];
    uint32_t quad[CK_NAME(warp_most)];
    float dx[CK_NAME(warp_most) + 16], dy[CK_NAME(warp_most) + 16];
    float noise[CK_NAME(warp_most)];
    uint32_t seeds[CK_NAME(warp_seeds)];
    CK_REAL out[CK_NAME(warp_most)];
} CK_NAME(warp_block);

/* ---------------------------------------------------------------------- the source */

/* The four bytes at (x, y), (x, y + 1), (x + 1, y), (x + 1, y + 1) of the source, lowest first; zero outside. */
CK_INLINE uint32_t CK_NAME(warp_quad)(const uint8_t *source, int32_t x, int32_t y, const ck_warp *s) {
    uint32_t quad = 0;
    for (int i = 3; i >= 0; i--) {
        const int32_t xi = x + (i >> 1), yi = y + (i & 1);
        const bool inside = xi >= 0 && xi < s->in_width && yi >= 0 && yi < s->in_height;
        quad = quad << 8 | (inside ? source[((size_t)yi * (size_t)s->in_width + (size_t)xi) * (size_t)s->channels] : 0);
    }
    return quad;
}

/* A small picture within a border of zeros, each byte with the one below it: so that the four around a pixel are one number. */
static __attribute__((noinline)) void CK_NAME(warp_fill_table)(uint16_t *restrict table, int32_t pitch, const uint8_t *restrict source,
                                                               const ck_warp *s) {
    uint8_t bordered[(CK_NAME(warp_side) + 3) * CK_NAME(warp_pitch)];
    const int32_t width = s->in_width, height = s->in_height;
    memset(bordered, 0, (size_t)(height + 3) * (size_t)pitch);
    for (int32_t y = 0; y < height; y++) {
        uint8_t *restrict to = bordered + (y + 1) * pitch + 1;
        const uint8_t *restrict from = source + (ptrdiff_t)y * width * s->channels;
        if (s->channels == 1 && width >= 16) { /* by 16, the last of them over the one before */
            CK_NOVEC for (int32_t x = 0; x < width; x += 16) {
                const int32_t at = x < width - 16 ? x : width - 16;
                memcpy(to + at, from + at, 16);
            }
        } else
            CK_NOVEC for (int32_t x = 0; x < width; x++) to[x] = from[x * s->channels];
    }
    const uint8_t *restrict upper = bordered, *restrict lower = bordered + pitch;
    CK_COLUMNS((height + 2) * pitch) table[i] = (uint16_t)(upper[i] | (uint32_t)lower[i] << 8);
}

/* ----------------------------------------------------------------------- geometry */

/* Displacements beside the affine map: the elastic one, and that of perspective: the distance from the middle times 1 / w - 1. */
static __attribute__((noinline)) void CK_NAME(warp_displace)(CK_NAME(warp_block) *restrict b, const CK_NAME(warp_job) *p, int32_t first,
                                                             int32_t rows, int32_t all) {
    float *restrict dx = b->dx, *restrict dy = b->dy;
    memset(dx + all - 16, 0, 16 * sizeof *dx), memset(dy + all - 16, 0, 16 * sizeof *dy); /* what rows may leave open */
    if (p->elastic)
        CK_NAME(warp_elastic_rows)(p->elastic, dx, dy, first, rows, p->count, p->s->elastic, p->random, p->index);
    else memset(dx, 0, (size_t)all * sizeof *dx), memset(dy, 0, (size_t)all * sizeof *dy);
    if (!(p->s->perspective > 0)) return;
    const CK_NAME(warp_draw) d = p->d;
    const float *restrict column = p->column, *restrict row = p->row;
    CK_COLUMNS(all) {
        const float x = column[i], y = row[i] + (float)first, by = 1 / (d.px * x + d.py * y + d.p0) - 1;
        dx[i] += (d.xx * x + d.xy * y + (d.x0 - d.middle_x)) * by;
        dy[i] += (d.yx * x + d.yy * y + (d.y0 - d.middle_y)) * by;
    }
}

/* Where the block's pixels come from, counted from the border on: outside of it, and for NaN, all is zero. */
CK_INLINE void CK_NAME(warp_place)(CK_NAME(warp_block) *restrict b, const CK_NAME(warp_job) *p, int32_t first, int32_t all,
                                   const bool displaced, const bool large) {
    const float *restrict column = p->column, *restrict row = p->row, *restrict dx = b->dx, *restrict dy = b->dy;
    float *restrict to_x = b->x, *restrict to_y = b->y;
    int32_t *restrict at = b->at, *restrict line = b->line;
    const float xx = p->d.xx, xy = p->d.xy, yx = p->d.yx, yy = p->d.yy;
    const float start_x = xy * (float)first + p->d.x0, start_y = yy * (float)first + p->d.y0;
    const float width = (float)(p->s->in_width + 1), height = (float)(p->s->in_height + 1);
    const int32_t pitch = p->pitch;
    CK_COLUMNS(all) {
        float x = xx * column[i] + (xy * row[i] + start_x), y = yx * column[i] + (yy * row[i] + start_y);
        if (displaced) x += dx[i], y += dy[i];
        const float lx = x > 0 ? x : 0, ly = y > 0 ? y : 0;
        const float ix = lx < width ? lx : width, iy = ly < height ? ly : height;
        const int32_t kx = (int32_t)ix, ky = (int32_t)iy;
        if (large) at[i] = kx, line[i] = ky;
        else at[i] = ky * pitch + kx;
        to_x[i] = ix - (float)kx, to_y[i] = iy - (float)ky;
    }
}

/* The bytes around each pixel. A gather instruction is no faster. */
static __attribute__((noinline)) void CK_NAME(warp_fetch)(CK_NAME(warp_block) *restrict b, const CK_NAME(warp_job) *p, int32_t all) {
    uint32_t *restrict quad = b->quad;
    const int32_t *restrict at = b->at, *restrict line = b->line;
    const uint16_t *restrict table = p->table;
    if (!table) {
        CK_NOVEC for (int32_t i = 0; i < all; i++) quad[i] = CK_NAME(warp_quad)(p->source, at[i] - 1, line[i] - 1, p->s);
        return;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    CK_NOVEC for (int32_t i = 0; i < all; i++) memcpy(quad + i, table + at[i], 4);
#else
    CK_NOVEC for (int32_t i = 0; i < all; i++) quad[i] = table[at[i]] | (uint32_t)table[at[i] + 1] << 16;
#endif
}

/* A block up to the point where its pixels are known. */
static __attribute__((noinline)) void CK_NAME(warp_locate)(CK_NAME(warp_block) *b, const CK_NAME(warp_job) *p, int32_t first, int32_t rows,
                                                           int32_t all) {
    const bool displaced = p->elastic || p->s->perspective > 0;
    if (displaced) CK_NAME(warp_displace)(b, p, first, rows, all);
    if (!p->table) {
        if (displaced) CK_NAME(warp_place)(b, p, first, all, true, true);
        else CK_NAME(warp_place)(b, p, first, all, false, true);
    } else if (displaced) CK_NAME(warp_place)(b, p, first, all, true, false);
    else CK_NAME(warp_place)(b, p, first, all, false, false);
    CK_NAME(warp_fetch)(b, p, all);
}

/* A pixel from the four around it. */
CK_INLINE float CK_NAME(warp_between)(uint32_t quad, float x, float y) {
    const float a = (float)(int32_t)(quad & 255), c = (float)(int32_t)(quad >> 8 & 255);
    const float b = (float)(int32_t)(quad >> 16 & 255), d = (float)(int32_t)(quad >> 24);
    const float upper = a + x * (b - a), lower = c + x * (d - c);
    return upper + y * (lower - upper);
}

/* -------------------------------------------------------------------------- light */

/* What the noise of a channel grows from: elements 2^31 + 64 * channel on. */
static __attribute__((noinline)) void CK_NAME(warp_seed_noise)(CK_NAME(warp_block) *b, const CK_NAME(warp_job) *p) {
    CK_NAME(random_64)(b->seeds, p->random, p->index, (1u << 29) + (uint32_t)p->channel * (CK_NAME(warp_seeds) / 4));
}

/* A number from a seed and a counter: one is added to the other in steps of the golden ratio, then stirred as MurmurHash 3 ends.
 * A third of the time of Philox. */
CK_INLINE uint32_t CK_NAME(warp_stir)(uint32_t seed, uint32_t counter) {
    uint32_t x = seed + counter * 0x9E3779B9u;
    x ^= x >> 16, x *= 0x85EBCA6Bu, x ^= x >> 13, x *= 0xC2B2AE35u;
    return x ^ x >> 16;
}

/* For each pixel the sum of four numbers of 4 bits, which is close to normal up to three deviations: mean 30, variance
 * 4 * 255 / 12. Half of a block takes the lower 16 bits of a word each, the other half the upper. */
static __attribute__((noinline)) void CK_NAME(warp_noise)(CK_NAME(warp_block) *restrict b, const CK_NAME(warp_job) *p, int32_t first,
                                                          int32_t all) {
    enum { seeds = CK_NAME(warp_seeds), turns = CK_NAME(warp_most) / 2 / seeds };
    const uint32_t blocks = ((uint32_t)p->s->out_height + CK_NAME(warp_rows) - 1) / CK_NAME(warp_rows);
    const uint32_t number = (uint32_t)p->strip * blocks + (uint32_t)(first / CK_NAME(warp_rows));
    const int32_t half = (int32_t)ck_round_up(all, 32) / 2;
    CK_NOVEC for (int32_t turn = 0; turn * seeds < half; turn++) {
        const uint32_t counter = number * turns + (uint32_t)turn;
        const uint32_t *restrict seed = b->seeds;
        float *restrict lower = b->noise + turn * seeds, *restrict upper = lower + half;
        CK_COLUMNS((int32_t)ck_min(seeds, half - turn * seeds)) {
            const uint32_t bits = CK_NAME(warp_stir)(seed[i], counter);
            const uint32_t bytes = (bits & 0x0f0f0f0fu) + (bits >> 4 & 0x0f0f0f0fu);
            const uint32_t sums = (bytes & 0x00ff00ffu) + (bytes >> 8 & 0x00ff00ffu);
            lower[i] = (float)(int32_t)(sums & 0xffff), upper[i] = (float)(int32_t)(sums >> 16);
        }
    }
}

/* Contrast, brightness, noise and standardisation in one: y = x * gain + noise * by_noise + offset. */
typedef struct CK_NAME(warp_light) {
    CK_REAL gain, by_noise, offset, nothing;
} CK_NAME(warp_light);

CK_INLINE CK_NAME(warp_light) CK_NAME(warp_light_of)(const CK_NAME(warp_job) *p) {
    const CK_REAL scale = p->s->scale[p->channel], shift = p->s->shift[p->channel];
    const float noise = p->s->noise * 255 * 0.10846523f; /* 1 / sqrt(4 * 255 / 12) */
    return (CK_NAME(warp_light)){p->d.contrast * scale, noise * scale, (p->d.brightness - 30 * noise) * scale + shift, shift};
}

/* Where a block's results are computed: right where they belong, if they lie there as they lie in a block. */
CK_INLINE CK_REAL *CK_NAME(warp_results)(CK_REAL *y_n, CK_NAME(warp_block) *b, const CK_NAME(warp_job) *p, int32_t first, int32_t rows,
                                         int32_t all) {
    const bool direct = p->s->channels == 1 && p->count == p->s->out_width && rows * p->count == all;
    return direct ? y_n + (size_t)first * (size_t)p->count : b->out;
}

/* Erases, and brings a block to where it belongs. */
static __attribute__((noinline)) void CK_NAME(warp_finish)(CK_REAL *y_n, CK_REAL *restrict out, const CK_NAME(warp_block) *b,
                                                           const CK_NAME(warp_job) *p, int32_t first, int32_t rows, int32_t all, CK_REAL nothing) {
    const ck_warp *s = p->s;
    const CK_NAME(warp_draw) *d = &p->d;
    if (d->erase_top < first + rows && d->erase_bottom > first) {
        const float left = (float)d->erase_left, right = (float)d->erase_right;
        const float top = (float)(d->erase_top - first), bottom = (float)(d->erase_bottom - first);
        const float *restrict column = p->column, *restrict row = p->row;
        CK_COLUMNS(all) {
            const bool within = (column[i] >= left) & (column[i] < right) & (row[i] >= top) & (row[i] < bottom);
            out[i] = within ? nothing : out[i];
        }
    }
    if (out != b->out) return;
    for (int32_t r = 0; r < rows; r++) {
        CK_REAL *restrict y = y_n + ((size_t)(first + r) * (size_t)s->out_width + (size_t)p->x0) * (size_t)s->channels + p->channel;
        CK_NOVEC for (int32_t i = 0; i < p->count; i++) y[i * s->channels] = out[r * p->count + i];
    }
}

/* A strip of one channel, without ink: every block at once from the source to the result. */
static __attribute__((noinline)) void CK_NAME(warp_strip_at_once)(CK_REAL *y_n, CK_NAME(warp_block) *restrict b,
                                                                  const CK_NAME(warp_job) *p) {
    const CK_NAME(warp_light) light = CK_NAME(warp_light_of)(p);
    const CK_REAL gain = light.gain, by_noise = light.by_noise, offset = light.offset;
    const bool noisy = p->s->noise > 0;
    if (noisy) CK_NAME(warp_seed_noise)(b, p);
    for (int32_t first = 0; first < p->s->out_height; first += CK_NAME(warp_rows)) {
        const int32_t rows = (int32_t)ck_min(CK_NAME(warp_rows), p->s->out_height - first);
        const int32_t all = (int32_t)ck_round_up(rows * p->count, 16);
        CK_NAME(warp_locate)(b, p, first, rows, all);
        const uint32_t *restrict quad = b->quad;
        const float *restrict x = b->x, *restrict y = b->y, *restrict noise = b->noise;
        CK_REAL *restrict out = CK_NAME(warp_results)(y_n, b, p, first, rows, all);
        if (noisy) {
            CK_NAME(warp_noise)(b, p, first, all);
            CK_COLUMNS(all) out[i] = ((CK_REAL)CK_NAME(warp_between)(quad[i], x[i], y[i]) * gain + (CK_REAL)noise[i] * by_noise) + offset;
        } else
            CK_COLUMNS(all) out[i] = (CK_REAL)CK_NAME(warp_between)(quad[i], x[i], y[i]) * gain + offset;
        CK_NAME(warp_finish)(y_n, out, b, p, first, rows, all, light.nothing);
    }
}

/* ---------------------------------------------------------------------------- ink */

/* A strip's pixels, warped, into a picture of the whole channel. */
static __attribute__((noinline)) void CK_NAME(warp_strip_to)(float *plane, CK_NAME(warp_block) *restrict b, const CK_NAME(warp_job) *p) {
    float *restrict value = b->noise;
    for (int32_t first = 0; first < p->s->out_height; first += CK_NAME(warp_rows)) {
        const int32_t rows = (int32_t)ck_min(CK_NAME(warp_rows), p->s->out_height - first);
        const int32_t all = (int32_t)ck_round_up(rows * p->count, 16);
        CK_NAME(warp_locate)(b, p, first, rows, all);
        CK_COLUMNS(all) value[i] = CK_NAME(warp_between)(b->quad[i], b->x[i], b->y[i]);
        for (int32_t r = 0; r < rows; r++)
            memcpy(plane + (size_t)(first + r) * (size_t)p->s->out_width + (size_t)p->x0, value + r * p->count,
                   (size_t)p->count * sizeof *plane);
    }
}

/* From there to the result. */
static __attribute__((noinline)) void CK_NAME(warp_strip_from)(CK_REAL *y_n, const float *plane, CK_NAME(warp_block) *restrict b,
                                                               const CK_NAME(warp_job) *p) {
    const CK_NAME(warp_light) light = CK_NAME(warp_light_of)(p);
    const bool noisy = p->s->noise > 0;
    float *restrict value = b->x;
    memset(b->x, 0, sizeof b->x), memset(b->noise, 0, sizeof b->noise);
    if (noisy) CK_NAME(warp_seed_noise)(b, p);
    for (int32_t first = 0; first < p->s->out_height; first += CK_NAME(warp_rows)) {
        const int32_t rows = (int32_t)ck_min(CK_NAME(warp_rows), p->s->out_height - first);
        const int32_t all = (int32_t)ck_round_up(rows * p->count, 16);
        for (int32_t r = 0; r < rows; r++)
            memcpy(value + r * p->count, plane + (size_t)(first + r) * (size_t)p->s->out_width + (size_t)p->x0,
                   (size_t)p->count * sizeof *plane);
        if (noisy) CK_NAME(warp_noise)(b, p, first, all);
        CK_REAL *restrict out = CK_NAME(warp_results)(y_n, b, p, first, rows, all);
        CK_COLUMNS(all) out[i] = ((CK_REAL)value[i] * light.gain + (CK_REAL)b->noise[i] * light.by_noise) + light.offset;
        CK_NAME(warp_finish)(y_n, out, b, p, first, rows, all, light.nothing);
    }
}

/* ------------------------------------------------------------------------- pictures */

/* The columns of a strip, and what all pictures share there. */
static void CK_NAME(warp_enter_strip)(CK_NAME(warp_job) *p, float *column, float *row, int32_t x0) {
    if (p->column && p->x0 == x0) return;
    p->x0 = x0, p->strip = x0 / CK_NAME(warp_strip), p->column = column, p->row = row;
    p->count = (int32_t)ck_min(CK_NAME(warp_strip), p->s->out_width - x0);
    for (int32_t r = 0; r < CK_NAME(warp_rows); r++)
        for (int32_t i = 0; i < p->count; i++) *column++ = (float)(x0 + i), *row++ = (float)r;
    while (column < p->column + CK_NAME(warp_most)) *column++ = 0, *row++ = 0;
    if (p->elastic) CK_NAME(warp_elastic_strip)(p->elastic, x0, p->count, p->s);
}

/* Pictures come in any order, which no processor foresees: each is asked for while the one before is worked on. */
CK_INLINE void CK_NAME(warp_ask_for)(const uint8_t *source, int64_t index, const ck_warp *s) {
    const int64_t values = (int64_t)s->in_height * s->in_width * s->channels;
    for (int64_t i = 0; i < values && i < 8192; i += 64) __builtin_prefetch(source + index * values + i);
}

/* Picture n of the call. */
static void CK_NAME(warp_enter_picture)(CK_NAME(warp_job) *p, const uint8_t *source, const int64_t *indices, int32_t n, int32_t images,
                                        const ck_chances *chances) {
    p->index = (uint32_t)(indices ? indices[n] : n);
    if (indices && n + 1 < images) CK_NAME(warp_ask_for)(source, indices[n + 1], p->s);
    p->d = CK_NAME(warp_draw_picture)(p->s, chances, p->random, p->index);
}

static void CK_NAME(warp_enter_channel)(CK_NAME(warp_job) *p, const uint8_t *source, const int64_t *indices, int32_t n, int32_t channel,
                                        uint16_t *table) {
    const size_t values = (size_t)p->s->in_height * (size_t)p->s->in_width * (size_t)p->s->channels;
    p->channel = channel, p->source = source + (size_t)(indices ? indices[n] : n) * values + channel;
    p->table = p->s->in_width <= CK_NAME(warp_side) && p->s->in_height <= CK_NAME(warp_side) ? table : NULL;
    if (p->table) CK_NAME(warp_fill_table)(table, p->pitch, p->source, p->s);
}

static void CK_NAME(warp_bytes)(CK_REAL *y, const uint8_t *source, const int64_t *indices, int32_t images, const ck_warp *s,
                                const ck_chances *chances, const ck_random *random, void *workspace) {
    const size_t values = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->channels;
    const bool inked = s->thickness > 0 || s->blur > 0;
    __attribute__((aligned(64))) float column[CK_NAME(warp_most)], row[CK_NAME(warp_most)];
    __attribute__((aligned(64))) uint16_t table[(CK_NAME(warp_side) + 2) * CK_NAME(warp_pitch)];
    CK_NAME(warp_elastic) elastic;
    CK_NAME(warp_block) block;
    CK_NAME(warp_job) p = {.s = s, .random = random, .elastic = s->elastic > 0 ? &elastic : NULL,
                           .pitch = (int32_t)ck_round_up(s->in_width + 3, 16)};
    if (!inked) {
        for (int32_t x0 = 0; x0 < s->out_width; x0 += CK_NAME(warp_strip)) {
            CK_NAME(warp_enter_strip)(&p, column, row, x0);
            for (int32_t n = 0; n < images; n++) {
                CK_NAME(warp_enter_picture)(&p, source, indices, n, images, chances);
                for (int32_t c = 0; c < s->channels; c++) {
                    CK_NAME(warp_enter_channel)(&p, source, indices, n, c, table);
                    if (p.elastic) elastic.next = 0;
                    CK_NAME(warp_strip_at_once)(y + (size_t)n * values, &block, &p);
                }
            }
        }
        return;
    }
    float *plane = workspace;
    char *rest = (char *)workspace + ck_round_up((int64_t)s->out_height * s->out_width * (int64_t)sizeof *plane, 64);
    for (int32_t n = 0; n < images; n++) {
        CK_NAME(warp_enter_picture)(&p, source, indices, n, images, chances);
        for (int32_t c = 0; c < s->channels; c++) {
            CK_NAME(warp_enter_channel)(&p, source, indices, n, c, table);
            for (int32_t x0 = 0; x0 < s->out_width; x0 += CK_NAME(warp_strip)) {
                CK_NAME(warp_enter_strip)(&p, column, row, x0);
                if (p.elastic) elastic.next = 0;
                CK_NAME(warp_strip_to)(plane, &block, &p);
            }
            if (s->thickness > 0) CK_NAME(thicken)(plane, plane, p.d.thickness, s->out_height, s->out_width, rest);
            if (s->blur > 0) CK_NAME(blur)(plane, plane, p.d.blur, s->out_height, s->out_width, rest);
            for (int32_t x0 = 0; x0 < s->out_width; x0 += CK_NAME(warp_strip)) {
                CK_NAME(warp_enter_strip)(&p, column, row, x0);
                CK_NAME(warp_strip_from)(y + (size_t)n * values, plane, &block, &p);
            }
        }
    }
}
#undef CK_COLUMNS
CK_EXACT_POP
