/* input_body.h - from the data set to a tile: pictures by index, converted and standardised. */
CK_EXACT_PUSH

/* One picture, with the channels' factors repeated over `period` values: 48 is a multiple of 1 to 4 channels. Pictures come in any
 * order, which no processor foresees: each is asked for while the one before is converted (a third off the time for 28x28 bytes). */
#define CK_GATHER(name, type)                                                                                           \
    static void CK_NAME(name)(CK_REAL *restrict y, const type *restrict source, const int64_t *indices, int32_t images, \
                              const ck_gather *s) {                                                                     \
        enum { period = 48 };                                                                                           \
        CK_REAL scale[period], shift[period];                                                                           \
        for (int i = 0, channel = 0; i < period; i++, channel = channel + 1 < s->channels ? channel + 1 : 0)            \
            scale[i] = s->scale[channel], shift[i] = s->shift[channel];                                                 \
        for (int32_t n = 0; n < images; n++) {                                                                          \
            const type *x_n = source + (indices ? indices[n] : n) * s->values;                                          \
            const type *next = indices && n + 1 < images ? source + indices[n + 1] * s->values : x_n;                   \
            CK_REAL *y_n = y + n * s->values;                                                                           \
            int64_t i = 0;                                                                                              \
            for (; i + period <= s->values; i += period) {                                                              \
                __builtin_prefetch(next + i);                                                                           \
                for (int j = 0; j < period; j++) y_n[i + j] = (CK_REAL)x_n[i + j] * scale[j] + shift[j];                \
            }                                                                                                           \
            for (int j = 0; i < s->values; i++, j++) y_n[i] = (CK_REAL)x_n[i] * scale[j] + shift[j];                    \
        }                                                                                                               \
    }

CK_GATHER(gather_bytes, uint8_t)
CK_GATHER(gather_floats, float)
#undef CK_GATHER

static void CK_NAME(blend)(CK_REAL *y, const CK_REAL *x, const CK_REAL *z, float share, int64_t count) {
    CK_ELEMENTWISE for (int64_t i = 0; i < count; i++) y[i] = z[i] + share * (x[i] - z[i]);
}
CK_EXACT_POP
