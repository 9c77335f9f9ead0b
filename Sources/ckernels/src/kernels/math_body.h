/* math_body.h - exp, log, sin, cos, tanh and the normal distribution: our own, because the C library's differ from
 * system to system and cannot be vectorised. Straight-line code on single floats; a loop around one of them becomes
 * packed instructions. Infinities, NaN, overflow and denormal results come out as in the C library.
 *
 * The polynomials are minimax fits (Remez) of the relative error, with coefficients rounded to float. "Largest error"
 * is in units in the last place (ulp) against the C library in double, measured over a dense sweep of all floats, with
 * and without FMA: Tests/CKernelsTests/test_math.c. */

CK_INLINE float CK_NAME(as_float)(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

CK_INLINE uint32_t CK_NAME(as_bits)(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum, ready to use as an integer; taking it off
 * again gives it as a float. NaN takes this road without a conversion that C leaves undefined. */
#define CK_ROUNDER 12582912.0f
#define CK_ROUNDER_BITS 0x4B400000u

/* exp(x + more), |more| small: x = n log 2 + r, exp(r) by a polynomial, times 2^n in two steps, so that neither
 * factor overflows and a denormal result is rounded once. log 2 is split so that n times its head is exact. */
CK_INLINE float CK_NAME(exp_sum)(float x, float more) {
    x = x < -104.0f ? -104.0f : x; /* exp is 0 from here on */
    x = x > 89.0f ? 89.0f : x;     /* and infinite from here on */
    const float shifted = x * 1.44269504f + CK_ROUNDER, n = shifted - CK_ROUNDER;
    const float r = ((x - n * 0.693359375f) + n * 2.12194440e-4f) + more;
    float q = 1.3838281e-3f;
    q = q * r + 8.369298e-3f;
    q = q * r + 4.1668087e-2f;
    q = q * r + 1.6666515e-1f;
    q = q * r + 4.9999994e-1f;
    const float p = 1.0f + (r + r * r * q);
    const int32_t k = (int32_t)(CK_NAME(as_bits)(shifted) - CK_ROUNDER_BITS), half = k >> 1;
    return p * CK_NAME(as_float)((uint32_t)(half + 127) << 23) * CK_NAME(as_float)((uint32_t)(k - half + 127) << 23);
}

/* Largest error: 1.5 ulp. */
CK_INLINE float CK_NAME(exp)(float x) { return CK_NAME(exp_sum)(x, -0.0f); } /* x + -0 is x: nothing is computed */

/* x = 2^e m with m in 2/3 ..< 4/3, log m by a polynomial in m - 1. Largest error: 0.9 ulp. */
CK_INLINE float CK_NAME(log)(float x) {
    const bool denormal = x < 1.17549435e-38f;
    const uint32_t bits = CK_NAME(as_bits)(denormal ? x * 8388608.0f : x);
    const int32_t k = (int32_t)(bits - 0x3F2AAAABu) >> 23;
    const float f = CK_NAME(as_float)(bits - ((uint32_t)k << 23)) - 1.0f;
    const float e = (float)k - (denormal ? 23.0f : 0.0f), z = f * f;
    float q = -1.2891601e-1f;
    q = q * f + 1.398444e-1f;
    q = q * f + -1.2184279e-1f;
    q = q * f + 1.4005868e-1f;
    q = q * f + -1.6680487e-1f;
    q = q * f + 2.0010406e-1f;
    q = q * f + -2.4999797e-1f;
    q = q * f + 3.3333215e-1f;
    float y = (q * f * z - e * 2.12194440e-4f) - 0.5f * z;
    y = (f + y) + e * 0.693359375f;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x < INFINITY ? y : x; /* infinity and NaN themselves */
}

/* sin(x + quarter * pi/2): x less the nearest multiple of pi/2, which is taken off in four parts, the first three so
 * short that their products are exact; the low bits of the multiple choose polynomial and sign. Callers turn pictures
 * and draw angles: beyond 8192 radians the answer is NaN rather than a wrong number. Largest error: 1.5 ulp within
 * one turn, 2.1 ulp at thousands of radians. */
CK_INLINE float CK_NAME(sin_quarter)(float x, uint32_t quarter) {
    const float shifted = x * 0.636619772f + CK_ROUNDER, n = shifted - CK_ROUNDER;
    const uint32_t q = CK_NAME(as_bits)(shifted) + quarter;
    float r = ((x - n * 1.5703125f) - n * 4.837512969970703e-4f) - n * 7.549533620476723e-8f;
    r = r - n * 2.5633440682570896e-12f;
    const float z = r * r;
    float s = -1.9518603e-4f;
    s = s * z + 8.332191e-3f;
    s = s * z + -1.6666655e-1f;
    s = r + r * z * s;
    float c = 2.443067e-5f;
    c = c * z + -1.3887301e-3f;
    c = c * z + 4.1666646e-2f;
    c = (1.0f - 0.5f * z) + z * z * c;
    const float y = q & 1 ? c : s;
    return fabsf(x) > 8192.0f ? NAN : q & 2 ? -y : y;
}

CK_INLINE float CK_NAME(sin)(float x) { return CK_NAME(sin_quarter)(x, 0); }
CK_INLINE float CK_NAME(cos)(float x) { return CK_NAME(sin_quarter)(x, 1); }

/* Near zero a polynomial, elsewhere by exp. Largest error: 1.3 ulp. */
CK_INLINE float CK_NAME(tanh)(float x) {
    const float z = x * x, a = fabsf(x);
    float q = -5.900084e-3f;
    q = q * z + 2.0799631e-2f;
    q = q * z + -5.378481e-2f;
    q = q * z + 1.3331936e-1f;
    q = q * z + -3.33333e-1f;
    const float near = x + x * z * q, far = 1.0f - 2.0f / (CK_NAME(exp)(2.0f * a) + 1.0f);
    return a < 0.6f ? near : x < 0 ? -far : far;
}

/* 1 / (1 + exp(-x)), by exp of a number that is not positive: no overflow, and small results keep their digits.
 * Largest error: 2.3 ulp. */
CK_INLINE float CK_NAME(sigmoid)(float x) {
    const float e = CK_NAME(exp)(-fabsf(x));
    return (x < 0 ? e : 1.0f) / (1.0f + e);
}

/* The normal distribution function of x, and exp(-x^2 / 2), which is its density times the root of 2 pi. The upper tail is
 * that exponential times a smooth function: t times a polynomial in 1 - t, t = 1 / (1 + 0.3 |x|). x^2 has twice the
 * digits of a float: its head (12 bits squared: exact) and the rest go into exp apart. Largest error: 6 ulp, in the far tail. */
CK_INLINE float CK_NAME(normal)(float x, float *bell) {
    float a = fabsf(x);
    a = a > 14.5f ? 14.5f : a; /* the tail is 0 from here on */
    const float head = CK_NAME(as_float)(CK_NAME(as_bits)(a) & 0xFFFFF000u);
    const float e = CK_NAME(exp_sum)(-0.5f * head * head, -0.5f * (a - head) * (a + head));
    const float t = 1.0f / (1.0f + 0.3f * a), u = 0.3f * a * t;
    float q = 2.0454794e-2f;
    q = q * u + -7.2509035e-2f;
    q = q * u + 7.006509e-2f;
    q = q * u + 1.1122722e-2f;
    q = q * u + 2.2820631e-2f;
    q = q * u + -1.395555e-1f;
    q = q * u + -8.1053436e-2f;
    q = q * u + 6.181485e-1f;
    q = q * u + -8.298073e-1f;
    q = q * u + 0.5f;
    const float tail = e * (q * t);
    *bell = e;
    return x < 0 ? tail : 1.0f - tail;
}
