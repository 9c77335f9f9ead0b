/* ink_math_body.h - what both forms of the ink kernels share. */
CK_EXACT_PUSH

/* exp(x) = exp(x / 64)^64 by the Taylor series: 1e-12 relative for |x| < 16. */
CK_INLINE double CK_NAME(ink_exp)(double x) {
    double sum = 0, term = 1;
    for (int k = 1; k < 10; k++) sum += term, term *= x * (1.0 / (64 * k));
    for (int k = 0; k < 6; k++) sum *= sum;
    return sum;
}

enum { CK_NAME(blur_most) = 12 };

/* The weights of a Gaussian at 0 to radius, which is three deviations, at most 12; the radius. They add to one, all but the first
 * counted twice. */
CK_INLINE int32_t CK_NAME(blur_weights)(float weights[CK_NAME(blur_most) + 1], float sigma) {
    double raw[CK_NAME(blur_most) + 1] = {1}, sum = 1;
    int32_t radius = 0;
    while (radius < CK_NAME(blur_most) && (float)radius < 3 * sigma) {
        const double x = ++radius / (double)sigma, power = -0.5 * x * x;
        raw[radius] = power > -16 ? CK_NAME(ink_exp)(power) : 0;
        sum += 2 * raw[radius];
    }
    for (int32_t k = 0; k <= radius; k++) weights[k] = (float)(raw[k] / sum);
    return radius;
}
CK_EXACT_POP
