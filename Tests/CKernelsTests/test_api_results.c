/* test_api_results.c - the checked entry points against the definition: on every instruction set, on one thread and
 * several with the same bits, in any batch, and with memory missing. */
#include <stdio.h>

#include "api.h"
#include "entry.h"

/* LLVM's OpenMP leaks a little of its own when teams change size; the library allocates outside of its teams. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:libomp"; }

static ck_matrix_product_shape matrix(int32_t rows, int32_t columns, int32_t inner, int variant) {
    return (ck_matrix_product_shape){rows, columns, inner, variant & 1, variant >> 1 & 1, variant >> 2 & 1};
}

/* Sizes that fill, miss and exceed tiles and stored channels; uneven everything. */
static const ck_convolution convolutions[] = {
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_IDENTITY, 0},
    {3, 5, 7, 1, 3, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_RELU, 0},
    {2, 12, 12, 6, 16, 5, 5, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_RELU, 0},
    {5, 28, 28, 1, 8, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1, CK_LEAKY_RELU, 0.25f},
    {2, 13, 13, 32, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, CK_RELU, 0},
    {1, 13, 11, 19, 37, 3, 3, 1, 1, 0, 1, 2, 0, 1, 1, 1, CK_IDENTITY, 0},
    {7, 9, 10, 8, 24, 3, 2, 2, 3, 1, 0, 1, 2, 1, 1, 1, CK_IDENTITY, 0},
    {2, 14, 9, 4, 20, 3, 3, 1, 2, 2, 3, 2, 3, 2, 3, 1, CK_RELU, 0},
    {3, 8, 8, 12, 18, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 3, CK_RELU, 0},
    {2, 7, 7, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 16, CK_IDENTITY, 0},
    {1, 40, 6, 3, 10, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, CK_RELU, 0},
    {1, 45, 20, 16, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, CK_RELU, 0}, /* Winograd in bands of rows */
    {1, 39, 22, 16, 16, 5, 5, 1, 1, 0, 2, 3, 2, 1, 1, 1, CK_RELU, 0},
    {3, 6, 6, 48, 32, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_IDENTITY, 0}, /* one Winograd tile forward, four back */
    {1, 42, 6, 16, 16, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_IDENTITY, 0},
    {1, 4, 4, 128, 96, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, CK_IDENTITY, 0},
    {17, 6, 6, 16, 33, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_RELU, 0},
    {4, 3, 3, 2, 5, 3, 3, 1, 1, 3, 3, 3, 3, 1, 1, 1, CK_IDENTITY, 0},
    {9, 8, 8, 24, 48, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1, CK_RELU, 0},
};
enum { CONVOLUTIONS = sizeof convolutions / sizeof convolutions[0] };

static const ck_dense_shape denses[] = {
    {1, 1, 1, CK_IDENTITY, 0},      {1, 256, 120, CK_RELU, 0},        {64, 120, 84, CK_RELU, 0},
    {7, 84, 10, CK_IDENTITY, 0},    {128, 48, 64, CK_LEAKY_RELU, 0.1f}, {33, 5, 129, CK_IDENTITY, 0},
    {100, 1600, 17, CK_RELU, 0},    {3, 17, 300, CK_IDENTITY, 0},     {513, 16, 16, CK_RELU, 0},
    {2, 1030, 1100, CK_RELU, 0}, /* weights of more than 4 MB */
};
enum { DENSES = sizeof denses / sizeof denses[0] };

static const int32_t matrices[][3] = {{1, 1, 1},    {7, 5, 3},     {64, 64, 64},   {33, 129, 65}, {257, 31, 100},
                                      {8, 300, 17}, {300, 8, 520}, {128, 128, 16}, {1, 200, 90},  {200, 1, 90}};
enum { MATRICES = sizeof matrices / sizeof matrices[0] };

/* Shape number i for a family; false past the last. */
static bool shape_at(api_family family, int i, api_shape *s) {
    memset(s, 0, sizeof *s);
    if (family == API_CONVOLUTION && i < CONVOLUTIONS) s->convolution = convolutions[i];
    else if (family == API_DENSE && i < DENSES) s->dense = denses[i];
    else if (family == API_MATRIX && i < MATRICES * 8)
        s->matrix = matrix(matrices[i / 8][0], matrices[i / 8][1], matrices[i / 8][2], i % 8);
    else return false;
    return true;
}

/* How many products the longest sum of a call has. */
static int64_t terms(const api_call *call, const api_shape *s) {
    const ck_convolution *c = &s->convolution;
    if (call->family == API_MATRIX) return s->matrix.inner;
    if (call->family == API_DENSE) return call->adds ? s->dense.batch : s->dense.in > s->dense.out ? s->dense.in : s->dense.out;
    const int64_t taps = (int64_t)c->kernel_height * c->kernel_width;
    if (call->adds) return api_count(call, s, 2) / c->out_channels;
    return taps * (c->in_channels > c->out_channels ? c->in_channels : c->out_channels) / c->groups;
}

/* Winograd's transforms add numbers larger than the inputs and cancel them again: there the error is stated against the
 * largest output. */
static tolerance tolerance_of(const api_call *call, const api_shape *s, const double *want, int64_t count) {
    tolerance t = sum_tolerance(terms(call, s), 1);
    const ck_convolution *c = &s->convolution;
    const bool may_be_winograd = call->family == API_CONVOLUTION && c->kernel_height >= 3 && c->in_channels >= 16 && c->out_channels >= 16;
    for (int64_t i = 0; may_be_winograd && i < count; i++) t.absolute = fmax(t.absolute, 3e-5 * fabs(want[i]));
    return t;
}

typedef struct buffers {
    float *p[API_POINTERS];
    int64_t count[API_POINTERS];
} buffers;

static buffers make_buffers(const api_call *call, const api_shape *s) {
    buffers b;
    memset(&b, 0, sizeof b);
    const bool start = call->adds || (call->family == API_MATRIX && s->matrix.accumulate);
    for (int32_t i = 0; i < call->pointers; i++) {
        b.count[i] = api_count(call, s, i);
        b.p[i] = i == 0 && !start ? unwritten(b.count[i]) : random_floats(b.count[i]);
    }
    return b;
}

/* The same inputs, and fresh copies of what is written: pointer 0 and, where gradients are added, the bias. */
static buffers fresh(const api_call *call, const buffers *b) {
    buffers f = *b;
    f.p[0] = copy_of(b->p[0], b->count[0]);
    if (call->adds && f.p[3]) f.p[3] = copy_of(b->p[3], b->count[3]);
    return f;
}

static void expect_ok(ck_status status, const char *what) {
    expect(status == CK_OK, "%s: status %d: %s", what, (int)status, ck_error_message());
}

static void expect_same(const api_call *call, const char *what, const buffers *got, const buffers *want) {
    expect_same_bits(what, got->p[0], want->p[0], want->count[0]);
    if (call->adds && want->p[3]) expect_same_bits("bias gradient", got->p[3], want->p[3], want->count[3]);
}

static void check_threads(const api_call *call, const api_shape *s, const ck_kernels *kernels, const buffers *start,
                          const buffers *want) {
    static const int32_t threads[] = {1, 2, 3, 8, 0};
    for (int i = 0; i < 5; i++) {
        const buffers got = fresh(call, start);
        expect_ok(call->run(got.p, s, kernels, threads[i]), "parallel");
        char what[40];
        snprintf(what, sizeof what, "%d threads", (int)threads[i]);
        expect_same(call, what, &got, want);
    }
}

static void check_call(const api_call *call, const api_shape *s, bool bias) {
    begin_case("%s, %s%s", call->name, api_text(call, s), bias ? "" : ", no bias");
    buffers start = make_buffers(call, s);
    if (!bias) start.p[3] = NULL;
    double *want = zeros64(start.count[0]), *second = zeros64(start.count[3] + 1);
    api_definition(call, s, start.p, want, second);
    const tolerance t = tolerance_of(call, s, want, start.count[0]);
    for (int32_t k = 0; ck_isa_name(k); k++) {
        if (!ck_isa_available(ck_isa_name(k))) {
            report_not_run(ck_isa_name(k));
            continue;
        }
        const ck_kernels *kernels = ck_kernels_get(ck_isa_name(k));
        const buffers got = fresh(call, &start);
        expect_ok(call->run(got.p, s, kernels, API_PLAIN), ck_isa_name(k));
        expect_close(ck_isa_name(k), got.p[0], narrowed(want, start.count[0]), start.count[0], t);
        if (call->adds && bias) expect_close("bias gradient", got.p[3], narrowed(second, start.count[3]), start.count[3], t);
        check_threads(call, s, kernels, &start, &got);
    }
}

/* Small shapes are given to threads too. */
void test_api_results(void) {
    ck_set_least_work(0);
    for (int c = 0; c < API_CALLS; c++) {
        api_shape s;
        for (int i = 0; shape_at(api_calls[c].family, i, &s); i++) {
            check_call(&api_calls[c], &s, true);
            if (api_calls[c].optional >= 0 && i % 3 == 1) check_call(&api_calls[c], &s, false);
        }
    }
    ck_set_least_work(1 << 20);
}

/* Large enough to be shared out as users have it, and with the table left to the library. */
void test_api_large(void) {
    const api_shape shapes[] = {{.matrix = matrix(256, 256, 256, 0)},
                                {.convolution = ck_convolution_make(16, 16, 16, 32, 48, 3)},
                                {.dense = {64, 512, 256, CK_RELU, 0}}};
    for (int c = 0; c < API_CALLS; c++) {
        const api_call *call = &api_calls[c];
        const api_shape *s = &shapes[call->family];
        begin_case("%s, %s", call->name, api_text(call, s));
        const buffers start = make_buffers(call, s), want = fresh(call, &start);
        expect_ok(call->run(want.p, s, NULL, API_PLAIN), "plain");
        check_threads(call, s, NULL, &start, &want);
    }
}

/* An image's result has the same bits alone and in a batch. */
void test_api_batch(void) {
    for (int i = 0; i < CONVOLUTIONS; i++)
        for (int c = 1; c <= 2; c++) {
            const api_call *call = &api_calls[c];
            api_shape s, one;
            shape_at(API_CONVOLUTION, i, &s);
            one = s, one.convolution.images = 1;
            begin_case("%s, %s", call->name, api_text(call, &s));
            const buffers all = make_buffers(call, &s);
            expect_ok(call->run(all.p, &s, NULL, 2), "batch");
            const int64_t to = api_count(call, &one, 0), from = api_count(call, &one, 1);
            for (int64_t n = 0; n < s.convolution.images; n++) {
                float *p[API_POINTERS] = {unwritten(to), all.p[1] + n * from, all.p[2], all.p[3]};
                expect_ok(call->run(p, &one, NULL, API_PLAIN), "alone");
                expect_same_bits("alone", p[0], all.p[0] + n * to, to);
            }
        }
}

/* Every allocation fails in its turn: a status, nothing written, and (seen by the leak checker) nothing lost. */
void test_api_memory(void) {
    for (int c = 0; c < API_CALLS; c++)
        for (int32_t threads = API_PLAIN; threads <= 3; threads += 4) {
            const api_call *call = &api_calls[c];
            api_shape s;
            shape_at(call->family, 6, &s);
            begin_case("%s, threads %d", call->name, (int)threads);
            const buffers start = make_buffers(call, &s);
            ck_status status = CK_ERROR_MEMORY;
            int64_t fails = 0;
            for (; status == CK_ERROR_MEMORY && fails < 100; fails++) {
                const buffers got = fresh(call, &start);
                ck_fail_allocation_after(fails);
                status = call->run(got.p, &s, NULL, threads);
                ck_fail_allocation_after(-1);
                if (status == CK_OK) break;
                expect(status == CK_ERROR_MEMORY, "status %d", (int)status);
                expect(strstr(ck_error_message(), call->name) && strstr(ck_error_message(), "expected") &&
                           strstr(ck_error_message(), "found"), "message \"%s\"", ck_error_message());
                expect_same_bytes("output", got.p[0], start.p[0], start.count[0] * (int64_t)sizeof(float));
            }
            expect(status == CK_OK && fails > 0, "%d failures, then status %d", (int)fails, (int)status);
        }
}
