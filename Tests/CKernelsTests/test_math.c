/* test_math.c - exp, log, sin, cos, tanh, sigmoid and the normal distribution against the C library in double, over floats
 * of all sizes and signs, with and without fused multiply-add. The limits are what math_body.h states. */
#include <stdio.h>

#include "harness.h"

#define CK_NAME(f) f##_plain
#include "kernels/math_body.h"
#undef CK_NAME
#undef CK_ROUNDER
#undef CK_ROUNDER_BITS

#if defined(__x86_64__)
CK_TARGET_PUSH("avx2,fma")
#pragma STDC FP_CONTRACT ON
#define CK_NAME(f) f##_fused
#include "kernels/math_body.h"
#undef CK_NAME
#define EACH(name)                                                            \
    static float name##_by_plain(float x) { return name##_plain(x); }         \
    static float name##_by_fused(float x) { return name##_fused(x); }
#else
#define EACH(name) static float name##_by_plain(float x) { return name##_plain(x); }
#endif
EACH(exp)
EACH(log)
EACH(sin)
EACH(cos)
EACH(tanh)
EACH(sigmoid)
#if defined(__x86_64__)
static float normal_by_fused(float x) { return normal_fused(x, &(float){0}); }
CK_TARGET_POP
#endif
static float normal_by_plain(float x) { return normal_plain(x, &(float){0}); }

static double sigmoid(double x) { return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)); }
static double normal(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

/* In units of the last place of the float nearest to `want`; 1e9 where they differ in kind. */
static double error(float got, double want) {
    const float nearest = (float)want;
    if (isnan(want)) return isnan(got) ? 0 : 1e9;
    if (isinf(nearest)) return got == nearest ? 0 : 1e9;
    if (!isfinite(got)) return 1e9;
    int exponent;
    frexp(fmax(fabs(want), 0x1p-126), &exponent);
    return fabs((double)got - want) / ldexp(1, exponent - 24);
}

static void check(const char *name, float (*function)(float), double (*exact_function)(double), double limit, double largest) {
    begin_case("%s", name);
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1511) { /* a prime: all exponents, all kinds of mantissa */
        const float x = as_float_plain((uint32_t)bits);
        const double want = fabsf(x) > (float)largest && largest > 0 ? (double)NAN : exact_function((double)x);
        const double e = error(function(x), want);
        if (e > worst) worst = e, at = x;
    }
    expect(worst <= limit, "%s is off by %g units in the last place at %.9g, allowed are %g", name, worst, (double)at, limit);
    static const float edges[] = {0, -0.0f, INFINITY, -INFINITY, NAN, 1, -1, 1e-45f, -1e-45f, 1.17549435e-38f, 3.4028235e38f,
                                  88.72283f, 88.72284f, -87.33655f, -103.97208f, -103.97209f, -104.5f, 0.6f, 14.5f, -14.5f};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        const bool outside = fabsf(edges[i]) > (float)largest && largest > 0;
        const double want = outside ? (double)NAN : exact_function((double)edges[i]);
        expect(error(function(edges[i]), want) <= limit, "%s(%.9g) is %.9g, expected %.9g", name, (double)edges[i],
               (double)function(edges[i]), want);
    }
}

void test_math_functions(void) {
    check("exp", exp_by_plain, exp, 1.5, 0);
    check("log", log_by_plain, log, 1, 0);
    check("sin", sin_by_plain, sin, 2.1, 8192);
    check("cos", cos_by_plain, cos, 2.1, 8192);
    check("tanh", tanh_by_plain, tanh, 1.5, 0);
    check("sigmoid", sigmoid_by_plain, sigmoid, 2.5, 0);
    check("normal", normal_by_plain, normal, 6, 0);
#if defined(__x86_64__)
    if (!ck_isa_available("avx2")) {
        report_not_run("with fused multiply-add");
        return;
    }
    check("exp, fused", exp_by_fused, exp, 1.5, 0);
    check("log, fused", log_by_fused, log, 1, 0);
    check("sin, fused", sin_by_fused, sin, 2.1, 8192);
    check("cos, fused", cos_by_fused, cos, 2.1, 8192);
    check("tanh, fused", tanh_by_fused, tanh, 1.5, 0);
    check("sigmoid, fused", sigmoid_by_fused, sigmoid, 2.5, 0);
    check("normal, fused", normal_by_fused, normal, 6, 0);
#endif
}
