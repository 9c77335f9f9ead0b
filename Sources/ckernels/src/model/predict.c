/* predict.c - running a model. Nothing of it is written: any number of threads may be here at once. */
#include "model.h"

static int32_t at_most_a_batch(const ck_model *model, int32_t images) {
    return (int32_t)ck_min(images, model->plan->header.batch);
}

ck_status ck_model_workspace_size(const ck_model *model, int32_t images, int32_t threads, size_t *bytes) {
    if (!model || !bytes)
        return ck_fail(CK_ERROR_NULL, "ck_model_workspace_size: %s: expected a pointer, found NULL",
                       model ? "bytes" : "model");
    if (images < 1 || threads < 0 || threads > CK_MOST_THREADS)
        return ck_fail(CK_ERROR_SIZE,
                       "ck_model_workspace_size: images and threads: expected 1 or more and 0 to %d, found %d and %d",
                       CK_MOST_THREADS, images, threads);
    *bytes = ck_plan_arena_bytes(model->plan,
                                 ck_plan_threads(model->plan, CK_COMPUTE, at_most_a_batch(model, images), threads));
    return CK_OK;
}

static ck_status check(const ck_model *model, const void *input, int32_t images, const float *results,
                       const void *workspace, size_t bytes, int32_t threads, size_t *needed) {
    if (!model || !input || !results)
        return ck_fail(CK_ERROR_NULL, "ck_model_run: %s: expected a pointer, found NULL",
                       !model   ? "model"
                       : !input ? "input"
                                : "results");
    const ck_status status = ck_model_workspace_size(model, images, threads, needed);
    if (status != CK_OK) return status;
    if (!workspace) return CK_OK;
    if ((uintptr_t)workspace % 64)
        return ck_fail(CK_ERROR_BUFFER,
                       "ck_model_run: workspace: expected an address that is a multiple of 64, found %p", workspace);
    if (bytes < ck_plan_arena_bytes(model->plan, 1)) /* with less than for all threads, fewer are used */
        return ck_fail(CK_ERROR_BUFFER, "ck_model_run: workspace: expected at least %zu bytes, found %zu",
                       ck_plan_arena_bytes(model->plan, 1), bytes);
    return CK_OK;
}

static ck_status run_batches(const ck_model *model, const char *input, int32_t images, float *results, void *arena,
                             size_t arena_bytes, int32_t threads) {
    const ck_array *from = &model->plan->arrays[model->suit.input];
    const size_t step = (size_t)from->values * (from->type == CK_BYTES ? 1 : sizeof(float));
    ck_run run = ck_run_make();
    run.kernels = model->kernels, run.phases = CK_COMPUTE, run.threads = threads;
    run.parameters = model->parameters, run.shared = model->shared, run.arena = arena, run.arena_bytes = arena_bytes;
    ck_status status = CK_OK;
    for (int32_t first = 0; status == CK_OK && first < images; first += run.images) {
        run.images = at_most_a_batch(model, images - first);
        run.arrays[model->suit.input].data = (void *)(uintptr_t)(input + (size_t)first * step); /* only read */
        run.arrays[model->suit.result].data = results + (size_t)first * (size_t)model->about.results;
        run.arrays[model->suit.input].items = run.arrays[model->suit.result].items = run.images;
        status = ck_plan_run(model->plan, &run);
    }
    return status;
}

ck_status ck_model_run(const ck_model *model, const void *input, int32_t images, float *results, void *workspace,
                       size_t workspace_bytes, int32_t threads) {
    size_t needed;
    ck_status status = check(model, input, images, results, workspace, workspace_bytes, threads, &needed);
    if (status != CK_OK) return status;
    if (workspace) return run_batches(model, input, images, results, workspace, workspace_bytes, threads);
    void *own = ck_allocate(needed ? needed : 64);
    if (!own) return ck_fail(CK_ERROR_MEMORY, "ck_model_run: no memory for %zu bytes", needed);
    status = run_batches(model, input, images, results, own, needed, threads);
    ck_free(own);
    return status;
}
