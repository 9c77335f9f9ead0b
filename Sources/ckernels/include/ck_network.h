/* ck_network.h - describes a network layer by layer and makes plans of it, for training and for prediction.
 *
 * For C programs, tests and bindings; DigitKit has its own, richer way. Gradients, fusion and memory are seen to.
 *
 *   ck_network *net = ck_network_create();
 *   int32_t x = ck_network_input(net, 28, 28, 1, CK_BYTES);
 *   x = ck_network_conv(net, x, (ck_conv_layer){.name = "conv1", .channels = 6, .kernel = 5, .activation = CK_RELU, .pool = 1});
 *   x = ck_network_dense(net, x, (ck_dense_layer){.name = "dense1", .units = 10});
 *   ck_network_cross_entropy(net, x, ck_network_labels(net, "labels"), (ck_loss_layer){0});
 *   ck_network_count_correct(net, x, 0);
 *   ck_network_result(net, ck_network_softmax(net, x), "probabilities");
 *   void *bytes; size_t size;
 *   if (ck_network_plan(net, &(ck_plan_options){.purpose = CK_TRAIN, .batch = 128}, &bytes, &size) != CK_OK) ...
 *
 * A call gives the number of a value, to be passed to later calls, or -1 after a failure; all later calls then do
 * nothing, and ck_network_plan gives the first failure back: so errors are looked at once.
 */
#ifndef CK_NETWORK_H
#define CK_NETWORK_H

#include "ck_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ck_network ck_network;

/// NULL if there is no memory.
CK_API ck_network *ck_network_create(void);
/// NULL is allowed.
CK_API void ck_network_destroy(ck_network *network);

/* --------------------------------------------------------------------- inputs */

/// Pictures (an array of items of height x width x channels bytes or floats). Bytes become numbers from 0 to 1.
/// Arrays are numbered in the order in which these calls create them: inputs, labels, targets, results.
CK_API int32_t ck_network_input(ck_network *network, int32_t height, int32_t width, int32_t channels, ck_array_type type);
/// The same, standardised: x * scale[c] + shift[c] of the byte or number.
CK_API int32_t ck_network_scaled_input(ck_network *network, int32_t height, int32_t width, int32_t channels, ck_array_type type,
                                       const float *scale, const float *shift);
/// Pictures of bytes, augmented when training: sizes, scale and shift of `warp` say what comes out. Plans for prediction
/// gather in_height x in_width pictures and centre them without any change.
CK_API int32_t ck_network_warped_input(ck_network *network, const ck_warp *warp);
/// How often those pictures are mirrored, overturned and inverted while training. All inputs alike.
CK_API int32_t ck_network_chances(ck_network *network, const ck_chances *chances);
/// Mixup while training: every picture and every target is mixed with those of another image of the batch, labels become soft ones.
/// alpha: 0.05 to 16, 0 for none. Not together with ignored labels.
CK_API int32_t ck_network_mixup(ck_network *network, float alpha);
/// An array of labels (int32_t). Its number, for losses and counts: not a value.
CK_API int32_t ck_network_labels(ck_network *network, const char *name);
/// Rows of `values` floats: targets of the other losses.
CK_API int32_t ck_network_targets(ck_network *network, const char *name, int32_t values);

/* --------------------------------------------------------------------- layers */

/// Zeros mean the usual: stride, dilation and groups 1, a bias, the algorithm that suits the shape.
typedef struct ck_conv_layer {
    const char *name;
    int32_t channels, kernel, stride, padding, dilation, groups;
    int32_t activation;   ///< ck_activation
    float slope;
    int32_t pool;         ///< not 0: 2x2 maximum, fused
    int32_t no_bias;
    int32_t algorithm;    ///< ck_conv_algorithm
    int32_t by_channel;   ///< not 0: split by channel instead of by image
    int32_t frozen;       ///< not 0: not trained
} ck_conv_layer;

/// A flattened value is meant where `x` is a picture: channels innermost.
typedef struct ck_dense_layer {
    const char *name;
    int32_t units;
    int32_t activation;
    float slope;
    int32_t no_bias;
    int32_t by_channel;
    int32_t frozen;
} ck_dense_layer;

typedef struct ck_batch_norm_layer {
    const char *name;
    float epsilon, momentum; ///< 0: 1e-5 and 0.1
    int32_t relu;            ///< not 0: fused behind it
    int32_t frozen;          ///< not 0: running statistics and no training
} ck_batch_norm_layer;

typedef struct ck_layer_norm_layer {
    const char *name;
    float epsilon;           ///< 0: 1e-5
    int32_t frozen;
} ck_layer_norm_layer;

typedef enum ck_pool_kind { CK_MAX_POOL, CK_AVERAGE_POOL, CK_STOCHASTIC_POOL } ck_pool_kind;
typedef enum ck_function { CK_FUNCTION_RELU, CK_FUNCTION_LEAKY_RELU, CK_FUNCTION_SIGMOID, CK_FUNCTION_TANH, CK_FUNCTION_GELU, CK_FUNCTION_SILU } ck_function;
typedef enum ck_dropout_kind { CK_DROPOUT, CK_CHANNEL_DROPOUT, CK_DROP_BLOCK } ck_dropout_kind;

CK_API int32_t ck_network_conv(ck_network *network, int32_t x, ck_conv_layer layer);
CK_API int32_t ck_network_dense(ck_network *network, int32_t x, ck_dense_layer layer);
CK_API int32_t ck_network_batch_norm(ck_network *network, int32_t x, ck_batch_norm_layer layer);
CK_API int32_t ck_network_layer_norm(ck_network *network, int32_t x, ck_layer_norm_layer layer);
CK_API int32_t ck_network_pool(ck_network *network, int32_t x, ck_pool_kind kind, int32_t size, int32_t stride);
CK_API int32_t ck_network_global_average_pool(ck_network *network, int32_t x);
CK_API int32_t ck_network_function(ck_network *network, int32_t x, ck_function function, float slope);
/// Nothing in plans for prediction. block: side of CK_DROP_BLOCK's squares.
CK_API int32_t ck_network_dropout(ck_network *network, int32_t x, ck_dropout_kind kind, float rate, int32_t block);
CK_API int32_t ck_network_add(ck_network *network, int32_t a, int32_t b);
/// By channels; `count` from 2 to 16 values of one height and width.
CK_API int32_t ck_network_concatenate(ck_network *network, const int32_t *values, int32_t count);
CK_API int32_t ck_network_softmax(ck_network *network, int32_t x);
CK_API int32_t ck_network_log_softmax(ck_network *network, int32_t x);

/* ---------------------------------------------------------------------- heads */

typedef struct ck_loss_layer {
    float weight;               ///< among several heads; 0: 1
    float smoothing;            ///< cross-entropy
    int32_t ignore_label;       ///< a label that counts for nothing ...
    int32_t has_ignore_label;   ///< ... if this is not 0
    const float *class_weights; ///< cross-entropy: as many as there are classes, or NULL. Copied
} ck_loss_layer;

typedef enum ck_distance { CK_MEAN_SQUARED, CK_ROOT_MEAN_SQUARED, CK_MEAN_ABSOLUTE, CK_BINARY_CROSS_ENTROPY } ck_distance;

/// Each gives the number of its report. Losses and counts are in plans for training and for measuring (CK_MEASURE).
CK_API int32_t ck_network_cross_entropy(ck_network *network, int32_t logits, int32_t labels, ck_loss_layer loss);
CK_API int32_t ck_network_soft_cross_entropy(ck_network *network, int32_t logits, int32_t targets, ck_loss_layer loss);
CK_API int32_t ck_network_distance_loss(ck_network *network, int32_t x, int32_t targets, ck_distance distance, ck_loss_layer loss);
CK_API int32_t ck_network_count_correct(ck_network *network, int32_t logits, int32_t labels);
/// A result array, written by plans for prediction and measuring.
CK_API int32_t ck_network_result(ck_network *network, int32_t x, const char *name);

/* ----------------------------------------------------------------------- plans */

typedef enum ck_optimiser { CK_SGD, CK_ADAM, CK_ADAGRAD, CK_RMSPROP, CK_MUON } ck_optimiser;
typedef enum ck_purpose {
    CK_TRAIN = 0,   ///< all phases; dropout and batch statistics as in training
    CK_MEASURE = 1, ///< forward with losses, counts and results, as in prediction
    CK_PREDICT = 2  ///< forward with results
} ck_purpose;

typedef struct ck_plan_options {
    int32_t purpose;
    int32_t batch;         ///< images at most
    int32_t lanes;         ///< 0: one per 8 images, at most 16
    int32_t tile;          ///< 0: 16, or the batch if that is less
    int32_t optimiser;     ///< CK_MUON: matrices but the first and the last layer's; CK_ADAM for the others, in group 1
    int32_t momentum;      ///< SGD and RMSProp: not 0 if rates will have a momentum
    int32_t clip;          ///< not 0: clipping by norm
    int32_t fuse_updates;  ///< not 0: dense gradients are used at once; no clipping, no accumulation
    int32_t average;       ///< not 0: a moving average of the parameters, at the beginning of the state
} ck_plan_options;

/// The bytes of a plan, to be freed by ck_network_free_bytes. All plans of one network have the same parameters.
CK_API ck_status ck_network_plan(ck_network *network, const ck_plan_options *options, void **bytes, size_t *size);
CK_API void ck_network_free_bytes(void *bytes);

/// First weights: He's for what ReLU follows, Glorot's elsewhere, drawn by (seed, parameter name);
/// biases 0, scales of norms 1, running variance 1; constants. `parameters` is the whole block.
CK_API ck_status ck_network_initialise(const ck_network *network, float *parameters, uint64_t seed);

#ifdef __cplusplus
}
#endif

#endif
