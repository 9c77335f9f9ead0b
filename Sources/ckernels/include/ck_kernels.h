/* ck_kernels.h - the raw kernels: fast, plain functions over pointers and shapes.
 *
 * For people who build something on the kernels (the plan of this library does).
 * A raw kernel trusts its shapes, allocates nothing, starts no thread, returns nothing,
 * and may be called from any thread; the checked entry points for everybody
 * else are in ckernels.h. What each kernel computes stands in kernels.def.
 *
 * Forms of memory
 *   Activations are [image][y][x][channel]. A row of C channels takes ck_stored_channels(C)
 *   values: up to 8 channels take 8, more take the next multiple of 16; the padding is zero in
 *   all that goes in, and every kernel leaves it zero in all that comes out. The network's
 *   input alone (1 to 4 channels) is stored as it came.
 *   Convolution weights are [ky][kx][input][output], dense weights [input][output], both sides padded likewise.
 *   A grouped convolution's input side (channels / groups) is not padded.
 *   Buffers named `prepared`, `sums` and `workspace` begin at a multiple of 64 bytes.
 *
 * A convolution or dense layer is four calls: choose (how, and how much memory), prepare
 * (once per change of the weights), run (per few images), finish (weight gradients, once per step).
 */
#ifndef CK_KERNELS_H
#define CK_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "ckernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------------- shapes */

/// [rows][stored], of which `channels` are real in each row.
typedef struct ck_rows {
    int64_t rows;
    int32_t channels, stored;
} ck_rows;

/// [images][height][width][stored].
typedef struct ck_images {
    int32_t images, height, width, channels, stored;
} ck_images;

/// A matrix product. lda, ldb and ldc are the distances between rows as stored: A is m x k, or k x m
/// when transpose_a is set; B is k x n, or n x k when transpose_b is set; C is m x n.
typedef struct ck_matmul {
    int64_t m, n, k, lda, ldb, ldc;
    int32_t transpose_a, transpose_b;
    int32_t accumulate; ///< not 0: C += AB, else C = AB
} ck_matmul;

/// A dense layer: x [batch][in_stored], w [in_stored][out_stored], y [batch][out_stored].
typedef struct ck_dense {
    int32_t in, in_stored, out, out_stored;
    int32_t activation; ///< ck_activation; fused into dense_forward
    float slope;        ///< of CK_LEAKY_RELU
    int32_t part_first, part_count; ///< outputs of forward, inputs of all else, the prepare of forward too; see ck_conv
} ck_dense;

/// How a convolution is computed.
typedef enum ck_conv_algorithm {
    CK_CONV_AUTO = 0,     ///< what ck_conv_choose finds best for the shape
    CK_CONV_PLAIN = 1,    ///< any shape: groups, dilation
    CK_CONV_DIRECT = 2,   ///< register tiles over the pixels of a row, or over images where rows are short
    CK_CONV_WINOGRAD = 3, ///< 3x3 or 5x5, stride 1, in tiles of 6x6 inputs
    CK_CONV_SPARSE = 4,   ///< backward behind a pool, over the winners alone
    /// CK_CONV_WINOGRAD, with the same bits; forward it transforms the weights each time instead of once, into
    /// four times the memory: for few images and many weights, which are fetched once for all of them.
    CK_CONV_WINOGRAD_FEW = 5
} ck_conv_algorithm;

/// A two-dimensional convolution, with what is fused behind it: bias, then the 2x2 maximum (stride 2,
/// whole windows only), then the activation.
typedef struct ck_conv {
    int32_t in_height, in_width, in_channels, in_stored;
    int32_t out_height, out_width, out_channels, out_stored; ///< before the pool
    int32_t kernel_height, kernel_width, stride_height, stride_width;
    int32_t pad_top, pad_left; ///< what lies below and to the right follows from the output size
    int32_t dilation_height, dilation_width, groups;
    int32_t activation; ///< ck_activation: with a pool CK_IDENTITY or CK_RELU
    float slope;        ///< of CK_LEAKY_RELU
    int32_t pool;       ///< not 0: 2x2 maximum behind the bias
    int32_t algorithm;  ///< CK_CONV_AUTO, or one to force (tests and measurements)
    /* A part of the channels, so that one layer can be shared out among threads: output channels for forward and its prepare,
     * input channels for both gradients, the prepare of one and the finish of the other. Only these are computed and written, with
     * the bits they have in the whole; buffers are those of the whole layer. Multiples of 32, of 16 for a prepare (the last part may be
     * less); part_count 0: all. Not in the sparse and the plain form (see ck_conv_parts), but for the finish of sparse sums, of which
     * some outputs are a part. */
    int32_t part_first, part_count;
} ck_conv;

/// What ck_conv_choose decided, and the memory it takes. It depends on the shape alone: never on the batch,
/// the threads or the processor.
typedef struct ck_conv_choice {
    ck_conv_algorithm forward, backward_input, backward_weight;
    size_t forward_prepared, backward_input_prepared; ///< bytes
    size_t sums;                                      ///< bytes; to be cleared before the first conv_backward_weight
    size_t workspace;                                 ///< bytes, enough for any of the calls
} ck_conv_choice;

typedef struct ck_dense_choice {
    size_t forward_prepared, backward_input_prepared, workspace; ///< bytes; workspace for batches up to the one given
    size_t update_workspace;                                     ///< bytes, of dense_adam_update
} ck_dense_choice;

/// A pool. A window of up to 255 elements: the place of the winner is kept in one byte.
typedef struct ck_pool {
    int32_t in_height, in_width, out_height, out_width, channels, stored;
    int32_t kernel_height, kernel_width, stride_height, stride_width;
    int32_t pad_top, pad_left, dilation_height, dilation_width;
    int32_t count_padding; ///< average: divide by the whole window, padding too
    int32_t pad_bottom, pad_right; ///< as far as padding counts
} ck_pool;

typedef struct ck_concatenate {
    int64_t rows;
    int32_t channels, stored;           ///< of the part
    int32_t offset;                     ///< of the part in the whole, in real channels
    int32_t total, total_stored;        ///< of the whole
} ck_concatenate;

/// A loss is a sum and the weight to divide it by.
typedef struct ck_loss {
    double sum, weight;
} ck_loss;

typedef struct ck_cross_entropy {
    ck_rows rows;
    float smoothing, gradient_scale;
    int32_t ignore_index; ///< a label that counts for nothing; a negative one when unused
} ck_cross_entropy;

/// What changes from step to step of an optimiser, and what does not. See kernels.def for the formulas.
typedef struct ck_update {
    float rate, weight_decay, momentum, dampening, beta1, beta2, epsilon;
    float correction1, correction2; ///< Adam's 1 / (1 - beta^t); 1 for none
    float gradient_scale, clip_value;
    int32_t nesterov, decoupled;
} ck_update;

/// From a data set to a tile: `values` = pixels * channels of one picture.
typedef struct ck_gather {
    int64_t values;
    int32_t channels; ///< 1 to 4
    float scale[4], shift[4];
} ck_gather;

/// How far an augmentation may go; each draw is uniform within plus or minus the value unless it says otherwise.
typedef struct ck_warp {
    int32_t in_height, in_width, out_height, out_width, channels;
    float rotate;                  ///< radians
    float shift_x, shift_y;        ///< pixels
    float zoom;                    ///< the size is multiplied by exp(draw)
    float shear;                   ///< tangent
    float elastic;                 ///< displacement in pixels, of a grid of control points ...
    float elastic_spacing;         ///< ... this many pixels apart (at least 1), between them cubic B-splines
    float brightness;              ///< in units of full white, added
    float contrast;                ///< multiplied by 1 + draw
    float noise;                   ///< standard deviation, in units of full white (a sum of four uniform numbers)
    float erase_probability;       ///< of erasing one rectangle ...
    float erase_size;              ///< ... with sides up to this fraction of the picture's
    float scale[4], shift[4];      ///< standardisation, behind all else
    float perspective;             ///< opposite borders differ in size by 2 * draw, each way; below 0.5
    float thickness;               ///< pixels that strokes grow (or shrink) on each side
    float blur;                    ///< standard deviation in pixels of a Gaussian; drawn from 0 on
} ck_warp;

/// How often something is done to a picture, from 0 to 1.
typedef struct ck_chances {
    float flip_x, flip_y;          ///< left and right exchanged; top and bottom
    float invert;                  ///< 255 - x, before contrast and brightness
} ck_chances;

/// What mixup makes of one image of a batch: share * its own + (1 - share) * that of image `partner`.
typedef struct ck_mix {
    int32_t partner;
    float share;                   ///< 0.5 to 1: max(l, 1 - l) of an l drawn from Beta(alpha, alpha)
} ck_mix;

/// The key of random numbers: what is drawn depends on these values and the element, on nothing else.
typedef struct ck_random {
    uint64_t seed;
    uint32_t step;   ///< update or epoch
    uint32_t stream; ///< ck_random_stream: what for, which layer, which micro-step
    uint32_t item;   ///< place in the batch of the first row or image
} ck_random;

/// What random numbers are drawn for; no two purposes share numbers.
typedef enum ck_random_domain {
    CK_RANDOM_AUGMENT = 1,
    CK_RANDOM_DROPOUT = 2,
    CK_RANDOM_POOL = 3,
    CK_RANDOM_WEIGHTS = 4,
    CK_RANDOM_SHUFFLE = 5,
    CK_RANDOM_SYNTH = 6,
    CK_RANDOM_MIX = 7,
    CK_RANDOM_TEST = 255
} ck_random_domain;

/* ----------------------------------------------------------------------- table */

/// The kernels of one instruction set. Grows at its end only: `size` says how much is there.
struct ck_kernels {
    size_t size;
    const char *isa; ///< "ref", "base", "avx2", "avx512", "neon"
#define CK_REAL float
#define CK_KERNEL(family, name, parameters) void (*name) parameters;
#include "kernels.def"
#undef CK_KERNEL
#undef CK_REAL
};

/* ------------------------------------------------------------ beside the kernels */

/// How many values a row of `channels` takes: 8 up to 8, then multiples of 16.
static inline int32_t ck_stored_channels(int32_t channels) {
    return channels <= 8 ? 8 : (channels + 15) / 16 * 16;
}

/// How the convolution will be computed and the memory it needs.
CK_API void ck_conv_choose(const ck_conv *s, ck_conv_choice *choice);

/// The memory a dense layer needs for batches of up to `batch`.
CK_API void ck_dense_choose(const ck_dense *s, int32_t batch, ck_dense_choice *choice);

/// How many parts of 32 channels a convolution can be cut into: by output channel forward, by input channel backward
/// (by_input and by_weight); 1 where the chosen form computes all at once.
CK_API void ck_conv_parts(const ck_conv *s, int32_t *forward, int32_t *by_input, int32_t *by_weight);

/// Whether CK_CONV_WINOGRAD_FEW computes so few images faster than the form that would be chosen, with the same bits.
CK_API int32_t ck_conv_are_few(const ck_conv *s, int32_t images);

/// Bytes of workspace for a matrix product.
CK_API size_t ck_matmul_workspace(const ck_matmul *s);

/// Bytes of workspace for muon_update on a matrix of rows x columns.
CK_API size_t ck_muon_workspace(int32_t rows, int32_t columns);

/// Joins the moments of `more_rows` rows to those of `rows` rows, per channel:
/// afterwards mean and deviation are those of all rows. Always combine parts in the same order.
CK_API void ck_moments_combine(double *mean, double *deviation, int64_t rows, const double *more_mean,
                               const double *more_deviation, int64_t more_rows, int32_t channels);

/// The affine form of a batch normalisation: scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale,
/// for `stored` channels (those from `channels` on become zero). gamma and beta may be NULL: 1 and 0.
CK_API void ck_batch_norm_affine(float *scale, float *shift, const float *mean, const float *variance,
                                 const float *gamma, const float *beta, float epsilon, int32_t channels, int32_t stored);

/// Batch statistics as floats from the combined moments of `rows` rows (variance divided by rows); and, where
/// running_mean is not NULL, the running ones moved by `momentum` towards them (variance divided by rows - 1).
CK_API void ck_batch_norm_statistics(float *mean, float *variance, float *running_mean, float *running_variance,
                                     const double *moments_mean, const double *moments_deviation, int64_t rows,
                                     float momentum, int32_t channels, int32_t stored);

/// The coefficients of batch_norm_backward_apply from the sums over all `rows`, and dgamma += , dbeta +=.
CK_API void ck_batch_norm_backward_affine(float *by_dy, float *by_x, float *constant, float *dgamma, float *dbeta,
                                          const double *sum_dy, const double *sum_dy_x, const float *mean,
                                          const float *variance, const float *gamma, float epsilon, int64_t rows,
                                          int32_t channels, int32_t stored);

/// Packs purpose, layer (below 4096) and micro-step (below 4096) into ck_random.stream.
static inline uint32_t ck_random_stream(ck_random_domain domain, uint32_t layer, uint32_t micro_step) {
    return (uint32_t)domain << 24 | (layer & 0xfffu) << 12 | (micro_step & 0xfffu);
}

/// Four random 32-bit numbers of the key: Philox 4x32-10 (Salmon et al. 2011) with the counter
/// (block, item + offset, stream, step) and the key `seed`.
CK_API void ck_random_block(uint32_t out[4], const ck_random *key, uint32_t offset, uint32_t block);

/// Bytes of scratch memory for `thicken` and `blur`.
CK_API size_t ck_ink_workspace(int32_t height, int32_t width);
/// Bytes of scratch memory for `warp_bytes`: 0 without thickness and blur.
CK_API size_t ck_warp_workspace(const ck_warp *warp);

/// Mixup (Zhang et al. 2018) for image `image` of a batch of `images`: which partner and what share, by the key alone.
/// All images have the partner that lies the same drawn distance ahead. alpha: 0.05 to 16.
CK_API ck_mix ck_mix_of(const ck_random *key, float alpha, int32_t image, int32_t images);

/// The partner alone.
CK_API int32_t ck_mix_partner(const ck_random *key, int32_t image, int32_t images);

/// The largest activation that an integer product over `inputs` terms can take without overflow
/// of its 32-bit sum, at most 32767: the limit for quantise_s16. Weights count as 128, which no quantisation makes of
/// them, but a damaged plan may.
CK_API int32_t ck_integer_limit(int64_t inputs);

#ifdef __cplusplus
}
#endif

#endif
