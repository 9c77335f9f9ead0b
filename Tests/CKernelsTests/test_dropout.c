/* test_dropout.c - masks: the same as the plain twin's, with the right statistics, dependent on the key alone. */
#include "harness.h"

static const ck_random some_key = {0x123456789abcdef0, 17, 0x02003000, 5};
static const float rates[] = {0, 0.1f, 0.5f, 0.93f, 1};

/* Values are never zero, so that zero means dropped. */
static float *nonzero_rows(int64_t rows, int32_t channels, int32_t stored) {
    float *x = random_rows(rows, channels, stored);
    for (int64_t i = 0; i < rows * stored; i++)
        if (x[i] != 0) x[i] += x[i] > 0 ? 0.5f : -0.5f;
    return x;
}

static void expect_same_mask(const float *got, const float *want, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if ((got[i] == 0) != (want[i] == 0)) {
            expect(false, "element %d is %s, but its twin is not", (int)i, got[i] == 0 ? "dropped" : "kept");
            return;
        }
}

static const tolerance one_scale = {0, 3e-7}; /* 1 / (1 - rate) as a float, and the product */

/* ------------------------------------------------------------------- elements */

static void check_dropout(const ck_kernels *fast, int64_t rows, int32_t channels, int32_t stored, float rate) {
    begin_case("%d rows of %d channels, %d stored, rate %g", (int)rows, channels, stored, (double)rate);
    const ck_rows s = {rows, channels, stored};
    const int64_t count = rows * stored;
    const float *x = nonzero_rows(rows, channels, stored);
    float *y = unwritten(count), *want = unwritten(count), *in_place = copy_of(x, count);
    fast->dropout(y, x, rate, &s, &some_key);
    reference->dropout(want, x, rate, &s, &some_key);
    fast->dropout(in_place, in_place, rate, &s, &some_key);
    expect_close("y", y, want, count, one_scale);
    expect_same_mask(y, want, count);
    expect_same_bits("y over x", in_place, y, count);
    expect_zero_padding("y", y, rows, channels, stored);
    if (rate == 0) expect_same_bits("y at rate 0", y, x, count);
    /* Any cut of the rows gives the same. */
    const int64_t cut = rows / 3;
    const ck_rows head = {cut, channels, stored}, tail = {rows - cut, channels, stored};
    ck_random later = some_key;
    later.item += (uint32_t)cut;
    float *parts = unwritten(count);
    fast->dropout(parts, x, rate, &head, &some_key);
    fast->dropout(parts + cut * stored, x + cut * stored, rate, &tail, &later);
    expect_same_bits("y in two parts", parts, y, count);
}

void test_dropout(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 300; n++) {
        check_dropout(fast, random_integer(1, 20), *n, ck_stored_channels(*n), rates[random_integer(0, 4)]);
        check_dropout(fast, *n, random_integer(1, 40), 48, rates[random_integer(0, 4)]);
        check_dropout(fast, 3, *n, *n, 0.5f); /* as it came */
    }
    for (int i = 0; i < 5; i++) check_dropout(fast, 5, 120, 128, rates[i]), check_dropout(fast, 17, 6, 8, rates[i]);

    begin_case("statistics");
    const ck_rows s = {100, 1000, 1008};
    float *ones = zeros(100 * 1008), *y = unwritten(100 * 1008), *other = unwritten(100 * 1008);
    for (int r = 0; r < 100; r++)
        for (int c = 0; c < 1000; c++) ones[r * 1008 + c] = 1;
    fast->dropout(y, ones, 0.3f, &s, &some_key);
    double kept = 0, sum = 0;
    for (int i = 0; i < 100 * 1008; i++) kept += y[i] != 0, sum += y[i];
    expect(fabs(kept / 1e5 - 0.7) < 0.006, "kept %g of all, expected 0.7 +- 4 standard deviations", kept / 1e5);
    expect(fabs(sum / 1e5 - 1) < 0.009, "the mean became %g", sum / 1e5);
    for (int what = 0; what < 4; what++) { /* half of all masks agree at rate 1/2 */
        ck_random key = some_key;
        if (what == 0) key.step++;
        if (what == 1) key.stream = ck_random_stream(CK_RANDOM_DROPOUT, 4, 0);
        if (what == 2) key.item += 100;
        if (what == 3) key.seed++;
        fast->dropout(y, ones, 0.5f, &s, &some_key);
        fast->dropout(other, ones, 0.5f, &s, &key);
        double same = 0;
        for (int r = 0; r < 100; r++)
            for (int c = 0; c < 1000; c++) same += y[r * 1008 + c] == other[r * 1008 + c];
        expect(fabs(same / 1e5 - 0.5) < 0.007, "key changed in part %d: %g of the mask is the same", what, same / 1e5);
    }

    begin_case("padding does not shift the numbers; NaN survives");
    const ck_rows narrow = {9, 10, 16}, wide = {9, 10, 32};
    float *x = nonzero_rows(9, 10, 16), *x_wide = zeros(9 * 32), *a = unwritten(9 * 16), *b = unwritten(9 * 32);
    for (int r = 0; r < 9; r++) memcpy(x_wide + r * 32, x + r * 16, 16 * sizeof *x);
    fast->dropout(a, x, 0.5f, &narrow, &some_key);
    fast->dropout(b, x_wide, 0.5f, &wide, &some_key);
    for (int r = 0; r < 9; r++) expect_same_bits("row", b + r * 32, a + r * 16, 16);
    int nan = 0;
    while (a[nan] == 0) nan++;
    x[nan] = NAN;
    fast->dropout(a, x, 0.5f, &narrow, &some_key);
    expect(a[nan] != a[nan], "a kept NaN became %g", (double)a[nan]);
}

/* ------------------------------------------------------------------- channels */

typedef void image_dropout(const ck_kernels *kernels, float *y, const float *x, float rate, int32_t block, const ck_images *s,
                           const ck_random *random);

static void whole_channels(const ck_kernels *kernels, float *y, const float *x, float rate, int32_t block, const ck_images *s,
                           const ck_random *random) {
    (void)block;
    kernels->channel_dropout(y, x, rate, s, random);
}
static void blocks(const ck_kernels *kernels, float *y, const float *x, float rate, int32_t block, const ck_images *s,
                   const ck_random *random) {
    kernels->drop_block(y, x, rate, block, s, random);
}

static void check_images(const ck_kernels *fast, image_dropout *call, float rate, int32_t block, ck_images s) {
    begin_case("%d images of %d x %d x %d, %d stored, rate %g, block %d", s.images, s.height, s.width, s.channels, s.stored,
               (double)rate, block);
    const int64_t pixels = (int64_t)s.height * s.width, count = s.images * pixels * s.stored;
    const float *x = nonzero_rows(s.images * pixels, s.channels, s.stored);
    float *y = unwritten(count), *want = unwritten(count), *in_place = copy_of(x, count), *parts = unwritten(count);
    call(fast, y, x, rate, block, &s, &some_key);
    call(reference, want, x, rate, block, &s, &some_key);
    call(fast, in_place, in_place, rate, block, &s, &some_key);
    expect_close("y", y, want, count, one_scale);
    expect_same_mask(y, want, count);
    expect_same_bits("y over x", in_place, y, count);
    expect_zero_padding("y", y, s.images * pixels, s.channels, s.stored);
    ck_random key = some_key;
    const int32_t images = s.images;
    s.images = 1;
    for (int32_t n = 0; n < images; n++, key.item++)
        call(fast, parts + n * pixels * s.stored, x + n * pixels * s.stored, rate, block, &s, &key);
    expect_same_bits("y image by image", parts, y, count);
}

void test_channel_dropout(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 150; n++)
        check_images(fast, whole_channels, rates[random_integer(0, 4)], 0,
                     (ck_images){random_integer(1, 4), random_integer(1, 6), random_integer(1, 6), *n, ck_stored_channels(*n)});
    begin_case("statistics");
    const ck_images s = {400, 2, 3, 100, 112};
    float *x = zeros(400 * 6 * 112), *y = unwritten(400 * 6 * 112);
    for (int p = 0; p < 400 * 6; p++)
        for (int c = 0; c < 100; c++) x[p * 112 + c] = 1;
    fast->channel_dropout(y, x, 0.25f, &s, &some_key);
    double kept = 0;
    for (int n = 0; n < 400; n++)
        for (int c = 0; c < 100; c++) {
            kept += y[n * 6 * 112 + c] != 0;
            for (int p = 1; p < 6; p++) expect(y[(n * 6 + p) * 112 + c] == y[n * 6 * 112 + c], "a channel fell out in part");
        }
    expect(fabs(kept / 40000 - 0.75) < 0.009, "kept %g of all, expected 0.75", kept / 40000);
}

void test_drop_block(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 150; n++)
        check_images(fast, blocks, 0.2f, random_integer(1, 5),
                     (ck_images){random_integer(1, 2), random_integer(1, 7), random_integer(1, 7), *n, ck_stored_channels(*n)});
    for (int i = 0; i < 5; i++) check_images(fast, blocks, rates[i], 3, (ck_images){2, 9, 11, 6, 8});
    check_images(fast, blocks, 0.1f, 5, (ck_images){1, 14, 14, 64, 64});
    check_images(fast, blocks, 0.1f, 7, (ck_images){1, 66, 64, 1, 8});   /* as wide as a part */
    check_images(fast, blocks, 0.1f, 5, (ck_images){1, 20, 65, 3, 8});   /* two parts */
    check_images(fast, blocks, 0.05f, 9, (ck_images){1, 12, 150, 2, 8}); /* three */

    begin_case("statistics");
    const ck_images s = {60, 20, 20, 16, 16};
    float *x = zeros(60 * 400 * 16), *y = unwritten(60 * 400 * 16);
    for (int i = 0; i < 60 * 400 * 16; i++) x[i] = 1;
    fast->drop_block(y, x, 0.1f, 5, &s, &some_key);
    double kept = 0;
    for (int n = 0; n < 60; n++)
        for (int c = 0; c < 16; c++) {
            double sum = 0;
            for (int p = 0; p < 400; p++) kept += y[(n * 400 + p) * 16 + c] != 0, sum += y[(n * 400 + p) * 16 + c];
            expect(fabs(sum - 400) < 0.01, "image %d, channel %d: its sum went from 400 to %g", n, c, sum);
        }
    kept /= 60 * 400 * 16; /* overlaps keep somewhat more than 1 - rate: Ghiasi, Lin and Le ignore them too */
    expect(kept > 0.895 && kept < 0.915, "kept %g of all, expected about 0.9", kept);
}
