/* update_body.h - optimiser updates over flat arrays. All options are values, not branches: the loops are bound by
 * memory, a multiplication by one costs nothing. */

#define CK_TINY 1e-30f /* moments below are written as zero: denormals would slow later steps down */

/* The options of a call, as factors. */
typedef struct CK_NAME(options) {
    CK_REAL scale, limit, decay, keep;
} CK_NAME(options);

CK_INLINE CK_NAME(options) CK_NAME(update_options)(const ck_update *u) {
    CK_NAME(options) o = {u->gradient_scale, u->clip_value > 0 ? u->clip_value : (CK_REAL)INFINITY,
                          u->decoupled ? 0 : u->weight_decay, u->decoupled ? 1 - (CK_REAL)u->rate * u->weight_decay : 1};
    return o;
}

/* g' of kernels.def; NaN passes both comparisons. */
CK_INLINE CK_REAL CK_NAME(effective)(CK_REAL g, CK_REAL w, CK_NAME(options) o) {
    g *= o.scale;
    g = g < -o.limit ? -o.limit : g;
    g = g > o.limit ? o.limit : g;
    return g + o.decay * w;
}
CK_INLINE CK_REAL CK_NAME(flush)(CK_REAL m) {
    const CK_REAL size = m < 0 ? -m : m;
    return size < CK_TINY ? 0 : m;
}

static void CK_NAME(sgd_update)(CK_REAL *restrict w, CK_REAL *restrict v, const CK_REAL *restrict g, int64_t count, const ck_update *u) {
    const CK_NAME(options) o = CK_NAME(update_options)(u);
    const CK_REAL rate = u->rate, momentum = u->momentum, take = 1 - (CK_REAL)u->dampening;
    const CK_REAL direct = u->nesterov ? 1 : 0, through = u->nesterov ? momentum : 1;
    if (!v) {
        const CK_REAL by_g = direct + through * take;
        for (int64_t i = 0; i < count; i++) w[i] = o.keep * w[i] - rate * (by_g * CK_NAME(effective)(g[i], w[i], o));
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const CK_REAL d = CK_NAME(effective)(g[i], w[i], o);
        const CK_REAL moment = CK_NAME(flush)(momentum * v[i] + take * d);
        v[i] = moment;
        w[i] = o.keep * w[i] - rate * (direct * d + through * moment);
    }
}

/* What a call of Adam takes from its options. */
typedef struct CK_NAME(adam) {
    CK_NAME(options) o;
    CK_REAL beta1, beta2, take1, take2, step, correction2, epsilon;
} CK_NAME(adam);

CK_INLINE CK_NAME(adam) CK_NAME(adam_options)(const ck_update *u) {
    return (CK_NAME(adam)){CK_NAME(update_options)(u), u->beta1, u->beta2, 1 - (CK_REAL)u->beta1, 1 - (CK_REAL)u->beta2,
                           (CK_REAL)u->rate * u->correction1, u->correction2, u->epsilon};
}

/* Adam in three steps, for those who do something else in between: what the gradients make of the moments, the roots that the
 * weights' changes are divided by, the weights. */
CK_INLINE void CK_NAME(adam_moments)(CK_REAL *restrict m, CK_REAL *restrict v, const CK_REAL *restrict w, const CK_REAL *restrict g, int64_t count,
                                     const CK_NAME(adam) a) {
    for (int64_t i = 0; i < count; i++) {
        const CK_REAL d = CK_NAME(effective)(g[i], w[i], a.o);
        m[i] = CK_NAME(flush)(a.beta1 * m[i] + a.take1 * d);
        v[i] = CK_NAME(flush)(a.beta2 * v[i] + a.take2 * (d * d));
    }
}
CK_INLINE void CK_NAME(adam_roots)(CK_REAL *restrict roots, const CK_REAL *restrict v, int64_t count, const CK_NAME(adam) a) {
    for (int64_t i = 0; i < count; i++) roots[i] = ck_sqrtf(a.correction2 * v[i]);
}
CK_INLINE void CK_NAME(adam_weights)(CK_REAL *restrict w, const CK_REAL *restrict m, const CK_REAL *restrict roots, int64_t count,
                                     const CK_NAME(adam) a) {
    for (int64_t i = 0; i < count; i++) w[i] = a.o.keep * w[i] - a.step * m[i] / (roots[i] + a.epsilon);
}

static void CK_NAME(adam_update)(CK_REAL *restrict w, CK_REAL *restrict m, CK_REAL *restrict v, const CK_REAL *restrict g, int64_t count, const ck_update *u) {
    const CK_NAME(adam) a = CK_NAME(adam_options)(u);
    for (int64_t i = 0; i < count; i++) {
        CK_REAL root;
        CK_NAME(adam_moments)(m + i, v + i, w + i, g + i, 1, a);
        CK_NAME(adam_roots)(&root, v + i, 1, a);
        CK_NAME(adam_weights)(w + i, m + i, &root, 1, a);
    }
}

static void CK_NAME(adagrad_update)(CK_REAL *restrict w, CK_REAL *restrict v, const CK_REAL *restrict g, int64_t count, const ck_update *u) {
    const CK_NAME(options) o = CK_NAME(update_options)(u);
    const CK_REAL rate = u->rate, epsilon = u->epsilon;
    for (int64_t i = 0; i < count; i++) {
        const CK_REAL d = CK_NAME(effective)(g[i], w[i], o);
        const CK_REAL second = CK_NAME(flush)(v[i] + d * d);
        v[i] = second;
        w[i] = o.keep * w[i] - rate * d / (ck_sqrtf(second) + epsilon);
    }
}

static void CK_NAME(rmsprop_update)(CK_REAL *restrict w, CK_REAL *restrict m, CK_REAL *restrict v, const CK_REAL *restrict g, int64_t count, const ck_update *u) {
    const CK_NAME(options) o = CK_NAME(update_options)(u);
    const CK_REAL rate = u->rate, momentum = u->momentum, beta2 = u->beta2, take2 = 1 - (CK_REAL)u->beta2, epsilon = u->epsilon;
    if (!m) {
        for (int64_t i = 0; i < count; i++) {
            const CK_REAL d = CK_NAME(effective)(g[i], w[i], o);
            const CK_REAL second = CK_NAME(flush)(beta2 * v[i] + take2 * (d * d));
            v[i] = second;
            w[i] = o.keep * w[i] - rate * (d / (ck_sqrtf(second) + epsilon));
        }
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        const CK_REAL d = CK_NAME(effective)(g[i], w[i], o);
        const CK_REAL second = CK_NAME(flush)(beta2 * v[i] + take2 * (d * d));
        const CK_REAL moment = CK_NAME(flush)(momentum * m[i] + d / (ck_sqrtf(second) + epsilon));
        v[i] = second, m[i] = moment;
        w[i] = o.keep * w[i] - rate * moment;
    }
}

static void CK_NAME(average_update)(CK_REAL *restrict average, const CK_REAL *restrict w, float decay, int64_t count) {
    const CK_REAL keep = decay, take = 1 - (CK_REAL)decay;
    for (int64_t i = 0; i < count; i++) average[i] = keep * average[i] + take * w[i];
}

/* The sums of count / 32 * 32 elements: element i is in sum i % 32. With 512-bit vectors four at a time: Zen 4
 * converts four floats to double in half a cycle, but eight in 1.3, and that would be half as much again of the time. */
static __attribute__((noinline)) void CK_NAME(square_sums)(double sums[restrict 32], const CK_REAL *restrict g, int64_t count) {
#if CK_SHUFFLES && CK_LANES == 16
    ck_double_4 part[8] = {0};
    CK_NOVEC for (int64_t i = 0; i + 32 <= count; i += 32)
        CK_UNROLL for (int j = 0; j < 8; j++) {
            ck_float_4 four;
            memcpy(&four, g + i + 4 * j, sizeof four);
            const ck_double_4 x = __builtin_convertvector(four, ck_double_4);
            part[j] += x * x;
        }
    memcpy(sums, part, sizeof part);
#else
    double part[32] = {0};
    for (int64_t i = 0; i + 32 <= count; i += 32)
        for (int j = 0; j < 32; j++) part[j] += (double)g[i + j] * (double)g[i + j];
    memcpy(sums, part, sizeof part);
#endif
}

/* 32 sums whatever the vector width, and the square of a float is exact in double: fused or not, all instruction sets
 * give the same bits. */
static void CK_NAME(squared_norm)(double *sum, const CK_REAL *restrict g, int64_t count) {
    double part[32];
    CK_NAME(square_sums)(part, g, count);
    CK_NOVEC for (int64_t i = count / 32 * 32; i < count; i++) part[i % 32] += (double)g[i] * (double)g[i];
    for (int width = 16; width > 0; width /= 2)
        for (int j = 0; j < width; j++) part[j] += part[j + width];
    *sum += part[0];
}
