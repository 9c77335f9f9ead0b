/* test_ink.c - strokes thicker, thinner and softer, pictures mixed. All instruction sets must give the bits of "ref".
 */
#include "harness.h"

static const int32_t sizes[][2] = {{1, 1},   {1, 2},   {2, 1},  {3, 3},   {5, 17}, {16, 16},
                                   {28, 28}, {15, 33}, {7, 64}, {40, 65}, {9, 131}};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static float *some_ink(int32_t height, int32_t width) {
    float *x = random_floats((int64_t)height * width);
    for (int64_t i = 0; i < (int64_t)height * width; i++) x[i] = x[i] < 0 ? 0 : 255 * x[i];
    return x;
}

/* A picture changed by a kernel, which is as "ref" has it, also in the place of the picture. */
typedef void ink_kernel(float *y, const float *x, float amount, int32_t height, int32_t width, void *workspace);

static const float *as_reference(ink_kernel *fast, ink_kernel *plain, const float *x, float amount, int32_t height,
                                 int32_t width) {
    const int64_t count = (int64_t)height * width;
    float *y = unwritten(count), *want = unwritten(count), *own = copy_of(x, count);
    void *workspace = workspace_of(ck_ink_workspace(height, width));
    fast(y, x, amount, height, width, workspace);
    plain(want, x, amount, height, width, workspace);
    expect_same_bits("y", y, want, count);
    fast(own, own, amount, height, width, workspace);
    expect_same_bits("y over x", own, want, count);
    return y;
}

/* ---------------------------------------------------------------------- thicken */

static void check_thicken(const ck_kernels *fast, int32_t height, int32_t width, float amount) {
    begin_case("%d x %d, %g pixels", height, width, (double)amount);
    const int64_t count = (int64_t)height * width;
    const float *x = some_ink(height, width);
    const float *y = as_reference(fast->thicken, reference->thicken, x, amount, height, width);
    for (int64_t i = 0; i < count; i++)
        expect(amount >= 0 ? y[i] >= x[i] : y[i] <= x[i], "pixel %d: %g became %g", (int)i, (double)x[i], (double)y[i]);
}

void test_thicken(const ck_kernels *fast) {
    static const float amounts[] = {0, 0.25f, -0.25f, 1, -1, 1.5f, -1.75f, 2, 3.25f, -4};
    for (int i = 0; i < SIZES; i++)
        for (size_t k = 0; k < sizeof amounts / sizeof amounts[0]; k++)
            check_thicken(fast, sizes[i][0], sizes[i][1], amounts[k]);

    begin_case("a vertical stroke");
    enum { SIDE = 9 };
    float *x = zeros(SIDE * SIDE), *y = unwritten(SIDE * SIDE);
    for (int r = 0; r < SIDE; r++)
        for (int c = 3; c <= 5; c++) x[r * SIDE + c] = 200;
    void *workspace = workspace_of(ck_ink_workspace(SIDE, SIDE));
    static const struct {
        float amount, row[SIDE];
    } known[] = {{1, {0, 0, 200, 200, 200, 200, 200, 0, 0}},
                 {0.5f, {0, 0, 100, 200, 200, 200, 100, 0, 0}},
                 {1.25f, {0, 50, 200, 200, 200, 200, 200, 50, 0}},
                 {-0.5f, {0, 0, 0, 100, 200, 100, 0, 0, 0}},
                 {-1, {0, 0, 0, 0, 200, 0, 0, 0, 0}}};
    for (int i = 0; i < 5; i++) {
        fast->thicken(y, x, known[i].amount, SIDE, SIDE, workspace);
        for (int c = 0; c < SIDE; c++)
            expect(y[4 * SIDE + c] == known[i].row[c], "%g pixels: column %d is %g, expected %g",
                   (double)known[i].amount, c, (double)y[4 * SIDE + c], (double)known[i].row[c]);
    }
}

/* ------------------------------------------------------------------------- blur */

static void check_blur(const ck_kernels *fast, int32_t height, int32_t width, float sigma) {
    begin_case("%d x %d, sigma %g", height, width, (double)sigma);
    const float *x = some_ink(height, width);
    const float *y = as_reference(fast->blur, reference->blur, x, sigma, height, width);
    if (sigma < 0.05f) expect_same_bits("unchanged", y, x, (int64_t)height * width);
}

/* One bright pixel becomes a Gaussian: its sum stays, its variance is that asked for. */
static void check_spot(const ck_kernels *fast, float sigma) {
    enum { SIDE = 31 };
    begin_case("a spot, sigma %g", (double)sigma);
    float *x = zeros(SIDE * SIDE), *y = unwritten(SIDE * SIDE);
    x[15 * SIDE + 15] = 255;
    fast->blur(y, x, sigma, SIDE, SIDE, workspace_of(ck_ink_workspace(SIDE, SIDE)));
    double sum = 0, across = 0, down = 0;
    for (int r = 0; r < SIDE; r++)
        for (int c = 0; c < SIDE; c++) {
            const double v = (double)y[r * SIDE + c] / 255;
            sum += v, across += v * (c - 15) * (c - 15), down += v * (r - 15) * (r - 15);
        }
    const double wanted = (double)sigma * (double)sigma;
    expect(fabs(sum - 1) < 1e-5, "the sum of a spot of 1 is %g", sum);
    expect(fabs(across - wanted) < 0.05 * wanted && fabs(down - wanted) < 0.05 * wanted,
           "variances are %g and %g, expected %g", across, down, wanted);
}

void test_blur(const ck_kernels *fast) {
    static const float sigmas[] = {0, 0.01f, 0.3f, 0.8f, 1, 1.7f, 2.5f, 4};
    for (int i = 0; i < SIZES; i++)
        for (size_t k = 0; k < sizeof sigmas / sizeof sigmas[0]; k++)
            check_blur(fast, sizes[i][0], sizes[i][1], sigmas[k]);
    check_spot(fast, 0.8f), check_spot(fast, 1.5f), check_spot(fast, 3);
}

/* ------------------------------------------------------------------------ blend */

void test_blend(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 800; n++) {
        begin_case("%d numbers", *n);
        const float *x = random_floats(*n), *z = random_floats(*n);
        float *y = unwritten(*n), *want = unwritten(*n), *own = copy_of(x, *n);
        const float share = 0.5f + 0.5f * (float)fabs(random_real());
        for (int32_t i = 0; i < *n; i++) {
            const float more = share * (x[i] - z[i]);
            want[i] = z[i] + more;
        }
        fast->blend(y, x, z, share, *n);
        expect_same_bits("y", y, want, *n);
        fast->blend(own, own, z, share, *n);
        expect_same_bits("y over x", own, want, *n);
        fast->blend(y, x, x, share, *n);
        expect_same_bits("with itself", y, x, *n);
    }
}

/* ------------------------------------------------------------------------ mixup */

/* Every image is partner of exactly one other; the distance differs from update to update. */
static void check_partners(int32_t images) {
    begin_case("partners of %d images", images);
    int32_t last = -1, changes = 0;
    for (uint32_t update = 0; update < 40; update++) {
        const ck_random key = {test_seed, update, ck_random_stream(CK_RANDOM_MIX, 0, 0), 0};
        bool seen[64] = {false};
        for (int32_t n = 0; n < images; n++) {
            const int32_t partner = ck_mix_partner(&key, n, images);
            expect(partner >= 0 && partner < images && !seen[partner], "image %d has partner %d", n, partner);
            expect((partner == n) == (images == 1), "image %d of %d has partner %d", n, images, partner);
            expect(ck_mix_of(&key, 1, n, images).partner == partner, "image %d has two partners", n);
            seen[partner] = true;
        }
        const int32_t ahead = ck_mix_partner(&key, 0, images);
        changes += last >= 0 && ahead != last, last = ahead;
    }
    if (images > 2) expect(changes > 8, "the distance changed %d times in 40 updates", changes);
}

/* The moments of max(l, 1 - l) follow from those of l: (l - 1/2)^2 = (share - 1/2)^2, and the variance of Beta(a, a) is
 * 1 / (4 (2 a + 1)), its fourth moment about the middle 3 / (16 (2 a + 1) (2 a + 3)). */
static void check_shares(float alpha) {
    begin_case("shares, alpha %g", (double)alpha);
    enum { COUNT = 40000 };
    const double a = (double)alpha, want_2 = 1 / (4 * (2 * a + 1)), want_4 = 3 / (16 * (2 * a + 1) * (2 * a + 3));
    double second = 0, fourth = 0;
    const ck_random key = {test_seed, 3, ck_random_stream(CK_RANDOM_MIX, 0, 0), 0};
    for (int32_t n = 0; n < COUNT; n++) {
        const float share = ck_mix_of(&key, alpha, n, COUNT).share;
        expect(share >= 0.5f && share <= 1, "share %g", (double)share);
        const double d = ((double)share - 0.5) * ((double)share - 0.5);
        second += d / COUNT, fourth += d * d / COUNT;
    }
    /* Four standard deviations of a mean of that many. */
    const double allowed = 4 * sqrt((want_4 - want_2 * want_2) / COUNT);
    expect(fabs(second - want_2) < allowed, "the variance is %g, expected %g to within %g", second, want_2, allowed);
    expect(fabs(fourth - want_4) < 0.05 * want_4, "the fourth moment is %g, expected %g", fourth, want_4);
}

void test_mixup(void) {
    static const int32_t batches[] = {1, 2, 3, 7, 64};
    for (int i = 0; i < 5; i++) check_partners(batches[i]);
    static const float alphas[] = {0.05f, 0.2f, 0.4f, 1, 1.5f, 4, 16};
    for (int i = 0; i < 7; i++) check_shares(alphas[i]);
    begin_case("known shares"); /* the same on every machine */
    const ck_random key = {42, 7, ck_random_stream(CK_RANDOM_MIX, 0, 0), 0};
    for (int i = 0; i < 2; i++) {
        static const float known_small[] = {0x1.e59742p-1f, 0x1.f82f18p-1f},
                           known_large[] = {0x1.69eb04p-1f, 0x1.52d014p-1f};
        expect(ck_mix_of(&key, 0.4f, i, 10).share == known_small[i], "alpha 0.4, image %d: %a", i,
               (double)ck_mix_of(&key, 0.4f, i, 10).share);
        expect(ck_mix_of(&key, 3, i, 10).share == known_large[i], "alpha 3, image %d: %a", i,
               (double)ck_mix_of(&key, 3, i, 10).share);
    }
}
