/* harness.c - see harness.h. */
#define _DEFAULT_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"

const ck_kernels *reference;
uint64_t test_seed = 1;

const int32_t awkward[] = {1,  2,  3,  4,  5,  7,  8,  9,   11,  13,  15,  16,  17,  23,  31,  32,  33,  47,
                           48, 49, 61, 63, 64, 65, 67, 127, 128, 129, 131, 255, 256, 257, 511, 512, 513, INT32_MAX};

static const char *test_name, *test_isa;
static char case_name[400];
static int64_t failures;
static bool could_not_run;
static uint64_t random_state;

/* -------------------------------------------------------------------- failures */

enum { SHOWN_FAILURES = 4 };

void harness_fail(const char *format, ...) {
    if (++failures > SHOWN_FAILURES) return;
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf("FAILED %s%s%s [%s]: %s -- again: ck_tests %s --isa %s --seed %" PRIu64 "\n", test_name, test_isa ? " " : "",
           test_isa ? test_isa : "", case_name, text, test_name, test_isa ? test_isa : "none", test_seed);
    fflush(stdout);
}

void report_not_run(const char *what) {
    could_not_run = true;
    printf("NOT RUN %s: %s, and this processor lacks one\n", test_name, what);
}

bool get_avx_sets(const ck_kernels **avx2, const ck_kernels **avx512) {
    *avx2 = ck_kernels_get("avx2"), *avx512 = ck_kernels_get("avx512");
    if (*avx2 && *avx512) return true;
    report_not_run("compares avx2 with avx512");
    return false;
}

void expect(bool true_, const char *format, ...) {
    if (true_) return;
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    harness_fail("%s", text);
}

/* --------------------------------------------------------------------- buffers */

typedef struct buffer {
    struct buffer *next;
    unsigned char *pages, *data;
    size_t middle, bytes, page; /* pages: one unmapped, `middle` bytes, one unmapped */
} buffer;

static buffer *buffers;

static void give_back(buffer *b) {
    const unsigned char *first = b->pages + b->page, *end = first + b->middle;
    int64_t touched = 0;
    for (const unsigned char *p = first; p < b->data; p++) touched += *p != 0xff;
    for (const unsigned char *p = b->data + b->bytes; p < end; p++) touched += *p != 0xff;
    if (touched) harness_fail("%" PRId64 " bytes were written around a buffer of %zu", touched, b->bytes);
    munmap(b->pages, b->middle + 2 * b->page);
    free(b);
}

static void give_all_back(void) {
    while (buffers) {
        buffer *b = buffers;
        buffers = b->next;
        give_back(b);
    }
}

void *guarded(size_t bytes, size_t alignment) {
    buffer *b = malloc(sizeof *b);
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t middle = bytes ? (bytes + page - 1) / page * page : page;
    unsigned char *pages = mmap(NULL, middle + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!b || pages == MAP_FAILED || mprotect(pages + page, middle, PROT_READ | PROT_WRITE) != 0) {
        fprintf(stderr, "ck_tests: no memory for a buffer of %zu bytes\n", bytes);
        exit(2);
    }
    memset(pages + page, 0xff, middle);
    const bool at_begin = random_bits() % 4 == 0;
    const size_t offset = at_begin ? 0 : (middle - bytes) / alignment * alignment;
    *b = (buffer){buffers, pages, pages + page + offset, middle, bytes, page};
    buffers = b;
    return b->data;
}

void *workspace_of(size_t bytes) { return guarded(bytes, 64); }
float *unwritten(int64_t count) { return guarded((size_t)count * sizeof(float), sizeof(float)); }

float *zeros(int64_t count) {
    float *x = unwritten(count);
    memset(x, 0, (size_t)count * sizeof(float));
    return x;
}

double *zeros64(int64_t count) {
    double *x = guarded((size_t)count * sizeof(double), sizeof(double));
    memset(x, 0, (size_t)count * sizeof(double));
    return x;
}

float *random_rows(int64_t rows, int32_t channels, int32_t stored) {
    float *x = unwritten(rows * stored);
    for (int64_t i = 0; i < rows * stored; i++) x[i] = i % stored < channels ? (float)random_real() : 0;
    return x;
}

double *random_rows64(int64_t rows, int32_t channels, int32_t stored) {
    double *x = zeros64(rows * stored);
    for (int64_t i = 0; i < rows * stored; i++) x[i] = i % stored < channels ? random_real() : 0;
    return x;
}

float *random_floats(int64_t count) { return random_rows(count, 1, 1); }

float *copy_of(const float *x, int64_t count) {
    float *y = unwritten(count);
    memcpy(y, x, (size_t)count * sizeof(float));
    return y;
}

double *widened(const float *x, int64_t count) {
    double *y = zeros64(count);
    for (int64_t i = 0; i < count; i++) y[i] = x[i];
    return y;
}

float *narrowed(const double *x, int64_t count) {
    float *y = unwritten(count);
    for (int64_t i = 0; i < count; i++) y[i] = (float)x[i];
    return y;
}

/* ---------------------------------------------------------------------- random */

/* SplitMix64 (Steele, Lea and Flood 2014): one state, any seed. */
uint64_t random_bits(void) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

double random_real(void) { return (double)(int64_t)random_bits() * 0x1p-63; }

int32_t random_integer(int32_t first, int32_t last) {
    return first + (int32_t)(random_bits() % (uint64_t)((int64_t)last - first + 1));
}

/* ----------------------------------------------------------------------- cases */

void begin_case(const char *format, ...) {
    give_all_back();
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(case_name, sizeof case_name, format, arguments);
    va_end(arguments);
}

void harness_start_test(const char *name, const char *isa) {
    test_name = name, test_isa = isa;
    failures = 0, could_not_run = false;
    snprintf(case_name, sizeof case_name, "before the first case");
    random_state = test_seed; /* and the name, but not the instruction set: all of them see the same numbers */
    for (const char *c = name; *c; c++) random_state = random_state * 31 + (unsigned char)*c;
}

int64_t harness_end_test(bool *not_run) {
    give_all_back();
    *not_run = could_not_run;
    if (failures > SHOWN_FAILURES) printf("       %s: %" PRId64 " failures in all\n", test_name, failures);
    return failures;
}

/* ---------------------------------------------------------------- expectations */

static bool close_enough(double got, double want, tolerance t) {
    if (isnan(want)) return isnan(got);
    if (isinf(want)) return got == want;
    return fabs(got - want) <= t.absolute + t.relative * fabs(want); /* false when got is NaN */
}

static void report_element(const char *what, int64_t i, int64_t count, int64_t wrong, double got, double want, tolerance t) {
    harness_fail("%s[%" PRId64 "] of %" PRId64 " is %.9g, expected %.9g, off by %.3g, allowed %.3g (%" PRId64 " such)",
                 what, i, count, got, want, fabs(got - want), t.absolute + t.relative * fabs(want), wrong);
}

void expect_close(const char *what, const float *got, const float *want, int64_t count, tolerance t) {
    int64_t wrong = 0, worst = 0;
    double off = -1;
    for (int64_t i = 0; i < count; i++) {
        if (close_enough(got[i], want[i], t)) continue;
        const double d = fabs((double)got[i] - want[i]);
        if (wrong++ == 0 || d > off) worst = i, off = d;
    }
    if (wrong) report_element(what, worst, count, wrong, got[worst], want[worst], t);
}

void expect_close64(const char *what, const double *got, const double *want, int64_t count, tolerance t) {
    int64_t wrong = 0, worst = 0;
    double off = -1;
    for (int64_t i = 0; i < count; i++) {
        if (close_enough(got[i], want[i], t)) continue;
        const double d = fabs(got[i] - want[i]);
        if (wrong++ == 0 || d > off) worst = i, off = d;
    }
    if (wrong) report_element(what, worst, count, wrong, got[worst], want[worst], t);
}

void expect_same_bytes(const char *what, const void *got, const void *want, int64_t bytes) {
    const unsigned char *g = got, *w = want;
    int64_t wrong = 0, first = 0;
    for (int64_t i = 0; i < bytes; i++)
        if (g[i] != w[i] && wrong++ == 0) first = i;
    if (wrong) harness_fail("%s: byte %" PRId64 " of %" PRId64 " is %d, expected %d (%" PRId64 " differ)", what, first, bytes,
                            g[first], w[first], wrong);
}

void expect_same_bits(const char *what, const float *got, const float *want, int64_t count) {
    int64_t wrong = 0, first = 0;
    for (int64_t i = 0; i < count; i++)
        if (memcmp(&got[i], &want[i], sizeof(float)) != 0 && wrong++ == 0) first = i;
    if (wrong) harness_fail("%s[%" PRId64 "] of %" PRId64 " is %.9g, expected the same bits as %.9g (%" PRId64 " differ)", what,
                            first, count, (double)got[first], (double)want[first], wrong);
}

void expect_zero_padding(const char *what, const float *y, int64_t rows, int32_t channels, int32_t stored) {
    for (int64_t r = 0; r < rows; r++)
        for (int32_t c = channels; c < stored; c++) {
            if (y[r * stored + c] == 0) continue;
            harness_fail("%s: padding, channel %d of row %" PRId64 ", is %g, expected 0", what, c, r, (double)y[r * stored + c]);
            return;
        }
}

void expect_non_finite(const char *what, const float *got, const float *want, int64_t rows, int64_t row, tolerance t,
                       bool may_spread) {
    for (int64_t r = 0; r < rows; r++, got += row, want += row) {
        int64_t in_got = 0, in_want = 0;
        for (int64_t i = 0; i < row; i++) in_got += !isfinite(got[i]), in_want += !isfinite(want[i]);
        if (in_want && !in_got) harness_fail("%s: row %" PRId64 " lost its %" PRId64 " non-finite elements", what, r, in_want);
        if (!in_want && in_got && !may_spread)
            harness_fail("%s: row %" PRId64 " has %" PRId64 " non-finite elements, expected none", what, r, in_got);
        if (!in_want && !in_got) expect_close(what, got, want, row, t);
    }
}

/* ------------------------------------------------------------------- gradients */

double dot64(const double *y, const double *weights, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += y[i] * weights[i];
    return sum;
}

static const double step = 1e-6;
static const tolerance gradcheck = {1e-5, 1e-3};

/* The derivative of loss along `direction` (NULL: of element `i`). */
static double difference(double (*loss)(void *), void *context, double *values, int64_t count, const double *direction, int64_t i) {
    double side[2];
    for (int k = 0; k < 2; k++) {
        const double h = k ? -step : step;
        double kept = values[i], *saved = NULL;
        if (direction) {
            saved = malloc((size_t)count * sizeof *saved);
            memcpy(saved, values, (size_t)count * sizeof *saved);
            for (int64_t j = 0; j < count; j++) values[j] += h * direction[j];
        } else {
            values[i] += h;
        }
        side[k] = loss(context);
        if (direction) memcpy(values, saved, (size_t)count * sizeof *saved);
        else values[i] = kept;
        free(saved);
    }
    return (side[0] - side[1]) / (2 * step);
}

void expect_gradient(const char *what, double (*loss)(void *context), void *context, double *values,
                     const double *gradient, int64_t count) {
    enum { ELEMENTS = 48, DIRECTIONS = 3 };
    const int64_t stride = count <= ELEMENTS ? 1 : count / ELEMENTS;
    for (int64_t i = stride > 1 ? (int64_t)(random_bits() % (uint64_t)stride) : 0; i < count; i += stride) {
        if (values[i] == 0) continue;
        const double want = difference(loss, context, values, count, NULL, i);
        if (!close_enough(gradient[i], want, gradcheck)) {
            report_element(what, i, count, 1, gradient[i], want, gradcheck);
            return;
        }
    }
    double *direction = malloc((size_t)count * sizeof *direction);
    for (int d = 0; d < DIRECTIONS; d++) {
        for (int64_t i = 0; i < count; i++) direction[i] = values[i] == 0 ? 0 : random_real();
        const double got = dot64(gradient, direction, count);
        const double want = difference(loss, context, values, count, direction, 0);
        if (!close_enough(got, want, gradcheck))
            harness_fail("%s: along a random direction the gradient is %.9g, by differences %.9g", what, got, want);
    }
    free(direction);
}
