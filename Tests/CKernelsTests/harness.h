/* harness.h - what the kernel tests share: cases, guarded buffers, comparisons, the double reference.
 *
 * A test is a function that main.c calls once per instruction set, with that set's kernels:
 *
 *   void test_relu_forward(const ck_kernels *fast) {
 *       for (const int32_t *n = awkward; *n <= 67; n++) {
 *           begin_case("rows %d", *n);                        // gives back the buffers of the case before
 *           const ck_rows s = {*n, 5, 8};
 *           const float *x = random_rows(*n, 5, 8);
 *           float *y = unwritten(*n * 8), *want = unwritten(*n * 8);
 *           fast->relu_forward(y, x, &s);
 *           reference->relu_forward(want, x, &s);
 *           expect_close("y", y, want, *n * 8, exact);
 *           expect_zero_padding("y", y, *n, 5, 8);
 *       }
 *   }
 *
 * kernels.def demands test_<kernel>(const ck_kernels *) of every kernel; extra.def lists all other tests, which run
 * once and are test_<name>(void).
 */
#ifndef HARNESS_H
#define HARNESS_H

#include "common.h" /* of Sources/ckernels/src: math, strings, ck_kernels.h */
#include "internal.h"

/* ------------------------------------------------------------------ references */

/* Instruction set "ref": float storage, sums in double. */
extern const ck_kernels *reference;

/* The same source with double storage: for gradients. */
typedef struct kernels64 {
    const char *isa; /* "ref" */
#define CK_REAL double
#define CK_KERNEL(family, name, parameters) void (*name) parameters;
#include "kernels.def"
#undef CK_KERNEL
#undef CK_REAL
} kernels64;
extern const kernels64 ref64;

/* The seed of this run (--seed), for tests that need a key. */
extern uint64_t test_seed;

/* ----------------------------------------------------------------------- cases */

/* Names the case that follows, in any failure it has, and gives back all buffers of the case before, after checking
 * that nothing was written around them. */
void begin_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* 1, 2, 3, 5, 7, 8, 9, ... : one, tile - 1, tile, tile + 1 and primes; rising, ends with INT32_MAX. */
extern const int32_t awkward[];

/* --------------------------------------------------------------------- buffers */
/* All of them lie against an unmapped page: most end where one begins, some (chosen at random) begin where one ends.
 * What is left of their pages is filled with bytes 0xff, which are NaN as float and as double, and is checked. */

void *guarded(size_t bytes, size_t alignment); /* filled with 0xff */
void *workspace_of(size_t bytes);              /* as guarded, from a multiple of 64: prepared, sums, workspace */
float *unwritten(int64_t count);               /* an output: NaN, so that an element nobody wrote is found */
float *zeros(int64_t count);                   /* a sum */
float *random_floats(int64_t count);           /* -1 to 1 */
float *random_rows(int64_t rows, int32_t channels, int32_t stored); /* padding zero */
float *copy_of(const float *x, int64_t count);
double *zeros64(int64_t count);
double *random_rows64(int64_t rows, int32_t channels, int32_t stored);
double *widened(const float *x, int64_t count);
float *narrowed(const double *x, int64_t count);

/* Random numbers, the same in every run with the same seed, for every instruction set. */
uint64_t random_bits(void);
double random_real(void);                           /* -1 to 1 */
int32_t random_integer(int32_t first, int32_t last); /* both included */
#define ONE_OF(list) list[random_integer(0, (int32_t)(sizeof list / sizeof list[0]) - 1)] /* of an array */

/* ---------------------------------------------------------------- expectations */

/* |got - want| <= absolute + relative * |want|. Where want is not finite, got must be the same infinity, or NaN. */
typedef struct tolerance {
    double absolute, relative;
} tolerance;

static const tolerance exact = {0, 0};

/* For a sum of `terms` products, none larger than `largest`. Each addition rounds a partial sum (and without fused
 * multiply-add each product is rounded too); for random terms of both signs in +-largest that sum is about sqrt(terms) / 3
 * of it, so the error's standard deviation is about terms * 2^-24 / 7. Allowed is ten times that, since a case has up to
 * a million sums, and a few roundings more for what is done before and behind. */
static inline tolerance sum_tolerance(int64_t terms, double largest) {
    return (tolerance){largest * (1.5 * (double)terms + 8) * 0x1p-24, 0x1p-22};
}

/* Says in the closing lines that this test could not run on this processor: never passed silently. */
void report_not_run(const char *what);

/* Two sets to compare with each other; false, and said to be not run, where this processor lacks one. */
bool get_avx_sets(const ck_kernels **avx2, const ck_kernels **avx512);

void expect(bool true_, const char *format, ...) __attribute__((format(printf, 2, 3)));
void expect_close(const char *what, const float *got, const float *want, int64_t count, tolerance t);
void expect_close64(const char *what, const double *got, const double *want, int64_t count, tolerance t);
void expect_same_bytes(const char *what, const void *got, const void *want, int64_t bytes);
void expect_same_bits(const char *what, const float *got, const float *want, int64_t count);
void expect_zero_padding(const char *what, const float *y, int64_t rows, int32_t channels, int32_t stored);

/* DECISIONS: where `want` has a NaN or an infinity in a row of `row` elements, so has `got`, somewhere in that row;
 * rows in which neither has one are close. Rows where `got` alone has one are allowed if `may_spread`. */
void expect_non_finite(const char *what, const float *got, const float *want, int64_t rows, int64_t row, tolerance t,
                       bool may_spread);

/* ------------------------------------------------------------------- gradients */

/* Compares `gradient` with central differences of loss(context) by `values`, which loss reads: element by element for
 * some elements, and in random directions through all. Elements of `values` that are exactly zero are taken for
 * padding and left alone. Tolerances of torch.autograd.gradcheck: step 1e-6, absolute 1e-5, relative 1e-3. */
void expect_gradient(const char *what, double (*loss)(void *context), void *context, double *values,
                     const double *gradient, int64_t count);

/* Sum of y * weights: makes one number of an output, whose gradient is `weights`. */
double dot64(const double *y, const double *weights, int64_t count);

/* ------------------------------------------------------------- used by main.c */
void harness_start_test(const char *name, const char *isa); /* isa NULL: a test that runs once */
int64_t harness_end_test(bool *not_run);                    /* the number of failures */
void harness_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
