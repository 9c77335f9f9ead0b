/* ink_body.h - strokes thicker, thinner or softer. Pictures are copied into a frame of zeros first: 16 columns before and
 * behind, rows of a multiple of 16, one row above and below. */
#include "ink_math_body.h"
CK_EXACT_PUSH

typedef struct CK_NAME(ink_frame) {
    float *restrict at; /* the first pixel */
    size_t pitch, bytes;
} CK_NAME(ink_frame);

/* Frame 0 or 1 of the workspace, cleared. */
CK_INLINE CK_NAME(ink_frame) CK_NAME(ink_frame_of)(void *workspace, int number, int32_t height, int32_t width) {
    const size_t pitch = (size_t)ck_round_up(width, 16) + 32, values = pitch * ((size_t)height + 2);
    float *start = (float *)workspace + (size_t)number * values;
    memset(start, 0, values * sizeof *start);
    return (CK_NAME(ink_frame)){start + pitch + 16, pitch, values * sizeof *start};
}

CK_INLINE void CK_NAME(ink_enter)(CK_NAME(ink_frame) to, const float *x, float by, int32_t height, int32_t width) {
    for (int32_t r = 0; r < height; r++)
        for (int32_t i = 0; i < width; i++) to.at[(size_t)r * to.pitch + (size_t)i] = x[(size_t)r * (size_t)width + (size_t)i] * by + 0.0f;
}
CK_INLINE void CK_NAME(ink_leave)(float *y, CK_NAME(ink_frame) from, float by, int32_t height, int32_t width) {
    for (int32_t r = 0; r < height; r++)
        for (int32_t i = 0; i < width; i++)
            y[(size_t)r * (size_t)width + (size_t)i] = from.at[(size_t)r * from.pitch + (size_t)i] * by + 0.0f;
}

CK_INLINE float CK_NAME(ink_more)(float a, float b) { return a > b ? a : b; }

/* One step: each pixel towards the largest around it, by the part `by`; the corners count in a square, not in a cross. */
CK_INLINE void CK_NAME(ink_step)(CK_NAME(ink_frame) to, CK_NAME(ink_frame) from, float by, bool square, int32_t height, int32_t width) {
    for (int32_t r = 0; r < height; r++) {
        const float *restrict m = from.at + (size_t)r * from.pitch, *restrict u = m - from.pitch, *restrict d = m + from.pitch;
        float *restrict t = to.at + (size_t)r * to.pitch;
        if (square)
            for (int32_t i = 0; i < width; i++) {
                const float a = CK_NAME(ink_more)(CK_NAME(ink_more)(u[i - 1], u[i]), u[i + 1]);
                const float b = CK_NAME(ink_more)(CK_NAME(ink_more)(m[i - 1], m[i]), m[i + 1]);
                const float c = CK_NAME(ink_more)(CK_NAME(ink_more)(d[i - 1], d[i]), d[i + 1]);
                t[i] = m[i] + by * (CK_NAME(ink_more)(CK_NAME(ink_more)(a, b), c) - m[i]);
            }
        else
            for (int32_t i = 0; i < width; i++) {
                const float b = CK_NAME(ink_more)(CK_NAME(ink_more)(m[i - 1], m[i]), m[i + 1]);
                t[i] = m[i] + by * (CK_NAME(ink_more)(CK_NAME(ink_more)(u[i], b), d[i]) - m[i]);
            }
    }
}

/* Thinner is thicker of the negative. Zeros have no sign (+ 0.0f): which of two is the larger would depend on the order. */
static void CK_NAME(thicken)(float *y, const float *x, float amount, int32_t height, int32_t width, void *workspace) {
    const float sign = amount < 0 ? -1.0f : 1.0f;
    float left = amount * sign;
    CK_NAME(ink_frame) from = CK_NAME(ink_frame_of)(workspace, 0, height, width), to = CK_NAME(ink_frame_of)(workspace, 1, height, width);
    CK_NAME(ink_enter)(from, x, sign, height, width);
    for (int step = 0; left > 0 && step < 16; step++, left -= 1) {
        CK_NAME(ink_step)(to, from, left < 1 ? left : 1, step % 2, height, width);
        const CK_NAME(ink_frame) swap = from;
        from = to, to = swap;
    }
    CK_NAME(ink_leave)(y, from, sign, height, width);
}

/* Along rows from one frame to the other, then along columns to the result; 64 columns at a time. */
static void CK_NAME(blur)(float *y, const float *x, float sigma, int32_t height, int32_t width, void *workspace) {
    enum { strip = 64 };
    float weights[CK_NAME(blur_most) + 1];
    const int32_t radius = CK_NAME(blur_weights)(weights, sigma);
    const CK_NAME(ink_frame) from = CK_NAME(ink_frame_of)(workspace, 0, height, width), to = CK_NAME(ink_frame_of)(workspace, 1, height, width);
    CK_NAME(ink_enter)(from, x, 1, height, width);
    for (int32_t r = 0; r < height; r++)
        for (int32_t x0 = 0; x0 < width; x0 += strip) {
            const int32_t count = (int32_t)ck_min(strip, width - x0);
            const float *restrict m = from.at + (size_t)r * from.pitch + (size_t)x0;
            float sum[strip];
            for (int32_t i = 0; i < count; i++) sum[i] = weights[0] * m[i];
            CK_NOVEC for (int32_t k = 1; k <= radius; k++)
                for (int32_t i = 0; i < count; i++) sum[i] += weights[k] * (m[i - k] + m[i + k]);
            memcpy(to.at + (size_t)r * to.pitch + (size_t)x0, sum, (size_t)count * sizeof *sum);
        }
    for (int32_t r = 0; r < height; r++)
        for (int32_t x0 = 0; x0 < width; x0 += strip) {
            const int32_t count = (int32_t)ck_min(strip, width - x0);
            float sum[strip];
            const float *restrict m = to.at + (size_t)r * to.pitch + (size_t)x0;
            for (int32_t i = 0; i < count; i++) sum[i] = weights[0] * m[i];
            CK_NOVEC for (int32_t k = 1; k <= radius; k++) { /* the rows of the frame outside of the picture are zero */
                const float *restrict u = to.at + (ptrdiff_t)ck_max(-1, r - k) * (ptrdiff_t)to.pitch + x0;
                const float *restrict d = to.at + (ptrdiff_t)ck_min(height, r + k) * (ptrdiff_t)to.pitch + x0;
                for (int32_t i = 0; i < count; i++) sum[i] += weights[k] * (u[i] + d[i]);
            }
            memcpy(y + (size_t)r * (size_t)width + (size_t)x0, sum, (size_t)count * sizeof *sum);
        }
}
CK_EXACT_POP
