/* dense.c - the checked dense layer forward and backward by its input, on one thread or several. */
#include "dense.h"

ck_status ck_dense_check(const char *call, const ck_dense_shape *shape, ck_dense *s) {
    const ck_size sizes[] = {{"batch", shape->batch, 1, INT32_MAX},
                             {"in", shape->in, 1, INT32_MAX - 15},
                             {"out", shape->out, 1, INT32_MAX - 15},
                             {NULL, 0, 0, 0}};
    ck_status status = ck_check_sizes(call, sizes);
    if (status != CK_OK) return status;
    if ((status = ck_check_activation(call, shape->activation)) != CK_OK) return status;
    const ck_dense dense = {shape->in,  ck_stored_channels(shape->in),  shape->out, ck_stored_channels(shape->out),
                            shape->activation, shape->slope, 0, 0};
    *s = dense;
    if ((status = ck_check_array(call, "x", (int64_t[]){shape->batch, s->in_stored}, 2)) != CK_OK) return status;
    if ((status = ck_check_array(call, "w", (int64_t[]){s->in_stored, s->out_stored}, 2)) != CK_OK) return status;
    return ck_check_array(call, "y", (int64_t[]){shape->batch, s->out_stored}, 2);
}

/* Forward, `to` is y and `from` is x; backward, `to` is dx and `from` is dy. Threads share the rows of the batch, or blocks of
 * columns of `to`: then each packs and reads its own part of the weights. No element's sum depends on the cut. */
typedef struct job {
    const ck_kernels *kernels;
    float *to;
    const float *from, *w, *bias;
    bool backward;
    int32_t batch;
    ck_dense s;
    int32_t threads, blocks; /* blocks 1: by rows */
    int32_t tile;            /* rows of the batch at a time */
    char *memory;            /* a set of weights for all threads, or by columns one for each; then each thread's tiles */
    size_t weights, prepared, bias_copy, set_bytes; /* offsets in a set */
    size_t from_tile, to_tile, thread_bytes;        /* offsets in a thread's part */
} job;

static int32_t to_width(const job *j) { return j->backward ? j->s.in : j->s.out; }
static int32_t from_width(const job *j) { return j->backward ? j->s.out : j->s.in; }
static int32_t from_stored(const job *j) { return j->backward ? j->s.out_stored : j->s.in_stored; }

/* The layer cut to the columns of one block. */
static ck_dense sub(const job *j, int32_t block, ck_range *columns) {
    ck_dense s = j->s;
    *columns = ck_share(to_width(j), j->blocks == 1 ? to_width(j) : 32, j->blocks, block);
    const int32_t width = (int32_t)columns->count;
    if (j->backward) s.in = width, s.in_stored = ck_stored_channels(width);
    else s.out = width, s.out_stored = ck_stored_channels(width);
    return s;
}

static char *set_memory(const job *j, int32_t thread) { return j->memory + (j->blocks > 1 ? (size_t)thread * j->set_bytes : 0); }

static char *thread_memory(const job *j, int32_t thread) {
    return j->memory + (j->blocks > 1 ? (size_t)j->threads : 1) * j->set_bytes + (size_t)thread * j->thread_bytes;
}

/* A set of weights: copies of what is not in stored form, and the prepared weights. */
static void prepare(const job *j, int32_t thread, int32_t block) {
    ck_range columns;
    const ck_dense s = sub(j, block, &columns);
    char *memory = set_memory(j, thread);
    const float *w = j->w;
    if (s.in != s.in_stored || s.out != j->s.out || s.out != s.out_stored) {
        float *copy = (float *)(memory + j->weights);
        const float *first = j->w + (j->backward ? columns.first * j->s.out : columns.first);
        ck_copy_rows(copy, s.out_stored, s.out_stored, first, j->s.out, s.in, s.out);
        memset(copy + (int64_t)s.in * s.out_stored, 0,
               sizeof(float) * (size_t)(s.in_stored - s.in) * (size_t)s.out_stored);
        w = copy;
    } else if (j->backward) {
        w += columns.first * j->s.out;
    }
    if (j->backward) {
        j->kernels->dense_backward_input_prepare(memory + j->prepared, w, &s);
        return;
    }
    j->kernels->dense_forward_prepare(memory + j->prepared, w, &s);
    if (j->bias)
        ck_copy_rows((float *)(memory + j->bias_copy), s.out_stored, s.out_stored, j->bias + columns.first, s.out, 1, s.out);
}

static void run_block(const job *j, int32_t thread, int32_t block, ck_range rows) {
    ck_range columns;
    const ck_dense s = sub(j, block, &columns);
    char *memory = thread_memory(j, thread), *set = set_memory(j, thread);
    const float *bias = j->bias ? (const float *)(set + j->bias_copy) : NULL;
    const int32_t from = from_width(j), from_row = from_stored(j), to = to_width(j);
    const int32_t width = (int32_t)columns.count, to_row = ck_stored_channels(width);
    for (int64_t r = rows.first; r < rows.first + rows.count; r += j->tile) {
        const int32_t count = (int32_t)ck_min(j->tile, rows.first + rows.count - r);
        const float *from_tile = j->from + r * from;
        if (from != from_row) {
            ck_copy_rows((float *)(memory + j->from_tile), from_row, from_row, from_tile, from, count, from);
            from_tile = (float *)(memory + j->from_tile);
        }
        float *there = j->to + r * to + columns.first;
        float *to_tile = to == to_row ? there : (float *)(memory + j->to_tile);
        if (j->backward) j->kernels->dense_backward_input(to_tile, from_tile, set + j->prepared, count, &s);
        else j->kernels->dense_forward(to_tile, from_tile, set + j->prepared, bias, count, &s);
        if (to_tile != there) ck_copy_rows(there, to, width, to_tile, to_row, count, width);
    }
}

static void run_part(void *of, int32_t thread) {
    const job *j = of;
    if (j->blocks == 1) {
        run_block(j, thread, 0, ck_share(j->batch, 8, j->threads, thread));
        return;
    }
    const ck_range all = {0, j->batch}, blocks = ck_share(j->blocks, 1, j->threads, thread);
    for (int64_t b = blocks.first; b < blocks.first + blocks.count; b++) {
        prepare(j, thread, (int32_t)b);
        run_block(j, thread, (int32_t)b, all);
    }
}

/* By rows, one thread packs all the weights before the others begin: packing a weight costs some 32 multiply-adds. By columns,
 * a block of packed weights takes about a megabyte: they stay in cache, and a large layer is packed through little
 * memory (touching new memory costs more than packing it). */
static void cut(job *j, int32_t threads) {
    const double pack = 32, batch = j->batch;
    const double by_rows = pack + batch * ck_largest_share(j->batch, 8, threads);
    const double by_columns = (pack + batch) * ck_largest_share(to_width(j), 32, threads);
    const int64_t megabytes = ((int64_t)j->s.in_stored * j->s.out_stored) >> 18, most = (to_width(j) + 31) / 32;
    j->threads = threads, j->blocks = 1;
    if (megabytes >= 4 || (threads > 1 && by_columns < by_rows))
        j->blocks = (int32_t)ck_min(most, ck_max(1, (megabytes + threads - 1) / threads) * threads);
    j->threads = (int32_t)ck_min(threads, j->blocks > 1 ? j->blocks : (j->batch + 7) / 8);
}

/* Finds the places of everything; returns the bytes in all. Block 0 is the largest: see ck_share. */
static size_t lay_out(job *j) {
    ck_range columns;
    const ck_dense s = sub(j, 0, &columns);
    ck_dense_choice choice;
    ck_dense_choose(&s, j->batch, &choice);
    j->weights = ck_place(&j->set_bytes, (int64_t)s.in_stored * s.out_stored, sizeof(float));
    j->prepared = ck_place(&j->set_bytes, 1, j->backward ? choice.backward_input_prepared : choice.forward_prepared);
    j->bias_copy = ck_place(&j->set_bytes, s.out_stored, sizeof(float));
    /* Tiles that are copied stay within half a megabyte, part of a second-level cache. */
    const int32_t from_row = from_stored(j), to_row = ck_stored_channels((int32_t)columns.count);
    const bool copies = from_width(j) != from_row || to_width(j) != to_row;
    const int64_t row_bytes = 4 * ((int64_t)from_row + to_row);
    j->tile = copies ? (int32_t)ck_min(j->batch, ck_max(8, (1 << 19) / row_bytes / 8 * 8)) : j->batch;
    j->from_tile = ck_place(&j->thread_bytes, copies ? j->tile : 0, sizeof(float) * (size_t)from_row);
    j->to_tile = ck_place(&j->thread_bytes, copies ? j->tile : 0, sizeof(float) * (size_t)to_row);
    size_t bytes = 0;
    ck_place(&bytes, j->blocks > 1 ? j->threads : 1, j->set_bytes);
    ck_place(&bytes, j->threads, j->thread_bytes);
    return bytes;
}

static ck_status run(const char *call, job *j, int32_t threads) {
    cut(j, ck_worthwhile_threads(threads, (double)j->batch * j->s.in * j->s.out));
    const size_t bytes = lay_out(j);
    if ((j->memory = ck_allocate(bytes)) == NULL)
        return ck_fail(CK_ERROR_MEMORY, "%s: working space: expected %zu bytes, found no memory", call, bytes);
    if (j->blocks == 1) prepare(j, 0, 0);
    ck_run_parts(j->threads, run_part, j);
    ck_free(j->memory);
    return CK_OK;
}

static ck_status forward(const char *call, float *y, const float *x, const float *w, const float *bias,
                         const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"y", y}, {"x", x}, {"w", w}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.to = y, .from = x, .w = w, .bias = bias, .batch = shape->batch};
    if ((status = ck_dense_check(call, shape, &j.s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    return run(call, &j, threads);
}

static ck_status backward_input(const char *call, float *dx, const float *dy, const float *w, const ck_dense_shape *shape,
                                const ck_kernels *kernels, int32_t threads) {
    const ck_pointer pointers[] = {{"dx", dx}, {"dy", dy}, {"w", w}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    job j = {.to = dx, .from = dy, .w = w, .backward = true, .batch = shape->batch};
    if ((status = ck_dense_check(call, shape, &j.s)) != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    j.kernels = kernels;
    return run(call, &j, threads);
}

ck_status ck_dense_forward(float *y, const float *x, const float *w, const float *bias, const ck_dense_shape *shape,
                           const ck_kernels *kernels) {
    return forward(__func__, y, x, w, bias, shape, kernels, 1);
}

ck_status ck_dense_forward_parallel(float *y, const float *x, const float *w, const float *bias,
                                    const ck_dense_shape *shape, const ck_kernels *kernels, int32_t threads) {
    return forward(__func__, y, x, w, bias, shape, kernels, threads);
}

ck_status ck_dense_backward_input(float *dx, const float *dy, const float *w, const ck_dense_shape *shape,
                                  const ck_kernels *kernels) {
    return backward_input(__func__, dx, dy, w, shape, kernels, 1);
}

ck_status ck_dense_backward_input_parallel(float *dx, const float *dy, const float *w, const ck_dense_shape *shape,
                                           const ck_kernels *kernels, int32_t threads) {
    return backward_input(__func__, dx, dy, w, shape, kernels, threads);
}
