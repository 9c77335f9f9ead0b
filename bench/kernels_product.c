/* kernels_product.c - matrix products and dense layers. */
#include "bench.h"

/* ------------------------------------------------------------------- matrix product */

typedef struct product {
    ck_matmul s;
    float *c, *a, *b;
    void *workspace;
} product;

static void run_matmul(const ck_kernels *k, const void *state) {
    const product *p = state;
    k->matmul(p->c, p->a, p->b, &p->s, p->workspace);
}

static void run_matmul_parallel(const ck_kernels *k, const void *state, int threads) {
    const product *p = state;
    const ck_matrix_product_shape s = {p->s.m, p->s.n, p->s.k, p->s.transpose_a, p->s.transpose_b, p->s.accumulate};
    ck_matrix_product_parallel(p->c, p->a, p->b, &s, k, threads);
}

static void measure_product(const bench_run *b, int m, int n, int k, int transpose_a, int transpose_b) {
    const char *form = transpose_a ? " At B" : transpose_b ? " A Bt" : "";
    const char *shape = bench_text("%dx%dx%d%s", m, n, k, form);
    if (!bench_wanted(b, shape)) return;
    product p = {.s = {.m = m, .n = n, .k = k, .lda = transpose_a ? m : k, .ldb = transpose_b ? k : n, .ldc = n,
                       .transpose_a = transpose_a, .transpose_b = transpose_b}};
    p.a = bench_uniform((size_t)m * (size_t)k, -1, 1);
    p.b = bench_uniform((size_t)k * (size_t)n, -1, 1);
    p.c = bench_zeros((size_t)m * (size_t)n);
    p.workspace = bench_bytes(ck_matmul_workspace(&p.s));
    const other_product other = {.s = &p.s, .c = p.c, .a = p.a, .b = p.b};
    bench_measure(b, &(bench_case){.shape = shape, .operations = 2.0 * m * n * k, .run = run_matmul, .states = &p,
                                   .run_parallel = run_matmul_parallel, .product = &other});
    bench_release();
}

void bench_matmul(const bench_run *b) {
    for (int n = 64; n <= 2048; n *= 2) measure_product(b, n, n, n, 0, 0);
    measure_product(b, 512, 512, 512, 1, 0);
    measure_product(b, 512, 512, 512, 0, 1);
    /* Oblong: the products inside a dense layer and an unrolled convolution. */
    measure_product(b, 128, 128, 1600, 0, 0);
    measure_product(b, 1024, 64, 576, 0, 0);
}

/* ---------------------------------------------------------------------- dense layers */

typedef struct dense {
    ck_dense s;
    int32_t batch;
    float *w, *bias, *x, *y, *dx, *dy, *dw, *m, *v;
    void *forward, *backward, *workspace;
} dense;

static const struct {
    int in, out;
} layers[] = {{256, 120}, {120, 84}, {84, 10}, {1600, 128}, {128, 10}, {512, 512}};
static const int batches[] = {64, 128};

/* Weights are shared by the threads, the rest is each one's own. */
static dense *prepare_dense(const ck_kernels *k, int in, int out, int batch) {
    dense first = {.s = {.in = in, .in_stored = ck_stored_channels(in), .out = out, .out_stored = ck_stored_channels(out),
                         .activation = CK_RELU}, .batch = batch};
    const size_t in_size = (size_t)first.s.in_stored, out_size = (size_t)first.s.out_stored, rows = (size_t)batch;
    ck_dense_choice choice;
    ck_dense_choose(&first.s, batch, &choice);
    first.w = bench_zeros(in_size * out_size);
    const float *random = bench_rows((size_t)in, out, first.s.out_stored, -0.1f, 0.1f);
    for (size_t i = 0; i < (size_t)in * out_size; i++) first.w[i] = random[i];
    first.bias = bench_rows(1, out, first.s.out_stored, -0.1f, 0.1f);
    first.forward = bench_bytes(choice.forward_prepared);
    first.backward = bench_bytes(choice.backward_input_prepared);
    k->dense_forward_prepare(first.forward, first.w, &first.s);
    k->dense_backward_input_prepare(first.backward, first.w, &first.s);
    dense *all = bench_bytes(sizeof *all * (size_t)options.threads);
    for (int t = 0; t < options.threads; t++) {
        all[t] = first;
        all[t].x = bench_rows(rows, in, first.s.in_stored, 0, 1);
        all[t].dy = bench_rows(rows, out, first.s.out_stored, -1, 1);
        all[t].y = bench_zeros(rows * out_size);
        all[t].dx = bench_zeros(rows * in_size);
        all[t].dw = bench_zeros(in_size * out_size);
        all[t].m = bench_zeros(in_size * out_size);
        all[t].v = bench_zeros(in_size * out_size);
        all[t].workspace = bench_bytes(choice.update_workspace);
    }
    return all;
}

static void measure_dense(const bench_run *b, void (*run)(const ck_kernels *, const void *)) {
    for (size_t l = 0; l < sizeof layers / sizeof *layers; l++) {
        for (size_t n = 0; n < sizeof batches / sizeof *batches; n++) {
            const int in = layers[l].in, out = layers[l].out, batch = batches[n];
            const char *shape = bench_text("%d-%d batch %d", in, out, batch);
            if (bench_wanted(b, shape))
                bench_measure(b, &(bench_case){.shape = shape, .operations = 2.0 * in * out * batch, .run = run,
                                               .states = prepare_dense(b->k, in, out, batch), .state_size = sizeof(dense)});
            bench_release();
        }
    }
}

static void run_forward(const ck_kernels *k, const void *state) {
    const dense *p = state;
    k->dense_forward(p->y, p->x, p->forward, p->bias, p->batch, &p->s);
}

static void run_backward_input(const ck_kernels *k, const void *state) {
    const dense *p = state;
    k->dense_backward_input(p->dx, p->dy, p->backward, p->batch, &p->s);
}

static void run_backward_weight(const ck_kernels *k, const void *state) {
    const dense *p = state;
    k->dense_backward_weight(p->dw, p->x, p->dy, p->batch, 0, p->s.in_stored, &p->s, p->workspace);
}

void bench_dense_forward(const bench_run *b) { measure_dense(b, run_forward); }
void bench_dense_backward_input(const bench_run *b) { measure_dense(b, run_backward_input); }
void bench_dense_backward_weight(const bench_run *b) { measure_dense(b, run_backward_weight); }

/* Beside dense_backward_weight alone: what the update of the same weights adds. The products alone count as operations. */
static void run_adam(const ck_kernels *k, const void *state) {
    const dense *p = state;
    static const ck_update u = {.rate = 1e-3f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-8f, .correction1 = 1, .correction2 = 1,
                                .gradient_scale = 1};
    k->dense_adam_update(p->dw, p->m, p->v, p->x, p->dy, p->batch, 0, p->s.in_stored, &p->s, &u, p->workspace);
}
void bench_dense_adam_update(const bench_run *b) { measure_dense(b, run_adam); }

/* Packing: once per update of the weights. */
static void run_forward_prepare(const ck_kernels *k, const void *state) {
    const dense *p = state;
    k->dense_forward_prepare(p->forward, p->w, &p->s);
}

static void run_backward_input_prepare(const ck_kernels *k, const void *state) {
    const dense *p = state;
    k->dense_backward_input_prepare(p->backward, p->w, &p->s);
}

static void measure_prepare(const bench_run *b, bool backward) {
    for (size_t l = 0; l < sizeof layers / sizeof *layers; l++) {
        const int in = layers[l].in, out = layers[l].out;
        const char *shape = bench_text("%d-%d", in, out);
        if (bench_wanted(b, shape)) {
            dense *all = prepare_dense(b->k, in, out, 1);
            ck_dense_choice choice;
            ck_dense_choose(&all->s, 1, &choice);
            for (int t = 1; t < options.threads; t++) { /* now each writes its own */
                all[t].forward = bench_bytes(choice.forward_prepared);
                all[t].backward = bench_bytes(choice.backward_input_prepared);
            }
            bench_measure(b, &(bench_case){.shape = shape, .bytes = 8.0 * all->s.in_stored * all->s.out_stored,
                                           .run = backward ? run_backward_input_prepare : run_forward_prepare,
                                           .states = all, .state_size = sizeof *all});
        }
        bench_release();
    }
}

void bench_dense_forward_prepare(const bench_run *b) { measure_prepare(b, false); }
void bench_dense_backward_input_prepare(const bench_run *b) { measure_prepare(b, true); }
