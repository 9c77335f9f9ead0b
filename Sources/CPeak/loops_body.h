/* loops_body.h - work at the processor's limit, for the instruction set that CPeak.c has set up: LANES floats
 * to a vector, CHAINS independent multiply-adds. Vector types, because what is measured here must not depend on
 * how a compiler vectorises. */

typedef float NAME(vec) __attribute__((vector_size(4 * LANES)));
typedef float NAME(unaligned) __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* 2 * LANES * CHAINS operations per round; 2 multiply-adds a cycle at a latency of 4 need 8 chains, more leave slack. */
TARGET static void NAME(multiply_add)(int64_t rounds) {
    NAME(vec) sum[CHAINS], factor, more;
    for (int l = 0; l < LANES; l++) factor[l] = 0.999f, more[l] = 0.001f * (float)(l + 1);
    for (int c = 0; c < CHAINS; c++) sum[c] = more * (float)c;
    rounds *= PEAK_ROUNDS;
    for (int64_t r = 0; r < rounds; r++) {
        UNROLL_ALL for (int c = 0; c < CHAINS; c++) sum[c] = sum[c] * factor + more;
    }
    for (int c = 1; c < CHAINS; c++) sum[0] += sum[c];
    sink = sum[0][0];
}

#define LOAD(p, i) (*(const NAME(unaligned) *)((p) + (i)))
#define STORE(p, i) (*(NAME(unaligned) *)((p) + (i)))
#define STEP (4 * LANES)

TARGET static void NAME(read)(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    (void)b, (void)y;
    NAME(unaligned) s[4] = {0};
    for (size_t i = 0; i < count; i += STEP) {
        UNROLL_ALL for (int j = 0; j < 4; j++) s[j] += LOAD(a, i + (size_t)j * LANES);
    }
    s[0] += s[1] + s[2] + s[3];
    sink = s[0][0];
}

/* What is written changes, else the compiler calls memset, which goes past the caches for long blocks. */
TARGET static void NAME(write)(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    (void)a, (void)b;
    NAME(unaligned) value = {0};
    for (size_t i = 0; i < count; i += STEP) {
        UNROLL_ALL for (int j = 0; j < 4; j++) STORE(y, i + (size_t)j * LANES) = value;
        value += 1.0f;
    }
}

/* Scaled on the way, for the same reason. */
TARGET static void NAME(copy)(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    (void)b;
    for (size_t i = 0; i < count; i += STEP) {
        UNROLL_ALL for (int j = 0; j < 4; j++) STORE(y, i + (size_t)j * LANES) = LOAD(a, i + (size_t)j * LANES) * 0.5f;
    }
}

TARGET static void NAME(triad)(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    for (size_t i = 0; i < count; i += STEP) {
        UNROLL_ALL for (int j = 0; j < 4; j++)
            STORE(y, i + (size_t)j * LANES) = LOAD(a, i + (size_t)j * LANES) + LOAD(b, i + (size_t)j * LANES) * 0.5f;
    }
}

TARGET static void NAME(update)(float *restrict y, const float *restrict a, const float *restrict b, size_t count) {
    (void)b;
    for (size_t i = 0; i < count; i += STEP) {
        UNROLL_ALL for (int j = 0; j < 4; j++)
            STORE(y, i + (size_t)j * LANES) = LOAD(y, i + (size_t)j * LANES) * 0.5f + LOAD(a, i + (size_t)j * LANES);
    }
}

#undef LOAD
#undef STORE
#undef STEP
