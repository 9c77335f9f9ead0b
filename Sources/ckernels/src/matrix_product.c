/* matrix_product.c - the checked matrix product, on one thread or several. */
#include "entry.h"

typedef struct job {
    const ck_kernels *kernels;
    float *c;
    const float *a, *b;
    ck_matmul s;
    int32_t row_parts, column_parts;
    char *memory;
    size_t workspace; /* bytes of one thread */
} job;

static ck_status check(const char *call, const float *c, const float *a, const float *b,
                       const ck_matrix_product_shape *shape) {
    const ck_pointer pointers[] = {{"c", c}, {"a", a}, {"b", b}, {"shape", shape}, {NULL, NULL}};
    ck_status status = ck_check_pointers(call, pointers);
    if (status != CK_OK) return status;
    const int64_t m = shape->rows, n = shape->columns, k = shape->inner;
    const ck_size sizes[] = {
        {"rows", m, 1, PTRDIFF_MAX}, {"columns", n, 1, PTRDIFF_MAX}, {"inner", k, 1, PTRDIFF_MAX}, {NULL, 0, 0, 0}};
    if ((status = ck_check_sizes(call, sizes)) != CK_OK) return status;
    if ((status = ck_check_array(call, "a", (int64_t[]){m, k}, 2)) != CK_OK) return status;
    if ((status = ck_check_array(call, "b", (int64_t[]){k, n}, 2)) != CK_OK) return status;
    return ck_check_array(call, "c", (int64_t[]){m, n}, 2);
}

enum { ROW_STEP = 8, COLUMN_STEP = 32 }; /* the largest register tile */

/* Cuts C into row_parts x column_parts blocks, one per thread: the cut whose largest block takes least time. Beside its
 * multiply-adds, a block costs the packing of its rows of A and columns of B, some 32 multiply-adds a value. An element of
 * C is summed over the whole of `inner` within one block, in an order that depends on `inner` alone, so the cut
 * does not change it. */
static void cut(job *j, int32_t threads) {
    double best = 0;
    j->row_parts = 0;
    for (int32_t rows = 1; rows <= threads; rows++) {
        const int32_t columns = threads / rows;
        const double m = ck_largest_share(j->s.m, ROW_STEP, rows) * (double)j->s.m;
        const double n = ck_largest_share(j->s.n, COLUMN_STEP, columns) * (double)j->s.n;
        const double cost = m * n + 32 * (m + n);
        if (j->row_parts == 0 || cost < best) best = cost, j->row_parts = rows, j->column_parts = columns;
    }
}

/* Block i of C: where it begins, and its shape. */
static ck_matmul block(const job *j, int32_t i, int64_t *row, int64_t *column) {
    const ck_range rows = ck_share(j->s.m, ROW_STEP, j->row_parts, i / j->column_parts);
    const ck_range columns = ck_share(j->s.n, COLUMN_STEP, j->column_parts, i % j->column_parts);
    *row = rows.first, *column = columns.first;
    ck_matmul s = j->s;
    s.m = rows.count, s.n = columns.count;
    return s;
}

static void multiply_block(void *of, int32_t i) {
    const job *j = of;
    int64_t row, column;
    const ck_matmul s = block(j, i, &row, &column);
    if (s.m == 0 || s.n == 0) return;
    j->kernels->matmul(j->c + row * s.ldc + column, j->a + (s.transpose_a ? row : row * s.lda),
                       j->b + (s.transpose_b ? column * s.ldb : column), &s, j->memory + (size_t)i * j->workspace);
}

static ck_status matrix_product(const char *call, float *c, const float *a, const float *b,
                                const ck_matrix_product_shape *shape, const ck_kernels *kernels, int32_t threads) {
    ck_status status = check(call, c, a, b, shape);
    if (status != CK_OK) return status;
    if ((status = ck_check_machine(call, &kernels, &threads)) != CK_OK) return status;
    const int64_t m = shape->rows, n = shape->columns, k = shape->inner;
    const bool ta = shape->transpose_a != 0, tb = shape->transpose_b != 0;
    job j = {kernels, c, a, b, {m, n, k, ta ? m : k, tb ? k : n, n, ta, tb, shape->accumulate != 0}, 1, 1, NULL, 0};
    cut(&j, ck_worthwhile_threads(threads, (double)m * (double)n * (double)k));

    const int32_t parts = j.row_parts * j.column_parts;
    size_t bytes = 0;
    for (int32_t i = 0; i < parts; i++) {
        int64_t row, column;
        const ck_matmul s = block(&j, i, &row, &column);
        const size_t one = s.m == 0 || s.n == 0 ? 0 : ck_matmul_workspace(&s);
        if (one > j.workspace) j.workspace = one;
    }
    j.workspace = (j.workspace + 63) / 64 * 64;
    ck_place(&bytes, parts, j.workspace);
    if ((j.memory = ck_allocate(bytes)) == NULL)
        return ck_fail(CK_ERROR_MEMORY, "%s: working space: expected %zu bytes, found no memory", call, bytes);
    ck_run_parts(parts, multiply_block, &j);
    ck_free(j.memory);
    return CK_OK;
}

ck_status ck_matrix_product(float *c, const float *a, const float *b, const ck_matrix_product_shape *shape,
                            const ck_kernels *kernels) {
    return matrix_product(__func__, c, a, b, shape, kernels, 1);
}

ck_status ck_matrix_product_parallel(float *c, const float *a, const float *b, const ck_matrix_product_shape *shape,
                                     const ck_kernels *kernels, int32_t threads) {
    return matrix_product(__func__, c, a, b, shape, kernels, threads);
}
