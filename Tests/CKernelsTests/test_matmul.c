/* test_matmul.c - the matrix product against its plain twin, its gradient, and one set against the other. */
#include "harness.h"

typedef struct matrices {
    const float *a, *b;
    float *got, *want;
    int64_t c_size;
} matrices;

/* Elements a matrix takes whose rows are `ld` apart: nothing behind the last row. */
static int64_t spaced(int64_t rows, int64_t columns, int64_t ld) { return rows ? (rows - 1) * ld + columns : 0; }

static matrices make_matrices(const ck_matmul *s) {
    const int64_t a = s->transpose_a ? spaced(s->k, s->m, s->lda) : spaced(s->m, s->k, s->lda);
    const int64_t b = s->transpose_b ? spaced(s->n, s->k, s->ldb) : spaced(s->k, s->n, s->ldb);
    const int64_t c = spaced(s->m, s->n, s->ldc);
    matrices p = {random_floats(a), random_floats(b), unwritten(c), unwritten(c), c};
    for (int64_t i = 0; s->accumulate && i < s->m; i++)
        for (int64_t j = 0; j < s->n; j++) p.got[i * s->ldc + j] = p.want[i * s->ldc + j] = (float)random_real();
    return p;
}

static void multiply(const ck_kernels *kernels, float *c, const float *a, const float *b, const ck_matmul *s) {
    kernels->matmul(c, a, b, s, workspace_of(ck_matmul_workspace(s)));
}

static void begin_matmul(const ck_matmul *s) {
    begin_case("m %d n %d k %d, rows of a, b, c %d, %d, %d apart%s%s%s", (int)s->m, (int)s->n, (int)s->k, (int)s->lda,
               (int)s->ldb, (int)s->ldc, s->transpose_a ? ", a transposed" : "", s->transpose_b ? ", b transposed" : "",
               s->accumulate ? ", added" : "");
}

static void check_matmul(const ck_kernels *fast, const ck_matmul *s) {
    begin_matmul(s);
    const matrices p = make_matrices(s);
    multiply(fast, p.got, p.a, p.b, s);
    multiply(reference, p.want, p.a, p.b, s);
    /* What lies between rows of c is NaN in both, and must stay so. */
    expect_close("c", p.got, p.want, p.c_size, sum_tolerance(s->k, 1));
}

static ck_matmul matmul_shape(int64_t m, int64_t n, int64_t k, int variant, int64_t gap) {
    const int ta = variant & 1, tb = variant >> 1 & 1;
    return (ck_matmul){m, n, k, (ta ? m : k) + gap, (tb ? k : n) + 2 * gap, n + 3 * gap, ta, tb, variant >> 2 & 1};
}

static const int64_t rows_tried[] = {1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 16, 17, 24, 25, 31, 33, 64, 65, 97, 127, 128, 129};
static const int64_t columns_tried[] = {1, 3, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 80, 100, 129};
static const int64_t depths_tried[] = {1, 2, 3, 5, 8, 15, 16, 17, 31, 63, 64, 65, 100, 127, 128, 129, 255, 256, 257, 300};

void test_matmul(const ck_kernels *fast) {
    for (int variant = 0; variant < 8; variant++) {
        for (int i = 0; i < 160; i++) {
            const ck_matmul s = matmul_shape(ONE_OF(rows_tried), ONE_OF(columns_tried), ONE_OF(depths_tried), variant,
                                             random_integer(0, 2) ? 0 : random_integer(1, 9));
            check_matmul(fast, &s);
        }
        /* Each size alone, and what crosses blocks of 128 rows, 512 columns and 256 terms. */
        for (const int32_t *n = awkward; *n <= 520; n++) {
            const ck_matmul shapes[] = {matmul_shape(*n, 1, 7, variant, 0), matmul_shape(3, *n, 7, variant, 1),
                                        matmul_shape(3, 5, *n, variant, 0)};
            for (int i = 0; i < 3; i++) check_matmul(fast, &shapes[i]);
        }
        const ck_matmul large[] = {matmul_shape(130, 515, 259, variant, 0), matmul_shape(257, 33, 513, variant, 3),
                                   matmul_shape(7, 1025, 520, variant, 0), matmul_shape(260, 129, 1030, variant, 1),
                                   matmul_shape(4, 6, 0, variant, 0)};
        for (int i = 0; i < 5; i++) check_matmul(fast, &large[i]);
    }
    /* A NaN or an infinity in one row of a reaches exactly that row of c; in one column of b, that column. */
    for (int variant = 0; variant < 4; variant++) {
        ck_matmul s = matmul_shape(19, 37, 70, variant, 0);
        begin_matmul(&s);
        matrices p = make_matrices(&s);
        float *a = copy_of(p.a, 19 * 70);
        a[s.transpose_a ? 33 * s.lda + 11 : 11 * s.lda + 33] = variant & 1 ? NAN : INFINITY;
        multiply(fast, p.got, a, p.b, &s);
        multiply(reference, p.want, a, p.b, &s);
        expect_non_finite("c", p.got, p.want, 19, 37, sum_tolerance(70, 1), false);
    }
}

/* ---------------------------------------------------- across sets, gradient */

/* Tiles add in the same order whatever the vector's width: sets with fused multiply-add give the same bits. */
void test_matmul_across_sets(void) {
    const ck_kernels *avx2, *avx512;
    if (!get_avx_sets(&avx2, &avx512)) return;
    for (int i = 0; i < 100; i++) {
        const ck_matmul s = matmul_shape(ONE_OF(rows_tried), ONE_OF(columns_tried), ONE_OF(depths_tried), i % 8, i % 3);
        begin_matmul(&s);
        const matrices p = make_matrices(&s);
        multiply(avx512, p.got, p.a, p.b, &s);
        multiply(avx2, p.want, p.a, p.b, &s);
        expect_same_bits("c, avx512 and avx2", p.got, p.want, p.c_size);
    }
}

typedef struct matmul64 {
    ck_matmul s;
    double *a, *b, *c, *weights;
} matmul64;

static double matmul_loss(void *context) {
    const matmul64 *c = context;
    ref64.matmul(c->c, c->a, c->b, &c->s, NULL);
    return dot64(c->c, c->weights, c->s.m * c->s.n);
}

void test_matmul_gradients(void) {
    /* c = a b: da = dc transposed(b), db = transposed(a) dc, by the transposed forms of the product itself. */
    begin_case("product 3 x 5 x 7");
    const ck_matmul s = {3, 5, 7, 7, 5, 5, 0, 0, 0}, by_a = {3, 7, 5, 5, 5, 7, 0, 1, 0}, by_b = {7, 5, 3, 7, 5, 5, 1, 0, 0};
    matmul64 c = {s, random_rows64(21, 1, 1), random_rows64(35, 1, 1), zeros64(15), random_rows64(15, 1, 1)};
    double *da = zeros64(21), *db = zeros64(35);
    ref64.matmul(da, c.weights, c.b, &by_a, NULL);
    ref64.matmul(db, c.a, c.weights, &by_b, NULL);
    expect_gradient("da", matmul_loss, &c, c.a, da, 21);
    expect_gradient("db", matmul_loss, &c, c.b, db, 35);
}
