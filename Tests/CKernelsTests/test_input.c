/* test_input.c - gathering and augmentation. All instruction sets must give the bits of "ref". */
#include "harness.h"

static uint8_t *random_bytes(int64_t count) {
    uint8_t *bytes = guarded((size_t)count, 1);
    for (int64_t i = 0; i < count; i++) bytes[i] = (uint8_t)random_bits();
    return bytes;
}

static int64_t *random_indices(int32_t count, int32_t pictures) {
    int64_t *indices = guarded((size_t)count * sizeof *indices, sizeof *indices);
    for (int32_t i = 0; i < count; i++) indices[i] = random_integer(0, pictures - 1);
    return indices;
}

/* --------------------------------------------------------------------- gather */

static ck_gather some_gather(int32_t pixels, int32_t channels) {
    return (ck_gather){(int64_t)pixels * channels, channels, {1 / 255.0f, 0.01f, 3, -0.7f}, {-0.13f, 0.5f, -1, 0}};
}

void test_gather_bytes(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 800; n++)
        for (int32_t channels = 1; channels <= 4; channels++) {
            begin_case("%d pixels, %d channels", *n, channels);
            const ck_gather s = some_gather(*n, channels);
            const int64_t count = 5 * s.values;
            const uint8_t *source = random_bytes(9 * s.values);
            const int64_t *indices = *n % 3 ? random_indices(5, 9) : NULL;
            float *y = unwritten(count), *want = unwritten(count);
            fast->gather_bytes(y, source, indices, 5, &s);
            for (int64_t i = 0; i < count; i++) {
                const int64_t at = (indices ? indices[i / s.values] : i / s.values) * s.values + i % s.values;
                const float product = (float)source[at] * s.scale[at % channels];
                want[i] = product + s.shift[at % channels];
            }
            expect_same_bits("y", y, want, count);
        }
}

void test_gather_floats(const ck_kernels *fast) {
    for (const int32_t *n = awkward; *n <= 800; n++)
        for (int32_t channels = 1; channels <= 4; channels++) {
            begin_case("%d pixels, %d channels", *n, channels);
            const ck_gather s = some_gather(*n, channels);
            const int64_t count = 5 * s.values;
            float *source = random_floats(9 * s.values);
            source[0] = NAN, source[s.values - 1] = INFINITY;
            const int64_t *indices = *n % 3 ? random_indices(5, 9) : NULL;
            float *y = unwritten(count), *want = unwritten(count);
            fast->gather_floats(y, source, indices, 5, &s);
            reference->gather_floats(want, source, indices, 5, &s);
            expect_same_bits("y", y, want, count);
        }
}

/* ----------------------------------------------------------------------- warp */

static const ck_random some_key = {42, 3, 0x01000000, 0};

static ck_warp no_warp(int32_t height, int32_t width, int32_t channels) {
    return (ck_warp){.in_height = height, .in_width = width, .out_height = height, .out_width = width, .channels = channels,
                     .scale = {1 / 255.0f, 0.01f, 3, -0.7f}, .shift = {-0.13f, 0.5f, -1, 0}};
}

static ck_warp full_warp(int32_t height, int32_t width, int32_t channels) {
    ck_warp s = no_warp(height, width, channels);
    s.rotate = 0.3f, s.shift_x = 2.5f, s.shift_y = 1.5f, s.zoom = 0.2f, s.shear = 0.2f, s.elastic = 3, s.elastic_spacing = 6.5f;
    s.brightness = 0.2f, s.contrast = 0.3f, s.noise = 0.05f, s.erase_probability = 0.5f, s.erase_size = 0.4f;
    return s;
}

/* With the scratch memory that it wants. */
static void warp_by(const ck_kernels *kernels, float *y, const uint8_t *source, const int64_t *indices, int32_t images, const ck_warp *s,
                    const ck_chances *chances, const ck_random *key) {
    const size_t bytes = ck_warp_workspace(s);
    kernels->warp_bytes(y, source, indices, images, s, chances, key, bytes ? workspace_of(bytes) : NULL);
}
static void warp(const ck_kernels *kernels, float *y, const uint8_t *source, const int64_t *indices, int32_t images, const ck_warp *s,
                 const ck_random *key) {
    warp_by(kernels, y, source, indices, images, s, NULL, key);
}

/* The draw of an element of a picture: 0 rotate, 1 shear, 2 and 3 shift, 4 zoom, 5 contrast, 6 brightness. */
static double drawn(int32_t index, uint32_t element) {
    uint32_t block[4];
    ck_random_block(block, &some_key, (uint32_t)index, element / 4);
    return block[element % 4] * 0x1p-31 - 1;
}

static int64_t in_size(const ck_warp *s) { return (int64_t)s->in_height * s->in_width * s->channels; }
static int64_t out_size(const ck_warp *s) { return (int64_t)s->out_height * s->out_width * s->channels; }

static void check_identity(const ck_kernels *fast, int32_t height, int32_t width, int32_t channels) {
    begin_case("nothing changed, %d x %d x %d", height, width, channels);
    const ck_warp s = no_warp(height, width, channels);
    const ck_gather gather = some_gather(height * width, channels);
    const uint8_t *source = random_bytes(4 * in_size(&s));
    const int64_t *indices = random_indices(3, 4);
    float *y = unwritten(3 * out_size(&s)), *want = unwritten(3 * out_size(&s));
    warp(fast, y, source, indices, 3, &s, &some_key);
    fast->gather_bytes(want, source, indices, 3, &gather);
    expect_same_bits("y", y, want, 3 * out_size(&s));
}

static ck_warp inked_warp(int32_t height, int32_t width, int32_t channels) {
    ck_warp s = full_warp(height, width, channels);
    s.perspective = 0.3f, s.thickness = 2.5f, s.blur = 1.5f;
    return s;
}

static const ck_chances some_chances = {0.5f, 0.4f, 0.3f};

/* Everything at once: the same bits as ref, one by one as together, in any order. */
static void check_everything(const ck_kernels *fast, ck_warp s) {
    begin_case("all at once, %d x %d to %d x %d, %d channels", s.in_height, s.in_width, s.out_height, s.out_width, s.channels);
    const uint8_t *source = random_bytes(20 * in_size(&s));
    const int64_t *indices = random_indices(7, 20);
    float *y = unwritten(7 * out_size(&s)), *want = unwritten(7 * out_size(&s)), *parts = unwritten(7 * out_size(&s));
    warp_by(fast, y, source, indices, 7, &s, &some_chances, &some_key);
    warp_by(reference, want, source, indices, 7, &s, &some_chances, &some_key);
    expect_same_bits("y", y, want, 7 * out_size(&s));
    for (int n = 6; n >= 0; n--) warp_by(fast, parts + n * out_size(&s), source, indices + n, 1, &s, &some_chances, &some_key);
    expect_same_bits("y one by one", parts, y, 7 * out_size(&s));
    for (int64_t i = 0; i < 7 * out_size(&s); i++) expect(isfinite(y[i]), "element %d is %g", (int)i, (double)y[i]);
}

/* Shifts by whole pixels: the draw is known, so the range is chosen to make it `x` and `y`. */
static void check_shift(const ck_kernels *fast, int32_t by_x, int32_t by_y) {
    begin_case("shifted by %d, %d", by_x, by_y);
    ck_warp s = no_warp(28, 28, 1);
    s.scale[0] = 1, s.shift[0] = 0;
    s.shift_x = (float)(by_x / drawn(0, 2)), s.shift_y = (float)(by_y / drawn(0, 3));
    const uint8_t *source = random_bytes(784);
    float *y = unwritten(784), *want = zeros(784);
    warp(fast, y, source, NULL, 1, &s, &some_key);
    for (int r = 0; r < 28; r++)
        for (int c = 0; c < 28; c++)
            if (r - by_y >= 0 && r - by_y < 28 && c - by_x >= 0 && c - by_x < 28) want[r * 28 + c] = source[(r - by_y) * 28 + c - by_x];
    expect_close("y", y, want, 784, (tolerance){2e-3, 0});
}

static void check_quarter_turn(const ck_kernels *fast) {
    begin_case("a quarter turn");
    ck_warp s = no_warp(28, 28, 1);
    s.scale[0] = 1, s.shift[0] = 0, s.rotate = (float)(1.5707963267948966 / drawn(0, 0));
    const uint8_t *source = random_bytes(784);
    float *y = unwritten(784), *want = unwritten(784);
    warp(fast, y, source, NULL, 1, &s, &some_key);
    for (int r = 0; r < 28; r++)
        for (int c = 0; c < 28; c++) want[r * 28 + c] = source[(27 - c) * 28 + r]; /* what was at the bottom is on the left */
    expect_close("y", y, want, 784, (tolerance){5e-3, 0});
}

/* A picture that is linear in x and y is sampled without error, so each pixel tells where it came from: put that
 * through the forward map (shear, rotate, zoom, shift about the middle) and it must be back at the pixel. */
static void check_forward_map(const ck_kernels *fast, int32_t height, int32_t width) {
    begin_case("forward map, %d x %d", height, width);
    ck_warp s = no_warp(height, width, 3);
    for (int i = 0; i < 3; i++) s.scale[i] = 1, s.shift[i] = 0;
    s.rotate = 0.5f, s.shear = 0.3f, s.shift_x = 3, s.shift_y = 2, s.zoom = 0.3f;
    uint8_t *source = guarded((size_t)in_size(&s) * 4, 1);
    for (int64_t i = 0; i < in_size(&s) * 4; i++) /* x, y and a constant, which shows what is near the border */
        source[i] = (uint8_t)(i % 3 == 0 ? i / 3 % width : i % 3 == 1 ? i / 3 / width % height : 200);
    float *y = unwritten(4 * out_size(&s));
    warp(fast, y, source, NULL, 4, &s, &some_key);
    int inside = 0;
    for (int n = 0; n < 4; n++) {
        const double angle = 0.5 * drawn(n, 0), shear = (double)0.3f * drawn(n, 1), zoom = exp((double)0.3f * drawn(n, 4));
        for (int r = 0; r < height; r++)
            for (int c = 0; c < width; c++) {
                const float *pixel = y + ((n * height + r) * width + c) * 3;
                if (pixel[2] < 199.999f) continue;
                const double mx = (width - 1) / 2.0, my = (height - 1) / 2.0;
                const double qy = (double)pixel[1] - my, qx = (double)pixel[0] - mx + shear * qy;
                const double x = mx + 3 * drawn(n, 2) + zoom * (cos(angle) * qx - sin(angle) * qy);
                const double z = my + 2 * drawn(n, 3) + zoom * (sin(angle) * qx + cos(angle) * qy);
                expect(fabs(x - c) < 1e-3 && fabs(z - r) < 1e-3, "picture %d: pixel (%d, %d) is what belongs to (%.3f, %.3f)", n, c, r, x, z);
                inside++;
            }
    }
    expect(inside > height * width, "only %d of all pixels came from within the picture", inside);
}

/* The displacement of a linear picture is seen directly: bounded, smooth, and not zero. */
static void check_elastic(const ck_kernels *fast, int32_t size, float spacing) {
    begin_case("elastic, %d x %d, spacing %g", size, size, (double)spacing);
    ck_warp s = no_warp(size, size, 1);
    s.scale[0] = 1, s.shift[0] = 0, s.elastic = 2, s.elastic_spacing = spacing;
    uint8_t *source = guarded((size_t)in_size(&s), 1);
    for (int64_t i = 0; i < in_size(&s); i++) source[i] = (uint8_t)(i % size);
    float *y = unwritten(out_size(&s));
    warp(fast, y, source, NULL, 1, &s, &some_key);
    double most = 0, squares = 0, jump = 0;
    for (int r = 3; r < size - 3; r++)
        for (int c = 3; c < size - 3; c++) {
            const double moved = (double)y[r * size + c] - c, next = (double)y[r * size + c + 1] - (c + 1);
            most = fmax(most, fabs(moved)), squares += moved * moved;
            if (c < size - 4) jump = fmax(jump, fabs(next - moved));
        }
    expect(most <= 2 && most > 0.3, "the largest displacement is %g of at most 2", most);
    expect(sqrt(squares / (size - 6) / (size - 6)) > 0.15, "its root mean square is %g", sqrt(squares / (size - 6) / (size - 6)));
    /* The slope of a cubic B-spline is at most the largest difference of two points, here 4, per spacing. */
    expect(jump <= (double)(4 / spacing) + 1e-3, "it changes by %g from a pixel to the next", jump);
}

static void check_light(const ck_kernels *fast) {
    begin_case("contrast, brightness, noise, erasing");
    enum { IMAGES = 400, SIZE = 784 };
    ck_warp s = no_warp(28, 28, 1);
    s.scale[0] = 1, s.shift[0] = 0;
    uint8_t *source = guarded(SIZE, 1);
    memset(source, 100, SIZE);
    int64_t *same = guarded(IMAGES * sizeof *same, sizeof *same);
    for (int i = 0; i < IMAGES; i++) same[i] = 0;
    float *y = unwritten(SIZE);
    s.contrast = 0.4f, s.brightness = 0.3f;
    warp(fast, y, source, NULL, 1, &s, &some_key);
    const double want = 100 * (1 + (double)0.4f * drawn(0, 5)) + 255 * (double)0.3f * drawn(0, 6);
    for (int i = 0; i < SIZE; i++) expect(fabs((double)y[i] - want) < 1e-3, "pixel %d is %g instead of %g", i, (double)y[i], want);

    s.contrast = s.brightness = 0, s.noise = 0.1f;
    double sum = 0, squares = 0, fourth = 0, neighbours = 0, previous = 0;
    for (uint32_t n = 0; n < IMAGES; n++) {
        ck_random key = some_key;
        key.step = n;
        warp(fast, y, source, NULL, 1, &s, &key);
        for (int i = 0; i < SIZE; i++) {
            const double noise = ((double)y[i] - 100) / 25.5;
            sum += noise, squares += noise * noise, fourth += noise * noise * noise * noise;
            neighbours += noise * previous, previous = noise;
        }
    }
    const double total = (double)IMAGES * SIZE;
    expect(fabs(sum / total) < 0.01, "the noise's mean is %g", sum / total);
    expect(fabs(squares / total - 1) < 0.01, "its variance is %g of what was asked", squares / total);
    expect(fabs(fourth / total - 2.7) < 0.05, "its fourth moment is %g: four bytes give 2.7, a normal distribution 3", fourth / total);
    expect(fabs(neighbours / total) < 0.01, "neighbours correlate by %g", neighbours / total);

    s.noise = 0, s.erase_probability = 0.5f, s.erase_size = 0.5f;
    int erased_pictures = 0;
    for (uint32_t n = 0; n < IMAGES; n++) {
        ck_random key = some_key;
        key.step = n;
        warp(fast, y, source, NULL, 1, &s, &key);
        int left = 28, right = -1, top = 28, bottom = -1, erased = 0;
        for (int i = 0; i < SIZE; i++) {
            if (y[i] != 0) continue;
            const int r = i / 28, c = i % 28;
            erased++, left = c < left ? c : left, right = c > right ? c : right, top = r < top ? r : top, bottom = r > bottom ? r : bottom;
        }
        erased_pictures += erased > 0;
        if (erased) expect(erased == (right - left + 1) * (bottom - top + 1) && right - left < 14 && bottom - top < 14,
                           "%d pixels from (%d, %d) to (%d, %d) are erased", erased, left, top, right, bottom);
    }
    expect(erased_pictures > IMAGES / 2 - 45 && erased_pictures < IMAGES / 2 + 45, "%d of %d pictures have something erased", erased_pictures, IMAGES);
}

/* Mirrored as often as was asked, and then exactly; inverted likewise. */
static void check_chances(const ck_kernels *fast, int32_t size, int32_t channels) {
    begin_case("mirrored and inverted, %d x %d x %d", size, size + 1, channels);
    enum { IMAGES = 300 };
    ck_warp s = no_warp(size, size + 1, channels);
    for (int i = 0; i < 4; i++) s.scale[i] = 1, s.shift[i] = 0;
    const uint8_t *source = random_bytes(in_size(&s));
    int64_t *same = guarded(IMAGES * sizeof *same, sizeof *same);
    for (int i = 0; i < IMAGES; i++) same[i] = 0;
    float *y = unwritten(out_size(&s));
    int done[3] = {0};
    for (uint32_t n = 0; n < IMAGES; n++) {
        const ck_chances chances = {n < 100 ? 0.25f : 0, n >= 100 && n < 200 ? 0.5f : 0, n >= 200 ? 0.75f : 0};
        const ck_random key = {42, n, 0x01000000, 0};
        warp_by(fast, y, source, same, 1, &s, &chances, &key);
        bool as_it_was = true, as_asked = true;
        for (int32_t r = 0; r < size; r++)
            for (int32_t c = 0; c < (size + 1) * channels; c++) {
                const int32_t width = size + 1, x = c / channels, channel = c % channels;
                const int32_t from_x = n < 100 ? width - 1 - x : x, from_y = n >= 100 && n < 200 ? size - 1 - r : r;
                const float got = y[r * width * channels + c], here = source[r * width * channels + c];
                const float there = source[(from_y * width + from_x) * channels + channel];
                as_it_was &= got == here, as_asked &= got == (n >= 200 ? 255 - here : there);
            }
        expect(as_it_was || as_asked, "picture %u is neither what it was nor what was asked", n);
        done[n / 100] += as_asked && !as_it_was;
    }
    for (int i = 0; i < 3; i++)
        expect(done[i] > 25 * (i + 1) - 15 && done[i] < 25 * (i + 1) + 15, "%d of 100 pictures are changed, about %d were asked for", done[i],
               25 * (i + 1));
}

/* A linear picture shows where each pixel came from: lines stay lines, and opposite borders differ in size as was drawn. */
static void check_perspective(const ck_kernels *fast) {
    begin_case("perspective");
    enum { SIZE = 41 };
    ck_warp s = no_warp(SIZE, SIZE, 2);
    for (int i = 0; i < 2; i++) s.scale[i] = 1, s.shift[i] = 0;
    s.perspective = 0.2f;
    uint8_t *source = guarded((size_t)in_size(&s), 1);
    for (int64_t i = 0; i < in_size(&s); i++) source[i] = (uint8_t)(i % 2 == 0 ? i / 2 % SIZE : i / 2 / SIZE);
    float *y = unwritten(out_size(&s));
    for (int32_t n = 0; n < 5; n++) {
        const ck_random key = {42, (uint32_t)n, 0x01000000, 0};
        uint32_t block[4];
        ck_random_block(block, &key, 0, 3);
        const double tilt_x = 0.2 * (block[0] * 0x1p-31 - 1), tilt_y = 0.2 * (block[1] * 0x1p-31 - 1);
        warp(fast, y, source, NULL, 1, &s, &key);
        for (int r = 8; r < SIZE - 8; r++)
            for (int c = 8; c < SIZE - 8; c++) {
                const double middle = (SIZE - 1) / 2.0, dx = c - middle, dy = r - middle;
                const double w = 1 + 2 * (tilt_x * dx + tilt_y * dy) / SIZE;
                const float *pixel = y + (r * SIZE + c) * 2;
                expect(fabs((double)pixel[0] - (middle + dx / w)) < 2e-3 && fabs((double)pixel[1] - (middle + dy / w)) < 2e-3,
                       "pixel (%d, %d) is from (%g, %g), expected (%g, %g)", c, r, (double)pixel[0], (double)pixel[1], middle + dx / w,
                       middle + dy / w);
            }
    }
}

/* What is drawn for thickness and blur is what the kernels of these names do. */
static void check_ink(const ck_kernels *fast, int32_t height, int32_t width) {
    begin_case("thickness and blur, %d x %d", height, width);
    ck_warp s = no_warp(height, width, 1);
    s.scale[0] = 1, s.shift[0] = 0, s.thickness = 2, s.blur = 1.2f;
    const uint8_t *source = random_bytes(in_size(&s));
    float *y = unwritten(out_size(&s)), *want = unwritten(out_size(&s));
    uint32_t block[4];
    ck_random_block(block, &some_key, 0, 3);
    for (int64_t i = 0; i < out_size(&s); i++) want[i] = source[i];
    void *workspace = workspace_of(ck_ink_workspace(height, width));
    reference->thicken(want, want, (float)(2 * (block[2] * 0x1p-31 - 1)), height, width, workspace);
    reference->blur(want, want, (float)((double)1.2f * (block[3] * 0x1p-32)), height, width, workspace);
    warp(fast, y, source, NULL, 1, &s, &some_key);
    expect_same_bits("y", y, want, out_size(&s));
}

void test_warp_bytes(const ck_kernels *fast) {
    static const int32_t sizes[][2] = {{1, 1}, {1, 7}, {5, 3}, {8, 16}, {28, 28}, {32, 32}, {31, 64}, {64, 64}, {65, 64}, {64, 65}, {3, 130}, {70, 66}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (int32_t channels = 1; channels <= 4; channels++) {
            check_identity(fast, sizes[i][0], sizes[i][1], channels);
            check_everything(fast, full_warp(sizes[i][0], sizes[i][1], channels));
            check_everything(fast, inked_warp(sizes[i][0], sizes[i][1], channels));
        }
    static const int32_t others[][4] = {{28, 28, 32, 32}, {32, 32, 28, 28}, {16, 16, 28, 28}, {28, 28, 31, 27}, {80, 75, 28, 28}, {20, 20, 5, 140}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_warp s = full_warp(others[i][0], others[i][1], 1);
        s.out_height = others[i][2], s.out_width = others[i][3];
        check_everything(fast, s);
        s.perspective = 0.49f, s.thickness = 0.7f;
        check_everything(fast, s);
        s.rotate = 1e30f, s.shift_x = INFINITY, s.elastic = 1e30f; /* nonsense stays within the picture */
        s.brightness = s.contrast = 0;
        check_everything(fast, s);
    }
    for (int i = -4; i <= 4; i++) check_shift(fast, i, 2 - i);
    check_shift(fast, 30, 0);
    check_quarter_turn(fast);
    check_forward_map(fast, 28, 28), check_forward_map(fast, 40, 70);
    check_elastic(fast, 28, 7), check_elastic(fast, 28, 3.3f), check_elastic(fast, 100, 9.5f);
    check_light(fast);
    check_chances(fast, 28, 1), check_chances(fast, 9, 3), check_chances(fast, 70, 1);
    check_perspective(fast);
    check_ink(fast, 28, 28), check_ink(fast, 5, 90), check_ink(fast, 1, 1);

    begin_case("larger pictures: a border is added around the middle");
    ck_warp s = no_warp(3, 3, 1);
    s.out_height = s.out_width = 5, s.scale[0] = 1, s.shift[0] = 0;
    const uint8_t source[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    const float want[25] = {0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0};
    float *y = unwritten(25);
    warp(fast, y, source, NULL, 1, &s, &some_key);
    expect_same_bits("y", y, want, 25);
}
