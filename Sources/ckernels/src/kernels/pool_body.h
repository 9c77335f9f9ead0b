/* pool_body.h - pooling, forward and backward.
 *
 * The vector runs over the channels of a pixel, 16 at a time (8 where 8 are stored), and the window's places are
 * walked around it. For every output pixel it is first found which rows and columns of its window lie in the picture. `step`
 * is a constant where these functions are called. */

typedef struct CK_NAME(window) {
    const ck_pool *s;
    size_t row, column; /* distances in the input of window rows and columns, dilation included */
    int64_t first;      /* value of the picture under place (0, 0); may lie outside */
    int32_t oy, ox, ky_first, ky_end, kx_first, kx_end, height; /* height: in rows, for the divisor */
    int32_t full_first, full_end; /* the windows of the row that have all of their columns: one is like the other */
    bool whole;         /* all of it lies in the picture */
    float share;        /* 1 / divisor of the average; 0 where there is nothing to divide */
} CK_NAME(window);

/* The places k of 0 ..< kernel for which start + k * dilation lies within 0 ..< size. */
CK_INLINE void CK_NAME(places)(int32_t *first, int32_t *end, int64_t start, int32_t kernel, int32_t dilation, int64_t size) {
    *first = 0, *end = kernel;
    if (start >= 0 && start + (int64_t)(kernel - 1) * dilation < size) return; /* nearly always: spares two divisions */
    const int64_t from = start < 0 ? (-start + dilation - 1) / dilation : 0;
    const int64_t to = start < size ? (size - start + dilation - 1) / dilation : 0;
    *first = (int32_t)ck_min(from, kernel);
    *end = (int32_t)ck_max(*first, ck_min(to, kernel));
}

/* The windows of row oy. */
CK_INLINE CK_NAME(window) CK_NAME(windows_of_row)(int32_t oy, const ck_pool *s) {
    CK_NAME(window) w = {.s = s, .oy = oy, .ox = -1};
    const int64_t iy = (int64_t)oy * s->stride_height - s->pad_top;
    w.row = (size_t)s->dilation_height * (size_t)s->in_width * (size_t)s->stored;
    w.column = (size_t)s->dilation_width * (size_t)s->stored;
    CK_NAME(places)(&w.ky_first, &w.ky_end, iy, s->kernel_height, s->dilation_height, s->in_height);
    w.height = w.ky_end - w.ky_first;
    if (s->count_padding) { /* what lies above counts too, and what lies below as far as it is padding */
        int32_t y_first;
        CK_NAME(places)(&y_first, &w.height, iy, s->kernel_height, s->dilation_height, (int64_t)s->in_height + s->pad_bottom);
    }
    const int64_t space = (int64_t)s->in_width + s->pad_left - (int64_t)(s->kernel_width - 1) * s->dilation_width - 1;
    w.full_first = (s->pad_left + s->stride_width - 1) / s->stride_width;
    w.full_end = space < 0 ? 0 : (int32_t)(space / s->stride_width + 1);
    return w;
}

/* The next one in its row. */
CK_INLINE bool CK_NAME(next_window)(CK_NAME(window) *w) {
    const ck_pool *s = w->s;
    if (++w->ox >= s->out_width) return false;
    if (w->ox > w->full_first && w->ox < w->full_end) {
        w->first += (int64_t)s->stride_width * s->stored;
        return true;
    }
    const int64_t iy = (int64_t)w->oy * s->stride_height - s->pad_top, ix = (int64_t)w->ox * s->stride_width - s->pad_left;
    w->first = (iy * s->in_width + ix) * s->stored;
    CK_NAME(places)(&w->kx_first, &w->kx_end, ix, s->kernel_width, s->dilation_width, s->in_width);
    int32_t width = w->kx_end - w->kx_first, x_first;
    const int32_t inside = (w->ky_end - w->ky_first) * width;
    if (s->count_padding)
        CK_NAME(places)(&x_first, &width, ix, s->kernel_width, s->dilation_width, (int64_t)s->in_width + s->pad_right);
    const int32_t divisor = w->height * width;
    w->whole = inside == s->kernel_height * s->kernel_width;
    w->share = divisor > 0 ? 1.0f / (float)divisor : 0;
    return true;
}

/* Value 0 of place (ky, kx) of the window, counted from the picture's first value. */
#define CK_PLACE(w, ky, kx) ((size_t)((w)->first + (int64_t)((size_t)(ky) * (w)->row + (size_t)(kx) * (w)->column)))
#define CK_EACH_PLACE(w)                                                       \
    CK_NOVEC for (int32_t ky = (w)->ky_first; ky < (w)->ky_end; ky++)          \
        CK_NOVEC for (int32_t kx = (w)->kx_first; kx < (w)->kx_end; kx++)

#define CK_IN(s) ((size_t)(s)->in_height * (size_t)(s)->in_width * (size_t)(s)->stored)
#define CK_EACH_WINDOW(w, s)                                                                                      \
    CK_NOVEC for (int32_t oy_ = 0; oy_ < (s)->out_height; oy_++)                                                  \
        CK_NOVEC for (CK_NAME(window) w = CK_NAME(windows_of_row)(oy_, s); CK_NAME(next_window)(&w);)

/* The usual windows are handled as if their size were a constant: call(2), call(3), or call(0) for what w says. The call's
 * places are then walked without a loop. */
#define CK_BY_KERNEL(call, w)                                                                        \
    do {                                                                                             \
        const ck_pool *s_ = (w)->s;                                                                  \
        if ((w)->whole && s_->kernel_height == 2 && s_->kernel_width == 2) call(2);                  \
        else if ((w)->whole && s_->kernel_height == 3 && s_->kernel_width == 3) call(3);             \
        else call(0);                                                                                \
    } while (0)
#define CK_EACH_PLACE_OF(kernel, w)                                                                                              \
    CK_NOVEC for (int32_t ky = (kernel) ? 0 : (w)->ky_first; ky < ((kernel) ? (kernel) : (w)->ky_end); ky++)                     \
        CK_NOVEC for (int32_t kx = (kernel) ? 0 : (w)->kx_first; kx < ((kernel) ? (kernel) : (w)->kx_end); kx++)

/* Calls `call(step)` with the widest step that divides a pixel's values. */
#define CK_BY_STEP(call, stored)              \
    do {                                      \
        if ((stored) % 16 == 0) call(16);     \
        else if ((stored) % 8 == 0) call(8);  \
        else call(1);                         \
    } while (0)

/* ------------------------------------------------------------------------ max */

/* A later value wins if it is larger, or if it is NaN. */
CK_INLINE void CK_NAME(max_window)(float *restrict y, uint8_t *restrict index, const float *restrict x, const CK_NAME(window) *w,
                                   const int32_t kernel, const int32_t step) {
    const int32_t wide = kernel ? kernel : w->s->kernel_width;
    CK_NOVEC for (int32_t c = 0; c < w->s->stored; c += step) {
        float most[16] = {0};
        int32_t winner[16] = {0};
        if (kernel || (w->ky_first < w->ky_end && w->kx_first < w->kx_end)) {
            const int32_t ky = kernel ? 0 : w->ky_first, kx = kernel ? 0 : w->kx_first;
            const float *first = x + CK_PLACE(w, ky, kx) + c;
            for (int32_t i = 0; i < step; i++) most[i] = first[i];
            for (int32_t i = 0; i < step; i++) winner[i] = ky * wide + kx;
        }
        CK_EACH_PLACE_OF(kernel, w) {
            const float *v = x + CK_PLACE(w, ky, kx) + c;
            const int32_t k = ky * wide + kx;
            for (int32_t i = 0; i < step; i++) {
                const bool wins = (v[i] > most[i]) | (v[i] != v[i]);
                most[i] = wins ? v[i] : most[i];
                winner[i] = wins ? k : winner[i];
            }
        }
        for (int32_t i = 0; i < step; i++) y[c + i] = most[i];
        for (int32_t i = 0; i < step; i++) index[c + i] = (uint8_t)winner[i];
    }
}

/* The window of nearly every network: 2 x 2, stride 2, all of it in the picture. */
CK_INLINE bool CK_NAME(is_plain_2x2)(const ck_pool *s) {
    return s->kernel_height == 2 && s->kernel_width == 2 && s->stride_height == 2 && s->stride_width == 2 &&
           s->pad_top == 0 && s->pad_left == 0 && s->dilation_height == 1 && s->dilation_width == 1 &&
           s->in_height >= 2 * s->out_height && s->in_width >= 2 * s->out_width;
}

/* Windows of 2 x 2 read two rows in turn, each a stream that ends with its row; too short for the processor's own
 * prefetching. So a sweep in order of addresses asks for what comes two pages later: 1.5 times as fast from memory. */
enum { CK_NAME(fetch_distance) = 2048 };
CK_INLINE void CK_NAME(fetch)(const float *values, const int32_t count) {
    CK_UNROLL for (int32_t i = 0; i < count; i += 16) __builtin_prefetch(values + i);
}

/* `step` values from p on; if `two`, the first half of them, and the second half from the second pixel after p: of 8 stored
 * channels two windows fill a vector. */
CK_INLINE void CK_NAME(corner)(float v[16], const float *p, const int32_t step, const bool two) {
    if (!two) {
        memcpy(v, p, (size_t)step * sizeof *v);
        return;
    }
    memcpy(v, p, 8 * sizeof *v);
    memcpy(v + 8, p + 16, 8 * sizeof *v);
}

CK_INLINE void CK_NAME(max_of_four)(float *restrict y, uint8_t *restrict index, const float *restrict p, const size_t stored,
                                    const size_t row, const int32_t step, const bool two) {
    float v0[16], v1[16], v2[16], v3[16];
    CK_NAME(corner)(v0, p, step, two);
    CK_NAME(corner)(v1, p + stored, step, two);
    CK_NAME(corner)(v2, p + row, step, two);
    CK_NAME(corner)(v3, p + row + stored, step, two);
    for (int32_t i = 0; i < step; i++) {
        float m = v0[i];
        int32_t k = 0;
        const bool wins1 = (v1[i] > m) | (v1[i] != v1[i]);
        m = wins1 ? v1[i] : m, k = wins1 ? 1 : k;
        const bool wins2 = (v2[i] > m) | (v2[i] != v2[i]);
        m = wins2 ? v2[i] : m, k = wins2 ? 2 : k;
        const bool wins3 = (v3[i] > m) | (v3[i] != v3[i]);
        m = wins3 ? v3[i] : m, k = wins3 ? 3 : k;
        y[i] = m, index[i] = (uint8_t)k;
    }
}

CK_INLINE void CK_NAME(max_2x2)(float *restrict y, uint8_t *restrict index, const float *restrict x, const ck_pool *s, const int32_t step) {
    const size_t stored = (size_t)s->stored, row = (size_t)s->in_width * stored;
    CK_NOVEC for (int32_t oy = 0; oy < s->out_height; oy++) {
        const float *restrict p = x + 2 * (size_t)oy * row;
        const float *ahead = p + CK_NAME(fetch_distance);
        int32_t ox = 0;
        if (CK_LANES > 4 && step == 8 && stored == 8)
            CK_NOVEC for (; ox + 2 <= s->out_width; ox += 2, p += 32, y += 16, index += 16, ahead += 64) {
                CK_NAME(fetch)(ahead, 64);
                CK_NAME(max_of_four)(y, index, p, 8, row, 16, true);
            }
        CK_NOVEC for (; ox < s->out_width; ox++, p += 2 * stored)
            CK_NOVEC for (size_t c = 0; c < stored; c += (size_t)step, y += step, index += step, ahead += 4 * step) {
                CK_NAME(fetch)(ahead, 4 * step);
                CK_NAME(max_of_four)(y, index, p + c, stored, row, step, false);
            }
    }
}

CK_INLINE void CK_NAME(max_pool_image)(float *restrict y, uint8_t *restrict index, const float *restrict x, const ck_pool *s,
                                       const int32_t step) {
    CK_EACH_WINDOW(w, s) {
#define CK_CALL(kernel) CK_NAME(max_window)(y, index, x, &w, kernel, step)
        CK_BY_KERNEL(CK_CALL, &w);
#undef CK_CALL
        y += s->stored, index += s->stored;
    }
}

static void CK_NAME(max_pool_forward)(float *y, uint8_t *index, const float *x, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
    const bool plain = CK_NAME(is_plain_2x2)(s);
#define CK_PLAIN(step) CK_NAME(max_2x2)(y, index, x, s, step)
#define CK_ANY(step) CK_NAME(max_pool_image)(y, index, x, s, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, y += out, index += out, x += in) {
        if (plain) CK_BY_STEP(CK_PLAIN, s->stored);
        else CK_BY_STEP(CK_ANY, s->stored);
    }
#undef CK_PLAIN
#undef CK_ANY
}

/* Windows that tile the picture write their part of dx, all others add to it. */
CK_INLINE void CK_NAME(max_backward_window)(float *restrict dx, const float *restrict dy, const uint8_t *restrict index,
                                            const CK_NAME(window) *w, const bool add, const int32_t kernel, const int32_t step) {
    const int32_t wide = kernel ? kernel : w->s->kernel_width;
    CK_NOVEC for (int32_t c = 0; c < w->s->stored; c += step) {
        float g[16];
        int32_t winner[16];
        for (int32_t i = 0; i < step; i++) g[i] = dy[c + i];
        for (int32_t i = 0; i < step; i++) winner[i] = index[c + i];
        CK_EACH_PLACE_OF(kernel, w) {
            float *d = dx + CK_PLACE(w, ky, kx) + c;
            const int32_t k = ky * wide + kx;
            if (add)
                for (int32_t i = 0; i < step; i++) d[i] += winner[i] == k ? g[i] : 0;
            else
                for (int32_t i = 0; i < step; i++) d[i] = winner[i] == k ? g[i] : 0;
        }
    }
}

/* Windows side by side: each value of the picture lies in at most one. */
CK_INLINE bool CK_NAME(is_tiling)(const ck_pool *s) {
    return s->kernel_height == s->stride_height && s->kernel_width == s->stride_width && s->dilation_height == 1 &&
           s->dilation_width == 1;
}

/* ... and all of the picture. */
CK_INLINE bool CK_NAME(is_covering)(const ck_pool *s) {
    return CK_NAME(is_tiling)(s) && (int64_t)s->out_height * s->stride_height - s->pad_top >= s->in_height &&
           (int64_t)s->out_width * s->stride_width - s->pad_left >= s->in_width;
}

CK_INLINE void CK_NAME(max_backward_2x2)(float *restrict dx, const float *restrict dy, const uint8_t *restrict index,
                                         const ck_pool *s, const int32_t step) {
    const size_t stored = (size_t)s->stored, row = (size_t)s->in_width * stored;
    CK_NOVEC for (int32_t oy = 0; oy < s->out_height; oy++) {
        float *restrict p = dx + 2 * (size_t)oy * row;
        const float *ahead = p + CK_NAME(fetch_distance);
        CK_NOVEC for (int32_t ox = 0; ox < s->out_width; ox++, p += 2 * stored)
            CK_NOVEC for (size_t c = 0; c < stored; c += (size_t)step, dy += step, index += step, ahead += 4 * step) {
                CK_NAME(fetch)(ahead, 4 * step);
                float g[16];
                int32_t winner[16];
                for (int32_t i = 0; i < step; i++) g[i] = dy[i];
                for (int32_t i = 0; i < step; i++) winner[i] = index[i];
                for (int32_t i = 0; i < step; i++) p[c + (size_t)i] = winner[i] == 0 ? g[i] : 0;
                for (int32_t i = 0; i < step; i++) p[c + stored + (size_t)i] = winner[i] == 1 ? g[i] : 0;
                for (int32_t i = 0; i < step; i++) p[c + row + (size_t)i] = winner[i] == 2 ? g[i] : 0;
                for (int32_t i = 0; i < step; i++) p[c + row + stored + (size_t)i] = winner[i] == 3 ? g[i] : 0;
            }
    }
}

CK_INLINE void CK_NAME(max_backward_image)(float *restrict dx, const float *restrict dy, const uint8_t *restrict index,
                                           const ck_pool *s, const bool add, const int32_t step) {
    CK_EACH_WINDOW(w, s) {
#define CK_CALL(kernel) CK_NAME(max_backward_window)(dx, dy, index, &w, add, kernel, step)
        CK_BY_KERNEL(CK_CALL, &w);
#undef CK_CALL
        dy += s->stored, index += s->stored;
    }
}

static void CK_NAME(max_pool_backward)(float *dx, const float *dy, const uint8_t *index, int32_t images, const ck_pool *s) {
    const size_t in = CK_IN(s), out = (size_t)s->out_height * (size_t)s->out_width * (size_t)s->stored;
    const bool plain = CK_NAME(is_plain_2x2)(s), tiling = CK_NAME(is_tiling)(s), covering = CK_NAME(is_covering)(s);
#define CK_PLAIN(step) CK_NAME(max_backward_2x2)(dx, dy, index, s, step)
#define CK_TILES(step) CK_NAME(max_backward_image)(dx, dy, index, s, false, step)
#define CK_ANY(step) CK_NAME(max_backward_image)(dx, dy, index, s, true, step)
    CK_NOVEC for (int32_t n = 0; n < images; n++, dx += in, dy += out, index += out) {
        if (!covering) memset(dx, 0, in * sizeof *dx);
        if (plain) CK_BY_STEP(CK_PLAIN, s->stored);
        else if (tiling) CK_BY_STEP(CK_TILES, s->stored);
        else CK_BY_STEP(CK_ANY, s->stored);
    }
#undef CK_PLAIN
#undef CK_TILES
#undef CK_ANY
}

#include "average_pool_body.h"
#include "stochastic_pool_body.h"

#undef CK_PLACE
#undef CK_EACH_PLACE
#undef CK_IN
#undef CK_EACH_WINDOW
#undef CK_EACH_PLACE_OF
#undef CK_BY_KERNEL
#undef CK_BY_STEP
