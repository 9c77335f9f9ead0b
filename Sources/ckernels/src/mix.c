/* mix.c - mixup's draws, and the scratch memory of augmentation. Everything in double and without the C library's functions, so that the
 * bits are the same everywhere. */
#define CK_NAME(f) f##_plain
#include "common.h"
#include "kernels/random_body.h"

CK_EXACT_PUSH

size_t ck_ink_workspace(int32_t height, int32_t width) {
    return 2 * sizeof(float) * ((size_t)ck_round_up(width, 16) + 32) * ((size_t)height + 2);
}

size_t ck_warp_workspace(const ck_warp *s) {
    if (!(s->thickness > 0) && !(s->blur > 0)) return 0;
    const int64_t plane = ck_round_up((int64_t)s->out_height * s->out_width * (int64_t)sizeof(float), 64);
    return (size_t)plane + ck_ink_workspace(s->out_height, s->out_width);
}

/* log(x) of x in (0, 1]: x = m * 2^e with m from 0.7 to 1.4, and log(m) = 2 atanh((m - 1) / (m + 1)) by its series. */
static double natural_log(double x) {
    int e = 0;
    while (x < 0.7071067811865476) x *= 2, e--;
    const double s = (x - 1) / (x + 1), s2 = s * s;
    double sum = 0, power = s;
    for (int k = 1; k < 24; k += 2) sum += power / k, power *= s2;
    return 2 * sum + e * 0.6931471805599453;
}

/* exp(x) of x <= 0: halves taken off, then the Taylor series. */
static double natural_exp(double x) {
    if (!(x > -700)) return 0;
    const int halvings = (int)(-x * 1.4426950408889634);
    const double rest = x + halvings * 0.6931471805599453;
    double sum = 0, term = 1;
    for (int k = 1; k < 20; k++) sum += term, term *= rest / k;
    for (int k = 0; k < halvings; k++) sum *= 0.5;
    return sum;
}

/* Above 0 and below 1. */
static double open_unit(uint32_t bits) { return ((double)bits + 0.5) * 0x1p-32; }

/* One attempt at a number of the distribution Beta(alpha, alpha), or a negative one: the next attempt may succeed. */
static double beta(double alpha, double u, double v) {
    if (alpha <= 1) { /* Johnk 1964 */
        const double a = natural_exp(natural_log(u) / alpha), b = natural_exp(natural_log(v) / alpha);
        return a + b <= 1 && a + b > 0 ? a / (a + b) : -1;
    }
    v = 2 * v - 1; /* Ulrich 1984 */
    const double s = u * u + v * v;
    if (s >= 1) return -1;
    const double left = 1 - natural_exp(natural_log(s) * (2 / (2 * alpha - 1)));
    return 0.5 + u * v / s * sqrt(left > 0 ? left : 0);
}

int32_t ck_mix_partner(const ck_random *key, int32_t image, int32_t images) {
    uint32_t bits[4];
    if (images < 2) return image;
    CK_NAME(random_block)(bits, key, 0, 1u << 31);
    const int32_t ahead = 1 + (int32_t)(((uint64_t)bits[0] * (uint32_t)(images - 1)) >> 32);
    return (int32_t)(((int64_t)image + ahead) % images);
}

ck_mix ck_mix_of(const ck_random *key, float alpha, int32_t image, int32_t images) {
    enum { attempts = 128 };
    ck_mix mix = {ck_mix_partner(key, image, images), 0.5f};
    uint32_t bits[4];
    for (uint32_t i = 0; i < attempts; i++) {
        CK_NAME(random_block)(bits, key, (uint32_t)image, i);
        const double l = beta((double)alpha, open_unit(bits[0]), open_unit(bits[1]));
        if (l < 0) continue;
        mix.share = (float)(l > 0.5 ? l : 1 - l);
        break;
    }
    return mix;
}
CK_EXACT_POP
