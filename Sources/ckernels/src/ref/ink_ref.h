/* ink_ref.h - plain twins of the ink kernels: the same sums and comparisons in the same order, pixel by pixel, so the same bits. */
#include "../kernels/ink_math_body.h"
CK_EXACT_PUSH

static float CK_NAME(ink_at)(const float *x, int32_t r, int32_t c, int32_t height, int32_t width) {
    return r >= 0 && r < height && c >= 0 && c < width ? x[(size_t)r * (size_t)width + (size_t)c] : 0;
}

static void CK_NAME(thicken)(float *y, const float *x, float amount, int32_t height, int32_t width, void *workspace) {
    const size_t values = (size_t)height * (size_t)width;
    float *from = workspace, *to = from + values;
    const float sign = amount < 0 ? -1.0f : 1.0f;
    float left = amount * sign;
    for (size_t i = 0; i < values; i++) from[i] = x[i] * sign + 0.0f; /* no zero has a sign */
    for (int step = 0; left > 0 && step < 16; step++, left -= 1) {
        const float by = left < 1 ? left : 1;
        for (int32_t r = 0; r < height; r++)
            for (int32_t c = 0; c < width; c++) {
                const float here = CK_NAME(ink_at)(from, r, c, height, width);
                float most = here;
                for (int32_t dr = -1; dr <= 1; dr++)
                    for (int32_t dc = -1; dc <= 1; dc++) {
                        if (step % 2 == 0 && dr != 0 && dc != 0) continue;
                        const float near = CK_NAME(ink_at)(from, r + dr, c + dc, height, width);
                        if (near > most) most = near;
                    }
                to[(size_t)r * (size_t)width + (size_t)c] = here + by * (most - here);
            }
        float *swap = from;
        from = to, to = swap;
    }
    for (size_t i = 0; i < values; i++) y[i] = from[i] * sign + 0.0f;
}

static void CK_NAME(blur)(float *y, const float *x, float sigma, int32_t height, int32_t width, void *workspace) {
    float weights[CK_NAME(blur_most) + 1], *along = workspace;
    const int32_t radius = CK_NAME(blur_weights)(weights, sigma);
    for (int pass = 0; pass < 2; pass++) {
        const float *from = pass ? along : x;
        float *to = pass ? y : along;
        const int32_t down = pass, right = 1 - pass;
        for (int32_t r = 0; r < height; r++)
            for (int32_t c = 0; c < width; c++) {
                float sum = weights[0] * CK_NAME(ink_at)(from, r, c, height, width);
                for (int32_t k = 1; k <= radius; k++)
                    sum += weights[k] * (CK_NAME(ink_at)(from, r - k * down, c - k * right, height, width) +
                                         CK_NAME(ink_at)(from, r + k * down, c + k * right, height, width));
                to[(size_t)r * (size_t)width + (size_t)c] = sum;
            }
    }
}
CK_EXACT_POP
