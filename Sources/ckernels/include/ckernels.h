/* ckernels.h - DigitKit's arithmetic for neural networks on ordinary processors.
 *
 * Start here. This header has the version, the errors, the threads, and the checked entry points:
 * matrix product, convolution and dense layer, forward and backward, over plain arrays.
 * ck_kernels.h, for builders of frameworks, has the raw kernels beneath.
 *
 *   float y[26 * 26 * 8];
 *   ck_convolution shape = ck_convolution_make(1, 28, 28, 1, 8, 3);   // one 28x28 image, 1 to 8 channels, 3x3
 *   if (ck_convolution_forward(y, x, w, bias, &shape, NULL) != CK_OK)
 *       fprintf(stderr, "%s\n", ck_error_message());
 *
 * Rules that hold throughout
 *   - Every function that can fail returns a ck_status. Nothing prints, exits or aborts. After a failure
 *     ck_error_message() says, for the calling thread, what was expected and what was found.
 *   - The caller owns every buffer; none is kept after the call. Outputs may not overlap inputs.
 *   - Arrays are packed, row-major, without padding: pictures [image][y][x][channel],
 *     convolution weights [ky][kx][in / groups][out], dense weights [in][out].
 *   - Any function may be called from any thread. Those named *_parallel use several cores for one call;
 *     all others use the calling thread alone.
 *   - The result has the same bits for any number of threads and in any batch.
 *     Forward and backward by input overwrite their output; weight gradients are added to theirs.
 */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#define CK_VERSION_MAJOR 0
#define CK_VERSION_MINOR 1
#define CK_VERSION_PATCH 0

#if defined(_WIN32) || defined(CK_STATIC)
#define CK_API
#else
#define CK_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --------------------------------------------------------------------- version */

/// "0.1.0": of the library that is linked, which may differ from CK_VERSION_* of this header. Never freed.
CK_API const char *ck_version(void);

/* ---------------------------------------------------------------------- errors */

typedef enum ck_status {
    CK_OK = 0,
    CK_ERROR_NULL = 1,       ///< a pointer that must not be NULL is
    CK_ERROR_SIZE = 2,       ///< a size is zero, negative or too large, or sizes do not fit together
    CK_ERROR_OPTION = 3,     ///< a value outside its range: an unknown activation, say
    CK_ERROR_ISA = 4,        ///< an instruction set that this build or processor does not have
    CK_ERROR_MEMORY = 5,     ///< no memory for the working space
    CK_ERROR_FORMAT = 6,     ///< bytes that are no plan or model image, or a damaged one
    CK_ERROR_PLAN = 7,       ///< a plan whose operations, shapes or places are not right
    CK_ERROR_BUFFER = 8,     ///< a buffer that is too small, not aligned to 64 bytes, or overlaps another
    CK_ERROR_DATA = 9,       ///< an index beyond the data, a label beyond the classes
    CK_ERROR_FILE = 10       ///< a file that cannot be read
} ck_status;

/// One line for a status: "a size is zero, negative or too large". Never NULL, never freed.
CK_API const char *ck_strerror(ck_status status);

/// What went wrong in the latest failing call of this thread: what was expected and what was found.
/// Empty if none failed. Valid until the next failing call of the same thread.
CK_API const char *ck_error_message(void);

/* ------------------------------------------------------------ instruction sets */

/// The kernels of one instruction set: see ck_kernels.h.
typedef struct ck_kernels ck_kernels;

/// The kernels compiled for `isa`: "ref" (plain C with double sums), "base" (what every processor of this kind has),
/// "avx2", "avx512", "neon"; or, with NULL, the one named by the environment variable CK_ISA, or else the fastest that
/// this processor runs. NULL if this build or processor lacks it; ck_error_message() then names those there are.
/// "ref" and "base" always exist. The table is never freed.
CK_API const ck_kernels *ck_kernels_get(const char *isa);

/// The name of instruction set `i` of this build, or NULL past the last; slowest first.
CK_API const char *ck_isa_name(int32_t i);

/// 1 if this build has `isa` and this processor runs it, else 0.
CK_API int32_t ck_isa_available(const char *isa);

/// The name of the instruction set of a table.
CK_API const char *ck_kernels_isa(const ck_kernels *kernels);

/* --------------------------------------------------------------------- threads */

/// 1 if the library was built with OpenMP: without it, *_parallel functions use one thread.
CK_API int32_t ck_has_openmp(void);

/// How many threads a call with `threads` = 0 uses: OMP_NUM_THREADS from the environment, or else the processors
/// this process may run on, within the CPU quota of its control group (asked for once), at least 1. A call takes at
/// most 1024, and fewer than it is given where the work is too small to share.
CK_API int32_t ck_default_threads(void);

/* ------------------------------------------------------- checked entry points */

typedef enum ck_activation {
    CK_IDENTITY = 0,
    CK_RELU = 1,      ///< x < 0 ? 0 : x
    CK_LEAKY_RELU = 2 ///< x < 0 ? slope * x : x
} ck_activation;

/// C = A B, or C += A B. A is rows x inner (inner x rows when transpose_a is set),
/// B is inner x columns (columns x inner when transpose_b is set), C is rows x columns.
typedef struct ck_matrix_product_shape {
    int64_t rows, columns, inner;
    int32_t transpose_a, transpose_b;
    int32_t accumulate; ///< not 0: add to C
} ck_matrix_product_shape;

/// Matrix product. `kernels` NULL: ck_kernels_get(NULL).
CK_API ck_status ck_matrix_product(float *c, const float *a, const float *b, const ck_matrix_product_shape *shape,
                                   const ck_kernels *kernels);
/// The same on `threads` threads (0: ck_default_threads()).
CK_API ck_status ck_matrix_product_parallel(float *c, const float *a, const float *b, const ck_matrix_product_shape *shape,
                                            const ck_kernels *kernels, int32_t threads);

/// A convolution over `images` pictures. One picture of x or y, and w, hold at most 2^31 - 1 values.
typedef struct ck_convolution {
    int32_t images, in_height, in_width, in_channels, out_channels;
    int32_t kernel_height, kernel_width, stride_height, stride_width;
    int32_t pad_top, pad_left, pad_bottom, pad_right;
    int32_t dilation_height, dilation_width, groups;
    int32_t activation; ///< ck_activation, applied by the forward call alone
    float slope;        ///< of CK_LEAKY_RELU
} ck_convolution;

/// A convolution with a square kernel, stride 1, no padding, one group, no activation: change what differs.
static inline ck_convolution ck_convolution_make(int32_t images, int32_t height, int32_t width, int32_t in_channels,
                                                 int32_t out_channels, int32_t kernel) {
    ck_convolution s = {images, height, width, in_channels, out_channels, kernel, kernel, 1, 1, 0, 0, 0, 0, 1, 1, 1, CK_IDENTITY, 0};
    return s;
}

/// The size of the output: (in + padding - dilation * (kernel - 1) - 1) / stride + 1, rounded down.
CK_API ck_status ck_convolution_output(int32_t *height, int32_t *width, const ck_convolution *shape);

/// y [images][out_height][out_width][out_channels] = activation(convolution of x by w + bias); bias may be NULL.
CK_API ck_status ck_convolution_forward(float *y, const float *x, const float *w, const float *bias,
                                        const ck_convolution *shape, const ck_kernels *kernels);
/// dx = gradient by x. dy is the gradient by the convolution's output, before the activation.
CK_API ck_status ck_convolution_backward_input(float *dx, const float *dy, const float *w, const ck_convolution *shape,
                                               const ck_kernels *kernels);
/// dw += gradient by w, dbias += gradient by the bias (may be NULL).
CK_API ck_status ck_convolution_backward_weight(float *dw, float *dbias, const float *x, const float *dy,
                                                const ck_convolution *shape, const ck_kernels *kernels);
/// The same on `threads` threads (0: ck_default_threads()).
CK_API ck_status ck_convolution_forward_parallel(float *y, const float *x, const float *w, const float *bias,
                                                 const ck_convolution *shape, const ck_kernels *kernels, int32_t threads);
CK_API ck_status ck_convolution_backward_input_parallel(float *dx, const float *dy, const float *w, const ck_convolution *shape,
                                                        const ck_kernels *kernels, int32_t threads);
CK_API ck_status ck_convolution_backward_weight_parallel(float *dw, float *dbias, const float *x, const float *dy,
                                                         const ck_convolution *shape, const ck_kernels *kernels, int32_t threads);

/// A dense layer: x [batch][in], w [in][out], y [batch][out].
typedef struct ck_dense_shape {
    int32_t batch, in, out;
    int32_t activation; ///< ck_activation, applied by the forward call alone
    float slope;        ///< of CK_LEAKY_RELU
} ck_dense_shape;

/// y = activation(x w + bias); bias may be NULL.
CK_API ck_status ck_dense_forward(float *y, const float *x, const float *w, const float *bias, const ck_dense_shape *shape,
                                  const ck_kernels *kernels);
/// dx = dy transposed(w). dy is the gradient before the activation.
CK_API ck_status ck_dense_backward_input(float *dx, const float *dy, const float *w, const ck_dense_shape *shape,
                                         const ck_kernels *kernels);
/// dw += transposed(x) dy, dbias += sum of dy over the batch (may be NULL).
CK_API ck_status ck_dense_backward_weight(float *dw, float *dbias, const float *x, const float *dy, const ck_dense_shape *shape,
                                          const ck_kernels *kernels);
/// The same on `threads` threads (0: ck_default_threads()).
CK_API ck_status ck_dense_forward_parallel(float *y, const float *x, const float *w, const float *bias,
                                           const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads);
CK_API ck_status ck_dense_backward_input_parallel(float *dx, const float *dy, const float *w, const ck_dense_shape *shape,
                                                  const ck_kernels *kernels, int32_t threads);
CK_API ck_status ck_dense_backward_weight_parallel(float *dw, float *dbias, const float *x, const float *dy,
                                                   const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads);

#ifdef __cplusplus
}
#endif

#endif
