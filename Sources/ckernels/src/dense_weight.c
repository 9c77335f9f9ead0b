/* dense_weight.c - the checked weight gradient of a dense layer. Rows of w are shared out: each is summed over the
 * whole batch by one thread, in an order that no cut changes. */
#include "dense.h"

typedef struct job {
    const ck_kernels *kernels;
    float *dw, *dbias;
    const float *x, *dy;
    int32_t batch, parts;
    ck_dense s;
    char *memory;
    size_t x_copy, dy_copy, dbias_sum, workspaces, workspace, dw_sums;
} job;

static bool stored(int32_t channels) { return channels == ck_stored_channels(channels); }

/* Stored form of the batch's rows, where they are not in it already. */
static void copy_part(void *of, int32_t i) {
    job *j = of;
    const ck_range rows = ck_share(j->batch, 1, j->parts, i);
    const ck_dense *s = &j->s;
    if (!stored(s->in))
        ck_copy_rows((float *)(j->memory + j->x_copy) + rows.first * s->in_stored, s->in_stored, s->in_stored,
                     j->x + rows.first * s->in, s->in, rows.count, s->in);
    if (!stored(s->out))
        ck_copy_rows((float *)(j->memory + j->dy_copy) + rows.first * s->out_stored, s->out_stored, s->out_stored,
                     j->dy + rows.first * s->out, s->out, rows.count, s->out);
}

/* y[r][c] += x[r][c], over rows of different strides */
static void add_rows(float *y, int64_t y_stride, const float *x, int64_t x_stride, int64_t rows, int32_t channels) {
    for (int64_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < channels; c++) y[r * y_stride + c] += x[r * x_stride + c];
}

static void sum_part(void *of, int32_t i) {
    const job *j = of;
    const ck_dense *s = &j->s;
    const float *x = stored(s->in) ? j->x : (const float *)(j->memory + j->x_copy);
    const float *dy = stored(s->out) ? j->dy : (const float *)(j->memory + j->dy_copy);
    /* The bias gradient is 1/in of the whole, the last part is never the largest. */
    if (i == j->parts - 1 && j->dbias) {
        float *sum = (float *)(j->memory + j->dbias_sum);
        const ck_rows rows = {j->batch, s->out, s->out_stored};
        memset(sum, 0, sizeof(float) * (size_t)s->out_stored);
        j->kernels->bias_backward(sum, dy, &rows);
        add_rows(j->dbias, s->out, sum, s->out_stored, 1, s->out);
    }
    const ck_range rows = ck_share(s->in, 16, j->parts, i);
    if (rows.count == 0) return;
    void *workspace = j->memory + j->workspaces + (size_t)i * j->workspace;
    if (stored(s->out)) {
        j->kernels->dense_backward_weight(j->dw, x, dy, j->batch, (int32_t)rows.first, (int32_t)rows.count, s, workspace);
        return;
    }
    float *sums = (float *)(j->memory + j->dw_sums);
    memset(sums + rows.first * s->out_stored, 0, sizeof(float) * (size_t)rows.count * (size_t)s->out_stored);
    j->kernels->dense_backward_weight(sums, x, dy, j->batch, (int32_t)rows.first, (int32_t)rows.count, s, workspace);
    add_rows(j->dw + rows.first * s->out, s->out, sums + rows.first * s->out_stored, s->out_stored, rows.count, s->out);
}

static ck_status backward_weight(const char *call, float *dw, float *dbias, const float *x, const float *dy,
                                 const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"dw", dw}, {"x", x}, {"dy", dy}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.dw = dw, .dbias = dbias, .x = x, .dy = dy, .batch = shape->batch};
    ck_dense *s = &j.s;
    if ((status = ck_dense_check(call, shape, s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    j.parts = (int32_t)ck_min(ck_worthwhile_threads(threads, (double)j.batch * s->in * s->out), (s->in + 15) / 16);

    ck_dense_choice choice;
    ck_dense_choose(s, j.batch, &choice);
    size_t bytes = 0;
    j.workspace = (choice.workspace + 63) / 64 * 64;
    j.x_copy = ck_place(&bytes, stored(s->in) ? 0 : j.batch, sizeof(float) * (size_t)s->in_stored);
    j.dy_copy = ck_place(&bytes, stored(s->out) ? 0 : j.batch, sizeof(float) * (size_t)s->out_stored);
    j.dbias_sum = ck_place(&bytes, s->out_stored, sizeof(float));
    j.workspaces = ck_place(&bytes, j.parts, j.workspace);
    j.dw_sums = ck_place(&bytes, stored(s->out) ? 0 : s->in_stored, sizeof(float) * (size_t)s->out_stored);
    if ((j.memory = ck_allocate(bytes)) == NULL)
        return ck_fail(CK_ERROR_MEMORY, "%s: working space: expected %zu bytes, found no memory", call, bytes);
    if (!stored(s->in) || !stored(s->out)) ck_run_parts(j.parts, copy_part, &j);
    ck_run_parts(j.parts, sum_part, &j);
    ck_free(j.memory);
    return CK_OK;
}

ck_status ck_dense_backward_weight(float *dw, float *dbias, const float *x, const float *dy, const ck_dense_shape *shape,
                                   const ck_kernels *kernels) {
    return backward_weight(__func__, dw, dbias, x, dy, shape, kernels, 1);
}

ck_status ck_dense_backward_weight_parallel(float *dw, float *dbias, const float *x, const float *dy,
                                            const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads) {
    return backward_weight(__func__, dw, dbias, x, dy, shape, kernels, threads);
}
