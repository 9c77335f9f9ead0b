/* conv_winograd_few_body.h - Winograd's algorithm for few pictures and many weights: U, four times as large as the kernels,
 * is not kept in memory but formed again as they are read. With a handful of tiles fetching U would take several times as
 * long as its transform. The sums, and so the bits, are the same.
 */

/* Inputs whose kernels, of 16 outputs, stay in the first-level cache while all tiles meet them. */
enum { CK_NAME(winograd_few_inputs) = 32 };

/* prepared[output panel][input][tap][16]: one stream */
static void CK_NAME(winograd_few_prepare)(float *prepared, const float *w, const ck_conv *s) {
    const int32_t end = ck_part_end(s->part_first, s->part_count, s->out_stored);
    float *to = prepared + (int64_t)s->part_first * s->in_channels * 9;
    for (int32_t o = s->part_first; o < end; o += 16)
        for (int32_t i = 0; i < s->in_channels; i++)
            for (int32_t t = 0; t < 9; t++, to += 16)
                *(CK_NAME(v16) *)to = *(const CK_NAME(v16) *)(w + ((int64_t)t * s->in_stored + i) * s->out_stored + o);
}

/* M[f] (+)= V[f] U[f] for the upper or the lower 18 planes of one tile, 16 outputs and some inputs: half of them, because 36
 * sums are more than there are registers. */
CK_INLINE void CK_NAME(winograd_few_half)(const bool lower, const bool fetches, float *m, int64_t m_plane, const float *v, int64_t v_plane, const float *w, int32_t inputs, bool begins) {
    const int first = lower ? 3 : 0;
    CK_NAME(v16) acc[18];
    m += first * 6 * m_plane, v += first * 6 * v_plane;
    CK_UNROLL for (int f = 0; f < 18; f++) acc[f] = begins ? (CK_NAME(v16)){0} : *(const CK_NAME(v16) *)(m + f * m_plane);
    CK_NOVEC for (int32_t i = 0; i < inputs; i++, v++, w += 9 * 16) {
        CK_NAME(v16) half[9];
        if (fetches) CK_UNROLL for (int t = 0; t < 9; t++) __builtin_prefetch(w + (CK_NAME(winograd_few_inputs) * 9 + t) * 16);
        CK_UNROLL for (int x = 0; x < 3; x++) {
            CK_NAME(v16) kernel[3], column[6];
            CK_UNROLL for (int y = 0; y < 3; y++) kernel[y] = *(const CK_NAME(v16) *)(w + (y * 3 + x) * 16);
            CK_NAME(winograd_kernel)(3, column, 1, kernel, 1);
            CK_UNROLL for (int y = 0; y < 3; y++) half[y * 3 + x] = column[first + y];
        }
        CK_UNROLL for (int y = 0; y < 3; y++) {
            CK_NAME(v16) u[6];
            CK_NAME(winograd_kernel)(3, u, 1, half + y * 3, 1);
            CK_UNROLL for (int x = 0; x < 6; x++) acc[y * 6 + x] += v[(y * 6 + x) * v_plane] * u[x];
        }
    }
    CK_UNROLL for (int f = 0; f < 18; f++) *(CK_NAME(v16) *)(m + f * m_plane) = acc[f];
}

static __attribute__((noinline)) void CK_NAME(winograd_few_upper)(float *m, int64_t m_plane, const float *v, int64_t v_plane, const float *w, int32_t inputs, bool begins) {
    CK_NAME(winograd_few_half)(false, true, m, m_plane, v, v_plane, w, inputs, begins);
}

static __attribute__((noinline)) void CK_NAME(winograd_few_lower)(float *m, int64_t m_plane, const float *v, int64_t v_plane, const float *w, int32_t inputs, bool begins) {
    CK_NAME(winograd_few_half)(true, false, m, m_plane, v, v_plane, w, inputs, begins);
}

/* M[f] = V[f] U[f] of `count` tiles for outputs o ..< o + 16, as winograd_products. */
static void CK_NAME(winograd_few_products)(float *m, int64_t m_plane, const float *v, int64_t v_plane, const float *prepared, int32_t count,
                                           int32_t o, const ck_conv *s) {
    for (int32_t i = 0; i < s->in_channels; i += CK_NAME(winograd_few_inputs)) {
        const int32_t inputs = (int32_t)ck_min(CK_NAME(winograd_few_inputs), s->in_channels - i);
        const float *const kernels = prepared + ((int64_t)o * s->in_channels + i * 16) * 9;
        for (int32_t t = 0; t < count; t++) {
            float *const m_t = m + t * CK_WINOGRAD_OUTPUTS;
            const float *const v_t = v + (int64_t)t * s->in_stored + i;
            CK_NAME(winograd_few_upper)(m_t, m_plane, v_t, v_plane, kernels, inputs, i == 0);
            CK_NAME(winograd_few_lower)(m_t, m_plane, v_t, v_plane, kernels, inputs, i == 0);
        }
    }
}
