/* muon_body.h - Muon (Jordan et al. 2024): momentum whose direction is made orthogonal. One plain version: the time
 * goes into the matrix products. */

#define CK_MUON_SKIP(values) ((size_t)ck_round_up((values) * (int64_t)sizeof(CK_REAL), 64))

/* z = y + factor * x over flat arrays; z may be y or x. */
CK_INLINE void CK_NAME(muon_sum)(CK_REAL *z, const CK_REAL *y, CK_REAL by_y, const CK_REAL *x, CK_REAL by_x, int64_t count) {
    _Pragma("clang loop vectorize(assume_safety)")
    for (int64_t i = 0; i < count; i++) z[i] = by_y * y[i] + by_x * x[i];
}

/* x (rows x columns) to the orthogonal matrix nearest to its direction, roughly: five steps of
 * X = a X + (b A + c A A) X with A = X X', which drive every singular value into about 0.7 .. 1.2. A is kept on the
 * shorter side: with more rows than columns it is X' X and stands on the right. */
static void CK_NAME(orthogonalise)(CK_REAL *x, int32_t rows, int32_t columns, char *workspace) {
    const CK_REAL a = (CK_REAL)3.4445, b = (CK_REAL)-4.7750, c = (CK_REAL)2.0315; /* of the paper, for five steps */
    const int64_t count = (int64_t)rows * columns, side = ck_min(rows, columns), square = side * side;
    const bool tall = rows > columns;
    CK_REAL *next = (CK_REAL *)workspace;
    CK_REAL *gram = (CK_REAL *)(workspace += CK_MUON_SKIP(count));
    CK_REAL *poly = (CK_REAL *)(workspace += CK_MUON_SKIP(square));
    workspace += CK_MUON_SKIP(square);
    double norm = 0;
    for (int64_t i = 0; i < count; i++) norm += (double)x[i] * (double)x[i];
    CK_NAME(muon_sum)(x, x, (CK_REAL)(1 / (sqrt(norm) + 1e-7)), x, 0, count);
    const ck_matmul outer = {side, side, tall ? rows : columns, columns, columns, side, tall, !tall, 0};
    const ck_matmul inner = {side, side, side, side, side, side, 0, 0, 0};
    const ck_matmul apply = {rows, columns, side, tall ? columns : side, tall ? side : columns, columns, 0, 0, 0};
    for (int step = 0; step < 5; step++) {
        CK_NAME(matmul)(gram, x, x, &outer, workspace);
        CK_NAME(matmul)(poly, gram, gram, &inner, workspace);
        CK_NAME(muon_sum)(poly, poly, c, gram, b, square);
        CK_NAME(matmul)(next, tall ? x : poly, tall ? poly : x, &apply, workspace);
        CK_NAME(muon_sum)(x, next, 1, x, a, count);
    }
}

static void CK_NAME(muon_update)(CK_REAL *w, CK_REAL *v, const CK_REAL *g, int32_t rows, int32_t columns, const ck_update *u,
                                 void *workspace) {
    const int64_t count = (int64_t)rows * columns;
    const CK_REAL scale = u->gradient_scale, limit = u->clip_value > 0 ? u->clip_value : (CK_REAL)INFINITY;
    const CK_REAL decay = u->decoupled ? 0 : u->weight_decay, momentum = u->momentum;
    const CK_REAL keep = u->decoupled ? 1 - (CK_REAL)u->rate * u->weight_decay : 1;
    const CK_REAL direct = u->nesterov ? 1 : 0, through = u->nesterov ? momentum : 1;
    CK_REAL *x = (CK_REAL *)workspace;
    _Pragma("clang loop vectorize(assume_safety)")
    for (int64_t i = 0; i < count; i++) {
        CK_REAL d = g[i] * scale;
        d = d < -limit ? -limit : d;
        d = (d > limit ? limit : d) + decay * w[i];
        const CK_REAL moment = momentum * v[i] + d, size = moment < 0 ? -moment : moment;
        v[i] = size < (CK_REAL)1e-30 ? 0 : moment;
        x[i] = direct * d + through * v[i];
    }
    CK_NAME(orthogonalise)(x, rows, columns, (char *)workspace + CK_MUON_SKIP(count));
    const double longer = (double)ck_max(rows, columns), shorter = (double)ck_min(rows, columns);
    CK_NAME(muon_sum)(w, w, keep, x, (CK_REAL)(-u->rate * sqrt(longer / shorter)), count);
}
#undef CK_MUON_SKIP
