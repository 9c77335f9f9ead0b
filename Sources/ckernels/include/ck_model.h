/* ck_model.h - a trained network in one file, opened and run by C alone.
 *
 *   ck_model *model;
 *   if (ck_model_open(&model, "digits.ckm", 0) != CK_OK) { puts(ck_error_message()); return 1; }
 *   float probabilities[10];
 *   ck_model_run(model, pixels, 1, probabilities, NULL, 0, 1);        // 28 x 28 bytes
 *   ck_model_close(model);
 *
 * The file is a *model image*: its bytes are described in docs/model-image.md. An open model never changes: any
 * number of threads may run it at once.
 */
#ifndef CK_MODEL_H
#define CK_MODEL_H

#include "ck_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ck_model ck_model;

enum {
    /// The file is mapped instead of read: no second copy in memory while it is opened. But who shortens the file during the call kills
    /// the process (SIGBUS), and who changes it changes weights that have been checked. Only for files nobody touches.
    CK_MODEL_MAP = 1
};

/// Opens a regular file, which is not needed any longer afterwards. On failure *model is NULL and ck_error_message() names the file,
/// the place and what is wrong.
CK_API ck_status ck_model_open(ck_model **model, const char *path, uint32_t flags);
/// The same from memory, which begins at a multiple of 64 and must stay until ck_model_close. Copied is only what is packed.
CK_API ck_status ck_model_open_memory(ck_model **model, const void *bytes, size_t size);
/// NULL is allowed.
CK_API void ck_model_close(ck_model *model);

/* ------------------------------------------------------------------- what it is */

typedef struct ck_model_about {
    int32_t height, width, channels; ///< of a picture, as given to ck_model_run
    ck_array_type type;              ///< CK_BYTES or CK_FLOATS
    float scale[4], shift[4];        ///< how a byte or number of each channel is standardised (the model does it)
    int32_t results;                 ///< numbers per image
    int32_t batch;                   ///< images that are taken at a time at most; a call may have any number
    int32_t classes;                 ///< names known, 0 or as many as there are results
    size_t parameter_count;          ///< real numbers, without padding
    float temperature;               ///< 0: none; else logits are to be divided by it before a softmax: the caller's, not ck_model_run's, doing
    const char *name, *licence, *origin; ///< "" where the file says nothing
    int32_t weights_in_bytes;        ///< not 0: rounded to 8 bits in the file
} ck_model_about;

/// Valid until the model is closed.
CK_API const ck_model_about *ck_model_describe(const ck_model *model);
/// The name of class i, NULL past the last.
CK_API const char *ck_model_class(const ck_model *model, int32_t i);

/* ---------------------------------------------------------------------- running */

/// Bytes of workspace for calls of up to `images` images on up to `threads` threads (0: ck_default_threads()).
CK_API ck_status ck_model_workspace_size(const ck_model *model, int32_t images, int32_t threads, size_t *bytes);

/// Runs the model: input [images][height][width][channels], results [images][results]. workspace, at a multiple of 64, is
/// the caller's, one per thread that calls; or NULL: the call allocates one. One image starts no thread team.
CK_API ck_status ck_model_run(const ck_model *model, const void *input, int32_t images, float *results, void *workspace,
                              size_t workspace_bytes, int32_t threads);

/* ---------------------------------------------------------------------- writing */

/// What goes into a model image beside plan and parameters; NULL and 0 where there is nothing to say.
typedef struct ck_model_content {
    const void *plan;            ///< the bytes of a plan for prediction: one input, one result
    size_t plan_bytes;
    const float *parameters;     ///< as stored for that plan
    int32_t height, width;       ///< of a picture; 0: as the plan has it, which must be given where it begins with a dense layer
    const char *name, *licence, *origin;
    const char *const *class_names;
    int32_t classes;
    float temperature;           ///< 0: none
    int32_t weights_in_bytes;    ///< not 0: weights as a byte each, with a scale for each output (quantise_weights): a quarter of the
                                 ///< file. Vectors stay floats, and so does an output of fewer than 8 weights. The model computes with
                                 ///< what is left of the weights, in floats or integers as the operations of the plan do
} ck_model_content;

/// Writes a model image into `bytes`, at a multiple of 4, which holds `capacity`; *size becomes what is needed. With bytes NULL it only
/// counts. What ck_model_open would refuse is not written.
CK_API ck_status ck_model_write(const ck_model_content *content, void *bytes, size_t capacity, size_t *size);

#ifdef __cplusplus
}
#endif

#endif
