/* test_api.c - versions, instruction sets, threads and, above all, what the checked entry points say to bad input. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "api.h"

static bool message_has(const char *word) { return strstr(ck_error_message(), word) != NULL; }

/* A refusal: the status, and a message that names the call and the culprit and says what was expected and found. */
static void expect_refused(ck_status status, ck_status want, const char *call, const char *culprit) {
    expect(status == want, "status %d, not %d (%s)", (int)status, (int)want, ck_error_message());
    expect(message_has(call) && message_has(culprit) && message_has("expected") && message_has("found"),
           "%s, about %s: message \"%s\"", call, culprit, ck_error_message());
}

/* --------------------------------------------------------------------- version */

void test_api_version(void) {
    begin_case("version and statuses");
    char version[40];
    snprintf(version, sizeof version, "%d.%d.%d", CK_VERSION_MAJOR, CK_VERSION_MINOR, CK_VERSION_PATCH);
    expect(strcmp(ck_version(), version) == 0, "ck_version \"%s\", not \"%s\"", ck_version(), version);
    for (int i = -1; i <= CK_ERROR_MEMORY + 1; i++) {
        const char *text = ck_strerror((ck_status)i);
        expect(text != NULL && text[0] != '\0', "ck_strerror(%d) is empty", i);
        for (int k = 0; text && k < i; k++)
            expect(strcmp(text, ck_strerror((ck_status)k)) != 0, "statuses %d and %d share a text", i, k);
    }
}

/* ------------------------------------------------------------ instruction sets */

static void check_set(const char *isa) {
    begin_case("instruction set %s", isa);
    const ck_kernels *kernels = ck_kernels_get(isa);
    expect((kernels != NULL) == (ck_isa_available(isa) == 1), "table %p, available %d", (const void *)kernels,
           (int)ck_isa_available(isa));
    if (kernels == NULL) {
        expect(message_has(isa) && message_has("processor"), "message \"%s\"", ck_error_message());
        return;
    }
    expect(strcmp(ck_kernels_isa(kernels), isa) == 0, "named %s", ck_kernels_isa(kernels));
    expect(kernels->size == sizeof(ck_kernels), "size %zu", kernels->size);
    expect(kernels == ck_kernels_get(isa), "a second table");
    setenv("CK_ISA", isa, 1);
    expect(ck_kernels_get(NULL) == kernels, "CK_ISA does not give it");
}

static void check_unknown_set(const char *isa) {
    begin_case("unknown instruction set \"%s\"", isa);
    setenv("CK_ISA", isa, 1);
    expect(ck_isa_available(isa) == 0, "available");
    expect(ck_kernels_get(isa) == NULL, "a table");
    expect(message_has("ref, ") && message_has("expected") && message_has("found") && !message_has("CK_ISA"), "message \"%s\"",
           ck_error_message());
    expect(ck_kernels_get(NULL) == NULL, "a table by CK_ISA");
    expect(message_has("CK_ISA"), "message \"%s\"", ck_error_message());
    const ck_matrix_product_shape s = {1, 1, 1, 0, 0, 0};
    float c = 5;
    expect(ck_matrix_product(&c, &(float){1}, &(float){1}, &s, NULL) == CK_ERROR_ISA && c == 5, "a call with it");
    expect(ck_matrix_product(&c, &(float){1}, &(float){1}, &s, ck_kernels_get("ref")) == CK_OK && c == 1,
           "a call that names another");
}

void test_api_isa(void) {
    const char *kept = getenv("CK_ISA");
    char *before = kept ? strcpy(malloc(strlen(kept) + 1), kept) : NULL;
    const char *last = NULL;
    for (int32_t i = 0; ck_isa_name(i); i++) {
        check_set(ck_isa_name(i));
        if (ck_isa_available(ck_isa_name(i))) last = ck_isa_name(i);
    }
    check_unknown_set("AVX2"), check_unknown_set("avx"), check_unknown_set("sse9"), check_unknown_set(" ");
    begin_case("no CK_ISA");
    unsetenv("CK_ISA");
    expect(ck_kernels_get(NULL) == ck_kernels_get(last), "not the fastest");
    setenv("CK_ISA", "", 1);
    expect(ck_kernels_get(NULL) == ck_kernels_get(last), "empty: not the fastest");
    expect(ck_kernels_get("") == NULL, "a table of no name");
    begin_case("names");
    expect(strcmp(ck_isa_name(0), "ref") == 0 && ck_isa_available("ref"), "ref is missing");
    expect(ck_kernels_get("base") != NULL && ck_isa_available("base"), "base is missing");
    expect(ck_isa_name(-1) == NULL && ck_isa_name(INT32_MAX) == NULL, "names outside the list");
    expect(ck_isa_available(NULL) == 0, "NULL is available");
    if (before) setenv("CK_ISA", before, 1);
    else unsetenv("CK_ISA");
    free(before);
}

/* --------------------------------------------------------------------- threads */

void test_api_threads(void) {
    begin_case("default threads");
    expect(ck_has_openmp() == 0 || ck_has_openmp() == 1, "ck_has_openmp %d", (int)ck_has_openmp());
    const char *kept = getenv("OMP_NUM_THREADS");
    char before[40] = "";
    if (kept) snprintf(before, sizeof before, "%s", kept);
    unsetenv("OMP_NUM_THREADS");
    const int32_t usual = ck_default_threads();
    expect(usual >= 1, "%d threads", (int)usual);
    static const struct {
        const char *wish;
        int32_t threads; /* 0: as without */
    } wishes[] = {{"3", 3}, {"5,2", 5}, {"1", 1}, {"", 0}, {"0", 0}, {"-2", 0}, {"many", 0}, {"99999999999999999999", 0}};
    for (int i = 0; i < 8; i++) {
        setenv("OMP_NUM_THREADS", wishes[i].wish, 1);
        const int32_t want = !ck_has_openmp() ? 1 : wishes[i].threads ? wishes[i].threads : usual;
        expect(ck_default_threads() == want, "OMP_NUM_THREADS=%s: %d threads, not %d", wishes[i].wish,
               (int)ck_default_threads(), (int)want);
    }
    if (kept) setenv("OMP_NUM_THREADS", before, 1);
    else unsetenv("OMP_NUM_THREADS");
}

static void *fail_elsewhere(void *unused) {
    (void)unused;
    static char seen[3][200];
    snprintf(seen[0], sizeof seen[0], "%s", ck_error_message());
    ck_dense_forward(NULL, NULL, NULL, NULL, NULL, NULL);
    snprintf(seen[1], sizeof seen[1], "%s", ck_error_message());
    return seen;
}

void test_api_messages(void) {
    begin_case("messages of two threads");
    const ck_kernels *none = ck_kernels_get("nonsense");
    char mine[200];
    snprintf(mine, sizeof mine, "%s", ck_error_message());
    expect(none == NULL && strstr(mine, "nonsense"), "message \"%s\"", mine);
    pthread_t thread;
    void *result = NULL;
    expect(pthread_create(&thread, NULL, fail_elsewhere, NULL) == 0 && pthread_join(thread, &result) == 0, "no thread");
    const char(*seen)[200] = result;
    expect(seen && seen[0][0] == '\0', "a fresh thread has a message");
    expect(seen && strstr(seen[1], "ck_dense_forward"), "the other thread's message");
    expect(strcmp(ck_error_message(), mine) == 0, "this thread's message became \"%s\"", ck_error_message());
}

/* ------------------------------------------------------------------- bad calls */

static const api_shape good[] = {{.matrix = {3, 4, 5, 0, 0, 0}},
                                 {.convolution = {2, 6, 7, 4, 6, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, CK_RELU, 0}},
                                 {.dense = {3, 4, 5, CK_RELU, 0}}};

/* A shape with one thing wrong. */
typedef struct wrong {
    api_family family;
    api_shape shape;
    ck_status want;
    const char *culprit;
} wrong;

static api_shape with(api_family family, size_t offset, size_t size, int64_t value) {
    api_shape s = good[family];
    const int32_t narrow = (int32_t)value;
    memcpy((char *)&s + offset, size == 8 ? (const void *)&value : (const void *)&narrow, size);
    return s;
}
#define WRONG(family, type, field, value, want)                                                                            \
    {family, with(family, offsetof(type, field), sizeof((type *)0)->field, value), want, #field}
#define MATRIX(field, value) WRONG(API_MATRIX, ck_matrix_product_shape, field, value, CK_ERROR_SIZE)
#define DENSE(field, value) WRONG(API_DENSE, ck_dense_shape, field, value, CK_ERROR_SIZE)
#define CONVOLUTION(field, value) WRONG(API_CONVOLUTION, ck_convolution, field, value, CK_ERROR_SIZE)
#define AT_LEAST_ONE(macro, field) macro(field, 0), macro(field, -1), macro(field, INT32_MIN)
#define NOT_NEGATIVE(macro, field) macro(field, -1), macro(field, INT32_MIN), macro(field, INT32_MAX)

/* Nothing wrong was touched: the buffers are one float each, behind which lies an unmapped page. */
static void check_refused(const api_call *call, const api_shape *s, const ck_kernels *kernels, int32_t threads,
                          ck_status want, const char *culprit) {
    float *p[API_POINTERS];
    for (int i = 0; i < API_POINTERS; i++) p[i] = zeros(1);
    expect_refused(call->run(p, s, kernels, threads), want, call->name, culprit);
    for (int i = 0; i < API_POINTERS; i++) expect(p[i][0] == 0, "pointer %d was written", i);
}

static void check_wrong(const wrong *w) {
    for (int c = 0; c < API_CALLS; c++) {
        if (api_calls[c].family != w->family) continue;
        begin_case("%s, %s", api_calls[c].name, api_text(&api_calls[c], &w->shape));
        check_refused(&api_calls[c], &w->shape, NULL, API_PLAIN, w->want, w->culprit);
        check_refused(&api_calls[c], &w->shape, NULL, 2, w->want, w->culprit);
    }
}

void test_api_shapes(void) {
    const wrong list[] = {
        AT_LEAST_ONE(MATRIX, rows), AT_LEAST_ONE(MATRIX, columns), AT_LEAST_ONE(MATRIX, inner),
        MATRIX(rows, INT64_MIN), MATRIX(columns, INT64_MIN),
        AT_LEAST_ONE(DENSE, batch), AT_LEAST_ONE(DENSE, in), AT_LEAST_ONE(DENSE, out), DENSE(in, INT32_MAX), DENSE(out, INT32_MAX),
        AT_LEAST_ONE(CONVOLUTION, images), AT_LEAST_ONE(CONVOLUTION, in_height), AT_LEAST_ONE(CONVOLUTION, in_width),
        AT_LEAST_ONE(CONVOLUTION, in_channels), AT_LEAST_ONE(CONVOLUTION, out_channels),
        AT_LEAST_ONE(CONVOLUTION, kernel_height), AT_LEAST_ONE(CONVOLUTION, kernel_width),
        AT_LEAST_ONE(CONVOLUTION, stride_height), AT_LEAST_ONE(CONVOLUTION, stride_width),
        AT_LEAST_ONE(CONVOLUTION, dilation_height), AT_LEAST_ONE(CONVOLUTION, dilation_width), AT_LEAST_ONE(CONVOLUTION, groups),
        NOT_NEGATIVE(CONVOLUTION, pad_top), NOT_NEGATIVE(CONVOLUTION, pad_left), NOT_NEGATIVE(CONVOLUTION, pad_bottom),
        NOT_NEGATIVE(CONVOLUTION, pad_right),
        CONVOLUTION(in_height, INT32_MAX), CONVOLUTION(in_width, INT32_MAX), CONVOLUTION(in_channels, INT32_MAX),
        CONVOLUTION(out_channels, INT32_MAX), CONVOLUTION(stride_height, INT32_MAX), CONVOLUTION(dilation_width, INT32_MAX),
        /* 6 rows and 2 of padding, 7 columns and 2 */
        CONVOLUTION(kernel_height, 9), CONVOLUTION(kernel_width, 10), CONVOLUTION(kernel_width, INT32_MAX),
        WRONG(API_CONVOLUTION, ck_convolution, dilation_height, 4, CK_ERROR_SIZE) /* 4 * 2 + 1 > 8 */,
        CONVOLUTION(groups, 4), CONVOLUTION(groups, 3), CONVOLUTION(groups, 8), CONVOLUTION(groups, INT32_MAX),
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        wrong w = list[i];
        if (strncmp(w.culprit, "dilation_height", 15) == 0 && w.shape.convolution.dilation_height == 4) w.culprit = "kernel_height";
        check_wrong(&w);
    }
}

/* Each size may be had, all together may not. */
void test_api_overflow(void) {
    const int32_t big = INT32_MAX / 4;
    const wrong list[] = {
        {API_MATRIX, {.matrix = {INT64_MAX, 4, 5, 0, 0, 0}}, CK_ERROR_SIZE, "a"},
        {API_MATRIX, {.matrix = {(int64_t)1 << 32, 4, (int64_t)1 << 32, 0, 0, 0}}, CK_ERROR_SIZE, "a"},
        {API_MATRIX, {.matrix = {1, (int64_t)1 << 31, (int64_t)1 << 31, 0, 0, 0}}, CK_ERROR_SIZE, "b"},
        {API_MATRIX, {.matrix = {(int64_t)1 << 40, (int64_t)1 << 40, 1, 0, 0, 0}}, CK_ERROR_SIZE, "c"},
        {API_DENSE, {.dense = {1, INT32_MAX - 15, INT32_MAX - 15, 0, 0}}, CK_ERROR_SIZE, "w"},
        {API_CONVOLUTION, {.convolution = ck_convolution_make(1, big, big, 1, 1, 1)}, CK_ERROR_SIZE, "x"},
        {API_CONVOLUTION, {.convolution = ck_convolution_make(1, 4, 4, 1 << 30, 1, 1)}, CK_ERROR_SIZE, "x"},
        {API_CONVOLUTION, {.convolution = ck_convolution_make(1, 1000, 1000, 1, 4000, 1)}, CK_ERROR_SIZE, "y"},
        {API_CONVOLUTION, {.convolution = ck_convolution_make(1, 3, 3, 1 << 16, 1 << 16, 3)}, CK_ERROR_SIZE, "w"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) check_wrong(&list[i]);
}

void test_api_options(void) {
    static const int32_t activations[] = {-1, 3, 100, INT32_MIN, INT32_MAX};
    for (int i = 0; i < 5; i++) {
        wrong list[2] = {{API_DENSE, good[API_DENSE], CK_ERROR_OPTION, "activation"},
                         {API_CONVOLUTION, good[API_CONVOLUTION], CK_ERROR_OPTION, "activation"}};
        list[0].shape.dense.activation = list[1].shape.convolution.activation = activations[i];
        check_wrong(&list[0]), check_wrong(&list[1]);
    }
    for (int c = 0; c < API_CALLS; c++) {
        begin_case("%s: threads and tables", api_calls[c].name);
        const api_shape *s = &good[api_calls[c].family];
        check_refused(&api_calls[c], s, NULL, INT32_MAX, CK_ERROR_OPTION, "threads");
        check_refused(&api_calls[c], s, NULL, 1025, CK_ERROR_OPTION, "threads");
        ck_kernels small = *ck_kernels_get("ref");
        small.size = 40;
        check_refused(&api_calls[c], s, &small, API_PLAIN, CK_ERROR_ISA, "kernels");
        check_refused(&api_calls[c], s, &small, 2, CK_ERROR_ISA, "kernels");
    }
    begin_case("negative threads");
    float *one = zeros(1);
    expect_refused(ck_matrix_product_parallel(one, one, one, &good[API_MATRIX].matrix, NULL, -1), CK_ERROR_OPTION,
                   "ck_matrix_product_parallel", "threads");
}

/* ---------------------------------------------------------------- null pointers */

void test_api_null(void) {
    static const char *const names[] = {"c", "a", "b", "", "y", "x", "w", "", "dx", "dy", "w", "", "dw", "x", "dy", ""};
    static const int32_t names_of[API_CALLS] = {0, 4, 8, 12, 4, 8, 12};
    for (int c = 0; c < API_CALLS; c++) {
        const api_call *call = &api_calls[c];
        const api_shape *s = &good[call->family];
        for (int32_t missing = 0; missing < 3; missing++)
            for (int32_t threads = API_PLAIN; threads <= 2; threads += 3) {
                begin_case("%s, pointer %d NULL, threads %d", call->name, (int)missing, (int)threads);
                float *p[API_POINTERS];
                for (int32_t i = 0; i < API_POINTERS; i++) p[i] = zeros(1);
                p[missing] = NULL;
                char name[40];
                snprintf(name, sizeof name, ": %s:", names[names_of[c] + missing]);
                expect_refused(call->run(p, s, NULL, threads), CK_ERROR_NULL, call->name, name);
            }
        begin_case("%s, all NULL", call->name);
        float *p[API_POINTERS] = {NULL, NULL, NULL, NULL};
        expect_refused(call->run(p, s, NULL, API_PLAIN), CK_ERROR_NULL, call->name, "pointer");
    }
}

#define EXPECT_NO_SHAPE(call, ...)                                                                                        \
    expect_refused(call(__VA_ARGS__, NULL, NULL), CK_ERROR_NULL, #call, "shape");                                         \
    expect_refused(call##_parallel(__VA_ARGS__, NULL, NULL, 2), CK_ERROR_NULL, #call "_parallel", "shape")

void test_api_no_shape(void) {
    begin_case("no shape");
    float *f = zeros(1);
    EXPECT_NO_SHAPE(ck_matrix_product, f, f, f);
    EXPECT_NO_SHAPE(ck_convolution_forward, f, f, f, f);
    EXPECT_NO_SHAPE(ck_convolution_backward_input, f, f, f);
    EXPECT_NO_SHAPE(ck_convolution_backward_weight, f, f, f, f);
    EXPECT_NO_SHAPE(ck_dense_forward, f, f, f, f);
    EXPECT_NO_SHAPE(ck_dense_backward_input, f, f, f);
    EXPECT_NO_SHAPE(ck_dense_backward_weight, f, f, f, f);
}

void test_api_output(void) {
    begin_case("size of a convolution's output");
    int32_t height = -5, width = -5;
    ck_convolution s = ck_convolution_make(1, 28, 30, 1, 8, 3);
    expect(ck_convolution_output(&height, &width, &s) == CK_OK && height == 26 && width == 28, "%d x %d", (int)height, (int)width);
    s.stride_height = 2, s.pad_top = 1, s.dilation_width = 4, s.pad_right = 3;
    expect(ck_convolution_output(&height, &width, &s) == CK_OK && height == 14 && width == 25, "%d x %d", (int)height, (int)width);
    const char *name = "ck_convolution_output";
    expect_refused(ck_convolution_output(NULL, &width, &s), CK_ERROR_NULL, name, "height");
    expect_refused(ck_convolution_output(&height, NULL, &s), CK_ERROR_NULL, name, "width");
    expect_refused(ck_convolution_output(&height, &width, NULL), CK_ERROR_NULL, name, "shape");
    s.kernel_height = 40;
    expect_refused(ck_convolution_output(&height, &width, &s), CK_ERROR_SIZE, name, "kernel_height");
    expect(height == 14 && width == 25, "a refused call wrote %d x %d", (int)height, (int)width);
}
